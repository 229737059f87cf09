#include "text/doc.h"

#include "base/str.h"

static const char *const NAMES[TEXT_KIND_COUNT] = {
    [TEXT_TEXT] = "text",
    [TEXT_BREAK] = "hardBreak",
    [TEXT_MENTION] = "mention",
    [TEXT_EMOJI] = "emoji",
    [TEXT_CARD] = "inlineCard",
    [TEXT_DATE] = "date",
    [TEXT_STATUS] = "status",
    [TEXT_PLACEHOLDER] = "placeholder",
    [TEXT_MEDIA_INLINE] = "mediaInline",
    [TEXT_INLINE_EXTENSION] = "inlineExtension",
    [TEXT_PARAGRAPH] = "paragraph",
    [TEXT_HEADING] = "heading",
    [TEXT_TASK] = "taskItem",
    [TEXT_DECISION] = "decisionItem",
    [TEXT_CAPTION] = "caption",
    [TEXT_DOC] = "doc",
    [TEXT_BULLETS] = "bulletList",
    [TEXT_NUMBERS] = "orderedList",
    [TEXT_ITEM] = "listItem",
    [TEXT_QUOTE] = "blockquote",
    [TEXT_PANEL] = "panel",
    [TEXT_TABLE] = "table",
    [TEXT_ROW] = "tableRow",
    [TEXT_HEADER] = "tableHeader",
    [TEXT_CELL] = "tableCell",
    [TEXT_MEDIA_SINGLE] = "mediaSingle",
    [TEXT_MEDIA_GROUP] = "mediaGroup",
    [TEXT_EXPAND] = "expand",
    [TEXT_NESTED_EXPAND] = "nestedExpand",
    [TEXT_TASKS] = "taskList",
    [TEXT_BLOCK_TASK] = "blockTaskItem",
    [TEXT_DECISIONS] = "decisionList",
    [TEXT_LAYOUT] = "layoutSection",
    [TEXT_COLUMN] = "layoutColumn",
    [TEXT_BODIED_EXTENSION] = "bodiedExtension",
    [TEXT_BODIED_SYNC] = "bodiedSyncBlock",
    [TEXT_CODE] = "codeBlock",
    [TEXT_RULE] = "rule",
    [TEXT_MEDIA] = "media",
    [TEXT_BLOCK_CARD] = "blockCard",
    [TEXT_EMBED_CARD] = "embedCard",
    [TEXT_EXTENSION] = "extension",
    [TEXT_SYNC] = "syncBlock",
};

struct text_node *text_node_new(struct arena *a, enum text_kind kind)
{
    struct text_node *node = arena_new(a, struct text_node);
    node->kind = kind;
    return node;
}

struct text_doc *text_doc_new(struct arena *a)
{
    struct text_doc *doc = arena_new(a, struct text_doc);
    doc->root = text_node_new(a, TEXT_DOC);
    return doc;
}

void text_append(struct text_node *parent, struct text_node *child)
{
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

bool text_kind_is_inline(enum text_kind kind)
{
    return kind <= TEXT_OPAQUE_INLINE;
}

bool text_kind_is_line(enum text_kind kind)
{
    return kind >= TEXT_PARAGRAPH && kind <= TEXT_CAPTION;
}

const char *text_kind_name(enum text_kind kind)
{
    return NAMES[kind];
}

enum text_kind text_kind_of(const char *adf_type)
{
    for (int kind = 0; kind < TEXT_KIND_COUNT; kind++)
        if (NAMES[kind] && str_eq(NAMES[kind], adf_type))
            return (enum text_kind)kind;
    return TEXT_OPAQUE;
}

bool text_marks_equal(const struct text_marks *a, const struct text_marks *b)
{
    return a->flags == b->flags && str_eq(a->color, b->color) && str_eq(a->href, b->href) &&
           (a->extra == b->extra || (a->extra && b->extra && json_equal(a->extra, b->extra)));
}

const char *text_attr(const struct text_node *node, const char *name)
{
    return json_string_value(json_object_get(node->attrs, name));
}

bool text_is_empty(const struct text_doc *doc)
{
    struct arena a = ARENA_INIT;
    bool is_empty = *text_canonical(&a, doc) == 0;
    arena_release(&a);
    return is_empty;
}

bool text_equal(const struct text_doc *first, const struct text_doc *second)
{
    struct arena a = ARENA_INIT;
    bool is_equal = str_eq(text_canonical(&a, first), text_canonical(&a, second));
    arena_release(&a);
    return is_equal;
}
