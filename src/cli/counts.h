/* counts.h - what a pass did, in one line or one object. */
#pragma once

#include "cli/cli.h"
#include "sync/engine.h"

json_t *counts_to_json(const struct engine_counts *);
/* "created 3 first, 2 second; updated 1 second; …", "nothing to do". */
const char *counts_in_words(struct cli *, const struct engine_counts *);
