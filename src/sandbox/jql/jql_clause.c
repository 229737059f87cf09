/* jql_clause.c - one clause as SQL. Membership in a set of resolved values has four shapes: scalar or many, in or not
 * in. */
#include "base/buf.h"
#include "sandbox/jql/jql_field.h"
#include "sandbox/rights/access.h"

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

void jql_emit_member(struct jql_builder *b, const char *column, const struct jql_set *s, bool negated)
{
    const char *is_in = negated ? "NOT IN" : "IN", *joint = negated ? " AND " : " OR ";
    if (!s->count && !s->select_count) {
        buf_addc(b->sql, negated ? '1' : '0');
        return;
    }
    buf_addc(b->sql, '(');
    if (s->count == 1) {
        buf_addf(b->sql, "%s %s ", column, negated ? "<>" : "=");
        bind_param(b, s->list[0]);
    }
    for (size_t i = 0; i < s->count && s->count > 1; i++) {
        buf_adds(b->sql, i ? "," : arena_printf(b->c->a, "%s %s (", column, is_in));
        bind_param(b, s->list[i]);
    }
    if (s->count > 1)
        buf_addc(b->sql, ')');
    for (size_t i = 0; i < s->select_count; i++)
        if (i)
            buf_addf(b->sql, " UNION ALL %s", s->selects[i]);
        else
            buf_addf(b->sql, "%s%s %s (%s", s->count ? joint : "", column, is_in, s->selects[i]);
    buf_adds(b->sql, s->select_count ? "))" : ")");
}

static bool is_void(const struct jql_set *s)
{
    return !s->count && !s->select_count;
}

/* No value is in an empty list, and none is not: an empty field is dropped by every negation. */
static void emit_scalar_set(struct jql_builder *b, const char *column, const struct jql_set *s, bool negated)
{
    if (is_void(s)) {
        if (s->has_empty || negated)
            buf_addf(b->sql, "%s IS %s", column, negated ? "NOT NULL" : "NULL");
        else
            buf_addc(b->sql, '0');
        return;
    }
    buf_addc(b->sql, '(');
    jql_emit_member(b, column, s, negated);
    if (s->has_empty || s->select_count)
        buf_addf(b->sql,
                 negated        ? " AND %s IS NOT NULL"
                 : s->has_empty ? " OR %s IS NULL"
                                : " AND %s IS NOT NULL",
                 column);
    buf_addc(b->sql, ')');
}

static void emit_many_set(struct jql_builder *b, const struct jql_field *f, const struct jql_set *s, bool negated)
{
    const char *is_in = arena_printf(b->c->a, "i.id IN (SELECT v.issue FROM %s", f->from);
    const char *not_in = arena_printf(b->c->a, "i.id NOT IN (SELECT v.issue FROM %s", f->from);
    buf_addc(b->sql, '(');
    if (negated) {
        buf_addf(b->sql, "%s)", is_in);
        if (!is_void(s)) {
            buf_addf(b->sql, " AND %s AND ", not_in);
            jql_emit_member(b, f->sql, s, false);
            buf_addc(b->sql, ')');
        }
    } else {
        if (!is_void(s)) {
            buf_addf(b->sql, "%s AND ", is_in);
            jql_emit_member(b, f->sql, s, false);
            buf_addc(b->sql, ')');
        }
        if (s->has_empty)
            buf_addf(b->sql, "%s%s)", is_void(s) ? "" : " OR ", not_in);
        if (is_void(s) && !s->has_empty)
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

static void emit_time_set(struct jql_builder *b, const char *column, const struct jql_set *s, bool negated)
{
    if (is_void(s)) {
        emit_scalar_set(b, column, s, negated);
        return;
    }
    buf_addc(b->sql, '(');
    if (s->count == 1) { /* the common one, as a span that an index can find */
        emit_time(b, column, negated ? JQL_NE : JQL_EQ, s->list[0].number);
    } else {
        buf_addf(b->sql, "CAST(%s AS INTEGER) / 1000 %sIN (", column, negated ? "NOT " : "");
        for (size_t i = 0; i < s->count; i++) {
            buf_adds(b->sql, i ? "," : "");
            jql_bind_int(b, s->list[i].number / 1000);
        }
        buf_addc(b->sql, ')');
    }
    if (s->has_empty && !negated)
        buf_addf(b->sql, " OR %s IS NULL", column);
    buf_addc(b->sql, ')');
}

static bool emit_set(struct jql_builder *b, const struct jql_field *f, const struct jql_set *s, bool negated)
{
    if (f->kind == KIND_PROJECT && !f->from && !negated && b->is_top && s->count == 1 && !s->select_count &&
        !s->has_empty)
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
static bool emit_order(struct jql_builder *b, const struct jql_field *f, enum jql_op op, const struct jql_set *s)
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
    case KIND_VERSION: /* earlier and later within their project; a name may stand for one in each */
        buf_addf(b->sql,
                 "%s IN (SELECT t.id FROM %s t JOIN %s o ON o.project = t.project WHERE t.position %s o.position AND ",
                 f->sql, f->table, f->table, comparison(op));
        jql_emit_member(b, "o.id", s, false);
        buf_addc(b->sql, ')');
        return true;
    default:
        buf_addf(b->sql, "%s %s ", f->sql, comparison(op));
        bind_param(b, p);
        return true;
    }
}

#define PROJECT_OF_ROW "(SELECT k.project FROM issue k WHERE k.id = m.issue)"

/* Whose text this is: s summary, d description, e environment, c comment, x custom field, w worklog (text_doc.part).
 * A custom field alone knows its number. */
static void emit_parts(struct jql_builder *b, const struct jql_field *f)
{
    buf_adds(b->sql, "d.part IN (");
    for (const char *part = f->sql; *part; part++)
        buf_addf(b->sql, "%s'%c'", part > f->sql ? "," : "", *part);
    buf_addc(b->sql, ')');
    if (f->from)
        buf_addf(b->sql, " AND d.ref = %s", f->table);
    if (strchr(f->sql, 'c'))
        buf_addf(b->sql, " AND (d.part <> 'c' OR EXISTS (SELECT 1 FROM comment m WHERE m.id = d.ref AND %s))",
                 visible_restrictions(b->c, "m", PROJECT_OF_ROW));
    if (strchr(f->sql, 'w'))
        buf_addf(b->sql, " AND (d.part <> 'w' OR EXISTS (SELECT 1 FROM worklog m WHERE m.id = d.ref AND %s))",
                 visible_restrictions(b->c, "m", PROJECT_OF_ROW));
}

static bool emit_like(struct jql_builder *b, const struct jql_field *f, const struct jql_node *n, enum jql_op op)
{
    const char *needle = n->value.text, *match = NULL, *error = NULL;
    if (n->value.kind == JQL_VALUE_FUNCTION)
        jql_error(b, "Unable to find JQL function '%s()'.", needle);
    else if (n->value.kind == JQL_VALUE_EMPTY)
        jql_error(b, "The field '%s' does not support searching for EMPTY values.", n->field);
    else if (n->value.kind == JQL_VALUE_LIST || !*str_trim(b->c->a, needle))
        jql_error(b, "The field '%s' does not support searching for an empty string.", n->field);
    else if (!jql_text_match(b->c, needle, n->field, &match, &error))
        return false;
    if (error)
        jql_error(b, "%s", error);
    if (!match) {
        buf_adds(b->sql, op == JQL_NOT_LIKE ? "1" : "0");
        return true;
    }
    buf_addf(b->sql, "i.id %sIN (SELECT d.issue FROM text_doc d WHERE ", op == JQL_NOT_LIKE ? "NOT " : "");
    emit_parts(b, f);
    buf_adds(b->sql, " AND d.doc IN (SELECT rowid FROM text_index WHERE text_index MATCH ");
    jql_bind_text(b, match);
    buf_adds(b->sql, "))");
    if (op == JQL_NOT_LIKE && strchr("de", *f->sql) && !f->sql[1])
        buf_addf(b->sql, " AND i.%s IS NOT NULL", *f->sql == 'd' ? "description" : "environment");
    if (op == JQL_NOT_LIKE && f->from)
        buf_addf(b->sql, " AND i.id IN (SELECT v.issue FROM %s)", f->from);
    return true;
}

static bool emit_null(struct jql_builder *b, const struct jql_field *f, bool is_null)
{
    struct jql_set empty = {.has_empty = true};
    struct jql_field g = *f;
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

/* Issues with a row whose value fits, so that an index over the values can find them. */
static bool emit_rows(struct jql_builder *b, const struct jql_field *f, enum jql_op op, const struct jql_set *s)
{
    struct jql_field of_row = *f;
    struct jql_set values = *s;
    bool is_ordered = 1u << op & OPS_ORDER, negated = op == JQL_NE || op == JQL_NOT_IN;
    of_row.from = NULL;
    values.has_empty = false;
    buf_addf(b->sql, "(i.id IN (SELECT v.issue FROM %s AND ", f->from);
    if (!(is_ordered ? emit_order(b, &of_row, op, &values) : emit_set(b, &of_row, &values, negated)))
        return false;
    buf_addc(b->sql, ')');
    if (s->has_empty && !negated)
        buf_addf(b->sql, " OR i.id NOT IN (SELECT v.issue FROM %s)", f->from);
    buf_addc(b->sql, ')');
    return true;
}

/* What an operator and the shape of its value say to each other; false: reported. */
static bool check_shape(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f)
{
    struct arena *a = b->c->a;
    bool is_list = n->value.kind == JQL_VALUE_LIST,
         wants_list = n->op == JQL_IN || n->op == JQL_NOT_IN || n->op == JQL_WAS_IN || n->op == JQL_WAS_NOT_IN;
    if (jql_op_is_history(n->op) && !f->history)
        jql_error(b, "History searches do not support the '%s' field.", n->field);
    else if (!(f->ops & 1u << n->op))
        jql_error(b, "The operator '%s' is not supported by the '%s' field.", jql_op_name(n->op), n->field);
    else if ((n->op == JQL_IS || n->op == JQL_IS_NOT) && n->value.kind != JQL_VALUE_EMPTY)
        jql_error(b, "Operator '%s' only works with the values EMPTY and NULL, not with '%s' for field '%s'.",
                  jql_op_name(n->op), jql_print_value(a, &n->value), n->field);
    else if (is_list && !wants_list)
        jql_error(b, "Operator '%s' does not support the list value '%s' for field '%s'.", jql_op_name(n->op),
                  jql_print_value(a, &n->value), n->field);
    else if (!is_list && wants_list && n->value.kind != JQL_VALUE_FUNCTION)
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
    struct jql_field f;
    bool found;
    if (!jql_field_find(b->c, n->field, &f, &found))
        return false;
    if (!found)
        jql_error(b, "Field '%s' does not exist or you do not have permission to view it.", n->field);
    if (!found || !check_shape(b, n, &f)) {
        buf_addc(b->sql, '0');
        return true;
    }
    if (jql_op_is_history(op))
        return jql_emit_history(b, n, &f, op == JQL_WAS_NOT || op == JQL_WAS_NOT_IN || op == JQL_NOT_CHANGED);
    if (op == JQL_LIKE || op == JQL_NOT_LIKE)
        return emit_like(b, &f, n, op);
    if (op == JQL_IS || op == JQL_IS_NOT)
        return emit_null(b, &f, op == JQL_IS);
    struct jql_set s = {0};
    if (!jql_value_resolve(b, n, &f, &n->value, &s))
        return false;
    bool is_ordered = 1u << op & OPS_ORDER, negated = op == JQL_NE || op == JQL_NOT_IN;
    bool is_span = f.kind == KIND_TIME || f.kind == KIND_DAY || f.kind == KIND_NUMBER;
    if (!f.from || !(is_ordered || is_span))
        return is_ordered ? emit_order(b, &f, op, &s) : emit_set(b, &f, &s, negated);
    return emit_rows(b, &f, op, &s);
}

bool jql_emit_sort(struct jql_builder *b, const struct jql_sort *sort)
{
    struct jql_field f;
    bool found;
    if (!jql_field_find(b->c, sort->field, &f, &found))
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
