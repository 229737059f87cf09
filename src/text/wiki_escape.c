/* wiki_escape.c - what is text but reads like markup in its place gets a backslash, or a character number where no
 * backslash helps. It is decided by asking the very functions the parser asks, about the line as it will stand.
 *
 * Why a backslash itself is written as &#92; where it would escape something or break the line: Server's renderer knows
 * no other way (two of them are a line break), and shows and copies the character. Cloud's reader of markup does not
 * decode numbers and would show them; so Cloud is written to in ADF, and in markup only where it refuses ADF. An
 * invisible character between two backslashes would look right on both and spoil every path that is copied. */
#include "text/wiki_print.h"

#include "base/str.h"

struct escaper {
    const char *o;
    const unsigned char *kinds;
    size_t from, to;  /* the line */
    size_t begin;     /* where in it a block could begin */
    size_t last_bang; /* the last ! */
    size_t closer[7]; /* the last byte that could close each mark, and the last ?? */
    bool line_start, in_table;
    size_t run_end; /* of the run of one mark letter last looked at */
    bool run_opens; /* its last letter would open a mark */
    bool url_open;  /* an address goes on here: a number (&#92;) would belong to it */
    size_t mail_to; /* the end of the mail address that was found last */
};

static bool is_text(const struct escaper *e, size_t at)
{
    return e->kinds[at] != 0;
}

static unsigned marks_at(const struct escaper *e, size_t at)
{
    return e->kinds[at] >> 1 & 0x3f;
}

static bool in_link(const struct escaper *e, size_t at)
{
    return e->kinds[at] >> 7;
}

static int letter_index(char c)
{
    unsigned flag = wiki_mark_of(c);
    int i = 0;
    while (flag >>= 1)
        i++;
    return i;
}

static void find_closers(struct escaper *e)
{
    memset(e->closer, 0, sizeof e->closer);
    const char *bang = memrchr(e->o + e->from, '!', e->to - e->from);
    e->last_bang = bang ? (size_t)(bang - e->o) : 0;
    for (size_t i = e->from; i < e->to; i++) {
        if (wiki_mark_of(e->o[i]) && wiki_can_close(e->o, i, e->to))
            e->closer[letter_index(e->o[i])] = i;
        if (e->o[i] == '?' && i + 1 < e->to && e->o[i + 1] == '?')
            e->closer[6] = i;
    }
}

static bool is_dash_alone(const struct escaper *e, size_t at)
{
    size_t n = 0;
    while (n < 4 && at + n < e->to && e->o[at + n] == '-')
        n++;
    char before = at > e->from ? e->o[at - 1] : ' ', after = at + n < e->to ? e->o[at + n] : ' ';
    return (n == 2 || n == 3) && strchr(" \t|[}", before) && strchr(" \t|{\\", after);
}

/* Once the last of several equal letters is escaped, those before it could open a mark as well. */
static bool run_opens(struct escaper *e, size_t at)
{
    if (at >= e->run_end) {
        e->run_end = at + 1;
        while (e->run_end < e->to && e->o[e->run_end] == e->o[at])
            e->run_end++;
        size_t last = e->run_end - 1;
        e->run_opens = wiki_can_open(e->o, last, e->to) && e->closer[letter_index(e->o[last])] > last;
    }
    return e->run_opens;
}

static bool mark_needs_escape(struct escaper *e, size_t at)
{
    char c = e->o[at];
    unsigned flag = wiki_mark_of(c);
    bool touches = (at > e->from && !is_text(e, at - 1) && e->o[at - 1] == c) ||
                   (at + 1 < e->to && !is_text(e, at + 1) && e->o[at + 1] == c);
    if (touches || (c == '-' && is_dash_alone(e, at)))
        return true;
    if (marks_at(e, at) & flag)
        return wiki_can_close(e->o, at, e->to) || wiki_can_open(e->o, at, e->to);
    return !wiki_word_before(e->o, at) && run_opens(e, at);
}

/* Behind the tags of colours, where the parser looks for blocks. */
static size_t behind_colors(const struct escaper *e)
{
    struct wiki_tag tag;
    size_t at = e->from;
    while (at < e->to && !is_text(e, at) && wiki_tag_at(e->o, at, e->to, &tag) && tag.macro == WIKI_COLOR)
        at = tag.end;
    return at;
}

/* Is this the first text byte of markup that would start a block in this line? */
static bool starts_block(const struct escaper *e, size_t at)
{
    size_t content = 0, marker = 0, first = e->begin;
    if (!e->line_start || at > first + 40)
        return false;
    while (first < at && !is_text(e, first))
        first++;
    if (wiki_heading_at(e->o, e->begin, e->to, &content))
        return at == e->begin + 2;
    if (wiki_bq_at(e->o, e->begin, e->to, &content))
        return at == e->begin + 2;
    if (e->o[e->begin] == '|' || wiki_rule_at(e->o, e->begin, e->to))
        return at == first;
    return wiki_list_at(e->o, e->begin, e->to, SIZE_MAX - 1, &marker, &content) && at == first;
}

static bool brace_needs_escape(const struct escaper *e, size_t at)
{
    struct wiki_tag tag;
    if (at + 1 < e->to && e->o[at + 1] == '{')
        return true;
    if (at + 2 < e->to && wiki_mark_of(e->o[at + 1]) && e->o[at + 2] == '}')
        return true;
    return wiki_tag_at(e->o, at, e->to, &tag);
}

static bool needs_escape(struct escaper *e, size_t at)
{
    struct wiki_link link;
    uint32_t code;
    const char *o = e->o;
    if (starts_block(e, at))
        return true;
    switch (o[at]) {
    case '{':
        return brace_needs_escape(e, at);
    case '~':
    case '^':
        if (at > e->from && o[at - 1] == '[' && in_link(e, at))
            return true;
        return mark_needs_escape(e, at);
    case '[':
        return e->in_table || in_link(e, at) || wiki_link_at(o, at, e->to, &link);
    case ']':
        return in_link(e, at);
    case '|':
        return e->in_table || in_link(e, at);
    case '!':
        return !wiki_word_before(o, at) && at + 1 < e->to && !wiki_is_blank(o[at + 1]) &&
               (e->in_table || e->last_bang > at + 1);
    case '?':
        return at + 1 < e->to && o[at + 1] == '?' && e->closer[6] > at;
    case '&':
        return wiki_entity_at(o, at, e->to, &code);
    case ':':
    case ';':
    case '(':
        if (at && o[at - 1] == '\\') /* which may become a number, and then no longer stands before it */
            return wiki_emoticon_at(o + at, 0, e->to - at);
        return wiki_emoticon_at(o, at, e->to);
    default:
        return wiki_mark_of(o[at]) && mark_needs_escape(e, at);
    }
}

static void put_number(struct escaper *e, size_t at, struct buf *out)
{
    if (e->url_open)
        buf_adds(out, WIKI_APART);
    e->url_open = false;
    buf_addf(out, "&#%d;", e->o[at]);
}

/* A run of backslashes: one before what it would escape, or two, would not be read as they are. */
static size_t put_backslashes(struct escaper *e, size_t at, struct buf *out)
{
    size_t n = 0;
    while (at + n < e->to && e->o[at + n] == '\\' && is_text(e, at + n))
        n++;
    char after = at + n < e->to ? e->o[at + n] : e->in_table ? '|' : ' ';
    bool touches = (at > e->from && e->o[at - 1] == '\\') || after == '\\';
    bool number = n == 2 || wiki_is_escapable(after) || touches;
    for (size_t i = 0; i < n; i++)
        if (number)
            put_number(e, at + i, out);
        else
            buf_addc(out, '\\');
    return at + n;
}

static void put_escaped(struct escaper *e, size_t at, struct buf *out)
{
    bool number = !wiki_is_escapable(e->o[at]) || (in_link(e, at) && strchr("[]|", e->o[at]));
    if (e->o[at] == ':' || e->o[at] == ';') { /* the number's own semicolon would make a face */
        buf_addc(out, e->o[at]);
        buf_adds(out, WIKI_APART);
    } else if (number) {
        put_number(e, at, out);
    } else {
        buf_addc(out, '\\');
        buf_addc(out, e->o[at]);
    }
}

/* The end of a stretch of letters and blanks from `at` on, where nothing can need an escape; at least at + 1. */
static size_t plain_end(const struct escaper *e, size_t at)
{
    size_t end = at;
    if (e->url_open || (e->line_start && at <= e->begin + 40))
        return at + 1;
    while (end < e->to && is_text(e, end) && (e->o[end] == ' ' || (e->o[end] >= 'a' && e->o[end] <= 'z')) &&
           !strchr("hfinm", e->o[end]))
        end++;
    return end > at ? end : at + 1;
}

/* The end of an address in text at `at`, else 0. One in a mail address ends where that ends, so nothing is looked at
 * again and again. */
static size_t url_at(struct escaper *e, size_t at)
{
    if (!is_text(e, at) || in_link(e, at))
        return 0;
    if (e->o[at] == 'm' && at + 7 < e->mail_to && memcmp(e->o + at, "mailto:", 7) == 0 && !wiki_word_before(e->o, at))
        return e->mail_to;
    size_t end = wiki_url_at(e->o, at, e->to, marks_at(e, at));
    if (end && e->o[at] == 'm')
        e->mail_to = end;
    return end;
}

static void escape_line(struct escaper *e, struct buf *out)
{
    find_closers(e);
    e->run_end = e->from;
    e->begin = behind_colors(e);
    e->url_open = false;
    for (size_t i = e->from; i < e->to;) {
        size_t url = url_at(e, i);
        if (url && e->o[i] == 'm') {
            buf_adds(out, "mailto&#58;"); /* an address in text shows without it */
            i += 7;
        } else if (url) {
            buf_add(out, e->o + i, url - i);
            i = url;
            e->url_open = true;
        } else if (is_text(e, i) && e->o[i] == '\\') {
            i = put_backslashes(e, i, out);
        } else {
            size_t end = plain_end(e, i);
            if (end == i + 1 && is_text(e, i) && needs_escape(e, i))
                put_escaped(e, i, out);
            else
                buf_add(out, e->o + i, end - i);
            e->url_open &= !strchr(" \t|[]{}\"<>\\^`", e->o[end - 1]);
            i = end;
        }
    }
}

void wiki_escape(const char *o, const unsigned char *kinds, size_t length, const struct wiki_style *style,
                 struct buf *out)
{
    struct escaper e = {.o = o, .kinds = kinds, .line_start = style->line_start, .in_table = style->in_table};
    for (size_t from = 0; from < length;) {
        e.from = from;
        e.to = wiki_line_end(o, from, length);
        escape_line(&e, out);
        if (e.to < length)
            buf_addc(out, '\n');
        e.line_start = true;
        from = e.to + 1;
    }
}
