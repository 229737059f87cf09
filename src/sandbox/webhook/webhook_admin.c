/* webhook_admin.c - webhooks that an administrator registers: /rest/webhooks/1.0/webhook on Server up to 9 and on
 * Cloud, /rest/jira-webhook/1.0/webhooks on Data Center 10 and later. One table, two shapes. */
#include "sandbox/webhook/webhook.h"

#include <ctype.h>

#define ISSUE_FILTER "issue-related-events-section"

enum { WEBHOOKS_MAX = 100, NAME_MAX_LENGTH = 255 };

struct hook {
    int64_t id, owner, created, updated;
    const char *name, *url, *events, *jql, *secret;
    bool excludes_body, is_active, has_ssl;
};

static bool hook_read(struct ctx *c, const char *asked, struct hook *h)
{
    struct sql_rows rows;
    int64_t id = 0;
    *h = (struct hook){0};
    if (!str_to_int(asked, &id))
        return true;
    if (!db_query(
            c, &rows,
            "SELECT id, owner, created, updated, name, url, events, jql, secret, exclude_body, active, ssl FROM webhook"
            " WHERE id = ?1 AND app IS NULL",
            "i", id))
        return false;
    if (sql_next(&rows))
        *h = (struct hook){.id = sql_int(&rows, 0),
                           .owner = sql_int(&rows, 1),
                           .created = sql_int(&rows, 2),
                           .updated = sql_int(&rows, 3),
                           .name = sql_str(&rows, 4, c->a),
                           .url = sql_str(&rows, 5, c->a),
                           .events = sql_str(&rows, 6, c->a),
                           .jql = sql_str(&rows, 7, c->a),
                           .secret = sql_str(&rows, 8, c->a),
                           .excludes_body = sql_int(&rows, 9),
                           .is_active = sql_int(&rows, 10),
                           .has_ssl = sql_int(&rows, 11)};
    return db_done(c, &rows);
}

static bool hook_need(struct ctx *c, struct hook *h)
{
    if (!hook_read(c, c->args[0], h))
        return false;
    return h->id || refuse(c, 404, "Webhook with id %s does not exist.", c->args[0]);
}

/* ---- what is shown ---- */

static json_t *filters_json(struct ctx *c, const struct hook *h)
{
    json_t *filters = new_object(c);
    put_str(filters, ISSUE_FILTER, h->jql ? h->jql : "");
    return filters;
}

static json_t *old_json(struct ctx *c, const struct hook *h)
{
    json_t *o = new_object(c), *who = user_json(c, h->owner);
    put_str(o, "name", h->name);
    put_str(o, "url", h->url);
    put_bool(o, "excludeBody", h->excludes_body);
    put(o, "filters", filters_json(c, h));
    put(o, "events", json_stored(c, h->events));
    put_bool(o, "enabled", h->is_active);
    put_str(o, "self", arena_printf(c->a, "%s/rest/webhooks/1.0/webhook/%lld", c->sb->base_url, (long long)h->id));
    put_str(o, "lastUpdatedUser", json_at_str(who, c->d->is_cloud ? "accountId" : "key"));
    put_str(o, "lastUpdatedDisplayName", json_at_str(who, "displayName"));
    put_int(o, "lastUpdated", h->updated);
    return o;
}

static json_t *new_json(struct ctx *c, const struct hook *h)
{
    json_t *o = new_object(c), *configuration = new_object(c);
    put_str(configuration, "FILTERS", json_print(c->a, filters_json(c, h)));
    put_str(configuration, "EXCLUDE_BODY", h->excludes_body ? "true" : "false");
    if (h->secret)
        put_str(configuration, "SECRET", "********");
    put_int(o, "id", h->id);
    put_str(o, "name", h->name);
    put_str(o, "url", h->url);
    put(o, "events", json_stored(c, h->events));
    put(o, "configuration", configuration);
    put_bool(o, "active", h->is_active);
    put_str(o, "scopeType", "global");
    put_bool(o, "sslVerificationRequired", h->has_ssl);
    put_int(o, "createdDate", h->created);
    put_int(o, "updatedDate", h->updated);
    return o;
}

static json_t *hook_json(struct ctx *c, const struct hook *h)
{
    return c->d->has_new_webhook_admin ? new_json(c, h) : old_json(c, h);
}

static bool reply_hook(struct ctx *c, int status, int64_t id)
{
    struct hook h;
    return hook_read(c, arena_printf(c->a, "%lld", (long long)id), &h) && reply_json(c, status, hook_json(c, &h));
}

static bool hooks_get(struct ctx *c)
{
    struct sql_rows rows;
    int64_t *ids = NULL;
    size_t count = 0;
    if (!db_query(c, &rows, "SELECT id FROM webhook WHERE app IS NULL ORDER BY id", ""))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, ids, count) = sql_int(&rows, 0);
    if (!db_done(c, &rows))
        return false;
    json_t *list = new_array(c);
    for (size_t i = 0; i < count; i++) {
        struct hook h;
        if (!hook_read(c, arena_printf(c->a, "%lld", (long long)ids[i]), &h))
            return false;
        add(list, hook_json(c, &h));
    }
    return reply_json(c, 200, list);
}

static bool hook_get(struct ctx *c)
{
    struct hook h;
    return hook_need(c, &h) && reply_json(c, 200, hook_json(c, &h));
}

/* ---- what is sent ---- */

static bool is_address(const char *url)
{
    const char *host = str_starts(url, "https://") ? url + 8 : str_starts(url, "http://") ? url + 7 : NULL;
    if (!host || !isalnum((unsigned char)*host))
        return false;
    for (const char *at = host; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return false;
    return true;
}

static const char *text_of(const json_t *body, const char *name, const char *otherwise)
{
    const char *text = json_at_str(body, name);
    return text ? text : otherwise;
}

/* The members that are given, over what there is. */
static bool take(struct ctx *c, struct hook *h)
{
    const json_t *body = c->body, *events = json_object_get(body, "events"),
                 *filters = json_object_get(body, "filters");
    const char *wrong = NULL;
    struct problems p = {0};
    h->name = text_of(body, "name", h->name);
    h->url = text_of(body, "url", h->url);
    h->secret = text_of(body, "secret", text_of(json_object_get(body, "configuration"), "SECRET", h->secret));
    h->secret = text_of(json_object_get(body, "configuration"), "secret", h->secret);
    h->excludes_body = json_at_bool(body, "excludeBody", h->excludes_body);
    h->is_active = json_at_bool(body, "enabled", json_at_bool(body, "active", h->is_active));
    h->has_ssl = json_at_bool(body, "sslVerificationRequired", h->has_ssl);
    if (filters && json_is_string(json_object_get(filters, ISSUE_FILTER)))
        h->jql = json_string_value(json_object_get(filters, ISSUE_FILTER));
    if (events)
        h->events = json_print(c->a, events);
    if (str_is_empty(h->name) || str_utf8_length(h->name) > NAME_MAX_LENGTH)
        problem(c, &p, NULL, "The webhook name must be between 1 and %d characters long.", NAME_MAX_LENGTH);
    if (!h->url || !is_address(h->url))
        problem(c, &p, NULL, "The webhook URL is invalid: it must begin with http:// or https://.");
    if (events && !json_is_array(events))
        problem(c, &p, NULL, "events must be an array of names.");
    else if (!webhook_events_known(events, false, &wrong))
        problem(c, &p, NULL, "The event '%s' is not supported.", wrong ? wrong : "");
    return p.count ? refuse_problems(c, 400, &p) : webhook_check_jql(c, h->jql);
}

static bool hook_post(struct ctx *c)
{
    struct hook h = {.is_active = true, .has_ssl = true, .events = "[]"};
    int64_t count = 0;
    if (!take(c, &h) || !db_int(c, &count, "SELECT count(*) FROM webhook WHERE app IS NULL", ""))
        return false;
    if (count >= WEBHOOKS_MAX)
        return refuse(c, 409, "There are already %d webhooks; a site may have no more.", WEBHOOKS_MAX);
    return db_run(c,
                  "INSERT INTO webhook (owner, name, url, events, jql, exclude_body, secret, active, ssl, created, "
                  "updated)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
                  "issssisiii", c->caller, h.name, h.url, h.events, h.jql, (int64_t)h.excludes_body, h.secret,
                  (int64_t)h.is_active, (int64_t)h.has_ssl, c->now) &&
           reply_hook(c, 201, sql_last_id(c->db));
}

static bool hook_put(struct ctx *c)
{
    struct hook h;
    return hook_need(c, &h) && take(c, &h) &&
           db_run(c,
                  "UPDATE webhook SET owner = ?2, name = ?3, url = ?4, events = ?5, jql = ?6, exclude_body = ?7, "
                  "secret = ?8,"
                  " active = ?9, ssl = ?10, updated = ?11 WHERE id = ?1",
                  "iissssisiii", h.id, c->caller, h.name, h.url, h.events, h.jql, (int64_t)h.excludes_body, h.secret,
                  (int64_t)h.is_active, (int64_t)h.has_ssl, c->now) &&
           reply_hook(c, 200, h.id);
}

static bool hook_delete(struct ctx *c)
{
    struct hook h;
    return hook_need(c, &h) && db_run(c, "DELETE FROM webhook WHERE id = ?1", "i", h.id) && reply_empty(c, 204);
}

/* ---- how the deliveries went (Data Center 10) ---- */

static bool figures(struct ctx *c, int64_t webhook, json_t **r)
{
    int64_t done = 0, failed = 0, waiting = 0;
    if (!db_int(c, &done, "SELECT count(*) FROM webhook_delivery WHERE webhook = ?1 AND state = 'done'", "i",
                webhook) ||
        !db_int(c, &failed, "SELECT count(*) FROM webhook_delivery WHERE webhook = ?1 AND state = 'failed'", "i",
                webhook) ||
        !db_int(c, &waiting, "SELECT count(*) FROM webhook_delivery WHERE webhook = ?1 AND state IN ('due', 'held')",
                "i", webhook))
        return false;
    *r = new_object(c);
    put_int(*r, "successes", done);
    put_int(*r, "failures", failed);
    put_int(*r, "errors", 0);
    put_int(*r, "inFlight", waiting);
    return true;
}

static bool statistics_get(struct ctx *c)
{
    struct hook h;
    json_t *o;
    return hook_need(c, &h) && figures(c, h.id, &o) && reply_json(c, 200, o);
}

static bool latest_get(struct ctx *c)
{
    struct hook h;
    struct sql_rows rows;
    if (!hook_need(c, &h) ||
        !db_query(
            c, &rows,
            "SELECT event, url, last_status, last_ms, state FROM webhook_delivery WHERE webhook = ?1 AND tries > 0"
            " ORDER BY last_ms DESC, id DESC LIMIT 1",
            "i", h.id))
        return false;
    json_t *o = NULL;
    if (sql_next(&rows)) {
        json_t *request = new_object(c), *result = new_object(c);
        o = new_object(c);
        put_str(request, "url", sql_str(&rows, 1, c->a));
        put_str(request, "method", "POST");
        put_int(result, "statusCode", sql_int(&rows, 2));
        put_str(result, "outcome", str_eq(sql_peek(&rows, 4), "done") ? "SUCCESS" : "FAILURE");
        put_str(o, "event", sql_str(&rows, 0, c->a));
        put(o, "request", request);
        put(o, "result", result);
        put_int(o, "finish", sql_int(&rows, 3));
    }
    if (!db_done(c, &rows))
        return false;
    return o ? reply_json(c, 200, o) : reply_empty(c, 204);
}

#define ON_OLD_WEBHOOKS (ON_DC8 | ON_CLOUD)
#define OLD             "/rest/webhooks/1.0/webhook"
#define NEW             "/rest/jira-webhook/1.0/webhooks"

const struct route webhook_admin_routes[] = {
    {HTTP_GET, OLD, hooks_get, ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_POST, OLD, hook_post, ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_GET, OLD "/{}", hook_get, ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_PUT, OLD "/{}", hook_put, ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_DELETE, OLD "/{}", hook_delete, ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_GET, NEW, hooks_get, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_POST, NEW, hook_post, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_GET, NEW "/{}", hook_get, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_PUT, NEW "/{}", hook_put, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_DELETE, NEW "/{}", hook_delete, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_GET, NEW "/{}/statistics", statistics_get, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {HTTP_GET, NEW "/{}/latest", latest_get, ON_ALL & ~ON_OLD_WEBHOOKS, ROUTE_ADMIN},
    {0},
};
