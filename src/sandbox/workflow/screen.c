/* screen.c - screens as resources. A project has three, for creating, editing and the step that resolves; what is put
 * on one is on it for all issue types of the project. /sandbox/screen says more: single types, and what is required.
 *
 * A screen's number is made of its project's and its operation, and it has one tab, of the same number. */
#include "sandbox/field/field.h"

#include <string.h>

static const struct {
    const char *operation, *name;
} SCREENS[] = {{"create", "Create"}, {"edit", "Edit"}, {"resolve", "Resolve"}};

enum { SCREENS_PER_PROJECT = 10 };

struct screen {
    int64_t id, project;
    const char *operation;
};

static bool screen_need(struct ctx *c, const char *asked, struct screen *s)
{
    int64_t found = 0;
    *s = (struct screen){0};
    size_t n = 0;
    if (str_to_int(asked, &s->id) && s->id > 0) {
        s->project = s->id / SCREENS_PER_PROJECT;
        n = (size_t)(s->id % SCREENS_PER_PROJECT);
        if (!db_int(c, &found, "SELECT 1 FROM project WHERE id = ?1", "i", s->project))
            return false;
    }
    if (!found || n >= ARRAY_LEN(SCREENS))
        return refuse(c, c->d->is_cloud ? 404 : 400, "The screen with id %s does not exist.", asked);
    s->operation = SCREENS[n].operation;
    return true;
}

/* The tab is the screen's only one. */
static bool tab_need(struct ctx *c, struct screen *s)
{
    if (!screen_need(c, c->args[0], s))
        return false;
    return str_eq(c->args[1], c->args[0]) ||
           refuse(c, c->d->is_cloud ? 404 : 400, "The screen tab with id %s does not exist.", c->args[1]);
}

static bool screens_get(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    const char *query = c->d->is_cloud ? param(c, "queryString") : param(c, "search");
    int64_t total = 0;
    json_t *values = new_array(c);
    if (!page_read(c, 100, 100, &page) || !db_query(c, &rows, "SELECT id, key FROM project ORDER BY id", ""))
        return false;
    while (sql_next(&rows))
        for (size_t n = 0; n < ARRAY_LEN(SCREENS); n++) {
            char *name = arena_printf(c->a, "%s: %s Issue Screen", sql_peek(&rows, 1), SCREENS[n].name);
            if (query && !strstr(str_lower(c->a, name), str_lower(c->a, query)))
                continue;
            int64_t at = total++;
            if (at < page.start || at >= page.start + page.max)
                continue;
            json_t *o = new_object(c);
            put_int(o, "id", sql_int(&rows, 0) * SCREENS_PER_PROJECT + (int64_t)n);
            put_str(o, "name", name);
            put_str(o, "description", "");
            add(values, o);
        }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool tabs_get(struct ctx *c)
{
    struct screen s;
    json_t *list = new_array(c), *tab = new_object(c);
    if (!screen_need(c, c->args[0], &s))
        return false;
    put_int(tab, "id", s.id);
    put_str(tab, "name", "Field Tab");
    add(list, tab);
    return reply_json(c, 200, list);
}

static json_t *entry(struct ctx *c, const struct field *f)
{
    json_t *o = new_object(c);
    put_str(o, "id", f->id);
    put_str(o, "name", f->name);
    if (!c->d->is_cloud) {
        put_str(o, "type", f->kind ? f->kind->label : "System field");
        put_bool(o, "showWhenEmpty", false);
    }
    return o;
}

static bool reply_fields(struct ctx *c, const char *sql, const struct screen *s)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, sql, "is", s->project, s->operation))
        return false;
    while (sql_next(&rows)) {
        struct field f = {
            .id = sql_str(&rows, 0, c->a), .name = sql_str(&rows, 1, c->a), .kind = field_kind_of(sql_peek(&rows, 2))};
        add(list, entry(c, &f));
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool fields_get(struct ctx *c)
{
    struct screen s;
    return tab_need(c, &s) &&
           reply_fields(c,
                        "SELECT f.id, f.name, f.kind FROM field f JOIN (SELECT field, min(position) AS position FROM"
                        " screen WHERE project = ?1 AND operation = ?2 GROUP BY field) s ON s.field = f.id ORDER BY"
                        " s.position",
                        &s);
}

static bool available_get(struct ctx *c)
{
    struct screen s;
    return screen_need(c, c->args[0], &s) &&
           reply_fields(c,
                        "SELECT f.id, f.name, f.kind FROM field f WHERE f.id NOT IN (SELECT field FROM screen WHERE"
                        " project = ?1 AND operation = ?2) ORDER BY f.name",
                        &s);
}

static bool put_on(struct ctx *c, int64_t project, const char *type, const char *operation, const char *field,
                   bool required)
{
    return db_run(
        c,
        "INSERT OR REPLACE INTO screen (project, issue_type, operation, field, position, required) SELECT"
        " p.project, p.issue_type, ?2, f.id, 1000 + f.position, ?4 FROM field f JOIN project_issue_type p JOIN"
        " issue_type t ON t.id = p.issue_type WHERE f.id = ?3 AND p.project = ?1 AND (?5 IS NULL OR t.name ="
        " ?5)",
        "issis", project, operation, field, (int64_t)required, type);
}

static bool take_off(struct ctx *c, int64_t project, const char *type, const char *operation, const char *field)
{
    return db_run(
        c,
        "DELETE FROM screen WHERE project = ?1 AND operation = ?2 AND field = ?3 AND (?4 IS NULL OR issue_type"
        " = (SELECT id FROM issue_type WHERE name = ?4))",
        "isss", project, operation, field, type);
}

static bool field_need(struct ctx *c, const char *id, struct field *f)
{
    bool found = false;
    if (!field_read(c, id ? id : "", f, &found))
        return false;
    return found || refuse(c, 400, "The field with id %s does not exist.", id ? id : "");
}

static bool field_add(struct ctx *c)
{
    struct screen s;
    struct field f;
    int64_t there = 0;
    if (!tab_need(c, &s) || !field_need(c, json_at_str(c->body, "fieldId"), &f) ||
        !db_int(c, &there, "SELECT 1 FROM screen WHERE project = ?1 AND operation = ?2 AND field = ?3 LIMIT 1", "iss",
                s.project, s.operation, f.id))
        return false;
    if (there)
        return refuse(c, 400, "The field with id %s already exists on the screen.", f.id);
    return put_on(c, s.project, NULL, s.operation, f.id, false) && reply_json(c, 200, entry(c, &f));
}

static bool field_remove(struct ctx *c)
{
    struct screen s;
    struct field f;
    return tab_need(c, &s) && field_need(c, c->args[2], &f) && take_off(c, s.project, NULL, s.operation, f.id) &&
           reply_empty(c, 204);
}

static bool add_to_default(struct ctx *c)
{
    struct field f;
    struct sql_rows rows;
    int64_t *projects = NULL;
    size_t count = 0;
    if (!field_need(c, c->args[0], &f) || !db_query(c, &rows, "SELECT id FROM project", ""))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, projects, count) = sql_int(&rows, 0);
    if (!db_done(c, &rows))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!put_on(c, projects[i], NULL, "create", f.id, false) || !put_on(c, projects[i], NULL, "edit", f.id, false))
            return false;
    return c->d->is_cloud ? reply_json(c, 200, new_object(c)) : reply_empty(c, 201);
}

/* POST /sandbox/screen {project, operation: create | edit | resolve, field, issueTypes?, on? (true), required?} */
static bool sandbox_screen(struct ctx *c)
{
    const char *operation = json_at_str(c->body, "operation"), *project_key = json_at_str(c->body, "project");
    const json_t *types = json_object_get(c->body, "issueTypes"), *type;
    bool is_on = json_at_bool(c->body, "on", true), required = json_at_bool(c->body, "required", false);
    int64_t project = 0;
    struct field f;
    size_t n = 0, i;
    while (n < ARRAY_LEN(SCREENS) && !str_eq(SCREENS[n].operation, operation))
        n++;
    if (n == ARRAY_LEN(SCREENS))
        return refuse(c, 400, "operation must be create, edit or resolve.");
    if (!project_need(c, project_key ? project_key : "", &project) || !field_need(c, json_at_str(c->body, "field"), &f))
        return false;
    if (!json_array_size(types))
        return (is_on ? put_on(c, project, NULL, operation, f.id, required)
                      : take_off(c, project, NULL, operation, f.id)) &&
               reply_empty(c, 204);
    json_array_foreach (types, i, type) {
        const char *name = json_string_value(type);
        if (!(is_on ? put_on(c, project, name ? name : "", operation, f.id, required)
                    : take_off(c, project, name ? name : "", operation, f.id)))
            return false;
    }
    return reply_empty(c, 204);
}

const struct route screen_routes[] = {
    {HTTP_GET, "screens", screens_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "screens/{}/tabs", tabs_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "screens/{}/availableFields", available_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "screens/{}/tabs/{}/fields", fields_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "screens/{}/tabs/{}/fields", field_add, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "screens/{}/tabs/{}/fields/{}", field_remove, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "screens/addToDefault/{}", add_to_default, ON_ALL, ROUTE_ADMIN | ROUTE_NO_BODY},
    {HTTP_POST, "/sandbox/screen", sandbox_screen, ON_ALL, ROUTE_ADMIN},
    {0},
};
