/* site.h - the making of a new site. */
#pragma once

#include "sandbox/internal.h"

/* Of the tables; a data file of another one is refused. */
#define SITE_SCHEMA "10"

/* Fills the empty tables with the template: accounts, types, statuses, workflow, priorities, fields. */
bool site_create(struct sandbox *, uint64_t seed, struct err *e) MUST_CHECK;

#define SITE_CACHE "-16000" /* 16 MB of pages */
