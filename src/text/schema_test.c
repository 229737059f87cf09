/* schema_test.c - everything printed as ADF satisfies Atlassian's schema.
 *
 * The schema is not ours to ship: it is looked for in $TANDEM_SHARED or ../shared beside the sources, and the test is
 * skipped (exit 77) without it or without Debian's python3-jsonschema. */
#include "text/property.h"

#include "base/file_atomic.h"
#include "base/rng.h"

#include <sys/wait.h>

enum { RANDOM_TEXTS = 150, CORPUS_STEP = 4, SKIPPED = 77 };

static void put_document(struct arena *a, FILE *out, const char *markup, size_t length)
{
    fprintf(out, "%s\n", json_print(a, text_to_adf(a, text_from_wiki(a, markup, length))));
}

static bool put_corpus(struct arena *a, FILE *out)
{
    struct buf bytes = BUF_INIT(16u << 20);
    struct err e = ERR_INIT;
    if (!file_read(TANDEM_SOURCE_DIR "/test/text/corpus/wiki.jsonl", &bytes, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return false;
    }
    char **lines;
    size_t count = str_split(a, buf_str(&bytes), '\n', &lines);
    buf_release(&bytes);
    for (size_t i = 0; i < count; i += CORPUS_STEP) { /* the validator takes 40 ms for a document */
        json_t *line = *lines[i] ? json_parse(a, lines[i], strlen(lines[i]), true, "wiki.jsonl", &e) : NULL;
        const char *markup = json_at_str(line, "wiki");
        if (markup)
            put_document(a, out, markup, strlen(markup));
    }
    return count > 1;
}

static void put_random(FILE *out)
{
    for (uint64_t seed = 1; seed <= RANDOM_TEXTS; seed++) {
        struct arena a = ARENA_INIT;
        struct rng rng;
        unsigned char bytes[48];
        rng_seed(&rng, seed);
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)rng_next(&rng);
        struct property_bytes b = {bytes, bytes + sizeof bytes};
        const char *markup = property_markup(&a, &b);
        put_document(&a, out, markup, strlen(markup));
        arena_release(&a);
    }
}

/* Runs the validator with `from` as its input; returns its exit status. */
static int validate(FILE *from, const char *schema)
{
    fflush(from);
    rewind(from);
    pid_t child = fork();
    if (child == 0) {
        dup2(fileno(from), STDIN_FILENO);
        char script[] = TANDEM_SOURCE_DIR "/test/text/validate_adf.py", python[] = "python3";
        char *const arguments[] = {python, script, (char *)schema, NULL};
        execvp("python3", arguments);
        _exit(SKIPPED);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return 1;
    return WEXITSTATUS(status);
}

int main(void)
{
    struct arena a = ARENA_INIT;
    const char *shared = getenv("TANDEM_SHARED");
    const char *schema =
        arena_printf(&a, "%s/data/specs/adf-full.schema.json", shared ? shared : TANDEM_SOURCE_DIR "/../shared");
    FILE *documents = tmpfile();
    int status = 1;
    if (access(schema, R_OK) != 0) {
        printf("SKIPPED: %s is not there; set TANDEM_SHARED\n", schema);
        status = SKIPPED;
    } else if (documents && put_corpus(&a, documents)) {
        put_random(documents);
        status = validate(documents, schema);
    }
    if (documents)
        fclose(documents);
    arena_release(&a);
    return status;
}
