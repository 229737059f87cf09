/* demo.c - the story. Each step does one thing of the guide, says what it did, and checks it. */
#include "rehearse/demo.h"

#include "base/file_atomic.h"
#include "base/str.h"
#include "migrate/flow.h"
#include "migrate/split.h"
#include "migrate/swap.h"
#include "migrate/translate.h"
#include "rehearse/world.h"
#include "store/finding.h"
#include "store/pair.h"
#include "store/sync.h"

#include <string.h>

enum { ISSUES = 300, EDITS = 200, CONFLICTS = 12, MEANWHILE = 30, AFTERWARDS = 20, PASSES = 60 };

struct demo {
    struct world w;
    const struct demo_options *o;
    struct arena a;
    struct store *store;
    struct tracker *tracker[2]; /* of INT-1 */
    struct rng rng;
    char **key[2]; /* keys of pairs, at the same position on both sides */
    size_t pairs;
    int serial; /* every text of a person is the only one of its kind */
    const char *id_map, *pairs_file, *config_file;
    int64_t started_ms;
    struct {
        const char *first, *second; /* summaries written on both sides between two passes */
    } conflicts[CONFLICTS];
};

static double seconds_since(int64_t ms)
{
    return (double)(clock_now(clock_system()) - ms) / 1000;
}

static const char *text_of(struct demo *d, const char *what)
{
    return arena_printf(&d->a, "%s no. %04d of this rehearsal", what, ++d->serial);
}

/* --- 1, 2: two sites, one synchronization --- */

static bool load_keys(struct demo *d, const char *sync_key, struct err *e)
{
    struct sync_row row;
    struct pair *pairs;
    size_t count;
    if (!sync_get(d->store, &d->a, sync_key, &row, e) || !pair_list(d->store, &d->a, row.id, &pairs, &count, e))
        return false;
    for (int s = 0; s < 2; s++) {
        d->key[s] = arena_array(&d->a, char *, count);
        for (size_t i = 0; i < count; i++)
            d->key[s][i] = arena_strdup(&d->a, pairs[i].key[s]);
    }
    d->pairs = count;
    return true;
}

static bool open_sites(struct demo *d, struct err *e)
{
    if (!world_open(&d->w, d->o, e))
        return false;
    world_step(&d->w, "Three Jira sites on this machine; nothing leaves it");
    int issues = d->o->issues ? d->o->issues : ISSUES;
    if (!sandbox_demo_data(d->w.sites[WORLD_SA].sandbox, "SA", issues, d->o->seed, e) ||
        !sandbox_demo_data(d->w.sites[WORLD_SB].sandbox, "SB", 0, d->o->seed + 1, e))
        return false;
    for (int s = 0; s < WORLD_SITES; s++)
        world_tell(&d->w, "%-3s %-20s %s  %s", d->w.sites[s].name, d->w.sites[s].what, d->w.sites[s].url,
                   s == WORLD_SA   ? arena_printf(&d->a, "project SA with %d issues", issues)
                   : s == WORLD_SB ? "the partner's project SB, empty"
                                   : "where SA will move");
    d->store = store_open(arena_printf(&d->a, "%s/tandem.db", d->w.folder), STORE_ENGINE, "tandem demo", e);
    return d->store && world_tracker(&d->w, WORLD_SA, "SA", &d->tracker[0], e) &&
           world_tracker(&d->w, WORLD_SB, "SB", &d->tracker[1], e);
}

/* Suggests a configuration for two projects, checks it, keeps it, starts. */
static bool create_sync(struct demo *d, const char *key, const char *name, const enum world_site_name who[2],
                        struct tracker *const tracker[2], size_t *errors_r, struct err *e)
{
    struct tracker_project p[2];
    struct config config;
    struct config_finding *list;
    int64_t id;
    for (int s = 0; s < 2; s++)
        if (!tracker[s]->ops->project(tracker[s], &d->a, &p[s], e))
            return false;
    const struct tracker_project *projects[2] = {&p[0], &p[1]};
    config_suggest(&d->a, projects, &config);
    config_set_key(&d->a, &config, key);
    for (int s = 0; s < 2; s++) {
        struct tracker_info info;
        if (!tracker[s]->ops->describe(tracker[s], &d->a, &info, e))
            return false;
        config.connector[s].site = d->w.sites[who[s]].name;
        config.connector[s].base_url = info.site_url;
        config.connector[s].deployment = info.deployment;
    }
    size_t count = config_check(&d->a, &config, projects, &list), errors = 0;
    for (size_t i = 0; i < count; i++) {
        errors += list[i].is_error;
        if (list[i].is_error)
            world_tell(&d->w, "  %s; %s", list[i].what, list[i].fix);
    }
    if (!sync_add(d->store, key, name, config_to_json(&d->a, &config), clock_now(clock_system()), &id, e) ||
        !sync_set_state(d->store, id, SYNC_RUNNING, NULL, e))
        return false;
    *errors_r = errors;
    world_tell(&d->w, "%s, %s: %zu issue types, %zu fields, status, comments", key, name,
               config.connector[0].type_count, config.field_count);
    return true;
}

static struct engine *engine_for(struct demo *d, const char *key, struct tracker *first, struct tracker *second,
                                 struct err *e)
{
    struct engine_settings set = {
        .store = d->store, .sync_key = key, .trackers = {first, second}, .clock = clock_system()};
    return engine_open(&set, e);
}

static bool settle(struct demo *d, const char *key, struct tracker *first, struct tracker *second,
                   struct engine_counts *counts, struct engine_verify *verified, struct err *e)
{
    struct engine *en = engine_for(d, key, first, second, e);
    bool ok = en && engine_settle(en, PASSES, counts, e) && engine_verify(en, &d->a, verified, e);
    engine_close(en);
    return ok;
}

static void tell_differences(struct demo *d, const struct engine_verify *v)
{
    for (size_t i = 0; i < v->line_count && i < 8; i++)
        world_tell(&d->w, "  %s", v->lines[i]);
}

static void check_equal(struct demo *d, const struct engine_verify *v)
{
    bool equal = v->pairs == v->equal && !v->missing[0] && !v->missing[1] && !v->doubled[0] && !v->doubled[1];
    if (!world_check(&d->w, equal,
                     "verified: %lld of %lld pairs equal, %lld comments paired, %lld doubled, %lld missing",
                     (long long)v->equal, (long long)v->pairs, (long long)v->comments_paired,
                     (long long)(v->doubled[0] + v->doubled[1]), (long long)(v->missing[0] + v->missing[1])))
        tell_differences(d, v);
}

static bool first_sync(struct demo *d, struct err *e)
{
    static const enum world_site_name WHO[2] = {WORLD_SA, WORLD_SB};
    struct engine_counts counts;
    struct engine_verify v;
    int64_t began = clock_now(clock_system());
    size_t errors;
    world_step(&d->w, "A synchronization SA with SB, and its first sync");
    if (!create_sync(d, "INT-1", "SA with SB", WHO, d->tracker, &errors, e))
        return false;
    world_check(&d->w, errors == 0, "no errors in its configuration, checked against both sites");
    if (!settle(d, "INT-1", d->tracker[0], d->tracker[1], &counts, &v, e) || !load_keys(d, "INT-1", e))
        return false;
    world_tell(&d->w, "%lld issues and %lld comments made in SB, %lld status transitions, in %.1f s",
               (long long)counts.created[1], (long long)counts.comments_added[1], (long long)counts.moved[1],
               seconds_since(began));
    check_equal(d, &v);
    return true;
}

/* --- 3: people work on both sides --- */

static bool edit_once(struct demo *d, enum world_site_name site, const char *key, struct err *e)
{
    struct arena *a = &d->a;
    const char *id;
    switch (rng_below(&d->rng, 5)) {
    case 0:
        return world_edit(&d->w, site, key, json_keep(a, json_pack("{ss}", "summary", text_of(d, "Summary"))), e);
    case 1:
        return world_edit(&d->w, site, key,
                          json_keep(a, json_pack("{s[sss]}", "labels", "rehearsal",
                                                 arena_printf(a, "label-%d", ++d->serial), "both-sides")),
                          e);
    case 2:
        return world_edit(&d->w, site, key,
                          json_keep(a, json_pack("{ss}", "description",
                                                 arena_printf(a, "h2. %s\n\n* one\n* two {{code}}\n\nAnd *bold* words.",
                                                              text_of(d, "Description")))),
                          e);
    case 3:
        return world_move(&d->w, site, key, (int)rng_below(&d->rng, 4), e);
    default:
        return world_comment(&d->w, site, key, text_of(d, "Comment"), &id, e);
    }
}

/* Everybody on SA first, then everybody on SB: the newer one of two summaries is SB's. */
static bool make_conflicts(struct demo *d, struct err *e)
{
    static const enum world_site_name WHO[2] = {WORLD_SA, WORLD_SB};
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < CONFLICTS; i++) {
            const char *text = text_of(d, s ? "Summary of SB" : "Summary of SA");
            *(s ? &d->conflicts[i].second : &d->conflicts[i].first) = text;
            if (!world_edit(&d->w, WHO[s], d->key[s][i], json_keep(&d->a, json_pack("{ss}", "summary", text)), e))
                return false;
        }
    return true;
}

/* A comment that is written, edited, and one that is written and deleted, before and after a pass. */
static bool comment_lives(struct demo *d, enum world_site_name site, const char *key, const char **edited,
                          const char **deleted, const char *texts[2], struct err *e)
{
    texts[0] = text_of(d, "To be edited,");
    texts[1] = text_of(d, "To be deleted,");
    return world_comment(&d->w, site, key, texts[0], edited, e) &&
           world_comment(&d->w, site, key, texts[1], deleted, e);
}

static bool edits_on_both_sides(struct demo *d, struct err *e)
{
    static const enum world_site_name WHO[2] = {WORLD_SA, WORLD_SB};
    struct engine_counts counts, more;
    struct engine_verify v;
    const char *edited[2], *deleted[2], *texts[2][2];
    world_step(&d->w, "People edit on both sides: %d edits, %d of them conflicting", EDITS, CONFLICTS);
    size_t at = CONFLICTS; /* what conflicts is left alone by the others */
    if (!make_conflicts(d, e))
        return false;
    for (int s = 0; s < 2; s++)
        if (!comment_lives(d, WHO[s], d->key[s][at + (size_t)s], &edited[s], &deleted[s], texts[s], e))
            return false;
    for (int i = 0; i < EDITS - 2 * CONFLICTS - 8; i++) {
        int s = i % 2; /* even positions on the first side, odd ones on the second: no accidental conflicts */
        size_t k = at + 2 + 2 * rng_below(&d->rng, (d->pairs - at - 2) / 2) + (size_t)s;
        if (!edit_once(d, WHO[s], d->key[s][k < d->pairs ? k : d->pairs - 1 - (size_t)(1 - s)], e))
            return false;
    }
    if (!settle(d, "INT-1", d->tracker[0], d->tracker[1], &counts, &v, e))
        return false;
    for (int s = 0; s < 2; s++)
        if (!world_comment_edit(&d->w, WHO[s], d->key[s][at + (size_t)s], edited[s], texts[s][0],
                                text_of(d, "Edited comment"), e) ||
            !world_comment_delete(&d->w, WHO[s], d->key[s][at + (size_t)s], deleted[s], texts[s][1], e))
            return false;
    if (!settle(d, "INT-1", d->tracker[0], d->tracker[1], &more, &v, e))
        return false;
    world_tell(&d->w,
               "carried over: %lld edits, %lld status transitions, %lld comments, %lld comment edits, %lld deletions",
               (long long)(counts.updated[0] + counts.updated[1]), (long long)(counts.moved[0] + counts.moved[1]),
               (long long)(counts.comments_added[0] + counts.comments_added[1]),
               (long long)(more.comments_edited[0] + more.comments_edited[1]),
               (long long)(more.comments_deleted[0] + more.comments_deleted[1]));
    check_equal(d, &v);
    return true;
}

/* Of two summaries written at once the newer one stands on both sides, and the older one is kept where it can be
 * restored. */
static bool check_conflicts(struct demo *d, struct err *e)
{
    struct sync_row row;
    struct finding *list;
    size_t count;
    int kept = 0;
    if (!sync_get(d->store, &d->a, "INT-1", &row, e) || !finding_list(d->store, &d->a, row.id, 0, &list, &count, e))
        return false;
    for (size_t c = 0; c < CONFLICTS; c++)
        for (size_t i = 0; i < count; i++)
            if (str_eq(list[i].kind, "conflict") &&
                str_eq(json_at_str(json_at(list[i].detail, "loser"), "text"), d->conflicts[c].first))
                kept++;
    world_check(&d->w, kept == CONFLICTS,
                "%d conflicts: the newer value stands on both sides, %d overwritten ones are kept", CONFLICTS, kept);
    return true;
}

/* --- 4 to 6: the guide --- */

static bool open_tracker(void *context, const char *site, const char *project, struct tracker **r, struct err *e)
{
    struct demo *d = context;
    for (int s = 0; s < WORLD_SITES; s++)
        if (str_eq(d->w.sites[s].name, site))
            return world_tracker(&d->w, (enum world_site_name)s, project, r, e);
    return err_set(e, ERR_INPUT, "there is no site %s", site);
}

static void say_step(void *context, const char *step, const char *text)
{
    struct demo *d = context;
    world_tell(&d->w, "%-8s %s", step, text);
}

static struct migrate_options migration(struct demo *d, bool has_moved)
{
    return (struct migrate_options){.store = d->store,
                                    .sync_key = "INT-1",
                                    .moved = SIDE_FIRST,
                                    .new_site = has_moved ? "ca" : NULL,
                                    .new_project = has_moved ? "SA" : NULL,
                                    .folder = d->w.folder,
                                    .finish = has_moved,
                                    .sites = {open_tracker, d},
                                    .clock = clock_system(),
                                    .seed = 9,
                                    .say = say_step,
                                    .context = d};
}

static bool guide_export(struct demo *d, struct err *e)
{
    struct migrate_report report;
    struct err stop = ERR_INIT;
    struct migrate_options o = migration(d, false);
    world_step(&d->w, "The guide, step 1: stop the synchronization, export configuration and pairs");
    bool went_on = migrate_run(&o, &d->a, &report, &stop);
    if (!went_on && stop.kind != ERR_STATE) {
        *e = stop;
        return false;
    }
    d->config_file = report.config_file;
    d->pairs_file = report.pairs_file;
    world_check(&d->w, !went_on && d->pairs_file, "it waits for the project to move, and says so: \"%.60s…\"",
                stop.text);
    return true;
}

static bool edit_meanwhile(struct demo *d, enum world_site_name site, int side, int edits, struct err *e)
{
    size_t at = CONFLICTS + 2;
    for (int i = 0; i < edits; i++) {
        size_t k = at + (size_t)(2 * rng_below(&d->rng, (d->pairs - at) / 2)) + (size_t)side;
        if (!edit_once(d, site, d->key[side][k < d->pairs ? k : at], e))
            return false;
    }
    return true;
}

static bool guide_move(struct demo *d, struct err *e)
{
    struct sandbox_moved moved;
    d->id_map = arena_printf(&d->a, "%s/id-map.jsonl", d->w.folder);
    struct sandbox_move how = {.project = "SA", .id_map = d->id_map};
    world_step(&d->w,
               "Step 2: the project moves to Jira Cloud, while people go on working on SB and then on the Cloud");
    if (!edit_meanwhile(d, WORLD_SB, 1, MEANWHILE / 2, e) ||
        !sandbox_move(d->w.sites[WORLD_SA].sandbox, d->w.sites[WORLD_CA].sandbox, &how, &moved, e) ||
        !edit_meanwhile(d, WORLD_SB, 1, MEANWHILE / 2, e) || !edit_meanwhile(d, WORLD_CA, 0, MEANWHILE, e))
        return false;
    world_tell(&d->w, "%lld issues, %lld comments and %lld people moved; %d edits on SB and %d on the Cloud meanwhile",
               (long long)moved.issues, (long long)moved.comments, (long long)moved.users, MEANWHILE, MEANWHILE);
    world_check(&d->w, moved.issues == (int64_t)d->pairs, "every issue of SA is on the Cloud under its key");
    return true;
}

/* What somebody does who stays with the paid app: the guide's own files, prepared without its scripts. */
static bool guide_files(struct demo *d, struct err *e)
{
    struct translate_report t;
    struct swap_report swapped;
    struct split_report chunks;
    struct translate_options o = {.in_path = d->pairs_file};
    o.logins[0] = (struct translate_login){.base_url = d->w.sites[WORLD_SA].url, .user = "admin", .password = "admin"};
    o.logins[1] = (struct translate_login){
        .base_url = d->w.sites[WORLD_CA].url, .user = "admin@example.com", .password = "admin"};
    world_step(&d->w, "Step 3, for those who stay with the paid app: the exported files, translated, swapped, split");
    if (!translate_run(&o, &t, e))
        return false;
    world_check(&d->w, t.translated == t.comments && !translate_has_findings(&t),
                "translate: %lld pairs, %lld of %lld comments have their new id, in %lld requests", (long long)t.pairs,
                (long long)t.translated, (long long)t.comments, (long long)(t.requests[0] + t.requests[1]));
    char *pairs = arena_printf(&d->a, "%s/pairs-swapped.json", d->w.folder);
    char *config = arena_printf(&d->a, "%s/config-swapped.json", d->w.folder);
    struct split_options split = {.in_path = pairs, .into = d->w.folder, .size = 100};
    if (!migrate_swap(t.output_path, pairs, "SB", &swapped, e) ||
        !migrate_swap(d->config_file, config, "SB", &swapped, e) || !migrate_split(&split, &chunks, e))
        return false;
    world_check(&d->w, chunks.pairs == t.pairs,
                "swap: SB is first in both files; split: %lld chunks of at most 100 pairs", (long long)chunks.chunks);
    return true;
}

static bool guide_migrate(struct demo *d, struct err *e)
{
    struct migrate_report report;
    struct migrate_options o = migration(d, true);
    world_step(&d->w, "Steps 3 to 5: the synchronization is carried over, resynced, verified, the original deleted");
    bool ok = migrate_run(&o, &d->a, &report, e);
    for (size_t i = 0; i < report.line_count && i < 10; i++)
        world_tell(&d->w, "  %s", report.lines[i]);
    if (!ok)
        return false;
    world_check(&d->w, report.is_verified && report.is_finished,
                "%s keeps the Cloud project and SB in step; INT-1 is gone", report.new_key);
    check_equal(d, &report.verified);
    return true;
}

/* --- 7, 8: afterwards --- */

static bool edits_afterwards(struct demo *d, struct err *e)
{
    struct engine_counts counts;
    struct engine_verify v;
    struct tracker *t[2];
    world_step(&d->w, "Life goes on: %d edits on the Cloud and %d on SB arrive on the other side", AFTERWARDS,
               AFTERWARDS);
    if (!edit_meanwhile(d, WORLD_CA, 0, AFTERWARDS, e) || !edit_meanwhile(d, WORLD_SB, 1, AFTERWARDS, e) ||
        !world_tracker(&d->w, WORLD_CA, "SA", &t[0], e) || !world_tracker(&d->w, WORLD_SB, "SB", &t[1], e))
        return false;
    bool ok = settle(d, "INT-2", t[0], t[1], &counts, &v, e);
    if (ok)
        check_equal(d, &v);
    struct engine_counts idle;
    struct engine *en = ok ? engine_for(d, "INT-2", t[0], t[1], e) : NULL;
    int64_t before = ok ? t[0]->ops->requests(t[0]) + t[1]->ops->requests(t[1]) : 0;
    ok = en && engine_pass(en, &idle, e);
    if (ok)
        world_check(&d->w, !idle.updated[0] && !idle.updated[1] && !idle.comments_added[0] && !idle.comments_added[1],
                    "a pass with nothing to do writes nothing and costs %lld requests for both sites",
                    (long long)(t[0]->ops->requests(t[0]) + t[1]->ops->requests(t[1]) - before));
    engine_close(en);
    tracker_free(t[0]);
    tracker_free(t[1]);
    return ok;
}

struct verdict {
    int64_t lost, doubled, risen, there; /* of the comments that people wrote here */
};

static struct verdict check_notes(struct demo *d, const char *where, const struct world_census *c)
{
    struct verdict v = {0};
    for (size_t i = 0; i < d->w.note_count; i++) {
        bool deleted = d->w.notes[i].is_deleted;
        v.lost += !deleted && !c->found[i];
        v.doubled += !deleted && c->found[i] > 1;
        v.risen += deleted && c->found[i];
        v.there += !deleted && c->found[i] == 1;
    }
    world_check(
        &d->w, !v.lost && !v.doubled && !v.risen,
        "%s: of %lld comments that people wrote here, %lld stand exactly once; %lld lost, %lld doubled; %lld deleted "
        "ones came back",
        where, (long long)(v.lost + v.doubled + v.there), (long long)v.there, (long long)v.lost, (long long)v.doubled,
        (long long)v.risen);
    return v;
}

static void table_row(struct demo *d, const char *what, int64_t cloud, int64_t partner)
{
    fprintf(d->w.out, "   %-28s %10lld %10lld\n", what, (long long)cloud, (long long)partner);
}

static bool proof(struct demo *d, struct err *e)
{
    struct world_census cloud, partner;
    int64_t asked[WORLD_SITES];
    for (int s = 0; s < WORLD_SITES; s++)
        asked[s] = d->w.sites[s].requests;
    world_step(&d->w, "The proof, read from the sites and not from Tandem's store");
    if (!world_count(&d->w, &d->a, WORLD_CA, &cloud, e) || !world_count(&d->w, &d->a, WORLD_SB, &partner, e))
        return false;
    struct verdict v[2] = {check_notes(d, "Cloud", &cloud), check_notes(d, "SB", &partner)};
    world_check(&d->w, cloud.issues == partner.issues && cloud.comments == partner.comments,
                "as many issues and as many comments on both sides");
    fprintf(d->w.out, "\n   %-28s %10s %10s\n", "", "SA (Cloud)", "SB");
    table_row(d, "pairs", (int64_t)d->pairs, (int64_t)d->pairs);
    table_row(d, "issues", cloud.issues, partner.issues);
    table_row(d, "comments", cloud.comments, partner.comments);
    table_row(d, "doubled", v[0].doubled, v[1].doubled);
    table_row(d, "lost", v[0].lost, v[1].lost);
    table_row(d, "requests Tandem has sent", asked[WORLD_CA], asked[WORLD_SB]);
    world_tell(&d->w, "and %lld to the old Server", (long long)asked[WORLD_SA]);
    return true;
}

/* Issues that nobody here made up: recorded on real sites, loaded into the first and synchronized. */
static bool recorded_issues(struct demo *d, struct err *e)
{
    static const enum world_site_name WHO[2] = {WORLD_SA, WORLD_SB};
    struct tracker *t[2] = {NULL, NULL};
    struct engine_counts counts;
    struct engine_verify v;
    size_t errors; /* of a configuration nobody has looked at: told, and no failure of the story */
    if (!d->o->load)
        return true;
    world_step(&d->w, "Issues recorded on real sites, from %s", d->o->load);
    int loaded = sandbox_load(d->w.sites[WORLD_SA].sandbox, d->o->load, e);
    bool ok = loaded >= 0 && sandbox_demo_data(d->w.sites[WORLD_SB].sandbox, "SPB", 0, 3, e) &&
              world_tracker(&d->w, WORLD_SA, "SP", &t[0], e) && world_tracker(&d->w, WORLD_SB, "SPB", &t[1], e) &&
              create_sync(d, "INT-3", "SP with SPB", WHO, t, &errors, e) &&
              settle(d, "INT-3", t[0], t[1], &counts, &v, e);
    if (ok) {
        world_check(&d->w, counts.created[1] == loaded, "%lld of %d recorded issues made on the other side",
                    (long long)counts.created[1], loaded);
        check_equal(d, &v);
    }
    tracker_free(t[0]);
    tracker_free(t[1]);
    return ok;
}

static bool story(struct demo *d, struct err *e)
{
    return open_sites(d, e) && first_sync(d, e) && edits_on_both_sides(d, e) && check_conflicts(d, e) &&
           guide_export(d, e) && guide_move(d, e) && guide_files(d, e) && guide_migrate(d, e) &&
           edits_afterwards(d, e) && recorded_issues(d, e) && proof(d, e);
}

bool demo_run(const struct demo_options *o, int *failed_r, struct err *e)
{
    struct demo d = {.o = o, .w = {.out = o->out}};
    d.started_ms = clock_now(clock_system());
    rng_seed(&d.rng, o->seed ? o->seed : 1);
    fputs("Tandem rehearses the guide \"Server to Server becomes Cloud to Server\" from beginning to end.\n", o->out);
    bool ok = story(&d, e);
    *failed_r = d.w.failed;
    if (ok)
        fprintf(o->out, "\n%d checks, %d failed, in %.1f s.%s%s\n", d.w.checks, d.w.failed, seconds_since(d.started_ms),
                o->keep ? " Everything is in " : " Nothing is left behind.", o->keep ? o->keep : "");
    tracker_free(d.tracker[0]);
    tracker_free(d.tracker[1]);
    store_close(d.store);
    world_close(&d.w);
    arena_release(&d.a);
    return ok;
}
