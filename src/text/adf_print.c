/* adf_print.c - a document as ADF that satisfies the schema (the tree obeys its content rules already). */
#include "text/doc.h"

#include "base/str.h"

#include <stdlib.h>

static void print_node(const struct text_node *, struct buf *out);

/* --- JSON --- */

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void put_string(struct buf *out, const char *text, size_t length)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < length;) {
        size_t from = i;
        while (i < length && !needs_escape((unsigned char)text[i]))
            i++;
        buf_add(out, text + from, i - from);
        if (i == length)
            break;
        char c = text[i++];
        if (c == '\n')
            buf_add(out, "\\n", 2);
        else if (c == '\t')
            buf_add(out, "\\t", 2);
        else if (c == '"' || c == '\\')
            buf_add(out, (const char[]){'\\', c}, 2);
        else
            buf_addf(out, "\\u%04x", (unsigned char)c);
    }
    buf_addc(out, '"');
}

static int add_piece(const char *bytes, size_t length, void *out)
{
    buf_add(out, bytes, length);
    return 0;
}

static void put_tree(struct buf *out, const json_t *value)
{
    size_t start = out->len;
    if (json_dump_callback(value, add_piece, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0) {
        buf_truncate(out, start);
        buf_add(out, "null", 4);
    }
}

/* --- marks --- */

struct mark_list {
    struct buf *out;
    bool is_open;
};

#define PUT(out, literal) buf_add((out), literal, sizeof(literal) - 1)

static struct buf *next_mark(struct mark_list *list)
{
    if (list->is_open)
        buf_addc(list->out, ',');
    else
        PUT(list->out, ",\"marks\":[");
    list->is_open = true;
    return list->out;
}

static void put_marks(const struct text_marks *m, struct buf *out)
{
    struct mark_list list = {out, false};
    if (m->link || m->href) {
        PUT(next_mark(&list), "{\"type\":\"link\",\"attrs\":");
        if (m->link) {
            put_tree(out, m->link);
        } else {
            PUT(out, "{\"href\":");
            put_string(out, m->href, strlen(m->href));
            buf_addc(out, '}');
        }
        buf_addc(out, '}');
    }
    if (m->flags & TEXT_EM)
        PUT(next_mark(&list), "{\"type\":\"em\"}");
    if (m->flags & TEXT_STRONG)
        PUT(next_mark(&list), "{\"type\":\"strong\"}");
    if (m->color) {
        PUT(next_mark(&list), "{\"type\":\"textColor\",\"attrs\":{\"color\":");
        put_string(out, m->color, strlen(m->color));
        PUT(out, "}}");
    }
    if (m->flags & TEXT_STRIKE)
        PUT(next_mark(&list), "{\"type\":\"strike\"}");
    if (m->flags & TEXT_SUB)
        PUT(next_mark(&list), "{\"type\":\"subsup\",\"attrs\":{\"type\":\"sub\"}}");
    else if (m->flags & TEXT_SUP)
        PUT(next_mark(&list), "{\"type\":\"subsup\",\"attrs\":{\"type\":\"sup\"}}");
    if (m->flags & TEXT_UNDERLINE)
        PUT(next_mark(&list), "{\"type\":\"underline\"}");
    if (m->flags & TEXT_MONO)
        PUT(next_mark(&list), "{\"type\":\"code\"}");
    size_t i;
    json_t *mark;
    json_array_foreach (m->extra, i, mark)
        put_tree(next_mark(&list), mark);
    if (list.is_open)
        buf_addc(out, ']');
}

/* --- nodes --- */

static void put_text(const struct text_node *node, struct buf *out)
{
    PUT(out, "{\"type\":\"text\",\"text\":");
    put_string(out, node->text, node->length);
    if (node->kind == TEXT_TEXT)
        put_marks(&node->marks, out);
    buf_addc(out, '}');
}

static void put_attrs(const struct text_node *node, struct buf *out)
{
    static const struct {
        enum text_kind kind;
        const char *before, *after;
    } shorts[] = {{TEXT_MENTION, "{\"id\":", "}"},
                  {TEXT_CARD, "{\"url\":", "}"},
                  {TEXT_MEDIA, "{\"type\":\"file\",\"id\":", ",\"collection\":\"\"}"},
                  {TEXT_MEDIA_INLINE, "{\"type\":\"file\",\"id\":", ",\"collection\":\"\"}"}};
    for (size_t i = 0; i < ARRAY_LEN(shorts); i++) {
        if (shorts[i].kind == node->kind && !node->attrs) { /* see text_attrs */
            PUT(out, ",\"attrs\":");
            buf_adds(out, shorts[i].before);
            put_string(out, node->text, strlen(node->text));
            buf_adds(out, shorts[i].after);
            return;
        }
    }
    if (node->kind != TEXT_HEADING) {
        PUT(out, ",\"attrs\":");
        put_tree(out, node->attrs);
    } else if (!node->attrs) {
        buf_addf(out, ",\"attrs\":{\"level\":%d}", node->level);
    } else {
        json_t *attrs = json_copy((json_t *)node->attrs);
        json_object_set_new(attrs, "level", json_integer(node->level));
        PUT(out, ",\"attrs\":");
        put_tree(out, attrs);
        json_decref(attrs);
    }
}

static bool has_content(enum text_kind kind)
{
    return !text_kind_is_inline(kind) && kind < TEXT_RULE;
}

static void print_node(const struct text_node *node, struct buf *out)
{
    if (node->kind == TEXT_TEXT) {
        put_text(node, out);
        return;
    }
    if (node->raw) {
        put_tree(out, node->raw);
        return;
    }
    const char *name = text_kind_name(node->kind);
    PUT(out, "{\"type\":\"");
    buf_add(out, name, strlen(name));
    buf_addc(out, '"');
    if (node->attrs || node->kind == TEXT_HEADING || (node->text && node->kind != TEXT_CODE))
        put_attrs(node, out);
    if (has_content(node->kind)) {
        PUT(out, ",\"content\":[");
        if (node->kind == TEXT_CODE && node->length)
            put_text(node, out);
        for (const struct text_node *child = node->first; child; child = child->next) {
            if (child != node->first)
                buf_addc(out, ',');
            print_node(child, out);
        }
        buf_addc(out, ']');
    }
    if (node->outer) {
        PUT(out, ",\"marks\":");
        put_tree(out, node->outer);
    }
    buf_addc(out, '}');
}

static void print_document(const struct text_doc *doc, struct buf *out)
{
    PUT(out, "{\"version\":1,\"type\":\"doc\",\"content\":[");
    for (const struct text_node *node = doc->root->first; node; node = node->next) {
        if (node != doc->root->first)
            buf_addc(out, ',');
        if (doc->keeps_adf && node->origin && node->origin->is_adf)
            buf_add(out, node->origin->bytes, node->origin->length);
        else
            print_node(node, out);
    }
    PUT(out, "]}");
}

char *text_to_adf_bytes(struct arena *a, const struct text_doc *doc, size_t *length_r)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    print_document(doc, &out);
    char *copy = arena_strndup(a, buf_str(&out), out.len);
    *length_r = out.len;
    buf_release(&out);
    return copy;
}

json_t *text_to_adf(struct arena *a, const struct text_doc *doc)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    print_document(doc, &out);
    json_t *value = json_loadb(buf_str(&out), out.len, JSON_ALLOW_NUL, NULL);
    if (!value)
        abort(); /* out of memory: what is printed above is JSON, nested less deep than jansson allows */
    buf_release(&out);
    return json_keep(a, value);
}
