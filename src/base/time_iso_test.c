#include "base/time_iso.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_zone_that_is_not_known_has_no_offset_whatever_was_asked_before(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "Mars/Olympus", "/etc/passwd", "../zoneinfo/UTC", "Europe"};
    int minutes;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_true(time_zone_offset("Asia/Kolkata", 0, &minutes));
        assert_int_equal(minutes, 330);
        assert_false(time_zone_offset(bad[i], 0, &minutes));
        assert_false(time_zone_offset("", 0, &minutes)); /* nothing of the one before is left */
    }
    assert_false(time_zone_offset(NULL, 0, &minutes));
}

static void two_zones_in_turn_keep_their_own_offsets(void **state)
{
    (void)state;
    int minutes;
    for (int i = 0; i < 3; i++) {
        assert_true(time_zone_offset("America/New_York", 1767225600000, &minutes));
        assert_int_equal(minutes, -300);
        assert_true(time_zone_offset("Australia/Lord_Howe", 1767225600000, &minutes));
        assert_int_equal(minutes, 660);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_that_is_not_known_has_no_offset_whatever_was_asked_before),
        cmocka_unit_test(two_zones_in_turn_keep_their_own_offsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
