/* doc.h - the document model: a tree of blocks and inlines shaped like ADF, which is the richer of the two forms.
 *
 * A node is what ADF calls a node. Attributes are kept as the JSON they came with (or would be printed as), so that a
 * node this program knows little about still comes back whole; a node it knows nothing about is OPAQUE and keeps its
 * JSON. Marks with a wiki form are a bit set plus two strings, all others stay JSON in `extra`.
 *
 * Invariants: strings are UTF-8 without zero bytes; text nodes are not empty and hold no line ends; the tree obeys
 *             the ADF schema's content rules (fit.c sees to it); nesting is at most TEXT_DEPTH_MAX.
 * Life:       nodes live in their document's arena and borrow strings and JSON that live there too. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "text/text.h"

enum { TEXT_DEPTH_MAX = 200 };

enum text_kind {
    /* inlines */
    TEXT_TEXT,
    TEXT_BREAK,
    TEXT_MENTION,
    TEXT_EMOJI,
    TEXT_CARD,
    TEXT_DATE,
    TEXT_STATUS,
    TEXT_PLACEHOLDER,
    TEXT_MEDIA_INLINE,
    TEXT_INLINE_EXTENSION,
    TEXT_OPAQUE_INLINE,
    /* blocks that hold inlines */
    TEXT_PARAGRAPH,
    TEXT_HEADING,
    TEXT_TASK,
    TEXT_DECISION,
    TEXT_CAPTION,
    /* blocks that hold blocks */
    TEXT_DOC,
    TEXT_BULLETS,
    TEXT_NUMBERS,
    TEXT_ITEM,
    TEXT_QUOTE,
    TEXT_PANEL,
    TEXT_TABLE,
    TEXT_ROW,
    TEXT_HEADER,
    TEXT_CELL,
    TEXT_MEDIA_SINGLE,
    TEXT_MEDIA_GROUP,
    TEXT_EXPAND,
    TEXT_NESTED_EXPAND,
    TEXT_TASKS,
    TEXT_BLOCK_TASK,
    TEXT_DECISIONS,
    TEXT_LAYOUT,
    TEXT_COLUMN,
    TEXT_BODIED_EXTENSION,
    TEXT_BODIED_SYNC,
    /* blocks without content */
    TEXT_CODE,
    TEXT_RULE,
    TEXT_MEDIA,
    TEXT_BLOCK_CARD,
    TEXT_EMBED_CARD,
    TEXT_EXTENSION,
    TEXT_SYNC,
    TEXT_OPAQUE,
    TEXT_KIND_COUNT
};

/* Marks that need no attribute; their order here is the order in which ADF prints and wiki markup nests them. */
enum text_mark {
    TEXT_STRONG = 1,
    TEXT_EM = 2,
    TEXT_STRIKE = 4,
    TEXT_UNDERLINE = 8,
    TEXT_SUB = 16,
    TEXT_SUP = 32,
    TEXT_MONO = 64
};

struct text_marks {
    unsigned flags;      /* of enum text_mark */
    const char *color;   /* "#rrggbb", lower case; NULL without */
    const char *href;    /* NULL without a link */
    const json_t *link;  /* all attributes of the link as they came; NULL: only the href. Not compared */
    const json_t *extra; /* array of the marks that have no wiki form; NULL when there are none */
};

/* The bytes that a block was read from: its wiki markup with the blank lines after it, or its JSON. */
struct text_origin {
    const char *bytes;
    size_t length;
    bool is_adf;
};

struct text_node {
    enum text_kind kind;
    int level;        /* HEADING: 1 to 6 */
    const char *text; /* TEXT, CODE: not terminated at `length`; of a MENTION, CARD, MEDIA or MEDIA_INLINE without attrs
                         what it is about, from which text_attrs makes them: a user, an address, a file's name */
    size_t length;
    struct text_marks marks; /* TEXT only */
    const json_t *attrs;     /* all attributes but a heading's level; NULL without. Read them with text_attrs */
    const json_t *outer;     /* marks of a block or of media, as they came; NULL without */
    const json_t *raw;       /* OPAQUE: the whole node */
    struct text_node *first, *last, *next;
    struct text_origin *origin; /* of a block right under the document; NULL when it was changed since */
};

struct text_doc {
    struct text_node *root;  /* a TEXT_DOC */
    const char *source;      /* the wiki markup it was read from, byte for byte; NULL otherwise */
    bool crlf;               /* every line of the source ended in CR LF */
    bool keeps_adf;          /* blocks are printed as the ADF they were read from */
    struct text_loss *drops; /* what the reader of wiki markup left out or put elsewhere, as it came upon it */
    size_t drop_count;
};

enum { TEXT_DROPS_MAX = 1000 };
/* The next drop, for the block, to be filled in; NULL when there are enough already, of which the last one tells. */
struct text_loss *text_drop(struct arena *, struct text_doc *, size_t block);

struct text_doc *text_doc_new(struct arena *);
struct text_node *text_node_new(struct arena *, enum text_kind);
void text_append(struct text_node *parent, struct text_node *child);
bool text_kind_is_inline(enum text_kind);
/* Holds inlines directly. */
bool text_kind_is_line(enum text_kind);
/* "paragraph"; NULL for opaque nodes. */
const char *text_kind_name(enum text_kind);
/* The kind of an ADF type; TEXT_OPAQUE when it is not known. */
enum text_kind text_kind_of(const char *adf_type);
bool text_marks_equal(const struct text_marks *, const struct text_marks *);
const char *text_attr(const struct text_node *, const char *name); /* a string attribute; NULL without */
/* All attributes; NULL without. A million mentions are read from markup without a tree of JSON for each. */
const json_t *text_attrs(struct arena *, const struct text_node *);

/* Makes the tree obey the content rules of the ADF schema: what a container may not hold is unwrapped, or put after it.
 * With `tells` that is added to the document's drops. */
void text_fit(struct arena *, struct text_doc *, bool tells);
/* What a node says, from its start, in one line of at most 60 bytes. */
const char *text_excerpt(struct arena *, const struct text_node *);
const char *text_excerpt_of(struct arena *, const char *text, size_t length);

/* The inlines of a block in normal form: runs of text with equal marks are one, blanks carry only marks that both
 * their neighbours have, no blanks or breaks at the ends or blanks around breaks, a link that shows its own address is
 * plain text, an emoji that is a character is that character. */
struct text_run {
    const struct text_node *atom; /* NULL: text */
    const char *text;
    size_t length;
    struct text_marks marks;
};
size_t text_runs(struct arena *, const struct text_node *line, bool in_header, struct text_run **runs_r);

/* In a list item or a cell wiki markup has no paragraphs: two of them say the same as two breaks between their lines.
 * Joins the paragraphs and file groups from *node on and moves *node behind them. Can be empty. */
bool text_can_join(const struct text_node *);
struct text_node *text_join_lines(struct arena *, const struct text_node **node);
bool text_joins_lines(enum text_kind container);
bool text_line_is_empty(struct arena *, const struct text_node *line);

/* One block's canonical string, with a newline at its end; nothing for an empty paragraph. The scratch arena is emptied
 * now and then. */
void text_canonical_block(struct arena *scratch, const struct text_node *, struct buf *);
/* What one block of the document says in wiki markup, from the model alone, without line ends at its end. */
void text_wiki_block(const struct text_node *, struct buf *);
/* Appends what the node says, without any markup. */
void text_plain_node(const struct text_node *, struct buf *);
/* The same document without any memory of its source. */
struct text_doc *text_without_native(struct arena *, const struct text_doc *);
