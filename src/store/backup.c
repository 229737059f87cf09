/* backup.c - copies of the store, and the way back to one.
 *
 * A backup gets its name only when it is whole. A restoration prepares everything in a file of its own first, so that
 * the store changes in one transaction. */
#include "store/schema.h"
#include "store/store.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool sync_folder(struct arena *a, const char *path, struct err *e)
{
    const char *folder = dirname(arena_strdup(a, path));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        err_set(e, ERR_IO, "%s: cannot be made durable: %s", folder, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

/* With what SQLite may have left beside it. */
static void remove_database(struct arena *a, const char *path)
{
    static const char *const BESIDE[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_LEN(BESIDE); i++)
        unlink(arena_printf(a, "%s%s", path, BESIDE[i]));
}

/* An empty database for its owner alone. */
static struct sql_db *new_database(struct arena *a, const char *path, struct err *e)
{
    remove_database(a, path); /* of a try that was cut short */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_set(e, ERR_IO, "%s: cannot be made: %s", path, strerror(errno));
        return NULL;
    }
    close(fd);
    return sql_open(path, 0, e);
}

static bool copy_to(struct arena *a, struct sql_db *from, const char *path, struct err *e)
{
    struct sql_db *to = new_database(a, path, e);
    bool ok = to && sql_copy(from, to, e);
    sql_close(to);
    return ok;
}

bool store_backup(struct store *s, const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct stat st;
    struct sql_db *db = store_db(s, e);
    const char *unfinished = arena_printf(&a, "%s.unfinished", path);
    bool ok = db;
    if (ok && lstat(path, &st) == 0)
        ok = err_set(e, ERR_INPUT, "%s is there already; a backup does not take the place of anything", path);
    ok = ok && copy_to(&a, db, unfinished, e);
    if (ok && rename(unfinished, path) != 0)
        ok = err_set(e, ERR_IO, "%s: cannot be made: %s", path, strerror(errno));
    ok = ok && sync_folder(&a, path, e);
    if (!ok)
        remove_database(&a, unfinished);
    arena_release(&a);
    return ok;
}

static bool check_whole(struct arena *a, struct sql_db *db, const char *from, struct err *e)
{
    char *says = NULL;
    struct err why = ERR_INIT;
    if (sql_get_str(db, a, &says, &why, "PRAGMA quick_check(1)", "") && says && strcmp(says, "ok") == 0)
        return true;
    return err_set(e, ERR_INPUT, "%s is damaged (%.200s); the store was not changed", from, says ? says : why.text);
}

/* The backup in a file of its own, in today's form, with every synchronization marked. */
static bool prepare(struct arena *a, const char *from, const char *prepared, struct err *e)
{
    enum schema_state state = SCHEMA_EMPTY;
    struct err why = ERR_INIT;
    struct sql_db *backup = sql_open(from, SQL_READ_ONLY, &why), *copy = NULL;
    if (!backup)
        return err_set(e, ERR_INPUT, "%s is no backup; the store was not changed (%s)", from, why.text);
    bool ok = check_whole(a, backup, from, e) && (schema_check(backup, &state, e) || err_wrap(e, "%s", from));
    if (ok && state == SCHEMA_EMPTY)
        ok = err_set(e, ERR_INPUT, "%s is an empty database and no backup; the store was not changed", from);
    ok = ok && (copy = new_database(a, prepared, e)) && sql_copy(backup, copy, e) && schema_prepare(copy, e) &&
         sql_run(copy, e, "UPDATE sync SET rejoins = 1", "");
    sql_close(copy);
    sql_close(backup);
    return ok;
}

bool store_restore(struct store *s, const char *from, const char *scratch, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct stat st;
    struct sql_db *copy = NULL, *db = store_db(s, e);
    bool ok = db && (stat(from, &st) == 0 || err_set(e, ERR_INPUT, "%s: cannot be read: %s", from, strerror(errno)));
    ok = ok && prepare(&a, from, scratch, e) && (copy = sql_open(scratch, SQL_READ_ONLY, e)) && sql_copy(copy, db, e);
    sql_close(copy);
    remove_database(&a, scratch);
    arena_release(&a);
    return ok;
}
