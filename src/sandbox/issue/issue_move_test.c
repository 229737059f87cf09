/* issue_move_test.c - issues that go to another project, to the archive, and away in great number. */
#include "sandbox/people/test_people.h"

static char *type_id(struct test_site *s, const char *project, const char *name)
{
    size_t i;
    json_t *type;
    json_t *types = json_object_get(test_get(s, 200, "/rest/api/2/project/%s", project), "issueTypes");
    json_array_foreach (types, i, type)
        if (str_eq(json_at_str(type, "name"), name))
            return arena_strdup(&s->arena, json_at_str(type, "id"));
    fail_msg("no type %s", name);
    return NULL;
}

static json_t *move(struct test_site *s, int status, const char *issue, const char *project)
{
    return test_json(s, HTTP_POST, status, "/sandbox/issues/move",
                     test_body(s, "{'issues':['%s'],'project':'%s'}", issue, project));
}

/* What took something away or replaced it. */
static const json_t *history_with(const json_t *issue, const char *field)
{
    const json_t *list = json_object_get(json_object_get(issue, "changelog"), "histories");
    for (size_t h = 0; h < json_array_size(list); h++) {
        const json_t *items = json_object_get(json_array_get(list, h), "items");
        for (size_t i = 0; i < json_array_size(items); i++)
            if (str_eq(json_at_str(json_array_get(items, i), "field"), field) &&
                json_at_str(json_array_get(items, i), "fromString"))
                return json_array_get(items, i);
    }
    return NULL;
}

static void a_moved_issue_has_a_new_key_and_answers_to_the_old_one(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_project(&s, "SB");
        test_issue(&s, "SB", "Task", "first there");
        char *id = test_issue(&s, "SA", "Bug", "goes");
        json_t *moved = move(&s, 200, "SA-1", "SB");
        assert_string_equal(json_at_str(json_array_get(moved, 0), "key"), "SB-2");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/sa-1?expand=changelog");
        assert_string_equal(json_at_str(o, "key"), "SB-2");
        assert_string_equal(json_at_str(o, "id"), id);
        assert_string_equal(json_at_str(o, "fields.project.key"), "SB");
        const json_t *key = history_with(o, "Key"), *project = history_with(o, "project");
        assert_string_equal(json_at_str(key, "fromString"), "SA-1");
        assert_string_equal(json_at_str(key, "toString"), "SB-2");
        assert_true(json_is_null(json_object_get(key, "from")));
        assert_string_equal(json_at_str(project, "fromString"), "Project SA");
        assert_string_equal(json_at_str(project, "to"), json_at_str(o, "fields.project.id"));
        const char *search = s.is_cloud ? "/rest/api/2/search/jql?jql=key%20%3D%20SA-1&fields=summary"
                                        : "/rest/api/2/search?jql=key%20%3D%20SA-1";
        o = json_object_get(test_get(&s, 200, "%s", search), "issues");
        assert_string_equal(json_at_str(json_array_get(o, 0), "key"), "SB-2");
        test_issue(&s, "SA", "Task", "takes a new number");
        test_get(&s, 200, "/rest/api/2/issue/SA-2");
        move(&s, 200, "SB-2", "SA"); /* and back: another number, all former keys go on */
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SA-1"), "key"), "SA-3");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SB-2"), "key"), "SA-3");
    }
}

static void subtasks_move_with_their_parent_and_leave_versions_behind(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_project(&s, "SB");
        test_issue(&s, "SA", "Task", "parent");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'summary':'child',"
                                "'parent':{'key':'SA-1'}}}"));
        test_json(&s, HTTP_POST, 201, "/rest/api/2/version", test_body(&s, "{'project':'SA','name':'1.0'}"));
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'fields':{'fixVersions':[{'name':'1.0'}]}}"));
        json_t *e = move(&s, 400, "SA-2", "SB");
        assert_string_equal(test_error(e, NULL), "SA-2: A sub-task moves with its parent.");
        move(&s, 200, "SA-1", "SB");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-1?expand=changelog");
        assert_string_equal(json_at_str(o, "key"), "SB-1");
        assert_int_equal(json_at_count(o, "fields.fixVersions"), 0);
        assert_string_equal(json_at_str(history_with(o, "Fix Version"), "fromString"), "1.0");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SA-2"), "key"), "SB-2");
        test_json(&s, HTTP_DELETE, 400, "/rest/api/2/issue/SA-1", NULL);
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/issue/SB-1?deleteSubtasks=true", NULL);
        test_get(&s, 404, "/rest/api/2/issue/SA-2");
    }
}

static void who_may_not_move_moves_nothing(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_project(&s, "SB");
        test_issue(&s, "SA", "Task", "stays");
        test_revoke(&s, "MOVE_ISSUES");
        test_as(&s, "kim");
        move(&s, 400, "SA-1", "SB");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SA-1"), "key"), "SA-1");
    }
}

static void cloud_moves_and_deletes_many_and_tells_of_each(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_project(&s, "SB");
    char *one = test_issue(&s, "SA", "Task", "one"), *two = test_issue(&s, "SA", "Bug", "two");
    char *body = test_body(&s,
                           "{'targetToSourcesMapping':{'SB,%s':{'inferFieldDefaults':true,'inferStatusDefaults':true,"
                           "'inferSubtaskTypeDefault':true,'inferClassificationDefaults':true,"
                           "'issueIdsOrKeys':['SA-1','%s','SA-99']}}}",
                           type_id(&s, "SB", "Story"), two);
    json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/3/bulk/issues/move", body);
    char *task = arena_printf(&s.arena, "/rest/api/3/bulk/queue/%s", json_at_str(o, "taskId"));
    assert_string_equal(json_at_str(test_get(&s, 200, "%s", task), "status"), "RUNNING");
    s.clock.now += 1000;
    o = test_get(&s, 200, "%s", task);
    assert_string_equal(json_at_str(o, "status"), "COMPLETE");
    assert_int_equal(json_at_count(o, "processedAccessibleIssues"), 2);
    assert_int_equal(json_at_int(o, "invalidOrInaccessibleIssueCount", 0), 1);
    assert_int_equal(json_at_int(o, "totalIssueCount", 0), 3);
    o = test_get(&s, 200, "/rest/api/3/issue/%s", one);
    assert_string_equal(json_at_str(o, "key"), "SB-1");
    assert_string_equal(json_at_str(o, "fields.issuetype.name"), "Story");
    o = test_json(&s, HTTP_POST, 400, "/rest/api/3/bulk/issues/move", "{\"targetToSourcesMapping\":{}}");
    assert_int_equal(json_at_count(o, "errors"), 1);
    test_json(&s, HTTP_POST, 201, "/rest/api/3/bulk/issues/delete",
              test_body(&s, "{'selectedIssueIdsOrKeys':['SB-1','SB-2']}"));
    test_get(&s, 404, "/rest/api/3/issue/%s", two);
    test_get(&s, 400, "/rest/api/3/bulk/queue/1");
    test_site_close(&s);
}

/* ---- the archive ---- */

static void put_away(struct test_site *s, const char *key, bool is_in)
{
    if (s->is_cloud)
        test_json(s, HTTP_PUT, 200, is_in ? "/rest/api/3/issue/archive" : "/rest/api/3/issue/unarchive",
                  test_body(s, "{'issueIdsOrKeys':['%s']}", key));
    else
        test_json(s, HTTP_PUT, 204,
                  arena_printf(&s->arena, "/rest/api/2/issue/%s/%s", key, is_in ? "archive" : "restore"), NULL);
}

static void an_archived_issue_is_read_by_its_key_alone(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *search = s.is_cloud ? "/rest/api/2/search/jql?jql=project%20%3D%20SA&fields=summary"
                                        : "/rest/api/2/search?jql=project%20%3D%20SA";
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'summary':'child',"
                                "'parent':{'key':'SA-1'}}}"));
        put_away(&s, "SA-1", true);
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/SA-1");
        if (!s.is_cloud) {
            assert_non_null(json_at_str(o, "fields.archiveddate"));
            assert_string_equal(json_at_str(o, "fields.archivedby.name"), "admin");
            test_json(&s, HTTP_PUT, 403, "/rest/api/2/issue/SA-1/archive", NULL);
        }
        assert_int_equal(json_at_count(test_get(&s, 200, "%s", search), "issues"), 0);
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1", "{\"fields\":{\"summary\":\"x\"}}");
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-2", "{\"fields\":{\"summary\":\"x\"}}");
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/issue/SA-1/transitions"), "transitions"), 0);
        put_away(&s, "SA-1", false);
        assert_int_equal(json_at_count(test_get(&s, 200, "%s", search), "issues"), 2);
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-2", "{\"fields\":{\"summary\":\"x\"}}");
    }
}

static void cloud_tells_which_issues_cannot_be_archived(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    test_issue(&s, "SA", "Task", "two");
    json_t *o =
        test_json(&s, HTTP_PUT, 200, "/rest/api/3/issue/archive", test_body(&s, "{'issueIdsOrKeys':['SA-1','SA-77']}"));
    assert_int_equal(json_at_int(o, "numberOfIssuesUpdated", 0), 1);
    assert_int_equal(json_at_int(o, "errors.issuesNotFound.count", 0), 1);
    o = test_json(&s, HTTP_PUT, 400, "/rest/api/3/issue/archive", test_body(&s, "{'issueIdsOrKeys':['SA-77']}"));
    assert_string_equal(test_error(o, NULL), "No valid issue to archive or unarchive. Bad request.");
    o = test_json(&s, HTTP_POST, 202, "/rest/api/3/issue/archive", test_body(&s, "{'jql':'project = SA'}"));
    assert_non_null(strstr(json_string_value(o), "/rest/api/3/task/"));
    o = test_get(&s, 200, "/rest/api/3/search/jql?jql=project%%20%%3D%%20SA");
    assert_int_equal(json_at_count(o, "issues"), 0);
    test_json(&s, HTTP_POST, 400, "/rest/api/3/issue/archive", test_body(&s, "{'jql':'project ='}"));
    test_person(&s, "kim");
    test_as(&s, "kim");
    test_json(&s, HTTP_PUT, 403, "/rest/api/3/issue/archive", test_body(&s, "{'issueIdsOrKeys':['SA-1']}"));
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_issue_has_a_new_key_and_answers_to_the_old_one),
        cmocka_unit_test(subtasks_move_with_their_parent_and_leave_versions_behind),
        cmocka_unit_test(who_may_not_move_moves_nothing),
        cmocka_unit_test(cloud_moves_and_deletes_many_and_tells_of_each),
        cmocka_unit_test(an_archived_issue_is_read_by_its_key_alone),
        cmocka_unit_test(cloud_tells_which_issues_cannot_be_archived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
