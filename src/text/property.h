/* property.h - what must hold for every text, as checks on a byte string; used by the fuzzers and, with seeds, by
 * ctest.
 *
 * A failed check prints the text and what came of it, and aborts. */
#pragma once

#include "text/doc.h"

#include "base/str.h"

static inline void property_failed(const char *what, const char *input, const char *expected, const char *got)
{
    fprintf(stderr, "property failed: %s\ninput:    %s\nexpected: %s\ngot:      %s\n", what, input, expected, got);
    abort();
}

static inline void property_same(struct arena *a, const char *what, const char *input, const struct text_doc *expected,
                                 const struct text_doc *got)
{
    const char *one = text_canonical(a, expected), *other = text_canonical(a, got);
    if (!str_eq(one, other))
        property_failed(what, input, one, other);
}

static inline struct text_doc *property_read(struct arena *a, const char *markup)
{
    return text_from_wiki(a, markup, strlen(markup));
}

/* The document with each block's own bytes, but not the whole source: what a merge leaves. */
static inline struct text_doc *property_blocks(struct arena *a, const struct text_doc *doc)
{
    struct text_doc *copy = text_doc_new(a);
    *copy = *doc;
    copy->source = NULL;
    return copy;
}

/* A quote in a list item is unwrapped (ADF allows none there) and can leave text behind a nested list, or two lists in
 * a row, which wiki markup cannot say. */
static inline bool property_is_tangled(const struct text_node *node)
{
    bool after_list = false;
    for (const struct text_node *child = node->first; child; child = child->next) {
        if (property_is_tangled(child) || (text_joins_lines(node->kind) && after_list))
            return true;
        after_list |= child->kind == TEXT_BULLETS || child->kind == TEXT_NUMBERS;
    }
    return false;
}

static inline struct text_doc *property_with_line(struct arena *a, const struct text_doc *doc)
{
    struct text_doc *more = property_blocks(a, text_without_native(a, doc));
    struct text_node *line = text_node_new(a, TEXT_PARAGRAPH), *text = text_node_new(a, TEXT_TEXT);
    text->text = "zq";
    text->length = 2;
    text_append(line, text);
    text_append(more->root, line);
    return more;
}

/* `other` is `own` in the other form. A line added there arrives here, and nothing else changes. */
static inline void property_carry(struct arena *a, const char *input, const struct text_doc *own,
                                  const struct text_doc *other)
{
    const struct text_doc *base[2] = {own, other}, *added[2] = {own, property_with_line(a, other)};
    struct text_doc *carried;
    if (!text_carry(a, base, base, SIDE_FIRST, &carried))
        property_failed("no change is no conflict", input, "", "");
    property_same(a, "without a change nothing changes", input, own, carried);
    if (own->source && !str_eq(own->source, text_to_wiki(a, carried)))
        property_failed("without a change the bytes stay", input, own->source, text_to_wiki(a, carried));
    if (!text_carry(a, base, added, SIDE_FIRST, &carried))
        property_failed("a change of one side is no conflict", input, "", "");
    property_same(a, "an added line is added", input, property_with_line(a, own), carried);
    if (own->source)
        property_same(a, "the carried bytes say the same", input, property_with_line(a, own),
                      property_read(a, text_to_wiki(a, carried)));
    else
        property_same(a, "the carried ADF says the same", input, property_with_line(a, own),
                      text_from_adf(a, text_to_adf(a, carried)));
}

/* Appends to the text node that is `countdown` texts ahead; true when there was one. */
static inline bool property_edit(json_t *node, unsigned *countdown)
{
    size_t i;
    json_t *child;
    const char *text = json_at_str(node, "text");
    if (text && str_eq(json_at_str(node, "type"), "text") && (*countdown)-- == 0) {
        json_object_set_new(node, "text", json_sprintf("%szq", text));
        return true;
    }
    json_array_foreach (json_object_get(node, "content"), i, child)
        if (property_edit(child, countdown))
            return true;
    return false;
}

/* `other` is the wiki form of `own`, which is ADF. A word changed there is changed here: said in wiki markup, what
 * comes of it is what the other side says now. */
static inline void property_carry_edit(struct arena *a, const char *input, const struct text_doc *own,
                                       const struct text_doc *other, unsigned which)
{
    json_t *adf = json_keep(a, json_deep_copy(text_to_adf(a, other)));
    const struct text_doc *base[2] = {own, other};
    struct text_doc *carried;
    if (!property_edit(adf, &which))
        return;
    struct text_doc *edited = property_read(a, text_to_wiki(a, text_from_adf(a, adf)));
    const struct text_doc *now[2] = {own, edited};
    if (!text_carry(a, base, now, SIDE_FIRST, &carried))
        property_failed("an edit of one side is no conflict", input, "", "");
    property_same(a, arena_printf(a, "an edit arrives: %s", text_to_wiki(a, edited)), input, edited,
                  property_read(a, text_to_wiki(a, carried)));
}

static inline void property_losses(const struct text_loss *losses, size_t count, const char *input)
{
    for (size_t i = 0; i < count; i++)
        if (!losses[i].path || !losses[i].kind || !losses[i].what || !losses[i].excerpt ||
            (i && losses[i].block && losses[i].block < losses[i - 1].block))
            property_failed("a loss says what and where, in order", input, "", losses[i].what);
}

static inline void property_wiki(const char *markup, size_t length)
{
    struct arena a = ARENA_INIT;
    struct text_doc *doc = text_from_wiki(&a, markup, length), *merged[2];
    const char *input = str_replace(&a, arena_strndup(&a, markup, length), "\n", "\\n\n");
    if (!memchr(markup, 0, length) && !str_eq(text_to_wiki(&a, doc), arena_strndup(&a, markup, length)))
        property_failed("markup comes back byte for byte", input, input, text_to_wiki(&a, doc));

    json_t *adf = text_to_adf(&a, doc);
    struct text_doc *again = text_from_adf(&a, adf);
    property_same(&a, "the ADF says the same", input, doc, again);
    if (!json_equal(adf, text_to_adf(&a, again)))
        property_failed("the ADF comes back", input, json_print(&a, adf), json_print(&a, text_to_adf(&a, again)));

    const char *printed = text_to_wiki(&a, again);
    struct text_loss *losses;
    bool flagged = text_loss_to_adf(&a, doc, &losses) > 0, tangled = property_is_tangled(doc->root);
    property_losses(losses, flagged ? text_loss_to_adf(&a, doc, &losses) : 0, input);
    if (!(tangled && flagged) && !str_eq(text_canonical(&a, doc), text_canonical(&a, property_read(&a, printed))))
        property_failed(arena_printf(&a, "printed markup says the same: %s", printed), input, text_canonical(&a, doc),
                        text_canonical(&a, property_read(&a, printed)));
    printed = text_to_wiki(&a, property_blocks(&a, doc));
    if (!tangled)
        property_same(&a, "the blocks' own bytes say the same", input, doc, property_read(&a, printed));

    if (!text_merge(&a, doc, (const struct text_doc *[2]){doc, again}, merged))
        property_failed("a merge of equals is no conflict", input, "", "");
    property_same(&a, "a merge of equals changes nothing", input, doc, merged[1]);
    if (!tangled)
        property_carry(&a, input, doc, again);
    text_to_plain(&a, doc);
    arena_release(&a);
}

static inline void property_adf(const json_t *value)
{
    struct arena a = ARENA_INIT;
    const char *input = json_print(&a, value);
    struct text_doc *doc = text_from_adf(&a, value);
    json_t *adf = text_to_adf(&a, doc);
    struct text_doc *again = text_from_adf(&a, adf);
    property_same(&a, "ADF comes back the same", input, doc, again);
    if (!json_equal(adf, text_to_adf(&a, again)))
        property_failed("printed ADF is stable", input, json_print(&a, adf), json_print(&a, text_to_adf(&a, again)));
    struct text_loss *losses;
    const char *markup = text_to_wiki(&a, doc);
    size_t lost = text_loss(&a, doc, &losses);
    struct text_doc *read = property_read(&a, markup);
    property_losses(losses, lost, input);
    if (!lost) {
        property_same(&a, "nothing is lost without a finding", input, doc, read);
        property_same(&a, "nor on the way back", input, doc, text_from_adf(&a, text_to_adf(&a, read)));
    }
    property_carry(&a, input, doc, read);
    for (unsigned which = 0; which < 3; which++)
        property_carry_edit(&a, input, doc, read, which);
    text_to_plain(&a, doc);
    arena_release(&a);
}

/* Bytes as choices: a byte string makes a text of the pieces that mean something. */
struct property_bytes {
    const unsigned char *at, *end;
};

static inline unsigned property_choice(struct property_bytes *b, unsigned below)
{
    return b->at < b->end ? *b->at++ % below : 0;
}

static inline char *property_markup(struct arena *a, struct property_bytes *b)
{
    static const char *const pieces[] = {"a",
                                         "b",
                                         " ",
                                         " ",
                                         "\n",
                                         "\n",
                                         "\n\n",
                                         "*",
                                         "_",
                                         "-",
                                         "+",
                                         "^",
                                         "~",
                                         "{{",
                                         "}}",
                                         "\?\?",
                                         "{*}",
                                         "{_}",
                                         "{-}",
                                         "\\",
                                         "\\\\",
                                         "{quote}",
                                         "{quote}",
                                         "{panel}",
                                         "{panel:title=t|bgColor=#abcdef}",
                                         "{code}",
                                         "{code:c}",
                                         "{noformat}",
                                         "{color:red}",
                                         "{color:#00f}",
                                         "{color}",
                                         "{anchor:x}",
                                         "|",
                                         "|",
                                         "||",
                                         "* ",
                                         "# ",
                                         "** ",
                                         "*# ",
                                         "- ",
                                         "-- ",
                                         "h1. ",
                                         "h3.",
                                         "bq. ",
                                         "----",
                                         "--",
                                         "---",
                                         "[a|http://x.y]",
                                         "[~bob]",
                                         "[^f.zip]",
                                         "[#x]",
                                         "[",
                                         "]",
                                         "|http://x.y]",
                                         "http://x.y/z",
                                         "mailto:a@b.c",
                                         "!a.png!",
                                         "!http://x.y/a.png|alt=\"q\"!",
                                         "!",
                                         ":)",
                                         "(y)",
                                         "(x)",
                                         "&#42;",
                                         "&",
                                         "#",
                                         "\xc3\xa4",
                                         "\xf0\x9f\x99\x82",
                                         "\xe2\x80\x8b",
                                         "1",
                                         ".",
                                         ",",
                                         "(",
                                         ")",
                                         ":",
                                         ";",
                                         "{",
                                         "}",
                                         "?",
                                         "\t",
                                         "\r\n",
                                         "[*b*|http://x.y|smart-link]",
                                         "\xff",
                                         "<",
                                         "\"",
                                         "'",
                                         "=",
                                         "/",
                                         "x y"};
    struct buf out = BUF_INIT(1 << 20);
    while (b->at < b->end)
        buf_adds(&out, pieces[property_choice(b, ARRAY_LEN(pieces))]);
    char *markup = arena_strndup(a, buf_str(&out), out.len);
    buf_release(&out);
    return markup;
}

static inline json_t *property_line(struct property_bytes *b)
{
    static const char *const texts[] = {"a",        " ",         "b c",    "*",      "_x_",  "http://x.y/a", "h1. ",
                                        "* ",       "|",         "[~bob]", "{code}", "\\",   ":)",           "-",
                                        "--",       "!a.png!",   "&#65;",  "{{m}}",  "\n",   " d",           "e ",
                                        "\xc3\xa4", "\?\?c\?\?", "]",      "{*}",    "----", "bq. ",         "(y)"};
    static const char *const marks[] = {"strong", "em",        "strike", "underline",      "code",
                                        "subsup", "textColor", "link",   "backgroundColor"};
    json_t *line = json_array();
    for (unsigned n = property_choice(b, 6); n > 0; n--) {
        unsigned kind = property_choice(b, 16);
        if (kind == 0) {
            json_array_append_new(line, json_pack("{s:s}", "type", "hardBreak"));
        } else if (kind == 1) {
            json_array_append_new(line, json_pack("{s:s, s:{s:s}}", "type", "mention", "attrs", "id", "u1"));
        } else if (kind == 2) {
            json_array_append_new(line, json_pack("{s:s, s:{s:s, s:s}}", "type", "emoji", "attrs", "shortName",
                                                  ":check_mark:", "text", ":check_mark:"));
        } else if (kind == 3) {
            json_array_append_new(
                line, json_pack("{s:s, s:{s:s, s:s}}", "type", "status", "attrs", "text", "ok", "color", "green"));
        } else {
            json_t *text = json_pack("{s:s, s:s}", "type", "text", "text", texts[property_choice(b, ARRAY_LEN(texts))]);
            json_t *list = json_array();
            for (unsigned k = property_choice(b, 8); k > 5; k--) {
                const char *mark = marks[property_choice(b, ARRAY_LEN(marks))];
                json_t *m = json_pack("{s:s}", "type", mark);
                if (str_eq(mark, "subsup"))
                    json_object_set_new(m, "attrs", json_pack("{s:s}", "type", "sup"));
                if (str_eq(mark, "textColor") || str_eq(mark, "backgroundColor"))
                    json_object_set_new(m, "attrs", json_pack("{s:s}", "color", "#ff0000"));
                if (str_eq(mark, "link"))
                    json_object_set_new(m, "attrs", json_pack("{s:s}", "href", "http://x.y"));
                json_array_append_new(list, m);
            }
            json_object_set_new(text, "marks", list);
            json_array_append_new(line, text);
        }
    }
    return line;
}

/* A document of the schema's nodes in places where they may or may not stand. */
static inline json_t *property_node(struct property_bytes *b, int depth)
{
    static const char *const kinds[] = {
        "paragraph",  "heading",      "codeBlock", "rule",         "mediaSingle",    "bulletList",   "orderedList",
        "listItem",   "blockquote",   "panel",     "table",        "tableRow",       "tableCell",    "tableHeader",
        "expand",     "nestedExpand", "taskList",  "taskItem",     "layoutSection",  "layoutColumn", "hologram",
        "mediaGroup", "media",        "text",      "decisionList", "bodiedExtension"};
    const char *kind = kinds[property_choice(b, ARRAY_LEN(kinds))];
    json_t *node = json_pack("{s:s}", "type", kind);
    if (str_eq(kind, "paragraph") || str_eq(kind, "heading") || str_eq(kind, "taskItem")) {
        json_object_set_new(node, "content", property_line(b));
        if (*kind == 'h')
            json_object_set_new(node, "attrs", json_pack("{s:i}", "level", (int)property_choice(b, 8)));
        return node;
    }
    if (str_eq(kind, "text") || str_eq(kind, "codeBlock")) {
        json_t *text = json_pack("{s:s, s:s}", "type", "text", "text", "{code} x\n");
        if (*kind == 't') {
            json_decref(node);
            return text;
        }
        json_object_set_new(node, "content", json_pack("[o]", text));
        return node;
    }
    if (str_eq(kind, "media"))
        json_object_set_new(node, "attrs",
                            json_pack("{s:s, s:s, s:s}", "type", "file", "id", "f.png", "collection", ""));
    json_t *content = json_array();
    for (unsigned n = depth > 5 ? 0 : property_choice(b, 4); n > 0 && b->at < b->end; n--)
        json_array_append_new(content, property_node(b, depth + 1));
    json_object_set_new(node, "content", content);
    return node;
}

static inline json_t *property_document(struct property_bytes *b)
{
    json_t *content = json_array();
    while (b->at < b->end)
        json_array_append_new(content, property_node(b, 0));
    return json_pack("{s:i, s:s, s:o}", "version", 1, "type", "doc", "content", content);
}
