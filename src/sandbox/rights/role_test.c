/* role_test.c - project roles, their actors, and permission schemes. */
#include "sandbox/people/test_people.h"

#define ROLE "/rest/api/2/project/SA/role/10001"

static size_t actors(const json_t *role)
{
    return json_at_count(role, "actors");
}

static void a_projects_roles_have_addresses_and_actors(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *roles = test_get(&s, 200, "/rest/api/2/project/SA/role");
        const char *url = json_string_value(json_object_get(roles, "Administrators"));
        assert_true(str_ends(url, "/role/10002"));
        assert_string_equal(
            json_string_value(json_object_get(json_object_get(test_get(&s, 200, "/rest/api/2/project/SA"), "roles"),
                                              "Administrators")),
            url);
        json_t *role = test_get(&s, 200, "%s", strstr(url, "/rest/"));
        assert_string_equal(json_at_str(role, "name"), "Administrators");
        assert_int_equal(json_at_int(role, "id", 0), 10002);
        assert_int_equal(actors(role), 2); /* the administrators' group and the lead */
        size_t groups = 0, i;
        json_t *actor;
        json_array_foreach (json_object_get(role, "actors"), i, actor) {
            bool is_group = str_eq(json_at_str(actor, "type"), "atlassian-group-role-actor");
            groups += is_group;
            assert_true(json_is_integer(json_object_get(actor, "id")));
            assert_int_equal(json_object_get(actor, "actorUser") != NULL, s.is_cloud && !is_group);
            assert_int_equal(json_object_get(actor, "actorGroup") != NULL, s.is_cloud && is_group);
            assert_int_equal(json_object_get(actor, "name") != NULL, is_group || !s.is_cloud);
        }
        assert_int_equal(groups, 1);
        test_get(&s, 404, "/rest/api/2/project/SA/role/77");
    }
}

static void actors_come_and_go(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        size_t before = actors(test_get(&s, 200, ROLE));
        char *add = test_body(&s, "{'user':['kim']}");
        assert_int_equal(actors(test_json(&s, HTTP_POST, 200, ROLE, add)), before + 1);
        json_t *again = test_json(&s, HTTP_POST, 400, ROLE, add);
        assert_string_equal(test_error(again, NULL), "'kim' is already a member of the project role.");
        test_json(&s, HTTP_POST, 404, ROLE, test_body(&s, "{'user':['nobody']}"));
        test_json(&s, HTTP_POST, 400, ROLE, "{}");
        test_json(&s, HTTP_DELETE, 204, ROLE "?user=kim", NULL);
        test_json(&s, HTTP_DELETE, 404, ROLE "?user=kim", NULL);
        assert_int_equal(actors(test_get(&s, 200, ROLE)), before);
        json_t *set = test_json(&s, HTTP_PUT, 200, ROLE,
                                test_body(&s, "{'categorisedActors':{'atlassian-user-role-actor':['kim']}}"));
        assert_int_equal(actors(set), 1);
    }
}

static void roles_are_not_there_for_others(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_as(&s, "kim");
        test_get(&s, 404, ROLE);
        test_json(&s, HTTP_POST, 404, ROLE, test_body(&s, "{'user':['kim']}"));
        test_get(&s, 403, "/rest/api/2/role");
        test_as(&s, NULL);
        test_json(&s, HTTP_POST, 200, "/rest/api/2/project/SA/role/10002", test_body(&s, "{'user':['kim']}"));
        test_as(&s, "kim");
        test_get(&s, 200, ROLE);
        test_issue(&s, "SA", "Task", "one"); /* who administers the project may also be silent in it */
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1?notifyUsers=false",
                  test_body(&s, "{'fields':{'summary':'x'}}"));
    }
}

static void the_sites_roles_can_be_made_changed_and_replaced(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *role = test_json(&s, HTTP_POST, 200, "/rest/api/2/role",
                                 test_body(&s, "{'name':'Guests','description':'For a while'}"));
        int64_t id = json_at_int(role, "id", 0);
        char *path = arena_printf(&s.arena, "/rest/api/2/role/%lld", (long long)id);
        test_json(&s, HTTP_POST, 409, "/rest/api/2/role", test_body(&s, "{'name':'guests'}"));
        test_json(&s, HTTP_POST, 400, "/rest/api/2/role", test_body(&s, "{'name':' x'}"));
        test_json(&s, HTTP_PUT, 400, path, test_body(&s, "{'name':'Visitors'}"));
        role = test_json(&s, HTTP_POST, 200, path, test_body(&s, "{'name':'Visitors'}"));
        assert_string_equal(json_at_str(role, "name"), "Visitors");
        assert_string_equal(json_at_str(role, "description"), "For a while");
        test_grant(&s, "CREATE_ISSUES",
                   arena_printf(&s.arena, "{'type':'projectRole','parameter':'%lld'}", (long long)id));
        test_json(&s, HTTP_DELETE, 409, path, NULL);
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "%s?swap=10000", path), NULL);
        test_get(&s, 404, "%s", path);
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/role")), 3);
    }
}

static void default_actors_are_in_new_projects(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_json(&s, HTTP_POST, 200, "/rest/api/2/role/10002/actors", test_body(&s, "{'user':['kim']}"));
        test_project(&s, "SB");
        test_as(&s, "kim");
        test_get(&s, 200, "/rest/api/2/project/SB/role/10002");
        test_get(&s, 404, "/rest/api/2/project/SA/role/10002");
    }
}

/* ---- permission schemes ---- */

static void a_scheme_is_made_read_changed_given_and_deleted(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/permissionscheme",
                              test_body(&s,
                                        "{'name':'Closed','description':'x','permissions':[{'permission':"
                                        "'BROWSE_PROJECTS','holder':{'type':'group','parameter':'%s'}}]}",
                                        s.is_cloud ? "site-admins" : "jira-administrators"));
        int64_t id = json_at_int(o, "id", 0);
        char *path = arena_printf(&s.arena, "/rest/api/2/permissionscheme/%lld", (long long)id);
        assert_int_equal(json_at_count(o, "permissions"), 1);
        const json_t *holder = json_object_get(json_array_get(json_object_get(o, "permissions"), 0), "holder");
        assert_string_equal(json_at_str(holder, "parameter"), s.is_cloud ? "site-admins" : "jira-administrators");
        assert_int_equal(json_object_get(holder, "value") != NULL, s.is_cloud);
        test_json(&s, HTTP_POST, 400, "/rest/api/2/permissionscheme", test_body(&s, "{'name':'closed'}"));
        test_json(&s, HTTP_POST, 400, arena_printf(&s.arena, "%s/permission", path),
                  test_body(&s, "{'permission':'FLY','holder':{'type':'anyone'}}"));
        test_json(&s, HTTP_POST, 400, arena_printf(&s.arena, "%s/permission", path),
                  test_body(&s, "{'permission':'EDIT_ISSUES','holder':{'type':'group','parameter':'nobody'}}"));
        assert_null(json_object_get(test_get(&s, 200, "%s", path), "permissions"));
        assert_int_equal(json_at_count(test_get(&s, 200, "%s?expand=permissions", path), "permissions"), 1);
        test_json(&s, HTTP_PUT, 200, "/rest/api/2/project/SA/permissionscheme",
                  test_body(&s, "{'id':%lld}", (long long)id));
        assert_int_equal(test_scheme(&s, "SA"), id);
        test_json(&s, HTTP_PUT, 404, "/rest/api/2/project/SA/permissionscheme", "{\"id\":1}");
        test_json(&s, HTTP_POST, 400, "/rest/api/2/issue", /* a group's right to browse is no right to create */
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'x'}}"));
        o = test_json(&s, HTTP_PUT, 200, path, test_body(&s, "{'name':'Closed','permissions':[]}"));
        assert_int_equal(json_at_count(o, "permissions"), 0);
        test_get(&s, 404, "/rest/api/2/project/SA"); /* not even an administrator sees what nobody may browse */
        test_json(&s, HTTP_DELETE, 204, path, NULL);
        test_get(&s, 200, "/rest/api/2/project/SA");
        test_get(&s, 404, "%s", path);
    }
}

static void schemes_are_administrators_business(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_as(&s, "kim");
        test_json(&s, HTTP_POST, 403, "/rest/api/2/permissionscheme", test_body(&s, "{'name':'x'}"));
        test_get(&s, 403, "/rest/api/2/project/SA/permissionscheme");
        test_get(&s, s.is_cloud ? 200 : 403, "/rest/api/2/permissionscheme");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_projects_roles_have_addresses_and_actors),
        cmocka_unit_test(actors_come_and_go),
        cmocka_unit_test(roles_are_not_there_for_others),
        cmocka_unit_test(the_sites_roles_can_be_made_changed_and_replaced),
        cmocka_unit_test(default_actors_are_in_new_projects),
        cmocka_unit_test(a_scheme_is_made_read_changed_given_and_deleted),
        cmocka_unit_test(schemes_are_administrators_business),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
