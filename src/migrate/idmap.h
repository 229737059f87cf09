/* idmap.h - an id-mapping report of a project move: which id on the old site became which on the new one.
 *
 * JSON lines {"entityType", "sourceId", "targetId"}, as `tandem sandbox move --id-map` writes and as reports of the
 * Jira Cloud Migration Assistant can be brought into. Only comments are kept (entityType "comment", also with a prefix
 * as in "jira:comment" or "jira/classic:comment"); ids are strings of digits or numbers. Blank lines are passed over.
 *
 * Memory: 16 bytes a comment. Threads: reading is free of locks once loaded. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct idmap_pair {
    int64_t old_id, new_id;
};

struct idmap {
    struct idmap_pair *pairs; /* by old_id */
    size_t count, room;
};

#define IDMAP_INIT                                                                                                     \
    {                                                                                                                  \
        0                                                                                                              \
    }

/* ERR_INPUT with file and line for what is no such report, and when it contradicts itself: one comment with two new
 * ids, or one new id for two comments; then nobody could say which is right. */
bool idmap_read(struct idmap *, const char *path, struct err *e) MUST_CHECK;
void idmap_release(struct idmap *);
/* True and the new id when the report knows this comment. An id that is no number is never known. */
bool idmap_comment(const struct idmap *, const char *old_id, int64_t *new_id_r);
