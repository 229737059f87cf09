/* plan.c - decides, for one pair, what has to be written, settled or shown. Pure: everything it looks at is in its
 * arguments.
 *
 * Why fields of one side travel in one write: Jira counts requests, and one edit makes one history entry. When such a
 * write was refused the pair comes back with `one_by_one` set, so that only the guilty field waits. */
#include "sync/internal.h"

#include "base/str.h"
#include "sync/diff.h"

struct builder {
    const struct plan_input *in;
    struct arena *a;
    struct work *w;
    struct plan *plan;
    json_t *entries[2]; /* of the update to each side */
};

bool plan_is_blocked(const struct work *w, const char *item)
{
    for (size_t i = 0; i < w->op_count; i++) {
        const struct op *op = &w->ops[i];
        if (op->kind == OP_CREATE || str_eq(op->item, item))
            return true;
        size_t k;
        const json_t *entry;
        if (op->kind == OP_UPDATE)
            json_array_foreach (json_object_get(op->body, "fields"), k, entry)
                if (str_eq(json_at_str(entry, "item"), item))
                    return true;
    }
    return false;
}

static char *fingerprint(struct arena *a, const struct value now[2])
{
    const char *both = arena_printf(a, "%s\n%s", value_canonical(a, &now[0]), value_canonical(a, &now[1]));
    return str_sha256(a, both, strlen(both));
}

static const struct finding *standing(struct arena *a, const struct work *w, const char *item, const char *kind,
                                      const struct value now[2])
{
    for (size_t i = 0; i < w->finding_count; i++) {
        const struct finding *f = &w->findings[i];
        if (str_eq(f->kind, kind) && str_eq(f->item, item) &&
            str_eq(json_at_str(f->detail, "now"), fingerprint(a, now)))
            return f;
    }
    return NULL;
}

bool plan_is_quarantined(struct arena *a, const struct work *w, const char *item, const struct value now[2])
{
    const struct finding *ask = standing(a, w, item, "ask", now);
    return standing(a, w, item, "quarantine", now) || standing(a, w, item, "drift", now) ||
           (ask && !json_at_str(ask->detail, "take")); /* an answer is for exactly the values that were asked about */
}

static bool has_finding(const struct work *w, const char *item)
{
    for (size_t i = 0; i < w->finding_count; i++)
        if (str_eq(w->findings[i].item, item) && !str_eq(w->findings[i].kind, "conflict") &&
            !str_eq(w->findings[i].kind, "cut"))
            return true;
    return false;
}

void plan_finding(const struct plan_input *in, struct arena *a, struct work *w, struct plan *plan, const char *item,
                  const char *kind, int side, const char *error, const char *text, const struct value now[2])
{
    json_t *detail = json_pack("{ss sO sO}", "now", fingerprint(a, now), "first", value_to_json(a, &now[0]), "second",
                               value_to_json(a, &now[1]));
    *arena_push(a, plan->findings, plan->finding_count) = (struct finding){.sync_id = in->sync_id,
                                                                           .pair_id = w->pair.id,
                                                                           .side = side,
                                                                           .item = item,
                                                                           .kind = kind,
                                                                           .error = error,
                                                                           .text = text,
                                                                           .detail = json_keep(a, detail),
                                                                           .created_ms = in->now_ms};
}

static const struct base_row *base_of(const struct work *w, const char *item)
{
    for (size_t i = 0; i < w->base_count; i++)
        if (str_eq(w->bases[i].item, item))
            return &w->bases[i];
    return NULL;
}

static void load_base(struct builder *b, const char *item, struct diff_input *d)
{
    const struct base_row *row = base_of(b->w, item);
    d->has_base = row != NULL;
    struct err ignored = ERR_INIT; /* a base that cannot be read is no base: first contact asks, it never overwrites */
    for (int s = 0; row && s < 2; s++)
        if (row->value[s] && !value_from_json(b->a, row->value[s], &d->base[s], &ignored))
            d->has_base = false;
}

static void settle(struct builder *b, const char *item, const struct value base[2])
{
    *arena_push(b->a, b->plan->settles, b->plan->settle_count) = (struct plan_settle){item, {base[0], base[1]}};
}

void plan_resolve(struct arena *a, const struct work *w, struct plan *plan, const char *item)
{
    if (has_finding(w, item))
        *arena_push(a, plan->resolved, plan->resolved_count) = item;
}

static void resolve(struct builder *b, const char *item)
{
    plan_resolve(b->a, b->w, b->plan, item);
}

static bool is_resync(const struct work *w, const char *item, int *from_r)
{
    struct arena a = ARENA_INIT;
    struct err ignored = ERR_INIT;
    json_t *request =
        w->pair.resync ? json_parse(&a, w->pair.resync, strlen(w->pair.resync), false, "resync", &ignored) : NULL;
    const json_t *fields = json_object_get(request, "fields"), *name;
    bool wanted = request && json_array_size(fields) == 0;
    size_t i;
    json_array_foreach (fields, i, name)
        wanted = wanted || str_eq_nocase(json_string_value(name), item);
    *from_r = !wanted ? -1 : str_eq(json_at_str(request, "from"), "second") ? SIDE_SECOND : SIDE_FIRST;
    arena_release(&a);
    return wanted;
}

bool plan_is_resync(const struct work *w, const char *item)
{
    int from;
    return is_resync(w, item, &from);
}

/* What is common to fields, status and type: who sends, what is there, since when. */
static struct diff_input input_for(struct builder *b, enum diff_how how, const char *item,
                                   const char *const field_id[2], const char *const field_name[2])
{
    struct diff_input d = {.mapping = b->in->mapping, .how = how, .times_known = b->in->times_known};
    is_resync(b->w, item, &d.resync_from);
    for (int s = 0; s < 2; s++) {
        d.now[s] = tracker_issue_value(b->w->issue[s], field_id[s]);
        int64_t changed = b->in->times_known ? item_changed_ms(b->w->issue[s], field_id[s], field_name[s]) : 0;
        d.changed_ms[s] = changed ? changed - b->in->skew_ms[s] : 0;
    }
    load_base(b, item, &d);
    const struct finding *ask = standing(b->a, b->w, item, "ask", d.now);
    const char *take = ask ? json_at_str(ask->detail, "take") : NULL;
    d.is_decided = take != NULL;
    d.decided = str_eq(take, side_name(SIDE_SECOND)) ? SIDE_SECOND : SIDE_FIRST;
    return d;
}

static void add_write(struct builder *b, const char *item, const char *const field_id[2], const struct diff_input *d,
                      const struct diff_result *r)
{
    enum side to = r->side, from = side_other(to);
    bool is_merge = r->verdict == DIFF_MERGE;
    struct value value = r->value;
    if (value.kind == VALUE_RICH && cut_to_fit(b->in->mapping, b->a, to, value.text, &value.text) &&
        value_equal(&value, &d->now[to])) {
        settle(b, item, d->now); /* what changed is in the part that this side does not have */
        return;
    }
    if (is_merge && value_equal(&r->value, &d->now[to])) { /* nothing to write here; the rest travels the other way */
        struct value base[2];
        base[to] = r->own_base;
        base[from] = d->now[from];
        settle(b, item, base);
        b->plan->wants_more = true;
        return;
    }
    json_t *entry = journal_entry(b->a, item, field_id[to], &value, &d->now[to], &d->now[from],
                                  is_merge ? &r->own_base : NULL, r->has_loser ? &r->loser : NULL);
    if (!b->entries[to])
        b->entries[to] = json_keep(b->a, json_array());
    json_array_append(b->entries[to], entry);
}

/* Acts on a verdict; true when it asks for a write. */
static bool act(struct builder *b, const char *item, const struct diff_input *d, const struct diff_result *r,
                const struct err *why)
{
    switch (r->verdict) {
    case DIFF_NOTHING:
        resolve(b, item);
        return false;
    case DIFF_SETTLE:
        settle(b, item, d->now);
        resolve(b, item);
        return false;
    case DIFF_NEED_TIME:
        b->plan->need_times = true;
        return false;
    case DIFF_ASK:
        plan_finding(b->in, b->a, b->w, b->plan, item, "ask", -1, NULL,
                     arena_printf(b->a, "%s and %s differ in %s: \"%s\" and \"%s\"; decide which one is right",
                                  b->w->pair.key[0], b->w->pair.key[1], item,
                                  value_show_beside(b->a, &d->now[0], &d->now[1]),
                                  value_show_beside(b->a, &d->now[1], &d->now[0])),
                     d->now);
        return false;
    case DIFF_DRIFT:
        plan_finding(b->in, b->a, b->w, b->plan, item, "drift", (int)r->side, NULL,
                     arena_printf(b->a,
                                  "%s of %s was edited there (\"%s\"), but the mapping only goes the other way; "
                                  "it is not sent back",
                                  item, b->w->pair.key[r->side], value_show(b->a, &d->now[r->side])),
                     d->now);
        return false;
    case DIFF_FAIL:
        if (err_scope(why->kind) >= ERR_SCOPE_SITE || why->kind == ERR_UNCERTAIN) { /* somebody was asked in vain */
            b->w->is_waiting = true;
            return false;
        }
        plan_finding(b->in, b->a, b->w, b->plan, item, "quarantine", (int)r->side, err_kind_name(why->kind),
                     arena_strdup(b->a, why->text), d->now);
        return false;
    case DIFF_WRITE:
    case DIFF_MERGE:
        break;
    }
    return true;
}

static void push_entry(struct builder *b, enum side to, json_t *entry)
{
    if (!b->entries[to])
        b->entries[to] = json_keep(b->a, json_array());
    json_array_append(b->entries[to], entry);
}

/* A person wants the losing value of a conflict back: it is written where it was overwritten, like an edit of theirs,
 * and travels from there. What it goes over is kept in its turn. True when the field has to wait for that. */
static bool restore_loser(struct builder *b, const char *item, const char *const field_id[2],
                          const struct diff_input *d)
{
    bool waits = false;
    for (size_t i = 0; d->has_base && !waits && i < b->w->finding_count; i++) {
        const struct finding *f = &b->w->findings[i];
        if (!str_eq(f->kind, "conflict") || !str_eq(f->item, item) || !json_at_bool(f->detail, "restore", false))
            continue;
        enum side s = json_at_int(f->detail, "side", 0) ? SIDE_SECOND : SIDE_FIRST;
        struct value loser = journal_value(b->a, f->detail, "loser");
        if (value_equal(&loser, &d->now[s])) {
            *arena_push(b->a, b->plan->closed, b->plan->closed_count) = f->id;
            continue;
        }
        json_t *entry = journal_entry(b->a, item, field_id[s], &loser, &d->now[s], &d->base[!s], &d->base[s],
                                      value_is_empty(&d->now[s]) ? NULL : &d->now[s]);
        json_object_set_new(entry, "finding", json_integer(f->id));
        push_entry(b, s, entry);
        waits = true;
    }
    return waits;
}

/* A late copy of our own stands there instead of what somebody wrote: that is put back, and both bases stay as they
 * are. True when the field has to wait for that. */
static bool put_back(struct builder *b, const char *item, const char *const field_id[2], const struct diff_input *d)
{
    for (int s = 0; d->has_base && s < 2; s++) {
        struct value before;
        if (value_equal(&d->now[s], &d->base[s]))
            continue;
        enum late_says says = late_look(b->in, b->a, b->w, (enum side)s, field_id[s], &d->now[s], &before);
        if (says == LATE_NO)
            continue;
        if (says == LATE_ASK) {
            b->plan->need_times = true;
            return true;
        }
        if (value_equal(&before, &d->base[s]))
            before = d->base[s]; /* in that side's own form; a history knows only its text */
        json_t *entry =
            journal_entry(b->a, item, field_id[s], &before, &d->now[s], &d->base[!s], &d->base[s], &d->now[s]);
        push_entry(b, (enum side)s, entry);
        return true;
    }
    return false;
}

static void plan_field(struct builder *b, const struct config_field *f)
{
    const char *item = item_of_field(f);
    const char *const id[2] = {f->half[0].id, f->half[1].id}, *const name[2] = {f->half[0].name, f->half[1].name};
    if (plan_is_blocked(b->w, item))
        return;
    struct diff_input d = input_for(b, DIFF_BY_FIELD, item, id, name);
    d.field = f;
    for (int s = 0; s < 2; s++) {
        d.sends[s] = f->half[s].sends;
        d.receives[s] = f->half[s].receives;
    }
    if (d.resync_from < 0 && plan_is_quarantined(b->a, b->w, item, d.now))
        return;
    if (restore_loser(b, item, id, &d) || put_back(b, item, id, &d))
        return;
    struct err why = ERR_INIT;
    struct diff_result r = diff_field(&d, b->a, &why);
    if (act(b, item, &d, &r, &why))
        add_write(b, item, id, &d, &r);
}

static void plan_type(struct builder *b)
{
    static const char *const ID[2] = {ITEM_TYPE, ITEM_TYPE};
    static const char *const NAME[2] = {"Issue Type", "Issue Type"};
    if (plan_is_blocked(b->w, ITEM_TYPE))
        return;
    struct diff_input d = input_for(b, DIFF_BY_ISSUE_TYPES, ITEM_TYPE, ID, NAME);
    for (int s = 0; s < 2; s++) {
        d.sends[s] = b->in->mapping->config->connector[s].creates;
        d.receives[s] = true;
    }
    if (d.resync_from < 0 && plan_is_quarantined(b->a, b->w, ITEM_TYPE, d.now))
        return;
    if (restore_loser(b, ITEM_TYPE, ID, &d))
        return;
    struct err why = ERR_INIT;
    struct diff_result r = diff_field(&d, b->a, &why);
    if (act(b, ITEM_TYPE, &d, &r, &why))
        add_write(b, ITEM_TYPE, ID, &d, &r);
}

/* A late step of our own went over what somebody had moved the issue to. Walking back is no edit but a walk of its own,
 * so the step counts as the newest word, and the other one is kept. True while the history is asked. */
static bool keep_what_a_late_step_went_over(struct builder *b, const struct diff_input *d)
{
    for (int s = 0; d->has_base && s < 2; s++) {
        struct value before;
        if (value_equal(&d->now[s], &d->base[s]))
            continue;
        enum late_says says = late_look(b->in, b->a, b->w, (enum side)s, ITEM_STATUS, &d->now[s], &before);
        if (says == LATE_ASK)
            b->plan->need_times = true;
        if (says != LATE_YES)
            continue;
        const char *text = arena_printf(b->a,
                                        "a step of ours to \"%s\" that had been given up for lost was done late, and "
                                        "went over \"%s\", to which somebody had moved %s",
                                        value_show(b->a, &d->now[s]), value_show(b->a, &before), b->w->pair.key[s]);
        *arena_push(b->a, b->plan->findings, b->plan->finding_count) =
            (struct finding){.sync_id = b->in->sync_id,
                             .pair_id = b->w->pair.id,
                             .side = s,
                             .item = ITEM_STATUS,
                             .kind = "conflict",
                             .text = text,
                             .detail = journal_conflict(b->a, ITEM_STATUS, (enum side)s, &before, &d->now[s]),
                             .created_ms = b->in->now_ms};
    }
    return b->plan->need_times && !b->in->times_known;
}

static void plan_status_item(struct builder *b)
{
    static const char *const ID[2] = {ITEM_STATUS, ITEM_STATUS};
    if (plan_is_blocked(b->w, ITEM_STATUS))
        return;
    struct diff_input d = input_for(b, DIFF_BY_STATUS_RULES, ITEM_STATUS, ID, ID);
    for (int s = 0; s < 2; s++) {
        d.sends[s] = b->in->mapping->config->connector[s].sends_status;
        d.receives[s] = b->in->mapping->config->connector[s].receives_status;
    }
    if (d.resync_from < 0 && plan_is_quarantined(b->a, b->w, ITEM_STATUS, d.now))
        return;
    if (keep_what_a_late_step_went_over(b, &d))
        return;
    struct err why = ERR_INIT;
    struct diff_result r = diff_field(&d, b->a, &why);
    if (!act(b, ITEM_STATUS, &d, &r, &why))
        return;
    b->plan->status = (struct plan_status){.is_due = true,
                                           .side = r.side,
                                           .to = r.value,
                                           .was = d.now[r.side],
                                           .other = d.now[side_other(r.side)],
                                           .loser = r.loser,
                                           .has_loser = r.has_loser};
}

static void close_update(struct builder *b, enum side to)
{
    json_t *entries = b->entries[to], *entry;
    if (!entries)
        return;
    if (!b->w->one_by_one) {
        journal_due(b->a, b->w, to, OP_UPDATE, "fields", json_pack("{sO}", "fields", entries));
        return;
    }
    size_t i;
    json_array_foreach (entries, i, entry)
        journal_due(b->a, b->w, to, OP_UPDATE, "fields", json_pack("{s[O]}", "fields", entry));
}

void plan_pair(const struct plan_input *in, struct arena *a, struct work *w, struct plan *r)
{
    struct builder b = {.in = in, .a = a, .w = w, .plan = r};
    *r = (struct plan){0};
    w->due = NULL;
    w->due_count = 0;
    plan_type(&b);
    for (size_t i = 0; i < in->mapping->config->field_count; i++)
        plan_field(&b, &in->mapping->config->fields[i]);
    close_update(&b, SIDE_FIRST);
    close_update(&b, SIDE_SECOND);
    plan_status_item(&b);
    plan_comments(in, a, w, r);
}
