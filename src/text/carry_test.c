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

static const json_t *json(const char *text)
{
    struct err e = ERR_INIT;
    char *quoted = arena_strdup(&a, text);
    for (char *c = quoted; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    const json_t *value = json_parse(&a, quoted, strlen(quoted), true, "test", &e);
    if (!value)
        fail_msg("%s", e.text);
    return value;
}

static struct text_doc *adf(const char *content)
{
    return text_from_adf(&a, json(content));
}

#define P(text) "{'type':'paragraph','content':[{'type':'text','text':'" text "'}]}"

static const char *carry(const struct text_doc *own_base, const struct text_doc *own, const struct text_doc *other_base,
                         const struct text_doc *other)
{
    struct text_doc *carried;
    bool is_wiki = own->source;
    if (!text_carry(&a, (const struct text_doc *[2]){own_base, other_base}, (const struct text_doc *[2]){own, other},
                    SIDE_FIRST, &carried))
        return "conflict";
    return is_wiki ? text_to_wiki(&a, carried) : json_print(&a, json_at(text_to_adf(&a, carried), "content"));
}

static void expect_adf(const char *got, const char *expected)
{
    assert_string_equal(got, json_print(&a, json(expected)));
}

/* --- the receiving side holds wiki markup --- */

static void an_edit_in_cloud_changes_one_block_of_the_markup(void **state)
{
    (void)state;
    const char *own = "h1.  Plan\r\n\r\n\r\n-  one\r\n- two\r\n\r\n|a|b|\r\n\r\nlast";
    const char *base =
        "[{'type':'heading','attrs':{'level':1},'content':[{'type':'text','text':'Plan'}]},"
        "{'type':'bulletList','content':[{'type':'listItem','content':[" P(
            "one") "]},"
                   "{'type':'listItem','content':[" P(
                       "two") "]}]},"
                              "{'type':'table','content':[{'type':'tableRow','content':[{'type':'tableCell','content':"
                              "[" P("a") "]},{'type':'tableCell','content':[" P("b") "]}]}]}," P("last") "]";
    const char *edited = str_replace(&a, base, "last", "last words");
    assert_string_equal(carry(wiki(own), wiki(own), adf(base), adf(edited)),
                        "h1.  Plan\r\n\r\n\r\n-  one\r\n- two\r\n\r\n|a|b|\r\n\r\nlast words");
    assert_string_equal(carry(wiki(own), wiki(own), adf(base), adf(base)), own);
    edited = str_replace(&a, base, "Plan", "Plans");
    assert_string_equal(carry(wiki(own), wiki(own), adf(base), adf(edited)),
                        "h1. Plans\r\n\r\n-  one\r\n- two\r\n\r\n|a|b|\r\n\r\nlast");
}

static void forms_that_say_less_are_matched_all_the_same(void **state)
{
    (void)state;
    const char *own = "*Details*\n\n  inside\n\nafter  it";
    const char *base = "[{'type':'expand','attrs':{'title':'Details'},'content':[" P("inside") "]}," P("after  it") "]";
    const char *edited =
        "[{'type':'expand','attrs':{'title':'Details'},'content':[" P("inside") "]}," P("gone") "," P("new") "]";
    assert_string_equal(carry(wiki(own), wiki(own), adf(base), adf(edited)), "*Details*\n\n  inside\n\ngone\n\nnew");
}

static void both_may_edit_different_blocks(void **state)
{
    (void)state;
    assert_string_equal(carry(wiki("a\n\nb\n\nc"), wiki("A\n\nb\n\nc"), adf("[" P("a") "," P("b") "," P("c") "]"),
                              adf("[" P("a") "," P("b") "," P("C") "]")),
                        "A\n\nb\n\nC");
    assert_string_equal(carry(wiki("a\n\nb"), wiki("A\n\nb"), adf("[" P("a") "," P("b") "]"), adf("[" P("b") "]")),
                        "conflict");
    assert_string_equal(carry(wiki("a"), wiki("a\n\nmine"), adf("[" P("a") "]"), adf("[" P("a") "," P("yours") "]")),
                        "a\n\nmine\n\nyours");
    assert_string_equal(
        carry(wiki("a\n\nb"), wiki("a\n\nB"), adf("[" P("a") "," P("b") "]"), adf("[" P("a") "," P("B") "]")),
        "a\n\nB");
}

static void the_other_side_can_win_against_a_conflict(void **state)
{
    (void)state;
    struct text_doc *base = wiki("-  x\n\nb");
    assert_string_equal(
        carry(base, base,
              adf("[{'type':'bulletList','content':[{'type':'listItem','content':[" P("x") "]}]}," P("b") "]"),
              adf("[{'type':'bulletList','content':[{'type':'listItem','content':[" P("x") "]}]}," P("theirs") "]")),
        "-  x\n\ntheirs");
}

static void markup_goes_to_markup_byte_for_byte(void **state)
{
    (void)state;
    assert_string_equal(carry(wiki("a\n\n-  x"), wiki("a\n\n-  x"), wiki("a\n\n- x"), wiki("h1.   new\n\n- x")),
                        "h1.   new\n\n-  x");
    assert_string_equal(carry(wiki("a"), wiki("a"), wiki("a"), wiki("h1.   new\r\n\r\n")), "h1.   new\r\n\r\n");
    assert_string_equal(carry(wiki(""), wiki(""), wiki(""), wiki(" *x*\n")), " *x*\n");
}

/* --- the receiving side holds ADF --- */

#define HOLOGRAM "{'type':'hologram','attrs':{'depth':3}}"
#define TASKS                                                                                                          \
    "{'type':'taskList','attrs':{'localId':'t'},'content':[{'type':'taskItem','attrs':{'localId':'i','state':'DONE'}," \
    "'content':[{'type':'text','text':'do'}]}]}"

static void what_markup_cannot_say_survives_an_edit_elsewhere(void **state)
{
    (void)state;
    const char *own = "[" P("one") "," HOLOGRAM "," TASKS ",{'type':'paragraph'}," P("two") "]";
    struct text_doc *mine = adf(own);
    const char *base = text_to_wiki(&a, mine);
    assert_string_equal(base, "one\n\n* (/) do\n\ntwo");
    expect_adf(carry(mine, mine, wiki(base), wiki("one\n\n* (/) do\n\n2")),
               "[" P("one") "," HOLOGRAM "," TASKS ",{'type':'paragraph'}," P("2") "]");
    expect_adf(carry(mine, mine, wiki(base), wiki("one\n\nnew\n\n* (/) do\n\ntwo")),
               "[" P("one") "," P("new") "," HOLOGRAM "," TASKS ",{'type':'paragraph'}," P("two") "]");
    expect_adf(carry(mine, mine, wiki(base), wiki("1\n\n* (/) do\n\ntwo")),
               "[" P("1") "," HOLOGRAM "," TASKS ",{'type':'paragraph'}," P("two") "]");
    expect_adf(carry(mine, mine, wiki(base), wiki("two")), "[" HOLOGRAM "," P("two") "]");
    expect_adf(carry(mine, mine, wiki(base), wiki("")), "[]");
    expect_adf(carry(mine, mine, wiki(base), wiki(base)), own);
}

static void an_edit_in_a_list_changes_one_item(void **state)
{
    (void)state;
    const char *own =
        "[{'type':'taskList','attrs':{'localId':'t'},'content':["
        "{'type':'taskItem','attrs':{'localId':'i','state':'DONE'},'content':[{'type':'text','text':'do'}]},"
        "{'type':'taskItem','attrs':{'localId':'k','state':'TODO'},'content':[{'type':'status','attrs':{"
        "'text':'soon','color':'red'}}]}]}]";
    struct text_doc *mine = adf(own);
    const char *base = text_to_wiki(&a, mine);
    assert_string_equal(base, "* (/) do\n* (-) soon");
    expect_adf(carry(mine, mine, wiki(base), wiki("* (/) done\n* (-) soon")), str_replace(&a, own, "'do'", "'done'"));
    expect_adf(carry(mine, mine, wiki(base), wiki("* (-) do\n* (-) soon")), str_replace(&a, own, "DONE", "TODO"));
    expect_adf(carry(mine, mine, wiki(base), wiki("* (-) soon")),
               str_replace(&a, own,
                           "{'type':'taskItem','attrs':{'localId':'i','state':'DONE'},'content':[{'type':'text','text':"
                           "'do'}]},",
                           ""));
    expect_adf(
        carry(mine, mine, wiki(base), wiki("* (/) do\n* (-) soon\n* more")),
        str_replace(&a, own, "'red'}}]}]}]",
                    "'red'}}]},{'type':'taskItem','attrs':{'localId':'','state':'TODO'},'content':[{'type':'text',"
                    "'text':'more'}]}]}]"));
}

static void an_edit_in_a_table_changes_one_cell(void **state)
{
    (void)state;
    const char *own =
        "[{'type':'table','attrs':{'width':760},'content':[{'type':'tableRow','content':["
        "{'type':'tableCell','attrs':{'background':'#ff0000'},'content':[" P(
            "a") "]},"
                 "{'type':'tableCell','attrs':{'background':'#00ff00'},'content':[" P(
                     "b") "]}]},"
                          "{'type':'tableRow','content':[{'type':'tableCell','attrs':{'colspan':2},'content':[" P(
                              "c") "]}]}]}]";
    struct text_doc *mine = adf(own);
    const char *base = text_to_wiki(&a, mine);
    assert_string_equal(base, "|a|b|\n|c|");
    expect_adf(carry(mine, mine, wiki(base), wiki("|a|B|\n|c|")), str_replace(&a, own, "'b'", "'B'"));
    expect_adf(carry(mine, mine, wiki(base), wiki("|a|b|\n|C|")), str_replace(&a, own, "'c'", "'C'"));
}

static void a_block_keeps_every_attribute_it_came_with(void **state)
{
    (void)state;
    const char *own = "[{'type':'paragraph','attrs':{'localId':'p1'},'content':[{'type':'text','text':'a','marks':["
                      "{'type':'strong'},{'type':'em'}]}],'unknown':1}," P("b") "]";
    expect_adf(carry(adf(own), adf(own), wiki("*_a_*\n\nb"), wiki("*_a_*\n\nB")), str_replace(&a, own, "'b'", "'B'"));
}

static void adf_goes_to_adf(void **state)
{
    (void)state;
    const char *own =
        "[{'type':'paragraph','attrs':{'localId':'p1'},'content':[{'type':'text','text':'a'}]}," P("b") "]";
    expect_adf(carry(adf(own), adf(own), adf("[" P("a") "," P("b") "]"), adf("[" P("a") "," HOLOGRAM "," P("b") "]")),
               "[{'type':'paragraph','attrs':{'localId':'p1'},'content':[{'type':'text','text':'a'}]}," HOLOGRAM
               "," P("b") "]");
}

static void a_first_meeting_keeps_what_both_say(void **state)
{
    (void)state;
    struct text_doc *mine = adf("[" P("one") "," TASKS "," P("two") "]");
    expect_adf(carry(NULL, mine, NULL, wiki("one\n\n* (/) do\n\n2")), "[" P("one") "," TASKS "," P("2") "]");
    assert_string_equal(carry(NULL, wiki("a\n\n-  b"), NULL,
                              adf("[" P("x") ",{'type':'bulletList','content':[{'type':"
                                             "'listItem','content':[" P("b") "]}]}]")),
                        "x\n\n-  b");
}

static void names_of_people_do_not_stand_in_the_way(void **state)
{
    (void)state;
    const char *own = "[{'type':'paragraph','content':[{'type':'mention','attrs':{'id':'557058:ada'}}]}," P("b") "]";
    expect_adf(carry(adf(own), adf(own), wiki("[~ada]\n\nb"), wiki("[~ada]\n\nB")), str_replace(&a, own, "'b'", "'B'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_edit_in_cloud_changes_one_block_of_the_markup, clear),
        cmocka_unit_test_teardown(forms_that_say_less_are_matched_all_the_same, clear),
        cmocka_unit_test_teardown(both_may_edit_different_blocks, clear),
        cmocka_unit_test_teardown(the_other_side_can_win_against_a_conflict, clear),
        cmocka_unit_test_teardown(markup_goes_to_markup_byte_for_byte, clear),
        cmocka_unit_test_teardown(what_markup_cannot_say_survives_an_edit_elsewhere, clear),
        cmocka_unit_test_teardown(an_edit_in_a_list_changes_one_item, clear),
        cmocka_unit_test_teardown(an_edit_in_a_table_changes_one_cell, clear),
        cmocka_unit_test_teardown(a_block_keeps_every_attribute_it_came_with, clear),
        cmocka_unit_test_teardown(adf_goes_to_adf, clear),
        cmocka_unit_test_teardown(a_first_meeting_keeps_what_both_say, clear),
        cmocka_unit_test_teardown(names_of_people_do_not_stand_in_the_way, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
