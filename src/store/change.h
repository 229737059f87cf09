/* change.h - how the nouns of this folder read and change the store; nobody else includes it.
 *
 * A call that changes something joins the transaction that is open, or is one of its own, through store_begin and
 * store_commit, so that the rehearsal sees each commit as a step:
 *
 *   struct change c;
 *   if (!change_begin(&c, store, e))
 *       return false;
 *   return change_end(&c, sql_run(c.db, e, …) && sql_run(c.db, e, …), e);
 *
 * When a call fails inside somebody's transaction, that transaction is theirs to abandon. */
#pragma once

#include "base/json.h"
#include "store/store.h"

struct change {
    struct store *store;
    struct sql_db *db;
    bool is_own;
};

bool change_begin(struct change *, struct store *, struct err *e) MUST_CHECK;
/* Commits an own transaction when `ok`, else takes it back. Returns whether all went well. */
bool change_end(struct change *, bool ok, struct err *e) MUST_CHECK;

/* A column of JSON into the arena: NULL for NULL. ERR_PARSE names `what` and the damaged row. */
bool column_json(struct sql_rows *, int column, struct arena *, const char *what, json_t **r, struct err *e) MUST_CHECK;
/* The text that such a column holds; NULL for NULL, so that "no value" and JSON's null stay apart. */
const char *column_text(struct arena *, const json_t *);
/* Ends a query whose rows were `ok` so far: false when they, or the reading, failed. */
bool column_done(struct sql_rows *, bool ok, struct err *e) MUST_CHECK;
