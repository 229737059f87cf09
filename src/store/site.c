#include "store/site.h"

#include "base/str.h"
#include "store/change.h"

bool site_put(struct store *s, const struct site_row *site, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct change c;
    bool ok = change_begin(&c, s, e) &&
              change_end(&c,
                         sql_run(c.db, e,
                                 "INSERT INTO site (name, base_url, settings, secret) VALUES (?1, ?2, ?3, ?4)"
                                 " ON CONFLICT (name) DO UPDATE SET base_url = excluded.base_url,"
                                 " settings = excluded.settings, secret = excluded.secret",
                                 "ssss", site->name, site->base_url,
                                 site->settings ? json_print(&a, site->settings) : "{}", site->secret),
                         e);
    arena_release(&a);
    return ok;
}

static bool read_row(struct sql_rows *rows, struct arena *a, struct site_row *r, struct err *e)
{
    json_t *settings;
    *r = (struct site_row){.name = sql_str(rows, 0, a), .base_url = sql_str(rows, 1, a), .secret = sql_str(rows, 3, a)};
    if (!column_json(rows, 2, a, arena_printf(a, "site %s", r->name), &settings, e))
        return false;
    r->settings = settings;
    return true;
}

bool site_list(struct store *s, struct arena *a, struct site_row **r, size_t *count_r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    *r = NULL;
    *count_r = 0;
    if (!db || !sql_query(db, &rows, e, "SELECT name, base_url, settings, secret FROM site ORDER BY name", ""))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows))
        ok = read_row(&rows, a, arena_push(a, *r, *count_r), e);
    return column_done(&rows, ok, e);
}

static bool unknown(struct store *s, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct site_row *all;
    size_t count;
    bool ok = site_list(s, &a, &all, &count, e);
    const char *names = "";
    for (size_t i = 0; ok && i < count; i++)
        names = arena_printf(&a, "%s%s%s", names, i ? ", " : "", all[i].name);
    if (ok && count)
        err_set(e, ERR_INPUT, "there is no site \"%s\"; there are: %s", name, names);
    else if (ok)
        err_set(e, ERR_INPUT, "there is no site \"%s\", nor any other; add one with: tandem site add", name);
    arena_release(&a);
    return false;
}

bool site_get(struct store *s, struct arena *a, const char *name, struct site_row *r, struct err *e)
{
    struct sql_rows rows;
    struct sql_db *db = store_db(s, e);
    if (!db || !sql_query(db, &rows, e, "SELECT name, base_url, settings, secret FROM site WHERE name = ?1", "s", name))
        return false;
    bool found = sql_next(&rows);
    if (!column_done(&rows, !found || read_row(&rows, a, r, e), e))
        return false;
    return found || unknown(s, name, e);
}

/* The key of a synchronization whose configuration names the site; NULL: none does. */
static bool used_by(struct sql_db *db, struct arena *a, const char *name, const char **key_r, struct err *e)
{
    struct sql_rows rows;
    *key_r = NULL;
    if (!sql_query(db, &rows, e, "SELECT id, key, config FROM sync ORDER BY id", ""))
        return false;
    bool ok = true;
    while (ok && !*key_r && sql_next(&rows)) {
        json_t *config;
        ok = column_json(&rows, 2, a, "a configuration", &config, e);
        if (ok && (str_eq(json_at_str(config, "firstConnector.site"), name) ||
                   str_eq(json_at_str(config, "secondConnector.site"), name)))
            *key_r = sql_str(&rows, 1, a);
    }
    return column_done(&rows, ok, e);
}

static bool remove_unused(struct change *c, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *key;
    bool ok = used_by(c->db, &a, name, &key, e);
    if (ok && key)
        ok = err_set(e, ERR_STATE, "site \"%s\" is used by synchronization %s; delete that first", name, key);
    arena_release(&a);
    return ok && sql_run(c->db, e, "DELETE FROM site WHERE name = ?1", "s", name) &&
           (sql_changes(c->db) || unknown(c->store, name, e));
}

bool site_remove(struct store *s, const char *name, struct err *e)
{
    struct change c;
    return change_begin(&c, s, e) && change_end(&c, remove_unused(&c, name, e), e);
}
