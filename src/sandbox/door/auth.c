/* auth.c - who calls: Basic with a password (Data Center) or an API token (Cloud), personal access tokens, sessions.
 *
 * Dead credentials are not always refused: on operations that nobody may call, Jira answers as if none had been sent,
 * and only a header tells (X-Seraph-LoginReason; X-AUSERNAME: anonymous). A wrong password in a Basic header is another
 * matter on Data Center: a filter before everything else answers it with a page, whatever was asked for. */
#include "sandbox/door/auth.h"

#include "sandbox/webhook/webhook.h"

#include <stdio.h>
#include <string.h>

enum { CAPTCHA_AFTER = 3 }; /* failures in a row; Jira's own default */

char *password_digest(struct arena *a, int64_t account, const char *password)
{
    char *text = arena_printf(a, "%lld:%s", (long long)account, password);
    return str_sha256(a, text, strlen(text));
}

static bool note_failure(struct ctx *c, int64_t account)
{
    return db_run(c,
                  "INSERT INTO login (account, failed, in_row, last_failed) VALUES (?1, 1, 1, ?2)"
                  " ON CONFLICT (account) DO UPDATE SET failed = failed + 1, in_row = in_row + 1, last_failed = ?2",
                  "ii", account, c->now);
}

bool auth_password(struct ctx *c, const char *name, const char *password, int64_t *account_r, const char **reason_r)
{
    struct sql_rows rows;
    int64_t known = 0, in_row = 0, limit = 0;
    *account_r = 0;
    const char *sql = c->d->is_cloud ? "SELECT id, password, 0 FROM account WHERE email = ?1 AND active = 1"
                                     : "SELECT id, password, coalesce(in_row, 0) FROM account LEFT JOIN login"
                                       " ON login.account = account.id WHERE name = ?1 AND active = 1";
    if (!db_query(c, &rows, sql, "s", name))
        return false;
    while (!*account_r && sql_next(&rows)) {
        const char *digest = sql_peek(&rows, 1);
        known = sql_int(&rows, 0);
        in_row = sql_int(&rows, 2);
        if (digest && str_eq(digest, password_digest(c->a, known, password)))
            *account_r = known;
    }
    if (!db_done(c, &rows) || (in_row && !setting_int(c->db, "captcha_after", CAPTCHA_AFTER, &limit, &c->err)))
        return false;
    *reason_r = *account_r ? "OK" : "AUTHENTICATED_FAILED";
    if (limit > 0 && in_row >= limit) { /* not even the right password helps until a person solves the riddle */
        *account_r = 0;
        *reason_r = "AUTHENTICATION_DENIED";
    }
    if (!known || c->d->is_cloud)
        return true;
    if (!*account_r)
        return note_failure(c, known);
    return !in_row || db_run(c, "UPDATE login SET in_row = 0 WHERE account = ?1", "i", known);
}

void auth_captcha_headers(struct ctx *c)
{
    http_response_add_header(c->a, c->response, "X-Authentication-Denied-Reason",
                             arena_printf(c->a, "CAPTCHA_CHALLENGE; login-url=%s/login.jsp", c->sb->base_url));
}

/* What stands in front of Data Center says no with a page. */
static bool refuse_basic(struct ctx *c)
{
    bool is_denied = str_eq(c->login_reason, "AUTHENTICATION_DENIED");
    const char *title = is_denied ? "Forbidden (403)" : "Unauthorized (401)";
    if (is_denied)
        auth_captcha_headers(c);
    else
        http_response_add_header(c->a, c->response, "WWW-Authenticate",
                                 arena_printf(c->a, "OAuth realm=\"%s\"", str_percent_encode(c->a, c->sb->base_url)));
    reply_bytes(c, is_denied ? 403 : 401, "text/html;charset=UTF-8",
                arena_printf(c->a,
                             "<html><head><title>%s</title></head><body><h1>%s</h1>"
                             "<p>Basic Authentication Failure - Reason : %s</p></body></html>",
                             title, title, c->login_reason));
    return false;
}

static bool read_basic(struct ctx *c, const char *credentials)
{
    size_t length = 0;
    if (!c->d->has_basic) {
        json_t *o = new_object(c);
        put_str(o, "message", "Basic Authentication has been disabled on this instance.");
        reply_json(c, 403, o);
        return false;
    }
    char *plain = str_unbase64(c->a, credentials, &length);
    char *colon = plain && !memchr(plain, 0, length) ? strchr(plain, ':') : NULL;
    c->login_reason = "AUTHENTICATED_FAILED";
    if (colon) {
        *colon = 0;
        if (!auth_password(c, plain, colon + 1, &c->caller, &c->login_reason))
            return false;
    }
    return c->caller || c->d->is_cloud || refuse_basic(c);
}

static bool read_bearer(struct ctx *c, const char *token)
{
    struct sql_rows rows;
    int64_t id = 0, used = 0;
    c->login_reason = "AUTHENTICATED_FAILED";
    if (!db_query(c, &rows,
                  "SELECT account.id, token.id, coalesce(token.used, 0) FROM token"
                  " JOIN account ON account.id = token.account"
                  " WHERE token.digest = ?1 AND account.active = 1 AND (expires IS NULL OR expires > ?2)",
                  "si", str_sha256(c->a, token, strlen(token)), c->now))
        return false;
    if (sql_next(&rows)) {
        c->caller = sql_int(&rows, 0);
        id = sql_int(&rows, 1);
        used = sql_int(&rows, 2);
        c->login_reason = "OK";
    }
    if (!db_done(c, &rows))
        return false;
    /* Once a minute is exact enough for lastAccessedAt, and spares a write with every request. */
    return !id || c->now - used < 60000 || db_run(c, "UPDATE token SET used = ?2 WHERE id = ?1", "ii", id, c->now);
}

static bool read_cookie(struct ctx *c)
{
    char *value = NULL;
    if (!session_find(c, &value, &c->caller))
        return false;
    if (c->caller)
        c->login_reason = "OK";
    return true;
}

bool auth_read(struct ctx *c)
{
    const char *header = http_request_header(c->request, "Authorization");
    char *lower = header ? str_lower(c->a, arena_strndup(c->a, header, 7)) : NULL;
    bool ok;
    if (lower && str_starts(lower, "basic "))
        ok = read_basic(c, str_trim(c->a, header + 6));
    else if (lower && str_starts(lower, "bearer ") && c->d->has_pat)
        ok = read_bearer(c, str_trim(c->a, header + 7));
    else if (lower && str_starts(lower, "bearer ") && c->d->has_apps)
        ok = app_read_bearer(c, str_trim(c->a, header + 7));
    else
        ok = read_cookie(c);
    if (ok && header)
        c->login_reason = c->caller ? "OK" : "AUTHENTICATED_FAILED";
    int64_t is_admin = 0;
    if (ok && c->caller)
        ok = db_int(c, &is_admin, "SELECT is_admin FROM account WHERE id = ?1", "i", c->caller);
    c->is_admin = is_admin;
    return ok;
}

bool auth_refuse(struct ctx *c)
{
    return refuse_plain(c, 401, "Client must be authenticated to access this resource.");
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

/* Six letters and digits that stand for the session in the access log. */
static char *session_tag(struct ctx *c)
{
    char *value = NULL;
    int64_t account;
    struct err before = c->err;
    if (!session_find(c, &value, &account))
        c->err = before;
    return value ? arena_strndup(c->a, str_sha256(c->a, value, strlen(value)), 6) : NULL;
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
    const char *tag = http_request_header(c->request, "Cookie") ? session_tag(c) : NULL;
    if (tag)
        add_header(c, "X-ASESSIONID", tag);
    if (c->login_reason)
        add_header(c, "X-Seraph-LoginReason", c->login_reason);
    add_header(c, "Cache-Control", "no-cache, no-store, no-transform");
}
