/* issue_picker.c - suggestions while somebody types: what they looked at lately, and what their search finds. */
#include "sandbox/issue/issue.h"
#include "sandbox/jql/jql_plan.h"
#include "sandbox/rights/access.h"

#include <string.h>

enum { SUGGESTIONS = 20 };

static json_t *suggestion(struct ctx *c, int64_t issue)
{
    struct issue_row row;
    json_t *o = new_object(c);
    if (!issue_row_read(c, issue, &row))
        return NULL;
    char *key = issue_key(c, issue);
    json_t *type = issue_type_json(c, row.type);
    const char *icon = json_at_str(type, "iconUrl");
    put_int(o, "id", issue);
    put_str(o, "key", key);
    put_str(o, "keyHtml", key);
    put_str(o, "img", icon && str_starts(icon, c->sb->base_url) ? icon + strlen(c->sb->base_url) : icon ? icon : "");
    put_str(o, "summary", row.summary);
    put_str(o, "summaryText", row.summary);
    return c->err.kind == ERR_NONE ? o : NULL;
}

static bool section(struct ctx *c, json_t *sections, const char *id, const char *label, const int64_t *ids,
                    size_t count)
{
    json_t *o = new_object(c), *list = new_array(c);
    for (size_t i = 0; i < count; i++) {
        json_t *one = suggestion(c, ids[i]);
        if (!one)
            return false;
        add(list, one);
    }
    put_str(o, "label", label);
    if (count)
        put_str(o, "sub", arena_printf(c->a, "Showing %zu of %zu matching issues", count, count));
    put_str(o, "id", id);
    if (!count)
        put_str(o, "msg", "No matching issues found");
    put(o, "issues", list);
    add(sections, o);
    return true;
}

/* Key or words of the summary begin with, or hold, what was typed. */
static bool matches(struct ctx *c, const char *where, int64_t bound, int64_t **ids_r, size_t *count_r)
{
    const char *query = param(c, "query"), *not_this = param(c, "currentIssueKey");
    struct sql_rows rows;
    *ids_r = NULL;
    *count_r = 0;
    char *sql = arena_printf(c->a,
                             "SELECT i.id FROM issue i JOIN project p ON p.id = i.project WHERE %s AND %s AND (?2 IS"
                             " NULL OR i.summary LIKE '%%' || ?2 || '%%' OR p.key || '-' || i.number LIKE ?2 || '%%')"
                             " AND (?3 IS NULL OR p.key || '-' || i.number <> upper(?3)) ORDER BY i.updated DESC LIMIT"
                             " %d",
                             visible_issues(c, "i"), where, SUGGESTIONS);
    if (!db_query(c, &rows, sql, "iss", bound, str_is_empty(query) ? NULL : query,
                  str_is_empty(not_this) ? NULL : not_this))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, *ids_r, *count_r) = sql_int(&rows, 0);
    return db_done(c, &rows);
}

static bool picker_get(struct ctx *c)
{
    const char *jql = param(c, "currentJQL");
    json_t *o = new_object(c), *sections = new_array(c);
    int64_t *ids;
    size_t count;
    if (!matches(c, "i.id IN (SELECT v.issue FROM viewed v WHERE v.account = ?1)", c->caller, &ids, &count) ||
        !section(c, sections, "hs", "History Search", ids, count))
        return false;
    if (jql) {
        const char *error = NULL;
        struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
        struct jql_plan plan;
        struct jql_page page = {.max = 1000};
        struct jql_found found = {0};
        char *list = arena_strdup(c->a, "0");
        if (q && (!jql_plan_make(c, q, &plan) || (!plan.error_count && !jql_run(c, &plan, &page, &found))))
            return false;
        for (size_t i = 0; i < found.count; i++)
            list = arena_printf(c->a, "%s,%lld", list, (long long)found.ids[i]);
        if (!matches(c, arena_printf(c->a, "?1 = 0 AND i.id IN (%s)", list), 0, &ids, &count) ||
            !section(c, sections, "cs", "Current Search", ids, count))
            return false;
    }
    put(o, "sections", sections);
    return reply_json(c, 200, o);
}

const struct route issue_picker_routes[] = {
    {HTTP_GET, "issue/picker", picker_get, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
