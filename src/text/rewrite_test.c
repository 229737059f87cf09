#include "text/doc.h"

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

static const char *mention(void *ctx, const char *id, const char **name_r)
{
    (void)ctx;
    if (str_eq(id, "carol"))
        *name_r = "Carol Example";
    return str_eq(id, "bob") ? "5b10a2844c20165700ede21g" : NULL;
}

static const char *new_link(void *ctx, const char *href)
{
    (void)ctx;
    return str_eq(href, "http://old.example.com/browse/SA-1") ? "https://new.example.com/browse/CA-1" : NULL;
}

static const json_t *media(void *ctx, const json_t *attrs)
{
    (void)ctx;
    if (!str_eq(json_at_str(attrs, "id"), "a.png"))
        return NULL;
    return json_keep(&a, json_pack("{s:s, s:s, s:s}", "type", "file", "id", "b.png", "collection", ""));
}

static const char *words(void *ctx, const char *text, size_t length)
{
    (void)ctx;
    return str_replace(&a, arena_strndup(&a, text, length), "SA-1", "CA-1");
}

static const char *no_file(void *ctx, const json_t *attrs, const char **href_r)
{
    (void)ctx;
    if (!str_eq(json_at_str(attrs, "id"), "gone.png"))
        return NULL;
    *href_r = "https://old.example.com/gone.png";
    return "gone.png (in SA-1)";
}

static const struct text_rewrite ALL = {
    .mention = mention, .link = new_link, .media = media, .media_text = no_file, .words = words};

static const struct text_doc *rewritten(const char *markup)
{
    return text_rewrite(&a, text_from_wiki(&a, markup, strlen(markup)), &ALL);
}

static void expect(const char *markup, const char *expected)
{
    assert_string_equal(text_to_wiki(&a, rewritten(markup)), expected);
}

static void a_mention_becomes_the_other_sites_user(void **state)
{
    (void)state;
    expect("Hi [~bob]", "Hi [~accountid:5b10a2844c20165700ede21g]");
}

static void a_mention_of_nobody_becomes_text(void **state)
{
    (void)state;
    expect("|[~carol]|[~dave]|", "|@Carol Example|@dave|");
}

static void links_and_files_follow(void **state)
{
    (void)state;
    expect("[see|http://old.example.com/browse/SA-1]", "[see|https://new.example.com/browse/CA-1]");
    expect("http://old.example.com/browse/SA-1!", "https://new.example.com/browse/CA-1!");
    expect("[x|http://old.example.com/browse/SA-1|smart-link]",
           "[https://new.example.com/browse/CA-1|https://new.example.com/browse/CA-1|smart-link]");
    expect("!a.png! [^a.png] !c.png!", "!b.png!\n\n[^b.png]\n\n!c.png!");
}

static void a_file_that_is_not_there_becomes_a_link(void **state)
{
    (void)state;
    const char *link = "[gone.png (in SA-1)|https://old.example.com/gone.png]";
    expect("!gone.png!", link);
    expect("see !gone.png|width=20! there", arena_printf(&a, "see\n\n%s\n\nthere", link));
    expect("[^gone.png]", link);
    expect("|[^gone.png]|!a.png!|", arena_printf(&a, "|%s|!b.png!|", link));
}

static void words_follow_outside_of_code(void **state)
{
    (void)state;
    expect("see SA-1, *SA-1*\n\n{{SA-1}}\n\n{noformat}SA-1{noformat}",
           "see CA-1, *CA-1*\n\n{{SA-1}}\n\n{noformat}SA-1{noformat}");
    expect("[SA-1|http://elsewhere.example.com]", "[SA-1|http://elsewhere.example.com]");
}

static void blocks_without_a_change_keep_their_bytes(void **state)
{
    (void)state;
    expect("h1.  Title\r\n\r\n\r\n- one\r\n\r\n[~bob]\r\n\r\n- two",
           "h1.  Title\r\n\r\n\r\n- one\r\n\r\n"
           "[~accountid:5b10a2844c20165700ede21g]\r\n\r\n- two");
    struct text_doc *doc = text_from_wiki(&a, "h1.  Title", 10);
    assert_ptr_equal(text_rewrite(&a, doc, &ALL), doc);
}

static void a_text_too_long_ends_at_a_block_with_a_note(void **state)
{
    (void)state;
    const char *markup = "h1.  One\r\n\r\n\xf0\x9f\x99\x82 two\r\n\r\n* three";
    struct text_doc *doc = text_from_wiki(&a, markup, strlen(markup));
    bool cut = true;
    assert_ptr_equal(text_cut(&a, doc, 29, "(cut)", &cut), doc);
    assert_false(cut);
    assert_string_equal(text_to_wiki(&a, text_cut(&a, doc, 28, "(cut)", &cut)),
                        "h1.  One\r\n\r\n\xf0\x9f\x99\x82 two\r\n\r\n(cut)");
    assert_true(cut);
    assert_string_equal(text_to_wiki(&a, text_cut(&a, doc, 20, "(cut)", &cut)), "h1.  One\r\n\r\n(cut)");
    assert_string_equal(text_to_wiki(&a, text_cut(&a, doc, 3, "(cut)", &cut)), "(cut)");
}

static void in_adf_the_text_alone_counts(void **state)
{
    (void)state;
    const char *markup = "*\xf0\x9f\x99\x82* one\n\n{panel}\ntwo\n{panel}\n\nthree";
    struct text_doc *doc = text_from_adf(&a, text_to_adf(&a, text_from_wiki(&a, markup, strlen(markup))));
    bool cut = true;
    assert_ptr_equal(text_cut_adf(&a, doc, 18, "(cut)", &cut), doc); /* 6 + 2 + 3 + 2 + 5 */
    assert_false(cut);
    const struct text_doc *less = text_cut_adf(&a, doc, 17, "(cut)", &cut);
    assert_true(cut);
    assert_string_equal(text_to_plain(&a, less), "\xf0\x9f\x99\x82 one\n\n(cut)");
    assert_int_equal(json_at_count(text_to_adf(&a, less), "content"), 2);
    assert_string_equal(text_to_plain(&a, text_cut_adf(&a, doc, 2, "(cut)", &cut)), "(cut)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_mention_becomes_the_other_sites_user, clear),
        cmocka_unit_test_teardown(a_mention_of_nobody_becomes_text, clear),
        cmocka_unit_test_teardown(links_and_files_follow, clear),
        cmocka_unit_test_teardown(a_file_that_is_not_there_becomes_a_link, clear),
        cmocka_unit_test_teardown(words_follow_outside_of_code, clear),
        cmocka_unit_test_teardown(a_text_too_long_ends_at_a_block_with_a_note, clear),
        cmocka_unit_test_teardown(in_adf_the_text_alone_counts, clear),
        cmocka_unit_test_teardown(blocks_without_a_change_keep_their_bytes, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
