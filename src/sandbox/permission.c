/* permission.c - who may see what. Thin but true: an admin sees all; a restricted project is seen by its members;
 * nobody sees nothing. What is not seen does not exist: 404, and absent from every list. */
#include "sandbox/internal.h"

#include <string.h>

const char *visible_projects(struct ctx *c, const char *column)
{
    const char *seen = "1";
    if (!c->caller)
        return "0";
    if (!c->is_admin)
        seen = arena_printf(c->a,
                            "%s IN (SELECT p.id FROM project p WHERE p.is_restricted = 0 OR EXISTS (SELECT 1 FROM"
                            " project_member m WHERE m.project = p.id AND m.account = %lld))",
                            column, (long long)c->caller);
    if (!c->sb->vanished)
        return seen;
    /* a fault takes one project out of sight, for an admin too */
    return arena_printf(c->a, "%s AND %s NOT IN (SELECT v.id FROM project v WHERE v.key = '%s')", seen, column,
                        str_replace(c->a, c->sb->vanished, "'", "''"));
}

bool project_is_visible(struct ctx *c, int64_t project, bool *r)
{
    *r = c->is_admin;
    int64_t seen = 0, is_vanished = 0;
    if (c->sb->vanished &&
        !db_int(c, &is_vanished, "SELECT 1 FROM project WHERE id = ?1 AND key = ?2", "is", project, c->sb->vanished))
        return false;
    if (is_vanished)
        *r = false;
    if (is_vanished || c->is_admin || !c->caller)
        return true;
    if (!db_int(c, &seen,
                "SELECT 1 FROM project p WHERE p.id = ?1 AND (p.is_restricted = 0 OR EXISTS"
                " (SELECT 1 FROM project_member m WHERE m.project = p.id AND m.account = ?2))",
                "ii", project, c->caller))
        return false;
    *r = seen;
    return true;
}

/* By key, by former key, or by id; not asking who calls. */
static bool project_lookup(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    int64_t id = 0;
    if (str_to_int(id_or_key, &id))
        return db_int(c, id_r, "SELECT id FROM project WHERE id = ?1", "i", id);
    if (!db_int(c, id_r, "SELECT id FROM project WHERE key = ?1", "s", id_or_key))
        return false;
    return *id_r || db_int(c, id_r, "SELECT project FROM project_key WHERE key = ?1", "s", id_or_key);
}

bool project_find(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    bool seen = false;
    if (!project_lookup(c, id_or_key, id_r) || (*id_r && !project_is_visible(c, *id_r, &seen)))
        return false;
    if (!seen)
        *id_r = 0;
    return true;
}

bool project_need(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    if (!project_find(c, id_or_key, id_r))
        return false;
    int64_t id;
    if (!*id_r)
        return refuse(c, 404,
                      str_to_int(id_or_key, &id) ? "No project could be found with id '%s'."
                                                 : "No project could be found with key '%s'.",
                      id_or_key);
    return true;
}

static bool issue_lookup(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    int64_t id = 0, number = 0, project = 0;
    *id_r = 0;
    if (str_to_int(id_or_key, &id))
        return db_int(c, id_r, "SELECT id FROM issue WHERE id = ?1", "i", id);
    const char *dash = strrchr(id_or_key, '-');
    if (!dash || !str_to_int(dash + 1, &number))
        return true;
    if (!project_lookup(c, arena_strndup(c->a, id_or_key, (size_t)(dash - id_or_key)), &project))
        return false;
    if (!project)
        return true;
    if (!db_int(c, id_r, "SELECT id FROM issue WHERE project = ?1 AND number = ?2", "ii", project, number))
        return false;
    return *id_r || db_int(c, id_r, "SELECT issue FROM issue_former_key WHERE project = ?1 AND number = ?2", "ii",
                           project, number);
}

bool issue_find(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    if (!issue_lookup(c, id_or_key, id_r))
        return false;
    if (!*id_r || (c->is_admin && !c->sb->vanished))
        return true;
    int64_t project = 0;
    bool seen = false;
    if (!db_int(c, &project, "SELECT project FROM issue WHERE id = ?1", "i", *id_r) ||
        !project_is_visible(c, project, &seen))
        return false;
    if (!seen)
        *id_r = 0;
    return true;
}

bool issue_need(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    return issue_find(c, id_or_key, id_r) && (*id_r || refuse_not_found(c));
}

/* ---- mypermissions ---- */

enum needs { NEEDS_BROWSE, NEEDS_ADMIN };

static const struct permission {
    int id;
    const char *key, *name, *type;
    enum needs needs;
} PERMISSIONS[] = {
    {0, "ADMINISTER", "Administer Jira", "GLOBAL", NEEDS_ADMIN},
    {44, "SYSTEM_ADMIN", "System Administrators", "GLOBAL", NEEDS_ADMIN},
    {33, "BULK_CHANGE", "Bulk Change", "GLOBAL", NEEDS_BROWSE},
    {27, "USER_PICKER", "Browse Users", "GLOBAL", NEEDS_BROWSE},
    {23, "ADMINISTER_PROJECTS", "Administer Projects", "PROJECT", NEEDS_ADMIN},
    {10, "BROWSE_PROJECTS", "Browse Projects", "PROJECT", NEEDS_BROWSE},
    {11, "CREATE_ISSUES", "Create Issues", "PROJECT", NEEDS_BROWSE},
    {12, "EDIT_ISSUES", "Edit Issues", "PROJECT", NEEDS_BROWSE},
    {46, "TRANSITION_ISSUES", "Transition Issues", "PROJECT", NEEDS_BROWSE},
    {13, "ASSIGN_ISSUES", "Assign Issues", "PROJECT", NEEDS_BROWSE},
    {17, "ASSIGNABLE_USER", "Assignable User", "PROJECT", NEEDS_BROWSE},
    {14, "RESOLVE_ISSUES", "Resolve Issues", "PROJECT", NEEDS_BROWSE},
    {18, "CLOSE_ISSUES", "Close Issues", "PROJECT", NEEDS_BROWSE},
    {21, "LINK_ISSUES", "Link Issues", "PROJECT", NEEDS_BROWSE},
    {28, "SCHEDULE_ISSUES", "Schedule Issues", "PROJECT", NEEDS_BROWSE},
    {30, "MODIFY_REPORTER", "Modify Reporter", "PROJECT", NEEDS_ADMIN},
    {16, "DELETE_ISSUES", "Delete Issues", "PROJECT", NEEDS_ADMIN},
    {15, "ADD_COMMENTS", "Add Comments", "PROJECT", NEEDS_BROWSE},
    {34, "EDIT_ALL_COMMENTS", "Edit All Comments", "PROJECT", NEEDS_ADMIN},
    {35, "EDIT_OWN_COMMENTS", "Edit Own Comments", "PROJECT", NEEDS_BROWSE},
    {36, "DELETE_ALL_COMMENTS", "Delete All Comments", "PROJECT", NEEDS_ADMIN},
    {37, "DELETE_OWN_COMMENTS", "Delete Own Comments", "PROJECT", NEEDS_BROWSE},
    {32, "VIEW_VOTERS_AND_WATCHERS", "View Voters and Watchers", "PROJECT", NEEDS_BROWSE},
    {31, "MANAGE_WATCHERS", "Manage Watchers", "PROJECT", NEEDS_ADMIN},
    {19, "CREATE_ATTACHMENTS", "Create Attachments", "PROJECT", NEEDS_BROWSE},
    {20, "WORK_ON_ISSUES", "Work On Issues", "PROJECT", NEEDS_BROWSE},
};

static json_t *permission_json(struct ctx *c, const struct permission *p, bool in_project)
{
    bool is_global = str_eq(p->type, "GLOBAL");
    json_t *o = new_object(c);
    put_str(o, "id", arena_printf(c->a, "%d", p->id));
    put_str(o, "key", p->key);
    put_str(o, "name", p->name);
    put_str(o, "type", p->type);
    put_str(o, "description", p->name);
    put_bool(o, "havePermission", p->needs == NEEDS_ADMIN ? c->is_admin : is_global ? c->caller != 0 : in_project);
    return o;
}

/* Whether the caller is in the project (or issue) that was asked about; without one, in any. */
static bool scope(struct ctx *c, bool *r)
{
    int64_t id = 0, any = 0;
    const char *project = param(c, "projectKey") ? param(c, "projectKey") : param(c, "projectId");
    const char *issue = param(c, "issueKey") ? param(c, "issueKey") : param(c, "issueId");
    if (issue ? !issue_need(c, issue, &id) : project ? !project_need(c, project, &id) : false)
        return false;
    if (!issue && !project &&
        !db_int(c, &any, arena_printf(c->a, "SELECT 1 FROM project WHERE %s LIMIT 1", visible_projects(c, "id")), ""))
        return false;
    *r = issue || project ? id != 0 : any;
    return true;
}

static bool mypermissions(struct ctx *c)
{
    char **asked;
    size_t count = param_list(c, "permissions", &asked);
    bool in_project = false;
    if (c->d->is_cloud && !count)
        return refuse(c, 400, "The 'permissions' query parameter is required.");
    if (!scope(c, &in_project))
        return false;
    json_t *list = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(PERMISSIONS) && !count; i++)
        put(list, PERMISSIONS[i].key, permission_json(c, &PERMISSIONS[i], in_project));
    for (size_t i = 0; i < count; i++) {
        size_t p = 0;
        while (p < ARRAY_LEN(PERMISSIONS) && !str_eq(PERMISSIONS[p].key, asked[i]))
            p++;
        if (p == ARRAY_LEN(PERMISSIONS))
            return refuse(c, 400, "Unrecognized permission: %s", asked[i]);
        put(list, asked[i], permission_json(c, &PERMISSIONS[p], in_project));
    }
    json_t *o = new_object(c);
    put(o, "permissions", list);
    return reply_json(c, 200, o);
}

const struct route permission_routes[] = {
    {HTTP_GET, "mypermissions", mypermissions, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
