/* jql_plan.c - the tree into one SQL condition.
 *
 * Why chains are cut into groups: SQLite limits the height of an expression to 1000 and its parser's stack to 100, and
 * a chain of ANDs is as high as it is long. Groups of GROUP keep the height small; nesting beyond MAX_NESTING is
 * refused. */
#include "sandbox/jql/jql_plan.h"
#include "base/buf.h"
#include "sandbox/planning/filter.h"

#include <string.h>

enum { GROUP = 40, MAX_NESTING = 20, MAX_ERRORS = 1000, MAX_SQL = 8 << 20, MAX_FILTERS = 100 };
enum { MAX_EMITTED = 4 * JQL_MAX_CLAUSES };

void jql_error(struct jql_builder *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(b->c->a, format, args);
    va_end(args);
    struct jql_plan *p = b->plan;
    for (size_t i = 0; i < p->error_count; i++)
        if (str_eq(p->errors[i], text))
            return;
    if (p->error_count < MAX_ERRORS)
        *arena_push(b->c->a, p->errors, p->error_count) = text;
}

static void bind(struct jql_builder *b, struct jql_param p)
{
    *arena_push(b->c->a, b->plan->params.list, b->plan->params.count) = p;
    buf_addf(b->sql, "?%zu", b->plan->params.count);
}

void jql_bind_int(struct jql_builder *b, int64_t n)
{
    bind(b, (struct jql_param){JQL_PARAM_INT, n, 0, NULL});
}

void jql_bind_real(struct jql_builder *b, double d)
{
    bind(b, (struct jql_param){JQL_PARAM_REAL, 0, d, NULL});
}

void jql_bind_text(struct jql_builder *b, const char *s)
{
    bind(b, (struct jql_param){JQL_PARAM_TEXT, 0, 0, s});
}

static bool emit(struct jql_builder *b, const struct jql_node *n, bool negated, bool is_top);

static bool emit_chain(struct jql_builder *b, const struct jql_node *n, bool negated, bool is_top)
{
    bool is_and = (n->kind == JQL_AND) != negated; /* De Morgan */
    bool grouped = n->count > GROUP;
    if (++b->depth > MAX_NESTING) {
        jql_error(
            b, "Error in the JQL Query: The query is nested too deeply, at most %d levels of AND and OR are allowed.",
            MAX_NESTING);
        buf_addc(b->sql, '0');
        b->depth--;
        return true;
    }
    buf_adds(b->sql, grouped ? "((" : "(");
    for (size_t i = 0; i < n->count; i++) {
        if (i && i % GROUP == 0)
            buf_adds(b->sql, is_and ? ") AND (" : ") OR (");
        else if (i)
            buf_adds(b->sql, is_and ? " AND " : " OR ");
        if (!emit(b, n->children[i], negated, is_top && is_and))
            return false;
    }
    buf_adds(b->sql, grouped ? "))" : ")");
    b->depth--;
    return true;
}

/* ---- kept queries: `filter = 10000` means what that filter finds ---- */

static bool is_filter(const struct jql_node *n)
{
    static const char *const NAMES[] = {"filter", "request", "savedfilter", "searchrequest"};
    bool is_set = n->op == JQL_EQ || n->op == JQL_NE || n->op == JQL_IN || n->op == JQL_NOT_IN;
    for (size_t i = 0; is_set && i < ARRAY_LEN(NAMES); i++)
        if (str_eq_nocase(NAMES[i], n->field))
            return true;
    return false;
}

static bool emit_one_filter(struct jql_builder *b, const struct jql_node *n, const struct jql_value *v, bool negated)
{
    char *jql = NULL;
    const char *error = NULL;
    if (v->kind == JQL_VALUE_FUNCTION || v->kind == JQL_VALUE_EMPTY || v->kind == JQL_VALUE_LIST)
        jql_error(b, "The value '%s' does not exist for the field '%s'.", v->text ? v->text : "", n->field);
    else if (!filter_find_named(b->c, v->text, &jql))
        return false;
    else if (!jql)
        jql_error(b,
                  v->kind == JQL_VALUE_NUMBER ? "A value with ID '%s' does not exist for the field '%s'."
                                              : "The value '%s' does not exist for the field '%s'.",
                  v->text, n->field);
    struct jql_query *q = jql ? jql_parse(b->c->a, jql, strlen(jql), &error) : NULL;
    if (jql && !q)
        jql_error(b, "%s", error);
    if (!q || !q->where) {
        buf_addc(b->sql, (q != NULL) != negated ? '1' : '0');
        return true;
    }
    return emit(b, q->where, negated, false);
}

/* A filter may name another; one that names itself is nested too deeply. */
static bool emit_filter(struct jql_builder *b, const struct jql_node *n, bool negated)
{
    bool is_not = n->op == JQL_NE || n->op == JQL_NOT_IN, is_list = n->value.kind == JQL_VALUE_LIST;
    negated = negated != is_not;
    if (is_list && n->value.count > MAX_FILTERS) {
        jql_error(b, "Error in the JQL Query: The query names too many filters, at most %d are allowed.", MAX_FILTERS);
        buf_addc(b->sql, '0');
        return true;
    }
    if (++b->depth > MAX_NESTING) {
        jql_error(b, "The filter '%s' names itself.", n->value.text ? n->value.text : "");
        buf_addc(b->sql, '0');
        b->depth--;
        return true;
    }
    buf_addc(b->sql, '(');
    for (size_t i = 0; i < (is_list ? n->value.count : 1); i++) {
        if (i)
            buf_adds(b->sql, negated ? " AND " : " OR ");
        if (!emit_one_filter(b, n, is_list ? &n->value.items[i] : &n->value, negated))
            return false;
    }
    buf_addc(b->sql, ')');
    b->depth--;
    return true;
}

static bool emit(struct jql_builder *b, const struct jql_node *n, bool negated, bool is_top)
{
    while (n->kind == JQL_NOT) {
        negated = !negated;
        n = n->children[0];
    }
    if (++b->emitted > MAX_EMITTED) { /* filters that name filters can grow without end */
        if (b->emitted == MAX_EMITTED + 1)
            jql_error(b, "Error in the JQL Query: The query has too many clauses, at most %d are allowed.",
                      JQL_MAX_CLAUSES);
        buf_addc(b->sql, '0');
        return true;
    }
    if (n->kind != JQL_CLAUSE)
        return emit_chain(b, n, negated, is_top);
    if (is_filter(n))
        return emit_filter(b, n, negated);
    b->is_top = is_top;
    return jql_emit_clause(b, n, negated ? jql_op_negate(n->op) : n->op);
}

/* What an unsorted query comes in: Data Center by key, newest first; Cloud by creation, newest first. */
static bool default_sort(struct jql_builder *b)
{
    struct jql_sort sort = {b->c->d->is_cloud ? "created" : "key", true, true};
    return jql_emit_sort(b, &sort);
}

bool jql_plan_make(struct ctx *c, const struct jql_query *q, struct jql_plan *plan)
{
    struct buf sql = BUF_INIT(MAX_SQL);
    struct jql_builder b = {.c = c, .plan = plan, .sql = &sql};
    *plan = (struct jql_plan){.where = "1", .is_bounded = q->where != NULL};
    bool ok = !q->where || emit(&b, q->where, false, true);
    if (ok && q->where)
        plan->where = arena_strndup(c->a, buf_str(&sql), sql.len);
    buf_release(&sql);
    for (size_t i = 0; ok && i < q->sort_count; i++)
        ok = jql_emit_sort(&b, &q->sorts[i]);
    if (ok && !q->sort_count)
        ok = default_sort(&b);
    *arena_push(c->a, plan->orders, plan->order_count) = (struct jql_order){"i.id", false, false};
    return ok;
}
