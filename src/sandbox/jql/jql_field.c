/* jql_field.c - every field there is: its spellings, its operators, its SQL, its order.
 *
 * A field is a scalar (an expression over `issue i`) or has many values (a table with a column `issue`). */
#include "sandbox/jql/jql_field.h"

#include <strings.h>

#define BY_POSITION(table, column) "(SELECT t.position FROM " table " t WHERE t.id = " column ")"
/* Parents of sub-tasks, or epics of the others: both are the column parent, told apart by the issue's type. */
#define PARENTS_OF(is_subtask)                                                                                         \
    "(SELECT n.id AS issue, n.parent AS parent FROM issue n JOIN issue_type t ON t.id = n.issue_type WHERE"            \
    " n.parent IS NOT NULL AND t.is_subtask = " is_subtask ") v WHERE 1"
#define BY_NAME(column) "(SELECT t.display_name COLLATE NOCASE FROM account t WHERE t.id = " column ")"

#define OF_PROJECT(column) "(SELECT p." column " FROM project p WHERE p.id = i.project)"

#define VERSION_SORT(kind)                                                                                             \
    "(SELECT min(t.position) FROM issue_version v JOIN version t ON t.id = v.version WHERE v.issue = i.id AND v.kind"  \
    " = '" kind "')"

#define COUNT_OF(table) "(SELECT count(*) FROM " table " n WHERE n.issue = i.id)"

#define TIME_OF(column) "(SELECT " column " FROM issue_time t WHERE t.issue = i.id)"
#define WORK_RATIO      TIME_OF("CASE WHEN t.original > 0 THEN ifnull(t.spent, 0) * 100 / t.original ELSE -1 END")

#define LINKED                                                                                                         \
    "(SELECT inward AS issue, type * 2 AS relation FROM issue_link UNION ALL"                                          \
    " SELECT outward, type * 2 + 1 FROM issue_link) v WHERE 1"

const struct jql_field jql_system_fields[] = {
    {"|project|", KIND_PROJECT, OPS_SET | OPS_NULL, "i.project", .table = "project", .sort = OF_PROJECT("name")},
    {"|projectType|", KIND_STRING, OPS_SET, OF_PROJECT("type_key"), .table = "projecttype"},
    {"|issuekey|key|id|issue|", KIND_ISSUE, OPS_SET | OPS_NULL | OPS_ORDER, "i.id", .sort = "i.number"},
    {"|parent|", KIND_PARENT, OPS_SET | OPS_NULL, "i.parent", .sort = "i.parent"},
    {"|parentEpic|", KIND_PARENT, OPS_SET, "v.epic",
     "(SELECT e.id AS issue, e.parent AS epic FROM issue e WHERE e.parent IS NOT NULL UNION ALL"
     " SELECT s.id, e.parent FROM issue s JOIN issue e ON e.id = s.parent WHERE e.parent IS NOT NULL) v WHERE 1",
     .dialects = ON_CLOUD},
    {"|created|createddate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.created", .sort = "i.created",
     .is_descending = true},
    {"|updated|updateddate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.updated", .sort = "i.updated",
     .is_descending = true},
    {"|resolved|resolutiondate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.resolved", .sort = "i.resolved",
     .is_descending = true},
    {"|statusCategoryChangedDate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.status_changed",
     .sort = "i.status_changed", .is_descending = true},
    {"|due|duedate|", KIND_DAY, OPS_SET | OPS_NULL | OPS_ORDER, "i.due", .sort = "i.due"},
    {"|status|", KIND_NAMED, OPS_SET | OPS_NULL | OPS_HISTORY, "i.status", .table = "status",
     .sort = BY_POSITION("status", "i.status"), .history = "status"},
    {"|statusCategory|", KIND_CATEGORY, OPS_SET | OPS_NULL, "(SELECT s.category FROM status s WHERE s.id = i.status)",
     .sort = "(SELECT s.category FROM status s WHERE s.id = i.status)"},
    {"|issuetype|type|", KIND_TYPE, OPS_SET | OPS_NULL, "i.issue_type", .table = "issue_type",
     .sort = BY_POSITION("issue_type", "i.issue_type")},
    {"|hierarchyLevel|", KIND_NUMBER, OPS_SET | OPS_ORDER,
     "(SELECT t.level FROM issue_type t WHERE t.id = i.issue_type)",
     .sort = "(SELECT t.level FROM issue_type t WHERE t.id = i.issue_type)", .dialects = ON_CLOUD},
    /* position 1 is the highest, and descending shows the highest first */
    {"|priority|", KIND_NAMED, OPS_SET | OPS_NULL | OPS_ORDER | OPS_HISTORY, "i.priority", .table = "priority",
     .sort = "-" BY_POSITION("priority", "i.priority"), .is_descending = true, .history = "priority"},
    {"|resolution|", KIND_NAMED, OPS_SET | OPS_NULL | OPS_ORDER | OPS_HISTORY, "i.resolution", .table = "resolution",
     .sort = BY_POSITION("resolution", "i.resolution"), .history = "resolution"},
    {"|assignee|", KIND_USER, OPS_SET | OPS_NULL | OPS_HISTORY, "i.assignee", .sort = BY_NAME("i.assignee"),
     .history = "assignee"},
    {"|reporter|", KIND_USER, OPS_SET | OPS_NULL | OPS_HISTORY, "i.reporter", .sort = BY_NAME("i.reporter"),
     .history = "reporter"},
    {"|creator|", KIND_USER, OPS_SET | OPS_NULL, "i.creator", .sort = BY_NAME("i.creator")},
    {"|watcher|", KIND_USER, OPS_SET | OPS_NULL, "v.account", "watcher v WHERE 1", .sort = NULL},
    {"|watchers|", KIND_NUMBER, OPS_SET | OPS_ORDER, COUNT_OF("watcher"), .sort = COUNT_OF("watcher"),
     .is_descending = true},
    {"|labels|", KIND_STRING, OPS_SET | OPS_NULL, "v.label COLLATE NOCASE", "issue_label v WHERE 1",
     .sort = "(SELECT min(l.label) FROM issue_label l WHERE l.issue = i.id)"},
    {"|fixVersion|", KIND_VERSION, OPS_SET | OPS_NULL | OPS_ORDER | OPS_HISTORY, "v.version",
     "issue_version v WHERE v.kind = 'fix'", .table = "version", .sort = VERSION_SORT("fix"), .history = "Fix Version"},
    {"|affectedVersion|", KIND_VERSION, OPS_SET | OPS_NULL | OPS_ORDER, "v.version",
     "issue_version v WHERE v.kind = 'affects'", .table = "version", .sort = VERSION_SORT("affects")},
    {"|component|", KIND_COMPONENT, OPS_SET | OPS_NULL, "v.component", "issue_component v WHERE 1",
     .table = "component",
     .sort = "(SELECT min(t.name) FROM issue_component v JOIN component t ON t.id = v.component WHERE v.issue = i.id)"},
    {"|category|", KIND_NAMED, OPS_SET | OPS_NULL, OF_PROJECT("category"), .table = "project_category", .sort = NULL},
    {"|level|", KIND_NAMED, OPS_SET | OPS_NULL, "i.security", .table = "security_level",
     .sort = "(SELECT t.name FROM security_level t WHERE t.id = i.security)"},
    {"|attachments|", KIND_PRESENCE, OPS_NULL, "v.id", "attachment v WHERE 1", .sort = NULL},
    {"|worklogAuthor|", KIND_USER, OPS_SET | OPS_NULL, "v.author", "worklog v WHERE v.author IS NOT NULL",
     .sort = NULL},
    {"|worklogDate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "v.started", "worklog v WHERE 1", .sort = NULL},
    {"|worklogComment|", KIND_TEXT, OPS_LIKE, "w", .sort = NULL},
    {"|voter|", KIND_USER, OPS_SET | OPS_NULL, "v.account", "vote v WHERE 1", .sort = NULL},
    {"|votes|", KIND_NUMBER, OPS_SET | OPS_ORDER, COUNT_OF("vote"), .sort = COUNT_OF("vote"), .is_descending = true},
    {"|originalEstimate|timeoriginalestimate|", KIND_DURATION, OPS_SET | OPS_NULL | OPS_ORDER, TIME_OF("t.original"),
     .sort = TIME_OF("t.original")},
    {"|remainingEstimate|timeestimate|", KIND_DURATION, OPS_SET | OPS_NULL | OPS_ORDER, TIME_OF("t.remaining"),
     .sort = TIME_OF("t.remaining")},
    {"|timespent|", KIND_DURATION, OPS_SET | OPS_NULL | OPS_ORDER, TIME_OF("t.spent"), .sort = TIME_OF("t.spent")},
    {"|workratio|", KIND_NUMBER, OPS_SET | OPS_NULL | OPS_ORDER, WORK_RATIO, .sort = WORK_RATIO},
    {"|issueLinkType|", KIND_LINK_TYPE, OPS_SET | OPS_NULL, "v.relation", LINKED, .table = "link_type"},
    {"|lastViewed|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "v.at", "viewed v WHERE v.account = %lld",
     .sort = "(SELECT v.at FROM viewed v WHERE v.account = %lld AND v.issue = i.id)", .is_descending = true},
    {"|filter|request|savedfilter|searchrequest|", KIND_FILTER, OPS_SET, "i.id", .sort = NULL}, /* jql_plan.c */
    {"|summary|", KIND_TEXT, OPS_LIKE | OPS_NULL, "s", .sort = "i.summary COLLATE NOCASE"},
    {"|description|", KIND_TEXT, OPS_LIKE | OPS_NULL, "d", .sort = NULL},
    {"|environment|", KIND_TEXT, OPS_LIKE | OPS_NULL, "e", .sort = NULL},
    {"|comment|", KIND_TEXT, OPS_LIKE, "c", .sort = NULL},
    {"|text|", KIND_TEXT, 1 << JQL_LIKE, "sdecxw", .sort = NULL},
};
const size_t jql_system_field_count = ARRAY_LEN(jql_system_fields);

/* ---- finding the field ---- */

bool jql_field_of_kind(struct ctx *c, const char *kind, int64_t number, struct jql_field *f)
{
    static const struct {
        const char *kinds;
        enum jql_kind kind;
        unsigned ops;
        const char *column, *sort;
    } table[] = {
        {"|number|", KIND_NUMBER, OPS_SET | OPS_NULL | OPS_ORDER, "v.num", "v.num"},
        {"|datetime|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "v.num", "v.num"},
        {"|date|", KIND_DAY, OPS_SET | OPS_NULL | OPS_ORDER, "v.text", "v.text"},
        {"|select|multiselect|radio|checkboxes|cascading|", KIND_OPTION, OPS_SET | OPS_NULL, "v.ref",
         "(SELECT o.position FROM field_option o WHERE o.id = v.ref)"},
        {"|user|multiuser|", KIND_USER, OPS_SET | OPS_NULL, "v.ref", BY_NAME("v.ref")},
        {"|labels|", KIND_STRING, OPS_SET | OPS_NULL, "v.text COLLATE NOCASE", "v.text"},
        {"|url|", KIND_STRING, OPS_SET | OPS_NULL, "v.text", "v.text"},
        {"|text|textarea|epic-name|", KIND_TEXT, OPS_LIKE | OPS_NULL, "x", "v.text COLLATE NOCASE"},
        {"|rank|", KIND_STRING, 0, "v.text", "v.text"},
        {"|group|multigroup|", KIND_NAMED, OPS_SET | OPS_NULL, "v.ref", "v.ref"},
        {"|sprint|", KIND_SPRINT, OPS_SET | OPS_NULL, "v.ref", "v.ref"},
        {"|version|multiversion|", KIND_VERSION, OPS_SET | OPS_NULL | OPS_ORDER, "v.ref",
         BY_POSITION("version", "v.ref")},
        {"|project|", KIND_PROJECT, OPS_SET | OPS_NULL, "v.ref", "(SELECT p.name FROM project p WHERE p.id = v.ref)"},
    };
    const char *wanted = arena_printf(c->a, "|%s|", kind);
    if (str_eq(kind, "epic-link")) {
        *f = (struct jql_field){.names = "",
                                .kind = KIND_PARENT,
                                .ops = OPS_SET | OPS_NULL,
                                .sql = "v.parent",
                                .from = PARENTS_OF("0"),
                                .sort = "i.parent"};
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (!strstr(table[i].kinds, wanted))
            continue;
        *f = (struct jql_field){
            .names = "",
            .kind = table[i].kind,
            .ops = table[i].ops,
            .sql = table[i].column,
            .from = arena_printf(c->a, "custom_value v WHERE v.field = %lld", (long long)number),
            .table = table[i].kind == KIND_NAMED     ? "user_group"
                     : table[i].kind == KIND_SPRINT  ? "sprint"
                     : table[i].kind == KIND_VERSION ? "version"
                                                     : arena_printf(c->a, "%lld", (long long)number),
            .sort = arena_printf(c->a,
                                 "(SELECT %s FROM custom_value v WHERE v.issue = i.id AND v.field = %lld ORDER BY "
                                 "v.position LIMIT 1)",
                                 table[i].sort, (long long)number),
        };
        return true;
    }
    return false;
}

static bool has_name(const char *names, const char *wanted)
{
    size_t length = strlen(wanted);
    for (const char *at = names + 1; *at; at += strcspn(at, "|") + 1)
        if (strcspn(at, "|") == length && strncasecmp(at, wanted, length) == 0)
            return true;
    return false;
}

/* The fields of the site's own table; the caller's id stands in those that differ from caller to caller. */
static bool find_system(struct ctx *c, const char *name, struct jql_field *f)
{
    for (size_t i = 0; i < jql_system_field_count; i++) {
        const struct jql_field *s = &jql_system_fields[i];
        if (!has_name(s->names, name) || (s->dialects && !(s->dialects & c->d->mask)))
            continue;
        *f = *s;
        if (f->kind == KIND_PARENT && !f->from && !c->d->is_cloud) { /* an epic is no parent there */
            f->sql = "v.parent";
            f->from = PARENTS_OF("1");
        }
        const char *caller = arena_printf(c->a, "%lld", (long long)c->caller);
        if (s->from && strstr(s->from, "%lld"))
            f->from = str_replace(c->a, s->from, "%lld", caller);
        if (s->sort && strstr(s->sort, "%lld"))
            f->sort = str_replace(c->a, s->sort, "%lld", caller);
        return true;
    }
    return false;
}

static bool find_custom(struct ctx *c, const char *name, struct jql_field *f, bool *found_r)
{
    const char *id = NULL, *lower = str_lower(c->a, name);
    int64_t number = 0;
    if (str_starts(lower, "cf[") && str_ends(lower, "]"))
        id = arena_strndup(c->a, name + 3, strlen(name) - 4);
    else if (str_starts(lower, "customfield_"))
        id = name + 12;
    struct sql_rows rows;
    bool is_id = id && str_to_int(id, &number);
    if (!(is_id ? db_query(c, &rows, "SELECT number, kind FROM field WHERE number = ?1", "i", number)
                : db_query(c, &rows,
                           "SELECT number, kind FROM field WHERE name = ?1 COLLATE NOCASE AND number IS NOT NULL "
                           "ORDER BY number",
                           "s", name)))
        return false;
    *found_r = sql_next(&rows);
    if (*found_r) {
        number = sql_int(&rows, 0);
        *found_r = jql_field_of_kind(c, sql_str(&rows, 1, c->a), number, f);
    }
    return db_done(c, &rows);
}

bool jql_field_find(struct ctx *c, const char *name, struct jql_field *f, bool *found_r)
{
    *found_r = find_system(c, name, f);
    return *found_r || find_custom(c, name, f, found_r);
}
