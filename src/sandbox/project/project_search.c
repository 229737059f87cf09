/* project_search.c - Cloud's pages of projects, by what they are called, what they are, and what one may do in them. */
#include "sandbox/project/project.h"

#include <string.h>

static bool wanted(char **list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(list[i], value))
            return true;
    return !count;
}

/* orderBy, with + or - before it. */
static bool order_of(struct ctx *c, const char **r)
{
    static const struct {
        const char *name, *sql;
    } ORDERS[] = {
        {"key", "key"},
        {"name", "name COLLATE NOCASE"},
        {"category", "(SELECT name FROM project_category WHERE id = category)"},
        {"owner", "(SELECT display_name FROM account WHERE id = lead)"},
        {"issueCount", "(SELECT count(*) FROM issue WHERE project = project.id)"},
        {"lastIssueUpdatedDate", "(SELECT max(updated) FROM issue WHERE project = project.id)"},
        {"archivedDate", "archived_at"},
        {"deletedDate", "deleted"},
    };
    const char *asked = param(c, "orderBy");
    if (str_is_empty(asked))
        asked = "key";
    bool descending = *asked == '-';
    const char *name = asked + (*asked == '-' || *asked == '+' || *asked == ' ');
    for (size_t i = 0; i < ARRAY_LEN(ORDERS); i++) {
        if (!str_eq(ORDERS[i].name, name))
            continue;
        *r = arena_printf(c->a, "%s%s, id", ORDERS[i].sql, descending ? " DESC" : "");
        return true;
    }
    return refuse(c, 400, "The orderBy value '%s' is not valid.", asked);
}

/* live, archived, deleted: which rows these are. What is in the trash is shown to administrators. */
static bool status_of(struct ctx *c, const char **r)
{
    char **asked;
    size_t count = param_list(c, "status", &asked);
    char *sql = arena_strdup(c->a, "0");
    if (!count) {
        *r = arena_printf(c->a, "archived = 0 AND %s", visible_projects(c, "id"));
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (str_eq(asked[i], "live"))
            sql = arena_printf(c->a, "%s OR archived = 0 AND %s", sql, visible_projects(c, "id"));
        else if (str_eq(asked[i], "archived"))
            sql = arena_printf(c->a, "%s OR archived = 1 AND %s", sql, visible_projects(c, "id"));
        else if (str_eq(asked[i], "deleted"))
            sql = arena_printf(c->a, "%s OR deleted IS NOT NULL AND %d", sql, c->is_admin);
        else
            return refuse(c, 400, "The status '%s' is not valid.", asked[i]);
    }
    *r = arena_printf(c->a, "(%s)", sql);
    return true;
}

static bool may_act(struct ctx *c, int64_t project, bool *r)
{
    static const struct {
        const char *action, *permission;
    } ACTIONS[] = {
        {"view", NULL}, {"browse", "BROWSE_PROJECTS"}, {"edit", "ADMINISTER_PROJECTS"}, {"create", "CREATE_ISSUES"}};
    const char *asked = param(c, "action");
    *r = true;
    if (!asked)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++)
        if (str_eq(ACTIONS[i].action, asked))
            return !ACTIONS[i].permission || permission_has(c, ACTIONS[i].permission, project, 0, r);
    return refuse(c, 400, "The action '%s' is not valid.", asked);
}

struct filter {
    char **keys, **ids, **types;
    size_t key_count, id_count, type_count;
};

static json_t *page_of(struct ctx *c, const struct page *page, int64_t total, json_t *values)
{
    json_t *o = page_json(c, page, total, values);
    if (!json_is_true(json_object_get(o, "isLast")))
        put_str(o, "nextPage",
                arena_printf(c->a, "%s/rest/api/%s/project/search?startAt=%lld&maxResults=%lld", c->sb->base_url,
                             c->api_name, (long long)(page->start + (int64_t)json_array_size(values)),
                             (long long)page->max));
    return o;
}

static bool project_search(struct ctx *c)
{
    json_t *values = new_array(c);
    struct project_shown s = project_shown_of(c);
    struct page page;
    struct sql_rows rows;
    struct filter f = {0};
    const char *order, *status, *category = param(c, "categoryId");
    int64_t total = 0;
    f.key_count = param_list(c, "keys", &f.keys);
    f.id_count = param_list(c, "id", &f.ids);
    f.type_count = param_list(c, "typeKey", &f.types);
    if (!page_read(c, 50, 100, &page) || !order_of(c, &order) || !status_of(c, &status))
        return false;
    char *sql = arena_printf(c->a,
                             "SELECT id, key, CAST(id AS TEXT), type_key FROM project WHERE %s AND (?1 IS NULL OR key"
                             " LIKE '%%' || ?1 || '%%' OR name LIKE '%%' || ?1 || '%%') AND (?2 IS NULL OR category ="
                             " CAST(?2 AS INTEGER)) ORDER BY %s",
                             status, order);
    if (!db_query(c, &rows, sql, "ss", param(c, "query"), category))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        bool may = false;
        ok = may_act(c, sql_int(&rows, 0), &may);
        if (!ok || !may || !wanted(f.keys, f.key_count, sql_peek(&rows, 1)) ||
            !wanted(f.ids, f.id_count, sql_peek(&rows, 2)) || !wanted(f.types, f.type_count, sql_peek(&rows, 3)))
            continue;
        if (total >= page.start && total < page.start + page.max)
            add(values, project_full_json(c, sql_int(&rows, 0), &s));
        total++;
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, page_of(c, &page, total, values));
}

const struct route project_search_routes[] = {
    {HTTP_GET, "project/search", project_search, ON_CLOUD, ROUTE_ANONYMOUS},
    {0},
};
