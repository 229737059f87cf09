/* permission.c - what the caller may see, one by one, and what Jira tells of one's rights.
 *
 * What is not seen does not exist: 404, and absent from every list. */
#include "sandbox/project/project.h"

#include <string.h>

static bool is_out_of_sight(struct ctx *c, int64_t project, bool *r)
{
    int64_t gone = 0;
    bool ok = db_int(c, &gone, "SELECT 1 FROM project WHERE id = ?1 AND (key = ?2 OR deleted IS NOT NULL)", "is",
                     project, c->sb->vanished);
    *r = gone;
    return ok;
}

bool project_is_visible(struct ctx *c, int64_t project, bool *r)
{
    bool hidden = false;
    *r = false;
    return is_out_of_sight(c, project, &hidden) && (hidden || permission_has(c, "BROWSE_PROJECTS", project, 0, r));
}

/* What is in Data Center's archive is for those who may browse it. */
static bool archive_is_visible(struct ctx *c, int64_t issue, bool *r)
{
    int64_t archived = 0;
    if (c->d->is_cloud)
        return true;
    return db_int(c, &archived, "SELECT archived FROM issue WHERE id = ?1", "i", issue) &&
           (!archived || permission_has(c, "BROWSE_ARCHIVE", 0, issue, r));
}

bool issue_is_visible(struct ctx *c, int64_t issue, bool *r)
{
    int64_t project = 0;
    bool hidden = false;
    *r = false;
    if (!db_int(c, &project, "SELECT project FROM issue WHERE id = ?1", "i", issue) ||
        !is_out_of_sight(c, project, &hidden) || hidden || !permission_has(c, "BROWSE_PROJECTS", project, issue, r))
        return c->err.kind == ERR_NONE;
    return !*r || archive_is_visible(c, issue, r);
}

/* By key, by former key, or by id; not asking who calls. */
bool project_lookup(struct ctx *c, const char *id_or_key, int64_t *id_r)
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
    bool seen = false;
    if (!issue_lookup(c, id_or_key, id_r) || (*id_r && !issue_is_visible(c, *id_r, &seen)))
        return false;
    if (!seen)
        *id_r = 0;
    return true;
}

bool issue_need(struct ctx *c, const char *id_or_key, int64_t *id_r)
{
    return issue_find(c, id_or_key, id_r) && (*id_r || refuse_not_found(c));
}

/* ---- what Jira tells of rights: mypermissions, permissions, permissions/check, permissions/project ---- */

static json_t *key_json(struct ctx *c, const struct permission_key *k, bool has_id)
{
    json_t *o = new_object(c);
    if (has_id)
        put_str(o, "id", k->id < 0 ? k->key : arena_printf(c->a, "%d", k->id));
    put_str(o, "key", k->key);
    put_str(o, "name", k->name);
    put_str(o, "type", k->is_global ? "GLOBAL" : "PROJECT");
    put_str(o, "description", k->description);
    return o;
}

/* What is asked about: an issue, a project, or (both 0) whether it is so anywhere. */
struct scope {
    int64_t project, issue;
};

static bool scope_read(struct ctx *c, struct scope *r)
{
    const char *project = param(c, "projectId") ? param(c, "projectId") : param(c, "projectKey");
    const char *issue = param(c, "issueId") ? param(c, "issueId") : param(c, "issueKey");
    *r = (struct scope){0};
    if (!str_is_empty(issue))
        return issue_need(c, issue, &r->issue) &&
               db_int(c, &r->project, "SELECT project FROM issue WHERE id = ?1", "i", r->issue);
    return str_is_empty(project) || project_need(c, project, &r->project);
}

static bool has_anywhere(struct ctx *c, const char *key, bool *r)
{
    struct sql_rows rows;
    *r = false;
    if (!db_query(c, &rows, "SELECT id FROM project", ""))
        return false;
    bool ok = true;
    while (ok && !*r && sql_next(&rows))
        ok = permission_has(c, key, sql_int(&rows, 0), 0, r);
    return db_done(c, &rows) && ok;
}

static bool has_in_scope(struct ctx *c, const struct permission_key *k, const struct scope *s, bool *r)
{
    if (k->is_global)
        return permission_global(c, k->key, r);
    return s->project ? permission_has(c, k->key, s->project, s->issue, r) : has_anywhere(c, k->key, r);
}

static bool put_mine(struct ctx *c, json_t *list, const struct permission_key *k, const struct scope *s,
                     bool with_former)
{
    bool held = false;
    json_t *o = key_json(c, k, true);
    if (!has_in_scope(c, k, s, &held))
        return false;
    put_bool(o, "havePermission", held);
    put(list, k->key, o);
    if (!with_former || !k->former)
        return true;
    json_t *former = json_keep(c->a, json_copy(o));
    put_str(former, "key", k->former);
    put_bool(former, "deprecatedKey", true);
    put(list, k->former, former);
    return true;
}

static bool mypermissions(struct ctx *c)
{
    char **asked;
    size_t count = param_list(c, "permissions", &asked);
    struct scope s;
    json_t *list = new_object(c), *o = new_object(c);
    if (c->d->is_cloud && !count)
        return refuse(c, 400, "The 'permissions' query parameter is required.");
    if (!scope_read(c, &s))
        return false;
    for (size_t i = 0; i < permission_key_count && !count; i++)
        if (permission_keys[i].dialects & c->d->mask && !put_mine(c, list, &permission_keys[i], &s, !c->d->is_cloud))
            return false;
    for (size_t i = 0; i < count; i++) {
        const struct permission_key *k = permission_key_of(c, asked[i]);
        if (!k)
            return refuse(c, 400, "Unrecognized permission: %s", asked[i]);
        if (!put_mine(c, list, k, &s, false))
            return false;
    }
    put(o, "permissions", list);
    return reply_json(c, 200, o);
}

static bool permissions_get(struct ctx *c)
{
    json_t *list = new_object(c), *o = new_object(c);
    for (size_t i = 0; i < permission_key_count; i++)
        if (permission_keys[i].dialects & c->d->mask)
            put(list, permission_keys[i].key, key_json(c, &permission_keys[i], !c->d->is_cloud));
    put(o, "permissions", list);
    return reply_json(c, 200, o);
}

/* ---- Cloud: many at once ---- */

static bool account_asked(struct ctx *c, int64_t *r)
{
    const char *account = json_at_str(c->body, "accountId");
    *r = c->caller;
    if (!account)
        return true;
    if (!db_int(c, r, "SELECT id FROM account WHERE account_id = ?1", "s", account))
        return false;
    if (*r != c->caller && !c->is_admin)
        return refuse(c, 403, "Only Jira administrators can perform this operation.");
    return *r || refuse_field(c, "accountId", "The user does not exist.");
}

static bool check_global(struct ctx *c, int64_t account, json_t *held_r)
{
    size_t i;
    const json_t *item;
    json_array_foreach (json_object_get(c->body, "globalPermissions"), i, item) {
        const struct permission_key *k = permission_key_of(c, json_string_value(item));
        int64_t held = 0;
        if (!k || !k->is_global)
            return refuse_field(c, json_string_value(item) ? json_string_value(item) : "globalPermissions",
                                "Unrecognized permission");
        if (!db_int(c, &held,
                    "SELECT 1 FROM global_grant g JOIN user_group_member m ON m.group_id = g.group_id WHERE"
                    " g.permission = ?1 AND m.account = ?2",
                    "si", k->key, account))
            return false;
        if (held)
            add_str(held_r, k->key);
    }
    return true;
}

/* The ids of a list where the account has the permission. */
static bool check_list(struct ctx *c, int64_t account, const char *key, const json_t *ids, bool issues, json_t *held_r)
{
    size_t i;
    const json_t *item;
    const char *sql = issues ? "SELECT id FROM issue WHERE id = ?1" : "SELECT id FROM project WHERE id = ?1";
    json_array_foreach (ids, i, item) {
        int64_t id = 0;
        bool held = false, seen = false;
        if (!db_int(c, &id, sql, "i", (int64_t)json_integer_value(item)))
            return false;
        if (!id)
            continue;
        if (!permission_has_for(c, account, "BROWSE_PROJECTS", issues ? 0 : id, issues ? id : 0, &seen) ||
            !permission_has_for(c, account, key, issues ? 0 : id, issues ? id : 0, &held))
            return false;
        if (seen && held)
            add(held_r, json_keep(c->a, json_integer(id)));
    }
    return true;
}

static bool check_projects(struct ctx *c, int64_t account, const json_t *wanted, json_t *list)
{
    size_t i;
    const json_t *item, *keys = json_object_get(wanted, "permissions");
    enum { CAP = 1000 };
    if (!json_array_size(keys))
        return refuse_field(c, "permissions", "At least one project permission must be provided.");
    if (json_at_count(wanted, "projects") > CAP || json_at_count(wanted, "issues") > CAP)
        return refuse(c, 400, "At most %d projects and issues can be checked.", CAP);
    json_array_foreach (keys, i, item) {
        const struct permission_key *k = permission_key_of(c, json_string_value(item));
        json_t *o = new_object(c), *projects = new_array(c), *issues = new_array(c);
        if (!k || k->is_global)
            return refuse_field(c, json_string_value(item) ? json_string_value(item) : "permissions",
                                "Unrecognized permission");
        if (!check_list(c, account, k->key, json_object_get(wanted, "projects"), false, projects) ||
            !check_list(c, account, k->key, json_object_get(wanted, "issues"), true, issues))
            return false;
        put_str(o, "permission", k->key);
        put(o, "issues", issues);
        put(o, "projects", projects);
        add(list, o);
    }
    return true;
}

static bool permissions_check(struct ctx *c)
{
    int64_t account = 0;
    size_t i;
    const json_t *wanted;
    json_t *o = new_object(c), *global = new_array(c), *projects = new_array(c);
    if (!account_asked(c, &account) || !check_global(c, account, global))
        return false;
    json_array_foreach (json_object_get(c->body, "projectPermissions"), i, wanted)
        if (!check_projects(c, account, wanted, projects))
            return false;
    put(o, "projectPermissions", projects);
    put(o, "globalPermissions", global);
    return reply_json(c, 200, o);
}

static bool permissions_project(struct ctx *c)
{
    struct sql_rows rows;
    json_t *list = new_array(c), *o = new_object(c);
    const json_t *keys = json_object_get(c->body, "permissions"), *key;
    size_t i;
    json_array_foreach (keys, i, key) {
        const struct permission_key *k = permission_key_of(c, json_string_value(key));
        if (!k || k->is_global)
            return refuse(c, 400, "Unrecognized permission: %s", json_string_value(key) ? json_string_value(key) : "");
    }
    if (!json_array_size(keys))
        return refuse_field(c, "permissions", "At least one project permission must be provided.");
    char *sql = arena_printf(c->a, "SELECT id, key FROM project WHERE %s ORDER BY id", visible_projects(c, "id"));
    if (!db_query(c, &rows, sql, ""))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        bool held = true;
        json_array_foreach (keys, i, key)
            ok = ok && (!held || permission_has(c, json_string_value(key), sql_int(&rows, 0), 0, &held));
        if (!ok || !held)
            continue;
        json_t *project = new_object(c);
        put_int(project, "id", sql_int(&rows, 0));
        put_str(project, "key", sql_peek(&rows, 1));
        add(list, project);
    }
    put(o, "projects", list);
    return db_done(c, &rows) && ok && reply_json(c, 200, o);
}

const struct route permission_routes[] = {
    {HTTP_GET, "mypermissions", mypermissions, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "permissions", permissions_get, ON_ALL, 0},
    {HTTP_POST, "permissions/check", permissions_check, ON_CLOUD, ROUTE_READ},
    {HTTP_POST, "permissions/project", permissions_project, ON_CLOUD, ROUTE_READ},
    {0},
};
