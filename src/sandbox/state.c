/* state.c - snapshots over SQLite's backup, and the comparison of two databases row by row.
 *
 * Why the comparison knows no table by name: whatever a site holds is a row with a primary key, so a table that comes
 * later is compared from its first day. Both sides are read in the order of their keys, side by side. */
#include "sandbox/state.h"

#include "sandbox/internal.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NAME = 64, MAX_SHOWN = 1000, MAX_KEYS = 8 };

struct state {
    struct state *next;
    char name[MAX_NAME + 1];
    sqlite3 *db;
};

void state_release(struct sandbox *sb)
{
    for (struct state *s = sb->states, *next; s; s = next) {
        next = s->next;
        sqlite3_close_v2(s->db);
        free(s);
    }
    sb->states = NULL;
}

/* ---- where they are ---- */

static sqlite3 *live(struct ctx *c)
{
    return sql_handle(c->db);
}

/* NULL: the site lives in memory. */
static const char *data_file(struct ctx *c)
{
    const char *path = sqlite3_db_filename(live(c), "main");
    return path && *path ? path : NULL;
}

static char *state_file(struct ctx *c, const char *name)
{
    return arena_printf(c->a, "%s.state-%s", data_file(c), name);
}

static struct state **find_slot(struct ctx *c, const char *name)
{
    struct state **s = &c->sb->states;
    while (*s && !str_eq((*s)->name, name))
        s = &(*s)->next;
    return s;
}

static bool check_name(struct ctx *c, const char *name)
{
    size_t n = strlen(name);
    if (n && n <= MAX_NAME && name[0] != '.' &&
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n)
        return true;
    return refuse(c, 400, "A state is named with at most %d letters, digits, dots and dashes.", MAX_NAME);
}

/* The snapshot opened for reading; *owned_r: close it afterwards. NULL with a 404 or an error. */
static sqlite3 *open_state(struct ctx *c, const char *name, bool *owned_r)
{
    sqlite3 *db = NULL;
    *owned_r = false;
    if (!check_name(c, name))
        return NULL;
    if (!data_file(c)) {
        struct state *s = *find_slot(c, name);
        if (!s)
            refuse(c, 404, "There is no state '%s'.", name);
        return s ? s->db : NULL;
    }
    const char *path = state_file(c, name);
    if (access(path, F_OK) != 0) {
        refuse(c, 404, "There is no state '%s'.", name);
        return NULL;
    }
    *owned_r = true;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
        return db;
    err_set(&c->err, ERR_STORE, "state %s: %s", path, sqlite3_errmsg(db));
    sqlite3_close_v2(db);
    return NULL;
}

/* ---- copying ---- */

static bool copy(struct ctx *c, sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (b) {
        sqlite3_backup_step(b, -1);
        if (sqlite3_backup_finish(b) == SQLITE_OK)
            return true;
    }
    return err_set(&c->err, ERR_STORE, "state: %s", sqlite3_errmsg(to));
}

/* Written beside and renamed, so that a kill leaves the former one. */
static bool take_in_file(struct ctx *c, const char *name)
{
    const char *path = state_file(c, name), *fresh = arena_printf(c->a, "%s.new", path);
    sqlite3 *db = NULL;
    (void)unlink(fresh);
    bool ok = sqlite3_open_v2(fresh, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK ||
              err_set(&c->err, ERR_STORE, "state %s: %s", fresh, sqlite3_errmsg(db));
    ok = ok && copy(c, db, live(c));
    if (ok && sqlite3_exec(db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
        ok = err_set(&c->err, ERR_STORE, "state %s: %s", fresh, sqlite3_errmsg(db));
    sqlite3_close_v2(db);
    if (ok && rename(fresh, path) != 0)
        ok = err_set(&c->err, ERR_IO, "state %s cannot take its place", path);
    if (!ok)
        (void)unlink(fresh);
    return ok;
}

static bool take_in_memory(struct ctx *c, const char *name)
{
    struct state **slot = find_slot(c, name), *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    memcpy(s->name, name, strlen(name));
    if (sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK ||
        !copy(c, s->db, live(c))) {
        sqlite3_close_v2(s->db);
        free(s);
        return c->err.kind == ERR_NONE ? err_set(&c->err, ERR_STORE, "state: no memory for it") : false;
    }
    if (*slot) {
        struct state *former = *slot;
        *slot = former->next;
        sqlite3_close_v2(former->db);
        free(former);
    }
    s->next = c->sb->states;
    c->sb->states = s;
    return true;
}

static bool state_take(struct ctx *c)
{
    const char *name = c->args[0];
    if (!check_name(c, name) || !(data_file(c) ? take_in_file(c, name) : take_in_memory(c, name)))
        return false;
    json_t *o = new_object(c);
    put_str(o, "name", name);
    return reply_json(c, 201, o);
}

static bool state_restore(struct ctx *c)
{
    bool owned;
    sqlite3 *db = open_state(c, c->args[0], &owned);
    if (!db)
        return false;
    bool ok = copy(c, live(c), db);
    if (owned)
        sqlite3_close_v2(db);
    return ok && reply_empty(c, 204);
}

static bool state_delete(struct ctx *c)
{
    const char *name = c->args[0];
    bool owned;
    sqlite3 *db = open_state(c, name, &owned);
    if (!db)
        return false;
    if (owned) {
        sqlite3_close_v2(db);
        (void)unlink(state_file(c, name));
        return reply_empty(c, 204);
    }
    struct state **slot = find_slot(c, name), *s = *slot;
    *slot = s->next;
    sqlite3_close_v2(s->db);
    free(s);
    return reply_empty(c, 204);
}

static json_t *state_json(struct ctx *c, const char *name, int64_t bytes)
{
    json_t *o = new_object(c);
    put_str(o, "name", name);
    put_int(o, "bytes", bytes);
    return o;
}

static int compare_names(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

static bool list_files(struct ctx *c, json_t *list)
{
    const char *data = data_file(c), *slash = strrchr(data, '/');
    const char *begin = arena_printf(c->a, "%s.state-", slash ? slash + 1 : data);
    DIR *dir = opendir(slash ? arena_strndup(c->a, data, (size_t)(slash - data) + 1) : ".");
    char **names = NULL;
    size_t count = 0;
    struct stat st;
    if (!dir)
        return err_set(&c->err, ERR_IO, "the folder of %s cannot be read", data);
    for (struct dirent *d; (d = readdir(dir)) != NULL;)
        if (str_starts(d->d_name, begin) && !str_ends(d->d_name, ".new") && !str_ends(d->d_name, "-journal"))
            *arena_push(c->a, names, count) = arena_strdup(c->a, d->d_name + strlen(begin));
    closedir(dir);
    if (count)
        qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++)
        add(list, state_json(c, names[i], stat(state_file(c, names[i]), &st) == 0 ? (int64_t)st.st_size : 0));
    return true;
}

static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    int64_t n = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

static bool state_list(struct ctx *c)
{
    json_t *list = new_array(c), *reply = new_object(c);
    if (data_file(c) && !list_files(c, list))
        return false;
    for (struct state *s = c->sb->states; s; s = s->next)
        add(list, state_json(c, s->name, number_of(s->db, "PRAGMA page_count") * number_of(s->db, "PRAGMA page_size")));
    put(reply, "states", list);
    return reply_json(c, 200, reply);
}

/* ---- comparing ---- */

struct table {
    const char *name;
    int keys[MAX_KEYS]; /* columns of the primary key, in its order */
    int key_count;
    int issue_column; /* that says of which issue the row is; -1: none */
    const char *sql;
};

struct comparison {
    struct ctx *c;
    sqlite3 *then, *now;
    json_t *list;
    int64_t total;
};

/* How SQLite orders values: NULL, numbers, texts, blobs. */
static int rank_of(sqlite3_stmt *s, int column)
{
    switch (sqlite3_column_type(s, column)) {
    case SQLITE_NULL:
        return 0;
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        return 1;
    case SQLITE_TEXT:
        return 2;
    default:
        return 3;
    }
}

static int compare_values(sqlite3_stmt *x, sqlite3_stmt *y, int column)
{
    int rx = rank_of(x, column), ry = rank_of(y, column);
    if (rx != ry)
        return rx - ry;
    if (rx == 0)
        return 0;
    if (rx == 1) {
        double dx = sqlite3_column_double(x, column), dy = sqlite3_column_double(y, column);
        int64_t ix = sqlite3_column_int64(x, column), iy = sqlite3_column_int64(y, column);
        return dx != dy ? (dx > dy) - (dx < dy) : (ix > iy) - (ix < iy);
    }
    const void *bx = sqlite3_column_blob(x, column), *by = sqlite3_column_blob(y, column);
    int nx = sqlite3_column_bytes(x, column), ny = sqlite3_column_bytes(y, column), n = nx < ny ? nx : ny;
    int order = n ? memcmp(bx, by, (size_t)n) : 0;
    return order ? order : nx - ny;
}

static int compare_keys(const struct table *t, sqlite3_stmt *x, sqlite3_stmt *y)
{
    int order = 0;
    for (int i = 0; i < t->key_count && !order; i++)
        order = compare_values(x, y, t->keys[i]);
    return order;
}

static const char *text_by_id(struct comparison *k, sqlite3 *db, const char *sql, int64_t id)
{
    sqlite3_stmt *s = NULL;
    const char *text = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, id);
        if (sqlite3_step(s) == SQLITE_ROW)
            text = arena_strdup(k->c->a, (const char *)sqlite3_column_text(s, 0));
    }
    sqlite3_finalize(s);
    return text;
}

#define ISSUE_KEY "SELECT p.key || '-' || i.number FROM issue i JOIN project p ON p.id = i.project WHERE i.id = ?1"

/* "SA-1" of an issue, "SA-1/10003" of what hangs on one, else the primary key. */
static const char *key_text(struct comparison *k, const struct table *t, sqlite3 *db, sqlite3_stmt *row)
{
    struct arena *a = k->c->a;
    const char *text = NULL;
    if (str_eq(t->name, "issue"))
        text = text_by_id(k, db, ISSUE_KEY, sqlite3_column_int64(row, t->keys[0]));
    else if (str_eq(t->name, "project"))
        text = text_by_id(k, db, "SELECT key FROM project WHERE id = ?1", sqlite3_column_int64(row, t->keys[0]));
    else if (t->issue_column >= 0)
        text = text_by_id(k, db, ISSUE_KEY, sqlite3_column_int64(row, t->issue_column));
    if (text && t->issue_column < 0)
        return text;
    for (int i = 0; i < t->key_count; i++) {
        if (text && t->keys[i] == t->issue_column)
            continue;
        const char *part = (const char *)sqlite3_column_text(row, t->keys[i]);
        text = arena_printf(a, "%s%s%s", text ? text : "", text ? "/" : "", part ? part : "");
    }
    return text ? text : "";
}

static void report(struct comparison *k, const struct table *t, sqlite3 *db, sqlite3_stmt *row, const char *what,
                   json_t *fields)
{
    if (k->total++ >= MAX_SHOWN)
        return;
    json_t *o = new_object(k->c);
    put_str(o, "noun", t->name);
    put_str(o, "key", key_text(k, t, db, row));
    put_str(o, "what", what);
    if (fields)
        put(o, "fields", fields);
    add(k->list, o);
}

static void compare_rows(struct comparison *k, const struct table *t, sqlite3_stmt *x, sqlite3_stmt *y)
{
    json_t *fields = NULL;
    for (int i = 0; i < sqlite3_column_count(x); i++) {
        if (!compare_values(x, y, i))
            continue;
        if (!fields)
            fields = new_array(k->c);
        add_str(fields, sqlite3_column_name(x, i));
    }
    if (fields)
        report(k, t, k->now, y, "changed", fields);
}

static bool compare_table(struct comparison *k, const struct table *t)
{
    sqlite3_stmt *x = NULL, *y = NULL;
    if (sqlite3_prepare_v2(k->then, t->sql, -1, &x, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(k->now, t->sql, -1, &y, NULL) != SQLITE_OK) {
        sqlite3_finalize(x);
        return err_set(&k->c->err, ERR_STORE, "state: table %s cannot be compared: %s", t->name,
                       sqlite3_errmsg(k->now));
    }
    bool has_x = sqlite3_step(x) == SQLITE_ROW, has_y = sqlite3_step(y) == SQLITE_ROW;
    while (has_x || has_y) {
        int order = !has_x ? 1 : !has_y ? -1 : compare_keys(t, x, y);
        if (order < 0)
            report(k, t, k->then, x, "removed", NULL);
        else if (order > 0)
            report(k, t, k->now, y, "added", NULL);
        else
            compare_rows(k, t, x, y);
        has_x = order <= 0 ? sqlite3_step(x) == SQLITE_ROW : has_x;
        has_y = order >= 0 ? sqlite3_step(y) == SQLITE_ROW : has_y;
    }
    sqlite3_finalize(x);
    sqlite3_finalize(y);
    return true;
}

/* Its columns and its key; keys are compared byte by byte, whatever the column's own order is. */
static bool describe(struct ctx *c, const char *name, struct table *t)
{
    struct sql_rows rows;
    const char *order = "";
    *t = (struct table){.name = name, .issue_column = -1};
    if (!db_query(c, &rows, "SELECT cid, name, pk FROM pragma_table_info(?1) ORDER BY cid", "s", name))
        return false;
    const char *names[MAX_KEYS] = {0};
    while (sql_next(&rows)) {
        int column = (int)sql_int(&rows, 0), key = (int)sql_int(&rows, 2);
        if (str_eq(sql_peek(&rows, 1), "issue"))
            t->issue_column = column;
        if (key < 1 || key > MAX_KEYS)
            continue;
        t->keys[key - 1] = column;
        names[key - 1] = sql_str(&rows, 1, c->a);
        t->key_count = key > t->key_count ? key : t->key_count;
    }
    for (int i = 0; i < t->key_count; i++)
        order = arena_printf(c->a, "%s%s\"%s\" COLLATE BINARY", order, i ? ", " : "", names[i]);
    t->sql = arena_printf(c->a, "SELECT * FROM \"%s\" ORDER BY %s", name, order);
    return db_done(c, &rows);
}

static bool compare_all(struct comparison *k)
{
    struct ctx *c = k->c;
    struct sql_rows rows;
    /* the index of words is made of the rest, and when is chance */
    if (!db_query(c, &rows,
                  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND "
                  "name NOT LIKE 'text\\_%' ESCAPE '\\' ORDER BY name",
                  ""))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        struct table t;
        ok = describe(c, sql_str(&rows, 0, c->a), &t) && (!t.key_count || compare_table(k, &t));
    }
    return db_done(c, &rows) && ok;
}

static bool state_compare(struct ctx *c)
{
    bool owned;
    struct comparison k = {.c = c, .now = live(c), .list = new_array(c)};
    k.then = open_state(c, c->args[0], &owned);
    if (!k.then)
        return false;
    bool ok = compare_all(&k);
    if (owned)
        sqlite3_close_v2(k.then);
    json_t *reply = new_object(c);
    put_bool(reply, "same", k.total == 0);
    put_int(reply, "total", k.total);
    put(reply, "differences", k.list);
    return ok && reply_json(c, 200, reply);
}

const struct route state_routes[] = {
    {HTTP_GET, "/sandbox/state", state_list, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/state/{}", state_take, ON_ALL, ROUTE_ADMIN | ROUTE_NO_BODY | ROUTE_ALONE},
    {HTTP_POST, "/sandbox/state/{}/restore", state_restore, ON_ALL, ROUTE_ADMIN | ROUTE_NO_BODY | ROUTE_ALONE},
    {HTTP_GET, "/sandbox/state/{}/compare", state_compare, ON_ALL, ROUTE_ADMIN},
    {HTTP_DELETE, "/sandbox/state/{}", state_delete, ON_ALL, ROUTE_ADMIN},
    {0},
};
