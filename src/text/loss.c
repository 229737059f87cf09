/* loss.c - what of a document wiki markup cannot say.
 *
 * Two looks: a list of what is known to have no wiki form, with words for each; then every block that no word was found
 * for is written and read again. So nothing is lost without a finding, even where the printer has a fault. */
#include "text/doc.h"

#include "base/str.h"

struct finder {
    struct arena *a;
    struct text_loss *list;
    size_t count;
};

static void add(struct finder *f, const char *path, const char *what)
{
    *arena_push(f->a, f->list, f->count) = (struct text_loss){path, what};
}

static const char *known(const struct text_node *node)
{
    switch (node->kind) {
    case TEXT_EXPAND:
    case TEXT_NESTED_EXPAND:
        return "an expandable section becomes its title and its content";
    case TEXT_TASKS:
        return "a task list becomes a bullet list";
    case TEXT_DECISIONS:
        return "a decision list becomes a bullet list";
    case TEXT_LAYOUT:
        return "columns become one below the other";
    case TEXT_STATUS:
        return "a status lozenge becomes its text";
    case TEXT_DATE:
        return "a date becomes text";
    case TEXT_PLACEHOLDER:
        return "a placeholder becomes text";
    case TEXT_BLOCK_CARD:
    case TEXT_EMBED_CARD:
        return "a card becomes an inline smart link";
    case TEXT_EXTENSION:
    case TEXT_BODIED_EXTENSION:
    case TEXT_INLINE_EXTENSION:
        return "an extension keeps its text alone";
    case TEXT_SYNC:
    case TEXT_BODIED_SYNC:
        return "a synced block keeps its content alone";
    case TEXT_OPAQUE:
    case TEXT_OPAQUE_INLINE:
        return "a node of unknown type keeps its text alone";
    case TEXT_CAPTION:
        return "a caption becomes a paragraph";
    default:
        return NULL;
    }
}

static void look_at_marks(struct finder *f, const json_t *marks, const char *path)
{
    size_t i;
    json_t *mark;
    json_array_foreach (marks, i, mark)
        if (!str_eq(json_at_str(mark, "type"), "link"))
            add(f, path, arena_printf(f->a, "the mark \"%s\" is dropped", json_at_str(mark, "type")));
}

static void look_at(struct finder *f, const struct text_node *node, const char *path)
{
    const char *what = known(node);
    if (what)
        add(f, path, what);
    look_at_marks(f, node->outer, path);
    look_at_marks(f, node->marks.extra, path);
    if (node->kind == TEXT_CELL || node->kind == TEXT_HEADER)
        if (json_at_int(node->attrs, "colspan", 1) > 1 || json_at_int(node->attrs, "rowspan", 1) > 1)
            add(f, path, "a cell that spans several becomes one cell");
    size_t i = 0;
    for (const struct text_node *child = node->first; child; child = child->next)
        look_at(f, child, arena_printf(f->a, "%s/content/%zu", path, i++));
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
    if (!comes_back(f->a, alone))
        add(f, path,
            arena_printf(f->a, "this %s comes back from wiki markup changed",
                         text_kind_name(node->kind) ? text_kind_name(node->kind) : "node"));
}

size_t text_loss(struct arena *a, const struct text_doc *doc, struct text_loss **losses_r)
{
    struct finder f = {.a = a};
    size_t i = 0;
    if (!doc->source)
        for (const struct text_node *node = doc->root->first; node; node = node->next)
            look_at_block(&f, node, arena_printf(a, "/content/%zu", i++));
    if (f.count == 0 && !doc->source && !comes_back(a, doc))
        add(&f, "", "the blocks run into each other in wiki markup");
    *losses_r = f.list;
    return f.count;
}
