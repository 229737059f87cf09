/* jql_print.c - the tree written out again, and what Jira's messages call its parts.
 *
 * Two hands: one that puts every quote and parenthesis, for tests that compare trees, and the one people write. */
#include "base/buf.h"
#include "base/str.h"
#include "sandbox/jql/jql.h"

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

struct printer {
    struct buf out;
    bool is_plain; /* as people write it */
};

static int compare_word(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

static bool is_reserved(const char *s)
{
    size_t count = 0;
    char lower[16] = "";
    if (strlen(s) >= sizeof lower)
        return false;
    for (size_t i = 0; s[i]; i++)
        lower[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]);
    while (jql_reserved_words[count])
        count++;
    return bsearch(lower, jql_reserved_words, count, sizeof *jql_reserved_words, compare_word) != NULL;
}

/* A word that the lexer reads as one, whatever stands around it. */
static bool is_bare(const char *s, bool is_value)
{
    if (!*s || is_reserved(s))
        return false;
    bool has_letter = false;
    for (; *s; s++) {
        bool is_letter = (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || (unsigned char)*s >= 0x80;
        has_letter = has_letter || is_letter;
        if (!is_letter && !(*s >= '0' && *s <= '9') && !strchr("_.-", *s) && !(is_value && *s == ':'))
            return false;
    }
    return has_letter;
}

static void print_quoted(struct printer *p, const char *s)
{
    struct buf *b = &p->out;
    buf_addc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

static void print_text(struct printer *p, const char *s, bool is_value)
{
    if (p->is_plain && is_bare(s, is_value))
        buf_adds(&p->out, s);
    else
        print_quoted(p, s);
}

static void print_value(struct printer *p, const struct jql_value *v);

static void print_list(struct printer *p, const struct jql_value *v)
{
    buf_addc(&p->out, '(');
    for (size_t i = 0; i < v->count; i++) {
        if (i)
            buf_adds(&p->out, ", ");
        print_value(p, &v->items[i]);
    }
    buf_addc(&p->out, ')');
}

static void print_value(struct printer *p, const struct jql_value *v)
{
    switch (v->kind) {
    case JQL_VALUE_STRING:
        print_text(p, v->text, true);
        return;
    case JQL_VALUE_NUMBER:
        buf_adds(&p->out, v->text);
        return;
    case JQL_VALUE_EMPTY:
        buf_adds(&p->out, "EMPTY");
        return;
    case JQL_VALUE_FUNCTION:
        print_text(p, v->text, false);
        break;
    case JQL_VALUE_LIST:
        break;
    }
    print_list(p, v);
}

/* issue.property[key].path: only the key may need quotes. */
static void print_property(struct printer *p, const char *field)
{
    const char *open = strchr(field, '['), *close = strrchr(field, ']');
    buf_add(&p->out, field, (size_t)(open + 1 - field));
    struct arena a = ARENA_INIT;
    print_text(p, arena_strndup(&a, open + 1, (size_t)(close - open - 1)), true);
    arena_release(&a);
    buf_adds(&p->out, close);
}

static void print_field(struct printer *p, const char *field)
{
    const char *open = strstr(field, ".property[");
    if (str_starts(field, "cf["))
        buf_adds(&p->out, field);
    else if (p->is_plain && open && strrchr(open, ']'))
        print_property(p, field);
    else
        print_text(p, field, false);
}

static void print_clause(struct printer *p, const struct jql_node *n)
{
    print_field(p, n->field);
    buf_addf(&p->out, " %s", jql_op_name(n->op));
    if (n->op != JQL_CHANGED) {
        buf_addc(&p->out, ' ');
        print_value(p, &n->value);
    }
    for (size_t i = 0; i < n->predicate_count; i++) {
        buf_addf(&p->out, " %s ", jql_predicate_name(n->predicates[i].kind));
        print_value(p, &n->predicates[i].value);
    }
}

static void print_node(struct printer *p, const struct jql_node *n, bool is_top)
{
    if (n->kind == JQL_CLAUSE) {
        print_clause(p, n);
        return;
    }
    bool encloses = n->kind != JQL_NOT && !(p->is_plain && is_top);
    if (n->kind == JQL_NOT)
        buf_adds(&p->out, "NOT ");
    else if (encloses)
        buf_addc(&p->out, '(');
    for (size_t i = 0; i < n->count; i++) {
        if (i)
            buf_adds(&p->out, n->kind == JQL_AND ? " AND " : " OR ");
        print_node(p, n->children[i], false);
    }
    if (encloses)
        buf_addc(&p->out, ')');
}

static void print_query(struct printer *p, const struct jql_query *q)
{
    if (q->where)
        print_node(p, q->where, true);
    for (size_t i = 0; i < q->sort_count; i++) {
        buf_adds(&p->out, i ? ", " : q->where ? " ORDER BY " : "ORDER BY ");
        print_field(p, q->sorts[i].field);
        if (q->sorts[i].has_direction)
            buf_adds(&p->out, q->sorts[i].descending ? " DESC" : " ASC");
    }
}

static struct printer printer(bool is_plain)
{
    return (struct printer){BUF_INIT((size_t)16 * JQL_MAX_TEXT), is_plain};
}

static char *finish(struct arena *a, struct printer *p)
{
    char *s = arena_strndup(a, buf_str(&p->out), p->out.len);
    buf_release(&p->out);
    return s;
}

char *jql_print(struct arena *a, const struct jql_query *q)
{
    struct printer p = printer(false);
    print_query(&p, q);
    return finish(a, &p);
}

char *jql_print_plain(struct arena *a, const struct jql_query *q)
{
    struct printer p = printer(true);
    print_query(&p, q);
    return finish(a, &p);
}

char *jql_print_value(struct arena *a, const struct jql_value *v)
{
    struct printer p = printer(false);
    if (v->kind == JQL_VALUE_FUNCTION) { /* as people write it */
        buf_adds(&p.out, v->text);
        print_list(&p, v);
    } else {
        print_value(&p, v);
    }
    return finish(a, &p);
}

char *jql_print_value_plain(struct arena *a, const struct jql_value *v)
{
    struct printer p = printer(true);
    print_value(&p, v);
    return finish(a, &p);
}

char *jql_print_field(struct arena *a, const char *field)
{
    struct printer p = printer(true);
    print_field(&p, field);
    return finish(a, &p);
}
