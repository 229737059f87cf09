#include "store/sync.h"

#include "base/str.h"
#include "store/change.h"

#define KEY_PREFIX "INT-"

#define COLUMNS "id, key, name, config, state, reason, created_ms, watermark0, watermark1, swept_ms, rejoins"

static bool key_number(const char *key, int64_t *r)
{
    return str_starts(key, KEY_PREFIX) && str_to_int(key + strlen(KEY_PREFIX), r) && *r > 0;
}

/* The highest number ever given. A deleted key is not given again: on the sites something may still bear it. */
static bool last_number(struct sql_db *db, int64_t *r, struct err *e)
{
    return sql_get_int(db, r, 0, e, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_sync'", "");
}

static bool remember_number(struct sql_db *db, const char *key, struct err *e)
{
    struct arena a = ARENA_INIT;
    int64_t number, last;
    bool ok = last_number(db, &last, e);
    if (ok && key_number(key, &number) && number > last)
        ok = sql_run(db, e,
                     "INSERT INTO meta (key, value) VALUES ('last_sync', ?1)"
                     " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                     "s", arena_printf(&a, "%lld", (long long)number));
    arena_release(&a);
    return ok;
}

static bool add(struct sql_db *db, const char *key, const char *name, const char *config, int64_t now_ms, int64_t *id_r,
                struct err *e)
{
    int64_t taken;
    if (!sql_get_int(db, &taken, 0, e, "SELECT count(*) FROM sync WHERE key = ?1", "s", key))
        return false;
    if (taken)
        return err_set(e, ERR_INPUT, "there is a synchronization %s already", key);
    if (!sql_run(db, e, "INSERT INTO sync (key, name, config, created_ms) VALUES (?1, ?2, ?3, ?4)", "sssi", key, name,
                 config, now_ms))
        return false;
    *id_r = sql_last_id(db);
    return remember_number(db, key, e);
}

bool sync_add(struct store *s, const char *key, const char *name, const json_t *config, int64_t now_ms, int64_t *id_r,
              struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok =
        change_begin(&c, s, e) && change_end(&c, add(c.db, key, name, json_print(&a, config), now_ms, id_r, e), e);
    arena_release(&a);
    return ok;
}

bool sync_next_key(struct store *s, struct arena *a, const char **r, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    int64_t last;
    if (!db || !last_number(db, &last, e))
        return false;
    *r = arena_printf(a, KEY_PREFIX "%lld", (long long)last + 1);
    return true;
}

static bool read_row(struct sql_rows *rows, struct arena *a, struct sync_row *r, struct err *e)
{
    json_t *config;
    *r = (struct sync_row){.id = sql_int(rows, 0),
                           .key = sql_str(rows, 1, a),
                           .name = sql_str(rows, 2, a),
                           .state = sql_str(rows, 4, a),
                           .reason = sql_str(rows, 5, a),
                           .created_ms = sql_int(rows, 6),
                           .watermark_ms = {sql_int(rows, 7), sql_int(rows, 8)},
                           .swept_ms = sql_int(rows, 9),
                           .rejoins = sql_int(rows, 10) != 0};
    if (!column_json(rows, 3, a, arena_printf(a, "configuration of %s", r->key), &config, e))
        return false;
    r->config = config;
    return true;
}

bool sync_list(struct store *s, struct arena *a, struct sync_row **r, size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db || !sql_query(db, &rows, e, "SELECT " COLUMNS " FROM sync ORDER BY id", ""))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows))
        ok = read_row(&rows, a, arena_push(a, *r, *count_r), e);
    return column_done(&rows, ok, e);
}

static bool unknown(struct store *s, const char *key, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct sync_row *all;
    size_t count;
    bool ok = sync_list(s, &a, &all, &count, e);
    const char *keys = "";
    for (size_t i = 0; ok && i < count; i++)
        keys = arena_printf(&a, "%s%s%s (%s)", keys, i ? ", " : "", all[i].key, all[i].name);
    if (ok && count)
        err_set(e, ERR_INPUT, "there is no synchronization %s; there are: %s", key, keys);
    else if (ok)
        err_set(e, ERR_INPUT, "there is no synchronization %s, nor any other; make one with: tandem sync create", key);
    arena_release(&a);
    return false;
}

bool sync_get(struct store *s, struct arena *a, const char *key, struct sync_row *r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, "SELECT " COLUMNS " FROM sync WHERE key = ?1", "s", key))
        return false;
    bool found = sql_next(&rows);
    if (!column_done(&rows, !found || read_row(&rows, a, r, e), e))
        return false;
    return found || unknown(s, key, e);
}

/* An UPDATE that must meet its row. */
static bool met(struct change *c, bool ok, int64_t id, struct err *e)
{
    if (ok && !sql_changes(c->db))
        ok = err_set(e, ERR_GONE, "synchronization number %lld is not in the store any more", (long long)id);
    return change_end(c, ok, e);
}

bool sync_set_config(struct store *s, int64_t id, const char *name, const json_t *config, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e) && met(&c,
                                            sql_run(c.db, e, "UPDATE sync SET name = ?2, config = ?3 WHERE id = ?1",
                                                    "iss", id, name, json_print(&a, config)),
                                            id, e);
    arena_release(&a);
    return ok;
}

bool sync_set_state(struct store *s, int64_t id, const char *state, const char *reason, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           met(&c,
               sql_run(
                   c.db, e,
                   "UPDATE sync SET state = ?2, reason = CASE WHEN ?3 IS NULL AND ?2 = 'running' AND state = 'fused'"
                   " THEN reason ELSE ?3 END WHERE id = ?1",
                   "iss", id, state, reason),
               id, e);
}

bool sync_set_watermark(struct store *s, int64_t id, enum side side, int64_t ms, struct err *e)
{
    static const char *const SQL[2] = {"UPDATE sync SET watermark0 = ?2 WHERE id = ?1",
                                       "UPDATE sync SET watermark1 = ?2 WHERE id = ?1"};
    struct change c;
    return change_begin(&c, s, e) && met(&c, sql_run(c.db, e, SQL[side], "ii", id, ms), id, e);
}

bool sync_set_swept(struct store *s, int64_t id, int64_t ms, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           met(&c, sql_run(c.db, e, "UPDATE sync SET swept_ms = ?2 WHERE id = ?1", "ii", id, ms), id, e);
}

bool sync_set_rejoins(struct store *s, int64_t id, bool rejoins, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           met(&c, sql_run(c.db, e, "UPDATE sync SET rejoins = ?2 WHERE id = ?1", "ii", id, (int64_t)rejoins), id, e);
}

bool sync_remove(struct store *s, int64_t id, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && met(&c, sql_run(c.db, e, "DELETE FROM sync WHERE id = ?1", "i", id), id, e);
}
