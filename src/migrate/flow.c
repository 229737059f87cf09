/* flow.c - the steps of a migration; see flow.h. A step reads what earlier ones left in the migration's document, does
 * its part, and is marked done in the same document. A step that is repeated after a crash finds its own traces and
 * goes on. */
#include "migrate/flow.h"

#include "base/str.h"
#include "migrate/export.h"
#include "migrate/late.h"
#include "migrate/rebase.h"
#include "migrate/users.h"
#include "store/finding.h"
#include "store/migration.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

#include <stdlib.h>
#include <string.h>

enum { SETTLE_PASSES = 50 };

struct flow {
    const struct migrate_options *o;
    struct migrate_report *r;
    struct arena *a;
    json_t *document;
    struct sync_row old_row;
    struct config old_config, new_config;
    struct tracker *before[2]; /* of the old synchronization; opened when first asked for */
    struct tracker *now;       /* the moved project on its new site */
    struct tracker_project project[2];
};

static void say(struct flow *f, const char *step, const char *format, ...) PRINTF_LIKE(3, 4);
static void say(struct flow *f, const char *step, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(f->a, format, args);
    va_end(args);
    if (f->o->say)
        f->o->say(f->o->context, step, text);
}

static void keep_line(struct flow *f, const char *line)
{
    *arena_push(f->a, f->r->lines, f->r->line_count) = arena_strdup(f->a, line);
}

static bool is_done(const struct flow *f, const char *step)
{
    size_t i;
    const json_t *name;
    json_array_foreach (json_object_get(f->document, "done"), i, name)
        if (str_eq(json_string_value(name), step))
            return true;
    return false;
}

static bool mark_done(struct flow *f, const char *step, struct err *e)
{
    json_array_append_new(json_object_get(f->document, "done"), json_string(step));
    return migration_put(f->o->store, f->o->sync_key, f->document, e);
}

static void note(struct flow *f, const char *name, const char *value)
{
    json_object_set_new(f->document, name, json_string(value));
}

/* --- trackers --- */

static bool open_before(struct flow *f, enum side s, struct tracker **r, struct err *e)
{
    const struct config_connector *c = &f->old_config.connector[s];
    if (!f->before[s] && !f->o->sites.open(f->o->sites.context, c->site, c->project_key, &f->before[s], e))
        return false;
    *r = f->before[s];
    return true;
}

/* The old project may be switched off by now; *r is NULL then, and `why` tells. Errors that say nothing about the site
 * are errors. */
static bool reach_old(struct flow *f, struct tracker **r, struct err *why, struct err *e)
{
    struct tracker_project p;
    *r = NULL;
    if (open_before(f, f->o->moved, r, why) && (*r)->ops->project(*r, f->a, &p, why))
        return true;
    *r = NULL;
    if (err_scope(why->kind) == ERR_SCOPE_SITE || err_scope(why->kind) == ERR_SCOPE_PAIR)
        return true;
    *e = *why;
    return false;
}

static bool open_now(struct flow *f, struct err *e)
{
    const char *site = json_at_str(f->document, "newSite"), *project = json_at_str(f->document, "newProject");
    return f->now || f->o->sites.open(f->o->sites.context, site, project, &f->now, e);
}

static struct engine *open_engine(struct flow *f, const char *key, struct tracker *first, struct tracker *second,
                                  struct err *e)
{
    /* each engine makes tokens of its own, also after a resumption */
    uint64_t seed = f->o->seed ? f->o->seed * 1000003 + (uint64_t)clock_now(f->o->clock) : 0;
    struct engine_settings set = {.store = f->o->store,
                                  .sync_key = key,
                                  .trackers = {first, second},
                                  .clock = f->o->clock,
                                  .seed = seed,
                                  .sweep_ms = -1};
    return engine_open(&set, e);
}

static struct engine *open_old(struct flow *f, struct err *e)
{
    struct tracker *t[2];
    if (!open_before(f, SIDE_FIRST, &t[0], e) || !open_before(f, SIDE_SECOND, &t[1], e))
        return NULL;
    return open_engine(f, f->o->sync_key, t[0], t[1], e);
}

static struct engine *open_new(struct flow *f, struct err *e)
{
    enum side moved = f->o->moved;
    struct tracker *t[2];
    if (!open_now(f, e) || !open_before(f, side_other(moved), &t[side_other(moved)], e))
        return NULL;
    t[moved] = f->now;
    return open_engine(f, json_at_str(f->document, "newKey"), t[0], t[1], e);
}

/* --- steps --- */

/* What a person should have looked at before. Conflicts and drift are decided; nothing is broken there. */
static bool list_open(struct flow *f, size_t *count_r, struct err *e)
{
    struct finding *list;
    size_t count;
    *count_r = 0;
    if (!finding_list(f->o->store, f->a, f->old_row.id, 0, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(list[i].kind, "conflict") || str_eq(list[i].kind, "drift"))
            continue;
        ++*count_r;
        keep_line(f, arena_printf(f->a, "open finding: %s", list[i].text));
    }
    if (str_eq(f->old_row.state, SYNC_FUSED)) {
        ++*count_r;
        keep_line(f, arena_printf(f->a, "%s stopped itself: %s", f->o->sync_key, f->old_row.reason));
    }
    return true;
}

static bool step_check(struct flow *f, struct err *e)
{
    size_t open;
    if (str_eq(f->old_row.state, SYNC_RETIRED))
        return err_set(e, ERR_STATE, "%s is retired (%s); migrate the synchronization that runs in its place",
                       f->o->sync_key, f->old_row.reason ? f->old_row.reason : "no reason is stored");
    if (!list_open(f, &open, e))
        return false;
    if (open && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "%s has %zu open findings (listed above; also: tandem findings %s). Solve them first, or go on with "
            "--force: what they hold back stays held back",
            f->o->sync_key, open, f->o->sync_key);
    struct engine *en = open_old(f, e);
    if (!en)
        return false;
    engine_close(en);
    note(f, "stateBefore", f->old_row.state);
    say(f, "check", "both sites answer, %zu open findings%s", open, open ? ", accepted by --force" : "");
    return true;
}

/* Lets everything in flight arrive. Twice, for the panels that the first run writes may move `updated`: what was seen
 * last must be what the issues show when they stand still. */
static bool settle_old(struct flow *f, struct err *e)
{
    struct engine_counts counts;
    struct engine *en = open_old(f, e);
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

static bool step_stop(struct flow *f, struct err *e)
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
    say(f, "stop", "%s stands still, nothing is in flight", f->o->sync_key);
    return true;
}

static bool step_export(struct flow *f, struct err *e)
{
    int64_t pairs;
    const char *path, *config = arena_printf(f->a, "%s/%s-config.json", f->o->folder, f->o->sync_key);
    if (!export_config(f->o->store, f->o->sync_key, config, e) ||
        !export_pairs(f->o->store, f->a, f->o->sync_key, f->o->folder, f->o->clock, &path, &pairs, e))
        return false;
    note(f, "configFile", config);
    note(f, "pairsFile", path);
    say(f, "export", "configuration in %s, %lld pairs in %s", config, (long long)pairs, path);
    return true;
}

static bool step_move(struct flow *f, struct err *e)
{
    if (!json_at_str(f->document, "newSite"))
        return err_set(
            e, ERR_STATE,
            "%s stands still and is exported. Now make %s read-only and move it, with the Jira Cloud Migration "
            "Assistant or as you do it. Then go on with: tandem migrate %s --moved %s --to SITE:PROJECT",
            f->o->sync_key, f->old_config.connector[f->o->moved].project_key, f->o->sync_key, side_name(f->o->moved));
    struct err why = ERR_INIT;
    struct tracker_project p;
    if (!open_now(f, e))
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
    say(f, "move", "%s is on %s", p.key, json_at_str(f->document, "newSite"));
    return true;
}

static bool read_projects(struct flow *f, struct err *e)
{
    enum side moved = f->o->moved, other = side_other(moved);
    struct tracker *partner;
    return open_now(f, e) && open_before(f, other, &partner, e) &&
           f->now->ops->project(f->now, f->a, &f->project[moved], e) &&
           partner->ops->project(partner, f->a, &f->project[other], e);
}

/* The moved side is another site now, perhaps of another kind. */
static bool name_connector(struct flow *f, struct config *config, struct err *e)
{
    struct config_connector *c = &config->connector[f->o->moved];
    struct tracker_info info;
    if (!f->now->ops->describe(f->now, f->a, &info, e))
        return false;
    c->site = json_at_str(f->document, "newSite");
    c->base_url = info.site_url;
    c->deployment = info.deployment;
    config_set_key(f->a, config, json_at_str(f->document, "newKey"));
    return true;
}

static size_t keep_findings(struct flow *f, const struct config_finding *list, size_t count)
{
    size_t errors = 0;
    for (size_t i = 0; i < count; i++) {
        errors += list[i].is_error;
        keep_line(f, arena_printf(f->a, "%s, %s (%s): %s%s%s", list[i].is_error ? "error" : "warning", list[i].tab,
                                  side_name(list[i].side), list[i].what, list[i].fix ? "; " : "",
                                  list[i].fix ? list[i].fix : ""));
    }
    return errors;
}

/* Accounts listed for the old site mean nothing on the new one; users_switch finds them anew. */
static void forget_accounts(struct flow *f, struct config *config)
{
    for (size_t i = 0; i < config->field_count; i++) {
        struct config_field *field = &config->fields[i];
        struct config_field_half *half = &field->half[f->o->moved];
        if (!users_is_kind(field->kind))
            continue;
        if (half->fallback.id || half->fallback.name)
            keep_line(f, arena_printf(
                             f->a,
                             "warning, users (%s): the default account of %s was one of the old site; set it anew in "
                             "the configuration of the new synchronization",
                             side_name(f->o->moved), half->name ? half->name : half->id));
        half->options = NULL;
        half->option_count = 0;
        half->fallback = (struct tracker_option){NULL, NULL};
    }
}

static bool resolve_config(struct flow *f, struct config *config, size_t *errors_r, struct err *e)
{
    enum side moved = f->o->moved;
    const struct tracker_project *projects[2] = {&f->project[0], &f->project[1]};
    struct config_finding *list;
    forget_accounts(f, config);
    size_t count = config_resolve(f->a, config, moved, projects[moved], &list);
    *errors_r = keep_findings(f, list, count);
    if (!name_connector(f, config, e) ||
        !users_switch(f->o->store, f->a, f->old_row.id, config, moved, f->now, &f->r->lines, &f->r->line_count, e))
        return false;
    count = config_check(f->a, config, projects, &list);
    *errors_r += keep_findings(f, list, count);
    return true;
}

static bool step_resolve(struct flow *f, struct err *e)
{
    size_t errors;
    struct config config;
    const char *key = json_at_str(f->document, "newKey");
    if (!read_projects(f, e) || (!key && !sync_next_key(f->o->store, f->a, &key, e)))
        return false;
    note(f, "newKey", key);
    if (!config_from_json(f->a, f->old_row.config, &config, e) || !resolve_config(f, &config, &errors, e))
        return false;
    if (errors && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the configuration has %zu errors on the new site (listed above, each with what to do). Mend them "
            "there and give the same command again; or go on with --force, and what has no partner waits as a "
            "finding",
            errors);
    json_object_set(f->document, "config", config_to_json(f->a, &config));
    say(f, "resolve", "%s: types, statuses, priorities, fields and users looked up on the new site, %zu errors%s",
        json_at_str(f->document, "newKey"), errors, errors ? ", accepted by --force" : "");
    return true;
}

static bool load_new_config(struct flow *f, struct err *e)
{
    const json_t *config = json_object_get(f->document, "config");
    return f->new_config.key || !config || config_from_json(f->a, config, &f->new_config, e);
}

/* Repeated after a crash it begins anew: the new synchronization has not written anything anywhere yet. */
static bool make_new_sync(struct flow *f, struct err *e)
{
    struct sync_row row;
    struct err none = ERR_INIT;
    int64_t id;
    const char *key = json_at_str(f->document, "newKey");
    if (sync_get(f->o->store, f->a, key, &row, &none)) {
        if (!sync_remove(f->o->store, row.id, e))
            return false;
    } else if (none.kind != ERR_INPUT) {
        *e = none;
        return false;
    }
    const char *name = arena_printf(f->a, "%s with %s", f->new_config.connector[0].project_key,
                                    f->new_config.connector[1].project_key);
    return sync_add(f->o->store, key, name, json_object_get(f->document, "config"), clock_now(f->o->clock), &id, e);
}

static void keep_rebase_lines(struct flow *f, const struct rebase_report *r)
{
    for (size_t i = 0; i < r->line_count; i++)
        keep_line(f, r->lines[i]);
    for (size_t i = 0; i < r->item_count; i++)
        if (r->items[i].unexplained)
            keep_line(f,
                      arena_printf(f->a,
                                   "%s differs from what both had agreed on in %lld places, %lld without a trace of an "
                                   "edit (%s)",
                                   r->items[i].item, (long long)r->items[i].differing,
                                   (long long)r->items[i].unexplained, r->items[i].example));
}

static bool run_rebase(struct flow *f, struct tracker *before, const struct idmap *ids, struct rebase_report *report,
                       struct err *e)
{
    struct rebase_options o = {.store = f->o->store,
                               .old_key = f->o->sync_key,
                               .new_key = json_at_str(f->document, "newKey"),
                               .moved = f->o->moved,
                               .old_config = &f->old_config,
                               .new_config = &f->new_config,
                               .before = before,
                               .now = f->now,
                               .project_now = &f->project[f->o->moved],
                               .ids = ids,
                               .accepted = f->o->accepted,
                               .accepted_count = f->o->accepted_count,
                               .stopped_ms = json_at_int(f->document, "stoppedMs", 0),
                               .clock = f->o->clock};
    bool ok = rebase_run(&o, f->a, report, e);
    keep_rebase_lines(f, report);
    return ok;
}

static bool step_rebase(struct flow *f, struct err *e)
{
    struct rebase_report report;
    struct idmap ids = IDMAP_INIT;
    struct err why = ERR_INIT;
    struct tracker *before;
    if (!load_new_config(f, e) || !read_projects(f, e) || !reach_old(f, &before, &why, e))
        return false;
    if (!before && !f->o->id_map && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the old project does not answer (%.300s), and without it comments can only be told by the move's "
            "id-mapping report. Give that with --id-map, or let the old site answer; with --force comments "
            "written so far are not followed any more",
            why.text);
    bool ok = make_new_sync(f, e) && (!f->o->id_map || idmap_read(&ids, f->o->id_map, e)) &&
              run_rebase(f, before, f->o->id_map ? &ids : NULL, &report, e);
    idmap_release(&ids);
    if (!ok)
        return false;
    say(f, "rebase",
        "%lld pairs, %lld comments carried over; %lld values agree, %lld count as edits; %lld issues and %lld comments "
        "without a sure partner",
        (long long)report.pairs, (long long)report.comments, (long long)report.bases_agreed,
        (long long)report.bases_kept, (long long)report.missing, (long long)report.comments_unknown);
    return true;
}

/* The old project should have been read-only since the move's snapshot; whether it was is looked for. */
static bool step_poll(struct flow *f, struct err *e)
{
    struct err why = ERR_INIT;
    struct tracker *before;
    int64_t late = 0;
    if (!load_new_config(f, e) || !open_now(f, e) || !reach_old(f, &before, &why, e))
        return false;
    if (!before && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the old project does not answer (%.300s), so edits that came too late for the move cannot be looked "
            "for. Let it answer once more, or go on with --force when nobody could have written there",
            why.text);
    struct late_options o = {.store = f->o->store,
                             .old_row = &f->old_row,
                             .moved = f->o->moved,
                             .old_config = &f->old_config,
                             .new_config = &f->new_config,
                             .before = before,
                             .now = f->now};
    if (before && !late_list(&o, f->a, &f->r->lines, &f->r->line_count, &late, e))
        return false;
    if (late && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "%lld changes were made in the old project too late for the move (listed above). Repeat them on the "
            "new site, make the old project read-only, and go on with --force",
            (long long)late);
    if (before)
        say(f, "poll", "%lld changes in the old project came too late for the move", (long long)late);
    else
        say(f, "poll", "not looked for: the old project does not answer any more");
    return true;
}

/* Old and new never both run. */
static bool step_start(struct flow *f, struct err *e)
{
    struct sync_row row;
    const char *key = json_at_str(f->document, "newKey");
    if (!sync_get(f->o->store, f->a, key, &row, e) || !store_begin(f->o->store, e))
        return false;
    if (!sync_set_state(f->o->store, f->old_row.id, SYNC_RETIRED, "replaced by a migration", e) ||
        !sync_set_state(f->o->store, row.id, SYNC_RUNNING, NULL, e))
        return store_abandon(f->o->store);
    if (!store_commit(f->o->store, e))
        return false;
    say(f, "start", "%s runs, %s is retired", key, f->o->sync_key);
    return true;
}

static void add_counts(struct engine_counts *sum, const struct engine_counts *more)
{
    const int64_t *from = (const int64_t *)more;
    int64_t *to = (int64_t *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) /* the struct is nothing but counts */
        to[i] += from[i];
    sum->waiting = more->waiting;
}

static bool resync_from(struct flow *f, struct engine *en, enum side from, struct err *e)
{
    static const char *const SUMMARY[] = {"summary"};
    struct engine_counts counts;
    if (!engine_resync(f->o->store, json_at_str(f->document, "newKey"), from, SUMMARY, 1, e) ||
        !engine_settle(en, SETTLE_PASSES, &counts, e))
        return false;
    add_counts(&f->r->resynced, &counts);
    return true;
}

/* First whatever was edited meanwhile, by itself: a resync before that would make a conflict of each edited summary. */
static bool step_resync(struct flow *f, struct err *e)
{
    struct engine *en = open_new(f, e);
    struct engine_counts edits = {0};
    bool ok = en && engine_settle(en, SETTLE_PASSES, &edits, e);
    add_counts(&f->r->resynced, &edits);
    ok = ok && resync_from(f, en, SIDE_FIRST, e) && resync_from(f, en, SIDE_SECOND, e);
    engine_close(en);
    if (!ok)
        return false;
    const struct engine_counts *c = &f->r->resynced;
    say(f, "resync", "both directions; %lld edits and %lld comments made meanwhile have arrived, %lld conflicts",
        (long long)(c->updated[0] + c->updated[1] + c->moved[0] + c->moved[1]),
        (long long)(c->comments_added[0] + c->comments_added[1]), (long long)c->conflicts);
    return true;
}

static bool step_verify(struct flow *f, struct err *e)
{
    struct engine *en = open_new(f, e);
    bool ok = en && engine_verify(en, f->a, &f->r->verified, e);
    engine_close(en);
    if (!ok)
        return false;
    const struct engine_verify *v = &f->r->verified;
    for (size_t i = 0; i < v->line_count; i++)
        keep_line(f, v->lines[i]);
    f->r->is_verified = v->equal == v->pairs && !v->missing[0] && !v->missing[1] && !v->doubled[0] && !v->doubled[1];
    say(f, "verify", "%lld of %lld pairs equal, %lld comments paired, %lld doubled, %lld missing", (long long)v->equal,
        (long long)v->pairs, (long long)v->comments_paired, (long long)(v->doubled[0] + v->doubled[1]),
        (long long)(v->missing[0] + v->missing[1]));
    return true;
}

/* The panels first: they can be taken away again and again. Then everything else in one commit. What is done stays in
 * the document, so that the same call after the end finds the end. */
static bool step_finish(struct flow *f, struct err *e)
{
    int64_t issues = 0;
    struct err why = ERR_INIT;
    if (!f->r->is_verified && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the verification lists differences (tandem verify %s); look at them, then finish with --force. Until "
            "then `tandem migrate %s --moved %s --rollback` goes back",
            json_at_str(f->document, "newKey"), f->o->sync_key, side_name(f->o->moved));
    struct engine *en = open_old(f, &why);
    bool ok = en && engine_clear_panels(en, &issues, &why);
    engine_close(en);
    if (!ok && err_scope(why.kind) != ERR_SCOPE_SITE && err_scope(why.kind) != ERR_SCOPE_PAIR) {
        *e = why;
        return false;
    }
    if (!ok && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "the sync info panels of %s cannot be taken away now (%.300s). Give the same command again when the "
            "site answers, or leave the panels where they are with --force",
            f->o->sync_key, why.text);
    if (!store_begin(f->o->store, e))
        return false;
    json_array_append_new(json_object_get(f->document, "done"), json_string("finish"));
    if (!sync_remove(f->o->store, f->old_row.id, e) || !migration_put(f->o->store, f->o->sync_key, f->document, e))
        return store_abandon(f->o->store);
    if (!store_commit(f->o->store, e))
        return false;
    if (ok)
        say(f, "finish", "%s is deleted, with its panels on %lld issues", f->o->sync_key, (long long)issues);
    else
        say(f, "finish", "%s is deleted; its panels stay: %.300s", f->o->sync_key, why.text);
    return true;
}

/* --- the chain --- */

struct step {
    const char *name, *what;
    bool (*run)(struct flow *, struct err *);
    bool always; /* verification is never skipped because it was done before */
};

static const struct step STEPS[] = {
    {"check", "pre-flight: open findings, both sites, no write under way", step_check, false},
    {"stop", "a last pass; then the old synchronization stands still", step_stop, false},
    {"export", "configuration and pairs as files", step_export, false},
    {"move", "the project moves with Atlassian's assistant (outside), and is looked for on the new site", step_move,
     false},
    {"resolve", "the configuration with the new site's ids, by name and type; users", step_resolve, false},
    {"rebase", "a new synchronization with the old one's pairs, bases and comments", step_rebase, false},
    {"poll", "the old project once more: late edits", step_poll, false},
    {"start", "the new synchronization runs, the old one is retired", step_start, false},
    {"resync", "both directions, summary only; sync info panels", step_resync, false},
    {"verify", "both sides equal, except a listed few", step_verify, true},
    {"finish", "the old synchronization is deleted with its panels", step_finish, false},
};

static bool load(struct flow *f, struct err *e)
{
    if (!migration_get(f->o->store, f->a, f->o->sync_key, &f->document, e))
        return false;
    if (!f->document)
        f->document = json_keep(f->a, json_pack("{s[] ss}", "done", "side", side_name(f->o->moved)));
    if (!str_eq(json_at_str(f->document, "side"), side_name(f->o->moved)))
        return err_set(e, ERR_INPUT,
                       "the migration of %s that is under way moves the %s side; go on with that one, or end it "
                       "with --rollback first",
                       f->o->sync_key, json_at_str(f->document, "side"));
    if (is_done(f, "finish"))
        return true;
    if (f->o->new_site && !is_done(f, "move")) {
        note(f, "newSite", f->o->new_site);
        note(f, "newProject", f->o->new_project);
    }
    const char *site = json_at_str(f->document, "newSite"), *project = json_at_str(f->document, "newProject");
    if (f->o->new_site && (!str_eq(site, f->o->new_site) || !str_eq(project, f->o->new_project)))
        return err_set(e, ERR_INPUT,
                       "the migration of %s that is under way goes to %s:%s, not to %s:%s; go on with that one, "
                       "or end it with --rollback first",
                       f->o->sync_key, site, project, f->o->new_site, f->o->new_project);
    return sync_get(f->o->store, f->a, f->o->sync_key, &f->old_row, e) &&
           config_from_json(f->a, f->old_row.config, &f->old_config, e) && load_new_config(f, e);
}

static void close_sites(struct flow *f)
{
    tracker_free(f->before[0]);
    tracker_free(f->before[1]);
    tracker_free(f->now);
}

static void report(struct flow *f)
{
    f->r->new_key = json_at_str(f->document, "newKey");
    f->r->config_file = json_at_str(f->document, "configFile");
    f->r->pairs_file = json_at_str(f->document, "pairsFile");
    f->r->is_finished = is_done(f, "finish");
    f->r->is_verified = f->r->is_verified || f->r->is_finished;
}

/* The plan, with what can be said without asking or changing anything. */
static bool list_steps(struct flow *f, struct err *e)
{
    size_t open;
    int64_t pairs;
    if (!list_open(f, &open, e) || !pair_count(f->o->store, f->old_row.id, &pairs, e))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        const char *done = is_done(f, STEPS[i].name) ? " (done)" : "";
        if (!i)
            say(f, STEPS[i].name, "%s%s; %zu open findings now, %lld pairs", STEPS[i].what, done, open,
                (long long)pairs);
        else
            say(f, STEPS[i].name, "%s%s", STEPS[i].what, done);
    }
    return true;
}

static bool run_steps(struct flow *f, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        const struct step *s = &STEPS[i];
        bool done = is_done(f, s->name), is_last = i == ARRAY_LEN(STEPS) - 1;
        if ((done && !s->always) || (is_last && !f->o->finish))
            continue;
        if (!s->run(f, e))
            return err_wrap(e, "step %s", s->name);
        if (!is_done(f, s->name) && !mark_done(f, s->name, e))
            return false;
    }
    return true;
}

bool migrate_run(const struct migrate_options *o, struct arena *a, struct migrate_report *r, struct err *e)
{
    struct flow f = {.o = o, .r = r, .a = a};
    *r = (struct migrate_report){0};
    bool ok = load(&f, e);
    if (ok && is_done(&f, "finish"))
        say(&f, "finish", "%s was replaced by %s before; nothing is left to do", o->sync_key,
            json_at_str(f.document, "newKey"));
    else
        ok = ok && (o->dry_run ? list_steps(&f, e) : run_steps(&f, e));
    close_sites(&f);
    if (ok || f.document)
        report(&f);
    return ok;
}

/* --- the way back --- */

/* A synchronization that has run wrote to its sites; the one that was only made is stopped and never ran. */
static bool has_started(const struct flow *f, const struct sync_row *row)
{
    return is_done(f, "start") || !str_eq(row->state, SYNC_STOPPED);
}

/* What the new project has and the partner does not. Everything that had arrived at the partner flows on from there. */
static bool list_only_new(struct flow *f, struct err *e)
{
    struct engine_verify v;
    struct err why = ERR_INIT;
    struct engine *en = open_new(f, &why);
    bool ok = en && engine_verify(en, f->a, &v, &why);
    engine_close(en);
    for (size_t i = 0; ok && i < v.line_count; i++)
        keep_line(f, arena_printf(f->a, "left behind: %s", v.lines[i]));
    if (ok)
        return true;
    if (err_scope(why.kind) != ERR_SCOPE_SITE && err_scope(why.kind) != ERR_SCOPE_PAIR) {
        *e = why;
        return false;
    }
    keep_line(f, arena_printf(f->a, "what exists only in the new project cannot be listed: %s", why.text));
    return true;
}

/* The panels of the new synchronization would point to a project that nobody follows any more. */
static bool clear_new_panels(struct flow *f, struct err *e)
{
    int64_t issues = 0;
    struct err why = ERR_INIT;
    struct engine *en = open_new(f, &why);
    bool ok = en && engine_clear_panels(en, &issues, &why);
    engine_close(en);
    if (ok)
        return true;
    if (err_scope(why.kind) != ERR_SCOPE_SITE && err_scope(why.kind) != ERR_SCOPE_PAIR) {
        *e = why;
        return false;
    }
    keep_line(f, arena_printf(f->a, "the sync info panels of %s stay on their issues: %s",
                              json_at_str(f->document, "newKey"), why.text));
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
    say(f, "rollback",
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
    if (!load(&f, e))
        return err_wrap(e, "rollback");
    bool ok = true;
    if (is_done(&f, "finish"))
        ok = err_set(e, ERR_STATE, "%s was deleted when its migration was finished; there is nothing to go back to",
                     o->sync_key);
    else if (!json_at_int(f.document, "stoppedMs", 0) && !is_done(&f, "check"))
        ok = err_set(e, ERR_STATE, "no migration of %s is under way; there is nothing to go back from", o->sync_key);
    ok = ok && halt_new(&f, &has_run, e) && (!has_run || (list_only_new(&f, e) && clear_new_panels(&f, e))) &&
         go_back(&f, e);
    report(&f);
    close_sites(&f);
    return ok;
}
