/* The document, written. Known members first, then what the object held that this version does not know. */
#include "mapping/config.h"
#include "mapping/lookup.h"

#include "base/str.h"

/* The names this version knows, by object; NULL ends each. */
static const char *const ROOT[] = {"key", "name", "pollIntervalMs", "firstConnector", "secondConnector", NULL};
static const char *const CONNECTOR[] = {"connectorKey", "site",    "baseUrl",    "deployment", "project",
                                        "filter",       "creates", "issueTypes", "fields",     "workflow",
                                        "comments",     "texts",   NULL};
static const char *const PROJECT[] = {"id", "key", NULL};
static const char *const OPTION[] = {"id", "name", NULL};
static const char *const FIELD[] = {"id", "name", "type", NULL};
static const char *const HALF[] = {"field",   "mapping",  "sends",        "receives",   "options",
                                   "default", "conflict", "firstContact", "fillsEmpty", NULL};
static const char *const WORKFLOW[] = {"sends", "receives", "rules", NULL};
static const char *const RULE[] = {"partner", "own", NULL};
static const char *const COMMENTS[] = {"sends", "receives", "copiesFlowBack", "template", "visibilityRole", NULL};
static const char *const TEXTS[] = {"issueKeys", NULL};

static json_t *with_rest(json_t *made, const json_t *read, const char *const *known)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)read, name, value) {
        bool is_known = false;
        for (const char *const *k = known; *k && !is_known; k++)
            is_known = str_eq(*k, name);
        if (!is_known)
            json_object_set(made, name, value);
    }
    return made;
}

static void put(json_t *object, const char *name, const char *text)
{
    if (text)
        json_object_set_new(object, name, json_string(text));
}

static void put_bool(json_t *object, const char *name, bool value)
{
    json_object_set_new(object, name, json_boolean(value));
}

static bool is_of(struct arena *a, const json_t *read, const struct tracker_option *o)
{
    const char *id = json_at_id(a, read, "id"), *name = json_at_str(read, "name");
    return (id && str_eq(id, o->id)) || (name && str_eq(name, o->name));
}

/* The object an element was read from: at its old position, else wherever it moved to. */
static const json_t *origin_of(struct arena *a, const json_t *list, size_t position, const struct tracker_option *o,
                               const char *member)
{
    for (size_t i = 0; i <= json_array_size(list); i++) {
        const json_t *read = json_array_get(list, i ? i - 1 : position);
        if (is_of(a, member ? json_object_get(read, member) : read, o))
            return read;
    }
    return NULL;
}

static json_t *write_option(const struct tracker_option *o, const json_t *read)
{
    json_t *json = json_object();
    put(json, "id", o->id);
    put(json, "name", o->name);
    return with_rest(json, read, OPTION);
}

static json_t *write_options(struct arena *a, const struct tracker_option *list, size_t count, const json_t *read)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, write_option(&list[i], origin_of(a, read, i, &list[i], NULL)));
    return array;
}

static const char *policy_name(enum config_policy policy, enum side side)
{
    switch (policy) {
    case CONFIG_NEWEST:
        return CONFIG_POLICY_NAMES[0];
    case CONFIG_FIRST_WINS:
        return CONFIG_POLICY_NAMES[side == SIDE_FIRST ? 1 : 2];
    case CONFIG_SECOND_WINS:
        return CONFIG_POLICY_NAMES[side == SIDE_FIRST ? 2 : 1];
    case CONFIG_ASK:
        break;
    }
    return CONFIG_POLICY_NAMES[3];
}

static json_t *write_half(struct arena *a, const struct config_field *f, enum side side)
{
    const struct config_field_half *half = &f->half[side];
    json_t *json = json_object(), *field = json_object();
    put(field, "id", half->id);
    put(field, "name", half->name);
    put(field, "type", half->type);
    json_object_set_new(json, "field", with_rest(field, json_object_get(half->rest, "field"), FIELD));
    put(json, "mapping", CONFIG_KIND_NAMES[f->kind]);
    put_bool(json, "sends", half->sends);
    put_bool(json, "receives", half->receives);
    const json_t *read = json_object_get(half->rest, "options");
    if (half->option_count || json_is_array(read))
        json_object_set_new(json, "options", write_options(a, half->options, half->option_count, read));
    if (half->fallback.id || half->fallback.name)
        json_object_set_new(json, "default", write_option(&half->fallback, json_object_get(half->rest, "default")));
    put(json, "conflict", policy_name(f->conflict, side));
    put(json, "firstContact", policy_name(f->first_contact, side));
    put_bool(json, "fillsEmpty", f->fills_empty);
    return with_rest(json, half->rest, HALF);
}

static json_t *write_workflow(struct arena *a, const struct config_connector *c)
{
    const json_t *read = json_object_get(c->rest, "workflow"), *read_rules = json_object_get(read, "rules");
    json_t *json = json_object(), *rules = json_array();
    put_bool(json, "sends", c->sends_status);
    put_bool(json, "receives", c->receives_status);
    for (size_t i = 0; i < c->status_count; i++) {
        const struct config_status_rule *rule = &c->statuses[i];
        const json_t *read_rule = origin_of(a, read_rules, i, &rule->partner, "partner");
        json_t *one = json_object();
        json_object_set_new(one, "partner", write_option(&rule->partner, json_object_get(read_rule, "partner")));
        json_object_set_new(one, "own", write_option(&rule->own, json_object_get(read_rule, "own")));
        json_array_append_new(rules, with_rest(one, read_rule, RULE));
    }
    json_object_set_new(json, "rules", rules);
    return with_rest(json, read, WORKFLOW);
}

static json_t *write_comments(const struct config_connector *c)
{
    json_t *json = json_object();
    put_bool(json, "sends", c->sends_comments);
    put_bool(json, "receives", c->receives_comments);
    put_bool(json, "copiesFlowBack", c->copies_flow_back);
    put(json, "template", c->comment_template);
    put(json, "visibilityRole", c->comment_visibility_role);
    return with_rest(json, json_object_get(c->rest, "comments"), COMMENTS);
}

static json_t *write_texts(const struct config_connector *c)
{
    json_t *json = json_object();
    put_bool(json, "issueKeys", c->renames_issues);
    return with_rest(json, json_object_get(c->rest, "texts"), TEXTS);
}

static json_t *write_connector(struct arena *a, const struct config *config, enum side side)
{
    const struct config_connector *c = &config->connector[side];
    json_t *json = json_object(), *project = json_object(), *fields = json_array();
    put(json, "connectorKey", c->key);
    put(json, "site", c->site);
    put(json, "baseUrl", c->base_url);
    put(json, "deployment", c->deployment);
    put(project, "id", c->project_id);
    put(project, "key", c->project_key);
    json_object_set_new(json, "project", with_rest(project, json_object_get(c->rest, "project"), PROJECT));
    put(json, "filter", c->filter);
    put_bool(json, "creates", c->creates);
    json_object_set_new(json, "issueTypes",
                        write_options(a, c->types, c->type_count, json_object_get(c->rest, "issueTypes")));
    for (size_t i = 0; i < config->field_count; i++)
        json_array_append_new(fields, write_half(a, &config->fields[i], side));
    json_object_set_new(json, "fields", fields);
    json_object_set_new(json, "workflow", write_workflow(a, c));
    json_object_set_new(json, "comments", write_comments(c));
    json_object_set_new(json, "texts", write_texts(c));
    return with_rest(json, c->rest, CONNECTOR);
}

json_t *config_to_json(struct arena *a, const struct config *c)
{
    json_t *json = json_object();
    put(json, "key", c->key);
    put(json, "name", c->name);
    json_object_set_new(json, "pollIntervalMs", json_integer(c->poll_interval_ms));
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        json_object_set_new(json, CONFIG_CONNECTOR_NAMES[s], write_connector(a, c, s));
    return json_keep(a, with_rest(json, c->rest, ROOT));
}
