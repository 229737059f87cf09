/* project.c - projects as they are read: one, all, and the statuses of one by issue type. */
#include "sandbox/project/project.h"

bool project_read(struct ctx *c, int64_t id, struct project *p)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id, lead, archived, archived_at, archived_by, deleted, deleted_by, category, avatar,"
                  " is_simplified, key, name, description, type_key, assignee_type, uuid, url FROM project WHERE id ="
                  " ?1",
                  "i", id))
        return false;
    *p = (struct project){0};
    if (sql_next(&rows)) {
        int64_t *numbers[] = {&p->id,      &p->lead,       &p->archived, &p->archived_at, &p->archived_by,
                              &p->deleted, &p->deleted_by, &p->category, &p->avatar};
        char **texts[] = {&p->key, &p->name, &p->description, &p->type_key, &p->assignee_type, &p->uuid, &p->url};
        int at = 0;
        for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
            *numbers[i] = sql_int(&rows, at++);
        p->is_simplified = sql_int(&rows, at++);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
            *texts[i] = sql_str(&rows, at++, c->a);
    }
    return db_done(c, &rows);
}

json_t *project_json(struct ctx *c, int64_t project)
{
    json_t *known = memo_get(c, MEMO_PROJECT, project);
    struct project p;
    if (known)
        return known;
    if (!project_read(c, project, &p))
        return NULL;
    json_t *o = new_object(c);
    put_self(c, o, "project/%lld", (long long)p.id);
    put_id(o, "id", p.id);
    put_str(o, "key", p.key);
    put_str(o, "name", p.name);
    put_str(o, "projectTypeKey", p.type_key);
    if (c->d->is_cloud)
        put_bool(o, "simplified", p.is_simplified);
    put(o, "avatarUrls", avatar_urls_json(c, "project", p.avatar));
    if (p.category)
        put(o, "projectCategory", project_category_json(c, p.category));
    return c->err.kind == ERR_NONE ? memo_put(c, MEMO_PROJECT, project, o) : NULL;
}

struct project_shown project_shown_of(struct ctx *c)
{
    char **expand;
    size_t count = param_list(c, "expand", &expand);
    struct project_shown s = {0};
    for (size_t i = 0; i < count; i++) {
        s.description |= str_eq(expand[i], "description");
        s.lead |= str_eq(expand[i], "lead");
        s.url |= str_eq(expand[i], "url");
        s.keys |= str_eq(expand[i], "projectKeys");
        s.issue_types |= str_eq(expand[i], "issueTypes");
        s.insight |= str_eq(expand[i], "insight") && c->d->is_cloud;
    }
    return s;
}

static bool put_keys(struct ctx *c, json_t *o, const struct project *p)
{
    json_t *keys = new_array(c);
    struct sql_rows rows;
    add_str(keys, p->key);
    if (!db_query(c, &rows, "SELECT key FROM project_key WHERE project = ?1", "i", p->id))
        return false;
    while (sql_next(&rows))
        add_str(keys, sql_peek(&rows, 0));
    put(o, "projectKeys", keys);
    return db_done(c, &rows);
}

static bool put_insight(struct ctx *c, json_t *o, int64_t project)
{
    int64_t count = 0, last = 0;
    json_t *insight = new_object(c);
    if (!db_int(c, &count, "SELECT count(*) FROM issue WHERE project = ?1", "i", project) ||
        !db_int(c, &last, "SELECT max(updated) FROM issue WHERE project = ?1", "i", project))
        return false;
    put_int(insight, "totalIssueCount", count);
    if (last)
        put_time(c, insight, "lastIssueUpdateTime", last);
    put(o, "insight", insight);
    return true;
}

/* What became of it: the archive, the trash. */
static void put_end(struct ctx *c, json_t *o, const struct project *p)
{
    enum { DAYS_IN_TRASH = 60 };
    if (p->archived || c->d->shows_archived)
        put_bool(o, "archived", p->archived);
    if (p->archived && c->d->is_cloud) {
        put_time(c, o, "archivedDate", p->archived_at);
        put(o, "archivedBy", user_json(c, p->archived_by));
    }
    if (!p->deleted)
        return;
    put_bool(o, "deleted", true);
    put_time(c, o, "deletedDate", p->deleted);
    put(o, "deletedBy", user_json(c, p->deleted_by));
    put_time(c, o, "retentionTillDate", p->deleted + (int64_t)DAYS_IN_TRASH * 86400000);
}

json_t *project_full_json(struct ctx *c, int64_t id, const struct project_shown *s)
{
    struct project p;
    json_t *brief = project_json(c, id), *o = new_object(c);
    if (!brief || !project_read(c, id, &p))
        return NULL;
    put_str(o, "expand", c->d->project_expand);
    json_object_update(o, brief);
    if (s->description)
        put_str(o, "description", p.description);
    if (s->lead)
        put(o, "lead", user_lead_json(c, p.lead));
    if (s->url && *p.url)
        put_str(o, "url", p.url);
    if (s->issue_types)
        put(o, "issueTypes", project_issue_types_json(c, id));
    if ((s->keys && !put_keys(c, o, &p)) || (s->insight && !put_insight(c, o, id)))
        return NULL;
    if (c->d->is_cloud) {
        put_str(o, "style", p.is_simplified ? "next-gen" : "classic");
        put_bool(o, "isPrivate", false);
        put(o, "properties", new_object(c));
        if (p.is_simplified) {
            put_str(o, "entityId", p.uuid);
            put_str(o, "uuid", p.uuid);
        }
    }
    put_end(c, o, &p);
    return c->err.kind == ERR_NONE ? o : NULL;
}

static bool project_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct project_shown s = project_shown_of(c);
    struct sql_rows rows;
    bool archived = !c->d->is_cloud && param_bool(c, "includeArchived", false);
    char *sql = arena_printf(c->a, "SELECT id FROM project WHERE (archived = 0 OR ?1) AND %s ORDER BY name, id",
                             visible_projects(c, "id"));
    if (!db_query(c, &rows, sql, "i", (int64_t)archived))
        return false;
    while (sql_next(&rows))
        add(list, project_full_json(c, sql_int(&rows, 0), &s));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

json_t *project_whole_json(struct ctx *c, int64_t id)
{
    struct project p;
    struct project_shown s = project_shown_of(c);
    s.description = s.lead = s.issue_types = s.url = true;
    json_t *o = project_full_json(c, id, &s);
    if (!o || !project_read(c, id, &p))
        return NULL;
    put(o, "components", project_components_json(c, id));
    put(o, "versions", project_versions_json(c, id, true));
    put_str(o, "assigneeType", p.assignee_type);
    put(o, "roles", project_roles_json(c, id));
    return c->err.kind == ERR_NONE ? o : NULL;
}

static bool project_get(struct ctx *c)
{
    int64_t id = 0;
    if (!project_need(c, c->args[0], &id))
        return false;
    json_t *o = project_whole_json(c, id);
    return o && reply_json(c, 200, o);
}

static bool project_statuses(struct ctx *c)
{
    int64_t project = 0;
    if (!project_need(c, c->args[0], &project))
        return false;
    json_t *list = new_array(c);
    struct sql_rows rows, inner;
    if (!db_query(c, &rows,
                  "SELECT t.id, t.name, t.is_subtask, p.workflow FROM project_issue_type p JOIN issue_type t ON"
                  " t.id = p.issue_type WHERE p.project = ?1 ORDER BY p.position, t.id",
                  "i", project))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        json_t *o = new_object(c), *statuses = new_array(c);
        put_self(c, o, "issuetype/%lld", (long long)sql_int(&rows, 0));
        put_id(o, "id", sql_int(&rows, 0));
        put_str(o, "name", sql_peek(&rows, 1));
        put_bool(o, "subtask", sql_int(&rows, 2));
        ok = db_query(c, &inner,
                      "SELECT s.id FROM status s WHERE s.id IN (SELECT to_status FROM workflow_transition WHERE"
                      " workflow = ?1) ORDER BY s.position, s.id",
                      "i", sql_int(&rows, 3));
        if (!ok)
            break;
        while (sql_next(&inner))
            add(statuses, status_json(c, sql_int(&inner, 0)));
        ok = db_done(c, &inner);
        put(o, "statuses", statuses);
        add(list, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, list);
}

/* ---- types of projects ---- */

static const struct {
    const char *key, *name, *color;
} TYPES[] = {{"business", "Business", "#1D7F28"},
             {"software", "Software", "#009BDC"},
             {"service_desk", "Service Desk", "#67AB49"}};

static json_t *type_json(struct ctx *c, size_t i)
{
    json_t *o = new_object(c);
    put_str(o, "key", TYPES[i].key);
    put_str(o, "formattedKey", TYPES[i].name);
    put_str(o, "descriptionI18nKey", arena_printf(c->a, "jira.project.type.%s.description", TYPES[i].key));
    put_str(o, "icon", "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="); /* an empty picture */
    put_str(o, "color", TYPES[i].color);
    return o;
}

static bool types_get(struct ctx *c)
{
    json_t *list = new_array(c);
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
        add(list, type_json(c, i));
    return reply_json(c, 200, list);
}

static bool type_get(struct ctx *c)
{
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
        if (str_eq(TYPES[i].key, c->args[0]))
            return reply_json(c, 200, type_json(c, i));
    return refuse(c, 404, "The project type '%s' does not exist.", c->args[0]);
}

const struct route project_routes[] = {
    {HTTP_GET, "project", project_list, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/type", types_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/type/accessible", types_get, ON_CLOUD, 0},
    {HTTP_GET, "project/type/{}", type_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/type/{}/accessible", type_get, ON_ALL, 0},
    {HTTP_GET, "project/{}", project_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}/statuses", project_statuses, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
