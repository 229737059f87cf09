/* createmeta.c - what may be set, and to what: create, edit and transition screens as clients read them.
 *
 * Three forms of one truth: the old one (all projects at once, Jira 8), the new one of Data Center (pages of `values`)
 * and Cloud's (pages of `issueTypes` and `fields`). */
#include "sandbox/field/custom.h"
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"

static json_t *list_json(struct ctx *c, const char *sql, json_t *(*one)(struct ctx *, int64_t), int64_t bound)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, sql, "i", bound))
        return NULL;
    while (sql_next(&rows))
        add(list, one(c, sql_int(&rows, 0)));
    return db_done(c, &rows) ? list : NULL;
}

/* The options of a context below `parent`, with those below them. */
static json_t *options_json(struct ctx *c, int64_t context, int64_t parent, bool is_cascade)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id FROM field_option WHERE context = ?1 AND ifnull(parent, 0) = ?2 AND disabled = 0 ORDER BY"
                  " position, id",
                  "ii", context, parent))
        return NULL;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        json_t *o = field_option_json(c, sql_int(&rows, 0)), *below = NULL;
        if (is_cascade && !parent)
            below = options_json(c, context, sql_int(&rows, 0), true);
        if (below)
            put(o, "children", below);
        ok = o && (!is_cascade || parent || below);
        add(list, o);
    }
    return db_done(c, &rows) && ok ? list : NULL;
}

static json_t *custom_allowed(struct ctx *c, const struct field *f, int64_t project, int64_t issue_type)
{
    int64_t context = 0;
    switch (f->kind->noun) {
    case CUSTOM_OPTION:
    case CUSTOM_CASCADE:
        if (!field_context_of(c, f->number, project, issue_type, &context))
            return NULL;
        return options_json(c, context, 0, f->kind->noun == CUSTOM_CASCADE);
    case CUSTOM_VERSION:
        return project_versions_json(c, project, false);
    case CUSTOM_PROJECT:
        return list_json(c,
                         arena_printf(c->a, "SELECT id FROM project WHERE archived = ?1 AND %s ORDER BY name",
                                      visible_projects(c, "id")),
                         project_json, 0);
    default:
        return NULL;
    }
}

static json_t *allowed_values(struct ctx *c, const struct field *f, int64_t project, int64_t issue_type)
{
    if (str_eq(f->id, "security"))
        return security_levels_json(c, project);
    if (str_eq(f->id, "priority"))
        return list_json(c, "SELECT id FROM priority WHERE ?1 IS NOT NULL ORDER BY position, id", priority_json, 0);
    if (str_eq(f->id, "resolution"))
        return list_json(c, "SELECT id FROM resolution WHERE ?1 IS NOT NULL ORDER BY position, id", resolution_json, 0);
    if (str_eq(f->id, "issuetype")) {
        json_t *list = new_array(c);
        add(list, issue_type_json(c, issue_type));
        return list;
    }
    if (str_eq(f->id, "project")) {
        json_t *list = new_array(c);
        add(list, project_json(c, project));
        return list;
    }
    if (str_eq(f->id, "fixVersions") || str_eq(f->id, "versions"))
        return project_versions_json(c, project, false);
    if (str_eq(f->id, "components"))
        return list_json(c, "SELECT id FROM component WHERE project = ?1 ORDER BY name, id", component_json, project);
    return f->kind ? custom_allowed(c, f, project, issue_type) : NULL;
}

static const char *complete_url(struct ctx *c, const struct field *f)
{
    const char *type = f->system ? f->system->type : f->kind->type;
    const char *query = c->d->is_cloud ? "query" : "username";
    if (str_eq(f->id, "labels"))
        return arena_printf(c->a, "%s/rest/api/1.0/labels/suggest?query=", c->sb->base_url);
    if (str_eq(f->id, "assignee"))
        return arena_printf(c->a, "%s/rest/api/%s/user/assignable/search?issueKey=null&%s=", c->sb->base_url,
                            c->d->is_cloud ? c->api_name : "latest", query);
    const char *items = f->system ? f->system->items : f->kind->items;
    if (str_eq(type, "group") || str_eq(items, "group"))
        return arena_printf(c->a, "%s/rest/api/%s/groups/picker?query=", c->sb->base_url,
                            c->d->is_cloud ? c->api_name : "latest");
    if (f->kind && f->kind->noun == CUSTOM_LABEL)
        return arena_printf(c->a, "%s/rest/api/1.0/labels/null/suggest?customFieldId=%lld&query=", c->sb->base_url,
                            (long long)f->number);
    if (str_eq(type, "user") || str_eq(items, "user"))
        return arena_printf(c->a, "%s/rest/api/%s/user/search?%s=", c->sb->base_url,
                            c->d->is_cloud ? c->api_name : "latest", query);
    return NULL;
}

static json_t *operations_json(struct ctx *c, const char *operations)
{
    char **parts;
    size_t count = str_split(c->a, operations, ' ', &parts);
    json_t *list = new_array(c);
    for (size_t i = 0; i < count; i++)
        if (*parts[i])
            add_str(list, parts[i]);
    return list;
}

/* The priority that a new issue gets. */
static bool put_default(struct ctx *c, json_t *o, const struct field *f)
{
    int64_t priority = 0;
    bool has = str_eq(f->id, "priority");
    if (has && !db_int(c, &priority, "SELECT id FROM priority ORDER BY is_default DESC, position LIMIT 1", ""))
        return false;
    put_bool(o, "hasDefaultValue", has || (c->d->is_cloud && str_eq(f->id, "reporter")));
    if (has)
        put(o, "defaultValue", priority_json(c, priority));
    return true;
}

json_t *field_meta_json(struct ctx *c, const struct field *f, int64_t project, int64_t issue_type,
                        const char *operation, bool required)
{
    json_t *o = new_object(c);
    bool is_create = str_eq(operation, "create");
    put_bool(o, "required", required);
    put(o, "schema", field_schema_json(c, f));
    put_str(o, "name", f->name);
    if (c->d->is_cloud)
        put_str(o, "key", f->id);
    if (!c->d->is_cloud || is_create)
        put_str(o, "fieldId", f->id);
    if (is_create || str_eq(operation, "resolve")) {
        if (!put_default(c, o, f))
            return NULL;
    }
    const char *url = complete_url(c, f);
    if (url)
        put_str(o, "autoCompleteUrl", url);
    put(o, "operations", operations_json(c, field_operations(c, f)));
    json_t *allowed = allowed_values(c, f, project, issue_type);
    if (allowed)
        put(o, "allowedValues", allowed);
    return c->err.kind == ERR_NONE ? o : NULL;
}

struct collecting {
    json_t *object, *array; /* one of the two */
    int64_t project, issue_type;
    const char *operation;
    struct page page;
    int64_t seen;
};

static bool collect(struct ctx *c, const struct field *f, bool required, void *context)
{
    struct collecting *into = context;
    bool may = true;
    if (str_eq(into->operation, "create") && !field_may_be_set(c, into->operation, into->project, 0, f->id, &may))
        return false;
    if (!may)
        return true;
    int64_t n = into->seen++;
    if (into->array && (n < into->page.start || n >= into->page.start + into->page.max))
        return true;
    json_t *meta = field_meta_json(c, f, into->project, into->issue_type, into->operation, required);
    if (meta && into->object)
        put(into->object, f->id, meta);
    else if (meta)
        add(into->array, meta);
    return meta;
}

json_t *screen_json(struct ctx *c, int64_t project, int64_t issue_type, const char *operation)
{
    struct collecting into = {
        .object = new_object(c), .project = project, .issue_type = issue_type, .operation = operation};
    return screen_each(c, project, issue_type, operation, collect, &into) ? into.object : NULL;
}

/* ---- the new form ---- */

static bool reply_page(struct ctx *c, const struct page *page, int64_t total, const char *cloud_name, json_t *list)
{
    json_t *o = new_object(c);
    put_int(o, "maxResults", page->max);
    put_int(o, "startAt", page->start);
    put_int(o, "total", total);
    if (!c->d->is_cloud)
        put_bool(o, "isLast", page->start + (int64_t)json_array_size(list) >= total);
    put(o, c->d->is_cloud ? cloud_name : "values", list);
    return reply_json(c, 200, o);
}

/* Without Create Issues Cloud has nothing to offer, Data Center says no. */
static bool may_not(struct ctx *c, const struct page *page, const char *cloud_name)
{
    if (c->d->is_cloud)
        return reply_page(c, page, 0, cloud_name, new_array(c));
    return refuse(c, 400, "You do not have permission to create issues in this project.");
}

static bool types_get(struct ctx *c)
{
    int64_t project = 0, total = 0;
    struct page page;
    struct sql_rows rows;
    json_t *list = new_array(c);
    bool may = false;
    if (!project_need(c, c->args[0], &project) || !page_read(c, 50, 200, &page) ||
        !permission_has(c, "CREATE_ISSUES", project, 0, &may))
        return false;
    if (!may)
        return may_not(c, &page, "issueTypes");
    if (!db_query(c, &rows,
                  "SELECT issue_type FROM project_issue_type WHERE project = ?1 ORDER BY position, issue_type", "i",
                  project))
        return false;
    for (; sql_next(&rows); total++)
        if (total >= page.start && total < page.start + page.max)
            add(list, issue_type_json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) && reply_page(c, &page, total, "issueTypes", list);
}

static bool type_get(struct ctx *c)
{
    int64_t project = 0, type = 0;
    struct collecting into = {.array = new_array(c), .operation = "create"};
    if (!project_need(c, c->args[0], &project) || !page_read(c, 50, 200, &into.page) ||
        !db_int(c, &type,
                "SELECT issue_type FROM project_issue_type WHERE project = ?1 AND CAST(issue_type AS TEXT) = ?2", "is",
                project, c->args[1]))
        return false;
    if (!type)
        return refuse(c, 400, "The issue type with id '%s' does not exist in this project.", c->args[1]);
    bool may = false;
    if (!permission_has(c, "CREATE_ISSUES", project, 0, &may))
        return false;
    if (!may)
        return may_not(c, &into.page, "fields");
    into.project = project;
    into.issue_type = type;
    return screen_each(c, project, type, "create", collect, &into) &&
           reply_page(c, &into.page, into.seen, "fields", into.array);
}

/* ---- the old form ---- */

struct old {
    char **keys, **project_ids, **type_ids, **type_names;
    size_t key_count, project_id_count, type_id_count, type_name_count;
    bool with_fields;
};

static bool holds(char **list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(list[i], value))
            return true;
    return false;
}

static json_t *old_types(struct ctx *c, const struct old *o, int64_t project)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(
            c, &rows,
            "SELECT t.id, t.name FROM project_issue_type p JOIN issue_type t ON t.id = p.issue_type WHERE p.project"
            " = ?1 ORDER BY p.position, t.id",
            "i", project))
        return NULL;
    while (sql_next(&rows)) {
        int64_t id = sql_int(&rows, 0);
        if ((o->type_id_count || o->type_name_count) &&
            !holds(o->type_ids, o->type_id_count, arena_printf(c->a, "%lld", (long long)id)) &&
            !holds(o->type_names, o->type_name_count, sql_peek(&rows, 1)))
            continue;
        json_t *type = issue_type_json(c, id), *copy = json_keep(c->a, type ? json_copy(type) : NULL);
        if (!copy)
            break;
        if (o->with_fields) {
            put_str(copy, "expand", "fields");
            json_t *fields = screen_json(c, project, id, "create"), *field;
            const char *name;
            json_object_foreach (fields, name, field)
                if (c->d->is_cloud) /* the new form alone has it there */
                    json_object_del(field, "fieldId");
            put(copy, "fields", fields);
        }
        add(list, copy);
    }
    return db_done(c, &rows) ? list : NULL;
}

static bool old_get(struct ctx *c)
{
    struct old o = {0};
    char **expand;
    o.key_count = param_list(c, "projectKeys", &o.keys);
    o.project_id_count = param_list(c, "projectIds", &o.project_ids);
    o.type_id_count = param_list(c, "issuetypeIds", &o.type_ids);
    o.type_name_count = param_list(c, "issuetypeNames", &o.type_names);
    size_t expand_count = param_list(c, "expand", &expand);
    o.with_fields = holds(expand, expand_count, "projects.issuetypes.fields");
    json_t *reply = new_object(c), *projects = new_array(c);
    struct sql_rows rows;
    char *sql = arena_printf(c->a, "SELECT id, key, name FROM project WHERE archived = 0 AND %s ORDER BY name",
                             visible_projects(c, "id"));
    if (!db_query(c, &rows, sql, ""))
        return false;
    while (sql_next(&rows)) {
        int64_t id = sql_int(&rows, 0);
        bool may = false;
        if (!permission_has(c, "CREATE_ISSUES", id, 0, &may) || !may)
            continue;
        if ((o.key_count || o.project_id_count) && !holds(o.keys, o.key_count, sql_peek(&rows, 1)) &&
            !holds(o.project_ids, o.project_id_count, arena_printf(c->a, "%lld", (long long)id)))
            continue;
        json_t *p = new_object(c), *brief = project_json(c, id);
        put_str(p, "expand", "issuetypes");
        put_self(c, p, "project/%lld", (long long)id);
        put_id(p, "id", id);
        put_str(p, "key", sql_peek(&rows, 1));
        put_str(p, "name", sql_peek(&rows, 2));
        if (brief)
            put(p, "avatarUrls", json_object_get(brief, "avatarUrls"));
        put(p, "issuetypes", old_types(c, &o, id));
        add(projects, p);
    }
    put_str(reply, "expand", "projects");
    put(reply, "projects", projects);
    return db_done(c, &rows) && reply_json(c, 200, reply);
}

const struct route createmeta_routes[] = {
    {HTTP_GET, "issue/createmeta", old_get, ON_DC8 | ON_CLOUD, 0},
    {HTTP_GET, "issue/createmeta/{}/issuetypes", types_get, ON_ALL, 0},
    {HTTP_GET, "issue/createmeta/{}/issuetypes/{}", type_get, ON_ALL, 0},
    {0},
};
