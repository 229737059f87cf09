/* Polling: what is asked, and that nothing is missed when pages move, come short or stay empty. */
#include "jira/play.h"

#define ROW(id, updated)                                                                                               \
    "{\"id\":\"" id "\",\"key\":\"SA-" id "\",\"fields\":{\"updated\":\"2026-01-01T" updated "+0100\"}}"
#define SEARCH "POST /rest/api/2/search"
#define JQL    "POST /rest/api/2/search/jql"

struct polled {
    char ids[400]; /* "1 2 3" */
    int pages;
};

static bool poll_all(struct play *p, int64_t since_ms, const char *filter, struct polled *r)
{
    const char *cursor = NULL;
    struct buf ids = BUF_INIT(400);
    bool ok;
    *r = (struct polled){0};
    do {
        struct tracker_seen *seen;
        size_t count;
        ok = p->tracker->ops->poll(p->tracker, &p->a, since_ms, filter, &cursor, &seen, &count, &p->e);
        r->pages += ok;
        for (size_t i = 0; ok && i < count; i++)
            buf_addf(&ids, "%s%s", ids.len ? " " : "", seen[i].id);
    } while (ok && cursor);
    snprintf(r->ids, sizeof r->ids, "%s", buf_str(&ids));
    buf_release(&ids);
    return ok;
}

static void a_poll_asks_from_the_minute_two_minutes_before(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {SEARCH, "project = \\\"SA\\\" AND updated >= \\\"2025-12-31 23:58\\\" ORDER BY updated ASC, key ASC", 200,
          "{\"startAt\":0,\"total\":2,\"issues\":[" ROW("1", "01:00:00.000") "," ROW("2", "01:00:01.500") "]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, PLAY_START + 59999, NULL, &r));
    assert_string_equal(r.ids, "1 2");
    assert_int_equal(r.pages, 1);
    play_end(&p);
}

static void the_minute_is_that_of_the_account_and_the_slower_clock(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT, {JQL, "updated >= \\\"2026-01-01 05:22\\\"", 200, "{\"issues\":[],\"isLast\":true}"});
    struct polled r;
    p.zone = "Asia/Kolkata";
    p.server_ahead_ms = -3 * 60000; /* with five minutes of overlap: 00:00 UTC becomes 23:52, 05:22 there */
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    assert_string_equal(r.ids, "");
    play_end(&p);
}

/* The moment may be the site's own, read off an issue: a clock that is ahead must not move it on. */
static void a_clock_that_is_ahead_moves_no_moment_on(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT, {JQL, "updated >= \\\"2025-12-31 23:55\\\"", 200, "{\"issues\":[],\"isLast\":true}"});
    struct polled r;
    p.server_ahead_ms = 10 * 60000;
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    play_end(&p);
}

static void a_filter_stands_in_brackets_and_zero_means_everything(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {SEARCH, "\"project = \\\"SA\\\" AND (labels = x OR labels = y) ORDER BY updated ASC, key ASC\"", 200,
          "{\"total\":0,\"issues\":[]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, 0, "labels = x OR labels = y", &r));
    play_end(&p);
}

static void pages_by_offset_overlap_by_an_anchor(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {SEARCH, "\"startAt\":0", 200,
          "{\"total\":3,\"issues\":[" ROW("1", "01:00:00.000") "," ROW("2", "01:00:01.000") "]}"},
         {SEARCH, "\"startAt\":1", 200,
          "{\"total\":3,\"issues\":[" ROW("2", "01:00:01.000") "," ROW("3", "01:00:02.000") "]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    assert_string_equal(r.ids, "1 2 3");
    assert_int_equal(r.pages, 2);
    play_end(&p);
}

/* Between the pages 1 is edited and goes to the end: everything moves up, and 3 would fall through. */
static void an_edit_between_two_pages_loses_no_issue(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {SEARCH, "\"startAt\":0", 200,
          "{\"total\":4,\"issues\":[" ROW("1", "01:05:00.000") "," ROW("2", "01:06:01.000") "]}"},
         {SEARCH, "\"startAt\":1", 200,
          "{\"total\":4,\"issues\":[" ROW("3", "01:07:02.000") "," ROW("4", "01:08:02.000") "]}"},
         {SEARCH, "updated >= \\\"2026-01-01 00:06\\\"", 200, /* the anchor's minute, in UTC */
          "{\"total\":4,\"issues\":[" ROW("2", "01:06:01.000") "," ROW("3", "01:07:02.000") "]}"},
         {SEARCH, "\"startAt\":1", 200,
          "{\"total\":4,\"issues\":[" ROW("3", "01:07:02.000") "," ROW("4", "01:08:02.000") "]}"},
         {SEARCH, "\"startAt\":2", 200,
          "{\"total\":4,\"issues\":[" ROW("4", "01:08:02.000") "," ROW("1", "01:09:00.000") "]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    assert_string_equal(r.ids, "1 2 2 3 4 1");
    play_end(&p);
}

static void a_page_that_keeps_back_what_it_counts_is_asked_for_again(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {SEARCH, "\"startAt\":0", 200,
          "{\"total\":3,\"issues\":[" ROW("1", "01:00:00.000") "," ROW("2", "01:00:01.000") "]}"},
         {SEARCH, "\"startAt\":1", 200, "{\"total\":3,\"issues\":[" ROW("2", "01:00:01.000") "]}"},
         {SEARCH, "\"startAt\":0", 200,
          "{\"total\":2,\"issues\":[" ROW("2", "01:00:01.000") "," ROW("3", "01:00:02.000") "]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    assert_string_equal(r.ids, "1 2 2 3");
    play_end(&p);
}

/* The anchor itself was edited: same place, other time. */
static void an_anchor_that_moved_is_no_anchor(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {SEARCH, "\"startAt\":0", 200, "{\"total\":2,\"issues\":[" ROW("1", "01:05:00.000") "]}"},
         {SEARCH, "\"startAt\":0", 200,
          "{\"total\":2,\"issues\":[" ROW("1", "01:07:00.000") "," ROW("2", "01:08:01.000") "]}"},
         {SEARCH, "updated >= \\\"2026-01-01 00:05\\\"", 200,
          "{\"total\":2,\"issues\":[" ROW("1", "01:07:00.000") "," ROW("2", "01:08:01.000") "]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    assert_string_equal(r.ids, "1 1 2");
    play_end(&p);
}

static void a_window_that_never_stands_still_is_given_up(void **state)
{
    (void)state;
    static struct step steps[60] = {PLAY_PROJECT};
    for (size_t i = 1; i < ARRAY_LEN(steps); i++)
        steps[i] = (struct step){.ask = SEARCH,
                                 .status = 200,
                                 .answer = i % 2 ? "{\"total\":9,\"issues\":[" ROW("1", "01:05:00.000") "]}"
                                                 : "{\"total\":9,\"issues\":[" ROW("2", "01:05:01.000") "]}"};
    struct play p;
    play_init(&p, false, steps, ARRAY_LEN(steps));
    struct polled r;
    assert_fails(p, ERR_UNAVAILABLE, poll_all(&p, PLAY_START, NULL, &r));
    assert_non_null(strstr(p.e.text, "bulk change"));
    p.count = p.at;
    play_end(&p);
}

/* Five thousand rows on, a new window begins at the minute of the last; but not within one minute. */
static void a_long_list_is_read_in_windows(void **state)
{
    (void)state;
#define DEEP      "{\"minute\":\"%s\",\"start\":4999,\"anchor\":\"1\",\"updated\":1767225900000,\"restarts\":0}"
#define DEEP_PAGE "{\"total\":9000,\"issues\":[" ROW("1", "01:05:00.000") "," ROW("2", "01:06:07.000") "]}"
    PLAY(p, false, PLAY_PROJECT, {SEARCH, "\"startAt\":4999", 200, DEEP_PAGE},
         {SEARCH,
          "updated >= \\\"2026-01-01 00:06\\\" ORDER BY updated ASC, key ASC\",\"maxResults\":500,"
          "\"fields\":[\"updated\"],\"startAt\":0",
          200, "{\"total\":1,\"issues\":[" ROW("2", "01:06:07.000") "]}"},
         {SEARCH, "\"startAt\":4999", 200, DEEP_PAGE});
    struct tracker_seen *seen;
    size_t count;
    const char *cursor = arena_printf(&p.a, DEEP, "2025-12-31 00:00");
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->poll(p.tracker, &p.a, PLAY_START, NULL, &cursor, &seen, &count, &p.e));
    assert_int_equal(count, 1);
    assert_ok(p, ops->poll(p.tracker, &p.a, PLAY_START, NULL, &cursor, &seen, &count, &p.e));
    assert_string_equal(seen[0].id, "2");
    assert_null(cursor);
    cursor = arena_printf(&p.a, DEEP, "2026-01-01 00:06");
    assert_ok(p, ops->poll(p.tracker, &p.a, PLAY_START, NULL, &cursor, &seen, &count, &p.e));
    assert_non_null(strstr(cursor, "\"start\":5000"));
    play_end(&p);
}

static void a_refused_search_says_whether_the_project_or_the_filter_is_wrong(void **state)
{
    (void)state;
#define NO_PROJECT "{\"errorMessages\":[\"The value 'SA' does not exist for the field 'project'.\"]}"
    PLAY(p, false, PLAY_PROJECT, {SEARCH, NULL, 400, NO_PROJECT},
         {"GET /rest/api/2/project/10000", NULL, 404, "{\"errorMessages\":[\"No project could be found\"]}"},
         {SEARCH, NULL, 400, "{\"errorMessages\":[\"Field 'x' does not exist\"]}"},
         {"GET /rest/api/2/project/10000", NULL, 200, "{\"id\":\"10000\",\"key\":\"SA\"}"});
    struct polled r;
    assert_fails(p, ERR_GONE, poll_all(&p, PLAY_START, "x = 1", &r));
    assert_non_null(strstr(p.e.text, "a role in the project"));
    assert_fails(p, ERR_REFUSED, poll_all(&p, PLAY_START, "x = 1", &r));
    assert_non_null(strstr(p.e.text, "with the filter x = 1"));
    assert_non_null(strstr(p.e.text, "Field 'x' does not exist"));
    play_end(&p);
}

static void short_and_empty_pages_end_only_with_the_token(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {JQL, NULL, 200, "{\"issues\":[" ROW("1", "01:00:00.000") "],\"nextPageToken\":\"t1\",\"isLast\":false}"},
         {JQL, "\"nextPageToken\":\"t1\"", 200, "{\"issues\":[],\"nextPageToken\":\"t2\"}"},
         {JQL, "\"nextPageToken\":\"t2\"", 200, "{\"issues\":[],\"nextPageToken\":\"t3\"}"},
         {JQL, "\"nextPageToken\":\"t3\"", 200, "{\"issues\":[" ROW("2", "01:00:00.000") "]}"});
    struct polled r;
    assert_ok(p, poll_all(&p, PLAY_START, NULL, &r));
    assert_string_equal(r.ids, "1 2");
    assert_int_equal(r.pages, 2);
    play_end(&p);
}

static void a_token_that_repeats_does_not_run_for_ever(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {JQL, NULL, 200, "{\"issues\":[" ROW("1", "01:00:00.000") "],\"nextPageToken\":\"t1\"}"},
         {JQL, NULL, 200, "{\"issues\":[" ROW("1", "01:00:00.000") "],\"nextPageToken\":\"t1\"}"});
    struct polled r;
    assert_fails(p, ERR_PROTOCOL, poll_all(&p, PLAY_START, NULL, &r));
    play_end(&p);
}

static void an_answer_without_its_list_is_not_an_empty_one(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT, {SEARCH, NULL, 200, "{}"},
         {SEARCH, NULL, 200, "{\"total\":1,\"issues\":[{\"id\":\"1\",\"key\":\"SA-1\",\"fields\":null}]}"},
         {SEARCH, NULL, 200, "{\"total\":1,\"issues\":[{\"key\":\"SA-1\"}]}"},
         {SEARCH, NULL, 200, "<html><title>Maintenance</title></html>"});
    struct polled r;
    for (int i = 0; i < 4; i++)
        assert_fails(p, ERR_PROTOCOL, poll_all(&p, PLAY_START, NULL, &r));
    assert_non_null(strstr(p.e.text, "Maintenance"));
    play_end(&p);
}

static void a_sample_is_one_issue_of_that_type_and_status(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {JQL, "AND issuetype = 3 AND status = 10001", 200, "{\"issues\":[" ROW("7", "01:00:00.000") "]}"},
         {JQL, "\"maxResults\":1", 200, "{\"issues\":[]}"});
    const char *id;
    assert_ok(p, p.tracker->ops->sample(p.tracker, &p.a, "3", "10001", &id, &p.e));
    assert_string_equal(id, "7");
    assert_ok(p, p.tracker->ops->sample(p.tracker, &p.a, "3", "10002", &id, &p.e));
    assert_null(id);
    play_end(&p);
}

static void quotes_in_a_value_stay_inside(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    assert_string_equal(jira_jql_equals(&a, "project", "A\\\"B"), "project = \"A\\\\\\\"B\"");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_poll_asks_from_the_minute_two_minutes_before),
        cmocka_unit_test(the_minute_is_that_of_the_account_and_the_slower_clock),
        cmocka_unit_test(a_clock_that_is_ahead_moves_no_moment_on),
        cmocka_unit_test(a_filter_stands_in_brackets_and_zero_means_everything),
        cmocka_unit_test(pages_by_offset_overlap_by_an_anchor),
        cmocka_unit_test(an_edit_between_two_pages_loses_no_issue),
        cmocka_unit_test(a_page_that_keeps_back_what_it_counts_is_asked_for_again),
        cmocka_unit_test(an_anchor_that_moved_is_no_anchor),
        cmocka_unit_test(a_window_that_never_stands_still_is_given_up),
        cmocka_unit_test(a_long_list_is_read_in_windows),
        cmocka_unit_test(a_refused_search_says_whether_the_project_or_the_filter_is_wrong),
        cmocka_unit_test(short_and_empty_pages_end_only_with_the_token),
        cmocka_unit_test(a_token_that_repeats_does_not_run_for_ever),
        cmocka_unit_test(an_answer_without_its_list_is_not_an_empty_one),
        cmocka_unit_test(a_sample_is_one_issue_of_that_type_and_status),
        cmocka_unit_test(quotes_in_a_value_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
