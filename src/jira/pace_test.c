/* How fast one issue is written to. */
#include "jira/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void twenty_writes_pass_and_the_next_waits_out_two_seconds(void **state)
{
    (void)state;
    struct pace p = PACE_INIT;
    for (int i = 0; i < PACE_SHORT; i++) {
        assert_int_equal(pace_wait_ms(&p, "1", 1000 + i), 0);
        pace_note(&p, "1", 1000 + i);
    }
    assert_int_equal(pace_wait_ms(&p, "1", 1020), 1980);
    assert_int_equal(pace_wait_ms(&p, "1", 3000), 0);
    assert_int_equal(pace_wait_ms(&p, "2", 1020), 0); /* another issue is not slowed */
    pace_release(&p);
}

static void a_hundred_writes_wait_out_thirty_seconds(void **state)
{
    (void)state;
    struct pace p = PACE_INIT;
    int64_t now = 0;
    for (int i = 0; i < PACE_LONG; i++) {
        now += pace_wait_ms(&p, "1", now);
        pace_note(&p, "1", now);
    }
    assert_int_equal(now, 8000); /* five bursts of twenty */
    assert_int_equal(pace_wait_ms(&p, "1", now), 22000);
    pace_release(&p);
}

/* Any writer that waits as told stays under both limits in every window. */
static void no_window_ever_holds_more_than_allowed(void **state)
{
    (void)state;
    enum { WRITES = 400 };
    static int64_t at[WRITES];
    struct pace p = PACE_INIT;
    int64_t now = 0;
    for (int i = 0; i < WRITES; i++) {
        now += (i * 7919) % 90;
        now += pace_wait_ms(&p, "1", now);
        pace_note(&p, "1", now);
        at[i] = now;
        assert_true(i < PACE_SHORT || at[i] - at[i - PACE_SHORT] >= PACE_SHORT_MS);
        assert_true(i < PACE_LONG || at[i] - at[i - PACE_LONG] >= PACE_LONG_MS);
    }
    pace_release(&p);
}

static void the_room_is_what_may_leave_at_once(void **state)
{
    (void)state;
    struct pace p = PACE_INIT;
    int64_t now = 0;
    assert_int_equal(pace_room(&p, "1", now), PACE_SHORT);
    for (size_t written = 0; written < 300;) {
        size_t room = pace_room(&p, "1", now);
        for (size_t i = 0; i < room; i++) {
            assert_int_equal(pace_wait_ms(&p, "1", now), 0);
            pace_note(&p, "1", now);
        }
        written += room;
        assert_int_equal(pace_room(&p, "1", now), 0);
        int64_t wait = pace_wait_ms(&p, "1", now);
        assert_true(wait > 0);
        now += wait;
        assert_true(pace_room(&p, "1", now) > 0);
    }
    pace_release(&p);
}

static void an_issue_that_the_site_refused_is_closed_and_no_other(void **state)
{
    (void)state;
    struct pace p = PACE_INIT;
    pace_close(&p, "1", 5000, 1000);
    pace_close(&p, "1", 3000, 1000); /* the longer one holds */
    assert_int_equal(pace_room(&p, "1", 1000), 0);
    assert_int_equal(pace_wait_ms(&p, "1", 1000), 4000);
    assert_int_equal(pace_room(&p, "2", 1000), PACE_SHORT);
    for (int i = 0; i < 40; i++) { /* more than there is room for: what holds is not forgotten */
        char id[8];
        snprintf(id, sizeof id, "x%d", i);
        pace_note(&p, id, 2000);
    }
    assert_int_equal(pace_wait_ms(&p, "1", 2000), 3000);
    assert_int_equal(pace_room(&p, "1", 5000), PACE_SHORT);
    pace_release(&p);
}

static void issues_of_long_ago_are_forgotten(void **state)
{
    (void)state;
    struct pace p = PACE_INIT;
    char id[20];
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "%d", i);
        pace_note(&p, id, i * 1000);
    }
    assert_true(p.room <= 64);
    assert_true(p.count <= p.room);
    pace_release(&p);
}

static void a_clock_that_steps_back_does_not_stop_us_for_long(void **state)
{
    (void)state;
    struct pace p = PACE_INIT;
    for (int i = 0; i < PACE_SHORT; i++)
        pace_note(&p, "1", 1000000);
    assert_int_equal(pace_wait_ms(&p, "1", 0), PACE_SHORT_MS);
    pace_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_writes_pass_and_the_next_waits_out_two_seconds),
        cmocka_unit_test(a_hundred_writes_wait_out_thirty_seconds),
        cmocka_unit_test(no_window_ever_holds_more_than_allowed),
        cmocka_unit_test(the_room_is_what_may_leave_at_once),
        cmocka_unit_test(an_issue_that_the_site_refused_is_closed_and_no_other),
        cmocka_unit_test(issues_of_long_ago_are_forgotten),
        cmocka_unit_test(a_clock_that_steps_back_does_not_stop_us_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
