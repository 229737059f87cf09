/* What a client learns about a site and its projects: types, statuses, fields, screens, people. */
#include "sandbox/test_client.h"

static void each_dialect_has_its_own_createmeta(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_call(&s, HTTP_GET, "/rest/api/2/issue/createmeta?projectKeys=SA&expand=projects.issuetypes.fields", NULL);
        if (d_ == SANDBOX_DC8 || s.is_cloud) { /* Cloud advises against it and still answers */
            assert_int_equal(s.response.status, 200);
            struct err e = ERR_INIT;
            json_t *o = json_parse(&s.arena, s.response.body, s.response.body_length, true, "createmeta", &e);
            json_t *project = json_array_get(json_object_get(o, "projects"), 0);
            json_t *type = json_array_get(json_object_get(project, "issuetypes"), 0);
            assert_string_equal(json_at_str(project, "key"), "SA");
            assert_true(json_at_bool(type, "fields.summary.required", false));
        } else {
            assert_int_equal(s.response.status, 404);
        }
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/createmeta/SA/issuetypes");
        json_t *types = json_object_get(o, s.is_cloud ? "issueTypes" : "values");
        assert_int_equal(json_array_size(types), 5);
        assert_int_equal(json_object_get(o, "isLast") != NULL, !s.is_cloud);
        const char *type = json_at_str(json_array_get(types, 0), "id");
        o = test_get(&s, 200, "/rest/api/2/issue/createmeta/SA/issuetypes/%s?maxResults=3&startAt=1", type);
        json_t *fields = json_object_get(o, s.is_cloud ? "fields" : "values");
        assert_int_equal(json_array_size(fields), 3);
        assert_true(json_at_int(o, "total", 0) > 10);
        assert_non_null(json_at_str(json_array_get(fields, 0), "fieldId"));
        assert_int_equal(json_object_get(json_array_get(fields, 0), "key") != NULL, s.is_cloud);
    }
}

static void editmeta_is_the_truth_about_edits(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s/editmeta", id);
        assert_int_equal(json_at_count(o, "fields.labels.operations"), 3);
        assert_int_equal(json_at_count(o, "fields.priority.allowedValues"), 5);
        assert_null(json_at(o, "fields.status"));
        assert_null(json_at(o, "fields.resolution"));
        assert_non_null(json_at(o, "fields.comment"));
        assert_non_null(json_at_str(o, s.is_cloud ? "fields.summary.key" : "fields.summary.fieldId"));
    }
}

static void a_project_tells_its_statuses_by_type(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *list = test_get(&s, 200, "/rest/api/2/project/SA/statuses");
        assert_int_equal(json_array_size(list), 5);
        json_t *statuses = json_object_get(json_array_get(list, 0), "statuses");
        assert_int_equal(json_array_size(statuses), 5);
        assert_string_equal(json_at_str(json_array_get(statuses, 4), "statusCategory.key"), "done");
        assert_int_equal(json_at_int(json_array_get(statuses, 4), "statusCategory.id", 0), 3);
        json_t *p = test_get(&s, 200, "/rest/api/2/project/SA");
        assert_int_equal(json_at_count(p, "issueTypes"), 5);
        assert_int_equal(json_at(p, "style") != NULL, s.is_cloud);
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/project/%s", json_at_str(p, "id")), "key"),
                            "SA");
    }
}

static void a_project_is_made_once(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const json_t *self = test_get(&s, 200, "/rest/api/2/myself");
        const char *lead[] = {s.is_cloud ? "leadAccountId" : "lead",
                              json_at_str(self, s.is_cloud ? "accountId" : "name")};
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/project",
                              test_body(&s, "{'key':'NEW','name':'New','%s':'%s'}", lead[0], lead[1]));
        assert_true(json_is_integer(json_object_get(o, "id")));
        json_t *e = test_json(&s, HTTP_POST, 400, "/rest/api/2/project",
                              test_body(&s, "{'key':'NEW','name':'Other','%s':'%s'}", lead[0], lead[1]));
        assert_string_equal(test_error(e, "projectKey"), "Project 'New' uses this project key.");
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/project",
                      test_body(&s, "{'key':'NEWER','name':'new','%s':'%s'}", lead[0], lead[1]));
        assert_string_equal(test_error(e, "projectName"), "A project with that name already exists.");
        test_json(&s, HTTP_POST, 400, "/rest/api/2/project",
                  test_body(&s, "{'key':'small','name':'Small','%s':'%s'}", lead[0], lead[1]));
    }
}

static void lists_are_plain_arrays_or_pages(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/priority")), 5);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/resolution")), 4);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/status")), 5);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/statuscategory")), 4);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/issuetype")), 5);
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issueLinkType"), "issueLinkTypes"), 4);
        if (!s.is_cloud) {
            test_get(&s, 404, "/rest/api/2/field/search");
            continue;
        }
        json_t *o = test_get(&s, 200, "/rest/api/3/project/search?maxResults=1");
        assert_true(json_is_true(json_object_get(o, "isLast")));
        o = test_get(&s, 200, "/rest/api/3/priority/search?maxResults=2");
        assert_int_equal(json_at_count(o, "values"), 2);
        assert_true(json_is_false(json_object_get(o, "isLast")));
        o = test_get(&s, 200, "/rest/api/3/field/search?type=system&maxResults=100");
        assert_int_equal(json_at_int(o, "total", 0), (int64_t)json_at_count(o, "values"));
        o = test_get(&s, 200, "/rest/api/3/field/search?type=custom");
        assert_int_equal(json_at_int(o, "total", 0), 9);
    }
}

static void people_are_found_as_each_dialect_allows(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *mia =
            test_json(&s, HTTP_POST, 201, "/sandbox/users",
                      test_body(&s, "{'name':'mia','emailAddress':'mia.berg@example.com','displayName':'Mia Berg',"
                                    "'emailVisible':false}"));
        assert_null(json_object_get(mia, "emailAddress"));
        const char *id = arena_strdup(&s.arena, json_at_str(mia, s.is_cloud ? "accountId" : "key"));
        if (s.is_cloud) {
            json_t *o = test_get(&s, 200, "/rest/api/3/user?accountId=%s", str_percent_encode(&s.arena, id));
            assert_string_equal(json_at_str(o, "displayName"), "Mia Berg");
            test_get(&s, 400, "/rest/api/3/user?username=mia");
            test_get(&s, 404, "/rest/api/3/user?accountId=nobody");
            assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/3/user/search?query=mia.berg@example.com")),
                             1);
            assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/3/user/search?query=mia.be")), 0);
            assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/3/user/search?query=berg")), 1);
            o = test_get(&s, 200, "/rest/api/3/user/bulk?accountId=%s&accountId=x", str_percent_encode(&s.arena, id));
            assert_int_equal(json_at_int(o, "total", 0), 1);
            o = test_get(&s, 200, "/rest/api/3/user/bulk/migration?username=mia&username=nobody");
            assert_string_equal(json_at_str(json_array_get(o, 0), "accountId"), id);
            assert_int_equal(json_array_size(o), 1);
        } else {
            assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/user?username=MIA"), "key"), id);
            assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/user?key=%s", id), "name"), "mia");
            test_get(&s, 404, "/rest/api/2/user?username=nobody");
            assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/user/search?username=mi")), 1);
            assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/user/search?username=.")), 2);
            test_get(&s, 404, "/rest/api/2/user/bulk");
        }
        const char *query = s.is_cloud ? "query" : "username";
        assert_int_equal(
            json_array_size(test_get(&s, 200, "/rest/api/2/user/assignable/search?project=SA&%s=mia", query)), 1);
    }
}

static void groups_have_members(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/rest/api/2/group", test_body(&s, "{'name':'partners'}"));
        test_json(&s, HTTP_POST, 400, "/rest/api/2/group", test_body(&s, "{'name':'Partners'}"));
        const char *me = json_at_str(test_get(&s, 200, "/rest/api/2/myself"), s.is_cloud ? "accountId" : "name");
        const char *member = s.is_cloud ? "accountId" : "name";
        test_json(&s, HTTP_POST, 201, "/rest/api/2/group/user?groupname=partners",
                  test_body(&s, "{'%s':'%s'}", member, me));
        json_t *o = test_get(&s, 200, "/rest/api/2/group/member?groupname=partners");
        assert_int_equal(json_at_int(o, "total", 0), 1);
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/groups/picker?query=partn"), "total", 0), 1);
        char *id = test_issue(&s, "SA", "Task", "x");
        test_json(&s, HTTP_POST, 201, arena_printf(&s.arena, "/rest/api/2/issue/%s/comment", id),
                  test_body(&s, "{'body':'x','visibility':{'type':'group','value':'partners'}}"));
        char *gone = arena_printf(&s.arena, "/rest/api/2/group/user?groupname=partners&%s=%s",
                                  s.is_cloud ? "accountId" : "username", str_percent_encode(&s.arena, me));
        test_json(&s, HTTP_DELETE, 200, gone, NULL);
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/issue/%s/comment", id), "total", -1), 0);
        test_get(&s, 404, "/rest/api/2/group/member?groupname=nobody");
    }
}

static void permissions_are_told_and_unknown_ones_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *o = test_get(&s, 200, "/rest/api/2/mypermissions?projectKey=SA&permissions=BROWSE_PROJECTS,ADMINISTER");
        assert_true(json_at_bool(o, "permissions.ADMINISTER.havePermission", false));
        assert_int_equal(json_object_size(json_object_get(o, "permissions")), 2);
        test_get(&s, 400, "/rest/api/2/mypermissions?permissions=FLY");
        test_get(&s, 404, "/rest/api/2/mypermissions?projectKey=NONE&permissions=BROWSE_PROJECTS");
    }
}

static void watchers_come_and_go(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *watchers = arena_printf(&s.arena, "/rest/api/2/issue/%s/watchers", id);
        json_t *o = test_get(&s, 200, "%s", watchers);
        assert_int_equal(json_at_int(o, "watchCount", 0), 1);
        const char *me =
            s.is_cloud ? json_at_str(json_array_get(json_object_get(o, "watchers"), 0), "accountId") : "admin";
        char *gone = arena_printf(&s.arena, "%s?%s=%s", watchers, s.is_cloud ? "accountId" : "username",
                                  str_percent_encode(&s.arena, me));
        test_json(&s, HTTP_DELETE, 204, gone, NULL);
        assert_int_equal(json_at_int(test_get(&s, 200, "%s", watchers), "watchCount", -1), 0);
        test_json(&s, HTTP_POST, 204, watchers, arena_printf(&s.arena, "\"%s\"", me));
        assert_true(json_at_bool(test_get(&s, 200, "%s", watchers), "isWatching", false));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_has_its_own_createmeta),
        cmocka_unit_test(editmeta_is_the_truth_about_edits),
        cmocka_unit_test(a_project_tells_its_statuses_by_type),
        cmocka_unit_test(a_project_is_made_once),
        cmocka_unit_test(lists_are_plain_arrays_or_pages),
        cmocka_unit_test(people_are_found_as_each_dialect_allows),
        cmocka_unit_test(groups_have_members),
        cmocka_unit_test(permissions_are_told_and_unknown_ones_refused),
        cmocka_unit_test(watchers_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
