/* faults.h - what goes wrong on demand, for the files of the sandbox; the script itself is sandbox.h's. */
#pragma once

#include "sandbox/internal.h"

/* How old a change must be before search sees it, and for how long it comes and goes; 0: not at all. */
bool faults_index(struct ctx *, int64_t *lag_r, int64_t *flicker_r) MUST_CHECK;

/* What is to go wrong with the next webhook of this event: the kind, counted, and its ms; NULL: nothing. */
bool faults_webhook(struct ctx *, const char *event, const char **kind_r, int64_t *ms_r) MUST_CHECK;

extern const struct route faults_routes[];
