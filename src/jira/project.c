#include "jira/resource.h"

#include "base/str.h"
#include "jira/field.h"

static struct tracker_option read_option(struct arena *a, const json_t *json)
{
    const char *name = json_at_str(json, "name");
    return (struct tracker_option){json_at_id(a, json, "id"), name ? name : ""};
}

static struct tracker_option *read_options(struct arena *a, const json_t *array, size_t *count_r)
{
    struct tracker_option *options = NULL;
    size_t i;
    json_t *item;
    *count_r = 0;
    json_array_foreach (array, i, item)
        if (json_at_id(a, item, "id"))
            *arena_push(a, options, *count_r) = read_option(a, item);
    return options;
}

static bool get_array(struct jira_site *site, struct arena *a, const char *target, const json_t **r, struct err *e)
{
    if (!jira_get(site, a, target, r, e))
        return false;
    return json_is_array(*r) || jira_odd(site, e, "GET %s answered with something else than a list", target);
}

/* --- fields --- */

static struct tracker_field *read_fields(struct arena *a, const json_t *array, size_t *count_r)
{
    struct tracker_field *fields = NULL;
    size_t i;
    json_t *item;
    *count_r = 0;
    json_array_foreach (array, i, item) {
        const char *name = json_at_str(item, "name"), *type = json_at_str(item, "schema.type");
        if (!json_at_str(item, "id"))
            continue;
        *arena_push(a, fields, *count_r) = (struct tracker_field){.id = json_at_str(item, "id"),
                                                                  .name = name ? name : json_at_str(item, "id"),
                                                                  .type = type ? type : "any",
                                                                  .items = json_at_str(item, "schema.items"),
                                                                  .custom = json_at_str(item, "schema.custom")};
    }
    return fields;
}

static bool ask_fields(struct jira_site *site, struct err *e)
{
    struct arena fresh = ARENA_INIT;
    const json_t *array;
    if (!get_array(site, &fresh, "/rest/api/2/field", &array, e)) {
        arena_release(&fresh);
        return false;
    }
    arena_release(&site->fields_arena);
    site->fields_arena = fresh;
    site->fields = read_fields(&site->fields_arena, array, &site->field_count);
    return true;
}

bool jira_fields(struct jira_site *site, const struct tracker_field **r, size_t *count_r, struct err *e)
{
    if (!site->fields && !ask_fields(site, e))
        return false;
    *r = site->fields;
    *count_r = site->field_count;
    return true;
}

bool jira_fields_for(struct jira_site *site, const char *const *ids, size_t count, const struct tracker_field **r,
                     size_t *count_r, struct err *e)
{
    *r = NULL;
    *count_r = 0;
    for (size_t i = 0; i < count; i++)
        if (jira_field_is_custom(ids[i]))
            return jira_fields(site, r, count_r, e);
    return true;
}

/* Into the caller's arena: the site's own list may be asked anew. */
static void copy_fields(struct jira_site *site, struct arena *a, struct tracker_project *r)
{
    r->field_count = site->field_count;
    r->fields = arena_array(a, struct tracker_field, site->field_count);
    for (size_t i = 0; i < site->field_count; i++) {
        const struct tracker_field *f = &site->fields[i];
        r->fields[i] =
            (struct tracker_field){arena_strdup(a, f->id), arena_strdup(a, f->name), arena_strdup(a, f->type),
                                   arena_strdup(a, f->items), arena_strdup(a, f->custom)};
    }
}

/* --- permissions --- */

#define PERMISSIONS                                                                                                    \
    "BROWSE_PROJECTS,CREATE_ISSUES,EDIT_ISSUES,ADD_COMMENTS,TRANSITION_ISSUES,DELETE_OWN_COMMENTS,"                    \
    "DELETE_ALL_COMMENTS,ADMINISTER_PROJECTS,ADMINISTER"

static bool ask_permissions(struct jira_site *site, struct arena *a, const char *project_key, const json_t **r,
                            struct err *e)
{
    const struct jira_facts *facts;
    const json_t *json;
    if (!jira_site_facts(site, &facts, e))
        return false;
    const char *target =
        arena_printf(a, "/rest/api/2/mypermissions?projectKey=%s%s", str_percent_encode(a, project_key),
                     facts->caps->needs_permission_list ? "&permissions=" PERMISSIONS : "");
    if (!jira_get(site, a, target, &json, e))
        return false;
    *r = json_object_get(json, "permissions");
    return json_is_object(*r) || jira_odd(site, e, "GET mypermissions answered without \"permissions\"");
}

static bool has(const json_t *permissions, const char *name)
{
    return json_at_bool(json_object_get(permissions, name), "havePermission", false);
}

bool jira_project_is_quiet_allowed(struct jira_site *site, const char *project_key, bool *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    const json_t *permissions;
    bool ok = ask_permissions(site, &a, project_key, &permissions, e);
    if (ok)
        *r = has(permissions, "ADMINISTER") || has(permissions, "ADMINISTER_PROJECTS");
    arena_release(&a);
    return ok;
}

static bool read_permissions(struct jira_site *site, struct arena *a, struct tracker_project *r, struct err *e)
{
    const json_t *p;
    if (!ask_permissions(site, a, r->key, &p, e))
        return false;
    r->can_browse = has(p, "BROWSE_PROJECTS");
    r->can_create = has(p, "CREATE_ISSUES");
    r->can_edit = has(p, "EDIT_ISSUES");
    r->can_comment = has(p, "ADD_COMMENTS");
    r->can_transition = has(p, "TRANSITION_ISSUES");
    r->can_delete_own_comments = has(p, "DELETE_OWN_COMMENTS") || has(p, "DELETE_ALL_COMMENTS");
    return true;
}

/* --- the project --- */

static bool read_head(struct jira_site *site, struct arena *a, const char *key_or_id, struct tracker_project *r,
                      struct err *e)
{
    const json_t *json;
    struct err failure = ERR_INIT;
    if (!jira_get(site, a, arena_printf(a, "/rest/api/2/project/%s", str_percent_encode(a, key_or_id)), &json,
                  &failure)) {
        if (failure.kind == ERR_GONE)
            err_wrap(&failure,
                     "project %s is not there, or %s may not see it; check the key, and that the account has "
                     "a role in the project",
                     key_or_id, site->facts.account_id);
        if (e)
            *e = failure;
        return false;
    }
    const char *name = json_at_str(json, "name");
    r->id = json_at_id(a, json, "id");
    r->key = json_at_str(json, "key");
    r->name = name ? name : r->key;
    return (r->id && r->key) || jira_odd(site, e, "project %s came without id or key", key_or_id);
}

bool jira_project_find(struct jira_site *site, struct arena *a, const char *key_or_id, const char **id_r,
                       const char **key_r, struct err *e)
{
    struct tracker_project head = {0};
    if (!read_head(site, a, key_or_id, &head, e))
        return false;
    *id_r = head.id;
    *key_r = head.key;
    return true;
}

static bool read_types(struct jira_site *site, struct arena *a, struct tracker_project *r, struct err *e)
{
    const json_t *array;
    size_t i;
    json_t *item;
    if (!get_array(site, a, arena_printf(a, "/rest/api/2/project/%s/statuses", r->id), &array, e))
        return false;
    json_array_foreach (array, i, item) {
        struct tracker_option head = read_option(a, item);
        if (!head.id)
            continue;
        struct tracker_issue_type *type = arena_push(a, r->types, r->type_count);
        *type = (struct tracker_issue_type){
            .id = head.id, .name = head.name, .is_subtask = json_at_bool(item, "subtask", false)};
        type->statuses = read_options(a, json_object_get(item, "statuses"), &type->status_count);
    }
    return true;
}

/* --- what a creation must fill --- */

static void note_required(struct arena *a, const json_t *field, const char *id, struct tracker_issue_type *type)
{
    if (id && json_at_bool(field, "required", false) && !json_at_bool(field, "hasDefaultValue", false))
        *arena_push(a, type->required, type->required_count) = id;
}

/* From 8.4 on: a page of fields per issue type, under "values" or, on Cloud, under "fields". */
static bool read_required_pages(struct jira_site *site, struct arena *a, const char *project,
                                struct tracker_issue_type *type, struct err *e)
{
    const char *member = site->facts.createmeta == JIRA_CREATEMETA_FIELDS ? "fields" : "values";
    for (int64_t start = 0;;) {
        const json_t *json;
        size_t i;
        json_t *field;
        const char *target =
            arena_printf(a, "/rest/api/2/issue/createmeta/%s/issuetypes/%s?startAt=%lld&maxResults=200", project,
                         str_percent_encode(a, type->id), (long long)start);
        if (!jira_get(site, a, target, &json, e))
            return false;
        const json_t *list = json_object_get(json, member);
        if (!json_is_array(list))
            return jira_odd(site, e, "GET %s answered without the list \"%s\"", target, member);
        json_array_foreach (list, i, field)
            note_required(a, field, json_at_str(field, "fieldId"), type);
        start += (int64_t)json_array_size(list);
        if (json_array_size(list) == 0 || start >= json_at_int(json, "total", 0))
            return true;
    }
}

static bool read_required_expanded(struct jira_site *site, struct arena *a, struct tracker_project *r, struct err *e)
{
    const json_t *json;
    size_t i;
    json_t *item, *field;
    const char *id,
        *target =
            arena_printf(a, "/rest/api/2/issue/createmeta?projectIds=%s&expand=projects.issuetypes.fields", r->id);
    if (!jira_get(site, a, target, &json, e))
        return false;
    json_array_foreach (json_object_get(json_array_get(json_object_get(json, "projects"), 0), "issuetypes"), i, item)
        for (size_t t = 0; t < r->type_count; t++)
            if (str_eq(r->types[t].id, json_at_id(a, item, "id")))
                json_object_foreach (json_object_get(item, "fields"), id, field)
                    note_required(a, field, id, &r->types[t]);
    return true;
}

/* Without the right to create, Data Center refuses the question and Cloud answers with nothing. */
static bool read_required(struct jira_site *site, struct arena *a, struct tracker_project *r, struct err *e)
{
    if (!r->can_create)
        return true;
    if (site->facts.createmeta == JIRA_CREATEMETA_EXPAND)
        return read_required_expanded(site, a, r, e);
    for (size_t i = 0; i < r->type_count; i++)
        if (!read_required_pages(site, a, r->id, &r->types[i], e))
            return false;
    return true;
}

bool jira_project_read(struct jira_site *site, struct arena *a, const char *key_or_id, struct tracker_project *r,
                       struct err *e)
{
    const json_t *priorities;
    *r = (struct tracker_project){0};
    if (!read_head(site, a, key_or_id, r, e) || !read_types(site, a, r, e) ||
        !get_array(site, a, "/rest/api/2/priority", &priorities, e) || !ask_fields(site, e))
        return false;
    r->priorities = read_options(a, priorities, &r->priority_count);
    copy_fields(site, a, r);
    return read_permissions(site, a, r, e) && read_required(site, a, r, e);
}
