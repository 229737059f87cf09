/* project.c - projects: lists, one, its statuses by issue type, and creation by an admin. */
#include "sandbox/access.h"
#include "sandbox/planning.h"

#include <ctype.h>
#include <string.h>

struct project {
    int64_t id, lead, archived;
    char *key, *name, *description, *type_key, *assignee_type, *uuid;
};

static bool project_read(struct ctx *c, int64_t id, struct project *p)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id, key, name, description, lead, type_key, assignee_type, uuid, archived FROM project"
                  " WHERE id = ?1",
                  "i", id))
        return false;
    *p = (struct project){0};
    if (sql_next(&rows))
        *p = (struct project){.id = sql_int(&rows, 0),
                              .key = sql_str(&rows, 1, c->a),
                              .name = sql_str(&rows, 2, c->a),
                              .description = sql_str(&rows, 3, c->a),
                              .lead = sql_int(&rows, 4),
                              .type_key = sql_str(&rows, 5, c->a),
                              .assignee_type = sql_str(&rows, 6, c->a),
                              .uuid = sql_str(&rows, 7, c->a),
                              .archived = sql_int(&rows, 8)};
    return db_done(c, &rows);
}

static void put_avatars(struct ctx *c, json_t *o)
{
    static const char *const SIZES[][2] = {
        {"48x48", ""}, {"24x24", "size=small&"}, {"16x16", "size=xsmall&"}, {"32x32", "size=medium&"}};
    json_t *urls = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(SIZES); i++)
        put_str(urls, SIZES[i][0],
                arena_printf(c->a, "%s/secure/projectavatar?%savatarId=10324", c->sb->base_url, SIZES[i][1]));
    put(o, "avatarUrls", urls);
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
        put_bool(o, "simplified", false);
    put_avatars(c, o);
    return memo_put(c, MEMO_PROJECT, project, o);
}

struct shown {
    bool description, lead, url, keys, issue_types;
};

static struct shown shown_of(struct ctx *c)
{
    char **expand;
    size_t count = param_list(c, "expand", &expand);
    struct shown s = {0};
    for (size_t i = 0; i < count; i++) {
        s.description |= str_eq(expand[i], "description");
        s.lead |= str_eq(expand[i], "lead");
        s.url |= str_eq(expand[i], "url");
        s.keys |= str_eq(expand[i], "projectKeys");
        s.issue_types |= str_eq(expand[i], "issueTypes");
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

/* As lists and the project's own resource show it, with what was asked to be expanded. */
static json_t *project_full(struct ctx *c, int64_t id, const struct shown *s)
{
    struct project p;
    json_t *brief = project_json(c, id);
    if (!brief || !project_read(c, id, &p))
        return NULL;
    json_t *o = new_object(c);
    put_str(o, "expand", "description,lead,issueTypes,url,projectKeys");
    json_object_update(o, brief);
    if (s->description)
        put_str(o, "description", p.description);
    if (s->lead)
        put(o, "lead", user_json(c, p.lead));
    if (s->url)
        put_str(o, "url", "");
    if (s->keys && !put_keys(c, o, &p))
        return NULL;
    if (s->issue_types)
        put(o, "issueTypes", project_issue_types_json(c, id));
    if (c->d->is_cloud) {
        put_str(o, "style", "classic");
        put_bool(o, "isPrivate", false);
        put(o, "properties", new_object(c));
    } else if (c->d->id == SANDBOX_DC10 || p.archived) {
        put_bool(o, "archived", p.archived);
    }
    return o;
}

static bool project_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct shown s = shown_of(c);
    struct sql_rows rows;
    char *sql = arena_printf(c->a, "SELECT id FROM project WHERE archived = 0 AND %s ORDER BY name, id",
                             visible_projects(c, "id"));
    if (!db_query(c, &rows, sql, ""))
        return false;
    while (sql_next(&rows))
        add(list, project_full(c, sql_int(&rows, 0), &s));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool wanted(char **list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(list[i], value))
            return true;
    return !count;
}

static bool project_search(struct ctx *c)
{
    json_t *values = new_array(c);
    struct shown s = shown_of(c);
    struct page page;
    struct sql_rows rows;
    char **keys, **ids;
    size_t key_count = param_list(c, "keys", &keys), id_count = param_list(c, "id", &ids);
    const char *query = param(c, "query");
    int64_t total = 0;
    char *sql = arena_printf(c->a,
                             "SELECT id, key FROM project WHERE archived = 0 AND %s AND (?1 IS NULL OR key LIKE '%%' ||"
                             " ?1 || '%%' OR name LIKE '%%' || ?1 || '%%') ORDER BY key",
                             visible_projects(c, "id"));
    if (!page_read(c, 50, 100, &page) || !db_query(c, &rows, sql, "s", query))
        return false;
    while (sql_next(&rows)) {
        if (!wanted(keys, key_count, sql_peek(&rows, 1)) ||
            !wanted(ids, id_count, arena_printf(c->a, "%lld", (long long)sql_int(&rows, 0))))
            continue;
        if (total >= page.start && total < page.start + page.max)
            add(values, project_full(c, sql_int(&rows, 0), &s));
        total++;
    }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool project_get(struct ctx *c)
{
    int64_t id = 0;
    struct project p;
    if (!project_need(c, c->args[0], &id) || !project_read(c, id, &p))
        return false;
    struct shown s = shown_of(c);
    s.description = s.lead = s.issue_types = true;
    json_t *o = project_full(c, id, &s), *roles = project_roles_json(c, id);
    if (!o)
        return false;
    put(o, "components", project_components_json(c, id));
    put(o, "versions", project_versions_json(c, id, true));
    put_str(o, "assigneeType", p.assignee_type);
    put(o, "roles", roles);
    return reply_json(c, 200, o);
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

static bool is_key(const char *key)
{
    size_t n = key ? strlen(key) : 0;
    if (n < 2 || n > 10 || !isupper((unsigned char)key[0]))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!isupper((unsigned char)key[i]) && !isdigit((unsigned char)key[i]) && key[i] != '_')
            return false;
    return true;
}

static bool lead_of(struct ctx *c, int64_t *r)
{
    const char *account = json_at_str(c->body, "leadAccountId"), *name = json_at_str(c->body, "lead");
    *r = c->caller;
    if (!account && !name)
        return true;
    if (!db_int(c, r, "SELECT id FROM account WHERE account_id = ?1 OR name = ?2", "ss", account, name))
        return false;
    return *r || refuse_field(c, "projectLead", "The lead '%s' does not exist.", account ? account : name);
}

static bool project_post(struct ctx *c)
{
    const char *key = json_at_str(c->body, "key"), *name = json_at_str(c->body, "name");
    int64_t id = 0, lead = 0;
    if (!is_key(key))
        return refuse_field(c, "projectKey",
                            "Project keys must start with an uppercase letter, followed by one or more "
                            "uppercase alphanumeric characters.");
    if (str_is_empty(name))
        return refuse_field(c, "projectName", "You must specify a valid project name.");
    if (!lead_of(c, &lead))
        return false;
    if (!project_create(c->sb, key, name, lead, &id, &c->err)) {
        if (c->err.kind != ERR_INPUT)
            return false;
        char *text = arena_strdup(c->a, c->err.text);
        err_clear(&c->err);
        return refuse_field(c, str_starts(text, "Project") ? "projectKey" : "projectName", "%s", text);
    }
    json_t *o = new_object(c);
    put_self(c, o, "project/%lld", (long long)id);
    put_int(o, "id", id);
    put_str(o, "key", key);
    return reply_json(c, 201, o);
}

const struct route project_routes[] = {
    {HTTP_GET, "project", project_list, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "project", project_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "project/search", project_search, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}", project_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}/statuses", project_statuses, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
