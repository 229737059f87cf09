/* merge.c - three-way merge by blocks.
 *
 * Each side is compared with the base (longest common subsequence of canonical block strings); what differs is a list
 * of hunks. Hunks of both sides that touch the same base blocks and do not say the same are a conflict. Two insertions
 * at one place are none: both stay, the first side's before the second's. */
#include "text/doc.h"

#include "base/side.h"
#include "base/str.h"

enum { TABLE_CELLS_MAX = 4 * 1000 * 1000 };
static const size_t NONE = SIZE_MAX;

struct block {
    const struct text_node *node;
    const char *canon;
};

struct blocks {
    struct block *list;
    size_t count;
};

struct hunk {
    size_t base, base_end, from, to; /* base blocks replaced by the side's blocks from..to */
};

struct hunks {
    struct hunk *list;
    size_t count;
};

struct merge {
    struct arena *a;
    struct blocks base, side[2];
    size_t *partner[2]; /* for each base block its equal on that side, or NONE */
    struct hunks hunks[2];
    struct text_doc *out[2];
};

static struct blocks list_blocks(struct arena *a, const struct text_doc *doc)
{
    struct blocks blocks = {0};
    struct buf canon = BUF_INIT(SIZE_MAX / 4);
    for (const struct text_node *node = doc->root->first; node; node = node->next) {
        buf_clear(&canon);
        text_canonical_block(a, node, &canon);
        if (canon.len)
            *arena_push(a, blocks.list, blocks.count) = (struct block){node, arena_strdup(a, buf_str(&canon))};
    }
    buf_release(&canon);
    return blocks;
}

static bool same(const struct block *one, const struct block *other)
{
    return strcmp(one->canon, other->canon) == 0;
}

/* The middle part by dynamic programming; a middle too large for that counts as changed as a whole. */
static void match_middle(struct arena *a, const struct block *base, size_t n, const struct block *side, size_t m,
                         size_t offset, size_t *partner)
{
    if (n == 0 || m == 0 || n > TABLE_CELLS_MAX / m)
        return;
    size_t width = m + 1;
    uint32_t *length = arena_array(a, uint32_t, (n + 1) * width);
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint32_t down = length[(i + 1) * width + j], right = length[i * width + j + 1];
            length[i * width + j] = same(&base[i], &side[j]) ? 1 + length[(i + 1) * width + j + 1]
                                    : down > right           ? down
                                                             : right;
        }
    for (size_t i = 0, j = 0; i < n && j < m;) {
        if (same(&base[i], &side[j]))
            partner[i++] = offset + j++;
        else if (length[(i + 1) * width + j] >= length[i * width + j + 1])
            i++;
        else
            j++;
    }
}

static size_t *match(struct arena *a, const struct blocks *base, const struct blocks *side)
{
    size_t n = base->count, m = side->count, head = 0, tail = 0;
    size_t *partner = arena_array(a, size_t, n);
    for (size_t i = 0; i < n; i++)
        partner[i] = NONE;
    for (; head < n && head < m && same(&base->list[head], &side->list[head]); head++)
        partner[head] = head;
    for (; tail < n - head && tail < m - head && same(&base->list[n - 1 - tail], &side->list[m - 1 - tail]); tail++)
        partner[n - 1 - tail] = m - 1 - tail;
    if (head + tail == n || head + tail == m)
        return partner;
    struct arena scratch = ARENA_INIT;
    match_middle(&scratch, base->list + head, n - head - tail, side->list + head, m - head - tail, head,
                 partner + head);
    arena_release(&scratch);
    return partner;
}

static struct hunks list_hunks(struct arena *a, const size_t *partner, size_t n, size_t m)
{
    struct hunks hunks = {0};
    for (size_t i = 0, j = 0; i < n || j < m;) {
        if (i < n && partner[i] == j) {
            i++;
            j++;
            continue;
        }
        struct hunk hunk = {i, i, j, m};
        while (hunk.base_end < n && partner[hunk.base_end] == NONE)
            hunk.base_end++;
        if (hunk.base_end < n)
            hunk.to = partner[hunk.base_end];
        *arena_push(a, hunks.list, hunks.count) = hunk;
        i = hunk.base_end;
        j = hunk.to;
    }
    return hunks;
}

static bool is_insertion(const struct hunk *h)
{
    return h->base == h->base_end;
}

static bool overlap(const struct hunk *one, const struct hunk *other)
{
    if (is_insertion(one))
        return one->base > other->base && one->base < other->base_end;
    if (is_insertion(other))
        return other->base > one->base && other->base < one->base_end;
    return one->base < other->base_end && other->base < one->base_end;
}

static bool says_the_same(const struct merge *m, const struct hunk *first, const struct hunk *second)
{
    if (first->base != second->base || first->base_end != second->base_end ||
        first->to - first->from != second->to - second->from)
        return false;
    for (size_t i = 0; i < first->to - first->from; i++)
        if (!same(&m->side[0].list[first->from + i], &m->side[1].list[second->from + i]))
            return false;
    return true;
}

static void put(struct merge *m, enum side to, const struct text_node *node, bool own)
{
    struct text_node *copy = text_node_new(m->a, node->kind);
    *copy = *node;
    if (!own)
        copy->native = NULL;
    text_append(m->out[to]->root, copy);
}

static void put_hunk(struct merge *m, enum side by, const struct hunk *hunk)
{
    for (size_t i = hunk->from; i < hunk->to; i++)
        for (int to = 0; to < 2; to++)
            put(m, (enum side)to, m->side[by].list[i].node, (enum side)to == by);
}

static void put_stable(struct merge *m, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        for (int side = 0; side < 2; side++)
            put(m, (enum side)side, m->side[side].list[m->partner[side][i]].node, true);
}

/* Hunks of both sides that change the same in the same way. */
static void put_agreed(struct merge *m, const struct hunk *first, const struct hunk *second)
{
    for (size_t i = first->from; i < first->to; i++)
        put(m, SIDE_FIRST, m->side[SIDE_FIRST].list[i].node, true);
    for (size_t i = second->from; i < second->to; i++)
        put(m, SIDE_SECOND, m->side[SIDE_SECOND].list[i].node, true);
}

static bool comes_first(const struct hunk *one, const struct hunk *other)
{
    return one->base < other->base || (one->base == other->base && (is_insertion(one) || !is_insertion(other)));
}

static bool weave(struct merge *m)
{
    size_t at = 0, next[2] = {0, 0};
    while (next[0] < m->hunks[0].count || next[1] < m->hunks[1].count) {
        const struct hunk *h[2];
        for (int s = 0; s < 2; s++)
            h[s] = next[s] < m->hunks[s].count ? &m->hunks[s].list[next[s]] : NULL;
        if (h[0] && h[1] && says_the_same(m, h[0], h[1])) {
            put_stable(m, at, h[0]->base);
            put_agreed(m, h[0], h[1]);
            at = h[0]->base_end;
            next[0]++;
            next[1]++;
            continue;
        }
        if (h[0] && h[1] && overlap(h[0], h[1]))
            return false;
        enum side by = !h[1] || (h[0] && comes_first(h[0], h[1])) ? SIDE_FIRST : SIDE_SECOND;
        put_stable(m, at, h[by]->base);
        put_hunk(m, by, h[by]);
        at = h[by]->base_end;
        next[by]++;
    }
    put_stable(m, at, m->base.count);
    return true;
}

bool text_merge(struct arena *a, const struct text_doc *base, const struct text_doc *const sides[2],
                struct text_doc *merged_r[2])
{
    struct merge m = {.a = a, .base = list_blocks(a, base)};
    for (int s = 0; s < 2; s++) {
        m.side[s] = list_blocks(a, sides[s]);
        m.partner[s] = match(a, &m.base, &m.side[s]);
        m.hunks[s] = list_hunks(a, m.partner[s], m.base.count, m.side[s].count);
        m.out[s] = text_doc_new(a);
        m.out[s]->crlf = sides[s]->crlf;
    }
    if (!weave(&m))
        return false;
    for (int s = 0; s < 2; s++) {
        merged_r[s] = m.out[s];
        if (m.hunks[1 - s].count == 0) /* nothing new for this side: all its bytes stay */
            *merged_r[s] = *sides[s];
    }
    return true;
}
