/* trace.h - what was asked and answered, a line of JSON each, for whoever checks the answers (test/fidelity) or wants
 * to see what a client does. */
#pragma once

#include "sandbox/internal.h"

/* {"dialect","method","target","status","type","body"}: body is there when it is JSON of at most a megabyte. No request
 * headers and no request bodies, so no credentials of those who ask; what a reply holds, it holds. */
void trace_write(struct sandbox *, const struct http_request *, const struct http_response *, struct arena *);
/* {"dialect","webhook","body"}: what listeners are told, whether it gets there or not. */
void trace_webhook(struct sandbox *, const char *event, const char *body);
bool trace_open(struct sandbox *, const char *path, struct err *e) MUST_CHECK; /* appends; ERR_IO */
void trace_close(struct sandbox *);
