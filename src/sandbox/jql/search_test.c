#include "sandbox/jql/test_search.h"

#include <time.h>

/* ---- Data Center ---- */

static void without_validation_mistakes_become_warnings(void **state)
{
    (void)state;
    struct site *s = dc();
    struct answer a = ask(s, HTTP_POST, "/rest/api/2/search",
                          "{\"jql\":\"key in (SA-1, GONE-1, SA-99)\",\"validateQuery\":false,\"fields\":[\"key\"]}");
    assert_int_equal(a.status, 200);
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "SA-1");
    assert_string_equal(joined(s, json_object_get(a.json, "warningMessages"), NULL),
                        "An issue with key 'GONE-1' does not exist for field 'key'. "
                        "An issue with key 'SA-99' does not exist for field 'key'.");
    a = ask(s, HTTP_GET, "/rest/api/2/search?jql=project%3DNONE&validateQuery=false", NULL);
    assert_int_equal(json_at_int(a.json, "total", -1), 0);
    a = ask(s, HTTP_GET, "/rest/api/2/search?jql=project%3DNONE&validateQuery=warn", NULL);
    assert_int_equal(json_at_count(a.json, "warningMessages"), 1);
    a = ask(s, HTTP_GET, "/rest/api/2/search?jql=project%3DNONE&validateQuery=none", NULL);
    assert_int_equal(a.status, 200);
    assert_null(json_object_get(a.json, "warningMessages"));
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/search?jql=project%3DNONE&validateQuery=strict", NULL).status, 400);
    site_close(s);
}

static void data_center_pages_by_offset_and_cuts_at_a_thousand(void **state)
{
    (void)state;
    struct site *s = dc();
    struct answer a = ask(s, HTTP_GET, "/rest/api/2/search?jql=project=SA+ORDER+BY+key&startAt=3&maxResults=2", NULL);
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "SA-4 SA-5");
    assert_int_equal(json_at_int(a.json, "total", -1), 10);
    assert_int_equal(json_at_int(a.json, "startAt", -1), 3);
    assert_int_equal(json_at_int(a.json, "maxResults", -1), 2);
    a = ask(s, HTTP_POST, "/rest/api/2/search", "{\"jql\":\"\",\"maxResults\":5000,\"fields\":[\"key\"]}");
    assert_int_equal(json_at_int(a.json, "maxResults", -1), 1000);
    assert_int_equal(json_at_count(a.json, "issues"), 10);
    assert_null(json_object_get(json_array_get(json_object_get(a.json, "issues"), 0), "fields"));
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/settings", "{\"search_window\":10000}").status, 204);
    a = ask(s, HTTP_GET, "/rest/api/2/search?jql=&startAt=10000&maxResults=100", NULL);
    assert_int_equal(a.status, 500);
    assert_string_equal(joined(s, json_object_get(a.json, "errorMessages"), NULL),
                        "Search limit exceeded. We couldn't complete your search because it requests 10,100 results "
                        "which exceeded the search platform limit of 10,000.");
    a = ask(s, HTTP_POST, "/rest/api/2/search", "{\"jql\":\"\",\"maxResults\":0}");
    assert_int_equal(json_at_int(a.json, "maxResultWindow", -1), 10000);
    assert_int_equal(json_at_int(a.json, "total", -1), 10);
    assert_int_equal(json_at_count(a.json, "issues"), 0);
    site_close(s);
}

static void hostile_queries_get_an_answer_in_jiras_shape(void **state)
{
    (void)state;
    struct site *s = dc();
    static const struct {
        const char *part;
        int times;
    } hostile[] = {{"(", 10000}, {"NOT ", 10000}, {"key = SA-1 OR ", 1900}, {"text ~ x AND ", 300}, {"x", 1 << 20}};
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        struct buf b = BUF_INIT(4 << 20);
        for (int k = 0; k < hostile[i].times; k++)
            buf_adds(&b, hostile[i].part);
        buf_adds(&b, "key = SA-1");
        clock_t start = clock();
        struct answer a = search(s, buf_str(&b));
        assert_true(a.status == 200 || a.status == 400);
        assert_true(a.status == 200 || json_at_count(a.json, "errorMessages") > 0);
        assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
        buf_release(&b);
    }
    struct buf b = BUF_INIT(1 << 20);
    for (int k = 0; k < 40; k++)
        buf_adds(&b, k % 2 ? "key = SA-1 OR (" : "key = SA-1 AND (");
    buf_adds(&b, "key = SA-1");
    for (int k = 0; k < 40; k++)
        buf_addc(&b, ')');
    assert_int_equal(search(s, buf_str(&b)).status, 400);
    b.len = 0;
    for (int k = 0; k < 18; k++)
        buf_adds(&b, k % 2 ? "key = SA-1 OR (" : "key = SA-1 AND (");
    buf_adds(&b, "key = SA-1");
    for (int k = 0; k < 18; k++)
        buf_addc(&b, ')');
    finds(s, buf_str(&b), "SA-1");
    buf_release(&b);
    site_close(s);
}

/* ---- plans ---- */

static char *plan_of(struct site *s, const char *jql)
{
    struct http_request request = {0};
    struct ctx c = {.sb = s->sb,
                    .db = s->sb->db,
                    .d = s->sb->d,
                    .a = &s->a,
                    .request = &request,
                    .caller = s->admin,
                    .is_admin = true,
                    .now = TEST_NOW,
                    .err = ERR_INIT};
    const char *error = NULL;
    struct jql_query *q = jql_parse(&s->a, jql, strlen(jql), &error);
    struct jql_plan plan;
    char *text = NULL;
    assert_non_null(q);
    assert_true(jql_plan_make(&c, q, &plan));
    assert_true(jql_explain(&c, &plan, &text));
    return text;
}

static void the_queries_of_a_synchronization_use_indexes(void **state)
{
    (void)state;
    struct site *s = dc();
    char *poll = plan_of(s, "project = SA AND updated >= \"2026-11-22 16:00\" ORDER BY updated ASC, key ASC");
    assert_non_null(strstr(poll, "SEARCH i USING INDEX issue_project_updated (project=? AND updated>?)"));
    assert_null(strstr(poll, "SCAN"));
    char *keys = plan_of(s, "key in (SA-1, SA-2, SA-3) ORDER BY key");
    assert_non_null(strstr(keys, "SEARCH i USING INTEGER PRIMARY KEY (rowid=?)"));
    assert_null(strstr(keys, "SCAN"));
    char *sweep = plan_of(s, "project = SA ORDER BY key");
    assert_non_null(strstr(sweep, "SEARCH i USING COVERING INDEX issue_key (project=?)"));
    site_close(s);
}

static void a_thousand_keys_are_answered_at_once(void **state)
{
    (void)state;
    struct site *s = dc();
    struct buf b = BUF_INIT(1 << 20);
    for (int i = 11; i <= 1000; i++)
        site_issue(s, "one of many", TEST_NOW - i);
    for (int i = 1; i <= 1000; i++)
        buf_addf(&b, "%sSA-%d", i > 1 ? "," : "key in (", i);
    buf_adds(&b, ")");
    clock_t start = clock();
    struct answer a =
        ask(s, HTTP_POST, "/rest/api/2/search",
            arena_printf(&s->a, "{\"jql\":\"%s\",\"maxResults\":1000,\"fields\":[\"key\"]}", buf_str(&b)));
    assert_int_equal(a.status, 200);
    assert_int_equal(json_at_count(a.json, "issues"), 1000);
    assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
    buf_release(&b);
    site_close(s);
}

/* ---- Cloud ---- */

static struct site *cloud(int issues)
{
    struct site *s = site_open(SANDBOX_CLOUD, 2);
    site_project(s, "CA");
    for (int i = 1; i <= issues; i++)
        site_issue(s, arena_printf(&s->a, "Issue %d", i), TEST_NOW - (issues - i + 1) * HOUR);
    return s;
}

static struct answer search_jql(struct site *s, const char *body)
{
    return ask(s, HTTP_POST, "/rest/api/3/search/jql", body);
}

static void the_old_search_is_gone_from_cloud(void **state)
{
    (void)state;
    struct site *s = cloud(1);
    struct answer a = ask(s, HTTP_GET, "/rest/api/3/search?jql=project=CA", NULL);
    assert_int_equal(a.status, 410);
    assert_string_equal(a.body, "{\"errorMessages\":[\"The requested API has been removed. Please migrate to the "
                                "/rest/api/3/search/jql API. A full migration guideline is available at "
                                "https://developer.atlassian.com/changelog/#CHANGE-2046\"],\"errors\":{}}");
    assert_int_equal(ask(s, HTTP_POST, "/rest/api/2/search", "{\"jql\":\"project=CA\"}").status, 410);
    site_close(s);
}

static void cloud_pages_by_token_without_a_total(void **state)
{
    (void)state;
    struct site *s = cloud(5);
    struct answer a =
        search_jql(s, "{\"jql\":\"project = CA ORDER BY updated ASC, key ASC\",\"maxResults\":2,\"fields\":[\"key\"]}");
    assert_int_equal(a.status, 200);
    assert_null(json_object_get(a.json, "total"));
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1 CA-2");
    assert_false(json_at_bool(a.json, "isLast", true));
    const char *token = json_at_str(a.json, "nextPageToken");
    assert_non_null(token);
    /* Between the pages the first issue changes and moves to the end: nothing is skipped, and it comes again. */
    set(s, "UPDATE issue SET updated = updated + 1000000000 WHERE number = 1");
    a = search_jql(s, arena_printf(&s->a,
                                   "{\"jql\":\"project = CA ORDER BY updated ASC, key "
                                   "ASC\",\"maxResults\":4,\"nextPageToken\":\"%s\",\"fields\":[\"key\"]}",
                                   token));
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-3 CA-4 CA-5 CA-1");
    assert_true(json_at_bool(a.json, "isLast", false));
    assert_null(json_object_get(a.json, "nextPageToken"));
    a = search_jql(s, arena_printf(&s->a, "{\"jql\":\"project = CA\",\"nextPageToken\":\"%s\"}", token));
    assert_int_equal(a.status, 400);
    assert_int_equal(search_jql(s, "{\"jql\":\"project = CA\",\"nextPageToken\":\"nonsense\"}").status, 400);
    site_close(s);
}

static void pages_follow_every_order_through_empty_values(void **state)
{
    (void)state;
    struct site *s = cloud(9);
    set(s, "UPDATE issue SET due = '2026-12-0' || (number % 3) WHERE number % 2 = 0");
    set(s,
        "UPDATE issue SET priority = (SELECT id FROM priority WHERE position = 1 + issue.number % 2) WHERE number > 3");
    static const char *const orders[] = {"due", "due DESC", "priority, due DESC, summary", "assignee DESC, key",
                                         "created DESC"};
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        const char *jql = arena_printf(&s->a, "project = CA ORDER BY %s", orders[i]);
        struct answer whole = search_jql(s, arena_printf(&s->a, "{\"jql\":\"%s\"}", jql));
        char *all = arena_strdup(&s->a, ""), *token = NULL;
        for (int page = 0; page < 9; page++) {
            struct answer a = search_jql(s, arena_printf(&s->a, "{\"jql\":\"%s\",\"maxResults\":2%s%s%s}", jql,
                                                         token ? ",\"nextPageToken\":\"" : "", token ? token : "",
                                                         token ? "\"" : ""));
            assert_int_equal(a.status, 200);
            all =
                arena_printf(&s->a, "%s%s%s", all, *all ? " " : "", joined(s, json_object_get(a.json, "issues"), "id"));
            token = arena_strdup(&s->a, json_at_str(a.json, "nextPageToken"));
            if (!token)
                break;
        }
        assert_string_equal(all, joined(s, json_object_get(whole.json, "issues"), "id"));
    }
    site_close(s);
}

static void cloud_gives_ids_alone_unless_asked_for_more(void **state)
{
    (void)state;
    struct site *s = cloud(1);
    struct answer a = search_jql(s, "{\"jql\":\"project = CA\"}");
    const json_t *issue = json_array_get(json_object_get(a.json, "issues"), 0);
    assert_int_equal(json_object_size(issue), 1);
    assert_non_null(json_at_str(issue, "id"));
    a = search_jql(s, "{\"jql\":\"project = CA\",\"fields\":[\"key\"]}");
    issue = json_array_get(json_object_get(a.json, "issues"), 0);
    assert_string_equal(json_at_str(issue, "key"), "CA-1");
    assert_null(json_object_get(issue, "fields"));
    a = ask(s, HTTP_GET, "/rest/api/3/search/jql?jql=project=CA&fields=summary,status", NULL);
    issue = json_array_get(json_object_get(a.json, "issues"), 0);
    assert_string_equal(json_at_str(issue, "fields.summary"), "Issue 1");
    assert_int_equal(json_object_size(json_object_get(issue, "fields")), 2);
    site_close(s);
}

static void cloud_refuses_what_has_no_restriction_and_too_many_properties(void **state)
{
    (void)state;
    struct site *s = cloud(1);
    const char *unbounded =
        "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.";
    static const char *const bodies[] = {"{\"jql\":\"\"}", "{\"jql\":\"order by key desc\"}", "{}"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct answer a = search_jql(s, bodies[i]);
        assert_int_equal(a.status, 400);
        assert_string_equal(joined(s, json_object_get(a.json, "errorMessages"), NULL), unbounded);
    }
    assert_int_equal(
        search_jql(s, "{\"jql\":\"project = CA\",\"properties\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]}").status, 400);
    assert_int_equal(search_jql(s, "{\"jql\":\"project = CA\",\"expand\":[\"names\"]}").status, 400);
    assert_int_equal(search_jql(s, "{\"jql\":\"project = NONE\"}").status, 400);
    assert_int_equal(search_jql(s, "{\"jql\":\"this is not jql\"}").status, 200);
    assert_int_equal(json_at_count(search_jql(s, "{\"jql\":\"issue\"}").json, "issues"), 1);
    struct answer a = search_jql(s, "{\"jql\":\"key in (CA-1, CA-99)\",\"fields\":[\"key\"]}");
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1");
    site_close(s);
}

static void fresh_changes_lag_unless_they_are_reconciled(void **state)
{
    (void)state;
    struct site *s = cloud(2);
    struct sandbox_fault lag = {.kind = SANDBOX_FAULT_INDEX_LAG, .ms = 5000};
    MUST(s, sandbox_fault_add(s->sb, &lag, &s->e));
    int64_t id = site_issue(s, "fresh", TEST_NOW - 1000);
    struct answer a = search_jql(s, "{\"jql\":\"project = CA ORDER BY key\",\"fields\":[\"key\"]}");
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1 CA-2");
    a = search_jql(
        s,
        arena_printf(&s->a, "{\"jql\":\"project = CA ORDER BY key\",\"fields\":[\"key\"],\"reconcileIssues\":[%lld]}",
                     (long long)id));
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1 CA-2 CA-3");
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/3/issue/CA-3", NULL).status, 200);
    s->clock.now += 4000;
    a = search_jql(s, "{\"jql\":\"project = CA ORDER BY key\",\"fields\":[\"key\"]}");
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1 CA-2 CA-3");
    site_close(s);
}

/* A hundred and twenty issues; how many the first page holds. */
static int64_t page_of(struct site *s, const char *rest)
{
    struct answer a = search_jql(s, arena_printf(&s->a, "{\"jql\":\"project = CA\",\"maxResults\":5000,%s}", rest));
    assert_int_equal(a.status, 200);
    assert_true(json_at_bool(a.json, "isLast", false) == (json_at_str(a.json, "nextPageToken") == NULL));
    return (int64_t)json_at_count(a.json, "issues");
}

static void pages_come_shorter_the_more_is_asked_of_each_issue(void **state)
{
    (void)state;
    struct site *s = cloud(120);
    assert_int_equal(page_of(s, "\"fields\":[\"key\"]"), 120);
    assert_int_equal(page_of(s, "\"fields\":[\"key\",\"summary\",\"status\"]"), 120);
    assert_int_equal(page_of(s, "\"fields\":[\"*all\"]"), 100);
    assert_int_equal(page_of(s, "\"fields\":[\"summary\",\"comment\"]"), 100);
    assert_int_equal(page_of(s, "\"fields\":[\"key\"],\"expand\":\"names\""), 100);
    assert_int_equal(page_of(s, "\"fields\":[\"key\"],\"properties\":[\"p\"]"), 100);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/settings", "{\"search_page_max\":7}").status, 204);
    assert_int_equal(page_of(s, "\"fields\":[\"key\"]"), 7);
    site_close(s);
}

static void found_issues_may_vanish_for_a_while(void **state)
{
    (void)state;
    struct site *s = cloud(1);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/faults", "{\"kind\":\"index-flicker\",\"ms\":8000}").status, 204);
    int64_t id = site_issue(s, "fresh", TEST_NOW);
    static const char *const seen[] = {"CA-1 CA-2", "CA-1", "CA-1 CA-2", "CA-1", "CA-1 CA-2", "CA-1 CA-2"};
    for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
        struct answer a = search_jql(s, "{\"jql\":\"project = CA ORDER BY key\",\"fields\":[\"key\"]}");
        assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), seen[i]);
        a = search_jql(s, arena_printf(&s->a,
                                       "{\"jql\":\"project = CA ORDER BY key\",\"fields\":[\"key\"],"
                                       "\"reconcileIssues\":[%lld]}",
                                       (long long)id));
        assert_int_equal(json_at_count(a.json, "issues"), 2);
        assert_int_equal(ask(s, HTTP_GET, "/rest/api/3/issue/CA-2", NULL).status, 200);
        s->clock.now += 2000;
    }
    assert_int_equal(ask(s, HTTP_DELETE, "/sandbox/faults", NULL).status, 204);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/settings", "{\"index_lag_ms\":60000}").status, 204);
    struct answer a = search_jql(s, "{\"jql\":\"project = CA\",\"fields\":[\"key\"]}");
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1");
    site_close(s);
}

static void bulk_fetch_answers_in_the_order_of_ids(void **state)
{
    (void)state;
    struct site *s = cloud(3);
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO issue_former_key (project, number, issue) SELECT project, 77, id FROM "
                    "issue WHERE number = 2",
                    ""));
    struct answer a =
        ask(s, HTTP_POST, "/rest/api/3/issue/bulkfetch",
            "{\"issueIdsOrKeys\":[\"ca-3\",\"CA-77\",\"CA-1\",\"CA-3\",\"NO-1\",\"99999999\"],\"fields\":[\"key\"]}");
    assert_int_equal(a.status, 200);
    assert_string_equal(joined(s, json_object_get(a.json, "issues"), "key"), "CA-1 CA-2 CA-3");
    assert_string_equal(joined(s, json_object_get(a.json, "issueErrors"), "id"), "NO-1 99999999");
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/settings", "{\"bulkfetch_omits_missing\":1}").status, 204);
    a = ask(s, HTTP_POST, "/rest/api/3/issue/bulkfetch", "{\"issueIdsOrKeys\":[\"CA-1\",\"NO-1\"]}");
    assert_int_equal(json_at_count(a.json, "issues"), 1);
    assert_int_equal(json_at_count(a.json, "issueErrors"), 0);
    struct buf b = BUF_INIT(1 << 16);
    for (int i = 0; i < 101; i++)
        buf_addf(&b, "%s\"CA-1\"", i ? "," : "");
    a = ask(s, HTTP_POST, "/rest/api/3/issue/bulkfetch", arena_printf(&s->a, "{\"issueIdsOrKeys\":[%s]}", buf_str(&b)));
    assert_int_equal(a.status, 400);
    buf_release(&b);
    assert_int_equal(ask(s, HTTP_POST, "/rest/api/3/issue/bulkfetch", "{\"issueIdsOrKeys\":[]}").status, 400);
    site_close(s);
}

static void the_count_wants_a_bounded_query(void **state)
{
    (void)state;
    struct site *s = cloud(3);
    struct answer a =
        ask(s, HTTP_POST, "/rest/api/3/search/approximate-count", "{\"jql\":\"project = CA AND key > CA-1\"}");
    assert_int_equal(json_at_int(a.json, "count", -1), 2);
    assert_int_equal(ask(s, HTTP_POST, "/rest/api/3/search/approximate-count", "{\"jql\":\"\"}").status, 400);
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_validation_mistakes_become_warnings),
        cmocka_unit_test(data_center_pages_by_offset_and_cuts_at_a_thousand),
        cmocka_unit_test(hostile_queries_get_an_answer_in_jiras_shape),
        cmocka_unit_test(the_queries_of_a_synchronization_use_indexes),
        cmocka_unit_test(a_thousand_keys_are_answered_at_once),
        cmocka_unit_test(the_old_search_is_gone_from_cloud),
        cmocka_unit_test(cloud_pages_by_token_without_a_total),
        cmocka_unit_test(pages_follow_every_order_through_empty_values),
        cmocka_unit_test(cloud_gives_ids_alone_unless_asked_for_more),
        cmocka_unit_test(cloud_refuses_what_has_no_restriction_and_too_many_properties),
        cmocka_unit_test(fresh_changes_lag_unless_they_are_reconciled),
        cmocka_unit_test(pages_come_shorter_the_more_is_asked_of_each_issue),
        cmocka_unit_test(found_issues_may_vanish_for_a_while),
        cmocka_unit_test(bulk_fetch_answers_in_the_order_of_ids),
        cmocka_unit_test(the_count_wants_a_bounded_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
