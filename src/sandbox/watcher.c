/* watcher.c - who watches an issue: its creator and commenters by themselves, others when asked. */
#include "sandbox/access.h"
#include "sandbox/issue.h"

bool watcher_add(struct ctx *c, int64_t issue, int64_t account)
{
    return !account ||
           db_run(c, "INSERT OR IGNORE INTO watcher (issue, account) VALUES (?1, ?2)", "ii", issue, account);
}

json_t *watches_json(struct ctx *c, int64_t issue, const char *key)
{
    int64_t count = 0, mine = 0;
    if (!db_int(c, &count, "SELECT count(*) FROM watcher WHERE issue = ?1", "i", issue) ||
        !db_int(c, &mine, "SELECT 1 FROM watcher WHERE issue = ?1 AND account = ?2", "ii", issue, c->caller))
        return NULL;
    json_t *o = new_object(c);
    put_self(c, o, "issue/%s/watchers", key);
    put_int(o, "watchCount", count);
    put_bool(o, "isWatching", mine);
    return o;
}

static bool watchers_get(struct ctx *c)
{
    int64_t issue = 0;
    if (!issue_need(c, c->args[0], &issue))
        return false;
    json_t *o = watches_json(c, issue, issue_key(c, issue)), *list = new_array(c);
    struct sql_rows rows;
    bool may = false;
    if (!o || !permission_has(c, "VIEW_VOTERS_AND_WATCHERS", 0, issue, &may))
        return false;
    if (!may) { /* how many is told to everybody, who they are is not */
        put(o, "watchers", list);
        return reply_json(c, 200, o);
    }
    if (!db_query(c, &rows, "SELECT account FROM watcher WHERE issue = ?1 ORDER BY account", "i", issue))
        return false;
    while (sql_next(&rows))
        add(list, user_json(c, sql_int(&rows, 0)));
    put(o, "watchers", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

static bool account_named(struct ctx *c, const char *name, int64_t *r)
{
    const char *sql =
        c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1" : "SELECT id FROM account WHERE name = ?1";
    if (!db_int(c, r, sql, "s", name))
        return false;
    return *r || refuse(c, 400, "The user \"%s\" does not exist.", name);
}

/* Of oneself everybody may say it. */
static bool may_manage(struct ctx *c, int64_t issue, int64_t account)
{
    bool may = account == c->caller;
    if (!may && !permission_has(c, "MANAGE_WATCHERS", 0, issue, &may))
        return false;
    return may || refuse(c, c->d->watch_forbidden_status, "You do not have the permission to manage the watcher list.");
}

/* The body is a bare JSON string; none is oneself. */
static bool watcher_post(struct ctx *c)
{
    int64_t issue = 0, account = c->caller;
    const char *name = json_string_value(c->body);
    if (!issue_need(c, c->args[0], &issue) || (name && !account_named(c, name, &account)))
        return false;
    return may_manage(c, issue, account) && watcher_add(c, issue, account) && reply_empty(c, 204);
}

static bool watcher_delete(struct ctx *c)
{
    int64_t issue = 0, account = c->caller;
    const char *name = param(c, c->d->is_cloud ? "accountId" : "username");
    if (!issue_need(c, c->args[0], &issue) || (name && !account_named(c, name, &account)))
        return false;
    return may_manage(c, issue, account) &&
           db_run(c, "DELETE FROM watcher WHERE issue = ?1 AND account = ?2", "ii", issue, account) &&
           reply_empty(c, 204);
}

const struct route watcher_routes[] = {
    {HTTP_GET, "issue/{}/watchers", watchers_get, ON_ALL, 0},
    {HTTP_POST, "issue/{}/watchers", watcher_post, ON_ALL, ROUTE_ANY_BODY | ROUTE_NO_BODY},
    {HTTP_DELETE, "issue/{}/watchers", watcher_delete, ON_ALL, 0},
    {0},
};
