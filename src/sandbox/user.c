/* user.c - people: myself, look-ups and searches, and their creation by an admin. */
#include "sandbox/project.h"

#include <string.h>

/* Columns as in COLUMNS. */
static json_t *from_row(struct ctx *c, struct sql_rows *rows)
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

#define COLUMNS                                                                                                        \
    "id, account_id, name, user_key, email, display_name, email_visible, active, time_zone, account_type, locale"

json_t *user_json(struct ctx *c, int64_t account)
{
    json_t *known = memo_get(c, MEMO_USER, account);
    if (known || !account)
        return known ? known : json_keep(c->a, json_null());
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT " COLUMNS " FROM account WHERE id = ?1", "i", account))
        return NULL;
    json_t *o = sql_next(&rows) ? from_row(c, &rows) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? memo_put(c, MEMO_USER, account, o) : NULL;
}

/* One account in full: with locale, groups and roles (whose items come only when expanded). */
static bool reply_full(struct ctx *c, int64_t account)
{
    char **expand, *locale = NULL;
    size_t expand_count = param_list(c, "expand", &expand);
    bool show = false;
    for (size_t i = 0; i < expand_count; i++)
        show |= str_eq(expand[i], "groups");
    json_t *user = user_json(c, account), *items = new_array(c), *groups = new_object(c), *roles = new_object(c);
    if (!user || !db_str(c, &locale, "SELECT locale FROM account WHERE id = ?1", "i", account))
        return false;
    json_t *o = json_keep(c->a, json_copy(user));
    int64_t count = 0;
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT g.name, g.uuid FROM user_group g JOIN user_group_member m ON m.group_id = g.id"
                  " WHERE m.account = ?1 ORDER BY g.name",
                  "i", account))
        return false;
    for (; sql_next(&rows); count++) {
        if (!show)
            continue;
        json_t *group = new_object(c);
        put_str(group, "name", sql_peek(&rows, 0));
        if (c->d->is_cloud)
            put_str(group, "groupId", sql_peek(&rows, 1));
        put_self(c, group, "group?groupname=%s", str_percent_encode(c->a, sql_peek(&rows, 0)));
        add(items, group);
    }
    if (!db_done(c, &rows))
        return false;
    if (!c->d->is_cloud)
        put_bool(o, "deleted", false);
    put_str(o, "locale", locale);
    put_int(groups, "size", count);
    put(groups, "items", items);
    put(o, "groups", groups);
    put_int(roles, "size", 1);
    put(roles, "items", new_array(c));
    put(o, "applicationRoles", roles);
    put_str(o, "expand", "groups,applicationRoles");
    return reply_json(c, 200, o);
}

static bool myself(struct ctx *c)
{
    return reply_full(c, c->caller);
}

static bool account_find(struct ctx *c, int64_t *id_r)
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
    return !str_is_empty(key) ? db_int(c, id_r, "SELECT id FROM account WHERE user_key = ?1", "s", key)
                              : db_int(c, id_r, "SELECT id FROM account WHERE name = ?1", "s", name);
}

static bool user_get(struct ctx *c)
{
    int64_t id = 0;
    if (!account_find(c, &id))
        return false;
    if (!id && c->d->is_cloud)
        return refuse(c, 404, "Specified user does not exist or you do not have required permissions");
    if (!id)
        return refuse(c, 404, "The user named '%s' does not exist",
                      param(c, "username") ? param(c, "username") : param(c, "key"));
    return reply_full(c, id);
}

/* A page of accounts that a query selects by COLUMNS, with LIMIT ?2 OFFSET ?3 and the text as ?1. */
static bool reply_users(struct ctx *c, const char *where, const char *text, int64_t fallback, int64_t cap)
{
    struct page page;
    if (!page_read(c, fallback, cap, &page))
        return false;
    json_t *list = new_array(c);
    struct sql_rows rows;
    char *sql = arena_printf(
        c->a, "SELECT " COLUMNS " FROM account WHERE %s ORDER BY display_name, id LIMIT ?2 OFFSET ?3", where);
    if (!db_query(c, &rows, sql, "sii", text, page.max, page.start))
        return false;
    while (sql_next(&rows))
        add(list, from_row(c, &rows));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

/* Starts of words in the display name, and starts of name and e-mail address; a hidden address matches only in full. */
#define MATCHES                                                                                                        \
    "(?1 = '' OR account_id IS NULL AND name LIKE ?1 || '%' OR display_name LIKE ?1 || '%' OR display_name LIKE '% ' " \
    "|| ?1 || '%'"                                                                                                     \
    " OR email = ?1 OR email_visible = 1 AND email LIKE ?1 || '%')"

static bool user_search(struct ctx *c)
{
    const char *text = param(c, c->d->is_cloud ? "query" : "username");
    const char *account = param(c, "accountId");
    if (c->d->is_cloud && (param(c, "username") || (!text && !account)))
        return refuse(c, 400, "The query parameter 'query' or 'accountId' is required.");
    if (!c->d->is_cloud && str_is_empty(text))
        return refuse(c, 400, "The username query parameter was not provided");
    if (c->d->is_cloud && !text)
        return reply_users(c, "account_id = ?1", account, 50, 1000);
    bool inactive = c->d->is_cloud || param_bool(c, "includeInactive", false);
    if (!c->d->is_cloud && str_eq(text, "."))
        text = ""; /* the old way to list all */
    return reply_users(c, inactive ? MATCHES : "active = 1 AND " MATCHES, text, 50, c->d->user_search_cap);
}

static bool user_all(struct ctx *c)
{
    return reply_users(c, "?1 IS NOT NULL", "", 50, 1000);
}

static bool user_assignable(struct ctx *c)
{
    const char *project = param(c, "project"),
               *issue = param(c, "issueKey") ? param(c, "issueKey") : param(c, "issueId");
    const char *text = param(c, c->d->is_cloud ? "query" : "username");
    int64_t id = 0, issue_id = 0;
    if (str_is_empty(project) && str_is_empty(issue))
        return refuse(c, 400, "Either project or issueKey must be specified.");
    if (str_is_empty(issue) ? !project_need(c, project, &id) : !issue_need(c, issue, &issue_id))
        return false;
    if (issue_id && !db_int(c, &id, "SELECT project FROM issue WHERE id = ?1", "i", issue_id))
        return false;
    return reply_users(
        c, arena_printf(c->a, "active = 1 AND %s AND %s", MATCHES, access_holders(c, "ASSIGNABLE_USER", id, issue_id)),
        text ? text : "", 50, 1000);
}

/* Cloud: user/bulk?accountId=a&accountId=b */
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

/* Cloud: from a former name or key to the account id, for those who came by a migration. */
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

static bool taken(struct ctx *c, const char *name, const char *email, bool *r)
{
    int64_t id = 0;
    if (!db_int(c, &id, "SELECT id FROM account WHERE name = ?1 OR (?3 AND email = ?2)", "ssi", name, email,
                (int64_t)c->d->is_cloud))
        return false;
    *r = id;
    return true;
}

static bool user_create(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *email = json_at_str(c->body, "emailAddress");
    struct account_new n = {.name = name,
                            .email = email,
                            .display_name = json_at_str(c->body, "displayName"),
                            .password = json_at_str(c->body, "password")};
    bool exists = false;
    int64_t id = 0;
    if (!c->d->is_cloud && str_is_empty(name))
        return refuse_field(c, "username", "You must specify a username.");
    if (str_is_empty(email))
        return refuse_field(c, "email", "You must specify an email address.");
    if (!taken(c, name, email, &exists))
        return false;
    if (exists && c->d->is_cloud)
        return refuse_field(c, "email", "A user with that email address already exists.");
    if (exists)
        return refuse_field(c, "username", "A user with that username already exists.");
    if (!account_create(c->sb, &n, &id, &c->err))
        return false;
    json_t *o = user_json(c, id);
    return o && reply_json(c, 201, o);
}

/* Deactivates: what an account wrote keeps its author. */
static bool user_delete(struct ctx *c)
{
    int64_t id = 0;
    if (!account_find(c, &id))
        return false;
    if (!id)
        return refuse(c, 404, "Specified user does not exist or you do not have required permissions");
    if (c->d->is_cloud)
        return db_run(c, "UPDATE account SET active = 0, email = NULL, display_name = 'Former user' WHERE id = ?1", "i",
                      id) &&
               reply_empty(c, 204);
    return db_run(c, "UPDATE account SET active = 0 WHERE id = ?1", "i", id) && reply_empty(c, 204);
}

const struct route user_routes[] = {
    {HTTP_GET, "myself", myself, ON_ALL, 0},
    {HTTP_GET, "user", user_get, ON_ALL, 0},
    {HTTP_POST, "user", user_create, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "user", user_delete, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "user/search", user_search, ON_ALL, 0},
    {HTTP_GET, "users/search", user_all, ON_CLOUD, 0},
    {HTTP_GET, "user/assignable/search", user_assignable, ON_ALL, 0},
    {HTTP_GET, "user/bulk", user_bulk, ON_CLOUD, 0},
    {HTTP_GET, "user/bulk/migration", user_migration, ON_CLOUD, 0},
    {0},
};
