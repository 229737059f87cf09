/* field_option.c - contexts and options of custom fields as resources: Cloud's own, Data Center's lists, and
 * /sandbox/field/… for what Data Center leaves to its administration pages. */
#include "sandbox/field/field.h"

#include <string.h>

/* ---- found ---- */

static bool field_need(struct ctx *c, const char *id, struct field *f)
{
    bool found = false;
    int64_t number = 0;
    if (str_to_int(id, &number))
        id = arena_printf(c->a, "customfield_%lld", (long long)number);
    if (!field_read(c, id, f, &found))
        return false;
    return (found && f->kind) || refuse(c, 404, "The custom field was not found.");
}

static bool context_need(struct ctx *c, const struct field *f, const char *asked, int64_t *r)
{
    int64_t id = 0;
    *r = 0;
    if (str_to_int(asked, &id) &&
        !db_int(c, r, "SELECT id FROM field_context WHERE id = ?1 AND field = ?2", "ii", id, f->number))
        return false;
    return *r || refuse(c, 404, "The context was not found.");
}

/* A page of what the query gives, one object a row; `one` is told the row. */
static bool reply_rows(struct ctx *c, const char *sql, int64_t bound, json_t *(*one)(struct ctx *, struct sql_rows *))
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    json_t *values = new_array(c);
    if (!page_read(c, 50, 100, &page) || !db_query(c, &rows, sql, "i", bound))
        return false;
    for (; sql_next(&rows); total++)
        if (total >= page.start && total < page.start + page.max)
            add(values, one(c, &rows));
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

/* ---- contexts ---- */

static json_t *context_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "name", sql_peek(rows, 1));
    put_str(o, "description", sql_peek(rows, 2));
    put_bool(o, "isGlobalContext", sql_int(rows, 3));
    put_bool(o, "isAnyIssueType", sql_int(rows, 4));
    return o;
}

static bool contexts_get(struct ctx *c)
{
    struct field f;
    return field_need(c, c->args[0], &f) &&
           reply_rows(c,
                      "SELECT id, name, description, all_projects, all_types FROM field_context WHERE field = ?1 ORDER"
                      " BY id",
                      f.number, context_row);
}

static json_t *project_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_id(o, "contextId", sql_int(rows, 0));
    if (sql_is_null(rows, 1))
        put_bool(o, "isGlobalContext", true);
    else
        put_id(o, "projectId", sql_int(rows, 1));
    return o;
}

static bool project_mapping_get(struct ctx *c)
{
    struct field f;
    return field_need(c, c->args[0], &f) &&
           reply_rows(c,
                      "SELECT x.id, p.project FROM field_context x LEFT JOIN field_context_project p ON p.context ="
                      " x.id WHERE x.field = ?1 ORDER BY x.id, p.project",
                      f.number, project_row);
}

static json_t *type_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_id(o, "contextId", sql_int(rows, 0));
    if (sql_is_null(rows, 1))
        put_bool(o, "isAnyIssueType", true);
    else
        put_id(o, "issueTypeId", sql_int(rows, 1));
    return o;
}

static bool type_mapping_get(struct ctx *c)
{
    struct field f;
    return field_need(c, c->args[0], &f) &&
           reply_rows(c,
                      "SELECT x.id, t.issue_type FROM field_context x LEFT JOIN field_context_type t ON t.context ="
                      " x.id WHERE x.field = ?1 ORDER BY x.id, t.issue_type",
                      f.number, type_row);
}

/* What a context's lists say, into its row and the field's: no list means all. */
static bool context_settle(struct ctx *c, int64_t context)
{
    return db_run(c,
                  "UPDATE field_context SET all_projects = NOT EXISTS (SELECT 1 FROM field_context_project WHERE"
                  " context = ?1), all_types = NOT EXISTS (SELECT 1 FROM field_context_type WHERE context = ?1) WHERE"
                  " id = ?1",
                  "i", context) &&
           db_run(c,
                  "UPDATE field SET is_limited = NOT EXISTS (SELECT 1 FROM field_context x WHERE x.field = number AND"
                  " x.all_projects AND x.all_types) WHERE number = (SELECT field FROM field_context WHERE id = ?1)",
                  "i", context);
}

/* Ids as strings or numbers; names of projects by key too. */
static bool list_each(struct ctx *c, const json_t *list, bool is_project, const char *sql, int64_t context)
{
    size_t i;
    json_t *item;
    json_array_foreach (list, i, item) {
        int64_t id = 0;
        json_t *holder = new_object(c);
        put(holder, "id", item);
        const char *asked = json_at_id(c->a, holder, "id");
        if (asked && (is_project ? !project_find(c, asked, &id)
                                 : !db_int(c, &id, "SELECT id FROM issue_type WHERE CAST(id AS TEXT) = ?1 OR name = ?1",
                                           "s", asked)))
            return false;
        if (!id)
            return refuse(c, 404, is_project ? "The project '%s' was not found." : "The issue type '%s' was not found.",
                          asked ? asked : "");
        if (!db_run(c, sql, "ii", context, id))
            return false;
    }
    return true;
}

#define ADD_PROJECT    "INSERT OR IGNORE INTO field_context_project (context, project) VALUES (?1, ?2)"
#define ADD_TYPE       "INSERT OR IGNORE INTO field_context_type (context, issue_type) VALUES (?1, ?2)"
#define REMOVE_PROJECT "DELETE FROM field_context_project WHERE context = ?1 AND project = ?2"
#define REMOVE_TYPE    "DELETE FROM field_context_type WHERE context = ?1 AND issue_type = ?2"

static bool context_make(struct ctx *c, const struct field *f, const json_t *projects, const json_t *types,
                         const char *name, int64_t *id_r)
{
    if (!db_run(c, "INSERT INTO field_context (field, name, description) VALUES (?1, ?2, ?3)", "iss", f->number, name,
                json_at_str(c->body, "description") ? json_at_str(c->body, "description") : ""))
        return false;
    *id_r = sql_last_id(c->db);
    return list_each(c, projects, true, ADD_PROJECT, *id_r) && list_each(c, types, false, ADD_TYPE, *id_r) &&
           context_settle(c, *id_r);
}

static bool context_post(struct ctx *c)
{
    struct field f;
    int64_t id = 0, taken = 0;
    const char *name = json_at_str(c->body, "name");
    const json_t *projects = json_object_get(c->body, "projectIds"), *types = json_object_get(c->body, "issueTypeIds");
    if (!field_need(c, c->args[0], &f))
        return false;
    if (str_is_empty(name))
        return refuse(c, 400, "The context name must not be empty.");
    if (!db_int(c, &taken, "SELECT 1 FROM field_context WHERE field = ?1 AND all_projects AND ?2 = 0", "ii", f.number,
                (int64_t)json_array_size(projects)))
        return false;
    if (taken)
        return refuse(c, 409, "The field has a global context already.");
    if (!context_make(c, &f, projects, types, name, &id))
        return false;
    json_t *o = new_object(c);
    put_id(o, "id", id);
    put_str(o, "name", name);
    put_str(o, "description", json_at_str(c->body, "description") ? json_at_str(c->body, "description") : "");
    put(o, "projectIds", projects ? (json_t *)projects : new_array(c));
    put(o, "issueTypeIds", types ? (json_t *)types : new_array(c));
    return reply_json(c, 201, o);
}

static bool context_put(struct ctx *c)
{
    struct field f;
    int64_t id;
    return field_need(c, c->args[0], &f) && context_need(c, &f, c->args[1], &id) &&
           db_run(c,
                  "UPDATE field_context SET name = ifnull(?2, name), description = ifnull(?3, description) WHERE id ="
                  " ?1",
                  "iss", id, json_at_str(c->body, "name"), json_at_str(c->body, "description")) &&
           reply_empty(c, 204);
}

static bool context_delete(struct ctx *c)
{
    struct field f;
    int64_t id;
    return field_need(c, c->args[0], &f) && context_need(c, &f, c->args[1], &id) &&
           db_run(c,
                  "DELETE FROM custom_value WHERE field = ?1 AND ref IN (SELECT id FROM field_option WHERE context ="
                  " ?2)",
                  "ii", f.number, id) &&
           db_run(c, "DELETE FROM field_option WHERE context = ?1", "i", id) &&
           db_run(c, "DELETE FROM field_context WHERE id = ?1", "i", id) &&
           db_run(c,
                  "UPDATE field SET is_limited = NOT EXISTS (SELECT 1 FROM field_context x WHERE x.field = number AND"
                  " x.all_projects AND x.all_types) WHERE number = ?1",
                  "i", f.number) &&
           reply_empty(c, 204);
}

/* PUT …/project, POST …/project/remove, and the same of issue types */
static bool context_list(struct ctx *c, const char *member, bool is_project, const char *sql)
{
    struct field f;
    int64_t id;
    return field_need(c, c->args[0], &f) && context_need(c, &f, c->args[1], &id) &&
           list_each(c, json_object_get(c->body, member), is_project, sql, id) && context_settle(c, id) &&
           reply_empty(c, 204);
}

static bool projects_add(struct ctx *c)
{
    return context_list(c, "projectIds", true, ADD_PROJECT);
}

static bool projects_remove(struct ctx *c)
{
    return context_list(c, "projectIds", true, REMOVE_PROJECT);
}

static bool types_add(struct ctx *c)
{
    return context_list(c, "issueTypeIds", false, ADD_TYPE);
}

static bool types_remove(struct ctx *c)
{
    return context_list(c, "issueTypeIds", false, REMOVE_TYPE);
}

/* ---- options of a context ---- */

static json_t *option_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "value", sql_peek(rows, 1));
    if (!sql_is_null(rows, 3))
        put_id(o, "optionId", sql_int(rows, 3));
    put_bool(o, "disabled", sql_int(rows, 2));
    return o;
}

#define OPTION "SELECT id, value, disabled, parent FROM field_option WHERE "

static bool options_get(struct ctx *c)
{
    struct field f;
    int64_t id;
    return field_need(c, c->args[0], &f) && context_need(c, &f, c->args[1], &id) &&
           reply_rows(c, OPTION "context = ?1 ORDER BY ifnull(parent, id), parent IS NOT NULL, position, id", id,
                      option_row);
}

static bool option_add(struct ctx *c, const struct field *f, int64_t context, const json_t *given, int64_t *id_r)
{
    const char *value = json_at_str(given, "value"), *parent = json_at_id(c->a, given, "optionId");
    int64_t taken = 0, above = 0;
    if (str_is_empty(value))
        return refuse(c, 400, "The option's value must not be empty.");
    if (parent && !db_int(c, &above, "SELECT id FROM field_option WHERE context = ?1 AND CAST(id AS TEXT) = ?2", "is",
                          context, parent))
        return false;
    if (parent && (!above || f->kind->noun != CUSTOM_CASCADE))
        return refuse(c, 400, "The parent option '%s' was not found.", parent);
    if (!db_int(c, &taken,
                "SELECT 1 FROM field_option WHERE context = ?1 AND ifnull(parent, 0) = ?2 AND value = ?3 COLLATE"
                " NOCASE",
                "iis", context, above, value))
        return false;
    if (taken)
        return refuse(c, 400, "The option '%s' is there already.", value);
    if (!db_run(c,
                "INSERT INTO field_option (field, context, parent, value, disabled, position) VALUES (?1, ?2,"
                " NULLIF(?3, 0), ?4, ?5, (SELECT count(*) FROM field_option WHERE context = ?2))",
                "iiisi", f->number, context, above, value, (int64_t)json_at_bool(given, "disabled", false)))
        return false;
    *id_r = sql_last_id(c->db);
    return true;
}

static bool option_reply_add(struct ctx *c, json_t *list, int64_t id)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, OPTION "id = ?1", "i", id))
        return false;
    if (sql_next(&rows))
        add(list, option_row(c, &rows));
    return db_done(c, &rows);
}

static bool has_options(struct ctx *c, const struct field *f)
{
    return f->kind->noun == CUSTOM_OPTION || f->kind->noun == CUSTOM_CASCADE ||
           refuse(c, 400, "The field '%s' is of a type that has no options.", f->name);
}

static bool options_post(struct ctx *c)
{
    struct field f;
    int64_t context, id;
    size_t i;
    const json_t *given;
    json_t *list = new_array(c), *o = new_object(c);
    if (!field_need(c, c->args[0], &f) || !context_need(c, &f, c->args[1], &context) || !has_options(c, &f))
        return false;
    json_array_foreach (json_object_get(c->body, "options"), i, given)
        if (!option_add(c, &f, context, given, &id) || !option_reply_add(c, list, id))
            return false;
    put(o, "options", list);
    return reply_json(c, 200, o);
}

static bool option_need(struct ctx *c, int64_t context, const char *asked, int64_t *r)
{
    if (!db_int(c, r, "SELECT id FROM field_option WHERE context = ?1 AND CAST(id AS TEXT) = ?2", "is", context, asked))
        return false;
    return *r || refuse(c, 404, "The option was not found.");
}

static bool options_put(struct ctx *c)
{
    struct field f;
    int64_t context, id;
    size_t i;
    const json_t *given;
    json_t *list = new_array(c), *o = new_object(c);
    if (!field_need(c, c->args[0], &f) || !context_need(c, &f, c->args[1], &context))
        return false;
    json_array_foreach (json_object_get(c->body, "options"), i, given) {
        const json_t *disabled = json_object_get(given, "disabled");
        const char *asked = json_at_id(c->a, given, "id");
        if (!option_need(c, context, asked ? asked : "", &id) ||
            !db_run(c,
                    "UPDATE field_option SET value = ifnull(?2, value), disabled = CASE WHEN ?3 < 0 THEN disabled ELSE"
                    " ?3 END WHERE id = ?1",
                    "isi", id, json_at_str(given, "value"), disabled ? (int64_t)json_is_true(disabled) : (int64_t)-1) ||
            !option_reply_add(c, list, id))
            return false;
    }
    put(o, "options", list);
    return reply_json(c, 200, o);
}

static bool option_delete(struct ctx *c)
{
    struct field f;
    int64_t context, id, used = 0;
    if (!field_need(c, c->args[0], &f) || !context_need(c, &f, c->args[1], &context) ||
        !option_need(c, context, c->args[2], &id) ||
        !db_int(c, &used, "SELECT 1 FROM custom_value WHERE field = ?1 AND ref = ?2", "ii", f.number, id))
        return false;
    if (used)
        return refuse(c, 400, "The option cannot be deleted: there are issues that hold it.");
    return db_run(c, "DELETE FROM field_option WHERE id = ?1", "i", id) && reply_empty(c, 204);
}

/* The named ones stand together, first, last or after another. */
static bool options_move(struct ctx *c)
{
    struct field f;
    int64_t context, id, after = 0;
    const json_t *ids = json_object_get(c->body, "customFieldOptionIds"), *item;
    const char *position = json_at_str(c->body, "position"), *behind = json_at_str(c->body, "after");
    size_t i;
    if (!field_need(c, c->args[0], &f) || !context_need(c, &f, c->args[1], &context))
        return false;
    if (!json_array_size(ids) || !position == !behind)
        return refuse(c, 400, "Name the options, and either a position or the option to place them after.");
    if ((behind && (!option_need(c, context, behind, &id) ||
                    !db_int(c, &after, "SELECT position + 1 FROM field_option WHERE id = ?1", "i", id))) ||
        (str_eq(position, "Last") &&
         !db_int(c, &after, "SELECT max(position) + 1 FROM field_option WHERE context = ?1", "i", context)) ||
        !db_run(c, "UPDATE field_option SET position = position + ?3 WHERE context = ?1 AND position >= ?2", "iii",
                context, after, (int64_t)json_array_size(ids)))
        return false;
    json_array_foreach (ids, i, item) {
        json_t *holder = new_object(c);
        put(holder, "id", (json_t *)item);
        const char *asked = json_at_id(c->a, holder, "id");
        if (!option_need(c, context, asked ? asked : "", &id) ||
            !db_run(c, "UPDATE field_option SET position = ?2 WHERE id = ?1", "ii", id, after + (int64_t)i))
            return false;
    }
    return reply_empty(c, 204);
}

/* ---- one option by its id ---- */

/* As the lists of Data Center show an option: ids are numbers. */
static json_t *dc_option(struct ctx *c, int64_t id)
{
    json_t *o = field_option_json(c, id), *children = new_array(c);
    struct sql_rows rows;
    if (!o || !db_query(c, &rows, "SELECT id FROM field_option WHERE parent = ?1 ORDER BY position, id", "i", id))
        return NULL;
    while (sql_next(&rows))
        json_array_append_new(children, json_integer(sql_int(&rows, 0)));
    put_int(o, "id", id);
    put(o, "childrenIds", children);
    return db_done(c, &rows) ? o : NULL;
}

static bool option_get(struct ctx *c)
{
    int64_t id = 0;
    if (!db_int(c, &id, "SELECT id FROM field_option WHERE CAST(id AS TEXT) = ?1", "s", c->args[0]))
        return false;
    if (!id)
        return refuse(c, 404, "A custom field option with id '%s' does not exist", c->args[0]);
    json_t *o = c->d->is_cloud ? field_option_json(c, id) : dc_option(c, id);
    if (!o)
        return false;
    if (c->d->is_cloud)
        json_object_del(o, "id");
    return reply_json(c, 200, o);
}

/* ---- /sandbox/field/{id}/context and …/option: on every dialect ---- */

/* {projects: [key…], issueTypes: [name…]}: limits the field's first context; empty lists open it again. */
static bool sandbox_context(struct ctx *c)
{
    struct field f;
    int64_t context = 0;
    if (!field_need(c, c->args[0], &f) || !field_context_default(c->sb, f.number, &context, &c->err))
        return false;
    return db_run(c, "DELETE FROM field_context_project WHERE context = ?1", "i", context) &&
           db_run(c, "DELETE FROM field_context_type WHERE context = ?1", "i", context) &&
           list_each(c, json_object_get(c->body, "projects"), true, ADD_PROJECT, context) &&
           list_each(c, json_object_get(c->body, "issueTypes"), false, ADD_TYPE, context) &&
           context_settle(c, context) && reply_empty(c, 204);
}

/* {value, optionId?, disabled?, projects?}: an option of the first context, or of a context of its own for `projects`.
 */
static bool sandbox_option(struct ctx *c)
{
    struct field f;
    int64_t context = 0, id;
    const json_t *projects = json_object_get(c->body, "projects");
    if (!field_need(c, c->args[0], &f) || !has_options(c, &f) ||
        !field_context_default(c->sb, f.number, &context, &c->err))
        return false;
    if (json_array_size(projects) &&
        !context_make(c, &f, projects, NULL, arena_printf(c->a, "%s for some projects", f.name), &context))
        return false;
    if (!option_add(c, &f, context, c->body, &id))
        return false;
    json_t *o = field_option_json(c, id);
    return o && reply_json(c, 201, o);
}

/* ---- Data Center's lists ---- */

/* GET customFields/{id}/options?query&maxResults&page: {total, options} */
static bool dc_options(struct ctx *c)
{
    struct field f;
    struct sql_rows rows;
    int64_t max = 100, page = 1, total = 0;
    const char *max_text = param(c, "maxResults"), *page_text = param(c, "page");
    json_t *list = new_array(c), *o = new_object(c);
    if ((max_text && !str_to_int(max_text, &max)) || (page_text && !str_to_int(page_text, &page)) || max < 1 ||
        page < 1)
        return refuse(c, 400, "maxResults and page must be numbers above 0.");
    if (!field_need(c, c->args[0], &f) ||
        !db_query(c, &rows,
                  "SELECT id FROM field_option WHERE field = ?1 AND (?2 IS NULL OR value LIKE '%' || ?2 || '%')"
                  " ORDER BY position, id",
                  "is", f.number, param(c, "query")))
        return false;
    for (; sql_next(&rows); total++)
        if (total >= (page - 1) * max && total < page * max)
            add(list, dc_option(c, sql_int(&rows, 0)));
    put_int(o, "total", total);
    put(o, "options", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

const struct route field_option_routes[] = {
    {HTTP_GET, "field/{}/context", contexts_get, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_POST, "field/{}/context", context_post, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "field/{}/context/projectmapping", project_mapping_get, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "field/{}/context/issuetypemapping", type_mapping_get, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "field/{}/context/{}", context_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_DELETE, "field/{}/context/{}", context_delete, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "field/{}/context/{}/project", projects_add, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_POST, "field/{}/context/{}/project/remove", projects_remove, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "field/{}/context/{}/issuetype", types_add, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_POST, "field/{}/context/{}/issuetype/remove", types_remove, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "field/{}/context/{}/option", options_get, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_POST, "field/{}/context/{}/option", options_post, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "field/{}/context/{}/option", options_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "field/{}/context/{}/option/move", options_move, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_DELETE, "field/{}/context/{}/option/{}", option_delete, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "customFieldOption/{}", option_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "customFields/{}/options", dc_options, ON_DC10, 0},
    {HTTP_POST, "/sandbox/field/{}/context", sandbox_context, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/field/{}/option", sandbox_option, ON_ALL, ROUTE_ADMIN},
    {0},
};
