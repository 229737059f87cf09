#include "text/doc.h"

#include "base/side.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena a;

static int clear(void **state)
{
    (void)state;
    arena_clear(&a);
    return 0;
}

static struct text_doc *wiki(const char *markup)
{
    return text_from_wiki(&a, markup, strlen(markup));
}

/* What Cloud would hold of this markup. */
static struct text_doc *cloud(const char *markup)
{
    return text_from_adf(&a, text_to_adf(&a, wiki(markup)));
}

static void expect_merge(const char *base, const char *first, const char *second, const char *expected)
{
    struct text_doc *merged[2] = {NULL, NULL};
    bool ok = text_merge(&a, wiki(base), (const struct text_doc *[2]){wiki(first), cloud(second)}, merged);
    assert_int_equal(ok, expected != NULL);
    if (!expected)
        return;
    for (int side = 0; side < 2; side++)
        assert_string_equal(text_canonical(&a, merged[side]), text_canonical(&a, wiki(expected)));
}

static void changes_of_different_blocks_are_joined(void **state)
{
    (void)state;
    expect_merge("a\n\nb\n\nc", "A\n\nb\n\nc", "a\n\nb\n\nC", "A\n\nb\n\nC");
    expect_merge("a\n\nb\n\nc", "a\n\nc", "a\n\nb\n\nc\n\nd", "a\n\nc\n\nd");
    expect_merge("a\n\nb", "a\n\nb!", "x\n\na\n\nb", "x\n\na\n\nb!");
    expect_merge("", "a", "", "a");
    expect_merge("a", "", "a", "");
}

static void the_same_change_on_both_sides_is_one(void **state)
{
    (void)state;
    expect_merge("a\n\nb", "a\n\nB", "a\n\nB", "a\n\nB");
    expect_merge("a\n\nb", "a", "a", "a");
    expect_merge("a", "a\n\nn", "a\n\nn", "a\n\nn");
}

static void both_may_add_at_one_place(void **state)
{
    (void)state;
    expect_merge("a", "a\n\nmine", "a\n\nyours", "a\n\nmine\n\nyours");
}

static void a_block_that_both_changed_is_a_conflict(void **state)
{
    (void)state;
    expect_merge("a\n\nb", "a\n\nB", "a\n\nbb", NULL);
    expect_merge("a\n\nb", "a", "a\n\nbb", NULL);
}

static void unchanged_blocks_keep_their_bytes(void **state)
{
    (void)state;
    const char *base = "h1.  Title\r\n\r\n\r\n- one\r\n- two\r\n\r\nlast";
    struct text_doc *merged[2];
    assert_true(text_merge(&a, cloud(base),
                           (const struct text_doc *[2]){wiki(base), cloud("h1. Title\n\n* one\n* two\n\nlast words")},
                           merged));
    assert_string_equal(text_to_wiki(&a, merged[SIDE_FIRST]), "h1.  Title\r\n\r\n\r\n- one\r\n- two\r\n\r\nlast words");
    assert_true(text_merge(&a, cloud(base), (const struct text_doc *[2]){wiki(base), cloud(base)}, merged));
    assert_string_equal(text_to_wiki(&a, merged[SIDE_FIRST]), base);
}

static void a_loss_is_found_where_it_is(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    const char *json =
        "[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"*a*\"}]},"
        "{\"type\":\"blockquote\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"status\","
        "\"attrs\":{\"text\":\"ok\",\"color\":\"green\"}}]}]},"
        "{\"type\":\"orderedList\",\"attrs\":{\"order\":5},\"content\":[{\"type\":\"listItem\",\"content\":"
        "[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"five\"}]}]}]}]";
    struct text_loss *losses;
    size_t count = text_loss(&a, text_from_adf(&a, json_parse(&a, json, strlen(json), true, "test", &e)), &losses);
    assert_int_equal(count, 2);
    assert_string_equal(losses[0].path, "/content/1/content/0/content/0");
    assert_string_equal(losses[1].path, "/content/2");
    assert_string_equal(losses[1].what, "this orderedList comes back from wiki markup changed");
    assert_int_equal(text_loss(&a, wiki("|a|\n|{panel}x{panel}|"), &losses), 0);
}

static double seconds_of(const char *piece, size_t bytes)
{
    struct arena own = ARENA_INIT;
    struct buf text = BUF_INIT(8u << 20);
    struct timespec from, to;
    while (text.len < bytes)
        buf_adds(&text, piece);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    struct text_doc *doc = text_from_wiki(&own, buf_str(&text), text.len);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    text_canonical(&own, doc);
    text_to_wiki(&own, text_without_native(&own, doc));
    text_to_adf(&own, doc);
    struct timespec done;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &done);
    double parse = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    double all = (double)(done.tv_sec - from.tv_sec) + (double)(done.tv_nsec - from.tv_nsec) / 1e9;
    if (getenv("TANDEM_TIMES"))
        fprintf(stderr, "%-24.24s read %.3f s, with canonical, wiki and ADF %.3f s\n", piece, parse, all);
    buf_release(&text);
    arena_release(&own);
    return all;
}

static void hostile_input_takes_linear_time(void **state)
{
    (void)state;
    static const char *const pieces[] = {"{quote}",
                                         "*",
                                         "[[[",
                                         "|",
                                         "{panel}",
                                         "{color:red}",
                                         "{color}",
                                         "{code:",
                                         "{code}",
                                         "{{",
                                         "}}",
                                         "{{a}}b",
                                         "{{a}}b {{",
                                         "*a ",
                                         "*a* ",
                                         "_*",
                                         "!a",
                                         "!",
                                         "[a|",
                                         "]",
                                         "\\",
                                         "\\\\",
                                         "\\*",
                                         "* a\n",
                                         "** a\n",
                                         "-- ",
                                         "||",
                                         "|a",
                                         "|\n",
                                         "\?\?",
                                         "\?\?a",
                                         "&#1",
                                         "&#65;",
                                         "http://",
                                         "http://x ",
                                         "h1. ",
                                         "h1. \n",
                                         "\n",
                                         "{*}",
                                         "{quote}{panel}",
                                         "|{quote}",
                                         "* {quote}\n",
                                         "((((",
                                         "(y)",
                                         "a*b_c-",
                                         "{noformat}",
                                         "{anchor:x}",
                                         "-",
                                         "+a+",
                                         "[~",
                                         "[^a]",
                                         "!a.png!",
                                         "{color:red}\n\n",
                                         "\xff",
                                         "a\n",
                                         "*#*#-* a\n",
                                         "{color:red}a{color}"};
    const char *slowest = "";
    double worst = 0;
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        double once = seconds_of(pieces[i], 1 << 14), twice = 0;
        if (once > 0.1) /* four times the input, four times the time; quadratic would be sixteen */
            twice = seconds_of(pieces[i], 1 << 16) / once;
        if (twice > worst) {
            worst = twice;
            slowest = pieces[i];
        }
    }
    if (worst > 9)
        fail_msg("four times \"%s\" takes %.1f times as long", slowest, worst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(changes_of_different_blocks_are_joined, clear),
        cmocka_unit_test_teardown(the_same_change_on_both_sides_is_one, clear),
        cmocka_unit_test_teardown(both_may_add_at_one_place, clear),
        cmocka_unit_test_teardown(a_block_that_both_changed_is_a_conflict, clear),
        cmocka_unit_test_teardown(unchanged_blocks_keep_their_bytes, clear),
        cmocka_unit_test_teardown(a_loss_is_found_where_it_is, clear),
        cmocka_unit_test(hostile_input_takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
