/* edge.h - transitions learnt by looking at issues: from this status one can go to that one. */
#pragma once

#include "store/store.h"

struct edge {
    const char *from_id, *to_id;
    int64_t learnt_ms;
};

/* Replaces what was known to leave `from_id`. */
bool edge_learn(struct store *, int64_t sync_id, enum side, const char *type_id, const char *from_id,
                const char *const *to_ids, size_t count, int64_t now_ms, struct err *e) MUST_CHECK;
bool edge_list(struct store *, struct arena *, int64_t sync_id, enum side, const char *type_id, struct edge **r,
               size_t *count_r, struct err *e) MUST_CHECK;
