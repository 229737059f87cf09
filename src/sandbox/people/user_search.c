/* user_search.c - people found by what they are called and by what they may do. Without the right to browse users
 * nobody is found. */
#include "sandbox/people/user.h"

/* Starts of words in the display name, and starts of name and e-mail address; a hidden address matches only in full. */
#define MATCHES                                                                                                        \
    "(?1 = '' OR account_id IS NULL AND name LIKE ?1 || '%' OR display_name LIKE ?1 || '%' OR display_name LIKE '% ' " \
    "|| ?1 || '%'"                                                                                                     \
    " OR email = ?1 OR email_visible = 1 AND email LIKE ?1 || '%')"

/* A page of accounts; ?1 in `where` is the text. */
static bool reply_users(struct ctx *c, const char *where, const char *text, int64_t fallback, int64_t cap)
{
    struct page page;
    bool may = false;
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!page_read(c, fallback, cap, &page) || !permission_global(c, "USER_PICKER", &may))
        return false;
    if (!may)
        return reply_json(c, 200, list);
    char *sql = arena_printf(c->a,
                             "SELECT " USER_COLUMNS " FROM account WHERE deleted = 0 AND %s ORDER BY display_name, id"
                             " LIMIT ?2 OFFSET ?3",
                             where);
    if (!db_query(c, &rows, sql, "sii", text, page.max, page.start))
        return false;
    while (sql_next(&rows)) {
        json_t *o = user_row_json(c, &rows);
        if (!c->d->is_cloud)
            put_bool(o, "deleted", false);
        put_str(o, "locale", sql_peek(&rows, 10));
        add(list, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static const char *query_of(struct ctx *c)
{
    return param(c, c->d->is_cloud ? "query" : "username");
}

static bool user_search(struct ctx *c)
{
    const char *text = query_of(c), *account = param(c, "accountId");
    if (c->d->is_cloud && (param(c, "username") || (!text && !account)))
        return refuse(c, 400, "The query parameter 'query' or 'accountId' is required.");
    if (c->d->is_cloud && text && account)
        return refuse(c, 400, "Only one of the query parameters 'query' and 'accountId' can be given.");
    if (!c->d->is_cloud && str_is_empty(text))
        return refuse(c, 400, "The username query parameter was not provided");
    if (c->d->is_cloud && !text)
        return reply_users(c, "account_id = ?1", account, 50, 1000);
    bool inactive = c->d->is_cloud || param_bool(c, "includeInactive", false);
    bool active = c->d->is_cloud || param_bool(c, "includeActive", true);
    if (!c->d->is_cloud && str_eq(text, "."))
        text = ""; /* the old way to list all */
    return reply_users(c,
                       arena_printf(c->a, "(active = 1 AND %d OR active = 0 AND %d) AND %s", active, inactive, MATCHES),
                       text, 50, c->d->user_search_cap);
}

static bool user_all(struct ctx *c)
{
    return reply_users(c, "?1 IS NOT NULL", "", 50, 1000);
}

/* Data Center 10: a stream of all, by cursor. */
static bool user_list(struct ctx *c)
{
    int64_t after = 0, max = 2000, last = 0;
    struct sql_rows rows;
    json_t *o = new_object(c), *list = new_array(c);
    if ((param(c, "cursor") && !str_to_int(param(c, "cursor"), &after)) ||
        (param(c, "maxResults") && !str_to_int(param(c, "maxResults"), &max)) || max < 1)
        return refuse(c, 400, "cursor and maxResults must be numbers.");
    if (!db_query(c, &rows, "SELECT " USER_COLUMNS " FROM account WHERE deleted = 0 AND id > ?1 ORDER BY id LIMIT ?2",
                  "ii", after, max + 1))
        return false;
    bool more = false;
    while (!more && sql_next(&rows)) {
        more = (int64_t)json_array_size(list) == max;
        if (more)
            break;
        add(list, user_row_json(c, &rows));
        last = sql_int(&rows, 0);
    }
    put_str(o, "self", arena_printf(c->a, "%s%s", c->sb->base_url, c->request->target));
    if (more) {
        put_str(o, "nextPage",
                arena_printf(c->a, "%s/rest/api/2/user/list?cursor=%lld&maxResults=%lld", c->sb->base_url,
                             (long long)last, (long long)max));
        put_id(o, "nextCursor", last);
    }
    put_int(o, "maxResults", max);
    put_bool(o, "isLast", !more);
    put(o, "values", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

/* ---- by what they may do ---- */

/* The issue or project asked for: `project` takes a key or id. */
static bool place_asked(struct ctx *c, const char *project_param, int64_t *project_r, int64_t *issue_r)
{
    const char *project = param(c, project_param);
    const char *issue = param(c, "issueKey") ? param(c, "issueKey") : param(c, "issueId");
    *project_r = *issue_r = 0;
    if (str_is_empty(project) && str_is_empty(issue))
        return refuse(c, 400, "Either %s or issueKey must be specified.", project_param);
    if (!str_is_empty(issue))
        return issue_need(c, issue, issue_r) &&
               db_int(c, project_r, "SELECT project FROM issue WHERE id = ?1", "i", *issue_r);
    return project_need(c, project, project_r);
}

static bool reply_holders(struct ctx *c, const char *condition)
{
    const char *text = query_of(c), *account = param(c, "accountId");
    if (c->d->is_cloud && account && !text)
        return reply_users(c, arena_printf(c->a, "active = 1 AND account_id = ?1 AND %s", condition), account, 50,
                           1000);
    return reply_users(c, arena_printf(c->a, "active = 1 AND %s AND %s", MATCHES, condition), text ? text : "", 50,
                       1000);
}

static bool user_assignable(struct ctx *c)
{
    int64_t project, issue;
    return place_asked(c, "project", &project, &issue) &&
           reply_holders(c, access_holders(c, "ASSIGNABLE_USER", project, issue));
}

static bool user_assignable_many(struct ctx *c)
{
    char **keys;
    size_t count = param_list(c, "projectKeys", &keys);
    char *condition = arena_strdup(c->a, "1");
    if (!count)
        return refuse(c, 400, "The query parameter 'projectKeys' is required.");
    for (size_t i = 0; i < count; i++) {
        int64_t project = 0;
        if (!project_need(c, keys[i], &project))
            return false;
        condition = arena_printf(c->a, "%s AND %s", condition, access_holders(c, "ASSIGNABLE_USER", project, 0));
    }
    return reply_holders(c, condition);
}

static bool user_permission(struct ctx *c)
{
    char **keys;
    size_t count = param_list(c, "permissions", &keys);
    int64_t project, issue;
    char *condition = arena_strdup(c->a, "1");
    bool may = c->is_admin;
    if (!count)
        return refuse(c, 400, "The query parameter 'permissions' is required.");
    if (!place_asked(c, "projectKey", &project, &issue) ||
        (!may && !permission_has(c, "ADMINISTER_PROJECTS", project, 0, &may)))
        return false;
    if (!may)
        return refuse(c, 403, "You do not have permission to administer this project.");
    for (size_t i = 0; i < count; i++) {
        const struct permission_key *k = permission_key_of(c, keys[i]);
        if (!k || k->is_global)
            return refuse(c, 400, "Unrecognized permission: %s", keys[i]);
        condition = arena_printf(c->a, "%s AND %s", condition, access_holders(c, k->key, project, issue));
    }
    return reply_holders(c, condition);
}

static bool user_viewissue(struct ctx *c)
{
    int64_t project, issue;
    return place_asked(c, "projectKey", &project, &issue) &&
           reply_holders(c, access_holders(c, "BROWSE_PROJECTS", project, issue));
}

/* ---- pickers ---- */

static bool is_excluded(struct ctx *c, const char *id)
{
    char **list;
    size_t count = param_list(c, c->d->is_cloud ? "excludeAccountIds" : "exclude", &list);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], id))
            return true;
    return false;
}

static json_t *picked_json(struct ctx *c, struct sql_rows *rows, const char *query)
{
    json_t *o = new_object(c);
    const char *shown = sql_peek(rows, 5), *email = sql_int(rows, 6) ? sql_peek(rows, 4) : NULL;
    char *text = arena_strdup(c->a, shown);
    if (!c->d->is_cloud && email)
        text = arena_printf(c->a, "%s - %s (%s)", shown, email, sql_peek(rows, 2));
    if (c->d->is_cloud) {
        put_str(o, "accountId", sql_peek(rows, 1));
        put_str(o, "accountType", sql_peek(rows, 9));
    } else {
        put_str(o, "name", sql_peek(rows, 2));
        put_str(o, "key", sql_peek(rows, 3));
    }
    put_str(o, "html", marked(c, text, query));
    put_str(o, "displayName", shown);
    if (param_bool(c, "showAvatar", false))
        put_str(o, "avatarUrl", arena_printf(c->a, "%s/secure/useravatar?size=xsmall&avatarId=10122", c->sb->base_url));
    return o;
}

/* {users, total, header}: active people alone. */
static json_t *users_found_json(struct ctx *c, const char *query, int64_t max)
{
    json_t *o = new_object(c), *list = new_array(c);
    struct sql_rows rows;
    int64_t total = 0;
    bool may = false;
    if (!permission_global(c, "USER_PICKER", &may) ||
        !db_query(c, &rows,
                  "SELECT " USER_COLUMNS " FROM account WHERE deleted = 0 AND active = 1 AND ?2 AND " MATCHES
                  " ORDER BY display_name, id",
                  "si", query, (int64_t)may))
        return NULL;
    while (sql_next(&rows)) {
        if (is_excluded(c, sql_peek(&rows, c->d->is_cloud ? 1 : 2)))
            continue;
        if (total++ < max)
            add(list, picked_json(c, &rows, query));
    }
    put(o, "users", list);
    put_int(o, "total", total);
    put_str(o, "header",
            arena_printf(c->a, "Showing %zu of %lld matching users", json_array_size(list), (long long)total));
    return db_done(c, &rows) ? o : NULL;
}

static bool picker_asked(struct ctx *c, const char **query_r, struct page *page)
{
    *query_r = param(c, "query");
    return (*query_r || refuse(c, 400, "The query parameter 'query' is required.")) && page_read(c, 50, 1000, page);
}

static bool user_picker(struct ctx *c)
{
    const char *query;
    struct page page;
    if (!picker_asked(c, &query, &page))
        return false;
    json_t *o = users_found_json(c, query, page.max);
    return o && reply_json(c, 200, o);
}

static bool group_user_picker(struct ctx *c)
{
    const char *query;
    struct page page;
    if (!picker_asked(c, &query, &page))
        return false;
    json_t *o = new_object(c), *users = users_found_json(c, query, page.max);
    json_t *groups = groups_found_json(c, query, page.max);
    put(o, "users", users);
    put(o, "groups", groups);
    return users && groups && reply_json(c, 200, o);
}

const struct route user_search_routes[] = {
    {HTTP_GET, "user/search", user_search, ON_ALL, 0},
    {HTTP_GET, "users/search", user_all, ON_CLOUD, 0},
    {HTTP_GET, "users", user_all, ON_CLOUD, 0},
    {HTTP_GET, "user/list", user_list, ON_DC10, 0},
    {HTTP_GET, "user/assignable/search", user_assignable, ON_ALL, 0},
    {HTTP_GET, "user/assignable/multiProjectSearch", user_assignable_many, ON_ALL, 0},
    {HTTP_GET, "user/permission/search", user_permission, ON_ALL, 0},
    {HTTP_GET, "user/viewissue/search", user_viewissue, ON_ALL, 0},
    {HTTP_GET, "user/picker", user_picker, ON_ALL, 0},
    {HTTP_GET, "groupuserpicker", group_user_picker, ON_ALL, 0},
    {0},
};
