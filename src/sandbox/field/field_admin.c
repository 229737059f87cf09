/* field_admin.c - custom fields made, changed and listed for administrators. */
#include "sandbox/field/field.h"

enum { NAME_LIMIT = 255 };

static bool add_each(struct ctx *c, const json_t *list, const char *sql, int64_t context)
{
    size_t i;
    const json_t *item;
    json_array_foreach (list, i, item) {
        int64_t id = 0;
        if (json_is_integer(item))
            id = json_integer_value(item);
        else if (!str_to_int(json_string_value(item) ? json_string_value(item) : "", &id))
            return refuse(c, 400, "'%s' is no id.", json_string_value(item) ? json_string_value(item) : "");
        if (!db_run(c, sql, "ii", context, id))
            return false;
    }
    return true;
}

/* projectIds and issueTypeIds of a new field (Data Center): its only context is for these. */
static bool limit(struct ctx *c, int64_t number)
{
    const json_t *projects = json_object_get(c->body, "projectIds"), *types = json_object_get(c->body, "issueTypeIds");
    int64_t context = 0;
    if (c->d->is_cloud || (!json_array_size(projects) && !json_array_size(types)))
        return true;
    return field_context_default(c->sb, number, &context, &c->err) &&
           add_each(c, projects, "INSERT OR IGNORE INTO field_context_project (context, project) VALUES (?1, ?2)",
                    context) &&
           add_each(c, types, "INSERT OR IGNORE INTO field_context_type (context, issue_type) VALUES (?1, ?2)",
                    context) &&
           db_run(c, "UPDATE field_context SET all_projects = ?2, all_types = ?3 WHERE id = ?1", "iii", context,
                  (int64_t)!json_array_size(projects), (int64_t)!json_array_size(types)) &&
           db_run(c, "UPDATE field SET is_limited = 1 WHERE number = ?1", "i", number);
}

/* POST field {name, type: "com.atlassian…:textfield", description?, searcherKey?} */
static bool field_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *type = json_at_str(c->body, "type");
    const struct field_kind *kind = field_kind_of_type(type);
    int64_t number = 0;
    struct field f;
    bool found;
    if (str_is_empty(name))
        return refuse_field(c, "name", "The field name must not be empty.");
    if (str_utf8_length(name) > NAME_LIMIT)
        return refuse_field(c, "name", "The field name must not be longer than 255 characters.");
    if (!kind)
        return refuse_field(c, "type", "The custom field type '%s' is not known.", type ? type : "");
    if (!field_create(c->sb, name, kind->kind, &number, &c->err) || !limit(c, number) ||
        !db_run(c, "UPDATE field SET description = ?2 WHERE number = ?1", "is", number,
                json_at_str(c->body, "description") ? json_at_str(c->body, "description") : "") ||
        !field_read(c, arena_printf(c->a, "customfield_%lld", (long long)number), &f, &found))
        return false;
    return reply_json(c, 201, field_json(c, &f));
}

static bool field_need(struct ctx *c, const char *id, struct field *f)
{
    bool found = false;
    if (!field_read(c, id, f, &found))
        return false;
    return (found && f->kind) || refuse(c, 404, "The custom field was not found.");
}

static bool field_put(struct ctx *c)
{
    struct field f;
    const char *name = json_at_str(c->body, "name");
    if (!field_need(c, c->args[0], &f))
        return false;
    if (name && (!*name || str_utf8_length(name) > NAME_LIMIT))
        return refuse(c, 400, "The field name must have between 1 and 255 characters.");
    return db_run(c,
                  "UPDATE field SET name = ifnull(?2, name), description = ifnull(?3, description) WHERE number = ?1",
                  "iss", f.number, name, json_at_str(c->body, "description")) &&
           reply_empty(c, 204);
}

/* A field and everything that is kept of it. */
static bool field_remove(struct ctx *c, int64_t number)
{
    return db_run(c, "DELETE FROM custom_value WHERE field = ?1", "i", number) &&
           db_run(c, "DELETE FROM screen WHERE field = 'customfield_' || ?1", "i", number) &&
           db_run(c, "DELETE FROM field_option WHERE field = ?1", "i", number) &&
           db_run(c, "DELETE FROM field_context WHERE field = ?1", "i", number) &&
           db_run(c, "DELETE FROM field WHERE number = ?1", "i", number);
}

/* ---- Data Center: customFields ---- */

static bool put_list(struct ctx *c, json_t *o, const char *member, const char *sql, int64_t number, bool as_text)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, sql, "i", number))
        return false;
    while (sql_next(&rows))
        json_array_append_new(list, as_text ? json_sprintf("%lld", (long long)sql_int(&rows, 0))
                                            : json_integer(sql_int(&rows, 0)));
    put(o, member, list);
    return db_done(c, &rows);
}

static bool put_count(struct ctx *c, json_t *o, const char *member, const char *sql, int64_t number)
{
    int64_t n = 0;
    if (!db_int(c, &n, sql, "i", number))
        return false;
    put_int(o, member, n);
    return true;
}

static json_t *custom_field_json(struct ctx *c, const struct field *f, const char *description, bool is_limited)
{
    json_t *o = new_object(c);
    put_self(c, o, "customFields/%s", f->id);
    put_str(o, "id", f->id);
    put_str(o, "name", f->name);
    put_str(o, "description", description);
    put_str(o, "type", f->kind->label);
    if (f->kind->searcher)
        put_str(o, "searcherKey",
                arena_printf(c->a, "com.atlassian.jira.plugin.system.customfieldtypes:%s", f->kind->searcher));
    put_int(o, "numericId", f->number);
    put_bool(o, "isLocked", false);
    put_bool(o, "isManaged", false);
    put_bool(o, "isTrusted", true);
    put_bool(o, "isAllProjects", !is_limited);
    bool ok = put_list(c, o, "projectIds",
                       "SELECT DISTINCT p.project FROM field_context_project p JOIN field_context x ON x.id ="
                       " p.context WHERE x.field = ?1",
                       f->number, false) &&
              put_list(c, o, "issueTypeIds",
                       "SELECT DISTINCT t.issue_type FROM field_context_type t JOIN field_context x ON x.id ="
                       " t.context WHERE x.field = ?1",
                       f->number, true) &&
              put_count(c, o, "projectsCount",
                        "SELECT count(DISTINCT p.project) FROM field_context_project p JOIN field_context x ON x.id ="
                        " p.context WHERE x.field = ?1",
                        f->number) &&
              put_count(c, o, "screensCount",
                        "SELECT count(DISTINCT project || operation) FROM screen WHERE field = 'customfield_' || ?1",
                        f->number) &&
              put_count(c, o, "issuesWithValue", "SELECT count(DISTINCT issue) FROM custom_value WHERE field = ?1",
                        f->number);
    return ok ? o : NULL;
}

/* GET customFields?search&startAt&maxResults */
static bool custom_fields_get(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    bool ok = true;
    json_t *values = new_array(c);
    if (!page_read(c, 50, 1000, &page) ||
        !db_query(c, &rows,
                  "SELECT id, number, name, kind, description, is_limited FROM field WHERE number IS NOT NULL AND"
                  " (?1 IS NULL OR name LIKE '%' || ?1 || '%') ORDER BY name, number",
                  "s", param(c, "search")))
        return false;
    for (; ok && sql_next(&rows); total++) {
        struct field f = {.id = sql_str(&rows, 0, c->a),
                          .number = sql_int(&rows, 1),
                          .name = sql_str(&rows, 2, c->a),
                          .kind = field_kind_of(sql_peek(&rows, 3))};
        if (total < page.start || total >= page.start + page.max)
            continue;
        json_t *o = custom_field_json(c, &f, sql_peek(&rows, 4), sql_int(&rows, 5));
        ok = o;
        add(values, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, page_json(c, &page, total, values));
}

/* DELETE customFields?ids=customfield_1,customfield_2: {deletedCustomFields, notDeletedCustomFields, message} */
static bool custom_fields_delete(struct ctx *c)
{
    char **ids;
    size_t count = param_list(c, "ids", &ids);
    json_t *o = new_object(c), *gone = new_array(c), *left = new_object(c);
    for (size_t i = 0; i < count; i++) {
        struct field f;
        bool found = false;
        if (!field_read(c, ids[i], &f, &found))
            return false;
        if (found && f.kind) {
            if (!field_remove(c, f.number))
                return false;
            add_str(gone, f.id);
        } else {
            put_str(left, ids[i], "The custom field does not exist.");
        }
    }
    put_str(o, "message", json_array_size(gone) ? "Custom fields deleted" : "No custom fields were deleted");
    put(o, "deletedCustomFields", gone);
    put(o, "notDeletedCustomFields", left);
    return reply_json(c, 200, o);
}

const struct route field_admin_routes[] = {
    {HTTP_POST, "field", field_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_PUT, "field/{}", field_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "customFields", custom_fields_get, ON_DC10, ROUTE_ADMIN},
    {HTTP_DELETE, "customFields", custom_fields_delete, ON_DC10, ROUTE_ADMIN},
    {0},
};
