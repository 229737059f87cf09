/* text_bench - how fast rich text is converted each way, beside what jansson alone needs for the same ADF.
 *
 * usage: text_bench [SECONDS]     (0.5 for each row)
 * Converts the texts below (descriptions and comments as people write them), one after the other as a synchronization
 * does: wiki markup to ADF in bytes, ADF in bytes to wiki markup. Megabytes are of what is read. The baseline parses
 * and prints the very same ADF with jansson and does nothing else, for as many bytes of the input's form: less than
 * that no converter needs that goes through a JSON tree. One core, processor time, best of three.
 *
 * Then the slowest megabyte that we know how to make (text/hostile.h) is read, beside a megabyte of the texts above. */
#include "text/hostile.h"
#include "text/text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const TEXTS[] = {
    "When the nightly import runs while somebody edits a pair, the import waits for the lock and then gives up after "
    "thirty seconds. The message in the log says only that the store is busy, which sends everybody looking at the "
    "disk.\n\nWe saw it three times last week, always between 02:00 and 02:10, and never on the test system. The test "
    "system has fewer issues, so the import is through before the backup begins.\n\nA longer timeout would hide it. I "
    "think that the import should ask for the lock per batch and say whom it waits for.",
    "h2. Steps to reproduce\n\n# Open the *Versions* page of a project with more than 50 versions\n# Scroll to the "
    "end, so that the second page is loaded\n# Rename a version and press _Save_\n\nh2. Expected\n\nThe version shows "
    "its new name, and the list stays where it is.\n\nh2. Actual\n\nThe list jumps to its start; the new name shows "
    "only after a reload. In the console:\n\n{code:javascript}\nTypeError: Cannot read properties of undefined "
    "(reading 'position')\n    at VersionList.render (versions.js:412)\n    at performWork (scheduler.js:98)\n    at "
    "flush (scheduler.js:143)\n{code}\n\nSeen with Firefox 128 and Chrome 131, not with the old page.",
    "||Environment||Version||Result||\n|Production|10.3.5|fails after about 20 minutes|\n|Staging|10.3.5|fails after "
    "about 35 minutes|\n|Test|10.2.1|works|\n|Developer machine|10.4.0|works|\n\nThe two that fail share a database "
    "server, see [the operations page|https://wiki.example.org/display/OPS/Databases] and {{pg_stat_activity}} on "
    "that host. I asked [~mbeck] to look at the connection limits.",
    "[~jlind] thanks, that helps. I tried it with the patched build:\n\n* the import goes through\n* memory stays "
    "below 600 MB\n** it was 2.1 GB before\n* the log has one warning per batch, which is *not* new\n\nFrom my side "
    "this can go into the next release. Could you also have a look at the second half, that is the export? It uses "
    "the same reader, and I am afraid it has the same fault. Details are in !memory.png|thumbnail! and "
    "[^import.log].",
    "{quote}Does this also happen when the sync user may not see the security level?{quote}\n\nYes. Then the issue is "
    "{color:#d04437}missing{color} on the other side and nobody is told. I would expect one of these:\n\n- the issue "
    "is set aside with a reason, or\n- the level is mapped and the issue goes through.\n\n{panel:title=Workaround}\n"
    "Add the sync user to the role _Developers_ and run *Resync* for the project.\n{panel}",
    "The certificate of the partner's proxy ends on 14 March. They will send the new chain by mail; it has to be in "
    "the trust store before the maintenance window, or every connection from our side fails with a handshake error. "
    "I have put the steps of the last time below, they should still be right:\n\n{noformat}\nkeytool -importcert "
    "-alias partner-2026 -file chain.pem -keystore truststore.p12\nsystemctl restart jira\n{noformat}\n\nPlease tell "
    "me when it is done, then I run the connection check from both sides.",
    "Fixed in the branch, review please: https://git.example.org/projects/SYNC/repos/core/pull-requests/1182 \n\nThe "
    "cause was an old friend: two threads shared one date formatter. It is created per call now, which costs 200 ns "
    "and nobody will notice. I added a test that fails without the change, on my machine after four seconds at the "
    "latest.",
};

struct texts {
    char *wiki[16], *adf[16];
    size_t wiki_length[16], adf_length[16];
    size_t count, wiki_bytes, adf_bytes;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wiki_to_adf(const struct texts *t, size_t i)
{
    struct arena a = ARENA_INIT;
    size_t length;
    text_to_adf_bytes(&a, text_from_wiki(&a, t->wiki[i], t->wiki_length[i]), &length);
    arena_release(&a);
}

static void adf_to_wiki(const struct texts *t, size_t i)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct text_doc *doc;
    if (!text_from_adf_bytes(&a, t->adf[i], t->adf_length[i], "the text", &doc, &e)) {
        fprintf(stderr, "%s\n", e.text);
        exit(1);
    }
    text_to_wiki(&a, doc);
    arena_release(&a);
}

static void through_jansson(const struct texts *t, size_t i)
{
    json_t *value = json_loadb(t->adf[i], t->adf_length[i], JSON_DECODE_ANY, NULL);
    free(json_dumps(value, JSON_COMPACT));
    json_decref(value);
}

static double seconds_each(const struct texts *t, void (*convert)(const struct texts *, size_t), double seconds)
{
    double best = 1e9;
    for (int run = 0; run < 3; run++) {
        long rounds = 0;
        double start = now(), end;
        do {
            for (size_t i = 0; i < t->count; i++)
                convert(t, i);
            rounds++;
        } while ((end = now()) - start < seconds / 3);
        if ((end - start) / (double)rounds < best)
            best = (end - start) / (double)rounds;
    }
    return best;
}

static void row(const char *name, double seconds, size_t bytes, double baseline)
{
    printf("  %-44s  %8.1f  %8.2fx\n", name, (double)bytes / 1e6 / seconds, baseline / seconds);
}

/* --- the slowest megabyte --- */

enum { MEGABYTE = 1000 * 1000 };

static void read_wiki(const struct buf *text)
{
    struct arena a = ARENA_INIT;
    text_from_wiki(&a, buf_str(text), text->len);
    arena_release(&a);
}

static void read_adf(const struct buf *text)
{
    struct arena a = ARENA_INIT;
    struct text_doc *doc;
    struct err e = ERR_INIT;
    if (!text_from_adf_bytes(&a, buf_str(text), text->len, "the text", &doc, &e) && !*e.text)
        abort();
    arena_release(&a);
}

static double milliseconds(void (*read)(const struct buf *), const struct buf *text)
{
    double best = 1e9;
    for (int run = 0; run < 5; run++) {
        double start = now();
        read(text);
        double took = now() - start;
        best = took < best ? took : best;
    }
    return best * 1e3;
}

static void hostile_row(const char *name, double worst, double usual, const char *piece)
{
    printf("  %-44s  %8.1f  %8.2fx  ", name, worst, worst / usual);
    for (; *piece; piece++)
        printf(*piece == '\n' ? "\\n" : "%c", *piece);
    printf("\n");
}

static void slowest(const struct texts *t)
{
    struct buf text = BUF_INIT(4 * MEGABYTE);
    double worst[2] = {0, 0}, usual[2];
    const char *by[2] = {"", ""};
    for (size_t i = 0; i < sizeof HOSTILE_WIKI / sizeof *HOSTILE_WIKI; i++) {
        hostile_wiki(&text, HOSTILE_WIKI[i], MEGABYTE);
        double took = milliseconds(read_wiki, &text);
        by[0] = took > worst[0] ? HOSTILE_WIKI[i] : by[0];
        worst[0] = took > worst[0] ? took : worst[0];
    }
    for (size_t i = 0; i < sizeof HOSTILE_ADF / sizeof *HOSTILE_ADF; i++) {
        hostile_adf(&text, &HOSTILE_ADF[i], MEGABYTE);
        double took = milliseconds(read_adf, &text);
        by[1] = took > worst[1] ? HOSTILE_ADF[i].open : by[1];
        worst[1] = took > worst[1] ? took : worst[1];
    }
    buf_clear(&text);
    for (size_t i = 0; text.len < MEGABYTE; i = (i + 1) % t->count)
        buf_add(&text, t->wiki[i], t->wiki_length[i]);
    usual[0] = milliseconds(read_wiki, &text);
    buf_clear(&text);
    buf_adds(&text, "[");
    for (size_t i = 0; text.len < MEGABYTE; i = (i + 1) % t->count) {
        buf_adds(&text, text.len > 1 ? "," : "");
        const char *blocks = strchr(t->adf[i], '[') + 1; /* a document in a document would be one unknown node */
        buf_add(&text, blocks, strlen(blocks) - strlen("]}"));
    }
    buf_adds(&text, "]");
    usual[1] = milliseconds(read_adf, &text);
    printf("  %-44s  %8s  %9s\n", "one megabyte is read", "ms", "ratio");
    hostile_row("markup as people write it (baseline)", usual[0], usual[0], "");
    hostile_row("markup, the slowest", worst[0], usual[0], by[0]);
    hostile_row("ADF as it is for those texts (baseline)", usual[1], usual[1], "");
    hostile_row("ADF, the slowest", worst[1], usual[1], by[1]);
    buf_release(&text);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.5;
    struct texts t = {.count = sizeof TEXTS / sizeof *TEXTS};
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < t.count; i++) {
        t.wiki[i] = arena_strdup(&a, TEXTS[i]);
        t.wiki_bytes += t.wiki_length[i] = strlen(TEXTS[i]);
        t.adf[i] = text_to_adf_bytes(&a, text_from_wiki(&a, t.wiki[i], t.wiki_length[i]), &t.adf_length[i]);
        t.adf_bytes += t.adf_length[i];
    }
    double jansson = seconds_each(&t, through_jansson, seconds), there = seconds_each(&t, wiki_to_adf, seconds),
           back = seconds_each(&t, adf_to_wiki, seconds);
    printf("  %-44s  %8s  %9s\n", "", "MB/s", "ratio");
    row("wiki markup to ADF", there, t.wiki_bytes, jansson);
    row("  its ADF through jansson (baseline)", jansson, t.wiki_bytes, jansson);
    row("ADF to wiki markup", back, t.adf_bytes, jansson);
    row("  the same ADF through jansson (baseline)", jansson, t.adf_bytes, jansson);
    printf("  %zu texts, %zu bytes of markup, %zu bytes of ADF\n", t.count, t.wiki_bytes, t.adf_bytes);
    slowest(&t);
    arena_release(&a);
    return 0;
}
