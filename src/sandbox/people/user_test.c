/* user_test.c - people: found, hidden, renamed, deactivated, deleted, anonymised; groups and preferences. */
#include "sandbox/people/test_people.h"

static const char *who(struct test_site *s)
{
    return s->is_cloud ? "accountId" : "username";
}

static void oneself_is_told_everything(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *o = test_get(&s, 200, "/rest/api/2/myself");
        assert_string_equal(json_at_str(o, "emailAddress"), "admin@example.com");
        assert_int_equal(json_at_int(o, "groups.size", 0), 2);
        assert_int_equal(json_at_count(o, "groups.items"), 0);
        assert_int_equal(json_at_int(o, "applicationRoles.size", 0), 1);
        assert_string_equal(json_at_str(o, "locale"), "en_US");
        o = test_get(&s, 200, "/rest/api/2/myself?expand=groups,applicationRoles");
        assert_int_equal(json_at_count(o, "groups.items"), 2);
        const json_t *role = json_array_get(json_object_get(json_object_get(o, "applicationRoles"), "items"), 0);
        assert_string_equal(json_at_str(role, "key"), "jira-software");
    }
}

static void a_hidden_address_is_absent_and_found_only_in_full(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_json(&s, HTTP_POST, 201, "/sandbox/users",
              test_body(&s, "{'accountId':'kim','emailAddress':'secret@example.com','displayName':'Kim','password':'x',"
                            "'emailVisible':false}"));
    json_t *o = test_get(&s, 200, "/rest/api/3/user?accountId=kim");
    assert_null(json_object_get(o, "emailAddress"));
    assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/3/user/search?query=secr")), 0);
    assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/3/user/search?query=secret@example.com")), 1);
    test_get(&s, 400, "/rest/api/3/user/email?accountId=kim");
    s.user = "secret@example.com";
    s.password = "x";
    assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/3/myself"), "emailAddress"), "secret@example.com");
    test_site_close(&s);
}

static void who_may_not_browse_users_finds_nobody(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        const char *search = s.is_cloud ? "/rest/api/2/user/search?query=adm" : "/rest/api/2/user/search?username=adm";
        test_as(&s, "kim");
        assert_int_equal(json_array_size(test_get(&s, 200, "%s", search)), 1);
        test_as(&s, NULL);
        test_json(&s, HTTP_DELETE, 200,
                  arena_printf(&s.arena, "/rest/api/2/group/user?groupname=%s&%s=kim",
                               s.is_cloud ? "jira-users" : "jira-software-users", who(&s)),
                  NULL);
        test_as(&s, "kim");
        assert_int_equal(json_array_size(test_get(&s, 200, "%s", search)), 0);
        json_t *o = test_get(&s, 200, "/rest/api/2/user/picker?query=adm");
        assert_int_equal(json_at_int(o, "total", -1), 0);
        test_get(&s, 200, "/rest/api/2/user?%s=kim", who(&s));
        if (!s.is_cloud)
            test_get(&s, 403, "/rest/api/2/user?username=admin");
        test_get(&s, 404, "/rest/api/2/project/SA"); /* without the application there is nothing to browse either */
    }
}

static void people_are_found_by_what_they_may_do(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_json(&s, HTTP_POST, 201, "/sandbox/project", test_body(&s, "{'key':'HID','name':'H','members':[]}"));
        test_issue(&s, "HID", "Task", "one");
        const char *q = s.is_cloud ? "query" : "username";
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/user/assignable/search?project=SA&%s=", q)), 2);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/user/assignable/search?project=HID&%s=", q)),
                         1);
        assert_int_equal(json_array_size(test_get(
                             &s, 200, "/rest/api/2/user/assignable/multiProjectSearch?projectKeys=SA,HID&%s=", q)),
                         1);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/user/viewissue/search?issueKey=HID-1&%s=", q)),
                         1);
        assert_int_equal(
            json_array_size(
                test_get(&s, 200, "/rest/api/2/user/permission/search?permissions=EDIT_ISSUES&projectKey=SA&%s=", q)),
            2);
        test_get(&s, 400, "/rest/api/2/user/permission/search?permissions=FLY&projectKey=SA&%s=", q);
        test_as(&s, "kim");
        test_get(&s, 403, "/rest/api/2/user/permission/search?permissions=EDIT_ISSUES&projectKey=SA&%s=", q);
    }
}

static void pickers_mark_what_matches(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        json_t *o = test_get(&s, 200, "/rest/api/2/groupuserpicker?query=ki");
        const json_t *user = json_array_get(json_object_get(json_object_get(o, "users"), "users"), 0);
        assert_true(str_starts(json_at_str(user, "html"), "<strong>ki</strong>m"));
        assert_int_equal(json_at_int(o, "groups.total", -1), 0);
        o = test_get(&s, 200, "/rest/api/2/groups/picker?query=jira");
        assert_true(str_starts(json_at_str(json_array_get(json_object_get(o, "groups"), 0), "html"), "<strong>jira"));
        test_get(&s, 400, "/rest/api/2/user/picker");
    }
}

static void a_renamed_user_keeps_the_key(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        if (s.is_cloud)
            continue;
        test_person(&s, "kim");
        const char *key = json_at_str(test_get(&s, 200, "/rest/api/2/user?username=kim"), "key");
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1/assignee", "{\"name\":\"kim\"}");
        json_t *o = test_json(&s, HTTP_PUT, 200, "/rest/api/2/user?username=kim",
                              test_body(&s, "{'name':'kim.lee','displayName':'Kim Lee'}"));
        assert_string_equal(json_at_str(o, "key"), key);
        test_get(&s, 404, "/rest/api/2/user?username=kim");
        o = test_get(&s, 200, "/rest/api/2/issue/SA-1");
        assert_string_equal(json_at_str(o, "fields.assignee.name"), "kim.lee");
        assert_string_equal(json_at_str(o, "fields.assignee.key"), key);
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/user?username=kim.lee", "{\"name\":\"admin\"}");
        test_json(&s, HTTP_PUT, 200, "/rest/api/2/user?username=kim.lee", "{\"active\":false}");
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/user/search?username=kim")), 0);
        assert_int_equal(
            json_array_size(test_get(&s, 200, "/rest/api/2/user/search?username=kim&includeInactive=true")), 1);
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1/assignee", "{\"name\":\"kim\"}");
    }
}

static void the_page_that_clients_script_deactivates(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        if (s.is_cloud)
            continue;
        test_person(&s, "kim");
        s.content_type = "application/x-www-form-urlencoded; charset=UTF-8";
        test_call(&s, HTTP_POST, "/secure/admin/user/EditUser.jspa",
                  "editName=kim&fullName=Kim+Lee&email=k%40example.com");
        assert_int_equal(s.response.status, 200);
        test_call(&s, HTTP_POST, "/secure/admin/user/EditUser.jspa", "editName=nobody");
        assert_int_equal(s.response.status, 404);
        s.content_type = "application/json";
        json_t *o = test_get(&s, 200, "/rest/api/2/user?username=kim");
        assert_false(json_at_bool(o, "active", true));
        assert_string_equal(json_at_str(o, "displayName"), "Kim Lee");
        assert_string_equal(json_at_str(o, "emailAddress"), "k@example.com");
    }
}

static void what_a_deleted_user_wrote_stays(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_as(&s, "kim");
        test_issue(&s, "SA", "Task", "one");
        test_as(&s, NULL);
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/user?%s=kim", who(&s)), NULL);
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-1");
        assert_string_equal(json_at_str(o, "fields.reporter.displayName"), s.is_cloud ? "Former user" : "kim");
        assert_false(json_at_bool(o, "fields.reporter.active", true));
        if (!s.is_cloud)
            test_get(&s, 404, "/rest/api/2/user?username=kim");
        test_as(&s, "kim");
        test_call(&s, HTTP_GET, "/rest/api/2/myself", NULL);
        assert_int_equal(s.response.status, 401);
    }
}

static void an_anonymised_user_is_a_number(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        if (s.is_cloud)
            continue;
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{'name':'kim','key':'kim','emailAddress':'kim@example.com','displayName':'Kim'}"));
        test_get(&s, 404, "/rest/api/2/user/anonymization/progress");
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1/assignee", "{\"name\":\"kim\"}");
        test_json(&s, HTTP_POST, 400, "/rest/api/2/user/anonymization", "{\"userKey\":\"nobody\"}");
        test_json(&s, HTTP_POST, 202, "/rest/api/2/user/anonymization", "{\"userKey\":\"kim\"}");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/user/anonymization/progress"), "status"),
                            "COMPLETED");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-1?expand=changelog");
        assert_true(str_starts(json_at_str(o, "fields.assignee.key"), "JIRAUSER"));
        assert_true(str_starts(json_at_str(o, "fields.assignee.displayName"), "user-"));
        assert_false(json_at_bool(o, "fields.assignee.active", true));
        const json_t *history = json_array_get(json_object_get(json_object_get(o, "changelog"), "histories"), 0);
        assert_string_equal(json_at_str(json_array_get(json_object_get(history, "items"), 0), "to"),
                            json_at_str(o, "fields.assignee.key"));
        test_get(&s, 404, "/rest/api/2/user?key=kim");
    }
}

static void groups_are_shown_with_those_who_are_in_them(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/group", test_body(&s, "{'name':'partners'}"));
        assert_int_equal(json_at_int(o, "users.size", -1), 0);
        assert_int_equal(json_object_get(o, "groupId") != NULL, s.is_cloud);
        const char *add = "/rest/api/2/group/user?groupname=partners";
        char *kim = test_body(&s, "{'%s':'kim'}", s.is_cloud ? "accountId" : "name");
        test_json(&s, HTTP_POST, 201, add, kim);
        test_json(&s, HTTP_POST, 400, add, kim);
        o = test_get(&s, 200, "/rest/api/2/group?groupname=partners&expand=users[0:49]");
        assert_int_equal(json_at_count(o, "users.items"), 1);
        assert_int_equal(json_at_int(o, "users.size", 0), 1);
        test_as(&s, "kim");
        test_get(&s, s.is_cloud ? 200 : 403, "/rest/api/2/group/member?groupname=partners");
        test_as(&s, NULL);
        test_json(&s, HTTP_DELETE, 200, "/rest/api/2/group?groupname=partners", NULL);
        test_get(&s, 404, "/rest/api/2/group?groupname=partners");
        if (s.is_cloud)
            assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/3/group/bulk"), "total", 0), 2);
    }
}

static void who_joins_the_administrators_is_one(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *group = s.is_cloud ? "site-admins" : "jira-administrators";
        test_person(&s, "kim");
        test_as(&s, "kim");
        test_get(&s, 403, "/rest/api/2/role");
        test_as(&s, NULL);
        test_json(&s, HTTP_POST, 201, arena_printf(&s.arena, "/rest/api/2/group/user?groupname=%s", group),
                  test_body(&s, "{'%s':'kim'}", s.is_cloud ? "accountId" : "name"));
        test_as(&s, "kim");
        test_get(&s, 200, "/rest/api/2/role");
        json_t *roles = test_get(&s, 200, "/rest/api/2/applicationrole");
        assert_int_equal(json_at_int(json_array_get(roles, 0), "userCount", 0), 2);
        test_get(&s, 404, "/rest/api/2/applicationrole/jira-garden");
    }
}

static void preferences_are_ones_own(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_get(&s, 404, "/rest/api/2/mypreferences?key=user.notifications.mimetype");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/mypreferences?key=user.notifications.mimetype", "\"html\"");
        json_t *o = test_get(&s, 200, "/rest/api/2/mypreferences?key=user.notifications.mimetype");
        assert_string_equal(json_string_value(o), "html");
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/mypreferences?key=jira.user.timezone", "\"Nowhere/Land\"");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/mypreferences?key=jira.user.timezone", "\"UTC\"");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/myself"), "timeZone"), "UTC");
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/mypreferences?key=user.notifications.mimetype", NULL);
        test_get(&s, 404, "/rest/api/2/mypreferences?key=user.notifications.mimetype");
        test_get(&s, 404, "/rest/api/2/mypreferences");
    }
}

static void many_people_are_made_in_one_request(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *list = test_json(&s, HTTP_POST, 201, "/sandbox/users",
                                 test_body(&s, "[{'name':'a','displayName':'A','groups':['partners']},"
                                               "{'name':'b','displayName':'B','active':false}]"));
        assert_int_equal(json_array_size(list), 2);
        assert_false(json_at_bool(json_array_get(list, 1), "active", true));
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/group/member?groupname=partners"), "total", 0), 1);
        test_json(&s, HTTP_POST, 400, "/sandbox/users", test_body(&s, "[{'name':'c'},{}]"));
        const char *search =
            s.is_cloud ? "/rest/api/2/user/bulk/migration?username=c" : "/rest/api/2/user/search?username=c";
        assert_int_equal(json_array_size(test_get(&s, 200, "%s", search)), 0); /* all or nothing */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oneself_is_told_everything),
        cmocka_unit_test(a_hidden_address_is_absent_and_found_only_in_full),
        cmocka_unit_test(who_may_not_browse_users_finds_nobody),
        cmocka_unit_test(people_are_found_by_what_they_may_do),
        cmocka_unit_test(pickers_mark_what_matches),
        cmocka_unit_test(a_renamed_user_keeps_the_key),
        cmocka_unit_test(the_page_that_clients_script_deactivates),
        cmocka_unit_test(what_a_deleted_user_wrote_stays),
        cmocka_unit_test(an_anonymised_user_is_a_number),
        cmocka_unit_test(groups_are_shown_with_those_who_are_in_them),
        cmocka_unit_test(who_joins_the_administrators_is_one),
        cmocka_unit_test(preferences_are_ones_own),
        cmocka_unit_test(many_people_are_made_in_one_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
