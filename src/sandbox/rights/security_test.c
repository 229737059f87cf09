/* security_test.c - issue security: what its level hides is nowhere. */
#include "sandbox/people/test_people.h"

static char *level_id(const json_t *scheme, size_t at, struct test_site *s)
{
    return arena_strdup(&s->arena, json_at_str(json_array_get(json_object_get(scheme, "levels"), at), "id"));
}

/* Levels in order of their names: "Reporter" and "Staff". */
static json_t *scheme(struct test_site *s)
{
    return test_json(
        s, HTTP_POST, 200, "/sandbox/security",
        test_body(s, "{'project':'SA','name':'Secrets','levels':[{'name':'Staff','members':[{'type':"
                     "'projectRole','parameter':'10002'}]},{'name':'Reporter','members':[{'type':'reporter'}]}]}"));
}

static const char *search_all(struct test_site *s)
{
    return s->is_cloud ? "/rest/api/2/search/jql?jql=project%20%3D%20SA&fields=summary"
                       : "/rest/api/2/search?jql=project%20%3D%20SA&fields=summary";
}

static void what_a_level_hides_is_nowhere(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_issue(&s, "SA", "Task", "open");
        test_issue(&s, "SA", "Task", "secret");
        test_json(
            &s, HTTP_POST, 201, "/rest/api/2/issueLink",
            test_body(&s, "{'type':{'name':'Blocks'},'inwardIssue':{'key':'SA-1'},'outwardIssue':{'key':'SA-2'}}"));
        char *staff = level_id(scheme(&s), 1, &s);
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-2",
                  test_body(&s, "{'fields':{'security':{'id':'%s'}}}", staff));
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-2?expand=changelog");
        assert_string_equal(json_at_str(o, "fields.security.name"), "Staff");
        const json_t *histories = json_object_get(json_object_get(o, "changelog"), "histories");
        const json_t *item = NULL;
        for (size_t i = 0; i < json_array_size(histories); i++) {
            const json_t *first = json_array_get(json_object_get(json_array_get(histories, i), "items"), 0);
            if (str_eq(json_at_str(first, "field"), "security"))
                item = first;
        }
        assert_non_null(item);
        assert_string_equal(json_at_str(item, "to"), staff);
        assert_string_equal(json_at_str(item, "toString"), "Staff");
        assert_int_equal(json_at_count(test_get(&s, 200, "%s", search_all(&s)), "issues"), 2);
        test_as(&s, "kim");
        test_get(&s, 404, "/rest/api/2/issue/SA-2");
        test_get(&s, 404, "/rest/api/2/issue/SA-2/comment");
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/SA-1"), "fields.issuelinks"), 0);
        o = test_get(&s, 200, "%s", search_all(&s));
        assert_int_equal(json_at_count(o, "issues"), 1);
        if (!s.is_cloud)
            assert_int_equal(json_at_int(o, "total", 0), 1);
    }
}

static void only_levels_one_is_in_can_be_set(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *made = scheme(&s);
        test_person(&s, "kim");
        test_as(&s, "kim");
        test_issue(&s, "SA", "Task", "of kim");
        json_t *levels = json_object_get(test_get(&s, 200, "/rest/api/2/project/SA/securitylevel"), "levels");
        assert_int_equal(json_array_size(levels), 1);
        json_t *meta = test_get(&s, 200, "/rest/api/2/issue/SA-1/editmeta");
        assert_int_equal(json_at_count(meta, "fields.security.allowedValues"), 1);
        json_t *e = test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1",
                              test_body(&s, "{'fields':{'security':{'id':'%s'}}}", level_id(made, 1, &s)));
        assert_non_null(json_at(e, "errors.security"));
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'fields':{'security':{'name':'Reporter'}}}"));
        test_get(&s, 200, "/rest/api/2/issue/SA-1");
        test_as(&s, NULL);
        test_get(&s, 404, "/rest/api/2/issue/SA-1"); /* not even for the administrator */
        test_revoke(&s, "SET_ISSUE_SECURITY");
        test_as(&s, "kim");
        meta = test_get(&s, 200, "/rest/api/2/issue/SA-1/editmeta");
        assert_null(json_at(meta, "fields.security"));
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1", test_body(&s, "{'fields':{'security':null}}"));
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/project/SA/securitylevel"), "levels"), 0);
    }
}

static void subtasks_have_their_parents_level_and_new_issues_the_default(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_issue(&s, "SA", "Task", "parent");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'summary':'child',"
                                "'parent':{'key':'SA-1'}}}"));
        test_json(&s, HTTP_POST, 200, "/sandbox/security",
                  test_body(&s,
                            "{'project':'SA','name':'S','levels':[{'name':'Staff','isDefault':true,'members':[{'type':"
                            "'projectRole','parameter':'10002'}]}]}"));
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'fields':{'security':{'name':'Staff'}}}"));
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SA-2"), "fields.security.name"), "Staff");
        test_issue(&s, "SA", "Task", "later");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SA-3"), "fields.security.name"), "Staff");
        test_as(&s, "kim");
        test_get(&s, 404, "/rest/api/2/issue/SA-2");
        test_get(&s, 404, "/rest/api/2/issue/SA-3");
    }
}

static void schemes_are_shown_and_on_cloud_made(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_get(&s, 404, "/rest/api/2/project/SA/issuesecuritylevelscheme");
        json_t *o = test_get(&s, 200, "/rest/api/2/issuesecurityschemes");
        assert_int_equal(json_at_count(o, "issueSecuritySchemes"), 0);
        int64_t id = json_at_int(scheme(&s), "id", 0);
        o = test_get(&s, 200, "/rest/api/2/project/SA/issuesecuritylevelscheme");
        assert_int_equal(json_at_int(o, "id", 0), id);
        char *level = level_id(o, 0, &s);
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/securitylevel/%s", level), "name"), "Reporter");
        if (!s.is_cloud) {
            test_json(&s, HTTP_POST, 405, "/rest/api/2/issuesecurityschemes", "{}");
            continue;
        }
        char *path = arena_printf(&s.arena, "/rest/api/3/issuesecurityschemes/%lld", (long long)id);
        test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "%s/level", path),
                  test_body(&s, "{'levels':[{'name':'Guests','isDefault':true}]}"));
        o = test_get(&s, 200, "%s", path);
        assert_int_equal(json_at_count(o, "levels"), 3);
        assert_int_equal(json_at_int(test_get(&s, 200, "%s/members", path), "total", 0), 2);
        test_json(&s, HTTP_DELETE, 400, path, NULL);
        test_json(&s, HTTP_DELETE, 303, arena_printf(&s.arena, "%s/level/%s", path, level), NULL);
        test_json(&s, HTTP_PUT, 303, "/rest/api/3/issuesecurityschemes/project",
                  test_body(&s, "{'projectId':'%s','schemeId':null}",
                            json_at_str(test_get(&s, 200, "/rest/api/3/project/SA"), "id")));
        test_json(&s, HTTP_DELETE, 204, path, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_level_hides_is_nowhere),
        cmocka_unit_test(only_levels_one_is_in_can_be_set),
        cmocka_unit_test(subtasks_have_their_parents_level_and_new_issues_the_default),
        cmocka_unit_test(schemes_are_shown_and_on_cloud_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
