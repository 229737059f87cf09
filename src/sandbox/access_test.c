/* access_test.c - who may do what: schemes, holders, what is unseen, and what a search omits. */
#include "sandbox/access.h"
#include "sandbox/test_client.h"

#define RESTRICT "{'key':'HID','name':'Hidden','members':%s}"

/* A person whose name (on Cloud: accountId) is also the password. */
static void person(struct test_site *s, const char *name)
{
    test_json(s, HTTP_POST, 201, "/sandbox/users",
              test_body(s, "{'%s':'%s','emailAddress':'%s@example.com','displayName':'%s','password':'%s'}",
                        s->is_cloud ? "accountId" : "name", name, name, name, name));
}

static void as(struct test_site *s, const char *name)
{
    s->user = !name         ? s->is_cloud ? "admin@example.com" : "admin"
              : s->is_cloud ? arena_printf(&s->arena, "%s@example.com", name)
                            : name;
    s->password = name ? name : "admin";
}

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
        person(&s, "kim");
        person(&s, "lee");
        test_json(&s, HTTP_POST, 201, "/sandbox/project", test_body(&s, RESTRICT, "['kim']"));
        test_issue(&s, "HID", "Task", "unseen");
        as(&s, "lee");
        test_get(&s, 404, "/rest/api/2/project/HID");
        test_get(&s, 404, "/rest/api/2/issue/HID-1");
        test_get(&s, 404, "/rest/api/2/mypermissions?permissions=BROWSE_PROJECTS&projectKey=HID");
        assert_false(mine(&s, "ADMINISTER", ""));
        as(&s, "kim");
        test_get(&s, 200, "/rest/api/2/project/HID");
        test_get(&s, 200, "/rest/api/2/issue/HID-1");
        assert_true(mine(&s, "EDIT_ISSUES", "&projectKey=HID"));
        assert_false(mine(&s, "DELETE_ISSUES", "&projectKey=HID"));
        assert_true(mine(&s, "USER_PICKER", ""));
        as(&s, NULL);
        assert_true(mine(&s, "DELETE_ISSUES", "&issueKey=HID-1"));
        test_json(&s, HTTP_POST, 200, "/sandbox/project", test_body(&s, RESTRICT, "null"));
        as(&s, "lee");
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
    person(&s, "kim");
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
    as(&s, "kim");
    o = test_json(&s, HTTP_POST, 200, "/rest/api/3/permissions/project", "{\"permissions\":[\"BROWSE_PROJECTS\"]}");
    assert_int_equal(json_at_count(o, "projects"), 1);
    as(&s, NULL);
    o = test_json(&s, HTTP_POST, 200, "/rest/api/3/permissions/project", "{\"permissions\":[\"BROWSE_PROJECTS\"]}");
    assert_int_equal(json_at_count(o, "projects"), 2);
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restricted_project_is_seen_by_its_members_and_admins),
        cmocka_unit_test(data_center_tells_the_former_keys_of_permissions_too),
        cmocka_unit_test(cloud_checks_many_permissions_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
