/* pace.h - how fast one issue may be written to: Cloud takes 20 writes in 2 seconds and 100 in 30 on one issue.
 *
 * Pure: time comes in as a number. Exact: it keeps the moments of the last writes of each issue that was written to in
 * the last 30 seconds, and forgets the others. Other issues are never slowed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PACE_SHORT = 20, PACE_SHORT_MS = 2000, PACE_LONG = 100, PACE_LONG_MS = 30000 };

struct pace_issue;

struct pace {
    struct pace_issue *issues;
    size_t count, room;
};

#define PACE_INIT                                                                                                      \
    {                                                                                                                  \
        0                                                                                                              \
    }

void pace_release(struct pace *);
/* How long to wait before the next write to this issue; 0: none. */
int64_t pace_wait_ms(const struct pace *, const char *issue, int64_t now_ms);
/* How many writes to this issue may leave at once now; 0 when the next one has to wait. */
size_t pace_room(const struct pace *, const char *issue, int64_t now_ms);
/* The site refused a write to this issue for its number: none leaves before that moment. */
void pace_close(struct pace *, const char *issue, int64_t until_ms, int64_t now_ms);
/* A write to this issue leaves now. */
void pace_note(struct pace *, const char *issue, int64_t now_ms);
