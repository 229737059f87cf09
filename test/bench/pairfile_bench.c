/* pairfile_bench - how fast a pair file is read, beside jansson reading the same file whole.
 *
 * usage: pairfile_bench [PAIRS]     (100000)
 * Generates a pair file in a temporary folder and reads it: with the scanner alone, record by record as translate and
 * split do, and with jansson's json_loadf, which is the baseline. Each three times, the best counts. Prints a table
 * with the ratio to the baseline of the same run, and the memory that each way needed at most. */
#include "base/file_atomic.h"
#include "migrate/pairfile.h"

#include <jansson.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void generate(FILE *f, const char *name, const char *own, const char *other, long pairs)
{
    fprintf(f, " \"%s\": [", name);
    for (long i = 1; i <= pairs; i++) {
        fprintf(
            f,
            "%s\n  {\"id\": %ld, \"connectorKey\": \"CON-4-%s\", \"localIssueKey\": \"%s-%ld\", \"remoteIssueKey\": "
            "\"%s-%ld\", \"firstSyncDate\": %ld, \"lastOutgoingChange\": %ld, \"lastChangeSeen\": %ld, "
            "\"outgoingMessageSequenceId\": %ld, \"lastIncomingChange\": %ld, \"incomingMessageSequenceId\": %ld, "
            "\"comments\": [",
            i > 1 ? "," : "", i, own, own, i, other, i, 1604663032918 + i, 1604663098456 + i, 1604654096519 + i, i % 9,
            1604663109653 + i, i % 7);
        for (long k = 0; k < i % 4; k++)
            fprintf(f, "%s{\"localId\": \"%ld\"}", k ? ", " : "", 10000 + i * 4 + k);
        fputs("], \"incomingChangesIgnored\": false}", f);
    }
    fputs("\n ]", f);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool scan_whole(const char *path)
{
    struct pairfile f;
    struct scan_token t = {.kind = SCAN_NULL};
    struct err e = ERR_INIT;
    bool ok = pairfile_open(&f, path, 0, &e);
    while (ok && t.kind != SCAN_END)
        ok = scan_next(&f.scan, &t, &e);
    pairfile_close(&f);
    return ok;
}

static bool read_records(const char *path)
{
    struct pairfile f;
    struct pairfile_event ev = {.kind = PAIRFILE_MEMBER};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    bool ok = pairfile_open(&f, path, 0, &e);
    while (ok && ev.kind != PAIRFILE_END) {
        ok = pairfile_next(&f, &a, &ev, &e);
        pairfile_rest_arena(&a);
    }
    pairfile_close(&f);
    arena_release(&a);
    return ok;
}

static bool load_jansson(const char *path)
{
    json_error_t error;
    FILE *f = fopen(path, "rb");
    json_t *all = f ? json_loadf(f, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (f)
        fclose(f);
    json_decref(all);
    return all != NULL;
}

struct result {
    double seconds;
    long kib;
    bool ok;
};

/* In a child of its own, so that the memory of one way does not count for the next. */
static struct result measure(bool (*read_it)(const char *), const char *path)
{
    struct result r = {1e9, 0, false};
    int ends[2];
    if (pipe(ends) != 0)
        return r;
    pid_t child = fork();
    if (child == 0) {
        double seconds = 1e9;
        bool ok = true;
        for (int i = 0; i < 3; i++) {
            double start = now();
            ok = read_it(path) && ok;
            double took = now() - start;
            seconds = took < seconds ? took : seconds;
        }
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        r = (struct result){seconds, usage.ru_maxrss, ok};
        _exit(write(ends[1], &r, sizeof r) == sizeof r ? 0 : 1);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &r, sizeof r) != sizeof r)
        r.ok = false;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return r;
}

static int compare(const char *path, double megabytes)
{
    static const struct {
        const char *name;
        bool (*read_it)(const char *);
    } ways[] = {{"jansson json_loadf", load_jansson},
                {"scanner, all tokens", scan_whole},
                {"pair file, records", read_records}};
    double baseline = 0;
    int failed = 0;
    printf("%-22s %10s %10s %8s %12s\n", "way", "seconds", "MB/s", "ratio", "memory MiB");
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        fflush(stdout);
        struct result r = measure(ways[i].read_it, path);
        baseline = i ? baseline : r.seconds;
        printf("%-22s %10.3f %10.1f %7.1fx %12.1f%s\n", ways[i].name, r.seconds, megabytes / r.seconds,
               baseline / r.seconds, (double)r.kib / 1024, r.ok ? "" : "   FAILED");
        failed += !r.ok;
    }
    return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    long pairs = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    char folder[] = "/tmp/tandem-pairfile-bench-XXXXXX", path[64];
    if (pairs < 1 || !mkdtemp(folder))
        return 2;
    snprintf(path, sizeof path, "%s/pairs.json", folder);
    FILE *f = fopen(path, "wb");
    if (!f)
        return 2;
    fputs("{", f);
    generate(f, "firstConnector", "SAM2", "SP2", pairs);
    fputs(",\n", f);
    generate(f, "secondConnector", "SP2", "SAM2", pairs);
    fputs("\n}\n", f);
    double megabytes = (double)ftell(f) / 1e6;
    int failed = fclose(f);
    printf("a pair file of %ld pairs, %.1f MB\n", pairs, megabytes);
    failed = failed ? 2 : compare(path, megabytes);
    unlink(path);
    rmdir(folder);
    return failed;
}
