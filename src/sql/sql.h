/* sql.h - a small driver over one database connection; SQLite today, PostgreSQL later behind the same calls.
 *
 * Parameters are ?1, ?2 … in the subset of SQL both databases share. Values are bound by a format string, one letter
 * a parameter: i int64_t · s const char * (NULL binds NULL) · b const void *, size_t (a blob) · d double · n (NULL, no
 * argument)
 *
 *   sql_run(db, e, "INSERT INTO pair (sync_id, first_id) VALUES (?1, ?2)", "is", sync_id, issue_id)
 *
 *   struct sql_rows rows;
 *   if (!sql_query(db, &rows, e, "SELECT id, key FROM issue WHERE project_id = ?1", "i", project)) return false;
 *   while (sql_next(&rows)) use(sql_int(&rows, 0), sql_str(&rows, 1, arena));
 *   if (!sql_done(&rows, e)) return false;
 *
 * Statements are prepared once and kept with the connection. A query must end with sql_done, also after a break.
 * Queries may nest. Threads: a connection belongs to one thread at a time.
 * Errors: ERR_STORE, with the statement's beginning and SQLite's own words; ERR_LOCKED when the file is busy. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct sql_db;

enum sql_open_flags {
    SQL_READ_ONLY = 1, /* the file must exist */
    SQL_FAST = 2,      /* synchronous=OFF: for scratch data whose loss harms nobody */
};

/* Opens or creates a database; `path` may be ":memory:". WAL and synchronous=FULL for files, foreign keys on. */
struct sql_db *sql_open(const char *path, unsigned flags, struct err *e) MUST_CHECK;
void sql_close(struct sql_db *); /* NULL is allowed */

/* Runs a script of several statements without parameters: schemas. */
bool sql_script(struct sql_db *, const char *script, struct err *e) MUST_CHECK;
bool sql_run(struct sql_db *, struct err *e, const char *sql, const char *format, ...) MUST_CHECK;
int64_t sql_last_id(struct sql_db *); /* of the last INSERT */
int64_t sql_changes(struct sql_db *); /* rows touched by the last statement */

struct sql_rows {
    struct sql_db *db;
    void *statement;
    int state; /* 0 open, 1 at end, 2 failed */
};

bool sql_query(struct sql_db *, struct sql_rows *, struct err *e, const char *sql, const char *format, ...) MUST_CHECK;
bool sql_next(struct sql_rows *);
/* Ends the query; false with *e when reading failed on the way. */
bool sql_done(struct sql_rows *, struct err *e) MUST_CHECK;

bool sql_is_null(struct sql_rows *, int column);
int64_t sql_int(struct sql_rows *, int column);
double sql_double(struct sql_rows *, int column);
/* A copy in the arena; NULL for NULL. */
char *sql_str(struct sql_rows *, int column, struct arena *);
/* Valid until the next sql_next or sql_done; NULL for NULL. */
const char *sql_peek(struct sql_rows *, int column);
const void *sql_blob(struct sql_rows *, int column, size_t *length_r);

/* The first column of the first row, `otherwise` when there is no row (or it is NULL). */
bool sql_get_int(struct sql_db *, int64_t *r, int64_t otherwise, struct err *e, const char *sql, const char *format,
                 ...) MUST_CHECK;
bool sql_get_str(struct sql_db *, struct arena *, char **r, struct err *e, const char *sql, const char *format,
                 ...) MUST_CHECK;

/* Transactions do not nest. BEGIN IMMEDIATE: the lock is taken at once, so that a later write cannot fail for it. */
bool sql_begin(struct sql_db *, struct err *e) MUST_CHECK;
bool sql_commit(struct sql_db *, struct err *e) MUST_CHECK;
void sql_rollback(struct sql_db *);
bool sql_in_transaction(struct sql_db *);

/* The whole database as bytes (malloc'ed: free()), and back. For the rehearsal's snapshots; ":memory:" databases. */
bool sql_snapshot(struct sql_db *, void **bytes_r, size_t *length_r, struct err *e) MUST_CHECK;
bool sql_restore(struct sql_db *, const void *bytes, size_t length, struct err *e) MUST_CHECK;

/* Makes `to` what `from` holds at this moment, in one transaction of `to`; others may go on writing to `from`. */
bool sql_copy(struct sql_db *from, struct sql_db *to, struct err *e) MUST_CHECK;

/* The connection underneath, for what only the sandbox needs (functions, collations): sqlite3 *. */
void *sql_handle(struct sql_db *);
