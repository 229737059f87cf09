/* project_end.c - the archive, Cloud's trash, and the end of a project with all that is in it.
 *
 * An archived project is read and not written; one in the trash is not there, but its key and name stay taken. */
#include "sandbox/project/project.h"
#include "sandbox/task.h"

/* The project even when it is archived or in the trash; for administrators. */
static bool project_any(struct ctx *c, struct project *p)
{
    int64_t id = 0;
    if (!project_lookup(c, c->args[0], &id) || (id && !project_read(c, id, p)))
        return false;
    return id || refuse(c, 404, "No project could be found with key '%s'.", c->args[0]);
}

static bool archive(struct ctx *c)
{
    int64_t id = 0;
    bool archived = false;
    if (!project_need(c, c->args[0], &id) || !is_archived(c, id, 0, &archived))
        return false;
    if (archived)
        return refuse(c, c->d->is_cloud ? 400 : 403, "The project is already archived.");
    return db_run(c, "UPDATE project SET archived = 1, archived_at = ?2, archived_by = ?3 WHERE id = ?1", "iii", id,
                  c->now, c->caller) &&
           reply_empty(c, 204);
}

/* Out of the archive (Data Center: 202, it indexes the project again), and on Cloud out of the trash as well. */
static bool restore(struct ctx *c)
{
    struct project p;
    if (!project_any(c, &p))
        return false;
    if (!p.archived && !p.deleted)
        return refuse(c, c->d->is_cloud ? 400 : 403, "The project is not archived.");
    if (!db_run(c,
                "UPDATE project SET archived = 0, archived_at = NULL, archived_by = NULL, deleted = NULL,"
                " deleted_by = NULL WHERE id = ?1",
                "i", p.id))
        return false;
    if (!c->d->is_cloud)
        return reply_empty(c, 202);
    json_t *o = project_whole_json(c, p.id);
    return o && reply_json(c, 200, o);
}

/* Issues first, sub-tasks before their parents; then what only the project holds. */
static bool project_remove(struct ctx *c, int64_t project)
{
    static const char *const TABLES[] = {"screen", "project_issue_type", "project_key", "role_actor",
                                         "issue_former_key"};
    int64_t issue = 0;
    const char *next = "SELECT id FROM issue WHERE project = ?1 ORDER BY parent IS NULL, id LIMIT 1";
    if (!db_int(c, &issue, next, "i", project))
        return false;
    while (issue)
        if (!issue_remove(c, issue) || !db_int(c, &issue, next, "i", project))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
        if (!db_run(c, arena_printf(c->a, "DELETE FROM %s WHERE project = ?1", TABLES[i]), "i", project))
            return false;
    return db_run(c, "DELETE FROM property WHERE entity = 'project' AND entity_id = ?1", "i", project) &&
           db_run(c, "DELETE FROM project WHERE id = ?1", "i", project);
}

static bool project_delete(struct ctx *c)
{
    struct project p;
    bool seen = false;
    if (!project_any(c, &p) || (!p.deleted && !project_is_visible(c, p.id, &seen)))
        return false;
    if (p.archived)
        return refuse(c, 400, "The project is archived. Restore it before you delete it.");
    if (!p.deleted && !seen)
        return refuse(c, 404, "No project could be found with key '%s'.", c->args[0]);
    if (c->d->is_cloud && !p.deleted && param_bool(c, "enableUndo", true))
        return db_run(c, "UPDATE project SET deleted = ?2, deleted_by = ?3 WHERE id = ?1", "iii", p.id, c->now,
                      c->caller) &&
               reply_empty(c, 204);
    return project_remove(c, p.id) && reply_empty(c, 204);
}

/* Cloud: the same by a task, and for good. */
static bool project_delete_later(struct ctx *c)
{
    int64_t id = 0;
    bool archived = false;
    if (!project_need(c, c->args[0], &id) || !is_archived(c, id, 0, &archived))
        return false;
    if (archived)
        return refuse(c, 400, "The project is archived. Restore it before you delete it.");
    return project_remove(c, id) && task_reply(c, "Delete project", NULL);
}

const struct route project_end_routes[] = {
    {HTTP_DELETE, "project/{}", project_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "project/{}/delete", project_delete_later, ON_CLOUD, ROUTE_ADMIN | ROUTE_NO_BODY},
    {HTTP_PUT, "project/{}/archive", archive, ON_DC, ROUTE_ADMIN | ROUTE_NO_BODY},
    {HTTP_PUT, "project/{}/restore", restore, ON_DC, ROUTE_ADMIN | ROUTE_NO_BODY},
    {HTTP_POST, "project/{}/archive", archive, ON_CLOUD, ROUTE_ADMIN | ROUTE_NO_BODY},
    {HTTP_POST, "project/{}/restore", restore, ON_CLOUD, ROUTE_ADMIN | ROUTE_NO_BODY},
    {0},
};
