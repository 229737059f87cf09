/* field.c - system and custom fields: what there is, their schemas, and GET field. */
#include "sandbox/field/field.h"

#include <string.h>

#define O    FIELD_ORDERABLE
#define N    FIELD_NAVIGABLE
#define S    FIELD_SEARCHABLE
#define NEW  FIELD_ON_CREATE
#define EDIT FIELD_ON_EDIT
#define RES  FIELD_ON_RESOLVE
#define REQ  FIELD_REQUIRED

const struct system_field system_fields[] = {
    {"summary", "Summary", "string", NULL, NULL, O | N | S | NEW | EDIT | REQ, ON_ALL, "set"},
    {"issuetype", "Issue Type", "issuetype", NULL, "issuetype", O | N | S | NEW | EDIT | REQ, ON_ALL, ""},
    {"project", "Project", "project", NULL, NULL, N | S | NEW | REQ, ON_ALL, "set"},
    {"parent", "Parent", "issuelink", NULL, NULL, N | S | NEW | FIELD_SUBTASK_ONLY, ON_ALL, "set"},
    {"description", "Description", "string", NULL, NULL, O | N | S | NEW | EDIT, ON_ALL, "set"},
    {"environment", "Environment", "string", NULL, NULL, O | N | S | NEW | EDIT, ON_ALL, "set"},
    {"priority", "Priority", "priority", NULL, NULL, O | N | S | NEW | EDIT, ON_ALL, "set"},
    {"labels", "Labels", "array", "string", NULL, O | N | S | NEW | EDIT, ON_ALL, "add set remove"},
    {"assignee", "Assignee", "user", NULL, NULL, O | N | S | NEW | EDIT | RES, ON_ALL, "set"},
    {"reporter", "Reporter", "user", NULL, NULL, O | N | S | NEW | EDIT, ON_ALL, "set"},
    {"duedate", "Due Date", "date", NULL, "due", O | N | S | NEW | EDIT, ON_ALL, "set"},
    {"resolution", "Resolution", "resolution", NULL, NULL, O | N | S | RES, ON_ALL, "set"},
    {"issuelinks", "Linked Issues", "array", "issuelinks", "issueLink", O | N | S | EDIT, ON_ALL, "add copy"},
    {"comment", "Comment", "comments-page", NULL, NULL, O | S | EDIT, ON_ALL, "add edit remove"},
    {"fixVersions", "Fix Version/s", "array", "version", "fixVersion", O | N | S | NEW | EDIT | RES, ON_ALL,
     "set add remove"},
    {"versions", "Affects Version/s", "array", "version", "affectedVersion", O | N | S | NEW | EDIT, ON_ALL,
     "set add remove"},
    {"components", "Component/s", "array", "component", "component", O | N | S | NEW | EDIT, ON_ALL, "add set remove"},
    {"attachment", "Attachment", "array", "attachment", "attachments", O | S | NEW | EDIT, ON_ALL, ""},
    {"worklog", "Log Work", "array", "worklog", "worklogAuthor", O | S | EDIT | RES, ON_ALL, "add"},
    {"timetracking", "Time Tracking", "timetracking", NULL, NULL, O | NEW | EDIT, ON_ALL, "set edit"},
    {"status", "Status", "status", NULL, NULL, N | S, ON_ALL, ""},
    {"creator", "Creator", "user", NULL, NULL, N | S, ON_ALL, ""},
    {"created", "Created", "datetime", NULL, "created", N | S, ON_ALL, ""},
    {"updated", "Updated", "datetime", NULL, "updated", N | S, ON_ALL, ""},
    {"resolutiondate", "Resolved", "datetime", NULL, "resolved", N | S, ON_ALL, ""},
    {"subtasks", "Sub-Tasks", "array", "issuelinks", "subtasks", N, ON_ALL, ""},
    {"votes", "Votes", "votes", NULL, NULL, N, ON_ALL, ""},
    {"watches", "Watchers", "watches", NULL, "watchers", N, ON_ALL, ""},
    {"workratio", "Work Ratio", "number", NULL, NULL, N | S, ON_ALL, ""},
    {"lastViewed", "Last Viewed", "datetime", NULL, "lastViewed", N | S, ON_ALL, ""},
    {"progress", "Progress", "progress", NULL, "progress", N, ON_ALL, ""},
    {"aggregateprogress", "Σ Progress", "progress", NULL, NULL, N, ON_ALL, ""},
    {"timespent", "Time Spent", "number", NULL, NULL, N, ON_ALL, ""},
    {"timeestimate", "Remaining Estimate", "number", NULL, NULL, N, ON_ALL, ""},
    {"timeoriginalestimate", "Original Estimate", "number", NULL, NULL, N, ON_ALL, ""},
    {"aggregatetimespent", "Σ Time Spent", "number", NULL, NULL, N, ON_ALL, ""},
    {"aggregatetimeestimate", "Σ Remaining Estimate", "number", NULL, NULL, N, ON_ALL, ""},
    {"aggregatetimeoriginalestimate", "Σ Original Estimate", "number", NULL, NULL, N, ON_ALL, ""},
    {"archiveddate", "Archived", "datetime", NULL, NULL, N | S, ON_DC, ""},
    {"archivedby", "Archiver", "user", NULL, NULL, N | S, ON_DC, ""},
    {"statuscategorychangedate", "Status Category Changed", "datetime", NULL, NULL, N | S, ON_CLOUD, ""},
    {"statusCategory", "Status Category", "statusCategory", NULL, NULL, N | S, ON_CLOUD, ""},
    {"security", "Security Level", "securitylevel", NULL, "level", O | N | S, ON_ALL, "set"},
    {"issuekey", "Key", NULL, NULL, "key", N, ON_ALL, ""},
    {"thumbnail", "Images", NULL, NULL, NULL, N, ON_ALL, ""},
};
const size_t system_field_count = ARRAY_LEN(system_fields);

#undef O
#undef N
#undef S
#undef NEW
#undef EDIT
#undef RES
#undef REQ

#define CUSTOM "com.atlassian.jira.plugin.system.customfieldtypes:"
#define AGILE  "com.pyxis.greenhopper.jira:"
#define MANY   "add set remove"
static const struct field_kind KINDS[] = {
    {"text", CUSTOM "textfield", "string", NULL, "set", CUSTOM_LINE, "textsearcher", "Text Field (single line)"},
    {"textarea", CUSTOM "textarea", "string", NULL, "set", CUSTOM_AREA, "textsearcher", "Text Field (multi-line)"},
    {"number", CUSTOM "float", "number", NULL, "set", CUSTOM_NUMBER, "exactnumber", "Number Field"},
    {"select", CUSTOM "select", "option", NULL, "set", CUSTOM_OPTION, "multiselectsearcher",
     "Select List (single choice)"},
    {"radio", CUSTOM "radiobuttons", "option", NULL, "set", CUSTOM_OPTION, "multiselectsearcher", "Radio Buttons"},
    {"multiselect", CUSTOM "multiselect", "array", "option", MANY, CUSTOM_OPTION, "multiselectsearcher",
     "Select List (multiple choices)"},
    {"checkboxes", CUSTOM "multicheckboxes", "array", "option", MANY, CUSTOM_OPTION, "multiselectsearcher",
     "Checkboxes"},
    {"cascading", CUSTOM "cascadingselect", "option-with-child", NULL, "set", CUSTOM_CASCADE, "cascadingselectsearcher",
     "Select List (cascading)"},
    {"user", CUSTOM "userpicker", "user", NULL, "set", CUSTOM_USER, "userpickergroupsearcher",
     "User Picker (single user)"},
    {"multiuser", CUSTOM "multiuserpicker", "array", "user", MANY, CUSTOM_USER, "userpickergroupsearcher",
     "User Picker (multiple users)"},
    {"group", CUSTOM "grouppicker", "group", NULL, "set", CUSTOM_GROUP, "grouppickersearcher",
     "Group Picker (single group)"},
    {"multigroup", CUSTOM "multigrouppicker", "array", "group", MANY, CUSTOM_GROUP, "grouppickersearcher",
     "Group Picker (multiple groups)"},
    {"date", CUSTOM "datepicker", "date", NULL, "set", CUSTOM_DAY, "daterange", "Date Picker"},
    {"datetime", CUSTOM "datetime", "datetime", NULL, "set", CUSTOM_MOMENT, "datetimerange", "Date Time Picker"},
    {"url", CUSTOM "url", "string", NULL, "set", CUSTOM_URL, "exacttextsearcher", "URL Field"},
    {"labels", CUSTOM "labels", "array", "string", MANY, CUSTOM_LABEL, "labelsearcher", "Labels"},
    {"version", CUSTOM "version", "version", NULL, "set", CUSTOM_VERSION, "versionsearcher",
     "Version Picker (single version)"},
    {"multiversion", CUSTOM "multiversion", "array", "version", MANY, CUSTOM_VERSION, "versionsearcher",
     "Version Picker (multiple versions)"},
    {"project", CUSTOM "project", "project", NULL, "set", CUSTOM_PROJECT, "projectsearcher",
     "Project Picker (single project)"},
    {"sprint", AGILE "gh-sprint", "array", "json", "set", CUSTOM_SPRINT, NULL, "Jira Sprint Field"},
    {"epic-link", AGILE "gh-epic-link", "any", NULL, "set", CUSTOM_EPIC, NULL, "Epic Link Relationship"},
    {"epic-name", AGILE "gh-epic-label", "string", NULL, "set", CUSTOM_LINE, NULL, "Name of Epic"},
    {"rank", AGILE "gh-lexo-rank", "any", NULL, "set", CUSTOM_RANK, NULL, "Global Rank"},
};

const struct system_field *system_field_of(const char *id)
{
    for (size_t i = 0; i < system_field_count; i++)
        if (str_eq(system_fields[i].id, id))
            return &system_fields[i];
    return NULL;
}

const struct field_kind *field_kind_of(const char *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
        if (str_eq(KINDS[i].kind, kind))
            return &KINDS[i];
    return NULL;
}

const struct field_kind *field_kind_of_type(const char *custom)
{
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
        if (str_eq(KINDS[i].custom_type, custom))
            return &KINDS[i];
    return NULL;
}

/* Columns id, number, name, kind. */
static void field_from_row(struct ctx *c, struct sql_rows *rows, struct field *r)
{
    *r = (struct field){.id = sql_str(rows, 0, c->a), .name = sql_str(rows, 2, c->a), .number = sql_int(rows, 1)};
    if (r->number)
        r->kind = field_kind_of(sql_peek(rows, 3));
    else
        r->system = system_field_of(r->id);
}

bool field_read(struct ctx *c, const char *id, struct field *r, bool *found_r)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, number, name, kind FROM field WHERE id = ?1", "s", id))
        return false;
    *found_r = sql_next(&rows);
    if (*found_r)
        field_from_row(c, &rows, r);
    return db_done(c, &rows);
}

const char *field_operations(struct ctx *c, const struct field *f)
{
    if (str_eq(f->id, "issuelinks") && c->d->mask & ON_DC8) /* links could not be copied yet */
        return "add";
    return f->system ? f->system->operations : f->kind->operations;
}

json_t *field_schema_json(struct ctx *c, const struct field *f)
{
    const char *type = f->system ? f->system->type : f->kind->type;
    const char *items = f->system ? f->system->items : f->kind->items;
    if (!type)
        return NULL;
    json_t *o = new_object(c);
    put_str(o, "type", type);
    if (f->kind && f->kind->noun == CUSTOM_SPRINT && !c->d->is_cloud)
        items = "string"; /* what a client gets are texts, see sprint.c */
    if (items)
        put_str(o, "items", items);
    if (f->system) {
        put_str(o, "system", f->id);
        return o;
    }
    put_str(o, "custom", f->kind->custom_type);
    put_int(o, "customId", f->number);
    return o;
}

json_t *field_json(struct ctx *c, const struct field *f)
{
    unsigned flags = f->system ? f->system->flags : FIELD_ORDERABLE | FIELD_NAVIGABLE | FIELD_SEARCHABLE;
    json_t *o = new_object(c), *clauses = new_array(c);
    put_str(o, "id", f->id);
    if (c->d->is_cloud)
        put_str(o, "key", f->id);
    put_str(o, "name", f->name);
    if (c->d->is_cloud && !f->system)
        put_str(o, "untranslatedName", f->name);
    put_bool(o, "custom", !f->system);
    put_bool(o, "orderable", flags & FIELD_ORDERABLE);
    put_bool(o, "navigable", flags & FIELD_NAVIGABLE);
    put_bool(o, "searchable", flags & FIELD_SEARCHABLE);
    if (!f->system) {
        add_str(clauses, arena_printf(c->a, "cf[%lld]", (long long)f->number));
        add_str(clauses, f->name);
    } else if (flags & FIELD_SEARCHABLE || str_eq(f->id, "issuekey")) {
        add_str(clauses, f->system->clause ? f->system->clause : f->id);
    }
    put(o, "clauseNames", clauses);
    json_t *schema = field_schema_json(c, f);
    if (schema)
        put(o, "schema", schema);
    return o;
}

static bool field_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, number, name, kind FROM field ORDER BY position, id", ""))
        return false;
    while (sql_next(&rows)) {
        struct field f;
        field_from_row(c, &rows, &f);
        add(list, field_json(c, &f));
    }
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool field_search(struct ctx *c)
{
    struct page page;
    char **types;
    size_t type_count = param_list(c, "type", &types);
    char **ids;
    size_t id_count = param_list(c, "id", &ids);
    const char *query = param(c, "query");
    bool custom = !type_count, system = !type_count;
    for (size_t i = 0; i < type_count; i++) {
        custom |= str_eq_nocase(types[i], "custom");
        system |= str_eq_nocase(types[i], "system");
    }
    if (!page_read(c, 50, 100, &page))
        return false;
    json_t *values = new_array(c);
    struct sql_rows rows;
    int64_t total = 0;
    if (!db_query(c, &rows,
                  "SELECT id, number, name, kind, description FROM field WHERE (number IS NULL AND ?1 OR number IS NOT "
                  "NULL AND ?2)"
                  " AND (?3 IS NULL OR name LIKE '%' || ?3 || '%') ORDER BY name",
                  "iis", (int64_t)system, (int64_t)custom, query))
        return false;
    while (sql_next(&rows)) {
        struct field f;
        field_from_row(c, &rows, &f);
        json_t *o = new_object(c), *schema = field_schema_json(c, &f);
        size_t n = 0;
        while (n < id_count && !str_eq(ids[n], f.id))
            n++;
        if (!schema || (id_count && n == id_count)) /* key and images are columns, not fields */
            continue;
        int64_t at = total++;
        if (at < page.start || at >= page.start + page.max)
            continue;
        put_str(o, "id", f.id);
        put_str(o, "key", f.id);
        put_str(o, "name", f.name);
        put(o, "schema", schema);
        put_str(o, "description", sql_peek(&rows, 4));
        put_bool(o, "isLocked", false);
        if (f.kind && f.kind->searcher)
            put_str(o, "searcherKey", arena_printf(c->a, CUSTOM "%s", f.kind->searcher));
        if (f.kind)
            put_str(o, "typeDisplayName", f.kind->label);
        add(values, o);
    }
    return db_done(c, &rows) && reply_json(c, 200, page_json(c, &page, total, values));
}

json_t *issue_names_json(struct ctx *c, const struct issue_view *view)
{
    json_t *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, number, name, kind FROM field ORDER BY position, id", ""))
        return NULL;
    while (sql_next(&rows))
        if (issue_view_shows(view, sql_peek(&rows, 0), sql_int(&rows, 1) != 0))
            put_str(o, sql_peek(&rows, 0), sql_peek(&rows, 2));
    return db_done(c, &rows) ? o : NULL;
}

json_t *issue_schema_json(struct ctx *c, const struct issue_view *view)
{
    json_t *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id, number, name, kind FROM field ORDER BY position, id", ""))
        return NULL;
    while (sql_next(&rows)) {
        if (!issue_view_shows(view, sql_peek(&rows, 0), sql_int(&rows, 1) != 0))
            continue;
        struct field f;
        field_from_row(c, &rows, &f);
        json_t *schema = field_schema_json(c, &f);
        if (schema)
            put(o, f.id, schema);
    }
    return db_done(c, &rows) ? o : NULL;
}

bool screen_each(struct ctx *c, int64_t project, int64_t issue_type, const char *operation,
                 bool (*each)(struct ctx *, const struct field *, bool required, void *), void *context)
{
    struct sql_rows rows;
    char *sql = arena_printf(
        c->a,
        "SELECT f.id, f.number, f.name, f.kind, s.required FROM screen s JOIN field f ON f.id ="
        " s.field WHERE s.project IN (0, ?1) AND s.issue_type IN (0, ?2) AND s.operation = ?3 AND %s ORDER BY"
        " s.position",
        field_applies(c->a, "?1", "?2"));
    if (!db_query(c, &rows, sql, "iis", project, issue_type, operation))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        struct field f;
        field_from_row(c, &rows, &f);
        ok = each(c, &f, sql_int(&rows, 4), context);
    }
    return db_done(c, &rows) && ok;
}

const struct route field_routes[] = {
    {HTTP_GET, "field", field_list, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "field/search", field_search, ON_CLOUD, 0},
    {0},
};
