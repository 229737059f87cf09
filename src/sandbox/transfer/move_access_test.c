/* move_access_test.c - a project that moves to another site: who saw what sees it there, and who did not does not. */
#include "sandbox/people/test_people.h"

static void person_with_address(struct test_site *s, const char *name)
{
    test_json(s, HTTP_POST, 201, "/sandbox/users",
              test_body(s, "{'name':'%s','emailAddress':'%s@example.com','displayName':'%s','password':'%s'}", name,
                        name, name, name));
}

static void secrets_stay_secret_on_the_new_site(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct test_site from, to;
        struct sandbox_moved moved;
        struct err e = ERR_INIT;
        test_site_open(&from, SANDBOX_DC10);
        test_site_open_seeded(&to, d, 9);
        test_project(&from, "SA");
        person_with_address(&from, "kim");
        person_with_address(&from, "lee");
        test_json(&from, HTTP_POST, 200, "/rest/api/2/project/SA/role/10002", "{\"user\":[\"kim\"]}");
        test_json(&from, HTTP_POST, 200, "/sandbox/security",
                  test_body(&from,
                            "{'project':'SA','name':'S','levels':[{'name':'Staff','isDefault':true,'members':["
                            "{'type':'projectRole','parameter':'10002'}]},{'name':'Lee','members':[{'type':'user',"
                            "'parameter':'%s'},{'type':'projectRole','parameter':'10002'}]}]}",
                            json_at_str(test_get(&from, 200, "/rest/api/2/user?username=lee"), "key")));
        test_issue(&from, "SA", "Task", "for the staff");
        test_issue(&from, "SA", "Task", "for lee too");
        test_issue(&from, "SA", "Task", "for all");
        test_issue(&from, "SA", "Task", "old");
        test_json(&from, HTTP_PUT, 204, "/rest/api/2/issue/SA-2",
                  test_body(&from, "{'fields':{'security':{'name':'Lee'}}}"));
        test_json(&from, HTTP_PUT, 204, "/rest/api/2/issue/SA-3", test_body(&from, "{'fields':{'security':null}}"));
        test_json(&from, HTTP_PUT, 204, "/rest/api/2/issue/SA-4/archive", NULL);
        if (!sandbox_move(from.sandbox, to.sandbox, &(struct sandbox_move){.project = "SA"}, &moved, &e))
            fail_msg("%s", e.text);
        json_t *levels = test_get(&to, 200, "/rest/api/2/project/SA/issuesecuritylevelscheme");
        assert_int_equal(json_at_count(levels, "levels"), 2);
        json_t *o = test_get(&to, 200, "/rest/api/2/issue/SA-2?expand=changelog");
        assert_string_equal(json_at_str(o, "fields.security.name"), "Lee");
        assert_string_equal(json_at_str(test_get(&to, 200, "/rest/api/2/issue/SA-1"), "fields.security.name"), "Staff");
        const char *who = to.is_cloud ? "query" : "username";
        json_t *seen = test_get(&to, 200, "/rest/api/2/user/viewissue/search?issueKey=SA-1&%s=", who);
        assert_int_equal(json_array_size(seen), 2); /* the administrator and kim */
        seen = test_get(&to, 200, "/rest/api/2/user/viewissue/search?issueKey=SA-2&%s=", who);
        assert_int_equal(json_array_size(seen), 3); /* and lee */
        test_person(&to, "eve");
        test_as(&to, "eve");
        test_get(&to, 404, "/rest/api/2/issue/SA-1");
        test_get(&to, 404, "/rest/api/2/issue/SA-2");
        test_get(&to, 200, "/rest/api/2/issue/SA-3");
        test_as(&to, NULL);
        o = test_get(&to, 200, "%s",
                     to.is_cloud ? "/rest/api/2/search/jql?jql=project%20%3D%20SA&fields=summary"
                                 : "/rest/api/2/search?jql=project%20%3D%20SA&fields=summary");
        assert_int_equal(json_at_count(o, "issues"), 3);
        o = test_get(&to, 200, "/rest/api/2/project/SA/role/10002");
        bool has_kim = false;
        for (size_t i = 0; i < json_at_count(o, "actors"); i++)
            has_kim |= str_eq(json_at_str(json_array_get(json_object_get(o, "actors"), i), "displayName"), "kim");
        assert_true(has_kim);
        test_site_close(&to);
        test_site_close(&from);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_stay_secret_on_the_new_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
