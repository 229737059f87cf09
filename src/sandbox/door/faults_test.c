#include "http/transport.h"
#include "sandbox/test_rows.h"

static struct site *site(enum sandbox_dialect dialect)
{
    struct site *s = site_open(dialect, 7);
    site_project(s, "SA");
    site_issue(s, "The first", TEST_NOW - 1000);
    return s;
}

static void script(struct site *s, struct sandbox_fault f)
{
    MUST(s, sandbox_fault_add(s->sb, &f, &s->e));
}

static struct answer comment(struct site *s)
{
    return ask(s, HTTP_POST, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"said once\"}");
}

static int64_t comments(struct site *s)
{
    return site_int(s, "SELECT count(*) FROM comment");
}

static void a_dropped_request_leaves_nothing_and_no_reply(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){
                  .kind = SANDBOX_FAULT_DROP_BEFORE, .method = "POST", .path = "/rest/api/2/issue/SA-1/"});
    assert_int_equal(comment(s).status, 0);
    assert_int_equal(comments(s), 0);
    assert_int_equal(comment(s).status, 201);
    site_close(s);
}

static void a_dropped_reply_leaves_what_was_done(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_DROP_AFTER, .method = "POST", .path = "*/comment"});
    assert_int_equal(comment(s).status, 0);
    assert_int_equal(comments(s), 1);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_500_AFTER, .method = "POST"});
    assert_int_equal(comment(s).status, 500);
    assert_int_equal(comments(s), 2);
    site_close(s);
}

static void a_duplicated_request_is_done_twice(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_DUPLICATE});
    assert_int_equal(comment(s).status, 201);
    assert_int_equal(comments(s), 2);
    site_close(s);
}

static void skips_and_counts_are_kept_per_route(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){
                  .kind = SANDBOX_FAULT_500_BEFORE, .path = "/rest/api/2/issue", .skip = 1, .count = 2});
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/myself", NULL).status, 200);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1", NULL).status, 200);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1", NULL).status, 500);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1?fields=key", NULL).status, 500);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1", NULL).status, 200);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_503, .count = -1, .retry_after_s = 7});
    for (int i = 0; i < 5; i++) {
        struct answer a = ask(s, HTTP_GET, "/rest/api/2/myself", NULL);
        assert_int_equal(a.status, 503);
        assert_string_equal(http_response_header(&a.response, "Retry-After"), "7");
    }
    site_close(s);
}

static void too_many_requests_say_why_and_how_long(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_CLOUD);
    script(s,
           (struct sandbox_fault){.kind = SANDBOX_FAULT_RATE, .reason = "jira-per-issue-on-write", .retry_after_s = 3});
    struct answer a = comment(s);
    assert_int_equal(a.status, 429);
    assert_string_equal(http_response_header(&a.response, "RateLimit-Reason"), "jira-per-issue-on-write");
    assert_string_equal(http_response_header(&a.response, "Retry-After"), "3");
    assert_string_equal(http_response_header(&a.response, "X-RateLimit-Reset"), "2026-11-22T16:04:08Z");
    assert_int_equal(comments(s), 0);
    site_close(s);
    s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_RATE});
    a = comment(s);
    assert_int_equal(a.status, 429);
    assert_null(http_response_header(&a.response, "RateLimit-Reason"));
    assert_string_equal(http_response_header(&a.response, "X-RateLimit-Interval-Seconds"), "1");
    site_close(s);
}

static void strange_answers_are_strange(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_HTML});
    struct answer a = ask(s, HTTP_GET, "/rest/api/2/myself", NULL);
    assert_int_equal(a.status, 200);
    assert_null(a.json);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_TRUNCATE});
    a = ask(s, HTTP_GET, "/rest/api/2/myself", NULL);
    assert_int_equal(a.status, 200);
    assert_null(a.json);
    assert_true(a.response.body_length > 10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_ANONYMOUS});
    a = ask(s, HTTP_POST, "/rest/api/2/search", "{\"jql\":\"\"}");
    assert_int_equal(a.status, 200);
    assert_int_equal(json_at_int(a.json, "total", -1), 0);
    assert_string_equal(http_response_header(&a.response, "X-AUSERNAME"), "anonymous");
    site_close(s);
}

static void a_reset_comes_in_the_middle_of_what_was_done(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    struct err e = ERR_INIT;
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_RESET, .method = "POST"});
    struct answer a = comment(s);
    assert_int_equal(a.status, 201);
    assert_null(a.json);
    assert_true(a.response.told_length > a.response.body_length);
    assert_int_equal(comments(s), 1);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_RESET, .method = "PUT"});
    a = ask(s, HTTP_PUT, "/rest/api/2/issue/SA-1", "{\"fields\":{\"summary\":\"x\"}}"); /* its reply has no body */
    assert_int_equal(a.status, 0);
    struct transport *t = transport_local_new(sandbox_handle, s->sb);
    struct http_response response;
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_RESET});
    struct http_request request = {.method = HTTP_GET, .target = "/rest/api/2/serverInfo"};
    assert_false(transport_perform(t, &request, &s->a, &response, &e));
    assert_int_equal(e.kind, ERR_UNCERTAIN);
    transport_free(t);
    site_close(s);
}

static void a_delay_passes_on_the_clock_of_the_sandbox(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_DELAY, .ms = 60000});
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/myself", NULL).status, 200);
    assert_int_equal(s->clock.now, TEST_NOW + 60000);
    site_close(s);
}

static void a_vanished_project_is_neither_found_nor_read(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_VANISH, .project = "SA", .count = 3});
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1", NULL).status, 404);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/project/SA", NULL).status, 404);
    struct answer a = ask(s, HTTP_POST, "/rest/api/2/search", "{\"jql\":\"\"}");
    assert_int_equal(json_at_int(a.json, "total", -1), 0);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-1", NULL).status, 200);
    site_close(s);
}

static void faults_come_over_http_for_administrators_only(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    const char *two =
        "{\"faults\":[{\"kind\":\"drop-after\",\"method\":\"POST\",\"path\":\"/rest/api/2/issue\",\"count\":2},"
        "{\"kind\":\"index-lag\",\"ms\":5000}]}";
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/faults", two).status, 204);
    struct answer a = ask(s, HTTP_GET, "/sandbox/faults", NULL);
    assert_int_equal(json_at_count(a.json, "faults"), 2);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/faults", "{\"kind\":\"bad luck\"}").status, 400);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/faults", "{\"kind\":\"vanish\"}").status, 400);
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/faults", "{\"kind\":\"429\",\"reason\":\"moon\"}").status, 400);
    assert_int_equal(comment(s).status, 0);
    assert_int_equal(ask(s, HTTP_DELETE, "/sandbox/faults", NULL).status, 204);
    assert_int_equal(comment(s).status, 201);
    int64_t id;
    struct account_new kim = {.name = "kim", .email = "kim@example.com", .display_name = "Kim", .password = "kim"};
    MUST(s, account_create(s->sb, &kim, &id, &s->e));
    s->user = "kim:kim";
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/faults", two).status, 403);
    site_close(s);
}

static void a_snapshot_remembers_what_was_still_to_go_wrong(void **state)
{
    (void)state;
    struct site *s = site(SANDBOX_DC10);
    void *bytes = NULL;
    size_t length = 0;
    script(s, (struct sandbox_fault){.kind = SANDBOX_FAULT_DROP_AFTER});
    MUST(s, sandbox_snapshot(s->sb, &bytes, &length, &s->e));
    assert_int_equal(comment(s).status, 0);
    assert_int_equal(comment(s).status, 201);
    MUST(s, sandbox_restore(s->sb, bytes, length, &s->e));
    assert_int_equal(comments(s), 0);
    assert_int_equal(comment(s).status, 0);
    assert_int_equal(comments(s), 1);
    free(bytes);
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dropped_request_leaves_nothing_and_no_reply),
        cmocka_unit_test(a_dropped_reply_leaves_what_was_done),
        cmocka_unit_test(a_duplicated_request_is_done_twice),
        cmocka_unit_test(skips_and_counts_are_kept_per_route),
        cmocka_unit_test(too_many_requests_say_why_and_how_long),
        cmocka_unit_test(strange_answers_are_strange),
        cmocka_unit_test(a_reset_comes_in_the_middle_of_what_was_done),
        cmocka_unit_test(a_delay_passes_on_the_clock_of_the_sandbox),
        cmocka_unit_test(a_vanished_project_is_neither_found_nor_read),
        cmocka_unit_test(faults_come_over_http_for_administrators_only),
        cmocka_unit_test(a_snapshot_remembers_what_was_still_to_go_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
