/* pass.h - one pass over what waits, in batches of pairs, and the rooms of one round. Inside src/sync only. */
#pragma once

#include "sync/internal.h"

/* Works everything that waits in the inbox, every dirty pair, and every pair with an op that is not settled. */
bool pass_work(struct engine *, struct err *e) MUST_CHECK;

/* Somebody asks the pass to end early. */
bool pass_is_stopping(const struct engine *);

/* Pairs that go through the rounds together, so that reads are in bulk and commits are shared. */
struct batch {
    struct engine *en;
    struct arena *a; /* as long as the batch */
    struct work **works;
    size_t count;
};

/* Reads what the store knows of a pair, anew. */
bool batch_load(struct batch *, struct work *, struct err *e) MUST_CHECK;
/* The open creation of the pair's missing partner; NULL when there is none. */
struct op *work_creation(struct work *);
bool work_has_op(const struct work *, enum op_kind, enum op_state);

/* --- birth.c --- */

/* Before the read: finds out whether the partner exists, and under which id. */
bool birth_look_for_partner(struct batch *, struct work *, struct err *e) MUST_CHECK;
/* A pair in state "creating", after the read: plans the creation, waits for it, or opens the pair with its bases. */
bool birth_advance(struct batch *, struct work *, struct err *e) MUST_CHECK;

/* --- vanished.c --- */

/* The issue is not there, not visible, or in another project now. */
bool vanished_is_missing(const struct engine *, const struct work *, enum side);
/* ERR_FUSE when too many of a batch are missing at once. */
bool vanished_check_fuse(const struct batch *, struct err *e) MUST_CHECK;
/* Opens the finding and takes the pair out of the round; its partner stays as it is. */
bool vanished_note(struct batch *, struct work *, enum side, struct err *e) MUST_CHECK;
/* Both issues show: what was said about their absence closes. */
bool vanished_came_back(struct batch *, struct work *, struct err *e) MUST_CHECK;
/* One comment of a row does not show: carries its deletion over when that is proven, else says so. */
bool vanished_comment(struct batch *, struct work *, struct comment_row *, struct err *e) MUST_CHECK;

/* --- suspects.c --- */

/* Adopts late copies of ours, and opens a twin finding for second ones. */
bool suspects_judge(struct batch *, struct work *, struct err *e) MUST_CHECK;
