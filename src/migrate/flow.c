/* flow.c - the chain of a migration's steps; see flow.h. The steps themselves are in flow_before.c, flow_across.c and
 * flow_after.c, the way back in rollback.c. */
#include "migrate/flow_steps.h"

#include "base/str.h"
#include "store/finding.h"
#include "store/migration.h"
#include "store/pair.h"

#include <stdlib.h>
#include <string.h>

void flow_say(struct flow *f, const char *step, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(f->a, format, args);
    va_end(args);
    if (f->o->say)
        f->o->say(f->o->context, step, text);
}

void flow_keep_line(struct flow *f, const char *line)
{
    *arena_push(f->a, f->r->lines, f->r->line_count) = arena_strdup(f->a, line);
}

bool flow_is_done(const struct flow *f, const char *step)
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

void flow_note(struct flow *f, const char *name, const char *value)
{
    json_object_set_new(f->document, name, json_string(value));
}

/* --- trackers --- */

bool flow_open_before(struct flow *f, enum side s, struct tracker **r, struct err *e)
{
    const struct config_connector *c = &f->old_config.connector[s];
    if (!f->before[s] && !f->o->sites.open(f->o->sites.context, c->site, c->project_key, &f->before[s], e))
        return false;
    *r = f->before[s];
    return true;
}

bool flow_is_away(const struct err *e)
{
    return err_scope(e->kind) == ERR_SCOPE_SITE || err_scope(e->kind) == ERR_SCOPE_PAIR;
}

/* The old project may be switched off by now; *r is NULL then, and `why` tells. Errors that say nothing about the site
 * are errors. */
bool flow_reach_old(struct flow *f, struct tracker **r, struct err *why, struct err *e)
{
    struct tracker_project p;
    *r = NULL;
    if (flow_open_before(f, f->o->moved, r, why) && (*r)->ops->project(*r, f->a, &p, why))
        return true;
    *r = NULL;
    if (flow_is_away(why))
        return true;
    *e = *why;
    return false;
}

bool flow_open_now(struct flow *f, struct err *e)
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

struct engine *flow_open_old(struct flow *f, struct err *e)
{
    struct tracker *t[2];
    if (!flow_open_before(f, SIDE_FIRST, &t[0], e) || !flow_open_before(f, SIDE_SECOND, &t[1], e))
        return NULL;
    return open_engine(f, f->o->sync_key, t[0], t[1], e);
}

struct engine *flow_open_new(struct flow *f, struct err *e)
{
    enum side moved = f->o->moved;
    struct tracker *t[2];
    if (!flow_open_now(f, e) || !flow_open_before(f, side_other(moved), &t[side_other(moved)], e))
        return NULL;
    t[moved] = f->now;
    return open_engine(f, json_at_str(f->document, "newKey"), t[0], t[1], e);
}

bool flow_load_new_config(struct flow *f, struct err *e)
{
    const json_t *config = json_object_get(f->document, "config");
    return f->new_config.key || !config || config_from_json(f->a, config, &f->new_config, e);
}

/* --- the chain --- */

struct step {
    const char *name, *what;
    bool (*run)(struct flow *, struct err *);
    bool always; /* verification is never skipped because it was done before */
};

static const struct step STEPS[] = {
    {"check", "pre-flight: open findings, both sites, no write under way", flow_check, false},
    {"stop", "a last pass; then the old synchronization stands still", flow_stop, false},
    {"export", "configuration and pairs as files", flow_export, false},
    {"move", "the project moves with Atlassian's assistant (outside), and is looked for on the new site", flow_move,
     false},
    {"resolve", "the configuration with the new site's ids, by name and type; users", flow_resolve, false},
    {"rebase", "a new synchronization with the old one's pairs, bases and comments", flow_rebase, false},
    {"poll", "the old project once more: late edits", flow_poll, false},
    {"start", "the new synchronization runs, the old one is retired", flow_start, false},
    {"resync", "both directions, summary only; sync info panels", flow_resync, false},
    {"verify", "both sides equal, except a listed few", flow_verify, true},
    {"finish", "the old synchronization is deleted with its panels", flow_finish, false},
};

bool flow_load(struct flow *f, struct err *e)
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
    if (flow_is_done(f, "finish"))
        return true;
    if (f->o->new_site && !flow_is_done(f, "move")) {
        flow_note(f, "newSite", f->o->new_site);
        flow_note(f, "newProject", f->o->new_project);
    }
    const char *site = json_at_str(f->document, "newSite"), *project = json_at_str(f->document, "newProject");
    if (f->o->new_site && (!str_eq(site, f->o->new_site) || !str_eq(project, f->o->new_project)))
        return err_set(e, ERR_INPUT,
                       "the migration of %s that is under way goes to %s:%s, not to %s:%s; go on with that one, "
                       "or end it with --rollback first",
                       f->o->sync_key, site, project, f->o->new_site, f->o->new_project);
    return sync_get(f->o->store, f->a, f->o->sync_key, &f->old_row, e) &&
           config_from_json(f->a, f->old_row.config, &f->old_config, e) && flow_load_new_config(f, e);
}

void flow_close_sites(struct flow *f)
{
    tracker_free(f->before[0]);
    tracker_free(f->before[1]);
    tracker_free(f->now);
}

void flow_report(struct flow *f)
{
    f->r->new_key = json_at_str(f->document, "newKey");
    f->r->config_file = json_at_str(f->document, "configFile");
    f->r->pairs_file = json_at_str(f->document, "pairsFile");
    f->r->is_finished = flow_is_done(f, "finish");
    f->r->is_verified = f->r->is_verified || f->r->is_finished;
}

/* The plan, with what can be said without asking or changing anything. */
static bool list_steps(struct flow *f, struct err *e)
{
    size_t open;
    int64_t pairs;
    if (!flow_list_open(f, &open, e) || !pair_count(f->o->store, f->old_row.id, &pairs, e))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        const char *done = flow_is_done(f, STEPS[i].name) ? " (done)" : "";
        if (!i)
            flow_say(f, STEPS[i].name, "%s%s; %zu open findings now, %lld pairs", STEPS[i].what, done, open,
                     (long long)pairs);
        else
            flow_say(f, STEPS[i].name, "%s%s", STEPS[i].what, done);
    }
    return true;
}

static bool run_steps(struct flow *f, struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
        const struct step *s = &STEPS[i];
        bool done = flow_is_done(f, s->name), is_last = i == ARRAY_LEN(STEPS) - 1;
        if ((done && !s->always) || (is_last && !f->o->finish))
            continue;
        if (!s->run(f, e))
            return err_wrap(e, "step %s", s->name);
        if (!flow_is_done(f, s->name) && !mark_done(f, s->name, e))
            return false;
    }
    return true;
}

bool migrate_run(const struct migrate_options *o, struct arena *a, struct migrate_report *r, struct err *e)
{
    struct flow f = {.o = o, .r = r, .a = a};
    *r = (struct migrate_report){0};
    bool ok = flow_load(&f, e);
    if (ok && flow_is_done(&f, "finish"))
        flow_say(&f, "finish", "%s was replaced by %s before; nothing is left to do", o->sync_key,
                 json_at_str(f.document, "newKey"));
    else
        ok = ok && (o->dry_run ? list_steps(&f, e) : run_steps(&f, e));
    flow_close_sites(&f);
    if (ok || f.document)
        flow_report(&f);
    return ok;
}
