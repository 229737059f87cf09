/* workflow.c - the steps of a workflow, their conditions, validators and functions.
 *
 * A condition that is not met hides the step, as Jira does: it is no error, it is not there. */
#include "sandbox/workflow/workflow.h"

#include "sandbox/rights/access.h"

#define STEP                                                                                                           \
    "SELECT t.id, t.name, t.to_status, t.has_screen, t.from_status, t.is_looped, t.is_initial, t.rules, w.resolves,"   \
    " EXISTS (SELECT 1 FROM screen s WHERE s.project = 0 AND s.issue_type = 0 AND s.operation = 't' || t.id) FROM"     \
    " project_issue_type p JOIN workflow w ON w.id = p.workflow JOIN workflow_transition t ON t.workflow = w.id"       \
    " WHERE p.project = ?1 AND p.issue_type = ?2"

static struct step from_row(struct ctx *c, const struct issue_row *issue, struct sql_rows *rows)
{
    bool is_looped = sql_int(rows, 5), has_own = sql_int(rows, 9);
    int64_t id = sql_int(rows, 0);
    return (struct step){.id = id,
                         .name = sql_str(rows, 1, c->a),
                         .to = is_looped ? issue->status : sql_int(rows, 2),
                         .operation = has_own            ? arena_printf(c->a, "t%lld", (long long)id)
                                      : sql_int(rows, 3) ? "resolve"
                                                         : "",
                         .is_global = sql_is_null(rows, 4) && !sql_int(rows, 6),
                         .is_looped = is_looped,
                         .is_initial = sql_int(rows, 6),
                         .rules = json_stored(c, sql_peek(rows, 7)),
                         .resolves = sql_int(rows, 8)};
}

/* ---- conditions ---- */

static bool is_one_of(struct ctx *c, const json_t *list, const char *text)
{
    size_t i;
    const json_t *item;
    json_array_foreach (list, i, item)
        if (str_eq_nocase(json_string_value(item), text))
            return true;
    (void)c;
    return false;
}

static bool condition_met(struct ctx *c, const struct issue_row *issue, const json_t *rule, bool *r)
{
    const char *type = json_at_str(rule, "type"), *value = json_at_str(rule, "value");
    char *name = NULL;
    *r = false;
    if (str_eq(type, "assignee"))
        *r = c->caller && issue->assignee == c->caller;
    else if (str_eq(type, "reporter"))
        *r = c->caller && issue->reporter == c->caller;
    else if (str_eq(type, "permission"))
        return permission_has(c, value, issue->project, issue->id, r);
    else if (str_eq(type, "role"))
        return role_has(c, issue->project, value, r);
    else if (str_eq(type, "group"))
        return group_has(c, value, r);
    else if (str_eq(type, "users")) {
        if (!db_str(c, &name,
                    c->d->is_cloud ? "SELECT account_id FROM account WHERE id = ?1"
                                   : "SELECT name FROM account WHERE id = ?1",
                    "i", c->caller))
            return false;
        *r = name && is_one_of(c, json_object_get(rule, "value"), name);
    } else if (str_eq(type, "subtasksDone")) {
        int64_t open = 0;
        if (!db_int(c, &open,
                    "SELECT 1 FROM issue i JOIN issue_type t ON t.id = i.issue_type JOIN status s ON s.id = i.status"
                    " WHERE i.parent = ?1 AND t.is_subtask = 1 AND s.category <> 3 LIMIT 1",
                    "i", issue->id))
            return false;
        *r = !open;
    }
    return true;
}

static bool conditions_met(struct ctx *c, const struct issue_row *issue, const struct step *s, bool *r)
{
    size_t i;
    const json_t *rule;
    *r = true;
    json_array_foreach (json_object_get(s->rules, "conditions"), i, rule)
        if (*r && !condition_met(c, issue, rule, r))
            return false;
    return true;
}

bool steps_each(struct ctx *c, const struct issue_row *issue, const char *only,
                bool (*each)(struct ctx *, const struct step *, void *), void *context)
{
    struct sql_rows rows;
    bool may = false, ok = true;
    if (!permission_has(c, "TRANSITION_ISSUES", issue->project, issue->id, &may))
        return false;
    if (!may)
        return true;
    if (!db_query(c, &rows,
                  STEP " AND t.is_initial = 0 AND (t.from_status IS NULL OR t.from_status = ?3 OR EXISTS (SELECT 1 FROM"
                       " transition_from x WHERE x.transition = t.id AND x.status = ?3)) AND (?4 IS NULL OR CAST(t.id"
                       " AS TEXT) = ?4) ORDER BY t.position, t.id",
                  "iiis", issue->project, issue->type, issue->status, only))
        return false;
    while (ok && sql_next(&rows)) {
        struct step s = from_row(c, issue, &rows);
        bool met = false;
        ok = conditions_met(c, issue, &s, &met) && (!met || each(c, &s, context));
    }
    return db_done(c, &rows) && ok;
}

bool steps_initial(struct ctx *c, const struct issue_row *issue, struct step *r)
{
    struct sql_rows rows;
    *r = (struct step){.operation = ""};
    if (!db_query(c, &rows, STEP " AND t.is_initial = 1 LIMIT 1", "ii", issue->project, issue->type))
        return false;
    if (sql_next(&rows))
        *r = from_row(c, issue, &rows);
    return db_done(c, &rows);
}

/* ---- validators ---- */

static bool validator_check(struct ctx *c, struct issue_change *ch, const json_t *rule)
{
    const char *type = json_at_str(rule, "type"), *text = json_at_str(rule, "message");
    size_t i;
    const json_t *item;
    bool may = false;
    if (str_eq(type, "permission")) {
        if (!permission_has(c, json_at_str(rule, "value"), ch->after.project, ch->is_new ? 0 : ch->after.id, &may))
            return false;
        if (!may)
            problem(c, &ch->problems, NULL, "%s", text ? text : "You do not have the permission to take this step.");
        return true;
    }
    json_array_foreach (json_object_get(rule, "fields"), i, item) {
        const char *id = json_string_value(item);
        struct field f;
        bool found = false, has = false;
        if (!id || !field_read(c, id, &f, &found) || (found && !issue_change_has(c, ch, &f, &has)))
            return id ? false : true;
        if (found && !has && text)
            problem(c, &ch->problems, NULL, "%s", text);
        else if (found && !has)
            problem(c, &ch->problems, id, "%s is required.", f.name);
    }
    return true;
}

/* ---- functions ---- */

static bool function_run(struct ctx *c, struct issue_change *ch, const json_t *rule)
{
    const char *type = json_at_str(rule, "type"), *field = json_at_str(rule, "field");
    if (str_eq(type, "assignToCaller"))
        ch->after.assignee = c->caller;
    else if (str_eq(type, "assignToReporter"))
        ch->after.assignee = ch->after.reporter;
    else if (str_eq(type, "assignToLead"))
        return db_int(c, &ch->after.assignee, "SELECT lead FROM project WHERE id = ?1", "i", ch->after.project);
    else if (str_eq(type, "unassign"))
        ch->after.assignee = 0;
    else if (str_eq(type, "setField"))
        return issue_change_apply(c, ch, field, "set", json_object_get(rule, "value"));
    else if (str_eq(type, "clearField"))
        return issue_change_apply(c, ch, field, "set", json_keep(c->a, json_null()));
    return true;
}

bool step_take(struct ctx *c, struct issue_change *ch, const struct step *s)
{
    size_t i;
    const json_t *rule;
    if (!screen_required(c, ch) || (s->resolves && !issue_change_status(c, ch, s->to)))
        return false;
    if (!s->resolves && s->to != ch->after.status) {
        ch->after.status = s->to;
        ch->after.status_changed = c->now;
    }
    json_array_foreach (json_object_get(s->rules, "validators"), i, rule)
        if (!validator_check(c, ch, rule))
            return false;
    json_array_foreach (json_object_get(s->rules, "functions"), i, rule)
        if (!function_run(c, ch, rule))
            return false;
    return true;
}

/* ---- definitions ---- */

static bool is_known(struct ctx *c, const json_t *rules, const char *what, const char *const *types, size_t count)
{
    size_t i;
    const json_t *rule;
    if (rules && !json_is_array(rules))
        return refuse(c, 400, "%s must be an array.", what);
    json_array_foreach (rules, i, rule) {
        size_t t = 0;
        const char *type = json_at_str(rule, "type");
        while (t < count && !str_eq(types[t], type))
            t++;
        if (t == count)
            return refuse(c, 400, "%s: '%s' is not known.", what, type ? type : "");
    }
    return true;
}

bool rules_read(struct ctx *c, const json_t *definition, char **rules_r)
{
    static const char *const CONDITIONS[] = {"assignee", "reporter", "permission",  "role",
                                             "group",    "users",    "subtasksDone"};
    static const char *const VALIDATORS[] = {"required", "permission"};
    static const char *const FUNCTIONS[] = {"assignToCaller", "assignToReporter", "assignToLead",
                                            "unassign",       "setField",         "clearField"};
    const struct {
        const char *member;
        const char *const *types;
        size_t count;
    } PARTS[] = {{"conditions", CONDITIONS, ARRAY_LEN(CONDITIONS)},
                 {"validators", VALIDATORS, ARRAY_LEN(VALIDATORS)},
                 {"functions", FUNCTIONS, ARRAY_LEN(FUNCTIONS)}};
    json_t *rules = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(PARTS); i++) {
        const json_t *part = json_object_get(definition, PARTS[i].member);
        if (!is_known(c, part, PARTS[i].member, PARTS[i].types, PARTS[i].count))
            return false;
        if (json_array_size(part))
            put(rules, PARTS[i].member, (json_t *)part);
    }
    *rules_r = json_object_size(rules) ? json_print(c->a, rules) : NULL;
    return true;
}
