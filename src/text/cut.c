/* cut.c - a text that is too long for a site, cut between two blocks. */
#include "text/doc.h"

static size_t utf16_length(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80 ? 1 + ((unsigned char)*s >= 0xf0) : 0;
    return n;
}

typedef char *print_fn(struct arena *, const struct text_doc *);

static bool fits(print_fn *print, const struct text_doc *doc, size_t max)
{
    struct arena a = ARENA_INIT;
    bool is = utf16_length(print(&a, doc)) <= max;
    arena_release(&a);
    return is;
}

/* The first `count` blocks and the note. */
static struct text_doc *beginning(struct arena *a, const struct text_doc *doc, size_t count, const char *note)
{
    struct text_doc *out = text_doc_new(a);
    out->crlf = doc->crlf;
    out->keeps_adf = doc->keeps_adf;
    for (const struct text_node *node = doc->root->first; node && count > 0; node = node->next, count--) {
        struct text_node *copy = text_node_new(a, node->kind);
        *copy = *node;
        text_append(out->root, copy);
    }
    struct text_node *line = text_node_new(a, TEXT_PARAGRAPH), *text = text_node_new(a, TEXT_TEXT);
    text->text = arena_strdup(a, note);
    text->length = strlen(note);
    if (text->length)
        text_append(line, text);
    text_append(out->root, line);
    return out;
}

static const struct text_doc *cut(print_fn *print, struct arena *a, const struct text_doc *doc, size_t max,
                                  const char *note, bool *cut_r)
{
    *cut_r = !fits(print, doc, max);
    if (!*cut_r)
        return doc;
    size_t low = 0, high = 0; /* `low` blocks fit, `high` are too many, but for none at all */
    for (const struct text_node *node = doc->root->first; node; node = node->next)
        high++;
    while (high > low + 1) {
        size_t middle = low + (high - low) / 2;
        struct arena scratch = ARENA_INIT;
        if (fits(print, beginning(&scratch, doc, middle, note), max))
            low = middle;
        else
            high = middle;
        arena_release(&scratch);
    }
    return beginning(a, doc, low, note);
}

const struct text_doc *text_cut(struct arena *a, const struct text_doc *doc, size_t max, const char *note, bool *cut_r)
{
    return cut(text_to_wiki, a, doc, max, note, cut_r);
}

const struct text_doc *text_cut_adf(struct arena *a, const struct text_doc *doc, size_t max, const char *note,
                                    bool *cut_r)
{
    return cut(text_to_plain, a, doc, max, note, cut_r);
}
