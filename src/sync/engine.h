/* engine.h - keeps the two projects of one synchronization in step, pass by pass.
 *
 * A pass: recover what an earlier end left uncertain → poll both sides into the inbox → work the inbox in batches of
 * pairs (read both, diff, plan, journal, write, read back, settle) until nothing waits → panels. Edits of issues that
 * have a partner go before the backlog, and a pass that takes long looks for new ones every LIVE_MS; an issue that may
 * not be written to for now is put off to the end of the pass and holds up no other. It compares states and
 * keeps a base per side; docs/sync-model.md tells the rules.
 *
 * Invariants: a pass that ends at any moment is carried on by the next one. A pass that finds nothing to do writes
 * nothing. Threads: one engine, one thread. Trackers, store, clock are borrowed. Errors of a pass: site scope (back off
 * and come again; the store is in order), ERR_FUSE (the synchronization stopped itself and its reason is in the store),
 * process scope. Item and pair scope never leave a pass: they become findings. */
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "mapping/mapping.h"
#include "store/store.h"
#include "tracker/tracker.h"

struct engine;

struct engine_settings {
    struct store *store;
    const char *sync_key;        /* INT-1 */
    struct tracker *trackers[2]; /* of the first and the second connector */
    struct clock *clock;
    uint64_t seed;      /* of tokens; 0: from the system */
    size_t batch;       /* pairs at a time; 50 when 0 */
    int64_t sweep_ms;   /* a full sweep that often; a day when 0, never when -1 */
    int64_t grace_ms;   /* how long what is uncertain may still come before it is planned again; 60 s when 0 */
    int64_t counter_ms; /* the counter in both projects is raised that often; an hour when 0, never when -1 */
    void (*progress)(void *context, int64_t done, int64_t waiting); /* NULL: none */
    /* Asked between batches: true ends the pass early, with what is left waiting. NULL: it goes on to the end. */
    bool (*is_stopping)(void *context);
    void *context;
};

struct engine_counts {
    int64_t seen;                             /* issues that a poll brought */
    int64_t created[2], updated[2], moved[2]; /* issues made, edited, transitions done, by the side written to */
    int64_t comments_added[2], comments_edited[2], comments_deleted[2];
    int64_t settled_without_writing, conflicts, merged;
    int64_t findings;  /* opened in this pass */
    int64_t recovered; /* uncertain ops resolved */
    int64_t waiting;   /* still in the inbox, marked to be worked, or with open ops, at the end */
};

/* Reads the configuration and both projects, checks both accounts. ERR_INPUT, or what the trackers say. */
struct engine *engine_open(const struct engine_settings *, struct err *e) MUST_CHECK;
void engine_close(struct engine *); /* NULL is allowed */

/* One pass of everything; the synchronization must be in state running (ERR_STATE). `*r` is filled also on failure. */
bool engine_pass(struct engine *, struct engine_counts *r, struct err *e) MUST_CHECK;
/* Passes until nothing waits, at most `limit` of them. */
bool engine_settle(struct engine *, int limit, struct engine_counts *r, struct err *e) MUST_CHECK;

/* Marks issues to be sent again from `from`, whether or not they changed, with these fields (config field names; none =
 * all) and the sync info panel. Only where the receiver is unchanged since its base; else it is a conflict like any
 * other. */
bool engine_resync(struct store *, const char *sync_key, enum side from, const char *const *fields, size_t count,
                   struct err *e) MUST_CHECK;

/* A text that is in step, of which the other side cannot say everything, or only its beginning. */
struct engine_note {
    enum side side;         /* where the text is */
    const char *key, *item; /* "CA-1", "description" or "comment 10001" */
    const char *what;       /* "a task list becomes a bullet list; …" */
};

/* What the verification found for one synchronization; details are in `lines`, for people. */
struct engine_verify {
    int64_t pairs, equal, different, missing[2], comments[2], comments_paired, comments_unpaired[2], doubled[2];
    char **lines;
    size_t line_count;
    int64_t lossy_texts;       /* texts of which the other side's form cannot say everything: no difference */
    struct engine_note *notes; /* what it is; of very many, the first */
    size_t note_count;
};
/* Reads everything on both sides and compares through the mapping; writes nothing. Differences that are known findings
 * are named as such. True also when differences were found. */
bool engine_verify(struct engine *, struct arena *, struct engine_verify *r, struct err *e) MUST_CHECK;

/* [{"side", "key", "item", "what"}]; the caller owns it. */
json_t *engine_notes_to_json(const struct engine_verify *);

/* Deletes the sync info panel (property and remote link) from every issue of both sides that is still reachable. */
bool engine_clear_panels(struct engine *, int64_t *issues_r, struct err *e) MUST_CHECK;
/* The same on one side alone, for when the other site is switched off. */
bool engine_clear_side(struct store *, const char *sync_key, enum side, struct tracker *, int64_t *issues_r,
                       struct err *e) MUST_CHECK;
