/* jql.h - Jira's query language: text to tokens (jql_lex.c), tokens to a tree (jql_parse.c) and back
 * (jql_print.c), tree to SQL (jql_plan.c).
 *
 * The grammar is Jira's: OR binds weakest, then AND, then NOT; `&&`, `&`, `||`, `|`, `!` are spellings of the words;
 * a value is a word, a quoted string, a number, EMPTY or NULL, a list in parentheses, or a function with arguments.
 * Error texts are Jira's own. A query ends at the first mistake of grammar; mistakes of meaning come all at once.
 *
 * Limits, so that no text can hurt: JQL_MAX_TEXT bytes, JQL_MAX_DEPTH nested parentheses and NOTs, JQL_MAX_VALUES
 * values. The trees live in the arena; nothing else is kept. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

enum {
    JQL_MAX_TEXT = 256 * 1024,
    JQL_MAX_DEPTH = 200,
    JQL_MAX_VALUES = 20000,
    JQL_MAX_CLAUSES = 2000,
    JQL_MAX_SORTS = 100
};

enum jql_token_kind {
    JQL_TOKEN_END,
    JQL_TOKEN_STRING, /* a word or a quoted string */
    JQL_TOKEN_NUMBER,
    JQL_TOKEN_AND,
    JQL_TOKEN_OR,
    JQL_TOKEN_NOT,
    JQL_TOKEN_IN,
    JQL_TOKEN_IS,
    JQL_TOKEN_EMPTY,
    JQL_TOKEN_ORDER,
    JQL_TOKEN_BY,
    JQL_TOKEN_RESERVED, /* any other word that Jira keeps for itself */
    JQL_TOKEN_EQ,
    JQL_TOKEN_NE,
    JQL_TOKEN_GT,
    JQL_TOKEN_GE,
    JQL_TOKEN_LT,
    JQL_TOKEN_LE,
    JQL_TOKEN_LIKE,
    JQL_TOKEN_NOT_LIKE,
    JQL_TOKEN_OPEN,
    JQL_TOKEN_CLOSE,
    JQL_TOKEN_OPEN_BRACKET,
    JQL_TOKEN_CLOSE_BRACKET,
    JQL_TOKEN_COMMA,
    JQL_TOKEN_WRONG, /* the lexer's error stands in its `error` */
};

struct jql_token {
    enum jql_token_kind kind;
    const char *text; /* unescaped */
    bool quoted;
    int line, column; /* from 1, columns in characters */
};

struct jql_lexer {
    struct arena *arena;
    const char *at, *end;
    int line, column;
    const char *error; /* set once a token is JQL_TOKEN_WRONG */
};

void jql_lexer_init(struct jql_lexer *, struct arena *, const char *text, size_t length);
struct jql_token jql_lexer_next(struct jql_lexer *);

enum jql_op {
    JQL_EQ,
    JQL_NE,
    JQL_GT,
    JQL_GE,
    JQL_LT,
    JQL_LE,
    JQL_LIKE,
    JQL_NOT_LIKE,
    JQL_IN,
    JQL_NOT_IN,
    JQL_IS,
    JQL_IS_NOT,
    JQL_WAS,
    JQL_WAS_NOT,
    JQL_WAS_IN,
    JQL_WAS_NOT_IN,
    JQL_CHANGED,
    JQL_NOT_CHANGED, /* what NOT makes of CHANGED; nobody can write it */
};

/* As Jira's messages spell it: "=", "not in" … */
const char *jql_op_name(enum jql_op);
bool jql_op_is_history(enum jql_op); /* WAS in its four forms, CHANGED */
/* What NOT makes of it: "=" becomes "!=", ">" becomes "<=". */
enum jql_op jql_op_negate(enum jql_op);

enum jql_value_kind { JQL_VALUE_STRING, JQL_VALUE_NUMBER, JQL_VALUE_EMPTY, JQL_VALUE_LIST, JQL_VALUE_FUNCTION };

struct jql_value {
    enum jql_value_kind kind;
    const char *text;        /* the string, the digits, or the function's name */
    struct jql_value *items; /* of a list (may nest), or a function's arguments (strings) */
    size_t count;
};

/* What narrows WAS and CHANGED; FROM and TO belong to CHANGED alone. The value of DURING is a list of two dates. */
enum jql_predicate_kind { JQL_AFTER, JQL_BEFORE, JQL_ON, JQL_DURING, JQL_BY, JQL_FROM, JQL_TO };

struct jql_predicate {
    enum jql_predicate_kind kind;
    struct jql_value value;
};

/* "after" … */
const char *jql_predicate_name(enum jql_predicate_kind);

enum jql_node_kind { JQL_AND, JQL_OR, JQL_NOT, JQL_CLAUSE };

struct jql_node {
    enum jql_node_kind kind;
    struct jql_node **children; /* AND, OR: two or more; NOT: one */
    size_t count;
    const char *field; /* of a clause, as written; custom fields by number read "cf[10010]", properties
                        * "issue.property[key].path" */
    enum jql_op op;
    struct jql_value value; /* of CHANGED: EMPTY, without a meaning */
    struct jql_predicate *predicates;
    size_t predicate_count;
};

struct jql_sort {
    const char *field;
    bool descending, has_direction; /* without a direction each field has its own default */
};

struct jql_query {
    struct jql_node *where; /* NULL: every issue */
    struct jql_sort *sorts;
    size_t sort_count;
};

/* NULL with *error_r, Jira's sentence, when the text does not follow the grammar or passes a limit. */
struct jql_query *jql_parse(struct arena *, const char *text, size_t length, const char **error_r);

/* The published list, sorted; NULL at the end. */
extern const char *const jql_reserved_words[];

/* The query written out with every parenthesis and quote: for messages and tests; parsing it gives the same tree. */
char *jql_print(struct arena *, const struct jql_query *);
char *jql_print_value(struct arena *, const struct jql_value *);
/* The same as people write it, with no quote or parenthesis more than it takes. */
char *jql_print_plain(struct arena *, const struct jql_query *);
char *jql_print_value_plain(struct arena *, const struct jql_value *);
char *jql_print_field(struct arena *, const char *field);
