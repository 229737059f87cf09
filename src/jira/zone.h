/* zone.h - a moment as JQL can say it: a minute, in the time zone of the person who asks.
 *
 * Pure. Two traps live here: the zone is the acting user's and not the site's, and in the night when clocks are put
 * back a local time names two moments. */
#pragma once

#include "base/err.h"
#include "base/time_iso.h"

/* The offset of a zone at a moment; also understands "GMT+05:30", as Java names zones without a name. */
bool jira_zone_offset(const char *zone, int64_t at_ms, int *minutes_r) MUST_CHECK;

/* Writes a minute that is not later than `at_ms` whichever way the site reads it, and as late as that allows.
 * ERR_PROTOCOL when the zone is not known; the text says what to set. */
bool jira_zone_minute(const char *zone, int64_t at_ms, char out[TIME_ISO_BYTES], struct err *e) MUST_CHECK;
