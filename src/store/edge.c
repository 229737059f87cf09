#include "store/edge.h"

#include "store/change.h"

static bool replace(struct sql_db *db, int64_t sync_id, enum side side, const char *type_id, const char *from_id,
                    const char *const *to_ids, size_t count, int64_t now_ms, struct err *e)
{
    if (!sql_run(db, e, "DELETE FROM edge WHERE sync_id = ?1 AND side = ?2 AND type_id = ?3 AND from_id = ?4", "iiss",
                 sync_id, (int64_t)side, type_id, from_id))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!sql_run(
                db, e,
                "INSERT INTO edge (sync_id, side, type_id, from_id, to_id, learnt_ms)"
                " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING", /* two transitions may lead to one status */
                "iisssi", sync_id, (int64_t)side, type_id, from_id, to_ids[i], now_ms))
            return false;
    return true;
}

bool edge_learn(struct store *s, int64_t sync_id, enum side side, const char *type_id, const char *from_id,
                const char *const *to_ids, size_t count, int64_t now_ms, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           change_end(&c, replace(c.db, sync_id, side, type_id, from_id, to_ids, count, now_ms, e), e);
}

bool edge_list(struct store *s, struct arena *a, int64_t sync_id, enum side side, const char *type_id, struct edge **r,
               size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db || !sql_query(db, &rows, e,
                          "SELECT from_id, to_id, learnt_ms FROM edge WHERE sync_id = ?1 AND side = ?2 AND type_id = ?3"
                          " ORDER BY from_id, to_id",
                          "iis", sync_id, (int64_t)side, type_id))
        return false;
    while (sql_next(&rows))
        *arena_push(a, *r, *count_r) = (struct edge){
            .from_id = sql_str(&rows, 0, a), .to_id = sql_str(&rows, 1, a), .learnt_ms = sql_int(&rows, 2)};
    return sql_done(&rows, e);
}
