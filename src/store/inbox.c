#include "store/inbox.h"

#include "base/str.h"
#include "store/change.h"

#include <string.h>

/* Both bind sync, side, issue, key, updated. */
static bool upsert(struct store *s, const char *sql, int64_t sync_id, const struct inbox_row *row, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && change_end(&c,
                                                sql_run(c.db, e, sql, "iissi", sync_id, (int64_t)row->side,
                                                        row->issue_id, row->key, row->updated_ms),
                                                e);
}

bool inbox_see(struct store *s, int64_t sync_id, const struct inbox_row *row, struct err *e)
{
    return upsert(s,
                  "INSERT INTO inbox (sync_id, side, issue_id, key, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
                  " ON CONFLICT (sync_id, side, issue_id) DO UPDATE SET key = excluded.key,"
                  " updated_ms = excluded.updated_ms, done = 0 WHERE inbox.updated_ms <> excluded.updated_ms",
                  sync_id, row, e);
}

bool inbox_wake(struct store *s, int64_t sync_id, const struct inbox_row *row, struct err *e)
{
    return upsert(s,
                  "INSERT INTO inbox (sync_id, side, issue_id, key, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
                  " ON CONFLICT (sync_id, side, issue_id) DO UPDATE SET key = excluded.key,"
                  " updated_ms = excluded.updated_ms, done = 0",
                  sync_id, row, e);
}

/* Side by side, for a query over both would look at every row of the inbox. */
#define WAKE(side, id)                                                                                                 \
    "UPDATE inbox SET done = 0 WHERE sync_id = ?1 AND side = " side " AND issue_id IN (SELECT p." id                   \
    " FROM finding f JOIN pair p ON p.id = f.pair_id WHERE f.sync_id = ?1 AND f.kind = 'waiting'"                      \
    " AND f.resolved_ms IS NULL AND p.state = 'creating' AND p." id " IS NOT NULL)"

bool inbox_wake_waiting(struct store *s, int64_t sync_id, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && change_end(&c,
                                                sql_run(c.db, e, WAKE("0", "id0"), "i", sync_id) &&
                                                    sql_run(c.db, e, WAKE("1", "id1"), "i", sync_id),
                                                e);
}

static bool take_rows(struct sql_rows *rows, struct arena *a, struct inbox_row **r, size_t *count_r, struct err *e)
{
    while (sql_next(rows))
        *arena_push(a, *r, *count_r) = (struct inbox_row){.side = (enum side)sql_int(rows, 0),
                                                          .issue_id = sql_str(rows, 1, a),
                                                          .key = sql_str(rows, 2, a),
                                                          .updated_ms = sql_int(rows, 3)};
    return sql_done(rows, e);
}

bool inbox_list(struct store *s, struct arena *a, int64_t sync_id, const struct inbox_row *after, size_t limit,
                struct inbox_row **r, size_t *count_r, struct err *e)
{
    static const struct inbox_row FIRST = {.issue_id = "", .updated_ms = INT64_MIN};
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    after = after ? after : &FIRST;
    return db &&
           sql_query(db, &rows, e,
                     "SELECT side, issue_id, key, updated_ms FROM inbox WHERE sync_id = ?1 AND done = 0"
                     " AND (updated_ms, side, issue_id) > (?2, ?3, ?4) ORDER BY updated_ms, side, issue_id LIMIT ?5",
                     "iiisi", sync_id, after->updated_ms, (int64_t)after->side, after->issue_id, (int64_t)limit) &&
           take_rows(&rows, a, r, count_r, e);
}

#define PAIRED(side, id)                                                                                               \
    "SELECT i.side, i.issue_id, i.key, i.updated_ms FROM inbox i JOIN pair p ON p.sync_id = i.sync_id AND p." id       \
    " = i.issue_id WHERE i.sync_id = ?1 AND i.side = " side " AND i.done = 0 AND p.state = 'open'"                     \
    " ORDER BY i.updated_ms, i.issue_id LIMIT ?2"

bool inbox_list_paired(struct store *s, struct arena *a, int64_t sync_id, size_t limit, struct inbox_row **r,
                       size_t *count_r, struct err *e)
{
    static const char *const SQL[2] = {PAIRED("0", "id0"), PAIRED("1", "id1")};
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    bool ok = db;
    for (size_t side = 0; ok && side < ARRAY_LEN(SQL); side++)
        ok = sql_query(db, &rows, e, SQL[side], "ii", sync_id, (int64_t)limit) && take_rows(&rows, a, r, count_r, e);
    return ok;
}

bool inbox_done(struct store *s, int64_t sync_id, enum side side, const char *issue_id, int64_t updated_ms,
                struct err *e)
{
    const struct inbox_row row = {.side = side, .issue_id = issue_id, .key = "", .updated_ms = updated_ms};
    return upsert(s,
                  "INSERT INTO inbox (sync_id, side, issue_id, key, updated_ms, done) VALUES (?1, ?2, ?3, ?4, ?5, 1)"
                  " ON CONFLICT (sync_id, side, issue_id) DO UPDATE SET updated_ms = excluded.updated_ms, done = 1",
                  sync_id, &row, e);
}

bool inbox_find_key(struct store *s, struct arena *a, int64_t sync_id, enum side side, const char *key, const char **r,
                    struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, "SELECT issue_id FROM inbox WHERE sync_id = ?1 AND side = ?2 AND key = ?3",
                          "iis", sync_id, (int64_t)side, key))
        return false;
    *r = sql_next(&rows) ? sql_str(&rows, 0, a) : NULL;
    return sql_done(&rows, e);
}

bool inbox_count(struct store *s, int64_t sync_id, int64_t *r, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    return db && sql_get_int(db, r, 0, e, "SELECT count(*) FROM inbox WHERE sync_id = ?1 AND done = 0", "i", sync_id);
}

/* 12 of "SA-12"; 0 when it is no issue key. */
static int64_t number_of(const char *key)
{
    int64_t number;
    const char *dash = key ? strrchr(key, '-') : NULL;
    return dash && str_to_int(dash + 1, &number) ? number : 0;
}

bool inbox_highest_key(struct store *s, struct arena *a, int64_t sync_id, enum side side, char **r, struct err *e)
{
    static const char *const SQL[2] = {"SELECT key FROM inbox WHERE sync_id = ?1 AND side = 0"
                                       " UNION ALL SELECT key0 FROM pair WHERE sync_id = ?1",
                                       "SELECT key FROM inbox WHERE sync_id = ?1 AND side = 1"
                                       " UNION ALL SELECT key1 FROM pair WHERE sync_id = ?1"};
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, SQL[side], "i", sync_id))
        return false;
    int64_t highest = 0;
    *r = NULL;
    while (sql_next(&rows)) {
        int64_t number = number_of(sql_peek(&rows, 0));
        if (number > highest) {
            highest = number;
            *r = sql_str(&rows, 0, a);
        }
    }
    return sql_done(&rows, e);
}
