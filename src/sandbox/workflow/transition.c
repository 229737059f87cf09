/* transition.c - an issue's way along its workflow. What cannot be taken from where it stands is not in the list. */
#include "sandbox/workflow/workflow.h"

static json_t *step_json(struct ctx *c, const struct issue_row *issue, const struct step *s, int order,
                         bool with_fields)
{
    json_t *o = new_object(c);
    put_id(o, "id", s->id);
    put_str(o, "name", s->name);
    if (!c->d->is_cloud)
        put_int(o, "opsbarSequence", 10 + 10 * order);
    put(o, "to", status_json(c, s->to));
    if (c->d->is_cloud || c->d->mask & ON_DC10) {
        put_bool(o, "hasScreen", *s->operation);
        put_bool(o, "isGlobal", s->is_global);
        put_bool(o, "isInitial", false);
        put_bool(o, "isConditional", json_array_size(json_object_get(s->rules, "conditions")));
        put_bool(o, "isLooped", s->is_looped);
    }
    if (c->d->is_cloud)
        put_bool(o, "isAvailable", true);
    if (with_fields)
        put(o, "fields", *s->operation ? screen_json(c, issue->project, issue->type, s->operation) : new_object(c));
    return o;
}

struct listing {
    const struct issue_row *issue;
    json_t *list;
    bool with_fields;
};

static bool list_one(struct ctx *c, const struct step *s, void *context)
{
    struct listing *l = context;
    add(l->list, step_json(c, l->issue, s, (int)json_array_size(l->list), l->with_fields));
    return c->err.kind == ERR_NONE;
}

json_t *transitions_json(struct ctx *c, const struct issue_row *issue, const char *only, bool with_fields)
{
    struct listing l = {issue, new_array(c), with_fields};
    return steps_each(c, issue, only, list_one, &l) ? l.list : NULL;
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
    const char *only = str_is_empty(param(c, "transitionId")) ? NULL : param(c, "transitionId");
    json_t *o = new_object(c), *list = transitions_json(c, &issue, only, with_fields);
    put_str(o, "expand", "transitions");
    put(o, "transitions", list);
    return list && reply_json(c, 200, o);
}

static bool keep_one(struct ctx *c, const struct step *s, void *context)
{
    (void)c;
    *(struct step *)context = *s;
    return true;
}

static bool transition_post(struct ctx *c)
{
    int64_t id = 0;
    struct issue_change ch;
    struct step step = {0};
    bool changed;
    const char *asked = json_at_id(c->a, c->body, "transition.id");
    if (!issue_need(c, c->args[0], &id) || !issue_change_open(c, id, "", &ch))
        return false;
    if (!asked)
        return refuse(c, 400, "Missing 'transition' identifier");
    if (!steps_each(c, &ch.before, asked, keep_one, &step))
        return false;
    if (!step.id)
        return refuse(c, 400, c->d->transition_invalid, asked);
    ch.operation = step.operation;
    if (!issue_change_body(c, &ch, c->body) || !step_take(c, &ch, &step))
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
