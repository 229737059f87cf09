/* component.c - a project's components, their leads, and whom a component gives its issues to. */
#include "sandbox/planning/planning.h"

#include <string.h>

enum { NAME_LIMIT = 255 };

static const char *const ASSIGNEE_TYPES[] = {"PROJECT_DEFAULT", "COMPONENT_LEAD", "PROJECT_LEAD", "UNASSIGNED"};

struct component {
    int64_t id, project, lead;
    char *name, *description, *assignee_type, *project_key, *project_type;
    int64_t project_lead;
};

#define SELECT                                                                                                         \
    "SELECT n.id, n.project, n.lead, p.lead, n.name, n.description, n.assignee_type, p.key, p.assignee_type FROM"      \
    " component n JOIN project p ON p.id = n.project "

static void from_row(struct ctx *c, struct sql_rows *rows, struct component *r)
{
    *r = (struct component){.id = sql_int(rows, 0),
                            .project = sql_int(rows, 1),
                            .lead = sql_int(rows, 2),
                            .project_lead = sql_int(rows, 3),
                            .name = sql_str(rows, 4, c->a),
                            .description = sql_str(rows, 5, c->a),
                            .assignee_type = sql_str(rows, 6, c->a),
                            .project_key = sql_str(rows, 7, c->a),
                            .project_type = sql_str(rows, 8, c->a)};
}

static bool component_read(struct ctx *c, int64_t id, struct component *r)
{
    struct sql_rows rows;
    *r = (struct component){0};
    if (!db_query(c, &rows, SELECT "WHERE n.id = ?1", "i", id))
        return false;
    if (sql_next(&rows))
        from_row(c, &rows, r);
    return db_done(c, &rows);
}

/* ---- whom it gives its issues to ---- */

struct given {
    int64_t account;
    bool is_valid;
    const char *type;
};

static struct given given_of(const struct component *n)
{
    bool is_lead = str_eq(n->assignee_type, "COMPONENT_LEAD");
    if (is_lead && n->lead)
        return (struct given){n->lead, true, n->assignee_type};
    if (str_eq(n->assignee_type, "PROJECT_LEAD") ||
        (!str_eq(n->assignee_type, "UNASSIGNED") && str_eq(n->project_type, "PROJECT_LEAD")))
        return (struct given){n->project_lead, !is_lead, "PROJECT_LEAD"};
    return (struct given){0, !is_lead, "UNASSIGNED"};
}

bool component_assignee(struct ctx *c, int64_t component, int64_t *account_r, bool *is_valid_r, const char **type_r)
{
    struct component n;
    if (!component_read(c, component, &n))
        return false;
    struct given g = given_of(&n);
    *account_r = g.account;
    *is_valid_r = g.is_valid;
    *type_r = g.type;
    return true;
}

bool automatic_assignee(struct ctx *c, int64_t project, const int64_t *components, size_t count, int64_t *account_r)
{
    for (size_t i = 0; i < count; i++) {
        struct component n;
        if (!component_read(c, components[i], &n))
            return false;
        if (n.id && !str_eq(n.assignee_type, "PROJECT_DEFAULT")) {
            *account_r = given_of(&n).account;
            return true;
        }
    }
    return db_int(c, account_r, "SELECT lead FROM project WHERE id = ?1 AND assignee_type = 'PROJECT_LEAD'", "i",
                  project);
}

/* ---- shown ---- */

static json_t *brief_json(struct ctx *c, const struct component *n)
{
    json_t *o = new_object(c);
    put_self(c, o, "component/%lld", (long long)n->id);
    put_id(o, "id", n->id);
    put_str(o, "name", n->name);
    if (n->description)
        put_str(o, "description", n->description);
    return o;
}

static json_t *full_json(struct ctx *c, const struct component *n)
{
    json_t *o = brief_json(c, n);
    struct given g = given_of(n);
    if (n->lead)
        put(o, "lead", user_lead_json(c, n->lead));
    put_str(o, "assigneeType", n->assignee_type);
    if (g.is_valid && g.account)
        put(o, "assignee", user_lead_json(c, g.account));
    put_str(o, "realAssigneeType", g.type);
    if (g.account)
        put(o, "realAssignee", user_lead_json(c, g.account));
    put_bool(o, "isAssigneeTypeValid", g.is_valid);
    put_str(o, "project", n->project_key);
    put_int(o, "projectId", n->project);
    if (!c->d->is_cloud)
        put_bool(o, "archived", false);
    if (c->d->mask & ON_DC10)
        put_bool(o, "deleted", false);
    return o;
}

json_t *component_json(struct ctx *c, int64_t id)
{
    struct component n;
    json_t *known = memo_get(c, MEMO_COMPONENT, id);
    if (known)
        return known;
    if (!component_read(c, id, &n))
        return NULL;
    return memo_put(c, MEMO_COMPONENT, id, n.id ? brief_json(c, &n) : json_keep(c->a, json_null()));
}

json_t *project_components_json(struct ctx *c, int64_t project)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, SELECT "WHERE n.project = ?1 ORDER BY n.name, n.id", "i", project))
        return NULL;
    while (sql_next(&rows)) {
        struct component n;
        from_row(c, &rows, &n);
        add(list, full_json(c, &n));
    }
    return db_done(c, &rows) ? list : NULL;
}

static bool component_need(struct ctx *c, const char *asked, struct component *n)
{
    int64_t id = 0;
    bool seen = false;
    *n = (struct component){0};
    if ((str_to_int(asked, &id) && !component_read(c, id, n)) || (n->id && !project_is_visible(c, n->project, &seen)))
        return false;
    return seen || refuse(c, 404, "The component with id %s does not exist.", asked);
}

static bool component_get(struct ctx *c)
{
    struct component n;
    return component_need(c, c->args[0], &n) && reply_json(c, 200, full_json(c, &n));
}

static bool components_get(struct ctx *c)
{
    int64_t project = 0;
    if (!project_need(c, c->args[0], &project))
        return false;
    json_t *list = project_components_json(c, project);
    return list && reply_json(c, 200, list);
}

static bool issue_count(struct ctx *c, int64_t component, int64_t *r)
{
    return db_int(c, r, "SELECT count(*) FROM issue_component WHERE component = ?1", "i", component);
}

typedef bool (*put_more)(struct ctx *, json_t *, const struct component *);

static bool put_issue_count(struct ctx *c, json_t *o, const struct component *n)
{
    int64_t count = 0;
    if (!issue_count(c, n->id, &count))
        return false;
    put_int(o, "issueCount", count);
    return true;
}

/* A page of the components that `where` leaves; brief ones unless there is more to say. */
static bool reply_page(struct ctx *c, const char *where, int64_t project, bool is_full, put_more more)
{
    struct page page;
    struct sql_rows rows;
    int64_t total = 0;
    const char *order = param(c, "orderBy");
    bool is_down = order && *order == '-', by_text = order && strstr(order, "description");
    json_t *values = new_array(c);
    char *sql = arena_printf(c->a,
                             SELECT "WHERE %s AND (?2 IS NULL OR n.name LIKE '%%' || ?2 || '%%' OR n.description LIKE"
                                    " '%%' || ?2 || '%%') ORDER BY n.%s %s, n.id",
                             where, by_text ? "description" : "name", is_down ? "DESC" : "ASC");
    if (!page_read(c, 50, 1000, &page) || !db_query(c, &rows, sql, "is", project, param(c, "query")))
        return false;
    bool ok = true;
    for (; ok && sql_next(&rows); total++) {
        struct component n;
        if (total < page.start || total >= page.start + page.max)
            continue;
        from_row(c, &rows, &n);
        json_t *o = is_full ? full_json(c, &n) : brief_json(c, &n);
        ok = !more || more(c, o, &n);
        add(values, o);
    }
    return db_done(c, &rows) && ok && reply_json(c, 200, page_json(c, &page, total, values));
}

static bool component_page(struct ctx *c)
{
    int64_t project = 0;
    return project_need(c, c->args[0], &project) && reply_page(c, "n.project = ?1", project, true, put_issue_count);
}

/* GET component (Cloud), GET component/page (Data Center): of all projects, or of those that are named. */
static bool component_page_all(struct ctx *c)
{
    char **asked, *ids = arena_strdup(c->a, "0");
    size_t count = param_list(c, c->d->is_cloud ? "projectIdsOrKeys" : "projectIds", &asked);
    for (size_t i = 0; i < count; i++) {
        int64_t project = 0;
        if (!project_need(c, asked[i], &project))
            return false;
        ids = arena_printf(c->a, "%s,%lld", ids, (long long)project);
    }
    const char *seen = visible_projects(c, "n.project");
    return reply_page(
        c, count ? arena_printf(c->a, "?1 = 0 AND n.project IN (%s)", ids) : arena_printf(c->a, "?1 = 0 AND %s", seen),
        0, !c->d->is_cloud, NULL);
}

/* ---- written ---- */

static bool lead_read(struct ctx *c, struct component *n, struct problems *p)
{
    const char *member = c->d->is_cloud ? "leadAccountId" : "leadUserName";
    const json_t *given = json_object_get(c->body, member), *user = json_object_get(c->body, "lead");
    const char *name = given ? json_string_value(given) : json_at_str(user, c->d->is_cloud ? "accountId" : "name");
    if (!given && !user)
        return true;
    n->lead = 0;
    if (str_is_empty(name))
        return true;
    if (!db_int(c, &n->lead,
                c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1"
                               : "SELECT id FROM account WHERE name = ?1",
                "s", name))
        return false;
    if (!n->lead)
        problem(c, p, member, "The user %s does not exist.", name);
    return true;
}

static bool fill(struct ctx *c, struct component *n, struct problems *p)
{
    const json_t *name = json_object_get(c->body, "name"), *text = json_object_get(c->body, "description");
    const char *type = json_at_str(c->body, "assigneeType");
    int64_t taken = 0;
    if (name || !n->id) {
        n->name = json_is_string(name) ? str_trim(c->a, json_string_value(name)) : NULL;
        if (str_is_empty(n->name))
            problem(c, p, "name", "The component name specified is invalid - cannot be an empty string.");
        else if (str_utf8_length(n->name) > NAME_LIMIT)
            problem(c, p, "name", "The component name must not be longer than 255 characters.");
        else if (!db_int(c, &taken, "SELECT id FROM component WHERE project = ?1 AND name = ?2", "is", n->project,
                         n->name))
            return false;
        if (taken && taken != n->id)
            problem(c, p, "name", "A component with the name %s already exists in this project.", n->name);
    }
    if (text)
        n->description = json_is_string(text) ? arena_strdup(c->a, json_string_value(text)) : NULL;
    if (type) {
        size_t i = 0;
        while (i < ARRAY_LEN(ASSIGNEE_TYPES) && !str_eq(ASSIGNEE_TYPES[i], type))
            i++;
        if (i == ARRAY_LEN(ASSIGNEE_TYPES))
            problem(c, p, "assigneeType", "The assignee type '%s' is not valid.", type);
        else
            n->assignee_type = arena_strdup(c->a, type);
    }
    return lead_read(c, n, p);
}

static bool component_post(struct ctx *c)
{
    struct component n = {.assignee_type = arena_strdup(c->a, "PROJECT_DEFAULT")};
    struct problems p = {0};
    const char *id = json_at_id(c->a, c->body, "projectId"), *key = json_at_str(c->body, "project");
    if (!key && !id)
        return refuse_field(c, "project", "The project key is required.");
    if (!project_find(c, key ? key : id, &n.project))
        return false;
    if (!n.project)
        return refuse(c, 404, "No project could be found with key '%s'.", key ? key : id);
    if (!project_admin_need(c, n.project, 403) || !fill(c, &n, &p))
        return false;
    if (p.count)
        return refuse_problems(c, 400, &p);
    if (!db_run(c,
                "INSERT INTO component (project, name, description, lead, assignee_type) VALUES (?1, ?2, ?3,"
                " NULLIF(?4, 0), ?5)",
                "issis", n.project, n.name, n.description, n.lead, n.assignee_type) ||
        !component_read(c, sql_last_id(c->db), &n))
        return false;
    return reply_json(c, 201, full_json(c, &n));
}

static bool component_put(struct ctx *c)
{
    struct component n;
    struct problems p = {0};
    if (!component_need(c, c->args[0], &n) || !project_admin_need(c, n.project, 403) || !fill(c, &n, &p))
        return false;
    if (p.count)
        return refuse_problems(c, 400, &p);
    if (!db_run(c,
                "UPDATE component SET name = ?2, description = ?3, lead = NULLIF(?4, 0), assignee_type = ?5 WHERE id ="
                " ?1",
                "issis", n.id, n.name, n.description, n.lead, n.assignee_type) ||
        !component_read(c, n.id, &n))
        return false;
    return reply_json(c, 200, full_json(c, &n));
}

static bool component_delete(struct ctx *c)
{
    struct component n, to = {0};
    const char *successor = param(c, "moveIssuesTo");
    if (!component_need(c, c->args[0], &n) || !project_admin_need(c, n.project, 403) ||
        (!str_is_empty(successor) && !component_need(c, successor, &to)))
        return false;
    if (to.id && (to.project != n.project || to.id == n.id))
        return refuse(c, 400, "The component with id %s cannot take over the issues of '%s'.", successor, n.name);
    return issue_set_replace(c, SET_COMPONENTS, n.id, to.id) &&
           db_run(c, "DELETE FROM component WHERE id = ?1", "i", n.id) && reply_empty(c, 204);
}

static bool related_get(struct ctx *c)
{
    struct component n;
    json_t *o = new_object(c);
    if (!component_need(c, c->args[0], &n))
        return false;
    put_self(c, o, "component/%lld", (long long)n.id);
    return put_issue_count(c, o, &n) && reply_json(c, 200, o);
}

bool component_ensure(struct sandbox *sb, int64_t project, const char *name, int64_t *id_r, struct err *e)
{
    if (!sql_get_int(sb->db, id_r, 0, e, "SELECT id FROM component WHERE project = ?1 AND name = ?2", "is", project,
                     name))
        return false;
    if (*id_r)
        return true;
    if (!sql_run(sb->db, e, "INSERT INTO component (project, name) VALUES (?1, ?2)", "is", project, name))
        return false;
    *id_r = sql_last_id(sb->db);
    return true;
}

const struct route component_routes[] = {
    {HTTP_GET, "project/{}/components", components_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "project/{}/component", component_page, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_GET, "component", component_page_all, ON_CLOUD, 0},
    {HTTP_GET, "component/page", component_page_all, ON_DC10, 0},
    {HTTP_POST, "component", component_post, ON_ALL, 0},
    {HTTP_GET, "component/{}", component_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_PUT, "component/{}", component_put, ON_ALL, 0},
    {HTTP_DELETE, "component/{}", component_delete, ON_ALL, 0},
    {HTTP_GET, "component/{}/relatedIssueCounts", related_get, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
