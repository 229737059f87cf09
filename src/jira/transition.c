#include "jira/resource.h"

#include "base/str.h"

static char *target_of(struct arena *a, const char *issue)
{
    return arena_printf(a, "/rest/api/2/issue/%s/transitions", str_percent_encode(a, issue));
}

/* A field that must be given and has no default: we would not know what to give. */
static bool has_required(const json_t *fields)
{
    const char *id;
    json_t *field;
    json_object_foreach ((json_t *)fields, id, field)
        if (json_at_bool(field, "required", false) && !json_at_bool(field, "hasDefaultValue", false))
            return true;
    return false;
}

bool jira_transitions_read(struct jira_site *site, struct arena *a, const char *issue, struct tracker_transition **r,
                           size_t *count_r, struct err *e)
{
    const json_t *json;
    size_t i;
    json_t *item;
    *r = NULL;
    *count_r = 0;
    if (!jira_get(site, a, arena_printf(a, "%s?expand=transitions.fields", target_of(a, issue)), &json, e))
        return false;
    json_array_foreach (json_object_get(json, "transitions"), i, item) {
        struct tracker_transition t = {.id = json_at_id(a, item, "id"),
                                       .name = json_at_str(item, "name"),
                                       .to_id = json_at_id(a, item, "to.id"),
                                       .to_name = json_at_str(item, "to.name"),
                                       .has_required_fields = has_required(json_object_get(item, "fields"))};
        if (!t.id || !t.to_id)
            return jira_odd(site, e, "a transition of issue %s came without its id or the status it leads to", issue);
        if (json_at_bool(item, "isAvailable", true)) /* Cloud may list what it would refuse */
            *arena_push(a, *r, *count_r) = t;
    }
    return true;
}

bool jira_transition_do(struct jira_site *site, struct arena *a, const char *issue, const char *transition,
                        struct err *e)
{
    const json_t *reply;
    json_t *body = json_keep(a, json_pack("{s:{s:s}}", "transition", "id", transition));
    return jira_write(site, a, issue, HTTP_POST, target_of(a, issue), body, &reply, e);
}
