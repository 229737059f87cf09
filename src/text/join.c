/* join.c - lines joined the way wiki markup has to; see text_join_lines in doc.h. */
#include "text/doc.h"

/* Appends a file group's files to a line, each on its own. */
static void append_files(struct arena *a, struct text_node *line, const struct text_node *group)
{
    for (const struct text_node *media = group->first; media; media = media->next) {
        struct text_node *file = text_node_new(a, media->kind == TEXT_MEDIA ? TEXT_MEDIA_INLINE : TEXT_OPAQUE_INLINE);
        file->attrs = media->attrs;
        file->text = media->text;
        file->outer = media->outer;
        file->raw = media->raw;
        if (media != group->first)
            text_append(line, text_node_new(a, TEXT_BREAK));
        text_append(line, file);
    }
}

static void append_copies(struct arena *a, struct text_node *line, const struct text_node *from)
{
    for (const struct text_node *node = from->first; node; node = node->next) {
        struct text_node *copy = text_node_new(a, node->kind);
        *copy = *node;
        text_append(line, copy);
    }
}

bool text_line_is_empty(struct arena *a, const struct text_node *line)
{
    const struct text_node *first = line->first;
    if (!first)
        return true;
    if (first->kind == TEXT_TEXT && (unsigned char)*first->text > ' ' && (unsigned char)*first->text < 0x80)
        return false;
    struct text_run *runs;
    return text_runs(a, line, false, &runs) == 0;
}

bool text_joins_lines(enum text_kind container)
{
    return container == TEXT_ITEM || container == TEXT_CELL || container == TEXT_HEADER;
}

bool text_can_join(const struct text_node *node)
{
    return node && (node->kind == TEXT_MEDIA_GROUP || (node->kind == TEXT_PARAGRAPH && !json_array_size(node->outer)));
}

struct text_node *text_join_lines(struct arena *a, const struct text_node **node)
{
    struct text_node *line = text_node_new(a, TEXT_PARAGRAPH);
    for (; text_can_join(*node); *node = (*node)->next) {
        bool is_group = (*node)->kind == TEXT_MEDIA_GROUP;
        if (!is_group && text_line_is_empty(a, *node))
            continue;
        if (line->first)
            for (int i = 0; i < 2; i++)
                text_append(line, text_node_new(a, TEXT_BREAK));
        if (is_group)
            append_files(a, line, *node);
        else
            append_copies(a, line, *node);
    }
    return line;
}
