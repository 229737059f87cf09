/* wiki_print.h - what the block half (wiki_print.c) and the inline half (wiki_line.c) of the wiki printer share. */
#pragma once

#include "text/wiki.h"

struct wiki_style {
    bool in_table;    /* a bar must be escaped */
    bool in_header;   /* bold is what a header cell is anyway */
    bool single_line; /* a break is written as two backslashes */
    bool line_start;  /* the first line begins at the start of a line, where blocks begin */
};

/* Memory that printing one line needs, used again for the next. */
struct wiki_scratch {
    struct arena a;
    struct buf out, kinds;
};
#define WIKI_SCRATCH_INIT                                                                                              \
    {                                                                                                                  \
        ARENA_INIT, BUF_INIT(SIZE_MAX / 4), BUF_INIT(SIZE_MAX / 4)                                                     \
    }
void wiki_scratch_release(struct wiki_scratch *);

/* The inlines of a line as markup that reads back as the same inlines. The scratch arena is emptied afterwards; the
 * line itself may live in it. */
void wiki_print_line(struct wiki_scratch *, const struct text_node *line, const struct wiki_style *, struct buf *out);
/* Puts between what must not touch a character that nobody sees and no reader of ours keeps (U+200B). */
#define WIKI_APART "\xe2\x80\x8b"

/* Escapes written-out inlines. For each byte of `o` there is one of `kinds`: 0 for markup, for text 1, the six marks
 * around it in bits 1 to 6, and bit 7 inside of a link. */
void wiki_escape(const char *o, const unsigned char *kinds, size_t length, const struct wiki_style *, struct buf *out);

/* A file's or image's name for !…! and [^…]. */
const char *wiki_media_name(const struct text_node *media);
/* Is there a form of this media that is read back as an image without attributes? */
bool wiki_is_file_name(const char *name);
