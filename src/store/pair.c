#include "store/pair.h"

#include "store/change.h"

#define COLUMNS                                                                                                        \
    "id, sync_id, generation, state, id0, id1, key0, key1, first_sync_ms, sent0, sent1, received0, received1, seen0,"  \
    " seen1, dirty, panel_due, resync, link0, link1, rejoins"

/* Runs an INSERT (?1 is the synchronization) or an UPDATE (?1 is the pair) of all the other columns. */
static bool write_row(struct sql_db *db, const char *sql, int64_t number, const struct pair *p, struct err *e)
{
    return sql_run(db, e, sql, "iisssssiiiiiiiiisssi", number, p->generation, p->state, p->issue_id[0], p->issue_id[1],
                   p->key[0], p->key[1], p->first_sync_ms, p->sent_ms[0], p->sent_ms[1], p->received_ms[0],
                   p->received_ms[1], p->seen_ms[0], p->seen_ms[1], (int64_t)p->is_dirty, (int64_t)p->panel_due,
                   p->resync, p->link[0], p->link[1], (int64_t)p->rejoins);
}

bool pair_add(struct store *s, struct pair *p, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    struct pair row = *p;
    row.generation = row.generation ? row.generation : 1;
    row.state = row.state ? row.state : PAIR_OPEN;
    bool ok =
        write_row(c.db,
                  "INSERT INTO pair (sync_id, generation, state, id0, id1, key0, key1, first_sync_ms, sent0,"
                  " sent1, received0, received1, seen0, seen1, dirty, panel_due, resync, link0, link1, rejoins) VALUES"
                  " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
                  row.sync_id, &row, e);
    row.id = sql_last_id(c.db);
    ok = change_end(&c, ok, e);
    if (ok)
        *p = row;
    return ok;
}

bool pair_update(struct store *s, const struct pair *p, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    bool ok =
        write_row(c.db,
                  "UPDATE pair SET generation = ?2, state = ?3, id0 = ?4, id1 = ?5, key0 = ?6, key1 = ?7,"
                  " first_sync_ms = ?8, sent0 = ?9, sent1 = ?10, received0 = ?11, received1 = ?12, seen0 = ?13,"
                  " seen1 = ?14, dirty = ?15, panel_due = ?16, resync = ?17, link0 = ?18, link1 = ?19, rejoins = ?20"
                  " WHERE id = ?1",
                  p->id, p, e);
    if (ok && !sql_changes(c.db))
        ok = err_set(e, ERR_GONE, "pair %lld is not in the store any more", (long long)p->id);
    return change_end(&c, ok, e);
}

static void read_row(struct sql_rows *rows, struct arena *a, struct pair *r)
{
    *r = (struct pair){.id = sql_int(rows, 0),
                       .sync_id = sql_int(rows, 1),
                       .generation = sql_int(rows, 2),
                       .state = sql_str(rows, 3, a),
                       .issue_id = {sql_str(rows, 4, a), sql_str(rows, 5, a)},
                       .key = {sql_str(rows, 6, a), sql_str(rows, 7, a)},
                       .first_sync_ms = sql_int(rows, 8),
                       .sent_ms = {sql_int(rows, 9), sql_int(rows, 10)},
                       .received_ms = {sql_int(rows, 11), sql_int(rows, 12)},
                       .seen_ms = {sql_int(rows, 13), sql_int(rows, 14)},
                       .is_dirty = sql_int(rows, 15) != 0,
                       .panel_due = sql_int(rows, 16) != 0,
                       .resync = sql_str(rows, 17, a),
                       .link = {sql_str(rows, 18, a), sql_str(rows, 19, a)},
                       .rejoins = sql_int(rows, 20) != 0};
}

bool pair_get(struct store *s, struct arena *a, int64_t id, struct pair *r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, "SELECT " COLUMNS " FROM pair WHERE id = ?1", "i", id))
        return false;
    bool found = sql_next(&rows);
    if (found)
        read_row(&rows, a, r);
    if (!sql_done(&rows, e))
        return false;
    return found || err_set(e, ERR_GONE, "pair %lld is not in the store", (long long)id);
}

bool pair_find(struct store *s, struct arena *a, int64_t sync_id, enum side side, const char *issue_id, struct pair *r,
               bool *found_r, struct err *e)
{
    static const char *const SQL[2] = {
        "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND id0 = ?2 AND state <> 'ended'",
        "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND id1 = ?2 AND state <> 'ended'"};
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, SQL[side], "is", sync_id, issue_id))
        return false;
    *found_r = sql_next(&rows);
    if (*found_r)
        read_row(&rows, a, r);
    return sql_done(&rows, e);
}

bool pair_find_key(struct store *s, struct arena *a, int64_t sync_id, enum side side, const char *key, struct pair *r,
                   bool *found_r, struct err *e)
{
    static const char *const SQL[2] = {
        "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND key0 = ?2 AND state <> 'ended' ORDER BY id DESC LIMIT 1",
        "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND key1 = ?2 AND state <> 'ended' ORDER BY id DESC LIMIT 1"};
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, SQL[side], "is", sync_id, key))
        return false;
    *found_r = sql_next(&rows);
    if (*found_r)
        read_row(&rows, a, r);
    return sql_done(&rows, e);
}

static bool read_all(struct sql_rows *rows, struct arena *a, struct pair **r, size_t *count_r, struct err *e)
{
    *r = NULL;
    *count_r = 0;
    while (sql_next(rows))
        read_row(rows, a, arena_push(a, *r, *count_r));
    return sql_done(rows, e);
}

bool pair_list(struct store *s, struct arena *a, int64_t sync_id, struct pair **r, size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    return db &&
           sql_query(db, &rows, e, "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND state <> 'ended' ORDER BY id",
                     "i", sync_id) &&
           read_all(&rows, a, r, count_r, e);
}

bool pair_list_dirty(struct store *s, struct arena *a, int64_t sync_id, int64_t after, size_t limit, struct pair **r,
                     size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    return db &&
           sql_query(db, &rows, e,
                     "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND dirty = 1 AND id > ?2 AND state <> 'ended'"
                     " ORDER BY id LIMIT ?3",
                     "iii", sync_id, after, (int64_t)limit) &&
           read_all(&rows, a, r, count_r, e);
}

bool pair_count_dirty(struct store *s, int64_t sync_id, int64_t *r, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    return db && sql_get_int(db, r, 0, e,
                             "SELECT count(*) FROM pair WHERE sync_id = ?1 AND dirty = 1"
                             " AND state IN ('open', 'creating')",
                             "i", sync_id);
}

bool pair_list_panel_due(struct store *s, struct arena *a, int64_t sync_id, struct pair **r, size_t *count_r,
                         struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    return db &&
           sql_query(db, &rows, e,
                     "SELECT " COLUMNS " FROM pair WHERE sync_id = ?1 AND panel_due = 1 AND state <> 'ended'"
                     " ORDER BY id",
                     "i", sync_id) &&
           read_all(&rows, a, r, count_r, e);
}

bool pair_remove(struct store *s, int64_t id, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           change_end(&c,
                      sql_run(c.db, e, "DELETE FROM op WHERE pair_id = ?1", "i", id) &&
                          sql_run(c.db, e, "DELETE FROM finding WHERE pair_id = ?1", "i", id) &&
                          sql_run(c.db, e, "DELETE FROM pair WHERE id = ?1", "i", id),
                      e);
}

bool pair_count(struct store *s, int64_t sync_id, int64_t *r, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    return db &&
           sql_get_int(db, r, 0, e, "SELECT count(*) FROM pair WHERE sync_id = ?1 AND state <> 'ended'", "i", sync_id);
}

bool pair_mark_rejoining(struct store *s, int64_t sync_id, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && change_end(&c,
                                                sql_run(c.db, e,
                                                        "UPDATE pair SET dirty = 1, rejoins = 1 WHERE sync_id = ?1"
                                                        " AND state IN ('open', 'creating')",
                                                        "i", sync_id),
                                                e);
}

bool pair_mark_all(struct store *s, int64_t sync_id, const char *resync, bool panel_due, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && change_end(&c,
                                                sql_run(c.db, e,
                                                        "UPDATE pair SET dirty = 1, resync = coalesce(?2, resync),"
                                                        " panel_due = CASE WHEN ?3 = 1 THEN 1 ELSE panel_due END"
                                                        " WHERE sync_id = ?1 AND state IN ('open', 'creating')",
                                                        "isi", sync_id, resync, (int64_t)panel_due),
                                                e);
}
