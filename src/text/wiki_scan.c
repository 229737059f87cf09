/* wiki_scan.c - the lexical rules of wiki markup; see wiki.h. */
#include "text/wiki.h"

#include "base/str.h"

#include <utf8proc.h>

enum { MACRO_DEPTH_MAX = 16 };

bool wiki_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool wiki_is_escapable(char c)
{
    return c && strchr("!#%()*+-?@[]^_{|}~", c);
}

size_t wiki_backslashes(const char *s, size_t at, size_t end)
{
    size_t n = 0;
    while (at + n < end && s[at + n] == '\\')
        n++;
    return n;
}

size_t wiki_line_end(const char *s, size_t at, size_t end)
{
    const char *hit = at < end ? memchr(s + at, '\n', end - at) : NULL;
    return hit ? (size_t)(hit - s) : end;
}

static size_t skip_blanks(const char *s, size_t at, size_t end)
{
    while (at < end && wiki_is_blank(s[at]))
        at++;
    return at;
}

bool wiki_line_is_blank(const char *s, size_t at, size_t end)
{
    at = skip_blanks(s, at, end);
    return at >= end || s[at] == '\n';
}

static bool is_word(utf8proc_int32_t c)
{
    utf8proc_category_t k = utf8proc_category(c);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || k == UTF8PROC_CATEGORY_ND;
}

static bool is_word_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

bool wiki_word_before(const char *s, size_t at)
{
    if (at == 0)
        return false;
    if ((unsigned char)s[at - 1] < 0x80)
        return is_word_byte((unsigned char)s[at - 1]);
    size_t from = at - 1;
    while (from && at - from < 4 && ((unsigned char)s[from] & 0xc0) == 0x80)
        from--;
    utf8proc_int32_t c;
    return utf8proc_iterate((const utf8proc_uint8_t *)s + from, (utf8proc_ssize_t)(at - from), &c) > 0 && is_word(c);
}

bool wiki_word_after(const char *s, size_t at, size_t end)
{
    if (at >= end)
        return false;
    if ((unsigned char)s[at] < 0x80)
        return is_word_byte((unsigned char)s[at]);
    utf8proc_int32_t c;
    return utf8proc_iterate((const utf8proc_uint8_t *)s + at, (utf8proc_ssize_t)(end - at), &c) > 0 && is_word(c);
}

/* --- macros --- */

static const char *const MACROS[] = {"code", "noformat", "quote", "panel", "color", "anchor"};

bool wiki_tag_at(const char *s, size_t at, size_t end, struct wiki_tag *tag)
{
    if (at >= end || s[at] != '{')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(MACROS); i++) {
        size_t n = strlen(MACROS[i]), p = at + 1 + n;
        if (p >= end || memcmp(s + at + 1, MACROS[i], n) != 0 || (s[p] != '}' && s[p] != ':'))
            continue;
        size_t params = p + (s[p] == ':'), close = params;
        while (close < end && !strchr("{}\n", s[close]))
            close++;
        if (close >= end || s[close] != '}')
            return false;
        *tag = (struct wiki_tag){(enum wiki_macro)i, at, close + 1, s + params, close - params, SIZE_MAX, false};
        return true;
    }
    return false;
}

struct pairing {
    struct arena *a;
    struct wiki_tag *tags;
    size_t count;
    size_t open[MACRO_DEPTH_MAX], depth; /* indexes of tags that wait for their partner */
    bool none_left[2];                   /* no closing {code}, {noformat} any more */
};

static void join(struct pairing *p, size_t opening, size_t closing)
{
    p->tags[opening].partner = closing;
    p->tags[closing].partner = opening;
}

/* Code and noformat: their content is no markup, so the next closing tag ends it. Returns where to go on. */
static size_t pair_verbatim(struct pairing *p, const char *s, size_t n, struct wiki_tag tag)
{
    const char *closing = tag.macro == WIKI_CODE ? "{code}" : "{noformat}";
    size_t length = strlen(closing);
    const char *hit = p->none_left[tag.macro] ? NULL : memmem(s + tag.end, n - tag.end, closing, length);
    if (!hit) {
        p->none_left[tag.macro] = true;
        *arena_push(p->a, p->tags, p->count) = tag;
        return tag.end;
    }
    size_t at = (size_t)(hit - s);
    *arena_push(p->a, p->tags, p->count) = tag;
    *arena_push(p->a, p->tags, p->count) = (struct wiki_tag){tag.macro, at, at + length, s + at, 0, SIZE_MAX, false};
    join(p, p->count - 2, p->count - 1);
    return at + length;
}

static void pair_nesting(struct pairing *p, struct wiki_tag tag)
{
    *arena_push(p->a, p->tags, p->count) = tag;
    for (size_t d = p->depth; d > 0 && !tag.params_length; d--) {
        if (p->tags[p->open[d - 1]].macro == tag.macro) {
            join(p, p->open[d - 1], p->count - 1);
            p->depth = d - 1; /* what was opened inside and not closed is text */
            return;
        }
    }
    if (p->depth < MACRO_DEPTH_MAX)
        p->open[p->depth++] = p->count - 1;
}

size_t wiki_tags(struct arena *a, const char *s, size_t n, struct wiki_tag **tags_r)
{
    struct pairing p = {.a = a};
    for (size_t i = 0; i < n;) {
        struct wiki_tag tag;
        if (s[i] != '\\' && s[i] != '{') {
            i++;
        } else if (s[i] == '\\') {
            size_t run = wiki_backslashes(s, i, n);
            i += run == 1 && i + 1 < n && wiki_is_escapable(s[i + 1]) ? 2 : run;
        } else if (!wiki_tag_at(s, i, n, &tag)) {
            i++;
        } else if (i && s[i - 1] == '{' && tag.end < n && s[tag.end] == '}') {
            i = tag.end; /* {{code}}: the word, monospaced */
        } else if (tag.macro == WIKI_CODE || tag.macro == WIKI_NOFORMAT) {
            i = pair_verbatim(&p, s, n, tag);
        } else {
            if (tag.macro == WIKI_ANCHOR)
                *arena_push(a, p.tags, p.count) = tag;
            else
                pair_nesting(&p, tag);
            i = tag.end;
        }
    }
    *tags_r = p.tags;
    return p.count;
}

/* --- marks --- */

static const char LETTERS[] = "*_-+~^"; /* in the order of enum text_mark */

unsigned wiki_mark_of(char c)
{
    const char *hit = c ? strchr(LETTERS, c) : NULL;
    return hit ? 1u << (hit - LETTERS) : 0;
}

char wiki_mark_letter(unsigned flag)
{
    int i = 0;
    while (flag >>= 1)
        i++;
    return LETTERS[i];
}

bool wiki_can_open(const char *s, size_t at, size_t end)
{
    size_t next = at + 1;
    if (next >= end || wiki_is_blank(s[next]) || s[next] == '\n' || s[next] == s[at])
        return false;
    if (s[at] == '-' && at && s[at - 1] == '-')
        return false;
    return !wiki_word_before(s, at);
}

bool wiki_can_close(const char *s, size_t at, size_t end)
{
    if (at == 0 || wiki_is_blank(s[at - 1]) || s[at - 1] == '\n')
        return false;
    if (s[at] == '-' && (s[at - 1] == '-' || (at + 1 < end && s[at + 1] == '-')))
        return false;
    return !wiki_word_after(s, at + 1, end);
}

/* --- starts of lines --- */

int wiki_heading_at(const char *s, size_t at, size_t end, size_t *content)
{
    at = skip_blanks(s, at, end);
    if (end - at < 3 || s[at] != 'h' || s[at + 1] < '1' || s[at + 1] > '6' || s[at + 2] != '.')
        return 0;
    *content = skip_blanks(s, at + 3, end);
    return s[at + 1] - '0';
}

bool wiki_bq_at(const char *s, size_t at, size_t end, size_t *content)
{
    at = skip_blanks(s, at, end);
    if (end - at < 3 || memcmp(s + at, "bq.", 3) != 0)
        return false;
    *content = skip_blanks(s, at + 3, end);
    return true;
}

bool wiki_rule_at(const char *s, size_t at, size_t end)
{
    at = skip_blanks(s, at, end);
    size_t n = 0;
    while (at + n < end && s[at + n] == '-')
        n++;
    return (n == 4 || n == 5) && wiki_line_is_blank(s, at + n, end);
}

size_t wiki_list_at(const char *s, size_t at, size_t end, size_t depth, size_t *marker, size_t *content)
{
    at = skip_blanks(s, at, end);
    size_t n = 0, dashes = 0;
    while (at + n < end && (s[at + n] == '*' || s[at + n] == '#' || s[at + n] == '-'))
        dashes += s[at + n++] == '-';
    if (n == 0 || at + n >= end || !wiki_is_blank(s[at + n]) || (dashes == n && n > 1 && n > depth + 1))
        return 0;
    *marker = at;
    *content = skip_blanks(s, at + n, end);
    return n;
}

/* --- pieces of text --- */

size_t wiki_dash_at(const char *s, size_t at, size_t end)
{
    size_t n = 0;
    while (at + n < end && s[at + n] == '-' && n < 4)
        n++;
    bool alone = (at == 0 || wiki_is_blank(s[at - 1]) || s[at - 1] == '\n' || s[at - 1] == '|') &&
                 (at + n >= end || wiki_is_blank(s[at + n]) || s[at + n] == '\n');
    return alone && (n == 2 || n == 3) ? at + n : 0;
}

static const char *const SCHEMES[] = {"http://", "https://", "ftp://",  "ftps://", "file://",
                                      "irc://",  "nntp://",  "news://", "mailto:"};

static size_t scheme_at(const char *s, size_t at, size_t end)
{
    for (size_t i = 0; i < ARRAY_LEN(SCHEMES); i++) {
        size_t n = strlen(SCHEMES[i]);
        if (end - at > n && memcmp(s + at, SCHEMES[i], n) == 0)
            return n;
    }
    return 0;
}

static bool is_zero_width(const char *s, size_t at, size_t end)
{
    return end - at >= 3 && memcmp(s + at, "\xe2\x80\x8b", 3) == 0;
}

size_t wiki_url_at(const char *s, size_t at, size_t end, unsigned open)
{
    if (!strchr("hfinm", s[at]))
        return 0;
    size_t scheme = scheme_at(s, at, end), to = at + scheme;
    if (!scheme || wiki_word_before(s, at))
        return 0;
    int parens = 0;
    for (; to < end && (unsigned char)s[to] > 0x20 && !strchr("|[]{}\"<>\\^`", s[to]) && !is_zero_width(s, to, end);
         to++)
        parens += s[to] == '(' ? 1 : s[to] == ')' ? -1 : 0;
    for (; to > at + scheme; to--) {
        char last = s[to - 1];
        if (last == ')' && parens < 0)
            parens++;
        else if (!strchr(".,;:!?'", last) && !(wiki_mark_of(last) & open))
            break;
    }
    return to > at + scheme ? to : 0;
}

size_t wiki_entity_at(const char *s, size_t at, size_t end, uint32_t *code)
{
    if (end - at < 4 || s[at] != '&' || s[at + 1] != '#')
        return 0;
    bool hex = (s[at + 2] | 32) == 'x';
    size_t p = at + 2 + hex;
    uint32_t value = 0;
    size_t digits = 0;
    for (; p < end && digits < 8; p++, digits++) {
        int c = s[p], d = c >= '0' && c <= '9'                        ? c - '0'
                          : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                                      : -1;
        if (d < 0)
            break;
        value = value * (hex ? 16 : 10) + (uint32_t)d;
    }
    if (!digits || p >= end || s[p] != ';' || value < 0x20 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *code = value;
    return p + 1;
}

const struct wiki_emoticon WIKI_FACES[WIKI_EMOTICONS] = {
    {":)", ":slight_smile:", "\xf0\x9f\x99\x82", "1f642"},
    {":-)", ":slight_smile:", "\xf0\x9f\x99\x82", "1f642"},
    {":(", ":disappointed:", "\xf0\x9f\x98\x9e", "1f61e"},
    {":-(", ":disappointed:", "\xf0\x9f\x98\x9e", "1f61e"},
    {":P", ":stuck_out_tongue:", "\xf0\x9f\x98\x9b", "1f61b"},
    {":D", ":smiley:", "\xf0\x9f\x98\x83", "1f603"},
    {";)", ":wink:", "\xf0\x9f\x98\x89", "1f609"},
    {";-)", ":wink:", "\xf0\x9f\x98\x89", "1f609"},
    {"(y)", ":thumbsup:", "\xf0\x9f\x91\x8d", "1f44d"},
    {"(n)", ":thumbsdown:", "\xf0\x9f\x91\x8e", "1f44e"},
    {"(i)", ":info:", ":info:", "atlassian-info"},
    {"(/)", ":check_mark:", ":check_mark:", "atlassian-check_mark"},
    {"(x)", ":cross_mark:", ":cross_mark:", "atlassian-cross_mark"},
    {"(!)", ":warning:", ":warning:", "atlassian-warning"},
    {"(+)", ":plus:", ":plus:", "atlassian-plus"},
    {"(-)", ":minus:", ":minus:", "atlassian-minus"},
    {"(?)", ":question:", ":question:", "atlassian-question_mark"},
    {"(on)", ":light_bulb_on:", ":light_bulb_on:", "atlassian-light_bulb_on"},
    {"(off)", ":light_bulb_off:", ":light_bulb_off:", "atlassian-light_bulb_off"},
    {"(*r)", ":red_star:", ":red_star:", "atlassian-red_star"},
    {"(*g)", ":green_star:", ":green_star:", "atlassian-green_star"},
    {"(*b)", ":blue_star:", ":blue_star:", "atlassian-blue_star"},
    {"(*y)", ":yellow_star:", ":yellow_star:", "atlassian-yellow_star"},
    {"(*)", ":yellow_star:", ":yellow_star:", "atlassian-yellow_star"},
    {"(flag)", ":flag_on:", ":flag_on:", "atlassian-flag_on"},
    {"(flagoff)", ":flag_off:", ":flag_off:", "atlassian-flag_off"},
};

const struct wiki_emoticon *wiki_emoticon_at(const char *s, size_t at, size_t end)
{
    char first = s[at], second = at + 1 < end ? s[at + 1] : 0;
    if ((first != ':' && first != ';' && first != '(') || !second || (at && s[at - 1] == '\\'))
        return NULL;
    for (size_t i = 0; i < WIKI_EMOTICONS; i++) {
        const char *markup = WIKI_FACES[i].markup;
        if (markup[0] != first || markup[1] != second)
            continue;
        size_t n = strlen(markup);
        if (end - at >= n && memcmp(s + at, markup, n) == 0 && !wiki_word_after(s, at + n, end) &&
            !(first == '(' && wiki_word_before(s, at)))
            return &WIKI_FACES[i];
    }
    return NULL;
}

const struct wiki_emoticon *wiki_emoticon_named(const char *short_name)
{
    for (size_t i = 0; i < WIKI_EMOTICONS; i++)
        if (str_eq(WIKI_FACES[i].name, short_name))
            return &WIKI_FACES[i];
    return NULL;
}

/* --- links and images --- */

bool wiki_is_target(const char *s, size_t from, size_t to)
{
    if (from >= to)
        return false;
    if (s[from] == '#' || s[from] == '/')
        return to - from > 1;
    if (scheme_at(s, from, to))
        return true;
    size_t p = from;
    while (p < to && (is_word_byte((unsigned char)s[p]) || strchr("+.-", s[p])))
        p++;
    return p > from && to - p > 3 && memcmp(s + p, "://", 3) == 0;
}

static bool split_link(const char *s, size_t from, size_t to, struct wiki_link *link)
{
    const char *bar = memchr(s + from, '|', to - from);
    link->has_text = bar != NULL;
    link->has_tip = false;
    link->kind = WIKI_LINK;
    link->text = from;
    link->target = bar ? (size_t)(bar - s) + 1 : from;
    link->text_end = bar ? (size_t)(bar - s) : to;
    link->target_end = to;
    const char *second = memchr(s + link->target, '|', to - link->target);
    if (bar && second) {
        size_t tip = (size_t)(second - s) + 1;
        link->target_end = tip - 1;
        if (memchr(s + tip, '|', to - tip))
            return false;
        if (to - tip >= 6 && memcmp(s + tip, "smart-", 6) == 0)
            link->kind = WIKI_LINK_CARD;
        link->has_tip = link->kind == WIKI_LINK && tip < to;
    }
    while (link->target < link->target_end && wiki_is_blank(s[link->target]))
        link->target++;
    while (link->target < link->target_end && wiki_is_blank(s[link->target_end - 1]))
        link->target_end--;
    if (link->text == link->text_end) {
        link->text = link->target;
        link->text_end = link->target_end;
        link->has_text = false;
    }
    return wiki_is_target(s, link->target, link->target_end);
}

size_t wiki_bracket_end(const char *s, size_t at, size_t end)
{
    size_t to = at + 1;
    while (to < end && s[to] != ']' && s[to] != '[' && s[to] != '\n')
        to++;
    return to < end && s[to] == ']' && to > at + 1 ? to + 1 : 0;
}

bool wiki_link_at(const char *s, size_t at, size_t end, struct wiki_link *link)
{
    size_t to = wiki_bracket_end(s, at, end);
    if (!to--)
        return false;
    link->end = to + 1;
    if (s[at + 1] != '^' && s[at + 1] != '~')
        return split_link(s, at + 1, to, link);
    link->kind = s[at + 1] == '^' ? WIKI_LINK_FILE : WIKI_LINK_USER;
    link->has_text = link->has_tip = false;
    link->target = link->text = at + 2;
    link->target_end = link->text_end = to;
    return to > at + 2 && !memchr(s + at + 2, '|', to - at - 2) && !wiki_is_blank(s[at + 2]) &&
           !wiki_is_blank(s[to - 1]);
}

static bool looks_like_file(const char *s, size_t from, size_t to)
{
    if (to - from > 8 && (memcmp(s + from, "http://", 7) == 0 || memcmp(s + from, "https://", 8) == 0))
        return true;
    size_t dot = to;
    while (dot > from && is_word_byte((unsigned char)s[dot - 1]))
        dot--;
    return dot > from + 1 && dot < to && s[dot - 1] == '.' && to - dot <= 8;
}

bool wiki_image_at(const char *s, size_t at, size_t end, struct wiki_image *image)
{
    if (at + 3 > end || wiki_is_blank(s[at + 1]) || wiki_word_before(s, at))
        return false;
    size_t to = at + 1, bar = 0;
    for (; to < end && s[to] != '!' && s[to] != '\n' && !(s[to] == '|' && bar); to++)
        if (s[to] == '|')
            bar = to;
    if (to >= end || s[to] != '!' || to == at + 1 || wiki_is_blank(s[to - 1]) || wiki_word_after(s, to + 1, end))
        return false;
    *image = (struct wiki_image){to + 1, at + 1, bar ? bar : to, bar ? bar + 1 : to, to};
    return bar > at + 1 || (!bar && looks_like_file(s, at + 1, to));
}
