/* webhook_delivery.c - what goes over the wire, when, and how often; and signatures. The sending is the server's. */
#include "sandbox/webhook/webhook.h"

enum { RETRY_MS = 5 * 60 * 1000, HELD_MS = 60 * 1000, JWT_S = 3 * 60 };

char *webhook_signature(struct arena *a, const char *secret, const char *body)
{
    unsigned char digest[STR_HMAC_BYTES];
    str_hmac_sha256(secret, body ? body : "", digest);
    return arena_printf(a, "sha256=%s", str_hex(a, digest, sizeof digest));
}

/* RFC 4648, section 5, without padding. */
static char *base64url(struct arena *a, const void *bytes, size_t length)
{
    char *text = str_base64(a, bytes, length);
    for (char *at = text; *at; at++) {
        if (*at == '+')
            *at = '-';
        if (*at == '/')
            *at = '_';
        if (*at == '=')
            *at = 0;
    }
    return text;
}

char *webhook_jwt(struct arena *a, const char *client, const char *secret, int64_t now)
{
    static const char HEAD[] = "{\"typ\":\"JWT\",\"alg\":\"HS256\"}";
    char *claims =
        json_print(a, json_keep(a, json_pack("{s:s, s:I, s:I, s:s}", "iss", client, "iat", (json_int_t)(now / 1000),
                                             "exp", (json_int_t)(now / 1000 + JWT_S), "aud", client)));
    char *text = arena_printf(a, "%s.%s", base64url(a, HEAD, strlen(HEAD)), base64url(a, claims, strlen(claims)));
    unsigned char digest[STR_HMAC_BYTES];
    str_hmac_sha256(secret, text, digest);
    return arena_printf(a, "%s.%s", text, base64url(a, digest, sizeof digest));
}

/* ---- the next one ---- */

static void header(struct arena *a, struct sandbox_delivery *d, const char *name, const char *value)
{
    *arena_push(a, d->headers, d->header_count) = (struct http_header){name, value};
}

/* Columns id, url, body, identifier, flow, tries, secret, client, client's secret. */
static void from_row(struct sandbox *sb, struct arena *a, struct sql_rows *rows, struct sandbox_delivery *d)
{
    *d = (struct sandbox_delivery){.id = sql_int(rows, 0), .url = sql_str(rows, 1, a), .body = sql_str(rows, 2, a)};
    const char *secret = sql_str(rows, 6, a), *client = sql_str(rows, 7, a), *app_secret = sql_str(rows, 8, a);
    int64_t tries = sql_int(rows, 5);
    header(a, d, "User-Agent", sb->d->is_cloud ? "Atlassian Webhook HTTP Client" : "Atlassian HttpClient / Jira");
    header(a, d, "X-Atlassian-Webhook-Identifier", sql_str(rows, 3, a));
    if (d->body)
        header(a, d, "Content-Type", "application/json; charset=UTF-8");
    if (sb->d->is_cloud)
        header(a, d, "X-Atlassian-Webhook-Flow", sql_str(rows, 4, a));
    if (tries)
        header(a, d, "X-Atlassian-Webhook-Retry", arena_printf(a, "%lld", (long long)tries));
    if (secret)
        header(a, d, "X-Hub-Signature", webhook_signature(a, secret, d->body));
    if (client)
        header(a, d, "Authorization",
               arena_printf(a, "Bearer %s", webhook_jwt(a, client, app_secret, clock_now(sb->clock))));
}

bool sandbox_webhook_next(struct sandbox *sb, struct arena *a, struct sandbox_delivery *r, bool *found_r, struct err *e)
{
    struct sql_rows rows;
    int64_t now = clock_now(sb->clock);
    *found_r = false;
    if (!sql_query(sb->db, &rows, e,
                   "SELECT d.id, d.url, d.body, d.identifier, d.flow, d.tries, w.secret, p.client, p.secret"
                   " FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook LEFT JOIN app p ON p.account = w.app"
                   " WHERE (d.state = 'due' AND d.due <= ?1) OR (d.state = 'held' AND d.created <= ?2)"
                   " ORDER BY d.due, d.id LIMIT 1",
                   "ii", now, now - HELD_MS))
        return false;
    if (sql_next(&rows)) {
        from_row(sb, a, &rows, r);
        *found_r = true;
    }
    return sql_done(&rows, e);
}

static bool comes_again(int status)
{
    return status == 0 || status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

static bool note(struct sandbox *sb, int64_t id, int64_t webhook, int64_t tries, int status, struct err *e)
{
    int64_t now = clock_now(sb->clock), wait = RETRY_MS;
    bool is_done = status >= 200 && status < 300;
    bool again = !is_done && comes_again(status) && tries < sb->d->webhook_retries;
    const char *state = is_done ? "done" : again ? "due" : "failed";
    return setting_int(sb->db, "webhook_retry_ms", RETRY_MS, &wait, e) &&
           sql_run(sb->db, e,
                   "UPDATE webhook_delivery SET state = ?2, tries = tries + 1, last_status = ?3, last_ms = ?4,"
                   " due = ?5 WHERE id = ?1",
                   "isiii", id, state, (int64_t)status, now, now + (again ? wait : 0)) &&
           sql_run(sb->db, e,
                   "UPDATE webhook_delivery SET state = 'due', due = ?3 WHERE webhook = ?1 AND state = 'held'"
                   " AND id < ?2",
                   "iii", webhook, id, now);
}

bool sandbox_webhook_sent(struct sandbox *sb, int64_t id, int status, struct err *e)
{
    int64_t webhook = 0, tries = 0;
    if (!sql_get_int(sb->db, &webhook, 0, e, "SELECT webhook FROM webhook_delivery WHERE id = ?1", "i", id) ||
        !sql_get_int(sb->db, &tries, 0, e, "SELECT tries FROM webhook_delivery WHERE id = ?1", "i", id))
        return false;
    if (!webhook) /* its webhook was deleted meanwhile */
        return true;
    if (!sql_begin(sb->db, e))
        return false;
    if (note(sb, id, webhook, tries, status, e))
        return sql_commit(sb->db, e);
    sql_rollback(sb->db);
    return false;
}
