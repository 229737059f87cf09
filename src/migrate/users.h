/* users.h - user mappings when a side moves to a site that knows people by other identifiers. */
#pragma once

#include "mapping/config.h"
#include "store/store.h"

/* Looks up everybody in use (in the bases of user fields) on the moved side's new site: by the address they have at the
 * partner's, else by the one they had on the old site. Where the first finds exactly one account for each, the mapping
 * becomes "by email"; else a correlation list is made of all who are found, and a line is kept for each who is not.
 * Fields that hold no users stay as they are. */
bool users_switch(struct store *, struct arena *, int64_t sync_id, struct config *, enum side moved,
                  struct tracker *now, char ***lines, size_t *line_count, struct err *e) MUST_CHECK;

/* Mappings that name accounts of a site. */
bool users_is_kind(enum config_kind);
