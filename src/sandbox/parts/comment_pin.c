/* comment_pin.c - comments that Data Center shows before the others. */
#include "sandbox/rights/right.h"

static bool pin_put(struct ctx *c)
{
    int64_t issue = 0, comment = 0, of = 0;
    if (!issue_need(c, c->args[0], &issue) || !comment_find(c, c->args[1], &comment) ||
        !db_int(c, &of, "SELECT issue FROM comment WHERE id = ?1", "i", comment))
        return false;
    if (of != issue)
        return refuse(c, 404, "Can not find a comment for the id: %s.", c->args[1]);
    if (!json_is_boolean(c->body))
        return refuse(c, 400, "The body must be true or false.");
    if (!right_need(c, issue, "ADD_COMMENTS", 404, "You do not have the permission to pin comments on this issue."))
        return false;
    return (json_is_true(c->body)
                ? db_run(c, "INSERT OR IGNORE INTO comment_pin (comment, account, created) VALUES (?1, ?2, ?3)", "iii",
                         comment, c->caller, c->now)
                : db_run(c, "DELETE FROM comment_pin WHERE comment = ?1", "i", comment)) &&
           reply_empty(c, 204);
}

static bool pins_get(struct ctx *c)
{
    int64_t issue = 0;
    struct sql_rows rows;
    if (!issue_need(c, c->args[0], &issue))
        return false;
    char *sql = arena_printf(c->a,
                             "SELECT p.comment, p.created, (SELECT a.user_key FROM account a WHERE a.id = p.account)"
                             " FROM comment_pin p JOIN comment m ON m.id = p.comment WHERE m.issue = ?1 AND %s ORDER BY"
                             " p.created DESC, p.comment DESC",
                             visible_restrictions(c, "m", "(SELECT k.project FROM issue k WHERE k.id = m.issue)"));
    if (!db_query(c, &rows, sql, "i", issue))
        return false;
    json_t *list = new_array(c);
    while (sql_next(&rows)) {
        json_t *o = new_object(c);
        put(o, "comment", comment_json(c, sql_int(&rows, 0), false, false));
        put_str(o, "pinnedBy", sql_peek(&rows, 2));
        put_time(c, o, "pinnedDate", sql_int(&rows, 1));
        add(list, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

const struct route comment_pin_routes[] = {
    {HTTP_PUT, "issue/{}/comment/{}/pin", pin_put, ON_DC10, ROUTE_ANY_BODY},
    {HTTP_GET, "issue/{}/pinned-comments", pins_get, ON_DC10, ROUTE_ANONYMOUS},
    {0},
};
