/* issue_delete.c - the end of an issue: its number is never given again, and nothing says that it was. */
#include "sandbox/parts/worklog.h"
#include "sandbox/project/project.h"
#include "sandbox/webhook/webhook.h"

/* The rows of other tables go with the issue by foreign keys; properties and former keys have none. */
bool issue_remove(struct ctx *c, int64_t issue)
{
    return webhook_issue_deleted(c, issue) &&
           db_run(c,
                  "DELETE FROM property WHERE entity = 'comment' AND entity_id IN (SELECT id FROM comment WHERE"
                  " issue = ?1)",
                  "i", issue) &&
           worklogs_remove(c, issue) && entity_properties_delete(c, "issue", issue) &&
           db_run(c, "DELETE FROM issue_former_key WHERE issue = ?1", "i", issue) &&
           db_run(c, "UPDATE issue SET parent = NULL WHERE parent = ?1", "i", issue) &&
           db_run(c, "DELETE FROM issue WHERE id = ?1", "i", issue);
}

static bool issue_delete(struct ctx *c)
{
    int64_t id = 0, child = 0;
    bool allowed = false;
    if (!issue_need(c, c->args[0], &id) || !permission_has(c, "DELETE_ISSUES", 0, id, &allowed))
        return false;
    if (!allowed)
        return refuse(c, 403, "You do not have permission to delete issues in this project.");
    const char *sql = "SELECT i.id FROM issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.parent = ?1 AND"
                      " t.is_subtask = 1 LIMIT 1";
    if (!db_int(c, &child, sql, "i", id))
        return false;
    if (child && !param_bool(c, "deleteSubtasks", false))
        return refuse(c, 400,
                      "The issue '%s' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this "
                      "issue and all its subtasks.",
                      c->args[0]);
    while (child)
        if (!issue_remove(c, child) || !db_int(c, &child, sql, "i", id))
            return false;
    return issue_remove(c, id) && reply_empty(c, 204);
}

const struct route issue_delete_routes[] = {
    {HTTP_DELETE, "issue/{}", issue_delete, ON_ALL, 0},
    {0},
};
