/* pairfile_index.h - a number for each pair of issue keys: who has been seen, and where.
 *
 * 16 bytes a pair at half load (a million pairs: 32 MiB): the one thing that grows with the file, because finding a
 * pair again in the other connector's array needs memory. Keys are kept as 96 bits of hash: ten million pairs meet a
 * false match with a chance of one in 10^14. Threads: one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pairfile_index_slot {
    uint64_t hash;
    uint32_t check;
    uint32_t value; /* + 1; 0: free */
};

struct pairfile_index {
    struct pairfile_index_slot *slots;
    uint64_t room, count;
};

#define PAIRFILE_INDEX_INIT                                                                                            \
    {                                                                                                                  \
        0                                                                                                              \
    }

void pairfile_index_release(struct pairfile_index *);
/* The value kept for (key, other), without regard to case, as Jira reads issue keys; `value` is put there first when
 * none is. True when it was there before. `other` may be NULL. value < 2^32 - 1. */
bool pairfile_index_meet(struct pairfile_index *, const char *key, const char *other, uint32_t value,
                         uint32_t *value_r);
/* True and the value when it is there. */
bool pairfile_index_find(const struct pairfile_index *, const char *key, const char *other, uint32_t *value_r);
