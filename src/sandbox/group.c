/* group.c - groups: who is in them, and who may write for them alone. */
#include "sandbox/internal.h"

static json_t *group_json(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    put_str(o, "name", sql_peek(rows, 1));
    if (c->d->is_cloud)
        put_str(o, "groupId", sql_peek(rows, 2));
    return o;
}

/* By groupname or, on Cloud, groupId; 404 when there is none. */
static bool group_need(struct ctx *c, int64_t *id_r)
{
    const char *name = param(c, "groupname"), *uuid = param(c, "groupId");
    if (str_is_empty(name) && (str_is_empty(uuid) || !c->d->is_cloud))
        return refuse(c, 400, "Query parameter 'groupname' is required.");
    if (!db_int(c, id_r, "SELECT id FROM user_group WHERE name = ?1 OR (uuid = ?2 AND ?2 <> '')", "ss", name, uuid))
        return false;
    return *id_r || refuse(c, 404, "The group named '%s' does not exist.", name ? name : uuid);
}

static bool members_get(struct ctx *c)
{
    int64_t group = 0, total = 0;
    struct page page;
    struct sql_rows rows;
    bool all = param_bool(c, "includeInactiveUsers", false);
    if (!group_need(c, &group) || !page_read(c, 50, 50, &page) ||
        !db_query(c, &rows,
                  "SELECT a.id FROM user_group_member m JOIN account a ON a.id = m.account WHERE m.group_id = ?1 AND"
                  " (a.active = 1 OR ?2) ORDER BY a.display_name, a.id",
                  "ii", group, (int64_t)all))
        return false;
    json_t *values = new_array(c);
    for (; sql_next(&rows); total++)
        if (total >= page.start && total < page.start + page.max)
            add(values, user_json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool picker_get(struct ctx *c)
{
    const char *query = param(c, "query");
    json_t *list = new_array(c), *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, name, uuid FROM user_group WHERE name LIKE '%' || ?1 || '%' ORDER BY name", "s",
                  query ? query : ""))
        return false;
    while (sql_next(&rows)) {
        json_t *group = group_json(c, &rows);
        put_str(group, "html", sql_peek(&rows, 1));
        put(group, "labels", new_array(c));
        add(list, group);
    }
    int64_t total = (int64_t)json_array_size(list);
    put_str(o, "header",
            arena_printf(c->a, "Showing %lld of %lld matching groups", (long long)total, (long long)total));
    put_int(o, "total", total);
    put(o, "groups", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

static bool group_post(struct ctx *c)
{
    int64_t taken = 0;
    const char *name = json_at_str(c->body, "name");
    if (str_is_empty(name))
        return refuse_field(c, "name", "You must specify a group name.");
    if (!db_int(c, &taken, "SELECT id FROM user_group WHERE name = ?1", "s", name))
        return false;
    if (taken)
        return refuse_field(c, "name", "A group with that name already exists.");
    struct sql_rows rows;
    if (!group_create(c->sb, name, &taken, &c->err) ||
        !db_query(c, &rows, "SELECT id, name, uuid FROM user_group WHERE id = ?1", "i", taken))
        return false;
    json_t *o = sql_next(&rows) ? group_json(c, &rows) : new_object(c);
    put_self(c, o, "group?groupname=%s", str_percent_encode(c->a, name));
    return db_done(c, &rows) && reply_json(c, 201, o);
}

static bool account_need(struct ctx *c, const char *name, int64_t *id_r)
{
    const char *sql =
        c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1" : "SELECT id FROM account WHERE name = ?1";
    if (!db_int(c, id_r, sql, "s", name))
        return false;
    return *id_r || refuse(c, 404, "The user '%s' does not exist.", name ? name : "");
}

static bool member_post(struct ctx *c)
{
    int64_t group = 0, account = 0;
    if (!group_need(c, &group) ||
        !account_need(c, json_at_str(c->body, c->d->is_cloud ? "accountId" : "name"), &account))
        return false;
    struct sql_rows rows;
    if (!db_run(c, "INSERT OR IGNORE INTO user_group_member (group_id, account) VALUES (?1, ?2)", "ii", group,
                account) ||
        !db_query(c, &rows, "SELECT id, name, uuid FROM user_group WHERE id = ?1", "i", group))
        return false;
    json_t *o = sql_next(&rows) ? group_json(c, &rows) : new_object(c);
    return db_done(c, &rows) && reply_json(c, 201, o);
}

static bool member_delete(struct ctx *c)
{
    int64_t group = 0, account = 0;
    return group_need(c, &group) && account_need(c, param(c, c->d->is_cloud ? "accountId" : "username"), &account) &&
           db_run(c, "DELETE FROM user_group_member WHERE group_id = ?1 AND account = ?2", "ii", group, account) &&
           reply_empty(c, 200);
}

const struct route group_routes[] = {
    {HTTP_GET, "group/member", members_get, ON_ALL, 0},
    {HTTP_GET, "groups/picker", picker_get, ON_ALL, 0},
    {HTTP_POST, "group", group_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "group/user", member_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "group/user", member_delete, ON_ALL, ROUTE_ADMIN},
    {0},
};
