/* recover.c - the only way out of `uncertain`. It runs in every pass: recovery is the normal path, not an emergency.
 *
 * Changes of what exists (update, transition, edit, deletion) are judged by what is there now: canonical(now) =
 * intended settles them, our entry in the history settles them even if somebody wrote later, else they were not done.
 * Creations are looked for by their recovery key. What is absent stays uncertain for a grace period, then the diff is
 * computed anew; its value or token stays known (`retired`), for a slow server can still commit: late.c. */
#include "sync/internal.h"

#include "base/log.h"
#include "base/str.h"
#include "sync/mutant.h"

enum { CLOCK_SLACK_MS = 5000 };

static bool history_shows(const struct engine *en, struct arena *a, const struct work *w, const struct op *op,
                          const char *field_id, const struct value *intended)
{
    const struct tracker_issue *issue = w->issue[op->side];
    int64_t since = op->sent_ms + en->info[op->side].skew_ms - CLOCK_SLACK_MS;
    for (size_t i = 0; i < issue->history_count; i++) {
        const struct tracker_history_item *h = &issue->history[i];
        if (h->created_ms < since || !item_history_matches(h, field_id, NULL) ||
            !str_eq(h->author_id, en->info[op->side].account_id))
            continue;
        struct value to = item_history_value(a, h, intended, true);
        if (value_equal(&to, intended))
            return true;
    }
    return false;
}

static bool was_done(const struct engine *en, struct arena *a, const struct work *w, const struct op *op,
                     const char *field_id, const struct value *intended)
{
    struct value now = tracker_issue_value(w->issue[op->side], field_id);
    return value_equal(&now, intended) || history_shows(en, a, w, op, field_id, intended);
}

static const struct tracker_comment *find_comment(const struct work *w, enum side side, const char *id)
{
    for (size_t i = 0; i < w->issue[side]->comment_count; i++)
        if (str_eq(w->issue[side]->comments[i].id, id))
            return &w->issue[side]->comments[i];
    return NULL;
}

static bool out_of_grace(const struct engine *en, const struct op *op)
{
    return clock_now(en->clock) >= op->sent_ms + en->set.grace_ms;
}

/* A slow server may still do it. Sent again at once, the first copy would go over what somebody writes after the second
 * one; so the item waits, and the rest of the pair goes on. */
static bool not_done(struct engine *en, struct work *w, struct op *op, struct err *e)
{
    if (!out_of_grace(en, op)) {
        w->is_waiting = true;
        return true;
    }
    return settle_op(en, op, OP_RETIRED, "the reply was lost and the site shows that it was not done", e);
}

/* The site said no, and it shows: this is for a person. */
static bool was_refused(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct err why = ERR_INIT;
    err_set(&why, ERR_REFUSED, "%s", op->error);
    return apply_quarantine(en, a, w, op, NULL, &why, e) && settle_op(en, op, OP_FAILED, op->error, e);
}

static bool recover_update(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    size_t i;
    const json_t *json;
    json_array_foreach (json_object_get(op->body, "fields"), i, json) {
        struct journal_entry entry;
        if (!journal_entry_read(a, json, &entry, e))
            return false;
        if (!was_done(en, a, w, op, entry.field_id, &entry.intended)) /* one PUT is done whole or not at all */
            return not_done(en, w, op, e);
    }
    return settle_update(en, a, w, op, e);
}

static bool recover_transition(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct value step = value_option(json_at_str(op->body, "stepId"), NULL);
    if (!was_done(en, a, w, op, ITEM_STATUS, &step))
        return op->error ? was_refused(en, a, w, op, e) : not_done(en, w, op, e);
    return settle_transition(en, a, w, op, e);
}

static bool recover_edit(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    const struct tracker_comment *now = find_comment(w, op->side, json_at_str(op->body, "commentId"));
    struct value is = value_rich(now ? now->body : NULL), intended = value_rich(json_at_str(op->body, "body"));
    return now && value_equal(&is, &intended) ? settle_comment_edit(en, a, w, op, now->body, e)
                                              : not_done(en, w, op, e);
}

static bool recover_delete(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    return find_comment(w, op->side, json_at_str(op->body, "commentId")) ? not_done(en, w, op, e)
                                                                         : settle_comment_delete(en, a, w, op, e);
}

static bool is_known(const struct op *op, const struct work *w, const char *id)
{
    size_t i;
    const json_t *known;
    json_array_foreach (json_object_get(op->body, "known"), i, known)
        if (str_eq(json_string_value(known), id))
            return true;
    for (size_t k = 0; k < w->comment_count; k++)
        if (str_eq(w->comments[k].comment_id[op->side], id))
            return true;
    return false;
}

static bool give_up(struct engine *en, struct work *w, struct op *op, struct err *e)
{
    if (!out_of_grace(en, op)) {
        w->is_waiting = true;
        return true;
    }
    log_line(LOG_INFO, "%s: a creation did not arrive within the grace period; it is planned again",
             w->pair.key[side_other(op->side)]);
    return settle_op(en, op, OP_RETIRED, "not found after the grace period", e);
}

/* By token; where the site drops properties, by acting user and canonical body outside the known ids. */
static bool recover_add(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    const struct tracker_issue *issue = w->issue[op->side];
    const struct tracker_comment *match = NULL;
    struct value intended = value_rich(json_at_str(op->body, "body"));
    for (size_t i = 0; i < issue->comment_count; i++) {
        const struct tracker_comment *c = &issue->comments[i];
        if (is_known(op, w, c->id))
            continue;
        struct value is = value_rich(c->body);
        bool by_token = c->token && str_eq(c->token, op->token);
        bool by_body = !c->token && !MUTANT(MUTANT_NO_TOKEN) && str_eq(c->author_id, en->info[op->side].account_id) &&
                       value_equal(&is, &intended);
        if (!match && (by_token || by_body))
            match = c;
    }
    if (!match)
        return give_up(en, w, op, e);
    return settle_comment_add(en, a, w, op, match->id, match->body, e);
}

static bool recover_one(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    switch (op->kind) {
    case OP_UPDATE:
        return recover_update(en, a, w, op, e);
    case OP_TRANSITION:
        return recover_transition(en, a, w, op, e);
    case OP_COMMENT_ADD:
        return recover_add(en, a, w, op, e);
    case OP_COMMENT_EDIT:
        return recover_edit(en, a, w, op, e);
    case OP_COMMENT_DELETE:
        return recover_delete(en, a, w, op, e);
    case OP_CREATE:
    case OP_KIND_COUNT:
        break;
    }
    return true;
}

bool recover_pair(struct engine *en, struct arena *a, struct work *w, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < w->op_count; i++)
        any = any || (w->ops[i].state == OP_UNCERTAIN && w->ops[i].kind != OP_CREATE);
    if (!any)
        return true;
    if (!store_begin(en->store, e))
        return false;
    for (size_t i = 0; i < w->op_count; i++) {
        struct op *op = &w->ops[i];
        if (op->state != OP_UNCERTAIN)
            continue;
        if (!recover_one(en, a, w, op, e))
            return store_abandon(en->store);
        en->counts->recovered += op->state != OP_UNCERTAIN;
    }
    return pair_update(en->store, &w->pair, e) ? store_commit(en->store, e) : store_abandon(en->store);
}

/* --- creations of issues --- */

static const char *intended_summary(const struct op *op, struct arena *a)
{
    size_t i;
    const json_t *entry;
    json_array_foreach (json_object_get(op->body, "fields"), i, entry)
        if (str_eq(json_at_str(entry, "field"), "summary"))
            return journal_value(a, entry, "intended").text;
    return NULL;
}

static bool is_paired(struct engine *en, struct arena *a, enum side side, const char *id, bool *r, struct err *e)
{
    struct pair pair;
    return pair_find(en->store, a, en->row.id, side, id, &pair, r, e);
}

/* The lowest id among the candidates that carry the token; or the only unpaired one without any token and with our
 * summary. */
static bool pick(struct engine *en, struct arena *a, const struct op *op, const struct tracker_issue *found,
                 size_t count, const struct tracker_issue **r, struct err *e)
{
    const struct tracker_issue *alike = NULL;
    size_t alikes = 0;
    *r = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *token = json_at_str(json_object_get(found[i].properties, TRACKER_TOKEN_PROPERTY), "token");
        struct value summary = tracker_issue_value(&found[i], "summary");
        bool paired;
        if (str_eq(token, op->token)) {
            *r = &found[i];
            return true;
        }
        if (token || MUTANT(MUTANT_NO_TOKEN) || !str_eq(summary.text, intended_summary(op, a)))
            continue;
        if (!is_paired(en, a, op->side, found[i].id, &paired, e))
            return false;
        if (!paired && !alikes++)
            alike = &found[i];
    }
    if (alikes == 1)
        *r = alike;
    return true;
}

static bool found_partner(struct engine *en, struct arena *a, struct op *op, const char *id, const char *key,
                          struct err *e)
{
    op->reply = json_keep(a, json_pack("{ss ss}", "id", id, "key", key));
    if (!store_begin(en->store, e))
        return false;
    return settle_op(en, op, OP_REPLIED, NULL, e) ? store_commit(en->store, e) : store_abandon(en->store);
}

/* The site refuses the search: nobody knows whether the partner is there, so it is neither taken nor made again, and
 * the others go on. */
static bool cannot_look(struct engine *en, struct work *w, const struct op *op, const struct err *why, struct err *e)
{
    enum err_scope scope = err_scope(why->kind);
    if ((scope != ERR_SCOPE_ITEM && scope != ERR_SCOPE_PAIR) || why->kind == ERR_UNCERTAIN) {
        *e = *why;
        return false;
    }
    w->is_waiting = true;
    return store_begin(en->store, e) &&
           (engine_open_finding(en, w, (int)op->side, ITEM_ISSUE, "waiting", why, why->text, NULL, e)
                ? store_commit(en->store, e)
                : store_abandon(en->store));
}

bool recover_creation(struct engine *en, struct arena *a, struct work *w, struct err *e)
{
    struct op *op = NULL;
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == OP_CREATE)
            op = &w->ops[i];
    if (!op || op->state != OP_UNCERTAIN)
        return true;
    static const char *const FIELDS[] = {"summary"};
    struct tracker *t = engine_tracker(en, op->side);
    struct tracker_issue *found;
    const struct tracker_issue *ours;
    size_t count;
    int64_t since = op->sent_ms + en->info[op->side].skew_ms - CLOCK_SLACK_MS;
    struct err why = ERR_INIT;
    if (!t->ops->created_since(t, a, since, json_at_str(op->body, "knownKey"), FIELDS, 1, &found, &count, &why))
        return cannot_look(en, w, op, &why, e);
    if (!pick(en, a, op, found, count, &ours, e))
        return false;
    if (ours) {
        en->counts->recovered++;
        return found_partner(en, a, op, ours->id, ours->key, e);
    }
    if (!store_begin(en->store, e))
        return false;
    return give_up(en, w, op, e) ? store_commit(en->store, e) : store_abandon(en->store);
}
