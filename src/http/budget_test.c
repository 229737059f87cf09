/* How fast and how often: lanes, the account's bucket, pauses, retries, with moments as plain numbers. */
#include "http/budget.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ISSUE  "/rest/api/2/issue/10001?fields=summary"
#define SEARCH "/rest/api/3/search/jql"

static const int64_t START = 1767225600000; /* 2026-01-01T00:00:00Z */
static const struct budget_rates RATES = {100, 100, 50, 50};

static struct http_response answer(struct arena *a, int status, const char *const headers[])
{
    struct http_response r = {.status = status};
    for (size_t i = 0; headers[i]; i += 2)
        http_response_add_header(a, &r, headers[i], headers[i + 1]);
    return r;
}

#define ANSWER(a, status, ...) answer(a, status, (const char *const[]){__VA_ARGS__, NULL})

static int64_t wait_of(struct budget *b, enum http_method method, const char *target, int64_t now)
{
    const char *why;
    int64_t wait = budget_wait_ms(b, method, target, now, &why);
    assert_true((wait > 0) == (*why != 0));
    return wait;
}

/* How many leave within `ms` when each leaves as soon as it may. */
static int sent_in(struct budget *b, enum http_method method, const char *target, int64_t from, int64_t ms)
{
    int sent = 0;
    for (int64_t now = from; now < from + ms; sent++) {
        int64_t wait = wait_of(b, method, target, now);
        now += wait;
        if (now >= from + ms)
            break;
        budget_spend(b, method, target, now);
    }
    return sent;
}

static void an_endpoint_is_a_path_without_what_names_one_thing(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/rest/api/2/issue/10001/comment/7?expand=x", "/rest/api/2/issue/{}/comment/{}"},
        {"/rest/api/2/issue/SA-1", "/rest/api/2/issue/{}"},
        {"/rest/api/3/search/jql", "/rest/api/3/search/jql"},
        {"/rest/agile/1.0/board/5/sprint", "/rest/agile/1.0/board/{}/sprint"},
        {"/rest/api/2/project/SA", "/rest/api/2/project/SA"},
        {"/rest/api/2/issue/%53A", "/rest/api/2/issue/{}"},
        {"", ""},
        {"/", "/"},
        {"//x", "//x"},
    };
    char out[64], small[8];
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        budget_endpoint(cases[i][0], out, sizeof out);
        assert_string_equal(out, cases[i][1]);
    }
    budget_endpoint("/rest/api/2/issue/10001/comment/7", small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

static void an_unknown_site_is_not_slowed(void **state)
{
    (void)state;
    struct budget *b = budget_new();
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(wait_of(b, HTTP_GET, ISSUE, START), 0);
        budget_spend(b, HTTP_GET, ISSUE, START);
    }
    budget_free(b);
}

static void a_lane_keeps_its_rate_and_slows_no_other(void **state)
{
    (void)state;
    struct budget *b = budget_new();
    budget_set_rates(b, &RATES);
    int sent = sent_in(b, HTTP_PUT, ISSUE, START, 10000);
    assert_in_range(sent, 540, 550); /* a second's worth at once, then 50 a second */
    assert_true(wait_of(b, HTTP_PUT, ISSUE, START + 9999) > 0);
    assert_int_equal(wait_of(b, HTTP_GET, ISSUE, START + 9999), 0);
    assert_int_equal(wait_of(b, HTTP_POST, SEARCH, START + 9999), 0);
    budget_free(b);
}

static void a_burst_limit_halves_its_lane_which_recovers(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct budget *b = budget_new();
    budget_set_rates(b, &RATES);
    struct http_response r = ANSWER(&a, 429, "RateLimit-Reason", "jira-burst-based");
    assert_int_equal(wait_of(b, HTTP_POST, SEARCH, START), 0);
    budget_hear(b, HTTP_POST, SEARCH, &r, 3000, START);
    assert_int_equal(wait_of(b, HTTP_POST, SEARCH, START), 3000);
    assert_int_equal(wait_of(b, HTTP_GET, ISSUE, START), 0);
    assert_in_range(sent_in(b, HTTP_POST, SEARCH, START + 3000, 1000), 48, 53);
    assert_in_range(sent_in(b, HTTP_POST, SEARCH, START + 120000, 1000), 195, 200); /* whole again */
    for (int i = 0; i < 20; i++)
        budget_hear(b, HTTP_POST, SEARCH, &r, 1000, START + 200000);
    assert_in_range(sent_in(b, HTTP_POST, SEARCH, START + 201000, 1000), 1, 2); /* never quite still */
    budget_free(b);
    arena_release(&a);
}

static void a_lane_without_a_published_rate_learns_from_a_burst_limit(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct budget *b = budget_new();
    struct http_response r = ANSWER(&a, 429, "RateLimit-Reason", "jira-burst-based");
    budget_hear(b, HTTP_GET, ISSUE, &r, 0, START);
    assert_in_range(wait_of(b, HTTP_GET, ISSUE, START), 1000, 10000);
    assert_in_range(sent_in(b, HTTP_GET, ISSUE, START + 10000, 1000), 10, 30);
    budget_free(b);
    arena_release(&a);
}

static void a_used_up_quota_or_a_429_without_a_reason_stops_everything(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    for (int has_reason = 0; has_reason < 2; has_reason++) {
        struct budget *b = budget_new();
        struct http_response r =
            has_reason ? ANSWER(&a, 429, "RateLimit-Reason", "jira-quota-tenant-based") : ANSWER(&a, 429, "x", "y");
        budget_hear(b, HTTP_GET, ISSUE, &r, 60000, START);
        assert_int_equal(wait_of(b, HTTP_GET, ISSUE, START), 60000);
        assert_int_equal(wait_of(b, HTTP_POST, SEARCH, START + 1000), 59000);
        assert_int_equal(wait_of(b, HTTP_POST, SEARCH, START + 60000), 0);
        budget_free(b);
    }
    arena_release(&a);
}

static void the_limit_of_one_issue_stops_nothing_here(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct budget *b = budget_new();
    struct http_response r = ANSWER(&a, 429, "RateLimit-Reason", "jira-per-issue-on-write");
    budget_hear(b, HTTP_PUT, ISSUE, &r, 2000, START);
    assert_true(budget_is_per_issue(r.status, r.headers, r.header_count));
    assert_int_equal(wait_of(b, HTTP_PUT, ISSUE, START), 0);
    budget_free(b);
    arena_release(&a);
}

static void a_data_centers_bucket_is_learnt_from_its_headers(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct budget *b = budget_new();
    struct http_response r = ANSWER(&a, 200, "X-RateLimit-Limit", "70", "X-RateLimit-FillRate", "5",
                                    "X-RateLimit-Interval-Seconds", "1", "X-RateLimit-Remaining", "12");
    budget_hear(b, HTTP_GET, ISSUE, &r, 0, START);
    assert_in_range(sent_in(b, HTTP_GET, ISSUE, START, 4000), 31, 32);
    assert_true(wait_of(b, HTTP_POST, SEARCH, START + 3999) > 0); /* it is the account's, not the endpoint's */
    assert_in_range(sent_in(b, HTTP_GET, ISSUE, START + 3600000, 1000), 74, 75);
    r = ANSWER(&a, 200, "X-RateLimit-Limit", "70", "X-RateLimit-FillRate", "-5", "X-RateLimit-Interval-Seconds",
               "99999999999999999999", "X-RateLimit-Remaining", "x");
    budget_hear(b, HTTP_GET, ISSUE, &r, 0, START + 7200000); /* nonsense changes nothing */
    assert_in_range(sent_in(b, HTTP_GET, ISSUE, START + 7200000, 1000), 74, 75);
    budget_free(b);
    arena_release(&a);
}

static void what_is_left_of_a_quota_lasts_until_its_reset(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct budget *b = budget_new();
    struct http_response r = ANSWER(&a, 200, "X-RateLimit-NearLimit", "true", "X-RateLimit-Remaining", "60",
                                    "X-RateLimit-Reset", "2026-01-01T00:10:00Z");
    budget_hear(b, HTTP_GET, ISSUE, &r, 0, START);
    assert_in_range(sent_in(b, HTTP_GET, ISSUE, START, 600000), 58, 62);
    for (int i = 0; i < 100; i++) { /* a new hour: no limit is known again */
        assert_int_equal(wait_of(b, HTTP_GET, ISSUE, START + 600000), 0);
        budget_spend(b, HTTP_GET, ISSUE, START + 600000);
    }
    budget_free(b);
    arena_release(&a);
}

static void retries_are_paid_from_what_was_saved(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct budget *b = budget_new();
    struct http_response fine = ANSWER(&a, 200, "x", "y");
    for (int i = 0; i < BUDGET_RETRIES; i++)
        assert_true(budget_take_retry(b, START));
    assert_false(budget_take_retry(b, START));
    assert_false(budget_take_retry(b, START + BUDGET_RETRY_REFILL_MS / 2));
    assert_true(budget_take_retry(b, START + BUDGET_RETRY_REFILL_MS + 1000));
    assert_false(budget_take_retry(b, START + BUDGET_RETRY_REFILL_MS + 1000));
    for (int i = 0; i < 10; i++)
        budget_hear(b, HTTP_GET, ISSUE, &fine, 0, START + BUDGET_RETRY_REFILL_MS + 1000);
    assert_true(budget_take_retry(b, START + BUDGET_RETRY_REFILL_MS + 1000));
    int saved = 0;
    while (budget_take_retry(b, START + INT64_C(365) * 86400000))
        saved++;
    assert_int_equal(saved, BUDGET_RETRIES);
    budget_free(b);
    arena_release(&a);
}

static void more_endpoints_than_lanes_share_the_last(void **state)
{
    (void)state;
    struct budget *b = budget_new();
    budget_set_rates(b, &RATES);
    char target[64] = "/rest/api/2/a";
    for (int i = 0; i < 3 * BUDGET_LANES; i++) {
        target[12] = (char)('a' + i % 26);
        target[13] = (char)('a' + i / 26);
        target[14] = 0;
        budget_spend(b, HTTP_GET, target, START);
    }
    assert_true(wait_of(b, HTTP_GET, target, START) > 0);
    budget_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_is_a_path_without_what_names_one_thing),
        cmocka_unit_test(an_unknown_site_is_not_slowed),
        cmocka_unit_test(a_lane_keeps_its_rate_and_slows_no_other),
        cmocka_unit_test(a_burst_limit_halves_its_lane_which_recovers),
        cmocka_unit_test(a_lane_without_a_published_rate_learns_from_a_burst_limit),
        cmocka_unit_test(a_used_up_quota_or_a_429_without_a_reason_stops_everything),
        cmocka_unit_test(the_limit_of_one_issue_stops_nothing_here),
        cmocka_unit_test(a_data_centers_bucket_is_learnt_from_its_headers),
        cmocka_unit_test(what_is_left_of_a_quota_lasts_until_its_reset),
        cmocka_unit_test(retries_are_paid_from_what_was_saved),
        cmocka_unit_test(more_endpoints_than_lanes_share_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
