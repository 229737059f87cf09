#include "store/op.h"

#include "base/str.h"
#include "store/change.h"

#define COLUMNS "id, sync_id, pair_id, side, kind, item, state, token, body, sent_ms, reply, tries, due_ms, error"

static const char *const KINDS[OP_KIND_COUNT] = {"create",      "update",       "transition",
                                                 "comment-add", "comment-edit", "comment-delete"};
static const char *const STATES[OP_STATE_COUNT] = {"planned", "sent",   "replied", "uncertain",
                                                   "settled", "failed", "retired"};

const char *op_kind_name(enum op_kind kind)
{
    return KINDS[kind];
}

const char *op_state_name(enum op_state state)
{
    return STATES[state];
}

/* The position of a name; `count` when it is none of them. */
static int position(const char *const *names, int count, const char *name)
{
    int i = 0;
    while (i < count && !str_eq(names[i], name))
        i++;
    return i;
}

bool op_add(struct store *s, struct op *op, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e);
    if (ok) {
        ok = sql_run(c.db, e,
                     "INSERT INTO op (sync_id, pair_id, side, kind, item, state, token, body, sent_ms, reply, tries,"
                     " due_ms, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                     "iiisssssisiis", op->sync_id, op->pair_id, (int64_t)op->side, op_kind_name(op->kind), op->item,
                     op_state_name(op->state), op->token, json_print(&a, op->body), op->sent_ms,
                     column_text(&a, op->reply), op->tries, op->due_ms, op->error);
        int64_t id = sql_last_id(c.db);
        ok = change_end(&c, ok, e);
        if (ok)
            op->id = id;
    }
    arena_release(&a);
    return ok;
}

bool op_update(struct store *s, const struct op *op, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e);
    if (ok) {
        ok = sql_run(c.db, e,
                     "UPDATE op SET pair_id = ?2, side = ?3, kind = ?4, item = ?5, state = ?6, token = ?7, body = ?8,"
                     " sent_ms = ?9, reply = ?10, tries = ?11, due_ms = ?12, error = ?13 WHERE id = ?1",
                     "iiisssssisiis", op->id, op->pair_id, (int64_t)op->side, op_kind_name(op->kind), op->item,
                     op_state_name(op->state), op->token, json_print(&a, op->body), op->sent_ms,
                     column_text(&a, op->reply), op->tries, op->due_ms, op->error);
        if (ok && !sql_changes(c.db))
            ok = err_set(e, ERR_GONE, "op %lld is not in the store any more", (long long)op->id);
        ok = change_end(&c, ok, e);
    }
    arena_release(&a);
    return ok;
}

static bool read_row(struct sql_rows *rows, struct arena *a, struct op *r, struct err *e)
{
    int kind = position(KINDS, OP_KIND_COUNT, sql_peek(rows, 4));
    int state = position(STATES, OP_STATE_COUNT, sql_peek(rows, 6));
    *r = (struct op){.id = sql_int(rows, 0),
                     .sync_id = sql_int(rows, 1),
                     .pair_id = sql_int(rows, 2),
                     .side = (enum side)sql_int(rows, 3),
                     .kind = (enum op_kind)kind,
                     .state = (enum op_state)state,
                     .item = sql_str(rows, 5, a),
                     .token = sql_str(rows, 7, a),
                     .sent_ms = sql_int(rows, 9),
                     .tries = sql_int(rows, 11),
                     .due_ms = sql_int(rows, 12),
                     .error = sql_str(rows, 13, a)};
    if (kind == OP_KIND_COUNT || state == OP_STATE_COUNT)
        return err_set(e, ERR_STORE, "op %lld is \"%s\" in state \"%s\", which this program does not know",
                       (long long)r->id, sql_str(rows, 4, a), sql_str(rows, 6, a));
    json_t *reply;
    const char *what = arena_printf(a, "op %lld", (long long)r->id);
    if (!column_json(rows, 8, a, what, &r->body, e) || !column_json(rows, 10, a, what, &reply, e))
        return false;
    r->reply = reply;
    return true;
}

bool op_list_open(struct store *s, struct arena *a, int64_t sync_id, int64_t pair_id, struct op **r, size_t *count_r,
                  struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db)
        return false;
    bool ok = pair_id ? sql_query(db, &rows, e,
                                  "SELECT " COLUMNS " FROM op WHERE sync_id = ?1 AND pair_id = ?2"
                                  " AND state NOT IN ('settled', 'failed', 'retired') ORDER BY id",
                                  "ii", sync_id, pair_id)
                      : sql_query(db, &rows, e,
                                  "SELECT " COLUMNS " FROM op WHERE sync_id = ?1"
                                  " AND state NOT IN ('settled', 'failed', 'retired') ORDER BY id",
                                  "i", sync_id);
    if (!ok)
        return false;
    while (ok && sql_next(&rows))
        ok = read_row(&rows, a, arena_push(a, *r, *count_r), e);
    return column_done(&rows, ok, e);
}

bool op_list_retired(struct store *s, struct arena *a, int64_t pair_id, struct op **r, size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db || !sql_query(db, &rows, e,
                          "SELECT " COLUMNS " FROM op WHERE pair_id = ?1 AND state = 'retired' AND token IS NULL"
                          " ORDER BY id",
                          "i", pair_id))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows))
        ok = read_row(&rows, a, arena_push(a, *r, *count_r), e);
    return column_done(&rows, ok, e);
}

bool op_count_open(struct store *s, int64_t sync_id, int64_t *r, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    return db && sql_get_int(db, r, 0, e,
                             "SELECT count(*) FROM op WHERE sync_id = ?1"
                             " AND state NOT IN ('settled', 'failed', 'retired')",
                             "i", sync_id);
}

bool op_find_token(struct store *s, struct arena *a, const char *token, struct op *r, bool *found_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, "SELECT " COLUMNS " FROM op WHERE token = ?1", "s", token))
        return false;
    *found_r = sql_next(&rows);
    return column_done(&rows, !*found_r || read_row(&rows, a, r, e), e);
}

bool op_distrust_sent(struct store *s, struct err *e)
{
    struct change c;
    int64_t sent;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_get_int(db, &sent, 0, e, "SELECT count(*) FROM op WHERE state = 'sent'", ""))
        return false;
    if (!sent)
        return true;
    return change_begin(&c, s, e) &&
           change_end(&c, sql_run(c.db, e, "UPDATE op SET state = 'uncertain' WHERE state = 'sent'", ""), e);
}

bool op_count_settled(struct store *s, int64_t pair_id, enum side side, int64_t *r, struct err *e)
{
    struct sql_db *db = store_db(s, e);
    return db &&
           sql_get_int(db, r, 0, e, "SELECT count(*) FROM op WHERE pair_id = ?1 AND side = ?2 AND state = 'settled'",
                       "ii", pair_id, (int64_t)side);
}
