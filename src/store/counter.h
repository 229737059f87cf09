/* counter.h - the number that a synchronization raises in a property of both projects, so that it notices when a site
 * or this store was put back to yesterday, or when somebody else goes on from a copy of it.
 *
 * The next number is stored before it is written to the site, and becomes the value when the site has it: in between
 * the site may show either. A token goes with each number, for two that count side by side reach the same numbers. */
#pragma once

#include "store/store.h"

struct counter {
    int64_t value; /* what the site has; 0: never counted */
    const char *token;
    int64_t next; /* on its way there; 0: none */
    const char *next_token;
    int64_t raised_ms; /* when it was last raised, or tried where that is refused */
    bool is_refused;   /* the site does not let us: said once */
};

/* All zero when there is none yet. */
bool counter_get(struct store *, struct arena *, int64_t sync_id, enum side, struct counter *r,
                 struct err *e) MUST_CHECK;
bool counter_put(struct store *, int64_t sync_id, enum side, const struct counter *, struct err *e) MUST_CHECK;
