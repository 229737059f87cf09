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
    struct buf *out;
    struct buf *kinds; /* one byte for each of out: 0 markup, else 1 | marks << 1 (six marks and LINK as bit 7) */
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
    if (!*text)
        return;
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
    bool makes_tag = wiki_tag_at(braced, 0, n + 3, &tag) && tag.end != n + 2;
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
    buf_add(p->out, text, length);
    char fill[64];
    memset(fill, kind, length < sizeof fill ? length : sizeof fill);
    for (size_t left = length; left;) {
        size_t n = left < sizeof fill ? left : sizeof fill;
        buf_add(p->kinds, fill, n);
        left -= n;
    }
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
        put_raw(p, p->out->len && buf_str(p->out)[p->out->len - 1] == '\\' ? " \\\\ " : "\\\\ ");
    else
        put_raw(p, "\n");
}

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
                (wiki_word_before(buf_str(p->out), p->out->len) || (t[-1].kind == TOKEN_TEXT && ends_in_url(t - 1))))
                put_raw(p, WIKI_APART);
            put_raw(p, t->text);
            if (t->apart && next && next->kind == TOKEN_TEXT && wiki_word_after(next->text, 0, next->length))
                put_raw(p, WIKI_APART);
        }
    }
}

void wiki_scratch_release(struct wiki_scratch *scratch)
{
    arena_release(&scratch->a);
    buf_release(&scratch->out);
    buf_release(&scratch->kinds);
}

void wiki_print_line(struct wiki_scratch *scratch, const struct text_node *line, const struct wiki_style *style,
                     struct buf *out)
{
    struct printer p = {.a = &scratch->a, .style = style, .out = &scratch->out, .kinds = &scratch->kinds};
    buf_clear(p.out);
    buf_clear(p.kinds);
    tokenize(&p, line);
    choose_forms(&p);
    write_tokens(&p);
    wiki_escape(buf_str(p.out), (const unsigned char *)buf_str(p.kinds), p.out->len, style, out);
    arena_recycle(&scratch->a);
}
