/* poll.c - brings what moved on both sides into the inbox.
 *
 * Every page is durable before the next is asked for; the watermark moves in the commit of the last page and only as
 * far as what was seen. A poll that ends early is simply done again: what was worked is known by (id, updated). */
#include "sync/internal.h"

#include "base/str.h"
#include "sync/mutant.h"

static bool keep_page(struct engine *en, enum side s, const struct tracker_seen *seen, size_t count, bool is_last,
                      int64_t *highest, struct err *e)
{
    if (!store_begin(en->store, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct inbox_row row = {s, seen[i].id, seen[i].key, seen[i].updated_ms};
        if (!inbox_see(en->store, en->row.id, &row, e))
            return store_abandon(en->store);
        if (seen[i].updated_ms > *highest)
            *highest = seen[i].updated_ms;
    }
    if (is_last && *highest > en->row.watermark_ms[s]) {
        if (!sync_set_watermark(en->store, en->row.id, s, *highest, e))
            return store_abandon(en->store);
        en->row.watermark_ms[s] = *highest;
    }
    return store_commit(en->store, e);
}

#ifdef TANDEM_MUTANTS
static bool move_watermark_early(struct engine *en, enum side s, struct err *e)
{
    return store_begin(en->store, e) &&
           (sync_set_watermark(en->store, en->row.id, s, clock_now(en->clock), e) ? store_commit(en->store, e)
                                                                                  : store_abandon(en->store));
}
#endif

/* How many issues of this side have a partner: what a full poll must show at least something of. A partner that is only
 * being made does not count. */
static bool count_partners(struct engine *en, enum side s, int64_t *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct pair *pairs;
    size_t count;
    bool ok = pair_list(en->store, &a, en->row.id, &pairs, &count, e);
    *r = 0;
    for (size_t i = 0; ok && i < count; i++)
        *r += str_eq(pairs[i].state, PAIR_OPEN) && pairs[i].issue_id[s];
    arena_release(&a);
    return ok;
}

static bool poll_side(struct engine *en, enum side s, int64_t since_ms, struct err *e)
{
    struct tracker *t = engine_tracker(en, s);
    struct arena pages = ARENA_INIT; /* the cursor lives from page to page */
    const char *cursor = NULL;
    int64_t highest = en->row.watermark_ms[s], seen_before = en->counts->seen;
    bool ok = true;
#ifdef TANDEM_MUTANTS
    if (MUTANT(MUTANT_WATERMARK_EARLY) && !move_watermark_early(en, s, e))
        return false;
#endif
    do {
        struct tracker_seen *seen;
        size_t count;
        ok = t->ops->poll(t, &pages, since_ms, en->config.connector[s].filter, &cursor, &seen, &count, e) &&
             (!(count || !cursor) || keep_page(en, s, seen, count, !cursor, &highest, e));
        if (ok)
            en->counts->seen += (int64_t)count;
    } while (ok && cursor);
    arena_release(&pages);
    int64_t pairs = 0;
    if (!ok || since_ms || en->is_pardoned || en->counts->seen != seen_before || !count_partners(en, s, &pairs, e))
        return ok && !e->kind;
    return !pairs ||
           err_set(e, ERR_FUSE,
                   "%s shows no issues at all, and %lld pairs are known: was it emptied, or has the sync user "
                   "lost sight of it? Nothing was changed. Look, then start the synchronization again",
                   en->project[s].key, (long long)pairs);
}

bool poll_everything(struct engine *en, struct err *e)
{
    return poll_side(en, SIDE_FIRST, 0, e) && poll_side(en, SIDE_SECOND, 0, e);
}

bool poll_both(struct engine *en, struct err *e)
{
    int64_t now = clock_now(en->clock);
    bool sweep = en->set.sweep_ms >= 0 && now - en->row.swept_ms >= en->set.sweep_ms;
    for (int s = 0; s < 2; s++)
        if (!poll_side(en, (enum side)s, sweep ? 0 : en->row.watermark_ms[s], e))
            return false;
    en->polled_ms = clock_now(en->clock);
    if (!sweep)
        return true;
    /* links, and deletions of comments, need not move `updated`: the sweep looks at every pair */
    if (!store_begin(en->store, e))
        return false;
    if (!pair_mark_all(en->store, en->row.id, NULL, false, e) || !sync_set_swept(en->store, en->row.id, now, e))
        return store_abandon(en->store);
    en->row.swept_ms = now;
    return store_commit(en->store, e);
}
