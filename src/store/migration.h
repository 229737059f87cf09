/* migration.h - a migration under way: one document per synchronization that moves; migrate/flow.h says what is in it.
 */
#pragma once

#include "base/json.h"
#include "store/store.h"

/* NULL when there is none. */
bool migration_get(struct store *, struct arena *, const char *sync_key, json_t **r, struct err *e) MUST_CHECK;
bool migration_put(struct store *, const char *sync_key, const json_t *document, struct err *e) MUST_CHECK;
bool migration_remove(struct store *, const char *sync_key, struct err *e) MUST_CHECK;
