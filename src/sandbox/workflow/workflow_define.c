/* workflow_define.c - POST /sandbox/workflow: a workflow from one JSON document, put in force for issue types of
 * projects. Jira makes workflows in its administration pages; a rehearsal needs them in a request.
 *
 * {name, description?, resolvesOnDone? (true), initial: "To Do",
 *  statuses: [{name, category: "new" | "indeterminate" | "done"}],
 *  transitions: [{name, from?: [names] (none: from everywhere), to?: name (none: stays, looped),
 *                 screen?: true (the one that sets a resolution) | [{field, required?}],
 *                 conditions?, validators?, functions?}],
 *  projects?: [keys], issueTypes?: [names] (none: all)}
 *
 * conditions: {type: "assignee"}, {type: "reporter"}, {type: "permission" | "role" | "group", value},
 * {type: "users", value: [names or account ids]}, {type: "subtasksDone"}. validators: {type: "required", fields,
 * message?}, {type: "permission", value, message?}. functions: {type: "assignToCaller" | "assignToReporter" |
 * "assignToLead" | "unassign"}, {type: "setField", field, value}, {type: "clearField", field}. */
#include "sandbox/workflow/workflow.h"

static int category_of(const char *key)
{
    enum { NEW = 2, DONE = 3, DOING = 4 };
    return str_eq(key, "new") ? NEW : str_eq(key, "done") ? DONE : str_eq(key, "indeterminate") ? DOING : 0;
}

static bool statuses_make(struct ctx *c)
{
    size_t i;
    const json_t *v;
    json_array_foreach (json_object_get(c->body, "statuses"), i, v) {
        int64_t id;
        const char *name = json_at_str(v, "name");
        int category = category_of(json_at_str(v, "category"));
        if (str_is_empty(name) || !category)
            return refuse(c, 400, "statuses: each needs a name and a category: new, indeterminate or done.");
        if (!status_ensure(c->sb, name, category, &id, &c->err))
            return false;
    }
    return true;
}

static bool status_need(struct ctx *c, const char *name, int64_t *r)
{
    *r = 0;
    if (name && !db_int(c, r, "SELECT id FROM status WHERE name = ?1", "s", name))
        return false;
    return *r || refuse(c, 400, "There is no status '%s'.", name ? name : "");
}

/* Fields of a screen of the transition's own. */
static bool screen_make(struct ctx *c, int64_t transition, const json_t *fields)
{
    size_t i;
    const json_t *v;
    json_array_foreach (fields, i, v) {
        struct field f;
        bool found = false;
        const char *id = json_is_string(v) ? json_string_value(v) : json_at_str(v, "field");
        if (!field_read(c, id ? id : "", &f, &found))
            return false;
        if (!found)
            return refuse(c, 400, "screen: there is no field '%s'.", id ? id : "");
        if (!db_run(c,
                    "INSERT OR REPLACE INTO screen (project, issue_type, operation, field, position, required) VALUES"
                    " (0, 0, 't' || ?1, ?2, ?3, ?4)",
                    "isii", transition, f.id, (int64_t)i, (int64_t)json_at_bool(v, "required", false)))
            return false;
    }
    return true;
}

static bool transition_make(struct ctx *c, int64_t workflow, int64_t initial, int64_t position, const json_t *v)
{
    const char *name = json_at_str(v, "name"), *to_name = json_at_str(v, "to");
    const json_t *from = json_object_get(v, "from"), *screen = json_object_get(v, "screen"), *item;
    int64_t to = initial, first = 0, id;
    char *rules = NULL;
    size_t i;
    if (str_is_empty(name))
        return refuse(c, 400, "transitions: each needs a name.");
    if ((to_name && !status_need(c, to_name, &to)) ||
        (json_array_size(from) && !status_need(c, json_string_value(json_array_get(from, 0)), &first)) ||
        !rules_read(c, v, &rules) ||
        !db_run(c,
                "INSERT INTO workflow_transition (workflow, name, from_status, to_status, has_screen, position,"
                " is_looped, rules) VALUES (?1, ?2, NULLIF(?3, 0), ?4, ?5, ?6, ?7, ?8)",
                "isiiiiis", workflow, name, first, to, (int64_t)json_is_true(screen), position, (int64_t)!to_name,
                rules))
        return false;
    id = sql_last_id(c->db);
    for (i = 1; i < json_array_size(from); i++) {
        item = json_array_get(from, i);
        if (!status_need(c, json_string_value(item), &first) ||
            !db_run(c, "INSERT OR IGNORE INTO transition_from (transition, status) VALUES (?1, ?2)", "ii", id, first))
            return false;
    }
    return screen_make(c, id, screen);
}

/* Every status that an issue there is in must be one of the workflow's. */
static bool put_in_force(struct ctx *c, int64_t workflow, int64_t project, const char *type)
{
    char *lost = NULL;
    if (!db_run(c,
                "UPDATE project_issue_type SET workflow = ?1 WHERE project = ?2 AND (?3 IS NULL OR issue_type = (SELECT"
                " id FROM issue_type WHERE name = ?3))",
                "iis", workflow, project, type) ||
        !db_str(c, &lost,
                "SELECT s.name FROM issue i JOIN project_issue_type p ON p.project = i.project AND p.issue_type ="
                " i.issue_type JOIN status s ON s.id = i.status WHERE i.project = ?2 AND p.workflow = ?1 AND i.status"
                " NOT IN (SELECT to_status FROM workflow_transition WHERE workflow = ?1 AND is_looped = 0) LIMIT 1",
                "ii", workflow, project))
        return false;
    return !lost || refuse(c, 400, "There are issues in status '%s', which the workflow does not have.", lost);
}

static bool assign(struct ctx *c, int64_t workflow)
{
    const json_t *types = json_object_get(c->body, "issueTypes"), *key, *type;
    size_t i, t;
    json_array_foreach (json_object_get(c->body, "projects"), i, key) {
        int64_t project = 0;
        if (!project_need(c, json_string_value(key) ? json_string_value(key) : "", &project))
            return false;
        if (!json_array_size(types) && !put_in_force(c, workflow, project, NULL))
            return false;
        json_array_foreach (types, t, type)
            if (!put_in_force(c, workflow, project, json_string_value(type)))
                return false;
    }
    return true;
}

static json_t *defined_json(struct ctx *c, int64_t workflow, const char *name)
{
    json_t *o = new_object(c), *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT id, name FROM workflow_transition WHERE workflow = ?1 AND is_initial = 0 ORDER BY position",
                  "i", workflow))
        return NULL;
    while (sql_next(&rows)) {
        json_t *t = new_object(c);
        put_id(t, "id", sql_int(&rows, 0));
        put_str(t, "name", sql_peek(&rows, 1));
        add(list, t);
    }
    put_id(o, "id", workflow);
    put_str(o, "name", name);
    put(o, "transitions", list);
    return db_done(c, &rows) ? o : NULL;
}

static bool workflow_post(struct ctx *c)
{
    const char *name = json_at_str(c->body, "name"), *description = json_at_str(c->body, "description");
    int64_t taken = 0, initial = 0, workflow;
    size_t i;
    const json_t *v;
    if (str_is_empty(name))
        return refuse(c, 400, "A workflow needs a name.");
    if (!db_int(c, &taken, "SELECT 1 FROM workflow WHERE name = ?1", "s", name))
        return false;
    if (taken)
        return refuse(c, 400, "There is a workflow '%s' already.", name);
    if (!statuses_make(c) || !status_need(c, json_at_str(c->body, "initial"), &initial) ||
        !db_run(c, "INSERT INTO workflow (name, description, resolves) VALUES (?1, ?2, ?3)", "ssi", name,
                description ? description : "", (int64_t)json_at_bool(c->body, "resolvesOnDone", true)))
        return false;
    workflow = sql_last_id(c->db);
    if (!db_run(c,
                "INSERT INTO workflow_transition (workflow, name, to_status, is_initial) VALUES (?1, 'Create', ?2, 1)",
                "ii", workflow, initial))
        return false;
    json_array_foreach (json_object_get(c->body, "transitions"), i, v)
        if (!transition_make(c, workflow, initial, (int64_t)i + 1, v))
            return false;
    if (!assign(c, workflow))
        return false;
    json_t *o = defined_json(c, workflow, name);
    return o && reply_json(c, 201, o);
}

const struct route workflow_define_routes[] = {
    {HTTP_POST, "/sandbox/workflow", workflow_post, ON_ALL, ROUTE_ADMIN},
    {0},
};
