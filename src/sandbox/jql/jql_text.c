/* jql_text.c - what `~` finds: the index of words brought up to date, and Lucene's little language made into FTS5's.
 *
 * All words must be there, in any order and form ("files" finds "file"); "a b" is a phrase, "a b"~5 words near each
 * other, fil* a beginning, f?le a pattern; AND, OR, NOT, + and - are understood; a boost (^4) and a fuzzy mark (~) are
 * read over. Markup is indexed as it stands, as Jira does. Writing that knows no blanks is indexed letter by letter. */
#include "base/buf.h"
#include "sandbox/jql/jql_plan.h"
#include "text/text.h"

#include <sqlite3.h>
#include <utf8proc.h>

enum { MAX_TEXT = 4 << 20, MAX_EXPANDED = 200, MAX_TERMS = 200 };

/* ---- the index ---- */

static bool is_ideograph(utf8proc_int32_t code)
{
    return (code >= 0x3040 && code <= 0x309F) || (code >= 0x3400 && code <= 0x4DBF) ||
           (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0x20000 && code <= 0x3FFFF);
}

/* Blanks around every letter that is a word of its own; most texts have none and stay as they are. */
static const char *spread(struct arena *a, const char *text)
{
    const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)text;
    while (*s && *s < 0xE3)
        s++;
    if (!*s)
        return text;
    struct buf b = BUF_INIT(MAX_TEXT);
    for (s = (const utf8proc_uint8_t *)text; *s;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t n = utf8proc_iterate(s, -1, &code);
        n = n > 0 ? n : 1;
        bool alone = is_ideograph(code);
        if (alone)
            buf_addc(&b, ' ');
        buf_add(&b, s, (size_t)n);
        if (alone)
            buf_addc(&b, ' ');
        s += n;
    }
    char *r = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return r;
}

static bool add_doc(struct sql_db *db, struct arena *a, int64_t issue, const char *part, int64_t ref, const char *text,
                    struct err *e)
{
    return !text || !*text ||
           (sql_run(db, e, "INSERT INTO text_doc (issue, part, ref) VALUES (?1, ?2, nullif(?3, 0))", "isi", issue, part,
                    ref) &&
            sql_run(db, e, "INSERT INTO text_index (rowid, body) VALUES (?1, ?2)", "is", sql_last_id(db),
                    spread(a, text)));
}

static const char *plain(struct arena *a, const char *stored, bool is_adf)
{
    struct err ignored = ERR_INIT;
    json_t *adf = stored && is_adf ? json_parse(a, stored, strlen(stored), false, "stored text", &ignored) : NULL;
    return adf ? text_to_plain(a, text_from_adf(a, adf)) : stored;
}

/* Rows of (part, ref, text, whether the text is rich) for ?1 = the issue. */
static bool index_issue(struct ctx *c, struct arena *a, int64_t issue)
{
    struct sql_rows rows;
    static const char texts[] =
        "SELECT 's', 0, summary, 0 FROM issue WHERE id = ?1 UNION ALL"
        " SELECT 'd', 0, description, 1 FROM issue WHERE id = ?1 AND description IS NOT NULL UNION ALL"
        " SELECT 'e', 0, environment, 1 FROM issue WHERE id = ?1 AND environment IS NOT NULL UNION ALL"
        " SELECT 'c', id, body, 1 FROM comment WHERE issue = ?1 UNION ALL"
        " SELECT 'w', id, comment, 1 FROM worklog WHERE issue = ?1 AND comment IS NOT NULL UNION ALL"
        " SELECT 'x', v.field, v.text, f.kind = 'textarea' FROM custom_value v JOIN field f ON f.number = v.field"
        " WHERE v.issue = ?1 AND v.text IS NOT NULL AND f.kind IN ('text', 'textarea')";
    if (!db_run(c, "DELETE FROM text_doc WHERE issue = ?1", "i", issue) || !db_query(c, &rows, texts, "i", issue))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        const char *text = plain(a, sql_peek(&rows, 2), c->d->is_cloud && sql_int(&rows, 3));
        ok = add_doc(c->db, a, issue, sql_peek(&rows, 0), sql_int(&rows, 1), text, &c->err);
    }
    return db_done(c, &rows) && ok;
}

bool jql_text_refresh(struct ctx *c)
{
    struct sql_rows rows;
    int64_t any = 0;
    if (!db_int(c, &any, "SELECT issue FROM text_dirty LIMIT 1", ""))
        return false;
    if (!any)
        return true;
    if (!db_query(c, &rows, "SELECT issue FROM text_dirty", ""))
        return false;
    bool ok = true;
    struct arena a = ARENA_INIT;
    while (ok && sql_next(&rows)) {
        ok = index_issue(c, &a, sql_int(&rows, 0));
        arena_clear(&a);
    }
    arena_release(&a);
    return db_done(c, &rows) && ok && db_run(c, "DELETE FROM text_dirty", "");
}

/* ---- the query ---- */

struct needle {
    struct ctx *c;
    const char *text, *at, *field;
    struct buf *out;
    const char *error;
    int terms, depth;
};

static bool is_word_char(utf8proc_int32_t code)
{
    utf8proc_category_t k = utf8proc_category(code);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || k == UTF8PROC_CATEGORY_MN ||
           (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO) || k == UTF8PROC_CATEGORY_SO ||
           k == UTF8PROC_CATEGORY_CO || code == '_';
}

/* Something for the tokenizer to hold on to? */
static bool has_word(const char *s)
{
    for (const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)s; *at;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t n = utf8proc_iterate(at, -1, &code);
        if (n > 0 && is_word_char(code))
            return true;
        at += n > 0 ? n : 1;
    }
    return false;
}

static void add_quoted(struct needle *n, const char *s)
{
    buf_addc(n->out, '"');
    for (; *s; s++) {
        if (*s == '"')
            buf_addc(n->out, '"');
        buf_addc(n->out, *s);
    }
    buf_addc(n->out, '"');
}

/* A pattern with a mark in its middle is the list of the words it fits. */
static bool add_pattern(struct needle *n, const char *pattern)
{
    struct sql_rows rows;
    const char *lower = str_lower(n->c->a, pattern);
    size_t fixed = strcspn(lower, "*?");
    const char *from = arena_strndup(n->c->a, lower, fixed);
    if (!db_query(
            n->c, &rows,
            "SELECT term FROM text_word WHERE term >= ?1 AND term < ?1 || char(1114111) AND term GLOB ?2 LIMIT ?3",
            "ssi", from, str_replace(n->c->a, str_replace(n->c->a, lower, "[", "[[]"), "]", "[]]"),
            (int64_t)MAX_EXPANDED))
        return false;
    bool any = false;
    buf_addc(n->out, '(');
    for (; sql_next(&rows); any = true) {
        if (any)
            buf_adds(n->out, " OR ");
        add_quoted(n, sql_peek(&rows, 0));
    }
    if (!any)
        add_quoted(n, "\x01none");
    buf_addc(n->out, ')');
    return db_done(n->c, &rows);
}

static bool add_term(struct needle *n, const char *word)
{
    size_t length = strlen(word), mark = strcspn(word, "*?");
    if (mark == length)
        add_quoted(n, spread(n->c->a, word));
    else if (mark == length - 1 && word[mark] == '*') {
        add_quoted(n, arena_strndup(n->c->a, word, mark));
        buf_adds(n->out, " *");
    } else {
        return add_pattern(n, word);
    }
    return true;
}

static char *read_quoted(struct needle *n)
{
    struct buf b = BUF_INIT(MAX_TEXT);
    n->at++;
    while (*n->at && *n->at != '"') {
        if (*n->at == '\\' && n->at[1])
            n->at++;
        buf_addc(&b, *n->at++);
    }
    char *phrase = arena_strndup(n->c->a, buf_str(&b), b.len);
    buf_release(&b);
    if (*n->at != '"')
        n->error = arena_printf(n->c->a, "Unable to parse the text '%s' for field '%s'.", n->text, n->field);
    else
        n->at++;
    return phrase;
}

static char *read_word(struct needle *n)
{
    struct buf b = BUF_INIT(MAX_TEXT);
    while (*n->at && !strchr(" \t\r\n\"()", *n->at)) {
        if (*n->at == '\\' && n->at[1])
            n->at++;
        else if (*n->at == '~' || *n->at == '^') { /* how alike, how important: read over */
            n->at++;
            while (*n->at && strchr("0123456789.", *n->at))
                n->at++;
            continue;
        }
        buf_addc(&b, *n->at++);
    }
    char *word = arena_strndup(n->c->a, buf_str(&b), b.len);
    buf_release(&b);
    return word;
}

static int64_t read_distance(struct needle *n)
{
    int64_t distance = -1;
    if (*n->at == '~') {
        distance = 0;
        for (n->at++; *n->at >= '0' && *n->at <= '9' && distance < 1000; n->at++)
            distance = distance * 10 + *n->at - '0';
    }
    if (*n->at == '^')
        while (*++n->at && strchr("0123456789.", *n->at))
            ;
    return distance;
}

static bool read_phrase(struct needle *n)
{
    char *phrase = read_quoted(n), **words;
    int64_t distance = read_distance(n);
    size_t count = distance > 0 ? str_split(n->c->a, phrase, ' ', &words) : 0, any = 0;
    for (size_t i = 0; i < count; i++)
        any += has_word(words[i]);
    if (any < 2) {
        add_quoted(n, spread(n->c->a, phrase));
        return true;
    }
    buf_adds(n->out, "NEAR(");
    for (size_t i = 0; i < count; i++)
        if (has_word(words[i])) {
            add_quoted(n, words[i]);
            buf_addc(n->out, ' ');
        }
    buf_addf(n->out, ", %lld)", (long long)distance);
    return true;
}

static void skip_blanks(struct needle *n)
{
    while (*n->at && strchr(" \t\r\n", *n->at))
        n->at++;
}

enum joint { JOINT_AND, JOINT_OR, JOINT_NOT };

static bool take_word(struct needle *n, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(n->at, word, length) != 0 || (n->at[length] && !strchr(" \t\r\n(\"", n->at[length])))
        return false;
    n->at += length;
    return true;
}

/* What stands before a term: AND when nothing does. */
static enum joint read_joint(struct needle *n)
{
    enum joint joint = JOINT_AND;
    for (;;) {
        skip_blanks(n);
        if (take_word(n, "OR") || take_word(n, "||"))
            joint = JOINT_OR;
        else if (take_word(n, "NOT") || ((*n->at == '-' || *n->at == '!') && n->at[1] && n->at[1] != ' ' && n->at++))
            joint = JOINT_NOT;
        else if (!take_word(n, "AND") && !take_word(n, "&&") && !(*n->at == '+' && n->at[1] && n->at++))
            return joint;
    }
}

static bool read_terms(struct needle *n, bool *any_r);

/* One term or group into its own buffer: *any_r false when there was nothing in it to look for. */
static bool read_term(struct needle *n, bool *any_r)
{
    *any_r = false;
    if (++n->terms > MAX_TERMS || n->depth > 20) {
        n->error = arena_printf(n->c->a, "Unable to parse the text '%s' for field '%s'.", n->text, n->field);
        return true;
    }
    if (*n->at == '(') {
        n->at++;
        n->depth++;
        if (!read_terms(n, any_r))
            return false;
        n->depth--;
        if (*n->at == ')')
            n->at++;
        else
            n->error = arena_printf(n->c->a, "Unable to parse the text '%s' for field '%s'.", n->text, n->field);
        return true;
    }
    if (*n->at == '"') {
        size_t mark = n->out->len;
        const char *start = n->at;
        if (!read_phrase(n))
            return false;
        *any_r = has_word(arena_strndup(n->c->a, start, (size_t)(n->at - start)));
        if (!*any_r)
            buf_truncate(n->out, mark);
        return true;
    }
    char *word = read_word(n);
    if (*word == '*' || *word == '?') {
        if (word[1])
            n->error =
                arena_printf(n->c->a, "The text query '%s' for field '%s' is not allowed to start with character '%c'.",
                             n->text, n->field, *word);
        return true;
    }
    *any_r = has_word(word);
    return !*any_r || add_term(n, word);
}

/* FTS5's NOT takes two sides and AND binds tighter than OR; so what is wanted is gathered first, then what is not. */
static bool read_terms(struct needle *n, bool *any_r)
{
    struct buf wanted = BUF_INIT(MAX_TEXT), unwanted = BUF_INIT(MAX_TEXT), *outer = n->out;
    bool ok = true, has_wanted = false, has_unwanted = false;
    while (ok && !n->error) {
        enum joint joint = read_joint(n);
        if (!*n->at || *n->at == ')')
            break;
        struct buf term = BUF_INIT(MAX_TEXT), *into = joint == JOINT_NOT ? &unwanted : &wanted;
        bool *has = joint == JOINT_NOT ? &has_unwanted : &has_wanted, any = false;
        n->out = &term;
        ok = read_term(n, &any);
        if (ok && any) {
            if (*has)
                buf_adds(into, joint == JOINT_AND ? " AND " : " OR ");
            buf_add(into, buf_str(&term), term.len);
            *has = true;
        }
        buf_release(&term);
    }
    n->out = outer;
    *any_r = has_wanted;
    if (has_wanted && has_unwanted)
        buf_addf(outer, "((%s) NOT (%s))", buf_str(&wanted), buf_str(&unwanted));
    else if (has_wanted)
        buf_addf(outer, "(%s)", buf_str(&wanted));
    buf_release(&wanted);
    buf_release(&unwanted);
    return ok;
}

bool jql_text_match(struct ctx *c, const char *text, const char *field, const char **match_r, const char **error_r)
{
    struct buf b = BUF_INIT(MAX_TEXT);
    struct needle n = {.c = c, .text = text, .at = text, .field = field, .out = &b};
    bool any = false, ok = jql_text_refresh(c) && read_terms(&n, &any);
    if (ok && !n.error && *n.at)
        n.error = arena_printf(c->a, "Unable to parse the text '%s' for field '%s'.", text, field);
    *error_r = n.error;
    *match_r = any && !b.overflow ? arena_strndup(c->a, buf_str(&b), b.len) : NULL;
    buf_release(&b);
    return ok;
}
