#include "mapping/lookup.h"

#include "base/str.h"

const char *const CONFIG_CONNECTOR_NAMES[2] = {"firstConnector", "secondConnector"};
const char *const CONFIG_POLICY_NAMES[CONFIG_POLICY_COUNT] = {"newest", "own", "partner", "ask"};
const char *const CONFIG_KIND_NAMES[CONFIG_KIND_COUNT] = {
    [CONFIG_PASSTHROUGH] = "passthrough",
    [CONFIG_CORRELATION] = "correlation",
    [CONFIG_USER_NAME] = "userByName",
    [CONFIG_USER_MAIL] = "userByMail",
    [CONFIG_USER_CORRELATION] = "userCorrelation",
};

static char *connector_key(struct arena *a, const struct config *c, enum side side)
{
    const char *number = strrchr(c->key, '-');
    return arena_printf(a, "CON-%s-%s", number ? number + 1 : c->key, c->connector[side].project_key);
}

void config_set_key(struct arena *a, struct config *c, const char *key)
{
    c->key = arena_strdup(a, key);
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        c->connector[s].key = connector_key(a, c, s);
}

void config_default_names(struct arena *a, struct config *c)
{
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++)
        if (str_is_empty(c->connector[s].key))
            c->connector[s].key = connector_key(a, c, s);
    if (str_is_empty(c->name))
        c->name = arena_printf(a, "%s with %s", c->connector[0].project_key, c->connector[1].project_key);
}

bool config_is_cloud(const struct config_connector *c)
{
    if (c->deployment)
        return str_eq(c->deployment, "cloud");
    return strstr(c->base_url, ".atlassian.net") || strstr(c->base_url, "//api.atlassian.com");
}

long option_find(const struct tracker_option *list, size_t count, const char *id, const char *name)
{
    for (size_t i = 0; id && i < count; i++)
        if (str_eq(list[i].id, id))
            return (long)i;
    for (size_t i = 0; name && i < count; i++)
        if (str_eq(list[i].name, name))
            return (long)i;
    for (size_t i = 0; name && i < count; i++)
        if (value_name_equal(list[i].name, name))
            return (long)i;
    return LOOKUP_NONE;
}

const struct tracker_field *field_by_id(const struct tracker_project *p, const char *id)
{
    for (size_t i = 0; i < p->field_count; i++)
        if (str_eq(p->fields[i].id, id))
            return &p->fields[i];
    return NULL;
}

const struct tracker_option *field_options(const struct tracker_project *p, const char *field_id, size_t *count_r)
{
    bool is_known = p && str_eq(field_id, "priority");
    *count_r = is_known ? p->priority_count : 0;
    return is_known ? p->priorities : NULL;
}

const struct tracker_issue_type *type_of(const struct tracker_project *p, const struct tracker_option *o)
{
    const struct tracker_issue_type *found = o->id ? tracker_project_type(p, o->id) : NULL;
    return found || !o->name ? found : tracker_project_type(p, o->name);
}

static bool takes_part(const struct config_connector *c, const struct tracker_project *p,
                       const struct tracker_issue_type *type)
{
    for (size_t i = 0; c && i < c->type_count; i++)
        if (type_of(p, &c->types[i]) == type)
            return true;
    return !c;
}

size_t statuses_of(struct arena *a, const struct config_connector *c, const struct tracker_project *p,
                   struct tracker_option **r)
{
    struct tracker_option *list = NULL;
    size_t count = 0;
    for (size_t t = 0; t < p->type_count; t++) {
        if (!takes_part(c, p, &p->types[t]))
            continue;
        for (size_t i = 0; i < p->types[t].status_count; i++) {
            const struct tracker_option *status = &p->types[t].statuses[i];
            if (option_find(list, count, status->id, NULL) == LOOKUP_NONE)
                *arena_push(a, list, count) = *status;
        }
    }
    *r = list;
    return count;
}

static const struct config_status_rule *rule_for(const struct config_connector *c, const struct tracker_option *partner)
{
    for (size_t i = 0; partner->id && i < c->status_count; i++)
        if (str_eq(c->statuses[i].partner.id, partner->id))
            return &c->statuses[i];
    for (size_t i = 0; partner->name && i < c->status_count; i++)
        if (value_name_equal(c->statuses[i].partner.name, partner->name))
            return &c->statuses[i];
    return NULL;
}

bool status_for(const struct config *c, enum side to, const struct tracker_project *p,
                const struct tracker_option *partner, struct tracker_option *r)
{
    struct arena a = ARENA_INIT; /* the list alone is made there; what stands in it is borrowed */
    const struct config_connector *connector = &c->connector[to];
    const struct config_status_rule *rule = rule_for(connector, partner);
    struct tracker_option *statuses = NULL, want = rule ? rule->own : (struct tracker_option){NULL, partner->name};
    size_t count = p ? statuses_of(&a, connector, p, &statuses) : 0;
    long found = option_find(statuses, count, want.id, want.name);
    if (found != LOOKUP_NONE)
        *r = statuses[found];
    else if (rule)
        *r = want; /* the site has the last word; config_check names it */
    arena_release(&a);
    return found != LOOKUP_NONE || rule;
}
