/* align.c - which blocks of two texts belong together, when each is in its own site's form.
 *
 * The forms can say different things: a section that expands is a bold line and paragraphs in wiki markup, a task list
 * a bullet list. So each block is said in wiki markup and read again, and what comes of both sides is compared; blocks
 * whose sayings touch are one segment. What is left between two segments belongs together by its place. */
#include "text/blocks.h"

#include "base/str.h"

/* All that the blocks of a side say in wiki markup, and who says it. */
struct sayings {
    struct text_blocks said;
    size_t *owner;      /* of each saying */
    bool *says_nothing; /* of each block */
};

static struct sayings sayings_of(struct arena *a, const struct text_blocks *blocks, bool is_wiki)
{
    struct sayings s = {.says_nothing = arena_array(a, bool, blocks->count)};
    struct buf markup = BUF_INIT(SIZE_MAX / 4);
    size_t owners = 0;
    for (size_t i = 0; i < blocks->count; i++) {
        struct text_blocks said = {&blocks->list[i], 1};
        if (!is_wiki) {
            buf_clear(&markup);
            text_wiki_block(blocks->list[i].node, &markup);
            said = text_blocks_of(a, text_from_wiki(a, buf_str(&markup), markup.len)->root->first);
        }
        s.says_nothing[i] = said.count == 0;
        for (size_t k = 0; k < said.count; k++) {
            *arena_push(a, s.said.list, s.said.count) = said.list[k];
            *arena_push(a, s.owner, owners) = i;
        }
    }
    buf_release(&markup);
    return s;
}

static void add(struct arena *a, struct text_segments *out, size_t from0, size_t to0, size_t from1, size_t to1)
{
    if (from0 < to0 || from1 < to1)
        *arena_push(a, out->list, out->count) = (struct text_segment){{from0, from1}, {to0, to1}};
}

static void add_silent(struct arena *a, struct text_segments *out, const struct sayings s[2], size_t at[2],
                       const size_t end[2])
{
    for (; at[0] < end[0] && s[0].says_nothing[at[0]]; at[0]++)
        add(a, out, at[0], at[0] + 1, at[1], at[1]);
    for (; at[1] < end[1] && s[1].says_nothing[at[1]]; at[1]++)
        add(a, out, at[0], at[0], at[1], at[1] + 1);
}

static size_t count_heard(const struct sayings *s, size_t from, size_t to)
{
    size_t n = 0;
    for (; from < to; from++)
        n += !s->says_nothing[from];
    return n;
}

/* Blocks that found no equal: one by one when there are as many on both sides, else together. What says nothing in
 * wiki markup has no counterpart. */
static void add_gap(struct arena *a, struct text_segments *out, const struct sayings s[2], size_t at[2],
                    const size_t end[2])
{
    bool pairs = count_heard(&s[0], at[0], end[0]) == count_heard(&s[1], at[1], end[1]);
    size_t heard[2];
    for (;;) {
        add_silent(a, out, s, at, end);
        for (int k = 0; k < 2; k++)
            heard[k] = at[k] < end[k];
        if (!heard[0] && !heard[1])
            return;
        size_t from[2] = {at[0], at[1]};
        if (pairs || !heard[0] || !heard[1]) {
            at[0] += heard[0];
            at[1] += heard[1];
        } else {
            for (int k = 0; k < 2; k++)
                for (at[k] = end[k]; s[k].says_nothing[at[k] - 1];)
                    at[k]--;
        }
        add(a, out, from[0], at[0], from[1], at[1]);
    }
}

struct text_segments text_align_same(struct arena *a, size_t count)
{
    struct text_segments out = {0};
    for (size_t i = 0; i < count; i++)
        add(a, &out, i, i + 1, i, i + 1);
    return out;
}

struct text_segments text_align(struct arena *a, const struct text_blocks sides[2], const bool is_wiki[2])
{
    struct text_segments out = {0};
    bool same_form = is_wiki[0] == is_wiki[1];
    const struct sayings s[2] = {sayings_of(a, &sides[0], same_form || is_wiki[0]),
                                 sayings_of(a, &sides[1], same_form || is_wiki[1])};
    const size_t *partner = text_blocks_match(a, &s[0].said, &s[1].said);
    size_t at[2] = {0, 0}, n = s[0].said.count;
    for (size_t i = 0; i < n;) {
        if (partner[i] == TEXT_NONE) {
            i++;
            continue;
        }
        const size_t begin[2] = {s[0].owner[i], s[1].owner[partner[i]]};
        size_t end[2] = {begin[0] + 1, begin[1] + 1};
        for (i++; i < n; i++) {
            if (partner[i] == TEXT_NONE)
                continue;
            if (s[0].owner[i] >= end[0] && s[1].owner[partner[i]] >= end[1])
                break;
            end[0] = s[0].owner[i] + 1;
            end[1] = s[1].owner[partner[i]] + 1;
        }
        add_gap(a, &out, s, at, begin);
        add(a, &out, begin[0], end[0], begin[1], end[1]);
        at[0] = end[0];
        at[1] = end[1];
    }
    add_gap(a, &out, s, at, (const size_t[2]){sides[0].count, sides[1].count});
    return out;
}
