/* settle.c - from a reply to proof: the issue is read back with its history, and only then do the bases move.
 *
 * Our own history entry's `from` must equal what we had read; if not, somebody edited in between, and what they wrote
 * is kept as a conflict's loser. If a later entry touches the field, that is a new change of that side: the base
 * becomes what we intended, never the later value, so that the later one travels. */
#include "sync/internal.h"

#include "base/str.h"
#include "sync/mutant.h"

enum { CLOCK_SLACK_MS = 5000 };

bool settle_op(struct engine *en, struct op *op, enum op_state state, const char *error, struct err *e)
{
    op->state = state;
    op->error = error;
    return op_update(en->store, op, e);
}

bool engine_open_finding(struct engine *en, struct work *w, int side, const char *item, const char *kind,
                         const struct err *why, const char *text, const json_t *detail, struct err *e)
{
    struct finding f = {.sync_id = en->row.id,
                        .pair_id = w ? w->pair.id : 0,
                        .side = side,
                        .item = item,
                        .kind = kind,
                        .error = why ? err_kind_name(why->kind) : NULL,
                        .text = text,
                        .detail = detail,
                        .created_ms = clock_now(en->clock)};
    en->counts->findings++;
    return finding_open(en->store, &f, e);
}

static bool open_conflict(struct engine *en, struct arena *a, struct work *w, enum side side, const char *item,
                          const struct value *loser, const struct value *winner, struct err *e)
{
    const json_t *detail = journal_conflict(a, item, side, loser, winner);
    const char *text = arena_printf(a,
                                    "%s of %s was changed on both sides; \"%s\" was kept and \"%s\" was overwritten. "
                                    "The overwritten value is kept here",
                                    item, w->pair.key[side], value_show(a, winner), value_show(a, loser));
    en->counts->conflicts++;
    return engine_open_finding(en, w, (int)side, item, "conflict", NULL, text, detail, e);
}

/* What the history tells about one written field. */
struct trace {
    const struct tracker_history_item *ours;
    bool is_later; /* somebody touched it after us */
};

static struct trace find_trace(const struct engine *en, struct arena *a, const struct tracker_issue *issue,
                               const struct op *op, const struct journal_entry *entry)
{
    int64_t since = op->sent_ms + en->info[op->side].skew_ms - CLOCK_SLACK_MS;
    const struct value *like = value_is_empty(&entry->intended) ? &entry->was : &entry->intended;
    struct trace t = {0};
    const struct tracker_history_item *candidate = NULL, *last = NULL;
    for (size_t i = 0; i < issue->history_count; i++) {
        const struct tracker_history_item *h = &issue->history[i];
        if (h->created_ms < since || !item_history_matches(h, entry->field_id, NULL))
            continue;
        last = h;
        if (!str_eq(h->author_id, en->info[op->side].account_id))
            continue;
        struct value to = item_history_value(a, h, like, true);
        if (value_equal(&to, &entry->intended))
            t.ours = h; /* the newest that says what we wrote */
        else if (!candidate)
            candidate = h;
    }
    if (!t.ours)
        t.ours = candidate; /* the site normalised what we sent */
    t.is_later = t.ours && last && !str_eq(last->id, t.ours->id);
    return t;
}

static bool settle_field(struct engine *en, struct arena *a, struct work *w, struct op *op,
                         const struct journal_entry *entry, const json_t *json, struct err *e)
{
    enum side own = op->side;
    struct value now = tracker_issue_value(w->issue[own], entry->field_id);
    struct trace t = find_trace(en, a, w->issue[own], op, entry);
    bool took = t.ours || value_equal(&now, &entry->intended);
    if (!took && value_equal(&now, &entry->was)) {
        struct err why = ERR_INIT;
        err_set(&why, ERR_REFUSED, "%s accepted the edit of %s but did not keep it; is the field on the edit screen?",
                w->pair.key[own], entry->item);
        return apply_quarantine(en, a, w, op, json, &why, e);
    }
    if (t.ours) {
        struct value before =
            item_history_value(a, t.ours, value_is_empty(&entry->was) ? &entry->intended : &entry->was, false);
        if (!value_equal(&before, &entry->was) && !value_is_empty(&before) &&
            !open_conflict(en, a, w, own, entry->item, &before, &entry->intended, e))
            return false;
        if (!late_claim(en->store, w, own, entry->field_id, t.ours->id, e))
            return false;
    }
    if (entry->has_loser && !open_conflict(en, a, w, own, entry->item, &entry->loser, &entry->intended, e))
        return false;
    int64_t closed;
    if (entry->finding && !finding_close(en->store, en->row.id, entry->finding, clock_now(en->clock), &closed, e))
        return false;
    /* without an entry of ours, what stands there now may be anybody's: it must travel, not become the base */
    bool is_foreign = !t.ours && !value_equal(&now, &entry->intended);
    bool later = (t.is_later || is_foreign) && !MUTANT(MUTANT_BASE_READ_LATE);
    const struct value *base_own = entry->has_own_base ? &entry->own_base : later ? &entry->intended : &now;
    if (entry->has_own_base && !entry->has_loser) /* with a loser something was put back: plan.c */
        en->counts->merged++;
    const json_t *base[2];
    base[own] = value_to_json(a, base_own);
    base[side_other(own)] = value_to_json(a, &entry->other);
    if (entry->intended.kind == VALUE_RICH && !cut_tell(en, a, w, own, entry->item, entry->intended.text, e))
        return false;
    return base_set(en->store, w->pair.id, entry->item, base[SIDE_FIRST], base[SIDE_SECOND], e) &&
           finding_resolve(en->store, en->row.id, w->pair.id, entry->item, NULL, clock_now(en->clock), e);
}

bool settle_update(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    size_t i;
    const json_t *json;
    json_array_foreach (json_object_get(op->body, "fields"), i, json) {
        struct journal_entry entry;
        if (!journal_entry_read(a, json, &entry, e) || !settle_field(en, a, w, op, &entry, json, e))
            return false;
    }
    w->pair.received_ms[op->side] = w->pair.sent_ms[side_other(op->side)] = clock_now(en->clock);
    w->pair.panel_due = true;
    return settle_op(en, op, OP_SETTLED, NULL, e);
}

/* A step of a walk that has not arrived: our own half-way status must not look like somebody's change, and the other
 * side's status stays "not agreed" until the walk ends. */
bool settle_transition(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    enum side own = op->side;
    struct value now = tracker_issue_value(w->issue[own], ITEM_STATUS), none = {.kind = VALUE_NONE};
    struct value to = journal_value(a, op->body, "to"), other = journal_value(a, op->body, "other");
    struct value step = value_option(json_at_str(op->body, "stepId"), json_at_str(op->body, "stepName"));
    struct journal_entry entry = {.item = ITEM_STATUS,
                                  .field_id = ITEM_STATUS,
                                  .intended = step,
                                  .was = journal_value(a, op->body, "was"),
                                  .has_loser = json_object_get(op->body, "loser") != NULL,
                                  .loser = journal_value(a, op->body, "loser")};
    struct trace t = find_trace(en, a, w->issue[own], op, &entry);
    bool arrived = value_equal(&step, &to);
    if (!t.ours && value_equal(&now, &entry.was)) {
        struct err why = ERR_INIT;
        err_set(&why, ERR_REFUSED, "%s accepted the transition to \"%s\" but stands where it stood", w->pair.key[own],
                value_show(a, &step));
        return apply_quarantine(en, a, w, op, NULL, &why, e) && settle_op(en, op, OP_FAILED, why.text, e);
    }
    if (t.ours) {
        struct value before = item_history_value(a, t.ours, &step, false);
        if (!value_equal(&before, &entry.was) && !value_is_empty(&before) &&
            !open_conflict(en, a, w, own, ITEM_STATUS, &before, &step, e))
            return false;
        if (!late_claim(en->store, w, own, ITEM_STATUS, t.ours->id, e))
            return false;
    }
    bool later = t.is_later && !MUTANT(MUTANT_BASE_READ_LATE);
    const json_t *base[2];
    base[own] = value_to_json(a, later ? &step : &now);
    base[side_other(own)] = value_to_json(a, arrived ? &other : &none);
    /* the first step overwrites it already, and the later ones do not know of it any more */
    if (entry.has_loser && !open_conflict(en, a, w, own, ITEM_STATUS, &entry.loser, &to, e))
        return false;
    if (!base_set(en->store, w->pair.id, ITEM_STATUS, base[0], base[1], e))
        return false;
    if (arrived && !finding_resolve(en->store, en->row.id, w->pair.id, ITEM_STATUS, NULL, clock_now(en->clock), e))
        return false;
    w->pair.received_ms[own] = w->pair.sent_ms[side_other(own)] = clock_now(en->clock);
    w->pair.panel_due = true;
    return settle_op(en, op, OP_SETTLED, NULL, e);
}

bool settle_comment_add(struct engine *en, struct arena *a, struct work *w, struct op *op, const char *id,
                        const char *body, struct err *e)
{
    enum side own = op->side, from = side_other(own);
    struct comment_row row = {.pair_id = w->pair.id, .origin = from, .state = "open"};
    row.comment_id[own] = id;
    row.comment_id[from] = json_at_str(op->body, "originId");
    row.base[own] = body;
    row.base[from] = json_at_str(op->body, "originBody");
    if (json_at_str(op->body, "visibilityType"))
        row.state = "restricted";
    w->pair.received_ms[own] = w->pair.sent_ms[from] = clock_now(en->clock);
    w->pair.panel_due = true;
    return comment_add(en->store, &row, e) && cut_tell(en, a, w, own, op->item, body, e) &&
           finding_resolve(en->store, en->row.id, w->pair.id, op->item, NULL, clock_now(en->clock), e) &&
           settle_op(en, op, OP_SETTLED, NULL, e);
}

static struct comment_row *row_by_id(struct work *w, int64_t id)
{
    for (size_t i = 0; i < w->comment_count; i++)
        if (w->comments[i].id == id)
            return &w->comments[i];
    return NULL;
}

bool settle_comment_edit(struct engine *en, struct arena *a, struct work *w, struct op *op, const char *body,
                         struct err *e)
{
    struct comment_row *row = row_by_id(w, json_at_int(op->body, "row", 0));
    const char *loser = json_at_str(op->body, "loser");
    if (row) {
        row->base[op->side] = body;
        row->base[side_other(op->side)] = json_at_str(op->body, "originBody");
        if (json_at_str(op->body, "visibilityType"))
            row->state = "restricted";
        if (!comment_update(en->store, row, e))
            return false;
    }
    struct value lost = value_rich(loser), won = value_rich(body);
    if (loser && !open_conflict(en, a, w, op->side, op->item, &lost, &won, e))
        return false;
    w->pair.received_ms[op->side] = w->pair.sent_ms[side_other(op->side)] = clock_now(en->clock);
    w->pair.panel_due = true;
    return finding_resolve(en->store, en->row.id, w->pair.id, op->item, NULL, clock_now(en->clock), e) &&
           cut_tell(en, a, w, op->side, op->item, body, e) && settle_op(en, op, OP_SETTLED, NULL, e);
}

bool settle_comment_delete(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct comment_row *row = row_by_id(w, json_at_int(op->body, "row", 0));
    if (row) {
        row->state = "deleted";
        if (!cut_tell(en, a, w, op->side, op->item, NULL, e))
            return false;
        if (!comment_update(en->store, row, e))
            return false;
    }
    w->pair.received_ms[op->side] = w->pair.sent_ms[side_other(op->side)] = clock_now(en->clock);
    w->pair.panel_due = true;
    return settle_op(en, op, OP_SETTLED, NULL, e);
}

static bool settle_one(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    const char *body = json_at_str(op->reply, "body");
    switch (op->kind) {
    case OP_UPDATE:
        return settle_update(en, a, w, op, e);
    case OP_TRANSITION:
        return settle_transition(en, a, w, op, e);
    case OP_COMMENT_ADD:
        return settle_comment_add(en, a, w, op, json_at_str(op->reply, "id"), body, e);
    case OP_COMMENT_EDIT:
        return settle_comment_edit(en, a, w, op, body, e);
    case OP_COMMENT_DELETE:
        return settle_comment_delete(en, a, w, op, e);
    case OP_CREATE:
    case OP_KIND_COUNT:
        break;
    }
    return true;
}

bool settle_pair(struct engine *en, struct arena *a, struct work *w, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < w->op_count; i++)
        any = any || (w->ops[i].state == OP_REPLIED && w->ops[i].kind != OP_CREATE);
    if (!any)
        return true;
    if (!store_begin(en->store, e))
        return false;
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].state == OP_REPLIED && !settle_one(en, a, w, &w->ops[i], e))
            return store_abandon(en->store);
    return pair_update(en->store, &w->pair, e) ? store_commit(en->store, e) : store_abandon(en->store);
}
