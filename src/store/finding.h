/* finding.h - what waits for a person, or was decided for them and can be restored.
 *
 * Kinds: "quarantine" (an item set aside, with its reason) · "conflict" (the losing value, restorable) · "ask" (a
 * conflict that a person must decide) · "drift" (a receiver of a one-way mapping was edited) · "twin" (a creation came
 * twice) · "unseen" (an item vanished without proof of deletion) · "gone" (a partner issue was deleted) · "lost" (copy
 * deleted) · "cut" (a text too long for its site: only its beginning stands there). */
#pragma once

#include "base/json.h"
#include "store/store.h"

struct finding {
    int64_t id, sync_id, pair_id; /* pair 0: the synchronization as a whole */
    int side;                     /* -1: none */
    const char *item, *kind, *error, *text;
    const json_t *detail;
    int64_t created_ms;
};

/* Opens one; an open finding of the same pair, item and kind is replaced, so that a standing trouble shows once. A
 * conflict holds a value that can be restored, so it replaces only one with the same detail. */
bool finding_open(struct store *, const struct finding *, struct err *e) MUST_CHECK;
/* Closes the open findings of an item; kind NULL: of every kind but conflict, which stays until a person looked,
 * and cut, which stays as long as the text is. */
bool finding_resolve(struct store *, int64_t sync_id, int64_t pair_id, const char *item, const char *kind,
                     int64_t now_ms, struct err *e) MUST_CHECK;
/* The open ones, oldest first; pair_id 0: of the whole synchronization. */
bool finding_list(struct store *, struct arena *, int64_t sync_id, int64_t pair_id, struct finding **r, size_t *count_r,
                  struct err *e) MUST_CHECK;

/* A person mended what was wrong: closes quarantines, questions and what was unseen or waiting, and marks their pairs
 * to be worked anew. `id` 0: all of the synchronization. *count_r is how many were closed. */
bool finding_retry(struct store *, int64_t sync_id, int64_t id, int64_t now_ms, int64_t *count_r,
                   struct err *e) MUST_CHECK;
/* A person looked and wants to hear no more of it; conflicts too. *count_r is 0 when there is no open one of that id.
 */
bool finding_close(struct store *, int64_t sync_id, int64_t id, int64_t now_ms, int64_t *count_r,
                   struct err *e) MUST_CHECK;
/* An open one; *found_r is false when there is none of that id. */
bool finding_get(struct store *, struct arena *, int64_t sync_id, int64_t id, struct finding *r, bool *found_r,
                 struct err *e) MUST_CHECK;
/* What a person decided, as a member of its detail: {"take":"first"} of an "ask", {"restore":true} of a "conflict". The
 * pair is worked anew, and closes the finding when it is done. */
bool finding_decide(struct store *, const struct finding *, const char *member, json_t *value,
                    struct err *e) MUST_CHECK; /* takes the value */
