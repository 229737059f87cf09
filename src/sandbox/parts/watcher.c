/* watcher.c - who watches an issue: its creator and commenters by themselves (setting autowatch), others when asked. */
#include "sandbox/rights/right.h"

bool watcher_add(struct ctx *c, int64_t issue, int64_t account)
{
    return !account ||
           db_run(c, "INSERT OR IGNORE INTO watcher (issue, account) VALUES (?1, ?2)", "ii", issue, account);
}

bool watcher_auto(struct ctx *c, int64_t issue)
{
    int64_t is_on = 1;
    return setting_int(c->db, "autowatch", 1, &is_on, &c->err) && (!is_on || watcher_add(c, issue, c->caller));
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

/* The count is told to all, the names to who may see them; oneself is always seen. */
static bool watchers_get(struct ctx *c)
{
    int64_t issue = 0;
    bool may = false;
    if (!issue_need(c, c->args[0], &issue) || !permission_has(c, "VIEW_VOTERS_AND_WATCHERS", 0, issue, &may))
        return false;
    json_t *o = watches_json(c, issue, issue_key(c, issue)), *list = new_array(c);
    struct sql_rows rows;
    if (!o || !db_query(c, &rows, "SELECT account FROM watcher WHERE issue = ?1 ORDER BY account", "i", issue))
        return false;
    while (sql_next(&rows))
        if (may || sql_int(&rows, 0) == c->caller)
            add(list, user_json(c, sql_int(&rows, 0)));
    put(o, "watchers", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

/* Whose place on the list is asked for: oneself without a name; others with the right to manage the list. */
static bool account_named(struct ctx *c, int64_t issue, const char *name, int64_t *r)
{
    const char *sql =
        c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1" : "SELECT id FROM account WHERE name = ?1";
    *r = c->caller;
    if (!name)
        return true;
    if (!db_int(c, r, sql, "s", name))
        return false;
    if (!*r)
        return refuse(c, 404, "The user \"%s\" does not exist.", name);
    return *r == c->caller || right_need(c, issue, "MANAGE_WATCHERS", c->d->watch_forbidden_status,
                                         "You do not have permission to manage the watchers of this issue.");
}

/* The body is a bare JSON string; none is oneself. */
static bool watcher_post(struct ctx *c)
{
    int64_t issue = 0, account = 0;
    bool sees = false;
    const char *name = json_string_value(c->body);
    if (!name && !c->d->is_cloud)
        name = param(c, "userName");
    if (!issue_need(c, c->args[0], &issue))
        return false;
    if (c->body && !json_is_string(c->body) && !json_is_null(c->body))
        return refuse(c, 400, "The name of a watcher must be a JSON string.");
    if (!account_named(c, issue, name, &account) || !permission_has_for(c, account, "BROWSE_PROJECTS", 0, issue, &sees))
        return false;
    if (!sees)
        return refuse(c, 400,
                      "The user \"%s\" does not have permission to view this issue. This user will not be added to the"
                      " watch list.",
                      name ? name : "");
    return watcher_add(c, issue, account) && reply_empty(c, 204);
}

static bool watcher_delete(struct ctx *c)
{
    int64_t issue = 0, account = 0;
    const char *what = c->d->is_cloud ? "accountId" : "username", *name = param(c, what);
    if (!name && !c->d->is_cloud)
        name = param(c, "userName");
    if (!issue_need(c, c->args[0], &issue))
        return false;
    if (str_is_empty(name))
        return refuse(c, 400, "The query parameter '%s' is required.", what);
    return account_named(c, issue, name, &account) &&
           db_run(c, "DELETE FROM watcher WHERE issue = ?1 AND account = ?2", "ii", issue, account) &&
           reply_empty(c, 204);
}

const struct route watcher_routes[] = {
    {HTTP_GET, "issue/{}/watchers", watchers_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/watchers", watcher_post, ON_ALL, ROUTE_ANY_BODY | ROUTE_NO_BODY},
    {HTTP_DELETE, "issue/{}/watchers", watcher_delete, ON_ALL, 0},
    {0},
};
