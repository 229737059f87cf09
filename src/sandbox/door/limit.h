/* limit.h - rate limits as real sites have them, with their headers; off until the setting `rate_limits` says 1.
 *
 * Data Center: a bucket of tokens for each user (70, filled with 5 each second). Cloud: a burst for each endpoint and
 * method, writes to one issue (20 in 2 s, 100 in 30 s), and points by the hour for apps. Settings change the numbers:
 * rate_max (0 blocks every user), rate_fill, rate_interval_s; rate_burst, rate_quota.
 *
 * The buckets are rows, so a restored state restores them; time is the sandbox's clock. */
#pragma once

#include "sandbox/internal.h"

/* Takes a request's share before it is handled, and adds the headers. False: it was refused with 429, or the database
 * failed (c->err). */
bool limit_take(struct ctx *, const struct route *) MUST_CHECK;
/* Charges what an answer cost in points, which is known only then. */
bool limit_charge(struct ctx *, const struct route *) MUST_CHECK;

/* The answer 429 of this family: `reason` on Cloud, NULL for a burst; `accept` is the request's header. */
void limit_answer(struct sandbox *, const char *reason, int64_t wait_s, const char *accept, struct arena *,
                  struct http_response *);
