/* limit.c - token buckets in a table, and what each family tells of them. */
#include "sandbox/door/limit.h"

#include "base/time_iso.h"

#include <string.h>

enum { DC_MAX = 70, DC_FILL = 5, HOUR_MS = 3600 * 1000, QUOTA = 65000 };
#define FOR_EVER "9223372036854775807"

/* ---- buckets ---- */

struct bucket {
    const char *name;
    int64_t max, fill, interval_ms;
    int64_t left, wait_ms; /* after the take: tokens left; until the next when there was none */
    int64_t next_ms;       /* until the next filling */
};

/* Fills what time has brought, takes `cost` when it is there. *taken_r says whether it was. */
static bool bucket_take(struct ctx *c, struct bucket *b, int64_t cost, bool *taken_r)
{
    struct sql_rows rows;
    int64_t tokens = b->max, at = c->now - c->now % b->interval_ms;
    if (!db_query(c, &rows, "SELECT tokens, at FROM rate_bucket WHERE name = ?1", "s", b->name))
        return false;
    if (sql_next(&rows)) {
        int64_t steps = (c->now - sql_int(&rows, 1)) / b->interval_ms;
        tokens = sql_int(&rows, 0);
        at = sql_int(&rows, 1);
        if (steps > 0) {
            tokens = steps > b->max || tokens + steps * b->fill > b->max ? b->max : tokens + steps * b->fill;
            at += steps * b->interval_ms;
        }
    }
    if (!db_done(c, &rows))
        return false;
    *taken_r = tokens >= cost;
    tokens -= *taken_r ? cost : 0;
    b->left = tokens > 0 ? tokens : 0;
    b->next_ms = at + b->interval_ms - c->now;
    b->wait_ms = *taken_r ? 0 : b->next_ms;
    return db_run(c, "INSERT OR REPLACE INTO rate_bucket (name, tokens, at) VALUES (?1, ?2, ?3)", "sii", b->name,
                  tokens, at);
}

static bool setting(struct ctx *c, const char *name, int64_t otherwise, int64_t *r)
{
    return setting_int(c->db, name, otherwise, r, &c->err);
}

/* ---- headers ---- */

static void header(struct arena *a, struct http_response *r, const char *name, const char *value)
{
    http_response_add_header(a, r, name, value);
}

static void number(struct arena *a, struct http_response *r, const char *name, int64_t value)
{
    header(a, r, name, arena_printf(a, "%lld", (long long)value));
}

static int64_t seconds(int64_t ms)
{
    return ms <= 0 ? 0 : (ms + 999) / 1000;
}

static const char *reset_time(struct arena *a, int64_t at)
{
    char text[TIME_ISO_BYTES];
    time_iso_utc(at, text);
    text[19] = 'Z'; /* without milliseconds */
    text[20] = 0;
    return arena_strdup(a, text);
}

static void set_body(struct arena *a, struct http_response *r, const char *type, const char *body)
{
    *r = (struct http_response){.status = 429, .body = body, .body_length = strlen(body)};
    header(a, r, "Content-Type", type);
}

static void dc_headers(struct arena *a, struct http_response *r, int64_t max, int64_t left, int64_t interval_s,
                       int64_t fill, const char *wait)
{
    number(a, r, "X-RateLimit-Limit", max);
    number(a, r, "X-RateLimit-Remaining", left);
    number(a, r, "X-RateLimit-Interval-Seconds", interval_s);
    number(a, r, "X-RateLimit-FillRate", fill);
    header(a, r, "Retry-After", wait);
}

static void dc_body(const char *accept, struct arena *a, struct http_response *r)
{
    if (accept && strstr(accept, "text/html"))
        set_body(a, r, "text/html;charset=UTF-8",
                 "<!DOCTYPE html><html><head><title>Rate limit exceeded</title></head><body><h1>Rate limit "
                 "exceeded</h1><p>You have made too many requests. Try again later.</p></body></html>");
    else
        set_body(a, r, "application/json;charset=UTF-8", "{\"message\":\"Rate limit exceeded.\"}");
}

static void cloud_body(struct arena *a, struct http_response *r, const char *reason, int64_t limit, int64_t wait_s,
                       int64_t now)
{
    set_body(a, r, "application/json;charset=UTF-8", "{\"errorMessages\":[\"Rate limit exceeded.\"],\"errors\":{}}");
    number(a, r, "Retry-After", wait_s);
    number(a, r, "X-RateLimit-Limit", limit);
    number(a, r, "X-RateLimit-Remaining", 0);
    header(a, r, "X-RateLimit-Reset", reset_time(a, now + wait_s * 1000));
    header(a, r, "RateLimit-Reason", reason);
}

void limit_answer(struct sandbox *sb, const char *reason, int64_t wait_s, const char *accept, struct arena *a,
                  struct http_response *r)
{
    reason = reason ? reason : "jira-burst-based";
    if (sb->d->is_cloud) {
        cloud_body(a, r, reason, str_starts(reason, "jira-quota") ? QUOTA : 100, wait_s, clock_now(sb->clock));
        return;
    }
    dc_body(accept, a, r);
    dc_headers(a, r, DC_MAX, 0, 1, DC_FILL, arena_printf(a, "%lld", (long long)wait_s));
}

/* ---- Data Center ---- */

static bool take_dc(struct ctx *c)
{
    struct bucket b = {.name = arena_printf(c->a, "user %lld", (long long)c->caller)};
    int64_t interval_s = 1;
    bool taken = false;
    if (!c->caller)
        return true;
    if (!setting(c, "rate_max", DC_MAX, &b.max) || !setting(c, "rate_fill", DC_FILL, &b.fill) ||
        !setting(c, "rate_interval_s", 1, &interval_s))
        return false;
    interval_s = interval_s > 0 ? interval_s : 1;
    b.interval_ms = interval_s * 1000;
    if (b.max <= 0) { /* the administrator blocks everybody */
        dc_body(http_request_header(c->request, "Accept"), c->a, c->response);
        dc_headers(c->a, c->response, 0, 0, interval_s, 0, FOR_EVER);
        c->is_replied = true;
        return false;
    }
    if (!bucket_take(c, &b, 1, &taken))
        return false;
    if (!taken) {
        dc_body(http_request_header(c->request, "Accept"), c->a, c->response);
        c->is_replied = true;
    }
    dc_headers(c->a, c->response, b.max, b.left, interval_s, b.fill,
               arena_printf(c->a, "%lld", (long long)seconds(b.wait_ms)));
    return taken;
}

/* ---- Cloud ---- */

static int64_t steady_rate(const struct route *route)
{
    static const struct {
        enum http_method method;
        const char *path;
        int64_t rate;
    } special[] = {{HTTP_GET, "issue/{}", 150},
                   {HTTP_GET, "issue/{}/changelog", 200},
                   {HTTP_POST, "search/approximate-count", 150}};
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (special[i].method == route->method && str_eq(special[i].path, route->path))
            return special[i].rate;
    return route->method == HTTP_GET || route->method == HTTP_POST ? 100 : 50;
}

static bool refuse_cloud(struct ctx *c, const char *reason, const struct bucket *b)
{
    cloud_body(c->a, c->response, reason, b->max, seconds(b->wait_ms), c->now);
    c->is_replied = true;
    return false;
}

static bool take_burst(struct ctx *c, const struct route *route)
{
    struct bucket b = {.name = arena_printf(c->a, "burst %s %s", http_method_name(route->method), route->path),
                       .interval_ms = 1000};
    bool taken = false;
    if (!setting(c, "rate_burst", 0, &b.max))
        return false;
    b.max = b.max > 0 ? b.max : steady_rate(route);
    b.fill = b.max;
    if (!bucket_take(c, &b, 1, &taken))
        return false;
    if (!taken && !refuse_cloud(c, "jira-burst-based", &b))
        return false;
    header(c->a, c->response, "RateLimit-Policy",
           arena_printf(c->a, "\"jira-burst-based\";q=%lld;w=1", (long long)b.max));
    header(c->a, c->response, "RateLimit", arena_printf(c->a, "\"jira-burst-based\";r=%lld;t=1", (long long)b.left));
    return true;
}

/* Writes to one issue and to what hangs on it. */
static bool take_issue_write(struct ctx *c, const struct route *route)
{
    static const struct {
        int64_t max, interval_ms;
    } windows[] = {{20, 2000}, {100, 30000}};
    int64_t issue = 0;
    if (route->method == HTTP_GET || route->flags & ROUTE_READ || !str_starts(route->path, "issue/{}") || !c->args[0])
        return true;
    if (!issue_find(c, c->args[0], &issue))
        return false;
    for (size_t i = 0; issue && i < ARRAY_LEN(windows); i++) {
        struct bucket b = {arena_printf(c->a, "issue %lld %lld", (long long)issue, (long long)windows[i].interval_ms),
                           windows[i].max,
                           windows[i].max,
                           windows[i].interval_ms,
                           0,
                           0,
                           0};
        bool taken = false;
        if (!bucket_take(c, &b, 1, &taken))
            return false;
        if (!taken)
            return refuse_cloud(c, "jira-per-issue-on-write", &b);
    }
    return true;
}

static struct bucket quota_of(struct ctx *c)
{
    return (struct bucket){.name = arena_printf(c->a, "quota %lld", (long long)c->caller), .interval_ms = HOUR_MS};
}

static void quota_headers(struct ctx *c, const struct bucket *b)
{
    number(c->a, c->response, "X-RateLimit-Limit", b->max);
    number(c->a, c->response, "X-RateLimit-Remaining", b->left);
    header(c->a, c->response, "X-RateLimit-Reset", reset_time(c->a, c->now + b->next_ms));
    if (b->left * 5 < b->max)
        header(c->a, c->response, "X-RateLimit-NearLimit", "true");
}

/* One point for the request; what comes back is charged by limit_charge. */
static bool take_quota(struct ctx *c)
{
    struct bucket b = quota_of(c);
    bool taken = false;
    if (!c->is_app)
        return true;
    if (!setting(c, "rate_quota", QUOTA, &b.max))
        return false;
    b.fill = b.max;
    if (!bucket_take(c, &b, 1, &taken))
        return false;
    if (!taken)
        return refuse_cloud(c, "jira-quota-global-based", &b);
    quota_headers(c, &b);
    return true;
}

/* Objects in an answer: of a list its length, of a page that of its list, else one. */
static int64_t objects_in(const json_t *answer)
{
    static const char *const lists[] = {"issues",   "values",          "comments",  "worklogs",
                                        "projects", "issueChangeLogs", "histories", "transitions"};
    if (json_is_array(answer))
        return (int64_t)json_array_size(answer);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        if (json_is_array(json_object_get(answer, lists[i])))
            return (int64_t)json_array_size(json_object_get(answer, lists[i]));
    return 1;
}

static bool is_identity(const char *path)
{
    static const char *const nouns[] = {"user", "group", "role", "permission"};
    for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
        if (strstr(path, nouns[i]))
            return true;
    return false;
}

/* Whatever the answer costs, it is given: the next request pays. */
bool limit_charge(struct ctx *c, const struct route *route)
{
    int64_t is_on = 0, tokens = 0;
    bool is_read = route->method == HTTP_GET || route->flags & ROUTE_READ;
    if (!c->is_app || !is_read || c->response->status != 200 || route->path[0] == '/')
        return true;
    if (!setting(c, "rate_limits", 0, &is_on) || !is_on)
        return c->err.kind == ERR_NONE;
    json_t *answer = NULL;
    struct err ignored = ERR_INIT;
    answer = json_parse(c->a, c->response->body, c->response->body_length, true, "answer", &ignored);
    int64_t cost = answer ? objects_in(answer) * (is_identity(route->path) ? 2 : 1) : 1;
    const char *name = quota_of(c).name;
    return db_int(c, &tokens, "SELECT tokens FROM rate_bucket WHERE name = ?1", "s", name) &&
           db_run(c, "UPDATE rate_bucket SET tokens = ?2 WHERE name = ?1", "si", name,
                  tokens > cost ? tokens - cost : (int64_t)0);
}

bool limit_take(struct ctx *c, const struct route *route)
{
    int64_t is_on = 0;
    if (!str_starts(c->target.path ? c->target.path : "", "/rest/") && route->path[0] == '/' &&
        !str_starts(route->path, "/rest/"))
        return true; /* no REST: status, downloads, and the sandbox's own */
    if (!setting(c, "rate_limits", 0, &is_on))
        return false;
    if (!is_on)
        return true;
    if (!c->d->is_cloud)
        return take_dc(c);
    return take_quota(c) && take_burst(c, route) && take_issue_write(c, route);
}
