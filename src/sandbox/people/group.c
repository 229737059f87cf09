/* group.c - groups: who is in them, and who may write for them alone. */
#include "sandbox/people/user.h"

#include <ctype.h>
#include <string.h>

json_t *group_name_json(struct ctx *c, const char *name, const char *uuid)
{
    json_t *o = new_object(c);
    put_str(o, "name", name);
    if (c->d->is_cloud) {
        put_str(o, "groupId", uuid);
        put_self(c, o, "group?groupId=%s", uuid);
    } else {
        put_self(c, o, "group?groupname=%s", str_percent_encode(c->a, name));
    }
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

/* Data Center tells members to administrators alone. */
static bool may_browse(struct ctx *c)
{
    bool may = c->is_admin;
    if (!may && c->d->is_cloud && !permission_global(c, "USER_PICKER", &may))
        return false;
    return may || refuse(c, 403, "You do not have permission to browse users and groups.");
}

static bool members_get(struct ctx *c)
{
    int64_t group = 0, total = 0;
    struct page page;
    struct sql_rows rows;
    bool all = param_bool(c, "includeInactiveUsers", false);
    if (!may_browse(c) || !group_need(c, &group) || !page_read(c, 50, 50, &page) ||
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

/* `users[0:49]` in expand: which of them; the plain word means the first fifty. */
static bool range_asked(struct ctx *c, int64_t *from, int64_t *to)
{
    enum { MOST = 50 };
    const char *expand = param(c, "expand");
    const char *at = expand ? strstr(expand, "users") : NULL;
    long long first = 0, last = MOST - 1;
    if (!at)
        return false;
    if (at[5] == '[') {
        char **ends, *text = arena_strdup(c->a, at + 6), *close = strchr(text, ']');
        if (close)
            *close = 0;
        int64_t number = 0;
        size_t count = str_split(c->a, text, ':', &ends);
        if (str_to_int(ends[0], &number))
            first = number;
        last = count > 1 && str_to_int(ends[1], &number) ? number : first + MOST - 1;
    }
    *from = first;
    *to = last >= first + MOST ? first + MOST - 1 : last;
    return true;
}

/* With its members when they are expanded; NULL when the database failed. */
static json_t *group_json(struct ctx *c, int64_t group)
{
    struct sql_rows rows;
    json_t *o = NULL, *users = new_object(c), *items = new_array(c);
    int64_t from = 0, to = -1, size = 0;
    if (!db_query(c, &rows, "SELECT name, uuid FROM user_group WHERE id = ?1", "i", group))
        return NULL;
    if (sql_next(&rows))
        o = group_name_json(c, sql_peek(&rows, 0), sql_peek(&rows, 1));
    bool is_expanded = range_asked(c, &from, &to);
    if (!db_done(c, &rows) || !o ||
        !db_query(c, &rows,
                  "SELECT a.id FROM user_group_member m JOIN account a ON a.id = m.account WHERE m.group_id = ?1 AND"
                  " a.active = 1 ORDER BY a.display_name, a.id",
                  "i", group))
        return NULL;
    for (; sql_next(&rows); size++)
        if (is_expanded && size >= from && size <= to)
            add(items, user_json(c, sql_int(&rows, 0)));
    put_int(users, "size", size);
    put(users, "items", items);
    put_int(users, "max-results", 50);
    put_int(users, "start-index", from);
    put_int(users, "end-index", json_array_size(items) ? from + (int64_t)json_array_size(items) - 1 : 0);
    put(o, "users", users);
    put_str(o, "expand", "users");
    return db_done(c, &rows) ? o : NULL;
}

static bool group_get(struct ctx *c)
{
    int64_t group = 0;
    if (!may_browse(c) || !group_need(c, &group))
        return false;
    json_t *o = group_json(c, group);
    return o && reply_json(c, 200, o);
}

/* ---- finding ---- */

static char *escaped(struct ctx *c, const char *text)
{
    char *s = str_replace(c->a, text, "&", "&amp;");
    return str_replace(c->a, str_replace(c->a, s, "<", "&lt;"), ">", "&gt;");
}

char *marked(struct ctx *c, const char *text, const char *query)
{
    size_t n = query ? strlen(query) : 0;
    for (const char *at = text; n && *at; at++)
        if (str_eq_nocase(arena_strndup(c->a, at, n), query))
            return arena_printf(c->a, "%s<strong>%s</strong>%s",
                                escaped(c, arena_strndup(c->a, text, (size_t)(at - text))),
                                escaped(c, arena_strndup(c->a, at, n)), escaped(c, at + n));
    return escaped(c, text);
}

static bool is_listed(struct ctx *c, const char *list_param, const char *value)
{
    char **list;
    size_t count = param_list(c, list_param, &list);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], value))
            return true;
    return false;
}

json_t *groups_found_json(struct ctx *c, const char *query, int64_t max)
{
    json_t *list = new_array(c), *o = new_object(c);
    struct sql_rows rows;
    int64_t total = 0;
    bool may = false;
    if (!permission_global(c, "USER_PICKER", &may) ||
        !db_query(c, &rows, "SELECT name, uuid FROM user_group WHERE ?2 AND name LIKE '%' || ?1 || '%' ORDER BY name",
                  "si", query ? query : "", (int64_t)may))
        return NULL;
    while (sql_next(&rows)) {
        if (is_listed(c, "exclude", sql_peek(&rows, 0)) || is_listed(c, "excludeId", sql_peek(&rows, 1)))
            continue;
        if (total++ >= max)
            continue;
        json_t *group = new_object(c);
        put_str(group, "name", sql_peek(&rows, 0));
        put_str(group, "html", marked(c, sql_peek(&rows, 0), query));
        put(group, "labels", new_array(c));
        if (c->d->is_cloud)
            put_str(group, "groupId", sql_peek(&rows, 1));
        add(list, group);
    }
    put_str(o, "header",
            arena_printf(c->a, "Showing %zu of %lld matching groups", json_array_size(list), (long long)total));
    put_int(o, "total", total);
    put(o, "groups", list);
    return db_done(c, &rows) ? o : NULL;
}

static bool picker_get(struct ctx *c)
{
    struct page page;
    if (!page_read(c, 20, 1000, &page))
        return false;
    json_t *o = groups_found_json(c, param(c, "query"), page.max);
    return o && reply_json(c, 200, o);
}

/* Cloud: pages of {name, groupId}. */
static bool bulk_get(struct ctx *c)
{
    char **ids, **names;
    size_t id_count = param_list(c, "groupId", &ids), name_count = param_list(c, "groupName", &names);
    struct page page;
    struct sql_rows rows;
    json_t *values = new_array(c);
    int64_t total = 0;
    if (!may_browse(c) || !page_read(c, 50, 1000, &page) ||
        !db_query(c, &rows, "SELECT name, uuid FROM user_group ORDER BY name", ""))
        return false;
    while (sql_next(&rows)) {
        if ((id_count && !is_listed(c, "groupId", sql_peek(&rows, 1))) ||
            (name_count && !is_listed(c, "groupName", sql_peek(&rows, 0))))
            continue;
        if (total >= page.start && total < page.start + page.max) {
            json_t *o = new_object(c);
            put_str(o, "name", sql_peek(&rows, 0));
            put_str(o, "groupId", sql_peek(&rows, 1));
            add(values, o);
        }
        total++;
    }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

/* ---- made, filled and ended ---- */

static bool group_post(struct ctx *c)
{
    int64_t group = 0;
    const char *name = json_at_str(c->body, "name");
    if (str_is_empty(name))
        return refuse_field(c, "name", "You must specify a group name.");
    if (!db_int(c, &group, "SELECT id FROM user_group WHERE name = ?1", "s", name))
        return false;
    if (group)
        return refuse_field(c, "name", "A group with that name already exists.");
    if (!group_create(c->sb, name, &group, &c->err))
        return false;
    json_t *o = group_json(c, group);
    return o && reply_json(c, 201, o);
}

/* What is restricted to it goes to the group named by swapGroup (swapGroupId), else stays with a name that nobody is
 * in. */
static bool group_delete(struct ctx *c)
{
    int64_t group = 0;
    const char *swap = param(c, "swapGroup"), *swap_id = param(c, "swapGroupId");
    char *name = NULL, *other = NULL;
    static const char *const TABLES[] = {"user_group_member", "application_role_group", "global_grant", "role_actor"};
    if (!group_need(c, &group) || !db_str(c, &name, "SELECT name FROM user_group WHERE id = ?1", "i", group) ||
        !db_str(c, &other, "SELECT name FROM user_group WHERE name = ?1 OR uuid = ?2", "ss", swap, swap_id))
        return false;
    if ((swap || swap_id) && !other)
        return refuse(c, 404, "The group named '%s' does not exist.", swap ? swap : swap_id);
    if (other && !db_run(c,
                         "UPDATE comment SET visibility_value = ?2 WHERE visibility_type = 'group' AND"
                         " visibility_value = ?1",
                         "ss", name, other))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
        if (!db_run(c, arena_printf(c->a, "DELETE FROM %s WHERE group_id = ?1", TABLES[i]), "i", group))
            return false;
    return db_run(c, "DELETE FROM permission_grant WHERE holder = 'group' AND ref = ?1", "i", group) &&
           db_run(c, "DELETE FROM security_member WHERE holder = 'group' AND ref = ?1", "i", group) &&
           db_run(c, "DELETE FROM user_group WHERE id = ?1", "i", group) && access_admins_refresh(c->sb, &c->err) &&
           reply_empty(c, 200);
}

static bool is_member(struct ctx *c, int64_t group, int64_t account, bool *r)
{
    int64_t there = 0;
    bool ok =
        db_int(c, &there, "SELECT 1 FROM user_group_member WHERE group_id = ?1 AND account = ?2", "ii", group, account);
    *r = there;
    return ok;
}

static bool member_post(struct ctx *c)
{
    int64_t group = 0, account = 0;
    bool there = false;
    const char *who = json_at_str(c->body, c->d->is_cloud ? "accountId" : "name");
    if (!group_need(c, &group) || !user_named(c, who, &account) || !is_member(c, group, account, &there))
        return false;
    if (there)
        return refuse(c, 400, "Cannot add user. '%s' is already a member of the group.", who);
    if (!db_run(c, "INSERT INTO user_group_member (group_id, account) VALUES (?1, ?2)", "ii", group, account) ||
        !access_admins_refresh(c->sb, &c->err))
        return false;
    json_t *o = group_json(c, group);
    return o && reply_json(c, 201, o);
}

static bool member_delete(struct ctx *c)
{
    int64_t group = 0, account = 0;
    bool there = false;
    const char *who = param(c, c->d->is_cloud ? "accountId" : "username");
    if (!group_need(c, &group) || !user_named(c, who, &account) || !is_member(c, group, account, &there))
        return false;
    if (!there)
        return refuse(c, 400, "Cannot remove user '%s' from the group since the user is not a member of it.", who);
    return db_run(c, "DELETE FROM user_group_member WHERE group_id = ?1 AND account = ?2", "ii", group, account) &&
           access_admins_refresh(c->sb, &c->err) && reply_empty(c, 200);
}

const struct route group_routes[] = {
    {HTTP_GET, "group", group_get, ON_ALL, 0},
    {HTTP_POST, "group", group_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "group", group_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "group/bulk", bulk_get, ON_CLOUD, 0},
    {HTTP_GET, "group/member", members_get, ON_ALL, 0},
    {HTTP_GET, "groups/picker", picker_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "group/user", member_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "group/user", member_delete, ON_ALL, ROUTE_ADMIN},
    {0},
};
