/* adopt.h - takes a synchronization over from pair files: Backbone's, or Tandem's own.
 *
 * A pair file names the issues and comments that belong together, and when each side was last in step, but not what
 * both had agreed on. So the base is rebuilt: where both sides say the same now, that is the base; else the histories
 * tell what each side held when it was last in step, and if those agree, they are the base and what came later travels.
 * What stays unknown is listed and asked about, never written.
 * Comments: partners are found by text, then by time, then by order (adopt_comments.h). An id that the file names is
 * never created again, even when its partner is not found; nor is an issue whose partner is not there.
 * Oddities are listed: a pair that stands there twice, an issue with two partners (the pair that was in step last
 * counts), records that ignore incoming changes (the pair is ignored).
 *
 * Reads the sites, writes only the store. A pair that is there already is left as it is, so an import can be repeated;
 * of a pair whose one issue was missing, the import after it came back makes a whole one. */
#pragma once

#include "sync/engine.h"

struct adopt_report {
    int64_t records, pairs, known_already, missing, bases_equal, bases_rebuilt, bases_unknown;
    int64_t comments_paired, comments_alone;
    char **lines; /* for people */
    size_t line_count;
};

/* `trackers` are those of the synchronization's connectors. ERR_INPUT when the file has its connectors the other way
 * round (the text names tandem swap) or is of other projects; what pairfile.h says of files, and what the sites say.
 * Whole batches are kept when it fails on the way; the same call goes on. */
bool adopt_pairs(struct store *, const char *sync_key, struct tracker *const trackers[2], const char *path,
                 struct arena *, struct adopt_report *r, struct err *e) MUST_CHECK;
