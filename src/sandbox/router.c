/* router.c - from a request to its handler and back.
 *
 * Order: parse the target, find the caller, find the route, read the body, then run the handler in one transaction.
 * A handler that returns false changes nothing in the database. */
#include "sandbox/door/auth.h"
#include "sandbox/door/limit.h"
#include "sandbox/door/wire.h"
#include "sandbox/trace.h"

#include "base/log.h"

#include <string.h>

/* One table per file; a file that adds resources adds its table here, in the order of the alphabet. */
/* clang-format off */
#define TABLES_OF_ROUTES(table) \
    table(admin) \
    table(application_role) \
    table(attachment) \
    table(attachment_content) \
    table(attachment_expand) \
    table(avatar) \
    table(bulk_operation) \
    table(board) \
    table(changelog) \
    table(comment) \
    table(comment_pin) \
    table(component) \
    table(createmeta) \
    table(faults) \
    table(field) \
    table(field_admin) \
    table(field_option) \
    table(filter) \
    table(group) \
    table(issue_archive) \
    table(issue_create) \
    table(issue_delete) \
    table(issue_edit) \
    table(issue_link) \
    table(issue_move) \
    table(issue_picker) \
    table(issue_read) \
    table(issue_type) \
    table(jql) \
    table(jql_suggest) \
    table(label) \
    table(link_type) \
    table(notify) \
    table(permission) \
    table(permission_scheme) \
    table(priority) \
    table(project) \
    table(project_category) \
    table(project_end) \
    table(project_search) \
    table(project_write) \
    table(property) \
    table(property_bulk) \
    table(remote_link) \
    table(role) \
    table(screen) \
    table(search) \
    table(security_scheme) \
    table(server_info) \
    table(session) \
    table(state) \
    table(sprint_api) \
    table(status) \
    table(subtask) \
    table(task) \
    table(token) \
    table(transfer) \
    table(transition) \
    table(user) \
    table(user_admin) \
    table(user_search) \
    table(version) \
    table(version_end) \
    table(vote) \
    table(watcher) \
    table(webhook_admin) \
    table(webhook_app) \
    table(workflow_api) \
    table(workflow_define) \
    table(worklog) \
    table(worklog_bulk) \
    table(worklog_feed)

/* clang-format on */
#define DECLARE(name) extern const struct route name##_routes[];
#define NAME(name)    name##_routes,

TABLES_OF_ROUTES(DECLARE)

static const struct route *const TABLES[] = {TABLES_OF_ROUTES(NAME)};

/* Cuts off the context path that the base URL may have ("https://host/jira"). */
static size_t context_segments(struct ctx *c)
{
    const char *host = strstr(c->sb->base_url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    if (!path)
        return 0;
    char **parts;
    size_t count = str_split(c->a, path + 1, '/', &parts);
    for (size_t i = 0; i < count; i++)
        if (i >= c->target.segment_count || !str_eq(parts[i], c->target.segments[i]))
            return 0;
    return count;
}

struct path {
    char **segments;
    size_t count;
    bool is_api; /* relative to /rest/api/N */
};

static struct path path_of(struct ctx *c)
{
    size_t skip = context_segments(c);
    struct path p = {skip ? c->target.segments + skip : c->target.segments, c->target.segment_count - skip, false};
    if (c->d->is_cloud && p.count && str_ends(c->target.path, "/"))
        p.count = 0; /* Data Center forgives a slash at the end, Cloud knows no such resource */
    c->api = 2;
    c->api_name = "2";
    if (p.count < 3 || !str_eq(p.segments[0], "rest") || !str_eq(p.segments[1], "api"))
        return p;
    const char *version = p.segments[2];
    int api = str_eq(version, "latest") ? c->d->latest_api : str_eq(version, "2") ? 2 : str_eq(version, "3") ? 3 : 0;
    if (!api || api > c->d->newest_api)
        return p;
    c->api = api;
    c->api_name = version;
    return (struct path){p.segments + 3, p.count - 3, true};
}

/* How well the pattern fits: -1 not at all, else the number of literal segments. */
static int match(const char *pattern, const struct path *p, char *args[4])
{
    size_t i = 0;
    int literal = 0, taken = 0;
    while (*pattern) {
        size_t n = strcspn(pattern, "/");
        if (i >= p->count)
            return -1;
        if (n == 2 && pattern[0] == '{') {
            if (!*p->segments[i] || taken == 4)
                return -1;
            args[taken++] = p->segments[i];
        } else {
            if (strncmp(pattern, p->segments[i], n) != 0 || p->segments[i][n])
                return -1;
            literal++;
        }
        i++;
        pattern += n + (pattern[n] == '/');
    }
    return i == p->count ? literal : -1;
}

/* The best route; *known_r says that the path exists, though perhaps not with this method. */
static const struct route *find(struct ctx *c, const struct path *p, bool *known_r)
{
    const struct route *best = NULL;
    int best_score = -1;
    *known_r = false;
    for (size_t t = 0; t < ARRAY_LEN(TABLES); t++) {
        for (const struct route *r = TABLES[t]; r->path; r++) {
            bool is_absolute = r->path[0] == '/';
            if (!(r->dialects & c->d->mask) || is_absolute == p->is_api)
                continue;
            char *args[4] = {0};
            int score = match(r->path + is_absolute, p, args);
            if (score < 0)
                continue;
            *known_r = true;
            if (r->method != c->request->method || score <= best_score)
                continue;
            best = r;
            best_score = score;
            memcpy(c->args, args, sizeof args);
        }
    }
    return best;
}

static bool refuse_json(struct ctx *c, const struct err *e)
{
    if (c->d->json_broken)
        return refuse(c, 400, "%s", c->d->json_broken);
    json_error_t at;
    json_decref(json_loadb(c->request->body, c->request->body_length, JSON_DECODE_ANY, &at));
    if (e && at.line > 0)
        return refuse(c, 400, "Unexpected character: %s\n at [Source: request body; line: %d, column: %d]", at.text,
                      at.line, at.column);
    return refuse(c, 400, "Can not deserialize instance of object\n at [Source: request body; line: 1, column: 1]");
}

static bool read_body(struct ctx *c, const struct route *route)
{
    if (c->request->method != HTTP_POST && c->request->method != HTTP_PUT)
        return true;
    if (route->flags & ROUTE_RAW_BODY)
        return true;
    if (!c->request->body_length)
        return route->flags & ROUTE_NO_BODY ? true
               : c->d->json_broken          ? refuse(c, 400, "%s", c->d->json_broken)
                                            : refuse(c, 400, "No content to map to Object due to end of input");
    const char *type = http_request_header(c->request, "Content-Type");
    char *lower = type ? str_lower(c->a, type) : NULL;
    if (!lower || !str_starts(lower, "application/json"))
        return refuse_plain(c, 415, "HTTP 415 Unsupported Media Type");
    struct err e = ERR_INIT;
    c->body = json_parse(c->a, c->request->body, c->request->body_length, false, "request body", &e);
    if (!c->body)
        return refuse_json(c, &e);
    if (!(route->flags & ROUTE_ANY_BODY) && !json_is_object(c->body))
        return refuse_json(c, NULL);
    return true;
}

static bool run(struct ctx *c, const struct route *route)
{
    if (route->flags & ROUTE_ALONE)
        return route->handle(c);
    bool is_write = c->request->method != HTTP_GET && !(route->flags & ROUTE_READ);
    if (is_write ? !sql_begin(c->db, &c->err) : !db_run(c, "BEGIN", ""))
        return false;
    if (route->handle(c) && c->err.kind == ERR_NONE && sql_commit(c->db, &c->err))
        return true;
    sql_rollback(c->db);
    return false;
}

/* No resource: nobody has said yet which form the answer has, so on Data Center it is XML to who does not ask for JSON.
 */
static bool refuse_route(struct ctx *c, int status, const char *text)
{
    const char *accept = http_request_header(c->request, "Accept");
    if (!c->d->errors_are_xml || (accept && strstr(accept, "json")))
        return refuse_plain(c, status, "%s", text);
    text = str_replace(c->a, str_replace(c->a, text, "&", "&amp;"), "<", "&lt;");
    reply_bytes(c, status, "application/xml;charset=UTF-8",
                arena_printf(c->a,
                             "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><status>"
                             "<status-code>%d</status-code><message>%s</message></status>",
                             status, text));
    return false;
}

static bool answer(struct ctx *c)
{
    struct path path = path_of(c);
    if (!wire_check(c) || !auth_read(c))
        return false;
    bool is_known = false;
    const struct route *route = find(c, &path, &is_known);
    if (!route && is_known)
        return refuse_route(c, 405, "HTTP 405 Method Not Allowed");
    if (!route)
        return refuse_route(
            c, 404,
            arena_printf(c->a, c->d->route_missing, arena_printf(c->a, "%s%s", c->sb->base_url, c->request->target)));
    if (!limit_take(c, route) || !xsrf_browser_check(c))
        return false;
    if (!c->caller && !(route->flags & ROUTE_ANONYMOUS))
        return auth_refuse(c);
    if (route->flags & ROUTE_ADMIN && !c->is_admin)
        return refuse(c, 403, "You do not have administration permission to perform this operation.");
    return read_body(c, route) && run(c, route) && limit_charge(c, route);
}

static void reply_failure(struct ctx *c)
{
    log_line(LOG_ERROR, "sandbox: %s %s: %s", http_method_name(c->request->method), c->request->target, c->err.text);
    struct err failed = c->err;
    err_clear(&c->err);
    refuse_plain(c, 500, "Internal server error, referral number is %08llx", (unsigned long long)(c->sb->requests + 1));
    c->err = failed;
}

void sandbox_answer(struct sandbox *sb, const struct http_request *request, struct arena *a,
                    struct http_response *response)
{
    struct ctx c = {.sb = sb,
                    .db = sb->db,
                    .d = sb->d,
                    .a = a,
                    .request = request,
                    .response = response,
                    .now = clock_now(sb->clock),
                    .err = ERR_INIT};
    *response = (struct http_response){0};
    http_target_parse(a, request->target, &c.target);
    if (!answer(&c) && (c.err.kind != ERR_NONE || !c.is_replied))
        reply_failure(&c);
    auth_headers(&c);
    trace_write(sb, request, response, a);
}
