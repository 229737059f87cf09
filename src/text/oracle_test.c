/* oracle_test.c - our reading of wiki markup beside that of Atlassian's own converter; see test/text/oracle.mjs. */
#include "text/doc.h"

#include "base/file_atomic.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct corpus {
    struct arena a;
    json_t *accepted; /* wiki text to the reason why ours is right */
    size_t texts, agree, accept;
    struct buf report;
};

static json_t *next_line(struct arena *a, const char **at, const char *name)
{
    const char *end = strchr(*at, '\n');
    size_t length = end ? (size_t)(end - *at) : strlen(*at);
    struct err e = ERR_INIT;
    json_t *value = json_parse(a, *at, length, true, name, &e);
    if (!value)
        fail_msg("%s", e.text);
    *at += length + (end != NULL);
    return value;
}

static const char *read_corpus(struct arena *a, const char *name)
{
    struct buf bytes = BUF_INIT(16u << 20);
    struct err e = ERR_INIT;
    if (!file_read(arena_printf(a, "%s/test/text/corpus/%s", TANDEM_SOURCE_DIR, name), &bytes, &e))
        fail_msg("%s", e.text);
    const char *copy = arena_strdup(a, buf_str(&bytes));
    buf_release(&bytes);
    return copy;
}

static void compare(struct corpus *c, const json_t *line)
{
    struct arena a = ARENA_INIT;
    const char *markup = json_at_str(line, "wiki");
    const char *ours = text_canonical(&a, text_from_wiki(&a, markup, strlen(markup)));
    const char *theirs = text_canonical(&a, text_from_adf(&a, json_at(line, "adf")));
    bool equal = str_eq(ours, theirs), accepted = json_object_get(c->accepted, markup) != NULL;
    c->texts++;
    c->agree += equal;
    c->accept += accepted;
    if (equal && accepted)
        buf_addf(&c->report, "accepted.jsonl lists a text that agrees: %s\n", markup);
    if (!equal && !accepted)
        buf_addf(&c->report, "--- %s\nours:\n%stheirs:\n%s", markup, ours, theirs);
    arena_release(&a);
}

static void our_reading_agrees_with_atlassians(void **state)
{
    (void)state;
    struct corpus c = {.a = ARENA_INIT, .report = BUF_INIT(4u << 20)};
    c.accepted = json_keep(&c.a, json_object());
    for (const char *at = read_corpus(&c.a, "accepted.jsonl"); *at;) {
        const json_t *line = next_line(&c.a, &at, "accepted.jsonl");
        json_object_set_new(c.accepted, json_at_str(line, "wiki"), json_string(json_at_str(line, "why")));
    }
    for (const char *at = read_corpus(&c.a, "wiki.jsonl"); *at;)
        compare(&c, next_line(&c.a, &at, "wiki.jsonl"));
    printf("%zu texts, %zu agree (%.1f %%), %zu accepted differences\n", c.texts, c.agree,
           100.0 * (double)c.agree / (double)c.texts, c.accept);
    fputs(buf_str(&c.report), stderr);
    size_t differences = c.report.len, unknown = json_object_size(c.accepted) - c.accept;
    buf_release(&c.report);
    arena_release(&c.a);
    if (c.agree * 100 < c.texts * 97)
        fail_msg("%zu of %zu agree: less than 97 %%", c.agree, c.texts);
    if (differences || unknown)
        fail_msg("differences that nobody accepted, or accepted texts that do not differ or are not there (%zu)",
                 unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(our_reading_agrees_with_atlassians)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
