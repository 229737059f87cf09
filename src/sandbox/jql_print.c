/* jql_print.c - the tree written out again, and what Jira's messages call its parts. */
#include "base/buf.h"
#include "base/str.h"
#include "sandbox/jql.h"

static const char *const op_names[] = {
    "=",      "!=", ">",      ">=",  "<",       "<=",     "~",          "!~",      "in",
    "not in", "is", "is not", "was", "was not", "was in", "was not in", "changed", "changed"};

const char *jql_op_name(enum jql_op op)
{
    return op_names[op];
}

enum jql_op jql_op_negate(enum jql_op op)
{
    static const enum jql_op negated[] = {
        JQL_NE, JQL_EQ,     JQL_LE, JQL_LT,      JQL_GE,  JQL_GT,         JQL_NOT_LIKE, JQL_LIKE,        JQL_NOT_IN,
        JQL_IN, JQL_IS_NOT, JQL_IS, JQL_WAS_NOT, JQL_WAS, JQL_WAS_NOT_IN, JQL_WAS_IN,   JQL_NOT_CHANGED, JQL_CHANGED};
    return negated[op];
}

bool jql_op_is_history(enum jql_op op)
{
    return op >= JQL_WAS;
}

static const char *const predicate_names[] = {"after", "before", "on", "during", "by", "from", "to"};

const char *jql_predicate_name(enum jql_predicate_kind kind)
{
    return predicate_names[kind];
}

static void print_quoted(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

static void print_list(struct buf *b, const struct jql_value *v);

static void print_value(struct buf *b, const struct jql_value *v)
{
    switch (v->kind) {
    case JQL_VALUE_STRING:
        print_quoted(b, v->text);
        return;
    case JQL_VALUE_NUMBER:
        buf_adds(b, v->text);
        return;
    case JQL_VALUE_EMPTY:
        buf_adds(b, "EMPTY");
        return;
    case JQL_VALUE_FUNCTION:
        print_quoted(b, v->text);
        break;
    case JQL_VALUE_LIST:
        break;
    }
    print_list(b, v);
}

static void print_list(struct buf *b, const struct jql_value *v)
{
    buf_addc(b, '(');
    for (size_t i = 0; i < v->count; i++) {
        if (i)
            buf_adds(b, ", ");
        print_value(b, &v->items[i]);
    }
    buf_addc(b, ')');
}

static void print_field(struct buf *b, const char *field)
{
    if (str_starts(field, "cf["))
        buf_adds(b, field);
    else
        print_quoted(b, field);
}

static void print_node(struct buf *b, const struct jql_node *n)
{
    if (n->kind == JQL_CLAUSE) {
        print_field(b, n->field);
        buf_addf(b, " %s", jql_op_name(n->op));
        if (n->op != JQL_CHANGED) {
            buf_addc(b, ' ');
            print_value(b, &n->value);
        }
        for (size_t i = 0; i < n->predicate_count; i++) {
            buf_addf(b, " %s ", jql_predicate_name(n->predicates[i].kind));
            print_value(b, &n->predicates[i].value);
        }
        return;
    }
    if (n->kind == JQL_NOT)
        buf_adds(b, "NOT ");
    else
        buf_addc(b, '(');
    for (size_t i = 0; i < n->count; i++) {
        if (i)
            buf_adds(b, n->kind == JQL_AND ? " AND " : " OR ");
        print_node(b, n->children[i]);
    }
    if (n->kind != JQL_NOT)
        buf_addc(b, ')');
}

char *jql_print(struct arena *a, const struct jql_query *q)
{
    struct buf b = BUF_INIT((size_t)16 * JQL_MAX_TEXT);
    if (q->where)
        print_node(&b, q->where);
    for (size_t i = 0; i < q->sort_count; i++) {
        buf_adds(&b, i ? ", " : q->where ? " ORDER BY " : "ORDER BY ");
        print_field(&b, q->sorts[i].field);
        if (q->sorts[i].has_direction)
            buf_adds(&b, q->sorts[i].descending ? " DESC" : " ASC");
    }
    char *s = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return s;
}

char *jql_print_value(struct arena *a, const struct jql_value *v)
{
    struct buf b = BUF_INIT((size_t)16 * JQL_MAX_TEXT);
    if (v->kind == JQL_VALUE_FUNCTION) { /* as people write it */
        buf_adds(&b, v->text);
        print_list(&b, v);
    } else {
        print_value(&b, v);
    }
    char *s = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return s;
}
