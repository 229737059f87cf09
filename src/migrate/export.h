/* export.h - what a synchronization knows, as the two files of the guide's step 1: its configuration and its pairs.
 *
 * The pair file has Backbone's form (pairfile.h), so that either program can read it; the configuration is Tandem's own
 * (mapping/config.h) and holds no secrets. Both are written whole or not at all. */
#pragma once

#include "base/clock.h"
#include "store/store.h"

/* Writes the configuration as indented JSON. */
bool export_config(struct store *, const char *sync_key, const char *path, struct err *e) MUST_CHECK;

/* Writes `<folder>/<yyyymmddhhmmss>_sync_info_pairs.json`; *path_r lives in the arena. */
bool export_pairs(struct store *, struct arena *, const char *sync_key, const char *folder, struct clock *,
                  const char **path_r, int64_t *pairs_r, struct err *e) MUST_CHECK;
