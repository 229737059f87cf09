/* birth.c - from a creation's reply to an open pair: the partner is read back, and what it was born with becomes the
 * base.
 *
 * The status is not agreed yet, for a new issue starts where its workflow starts: the origin's status is walked to
 * next. */
#include "sync/pass.h"

#include "base/str.h"

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

static bool is_quarantined(const struct work *w, const char *item)
{
    for (size_t i = 0; i < w->finding_count; i++)
        if (str_eq(w->findings[i].item, item) && str_eq(w->findings[i].kind, "quarantine"))
            return true;
    return false;
}

/* What the origin held of a field that the creation did not carry: nothing, if it would have been sent (somebody may
 * have filled it since); what it holds, if the field only goes the other way. False when that cannot be told; then the
 * field has no base yet. */
static bool held_unsent(const struct work *w, const struct config_field *f, enum side from, struct value *r)
{
    bool would_be_sent = f->half[from].sends && f->half[side_other(from)].receives;
    *r = (struct value){.kind = VALUE_NONE};
    if (would_be_sent)
        return !is_quarantined(w, item_of_field(f));
    *r = tracker_issue_value(w->issue[from], f->half[from].id); /* and must not be wiped by the way back */
    return true;
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
        struct value ours = at_birth(b->a, w->issue[own], f->half[own].id, NULL), theirs;
        if (!held_unsent(w, f, from, &theirs))
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
        if (!base_set(en->store, w->pair.id, sent.item, base[0], base[1], e) ||
            (sent.intended.kind == VALUE_RICH && !cut_tell(en, b->a, w, own, sent.item, sent.intended.text, e)))
            return false;
    }
    /* not agreed yet, for the origin's status has still to be walked to; unless statuses do not go that way */
    bool walks = en->config.connector[from].sends_status && en->config.connector[own].receives_status;
    struct value status = tracker_issue_value(w->issue[from], ITEM_STATUS);
    base[own] = value_to_json(b->a, &initial);
    base[from] = value_to_json(b->a, walks ? &none : &status);
    return base_set(en->store, w->pair.id, ITEM_STATUS, base[0], base[1], e);
}

static bool birth_settle(struct batch *b, struct work *w, struct op *op, struct err *e)
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
        !inbox_see(en->store, en->row.id, &row, e) || !inbox_wake_waiting(en->store, en->row.id, e) ||
        !finding_resolve(en->store, en->row.id, w->pair.id, ITEM_ISSUE, NULL, now, e) ||
        !settle_op(en, op, OP_SETTLED, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e) && batch_load(b, w, e);
}

/* One of the two was deleted before the other was read back: the pair opens with nothing agreed, and vanished.c says
 * which one is gone. */
static bool open_bereft(struct batch *b, struct work *w, struct op *op, struct err *e)
{
    struct engine *en = b->en;
    w->pair.state = PAIR_OPEN;
    w->pair.first_sync_ms = clock_now(en->clock);
    w->pair.key[op->side] = json_at_str(op->reply, "key");
    if (!store_begin(en->store, e))
        return false;
    if (!pair_update(en->store, &w->pair, e) ||
        !finding_resolve(en->store, en->row.id, w->pair.id, ITEM_ISSUE, NULL, clock_now(en->clock), e) ||
        !settle_op(en, op, OP_SETTLED, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e) && batch_load(b, w, e);
}

bool birth_advance(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    struct op *op = work_creation(w);
    enum side from = op ? side_other(op->side) : w->pair.issue_id[SIDE_FIRST] ? SIDE_FIRST : SIDE_SECOND;
    w->is_active = false;
    if (!op && !w->issue[from]) /* deleted before its partner was made */
        return create_end(en, w, e);
    if (!op) {
        if (!create_plan(en, b->a, w, e))
            return false;
        w->is_active = w->due_count > 0;
        return true;
    }
    bool is_late = clock_now(en->clock) >= op->sent_ms + en->set.grace_ms; /* what is not shown by now is not there */
    if (op->state != OP_REPLIED || (!w->issue[op->side] && !is_late)) {
        w->is_waiting = true;
        return true;
    }
    w->is_active = true;
    return w->issue[op->side] && w->issue[from] ? birth_settle(b, w, op, e) : open_bereft(b, w, op, e);
}

bool birth_look_for_partner(struct batch *b, struct work *w, struct err *e)
{
    struct op *op;
    if (!str_eq(w->pair.state, PAIR_CREATING) || !(op = work_creation(w)))
        return true;
    if (op->state == OP_UNCERTAIN && (!recover_creation(b->en, b->a, w, e) || !batch_load(b, w, e)))
        return false;
    op = work_creation(w);
    if (op && op->state == OP_REPLIED)
        w->pair.issue_id[op->side] = json_at_str(op->reply, "id");
    return true;
}
