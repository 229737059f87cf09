/* sites.h - opens what the store knows of sites and synchronizations, for the commands that speak with Jira.
 *
 * A site is opened once and shared by all trackers of its projects. Nothing is asked of it before it is used.
 * Life:   struct sites s = {.cli = c}; … sites_close(&s);   Threads: one.
 * Errors: ERR_INPUT for a name the store does not know; ERR_AUTH, ERR_PARSE when its credentials cannot be opened. */
#pragma once

#include "cli/cli.h"
#include "jira/site.h"
#include "mapping/config.h"
#include "store/site.h"
#include "store/sync.h"
#include "sync/engine.h"
#include "tracker/tracker.h"
#include "vault/vault.h"

struct sites {
    struct cli *cli; /* its store must be open */
    int retries;     /* how often a read that failed goes again: as in jira/site.h */
    struct vault *vault;
    struct jira_site **sites;
    size_t site_count;
    struct tracker **trackers;
    size_t tracker_count;
};

/* The vault whose key file lies beside the store. */
struct vault *sites_vault(struct cli *, struct err *e) MUST_CHECK;

/* How fast each site may be asked is one matter for the whole process, however many synchronizations it runs. Called at
 * the end, after all sites are closed. */
void sites_forget_budgets(struct cli *);

/* A site by what was told of it, in the store or not yet; nothing is asked of it. The caller closes it. Waits of a
 * second and more are told on stderr. */
struct jira_site *sites_of_row(struct cli *, const struct site_row *, const struct secret *, int retries,
                               struct err *e) MUST_CHECK;
bool sites_open(struct sites *, const char *name, struct jira_site **r, struct err *e) MUST_CHECK;
/* A project of a site; freed with the sites. */
bool sites_tracker(struct sites *, const char *site, const char *project, struct tracker **r, struct err *e) MUST_CHECK;
/* Both sides of a configuration. */
bool sites_of_config(struct sites *, const struct config *, struct tracker *trackers_r[2], struct err *e) MUST_CHECK;
/* An engine for a synchronization, with what belongs to it; `progress` may be NULL. The caller closes it, before the
 * sites. */
struct engine *sites_engine(struct sites *, const struct sync_row *, void (*progress)(void *, int64_t, int64_t),
                            void *context, struct err *e) MUST_CHECK;
void sites_close(struct sites *);

/* What both projects of a configuration offer now. */
bool sites_projects(struct cli *, struct tracker *const trackers[2], const struct tracker_project *r[2],
                    struct err *e) MUST_CHECK;
/* Takes what the sites say of themselves into the configuration: base URL, deployment, project id and key. */
bool sites_describe(struct cli *, struct tracker *const trackers[2], const struct tracker_project *const projects[2],
                    struct config *, struct err *e) MUST_CHECK;

/* "SITE:PROJECT" in its two parts. ERR_INPUT. */
bool sites_parse(struct cli *, const char *option, const char **site_r, const char **project_r,
                 struct err *e) MUST_CHECK;
