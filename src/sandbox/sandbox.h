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

/* DC11 is Data Center 11: as 10, but without Basic and sessions; one comes in with a personal access token. */
enum sandbox_dialect { SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD, SANDBOX_DC11 };

/* "dc8", "dc10", "dc11", "cloud"; false for another name. */
bool sandbox_dialect_parse(const char *, enum sandbox_dialect *r) MUST_CHECK;

struct sandbox;

struct sandbox_settings {
    enum sandbox_dialect dialect; /* a data file made with another dialect is refused */
    const char *data;             /* a file, or ":memory:" */
    const char *base_url;         /* what `self` links carry; "http://127.0.0.1:PORT" or as --base-url says */
    const char *zone;             /* the server's zone; NULL: "Europe/Berlin", not UTC so that mistakes show */
    struct clock *clock;          /* borrowed */
    uint64_t seed;                /* of account ids and the like; the same seed gives the same ids */
    bool rate_limits;             /* requests are limited as real sites limit them (limit.h); else as the site is set */
    bool ignore_properties;       /* entity properties inside create requests are dropped, as old Data Centers may */
    const char *trace;            /* a file that gets a line of JSON for each answer; NULL: none */
};

/* Opens or creates. A new site has one project template's worth of issue types, statuses, workflow, priorities,
 * link types, and the account admin/admin (dc) or admin@example.com/admin (cloud). ERR_STORE, ERR_INPUT. */
struct sandbox *sandbox_open(const struct sandbox_settings *, struct err *e) MUST_CHECK;
void sandbox_close(struct sandbox *);

/* The personal access token that admin begins with where Basic is off (dc11); *r NULL elsewhere. ERR_STORE. */
bool sandbox_first_token(struct sandbox *, struct arena *, char **r, struct err *e) MUST_CHECK;

/* An http_handler; the context is the struct sandbox. A response with status 0 is a reply that never comes (a fault
 * asked for it): the transport in this process makes it ERR_UNCERTAIN, the server cuts the connection. */
void sandbox_handle(void *sandbox, const struct http_request *, struct arena *, struct http_response *);

/* What goes wrong on demand; over HTTP: POST, GET, DELETE /sandbox/faults, as an administrator, with the names below.
 */
enum sandbox_fault_kind {
    SANDBOX_FAULT_DROP_BEFORE, /* "drop-before": not processed, no reply */
    SANDBOX_FAULT_DROP_AFTER,  /* "drop-after": processed and committed, no reply */
    SANDBOX_FAULT_DUPLICATE,   /* "duplicate": processed twice, the second reply is given */
    SANDBOX_FAULT_RATE,        /* "429": not processed; reason, retryAfter (seconds, 1 when 0) */
    SANDBOX_FAULT_500_BEFORE,  /* "500-before": not processed */
    SANDBOX_FAULT_500_AFTER,   /* "500-after": processed and committed, the reply is a 500 */
    SANDBOX_FAULT_503,         /* "503": not processed; retryAfter when set */
    SANDBOX_FAULT_HTML,        /* "html": not processed, 200 with a login page */
    SANDBOX_FAULT_ANONYMOUS, /* "anonymous": the credentials count as dead; what is open to all answers 200 to nobody */
    SANDBOX_FAULT_DELAY,     /* "delay": ms pass on the sandbox's clock, then it is processed */
    SANDBOX_FAULT_TRUNCATE,  /* "truncate": processed, half of the reply's body comes */
    SANDBOX_FAULT_RESET,     /* "reset": processed, the connection is cut in the middle of the reply's body */
    SANDBOX_FAULT_INDEX_LAG, /* "index-lag": until cleared, search does not see issues changed less than ms ago, unless
                              * they are named in reconcileIssues; ms 0 ends it. Not counted */
    SANDBOX_FAULT_409,       /* "409": not processed; what Cloud says of steps taken at the same moment */
    SANDBOX_FAULT_INDEX_FLICKER, /* "index-flicker": until cleared, an issue changed less than ms ago is found, vanishes
                                  * and is found again, each for a quarter of that time. Not counted */
    SANDBOX_FAULT_VANISH,        /* "vanish": the caller does not see `project` (404, absent from search) */
    /* Of webhooks; `path` is the event, "comment_created": "webhook-lost" is never sent, "webhook-doubled" twice,
     * "webhook-late" after ms, "webhook-reordered" after the next one of its webhook, or a minute. */
    SANDBOX_FAULT_WEBHOOK_LOST,
    SANDBOX_FAULT_WEBHOOK_DOUBLED,
    SANDBOX_FAULT_WEBHOOK_LATE,
    SANDBOX_FAULT_WEBHOOK_REORDERED,
};

struct sandbox_fault {
    enum sandbox_fault_kind kind;
    const char *method; /* "POST"; NULL: any */
    const char *path;   /* the beginning of the path, or with * for anything; NULL: any but /sandbox/ */
    int skip;           /* so many matching requests pass first */
    int count;          /* so many strikes then; 0 means 1, -1 until cleared */
    int64_t ms, retry_after_s;
    const char *reason;  /* of 429 on Cloud: jira-burst-based (default), jira-quota-global-based, … */
    const char *project; /* of vanish: a key */
};
bool sandbox_fault_add(struct sandbox *, const struct sandbox_fault *, struct err *e) MUST_CHECK;
bool sandbox_faults_clear(struct sandbox *, struct err *e) MUST_CHECK;

/* Webhooks: what is to be told, one at a time, by whoever serves the site. Ask for the next, send it (no redirects),
 * say how it ended: status 0 when no answer came. On Cloud 408, 409, 425, 429, 5xx and silence are tried again, five
 * times, after the setting `webhook_retry_ms` (five minutes) each; Data Center tries once. What is sent twice carries
 * the same X-Atlassian-Webhook-Identifier. */
struct sandbox_delivery {
    int64_t id;
    const char *url, *body; /* body NULL: none; in the arena */
    struct http_header *headers;
    size_t header_count;
};
/* *found_r false: nothing is due now. */
bool sandbox_webhook_next(struct sandbox *, struct arena *, struct sandbox_delivery *r, bool *found_r,
                          struct err *e) MUST_CHECK;
bool sandbox_webhook_sent(struct sandbox *, int64_t id, int status, struct err *e) MUST_CHECK;

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

/* The same between two running sandboxes, page by page; both clients are administrators. A page is one transaction:
 * what a failure leaves on the new site is a part of the project. Also ERR_… of http/client.h. */
struct http_client;
bool sandbox_move_http(struct http_client *from, struct http_client *to, const struct sandbox_move *,
                       struct sandbox_moved *r, struct err *e) MUST_CHECK;

/* Snapshots for the rehearsal: bytes are malloc'ed. Only for ":memory:". */
bool sandbox_snapshot(struct sandbox *, void **bytes_r, size_t *length_r, struct err *e) MUST_CHECK;
bool sandbox_restore(struct sandbox *, const void *bytes, size_t length, struct err *e) MUST_CHECK;
