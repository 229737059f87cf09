/* transition.c - an issue's way along its workflow. What cannot be taken from where it stands is not in the list. */
#include "sandbox/access.h"
#include "sandbox/issue.h"

#define TRANSITIONS                                                                                                    \
    "SELECT t.id, t.name, t.to_status, t.has_screen, t.from_status IS NULL FROM project_issue_type p"                  \
    " JOIN workflow_transition t ON t.workflow = p.workflow WHERE p.project = ?1 AND p.issue_type = ?2"                \
    " AND t.is_initial = 0 AND (t.from_status IS NULL OR t.from_status = ?3)"

static json_t *transition_json(struct ctx *c, const struct issue_row *issue, struct sql_rows *rows, int order,
                               bool with_fields)
{
    json_t *o = new_object(c);
    bool has_screen = sql_int(rows, 3);
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "name", sql_peek(rows, 1));
    if (!c->d->is_cloud)
        put_int(o, "opsbarSequence", 10 + 10 * order);
    put(o, "to", status_json(c, sql_int(rows, 2)));
    if (c->d->is_cloud || c->d->mask & ON_DC10) {
        put_bool(o, "hasScreen", has_screen);
        put_bool(o, "isGlobal", sql_int(rows, 4));
        put_bool(o, "isInitial", false);
        put_bool(o, "isConditional", false);
        put_bool(o, "isLooped", false);
    }
    if (c->d->is_cloud)
        put_bool(o, "isAvailable", true);
    if (with_fields)
        put(o, "fields", has_screen ? screen_json(c, issue->project, issue->type, "resolve") : new_object(c));
    return o;
}

json_t *transitions_json(struct ctx *c, const struct issue_row *issue, const char *only, bool with_fields)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    bool may = false;
    if (!permission_has(c, "TRANSITION_ISSUES", 0, issue->id, &may))
        return NULL;
    if (!may)
        return list;
    if (!db_query(c, &rows, TRANSITIONS " AND (?4 IS NULL OR CAST(t.id AS TEXT) = ?4) ORDER BY t.position, t.id",
                  "iiis", issue->project, issue->type, issue->status, only))
        return NULL;
    for (int order = 0; sql_next(&rows); order++)
        add(list, transition_json(c, issue, &rows, order, with_fields));
    return db_done(c, &rows) ? list : NULL;
}

static bool transitions_get(struct ctx *c)
{
    int64_t id = 0;
    struct issue_row issue;
    char **expand;
    size_t count = param_list(c, "expand", &expand);
    bool with_fields = false;
    for (size_t i = 0; i < count; i++)
        with_fields |= str_eq(expand[i], "transitions.fields");
    if (!issue_need(c, c->args[0], &id) || !issue_row_read(c, id, &issue))
        return false;
    json_t *o = new_object(c), *list = transitions_json(c, &issue, param(c, "transitionId"), with_fields);
    put_str(o, "expand", "transitions");
    put(o, "transitions", list);
    return list && reply_json(c, 200, o);
}

struct step {
    int64_t to;
    bool has_screen;
};

static bool step_find(struct ctx *c, const struct issue_row *issue, const char *id, struct step *r)
{
    struct sql_rows rows;
    bool may = false;
    *r = (struct step){0};
    if (!permission_has(c, "TRANSITION_ISSUES", 0, issue->id, &may) || !may)
        return c->err.kind == ERR_NONE;
    if (!db_query(c, &rows, TRANSITIONS " AND CAST(t.id AS TEXT) = ?4", "iiis", issue->project, issue->type,
                  issue->status, id))
        return false;
    if (sql_next(&rows))
        *r = (struct step){sql_int(&rows, 2), sql_int(&rows, 3)};
    return db_done(c, &rows);
}

static bool transition_post(struct ctx *c)
{
    int64_t id = 0;
    struct issue_change ch;
    struct step step;
    bool changed;
    const char *asked = json_at_id(c->a, c->body, "transition.id");
    if (!issue_need(c, c->args[0], &id) || !issue_change_open(c, id, "", &ch))
        return false;
    if (!asked)
        return refuse(c, 400, "Missing 'transition' identifier");
    if (!step_find(c, &ch.before, asked, &step))
        return false;
    if (!step.to)
        return refuse(c, 400, c->d->transition_invalid, asked);
    ch.operation = step.has_screen ? "resolve" : "";
    if (!issue_change_body(c, &ch, c->body) || !issue_change_status(c, &ch, step.to))
        return false;
    if (ch.problems.count)
        return refuse_problems(c, 400, &ch.problems);
    return issue_change_save(c, &ch, &changed) &&
           issue_properties_write(c, id, json_object_get(c->body, "properties")) && reply_empty(c, 204);
}

const struct route transition_routes[] = {
    {HTTP_GET, "issue/{}/transitions", transitions_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/transitions", transition_post, ON_ALL, 0},
    {0},
};
