#include "store/store.h"

#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct store {
    struct sql_db *db;
    bool owns_db, is_dead, is_grouped;
    int lock_fd; /* -1: none */
    bool (*after_commit)(void *);
    void *context;
};

static struct store *store_new(void)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->lock_fd = -1;
    return s;
}

/* The lock is the kernel's, on an open file, so that it goes with the process however that ends; the text in the file
 * only names the holder. */
static bool take_lock(struct store *s, const char *path, const char *holder, struct err *e)
{
    char name[4200], who[256] = "";
    snprintf(name, sizeof name, "%s.lock", path);
    s->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return err_set(e, ERR_IO, "%s: cannot be made: %s", name, strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = pread(s->lock_fd, who, sizeof who - 1, 0);
        who[n > 0 ? n : 0] = 0;
        who[strcspn(who, "\n")] = 0;
        return err_set(e, ERR_LOCKED, "the store %s is in use by %s; wait for it to end or stop it", path,
                       *who ? who : "another process");
    }
    int length = snprintf(who, sizeof who, "%s\n", holder);
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, who, (size_t)length, 0) != length)
        return err_set(e, ERR_IO, "%s: cannot be written: %s", name, strerror(errno));
    return true;
}

/* An empty file, or one that begins as SQLite's do. */
static bool is_database(const char *path, struct err *e)
{
    static const char MAGIC[16] = "SQLite format 3";
    char head[sizeof MAGIC];
    FILE *f = fopen(path, "re");
    if (!f)
        return err_set(e, ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    return !n || (n == sizeof head && memcmp(head, MAGIC, n) == 0) ||
           err_set(e, ERR_INPUT, "%s: this file is not a Tandem store; choose another path with --store", path);
}

/* Looks at a file before it is opened for writing, which would turn a foreign database into one with a journal of ours.
 */
static bool look(const char *path, enum schema_state *r, struct err *e)
{
    if (!is_database(path, e))
        return false;
    struct sql_db *db = sql_open(path, SQL_READ_ONLY, e);
    bool ok = db && schema_check(db, r, e);
    sql_close(db);
    return ok || err_wrap(e, "%s", path);
}

static bool open_for_writing(struct store *s, const char *path, const char *holder, bool exists, struct err *e)
{
    if (!take_lock(s, path, holder, e))
        return false;
    int fd =
        exists ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* SQLite gives its side files the same mode */
    if (fd >= 0)
        close(fd);
    s->db = sql_open(path, 0, e);
    return s->db && (schema_prepare(s->db, e) || err_wrap(e, "%s", path));
}

/* A reading command meets a store of an older program: it is brought up to date once, under the lock like any change.
 */
static bool bring_up_to_date(const char *path, struct err *e)
{
    struct store *s = store_new();
    s->owns_db = true;
    bool ok = open_for_writing(s, path, "a change of its format", true, e);
    store_close(s);
    return ok;
}

static bool open_database(struct store *s, const char *path, enum store_mode mode, const char *holder, struct err *e)
{
    struct stat st;
    enum schema_state state = SCHEMA_EMPTY;
    bool exists = stat(path, &st) == 0;
    if (exists && !S_ISREG(st.st_mode))
        return err_set(e, ERR_INPUT, "%s: a store is a file, and this is none", path);
    if (mode == STORE_READ && !exists)
        return err_set(e, ERR_INPUT, "there is no store at %s; name one with --store or add a site first", path);
    if (exists && !look(path, &state, e))
        return false;
    s->owns_db = true;
    if (mode != STORE_READ)
        return open_for_writing(s, path, holder, exists, e);
    if (state == SCHEMA_EMPTY)
        return err_set(e, ERR_INPUT, "%s: nothing is stored here yet; add a site first", path);
    if (state == SCHEMA_OLDER && !bring_up_to_date(path, e))
        return false;
    s->db = sql_open(path, SQL_READ_ONLY, e);
    return s->db;
}

struct store *store_open(const char *path, enum store_mode mode, const char *holder, struct err *e)
{
    struct store *s = store_new();
    if (open_database(s, path, mode, holder, e))
        return s;
    store_close(s);
    return NULL;
}

struct store *store_over(struct sql_db *db, struct err *e)
{
    struct store *s = store_new();
    s->db = db;
    if (schema_prepare(db, e))
        return s;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->db)
        sql_rollback(s->db);
    if (s->owns_db)
        sql_close(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    free(s);
}

struct sql_db *store_db(struct store *s, struct err *e)
{
    if (!s->is_dead)
        return s->db;
    err_set(e, ERR_KILLED, "the plug was pulled");
    return NULL;
}

bool store_begin(struct store *s, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    return db && ((s->is_grouped && sql_in_transaction(db)) || sql_begin(db, e));
}

bool store_commit(struct store *s, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    if (!db)
        return false;
    if (s->is_grouped)
        return true;
    if (!sql_commit(db, e))
        return store_abandon(s);
    if (s->after_commit && !s->after_commit(s->context)) {
        s->is_dead = true;
        return err_set(e, ERR_KILLED, "the plug was pulled after a commit");
    }
    return true;
}

bool store_abandon(struct store *s)
{
    sql_rollback(s->db);
    return false;
}

bool store_group_begin(struct store *s, struct err *e)
{
    s->is_grouped = store_db(s, e) != NULL;
    return s->is_grouped;
}

bool store_group_end(struct store *s, bool ok, struct err *e)
{
    struct err failed = ERR_INIT;
    s->is_grouped = false;
    if (!sql_in_transaction(s->db))
        return ok;
    if (!ok && e->kind == ERR_KILLED) /* a killed program commits nothing any more */
        return store_abandon(s);
    if (store_commit(s, &failed))
        return ok;
    if (ok)
        *e = failed;
    return false;
}

void store_on_commit(struct store *s, bool (*after)(void *), void *context)
{
    s->after_commit = after;
    s->context = context;
}
