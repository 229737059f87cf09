/* plain.c - what a text says, without any markup. */
#include "text/doc.h"

#include "base/str.h"
#include "text/wiki_print.h"

void text_plain_node(const struct text_node *node, struct buf *out)
{
    const char *shown;
    if (out->overflow) /* an excerpt is full */
        return;
    switch (node->kind) {
    case TEXT_TEXT:
    case TEXT_CODE:
        buf_add(out, node->text, node->length);
        return;
    case TEXT_BREAK:
        buf_addc(out, '\n');
        return;
    case TEXT_MENTION:
        shown = text_attr(node, "text");
        if (str_is_empty(shown))
            buf_addf(out, "@%s", text_attr(node, "id") ? text_attr(node, "id") : "");
        else
            buf_adds(out, shown);
        return;
    case TEXT_MEDIA:
    case TEXT_MEDIA_INLINE:
        buf_adds(out, wiki_media_name(node));
        return;
    case TEXT_CARD:
    case TEXT_BLOCK_CARD:
    case TEXT_EMBED_CARD:
        buf_adds(out, text_attr(node, "url") ? text_attr(node, "url") : "");
        return;
    case TEXT_EMOJI:
        shown = text_attr(node, "text");
        buf_adds(out, shown ? shown : text_attr(node, "shortName") ? text_attr(node, "shortName") : "");
        return;
    case TEXT_RULE:
        buf_adds(out, "----");
        return;
    default:
        shown = node->raw ? json_at_str(node->raw, "text") : text_attr(node, "text");
        buf_adds(out, shown ? shown : "");
    }
    bool in_line = text_kind_is_line(node->kind);
    for (const struct text_node *child = node->first; child; child = child->next) {
        if (!in_line && child != node->first)
            buf_adds(out, node->kind == TEXT_ROW ? "\t" : node->kind == TEXT_DOC ? "\n\n" : "\n");
        text_plain_node(child, out);
    }
}

char *text_to_plain(struct arena *a, const struct text_doc *doc)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    text_plain_node(doc->root, &out);
    char *text = str_trim(a, buf_str(&out));
    buf_release(&out);
    return text;
}
