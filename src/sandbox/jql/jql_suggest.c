/* jql_suggest.c - jql/autocompletedata: the fields, functions and reserved words there are, and values to choose from.
 */
#include "sandbox/jql/jql_field.h"
#include "sandbox/rights/access.h"

enum { MAX_SUGGESTIONS = 15 };

static const char *type_of(const struct jql_field *f)
{
    static const char *const types[] = {
        [KIND_PROJECT] = "com.atlassian.jira.project.Project",
        [KIND_ISSUE] = "com.atlassian.jira.issue.Issue",
        [KIND_PARENT] = "com.atlassian.jira.issue.Issue",
        [KIND_TIME] = "java.util.Date",
        [KIND_DAY] = "java.util.Date",
        [KIND_TYPE] = "com.atlassian.jira.issue.issuetype.IssueType",
        [KIND_VERSION] = "com.atlassian.jira.project.version.Version",
        [KIND_COMPONENT] = "com.atlassian.jira.bc.project.component.ProjectComponent",
        [KIND_CATEGORY] = "com.atlassian.jira.issue.status.category.StatusCategory",
        [KIND_USER] = "com.atlassian.jira.user.ApplicationUser",
        [KIND_NUMBER] = "java.lang.Number",
        [KIND_DURATION] = "java.lang.Number",
        [KIND_OPTION] = "com.atlassian.jira.issue.customfields.option.Option",
    };
    static const struct {
        const char *table, *type;
    } named[] = {{"status", "com.atlassian.jira.issue.status.Status"},
                 {"priority", "com.atlassian.jira.issue.priority.Priority"},
                 {"resolution", "com.atlassian.jira.issue.resolution.Resolution"},
                 {"project_category", "com.atlassian.jira.project.ProjectCategory"},
                 {"security_level", "com.atlassian.jira.issue.security.IssueSecurityLevel"}};
    for (size_t i = 0; f->kind == KIND_NAMED && i < ARRAY_LEN(named); i++)
        if (str_eq(named[i].table, f->table))
            return named[i].type;
    const char *type = f->kind < ARRAY_LEN(types) ? types[f->kind] : NULL;
    return type ? type : "java.lang.String";
}

/* Which queries give values to choose from; NULL: there are none. ?1 is the beginning, with its % at the end. */
static const char *values_of(struct ctx *c, const struct jql_field *f)
{
    switch (f->kind) {
    case KIND_PROJECT:
        return arena_printf(c->a,
                            "SELECT name, name || ' (' || key || ')' FROM project WHERE (name LIKE ?1 OR key LIKE ?1) "
                            "AND %s ORDER BY name",
                            visible_projects(c, "id"));
    case KIND_NAMED:
    case KIND_TYPE:
        return arena_printf(c->a, "SELECT name, name FROM %s WHERE name LIKE ?1 ORDER BY id", f->table);
    case KIND_VERSION:
    case KIND_COMPONENT:
        return arena_printf(c->a, "SELECT DISTINCT name, name FROM %s WHERE name LIKE ?1 AND %s ORDER BY name",
                            f->table, visible_projects(c, "project"));
    case KIND_USER:
        return c->d->is_cloud
                   ? "SELECT account_id, display_name FROM account WHERE active AND (display_name LIKE ?1 OR "
                     "(email_visible AND email LIKE ?1)) ORDER BY display_name"
                   : "SELECT name, display_name || ' - ' || ifnull(email, '') || ' (' || name || ')' FROM account "
                     "WHERE active AND (display_name LIKE ?1 OR name LIKE ?1 OR email LIKE ?1) ORDER BY display_name";
    case KIND_OPTION:
        return arena_printf(
            c->a, "SELECT value, value FROM field_option WHERE field = %s AND value LIKE ?1 ORDER BY position",
            f->table);
    case KIND_CATEGORY:
        return "SELECT n, n FROM (SELECT 'To Do' AS n UNION SELECT 'In Progress' UNION SELECT 'Done') WHERE n LIKE ?1";
    case KIND_LINK_TYPE:
        return "SELECT name, name FROM link_type WHERE name LIKE ?1 ORDER BY name";
    case KIND_STRING:
        return str_starts(f->names, "|labels|")
                   ? arena_printf(c->a,
                                  "SELECT DISTINCT label, label FROM issue_label v JOIN issue i ON i.id = v.issue "
                                  "WHERE label LIKE ?1 AND %s ORDER BY label",
                                  visible_issues(c, "i"))
                   : NULL;
    default:
        return NULL;
    }
}

static const char *first_name(struct ctx *c, const struct jql_field *f)
{
    return arena_strndup(c->a, f->names + 1, strcspn(f->names + 1, "|"));
}

static json_t *reference_json(struct ctx *c, const struct jql_field *f, const char *value, const char *shown)
{
    static const enum jql_op order[] = {JQL_EQ,  JQL_NE,     JQL_LIKE,    JQL_NOT_LIKE,   JQL_LE,     JQL_LT,
                                        JQL_GE,  JQL_GT,     JQL_IS,      JQL_IS_NOT,     JQL_IN,     JQL_NOT_IN,
                                        JQL_WAS, JQL_WAS_IN, JQL_WAS_NOT, JQL_WAS_NOT_IN, JQL_CHANGED};
    json_t *o = new_object(c), *operators = new_array(c), *types = new_array(c);
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (f->ops & 1u << order[i])
            add_str(operators, jql_op_name(order[i]));
    add_str(types, type_of(f));
    put_str(o, "value", value);
    put_str(o, "displayName", shown);
    if (values_of(c, f))
        put_str(o, "auto", "true");
    if (f->sort)
        put_str(o, "orderable", "true");
    put_str(o, "searchable", "true");
    put(o, "operators", operators);
    put(o, "types", types);
    return o;
}

static bool add_custom_fields(struct ctx *c, json_t *list)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT number, name, kind, (SELECT count(*) FROM field o WHERE o.name = f.name COLLATE NOCASE) FROM "
                  "field f WHERE number IS NOT NULL ORDER BY name, number",
                  ""))
        return false;
    while (sql_next(&rows)) {
        struct jql_field f;
        char *name = sql_str(&rows, 1, c->a), *id = arena_printf(c->a, "cf[%lld]", (long long)sql_int(&rows, 0));
        if (!jql_field_of_kind(c, sql_peek(&rows, 2), sql_int(&rows, 0), &f))
            continue;
        json_t *o = reference_json(c, &f, sql_int(&rows, 3) > 1 ? id : jql_print_field(c->a, name),
                                   arena_printf(c->a, "%s - %s", name, id));
        put_str(o, "cfid", id);
        add(list, o);
    }
    return db_done(c, &rows);
}

static json_t *functions_json(struct ctx *c)
{
    json_t *list = new_array(c);
    for (size_t i = 0; i < jql_function_count; i++) {
        const struct jql_function *f = &jql_functions[i];
        json_t *o = new_object(c), *types = new_array(c);
        const char *arguments = f->max ? "(\"\")" : "()";
        put_str(o, "value", arena_printf(c->a, "%s%s", f->name, arguments));
        put_str(o, "displayName", arena_printf(c->a, "%s%s", f->name, arguments));
        if (f->is_list)
            put_str(o, "isList", "true");
        add_str(types, f->type);
        put(o, "types", types);
        add(list, o);
    }
    return list;
}

static bool autocomplete(struct ctx *c)
{
    json_t *fields = new_array(c), *words = new_array(c), *reply = new_object(c);
    for (size_t i = 0; i < jql_system_field_count; i++) {
        const struct jql_field *f = &jql_system_fields[i];
        if (!f->dialects || f->dialects & c->d->mask)
            add(fields, reference_json(c, f, first_name(c, f), first_name(c, f)));
    }
    if (!add_custom_fields(c, fields))
        return false;
    for (size_t i = 0; jql_reserved_words[i]; i++)
        add_str(words, jql_reserved_words[i]);
    put(reply, "visibleFieldNames", fields);
    put(reply, "visibleFunctionNames", functions_json(c));
    put(reply, "jqlReservedWords", words);
    return reply_json(c, 200, reply);
}

/* ---- values ---- */

static char *escape(struct ctx *c, const char *s)
{
    return str_replace(c->a, str_replace(c->a, str_replace(c->a, s, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

/* The part that was typed is bold. */
static char *marked(struct ctx *c, const char *shown, const char *typed)
{
    size_t n = strlen(typed);
    if (!n || strlen(shown) < n || !str_eq_nocase(arena_strndup(c->a, shown, n), typed))
        return escape(c, shown);
    return arena_printf(c->a, "<b>%s</b>%s", escape(c, arena_strndup(c->a, shown, n)), escape(c, shown + n));
}

static bool suggestions(struct ctx *c)
{
    static const struct jql_field person = {.names = "|by|", .kind = KIND_USER};
    const char *name = param(c, "fieldName"), *typed = param(c, "fieldValue"), *predicate = param(c, "predicateName");
    struct jql_field f = person;
    bool found = true;
    json_t *list = new_array(c), *reply = new_object(c);
    if (predicate)
        typed = param(c, "predicateValue");
    if (!name && !predicate)
        return refuse(c, 400, "The fieldName parameter is required.");
    if (!(predicate && str_eq_nocase(predicate, "by")) && (!name || !jql_field_find(c, name, &f, &found)))
        return name ? false : refuse(c, 400, "The fieldName parameter is required.");
    typed = typed ? typed : "";
    const char *sql = found ? values_of(c, &f) : NULL;
    struct sql_rows rows;
    if (sql) {
        if (!db_query(c, &rows, arena_printf(c->a, "%s LIMIT %d", sql, MAX_SUGGESTIONS), "s",
                      arena_printf(c->a, "%s%%", typed)))
            return false;
        while (sql_next(&rows)) {
            json_t *o = new_object(c);
            put_str(
                o, "value",
                jql_print_value_plain(c->a, &(struct jql_value){.kind = JQL_VALUE_STRING, .text = sql_peek(&rows, 0)}));
            put_str(o, "displayName", marked(c, sql_peek(&rows, 1), typed));
            add(list, o);
        }
        if (!db_done(c, &rows))
            return false;
    }
    put(reply, "results", list);
    return reply_json(c, 200, reply);
}

const struct route jql_suggest_routes[] = {
    {HTTP_GET, "jql/autocompletedata", autocomplete, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "jql/autocompletedata", autocomplete, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_GET, "jql/autocompletedata/suggestions", suggestions, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
