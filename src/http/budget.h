/* budget.h - how fast a site may be asked, and how often it may be asked again. One per site and account; all clients
 * of that site share it.
 *
 * Three things are kept apart, because sites limit them apart (Jira Cloud: developer.atlassian.com, "Rate limiting";
 * Data Center: "Improving instance stability with rate limiting"):
 *   lanes       a token bucket per endpoint and method. It starts with what is published for the kind of site, is cut
 * in half by every 429 that names a burst, and wins one request a second back for each second without one account     a
 * token bucket of the caller, learnt from X-RateLimit-Limit, -FillRate, -Interval-Seconds and -Remaining that Data
 * Center sends with every answer; on Cloud the hourly quota, once X-RateLimit-NearLimit says that it runs out: what
 * remains is spread over the time until the reset a pause     nothing leaves before its end: a quota is used up, or a
 * 429 gave no reason A limit on the writes to one issue is none of them: it slows that issue and nothing else, and is
 * the caller's matter.
 *
 * The retry budget keeps a site in trouble from being asked five times instead of once: BUDGET_RETRIES are saved up,
 * each retry takes one, every answer without trouble brings back a tenth of one, and every half minute brings back one.
 *
 * Pure: time comes in as a number; nothing sleeps here. Threads: one at a time. */
#pragma once

#include "http/http.h"

enum { BUDGET_RETRIES = 20, BUDGET_RETRY_REFILL_MS = 30 * 1000, BUDGET_LANES = 64 };

/* Requests a second that a lane starts with; 0: no limit is known. A lane may leave a second's worth at once. */
struct budget_rates {
    int get, post, put, delete;
};

struct budget;

struct budget *budget_new(void);
void budget_free(struct budget *);
/* What is published for this kind of site; lanes that have run already keep what they learnt. */
void budget_set_rates(struct budget *, const struct budget_rates *);

/* How long this request must wait before it leaves; 0: none. *why_r becomes a few words for a person. */
int64_t budget_wait_ms(struct budget *, enum http_method, const char *target, int64_t now_ms, const char **why_r);
/* It leaves now. */
void budget_spend(struct budget *, enum http_method, const char *target, int64_t now_ms);
/* What came back to it. `asked_wait_ms` is what the site asks us to wait, 0 when it does not say. */
void budget_hear(struct budget *, enum http_method, const char *target, const struct http_response *,
                 int64_t asked_wait_ms, int64_t now_ms);

/* Takes one retry; false when the budget for them is used up. */
bool budget_take_retry(struct budget *, int64_t now_ms);

/* The endpoint of a target: its path with what names a single thing taken out, as "/rest/api/2/issue/{}/comment". */
void budget_endpoint(const char *target, char *out, size_t size);
/* Does this 429 speak of the writes to one issue alone? */
bool budget_is_per_issue(int status, const struct http_header *, size_t header_count);
