/* transfer.h - one project as JSON pages: read from a site (dump.c), written into another (import.c).
 *
 * Every page carries a head (people, types, statuses, workflows, fields: the first of the whole project, the others of
 * what their issues need) and up to `max` issues in ascending order of their ids; `next` is the id to go on after,
 * absent on the last page. A page says what it is of and where it begins, and the target remembers what became what
 * (table imported), so pages may come one request at a time.
 *
 * Links and parents name issues by key: each is made when its later end arrives. */
#pragma once

#include "sandbox/internal.h"

enum { TRANSFER_PAGE = 500 };

/* The page of issues with ids above `after`. ERR_GONE when there is no such project, ERR_STORE. */
bool transfer_dump(struct sandbox *, struct arena *, const char *project_key, int64_t after, int64_t max,
                   json_t **page_r, struct err *e) MUST_CHECK;

/* Writes a page. The caller holds the transaction. Appends {entityType, sourceId, targetId} to `id_map` and adds to the
 * counts. ERR_INPUT for what is no page, or when the first page's key or name is taken; ERR_STORE. */
bool transfer_import(struct sandbox *, struct arena *, const json_t *page, const struct sandbox_move *options,
                     json_t *id_map, struct sandbox_moved *counts, struct err *e) MUST_CHECK;

extern const struct route transfer_routes[];
