/* auth.h - who calls, and what the response says about it. */
#pragma once

#include "sandbox/internal.h"

/* Sets caller, is_admin and login_reason from the Authorization header; wrong credentials leave caller 0.
 * False when the database failed. */
bool auth_read(struct ctx *) MUST_CHECK;
/* The 401 of this dialect; returns false. */
bool auth_refuse(struct ctx *);
/* The headers every response carries. */
void auth_headers(struct ctx *);
/* What is kept of a password. No protection worth the name: rehearsal accounts only. */
char *password_digest(struct arena *, int64_t account, const char *password);
