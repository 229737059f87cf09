/* issue_json.c - an issue as its clients see it: which fields, in which form, and what is expanded. */
#include "sandbox/field/custom.h"
#include "sandbox/parts/attachment.h"
#include "sandbox/parts/worklog.h"
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"

#include "base/time_iso.h"

#include <string.h>

bool issue_row_read(struct ctx *c, int64_t id, struct issue_row *r)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT i.id, i.project, i.number, i.issue_type, i.status, i.priority, i.resolution, i.resolved,"
                  " i.assignee, i.reporter, i.creator, i.parent, i.created, i.updated, i.status_changed, i.security,"
                  " i.archived, i.archived_by, i.summary,"
                  " i.description, i.environment, i.due, p.key FROM issue i JOIN project p ON p.id = i.project"
                  " WHERE i.id = ?1",
                  "i", id))
        return false;
    *r = (struct issue_row){0};
    if (sql_next(&rows)) {
        int64_t *numbers[] = {&r->id,       &r->project,    &r->number,     &r->type,     &r->status,
                              &r->priority, &r->resolution, &r->resolved,   &r->assignee, &r->reporter,
                              &r->creator,  &r->parent,     &r->created,    &r->updated,  &r->status_changed,
                              &r->security, &r->archived,   &r->archived_by};
        char **texts[] = {&r->summary, &r->description, &r->environment, &r->due, &r->project_key};
        for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
            *numbers[i] = sql_int(&rows, (int)i);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
            *texts[i] = sql_str(&rows, (int)(ARRAY_LEN(numbers) + i), c->a);
    }
    return db_done(c, &rows);
}

static char *key_of(struct ctx *c, const struct issue_row *r)
{
    return arena_printf(c->a, "%s-%lld", r->project_key, (long long)r->number);
}

char *issue_key(struct ctx *c, int64_t issue)
{
    char *key = NULL;
    if (!db_str(c, &key,
                "SELECT p.key || '-' || i.number FROM issue i JOIN project p ON p.id = i.project"
                " WHERE i.id = ?1",
                "i", issue))
        return NULL;
    return key ? key : arena_strdup(c->a, "");
}

/* ---- what is asked for ---- */

static const struct {
    const char *name;
    unsigned bit;
} EXPANDS[] = {
    {"names", EXPAND_NAMES},
    {"schema", EXPAND_SCHEMA},
    {"renderedFields", EXPAND_RENDERED},
    {"transitions", EXPAND_TRANSITIONS},
    {"transitions.fields", EXPAND_TRANSITIONS | EXPAND_TRANSITION_FIELDS},
    {"operations", EXPAND_OPERATIONS},
    {"editmeta", EXPAND_EDITMETA},
    {"changelog", EXPAND_CHANGELOG},
    {"versionedRepresentations", EXPAND_VERSIONED},
};

static void view_expand(struct issue_view *v, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(EXPANDS); i++)
        if (str_eq(EXPANDS[i].name, name))
            v->expand |= EXPANDS[i].bit;
}

static void view_fields(struct ctx *c, struct issue_view *v, const char *fallback, char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(names[i], "*all"))
            v->is_all = true;
        else if (str_eq(names[i], "*navigable"))
            v->is_navigable = true;
        else if (names[i][0] == '-')
            *arena_push(c->a, v->without, v->without_count) = names[i] + 1;
        else
            *arena_push(c->a, v->with, v->with_count) = names[i];
    }
    if (!v->is_all && !v->is_navigable && !v->with_count) {
        v->is_all = str_eq(fallback, "*all");
        v->is_navigable = str_eq(fallback, "*navigable");
        v->is_id_only = !*fallback;
    }
    v->all_custom = v->is_all || v->is_navigable;
    v->has_fields = v->all_custom;
    for (size_t i = 0; i < v->with_count; i++) {
        bool is_part = !str_eq(v->with[i], "key") && !str_eq(v->with[i], "id") && !str_eq(v->with[i], "issuekey");
        v->has_fields |= is_part;
        if (v->with_count == 1 && str_eq(v->with[i], "id"))
            v->is_id_only = c->d->is_cloud && v->in_search;
    }
}

bool issue_view_from_query(struct ctx *c, const char *fallback, struct issue_view *v)
{
    char **names, **expand;
    *v = (struct issue_view){.in_search = !str_eq(fallback, "*all")};
    size_t count = param_list(c, "fields", &names);
    view_fields(c, v, fallback, names, count);
    count = param_list(c, "expand", &expand);
    for (size_t i = 0; i < count; i++)
        view_expand(v, expand[i]);
    v->property_count = param_list(c, "properties", &v->properties);
    return true;
}

static size_t list_of(struct ctx *c, const json_t *value, char ***r)
{
    size_t count = 0, i;
    const json_t *item;
    *r = NULL;
    if (json_is_string(value))
        return list_add(c, json_string_value(value), r, 0);
    json_array_foreach (value, i, item)
        if (json_is_string(item))
            count = list_add(c, json_string_value(item), r, count);
    return count;
}

bool issue_view_from_body(struct ctx *c, const char *fallback, const json_t *fields, const json_t *expand,
                          const json_t *properties, struct issue_view *v)
{
    char **names, **expands;
    *v = (struct issue_view){.in_search = true};
    size_t count = list_of(c, fields, &names);
    view_fields(c, v, fallback, names, count);
    count = list_of(c, expand, &expands);
    for (size_t i = 0; i < count; i++)
        view_expand(v, expands[i]);
    v->property_count = list_of(c, properties, &v->properties);
    return true;
}

static bool is_navigable(const char *field)
{
    static const char *const NOT[] = {"comment", "worklog", "attachment", "timetracking", "statusCategory"};
    for (size_t i = 0; i < ARRAY_LEN(NOT); i++)
        if (str_eq(NOT[i], field))
            return false;
    return true;
}

bool issue_view_shows(const struct issue_view *v, const char *field, bool is_custom)
{
    for (size_t i = 0; i < v->without_count; i++)
        if (str_eq(v->without[i], field))
            return false;
    if (v->is_all || (v->is_navigable && (is_custom || is_navigable(field))))
        return true;
    for (size_t i = 0; i < v->with_count; i++)
        if (str_eq(v->with[i], field))
            return true;
    return false;
}

/* ---- fields ---- */

struct showing {
    struct issue_row row;
    char *key;
    bool is_subtask;
    const struct issue_view *view;
};

typedef json_t *show(struct ctx *, const struct showing *);

static json_t *text(struct ctx *c, const char *value)
{
    return json_keep(c->a, value ? json_string(value) : json_null());
}

static json_t *moment(struct ctx *c, int64_t ms)
{
    return text(c, ms ? time_text(c, ms) : NULL);
}

static json_t *show_null(struct ctx *c, const struct showing *s)
{
    (void)s;
    return json_keep(c->a, json_null());
}

static json_t *show_summary(struct ctx *c, const struct showing *s)
{
    return text(c, s->row.summary);
}

static json_t *show_type(struct ctx *c, const struct showing *s)
{
    return issue_type_json(c, s->row.type);
}

static json_t *show_project(struct ctx *c, const struct showing *s)
{
    return project_json(c, s->row.project);
}

static json_t *show_parent(struct ctx *c, const struct showing *s)
{
    bool seen = true;
    if (!s->row.parent || (!c->d->is_cloud && !s->is_subtask)) /* Data Center shows an epic as a custom field only */
        return NULL;
    if (!str_eq(visible_issues(c, "i"), "1") && (!issue_is_visible(c, s->row.parent, &seen) || !seen))
        return NULL;
    return issue_stub_json(c, s->row.parent); /* absent when there is none */
}

static json_t *show_description(struct ctx *c, const struct showing *s)
{
    return rich_text_show(c, s->row.description);
}

static json_t *show_environment(struct ctx *c, const struct showing *s)
{
    return rich_text_show(c, s->row.environment);
}

static json_t *show_priority(struct ctx *c, const struct showing *s)
{
    return priority_json(c, s->row.priority);
}

static json_t *show_labels(struct ctx *c, const struct showing *s)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT label FROM issue_label WHERE issue = ?1 ORDER BY label", "i", s->row.id))
        return NULL;
    while (sql_next(&rows))
        add_str(list, sql_peek(&rows, 0));
    return db_done(c, &rows) ? list : NULL;
}

static json_t *show_assignee(struct ctx *c, const struct showing *s)
{
    return user_json(c, s->row.assignee);
}

static json_t *show_reporter(struct ctx *c, const struct showing *s)
{
    return user_json(c, s->row.reporter);
}

static json_t *show_creator(struct ctx *c, const struct showing *s)
{
    return user_json(c, s->row.creator);
}

static json_t *show_due(struct ctx *c, const struct showing *s)
{
    return text(c, s->row.due);
}

static json_t *show_resolution(struct ctx *c, const struct showing *s)
{
    return resolution_json(c, s->row.resolution);
}

static json_t *show_links(struct ctx *c, const struct showing *s)
{
    return issue_links_json(c, s->row.id);
}

static json_t *show_comments(struct ctx *c, const struct showing *s)
{
    return comment_page_json(c, s->row.id, s->view->in_search ? c->d->comment_cap_in_search : c->d->comment_cap, false);
}

static json_t *show_worklogs(struct ctx *c, const struct showing *s)
{
    return worklog_page_json(c, s->row.id);
}

static json_t *show_attachments(struct ctx *c, const struct showing *s)
{
    return attachments_json(c, s->row.id);
}

static json_t *show_status(struct ctx *c, const struct showing *s)
{
    return status_json(c, s->row.status);
}

static json_t *show_created(struct ctx *c, const struct showing *s)
{
    return moment(c, s->row.created);
}

static json_t *show_updated(struct ctx *c, const struct showing *s)
{
    return moment(c, s->row.updated);
}

static json_t *show_resolved(struct ctx *c, const struct showing *s)
{
    return moment(c, s->row.resolved);
}

static json_t *show_status_changed(struct ctx *c, const struct showing *s)
{
    return moment(c, s->row.status_changed);
}

static json_t *show_archived(struct ctx *c, const struct showing *s)
{
    return moment(c, s->row.archived);
}

static json_t *show_archived_by(struct ctx *c, const struct showing *s)
{
    return user_json(c, s->row.archived_by);
}

/* On Data Center absent where the project has no scheme. */
static json_t *show_security(struct ctx *c, const struct showing *s)
{
    int64_t scheme = 0;
    if (!c->d->is_cloud && !s->row.security &&
        (!db_int(c, &scheme, "SELECT security_scheme FROM project WHERE id = ?1", "i", s->row.project) || !scheme))
        return NULL;
    return security_level_json(c, s->row.security);
}

static json_t *show_status_category(struct ctx *c, const struct showing *s)
{
    json_t *status = status_json(c, s->row.status);
    return status ? json_object_get(status, "statusCategory") : NULL;
}

static json_t *show_subtasks(struct ctx *c, const struct showing *s)
{
    return subtasks_json(c, s->row.id);
}

static json_t *show_votes(struct ctx *c, const struct showing *s)
{
    return votes_json(c, s->row.id, s->key);
}

static json_t *show_watches(struct ctx *c, const struct showing *s)
{
    return watches_json(c, s->row.id, s->key);
}

static json_t *show_fix_versions(struct ctx *c, const struct showing *s)
{
    return issue_set_json(c, s->row.id, SET_FIX_VERSIONS);
}

static json_t *show_versions(struct ctx *c, const struct showing *s)
{
    return issue_set_json(c, s->row.id, SET_VERSIONS);
}

static json_t *show_components(struct ctx *c, const struct showing *s)
{
    return issue_set_json(c, s->row.id, SET_COMPONENTS);
}

/* Without `show`: what is estimated and spent (worklog.h). */
static const struct {
    const char *id;
    show *show;
    unsigned dialects;
} FIELDS[] = {
    {"statuscategorychangedate", show_status_changed, ON_CLOUD},
    {"issuetype", show_type, ON_ALL},
    {"parent", show_parent, ON_ALL},
    {"timespent", NULL, ON_ALL},
    {"project", show_project, ON_ALL},
    {"fixVersions", show_fix_versions, ON_ALL},
    {"aggregatetimespent", NULL, ON_ALL},
    {"statusCategory", show_status_category, ON_CLOUD},
    {"resolution", show_resolution, ON_ALL},
    {"resolutiondate", show_resolved, ON_ALL},
    {"workratio", NULL, ON_ALL},
    {"lastViewed", show_null, ON_ALL},
    {"watches", show_watches, ON_ALL},
    {"created", show_created, ON_ALL},
    {"priority", show_priority, ON_ALL},
    {"labels", show_labels, ON_ALL},
    {"aggregatetimeoriginalestimate", NULL, ON_ALL},
    {"timeestimate", NULL, ON_ALL},
    {"versions", show_versions, ON_ALL},
    {"issuelinks", show_links, ON_ALL},
    {"assignee", show_assignee, ON_ALL},
    {"updated", show_updated, ON_ALL},
    {"status", show_status, ON_ALL},
    {"components", show_components, ON_ALL},
    {"timeoriginalestimate", NULL, ON_ALL},
    {"description", show_description, ON_ALL},
    {"timetracking", NULL, ON_ALL},
    {"archiveddate", show_archived, ON_DC},
    {"archivedby", show_archived_by, ON_DC},
    {"security", show_security, ON_ALL},
    {"attachment", show_attachments, ON_ALL},
    {"aggregatetimeestimate", NULL, ON_ALL},
    {"summary", show_summary, ON_ALL},
    {"creator", show_creator, ON_ALL},
    {"subtasks", show_subtasks, ON_ALL},
    {"reporter", show_reporter, ON_ALL},
    {"aggregateprogress", NULL, ON_ALL},
    {"environment", show_environment, ON_ALL},
    {"duedate", show_due, ON_ALL},
    {"progress", NULL, ON_ALL},
    {"comment", show_comments, ON_ALL},
    {"votes", show_votes, ON_ALL},
    {"worklog", show_worklogs, ON_ALL},
};

static bool wants_custom(const struct issue_view *v)
{
    bool any = v->all_custom;
    for (size_t i = 0; i < v->with_count; i++)
        any |= str_starts(v->with[i], "customfield_");
    return any;
}

/* The epic is the parent, seen through a custom field. */
static bool push_epic(struct ctx *c, const struct showing *s, struct custom_value **values, size_t *count)
{
    if (!s->row.parent || s->is_subtask)
        return true;
    struct custom_value v = {.text = issue_key(c, s->row.parent)};
    *arena_push(c->a, *values, *count) = v;
    return v.text;
}

/* Every custom field that applies is there, null when it has no value. */
static bool put_custom(struct ctx *c, json_t *fields, const struct showing *s)
{
    struct sql_rows rows;
    const char *sql = arena_printf(c->a,
                                   "SELECT f.id, f.number, f.kind, v.text, v.num, v.ref, v.issue FROM field f LEFT JOIN"
                                   " custom_value v ON v.issue = ?1 AND v.field = f.number WHERE f.number IS NOT NULL"
                                   " AND %s ORDER BY f.number, v.position",
                                   field_applies(c->a, "?2", "?3"));
    if (!db_query(c, &rows, sql, "iii", s->row.id, s->row.project, s->row.type))
        return false;
    struct field f = {0};
    struct custom_value *values = NULL;
    size_t count = 0;
    bool more = sql_next(&rows);
    while (more) {
        if (!issue_view_shows(s->view, sql_peek(&rows, 0), true)) {
            more = sql_next(&rows);
            continue;
        }
        f = (struct field){
            .id = sql_str(&rows, 0, c->a), .number = sql_int(&rows, 1), .kind = field_kind_of(sql_peek(&rows, 2))};
        values = NULL;
        count = 0;
        do {
            if (sql_is_null(&rows, 6))
                continue;
            *arena_push(c->a, values, count) = (struct custom_value){.text = sql_str(&rows, 3, c->a),
                                                                     .num = sql_double(&rows, 4),
                                                                     .has_num = !sql_is_null(&rows, 4),
                                                                     .ref = sql_int(&rows, 5)};
        } while ((more = sql_next(&rows)) && sql_int(&rows, 1) == f.number);
        if (f.kind->noun == CUSTOM_EPIC && !push_epic(c, s, &values, &count))
            return false;
        put(fields, f.id, custom_json(c, &f, values, count));
    }
    return db_done(c, &rows);
}

static json_t *fields_json(struct ctx *c, const struct showing *s)
{
    json_t *fields = new_object(c);
    for (size_t i = 0; i < ARRAY_LEN(FIELDS); i++) {
        if (!(FIELDS[i].dialects & c->d->mask) || !issue_view_shows(s->view, FIELDS[i].id, false))
            continue;
        json_t *value = FIELDS[i].show ? FIELDS[i].show(c, s) : issue_time_field(c, s->row.id, FIELDS[i].id);
        if (value)
            put(fields, FIELDS[i].id, value);
    }
    if (wants_custom(s->view) && !put_custom(c, fields, s))
        return NULL;
    return fields;
}

/* Each field by the number of the form it comes in; there is one form of each here. */
static json_t *versioned_json(struct ctx *c, json_t *fields)
{
    json_t *o = new_object(c), *value;
    const char *name;
    json_object_foreach (fields, name, value) {
        json_t *forms = new_object(c);
        put(forms, "1", value);
        put(o, name, forms);
    }
    return o;
}

static json_t *operations_json(struct ctx *c)
{
    json_t *o = new_object(c), *group = new_object(c), *groups = new_array(c);
    put_str(group, "id", "view.issue.opsbar");
    put(group, "links", new_array(c));
    put(group, "groups", new_array(c));
    add(groups, group);
    put(o, "linkGroups", groups);
    return o;
}

static void put_expanded(struct ctx *c, json_t *o, const struct showing *s, json_t *fields)
{
    unsigned x = s->view->expand;
    if (x & EXPAND_RENDERED)
        put(o, "renderedFields", issue_rendered_json(c, &s->row, fields));
    else if (s->view->in_search && c->d->search_shows_nulls)
        put(o, "renderedFields", NULL);
    if (x & EXPAND_NAMES && !s->view->in_search)
        put(o, "names", issue_names_json(c, s->view));
    if (x & EXPAND_SCHEMA && !s->view->in_search)
        put(o, "schema", issue_schema_json(c, s->view));
    if (x & EXPAND_TRANSITIONS)
        put(o, "transitions", transitions_json(c, &s->row, NULL, x & EXPAND_TRANSITION_FIELDS));
    if (x & EXPAND_OPERATIONS)
        put(o, "operations", operations_json(c));
    if (x & EXPAND_EDITMETA) {
        json_t *meta = new_object(c), *screen = screen_json(c, s->row.project, s->row.type, "edit");
        if (screen && screen_trim(c, "edit", s->row.project, s->row.id, screen))
            put(meta, "fields", screen);
        put(o, "editmeta", meta);
    }
    if (x & EXPAND_CHANGELOG)
        put(o, "changelog", changelog_json(c, s->row.id, s->view->in_search));
}

json_t *issue_json(struct ctx *c, int64_t issue, const struct issue_view *view)
{
    json_t *o = new_object(c), *fields = NULL;
    if (view->is_id_only) {
        put_id(o, "id", issue);
        return o;
    }
    struct showing s = {.view = view};
    if (!issue_row_read(c, issue, &s.row))
        return NULL;
    s.key = key_of(c, &s.row);
    int64_t is_subtask = 0;
    if (s.row.parent && !db_int(c, &is_subtask, "SELECT is_subtask FROM issue_type WHERE id = ?1", "i", s.row.type))
        return NULL;
    s.is_subtask = is_subtask;
    put_str(o, "expand",
            view->in_search ? "operations,versionedRepresentations,editmeta,changelog,renderedFields"
                            : "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations");
    put_id(o, "id", issue);
    put_self(c, o, "issue/%lld", (long long)issue);
    put_str(o, "key", s.key);
    if (view->has_fields) {
        fields = fields_json(c, &s);
        if (fields && view->expand & EXPAND_VERSIONED)
            put(o, "versionedRepresentations", versioned_json(c, fields));
        else if (fields && (json_object_size(fields) || view->all_custom || view->with_count))
            put(o, "fields", fields);
    }
    put_expanded(c, o, &s, fields ? fields : new_object(c));
    if (view->property_count)
        put(o, "properties", properties_json(c, "issue", issue, view->properties, view->property_count));
    return c->err.kind == ERR_NONE ? o : NULL;
}

json_t *issue_stub_json(struct ctx *c, int64_t issue)
{
    struct issue_row r;
    if (!issue_row_read(c, issue, &r))
        return NULL;
    json_t *o = new_object(c), *fields = new_object(c);
    put_id(o, "id", r.id);
    put_str(o, "key", key_of(c, &r));
    put_self(c, o, "issue/%lld", (long long)r.id);
    put_str(fields, "summary", r.summary);
    put(fields, "status", status_json(c, r.status));
    put(fields, "priority", priority_json(c, r.priority));
    put(fields, "issuetype", issue_type_json(c, r.type));
    put(o, "fields", fields);
    return o;
}
