/* flow_after.c - the steps on the new site: start, resync, verify, finish. */
#include "migrate/flow_steps.h"

#include "base/str.h"
#include "store/migration.h"

/* Old and new never both run. */
bool flow_start(struct flow *f, struct err *e)
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
    flow_say(f, "start", "%s runs, %s is retired", key, f->o->sync_key);
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
bool flow_resync(struct flow *f, struct err *e)
{
    struct engine *en = flow_open_new(f, e);
    struct engine_counts edits = {0};
    bool ok = en && engine_settle(en, SETTLE_PASSES, &edits, e);
    add_counts(&f->r->resynced, &edits);
    ok = ok && resync_from(f, en, SIDE_FIRST, e) && resync_from(f, en, SIDE_SECOND, e);
    engine_close(en);
    if (!ok)
        return false;
    const struct engine_counts *c = &f->r->resynced;
    flow_say(f, "resync", "both directions; %lld edits and %lld comments made meanwhile have arrived, %lld conflicts",
             (long long)(c->updated[0] + c->updated[1] + c->moved[0] + c->moved[1]),
             (long long)(c->comments_added[0] + c->comments_added[1]), (long long)c->conflicts);
    return true;
}

bool flow_verify(struct flow *f, struct err *e)
{
    struct engine *en = flow_open_new(f, e);
    bool ok = en && engine_verify(en, f->a, &f->r->verified, e);
    engine_close(en);
    if (!ok)
        return false;
    const struct engine_verify *v = &f->r->verified;
    for (size_t i = 0; i < v->line_count; i++)
        flow_keep_line(f, v->lines[i]);
    f->r->is_verified = v->equal == v->pairs && !v->missing[0] && !v->missing[1] && !v->doubled[0] && !v->doubled[1];
    for (size_t i = 0; i < v->note_count; i++)
        flow_keep_line(f, arena_printf(f->a, "%s, %s: not all of it can be said on the other side (%s); it stays here",
                                       v->notes[i].key, v->notes[i].item, v->notes[i].what));
    flow_say(f, "verify", "%lld of %lld pairs equal, %lld comments paired, %lld doubled, %lld missing%s",
             (long long)v->equal, (long long)v->pairs, (long long)v->comments_paired,
             (long long)(v->doubled[0] + v->doubled[1]), (long long)(v->missing[0] + v->missing[1]),
             v->note_count ? arena_printf(f->a, "; %zu texts say more than the other side can", v->note_count) : "");
    return true;
}

/* The old site's panels go with the site: when it is switched off already, only the partner's matter. */
static bool clear_old_panels(struct flow *f, int64_t *issues_r, struct err *e)
{
    *issues_r = 0;
    for (int i = 0; i < 2; i++) {
        enum side s = i ? f->o->moved : side_other(f->o->moved);
        struct tracker *t;
        struct err why = ERR_INIT;
        int64_t issues = 0;
        bool ok =
            flow_open_before(f, s, &t, &why) && engine_clear_side(f->o->store, f->o->sync_key, s, t, &issues, &why);
        *issues_r += issues;
        if (ok)
            continue;
        if (!flow_is_away(&why)) {
            *e = why;
            return false;
        }
        if (s != f->o->moved && !f->o->force)
            return err_set(
                e, ERR_STATE,
                "the sync info panels of %s cannot be taken away now (%.300s). Give the same command again when "
                "the site answers, or leave the panels where they are with --force",
                f->o->sync_key, why.text);
        flow_keep_line(f, arena_printf(f->a, "the sync info panels of %s stay on %s: %s", f->o->sync_key,
                                       f->old_config.connector[s].project_key, why.text));
    }
    return true;
}

/* The panels first: they can be taken away again and again. Then everything else in one commit. What is done stays in
 * the document, so that the same call after the end finds the end. */
bool flow_finish(struct flow *f, struct err *e)
{
    int64_t issues;
    if (!f->r->is_verified && !f->o->force)
        return err_set(e, ERR_STATE,
                       "the verification lists differences (tandem verify %s); look at them, then finish with --force. "
                       "Until then `tandem migrate %s --moved %s --rollback` goes back",
                       json_at_str(f->document, "newKey"), f->o->sync_key, side_name(f->o->moved));
    if (!clear_old_panels(f, &issues, e))
        return false;
    if (!store_begin(f->o->store, e))
        return false;
    json_array_append_new(json_object_get(f->document, "done"), json_string("finish"));
    if (!sync_remove(f->o->store, f->old_row.id, e) || !migration_put(f->o->store, f->o->sync_key, f->document, e))
        return store_abandon(f->o->store);
    if (!store_commit(f->o->store, e))
        return false;
    flow_say(f, "finish", "%s is deleted, with its panels on %lld issues", f->o->sync_key, (long long)issues);
    return true;
}
