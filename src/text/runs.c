/* runs.c - the inlines of a block in normal form; see text_runs in doc.h.
 *
 * Why blanks lose marks: wiki markup cannot say that only a blank at the edge of a bold word is bold, ADF can, and
 * nobody can see it. A blank keeps a mark only where both neighbours have it. */
#include "text/doc.h"

#include "base/str.h"

struct maker {
    struct arena *a;
    struct text_run *runs;
    size_t count;
    bool in_header;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool run_is_blank(const struct text_run *run)
{
    return !run->atom && run->length && is_blank(run->text[0]);
}

static bool run_is_break(const struct text_run *run)
{
    return run->atom && run->atom->kind == TEXT_BREAK;
}

/* Adds text, cutting blanks at both ends into runs of their own. */
static void add_text(struct maker *m, const char *text, size_t length, const struct text_marks *marks)
{
    size_t from = 0, to = length;
    while (from < to && is_blank(text[from]))
        from++;
    while (to > from && is_blank(text[to - 1]))
        to--;
    const size_t cuts[] = {0, from, to, length};
    for (int i = 0; i < 3; i++)
        if (cuts[i] < cuts[i + 1])
            *arena_push(m->a, m->runs, m->count) =
                (struct text_run){NULL, text + cuts[i], cuts[i + 1] - cuts[i], *marks};
}

static const char ZERO_WIDTH[] = "\xe2\x80\x8b"; /* U+200B, which the wiki printer puts between what must not touch */

static char *without_zero_width(struct arena *a, const char *text, size_t *length)
{
    char *out = arena_alloc(a, *length), *w = out;
    for (size_t i = 0; i < *length;) {
        if (*length - i >= 3 && memcmp(text + i, ZERO_WIDTH, 3) == 0)
            i += 3;
        else
            *w++ = text[i++];
    }
    *length = (size_t)(w - out);
    return out;
}

/* The slash behind a bare host, which says nothing; NULL when there is none. */
static const char *needless_slash(const char *href)
{
    const char *host = strstr(href, "://");
    if (!host)
        return NULL;
    const char *slash = host + 3 + strcspn(host + 3, "/?#");
    return *slash == '/' && slash > host + 3 && (!slash[1] || slash[1] == '?' || slash[1] == '#') ? slash : NULL;
}

/* Bytes that end a link in wiki markup are written in percent form; a bare host has no slash. */
static const char *href_normal(struct arena *a, const char *href)
{
    static const char unsafe[] = " |[]{}\"<>\\^`\t\n\r";
    const char *slash = needless_slash(href);
    size_t bad = 0;
    for (const char *c = href; *c; c++)
        bad += strchr(unsafe, *c) || (unsigned char)*c < 0x20;
    if (!bad && !slash)
        return href;
    char *out = arena_alloc(a, strlen(href) + 2 * bad + 1), *w = out;
    for (const char *c = href; *c; c++) {
        if (strchr(unsafe, *c) || (unsigned char)*c < 0x20)
            w += snprintf(w, 4, "%%%02X", (unsigned char)*c);
        else if (c != slash)
            *w++ = *c;
    }
    return out;
}

static void add_node(struct maker *m, const struct text_node *node)
{
    const char *shown = node->kind == TEXT_EMOJI ? text_attr(node, "text") : NULL;
    if (shown && (unsigned char)shown[0] >= 0x80) {
        add_text(m, shown, strlen(shown), &(struct text_marks){0});
        return;
    }
    if (node->kind != TEXT_TEXT) {
        *arena_push(m->a, m->runs, m->count) = (struct text_run){node, NULL, 0, {0}};
        return;
    }
    struct text_marks marks = node->marks;
    if (m->in_header)
        marks.flags &= ~(unsigned)TEXT_STRONG;
    if (marks.href)
        marks.href = href_normal(m->a, marks.href);
    const char *text = node->text;
    size_t length = node->length;
    if (memmem(text, length, ZERO_WIDTH, 3))
        text = without_zero_width(m->a, text, &length);
    add_text(m, text, length, &marks);
}

static void intersect(struct text_marks *marks, const struct text_run *with)
{
    const struct text_marks none = {0}, *other = with && !with->atom ? &with->marks : &none;
    marks->flags &= other->flags;
    if (!str_eq(marks->color, other->color))
        marks->color = NULL;
    if (!str_eq(marks->href, other->href))
        marks->href = NULL;
    if (marks->extra != other->extra && (!other->extra || !json_equal(marks->extra, other->extra)))
        marks->extra = NULL;
}

static void weaken_blanks(struct maker *m)
{
    const struct text_run *before = NULL;
    for (size_t i = 0; i < m->count; i++) {
        if (!run_is_blank(&m->runs[i])) {
            before = &m->runs[i];
            continue;
        }
        size_t after = i;
        while (after < m->count && run_is_blank(&m->runs[after]))
            after++;
        for (; i < after; i++) {
            intersect(&m->runs[i].marks, before);
            intersect(&m->runs[i].marks, after < m->count ? &m->runs[after] : NULL);
        }
        i--;
    }
}

static void drop_edges(struct maker *m)
{
    size_t out = 0;
    for (size_t i = 0; i < m->count; i++) {
        bool at_start = out == 0 || run_is_break(&m->runs[out - 1]);
        if (run_is_blank(&m->runs[i]) && at_start)
            continue;
        if (run_is_break(&m->runs[i])) {
            while (out && run_is_blank(&m->runs[out - 1]))
                out--;
            if (out == 0)
                continue;
        }
        m->runs[out++] = m->runs[i];
    }
    while (out && (run_is_blank(&m->runs[out - 1]) || run_is_break(&m->runs[out - 1])))
        out--;
    m->count = out;
}

/* Joins the texts of neighbours with equal marks; one copy for each joined stretch. */
static void merge(struct maker *m)
{
    size_t out = 0;
    for (size_t i = 0; i < m->count;) {
        struct text_run run = m->runs[i];
        size_t end = i + 1, length = run.length;
        while (!run.atom && end < m->count && !m->runs[end].atom && text_marks_equal(&run.marks, &m->runs[end].marks))
            length += m->runs[end++].length;
        if (end > i + 1) {
            char *text = arena_alloc(m->a, length), *w = text;
            for (size_t k = i; k < end; w += m->runs[k++].length)
                memcpy(w, m->runs[k].text, m->runs[k].length);
            run.text = text;
            run.length = length;
        }
        m->runs[out++] = run;
        i = end;
    }
    m->count = out;
}

static bool shows_own_address(struct arena *a, const struct text_run *run)
{
    if (run->atom || !run->marks.href)
        return false;
    const char *shown = href_normal(a, arena_strndup(a, run->text, run->length));
    const char *href = run->marks.href;
    return str_eq(shown, href) || (str_starts(href, "mailto:") && strchr(shown, '@') && str_eq(shown, href + 7));
}

static void forget_plain_links(struct maker *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct text_run *run = &m->runs[i];
        bool alone = (i == 0 || !str_eq(run[-1].marks.href, run->marks.href)) &&
                     (i + 1 == m->count || !str_eq(run[1].marks.href, run->marks.href));
        if (alone && shows_own_address(m->a, run))
            run->marks.href = NULL;
    }
}

size_t text_runs(struct arena *a, const struct text_node *line, bool in_header, struct text_run **runs_r)
{
    struct maker m = {a, NULL, 0, in_header};
    for (const struct text_node *node = line->first; node; node = node->next)
        add_node(&m, node);
    weaken_blanks(&m);
    drop_edges(&m);
    merge(&m);
    forget_plain_links(&m);
    merge(&m);
    *runs_r = m.runs;
    return m.count;
}
