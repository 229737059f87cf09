#include "store/counter.h"

#include "store/change.h"

bool counter_get(struct store *s, struct arena *a, int64_t sync_id, enum side side, struct counter *r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = (struct counter){0};
    if (!db || !sql_query(db, &rows, e,
                          "SELECT value, token, next, next_token, raised_ms, refused FROM counter WHERE sync_id = ?1"
                          " AND side = ?2",
                          "ii", sync_id, (int64_t)side))
        return false;
    if (sql_next(&rows))
        *r = (struct counter){.value = sql_int(&rows, 0),
                              .token = sql_str(&rows, 1, a),
                              .next = sql_int(&rows, 2),
                              .next_token = sql_str(&rows, 3, a),
                              .raised_ms = sql_int(&rows, 4),
                              .is_refused = sql_int(&rows, 5) != 0};
    return sql_done(&rows, e);
}

bool counter_put(struct store *s, int64_t sync_id, enum side side, const struct counter *n, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           change_end(&c,
                      sql_run(c.db, e,
                              "INSERT INTO counter (sync_id, side, value, token, next, next_token, raised_ms, refused)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (sync_id, side) DO UPDATE SET"
                              " value = excluded.value, token = excluded.token, next = excluded.next, next_token ="
                              " excluded.next_token, raised_ms = excluded.raised_ms, refused = excluded.refused",
                              "iiisisii", sync_id, (int64_t)side, n->value, n->token, n->next, n->next_token,
                              n->raised_ms, (int64_t)n->is_refused),
                      e);
}
