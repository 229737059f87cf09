/* jql_lex.c - text to tokens, with line and column of each for Jira's messages. */
#include "base/buf.h"
#include "base/str.h"
#include "sandbox/jql/jql.h"

/* Words that must be quoted, from the published list of reserved words; sorted for bsearch. */
const char *const jql_reserved_words[] = {
    "abort",      "access",    "add",       "after",    "alias",       "all",        "alter",        "and",
    "any",        "are",       "as",        "asc",      "at",          "audit",      "avg",          "before",
    "begin",      "between",   "boolean",   "break",    "by",          "byte",       "catch",        "cf",
    "changed",    "char",      "character", "check",    "checkpoint",  "collate",    "collation",    "column",
    "commit",     "connect",   "continue",  "count",    "create",      "current",    "date",         "decimal",
    "declare",    "decrement", "default",   "defaults", "define",      "delete",     "delimiter",    "desc",
    "difference", "distinct",  "divide",    "do",       "double",      "drop",       "else",         "empty",
    "encoding",   "end",       "equals",    "escape",   "exclusive",   "exec",       "execute",      "exists",
    "explain",    "false",     "fetch",     "field",    "file",        "first",      "float",        "for",
    "from",       "function",  "go",        "goto",     "grant",       "greater",    "group",        "having",
    "identified", "if",        "immediate", "in",       "increment",   "index",      "initial",      "inner",
    "inout",      "input",     "insert",    "int",      "integer",     "intersect",  "intersection", "into",
    "is",         "isempty",   "isnull",    "join",     "last",        "left",       "less",         "like",
    "limit",      "lock",      "long",      "max",      "min",         "minus",      "mode",         "modify",
    "modulo",     "more",      "multiply",  "next",     "noaudit",     "not",        "notin",        "nowait",
    "null",       "number",    "object",    "of",       "on",          "option",     "or",           "order",
    "outer",      "output",    "power",     "previous", "prior",       "privileges", "public",       "raise",
    "raw",        "remainder", "rename",    "resource", "return",      "returns",    "revoke",       "right",
    "row",        "rowid",     "rownum",    "rows",     "select",      "session",    "set",          "share",
    "size",       "sqrt",      "start",     "strict",   "string",      "subtract",   "sum",          "synonym",
    "table",      "then",      "to",        "trans",    "transaction", "trigger",    "true",         "uid",
    "union",      "unique",    "update",    "user",     "validate",    "values",     "view",         "was",
    "when",       "whenever",  "where",     "while",    "with",        NULL,
};

static const struct {
    const char *word;
    enum jql_token_kind kind;
} keywords[] = {
    {"and", JQL_TOKEN_AND},    {"or", JQL_TOKEN_OR},       {"not", JQL_TOKEN_NOT},
    {"in", JQL_TOKEN_IN},      {"is", JQL_TOKEN_IS},       {"empty", JQL_TOKEN_EMPTY},
    {"null", JQL_TOKEN_EMPTY}, {"order", JQL_TOKEN_ORDER}, {"by", JQL_TOKEN_BY},
};

void jql_lexer_init(struct jql_lexer *lx, struct arena *a, const char *text, size_t length)
{
    *lx = (struct jql_lexer){a, text, text + length, 1, 1, NULL};
}

static int peek(const struct jql_lexer *lx, size_t ahead)
{
    return (size_t)(lx->end - lx->at) > ahead ? (unsigned char)lx->at[ahead] : -1;
}

static void advance(struct jql_lexer *lx)
{
    unsigned char c = (unsigned char)*lx->at++;
    if (c == '\n') {
        lx->line++;
        lx->column = 1;
    } else if ((c & 0xC0) != 0x80) { /* a continuation byte belongs to the character before it */
        lx->column++;
    }
}

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_operator_char(int c)
{
    return c > 0 && strchr("=!<>~&|()[],\"'", c) != NULL;
}

static bool is_reserved_char(int c)
{
    return c >= 0 && (c < 0x20 || c == 0x7F || strchr("{}*/%+^$#@?;`", c) != NULL) && !is_space(c);
}

static struct jql_token wrong(struct jql_lexer *lx, struct jql_token t, const char *error)
{
    lx->error = error;
    t.kind = JQL_TOKEN_WRONG;
    return t;
}

static void add_utf8(struct buf *b, unsigned code)
{
    if (code < 0x80) {
        buf_addc(b, (char)code);
    } else if (code < 0x800) {
        buf_addc(b, (char)(0xC0 | code >> 6));
        buf_addc(b, (char)(0x80 | (code & 0x3F)));
    } else {
        buf_addc(b, (char)(0xE0 | code >> 12));
        buf_addc(b, (char)(0x80 | (code >> 6 & 0x3F)));
        buf_addc(b, (char)(0x80 | (code & 0x3F)));
    }
}

static bool read_unicode(struct jql_lexer *lx, struct buf *b)
{
    unsigned code = 0;
    for (size_t i = 0; i < 4; i++) {
        int c = peek(lx, i);
        const char *digits = "0123456789abcdef";
        const char *d = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
        if (!d)
            return false;
        code = code * 16 + (unsigned)(d - digits);
    }
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF))
        return false;
    for (int i = 0; i < 4; i++)
        advance(lx);
    add_utf8(b, code);
    return true;
}

/* Stands on the backslash. */
static bool read_escape(struct jql_lexer *lx, struct buf *b)
{
    int line = lx->line, column = lx->column;
    advance(lx);
    int c = peek(lx, 0);
    static const char from[] = "tnr'\"\\ ", to[] = "\t\n\r'\"\\ ";
    const char *f = c > 0 ? strchr(from, c) : NULL;
    if (f) {
        advance(lx);
        buf_addc(b, to[f - from]);
        return true;
    }
    if (c == 'u') {
        advance(lx);
        if (read_unicode(lx, b))
            return true;
    }
    char shown[2] = {c > 0 && c < 0x80 ? (char)c : 0, 0};
    lx->error =
        arena_printf(lx->arena,
                     "Error in the JQL Query: '\\%s' is an illegal JQL escape sequence. The valid escape sequences "
                     "are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line %d, character %d)",
                     shown, line, column);
    return false;
}

static struct jql_token read_quoted(struct jql_lexer *lx, struct jql_token t)
{
    struct buf b = BUF_INIT(JQL_MAX_TEXT);
    int quote = peek(lx, 0);
    advance(lx);
    t.quoted = true;
    t.kind = JQL_TOKEN_STRING;
    while (t.kind == JQL_TOKEN_STRING && peek(lx, 0) != quote) {
        if (peek(lx, 0) < 0)
            t = wrong(lx, t,
                      arena_printf(lx->arena,
                                   "Error in the JQL Query: The quoted string '%s' has not been completed. (line %d, "
                                   "character %d)",
                                   buf_str(&b), t.line, t.column));
        else if (peek(lx, 0) != '\\')
            buf_addc(&b, *lx->at), advance(lx);
        else if (!read_escape(lx, &b))
            t.kind = JQL_TOKEN_WRONG;
    }
    if (t.kind == JQL_TOKEN_STRING)
        advance(lx);
    t.text = arena_strndup(lx->arena, buf_str(&b), b.len);
    buf_release(&b);
    return t;
}

static int compare_word(const void *key, const void *element)
{
    return strcmp(key, *(const char *const *)element);
}

static bool is_number(const char *s)
{
    if (*s == '-')
        s++;
    size_t digits = strspn(s, "0123456789");
    return digits > 0 && s[digits] == 0;
}

static enum jql_token_kind word_kind(struct arena *a, const char *word)
{
    if (is_number(word))
        return JQL_TOKEN_NUMBER;
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
        if (str_eq_nocase(word, keywords[i].word))
            return keywords[i].kind;
    if (strlen(word) > 12)
        return JQL_TOKEN_STRING;
    const char *lower = str_lower(a, word);
    bool reserved =
        bsearch(lower, jql_reserved_words, ARRAY_LEN(jql_reserved_words) - 1, sizeof *jql_reserved_words, compare_word);
    return reserved ? JQL_TOKEN_RESERVED : JQL_TOKEN_STRING;
}

static struct jql_token read_word(struct jql_lexer *lx, struct jql_token t)
{
    struct buf b = BUF_INIT(JQL_MAX_TEXT);
    bool escaped = false, fine = true;
    for (int c = peek(lx, 0); fine && c >= 0; c = peek(lx, 0)) {
        if (is_space(c) || is_operator_char(c) || is_reserved_char(c))
            break;
        if (c == '\\')
            fine = read_escape(lx, &b), escaped = true;
        else
            buf_addc(&b, (char)c), advance(lx);
    }
    t.text = arena_strndup(lx->arena, buf_str(&b), b.len);
    buf_release(&b);
    t.kind = !fine ? JQL_TOKEN_WRONG : escaped ? JQL_TOKEN_STRING : word_kind(lx->arena, t.text);
    return t;
}

static struct jql_token read_operator(struct jql_lexer *lx, struct jql_token t)
{
    static const struct {
        const char *text;
        enum jql_token_kind kind;
    } table[] = {
        {"!=", JQL_TOKEN_NE},          {"!~", JQL_TOKEN_NOT_LIKE}, {">=", JQL_TOKEN_GE},
        {"<=", JQL_TOKEN_LE},          {"&&", JQL_TOKEN_AND},      {"||", JQL_TOKEN_OR},
        {"&", JQL_TOKEN_AND},          {"|", JQL_TOKEN_OR},        {"!", JQL_TOKEN_NOT},
        {"=", JQL_TOKEN_EQ},           {">", JQL_TOKEN_GT},        {"<", JQL_TOKEN_LT},
        {"~", JQL_TOKEN_LIKE},         {"(", JQL_TOKEN_OPEN},      {")", JQL_TOKEN_CLOSE},
        {"[", JQL_TOKEN_OPEN_BRACKET}, {",", JQL_TOKEN_COMMA},     {"]", JQL_TOKEN_CLOSE_BRACKET},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        size_t n = strlen(table[i].text);
        if ((size_t)(lx->end - lx->at) < n || memcmp(lx->at, table[i].text, n) != 0)
            continue;
        while (n-- > 0)
            advance(lx);
        t.kind = table[i].kind;
        t.text = table[i].text;
        return t;
    }
    return wrong(lx, t, "Error in the JQL Query.");
}

struct jql_token jql_lexer_next(struct jql_lexer *lx)
{
    while (is_space(peek(lx, 0)))
        advance(lx);
    struct jql_token t = {JQL_TOKEN_END, "", false, lx->line, lx->column};
    int c = peek(lx, 0);
    if (c < 0)
        return t;
    if (c == '"' || c == '\'')
        return read_quoted(lx, t);
    if (is_operator_char(c))
        return read_operator(lx, t);
    if (!is_reserved_char(c))
        return read_word(lx, t);
    return wrong(
        lx, t,
        arena_printf(lx->arena,
                     "Error in the JQL Query: The character '%c' is a reserved JQL character. You must enclose it "
                     "in a string or use the escape '\\u%04x' instead. (line %d, character %d)",
                     c ? c : ' ', (unsigned)c, t.line, t.column));
}
