#include "sync/diff.h"

#include "base/str.h"
#include "text/text.h"

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

static const char *markup(const struct value *v)
{
    return v->text ? v->text : "";
}

static struct text_doc *document(struct arena *a, const struct value *v)
{
    return text_from_wiki(a, markup(v), strlen(markup(v)));
}

/* Text merges by blocks, when both bases say the same and no block was changed by both. */
static bool merge_texts(const struct diff_input *in, struct arena *a, enum side to, struct value *merged)
{
    if (!value_equal(&in->base[SIDE_FIRST], &in->base[SIDE_SECOND]))
        return false;
    const struct text_doc *sides[2] = {document(a, &in->now[SIDE_FIRST]), document(a, &in->now[SIDE_SECOND])};
    struct text_doc *both[2];
    if (!text_merge(a, document(a, &in->base[SIDE_FIRST]), sides, both))
        return false;
    *merged = value_rich(text_to_wiki(a, both[to]));
    return true;
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
    return is_kind(in, VALUE_RICH) && merge_texts(in, a, to, &r->value) &&
           map(in, a, from, &in->now[from], &r->own_base, &ignored);
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
        return verdict(DIFF_ASK, SIDE_FIRST);
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
        enum side from = flows(in, SIDE_FIRST) ? SIDE_FIRST : SIDE_SECOND;
        return write_from(in, a, from, true, e);
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
