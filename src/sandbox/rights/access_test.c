/* access_test.c - who may do what: schemes, holders, what is unseen, and what a search omits. */
#include "sandbox/people/test_people.h"
#include "sandbox/rights/access.h"

#define RESTRICT "{'key':'HID','name':'Hidden','members':%s}"

static bool mine(struct test_site *s, const char *key, const char *more)
{
    json_t *o = test_get(s, 200, "/rest/api/2/mypermissions?permissions=%s%s", key, more);
    return json_at_bool(o, arena_printf(&s->arena, "permissions.%s.havePermission", key), false);
}

static void a_restricted_project_is_seen_by_its_members_and_admins(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_person(&s, "lee");
        test_json(&s, HTTP_POST, 201, "/sandbox/project", test_body(&s, RESTRICT, "['kim']"));
        test_issue(&s, "HID", "Task", "unseen");
        test_as(&s, "lee");
        test_get(&s, 404, "/rest/api/2/project/HID");
        test_get(&s, 404, "/rest/api/2/issue/HID-1");
        test_get(&s, 404, "/rest/api/2/mypermissions?permissions=BROWSE_PROJECTS&projectKey=HID");
        assert_false(mine(&s, "ADMINISTER", ""));
        test_as(&s, "kim");
        test_get(&s, 200, "/rest/api/2/project/HID");
        test_get(&s, 200, "/rest/api/2/issue/HID-1");
        assert_true(mine(&s, "EDIT_ISSUES", "&projectKey=HID"));
        assert_false(mine(&s, "DELETE_ISSUES", "&projectKey=HID"));
        assert_true(mine(&s, "USER_PICKER", ""));
        test_as(&s, NULL);
        assert_true(mine(&s, "DELETE_ISSUES", "&issueKey=HID-1"));
        test_json(&s, HTTP_POST, 200, "/sandbox/project", test_body(&s, RESTRICT, "null"));
        test_as(&s, "lee");
        test_get(&s, 200, "/rest/api/2/issue/HID-1");
    }
}

static void data_center_tells_the_former_keys_of_permissions_too(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *all =
            s.is_cloud ? test_get(&s, 200, "/rest/api/3/permissions") : test_get(&s, 200, "/rest/api/2/mypermissions");
        assert_string_equal(json_at_str(all, "permissions.BROWSE_PROJECTS.type"), "PROJECT");
        assert_string_equal(json_at_str(all, "permissions.BULK_CHANGE.type"), "GLOBAL");
        assert_int_equal(json_at_bool(all, "permissions.BROWSE.deprecatedKey", false), !s.is_cloud);
        json_t *no = test_get(&s, 400, "/rest/api/2/mypermissions?permissions=FLY");
        assert_string_equal(test_error(no, NULL), "Unrecognized permission: FLY");
    }
}

static void cloud_checks_many_permissions_at_once(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *issue = test_issue(&s, "SA", "Task", "one");
    test_person(&s, "kim");
    test_json(&s, HTTP_POST, 201, "/sandbox/project", test_body(&s, RESTRICT, "[]"));
    const char *body = test_body(&s,
                                 "{'accountId':'kim','globalPermissions':['ADMINISTER','BULK_CHANGE'],"
                                 "'projectPermissions':[{'permissions':['EDIT_ISSUES','DELETE_ISSUES'],"
                                 "'issues':[%s,999999999]}]}",
                                 issue);
    json_t *o = test_json(&s, HTTP_POST, 200, "/rest/api/3/permissions/check", body);
    assert_int_equal(json_at_count(o, "globalPermissions"), 1);
    json_t *list = json_object_get(o, "projectPermissions");
    assert_int_equal(json_at_count(json_array_get(list, 0), "issues"), 1);
    assert_int_equal(json_at_count(json_array_get(list, 1), "issues"), 0);
    test_as(&s, "kim");
    o = test_json(&s, HTTP_POST, 200, "/rest/api/3/permissions/project", "{\"permissions\":[\"BROWSE_PROJECTS\"]}");
    assert_int_equal(json_at_count(o, "projects"), 1);
    test_as(&s, NULL);
    o = test_json(&s, HTTP_POST, 200, "/rest/api/3/permissions/project", "{\"permissions\":[\"BROWSE_PROJECTS\"]}");
    assert_int_equal(json_at_count(o, "projects"), 2);
    test_site_close(&s);
}

/* What somebody without `permission` is told for a request that asks for it. */
static void refused(struct test_site *s, const char *permission, enum http_method method, int status,
                    const char *target, const char *body)
{
    test_revoke(s, permission);
    test_as(s, "kim");
    test_json(s, method, status, target, body ? test_body(s, "%s", body) : NULL);
    test_as(s, NULL);
    test_grant(s, permission, "{'type':'applicationRole'}");
}

static void every_permission_is_asked_for(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        bool cloud = s.is_cloud;
        const char *who = cloud ? "accountId" : "name";
        test_person(&s, "kim");
        test_person(&s, "lee");
        test_issue(&s, "SA", "Task", "one");
        test_issue(&s, "SA", "Task", "two");
        refused(&s, "BROWSE_PROJECTS", HTTP_GET, 404, "/rest/api/2/issue/SA-1", NULL);
        refused(&s, "CREATE_ISSUES", HTTP_POST, 400, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'x'}}");
        refused(&s, "CREATE_ISSUES", HTTP_GET, cloud ? 200 : 400, "/rest/api/2/issue/createmeta/SA/issuetypes", NULL);
        refused(&s, "EDIT_ISSUES", HTTP_PUT, 400, "/rest/api/2/issue/SA-1", "{'fields':{'summary':'x'}}");
        refused(&s, "EDIT_ISSUES", HTTP_PUT, 403, "/rest/api/2/issue/SA-1/properties/p", "{}");
        refused(&s, "SCHEDULE_ISSUES", HTTP_PUT, 400, "/rest/api/2/issue/SA-1", "{'fields':{'duedate':'2026-12-01'}}");
        char *assign = arena_printf(&s.arena, "{'%s':'kim'}", who);
        refused(&s, "ASSIGN_ISSUES", HTTP_PUT, cloud ? 403 : 401, "/rest/api/2/issue/SA-1/assignee", assign);
        refused(&s, "ASSIGN_ISSUES", HTTP_PUT, 400, "/rest/api/2/issue/SA-1",
                arena_printf(&s.arena, "{'fields':{'assignee':%s}}", assign));
        refused(&s, "ASSIGNABLE_USER", HTTP_PUT, 400, "/rest/api/2/issue/SA-1/assignee", assign);
        refused(&s, "LINK_ISSUES", HTTP_POST, cloud ? 404 : 401, "/rest/api/2/issueLink",
                "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-2'}}");
        refused(&s, "DELETE_ISSUES", HTTP_DELETE, 403, "/rest/api/2/issue/SA-1", NULL);
        refused(&s, "MANAGE_WATCHERS", HTTP_POST, cloud ? 403 : 401, "/rest/api/2/issue/SA-1/watchers", "'lee'");
        refused(&s, "ADMINISTER_PROJECTS", HTTP_PUT, cloud ? 400 : 403, "/rest/api/2/issue/SA-1?notifyUsers=false",
                "{'fields':{'summary':'x'}}");
    }
}

static void who_may_not_walk_sees_no_transitions(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_issue(&s, "SA", "Task", "one");
        test_as(&s, "kim");
        json_t *list = json_object_get(test_get(&s, 200, "/rest/api/2/issue/SA-1/transitions"), "transitions");
        assert_true(json_array_size(list) > 0);
        const char *id = json_at_str(json_array_get(list, 0), "id");
        test_as(&s, NULL);
        test_revoke(&s, "TRANSITION_ISSUES");
        test_as(&s, "kim");
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/SA-1/transitions"), "transitions"), 0);
        test_json(&s, HTTP_POST, 400, "/rest/api/2/issue/SA-1/transitions",
                  test_body(&s, "{'transition':{'id':'%s'}}", id));
    }
}

static void screens_show_what_may_be_set(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_issue(&s, "SA", "Task", "one");
        json_t *mine_meta = test_get(&s, 200, "/rest/api/2/issue/SA-1/editmeta");
        assert_non_null(json_at(mine_meta, "fields.reporter"));
        test_as(&s, "kim");
        json_t *meta = test_get(&s, 200, "/rest/api/2/issue/SA-1/editmeta");
        assert_null(json_at(meta, "fields.reporter"));
        assert_non_null(json_at(meta, "fields.summary"));
        test_as(&s, NULL);
        test_revoke(&s, "EDIT_ISSUES");
        test_as(&s, "kim");
        meta = test_get(&s, 200, "/rest/api/2/issue/SA-1/editmeta");
        assert_int_equal(json_object_size(json_object_get(meta, "fields")), 0);
    }
}

/* What reporters alone may browse is theirs everywhere: one by one, in lists, links and counts. */
static void what_is_granted_to_the_reporter_is_seen_issue_by_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_issue(&s, "SA", "Task", "of the administrator");
        test_as(&s, "kim");
        test_issue(&s, "SA", "Task", "of kim");
        test_as(&s, NULL);
        test_json(
            &s, HTTP_POST, 201, "/rest/api/2/issueLink",
            test_body(&s, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-2'}}"));
        test_revoke(&s, "BROWSE_PROJECTS");
        test_grant(&s, "BROWSE_PROJECTS", "{'type':'reporter'}");
        test_as(&s, "kim");
        test_get(&s, 404, "/rest/api/2/issue/SA-1");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-2");
        assert_int_equal(json_at_count(o, "fields.issuelinks"), 0);
        test_get(&s, 200, "/rest/api/2/project/SA");
        const char *search = s.is_cloud ? "/rest/api/2/search/jql?jql=project%20%3D%20SA&fields=summary"
                                        : "/rest/api/2/search?jql=project%20%3D%20SA&fields=summary";
        o = json_object_get(test_get(&s, 200, "%s", search), "issues");
        assert_int_equal(json_array_size(o), 1);
        assert_string_equal(json_at_str(json_array_get(o, 0), "key"), "SA-2");
        test_as(&s, NULL);
        o = test_get(&s, 200, "/rest/api/2/issue/SA-2");
        assert_int_equal(json_at_count(o, "fields.issuelinks"), 1);
    }
}

static void anyone_is_somebody_who_is_not_logged_in(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        const char *user = s.user;
        s.user = NULL;
        test_get(&s, s.is_cloud ? 404 : 401, "/rest/api/2/issue/SA-1");
        s.user = user;
        test_grant(&s, "BROWSE_PROJECTS", "{'type':'anyone'}");
        s.user = NULL;
        test_get(&s, 200, "/rest/api/2/issue/SA-1");
        assert_true(mine(&s, "BROWSE_PROJECTS", "&projectKey=SA"));
        assert_false(mine(&s, "EDIT_ISSUES", "&projectKey=SA"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restricted_project_is_seen_by_its_members_and_admins),
        cmocka_unit_test(data_center_tells_the_former_keys_of_permissions_too),
        cmocka_unit_test(cloud_checks_many_permissions_at_once),
        cmocka_unit_test(every_permission_is_asked_for),
        cmocka_unit_test(who_may_not_walk_sees_no_transitions),
        cmocka_unit_test(screens_show_what_may_be_set),
        cmocka_unit_test(what_is_granted_to_the_reporter_is_seen_issue_by_issue),
        cmocka_unit_test(anyone_is_somebody_who_is_not_logged_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
