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

static struct text_doc *wiki(const char *markup)
{
    return text_from_wiki(&a, markup, strlen(markup));
}

static struct text_doc *adf(const char *json)
{
    struct err e = ERR_INIT;
    json_t *value = json_parse(&a, json, strlen(json), true, "test", &e);
    assert_non_null(value);
    return text_from_adf(&a, value);
}

#define DOC(content)  "{\"version\":1,\"type\":\"doc\",\"content\":[" content "]}"
#define PARA(content) "{\"type\":\"paragraph\",\"content\":[" content "]}"
#define TEXT(t)       "{\"type\":\"text\",\"text\":\"" t "\"}"

static void expect_adf(const char *markup, const char *content)
{
    struct text_doc *doc = wiki(markup), *expected = adf(content);
    const char *got = json_print_canonical(&a, text_to_adf(&a, doc));
    assert_string_equal(got, json_print_canonical(&a, text_to_adf(&a, expected)));
    assert_string_equal(text_canonical(&a, doc), text_canonical(&a, expected));
}

static void a_line_end_in_a_paragraph_is_a_break(void **state)
{
    (void)state;
    expect_adf("a\nb\n\nc", DOC(PARA(TEXT("a") ",{\"type\":\"hardBreak\"}," TEXT("b")) "," PARA(TEXT("c"))));
}

static void marks_need_a_border(void **state)
{
    (void)state;
    expect_adf("a*b*c *d* 2-3-4",
               DOC(PARA(TEXT("a*b*c ") ",{\"type\":\"text\",\"text\":\"d\",\"marks\":[{\"type\":\"strong\"}]}," TEXT(
                   " 2-3-4"))));
}

static void lists_nest_by_their_markers(void **state)
{
    (void)state;
    expect_adf("* a\n*# b\n* c",
               DOC("{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":[" PARA(
                   TEXT("a")) ",{\"type\":\"orderedList\",\"content\":[{\"type\":\"listItem\","
                              "\"content\":[" PARA(TEXT("b")) "]}]}]},{\"type\":\"listItem\","
                                                              "\"content\":[" PARA(TEXT("c")) "]}]}"));
}

static void an_unknown_node_comes_back_whole(void **state)
{
    (void)state;
    const char *json = DOC("{\"type\":\"hologram\",\"attrs\":{\"depth\":3},\"content\":[]}");
    assert_string_equal(
        json_print_canonical(&a, text_to_adf(&a, adf(json))),
        "{\"content\":[{\"attrs\":{\"depth\":3},\"content\":[],\"type\":\"hologram\"}],\"type\":\"doc\","
        "\"version\":1}");
}

static void what_reads_like_markup_is_escaped(void **state)
{
    (void)state;
    static const char *const texts[] = {"*b* _i_ -d-",
                                        "h1. x",
                                        "* a",
                                        "----",
                                        "[a|http://x.y]",
                                        "{code}x{code}",
                                        "|a|",
                                        "!a.png!",
                                        "?\?c?\?",
                                        "\\\\\\\\server\\\\share",
                                        "a -- b",
                                        ":) (y)",
                                        "C:\\\\*.txt",
                                        "{{m}}",
                                        "&#65;",
                                        "{color:red}a{color}",
                                        "bq. x",
                                        "# a",
                                        "a {*}b{*}",
                                        "[~bob] [^f.zip]"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct text_doc *doc = adf(arena_printf(
            &a, DOC("{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}"), texts[i]));
        const char *markup = text_to_wiki(&a, doc);
        assert_string_equal(text_canonical(&a, wiki(markup)), text_canonical(&a, doc));
    }
}

static void markup_comes_back_byte_for_byte(void **state)
{
    (void)state;
    const char *markup = "h1.  Title\r\n\r\n\r\n* a\r\n- b\r\n{quote}x";
    assert_string_equal(text_to_wiki(&a, wiki(markup)), markup);
}

static void any_bytes_are_some_text(void **state)
{
    (void)state;
    struct text_doc *doc = text_from_wiki(&a, "a\xff\0b\xc3", 5);
    assert_string_equal(text_to_plain(&a, doc), "a\xef\xbf\xbd\xef\xbf\xbd"
                                                "b\xef\xbf\xbd");
    assert_true(text_is_empty(text_from_wiki(&a, NULL, 0)));
    assert_true(text_is_empty(wiki(" \n\t\r\n")));
    assert_true(text_is_empty(text_from_adf(&a, NULL)));
    assert_true(text_is_empty(adf(DOC(PARA("")))));
    assert_false(text_is_empty(wiki("----")));
    assert_string_equal(json_print(&a, text_to_adf(&a, text_from_adf(&a, NULL))),
                        "{\"version\":1,\"type\":\"doc\",\"content\":[]}");
}

static void what_jira_adds_by_itself_does_not_count(void **state)
{
    (void)state;
    assert_true(text_equal(
        adf(DOC("{\"type\":\"paragraph\",\"attrs\":{\"localId\":\"1\"},\"content\":[" TEXT("a ") "," TEXT("b ") "]}")),
        wiki("a b\r\n")));
    assert_false(text_equal(wiki("a"), wiki("b")));
}

static void a_table_may_not_stand_in_a_panel(void **state)
{
    (void)state;
    struct text_doc *doc = wiki("{panel}\na\n|b|\nc\n{panel}");
    assert_string_equal(text_canonical(&a, doc),
                        "panel{\"panelType\":\"info\"} {\np \"a\"\n}\ntable {\ntableRow {\ntd {\np \"b\"\n}\n}\n}\n"
                        "panel{\"panelType\":\"info\"} {\np \"c\"\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_line_end_in_a_paragraph_is_a_break, clear),
        cmocka_unit_test_teardown(marks_need_a_border, clear),
        cmocka_unit_test_teardown(lists_nest_by_their_markers, clear),
        cmocka_unit_test_teardown(an_unknown_node_comes_back_whole, clear),
        cmocka_unit_test_teardown(what_reads_like_markup_is_escaped, clear),
        cmocka_unit_test_teardown(markup_comes_back_byte_for_byte, clear),
        cmocka_unit_test_teardown(any_bytes_are_some_text, clear),
        cmocka_unit_test_teardown(what_jira_adds_by_itself_does_not_count, clear),
        cmocka_unit_test_teardown(a_table_may_not_stand_in_a_panel, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
