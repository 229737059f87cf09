/* inside.c - a change carried into a list, a table, a panel or a quote of ADF: what was not changed in it stays, too. A
 * task list is a bullet list on the other side; its items stay tasks. */
#include "text/blocks.h"

#include "base/str.h"

static bool is_marked_list(enum text_kind kind)
{
    return kind == TEXT_TASKS || kind == TEXT_DECISIONS;
}

static bool is_container(enum text_kind kind)
{
    return (kind >= TEXT_BULLETS && kind <= TEXT_CELL) || is_marked_list(kind);
}

/* Says a container itself the same, whatever it holds? */
static bool same_shell(const struct text_node *one, const struct text_node *other)
{
    struct text_node shells[2] = {*one, *other};
    struct buf canon[2] = {BUF_INIT(SIZE_MAX / 4), BUF_INIT(SIZE_MAX / 4)};
    struct arena scratch = ARENA_INIT;
    for (int i = 0; i < 2; i++) {
        shells[i].first = shells[i].last = shells[i].next = NULL;
        text_canonical_block(&scratch, &shells[i], &canon[i]);
    }
    bool same = str_eq(buf_str(&canon[0]), buf_str(&canon[1]));
    for (int i = 0; i < 2; i++)
        buf_release(&canon[i]);
    arena_release(&scratch);
    return same;
}

static struct text_node *copy_of(struct arena *a, const struct text_node *node)
{
    struct text_node *copy = text_node_new(a, node->kind);
    *copy = *node;
    copy->origin = NULL;
    copy->next = NULL;
    return copy;
}

static void wrap(struct text_node *outer, struct text_node *child)
{
    outer->first = outer->last = child;
    child->next = NULL;
}

/* Is the child, said in wiki markup and read again, what it is on the other side? Else the two only seem to belong
 * together by their place. */
static bool says(const struct text_node *container, const struct text_node *child, const struct text_block *theirs)
{
    struct arena a = ARENA_INIT;
    struct buf markup = BUF_INIT(SIZE_MAX / 4);
    struct text_node table = {.kind = TEXT_TABLE}, shell = *container, alone = *child, *outer = &alone;
    int depth = 0;
    alone.next = NULL;
    if (is_marked_list(container->kind) || container->kind <= TEXT_NUMBERS || container->kind == TEXT_TABLE ||
        container->kind == TEXT_ROW) {
        wrap(&shell, &alone);
        outer = &shell;
        depth = 1;
    }
    if (container->kind == TEXT_ROW) {
        wrap(&table, &shell);
        outer = &table;
        depth = 2;
    }
    text_wiki_block(outer, &markup);
    const struct text_node *read = text_from_wiki(&a, buf_str(&markup), markup.len)->root->first;
    for (; depth > 0 && read && !read->next; depth--)
        read = read->first;
    struct text_blocks said = text_blocks_of(&a, depth == 0 ? read : NULL);
    bool is = said.count == 1 && text_block_same(&said.list[0], theirs);
    buf_release(&markup);
    arena_release(&a);
    return is;
}

/* The state that a mark at the start of a bullet stands for; NULL without. */
static const char *state_of(const struct text_node *inline_node)
{
    const char *name = inline_node && inline_node->kind == TEXT_EMOJI ? text_attr(inline_node, "shortName") : NULL;
    return !name ? NULL : str_eq(name, ":check_mark:") ? "DONE" : str_eq(name, ":minus:") ? "TODO" : NULL;
}

/* A bullet as the task or decision that it is here; `own` is the one it was, or NULL. NULL when it says more. */
static struct text_node *as_marked(struct arena *a, enum text_kind list, const struct text_node *item,
                                   const struct text_node *own)
{
    const struct text_node *line = item->first;
    bool is_task = list == TEXT_TASKS;
    if (!line || line->next || line->kind != TEXT_PARAGRAPH || (own && !text_kind_is_line(own->kind)))
        return NULL;
    struct text_node *out = text_node_new(a, is_task ? TEXT_TASK : TEXT_DECISION);
    const struct text_node *node = line->first;
    const char *state = is_task ? state_of(node) : NULL, *id = own ? text_attr(own, "localId") : NULL;
    const char *before = own ? text_attr(own, "state") : NULL;
    if (state)
        node = node->next;
    for (; node; node = node->next) {
        struct text_node *copy = copy_of(a, node);
        for (; state && !out->first && copy->kind == TEXT_TEXT && copy->length && *copy->text == ' '; copy->length--)
            copy->text++;
        text_append(out, copy);
    }
    const char *otherwise = is_task ? "TODO" : "DECIDED";
    out->attrs = json_keep(a, json_pack("{s:s, s:s}", "localId", id ? id : "", "state",
                                        state    ? state
                                        : before ? before
                                                 : otherwise));
    return out;
}

static struct text_node *adopt(struct arena *a, enum text_kind parent, const struct text_node *now,
                               const struct text_node *own)
{
    return is_marked_list(parent) ? as_marked(a, parent, now, own) : copy_of(a, now);
}

struct text_node *text_carry_inside(struct arena *a, const struct text_node *own, const struct text_node *was,
                                    const struct text_node *now)
{
    bool alike = own->kind == was->kind || (is_marked_list(own->kind) && was->kind == TEXT_BULLETS);
    if (!alike || !is_container(own->kind) || was->kind != now->kind || !same_shell(was, now))
        return NULL;
    struct text_blocks mine = text_blocks_of(a, own->first), theirs = text_blocks_of(a, was->first),
                       new = text_blocks_of(a, now->first);
    if (mine.count != theirs.count || !new.count)
        return NULL;
    for (size_t k = 0; k < mine.count; k++)
        if (!says(own, mine.list[k].node, &theirs.list[k]))
            return NULL;
    const size_t *partner = text_blocks_match(a, &theirs, &new);
    struct text_hunks hunks = text_hunks_of(a, partner, theirs.count, new.count);
    struct text_node *out = copy_of(a, own);
    out->first = out->last = NULL;
    size_t i = 0;
    for (size_t h = 0; h <= hunks.count; h++) {
        const struct text_hunk *hunk = h < hunks.count ? &hunks.list[h] : NULL;
        for (size_t end = hunk ? hunk->base : theirs.count; i < end; i++)
            text_append(out, copy_of(a, mine.list[i].node));
        bool is_pairwise = hunk && hunk->base_end - hunk->base == hunk->to - hunk->from;
        for (size_t k = 0; hunk && k < hunk->to - hunk->from; k++) {
            const struct text_node *child = new.list[hunk->from + k].node, *old = NULL;
            struct text_node *placed = NULL;
            if (is_pairwise) {
                old = mine.list[hunk->base + k].node;
                placed = text_carry_inside(a, old, theirs.list[hunk->base + k].node, child);
            }
            if (!placed && !(placed = adopt(a, own->kind, child, old)))
                return NULL;
            text_append(out, placed);
        }
        i = hunk ? hunk->base_end : i;
    }
    return out;
}
