/* store.h - everything Tandem remembers, in one SQLite file: sites, synchronizations, pairs, bases, ops, findings.
 *
 * Invariants: one engine per store; a lock file beside it says who holds it. Reading commands open it read-only and
 * need no lock. A change that belongs together is one transaction (store_begin … store_commit); after a crash the store
 * holds all of it or nothing. Nouns have headers of their own in this folder (site.h, sync.h, pair.h, op.h …). Threads:
 * one at a time. Errors: ERR_STORE stops the pass; ERR_LOCKED names the holder; ERR_KILLED in the rehearsal. */
#pragma once

#include "base/side.h"
#include "sql/sql.h"

struct store;

enum store_mode { STORE_READ, STORE_ENGINE };

/* Opens `path`, making it (mode 0600) with STORE_ENGINE, which also takes the lock for `holder` ("tandem run, process
 * 4711"). ERR_INPUT when it is not a store, or one of a newer version; ERR_LOCKED with the holder's name. */
struct store *store_open(const char *path, enum store_mode, const char *holder, struct err *e) MUST_CHECK;
/* A store over an open database, for the rehearsal; the database stays the caller's. */
struct store *store_over(struct sql_db *, struct err *e) MUST_CHECK;
void store_close(struct store *); /* NULL is allowed */

/* --- backup.c --- */

/* A copy of the store, readable by its owner alone, whole and durable under its name when this returns. Engines may
 * work on. ERR_INPUT when something has that name already; ERR_IO. */
bool store_backup(struct store *, const char *path, struct err *e) MUST_CHECK;
/* Puts the open store back to a backup, all or nothing; `scratch` names a file beside it that is made and removed.
 * Every synchronization in it looks on both sites for what it does not remember before it makes anything. ERR_INPUT
 * when `from` is not a whole store. */
bool store_restore(struct store *, const char *from, const char *scratch, struct err *e) MUST_CHECK;

bool store_begin(struct store *, struct err *e) MUST_CHECK;
/* Durable when it returns true. */
bool store_commit(struct store *, struct err *e) MUST_CHECK;
/* Takes back what was done since begin; harmless outside a transaction. Returns false, so `return store_abandon(…)`. */
bool store_abandon(struct store *);

/* Between these, transactions join into one that becomes durable at the end: the disk is asked once for many small
 * units. What is inside must not rely on being durable before the end; no write to a site may leave that the journal
 * only holds here. When a unit inside fails and is abandoned, everything since the beginning of the group goes with it;
 * what was complete when another kind of error came is kept. store_group_end returns `ok`, or false when the commit
 * failed. */
bool store_group_begin(struct store *, struct err *e) MUST_CHECK;
bool store_group_end(struct store *, bool ok, struct err *e) MUST_CHECK;

/* The rehearsal's place to pull the plug: called after each commit. When it returns false the store answers everything
 * with ERR_KILLED from then on. */
void store_on_commit(struct store *, bool (*after)(void *context), void *context);

/* The connection, for the nouns of this folder. ERR_KILLED (NULL) after the plug was pulled. */
struct sql_db *store_db(struct store *, struct err *e);
