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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(changes_of_different_blocks_are_joined, clear),
        cmocka_unit_test_teardown(the_same_change_on_both_sides_is_one, clear),
        cmocka_unit_test_teardown(both_may_add_at_one_place, clear),
        cmocka_unit_test_teardown(a_block_that_both_changed_is_a_conflict, clear),
        cmocka_unit_test_teardown(unchanged_blocks_keep_their_bytes, clear),
        cmocka_unit_test_teardown(a_loss_is_found_where_it_is, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
