/* Custom fields of every common type: made, filled, wrong, emptied, limited, moved. */
#include "sandbox/test_client.h"

#define CUSTOM "com.atlassian.jira.plugin.system.customfieldtypes:"

/* The new field's id. */
static const char *field(struct test_site *s, const char *name, const char *type)
{
    json_t *o = test_json(s, HTTP_POST, 201, "/rest/api/2/field",
                          test_body(s, "{'name':'%s','type':'" CUSTOM "%s'}", name, type));
    return json_at_str(o, "id");
}

static const char *option(struct test_site *s, const char *field, const char *value, const char *parent)
{
    char *target = arena_printf(&s->arena, "/sandbox/field/%s/option", field);
    const char *above = parent ? arena_printf(&s->arena, ",'optionId':'%s'", parent) : "";
    return json_at_str(test_json(s, HTTP_POST, 201, target, test_body(s, "{'value':'%s'%s}", value, above)), "id");
}

static json_t *value_of(struct test_site *s, const char *issue, const char *field)
{
    json_t *o = test_get(s, 200, "/rest/api/2/issue/%s?fields=%s", issue, field);
    return json_object_get(json_object_get(o, "fields"), field);
}

static void set(struct test_site *s, int status, const char *issue, const char *field, const char *value)
{
    char *target = arena_printf(&s->arena, "/rest/api/2/issue/%s", issue);
    test_json(s, HTTP_PUT, status, target, test_body(s, "{'fields':{'%s':%s}}", field, value));
}

static const char *field_named(struct test_site *s, const char *name)
{
    json_t *list = test_get(s, 200, "/rest/api/2/field"), *f;
    size_t i;
    json_array_foreach (list, i, f)
        if (str_eq(json_at_str(f, "name"), name))
            return json_at_str(f, "id");
    fail_msg("no field %s", name);
    return NULL;
}

/* The last history's first item. */
static json_t *last_item(struct test_site *s, const char *issue)
{
    json_t *o = test_get(s, 200, "/rest/api/2/issue/%s?expand=changelog&fields=summary", issue);
    json_t *list = json_object_get(json_object_get(o, "changelog"), "histories");
    json_t *history = json_array_get(list, s->is_cloud ? 0 : json_array_size(list) - 1);
    return json_array_get(json_object_get(history, "items"), 0);
}

static void a_field_says_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *type, *schema, *items;
    } TYPES[] = {
        {"textfield", "string", NULL},
        {"textarea", "string", NULL},
        {"float", "number", NULL},
        {"datepicker", "date", NULL},
        {"datetime", "datetime", NULL},
        {"select", "option", NULL},
        {"multiselect", "array", "option"},
        {"cascadingselect", "option-with-child", NULL},
        {"multicheckboxes", "array", "option"},
        {"radiobuttons", "option", NULL},
        {"userpicker", "user", NULL},
        {"multiuserpicker", "array", "user"},
        {"grouppicker", "group", NULL},
        {"multigrouppicker", "array", "group"},
        {"url", "string", NULL},
        {"labels", "array", "string"},
        {"version", "version", NULL},
        {"multiversion", "array", "version"},
        {"project", "project", NULL},
    };
    EACH_DIALECT(s)
    {
        char *issue = test_issue(&s, "SA", "Task", "x");
        for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
            const char *id = field(&s, TYPES[i].type, TYPES[i].type);
            json_t *meta = test_get(&s, 200, "/rest/api/2/issue/%s/editmeta", issue);
            json_t *f = json_object_get(json_object_get(meta, "fields"), id);
            assert_non_null(f);
            assert_string_equal(json_at_str(f, "schema.type"), TYPES[i].schema);
            assert_string_equal(json_at_str(f, "schema.custom"), arena_printf(&s.arena, CUSTOM "%s", TYPES[i].type));
            assert_true(json_at_int(f, "schema.customId", 0) > 0);
            if (TYPES[i].items)
                assert_string_equal(json_at_str(f, "schema.items"), TYPES[i].items);
            assert_true(json_is_null(value_of(&s, issue, id)));
        }
        json_t *e = test_json(&s, HTTP_POST, 400, "/rest/api/2/field", test_body(&s, "{'name':'x','type':'y'}"));
        assert_non_null(json_at(e, "errors.type"));
    }
}

static void options_are_single_many_and_below_each_other(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *issue = test_issue(&s, "SA", "Task", "x"),
             *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", issue);
        const char *many = field(&s, "Colours", "multicheckboxes"), *tree = field(&s, "Place", "cascadingselect");
        const char *red = option(&s, many, "red", NULL);
        option(&s, many, "blue", NULL);
        const char *north = option(&s, tree, "North", NULL), *hall = option(&s, tree, "Hall", north);
        option(&s, tree, "South", NULL);
        set(&s, 204, issue, many, arena_printf(&s.arena, "[{'value':'blue'},{'id':'%s'},{'value':'red'}]", red));
        json_t *v = value_of(&s, issue, many);
        assert_int_equal(json_array_size(v), 2);
        assert_string_equal(json_at_str(json_array_get(v, 0), "value"), "blue");
        assert_int_equal(json_object_get(json_array_get(v, 0), "disabled") != NULL, !s.is_cloud);
        assert_string_equal(json_at_str(last_item(&s, issue), "toString"), "blue,red");
        test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'update':{'%s':[{'remove':{'value':'blue'}}]}}", many));
        assert_int_equal(json_array_size(value_of(&s, issue, many)), 1);
        assert_string_equal(json_at_str(last_item(&s, issue), "to"), arena_printf(&s.arena, "[%s]", red));
        set(&s, 204, issue, many, "[]");
        assert_true(json_is_null(value_of(&s, issue, many)));
        set(&s, 204, issue, tree, "{'value':'North','child':{'value':'Hall'}}");
        v = value_of(&s, issue, tree);
        assert_string_equal(json_at_str(v, "value"), "North");
        assert_string_equal(json_at_str(v, "child.id"), hall);
        assert_string_equal(json_at_str(last_item(&s, issue), "toString"),
                            arena_printf(&s.arena, "Parent values: North(%s)Level 1 values: Hall(%s)", north, hall));
        set(&s, 204, issue, tree, "{'value':'South'}");
        assert_null(json_object_get(value_of(&s, issue, tree), "child"));
        json_t *e = test_json(&s, HTTP_PUT, 400, target,
                              test_body(&s,
                                        "{'fields':{'%s':{'value':'South','child':{'value':'Hall'}},"
                                        "'%s':[{'value':'green'}]}}",
                                        tree, many));
        assert_string_equal(test_error(e, tree), "Option value 'Hall' is not valid");
        assert_string_equal(test_error(e, many), "Option value 'green' is not valid");
        e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'%s':'red'}}", many));
        assert_string_equal(test_error(e, many), "data was not an array");
        json_t *meta = test_get(&s, 200, "%s/editmeta", target);
        json_t *allowed = json_object_get(json_object_get(json_object_get(meta, "fields"), tree), "allowedValues");
        assert_int_equal(json_array_size(allowed), 2);
        assert_int_equal(json_at_count(json_array_get(allowed, 0), "children"), 1);
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/customFieldOption/%s", hall), "value"), "Hall");
        test_get(&s, 404, "/rest/api/2/customFieldOption/1");
    }
}

static void people_and_groups_and_things_of_the_site(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *issue = test_issue(&s, "SA", "Task", "x"),
             *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", issue);
        json_t *me = test_get(&s, 200, "/rest/api/2/myself");
        char *user = s.is_cloud ? arena_printf(&s.arena, "{'accountId':'%s'}", json_at_str(me, "accountId"))
                                : arena_printf(&s.arena, "{'name':'%s'}", json_at_str(me, "name"));
        const char *people = field(&s, "People", "multiuserpicker"), *group = field(&s, "Team", "grouppicker"),
                   *version = field(&s, "Found in", "version"), *project = field(&s, "Sister", "project");
        const char *group_name = s.is_cloud ? "jira-users" : "jira-software-users";
        test_json(&s, HTTP_POST, 201, "/rest/api/2/version", test_body(&s, "{'project':'SA','name':'1.0'}"));
        set(&s, 204, issue, people, arena_printf(&s.arena, "[%s,%s]", user, user));
        assert_int_equal(json_array_size(value_of(&s, issue, people)), 1);
        set(&s, 204, issue, group, arena_printf(&s.arena, "{'name':'%s'}", group_name));
        assert_string_equal(json_at_str(value_of(&s, issue, group), "name"), group_name);
        assert_int_equal(json_object_get(value_of(&s, issue, group), "groupId") != NULL, s.is_cloud);
        set(&s, 204, issue, version, "{'name':'1.0'}");
        assert_string_equal(json_at_str(value_of(&s, issue, version), "name"), "1.0");
        set(&s, 204, issue, project, "{'key':'SA'}");
        assert_string_equal(json_at_str(value_of(&s, issue, project), "key"), "SA");
        assert_string_equal(json_at_str(last_item(&s, issue), "toString"), "Project SA");
        json_t *e = test_json(&s, HTTP_PUT, 400, target,
                              test_body(&s,
                                        "{'fields':{'%s':{'name':'nobodies'},'%s':{'name':'9'},'%s':{'key':'X'},"
                                        "'%s':%s}}",
                                        group, version, project, people, user));
        assert_string_equal(test_error(e, group), "Group 'nobodies' does not exist.");
        assert_string_equal(test_error(e, version), "Version name '9' is not valid");
        assert_string_equal(test_error(e, project), "A valid project is required.");
        assert_string_equal(test_error(e, people), "data was not an array");
        set(&s, 204, issue, people, "null");
        assert_true(json_is_null(value_of(&s, issue, people)));
    }
}

static void numbers_dates_and_texts_are_checked(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *issue = test_issue(&s, "SA", "Task", "x"),
             *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", issue);
        const char *number = field(&s, "Weight", "float"), *day = field(&s, "Day", "datepicker"),
                   *moment = field(&s, "Moment", "datetime"), *url = field(&s, "Page", "url"),
                   *line = field(&s, "Line", "textfield");
        set(&s, 204, issue, number, "0.1");
        assert_string_equal(json_at_str(last_item(&s, issue), "toString"), "0.1");
        set(&s, 204, issue, number, "3");
        assert_true(json_is_real(value_of(&s, issue, number)));
        set(&s, 204, issue, day, "'2026-12-24'");
        assert_string_equal(json_at_str(last_item(&s, issue), "to"), "2026-12-24");
        assert_string_equal(json_at_str(last_item(&s, issue), "toString"), "24/Dec/26");
        set(&s, 204, issue, moment, "'2026-12-24T15:30:00.000+0000'");
        assert_string_equal(json_string_value(value_of(&s, issue, moment)), "2026-12-24T16:30:00.000+0100");
        assert_string_equal(json_at_str(last_item(&s, issue), "toString"), "24/Dec/26 4:30 PM");
        json_t *e = test_json(&s, HTTP_PUT, 400, target,
                              test_body(&s, "{'fields':{'%s':'3','%s':'2026-02-30','%s':'noon','%s':'nowhere','%s':3}}",
                                        number, day, moment, url, line));
        assert_string_equal(test_error(e, number), "Operation value must be a number");
        assert_string_equal(test_error(e, day), "Error parsing date string: 2026-02-30");
        assert_string_equal(test_error(e, moment), "Error parsing time: noon");
        assert_string_equal(test_error(e, url), "Not a valid URL");
        assert_string_equal(test_error(e, line), "Operation value must be a string");
        set(&s, s.is_cloud ? 204 : 400, issue, moment, "'2026-12-24T15:30:00.000+01:00'");
        set(&s, 204, issue, line, "''");
        assert_true(json_is_null(value_of(&s, issue, line)));
    }
}

static void a_field_that_does_not_apply_is_not_there(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *issue = test_issue(&s, "SA", "Task", "x");
        char *bug = test_issue(&s, "SA", "Bug", "x");
        const char *id = field(&s, "Only bugs", "textfield");
        char *target = arena_printf(&s.arena, "/sandbox/field/%s/context", id);
        test_json(&s, HTTP_POST, 204, target, test_body(&s, "{'projects':['SA'],'issueTypes':['Bug']}"));
        assert_null(value_of(&s, issue, id));
        assert_true(json_is_null(value_of(&s, bug, id)));
        set(&s, 400, issue, id, "'a'");
        set(&s, 204, bug, id, "'a'");
        assert_null(
            json_object_get(json_object_get(test_get(&s, 200, "/rest/api/2/issue/%s/editmeta", issue), "fields"), id));
        test_json(&s, HTTP_POST, 204, target, "{}");
        set(&s, 204, issue, id, "'a'");
    }
}

static void each_project_may_have_options_of_its_own(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_project(&s, "SB");
        char *here = test_issue(&s, "SA", "Task", "x"), *there = test_issue(&s, "SB", "Task", "x");
        const char *id = field(&s, "Size", "select");
        option(&s, id, "small", NULL);
        test_json(&s, HTTP_POST, 201, arena_printf(&s.arena, "/sandbox/field/%s/option", id),
                  test_body(&s, "{'value':'huge','projects':['SB']}"));
        set(&s, 204, here, id, "{'value':'small'}");
        set(&s, 400, here, id, "{'value':'huge'}");
        set(&s, 204, there, id, "{'value':'huge'}");
        set(&s, 400, there, id, "{'value':'small'}");
    }
}

static void cloud_keeps_contexts_and_options_as_resources(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    const char *id = field(&s, "Size", "select");
    json_t *page = test_get(&s, 200, "/rest/api/3/field/%s/context", id);
    json_t *first = json_array_get(json_object_get(page, "values"), 0);
    assert_true(json_at_bool(first, "isGlobalContext", false));
    char *options = arena_printf(&s.arena, "/rest/api/3/field/%s/context/%s/option", id, json_at_str(first, "id"));
    json_t *o = test_json(&s, HTTP_POST, 200, options,
                          test_body(&s, "{'options':[{'value':'S'},{'value':'M'},{'value':'L','disabled':true}]}"));
    assert_int_equal(json_at_count(o, "options"), 3);
    const char *large = json_at_str(json_array_get(json_object_get(o, "options"), 2), "id");
    test_json(&s, HTTP_PUT, 200, options,
              test_body(&s, "{'options':[{'id':'%s','value':'XL','disabled':false}]}", large));
    test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "%s/move", options),
              test_body(&s, "{'customFieldOptionIds':['%s'],'position':'First'}", large));
    o = test_get(&s, 200, "%s", options);
    assert_int_equal(json_at_int(o, "total", 0), 3);
    char *issue = test_issue(&s, "SA", "Task", "x");
    set(&s, 204, issue, id, "{'value':'XL'}");
    test_json(&s, HTTP_DELETE, 400, arena_printf(&s.arena, "%s/%s", options, large), NULL);
    set(&s, 204, issue, id, "null");
    test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "%s/%s", options, large), NULL);
    test_json(&s, HTTP_POST, 409, arena_printf(&s.arena, "/rest/api/3/field/%s/context", id),
              test_body(&s, "{'name':'again'}"));
    json_t *project = test_get(&s, 200, "/rest/api/3/project/SA");
    o = test_json(
        &s, HTTP_POST, 201, arena_printf(&s.arena, "/rest/api/3/field/%s/context", id),
        test_body(&s, "{'name':'SA only','projectIds':['%s'],'issueTypeIds':[]}", json_at_str(project, "id")));
    o = test_get(&s, 200, "/rest/api/3/field/%s/context/projectmapping", id);
    assert_int_equal(json_at_int(o, "total", 0), 2);
    test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "/rest/api/3/field/%s", id),
              test_body(&s, "{'name':'Format'}"));
    o = test_get(&s, 200, "/rest/api/3/field/search?id=%s", id);
    assert_string_equal(json_at_str(json_array_get(json_object_get(o, "values"), 0), "name"), "Format");
    test_site_close(&s);
}

static void data_center_lists_custom_fields_and_options(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    const char *id = field(&s, "Size", "select"), *number = id + strlen("customfield_");
    option(&s, id, "S", NULL);
    json_t *page = test_get(&s, 200, "/rest/api/2/customFields?search=size");
    assert_int_equal(json_at_int(page, "total", 0), 1);
    assert_string_equal(json_at_str(json_array_get(json_object_get(page, "values"), 0), "type"),
                        "Select List (single choice)");
    json_t *o = test_get(&s, 200, "/rest/api/2/customFields/%s/options", number);
    assert_true(json_is_integer(json_object_get(json_array_get(json_object_get(o, "options"), 0), "id")));
    json_t *gone = test_json(&s, HTTP_DELETE, 200,
                             arena_printf(&s.arena, "/rest/api/2/customFields?ids=%s,customfield_1", id), NULL);
    assert_int_equal(json_at_count(gone, "deletedCustomFields"), 1);
    json_t *project = test_get(&s, 200, "/rest/api/2/project/SA");
    test_project(&s, "SB");
    o = test_json(
        &s, HTTP_POST, 201, "/rest/api/2/field",
        test_body(&s, "{'name':'Here','type':'" CUSTOM "textfield','projectIds':[%s]}", json_at_str(project, "id")));
    set(&s, 204, test_issue(&s, "SA", "Task", "x"), json_at_str(o, "id"), "'a'");
    set(&s, 400, test_issue(&s, "SB", "Task", "x"), json_at_str(o, "id"), "'a'");
    test_site_close(&s);
}

static void an_epic_is_the_parent_of_its_stories(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *link = field_named(&s, "Epic Link"), *name = field_named(&s, "Epic Name");
        char *body = test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Epic'},'summary':'big'%s}}",
                               s.is_cloud ? "" : arena_printf(&s.arena, ",'%s':'Big'", name));
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", body);
        char *story = test_issue(&s, "SA", "Story", "part"),
             *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", story);
        assert_true(json_is_null(value_of(&s, story, link)));
        assert_null(value_of(&s, story, name));
        set(&s, 204, story, link, "'SA-1'");
        assert_string_equal(json_string_value(value_of(&s, story, link)), "SA-1");
        json_t *o = test_get(&s, 200, "%s", target);
        assert_int_equal(json_at(o, "fields.parent") != NULL, s.is_cloud);
        json_t *item = last_item(&s, story);
        assert_string_equal(json_at_str(item, "field"), s.is_cloud ? "IssueParentAssociation" : "Epic Link");
        assert_string_equal(json_at_str(item, "toString"), "SA-1");
        json_t *e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'%s':'SA-2'}}", link));
        assert_non_null(strstr(test_error(e, link), "is not an epic"));
        if (s.is_cloud) {
            test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'parent':null}}"));
            assert_true(json_is_null(value_of(&s, story, link)));
            test_json(&s, HTTP_PUT, 204, target, test_body(&s, "{'fields':{'parent':{'key':'SA-1'}}}"));
            e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'parent':{'key':'SA-2'}}}"));
            char *other = test_issue(&s, "SA", "Story", "x");
            e = test_json(&s, HTTP_PUT, 400, target, test_body(&s, "{'fields':{'parent':{'id':'%s'}}}", other));
            assert_non_null(strstr(test_error(e, "parentId"), "hierarchy"));
        } else {
            set(&s, 204, story, link, "null");
        }
        set(&s, 204, story, link, "'SA-1'");
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/issue/SA-1", NULL);
        assert_true(json_is_null(value_of(&s, story, link)));
    }
}

static void values_travel_with_their_project(void **state)
{
    (void)state;
    struct test_site from, to;
    struct err e = ERR_INIT;
    test_site_open(&from, SANDBOX_DC10);
    test_site_open_seeded(&to, SANDBOX_CLOUD, 99);
    test_project(&from, "SA");
    char *issue = test_issue(&from, "SA", "Task", "x");
    const char *tree = field(&from, "Place", "cascadingselect"), *people = field(&from, "People", "multiuserpicker"),
               *group = field(&from, "Team", "grouppicker");
    option(&from, tree, "Hall", option(&from, tree, "North", NULL));
    set(&from, 204, issue, tree, "{'value':'North','child':{'value':'Hall'}}");
    set(&from, 204, issue, people, "[{'name':'admin'}]");
    set(&from, 204, issue, group, "{'name':'jira-software-users'}");
    struct sandbox_moved moved;
    struct sandbox_move options = {.project = "SA"};
    if (!sandbox_move(from.sandbox, to.sandbox, &options, &moved, &e))
        fail_msg("%s", e.text);
    json_t *v = value_of(&to, "SA-1", field_named(&to, "Place"));
    assert_string_equal(json_at_str(v, "value"), "North");
    assert_string_equal(json_at_str(v, "child.value"), "Hall");
    v = value_of(&to, "SA-1", field_named(&to, "People"));
    assert_non_null(json_at_str(json_array_get(v, 0), "accountId"));
    assert_string_equal(json_at_str(value_of(&to, "SA-1", field_named(&to, "Team")), "name"), "jira-software-users");
    test_site_close(&from);
    test_site_close(&to);
}

static void a_search_finds_by_custom_values(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        const char *path = s.is_cloud ? "/rest/api/2/search/jql" : "/rest/api/2/search";
        const char *colours = field(&s, "Colours", "multicheckboxes"), *team = field(&s, "Team", "grouppicker");
        char *issue = test_issue(&s, "SA", "Task", "x");
        test_issue(&s, "SA", "Task", "y");
        option(&s, colours, "red", NULL);
        set(&s, 204, issue, colours, "[{'value':'red'}]");
        set(&s, 204, issue, team,
            arena_printf(&s.arena, "{'name':'%s'}", s.is_cloud ? "jira-users" : "jira-software-users"));
        const char *group = s.is_cloud ? "jira-users" : "jira-software-users";
        const char *queries[] = {"Colours = red", "project = SA and Colours is not EMPTY",
                                 arena_printf(&s.arena, "Team = %s ORDER BY Team", group)};
        for (size_t i = 0; i < 3; i++) {
            json_t *o = test_json(&s, HTTP_POST, 200, path, arena_printf(&s.arena, "{\"jql\":\"%s\"}", queries[i]));
            if (json_at_count(o, "issues") != 1)
                fail_msg("%s: %zu", queries[i], json_at_count(o, "issues"));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_says_what_it_is),
        cmocka_unit_test(options_are_single_many_and_below_each_other),
        cmocka_unit_test(people_and_groups_and_things_of_the_site),
        cmocka_unit_test(numbers_dates_and_texts_are_checked),
        cmocka_unit_test(a_field_that_does_not_apply_is_not_there),
        cmocka_unit_test(each_project_may_have_options_of_its_own),
        cmocka_unit_test(cloud_keeps_contexts_and_options_as_resources),
        cmocka_unit_test(data_center_lists_custom_fields_and_options),
        cmocka_unit_test(an_epic_is_the_parent_of_its_stories),
        cmocka_unit_test(values_travel_with_their_project),
        cmocka_unit_test(a_search_finds_by_custom_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
