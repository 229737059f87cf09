/* issue_change.c - one change of one issue: from `fields` and `update` to a row.
 *
 * Why everything is applied to a copy first: a request with one wrong field must change nothing, and an edit that ends
 * where it began must leave no history and no new `updated`. */
#include "sandbox/field/custom.h"
#include "sandbox/parts/worklog.h"
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"

#include <string.h>

enum { SUMMARY_LIMIT = 255 };

bool issue_change_open(struct ctx *c, int64_t issue, const char *operation, struct issue_change *ch)
{
    *ch = (struct issue_change){.operation = operation};
    if (!issue_row_read(c, issue, &ch->before))
        return false;
    ch->after = ch->before;
    c->text_issue = issue;
    return true;
}

static bool labels_open(struct ctx *c, struct issue_change *ch)
{
    if (ch->has_labels)
        return true;
    ch->has_labels = true;
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT label FROM issue_label WHERE issue = ?1 ORDER BY label", "i", ch->before.id))
        return false;
    while (sql_next(&rows)) {
        char *label = sql_str(&rows, 0, c->a);
        *arena_push(c->a, ch->labels_before, ch->labels_before_count) = label;
        *arena_push(c->a, ch->labels, ch->labels_count) = label;
    }
    return db_done(c, &rows);
}

/* The change of a custom field, with what was there before; NULL when the database failed. */
static struct custom_change *custom_open(struct ctx *c, struct issue_change *ch, const struct field *f)
{
    for (size_t i = 0; i < ch->custom_count; i++)
        if (ch->custom[i].field.number == f->number)
            return &ch->custom[i];
    struct custom_change change = {.field = *f};
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT text, num, ref FROM custom_value WHERE issue = ?1 AND field = ?2 ORDER BY position",
                  "ii", ch->before.id, f->number))
        return NULL;
    while (sql_next(&rows)) {
        struct custom_value v = {.text = sql_str(&rows, 0, c->a),
                                 .num = sql_double(&rows, 1),
                                 .has_num = !sql_is_null(&rows, 1),
                                 .ref = sql_int(&rows, 2)};
        *arena_push(c->a, change.before, change.before_count) = v;
        *arena_push(c->a, change.after, change.after_count) = v;
    }
    if (!db_done(c, &rows))
        return NULL;
    *arena_push(c->a, ch->custom, ch->custom_count) = change;
    return &ch->custom[ch->custom_count - 1];
}

/* ---- verbs on system fields ---- */

static bool set_summary(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    const char *text = json_string_value(value);
    if (value && !text && !json_is_null(value))
        problem(c, &ch->problems, "summary", "Operation value must be a string");
    else if (str_is_empty(text) || !*str_trim(c->a, text))
        problem(c, &ch->problems, "summary", "You must specify a summary of the issue.");
    else if (strpbrk(text, "\r\n"))
        problem(c, &ch->problems, "summary", "The summary is invalid because it contains newline characters.");
    else if (str_utf8_length(text) > SUMMARY_LIMIT)
        problem(c, &ch->problems, "summary", "Summary can't exceed 255 characters.");
    else
        ch->after.summary = str_trim(c->a, text);
    return true;
}

static bool set_type(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    int64_t type = 0, is_there = 0;
    if (!read_named(c, &ch->problems, "issuetype", "issue_type", value, &type))
        return false;
    if (!type || ch->is_new) /* creation has looked at it already */
        return true;
    if (!db_int(c, &is_there, "SELECT 1 FROM project_issue_type WHERE project = ?1 AND issue_type = ?2", "ii",
                ch->after.project, type))
        return false;
    if (!is_there)
        problem(c, &ch->problems, "issuetype", "%s", c->d->type_invalid);
    else
        ch->after.type = type;
    return true;
}

/* With the components that the issue has now. */
static bool automatic_of(struct ctx *c, const struct issue_change *ch, int64_t *r)
{
    int64_t *components = NULL;
    size_t count = 0;
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT component FROM issue_component WHERE issue = ?1 ORDER BY component", "i",
                  ch->before.id))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, components, count) = sql_int(&rows, 0);
    return db_done(c, &rows) && automatic_assignee(c, ch->after.project, components, count, r);
}

static bool set_assignee(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    int64_t account = 0;
    bool is_allowed = true;
    const char *given = json_at_str(value, c->d->is_cloud ? "accountId" : "name");
    ch->assigns_automatically = str_eq(given, "-1");
    if (ch->assigns_automatically) /* whom the components or the project say; a new issue's components may still come */
        return ch->is_new || (automatic_of(c, ch, &ch->after.assignee));
    if (!read_user(c, &ch->problems, "assignee", value, &account))
        return false;
    if (account && !permission_has_for(c, account, "ASSIGNABLE_USER", ch->after.project, ch->is_new ? 0 : ch->after.id,
                                       &is_allowed))
        return false;
    if (!is_allowed)
        problem(c, &ch->problems, "assignee", "User '%s' cannot be assigned issues.", given ? given : "");
    ch->after.assignee = account;
    return true;
}

static bool set_reporter(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    int64_t account = 0;
    if (!read_user(c, &ch->problems, "reporter", value, &account))
        return false;
    if (!account && !ch->problems.count) {
        problem(c, &ch->problems, "reporter", "Reporter is required.");
        return true;
    }
    ch->after.reporter = account;
    return true;
}

static bool set_due(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    const char *text = json_string_value(value);
    if (json_is_null(value) || (text && !*text))
        ch->after.due = NULL;
    else if (!text || !is_date(text))
        problem(c, &ch->problems, "duedate", "Error parsing date string: %s", text ? text : "");
    else
        ch->after.due = arena_strdup(c->a, text);
    return true;
}

static bool set_priority(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    if (!json_is_null(value))
        return read_named(c, &ch->problems, "priority", "priority", value, &ch->after.priority);
    ch->after.priority = 0;
    return true;
}

static bool set_resolution(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    int64_t before = ch->after.resolution;
    ch->after.resolution = 0;
    if (!json_is_null(value) && !read_named(c, &ch->problems, "resolution", "resolution", value, &ch->after.resolution))
        return false;
    if (ch->after.resolution != before)
        ch->after.resolved = ch->after.resolution ? c->now : 0;
    return true;
}

static bool set_security(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    return security_set(c, ch, value);
}

static bool level_of(struct ctx *c, int64_t type, int64_t *r)
{
    return db_int(c, r, "SELECT level FROM issue_type WHERE id = ?1", "i", type);
}

/* {key} or {id} of the parent. A sub-task's is of the standard level, a standard issue's an epic. */
static bool set_parent(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    const char *key = json_at_str(value, "key"), *id = json_at_id(c->a, value, "id");
    const char *field = c->d->is_cloud ? "parentId" : "parent";
    int64_t parent = 0, own = 0, its = 0;
    struct issue_row row;
    if (json_is_null(value)) {
        ch->after.parent = 0;
        return true;
    }
    if ((key || id) && !issue_find(c, key ? key : id, &parent))
        return false;
    if (!parent || parent == ch->before.id) {
        problem(c, &ch->problems, field,
                c->d->is_cloud ? "Given parent work item does not exist." : "Could not find issue by id or key.");
        return true;
    }
    if (!issue_row_read(c, parent, &row) || !level_of(c, ch->after.type, &own) || !level_of(c, row.type, &its))
        return false;
    if (row.project != ch->after.project && own < 0)
        problem(c, &ch->problems, "parent", "The parent issue has to be in the same project.");
    else if (own < 0 && its < 0)
        problem(c, &ch->problems, field, "The issue '%s' is a sub-task itself and cannot have sub-tasks.",
                key ? key : id);
    else if (its != own + 1)
        problem(c, &ch->problems, field,
                c->d->is_cloud ? "Given parent work item does not belong to appropriate hierarchy."
                               : "Given parent issue does not belong to appropriate hierarchy.");
    ch->after.parent = parent;
    return true;
}

/* The epic's key; it becomes the parent. */
static bool set_epic(struct ctx *c, struct issue_change *ch, const struct field *f, const json_t *value)
{
    const char *key = json_string_value(value);
    int64_t epic = 0, level = 0;
    struct issue_row row;
    if (json_is_null(value) || (key && !*key)) {
        ch->after.parent = 0;
        return true;
    }
    if ((key && !issue_find(c, key, &epic)) ||
        (epic && (!issue_row_read(c, epic, &row) || !level_of(c, row.type, &level))))
        return false;
    if (!key)
        problem(c, &ch->problems, f->id, "Epic link value must be a string holding an issue key");
    else if (!epic)
        problem(c, &ch->problems, f->id, "%s", c->d->issue_missing);
    else if (level != 1)
        problem(c, &ch->problems, f->id, "Issue '%s' is not an epic.", key);
    else
        ch->after.parent = epic;
    return true;
}

static bool change_labels(struct ctx *c, struct issue_change *ch, const char *verb, const json_t *value)
{
    if (!labels_open(c, ch))
        return false;
    char **labels;
    size_t count;
    json_t *one = new_array(c);
    bool is_set = str_eq(verb, "set");
    if (!is_set)
        json_array_append(one, (json_t *)value);
    if (!read_labels(c, &ch->problems, "labels", is_set ? value : one, &labels, &count))
        return false;
    if (is_set) {
        ch->labels = labels;
        ch->labels_count = count;
        return true;
    }
    for (size_t n = 0; n < count; n++) {
        size_t at = 0;
        while (at < ch->labels_count && !str_eq(ch->labels[at], labels[n]))
            at++;
        bool is_there = at < ch->labels_count;
        if (str_eq(verb, "add") && !is_there)
            *arena_push(c->a, ch->labels, ch->labels_count) = labels[n];
        else if (str_eq(verb, "remove") && is_there)
            ch->labels[at] = ch->labels[--ch->labels_count];
    }
    return true;
}

/* Comments and links are written after the row: what is to be done is kept as {verb: value}. */
static bool push_step(struct ctx *c, json_t **list, const char *verb, const json_t *value)
{
    json_t *step = new_object(c);
    if (!*list)
        *list = new_array(c);
    json_object_set(step, verb, (json_t *)value);
    add(*list, step);
    return true;
}

static bool change_time(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    if (!ch->time) {
        ch->time_before = arena_new(c->a, struct issue_time);
        ch->time = arena_new(c->a, struct issue_time);
        if (!issue_time_read(c, ch->before.id, ch->time_before))
            return false;
        *ch->time = *ch->time_before;
    }
    issue_time_change(c, ch->time, value, ch->is_new, &ch->problems);
    return true;
}

static bool change_system(struct ctx *c, struct issue_change *ch, const char *field, const char *verb,
                          const json_t *value)
{
    static const struct {
        const char *field;
        bool (*set)(struct ctx *, struct issue_change *, const json_t *);
    } SETTERS[] = {
        {"summary", set_summary},   {"issuetype", set_type},        {"assignee", set_assignee},
        {"reporter", set_reporter}, {"duedate", set_due},           {"priority", set_priority},
        {"parent", set_parent},     {"resolution", set_resolution}, {"security", set_security},
    };
    if (str_eq(field, "project"))
        return true; /* creation has read it; no edit screen has it */
    if (str_eq(field, "description"))
        return rich_text_read(c, value, field, &ch->problems, &ch->after.description);
    if (str_eq(field, "environment"))
        return rich_text_read(c, value, field, &ch->problems, &ch->after.environment);
    if (str_eq(field, "labels"))
        return change_labels(c, ch, verb, value);
    enum issue_set set;
    if (issue_set_named(field, &set))
        return issue_set_change(c, ch, set, verb, value);
    if (str_eq(field, "comment"))
        return push_step(c, &ch->comments, verb, value);
    if (str_eq(field, "worklog"))
        return push_step(c, &ch->worklogs, verb, value);
    if (str_eq(field, "timetracking"))
        return change_time(c, ch, value);
    if (str_eq(field, "issuelinks"))
        return push_step(c, &ch->links, verb, value);
    for (size_t i = 0; i < ARRAY_LEN(SETTERS); i++)
        if (str_eq(SETTERS[i].field, field))
            return SETTERS[i].set(c, ch, value);
    problem(c, &ch->problems, field, "Field '%s' cannot be set. It is not on the appropriate screen, or unknown.",
            field);
    return true;
}

static bool change_custom(struct ctx *c, struct issue_change *ch, const struct field *f, const char *verb,
                          const json_t *value)
{
    if (f->kind->noun == CUSTOM_EPIC)
        return set_epic(c, ch, f, value);
    struct custom_change *change = custom_open(c, ch, f);
    if (!change)
        return false;
    if (str_eq(verb, "set"))
        return read_custom(c, &ch->problems, f, &ch->after, value, &change->after, &change->after_count) &&
               (f->kind->noun != CUSTOM_SPRINT || sprint_merge(c, change));
    json_t *one = new_array(c);
    json_array_append(one, (json_t *)value);
    struct custom_value *values;
    size_t count;
    if (!read_custom(c, &ch->problems, f, &ch->after, one, &values, &count))
        return false;
    for (size_t n = 0; n < count; n++) {
        size_t at = 0;
        while (at < change->after_count &&
               (change->after[at].ref != values[n].ref || !str_eq(change->after[at].text, values[n].text)))
            at++;
        bool is_there = at < change->after_count;
        if (str_eq(verb, "add") && !is_there)
            *arena_push(c->a, change->after, change->after_count) = values[n];
        else if (str_eq(verb, "remove") && is_there)
            change->after[at] = change->after[--change->after_count];
    }
    return true;
}

/* Whether `verb` is among the field's operations; Jira lets `set` through `fields` for all that it can set. */
static bool allows(struct ctx *c, const char *operations, const char *verb)
{
    char **list;
    size_t count = str_split(c->a, operations, ' ', &list);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], verb))
            return true;
    return false;
}

static bool on_screen(struct ctx *c, const struct issue_change *ch, const char *field, bool *r)
{
    int64_t there = 0;
    char *sql = arena_printf(c->a,
                             "SELECT 1 FROM screen s JOIN field f ON f.id = s.field WHERE s.project IN (0, ?1) AND"
                             " s.issue_type IN (0, ?2) AND s.operation = ?3 AND s.field = ?4 AND %s",
                             field_applies(c->a, "?1", "?2"));
    if (!db_int(c, &there, sql, "iiss", ch->after.project, ch->after.type, ch->operation, field))
        return false;
    bool is_step = str_eq(ch->operation, "resolve") || *ch->operation == 't'; /* people may say something on the way */
    *r = there || (is_step && str_eq(field, "comment")) || str_eq(ch->operation, "assign");
    return true;
}

bool issue_change_field(struct ctx *c, struct issue_change *ch, const char *id, const char *verb, const json_t *value)
{
    struct field f;
    bool found = false, shown = false;
    if (!on_screen(c, ch, id, &shown) || (shown && !field_read(c, id, &f, &found)))
        return false;
    if (shown && !field_may_be_set(c, ch->operation, ch->after.project, ch->after.id, id, &shown))
        return false;
    if (!shown || !found) {
        if (c->d->drops_status_writes && str_eq(id, "status") && str_eq(ch->operation, "edit"))
            return true;
        problem(c, &ch->problems, id, "Field '%s' cannot be set. It is not on the appropriate screen, or unknown.", id);
        return true;
    }
    const char *operations = field_operations(c, &f);
    bool is_type = str_eq(id, "issuetype");
    if (!allows(c, operations, verb) && !(is_type && str_eq(verb, "set"))) {
        problem(c, &ch->problems, id,
                "Field with id '%s' and name '%s' does not support operation '%s' Supported operation(s) are: '%s'", id,
                f.name, verb, str_replace(c->a, operations, " ", ","));
        return true;
    }
    return f.system ? change_system(c, ch, id, verb, value) : change_custom(c, ch, &f, verb, value);
}

bool issue_change_apply(struct ctx *c, struct issue_change *ch, const char *id, const char *verb, const json_t *value)
{
    struct field f;
    bool found = false;
    if (!field_read(c, id ? id : "", &f, &found))
        return false;
    if (!found) {
        problem(c, &ch->problems, NULL, "The workflow sets the field '%s', which is not there.", id ? id : "");
        return true;
    }
    return f.system ? change_system(c, ch, id, verb, value) : change_custom(c, ch, &f, verb, value);
}

/* ---- the body ---- */

static void named(struct ctx *c, struct issue_change *ch, const char *field)
{
    for (size_t i = 0; i < ch->named_count; i++) {
        if (!str_eq(ch->named[i], field))
            continue;
        problem(c, &ch->problems, field, "Field '%s' cannot appear in both 'fields' and 'update'", field);
        return;
    }
    *arena_push(c->a, ch->named, ch->named_count) = arena_strdup(c->a, field);
}

/* update: {"labels": [{"add": "x"}, {"remove": "y"}]} */
static bool change_update(struct ctx *c, struct issue_change *ch, const json_t *update)
{
    const char *field, *verb;
    json_t *verbs, *value;
    json_object_foreach ((json_t *)update, field, verbs) {
        size_t i;
        json_t *step;
        named(c, ch, field);
        if (!json_is_array(verbs)) {
            problem(c, &ch->problems, field, "data was not an array");
            continue;
        }
        json_array_foreach (verbs, i, step)
            json_object_foreach (step, verb, value)
                if (!issue_change_field(c, ch, field, verb, value))
                    return false;
    }
    return true;
}

bool issue_change_body(struct ctx *c, struct issue_change *ch, const json_t *body)
{
    const json_t *fields = json_object_get(body, "fields"), *update = json_object_get(body, "update");
    ch->metadata = json_object_get(body, "historyMetadata");
    if ((fields && !json_is_object(fields) && !json_is_null(fields)) ||
        (update && !json_is_object(update) && !json_is_null(update))) {
        problem(c, &ch->problems, NULL, "Can not deserialize 'fields' or 'update': an object is expected.");
        return true;
    }
    const char *field;
    json_t *value;
    json_object_foreach ((json_t *)fields, field, value) {
        named(c, ch, field);
        if (!issue_change_field(c, ch, field, "set", value))
            return false;
    }
    return change_update(c, ch, update);
}

bool issue_change_status(struct ctx *c, struct issue_change *ch, int64_t status)
{
    int64_t from = 0, to = 0;
    if (!db_int(c, &from, "SELECT category FROM status WHERE id = ?1", "i", ch->after.status) ||
        !db_int(c, &to, "SELECT category FROM status WHERE id = ?1", "i", status))
        return false;
    if (status != ch->after.status)
        ch->after.status_changed = c->now;
    ch->after.status = status;
    enum { DONE = 3 };
    if (to != DONE && from == DONE) {
        ch->after.resolution = 0;
        ch->after.resolved = 0;
    }
    if (to == DONE && from != DONE && !ch->after.resolution) {
        if (!db_int(c, &ch->after.resolution, "SELECT id FROM resolution ORDER BY position, id LIMIT 1", ""))
            return false;
        ch->after.resolved = c->now;
    }
    return true;
}
