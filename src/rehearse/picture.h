/* picture.h - what both projects look like to somebody who sees everything, in lines that can be compared.
 *
 * Ids, keys and times do not stand in it, for they differ from run to run; issues are known by their summary. What the
 * engine has named as a twin is left out and counted, so that a twin nobody named shows as a line too many.
 *
 *   first "The door squeaks" is Bug, Done, High, [a b], Oil *it*.
 *   first "The door squeaks" comment 1 by quinn: Loudly.
 *   first "The door squeaks" panel says "The door squeaks"; 1 link
 *   finding conflict summary of "The door squeaks"
 *   trouble 2 ops are open */
#pragma once

#include "rehearse/stage.h"

struct picture {
    struct arena arena;
    char **lines; /* sorted */
    size_t count;
    size_t twins; /* named by the engine, and left out */
};

/* Looks as an administrator, past the wires. `hides_times`: those in the author lines of copies too, for stories in
 * which people write while Tandem works, sooner or later. */
bool picture_take(struct stage *, bool hides_times, struct picture *r, struct err *e) MUST_CHECK;
void picture_release(struct picture *);
bool picture_has(const struct picture *, const char *line);
/* The first difference in words, into the arena; NULL when they are equal. */
char *picture_difference(struct arena *, const struct picture *expected, const struct picture *is);
