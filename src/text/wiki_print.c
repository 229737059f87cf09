/* wiki_print.c - blocks as wiki markup, each in the nearest form there is. */
#include "text/wiki_print.h"

#include "base/str.h"

struct blocks {
    struct wiki_scratch *scratch;
    struct buf *out;
    bool in_table;
    struct buf marker; /* of the list item at hand: "*#" */
};

static void print_block(struct blocks *, const struct text_node *);

static void print_line(struct blocks *b, const struct text_node *line, bool single_line, bool line_start)
{
    struct wiki_style style = {b->in_table, false, single_line, line_start};
    wiki_print_line(b->scratch, line, &style, b->out);
}

static bool at_line_start(const struct blocks *b)
{
    return b->out->len == 0 || buf_str(b->out)[b->out->len - 1] == '\n';
}

/* All children that say something, with `gap` between them. */
static void print_children(struct blocks *b, const struct text_node *parent, const char *gap)
{
    bool first = true;
    for (const struct text_node *node = parent->first; node; node = node->next) {
        size_t before = b->out->len;
        if (!first)
            buf_adds(b->out, gap);
        size_t start = b->out->len;
        print_block(b, node);
        if (b->out->len == start)
            buf_truncate(b->out, before);
        else
            first = false;
    }
}

/* The blocks of a list item or a cell: each on its own line, paragraphs joined by breaks. */
static void print_tight(struct blocks *b, const struct text_node *parent, bool in_header)
{
    struct wiki_style style = {b->in_table, in_header, false, true};
    size_t begin = b->out->len;
    for (const struct text_node *node = parent->first; node;) {
        size_t before = b->out->len;
        if (before > begin && !at_line_start(b))
            buf_addc(b->out, '\n');
        size_t start = b->out->len;
        if (text_can_join(node)) {
            style.line_start = parent->kind != TEXT_ITEM || start > begin;
            const struct text_node *line = text_join_lines(&b->scratch->a, &node);
            wiki_print_line(b->scratch, line, &style, b->out);
        } else {
            print_block(b, node);
            node = node->next;
        }
        if (b->out->len == start)
            buf_truncate(b->out, before);
    }
}

static bool begins_with_list(struct arena *a, const struct text_node *item)
{
    const struct text_node *node = item->first;
    while (node && node->kind == TEXT_PARAGRAPH && text_line_is_empty(a, node))
        node = node->next;
    return node && (node->kind == TEXT_BULLETS || node->kind == TEXT_NUMBERS);
}

static void print_list(struct blocks *b, const struct text_node *list)
{
    size_t depth = b->marker.len;
    buf_addc(&b->marker, list->kind == TEXT_NUMBERS ? '#' : '*');
    for (const struct text_node *item = list->first; item; item = item->next) {
        if (item != list->first)
            buf_addc(b->out, '\n');
        buf_addf(b->out, "%s ", buf_str(&b->marker));
        if (begins_with_list(&b->scratch->a, item))
            buf_addc(b->out, '\n');
        print_tight(b, item, false);
    }
    buf_truncate(&b->marker, depth);
}

static void print_table(struct blocks *b, const struct text_node *table)
{
    bool outer = b->in_table;
    b->in_table = true;
    for (const struct text_node *row = table->first; row; row = row->next) {
        const char *bar = "|";
        if (row != table->first)
            buf_addc(b->out, '\n');
        for (const struct text_node *cell = row->first; cell; cell = cell->next) {
            bar = cell->kind == TEXT_HEADER ? "||" : "|";
            buf_adds(b->out, bar);
            size_t start = b->out->len;
            print_tight(b, cell, cell->kind == TEXT_HEADER);
            if (b->out->len == start)
                buf_addc(b->out, ' ');
        }
        buf_adds(b->out, bar);
    }
    b->in_table = outer;
}

/* A macro with blocks inside begins its own world: no list, no cell around it counts there. */
static void print_macro(struct blocks *b, const struct text_node *node, const char *opening, const char *closing)
{
    struct blocks inner = {b->scratch, b->out, false, BUF_INIT(4096)};
    buf_addf(b->out, "%s\n", opening);
    print_children(&inner, node, "\n\n");
    if (!at_line_start(b))
        buf_addc(b->out, '\n');
    buf_adds(b->out, closing);
    buf_release(&inner.marker);
}

static void print_panel(struct blocks *b, const struct text_node *node)
{
    static const struct {
        const char *type, *color;
    } panels[] = {
        {"note", "#eae6ff"}, {"success", "#e3fcef"}, {"tip", "#e3fcef"}, {"warning", "#fffae6"}, {"error", "#ffebe6"}};
    const char *type = text_attr(node, "panelType"), *own = text_attr(node, "panelColor"), *color = "#deebff";
    for (size_t i = 0; i < ARRAY_LEN(panels); i++)
        if (str_eq(type, panels[i].type))
            color = panels[i].color;
    if (str_eq(type, "custom") && own && strlen(own) == 7 && own[0] == '#' &&
        strspn(own + 1, "0123456789abcdefABCDEF") == 6)
        color = own;
    print_macro(b, node, arena_printf(&b->scratch->a, "{panel:bgColor=%s}", color), "{panel}");
}

static void print_code(struct blocks *b, const struct text_node *node)
{
    const char *language = text_attr(node, "language");
    bool has_code = memmem(node->text, node->length, "{code}", 6) != NULL;
    bool is_code = !str_is_empty(language) && !strpbrk(language, "{}|=\n") && !has_code;
    if (is_code)
        buf_addf(b->out, "{code:%s}\n", language);
    else
        buf_adds(b->out, "{noformat}\n");
    buf_add(b->out, node->text, node->length);
    if (!at_line_start(b))
        buf_addc(b->out, '\n');
    buf_adds(b->out, is_code ? "{code}" : "{noformat}");
}

bool wiki_is_file_name(const char *name)
{
    struct buf markup = BUF_INIT(SIZE_MAX / 4);
    struct wiki_image image;
    buf_addf(&markup, "!%s!", name);
    bool is = wiki_image_at(buf_str(&markup), 0, markup.len, &image) && image.end == markup.len &&
              image.attrs == image.attrs_end;
    buf_release(&markup);
    return is;
}

static const char *link_of(const struct text_node *node)
{
    size_t i;
    json_t *mark;
    json_array_foreach (node->outer, i, mark)
        if (str_eq(json_at_str(mark, "type"), "link"))
            return json_at_str(mark, "attrs.href");
    return NULL;
}

static void print_media(struct blocks *b, const struct text_node *single, const struct text_node *media)
{
    const char *name = wiki_media_name(media), *alt = text_attr(media, "alt"), *href = link_of(single);
    href = href ? href : link_of(media);
    if (!str_is_empty(alt) && !str_eq(alt, name) && !strpbrk(alt, "\"!|\n"))
        name = arena_printf(&b->scratch->a, "%s|alt=\"%s\"", name, alt);
    else if (!wiki_is_file_name(name))
        name = arena_printf(&b->scratch->a, "%s|thumbnail", name);
    buf_addf(b->out, href ? "[!%s!|%s]" : "!%s!", name, href);
}

static void print_media_single(struct blocks *b, const struct text_node *single)
{
    for (const struct text_node *node = single->first; node; node = node->next) {
        if (node->kind == TEXT_MEDIA) {
            print_media(b, single, node);
        } else {
            buf_addc(b->out, '\n');
            print_line(b, node, false, true);
        }
    }
}

static void print_title(struct blocks *b, const char *title)
{
    if (str_is_empty(title))
        return;
    struct text_node line = {.kind = TEXT_PARAGRAPH},
                     text = {.kind = TEXT_TEXT, .text = title, .length = strlen(title)};
    text.marks.flags = TEXT_STRONG;
    text_append(&line, &text);
    print_line(b, &line, true, true);
    buf_addc(b->out, '\n');
}

static void print_tasks(struct blocks *b, const struct text_node *list)
{
    buf_addc(&b->marker, '*');
    for (const struct text_node *task = list->first; task; task = task->next) {
        if (task != list->first)
            buf_addc(b->out, '\n');
        if (task->kind == TEXT_TASKS) {
            print_tasks(b, task);
            continue;
        }
        const char *state = text_attr(task, "state");
        buf_addf(b->out, "%s %s", buf_str(&b->marker),
                 list->kind == TEXT_DECISIONS ? ""
                 : str_eq(state, "DONE")      ? "(/) "
                                              : "(-) ");
        if (text_kind_is_line(task->kind))
            print_line(b, task, false, false);
        else
            print_tight(b, task, false);
    }
    buf_truncate(&b->marker, b->marker.len - 1);
}

/* What an opaque node shows, as far as anybody can tell: the text anywhere inside. */
static void print_opaque(struct blocks *b, const json_t *raw, int depth)
{
    size_t i;
    json_t *child;
    const char *text = json_at_str(raw, "text");
    if (text) {
        struct text_node line = {.kind = TEXT_PARAGRAPH},
                         node = {.kind = TEXT_TEXT, .text = text, .length = strlen(text)};
        text_append(&line, &node);
        print_line(b, &line, true, at_line_start(b));
    }
    if (depth < TEXT_DEPTH_MAX)
        json_array_foreach (json_object_get(raw, "content"), i, child)
            print_opaque(b, child, depth + 1);
}

static void print_block(struct blocks *b, const struct text_node *node)
{
    const char *url = text_attr(node, "url");
    switch (node->kind) {
    case TEXT_HEADING:
        buf_addf(b->out, "h%d. ", node->level);
        print_line(b, node, true, false);
        return;
    case TEXT_BULLETS:
    case TEXT_NUMBERS:
        print_list(b, node);
        return;
    case TEXT_TASKS:
    case TEXT_DECISIONS:
        print_tasks(b, node);
        return;
    case TEXT_TABLE:
        print_table(b, node);
        return;
    case TEXT_QUOTE:
        print_macro(b, node, "{quote}", "{quote}");
        return;
    case TEXT_PANEL:
        print_panel(b, node);
        return;
    case TEXT_CODE:
        print_code(b, node);
        return;
    case TEXT_RULE:
        buf_adds(b->out, "----");
        return;
    case TEXT_MEDIA_SINGLE:
        print_media_single(b, node);
        return;
    case TEXT_MEDIA_GROUP:
        node = text_join_lines(&b->scratch->a, &(const struct text_node *){&(struct text_node){
                                                   .kind = node->kind, .first = node->first, .last = node->last}});
        print_line(b, node, false, true);
        return;
    case TEXT_MEDIA:
        print_media(b, node, node);
        return;
    case TEXT_BLOCK_CARD:
    case TEXT_EMBED_CARD:
        if (url)
            buf_addf(b->out, "[%s|%s|smart-link]", url, url);
        return;
    case TEXT_OPAQUE:
        print_opaque(b, node->raw, 0);
        return;
    case TEXT_EXPAND:
    case TEXT_NESTED_EXPAND:
        print_title(b, text_attr(node, "title"));
        print_children(b, node, b->in_table || b->marker.len ? "\n" : "\n\n");
        return;
    default:
        if (text_kind_is_line(node->kind))
            print_line(b, node, false, true);
        else
            print_children(b, node, b->in_table || b->marker.len ? "\n" : "\n\n");
    }
}

static void print_one(struct wiki_scratch *scratch, const struct text_node *node, struct buf *out)
{
    struct blocks b = {scratch, out, false, BUF_INIT(4096)};
    print_block(&b, node);
    buf_release(&b.marker);
}

void text_wiki_block(const struct text_node *node, struct buf *out)
{
    struct wiki_scratch scratch = WIKI_SCRATCH_INIT;
    print_one(&scratch, node, out);
    wiki_scratch_release(&scratch);
}

static const struct text_origin *native_of(const struct text_node *node)
{
    return node && node->origin && !node->origin->is_adf ? node->origin : NULL;
}

/* The native bytes of a block without the blank lines behind it; a blank at the end may belong to a list marker. */
static size_t native_body(const struct text_origin *native)
{
    size_t n = native->length;
    while (n && strchr(" \t\n", native->bytes[n - 1]))
        n--;
    while (n < native->length && wiki_is_blank(native->bytes[n]))
        n++;
    return n;
}

static void print_native(const struct text_doc *doc, struct buf *out)
{
    struct wiki_scratch scratch = WIKI_SCRATCH_INIT;
    const struct text_node *before = NULL;
    for (const struct text_node *node = doc->root->first; node; node = node->next) {
        size_t start = out->len;
        const struct text_origin *native = native_of(node), *last = native_of(before);
        bool follows = native && last && native->bytes == last->bytes + last->length;
        if (follows) {
            size_t body = native_body(last);
            buf_add(out, last->bytes + body, last->length - body);
        } else if (start) {
            buf_adds(out, "\n\n");
        }
        size_t body = out->len;
        if (native)
            buf_add(out, native->bytes, native_body(native));
        else
            print_one(&scratch, node, out);
        if (out->len == body)
            buf_truncate(out, start);
        else
            before = node;
    }
    wiki_scratch_release(&scratch);
}

char *text_to_wiki(struct arena *a, const struct text_doc *doc)
{
    if (doc->source)
        return arena_strdup(a, doc->source);
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    print_native(doc, &out);
    char *text = doc->crlf ? str_replace(a, buf_str(&out), "\n", "\r\n") : arena_strndup(a, buf_str(&out), out.len);
    buf_release(&out);
    return text;
}

struct text_doc *text_without_native(struct arena *a, const struct text_doc *doc)
{
    struct text_doc *copy = text_doc_new(a);
    for (const struct text_node *node = doc->root->first; node; node = node->next) {
        struct text_node *own = text_node_new(a, node->kind);
        *own = *node;
        own->origin = NULL;
        text_append(copy->root, own);
    }
    return copy;
}
