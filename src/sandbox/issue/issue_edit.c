/* issue_edit.c - PUT issue, and its assignee. */
#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"

/* notifyUsers=false is the right of those who administer Jira or the issue's project. */
bool notify_allowed(struct ctx *c)
{
    int64_t issue = 0;
    bool may = false;
    if (param_bool(c, "notifyUsers", true) || c->is_admin)
        return true;
    if (!issue_find(c, c->args[0], &issue) || (issue && !permission_has(c, "ADMINISTER_PROJECTS", 0, issue, &may)))
        return false;
    return may || refuse(c, c->d->notify_refused_status,
                         "To discard the user notification either admin or project admin permissions are required.");
}

static bool properties_allowed(struct ctx *c, int64_t issue)
{
    bool may = true;
    if (json_object_get(c->body, "properties") && !permission_has(c, "EDIT_ISSUES", 0, issue, &may))
        return false;
    return may || refuse(c, 403, "You do not have permission to edit this issue.");
}

static bool issue_put(struct ctx *c)
{
    int64_t id = 0;
    struct issue_change ch;
    bool changed;
    if (!issue_need(c, c->args[0], &id) || !notify_allowed(c) || !properties_allowed(c, id) ||
        !issue_change_open(c, id, "edit", &ch) || !issue_change_body(c, &ch, c->body) || !screen_required(c, &ch))
        return false;
    if (ch.problems.count)
        return refuse_problems(c, 400, &ch.problems);
    if (!issue_change_save(c, &ch, &changed) || !issue_properties_write(c, id, json_object_get(c->body, "properties")))
        return false;
    if (!c->d->is_cloud || !param_bool(c, "returnIssue", false))
        return reply_empty(c, 204);
    struct issue_view view;
    if (!issue_view_from_query(c, "*all", &view))
        return false;
    json_t *o = issue_json(c, id, &view);
    return o && reply_json(c, 200, o);
}

static bool assignee_put(struct ctx *c)
{
    int64_t id = 0;
    struct issue_change ch;
    bool changed, may = false;
    if (!issue_need(c, c->args[0], &id) || !permission_has(c, "ASSIGN_ISSUES", 0, id, &may))
        return false;
    if (!may)
        return refuse(c, c->d->assign_forbidden_status, "You do not have permission to assign issues.");
    if (!issue_change_open(c, id, "assign", &ch) || !issue_change_field(c, &ch, "assignee", "set", c->body))
        return false;
    if (ch.problems.count)
        return refuse_problems(c, 400, &ch.problems);
    return issue_change_save(c, &ch, &changed) && reply_empty(c, 204);
}

const struct route issue_edit_routes[] = {
    {HTTP_PUT, "issue/{}", issue_put, ON_ALL, 0},
    {HTTP_PUT, "issue/{}/assignee", assignee_put, ON_ALL, 0},
    {0},
};
