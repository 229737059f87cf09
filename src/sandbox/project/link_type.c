/* link_type.c - the kinds of links between issues. */
#include "sandbox/internal.h"

/* Columns id, name, inward, outward. */
static json_t *from_row(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "name", sql_peek(rows, 1));
    put_str(o, "inward", sql_peek(rows, 2));
    put_str(o, "outward", sql_peek(rows, 3));
    put_self(c, o, "issueLinkType/%lld", (long long)sql_int(rows, 0));
    return o;
}

json_t *link_type_json(struct ctx *c, int64_t link_type)
{
    json_t *known = memo_get(c, MEMO_LINK_TYPE, link_type);
    if (known)
        return known;
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, inward, outward FROM link_type WHERE id = ?1", "i", link_type))
        return NULL;
    json_t *o = sql_next(&rows) ? from_row(c, &rows) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? memo_put(c, MEMO_LINK_TYPE, link_type, o) : NULL;
}

static bool link_type_list(struct ctx *c)
{
    json_t *list = new_array(c), *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, inward, outward FROM link_type ORDER BY name", ""))
        return false;
    while (sql_next(&rows))
        add(list, from_row(c, &rows));
    put(o, "issueLinkTypes", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

static bool link_type_get(struct ctx *c)
{
    int64_t id = 0;
    if (!db_int(c, &id, "SELECT id FROM link_type WHERE CAST(id AS TEXT) = ?1", "s", c->args[0]))
        return false;
    if (!id)
        return refuse(c, 404, "No issue link type with id '%s' found.", c->args[0]);
    json_t *o = link_type_json(c, id);
    return o && reply_json(c, 200, o);
}

const struct route link_type_routes[] = {
    {HTTP_GET, "issueLinkType", link_type_list, ON_ALL, 0},
    {HTTP_GET, "issueLinkType/{}", link_type_get, ON_ALL, 0},
    {0},
};
