#include "sync/diff.h"

#include "base/str.h"

#include <string.h>

static bool map(const struct diff_input *in, struct arena *a, enum side from, const struct value *value,
                struct value *r, struct err *e)
{
    const char *type = NULL;
    switch (in->how) {
    case DIFF_BY_STATUS_RULES:
        return mapping_status(in->mapping, from, value, r, e);
    case DIFF_BY_ISSUE_TYPES:
        if (!mapping_type(in->mapping, from, value->id, &type, e))
            return false;
        *r = value_option(type, NULL);
        return true;
    case DIFF_BY_FIELD:
        break;
    }
    return mapping_value(in->mapping, a, in->field, from, value, r, e);
}

/* Whether the other side already holds what this value maps to. A value without a partner is not equal to anything. */
static bool maps_to_now(const struct diff_input *in, struct arena *a, enum side from)
{
    struct err ignored = ERR_INIT;
    struct value mapped;
    if (in->now[0].kind == VALUE_RICH && value_equal(&in->now[0], &in->now[1]))
        return true; /* word for word the same, whoever is named in it */
    return map(in, a, from, &in->now[from], &mapped, &ignored) && value_equal(&mapped, &in->now[side_other(from)]);
}

static bool flows(const struct diff_input *in, enum side from)
{
    return in->sends[from] && in->receives[side_other(from)];
}

static struct diff_result verdict(enum diff_verdict v, enum side side)
{
    return (struct diff_result){.verdict = v, .side = side};
}

static const char *text_of(const struct value *v)
{
    return v->text ? v->text : "";
}

/* Joins two texts by blocks into what side `to` should hold: its own, where nothing came from the other side, byte for
 * byte. `is_own_base`: what people of `to` changed since the base does not count. Cannot be done when both changed the
 * same block: *can_r is false then. */
static bool carry(const struct diff_input *in, struct arena *a, enum side to, bool is_own_base, struct value *r,
                  bool *can_r, struct err *e)
{
    const char *base[2] = {NULL, NULL}, *now[2], *text;
    /* where one side held nothing, as after a one-way birth, the texts never agreed */
    bool has_base = in->has_base && in->resync_from != (int)side_other(to) &&
                    value_is_empty(&in->base[SIDE_FIRST]) == value_is_empty(&in->base[SIDE_SECOND]);
    for (int s = 0; s < 2; s++) {
        now[s] = text_of(&in->now[s]);
        base[s] = has_base ? text_of(&in->base[s]) : NULL;
    }
    if (is_own_base && has_base)
        now[to] = base[to];
    if (!mapping_text_carry(in->mapping, a, to, base, now, &text, e))
        return false;
    *can_r = text != NULL;
    if (text)
        *r = value_rich(text);
    return true;
}

/* Writes `from`'s value to the other side; `overwrites` says that the other side holds something somebody wrote. */
static struct diff_result write_from(const struct diff_input *in, struct arena *a, enum side from, bool overwrites,
                                     struct err *e)
{
    enum side to = side_other(from);
    struct diff_result r = verdict(DIFF_WRITE, to);
    if (!map(in, a, from, &in->now[from], &r.value, e))
        return verdict(DIFF_FAIL, to);
    if (value_equal(&r.value, &in->now[to]))
        return verdict(DIFF_SETTLE, to);
    if (r.value.kind == VALUE_RICH && in->now[to].kind == VALUE_RICH) {
        bool ignored;
        if (!carry(in, a, to, overwrites, &r.value, &ignored, e))
            return verdict(DIFF_FAIL, to);
        if (value_equal(&r.value, &in->now[to]))
            return verdict(DIFF_SETTLE, to);
    }
    r.has_loser = overwrites && !value_is_empty(&in->now[to]);
    if (r.has_loser)
        r.loser = in->now[to];
    return r;
}

static bool set_has(const struct value *set, const struct value *element)
{
    for (size_t i = 0; i < set->count; i++)
        if (value_equal(&set->items[i], element))
            return true;
    return false;
}

/* now[to] plus what `from` added since its base, minus what `from` removed: sets merge by element. */
static bool merge_sets(const struct diff_input *in, struct arena *a, enum side from, struct value *merged,
                       struct value *mapped_now, struct err *e)
{
    enum side to = side_other(from);
    struct value mapped_base;
    if (!map(in, a, from, &in->now[from], mapped_now, e) || !map(in, a, from, &in->base[from], &mapped_base, e))
        return false;
    struct value *items = NULL;
    size_t count = 0;
    for (size_t i = 0; i < in->now[to].count; i++) {
        const struct value *item = &in->now[to].items[i];
        bool removed = set_has(&mapped_base, item) && !set_has(mapped_now, item);
        if (!removed)
            *arena_push(a, items, count) = *item;
    }
    for (size_t i = 0; i < mapped_now->count; i++)
        if (!set_has(&in->now[to], &mapped_now->items[i]) && !set_has(&mapped_base, &mapped_now->items[i]))
            *arena_push(a, items, count) = mapped_now->items[i];
    *merged = (struct value){.kind = count ? VALUE_SET : VALUE_NONE, .items = items, .count = count};
    return true;
}

/* Text merges by blocks, when no block was changed by both. Afterwards that side's base is what it would hold if only
 * the other had spoken: then what its own people wrote shows as their change. */
static bool merge_texts(const struct diff_input *in, struct arena *a, enum side to, struct value *merged,
                        struct value *own_base, struct err *e)
{
    bool can = false;
    return carry(in, a, to, false, merged, &can, e) && can && carry(in, a, to, true, own_base, &can, e) && can;
}

static bool is_kind(const struct diff_input *in, enum value_kind kind)
{
    for (int s = 0; s < 2; s++)
        if ((in->now[s].kind != kind && in->now[s].kind != VALUE_NONE) ||
            (in->base[s].kind != kind && in->base[s].kind != VALUE_NONE))
            return false;
    return true;
}

/* Joins both changes where that is possible. One side is written; the agreement recorded with it is the other side's
 * present value, so that what the written side had by itself shows as its change and travels back in the next round. */
static bool try_merge(const struct diff_input *in, struct arena *a, struct diff_result *r)
{
    if (!flows(in, SIDE_FIRST) || !flows(in, SIDE_SECOND))
        return false;
    enum side to = SIDE_FIRST, from = SIDE_SECOND;
    struct err ignored = ERR_INIT;
    *r = verdict(DIFF_MERGE, to);
    if (is_kind(in, VALUE_SET))
        return merge_sets(in, a, from, &r->value, &r->own_base, &ignored);
    return is_kind(in, VALUE_RICH) && merge_texts(in, a, to, &r->value, &r->own_base, &ignored);
}

static struct diff_result by_policy(const struct diff_input *in, struct arena *a, enum config_policy policy,
                                    struct err *e)
{
    switch (policy) {
    case CONFIG_FIRST_WINS:
        return write_from(in, a, SIDE_FIRST, true, e);
    case CONFIG_SECOND_WINS:
        return write_from(in, a, SIDE_SECOND, true, e);
    case CONFIG_ASK:
        return in->is_decided ? write_from(in, a, in->decided, true, e) : verdict(DIFF_ASK, SIDE_FIRST);
    case CONFIG_NEWEST:
        break;
    }
    if (!in->times_known)
        return verdict(DIFF_NEED_TIME, SIDE_FIRST);
    enum side newest = in->changed_ms[SIDE_SECOND] > in->changed_ms[SIDE_FIRST] ? SIDE_SECOND : SIDE_FIRST;
    return write_from(in, a, newest, true, e);
}

static struct diff_result first_contact(const struct diff_input *in, struct arena *a, struct err *e)
{
    if (maps_to_now(in, a, SIDE_FIRST) || maps_to_now(in, a, SIDE_SECOND))
        return verdict(DIFF_SETTLE, SIDE_FIRST);
    bool both_ways = flows(in, SIDE_FIRST) && flows(in, SIDE_SECOND);
    if (!both_ways) {
        enum side from = flows(in, SIDE_FIRST) ? SIDE_FIRST : SIDE_SECOND, to = side_other(from);
        bool asks = in->field && in->field->first_contact == CONFIG_ASK && !value_is_empty(&in->now[to]);
        if (asks && in->is_decided && in->decided == to) /* what only receives stays as it is */
            return verdict(DIFF_SETTLE, to);
        return asks && !in->is_decided ? verdict(DIFF_ASK, from) : write_from(in, a, from, true, e);
    }
    for (int s = 0; s < 2; s++)
        if (value_is_empty(&in->now[s]) && in->field && in->field->fills_empty)
            return write_from(in, a, side_other((enum side)s), false, e);
    return by_policy(in, a, in->field ? in->field->first_contact : CONFIG_ASK, e);
}

static struct diff_result one_changed(const struct diff_input *in, struct arena *a, enum side who, bool overwrites,
                                      struct err *e)
{
    if (flows(in, who))
        return write_from(in, a, who, overwrites, e);
    return verdict(DIFF_DRIFT, who);
}

static struct diff_result both_changed(const struct diff_input *in, struct arena *a, struct err *e)
{
    if (maps_to_now(in, a, SIDE_FIRST) || maps_to_now(in, a, SIDE_SECOND))
        return verdict(DIFF_SETTLE, SIDE_FIRST);
    for (int s = 0; s < 2; s++)
        if (!flows(in, (enum side)s)) /* one way: the sender's change goes over what the receiver's people wrote */
            return one_changed(in, a, side_other((enum side)s), true, e);
    struct diff_result r;
    if (try_merge(in, a, &r))
        return r;
    return by_policy(in, a, in->field ? in->field->conflict : CONFIG_NEWEST, e);
}

struct diff_result diff_field(const struct diff_input *in, struct arena *a, struct err *e)
{
    if (!flows(in, SIDE_FIRST) && !flows(in, SIDE_SECOND))
        return verdict(DIFF_NOTHING, SIDE_FIRST);
    if (!in->has_base)
        return first_contact(in, a, e);
    bool changed[2];
    for (int s = 0; s < 2; s++)
        changed[s] = !value_equal(&in->now[s], &in->base[s]);
    if (in->resync_from >= 0)
        changed[in->resync_from] = true;
    if (!changed[SIDE_FIRST] && !changed[SIDE_SECOND])
        return verdict(DIFF_NOTHING, SIDE_FIRST);
    if (changed[SIDE_FIRST] && changed[SIDE_SECOND])
        return both_changed(in, a, e);
    return one_changed(in, a, changed[SIDE_FIRST] ? SIDE_FIRST : SIDE_SECOND, false, e);
}
