/* flow.h - the whole migration of a running synchronization as one verified, resumable, reversible command.
 *
 * The guide's sixteen steps become the steps below. Each is durable before the next begins (store/migration.h), so the
 * same call goes on where an earlier one ended. Nothing is written to any site before the step "start"; until "finish"
 * the old synchronization is kept and `migrate_rollback` goes back to it.
 *
 *   check    pre-flight: no open findings, no write under way, sites reachable
 *   stop     a last pass, then the old synchronization stands still
 *   export   configuration and pairs as files
 *   move     the project moves, by Atlassian's assistant: outside; here it is looked for on the new site
 *   resolve  configuration with the new ids, by name and type; user mappings; every finding at once
 *   rebase   a new synchronization with the old one's pairs, bases and comments (rebase.h)
 *   poll     the old project once more: what came too late for the move is listed, not lost silently (late.h)
 *   start    the new synchronization runs; the old one is retired
 *   resync   edits made meanwhile arrive; then both directions, summary only, which also writes the sync info panels
 *   verify   both sides equal except a listed few (engine_verify)
 *   finish   the old synchronization is deleted with its panels (only when asked for)
 *
 * Errors: ERR_STATE says what must be done before the same call can go on; the sites' and the store's errors as they
 * are. */
#pragma once

#include "base/clock.h"
#include "sync/engine.h"

/* How trackers come about: the command line opens sites from the store, the rehearsal sandboxes. */
struct migrate_sites {
    bool (*open)(void *context, const char *site, const char *project_key, struct tracker **r, struct err *e);
    void *context;
};

struct migrate_options {
    struct store *store;
    const char *sync_key;
    enum side moved;
    const char *new_site, *new_project; /* NULL: the steps up to "move" only */
    const char *folder;                 /* where the exported files go */
    const char *id_map;                 /* the assistant's id-mapping report; NULL: none */
    const char *const *accepted;        /* see rebase.h */
    size_t accepted_count;
    bool force;   /* go on in spite of open findings */
    bool finish;  /* do the last step too */
    bool dry_run; /* list the steps and what is known of them; change nothing */
    struct migrate_sites sites;
    struct clock *clock;
    uint64_t seed;
    void (*say)(void *context, const char *step, const char *text); /* one line as each step ends */
    void *context;
};

struct migrate_report {
    const char *new_key; /* the new synchronization; NULL before "rebase" */
    const char *config_file, *pairs_file;
    struct engine_counts resynced;
    struct engine_verify verified;
    char **lines; /* for people: findings of resolve and rebase, late edits */
    size_t line_count;
    bool is_verified, is_finished;
};

/* Goes on from the first step not done; after "finish" it says so and does nothing. The report lives in the arena and
 * is filled as far as it came also on failure. */
bool migrate_run(const struct migrate_options *, struct arena *, struct migrate_report *r, struct err *e) MUST_CHECK;

/* Stops the new synchronization for good and lets the old one run again from its kept bases (or stand still, where it
 * stood still before the migration). Edits that had come from the new project to the partner flow on from there; what
 * exists only in the new project is listed. ERR_STATE after "finish", or when no migration is under way. */
bool migrate_rollback(const struct migrate_options *, struct arena *, struct migrate_report *r,
                      struct err *e) MUST_CHECK;
