/* jql_field.c - every field there is: its spellings, its operators, its SQL, its order.
 *
 * A field is a scalar (an expression over `issue i`) or has many values (a table with a column `issue`). */
#include "sandbox/jql_field.h"

#define BY_POSITION(table, column) "(SELECT t.position FROM " table " t WHERE t.id = " column ")"
#define BY_NAME(column)            "(SELECT t.display_name COLLATE NOCASE FROM account t WHERE t.id = " column ")"

static const struct jql_field system_fields[] = {
    {"|project|", KIND_PROJECT, OPS_SET | OPS_NULL, "i.project", NULL, "project",
     "(SELECT p.name FROM project p WHERE p.id = i.project)", false},
    {"|key|issuekey|id|issue|", KIND_ISSUE, OPS_SET | OPS_NULL | OPS_ORDER, "i.id", NULL, NULL, "i.number", false},
    {"|parent|", KIND_PARENT, OPS_SET | OPS_NULL, "i.parent", NULL, NULL, "i.parent", false},
    {"|created|createddate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.created", NULL, NULL, "i.created", true},
    {"|updated|updateddate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.updated", NULL, NULL, "i.updated", true},
    {"|resolved|resolutiondate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.resolved", NULL, NULL, "i.resolved",
     true},
    {"|statuscategorychangeddate|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "i.status_changed", NULL, NULL,
     "i.status_changed", true},
    {"|due|duedate|", KIND_DAY, OPS_SET | OPS_NULL | OPS_ORDER, "i.due", NULL, NULL, "i.due", false},
    {"|status|", KIND_NAMED, OPS_SET | OPS_NULL, "i.status", NULL, "status", BY_POSITION("status", "i.status"), false},
    {"|statuscategory|", KIND_CATEGORY, OPS_SET | OPS_NULL, "(SELECT s.category FROM status s WHERE s.id = i.status)",
     NULL, NULL, NULL, false},
    {"|issuetype|type|", KIND_NAMED, OPS_SET | OPS_NULL, "i.issue_type", NULL, "issue_type",
     BY_POSITION("issue_type", "i.issue_type"), false},
    /* position 1 is the highest, and descending shows the highest first */
    {"|priority|", KIND_NAMED, OPS_SET | OPS_NULL | OPS_ORDER, "i.priority", NULL, "priority",
     "-" BY_POSITION("priority", "i.priority"), true},
    {"|resolution|", KIND_NAMED, OPS_SET | OPS_NULL, "i.resolution", NULL, "resolution",
     BY_POSITION("resolution", "i.resolution"), false},
    {"|assignee|", KIND_USER, OPS_SET | OPS_NULL, "i.assignee", NULL, NULL, BY_NAME("i.assignee"), false},
    {"|reporter|", KIND_USER, OPS_SET | OPS_NULL, "i.reporter", NULL, NULL, BY_NAME("i.reporter"), false},
    {"|creator|", KIND_USER, OPS_SET | OPS_NULL, "i.creator", NULL, NULL, BY_NAME("i.creator"), false},
    {"|watcher|", KIND_USER, OPS_SET | OPS_NULL, "v.account", "watcher v WHERE 1", NULL, NULL, false},
    {"|labels|", KIND_STRING, OPS_SET | OPS_NULL, "v.label COLLATE NOCASE", "issue_label v WHERE 1", NULL,
     "(SELECT min(l.label) FROM issue_label l WHERE l.issue = i.id)", false},
    {"|fixversion|", KIND_NAMED, OPS_SET | OPS_NULL, "v.version", "issue_version v WHERE v.kind = 'fix'", "version",
     "(SELECT min(t.position) FROM issue_version v JOIN version t ON t.id = v.version WHERE v.issue = i.id AND v.kind"
     " = 'fix')",
     false},
    {"|affectedversion|", KIND_NAMED, OPS_SET | OPS_NULL, "v.version", "issue_version v WHERE v.kind = 'affects'",
     "version",
     "(SELECT min(t.position) FROM issue_version v JOIN version t ON t.id = v.version WHERE v.issue = i.id AND v.kind"
     " = 'affects')",
     false},
    {"|component|", KIND_NAMED, OPS_SET | OPS_NULL, "v.component", "issue_component v WHERE 1", "component",
     "(SELECT min(t.name) FROM issue_component v JOIN component t ON t.id = v.component WHERE v.issue = i.id)", false},
    {"|summary|", KIND_TEXT, OPS_LIKE | OPS_NULL, "s", NULL, NULL, "i.summary COLLATE NOCASE", false},
    {"|description|", KIND_TEXT, OPS_LIKE | OPS_NULL, "d", NULL, NULL, NULL, false},
    {"|environment|", KIND_TEXT, OPS_LIKE | OPS_NULL, "e", NULL, NULL, NULL, false},
    {"|comment|", KIND_TEXT, OPS_LIKE, "c", NULL, NULL, NULL, false},
    {"|text|", KIND_TEXT, 1 << JQL_LIKE, "sdect", NULL, NULL, NULL, false},
};

/* ---- finding the field ---- */

static bool custom_of_kind(struct ctx *c, const char *kind, int64_t number, struct jql_field *f)
{
    static const struct {
        const char *kinds;
        enum jql_kind kind;
        unsigned ops;
        const char *column;
    } table[] = {
        {"|number|", KIND_NUMBER, OPS_SET | OPS_NULL | OPS_ORDER, "v.num"},
        {"|datetime|", KIND_TIME, OPS_SET | OPS_NULL | OPS_ORDER, "v.num"},
        {"|date|", KIND_DAY, OPS_SET | OPS_NULL | OPS_ORDER, "v.text"},
        {"|select|multiselect|", KIND_OPTION, OPS_SET | OPS_NULL, "v.ref"},
        {"|user|", KIND_USER, OPS_SET | OPS_NULL, "v.ref"},
        {"|labels|", KIND_STRING, OPS_SET | OPS_NULL, "v.text COLLATE NOCASE"},
        {"|url|", KIND_STRING, OPS_SET | OPS_NULL, "v.text"},
        {"|text|textarea|", KIND_TEXT, OPS_LIKE | OPS_NULL, "x"},
    };
    const char *wanted = arena_printf(c->a, "|%s|", kind);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (!strstr(table[i].kinds, wanted))
            continue;
        const char *sort = "v.text";
        if (strstr("|number|datetime|", wanted))
            sort = "v.num";
        else if (table[i].kind == KIND_OPTION)
            sort = "(SELECT o.position FROM field_option o WHERE o.id = v.ref)";
        else if (table[i].kind == KIND_USER)
            sort = BY_NAME("v.ref");
        *f = (struct jql_field){
            "",
            table[i].kind,
            table[i].ops,
            table[i].column,
            arena_printf(c->a, "custom_value v WHERE v.field = %lld", (long long)number),
            arena_printf(c->a, "%lld", (long long)number),
            arena_printf(c->a,
                         "(SELECT %s FROM custom_value v WHERE v.issue = i.id AND v.field = %lld ORDER BY "
                         "v.position LIMIT 1)",
                         sort, (long long)number),
            false};
        return true;
    }
    return false;
}

bool jql_field_find(struct ctx *c, const char *name, struct jql_field *f, bool *found_r)
{
    const char *wanted = arena_printf(c->a, "|%s|", str_lower(c->a, name));
    *found_r = true;
    for (size_t i = 0; i < ARRAY_LEN(system_fields); i++)
        if (strstr(system_fields[i].names, wanted) && !strchr(name, '|')) {
            *f = system_fields[i];
            return true;
        }
    char *id = NULL, *kind = NULL;
    int64_t number = 0;
    if (str_starts(wanted, "|cf["))
        id = arena_strndup(c->a, name + 3, strlen(name) - 4);
    else if (str_starts(wanted, "|customfield_"))
        id = arena_strdup(c->a, name + 12);
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
        kind = sql_str(&rows, 1, c->a);
        *found_r = custom_of_kind(c, kind, number, f);
    }
    return db_done(c, &rows);
}
