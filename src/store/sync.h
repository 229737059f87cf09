/* sync.h - synchronizations as the store keeps them: the configuration document, the state, the watermarks. */
#pragma once

#include "base/json.h"
#include "store/store.h"

/* "stopped", "running"; "fused": it stopped itself and `reason` asks a person; "retired": replaced by a migration, kept
 * for rollback. */
#define SYNC_STOPPED "stopped"
#define SYNC_RUNNING "running"
#define SYNC_FUSED   "fused"
#define SYNC_RETIRED "retired"

struct sync_row {
    int64_t id;
    const char *key, *name, *state, *reason;
    const json_t *config; /* mapping/config.h */
    int64_t created_ms, watermark_ms[2], swept_ms;
    bool rejoins; /* the store may be older than what the sites hold of ours: sync/rejoin.c */
};

/* Each of these is a transaction of its own unless one is open. */
bool sync_add(struct store *, const char *key, const char *name, const json_t *config, int64_t now_ms, int64_t *id_r,
              struct err *e) MUST_CHECK;
/* The next free key, "INT-<n>". */
bool sync_next_key(struct store *, struct arena *, const char **r, struct err *e) MUST_CHECK;
/* ERR_INPUT when there is none; the text lists those there are. */
bool sync_get(struct store *, struct arena *, const char *key, struct sync_row *r, struct err *e) MUST_CHECK;
bool sync_list(struct store *, struct arena *, struct sync_row **r, size_t *count_r, struct err *e) MUST_CHECK;
bool sync_set_config(struct store *, int64_t id, const char *name, const json_t *config, struct err *e) MUST_CHECK;
/* One that stopped itself and is set running with reason NULL keeps its reason: the engine then knows that a person
 * looked, and lets the next pass through. */
bool sync_set_state(struct store *, int64_t id, const char *state, const char *reason, struct err *e) MUST_CHECK;
bool sync_set_watermark(struct store *, int64_t id, enum side, int64_t ms, struct err *e) MUST_CHECK;
bool sync_set_swept(struct store *, int64_t id, int64_t ms, struct err *e) MUST_CHECK;
/* From here on every pair, and every issue without one, is looked at for what this store does not remember; nothing is
 * created before. */
bool sync_set_rejoins(struct store *, int64_t id, bool rejoins, struct err *e) MUST_CHECK;
/* With everything it knows: pairs, bases, ops, findings. */
bool sync_remove(struct store *, int64_t id, struct err *e) MUST_CHECK;
