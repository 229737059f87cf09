/* session.c - /rest/auth/1/session: signing in with a name and a password for a cookie, as the clients of Data Center
 * before personal access tokens do; and the administrator's way out for an account that a CAPTCHA keeps out. */
#include "sandbox/door/auth.h"

#include <string.h>

enum { IDLE_MS = 5 * 3600 * 1000, TOUCH_MS = 60 * 1000 };

/* The values of a cookie come in one header, or in several. The first session wins, as Tomcat has it. */
static char *cookie_value(struct ctx *c)
{
    for (size_t i = 0; i < c->request->header_count; i++) {
        if (!str_eq_nocase(c->request->headers[i].name, "Cookie"))
            continue;
        char **parts;
        size_t count = str_split(c->a, c->request->headers[i].value, ';', &parts);
        for (size_t p = 0; p < count; p++) {
            char *part = str_trim(c->a, parts[p]);
            if (str_starts(part, "JSESSIONID="))
                return part + strlen("JSESSIONID=");
        }
    }
    return NULL;
}

bool session_find(struct ctx *c, char **value_r, int64_t *account_r)
{
    char *value = c->d->has_session ? cookie_value(c) : NULL;
    struct sql_rows rows;
    int64_t used = 0;
    *value_r = NULL;
    *account_r = 0;
    if (!value)
        return true;
    if (!db_query(c, &rows,
                  "SELECT session.account, session.used FROM session JOIN account ON account.id = session.account"
                  " WHERE session.value = ?1 AND session.used > ?2 AND account.active = 1",
                  "si", value, c->now - IDLE_MS))
        return false;
    if (sql_next(&rows)) {
        *account_r = sql_int(&rows, 0);
        used = sql_int(&rows, 1);
        *value_r = value;
    }
    if (!db_done(c, &rows))
        return false;
    return !*account_r || c->now - used < TOUCH_MS ||
           db_run(c, "UPDATE session SET used = ?2 WHERE value = ?1", "si", value, c->now);
}

/* {failedLoginCount?, loginCount, lastFailedLoginTime?, previousLoginTime?} */
static json_t *login_info(struct ctx *c, int64_t account)
{
    json_t *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT failed, count, last_failed, previous FROM login WHERE account = ?1", "i", account))
        return NULL;
    if (sql_next(&rows)) {
        if (sql_int(&rows, 0))
            put_int(o, "failedLoginCount", sql_int(&rows, 0));
        put_int(o, "loginCount", sql_int(&rows, 1));
        if (!sql_is_null(&rows, 2))
            put_time(c, o, "lastFailedLoginTime", sql_int(&rows, 2));
        if (!sql_is_null(&rows, 3))
            put_time(c, o, "previousLoginTime", sql_int(&rows, 3));
    } else {
        put_int(o, "loginCount", 0);
    }
    return db_done(c, &rows) ? o : NULL;
}

/* The value follows from the seed and the number of logins, so that a restored site repeats itself. */
static bool session_start(struct ctx *c, int64_t account, char **value_r)
{
    char *seed = NULL;
    int64_t logins = 0;
    if (!db_run(c,
                "INSERT INTO login (account, count, last) VALUES (?1, 1, ?2) ON CONFLICT (account) DO UPDATE"
                " SET count = count + 1, previous = last, last = ?2",
                "ii", account, c->now) ||
        !db_int(c, &logins, "SELECT sum(count) FROM login", "") ||
        !db_str(c, &seed, "SELECT value FROM setting WHERE name = 'seed'", "") ||
        !db_run(c, "DELETE FROM session WHERE used <= ?1", "i", c->now - IDLE_MS))
        return false;
    char *text = arena_printf(c->a, "session:%s:%lld:%lld", seed, (long long)logins, (long long)c->now);
    char *value = str_sha256(c->a, text, strlen(text));
    value[32] = 0;
    for (char *p = value; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    *value_r = value;
    return db_run(c, "INSERT INTO session (value, account, created, used) VALUES (?1, ?2, ?3, ?3)", "sii", value,
                  account, c->now);
}

static bool refuse_login(struct ctx *c, const char *reason)
{
    c->login_reason = reason;
    if (!str_eq(reason, "AUTHENTICATION_DENIED"))
        return refuse(c, 401, "Login failed");
    auth_captcha_headers(c);
    return refuse(c, 403, "Login denied");
}

static bool session_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "username"), *password = json_at_str(c->body, "password"), *reason = NULL;
    char *value = NULL;
    int64_t account = 0;
    if (!c->d->has_session)
        return refuse_plain(c, 403, "Basic Authentication has been disabled on this instance.");
    if (!auth_password(c, name ? name : "", password ? password : "", &account, &reason))
        return false;
    if (!account) { /* what was counted must stay, though the answer is a refusal */
        refuse_login(c, reason);
        return true;
    }
    if (!session_start(c, account, &value))
        return false;
    c->caller = account;
    c->login_reason = "OK";
    json_t *o = new_object(c), *session = new_object(c), *info = login_info(c, account);
    put_str(session, "name", "JSESSIONID");
    put_str(session, "value", value);
    put(o, "session", session);
    put(o, "loginInfo", info);
    http_response_add_header(c->a, c->response, "Set-Cookie",
                             arena_printf(c->a, "JSESSIONID=%s; Path=/; HttpOnly", value));
    return info && reply_json(c, 200, o);
}

static bool need_caller(struct ctx *c)
{
    return c->caller || refuse(c, 401, "You are not authenticated. Authentication required to perform this operation.");
}

static bool session_get(struct ctx *c)
{
    char *name = NULL;
    if (!need_caller(c) || !db_str(c, &name, "SELECT name FROM account WHERE id = ?1", "i", c->caller))
        return false;
    json_t *o = new_object(c), *info = login_info(c, c->caller);
    c->api_name = "latest";
    put_self(c, o, "user?username=%s", str_percent_encode(c->a, name ? name : ""));
    put_str(o, "name", name);
    put(o, "loginInfo", info);
    return info && reply_json(c, 200, o);
}

static bool session_delete(struct ctx *c)
{
    char *value = NULL;
    int64_t account;
    if (!need_caller(c) || !session_find(c, &value, &account))
        return false;
    if (value && !db_run(c, "DELETE FROM session WHERE value = ?1", "s", value))
        return false;
    http_response_add_header(c->a, c->response, "Set-Cookie",
                             "JSESSIONID=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly");
    return reply_empty(c, 204);
}

/* What the button of the user browser asks for; people script it, for there is no resource of the API for it. */
static bool reset_failures(struct ctx *c)
{
    const char *name = param(c, "name");
    if (!db_run(c, "UPDATE login SET in_row = 0 WHERE account = (SELECT id FROM account WHERE name = ?1)", "s",
                name ? name : ""))
        return false;
    http_response_add_header(c->a, c->response, "Location",
                             arena_printf(c->a, "%s/secure/admin/user/UserBrowser.jspa", c->sb->base_url));
    return reply_empty(c, 302);
}

const struct route session_routes[] = {
    {HTTP_POST, "/rest/auth/1/session", session_post, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_GET, "/rest/auth/1/session", session_get, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_DELETE, "/rest/auth/1/session", session_delete, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_POST, "/rest/auth/latest/session", session_post, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_GET, "/rest/auth/latest/session", session_get, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_DELETE, "/rest/auth/latest/session", session_delete, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_POST, "/secure/admin/user/ResetFailedLoginCount.jspa", reset_failures, ON_DC, ROUTE_ADMIN | ROUTE_RAW_BODY},
    {0},
};
