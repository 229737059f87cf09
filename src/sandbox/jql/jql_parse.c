/* jql_parse.c - tokens to a tree, by recursive descent with one token of look-ahead and a bounded depth. */
#include "base/str.h"
#include "sandbox/jql/jql.h"

#define VALID_OPERATORS                                                                                                \
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."

struct parser {
    struct arena *arena;
    struct jql_lexer lexer;
    struct jql_token token; /* the one not yet used */
    int depth;
    size_t values, clauses;
    const char *error;
};

static bool fail(struct parser *p, const char *error)
{
    if (!p->error)
        p->error = error;
    return false;
}

static void next(struct parser *p)
{
    p->token = jql_lexer_next(&p->lexer);
    if (p->token.kind == JQL_TOKEN_WRONG)
        fail(p, p->lexer.error);
}

/* "Expecting X but got 'y'." with the place, or "Expecting X before the end of the query." */
static bool fail_expecting(struct parser *p, const char *what, const char *advice)
{
    const struct jql_token *t = &p->token;
    if (t->kind == JQL_TOKEN_END)
        return fail(p, arena_printf(p->arena, "Error in the JQL Query: Expecting %s before the end of the query.%s%s",
                                    what, str_starts(advice, "The valid") ? " " : "",
                                    str_starts(advice, "The valid") ? advice : ""));
    if (t->kind == JQL_TOKEN_RESERVED)
        return fail(
            p, arena_printf(p->arena,
                            "Error in the JQL Query: '%s' is a reserved JQL word. You must surround it in quotation "
                            "marks to use it in a query. (line %d, character %d)",
                            t->text, t->line, t->column));
    return fail(p,
                arena_printf(p->arena, "Error in the JQL Query: Expecting %s but got '%s'.%s%s (line %d, character %d)",
                             what, t->text, *advice ? " " : "", advice, t->line, t->column));
}

static const char *quote_advice(struct parser *p, const char *as)
{
    return arena_printf(p->arena, "You must surround '%s' in quotation marks to use it as a %s.", p->token.text, as);
}

static bool enter(struct parser *p)
{
    if (++p->depth <= JQL_MAX_DEPTH)
        return true;
    return fail(p,
                arena_printf(p->arena,
                             "Error in the JQL Query: The query is nested too deeply, at most %d levels are allowed. "
                             "(line %d, character %d)",
                             JQL_MAX_DEPTH, p->token.line, p->token.column));
}

static bool count_value(struct parser *p)
{
    if (++p->values <= JQL_MAX_VALUES)
        return true;
    return fail(p,
                arena_printf(p->arena, "Error in the JQL Query: The query has too many values, at most %d are allowed.",
                             JQL_MAX_VALUES));
}

static bool parse_value(struct parser *p, struct jql_value *v);

static bool parse_items(struct parser *p, struct jql_value *v)
{
    for (;;) {
        struct jql_value item = {0};
        if (!parse_value(p, &item))
            return false;
        *arena_push(p->arena, v->items, v->count) = item;
        if (p->token.kind != JQL_TOKEN_COMMA)
            break;
        next(p);
    }
    if (p->token.kind != JQL_TOKEN_CLOSE)
        return fail_expecting(p, "')'", "");
    next(p);
    return true;
}

static bool parse_arguments(struct parser *p, struct jql_value *v)
{
    v->kind = JQL_VALUE_FUNCTION;
    next(p);
    while (p->token.kind == JQL_TOKEN_STRING || p->token.kind == JQL_TOKEN_NUMBER) {
        if (!count_value(p))
            return false;
        *arena_push(p->arena, v->items, v->count) = (struct jql_value){JQL_VALUE_STRING, p->token.text, NULL, 0};
        next(p);
        if (p->token.kind != JQL_TOKEN_COMMA)
            break;
        next(p);
    }
    if (p->token.kind != JQL_TOKEN_CLOSE)
        return fail_expecting(p, "')'", "");
    next(p);
    return true;
}

static bool parse_value(struct parser *p, struct jql_value *v)
{
    struct jql_token t = p->token;
    if (!count_value(p))
        return false;
    v->text = t.text;
    switch (t.kind) {
    case JQL_TOKEN_EMPTY:
        v->kind = JQL_VALUE_EMPTY;
        next(p);
        return !p->error;
    case JQL_TOKEN_NUMBER:
        v->kind = JQL_VALUE_NUMBER;
        next(p);
        return !p->error;
    case JQL_TOKEN_STRING:
        v->kind = JQL_VALUE_STRING;
        next(p);
        return p->token.kind == JQL_TOKEN_OPEN ? parse_arguments(p, v) : !p->error;
    case JQL_TOKEN_OPEN:
        v->kind = JQL_VALUE_LIST;
        next(p);
        if (!enter(p) || !parse_items(p, v))
            return false;
        p->depth--;
        return !p->error;
    default:
        return fail_expecting(p, "either a value, list or function", quote_advice(p, "value"));
    }
}

static bool is_word(const struct parser *p, const char *word)
{
    bool can_be = p->token.kind == JQL_TOKEN_RESERVED || p->token.kind == JQL_TOKEN_BY ||
                  (p->token.kind == JQL_TOKEN_STRING && !p->token.quoted);
    return can_be && str_eq_nocase(p->token.text, word);
}

/* Stands on WAS. */
static bool parse_was(struct parser *p, enum jql_op *op)
{
    next(p);
    bool negated = p->token.kind == JQL_TOKEN_NOT;
    if (negated)
        next(p);
    bool is_in = p->token.kind == JQL_TOKEN_IN;
    if (is_in)
        next(p);
    *op = is_in ? (negated ? JQL_WAS_NOT_IN : JQL_WAS_IN) : negated ? JQL_WAS_NOT : JQL_WAS;
    return !p->error;
}

static bool parse_predicate(struct parser *p, struct jql_node *n, enum jql_predicate_kind kind)
{
    struct jql_predicate predicate = {.kind = kind};
    next(p);
    if (p->error || !parse_value(p, &predicate.value))
        return false;
    *arena_push(p->arena, n->predicates, n->predicate_count) = predicate;
    return true;
}

static bool parse_predicates(struct parser *p, struct jql_node *n)
{
    for (;;) {
        int kind = JQL_AFTER;
        while (kind <= JQL_TO && !is_word(p, jql_predicate_name((enum jql_predicate_kind)kind)))
            kind++;
        if (kind > JQL_TO || p->error)
            return !p->error;
        if (!parse_predicate(p, n, (enum jql_predicate_kind)kind))
            return false;
    }
}

static bool parse_operator(struct parser *p, enum jql_op *op)
{
    enum jql_token_kind kind = p->token.kind;
    if (is_word(p, "was"))
        return parse_was(p, op);
    if (is_word(p, "changed")) {
        *op = JQL_CHANGED;
        next(p);
        return !p->error;
    }
    if (kind >= JQL_TOKEN_EQ && kind <= JQL_TOKEN_NOT_LIKE) {
        *op = (enum jql_op)(kind - JQL_TOKEN_EQ + JQL_EQ);
        next(p);
        return true;
    }
    if (kind == JQL_TOKEN_IN || kind == JQL_TOKEN_IS) {
        *op = kind == JQL_TOKEN_IN ? JQL_IN : JQL_IS;
        next(p);
        if (kind == JQL_TOKEN_IS && p->token.kind == JQL_TOKEN_NOT) {
            *op = JQL_IS_NOT;
            next(p);
        }
        return true;
    }
    if (kind != JQL_TOKEN_NOT)
        return fail_expecting(p, "operator", VALID_OPERATORS);
    next(p);
    if (p->token.kind != JQL_TOKEN_IN)
        return fail_expecting(p, "'IN'", "");
    *op = JQL_NOT_IN;
    next(p);
    return true;
}

static bool parse_bracketed_number(struct parser *p, const char **name_r)
{
    next(p);
    const char *number = p->token.text;
    if (p->token.kind != JQL_TOKEN_NUMBER)
        return fail_expecting(p, "a custom field ID", "");
    next(p);
    if (p->token.kind != JQL_TOKEN_CLOSE_BRACKET)
        return fail_expecting(p, "']'", "");
    next(p);
    *name_r = arena_printf(p->arena, "cf[%s]", number);
    return true;
}

/* issue.property[key].path: the key may be quoted, the path is optional. */
static bool parse_property(struct parser *p, const char **name_r)
{
    next(p);
    const char *key = p->token.text;
    if (p->token.kind != JQL_TOKEN_STRING && p->token.kind != JQL_TOKEN_NUMBER)
        return fail_expecting(p, "a property key", "");
    next(p);
    if (p->token.kind != JQL_TOKEN_CLOSE_BRACKET)
        return fail_expecting(p, "']'", "");
    next(p);
    *name_r = arena_printf(p->arena, "%s[%s]", *name_r, key);
    if (p->token.kind == JQL_TOKEN_STRING && !p->token.quoted && p->token.text[0] == '.') {
        *name_r = arena_printf(p->arena, "%s%s", *name_r, p->token.text);
        next(p);
    }
    return !p->error;
}

static bool parse_field(struct parser *p, const char **name_r)
{
    struct jql_token t = p->token;
    if (t.kind == JQL_TOKEN_END)
        return fail(p, "Error in the JQL Query: Expecting a field name at the end of the query.");
    if (t.kind == JQL_TOKEN_RESERVED && str_eq_nocase(t.text, "cf")) {
        next(p);
        if (p->token.kind == JQL_TOKEN_OPEN_BRACKET)
            return parse_bracketed_number(p, name_r);
        p->token = t;
    }
    if (t.kind != JQL_TOKEN_STRING && t.kind != JQL_TOKEN_NUMBER)
        return fail_expecting(p, "a field name", quote_advice(p, "field name"));
    *name_r = t.text;
    next(p);
    if (p->token.kind == JQL_TOKEN_OPEN_BRACKET && !t.quoted)
        return parse_property(p, name_r);
    return !p->error;
}

static struct jql_node *parse_clause(struct parser *p)
{
    struct jql_node *n = arena_new(p->arena, struct jql_node);
    n->kind = JQL_CLAUSE;
    if (++p->clauses > JQL_MAX_CLAUSES) {
        fail(p,
             arena_printf(p->arena, "Error in the JQL Query: The query has too many clauses, at most %d are allowed.",
                          JQL_MAX_CLAUSES));
        return NULL;
    }
    n->value.kind = JQL_VALUE_EMPTY;
    n->value.text = "";
    if (!parse_field(p, &n->field) || !parse_operator(p, &n->op) || p->error)
        return NULL;
    if (n->op != JQL_CHANGED && !parse_value(p, &n->value))
        return NULL;
    return jql_op_is_history(n->op) && !parse_predicates(p, n) ? NULL : n;
}

static struct jql_node *parse_or(struct parser *p);

static struct jql_node *parse_not(struct parser *p)
{
    if (p->error || !enter(p))
        return NULL;
    struct jql_node *n = NULL;
    if (p->token.kind == JQL_TOKEN_NOT) {
        next(p);
        struct jql_node *child = parse_not(p);
        if (child) {
            n = arena_new(p->arena, struct jql_node);
            n->kind = JQL_NOT;
            *arena_push(p->arena, n->children, n->count) = child;
        }
    } else if (p->token.kind == JQL_TOKEN_OPEN) {
        next(p);
        n = parse_or(p);
        if (n && p->token.kind != JQL_TOKEN_CLOSE) {
            fail_expecting(p, "')'", "");
            n = NULL;
        }
        if (n)
            next(p);
    } else {
        n = parse_clause(p);
    }
    p->depth--;
    return p->error ? NULL : n;
}

/* A chain of one connective; a chain of one is the thing itself. */
static struct jql_node *parse_chain(struct parser *p, enum jql_node_kind kind, enum jql_token_kind by,
                                    struct jql_node *(*parse_part)(struct parser *))
{
    struct jql_node *first = parse_part(p);
    if (!first || p->token.kind != by)
        return first;
    struct jql_node *n = arena_new(p->arena, struct jql_node);
    n->kind = kind;
    *arena_push(p->arena, n->children, n->count) = first;
    while (p->token.kind == by) {
        next(p);
        struct jql_node *part = parse_part(p);
        if (!part)
            return NULL;
        *arena_push(p->arena, n->children, n->count) = part;
    }
    return n;
}

static struct jql_node *parse_and(struct parser *p)
{
    return parse_chain(p, JQL_AND, JQL_TOKEN_AND, parse_not);
}

static struct jql_node *parse_or(struct parser *p)
{
    return parse_chain(p, JQL_OR, JQL_TOKEN_OR, parse_and);
}

static bool parse_sorts(struct parser *p, struct jql_query *q)
{
    next(p);
    if (p->token.kind != JQL_TOKEN_BY)
        return fail_expecting(p, "'BY'", "");
    do {
        next(p);
        struct jql_sort sort = {0};
        if (p->error || !parse_field(p, &sort.field))
            return false;
        bool asc = str_eq_nocase(p->token.text, "asc"), desc = str_eq_nocase(p->token.text, "desc");
        if (p->token.kind == JQL_TOKEN_RESERVED && (asc || desc)) {
            sort.descending = desc;
            sort.has_direction = true;
            next(p);
        }
        if (q->sort_count == JQL_MAX_SORTS)
            return fail(
                p, arena_printf(p->arena, "The ORDER BY clause can contain a maximum of %d fields.", JQL_MAX_SORTS));
        *arena_push(p->arena, q->sorts, q->sort_count) = sort;
    } while (p->token.kind == JQL_TOKEN_COMMA);
    if (p->token.kind != JQL_TOKEN_END)
        return fail_expecting(p, "','", "");
    return !p->error;
}

struct jql_query *jql_parse(struct arena *a, const char *text, size_t length, const char **error_r)
{
    struct parser p = {.arena = a};
    struct jql_query *q = arena_new(a, struct jql_query);
    if (length > JQL_MAX_TEXT) {
        *error_r = arena_printf(a, "Error in the JQL Query: The query is too long, at most %d characters are allowed.",
                                JQL_MAX_TEXT);
        return NULL;
    }
    jql_lexer_init(&p.lexer, a, text, length);
    next(&p);
    if (!p.error && p.token.kind != JQL_TOKEN_END && p.token.kind != JQL_TOKEN_ORDER)
        q->where = parse_or(&p);
    if (!p.error && p.token.kind == JQL_TOKEN_ORDER)
        (void)parse_sorts(&p, q);
    else if (!p.error && p.token.kind != JQL_TOKEN_END)
        fail_expecting(&p, "either 'OR' or 'AND'", "");
    if (!p.error)
        return q;
    *error_r = p.error;
    return NULL;
}
