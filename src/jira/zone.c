#include "jira/zone.h"

#include "base/str.h"

#include <stdio.h>

enum { HOUR_MS = 3600 * 1000, MINUTE_MS = 60 * 1000 };

static bool parse_fixed(const char *zone, int *minutes_r)
{
    int hours = 0, minutes = 0, end = 0;
    char sign;
    if (!str_starts(zone, "GMT") && !str_starts(zone, "UTC"))
        return false;
    if (sscanf(zone + 3, "%c%2d:%2d%n", &sign, &hours, &minutes, &end) != 3 || zone[3 + end])
        return false;
    if ((sign != '+' && sign != '-') || hours > 18 || minutes > 59)
        return false;
    *minutes_r = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool jira_zone_offset(const char *zone, int64_t at_ms, int *minutes_r)
{
    return zone && (parse_fixed(zone, minutes_r) || time_zone_offset(zone, at_ms, minutes_r));
}

/* The latest moment that has this local time in the zone. */
static int64_t latest_reading(const char *zone, int64_t local_ms, int64_t at_ms)
{
    int64_t latest = at_ms;
    for (int64_t hours = -3; hours <= 3; hours += 3) {
        int offset, check;
        if (!jira_zone_offset(zone, at_ms + hours * HOUR_MS, &offset))
            continue;
        int64_t reading = local_ms - (int64_t)offset * MINUTE_MS;
        if (jira_zone_offset(zone, reading, &check) && check == offset && reading > latest)
            latest = reading;
    }
    return latest;
}

bool jira_zone_minute(const char *zone, int64_t at_ms, char out[TIME_ISO_BYTES], struct err *e)
{
    int offset;
    int64_t minute = at_ms / MINUTE_MS * MINUTE_MS;
    if (minute > at_ms)
        minute -= MINUTE_MS;
    for (int tries = 0; tries < 3; tries++) {
        if (!jira_zone_offset(zone, minute, &offset))
            return err_set(e, ERR_PROTOCOL,
                           "the time zone \"%s\" of the acting user is not known here, and searches by time "
                           "depend on it; set the zone in that user's Jira profile to UTC, or install tzdata here",
                           zone ? zone : "(none)");
        int64_t latest = latest_reading(zone, minute + (int64_t)offset * MINUTE_MS, minute);
        if (latest == minute)
            break;
        minute -= latest - minute; /* the first of two equal hours: say a time before both */
    }
    time_iso_jql(minute, offset, out);
    return true;
}
