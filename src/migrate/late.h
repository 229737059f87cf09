/* late.h - what people changed in the old project after the synchronization stood still, and the move did not carry
 * along.
 *
 * The plan asks that the old project is read-only from the move's snapshot on; whether it was is looked for here. An
 * edit made after the stop and before the snapshot is in the new project's history, at the same instant, and is no
 * loss. What is not there came too late and is listed with what it said, for a person to repeat.
 *
 * Only what takes part in the synchronization is looked at: mapped fields, status, issue type, comments, new issues. A
 * comment that was deleted too late leaves no trace. Reads both sites, writes nothing. */
#pragma once

#include "mapping/config.h"
#include "store/store.h"
#include "store/sync.h"

struct late_options {
    struct store *store;
    const struct sync_row *old_row;
    enum side moved;
    const struct config *old_config, *new_config; /* fields at the same positions */
    struct tracker *before, *now;                 /* the old project and the new one */
};

/* Adds a line for each late change and counts them. Errors are the sites' and the store's. */
bool late_list(const struct late_options *, struct arena *, char ***lines, size_t *line_count, int64_t *changes_r,
               struct err *e) MUST_CHECK;
