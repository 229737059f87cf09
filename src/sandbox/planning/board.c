/* board.c - /rest/agile/1.0/board: what a team looks at, and through which query.
 *
 * A board shows what its filter finds, in the order of ranks. A scrum board has sprints. */
#include "sandbox/jql/jql_plan.h"
#include "sandbox/planning/agile.h"
#include "sandbox/planning/filter.h"
#include "sandbox/webhook/webhook.h"

#include "base/time_iso.h"

#include <ctype.h>
#include <string.h>

void put_agile_self(struct ctx *c, json_t *o, const char *noun, int64_t id)
{
    put_str(o, "self", arena_printf(c->a, "%s/rest/agile/1.0/%s/%lld", c->sb->base_url, noun, (long long)id));
}

void put_agile_time(struct ctx *c, json_t *o, const char *member, int64_t ms)
{
    char text[TIME_ISO_BYTES];
    if (!ms)
        return;
    if (c->d->is_cloud) {
        time_iso_utc(ms, text);
        put_str(o, member, text);
        return;
    }
    time_iso_jira(ms, zone_minutes(c->sb, ms), text);
    size_t n = strlen(text);
    put_str(o, member, arena_printf(c->a, "%.*s:%s", (int)n - 2, text, text + n - 2));
}

static bool board_read(struct ctx *c, int64_t id, struct board *b)
{
    struct sql_rows rows;
    *b = (struct board){0};
    if (!db_query(c, &rows, "SELECT id, ifnull(project, 0), ifnull(filter, 0), name, type FROM board WHERE id = ?1",
                  "i", id))
        return false;
    if (sql_next(&rows))
        *b = (struct board){.id = sql_int(&rows, 0),
                            .project = sql_int(&rows, 1),
                            .filter = sql_int(&rows, 2),
                            .name = sql_str(&rows, 3, c->a),
                            .type = sql_str(&rows, 4, c->a)};
    if (!db_done(c, &rows) || !b->id || (b->filter && !filter_find(c, b->filter, &b->jql)))
        return c->err.kind == ERR_NONE;
    if (!b->jql && b->project)
        b->jql = arena_printf(c->a, "project = %lld ORDER BY Rank ASC", (long long)b->project);
    return true;
}

/* A board is seen by who sees its project, or its filter. */
bool board_need(struct ctx *c, const char *asked, struct board *b)
{
    int64_t id = 0;
    bool seen = false;
    *b = (struct board){0};
    if ((str_to_int(asked, &id) && !board_read(c, id, b)) || (b->project && !project_is_visible(c, b->project, &seen)))
        return false;
    if (b->id && !b->project)
        seen = b->jql;
    return seen || refuse(c, 404,
                          "The requested board cannot be viewed because it either does not exist or you do not"
                          " have permission to view it.");
}

static json_t *location_json(struct ctx *c, int64_t project)
{
    json_t *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, key, name, type_key FROM project WHERE id = ?1", "i", project))
        return NULL;
    if (sql_next(&rows)) {
        const char *key = sql_peek(&rows, 1), *name = sql_peek(&rows, 2);
        put_int(o, "projectId", sql_int(&rows, 0));
        put_str(o, "displayName", arena_printf(c->a, "%s (%s)", name, key));
        put_str(o, "projectName", name);
        put_str(o, "projectKey", key);
        put_str(o, "projectTypeKey", sql_peek(&rows, 3));
        put_str(o, "name", arena_printf(c->a, "%s (%s)", name, key));
    }
    return db_done(c, &rows) ? o : NULL;
}

static json_t *board_json(struct ctx *c, const struct board *b)
{
    json_t *o = new_object(c);
    put_int(o, "id", b->id);
    put_agile_self(c, o, "board", b->id);
    put_str(o, "name", b->name);
    put_str(o, "type", b->type);
    if (c->d->is_cloud && b->project)
        put(o, "location", location_json(c, b->project));
    return o;
}

static bool board_get(struct ctx *c)
{
    struct board b;
    return board_need(c, c->args[0], &b) && reply_json(c, 200, board_json(c, &b));
}

/* {maxResults,startAt,total,isLast,values} */
static bool reply_values(struct ctx *c, const struct page *page, int64_t total, json_t *values)
{
    json_t *o = new_object(c);
    put_int(o, "maxResults", page->max);
    put_int(o, "startAt", page->start);
    put_int(o, "total", total);
    put_bool(o, "isLast", page->start + (int64_t)json_array_size(values) >= total);
    put(o, "values", values);
    return reply_json(c, 200, o);
}

static bool boards_get(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    int64_t project = 0, total = 0, *ids = NULL;
    size_t count = 0;
    const char *asked = param(c, "projectKeyOrId");
    json_t *values = new_array(c);
    if (!str_is_empty(asked) && !project_need(c, asked, &project))
        return false;
    if (!page_read(c, 50, 50, &page) ||
        !db_query(c, &rows,
                  "SELECT id FROM board WHERE (?1 = 0 OR project = ?1) AND (?2 IS NULL OR type = ?2) AND (?3 IS NULL OR"
                  " name LIKE '%' || ?3 || '%') ORDER BY name, id",
                  "iss", project, param(c, "type"), param(c, "name")))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, ids, count) = sql_int(&rows, 0);
    if (!db_done(c, &rows))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct board b;
        bool seen = false;
        if (!board_read(c, ids[i], &b) || (b.project && !project_is_visible(c, b.project, &seen)))
            return false;
        if (!seen && !(b.jql && !b.project))
            continue;
        if (total >= page.start && total < page.start + page.max)
            add(values, board_json(c, &b));
        total++;
    }
    return reply_values(c, &page, total, values);
}

/* The project that the filter's query names first. */
static bool project_of_query(struct ctx *c, const char *jql, int64_t *r)
{
    const char *lower = str_lower(c->a, jql), *found = strstr(lower, "project");
    *r = 0;
    if (!found)
        return true;
    const char *p = jql + (found - lower) + strlen("project");
    while (*p && strchr(" =(\"'", *p))
        p++;
    if (strncmp(p, "in", 2) == 0 && p[2] && strchr(" (", p[2]))
        for (p += 2; *p && strchr(" (\"'", *p); p++)
            ;
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '_')
        n++;
    return !n || project_find(c, arena_strndup(c->a, p, n), r);
}

static bool board_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *type = json_at_str(c->body, "type"),
               *filter_text = json_at_id(c->a, c->body, "filterId"),
               *place = json_at_id(c->a, c->body, "location.projectKeyOrId");
    int64_t filter = 0, project = 0;
    char *jql = NULL;
    struct board b;
    if (str_is_empty(name))
        return refuse(c, 400, "The name of the board must not be empty.");
    if (!str_eq(type, "scrum") && !str_eq(type, "kanban") && !str_eq(type, "simple"))
        return refuse(c, 400, "The board type must be one of: scrum, kanban.");
    if (!filter_text || !str_to_int(filter_text, &filter) || !filter_find(c, filter, &jql) || !jql)
        return c->err.kind != ERR_NONE
                   ? false
                   : refuse(c, 400, "The filter with id '%s' does not exist.", filter_text ? filter_text : "");
    if (place ? !project_need(c, place, &project) : !project_of_query(c, jql, &project))
        return false;
    if (!db_run(c, "INSERT INTO board (name, type, project, filter, owner) VALUES (?1, ?2, NULLIF(?3, 0), ?4, ?5)",
                "ssiii", name, type, project, filter, c->caller) ||
        !board_read(c, sql_last_id(c->db), &b))
        return false;
    return webhook_other(c, "board_created", "board", board_json(c, &b)) && reply_json(c, 201, board_json(c, &b));
}

static bool board_delete(struct ctx *c)
{
    struct board b;
    return board_need(c, c->args[0], &b) && webhook_other(c, "board_deleted", "board", board_json(c, &b)) &&
           db_run(c, "DELETE FROM board WHERE id = ?1", "i", b.id) && reply_empty(c, 204);
}

/* ---- configuration: a column for each status category ---- */

static bool put_columns(struct ctx *c, json_t *o, const struct board *b)
{
    static const struct {
        const char *name;
        int64_t category;
    } COLUMNS[] = {{"To Do", 2}, {"In Progress", 4}, {"Done", 3}};
    json_t *columns = new_array(c), *config = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++) {
        json_t *column = new_object(c), *statuses = new_array(c);
        struct sql_rows rows;
        if (!db_query(c, &rows,
                      "SELECT id FROM status WHERE category = ?1 AND id IN (SELECT t.to_status FROM"
                      " workflow_transition t JOIN project_issue_type p ON p.workflow = t.workflow WHERE p.project ="
                      " ?2) ORDER BY position",
                      "ii", COLUMNS[i].category, b->project))
            return false;
        while (sql_next(&rows)) {
            json_t *s = new_object(c);
            put_id(s, "id", sql_int(&rows, 0));
            put_str(s, "self",
                    arena_printf(c->a, "%s/rest/api/2/status/%lld", c->sb->base_url, (long long)sql_int(&rows, 0)));
            add(statuses, s);
        }
        put_str(column, "name", COLUMNS[i].name);
        put(column, "statuses", statuses);
        add(columns, column);
        if (!db_done(c, &rows))
            return false;
    }
    put(config, "columns", columns);
    put_str(config, "constraintType", str_eq(b->type, "scrum") ? "none" : "issueCount");
    put(o, "columnConfig", config);
    return true;
}

/* Where the board is: Cloud tells it. */
static bool put_place(struct ctx *c, json_t *o, const struct board *b)
{
    struct sql_rows rows;
    json_t *place = new_object(c);
    if (!c->d->is_cloud || !b->project)
        return true;
    if (!db_query(c, &rows, "SELECT key, name FROM project WHERE id = ?1", "i", b->project))
        return false;
    if (sql_next(&rows)) {
        put_str(place, "type", "project");
        put_str(place, "key", sql_peek(&rows, 0));
        put_id(place, "id", b->project);
        put_str(place, "self",
                arena_printf(c->a, "%s/rest/api/2/project/%lld", c->sb->base_url, (long long)b->project));
        put_str(place, "name", sql_peek(&rows, 1));
    }
    put(o, "location", place);
    return db_done(c, &rows);
}

static bool configuration_get(struct ctx *c)
{
    struct board b;
    int64_t points = 0, rank = 0;
    json_t *o = new_object(c), *part = new_object(c), *field = new_object(c);
    if (!board_need(c, c->args[0], &b) || !field_of_kind(c, "rank", &rank) ||
        !db_int(c, &points, "SELECT min(number) FROM field WHERE name = 'Story Points'", ""))
        return false;
    put_int(o, "id", b.id);
    put_str(o, "name", b.name);
    put_str(o, "type", b.type);
    put_str(o, "self",
            arena_printf(c->a, "%s/rest/agile/1.0/board/%lld/configuration", c->sb->base_url, (long long)b.id));
    if (!put_place(c, o, &b))
        return false;
    put_id(part, "id", b.filter);
    put_str(part, "self", arena_printf(c->a, "%s/rest/api/2/filter/%lld", c->sb->base_url, (long long)b.filter));
    put(o, "filter", part);
    if (!str_eq(b.type, "scrum")) { /* what has left the board with a release */
        part = new_object(c);
        put_str(part, "query", "fixVersion in unreleasedVersions() OR fixVersion is EMPTY");
        put(o, "subQuery", part);
    }
    if (!put_columns(c, o, &b))
        return false;
    if (points && str_eq(b.type, "scrum")) {
        part = new_object(c);
        put_str(field, "fieldId", arena_printf(c->a, "customfield_%lld", (long long)points));
        put_str(field, "displayName", "Story Points");
        put_str(part, "type", "field");
        put(part, "field", field);
        put(o, "estimation", part);
    }
    part = new_object(c);
    put_int(part, "rankCustomFieldId", rank);
    put(o, "ranking", part);
    return reply_json(c, 200, o);
}

/* ---- issues ---- */

/* The query without its order, and the rank's order behind it. */
static char *narrowed(struct ctx *c, const char *jql, const char *more)
{
    const char *lower = str_lower(c->a, jql), *order = strstr(lower, "order by");
    char *where = order ? arena_strndup(c->a, jql, (size_t)(order - lower)) : arena_strdup(c->a, jql);
    where = str_trim(c->a, where);
    if (!*where)
        return arena_printf(c->a, "%s ORDER BY Rank ASC", more);
    return more ? arena_printf(c->a, "(%s) AND (%s) ORDER BY Rank ASC", where, more)
                : arena_printf(c->a, "%s ORDER BY Rank ASC", where);
}

bool agile_issues(struct ctx *c, const char *query)
{
    struct page page;
    struct jql_plan plan;
    struct jql_found found;
    struct issue_view view;
    int64_t total = 0;
    const char *error = NULL, *asked = param(c, "jql");
    const char *jql = narrowed(c, query, str_is_empty(asked) ? NULL : asked);
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error);
    json_t *o = new_object(c), *list = new_array(c);
    if (!q)
        return refuse(c, 400, "%s", error);
    if (!page_read(c, 50, 1000, &page) || !issue_view_from_query(c, "*navigable", &view) || !jql_plan_make(c, q, &plan))
        return false;
    if (plan.error_count)
        return refuse(c, 400, "%s", plan.errors[0]);
    struct jql_page wanted = {.offset = page.start, .max = page.max};
    if (!jql_run(c, &plan, &wanted, &found) || !jql_count(c, &plan, &total))
        return false;
    for (size_t i = 0; i < found.count; i++) {
        json_t *issue = issue_json(c, found.ids[i], &view);
        if (!issue)
            return false;
        put_agile_self(c, issue, "issue", found.ids[i]);
        add(list, issue);
    }
    put_str(o, "expand", "schema,names");
    put_int(o, "startAt", page.start);
    put_int(o, "maxResults", page.max);
    put_int(o, "total", total);
    put(o, "issues", list);
    return reply_json(c, 200, o);
}

static bool issues_get(struct ctx *c)
{
    struct board b;
    return board_need(c, c->args[0], &b) && agile_issues(c, b.jql);
}

/* What is neither done nor in a sprint that is planned or under way. */
static bool backlog_get(struct ctx *c)
{
    struct board b;
    int64_t field = 0;
    char *open = arena_strdup(c->a, "");
    struct sql_rows rows;
    if (!board_need(c, c->args[0], &b) || !field_of_kind(c, "sprint", &field) ||
        !db_query(c, &rows, "SELECT id FROM sprint WHERE board = ?1 AND state <> 'closed'", "i", b.id))
        return false;
    while (sql_next(&rows))
        open = arena_printf(c->a, "%s%s%lld", open, *open ? "," : "", (long long)sql_int(&rows, 0));
    if (!db_done(c, &rows))
        return false;
    const char *more =
        *open ? arena_printf(c->a, "statusCategory != Done AND (cf[%lld] is EMPTY OR cf[%lld] not in (%s))",
                             (long long)field, (long long)field, open)
              : "statusCategory != Done";
    return agile_issues(c, narrowed(c, b.jql, more));
}

/* ---- what belongs to the board's project ---- */

static bool reply_of_project(struct ctx *c, const char *sql, json_t *(*one)(struct ctx *, int64_t))
{
    struct board b;
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    json_t *values = new_array(c);
    if (!board_need(c, c->args[0], &b) || !page_read(c, 50, 50, &page) || !db_query(c, &rows, sql, "i", b.project))
        return false;
    for (; sql_next(&rows); total++)
        if (total >= page.start && total < page.start + page.max)
            add(values, one(c, sql_int(&rows, 0)));
    return db_done(c, &rows) && reply_values(c, &page, total, values);
}

static bool epics_get(struct ctx *c)
{
    return reply_of_project(c,
                            "SELECT i.id FROM issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.project = ?1 AND"
                            " t.level = 1 ORDER BY i.id",
                            epic_json);
}

static json_t *version_of_board(struct ctx *c, int64_t version)
{
    json_t *o = version_full_json(c, version);
    if (!o)
        return NULL;
    int64_t id = 0;
    if (str_to_int(json_at_str(o, "id"), &id))
        put_int(o, "id", id);
    json_object_del(o, "overdue");
    return o;
}

static bool versions_get(struct ctx *c)
{
    return reply_of_project(c, "SELECT id FROM version WHERE project = ?1 ORDER BY position", version_of_board);
}

static bool projects_get(struct ctx *c)
{
    return reply_of_project(c, "SELECT id FROM project WHERE id = ?1", project_json);
}

static bool sprints_get(struct ctx *c)
{
    struct board b;
    struct page page;
    struct sql_rows rows;
    char **states;
    size_t count = param_list(c, "state", &states);
    int64_t total = 0;
    json_t *values = new_array(c);
    if (!board_need(c, c->args[0], &b) || !page_read(c, 50, 50, &page))
        return false;
    if (!str_eq(b.type, "scrum"))
        return refuse(c, 400, "The board does not support sprints");
    if (!db_query(c, &rows, "SELECT id, state FROM sprint WHERE board = ?1 ORDER BY position, id", "i", b.id))
        return false;
    while (sql_next(&rows)) {
        size_t i = 0;
        while (i < count && !str_eq_nocase(states[i], sql_peek(&rows, 1)))
            i++;
        if (count && i == count)
            continue;
        if (total >= page.start && total < page.start + page.max)
            add(values, sprint_json(c, sql_int(&rows, 0)));
        total++;
    }
    return db_done(c, &rows) && reply_values(c, &page, total, values);
}

static bool sprint_issues_get(struct ctx *c)
{
    struct board b;
    int64_t field = 0, sprint = 0;
    if (!board_need(c, c->args[0], &b) || !field_of_kind(c, "sprint", &field) ||
        !db_int(c, &sprint, "SELECT id FROM sprint WHERE CAST(id AS TEXT) = ?1", "s", c->args[1]))
        return false;
    if (!sprint)
        return refuse(c, 404, "Sprint does not exist.");
    return agile_issues(c,
                        narrowed(c, b.jql, arena_printf(c->a, "cf[%lld] = %lld", (long long)field, (long long)sprint)));
}

static bool epic_issues_get(struct ctx *c)
{
    struct board b;
    int64_t epic = 0, field = 0;
    if (!board_need(c, c->args[0], &b) || !field_of_kind(c, "epic-link", &field))
        return false;
    if (str_eq(c->args[1], "none"))
        return agile_issues(c, narrowed(c, b.jql, arena_printf(c->a, "cf[%lld] is EMPTY", (long long)field)));
    if (!issue_need(c, c->args[1], &epic))
        return false;
    return agile_issues(c,
                        narrowed(c, b.jql, arena_printf(c->a, "cf[%lld] = %lld", (long long)field, (long long)epic)));
}

#define AGILE "/rest/agile/1.0/"
const struct route board_routes[] = {
    {HTTP_GET, AGILE "board", boards_get, ON_ALL, 0},
    {HTTP_POST, AGILE "board", board_post, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}", board_get, ON_ALL, 0},
    {HTTP_DELETE, AGILE "board/{}", board_delete, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/configuration", configuration_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/issue", issues_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/backlog", backlog_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/epic", epics_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/epic/{}/issue", epic_issues_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/version", versions_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/project", projects_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/sprint", sprints_get, ON_ALL, 0},
    {HTTP_GET, AGILE "board/{}/sprint/{}/issue", sprint_issues_get, ON_ALL, 0},
    {0},
};
