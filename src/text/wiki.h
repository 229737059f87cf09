/* wiki.h - the grammar of wiki markup, in one place for the parser and the printer: the printer escapes exactly what
 * the parser would take for markup.
 *
 * Every recogniser looks at a position and says whether its construct stands there, without side effects. All of them
 * stop at the end of the line, so that hostile input costs linear time. */
#pragma once

#include "text/doc.h"

enum wiki_macro { WIKI_CODE, WIKI_NOFORMAT, WIKI_QUOTE, WIKI_PANEL, WIKI_COLOR, WIKI_ANCHOR };

struct wiki_tag {
    enum wiki_macro macro;
    size_t at, end;     /* of the braces */
    const char *params; /* after the colon */
    size_t params_length;
    size_t partner; /* index of the closing tag, for an opening one, and back; SIZE_MAX when it has none */
    bool live;      /* an opening tag that the parser has acted on */
};

/* Is there a macro tag at `at`? */
bool wiki_tag_at(const char *s, size_t at, size_t end, struct wiki_tag *tag_r);
/* All tags with their partners, in order. Tags without partner are text. */
size_t wiki_tags(struct arena *, const char *s, size_t n, struct wiki_tag **tags_r);

bool wiki_is_blank(char c);     /* blank or tab */
bool wiki_is_escapable(char c); /* a backslash before it is an escape */
size_t wiki_backslashes(const char *s, size_t at, size_t end);
size_t wiki_line_end(const char *s, size_t at, size_t end);
bool wiki_line_is_blank(const char *s, size_t at, size_t end);
/* Letters and digits of any script; `before` looks at the character that ends at `at`. */
bool wiki_word_before(const char *s, size_t at);
bool wiki_word_after(const char *s, size_t at, size_t end);

/* The mark of * _ - + ^ ~, 0 for other bytes; and the letter of a mark. */
unsigned wiki_mark_of(char c);
char wiki_mark_letter(unsigned flag);
bool wiki_can_open(const char *s, size_t at, size_t end);
bool wiki_can_close(const char *s, size_t at, size_t end);

/* Blocks at the start of a line; `at` may stand before blanks. */
int wiki_heading_at(const char *s, size_t at, size_t end, size_t *content_r);
bool wiki_bq_at(const char *s, size_t at, size_t end, size_t *content_r);
bool wiki_rule_at(const char *s, size_t at, size_t end);
/* The marker's length; `depth` is how deep a list is open already (a marker of dashes alone needs one). */
size_t wiki_list_at(const char *s, size_t at, size_t end, size_t depth, size_t *marker_r, size_t *content_r);

/* The end of an en dash (--) or em dash (---) that stands alone, else 0. */
size_t wiki_dash_at(const char *s, size_t at, size_t end);
/* The end of an address in plain text, else 0; `open` are the marks open there, whose letters may not end it. */
size_t wiki_url_at(const char *s, size_t at, size_t end, unsigned open);
/* The end of &#…; and its character, else 0. */
size_t wiki_entity_at(const char *s, size_t at, size_t end, uint32_t *code_r);

struct wiki_emoticon {
    const char *markup, *name, *text; /* text is the character, or the name where there is none */
    const char *id;
};
enum { WIKI_EMOTICONS = 26 };
extern const struct wiki_emoticon WIKI_FACES[WIKI_EMOTICONS];
const struct wiki_emoticon *wiki_emoticon_at(const char *s, size_t at, size_t end);
const struct wiki_emoticon *wiki_emoticon_named(const char *short_name);

struct wiki_link {
    size_t end;
    enum { WIKI_LINK, WIKI_LINK_CARD, WIKI_LINK_FILE, WIKI_LINK_USER } kind;
    size_t text, text_end;     /* what is shown; may be markup when there is a bar */
    size_t target, target_end; /* address, file name, user */
    bool has_text;
    bool has_tip; /* shown by Server when the pointer rests on it */
};
/* The end of a pair of brackets in one line with something and no bracket inside, else 0. */
size_t wiki_bracket_end(const char *s, size_t at, size_t end);
bool wiki_link_at(const char *s, size_t at, size_t end, struct wiki_link *link_r);
/* Can the address stand in a link? */
bool wiki_is_target(const char *s, size_t from, size_t to);

struct wiki_image {
    size_t end;
    size_t name, name_end;
    size_t attrs, attrs_end; /* after the bar; equal when there are none */
};
bool wiki_image_at(const char *s, size_t at, size_t end, struct wiki_image *image_r);
