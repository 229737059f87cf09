#include "tracker/rich.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena a;

static const char *adf(const char *content)
{
    struct err e = ERR_INIT;
    const char *text =
        str_replace(&a, arena_printf(&a, "{'version':1,'type':'doc','content':[%s]}", content), "'", "\"");
    const json_t *json = json_parse(&a, text, strlen(text), true, "test", &e);
    assert_non_null(json);
    return rich_of_adf(&a, json);
}

#define PARAGRAPH(text) "{'type':'paragraph','content':[{'type':'text','text':'" text "'}]}"
#define EXPAND(title)   "{'type':'expand','attrs':{'title':'" title "'},'content':[" PARAGRAPH("Inside.") "]}"

static void a_text_says_which_form_it_has(void **state)
{
    (void)state;
    assert_false(rich_is_adf("Oil *it*."));
    assert_false(rich_is_adf(NULL));
    assert_false(rich_is_adf("{\"version\":1,\"type\":\"doc\",\"content\":[]}")); /* somebody may write that */
    assert_true(rich_is_adf(adf(PARAGRAPH("Oil it."))));
    assert_string_equal(rich_of_adf(&a, NULL), "");
    assert_string_equal(adf(""), "");
}

static void markup_cannot_pass_for_a_document(void **state)
{
    (void)state;
    const char *markup = rich_of_markup("\x1e{\"version\":1,\"type\":\"doc\",\"content\":[]}");
    assert_false(rich_is_adf(markup));
    assert_string_equal(markup, "{\"version\":1,\"type\":\"doc\",\"content\":[]}");
}

static void a_damaged_document_is_some_text(void **state)
{
    (void)state;
    assert_true(rich_equal("\x1e{\"version\":", "{\"version\":"));
}

static void each_form_is_had_of_the_other(void **state)
{
    (void)state;
    const char *doc = rich_in_form(&a, "Oil *it*.", true);
    assert_true(rich_is_adf(doc));
    assert_string_equal(rich_markup(&a, doc), "Oil *it*.");
    assert_string_equal(json_at_str(rich_adf(&a, "Oil *it*."), "type"), "doc");
    assert_string_equal(rich_markup(&a, "Oil\r\n\r\n\r\nit."), "Oil\r\n\r\n\r\nit.");
    assert_string_equal(rich_in_form(&a, NULL, true), "");
}

static void between_the_forms_what_markup_can_say_counts(void **state)
{
    (void)state;
    const char *doc = adf(PARAGRAPH("Oil it.") "," EXPAND("More")),
               *renamed = adf(PARAGRAPH("Oil it.") "," EXPAND("Most"));
    const char *markup = rich_markup(&a, doc);
    assert_true(rich_equal(doc, markup));
    assert_true(rich_equal(markup, doc));
    assert_false(rich_equal(doc, renamed)); /* two documents say all they say */
    assert_false(rich_equal(doc, "Oil it."));
}

static void people_can_be_left_aside(void **state)
{
    (void)state;
    const char *doc = adf("{'type':'paragraph','content':[{'type':'text','text':'Ask '},{'type':'mention','attrs':"
                          "{'id':'712020:ann','text':'@Ann'}},{'type':'text','text':' first'}]}");
    assert_true(rich_equal_nameless(doc, "Ask [~ann] first"));
    assert_true(rich_equal_nameless("Ask [~bob] first", "Ask [~ann] first"));
    assert_false(rich_equal("Ask [~bob] first", "Ask [~ann] first"));
    assert_false(rich_equal_nameless(doc, "Ask [~ann] last"));
    assert_false(rich_equal_nameless(doc, "Ask first"));
}

static void a_stored_document_is_readable(void **state)
{
    (void)state;
    json_t *loser = json_pack("{ss ss}", "kind", "rich", "text", adf(PARAGRAPH("Oil it.")));
    const json_t *detail = json_keep(
        &a, json_pack("{so si s{ss ss}}", "loser", loser, "side", 1, "winner", "kind", "rich", "text", "Oil *it*."));
    const json_t *shown = rich_readable(&a, detail);
    assert_string_equal(json_at_str(shown, "loser.text"), "Oil it.");
    assert_string_equal(json_at_str(shown, "loser.adf.type"), "doc");
    assert_string_equal(json_at_str(shown, "winner.text"), "Oil *it*.");
    assert_null(json_at(shown, "winner.adf"));
    assert_int_equal(json_at_int(shown, "side", 0), 1);
    assert_true(rich_is_adf(json_at_str(detail, "loser.text"))); /* what is stored stays as it is */
    assert_null(rich_readable(&a, NULL));
}

static int clean(void **state)
{
    (void)state;
    arena_release(&a);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_says_which_form_it_has),
        cmocka_unit_test(markup_cannot_pass_for_a_document),
        cmocka_unit_test(a_damaged_document_is_some_text),
        cmocka_unit_test(each_form_is_had_of_the_other),
        cmocka_unit_test(between_the_forms_what_markup_can_say_counts),
        cmocka_unit_test(a_stored_document_is_readable),
        cmocka_unit_test(people_can_be_left_aside),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
