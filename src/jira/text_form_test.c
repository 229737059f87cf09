/* Rich text as ADF over v3 or as wiki markup over v2: what the site has and what it refuses decides. */
#include "jira/play.h"

#include "tracker/rich.h"

#define DOC(text)                                                                                                      \
    "{\"version\":1,\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":"   \
    "\"" text "\"}]}]}"
#define WANTS_STRING "{\"errorMessages\":[],\"errors\":{\"comment\":\"Operation value must be a string\"}}"
#define WANTS_DOC                                                                                                      \
    "{\"errorMessages\":[],\"errors\":{\"comment\":\"Operation value must be an Atlassian Document (see the "          \
    "Atlassian "                                                                                                       \
    "Document Format)\"}}"

static bool add(struct play *p, const char *body, struct tracker_comment *c)
{
    return p->tracker->ops->comment_add(p->tracker, &p->a, "5", body, NULL, NULL, c, &p->e);
}

static void cloud_reads_and_writes_documents(void **state)
{
    (void)state;
    PLAY(p, true,
         {"GET /rest/api/3/issue/1?", NULL, 200,
          "{\"id\":\"1\",\"key\":\"SA-1\",\"fields\":{\"description\":" DOC("Oil it.") ",\"environment\":null}}"},
         {"POST /rest/api/3/issue/5/comment", "{\"body\":{\"version\":1,\"type\":\"doc\"", 201,
          "{\"id\":\"9\",\"body\":" DOC("Loudly.") "}"});
    static const char *const id = "1", *const fields[] = {"description", "environment"};
    struct tracker_issue *issue;
    struct tracker_comment c;
    struct tracker_read read = {.ids = &id, .id_count = 1, .fields = fields, .field_count = 2};
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, &issue, &p.e));
    struct value v = tracker_issue_value(issue, "description"), markup = value_rich("Oil it.");
    assert_int_equal(v.kind, VALUE_RICH);
    assert_true(rich_is_adf(v.text));
    assert_true(value_equal(&v, &markup));
    assert_int_equal(tracker_issue_value(issue, "environment").kind, VALUE_NONE);
    assert_ok(p, add(&p, "Loudly.", &c));
    assert_true(rich_is_adf(c.body));
    assert_true(rich_equal(c.body, "Loudly."));
    play_end(&p);
}

static void a_site_that_refuses_documents_gets_markup_from_then_on(void **state)
{
    (void)state;
    PLAY(p, true, {"POST /rest/api/3/issue/5/comment", "\"type\":\"doc\"", 400, WANTS_STRING},
         {"POST /rest/api/2/issue/5/comment", "{\"body\":\"Very *loud*.\"}", 201,
          "{\"id\":\"9\",\"body\":\"Very *loud*.\"}"},
         {"POST /rest/api/2/issue/5/comment", "{\"body\":\"Again.\"}", 201, "{\"id\":\"10\",\"body\":\"Again.\"}"});
    struct tracker_comment c;
    const struct jira_facts *facts;
    assert_ok(p, add(&p, "Very *loud*.", &c));
    assert_string_equal(c.body, "Very *loud*.");
    assert_ok(p, add(&p, rich_in_form(&p.a, "Again.", true), &c));
    assert_ok(p, jira_site_facts(p.site, &facts, &p.e));
    assert_false(facts->has_adf);
    assert_string_equal(facts->text_reason, "it refused a document");
    play_end(&p);
}

static void a_site_that_refuses_both_forms_refuses(void **state)
{
    (void)state;
    PLAY(p, true, {"POST /rest/api/3/issue/5/comment", NULL, 400, WANTS_STRING},
         {"POST /rest/api/2/issue/5/comment", NULL, 400, WANTS_DOC});
    struct tracker_comment c;
    assert_fails(p, ERR_REFUSED, add(&p, "x", &c));
    play_end(&p);
}

static void a_site_that_takes_no_more_markup_is_given_documents(void **state)
{
    (void)state;
    PLAY(p, true, {"POST /rest/api/3/issue/5/comment", NULL, 400, WANTS_STRING},
         {"POST /rest/api/2/issue/5/comment", NULL, 201, "{\"id\":\"9\",\"body\":\"a\"}"},
         {"POST /rest/api/2/issue/5/comment", NULL, 400, WANTS_DOC},
         {"POST /rest/api/3/issue/5/comment", NULL, 201, "{\"id\":\"9\",\"body\":" DOC("b") "}"});
    struct tracker_comment c;
    assert_ok(p, add(&p, "a", &c));
    assert_ok(p, add(&p, "b", &c));
    assert_true(p.site && rich_is_adf(c.body));
    play_end(&p);
}

static void a_refusal_of_something_else_changes_nothing(void **state)
{
    (void)state;
    PLAY(p, true, {"POST /rest/api/3/issue/5/comment", NULL, 400, "{\"errorMessages\":[\"Comment body is too long\"]}"},
         {"POST /rest/api/3/issue/5/comment", NULL, 201, "{\"id\":\"9\",\"body\":" DOC("b") "}"});
    struct tracker_comment c;
    assert_fails(p, ERR_REFUSED, add(&p, "a", &c));
    assert_ok(p, add(&p, "b", &c));
    play_end(&p);
}

static void a_site_without_v3_goes_by_markup(void **state)
{
    (void)state;
    PLAY(p, true, {"POST /rest/api/2/issue/5/comment", "{\"body\":\"a\"}", 201, "{\"id\":\"9\",\"body\":\"a\"}"});
    p.lacks_v3 = true;
    struct tracker_comment c;
    const struct jira_facts *facts;
    assert_ok(p, jira_site_check(p.site, &p.e));
    assert_ok(p, jira_site_facts(p.site, &facts, &p.e));
    assert_false(facts->has_adf);
    assert_string_equal(facts->text_reason, "it has no /rest/api/3");
    assert_ok(p, add(&p, "a", &c));
    assert_int_equal(p.asked_me, 1);
    play_end(&p);
}

static void server_and_data_center_never_ask_for_v3(void **state)
{
    (void)state;
    PLAY(p, false,
         {"POST /rest/api/2/issue/5/comment", "{\"body\":\"a *b*\"}", 201, "{\"id\":\"9\",\"body\":\"a *b*\"}"},
         {"POST /rest/api/2/issue/5/comment", NULL, 400, WANTS_DOC});
    struct tracker_comment c;
    assert_ok(p, add(&p, rich_in_form(&p.a, "a *b*", true), &c));
    assert_fails(p, ERR_REFUSED, add(&p, "b", &c));
    play_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cloud_reads_and_writes_documents),
        cmocka_unit_test(a_site_that_refuses_documents_gets_markup_from_then_on),
        cmocka_unit_test(a_site_that_refuses_both_forms_refuses),
        cmocka_unit_test(a_site_that_takes_no_more_markup_is_given_documents),
        cmocka_unit_test(a_refusal_of_something_else_changes_nothing),
        cmocka_unit_test(a_site_without_v3_goes_by_markup),
        cmocka_unit_test(server_and_data_center_never_ask_for_v3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
