/* An issue's life: created, read, edited, moved along its workflow, deleted; on every dialect. */
#include "sandbox/test_client.h"

static void a_new_issue_has_a_number_and_defaults(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "Server room is too warm");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s", id);
        assert_string_equal(json_at_str(o, "key"), "SA-1");
        assert_string_equal(json_at_str(o, "id"), id);
        assert_string_equal(json_at_str(o, "self"), arena_printf(&s.arena, TEST_URL "/rest/api/2/issue/%s", id));
        assert_string_equal(json_at_str(o, "fields.summary"), "Server room is too warm");
        assert_string_equal(json_at_str(o, "fields.priority.name"), "Medium");
        assert_string_equal(json_at_str(o, "fields.status.name"), "To Do");
        assert_true(json_is_null(json_at(o, "fields.assignee")));
        assert_true(json_is_null(json_at(o, "fields.description")));
        assert_true(json_is_null(json_at(o, "fields.resolution")));
        assert_null(json_at(o, "fields.parent"));
        assert_int_equal(json_at_count(o, "fields.labels"), 0);
        assert_true(json_is_array(json_at(o, "fields.labels")));
        assert_int_equal(json_at_int(o, "fields.watches.watchCount", 0), 1);
        assert_string_equal(json_at_str(o, "fields.created"), json_at_str(o, "fields.updated"));
        assert_true(str_ends(json_at_str(o, "fields.created"), "+0100"));
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/sa-1"), "id"), id);
    }
}

static void numbers_are_not_given_twice(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        char *second = test_issue(&s, "SA", "Task", "two");
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/issue/SA-2", NULL);
        test_get(&s, 404, "/rest/api/2/issue/SA-2");
        test_get(&s, 404, "/rest/api/2/issue/%s", second);
        char *third = test_issue(&s, "SA", "Task", "three");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/%s", third), "key"), "SA-3");
        assert_string_not_equal(second, third);
    }
}

static void all_that_is_wrong_is_said_at_once(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *e = test_json(&s, HTTP_POST, 400, "/rest/api/2/issue", "{}");
        assert_string_equal(test_error(e, "project"),
                            s.is_cloud ? "Specify a valid project ID or key" : "project is required");
        e = test_json(
            &s, HTTP_POST, 400, "/rest/api/2/issue",
            test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'status':{'name':'Done'},"
                          "'created':'2020-01-01','nonsense':1,'labels':['a b'],'duedate':'2026-02-30'}}"));
        assert_string_equal(test_error(e, "summary"), "You must specify a summary of the issue.");
        assert_string_equal(test_error(e, "status"),
                            "Field 'status' cannot be set. It is not on the appropriate screen, or unknown.");
        assert_string_equal(test_error(e, "nonsense"),
                            "Field 'nonsense' cannot be set. It is not on the appropriate screen, or unknown.");
        assert_non_null(json_at(e, "errors.created"));
        assert_non_null(strstr(test_error(e, "labels"), "contains spaces"));
        assert_non_null(json_at(e, "errors.duedate"));
        assert_int_equal(json_at_count(e, "errorMessages"), 0);
        assert_string_equal(
            json_at_str(test_get(&s, 200, "/rest/api/2/issue/%s", test_issue(&s, "SA", "Bug", "x")), "key"), "SA-1");
    }
}

static void text_has_limits(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        char *longer = arena_alloc(&s.arena, 32769);
        memset(longer, 'x', 32768);
        json_t *e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'description':'%s'}}", longer));
        assert_string_equal(test_error(e, "description"),
                            "The entered text is too long. It exceeds the allowed limit of 32,767 characters.");
        longer[32767] = 0;
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'description':'%s'}}", longer));
        longer[256] = 0;
        e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'summary':'%s'}}", longer));
        assert_non_null(strstr(test_error(e, "summary"), "255"));
        e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'summary':'one\\ntwo'}}"));
        assert_non_null(strstr(test_error(e, "summary"), "newline"));
    }
}

static void an_edit_is_one_history_with_an_item_for_each_field(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "before");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        json_t *before = test_get(&s, 200, "%s", target);
        test_json(&s, HTTP_PUT, 204, target,
                  test_body(&s, "{'fields':{'summary':'after','priority':{'name':'High'}},"
                                "'update':{'labels':[{'add':'b'},{'add':'a'},{'remove':'b'},{'add':'c'}]}}"));
        json_t *o = test_get(&s, 200, "%s?expand=changelog", target);
        assert_string_equal(json_at_str(o, "fields.summary"), "after");
        assert_int_equal(json_at_count(o, "fields.labels"), 2);
        assert_string_not_equal(json_at_str(o, "fields.updated"), json_at_str(before, "fields.updated"));
        assert_int_equal(json_at_int(o, "changelog.total", 0), 1);
        json_t *history = json_array_get(json_at(o, "changelog.histories"), 0);
        assert_int_equal(json_at_count(history, "items"), 3);
        json_t *item = json_array_get(json_object_get(history, "items"), 0);
        assert_string_equal(json_at_str(item, "field"), "summary");
        assert_string_equal(json_at_str(item, "fromString"), "before");
        assert_string_equal(json_at_str(item, "toString"), "after");
        assert_true(json_is_null(json_object_get(item, "from")));
        assert_int_equal(json_object_get(item, "fieldId") != NULL, s.is_cloud);
        item = json_array_get(json_object_get(history, "items"), 2);
        assert_string_equal(json_at_str(item, "field"), "labels");
        assert_string_equal(json_at_str(item, "toString"), "a c");
    }
}

static void an_edit_that_changes_nothing_leaves_no_trace(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "same");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        json_t *before = test_get(&s, 200, "%s", target);
        test_json(
            &s, HTTP_PUT, 204, target,
            test_body(
                &s,
                "{'fields':{'summary':'same','description':null},'update':{'labels':[{'add':'x'},{'remove':'x'}]}}"));
        json_t *o = test_get(&s, 200, "%s?expand=changelog", target);
        assert_string_equal(json_at_str(o, "fields.updated"), json_at_str(before, "fields.updated"));
        assert_int_equal(json_at_int(o, "changelog.total", -1), 0);
    }
}

static void one_wrong_field_takes_the_whole_edit_back(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "before");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'summary':'after','bogus':1}}"));
        test_json(&s, HTTP_PUT, 400, target,
                  test_body(&s, "{'fields':{'labels':['a']},'update':{'labels':[{'add':'b'}]}}"));
        test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'update':{'summary':[{'add':'b'}]}}"));
        json_t *o = test_get(&s, 200, "%s", target);
        assert_string_equal(json_at_str(o, "fields.summary"), "before");
        assert_int_equal(json_at_count(o, "fields.labels"), 0);
    }
}

static void status_cannot_be_written(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_call(&s, HTTP_PUT, target, test_body(&s, "{'fields':{'status':{'name':'Done'}}}"));
        assert_int_equal(s.response.status, s.is_cloud ? 204 : 400);
        assert_string_equal(json_at_str(test_get(&s, 200, "%s", target), "fields.status.name"), "To Do");
    }
}

/* Takes the transition of that name; fails when it is not offered. */
static void take(struct test_site *s, const char *id, const char *name)
{
    json_t *list = test_get(s, 200, "/rest/api/2/issue/%s/transitions", id);
    size_t i;
    json_t *t;
    json_array_foreach (json_object_get(list, "transitions"), i, t)
        if (str_eq(json_at_str(t, "name"), name)) {
            test_json(s, HTTP_POST, 204, arena_printf(&s->arena, "/rest/api/2/issue/%s/transitions", id),
                      test_body(s, "{'transition':{'id':'%s'}}", json_at_str(t, "id")));
            return;
        }
    fail_msg("no transition %s", name);
}

static void done_is_three_steps_away_and_sets_the_resolution(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        json_t *list = test_get(&s, 200, "/rest/api/2/issue/%s/transitions", id);
        assert_int_equal(json_at_count(list, "transitions"), 1);
        take(&s, id, "Start Progress");
        take(&s, id, "Submit for Review");
        assert_true(json_is_null(json_at(test_get(&s, 200, "/rest/api/2/issue/%s", id), "fields.resolution")));
        list = test_get(&s, 200, "/rest/api/2/issue/%s/transitions?expand=transitions.fields", id);
        json_t *approve = json_array_get(json_object_get(list, "transitions"), 1);
        assert_string_equal(json_at_str(approve, "name"), "Approve");
        assert_non_null(json_at(approve, "fields.resolution.allowedValues"));
        take(&s, id, "Approve");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s?expand=changelog", id);
        assert_string_equal(json_at_str(o, "fields.status.statusCategory.key"), "done");
        assert_string_equal(json_at_str(o, "fields.resolution.name"), "Done");
        assert_string_equal(json_at_str(o, "fields.resolutiondate"), json_at_str(o, "fields.updated"));
        assert_int_equal(json_at_int(o, "changelog.total", 0), 3);
        take(&s, id, "Reopen");
        o = test_get(&s, 200, "/rest/api/2/issue/%s", id);
        assert_true(json_is_null(json_at(o, "fields.resolution")));
        assert_true(json_is_null(json_at(o, "fields.resolutiondate")));
    }
}

static void a_step_that_is_not_there_is_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s/transitions", id);
        json_t *e = test_json(&s, HTTP_POST, 400, target, test_body(&s, "{'transition':{'id':'99999'}}"));
        if (d_ == SANDBOX_DC8)
            assert_non_null(strstr(test_error(e, NULL), "illegal workflow operation"));
        else
            assert_string_equal(test_error(e, NULL), "Transition id '99999' is not valid for this issue.");
        test_json(&s, HTTP_POST, 400, target, "{}");
    }
}

static void a_resolution_may_be_given_on_the_screen_that_has_it(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s/transitions", id);
        json_t *first = json_array_get(json_at(test_get(&s, 200, "%s", target), "transitions"), 0);
        json_t *e = test_json(&s, HTTP_POST, 400, target,
                              test_body(&s, "{'transition':{'id':'%s'},'fields':{'resolution':{'name':'Duplicate'}}}",
                                        json_at_str(first, "id")));
        assert_non_null(json_at(e, "errors.resolution"));
        take(&s, id, "Start Progress");
        take(&s, id, "Submit for Review");
        json_t *approve = json_array_get(json_at(test_get(&s, 200, "%s", target), "transitions"), 1);
        test_json(&s, HTTP_POST, 204, target,
                  test_body(&s,
                            "{'transition':{'id':'%s'},'fields':{'resolution':{'name':'Duplicate'}},"
                            "'update':{'comment':[{'add':{'body':'same as before'}}]}}",
                            json_at_str(approve, "id")));
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s", id);
        assert_string_equal(json_at_str(o, "fields.resolution.name"), "Duplicate");
        assert_int_equal(json_at_int(o, "fields.comment.total", 0), 1);
    }
}

static void fields_are_chosen_and_left_out(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s?fields=summary,status&fields=bogus", id);
        assert_int_equal(json_object_size(json_object_get(o, "fields")), 2);
        o = test_get(&s, 200, "/rest/api/2/issue/%s?fields=-comment,-summary", id);
        assert_null(json_at(o, "fields.comment"));
        assert_null(json_at(o, "fields.summary"));
        assert_non_null(json_at(o, "fields.worklog"));
        o = test_get(&s, 200, "/rest/api/2/issue/%s?fields=*navigable", id);
        assert_null(json_at(o, "fields.comment"));
        assert_non_null(json_at(o, "fields.issuelinks"));
        o = test_get(&s, 200, "/rest/api/2/issue/%s?fields=key", id);
        assert_null(json_object_get(o, "fields"));
        o = test_get(&s, 200, "/rest/api/2/issue/%s?expand=names,schema,renderedFields,transitions,editmeta,operations",
                     id);
        assert_string_equal(json_at_str(o, "names.summary"), "Summary");
        assert_string_equal(json_at_str(o, "schema.labels.items"), "string");
        assert_non_null(json_at(o, "renderedFields.created"));
        assert_int_equal(json_at_count(o, "transitions"), 1);
        assert_non_null(json_at(o, "editmeta.fields.summary"));
        assert_non_null(json_at(o, "operations.linkGroups"));
    }
}

static void custom_fields_of_each_kind_come_back(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *fields = test_get(&s, 200, "/rest/api/2/field"), *f;
        const char *text = NULL, *number = NULL, *area = NULL, *option = NULL, *user = NULL;
        size_t i;
        json_array_foreach (fields, i, f) {
            const char *name = json_at_str(f, "name"), *id = json_at_str(f, "id");
            text = str_eq(name, "Customer Reference") ? id : text;
            number = str_eq(name, "Story Points") ? id : number;
            area = str_eq(name, "Acceptance Criteria") ? id : area;
            option = str_eq(name, "Severity") ? id : option;
            user = str_eq(name, "Reviewer") ? id : user;
        }
        const char *me = s.is_cloud ? arena_printf(&s.arena, "'accountId':'%s'",
                                                   json_at_str(test_get(&s, 200, "/rest/api/2/myself"), "accountId"))
                                    : "'name':'admin'";
        char *body = test_body(&s,
                               "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Bug'},'summary':'x','%s':'T-1',"
                               "'%s':3.5,'%s':'long *text*','%s':{'value':'Major'},'%s':{%s}}}",
                               text, number, area, option, user, me);
        char *id = arena_strdup(&s.arena, json_at_str(test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", body), "id"));
        json_t *o = json_object_get(test_get(&s, 200, "/rest/api/2/issue/%s", id), "fields");
        assert_string_equal(json_at_str(o, text), "T-1");
        assert_true(json_number_value(json_object_get(o, number)) > 3.4);
        assert_string_equal(json_at_str(o, area), "long *text*");
        assert_string_equal(json_at_str(json_object_get(o, option), "value"), "Major");
        assert_string_equal(json_at_str(json_object_get(o, user), "displayName"), "Administrator");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'%s':null,'%s':null}}", option, number));
        o = json_object_get(test_get(&s, 200, "%s", target), "fields");
        assert_true(json_is_null(json_object_get(o, option)));
        assert_true(json_is_null(json_object_get(o, number)));
        json_t *e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'%s':{'value':'Worst'}}}", option));
        assert_string_equal(test_error(e, option), "Option value 'Worst' is not valid");
    }
}

static void a_bulk_creates_what_it_can(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *good = "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'good'}}";
        const char *bad = "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'}}}";
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/bulk",
                              test_body(&s, "{'issueUpdates':[%s,%s,%s]}", good, bad, good));
        assert_int_equal(json_at_count(o, "issues"), 2);
        assert_int_equal(json_at_count(o, "errors"), 1);
        json_t *e = json_array_get(json_object_get(o, "errors"), 0);
        assert_int_equal(json_at_int(e, "failedElementNumber", -1), 1);
        assert_string_equal(test_error(json_object_get(e, "elementErrors"), "summary"),
                            "You must specify a summary of the issue.");
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "issues"), 1), "key"), "SA-2");
        test_json(&s, HTTP_POST, 400, "/rest/api/2/issue/bulk", test_body(&s, "{'issueUpdates':[%s]}", bad));
    }
}

static void properties_may_come_with_the_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *body = test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'x'},"
                                   "'properties':[{'key':'mark','value':{'id':[1,2]}}]}");
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", body);
        o = test_get(&s, 200, "/rest/api/2/issue/%s?properties=mark&fields=summary", json_at_str(o, "id"));
        assert_int_equal(json_at_count(o, "properties.mark.id"), 2);
    }
}

static void an_assignee_must_be_known(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s/assignee", id);
        const char *me = json_at_str(test_get(&s, 200, "/rest/api/2/myself"), s.is_cloud ? "accountId" : "name");
        const char *member = s.is_cloud ? "accountId" : "name";
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'%s':'%s'}", member, me));
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/%s", id), "fields.assignee.displayName"),
                            "Administrator");
        json_t *e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'%s':'nobody'}", member));
        assert_string_equal(test_error(e, "assignee"),
                            s.is_cloud ? "Account ID 'nobody' is not valid" : "User 'nobody' does not exist.");
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'%s':null}", member));
        assert_true(json_is_null(json_at(test_get(&s, 200, "/rest/api/2/issue/%s", id), "fields.assignee")));
    }
}

static void a_subtask_has_a_parent_and_goes_with_it(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *parent = test_issue(&s, "SA", "Task", "parent");
        const char *body = "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'summary':'child'%s}}";
        test_json(&s, HTTP_POST, 400, "/rest/api/2/issue", test_body(&s, body, ""));
        json_t *child =
            test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", test_body(&s, body, ",'parent':{'key':'SA-1'}"));
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s", json_at_str(child, "id"));
        assert_string_equal(json_at_str(o, "fields.parent.key"), "SA-1");
        o = test_get(&s, 200, "/rest/api/2/issue/%s", parent);
        assert_int_equal(json_at_count(o, "fields.subtasks"), 1);
        json_t *e = test_json(&s, HTTP_DELETE, 400, "/rest/api/2/issue/SA-1", NULL);
        assert_non_null(strstr(test_error(e, NULL), "has subtasks"));
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/issue/SA-1?deleteSubtasks=true", NULL);
        test_get(&s, 404, "/rest/api/2/issue/%s", json_at_str(child, "id"));
    }
}

static void an_unseen_project_does_not_exist(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{%s'emailAddress':'mia@example.com','displayName':'Mia','password':'m'}",
                            s.is_cloud ? "" : "'name':'mia',"));
        test_json(&s, HTTP_POST, 201, "/sandbox/project", test_body(&s, "{'key':'HID','members':[]}"));
        char *hidden = test_issue(&s, "HID", "Task", "secret"), *open = test_issue(&s, "SA", "Task", "open");
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "m";
        test_get(&s, 200, "/rest/api/2/issue/%s", open);
        test_get(&s, 404, "/rest/api/2/issue/%s", hidden);
        test_get(&s, 404, "/rest/api/2/issue/%s/comment", hidden);
        test_get(&s, 404, "/rest/api/2/project/HID");
        json_t *e = test_get(&s, 404, "/rest/api/2/project/NONE");
        assert_string_equal(test_error(e, NULL), "No project could be found with key 'NONE'.");
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/project")), 1);
        test_json(&s, HTTP_DELETE, 403, arena_printf(&s.arena, "/rest/api/2/issue/%s", open), NULL);
        char *quiet = arena_printf(&s.arena, "/rest/api/2/issue/%s?notifyUsers=false", open);
        e = test_json(&s, HTTP_PUT, s.is_cloud ? 400 : 403, quiet, test_body(&s, "{'fields':{'summary':'y'}}"));
        assert_non_null(strstr(test_error(e, NULL), "To discard the user notification"));
        test_json(&s, HTTP_POST, 403, "/sandbox/users", "{}");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_issue_has_a_number_and_defaults),
        cmocka_unit_test(numbers_are_not_given_twice),
        cmocka_unit_test(all_that_is_wrong_is_said_at_once),
        cmocka_unit_test(text_has_limits),
        cmocka_unit_test(an_edit_is_one_history_with_an_item_for_each_field),
        cmocka_unit_test(an_edit_that_changes_nothing_leaves_no_trace),
        cmocka_unit_test(one_wrong_field_takes_the_whole_edit_back),
        cmocka_unit_test(status_cannot_be_written),
        cmocka_unit_test(done_is_three_steps_away_and_sets_the_resolution),
        cmocka_unit_test(a_step_that_is_not_there_is_refused),
        cmocka_unit_test(a_resolution_may_be_given_on_the_screen_that_has_it),
        cmocka_unit_test(fields_are_chosen_and_left_out),
        cmocka_unit_test(custom_fields_of_each_kind_come_back),
        cmocka_unit_test(a_bulk_creates_what_it_can),
        cmocka_unit_test(properties_may_come_with_the_issue),
        cmocka_unit_test(an_assignee_must_be_known),
        cmocka_unit_test(a_subtask_has_a_parent_and_goes_with_it),
        cmocka_unit_test(an_unseen_project_does_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
