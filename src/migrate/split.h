/* split.h - cuts a pair file into chunkedMappingFile-1.json, -2 …, small enough to upload.
 *
 * Each chunk is a valid pair file with the same top-level members (those that are no connectors are copied into each),
 * and holds at most `size` pairs. A pair's record in the first and in the second connector go to the same chunk, found
 * by their issue keys; so do repeated records of one pair. Records keep their bytes and their order.
 *
 * Memory: 16 bytes a record, and the index of pairfile_index.h. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct split_options {
    const char *in_path;
    const char *into; /* folder; NULL: the working directory. It must exist */
    int64_t size;     /* pairs in a chunk; 1000 when 0 */
    bool has_force;   /* replace the chunk files of an earlier run and remove those that are left over */
};

struct split_report {
    int64_t chunks, pairs, records[2];
    int64_t repeated; /* records whose pair was already there in the same connector */
    int64_t half;     /* pairs with a record in one connector only, where the file has both */
    int64_t removed;  /* left-over chunk files of an earlier run, with has_force */
    char first_path[4096], last_path[4096];
};

/* ERR_STATE when chunk files are there already: with fewer chunks now, somebody would upload old ones after the new.
 *           The text names them; has_force replaces them.
 * ERR_INPUT, ERR_LIMIT as pairfile.h; ERR_INPUT for a size below 1 or a folder that is not there; ERR_IO.
 * On failure the chunks written so far are removed again, so no half set is left behind. */
bool migrate_split(const struct split_options *, struct split_report *report_r, struct err *e) MUST_CHECK;
