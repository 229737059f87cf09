/* blocks.h - siblings compared one by one: what merge.c and align.c build on. */
#pragma once

#include "text/doc.h"

#include "base/side.h"

#include <stdint.h>

#define TEXT_NONE SIZE_MAX

struct text_block {
    const struct text_node *node;
    const struct text_node *first, *until; /* the node with the empty paragraphs behind it (and before the first one) */
    const char *canon;
    size_t length;
    uint64_t hash;
};

struct text_blocks {
    struct text_block *list;
    size_t count;
};

/* From `first` and its siblings those that say something. */
struct text_blocks text_blocks_of(struct arena *, const struct text_node *first);
bool text_block_same(const struct text_block *, const struct text_block *);
/* For each block of the first list its equal in the other, in order, or TEXT_NONE: a longest common subsequence, but
 * where both differ in so many blocks that it would take too long (they count as different then). */
size_t *text_blocks_match(struct arena *, const struct text_blocks *, const struct text_blocks *other);

/* Blocks base..base_end became from..to; nothing to something is an insertion. */
struct text_hunk {
    size_t base, base_end, from, to;
};

struct text_hunks {
    struct text_hunk *list;
    size_t count;
};

/* What differs between a list of `n` blocks and one of `m`, matched by `partner`. */
struct text_hunks text_hunks_of(struct arena *, const size_t *partner, size_t n, size_t m);

/* A stretch of blocks that says the same on both sides, as far as their forms can; empty on one side where that side
 * has nothing for it. Segments follow each other without gaps. */
struct text_segment {
    size_t from[2], to[2];
};

struct text_segments {
    struct text_segment *list;
    size_t count;
};

/* A block of ADF whose counterpart on the other side, which was `was`, is `now`: with what changed there changed in it,
 * item by item, row by row, and all else kept. NULL when they are not built alike: then `now` takes its place. */
struct text_node *text_carry_inside(struct arena *, const struct text_node *own, const struct text_node *was,
                                    const struct text_node *now);

/* Two lists that are the same list of blocks, one segment for each. */
struct text_segments text_align_same(struct arena *, size_t count);
/* Two texts that were the same when last written, each in its own site's form. `is_wiki`: the side was read from wiki
 * markup, so its blocks are their own nearest wiki form. */
struct text_segments text_align(struct arena *, const struct text_blocks sides[2], const bool is_wiki[2]);
