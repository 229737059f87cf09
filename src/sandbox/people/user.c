/* user.c - people as they are read: one, oneself, and by their ids. */
#include "sandbox/people/user.h"

#include <string.h>

json_t *user_row_json(struct ctx *c, struct sql_rows *rows)
{
    json_t *o = new_object(c);
    const char *email = sql_int(rows, 6) ? sql_peek(rows, 4) : NULL;
    if (c->d->is_cloud) {
        put_self(c, o, "user?accountId=%s", str_percent_encode(c->a, sql_peek(rows, 1)));
        put_str(o, "accountId", sql_peek(rows, 1));
    } else {
        put_self(c, o, "user?username=%s", str_percent_encode(c->a, sql_peek(rows, 2)));
        put_str(o, "name", sql_peek(rows, 2));
        put_str(o, "key", sql_peek(rows, 3));
    }
    if (email)
        put_str(o, "emailAddress", email);
    put(o, "avatarUrls", avatar_urls_json(c, "user", 10122));
    put_str(o, "displayName", sql_peek(rows, 5));
    put_bool(o, "active", sql_int(rows, 7));
    put_str(o, "timeZone", sql_peek(rows, 8) ? sql_peek(rows, 8) : c->sb->zone);
    if (c->d->is_cloud)
        put_str(o, "accountType", sql_peek(rows, 9));
    return o;
}

json_t *user_json(struct ctx *c, int64_t account)
{
    json_t *known = memo_get(c, MEMO_USER, account);
    if (known || !account)
        return known ? known : json_keep(c->a, json_null());
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT " USER_COLUMNS " FROM account WHERE id = ?1", "i", account))
        return NULL;
    json_t *o = sql_next(&rows) ? user_row_json(c, &rows) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? memo_put(c, MEMO_USER, account, o) : NULL;
}

/* Data Center tells neither address nor zone of a lead. */
json_t *user_lead_json(struct ctx *c, int64_t account)
{
    json_t *user = user_json(c, account);
    if (c->d->is_cloud || !json_is_object(user))
        return user;
    json_t *o = json_keep(c->a, json_copy(user));
    json_object_del(o, "emailAddress");
    json_object_del(o, "timeZone");
    return o;
}

json_t *user_groups_json(struct ctx *c, int64_t account)
{
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!db_query(c, &rows,
                  "SELECT g.name, g.uuid FROM user_group g JOIN user_group_member m ON m.group_id = g.id"
                  " WHERE m.account = ?1 ORDER BY g.name",
                  "i", account))
        return NULL;
    while (sql_next(&rows))
        add(list, group_name_json(c, sql_peek(&rows, 0), sql_peek(&rows, 1)));
    return db_done(c, &rows) ? list : NULL;
}

/* {size, items}: how many there are is always told, which ones when it is asked for. */
static void put_counted(struct ctx *c, json_t *o, const char *name, json_t *list, bool is_expanded)
{
    json_t *counted = new_object(c);
    put_int(counted, "size", (int64_t)json_array_size(list));
    put(counted, "items", is_expanded ? list : new_array(c));
    put(o, name, counted);
}

/* One account in full: with locale, groups and roles. One's own address is never hidden from oneself. */
bool user_reply(struct ctx *c, int status, int64_t account)
{
    char **expand, *locale = NULL, *email = NULL;
    size_t expand_count = param_list(c, "expand", &expand);
    bool with_groups = false, with_roles = false;
    for (size_t i = 0; i < expand_count; i++) {
        with_groups |= str_eq(expand[i], "groups");
        with_roles |= str_eq(expand[i], "applicationRoles");
    }
    json_t *user = user_json(c, account), *groups = user_groups_json(c, account);
    json_t *roles = application_roles_json(c, account);
    if (!user || !groups || !roles || !db_str(c, &locale, "SELECT locale FROM account WHERE id = ?1", "i", account) ||
        !db_str(c, &email, "SELECT email FROM account WHERE id = ?1", "i", account))
        return false;
    json_t *o = json_keep(c->a, json_copy(user));
    if (account == c->caller && email)
        put_str(o, "emailAddress", email);
    if (!c->d->is_cloud)
        put_bool(o, "deleted", false);
    put_str(o, "locale", locale);
    put_counted(c, o, "groups", groups, with_groups);
    put_counted(c, o, "applicationRoles", roles, with_roles);
    put_str(o, "expand", "groups,applicationRoles");
    return reply_json(c, status, o);
}

static bool myself(struct ctx *c)
{
    return user_reply(c, 200, c->caller);
}

bool user_asked(struct ctx *c, int64_t *id_r)
{
    const char *key = param(c, "key"), *name = param(c, "username"), *account_id = param(c, "accountId");
    if (c->d->is_cloud && str_is_empty(account_id))
        return refuse(c, 400,
                      key || name
                          ? "The query parameter 'accountId' is required; 'username' and 'key' are no longer supported."
                          : "The query parameter 'accountId' is required.");
    if (!c->d->is_cloud && str_is_empty(key) && str_is_empty(name))
        return refuse(c, 400, "Either the 'username' or the 'key' query parameters need to be provided");
    if (c->d->is_cloud)
        return db_int(c, id_r, "SELECT id FROM account WHERE account_id = ?1", "s", account_id);
    return !str_is_empty(key) ? db_int(c, id_r, "SELECT id FROM account WHERE user_key = ?1 AND deleted = 0", "s", key)
                              : db_int(c, id_r, "SELECT id FROM account WHERE name = ?1 AND deleted = 0", "s", name);
}

bool user_need(struct ctx *c, int64_t *id_r)
{
    *id_r = 0;
    if (!user_asked(c, id_r))
        return false;
    if (!*id_r && c->d->is_cloud)
        return refuse(c, 404, "Specified user does not exist or you do not have required permissions");
    return *id_r ||
           refuse(c, 404,
                  param(c, "key") ? "The user with the key '%s' does not exist" : "The user named '%s' does not exist",
                  param(c, "key") ? param(c, "key") : param(c, "username"));
}

bool user_named(struct ctx *c, const char *name, int64_t *id_r)
{
    const char *sql = c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1"
                                     : "SELECT id FROM account WHERE name = ?1 AND deleted = 0";
    if (!db_int(c, id_r, sql, "s", name))
        return false;
    return *id_r || refuse(c, 404, "The user '%s' does not exist.", name ? name : "");
}

/* Of oneself everybody may ask. */
static bool user_get(struct ctx *c)
{
    int64_t id = 0;
    bool may = false;
    if (!user_need(c, &id) || !permission_global(c, "USER_PICKER", &may))
        return false;
    if (!may && id != c->caller)
        return refuse(c, 403, "You do not have permission to browse users and groups.");
    return user_reply(c, 200, id);
}

static bool user_groups(struct ctx *c)
{
    int64_t id = 0;
    if (!user_need(c, &id))
        return false;
    json_t *list = user_groups_json(c, id);
    return list && reply_json(c, 200, list);
}

/* ---- Cloud: by many ids, from former names, and addresses that nobody is told ---- */

static bool user_bulk(struct ctx *c)
{
    char **ids;
    size_t count = param_list(c, "accountId", &ids);
    struct page page;
    if (!count)
        return refuse(c, 400, "The query parameter 'accountId' is required.");
    if (!page_read(c, 10, 200, &page))
        return false;
    json_t *values = new_array(c);
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t id = 0;
        if (!db_int(c, &id, "SELECT id FROM account WHERE account_id = ?1", "s", ids[i]))
            return false;
        if (!id)
            continue;
        if (total >= page.start && total < page.start + page.max)
            add(values, user_json(c, id));
        total++;
    }
    return reply_json(c, 200, page_json(c, &page, total, values));
}

/* From a former name or key to the account id, for those who came by a migration. */
static bool user_migration(struct ctx *c)
{
    char **names, **keys;
    size_t name_count = param_list(c, "username", &names), key_count = param_list(c, "key", &keys);
    struct page page;
    if (!name_count && !key_count)
        return refuse(c, 400, "Either 'username' or 'key' query parameters must be provided.");
    if (!page_read(c, 10, 100, &page))
        return false;
    json_t *list = new_array(c);
    bool by_key = key_count;
    size_t count = by_key ? key_count : name_count;
    for (size_t i = (size_t)page.start; i < count && i < (size_t)(page.start + page.max); i++) {
        char *account = NULL;
        const char *asked = by_key ? keys[i] : names[i];
        const char *sql = by_key ? "SELECT account_id FROM account WHERE user_key = ?1"
                                 : "SELECT account_id FROM account WHERE name = ?1";
        if (!db_str(c, &account, sql, "s", asked))
            return false;
        if (!account)
            continue;
        json_t *o = new_object(c);
        put_str(o, by_key ? "key" : "username", asked);
        put_str(o, "accountId", account);
        add(list, o);
    }
    return reply_json(c, 200, list);
}

static bool user_email(struct ctx *c)
{
    return refuse(c, 400, "The app is not approved to access the email address of users.");
}

const struct route user_routes[] = {
    {HTTP_GET, "myself", myself, ON_ALL, 0},
    {HTTP_GET, "user", user_get, ON_ALL, 0},
    {HTTP_GET, "user/groups", user_groups, ON_CLOUD, 0},
    {HTTP_GET, "user/bulk", user_bulk, ON_CLOUD, 0},
    {HTTP_GET, "user/bulk/migration", user_migration, ON_CLOUD, 0},
    {HTTP_GET, "user/email", user_email, ON_CLOUD, 0},
    {HTTP_GET, "user/email/bulk", user_email, ON_CLOUD, 0},
    {0},
};
