/* vote.c - votes for an issue: everybody's own, once. They leave no history and do not move `updated`.
 *
 * On Data Center nobody votes for what they reported; Cloud lets them. */
#include "sandbox/rights/right.h"

json_t *votes_json(struct ctx *c, int64_t issue, const char *key)
{
    int64_t count = 0, mine = 0;
    if (!db_int(c, &count, "SELECT count(*) FROM vote WHERE issue = ?1", "i", issue) ||
        !db_int(c, &mine, "SELECT 1 FROM vote WHERE issue = ?1 AND account = ?2", "ii", issue, c->caller))
        return NULL;
    json_t *o = new_object(c);
    put_self(c, o, "issue/%s/votes", key);
    put_int(o, "votes", count);
    put_bool(o, "hasVoted", mine);
    return o;
}

static bool votes_need(struct ctx *c, int64_t *issue_r)
{
    int64_t is_on = 1;
    if (!issue_need(c, c->args[0], issue_r) || !setting_int(c->db, "voting", 1, &is_on, &c->err))
        return false;
    return is_on || refuse(c, 404, "Voting for issues is disabled.");
}

static bool votes_get(struct ctx *c)
{
    int64_t issue = 0;
    bool may = false;
    if (!votes_need(c, &issue) || !permission_has(c, "VIEW_VOTERS_AND_WATCHERS", 0, issue, &may))
        return false;
    json_t *o = votes_json(c, issue, issue_key(c, issue)), *list = new_array(c);
    struct sql_rows rows;
    if (!o || !db_query(c, &rows, "SELECT account FROM vote WHERE issue = ?1 ORDER BY account", "i", issue))
        return false;
    while (may && sql_next(&rows))
        add(list, user_json(c, sql_int(&rows, 0)));
    put(o, "voters", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

/* The issue of the route, when the caller's vote for it can change. */
static bool may_vote(struct ctx *c, int64_t *issue_r)
{
    struct issue_row row;
    if (!votes_need(c, issue_r) || !issue_row_read(c, *issue_r, &row))
        return false;
    if (!c->d->may_vote_for_own && row.reporter == c->caller)
        return refuse(c, 404, "You cannot vote for an issue you have reported.");
    return !row.resolution || refuse(c, 404, "You cannot vote or change your vote on resolved issues.");
}

static bool vote_post(struct ctx *c)
{
    int64_t issue = 0;
    return may_vote(c, &issue) &&
           db_run(c, "INSERT OR IGNORE INTO vote (issue, account) VALUES (?1, ?2)", "ii", issue, c->caller) &&
           reply_empty(c, 204);
}

static bool vote_delete(struct ctx *c)
{
    int64_t issue = 0;
    return may_vote(c, &issue) &&
           db_run(c, "DELETE FROM vote WHERE issue = ?1 AND account = ?2", "ii", issue, c->caller) &&
           reply_empty(c, 204);
}

const struct route vote_routes[] = {
    {HTTP_GET, "issue/{}/votes", votes_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/votes", vote_post, ON_ALL, ROUTE_ANY_BODY | ROUTE_NO_BODY},
    {HTTP_DELETE, "issue/{}/votes", vote_delete, ON_ALL, 0},
    {0},
};
