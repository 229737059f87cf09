#include "sandbox/jql/test_search.h"

static void is_a_page(const struct answer *a, const char *message)
{
    assert_int_equal(a->status, 400);
    assert_string_equal(http_response_header(&a->response, "Content-Type"), "text/html;charset=utf-8");
    assert_non_null(strstr(a->body, "<h1>HTTP Status 400"));
    if (!strstr(a->body, message))
        fail_msg("\"%s\" is not in %s", message, a->body);
}

static char *repeat(struct site *s, const char *part, int times)
{
    struct buf b = BUF_INIT(8 << 20);
    for (int i = 0; i < times; i++)
        buf_adds(&b, part);
    char *text = arena_strndup(&s->a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void tricks_in_a_path_never_reach_jira(void **state)
{
    (void)state;
    struct site *s = dc();
    static const char *const tricks[] = {"/rest/api/2/issue/SA-1%00x", "/rest/api/2/issue/..%2f..%2Fmyself",
                                         "/rest/api/2/issue/..%5cx"};
    for (size_t i = 0; i < ARRAY_LEN(tricks); i++) {
        struct answer a = ask(s, HTTP_GET, tricks[i], NULL);
        is_a_page(&a, "Invalid URI");
    }
    static const char *const strange[] = {"/rest/api/2/issue/SA-1\\x", "/rest/api/2/issue/<script>",
                                          "/rest/api/2/\xc3\xa4"};
    for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
        struct answer a = ask(s, HTTP_GET, strange[i], NULL);
        is_a_page(&a, "Invalid character");
        assert_null(strstr(a.body, "<script"));
    }
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/../../../etc/passwd", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/%2e%2e", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_GET, "//rest//api/2/issue/SA-1", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/%ff%fe", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1?x=%00%2F%5C", NULL).status,
                     200); /* a query may hold them */
    site_close(s);
}

static void a_head_beyond_eight_kilobytes_is_refused_below_jira(void **state)
{
    (void)state;
    struct site *s = dc();
    struct answer a = ask(s, HTTP_GET, arena_printf(&s->a, "/rest/api/2/search?jql=%s", repeat(s, "x", 9000)), NULL);
    is_a_page(&a, "Request header is too large");
    a = ask(s, HTTP_GET,
            arena_printf(&s->a, "/rest/api/2/search?jql=key+in+(%sSA-1)&fields=key", repeat(s, "SA-1,", 1000)), NULL);
    assert_int_equal(a.status, 200);
    struct http_header headers[400];
    for (size_t i = 0; i < ARRAY_LEN(headers); i++)
        headers[i] = (struct http_header){"X-Flood", "twenty bytes of text"};
    struct http_request r = {
        .method = HTTP_GET, .target = "/status", .headers = headers, .header_count = ARRAY_LEN(headers)};
    sandbox_handle(s->sb, &r, &s->a, &a.response);
    assert_int_equal(a.response.status, 400);
    site_close(s);
}

static void bodies_of_the_wrong_kind_are_refused_in_jiras_shape(void **state)
{
    (void)state;
    static const enum sandbox_dialect dialects[] = {SANDBOX_DC10, SANDBOX_CLOUD};
    for (size_t d = 0; d < ARRAY_LEN(dialects); d++) {
        struct site *s = site_open(dialects[d], 1);
        site_project(s, "SA");
        site_issue(s, "one", TEST_NOW);
        const char *search = s->sb->d->is_cloud ? "/rest/api/3/search/jql" : "/rest/api/2/search";
        const char *bodies[] = {
            "{\"jql\":7}",
            "{\"jql\":[\"key = SA-1\"]}",
            "{\"jql\":\"key = SA-1\",\"maxResults\":\"many\"}",
            "{\"jql\":\"key = SA-1\",\"maxResults\":1e3}",
            "[]",
            "\"jql\"",
            "{",
            "nul",
            "{\"jql\":\"\xff\xfe\"}",
            "{\"jql\":\"key = SA-1\",\"jql\":",
            "{\"jql\":\"key = \\ud800\"}",
            repeat(s, "[", 100000),
            arena_printf(&s->a, "{\"jql\":\"%s\"}", repeat(s, "(", 10000)),
            arena_printf(&s->a, "{\"jql\":\"summary ~ \\\"%s\\\"\"}", repeat(s, "word ", 1 << 18)),
        };
        for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
            struct answer a = ask(s, HTTP_POST, search, bodies[i]);
            if (a.status != 400)
                fail_msg("%.80s: %d %.200s", bodies[i], a.status, a.body);
            assert_true(json_at_count(a.json, "errorMessages") == 1);
        }
        assert_int_equal(ask(s, HTTP_POST, search, "{\"jql\":\"key = SA-1\",\"surprise\":{\"x\":[1]}}").status, 200);
        site_close(s);
    }
}

static void a_filter_that_names_itself_many_times_ends(void **state)
{
    (void)state;
    struct site *s = dc();
    struct answer a = ask(s, HTTP_POST, "/rest/api/2/filter", "{\"name\":\"loop\",\"jql\":\"key = SA-1\"}");
    assert_true(a.status < 300);
    const char *id = json_at_str(a.json, "id");
    const char *loop = repeat(s, arena_printf(&s->a, "filter = %s OR ", id), 50);
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE filter SET jql = ?1", "s", arena_printf(&s->a, "%skey = SA-1", loop)));
    assert_int_equal(search(s, arena_printf(&s->a, "filter = %s", id)).status, 400);
    assert_int_equal(search(s, arena_printf(&s->a, "filter in (%s loop)", repeat(s, "loop,", 2000))).status, 400);
    site_close(s);
}

static void hostile_texts_of_history_and_words_are_answered_soon(void **state)
{
    (void)state;
    struct site *s = dc();
    const char *queries[] = {
        arena_printf(&s->a, "summary ~ '%s'", repeat(s, "(", 5000)),
        arena_printf(&s->a, "summary ~ '%s'", repeat(s, "a* OR ", 150)),
        arena_printf(&s->a, "summary ~ '%sx'", repeat(s, "-", 5000)),
        arena_printf(&s->a, "text ~ \"%s\"", repeat(s, "?x*y ", 100)),
        arena_printf(&s->a, "status was Done %s", repeat(s, "BY admin ", 3000)),
        arena_printf(&s->a, "issue in linkedIssues(SA-1%s)", repeat(s, ", blocks", 2000)),
        arena_printf(&s->a, "issue in issuesWithRemoteLinksByGlobalId(a%s)", repeat(s, ",b", 5000)),
        arena_printf(&s->a, "key in (%sSA-1)", repeat(s, "SA-2,", 15000)),
        arena_printf(&s->a, "assignee in (currentUser()%s)", repeat(s, ",membersOf(\'jira-administrators\')", 3000)),
        arena_printf(&s->a, "assignee was in (admin%s)", repeat(s, ",membersOf(\'jira-administrators\')", 3000)),
        arena_printf(&s->a, "created in (1%s)", repeat(s, ",1", 15000)),
        arena_printf(&s->a, "fixVersion in (%s releasedVersions())", repeat(s, "releasedVersions(),", 3000)),
        arena_printf(&s->a, "key = SA-1 %s", repeat(s, "OR status was Done ", 300)),
        arena_printf(&s->a, "key = SA-1 order by %skey", repeat(s, "summary,", 3000)),
    };
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        struct answer a = search(s, queries[i]);
        if (a.status != 200 && a.status != 400)
            fail_msg("%.80s: %d %.300s", queries[i], a.status, a.body);
    }
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tricks_in_a_path_never_reach_jira),
        cmocka_unit_test(a_head_beyond_eight_kilobytes_is_refused_below_jira),
        cmocka_unit_test(bodies_of_the_wrong_kind_are_refused_in_jiras_shape),
        cmocka_unit_test(a_filter_that_names_itself_many_times_ends),
        cmocka_unit_test(hostile_texts_of_history_and_words_are_answered_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
