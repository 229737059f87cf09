/* Who comes in, how, and what a site says to those who do not. */
#include "sandbox/test_client.h"

static const char *header(struct test_site *s, const char *name)
{
    const char *value = http_response_header(&s->response, name);
    return value ? value : "";
}

static json_t *log_in(struct test_site *s, int status, const char *password)
{
    const char *user = s->user;
    s->user = NULL;
    json_t *o = test_json(s, HTTP_POST, status, "/rest/auth/1/session",
                          test_body(s, "{'username':'admin','password':'%s'}", password));
    s->user = user;
    return o;
}

static void cookie_of(struct test_site *s, const json_t *login)
{
    const char *value = json_at_str(json_object_get(login, "session"), "value");
    s->more[0] =
        (struct http_header){"Cookie", arena_printf(&s->arena, "atlassian.xsrf.token=x; JSESSIONID=%s", value)};
}

static void a_session_carries_its_caller_until_it_is_ended(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC8);
    json_t *o = log_in(&s, 200, "admin");
    assert_true(str_starts(header(&s, "Set-Cookie"), "JSESSIONID="));
    assert_int_equal(json_at_int(json_object_get(o, "loginInfo"), "loginCount", 0), 1);
    s.user = NULL;
    cookie_of(&s, o);
    assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/myself"), "name"), "admin");
    assert_int_equal(strlen(header(&s, "X-ASESSIONID")), 6);
    o = test_get(&s, 200, "/rest/auth/latest/session");
    assert_string_equal(json_at_str(o, "name"), "admin");
    assert_string_equal(json_at_str(o, "self"), TEST_URL "/rest/api/latest/user?username=admin");
    test_json(&s, HTTP_DELETE, 204, "/rest/auth/1/session", NULL);
    test_get(&s, 401, "/rest/api/2/myself");
    o = test_get(&s, 401, "/rest/auth/1/session");
    assert_true(str_starts(test_error(o, NULL), "You are not authenticated."));
    test_json(&s, HTTP_DELETE, 401, "/rest/auth/1/session", NULL);
    test_site_close(&s);
}

static void a_session_ends_when_it_is_not_used(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    cookie_of(&s, log_in(&s, 200, "admin"));
    s.user = NULL;
    for (int i = 0; i < 3; i++) {
        clock_sleep(&s.clock.clock, (int64_t)4 * 3600 * 1000);
        test_get(&s, 200, "/rest/api/2/myself");
    }
    clock_sleep(&s.clock.clock, (int64_t)6 * 3600 * 1000);
    test_get(&s, 401, "/rest/api/2/myself");
    test_site_close(&s);
}

static void a_wrong_password_is_told_with_a_page_on_data_center(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_DC10; d++) {
        struct test_site s;
        test_site_open(&s, d);
        s.password = "wrong";
        test_call(&s, HTTP_GET, "/rest/api/2/serverInfo", NULL);
        assert_int_equal(s.response.status, 401);
        assert_string_equal(header(&s, "X-Seraph-LoginReason"), "AUTHENTICATED_FAILED");
        assert_string_equal(header(&s, "X-AUSERNAME"), "anonymous");
        assert_true(str_starts(header(&s, "Content-Type"), "text/html"));
        assert_true(str_starts(header(&s, "WWW-Authenticate"), "OAuth realm="));
        test_site_close(&s);
    }
}

static void after_three_failures_not_even_the_right_password_helps(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC8);
    test_json(&s, HTTP_POST, 201, "/sandbox/users",
              test_body(&s, "{'name':'second','password':'second','admin':true,'displayName':'Second'}"));
    json_t *o = log_in(&s, 401, "wrong");
    assert_string_equal(test_error(o, NULL), "Login failed");
    s.password = "wrong";
    for (int i = 0; i < 2; i++)
        test_call(&s, HTTP_GET, "/rest/api/2/myself", NULL);
    s.password = "admin";
    test_call(&s, HTTP_GET, "/rest/api/2/myself", NULL);
    assert_int_equal(s.response.status, 403);
    assert_string_equal(header(&s, "X-Seraph-LoginReason"), "AUTHENTICATION_DENIED");
    assert_string_equal(header(&s, "X-Authentication-Denied-Reason"),
                        "CAPTCHA_CHALLENGE; login-url=" TEST_URL "/login.jsp");
    o = log_in(&s, 403, "admin");
    assert_string_equal(test_error(o, NULL), "Login denied");
    assert_string_equal(header(&s, "X-Authentication-Denied-Reason"),
                        "CAPTCHA_CHALLENGE; login-url=" TEST_URL "/login.jsp");

    s.user = s.password = "second";
    test_call(&s, HTTP_POST, "/secure/admin/user/ResetFailedLoginCount.jspa?name=admin", NULL);
    assert_int_equal(s.response.status, 302);
    s.user = s.password = "admin";
    test_get(&s, 200, "/rest/api/2/myself");
    o = log_in(&s, 200, "admin");
    assert_int_equal(json_at_int(json_object_get(o, "loginInfo"), "failedLoginCount", 0), 5);
    test_site_close(&s);
}

static void a_site_may_do_without_the_riddle(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_json(&s, HTTP_POST, 204, "/sandbox/settings", "{\"captcha_after\":0}");
    s.password = "wrong";
    for (int i = 0; i < 5; i++)
        test_call(&s, HTTP_GET, "/rest/api/2/myself", NULL);
    s.password = "admin";
    test_get(&s, 200, "/rest/api/2/myself");
    test_site_close(&s);
}

static void a_right_password_makes_earlier_failures_forgotten(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    for (int i = 0; i < 6; i++) {
        s.password = i % 3 == 2 ? "admin" : "wrong";
        test_call(&s, HTTP_GET, "/rest/api/2/myself", NULL);
        assert_int_equal(s.response.status, i % 3 == 2 ? 200 : 401);
    }
    test_site_close(&s);
}

static void data_center_11_lets_in_by_token_alone(void **state)
{
    (void)state;
    struct test_site s;
    struct err e = ERR_INIT;
    char *token = NULL;
    test_site_open(&s, SANDBOX_DC11);
    json_t *o = test_get(&s, 403, "/rest/api/2/myself");
    assert_string_equal(json_at_str(o, "message"), "Basic Authentication has been disabled on this instance.");
    log_in(&s, 403, "admin");
    assert_true(sandbox_first_token(s.sandbox, &s.arena, &token, &e));
    assert_int_equal(strlen(token), 44);
    s.bearer = token;
    assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/myself"), "name"), "admin");
    assert_true(str_starts(json_at_str(test_get(&s, 200, "/rest/api/2/serverInfo"), "version"), "11."));

    o = test_json(&s, HTTP_POST, 201, "/rest/pat/latest/tokens", "{\"name\":\"second\"}");
    assert_null(json_object_get(o, "expiringAt"));
    o = test_get(&s, 200, "/rest/pat/latest/tokens");
    assert_int_equal(json_array_size(o), 2);
    assert_non_null(json_at_str(json_array_get(o, 0), "lastAccessedAt"));
    assert_null(json_at_str(json_array_get(o, 1), "lastAccessedAt"));
    assert_null(json_at_str(json_array_get(o, 0), "rawToken"));
    test_json(
        &s, HTTP_DELETE, 204,
        arena_printf(&s.arena, "/rest/pat/latest/tokens/%lld", (long long)json_at_int(json_array_get(o, 0), "id", 0)),
        NULL);
    test_get(&s, 401, "/rest/api/2/myself");
    test_site_close(&s);

    test_site_open(&s, SANDBOX_DC10);
    assert_true(sandbox_first_token(s.sandbox, &s.arena, &token, &e));
    assert_null(token);
    test_site_close(&s);
}

static void a_token_is_refused_that_is_nameless_or_lasts_for_ever_and_more(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_json(&s, HTTP_POST, 400, "/rest/pat/latest/tokens", "{\"name\":\"\"}");
    test_json(&s, HTTP_POST, 400, "/rest/pat/latest/tokens", "{\"name\":\"x\",\"expirationDuration\":-1}");
    test_json(&s, HTTP_POST, 400, "/rest/pat/latest/tokens", "{\"name\":\"x\",\"expirationDuration\":999999999999}");
    test_json(&s, HTTP_DELETE, 404, "/rest/pat/latest/tokens/nothing", NULL);
    test_site_close(&s);
    test_site_open(&s, SANDBOX_DC8);
    test_get(&s, 404, "/rest/pat/latest/tokens");
    test_site_close(&s);
}

static void a_browser_on_a_foreign_page_writes_nothing(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *body = test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'x'}}");
        s.more[0] = (struct http_header){"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101"};
        test_call(&s, HTTP_POST, "/rest/api/2/issue", body);
        assert_int_equal(s.response.status, 403);
        assert_string_equal(s.response.body, "XSRF check failed");
        s.more[1] = (struct http_header){"Origin", "https://evil.example.org"};
        test_call(&s, HTTP_POST, "/rest/api/2/issue", body);
        assert_int_equal(s.response.status, 403);
        test_get(&s, 200, "/rest/api/2/myself");
        s.more[1] = (struct http_header){"Origin", TEST_URL};
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", body);
        s.more[1] = (struct http_header){"Referer", TEST_URL "/browse/SA-1"};
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", body);
        s.more[1] = (struct http_header){"X-Atlassian-Token", "no-check"};
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue", body);
    }
}

static void an_unknown_route_is_told_in_the_form_that_was_asked_for(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    struct http_request r = {.method = HTTP_GET, .target = "/rest/api/2/nothing?a&b"};
    sandbox_handle(s.sandbox, &r, &a, &s.response);
    assert_int_equal(s.response.status, 404);
    assert_true(str_starts(header(&s, "Content-Type"), "application/xml"));
    assert_non_null(strstr(s.response.body, "<status-code>404</status-code>"));
    assert_string_equal(json_at_str(test_get(&s, 404, "/rest/api/2/nothing"), "message"), "HTTP 404 Not Found");
    test_site_close(&s);
    test_site_open(&s, SANDBOX_DC8);
    sandbox_handle(s.sandbox, &r, &a, &s.response);
    assert_non_null(strstr(s.response.body, "null for uri: " TEST_URL "/rest/api/2/nothing?a&amp;b"));
    test_site_close(&s);
    arena_release(&a);
}

static void a_site_is_asked_for_its_health(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC8);
    assert_null(json_object_get(test_get(&s, 200, "/rest/api/2/serverInfo"), "healthChecks"));
    json_t *list = json_object_get(test_get(&s, 200, "/rest/api/2/serverInfo?doHealthCheck=true"), "healthChecks");
    assert_true(json_array_size(list) > 0);
    assert_true(json_is_true(json_object_get(json_array_get(list, 0), "passed")));
    s.user = NULL;
    assert_string_equal(json_at_str(test_get(&s, 200, "/status"), "state"), "RUNNING");
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_carries_its_caller_until_it_is_ended),
        cmocka_unit_test(a_session_ends_when_it_is_not_used),
        cmocka_unit_test(a_wrong_password_is_told_with_a_page_on_data_center),
        cmocka_unit_test(after_three_failures_not_even_the_right_password_helps),
        cmocka_unit_test(a_site_may_do_without_the_riddle),
        cmocka_unit_test(a_right_password_makes_earlier_failures_forgotten),
        cmocka_unit_test(data_center_11_lets_in_by_token_alone),
        cmocka_unit_test(a_token_is_refused_that_is_nameless_or_lasts_for_ever_and_more),
        cmocka_unit_test(a_browser_on_a_foreign_page_writes_nothing),
        cmocka_unit_test(an_unknown_route_is_told_in_the_form_that_was_asked_for),
        cmocka_unit_test(a_site_is_asked_for_its_health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
