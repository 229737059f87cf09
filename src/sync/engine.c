#include "sync/pass.h"

#include "base/str.h"

#include <stdlib.h>

enum { BATCH = 50, GRACE_MS = 60 * 1000 };
static const int64_t SWEEP_MS = 24 * 3600 * 1000, COUNTER_MS = 3600 * 1000, CLOCKS_MS = 3600 * 1000;

static void want_field(struct engine *en, enum side s, const char *id)
{
    for (size_t i = 0; i < en->read_field_count[s]; i++)
        if (str_eq(en->read_fields[s][i], id))
            return;
    *arena_push(&en->life, en->read_fields[s], en->read_field_count[s]) = id;
}

static bool load_config(struct engine *en, struct err *e)
{
    if (!sync_get(en->store, &en->life, en->set.sync_key, &en->row, e) ||
        !config_from_json(&en->life, en->row.config, &en->config, e))
        return false;
    for (int s = 0; s < 2; s++) {
        want_field(en, (enum side)s, "summary");
        want_field(en, (enum side)s, ITEM_TYPE);
        want_field(en, (enum side)s, ITEM_STATUS);
        for (size_t i = 0; i < en->config.field_count; i++)
            want_field(en, (enum side)s, en->config.fields[i].half[s].id);
    }
    return true;
}

/* A text can name the same people many times over; within a pass their accounts are asked for once. */
static struct person *person_known(struct engine *en, enum side s, const char *who)
{
    for (size_t i = 0; i < en->people_count; i++)
        if (en->people[i].side == s && str_eq(en->people[i].who, who))
            return &en->people[i];
    return NULL;
}

void engine_forget_people(struct engine *en)
{
    arena_clear(&en->people_life);
    en->people = NULL;
    en->people_count = 0;
}

static bool find_partner(void *context, enum side from, const char *key, struct arena *a, const char **r, struct err *e)
{
    struct engine *en = context;
    struct pair pair;
    bool found;
    if (!pair_find_key(en->store, a, en->row.id, from, key, &pair, &found, e))
        return false;
    *r = found && str_eq(pair.state, PAIR_OPEN) ? pair.key[side_other(from)] : NULL;
    return true;
}

static bool find_user(void *context, enum side s, const char *who, struct arena *a, struct value *r, struct err *e)
{
    struct engine *en = context;
    struct tracker *t = engine_tracker(en, s);
    struct value *found = NULL;
    size_t count = 0;
    struct person *known = person_known(en, s, who);
    if (!known) {
        if (!t->ops->users_find(t, &en->people_life, who, &found, &count, e))
            return false;
        known = arena_push(&en->people_life, en->people, en->people_count);
        *known = (struct person){s, arena_strdup(&en->people_life, who), found, count};
    }
    found = known->accounts;
    count = known->count;
    (void)a;
    *r = count == 1 ? found[0] : (struct value){.kind = VALUE_NONE}; /* nobody: the mapping says what to do */
    return count <= 1 ||
           err_set(e, ERR_MAPPING,
                   "%s names %zu accounts on the site of %s; use a user correlation that says which one is "
                   "meant",
                   who, count, en->project[s].key);
}

static bool read_sites(struct engine *en, struct err *e)
{
    for (int s = 0; s < 2; s++) {
        struct tracker *t = en->set.trackers[s];
        if (!t->ops->describe(t, &en->life, &en->info[s], e) || !t->ops->project(t, &en->life, &en->project[s], e))
            return false;
    }
    en->mapping = (struct mapping){.config = &en->config,
                                   .projects = {&en->project[0], &en->project[1]},
                                   .users = {find_user, en},
                                   .pairs = {find_partner, en},
                                   .site_url = {en->info[0].site_url, en->info[1].site_url}};
    return true;
}

struct engine *engine_open(const struct engine_settings *set, struct err *e)
{
    struct engine *en = calloc(1, sizeof *en);
    if (!en)
        abort();
    en->set = *set;
    en->store = set->store;
    en->clock = set->clock;
    if (!en->set.batch)
        en->set.batch = BATCH;
    if (!en->set.sweep_ms)
        en->set.sweep_ms = SWEEP_MS;
    if (!en->set.grace_ms)
        en->set.grace_ms = GRACE_MS;
    if (!en->set.counter_ms)
        en->set.counter_ms = COUNTER_MS;
    if (set->seed)
        rng_seed(&en->rng, set->seed);
    else
        rng_seed_system(&en->rng);
    en->set.sync_key = arena_strdup(&en->life, set->sync_key);
    en->skew_looked_ms = clock_now(en->clock);
    if (load_config(en, e) && read_sites(en, e))
        return en;
    engine_close(en);
    return NULL;
}

void engine_close(struct engine *en)
{
    if (!en)
        return;
    arena_release(&en->life);
    arena_release(&en->people_life);
    free(en);
}

/* The state may have been changed by a person since the last pass. */
static bool check_running(struct engine *en, struct arena *a, struct err *e)
{
    struct sync_row row;
    if (!sync_get(en->store, a, en->set.sync_key, &row, e))
        return false;
    en->row.watermark_ms[0] = row.watermark_ms[0];
    en->row.watermark_ms[1] = row.watermark_ms[1];
    en->row.swept_ms = row.swept_ms;
    en->row.rejoins = row.rejoins;
    en->is_pardoned = row.reason != NULL;
    if (str_eq(row.state, SYNC_RUNNING))
        return true;
    return err_set(e, ERR_STATE, "%s is %s%s%s; start it with: tandem sync start %s", row.key, row.state,
                   row.reason ? ": " : "", row.reason ? row.reason : "", row.key);
}

/* What was `sent` when an earlier program ended is uncertain. Only a pass may say so: who reads the store beside a
 * running engine (verify) must not. */
static bool distrust_once(struct engine *en, struct err *e)
{
    if (en->has_distrusted || !op_distrust_sent(en->store, e))
        return en->has_distrusted;
    en->has_distrusted = true;
    return true;
}

static bool blow_fuse(struct engine *en, const struct err *why)
{
    struct err ignored = ERR_INIT; /* the fuse's own reason is what the caller must see */
    return store_begin(en->store, &ignored) &&
           (sync_set_state(en->store, en->row.id, SYNC_FUSED, why->text, &ignored) ? store_commit(en->store, &ignored)
                                                                                   : store_abandon(en->store));
}

/* The pardon was for what one pass finds, however often that is cut short. */
static bool end_pardon(struct engine *en, struct err *e)
{
    if (!en->is_pardoned || pass_is_stopping(en))
        return true;
    return store_begin(en->store, e) &&
           (sync_set_state(en->store, en->row.id, SYNC_RUNNING, NULL, e) ? store_commit(en->store, e)
                                                                         : store_abandon(en->store));
}

bool engine_count_waiting(struct engine *en, int64_t *r, struct err *e)
{
    int64_t inbox, ops, dirty;
    if (!inbox_count(en->store, en->row.id, &inbox, e) || !op_count_open(en->store, en->row.id, &ops, e) ||
        !pair_count_dirty(en->store, en->row.id, &dirty, e))
        return false;
    *r = inbox + ops + dirty;
    return true;
}

/* A daemon runs for months, and a site's clock is set right, or drifts. */
static bool compare_clocks(struct engine *en, struct arena *a, struct err *e)
{
    int64_t now = clock_now(en->clock);
    if (now < en->skew_looked_ms + CLOCKS_MS)
        return true;
    for (int s = 0; s < 2; s++) {
        struct tracker_info info;
        struct tracker *t = engine_tracker(en, (enum side)s);
        if (!t->ops->describe(t, a, &info, e))
            return false;
        en->info[s].skew_ms = info.skew_ms;
    }
    en->skew_looked_ms = now;
    return true;
}

bool engine_pass(struct engine *en, struct engine_counts *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    *r = (struct engine_counts){0};
    en->counts = r;
    en->deletions = 0;
    engine_forget_people(en);
    bool ok = check_running(en, &a, e) && distrust_once(en, e) && compare_clocks(en, &a, e) && poll_both(en, e) &&
              fingerprint_check(en, e) && rejoin(en, e) && pass_work(en, e) && panel_write_due(en, e) &&
              end_pardon(en, e) && engine_count_waiting(en, &r->waiting, e);
    arena_release(&a);
    if (!ok && e->kind == ERR_FUSE)
        blow_fuse(en, e);
    return ok;
}

static void add_counts(struct engine_counts *sum, const struct engine_counts *more)
{
    const int64_t *from = (const int64_t *)more;
    int64_t *to = (int64_t *)sum;
    int64_t waiting = more->waiting;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) /* the struct is nothing but counts */
        to[i] += from[i];
    sum->waiting = waiting;
}

bool engine_settle(struct engine *en, int limit, struct engine_counts *r, struct err *e)
{
    *r = (struct engine_counts){0};
    for (int i = 0; i < limit; i++) {
        struct engine_counts one;
        bool ok = engine_pass(en, &one, e);
        add_counts(r, &one);
        if (!ok)
            return false;
        if (!one.waiting)
            return true;
    }
    return true;
}

bool engine_resync(struct store *store, const char *sync_key, enum side from, const char *const *fields, size_t count,
                   struct err *e)
{
    struct arena a = ARENA_INIT;
    struct sync_row row;
    json_t *names = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(names, json_string(fields[i]));
    json_t *request = json_keep(&a, json_pack("{ss so}", "from", side_name(from), "fields", names));
    bool ok = sync_get(store, &a, sync_key, &row, e) && store_begin(store, e) &&
              (pair_mark_all(store, row.id, json_print(&a, request), true, e) ? store_commit(store, e)
                                                                              : store_abandon(store));
    arena_release(&a);
    return ok;
}
