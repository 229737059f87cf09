/* A minute that no reading of it makes later than the moment it stands for. */
#include "jira/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const char *zone, const char *moment, const char *minute)
{
    int64_t at;
    char out[TIME_ISO_BYTES];
    struct err e = ERR_INIT;
    assert_true(time_iso_parse(moment, &at));
    if (!jira_zone_minute(zone, at, out, &e))
        fail_msg("%s", e.text);
    assert_string_equal(out, minute);
}

static void a_moment_becomes_the_minute_of_the_zone(void **state)
{
    (void)state;
    expect("Etc/UTC", "2026-03-01T12:34:56.789Z", "2026-03-01 12:34");
    expect("America/Los_Angeles", "2026-03-01T02:00:59.999Z", "2026-02-28 18:00"); /* west */
    expect("Pacific/Auckland", "2026-01-31T23:59:00Z", "2026-02-01 12:59");        /* east, summer there */
    expect("Asia/Kolkata", "2026-03-01T12:34:00Z", "2026-03-01 18:04");            /* half an hour */
    expect("Asia/Kathmandu", "2026-03-01T12:34:00Z", "2026-03-01 18:19");          /* three quarters */
    expect("Pacific/Kiritimati", "2026-12-31T10:00:00Z", "2027-01-01 00:00");      /* fourteen hours */
    expect("GMT+05:30", "2026-03-01T12:34:00Z", "2026-03-01 18:04");
    expect("GMT-03:00", "2026-03-01T02:34:00Z", "2026-02-28 23:34");
    expect("Etc/UTC", "1969-12-31T23:59:30Z", "1969-12-31 23:59");
}

static void the_first_of_two_equal_hours_is_left_for_the_hour_before(void **state)
{
    (void)state;
    /* Berlin goes back from 03:00 to 02:00 at 01:00 UTC on 2026-10-25. */
    expect("Europe/Berlin", "2026-10-24T23:59:00Z", "2026-10-25 01:59"); /* before: clear */
    expect("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25 01:30"); /* 02:30 for the first time */
    expect("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25 02:30"); /* for the second: either reading is safe */
    expect("Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25 03:30");
    /* Lord Howe goes back by half an hour: 01:45 comes twice on 2026-04-05. */
    expect("Australia/Lord_Howe", "2026-04-04T14:45:00Z", "2026-04-05 01:15");
    expect("Australia/Lord_Howe", "2026-04-04T15:15:00Z", "2026-04-05 01:45");
}

static void spring_has_no_minute_that_is_not_there(void **state)
{
    (void)state;
    /* Berlin leaves out 02:00 to 03:00 at 01:00 UTC on 2026-03-29. */
    expect("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29 01:59");
    expect("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29 03:00");
}

enum { DAY_MS = 86400000, HOUR_MS = 3600000, OFFSETS = 12 };

/* Every reading of the minute is at or before the moment, and not by much. */
static void check_readings(const char *zone, const int offsets[OFFSETS], int64_t at)
{
    char out[TIME_ISO_BYTES];
    int64_t local;
    struct err e = ERR_INIT;
    bool is_readable = false;
    assert_true(jira_zone_minute(zone, at, out, &e));
    assert_true(time_iso_parse(out, &local));
    for (int i = 0; i < OFFSETS; i++) {
        int offset;
        int64_t reading = local - (int64_t)offsets[i] * 60000;
        assert_true(jira_zone_offset(zone, reading, &offset));
        if (offset != offsets[i])
            continue;
        is_readable = true;
        assert_true(reading <= at && at - reading <= 2 * HOUR_MS + 60000);
    }
    assert_true(is_readable);
}

/* A whole year, day by day, and every nine minutes around each change of the clocks. */
static void no_reading_is_ever_late(void **state)
{
    (void)state;
    static const char *const zones[] = {"Europe/Berlin",  "America/New_York",  "Australia/Lord_Howe", "Asia/Kolkata",
                                        "America/Havana", "Africa/Casablanca", "Pacific/Apia",        "Europe/Dublin"};
    int64_t start;
    assert_true(time_iso_parse("2026-01-01T00:00:00Z", &start));
    for (size_t z = 0; z < ARRAY_LEN(zones); z++) {
        int offsets[OFFSETS], before, now, changes = 0;
        assert_true(jira_zone_offset(zones[z], start, &before));
        for (int i = 0; i < OFFSETS; i++)
            assert_true(jira_zone_offset(zones[z], start + i * 30LL * DAY_MS, &offsets[i]));
        for (int64_t at = start; at < start + 366LL * DAY_MS; at += DAY_MS, before = now) {
            assert_true(jira_zone_offset(zones[z], at, &now));
            check_readings(zones[z], offsets, at + 12345678);
            if (now == before)
                continue;
            changes++;
            for (int64_t near = at - DAY_MS - 6 * HOUR_MS; near < at + 6 * HOUR_MS; near += 9 * 60000 + 13)
                check_readings(zones[z], offsets, near);
        }
        assert_true(changes == 2 || z == 3 || z == 6); /* Kolkata and Apia leave their clocks alone */
    }
}

static void an_unknown_zone_says_what_to_do(void **state)
{
    (void)state;
    static const char *const bad[] = {"Mars/Olympus", "GMT+99:00", "GMT+05:30x", "", NULL};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char out[TIME_ISO_BYTES];
        struct err e = ERR_INIT;
        assert_false(jira_zone_minute(bad[i], 0, out, &e));
        assert_int_equal(e.kind, ERR_PROTOCOL);
        assert_non_null(strstr(e.text, "UTC"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_becomes_the_minute_of_the_zone),
        cmocka_unit_test(the_first_of_two_equal_hours_is_left_for_the_hour_before),
        cmocka_unit_test(spring_has_no_minute_that_is_not_there),
        cmocka_unit_test(no_reading_is_ever_late),
        cmocka_unit_test(an_unknown_zone_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
