/* The author line of a copied comment, and how it is found again.
 *
 * A site may normalise the markup of the line (Cloud keeps ADF and writes the markup anew), so its text is compared and
 * not its bytes: the first line of the body, read as text, must have the shape of the template. Where the template has
 * {author} any text will do, {time} must be a time as we write it and {key} an issue key. In a document the line is
 * the first paragraph or heading, or what stands in it before its first break. */
#include "mapping/mapping.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time_iso.h"
#include "tracker/rich.h"

#include <ctype.h>

/* A template is at most 500 bytes (config_read), so a line of ours stays far below its limit. */
enum { NAME_MAX_BYTES = 600, LINE_MAX_BYTES = 64 * 1024 };

/* Stand-ins for the placeholders while a template is read as text: private use, so no template holds them. */
#define MARK_AUTHOR "\xEE\x80\x81"
#define MARK_TIME   "\xEE\x80\x82"
#define MARK_KEY    "\xEE\x80\x83"
enum { MARK_BYTES = 3 };

/* A name must not act as markup, and there must be one. A backslash cannot be escaped by another: two of them break the
 * line. */
static char *plain_name(struct arena *a, const char *name)
{
    struct buf out = BUF_INIT(LINE_MAX_BYTES);
    char *blank = arena_strdup(a, name ? name : "");
    for (char *p = blank; *p; p++)
        if (iscntrl((unsigned char)*p))
            *p = ' ';
    for (const char *p = str_trim(a, blank); *p; p++) {
        if (out.len >= NAME_MAX_BYTES && ((unsigned char)*p & 0xC0) != 0x80)
            break;
        if (strchr("{}[]!|*_^~+", *p))
            buf_addc(&out, '\\');
        buf_addc(&out, *p == '\\' ? '/' : *p);
    }
    char *escaped = arena_strdup(a, out.len ? buf_str(&out) : "Somebody");
    buf_release(&out);
    return escaped;
}

static char *fill(struct arena *a, const char *template, const char *author, const char *time, const char *key)
{
    struct buf out = BUF_INIT(LINE_MAX_BYTES);
    while (*template) {
        static const char *const names[] = {"{author}", "{time}", "{key}"};
        const char *const values[] = {author, time, key};
        size_t i = 0;
        while (i < ARRAY_LEN(names) && !str_starts(template, names[i]))
            i++;
        if (i < ARRAY_LEN(names)) {
            buf_adds(&out, values[i]);
            template += strlen(names[i]);
        } else {
            buf_addc(&out, *template ++);
        }
    }
    char *line = arena_strdup(a, buf_str(&out));
    buf_release(&out);
    return line;
}

/* A document that begins with the blocks of the line. */
static const char *put_above(struct arena *a, const char *line, const char *body)
{
    const json_t *below = rich_adf(a, body);
    json_t *doc = json_keep(a, json_deep_copy(rich_adf(a, line)));
    json_array_extend(json_object_get(doc, "content"), json_object_get(below, "content"));
    return rich_of_adf(a, doc);
}

const char *mapping_comment_copy(const struct mapping *m, struct arena *a, enum side to,
                                 const struct tracker_comment *origin, const char *origin_key, const char *body)
{
    const char *template = m->config->connector[to].comment_template;
    if (str_is_empty(template))
        return body;
    char when[TIME_ISO_BYTES];
    time_iso_jql(origin->created_ms, 0, when);
    const char *name = plain_name(a, origin->author_name);
    const char *line = fill(a, template, name, arena_printf(a, "%s UTC", when), origin_key ? origin_key : "");
    return rich_is_adf(body) ? put_above(a, line, body) : arena_printf(a, "%s\n\n%s", line, body);
}

/* How many bytes at `s` are a time as we write it, "2026-11-22 16:04 UTC"; 0: none. */
static size_t time_length(const char *s)
{
    static const char shape[] = "0000-00-00 00:00 UTC";
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)s[i]) : s[i] != shape[i])
            return 0;
    return sizeof shape - 1;
}

/* A set of places in the line, one flag for each byte and one for the end, moves on over a piece of the template. */
static void step(const char *line, size_t length, const char *piece, size_t piece_length, const bool *here, bool *next)
{
    memset(next, 0, length + 1);
    bool is_author = str_starts(piece, MARK_AUTHOR), is_time = str_starts(piece, MARK_TIME);
    bool is_key = str_starts(piece, MARK_KEY), was_reached = false;
    for (size_t i = 0; i <= length; i++) {
        if (is_author) {
            next[i] = was_reached; /* one byte of a name at least */
            was_reached = was_reached || here[i];
        } else if (!here[i]) {
            continue;
        } else if (is_time) {
            size_t n = time_length(line + i);
            next[i + n] = next[i + n] || n;
        } else if (is_key) {
            size_t n = i;
            while (isupper((unsigned char)line[n]) || isdigit((unsigned char)line[n]) || line[n] == '_')
                n++;
            if (n == i || !isupper((unsigned char)line[i]) || line[n] != '-')
                continue;
            for (n++; isdigit((unsigned char)line[n]); n++)
                next[n + 1] = true;
        } else if (length - i >= piece_length && memcmp(line + i, piece, piece_length) == 0) {
            next[i + piece_length] = true;
        }
    }
}

static bool has_shape(struct arena *a, const char *pattern, const char *line)
{
    size_t length = strlen(line);
    bool *here = arena_array(a, bool, length + 1), *next = arena_array(a, bool, length + 1);
    here[0] = true;
    while (*pattern) {
        bool is_mark =
            str_starts(pattern, MARK_AUTHOR) || str_starts(pattern, MARK_TIME) || str_starts(pattern, MARK_KEY);
        size_t n = MARK_BYTES;
        if (!is_mark)
            for (n = 1; pattern[n] && !str_starts(pattern + n, MARK_AUTHOR) && !str_starts(pattern + n, MARK_TIME) &&
                        !str_starts(pattern + n, MARK_KEY);)
                n++;
        step(line, length, pattern, n, here, next);
        bool *swap = here;
        here = next;
        next = swap;
        pattern += n;
    }
    return here[length];
}

static char *as_text(struct arena *a, const char *markup)
{
    return str_trim(a, text_to_plain(a, text_from_wiki(a, markup, strlen(markup))));
}

static const char *skip_line_end(const char *s)
{
    return s + (s[0] == '\r' && s[1] == '\n' ? 2 : s[0] == '\n' || s[0] == '\r');
}

/* The first block of a document when it is a paragraph or a heading, cut in two at its first break: what stands before
 * it and after it, or NULL. */
static bool split_first(struct arena *a, const json_t *content, json_t **line_r, json_t **rest_r)
{
    const json_t *first = json_array_get(content, 0), *inlines = json_object_get(first, "content"), *node;
    if (!str_eq(json_at_str(first, "type"), "paragraph") && !str_eq(json_at_str(first, "type"), "heading"))
        return false;
    json_t *part[2] = {json_array(), json_array()};
    size_t i;
    bool is_cut = false;
    json_array_foreach (inlines, i, node) {
        if (is_cut || !str_eq(json_at_str(node, "type"), "hardBreak"))
            json_array_append(part[is_cut], (json_t *)node);
        else
            is_cut = true;
    }
    *line_r = json_keep(a, json_pack("{s:s, s:o}", "type", "paragraph", "content", part[0]));
    *rest_r = json_keep(a, json_pack("{s:s, s:o}", "type", "paragraph", "content", part[1]));
    if (!is_cut)
        *rest_r = NULL;
    return true;
}

static const char *strip_document(struct arena *a, const char *pattern, const char *body)
{
    const json_t *doc = rich_adf(a, body), *content = json_object_get(doc, "content");
    json_t *line, *rest;
    if (!split_first(a, content, &line, &rest))
        return body;
    const json_t *alone = json_keep(a, json_pack("{s:s, s:[O]}", "type", "doc", "content", line));
    const char *text = str_trim(a, text_to_plain(a, text_from_adf(a, alone)));
    if (strlen(text) > LINE_MAX_BYTES || !has_shape(a, pattern, text))
        return body;
    json_t *stripped = json_keep(a, json_copy((json_t *)doc)), *below = json_copy((json_t *)content);
    json_array_remove(below, 0);
    if (rest)
        json_array_insert(below, 0, rest);
    json_object_set_new(stripped, "content", below);
    return rich_of_adf(a, stripped);
}

const char *mapping_comment_strip(const struct mapping *m, struct arena *a, enum side side, const char *body)
{
    const char *template = m->config->connector[side].comment_template;
    size_t length = strcspn(body, "\r\n");
    if (str_is_empty(template) || length == 0)
        return body;
    const char *pattern = as_text(a, fill(a, template, MARK_AUTHOR, MARK_TIME, MARK_KEY));
    if (*pattern && rich_is_adf(body))
        return strip_document(a, pattern, body);
    if (length > LINE_MAX_BYTES)
        return body;
    if (!*pattern || !has_shape(a, pattern, as_text(a, arena_strndup(a, body, length))))
        return body;
    return skip_line_end(skip_line_end(body + length));
}
