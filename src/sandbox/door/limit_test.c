#include "sandbox/door/limit.h"
#include "sandbox/jql/test_search.h"

static struct answer get(struct site *s)
{
    return ask(s, HTTP_GET, "/rest/api/2/issue/SA-1?fields=key", NULL);
}

static int64_t header(const struct answer *a, const char *name)
{
    int64_t n = -1;
    const char *text = http_response_header(&a->response, name);
    return text && str_to_int(text, &n) ? n : -1;
}

static void settings(struct site *s, const char *body)
{
    assert_int_equal(ask(s, HTTP_POST, "/sandbox/settings", body).status, 204);
}

static struct site *cloud(void)
{
    struct site *s = site_open(SANDBOX_CLOUD, 2);
    site_project(s, "SA");
    site_issue(s, "one", TEST_NOW - HOUR);
    site_issue(s, "two", TEST_NOW - HOUR);
    return s;
}

static void nothing_is_limited_until_it_is_asked_for(void **state)
{
    (void)state;
    struct site *s = dc();
    for (int i = 0; i < 100; i++)
        assert_int_equal(get(s).status, 200);
    struct answer a = get(s);
    assert_null(http_response_header(&a.response, "X-RateLimit-Limit"));
    site_close(s);
}

static void data_center_gives_every_user_a_bucket(void **state)
{
    (void)state;
    struct site *s = dc();
    person(s, "ada", NULL);
    settings(s, "{\"rate_limits\":1}");
    for (int i = 1; i <= 70; i++) {
        struct answer a = get(s);
        assert_int_equal(a.status, 200);
        assert_int_equal(header(&a, "X-RateLimit-Limit"), 70);
        assert_int_equal(header(&a, "X-RateLimit-Remaining"), 70 - i);
        assert_int_equal(header(&a, "X-RateLimit-FillRate"), 5);
        assert_int_equal(header(&a, "X-RateLimit-Interval-Seconds"), 1);
        assert_int_equal(header(&a, "Retry-After"), 0);
    }
    struct answer a = get(s);
    assert_int_equal(a.status, 429);
    assert_int_equal(header(&a, "Retry-After"), 1);
    assert_int_equal(header(&a, "X-RateLimit-Remaining"), 0);
    assert_string_equal(a.body, "{\"message\":\"Rate limit exceeded.\"}");
    assert_int_equal(ask(s, HTTP_GET, "/status", NULL).status, 200); /* a load balancer is not limited */
    s->clock.now += 1000;
    for (int i = 0; i < 5; i++)
        assert_int_equal(get(s).status, 200);
    assert_int_equal(get(s).status, 429);
    s->user = "ada:ada";
    assert_int_equal(get(s).status, 200);
    s->user = NULL;
    for (int i = 0; i < 80; i++)
        assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/serverInfo", NULL).status, 200);
    s->clock.now += HOUR;
    s->user = "admin:admin";
    a = get(s);
    assert_int_equal(header(&a, "X-RateLimit-Remaining"), 69); /* never more than the bucket holds */
    site_close(s);
}

static void a_blocked_user_waits_for_ever(void **state)
{
    (void)state;
    struct site *s = dc();
    settings(s, "{\"rate_limits\":1,\"rate_max\":0}");
    struct answer a = get(s);
    assert_int_equal(a.status, 429);
    assert_int_equal(header(&a, "X-RateLimit-Limit"), 0);
    assert_string_equal(http_response_header(&a.response, "Retry-After"), "9223372036854775807");
    settings(s, "{\"rate_max\":10,\"rate_fill\":2,\"rate_interval_s\":60}");
    for (int i = 0; i < 10; i++)
        assert_int_equal(get(s).status, 200);
    a = get(s);
    assert_int_equal(a.status, 429);
    assert_in_range(header(&a, "Retry-After"), 1, 60);
    site_close(s);
}

static void cloud_limits_bursts_by_endpoint_and_method(void **state)
{
    (void)state;
    struct site *s = cloud();
    settings(s, "{\"rate_limits\":1,\"rate_burst\":3}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(get(s).status, 200);
    struct answer a = ask(s, HTTP_GET, "/rest/api/3/issue/SA-2", NULL); /* another issue, the same endpoint */
    assert_int_equal(a.status, 429);
    assert_string_equal(http_response_header(&a.response, "RateLimit-Reason"), "jira-burst-based");
    assert_int_equal(header(&a, "Retry-After"), 1);
    assert_int_equal(header(&a, "X-RateLimit-Remaining"), 0);
    assert_non_null(http_response_header(&a.response, "X-RateLimit-Reset"));
    a = ask(s, HTTP_GET, "/rest/api/3/myself", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(http_response_header(&a.response, "RateLimit-Policy"), "\"jira-burst-based\";q=3;w=1");
    assert_string_equal(http_response_header(&a.response, "RateLimit"), "\"jira-burst-based\";r=2;t=1");
    s->clock.now += 1000;
    assert_int_equal(get(s).status, 200);
    settings(s, "{\"rate_burst\":0}");
    a = get(s);
    assert_string_equal(http_response_header(&a.response, "RateLimit-Policy"), "\"jira-burst-based\";q=150;w=1");
    site_close(s);
}

static void cloud_limits_writes_to_one_issue(void **state)
{
    (void)state;
    struct site *s = cloud();
    settings(s, "{\"rate_limits\":1}");
    for (int i = 0; i < 20; i++)
        assert_int_equal(ask(s, HTTP_PUT, i % 2 ? "/rest/api/2/issue/SA-1" : "/rest/api/2/issue/SA-1/properties/p",
                             "{\"fields\":{\"summary\":\"x\"}}")
                                 .status < 300,
                         1);
    struct answer a = ask(s, HTTP_POST, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"x\"}");
    assert_int_equal(a.status, 429);
    assert_string_equal(http_response_header(&a.response, "RateLimit-Reason"), "jira-per-issue-on-write");
    assert_int_equal(site_int(s, "SELECT count(*) FROM comment"), 0);
    assert_int_equal(get(s).status, 200);
    assert_int_equal(ask(s, HTTP_POST, "/rest/api/2/issue/SA-2/comment", "{\"body\":\"x\"}").status, 201);
    for (int burst = 0; burst < 4; burst++) {
        s->clock.now += 2000;
        for (int i = 0; i < 20; i++)
            assert_int_equal(ask(s, HTTP_POST, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"x\"}").status, 201);
    }
    s->clock.now += 2000;
    a = ask(s, HTTP_POST, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"x\"}"); /* 100 in 30 s are over */
    assert_int_equal(a.status, 429);
    assert_in_range(header(&a, "Retry-After"), 3, 30);
    site_close(s);
}

static void apps_pay_points_for_what_they_get(void **state)
{
    (void)state;
    struct site *s = cloud();
    struct ctx c = {.sb = s->sb, .db = s->sb->db, .d = s->sb->d, .a = &s->a, .now = TEST_NOW, .err = ERR_INIT};
    struct http_request request = {0};
    struct answer a = {0};
    static const struct route search = {HTTP_POST, "search/jql", NULL, ON_CLOUD, ROUTE_READ},
                              users = {HTTP_GET, "user/search", NULL, ON_CLOUD, 0};
    settings(s, "{\"rate_limits\":1,\"rate_quota\":50}");
    c.request = &request;
    c.response = &a.response;
    c.caller = s->admin;
    c.is_app = true;
    assert_true(limit_take(&c, &search));
    assert_int_equal(header(&a, "X-RateLimit-Remaining"), 49);
    assert_null(http_response_header(&a.response, "X-RateLimit-NearLimit"));
    a.response.status = 200;
    a.response.body = "{\"issues\":[{},{},{},{}],\"isLast\":true}";
    a.response.body_length = strlen(a.response.body);
    assert_true(limit_charge(&c, &search)); /* one and one for each issue */
    assert_int_equal(site_int(s, "SELECT tokens FROM rate_bucket WHERE name LIKE 'quota%'"), 45);
    a.response.body = "[{},{},{}]";
    a.response.body_length = strlen(a.response.body);
    assert_true(limit_charge(&c, &users)); /* people cost two each */
    assert_int_equal(site_int(s, "SELECT tokens FROM rate_bucket WHERE name LIKE 'quota%'"), 39);
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE rate_bucket SET tokens = 1 WHERE name LIKE 'quota%'", ""));
    a.response = (struct http_response){0};
    assert_true(limit_take(&c, &search));
    assert_string_equal(http_response_header(&a.response, "X-RateLimit-NearLimit"), "true");
    assert_false(limit_take(&c, &search));
    assert_int_equal(a.response.status, 429);
    assert_string_equal(http_response_header(&a.response, "RateLimit-Reason"), "jira-quota-global-based");
    assert_string_equal(http_response_header(&a.response, "X-RateLimit-Reset"),
                        "2026-11-22T17:00:00Z"); /* the full hour */
    c.now += HOUR;
    assert_true(limit_take(&c, &search));
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_limited_until_it_is_asked_for),
        cmocka_unit_test(data_center_gives_every_user_a_bucket),
        cmocka_unit_test(a_blocked_user_waits_for_ever),
        cmocka_unit_test(cloud_limits_bursts_by_endpoint_and_method),
        cmocka_unit_test(cloud_limits_writes_to_one_issue),
        cmocka_unit_test(apps_pay_points_for_what_they_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
