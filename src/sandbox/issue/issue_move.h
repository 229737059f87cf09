/* issue_move.h - issues into another project or another type, and into the archive. */
#pragma once

#include "sandbox/issue/issue.h"

struct issue_target {
    int64_t project, type;  /* type 0: of the same name or id as before */
    const json_t *statuses; /* {"target status id": ["source status id", …]}; NULL: kept, else the initial one */
};
/* Moves an issue and its sub-tasks: a new key, the old one goes on to resolve; what belongs to the old project
 * (versions, components, a level) stays behind; one history says so. *why_r is NULL, or why it cannot be (nothing was
 * changed). */
bool issue_move(struct ctx *, int64_t issue, const struct issue_target *, const char **why_r) MUST_CHECK;
