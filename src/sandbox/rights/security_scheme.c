/* security_scheme.c - issue security schemes, their levels and members. Data Center shows them; Cloud lets them be made
 * and changed as well. For rehearsals on either: POST /sandbox/security. */
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"
#include "sandbox/task.h"

/* ---- showing ---- */

static json_t *level_full_json(struct ctx *c, int64_t level)
{
    int64_t scheme = 0, is_default = 0;
    json_t *o = security_level_json(c, level);
    if (!o || !c->d->is_cloud)
        return o;
    if (!db_int(c, &scheme, "SELECT scheme FROM security_level WHERE id = ?1", "i", level) ||
        !db_int(c, &is_default, "SELECT 1 FROM security_scheme WHERE default_level = ?1", "i", level))
        return NULL;
    put_bool(o, "isDefault", is_default);
    put_id(o, "issueSecuritySchemeId", scheme);
    return o;
}

/* Every row of a query for ids, shown by `one`. */
static json_t *list_of(struct ctx *c, const char *sql, int64_t bound, json_t *(*one)(struct ctx *, int64_t))
{
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!db_query(c, &rows, sql, "i", bound))
        return NULL;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        json_t *o = one(c, sql_int(&rows, 0));
        ok = o;
        if (ok)
            add(list, o);
    }
    return db_done(c, &rows) && ok ? list : NULL;
}

static json_t *scheme_brief_json(struct ctx *c, int64_t scheme)
{
    struct sql_rows rows;
    json_t *o = new_object(c);
    if (!db_query(c, &rows, "SELECT name, description, default_level FROM security_scheme WHERE id = ?1", "i", scheme))
        return NULL;
    put_self(c, o, "issuesecurityschemes/%lld", (long long)scheme);
    put_int(o, "id", scheme);
    if (sql_next(&rows)) {
        put_str(o, "name", sql_peek(&rows, 0));
        put_str(o, "description", sql_peek(&rows, 1) ? sql_peek(&rows, 1) : "");
        if (!sql_is_null(&rows, 2))
            put_int(o, "defaultSecurityLevelId", sql_int(&rows, 2));
    }
    return db_done(c, &rows) ? o : NULL;
}

static json_t *scheme_json(struct ctx *c, int64_t scheme)
{
    json_t *o = scheme_brief_json(c, scheme);
    json_t *levels =
        list_of(c, "SELECT id FROM security_level WHERE scheme = ?1 ORDER BY name, id", scheme, level_full_json);
    if (!o || !levels)
        return NULL;
    put(o, "levels", levels);
    return o;
}

static bool reply_scheme(struct ctx *c, int64_t scheme)
{
    json_t *o = scheme_json(c, scheme);
    return o && reply_json(c, 200, o);
}

static bool schemes_get(struct ctx *c)
{
    json_t *o = new_object(c);
    json_t *list = list_of(c, "SELECT id FROM security_scheme WHERE ?1 = 0 ORDER BY name", 0, scheme_brief_json);
    put(o, "issueSecuritySchemes", list);
    return list && reply_json(c, 200, o);
}

static bool row_need(struct ctx *c, const char *asked, const char *what, const char *sql, int64_t *id_r)
{
    int64_t id = 0;
    *id_r = 0;
    if (str_to_int(asked, &id) && !db_int(c, id_r, sql, "i", id))
        return false;
    return *id_r || refuse(c, 404, "The %s with id '%s' does not exist.", what, asked);
}

static bool scheme_need(struct ctx *c, int64_t *id_r)
{
    return row_need(c, c->args[0], "issue security scheme", "SELECT id FROM security_scheme WHERE id = ?1", id_r);
}

/* Administrators of a project that uses it may read it too. */
static bool scheme_get(struct ctx *c)
{
    int64_t scheme = 0;
    bool may = c->is_admin, ok = true;
    struct sql_rows rows;
    if (!scheme_need(c, &scheme) ||
        !db_query(c, &rows, "SELECT id FROM project WHERE security_scheme = ?1", "i", scheme))
        return false;
    while (ok && !may && sql_next(&rows))
        ok = permission_has(c, "ADMINISTER_PROJECTS", sql_int(&rows, 0), 0, &may);
    if (!db_done(c, &rows) || !ok)
        return false;
    return may ? reply_scheme(c, scheme)
               : refuse(c, 403,
                        "You are not authorized to perform this action. Administrator privileges are required.");
}

static bool project_scheme_get(struct ctx *c)
{
    int64_t project = 0, scheme = 0;
    bool may = c->is_admin;
    if (!project_need(c, c->args[0], &project) ||
        (!may && !permission_has(c, "ADMINISTER_PROJECTS", project, 0, &may)) ||
        !db_int(c, &scheme, "SELECT security_scheme FROM project WHERE id = ?1", "i", project))
        return false;
    if (!may)
        return refuse(c, 403, "You cannot edit the configuration of this project.");
    return scheme ? reply_scheme(c, scheme) : refuse(c, 404, "The project has no issue security scheme.");
}

/* Without the right to set security there is none to choose from. */
static bool project_levels_get(struct ctx *c)
{
    int64_t project = 0;
    bool may = false;
    if (!project_need(c, c->args[0], &project) || !permission_has(c, "SET_ISSUE_SECURITY", project, 0, &may))
        return false;
    json_t *o = new_object(c), *list = may ? security_levels_json(c, project) : new_array(c);
    put(o, "levels", list);
    return list && reply_json(c, 200, o);
}

static bool level_get(struct ctx *c)
{
    int64_t level = 0;
    if (!row_need(c, c->args[0], "security level", "SELECT id FROM security_level WHERE id = ?1", &level))
        return false;
    json_t *o = level_full_json(c, level);
    return o && reply_json(c, 200, o);
}

/* ---- making ---- */

static bool members_add(struct ctx *c, int64_t level, const json_t *members)
{
    size_t i;
    const json_t *member;
    json_array_foreach (members, i, member) {
        struct holder h;
        if (!holder_read(c, member, &h) ||
            !db_run(c, "INSERT INTO security_member (level, holder, ref, parameter) VALUES (?1, ?2, ?3, ?4)", "isis",
                    level, h.type, h.ref, h.parameter))
            return false;
    }
    return true;
}

static bool levels_add(struct ctx *c, int64_t scheme, const json_t *levels)
{
    size_t i;
    const json_t *sent;
    json_array_foreach (levels, i, sent) {
        const char *name = json_at_str(sent, "name");
        int64_t taken = 0;
        if (str_is_empty(name))
            return refuse_field(c, "name", "A security level must have a name.");
        if (!db_int(c, &taken, "SELECT 1 FROM security_level WHERE scheme = ?1 AND name = ?2", "is", scheme, name))
            return false;
        if (taken)
            return refuse_field(c, "name", "The security level '%s' already exists in the scheme.", name);
        if (!db_run(c, "INSERT INTO security_level (scheme, name, description) VALUES (?1, ?2, ?3)", "iss", scheme,
                    name, json_at_str(sent, "description")))
            return false;
        int64_t level = sql_last_id(c->db);
        if (!members_add(c, level, json_object_get(sent, "members")) ||
            (json_at_bool(sent, "isDefault", false) &&
             !db_run(c, "UPDATE security_scheme SET default_level = ?2 WHERE id = ?1", "ii", scheme, level)))
            return false;
    }
    return true;
}

static bool name_allowed(struct ctx *c, const char *name, int64_t scheme)
{
    int64_t taken = 0;
    if (str_is_empty(name))
        return refuse_field(c, "name", "An issue security scheme must have a name.");
    if (!db_int(c, &taken, "SELECT id FROM security_scheme WHERE name = ?1 AND id <> ?2", "si", name, scheme))
        return false;
    return !taken || refuse_field(c, "name", "An issue security scheme with this name already exists.");
}

static bool scheme_make(struct ctx *c, int64_t *id_r)
{
    const char *name = json_at_str(c->body, "name");
    if (!name_allowed(c, name, 0) || !db_run(c, "INSERT INTO security_scheme (name, description) VALUES (?1, ?2)", "ss",
                                             name, json_at_str(c->body, "description")))
        return false;
    *id_r = sql_last_id(c->db);
    return levels_add(c, *id_r, json_object_get(c->body, "levels"));
}

static bool schemes_post(struct ctx *c)
{
    int64_t scheme = 0;
    json_t *o = new_object(c);
    if (!scheme_make(c, &scheme))
        return false;
    put_id(o, "id", scheme);
    return reply_json(c, 201, o);
}

static bool scheme_put(struct ctx *c)
{
    int64_t scheme = 0;
    const char *name = json_at_str(c->body, "name");
    return scheme_need(c, &scheme) && (!name || name_allowed(c, name, scheme)) &&
           db_run(c,
                  "UPDATE security_scheme SET name = coalesce(?2, name), description = coalesce(?3, description) WHERE"
                  " id = ?1",
                  "iss", scheme, name, json_at_str(c->body, "description")) &&
           reply_empty(c, 204);
}

static bool scheme_delete(struct ctx *c)
{
    int64_t scheme = 0, used = 0;
    if (!scheme_need(c, &scheme) || !db_int(c, &used, "SELECT 1 FROM project WHERE security_scheme = ?1", "i", scheme))
        return false;
    if (used)
        return refuse(c, 400, "The issue security scheme is used by projects and cannot be deleted.");
    return db_run(c, "DELETE FROM security_scheme WHERE id = ?1", "i", scheme) && reply_empty(c, 204);
}

static bool levels_put(struct ctx *c)
{
    int64_t scheme = 0;
    return scheme_need(c, &scheme) && levels_add(c, scheme, json_object_get(c->body, "levels")) && reply_empty(c, 204);
}

static bool level_need(struct ctx *c, int64_t *scheme_r, int64_t *level_r)
{
    return scheme_need(c, scheme_r) &&
           row_need(c, c->args[1], "security level",
                    arena_printf(c->a, "SELECT id FROM security_level WHERE id = ?1 AND scheme = %lld",
                                 (long long)*scheme_r),
                    level_r);
}

static bool level_put(struct ctx *c)
{
    int64_t scheme, level;
    return level_need(c, &scheme, &level) &&
           db_run(c,
                  "UPDATE security_level SET name = coalesce(?2, name), description = coalesce(?3, description) WHERE"
                  " id = ?1",
                  "iss", level, json_at_str(c->body, "name"), json_at_str(c->body, "description")) &&
           reply_empty(c, 204);
}

/* Issues of the level get the one that replaces it, or none. */
static bool level_delete(struct ctx *c)
{
    int64_t scheme, level, other = 0;
    const char *replace = param(c, "replaceWith");
    if (!level_need(c, &scheme, &level))
        return false;
    if (replace &&
        !db_int(c, &other, "SELECT id FROM security_level WHERE CAST(id AS TEXT) = ?1 AND scheme = ?2 AND id <> ?3",
                "sii", replace, scheme, level))
        return false;
    if (replace && !other)
        return refuse(c, 400, "The security level '%s' cannot replace the deleted one.", replace);
    return db_run(c, "UPDATE issue SET security = NULLIF(?2, 0) WHERE security = ?1", "ii", level, other) &&
           db_run(c, "UPDATE security_scheme SET default_level = NULLIF(?2, 0) WHERE default_level = ?1", "ii", level,
                  other) &&
           db_run(c, "DELETE FROM security_level WHERE id = ?1", "i", level) &&
           task_reply(c, "Remove issue security level", NULL);
}

static bool members_put(struct ctx *c)
{
    int64_t scheme, level;
    return level_need(c, &scheme, &level) && members_add(c, level, json_object_get(c->body, "members")) &&
           reply_empty(c, 204);
}

static bool member_delete(struct ctx *c)
{
    int64_t scheme, level;
    if (!level_need(c, &scheme, &level) ||
        !db_run(c, "DELETE FROM security_member WHERE level = ?1 AND CAST(id AS TEXT) = ?2", "is", level, c->args[2]))
        return false;
    return sql_changes(c->db) ? reply_empty(c, 204)
                              : refuse(c, 404, "The member with id '%s' does not exist.", c->args[2]);
}

/* The page of {id, issueSecurityLevelId, holder}. */
static bool members_get(struct ctx *c)
{
    int64_t scheme = 0, total = 0;
    struct page page;
    struct sql_rows rows;
    json_t *values = new_array(c);
    if (!scheme_need(c, &scheme) || !page_read(c, 50, 100, &page) ||
        !db_query(c, &rows,
                  "SELECT m.id, m.level, m.holder, m.ref, m.parameter FROM security_member m JOIN security_level l ON"
                  " l.id = m.level WHERE l.scheme = ?1 ORDER BY m.id",
                  "i", scheme))
        return false;
    for (; sql_next(&rows); total++) {
        struct holder h = {sql_str(&rows, 2, c->a), sql_int(&rows, 3), sql_str(&rows, 4, c->a)};
        if (total < page.start || total >= page.start + page.max)
            continue;
        json_t *o = new_object(c);
        put_int(o, "id", sql_int(&rows, 0));
        put_int(o, "issueSecurityLevelId", sql_int(&rows, 1));
        put(o, "holder", holder_json(c, &h));
        add(values, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

/* {projectId, schemeId, oldToNewSecurityLevelMappings: [{oldLevelId, newLevelId}]}; schemeId null: none. */
static bool project_scheme_put(struct ctx *c)
{
    int64_t project = 0, scheme = 0;
    const char *asked = json_at_id(c->a, c->body, "schemeId"), *key = json_at_id(c->a, c->body, "projectId");
    size_t i;
    const json_t *pair;
    if (!key)
        return refuse(c, 400, "The projectId is required.");
    if (!project_need(c, key, &project) ||
        (asked &&
         !row_need(c, asked, "issue security scheme", "SELECT id FROM security_scheme WHERE id = ?1", &scheme)))
        return false;
    json_array_foreach (json_object_get(c->body, "oldToNewSecurityLevelMappings"), i, pair)
        if (!db_run(c,
                    "UPDATE issue SET security = CAST(NULLIF(?3, '-1') AS INTEGER) WHERE project = ?1 AND security ="
                    " CAST(?2 AS INTEGER)",
                    "iss", project, json_at_id(c->a, pair, "oldLevelId"), json_at_id(c->a, pair, "newLevelId")))
            return false;
    return security_scheme_set(c->sb, project, scheme, &c->err) &&
           task_reply(c, "Associate issue security scheme", NULL);
}

/* POST /sandbox/security {project, name, levels: [{name, isDefault, members: [{type, parameter}]}]}: a scheme made and
 * given to a project in one request, on every dialect. */
static bool sandbox_post(struct ctx *c)
{
    int64_t project = 0, scheme = 0;
    const char *key = json_at_str(c->body, "project");
    if (!key)
        return refuse(c, 400, "A project is needed.");
    return project_need(c, key, &project) && scheme_make(c, &scheme) &&
           security_scheme_set(c->sb, project, scheme, &c->err) && reply_scheme(c, scheme);
}

const struct route security_scheme_routes[] = {
    {HTTP_GET, "issuesecurityschemes", schemes_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "issuesecurityschemes", schemes_post, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "issuesecurityschemes/{}", scheme_get, ON_ALL, 0},
    {HTTP_PUT, "issuesecurityschemes/{}", scheme_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_DELETE, "issuesecurityschemes/{}", scheme_delete, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "issuesecurityschemes/project", project_scheme_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "issuesecurityschemes/{}/level", levels_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "issuesecurityschemes/{}/level/{}", level_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_DELETE, "issuesecurityschemes/{}/level/{}", level_delete, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "issuesecurityschemes/{}/level/{}/member", members_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_DELETE, "issuesecurityschemes/{}/level/{}/member/{}", member_delete, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "issuesecurityschemes/{}/members", members_get, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "project/{}/issuesecuritylevelscheme", project_scheme_get, ON_ALL, 0},
    {HTTP_GET, "project/{}/securitylevel", project_levels_get, ON_ALL, 0},
    {HTTP_GET, "securitylevel/{}", level_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "/sandbox/security", sandbox_post, ON_ALL, ROUTE_ADMIN},
    {0},
};
