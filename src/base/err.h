/* err.h - what went wrong, how far the damage goes, and a sentence for a person.
 *
 * A fallible function returns bool (or a count) marked MUST_CHECK and takes `struct err *e` last; on success it leaves
 * *e untouched. Every kind has a scope (the table is in err.c) that tells the engine what to set aside:
 *   item     quarantine this field or comment; everything else flows on
 *   pair     leave this pair for later
 *   site     back off from this site; it says nothing about the data
 *   process  stop: the store, the disk, the caller or a kill
 *
 * The text says what happened, to which issue or file (byte offset), why, and what to do now. Secrets never stand in it. */
#pragma once

#include "base/attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum err_kind {
    ERR_NONE,
    /* item */
    ERR_REFUSED,   /* the site refused this value (400, a field not on the screen, too long) */
    ERR_MAPPING,   /* no partner for this value under the mapping */
    ERR_PARSE,     /* stored or received bytes are not what they should be */
    ERR_LIMIT,     /* a size, depth or count limit of ours or of the site's (413) */
    ERR_HIDDEN,    /* posting this would show restricted content openly */
    ERR_UNCERTAIN, /* the other side may have done it: a write whose reply never came; only sync/recover.c resolves it */
    /* pair */
    ERR_GONE,      /* 404: not there, or not visible to us */
    ERR_FORBIDDEN, /* 403: visible, but we may not */
    ERR_CONFLICT,  /* 409: somebody else was at it in the same moment */
    /* site */
    ERR_AUTH,        /* 401, or a 200 that was answered to nobody */
    ERR_RATE,        /* 429; retry_after_ms is set */
    ERR_UNAVAILABLE, /* refused, unreachable, timed out, 5xx; nothing was done */
    ERR_PROTOCOL,    /* not Jira, or not JSON, or a shape we do not know */
    ERR_FUSE,        /* a synchronization stopped itself and asks a person */
    /* process */
    ERR_STORE,  /* the database failed */
    ERR_IO,     /* a file could not be read or written */
    ERR_INPUT,  /* a file or an argument is wrong; exit 2 */
    ERR_LOCKED, /* another engine holds the store */
    ERR_STATE,  /* not possible in the present state: what would make it possible is in the text */
    ERR_KILLED, /* the rehearsal pulled the plug here; nobody may handle this but the rehearsal */
    ERR_KIND_COUNT
};

enum err_scope { ERR_SCOPE_NONE, ERR_SCOPE_ITEM, ERR_SCOPE_PAIR, ERR_SCOPE_SITE, ERR_SCOPE_PROCESS };

struct err {
    enum err_kind kind;
    int http_status;        /* 0 when no reply was involved */
    int64_t retry_after_ms; /* with ERR_RATE or ERR_UNAVAILABLE: how long the site asks us to wait; 0 unknown */
    char text[1000];
};

#define ERR_INIT {ERR_NONE, 0, 0, ""}

/* Fills *e and returns false, so that a failing function reads `return err_set(e, …)`. `e` may be NULL. */
bool err_set(struct err *e, enum err_kind, const char *format, ...) PRINTF_LIKE(3, 4);
/* Puts "context: " before the text; kind stays. Returns false. */
bool err_wrap(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err *);

enum err_scope err_scope(enum err_kind);
/* "refused", "uncertain" …: stable names, used in JSON output and the store. */
const char *err_kind_name(enum err_kind);
