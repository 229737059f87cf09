/* hostile.h - texts that are made to take long: every construct begun and never ended, ended and never begun, packed as
 * closely as it can be, nested as deep as it goes. Used by hostile_test.c and by the benchmark. */
#pragma once

#include "base/buf.h"

#include <stddef.h>
#include <string.h>

/* A text is its piece again and again. */
static const char *const HOSTILE_WIKI[] = {
    /* letters, blanks, line ends */
    "a", "a ", "\t", "\n", "\r", "\r\n", " \n", "a\n", "a b\n\n", "1", "hhhh", "finm", "\xc3\xa4", "\xe2\x80\x8b",
    "\xff",
    /* marks */
    "*", "_", "-", "+", "^", "~", "*a ", "*a* ", "_a_ ", "*a_", "*a _b +c ", "_*", "+a+", "^a^", "a^b", "a*b_c-", "{*}",
    "{-}", "{*}a", "{*}a ", "{+}a{+}", "{^}a{^}", "*a\n", "_a\n_", "\?\?", "\?\?a", "\?\? ", "\?\?\?", "{{", "}}",
    "{{a", "{{a ", "{{a}}", "{{a}}b", "{{a}}b {{", "--", "---", "--- ", "-- ", "*{color:red}", "[*a*|http://x]",
    /* escapes, breaks, numbers */
    "\\", "\\\\", "\\*", "\\{", "a\\\\", "\\\\\n", "&", "&#1", "&#65;", "&#x", "&#xffffff",
    /* macros */
    "{", "{{{{", "{c", "{code", "{code:", "{code}", "{code:x}", "{code}x{code}", "{code:a|b=c}x{code}\n", "{noformat}",
    "{noformat}a", "{noformat}x{noformat}", "{quote}", "{quote}\n", "{quote}a{quote}", "{quote}* a\n{quote}",
    "{quote}{panel}", "{panel}", "{panel:", "{panel:a=b|", "{panel:title=t}x{panel}", "{color", "{color:red",
    "{color:red}", "{color}", "{color:red}a{color}", "{color:red}{color:red}{color}", "{color:red}\n\n", "{color:red}*",
    "{color:red}[", "{anchor:", "{anchor:a", "{anchor:x}",
    /* blocks */
    "h1", "h1.", "h1. ", "h1. \n", "bq. ", "bq. a\n", "----", "----\n", "* a\n", "** a\n", "*#*#-* a\n", "#* ", "* \n",
    "# \n* ", "-- a\n", "* {quote}\n", "* [", "* |", "* !a.png!", "|", "||", "|a", "|\n", "|a|\n|", "||a||\n", "\n|a\n",
    "|\\\n", "|[", "|!", "|{{", "||*", "|{quote}", "|{panel}x{panel}",
    /* links, images, addresses, faces */
    "[", "]", "[[[", "[a", "[a]", "[a] ", "[a\n", "[a|", "[a|b", "[a|http://x", "[a|http://x ", "[http://x|",
    "[a|http://x]", "[~", "[~a", "[~a]", "[^", "[^a]", "!", "!a", "!a|", "!a|b", "!a.b|", "!a.png!", "!http://x!",
    "[!a.png!|http://x]", "http://", "https://", "http://x ", "http://x.y/", "http://(", "http://x)", "http://x,",
    "ftp://", "mailto:", "mailto:a@", "(", "((((", "()()", "(*", "(y)", "(flag", "((x)", ":", ":-", ":)", ";)"};

/* `open` again and again (with commas when it is whole in itself), `middle`, and `close` as often. */
struct hostile_adf {
    const char *open, *middle, *close;
    size_t depth; /* how many before they are closed; 0: one after the other */
};
static const struct hostile_adf HOSTILE_ADF[] = {
    {"[", "", "]", 2000},
    {"[", "", "", 1 << 20},
    {"{\"a\":", "1", "}", 2000},
    {"{\"a\":", "", "", 1 << 20},
    {"[]", "", "", 0},
    {"{}", "", "", 0},
    {"1", "", "", 0},
    {"\"\\u00e4\"", "", "", 0},
    {"{\"type\":\"x\"}", "", "", 0},
    {"{\"type\":\"text\",\"text\":\"a\"}", "", "", 0},
    {"{\"type\":\"text\",\"text\":\"\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\"}", "", "", 0},
    {"{\"type\":\"text\",\"text\":\"a\",\"marks\":[{\"type\":\"x\"},{\"type\":\"x\"}]}", "", "", 0},
    {"{\"type\":\"text\",\"text\":\"a\",\"marks\":[{\"type\":\"strong\"},{\"type\":\"em\"}]}", "", "", 0},
    {"{\"type\":\"paragraph\"}", "", "", 0},
    {"{\"type\":\"rule\"}", "", "", 0},
    {"{\"type\":\"listItem\"}", "", "", 0},
    {"{\"type\":\"tableCell\"}", "", "", 0},
    {"{\"type\":\"caption\"}", "", "", 0},
    {"{\"type\":\"media\",\"attrs\":{}}", "", "", 0},
    {"{\"type\":\"mention\",\"attrs\":{\"id\":\"a\"}}", "", "", 0},
    {"{\"type\":\"heading\",\"attrs\":{\"level\":2}}", "", "", 0},
    {"{\"type\":\"codeBlock\",\"content\":[{\"text\":\"\\r\"}]}", "", "", 0},
    {"{\"type\":\"blockquote\",\"content\":[", "", "]}", 180},
    {"{\"type\":\"panel\",\"content\":[", "", "]}", 180},
    {"{\"type\":\"expand\",\"content\":[", "", "]}", 180},
    {"{\"type\":\"nestedExpand\",\"content\":[", "", "]}", 180},
    {"{\"type\":\"table\",\"content\":[", "", "]}", 180},
    {"{\"type\":\"bulletList\",\"content\":[", "", "]}", 180},
    {"{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":[", "", "]}]}", 90},
    {"{\"type\":\"panel\",\"content\":[{\"type\":\"table\",\"content\":[", "", "]}]}", 90},
    {"{\"type\":\"expand\",\"content\":[{\"type\":\"nestedExpand\",\"content\":[", "", "]}]}", 90},
    {"{\"type\":\"layoutSection\",\"content\":[{\"type\":\"expand\",\"content\":[", "", "]}]}", 90},
    {"{\"type\":\"taskList\",\"content\":[{\"type\":\"taskItem\",\"content\":[", "", "]}]}", 90},
    {"{\"type\":\"hologram\",\"content\":[", "", "]}", 900},
};

static inline void hostile_wiki(struct buf *out, const char *piece, size_t bytes)
{
    buf_clear(out);
    while (out->len < bytes)
        buf_adds(out, piece);
}

static inline void hostile_adf(struct buf *out, const struct hostile_adf *h, size_t bytes)
{
    size_t each = strlen(h->open) + strlen(h->close) + 1, depth = h->depth ? h->depth : 1;
    buf_clear(out);
    if (depth > bytes / each)
        depth = bytes / each;
    bool is_whole = *h->close || !h->depth;
    buf_adds(out, is_whole ? "[" : "");
    while (out->len < bytes) {
        if (out->len > 1 && is_whole)
            buf_addc(out, ',');
        for (size_t i = 0; i < depth; i++)
            buf_adds(out, h->open);
        buf_adds(out, h->middle);
        for (size_t i = 0; i < depth; i++)
            buf_adds(out, h->close);
    }
    buf_adds(out, is_whole ? "]" : "");
}
