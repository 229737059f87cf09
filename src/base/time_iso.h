/* time_iso.h - epoch milliseconds to and from the forms Jira writes.
 *
 * Jira writes "2026-11-22T16:04:05.123+0100": milliseconds, an offset without colon, never Z (4-jira, Timestamps).
 * Zones come by name from the system's zone database, through a reading of the zone file itself, so that the process's
 * TZ is never touched and any number of zones can be used side by side. */
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

enum { TIME_ISO_BYTES = 40 };

/* Reads an ISO 8601 date-time: seconds and fraction may be missing, the offset may be +0100, +01:00, +01 or Z.
 * Without an offset it is UTC. False when it is anything else. */
bool time_iso_parse(const char *, int64_t *epoch_ms_r) MUST_CHECK;
/* "2026-11-22T15:04:05.123Z" */
void time_iso_utc(int64_t epoch_ms, char out[TIME_ISO_BYTES]);
/* "2026-11-22T16:04:05.123+0100" with the offset given in minutes. */
void time_iso_jira(int64_t epoch_ms, int offset_minutes, char out[TIME_ISO_BYTES]);
/* "20261122160405", UTC: the first part of a pair file's name. */
void time_iso_compact(int64_t epoch_ms, char out[TIME_ISO_BYTES]);
/* "2026-11-22 16:04" at that offset: the only precision JQL has. */
void time_iso_jql(int64_t epoch_ms, int offset_minutes, char out[TIME_ISO_BYTES]);

/* The offset of a named zone ("Europe/Berlin") at a moment, in minutes east of Greenwich.
 * False when the zone is not known; then the caller says so rather than guess. "UTC", "GMT", "Etc/UTC" always work. */
bool time_zone_offset(const char *zone, int64_t epoch_ms, int *minutes_r) MUST_CHECK;

/* Civil date to days since 1970-01-01 and back (proleptic Gregorian; Howard Hinnant's published algorithms). */
int64_t time_days_from_civil(int64_t year, int month, int day);
void time_civil_from_days(int64_t days, int64_t *year_r, int *month_r, int *day_r);
