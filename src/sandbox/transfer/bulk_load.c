/* bulk_load.c - room for very many rows at once.
 *
 * Why: an index whose entries come in no order costs a page read and a page write for nearly every row once it has
 * outgrown the cache; sorted at the end, the same index is written once, front to back. */
#include "sandbox/site.h"
#include "sandbox/transfer/bulk.h"

enum { CACHE_KB = 48 * 1024 };

/* Everything with a text of its own, save what finds rows by their place in the order of loading. */
static const char to_put_aside[] =
    "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ((type = 'trigger' AND name LIKE 'text\\_%' "
    "ESCAPE '\\') OR (type = 'index' AND name IN ('issue_updated', 'issue_project_updated', 'issue_label_label', "
    "'history_item_to', 'history_item_from', 'issue_assignee', 'issue_reporter', 'custom_value_num', "
    "'custom_value_ref')))";

static bool put_aside(struct bulk_load *l, struct err *e)
{
    struct sql_rows rows;
    char **drops = NULL;
    size_t count = 0;
    struct arena *a = &l->arena;
    if (!sql_query(l->sb->db, &rows, e, to_put_aside, ""))
        return false;
    while (sql_next(&rows)) {
        *arena_push(a, drops, count) = arena_printf(a, "DROP %s %s", sql_peek(&rows, 0), sql_peek(&rows, 1));
        *arena_push(a, l->again, l->again_count) = sql_str(&rows, 2, a);
    }
    if (!sql_done(&rows, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!sql_script(l->sb->db, drops[i], e))
            return false;
    return true;
}

bool bulk_load_begin(struct sandbox *sb, struct bulk_load *l, struct err *e)
{
    int64_t has_issues = 0;
    char *journal = NULL;
    *l = (struct bulk_load){.sb = sb, .arena = ARENA_INIT};
    if (!sql_get_int(sb->db, &has_issues, 0, e, "SELECT 1 FROM issue LIMIT 1", "") ||
        !sql_get_str(sb->db, &l->arena, &journal, e, "PRAGMA journal_mode", ""))
        return false;
    l->is_new_file = !has_issues && str_eq_nocase(journal, "wal");
    if (l->is_new_file && (!sql_script(sb->db, "INSERT INTO setting (name, value) VALUES ('loading', '1')", e) ||
                           !sql_script(sb->db, "PRAGMA journal_mode=OFF", e)))
        return false;
    return sql_script(sb->db, arena_printf(&l->arena, "PRAGMA foreign_keys=OFF; PRAGMA cache_size=-%d", CACHE_KB), e) &&
           sql_begin(sb->db, e) && put_aside(l, e);
}

static bool put_back(struct bulk_load *l, struct err *e)
{
    for (size_t i = 0; i < l->again_count; i++)
        if (!sql_script(l->sb->db, l->again[i], e))
            return false;
    return sql_run(l->sb->db, e, "INSERT OR IGNORE INTO text_dirty SELECT id FROM issue", "") &&
           sql_run(l->sb->db, e, "DELETE FROM setting WHERE name = 'loading'", "") && sql_commit(l->sb->db, e);
}

bool bulk_load_end(struct bulk_load *l, bool ok, struct err *e)
{
    struct err ignored = ERR_INIT;
    ok = ok && put_back(l, e);
    if (!ok)
        sql_rollback(l->sb->db);
    if (l->is_new_file && !sql_script(l->sb->db, "PRAGMA journal_mode=WAL", ok ? e : &ignored))
        ok = false;
    if (!sql_script(l->sb->db, "PRAGMA foreign_keys=ON; PRAGMA shrink_memory; PRAGMA cache_size=" SITE_CACHE,
                    ok ? e : &ignored))
        ok = false;
    arena_release(&l->arena);
    return ok;
}
