/* flow.c - the steps of a migration; see flow.h. A step reads what earlier ones left in the migration's document, does
 * its part, and is marked done in the same document. A step that is repeated after a crash finds its own traces and
 * goes on. */
#include "migrate/flow.h"

#include "base/str.h"
#include "migrate/export.h"
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

static bool open_now(struct flow *f, struct err *e)
{
    const char *site = json_at_str(f->document, "newSite"), *project = json_at_str(f->document, "newProject");
    return f->now || f->o->sites.open(f->o->sites.context, site, project, &f->now, e);
}

static struct engine *open_engine(struct flow *f, const char *key, struct tracker *first, struct tracker *second,
                                  struct err *e)
{
    struct engine_settings set = {.store = f->o->store,
                                  .sync_key = key,
                                  .trackers = {first, second},
                                  .clock = f->o->clock,
                                  .seed = f->o->seed,
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

static bool step_check(struct flow *f, struct err *e)
{
    struct finding *list;
    size_t count, open = 0;
    if (!finding_list(f->o->store, f->a, f->old_row.id, 0, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(list[i].kind, "conflict") || str_eq(list[i].kind, "drift"))
            continue; /* decided already; nothing is broken */
        open++;
        keep_line(f, arena_printf(f->a, "open finding: %s", list[i].text));
    }
    if (open && !f->o->force)
        return err_set(e, ERR_STATE,
                       "%s has %zu open findings (tandem findings %s); solve them first, or go on with --force",
                       f->o->sync_key, open, f->o->sync_key);
    struct engine *en = open_old(f, e);
    if (!en)
        return false;
    engine_close(en);
    say(f, "check", "both sites answer, %zu open findings%s", open, open ? ", accepted by --force" : "");
    return true;
}

/* One more pass lets everything in flight arrive; then the synchronization stands still. */
static bool step_stop(struct flow *f, struct err *e)
{
    int64_t open = 0;
    if (str_eq(f->old_row.state, SYNC_RUNNING)) {
        struct engine_counts counts;
        struct engine *en = open_old(f, e);
        bool ok = en && engine_settle(en, SETTLE_PASSES, &counts, e);
        engine_close(en);
        if (!ok)
            return false;
    }
    if (!op_count_open(f->o->store, f->old_row.id, &open, e))
        return false;
    if (open)
        return err_set(
            e, ERR_STATE,
            "%lld writes of %s are not proven yet; a migration must not begin with them. Run `tandem run` until "
            "they are, then go on",
            (long long)open, f->o->sync_key);
    if (!sync_set_state(f->o->store, f->old_row.id, SYNC_STOPPED, "being migrated", e))
        return false;
    json_object_set_new(f->document, "stoppedMs", json_integer(clock_now(f->o->clock)));
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
        return err_set(e, ERR_STATE,
                       "%s stands still and is exported. Now move the project with the Jira Cloud Migration Assistant "
                       "(leave the old one read-only), then go on with: tandem migrate %s --to SITE:PROJECT",
                       f->o->sync_key, f->o->sync_key);
    struct err why = ERR_INIT;
    struct tracker_project p;
    if (!open_now(f, e))
        return false;
    if (!f->now->ops->project(f->now, f->a, &p, &why)) {
        if (why.kind != ERR_GONE)
            *e = why;
        else
            err_set(e, ERR_STATE, "%s is not on the site %s yet; move it, then go on with the same command",
                    json_at_str(f->document, "newProject"), json_at_str(f->document, "newSite"));
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

static void name_connector(struct flow *f, struct config *config)
{
    enum side moved = f->o->moved;
    struct tracker_info info;
    struct err ignored = ERR_INIT; /* the address is for people; the site's name decides */
    int64_t number = 0;
    config->key = json_at_str(f->document, "newKey");
    if (!str_to_int(config->key + strlen("INT-"), &number))
        number = 1;
    config->connector[moved].site = json_at_str(f->document, "newSite");
    if (f->now->ops->describe(f->now, f->a, &info, &ignored))
        config->connector[moved].base_url = info.site_url;
    config->connector[moved].project_id = f->project[moved].id;
    config->connector[moved].project_key = f->project[moved].key;
    for (int s = 0; s < 2; s++)
        config->connector[s].key =
            arena_printf(f->a, "CON-%lld-%s", (long long)number, config->connector[s].project_key);
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

static bool step_resolve(struct flow *f, struct err *e)
{
    const struct tracker_project *projects[2] = {&f->project[0], &f->project[1]};
    struct config_finding *list;
    const char *key = json_at_str(f->document, "newKey");
    if (!read_projects(f, e) || (!key && !sync_next_key(f->o->store, f->a, &key, e)))
        return false;
    note(f, "newKey", key);
    f->new_config = f->old_config;
    f->new_config.fields = arena_array(f->a, struct config_field, f->old_config.field_count);
    memcpy(f->new_config.fields, f->old_config.fields, f->old_config.field_count * sizeof *f->new_config.fields);
    size_t count = config_resolve(f->a, &f->new_config, f->o->moved, projects[f->o->moved], &list);
    size_t errors = keep_findings(f, list, count);
    name_connector(f, &f->new_config);
    if (!users_switch(f->o->store, f->a, f->old_row.id, &f->new_config, f->o->moved, f->now, &f->r->lines,
                      &f->r->line_count, e))
        return false;
    count = config_check(f->a, &f->new_config, projects, &list);
    errors += keep_findings(f, list, count);
    if (errors && !f->o->force)
        return err_set(e, ERR_STATE,
                       "the configuration has %zu errors on the new site (listed above); mend them there or in the "
                       "configuration, then go on with the same command",
                       errors);
    json_object_set(f->document, "config", config_to_json(f->a, &f->new_config));
    say(f, "resolve", "%s: types, statuses, priorities, fields and users found on the new site, %zu errors", key,
        errors);
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

static bool step_rebase(struct flow *f, struct err *e)
{
    struct rebase_report report;
    struct idmap ids = IDMAP_INIT;
    struct err unreachable = ERR_INIT;
    struct tracker *before = NULL;
    if (!load_new_config(f, e) || !read_projects(f, e) || !make_new_sync(f, e) ||
        (f->o->id_map && !idmap_read(&ids, f->o->id_map, e)))
        return false;
    if (!open_before(f, f->o->moved, &before, &unreachable))
        keep_line(f, "the old site does not answer any more: comments are found by the id map alone");
    struct rebase_options o = {.store = f->o->store,
                               .old_key = f->o->sync_key,
                               .new_key = json_at_str(f->document, "newKey"),
                               .moved = f->o->moved,
                               .old_config = &f->old_config,
                               .new_config = &f->new_config,
                               .before = before,
                               .now = f->now,
                               .project_now = &f->project[f->o->moved],
                               .ids = f->o->id_map ? &ids : NULL,
                               .accepted = f->o->accepted,
                               .accepted_count = f->o->accepted_count,
                               .stopped_ms = json_at_int(f->document, "stoppedMs", 0),
                               .clock = f->o->clock};
    bool ok = rebase_run(&o, f->a, &report, e);
    idmap_release(&ids);
    for (size_t i = 0; i < report.line_count; i++)
        keep_line(f, report.lines[i]);
    for (size_t i = 0; i < report.item_count; i++)
        if (report.items[i].unexplained)
            keep_line(f, arena_printf(f->a, "%s differs in %lld issues without a trace of an edit (%s)",
                                      report.items[i].item, (long long)report.items[i].unexplained,
                                      report.items[i].example));
    if (!ok)
        return false;
    say(f, "rebase",
        "%lld pairs, %lld comments carried over; %lld values agree, %lld count as edits; %lld issues and %lld "
        "comments without a partner",
        (long long)report.pairs, (long long)report.comments, (long long)report.bases_agreed,
        (long long)report.bases_kept, (long long)report.missing, (long long)report.comments_unknown);
    return true;
}

/* The old project should have been read-only since the assistant's snapshot. What was written there all the same is
 * listed. */
static bool step_poll(struct flow *f, struct err *e)
{
    struct err unreachable = ERR_INIT;
    struct tracker *t;
    int64_t late = 0;
    if (!open_before(f, f->o->moved, &t, &unreachable)) {
        say(f, "poll", "the old site does not answer any more; late edits there cannot be looked for");
        return true;
    }
    const char *cursor = NULL;
    int64_t since = f->old_row.watermark_ms[f->o->moved];
    do {
        struct tracker_seen *seen;
        size_t count;
        if (!t->ops->poll(t, f->a, since, f->old_config.connector[f->o->moved].filter, &cursor, &seen, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct pair p;
            bool found;
            if (!pair_find(f->o->store, f->a, f->old_row.id, f->o->moved, seen[i].id, &p, &found, e))
                return false;
            if (found && seen[i].updated_ms <= p.seen_ms[f->o->moved])
                continue;
            late++;
            keep_line(f, arena_printf(f->a,
                                      "%s was changed in the old project after the stop; repeat the edit on the new "
                                      "one",
                                      seen[i].key));
        }
    } while (cursor);
    if (late && !f->o->force)
        return err_set(
            e, ERR_STATE,
            "%lld issues were changed in the old project after the stop (listed above). Repeat these edits in the "
            "new project, or accept their loss, and go on with --force",
            (long long)late);
    say(f, "poll", "%lld late edits in the old project", (long long)late);
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

static bool resync_from(struct flow *f, struct engine *en, enum side from, struct err *e)
{
    static const char *const SUMMARY[] = {"summary"};
    struct engine_counts counts;
    if (!engine_resync(f->o->store, json_at_str(f->document, "newKey"), from, SUMMARY, 1, e) ||
        !engine_settle(en, SETTLE_PASSES, &counts, e))
        return false;
    const int64_t *more = (const int64_t *)&counts;
    int64_t *sum = (int64_t *)&f->r->resynced;
    for (size_t i = 0; i < sizeof counts / sizeof *more; i++) /* the struct is nothing but counts */
        sum[i] += more[i];
    return true;
}

static bool step_resync(struct flow *f, struct err *e)
{
    struct engine *en = open_new(f, e);
    bool ok = en && resync_from(f, en, SIDE_FIRST, e) && resync_from(f, en, SIDE_SECOND, e);
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

static bool step_finish(struct flow *f, struct err *e)
{
    int64_t issues = 0;
    struct err unreachable = ERR_INIT;
    if (!f->r->is_verified && !f->o->force)
        return err_set(e, ERR_STATE,
                       "the verification lists differences; look at them (tandem verify %s), then finish with --force. "
                       "Until then `tandem migrate %s --rollback` goes back",
                       json_at_str(f->document, "newKey"), f->o->sync_key);
    struct engine *en = open_old(f, &unreachable);
    bool ok = !en || engine_clear_panels(en, &issues, e);
    engine_close(en);
    if (!en)
        keep_line(f, arena_printf(f->a, "panels of %s stay: %s", f->o->sync_key, unreachable.text));
    if (!ok || !sync_remove(f->o->store, f->old_row.id, e))
        return false;
    f->r->is_finished = true;
    say(f, "finish", "%s is deleted, with its panels on %lld issues", f->o->sync_key, (long long)issues);
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
        return err_set(e, ERR_INPUT, "the migration of %s that is under way moves the %s side; go on with that one",
                       f->o->sync_key, json_at_str(f->document, "side"));
    if (f->o->new_site && !is_done(f, "move")) {
        note(f, "newSite", f->o->new_site);
        note(f, "newProject", f->o->new_project);
    }
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
}

static bool run_steps(struct flow *f, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        const struct step *s = &STEPS[i];
        bool done = is_done(f, s->name), is_last = i == ARRAY_LEN(STEPS) - 1;
        if (f->o->dry_run) {
            say(f, s->name, "%s%s", s->what, done ? " (done)" : "");
            continue;
        }
        if ((done && !s->always) || (is_last && !f->o->finish))
            continue;
        if (!s->run(f, e))
            return err_wrap(e, "step %s", s->name);
        if (!done && !mark_done(f, s->name, e))
            return false;
    }
    return !f->r->is_finished || migration_remove(f->o->store, f->o->sync_key, e);
}

bool migrate_run(const struct migrate_options *o, struct arena *a, struct migrate_report *r, struct err *e)
{
    struct flow f = {.o = o, .r = r, .a = a};
    *r = (struct migrate_report){0};
    bool ok = load(&f, e) && run_steps(&f, e);
    close_sites(&f);
    report(&f);
    return ok;
}

/* --- the way back --- */

static bool list_only_new(struct flow *f, struct err *e)
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
        if (!pair_find(f->o->store, f->a, f->old_row.id, other, pairs[i].issue_id[other], &old, &found, e))
            return false;
        if (!found)
            keep_line(f, arena_printf(f->a, "%s and %s came after the move; the old project does not have them",
                                      pairs[i].key[0], pairs[i].key[1]));
    }
    return sync_set_state(f->o->store, row.id, SYNC_STOPPED, "rolled back", e);
}

bool migrate_rollback(const struct migrate_options *o, struct arena *a, struct migrate_report *r, struct err *e)
{
    struct flow f = {.o = o, .r = r, .a = a};
    *r = (struct migrate_report){0};
    if (!load(&f, e))
        return err_wrap(e, "rollback");
    bool ok =
        is_done(&f, "stop")
            ? true
            : err_set(e, ERR_STATE, "no migration of %s is under way; there is nothing to go back from", o->sync_key);
    if (ok && is_done(&f, "rebase"))
        ok = list_only_new(&f, e);
    ok = ok && sync_set_state(o->store, f.old_row.id, SYNC_RUNNING, NULL, e) &&
         migration_remove(o->store, o->sync_key, e);
    if (ok)
        say(&f, "rollback", "%s runs again from its kept bases", o->sync_key);
    report(&f);
    close_sites(&f);
    return ok;
}
