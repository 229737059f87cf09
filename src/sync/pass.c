/* pass.c - the batch loop: read both sides, settle what was replied, diff, plan, journal, write; and again until
 * nothing is left to write. The read that opens a round is the read-back of the round before. */
#include "sync/pass.h"

#include "base/str.h"
#include "sync/mutant.h"

enum { ROUNDS = 24, LIVE_MS = 30 * 1000, LIVE_LIMIT = 500, NAP_MS = 1000 };

/* --- what the store knows --- */

bool batch_load(struct batch *b, struct work *w, struct err *e)
{
    struct store *s = b->en->store;
    return base_list(s, b->a, w->pair.id, &w->bases, &w->base_count, e) &&
           comment_list(s, b->a, w->pair.id, &w->comments, &w->comment_count, e) &&
           op_list_open(s, b->a, b->en->row.id, w->pair.id, &w->ops, &w->op_count, e) &&
           op_list_retired(s, b->a, w->pair.id, &w->retired, &w->retired_count, e) &&
           finding_list(s, b->a, b->en->row.id, w->pair.id, &w->findings, &w->finding_count, e);
}

struct op *work_creation(struct work *w)
{
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == OP_CREATE)
            return &w->ops[i];
    return NULL;
}

bool work_has_op(const struct work *w, enum op_kind kind, enum op_state state)
{
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == kind && w->ops[i].state == state)
            return true;
    return false;
}

static unsigned wants(const struct work *w)
{
    bool proof = w->wants_history || work_has_op(w, OP_CREATE, OP_REPLIED);
    for (int k = OP_UPDATE; k <= OP_TRANSITION; k++)
        proof = proof || work_has_op(w, (enum op_kind)k, OP_REPLIED) || work_has_op(w, (enum op_kind)k, OP_UNCERTAIN);
    bool tokens = work_has_op(w, OP_COMMENT_ADD, OP_UNCERTAIN);
    return TRACKER_COMMENTS | (proof ? TRACKER_HISTORY : 0u) | (tokens ? TRACKER_COMMENT_TOKENS : 0u);
}

/* --- reading --- */

static bool read_group(struct batch *b, enum side s, unsigned want, struct err *e)
{
    struct tracker *t = engine_tracker(b->en, s);
    const char **ids = NULL;
    struct work **who = NULL;
    size_t count = 0, whos = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct work *w = b->works[i];
        if (!w->is_active || wants(w) != want || !w->pair.issue_id[s])
            continue;
        *arena_push(b->a, ids, count) = w->pair.issue_id[s];
        *arena_push(b->a, who, whos) = w;
    }
    if (!count)
        return true;
    struct tracker_issue **found = arena_array(b->a, struct tracker_issue *, count);
    struct tracker_read read = {.ids = ids,
                                .id_count = count,
                                .fields = b->en->read_fields[s],
                                .field_count = b->en->read_field_count[s],
                                .want = want};
    if (!t->ops->read(t, b->a, &read, found, e))
        return false;
    for (size_t i = 0; i < count; i++)
        who[i]->issue[s] = found[i];
    return true;
}

static bool read_all(struct batch *b, struct err *e)
{
    static const unsigned GROUPS[] = {
        TRACKER_COMMENTS,
        TRACKER_COMMENTS | TRACKER_HISTORY,
        TRACKER_COMMENTS | TRACKER_COMMENT_TOKENS,
        TRACKER_COMMENTS | TRACKER_HISTORY | TRACKER_COMMENT_TOKENS,
    };
    for (int s = 0; s < 2; s++)
        for (size_t g = 0; g < ARRAY_LEN(GROUPS); g++)
            if (!read_group(b, (enum side)s, GROUPS[g], e))
                return false;
    return true;
}

/* --- planning --- */

static bool keep_plan(struct batch *b, struct work *w, const struct plan *plan, struct err *e)
{
    struct engine *en = b->en;
    if (!plan->settle_count && !plan->finding_count && !plan->resolved_count && !plan->new_row_count &&
        !plan->changed_row_count && !plan->closed_count)
        return true;
    if (!store_begin(en->store, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < plan->settle_count; i++)
        ok = base_set(en->store, w->pair.id, plan->settles[i].item, value_to_json(b->a, &plan->settles[i].base[0]),
                      value_to_json(b->a, &plan->settles[i].base[1]), e);
    for (size_t i = 0; ok && i < plan->finding_count; i++)
        ok = finding_open(en->store, &plan->findings[i], e);
    for (size_t i = 0; ok && i < plan->resolved_count; i++)
        ok = finding_resolve(en->store, en->row.id, w->pair.id, plan->resolved[i], NULL, clock_now(en->clock), e);
    int64_t closed;
    for (size_t i = 0; ok && i < plan->closed_count; i++)
        ok = finding_close(en->store, en->row.id, plan->closed[i], clock_now(en->clock), &closed, e);
    for (size_t i = 0; ok && i < plan->new_row_count; i++)
        ok = comment_add(en->store, &plan->new_rows[i], e);
    for (size_t i = 0; ok && i < plan->changed_row_count; i++)
        ok = comment_update(en->store, &plan->changed_rows[i], e);
    en->counts->findings += (int64_t)plan->finding_count;
    en->counts->settled_without_writing += (int64_t)plan->settle_count;
    return ok ? store_commit(en->store, e) : store_abandon(en->store);
}

static bool plan_work(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    struct plan plan;
    struct mapping mapping = en->mapping; /* of this pair: its texts name its files */
    mapping.issue[0] = w->issue[0];
    mapping.issue[1] = w->issue[1];
    struct plan_input in = {.mapping = &mapping,
                            .info = en->info,
                            .now_ms = clock_now(en->clock),
                            .sync_id = en->row.id,
                            .times_known = w->wants_history,
                            .skew_ms = {en->info[0].skew_ms, en->info[1].skew_ms}};
    plan_pair(&in, b->a, w, &plan);
    w->one_by_one = w->walks_later = false;
    if (!keep_plan(b, w, &plan, e))
        return false;
    if (plan.settle_count && !batch_load(b, w, e))
        return false;
    w->wants_history = plan.need_times;
    if (plan.status.is_due && !status_walk(en, b->a, w, &plan.status, e))
        return false;
    for (size_t i = 0; i < plan.vanished_count; i++)
        if (!vanished_comment(b, w, &plan.vanished[i], e))
            return false;
    w->is_active = w->due_count || plan.need_times || plan.wants_more || w->walks_later;
    if (!plan.need_times)
        w->pair.resync = NULL; /* asked for once: what it sends is on its way */
    return true;
}

/* One work in one round, after the read. */
static bool advance(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    w->due = NULL;
    w->due_count = 0;
    if (str_eq(w->pair.state, PAIR_CREATING)) {
        if (!birth_advance(b, w, e))
            return false;
        if (!str_eq(w->pair.state, PAIR_OPEN))
            return true;
    }
    for (int s = 0; s < 2; s++)
        if (vanished_is_missing(en, w, (enum side)s))
            return vanished_note(b, w, (enum side)s, e);
    if (!vanished_came_back(b, w, e))
        return false;
    for (int s = 0; s < 2; s++)
        if (!str_eq(w->pair.key[s], w->issue[s]->key)) { /* moved or renamed: the key is an attribute */
            w->pair.key[s] = w->issue[s]->key;
            w->pair.panel_due = true;
        }
    return recover_pair(en, b->a, w, e) && batch_load(b, w, e) && settle_pair(en, b->a, w, e) && batch_load(b, w, e) &&
           suspects_judge(b, w, e) && plan_work(b, w, e);
}

/* --- a batch --- */

static bool finish(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    if (w->is_active || w->is_waiting) /* rounds ran out, or something is uncertain: it stays in the inbox */
        return true;
    w->pair.is_dirty = w->pair.rejoins = false;
    w->pair.resync = NULL;
    for (int s = 0; s < 2; s++) {
        if (!w->issue[s])
            continue;
        w->pair.seen_ms[s] = w->issue[s]->updated_ms;
        if (!inbox_done(en->store, en->row.id, (enum side)s, w->issue[s]->id, w->issue[s]->updated_ms, e))
            return false;
    }
    for (int s = 0; s < 2; s++) /* what we cannot see any more is worked too, until it moves again */
        if (w->pair.issue_id[s] && !w->issue[s] &&
            !inbox_done(en->store, en->row.id, (enum side)s, w->pair.issue_id[s], w->pair.seen_ms[s], e))
            return false;
    return pair_update(en->store, &w->pair, e);
}

/* Everything that this round proves and decides becomes durable together, before the next write leaves. */
static bool advance_all(struct batch *b, struct err *e)
{
    if (!store_group_begin(b->en->store, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < b->count; i++)
        ok = !b->works[i]->is_active || advance(b, b->works[i], e);
    return store_group_end(b->en->store, ok, e);
}

static bool round_once(struct batch *b, bool *more_r, struct err *e)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->works[i]->is_active && (!batch_load(b, b->works[i], e) || !birth_look_for_partner(b, b->works[i], e)))
            return false;
    if (!read_all(b, e) || !vanished_check_fuse(b, e))
        return false;
    b->en->is_exploring[0] = b->en->is_exploring[1] = false;
    if (!advance_all(b, e) || !apply_all(b->en, b->a, b->works, b->count, e))
        return false;
    *more_r = false;
    for (size_t i = 0; i < b->count; i++) {
        b->works[i]->due_count = 0;
        *more_r = *more_r || b->works[i]->is_active;
    }
    return true;
}

static bool run_batch(struct batch *b, struct err *e)
{
    bool more = b->count > 0;
    for (int i = 0; more && i < ROUNDS; i++)
        if (!round_once(b, &more, e))
            return false;
    if (!b->count)
        return true;
    if (!store_begin(b->en->store, e))
        return false;
    for (size_t i = 0; i < b->count; i++)
        if (!finish(b, b->works[i], e))
            return store_abandon(b->en->store);
    return store_commit(b->en->store, e);
}

/* --- what waits --- */

static void add_work(struct batch *b, const struct pair *pair, bool is_new)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->works[i]->pair.id == pair->id)
            return;
    struct work *w = arena_new(b->a, struct work);
    w->pair = *pair;
    w->is_active = true;
    w->is_new = is_new;
    *arena_push(b->a, b->works, b->count) = w;
}

static bool worked(struct engine *en, const struct inbox_row *row, struct err *e)
{
    return store_begin(en->store, e) &&
           (inbox_done(en->store, en->row.id, row->side, row->issue_id, row->updated_ms, e) ? store_commit(en->store, e)
                                                                                            : store_abandon(en->store));
}

/* Unpaired issues of one side: read them with token and origin, make pairs of those that take part. */
static bool consider(struct batch *b, enum side s, const struct inbox_row *rows, size_t count, struct err *e)
{
    static const char *const PROPERTIES[] = {TRACKER_TOKEN_PROPERTY, PANEL_ORIGIN_PROPERTY};
    struct engine *en = b->en;
    struct tracker *t = engine_tracker(en, s);
    const char **ids = arena_array(b->a, const char *, count);
    struct tracker_issue **found = arena_array(b->a, struct tracker_issue *, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].issue_id;
    struct tracker_read read = {.ids = ids,
                                .id_count = count,
                                .fields = en->read_fields[s],
                                .field_count = en->read_field_count[s],
                                .properties = PROPERTIES,
                                .property_count = ARRAY_LEN(PROPERTIES)};
    if (count && !t->ops->read(t, b->a, &read, found, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct work *w = NULL;
        bool waits = false;
        if (found[i] && !create_consider(en, b->a, &rows[i], found[i], &w, &waits, e))
            return false;
        if (w)
            add_work(b, &w->pair, true);
        else if (!waits && !worked(en, &rows[i], e))
            return false;
    }
    return true;
}

static bool sort_rows(struct batch *b, const struct inbox_row *rows, size_t count, struct err *e)
{
    struct inbox_row *unpaired[2] = {NULL, NULL};
    size_t unpaired_count[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        struct pair pair;
        bool found;
        if (!pair_find(b->en->store, b->a, b->en->row.id, rows[i].side, rows[i].issue_id, &pair, &found, e))
            return false;
        if (found && (str_eq(pair.state, PAIR_OPEN) || str_eq(pair.state, PAIR_CREATING)))
            add_work(b, &pair, false);
        else if (found && !worked(b->en, &rows[i], e))
            return false;
        else if (!found)
            *arena_push(b->a, unpaired[rows[i].side], unpaired_count[rows[i].side]) = rows[i];
    }
    return consider(b, SIDE_FIRST, unpaired[0], unpaired_count[0], e) &&
           consider(b, SIDE_SECOND, unpaired[1], unpaired_count[1], e);
}

static bool work_rows(struct engine *en, const struct inbox_row *rows, size_t count, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct batch b = {.en = en, .a = &a};
    bool ok = store_group_begin(en->store, e) && store_group_end(en->store, sort_rows(&b, rows, count, e), e) &&
              run_batch(&b, e);
    arena_release(&a);
    return ok;
}

static bool work_pairs(struct engine *en, const struct pair *pairs, size_t count, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct batch b = {.en = en, .a = &a};
    for (size_t i = 0; i < count; i++)
        if (str_eq(pairs[i].state, PAIR_OPEN) || str_eq(pairs[i].state, PAIR_CREATING))
            add_work(&b, &pairs[i], false);
    bool ok = run_batch(&b, e);
    arena_release(&a);
    return ok;
}

/* Pairs with an op under way come first: recovery before anything new. */
static bool work_open_ops(struct engine *en, struct arena *a, struct err *e)
{
    struct op *ops;
    struct pair *pairs = NULL;
    size_t count, pair_count = 0;
    int64_t last = 0;
    if (!op_list_open(en->store, a, en->row.id, 0, &ops, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (ops[i].pair_id == last)
            continue;
        last = ops[i].pair_id;
        if (!pair_get(en->store, a, last, arena_push(a, pairs, pair_count), e))
            return false;
    }
    for (size_t i = 0; i < pair_count; i += en->set.batch)
        if (!work_pairs(en, pairs + i, pair_count - i < en->set.batch ? pair_count - i : en->set.batch, e))
            return false;
    return true;
}

bool pass_is_stopping(const struct engine *en)
{
    return en->set.is_stopping && en->set.is_stopping(en->set.context);
}

/* --- a whole pass --- */

static bool work_live(struct engine *en, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct inbox_row *rows;
    size_t count;
    bool ok = inbox_list_paired(en->store, &a, en->row.id, LIVE_LIMIT, &rows, &count, e);
    for (size_t i = 0; ok && i < count && !pass_is_stopping(en); i += en->set.batch)
        ok = work_rows(en, rows + i, count - i < en->set.batch ? count - i : en->set.batch, e);
    arena_release(&a);
    return ok;
}

/* People's edits do not wait for the end of a long piece of work. */
static bool yield_to_live(struct engine *en, struct err *e)
{
    return clock_now(en->clock) - en->polled_ms < LIVE_MS || (poll_both(en, e) && work_live(en, e));
}

static bool work_dirty(struct engine *en, struct err *e)
{
    int64_t after = 0;
    bool ok = true, more = true;
    while (ok && more && !pass_is_stopping(en)) {
        struct arena a = ARENA_INIT;
        struct pair *pairs;
        size_t count;
        ok = pair_list_dirty(en->store, &a, en->row.id, after, en->set.batch, &pairs, &count, e);
        more = ok && count;
        if (more) {
            after = pairs[count - 1].id;
            ok = work_pairs(en, pairs, count, e) && yield_to_live(en, e);
        }
        arena_release(&a);
    }
    return ok;
}

/* Every row that waits, once: those that go on waiting are passed by, and what comes in meanwhile is for yield_to_live
 * and the next pass. */
static bool work_backlog(struct engine *en, struct err *e)
{
    struct inbox_row last;
    bool ok = true, is_first = true;
    int64_t left, done = 0;
    if (!inbox_count(en->store, en->row.id, &left, e))
        return false;
    while (ok && left > 0 && !pass_is_stopping(en)) {
        struct arena a = ARENA_INIT;
        struct inbox_row *rows;
        size_t count;
        ok = inbox_list(en->store, &a, en->row.id, is_first ? NULL : &last, en->set.batch, &rows, &count, e);
        if (ok && count) {
            last = rows[count - 1];
            last.issue_id = arena_strdup(en->pass_life, last.issue_id);
            last.key = "";
            is_first = false;
            ok = work_rows(en, rows, count, e) && yield_to_live(en, e);
        }
        arena_release(&a);
        done += (int64_t)count;
        left = count ? left - (int64_t)count : 0;
        if (ok && count && en->set.progress)
            en->set.progress(en->set.context, done, left > 0 ? left : 0);
    }
    return ok;
}

static void nap_until(struct engine *en, int64_t when)
{
    for (int64_t left; (left = when - clock_now(en->clock)) > 0 && !pass_is_stopping(en);)
        clock_sleep(en->clock, left < NAP_MS ? left : NAP_MS);
}

/* Takes the batch whose time comes first out of what was put off. */
static bool take_paced(struct engine *en, struct arena *a, struct pair **r, size_t *count_r, struct err *e)
{
    size_t kept = 0;
    int64_t first = INT64_MAX;
    *r = NULL;
    *count_r = 0;
    for (size_t i = 0; i < en->paced_count; i++)
        first = en->paced[i].until_ms < first ? en->paced[i].until_ms : first;
    nap_until(en, first);
    for (size_t i = 0; i < en->paced_count; i++)
        if (en->paced[i].until_ms > clock_now(en->clock) || *count_r == en->set.batch)
            en->paced[kept++] = en->paced[i];
        else if (!pair_get(en->store, a, en->paced[i].pair_id, arena_push(a, *r, *count_r), e))
            return false;
    en->paced_count = kept;
    return true;
}

static bool work_paced(struct engine *en, struct err *e)
{
    bool ok = true;
    while (ok && en->paced_count && !pass_is_stopping(en)) {
        struct arena a = ARENA_INIT;
        struct pair *pairs;
        size_t count;
        ok = take_paced(en, &a, &pairs, &count, e) && yield_to_live(en, e) && work_pairs(en, pairs, count, e);
        arena_release(&a);
    }
    return ok;
}

bool pass_work(struct engine *en, struct err *e)
{
    struct arena a = ARENA_INIT;
    en->pass_life = &a;
    bool ok =
        work_open_ops(en, &a, e) && work_live(en, e) && work_dirty(en, e) && work_backlog(en, e) && work_paced(en, e);
    en->known_key[0] = en->known_key[1] = NULL;
    en->has_known_key[0] = en->has_known_key[1] = false;
    en->paced = NULL;
    en->paced_count = 0;
    en->pass_life = NULL;
    arena_release(&a);
    return ok;
}
