/* blocks.c - lists of blocks, and what differs between two; see blocks.h. */
#include "text/blocks.h"

#include "base/str.h"

enum { TABLE_CELLS_MAX = 4 * 1000 * 1000 };

static uint64_t hash_of(const char *bytes, size_t n)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

struct text_blocks text_blocks_of(struct arena *a, const struct text_node *first)
{
    struct text_blocks blocks = {0};
    struct arena scratch = ARENA_INIT;
    struct buf canon = BUF_INIT(SIZE_MAX / 4);
    for (const struct text_node *node = first; node; node = node->next) {
        buf_clear(&canon);
        text_canonical_block(&scratch, node, &canon);
        if (!canon.len)
            continue;
        const char *copy = arena_strndup(a, buf_str(&canon), canon.len);
        if (blocks.count)
            blocks.list[blocks.count - 1].until = node;
        const struct text_node *from = blocks.count ? node : first;
        *arena_push(a, blocks.list, blocks.count) =
            (struct text_block){node, from, NULL, copy, canon.len, hash_of(copy, canon.len)};
    }
    buf_release(&canon);
    arena_release(&scratch);
    return blocks;
}

bool text_block_same(const struct text_block *one, const struct text_block *other)
{
    return one->hash == other->hash && one->length == other->length &&
           memcmp(one->canon, other->canon, one->length) == 0;
}

/* The middle part by dynamic programming. */
static void match_middle(struct arena *a, const struct text_block *one, size_t n, const struct text_block *other,
                         size_t m, size_t offset, size_t *partner)
{
    if (n == 0 || m == 0 || n > TABLE_CELLS_MAX / m)
        return;
    size_t width = m + 1;
    uint32_t *length = arena_array(a, uint32_t, (n + 1) * width);
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint32_t down = length[(i + 1) * width + j], right = length[i * width + j + 1];
            length[i * width + j] = text_block_same(&one[i], &other[j]) ? 1 + length[(i + 1) * width + j + 1]
                                    : down > right                      ? down
                                                                        : right;
        }
    for (size_t i = 0, j = 0; i < n && j < m;) {
        if (text_block_same(&one[i], &other[j]))
            partner[i++] = offset + j++;
        else if (length[(i + 1) * width + j] >= length[i * width + j + 1])
            i++;
        else
            j++;
    }
}

size_t *text_blocks_match(struct arena *a, const struct text_blocks *one, const struct text_blocks *other)
{
    size_t n = one->count, m = other->count, head = 0, tail = 0;
    size_t *partner = arena_array(a, size_t, n);
    for (size_t i = 0; i < n; i++)
        partner[i] = TEXT_NONE;
    for (; head < n && head < m && text_block_same(&one->list[head], &other->list[head]); head++)
        partner[head] = head;
    for (; tail < n - head && tail < m - head && text_block_same(&one->list[n - 1 - tail], &other->list[m - 1 - tail]);
         tail++)
        partner[n - 1 - tail] = m - 1 - tail;
    if (head + tail == n || head + tail == m)
        return partner;
    struct arena scratch = ARENA_INIT;
    match_middle(&scratch, one->list + head, n - head - tail, other->list + head, m - head - tail, head,
                 partner + head);
    arena_release(&scratch);
    return partner;
}

struct text_hunks text_hunks_of(struct arena *a, const size_t *partner, size_t n, size_t m)
{
    struct text_hunks hunks = {0};
    for (size_t i = 0, j = 0; i < n || j < m;) {
        if (i < n && partner[i] == j) {
            i++;
            j++;
            continue;
        }
        struct text_hunk hunk = {i, i, j, m};
        while (hunk.base_end < n && partner[hunk.base_end] == TEXT_NONE)
            hunk.base_end++;
        if (hunk.base_end < n)
            hunk.to = partner[hunk.base_end];
        *arena_push(a, hunks.list, hunks.count) = hunk;
        i = hunk.base_end;
        j = hunk.to;
    }
    return hunks;
}
