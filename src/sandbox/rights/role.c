/* role.c - project roles: what there is, who is in them by default, and who is in them in one project.
 *
 * A project's roles are its administrators' business: for others they are not there (404, not 403). */
#include "sandbox/rights/access.h"

/* Who is in a role: of a project, or (0) of every new one. */
struct place {
    int64_t role, project;
};

/* ---- showing ---- */

static json_t *actor_user(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c), *who = new_object(c);
    put_int(o, "id", sql_int(rows, 0));
    put_str(o, "displayName", sql_peek(rows, 1));
    put_str(o, "type", "atlassian-user-role-actor");
    if (c->d->is_cloud) {
        put_str(who, "accountId", sql_peek(rows, 3));
        put(o, "actorUser", who);
        return o;
    }
    put_str(o, "name", sql_peek(rows, 2));
    put_str(o, "avatarUrl", arena_printf(c->a, "%s/secure/useravatar?size=xsmall&avatarId=10122", c->sb->base_url));
    return o;
}

static json_t *actor_group(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c), *group = new_object(c);
    put_int(o, "id", sql_int(rows, 0));
    put_str(o, "displayName", sql_peek(rows, 4));
    put_str(o, "type", "atlassian-group-role-actor");
    put_str(o, "name", sql_peek(rows, 4));
    if (!c->d->is_cloud)
        return o;
    put_str(group, "name", sql_peek(rows, 4));
    put_str(group, "displayName", sql_peek(rows, 4));
    put_str(group, "groupId", sql_peek(rows, 5));
    put(o, "actorGroup", group);
    return o;
}

static json_t *actors_json(struct ctx *c, const struct place *p)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT r.id, a.display_name, a.name, a.account_id, g.name, g.uuid FROM role_actor r LEFT JOIN"
                  " account a ON a.id = r.account LEFT JOIN user_group g ON g.id = r.group_id WHERE r.project = ?1 AND"
                  " r.role = ?2 AND (a.id IS NOT NULL OR g.id IS NOT NULL) ORDER BY coalesce(a.display_name, g.name),"
                  " r.id",
                  "ii", p->project, p->role))
        return NULL;
    while (sql_next(&rows))
        add(list, sql_is_null(&rows, 1) ? actor_group(c, &rows) : actor_user(c, &rows));
    return db_done(c, &rows) ? list : NULL;
}

/* Without actors when they are not asked for. */
static json_t *role_json(struct ctx *c, const struct place *p, bool with_actors)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT name, description FROM project_role WHERE id = ?1", "i", p->role))
        return NULL;
    json_t *o = new_object(c);
    if (p->project)
        put_self(c, o, "project/%lld/role/%lld", (long long)p->project, (long long)p->role);
    else
        put_self(c, o, "role/%lld", (long long)p->role);
    if (sql_next(&rows)) {
        put_str(o, "name", sql_peek(&rows, 0));
        put_int(o, "id", p->role);
        put_str(o, "description", sql_peek(&rows, 1));
    }
    if (!db_done(c, &rows))
        return NULL;
    if (with_actors)
        put(o, "actors", actors_json(c, p));
    return c->err.kind == ERR_NONE ? o : NULL;
}

static bool reply_role(struct ctx *c, const struct place *p)
{
    json_t *o = role_json(c, p, true);
    return o && reply_json(c, 200, o);
}

json_t *project_roles_json(struct ctx *c, int64_t project)
{
    json_t *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name FROM project_role ORDER BY name", ""))
        return NULL;
    while (sql_next(&rows))
        put_str(o, sql_peek(&rows, 1),
                arena_printf(c->a, "%s/rest/api/%s/project/%lld/role/%lld", c->sb->base_url, c->api_name,
                             (long long)project, (long long)sql_int(&rows, 0)));
    return db_done(c, &rows) ? o : NULL;
}

/* ---- finding ---- */

static bool role_need(struct ctx *c, const char *asked, int64_t *id_r)
{
    int64_t id = 0;
    *id_r = 0;
    if (str_to_int(asked, &id) && !db_int(c, id_r, "SELECT id FROM project_role WHERE id = ?1", "i", id))
        return false;
    return *id_r || refuse(c, 404, "Can not find a project role with ID '%s'.", asked);
}

/* The project of the route, for those who administer it. */
static bool project_administered(struct ctx *c, int64_t *id_r)
{
    bool allowed = false;
    if (!project_need(c, c->args[0], id_r) || !permission_has(c, "ADMINISTER_PROJECTS", *id_r, 0, &allowed))
        return false;
    return allowed || c->is_admin || refuse(c, 404, "You cannot edit the configuration of this project.");
}

static bool place_need(struct ctx *c, struct place *p)
{
    return project_administered(c, &p->project) && role_need(c, c->args[1], &p->role);
}

/* ---- actors ---- */

enum actor { ACTOR_USER, ACTOR_GROUP, ACTOR_GROUP_ID };

static bool actor_find(struct ctx *c, enum actor kind, const char *name, int64_t *account_r, int64_t *group_r)
{
    const char *user_sql = c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1 AND active = 1"
                                          : "SELECT id FROM account WHERE (name = ?1 OR user_key = ?1) AND active = 1";
    *account_r = *group_r = 0;
    if (kind == ACTOR_USER)
        return db_int(c, account_r, user_sql, "s", name);
    return db_int(c, group_r,
                  kind == ACTOR_GROUP ? "SELECT id FROM user_group WHERE name = ?1"
                                      : "SELECT id FROM user_group WHERE uuid = ?1",
                  "s", name);
}

static bool actor_add(struct ctx *c, const struct place *p, enum actor kind, const char *name, bool again)
{
    int64_t account, group, there = 0;
    if (!actor_find(c, kind, name, &account, &group))
        return false;
    if (!account && !group)
        return refuse(c, 404,
                      "We can't find '%s' in any accessible %s directory. Check they're still active and available, "
                      "and try again.",
                      name, kind == ACTOR_USER ? "user" : "group");
    if (!db_int(c, &there,
                "SELECT 1 FROM role_actor WHERE project = ?1 AND role = ?2 AND account = ?3 AND group_id = ?4", "iiii",
                p->project, p->role, account, group))
        return false;
    if (there)
        return again || refuse(c, 400, "'%s' is already a member of the project role.", name);
    return db_run(c, "INSERT INTO role_actor (project, role, account, group_id) VALUES (?1, ?2, ?3, ?4)", "iiii",
                  p->project, p->role, account, group);
}

static bool actors_add(struct ctx *c, const struct place *p, enum actor kind, const json_t *names, bool again,
                       size_t *count)
{
    size_t i;
    const json_t *name;
    if (json_is_string(names)) {
        ++*count;
        return actor_add(c, p, kind, json_string_value(names), again);
    }
    json_array_foreach (names, i, name) {
        ++*count;
        if (!json_is_string(name))
            return refuse(c, 400, "An actor must be a string.");
        if (!actor_add(c, p, kind, json_string_value(name), again))
            return false;
    }
    return true;
}

/* {user: […], group: […], groupId: […]} */
static bool actors_from_body(struct ctx *c, const struct place *p)
{
    size_t count = 0;
    return actors_add(c, p, ACTOR_USER, json_object_get(c->body, "user"), false, &count) &&
           actors_add(c, p, ACTOR_GROUP, json_object_get(c->body, "group"), false, &count) &&
           actors_add(c, p, ACTOR_GROUP_ID, json_object_get(c->body, "groupId"), false, &count) &&
           (count || refuse(c, 400, "At least one user or group must be given."));
}

/* ?user=, ?group= or ?groupId= */
static bool actor_delete(struct ctx *c, const struct place *p)
{
    const char *user = param(c, "user"), *group = param(c, "group"), *id = param(c, "groupId");
    const char *name = user ? user : group ? group : id;
    int64_t account, group_id;
    if (!name || (user && (group || id)))
        return refuse(c, 400, "One of the query parameters 'user' and 'group' must be given.");
    if (!actor_find(c,
                    user    ? ACTOR_USER
                    : group ? ACTOR_GROUP
                            : ACTOR_GROUP_ID,
                    name, &account, &group_id) ||
        !db_run(c, "DELETE FROM role_actor WHERE project = ?1 AND role = ?2 AND account = ?3 AND group_id = ?4", "iiii",
                p->project, p->role, account, group_id))
        return false;
    return sql_changes(c->db) || refuse(c, 404, "'%s' is not a member of the project role.", name);
}

/* ---- in a project ---- */

static bool project_roles(struct ctx *c)
{
    int64_t project = 0;
    if (c->d->is_cloud ? !project_administered(c, &project) : !project_need(c, c->args[0], &project))
        return false;
    json_t *o = project_roles_json(c, project);
    return o && reply_json(c, 200, o);
}

static bool project_role_details(struct ctx *c)
{
    struct place p = {0};
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!project_administered(c, &p.project) || !db_query(c, &rows, "SELECT id FROM project_role ORDER BY name", ""))
        return false;
    while (sql_next(&rows)) {
        p.role = sql_int(&rows, 0);
        add(list, role_json(c, &p, false));
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool project_role_get(struct ctx *c)
{
    struct place p;
    return place_need(c, &p) && reply_role(c, &p);
}

static bool project_role_post(struct ctx *c)
{
    struct place p;
    return place_need(c, &p) && actors_from_body(c, &p) && reply_role(c, &p);
}

/* {categorisedActors: {"atlassian-user-role-actor": […], "atlassian-group-role-actor": […]}} in place of all */
static bool project_role_put(struct ctx *c)
{
    struct place p;
    size_t count = 0;
    const json_t *actors = json_object_get(c->body, "categorisedActors");
    return place_need(c, &p) &&
           (json_is_object(actors) || refuse(c, 400, "categorisedActors must be an object of lists.")) &&
           db_run(c, "DELETE FROM role_actor WHERE project = ?1 AND role = ?2", "ii", p.project, p.role) &&
           actors_add(c, &p, ACTOR_USER, json_object_get(actors, "atlassian-user-role-actor"), true, &count) &&
           actors_add(c, &p, ACTOR_GROUP, json_object_get(actors, "atlassian-group-role-actor"), true, &count) &&
           actors_add(c, &p, ACTOR_GROUP_ID, json_object_get(actors, "atlassian-group-role-actor-id"), true, &count) &&
           reply_role(c, &p);
}

static bool project_role_delete(struct ctx *c)
{
    struct place p;
    return place_need(c, &p) && actor_delete(c, &p) && reply_empty(c, 204);
}

/* ---- of the site ---- */

static bool roles_get(struct ctx *c)
{
    struct place p = {0};
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!db_query(c, &rows, "SELECT id FROM project_role ORDER BY name", ""))
        return false;
    while (sql_next(&rows)) {
        p.role = sql_int(&rows, 0);
        add(list, role_json(c, &p, true));
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool name_allowed(struct ctx *c, const char *name, int64_t role)
{
    int64_t taken = 0;
    if (str_is_empty(name) || !str_eq(str_trim(c->a, name), name))
        return refuse(c, 400, "The name of a project role must not be empty, nor begin or end with a blank.");
    if (!db_int(c, &taken, "SELECT id FROM project_role WHERE name = ?1 AND id <> ?2", "si", name, role))
        return false;
    return !taken || refuse(c, 409, "A project role with name '%s' already exists.", name);
}

static bool roles_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *description = json_at_str(c->body, "description");
    struct place p = {0};
    if (!name_allowed(c, name, 0) || !db_run(c, "INSERT INTO project_role (name, description) VALUES (?1, ?2)", "ss",
                                             name, description ? description : ""))
        return false;
    p.role = sql_last_id(c->db);
    return reply_role(c, &p);
}

static bool role_get(struct ctx *c)
{
    struct place p = {0};
    return role_need(c, c->args[0], &p.role) && reply_role(c, &p);
}

static bool role_write(struct ctx *c, bool fully)
{
    const char *name = json_at_str(c->body, "name"), *description = json_at_str(c->body, "description");
    struct place p = {0};
    if (!role_need(c, c->args[0], &p.role))
        return false;
    if (fully ? !name || !description : !name && !description)
        return refuse(c, 400,
                      fully ? "Both name and description must be given." : "A name or a description is needed.");
    if (name && !name_allowed(c, name, p.role))
        return false;
    return db_run(c,
                  "UPDATE project_role SET name = coalesce(?2, name), description = coalesce(?3, description)"
                  " WHERE id = ?1",
                  "iss", p.role, name, description) &&
           reply_role(c, &p);
}

static bool role_put(struct ctx *c)
{
    return role_write(c, true);
}

static bool role_post(struct ctx *c)
{
    return role_write(c, false);
}

/* A role that schemes use goes only when another takes its place. */
static bool role_delete(struct ctx *c)
{
    int64_t role = 0, other = 0, used = 0;
    const char *swap = param(c, "swap");
    if (!role_need(c, c->args[0], &role) ||
        !db_int(c, &used,
                "SELECT 1 FROM permission_grant WHERE holder = 'projectRole' AND ref = ?1 UNION SELECT 1 FROM"
                " security_member WHERE holder = 'projectRole' AND ref = ?1",
                "i", role))
        return false;
    if (swap &&
        !db_int(c, &other, "SELECT id FROM project_role WHERE CAST(id AS TEXT) = ?1 AND id <> ?2", "si", swap, role))
        return false;
    if (swap && !other)
        return refuse(c, 400, "Can not find a project role with ID '%s'.", swap);
    if (used && !other)
        return refuse(c, 409, "The project role is used in schemes; name the role that takes its place with 'swap'.");
    return db_run(c, "UPDATE permission_grant SET ref = ?2 WHERE holder = 'projectRole' AND ref = ?1", "ii", role,
                  other) &&
           db_run(c, "UPDATE security_member SET ref = ?2 WHERE holder = 'projectRole' AND ref = ?1", "ii", role,
                  other) &&
           db_run(c, "DELETE FROM project_role WHERE id = ?1", "i", role) && reply_empty(c, 204);
}

static bool reply_actors(struct ctx *c, const struct place *p)
{
    json_t *o = new_object(c), *actors = actors_json(c, p);
    put(o, "actors", actors);
    return actors && reply_json(c, 200, c->d->is_cloud ? role_json(c, p, true) : o);
}

static bool role_actors_get(struct ctx *c)
{
    struct place p = {0};
    return role_need(c, c->args[0], &p.role) && reply_actors(c, &p);
}

static bool role_actors_post(struct ctx *c)
{
    struct place p = {0};
    return role_need(c, c->args[0], &p.role) && actors_from_body(c, &p) && reply_actors(c, &p);
}

static bool role_actors_delete(struct ctx *c)
{
    struct place p = {0};
    return role_need(c, c->args[0], &p.role) && actor_delete(c, &p) && reply_actors(c, &p);
}

const struct route role_routes[] = {
    {HTTP_GET, "project/{}/role", project_roles, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}/roledetails", project_role_details, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}/role/{}", project_role_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "project/{}/role/{}", project_role_post, ON_ALL, 0},
    {HTTP_PUT, "project/{}/role/{}", project_role_put, ON_ALL, 0},
    {HTTP_DELETE, "project/{}/role/{}", project_role_delete, ON_ALL, 0},
    {HTTP_GET, "role", roles_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "role", roles_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "role/{}", role_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_PUT, "role/{}", role_put, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "role/{}", role_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "role/{}", role_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "role/{}/actors", role_actors_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "role/{}/actors", role_actors_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "role/{}/actors", role_actors_delete, ON_ALL, ROUTE_ADMIN},
    {0},
};
