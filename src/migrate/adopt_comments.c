#include "migrate/adopt_comments.h"

#include "base/str.h"

#include <string.h>

/* How long after its origin a copy may have been made, when only time and order speak for it. */
static const int64_t COPY_DELAY_MS = 3600 * 1000;
enum { FEW_CHARACTERS = 12 }; /* a shorter text is found in others by chance */

struct lists {
    struct adopt_comment *list[2];
    size_t count[2];
};

typedef bool (*likeness)(const struct adopt_comment *x, const struct adopt_comment *y);

static bool may_be_partners(const struct adopt_comment *x, const struct adopt_comment *y)
{
    return x->named == y->named || x->named == ADOPT_UNTOLD || y->named == ADOPT_UNTOLD;
}

static bool says_the_same(const struct adopt_comment *x, const struct adopt_comment *y)
{
    return str_eq(x->says, y->says);
}

/* One of them is the other with something before it. */
static bool ends_alike(const struct adopt_comment *x, const struct adopt_comment *y)
{
    const char *shorter = strlen(x->plain) <= strlen(y->plain) ? x->plain : y->plain;
    return strlen(shorter) >= FEW_CHARACTERS && str_ends(shorter == x->plain ? y->plain : x->plain, shorter);
}

static int64_t apart(const struct adopt_comment *x, const struct adopt_comment *y)
{
    return x->created_ms > y->created_ms ? x->created_ms - y->created_ms : y->created_ms - x->created_ms;
}

static enum side origin_of(const struct adopt_comment *x, const struct adopt_comment *y)
{
    if (x->is_copy != y->is_copy)
        return x->is_copy ? SIDE_SECOND : SIDE_FIRST;
    if (!says_the_same(x, y) && ends_alike(x, y))
        return strlen(x->plain) > strlen(y->plain) ? SIDE_SECOND : SIDE_FIRST;
    return x->created_ms <= y->created_ms ? SIDE_FIRST : SIDE_SECOND;
}

static void join(struct lists *l, size_t i, size_t k)
{
    struct adopt_comment *x = &l->list[0][i], *y = &l->list[1][k];
    x->partner = k;
    y->partner = i;
    x->origin = y->origin = origin_of(x, y);
}

/* Of several that are alike the two that lie closest together, then the next two: so nobody takes another's partner. */
static void match_by(struct lists *l, likeness alike)
{
    for (;;) {
        size_t best_i = ADOPT_ALONE, best_k = ADOPT_ALONE;
        int64_t nearest = INT64_MAX;
        for (size_t i = 0; i < l->count[0]; i++)
            for (size_t k = 0; k < l->count[1]; k++) {
                const struct adopt_comment *x = &l->list[0][i], *y = &l->list[1][k];
                if (x->partner != ADOPT_ALONE || y->partner != ADOPT_ALONE || apart(x, y) >= nearest ||
                    !may_be_partners(x, y) || !alike(x, y))
                    continue;
                nearest = apart(x, y);
                best_i = i;
                best_k = k;
            }
        if (best_i == ADOPT_ALONE)
            return;
        join(l, best_i, best_k);
    }
}

static size_t next_left(const struct adopt_comment *list, size_t count, size_t from)
{
    while (from < count && (list[from].partner != ADOPT_ALONE || list[from].named != ADOPT_NAMED))
        from++;
    return from;
}

/* What the file names and nothing else told: as many on both sides, in the same order, each copy soon after its origin.
 * All of them or none, for one that is wrong makes the next ones wrong. */
static void match_by_order(struct lists *l)
{
    for (int is_sure = 0; is_sure < 2; is_sure++) {
        size_t i = next_left(l->list[0], l->count[0], 0), k = next_left(l->list[1], l->count[1], 0);
        while (i < l->count[0] && k < l->count[1]) {
            if (apart(&l->list[0][i], &l->list[1][k]) > COPY_DELAY_MS)
                return;
            size_t after_i = next_left(l->list[0], l->count[0], i + 1),
                   after_k = next_left(l->list[1], l->count[1], k + 1);
            if (is_sure)
                join(l, i, k);
            i = after_i;
            k = after_k;
        }
        if (i < l->count[0] || k < l->count[1])
            return;
    }
}

void adopt_match(struct adopt_comment *first, size_t first_count, struct adopt_comment *second, size_t second_count)
{
    struct lists l = {{first, second}, {first_count, second_count}};
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < l.count[s]; i++)
            l.list[s][i].partner = ADOPT_ALONE;
    match_by(&l, says_the_same);
    match_by(&l, ends_alike);
    match_by_order(&l);
}
