/* Filters, boards, sprints, epics and ranks. */
#include "sandbox/test_client.h"

#define AGILE "/rest/agile/1.0/"

static const char *filter(struct test_site *s, const char *name, const char *jql)
{
    json_t *o = test_json(s, HTTP_POST, 200, "/rest/api/2/filter", test_body(s, "{'name':'%s','jql':'%s'}", name, jql));
    return json_at_str(o, "id");
}

static int64_t board(struct test_site *s, const char *type)
{
    const char *id = filter(s, type, "project = SA ORDER BY Rank");
    json_t *o = test_json(s, HTTP_POST, 201, AGILE "board",
                          test_body(s, "{'name':'Team','type':'%s','filterId':%s}", type, id));
    return json_at_int(o, "id", 0);
}

static int64_t sprint(struct test_site *s, int64_t board_id, const char *name)
{
    json_t *o = test_json(s, HTTP_POST, 201, AGILE "sprint",
                          test_body(s, "{'name':'%s','originBoardId':%lld}", name, (long long)board_id));
    return json_at_int(o, "id", 0);
}

static json_t *sprint_set(struct test_site *s, int status, int64_t id, const char *body)
{
    return test_json(s, HTTP_POST, status, arena_printf(&s->arena, AGILE "sprint/%lld", (long long)id),
                     test_body(s, "%s", body));
}

static const char *keys(struct test_site *s, const char *path)
{
    json_t *o = test_get(s, 200, "%s", path), *v;
    char *text = arena_strdup(&s->arena, "");
    size_t i;
    json_array_foreach (json_object_get(o, "issues"), i, v)
        text = arena_printf(&s->arena, "%s%s%s", text, i ? " " : "", json_at_str(v, "key"));
    return text;
}

static const char *field_named(struct test_site *s, const char *name)
{
    json_t *list = test_get(s, 200, "/rest/api/2/field"), *f;
    size_t i;
    json_array_foreach (list, i, f)
        if (str_eq(json_at_str(f, "name"), name))
            return json_at_str(f, "id");
    return "";
}

static json_t *last_item(struct test_site *s, const char *issue)
{
    json_t *o = test_get(s, 200, "/rest/api/2/issue/%s?expand=changelog&fields=summary", issue);
    json_t *list = json_object_get(json_object_get(o, "changelog"), "histories");
    json_t *history = json_array_get(list, s->is_cloud ? 0 : json_array_size(list) - 1);
    return json_array_get(json_object_get(history, "items"), 0);
}

static void a_filter_is_its_owners_and_those_it_is_shared_with(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *user = test_json(&s, HTTP_POST, 201, "/sandbox/users",
                                 test_body(&s, "{'name':'mia','emailAddress':'mia@example.com','password':'x'}"));
        (void)user;
        json_t *o = test_json(&s, HTTP_POST, 200, "/rest/api/2/filter",
                              test_body(&s, "{'name':'Mine','description':'d','jql':'project = SA','favourite':true}"));
        const char *id = json_at_str(o, "id");
        char *target = arena_printf(&s.arena, "/rest/api/2/filter/%s", id);
        assert_true(json_at_bool(o, "favourite", false));
        assert_non_null(strstr(json_at_str(o, "searchUrl"), "project%20%3D%20SA"));
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/filter/favourite")), 1);
        json_t *e = test_json(&s, HTTP_POST, 400, "/rest/api/2/filter", test_body(&s, "{'name':'mine','jql':''}"));
        assert_string_equal(test_error(e, "filterName"), "Filter with same name already exists.");
        e = test_json(&s, HTTP_POST, 400, "/rest/api/2/filter", test_body(&s, "{'name':'x','jql':'nonsense = 1'}"));
        assert_non_null(strstr(test_error(e, NULL), "Field 'nonsense' does not exist"));
        o = test_json(&s, HTTP_PUT, 200, target,
                      test_body(&s, "{'name':'Mine too','jql':'project = SA','description':'e','favourite':false}"));
        assert_string_equal(json_at_str(o, "name"), "Mine too");
        assert_false(json_at_bool(o, "favourite", true));
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "x";
        test_get(&s, s.is_cloud ? 400 : 404, "%s", target);
        s.user = s.is_cloud ? "admin@example.com" : "admin";
        s.password = "admin";
        json_t *shares = test_json(&s, HTTP_POST, 201, arena_printf(&s.arena, "%s/permission", target),
                                   test_body(&s, "{'type':'authenticated'}"));
        assert_string_equal(json_at_str(json_array_get(shares, 0), "type"), "loggedin");
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "x";
        test_get(&s, 200, "%s", target);
        test_json(&s, HTTP_DELETE, 400, target, NULL);
        if (s.is_cloud)
            assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/3/filter/search?filterName=mine"), "total", 0),
                             1);
        s.user = s.is_cloud ? "admin@example.com" : "admin";
        s.password = "admin";
        char *columns = arena_printf(&s.arena, "%s/columns", target);
        test_get(&s, 404, "%s", columns);
        test_json(&s, HTTP_PUT, 200, columns, test_body(&s, "['summary','status']"));
        assert_int_equal(json_array_size(test_get(&s, 200, "%s", columns)), 2);
        test_json(&s, HTTP_DELETE, 204, target, NULL);
        test_get(&s, s.is_cloud ? 400 : 404, "%s", target);
        o = test_get(&s, 200, "/rest/api/2/dashboard");
        assert_int_equal(json_at_int(o, "total", 0), 1);
        const char *dashboard = json_at_str(json_array_get(json_object_get(o, "dashboards"), 0), "id");
        test_get(&s, 200, "/rest/api/2/dashboard/%s", dashboard);
    }
}

static void a_board_shows_what_its_filter_finds(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        int64_t id = board(&s, "scrum");
        test_issue(&s, "SA", "Task", "one");
        test_issue(&s, "SA", "Story", "two");
        char *path = arena_printf(&s.arena, AGILE "board/%lld", (long long)id);
        json_t *o = test_get(&s, 200, "%s", path);
        assert_string_equal(json_at_str(o, "self"), arena_printf(&s.arena, TEST_URL "%s", path));
        assert_int_equal(json_object_get(o, "location") != NULL, s.is_cloud);
        assert_string_equal(keys(&s, arena_printf(&s.arena, "%s/issue", path)), "SA-1 SA-2");
        assert_string_equal(keys(&s, arena_printf(&s.arena, "%s/issue?jql=type=Story", path)), "SA-2");
        o = test_get(&s, 200, AGILE "board?projectKeyOrId=SA&type=scrum");
        assert_int_equal(json_at_int(o, "total", 0), 1);
        assert_int_equal(json_at_int(test_get(&s, 200, AGILE "board?type=kanban"), "total", -1), 0);
        o = test_get(&s, 200, "%s/configuration", path);
        assert_int_equal(json_at_count(o, "columnConfig.columns"), 3);
        assert_true(json_at_int(o, "ranking.rankCustomFieldId", 0) > 0);
        assert_int_equal(json_at_int(test_get(&s, 200, "%s/project", path), "total", 0), 1);
        test_json(&s, HTTP_POST, 201, "/rest/api/2/version", test_body(&s, "{'project':'SA','name':'1.0'}"));
        o = test_get(&s, 200, "%s/version", path);
        assert_true(json_is_integer(json_object_get(json_array_get(json_object_get(o, "values"), 0), "id")));
        test_json(&s, HTTP_POST, 400, AGILE "board", test_body(&s, "{'name':'x','type':'scrum','filterId':1}"));
        test_json(&s, HTTP_DELETE, 204, path, NULL);
        test_get(&s, 404, "%s", path);
    }
}

static void a_sprint_is_planned_started_and_closed(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        int64_t b = board(&s, "scrum"), one = sprint(&s, b, "Sprint 1"), two = sprint(&s, b, "Sprint 2");
        char *a = test_issue(&s, "SA", "Task", "a");
        test_issue(&s, "SA", "Task", "b");
        const char *field = field_named(&s, "Sprint");
        sprint_set(&s, 400, one, "{'state':'active'}");
        json_t *o = sprint_set(&s, 200, one,
                               "{'state':'active','startDate':'2026-11-22T10:00:00.000+0000','endDate':"
                               "'2026-12-06T10:00:00.000+0000','goal':'ship'}");
        assert_string_equal(json_at_str(o, "state"), "active");
        assert_string_equal(json_at_str(o, "startDate"),
                            s.is_cloud ? "2026-11-22T10:00:00.000Z" : "2026-11-22T11:00:00.000+01:00");
        test_json(&s, HTTP_POST, 204, arena_printf(&s.arena, AGILE "sprint/%lld/issue", (long long)one),
                  test_body(&s, "{'issues':['SA-1']}"));
        json_t *v = json_object_get(json_object_get(test_get(&s, 200, "/rest/api/2/issue/%s", a), "fields"), field);
        assert_int_equal(json_array_size(v), 1);
        if (s.is_cloud) {
            assert_int_equal(json_at_int(json_array_get(v, 0), "boardId", 0), b);
            assert_string_equal(json_at_str(json_array_get(v, 0), "state"), "active");
        } else {
            const char *text = json_string_value(json_array_get(v, 0));
            assert_true(str_starts(text, "com.atlassian.greenhopper.service.sprint.Sprint@"));
            assert_non_null(strstr(text, arena_printf(&s.arena, "[id=%lld,rapidViewId=%lld,state=ACTIVE,name=Sprint 1,",
                                                      (long long)one, (long long)b)));
        }
        json_t *item = last_item(&s, a);
        assert_string_equal(json_at_str(item, "field"), "Sprint");
        assert_string_equal(json_at_str(item, "from"), "");
        assert_string_equal(json_at_str(item, "to"), arena_printf(&s.arena, "%lld", (long long)one));
        char *backlog = arena_printf(&s.arena, AGILE "board/%lld/backlog", (long long)b);
        assert_string_equal(keys(&s, backlog), "SA-2");
        assert_string_equal(keys(&s, arena_printf(&s.arena, AGILE "sprint/%lld/issue", (long long)one)), "SA-1");
        o = sprint_set(&s, 200, one, "{'state':'closed'}");
        assert_non_null(json_at_str(o, "completeDate"));
        assert_string_equal(keys(&s, backlog), "SA-1 SA-2");
        test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "/rest/api/2/issue/%s", a),
                  test_body(&s, "{'fields':{'%s':%lld}}", field, (long long)two));
        item = last_item(&s, a);
        assert_string_equal(json_at_str(item, "toString"), "Sprint 1, Sprint 2");
        test_json(&s, HTTP_POST, 204, AGILE "backlog/issue", test_body(&s, "{'issues':['SA-1']}"));
        v = json_object_get(json_object_get(test_get(&s, 200, "/rest/api/2/issue/%s", a), "fields"), field);
        assert_int_equal(json_array_size(v), 1);
        json_t *e = test_json(&s, HTTP_PUT, 400, arena_printf(&s.arena, "/rest/api/2/issue/%s", a),
                              test_body(&s, "{'fields':{'%s':'soon'}}", field));
        assert_string_equal(test_error(e, field), "Number value expected as the Sprint id.");
        o = test_get(&s, 200, AGILE "board/%lld/sprint?state=closed", (long long)b);
        assert_int_equal(json_at_int(o, "total", 0), 1);
        char *second = arena_printf(&s.arena, AGILE "sprint/%lld", (long long)two);
        sprint_set(&s, 200, two, "{'goal':'learn','startDate':'2026-12-06T10:00:00.000+0000'}");
        o = test_json(&s, HTTP_PUT, 200, second, test_body(&s, "{'name':'Sprint two','goal':'rest'}"));
        assert_string_equal(json_at_str(o, "name"), "Sprint two");
        assert_null(json_object_get(o, "startDate")); /* PUT empties what it does not name */
        test_json(&s, HTTP_DELETE, 204, second, NULL);
        test_get(&s, 404, AGILE "sprint/%lld", (long long)two);
    }
}

/* The keys that a search finds, or the first error. */
static const char *search(struct test_site *s, const char *jql)
{
    test_call(s, HTTP_POST, s->is_cloud ? "/rest/api/3/search/jql" : "/rest/api/2/search",
              test_body(s, "{'jql':'%s','fields':['summary']}", jql));
    struct err e = ERR_INIT;
    json_t *o = json_parse(&s->arena, s->response.body, s->response.body_length, true, "search", &e), *v;
    if (s->response.status != 200)
        return test_error(o, NULL);
    char *text = arena_strdup(&s->arena, "");
    size_t i;
    json_array_foreach (json_object_get(o, "issues"), i, v)
        text = arena_printf(&s->arena, "%s%s%s", text, i ? " " : "", json_at_str(v, "key"));
    return text;
}

static void a_search_knows_filters_and_sprints(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        int64_t b = board(&s, "scrum"), one = sprint(&s, b, "Sprint 1");
        for (int i = 1; i <= 3; i++)
            test_issue(&s, "SA", i == 2 ? "Bug" : "Task", "x");
        test_json(&s, HTTP_POST, 204, arena_printf(&s.arena, AGILE "sprint/%lld/issue", (long long)one),
                  test_body(&s, "{'issues':['SA-1']}"));
        assert_string_equal(search(&s, "sprint in futureSprints()"), "SA-1");
        assert_string_equal(search(&s, "sprint in openSprints()"), "");
        sprint_set(&s, 200, one,
                   "{'state':'active','startDate':'2026-11-22T10:00:00.000+0000','endDate':"
                   "'2026-12-06T10:00:00.000+0000'}");
        assert_string_equal(search(&s, "sprint in openSprints()"), "SA-1");
        assert_string_equal(search(&s, arena_printf(&s.arena, "sprint = %lld", (long long)one)), "SA-1");
        const char *bugs = filter(&s, "Bugs", "type = Bug ORDER BY created");
        filter(&s, "Not bugs", "project = SA AND filter != Bugs");
        assert_string_equal(search(&s, arena_printf(&s.arena, "filter = %s", bugs)), "SA-2");
        assert_string_equal(search(&s, "project = SA AND filter = \\'not bugs\\' ORDER BY key"), "SA-1 SA-3");
        assert_string_equal(search(&s, "filter in (Bugs, \\'Not bugs\\') ORDER BY key"), "SA-1 SA-2 SA-3");
        assert_string_equal(search(&s, "NOT filter = Bugs AND project = SA ORDER BY key"), "SA-1 SA-3");
        assert_string_equal(search(&s, "filter = Nothing"),
                            "The value 'Nothing' does not exist for the field 'filter'.");
        test_json(&s, HTTP_PUT, 200, arena_printf(&s.arena, "/rest/api/2/filter/%s", bugs),
                  test_body(&s, "{'name':'Bugs','jql':'type = Task'}"));
        assert_string_equal(search(&s, "filter = Bugs ORDER BY key"), "SA-1 SA-3");
        test_json(&s, HTTP_PUT, 400, arena_printf(&s.arena, "/rest/api/2/filter/%s", bugs),
                  test_body(&s, "{'name':'Bugs','jql':'filter = Bugs'}"));
        assert_string_equal(search(&s, "filter = Bugs ORDER BY key"), "SA-1 SA-3");
    }
}

static void only_a_scrum_board_has_sprints(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        int64_t b = board(&s, "kanban");
        json_t *e = test_get(&s, 400, AGILE "board/%lld/sprint", (long long)b);
        assert_string_equal(test_error(e, NULL), "The board does not support sprints");
        test_json(&s, HTTP_POST, 400, AGILE "sprint", test_body(&s, "{'name':'x','originBoardId':%lld}", (long long)b));
    }
}

static void issues_join_an_epic(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        int64_t b = board(&s, "scrum");
        test_issue(&s, "SA", "Epic", "big");
        test_issue(&s, "SA", "Story", "part");
        test_json(&s, HTTP_POST, 204, AGILE "epic/SA-1/issue", test_body(&s, "{'issues':['SA-2']}"));
        assert_string_equal(keys(&s, AGILE "epic/SA-1/issue"), "SA-2");
        assert_string_equal(keys(&s, arena_printf(&s.arena, AGILE "board/%lld/epic/none/issue", (long long)b)), "SA-1");
        json_t *o = test_get(&s, 200, AGILE "board/%lld/epic", (long long)b);
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "values"), 0), "summary"), "big");
        test_get(&s, 404, AGILE "epic/SA-2");
        test_json(&s, HTTP_POST, 204, AGILE "epic/none/issue", test_body(&s, "{'issues':['SA-2']}"));
        assert_string_equal(keys(&s, AGILE "epic/SA-1/issue"), "");
    }
}

static void issues_are_put_in_order(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        int64_t b = board(&s, "scrum");
        char *path = arena_printf(&s.arena, AGILE "board/%lld/issue?fields=key", (long long)b);
        for (int i = 1; i <= 4; i++)
            test_issue(&s, "SA", "Task", "x");
        test_json(&s, HTTP_PUT, 204, AGILE "issue/rank", test_body(&s, "{'issues':['SA-4'],'rankBeforeIssue':'SA-2'}"));
        assert_string_equal(keys(&s, path), "SA-1 SA-4 SA-2 SA-3");
        assert_string_equal(json_at_str(last_item(&s, "SA-4"), "toString"), "Ranked higher");
        test_json(&s, HTTP_PUT, 204, AGILE "issue/rank",
                  test_body(&s, "{'issues':['SA-1','SA-2'],'rankAfterIssue':'SA-3'}"));
        assert_string_equal(keys(&s, path), "SA-4 SA-3 SA-1 SA-2");
        test_json(&s, HTTP_PUT, 204, AGILE "issue/rank",
                  test_body(&s, "{'issues':['SA-2','SA-3'],'rankBeforeIssue':'SA-4'}"));
        assert_string_equal(keys(&s, path), "SA-2 SA-3 SA-4 SA-1");
        for (int i = 0; i < 40; i++) { /* always between the same two */
            test_json(&s, HTTP_PUT, 204, AGILE "issue/rank",
                      test_body(&s, "{'issues':['SA-%d'],'rankAfterIssue':'SA-2'}", i % 2 ? 3 : 4));
            assert_string_equal(keys(&s, path), i % 2 ? "SA-2 SA-3 SA-4 SA-1" : "SA-2 SA-4 SA-3 SA-1");
        }
        test_json(&s, HTTP_PUT, 400, AGILE "issue/rank", test_body(&s, "{'issues':['SA-2']}"));
    }
}

static void sprints_travel_with_their_project(void **state)
{
    (void)state;
    struct test_site from, to;
    struct err e = ERR_INIT;
    test_site_open(&from, SANDBOX_DC10);
    test_site_open_seeded(&to, SANDBOX_CLOUD, 99);
    test_project(&from, "SA");
    int64_t id = sprint(&from, board(&from, "scrum"), "Sprint 1");
    char *issue = test_issue(&from, "SA", "Task", "x");
    test_json(&from, HTTP_POST, 204, arena_printf(&from.arena, AGILE "sprint/%lld/issue", (long long)id),
              test_body(&from, "{'issues':['%s']}", issue));
    struct sandbox_moved moved;
    struct sandbox_move options = {.project = "SA"};
    if (!sandbox_move(from.sandbox, to.sandbox, &options, &moved, &e))
        fail_msg("%s", e.text);
    json_t *o = test_get(&to, 200, "/rest/api/3/issue/SA-1");
    json_t *v = json_object_get(json_object_get(o, "fields"), field_named(&to, "Sprint"));
    assert_string_equal(json_at_str(json_array_get(v, 0), "name"), "Sprint 1");
    assert_int_equal(json_at_int(test_get(&to, 200, AGILE "board"), "total", 0), 1);
    test_site_close(&from);
    test_site_close(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_is_its_owners_and_those_it_is_shared_with),
        cmocka_unit_test(a_board_shows_what_its_filter_finds),
        cmocka_unit_test(a_sprint_is_planned_started_and_closed),
        cmocka_unit_test(a_search_knows_filters_and_sprints),
        cmocka_unit_test(only_a_scrum_board_has_sprints),
        cmocka_unit_test(issues_join_an_epic),
        cmocka_unit_test(issues_are_put_in_order),
        cmocka_unit_test(sprints_travel_with_their_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
