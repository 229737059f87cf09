/* jql_value.c - what the values of a clause mean: names, keys and people looked up, dates read.
 *
 * Whatever means nothing here is reported in Jira's words and left out of the set; the clause goes on without it. */
#include "base/time_iso.h"
#include "sandbox/jql_field.h"

#include <ctype.h>

static void set_add(struct jql_builder *b, struct jql_set *s, struct jql_param p)
{
    *arena_push(b->c->a, s->list, s->count) = p;
}

static void set_add_int(struct jql_builder *b, struct jql_set *s, int64_t n)
{
    set_add(b, s, (struct jql_param){JQL_PARAM_INT, n, 0, NULL});
}

/* Adds the ids a query finds for ?1 = the text; says whether there were any. */
static bool add_found(struct jql_builder *b, const char *sql, const char *text, struct jql_set *s, bool *found_r)
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
static bool resolve_by(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct jql_set *s,
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

static bool resolve_project(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v,
                            struct jql_set *s)
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

static bool resolve_named(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f,
                          const struct jql_value *v, struct jql_set *s)
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

static bool resolve_user(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct jql_set *s)
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
static bool resolve_issue(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct jql_set *s)
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

static bool resolve_category(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v,
                             struct jql_set *s)
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

static bool resolve_option(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f,
                           const struct jql_value *v, struct jql_set *s)
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

static bool resolve_time(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f,
                         const struct jql_value *v, struct jql_set *s)
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

static bool resolve_function(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f,
                             const struct jql_value *v, struct jql_set *s)
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

bool jql_value_resolve(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f,
                       const struct jql_value *v, struct jql_set *s)
{
    if (v->kind == JQL_VALUE_LIST) {
        for (size_t i = 0; i < v->count; i++)
            if (!jql_value_resolve(b, n, f, &v->items[i], s))
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
