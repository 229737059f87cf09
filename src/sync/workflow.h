/* workflow.h - the shortest way from one status to another along transitions that were learnt. Pure. */
#pragma once

#include "base/arena.h"
#include "store/edge.h"

/* The status to go to first on a shortest path from `from_id` to `to_id`; NULL when no path is known. Among equal paths
 * the one whose first step has the smaller id, so that runs repeat. `length_r` may be NULL. */
const char *workflow_next(struct arena *, const struct edge *, size_t count, const char *from_id, const char *to_id,
                          int *length_r);
/* The statuses within reach of `from_id` that nothing was learnt about yet, nearest first. */
size_t workflow_frontier(struct arena *, const struct edge *, size_t count, const char *from_id, const char ***r);
