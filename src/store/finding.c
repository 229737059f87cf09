#include "store/finding.h"

#include "store/change.h"

#define COLUMNS "id, sync_id, pair_id, side, item, kind, error, text, detail, created_ms"

bool finding_open(struct store *s, const struct finding *f, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e);
    if (ok) {
        const char *detail = column_text(&a, f->detail);
        /* a conflict holds a value that can be restored, so only the very same one takes its place */
        ok = sql_run(c.db, e,
                     "DELETE FROM finding WHERE sync_id = ?1 AND pair_id = ?2 AND item = ?3 AND kind = ?4"
                     " AND resolved_ms IS NULL AND (kind <> 'conflict' OR coalesce(detail, '') = coalesce(?5, ''))",
                     "iisss", f->sync_id, f->pair_id, f->item, f->kind, detail) &&
             sql_run(c.db, e,
                     "INSERT INTO finding (sync_id, pair_id, side, item, kind, error, text, detail, created_ms)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                     "iiisssssi", f->sync_id, f->pair_id, (int64_t)f->side, f->item, f->kind, f->error, f->text, detail,
                     f->created_ms);
        ok = change_end(&c, ok, e);
    }
    arena_release(&a);
    return ok;
}

bool finding_resolve(struct store *s, int64_t sync_id, int64_t pair_id, const char *item, const char *kind,
                     int64_t now_ms, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    bool ok = kind ? sql_run(c.db, e,
                             "UPDATE finding SET resolved_ms = ?5 WHERE sync_id = ?1 AND pair_id = ?2 AND item = ?3"
                             " AND kind = ?4 AND resolved_ms IS NULL",
                             "iissi", sync_id, pair_id, item, kind, now_ms)
                   : sql_run(c.db, e,
                             "UPDATE finding SET resolved_ms = ?4 WHERE sync_id = ?1 AND pair_id = ?2 AND item = ?3"
                             " AND kind NOT IN ('conflict', 'cut') AND resolved_ms IS NULL",
                             "iisi", sync_id, pair_id, item, now_ms);
    return change_end(&c, ok, e);
}

static bool read_row(struct sql_rows *rows, struct arena *a, struct finding *r, struct err *e)
{
    json_t *detail;
    *r = (struct finding){.id = sql_int(rows, 0),
                          .sync_id = sql_int(rows, 1),
                          .pair_id = sql_int(rows, 2),
                          .side = (int)sql_int(rows, 3),
                          .item = sql_str(rows, 4, a),
                          .kind = sql_str(rows, 5, a),
                          .error = sql_str(rows, 6, a),
                          .text = sql_str(rows, 7, a),
                          .created_ms = sql_int(rows, 9)};
    if (!column_json(rows, 8, a, arena_printf(a, "finding %lld", (long long)r->id), &detail, e))
        return false;
    r->detail = detail;
    return true;
}

bool finding_list(struct store *s, struct arena *a, int64_t sync_id, int64_t pair_id, struct finding **r,
                  size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    /* two queries, for with one the index could only be entered by the synchronization */
    if (!db || !(pair_id ? sql_query(db, &rows, e,
                                     "SELECT " COLUMNS " FROM finding WHERE sync_id = ?1 AND pair_id = ?2"
                                     " AND resolved_ms IS NULL ORDER BY id",
                                     "ii", sync_id, pair_id)
                         : sql_query(db, &rows, e,
                                     "SELECT " COLUMNS " FROM finding WHERE sync_id = ?1 AND resolved_ms IS NULL"
                                     " ORDER BY id",
                                     "i", sync_id)))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows))
        ok = read_row(&rows, a, arena_push(a, *r, *count_r), e);
    return column_done(&rows, ok, e);
}

#define RETRIED                                                                                                        \
    "sync_id = ?1 AND (?2 = 0 OR id = ?2) AND kind IN ('quarantine', 'ask', 'unseen', 'waiting')"                      \
    " AND resolved_ms IS NULL"

bool finding_retry(struct store *s, int64_t sync_id, int64_t id, int64_t now_ms, int64_t *count_r, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    bool ok = sql_run(c.db, e, "UPDATE pair SET dirty = 1 WHERE id IN (SELECT pair_id FROM finding WHERE " RETRIED ")",
                      "ii", sync_id, id) &&
              sql_run(c.db, e, "UPDATE finding SET resolved_ms = ?3 WHERE " RETRIED, "iii", sync_id, id, now_ms);
    *count_r = sql_changes(c.db);
    return change_end(&c, ok, e);
}

bool finding_close(struct store *s, int64_t sync_id, int64_t id, int64_t now_ms, int64_t *count_r, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    bool ok =
        sql_run(c.db, e, "UPDATE finding SET resolved_ms = ?3 WHERE sync_id = ?1 AND id = ?2 AND resolved_ms IS NULL",
                "iii", sync_id, id, now_ms);
    *count_r = sql_changes(c.db);
    return change_end(&c, ok, e);
}

bool finding_get(struct store *s, struct arena *a, int64_t sync_id, int64_t id, struct finding *r, bool *found_r,
                 struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e,
                          "SELECT " COLUMNS " FROM finding WHERE sync_id = ?1 AND id = ?2 AND resolved_ms IS NULL",
                          "ii", sync_id, id))
        return false;
    *found_r = sql_next(&rows);
    return column_done(&rows, !*found_r || read_row(&rows, a, r, e), e);
}

bool finding_decide(struct store *s, const struct finding *f, const char *member, json_t *value, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    json_t *detail = json_keep(&a, f->detail ? json_deep_copy(f->detail) : json_object());
    json_object_set_new(detail, member, value);
    bool ok = change_begin(&c, s, e);
    if (ok)
        ok = change_end(
            &c,
            sql_run(c.db, e, "UPDATE finding SET detail = ?2 WHERE id = ?1", "is", f->id, column_text(&a, detail)) &&
                sql_run(c.db, e, "UPDATE pair SET dirty = 1 WHERE id = ?1", "i", f->pair_id),
            e);
    arena_release(&a);
    return ok;
}
