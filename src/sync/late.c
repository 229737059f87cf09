/* late.c - writes of ours that were given up for absent, and that a slow server did after all.
 *
 * A second copy of what is there already does no harm. But one that goes over what somebody wrote in between is
 * nobody's edit: it must not travel, and what it went over must not be lost. Jira's history tells it by three things
 * together: the last entry of the field is by our account, it is younger than the op, and it says exactly what the op
 * intended. */
#include "sync/internal.h"

#include "base/str.h"

enum { CLOCK_SLACK_MS = 5000 };

/* What an op was to make of the field; false when it did not touch it. */
static bool intended_by(struct arena *a, const struct op *op, const char *field_id, struct value *r)
{
    size_t i;
    const json_t *entry;
    if (op->kind == OP_TRANSITION && str_eq(field_id, ITEM_STATUS)) {
        *r = value_option(json_at_str(op->body, "stepId"), json_at_str(op->body, "stepName"));
        return true;
    }
    json_array_foreach (op->kind == OP_UPDATE ? json_object_get(op->body, "fields") : NULL, i, entry)
        if (str_eq(json_at_str(entry, "field"), field_id)) {
            *r = journal_value(a, entry, "intended");
            return true;
        }
    return false;
}

static const struct tracker_history_item *last_entry(const struct tracker_issue *issue, const char *field_id)
{
    const struct tracker_history_item *last = NULL;
    for (size_t i = 0; i < issue->history_count; i++)
        if (item_history_matches(&issue->history[i], field_id, NULL))
            last = &issue->history[i];
    return last;
}

/* The history entry that an op of the same field was proven by since. */
static const char *claimed(const struct op *op, const char *field_id)
{
    return json_at_str(json_object_get(op->body, "claimed"), field_id);
}

bool late_claim(struct store *store, struct work *w, enum side s, const char *field_id, const char *history_id,
                struct err *e)
{
    for (size_t i = 0; i < w->retired_count; i++) {
        struct op *op = &w->retired[i];
        json_t *list = json_object_get(op->body, "claimed");
        if (op->side != s)
            continue;
        if (!list)
            json_object_set_new(op->body, "claimed", list = json_object());
        json_object_set_new(list, field_id, json_string(history_id));
        if (!op_update(store, op, e))
            return false;
    }
    return true;
}

enum late_says late_look(const struct plan_input *in, struct arena *a, const struct work *w, enum side s,
                         const char *field_id, const struct value *now, struct value *before_r)
{
    for (size_t i = w->retired_count; i-- > 0;) {
        const struct op *op = &w->retired[i];
        struct value intended;
        if (op->side != s || !intended_by(a, op, field_id, &intended) || !value_equal(now, &intended))
            continue;
        if (!in->times_known)
            return LATE_ASK;
        const struct tracker_history_item *h = last_entry(w->issue[s], field_id);
        if (!h || !str_eq(h->author_id, in->info[s].account_id) || str_eq(h->id, claimed(op, field_id)) ||
            h->created_ms < op->sent_ms + in->skew_ms[s] - CLOCK_SLACK_MS)
            continue;
        struct value to = item_history_value(a, h, now, true);
        *before_r = item_history_value(a, h, now, false);
        if (value_equal(&to, &intended) && !value_equal(before_r, now))
            return LATE_YES;
    }
    return LATE_NO;
}

bool late_is_comment(const struct work *w, enum side s, const struct tracker_comment *c)
{
    struct value is = value_rich(c->body);
    for (size_t i = 0; i < w->retired_count; i++) {
        const struct op *op = &w->retired[i];
        struct value intended = value_rich(json_at_str(op->body, "body"));
        if (op->side == s && op->kind == OP_COMMENT_EDIT && str_eq(json_at_str(op->body, "commentId"), c->id) &&
            value_equal(&is, &intended))
            return true;
    }
    return false;
}
