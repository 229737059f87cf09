/* filter.h - kept queries, for boards and for JQL's `filter =`. */
#pragma once

#include "sandbox/internal.h"

/* The query of a filter that the caller sees; NULL: there is none. */
bool filter_find(struct ctx *, int64_t id, char **jql_r) MUST_CHECK;
/* The same by id or, when that is none, by name: the caller's own first. */
bool filter_find_named(struct ctx *, const char *id_or_name, char **jql_r) MUST_CHECK;
