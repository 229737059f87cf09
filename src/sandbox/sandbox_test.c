/* What a client of a fresh site meets first, on every dialect. */
#include "sandbox/test_client.h"

static void a_site_says_who_it_is_to_anybody(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct test_site s;
        test_site_open(&s, d);
        s.user = NULL;
        json_t *info = test_get(&s, 200, "/rest/api/2/serverInfo");
        assert_string_equal(json_at_str(info, "deploymentType"), d == SANDBOX_CLOUD ? "Cloud" : "Server");
        assert_string_equal(json_at_str(info, "baseUrl"), TEST_URL);
        assert_non_null(strstr(json_at_str(info, "serverTime"), "+0100"));
        test_site_close(&s);
    }
}

static void without_credentials_most_is_refused(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct test_site s;
        test_site_open(&s, d);
        test_project(&s, "SA");
        s.user = NULL;
        json_t *e = test_get(&s, 401, "/rest/api/2/myself");
        assert_string_equal(json_at_str(e, "message"), "Client must be authenticated to access this resource.");
        json_t *list = test_get(&s, 200, d == SANDBOX_CLOUD ? "/rest/api/3/project/search" : "/rest/api/2/project");
        assert_int_equal(json_at_int(list, "total", (int64_t)json_array_size(list)), 0);
        test_site_close(&s);
    }
}

static void dead_credentials_are_told_by_a_header_alone(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct test_site s;
        test_site_open(&s, d);
        s.bearer = "dead";
        test_get(&s, 200, d == SANDBOX_CLOUD ? "/rest/api/3/project/search" : "/rest/api/2/project");
        assert_string_equal(http_response_header(&s.response, "X-Seraph-LoginReason"), "AUTHENTICATED_FAILED");
        if (d != SANDBOX_CLOUD)
            assert_string_equal(http_response_header(&s.response, "X-AUSERNAME"), "anonymous");
        test_call(&s, HTTP_GET, "/rest/api/2/myself", NULL);
        assert_int_equal(s.response.status, 401);
        test_site_close(&s);
    }
}

static void each_dialect_names_people_its_own_way(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    json_t *me = test_get(&s, 200, "/rest/api/2/myself");
    assert_string_equal(json_at_str(me, "name"), "admin");
    assert_true(str_starts(json_at_str(me, "key"), "JIRAUSER"));
    assert_null(json_object_get(me, "accountId"));
    assert_string_equal(http_response_header(&s.response, "X-AUSERNAME"), "admin");
    test_site_close(&s);

    test_site_open(&s, SANDBOX_CLOUD);
    me = test_get(&s, 200, "/rest/api/3/myself");
    assert_true(str_starts(json_at_str(me, "accountId"), "712020:"));
    assert_null(json_object_get(me, "name"));
    assert_null(json_object_get(me, "key"));
    assert_non_null(strstr(json_at_str(me, "self"), "user?accountId=712020%3A"));
    assert_string_equal(http_response_header(&s.response, "X-AAccountId"),
                        str_percent_encode(&s.arena, json_at_str(me, "accountId")));
    test_site_close(&s);
}

static void what_is_not_there_is_said_in_the_layers_own_shape(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC8);
    json_t *e = test_get(&s, 404, "/rest/api/2/nothing");
    assert_true(str_starts(json_at_str(e, "message"), "null for uri: "));
    assert_int_equal(json_at_int(e, "status-code", 0), 404);
    test_get(&s, 404, "/rest/api/3/serverInfo");
    test_call(&s, HTTP_DELETE, "/rest/api/2/serverInfo", NULL);
    assert_int_equal(s.response.status, 405);
    test_get(&s, 200, "/rest/api/latest/serverInfo/");
    test_get(&s, 404, "/rest/api/2/issue/SA-1");
    test_site_close(&s);

    test_site_open(&s, SANDBOX_CLOUD);
    test_get(&s, 404, "/rest/api/3/serverInfo/");
    e = test_get(&s, 404, "/rest/api/3/issue/SA-1");
    assert_string_equal(json_string_value(json_array_get(json_at(e, "errorMessages"), 0)),
                        "Issue does not exist or you do not have permission to see it.");
    test_site_close(&s);
}

static void a_body_must_be_json_and_say_so(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct test_site s;
        test_site_open(&s, d);
        static const char *const BROKEN[] = {"{", "{\"fields\":}", "[1,2", "\"text\"", "[]", "nul"};
        for (size_t i = 0; i < ARRAY_LEN(BROKEN); i++) {
            test_call(&s, HTTP_POST, "/rest/api/2/issue", BROKEN[i]);
            assert_int_equal(s.response.status, 400);
        }
        s.content_type = "text/plain";
        test_call(&s, HTTP_POST, "/rest/api/2/issue", "{}");
        assert_int_equal(s.response.status, 415);
        test_site_close(&s);
    }
}

static void a_token_serves_instead_of_a_password(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    json_t *t =
        test_json(&s, HTTP_POST, 201, "/rest/pat/latest/tokens", "{\"name\":\"sync\",\"expirationDuration\":90}");
    s.bearer = arena_strdup(&s.arena, json_at_str(t, "rawToken"));
    json_t *me = test_get(&s, 200, "/rest/api/2/myself");
    assert_string_equal(json_at_str(me, "name"), "admin");
    clock_sleep(&s.clock.clock, (int64_t)91 * 86400000);
    test_get(&s, 401, "/rest/api/2/myself");
    test_site_close(&s);
}

static void two_sites_share_no_ids(void **state)
{
    (void)state;
    struct test_site a, b;
    test_site_open_seeded(&a, SANDBOX_DC8, 1);
    test_site_open_seeded(&b, SANDBOX_CLOUD, 1);
    static const char *const PATHS[] = {"/rest/api/2/status", "/rest/api/2/issuetype", "/rest/api/2/priority"};
    for (size_t p = 0; p < ARRAY_LEN(PATHS); p++) {
        json_t *x = test_get(&a, 200, "%s", PATHS[p]), *y = test_get(&b, 200, "%s", PATHS[p]);
        for (size_t i = 0; i < json_array_size(x); i++)
            for (size_t j = 0; j < json_array_size(y); j++)
                assert_string_not_equal(json_at_str(json_array_get(x, i), "id"),
                                        json_at_str(json_array_get(y, j), "id"));
    }
    test_project(&a, "SA");
    test_project(&b, "SA");
    assert_string_not_equal(test_issue(&a, "SA", "Task", "one"), test_issue(&b, "SA", "Task", "one"));
    test_site_close(&a);
    test_site_close(&b);
}

static void a_snapshot_brings_back_everything_counters_too(void **state)
{
    (void)state;
    struct test_site s;
    struct err e = ERR_INIT;
    void *bytes;
    size_t length;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "before");
    assert_true(sandbox_snapshot(s.sandbox, &bytes, &length, &e));
    int64_t now = s.clock.now;
    char *first = test_issue(&s, "SA", "Task", "after");
    assert_true(sandbox_restore(s.sandbox, bytes, length, &e));
    test_get(&s, 404, "/rest/api/2/issue/%s", first);
    s.clock.now = now;
    assert_string_equal(test_issue(&s, "SA", "Task", "after"), first);
    free(bytes);
    test_site_close(&s);
}

static void a_file_keeps_its_site_and_its_dialect(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char path[] = "/tmp/tandem-sandbox-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    struct sandbox_settings settings = {
        .dialect = SANDBOX_DC8, .data = path, .base_url = TEST_URL, .clock = clock_system(), .seed = 3};
    struct sandbox *sb = sandbox_open(&settings, &e);
    assert_non_null(sb);
    sandbox_close(sb);
    sb = sandbox_open(&settings, &e);
    assert_non_null(sb);
    sandbox_close(sb);
    settings.dialect = SANDBOX_CLOUD;
    assert_null(sandbox_open(&settings, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "dc8"));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_says_who_it_is_to_anybody),
        cmocka_unit_test(without_credentials_most_is_refused),
        cmocka_unit_test(dead_credentials_are_told_by_a_header_alone),
        cmocka_unit_test(each_dialect_names_people_its_own_way),
        cmocka_unit_test(what_is_not_there_is_said_in_the_layers_own_shape),
        cmocka_unit_test(a_body_must_be_json_and_say_so),
        cmocka_unit_test(a_token_serves_instead_of_a_password),
        cmocka_unit_test(two_sites_share_no_ids),
        cmocka_unit_test(a_snapshot_brings_back_everything_counters_too),
        cmocka_unit_test(a_file_keeps_its_site_and_its_dialect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
