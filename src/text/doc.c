#include "text/doc.h"

#include "base/str.h"

#include <stdlib.h>

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

static int compare_names(const void *name, const void *kind)
{
    return strcmp(name, NAMES[*(const unsigned char *)kind]);
}

enum text_kind text_kind_of(const char *adf_type)
{
    static const unsigned char by_name[] = {
        TEXT_BLOCK_CARD,    TEXT_BLOCK_TASK,   TEXT_QUOTE,        TEXT_BODIED_EXTENSION,
        TEXT_BODIED_SYNC,   TEXT_BULLETS,      TEXT_CAPTION,      TEXT_CODE,
        TEXT_DATE,          TEXT_DECISION,     TEXT_DECISIONS,    TEXT_DOC,
        TEXT_EMBED_CARD,    TEXT_EMOJI,        TEXT_EXPAND,       TEXT_EXTENSION,
        TEXT_BREAK,         TEXT_HEADING,      TEXT_CARD,         TEXT_INLINE_EXTENSION,
        TEXT_COLUMN,        TEXT_LAYOUT,       TEXT_ITEM,         TEXT_MEDIA,
        TEXT_MEDIA_GROUP,   TEXT_MEDIA_INLINE, TEXT_MEDIA_SINGLE, TEXT_MENTION,
        TEXT_NESTED_EXPAND, TEXT_NUMBERS,      TEXT_PANEL,        TEXT_PARAGRAPH,
        TEXT_PLACEHOLDER,   TEXT_RULE,         TEXT_STATUS,       TEXT_SYNC,
        TEXT_TABLE,         TEXT_CELL,         TEXT_HEADER,       TEXT_ROW,
        TEXT_TASK,          TEXT_TASKS,        TEXT_TEXT};
    if (!adf_type)
        return TEXT_OPAQUE;
    if (strcmp(adf_type, "text") == 0)
        return TEXT_TEXT;
    const unsigned char *hit = bsearch(adf_type, by_name, sizeof by_name, 1, compare_names);
    return hit ? (enum text_kind) * hit : TEXT_OPAQUE;
}

bool text_marks_equal(const struct text_marks *a, const struct text_marks *b)
{
    return a->flags == b->flags && str_eq(a->color, b->color) && str_eq(a->href, b->href) &&
           (a->extra == b->extra || (a->extra && b->extra && json_equal(a->extra, b->extra)));
}

/* The attribute that `text` is, for the nodes that can do without attrs. */
static const char *main_attr(enum text_kind kind)
{
    return kind == TEXT_CARD ? "url" : "id";
}

static bool is_media(enum text_kind kind)
{
    return kind == TEXT_MEDIA || kind == TEXT_MEDIA_INLINE;
}

static bool has_short_attrs(const struct text_node *node)
{
    return !node->attrs && node->text &&
           (node->kind == TEXT_MENTION || node->kind == TEXT_CARD || is_media(node->kind));
}

const char *text_attr(const struct text_node *node, const char *name)
{
    if (!has_short_attrs(node))
        return json_string_value(json_object_get(node->attrs, name));
    if (strcmp(name, main_attr(node->kind)) == 0)
        return node->text;
    return !is_media(node->kind)             ? NULL
           : strcmp(name, "type") == 0       ? "file"
           : strcmp(name, "collection") == 0 ? ""
                                             : NULL;
}

const json_t *text_attrs(struct arena *a, const struct text_node *node)
{
    if (!has_short_attrs(node))
        return node->attrs;
    if (is_media(node->kind))
        return json_keep(a, json_pack("{s:s, s:s, s:s}", "type", "file", "id", node->text, "collection", ""));
    return json_keep(a, json_pack("{s:s}", main_attr(node->kind), node->text));
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
