/* filter.c - queries that people keep: their own, shared ones, favourites; and the list of dashboards.
 *
 * A filter is seen by its owner and by those it is shared with; only its owner changes it. */
#include "sandbox/planning/filter.h"
#include "sandbox/field/custom.h"
#include "sandbox/jql/jql_plan.h"

#include <string.h>

enum { NAME_LIMIT = 255 };

struct filter {
    int64_t id, owner;
    char *name, *description, *jql;
};

/* A condition on `f`, the filter: ?1 is the caller. */
static char *seen_by_caller(struct ctx *c)
{
    return arena_printf(c->a,
                        "(f.owner = ?1 OR EXISTS (SELECT 1 FROM filter_share s WHERE s.filter = f.id AND (s.type ="
                        " 'global' OR (s.type = 'authenticated' AND ?1 <> 0) OR (s.type = 'user' AND s.ref = ?1) OR"
                        " (s.type = 'group' AND EXISTS (SELECT 1 FROM user_group_member m WHERE m.group_id = s.ref AND"
                        " m.account = ?1)) OR (s.type = 'project' AND s.ref IN (SELECT id FROM project WHERE %s)))))",
                        visible_projects(c, "id"));
}

static void from_row(struct ctx *c, struct sql_rows *rows, struct filter *f)
{
    *f = (struct filter){.id = sql_int(rows, 0),
                         .owner = sql_int(rows, 1),
                         .name = sql_str(rows, 2, c->a),
                         .description = sql_str(rows, 3, c->a),
                         .jql = sql_str(rows, 4, c->a)};
}

#define SELECT "SELECT f.id, f.owner, f.name, f.description, f.jql FROM filter f WHERE "

static bool filter_need(struct ctx *c, const char *asked, struct filter *f)
{
    struct sql_rows rows;
    *f = (struct filter){0};
    if (!db_query(c, &rows, arena_printf(c->a, SELECT "CAST(f.id AS TEXT) = ?2 AND %s", seen_by_caller(c)), "is",
                  c->caller, asked))
        return false;
    if (sql_next(&rows))
        from_row(c, &rows, f);
    if (!db_done(c, &rows))
        return false;
    return f->id || refuse(c, c->d->is_cloud ? 400 : 404,
                           "The selected filter is not available to you, perhaps it has"
                           " been deleted or had its permissions changed.");
}

bool filter_find(struct ctx *c, int64_t id, char **jql_r)
{
    return db_str(c, jql_r, arena_printf(c->a, "SELECT f.jql FROM filter f WHERE f.id = ?2 AND %s", seen_by_caller(c)),
                  "ii", c->caller, id);
}

bool filter_find_named(struct ctx *c, const char *id_or_name, char **jql_r)
{
    int64_t id = 0;
    *jql_r = NULL;
    if (str_to_int(id_or_name, &id) && !filter_find(c, id, jql_r))
        return false;
    return *jql_r || db_str(c, jql_r,
                            arena_printf(c->a,
                                         "SELECT f.jql FROM filter f WHERE f.name = ?2 AND %s ORDER BY f.owner <> ?1,"
                                         " f.id LIMIT 1",
                                         seen_by_caller(c)),
                            "is", c->caller, id_or_name);
}

static bool owner_need(struct ctx *c, const struct filter *f)
{
    return f->owner == c->caller ||
           refuse(c, 400, "The filter with id '%lld' is not owned by you and cannot be changed.", (long long)f->id);
}

/* ---- shown ---- */

static json_t *share_json(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    const char *type = sql_peek(rows, 1);
    int64_t ref = sql_int(rows, 2);
    put_int(o, "id", sql_int(rows, 0));
    put_str(o, "type", str_eq(type, "authenticated") ? "loggedin" : type);
    if (str_eq(type, "group"))
        put(o, "group", group_json(c, ref));
    else if (str_eq(type, "project"))
        put(o, "project", project_json(c, ref));
    else if (str_eq(type, "user"))
        put(o, "user", user_json(c, ref));
    return o;
}

static json_t *shares_json(struct ctx *c, int64_t filter, const char *one)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id, type, ref FROM filter_share WHERE filter = ?1 AND (?2 IS NULL OR CAST(id AS TEXT) = ?2)"
                  " ORDER BY id",
                  "is", filter, one))
        return NULL;
    while (sql_next(&rows))
        add(list, share_json(c, &rows));
    return db_done(c, &rows) ? list : NULL;
}

static json_t *empty_list(struct ctx *c)
{
    json_t *o = new_object(c);
    put_int(o, "size", 0);
    put(o, "items", new_array(c));
    put_int(o, "max-results", 1000);
    put_int(o, "start-index", 0);
    put_int(o, "end-index", 0);
    return o;
}

static json_t *filter_json(struct ctx *c, const struct filter *f)
{
    json_t *o = new_object(c);
    int64_t favourite = 0, count = 0;
    if (!db_int(c, &favourite, "SELECT 1 FROM filter_favourite WHERE filter = ?1 AND account = ?2", "ii", f->id,
                c->caller) ||
        !db_int(c, &count, "SELECT count(*) FROM filter_favourite WHERE filter = ?1", "i", f->id))
        return NULL;
    put_self(c, o, "filter/%lld", (long long)f->id);
    put_id(o, "id", f->id);
    put_str(o, "name", f->name);
    if (f->description)
        put_str(o, "description", f->description);
    put(o, "owner", user_json(c, f->owner));
    put_str(o, "jql", f->jql);
    put_str(o, "viewUrl", arena_printf(c->a, "%s/issues/?filter=%lld", c->sb->base_url, (long long)f->id));
    put_str(o, "searchUrl",
            arena_printf(c->a, "%s/rest/api/%s/search%s?jql=%s", c->sb->base_url, c->api_name,
                         c->d->is_cloud ? "/jql" : "", str_percent_encode(c->a, f->jql)));
    put_bool(o, "favourite", favourite);
    if (c->d->is_cloud)
        put_int(o, "favouritedCount", count);
    else
        put_bool(o, "editable", f->owner == c->caller);
    put(o, "sharePermissions", shares_json(c, f->id, NULL));
    if (c->d->is_cloud)
        put(o, "editPermissions", new_array(c));
    put(o, "sharedUsers", empty_list(c));
    put(o, "subscriptions", empty_list(c));
    return c->err.kind == ERR_NONE ? o : NULL;
}

static bool reply_filter(struct ctx *c, int status, int64_t id)
{
    struct filter f;
    if (!filter_need(c, arena_printf(c->a, "%lld", (long long)id), &f))
        return false;
    json_t *o = filter_json(c, &f);
    return o && reply_json(c, status, o);
}

static bool filter_get(struct ctx *c)
{
    struct filter f;
    return filter_need(c, c->args[0], &f) && reply_filter(c, 200, f.id);
}

static bool reply_list(struct ctx *c, const char *condition)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    bool ok = true;
    if (!db_query(c, &rows, arena_printf(c->a, SELECT "%s AND %s ORDER BY f.name", condition, seen_by_caller(c)), "i",
                  c->caller))
        return false;
    while (ok && sql_next(&rows)) {
        struct filter f;
        from_row(c, &rows, &f);
        json_t *o = filter_json(c, &f);
        ok = o;
        add(list, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, list);
}

static bool favourites_get(struct ctx *c)
{
    return reply_list(c, "f.id IN (SELECT filter FROM filter_favourite WHERE account = ?1)");
}

static bool mine_get(struct ctx *c)
{
    return reply_list(c, param_bool(c, "includeFavourites", false)
                             ? "(f.owner = ?1 OR f.id IN (SELECT filter FROM filter_favourite WHERE account = ?1))"
                             : "f.owner = ?1");
}

/* Cloud: what is not asked to be expanded is left out. */
static json_t *brief_json(struct ctx *c, const struct filter *f)
{
    static const char *const PARTS[] = {"description", "favourite",      "favouritedCount",  "jql",
                                        "owner",       "searchUrl",      "sharePermissions", "subscriptions",
                                        "viewUrl",     "editPermissions"};
    json_t *full = filter_json(c, f), *o = new_object(c);
    char **expand;
    size_t count = param_list(c, "expand", &expand);
    if (!full)
        return NULL;
    put_str(o, "expand",
            "description,owner,jql,viewUrl,searchUrl,favourite,favouritedCount,sharePermissions,editPermissions,"
            "isWritable,approximateLastUsed,subscriptions");
    put(o, "self", json_object_get(full, "self"));
    put(o, "id", json_object_get(full, "id"));
    put(o, "name", json_object_get(full, "name"));
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < ARRAY_LEN(PARTS); p++)
            if (str_eq(PARTS[p], expand[i]) && json_object_get(full, PARTS[p]))
                put(o, PARTS[p], str_eq(PARTS[p], "subscriptions") ? new_array(c) : json_object_get(full, PARTS[p]));
    return o;
}

static bool filter_search(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    json_t *values = new_array(c);
    bool ok = true;
    char *sql = arena_printf(c->a,
                             SELECT "%s AND (?2 IS NULL OR f.name LIKE '%%' || ?2 || '%%') AND (?3 IS NULL OR f.owner ="
                                    " (SELECT id FROM account WHERE account_id = ?3)) ORDER BY f.name",
                             seen_by_caller(c));
    if (!page_read(c, 50, 100, &page) ||
        !db_query(c, &rows, sql, "iss", c->caller, param(c, "filterName"), param(c, "accountId")))
        return false;
    for (; ok && sql_next(&rows); total++) {
        struct filter f;
        if (total < page.start || total >= page.start + page.max)
            continue;
        from_row(c, &rows, &f);
        json_t *o = brief_json(c, &f);
        ok = o;
        add(values, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, page_json(c, &page, total, values));
}

/* ---- written ---- */

/* Judged when the filter is there, so that one which names itself is found out. */
static bool jql_check(struct ctx *c, const char *jql)
{
    const char *error = NULL;
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
    struct jql_plan plan;
    if (!q)
        return refuse(c, 400, "%s", error);
    if (!jql_plan_make(c, q, &plan))
        return false;
    return !plan.error_count || refuse(c, 400, "%s", plan.errors[0]);
}

static bool fill(struct ctx *c, struct filter *f)
{
    const json_t *name = json_object_get(c->body, "name"), *text = json_object_get(c->body, "description"),
                 *jql = json_object_get(c->body, "jql");
    int64_t taken = 0;
    if (name || !f->id)
        f->name = json_is_string(name) ? str_trim(c->a, json_string_value(name)) : NULL;
    if (str_is_empty(f->name))
        return refuse_field(c, "filterName", "You must specify a name to save this filter as.");
    if (str_utf8_length(f->name) > NAME_LIMIT)
        return refuse_field(c, "filterName", "The entered filter name is too long, it must be less than 256 chars.");
    if (!db_int(c, &taken, "SELECT 1 FROM filter WHERE owner = ?1 AND name = ?2 AND id <> ?3", "isi", f->owner, f->name,
                f->id))
        return false;
    if (taken)
        return refuse_field(c, "filterName", "Filter with same name already exists.");
    if (text)
        f->description = json_is_string(text) ? arena_strdup(c->a, json_string_value(text)) : NULL;
    if (jql || !f->jql)
        f->jql = arena_strdup(c->a, json_is_string(jql) ? json_string_value(jql) : "");
    return true;
}

static bool favourite_set(struct ctx *c, int64_t filter, bool on)
{
    return on ? db_run(c, "INSERT OR IGNORE INTO filter_favourite (filter, account) VALUES (?1, ?2)", "ii", filter,
                       c->caller)
              : db_run(c, "DELETE FROM filter_favourite WHERE filter = ?1 AND account = ?2", "ii", filter, c->caller);
}

/* {type, groupname | groupId | projectId | accountId | userKey} */
static bool share_add(struct ctx *c, int64_t filter, const json_t *v)
{
    const char *type = json_at_str(v, "type"), *group = json_at_str(v, "groupname"), *uuid = json_at_str(v, "groupId");
    const char *project = json_at_id(c->a, v, "projectId"), *account = json_at_str(v, "accountId");
    int64_t ref = 0;
    if (!group)
        group = json_at_str(v, "group.name");
    if (!uuid)
        uuid = json_at_str(v, "group.groupId");
    if (!project)
        project = json_at_id(c->a, v, "project.id");
    if (str_eq(type, "loggedin"))
        type = "authenticated";
    if (str_eq(type, "group")) {
        if (!db_int(c, &ref, "SELECT id FROM user_group WHERE uuid = ?1 OR name = ?2", "ss", uuid, group))
            return false;
    } else if (str_eq(type, "project")) {
        if (project && !project_find(c, project, &ref))
            return false;
    } else if (str_eq(type, "user")) {
        if (!account)
            account = json_at_str(v, "userKey");
        if (!db_int(c, &ref, "SELECT id FROM account WHERE account_id = ?1 OR user_key = ?1", "s", account))
            return false;
    } else if (!str_eq(type, "global") && !str_eq(type, "authenticated")) {
        return refuse(c, 400, "'%s' is not a type of share.", type ? type : "");
    }
    if (!ref && (str_eq(type, "group") || str_eq(type, "project") || str_eq(type, "user")))
        return refuse(c, 400, "What the filter is to be shared with was not found.");
    return db_run(c, "INSERT INTO filter_share (filter, type, ref) VALUES (?1, ?2, NULLIF(?3, 0))", "isi", filter, type,
                  ref);
}

static bool shares_set(struct ctx *c, int64_t filter)
{
    const json_t *list = json_object_get(c->body, "sharePermissions"), *v;
    size_t i;
    if (!json_is_array(list))
        return true;
    if (!db_run(c, "DELETE FROM filter_share WHERE filter = ?1", "i", filter))
        return false;
    json_array_foreach (list, i, v)
        if (!share_add(c, filter, v))
            return false;
    return true;
}

static bool filter_post(struct ctx *c)
{
    struct filter f = {.owner = c->caller};
    if (!fill(c, &f) || !db_run(c, "INSERT INTO filter (name, description, jql, owner) VALUES (?1, ?2, ?3, ?4)", "sssi",
                                f.name, f.description, f.jql, f.owner))
        return false;
    f.id = sql_last_id(c->db);
    return jql_check(c, f.jql) && shares_set(c, f.id) &&
           (!json_at_bool(c->body, "favourite", false) || favourite_set(c, f.id, true)) && reply_filter(c, 200, f.id);
}

static bool filter_put(struct ctx *c)
{
    struct filter f;
    const json_t *favourite = json_object_get(c->body, "favourite");
    return filter_need(c, c->args[0], &f) && owner_need(c, &f) && fill(c, &f) &&
           db_run(c, "UPDATE filter SET name = ?2, description = ?3, jql = ?4 WHERE id = ?1", "isss", f.id, f.name,
                  f.description, f.jql) &&
           jql_check(c, f.jql) && shares_set(c, f.id) &&
           (!favourite || favourite_set(c, f.id, json_is_true(favourite))) && reply_filter(c, 200, f.id);
}

static bool filter_delete(struct ctx *c)
{
    struct filter f;
    return filter_need(c, c->args[0], &f) && owner_need(c, &f) &&
           db_run(c, "DELETE FROM filter WHERE id = ?1", "i", f.id) && reply_empty(c, 204);
}

static bool favourite_put(struct ctx *c)
{
    struct filter f;
    return filter_need(c, c->args[0], &f) && favourite_set(c, f.id, true) && reply_filter(c, 200, f.id);
}

static bool favourite_delete(struct ctx *c)
{
    struct filter f;
    return filter_need(c, c->args[0], &f) && favourite_set(c, f.id, false) && reply_filter(c, 200, f.id);
}

/* ---- shares and columns ---- */

static bool permissions_get(struct ctx *c)
{
    struct filter f;
    if (!filter_need(c, c->args[0], &f))
        return false;
    json_t *list = shares_json(c, f.id, NULL);
    return list && reply_json(c, 200, list);
}

static bool permission_get(struct ctx *c)
{
    struct filter f;
    if (!filter_need(c, c->args[0], &f))
        return false;
    json_t *list = shares_json(c, f.id, c->args[1]);
    if (!list)
        return false;
    return json_array_size(list) ? reply_json(c, 200, json_array_get(list, 0))
                                 : refuse(c, 404, "The share permission was not found.");
}

static bool permission_post(struct ctx *c)
{
    struct filter f;
    if (!filter_need(c, c->args[0], &f) || !owner_need(c, &f) || !share_add(c, f.id, c->body))
        return false;
    json_t *list = shares_json(c, f.id, NULL);
    return list && reply_json(c, 201, list);
}

static bool permission_delete(struct ctx *c)
{
    struct filter f;
    int64_t there = 0;
    if (!filter_need(c, c->args[0], &f) || !owner_need(c, &f) ||
        !db_int(c, &there, "SELECT 1 FROM filter_share WHERE filter = ?1 AND CAST(id AS TEXT) = ?2", "is", f.id,
                c->args[1]))
        return false;
    if (!there)
        return refuse(c, 404, "The share permission was not found.");
    return db_run(c, "DELETE FROM filter_share WHERE filter = ?1 AND CAST(id AS TEXT) = ?2", "is", f.id, c->args[1]) &&
           reply_empty(c, 204);
}

static bool columns_get(struct ctx *c)
{
    struct filter f;
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!filter_need(c, c->args[0], &f) ||
        !db_query(c, &rows,
                  "SELECT f.name, f.id FROM filter_column x JOIN field f ON f.id = x.field WHERE x.filter = ?1 ORDER BY"
                  " x.position",
                  "i", f.id))
        return false;
    while (sql_next(&rows)) {
        json_t *o = new_object(c);
        put_str(o, "label", sql_peek(&rows, 0));
        put_str(o, "value", sql_peek(&rows, 1));
        add(list, o);
    }
    if (!db_done(c, &rows))
        return false;
    return json_array_size(list) ? reply_json(c, 200, list) : refuse(c, 404, "The filter has no columns of its own.");
}

static bool columns_put(struct ctx *c)
{
    struct filter f;
    size_t i;
    const json_t *v, *list = json_is_array(c->body) ? c->body : json_object_get(c->body, "columns");
    if (!filter_need(c, c->args[0], &f) || !owner_need(c, &f) ||
        !db_run(c, "DELETE FROM filter_column WHERE filter = ?1", "i", f.id))
        return false;
    json_array_foreach (list, i, v) {
        struct field field;
        bool found = false;
        const char *id = json_string_value(v);
        if (!field_read(c, id ? id : "", &field, &found))
            return false;
        if (!found)
            return refuse(c, 400, "There is no column '%s'.", id ? id : "");
        if (!db_run(c, "INSERT INTO filter_column (filter, position, field) VALUES (?1, ?2, ?3)", "iis", f.id,
                    (int64_t)i, field.id))
            return false;
    }
    return reply_json(c, 200, new_object(c));
}

static bool columns_delete(struct ctx *c)
{
    struct filter f;
    return filter_need(c, c->args[0], &f) && owner_need(c, &f) &&
           db_run(c, "DELETE FROM filter_column WHERE filter = ?1", "i", f.id) && reply_empty(c, 204);
}

static bool scope_get(struct ctx *c)
{
    json_t *o = new_object(c);
    put_str(o, "scope", "PRIVATE");
    return reply_json(c, 200, o);
}

/* ---- dashboards: every site has the system's own ---- */

static json_t *dashboard_json(struct ctx *c)
{
    json_t *o = new_object(c);
    put_str(o, "id", "10000");
    if (c->d->is_cloud)
        put_bool(o, "isFavourite", false);
    put_str(o, "name", c->d->is_cloud ? "Default dashboard" : "System Dashboard");
    if (c->d->is_cloud)
        put_int(o, "popularity", 0);
    put_self(c, o, "dashboard/10000");
    if (c->d->is_cloud) {
        put(o, "sharePermissions", new_array(c));
        put(o, "editPermissions", new_array(c));
    }
    put_str(o, "view",
            c->d->is_cloud ? arena_printf(c->a, "%s/jira/dashboards/10000", c->sb->base_url)
                           : arena_printf(c->a, "%s/secure/Dashboard.jspa?selectPageId=10000", c->sb->base_url));
    if (c->d->is_cloud) {
        put_bool(o, "isWritable", false);
        put_bool(o, "systemDashboard", true);
    }
    return o;
}

static bool dashboards_get(struct ctx *c)
{
    struct page page;
    const char *wanted = param(c, "filter");
    json_t *o = new_object(c), *list = new_array(c);
    int64_t total = str_is_empty(wanted);
    if (!page_read(c, 20, 1000, &page))
        return false;
    if (total > page.start && page.max > 0)
        add(list, dashboard_json(c));
    put_int(o, "startAt", page.start);
    put_int(o, "maxResults", page.max);
    put_int(o, "total", total);
    put(o, "dashboards", list);
    return reply_json(c, 200, o);
}

static bool dashboard_get(struct ctx *c)
{
    return str_eq(c->args[0], "10000") ? reply_json(c, 200, dashboard_json(c))
                                       : refuse(c, 404, "The dashboard with id '%s' does not exist.", c->args[0]);
}

const struct route filter_routes[] = {
    {HTTP_POST, "filter", filter_post, ON_ALL, 0},
    {HTTP_GET, "filter/favourite", favourites_get, ON_ALL, 0},
    {HTTP_GET, "filter/my", mine_get, ON_CLOUD, 0},
    {HTTP_GET, "filter/search", filter_search, ON_CLOUD, 0},
    {HTTP_GET, "filter/defaultShareScope", scope_get, ON_ALL, 0},
    {HTTP_GET, "filter/{}", filter_get, ON_ALL, 0},
    {HTTP_PUT, "filter/{}", filter_put, ON_ALL, 0},
    {HTTP_DELETE, "filter/{}", filter_delete, ON_ALL, 0},
    {HTTP_PUT, "filter/{}/favourite", favourite_put, ON_CLOUD, ROUTE_NO_BODY},
    {HTTP_DELETE, "filter/{}/favourite", favourite_delete, ON_CLOUD, 0},
    {HTTP_GET, "filter/{}/permission", permissions_get, ON_ALL, 0},
    {HTTP_POST, "filter/{}/permission", permission_post, ON_ALL, 0},
    {HTTP_GET, "filter/{}/permission/{}", permission_get, ON_ALL, 0},
    {HTTP_DELETE, "filter/{}/permission/{}", permission_delete, ON_ALL, 0},
    {HTTP_GET, "filter/{}/columns", columns_get, ON_ALL, 0},
    {HTTP_PUT, "filter/{}/columns", columns_put, ON_ALL, ROUTE_ANY_BODY},
    {HTTP_DELETE, "filter/{}/columns", columns_delete, ON_ALL, 0},
    {HTTP_GET, "dashboard", dashboards_get, ON_ALL, 0},
    {HTTP_GET, "dashboard/{}", dashboard_get, ON_ALL, 0},
    {0},
};
