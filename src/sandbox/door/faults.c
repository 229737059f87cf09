/* faults.c - what goes wrong on demand, scripted per route, and the outermost door of the sandbox that makes it so.
 *
 * A fault is a row: it matches requests by method and path, lets the first `skip` of them pass, then strikes `count`
 * times. Rows are in the database, so a restored snapshot also restores what was still to go wrong.
 *
 * A handler cannot cut a connection. A reply that never comes is a response with status 0; the transport in this
 * process and the server turn it into a cut. */
#include "sandbox/door/faults.h"

#include "sandbox/door/limit.h"

static const char *const kind_names[] = {
    [SANDBOX_FAULT_DROP_BEFORE] = "drop-before",
    [SANDBOX_FAULT_DROP_AFTER] = "drop-after",
    [SANDBOX_FAULT_DUPLICATE] = "duplicate",
    [SANDBOX_FAULT_RATE] = "429",
    [SANDBOX_FAULT_500_BEFORE] = "500-before",
    [SANDBOX_FAULT_500_AFTER] = "500-after",
    [SANDBOX_FAULT_503] = "503",
    [SANDBOX_FAULT_HTML] = "html",
    [SANDBOX_FAULT_ANONYMOUS] = "anonymous",
    [SANDBOX_FAULT_DELAY] = "delay",
    [SANDBOX_FAULT_TRUNCATE] = "truncate",
    [SANDBOX_FAULT_RESET] = "reset",
    [SANDBOX_FAULT_INDEX_LAG] = "index-lag",
    [SANDBOX_FAULT_INDEX_FLICKER] = "index-flicker",
    [SANDBOX_FAULT_409] = "409",
    [SANDBOX_FAULT_VANISH] = "vanish",
    [SANDBOX_FAULT_WEBHOOK_LOST] = "webhook-lost",
    [SANDBOX_FAULT_WEBHOOK_DOUBLED] = "webhook-doubled",
    [SANDBOX_FAULT_WEBHOOK_LATE] = "webhook-late",
    [SANDBOX_FAULT_WEBHOOK_REORDERED] = "webhook-reordered",
};

static const char *const reasons[] = {"jira-quota-global-based", "jira-quota-tenant-based", "jira-burst-based",
                                      "jira-per-issue-on-write"};

static bool kind_parse(const char *name, enum sandbox_fault_kind *r)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
        if (str_eq(name, kind_names[i])) {
            *r = (enum sandbox_fault_kind)i;
            return true;
        }
    return false;
}

static bool is_of_index(enum sandbox_fault_kind kind)
{
    return kind == SANDBOX_FAULT_INDEX_LAG || kind == SANDBOX_FAULT_INDEX_FLICKER;
}

static bool check(const struct sandbox_fault *f, struct err *e)
{
    if ((unsigned)f->kind >= ARRAY_LEN(kind_names))
        return err_set(e, ERR_INPUT, "fault: there is no kind %d", (int)f->kind);
    if ((f->kind == SANDBOX_FAULT_DELAY || is_of_index(f->kind)) && f->ms < 0)
        return err_set(e, ERR_INPUT, "fault %s: \"ms\" must not be negative", kind_names[f->kind]);
    if (f->kind == SANDBOX_FAULT_VANISH && !f->project)
        return err_set(e, ERR_INPUT, "fault vanish: \"project\" must name the project that vanishes");
    return true;
}

bool sandbox_fault_add(struct sandbox *sb, const struct sandbox_fault *f, struct err *e)
{
    if (!check(f, e))
        return false;
    /* There is one of each: the newest. */
    if (is_of_index(f->kind) && !sql_run(sb->db, e, "DELETE FROM fault WHERE kind = ?1", "s", kind_names[f->kind]))
        return false;
    return sql_run(
        sb->db, e,
        "INSERT INTO fault (kind, method, path, skip, remaining, ms, retry_after, reason, project) VALUES (?1, "
        "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        "sssiiiiss", kind_names[f->kind], f->method, f->path, (int64_t)f->skip,
        f->count ? (int64_t)f->count : (int64_t)1, f->ms, f->retry_after_s, f->reason, f->project);
}

bool sandbox_faults_clear(struct sandbox *sb, struct err *e)
{
    return sql_run(sb->db, e, "DELETE FROM fault", "");
}

bool faults_index(struct ctx *c, int64_t *lag_r, int64_t *flicker_r)
{
    int64_t fault = 0;
    if (!setting_int(c->db, "index_lag_ms", 0, lag_r, &c->err) ||
        !db_int(c, &fault, "SELECT ms FROM fault WHERE kind = 'index-lag'", "") ||
        !db_int(c, flicker_r, "SELECT ms FROM fault WHERE kind = 'index-flicker'", ""))
        return false;
    *lag_r = fault > *lag_r ? fault : *lag_r;
    return true;
}

bool faults_webhook(struct ctx *c, const char *event, const char **kind_r, int64_t *ms_r)
{
    struct sql_rows rows;
    int64_t id = 0, skip = 0;
    *kind_r = NULL;
    *ms_r = 0;
    if (!db_query(c, &rows,
                  "SELECT id, kind, skip, ms FROM fault WHERE remaining <> 0 AND kind LIKE 'webhook-%'"
                  " AND (path IS NULL OR path = ?1) ORDER BY id LIMIT 1",
                  "s", event))
        return false;
    if (sql_next(&rows)) {
        id = sql_int(&rows, 0);
        skip = sql_int(&rows, 2);
        *kind_r = skip > 0 ? NULL : sql_str(&rows, 1, c->a);
        *ms_r = str_eq(*kind_r, "webhook-late") ? sql_int(&rows, 3) : 0;
    }
    if (!db_done(c, &rows) || !id)
        return c->err.kind == ERR_NONE;
    return skip > 0 ? db_run(c, "UPDATE fault SET skip = skip - 1 WHERE id = ?1", "i", id)
                    : db_run(c, "UPDATE fault SET remaining = remaining - 1 WHERE id = ?1 AND remaining > 0", "i", id);
}

/* ---- striking ---- */

/* A star stands for anything; without a star the pattern is a beginning. */
static bool path_matches(const char *pattern, const char *path)
{
    if (!strchr(pattern, '*'))
        return str_starts(path, pattern);
    const char *star = NULL, *resume = NULL;
    while (*path) {
        if (*pattern == '*') {
            star = pattern++;
            resume = path;
        } else if (*pattern == *path) {
            pattern++;
            path++;
        } else if (star) {
            pattern = star + 1;
            path = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

/* The path below the context path of the base URL, without the query. */
static char *path_of(const struct sandbox *sb, const struct http_request *request, struct arena *a)
{
    const char *host = strstr(sb->base_url, "://"), *context = host ? strchr(host + 3, '/') : NULL;
    const char *target = request->target;
    if (context && str_starts(target, context) && target[strlen(context)] == '/')
        target += strlen(context);
    return arena_strndup(a, target, strcspn(target, "?"));
}

struct strike {
    bool is_struck;
    enum sandbox_fault_kind kind;
    int64_t ms, retry_after;
    const char *reason, *project;
};

/* Finds the first fault that strikes this request and counts it. Those that match but still skip are counted too. */
static bool find_strike(struct sandbox *sb, const struct http_request *request, const char *path, struct arena *a,
                        struct strike *r, struct err *e)
{
    struct sql_rows rows;
    int64_t skipped[64], struck = 0;
    size_t skipped_count = 0;
    if (!sql_query(
            sb->db, &rows, e,
            "SELECT id, kind, method, path, skip, ms, retry_after, reason, project FROM fault WHERE remaining <> 0 "
            "AND kind NOT LIKE 'index-%' AND kind NOT LIKE 'webhook-%' ORDER BY id",
            ""))
        return false;
    while (!struck && sql_next(&rows)) {
        const char *method = sql_peek(&rows, 2), *pattern = sql_peek(&rows, 3);
        if ((method && !str_eq_nocase(method, http_method_name(request->method))) ||
            (pattern && !path_matches(pattern, path)) || !kind_parse(sql_peek(&rows, 1), &r->kind))
            continue;
        if (sql_int(&rows, 4) > 0) {
            if (skipped_count < ARRAY_LEN(skipped))
                skipped[skipped_count++] = sql_int(&rows, 0);
            continue;
        }
        struck = sql_int(&rows, 0);
        r->is_struck = true;
        r->ms = sql_int(&rows, 5);
        r->retry_after = sql_int(&rows, 6);
        r->reason = sql_str(&rows, 7, a);
        r->project = sql_str(&rows, 8, a);
    }
    if (!sql_done(&rows, e))
        return false;
    for (size_t i = 0; i < skipped_count; i++)
        if (!sql_run(sb->db, e, "UPDATE fault SET skip = skip - 1 WHERE id = ?1", "i", skipped[i]))
            return false;
    return !struck || sql_run(sb->db, e, "UPDATE fault SET remaining = remaining - 1 WHERE id = ?1 AND remaining > 0",
                              "i", struck);
}

static void set_body(struct arena *a, struct http_response *r, int status, const char *type, const char *body)
{
    *r = (struct http_response){.status = status, .body = body, .body_length = strlen(body)};
    http_response_add_header(a, r, "Content-Type", type);
}

static void set_number(struct arena *a, struct http_response *r, const char *name, int64_t value)
{
    http_response_add_header(a, r, name, arena_printf(a, "%lld", (long long)value));
}

static void answer_500(struct sandbox *sb, struct arena *a, struct http_response *r)
{
    if (sb->d->is_cloud)
        set_body(a, r, 500, "application/json;charset=UTF-8",
                 "{\"errorMessages\":[\"Internal server error\"],\"errors\":{}}");
    else
        set_body(a, r, 500, "application/json;charset=UTF-8",
                 "{\"message\":\"Internal server error, referral number is "
                 "4d1f7c52-6c0e-4b8e-9a55-0c1f6a1e2b3d\",\"status-code\":500}");
}

/* Bad credentials in place of the good ones: what is open to everybody then answers 200 to nobody. */
static void answer_anonymous(struct sandbox *sb, const struct http_request *request, struct arena *a,
                             struct http_response *r)
{
    struct http_request dead = *request;
    struct http_header *headers = arena_array(a, struct http_header, request->header_count + 1);
    dead.header_count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        if (!str_eq_nocase(request->headers[i].name, "Authorization") &&
            !str_eq_nocase(request->headers[i].name, "Cookie"))
            headers[dead.header_count++] = request->headers[i];
    headers[dead.header_count++] = (struct http_header){"Authorization", "Bearer expired"};
    dead.headers = headers;
    sandbox_answer(sb, &dead, a, r);
}

static void cut_in_half(struct arena *a, struct http_response *r)
{
    r->body_length /= 2;
    r->body = arena_strndup(a, r->body ? r->body : "", r->body_length);
}

static void answer_with(struct sandbox *sb, const struct strike *s, const struct http_request *request, struct arena *a,
                        struct http_response *r)
{
    struct http_response first = {0};
    switch (s->kind) {
    case SANDBOX_FAULT_DROP_BEFORE:
        *r = (struct http_response){0};
        return;
    case SANDBOX_FAULT_DROP_AFTER:
        sandbox_answer(sb, request, a, r);
        *r = (struct http_response){0};
        return;
    case SANDBOX_FAULT_DUPLICATE:
        sandbox_answer(sb, request, a, &first);
        sandbox_answer(sb, request, a, r);
        return;
    case SANDBOX_FAULT_RATE:
        limit_answer(sb, s->reason, s->retry_after ? s->retry_after : 1, http_request_header(request, "Accept"), a, r);
        return;
    case SANDBOX_FAULT_500_AFTER:
        sandbox_answer(sb, request, a, r);
        answer_500(sb, a, r);
        return;
    case SANDBOX_FAULT_500_BEFORE:
        answer_500(sb, a, r);
        return;
    case SANDBOX_FAULT_503:
        set_body(a, r, 503, "text/html;charset=UTF-8",
                 "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>");
        if (s->retry_after)
            set_number(a, r, "Retry-After", s->retry_after);
        return;
    case SANDBOX_FAULT_HTML:
        set_body(a, r, 200, "text/html;charset=UTF-8",
                 "<!DOCTYPE html><html><head><title>Log in</title></head><body><form "
                 "id=\"login-form\"></form></body></html>");
        return;
    case SANDBOX_FAULT_ANONYMOUS:
        answer_anonymous(sb, request, a, r);
        return;
    case SANDBOX_FAULT_DELAY:
        clock_sleep(sb->clock, s->ms);
        sandbox_answer(sb, request, a, r);
        return;
    case SANDBOX_FAULT_TRUNCATE:
        sandbox_answer(sb, request, a, r);
        cut_in_half(a, r);
        return;
    case SANDBOX_FAULT_409:
        set_body(a, r, 409, "application/json;charset=UTF-8",
                 "{\"errorMessages\":[\"The issue could not be updated because it is being changed by another request."
                 " Try again.\"],\"errors\":{}}");
        return;
    case SANDBOX_FAULT_RESET:
        sandbox_answer(sb, request, a, r);
        r->told_length = r->body_length;
        cut_in_half(a, r);
        if (!r->body_length) /* nothing to cut in the middle of */
            *r = (struct http_response){0};
        return;
    case SANDBOX_FAULT_VANISH:
        sb->vanished = s->project;
        sandbox_answer(sb, request, a, r);
        sb->vanished = NULL;
        return;
    case SANDBOX_FAULT_WEBHOOK_LOST: /* not of requests */
    case SANDBOX_FAULT_WEBHOOK_DOUBLED:
    case SANDBOX_FAULT_WEBHOOK_LATE:
    case SANDBOX_FAULT_WEBHOOK_REORDERED:
    case SANDBOX_FAULT_INDEX_LAG:
    case SANDBOX_FAULT_INDEX_FLICKER:
        break;
    }
    sandbox_answer(sb, request, a, r);
}

void sandbox_handle(void *sandbox, const struct http_request *request, struct arena *a, struct http_response *r)
{
    struct sandbox *sb = sandbox;
    struct strike strike = {0};
    struct err e = ERR_INIT;
    const char *path = path_of(sb, request, a);
    if (!str_starts(path, "/sandbox/") && !find_strike(sb, request, path, a, &strike, &e)) {
        answer_500(sb, a, r);
        return;
    }
    if (strike.is_struck)
        answer_with(sb, &strike, request, a, r);
    else
        sandbox_answer(sb, request, a, r);
}

/* ---- POST, GET, DELETE /sandbox/faults ---- */

static bool read_fault(struct ctx *c, const json_t *v, struct sandbox_fault *f)
{
    const char *kind = json_at_str(v, "kind");
    *f = (struct sandbox_fault){
        .method = json_at_str(v, "method"),
        .path = json_at_str(v, "path"),
        .skip = (int)json_at_int(v, "skip", 0),
        .count = (int)json_at_int(v, "count", 1),
        .ms = json_at_int(v, "ms", 0),
        .retry_after_s = json_at_int(v, "retryAfter", 0),
        .reason = json_at_str(v, "reason"),
        .project = json_at_str(v, "project"),
    };
    if (!kind || !kind_parse(kind, &f->kind))
        return refuse(c, 400, "There is no fault \"%s\".", kind ? kind : "");
    if (!f->reason)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (str_eq(f->reason, reasons[i]))
            return true;
    return refuse(c, 400, "There is no rate limit reason \"%s\".", f->reason);
}

static bool faults_add(struct ctx *c)
{
    const json_t *list = json_is_array(c->body) ? c->body : json_object_get(c->body, "faults");
    size_t count = json_is_array(list) ? json_array_size(list) : 1;
    for (size_t i = 0; i < count; i++) {
        struct sandbox_fault f;
        struct err e = ERR_INIT;
        if (!read_fault(c, json_is_array(list) ? json_array_get(list, i) : c->body, &f))
            return false;
        if (!check(&f, &e))
            return refuse(c, 400, "%s", e.text);
        if (!sandbox_fault_add(c->sb, &f, &c->err))
            return false;
    }
    return reply_empty(c, 204);
}

static bool faults_list(struct ctx *c)
{
    struct sql_rows rows;
    json_t *list = new_array(c), *reply = new_object(c);
    if (!db_query(
            c, &rows,
            "SELECT id, kind, method, path, skip, remaining, ms, retry_after, reason, project FROM fault ORDER BY id",
            ""))
        return false;
    while (sql_next(&rows)) {
        json_t *f = new_object(c);
        put_int(f, "id", sql_int(&rows, 0));
        put_str(f, "kind", sql_peek(&rows, 1));
        put_str(f, "method", sql_peek(&rows, 2));
        put_str(f, "path", sql_peek(&rows, 3));
        put_int(f, "skip", sql_int(&rows, 4));
        put_int(f, "count", sql_int(&rows, 5));
        put_int(f, "ms", sql_int(&rows, 6));
        put_int(f, "retryAfter", sql_int(&rows, 7));
        put_str(f, "reason", sql_peek(&rows, 8));
        put_str(f, "project", sql_peek(&rows, 9));
        add(list, f);
    }
    put(reply, "faults", list);
    return db_done(c, &rows) && reply_json(c, 200, reply);
}

static bool faults_clear(struct ctx *c)
{
    return sandbox_faults_clear(c->sb, &c->err) && reply_empty(c, 204);
}

const struct route faults_routes[] = {
    {HTTP_POST, "/sandbox/faults", faults_add, ON_ALL, ROUTE_ADMIN | ROUTE_ANY_BODY},
    {HTTP_GET, "/sandbox/faults", faults_list, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "/sandbox/faults", faults_clear, ON_ALL, ROUTE_ADMIN},
    {0},
};
