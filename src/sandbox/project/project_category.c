/* project_category.c - the categories that projects are sorted by. */
#include "sandbox/project/project.h"

json_t *project_category_json(struct ctx *c, int64_t category)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT name, description FROM project_category WHERE id = ?1", "i", category))
        return NULL;
    json_t *o = json_keep(c->a, json_null());
    if (sql_next(&rows)) {
        o = new_object(c);
        put_self(c, o, "projectCategory/%lld", (long long)category);
        put_id(o, "id", category);
        put_str(o, "name", sql_peek(&rows, 0));
        put_str(o, "description", sql_peek(&rows, 1) ? sql_peek(&rows, 1) : "");
    }
    return db_done(c, &rows) ? o : NULL;
}

static bool reply_category(struct ctx *c, int status, int64_t id)
{
    json_t *o = project_category_json(c, id);
    return o && reply_json(c, status, o);
}

static bool category_need(struct ctx *c, int64_t *id_r)
{
    int64_t id = 0;
    *id_r = 0;
    if (str_to_int(c->args[0], &id) && !db_int(c, id_r, "SELECT id FROM project_category WHERE id = ?1", "i", id))
        return false;
    return *id_r || refuse(c, 404, "The project category with id '%s' does not exist.", c->args[0]);
}

static bool text_allowed(struct ctx *c, const char *name, const char *description, int64_t category)
{
    enum { NAME_LIMIT = 255, DESCRIPTION_LIMIT = 1000 };
    int64_t taken = 0;
    if (name && str_utf8_length(name) > NAME_LIMIT)
        return refuse_field(c, "name", "The project category name must not exceed %d characters.", NAME_LIMIT);
    if (description && str_utf8_length(description) > DESCRIPTION_LIMIT)
        return refuse_field(c, "description", "The project category description must not exceed %d characters.",
                            DESCRIPTION_LIMIT);
    if (!db_int(c, &taken, "SELECT id FROM project_category WHERE name = ?1 AND id <> ?2", "si", name, category))
        return false;
    return !taken || refuse(c, 409, "The project category '%s' already exists.", name);
}

static bool categories_get(struct ctx *c)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id FROM project_category ORDER BY name", ""))
        return false;
    while (sql_next(&rows))
        add(list, project_category_json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool categories_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *description = json_at_str(c->body, "description");
    if (str_is_empty(name))
        return refuse_field(c, "name", "You must specify a name for the project category.");
    return text_allowed(c, name, description, 0) &&
           db_run(c, "INSERT INTO project_category (name, description) VALUES (?1, ?2)", "ss", name, description) &&
           reply_category(c, 201, sql_last_id(c->db));
}

static bool category_get(struct ctx *c)
{
    int64_t id = 0;
    return category_need(c, &id) && reply_category(c, 200, id);
}

static bool category_put(struct ctx *c)
{
    int64_t id = 0;
    const char *name = json_at_str(c->body, "name"), *description = json_at_str(c->body, "description");
    return category_need(c, &id) && text_allowed(c, name, description, id) &&
           db_run(c,
                  "UPDATE project_category SET name = coalesce(?2, name), description = coalesce(?3, description)"
                  " WHERE id = ?1",
                  "iss", id, name, description) &&
           reply_category(c, 200, id);
}

static bool category_delete(struct ctx *c)
{
    int64_t id = 0;
    return category_need(c, &id) && db_run(c, "UPDATE project SET category = NULL WHERE category = ?1", "i", id) &&
           db_run(c, "DELETE FROM project_category WHERE id = ?1", "i", id) && reply_empty(c, 204);
}

const struct route project_category_routes[] = {
    {HTTP_GET, "projectCategory", categories_get, ON_ALL, 0},
    {HTTP_POST, "projectCategory", categories_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "projectCategory/{}", category_get, ON_ALL, 0},
    {HTTP_PUT, "projectCategory/{}", category_put, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "projectCategory/{}", category_delete, ON_ALL, ROUTE_ADMIN},
    {0},
};
