/* flow_before.c - the steps up to the move: check, stop, export, move. They change nothing but the old
 * synchronization's state. */
#include "migrate/flow_steps.h"

#include "base/str.h"
#include "migrate/export.h"
#include "store/finding.h"
#include "store/migration.h"
#include "store/op.h"

/* What a person should have looked at before. Conflicts and drift are decided; nothing is broken there. */
bool flow_list_open(struct flow *f, size_t *count_r, struct err *e)
{
    struct finding *list;
    size_t count;
    *count_r = 0;
    if (!finding_list(f->o->store, f->a, f->old_row.id, 0, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(list[i].kind, "conflict") || str_eq(list[i].kind, "drift") ||
            str_starts(list[i].item, "fingerprint:")) /* these hold nothing back */
            continue;
        ++*count_r;
        flow_keep_line(f, arena_printf(f->a, "open finding: %s", list[i].text));
    }
    if (str_eq(f->old_row.state, SYNC_FUSED)) {
        ++*count_r;
        flow_keep_line(f, arena_printf(f->a, "%s stopped itself: %s", f->o->sync_key, f->old_row.reason));
    }
    return true;
}

bool flow_check(struct flow *f, struct err *e)
{
    size_t open;
    if (str_eq(f->old_row.state, SYNC_RETIRED))
        return err_set(e, ERR_STATE, "%s is retired (%s); migrate the synchronization that runs in its place",
                       f->o->sync_key, f->old_row.reason ? f->old_row.reason : "no reason is stored");
    if (!flow_list_open(f, &open, e))
        return false;
    if (open && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "%s has %zu open findings (listed above; also: tandem findings %s). Solve them first, or go on with "
            "--force: what they hold back stays held back",
            f->o->sync_key, open, f->o->sync_key);
    struct engine *en = flow_open_old(f, e);
    if (!en)
        return false;
    engine_close(en);
    flow_note(f, "stateBefore", f->old_row.state);
    flow_say(f, "check", "both sites answer, %zu open findings%s", open, open ? ", accepted by --force" : "");
    return true;
}

/* Lets everything in flight arrive. Twice, for the panels that the first run writes may move `updated`: what was seen
 * last must be what the issues show when they stand still. */
static bool settle_old(struct flow *f, struct err *e)
{
    struct engine_counts counts;
    struct engine *en = flow_open_old(f, e);
    bool ok = en && engine_settle(en, SETTLE_PASSES, &counts, e) && engine_settle(en, SETTLE_PASSES, &counts, e);
    engine_close(en);
    return ok;
}

/* The state and the moment become durable together: what was edited later is told by it. */
static bool stand_still(struct flow *f, int64_t since_ms, struct err *e)
{
    json_object_set_new(f->document, "stoppedMs", json_integer(since_ms));
    if (!store_begin(f->o->store, e))
        return false;
    if (!sync_set_state(f->o->store, f->old_row.id, SYNC_STOPPED, "being migrated", e) ||
        !migration_put(f->o->store, f->o->sync_key, f->document, e))
        return store_abandon(f->o->store);
    return store_commit(f->o->store, e);
}

bool flow_stop(struct flow *f, struct err *e)
{
    int64_t open = 0, since = json_at_int(f->document, "stoppedMs", 0);
    bool was_running = str_eq(f->old_row.state, SYNC_RUNNING);
    if (!since) /* one that a person had stopped before stands still since its last pass, which saw the watermark */
        since = was_running ? clock_now(f->o->clock) : f->old_row.watermark_ms[f->o->moved];
    if (was_running && !settle_old(f, e))
        return false;
    if (!op_count_open(f->o->store, f->old_row.id, &open, e))
        return false;
    if (open)
        return err_set(
            e, ERR_STATE,
            "%lld writes of %s are not proven yet, and a migration must not begin with them: the move would "
            "take away the marks by which they are found. Let `tandem run` prove them (tandem sync show %s), "
            "then give the same command again",
            (long long)open, f->o->sync_key, f->o->sync_key);
    if (!stand_still(f, since, e))
        return false;
    flow_say(f, "stop", "%s stands still, nothing is in flight", f->o->sync_key);
    return true;
}

bool flow_export(struct flow *f, struct err *e)
{
    int64_t pairs;
    const char *path, *config = arena_printf(f->a, "%s/%s-config.json", f->o->folder, f->o->sync_key);
    if (!export_config(f->o->store, f->o->sync_key, config, e) ||
        !export_pairs(f->o->store, f->a, f->o->sync_key, f->o->folder, f->o->clock, &path, &pairs, e))
        return false;
    flow_note(f, "configFile", config);
    flow_note(f, "pairsFile", path);
    flow_say(f, "export", "configuration in %s, %lld pairs in %s", config, (long long)pairs, path);
    return true;
}

bool flow_move(struct flow *f, struct err *e)
{
    if (!json_at_str(f->document, "newSite"))
        return err_set(
            e, ERR_STATE,
            "%s stands still and is exported. Now make %s read-only and move it, with the Jira Cloud Migration "
            "Assistant or as you do it. Then go on with: tandem migrate %s --moved %s --to SITE:PROJECT",
            f->o->sync_key, f->old_config.connector[f->o->moved].project_key, f->o->sync_key, side_name(f->o->moved));
    struct err why = ERR_INIT;
    struct tracker_project p;
    if (!flow_open_now(f, e))
        return false;
    if (!f->now->ops->project(f->now, f->a, &p, &why)) {
        if (why.kind != ERR_GONE)
            *e = why;
        else
            err_set(
                e, ERR_STATE,
                "%s is not on the site %s, or the sync user does not see it there (%.300s). When it is moved and the "
                "account may see it, give the same command again",
                json_at_str(f->document, "newProject"), json_at_str(f->document, "newSite"), why.text);
        return false;
    }
    flow_say(f, "move", "%s is on %s", p.key, json_at_str(f->document, "newSite"));
    return true;
}
