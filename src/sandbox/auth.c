/* auth.c - who calls: Basic with a password (Data Center) or an API token (Cloud), and personal access tokens.
 *
 * Dead credentials are not always refused: on operations that nobody may call, Jira answers as if none had been sent,
 * and only a header tells (X-Seraph-LoginReason; X-AUSERNAME: anonymous). */
#include "sandbox/auth.h"

#include "sandbox/webhook.h"

#include <stdio.h>
#include <string.h>

char *password_digest(struct arena *a, int64_t account, const char *password)
{
    char *text = arena_printf(a, "%lld:%s", (long long)account, password);
    return str_sha256(a, text, strlen(text));
}

static bool read_basic(struct ctx *c, const char *credentials)
{
    size_t length = 0;
    char *plain = str_unbase64(c->a, credentials, &length);
    char *colon = plain && !memchr(plain, 0, length) ? strchr(plain, ':') : NULL;
    if (!colon)
        return true;
    *colon = 0;
    struct sql_rows rows;
    const char *sql = c->d->is_cloud ? "SELECT id, password, is_admin FROM account WHERE email = ?1 AND active = 1"
                                     : "SELECT id, password, is_admin FROM account WHERE name = ?1 AND active = 1";
    if (!db_query(c, &rows, sql, "s", plain))
        return false;
    while (!c->caller && sql_next(&rows)) {
        const char *digest = sql_peek(&rows, 1);
        if (digest && str_eq(digest, password_digest(c->a, sql_int(&rows, 0), colon + 1))) {
            c->caller = sql_int(&rows, 0);
            c->is_admin = sql_int(&rows, 2);
        }
    }
    return db_done(c, &rows);
}

static bool read_bearer(struct ctx *c, const char *token)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT account.id, account.is_admin FROM token JOIN account ON account.id = token.account"
                  " WHERE token.digest = ?1 AND account.active = 1 AND (expires IS NULL OR expires > ?2)",
                  "si", str_sha256(c->a, token, strlen(token)), c->now))
        return false;
    if (sql_next(&rows)) {
        c->caller = sql_int(&rows, 0);
        c->is_admin = sql_int(&rows, 1);
    }
    return db_done(c, &rows);
}

bool auth_read(struct ctx *c)
{
    const char *header = http_request_header(c->request, "Authorization");
    if (!header)
        return true;
    char *lower = str_lower(c->a, arena_strndup(c->a, header, 7));
    bool ok = true;
    if (str_starts(lower, "basic "))
        ok = read_basic(c, str_trim(c->a, header + 6));
    else if (str_starts(lower, "bearer ") && c->d->has_pat)
        ok = read_bearer(c, str_trim(c->a, header + 7));
    else if (str_starts(lower, "bearer ") && c->d->has_apps)
        ok = app_read_bearer(c, str_trim(c->a, header + 7));
    c->login_reason = c->caller ? "OK" : "AUTHENTICATED_FAILED";
    return ok;
}

bool auth_refuse(struct ctx *c)
{
    const char *header = http_request_header(c->request, "Authorization");
    if (c->d->is_cloud || !header || !str_eq_nocase(arena_strndup(c->a, header, 5), "basic"))
        return refuse_plain(c, 401, "Client must be authenticated to access this resource.");
    http_response_add_header(c->a, c->response, "WWW-Authenticate",
                             arena_printf(c->a, "OAuth realm=\"%s\"", c->sb->base_url));
    reply_bytes(c, 401, "text/html;charset=UTF-8",
                "<html><head><title>Unauthorized (401)</title></head><body><h1>Unauthorized (401)</h1>"
                "<p>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</p></body></html>");
    return false;
}

static void add_header(struct ctx *c, const char *name, const char *value)
{
    http_response_add_header(c->a, c->response, name, value);
}

static const char *caller_name(struct ctx *c)
{
    char *name = NULL;
    if (!c->caller)
        return "anonymous";
    const char *sql =
        c->d->is_cloud ? "SELECT account_id FROM account WHERE id = ?1" : "SELECT name FROM account WHERE id = ?1";
    struct err ignored = ERR_INIT; /* a header is not worth failing for */
    if (!sql_get_str(c->db, c->a, &name, &ignored, sql, "i", c->caller) || !name)
        return "anonymous";
    return str_percent_encode(c->a, name);
}

void auth_headers(struct ctx *c)
{
    uint64_t n = ++c->sb->requests;
    if (c->d->is_cloud) {
        if (c->caller)
            add_header(c, "X-AAccountId", caller_name(c));
        else if (c->login_reason)
            add_header(c, "X-Seraph-LoginReason", c->login_reason);
        add_header(c, "Atl-Traceid",
                   arena_printf(c->a, "%016llx%016llx", (unsigned long long)c->now, (unsigned long long)n));
        add_header(c, "Cache-Control", "no-cache, no-store, no-transform");
        return;
    }
    add_header(c, "X-AREQUESTID",
               arena_printf(c->a, "%lldx%llux1", (long long)(c->now / 60000 % 1440), (unsigned long long)n));
    add_header(c, "X-ANODEID", "node1");
    add_header(c, "X-AUSERNAME", caller_name(c));
    if (c->login_reason)
        add_header(c, "X-Seraph-LoginReason", c->login_reason);
    add_header(c, "Cache-Control", "no-cache, no-store, no-transform");
}

/* ---- personal access tokens: /rest/pat/latest/tokens ---- */

static bool token_create(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name");
    int64_t days = json_at_int(c->body, "expirationDuration", 0);
    if (str_is_empty(name))
        return refuse(c, 400, "The token's name must not be empty.");
    /* The token is made from the database's own counter and the site's seed, so that a restored site repeats itself. */
    char *raw = NULL;
    int64_t next = 0;
    if (!db_int(c, &next, "SELECT seq FROM sqlite_sequence WHERE name = 'token'", "") ||
        !db_str(c, &raw, "SELECT value FROM setting WHERE name = 'seed'", ""))
        return false;
    raw = arena_printf(c->a, "token:%s:%lld:%lld", raw, (long long)next, (long long)c->now);
    raw = str_sha256(c->a, raw, strlen(raw));
    raw[44] = 0;
    int64_t expires = c->now + days * 86400000;
    if (!db_run(c, "INSERT INTO token (account, name, digest, created, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
                days > 0 ? "issii" : "issin", c->caller, name, str_sha256(c->a, raw, strlen(raw)), c->now, expires))
        return false;
    json_t *o = new_object(c);
    put_int(o, "id", sql_last_id(c->db));
    put_str(o, "name", name);
    put_time(c, o, "createdAt", c->now);
    if (days > 0)
        put_time(c, o, "expiringAt", expires);
    put_str(o, "rawToken", raw);
    return reply_json(c, 201, o);
}

static bool token_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, created, expires FROM token WHERE account = ?1 ORDER BY id", "i",
                  c->caller))
        return false;
    while (sql_next(&rows)) {
        json_t *o = new_object(c);
        put_int(o, "id", sql_int(&rows, 0));
        put_str(o, "name", sql_peek(&rows, 1));
        put_time(c, o, "createdAt", sql_int(&rows, 2));
        if (!sql_is_null(&rows, 3))
            put_time(c, o, "expiringAt", sql_int(&rows, 3));
        add(list, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool token_delete(struct ctx *c)
{
    int64_t id = 0;
    if (!str_to_int(c->args[0], &id))
        return refuse(c, 404, "Token with id %s does not exist.", c->args[0]);
    if (!db_run(c, "DELETE FROM token WHERE id = ?1 AND account = ?2", "ii", id, c->caller))
        return false;
    return sql_changes(c->db) ? reply_empty(c, 204) : refuse(c, 404, "Token with id %s does not exist.", c->args[0]);
}

const struct route auth_routes[] = {
    {HTTP_POST, "/rest/pat/latest/tokens", token_create, ON_DC10, 0},
    {HTTP_GET, "/rest/pat/latest/tokens", token_list, ON_DC10, 0},
    {HTTP_DELETE, "/rest/pat/latest/tokens/{}", token_delete, ON_DC10, 0},
    {0},
};
