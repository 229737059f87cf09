/* visibility.h - comments and worklogs that only a role or a group sees. What the caller does not share is not there:
 * not in a list, not in its total. */
#pragma once

#include "sandbox/issue/issue.h"

/* Whether the caller is in the role (of the issue's project) or the group; true when `type` is NULL. */
bool visibility_shared(struct ctx *, int64_t issue, const char *type, const char *value, bool *r) MUST_CHECK;
/* `visibility` out of what was sent: both NULL when there is none. A restriction that the caller is not part of
 * becomes a problem. */
bool visibility_read(struct ctx *, int64_t issue, const json_t *sent, struct problems *, const char **type_r,
                     const char **value_r) MUST_CHECK;
/* Puts the member when there is a restriction. */
bool visibility_put(struct ctx *, json_t *o, const char *type, const char *value) MUST_CHECK;
