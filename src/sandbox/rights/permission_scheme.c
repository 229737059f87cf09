/* permission_scheme.c - permission schemes and their grants, and which one a project has. */
#include "sandbox/rights/access.h"

/* ---- showing ---- */

static bool is_expanded(struct ctx *c, const char *name)
{
    char **expand;
    size_t count = param_list(c, "expand", &expand);
    for (size_t i = 0; i < count; i++)
        if (str_eq(expand[i], name) || str_eq(expand[i], "all"))
            return true;
    return false;
}

/* What `expand` adds to a holder: the person, group, role or field itself. */
static bool holder_expand(struct ctx *c, json_t *o, const struct holder *h)
{
    char *name = NULL, *more = NULL;
    json_t *what = new_object(c);
    if (str_eq(h->type, "user") && is_expanded(c, "user"))
        put(o, "user", user_json(c, h->ref));
    if (str_eq(h->type, "group") && is_expanded(c, "group")) {
        if (!db_str(c, &name, "SELECT name FROM user_group WHERE id = ?1", "i", h->ref) ||
            !db_str(c, &more, "SELECT uuid FROM user_group WHERE id = ?1", "i", h->ref))
            return false;
        put_str(what, "name", name);
        if (c->d->is_cloud)
            put_str(what, "groupId", more);
        put_self(c, what, "group?groupname=%s", str_percent_encode(c->a, name ? name : ""));
        put(o, "group", what);
    }
    if (str_eq(h->type, "projectRole") && is_expanded(c, "projectRole")) {
        if (!db_str(c, &name, "SELECT name FROM project_role WHERE id = ?1", "i", h->ref) ||
            !db_str(c, &more, "SELECT description FROM project_role WHERE id = ?1", "i", h->ref))
            return false;
        put_self(c, what, "role/%lld", (long long)h->ref);
        put_str(what, "name", name);
        put_int(what, "id", h->ref);
        put_str(what, "description", more);
        put(o, "projectRole", what);
    }
    return c->err.kind == ERR_NONE;
}

/* Columns id, permission, holder, ref, parameter. */
static json_t *grant_json(struct ctx *c, int64_t scheme, struct sql_rows *rows)
{
    struct holder h = {sql_str(rows, 2, c->a), sql_int(rows, 3), sql_str(rows, 4, c->a)};
    json_t *o = new_object(c), *holder = holder_json(c, &h);
    if (!holder || !holder_expand(c, holder, &h))
        return NULL;
    put_int(o, "id", sql_int(rows, 0));
    put_self(c, o, "permissionscheme/%lld/permission/%lld", (long long)scheme, (long long)sql_int(rows, 0));
    put(o, "holder", holder);
    put_str(o, "permission", sql_peek(rows, 1));
    return o;
}

/* All of a scheme, or the one with id `only`. */
static json_t *grants_json(struct ctx *c, int64_t scheme, int64_t only)
{
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!db_query(c, &rows,
                  "SELECT id, permission, holder, ref, parameter FROM permission_grant WHERE scheme = ?1 AND"
                  " (?2 = 0 OR id = ?2) ORDER BY id",
                  "ii", scheme, only))
        return NULL;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        json_t *grant = grant_json(c, scheme, &rows);
        ok = grant;
        if (ok)
            add(list, grant);
    }
    return db_done(c, &rows) && ok ? list : NULL;
}

static json_t *scheme_json(struct ctx *c, int64_t scheme, bool with_grants)
{
    struct sql_rows rows;
    json_t *o = new_object(c);
    if (!db_query(c, &rows, "SELECT name, description FROM permission_scheme WHERE id = ?1", "i", scheme))
        return NULL;
    put_str(o, "expand", "permissions,user,group,projectRole,field,all");
    put_int(o, "id", scheme);
    put_self(c, o, "permissionscheme/%lld", (long long)scheme);
    if (sql_next(&rows)) {
        put_str(o, "name", sql_peek(&rows, 0));
        if (!sql_is_null(&rows, 1))
            put_str(o, "description", sql_peek(&rows, 1));
    }
    if (!db_done(c, &rows))
        return NULL;
    if (with_grants)
        put(o, "permissions", grants_json(c, scheme, 0));
    return c->err.kind == ERR_NONE ? o : NULL;
}

/* Any expansion brings the grants. */
static bool wants_grants(struct ctx *c)
{
    char **expand;
    return param_list(c, "expand", &expand) > 0;
}

static bool reply_scheme(struct ctx *c, int status, int64_t scheme, bool with_grants)
{
    json_t *o = scheme_json(c, scheme, with_grants);
    return o && reply_json(c, status, o);
}

/* ---- schemes ---- */

static bool scheme_need(struct ctx *c, int64_t *id_r)
{
    int64_t id = 0;
    *id_r = 0;
    if (str_to_int(c->args[0], &id) && !db_int(c, id_r, "SELECT id FROM permission_scheme WHERE id = ?1", "i", id))
        return false;
    return *id_r || refuse(c, 404, "The permission scheme with id %s does not exist.", c->args[0]);
}

static bool schemes_get(struct ctx *c)
{
    struct sql_rows rows;
    json_t *list = new_array(c), *o = new_object(c);
    if (!db_query(c, &rows, "SELECT id FROM permission_scheme ORDER BY name", ""))
        return false;
    while (sql_next(&rows))
        add(list, scheme_json(c, sql_int(&rows, 0), wants_grants(c)));
    put(o, "permissionSchemes", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

static bool scheme_get(struct ctx *c)
{
    int64_t scheme = 0;
    return scheme_need(c, &scheme) && reply_scheme(c, 200, scheme, wants_grants(c));
}

static bool grant_add(struct ctx *c, int64_t scheme, const json_t *sent, int64_t *id_r)
{
    const struct permission_key *k = permission_key_of(c, json_at_str(sent, "permission"));
    struct holder h;
    int64_t there = 0;
    if (!k || k->is_global)
        return refuse_field(c, "permission", "The permission '%s' does not exist.",
                            json_at_str(sent, "permission") ? json_at_str(sent, "permission") : "");
    if (!holder_read(c, json_object_get(sent, "holder"), &h) ||
        !db_int(c, &there,
                "SELECT 1 FROM permission_grant WHERE scheme = ?1 AND permission = ?2 AND holder = ?3 AND ref = ?4 AND"
                " parameter IS ?5",
                "issis", scheme, k->key, h.type, h.ref, h.parameter))
        return false;
    if (there)
        return refuse(c, 400, "The permission grant already exists in the scheme.");
    if (!db_run(c,
                "INSERT INTO permission_grant (scheme, permission, holder, ref, parameter) VALUES (?1, ?2, ?3, ?4, ?5)",
                "issis", scheme, k->key, h.type, h.ref, h.parameter))
        return false;
    *id_r = sql_last_id(c->db);
    return true;
}

static bool grants_add(struct ctx *c, int64_t scheme, const json_t *list)
{
    size_t i;
    const json_t *item;
    int64_t id;
    json_array_foreach (list, i, item)
        if (!grant_add(c, scheme, item, &id))
            return false;
    return true;
}

static bool name_allowed(struct ctx *c, const char *name, int64_t scheme)
{
    int64_t taken = 0;
    if (str_is_empty(name))
        return refuse_field(c, "name", "The permission scheme must have a name.");
    if (!db_int(c, &taken, "SELECT id FROM permission_scheme WHERE name = ?1 AND id <> ?2", "si", name, scheme))
        return false;
    return !taken || refuse_field(c, "name", "A Scheme with this name already exists.");
}

static bool schemes_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name");
    if (!name_allowed(c, name, 0) || !db_run(c, "INSERT INTO permission_scheme (name, description) VALUES (?1, ?2)",
                                             "ss", name, json_at_str(c->body, "description")))
        return false;
    int64_t scheme = sql_last_id(c->db);
    return grants_add(c, scheme, json_object_get(c->body, "permissions")) && reply_scheme(c, 201, scheme, true);
}

static bool scheme_put(struct ctx *c)
{
    int64_t scheme = 0;
    const char *name = json_at_str(c->body, "name");
    const json_t *grants = json_object_get(c->body, "permissions");
    if (!scheme_need(c, &scheme) || !name_allowed(c, name, scheme) ||
        !db_run(c, "UPDATE permission_scheme SET name = ?2, description = ?3 WHERE id = ?1", "iss", scheme, name,
                json_at_str(c->body, "description")))
        return false;
    if (json_is_array(grants) &&
        (!db_run(c, "DELETE FROM permission_grant WHERE scheme = ?1", "i", scheme) || !grants_add(c, scheme, grants)))
        return false;
    return reply_scheme(c, 200, scheme, true);
}

/* Projects that had it get the site's first one, as Jira's default scheme is. */
static bool scheme_delete(struct ctx *c)
{
    int64_t scheme = 0, first = 0;
    if (!scheme_need(c, &scheme) || !db_int(c, &first, "SELECT min(id) FROM permission_scheme", ""))
        return false;
    if (scheme == first)
        return refuse(c, 403, "The default permission scheme cannot be deleted.");
    return db_run(c, "UPDATE project SET permission_scheme = ?2 WHERE permission_scheme = ?1", "ii", scheme, first) &&
           db_run(c, "DELETE FROM permission_scheme WHERE id = ?1", "i", scheme) && reply_empty(c, 204);
}

/* ---- grants ---- */

static bool grants_get(struct ctx *c)
{
    int64_t scheme = 0;
    if (!scheme_need(c, &scheme))
        return false;
    json_t *o = new_object(c), *list = grants_json(c, scheme, 0);
    put(o, "permissions", list);
    put_str(o, "expand", "user,group,projectRole,field,all");
    return list && reply_json(c, 200, o);
}

static bool grants_post(struct ctx *c)
{
    int64_t scheme = 0, id = 0;
    if (!scheme_need(c, &scheme) || !grant_add(c, scheme, c->body, &id))
        return false;
    json_t *list = grants_json(c, scheme, id);
    return list && reply_json(c, 201, json_array_get(list, 0));
}

static bool grant_need(struct ctx *c, int64_t *scheme_r, int64_t *id_r)
{
    int64_t id = 0;
    *id_r = 0;
    if (!scheme_need(c, scheme_r) ||
        (str_to_int(c->args[1], &id) &&
         !db_int(c, id_r, "SELECT id FROM permission_grant WHERE id = ?1 AND scheme = ?2", "ii", id, *scheme_r)))
        return false;
    return *id_r || refuse(c, 404, "The permission with id %s does not exist in the scheme.", c->args[1]);
}

static bool grant_get(struct ctx *c)
{
    int64_t scheme = 0, id = 0;
    if (!grant_need(c, &scheme, &id))
        return false;
    json_t *list = grants_json(c, scheme, id);
    return list && reply_json(c, 200, json_array_get(list, 0));
}

static bool grant_delete(struct ctx *c)
{
    int64_t scheme = 0, id = 0;
    return grant_need(c, &scheme, &id) && db_run(c, "DELETE FROM permission_grant WHERE id = ?1", "i", id) &&
           reply_empty(c, 204);
}

/* ---- of a project ---- */

static bool project_scheme_get(struct ctx *c)
{
    int64_t project = 0, scheme = 0;
    bool allowed = false;
    if (!project_need(c, c->args[0], &project) || !permission_has(c, "ADMINISTER_PROJECTS", project, 0, &allowed) ||
        !db_int(c, &scheme, "SELECT permission_scheme FROM project WHERE id = ?1", "i", project))
        return false;
    if (!allowed && !c->is_admin)
        return refuse(c, 403, "You cannot edit the configuration of this project.");
    return reply_scheme(c, 200, scheme, wants_grants(c));
}

static bool project_scheme_put(struct ctx *c)
{
    int64_t project = 0, scheme = 0;
    if (!project_need(c, c->args[0], &project) ||
        !db_int(c, &scheme, "SELECT id FROM permission_scheme WHERE id = ?1", "i", json_at_int(c->body, "id", 0)))
        return false;
    if (!scheme)
        return refuse(c, 404, "The permission scheme with id %lld does not exist.",
                      (long long)json_at_int(c->body, "id", 0));
    return db_run(c, "UPDATE project SET permission_scheme = ?2 WHERE id = ?1", "ii", project, scheme) &&
           reply_scheme(c, 200, scheme, wants_grants(c));
}

const struct route permission_scheme_routes[] = {
    {HTTP_GET, "permissionscheme", schemes_get, ON_CLOUD, 0},
    {HTTP_GET, "permissionscheme", schemes_get, ON_DC, ROUTE_ADMIN},
    {HTTP_POST, "permissionscheme", schemes_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "permissionscheme/{}", scheme_get, ON_CLOUD, 0},
    {HTTP_GET, "permissionscheme/{}", scheme_get, ON_DC, ROUTE_ADMIN},
    {HTTP_PUT, "permissionscheme/{}", scheme_put, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "permissionscheme/{}", scheme_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "permissionscheme/{}/permission", grants_get, ON_CLOUD, 0},
    {HTTP_GET, "permissionscheme/{}/permission", grants_get, ON_DC, ROUTE_ADMIN},
    {HTTP_POST, "permissionscheme/{}/permission", grants_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "permissionscheme/{}/permission/{}", grant_get, ON_CLOUD, 0},
    {HTTP_GET, "permissionscheme/{}/permission/{}", grant_get, ON_DC, ROUTE_ADMIN},
    {HTTP_DELETE, "permissionscheme/{}/permission/{}", grant_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "project/{}/permissionscheme", project_scheme_get, ON_ALL, 0},
    {HTTP_PUT, "project/{}/permissionscheme", project_scheme_put, ON_ALL, ROUTE_ADMIN},
    {0},
};
