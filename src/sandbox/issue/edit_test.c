/* What an edit leaves behind and what an issue shows when asked for more. */
#include "sandbox/test_client.h"

#include "base/buf.h"

static void an_edit_may_say_why(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", test_issue(&s, "SA", "Task", "x"));
        test_json(&s, HTTP_PUT, 204, target,
                  test_body(&s, "{'fields':{'summary':'y'},'historyMetadata':{'type':'tandem','description':'a sync',"
                                "'actor':{'id':'bot'}}}"));
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'summary':'z'}}"));
        json_t *list = json_object_get(json_object_get(test_get(&s, 200, "%s?expand=changelog", target), "changelog"),
                                       "histories");
        json_t *first = json_array_get(list, s.is_cloud ? 1 : 0), *second = json_array_get(list, s.is_cloud ? 0 : 1);
        assert_string_equal(json_at_str(first, "historyMetadata.actor.id"), "bot");
        assert_null(json_object_get(second, "historyMetadata"));
    }
}

static void a_text_of_several_lines_is_rendered(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *fields = test_get(&s, 200, "/rest/api/2/field"), *f;
        const char *area = NULL;
        size_t i;
        json_array_foreach (fields, i, f)
            if (str_eq(json_at_str(f, "name"), "Acceptance Criteria"))
                area = json_at_str(f, "id");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", test_issue(&s, "SA", "Task", "x"));
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'%s':'*bold*'}}", area));
        json_t *o = test_get(&s, 200, "%s?expand=renderedFields,versionedRepresentations", target);
        const char *html = json_string_value(json_object_get(json_object_get(o, "renderedFields"), area));
        assert_string_equal(html, "<p><b>bold</b></p>");
        assert_null(json_object_get(o, "fields"));
        assert_string_equal(json_at_str(o, "versionedRepresentations.summary.1"), "x");
    }
}

static void a_creation_may_take_a_step(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *steps = test_get(&s, 200, "/rest/api/2/issue/%s/transitions", test_issue(&s, "SA", "Task", "x"));
        const char *id = json_at_str(json_array_get(json_object_get(steps, "transitions"), 0), "id");
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                              test_body(&s,
                                        "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'y'},"
                                        "'transition':{'id':'%s'}}",
                                        id));
        assert_int_equal(json_at_int(o, "transition.status", 0), s.is_cloud ? 200 : 0);
        o = test_get(&s, 200, "/rest/api/2/issue/%s", json_at_str(o, "id"));
        assert_string_equal(json_at_str(o, "fields.status.name"), "In Progress");
    }
}

static void a_bulk_says_which_of_its_issues_failed(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *good = "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'y'}}";
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/bulk",
                              test_body(&s, "{'issueUpdates':[%s,{'fields':{'summary':'z'}},%s]}", good, good));
        assert_int_equal(json_at_count(o, "issues"), 2);
        json_t *e = json_array_get(json_object_get(o, "errors"), 0);
        assert_int_equal(json_at_int(e, "failedElementNumber", 0), 1);
        assert_non_null(json_at(e, "elementErrors.errors.project"));
        test_json(&s, HTTP_POST, 400, "/rest/api/2/issue/bulk", test_body(&s, "{'issueUpdates':[{'fields':{}}]}"));
        struct buf many = BUF_INIT(1 << 20);
        for (int i = 0; i < 51; i++)
            buf_addf(&many, "%s%s", i ? "," : "", good);
        char *body = test_body(&s, "{'issueUpdates':[%s]}", buf_str(&many));
        buf_release(&many);
        test_json(&s, HTTP_POST, s.is_cloud ? 400 : 201, "/rest/api/2/issue/bulk", body);
    }
}

static void typing_finds_issues(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "pump is loud");
        test_issue(&s, "SA", "Task", "fan is loud");
        test_get(&s, 200, "/rest/api/2/issue/SA-1?updateHistory=true");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/picker?query=loud&currentJQL=project=SA");
        json_t *history = json_array_get(json_object_get(o, "sections"), 0),
               *search = json_array_get(json_object_get(o, "sections"), 1);
        assert_string_equal(json_at_str(history, "id"), "hs");
        assert_int_equal(json_at_count(history, "issues"), 1);
        assert_int_equal(json_at_count(search, "issues"), 2);
        o = test_get(&s, 200, "/rest/api/2/issue/picker?query=SA-2&currentJQL=project=SA");
        search = json_array_get(json_object_get(o, "sections"), 1);
        assert_string_equal(json_at_str(json_array_get(json_object_get(search, "issues"), 0), "key"), "SA-2");
    }
}

static void verbs_a_field_does_not_know_are_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", test_issue(&s, "SA", "Task", "x"));
        json_t *e = test_json(&s, HTTP_PUT, 400, target,
                              test_body(&s, "{'update':{'summary':[{'add':'b'}],'labels':[{'edit':'c'}]}}"));
        assert_non_null(strstr(test_error(e, "summary"), "does not support operation 'add'"));
        assert_non_null(strstr(test_error(e, "labels"), "does not support operation 'edit'"));
        e = test_json(&s, HTTP_PUT, 400, target,
                      test_body(&s, "{'fields':{'labels':['a']},'update':{'labels':[{'add':'b'}]}}"));
        assert_string_equal(test_error(e, "labels"), "Field 'labels' cannot appear in both 'fields' and 'update'");
    }
}

static void links_are_copied_from_another_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        for (int i = 1; i <= 4; i++)
            test_issue(&s, "SA", "Task", "x");
        static const char *const LINKS[][2] = {{"SA-1", "SA-2"}, {"SA-3", "SA-1"}, {"SA-1", "SA-4"}};
        for (size_t i = 0; i < 3; i++)
            test_json(&s, HTTP_POST, 201, "/rest/api/2/issueLink",
                      test_body(&s, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'%s'},'outwardIssue':{'key':'%s'}}",
                                LINKS[i][0], LINKS[i][1]));
        char *body = test_body(&s, "{'update':{'issuelinks':[{'copy':{'sourceIssues':[{'key':'SA-1'}]}}]}}");
        if (d_ == SANDBOX_DC8) {
            json_t *e = test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-4", body);
            assert_non_null(strstr(test_error(e, "issuelinks"), "does not support operation 'copy'"));
            continue;
        }
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-4", body);
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-4", body); /* what is there is not made again */
        json_t *list = json_object_get(
            json_object_get(test_get(&s, 200, "/rest/api/2/issue/SA-4?fields=issuelinks"), "fields"), "issuelinks");
        assert_int_equal(json_array_size(list), 3);
        json_t *e = test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-4",
                              test_body(&s, "{'update':{'issuelinks':[{'copy':{'sourceIssues':[{'key':'SA-99'}]}}]}}"));
        assert_non_null(strstr(test_error(e, "issuelinks"), "does not exist"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_may_say_why),
        cmocka_unit_test(a_text_of_several_lines_is_rendered),
        cmocka_unit_test(a_creation_may_take_a_step),
        cmocka_unit_test(a_bulk_says_which_of_its_issues_failed),
        cmocka_unit_test(typing_finds_issues),
        cmocka_unit_test(links_are_copied_from_another_issue),
        cmocka_unit_test(verbs_a_field_does_not_know_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
