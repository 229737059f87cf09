/* flow_steps.h - what the steps of a migration share; nobody else includes it.
 *
 * The document is what is durable: the steps that are done, where the project went, the new configuration. A step reads
 * what earlier ones left there, does its part, and is marked done. One that is repeated after a crash finds its own
 * traces and goes on. */
#pragma once

#include "migrate/flow.h"
#include "store/sync.h"

enum { SETTLE_PASSES = 50 };

struct flow {
    const struct migrate_options *o;
    struct migrate_report *r;
    struct arena *a;
    json_t *document;
    struct sync_row old_row;
    struct config old_config, new_config;
    struct tracker *before[2]; /* of the old synchronization; opened when first asked for */
    struct tracker *now;       /* the moved project on its new site */
    struct tracker_project project[2];
};

/* A line as a step ends; a line for the report. */
void flow_say(struct flow *, const char *step, const char *format, ...) PRINTF_LIKE(3, 4);
void flow_keep_line(struct flow *, const char *line);

bool flow_is_done(const struct flow *, const char *step);
/* Into the document; durable with the step. */
void flow_note(struct flow *, const char *name, const char *value);
/* Reads the document, or begins one, and the old synchronization. */
bool flow_load(struct flow *, struct err *e) MUST_CHECK;
bool flow_load_new_config(struct flow *, struct err *e) MUST_CHECK;
void flow_close_sites(struct flow *);
void flow_report(struct flow *);

bool flow_open_before(struct flow *, enum side, struct tracker **r, struct err *e) MUST_CHECK;
bool flow_open_now(struct flow *, struct err *e) MUST_CHECK;
/* The old project may be switched off by now: *r is NULL then, and `why` tells. */
bool flow_reach_old(struct flow *, struct tracker **r, struct err *why, struct err *e) MUST_CHECK;
/* The error says that a site, or a project on it, is not there for us. */
bool flow_is_away(const struct err *);
/* Engines of the old and the new synchronization; NULL with *e. */
struct engine *flow_open_old(struct flow *, struct err *e) MUST_CHECK;
struct engine *flow_open_new(struct flow *, struct err *e) MUST_CHECK;

/* What a person should have looked at before a migration, into the report. */
bool flow_list_open(struct flow *, size_t *count_r, struct err *e) MUST_CHECK;

/* The steps, in their order. */
bool flow_check(struct flow *, struct err *e) MUST_CHECK;
bool flow_stop(struct flow *, struct err *e) MUST_CHECK;
bool flow_export(struct flow *, struct err *e) MUST_CHECK;
bool flow_move(struct flow *, struct err *e) MUST_CHECK;
bool flow_resolve(struct flow *, struct err *e) MUST_CHECK;
bool flow_rebase(struct flow *, struct err *e) MUST_CHECK;
bool flow_poll(struct flow *, struct err *e) MUST_CHECK;
bool flow_start(struct flow *, struct err *e) MUST_CHECK;
bool flow_resync(struct flow *, struct err *e) MUST_CHECK;
bool flow_verify(struct flow *, struct err *e) MUST_CHECK;
bool flow_finish(struct flow *, struct err *e) MUST_CHECK;
