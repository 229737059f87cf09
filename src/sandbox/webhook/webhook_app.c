/* webhook_app.c - apps, and the webhooks that they register for themselves (Cloud): of one address, limited in number
 * and in what their JQL may say, and gone after thirty days unless refreshed. */
#include "sandbox/jql/jql.h"
#include "sandbox/webhook/webhook.h"

enum { APP_WEBHOOKS = 100, LIFE_DAYS = 30 };
static const int64_t LIFE_MS = LIFE_DAYS * INT64_C(24) * 3600 * 1000;

/* POST /sandbox/apps {displayName} → {accountId, token, clientId, clientSecret}: an app with an account of its own. */
static bool apps_post(struct ctx *c)
{
    int64_t account = 0, count = 0;
    char *token = NULL, *client = NULL, *secret = NULL;
    const char *name = json_at_str(c->body, "displayName");
    struct account_new n = {.display_name = name ? name : "An app", .is_admin = json_at_bool(c->body, "admin", true)};
    if (!db_int(c, &count, "SELECT count(*) FROM app", "") || !account_create(c->sb, &n, &account, &c->err) ||
        !site_uuid(c->sb, c->a, "app token", account, &token, &c->err) ||
        !site_uuid(c->sb, c->a, "app client", account, &client, &c->err) ||
        !site_uuid(c->sb, c->a, "app secret", account, &secret, &c->err))
        return false;
    if (!db_run(c, "INSERT INTO app (account, client, secret, digest) VALUES (?1, ?2, ?3, ?4)", "isss", account, client,
                secret, str_sha256(c->a, token, strlen(token))))
        return false;
    json_t *o = new_object(c), *user = user_json(c, account);
    put_str(o, "accountId", json_at_str(user, "accountId"));
    put_str(o, "token", token);
    put_str(o, "clientId", client);
    put_str(o, "clientSecret", secret);
    return reply_json(c, 201, o);
}

bool app_read_bearer(struct ctx *c, const char *token)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT a.id, a.is_admin FROM app p JOIN account a ON a.id = p.account WHERE p.digest = ?1"
                  " AND a.active = 1",
                  "s", str_sha256(c->a, token, strlen(token))))
        return false;
    if (sql_next(&rows)) {
        c->caller = sql_int(&rows, 0);
        c->is_admin = sql_int(&rows, 1);
        c->is_app = true;
    }
    return db_done(c, &rows);
}

static bool app_need(struct ctx *c)
{
    return c->is_app || refuse(c, 403, "Only Connect and OAuth 2.0 apps can use this operation.");
}

/* ---- registering ---- */

/* The fields and operators that an app's filter may use. */
static const char *jql_problem(struct ctx *c, const struct jql_node *node)
{
    static const char *const FIELDS[] = {"issuekey", "project",  "issuetype", "status",
                                         "priority", "assignee", "reporter"};
    bool is_known = false;
    if (!node)
        return NULL;
    if (node->kind != JQL_CLAUSE) {
        for (size_t i = 0; i < node->count; i++) {
            const char *wrong = jql_problem(c, node->children[i]);
            if (wrong)
                return wrong;
        }
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++)
        is_known |= str_eq_nocase(node->field, FIELDS[i]);
    if (!is_known && !str_starts(node->field, "cf[") && !str_starts(node->field, "issue.property"))
        return arena_printf(c->a, "The field '%s' is not supported in a webhook filter.", node->field);
    if (node->op != JQL_EQ && node->op != JQL_NE && node->op != JQL_IN && node->op != JQL_NOT_IN)
        return arena_printf(c->a, "The operator '%s' is not supported in a webhook filter.", jql_op_name(node->op));
    return NULL;
}

static const char *registration_problem(struct ctx *c, const json_t *sent)
{
    const char *jql = json_at_str(sent, "jqlFilter"), *error = NULL, *wrong = NULL;
    const json_t *events = json_object_get(sent, "events");
    if (!json_array_size(events))
        return "At least one event must be given.";
    if (!webhook_events_known(events, true, &wrong))
        return arena_printf(c->a, "The event '%s' is not supported.", wrong ? wrong : "");
    if (!jql)
        return "The jqlFilter must be given.";
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
    return q ? jql_problem(c, q->where) : error;
}

static const char *stored_list(struct ctx *c, const json_t *list)
{
    return json_array_size(list) ? json_print(c->a, list) : NULL;
}

static bool register_one(struct ctx *c, const char *url, const json_t *sent, int64_t *count, json_t *result)
{
    const char *wrong = registration_problem(c, sent);
    json_t *o = new_object(c);
    if (!wrong && *count >= APP_WEBHOOKS)
        wrong = arena_printf(c->a, "An app may have no more than %d webhooks.", APP_WEBHOOKS);
    add(result, o);
    if (wrong) {
        json_t *errors = new_array(c);
        add_str(errors, wrong);
        put(o, "errors", errors);
        return true;
    }
    if (!db_run(
            c,
            "INSERT INTO webhook (app, owner, name, url, events, jql, fields, properties, created, updated, expires)"
            " VALUES (?1, ?1, '', ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
            "isssssii", c->caller, url, json_print(c->a, json_object_get(sent, "events")),
            json_at_str(sent, "jqlFilter"), stored_list(c, json_object_get(sent, "fieldIdsFilter")),
            stored_list(c, json_object_get(sent, "issuePropertyKeysFilter")), c->now, c->now + LIFE_MS))
        return false;
    (*count)++;
    put_int(o, "createdWebhookId", sql_last_id(c->db));
    return true;
}

static bool register_post(struct ctx *c)
{
    const char *url = json_at_str(c->body, "url");
    const json_t *list = json_object_get(c->body, "webhooks"), *sent;
    char *other = NULL;
    int64_t count = 0;
    size_t i;
    if (!app_need(c))
        return false;
    if (!url || (!str_starts(url, "https://") && !str_starts(url, "http://")))
        return refuse(c, 400, "The url of the webhooks is missing or invalid.");
    if (!json_array_size(list))
        return refuse(c, 400, "At least one webhook must be given.");
    if (!db_str(c, &other, "SELECT url FROM webhook WHERE app = ?1 AND url <> ?2 LIMIT 1", "is", c->caller, url) ||
        !db_int(c, &count, "SELECT count(*) FROM webhook WHERE app = ?1", "i", c->caller))
        return false;
    if (other)
        return refuse(c, 400, "Only a single URL per app is allowed to be registered via REST API.");
    json_t *o = new_object(c), *result = new_array(c);
    put(o, "webhookRegistrationResult", result);
    json_array_foreach (list, i, sent)
        if (!register_one(c, url, sent, &count, result))
            return false;
    return reply_json(c, 200, o);
}

/* ---- looking, refreshing, ending ---- */

static bool registered_get(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    if (!app_need(c) || !page_read(c, 100, 100, &page) ||
        !db_int(c, &total, "SELECT count(*) FROM webhook WHERE app = ?1", "i", c->caller) ||
        !db_query(
            c, &rows,
            "SELECT id, jql, events, fields, properties, expires, url FROM webhook WHERE app = ?1 ORDER BY id LIMIT ?2"
            " OFFSET ?3",
            "iii", c->caller, page.max, page.start))
        return false;
    json_t *values = new_array(c);
    while (sql_next(&rows)) {
        json_t *o = new_object(c);
        put_int(o, "id", sql_int(&rows, 0));
        put_str(o, "jqlFilter", sql_str(&rows, 1, c->a));
        put(o, "events", json_stored(c, sql_str(&rows, 2, c->a)));
        if (!sql_is_null(&rows, 3))
            put(o, "fieldIdsFilter", json_stored(c, sql_str(&rows, 3, c->a)));
        if (!sql_is_null(&rows, 4))
            put(o, "issuePropertyKeysFilter", json_stored(c, sql_str(&rows, 4, c->a)));
        put_int(o, "expirationDate", sql_int(&rows, 5));
        put_str(o, "url", sql_str(&rows, 6, c->a));
        add(values, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool ids_need(struct ctx *c, const json_t **r)
{
    *r = json_object_get(c->body, "webhookIds");
    return json_is_array(*r) || refuse(c, 400, "webhookIds must be given as an array of numbers.");
}

static bool refresh_put(struct ctx *c)
{
    const json_t *ids, *id;
    size_t i;
    if (!app_need(c) || !ids_need(c, &ids))
        return false;
    json_array_foreach (ids, i, id)
        if (!db_run(c, "UPDATE webhook SET expires = ?3 WHERE id = ?1 AND app = ?2", "iii",
                    (int64_t)json_integer_value(id), c->caller, c->now + LIFE_MS))
            return false;
    json_t *o = new_object(c);
    put_int(o, "expirationDate", c->now + LIFE_MS);
    return reply_json(c, 200, o);
}

static bool registered_delete(struct ctx *c)
{
    const json_t *ids, *id;
    size_t i;
    struct err e = ERR_INIT;
    c->body = c->request->body_length
                  ? json_parse(c->a, c->request->body, c->request->body_length, false, "request body", &e)
                  : NULL;
    if (!app_need(c) || !ids_need(c, &ids))
        return false;
    json_array_foreach (ids, i, id)
        if (!db_run(c, "DELETE FROM webhook WHERE id = ?1 AND app = ?2", "ii", (int64_t)json_integer_value(id),
                    c->caller))
            return false;
    return reply_empty(c, 202);
}

/* What was given up, oldest first. */
static bool failed_get(struct ctx *c)
{
    enum { PAGE = 100 };
    int64_t max = PAGE, after = 0, last = 0;
    struct sql_rows rows;
    const char *text = param(c, "after");
    if (!app_need(c))
        return false;
    if ((text && !str_to_int(text, &after)) || (param(c, "maxResults") && !str_to_int(param(c, "maxResults"), &max)))
        return refuse(c, 400, "after and maxResults must be numbers.");
    max = max < 1 || max > PAGE ? PAGE : max;
    if (!db_query(
            c, &rows,
            "SELECT d.identifier, d.body, d.url, d.last_ms FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook"
            " WHERE w.app = ?1 AND d.state = 'failed' AND d.last_ms > ?2 ORDER BY d.last_ms, d.id LIMIT ?3",
            "iii", c->caller, after, max))
        return false;
    json_t *o = new_object(c), *values = new_array(c);
    while (sql_next(&rows)) {
        json_t *failed = new_object(c);
        put_str(failed, "id", sql_str(&rows, 0, c->a));
        if (!sql_is_null(&rows, 1))
            put_str(failed, "body", sql_str(&rows, 1, c->a));
        put_str(failed, "url", sql_str(&rows, 2, c->a));
        put_int(failed, "failureTime", last = sql_int(&rows, 3));
        add(values, failed);
    }
    put(o, "values", values);
    put_int(o, "maxResults", max);
    if (json_array_size(values))
        put_str(o, "next",
                arena_printf(c->a, "%s/rest/api/%s/webhook/failed?maxResults=%lld&after=%lld", c->sb->base_url,
                             c->api_name, (long long)max, (long long)last));
    return db_done(c, &rows) && reply_json(c, 200, o);
}

const struct route webhook_app_routes[] = {
    {HTTP_POST, "/sandbox/apps", apps_post, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_POST, "webhook", register_post, ON_CLOUD, 0},
    {HTTP_GET, "webhook", registered_get, ON_CLOUD, 0},
    {HTTP_DELETE, "webhook", registered_delete, ON_CLOUD, 0},
    {HTTP_PUT, "webhook/refresh", refresh_put, ON_CLOUD, 0},
    {HTTP_GET, "webhook/failed", failed_get, ON_CLOUD, 0},
    {0},
};
