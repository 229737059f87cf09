/* counts.h - what a pass did, in one line or one object. */
#pragma once

#include "cli/cli.h"
#include "sync/engine.h"

json_t *counts_to_json(const struct engine_counts *);
/* "seen 12, created 3/0, updated 0/1": figures with a slash are of the first and of the second side. Empty when there
 * was nothing. */
const char *counts_in_words(struct cli *, const struct engine_counts *);
