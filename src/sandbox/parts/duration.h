/* duration.h - spans of time as people write them to Jira: "1w 2d 3h 20m", a day being 8 hours and a week 5 days. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* Weeks, days, hours and minutes in any order, with or without blanks; a number without a unit is minutes; 1.5h is
 * 1h 30m. False for anything else, for nothing, and for what is longer than a few thousand years. */
bool duration_parse(const char *, int64_t *seconds_r) MUST_CHECK;
/* What is less than a minute is not shown; "0m" for none. */
char *duration_print(struct arena *, int64_t seconds);
/* "1 week, 2 days, 3 hours, 20 minutes" */
char *duration_words(struct arena *, int64_t seconds);
