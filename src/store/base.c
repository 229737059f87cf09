/* base.c - what both sides held when they last agreed, item by item, and the comments that belong together. */
#include "store/change.h"
#include "store/pair.h"

bool base_list(struct store *s, struct arena *a, int64_t pair_id, struct base_row **r, size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db ||
        !sql_query(db, &rows, e, "SELECT pair_id, item, value0, value1 FROM base WHERE pair_id = ?1 ORDER BY item", "i",
                   pair_id))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        struct base_row *row = arena_push(a, *r, *count_r);
        json_t *value[2];
        row->item = sql_str(&rows, 1, a);
        const char *what = arena_printf(a, "the base of %s of pair %lld", row->item, (long long)pair_id);
        ok = column_json(&rows, 2, a, what, &value[0], e) && column_json(&rows, 3, a, what, &value[1], e);
        row->value[0] = ok ? value[0] : NULL;
        row->value[1] = ok ? value[1] : NULL;
    }
    return column_done(&rows, ok, e);
}

bool base_set(struct store *s, int64_t pair_id, const char *item, const json_t *first, const json_t *second,
              struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e) &&
              change_end(&c,
                         sql_run(c.db, e,
                                 "INSERT INTO base (pair_id, item, value0, value1) VALUES (?1, ?2, ?3, ?4)"
                                 " ON CONFLICT (pair_id, item) DO UPDATE SET value0 = excluded.value0,"
                                 " value1 = excluded.value1",
                                 "isss", pair_id, item, column_text(&a, first), column_text(&a, second)),
                         e);
    arena_release(&a);
    return ok;
}

bool base_set_side(struct store *s, int64_t pair_id, const char *item, enum side side, const json_t *value,
                   struct err *e)
{
    static const char *const SQL[2] = {"INSERT INTO base (pair_id, item, value0) VALUES (?1, ?2, ?3)"
                                       " ON CONFLICT (pair_id, item) DO UPDATE SET value0 = excluded.value0",
                                       "INSERT INTO base (pair_id, item, value1) VALUES (?1, ?2, ?3)"
                                       " ON CONFLICT (pair_id, item) DO UPDATE SET value1 = excluded.value1"};
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e) &&
              change_end(&c, sql_run(c.db, e, SQL[side], "iss", pair_id, item, column_text(&a, value)), e);
    arena_release(&a);
    return ok;
}

bool base_remove(struct store *s, int64_t pair_id, const char *item, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           change_end(&c, sql_run(c.db, e, "DELETE FROM base WHERE pair_id = ?1 AND item = ?2", "is", pair_id, item),
                      e);
}

bool comment_list(struct store *s, struct arena *a, int64_t pair_id, struct comment_row **r, size_t *count_r,
                  struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db || !sql_query(db, &rows, e,
                          "SELECT id, origin, id0, id1, base0, base1, state FROM comment WHERE pair_id = ?1"
                          " ORDER BY id",
                          "i", pair_id))
        return false;
    while (sql_next(&rows))
        *arena_push(a, *r, *count_r) = (struct comment_row){.id = sql_int(&rows, 0),
                                                            .pair_id = pair_id,
                                                            .origin = (enum side)sql_int(&rows, 1),
                                                            .comment_id = {sql_str(&rows, 2, a), sql_str(&rows, 3, a)},
                                                            .base = {sql_str(&rows, 4, a), sql_str(&rows, 5, a)},
                                                            .state = sql_str(&rows, 6, a)};
    return sql_done(&rows, e);
}

bool comment_add(struct store *s, struct comment_row *row, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    bool ok = sql_run(c.db, e,
                      "INSERT INTO comment (pair_id, origin, id0, id1, base0, base1, state)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                      "iisssss", row->pair_id, (int64_t)row->origin, row->comment_id[0], row->comment_id[1],
                      row->base[0], row->base[1], row->state ? row->state : "open");
    int64_t id = sql_last_id(c.db);
    ok = change_end(&c, ok, e);
    if (ok)
        row->id = id;
    return ok;
}

bool comment_update(struct store *s, const struct comment_row *row, struct err *e)
{
    struct change c;
    if (!change_begin(&c, s, e))
        return false;
    bool ok = sql_run(c.db, e,
                      "UPDATE comment SET origin = ?2, id0 = ?3, id1 = ?4, base0 = ?5, base1 = ?6, state = ?7"
                      " WHERE id = ?1",
                      "iisssss", row->id, (int64_t)row->origin, row->comment_id[0], row->comment_id[1], row->base[0],
                      row->base[1], row->state);
    if (ok && !sql_changes(c.db))
        ok = err_set(e, ERR_GONE, "comment row %lld is not in the store any more", (long long)row->id);
    return change_end(&c, ok, e);
}

bool comment_remove(struct store *s, int64_t id, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && change_end(&c, sql_run(c.db, e, "DELETE FROM comment WHERE id = ?1", "i", id), e);
}
