/* adf_read.c - the document of an ADF value, of whatever shape it is. */
#include "text/doc.h"

#include "base/str.h"

static const struct {
    const char *name;
    unsigned flag;
} FLAGS[] = {{"strong", TEXT_STRONG},
             {"em", TEXT_EM},
             {"strike", TEXT_STRIKE},
             {"underline", TEXT_UNDERLINE},
             {"code", TEXT_MONO}};

static bool is_color(const char *s)
{
    return s && s[0] == '#' && strlen(s) == 7 && strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

static void read_mark(struct arena *a, const json_t *mark, struct text_marks *marks, json_t **extra)
{
    const char *type = json_at_str(mark, "type"), *value;
    for (size_t i = 0; i < ARRAY_LEN(FLAGS); i++) {
        if (str_eq(type, FLAGS[i].name)) {
            marks->flags |= FLAGS[i].flag;
            return;
        }
    }
    if (str_eq(type, "subsup") && (value = json_at_str(mark, "attrs.type"))) {
        marks->flags |= str_eq(value, "sup") ? TEXT_SUP : TEXT_SUB;
    } else if (str_eq(type, "textColor") && is_color(value = json_at_str(mark, "attrs.color"))) {
        marks->color = str_lower(a, value);
    } else if (str_eq(type, "link") && (value = json_at_str(mark, "attrs.href"))) {
        marks->href = value;
        marks->link = json_at(mark, "attrs");
    } else if (type) {
        if (!*extra)
            *extra = json_keep(a, json_array());
        json_array_append_new(*extra, json_deep_copy(mark));
    }
}

static struct text_marks read_marks(struct arena *a, const json_t *list)
{
    struct text_marks marks = {0};
    json_t *extra = NULL, *mark;
    size_t i;
    json_array_foreach (list, i, mark)
        read_mark(a, mark, &marks, &extra);
    marks.extra = extra;
    return marks;
}

/* Text of a text node may hold line ends, which show as breaks. */
static void add_text(struct arena *a, struct text_node *parent, const char *text, const struct text_marks *marks)
{
    while (*text) {
        size_t n = strcspn(text, "\r\n");
        if (n) {
            struct text_node *node = text_node_new(a, TEXT_TEXT);
            node->text = text;
            node->length = n;
            node->marks = *marks;
            text_append(parent, node);
        }
        text += n;
        if (!*text)
            return;
        text_append(parent, text_node_new(a, TEXT_BREAK));
        text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
    }
}

static void read_code(struct arena *a, const json_t *content, struct text_node *node)
{
    struct buf text = BUF_INIT(SIZE_MAX / 4);
    size_t i;
    json_t *child;
    json_array_foreach (content, i, child) {
        const char *part = json_at_str(child, "text");
        if (part || str_eq(json_at_str(child, "type"), "hardBreak"))
            buf_adds(&text, part ? part : "\n");
    }
    char *joined = str_replace(a, buf_str(&text), "\r\n", "\n");
    buf_release(&text);
    for (char *c = joined; *c; c++)
        if (*c == '\r')
            *c = '\n';
    node->text = joined;
    node->length = strlen(joined);
}

static void read_list(struct arena *a, const json_t *list, struct text_node *parent, int depth);

static struct text_node *opaque(struct arena *a, const json_t *value, bool is_inline)
{
    struct text_node *node = text_node_new(a, is_inline ? TEXT_OPAQUE_INLINE : TEXT_OPAQUE);
    node->raw = value;
    return node;
}

static void read_node(struct arena *a, const json_t *value, struct text_node *parent, int depth)
{
    const char *type = json_at_str(value, "type");
    enum text_kind kind = text_kind_of(type);
    if (!type)
        return;
    if (kind == TEXT_TEXT) {
        struct text_marks marks = read_marks(a, json_at(value, "marks"));
        const char *text = json_at_str(value, "text");
        add_text(a, parent, text ? text : "", &marks);
        return;
    }
    if (kind == TEXT_OPAQUE || kind == TEXT_DOC || depth >= TEXT_DEPTH_MAX) {
        text_append(parent, opaque(a, value, text_kind_is_line(parent->kind)));
        return;
    }
    struct text_node *node = text_node_new(a, kind);
    const json_t *attrs = json_at(value, "attrs"), *outer = json_at(value, "marks");
    node->attrs = json_is_object(attrs) ? attrs : kind == TEXT_NESTED_EXPAND ? json_keep(a, json_object()) : NULL;
    node->outer = json_array_size(outer) ? outer : NULL;
    if (kind == TEXT_HEADING) {
        int64_t level = json_at_int(attrs, "level", 1);
        node->level = level < 1 ? 1 : level > 6 ? 6 : (int)level;
    }
    if (kind == TEXT_CODE)
        read_code(a, json_at(value, "content"), node);
    else if (!text_kind_is_inline(kind) && kind < TEXT_CODE)
        read_list(a, json_at(value, "content"), node, depth + 1);
    node->adf = depth == 1 ? value : NULL;
    text_append(parent, node);
}

static void read_list(struct arena *a, const json_t *list, struct text_node *parent, int depth)
{
    size_t i;
    json_t *child;
    json_array_foreach (list, i, child)
        read_node(a, child, parent, depth);
}

struct text_doc *text_from_adf(struct arena *a, const json_t *value)
{
    struct text_doc *doc = text_doc_new(a);
    json_keep(a, json_incref((json_t *)value));
    if (json_is_array(value)) {
        read_list(a, value, doc->root, 1);
    } else if (json_is_object(value)) {
        if (str_eq(json_at_str(value, "type"), "doc"))
            read_list(a, json_at(value, "content"), doc->root, 1);
        else
            read_node(a, value, doc->root, 1);
    } else if (value && !json_is_null(value)) {
        struct text_node *line = text_node_new(a, TEXT_PARAGRAPH);
        text_append(doc->root, line);
        add_text(a, line, json_is_string(value) ? json_string_value(value) : json_print(a, value),
                 &(struct text_marks){0});
    }
    text_fit(a, doc->root);
    return doc;
}
