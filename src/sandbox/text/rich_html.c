/* rich_html.c - a text as Jira's pages show it: what renderedFields and renderedBody hold.
 *
 * The elements and classes are those of Jira's wiki renderer. Addresses that a browser would run are shown as text. */
#include "sandbox/text/rich_html.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

static void escape(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '&':
            buf_adds(out, "&amp;");
            break;
        case '<':
            buf_adds(out, "&lt;");
            break;
        case '>':
            buf_adds(out, "&gt;");
            break;
        case '"':
            buf_adds(out, "&quot;");
            break;
        default:
            buf_addc(out, text[i]);
        }
    }
}

static void escape_string(struct buf *out, const char *text)
{
    if (text)
        escape(out, text, strlen(text));
}

static bool is_address(const char *href)
{
    return str_starts(href, "http://") || str_starts(href, "https://") || str_starts(href, "mailto:");
}

static void run(struct buf *out, const struct text_node *node)
{
    static const struct {
        unsigned flag;
        const char *open, *close;
    } MARKS[] = {
        {TEXT_STRONG, "<b>", "</b>"},        {TEXT_EM, "<em>", "</em>"},    {TEXT_STRIKE, "<del>", "</del>"},
        {TEXT_UNDERLINE, "<ins>", "</ins>"}, {TEXT_SUB, "<sub>", "</sub>"}, {TEXT_SUP, "<sup>", "</sup>"},
        {TEXT_MONO, "<tt>", "</tt>"},
    };
    bool is_link = node->marks.href && is_address(node->marks.href);
    if (is_link) {
        buf_adds(out, "<a href=\"");
        escape_string(out, node->marks.href);
        buf_adds(out, "\" class=\"external-link\" target=\"_blank\" rel=\"nofollow noopener\">");
    }
    if (node->marks.color) {
        buf_adds(out, "<font color=\"");
        escape_string(out, node->marks.color);
        buf_adds(out, "\">");
    }
    for (size_t i = 0; i < ARRAY_LEN(MARKS); i++)
        if (node->marks.flags & MARKS[i].flag)
            buf_adds(out, MARKS[i].open);
    escape(out, node->text, node->length);
    for (size_t i = ARRAY_LEN(MARKS); i-- > 0;)
        if (node->marks.flags & MARKS[i].flag)
            buf_adds(out, MARKS[i].close);
    buf_adds(out, node->marks.color ? "</font>" : "");
    buf_adds(out, is_link ? "</a>" : "");
}

/* What stands around the content of a block; NULL: only the content. */
static const char *const AROUND[TEXT_KIND_COUNT][2] = {
    [TEXT_PARAGRAPH] = {"<p>", "</p>\n"},
    [TEXT_BULLETS] = {"<ul>\n", "</ul>\n"},
    [TEXT_NUMBERS] = {"<ol>\n", "</ol>\n"},
    [TEXT_TASKS] = {"<ul>\n", "</ul>\n"},
    [TEXT_DECISIONS] = {"<ul>\n", "</ul>\n"},
    [TEXT_ITEM] = {"\t<li>", "</li>\n"},
    [TEXT_TASK] = {"\t<li>", "</li>\n"},
    [TEXT_DECISION] = {"\t<li>", "</li>\n"},
    [TEXT_QUOTE] = {"<blockquote>", "</blockquote>\n"},
    [TEXT_PANEL] = {"<div class=\"panel\" style=\"border-width: 1px;\"><div class=\"panelContent\">\n",
                    "</div></div>\n"},
    [TEXT_TABLE] = {"<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n", "</tbody></table>\n</div>\n"},
    [TEXT_ROW] = {"<tr>\n", "</tr>\n"},
    [TEXT_HEADER] = {"<th class='confluenceTh'>", "</th>\n"},
    [TEXT_CELL] = {"<td class='confluenceTd'>", "</td>\n"},
};

/* The paragraph that is all of a list's item or a cell shows no element of its own. */
static bool is_bare(const struct text_node *parent, const struct text_node *node)
{
    return node->kind == TEXT_PARAGRAPH && parent->first == node &&
           (parent->kind == TEXT_ITEM || parent->kind == TEXT_HEADER || parent->kind == TEXT_CELL);
}

static void show(struct buf *out, const struct text_node *node);

static void show_children(struct buf *out, const struct text_node *node)
{
    for (const struct text_node *child = node->first; child; child = child->next) {
        if (is_bare(node, child))
            show_children(out, child);
        else
            show(out, child);
    }
}

static void show_heading(struct buf *out, const struct text_node *node)
{
    buf_addf(out, "<h%d><a name=\"", node->level);
    for (const struct text_node *child = node->first; child; child = child->next)
        if (child->kind == TEXT_TEXT)
            escape(out, child->text, child->length);
    buf_adds(out, "\"></a>");
    show_children(out, node);
    buf_addf(out, "</h%d>\n", node->level);
}

static void show_code(struct buf *out, const struct text_node *node)
{
    const char *language = text_attr(node, "language");
    buf_adds(out, "<div class=\"code panel\" style=\"border-width: 1px;\"><div class=\"codeContent panelContent\">\n"
                  "<pre class=\"code-");
    escape_string(out, language ? language : "java");
    buf_adds(out, "\">");
    escape(out, node->text, node->length);
    buf_adds(out, "</pre>\n</div></div>\n");
}

static void show(struct buf *out, const struct text_node *node)
{
    struct buf said = BUF_INIT(SIZE_MAX / 4);
    switch (node->kind) {
    case TEXT_TEXT:
        run(out, node);
        return;
    case TEXT_BREAK:
        buf_adds(out, "<br/>\n");
        return;
    case TEXT_RULE:
        buf_adds(out, "<hr />\n");
        return;
    case TEXT_HEADING:
        show_heading(out, node);
        return;
    case TEXT_CODE:
        show_code(out, node);
        return;
    default:
        break;
    }
    const char *const *around = AROUND[node->kind];
    if (around[0] || node->first) {
        buf_adds(out, around[0] ? around[0] : "");
        show_children(out, node);
        buf_adds(out, around[0] ? around[1] : "");
        return;
    }
    text_plain_node(node, &said); /* people, files, cards, dates: what they say */
    escape_string(out, buf_str(&said));
    buf_release(&said);
}

char *rich_html(struct arena *a, const struct text_doc *doc)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    show_children(&out, doc->root);
    char *html = str_trim(a, buf_str(&out));
    buf_release(&out);
    return html;
}
