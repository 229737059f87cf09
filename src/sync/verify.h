/* verify.h - what the files of the verification share. Inside src/sync only. */
#pragma once

#include "sync/internal.h"

struct check {
    struct engine *en;
    struct arena *a;   /* of the result */
    struct arena page; /* of one batch */
    struct engine_verify *r;
    struct mapping mapping; /* of the pair at hand */
};

/* --- notes.c --- */

/* `item` is a field's id, or "comment 10001". */
void note_add(struct check *, const struct work *, enum side, const char *item, const char *what);
/* What the one side's text says and the other's form cannot; `text` of both sides, either may be NULL. */
void note_losses(struct check *, const struct work *, const char *item, const char *const text[2]);
