/* Spans of time, there and back. */
#include "sandbox/parts/duration.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_people_write_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } CASES[] = {
        {"3h 20m", 12000}, {"1w 2d", 201600}, {"2h30m", 9000}, {"30", 1800}, {"1.5h", 5400},  {"0,5d", 14400},
        {"90m", 5400},     {"20m 3h", 12000}, {" 1D ", 28800}, {"0m", 0},    {"1h 15", 4500}, {"0.001h", 3},
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        int64_t seconds = -1;
        if (!duration_parse(CASES[i].text, &seconds) || seconds != CASES[i].seconds)
            fail_msg("%s: %lld", CASES[i].text, (long long)seconds);
    }
}

static void what_is_no_span_is_refused(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "", " ", "x", "h", "-1h", "1y", "1h-", "1 h x", "1..5h", "99999999999999999999h", "999999999999w", "1h 2q"};
    int64_t seconds;
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++)
        if (duration_parse(WRONG[i], &seconds))
            fail_msg("'%s' was taken for %lld seconds", WRONG[i], (long long)seconds);
}

static void it_is_printed_with_the_largest_units(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    assert_string_equal(duration_print(&a, 12000), "3h 20m");
    assert_string_equal(duration_print(&a, 0), "0m");
    assert_string_equal(duration_print(&a, 59), "0m");
    assert_string_equal(duration_print(&a, 144000 + 28800 + 3600 + 60), "1w 1d 1h 1m");
    assert_string_equal(duration_print(&a, 144000), "1w");
    assert_string_equal(duration_words(&a, 144000 + 2 * 28800 + 60), "1 week, 2 days, 1 minute");
    assert_string_equal(duration_words(&a, 0), "0 minutes");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_write_is_understood),
        cmocka_unit_test(what_is_no_span_is_refused),
        cmocka_unit_test(it_is_printed_with_the_largest_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
