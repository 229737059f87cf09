/* Versions and components: their own resources, and the fields of an issue that are sets of them. */
#include "sandbox/test_client.h"

static json_t *version(struct test_site *s, const char *name)
{
    return test_json(s, HTTP_POST, 201, "/rest/api/2/version",
                     test_body(s, "{'project':'SA','name':'%s','releaseDate':'2026-12-01'}", name));
}

static json_t *component(struct test_site *s, const char *name)
{
    return test_json(s, HTTP_POST, 201, "/rest/api/2/component", test_body(s, "{'project':'SA','name':'%s'}", name));
}

static const char *names(struct test_site *s, const json_t *list)
{
    char *text = arena_strdup(&s->arena, "");
    size_t i;
    json_t *v;
    json_array_foreach (list, i, v)
        text = arena_printf(&s->arena, "%s%s%s", text, i ? " " : "", json_at_str(v, "name"));
    return text;
}

static const char *items(struct test_site *s, const char *issue)
{
    json_t *o = test_get(s, 200, "/rest/api/2/issue/%s?expand=changelog&fields=summary", issue), *histories, *item;
    char *text = arena_strdup(&s->arena, "");
    size_t i;
    histories = json_object_get(json_object_get(o, "changelog"), "histories");
    size_t last = s->is_cloud ? 0 : json_array_size(histories) - 1;
    json_array_foreach (json_object_get(json_array_get(histories, last), "items"), i, item)
        text = arena_printf(&s->arena, "%s%s:%s>%s;", text, json_at_str(item, "field"),
                            json_is_null(json_object_get(item, "fromString")) ? "" : json_at_str(item, "fromString"),
                            json_is_null(json_object_get(item, "toString")) ? "" : json_at_str(item, "toString"));
    return text;
}

static void a_version_has_dates_and_is_released_and_archived(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *v = test_json(&s, HTTP_POST, 201, "/rest/api/2/version",
                              test_body(&s, "{'project':'SA','name':'1.0','description':'first','startDate':"
                                            "'2026-10-05','releaseDate':'2026-11-01'}"));
        assert_string_equal(json_at_str(v, "releaseDate"), "2026-11-01");
        assert_string_equal(json_at_str(v, "userStartDate"), "05/Oct/26");
        assert_true(json_at_bool(v, "overdue", false));
        assert_true(json_at_int(v, "projectId", 0) > 0);
        assert_true(json_is_string(json_object_get(v, "id")));
        char *target = arena_printf(&s.arena, "/rest/api/2/version/%s", json_at_str(v, "id"));
        v = test_json(&s, HTTP_PUT, 200, target, test_body(&s, "{'released':true,'releaseDate':'2026-11-20'}"));
        assert_true(json_at_bool(v, "released", false));
        assert_null(json_object_get(v, "overdue"));
        assert_string_equal(json_at_str(v, "description"), "first");
        test_json(&s, HTTP_PUT, 200, target, test_body(&s, "{'archived':true}"));
        assert_true(json_at_bool(test_get(&s, 200, "%s", target), "archived", false));
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/project/SA/versions")), 1);
        json_t *page = test_get(&s, 200, "/rest/api/2/project/SA/version?status=unreleased");
        assert_int_equal(json_at_int(page, "total", -1), s.is_cloud ? 0 : 0);
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/project/SA/version?status=archived"), "total", 0),
                         1);
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/project/SA"), "versions"), 1);
    }
}

static void what_is_wrong_with_a_version_is_said(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        version(&s, "1.0");
        json_t *e =
            test_json(&s, HTTP_POST, 400, "/rest/api/2/version", test_body(&s, "{'project':'SA','name':'1.0'}"));
        assert_string_equal(test_error(e, "name"), "A version with this name already exists in this project.");
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/version", test_body(&s, "{'project':'SA'}"));
        assert_string_equal(test_error(e, "name"), "You must specify a valid version name");
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/version",
                      test_body(&s, "{'project':'SA','name':'x','releaseDate':'soon'}"));
        assert_non_null(strstr(test_error(e, "releaseDate"), "format"));
        test_json(&s, HTTP_POST, 404, "/rest/api/2/version", test_body(&s, "{'project':'NOPE','name':'x'}"));
        e = test_get(&s, 404, "/rest/api/2/version/1");
        assert_string_equal(test_error(e, NULL), "Could not find version for id '1'");
    }
}

static void only_an_administrator_writes_versions(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *v = version(&s, "1.0");
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{'name':'mia','emailAddress':'mia@example.com','password':'x'}"));
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "x";
        int refused = s.is_cloud ? 404 : 403;
        test_json(&s, HTTP_POST, refused, "/rest/api/2/version", test_body(&s, "{'project':'SA','name':'2.0'}"));
        test_json(&s, HTTP_DELETE, refused, arena_printf(&s.arena, "/rest/api/2/version/%s", json_at_str(v, "id")),
                  NULL);
        test_json(&s, HTTP_POST, 403, "/rest/api/2/component", test_body(&s, "{'project':'SA','name':'x'}"));
        test_get(&s, 200, "/rest/api/2/version/%s", json_at_str(v, "id"));
    }
}

static void versions_are_put_in_order(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *a = json_at_str(version(&s, "a"), "id");
        json_t *b = version(&s, "b");
        version(&s, "c");
        char *move = arena_printf(&s.arena, "/rest/api/2/version/%s/move", a);
        test_json(&s, HTTP_POST, 200, move, test_body(&s, "{'after':'%s'}", json_at_str(b, "self")));
        assert_string_equal(names(&s, test_get(&s, 200, "/rest/api/2/project/SA/versions")), "b a c");
        test_json(&s, HTTP_POST, 200, move, test_body(&s, "{'position':'Last'}"));
        assert_string_equal(names(&s, test_get(&s, 200, "/rest/api/2/project/SA/versions")), "b c a");
        test_json(&s, HTTP_POST, 200, move, test_body(&s, "{'position':'Earlier'}"));
        assert_string_equal(names(&s, test_get(&s, 200, "/rest/api/2/project/SA/versions")), "b a c");
        test_json(&s, HTTP_POST, 200, move, test_body(&s, "{'position':'First'}"));
        assert_string_equal(names(&s, test_get(&s, 200, "/rest/api/2/project/SA/versions")), "a b c");
        test_json(&s, HTTP_POST, 400, move, test_body(&s, "{'position':'Up'}"));
        test_json(&s, HTTP_POST, 400, move, "{}");
    }
}

static void an_issue_takes_versions_and_components_with_an_item_for_each(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *a = version(&s, "a"), *b = version(&s, "b");
        component(&s, "Pump");
        component(&s, "Fan");
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                              test_body(&s,
                                        "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Bug'},'summary':'x',"
                                        "'fixVersions':[{'name':'b'},{'id':'%s'}],'versions':[{'name':'a'}],"
                                        "'components':[{'name':'Pump'},{'name':'Fan'}]}}",
                                        json_at_str(a, "id")));
        const char *id = json_at_str(o, "id");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        o = test_get(&s, 200, "%s", target);
        assert_string_equal(names(&s, json_at(o, "fields.fixVersions")), "a b");
        assert_string_equal(names(&s, json_at(o, "fields.versions")), "a");
        assert_string_equal(names(&s, json_at(o, "fields.components")), "Fan Pump");
        json_t *one = json_array_get(json_at(o, "fields.fixVersions"), 0);
        assert_null(json_object_get(one, "projectId"));
        assert_null(json_object_get(one, "description"));
        assert_false(json_at_bool(one, "released", true));
        test_json(&s, HTTP_PUT, 204, target,
                  test_body(&s,
                            "{'update':{'fixVersions':[{'remove':{'name':'a'}}],'versions':[{'add':{'id':'%s'}}],"
                            "'components':[{'set':[{'name':'Fan'}]}]}}",
                            json_at_str(b, "id")));
        assert_string_equal(items(&s, id), "Fix Version:a>;Version:>b;Component:Pump>;");
        json_t *before = test_get(&s, 200, "%s", target);
        test_json(&s, HTTP_PUT, 204, target,
                  test_body(&s, "{'update':{'fixVersions':[{'remove':{'name':'a'}},{'add':{'name':'b'}}]}}"));
        assert_string_equal(json_at_str(test_get(&s, 200, "%s", target), "fields.updated"),
                            json_at_str(before, "fields.updated"));
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'versions':[],'components':null}}"));
        o = test_get(&s, 200, "%s", target);
        assert_int_equal(json_at_count(o, "fields.versions"), 0);
        assert_true(json_is_array(json_at(o, "fields.components")));
    }
}

static void a_version_that_is_not_of_the_project_is_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", test_issue(&s, "SA", "Task", "x"));
        test_project(&s, "OTHER");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/version", test_body(&s, "{'project':'OTHER','name':'theirs'}"));
        json_t *e = test_json(&s, HTTP_PUT, 400, target,
                              test_body(&s, "{'fields':{'fixVersions':[{'name':'theirs'}],'components':'Fan',"
                                            "'versions':[{}]}}"));
        assert_string_equal(test_error(e, "fixVersions"), "Version name 'theirs' is not valid");
        assert_string_equal(test_error(e, "components"), "data was not an array");
        assert_non_null(strstr(test_error(e, "versions"), "'id' or 'name'"));
        e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'update':{'components':[{'add':{'name':'Fan'}}]}}"));
        assert_string_equal(test_error(e, "components"), "Component name 'Fan' is not valid");
    }
}

static void a_version_hands_its_issues_over(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *a = json_at_str(version(&s, "a"), "id"), *b = json_at_str(version(&s, "b"), "id"),
                   *c = json_at_str(version(&s, "c"), "id");
        char *id = test_issue(&s, "SA", "Task", "x"), *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_json(&s, HTTP_PUT, 204, target,
                  test_body(&s, "{'fields':{'fixVersions':[{'name':'a'}],'versions':[{'name':'a'}]}}"));
        json_t *counts = test_get(&s, 200, "/rest/api/2/version/%s/relatedIssueCounts", a);
        assert_int_equal(json_at_int(counts, "issuesFixedCount", 0), 1);
        assert_int_equal(json_at_int(counts, "issuesAffectedCount", 0), 1);
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/version/%s/unresolvedIssueCount", a),
                                     "issuesUnresolvedCount", 0),
                         1);
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/version/%s?moveFixIssuesTo=%s", a, b),
                  NULL);
        json_t *o = test_get(&s, 200, "%s", target);
        assert_string_equal(names(&s, json_at(o, "fields.fixVersions")), "b");
        assert_string_equal(names(&s, json_at(o, "fields.versions")), "");
        test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "/rest/api/2/version/%s/mergeto/%s", b, c), NULL);
        assert_string_equal(names(&s, json_at(test_get(&s, 200, "%s", target), "fields.fixVersions")), "c");
        assert_string_equal(items(&s, id), "Fix Version:b>;Fix Version:>c;");
        test_json(&s, HTTP_POST, 204, arena_printf(&s.arena, "/rest/api/2/version/%s/removeAndSwap", c), "{}");
        assert_int_equal(json_at_count(test_get(&s, 200, "%s", target), "fields.fixVersions"), 0);
        test_get(&s, 404, "/rest/api/2/version/%s", c);
    }
}

static void a_version_is_found_in_custom_fields_too(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *a = json_at_str(version(&s, "a"), "id"), *b = json_at_str(version(&s, "b"), "id");
        json_t *f = test_json(&s, HTTP_POST, 201, "/rest/api/2/field",
                              test_body(&s, "{'name':'Found in','type':"
                                            "'com.atlassian.jira.plugin.system.customfieldtypes:multiversion'}"));
        const char *field = json_at_str(f, "id"), *number = field + strlen("customfield_");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", test_issue(&s, "SA", "Task", "x"));
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'%s':[{'name':'a'}]}}", field));
        json_t *o = test_get(&s, 200, "/rest/api/2/version/%s/relatedIssueCounts", a);
        assert_int_equal(json_at_int(o, "issueCountWithCustomFieldsShowingVersion", 0), 1);
        o = json_array_get(json_object_get(o, s.is_cloud ? "customFieldUsage" : "customFieldNames"), 0);
        assert_string_equal(json_at_str(o, "fieldName"), "Found in");
        test_json(&s, HTTP_POST, 204, arena_printf(&s.arena, "/rest/api/2/version/%s/removeAndSwap", a),
                  test_body(&s, "{'customFieldReplacementList':[{'customFieldId':%s,'moveTo':%s}]}", number, b));
        o = json_object_get(json_object_get(test_get(&s, 200, "%s", target), "fields"), field);
        assert_string_equal(names(&s, o), "b");
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/version/%s", b), NULL);
        assert_true(json_is_null(json_object_get(json_object_get(test_get(&s, 200, "%s", target), "fields"), field)));
    }
}

static void open_issues_go_on_when_a_version_is_released(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *a = version(&s, "a"), *b = version(&s, "b");
        char *id = test_issue(&s, "SA", "Task", "x"), *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'fixVersions':[{'name':'a'}]}}"));
        test_json(&s, HTTP_PUT, 200, arena_printf(&s.arena, "/rest/api/2/version/%s", json_at_str(a, "id")),
                  test_body(&s, "{'released':true,'moveUnfixedIssuesTo':'%s'}", json_at_str(b, "self")));
        assert_string_equal(names(&s, json_at(test_get(&s, 200, "%s", target), "fields.fixVersions")), "b");
    }
}

static void a_component_has_a_lead_and_gives_its_issues_away(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *user = test_json(&s, HTTP_POST, 201, "/sandbox/users",
                                 test_body(&s, "{'name':'mia','emailAddress':'mia@example.com','displayName':'Mia'}"));
        json_t *n = test_json(&s, HTTP_POST, 201, "/rest/api/2/component",
                              test_body(&s, "{'project':'SA','name':'Pump','%s':'%s','assigneeType':'COMPONENT_LEAD'}",
                                        s.is_cloud ? "leadAccountId" : "leadUserName",
                                        json_at_str(user, s.is_cloud ? "accountId" : "name")));
        assert_string_equal(json_at_str(n, "lead.displayName"), "Mia");
        assert_string_equal(json_at_str(n, "realAssignee.displayName"), "Mia");
        assert_string_equal(json_at_str(n, "realAssigneeType"), "COMPONENT_LEAD");
        assert_true(json_at_bool(n, "isAssigneeTypeValid", false));
        assert_string_equal(json_at_str(n, "project"), "SA");
        char *target = arena_printf(&s.arena, "/rest/api/2/component/%s", json_at_str(n, "id"));
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                              test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Bug'},"
                                            "'summary':'x','components':[{'name':'Pump'}]}}"));
        assert_string_equal(
            json_at_str(test_get(&s, 200, "/rest/api/2/issue/%s", json_at_str(o, "id")), "fields.assignee.displayName"),
            "Mia");
        n = test_json(&s, HTTP_PUT, 200, target,
                      test_body(&s, "{'name':'Pumps','%s':null}", s.is_cloud ? "leadAccountId" : "leadUserName"));
        assert_string_equal(json_at_str(n, "name"), "Pumps");
        assert_null(json_object_get(n, "lead"));
        assert_false(json_at_bool(n, "isAssigneeTypeValid", true));
        assert_int_equal(json_at_int(test_get(&s, 200, "%s/relatedIssueCounts", target), "issueCount", 0), 1);
        json_t *other = component(&s, "Fan");
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "%s?moveIssuesTo=%s", target, json_at_str(other, "id")),
                  NULL);
        assert_string_equal(
            names(&s, json_at(test_get(&s, 200, "/rest/api/2/issue/%s", json_at_str(o, "id")), "fields.components")),
            "Fan");
        assert_string_equal(names(&s, test_get(&s, 200, "/rest/api/2/project/SA/components")), "Fan");
        json_t *e = test_json(&s, HTTP_POST, 400, "/rest/api/2/component", test_body(&s, "{'project':'SA','name':''}"));
        assert_string_equal(test_error(e, "name"),
                            "The component name specified is invalid - cannot be an empty string.");
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/component", test_body(&s, "{'project':'SA','name':'Fan'}"));
        assert_non_null(strstr(test_error(e, "name"), "already exists"));
    }
}

static void components_come_in_pages_on_cloud(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    component(&s, "Pump");
    component(&s, "Fan");
    json_t *page = test_get(&s, 200, "/rest/api/3/project/SA/component?maxResults=1&orderBy=-name");
    assert_int_equal(json_at_int(page, "total", 0), 2);
    assert_string_equal(names(&s, json_object_get(page, "values")), "Pump");
    assert_int_equal(json_at_int(json_array_get(json_object_get(page, "values"), 0), "issueCount", -1), 0);
    page = test_get(&s, 200, "/rest/api/3/component?projectIdsOrKeys=SA");
    assert_string_equal(names(&s, json_object_get(page, "values")), "Fan Pump");
    test_site_close(&s);
}

static void the_meta_data_names_what_may_be_chosen(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        version(&s, "a");
        component(&s, "Fan");
        char *id = test_issue(&s, "SA", "Task", "x");
        json_t *meta = test_get(&s, 200, "/rest/api/2/issue/%s/editmeta", id);
        assert_string_equal(names(&s, json_at(meta, "fields.fixVersions.allowedValues")), "a");
        assert_string_equal(names(&s, json_at(meta, "fields.components.allowedValues")), "Fan");
    }
}

static void a_search_finds_by_version_and_component(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *path = s.is_cloud ? "/rest/api/2/search/jql" : "/rest/api/2/search";
        version(&s, "1.0");
        component(&s, "Fan");
        char *id = test_issue(&s, "SA", "Task", "x");
        test_issue(&s, "SA", "Task", "y");
        test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "/rest/api/2/issue/%s", id),
                  test_body(&s, "{'fields':{'fixVersions':[{'name':'1.0'}],'components':[{'name':'Fan'}]}}"));
        static const struct {
            const char *jql;
            size_t found;
        } QUERIES[] = {{"fixVersion = \\\"1.0\\\"", 1},
                       {"fixVersion is EMPTY and project = SA", 1},
                       {"component = fan", 1},
                       {"component != fan and project = SA", 0},
                       {"affectedVersion is not EMPTY", 0},
                       {"component in (Fan) ORDER BY fixVersion", 1}};
        for (size_t i = 0; i < sizeof QUERIES / sizeof *QUERIES; i++) {
            json_t *o = test_json(&s, HTTP_POST, 200, path,
                                  arena_printf(&s.arena, "{\"jql\":\"%s\",\"fields\":[\"summary\"]}", QUERIES[i].jql));
            if (json_at_count(o, "issues") != QUERIES[i].found)
                fail_msg("%s: %zu", QUERIES[i].jql, json_at_count(o, "issues"));
        }
    }
}

static void both_travel_with_a_project(void **state)
{
    (void)state;
    struct test_site from, to;
    struct err e = ERR_INIT;
    test_site_open(&from, SANDBOX_DC8);
    test_site_open_seeded(&to, SANDBOX_CLOUD, 99);
    test_project(&from, "SA");
    version(&from, "1.0");
    component(&from, "Fan");
    char *id = test_issue(&from, "SA", "Task", "x");
    test_json(&from, HTTP_PUT, 204, arena_printf(&from.arena, "/rest/api/2/issue/%s", id),
              test_body(&from, "{'fields':{'fixVersions':[{'name':'1.0'}],'components':[{'name':'Fan'}]}}"));
    struct sandbox_moved moved;
    struct sandbox_move options = {.project = "SA"};
    if (!sandbox_move(from.sandbox, to.sandbox, &options, &moved, &e))
        fail_msg("%s", e.text);
    json_t *o = test_get(&to, 200, "/rest/api/3/issue/SA-1?expand=changelog");
    assert_string_equal(names(&to, json_at(o, "fields.fixVersions")), "1.0");
    assert_string_equal(names(&to, json_at(o, "fields.components")), "Fan");
    json_t *v = json_array_get(test_get(&to, 200, "/rest/api/3/project/SA/versions"), 0);
    assert_string_equal(json_at_str(v, "releaseDate"), "2026-12-01");
    json_t *history = json_array_get(json_at(o, "changelog.histories"), 0);
    assert_string_equal(json_at_str(json_array_get(json_object_get(history, "items"), 0), "to"), json_at_str(v, "id"));
    test_site_close(&from);
    test_site_close(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_has_dates_and_is_released_and_archived),
        cmocka_unit_test(what_is_wrong_with_a_version_is_said),
        cmocka_unit_test(only_an_administrator_writes_versions),
        cmocka_unit_test(versions_are_put_in_order),
        cmocka_unit_test(an_issue_takes_versions_and_components_with_an_item_for_each),
        cmocka_unit_test(a_version_that_is_not_of_the_project_is_refused),
        cmocka_unit_test(a_version_hands_its_issues_over),
        cmocka_unit_test(a_version_is_found_in_custom_fields_too),
        cmocka_unit_test(open_issues_go_on_when_a_version_is_released),
        cmocka_unit_test(a_component_has_a_lead_and_gives_its_issues_away),
        cmocka_unit_test(components_come_in_pages_on_cloud),
        cmocka_unit_test(the_meta_data_names_what_may_be_chosen),
        cmocka_unit_test(a_search_finds_by_version_and_component),
        cmocka_unit_test(both_travel_with_a_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
