/* sandbox.h - a Jira-compatible server as a library over SQLite: the place to rehearse in, and the other side of every
 * test.
 *
 * It knows nothing of Tandem's synchronization. A request goes in, Jira's answer comes out (sandbox_handle), whether
 * over a socket (http/server.h) or in this process (transport_local_new(sandbox_handle, sandbox)).
 * What differs between Server, Data Center and Cloud is data in dialect.h where it can be.
 *
 * Threads: one at a time. Time: only from the clock passed in, so a virtual clock makes runs repeatable. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "http/http.h"

enum sandbox_dialect { SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD };

/* "dc8", "dc10", "cloud"; false for another name. */
bool sandbox_dialect_parse(const char *, enum sandbox_dialect *r) MUST_CHECK;

struct sandbox;

struct sandbox_settings {
    enum sandbox_dialect dialect; /* a data file made with another dialect is refused */
    const char *data;             /* a file, or ":memory:" */
    const char *base_url;         /* what `self` links carry; "http://127.0.0.1:PORT" or as --base-url says */
    const char *zone;             /* the server's zone; NULL: "Europe/Berlin", not UTC so that mistakes show */
    struct clock *clock;          /* borrowed */
    uint64_t seed;                /* of account ids and the like; the same seed gives the same ids */
    bool ignore_properties;       /* entity properties inside create requests are dropped, as old Data Centers may */
};

/* Opens or creates. A new site has one project template's worth of issue types, statuses, workflow, priorities,
 * link types, and the account admin/admin (dc) or admin@example.com/admin (cloud). ERR_STORE, ERR_INPUT. */
struct sandbox *sandbox_open(const struct sandbox_settings *, struct err *e) MUST_CHECK;
void sandbox_close(struct sandbox *);

/* An http_handler; the context is the struct sandbox. */
void sandbox_handle(void *sandbox, const struct http_request *, struct arena *, struct http_response *);

/* A project `key` with the template's types and workflow; when `issues` > 0 that many made-up issues with comments,
 * labels, priorities, people. Repeatable from `seed`. */
bool sandbox_demo_data(struct sandbox *, const char *key, int issues, uint64_t seed, struct err *e) MUST_CHECK;

/* Recorded issues (*.json as Jira answers them, with or without changelog) become issues of this site, people, fields,
 * statuses and types with them. Returns the number loaded, -1 on error. */
int sandbox_load(struct sandbox *, const char *folder, struct err *e) MUST_CHECK;

/* What the Jira Cloud Migration Assistant does to one project: keys, dates and authors stay; every numeric id changes;
 * users become account ids; some custom fields arrive as "X (migrated)"; properties and remote links stay behind
 * unless asked for; wiki markup becomes ADF. */
struct sandbox_move {
    const char *project;
    bool keep_properties, keep_remote_links;
    const char *id_map; /* path of the JSON-lines report (entityType, sourceId, targetId); NULL: none */
};
struct sandbox_moved {
    int64_t issues, comments, users, fields;
};
/* Both as open sandboxes. ERR_INPUT when the project is not there or the key is taken. */
bool sandbox_move(struct sandbox *from, struct sandbox *to, const struct sandbox_move *, struct sandbox_moved *r,
                  struct err *e) MUST_CHECK;

/* Snapshots for the rehearsal: bytes are malloc'ed. Only for ":memory:". */
bool sandbox_snapshot(struct sandbox *, void **bytes_r, size_t *length_r, struct err *e) MUST_CHECK;
bool sandbox_restore(struct sandbox *, const void *bytes, size_t length, struct err *e) MUST_CHECK;
