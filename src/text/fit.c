/* fit.c - makes a tree obey the content rules of the ADF schema, with as little change as it takes.
 *
 * A child its container may not hold is changed (a heading in a list item becomes a bold paragraph), unwrapped (a quote
 * in a quote), or put after the container, which goes on behind it (a table in a panel). A valid tree stays as it is.
 */
#include "text/doc.h"

#include "base/str.h"

#define B(kind) (UINT64_C(1) << TEXT_##kind)

_Static_assert(TEXT_KIND_COUNT < 64, "a kind is a bit of a uint64_t");

static const uint64_t COMMON = B(PARAGRAPH) | B(BULLETS) | B(NUMBERS) | B(CODE) | B(MEDIA_SINGLE) | B(EXTENSION);
static const uint64_t RICH = B(HEADING) | B(MEDIA_GROUP) | B(TASKS) | B(DECISIONS) | B(RULE);

/* What may stand directly in a container of blocks; opaque nodes may stand everywhere. */
static uint64_t allowed(enum text_kind container)
{
    switch (container) {
    case TEXT_DOC:
        return COMMON | RICH | B(QUOTE) | B(PANEL) | B(TABLE) | B(EXPAND) | B(LAYOUT) | B(BODIED_EXTENSION) |
               B(BODIED_SYNC) | B(BLOCK_CARD) | B(EMBED_CARD) | B(SYNC);
    case TEXT_QUOTE:
        return COMMON | B(MEDIA_GROUP);
    case TEXT_ITEM:
        return COMMON | B(TASKS);
    case TEXT_PANEL:
        return COMMON | RICH | B(BLOCK_CARD);
    case TEXT_CELL:
    case TEXT_HEADER:
        return COMMON | RICH | B(PANEL) | B(QUOTE) | B(BLOCK_CARD) | B(EMBED_CARD) | B(NESTED_EXPAND);
    case TEXT_EXPAND:
        return COMMON | RICH | B(PANEL) | B(QUOTE) | B(TABLE) | B(BLOCK_CARD) | B(EMBED_CARD) | B(NESTED_EXPAND);
    case TEXT_BODIED_EXTENSION:
        return COMMON | RICH | B(PANEL) | B(QUOTE) | B(TABLE) | B(BLOCK_CARD) | B(EMBED_CARD);
    case TEXT_NESTED_EXPAND:
        return COMMON | RICH | B(PANEL) | B(QUOTE);
    case TEXT_COLUMN:
        return COMMON | RICH | B(PANEL) | B(QUOTE) | B(TABLE) | B(BLOCK_CARD) | B(EMBED_CARD) | B(EXPAND) |
               B(BODIED_EXTENSION);
    case TEXT_BODIED_SYNC:
        return (COMMON & ~B(EXTENSION)) | RICH | B(PANEL) | B(QUOTE) | B(TABLE) | B(BLOCK_CARD) | B(EMBED_CARD) |
               B(EXPAND) | B(LAYOUT);
    case TEXT_BLOCK_TASK:
        return B(PARAGRAPH) | B(EXTENSION);
    case TEXT_BULLETS:
    case TEXT_NUMBERS:
        return B(ITEM);
    case TEXT_TABLE:
        return B(ROW);
    case TEXT_ROW:
        return B(CELL) | B(HEADER);
    case TEXT_TASKS:
        return B(TASK) | B(TASKS) | B(BLOCK_TASK);
    case TEXT_DECISIONS:
        return B(DECISION);
    case TEXT_LAYOUT:
        return B(COLUMN);
    case TEXT_MEDIA_SINGLE:
        return B(MEDIA) | B(CAPTION);
    case TEXT_MEDIA_GROUP:
        return B(MEDIA);
    default:
        return 0;
    }
}

struct fitter {
    struct arena *a;
    struct text_doc *tells; /* where what is changed is written down; NULL: nowhere */
    struct text_node *out;  /* a nameless parent: what takes the place of `node` in its own container */
    struct text_node *node;
    struct text_node *loose; /* the paragraph made for inlines that stood among blocks */
    size_t block;            /* the number of the document's block that it is all about */
};

static void fit_node(const struct fitter *, struct text_node *, struct text_node *out);
static void place(struct fitter *, struct text_node *piece);

static bool can_hold(enum text_kind container, enum text_kind kind)
{
    if (kind == TEXT_OPAQUE)
        return container != TEXT_MEDIA_SINGLE && !text_kind_is_line(container);
    if (text_kind_is_line(container))
        return text_kind_is_inline(kind);
    return allowed(container) >> kind & 1;
}

static struct text_node *like(struct arena *a, const struct text_node *node)
{
    struct text_node *copy = text_node_new(a, node->kind);
    *copy = *node;
    copy->first = copy->last = copy->next = NULL;
    copy->origin = NULL;
    return copy;
}

static void make_strong(struct text_node *line)
{
    for (struct text_node *node = line->first; node; node = node->next)
        if (node->kind == TEXT_TEXT && !(node->marks.flags & TEXT_MONO))
            node->marks.flags |= TEXT_STRONG;
}

static struct text_node *wrap(struct arena *a, enum text_kind kind, struct text_node *child)
{
    struct text_node *node = text_node_new(a, kind);
    text_append(node, child);
    return node;
}

static struct text_node *text_line(struct arena *a, const char *text)
{
    struct text_node *node = text_node_new(a, TEXT_TEXT);
    node->text = text;
    node->length = strlen(text);
    return wrap(a, TEXT_PARAGRAPH, node);
}

/* A bare block as something every container of paragraphs can hold; NULL when there is nothing to show. */
static struct text_node *as_paragraph(struct arena *a, struct text_node *piece)
{
    const char *url = text_attr(piece, "url"), *text = text_attr(piece, "text");
    if (piece->kind == TEXT_RULE)
        return text_line(a, "----");
    if (piece->kind == TEXT_MEDIA) {
        piece->kind = TEXT_MEDIA_INLINE;
        return wrap(a, TEXT_PARAGRAPH, piece);
    }
    if ((piece->kind == TEXT_BLOCK_CARD || piece->kind == TEXT_EMBED_CARD) && url) {
        struct text_node *card = text_node_new(a, TEXT_CARD);
        card->attrs = json_keep(a, json_pack("{s:s}", "url", url));
        return wrap(a, TEXT_PARAGRAPH, card);
    }
    return str_is_empty(text) ? NULL : text_line(a, text);
}

static void tell(const struct fitter *f, const char *kind, const char *what, const struct text_node *node)
{
    struct text_loss *drop = f->tells ? text_drop(f->a, f->tells, f->block) : NULL;
    if (drop)
        *drop = (struct text_loss){f->block, "", kind, what, text_excerpt(f->a, node)};
}

/* A piece that may not stand in the node at hand. */
static void tell_forbidden(const struct fitter *f, const struct text_node *piece, const char *outcome)
{
    const char *in = text_kind_name(f->node->kind), *name = text_kind_name(piece->kind);
    if (f->tells && f->tells->drop_count <= TEXT_DROPS_MAX)
        tell(f, "structure", arena_printf(f->a, "a %s cannot stand in a %s in ADF: %s", name, in, outcome), piece);
}

static void lift(struct fitter *f, struct text_node *piece)
{
    tell_forbidden(f, piece, "it stands behind it");
    if (f->node->first) {
        text_append(f->out, f->node);
        f->node = like(f->a, f->node);
    }
    text_append(f->out, piece);
}

static void place_children(struct fitter *f, struct text_node *piece)
{
    for (struct text_node *child = piece->first, *next; child; child = next) {
        next = child->next;
        place(f, child);
    }
}

static void place_inline(struct fitter *f, struct text_node *piece)
{
    if (f->loose && f->node->last == f->loose) {
        text_append(f->loose, piece);
        return;
    }
    f->loose = wrap(f->a, TEXT_PARAGRAPH, piece);
    place(f, f->loose);
}

static bool is_structure(enum text_kind kind)
{
    return kind >= TEXT_BULLETS && kind <= TEXT_BODIED_SYNC;
}

/* An expand of the other kind may hold other things. */
static void place_expand(struct fitter *f, struct text_node *piece, enum text_kind kind)
{
    struct text_node pieces = {.kind = TEXT_DOC};
    piece->kind = kind;
    if (!piece->attrs)
        piece->attrs = json_keep(f->a, json_object());
    fit_node(f, piece, &pieces);
    place_children(f, &pieces);
}

static void place_forbidden(struct fitter *f, struct text_node *piece)
{
    enum text_kind in = f->node->kind;
    bool holds_paragraphs = allowed(in) >> TEXT_PARAGRAPH & 1;
    piece->outer = piece->kind == TEXT_MEDIA ? piece->outer : NULL;
    bool is_expand = piece->kind == TEXT_EXPAND && can_hold(in, TEXT_NESTED_EXPAND);
    if (is_expand || (piece->kind == TEXT_NESTED_EXPAND && can_hold(in, TEXT_EXPAND))) {
        place_expand(f, piece, is_expand ? TEXT_NESTED_EXPAND : TEXT_EXPAND);
    } else if (piece->kind == TEXT_MEDIA && can_hold(in, TEXT_MEDIA_SINGLE)) {
        piece = wrap(f->a, TEXT_MEDIA_SINGLE, piece);
        piece->attrs = json_keep(f->a, json_pack("{s:s}", "layout", "center"));
        text_append(f->node, piece);
    } else if (in == TEXT_BULLETS || in == TEXT_NUMBERS || in == TEXT_TABLE || in == TEXT_ROW) {
        fit_node(f, wrap(f->a, in == TEXT_TABLE ? TEXT_ROW : in == TEXT_ROW ? TEXT_CELL : TEXT_ITEM, piece), f->node);
    } else if (holds_paragraphs && text_kind_is_line(piece->kind)) {
        if (piece->kind == TEXT_HEADING) {
            tell_forbidden(f, piece, "it becomes bold text");
            make_strong(piece);
        }
        piece->kind = TEXT_PARAGRAPH;
        piece->attrs = NULL;
        text_append(f->node, piece);
    } else if ((in == TEXT_QUOTE || in == TEXT_PANEL) && piece->kind != in && piece->kind != TEXT_ITEM) {
        lift(f, piece);
    } else if (holds_paragraphs && is_structure(piece->kind)) {
        tell_forbidden(f, piece, "what it holds takes its place");
        place_children(f, piece);
    } else if (holds_paragraphs) {
        tell_forbidden(f, piece, "it becomes a line of text");
        piece = as_paragraph(f->a, piece);
        if (piece)
            text_append(f->node, piece);
    } else {
        lift(f, piece);
    }
}

static void place(struct fitter *f, struct text_node *piece)
{
    if (can_hold(f->node->kind, piece->kind)) {
        text_append(f->node, piece);
        return;
    }
    if (text_kind_is_inline(piece->kind))
        place_inline(f, piece);
    else
        place_forbidden(f, piece);
}

static bool must_hold_something(enum text_kind kind)
{
    return allowed(kind) >> TEXT_PARAGRAPH & 1 && kind != TEXT_DOC;
}

/* Containers without paragraphs that the schema allows to hold nothing at all. */
static bool may_be_empty(enum text_kind kind)
{
    return kind == TEXT_MEDIA_SINGLE || kind == TEXT_LAYOUT;
}

static void fit_text(const struct fitter *f, struct text_node *node)
{
    unsigned flags = node->marks.flags;
    if (flags & TEXT_MONO && (flags != TEXT_MONO || node->marks.color)) {
        tell(f, "mark", "monospaced text has no other marks but a link in ADF", node);
        node->marks.flags = TEXT_MONO;
        node->marks.color = NULL;
    }
    if (flags & TEXT_SUB && flags & TEXT_SUP) {
        tell(f, "mark", "text cannot stand both higher and lower in ADF", node);
        node->marks.flags &= ~(unsigned)TEXT_SUP;
    }
}

/* Fits the children and puts them in place, one after the other. */
static void fit_children(struct fitter *f, struct text_node *child)
{
    for (struct text_node *next; child; child = next) {
        next = child->next;
        struct text_node pieces = {.kind = TEXT_DOC};
        fit_node(f, child, &pieces);
        for (struct text_node *piece = pieces.first, *after; piece; piece = after) {
            after = piece->next;
            place(f, piece);
        }
    }
}

/* Appends to `out` what takes the place of `node`: the node itself, or its parts and what had to leave it. */
static void fit_node(const struct fitter *outer, struct text_node *node, struct text_node *out)
{
    if (node->kind == TEXT_TEXT)
        fit_text(outer, node);
    if (text_kind_is_inline(node->kind) || node->kind >= TEXT_CODE) {
        text_append(out, node);
        return;
    }
    struct text_node *child = node->first, *mark = out->last;
    bool was_empty = !child;
    node->first = node->last = NULL;
    struct fitter f = {outer->a, outer->tells, out, node, NULL, outer->block};
    fit_children(&f, child);
    bool is_alone = out->last == mark;
    if (!f.node->first && must_hold_something(node->kind) && is_alone)
        text_append(f.node, text_node_new(f.a, TEXT_PARAGRAPH));
    if (f.node->first || (is_alone && (text_kind_is_line(node->kind) || node->kind == TEXT_ROW)) ||
        (was_empty && may_be_empty(node->kind)))
        text_append(out, f.node);
}

void text_fit(struct arena *a, struct text_doc *doc, bool tells)
{
    struct text_node out = {.kind = TEXT_DOC};
    struct text_node *child = doc->root->first, *next;
    doc->root->first = doc->root->last = NULL;
    struct fitter f = {a, tells ? doc : NULL, &out, doc->root, NULL, 0};
    for (; child; child = next) {
        next = child->next;
        f.block++;
        struct text_node pieces = {.kind = TEXT_DOC};
        fit_node(&f, child, &pieces);
        for (struct text_node *piece = pieces.first, *after; piece; piece = after) {
            after = piece->next;
            if (pieces.first != pieces.last || pieces.first != child || !can_hold(TEXT_DOC, piece->kind))
                piece->origin = NULL;
            place(&f, piece);
        }
    }
}
