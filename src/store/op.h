/* op.h - the journal: every write, from intent to proof.
 *
 *   planned → sent → replied → settled      failed (refused for good; the item is quarantined)
 *                 ↘ uncertain ↗             retired (given up for absent; its token and its value stay known, for a
 * slow server may still commit it) `sent` is durable before the first byte leaves. Only `settled` moves a base. Only
 * sync/recover.c leaves `uncertain`.
 */
#pragma once

#include "base/json.h"
#include "store/store.h"

enum op_kind { OP_CREATE, OP_UPDATE, OP_TRANSITION, OP_COMMENT_ADD, OP_COMMENT_EDIT, OP_COMMENT_DELETE, OP_KIND_COUNT };

enum op_state { OP_PLANNED, OP_SENT, OP_REPLIED, OP_UNCERTAIN, OP_SETTLED, OP_FAILED, OP_RETIRED, OP_STATE_COUNT };

const char *op_kind_name(enum op_kind);
const char *op_state_name(enum op_state);

struct op {
    int64_t id, sync_id, pair_id;
    enum side side; /* where it writes */
    enum op_kind kind;
    enum op_state state;
    const char *item;  /* "issue", "fields", "status", "comment:<origin>:<id>" */
    const char *token; /* of creations; NULL otherwise */
    json_t *body; /* intended value, what had been read, the origin's value, known ids, the loser: see sync/journal.h */
    const json_t *reply;
    int64_t sent_ms, due_ms, tries;
    const char *error;
};

bool op_add(struct store *, struct op *, struct err *e) MUST_CHECK; /* sets id */
bool op_update(struct store *, const struct op *, struct err *e) MUST_CHECK;
/* Ops that are neither settled, failed nor retired; of one pair, or of all with pair_id 0. Oldest first. */
bool op_list_open(struct store *, struct arena *, int64_t sync_id, int64_t pair_id, struct op **r, size_t *count_r,
                  struct err *e) MUST_CHECK;
/* Changes of what exists that were given up for absent, of one pair: a slow server may still do them. Oldest first. */
bool op_list_retired(struct store *, struct arena *, int64_t pair_id, struct op **r, size_t *count_r,
                     struct err *e) MUST_CHECK;
bool op_count_open(struct store *, int64_t sync_id, int64_t *r, struct err *e) MUST_CHECK;
bool op_find_token(struct store *, struct arena *, const char *token, struct op *r, bool *found_r,
                   struct err *e) MUST_CHECK;
/* At a start: what was `sent` when the program ended is `uncertain`. */
bool op_distrust_sent(struct store *, struct err *e) MUST_CHECK;
/* How many writes to one side of a pair were proven: the sequence numbers of an exported pair file. */
bool op_count_settled(struct store *, int64_t pair_id, enum side, int64_t *r, struct err *e) MUST_CHECK;
