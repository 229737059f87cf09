/* wiki_parse.h - what the block half (wiki_block.c) and the inline half (wiki_flow.c) of the wiki parser share. */
#pragma once

#include "text/wiki.h"

enum { WIKI_COLOR_DEPTH = 16 };

struct wiki_parser {
    struct arena *a;
    const char *s; /* valid UTF-8, line ends are LF */
    size_t n;
    struct wiki_tag *tags;
    size_t tag_count;
    const char *colors[WIKI_COLOR_DEPTH]; /* open colours, innermost last; they reach over blocks */
    size_t color_count;
    struct text_doc *doc;
    struct text_node *root;                         /* the document's */
    size_t group;                                   /* where the markup of the block under construction begins */
    bool group_is_tinted;                           /* a colour was open there */
    size_t mono_none_end;                           /* no monospaced text closes before this line end */
    size_t line, line_to;                           /* the line last looked for; see wiki_this_line_end */
    const json_t *faces[WIKI_EMOTICONS], *centered; /* attributes that many nodes share; NULL until the first one */
};

/* Where a flow of inlines stands: what starts a block there depends on it. */
struct wiki_place {
    struct text_node *parent;
    enum text_kind kind; /* PARAGRAPH or HEADING */
    int level;
    size_t list_depth; /* 0 outside of list items */
    bool single_line;  /* a heading or bq. ends with its line */
};

/* Parses inlines from `at`, appending lines (and images, and a macro that stands at `at`) to the place's parent.
 * Returns where it stopped: at `end`, at the line end before a new block, or at a macro further on. */
size_t wiki_flow(struct wiki_parser *, size_t at, size_t end, const struct wiki_place *);
/* As wiki_line_end; asked again and again for one long line it takes no time. */
size_t wiki_this_line_end(struct wiki_parser *, size_t at, size_t end);
void wiki_blocks(struct wiki_parser *, size_t at, size_t end, struct text_node *parent);
/* Does the line at `at` end a paragraph before it? */
bool wiki_starts_block(struct wiki_parser *, size_t at, size_t end, size_t list_depth);
void wiki_add_block(struct wiki_parser *, struct text_node *parent, struct text_node *block);
/* Writes down that something is left out; its block is found later, by `at`. */
void wiki_drop(struct wiki_parser *, size_t at, const char *kind, const char *what);
/* The tag at `at`, if it is a macro with partner before `end` (or an anchor); NULL for text. */
struct wiki_tag *wiki_live_tag(struct wiki_parser *, size_t at, size_t end);
/* Acts on a {color} tag that opens or closes a colour; false when it does neither and is text. */
bool wiki_color_tag(struct wiki_parser *, struct wiki_tag *);
/* Where in this line a macro with a block begins; the line's end without one. */
size_t wiki_next_macro(struct wiki_parser *, size_t at, size_t line_end, size_t end);
/* Appends the block of a macro with content; returns the end of its closing tag. */
size_t wiki_macro_block(struct wiki_parser *, struct wiki_tag *opening, struct text_node *parent);
/* "#rrggbb" of a colour name, #rgb, #rrggbb or rgb(r,g,b); NULL for anything else. */
const char *wiki_color(struct arena *, const char *name, size_t length);
