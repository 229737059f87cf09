/* users.h - user mappings when a side moves to a site that knows people by other identifiers. */
#pragma once

#include "mapping/config.h"
#include "store/store.h"

/* Looks up everybody in use (in the bases of user fields) on the moved side's new site by e-mail. Where every one of
 * them resolves to exactly one account, the mapping becomes "by email"; else a correlation list is made of those who
 * do, and a line is kept for each who does not. Other fields stay as they are. */
bool users_switch(struct store *, struct arena *, int64_t sync_id, struct config *, enum side moved,
                  struct tracker *now, char ***lines, size_t *line_count, struct err *e) MUST_CHECK;

/* Mappings that name accounts of a site. */
bool users_is_kind(enum config_kind);
