#include "store/schema.h"

/* The tables as the first version made them. Columns that exist once a side end in 0 (first) and 1 (second). Values of
 * fields are JSON (tracker/value.h). What came later is in STEPS, and never here: every store walks the same way. */
static const char TABLES[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);"

    /* secret is sealed by the vault; nothing here is readable without its key file */
    "CREATE TABLE site (name TEXT PRIMARY KEY, base_url TEXT NOT NULL, settings TEXT NOT NULL, secret TEXT);"

    "CREATE TABLE sync (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, config TEXT NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'stopped', reason TEXT, created_ms INTEGER NOT NULL,"
    " watermark0 INTEGER NOT NULL DEFAULT 0, watermark1 INTEGER NOT NULL DEFAULT 0,"
    " swept_ms INTEGER NOT NULL DEFAULT 0);"

    /* id0/id1 never change once set; a partner recreated after deletion opens a new generation */
    "CREATE TABLE pair (id INTEGER PRIMARY KEY, sync_id INTEGER NOT NULL REFERENCES sync(id) ON DELETE CASCADE,"
    " generation INTEGER NOT NULL DEFAULT 1, state TEXT NOT NULL DEFAULT 'open',"
    " id0 TEXT, id1 TEXT, key0 TEXT, key1 TEXT, first_sync_ms INTEGER NOT NULL DEFAULT 0,"
    " sent0 INTEGER NOT NULL DEFAULT 0, sent1 INTEGER NOT NULL DEFAULT 0,"
    " received0 INTEGER NOT NULL DEFAULT 0, received1 INTEGER NOT NULL DEFAULT 0,"
    " seen0 INTEGER NOT NULL DEFAULT 0, seen1 INTEGER NOT NULL DEFAULT 0,"
    " dirty INTEGER NOT NULL DEFAULT 0, resync TEXT,"
    " panel_due INTEGER NOT NULL DEFAULT 0, link0 TEXT, link1 TEXT);"
    "CREATE UNIQUE INDEX pair_id0 ON pair (sync_id, id0) WHERE state <> 'ended';"
    "CREATE UNIQUE INDEX pair_id1 ON pair (sync_id, id1) WHERE state <> 'ended';"
    /* the constant is a column of these, or the planner takes a whole index instead of the few rows that wait */
    "CREATE INDEX pair_dirty ON pair (sync_id, dirty, id) WHERE dirty = 1;"
    "CREATE INDEX pair_panel ON pair (sync_id, panel_due, id) WHERE panel_due = 1;"
    "CREATE INDEX pair_list ON pair (sync_id, id);"

    "CREATE TABLE base (pair_id INTEGER NOT NULL REFERENCES pair(id) ON DELETE CASCADE, item TEXT NOT NULL,"
    " value0 TEXT, value1 TEXT, PRIMARY KEY (pair_id, item)) WITHOUT ROWID;"

    /* one comment of one side and its copy on the other; base0/base1 are bodies as they were when both agreed */
    "CREATE TABLE comment (id INTEGER PRIMARY KEY, pair_id INTEGER NOT NULL REFERENCES pair(id) ON DELETE CASCADE,"
    " origin INTEGER NOT NULL, id0 TEXT, id1 TEXT, base0 TEXT, base1 TEXT, state TEXT NOT NULL DEFAULT 'open');"
    "CREATE UNIQUE INDEX comment_id0 ON comment (pair_id, id0);"
    "CREATE UNIQUE INDEX comment_id1 ON comment (pair_id, id1);"

    /* what a poll saw; done=0 waits to be worked. Stays, so that the same state is not worked twice */
    "CREATE TABLE inbox (sync_id INTEGER NOT NULL REFERENCES sync(id) ON DELETE CASCADE, side INTEGER NOT NULL,"
    " issue_id TEXT NOT NULL, key TEXT NOT NULL, updated_ms INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (sync_id, side, issue_id)) WITHOUT ROWID;"
    "CREATE INDEX inbox_due ON inbox (sync_id, done, updated_ms, side, issue_id) WHERE done = 0;"

    /* every write, from intent to proof */
    "CREATE TABLE op (id INTEGER PRIMARY KEY, sync_id INTEGER NOT NULL REFERENCES sync(id) ON DELETE CASCADE,"
    " pair_id INTEGER NOT NULL, side INTEGER NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, state TEXT NOT NULL,"
    " token TEXT, body TEXT NOT NULL, sent_ms INTEGER NOT NULL DEFAULT 0, reply TEXT, tries INTEGER NOT NULL DEFAULT 0,"
    " due_ms INTEGER NOT NULL DEFAULT 0, error TEXT);"
    "CREATE INDEX op_open ON op (sync_id, pair_id) WHERE state NOT IN ('settled', 'failed', 'retired');"
    "CREATE UNIQUE INDEX op_token ON op (token);"
    "CREATE INDEX op_pair ON op (pair_id);"
    "CREATE INDEX op_sent ON op (id) WHERE state = 'sent';"

    /* what waits for a person, or was decided for them and can be restored; pair_id 0: the synchronization as a whole,
     * side -1: none */
    "CREATE TABLE finding (id INTEGER PRIMARY KEY, sync_id INTEGER NOT NULL REFERENCES sync(id) ON DELETE CASCADE,"
    " pair_id INTEGER NOT NULL, side INTEGER NOT NULL, item TEXT NOT NULL, kind TEXT NOT NULL, error TEXT, text TEXT "
    "NOT NULL, detail TEXT,"
    " created_ms INTEGER NOT NULL, resolved_ms INTEGER);"
    "CREATE INDEX finding_open ON finding (sync_id, pair_id, item) WHERE resolved_ms IS NULL;"
    "CREATE INDEX finding_waiting ON finding (sync_id) WHERE resolved_ms IS NULL AND kind = 'waiting';"

    /* transitions learnt by looking at issues: the workflow as the account may walk it */
    "CREATE TABLE edge (sync_id INTEGER NOT NULL REFERENCES sync(id) ON DELETE CASCADE, side INTEGER NOT NULL,"
    " type_id TEXT NOT NULL, from_id TEXT NOT NULL, to_id TEXT NOT NULL, learnt_ms INTEGER NOT NULL,"
    " PRIMARY KEY (sync_id, side, type_id, from_id, to_id)) WITHOUT ROWID;"

    /* a migration under way: its plan and where it stands (migrate/) */
    "CREATE TABLE migration (id INTEGER PRIMARY KEY, sync_key TEXT NOT NULL UNIQUE, document TEXT NOT NULL);"

    "INSERT INTO meta VALUES ('application', 'tandem'), ('schema', '1');";

/* STEPS[n] makes a store of version n + 1 out of one of version n. One that was released is not changed any more. */
static const char *const STEPS[] = {
    TABLES,
    /* what was given up for absent and may still be done by a slow server */
    "CREATE INDEX op_retired ON op (pair_id) WHERE state = 'retired';",
    /* texts name issues by their keys */
    "CREATE INDEX pair_key0 ON pair (sync_id, key0); CREATE INDEX pair_key1 ON pair (sync_id, key1);",
    /* the number that we raise in a property of both projects; and whether the store may be older than the sites */
    "CREATE TABLE counter (sync_id INTEGER NOT NULL REFERENCES sync(id) ON DELETE CASCADE, side INTEGER NOT NULL,"
    " value INTEGER NOT NULL DEFAULT 0, token TEXT, next INTEGER NOT NULL DEFAULT 0, next_token TEXT,"
    " raised_ms INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (sync_id, side))"
    " WITHOUT ROWID;"
    "ALTER TABLE sync ADD COLUMN rejoins INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE pair ADD COLUMN rejoins INTEGER NOT NULL DEFAULT 0;",
};
_Static_assert(sizeof STEPS / sizeof *STEPS == STORE_SCHEMA_VERSION, "the version is the number of steps");

/* 0 for an empty database. */
static bool read_version(struct sql_db *db, int64_t *r, struct err *e)
{
    struct err why = ERR_INIT;
    int64_t tables = 0;
    *r = 0;
    if (!sql_get_int(db, &tables, 0, e, "SELECT count(*) FROM sqlite_master WHERE type = 'table'", ""))
        return false;
    if (!tables)
        return true;
    if (!sql_get_int(db, r, 0, &why,
                     "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'schema'"
                     " AND (SELECT value FROM meta WHERE key = 'application') = 'tandem'",
                     "") ||
        *r < 1)
        return err_set(e, ERR_INPUT, "this database is not a Tandem store; choose another path with --store");
    if (*r > STORE_SCHEMA_VERSION)
        return err_set(e, ERR_INPUT, "the store has schema %lld and this program knows %d; use the newer program",
                       (long long)*r, STORE_SCHEMA_VERSION);
    return true;
}

bool schema_check(struct sql_db *db, enum schema_state *r, struct err *e)
{
    int64_t version;
    if (!read_version(db, &version, e))
        return false;
    *r = !version ? SCHEMA_EMPTY : version < STORE_SCHEMA_VERSION ? SCHEMA_OLDER : SCHEMA_CURRENT;
    return true;
}

bool schema_prepare(struct sql_db *db, struct err *e)
{
    return schema_raise(db, STORE_SCHEMA_VERSION, e);
}

bool schema_raise(struct sql_db *db, int64_t to, struct err *e)
{
    int64_t version;
    if (!read_version(db, &version, e))
        return false;
    if (version == to)
        return true;
    bool ok = sql_begin(db, e);
    for (int64_t i = version; ok && i < to; i++)
        ok = sql_script(db, STEPS[i], e);
    ok = ok && sql_run(db, e, "UPDATE meta SET value = CAST(?1 AS TEXT) WHERE key = 'schema'", "i", to);
    if (ok && sql_commit(db, e))
        return true;
    sql_rollback(db);
    return false;
}
