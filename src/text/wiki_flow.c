/* wiki_flow.c - inlines of wiki markup.
 *
 * One pass from the start to the end of a stretch of text. An opening mark is written down as the text it would be;
 * when its closing mark comes, the text node goes and all nodes after it get the mark. What is still open at the end of
 * the line stays text. A mark is open at most once, so the stack is short and time is linear. */
#include "text/wiki_parse.h"

#include "base/str.h"

enum { MARKS_MAX = 8, CITE = 1 << 16 };

struct open_mark {
    unsigned flag;
    bool braces;
    struct text_node *text; /* the opening as text */
};

struct flow {
    struct wiki_parser *w;
    const struct wiki_place *place;
    struct text_node *line; /* not yet in the tree */
    struct open_mark open[MARKS_MAX];
    size_t open_count, open_base;
    const char *href;
    size_t from, to; /* pending text: this stretch of the source, or what is in `text` when that is not empty */
    struct buf text;
    size_t blocks; /* appended to the place */
};

static unsigned open_flags(const struct flow *f)
{
    unsigned flags = 0;
    for (size_t i = f->open_base; i < f->open_count; i++)
        flags |= f->open[i].flag;
    return flags;
}

/* `text` lives as long as the document. */
static struct text_node *add_text_node(struct flow *f, const char *text, size_t length, unsigned flags)
{
    struct wiki_parser *w = f->w;
    struct text_node *node = text_node_new(w->a, TEXT_TEXT);
    node->text = text;
    node->length = length;
    node->marks.flags = flags;
    node->marks.href = f->href;
    node->marks.color = w->color_count ? w->colors[w->color_count - 1] : NULL;
    text_append(f->line, node);
    return node;
}

static void flush(struct flow *f)
{
    if (f->text.len)
        add_text_node(f, arena_strndup(f->w->a, buf_str(&f->text), f->text.len), f->text.len, 0);
    else if (f->to > f->from)
        add_text_node(f, f->w->s + f->from, f->to - f->from, 0);
    f->from = f->to = 0;
    if (f->text.len)
        buf_clear(&f->text);
}

/* Adds to the pending text what does not stand so in the source. */
static void add_bytes(struct flow *f, const char *bytes, size_t length)
{
    if (f->to > f->from)
        buf_add(&f->text, f->w->s + f->from, f->to - f->from);
    f->from = f->to = 0;
    buf_add(&f->text, bytes, length);
}

/* Adds a stretch of the source to the pending text. */
static void add_source(struct flow *f, size_t from, size_t to)
{
    if (f->text.len) {
        buf_add(&f->text, f->w->s + from, to - from);
    } else if (f->to == from && f->to > f->from) {
        f->to = to;
    } else if (f->to > f->from) {
        add_bytes(f, f->w->s + from, to - from);
    } else {
        f->from = from;
        f->to = to;
    }
}

/* An inline that is no text; `about` is what text_attrs makes its attributes of, NULL without. */
static struct text_node *add_node(struct flow *f, enum text_kind kind, const char *about)
{
    flush(f);
    struct text_node *node = text_node_new(f->w->a, kind);
    node->text = about;
    text_append(f->line, node);
    return node;
}

static bool is_dropped(const struct text_node *node)
{
    return node->kind == TEXT_TEXT && node->length == 0;
}

static bool ends_line(const struct text_node *node)
{
    return !node || node->kind == TEXT_BREAK;
}

/* Without blanks at both ends of each line, empty nodes, and breaks at both ends; equal neighbours joined. */
static void tidy(struct arena *a, struct text_node *line)
{
    struct text_node *node = line->first, *next, *before = NULL;
    line->first = line->last = NULL;
    for (; node; node = next) {
        next = node->next;
        if (is_dropped(node) || (node->kind == TEXT_BREAK && !before))
            continue;
        bool same = before && before->kind == TEXT_TEXT && node->kind == TEXT_TEXT &&
                    text_marks_equal(&before->marks, &node->marks);
        if (same && before->text + before->length == node->text) { /* as they stand in the source */
            before->length += node->length;
            continue;
        }
        if (same) {
            struct buf joined = BUF_INIT(SIZE_MAX / 4);
            buf_add(&joined, before->text, before->length);
            for (;;) {
                buf_add(&joined, node->text, node->length);
                while (next && is_dropped(next))
                    next = next->next;
                if (!next || next->kind != TEXT_TEXT || !text_marks_equal(&before->marks, &next->marks))
                    break;
                node = next;
                next = node->next;
            }
            before->text = arena_strndup(a, buf_str(&joined), joined.len);
            before->length = joined.len;
            buf_release(&joined);
            continue;
        }
        text_append(line, node);
        before = node;
    }
}

static void trim_ends(struct text_node *line)
{
    struct text_node *keep = NULL;
    while (line->first) {
        struct text_node *node = line->first;
        for (; node->kind == TEXT_TEXT && node->length && wiki_is_blank(*node->text); node->length--)
            node->text++;
        if (node->kind != TEXT_BREAK && !is_dropped(node))
            break;
        line->first = node->next;
    }
    for (struct text_node *node = line->first; node; node = node->next) {
        if (node->kind == TEXT_TEXT && ends_line(node->next) && strspn(node->text, " \t") < node->length)
            while (wiki_is_blank(node->text[node->length - 1]))
                node->length--;
        bool blank = node->kind == TEXT_TEXT && strspn(node->text, " \t") >= node->length;
        if (node->kind != TEXT_BREAK && !blank)
            keep = node;
    }
    line->last = keep;
    if (keep)
        keep->next = NULL;
    else
        line->first = NULL;
}

static void new_line(struct flow *f)
{
    f->line = text_node_new(f->w->a, f->place->kind);
    f->line->level = f->place->level;
    f->open_count = f->open_base = 0;
}

static void end_line(struct flow *f, bool keep_empty)
{
    flush(f);
    tidy(f->w->a, f->line);
    trim_ends(f->line);
    if (f->line->first || keep_empty) {
        wiki_add_block(f->w, f->place->parent, f->line);
        f->blocks++;
    }
    new_line(f);
}

static void open_mark(struct flow *f, unsigned flag, const char *shown, size_t length, bool braces)
{
    flush(f);
    if (f->open_count == MARKS_MAX)
        return;
    f->open[f->open_count++] = (struct open_mark){flag, braces, add_text_node(f, shown, length, 0)};
}

static void close_mark(struct flow *f, size_t index)
{
    flush(f);
    struct open_mark *mark = &f->open[index];
    unsigned flag = mark->flag == CITE ? TEXT_EM : mark->flag;
    for (struct text_node *node = mark->text->next; node; node = node->next)
        if (node->kind == TEXT_TEXT)
            node->marks.flags |= flag;
    mark->text->length = 0;
    if (mark->flag == CITE) {
        mark->text->text = "\xe2\x80\x94 ";
        mark->text->length = 4;
        mark->text->marks.flags |= flag;
    }
    f->open_count = index;
}

static size_t find_open(const struct flow *f, unsigned flag)
{
    for (size_t i = f->open_base; i < f->open_count; i++)
        if (f->open[i].flag == flag)
            return i;
    return SIZE_MAX;
}

static bool has_content_since(struct flow *f, size_t index)
{
    return f->text.len || f->to > f->from || f->open[index].text->next;
}

/* A mark letter at `at`, alone or in braces. Returns how many bytes were used; 0: it is text. */
static size_t mark_at(struct flow *f, size_t at, size_t end)
{
    const char *s = f->w->s;
    bool braces = s[at] == '{';
    unsigned flag = wiki_mark_of(s[at + braces]);
    size_t length = braces ? 3 : 1, index = find_open(f, flag);
    if (!flag || (braces && (end - at < 3 || s[at + 2] != '}')))
        return 0;
    if (braces && index != SIZE_MAX && !f->open[index].braces) {
        f->open_count = index; /* the plain one before it was text */
        index = SIZE_MAX;
    }
    if (index != SIZE_MAX) {
        if (f->open[index].braces != braces || (!braces && !wiki_can_close(s, at, end)) || !has_content_since(f, index))
            return 0;
        close_mark(f, index);
        return length;
    }
    if (!braces && !wiki_can_open(s, at, end))
        return 0;
    open_mark(f, flag, s + at, length, braces);
    return length;
}

static size_t cite_at(struct flow *f, size_t at, size_t end)
{
    const char *s = f->w->s;
    if (end - at < 2 || s[at + 1] != '?')
        return 0;
    size_t index = find_open(f, CITE);
    bool blank_before = at == 0 || wiki_is_blank(s[at - 1]) || s[at - 1] == '\n';
    bool blank_after = at + 2 >= end || wiki_is_blank(s[at + 2]) || s[at + 2] == '\n';
    if (index != SIZE_MAX && !blank_before && !wiki_word_after(s, at + 2, end) && has_content_since(f, index)) {
        close_mark(f, index);
        wiki_drop(f->w, at, "citation", "a citation becomes a dash and emphasised text");
        return 2;
    }
    if (index != SIZE_MAX || blank_after || s[at + 2] == '?' || wiki_word_before(s, at))
        return 0;
    open_mark(f, CITE, s + at, 2, false);
    return 2;
}

static size_t escape_at(struct flow *f, size_t at, size_t end)
{
    const char *s = f->w->s;
    uint32_t code;
    size_t next;
    if (s[at] == '\\' && wiki_backslashes(s, at, end) == 1 && at + 1 < end && wiki_is_escapable(s[at + 1])) {
        add_source(f, at + 1, at + 2);
        return at + 2;
    }
    if (s[at] == '&' && (next = wiki_entity_at(s, at, end, &code))) {
        char bytes[4];
        add_bytes(f, bytes, str_put_utf8(bytes, code));
        return next;
    }
    return 0;
}

/* {{monospaced}}: its content knows escapes and no marks. Returns the end, 0 when it is text. */
static size_t mono_at(struct flow *f, size_t at, size_t end)
{
    const char *s = f->w->s;
    size_t from = at + 2, line_end = end;
    if (end - at < 5 || s[at + 1] != '{' || wiki_is_blank(s[from]) || wiki_word_before(s, at) ||
        f->w->mono_none_end == line_end)
        return 0;
    for (size_t p = from; p + 1 < line_end;) {
        if (s[p] == '\\') {
            size_t run = wiki_backslashes(s, p, line_end);
            p += run == 1 && wiki_is_escapable(s[p + 1]) ? 2 : run;
        } else if (p > from && s[p] == '}' && s[p + 1] == '}' && !wiki_is_blank(s[p - 1]) &&
                   !wiki_word_after(s, p + 2, end)) {
            flush(f);
            for (size_t q = from; q < p;) {
                size_t run = s[q] == '\\' ? wiki_backslashes(s, q, p) : 1, next = run == 1 ? escape_at(f, q, p) : 0;
                if (!next)
                    add_source(f, q, q + run);
                q = next ? next : q + run;
            }
            flush(f);
            f->line->last->marks.flags = TEXT_MONO;
            return p + 2;
        } else {
            p++;
        }
    }
    f->w->mono_none_end = line_end;
    return 0;
}

static void run(struct flow *f, size_t at, size_t end);

static void add_image(struct flow *f, const struct wiki_image *image, const char *href);

static bool is_one_image(struct flow *f, const struct wiki_link *link, struct wiki_image *image)
{
    const char *s = f->w->s;
    return s[link->text] == '!' && wiki_image_at(s, link->text, link->text_end, image) && image->end == link->text_end;
}

static void add_link(struct flow *f, const struct wiki_link *link)
{
    struct wiki_image image;
    const char *target = arena_strndup(f->w->a, f->w->s + link->target, link->target_end - link->target);
    if (link->kind == WIKI_LINK_CARD) {
        add_node(f, TEXT_CARD, target);
    } else if (link->kind == WIKI_LINK_FILE) {
        add_node(f, TEXT_MEDIA_INLINE, target);
    } else if (link->kind == WIKI_LINK_USER) {
        const char *id = str_starts(target, "accountid:") && target[10] ? target + 10 : target;
        add_node(f, TEXT_MENTION, id);
    } else if (link->has_text && is_one_image(f, link, &image)) {
        add_image(f, &image, target);
    } else {
        size_t base = f->open_base;
        flush(f);
        f->href = target;
        f->open_base = f->open_count;
        size_t from = link->text, to = link->text_end;
        if (link->has_text) {
            run(f, from, to);
        } else {
            if (to - from > 7 && memcmp(f->w->s + from, "mailto:", 7) == 0)
                from += 7;
            add_source(f, from, to);
        }
        flush(f);
        f->href = NULL;
        f->open_count = f->open_base;
        f->open_base = base;
    }
}

/* The value of `name` in "a=1,b="x y"", in the arena; NULL without. */
static const char *image_attr(struct flow *f, const struct wiki_image *image, const char *name)
{
    const char *s = f->w->s;
    for (size_t from = image->attrs, n = strlen(name); from < image->attrs_end;) {
        size_t to = from;
        bool quoted = false;
        for (; to < image->attrs_end && (quoted || s[to] != ','); to++)
            quoted ^= s[to] == '"';
        while (from < to && wiki_is_blank(s[from]))
            from++;
        if (to - from > n && memcmp(s + from, name, n) == 0 && s[from + n] == '=') {
            size_t v = from + n + 1, v_end = to;
            if (v_end - v >= 2 && s[v] == '"' && s[v_end - 1] == '"') {
                v++;
                v_end--;
            }
            return arena_strndup(f->w->a, s + v, v_end - v);
        }
        from = to + 1;
    }
    return NULL;
}

/* Is it one of the attributes that ADF's media have? */
static bool is_kept_attribute(const char *s, size_t from, size_t to)
{
    static const char *const kept[] = {"alt=", "width=", "height="};
    while (from < to && wiki_is_blank(s[from]))
        from++;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (to - from >= strlen(kept[i]) && memcmp(s + from, kept[i], strlen(kept[i])) == 0)
            return true;
    return from == to;
}

static void drop_attributes(struct flow *f, const struct wiki_image *image)
{
    const char *s = f->w->s;
    for (size_t from = image->attrs, to; from < image->attrs_end; from = to + 1) {
        bool quoted = false;
        for (to = from; to < image->attrs_end && (quoted || s[to] != ','); to++)
            quoted ^= s[to] == '"';
        if (!is_kept_attribute(s, from, to))
            wiki_drop(
                f->w, image->name, "image-attribute",
                arena_printf(f->w->a, "the attribute \"%.*s\" of an image is left out", (int)(to - from), s + from));
    }
}

static const json_t *image_attrs(struct flow *f, const struct wiki_image *image, const char *name)
{
    bool is_external = str_starts(name, "http://") || str_starts(name, "https://");
    json_t *attrs = is_external ? json_pack("{s:s, s:s}", "type", "external", "url", name)
                                : json_pack("{s:s, s:s, s:s}", "type", "file", "id", name, "collection", "");
    const char *alt = image_attr(f, image, "alt");
    int64_t size;
    if (alt)
        json_object_set_new(attrs, "alt", json_string(alt));
    for (int i = 0; i < 2; i++)
        if (str_to_int(image_attr(f, image, i ? "height" : "width"), &size) && size > 0)
            json_object_set_new(attrs, i ? "height" : "width", json_integer(size));
    return json_keep(f->w->a, attrs);
}

static void add_image(struct flow *f, const struct wiki_image *image, const char *href)
{
    struct arena *a = f->w->a;
    drop_attributes(f, image);
    struct text_node *media = text_node_new(a, TEXT_MEDIA), *single = text_node_new(a, TEXT_MEDIA_SINGLE);
    media->text = arena_strndup(a, f->w->s + image->name, image->name_end - image->name);
    if (image->attrs < image->attrs_end || str_starts(media->text, "http://") || str_starts(media->text, "https://"))
        media->attrs = image_attrs(f, image, media->text);
    if (!f->w->centered)
        f->w->centered = json_keep(a, json_pack("{s:s}", "layout", "center"));
    single->attrs = f->w->centered;
    if (href)
        single->outer = json_keep(a, json_pack("[{s:s, s:{s:s}}]", "type", "link", "attrs", "href", href));
    text_append(single, media);
    end_line(f, false);
    wiki_add_block(f->w, f->place->parent, single);
    f->blocks++;
}

static void add_face(struct flow *f, const struct wiki_emoticon *face)
{
    const json_t **attrs = &f->w->faces[face - WIKI_FACES];
    if (!*attrs)
        *attrs = json_keep(f->w->a,
                           json_pack("{s:s, s:s, s:s}", "shortName", face->name, "id", face->id, "text", face->text));
    add_node(f, TEXT_EMOJI, NULL)->attrs = *attrs;
}

static bool color_tag(struct flow *f, struct wiki_tag *tag)
{
    flush(f);
    return wiki_color_tag(f->w, tag);
}

/* One construct at `at`; returns its end, or 0 when the byte there is plain text. */
static size_t construct_at(struct flow *f, size_t at, size_t end)
{
    const char *s = f->w->s;
    const struct wiki_emoticon *face;
    struct wiki_link link;
    struct wiki_image image;
    struct wiki_tag *tag;
    size_t next;
    switch (s[at]) {
    case '{':
        tag = wiki_live_tag(f->w, at, end);
        if (tag && tag->macro == WIKI_ANCHOR)
            wiki_drop(f->w, at, "anchor", "an anchor is left out");
        if (tag && (tag->macro == WIKI_ANCHOR || (tag->macro == WIKI_COLOR && color_tag(f, tag))))
            return tag->end;
        if ((next = mono_at(f, at, end)))
            return next;
        return (next = mark_at(f, at, end)) ? at + next : 0;
    case '?':
        return (next = cite_at(f, at, end)) ? at + next : 0;
    case '[':
        if (f->href || !wiki_link_at(s, at, end, &link))
            return 0;
        if (link.has_tip)
            wiki_drop(f->w, at, "tip", "the tip of a link is left out");
        add_link(f, &link);
        return link.end;
    case '!':
        if (f->href || !wiki_image_at(s, at, end, &image))
            return 0;
        add_image(f, &image, NULL);
        return image.end;
    case '-':
        if ((next = wiki_dash_at(s, at, end))) {
            add_bytes(f, next - at == 2 ? "\xe2\x80\x93" : "\xe2\x80\x94", 3);
            return next;
        }
        return (next = mark_at(f, at, end)) ? at + next : 0;
    case '*':
    case '_':
    case '+':
    case '^':
    case '~':
        return (next = mark_at(f, at, end)) ? at + next : 0;
    case ':':
    case ';':
    case '(':
        if (f->href || !(face = wiki_emoticon_at(s, at, end)))
            return 0;
        add_face(f, face);
        return at + strlen(face->markup);
    case '\\':
        if (wiki_backslashes(s, at, end) != 2)
            return escape_at(f, at, end);
        if (f->href)
            return 0;
        add_node(f, TEXT_BREAK, NULL);
        f->open_count = f->open_base;
        return at + 2;
    case '&':
        return escape_at(f, at, end);
    default:
        if (f->href || !(next = wiki_url_at(s, at, end, open_flags(f))))
            return 0;
        flush(f);
        f->href = arena_strndup(f->w->a, s + at, next - at);
        if (str_starts(f->href, "mailto:"))
            at += 7;
        add_source(f, at, next);
        flush(f);
        f->href = NULL;
        return next;
    }
}

/* Bytes at which construct_at may find something. */
static bool is_special(char c)
{
    switch (c) {
    case '{':
    case '?':
    case '[':
    case '!':
    case '-':
    case '*':
    case '_':
    case '+':
    case '^':
    case '~':
    case ':':
    case ';':
    case '(':
    case '\\':
    case '&':
    case 'h': /* the first letters of addresses */
    case 'f':
    case 'i':
    case 'n':
    case 'm':
        return true;
    default:
        return false;
    }
}

/* Inlines of one line: `at` to `end` without line ends. */
static void run(struct flow *f, size_t at, size_t end)
{
    const char *s = f->w->s;
    while (at < end) {
        size_t next = is_special(s[at]) ? construct_at(f, at, end) : 0;
        if (!next) {
            next = at + (s[at] == '\\' ? wiki_backslashes(s, at, end) : 1);
            while (next < end && !is_special(s[next]))
                next++;
            add_source(f, at, next);
        }
        at = next;
    }
}

static bool is_block_macro(const struct wiki_tag *tag)
{
    return tag && tag->macro != WIKI_COLOR && tag->macro != WIKI_ANCHOR;
}

size_t wiki_next_macro(struct wiki_parser *w, size_t at, size_t line_end, size_t end)
{
    size_t low = 0, high = w->tag_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (w->tags[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < w->tag_count && w->tags[low].at < line_end; low++)
        if (is_block_macro(wiki_live_tag(w, w->tags[low].at, end)))
            return w->tags[low].at;
    return line_end;
}

size_t wiki_flow(struct wiki_parser *w, size_t at, size_t end, const struct wiki_place *place)
{
    struct flow f = {.w = w, .place = place, .text = BUF_INIT(SIZE_MAX / 4)};
    size_t started = at;
    new_line(&f);
    while (at < end) {
        size_t line_end = wiki_this_line_end(w, at, end), macro = wiki_next_macro(w, at, line_end, end);
        if (macro == at && macro < line_end && (at == started || wiki_line_is_blank(w->s, started, at))) {
            at = wiki_macro_block(w, wiki_live_tag(w, at, end), place->parent);
            started = at;
            f.blocks++;
            if (wiki_line_is_blank(w->s, at, end)) {
                at = wiki_this_line_end(w, at, end);
                break;
            }
            continue;
        }
        run(&f, at, macro);
        at = macro;
        if (macro < line_end || place->single_line || line_end >= end)
            break;
        if (wiki_line_is_blank(w->s, line_end + 1, end) || wiki_starts_block(w, line_end + 1, end, place->list_depth))
            break;
        flush(&f);
        text_append(f.line, text_node_new(w->a, TEXT_BREAK));
        f.open_count = 0;
        at = line_end + 1;
    }
    end_line(&f, place->kind == TEXT_HEADING && f.blocks == 0);
    buf_release(&f.text);
    return at;
}
