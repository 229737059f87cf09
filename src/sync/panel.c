/* panel.c - the sync info panel: what an issue shows of its pair.
 *
 * An issue property (machine-readable, does not touch `updated`, holds the times) and a remote link (for people,
 * written only when what it shows changes, since it may touch `updated` and each pass would cause the next). Both carry
 * the key of the synchronization, so that deleting one never deletes another's. Both are idempotent: no journal is
 * needed. */
#include "sync/internal.h"

#include "base/str.h"
#include "base/time_iso.h"

enum { PANELS_IN_A_COMMIT = 50 };

char *panel_property_key(struct arena *a, const char *sync_key)
{
    return arena_printf(a, "tandem.%s", sync_key);
}

static char *link_global_id(struct arena *a, const char *sync_key, const char *issue_id)
{
    return arena_printf(a, "tandem=%s&issueId=%s", sync_key, issue_id);
}

static const char *when(struct arena *a, int64_t ms)
{
    char text[TIME_ISO_BYTES] = "";
    if (ms)
        time_iso_utc(ms, text);
    return arena_strdup(a, text);
}

static const json_t *panel_value(struct engine *en, struct arena *a, const struct pair *p, enum side s)
{
    enum side other = side_other(s);
    struct tracker *t = engine_tracker(en, other);
    return json_keep(a, json_pack("{ss ss ss ss ss ss}", "synchronization", en->row.key, "partnerKey", p->key[other],
                                  "partnerUrl", t->ops->browse_url(t, a, p->key[other]), "state", "synchronized",
                                  "lastReceived", when(a, p->received_ms[s]), "lastSent", when(a, p->sent_ms[s])));
}

static bool write_link(struct engine *en, struct arena *a, struct pair *p, enum side s, struct err *e)
{
    enum side other = side_other(s);
    struct tracker *t = engine_tracker(en, s), *partner = engine_tracker(en, other);
    if (str_eq(p->link[s], p->key[other]))
        return true;
    struct tracker_remote_link link = {.global_id = link_global_id(a, en->row.key, p->issue_id[other]),
                                       .url = partner->ops->browse_url(partner, a, p->key[other]),
                                       .title = p->key[other],
                                       .summary = arena_printf(a, "in step by Tandem (%s)", en->row.key),
                                       .relationship = "synchronized with"};
    if (!t->ops->remote_link_set(t, a, p->issue_id[s], &link, e))
        return false;
    p->link[s] = p->key[other];
    return true;
}

static bool write_panel(struct engine *en, struct arena *a, struct pair *p, struct err *e)
{
    char *key = panel_property_key(a, en->row.key);
    bool is_whole = true;
    for (int s = 0; s < 2; s++) {
        struct tracker *t = engine_tracker(en, (enum side)s);
        struct err why = ERR_INIT;
        if (t->ops->property_set(t, a, p->issue_id[s], key, panel_value(en, a, p, (enum side)s), &why) &&
            write_link(en, a, p, (enum side)s, &why))
            continue;
        is_whole = false;
        enum err_scope scope = err_scope(why.kind);
        if (scope == ERR_SCOPE_SITE || scope == ERR_SCOPE_PROCESS || why.kind == ERR_UNCERTAIN) {
            *e = why; /* stays due: writing it again is harmless */
            return false;
        }
        struct work w = {.pair = *p};
        if (!store_begin(en->store, e))
            return false;
        if (!engine_open_finding(en, &w, s, "panel", "quarantine", &why, why.text, NULL, e))
            return store_abandon(en->store);
        if (!store_commit(en->store, e))
            return false;
    }
    p->panel_due = false;
    if (!store_begin(en->store, e))
        return false;
    return pair_update(en->store, p, e) &&
                   (!is_whole || finding_resolve(en->store, en->row.id, p->id, "panel", NULL, clock_now(en->clock), e))
               ? store_commit(en->store, e)
               : store_abandon(en->store);
}

bool panel_write_due(struct engine *en, struct err *e)
{
    struct arena all = ARENA_INIT, one = ARENA_INIT;
    struct pair *pairs;
    size_t count;
    bool ok = pair_list_panel_due(en->store, &all, en->row.id, &pairs, &count, e);
    for (size_t i = 0; ok && i < count; i += PANELS_IN_A_COMMIT) {
        ok = store_group_begin(en->store, e);
        for (size_t k = i; ok && k < count && k < i + PANELS_IN_A_COMMIT; k++) {
            if (pairs[k].issue_id[0] && pairs[k].issue_id[1])
                ok = write_panel(en, &one, &pairs[k], e);
            arena_clear(&one);
        }
        ok = store_group_end(en->store, ok, e);
    }
    arena_release(&one);
    arena_release(&all);
    return ok;
}

static bool clear_one(struct tracker *t, struct arena *a, const char *sync_key, const struct pair *p, enum side s,
                      int64_t *issues_r, struct err *e)
{
    struct err why = ERR_INIT;
    const char *partner = p->issue_id[side_other(s)];
    if (!p->issue_id[s])
        return true;
    bool ok =
        t->ops->property_delete(t, a, p->issue_id[s], panel_property_key(a, sync_key), &why) &&
        (!partner || t->ops->remote_link_delete(t, a, p->issue_id[s], link_global_id(a, sync_key, partner), &why));
    *issues_r += ok;
    if (ok || err_scope(why.kind) == ERR_SCOPE_PAIR || err_scope(why.kind) == ERR_SCOPE_ITEM)
        return true; /* an issue that is gone has no panel */
    *e = why;
    return false;
}

bool engine_clear_side(struct store *store, const char *sync_key, enum side s, struct tracker *t, int64_t *issues_r,
                       struct err *e)
{
    struct arena all = ARENA_INIT, one = ARENA_INIT;
    struct sync_row row;
    struct pair *pairs;
    size_t count;
    *issues_r = 0;
    bool ok = sync_get(store, &all, sync_key, &row, e) && pair_list(store, &all, row.id, &pairs, &count, e);
    for (size_t i = 0; ok && i < count; i++) {
        ok = clear_one(t, &one, sync_key, &pairs[i], s, issues_r, e);
        arena_clear(&one);
    }
    ok = ok && fingerprint_end(&row, t, e);
    arena_release(&one);
    arena_release(&all);
    return ok;
}

bool engine_clear_panels(struct engine *en, int64_t *issues_r, struct err *e)
{
    int64_t count[2] = {0, 0};
    bool ok = true;
    for (int s = 0; ok && s < 2; s++)
        ok = engine_clear_side(en->store, en->row.key, (enum side)s, engine_tracker(en, (enum side)s), &count[s], e);
    *issues_r = count[0] + count[1];
    return ok;
}
