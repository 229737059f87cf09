/* jql_value.c - what the values of a clause mean: names, keys and people looked up, dates read.
 *
 * Whatever means nothing here is reported in Jira's words and left out of the set; the clause goes on without it. */
#include "sandbox/jql/jql_field.h"
#include "sandbox/rights/access.h"

#include <ctype.h>

/* SQLite joins at most 500 selects into one. */
enum { MAX_SELECTS = 400 };

void jql_set_add(struct jql_builder *b, struct jql_set *s, struct jql_param p)
{
    *arena_push(b->c->a, s->list, s->count) = p;
}

void jql_set_add_int(struct jql_builder *b, struct jql_set *s, int64_t n)
{
    jql_set_add(b, s, (struct jql_param){JQL_PARAM_INT, n, 0, NULL});
}

void jql_set_add_select(struct jql_builder *b, struct jql_set *s, const char *sql)
{
    if (s->select_count < MAX_SELECTS)
        *arena_push(b->c->a, s->selects, s->select_count) = sql;
    else
        jql_error(b, "Error in the JQL Query: The query has too many functions, at most %d are allowed in a list.",
                  MAX_SELECTS);
}

/* Adds the ids a query finds for ?1 = the text; says whether there were any. */
static bool add_found(struct jql_builder *b, const char *sql, const char *text, struct jql_set *s, bool *found_r)
{
    struct sql_rows rows;
    if (!db_query(b->c, &rows, sql, "s", text))
        return false;
    *found_r = false;
    while (sql_next(&rows)) {
        jql_set_add_int(b, s, sql_int(&rows, 0));
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
    bool is_of_project = f->kind == KIND_VERSION || f->kind == KIND_COMPONENT;
    const char *seen = is_of_project ? visible_projects(b->c, "project") : "1";
    const char *queries[] = {
        arena_printf(a, "SELECT id FROM %s WHERE name = ?1 COLLATE NOCASE AND %s", f->table, seen),
        arena_printf(a, "SELECT id FROM %s WHERE id = CAST(?1 AS INTEGER) AND %s", f->table, seen),
    };
    return resolve_by(b, n, v, s, queries, is_digits(v->text) ? 2 : 1);
}

static const char *const user_queries[] = {
    "SELECT id FROM account WHERE name = ?1",
    "SELECT id FROM account WHERE user_key = ?1",
    "SELECT id FROM account WHERE account_id = ?1",
    "SELECT id FROM account WHERE email = ?1 AND email_visible",
    "SELECT id FROM account WHERE display_name = ?1 COLLATE NOCASE",
};

static bool resolve_user(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, struct jql_set *s)
{
    return resolve_by(b, n, v, s, user_queries, ARRAY_LEN(user_queries));
}

bool jql_user_find(struct jql_builder *b, const char *who, int64_t *id_r)
{
    *id_r = 0;
    for (size_t i = 0; i < ARRAY_LEN(user_queries) && !*id_r; i++)
        if (!db_int(b->c, id_r, user_queries[i], "s", who))
            return false;
    return true;
}

/* The name of a type finds links of both directions, the description of one direction those that read so from here. */
static bool resolve_link_type(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v,
                              struct jql_set *s)
{
    static const char *const queries[] = {
        "SELECT id * 2 FROM link_type WHERE name = ?1 UNION SELECT id * 2 + 1 FROM link_type WHERE name = ?1",
        "SELECT id * 2 FROM link_type WHERE outward = ?1 COLLATE NOCASE UNION SELECT id * 2 + 1 FROM link_type WHERE "
        "inward = ?1 COLLATE NOCASE",
        "SELECT id * 2 FROM link_type WHERE id = CAST(?1 AS INTEGER) UNION SELECT id * 2 + 1 FROM link_type WHERE id = "
        "CAST(?1 AS INTEGER)",
    };
    return resolve_by(b, n, v, s, queries, is_digits(v->text) ? 3 : 2);
}

static bool is_issue_key(const char *s)
{
    if (!isalpha((unsigned char)*s))
        return false;
    while (isalnum((unsigned char)*s) || *s == '_')
        s++;
    return *s++ == '-' && is_digits(s);
}

/* The present key of an issue, the short way: a query may name a thousand. */
static bool find_key(struct jql_builder *b, const char *key, int64_t *id_r)
{
    struct ctx *c = b->c;
    const char *dash = strrchr(key, '-');
    int64_t number = 0;
    *id_r = 0;
    if (!dash || !str_to_int(dash + 1, &number))
        return true;
    const char *project = arena_strndup(c->a, key, (size_t)(dash - key));
    if (!b->key_project || !str_eq_nocase(project, b->key_name)) {
        b->key_name = project;
        if (!db_int(c, &b->key_project, "SELECT id FROM project WHERE key = ?1", "s", project))
            return false;
    }
    if (!b->key_sql)
        b->key_sql = arena_printf(c->a, "SELECT i.id FROM issue i WHERE i.project = ?1 AND i.number = ?2 AND %s",
                                  visible_issues(c, "i"));
    return !b->key_project || db_int(c, id_r, b->key_sql, "ii", b->key_project, number);
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
    if (!find_key(b, v->text, &id) || (!id && !issue_find(b->c, v->text, &id)))
        return false;
    if (id)
        jql_set_add_int(b, s, id);
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
            jql_set_add_int(b, s, categories[i].id);
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

bool jql_value_time(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, bool *ok_r,
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
    if (!jql_value_time(b, n, v, &ok, &ms))
        return false;
    if (!ok)
        return true;
    if (f->kind == KIND_TIME) {
        jql_set_add_int(b, s, ms);
        return true;
    }
    const char *day = NULL;
    if (!jql_day_of(b, ms, &day))
        return false;
    jql_set_add(b, s, (struct jql_param){JQL_PARAM_TEXT, 0, 0, day});
    return true;
}

/* "1w 2d 3h 30m", a week of five days of eight hours; a bare number is minutes. */
static bool resolve_duration(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v,
                             struct jql_set *s)
{
    static const char units[] = "mhdw";
    static const int64_t length[] = {60, 3600, 8 * 3600, 40 * 3600};
    int64_t sum = 0, number;
    bool fine = *v->text != 0;
    for (const char *at = v->text; fine && *at;) {
        char *end;
        while (*at == ' ')
            at++;
        number = strtoll(at, &end, 10);
        const char *unit = *end ? strchr(units, *end) : units;
        fine = end > at && end - at < 10 && number >= 0 && unit;
        if (fine)
            sum += number * length[unit - units];
        at = *end ? end + 1 : end;
    }
    if (fine)
        jql_set_add_int(b, s, sum);
    else
        jql_error(b, "The value '%s' for field '%s' is invalid. Valid formats include: '4w 2d', '3h', '90m'.", v->text,
                  n->field);
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
    bool is_time = f->kind == KIND_TIME || f->kind == KIND_DAY;
    if (v->kind == JQL_VALUE_FUNCTION)
        return is_time ? resolve_time(b, n, f, v, s) : jql_function_resolve(b, n, f, v, s);
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
    case KIND_TYPE:
    case KIND_VERSION:
    case KIND_COMPONENT:
    case KIND_SPRINT:
        return resolve_named(b, n, f, v, s);
    case KIND_LINK_TYPE:
        return resolve_link_type(b, n, v, s);
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
            jql_set_add(b, s, (struct jql_param){JQL_PARAM_REAL, 0, number, NULL});
        return true;
    }
    case KIND_DURATION:
        return resolve_duration(b, n, v, s);
    default:
        jql_set_add(b, s, (struct jql_param){JQL_PARAM_TEXT, 0, 0, v->text});
        return true;
    }
}
