/* rollback.c - the way back from a migration; see flow.h. The new synchronization stands still before anything else;
 * the old one runs again in the last commit, so that the two never both run. */
#include "migrate/flow_steps.h"

#include "base/str.h"
#include "store/migration.h"
#include "store/pair.h"

/* A synchronization that has run wrote to its sites; the one that was only made is stopped and never ran. */
static bool has_started(const struct flow *f, const struct sync_row *row)
{
    return flow_is_done(f, "start") || !str_eq(row->state, SYNC_STOPPED);
}

static const struct comment_row *by_partner(const struct comment_row *rows, size_t count, enum side s, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (id && str_eq(rows[i].comment_id[s], id))
            return &rows[i];
    return NULL;
}

/* Comments of the moved project that people edited or deleted on the new site. At the partner's that reached a copy,
 * and what happens to a copy does not flow back. */
static bool list_comments(struct flow *f, const struct pair *old, const struct pair *now, struct err *e)
{
    enum side moved = f->o->moved, other = side_other(moved);
    struct comment_row *was, *is;
    size_t was_count, is_count;
    if (!comment_list(f->o->store, f->a, old->id, &was, &was_count, e) ||
        !comment_list(f->o->store, f->a, now->id, &is, &is_count, e))
        return false;
    for (size_t i = 0; i < was_count; i++) {
        const struct comment_row *new_row = by_partner(is, is_count, other, was[i].comment_id[other]);
        if (was[i].origin != moved || !new_row || !str_eq(was[i].state, "open"))
            continue;
        struct value before = value_rich(was[i].base[other]), after = value_rich(new_row->base[other]);
        bool is_deleted = str_eq(new_row->state, "deleted");
        if (is_deleted || !value_equal(&before, &after))
            flow_keep_line(
                f, arena_printf(f->a,
                                "left behind: comment %s of %s was %s on the new site; do that again in the old "
                                "project",
                                was[i].comment_id[moved], old->key[moved], is_deleted ? "deleted" : "edited"));
    }
    return true;
}

static bool list_all_comments(struct flow *f, struct err *e)
{
    struct sync_row row;
    struct pair *pairs, old;
    size_t count;
    bool found;
    enum side other = side_other(f->o->moved);
    if (!sync_get(f->o->store, f->a, json_at_str(f->document, "newKey"), &row, e) ||
        !pair_list(f->o->store, f->a, row.id, &pairs, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!pairs[i].issue_id[other])
            continue;
        if (!pair_find(f->o->store, f->a, f->old_row.id, other, pairs[i].issue_id[other], &old, &found, e) ||
            (found && !list_comments(f, &old, &pairs[i], e)))
            return false;
    }
    return true;
}

/* What the new project has and the partner does not. Everything that had arrived at the partner flows on from there. */
static bool list_only_new(struct flow *f, struct err *e)
{
    struct engine_verify v;
    struct err why = ERR_INIT;
    struct engine *en = flow_open_new(f, &why);
    bool ok = en && engine_verify(en, f->a, &v, &why);
    engine_close(en);
    for (size_t i = 0; ok && i < v.line_count; i++)
        flow_keep_line(f, arena_printf(f->a, "left behind: %s", v.lines[i]));
    if (ok)
        return true;
    if (!flow_is_away(&why)) {
        *e = why;
        return false;
    }
    flow_keep_line(f, arena_printf(f->a, "what exists only in the new project cannot be listed: %s", why.text));
    return true;
}

/* The panels of the new synchronization would point to a project that nobody follows any more. */
static bool clear_new_panels(struct flow *f, struct err *e)
{
    const char *key = json_at_str(f->document, "newKey");
    for (int s = 0; s < 2; s++) {
        struct tracker *t = NULL;
        struct err why = ERR_INIT;
        int64_t issues;
        bool is_open = s == (int)f->o->moved ? flow_open_now(f, &why) : flow_open_before(f, (enum side)s, &t, &why);
        if (is_open && engine_clear_side(f->o->store, key, (enum side)s, t ? t : f->now, &issues, &why))
            continue;
        if (!flow_is_away(&why)) {
            *e = why;
            return false;
        }
        flow_keep_line(f, arena_printf(f->a, "the sync info panels of %s stay on the %s side: %s", key,
                                       side_name((enum side)s), why.text));
    }
    return true;
}

/* Before its start the new synchronization has written nothing and is taken away; afterwards it is kept, never to run.
 */
static bool put_new_away(struct flow *f, struct err *e)
{
    struct sync_row row;
    struct err none = ERR_INIT;
    const char *key = json_at_str(f->document, "newKey");
    if (!key || !sync_get(f->o->store, f->a, key, &row, &none)) {
        if (!key || none.kind == ERR_INPUT)
            return true;
        *e = none;
        return false;
    }
    if (!has_started(f, &row))
        return sync_remove(f->o->store, row.id, e);
    return sync_set_state(f->o->store, row.id, SYNC_RETIRED, "rolled back", e);
}

static bool go_back(struct flow *f, struct err *e)
{
    const char *before = json_at_str(f->document, "stateBefore");
    const char *state = str_eq(before, SYNC_STOPPED) ? SYNC_STOPPED : SYNC_RUNNING;
    if (!store_begin(f->o->store, e))
        return false;
    if (!put_new_away(f, e) || !sync_set_state(f->o->store, f->old_row.id, state, NULL, e) ||
        !migration_remove(f->o->store, f->o->sync_key, e))
        return store_abandon(f->o->store);
    if (!store_commit(f->o->store, e))
        return false;
    flow_say(f, "rollback",
             str_eq(state, SYNC_RUNNING) ? "%s runs again from its kept bases"
                                         : "%s is as it was, stopped, with its kept bases",
             f->o->sync_key);
    return true;
}

/* A new synchronization that ran stands still before anything else. */
static bool halt_new(struct flow *f, bool *has_run_r, struct err *e)
{
    struct sync_row row;
    struct err none = ERR_INIT;
    const char *key = json_at_str(f->document, "newKey");
    *has_run_r = false;
    if (!key || !sync_get(f->o->store, f->a, key, &row, &none)) {
        if (!key || none.kind == ERR_INPUT)
            return true;
        *e = none;
        return false;
    }
    *has_run_r = has_started(f, &row);
    return !*has_run_r || sync_set_state(f->o->store, row.id, SYNC_RETIRED, "rolled back", e);
}

bool migrate_rollback(const struct migrate_options *o, struct arena *a, struct migrate_report *r, struct err *e)
{
    struct flow f = {.o = o, .r = r, .a = a};
    bool has_run = false;
    *r = (struct migrate_report){0};
    if (!flow_load(&f, e))
        return err_wrap(e, "rollback");
    bool ok = true;
    if (flow_is_done(&f, "finish"))
        ok = err_set(e, ERR_STATE, "%s was deleted when its migration was finished; there is nothing to go back to",
                     o->sync_key);
    else if (!json_at_int(f.document, "stoppedMs", 0) && !flow_is_done(&f, "check"))
        ok = err_set(
            e, ERR_STATE,
            "no migration of %s is under way: none was begun, or it was gone back from already. How it stands is shown "
            "by: tandem sync show %s",
            o->sync_key, o->sync_key);
    ok = ok && halt_new(&f, &has_run, e) &&
         (!has_run || (list_only_new(&f, e) && list_all_comments(&f, e) && clear_new_panels(&f, e))) && go_back(&f, e);
    flow_report(&f);
    flow_close_sites(&f);
    return ok;
}
