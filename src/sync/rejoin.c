/* rejoin.c - after the store was put back, or made anew: what do the sites hold of ours that it does not remember?
 *
 * Every issue that we made carries the path it came along, whose last stop is its partner; every issue of a pair
 * carries a panel that names the partner's key. So the pairs are found again before anything is made; their bases are
 * not, and they meet as for the first time. Comments are found again pair by pair: plan_comments.c.
 *
 * An issue that somebody cloned carries the same path; the path belongs to the lowest id. */
#include "sync/internal.h"

#include "base/log.h"
#include "base/str.h"

#include <stdlib.h>

enum { READ_AT_ONCE = 50 };

/* An issue without a pair, and the id on the other side that it names. */
struct claim {
    enum side side;
    const char *id, *key, *partner, *token;
};

struct claims {
    struct arena *a;
    struct claim *list;
    size_t count;
};

static const char *partner_by_origin(const struct engine *en, enum side s, const struct tracker_issue *issue)
{
    const json_t *path = json_object_get(json_object_get(issue->properties, PANEL_ORIGIN_PROPERTY), "path");
    const json_t *last = json_array_get(path, json_array_size(path) - 1);
    enum side other = side_other(s);
    if (!json_array_size(path) || !str_eq(json_at_str(last, "site"), en->info[other].site_url) ||
        !str_eq(json_at_str(last, "project"), en->project[other].id))
        return NULL;
    return json_at_str(last, "issue");
}

/* Both panels must name each other: a clone carries one, too. */
static bool partner_by_panel(struct engine *en, struct arena *a, enum side s, const struct tracker_issue *issue,
                             const char **r, struct err *e)
{
    char *property = panel_property_key(a, en->row.key);
    const char *key = json_at_str(json_object_get(issue->properties, property), "partnerKey"), *id = NULL;
    enum side other = side_other(s);
    struct tracker *t = engine_tracker(en, other);
    const json_t *panel = NULL;
    struct err why = ERR_INIT;
    *r = NULL;
    if (!key)
        return true;
    if (!inbox_find_key(en->store, a, en->row.id, other, key, &id, e))
        return false;
    if (!id)
        return true;
    if (!t->ops->property_get(t, a, id, property, &panel, &why)) {
        if (err_scope(why.kind) == ERR_SCOPE_ITEM || err_scope(why.kind) == ERR_SCOPE_PAIR)
            return true; /* gone meanwhile */
        *e = why;
        return false;
    }
    if (str_eq(json_at_str(panel, "partnerKey"), issue->key))
        *r = id;
    return true;
}

static bool note_claim(struct engine *en, struct arena *a, struct claims *c, enum side s,
                       const struct tracker_issue *issue, struct err *e)
{
    const char *partner = partner_by_origin(en, s, issue);
    if (!partner && !partner_by_panel(en, a, s, issue, &partner, e))
        return false;
    if (!partner)
        return true;
    const char *token = json_at_str(json_object_get(issue->properties, TRACKER_TOKEN_PROPERTY), "token");
    *arena_push(c->a, c->list, c->count) = (struct claim){.side = s,
                                                          .id = arena_strdup(c->a, issue->id),
                                                          .key = arena_strdup(c->a, issue->key),
                                                          .partner = arena_strdup(c->a, partner),
                                                          .token = arena_strdup(c->a, token)};
    return true;
}

static bool read_claims(struct engine *en, struct claims *c, enum side s, const char *const *ids, size_t count,
                        struct err *e)
{
    struct arena a = ARENA_INIT;
    struct tracker *t = engine_tracker(en, s);
    const char *const properties[] = {TRACKER_TOKEN_PROPERTY, PANEL_ORIGIN_PROPERTY,
                                      panel_property_key(&a, en->row.key)};
    struct tracker_issue **found = arena_array(&a, struct tracker_issue *, count);
    struct tracker_read read = {
        .ids = ids, .id_count = count, .properties = properties, .property_count = ARRAY_LEN(properties)};
    bool ok = !count || t->ops->read(t, &a, &read, found, e);
    for (size_t i = 0; ok && i < count; i++)
        if (found[i] && str_eq(found[i]->project_id, en->project[s].id))
            ok = note_claim(en, &a, c, s, found[i], e);
    arena_release(&a);
    return ok;
}

/* Whatever waits in the inbox and has no pair, or one that is still without a partner. */
static bool collect(struct engine *en, struct claims *c, struct err *e)
{
    struct inbox_row last;
    bool ok = true, is_first = true, more = true;
    while (ok && more) {
        struct arena a = ARENA_INIT;
        struct inbox_row *rows;
        const char **ids[2] = {NULL, NULL};
        size_t count, id_count[2] = {0, 0};
        ok = inbox_list(en->store, &a, en->row.id, is_first ? NULL : &last, READ_AT_ONCE, &rows, &count, e);
        for (size_t i = 0; ok && i < count; i++) {
            struct pair pair;
            bool found = false;
            ok = pair_find(en->store, &a, en->row.id, rows[i].side, rows[i].issue_id, &pair, &found, e);
            if (ok && !found)
                *arena_push(&a, ids[rows[i].side], id_count[rows[i].side]) = rows[i].issue_id;
        }
        for (int s = 0; ok && s < 2; s++)
            ok = read_claims(en, c, (enum side)s, ids[s], id_count[s], e);
        more = ok && count;
        if (more) {
            last = rows[count - 1];
            last.issue_id = arena_strdup(c->a, last.issue_id);
            is_first = false;
        }
        arena_release(&a);
    }
    return ok;
}

static int by_id(const void *x, const void *y)
{
    const struct claim *a = x, *b = y;
    size_t m = strlen(a->id), n = strlen(b->id);
    return m != n ? (m < n ? -1 : 1) : strcmp(a->id, b->id);
}

static bool is_there(struct engine *en, struct arena *a, enum side s, const char *id, const char **key_r, struct err *e)
{
    struct tracker *t = engine_tracker(en, s);
    struct tracker_issue *found = NULL;
    struct tracker_read read = {.ids = &id, .id_count = 1};
    if (!t->ops->read(t, a, &read, &found, e))
        return false;
    *key_r = found && str_eq(found->project_id, en->project[s].id) ? found->key : NULL;
    return true;
}

/* The pair of the original was on its way when the store was kept: its partner was made by a later try, which the store
 * does not know. */
static bool complete(struct engine *en, struct arena *a, struct pair *pair, const struct claim *c, struct err *e)
{
    struct op *ops, known;
    size_t count;
    bool is_known = false;
    if (c->token && !op_find_token(en->store, a, c->token, &known, &is_known, e))
        return false;
    if (is_known) /* recovery finds it by that */
        return true;
    if (!op_list_open(en->store, a, en->row.id, pair->id, &ops, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (ops[i].kind == OP_CREATE && !settle_op(en, &ops[i], OP_RETIRED, "another try was done", e))
            return false;
    pair->issue_id[c->side] = c->id;
    pair->key[c->side] = c->key;
    pair->state = PAIR_OPEN;
    pair->is_dirty = pair->panel_due = pair->rejoins = true;
    return pair_update(en->store, pair, e);
}

static bool join(struct engine *en, struct arena *a, const struct claim *c, int64_t *joined, struct err *e)
{
    enum side other = side_other(c->side);
    struct pair pair, own;
    bool found, is_taken;
    const char *key = NULL;
    if (!pair_find(en->store, a, en->row.id, c->side, c->id, &own, &is_taken, e) ||
        !pair_find(en->store, a, en->row.id, other, c->partner, &pair, &found, e))
        return false;
    if (is_taken || (found && (pair.issue_id[c->side] || !str_eq(pair.state, PAIR_CREATING))))
        return true;
    ++*joined;
    if (found)
        return complete(en, a, &pair, c, e);
    if (!is_there(en, a, other, c->partner, &key, e))
        return false;
    if (!key) {
        --*joined;
        return true;
    }
    pair = (struct pair){.sync_id = en->row.id, .generation = 1, .state = PAIR_OPEN, .is_dirty = true};
    pair.panel_due = pair.rejoins = true;
    pair.first_sync_ms = clock_now(en->clock);
    pair.issue_id[c->side] = c->id;
    pair.key[c->side] = c->key;
    pair.issue_id[other] = c->partner;
    pair.key[other] = key;
    return pair_add(en->store, &pair, e);
}

bool rejoin(struct engine *en, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct claims c = {.a = &a};
    int64_t joined = 0;
    if (!en->row.rejoins)
        return true;
    bool ok = poll_everything(en, e) && collect(en, &c, e);
    if (ok && c.count)
        qsort(c.list, c.count, sizeof *c.list, by_id);
    ok = ok && store_group_begin(en->store, e);
    if (ok) {
        ok = store_begin(en->store, e);
        for (size_t i = 0; ok && i < c.count; i++)
            ok = join(en, &a, &c.list[i], &joined, e);
        ok = ok && pair_mark_rejoining(en->store, en->row.id, e) && sync_set_rejoins(en->store, en->row.id, false, e) &&
             store_commit(en->store, e);
        ok = store_group_end(en->store, ok || store_abandon(en->store), e);
    }
    arena_release(&a);
    if (ok) {
        en->row.rejoins = false;
        log_line(LOG_INFO, "%s: %lld pairs were found again on the sites", en->row.key, (long long)joined);
    }
    return ok;
}
