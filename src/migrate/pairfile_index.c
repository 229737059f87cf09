#include "migrate/pairfile_index.h"

#include <stdlib.h>
#include <string.h>

void pairfile_index_release(struct pairfile_index *x)
{
    free(x->slots);
    *x = (struct pairfile_index)PAIRFILE_INDEX_INIT;
}

/* The finalizer of MurmurHash3 (Austin Appleby, public domain): every bit of the input reaches every bit. */
static uint64_t mixed(uint64_t h)
{
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

static void add(uint64_t h[2], const char *text)
{
    for (; text && *text; text++) {
        uint64_t c = (unsigned char)*text;
        c = c >= 'a' && c <= 'z' ? c - 32 : c;
        h[0] = (h[0] ^ c) * 0x100000001b3u;
        h[1] = mixed(h[1] + c + 1);
    }
    h[0] = mixed(h[0] ^ 0xff);
    h[1] = mixed(h[1] ^ 0xff00);
}

static struct pairfile_index_slot hashed(const char *key, const char *other)
{
    uint64_t h[2] = {0xcbf29ce484222325u, 0x9e3779b97f4a7c15u};
    add(h, key);
    add(h, other);
    return (struct pairfile_index_slot){h[0], (uint32_t)(h[1] >> 32), 0};
}

/* The slot that holds it, or the free one where it belongs. */
static struct pairfile_index_slot *place(const struct pairfile_index *x, const struct pairfile_index_slot *wanted)
{
    uint64_t at = wanted->hash & (x->room - 1);
    while (x->slots[at].value && (x->slots[at].hash != wanted->hash || x->slots[at].check != wanted->check))
        at = (at + 1) & (x->room - 1);
    return &x->slots[at];
}

static void grow(struct pairfile_index *x)
{
    struct pairfile_index bigger = {.room = x->room ? x->room * 2 : 1024, .count = x->count};
    bigger.slots = calloc(bigger.room, sizeof *bigger.slots);
    if (!bigger.slots)
        abort();
    for (uint64_t i = 0; i < x->room; i++)
        if (x->slots[i].value)
            *place(&bigger, &x->slots[i]) = x->slots[i];
    free(x->slots);
    *x = bigger;
}

bool pairfile_index_meet(struct pairfile_index *x, const char *key, const char *other, uint32_t value,
                         uint32_t *value_r)
{
    if (x->count * 2 >= x->room)
        grow(x);
    struct pairfile_index_slot wanted = hashed(key, other), *slot = place(x, &wanted);
    bool was_there = slot->value != 0;
    if (!was_there) {
        *slot = wanted;
        slot->value = value + 1;
        x->count++;
    }
    *value_r = slot->value - 1;
    return was_there;
}

bool pairfile_index_find(const struct pairfile_index *x, const char *key, const char *other, uint32_t *value_r)
{
    if (!x->room)
        return false;
    struct pairfile_index_slot wanted = hashed(key, other), *slot = place(x, &wanted);
    if (slot->value)
        *value_r = slot->value - 1;
    return slot->value != 0;
}
