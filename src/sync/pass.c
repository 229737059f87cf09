/* pass.c - the batch loop: read both sides, settle what was replied, diff, plan, journal, write; and again until
 * nothing is left to write. The read that opens a round is the read-back of the round before. */
#include "sync/pass.h"

#include "base/str.h"
#include "sync/mutant.h"

enum { ROUNDS = 24, INBOX_LIMIT = 2000, FUSE_MISSING = 5, FUSE_DELETIONS = 25 };

struct batch {
    struct engine *en;
    struct arena *a; /* as long as the batch */
    struct work **works;
    size_t count;
};

/* --- what the store knows --- */

static bool load(struct batch *b, struct work *w, struct err *e)
{
    struct store *s = b->en->store;
    return base_list(s, b->a, w->pair.id, &w->bases, &w->base_count, e) &&
           comment_list(s, b->a, w->pair.id, &w->comments, &w->comment_count, e) &&
           op_list_open(s, b->a, b->en->row.id, w->pair.id, &w->ops, &w->op_count, e) &&
           finding_list(s, b->a, b->en->row.id, w->pair.id, &w->findings, &w->finding_count, e);
}

static struct op *creation(struct work *w)
{
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == OP_CREATE)
            return &w->ops[i];
    return NULL;
}

static bool has_op(const struct work *w, enum op_kind kind, enum op_state state)
{
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == kind && w->ops[i].state == state)
            return true;
    return false;
}

static unsigned wants(const struct work *w)
{
    bool proof = w->wants_history || has_op(w, OP_CREATE, OP_REPLIED);
    for (int k = OP_UPDATE; k <= OP_TRANSITION; k++)
        proof = proof || has_op(w, (enum op_kind)k, OP_REPLIED) || has_op(w, (enum op_kind)k, OP_UNCERTAIN);
    bool tokens = has_op(w, OP_COMMENT_ADD, OP_UNCERTAIN);
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

/* --- creations --- */

/* The value a new issue had in a field before anybody else touched it. */
static struct value at_birth(struct arena *a, const struct tracker_issue *issue, const char *field,
                             const struct value *intended)
{
    struct value now = tracker_issue_value(issue, field);
    for (size_t i = 0; i < issue->history_count; i++)
        if (item_history_matches(&issue->history[i], field, NULL))
            return intended ? *intended : item_history_value(a, &issue->history[i], &now, false);
    return now;
}

static bool set_birth_bases(struct batch *b, struct work *w, const struct op *op, struct err *e)
{
    struct engine *en = b->en;
    enum side own = op->side, from = side_other(own);
    struct value none = {.kind = VALUE_NONE}, initial = at_birth(b->a, w->issue[own], ITEM_STATUS, NULL);
    const json_t *base[2], *entry;
    size_t i;
    for (i = 0; i < en->config.field_count; i++) { /* what was not sent is agreed as it is */
        const struct config_field *f = &en->config.fields[i];
        struct value theirs = tracker_issue_value(w->issue[from], f->half[from].id);
        struct value ours = at_birth(b->a, w->issue[own], f->half[own].id, NULL);
        if (!value_is_empty(&theirs))
            continue;
        base[from] = value_to_json(b->a, &theirs);
        base[own] = value_to_json(b->a, &ours);
        if (!base_set(en->store, w->pair.id, item_of_field(f), base[0], base[1], e))
            return false;
    }
    json_array_foreach (json_object_get(op->body, "fields"), i, entry) {
        struct journal_entry sent;
        if (!journal_entry_read(b->a, entry, &sent, e))
            return false;
        if (str_eq(sent.item, "parent")) /* set once; what happens to it later is not followed yet */
            continue;
        struct value born = at_birth(b->a, w->issue[own], sent.field_id, &sent.intended);
        base[own] = value_to_json(b->a, &born);
        base[from] = value_to_json(b->a, &sent.other);
        if (!base_set(en->store, w->pair.id, sent.item, base[0], base[1], e))
            return false;
    }
    base[own] = value_to_json(b->a, &initial); /* not agreed yet: the origin's status has still to be walked to */
    base[from] = value_to_json(b->a, &none);
    return base_set(en->store, w->pair.id, ITEM_STATUS, base[0], base[1], e);
}

static bool settle_creation(struct batch *b, struct work *w, struct op *op, struct err *e)
{
    struct engine *en = b->en;
    enum side own = op->side;
    int64_t now = clock_now(en->clock);
    w->pair.key[own] = w->issue[own]->key;
    w->pair.state = PAIR_OPEN;
    w->pair.first_sync_ms = now;
    w->pair.received_ms[own] = w->pair.sent_ms[side_other(own)] = now;
    w->pair.panel_due = true;
    struct inbox_row row = {own, w->issue[own]->id, w->issue[own]->key, w->issue[own]->updated_ms};
    if (!store_begin(en->store, e))
        return false;
    if (!set_birth_bases(b, w, op, e) || !pair_update(en->store, &w->pair, e) ||
        !inbox_see(en->store, en->row.id, &row, e) ||
        !finding_resolve(en->store, en->row.id, w->pair.id, ITEM_ISSUE, NULL, now, e) ||
        !settle_op(en, op, OP_SETTLED, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e) && load(b, w, e);
}

/* Before the read: find out whether the partner exists, and under which id. */
static bool look_for_partner(struct batch *b, struct work *w, struct err *e)
{
    struct op *op;
    if (!str_eq(w->pair.state, PAIR_CREATING) || !(op = creation(w)))
        return true;
    if (op->state == OP_UNCERTAIN && (!recover_creation(b->en, b->a, w, e) || !load(b, w, e)))
        return false;
    op = creation(w);
    if (op && op->state == OP_REPLIED)
        w->pair.issue_id[op->side] = json_at_str(op->reply, "id");
    return true;
}

/* --- what has vanished --- */

static bool open_standing(struct engine *en, struct work *w, int side, const char *item, const char *kind,
                          const char *text, struct err *e)
{
    for (size_t i = 0; i < w->finding_count; i++)
        if (str_eq(w->findings[i].item, item) && str_eq(w->findings[i].kind, kind))
            return true;
    return store_begin(en->store, e) &&
           (engine_open_finding(en, w, side, item, kind, NULL, text, NULL, e) ? store_commit(en->store, e)
                                                                              : store_abandon(en->store));
}

static bool is_missing(const struct engine *en, const struct work *w, enum side s)
{
    return w->pair.issue_id[s] && (!w->issue[s] || !str_eq(w->issue[s]->project_id, en->project[s].id));
}

static bool check_fuse(const struct batch *b, struct err *e)
{
    for (int s = 0; s < 2; s++) {
        size_t missing = 0, active = 0;
        for (size_t i = 0; i < b->count; i++) {
            active += b->works[i]->is_active;
            missing += b->works[i]->is_active && is_missing(b->en, b->works[i], (enum side)s);
        }
        if (missing >= FUSE_MISSING && missing * 5 > active)
            return err_set(e, ERR_FUSE,
                           "%zu of %zu issues of %s that were looked at are not there or not visible any more. Nothing "
                           "was changed. Look whether they were deleted or the sync user lost its rights, then start "
                           "the synchronization again",
                           missing, active, b->en->project[s].key);
    }
    return true;
}

static bool note_missing(struct batch *b, struct work *w, enum side s, struct err *e)
{
    const char *text = w->issue[s]
                           ? arena_printf(b->a, "%s is now %s in another project and takes no part any more",
                                          w->pair.key[s], w->issue[s]->key)
                           : arena_printf(b->a,
                                          "%s is not there or not visible any more; its partner %s stays as it is. "
                                          "Create a new partner issue, or ignore the pair from now on",
                                          w->pair.key[s], w->pair.key[side_other(s)]);
    w->is_active = false;
    return open_standing(b->en, w, (int)s, ITEM_ISSUE, "gone", text, e);
}

/* Neighbours on the same issue that we know of and still see. */
static bool sees_neighbours(const struct work *w, enum side s, const char *except)
{
    size_t known = 0, seen = 0;
    for (size_t i = 0; i < w->comment_count; i++) {
        const struct comment_row *row = &w->comments[i];
        bool live = str_eq(row->state, "open") || str_eq(row->state, "restricted");
        if (!live || !row->comment_id[s] || str_eq(row->comment_id[s], except))
            continue;
        known++;
        for (size_t k = 0; k < w->issue[s]->comment_count; k++)
            seen += str_eq(w->issue[s]->comments[k].id, row->comment_id[s]);
    }
    return !known || seen;
}

enum proof { PROOF_DELETED, PROOF_THERE, PROOF_NONE };

/* Deletion needs proof: the item answers 404, its issue was just read, its neighbours are visible, and the account is
 * the one we know. What was restricted may only have become invisible to us. */
static bool prove(struct batch *b, struct work *w, const struct comment_row *row, enum side s, enum proof *r,
                  struct err *e)
{
    struct tracker *t = engine_tracker(b->en, s);
    struct tracker_comment c;
    struct tracker_info info;
    struct err why = ERR_INIT;
    *r = PROOF_NONE;
    if (MUTANT(MUTANT_DELETE_WITHOUT_PROOF)) {
        *r = PROOF_DELETED;
        return true;
    }
    if (str_eq(row->state, "restricted"))
        return true;
    if (t->ops->comment_get(t, b->a, w->pair.issue_id[s], row->comment_id[s], &c, &why)) {
        *r = PROOF_THERE;
        return true;
    }
    if (why.kind != ERR_GONE) {
        *e = why;
        return err_scope(why.kind) < ERR_SCOPE_SITE;
    }
    if (!t->ops->describe(t, b->a, &info, e))
        return false;
    if (str_eq(info.account_id, b->en->info[s].account_id) && sees_neighbours(w, s, row->comment_id[s]))
        *r = PROOF_DELETED;
    return true;
}

static bool vanished_copy(struct batch *b, struct work *w, struct comment_row *row, enum side s, const char *item,
                          struct err *e)
{
    struct engine *en = b->en;
    const char *text = arena_printf(b->a, "the copy of comment %s of %s was deleted in %s; it is not made again",
                                    row->comment_id[side_other(s)], w->pair.key[side_other(s)], w->pair.key[s]);
    row->state = "kept";
    if (!store_begin(en->store, e))
        return false;
    if (!comment_update(en->store, row, e) || !engine_open_finding(en, w, (int)s, item, "lost", NULL, text, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e);
}

static bool vanished_origin(struct batch *b, struct work *w, struct comment_row *row, bool copy_is_there,
                            const char *item, struct err *e)
{
    struct engine *en = b->en;
    enum side to = side_other(row->origin);
    if (!copy_is_there) {
        row->state = "deleted";
        return store_begin(en->store, e) &&
               (comment_update(en->store, row, e) ? store_commit(en->store, e) : store_abandon(en->store));
    }
    if (++en->deletions > FUSE_DELETIONS)
        return err_set(e, ERR_FUSE,
                       "more than %d comments were deleted on %s since the last pass; nothing of that was carried over "
                       "after the first %d. Look, then start the synchronization again to go on",
                       FUSE_DELETIONS, en->project[row->origin].key, FUSE_DELETIONS);
    json_t *body =
        json_pack("{sI ss ss*}", "row", (json_int_t)row->id, "commentId", row->comment_id[to], "was", row->base[to]);
    journal_due(b->a, w, to, OP_COMMENT_DELETE, item, body);
    return true;
}

static bool shows(const struct work *w, enum side s, const char *comment_id)
{
    for (size_t i = 0; i < w->issue[s]->comment_count; i++)
        if (str_eq(w->issue[s]->comments[i].id, comment_id))
            return true;
    return false;
}

static bool handle_vanished(struct batch *b, struct work *w, struct comment_row *row, struct err *e)
{
    enum side from = row->origin, to = side_other(from);
    bool origin_there = shows(w, from, row->comment_id[from]), copy_there = shows(w, to, row->comment_id[to]);
    enum side gone = origin_there ? to : from;
    const char *item = item_of_comment(b->a, from, row->comment_id[from]);
    enum proof proof;
    if (!prove(b, w, row, gone, &proof, e))
        return false;
    if (proof == PROOF_THERE) { /* the list came short; look again next time */
        w->is_waiting = true;
        return true;
    }
    if (proof == PROOF_NONE)
        return open_standing(b->en, w, (int)gone, item, "unseen",
                             arena_printf(b->a,
                                          "comment %s of %s does not show any more, but nothing proves that it was "
                                          "deleted; its partner stays",
                                          row->comment_id[gone], w->pair.key[gone]),
                             e);
    return gone == to ? vanished_copy(b, w, row, to, item, e) : vanished_origin(b, w, row, copy_there, item, e);
}

/* --- comments that may be ours --- */

static bool open_comment_twin(struct batch *b, struct work *w, enum side s, const struct tracker_comment *c,
                              const char *origin, struct err *e)
{
    struct engine *en = b->en;
    struct comment_row row = {.pair_id = w->pair.id, .origin = s, .state = "known"};
    row.comment_id[s] = c->id;
    row.base[s] = c->body;
    const char *text = arena_printf(b->a, "comment %s of %s is a second copy of a comment%s%s of %s: a creation that was given "
                                          "up for lost was done after all. Delete one of the two",
                                    c->id, w->pair.key[s], origin ? " " : "", origin ? origin : "",
                                    w->pair.key[side_other(s)]);
    if (!store_begin(en->store, e))
        return false;
    if (!comment_add(en->store, &row, e) ||
        !engine_open_finding(en, w, (int)s, item_of_comment(b->a, s, c->id), "twin", NULL, text, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e) && load(b, w, e);
}

/* Where a site drops properties: it carries an author line of ours and says what a copy of ours says. */
static bool is_copy_without_token(const struct batch *b, const struct work *w, enum side s, const struct tracker_comment *c)
{
    struct value is = value_rich(c->body);
    if (!str_eq(c->author_id, b->en->info[s].account_id) ||
        mapping_comment_strip(&b->en->mapping, b->a, s, c->body) == c->body)
        return false;
    for (size_t i = 0; i < w->comment_count; i++) {
        struct value copy = value_rich(w->comments[i].base[s]);
        if (w->comments[i].origin != s && w->comments[i].comment_id[s] && value_equal(&is, &copy))
            return true;
    }
    return false;
}

/* A comment by the acting user that no row knows may be a copy whose reply was lost long ago. */
static bool judge_suspect(struct batch *b, struct work *w, enum side s, const struct tracker_comment *c, struct err *e)
{
    struct engine *en = b->en;
    struct tracker *t = engine_tracker(en, s);
    struct tracker_comment full;
    struct err why = ERR_INIT;
    struct op op;
    bool found = false;
    if (!t->ops->comment_get(t, b->a, w->pair.issue_id[s], c->id, &full, &why)) {
        if (why.kind == ERR_GONE)
            return true;
        *e = why;
        return false;
    }
    if (!full.token)
        return is_copy_without_token(b, w, s, c) ? open_comment_twin(b, w, s, c, NULL, e) : true;
    if (!op_find_token(en->store, b->a, full.token, &op, &found, e))
        return false;
    if (!found || op.pair_id != w->pair.id || op.kind != OP_COMMENT_ADD ||
        (op.state != OP_SETTLED && op.state != OP_RETIRED && op.state != OP_FAILED))
        return true;
    enum side from = side_other(s);
    const char *origin = json_at_str(op.body, "originId");
    bool has_copy = false;
    for (size_t i = 0; i < w->comment_count; i++)
        has_copy = has_copy || str_eq(w->comments[i].comment_id[from], origin);
    if (!has_copy)
        return store_begin(en->store, e) &&
               (settle_comment_add(en, b->a, w, &op, c->id, c->body, e) ? store_commit(en->store, e)
                                                                      : store_abandon(en->store)) &&
               load(b, w, e);
    return open_comment_twin(b, w, s, c, origin, e);
}

static bool is_known_comment(const struct work *w, enum side s, const char *id)
{
    for (size_t i = 0; i < w->comment_count; i++)
        if (str_eq(w->comments[i].comment_id[s], id))
            return true;
    return false;
}

static bool judge_suspects(struct batch *b, struct work *w, struct err *e)
{
    for (int s = 0; s < 2; s++) {
        if (has_op(w, OP_COMMENT_ADD, OP_UNCERTAIN) || has_op(w, OP_COMMENT_ADD, OP_REPLIED))
            continue;
        for (size_t i = 0; i < w->issue[s]->comment_count; i++) {
            const struct tracker_comment *c = &w->issue[s]->comments[i];
            bool carries_line = mapping_comment_strip(&b->en->mapping, b->a, (enum side)s, c->body) != c->body;
            bool suspect = str_eq(c->author_id, b->en->info[s].account_id) || carries_line;
            if (suspect && !is_known_comment(w, (enum side)s, c->id) && !judge_suspect(b, w, (enum side)s, c, e))
                return false;
        }
    }
    return true;
}

/* --- planning --- */

static bool keep_plan(struct batch *b, struct work *w, const struct plan *plan, struct err *e)
{
    struct engine *en = b->en;
    if (!plan->settle_count && !plan->finding_count && !plan->resolved_count && !plan->new_row_count)
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
    for (size_t i = 0; ok && i < plan->new_row_count; i++)
        ok = comment_add(en->store, &plan->new_rows[i], e);
    en->counts->findings += (int64_t)plan->finding_count;
    en->counts->settled_without_writing += (int64_t)plan->settle_count;
    return ok ? store_commit(en->store, e) : store_abandon(en->store);
}

static bool plan_work(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    struct plan plan;
    struct plan_input in = {.mapping = &en->mapping,
                            .info = en->info,
                            .now_ms = clock_now(en->clock),
                            .sync_id = en->row.id,
                            .times_known = w->wants_history,
                            .skew_ms = {en->info[0].skew_ms, en->info[1].skew_ms}};
    plan_pair(&in, b->a, w, &plan);
    w->one_by_one = w->walks_later = false;
    if (!keep_plan(b, w, &plan, e))
        return false;
    if (plan.settle_count && !load(b, w, e))
        return false;
    w->wants_history = plan.need_times;
    if (plan.status.is_due && !status_walk(en, b->a, w, &plan.status, e))
        return false;
    for (size_t i = 0; i < plan.vanished_count; i++)
        if (!handle_vanished(b, w, &plan.vanished[i], e))
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
        struct op *op = creation(w);
        enum side from = op ? side_other(op->side) : w->pair.issue_id[SIDE_FIRST] ? SIDE_FIRST : SIDE_SECOND;
        w->is_active = false;
        if (!w->issue[from]) /* deleted before its partner was made */
            return op ? true
                      : store_begin(en->store, e) && (pair_remove(en->store, w->pair.id, e) ? store_commit(en->store, e)
                                                                                            : store_abandon(en->store));
        if (!op) {
            w->is_active = true;
            return create_plan(en, b->a, w, e) && (w->is_active = w->due_count > 0, true);
        }
        if (op->state != OP_REPLIED || !w->issue[op->side]) {
            w->is_waiting = true;
            return true;
        }
        w->is_active = true;
        if (!settle_creation(b, w, op, e))
            return false;
    }
    for (int s = 0; s < 2; s++)
        if (is_missing(en, w, (enum side)s))
            return note_missing(b, w, (enum side)s, e);
    for (int s = 0; s < 2; s++)
        if (!str_eq(w->pair.key[s], w->issue[s]->key)) { /* moved or renamed: the key is an attribute */
            w->pair.key[s] = w->issue[s]->key;
            w->pair.panel_due = true;
        }
    return recover_pair(en, b->a, w, e) && load(b, w, e) && settle_pair(en, b->a, w, e) && load(b, w, e) &&
           judge_suspects(b, w, e) && plan_work(b, w, e);
}

/* --- a batch --- */

static bool finish(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    if (w->is_active || w->is_waiting) /* rounds ran out, or something is uncertain: it stays in the inbox */
        return true;
    w->pair.is_dirty = false;
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
        if (b->works[i]->is_active && (!load(b, b->works[i], e) || !look_for_partner(b, b->works[i], e)))
            return false;
    if (!read_all(b, e) || !check_fuse(b, e))
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

static bool work_dirty(struct engine *en, struct arena *a, struct err *e)
{
    struct pair *pairs;
    size_t count;
    int64_t after = 0;
    for (;;) {
        if (!pair_list_dirty(en->store, a, en->row.id, after, en->set.batch, &pairs, &count, e))
            return false;
        if (!count)
            return true;
        after = pairs[count - 1].id;
        if (!work_pairs(en, pairs, count, e))
            return false;
    }
}

static bool work_inbox(struct engine *en, struct arena *a, struct err *e)
{
    struct inbox_row *rows;
    size_t count;
    if (!inbox_list(en->store, a, en->row.id, INBOX_LIMIT, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i += en->set.batch) {
        size_t n = count - i < en->set.batch ? count - i : en->set.batch;
        if (!work_rows(en, rows + i, n, e))
            return false;
        if (en->set.progress)
            en->set.progress(en->set.context, (int64_t)(i + n), (int64_t)(count - i - n));
    }
    return true;
}

bool pass_work(struct engine *en, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = true;
    for (int s = 0; ok && s < 2; s++)
        ok = inbox_highest_key(en->store, &a, en->row.id, (enum side)s, &en->known_key[s], e);
    ok = ok && work_open_ops(en, &a, e) && work_dirty(en, &a, e) && work_inbox(en, &a, e);
    en->known_key[0] = en->known_key[1] = NULL;
    arena_release(&a);
    return ok;
}
