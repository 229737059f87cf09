/* jql_field.c - what each field is: its operators, what a value means, its SQL, its order.
 *
 * A field is a scalar (an expression over `issue i`) or has many values (a table with a column `issue`). Membership in
 * a set of resolved values is the same four shapes for all of them; see emit_set. */
#include "base/buf.h"
#include "base/time_iso.h"
#include "sandbox/jql_plan.h"

#include <ctype.h>

enum kind {
    KIND_PROJECT,
    KIND_ISSUE,
    KIND_PARENT,
    KIND_TIME,
    KIND_DAY,
    KIND_NAMED,
    KIND_CATEGORY,
    KIND_USER,
    KIND_STRING,
    KIND_NUMBER,
    KIND_TEXT,
    KIND_OPTION
};

enum {
    OPS_SET = 1 << JQL_EQ | 1 << JQL_NE | 1 << JQL_IN | 1 << JQL_NOT_IN,
    OPS_NULL = 1 << JQL_IS | 1 << JQL_IS_NOT,
    OPS_ORDER = 1 << JQL_GT | 1 << JQL_GE | 1 << JQL_LT | 1 << JQL_LE,
    OPS_LIKE = 1 << JQL_LIKE | 1 << JQL_NOT_LIKE,
};

struct field {
    const char *names; /* every spelling, each between bars */
    enum kind kind;
    unsigned ops;
    const char *sql;    /* a scalar's expression, or the column of many values; a text's list of columns */
    const char *from;   /* of many values: "issue_label v WHERE 1"; NULL for a scalar */
    const char *table;  /* where names are looked up */
    const char *sort;   /* NULL: cannot be sorted by */
    bool is_descending; /* the direction when none is given */
};

#define BY_POSITION(table, column) "(SELECT t.position FROM " table " t WHERE t.id = " column ")"
#define BY_NAME(column)            "(SELECT t.display_name COLLATE NOCASE FROM account t WHERE t.id = " column ")"

static const struct field system_fields[] = {
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
    {"|summary|", KIND_TEXT, OPS_LIKE | OPS_NULL, "s", NULL, NULL, "i.summary COLLATE NOCASE", false},
    {"|description|", KIND_TEXT, OPS_LIKE | OPS_NULL, "d", NULL, NULL, NULL, false},
    {"|environment|", KIND_TEXT, OPS_LIKE | OPS_NULL, "e", NULL, NULL, NULL, false},
    {"|comment|", KIND_TEXT, OPS_LIKE, "c", NULL, NULL, NULL, false},
    {"|text|", KIND_TEXT, 1 << JQL_LIKE, "sdect", NULL, NULL, NULL, false},
};

/* ---- finding the field ---- */

static bool custom_of_kind(struct ctx *c, const char *kind, int64_t number, struct field *f)
{
    static const struct {
        const char *kinds;
        enum kind kind;
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
        *f = (struct field){
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

/* A system field by one of its names, a custom field by "cf[N]", "customfield_N" or its name. */
static bool find_field(struct ctx *c, const char *name, struct field *f, bool *found_r)
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

/* ---- what values mean ---- */

struct set {
    struct jql_param *list;
    size_t count;
    bool has_empty;
};

static void set_add(struct jql_builder *b, struct set *s, struct jql_param p)
{
    *arena_push(b->c->a, s->list, s->count) = p;
}

static void set_add_int(struct jql_builder *b, struct set *s, int64_t n)
{
    set_add(b, s, (struct jql_param){JQL_PARAM_INT, n, 0, NULL});
}

/* Adds the ids a query finds for ?1 = the text; says whether there were any. */
static bool add_found(struct jql_builder *b, const char *sql, const char *text, struct set *s, bool *found_r)
{
    struct sql_rows rows;
    if (!db_query(b->c, &rows, sql, "s", text))
        return false;
    *found_r = false;
    while (sql_next(&rows)) {
        set_add_int(b, s, sql_int(&rows, 0));
        *found_r = true;
    }
    return db_done(b->c, &rows);
}

static void error_missing(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v)
{
    if (v->kind == JQL_VALUE_NUMBER)
        jql_error(b, "A value with ID '%s' does not exist for the field '%s'.", v->text, n->field);
    else
        jql_error(b, "The value '%s' does not exist for the field '%s'.", v->text, n->field);
}

static bool is_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == 0;
}

/* The first of the queries that finds anything. */
static bool resolve_by(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct set *s,
                       const char *const *queries, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < count && !found; i++)
        if (!add_found(b, queries[i], v->text, s, &found))
            return false;
    if (!found)
        error_missing(b, n, v);
    return true;
}

static bool resolve_project(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct set *s)
{
    struct arena *a = b->c->a;
    const char *seen = visible_projects(b->c, "p.id");
    const char *queries[] = {
        arena_printf(a, "SELECT p.id FROM project p WHERE p.key = ?1 AND %s", seen),
        arena_printf(a, "SELECT p.id FROM project p JOIN project_key k ON k.project = p.id WHERE k.key = ?1 AND %s",
                     seen),
        arena_printf(a, "SELECT p.id FROM project p WHERE p.name = ?1 AND %s", seen),
        arena_printf(a, "SELECT p.id FROM project p WHERE p.id = CAST(?1 AS INTEGER) AND %s", seen),
    };
    return resolve_by(b, n, v, s, queries, is_digits(v->text) ? 4 : 3);
}

static bool resolve_named(struct jql_builder *b, const struct jql_node *n, const struct field *f,
                          const struct jql_value *v, struct set *s)
{
    struct arena *a = b->c->a;
    if (str_eq(f->table, "resolution") && str_eq_nocase(v->text, "Unresolved")) {
        s->has_empty = true;
        return true;
    }
    const char *queries[] = {
        arena_printf(a, "SELECT id FROM %s WHERE name = ?1", f->table),
        arena_printf(a, "SELECT id FROM %s WHERE id = CAST(?1 AS INTEGER)", f->table),
    };
    return resolve_by(b, n, v, s, queries, is_digits(v->text) ? 2 : 1);
}

static bool resolve_user(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct set *s)
{
    static const char *const queries[] = {
        "SELECT id FROM account WHERE name = ?1",
        "SELECT id FROM account WHERE user_key = ?1",
        "SELECT id FROM account WHERE account_id = ?1",
        "SELECT id FROM account WHERE email = ?1 AND email_visible",
        "SELECT id FROM account WHERE display_name = ?1 COLLATE NOCASE",
    };
    return resolve_by(b, n, v, s, queries, ARRAY_LEN(queries));
}

static bool is_issue_key(const char *s)
{
    if (!isalpha((unsigned char)*s))
        return false;
    while (isalnum((unsigned char)*s) || *s == '_')
        s++;
    return *s++ == '-' && is_digits(s);
}

/* Keys in any case, former keys, and ids. Cloud answers an unknown key with no rows rather than with an error. */
static bool resolve_issue(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct set *s)
{
    int64_t id = 0;
    bool is_id = is_digits(v->text);
    if (!is_id && !is_issue_key(v->text)) {
        jql_error(b, "The issue key '%s' for field '%s' is invalid.", v->text, n->field);
        return true;
    }
    if (!issue_find(b->c, v->text, &id))
        return false;
    if (id)
        set_add_int(b, s, id);
    else if (!b->c->d->is_cloud)
        jql_error(b, "An issue with %s '%s' does not exist for field '%s'.", is_id ? "ID" : "key", v->text, n->field);
    return true;
}

static bool resolve_category(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct set *s)
{
    static const struct {
        const char *name, *key;
        int64_t id;
    } categories[] = {
        {"To Do", "new", 2}, {"In Progress", "indeterminate", 4}, {"Done", "done", 3}, {"No Category", "undefined", 1}};
    for (size_t i = 0; i < ARRAY_LEN(categories); i++)
        if (str_eq_nocase(v->text, categories[i].name) || str_eq_nocase(v->text, categories[i].key) ||
            str_eq(v->text, arena_printf(b->c->a, "%d", (int)categories[i].id))) {
            set_add_int(b, s, categories[i].id);
            return true;
        }
    error_missing(b, n, v);
    return true;
}

static bool resolve_option(struct jql_builder *b, const struct jql_node *n, const struct field *f,
                           const struct jql_value *v, struct set *s)
{
    const char *queries[] = {
        arena_printf(b->c->a, "SELECT id FROM field_option WHERE field = %s AND value = ?1 COLLATE NOCASE", f->table),
        arena_printf(b->c->a, "SELECT id FROM field_option WHERE field = %s AND id = CAST(?1 AS INTEGER)", f->table),
    };
    return resolve_by(b, n, v, s, queries, is_digits(v->text) ? 2 : 1);
}

/* Reports what is no date. */
static bool read_time(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, bool *ok_r,
                      int64_t *ms_r)
{
    if (v->kind == JQL_VALUE_FUNCTION)
        return jql_read_date_function(b, v, n->field, ok_r, ms_r);
    if (!jql_read_date(b, v->text, v->kind == JQL_VALUE_NUMBER, ok_r, ms_r))
        return false;
    if (!*ok_r)
        jql_error(b,
                  "Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd "
                  "HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
                  v->text, n->field);
    return true;
}

static bool resolve_time(struct jql_builder *b, const struct jql_node *n, const struct field *f,
                         const struct jql_value *v, struct set *s)
{
    bool ok;
    int64_t ms;
    if (!read_time(b, n, v, &ok, &ms))
        return false;
    if (!ok)
        return true;
    if (f->kind == KIND_TIME) {
        set_add_int(b, s, ms);
        return true;
    }
    char day[TIME_ISO_BYTES];
    time_iso_jql(ms, zone_minutes(b->c->sb, ms), day);
    set_add(b, s, (struct jql_param){JQL_PARAM_TEXT, 0, 0, arena_strndup(b->c->a, day, 10)});
    return true;
}

static bool resolve_function(struct jql_builder *b, const struct jql_node *n, const struct field *f,
                             const struct jql_value *v, struct set *s)
{
    if (f->kind == KIND_TIME || f->kind == KIND_DAY)
        return resolve_time(b, n, f, v, s);
    bool ok;
    int64_t ignored;
    if (!str_eq_nocase(v->text, "currentUser")) {
        if (!jql_read_date_function(b, v, n->field, &ok, &ignored))
            return false;
        if (ok)
            jql_error(b, "A value provided by the function '%s' is invalid for the field '%s'.", v->text, n->field);
    } else if (v->count) {
        jql_error(b, "Function '%s' expected '0' arguments but received '%zu'.", v->text, v->count);
    } else if (f->kind != KIND_USER || !b->c->caller) {
        jql_error(b, "A value provided by the function '%s' is invalid for the field '%s'.", v->text, n->field);
    } else {
        set_add_int(b, s, b->c->caller);
    }
    return true;
}

static bool resolve(struct jql_builder *b, const struct jql_node *n, const struct field *f, const struct jql_value *v,
                    struct set *s)
{
    if (v->kind == JQL_VALUE_LIST) {
        for (size_t i = 0; i < v->count; i++)
            if (!resolve(b, n, f, &v->items[i], s))
                return false;
        return true;
    }
    if (v->kind == JQL_VALUE_EMPTY) {
        s->has_empty = true;
        return true;
    }
    if (v->kind == JQL_VALUE_FUNCTION)
        return resolve_function(b, n, f, v, s);
    switch (f->kind) {
    case KIND_PROJECT:
        return resolve_project(b, n, v, s);
    case KIND_ISSUE:
    case KIND_PARENT:
        return resolve_issue(b, n, v, s);
    case KIND_TIME:
    case KIND_DAY:
        return resolve_time(b, n, f, v, s);
    case KIND_NAMED:
        return resolve_named(b, n, f, v, s);
    case KIND_CATEGORY:
        return resolve_category(b, n, v, s);
    case KIND_USER:
        return resolve_user(b, n, v, s);
    case KIND_OPTION:
        return resolve_option(b, n, f, v, s);
    case KIND_NUMBER: {
        char *end;
        double number = strtod(v->text, &end);
        if (*end || !*v->text)
            jql_error(b, "Value '%s' is invalid for the field '%s'. It must be a number.", v->text, n->field);
        else
            set_add(b, s, (struct jql_param){JQL_PARAM_REAL, 0, number, NULL});
        return true;
    }
    case KIND_STRING:
    case KIND_TEXT:
        set_add(b, s, (struct jql_param){JQL_PARAM_TEXT, 0, 0, v->text});
        return true;
    }
    return true;
}

/* ---- SQL ---- */

static void bind_param(struct jql_builder *b, struct jql_param p)
{
    if (p.kind == JQL_PARAM_TEXT)
        jql_bind_text(b, p.text);
    else if (p.kind == JQL_PARAM_REAL)
        jql_bind_real(b, p.real);
    else
        jql_bind_int(b, p.number);
}

static void emit_list(struct jql_builder *b, const char *column, const struct set *s, bool negated)
{
    buf_addf(b->sql, "%s %sIN (", column, negated ? "NOT " : "");
    for (size_t i = 0; i < s->count; i++) {
        if (i)
            buf_addc(b->sql, ',');
        bind_param(b, s->list[i]);
    }
    buf_addc(b->sql, ')');
}

static void emit_scalar_set(struct jql_builder *b, const char *column, const struct set *s, bool negated)
{
    const char *null = negated ? "NOT NULL" : "NULL";
    if (!s->count) {
        if (s->has_empty || negated)
            buf_addf(b->sql, "%s IS %s", column, null);
        else
            buf_addc(b->sql, '0');
        return;
    }
    bool both = s->has_empty && !negated; /* NOT IN drops the empty ones by itself */
    buf_addc(b->sql, '(');
    if (s->count == 1) {
        buf_addf(b->sql, "%s %s ", column, negated ? "<>" : "=");
        bind_param(b, s->list[0]);
    } else {
        emit_list(b, column, s, negated);
    }
    if (both)
        buf_addf(b->sql, " OR %s IS NULL", column);
    buf_addc(b->sql, ')');
}

static void emit_many_set(struct jql_builder *b, const struct field *f, const struct set *s, bool negated)
{
    const char *is_in = arena_printf(b->c->a, "i.id IN (SELECT v.issue FROM %s", f->from);
    const char *not_in = arena_printf(b->c->a, "i.id NOT IN (SELECT v.issue FROM %s", f->from);
    buf_addc(b->sql, '(');
    if (negated) {
        buf_addf(b->sql, "%s)", is_in);
        if (s->count) {
            buf_addf(b->sql, " AND %s AND ", not_in);
            emit_list(b, f->sql, s, false);
            buf_addc(b->sql, ')');
        }
    } else {
        if (s->count) {
            buf_addf(b->sql, "%s AND ", is_in);
            emit_list(b, f->sql, s, false);
            buf_addc(b->sql, ')');
        }
        if (s->has_empty)
            buf_addf(b->sql, "%s%s)", s->count ? " OR " : "", not_in);
        if (!s->count && !s->has_empty)
            buf_addc(b->sql, '0');
    }
    buf_addc(b->sql, ')');
}

static const char *comparison(enum jql_op op)
{
    switch (op) {
    case JQL_GT:
        return ">";
    case JQL_GE:
        return ">=";
    case JQL_LT:
        return "<";
    default:
        return "<=";
    }
}

/* Whole seconds count: "after 16:04" begins with the next second, "until 16:04" takes its whole second in. */
static void emit_time(struct jql_builder *b, const char *column, enum jql_op op, int64_t ms)
{
    int64_t second = ms - ((ms % 1000) + 1000) % 1000;
    switch (op) {
    case JQL_EQ:
    case JQL_NE:
        buf_addf(b->sql, op == JQL_EQ ? "(%s >= " : "(%s < ", column);
        jql_bind_int(b, second);
        buf_addf(b->sql, op == JQL_EQ ? " AND %s < " : " OR %s >= ", column);
        jql_bind_int(b, second + 1000);
        buf_addc(b->sql, ')');
        return;
    case JQL_GT:
    case JQL_LE:
        buf_addf(b->sql, "%s %s ", column, op == JQL_GT ? ">=" : "<");
        jql_bind_int(b, second + 1000);
        return;
    default:
        buf_addf(b->sql, "%s %s ", column, comparison(op));
        jql_bind_int(b, second);
    }
}

static void emit_time_set(struct jql_builder *b, const char *column, const struct set *s, bool negated)
{
    if (!s->count) {
        emit_scalar_set(b, column, s, negated);
        return;
    }
    buf_addc(b->sql, '(');
    for (size_t i = 0; i < s->count; i++) {
        if (i)
            buf_adds(b->sql, negated ? " AND " : " OR ");
        emit_time(b, column, negated ? JQL_NE : JQL_EQ, s->list[i].number);
    }
    if (s->has_empty && !negated)
        buf_addf(b->sql, " OR %s IS NULL", column);
    buf_addc(b->sql, ')');
}

static bool emit_set(struct jql_builder *b, const struct field *f, const struct set *s, bool negated)
{
    if (f->kind == KIND_PROJECT && !negated && b->is_top && s->count == 1 && !s->has_empty)
        b->only_project = s->list[0].number;
    if (f->from && f->kind != KIND_TIME)
        emit_many_set(b, f, s, negated);
    else if (f->kind == KIND_TIME)
        emit_time_set(b, f->sql, s, negated);
    else
        emit_scalar_set(b, f->sql, s, negated);
    return true;
}

/* > >= < <= : of times, days, numbers, keys of one project, and priorities. */
static bool emit_order(struct jql_builder *b, const struct field *f, enum jql_op op, const struct set *s)
{
    if (!s->count) {
        buf_addc(b->sql, '0');
        return true;
    }
    struct jql_param p = s->list[0];
    int64_t project = 0, number = 0;
    switch (f->kind) {
    case KIND_TIME:
        emit_time(b, f->sql, op, p.number);
        return true;
    case KIND_ISSUE:
        if (!db_int(b->c, &project, "SELECT project FROM issue WHERE id = ?1", "i", p.number) ||
            !db_int(b->c, &number, "SELECT number FROM issue WHERE id = ?1", "i", p.number))
            return false;
        buf_adds(b->sql, "(i.project = ");
        jql_bind_int(b, project);
        buf_addf(b->sql, " AND i.number %s ", comparison(op));
        jql_bind_int(b, number);
        buf_addc(b->sql, ')');
        return true;
    case KIND_NAMED: /* the higher priority has the smaller position */
        buf_addf(b->sql,
                 "%s IN (SELECT t.id FROM %s t WHERE -t.position %s (SELECT -o.position FROM %s o WHERE o.id = ",
                 f->sql, f->table, comparison(op), f->table);
        jql_bind_int(b, p.number);
        buf_adds(b->sql, "))");
        return true;
    default:
        buf_addf(b->sql, "%s %s ", f->sql, comparison(op));
        bind_param(b, p);
        return true;
    }
}

/* A text: letters of the columns it covers. s summary, d description, e environment, c comments, t and x custom texts.
 */
static void emit_text_column(struct jql_builder *b, const struct field *f, char column, const char *needle)
{
    const char *rich = b->c->d->is_cloud ? "jql_text_adf" : "jql_text";
    const char *of_textarea = "SELECT number FROM field WHERE kind = 'textarea'";
    switch (column) {
    case 's':
        buf_adds(b->sql, "jql_text(i.summary, ");
        break;
    case 'd':
        buf_addf(b->sql, "%s(i.description, ", rich);
        break;
    case 'e':
        buf_addf(b->sql, "%s(i.environment, ", rich);
        break;
    case 'c':
        buf_addf(b->sql, "EXISTS (SELECT 1 FROM comment m WHERE m.issue = i.id AND %s AND %s(m.body, ",
                 b->c->is_admin ? "1" : "m.visibility_type IS NULL", rich);
        break;
    default:
        buf_addf(
            b->sql,
            "EXISTS (SELECT 1 FROM %s AND v.issue = i.id AND v.text IS NOT NULL AND CASE WHEN v.field IN (%s) THEN "
            "%s(v.text, ",
            f->from ? f->from : "custom_value v WHERE 1", of_textarea, rich);
        jql_bind_text(b, needle);
        buf_adds(b->sql, ") ELSE jql_text(v.text, ");
    }
    jql_bind_text(b, needle);
    buf_adds(b->sql, column == 'c' ? "))" : column == 't' || column == 'x' ? ") END)" : ")");
}

static bool emit_like(struct jql_builder *b, const struct field *f, const struct jql_node *n, enum jql_op op)
{
    const char *needle = n->value.text;
    if (n->value.kind == JQL_VALUE_FUNCTION) {
        jql_error(b, "Unable to find JQL function '%s()'.", needle);
        needle = "x";
    } else if (n->value.kind == JQL_VALUE_EMPTY) {
        jql_error(b, "The field '%s' does not support searching for EMPTY values.", n->field);
    } else if (n->value.kind == JQL_VALUE_LIST || !*str_trim(b->c->a, needle)) {
        jql_error(b, "The field '%s' does not support searching for an empty string.", n->field);
        needle = "x";
    }
    b->plan->uses_text = true;
    buf_adds(b->sql, op == JQL_NOT_LIKE ? "NOT (" : "(");
    for (const char *column = f->sql; *column; column++) {
        if (column > f->sql)
            buf_adds(b->sql, " OR ");
        if (strchr("sde", *column))
            buf_adds(b->sql, "ifnull(");
        emit_text_column(b, f, *column, needle);
        if (strchr("sde", *column))
            buf_adds(b->sql, ", 0)");
    }
    buf_addc(b->sql, ')');
    if (op == JQL_NOT_LIKE && strchr("de", *f->sql) && !f->sql[1])
        buf_addf(b->sql, " AND i.%s IS NOT NULL", *f->sql == 'd' ? "description" : "environment");
    if (op == JQL_NOT_LIKE && f->from)
        buf_addf(b->sql, " AND i.id IN (SELECT v.issue FROM %s)", f->from);
    return true;
}

static bool emit_null(struct jql_builder *b, const struct field *f, bool is_null)
{
    struct set empty = {NULL, 0, true};
    struct field g = *f;
    if (f->kind == KIND_TEXT)
        g.sql = *f->sql == 's'   ? "i.summary"
                : *f->sql == 'd' ? "i.description"
                : *f->sql == 'e' ? "i.environment"
                                 : "v.text";
    if (g.from)
        emit_many_set(b, &g, &empty, !is_null);
    else
        emit_scalar_set(b, g.sql, &empty, !is_null);
    return true;
}

/* What an operator and the shape of its value say to each other; false: reported. */
static bool check_shape(struct jql_builder *b, const struct jql_node *n, const struct field *f)
{
    struct arena *a = b->c->a;
    bool is_list = n->value.kind == JQL_VALUE_LIST, wants_list = n->op == JQL_IN || n->op == JQL_NOT_IN;
    if (!(f->ops & 1u << n->op))
        jql_error(b, "The operator '%s' is not supported by the '%s' field.", jql_op_name(n->op), n->field);
    else if ((n->op == JQL_IS || n->op == JQL_IS_NOT) && n->value.kind != JQL_VALUE_EMPTY)
        jql_error(b, "Operator '%s' only works with the values EMPTY and NULL, not with '%s' for field '%s'.",
                  jql_op_name(n->op), jql_print_value(a, &n->value), n->field);
    else if (is_list && !wants_list)
        jql_error(b, "Operator '%s' does not support the list value '%s' for field '%s'.", jql_op_name(n->op),
                  jql_print_value(a, &n->value), n->field);
    else if (!is_list && wants_list)
        jql_error(b, "Operator '%s' does not support the non-list value '%s' for field '%s'.", jql_op_name(n->op),
                  jql_print_value(a, &n->value), n->field);
    else if (n->value.kind == JQL_VALUE_EMPTY && (f->kind == KIND_PROJECT || 1u << n->op & OPS_ORDER))
        jql_error(b, "The field '%s' does not support searching for EMPTY values.", n->field);
    else
        return true;
    return false;
}

bool jql_emit_clause(struct jql_builder *b, const struct jql_node *n, enum jql_op op)
{
    struct field f;
    bool found;
    if (!find_field(b->c, n->field, &f, &found))
        return false;
    if (!found)
        jql_error(b, "Field '%s' does not exist or you do not have permission to view it.", n->field);
    if (!found || !check_shape(b, n, &f)) {
        buf_addc(b->sql, '0');
        return true;
    }
    if (op == JQL_LIKE || op == JQL_NOT_LIKE)
        return emit_like(b, &f, n, op);
    if (op == JQL_IS || op == JQL_IS_NOT)
        return emit_null(b, &f, op == JQL_IS);
    struct set s = {0};
    if (!resolve(b, n, &f, &n->value, &s))
        return false;
    if (f.from && (f.kind == KIND_TIME || f.kind == KIND_DAY || f.kind == KIND_NUMBER)) {
        f.sql = arena_printf(b->c->a, "(SELECT %s FROM %s AND v.issue = i.id)", f.sql, f.from);
        f.from = NULL;
    }
    if (1u << op & OPS_ORDER)
        return emit_order(b, &f, op, &s);
    return emit_set(b, &f, &s, op == JQL_NE || op == JQL_NOT_IN);
}

bool jql_emit_sort(struct jql_builder *b, const struct jql_sort *sort)
{
    struct field f;
    bool found;
    if (!find_field(b->c, sort->field, &f, &found))
        return false;
    if (!found || !f.sort) {
        jql_error(b, "Not able to sort using field '%s'.", sort->field);
        return true;
    }
    bool descending = sort->has_direction ? sort->descending : f.is_descending;
    struct jql_plan *p = b->plan;
    if (f.kind == KIND_ISSUE && !b->only_project)
        *arena_push(b->c->a, p->orders, p->order_count) =
            (struct jql_order){"(SELECT p.key FROM project p WHERE p.id = i.project)", descending, false};
    bool never_null = f.kind == KIND_ISSUE || f.kind == KIND_PROJECT || str_eq(f.sql, "i.created") ||
                      str_eq(f.sql, "i.updated") || str_starts(f.names, "|summary|") || str_eq(f.sql, "i.status");
    *arena_push(b->c->a, p->orders, p->order_count) = (struct jql_order){f.sort, descending, !never_null};
    return true;
}
