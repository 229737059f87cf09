/* pair.h - one issue on each side, and what both agreed on last.
 *
 * A pair is the unit of work of a synchronization. The base of every item is kept per side, because a mapping can be
 * lossy; a value is JSON as tracker/value.h writes it.
 *
 * Invariants: both issue ids are set once paired and never change within a generation; keys may (an issue can move).
 *             In state "creating" one id is still NULL: the op that makes the partner is under way.
 * States: "creating", "open", "ignored" (a person decided so), "gone" (a partner was deleted), "ended" (an old
 * generation). */
#pragma once

#include "base/json.h"
#include "store/store.h"

#define PAIR_CREATING "creating"
#define PAIR_OPEN     "open"
#define PAIR_IGNORED  "ignored"
#define PAIR_GONE     "gone"
#define PAIR_ENDED    "ended"

struct pair {
    int64_t id, sync_id, generation;
    const char *state;
    const char *issue_id[2], *key[2];
    int64_t first_sync_ms;
    int64_t sent_ms[2], received_ms[2]; /* last change that left, or arrived at, that side */
    int64_t seen_ms[2];                 /* `updated` of the issue when the pair was last found in step */
    bool is_dirty, panel_due;
    const char *resync;  /* JSON {"from":"first","fields":["summary"]}; NULL: none */
    const char *link[2]; /* what the remote link on that side shows now; NULL: there is none */
    bool rejoins;        /* its sites may hold copies of comments that this store does not remember */
};

/* Ids may be NULL for the side that is yet to be made. */
bool pair_add(struct store *, struct pair *, struct err *e) MUST_CHECK;                              /* sets id */
bool pair_get(struct store *, struct arena *, int64_t id, struct pair *r, struct err *e) MUST_CHECK; /* ERR_GONE */
/* The pair whose issue on `side` has this id; *found_r tells. */
bool pair_find(struct store *, struct arena *, int64_t sync_id, enum side, const char *issue_id, struct pair *r,
               bool *found_r, struct err *e) MUST_CHECK;
/* The same by the key the issue had when it was read last; of two that had it, the younger pair. */
bool pair_find_key(struct store *, struct arena *, int64_t sync_id, enum side, const char *key, struct pair *r,
                   bool *found_r, struct err *e) MUST_CHECK;
/* Lists and the count leave out generations that are "ended"; pair_get reads those too. */
bool pair_list(struct store *, struct arena *, int64_t sync_id, struct pair **r, size_t *count_r,
               struct err *e) MUST_CHECK;
/* Up to `limit` pairs that wait for a pass, or for their panel, with an id above `after`. */
bool pair_list_dirty(struct store *, struct arena *, int64_t sync_id, int64_t after, size_t limit, struct pair **r,
                     size_t *count_r, struct err *e) MUST_CHECK;
bool pair_count_dirty(struct store *, int64_t sync_id, int64_t *r, struct err *e) MUST_CHECK;
bool pair_list_panel_due(struct store *, struct arena *, int64_t sync_id, struct pair **r, size_t *count_r,
                         struct err *e) MUST_CHECK;
/* Writes all columns but id and sync_id. */
bool pair_update(struct store *, const struct pair *, struct err *e) MUST_CHECK;
bool pair_remove(struct store *, int64_t id, struct err *e) MUST_CHECK;
bool pair_count(struct store *, int64_t sync_id, int64_t *r, struct err *e) MUST_CHECK;
/* Marks every pair that is open or being made: for a resync ({"from":…,"fields":…}) or a sweep (NULL). */
bool pair_mark_all(struct store *, int64_t sync_id, const char *resync, bool panel_due, struct err *e) MUST_CHECK;

/* Every pair that is open or being made, for after the store was put back: sync/rejoin.c. */
bool pair_mark_rejoining(struct store *, int64_t sync_id, struct err *e) MUST_CHECK;

struct base_row {
    const char *item;
    const json_t *value[2]; /* NULL: no base on that side */
};
bool base_list(struct store *, struct arena *, int64_t pair_id, struct base_row **r, size_t *count_r,
               struct err *e) MUST_CHECK;
bool base_set(struct store *, int64_t pair_id, const char *item, const json_t *first, const json_t *second,
              struct err *e) MUST_CHECK;
/* One side only; the other side's base stays as it is. */
bool base_set_side(struct store *, int64_t pair_id, const char *item, enum side, const json_t *,
                   struct err *e) MUST_CHECK;
bool base_remove(struct store *, int64_t pair_id, const char *item, struct err *e) MUST_CHECK;

/* One comment and its copy. States: "open"; "deleted" (on the origin, carried over); "kept" (its copy was deleted on
 * the other side and is not made again); "known" (named by a pair file, its partner unknown: never created again). */
struct comment_row {
    int64_t id, pair_id;
    enum side origin;
    const char *comment_id[2];
    const char *base[2]; /* bodies, in that side's own form (tracker/rich.h); NULL: none */
    const char *state;
};
bool comment_list(struct store *, struct arena *, int64_t pair_id, struct comment_row **r, size_t *count_r,
                  struct err *e) MUST_CHECK;
bool comment_add(struct store *, struct comment_row *, struct err *e) MUST_CHECK; /* sets id */
bool comment_update(struct store *, const struct comment_row *, struct err *e) MUST_CHECK;
bool comment_remove(struct store *, int64_t id, struct err *e) MUST_CHECK;
