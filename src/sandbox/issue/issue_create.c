/* issue_create.c - new issues, one by one and in bulk. */
#include "sandbox/field/custom.h"
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"
#include "sandbox/webhook/webhook.h"
#include "sandbox/workflow/workflow.h"

static bool read_project(struct ctx *c, struct issue_change *ch, const json_t *fields)
{
    const json_t *value = json_object_get(fields, "project");
    const char *asked = json_at_id(c->a, value, "id");
    if (!asked)
        asked = json_at_str(value, "key");
    if (!value || !asked) {
        problem(c, &ch->problems, "project", "%s", c->d->project_required);
        return true;
    }
    bool may = false;
    if (!project_find(c, asked, &ch->after.project) ||
        (ch->after.project && !permission_has(c, "CREATE_ISSUES", ch->after.project, 0, &may)))
        return false;
    if (!may) /* Jira says the same of a project that is not there and of one where nothing may be created */
        ch->after.project = 0;
    if (!ch->after.project)
        problem(c, &ch->problems, "project", "%s", c->d->project_invalid);
    return true;
}

static bool read_type(struct ctx *c, struct issue_change *ch, const json_t *fields)
{
    const json_t *value = json_object_get(fields, "issuetype");
    const char *id = json_at_id(c->a, value, "id"), *name = json_at_str(value, "name");
    if (!id && !name) {
        problem(c, &ch->problems, "issuetype", "%s", c->d->type_required);
        return true;
    }
    if (!ch->after.project)
        return true;
    const char *sql = id ? "SELECT t.id FROM issue_type t JOIN project_issue_type p ON p.issue_type = t.id AND"
                           " p.project = ?1 WHERE CAST(t.id AS TEXT) = ?2"
                         : "SELECT t.id FROM issue_type t JOIN project_issue_type p ON p.issue_type = t.id AND"
                           " p.project = ?1 WHERE t.name = ?2";
    if (!db_int(c, &ch->after.type, sql, "is", ch->after.project, id ? id : name))
        return false;
    if (!ch->after.type)
        problem(c, &ch->problems, "issuetype", "%s", c->d->type_invalid);
    return true;
}

/* What a new issue has when nobody says otherwise. */
static bool defaults(struct ctx *c, struct issue_row *r)
{
    r->created = r->updated = r->status_changed = c->now;
    r->creator = r->reporter = c->caller;
    if (!security_default(c, r) ||
        !db_int(c, &r->priority, "SELECT id FROM priority ORDER BY is_default DESC, position LIMIT 1", "") ||
        !db_int(c, &r->status,
                "SELECT t.to_status FROM project_issue_type p JOIN workflow_transition t ON t.workflow = p.workflow"
                " WHERE p.project = ?1 AND p.issue_type = ?2 AND t.is_initial = 1",
                "ii", r->project, r->type))
        return false;
    return true;
}

/* An assignee that nobody named, or that was to be chosen automatically. */
static bool assign(struct ctx *c, struct issue_change *ch)
{
    bool is_named = false;
    for (size_t i = 0; i < ch->named_count; i++)
        is_named |= str_eq(ch->named[i], "assignee");
    const struct ref_set *components = &ch->sets[SET_COMPONENTS];
    return (is_named && !ch->assigns_automatically) ||
           automatic_assignee(c, ch->after.project, components->after, components->after_count, &ch->after.assignee);
}

/* `transition` in a creation walks one step from the initial status. */
static bool keep_one(struct ctx *c, const struct step *s, void *context)
{
    (void)c;
    *(struct step *)context = *s;
    return true;
}

static bool first_step(struct ctx *c, struct issue_change *ch, const json_t *body)
{
    const char *id = json_at_id(c->a, body, "transition.id");
    struct step initial, step = {0};
    if (!steps_initial(c, &ch->after, &initial))
        return false;
    initial.resolves = false; /* a new issue is in its first status already */
    if (!step_take(c, ch, &initial) || !id)
        return c->err.kind == ERR_NONE;
    if (!steps_each(c, &ch->after, id, keep_one, &step))
        return false;
    if (step.id)
        return step_take(c, ch, &step);
    problem(c, &ch->problems, NULL, c->d->transition_invalid, id);
    return true;
}

/* Builds the change from a body; what is wrong stays in ch->problems. */
static bool prepare(struct ctx *c, struct issue_change *ch, const json_t *body)
{
    const json_t *fields = json_object_get(body, "fields");
    *ch = (struct issue_change){.is_new = true, .operation = "create", .has_labels = true};
    if (!json_is_object(body)) {
        problem(c, &ch->problems, NULL, "An issue update must be an object.");
        return true;
    }
    if (!read_project(c, ch, fields) || !read_type(c, ch, fields))
        return false;
    if (!ch->after.project || !ch->after.type)
        return true;
    return defaults(c, &ch->after) && issue_change_body(c, ch, body) && assign(c, ch) && first_step(c, ch, body);
}

static json_t *created_json(struct ctx *c, const struct issue_row *r)
{
    json_t *o = new_object(c);
    put_id(o, "id", r->id);
    put_str(o, "key", issue_key(c, r->id));
    put_self(c, o, "issue/%lld", (long long)r->id);
    return o;
}

static bool save(struct ctx *c, struct issue_change *ch, const json_t *body, json_t **created_r)
{
    bool changed;
    const json_t *properties = c->sb->ignore_properties ? NULL : json_object_get(body, "properties");
    if (!issue_change_save(c, ch, &changed) || !rank_last(c, ch->after.id) || !watcher_auto(c, ch->after.id) ||
        !issue_properties_write(c, ch->after.id, properties))
        return false;
    *created_r = created_json(c, &ch->after);
    if (json_at(body, "transition.id") && c->d->is_cloud) {
        json_t *step = new_object(c);
        struct problems none = {0};
        put_int(step, "status", 200);
        put(step, "errorCollection", problems_json(c, &none));
        put(*created_r, "transition", step);
    }
    return c->err.kind == ERR_NONE && webhook_issue(c, "jira:issue_created", "issue_created", ch->after.id, 0, 0);
}

static bool issue_post(struct ctx *c)
{
    struct issue_change ch;
    json_t *created = NULL;
    if (!prepare(c, &ch, c->body))
        return false;
    if (ch.problems.count)
        return refuse_problems(c, 400, &ch.problems);
    return save(c, &ch, c->body, &created) && reply_json(c, 201, created);
}

/* One of a bulk, behind a savepoint: what fails takes nothing of the others with it. */
static bool bulk_one(struct ctx *c, const json_t *body, size_t index, json_t *issues, json_t *errors)
{
    struct issue_change ch;
    json_t *created = NULL;
    if (!db_run(c, "SAVEPOINT bulk", "") || !prepare(c, &ch, body))
        return false;
    if (!ch.problems.count && !save(c, &ch, body, &created) && (c->err.kind != ERR_NONE || !ch.problems.count))
        return false;
    if (created) {
        add(issues, created);
        return db_run(c, "RELEASE bulk", "");
    }
    json_t *o = new_object(c);
    put_int(o, "status", 400);
    put(o, "elementErrors", problems_json(c, &ch.problems));
    put_int(o, "failedElementNumber", (int64_t)index);
    add(errors, o);
    return db_run(c, "ROLLBACK TO bulk", "") && db_run(c, "RELEASE bulk", "");
}

static bool issue_bulk(struct ctx *c)
{
    const json_t *updates = json_object_get(c->body, "issueUpdates");
    size_t count = json_array_size(updates), i;
    if (!json_is_array(updates) || !count)
        return refuse(c, 400, "No issues to create were given: 'issueUpdates' is empty.");
    if (c->d->bulk_create_cap && count > (size_t)c->d->bulk_create_cap)
        return refuse(c, 400, "The maximum number of issues that can be created in one request is %d.",
                      c->d->bulk_create_cap);
    json_t *issues = new_array(c), *errors = new_array(c), *o = new_object(c);
    for (i = 0; i < count; i++)
        if (!bulk_one(c, json_array_get(updates, i), i, issues, errors))
            return false;
    put(o, "issues", issues);
    put(o, "errors", errors);
    return reply_json(c, json_array_size(issues) ? 201 : 400, o);
}

const struct route issue_create_routes[] = {
    {HTTP_POST, "issue", issue_post, ON_ALL, 0},
    {HTTP_POST, "issue/bulk", issue_bulk, ON_ALL, 0},
    {0},
};
