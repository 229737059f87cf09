/* jql_history.c - WAS and CHANGED: what a field once held, and when it changed.
 *
 * A value is held from the change that set it until the next change of that field; what stood before the first change
 * was held since the issue was made, by its creator's hand; a field that never changed holds what it holds now. A field
 * of many values (fix versions) has such a span for each value. WAS asks whether a span overlaps the time asked for,
 * CHANGED whether a change falls into it. */
#include "base/buf.h"
#include "sandbox/jql/jql_field.h"

#define CHANGES "history_item t JOIN history h ON h.id = t.history"
#define OTHERS  "history_item o JOIN history g ON g.id = o.history"

struct past {
    struct jql_builder *b;
    const struct jql_node *n;
    const struct jql_field *f;
    const char *field;                /* of histories, as an SQL literal */
    int64_t from, to;                 /* the time asked for: [from, to) */
    struct jql_set by, before, after; /* people as ids; values as texts of histories */
    bool has_by, has_before, has_after;
};

/* One id of the site as histories write it: a person in any of three spellings, anything else in digits. */
static bool add_text(struct past *p, int64_t id, struct jql_set *r)
{
    struct sql_rows rows;
    struct arena *a = p->b->c->a;
    if (p->f->kind != KIND_USER) {
        jql_set_add(p->b, r, (struct jql_param){JQL_PARAM_TEXT, 0, 0, arena_printf(a, "%lld", (long long)id)});
        return true;
    }
    if (!db_query(p->b->c, &rows, "SELECT user_key, name, account_id FROM account WHERE id = ?1", "i", id))
        return false;
    while (sql_next(&rows))
        for (int i = 0; i < 3; i++)
            if (!sql_is_null(&rows, i))
                jql_set_add(p->b, r, (struct jql_param){JQL_PARAM_TEXT, 0, 0, sql_str(&rows, i, a)});
    return db_done(p->b->c, &rows);
}

static bool as_text(struct past *p, const struct jql_set *ids, struct jql_set *r)
{
    static const char *const spellings[] = {"user_key", "name", "account_id"};
    struct arena *a = p->b->c->a;
    r->has_empty = r->has_empty || ids->has_empty;
    for (size_t i = 0; i < ids->count; i++)
        if (!add_text(p, ids->list[i].number, r))
            return false;
    for (size_t i = 0; i < ids->select_count; i++) {
        if (p->f->kind != KIND_USER)
            jql_set_add_select(
                p->b, r,
                arena_printf(a, "SELECT CAST(x AS TEXT) FROM (SELECT 0 AS x WHERE 0 UNION %s)", ids->selects[i]));
        for (size_t k = 0; p->f->kind == KIND_USER && k < ARRAY_LEN(spellings); k++)
            jql_set_add_select(p->b, r,
                               arena_printf(a, "SELECT u.%s FROM account u WHERE u.%s IS NOT NULL AND u.id IN (%s)",
                                            spellings[k], spellings[k], ids->selects[i]));
    }
    return true;
}

/* A name that is gone from the site may still stand in histories. */
static bool find_former(struct past *p, const struct jql_value *v, struct jql_set *r, bool *found_r)
{
    struct sql_rows rows;
    int64_t is_there = 0;
    *found_r = false;
    if ((p->f->kind != KIND_NAMED && p->f->kind != KIND_TYPE) || v->kind != JQL_VALUE_STRING)
        return true;
    if (!db_int(p->b->c, &is_there, arena_printf(p->b->c->a, "SELECT 1 FROM %s WHERE name = ?1", p->f->table), "s",
                v->text))
        return false;
    if (is_there || (str_eq(p->f->table, "resolution") && str_eq_nocase(v->text, "Unresolved")))
        return true;
    if (!db_query(
            p->b->c, &rows,
            "SELECT to_value FROM history_item WHERE field = ?1 AND to_string = ?2 COLLATE NOCASE AND to_value IS "
            "NOT NULL UNION SELECT from_value FROM history_item WHERE field = ?1 AND from_string = ?2 COLLATE "
            "NOCASE AND from_value IS NOT NULL",
            "ss", p->f->history, v->text))
        return false;
    for (; sql_next(&rows); *found_r = true)
        jql_set_add(p->b, r, (struct jql_param){JQL_PARAM_TEXT, 0, 0, sql_str(&rows, 0, p->b->c->a)});
    return db_done(p->b->c, &rows);
}

/* `now` gets what the site has today, `then` the texts of histories. */
static bool read_values(struct past *p, const struct jql_value *v, struct jql_set *now, struct jql_set *then)
{
    if (v->kind == JQL_VALUE_LIST) {
        for (size_t i = 0; i < v->count; i++)
            if (!read_values(p, &v->items[i], now, then))
                return false;
        return true;
    }
    bool is_former = false;
    struct jql_set own = {0};
    if (v->kind == JQL_VALUE_FUNCTION && str_eq_nocase(v->text, "currentUser")) {
        jql_error(p->b, "A value provided by the function '%s' is invalid for the field '%s'.", v->text, p->n->field);
        return true;
    }
    if (!find_former(p, v, then, &is_former))
        return false;
    if (is_former)
        return true;
    if (!jql_value_resolve(p->b, p->n, p->f, v, &own) || !as_text(p, &own, then))
        return false;
    for (size_t i = 0; i < own.count; i++)
        jql_set_add(p->b, now, own.list[i]);
    for (size_t i = 0; i < own.select_count; i++)
        jql_set_add_select(p->b, now, own.selects[i]);
    now->has_empty = now->has_empty || own.has_empty;
    return true;
}

static void narrow(struct past *p, int64_t from, int64_t to)
{
    p->from = from > p->from ? from : p->from;
    p->to = to < p->to ? to : p->to;
}

/* The whole day of that moment, where the caller lives. */
static bool read_day(struct past *p, int64_t at)
{
    const char *day;
    bool ok;
    int64_t begin, end;
    if (!jql_day_of(p->b, at, &day) || !jql_read_date(p->b, day, false, &ok, &begin) ||
        !jql_day_of(p->b, begin + (int64_t)36 * 3600 * 1000, &day) || !jql_read_date(p->b, day, false, &ok, &end))
        return false;
    narrow(p, begin, end);
    return true;
}

static bool read_time(struct past *p, const struct jql_predicate *predicate)
{
    const struct jql_value *v = &predicate->value;
    bool ok;
    int64_t ms, end;
    if (predicate->kind == JQL_DURING) {
        if (v->kind != JQL_VALUE_LIST || v->count != 2) {
            jql_error(p->b, "The predicate 'during' needs a list of two dates for field '%s'.", p->n->field);
            return true;
        }
        bool both = true;
        if (!jql_value_time(p->b, p->n, &v->items[0], &ok, &ms) ||
            !jql_value_time(p->b, p->n, &v->items[1], &both, &end))
            return false;
        if (ok && both)
            narrow(p, ms, end + 1);
        return true;
    }
    if (v->kind == JQL_VALUE_LIST || v->kind == JQL_VALUE_EMPTY) {
        jql_error(p->b, "The predicate '%s' needs a date for field '%s'.", jql_predicate_name(predicate->kind),
                  p->n->field);
        return true;
    }
    if (!jql_value_time(p->b, p->n, v, &ok, &ms))
        return false;
    if (ok && predicate->kind == JQL_ON)
        return read_day(p, ms);
    if (ok && predicate->kind == JQL_AFTER)
        narrow(p, ms + 1, INT64_MAX);
    else if (ok)
        narrow(p, INT64_MIN, ms);
    return true;
}

static bool read_predicate(struct past *p, const struct jql_predicate *predicate)
{
    static const struct jql_field person = {.names = "|by|", .kind = KIND_USER, .ops = OPS_SET};
    struct jql_node in = *p->n; /* lists of people may stand here */
    struct jql_set ignored = {0};
    switch (predicate->kind) {
    case JQL_BY:
        in.op = JQL_IN;
        p->has_by = true;
        return jql_value_resolve(p->b, &in, &person, &predicate->value, &p->by);
    case JQL_FROM:
    case JQL_TO:
        if (p->n->op != JQL_CHANGED) {
            jql_error(p->b, "The predicate '%s' is only allowed with the operator 'changed'.",
                      jql_predicate_name(predicate->kind));
            return true;
        }
        *(predicate->kind == JQL_FROM ? &p->has_before : &p->has_after) = true;
        return read_values(p, &predicate->value, &ignored, predicate->kind == JQL_FROM ? &p->before : &p->after);
    default:
        return read_time(p, predicate);
    }
}

static void emit_value(struct past *p, const char *column, const struct jql_set *s)
{
    buf_adds(p->b->sql, s->has_empty ? "(" : "");
    jql_emit_member(p->b, column, s, false);
    if (s->has_empty)
        buf_addf(p->b->sql, " OR %s IS NULL)", column);
}

static void emit_by(struct past *p, const char *column)
{
    if (!p->has_by)
        return;
    buf_adds(p->b->sql, " AND ");
    jql_emit_member(p->b, column, &p->by, false);
}

static void emit_bound(struct past *p, const char *before, int64_t at)
{
    buf_adds(p->b->sql, before);
    jql_bind_int(p->b, at);
}

static void emit_changed(struct past *p, bool negated)
{
    struct buf *sql = p->b->sql;
    buf_addf(sql, "i.id %sIN (SELECT h.issue FROM " CHANGES " WHERE t.field = %s", negated ? "NOT " : "", p->field);
    if (p->has_before) {
        buf_adds(sql, " AND ");
        emit_value(p, "t.from_value", &p->before);
    }
    if (p->has_after) {
        buf_adds(sql, " AND ");
        emit_value(p, "t.to_value", &p->after);
    }
    emit_bound(p, " AND h.created >= ", p->from);
    emit_bound(p, " AND h.created < ", p->to);
    emit_by(p, "h.author");
    buf_addc(sql, ')');
}

/* What the issue holds now, of a scalar or of many values. */
static void emit_now(struct past *p, const struct jql_set *now)
{
    struct buf *sql = p->b->sql;
    if (p->f->from) {
        buf_addf(sql, "i.id IN (SELECT v.issue FROM %s AND ", p->f->from);
        jql_emit_member(p->b, p->f->sql, now, false);
        buf_addc(sql, ')');
    } else {
        buf_adds(sql, "ifnull(");
        jql_emit_member(p->b, p->f->sql, now, false);
        buf_adds(sql, ", 0)");
    }
    if (now->has_empty && p->f->from)
        buf_addf(sql, " OR i.id NOT IN (SELECT v.issue FROM %s)", p->f->from);
    else if (now->has_empty)
        buf_addf(sql, " OR %s IS NULL", p->f->sql);
}

/* Whenever and by whomever: what it holds, what it was set to, what it was set from. */
static void emit_ever(struct past *p, const struct jql_set *now, const struct jql_set *then, bool negated)
{
    struct buf *sql = p->b->sql;
    buf_addf(sql, "%s(", negated ? "NOT " : "");
    emit_now(p, now);
    for (int i = 0; i < 2; i++) {
        buf_addf(sql, " OR i.id IN (SELECT h.issue FROM " CHANGES " WHERE t.field = %s AND ", p->field);
        emit_value(p, i ? "t.from_value" : "t.to_value", then);
        buf_addc(sql, ')');
    }
    buf_addc(sql, ')');
}

static void emit_was(struct past *p, const struct jql_set *now, const struct jql_set *then, bool negated)
{
    struct buf *sql = p->b->sql;
    const char *ends = p->f->from ? " AND o.from_value = t.to_value" : "",
               *begins = p->f->from ? " AND o.to_value = t.from_value" : "";
    buf_addf(sql, "%s(i.id IN (SELECT h.issue FROM " CHANGES " WHERE t.field = %s AND ", negated ? "NOT " : "",
             p->field);
    emit_value(p, "t.to_value", then);
    emit_bound(p, " AND h.created < ", p->to);
    emit_by(p, "h.author");
    buf_addf(sql,
             " AND NOT EXISTS (SELECT 1 FROM " OTHERS " WHERE g.issue = h.issue AND o.field = %s AND g.id > h.id%s",
             p->field, ends);
    emit_bound(p, " AND g.created <= ", p->from);
    buf_addf(sql, ") UNION ALL SELECT h.issue FROM " CHANGES " JOIN issue k ON k.id = h.issue WHERE t.field = %s AND ",
             p->field);
    emit_value(p, "t.from_value", then);
    emit_bound(p, " AND h.created > ", p->from);
    emit_bound(p, " AND k.created < ", p->to);
    emit_by(p, "k.creator");
    buf_addf(sql,
             " AND NOT EXISTS (SELECT 1 FROM " OTHERS " WHERE g.issue = h.issue AND o.field = %s AND g.id < h.id%s))"
             " OR ((",
             p->field, begins);
    emit_now(p, now);
    emit_bound(p, ") AND i.created < ", p->to);
    emit_by(p, "i.creator");
    buf_addf(sql, " AND NOT EXISTS (SELECT 1 FROM " OTHERS " WHERE g.issue = i.id AND o.field = %s)))", p->field);
}

bool jql_emit_history(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f, bool negated)
{
    struct past p = {.b = b, .n = n, .f = f, .from = INT64_MIN, .to = INT64_MAX};
    struct jql_set now = {0}, then = {0};
    p.field = arena_printf(b->c->a, "'%s'", f->history);
    for (size_t i = 0; i < n->predicate_count; i++)
        if (!read_predicate(&p, &n->predicates[i]))
            return false;
    if (n->op == JQL_CHANGED) {
        emit_changed(&p, negated);
        return true;
    }
    if (!read_values(&p, &n->value, &now, &then))
        return false;
    if (n->predicate_count)
        emit_was(&p, &now, &then, negated);
    else
        emit_ever(&p, &now, &then, negated);
    return true;
}
