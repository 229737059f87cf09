/* token.c - personal access tokens: /rest/pat/latest/tokens. */
#include "sandbox/door/auth.h"

#include <string.h>

enum { TOKEN_LENGTH = 44 };

static char *token_text(struct arena *a, const char *what)
{
    char *raw = str_sha256(a, what, strlen(what));
    raw = str_base64(a, raw, strlen(raw)); /* real ones are base64 too, and clients have met the + and / in them */
    raw[TOKEN_LENGTH] = 0;
    return raw;
}

static json_t *token_json(struct ctx *c, int64_t id, const char *name, int64_t created)
{
    json_t *o = new_object(c);
    put_int(o, "id", id);
    put_str(o, "name", name);
    put_time(c, o, "createdAt", created);
    return o;
}

static bool token_create(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name");
    int64_t days = json_at_int(c->body, "expirationDuration", 0);
    if (str_is_empty(name))
        return refuse(c, 400, "The token's name must not be empty.");
    if (days < 0 || days > 36500)
        return refuse(c, 400, "The token's expiration must be between 1 and 36500 days.");
    /* The token is made from the database's own counter and the site's seed, so that a restored site repeats itself. */
    char *seed = NULL;
    int64_t next = 0;
    if (!db_int(c, &next, "SELECT seq FROM sqlite_sequence WHERE name = 'token'", "") ||
        !db_str(c, &seed, "SELECT value FROM setting WHERE name = 'seed'", ""))
        return false;
    char *raw = token_text(c->a, arena_printf(c->a, "token:%s:%lld:%lld", seed, (long long)next, (long long)c->now));
    int64_t expires = c->now + days * 86400000;
    if (!db_run(c, "INSERT INTO token (account, name, digest, created, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
                days > 0 ? "issii" : "issin", c->caller, name, str_sha256(c->a, raw, strlen(raw)), c->now, expires))
        return false;
    json_t *o = token_json(c, sql_last_id(c->db), name, c->now);
    if (days > 0)
        put_time(c, o, "expiringAt", expires);
    put_str(o, "rawToken", raw);
    return reply_json(c, 201, o);
}

static bool token_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, created, expires, used FROM token WHERE account = ?1 ORDER BY id", "i",
                  c->caller))
        return false;
    while (sql_next(&rows)) {
        json_t *o = token_json(c, sql_int(&rows, 0), sql_peek(&rows, 1), sql_int(&rows, 2));
        if (!sql_is_null(&rows, 3))
            put_time(c, o, "expiringAt", sql_int(&rows, 3));
        if (!sql_is_null(&rows, 4))
            put_time(c, o, "lastAccessedAt", sql_int(&rows, 4));
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

/* ---- the first one ---- */

static bool first_text(struct sandbox *sb, struct arena *a, char **r, struct err *e)
{
    char *seed = NULL;
    if (!sql_get_str(sb->db, a, &seed, e, "SELECT value FROM setting WHERE name = 'seed'", ""))
        return false;
    *r = token_text(a, arena_printf(a, "first token:%s", seed));
    return true;
}

bool token_first(struct sandbox *sb, int64_t account, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *raw = NULL;
    bool ok = first_text(sb, &a, &raw, e) &&
              sql_run(sb->db, e, "INSERT INTO token (account, name, digest, created) VALUES (?1, 'first', ?2, ?3)",
                      "isi", account, str_sha256(&a, raw, strlen(raw)), clock_now(sb->clock));
    arena_release(&a);
    return ok;
}

bool sandbox_first_token(struct sandbox *sb, struct arena *a, char **r, struct err *e)
{
    *r = NULL;
    return sb->d->has_basic || first_text(sb, a, r, e);
}

const struct route token_routes[] = {
    {HTTP_POST, "/rest/pat/latest/tokens", token_create, ON_DC10, 0},
    {HTTP_GET, "/rest/pat/latest/tokens", token_list, ON_DC10, 0},
    {HTTP_DELETE, "/rest/pat/latest/tokens/{}", token_delete, ON_DC10, 0},
    {0},
};
