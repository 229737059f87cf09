/* adf_read.c - the document of an ADF value, of whatever shape it is. */
#include "text/adf_json.h"
#include "text/doc.h"

#include "base/str.h"

struct reader {
    struct arena *a;
    const char *bytes;
    const struct adf_value *values;
};

/* What a node or a mark is made of; NULL where it is missing or no string, array or object, as it should be. */
struct members {
    const char *type;
    const struct adf_value *text, *attrs, *content, *marks;
};

/* Goes through an object's members: `key` and `value` are set for each. */
#define FOR_EACH_MEMBER(r, object, key, value)                                                                         \
    for (const struct adf_value *key = (object) + 1, *value = key + 1; key < (r)->values + (object)->next;             \
         key = (r)->values + value->next, value = key + 1)
#define FOR_EACH_ELEMENT(r, array, element)                                                                            \
    for (const struct adf_value *element = (array) + 1; element < (r)->values + (array)->next;                         \
         element = (r)->values + element->next)

static bool is(const struct adf_value *key, const char *name, size_t length)
{
    return key->length == length && memcmp(key->text, name, length) == 0;
}

static struct members members_of(const struct reader *r, const struct adf_value *object)
{
    struct members m = {0};
    if (object->kind != '{')
        return m;
    FOR_EACH_MEMBER(r, object, key, value)
    {
        if (is(key, "type", 4))
            m.type = value->text;
        else if (is(key, "text", 4) && value->kind == '"')
            m.text = value;
        else if (is(key, "attrs", 5) && value->kind == '{')
            m.attrs = value;
        else if (is(key, "content", 7) && value->kind == '[')
            m.content = value;
        else if (is(key, "marks", 5) && value->kind == '[')
            m.marks = value;
    }
    return m;
}

/* A member of an object that may be NULL; NULL without. */
static const struct adf_value *member(const struct reader *r, const struct adf_value *object, const char *name)
{
    const struct adf_value *found = NULL;
    size_t length = strlen(name);
    if (object)
        FOR_EACH_MEMBER(r, object, key, value)
    if (is(key, name, length))
        found = value;
    return found;
}

static const char *string_member(const struct reader *r, const struct adf_value *object, const char *name)
{
    const struct adf_value *value = member(r, object, name);
    return value ? value->text : NULL;
}

static bool has_one_member(const struct reader *r, const struct adf_value *object)
{
    const struct adf_value *first = object + 2; /* behind its key */
    return first < r->values + object->next && first->next == object->next;
}

/* The value as jansson's; NULL when it is nested deeper than jansson reads. */
static json_t *tree_of(const struct reader *r, const struct adf_value *value)
{
    return json_loadb(r->bytes + value->at, value->end - value->at, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static json_t *kept_tree_of(const struct reader *r, const struct adf_value *value)
{
    return json_keep(r->a, tree_of(r, value));
}

/* --- marks --- */

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

static void read_mark(const struct reader *r, const struct adf_value *mark, struct text_marks *marks, json_t **extra)
{
    struct members m = members_of(r, mark);
    const char *value;
    if (!m.type)
        return;
    for (size_t i = 0; i < ARRAY_LEN(FLAGS); i++) {
        if (strcmp(m.type, FLAGS[i].name) == 0) {
            marks->flags |= FLAGS[i].flag;
            return;
        }
    }
    if (str_eq(m.type, "subsup") && (value = string_member(r, m.attrs, "type"))) {
        marks->flags |= str_eq(value, "sup") ? TEXT_SUP : TEXT_SUB;
    } else if (str_eq(m.type, "textColor") && is_color(value = string_member(r, m.attrs, "color"))) {
        marks->color = str_lower(r->a, value);
    } else if (str_eq(m.type, "link") && (value = string_member(r, m.attrs, "href"))) {
        marks->href = value;
        marks->link = has_one_member(r, m.attrs) ? NULL : kept_tree_of(r, m.attrs);
    } else {
        json_t *tree = tree_of(r, mark);
        if (tree && !*extra)
            *extra = json_keep(r->a, json_array());
        if (tree)
            json_array_append_new(*extra, tree);
    }
}

static struct text_marks read_marks(const struct reader *r, const struct adf_value *list)
{
    struct text_marks marks = {0};
    json_t *extra = NULL;
    if (list)
        FOR_EACH_ELEMENT(r, list, mark)
    read_mark(r, mark, &marks, &extra);
    marks.extra = extra;
    return marks;
}

/* --- text --- */

/* Text of a text node may hold line ends, which show as breaks. */
static void add_text(struct arena *a, struct text_node *parent, const char *text, size_t length,
                     const struct text_marks *marks)
{
    for (const char *end = text + length; text < end;) {
        const char *stop = text;
        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        if (stop > text) {
            struct text_node *node = text_node_new(a, TEXT_TEXT);
            node->text = text;
            node->length = (size_t)(stop - text);
            node->marks = *marks;
            text_append(parent, node);
        }
        if (stop == end)
            return;
        text_append(parent, text_node_new(a, TEXT_BREAK));
        text = stop + (stop[0] == '\r' && stop + 1 < end && stop[1] == '\n' ? 2 : 1);
    }
}

static void read_code(const struct reader *r, const struct adf_value *content, struct text_node *node)
{
    struct buf text = BUF_INIT(SIZE_MAX / 4);
    if (content)
        FOR_EACH_ELEMENT(r, content, child)
        {
            struct members m = members_of(r, child);
            if (m.text)
                buf_add(&text, m.text->text, m.text->length);
            else if (str_eq(m.type, "hardBreak"))
                buf_addc(&text, '\n');
        }
    char *joined = memchr(buf_str(&text), '\r', text.len) ? str_replace(r->a, buf_str(&text), "\r\n", "\n")
                                                          : arena_strndup(r->a, buf_str(&text), text.len);
    buf_release(&text);
    for (char *c = joined; (c = strchr(c, '\r'));)
        *c = '\n';
    node->text = joined;
    node->length = strlen(joined);
}

/* --- nodes --- */

static void read_list(const struct reader *, const struct adf_value *list, struct text_node *parent, int depth);

/* 1 to 6; whole numbers beyond become the nearest, anything else 1. */
static int heading_level(const struct reader *r, const struct adf_value *level)
{
    if (!level || level->kind != 0)
        return 1;
    const char *s = r->bytes + level->at;
    size_t length = level->end - level->at;
    if (strspn(s, "0123456789") < length || *s == '0')
        return 1;
    return length > 1 || *s > '6' ? 6 : *s - '0';
}

static void read_heading(const struct reader *r, const struct adf_value *attrs, struct text_node *node)
{
    const struct adf_value *level = member(r, attrs, "level");
    node->level = heading_level(r, level);
    if (level && has_one_member(r, attrs))
        node->attrs = NULL;
}

static void read_node(const struct reader *r, const struct adf_value *value, struct text_node *parent, int depth)
{
    struct members m = members_of(r, value);
    if (!m.type)
        return;
    enum text_kind kind = text_kind_of(m.type);
    if (kind == TEXT_TEXT) {
        struct text_marks marks = read_marks(r, m.marks);
        if (m.text)
            add_text(r->a, parent, m.text->text, m.text->length, &marks);
        return;
    }
    bool is_opaque = kind == TEXT_OPAQUE || kind == TEXT_DOC || depth >= TEXT_DEPTH_MAX;
    if (is_opaque)
        kind = text_kind_is_line(parent->kind) ? TEXT_OPAQUE_INLINE : TEXT_OPAQUE;
    struct text_node *node = text_node_new(r->a, kind);
    text_append(parent, node);
    if (is_opaque) {
        node->raw = kept_tree_of(r, value);
        return;
    }
    if (m.attrs || kind == TEXT_NESTED_EXPAND)
        node->attrs = m.attrs ? kept_tree_of(r, m.attrs) : json_keep(r->a, json_object());
    if (m.marks && m.marks->next > (uint32_t)(m.marks - r->values) + 1)
        node->outer = kept_tree_of(r, m.marks);
    if (kind == TEXT_HEADING)
        read_heading(r, m.attrs, node);
    if (kind == TEXT_CODE)
        read_code(r, m.content, node);
    else if (m.content && !text_kind_is_inline(kind) && kind < TEXT_CODE)
        read_list(r, m.content, node, depth + 1);
    if (depth == 1) {
        node->origin = arena_new(r->a, struct text_origin);
        *node->origin = (struct text_origin){r->bytes + value->at, value->end - value->at, true};
    }
}

static void read_list(const struct reader *r, const struct adf_value *list, struct text_node *parent, int depth)
{
    FOR_EACH_ELEMENT(r, list, child)
    read_node(r, child, parent, depth);
}

static struct text_doc *read_document(const struct reader *r)
{
    struct text_doc *doc = text_doc_new(r->a);
    const struct adf_value *value = r->values;
    struct members m = members_of(r, value);
    if (value->kind == '[') {
        read_list(r, value, doc->root, 1);
    } else if (str_eq(m.type, "doc")) {
        if (m.content)
            read_list(r, m.content, doc->root, 1);
    } else if (value->kind == '{') {
        read_node(r, value, doc->root, 1);
    } else if (value->kind != 'n') {
        const char *text = value->text;
        struct text_node *line = text_node_new(r->a, TEXT_PARAGRAPH);
        text_append(doc->root, line);
        add_text(r->a, line, text ? text : r->bytes + value->at, text ? value->length : value->end - value->at,
                 &(struct text_marks){0});
    }
    text_fit(r->a, doc, false);
    return doc;
}

bool text_from_adf_bytes(struct arena *a, const char *bytes, size_t length, const char *what, struct text_doc **doc_r,
                         struct err *e)
{
    struct adf_json json;
    if (!adf_json_read(a, bytes, length, &json)) {
        const json_t *value = json_parse(a, bytes, length, false, what, e); /* it says what is wrong, and where */
        if (!value)
            return false;
        *doc_r = text_from_adf(a, value);
        return true;
    }
    *doc_r = read_document(&(struct reader){a, json.bytes, json.values});
    return true;
}

struct text_doc *text_from_adf(struct arena *a, const json_t *value)
{
    struct adf_json json;
    const char *bytes = json_print(a, value);
    if (!adf_json_read(a, bytes, strlen(bytes), &json))
        return text_doc_new(a); /* more than a gigabyte */
    return read_document(&(struct reader){a, json.bytes, json.values});
}
