/* canonical.c - the string that is equal for two texts exactly when they say the same.
 *
 * One line per block. Left out is what Jira writes by itself or nobody reads: local ids, collections, the sizes of
 * images and columns, the name shown in a mention, bold in a header cell, empty paragraphs. */
#include "text/doc.h"

#include "base/str.h"

static void canon_children(struct arena *a, const struct text_node *parent, struct buf *out);

static const char *const VOLATILE[] = {"localId",     "uniqueId",      "occurrenceKey",  "collection",
                                       "accessLevel", "userType",      "wrap",           "hideLineNumbers",
                                       "__fileName",  "__fileSize",    "__fileMimeType", "__displayType",
                                       "__contextId", "__mediaTraceId"};

static void strip_volatile(json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    json_object_foreach (value, key, member)
        strip_volatile(member);
    json_array_foreach (value, i, member)
        strip_volatile(member);
    if (json_is_object(value))
        for (size_t k = 0; k < ARRAY_LEN(VOLATILE); k++)
            json_object_del(value, VOLATILE[k]);
}

/* The attributes but the volatile ones and those in `drop`, sorted; nothing when none are left. */
static void add_attrs(struct arena *a, const json_t *attrs, const char *const *drop, struct buf *out)
{
    if (!attrs)
        return;
    json_t *copy = json_keep(a, json_deep_copy(attrs));
    strip_volatile(copy);
    for (; drop && *drop; drop++)
        json_object_del(copy, *drop);
    if (json_object_size(copy) || json_array_size(copy))
        buf_adds(out, json_print_canonical(a, copy));
}

static void add_quoted(struct buf *out, const char *text, size_t length)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\' || text[i] == '\n')
            buf_addc(out, '\\');
        buf_addc(out, text[i] == '\n' ? 'n' : text[i]);
    }
    buf_addc(out, '"');
}

static void add_marks(struct arena *a, const struct text_marks *marks, struct buf *out)
{
    static const char letters[] = "bisu,^m"; /* in the order of enum text_mark */
    for (int i = 0; letters[i]; i++)
        if (marks->flags & 1u << i)
            buf_addc(out, letters[i]);
    if (marks->color)
        buf_addf(out, "(%s)", marks->color);
    if (marks->href)
        buf_addf(out, "<%s>", marks->href);
    add_attrs(a, marks->extra, NULL, out);
}

static void canon_atom(struct arena *a, const struct text_node *node, struct buf *out)
{
    static const char *const mention[] = {"text", NULL}, *const emoji[] = {"id", "text", NULL},
                             *const media[] = {"width", "height", "type", NULL};
    if (node->kind == TEXT_OPAQUE_INLINE) {
        add_attrs(a, node->raw, NULL, out);
        return;
    }
    buf_adds(out, text_kind_name(node->kind));
    add_attrs(a, text_attrs(a, node),
              node->kind == TEXT_MENTION        ? mention
              : node->kind == TEXT_EMOJI        ? emoji
              : node->kind == TEXT_MEDIA_INLINE ? media
                                                : NULL,
              out);
    add_attrs(a, node->outer, NULL, out);
}

/* The last that happens to a line, which may live in the scratch arena itself. */
static void canon_line(struct arena *a, const struct text_node *line, bool in_header, struct buf *out)
{
    struct text_run *runs;
    size_t count = text_runs(a, line, in_header, &runs);
    for (size_t i = 0; i < count; i++) {
        buf_addc(out, ' ');
        if (!runs[i].atom) {
            add_marks(a, &runs[i].marks, out);
            add_quoted(out, runs[i].text, runs[i].length);
        } else if (runs[i].atom->kind == TEXT_BREAK) {
            buf_addc(out, '/');
        } else {
            canon_atom(a, runs[i].atom, out);
        }
    }
    arena_recycle(a);
}

static void canon_code(struct arena *a, const struct text_node *node, struct buf *out)
{
    const char *language = text_attr(node, "language");
    size_t length = node->length;
    while (length && strchr(" \t\n", node->text[length - 1]))
        length--;
    buf_addf(out, "code %s ", language ? str_lower(a, language) : "");
    add_quoted(out, node->text, length);
}

static void canon_cell(struct arena *a, const struct text_node *node, struct buf *out)
{
    static const char *const drop[] = {"colwidth", NULL}, *const ones[] = {"colspan", "rowspan"};
    buf_adds(out, node->kind == TEXT_HEADER ? "th" : "td");
    if (!node->attrs)
        return;
    json_t *attrs = json_keep(a, json_deep_copy(node->attrs));
    for (int i = 0; i < 2; i++)
        if (json_at_int(attrs, ones[i], 1) == 1)
            json_object_del(attrs, ones[i]);
    if (!json_is_string(json_object_get(attrs, "background")))
        json_object_del(attrs, "background");
    add_attrs(a, attrs, drop, out);
}

static void canon_generic(struct arena *a, const struct text_node *node, struct buf *out)
{
    static const char *const single[] = {"width", "widthType", NULL}, *const media[] = {"width", "height", NULL},
                             *const table[] = {"layout", "width", "displayMode", NULL}, *const none[] = {NULL};
    const char *const *drop = node->kind == TEXT_MEDIA_SINGLE ? single
                              : node->kind == TEXT_MEDIA      ? media
                              : node->kind == TEXT_TABLE      ? table
                                                              : none;
    buf_adds(out, text_kind_name(node->kind));
    const json_t *all = text_attrs(a, node);
    if (!all)
        return;
    json_t *attrs = json_keep(a, json_deep_copy(all));
    const char *layout = json_at_str(attrs, "layout");
    if (str_eq(layout, "center") || str_eq(layout, "align-start") || str_eq(layout, "default"))
        json_object_del(attrs, "layout");
    if (json_is_false(json_object_get(attrs, "isNumberColumnEnabled")))
        json_object_del(attrs, "isNumberColumnEnabled");
    if (node->kind == TEXT_NUMBERS && json_at_int(attrs, "order", 1) <= 1)
        json_object_del(attrs, "order");
    if (node->kind == TEXT_MEDIA && str_is_empty(json_at_str(attrs, "alt")))
        json_object_del(attrs, "alt");
    add_attrs(a, attrs, drop, out);
}

static void canon_node(struct arena *a, const struct text_node *node, struct buf *out)
{
    bool is_line = text_kind_is_line(node->kind);
    if (node->kind == TEXT_PARAGRAPH && text_line_is_empty(a, node))
        return;
    if (node->kind == TEXT_PARAGRAPH)
        buf_addc(out, 'p');
    else if (node->kind == TEXT_HEADING)
        buf_addf(out, "h%d", node->level);
    else if (node->kind == TEXT_CODE)
        canon_code(a, node, out);
    else if (node->kind == TEXT_OPAQUE)
        add_attrs(a, node->raw, NULL, out);
    else if (node->kind == TEXT_HEADER || node->kind == TEXT_CELL)
        canon_cell(a, node, out);
    else
        canon_generic(a, node, out);
    if (json_array_size(node->outer))
        add_attrs(a, node->outer, NULL, out);
    if (is_line)
        canon_line(a, node, false, out);
    buf_addc(out, '\n');
    if (!is_line && node->first) {
        buf_truncate(out, out->len - 1);
        buf_adds(out, " {\n");
        canon_children(a, node, out);
        buf_adds(out, "}\n");
    }
}

static void canon_children(struct arena *a, const struct text_node *parent, struct buf *out)
{
    for (const struct text_node *node = parent->first; node;) {
        if (!text_joins_lines(parent->kind) || !text_can_join(node)) {
            text_canonical_block(a, node, out);
            node = node->next;
            continue;
        }
        const struct text_node *line = text_join_lines(a, &node);
        if (line->first) {
            buf_addc(out, 'p');
            canon_line(a, line, parent->kind == TEXT_HEADER, out);
            buf_addc(out, '\n');
        }
    }
}

void text_canonical_block(struct arena *a, const struct text_node *node, struct buf *out)
{
    struct text_node alone = *node;
    alone.next = NULL;
    const struct text_node *group = &alone;
    canon_node(a, node->kind == TEXT_MEDIA_GROUP ? text_join_lines(a, &group) : node, out);
}

char *text_canonical(struct arena *a, const struct text_doc *doc)
{
    struct arena scratch = ARENA_INIT;
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    canon_children(&scratch, doc->root, &out);
    char *text = arena_strndup(a, buf_str(&out), out.len);
    buf_release(&out);
    arena_release(&scratch);
    return text;
}
