/* faults.h - what goes wrong on demand, for the files of the sandbox; the script itself is sandbox.h's. */
#pragma once

#include "sandbox/internal.h"

/* How long a change stays out of search results; 0 without such a fault. */
bool faults_index_lag(struct ctx *, int64_t *ms_r) MUST_CHECK;

/* What is to go wrong with the next webhook of this event: the kind, counted, and its ms; NULL: nothing. */
bool faults_webhook(struct ctx *, const char *event, const char **kind_r, int64_t *ms_r) MUST_CHECK;

extern const struct route faults_routes[];
