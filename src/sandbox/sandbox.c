/* sandbox.c - opening and closing a site, and its snapshots. */
#include "sandbox/site.h"
#include "sandbox/state.h"
#include "sandbox/trace.h"

#include "base/time_iso.h"

#include <stdlib.h>
#include <string.h>

static char *duplicate(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    size_t n = strlen(copy);
    while (n && copy[n - 1] == '/')
        copy[--n] = 0;
    return copy;
}

/* A new database gets its tables and the template in one transaction, so that a kill leaves nothing half made. */
static bool fill(struct sandbox *sb, uint64_t seed, struct err *e)
{
    if (!sql_begin(sb->db, e))
        return false;
    if (sql_script(sb->db, sandbox_schema, e) && sql_script(sb->db, sandbox_schema_planning, e) &&
        sql_script(sb->db, sandbox_schema_access, e) && sql_script(sb->db, sandbox_schema_webhook, e) &&
        sql_script(sb->db, sandbox_schema_search, e) && sql_script(sb->db, sandbox_schema_auth, e) &&
        site_create(sb, seed, e) && sql_commit(sb->db, e))
        return true;
    sql_rollback(sb->db);
    return false;
}

static bool check(struct sandbox *sb, const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *dialect = NULL, *schema = NULL;
    bool ok = sql_get_str(sb->db, &a, &dialect, e, "SELECT value FROM setting WHERE name = 'dialect'", "") &&
              sql_get_str(sb->db, &a, &schema, e, "SELECT value FROM setting WHERE name = 'schema'", "");
    if (ok && !str_eq(dialect, sb->d->name))
        ok = err_set(e, ERR_INPUT, "%s holds a site of dialect %s, not %s; choose that dialect or another file", path,
                     dialect ? dialect : "(none)", sb->d->name);
    int64_t is_loading = 0;
    ok = ok && sql_get_int(sb->db, &is_loading, 0, e, "SELECT 1 FROM setting WHERE name = 'loading'", "");
    if (ok && is_loading)
        ok = err_set(e, ERR_INPUT, "%s was being filled when it was stopped, it is not whole; start with a new file",
                     path);
    if (ok && !str_eq(schema, SITE_SCHEMA))
        ok = err_set(e, ERR_INPUT, "%s was made by another version of the sandbox; start with a new file", path);
    arena_release(&a);
    return ok;
}

static bool prepare(struct sandbox *sb, const struct sandbox_settings *s, struct err *e)
{
    int minutes;
    int64_t tables = 0, is_site = 0;
    if (!time_zone_offset(sb->zone, clock_now(sb->clock), &minutes))
        return err_set(e, ERR_INPUT, "%s is not a time zone of this machine; name one such as Europe/Berlin", sb->zone);
    sb->db = sql_open(s->data, SQL_FAST, e);
    if (!sb->db || !sql_script(sb->db, "PRAGMA cache_size=" SITE_CACHE, e))
        return false;
    if (!sql_get_int(sb->db, &tables, 0, e, "SELECT count(*) FROM sqlite_master WHERE type = 'table'", "") ||
        !sql_get_int(sb->db, &is_site, 0, e, "SELECT 1 FROM sqlite_master WHERE name = 'setting'", ""))
        return false;
    if (tables && !is_site)
        return err_set(e, ERR_INPUT, "%s is a database, but not a sandbox's; choose another file", s->data);
    if (!(tables ? check(sb, s->data, e) : fill(sb, s->seed, e)))
        return false;
    return !s->rate_limits ||
           sql_run(sb->db, e, "INSERT OR REPLACE INTO setting (name, value) VALUES ('rate_limits', '1')", "");
}

struct sandbox *sandbox_open(const struct sandbox_settings *s, struct err *e)
{
    struct sandbox *sb = calloc(1, sizeof *sb);
    if (!sb)
        abort();
    sb->d = dialect_of(s->dialect);
    sb->clock = s->clock;
    sb->base_url = duplicate(s->base_url ? s->base_url : "http://127.0.0.1");
    sb->zone = duplicate(s->zone ? s->zone : "Europe/Berlin");
    sb->ignore_properties = s->ignore_properties;
    if ((!s->trace || trace_open(sb, s->trace, e)) && prepare(sb, s, e))
        return sb;
    sandbox_close(sb);
    return NULL;
}

void sandbox_close(struct sandbox *sb)
{
    if (!sb)
        return;
    state_release(sb);
    sql_close(sb->db);
    trace_close(sb);
    free(sb->base_url);
    free(sb->zone);
    free(sb);
}

bool sandbox_snapshot(struct sandbox *sb, void **bytes_r, size_t *length_r, struct err *e)
{
    return sql_snapshot(sb->db, bytes_r, length_r, e);
}

bool sandbox_restore(struct sandbox *sb, const void *bytes, size_t length, struct err *e)
{
    return sql_restore(sb->db, bytes, length, e);
}
