/* Worklogs, estimates and sums. */
#include "base/clock.h"
#include "sandbox/test_client.h"

#define WORKLOG "/rest/api/2/issue/SA-1/worklog"

static json_t *post(struct test_site *s, const char *query, const char *body)
{
    return test_json(s, HTTP_POST, 201, arena_printf(&s->arena, WORKLOG "%s", query), test_body(s, "%s", body));
}

static void ada_comes(struct test_site *s)
{
    test_json(s, HTTP_POST, 201, "/sandbox/users",
              "{\"name\":\"ada\",\"emailAddress\":\"ada@example.com\",\"password\":\"pw\"}");
}

static void as_ada(struct test_site *s, bool is_ada)
{
    s->user = is_ada ? s->is_cloud ? "ada@example.com" : "ada" : s->is_cloud ? "admin@example.com" : "admin";
    s->password = is_ada ? "pw" : "admin";
}

static json_t *fields(struct test_site *s)
{
    return json_object_get(test_get(s, 200, "/rest/api/2/issue/SA-1"), "fields");
}

static json_t *last_items(struct test_site *s)
{
    json_t *histories =
        (json_t *)json_at(test_get(s, 200, "/rest/api/2/issue/SA-1?expand=changelog"), "changelog.histories");
    return json_object_get(json_array_get(histories, s->is_cloud ? 0 : json_array_size(histories) - 1), "items");
}

static void estimate(struct test_site *s, const char *original, const char *remaining)
{
    test_json(s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
              test_body(s, "{'fields':{'timetracking':{'originalEstimate':'%s','remainingEstimate':'%s'}}}", original,
                        remaining));
}

static void a_worklog_is_told_in_full(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *issue = test_issue(&s, "SA", "Task", "one");
        json_t *w = post(&s, "", "{'timeSpent':'3h 20m','started':'2026-11-20T09:00:00.000+0000','comment':'did it'}");
        const char *id = json_at_str(w, "id");
        assert_string_equal(json_at_str(w, "self"),
                            arena_printf(&s.arena, TEST_URL "/rest/api/2/issue/%s/worklog/%s", issue, id));
        assert_string_equal(json_at_str(w, "author.displayName"), "Administrator");
        assert_string_equal(json_at_str(w, "updateAuthor.displayName"), "Administrator");
        assert_string_equal(json_at_str(w, "comment"), "did it");
        assert_string_equal(json_at_str(w, "started"), "2026-11-20T10:00:00.000+0100");
        assert_string_equal(json_at_str(w, "timeSpent"), "3h 20m");
        assert_int_equal(json_at_int(w, "timeSpentSeconds", 0), 12000);
        assert_string_equal(json_at_str(w, "issueId"), issue);
        assert_true(json_equal(test_get(&s, 200, WORKLOG "/%s", id), w));
        json_t *page = test_get(&s, 200, WORKLOG);
        assert_int_equal(json_at_int(page, "total", 0), 1);
        assert_int_equal(json_at_int(page, "maxResults", 0), s.is_cloud ? 5000 : 1);
        assert_true(json_equal(json_array_get(json_object_get(page, "worklogs"), 0), w));
        w = post(&s, "", "{'timeSpentSeconds':60}");
        assert_string_equal(json_at_str(w, "comment") ? json_at_str(w, "comment") : "absent",
                            s.is_cloud ? "absent" : "");
        json_t *inside = json_object_get(fields(&s), "worklog");
        assert_int_equal(json_at_int(inside, "maxResults", 0), 20);
        assert_int_equal(json_at_int(inside, "total", 0), 2);
    }
}

static void cloud_speaks_adf_in_version_three(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    json_t *w = post(&s, "", "{'timeSpent':'1h','comment':'*bold*'}");
    json_t *adf = test_get(&s, 200, "/rest/api/3/issue/SA-1/worklog/%s", json_at_str(w, "id"));
    assert_string_equal(json_at_str(adf, "comment.type"), "doc");
    json_t *refused = test_json(&s, HTTP_POST, 400, "/rest/api/3/issue/SA-1/worklog",
                                test_body(&s, "{'timeSpent':'1h','comment':'text'}"));
    assert_non_null(strstr(test_error(refused, "comment"), "Atlassian Document"));
    test_site_close(&s);
}

static void time_that_is_logged_is_spent_and_leaves_the_estimate(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        assert_int_equal(json_object_size(json_object_get(fields(&s), "timetracking")), 0);
        assert_true(json_is_null(json_object_get(fields(&s), "timespent")));
        estimate(&s, "1w", "4d");
        json_t *w = post(&s, "", "{'timeSpent':'1d'}");
        json_t *f = fields(&s);
        assert_int_equal(json_at_int(f, "timespent", -1), 28800);
        assert_int_equal(json_at_int(f, "timeestimate", -1), 3 * 28800);
        assert_int_equal(json_at_int(f, "timeoriginalestimate", -1), 5 * 28800);
        assert_string_equal(json_at_str(f, "timetracking.originalEstimate"), "1w");
        assert_string_equal(json_at_str(f, "timetracking.remainingEstimate"), "3d");
        assert_int_equal(json_at_int(f, "timetracking.timeSpentSeconds", 0), 28800);
        assert_int_equal(json_at_int(f, "progress.percent", 0), 25);
        assert_int_equal(json_at_int(f, "progress.total", 0), 4 * 28800);
        assert_int_equal(json_at_int(f, "workratio", 0), 20);

        json_t *items = last_items(&s);
        assert_int_equal(json_array_size(items), 3);
        assert_string_equal(json_at_str(json_array_get(items, 0), "field"), "timeestimate");
        assert_string_equal(json_at_str(json_array_get(items, 0), "from"), "115200");
        assert_string_equal(json_at_str(json_array_get(items, 0), "toString"), "86400");
        assert_string_equal(json_at_str(json_array_get(items, 1), "field"), "timespent");
        assert_true(json_is_null(json_object_get(json_array_get(items, 1), "from")));
        assert_string_equal(json_at_str(json_array_get(items, 2), "field"), "WorklogId");
        assert_string_equal(json_at_str(json_array_get(items, 2), "to"), json_at_str(w, "id"));

        char *one = arena_printf(&s.arena, WORKLOG "/%s", json_at_str(w, "id"));
        test_json(&s, HTTP_PUT, 200, one, test_body(&s, "{'timeSpent':'2d'}"));
        f = fields(&s);
        assert_int_equal(json_at_int(f, "timespent", -1), 2 * 28800);
        assert_int_equal(json_at_int(f, "timeestimate", -1), 2 * 28800);
        test_json(&s, HTTP_DELETE, 204, one, NULL);
        f = fields(&s);
        assert_int_equal(json_at_int(f, "timespent", -1), 0);
        assert_int_equal(json_at_int(f, "timeestimate", -1), 4 * 28800);
        test_json(&s, HTTP_DELETE, 404, one, NULL);
    }
}

static void rendered_fields_tell_times_in_words(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        post(&s, "", "{'timeSpent':'1h 30m','started':'2026-11-20T09:00:00.000+0000','comment':'a < b'}");
        json_t *o =
            json_object_get(test_get(&s, 200, "/rest/api/2/issue/SA-1?expand=renderedFields"), "renderedFields");
        assert_string_equal(json_at_str(o, "timespent"), "1 hour, 30 minutes");
        assert_string_equal(json_at_str(o, "timeestimate"), "0 minutes");
        assert_true(json_is_null(json_object_get(o, "timeoriginalestimate")));
        const json_t *w = json_array_get(json_at(o, "worklog.worklogs"), 0);
        assert_string_equal(json_at_str(w, "comment"), "<p>a &lt; b</p>");
        assert_null(strstr(json_at_str(w, "started"), "T"));
        assert_int_equal(json_at_count(o, "attachment"), 0);
    }
}

static void the_estimate_moves_as_the_writer_asks(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        estimate(&s, "2d", "2d");
        json_t *w = post(&s, "?adjustEstimate=leave", "{'timeSpent':'1h'}");
        assert_int_equal(json_at_int(fields(&s), "timeestimate", -1), 57600);
        post(&s, "?adjustEstimate=new&newEstimate=5h", "{'timeSpent':'1h'}");
        assert_int_equal(json_at_int(fields(&s), "timeestimate", -1), 18000);
        post(&s, "?adjustEstimate=manual&reduceBy=2h", "{'timeSpent':'1h'}");
        assert_int_equal(json_at_int(fields(&s), "timeestimate", -1), 10800);
        post(&s, "?adjustEstimate=AUTO", "{'timeSpent':'8h'}");
        assert_int_equal(json_at_int(fields(&s), "timeestimate", -1), 0);
        test_json(&s, HTTP_DELETE, 204,
                  arena_printf(&s.arena, WORKLOG "/%s?adjustEstimate=manual&increaseBy=30m", json_at_str(w, "id")),
                  NULL);
        assert_int_equal(json_at_int(fields(&s), "timeestimate", -1), 1800);

        static const char *const WRONG[][2] = {{"?adjustEstimate=new", "newEstimate"},
                                               {"?adjustEstimate=new&newEstimate=soon", "newEstimate"},
                                               {"?adjustEstimate=manual", "adjustmentAmount"}};
        for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
            json_t *r = test_json(&s, HTTP_POST, 400, arena_printf(&s.arena, WORKLOG "%s", WRONG[i][0]),
                                  "{\"timeSpent\":\"1h\"}");
            assert_string_equal(test_error(r, NULL), "Worklog must not be null.");
            assert_string_not_equal(test_error(r, WRONG[i][1]), "");
        }
        test_json(&s, HTTP_POST, 400, WORKLOG "?adjustEstimate=perhaps", "{\"timeSpent\":\"1h\"}");
        assert_int_equal(json_at_int(test_get(&s, 200, WORKLOG), "total", 0), 3);
    }
}

static void what_is_no_worklog_is_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        static const char *const WRONG[][2] = {
            {"{}", "timeLogged"},
            {"{'timeSpent':'soon'}", "timeLogged"},
            {"{'timeSpent':'0m'}", "timeLogged"},
            {"{'timeSpentSeconds':-60}", "timeLogged"},
            {"{'timeSpentSeconds':'60'}", "timeLogged"},
            {"{'timeSpentSeconds':59}", "timeLogged"},
            {"{'timeSpent':'1h','timeSpentSeconds':60}", "timeSpentSeconds"},
            {"{'timeSpent':'1h','started':'2026-11-20T09:00:00.000+00:00'}", "started"},
            {"{'timeSpent':'1h','started':'2026-11-20T09:00:00.000Z'}", "started"},
            {"{'timeSpent':'1h','started':'2026-11-20'}", "started"},
            {"{'timeSpent':'1h','started':'2026-13-40T09:00:00.000+0000'}", "started"},
            {"{'timeSpent':'1h','started':5}", "started"},
            {"{'timeSpent':'1h','comment':{}}", "comment"},
            {"{'timeSpent':'1h','visibility':{'type':'group','value':'strangers'}}", "commentLevel"},
        };
        for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
            json_t *r = test_json(&s, HTTP_POST, 400, WORKLOG, test_body(&s, "%s", WRONG[i][0]));
            if (!*test_error(r, WRONG[i][1]))
                fail_msg("%s: %s", WRONG[i][0], s.response.body);
        }
        assert_int_equal(json_at_int(test_get(&s, 200, WORKLOG), "total", 9), 0);
        test_json(&s, HTTP_POST, 404, "/rest/api/2/issue/SA-9/worklog", "{\"timeSpent\":\"1h\"}");
        test_json(&s, HTTP_POST, 204, "/sandbox/settings", "{\"time_tracking\":0}");
        test_json(&s, HTTP_POST, 400, WORKLOG, "{\"timeSpent\":\"1h\"}");
        test_get(&s, 404, WORKLOG);
    }
}

static void estimates_are_fields_of_the_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'one',"
                                "'timetracking':{'originalEstimate':'3h'}}}"));
        json_t *f = fields(&s);
        assert_string_equal(json_at_str(f, "timetracking.remainingEstimate"), "3h");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'update':{'timetracking':[{'edit':{'remainingEstimate':'90m'}}]}}"));
        f = fields(&s);
        assert_string_equal(json_at_str(f, "timetracking.remainingEstimate"), "1h 30m");
        assert_string_equal(json_at_str(f, "timetracking.originalEstimate"), "3h");
        json_t *items = last_items(&s);
        assert_int_equal(json_array_size(items), 1);
        assert_string_equal(json_at_str(json_array_get(items, 0), "field"), "timeestimate");
        const char *updated = json_at_str(f, "updated");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'fields':{'timetracking':{'remainingEstimate':'1.5h'}}}"));
        assert_string_equal(json_at_str(fields(&s), "updated"), updated); /* no difference, no trace */
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'fields':{'timetracking':{'originalEstimate':null}}}"));
        assert_null(json_at(fields(&s), "timetracking.originalEstimate"));
        json_t *r =
            test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1",
                      test_body(&s, "{'fields':{'timetracking':{'originalEstimate':'x','remainingEstimate':5}}}"));
        assert_string_not_equal(test_error(r, "timetracking_originalestimate"), "");
        assert_string_not_equal(test_error(r, "timetracking_remainingestimate"), "");
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
                  test_body(&s, "{'update':{'worklog':[{'add':{'timeSpent':'30m'}}]}}"));
        f = fields(&s);
        assert_int_equal(json_at_int(f, "timespent", 0), 1800);
        assert_int_equal(json_at_int(f, "timeestimate", 0), 3600);
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1", test_body(&s, "{'update':{'worklog':[{'add':{}}]}}"));
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1", test_body(&s, "{'update':{'worklog':[{'add':7}]}}"));
    }
}

static void a_parent_sums_up_its_sub_tasks(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'summary':'two',"
                                "'parent':{'key':'SA-1'},'timetracking':{'originalEstimate':'3h'}}}"));
        post(&s, "", "{'timeSpent':'1h'}");
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-2/worklog", "{\"timeSpent\":\"2h\"}");
        json_t *f = fields(&s);
        assert_int_equal(json_at_int(f, "timespent", 0), 3600);
        assert_int_equal(json_at_int(f, "aggregatetimespent", 0), 10800);
        assert_int_equal(json_at_int(f, "aggregatetimeestimate", 0), 3600);
        assert_int_equal(json_at_int(f, "aggregatetimeoriginalestimate", 0), 10800);
        assert_int_equal(json_at_int(f, "aggregateprogress.total", 0), 14400);
    }
}

static void a_restricted_worklog_is_there_for_its_group_alone(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_issue(&s, "SA", "Task", "one");
        const char *group = s.is_cloud ? "site-admins" : "jira-administrators";
        json_t *w = post(
            &s, "", arena_printf(&s.arena, "{'timeSpent':'1h','visibility':{'type':'group','value':'%s'}}", group));
        assert_string_equal(json_at_str(w, "visibility.value"), group);
        const char *id = json_at_str(w, "id");
        json_t *open = post(&s, "", "{'timeSpent':'1h'}");
        s.clock.now += 120000;
        as_ada(&s, true);
        json_t *page = test_get(&s, 200, WORKLOG);
        assert_int_equal(json_at_int(page, "total", 0), 1);
        test_get(&s, 404, WORKLOG "/%s", id);
        assert_int_equal(json_at_int(fields(&s), "worklog.total", 0), 1);
        json_t *feed = test_get(&s, 200, "/rest/api/2/worklog/updated?since=0");
        assert_int_equal(json_at_count(feed, "values"), 1);
        json_t *list = test_json(&s, HTTP_POST, 200, "/rest/api/2/worklog/list",
                                 test_body(&s, "{'ids':[%s,%s,1]}", id, json_at_str(open, "id")));
        assert_int_equal(json_array_size(list), 1);
        /* another's is not hers to change */
        char *one = arena_printf(&s.arena, WORKLOG "/%s", json_at_str(open, "id"));
        test_json(&s, HTTP_PUT, s.is_cloud ? 400 : 403, one, "{\"timeSpent\":\"2h\"}");
        test_json(&s, HTTP_DELETE, s.is_cloud ? 400 : 403, one, NULL);
        as_ada(&s, false);
        list = test_json(&s, HTTP_POST, 200, "/rest/api/2/worklog/list", test_body(&s, "{'ids':[%s]}", id));
        assert_int_equal(json_array_size(list), 1);
    }
}

static void the_feeds_tell_what_changed_and_what_went(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        json_t *a = post(&s, "", "{'timeSpent':'1h'}"), *b = post(&s, "", "{'timeSpent':'2h'}");
        json_t *feed = test_get(&s, 200, "/rest/api/2/worklog/updated?since=0");
        assert_int_equal(json_at_count(feed, "values"), 0); /* the last minute is left out */
        s.clock.now += 120000;
        feed = test_get(&s, 200, "/rest/api/2/worklog/updated?since=0");
        assert_int_equal(json_at_count(feed, "values"), 2);
        const json_t *first = json_array_get(json_object_get(feed, "values"), 0);
        assert_true(json_is_integer(json_object_get(first, "worklogId")));
        assert_string_equal(arena_printf(&s.arena, "%lld", (long long)json_at_int(first, "worklogId", 0)),
                            json_at_str(a, "id"));
        assert_int_equal(json_at_count(first, "properties"), 0);
        assert_true(json_at_bool(feed, "lastPage", false));
        assert_null(json_object_get(feed, "nextPage"));
        int64_t until = json_at_int(feed, "until", 0);
        test_json(&s, HTTP_PUT, 200, arena_printf(&s.arena, WORKLOG "/%s", json_at_str(b, "id")),
                  "{\"timeSpent\":\"3h\"}");
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, WORKLOG "/%s", json_at_str(a, "id")), NULL);
        s.clock.now += 120000;
        feed = test_get(&s, 200, "/rest/api/2/worklog/updated?since=%lld", (long long)until);
        assert_int_equal(json_at_count(feed, "values"), 1);
        feed = test_get(&s, 200, "/rest/api/2/worklog/deleted?since=%lld", (long long)until);
        assert_int_equal(json_at_count(feed, "values"), 1);
        assert_int_equal(json_at_int(json_array_get(json_object_get(feed, "values"), 0), "worklogId", 0),
                         strtoll(json_at_str(a, "id"), NULL, 10));
        assert_int_equal(json_at_int(feed, "since", 0), until);
        test_get(&s, 404, "/rest/api/2/worklog/updated?since=yesterday");
        test_json(&s, HTTP_POST, 400, "/rest/api/2/worklog/list", "{}");
    }
}

static void the_worklogs_of_a_deleted_issue_are_told_as_deleted(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        json_t *w = post(&s, "", "{'timeSpent':'1h'}");
        test_json(&s, HTTP_DELETE, 204, "/rest/api/2/issue/SA-1", NULL);
        s.clock.now += 120000;
        json_t *feed = test_get(&s, 200, "/rest/api/2/worklog/deleted?since=0");
        assert_int_equal(json_at_int(json_array_get(json_object_get(feed, "values"), 0), "worklogId", 0),
                         strtoll(json_at_str(w, "id"), NULL, 10));
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/worklog/updated?since=0"), "values"), 0);
    }
}

static void cloud_deletes_and_moves_worklogs_together_or_not_at_all(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    test_issue(&s, "SA", "Task", "two");
    const char *a = json_at_str(post(&s, "", "{'timeSpent':'1h'}"), "id");
    const char *b = json_at_str(post(&s, "", "{'timeSpent':'2h'}"), "id");
    const char *r =
        json_at_str(post(&s, "", "{'timeSpent':'4h','visibility':{'type':'role','value':'Administrators'}}"), "id");
    test_json(&s, HTTP_DELETE, 404, WORKLOG, test_body(&s, "{'ids':[%s,1]}", a));
    test_json(&s, HTTP_DELETE, 400, WORKLOG, "{}");
    test_json(&s, HTTP_DELETE, 400, WORKLOG "?adjustEstimate=new", test_body(&s, "{'ids':[%s]}", a));
    assert_int_equal(json_at_int(fields(&s), "timespent", 0), 7 * 3600);
    test_json(&s, HTTP_POST, 400, WORKLOG "/move", test_body(&s, "{'ids':[%s,%s],'issueIdOrKey':'SA-2'}", b, r));
    test_json(&s, HTTP_POST, 404, WORKLOG "/move", test_body(&s, "{'ids':[%s],'issueIdOrKey':'SA-9'}", b));
    test_json(&s, HTTP_POST, 204, WORKLOG "/move", test_body(&s, "{'ids':[%s],'issueIdOrKey':'SA-2'}", b));
    assert_int_equal(json_at_int(fields(&s), "timespent", 0), 5 * 3600);
    json_t *two = test_get(&s, 200, "/rest/api/2/issue/SA-2?fields=timespent,worklog");
    assert_int_equal(json_at_int(two, "fields.timespent", 0), 2 * 3600);
    assert_int_equal(json_at_int(two, "fields.worklog.total", 0), 1);
    test_json(&s, HTTP_DELETE, 204, WORKLOG, test_body(&s, "{'ids':[%s,%s,%s]}", a, r, a));
    assert_int_equal(json_at_int(fields(&s), "timespent", -1), 0);
    assert_int_equal(json_at_int(fields(&s), "worklog.total", -1), 0);
    test_site_close(&s);
}

static void a_long_feed_comes_in_pages(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    for (int i = 0; i < 1005; i++)
        test_call(&s, HTTP_POST, WORKLOG "?adjustEstimate=leave", "{\"timeSpent\":\"1m\"}");
    s.clock.now += 120000;
    json_t *feed = test_get(&s, 200, "/rest/api/2/worklog/updated?since=0");
    assert_int_equal(json_at_count(feed, "values"), 1000);
    assert_false(json_at_bool(feed, "lastPage", true));
    const char *next = json_at_str(feed, "nextPage");
    feed = test_get(&s, 200, "%s", next + strlen(TEST_URL));
    assert_int_equal(json_at_count(feed, "values"), 5);
    assert_true(json_at_bool(feed, "lastPage", false));
    assert_int_equal(json_at_count(fields(&s), "worklog.worklogs"), 20);
    assert_int_equal(json_at_int(fields(&s), "worklog.total", 0), 1005);
    test_site_close(&s);
}

static void cloud_pages_worklogs_and_takes_those_of_a_time(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    post(&s, "", "{'timeSpent':'1m','started':'2026-01-01T00:00:00.000+0000'}");
    post(&s, "", "{'timeSpent':'2m','started':'2026-01-02T00:00:00.000+0000'}");
    post(&s, "",
         "{'timeSpent':'3m','started':'2026-01-03T00:00:00.000+0000',"
         "'properties':[{'key':'mark','value':{'a':1}}]}");
    json_t *page = test_get(&s, 200, WORKLOG "?startAt=1&maxResults=1");
    assert_int_equal(json_at_count(page, "worklogs"), 1);
    assert_int_equal(json_at_int(page, "total", 0), 3);
    page = test_get(&s, 200, WORKLOG "?startedAfter=1767312000000&startedBefore=1767398400000");
    assert_int_equal(json_at_int(page, "total", 0), 1);
    assert_string_equal(json_at_str(json_array_get(json_object_get(page, "worklogs"), 0), "timeSpent"), "2m");
    page = test_get(&s, 200, WORKLOG "?startedAfter=1767398400000&expand=properties");
    assert_int_equal(json_at_int(page, "total", 0), 1);
    const json_t *w = json_array_get(json_object_get(page, "worklogs"), 0);
    assert_int_equal(json_at_int(json_array_get(json_object_get(w, "properties"), 0), "value.a", 0), 1);
    test_get(&s, 404, WORKLOG "?startedAfter=x");
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worklog_is_told_in_full),
        cmocka_unit_test(cloud_speaks_adf_in_version_three),
        cmocka_unit_test(time_that_is_logged_is_spent_and_leaves_the_estimate),
        cmocka_unit_test(rendered_fields_tell_times_in_words),
        cmocka_unit_test(the_estimate_moves_as_the_writer_asks),
        cmocka_unit_test(what_is_no_worklog_is_refused),
        cmocka_unit_test(estimates_are_fields_of_the_issue),
        cmocka_unit_test(a_parent_sums_up_its_sub_tasks),
        cmocka_unit_test(a_restricted_worklog_is_there_for_its_group_alone),
        cmocka_unit_test(the_feeds_tell_what_changed_and_what_went),
        cmocka_unit_test(the_worklogs_of_a_deleted_issue_are_told_as_deleted),
        cmocka_unit_test(cloud_deletes_and_moves_worklogs_together_or_not_at_all),
        cmocka_unit_test(a_long_feed_comes_in_pages),
        cmocka_unit_test(cloud_pages_worklogs_and_takes_those_of_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
