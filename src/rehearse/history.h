/* history.h - a random life of two projects: people edit, comment, move and create on both sides while passes run, with
 * faults and kills in between. At the end everything must have come in step, and nothing may be lost:
 *
 *   - each comment that was written and not deleted stands on both sides exactly once, a deleted one nowhere;
 *   - each value that a person wrote is there, or was overwritten by a person who saw it, or is the loser of a recorded
 *     conflict;
 *   - the number of writes stays in proportion to what people did.
 *
 * A history is a list of deeds drawn from a seed; each deed stands on its own, so that deeds can be left out. One that
 * fails is played again with fewer and fewer deeds, and what is left is said. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct history_settings {
    uint64_t seed;
    int deeds; /* 40 when 0 */
    bool has_faults;
    bool is_verbose; /* says each deed */
    void (*say)(void *context, const char *text);
    void *context;
};

/* Plays one. True when all is well; *failure_r is NULL then, else what was wrong and the deeds that lead to it.
 * False with *e when the stage itself fails. */
bool history_run(const struct history_settings *, struct arena *, char **failure_r, struct err *e) MUST_CHECK;
