/* wiki_line.c - inlines as wiki markup.
 *
 * Three steps. The runs become tokens: text, marks that open and close, breaks, ready-made markup. Each pair of marks
 * gets its plain form (*b*) where the parser's border rules allow it, else braces ({*}b{*}). Last, the tokens are
 * written one after the other and everything that is text but reads like markup in its place is escaped, by asking the
 * very functions the parser asks. What no backslash can escape is written as a character number (&#46;). */
#include "text/wiki_print.h"

#include "base/str.h"
#include "base/time_iso.h"

enum token_kind { TOKEN_TEXT, TOKEN_RAW, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_BREAK };
enum { COLOR = 1 << 8, LINK = 1 << 9 }; /* beside enum text_mark */

struct token {
    enum token_kind kind;
    const char *text;
    size_t length;
    unsigned flag;  /* OPEN, CLOSE */
    unsigned marks; /* TEXT: what is open around it */
    size_t partner; /* OPEN, CLOSE */
    bool braces;
    bool apart; /* RAW: word characters must not touch it */
};

struct printer {
    struct arena *a;
    const struct wiki_style *style;
    struct token *tokens;
    size_t count;
    size_t stack[16], depth; /* indexes of the OPEN tokens */
    struct buf out;
    struct buf kinds; /* one byte for each of out: 0 markup, else 1 | marks << 1 (six marks and LINK as bit 7) */
};

/* --- tokens --- */

static struct token *add(struct printer *p, enum token_kind kind)
{
    struct token *t = arena_push(p->a, p->tokens, p->count);
    t->kind = kind;
    return t;
}

static struct token *add_raw(struct printer *p, const char *text, bool apart)
{
    struct token *t = add(p, TOKEN_RAW);
    t->text = text;
    t->length = strlen(text);
    t->apart = apart;
    return t;
}

static void add_plain(struct printer *p, const char *text)
{
    struct token *t = add(p, TOKEN_TEXT);
    t->text = text;
    t->length = strlen(text);
}

const char *wiki_media_name(const struct text_node *media)
{
    const char *names[] = {text_attr(media, "url"), text_attr(media, "__fileName"), text_attr(media, "alt"),
                           text_attr(media, "id")};
    const char *id = names[3];
    if (id && wiki_is_file_name(id))
        return id;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i] && (i != 2 || wiki_is_file_name(names[i])))
            return names[i];
    return "";
}

/* Cloud's account ids: "557058:…" or 24 letters and digits. */
static bool is_account_id(const char *id)
{
    size_t n = strlen(id);
    return strchr(id, ':') || (n >= 24 && strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz") == n);
}

static const char *date_of(struct arena *a, const char *timestamp)
{
    int64_t ms;
    char iso[TIME_ISO_BYTES];
    if (!timestamp || !str_to_int(timestamp, &ms) || ms < 0 || ms > INT64_C(253402300799999))
        return timestamp ? timestamp : "";
    time_iso_utc(ms, iso);
    return arena_strndup(a, iso, 10);
}

static void add_atom(struct printer *p, const struct text_node *node)
{
    const struct wiki_emoticon *face;
    const char *value;
    switch (node->kind) {
    case TEXT_BREAK:
        add(p, TOKEN_BREAK);
        return;
    case TEXT_MENTION:
        value = text_attr(node, "id");
        value = value ? value : "";
        add_raw(p, arena_printf(p->a, is_account_id(value) ? "[~accountid:%s]" : "[~%s]", value), false);
        return;
    case TEXT_EMOJI:
        value = text_attr(node, "shortName");
        face = wiki_emoticon_named(value);
        if (face)
            add_raw(p, face->markup, true);
        else
            add_plain(p, value ? value : "");
        return;
    case TEXT_CARD:
        value = text_attr(node, "url");
        if (value)
            add_raw(p, arena_printf(p->a, "[%s|%s|smart-link]", value, value), false);
        return;
    case TEXT_MEDIA_INLINE:
        add_raw(p, arena_printf(p->a, "[^%s]", wiki_media_name(node)), false);
        return;
    case TEXT_DATE:
        add_plain(p, date_of(p->a, text_attr(node, "timestamp")));
        return;
    default:
        value = node->raw ? json_at_str(node->raw, "attrs.text") : text_attr(node, "text");
        add_plain(p, value ? value : "");
    }
}

static unsigned marks_of(const struct text_run *run)
{
    return run->atom ? 0 : run->marks.flags | (run->marks.color ? COLOR : 0) | (run->marks.href ? LINK : 0);
}

static bool has_mark(const struct text_run *run, const struct text_run *like, unsigned flag)
{
    if (!(marks_of(run) & flag))
        return false;
    if (flag == COLOR)
        return str_eq(run->marks.color, like->marks.color);
    return flag != LINK || str_eq(run->marks.href, like->marks.href);
}

static void close_top(struct printer *p)
{
    size_t opening = p->stack[--p->depth];
    struct token *t = add(p, TOKEN_CLOSE);
    t->flag = p->tokens[opening].flag;
    t->text = p->tokens[opening].text;
    t->partner = opening;
    p->tokens[opening].partner = p->count - 1;
}

static void open_new(struct printer *p, const struct text_run *run, unsigned flag)
{
    struct token *t = add(p, TOKEN_OPEN);
    t->flag = flag;
    t->text = flag == COLOR ? run->marks.color : flag == LINK ? run->marks.href : NULL;
    p->stack[p->depth++] = p->count - 1;
}

/* How many runs from `from` on carry the mark as the first does. */
static size_t extent(const struct text_run *runs, size_t from, size_t count, unsigned flag)
{
    size_t to = from;
    while (to < count && has_mark(&runs[to], &runs[from], flag))
        to++;
    return to - from;
}

static bool is_open(const struct printer *p, unsigned flag)
{
    for (size_t i = 0; i < p->depth; i++)
        if (p->tokens[p->stack[i]].flag == flag)
            return true;
    return false;
}

/* Closes what this run does not have and what stands inside of it, then opens the rest, the longest first. */
static void move_marks(struct printer *p, const struct text_run *runs, size_t at, size_t count)
{
    static const unsigned order[] = {LINK,        COLOR,          TEXT_STRONG, TEXT_EM,
                                     TEXT_STRIKE, TEXT_UNDERLINE, TEXT_SUB,    TEXT_SUP};
    size_t keep = 0;
    while (keep < p->depth && at < count && has_mark(&runs[at], &runs[at - 1], p->tokens[p->stack[keep]].flag))
        keep++;
    while (p->depth > keep)
        close_top(p);
    if (at >= count)
        return;
    for (;;) {
        unsigned best = 0;
        size_t longest = 0;
        for (size_t i = 0; i < ARRAY_LEN(order); i++) {
            size_t n = is_open(p, order[i]) ? 0 : extent(runs, at, count, order[i]);
            if (n > longest) {
                longest = n;
                best = order[i];
            }
        }
        if (!best)
            return;
        open_new(p, &runs[at], best);
    }
}

static void add_mono(struct printer *p, const struct text_run *run)
{
    struct buf b = BUF_INIT(SIZE_MAX / 4);
    const char *s = run->text;
    size_t n = run->length;
    struct wiki_tag tag;
    struct wiki_link link;
    struct wiki_image image;
    uint32_t code;
    /* with one brace before and two behind, as it will stand: they can make a tag of what is none */
    char *braced = arena_alloc(p->a, n + 4);
    braced[0] = '{';
    memcpy(braced + 1, s, n);
    memcpy(braced + 1 + n, "}}", 2);
    bool makes_tag = wiki_tag_at(braced, 0, n + 3, &tag);
    buf_adds(&b, "{{");
    for (size_t i = 0; i < n; i++) {
        size_t slashes = wiki_backslashes(s, i, n);
        bool next_escapable = i + 1 >= n ? true : wiki_is_escapable(s[i + 1]);
        bool edge = (i == 0 || i + 1 == n) && wiki_is_blank(s[i]);
        bool table = p->style->in_table && (s[i] == '|' || (s[i] == '[' && wiki_link_at(s, i, n, &link)) ||
                                            (s[i] == '!' && wiki_image_at(s, i, n, &image)));
        bool in_link = run->marks.href && strchr("[]|", s[i]);
        if (slashes) {
            bool escape = wiki_is_escapable(i + slashes < n ? s[i + slashes] : '}') || slashes == 1;
            for (size_t k = 0; k < slashes; k++)
                buf_adds(&b, escape && next_escapable + slashes > 1 ? "&#92;" : "\\");
            i += slashes - 1;
        } else if (edge || in_link || (i == 0 && makes_tag) || (s[i] == '&' && wiki_entity_at(s, i, n, &code))) {
            buf_addf(&b, "&#%d;", s[i]);
        } else if (table || (s[i] == '}' && (i + 1 == n || s[i + 1] == '}')) ||
                   (s[i] == '{' && (wiki_tag_at(braced, i + 1, n + 3, &tag) || i == 0))) {
            buf_addc(&b, '\\');
            buf_addc(&b, s[i]);
        } else {
            buf_addc(&b, s[i]);
        }
    }
    buf_adds(&b, "}}");
    add_raw(p, arena_strndup(p->a, buf_str(&b), b.len), true);
    buf_release(&b);
}

static void tokenize(struct printer *p, const struct text_node *line)
{
    struct text_run *runs;
    size_t count = text_runs(p->a, line, p->style->in_header, &runs);
    for (size_t i = 0; i < count; i++) {
        move_marks(p, runs, i, count);
        if (runs[i].atom) {
            add_atom(p, runs[i].atom);
        } else if (runs[i].marks.flags & TEXT_MONO) {
            add_mono(p, &runs[i]);
        } else {
            struct token *t = add(p, TOKEN_TEXT);
            t->text = runs[i].text;
            t->length = runs[i].length;
            t->marks = marks_of(&runs[i]);
        }
    }
    move_marks(p, runs, count, count);
}

/* --- the form of each mark --- */

static bool ends_in_url(const struct token *t)
{
    size_t from = t->length;
    while (from && !wiki_is_blank(t->text[from - 1]))
        from--;
    return memmem(t->text + from, t->length - from, "://", 3) || memmem(t->text + from, t->length - from, "mailto:", 7);
}

static bool can_stand_before(const struct token *t, char letter)
{
    if (!t || t->kind == TOKEN_BREAK)
        return true;
    if (t->kind == TOKEN_TEXT)
        return !wiki_word_before(t->text, t->length) && t->text[t->length - 1] != letter && !ends_in_url(t);
    return t->kind != TOKEN_RAW || t->text[t->length - 1] != letter;
}

static bool can_stand_after(const struct token *t, char letter)
{
    return !t || t->kind == TOKEN_BREAK || t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE || t->length == 0 ||
           (!wiki_word_after(t->text, 0, t->length) && t->text[0] != letter);
}

static bool begins_inside(const struct token *t, char letter)
{
    return t->kind != TOKEN_BREAK && (t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE ||
                                      (t->length && !wiki_is_blank(t->text[0]) && t->text[0] != letter));
}

static bool ends_inside(const struct token *t, const struct token *after, char letter)
{
    if (t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE)
        return true;
    bool at_blank = !after || after->kind == TOKEN_BREAK || (after->length && wiki_is_blank(after->text[0]));
    return t->length && !wiki_is_blank(t->text[t->length - 1]) && t->text[t->length - 1] != letter &&
           (t->kind != TOKEN_TEXT || !ends_in_url(t) || at_blank);
}

static void choose_forms(struct printer *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct token *t = &p->tokens[i];
        if (t->kind != TOKEN_OPEN || t->flag > TEXT_SUP)
            continue;
        char letter = wiki_mark_letter(t->flag);
        struct token *closing = &p->tokens[t->partner];
        const struct token *after = t->partner + 1 < p->count ? closing + 1 : NULL;
        bool in_bracket = i && t[-1].kind == TOKEN_OPEN && t[-1].flag == LINK; /* [~ and [^ mean something else */
        t->braces = (in_bracket && (letter == '~' || letter == '^')) || !can_stand_before(i ? t - 1 : NULL, letter) ||
                    !begins_inside(t + 1, letter) || !ends_inside(closing - 1, after, letter) ||
                    !can_stand_after(after, letter);
        closing->braces = t->braces;
    }
}

/* --- writing --- */

static void put(struct printer *p, const char *text, size_t length, int kind)
{
    buf_add(&p->out, text, length);
    for (size_t i = 0; i < length; i++)
        buf_addc(&p->kinds, (char)kind);
}

static void put_raw(struct printer *p, const char *text)
{
    put(p, text, strlen(text), 0);
}

static void put_mark(struct printer *p, const struct token *t)
{
    bool opens = t->kind == TOKEN_OPEN;
    if (t->flag == COLOR) {
        put_raw(p, opens ? arena_printf(p->a, "{color:%s}", t->text) : "{color}");
    } else if (t->flag == LINK) {
        put_raw(p, opens ? "[" : arena_printf(p->a, "|%s]", t->text));
    } else {
        char letter = wiki_mark_letter(t->flag);
        const char form[] = {'{', letter, '}'};
        put(p, t->braces ? form : &letter, t->braces ? 3 : 1, 0);
    }
}

static void put_break(struct printer *p, size_t index)
{
    bool more = index + 1 < p->count && p->tokens[index + 1].kind == TOKEN_BREAK;
    if (more || p->style->single_line)
        put_raw(p, p->out.len && buf_str(&p->out)[p->out.len - 1] == '\\' ? " \\\\ " : "\\\\ ");
    else
        put_raw(p, "\n");
}

static const char APART[] = "\xe2\x80\x8b"; /* see runs.c */

static void write_tokens(struct printer *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct token *t = &p->tokens[i], *next = i + 1 < p->count ? t + 1 : NULL;
        if (t->kind == TOKEN_BREAK) {
            put_break(p, i);
        } else if (t->kind == TOKEN_OPEN || t->kind == TOKEN_CLOSE) {
            put_mark(p, t);
        } else if (t->kind == TOKEN_TEXT) {
            put(p, t->text, t->length, (int)(1 | (t->marks & 0x3f) << 1 | (t->marks & LINK ? 0x80 : 0)));
        } else {
            if (t->apart && i &&
                (wiki_word_before(buf_str(&p->out), p->out.len) || (t[-1].kind == TOKEN_TEXT && ends_in_url(t - 1))))
                put_raw(p, APART);
            put_raw(p, t->text);
            if (t->apart && next && next->kind == TOKEN_TEXT && wiki_word_after(next->text, 0, next->length))
                put_raw(p, APART);
        }
    }
}

/* --- escaping --- */

struct escaper {
    const char *o;
    const unsigned char *kinds;
    size_t from, to;  /* the line */
    size_t begin;     /* where in it a block could begin */
    size_t closer[7]; /* the last byte that could close each mark, and the last ?? */
    bool line_start, in_table;
    size_t run_end; /* of the run of one mark letter last looked at */
    bool run_opens; /* its last letter would open a mark */
    bool url_open;  /* an address goes on here: a number (&#92;) would belong to it */
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
        return wiki_can_close(e->o, at, e->to);
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
    struct wiki_image image;
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
        return wiki_image_at(o, at, e->to, &image) || (e->in_table && !wiki_word_before(o, at) && at + 1 < e->to);
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
        buf_adds(out, APART);
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
    if (number) {
        put_number(e, at, out);
    } else {
        buf_addc(out, '\\');
        buf_addc(out, e->o[at]);
    }
}

static void escape_line(struct escaper *e, struct buf *out)
{
    find_closers(e);
    e->run_end = e->from;
    e->begin = behind_colors(e);
    e->url_open = false;
    for (size_t i = e->from; i < e->to;) {
        size_t url = is_text(e, i) && !in_link(e, i) ? wiki_url_at(e->o, i, e->to, marks_at(e, i)) : 0;
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
            if (is_text(e, i) && needs_escape(e, i))
                put_escaped(e, i, out);
            else
                buf_addc(out, e->o[i]);
            e->url_open &= !strchr(" \t|[]{}\"<>\\^`", e->o[i]);
            i++;
        }
    }
}

void wiki_print_line(struct arena *a, const struct text_node *line, const struct wiki_style *style, struct buf *out)
{
    struct printer p = {.a = a, .style = style, .out = BUF_INIT(SIZE_MAX / 4), .kinds = BUF_INIT(SIZE_MAX / 4)};
    tokenize(&p, line);
    choose_forms(&p);
    write_tokens(&p);
    struct escaper e = {.o = buf_str(&p.out),
                        .kinds = (const unsigned char *)buf_str(&p.kinds),
                        .line_start = style->line_start,
                        .in_table = style->in_table};
    for (size_t from = 0; from < p.out.len;) {
        e.from = from;
        e.to = wiki_line_end(e.o, from, p.out.len);
        escape_line(&e, out);
        if (e.to < p.out.len)
            buf_addc(out, '\n');
        e.line_start = true;
        from = e.to + 1;
    }
    buf_release(&p.out);
    buf_release(&p.kinds);
}
