/* auth.h - who calls, and what the response says about it. */
#pragma once

#include "sandbox/internal.h"

/* Sets caller, is_admin and login_reason from the Authorization header or the session's cookie. Credentials that are
 * wrong leave caller 0 where the dialect goes on as for nobody; where it does not, the refusal is set. False then, and
 * when the database failed. */
bool auth_read(struct ctx *) MUST_CHECK;
/* The 401 of this dialect; returns false. */
bool auth_refuse(struct ctx *);
/* The headers every response carries. */
void auth_headers(struct ctx *);
/* What is kept of a password. No protection worth the name: rehearsal accounts only. */
char *password_digest(struct arena *, int64_t account, const char *password);

/* Checks a name and a password, counts failures, asks for a CAPTCHA after too many. *account_r 0: refused, and
 * *reason_r says why (AUTHENTICATED_FAILED, AUTHENTICATION_DENIED). */
bool auth_password(struct ctx *, const char *name, const char *password, int64_t *account_r,
                   const char **reason_r) MUST_CHECK;
/* Says in the headers that only a person at the login page can go on. */
void auth_captcha_headers(struct ctx *);

/* The session that a cookie names and that has not ended; value_r NULL: none. (session.c) */
bool session_find(struct ctx *, char **value_r, int64_t *account_r) MUST_CHECK;

/* The token that a site without Basic begins with. (token.c) */
bool token_first(struct sandbox *, int64_t account, struct err *e) MUST_CHECK;

/* Requests that another site's page could make a browser send are refused. (xsrf.c) */
bool xsrf_token_sent(struct ctx *);
bool xsrf_refuse(struct ctx *); /* 403; false */
bool xsrf_browser_check(struct ctx *) MUST_CHECK;
