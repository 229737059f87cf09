/* Files, worklogs, estimates and votes on their way to another site. */
#include "base/clock.h"
#include "sandbox/test_client.h"

static void put_file(struct test_site *s, const char *key, const char *filename, const char *content)
{
    char *plain = arena_printf(&s->arena, "%s:%s", s->user, s->password);
    char *body = arena_printf(
        &s->arena, "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n%s\r\n--xx--",
        filename, content);
    struct http_header headers[] = {
        {"Authorization", arena_printf(&s->arena, "Basic %s", str_base64(&s->arena, plain, strlen(plain)))},
        {"Content-Type", "multipart/form-data; boundary=xx"},
        {"X-Atlassian-Token", "no-check"},
    };
    struct http_request r = {.method = HTTP_POST,
                             .target = arena_printf(&s->arena, "/rest/api/2/issue/%s/attachments", key),
                             .headers = headers,
                             .header_count = 3,
                             .body = body,
                             .body_length = strlen(body)};
    sandbox_handle(s->sandbox, &r, &s->arena, &s->response);
    assert_int_equal(s->response.status, 200);
}

static void fill(struct test_site *s)
{
    test_project(s, "SA");
    test_issue(s, "SA", "Task", "one");
    put_file(s, "SA-1", "shot.png", "old");
    put_file(s, "SA-1", "shot.png", "new");
    test_json(s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1",
              test_body(s, "{'fields':{'description':'see !shot.png!','timetracking':{'originalEstimate':'1d'}}}"));
    test_json(s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/worklog",
              test_body(s, "{'timeSpent':'2h','started':'2026-11-20T09:00:00.000+0000','comment':'*did* it'}"));
    if (s->is_cloud)
        test_json(s, HTTP_POST, 204, "/rest/api/2/issue/SA-1/votes", NULL);
}

static void check(struct test_site *from, struct test_site *to)
{
    json_t *was = test_get(from, 200, "/rest/api/2/issue/SA-1?fields=*all&expand=changelog");
    json_t *is = test_get(to, 200, "/rest/api/2/issue/SA-1?fields=*all&expand=changelog");
    assert_int_equal(json_at_count(is, "fields.attachment"), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *a = json_array_get(json_at(was, "fields.attachment"), i);
        const json_t *b = json_array_get(json_at(is, "fields.attachment"), i);
        assert_string_equal(json_at_str(a, "filename"), json_at_str(b, "filename"));
        assert_string_equal(json_at_str(a, "created"), json_at_str(b, "created"));
        assert_string_equal(json_at_str(b, "author.displayName"), "Administrator");
        assert_string_not_equal(json_at_str(a, "id"), json_at_str(b, "id"));
        test_call(to, HTTP_GET,
                  arena_printf(&to->arena, "%s%s", json_at_str(b, "content") + strlen(TEST_URL),
                               to->is_cloud ? "?redirect=false" : ""),
                  NULL);
        assert_string_equal(to->response.body, i ? "new" : "old");
    }
    const json_t *a = json_array_get(json_at(was, "fields.worklog.worklogs"), 0);
    const json_t *b = json_array_get(json_at(is, "fields.worklog.worklogs"), 0);
    assert_string_equal(json_at_str(a, "started"), json_at_str(b, "started"));
    assert_string_equal(json_at_str(a, "comment"), json_at_str(b, "comment"));
    assert_string_equal(json_at_str(b, "timeSpent"), "2h");
    assert_string_not_equal(json_at_str(a, "id"), json_at_str(b, "id"));
    assert_true(json_equal(json_at(was, "fields.timetracking"), json_at(is, "fields.timetracking")));
    assert_int_equal(json_at_int(is, "fields.votes.votes", 9), json_at_int(was, "fields.votes.votes", 9));

    /* the history names the new numbers */
    char *log = json_print(&to->arena, json_object_get(is, "changelog"));
    assert_non_null(strstr(log, arena_printf(&to->arena, "\"to\":\"%s\"", json_at_str(b, "id"))));
    const json_t *file = json_array_get(json_at(is, "fields.attachment"), 1);
    assert_non_null(strstr(log, arena_printf(&to->arena, "\"to\":\"%s\"", json_at_str(file, "id"))));
    assert_non_null(strstr(json_at_str(is, "fields.description"), "!shot.png"));
}

static void what_hangs_on_an_issue_moves_with_it(void **state)
{
    (void)state;
    static const enum sandbox_dialect WAYS[][2] = {{SANDBOX_DC8, SANDBOX_CLOUD},
                                                   {SANDBOX_CLOUD, SANDBOX_CLOUD},
                                                   {SANDBOX_CLOUD, SANDBOX_DC10},
                                                   {SANDBOX_DC8, SANDBOX_DC10}};
    for (size_t i = 0; i < ARRAY_LEN(WAYS); i++) {
        struct test_site from, to;
        struct err e = ERR_INIT;
        struct sandbox_moved moved;
        struct sandbox_move move = {.project = "SA"};
        test_site_open_seeded(&from, WAYS[i][0], 3);
        test_site_open_seeded(&to, WAYS[i][1], 4);
        fill(&from);
        if (!sandbox_move(from.sandbox, to.sandbox, &move, &moved, &e))
            fail_msg("%s", e.text);
        check(&from, &to);
        test_site_close(&from);
        test_site_close(&to);
    }
}

static void a_file_in_a_text_is_the_same_file_on_cloud(void **state)
{
    (void)state;
    struct test_site from, to;
    struct err e = ERR_INIT;
    struct sandbox_moved moved;
    struct sandbox_move move = {.project = "SA"};
    test_site_open_seeded(&from, SANDBOX_DC8, 3);
    test_site_open_seeded(&to, SANDBOX_CLOUD, 4);
    fill(&from);
    if (!sandbox_move(from.sandbox, to.sandbox, &move, &moved, &e))
        fail_msg("%s", e.text);
    json_t *is = test_get(&to, 200, "/rest/api/3/issue/SA-1?fields=description,attachment");
    const json_t *newest = json_array_get(json_at(is, "fields.attachment"), 1);
    test_call(&to, HTTP_GET, json_at_str(newest, "content") + strlen(TEST_URL), NULL);
    const char *at = strstr(http_response_header(&to.response, "Location"), "/file/") + 6;
    char *uuid = arena_strndup(&to.arena, at, strcspn(at, "/"));
    assert_non_null(strstr(json_print(&to.arena, json_at(is, "fields.description")), uuid));
    test_site_close(&from);
    test_site_close(&to);
}

static void large_files_spread_over_pages(void **state)
{
    (void)state;
    struct test_site from, to;
    struct err e = ERR_INIT;
    struct sandbox_moved moved;
    struct sandbox_move move = {.project = "SA"};
    test_site_open_seeded(&from, SANDBOX_DC8, 3);
    test_site_open_seeded(&to, SANDBOX_DC10, 4);
    test_project(&from, "SA");
    char *content = arena_alloc(&from.arena, (5 << 20) + 1);
    memset(content, 'x', 5 << 20);
    for (int i = 1; i <= 5; i++) {
        test_issue(&from, "SA", "Task", "big");
        put_file(&from, arena_printf(&from.arena, "SA-%d", i), "big.txt", content);
    }
    json_t *page = test_get(&from, 200, "/sandbox/dump?project=SA&max=500");
    assert_int_equal(json_at_count(page, "issues"), 2);
    assert_true(json_at_int(page, "next", 0) > 0);
    if (!sandbox_move(from.sandbox, to.sandbox, &move, &moved, &e))
        fail_msg("%s", e.text);
    assert_int_equal(moved.issues, 5);
    json_t *last = test_get(&to, 200, "/rest/api/2/issue/SA-5?fields=attachment");
    assert_int_equal(json_at_int(json_array_get(json_at(last, "fields.attachment"), 0), "size", 0), 5 << 20);
    test_site_close(&from);
    test_site_close(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_hangs_on_an_issue_moves_with_it),
        cmocka_unit_test(a_file_in_a_text_is_the_same_file_on_cloud),
        cmocka_unit_test(large_files_spread_over_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
