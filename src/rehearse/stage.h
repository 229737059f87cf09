/* stage.h - the whole road in one process: two sandboxes, src/jira over wires, a store in memory, the engine, and
 * people who work on both sites. What every rehearsal plays on.
 *
 * Order:  stage_open → stage_engine (a first synchronization needs none before) → people act (person.h), stage_pass or
 *         stage_rest → stage_look (picture.h) → stage_close. stage_keep and stage_restore take the three databases and
 *         the clock back to a moment; stage_reopen drops everything but the databases, as a kill does.
 * Time:   a virtual clock; nothing sleeps. The second site's clock may be ahead (skew_ms).
 * Repeats: the same settings give the same bytes, run by run.
 * Errors: as the calls beneath. What people do cannot fail by itself: the first trouble is kept in `trouble` and all
 *         that follows does nothing, so that a scenario reads as a story; stage_trouble hands it over.
 * Accounts on each site: "admin", the sync user "tandem", and two people, "paula" and "quinn". */
#pragma once

#include "jira/tracker_jira.h"
#include "rehearse/wire.h"
#include "sandbox/sandbox.h"
#include "store/store.h"
#include "sync/engine.h"

#define STAGE_SYNC "INT-1"

struct stage_settings {
    enum sandbox_dialect dialect[2];
    const char *project[2];  /* NULL: "SA", "SB" */
    uint64_t seed;           /* 1 when 0 */
    bool ignores_properties; /* both sites drop entity properties of create requests, as old Data Centers may */
    int64_t skew_ms;         /* how far the second site's clock is ahead of ours */
    int64_t sweep_ms;        /* as in engine_settings */
    int64_t counter_ms;      /* the same, but never when 0: few stories are about it */
    bool is_guest;           /* with a counter: the sync user may not write it, for it does not run the projects */
    /* Changes the suggested configuration before it is stored. NULL: it stays as suggested. */
    void (*configure)(struct arena *, struct config *);
};

/* A clock that shows another time than the one it follows. */
struct stage_clock {
    struct clock clock;
    struct clock *real;
    int64_t ahead_ms;
};

struct stage {
    struct stage_settings set;
    struct arena life; /* as long as the stage */
    struct clock_virtual clock;
    struct stage_clock site_clock[2];
    const char *project[2], *base_url[2];
    struct sandbox *sandbox[2];
    struct sql_db *db; /* the store's */
    struct plug plug;
    struct err trouble; /* of people's deeds */
    struct arena deeds; /* what people were answered last */
    uint64_t opened;    /* how often: seeds the tokens, so that no two runs make the same */

    /* gone after a kill, made anew by stage_reopen */
    struct jira_site *site[2];
    struct tracker *tracker[2];
    struct store *store;
    struct engine *engine; /* NULL until stage_engine */
};

/* Sites, projects, accounts, store, configuration; the synchronization is running. NULL with *e on failure. */
struct stage *stage_open(const struct stage_settings *, struct err *e) MUST_CHECK;
void stage_close(struct stage *); /* NULL is allowed */

/* Drops trackers, sites, store and engine, and makes them anew over the databases, with an engine. The plug is armed
 * with nothing; what slow servers hold, they hold. */
bool stage_reopen(struct stage *, struct err *e) MUST_CHECK;
/* Opens the engine if it is not open. */
bool stage_engine(struct stage *, struct err *e) MUST_CHECK;

/* Lets time pass. */
void stage_wait(struct stage *, int64_t ms);
#define STAGE_MINUTE (60 * 1000LL)
#define STAGE_HOUR   (60 * STAGE_MINUTE)

/* One pass with the engine. */
bool stage_pass(struct stage *, struct engine_counts *r, struct err *e) MUST_CHECK;

/* Passes, with 40 s between them, until two in a row wrote nothing and nothing waits. Errors of the sites are waited
 * for as a daemon does. False with ERR_KILLED at once, with the pass's error when it is of no site, with ERR_STATE when
 * it does not come to rest in 40 passes or when a watermark went back. */
struct stage_run {
    struct engine_counts counts; /* summed up */
    int64_t passes, failures, writes;
};
bool stage_rest(struct stage *, struct stage_run *r, struct err *e) MUST_CHECK;

/* A moment: the three databases and the clock. Free with stage_moment_free; a zeroed one is empty. */
struct stage_moment {
    void *bytes[3];
    size_t length[3];
    int64_t now;
    uint64_t opened;
};
bool stage_keep(struct stage *, struct stage_moment *r, struct err *e) MUST_CHECK;
/* Back to that moment, everything opened anew. */
bool stage_restore(struct stage *, const struct stage_moment *, struct err *e) MUST_CHECK;
/* Puts back only these of the three (their sum), while time and the others go on: as from yesterday's backup. */
enum { STAGE_FIRST = 1, STAGE_SECOND = 2, STAGE_STORE = 4 };
bool stage_put_back(struct stage *, const struct stage_moment *, unsigned what, struct err *e) MUST_CHECK;
void stage_moment_free(struct stage_moment *);

/* What went wrong when people acted: true when nothing did. */
bool stage_trouble(struct stage *, struct err *e) MUST_CHECK;
