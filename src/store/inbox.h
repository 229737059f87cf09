/* inbox.h - what a poll saw and nobody has worked yet; and what was worked, so that the same state is not worked twice.
 */
#pragma once

#include "store/store.h"

struct inbox_row {
    enum side side;
    const char *issue_id, *key;
    int64_t updated_ms;
};

/* Adds, or marks as waiting again when `updated_ms` differs from what was worked. */
bool inbox_see(struct store *, int64_t sync_id, const struct inbox_row *, struct err *e) MUST_CHECK;
/* Marks as waiting whatever is known of it. */
bool inbox_wake(struct store *, int64_t sync_id, const struct inbox_row *, struct err *e) MUST_CHECK;
/* Marks as waiting the issues that found their partner's place not ready: pairs in state "creating" with an open
 * finding of kind "waiting". */
bool inbox_wake_waiting(struct store *, int64_t sync_id, struct err *e) MUST_CHECK;
/* The oldest waiting rows behind `after` (NULL: from the first one), at most `limit`. Rows that stay waiting do not
 * hold up those behind them. */
bool inbox_list(struct store *, struct arena *, int64_t sync_id, const struct inbox_row *after, size_t limit,
                struct inbox_row **r, size_t *count_r, struct err *e) MUST_CHECK;
/* The oldest waiting rows of issues that have a partner: edits, which people wait for, and not the backlog of issues
 * that are still to be made. At most `limit` of each side. */
bool inbox_list_paired(struct store *, struct arena *, int64_t sync_id, size_t limit, struct inbox_row **r,
                       size_t *count_r, struct err *e) MUST_CHECK;
/* Worked, in the state of `updated_ms`; also for an issue that no poll has brought yet (one that we have just made). */
bool inbox_done(struct store *, int64_t sync_id, enum side, const char *issue_id, int64_t updated_ms,
                struct err *e) MUST_CHECK;
/* The id of the issue that bears this key, as a poll brought it; NULL when none does. */
bool inbox_find_key(struct store *, struct arena *, int64_t sync_id, enum side, const char *key, const char **r,
                    struct err *e) MUST_CHECK;
bool inbox_count(struct store *, int64_t sync_id, int64_t *r, struct err *e) MUST_CHECK;
/* The highest issue key (by number) that this side is known to have, NULL when nothing is known: where a search for a
 * lost creation starts. */
bool inbox_highest_key(struct store *, struct arena *, int64_t sync_id, enum side, char **r, struct err *e) MUST_CHECK;
