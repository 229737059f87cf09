/* Comments fall into two kinds. One with milliseconds that also exist on the other side is exact: only comments of the
 * very same instant are its rivals. All others of a second form one group, because there a site may have dropped the
 * milliseconds, and every one of them may be any other. */
#include "migrate/translate_match.h"

#include "base/str.h"
#include "text/text.h"
#include "tracker/rich.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *text;
} reasons[TRANSLATE_REASON_COUNT] = {
    [TRANSLATE_BY_ID_MAP] = {"id-map", "named by the id map"},
    [TRANSLATE_BY_INSTANT] = {"instant", "created in the same instant"},
    [TRANSLATE_BY_TEXT] = {"instant-and-text", "created in the same instant, with the same text"},
    [TRANSLATE_BY_SECOND] = {"second-and-text", "created in the same second, with the same text"},
    [TRANSLATE_GONE_OLD] = {"gone", "it is not on the old site's issue any more, or the user may not see it there"},
    [TRANSLATE_NONE_NEW] = {"not-moved", "no comment of the new site's issue was created in that instant"},
    [TRANSLATE_TIE] = {"tie", "several comments were created in that instant with the same text"},
    [TRANSLATE_OTHER_TEXT] = {"text-differs",
                              "several comments were created in that instant, none with this text alone"},
    [TRANSLATE_NO_TIME] = {"no-time", "the old site does not say when it was created"},
    [TRANSLATE_MAP_MISSING] = {"id-map-target-missing", "the comment that the id map names is not on the new issue"},
    [TRANSLATE_NO_ISSUE_OLD] = {"issue-not-on-old-site",
                                "the issue is not on the old site, or the user may not see it"},
    [TRANSLATE_NO_ISSUE_NEW] = {"issue-not-on-new-site",
                                "the issue is not on the new site, or the user may not see it"},
    [TRANSLATE_INCOMPLETE] = {"incomplete", "a site did not hand out all comments of the issue"},
};

const char *translate_reason_name(enum translate_reason r)
{
    return reasons[r].name;
}

const char *translate_reason_text(enum translate_reason r)
{
    return reasons[r].text;
}

/* --- texts, made when they are needed --- */

static const char *text_of(struct arena *a, struct translate_comment *c)
{
    if (c->text)
        return c->text;
    struct text_doc *doc = json_is_string(c->body)
                               ? text_from_wiki(a, json_string_value(c->body), json_string_length(c->body))
                               : text_from_adf(a, c->body);
    return c->text = text_canonical(a, doc);
}

static const char *loose_text_of(struct arena *a, struct translate_comment *c)
{
    if (c->loose)
        return c->loose;
    return c->loose = rich_nameless(a, json_is_string(c->body) ? rich_of_markup(json_string_value(c->body))
                                                               : rich_of_adf(a, c->body));
}

/* --- comments in the order of time --- */

struct entry {
    struct translate_comment *comment;
    bool is_exact;
};

struct timeline {
    struct entry *entries;
    size_t count;
};

struct matcher {
    struct arena *a;
    const struct idmap *map;
    struct translate_comment *old, *new_;
    size_t old_count, new_count;
    struct timeline then, now; /* of the old and the new site, without what the id map has decided */
};

static int by_time(const void *x, const void *y)
{
    int64_t a = ((const struct entry *)x)->comment->created_ms, b = ((const struct entry *)y)->comment->created_ms;
    return (a > b) - (a < b);
}

/* The first entry created at or after `ms`. */
static size_t at_or_after(const struct timeline *t, int64_t ms)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->entries[middle].comment->created_ms < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_instant(const struct timeline *t, int64_t ms)
{
    size_t at = at_or_after(t, ms);
    return at < t->count && t->entries[at].comment->created_ms == ms;
}

static struct translate_comment *find(struct translate_comment *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i].id, id))
            return &list[i];
    return NULL;
}

/* What the id map makes of an old id; NULL when it does not know it. */
static const char *mapped(const struct matcher *m, const char *old_id)
{
    int64_t id;
    if (!m->map || !idmap_comment(m->map, old_id, &id))
        return NULL;
    return arena_printf(m->a, "%lld", (long long)id);
}

static void build(struct matcher *m)
{
    bool *is_taken = arena_array(m->a, bool, m->new_count + 1);
    m->then.entries = arena_array(m->a, struct entry, m->old_count + 1);
    m->now.entries = arena_array(m->a, struct entry, m->new_count + 1);
    for (size_t i = 0; i < m->old_count; i++) {
        const char *id = mapped(m, m->old[i].id);
        struct translate_comment *target = id ? find(m->new_, m->new_count, id) : NULL;
        if (target)
            is_taken[target - m->new_] = true;
        if (!id && m->old[i].has_created)
            m->then.entries[m->then.count++].comment = &m->old[i];
    }
    for (size_t i = 0; i < m->new_count; i++)
        if (!is_taken[i] && m->new_[i].has_created)
            m->now.entries[m->now.count++].comment = &m->new_[i];
    qsort(m->then.entries, m->then.count, sizeof *m->then.entries, by_time);
    qsort(m->now.entries, m->now.count, sizeof *m->now.entries, by_time);
    for (size_t i = 0; i < m->then.count; i++) {
        int64_t ms = m->then.entries[i].comment->created_ms;
        m->then.entries[i].is_exact = ms % 1000 != 0 && has_instant(&m->now, ms);
    }
    for (size_t i = 0; i < m->now.count; i++) {
        int64_t ms = m->now.entries[i].comment->created_ms;
        m->now.entries[i].is_exact = ms % 1000 != 0 && has_instant(&m->then, ms);
    }
}

/* --- one comment --- */

struct rivals { /* the comments of one timeline in one span of time */
    struct entry *from, *end;
};

static struct rivals rivals_in(const struct timeline *t, int64_t from_ms, int64_t end_ms)
{
    return (struct rivals){t->entries + at_or_after(t, from_ms), t->entries + at_or_after(t, end_ms)};
}

typedef const char *(*text_function)(struct arena *, struct translate_comment *);

/* How many rivals have this text; the last of them in *found_r. */
static size_t count_text(struct matcher *m, struct rivals r, text_function text, const char *wanted,
                         struct entry **found_r)
{
    size_t count = 0;
    for (struct entry *x = r.from; x < r.end; x++)
        if (str_eq(text(m->a, x->comment), wanted)) {
            count++;
            *found_r = x;
        }
    return count;
}

/* Two comments that are not exact can be the same one only if one of them lacks its milliseconds. */
static bool can_be(const struct translate_comment *c, const struct entry *other)
{
    int64_t ms = other->comment->created_ms;
    return ms == c->created_ms || (!other->is_exact && (ms % 1000 == 0 || c->created_ms % 1000 == 0));
}

static void add_candidates(struct matcher *m, const struct translate_comment *c, struct rivals now,
                           struct translate_outcome *o)
{
    for (struct entry *x = now.from; x < now.end; x++)
        if (can_be(c, x))
            *arena_push(m->a, o->candidates, o->candidate_count) = x->comment->id;
}

static void by_text(struct matcher *m, struct translate_comment *c, struct rivals then, struct rivals now,
                    struct translate_outcome *o)
{
    static const text_function texts[] = {text_of, loose_text_of};
    o->reason = TRANSLATE_OTHER_TEXT;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct entry *found = NULL, *itself;
        const char *wanted = texts[i](m->a, c);
        size_t then_count = count_text(m, then, texts[i], wanted, &itself);
        size_t now_count = count_text(m, now, texts[i], wanted, &found);
        if (then_count == 1 && now_count == 1 && can_be(c, found)) {
            o->reason = found->comment->created_ms == c->created_ms ? TRANSLATE_BY_TEXT : TRANSLATE_BY_SECOND;
            o->new_id = found->comment->id;
            return;
        }
        if (now_count > 0) {
            o->reason = then_count > 1 || now_count > 1 ? TRANSLATE_TIE : TRANSLATE_OTHER_TEXT;
            return;
        }
    }
}

/* The only one that is not exact in the range, or NULL. */
static struct entry *only_inexact(struct rivals r)
{
    struct entry *only = NULL;
    for (struct entry *x = r.from; x < r.end; x++) {
        if (x->is_exact)
            continue;
        if (only)
            return NULL;
        only = x;
    }
    return only;
}

static void by_time_of(struct matcher *m, struct translate_comment *c, struct translate_outcome *o)
{
    int64_t ms = c->created_ms, second = ms - ((ms % 1000) + 1000) % 1000;
    bool is_exact = ms % 1000 != 0 && has_instant(&m->now, ms);
    struct rivals then = is_exact ? rivals_in(&m->then, ms, ms + 1) : rivals_in(&m->then, second, second + 1000);
    struct rivals now = is_exact ? rivals_in(&m->now, ms, ms + 1) : rivals_in(&m->now, second, second + 1000);
    struct entry *only_then = is_exact ? (then.end - then.from == 1 ? then.from : NULL) : only_inexact(then);
    struct entry *only_now = is_exact ? (now.end - now.from == 1 ? now.from : NULL) : only_inexact(now);
    struct translate_outcome possible = {.reason = TRANSLATE_NONE_NEW};
    add_candidates(m, c, now, &possible);
    *o = possible;
    if (!possible.candidate_count)
        return;
    if (only_then && only_now && only_now->comment->created_ms == ms) {
        o->reason = TRANSLATE_BY_INSTANT;
        o->new_id = only_now->comment->id;
    } else {
        by_text(m, c, then, now, o);
    }
    if (o->new_id) {
        o->candidates = NULL;
        o->candidate_count = 0;
    }
}

static void match_one(struct matcher *m, const char *id, struct translate_outcome *o)
{
    const char *target = mapped(m, id);
    *o = (struct translate_outcome){.reason = TRANSLATE_BY_ID_MAP};
    if (target) {
        if (find(m->new_, m->new_count, target))
            o->new_id = target;
        else
            o->reason = TRANSLATE_MAP_MISSING;
        return;
    }
    struct translate_comment *c = find(m->old, m->old_count, id);
    if (!c)
        o->reason = TRANSLATE_GONE_OLD;
    else if (!c->has_created)
        o->reason = TRANSLATE_NO_TIME;
    else
        by_time_of(m, c, o);
}

void translate_match(struct arena *a, struct translate_comment *old, size_t old_count, struct translate_comment *new_,
                     size_t new_count, const struct idmap *map, const char *const *wanted, size_t wanted_count,
                     struct translate_outcome *outcomes_r)
{
    struct matcher m = {.a = a, .map = map, .old = old, .old_count = old_count, .new_ = new_, .new_count = new_count};
    build(&m);
    for (size_t i = 0; i < wanted_count; i++)
        match_one(&m, wanted[i], &outcomes_r[i]);
}
