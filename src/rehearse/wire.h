/* wire.h - the road between Tandem and a sandbox, on which things go wrong on demand, one at a time.
 *
 * One plug stands for the machine that Tandem runs on: it counts steps over both wires and the store, and pulls itself.
 * A step is a commit of the store, or a mutating call that the site has done and whose result nobody has seen yet.
 * A write is a mutating call that leaves, whatever becomes of it; faults other than a kill are asked for by its number.
 *
 * Invariant: after the plug was pulled every call answers ERR_KILLED and reaches no site; `went_on` says that somebody
 * committed to the store nevertheless, which is a mistake of the one who did it.
 * Threads: one. */
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "http/transport.h"

enum fault {
    FAULT_NONE,
    FAULT_KILL,       /* the plug is pulled after step `at` */
    FAULT_LOST,       /* the site has done it, the reply is lost */
    FAULT_DROPPED,    /* it got lost on the way: not done, but nobody can know */
    FAULT_REFUSED,    /* no connection: certainly not done */
    FAULT_TWICE,      /* served twice (a proxy's mistake); the second reply comes */
    FAULT_LATE,       /* no reply; a slow server does it 20 s later, within the grace period */
    FAULT_TOO_LATE,   /* no reply; done 10 minutes later, when it was long given up for lost */
    FAULT_429,        /* not done: "too many requests" */
    FAULT_500_BEFORE, /* not done, and the reply is a 500 */
    FAULT_500_AFTER,  /* done, and the reply is a 500 */
    FAULT_DOWN,       /* the connection breaks, and the site stays away for two minutes */
    FAULT_LOGGED_OUT, /* from this write on the credentials count as dead, for two minutes */
    FAULT_COUNT
};

/* "kill", "lost" …; false for a name that is none. */
const char *fault_name(enum fault);
bool fault_parse(const char *, enum fault *r) MUST_CHECK;

struct plug_late; /* a request that a slow server still holds */

struct plug {
    struct clock *clock; /* borrowed */
    enum fault fault;
    int64_t at;   /* the step, or the write, that is struck; counted from 1 */
    bool resends; /* the mistake of libcurl: a write whose reply was lost is sent again below everything */

    int64_t steps, commits, writes, done, reads;
    bool is_dead, went_on, has_struck;
    char struck[160]; /* "PUT /rest/api/2/issue/10001 of the first site", or "commit" */
    int64_t away_until_ms[2];
    struct plug_late *late;

    /* Requests that begin like this ("DELETE /rest/api/2/issue/") are not done; the site answers with `balk_status`:
     * 403 as to an account without the right, 204 as a site that says yes and does nothing. NULL: none. */
    const char *balks_at;
    int balk_status;

    /* Called when a write was done, before anybody sees its result: a person who edits in that moment. NULL: nobody. */
    void (*after_write)(void *context, int64_t number);
    void *context;
};

void plug_init(struct plug *, struct clock *);
/* Counts from 0 again, with this fault to come. What a slow server holds stays held. */
void plug_arm(struct plug *, enum fault, int64_t at);
/* Forgets also what slow servers hold. */
void plug_reset(struct plug *);
bool plug_has_late(const struct plug *);
/* For store_on_commit. */
bool plug_commit(void *plug);

/* A wire over `inner`, which it owns from here on. `side` names the site: 0 or 1. Plug borrowed. */
struct transport *wire_new(struct transport *inner, struct plug *, int side);
