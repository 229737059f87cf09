/* Links between issues, and to things elsewhere. */
#include "sandbox/test_client.h"

static void a_remote_link_is_upserted_by_its_global_id(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *links = arena_printf(&s.arena, "/rest/api/2/issue/%s/remotelink", id);
        json_t *o =
            test_json(&s, HTTP_POST, 201, links,
                      test_body(&s, "{'globalId':'appId=1&issueId=2','application':{'type':'com.example','name':'E'},"
                                    "'relationship':'relates to','object':{'url':'http://b/SB-1','title':'SB-1',"
                                    "'summary':'s'}}"));
        int64_t link = json_at_int(o, "id", 0);
        assert_true(link > 0);
        o = test_json(
            &s, HTTP_POST, 200, links,
            test_body(&s, "{'globalId':'appId=1&issueId=2','object':{'url':'http://b/SB-1','title':'SB-2'}}"));
        assert_int_equal(json_at_int(o, "id", 0), link);
        json_t *list = test_get(&s, 200, "%s", links);
        assert_int_equal(json_array_size(list), 1);
        o = test_get(&s, 200, "%s?globalId=appId%%3D1%%26issueId%%3D2", links);
        assert_string_equal(json_at_str(o, "object.title"), "SB-2");
        assert_null(json_at(o, "object.summary"));
        assert_null(json_object_get(o, "relationship"));
        assert_int_equal(json_object_size(json_object_get(o, "application")), 0);
        assert_true(json_is_object(json_at(o, "object.status.icon")));
        test_get(&s, 404, "%s?globalId=other", links);
    }
}

static void without_a_global_id_every_post_makes_one(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *links = arena_printf(&s.arena, "/rest/api/2/issue/%s/remotelink", id);
        char *body = test_body(&s, "{'object':{'url':'http://b','title':'B'}}");
        int64_t one = json_at_int(test_json(&s, HTTP_POST, 201, links, body), "id", 0);
        test_json(&s, HTTP_POST, 201, links, body);
        assert_int_equal(json_array_size(test_get(&s, 200, "%s", links)), 2);
        char *single = arena_printf(&s.arena, "%s/%lld", links, (long long)one);
        test_json(&s, HTTP_PUT, 204, single, test_body(&s, "{'object':{'url':'http://c','title':'C'}}"));
        assert_string_equal(json_at_str(test_get(&s, 200, "%s", single), "object.title"), "C");
        if (s.is_cloud) {
            test_json(&s, HTTP_DELETE, 415, single, NULL);
            test_json(&s, HTTP_DELETE, 204, single, "{}");
        } else {
            test_json(&s, HTTP_DELETE, 204, single, NULL);
        }
        test_get(&s, 404, "%s", single);
        json_t *e = test_json(&s, HTTP_POST, 400, links, test_body(&s, "{'object':{}}"));
        assert_string_equal(test_error(e, "title"), "'title' is required.");
        assert_string_equal(test_error(e, "url"), "'url' is required.");
    }
}

static void both_issues_show_a_link_from_their_own_end(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *a = test_issue(&s, "SA", "Task", "a"), *b = test_issue(&s, "SA", "Task", "b");
        test_call(
            &s, HTTP_POST, "/rest/api/2/issueLink",
            test_body(&s, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-2'}}"));
        assert_int_equal(s.response.status, 201);
        assert_int_equal(s.response.body_length, 0);
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s?expand=changelog", a);
        json_t *link = json_array_get(json_at(o, "fields.issuelinks"), 0);
        assert_string_equal(json_at_str(link, "outwardIssue.key"), "SA-2");
        assert_null(json_object_get(link, "inwardIssue"));
        assert_string_equal(json_at_str(link, "outwardIssue.fields.status.name"), "To Do");
        json_t *item = json_array_get(json_at(json_array_get(json_at(o, "changelog.histories"), 0), "items"), 0);
        assert_string_equal(json_at_str(item, "toString"), "This issue blocks SA-2");
        o = test_get(&s, 200, "/rest/api/2/issue/%s", b);
        link = json_array_get(json_at(o, "fields.issuelinks"), 0);
        assert_string_equal(json_at_str(link, "inwardIssue.key"), "SA-1");
        char *one = arena_printf(&s.arena, "/rest/api/2/issueLink/%s", json_at_str(link, "id"));
        o = test_get(&s, 200, "%s", one);
        assert_string_equal(json_at_str(o, "inwardIssue.key"), "SA-1");
        assert_string_equal(json_at_str(o, "outwardIssue.key"), "SA-2");
        test_json(&s, HTTP_DELETE, 204, one, NULL);
        test_get(&s, 404, "%s", one);
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/%s", a), "fields.issuelinks"), 0);
    }
}

static void a_link_may_come_with_an_edit_and_goes_with_an_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *a = test_issue(&s, "SA", "Task", "a");
        test_issue(&s, "SA", "Task", "b");
        test_json(
            &s, HTTP_PUT, 204, arena_printf(&s.arena, "/rest/api/2/issue/%s", a),
            test_body(&s,
                      "{'update':{'issuelinks':[{'add':{'type':{'name':'Blocks'},'outwardIssue':{'key':'SA-2'}}}]}}"));
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-2");
        assert_string_equal(json_at_str(json_array_get(json_at(o, "fields.issuelinks"), 0), "inwardIssue.key"), "SA-1");
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/issue/SA-2", NULL);
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/%s", a), "fields.issuelinks"), 0);
    }
}

static void a_link_needs_a_type_and_two_ends(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "a");
        static const struct {
            int status;
            const char *body;
        } WRONG[] = {
            {404, "{'type':{'name':'Hates'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-1'}}"},
            {400, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'}}"},
            {404, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-9'}}"},
            {400, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-1'}}"},
        };
        for (size_t i = 0; i < ARRAY_LEN(WRONG); i++)
            test_json(&s, HTTP_POST, WRONG[i].status, "/rest/api/2/issueLink", test_body(&s, "%s", WRONG[i].body));
    }
}

static void a_link_into_an_unseen_project_is_not_shown(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/sandbox/project", test_body(&s, "{'key':'HID','members':[]}"));
        test_issue(&s, "HID", "Task", "secret");
        test_issue(&s, "SA", "Task", "open");
        test_call(
            &s, HTTP_POST, "/rest/api/2/issueLink",
            test_body(&s, "{'type':{'name':'Relates'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'HID-1'}}"));
        assert_int_equal(s.response.status, 201);
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{%s'emailAddress':'mia@example.com','displayName':'Mia','password':'m'}",
                            s.is_cloud ? "" : "'name':'mia',"));
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/SA-1"), "fields.issuelinks"), 1);
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "m";
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/SA-1"), "fields.issuelinks"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_remote_link_is_upserted_by_its_global_id),
        cmocka_unit_test(without_a_global_id_every_post_makes_one),
        cmocka_unit_test(both_issues_show_a_link_from_their_own_end),
        cmocka_unit_test(a_link_may_come_with_an_edit_and_goes_with_an_issue),
        cmocka_unit_test(a_link_needs_a_type_and_two_ends),
        cmocka_unit_test(a_link_into_an_unseen_project_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
