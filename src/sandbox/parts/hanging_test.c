/* The smaller things that hang on issues: labels of a site, sub-tasks, notifications, pinned and internal comments. */
#include "base/clock.h"
#include "sandbox/test_client.h"

static void ada_comes(struct test_site *s)
{
    test_json(
        s, HTTP_POST, 201, "/sandbox/users",
        "{\"name\":\"ada\",\"emailAddress\":\"ada@example.com\",\"accountId\":\"712020:ada\",\"password\":\"pw\"}");
}

static void as_ada(struct test_site *s, bool is_ada)
{
    s->user = is_ada ? s->is_cloud ? "ada@example.com" : "ada" : s->is_cloud ? "admin@example.com" : "admin";
    s->password = is_ada ? "pw" : "admin";
}

static void label_issue(struct test_site *s, const char *key, const char *labels)
{
    test_json(s, HTTP_PUT, 204, arena_printf(&s->arena, "/rest/api/2/issue/%s", key),
              test_body(s, "{'fields':{'labels':[%s]}}", labels));
}

static void the_labels_of_a_site_are_listed_and_suggested(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        test_issue(&s, "SA", "Task", "two");
        label_issue(&s, "SA-1", "'beta','alpha'");
        label_issue(&s, "SA-2", "'beta','be<ta'");
        if (s.is_cloud) {
            json_t *page = test_get(&s, 200, "/rest/api/3/label?maxResults=2");
            assert_int_equal(json_at_int(page, "total", 0), 3);
            assert_false(json_at_bool(page, "isLast", true));
            assert_string_equal(json_string_value(json_array_get(json_object_get(page, "values"), 0)), "alpha");
            page = test_get(&s, 200, "/rest/api/3/label?startAt=2");
            assert_int_equal(json_at_count(page, "values"), 1);
        } else {
            test_get(&s, 404, "/rest/api/2/label");
        }
        json_t *o = test_get(&s, 200, "/rest/api/1.0/labels/suggest?query=BE");
        assert_int_equal(json_at_count(o, "suggestions"), 2);
        assert_string_equal(json_at_str(o, "token"), "BE");
        const json_t *first = json_array_get(json_object_get(o, "suggestions"), 0);
        assert_string_equal(json_at_str(first, "label"), "be<ta");
        assert_string_equal(json_at_str(first, "html"), "<b>be</b>&lt;ta");
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/1.0/labels/suggest"), "suggestions"), 3);
    }
}

static void labels_of_unseen_issues_are_not_suggested(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_json(&s, HTTP_POST, 201, "/sandbox/project", "{\"key\":\"SEC\",\"name\":\"Secret\",\"members\":[]}");
        test_issue(&s, "SEC", "Task", "one");
        label_issue(&s, "SEC-1", "'secret'");
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/1.0/labels/suggest?query=s"), "suggestions"), 1);
        as_ada(&s, true);
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/1.0/labels/suggest?query=s"), "suggestions"), 0);
    }
}

static void a_notification_needs_somebody_to_go_to(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_issue(&s, "SA", "Task", "one");
        const char *target = "/rest/api/2/issue/SA-1/notify";
        const char *ada = s.is_cloud ? "'accountId':'712020:ada'" : "'name':'ada'";
        json_t *r = test_json(&s, HTTP_POST, 400, target, test_body(&s, "{'subject':'x','textBody':'y'}"));
        assert_string_equal(test_error(r, NULL), "No recipients were defined for notification.");
        test_json(&s, HTTP_POST, 400, target, test_body(&s, "{'to':{'reporter':true,'watchers':true}}")); /* oneself */
        test_json(&s, HTTP_POST, 204, target, test_body(&s, "{'to':{'users':[{%s}]}}", ada));
        test_json(&s, HTTP_POST, 400, target, test_body(&s, "{'to':{'users':[{'name':'x','accountId':'x'}]}}"));
        test_json(&s, HTTP_POST, 400, target, test_body(&s, "{'to':{'groups':[{'name':'x'}]}}"));
        test_json(&s, HTTP_POST, 404, "/rest/api/2/issue/SA-9/notify", test_body(&s, "{'to':{'users':[{%s}]}}", ada));
        as_ada(&s, true);
        test_json(&s, HTTP_POST, 204, target, test_body(&s, "{'to':{'reporter':true}}"));
    }
}

static void sub_tasks_are_listed_on_data_center(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'summary':'two',"
                                "'parent':{'key':'SA-1'}}}"));
        json_t *list = test_get(&s, s.is_cloud ? 404 : 200, "/rest/api/2/issue/SA-1/subtask");
        if (s.is_cloud)
            continue;
        assert_int_equal(json_array_size(list), 1);
        assert_string_equal(json_at_str(json_array_get(list, 0), "key"), "SA-2");
        assert_string_equal(json_at_str(json_array_get(list, 0), "fields.summary"), "two");
        test_get(&s, 404, "/rest/api/2/issue/SA-9/subtask");
    }
}

static void a_comment_is_pinned_on_data_center_ten(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    test_issue(&s, "SA", "Task", "two");
    json_t *c = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"look\"}");
    const char *id = json_at_str(c, "id");
    char *pin = arena_printf(&s.arena, "/rest/api/2/issue/SA-1/comment/%s/pin", id);
    test_json(&s, HTTP_PUT, 204, pin, "true");
    test_json(&s, HTTP_PUT, 204, pin, "true");
    json_t *list = test_get(&s, 200, "/rest/api/2/issue/SA-1/pinned-comments");
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_at_str(json_array_get(list, 0), "comment.id"), id);
    assert_non_null(json_at_str(json_array_get(list, 0), "pinnedBy"));
    test_json(&s, HTTP_PUT, 400, pin, "\"yes\"");
    test_json(&s, HTTP_PUT, 404, arena_printf(&s.arena, "/rest/api/2/issue/SA-2/comment/%s/pin", id), "true");
    test_json(&s, HTTP_PUT, 204, pin, "false");
    assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/issue/SA-1/pinned-comments")), 0);
    test_site_close(&s);
}

static void an_internal_comment_says_so_on_cloud(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    json_t *c = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"open\"}");
    assert_true(json_at_bool(c, "jsdPublic", false));
    c = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/comment",
                  test_body(&s, "{'body':'x','jsdPublic':true,'properties':[{'key':'sd.public.comment','value':"
                                "{'internal':true}}]}"));
    assert_false(json_at_bool(c, "jsdPublic", true));
    test_site_close(&s);
}

static void an_anonymous_caller_changes_nothing(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        s.user = NULL;
        static const char *const TARGETS[] = {"votes",      "watchers", "worklog",    "comment",
                                              "remotelink", "notify",   "attachments"};
        for (size_t i = 0; i < ARRAY_LEN(TARGETS); i++) {
            test_call(&s, HTTP_POST, arena_printf(&s.arena, "/rest/api/2/issue/SA-1/%s", TARGETS[i]), "{}");
            if (s.response.status != 401)
                fail_msg("%s: %d", TARGETS[i], s.response.status);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_labels_of_a_site_are_listed_and_suggested),
        cmocka_unit_test(labels_of_unseen_issues_are_not_suggested),
        cmocka_unit_test(a_notification_needs_somebody_to_go_to),
        cmocka_unit_test(sub_tasks_are_listed_on_data_center),
        cmocka_unit_test(a_comment_is_pinned_on_data_center_ten),
        cmocka_unit_test(an_internal_comment_says_so_on_cloud),
        cmocka_unit_test(an_anonymous_caller_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
