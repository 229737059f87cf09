/* issue_read.c - GET issue and its edit screen. */
#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"

static bool issue_get(struct ctx *c)
{
    int64_t id = 0;
    struct issue_view view;
    if (!issue_need(c, c->args[0], &id) || !issue_view_from_query(c, "*all", &view))
        return false;
    if (c->caller && param_bool(c, "updateHistory", false) &&
        !db_run(c, "INSERT OR REPLACE INTO viewed (account, issue, at) VALUES (?1, ?2, ?3)", "iii", c->caller, id,
                c->now))
        return false;
    json_t *o = issue_json(c, id, &view);
    return o && reply_json(c, 200, o);
}

static bool issue_editmeta(struct ctx *c)
{
    int64_t id = 0;
    struct issue_row row;
    if (!issue_need(c, c->args[0], &id) || !issue_row_read(c, id, &row))
        return false;
    json_t *o = new_object(c), *fields = screen_json(c, row.project, row.type, "edit");
    put(o, "fields", fields);
    return fields && screen_trim(c, "edit", row.project, id, fields) && reply_json(c, 200, o);
}

const struct route issue_read_routes[] = {
    {HTTP_GET, "issue/{}", issue_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "issue/{}/editmeta", issue_editmeta, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
