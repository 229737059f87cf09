/* Workflows, their rules and screens: what may be taken, what a step asks for, what it does besides. */
#include "sandbox/test_client.h"

static void define(struct test_site *s, const char *transitions)
{
    test_json(s, HTTP_POST, 201, "/sandbox/workflow",
              test_body(s,
                        "{'name':'Support','initial':'Open','resolvesOnDone':false,'projects':['SA'],'issueTypes':"
                        "['Bug'],'statuses':[{'name':'Open','category':'new'},{'name':'Waiting','category':"
                        "'indeterminate'},{'name':'Closed','category':'done'}],'transitions':[%s]}",
                        transitions));
}

static json_t *step(struct test_site *s, const char *issue, const char *name)
{
    json_t *list = test_get(s, 200, "/rest/api/2/issue/%s/transitions?expand=transitions.fields", issue), *t;
    size_t i;
    json_array_foreach (json_object_get(list, "transitions"), i, t)
        if (str_eq(json_at_str(t, "name"), name))
            return t;
    return NULL;
}

/* Takes the step with what else the body says: ",'fields':{…}". */
static json_t *take(struct test_site *s, int status, const char *issue, const char *name, const char *more)
{
    json_t *t = step(s, issue, name);
    if (!t)
        fail_msg("no step %s", name);
    return test_json(s, HTTP_POST, status, arena_printf(&s->arena, "/rest/api/2/issue/%s/transitions", issue),
                     test_body(s, "{'transition':{'id':'%s'}%s}", json_at_str(t, "id"), more));
}

static const char *text(struct test_site *s, const char *issue, const char *path)
{
    return json_at_str(test_get(s, 200, "/rest/api/2/issue/%s", issue), path);
}

static void a_workflow_is_defined_for_one_type(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        define(&s, "{'name':'Wait','from':['Open'],'to':'Waiting'},{'name':'Close','to':'Closed'},"
                   "{'name':'Reopen','from':['Closed','Waiting'],'to':'Open'},{'name':'Touch'}");
        char *bug = test_issue(&s, "SA", "Bug", "x"), *task = test_issue(&s, "SA", "Task", "x");
        assert_string_equal(text(&s, bug, "fields.status.name"), "Open");
        assert_string_equal(text(&s, task, "fields.status.name"), "To Do");
        assert_null(step(&s, bug, "Reopen"));
        json_t *touch = step(&s, bug, "Touch");
        assert_string_equal(json_at_str(touch, "to.name"), "Open");
        if (d_ != SANDBOX_DC8) {
            assert_true(json_at_bool(touch, "isLooped", false));
            assert_true(json_at_bool(step(&s, bug, "Close"), "isGlobal", false));
            assert_false(json_at_bool(step(&s, bug, "Wait"), "isGlobal", true));
        }
        take(&s, 204, bug, "Wait", "");
        take(&s, 204, bug, "Touch", "");
        assert_string_equal(text(&s, bug, "fields.status.name"), "Waiting");
        take(&s, 204, bug, "Close", "");
        assert_null(text(&s, bug, "fields.resolution.name"));
        take(&s, 204, bug, "Reopen", "");
        assert_string_equal(text(&s, bug, "fields.status.name"), "Open");
        json_t *one = test_get(&s, 200, "/rest/api/2/issue/%s/transitions?transitionId=%s", bug,
                               json_at_str(step(&s, bug, "Wait"), "id"));
        assert_int_equal(json_at_count(one, "transitions"), 1);
        json_t *types = test_get(&s, 200, "/rest/api/2/project/SA/statuses"), *t;
        size_t i;
        json_array_foreach (types, i, t)
            assert_int_equal(json_at_count(t, "statuses"), str_eq(json_at_str(t, "name"), "Bug") ? 3 : 5);
    }
}

static void a_definition_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Bug", "x");
        json_t *e = test_json(&s, HTTP_POST, 400, "/sandbox/workflow",
                              test_body(&s, "{'name':'A','initial':'Open','projects':['SA'],'statuses':[{'name':'Open',"
                                            "'category':'new'}],'transitions':[]}"));
        assert_non_null(strstr(test_error(e, NULL), "To Do"));
        e = test_json(&s, HTTP_POST, 400, "/sandbox/workflow",
                      test_body(&s, "{'name':'A','initial':'To Do','transitions':[{'name':'x','conditions':[{'type':"
                                    "'moonphase'}]}]}"));
        assert_string_equal(test_error(e, NULL), "conditions: 'moonphase' is not known.");
        test_json(&s, HTTP_POST, 400, "/sandbox/workflow", test_body(&s, "{'name':'A','initial':'Nowhere'}"));
    }
}

static void conditions_hide_a_step_from_others(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{'name':'mia','emailAddress':'mia@example.com','password':'x'}"));
        define(&s, "{'name':'Mine','to':'Waiting','conditions':[{'type':'assignee'}]},"
                   "{'name':'Told','to':'Waiting','conditions':[{'type':'reporter'}]},"
                   "{'name':'Rule','to':'Closed','conditions':[{'type':'permission','value':'ADMINISTER_PROJECTS'}]},"
                   "{'name':'Lead','to':'Closed','conditions':[{'type':'role','value':'Administrators'}]}");
        char *bug = test_issue(&s, "SA", "Bug", "x");
        assert_null(step(&s, bug, "Mine"));
        assert_non_null(step(&s, bug, "Told"));
        assert_non_null(step(&s, bug, "Rule"));
        if (d_ != SANDBOX_DC8)
            assert_true(json_at_bool(step(&s, bug, "Told"), "isConditional", false));
        char *told = arena_strdup(&s.arena, json_at_str(step(&s, bug, "Told"), "id"));
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "x";
        assert_null(step(&s, bug, "Told"));
        assert_null(step(&s, bug, "Rule"));
        assert_null(step(&s, bug, "Lead"));
        test_json(&s, HTTP_POST, 400, arena_printf(&s.arena, "/rest/api/2/issue/%s/transitions", bug),
                  test_body(&s, "{'transition':{'id':'%s'}}", told));
    }
}

static void a_step_may_want_fields(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        define(&s,
               "{'name':'Close','to':'Closed','screen':[{'field':'resolution','required':true},{'field':'labels'}]},"
               "{'name':'Date','to':'Waiting','validators':[{'type':'required','fields':['duedate']}]},"
               "{'name':'Say','to':'Waiting','validators':[{'type':'required','fields':['environment'],'message':"
               "'Say where.'}]}");
        char *bug = test_issue(&s, "SA", "Bug", "x");
        json_t *close = step(&s, bug, "Close");
        assert_true(json_at_bool(close, "fields.resolution.required", false));
        assert_non_null(json_at(close, "fields.labels"));
        assert_null(json_at(close, "fields.summary"));
        json_t *e = take(&s, 400, bug, "Close", "");
        assert_string_equal(test_error(e, "resolution"), "Resolution is required.");
        e = take(&s, 400, bug, "Close", ",'fields':{'resolution':{'name':'Done'},'summary':'y'}");
        assert_non_null(json_at(e, "errors.summary"));
        e = take(&s, 400, bug, "Date", "");
        assert_string_equal(test_error(e, "duedate"), "Due Date is required.");
        e = take(&s, 400, bug, "Say", "");
        assert_string_equal(test_error(e, NULL), "Say where.");
        assert_string_equal(text(&s, bug, "fields.status.name"), "Open");
        take(&s, 204, bug, "Close", ",'fields':{'resolution':{'name':'Done'},'labels':['a']}");
        json_t *o = test_get(&s, 200, "/rest/api/2/issue/%s?expand=changelog", bug);
        assert_string_equal(json_at_str(o, "fields.resolution.name"), "Done");
        assert_string_equal(json_at_str(o, "fields.resolutiondate"), json_at_str(o, "fields.updated"));
        assert_int_equal(json_at_int(o, "changelog.total", 0), 1);
        assert_int_equal(json_at_count(json_array_get(json_at(o, "changelog.histories"), 0), "items"), 3);
    }
}

static void a_step_does_more_than_move(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        define(&s, "{'name':'Take','to':'Waiting','functions':[{'type':'assignToCaller'}]},"
                   "{'name':'Close','to':'Closed','functions':[{'type':'setField','field':'resolution','value':{'name':"
                   "'Duplicate'}},{'type':'unassign'}]},"
                   "{'name':'Reopen','to':'Open','functions':[{'type':'clearField','field':'resolution'}]}");
        char *bug = test_issue(&s, "SA", "Bug", "x");
        take(&s, 204, bug, "Take", "");
        assert_string_equal(text(&s, bug, "fields.assignee.displayName"), "Administrator");
        take(&s, 204, bug, "Close", "");
        assert_string_equal(text(&s, bug, "fields.resolution.name"), "Duplicate");
        assert_null(text(&s, bug, "fields.assignee.displayName"));
        assert_non_null(text(&s, bug, "fields.resolutiondate"));
        take(&s, 204, bug, "Reopen", "");
        assert_null(text(&s, bug, "fields.resolution.name"));
        assert_null(text(&s, bug, "fields.resolutiondate"));
    }
}

static void steps_taken_at_once_collide_on_demand(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *id = test_issue(&s, "SA", "Task", "x");
    test_call(&s, HTTP_POST, "/sandbox/faults",
              test_body(&s, "{'kind':'409','method':'POST','path':'/rest/api/3/issue/*/transitions'}"));
    assert_true(s.response.status < 300);
    json_t *t = step(&s, id, "Start Progress");
    char *target = arena_printf(&s.arena, "/rest/api/3/issue/%s/transitions", id);
    char *body = test_body(&s, "{'transition':{'id':'%s'}}", json_at_str(t, "id"));
    test_json(&s, HTTP_POST, 409, target, body);
    assert_string_equal(text(&s, id, "fields.status.name"), "To Do");
    test_json(&s, HTTP_POST, 204, target, body);
    test_site_close(&s);
}

static void a_screen_says_what_may_be_set_and_what_must(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x"), *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_json(&s, HTTP_POST, 204, "/sandbox/screen",
                  test_body(&s, "{'project':'SA','operation':'edit','field':'environment','on':false}"));
        json_t *e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'environment':'x'}}"));
        assert_string_equal(test_error(e, "environment"),
                            "Field 'environment' cannot be set. It is not on the appropriate screen, or unknown.");
        assert_null(json_at(test_get(&s, 200, "%s/editmeta", target), "fields.environment"));
        test_json(&s, HTTP_POST, 204, "/sandbox/screen",
                  test_body(&s, "{'project':'SA','operation':'create','field':'duedate','required':true,'issueTypes':"
                                "['Bug']}"));
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/issue",
                      test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Bug'},'summary':'x'}}"));
        assert_string_equal(test_error(e, "duedate"), "Due Date is required.");
        test_issue(&s, "SA", "Task", "y");
        test_json(&s, HTTP_POST, 204, "/sandbox/screen",
                  test_body(&s, "{'project':'SA','operation':'edit','field':'duedate','required':true}"));
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'summary':'z'}}"));
        e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'duedate':null}}"));
        assert_string_equal(test_error(e, "duedate"), "Due Date is required.");
        test_json(&s, HTTP_POST, 204, "/sandbox/screen",
                  test_body(&s, "{'project':'SA','operation':'create','field':'reporter','on':false}"));
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/issue",
                      test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'x',"
                                    "'reporter':null}}"));
        assert_non_null(strstr(test_error(e, "reporter"), "cannot be set"));
    }
}

static void screens_are_resources(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *page = test_get(&s, 200, "/rest/api/2/screens?maxResults=2");
        assert_int_equal(json_at_int(page, "total", 0), 3);
        int64_t edit = json_at_int(json_array_get(json_object_get(page, "values"), 1), "id", 0);
        json_t *tabs = test_get(&s, 200, "/rest/api/2/screens/%lld/tabs", (long long)edit);
        assert_int_equal(json_array_size(tabs), 1);
        char *fields = arena_printf(&s.arena, "/rest/api/2/screens/%lld/tabs/%lld/fields", (long long)edit,
                                    (long long)json_at_int(json_array_get(tabs, 0), "id", 0));
        size_t before = json_array_size(test_get(&s, 200, "%s", fields));
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "%s/labels", fields), NULL);
        assert_int_equal(json_array_size(test_get(&s, 200, "%s", fields)), before - 1);
        char *id = test_issue(&s, "SA", "Task", "x"), *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
        test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'labels':['a']}}"));
        json_t *f = test_json(&s, HTTP_POST, 200, fields, test_body(&s, "{'fieldId':'labels'}"));
        assert_string_equal(json_at_str(f, "name"), "Labels");
        test_json(&s, HTTP_POST, 400, fields, test_body(&s, "{'fieldId':'labels'}"));
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'labels':['a']}}"));
        test_get(&s, s.is_cloud ? 404 : 400, "/rest/api/2/screens/7/tabs");
    }
}

static void workflows_and_schemes_can_be_read(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        define(&s, "{'name':'Close','to':'Closed'}");
        json_t *project = test_get(&s, 200, "/rest/api/2/project/SA"), *o;
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/workflow")), 2);
        if (!s.is_cloud) {
            o = test_get(&s, 200, "/rest/api/2/project/SA/workflowscheme");
            assert_string_equal(json_at_str(o, "defaultWorkflow"), "Software Workflow");
            assert_int_equal(json_object_size(json_object_get(o, "issueTypeMappings")), 1);
            continue;
        }
        o = test_get(&s, 200, "/rest/api/3/workflowscheme/project?projectId=%s", json_at_str(project, "id"));
        assert_string_equal(
            json_at_str(json_array_get(json_object_get(o, "values"), 0), "workflowScheme.defaultWorkflow"),
            "Software Workflow");
        o = test_get(&s, 200, "/rest/api/3/workflow/search?workflowName=Support&expand=transitions,statuses");
        json_t *w = json_array_get(json_object_get(o, "values"), 0);
        assert_string_equal(json_at_str(w, "id.name"), "Support");
        assert_int_equal(json_at_count(w, "transitions"), 2);
        assert_int_equal(json_at_count(w, "statuses"), 2);
        o = test_get(&s, 200, "/rest/api/3/statuses/search?searchString=clos");
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "values"), 0), "statusCategory"), "DONE");
    }
}

static void resolutions_are_made(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *path = s.is_cloud ? "/rest/api/3/resolution" : "/sandbox/resolution";
        json_t *o = test_json(&s, HTTP_POST, 201, path, test_body(&s, "{'name':'Obsolete'}"));
        test_json(&s, HTTP_POST, 400, path, test_body(&s, "{'name':'obsolete'}"));
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/resolution/%s", json_at_str(o, "id")), "name"),
                            "Obsolete");
    }
}

static void a_workflow_travels_with_its_rules(void **state)
{
    (void)state;
    struct test_site from, to;
    struct err e = ERR_INIT;
    test_site_open(&from, SANDBOX_DC10);
    test_site_open_seeded(&to, SANDBOX_CLOUD, 99);
    test_project(&from, "SA");
    define(&from, "{'name':'Take','from':['Open','Closed'],'to':'Waiting','functions':[{'type':'assignToCaller'}]},"
                  "{'name':'Touch'}");
    test_issue(&from, "SA", "Bug", "x");
    struct sandbox_moved moved;
    struct sandbox_move options = {.project = "SA"};
    if (!sandbox_move(from.sandbox, to.sandbox, &options, &moved, &e))
        fail_msg("%s", e.text);
    assert_non_null(step(&to, "SA-1", "Touch"));
    take(&to, 204, "SA-1", "Take", "");
    assert_string_equal(text(&to, "SA-1", "fields.assignee.displayName"), "Administrator");
    test_site_close(&from);
    test_site_close(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workflow_is_defined_for_one_type),
        cmocka_unit_test(a_definition_that_does_not_fit_is_refused),
        cmocka_unit_test(conditions_hide_a_step_from_others),
        cmocka_unit_test(a_step_may_want_fields),
        cmocka_unit_test(a_step_does_more_than_move),
        cmocka_unit_test(steps_taken_at_once_collide_on_demand),
        cmocka_unit_test(a_screen_says_what_may_be_set_and_what_must),
        cmocka_unit_test(screens_are_resources),
        cmocka_unit_test(workflows_and_schemes_can_be_read),
        cmocka_unit_test(resolutions_are_made),
        cmocka_unit_test(a_workflow_travels_with_its_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
