/* right.h - the checks of what hangs on an issue, in the few forms they take. */
#pragma once

#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"

/* True when the caller has the permission on the issue; otherwise a refusal with that status and text. */
bool right_need(struct ctx *, int64_t issue, const char *permission, int status, const char *text) MUST_CHECK;
/* The same for something of `author`'s: "EDIT", "COMMENTS" asks for EDIT_OWN_COMMENTS when it is the caller's own, and
 * for EDIT_ALL_COMMENTS in any case. */
bool right_on_own(struct ctx *, int64_t issue, const char *verb, const char *what, int64_t author, bool *r) MUST_CHECK;
