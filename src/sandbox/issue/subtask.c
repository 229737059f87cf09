/* subtask.c - the sub-tasks of an issue that the caller sees, oldest first. */
#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"

json_t *subtasks_json(struct ctx *c, int64_t issue)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    char *sql = arena_printf(c->a,
                             "SELECT i.id FROM issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.parent = ?1"
                             " AND t.is_subtask = 1 AND %s ORDER BY i.id",
                             visible_issues(c, "i"));
    if (!db_query(c, &rows, sql, "i", issue))
        return NULL;
    while (sql_next(&rows))
        add(list, issue_stub_json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) ? list : NULL;
}

static bool subtask_list(struct ctx *c)
{
    int64_t issue = 0;
    if (!issue_need(c, c->args[0], &issue))
        return false;
    json_t *list = subtasks_json(c, issue);
    return list && reply_json(c, 200, list);
}

const struct route subtask_routes[] = {
    {HTTP_GET, "issue/{}/subtask", subtask_list, ON_DC, ROUTE_ANONYMOUS},
    {0},
};
