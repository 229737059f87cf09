#include "http/budget.h"

#include "base/str.h"
#include "base/time_iso.h"

#include <stdlib.h>
#include <string.h>

/* Tokens are counted in thousandths, so that slow rates stay exact. */
enum { TOKEN = 1000, PAUSE_MS = 5000, ENDPOINT_BYTES = 120, QUOTA_WINDOW_MS = 3600 * 1000 };

struct bucket {
    int64_t tokens, size; /* size 0: no limit is known */
    int64_t per_s;        /* thousandths a second */
    int64_t at_ms;
};

struct lane {
    char endpoint[ENDPOINT_BYTES];
    enum http_method method;
    struct bucket bucket;
    int64_t full_per_s; /* what it had before any 429 */
    int64_t slowed_ms;  /* when the rate was last looked at */
    int64_t closed_until_ms;
};

struct budget {
    struct budget_rates rates;
    struct lane lanes[BUDGET_LANES]; /* the last one takes all that do not fit */
    size_t lane_count;
    struct bucket account;
    int64_t account_until_ms; /* the account's bucket holds until then; 0: for good */
    int64_t pause_until_ms;
    struct bucket retries;
};

/* --- one bucket --- */

static void refill(struct bucket *b, int64_t now)
{
    int64_t passed = now - b->at_ms;
    b->at_ms = now;
    if (passed <= 0 || !b->size)
        return;
    int64_t missing = b->size - b->tokens; /* compared before it is multiplied: passed may be years */
    if (b->per_s > 0 && passed >= missing * 1000 / b->per_s + 1)
        b->tokens = b->size;
    else
        b->tokens += passed * b->per_s / 1000;
}

static int64_t until_one(struct bucket *b, int64_t now)
{
    if (!b->size)
        return 0;
    refill(b, now);
    if (b->tokens >= TOKEN || b->per_s <= 0)
        return 0;
    return ((TOKEN - b->tokens) * 1000 + b->per_s - 1) / b->per_s;
}

static void take_one(struct bucket *b, int64_t now)
{
    if (!b->size)
        return;
    refill(b, now);
    b->tokens -= TOKEN;
}

/* --- lanes --- */

/* Ids, keys and names of properties have a digit, and the words of Jira's paths have none; the version of the API, at
 * its place near the front, is no name. */
void budget_endpoint(const char *target, char *out, size_t size)
{
    size_t used = 0, segment = 0, end = strcspn(target, "?#");
    for (size_t i = 0; i < end && used + 4 < size;) {
        size_t slash = i + (target[i] == '/'), n = strcspn(target + slash, "/?#");
        bool names_one = segment > 2 && strcspn(target + slash, "0123456789%") < n;
        if (slash > i)
            out[used++] = '/';
        const char *text = names_one ? "{}" : target + slash;
        size_t length = names_one ? 2 : n;
        if (length > size - used - 1)
            length = size - used - 1;
        memcpy(out + used, text, length);
        used += length;
        i = slash + n;
        segment++;
    }
    out[used] = 0;
}

static int rate_of(const struct budget_rates *rates, enum http_method method)
{
    switch (method) {
    case HTTP_POST:
        return rates->post;
    case HTTP_PUT:
    case HTTP_PATCH:
        return rates->put;
    case HTTP_DELETE:
        return rates->delete;
    default:
        return rates->get;
    }
}

static void lane_set_rate(struct lane *lane, int64_t per_s)
{
    struct bucket *b = &lane->bucket;
    bool is_new = !b->size;
    b->per_s = per_s;
    b->size = per_s < TOKEN ? TOKEN : per_s;
    if (is_new || b->tokens > b->size)
        b->tokens = b->size;
}

static struct lane *lane_of(struct budget *b, enum http_method method, const char *target, int64_t now)
{
    char endpoint[ENDPOINT_BYTES];
    budget_endpoint(target, endpoint, sizeof endpoint);
    for (size_t i = 0; i < b->lane_count; i++)
        if (b->lanes[i].method == method && str_eq(b->lanes[i].endpoint, endpoint))
            return &b->lanes[i];
    if (b->lane_count == BUDGET_LANES)
        return &b->lanes[BUDGET_LANES - 1];
    struct lane *lane = &b->lanes[b->lane_count++];
    *lane = (struct lane){.method = method, .slowed_ms = now, .bucket.at_ms = now};
    memcpy(lane->endpoint, endpoint, sizeof endpoint);
    lane->full_per_s = (int64_t)rate_of(&b->rates, method) * TOKEN;
    if (lane->full_per_s)
        lane_set_rate(lane, lane->full_per_s);
    return lane;
}

/* One request a second is won back for each second without a 429. */
static void lane_recover(struct lane *lane, int64_t now)
{
    struct bucket *b = &lane->bucket;
    int64_t seconds = (now - lane->slowed_ms) / 1000;
    if (!b->size || b->per_s >= lane->full_per_s || seconds <= 0)
        return;
    int64_t missing = (lane->full_per_s - b->per_s) / TOKEN + 1;
    lane_set_rate(lane, seconds >= missing ? lane->full_per_s : b->per_s + seconds * TOKEN);
    lane->slowed_ms += seconds * 1000;
}

static void lane_slow(struct lane *lane, int64_t wait, int64_t now)
{
    enum { UNKNOWN_PER_S = 20 }; /* what a lane without a published rate is taken to have had */
    if (!lane->full_per_s)
        lane->full_per_s = UNKNOWN_PER_S * TOKEN;
    int64_t half = (lane->bucket.size ? lane->bucket.per_s : lane->full_per_s) / 2;
    lane_set_rate(lane, half < TOKEN ? TOKEN : half);
    lane->bucket.tokens = TOKEN;
    lane->closed_until_ms = now + wait;
    lane->slowed_ms = lane->closed_until_ms;
    lane->bucket.at_ms = lane->closed_until_ms;
}

/* --- the whole --- */

struct budget *budget_new(void)
{
    struct budget *b = calloc(1, sizeof *b);
    if (!b)
        abort();
    b->retries = (struct bucket){.tokens = BUDGET_RETRIES * TOKEN,
                                 .size = BUDGET_RETRIES * TOKEN,
                                 .per_s = TOKEN * INT64_C(1000) / BUDGET_RETRY_REFILL_MS};
    return b;
}

void budget_free(struct budget *b)
{
    free(b);
}

void budget_set_rates(struct budget *b, const struct budget_rates *rates)
{
    b->rates = *rates;
    for (size_t i = 0; i < b->lane_count; i++) {
        struct lane *lane = &b->lanes[i];
        if (lane->full_per_s)
            continue;
        lane->full_per_s = (int64_t)rate_of(rates, lane->method) * TOKEN;
        if (lane->full_per_s)
            lane_set_rate(lane, lane->full_per_s);
    }
}

static void take_longer(int64_t *wait, int64_t other, const char **why_r, const char *why)
{
    if (other <= *wait)
        return;
    *wait = other;
    *why_r = why;
}

int64_t budget_wait_ms(struct budget *b, enum http_method method, const char *target, int64_t now, const char **why_r)
{
    struct lane *lane = lane_of(b, method, target, now);
    int64_t wait = 0;
    if (b->account_until_ms && now >= b->account_until_ms) {
        b->account = (struct bucket){0};
        b->account_until_ms = 0;
    }
    *why_r = "";
    take_longer(&wait, b->pause_until_ms - now, why_r, "the site asked for a pause");
    take_longer(&wait, lane->closed_until_ms - now, why_r, "the site asked for a pause of this kind of request");
    if (now >= lane->closed_until_ms) {
        lane_recover(lane, now);
        take_longer(&wait, until_one(&lane->bucket, now), why_r, "the site's limit for this kind of request");
    }
    take_longer(&wait, until_one(&b->account, now), why_r, "the site's limit for this account");
    return wait;
}

void budget_spend(struct budget *b, enum http_method method, const char *target, int64_t now)
{
    take_one(&lane_of(b, method, target, now)->bucket, now);
    take_one(&b->account, now);
}

static bool header_int(const struct http_response *r, const char *name, int64_t max, int64_t *value_r)
{
    const char *text = http_response_header(r, name);
    return text && str_to_int(text, value_r) && *value_r >= 0 && *value_r <= max;
}

/* Data Center: requests allowed at once, and how many come back in which time. */
static bool hear_bucket(struct budget *b, const struct http_response *r, int64_t now)
{
    enum { MAX = 1000000 };
    int64_t limit, fill, interval, remaining;
    if (!header_int(r, "X-RateLimit-Limit", MAX, &limit) || !header_int(r, "X-RateLimit-FillRate", MAX, &fill) ||
        !header_int(r, "X-RateLimit-Interval-Seconds", MAX, &interval) ||
        !header_int(r, "X-RateLimit-Remaining", MAX, &remaining) || !limit || !fill || !interval)
        return false;
    b->account = (struct bucket){.tokens = remaining * TOKEN,
                                 .size = limit * TOKEN,
                                 .per_s = fill * TOKEN / interval ? fill * TOKEN / interval : 1,
                                 .at_ms = now};
    b->account_until_ms = 0;
    return true;
}

/* Cloud: less than a fifth of the hour's quota is left; what is left has to last until the reset. */
static void hear_near_limit(struct budget *b, const struct http_response *r, int64_t now)
{
    int64_t remaining, reset;
    const char *text = http_response_header(r, "X-RateLimit-Reset");
    if (!str_eq_nocase(http_response_header(r, "X-RateLimit-NearLimit"), "true") ||
        !header_int(r, "X-RateLimit-Remaining", INT32_MAX, &remaining) || !text || !time_iso_parse(text, &reset))
        return;
    int64_t left = reset - now;
    if (left <= 0 || left > QUOTA_WINDOW_MS || !remaining)
        return;
    int64_t per_s = remaining * TOKEN * 1000 / left;
    b->account = (struct bucket){.tokens = TOKEN, .size = TOKEN, .per_s = per_s ? per_s : 1, .at_ms = now};
    b->account_until_ms = reset;
}

bool budget_is_per_issue(int status, const struct http_header *headers, size_t header_count)
{
    const char *reason = http_header_get(headers, header_count, "RateLimit-Reason");
    return status == 429 && reason && strstr(reason, "per-issue");
}

void budget_hear(struct budget *b, enum http_method method, const char *target, const struct http_response *r,
                 int64_t asked_wait_ms, int64_t now)
{
    if (r->status != 429) {
        if (r->status < 500 && b->retries.tokens < b->retries.size)
            b->retries.tokens += TOKEN / 10;
        if (r->status == 503 && asked_wait_ms && now + asked_wait_ms > b->pause_until_ms)
            b->pause_until_ms = now + asked_wait_ms;
        if (!hear_bucket(b, r, now))
            hear_near_limit(b, r, now);
        return;
    }
    if (budget_is_per_issue(r->status, r->headers, r->header_count))
        return;
    hear_bucket(b, r, now);
    const char *reason = http_response_header(r, "RateLimit-Reason");
    int64_t wait = asked_wait_ms ? asked_wait_ms : PAUSE_MS;
    if (reason && strstr(reason, "burst"))
        lane_slow(lane_of(b, method, target, now), wait, now);
    else if (now + wait > b->pause_until_ms)
        b->pause_until_ms = now + wait;
}

bool budget_take_retry(struct budget *b, int64_t now)
{
    if (until_one(&b->retries, now))
        return false;
    take_one(&b->retries, now);
    return true;
}
