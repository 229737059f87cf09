/* world.h - the demo's stage: three Jira sites on loopback, the people who work there, and what they wrote. */
#pragma once

#include "http/server.h"
#include "jira/site.h"
#include "jira/tracker_jira.h"
#include "rehearse/demo.h"
#include "sandbox/sandbox.h"
#include "tracker/tracker.h"

enum world_site_name { WORLD_SA, WORLD_SB, WORLD_CA, WORLD_SITES };

struct world_site {
    const char *name; /* "sa": as `tandem site` would know it */
    const char *what; /* "Jira Server 8" */
    const char *project;
    enum sandbox_dialect dialect;
    struct sandbox *sandbox;
    struct http_server *server;
    const char *url;
    struct http_client *person; /* somebody who works there */
    const char *sync_login;     /* the Authorization header of the sync user: what Tandem asks is counted by it */
    _Atomic int64_t requests;
};

/* A text that a person wrote in a comment, and must stand on both sides exactly once, or nowhere any more. */
struct world_note {
    const char *text;
    bool is_deleted;
};

struct world {
    struct arena life;
    FILE *out;
    const char *folder;
    bool is_temporary;
    struct world_site sites[WORLD_SITES];
    struct world_note *notes;
    size_t note_count;
    int step, checks, failed;
};

bool world_open(struct world *, const struct demo_options *, struct err *e) MUST_CHECK;
void world_close(struct world *);

/* "3. …" and what was checked under it. */
void world_step(struct world *, const char *format, ...) PRINTF_LIKE(2, 3);
void world_tell(struct world *, const char *format, ...) PRINTF_LIKE(2, 3);
bool world_check(struct world *, bool holds, const char *format, ...) PRINTF_LIKE(3, 4);

/* A tracker under the sync user's account, over the network. The site behind it is freed with the world. */
bool world_tracker(struct world *, enum world_site_name, const char *project, struct tracker **r,
                   struct err *e) MUST_CHECK;

/* What people do, over REST under their own account. `id` of a new comment lives in the world. */
bool world_edit(struct world *, enum world_site_name, const char *key, const json_t *fields, struct err *e) MUST_CHECK;
bool world_comment(struct world *, enum world_site_name, const char *key, const char *text, const char **id_r,
                   struct err *e) MUST_CHECK;
bool world_comment_edit(struct world *, enum world_site_name, const char *key, const char *id, const char *old_text,
                        const char *text, struct err *e) MUST_CHECK;
bool world_comment_delete(struct world *, enum world_site_name, const char *key, const char *id, const char *text,
                          struct err *e) MUST_CHECK;
/* Any transition that is open to the issue; the `pick`-th of them. */
bool world_move(struct world *, enum world_site_name, const char *key, int pick, struct err *e) MUST_CHECK;

/* Everything in a project, as an observer reads it. */
struct world_census {
    int64_t issues, comments;
    int64_t *found; /* per note: how often its text stands in the project's comments */
};
bool world_count(struct world *, struct arena *, enum world_site_name, struct world_census *r,
                 struct err *e) MUST_CHECK;
