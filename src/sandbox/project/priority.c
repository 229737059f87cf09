/* priority.c - priorities and resolutions: two short lists with the same manners. */
#include "sandbox/internal.h"

struct list {
    enum memo_noun noun;
    const char *path, *what;
    const char *all, *one, *find;
    json_t *(*from_row)(struct ctx *, struct sql_rows *);
};

static json_t *priority_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_self(c, o, "priority/%lld", (long long)sql_int(rows, 0));
    put_str(o, "iconUrl", arena_printf(c->a, "%s/images/icons/priorities/%s.svg", c->sb->base_url, sql_peek(rows, 4)));
    put_str(o, "name", sql_peek(rows, 1));
    put_id(o, "id", sql_int(rows, 0));
    return o;
}

static json_t *resolution_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_self(c, o, "resolution/%lld", (long long)sql_int(rows, 0));
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "description", sql_peek(rows, 2));
    put_str(o, "name", sql_peek(rows, 1));
    return o;
}

/* A priority's own resource says more than the one inside an issue. */
static json_t *priority_full(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = priority_row(c, rows);
    put_str(o, "statusColor", sql_peek(rows, 3));
    put_str(o, "description", sql_peek(rows, 2));
    return o;
}

#define PRIORITY   "SELECT id, name, description, color, icon, is_default FROM priority "
#define RESOLUTION "SELECT id, name, description, 0, 0, 0 FROM resolution "

static const struct list PRIORITIES = {
    MEMO_PRIORITY,
    "priority",
    "priority",
    PRIORITY "ORDER BY position, id",
    PRIORITY "WHERE id = ?1",
    PRIORITY "WHERE CAST(id AS TEXT) = ?1",
    priority_full,
};
static const struct list RESOLUTIONS = {
    MEMO_RESOLUTION,
    "resolution",
    "resolution",
    RESOLUTION "ORDER BY position, id",
    RESOLUTION "WHERE id = ?1",
    RESOLUTION "WHERE CAST(id AS TEXT) = ?1",
    resolution_row,
};

static json_t *one(struct ctx *c, const struct list *l, json_t *(*from_row)(struct ctx *, struct sql_rows *),
                   int64_t id)
{
    json_t *known = memo_get(c, l->noun, id);
    if (known || !id)
        return known ? known : json_keep(c->a, json_null());
    struct sql_rows rows;
    if (!db_query(c, &rows, l->one, "i", id))
        return NULL;
    json_t *o = sql_next(&rows) ? from_row(c, &rows) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? memo_put(c, l->noun, id, o) : NULL;
}

json_t *priority_json(struct ctx *c, int64_t id)
{
    return one(c, &PRIORITIES, priority_row, id);
}

json_t *resolution_json(struct ctx *c, int64_t id)
{
    return one(c, &RESOLUTIONS, resolution_row, id);
}

static bool reply_list(struct ctx *c, const struct list *l)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, l->all, ""))
        return false;
    while (sql_next(&rows))
        add(list, l->from_row(c, &rows));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool reply_page(struct ctx *c, const struct list *l)
{
    json_t *values = new_array(c);
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    if (!page_read(c, 50, 50, &page) || !db_query(c, &rows, l->all, ""))
        return false;
    for (; sql_next(&rows); total++) {
        if (total < page.start || total >= page.start + page.max)
            continue;
        json_t *o = l->from_row(c, &rows);
        if (l->noun == MEMO_PRIORITY)
            put_bool(o, "isDefault", sql_int(&rows, 5));
        add(values, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool reply_one(struct ctx *c, const struct list *l)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, l->find, "s", c->args[0]))
        return false;
    json_t *o = sql_next(&rows) ? l->from_row(c, &rows) : NULL;
    if (!db_done(c, &rows))
        return false;
    return o ? reply_json(c, 200, o) : refuse(c, 404, "The %s with id '%s' does not exist", l->what, c->args[0]);
}

static bool priority_list(struct ctx *c)
{
    return reply_list(c, &PRIORITIES);
}

static bool priority_search(struct ctx *c)
{
    return reply_page(c, &PRIORITIES);
}

static bool priority_get(struct ctx *c)
{
    return reply_one(c, &PRIORITIES);
}

static bool resolution_list(struct ctx *c)
{
    return reply_list(c, &RESOLUTIONS);
}

static bool resolution_search(struct ctx *c)
{
    return reply_page(c, &RESOLUTIONS);
}

static bool resolution_get(struct ctx *c)
{
    return reply_one(c, &RESOLUTIONS);
}

/* POST resolution, PUT resolution/{id} (Cloud); /sandbox/resolution makes one on Data Center */
static bool resolution_taken(struct ctx *c, const char *name, int64_t but, bool *r)
{
    int64_t taken = 0;
    if (!db_int(c, &taken, "SELECT 1 FROM resolution WHERE name = ?1 AND id <> ?2", "si", name, but))
        return false;
    *r = taken;
    return true;
}

static bool resolution_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *description = json_at_str(c->body, "description");
    int64_t id = 0;
    bool is_taken = false;
    if (str_is_empty(name))
        return refuse_field(c, "name", "You must specify a name.");
    if (!resolution_taken(c, name, 0, &is_taken))
        return false;
    if (is_taken)
        return refuse_field(c, "name", "A resolution with that name already exists.");
    if (!resolution_ensure(c->sb, name, &id, &c->err) ||
        !db_run(c, "UPDATE resolution SET description = ?2 WHERE id = ?1", "is", id, description ? description : ""))
        return false;
    json_t *o = new_object(c);
    put_id(o, "id", id);
    return reply_json(c, 201, o);
}

static bool resolution_put(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name");
    int64_t id = 0;
    bool is_taken = false;
    if (!db_int(c, &id, "SELECT id FROM resolution WHERE CAST(id AS TEXT) = ?1", "s", c->args[0]))
        return false;
    if (!id)
        return refuse(c, 404, "The resolution with id '%s' does not exist", c->args[0]);
    if (str_is_empty(name))
        return refuse_field(c, "name", "You must specify a name.");
    if (!resolution_taken(c, name, id, &is_taken))
        return false;
    if (is_taken)
        return refuse_field(c, "name", "A resolution with that name already exists.");
    return db_run(c, "UPDATE resolution SET name = ?2, description = ifnull(?3, description) WHERE id = ?1", "iss", id,
                  name, json_at_str(c->body, "description")) &&
           reply_empty(c, 204);
}

const struct route priority_routes[] = {
    {HTTP_GET, "priority", priority_list, ON_ALL, 0},
    {HTTP_GET, "priority/search", priority_search, ON_CLOUD, 0},
    {HTTP_GET, "priority/{}", priority_get, ON_ALL, 0},
    {HTTP_GET, "resolution", resolution_list, ON_ALL, 0},
    {HTTP_GET, "resolution/search", resolution_search, ON_CLOUD, 0},
    {HTTP_GET, "resolution/{}", resolution_get, ON_ALL, 0},
    {HTTP_POST, "resolution", resolution_post, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_PUT, "resolution/{}", resolution_put, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/resolution", resolution_post, ON_ALL, ROUTE_ADMIN},
    {0},
};
