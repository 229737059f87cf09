/* sqlite.c - the driver over SQLite.
 *
 * Why statements are kept: preparing costs more than running for the point reads that make up a pass. A statement that
 * is in use (a nested query with the same text) is prepared a second time and dropped at its end. */
#include "sql/sql.h"

#include "base/str.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A statement sits in one of WINDOW slots from its hash on: with one slot alone, two that are used in turn would be
 * prepared again and again. */
enum { CACHE_SLOTS = 512, WINDOW = 8, BUSY_MS = 5000 };

struct slot {
    char *sql;
    sqlite3_stmt *statement;
    bool is_busy;
};

struct sql_db {
    sqlite3 *handle;
    struct slot cache[CACHE_SLOTS];
};

static bool fail(struct sql_db *db, struct err *e, const char *sql)
{
    int code = sqlite3_errcode(db->handle);
    bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
    return err_set(e, busy ? ERR_LOCKED : ERR_STORE, "database: %s (in \"%.80s\")", sqlite3_errmsg(db->handle), sql);
}

bool sql_script(struct sql_db *db, const char *script, struct err *e)
{
    return sqlite3_exec(db->handle, script, NULL, NULL, NULL) == SQLITE_OK || fail(db, e, script);
}

struct sql_db *sql_open(const char *path, unsigned flags, struct err *e)
{
    struct sql_db *db = calloc(1, sizeof *db);
    if (!db)
        abort();
    int mode = flags & SQL_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &db->handle, mode | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        err_set(e, ERR_STORE, "%s: cannot be opened: %s", path, db->handle ? sqlite3_errmsg(db->handle) : "no memory");
        sql_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_extended_result_codes(db->handle, 0);
    bool is_file = strcmp(path, ":memory:") != 0 && !(flags & SQL_READ_ONLY);
    const char *set_up = flags & SQL_FAST ? "PRAGMA foreign_keys=ON;PRAGMA synchronous=OFF;"
                                          : "PRAGMA foreign_keys=ON;PRAGMA synchronous=FULL;";
    if (!sql_script(db, set_up, e) || (is_file && !sql_script(db, "PRAGMA journal_mode=WAL;", e))) {
        err_wrap(e, "%s", path);
        sql_close(db);
        return NULL;
    }
    return db;
}

static void cache_clear(struct sql_db *db)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        sqlite3_finalize(db->cache[i].statement);
        free(db->cache[i].sql);
        db->cache[i] = (struct slot){0};
    }
}

void sql_close(struct sql_db *db)
{
    if (!db)
        return;
    cache_clear(db);
    sqlite3_close_v2(db->handle);
    free(db);
}

static struct slot *slot_at(struct sql_db *db, size_t hash, size_t i)
{
    return &db->cache[(hash + i) % CACHE_SLOTS];
}

/* Eight bytes at a time: a page of issues asks for it thousands of times. */
static size_t hash_of(const char *sql)
{
    size_t length = strlen(sql), h = 1469598103934665603u ^ length;
    for (; length; sql += length < 8 ? length : 8, length -= length < 8 ? length : 8) {
        uint64_t word = 0;
        memcpy(&word, sql, length < 8 ? length : 8);
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 29;
    }
    return h;
}

/* Where a new statement may be kept: an empty slot, or one whose statement nobody uses; NULL when all are in use. */
static struct slot *slot_free(struct sql_db *db, size_t hash)
{
    struct slot *found = NULL;
    for (size_t i = 0; i < WINDOW; i++) {
        struct slot *slot = slot_at(db, hash, (i + hash / CACHE_SLOTS) % WINDOW);
        if (!slot->sql)
            return slot;
        if (!slot->is_busy)
            found = slot;
    }
    return found;
}

static sqlite3_stmt *prepare(struct sql_db *db, const char *sql, struct err *e)
{
    size_t hash = hash_of(sql);
    bool is_kept = false; /* by a slot, in use by an outer query */
    for (size_t i = 0; i < WINDOW; i++) {
        struct slot *slot = slot_at(db, hash, i);
        if (!slot->sql || strcmp(slot->sql, sql) != 0)
            continue;
        is_kept = true;
        if (!slot->is_busy) {
            slot->is_busy = true;
            return slot->statement;
        }
    }
    sqlite3_stmt *statement = NULL;
    struct slot *slot = is_kept ? NULL : slot_free(db, hash);
    if (sqlite3_prepare_v3(db->handle, sql, -1, slot ? SQLITE_PREPARE_PERSISTENT : 0, &statement, NULL) != SQLITE_OK) {
        fail(db, e, sql);
        return NULL;
    }
    if (slot) {
        sqlite3_finalize(slot->statement);
        free(slot->sql);
        *slot = (struct slot){strdup(sql), statement, true};
        if (!slot->sql)
            abort();
    }
    return statement;
}

/* Gives a statement back to its slot, or drops it when none keeps it. */
static void put_back(struct sql_db *db, sqlite3_stmt *statement)
{
    size_t hash = hash_of(sqlite3_sql(statement));
    for (size_t i = 0; i < WINDOW; i++) {
        struct slot *slot = slot_at(db, hash, i);
        if (slot->statement != statement)
            continue;
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        slot->is_busy = false;
        return;
    }
    sqlite3_finalize(statement);
}

static void bind(sqlite3_stmt *statement, const char *format, va_list args)
{
    for (int i = 1; *format; format++, i++) {
        switch (*format) {
        case 'i':
            sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
            break;
        case 's':
            sqlite3_bind_text(statement, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
            break;
        case 'd':
            sqlite3_bind_double(statement, i, va_arg(args, double));
            break;
        case 'b': {
            const void *bytes = va_arg(args, const void *);
            size_t length = va_arg(args, size_t);
            if (bytes)
                sqlite3_bind_blob64(statement, i, bytes, length, SQLITE_TRANSIENT);
            break;
        }
        case 'n':
            break;
        default:
            abort(); /* a mistake in the caller's format string */
        }
    }
}

static bool query(struct sql_db *db, struct sql_rows *rows, struct err *e, const char *sql, const char *format,
                  va_list args)
{
    *rows = (struct sql_rows){.db = db, .statement = prepare(db, sql, e), .state = 2};
    if (!rows->statement)
        return false;
    bind(rows->statement, format, args);
    rows->state = 0;
    return true;
}

bool sql_query(struct sql_db *db, struct sql_rows *rows, struct err *e, const char *sql, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = query(db, rows, e, sql, format, args);
    va_end(args);
    return ok;
}

bool sql_next(struct sql_rows *rows)
{
    if (rows->state)
        return false;
    int code = sqlite3_step(rows->statement);
    if (code == SQLITE_ROW)
        return true;
    rows->state = code == SQLITE_DONE ? 1 : 2;
    return false;
}

bool sql_done(struct sql_rows *rows, struct err *e)
{
    bool ok = rows->state != 2 || fail(rows->db, e, sqlite3_sql(rows->statement));
    put_back(rows->db, rows->statement);
    rows->statement = NULL;
    return ok;
}

bool sql_run(struct sql_db *db, struct err *e, const char *sql, const char *format, ...)
{
    struct sql_rows rows;
    va_list args;
    va_start(args, format);
    bool ok = query(db, &rows, e, sql, format, args);
    va_end(args);
    if (!ok)
        return false;
    while (sql_next(&rows))
        ;
    return sql_done(&rows, e);
}

int64_t sql_last_id(struct sql_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int64_t sql_changes(struct sql_db *db)
{
    return sqlite3_changes(db->handle);
}

bool sql_is_null(struct sql_rows *rows, int column)
{
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

int64_t sql_int(struct sql_rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

double sql_double(struct sql_rows *rows, int column)
{
    return sqlite3_column_double(rows->statement, column);
}

const char *sql_peek(struct sql_rows *rows, int column)
{
    return (const char *)sqlite3_column_text(rows->statement, column);
}

char *sql_str(struct sql_rows *rows, int column, struct arena *a)
{
    return arena_strdup(a, sql_peek(rows, column));
}

const void *sql_blob(struct sql_rows *rows, int column, size_t *length_r)
{
    const void *bytes = sqlite3_column_blob(rows->statement, column);
    *length_r = (size_t)sqlite3_column_bytes(rows->statement, column);
    return bytes;
}

bool sql_get_int(struct sql_db *db, int64_t *r, int64_t otherwise, struct err *e, const char *sql, const char *format,
                 ...)
{
    struct sql_rows rows;
    va_list args;
    va_start(args, format);
    bool ok = query(db, &rows, e, sql, format, args);
    va_end(args);
    if (!ok)
        return false;
    *r = otherwise;
    if (sql_next(&rows) && !sql_is_null(&rows, 0))
        *r = sql_int(&rows, 0);
    return sql_done(&rows, e);
}

bool sql_get_str(struct sql_db *db, struct arena *a, char **r, struct err *e, const char *sql, const char *format, ...)
{
    struct sql_rows rows;
    va_list args;
    va_start(args, format);
    bool ok = query(db, &rows, e, sql, format, args);
    va_end(args);
    if (!ok)
        return false;
    *r = sql_next(&rows) ? sql_str(&rows, 0, a) : NULL;
    return sql_done(&rows, e);
}

bool sql_begin(struct sql_db *db, struct err *e)
{
    return sql_run(db, e, "BEGIN IMMEDIATE", "");
}

bool sql_commit(struct sql_db *db, struct err *e)
{
    return sql_run(db, e, "COMMIT", "");
}

void sql_rollback(struct sql_db *db)
{
    struct err ignored = ERR_INIT; /* nothing better can be done: SQLite rolls back by itself at close */
    if (sql_in_transaction(db) && !sql_run(db, &ignored, "ROLLBACK", ""))
        return;
}

bool sql_in_transaction(struct sql_db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

bool sql_copy(struct sql_db *from, struct sql_db *to, struct err *e)
{
    sqlite3_backup *copy = sqlite3_backup_init(to->handle, "main", from->handle, "main");
    if (!copy)
        return fail(to, e, "a copy");
    int step = sqlite3_backup_step(copy, -1);
    int end = sqlite3_backup_finish(copy);
    return (step == SQLITE_DONE && end == SQLITE_OK) ||
           err_set(e, step == SQLITE_BUSY || step == SQLITE_LOCKED ? ERR_LOCKED : ERR_STORE,
                   "database: a copy could not be made: %s", sqlite3_errstr(step == SQLITE_DONE ? end : step));
}

bool sql_snapshot(struct sql_db *db, void **bytes_r, size_t *length_r, struct err *e)
{
    sqlite3_int64 length = 0;
    unsigned char *bytes = sqlite3_serialize(db->handle, "main", &length, 0);
    if (!bytes)
        return err_set(e, ERR_STORE, "database: a snapshot could not be taken");
    *bytes_r = malloc((size_t)length + 1);
    if (!*bytes_r)
        abort();
    memcpy(*bytes_r, bytes, (size_t)length);
    *length_r = (size_t)length;
    sqlite3_free(bytes);
    return true;
}

bool sql_restore(struct sql_db *db, const void *bytes, size_t length, struct err *e)
{
    cache_clear(db); /* statements hold the old pages */
    unsigned char *copy = sqlite3_malloc64(length + 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, length);
    if (sqlite3_deserialize(db->handle, "main", copy, (sqlite3_int64)length, (sqlite3_int64)length + 1,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK)
        return fail(db, e, "restore of a snapshot");
    return true;
}

void *sql_handle(struct sql_db *db)
{
    return db->handle;
}
