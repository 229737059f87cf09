/* workflow_api.c - workflows and their schemes as administrators read them; statuses by search. */
#include "sandbox/workflow/workflow.h"

/* ---- workflow, workflow/search ---- */

static bool put_statuses(struct ctx *c, json_t *o, int64_t workflow)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id, name FROM status WHERE id IN (SELECT to_status FROM workflow_transition WHERE workflow ="
                  " ?1 AND is_looped = 0) ORDER BY position, id",
                  "i", workflow))
        return false;
    while (sql_next(&rows)) {
        json_t *s = new_object(c), *properties = new_object(c);
        put_id(s, "id", sql_int(&rows, 0));
        put_str(s, "name", sql_peek(&rows, 1));
        put_bool(properties, "issueEditable", true);
        put(s, "properties", properties);
        add(list, s);
    }
    put(o, "statuses", list);
    return db_done(c, &rows);
}

static bool put_froms(struct ctx *c, json_t *o, int64_t transition, int64_t first)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (first)
        add_str(list, arena_printf(c->a, "%lld", (long long)first));
    if (!db_query(c, &rows, "SELECT status FROM transition_from WHERE transition = ?1", "i", transition))
        return false;
    while (sql_next(&rows))
        add_str(list, arena_printf(c->a, "%lld", (long long)sql_int(&rows, 0)));
    put(o, "from", list);
    return db_done(c, &rows);
}

static bool put_transitions(struct ctx *c, json_t *o, int64_t workflow)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id, name, ifnull(from_status, 0), to_status, is_initial, is_looped FROM workflow_transition"
                  " WHERE workflow = ?1 ORDER BY is_initial DESC, position, id",
                  "i", workflow))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        json_t *t = new_object(c);
        int64_t first = sql_int(&rows, 2);
        put_id(t, "id", sql_int(&rows, 0));
        put_str(t, "name", sql_peek(&rows, 1));
        put_str(t, "description", "");
        ok = put_froms(c, t, sql_int(&rows, 0), first);
        put_str(t, "to", sql_int(&rows, 5) ? "" : arena_printf(c->a, "%lld", (long long)sql_int(&rows, 3)));
        put_str(t, "type", sql_int(&rows, 4) ? "initial" : first ? "directed" : "global");
        add(list, t);
    }
    put(o, "transitions", list);
    return db_done(c, &rows) && ok;
}

static bool is_expanded(struct ctx *c, const char *name)
{
    char **list;
    size_t count = param_list(c, "expand", &list);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], name))
            return true;
    return false;
}

static bool workflow_search(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    char **names;
    size_t count = param_list(c, "workflowName", &names);
    int64_t total = 0;
    bool ok = true;
    json_t *values = new_array(c);
    if (!page_read(c, 50, 50, &page) ||
        !db_query(c, &rows,
                  "SELECT id, name, description FROM workflow WHERE (?1 IS NULL OR name LIKE '%' || ?1 || '%') ORDER BY"
                  " name",
                  "s", param(c, "queryString")))
        return false;
    while (ok && sql_next(&rows)) {
        size_t i = 0;
        while (i < count && !str_eq(names[i], sql_peek(&rows, 1)))
            i++;
        if (count && i == count)
            continue;
        int64_t at = total++;
        if (at < page.start || at >= page.start + page.max)
            continue;
        json_t *o = new_object(c), *id = new_object(c);
        put_str(id, "name", sql_peek(&rows, 1));
        put(o, "id", id);
        put_str(o, "description", sql_peek(&rows, 2));
        put_bool(o, "isDefault", false);
        ok = (!is_expanded(c, "statuses") || put_statuses(c, o, sql_int(&rows, 0))) &&
             (!is_expanded(c, "transitions") || put_transitions(c, o, sql_int(&rows, 0)));
        add(values, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, page_json(c, &page, total, values));
}

/* All of them, or the one of that name; `steps` counts the statuses. */
static bool workflow_list(struct ctx *c)
{
    const char *name = param(c, "workflowName");
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT w.name, w.description, (SELECT count(DISTINCT to_status) FROM workflow_transition t WHERE"
                  " t.workflow = w.id) FROM workflow w WHERE ?1 IS NULL OR w.name = ?1 ORDER BY w.name",
                  "s", name))
        return false;
    while (sql_next(&rows)) {
        json_t *o = new_object(c);
        put_str(o, "name", sql_peek(&rows, 0));
        put_str(o, "description", sql_peek(&rows, 1));
        put_int(o, "steps", sql_int(&rows, 2));
        put_bool(o, "default", false);
        add(list, o);
    }
    if (!db_done(c, &rows))
        return false;
    if (!name)
        return reply_json(c, 200, list);
    return json_array_size(list) ? reply_json(c, 200, json_array_get(list, 0))
                                 : refuse(c, 404, "The workflow '%s' does not exist.", name);
}

/* ---- schemes: every project has its own, with its id ---- */

static json_t *scheme_json(struct ctx *c, int64_t project)
{
    json_t *o = new_object(c), *types = new_object(c);
    struct sql_rows rows;
    char *key = NULL, *most = NULL;
    if (!db_str(c, &key, "SELECT key FROM project WHERE id = ?1", "i", project) ||
        !db_str(
            c, &most,
            "SELECT w.name FROM project_issue_type p JOIN workflow w ON w.id = p.workflow WHERE p.project = ?1 GROUP"
            " BY w.id ORDER BY count(*) DESC, w.id LIMIT 1",
            "i", project) ||
        !db_query(c, &rows,
                  "SELECT p.issue_type, w.name FROM project_issue_type p JOIN workflow w ON w.id = p.workflow WHERE"
                  " p.project = ?1 AND w.name <> ?2 ORDER BY p.position",
                  "is", project, most))
        return NULL;
    while (sql_next(&rows))
        put_str(types, arena_printf(c->a, "%lld", (long long)sql_int(&rows, 0)), sql_peek(&rows, 1));
    put_int(o, "id", project);
    put_str(o, "name", arena_printf(c->a, "%s: Software Simplified Workflow Scheme", key));
    put_str(o, "description", "");
    put_str(o, "defaultWorkflow", most);
    put(o, "issueTypeMappings", types);
    put_bool(o, "draft", false);
    put_self(c, o, "workflowscheme/%lld", (long long)project);
    return db_done(c, &rows) ? o : NULL;
}

static bool scheme_of_project(struct ctx *c)
{
    int64_t project = 0;
    if (!project_need(c, c->args[0], &project))
        return false;
    json_t *o = scheme_json(c, project);
    return o && reply_json(c, 200, o);
}

static bool scheme_get(struct ctx *c)
{
    int64_t id = 0, project = 0;
    if (str_to_int(c->args[0], &id) && !db_int(c, &project, "SELECT id FROM project WHERE id = ?1", "i", id))
        return false;
    if (!project)
        return refuse(c, 404, "The workflow scheme does not exist.");
    json_t *o = scheme_json(c, project);
    return o && reply_json(c, 200, o);
}

/* GET workflowscheme/project?projectId=1&projectId=2 */
static bool schemes_of_projects(struct ctx *c)
{
    char **ids;
    size_t count = param_list(c, "projectId", &ids);
    json_t *o = new_object(c), *values = new_array(c);
    if (!count)
        return refuse(c, 400, "The query parameter 'projectId' is required.");
    for (size_t i = 0; i < count; i++) {
        int64_t project = 0;
        json_t *entry = new_object(c), *projects = new_array(c), *scheme;
        if (!project_find(c, ids[i], &project))
            return false;
        if (!project)
            continue;
        scheme = scheme_json(c, project);
        if (!scheme)
            return false;
        add_str(projects, ids[i]);
        put(entry, "projectIds", projects);
        put(entry, "workflowScheme", scheme);
        add(values, entry);
    }
    put(o, "values", values);
    return reply_json(c, 200, o);
}

/* ---- statuses ---- */

static json_t *brief_status(struct ctx *c, struct sql_rows *rows)
{
    static const char *const CATEGORIES[] = {"TODO", "TODO", "TODO", "DONE", "IN_PROGRESS"};
    json_t *o = new_object(c), *scope = new_object(c);
    int64_t category = sql_int(rows, 3);
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "name", sql_peek(rows, 1));
    put_str(o, "statusCategory", CATEGORIES[category >= 0 && category < 5 ? category : 0]);
    put_str(scope, "type", "GLOBAL");
    put(o, "scope", scope);
    put_str(o, "description", sql_peek(rows, 2));
    return o;
}

/* statuses/search?searchString&projectId&statusCategory (Cloud), status/page?query&projectIds (Data Center) */
static bool status_search(struct ctx *c)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0, project = 0;
    const char *asked = param(c, c->d->is_cloud ? "projectId" : "projectIds"), *category = param(c, "statusCategory");
    int64_t wanted = str_eq(category, "TODO")          ? 2
                     : str_eq(category, "IN_PROGRESS") ? 4
                     : str_eq(category, "DONE")        ? 3
                                                       : 0;
    json_t *values = new_array(c);
    if (!str_is_empty(asked) && !project_need(c, asked, &project))
        return false;
    if (!page_read(c, c->d->is_cloud ? 200 : 50, c->d->is_cloud ? 200 : 100, &page) ||
        !db_query(c, &rows,
                  "SELECT id, name, description, category FROM status WHERE (?1 IS NULL OR name LIKE '%' || ?1 || '%')"
                  " AND (?2 = 0 OR id IN (SELECT t.to_status FROM workflow_transition t JOIN project_issue_type p ON"
                  " p.workflow = t.workflow WHERE p.project = ?2)) AND (?3 = 0 OR category = ?3) ORDER BY position, id",
                  "sii", param(c, c->d->is_cloud ? "searchString" : "query"), project, wanted))
        return false;
    for (; sql_next(&rows); total++)
        if (total >= page.start && total < page.start + page.max)
            add(values, c->d->is_cloud ? brief_status(c, &rows) : status_json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

/* statuses?id=1&id=2: a plain array */
static bool statuses_get(struct ctx *c)
{
    char **ids;
    size_t count = param_list(c, "id", &ids);
    json_t *list = new_array(c);
    if (!count)
        return refuse(c, 400, "The query parameter 'id' is required.");
    for (size_t i = 0; i < count; i++) {
        struct sql_rows rows;
        if (!db_query(c, &rows, "SELECT id, name, description, category FROM status WHERE CAST(id AS TEXT) = ?1", "s",
                      ids[i]))
            return false;
        if (sql_next(&rows))
            add(list, brief_status(c, &rows));
        if (!db_done(c, &rows))
            return false;
    }
    return reply_json(c, 200, list);
}

const struct route workflow_api_routes[] = {
    {HTTP_GET, "workflow", workflow_list, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "workflow/search", workflow_search, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "project/{}/workflowscheme", scheme_of_project, ON_DC, ROUTE_ADMIN},
    {HTTP_GET, "workflowscheme/project", schemes_of_projects, ON_CLOUD, ROUTE_ADMIN},
    {HTTP_GET, "workflowscheme/{}", scheme_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "statuses", statuses_get, ON_CLOUD, 0},
    {HTTP_GET, "statuses/search", status_search, ON_CLOUD, 0},
    {HTTP_GET, "status/page", status_search, ON_DC10, 0},
    {0},
};
