/* adf_print.c - a document as ADF that satisfies the schema (the tree obeys its content rules already). */
#include "text/doc.h"

static json_t *print_node(const struct text_node *);

static void add_mark(json_t *marks, const char *type, const char *key, const char *value)
{
    json_t *mark = json_pack("{s:s}", "type", type);
    if (key)
        json_object_set_new(mark, "attrs", json_pack("{s:s}", key, value));
    json_array_append_new(marks, mark);
}

static json_t *print_marks(const struct text_marks *m)
{
    json_t *marks = json_array();
    if (m->link)
        json_array_append_new(marks, json_pack("{s:s, s:o}", "type", "link", "attrs", json_deep_copy(m->link)));
    else if (m->href)
        add_mark(marks, "link", "href", m->href);
    if (m->flags & TEXT_EM)
        add_mark(marks, "em", NULL, NULL);
    if (m->flags & TEXT_STRONG)
        add_mark(marks, "strong", NULL, NULL);
    if (m->color)
        add_mark(marks, "textColor", "color", m->color);
    if (m->flags & TEXT_STRIKE)
        add_mark(marks, "strike", NULL, NULL);
    if (m->flags & (TEXT_SUB | TEXT_SUP))
        add_mark(marks, "subsup", "type", m->flags & TEXT_SUB ? "sub" : "sup");
    if (m->flags & TEXT_UNDERLINE)
        add_mark(marks, "underline", NULL, NULL);
    if (m->flags & TEXT_MONO)
        add_mark(marks, "code", NULL, NULL);
    size_t i;
    json_t *mark;
    json_array_foreach (m->extra, i, mark)
        json_array_append_new(marks, json_deep_copy(mark));
    return marks;
}

static json_t *print_text(const struct text_node *node, bool with_marks)
{
    json_t *text = json_pack("{s:s, s:o}", "type", "text", "text", json_stringn(node->text, node->length));
    json_t *marks = with_marks ? print_marks(&node->marks) : NULL;
    if (json_array_size(marks))
        json_object_set_new(text, "marks", marks);
    else
        json_decref(marks);
    return text;
}

static json_t *print_children(const struct text_node *parent)
{
    json_t *list = json_array();
    for (const struct text_node *node = parent->first; node; node = node->next)
        json_array_append_new(list, print_node(node));
    return list;
}

static bool has_content(enum text_kind kind)
{
    return !text_kind_is_inline(kind) && kind < TEXT_RULE;
}

static json_t *print_node(const struct text_node *node)
{
    if (node->kind == TEXT_TEXT)
        return print_text(node, true);
    if (node->raw)
        return json_deep_copy(node->raw);
    json_t *out = json_pack("{s:s}", "type", text_kind_name(node->kind));
    json_t *attrs = node->attrs ? json_deep_copy(node->attrs) : NULL;
    if (node->kind == TEXT_HEADING) {
        attrs = attrs ? attrs : json_object();
        json_object_set_new(attrs, "level", json_integer(node->level));
    }
    if (attrs)
        json_object_set_new(out, "attrs", attrs);
    if (node->kind == TEXT_CODE)
        json_object_set_new(out, "content", node->length ? json_pack("[o]", print_text(node, false)) : json_array());
    else if (has_content(node->kind))
        json_object_set_new(out, "content", print_children(node));
    if (node->outer)
        json_object_set_new(out, "marks", json_deep_copy(node->outer));
    return out;
}

json_t *text_to_adf(struct arena *a, const struct text_doc *doc)
{
    json_t *list = json_array();
    for (const struct text_node *node = doc->root->first; node; node = node->next)
        json_array_append_new(list, doc->keeps_adf && node->adf ? json_deep_copy(node->adf) : print_node(node));
    return json_keep(a, json_pack("{s:i, s:s, s:o}", "version", 1, "type", "doc", "content", list));
}
