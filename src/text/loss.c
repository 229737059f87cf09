/* loss.c - what of a document the other form cannot say.
 *
 * To ADF: what the reader of wiki markup wrote down. To wiki markup there are two looks: a list of what is known to
 * have no wiki form, with words for each; then every block that no word was found for is written and read again. So
 * nothing is lost without a finding, even where the printer has a fault. */
#include "text/doc.h"

#include "base/str.h"

struct finder {
    struct arena *a;
    struct text_loss *list;
    size_t count;
    size_t block;
};

enum { EXCERPT_MAX = 60 };

static void add(struct finder *f, const char *path, const char *kind, const char *what, const struct text_node *node)
{
    *arena_push(f->a, f->list, f->count) =
        (struct text_loss){f->block, path, kind, what, node ? text_excerpt(f->a, node) : ""};
}

static const struct {
    enum text_kind kind;
    const char *name, *what;
} KNOWN[] = {
    {TEXT_EXPAND, "expand", "an expandable section becomes its title and its content"},
    {TEXT_NESTED_EXPAND, "expand", "an expandable section becomes its title and its content"},
    {TEXT_TASKS, "task-list", "a task list becomes a bullet list"},
    {TEXT_DECISIONS, "decision-list", "a decision list becomes a bullet list"},
    {TEXT_LAYOUT, "layout", "columns become one below the other"},
    {TEXT_STATUS, "status", "a status lozenge becomes its text"},
    {TEXT_DATE, "date", "a date becomes text"},
    {TEXT_PLACEHOLDER, "placeholder", "a placeholder becomes text"},
    {TEXT_BLOCK_CARD, "card", "a card becomes an inline smart link"},
    {TEXT_EMBED_CARD, "card", "a card becomes an inline smart link"},
    {TEXT_EXTENSION, "extension", "an extension keeps its text alone"},
    {TEXT_BODIED_EXTENSION, "extension", "an extension keeps its text alone"},
    {TEXT_INLINE_EXTENSION, "extension", "an extension keeps its text alone"},
    {TEXT_SYNC, "synced-block", "a synced block keeps its content alone"},
    {TEXT_BODIED_SYNC, "synced-block", "a synced block keeps its content alone"},
    {TEXT_OPAQUE, "unknown", "a node of unknown type keeps its text alone"},
    {TEXT_OPAQUE_INLINE, "unknown", "a node of unknown type keeps its text alone"},
    {TEXT_CAPTION, "caption", "a caption becomes a paragraph"},
};

static void look_at_marks(struct finder *f, const json_t *marks, const char *path, const struct text_node *node)
{
    size_t i;
    json_t *mark;
    json_array_foreach (marks, i, mark) {
        const char *type = json_at_str(mark, "type");
        if (type && !str_eq(type, "link"))
            add(f, path, arena_printf(f->a, "mark-%s", type), arena_printf(f->a, "the mark \"%s\" is dropped", type),
                node);
    }
}

static void look_at(struct finder *f, const struct text_node *node, const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(KNOWN); i++)
        if (KNOWN[i].kind == node->kind)
            add(f, path, KNOWN[i].name, KNOWN[i].what, node);
    look_at_marks(f, node->outer, path, node);
    look_at_marks(f, node->marks.extra, path, node);
    if (node->kind == TEXT_CELL || node->kind == TEXT_HEADER)
        if (json_at_int(node->attrs, "colspan", 1) > 1 || json_at_int(node->attrs, "rowspan", 1) > 1)
            add(f, path, "span", "a cell that spans several becomes one cell", node);
    size_t i = 0;
    for (const struct text_node *child = node->first; child; child = child->next)
        look_at(f, child, arena_printf(f->a, "%s/content/%zu", path, i++));
}

const char *text_excerpt_of(struct arena *a, const char *text, size_t length)
{
    size_t n = length < EXCERPT_MAX ? length : EXCERPT_MAX;
    while (n < length && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    char *out = arena_strndup(a, text, n);
    for (char *c = out; *c; c++)
        if (*c == '\n' || *c == '\t' || *c == '\r')
            *c = ' ';
    return str_trim(a, out);
}

const char *text_excerpt(struct arena *a, const struct text_node *node)
{
    struct buf out = BUF_INIT(EXCERPT_MAX * 4);
    text_plain_node(node, &out);
    const char *excerpt = text_excerpt_of(a, buf_str(&out), out.len);
    buf_release(&out);
    return excerpt;
}

struct text_loss *text_drop(struct arena *a, struct text_doc *doc, size_t block)
{
    if (doc->drop_count > TEXT_DROPS_MAX)
        return NULL;
    struct text_loss *drop = arena_push(a, doc->drops, doc->drop_count);
    *drop = (struct text_loss){block, "", "more", "more is left out or put elsewhere than is listed", ""};
    return doc->drop_count > TEXT_DROPS_MAX ? NULL : drop;
}

static bool comes_back(struct arena *a, const struct text_doc *doc)
{
    const char *markup = text_to_wiki(a, text_without_native(a, doc));
    return text_equal(doc, text_from_wiki(a, markup, strlen(markup)));
}

static void look_at_block(struct finder *f, const struct text_node *node, const char *path)
{
    size_t before = f->count;
    look_at(f, node, path);
    if (f->count > before)
        return;
    struct text_doc *alone = text_doc_new(f->a);
    struct text_node *copy = text_node_new(f->a, node->kind);
    *copy = *node;
    text_append(alone->root, copy);
    const char *name = text_kind_name(node->kind);
    if (!comes_back(f->a, alone))
        add(f, path, "changed", arena_printf(f->a, "this %s comes back from wiki markup changed", name ? name : "node"),
            node);
}

size_t text_loss(struct arena *a, const struct text_doc *doc, struct text_loss **losses_r)
{
    struct finder f = {.a = a};
    if (!doc->source)
        for (const struct text_node *node = doc->root->first; node; node = node->next, f.block++)
            look_at_block(&f, node, arena_printf(a, "/content/%zu", f.block));
    for (size_t i = 0; i < f.count; i++)
        f.list[i].block++;
    f.block = 0;
    if (f.count == 0 && !doc->source && !comes_back(a, doc))
        add(&f, "", "changed", "the blocks run into each other in wiki markup", NULL);
    *losses_r = f.list;
    return f.count;
}

/* The reader's drops come in two runs, each in the order of the blocks: its own, then those of fit.c. */
size_t text_loss_to_adf(struct arena *a, const struct text_doc *doc, struct text_loss **losses_r)
{
    size_t n = doc->drop_count, second = 1, i = 0;
    const struct text_loss *drops = doc->drops;
    *losses_r = arena_array(a, struct text_loss, n);
    while (second < n && drops[second].block >= drops[second - 1].block)
        second++;
    for (size_t j = second, k = 0; k < n; k++)
        (*losses_r)[k] = j >= n || (i < second && drops[i].block <= drops[j].block) ? drops[i++] : drops[j++];
    return n;
}
