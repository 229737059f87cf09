/* merge.c - three-way merge by blocks.
 *
 * Each side is compared with its own base; what differs is a list of hunks, put in terms of the segments in which both
 * bases agree (align.c). Hunks of both sides that touch the same segments and do not say the same are a conflict. Two
 * insertions at one place are none: both stay, the first side's before the second's. */
#include "text/blocks.h"

#include "base/str.h"

struct side_view {
    const struct text_doc *doc;
    struct text_blocks base, now;
    size_t *partner;         /* for each base block its equal now, or TEXT_NONE */
    size_t *segment_of;      /* for each base block */
    struct text_hunks hunks; /* base and base_end are segments */
    struct text_doc *out;
    bool kept; /* some block in `out` is the side's own */
};

struct merge {
    struct arena *a;
    struct text_segments segments;
    struct side_view side[2];
};

/* --- hunks over segments --- */

static void find_segments(struct merge *m, int k)
{
    struct side_view *v = &m->side[k];
    v->segment_of = arena_array(m->a, size_t, v->base.count);
    for (size_t s = 0; s < m->segments.count; s++)
        for (size_t i = m->segments.list[s].from[k]; i < m->segments.list[s].to[k]; i++)
            v->segment_of[i] = s;
}

/* Widened to whole segments: the blocks that have to go along are matched, so they count the same on both ends. */
static struct text_hunk widen(const struct merge *m, int k, const struct text_hunk *h)
{
    const struct side_view *v = &m->side[k];
    bool inside = h->base > 0 && h->base < v->base.count && v->segment_of[h->base - 1] == v->segment_of[h->base];
    if (h->base == h->base_end && !inside) {
        size_t at = h->base == v->base.count ? m->segments.count : h->base ? v->segment_of[h->base - 1] + 1 : 0;
        return (struct text_hunk){at, at, h->from, h->to};
    }
    size_t first = v->segment_of[h->base], last = h->base_end > h->base ? v->segment_of[h->base_end - 1] : first;
    return (struct text_hunk){first, last + 1, h->from - (h->base - m->segments.list[first].from[k]),
                              h->to + (m->segments.list[last].to[k] - h->base_end)};
}

static void find_hunks(struct merge *m, int k)
{
    struct side_view *v = &m->side[k];
    v->partner = text_blocks_match(m->a, &v->base, &v->now);
    struct text_hunks plain = text_hunks_of(m->a, v->partner, v->base.count, v->now.count);
    for (size_t i = 0; i < plain.count; i++) {
        struct text_hunk hunk = widen(m, k, &plain.list[i]);
        struct text_hunk *before = v->hunks.count ? &v->hunks.list[v->hunks.count - 1] : NULL;
        if (before && before->base_end > hunk.base) {
            before->base_end = hunk.base_end;
            before->to = hunk.to;
        } else {
            *arena_push(m->a, v->hunks.list, v->hunks.count) = hunk;
        }
    }
}

static bool is_insertion(const struct text_hunk *h)
{
    return h->base == h->base_end;
}

static bool overlap(const struct text_hunk *one, const struct text_hunk *other)
{
    if (is_insertion(one))
        return one->base > other->base && one->base < other->base_end;
    if (is_insertion(other))
        return other->base > one->base && other->base < one->base_end;
    return one->base < other->base_end && other->base < one->base_end;
}

static bool says_the_same(const struct merge *m, const struct text_hunk *first, const struct text_hunk *second)
{
    if (first->base != second->base || first->base_end != second->base_end ||
        first->to - first->from != second->to - second->from)
        return false;
    for (size_t i = 0; i < first->to - first->from; i++)
        if (!text_block_same(&m->side[0].now.list[first->from + i], &m->side[1].now.list[second->from + i]))
            return false;
    return true;
}

/* --- writing --- */

/* The block as it stands now on its own side, with the empty paragraphs that go with it. */
static void put_own(struct merge *m, int to, const struct text_block *block)
{
    struct side_view *v = &m->side[to];
    for (const struct text_node *node = block->first; node != block->until; node = node->next) {
        struct text_node *copy = text_node_new(m->a, node->kind);
        *copy = *node;
        text_append(v->out->root, copy);
    }
    v->kept = true;
}

/* A block of the other side: its bytes serve here when both write the same form. */
static void put_foreign(struct merge *m, int to, const struct text_block *block)
{
    struct text_node *copy = text_node_new(m->a, block->node->kind);
    *copy = *block->node;
    if (!m->side[to].doc->source || !m->side[1 - to].doc->source)
        copy->origin = NULL;
    text_append(m->side[to].out->root, copy);
}

/* The blocks that a side alone has stay on it, unless the other has been emptied. */
static void put_silent(struct merge *m, int to, const struct text_hunk *foreign)
{
    if (m->side[1 - to].now.count == 0)
        return;
    for (size_t s = foreign->base; s < foreign->base_end; s++) {
        const struct text_segment *segment = &m->segments.list[s];
        for (size_t i = segment->from[to]; i < segment->to[to] && segment->from[1 - to] == segment->to[1 - to]; i++)
            put_own(m, to, &m->side[to].now.list[m->side[to].partner[i]]);
    }
}

/* One block of ADF that became one other block there: perhaps only a part of it changed. */
static bool put_inside(struct merge *m, int to, const struct text_hunk *h)
{
    const struct side_view *own = &m->side[to], *other = &m->side[1 - to];
    if (own->doc->source || h->base_end != h->base + 1 || h->to != h->from + 1)
        return false;
    const struct text_segment *s = &m->segments.list[h->base];
    if (s->to[0] != s->from[0] + 1 || s->to[1] != s->from[1] + 1)
        return false;
    const struct text_node *mine = own->now.list[own->partner[s->from[to]]].node;
    struct text_node *inside =
        text_carry_inside(m->a, mine, other->base.list[s->from[1 - to]].node, other->now.list[h->from].node);
    if (inside)
        text_append(own->out->root, inside);
    return inside;
}

static void put_hunk(struct merge *m, int by, const struct text_hunk *hunk)
{
    bool inside = put_inside(m, 1 - by, hunk);
    for (size_t i = hunk->from; i < hunk->to; i++) {
        put_own(m, by, &m->side[by].now.list[i]);
        if (!inside)
            put_foreign(m, 1 - by, &m->side[by].now.list[i]);
    }
    put_silent(m, 1 - by, hunk);
}

static void put_stable(struct merge *m, size_t from, size_t to)
{
    for (int k = 0; k < 2; k++)
        for (size_t s = from; s < to; s++)
            for (size_t i = m->segments.list[s].from[k]; i < m->segments.list[s].to[k]; i++)
                put_own(m, k, &m->side[k].now.list[m->side[k].partner[i]]);
}

/* Hunks of both sides that change the same in the same way. */
static void put_agreed(struct merge *m, const struct text_hunk *const hunks[2])
{
    for (int k = 0; k < 2; k++)
        for (size_t i = hunks[k]->from; i < hunks[k]->to; i++)
            put_own(m, k, &m->side[k].now.list[i]);
}

static bool comes_first(const struct text_hunk *one, const struct text_hunk *other)
{
    return one->base < other->base || (one->base == other->base && (is_insertion(one) || !is_insertion(other)));
}

static bool weave(struct merge *m)
{
    size_t at = 0, next[2] = {0, 0};
    while (next[0] < m->side[0].hunks.count || next[1] < m->side[1].hunks.count) {
        const struct text_hunk *h[2];
        for (int k = 0; k < 2; k++)
            h[k] = next[k] < m->side[k].hunks.count ? &m->side[k].hunks.list[next[k]] : NULL;
        if (h[0] && h[1] && says_the_same(m, h[0], h[1])) {
            put_stable(m, at, h[0]->base);
            put_agreed(m, h);
            at = h[0]->base_end;
            next[0]++;
            next[1]++;
            continue;
        }
        if (h[0] && h[1] && overlap(h[0], h[1]))
            return false;
        int by = !h[1] || (h[0] && comes_first(h[0], h[1])) ? 0 : 1;
        put_stable(m, at, h[by]->base);
        put_hunk(m, by, h[by]);
        at = h[by]->base_end;
        next[by]++;
    }
    put_stable(m, at, m->segments.count);
    return true;
}

/* What a side is left with: all its bytes where nothing is new for it, all of the other's where nothing of its own is
 * left and both write wiki markup. */
static struct text_doc *result(struct merge *m, int to)
{
    struct side_view *own = &m->side[to], *other = &m->side[1 - to];
    if (other->hunks.count == 0)
        *own->out = *own->doc;
    else if (own->hunks.count == 0 && !own->kept && own->doc->source && other->doc->source)
        *own->out = *other->doc;
    own->out->keeps_adf = !own->doc->source;
    return own->out;
}

static bool run(struct merge *m)
{
    for (int k = 0; k < 2; k++) {
        find_segments(m, k);
        find_hunks(m, k);
        m->side[k].out = text_doc_new(m->a);
        m->side[k].out->crlf = m->side[k].doc->crlf;
    }
    return weave(m);
}

bool text_merge(struct arena *a, const struct text_doc *base, const struct text_doc *const sides[2],
                struct text_doc *merged_r[2])
{
    struct text_blocks blocks = text_blocks_of(a, base->root->first);
    struct merge m = {.a = a, .segments = text_align_same(a, blocks.count)};
    for (int k = 0; k < 2; k++)
        m.side[k] =
            (struct side_view){.doc = sides[k], .base = blocks, .now = text_blocks_of(a, sides[k]->root->first)};
    if (!run(&m))
        return false;
    for (int k = 0; k < 2; k++)
        merged_r[k] = result(&m, k);
    return true;
}

/* What the other side would hold if it had been given this document. */
static const struct text_doc *nearest(struct arena *a, const struct text_doc *doc, bool to_wiki)
{
    if (doc->source || !to_wiki)
        return doc;
    const char *markup = text_to_wiki(a, doc);
    return text_from_wiki(a, markup, strlen(markup));
}

bool text_carry(struct arena *a, const struct text_doc *const base[2], const struct text_doc *const now[2],
                enum side to, struct text_doc **carried_r)
{
    struct merge m = {.a = a};
    const struct text_doc *was[2] = {base[0], base[1]};
    if (!was[0] || !was[1]) {
        was[to] = now[to];
        was[side_other(to)] = nearest(a, now[to], now[side_other(to)]->source);
    }
    for (int k = 0; k < 2; k++)
        m.side[k] = (struct side_view){.doc = now[k],
                                       .base = text_blocks_of(a, was[k]->root->first),
                                       .now = text_blocks_of(a, now[k]->root->first)};
    m.segments = text_align(a, (const struct text_blocks[2]){m.side[0].base, m.side[1].base},
                            (const bool[2]){now[0]->source, now[1]->source});
    if (!run(&m))
        return false;
    *carried_r = result(&m, to);
    return true;
}
