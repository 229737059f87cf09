/* wiki_block.c - the blocks of wiki markup: headings, lists, tables, quotes, panels, code, rules, paragraphs. */
#include "text/wiki_parse.h"

#include "base/str.h"

enum { LIST_DEPTH_MAX = 24 };

struct wiki_tag *wiki_live_tag(struct wiki_parser *w, size_t at, size_t end)
{
    size_t low = 0, high = w->tag_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (w->tags[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    struct wiki_tag *tag = low < w->tag_count && w->tags[low].at == at ? &w->tags[low] : NULL;
    if (!tag || tag->end > end || (tag->macro != WIKI_ANCHOR && tag->partner == SIZE_MAX))
        return NULL;
    if (tag->macro == WIKI_ANCHOR || tag->macro == WIKI_COLOR)
        return tag;
    return tag->partner > low && w->tags[tag->partner].end <= end ? tag : NULL;
}

void wiki_add_block(struct wiki_parser *w, struct text_node *parent, struct text_node *block)
{
    if (parent == w->root) {
        block->origin = arena_new(w->a, struct text_origin);
        block->origin->bytes = w->s + w->group;
        block->origin->length = w->color_count || w->group_is_tinted; /* for share_source */
    }
    text_append(parent, block);
}

size_t wiki_this_line_end(struct wiki_parser *w, size_t at, size_t end)
{
    if (at < w->line || at > w->line_to) {
        w->line = at;
        w->line_to = wiki_line_end(w->s, at, w->n);
    }
    return w->line_to < end ? w->line_to : end;
}

/* A macro behind the dashes begins a block of its own, as a line end would. */
static bool is_rule(struct wiki_parser *w, size_t at, size_t end)
{
    size_t first = at;
    while (first < end && wiki_is_blank(w->s[first]))
        first++;
    return first < end && w->s[first] == '-' &&
           wiki_rule_at(w->s, at, wiki_next_macro(w, at, wiki_this_line_end(w, at, end), end));
}

bool wiki_starts_block(struct wiki_parser *w, size_t at, size_t end, size_t list_depth)
{
    size_t content, marker, first = at;
    while (first < end && wiki_is_blank(w->s[first]))
        first++;
    return (first < end && w->s[first] == '|' && !list_depth) || wiki_heading_at(w->s, at, end, &content) ||
           wiki_bq_at(w->s, at, end, &content) || is_rule(w, at, end) ||
           wiki_list_at(w->s, at, end, list_depth, &marker, &content);
}

void wiki_drop(struct wiki_parser *w, size_t at, const char *kind, const char *what)
{
    size_t end = wiki_this_line_end(w, at, w->n);
    struct text_loss *drop = text_drop(w->a, w->doc, at);
    if (drop)
        *drop = (struct text_loss){at, "", kind, what, text_excerpt_of(w->a, w->s + at, end - at)};
}

/* Puts the block's number in the place of where it was. Blocks and drops are both in the order of the markup. */
static void place_drops(struct wiki_parser *w)
{
    size_t number = 0, block = 1, i = 0;
    const char *start = w->s;
    for (const struct text_node *node = w->root->first; node && i < w->doc->drop_count; node = node->next) {
        number++;
        if (node->origin->bytes == start) /* several blocks of one construct: the first counts */
            continue;
        start = node->origin->bytes;
        for (; i < w->doc->drop_count && w->doc->drops[i].block < (size_t)(start - w->s); i++)
            w->doc->drops[i].block = block;
        block = number;
    }
    for (; i < w->doc->drop_count; i++)
        w->doc->drops[i].block = block;
    if (w->doc->drop_count && str_eq(w->doc->drops[0].kind, "bytes"))
        w->doc->drops[0].block = 0;
}

/* --- macros --- */

/* Parameters that ADF has no place for; `kept` ends with NULL. */
static void drop_params(struct wiki_parser *w, const struct wiki_tag *tag, const char *const *kept)
{
    const char *at = tag->params, *end = at + tag->params_length;
    while (at < end) {
        const char *bar = memchr(at, '|', (size_t)(end - at)), *to = bar ? bar : end;
        const char *equals = memchr(at, '=', (size_t)(to - at));
        bool is_kept = !equals;
        for (const char *const *name = kept; equals && *name; name++)
            is_kept |= (size_t)(equals - at) == strlen(*name) && memcmp(at, *name, strlen(*name)) == 0;
        if (!is_kept)
            wiki_drop(w, tag->at, "macro-parameter",
                      arena_printf(w->a, "the parameter \"%.*s\" is left out", (int)(equals - at), at));
        at = to + 1;
    }
}

static void drop_title(struct wiki_parser *w, const struct wiki_tag *tag)
{
    wiki_drop(w, tag->at, "title",
              tag->macro == WIKI_PANEL ? "a panel's title becomes a bold line in it"
                                       : "the title of code becomes a bold line before it");
}

bool wiki_color_tag(struct wiki_parser *w, struct wiki_tag *tag)
{
    size_t index = (size_t)(tag - w->tags);
    if (tag->partner > index && w->color_count < WIKI_COLOR_DEPTH) {
        const char *color = wiki_color(w->a, tag->params, tag->params_length);
        if (!color) {
            wiki_drop(w, tag->at, "color", "a colour that Jira does not know becomes black");
            w->doc->drops[w->doc->drop_count - 1].block = tag->end; /* the block that is coloured begins behind it */
        }
        w->colors[w->color_count++] = color ? color : "#000000";
        tag->live = true;
        return true;
    }
    if (tag->partner < index && w->tags[tag->partner].live && w->color_count) {
        w->color_count--;
        return true;
    }
    return false;
}

static void add_strong_line(struct wiki_parser *w, struct text_node *parent, const char *text, size_t length)
{
    struct text_node *line = text_node_new(w->a, TEXT_PARAGRAPH), *node = text_node_new(w->a, TEXT_TEXT);
    node->text = text;
    node->length = length;
    node->marks.flags = TEXT_STRONG;
    text_append(line, node);
    if (length)
        wiki_add_block(w, parent, line);
}

/* The parameter `name` of a tag ("a=1|b=2"); with name NULL the first that has no name. NULL without. */
static const char *param(struct wiki_parser *w, const struct wiki_tag *tag, const char *name)
{
    const char *at = tag->params, *end = at + tag->params_length;
    while (at < end) {
        const char *bar = memchr(at, '|', (size_t)(end - at)), *to = bar ? bar : end;
        const char *equals = memchr(at, '=', (size_t)(to - at));
        if (!name && !equals && to > at)
            return str_trim(w->a, arena_strndup(w->a, at, (size_t)(to - at)));
        if (name && equals && (size_t)(equals - at) == strlen(name) && memcmp(at, name, strlen(name)) == 0)
            return str_trim(w->a, arena_strndup(w->a, equals + 1, (size_t)(to - equals - 1)));
        at = to + 1;
    }
    return NULL;
}

static void add_code(struct wiki_parser *w, const struct wiki_tag *tag, size_t from, size_t to,
                     struct text_node *parent)
{
    struct text_node *node = text_node_new(w->a, TEXT_CODE);
    static const char *const kept[] = {"title", "language", NULL};
    const char *title = param(w, tag, "title"), *language = param(w, tag, NULL);
    drop_params(w, tag, kept);
    if (title)
        drop_title(w, tag);
    if (title)
        add_strong_line(w, parent, title, strlen(title));
    if (!language)
        language = param(w, tag, "language");
    if (tag->macro == WIKI_CODE) /* without a language it is Java, to Server's renderer and to Cloud's reader alike */
        node->attrs = json_keep(w->a, json_pack("{s:s}", "language", language && *language ? language : "java"));
    if (wiki_line_is_blank(w->s, from, to)) {
        size_t end = wiki_line_end(w->s, from, to);
        from = end < to ? end + 1 : to;
    }
    while (to > from && strchr(" \t\n", w->s[to - 1]))
        to--;
    node->text = w->s + from;
    node->length = to - from;
    wiki_add_block(w, parent, node);
}

static const struct {
    const char *color, *type;
} PANELS[] = {
    {"#deebff", "info"}, {"#eae6ff", "note"}, {"#e3fcef", "success"}, {"#fffae6", "warning"}, {"#ffebe6", "error"}};

static void add_panel(struct wiki_parser *w, const struct wiki_tag *tag, size_t to, struct text_node *parent)
{
    struct text_node *node = text_node_new(w->a, TEXT_PANEL);
    const char *background = param(w, tag, "bgColor"), *title = param(w, tag, "title"), *type = "info";
    const char *known = background ? wiki_color(w->a, background, strlen(background)) : PANELS[0].color;
    const char *color = known ? known : "#000000";
    if (!known)
        wiki_drop(w, tag->at, "color", "a colour that Jira does not know becomes black");
    for (size_t i = 0; i < ARRAY_LEN(PANELS); i++)
        if (str_eq(color, PANELS[i].color))
            type = PANELS[i].type;
    if (str_eq(type, "info") && !str_eq(color, PANELS[0].color))
        node->attrs = json_keep(w->a, json_pack("{s:s, s:s}", "panelType", "custom", "panelColor", color));
    else
        node->attrs = json_keep(w->a, json_pack("{s:s}", "panelType", type));
    static const char *const kept[] = {"title", "bgColor", NULL};
    drop_params(w, tag, kept);
    if (title)
        drop_title(w, tag);
    if (title)
        add_strong_line(w, node, title, strlen(title));
    wiki_add_block(w, parent, node);
    wiki_blocks(w, tag->end, to, node);
}

size_t wiki_macro_block(struct wiki_parser *w, struct wiki_tag *tag, struct text_node *parent)
{
    const struct wiki_tag *closing = &w->tags[tag->partner];
    if (tag->macro == WIKI_QUOTE) {
        struct text_node *node = text_node_new(w->a, TEXT_QUOTE);
        wiki_add_block(w, parent, node);
        wiki_blocks(w, tag->end, closing->at, node);
    } else if (tag->macro == WIKI_PANEL) {
        add_panel(w, tag, closing->at, parent);
    } else {
        add_code(w, tag, tag->end, closing->at, parent);
    }
    return closing->end;
}

/* --- lists --- */

struct levels {
    struct text_node *lists[LIST_DEPTH_MAX], *items[LIST_DEPTH_MAX];
    size_t depth;
};

static enum text_kind list_kind(char marker)
{
    return marker == '#' ? TEXT_NUMBERS : TEXT_BULLETS;
}

static void open_level(struct wiki_parser *w, struct levels *l, struct text_node *parent, enum text_kind kind)
{
    struct text_node *list = text_node_new(w->a, kind);
    if (l->depth == 0)
        wiki_add_block(w, parent, list);
    else
        text_append(l->items[l->depth - 1], list);
    l->lists[l->depth++] = list;
}

static void new_item(struct wiki_parser *w, struct levels *l)
{
    l->items[l->depth - 1] = text_node_new(w->a, TEXT_ITEM);
    text_append(l->lists[l->depth - 1], l->items[l->depth - 1]);
}

/* Brings the open levels to those of the marker, with a new item in the last. */
static void move_to(struct wiki_parser *w, struct levels *l, struct text_node *parent, const char *marker,
                    size_t length)
{
    if (length > LIST_DEPTH_MAX) {
        length = LIST_DEPTH_MAX;
        wiki_drop(w, (size_t)(marker - w->s), "list-depth", "a list nested this deep continues the one around it");
    }
    if (l->depth > length)
        l->depth = length;
    if (l->depth == length && l->lists[length - 1]->kind != list_kind(marker[length - 1]))
        l->depth--;
    while (l->depth < length) {
        open_level(w, l, parent, list_kind(marker[l->depth]));
        if (l->depth < length)
            new_item(w, l);
    }
    new_item(w, l);
}

/* The content of an item up to the line end before the next block. */
static size_t item_content(struct wiki_parser *w, size_t at, size_t end, struct text_node *item, size_t depth)
{
    struct wiki_place place = {item, TEXT_PARAGRAPH, 0, depth, false};
    size_t content, marker;
    for (;;) {
        at = wiki_flow(w, at, end, &place);
        if (at >= end)
            return end;
        if (w->s[at] != '\n')
            continue; /* at a macro in this line */
        if (wiki_line_is_blank(w->s, at + 1, end) || is_rule(w, at + 1, end) ||
            wiki_list_at(w->s, at + 1, end, depth, &marker, &content))
            return at;
        at++;
        place.kind = TEXT_PARAGRAPH;
        place.level = wiki_heading_at(w->s, at, end, &content);
        if (place.level)
            place.kind = TEXT_HEADING;
        place.single_line = place.level || wiki_bq_at(w->s, at, end, &content);
        if (place.single_line)
            at = content;
    }
}

/* A list that begins at `at`; returns the start of the line after it. */
static size_t parse_list(struct wiki_parser *w, size_t at, size_t end, struct text_node *parent)
{
    struct levels levels = {.depth = 0};
    size_t marker, content, length;
    while (at < end && (length = wiki_list_at(w->s, at, end, levels.depth, &marker, &content)) &&
           !is_rule(w, at, end)) {
        if (levels.depth && length == 1 && levels.lists[0]->kind != list_kind(w->s[marker]))
            break;
        move_to(w, &levels, parent, w->s + marker, length);
        at = item_content(w, content, end, levels.items[levels.depth - 1], levels.depth);
        at += at < end;
    }
    return at;
}

/* --- tables --- */

enum cell_end { CELL_BAR, CELL_ROW, CELL_TABLE };

static bool line_starts_with_bar(struct wiki_parser *w, size_t at, size_t end)
{
    while (at < end && wiki_is_blank(w->s[at]))
        at++;
    return at < end && w->s[at] == '|';
}

/* Where the cell that begins at `at` ends. */
static size_t scan_cell(struct wiki_parser *w, size_t at, size_t end, enum cell_end *how)
{
    const char *s = w->s;
    struct wiki_image image;
    size_t bracket;
    while (at < end) {
        const struct wiki_tag *tag = s[at] == '{' ? wiki_live_tag(w, at, end) : NULL;
        if (s[at] == '|') {
            *how = CELL_BAR;
            return at;
        }
        if (s[at] == '\n') {
            bool ends = wiki_line_is_blank(s, at + 1, end);
            if (ends || line_starts_with_bar(w, at + 1, end)) {
                *how = ends ? CELL_TABLE : CELL_ROW;
                return at;
            }
            at++;
        } else if (s[at] == '\\') {
            size_t run = wiki_backslashes(s, at, end);
            at += run == 1 && at + 1 < end && wiki_is_escapable(s[at + 1]) ? 2 : run;
        } else if (tag && tag->macro != WIKI_ANCHOR && tag->partner > (size_t)(tag - w->tags) &&
                   w->tags[tag->partner].end <= end) {
            at = w->tags[tag->partner].end;
        } else if (s[at] == '[' && (bracket = wiki_bracket_end(s, at, end))) {
            at = bracket;
        } else if (s[at] == '!' && wiki_image_at(s, at, end, &image)) {
            at = image.end;
        } else {
            at++;
        }
    }
    *how = CELL_TABLE;
    return end;
}

/* One row that begins at its bar; returns where it ended, and whether the table does too. */
static size_t parse_row(struct wiki_parser *w, size_t at, size_t end, struct text_node *table, enum cell_end *how)
{
    struct text_node *row = text_node_new(w->a, TEXT_ROW);
    text_append(table, row);
    for (;;) {
        bool header = at + 1 < end && w->s[at + 1] == '|';
        at += header ? 2 : 1;
        if (row->first && wiki_line_is_blank(w->s, at, end)) {
            at = wiki_this_line_end(w, at, end);
            *how = at < end && line_starts_with_bar(w, at + 1, end) ? CELL_ROW : CELL_TABLE;
            return at;
        }
        size_t to = scan_cell(w, at, end, how);
        struct text_node *cell = text_node_new(w->a, header ? TEXT_HEADER : TEXT_CELL);
        text_append(row, cell);
        wiki_blocks(w, at, to, cell);
        at = to;
        if (*how != CELL_BAR)
            return at;
    }
}

static size_t parse_table(struct wiki_parser *w, size_t at, size_t end, struct text_node *parent)
{
    struct text_node *table = text_node_new(w->a, TEXT_TABLE);
    enum cell_end how = CELL_ROW;
    wiki_add_block(w, parent, table);
    while (how == CELL_ROW) {
        while (wiki_is_blank(w->s[at]))
            at++;
        at = parse_row(w, at, end, table, &how);
        at += at < end;
    }
    return at;
}

/* --- everything --- */

static size_t parse_quoted_line(struct wiki_parser *w, size_t at, size_t end, struct text_node *parent)
{
    struct text_node *quote = text_node_new(w->a, TEXT_QUOTE);
    struct wiki_place place = {quote, TEXT_PARAGRAPH, 0, 0, true};
    wiki_add_block(w, parent, quote);
    return wiki_flow(w, at, end, &place);
}

static size_t parse_block(struct wiki_parser *w, size_t at, size_t end, struct text_node *parent)
{
    size_t content, marker;
    struct wiki_place place = {parent, TEXT_PARAGRAPH, 0, 0, false};
    if (is_rule(w, at, end)) {
        wiki_add_block(w, parent, text_node_new(w->a, TEXT_RULE));
        return wiki_this_line_end(w, at, end);
    }
    if (wiki_list_at(w->s, at, end, 0, &marker, &content))
        return parse_list(w, at, end, parent);
    if (line_starts_with_bar(w, at, end))
        return parse_table(w, at, end, parent);
    if (wiki_bq_at(w->s, at, end, &content))
        return parse_quoted_line(w, content, end, parent);
    if ((place.level = wiki_heading_at(w->s, at, end, &content))) {
        place.kind = TEXT_HEADING;
        place.single_line = true;
        at = content;
    }
    return wiki_flow(w, at, end, &place);
}

void wiki_blocks(struct wiki_parser *w, size_t at, size_t end, struct text_node *parent)
{
    bool line_start = true;
    while (at < end) {
        if (w->s[at] == '\n') {
            at++;
            line_start = true;
            continue;
        }
        if (line_start && wiki_line_is_blank(w->s, at, end)) {
            at = wiki_this_line_end(w, at, end);
            continue;
        }
        if (parent == w->root) {
            w->group = at;
            w->group_is_tinted = w->color_count > 0;
        }
        struct wiki_tag *tag = line_start ? wiki_live_tag(w, at, end) : NULL;
        if (tag && tag->macro == WIKI_COLOR && wiki_color_tag(w, tag)) { /* a list, say, may begin behind it */
            at = tag->end;
            continue;
        }
        at = parse_block(w, at, end, parent);
        line_start = at > 0 && w->s[at - 1] == '\n';
    }
}

/* Are all tags from *tag on that begin before `until` paired among themselves? Moves *tag behind them. */
static bool tags_are_whole(const struct wiki_parser *w, size_t *tag, size_t until)
{
    size_t first = *tag, end = first;
    while (end < w->tag_count && w->tags[end].at < until)
        end++;
    *tag = end;
    for (size_t i = first; i < end; i++)
        if (w->tags[i].macro != WIKI_ANCHOR && (w->tags[i].partner < first || w->tags[i].partner >= end))
            return false;
    return true;
}

/* Gives each block of the document its bytes: from its start to the next one's. Blocks that share a start came from one
 * construct and have no bytes of their own; nor has what would read differently beside other blocks: a part of a
 * coloured stretch, a tag without partner. */
static void share_source(struct wiki_parser *w)
{
    size_t tag = 0;
    for (struct text_node *node = w->root->first, *next; node; node = next) {
        bool own = true;
        const char *from = node->origin->bytes;
        for (next = node; next && next->origin->bytes == from; next = next->next)
            own = own && next == node && !next->origin->length;
        own = own && !(next && next->origin->length);
        const char *until = next ? next->origin->bytes : w->s + w->n;
        own = tags_are_whole(w, &tag, (size_t)(until - w->s)) && own;
        for (; node != next; node = node->next) {
            node->origin->length = (size_t)(until - from);
            if (!own)
                node->origin = NULL;
        }
    }
}

/* Valid UTF-8 without zero bytes, lines ended by LF; what is not valid becomes U+FFFD. */
static char *clean(struct arena *a, const char *bytes, size_t n, size_t *n_r, bool *crlf_r)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    size_t returns = 0, lines = 0;
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && (unsigned char)bytes[i] < 0x80 && bytes[i] && bytes[i] != '\r' && bytes[i] != '\n')
            i++;
        buf_add(&out, bytes + from, i - from);
        if (i >= n)
            break;
        size_t length = 1;
        if (bytes[i] == '\r' || bytes[i] == '\n') {
            bool pair = bytes[i] == '\r' && i + 1 < n && bytes[i + 1] == '\n';
            returns += pair;
            lines++;
            length += pair;
            buf_addc(&out, '\n');
        } else {
            while (length < 4 && i + length < n && ((unsigned char)bytes[i + length] & 0xc0) == 0x80)
                length++;
            if (bytes[i] && str_is_utf8(bytes + i, length)) {
                buf_add(&out, bytes + i, length);
            } else {
                buf_adds(&out, "\xef\xbf\xbd");
                length = 1;
            }
        }
        i += length;
    }
    char *copy = arena_strndup(a, buf_str(&out), out.len);
    *n_r = out.len;
    *crlf_r = lines && returns == lines;
    buf_release(&out);
    return copy;
}

static bool is_clean(const char *bytes, size_t n)
{
    return !memchr(bytes, '\r', n) && !memchr(bytes, 0, n) && str_is_utf8(bytes, n);
}

struct text_doc *text_from_wiki(struct arena *a, const char *markup, size_t length)
{
    struct text_doc *doc = text_doc_new(a);
    struct wiki_parser w = {.a = a, .doc = doc, .root = doc->root, .mono_none_end = SIZE_MAX};
    if (!markup)
        length = 0;
    if (!length || is_clean(markup, length)) {
        w.n = length;
        doc->source = w.s = arena_strndup(a, length ? markup : "", length);
    } else {
        w.s = clean(a, markup, length, &w.n, &doc->crlf);
        if (memchr(markup, 0, length) || !str_is_utf8(markup, length))
            *arena_push(a, doc->drops, doc->drop_count) =
                (struct text_loss){0, "", "bytes", "bytes that are no text become U+FFFD", ""};
        bool has_zero = memchr(markup, 0, length); /* which no C string could give back */
        doc->source = has_zero ? w.s : arena_strndup(a, markup, length);
    }
    w.line = 1; /* none yet */
    w.tag_count = wiki_tags(a, w.s, w.n, &w.tags);
    wiki_blocks(&w, 0, w.n, doc->root);
    place_drops(&w);
    share_source(&w);
    text_fit(a, doc, true);
    return doc;
}
