/* proxy.h - a tracker in front of another: counts and logs every call, lets a test interfere, and holds back writes.
 *
 * Every call goes: before hook → (dry run: a write is recorded and refused) → the tracker behind → after hook. So a
 * hook sees a step where the engine could die: an error from `before` is a call that never left, an error from `after`
 * is a call that was done and whose result the engine never saw. `after` runs only when the call succeeded.
 *
 * Dry run: no write reaches the site. Each is recorded as a line for people ("SA-1: set summary to \"x\"") and refused
 * with ERR_STATE, whose text begins "dry run". It does not pretend to have worked: an invented id or a value that is
 * not there would be read back a moment later and be taken for a loss. So the caller plans up to an issue's first
 * write, sees proxy_is_dry_run(&e), leaves that issue as it stands and goes on with the next; what would follow from
 * the first write (comments of an issue that would be created) is not in the list.
 *
 * Threads: one at a time, as every tracker. */
#pragma once

#include "tracker/tracker.h"

enum proxy_op {
    PROXY_DESCRIBE,
    PROXY_PROJECT,
    PROXY_POLL,
    PROXY_READ,
    PROXY_SAMPLE,
    PROXY_TRANSITIONS,
    PROXY_CREATED_SINCE,
    PROXY_COMMENT_GET,
    PROXY_USERS_FIND,
    PROXY_PROPERTY_GET,
    PROXY_PROJECT_PROPERTY_GET,
    PROXY_CREATE, /* this and what follows writes */
    PROXY_UPDATE,
    PROXY_TRANSITION,
    PROXY_COMMENT_ADD,
    PROXY_COMMENT_EDIT,
    PROXY_COMMENT_DELETE,
    PROXY_PROPERTY_SET,
    PROXY_PROPERTY_DELETE,
    PROXY_PROJECT_PROPERTY_SET,
    PROXY_REMOTE_LINK_SET,
    PROXY_REMOTE_LINK_DELETE,
    PROXY_OP_COUNT
};

/* `op` is the member's name in struct tracker_ops: "comment_add". False with *e filled: the caller sees that error. */
typedef bool (*proxy_hook)(void *context, const char *op, bool is_write, struct err *e);

struct proxy_options {
    const char *name; /* in log lines: "CA"; copied */
    bool dry_run;
    bool keeps_inner; /* tracker_free of the proxy leaves the tracker behind it alone */
    proxy_hook before, after;
    void *context; /* handed to both */
};

struct proxy_counts {
    int64_t reads, writes;         /* calls that went through to the tracker behind */
    int64_t failed;                /* of those, how many it answered with an error */
    int64_t held_back;             /* writes refused by the dry run */
    int64_t by_op[PROXY_OP_COUNT]; /* reads and writes by kind */
};

/* Never NULL. Freed with tracker_free, together with `inner` unless keeps_inner. NULL options: count and log alone. */
struct tracker *proxy_new(struct tracker *inner, const struct proxy_options *);
/* The four below ask only for a tracker that proxy_new made. */
const struct proxy_counts *proxy_counts(const struct tracker *proxy);
void proxy_counts_clear(struct tracker *proxy);
void proxy_hooks_set(struct tracker *proxy, proxy_hook before, proxy_hook after, void *context);
/* The writes held back, in order; borrowed until the proxy is freed. Returns the count. */
size_t proxy_planned(const struct tracker *proxy, const char *const **lines_r);

/* This error is a dry run's refusal and no fault. */
bool proxy_is_dry_run(const struct err *);
const char *proxy_op_name(enum proxy_op);
