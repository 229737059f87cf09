/* status.c - statuses and their categories. */
#include "sandbox/internal.h"

static const struct {
    int64_t id;
    const char *key, *color, *name;
} CATEGORIES[] = {
    {1, "undefined", "medium-gray", "No Category"},
    {2, "new", "blue-gray", "To Do"},
    {4, "indeterminate", "yellow", "In Progress"},
    {3, "done", "green", "Done"},
};

json_t *status_category_json(struct ctx *c, int64_t category)
{
    size_t i = 0;
    while (i < ARRAY_LEN(CATEGORIES) - 1 && CATEGORIES[i].id != category)
        i++;
    json_t *o = new_object(c);
    put_self(c, o, "statuscategory/%d", (int)CATEGORIES[i].id);
    put_int(o, "id", CATEGORIES[i].id);
    put_str(o, "key", CATEGORIES[i].key);
    put_str(o, "colorName", CATEGORIES[i].color);
    put_str(o, "name", CATEGORIES[i].name);
    return o;
}

/* Columns id, name, description, category. */
static json_t *from_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_self(c, o, "status/%lld", (long long)sql_int(rows, 0));
    put_str(o, "description", sql_peek(rows, 2));
    put_str(o, "iconUrl",
            c->d->is_cloud ? arena_printf(c->a, "%s/", c->sb->base_url)
                           : arena_printf(c->a, "%s/images/icons/statuses/generic.png", c->sb->base_url));
    put_str(o, "name", sql_peek(rows, 1));
    put_id(o, "id", sql_int(rows, 0));
    put(o, "statusCategory", status_category_json(c, sql_int(rows, 3)));
    return o;
}

json_t *status_json(struct ctx *c, int64_t status)
{
    json_t *known = memo_get(c, MEMO_STATUS, status);
    if (known)
        return known;
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, description, category FROM status WHERE id = ?1", "i", status))
        return NULL;
    json_t *o = sql_next(&rows) ? from_row(c, &rows) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? memo_put(c, MEMO_STATUS, status, o) : NULL;
}

/* What only the statuses' own resource tells: Cloud's name before translation. */
static json_t *in_full(struct ctx *c, json_t *status)
{
    if (!c->d->is_cloud)
        return status;
    json_t *o = json_keep(c->a, json_copy(status));
    put_str(o, "untranslatedName", json_at_str(status, "name"));
    return o;
}

static bool status_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, description, category FROM status ORDER BY position, id", ""))
        return false;
    while (sql_next(&rows))
        add(list, in_full(c, from_row(c, &rows)));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool status_get(struct ctx *c)
{
    int64_t id = 0;
    if (!db_int(c, &id, "SELECT id FROM status WHERE CAST(id AS TEXT) = ?1 OR name = ?1", "s", c->args[0]))
        return false;
    if (!id)
        return refuse(c, 404, "The status with id '%s' does not exist", c->args[0]);
    json_t *o = status_json(c, id);
    return o && reply_json(c, 200, in_full(c, o));
}

static bool category_list(struct ctx *c)
{
    json_t *list = new_array(c);
    for (size_t i = 0; i < ARRAY_LEN(CATEGORIES); i++)
        add(list, status_category_json(c, CATEGORIES[i].id));
    return reply_json(c, 200, list);
}

static bool category_get(struct ctx *c)
{
    for (size_t i = 0; i < ARRAY_LEN(CATEGORIES); i++)
        if (str_eq(CATEGORIES[i].key, c->args[0]) ||
            str_eq(arena_printf(c->a, "%d", (int)CATEGORIES[i].id), c->args[0]))
            return reply_json(c, 200, status_category_json(c, CATEGORIES[i].id));
    return refuse(c, 404, "The status category '%s' does not exist", c->args[0]);
}

const struct route status_routes[] = {
    {HTTP_GET, "status", status_list, ON_ALL, 0},
    {HTTP_GET, "status/{}", status_get, ON_ALL, 0},
    {HTTP_GET, "statuscategory", category_list, ON_ALL, 0},
    {HTTP_GET, "statuscategory/{}", category_get, ON_ALL, 0},
    {0},
};
