#include "store/migration.h"

#include "store/change.h"

bool migration_get(struct store *s, struct arena *a, const char *sync_key, json_t **r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    if (!db || !sql_query(db, &rows, e, "SELECT document FROM migration WHERE sync_key = ?1", "s", sync_key))
        return false;
    bool ok = true;
    if (sql_next(&rows))
        ok = column_json(&rows, 0, a, arena_printf(a, "migration of %s", sync_key), r, e);
    return column_done(&rows, ok, e);
}

bool migration_put(struct store *s, const char *sync_key, const json_t *document, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e) &&
              change_end(&c,
                         sql_run(c.db, e,
                                 "INSERT INTO migration (sync_key, document) VALUES (?1, ?2)"
                                 " ON CONFLICT (sync_key) DO UPDATE SET document = excluded.document",
                                 "ss", sync_key, json_print(&a, document)),
                         e);
    arena_release(&a);
    return ok;
}

bool migration_remove(struct store *s, const char *sync_key, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) &&
           change_end(&c, sql_run(c.db, e, "DELETE FROM migration WHERE sync_key = ?1", "s", sync_key), e);
}
