/* translate_match.h - which comment of the new site an old comment became. Pure: no clock, no I/O. It never guesses.
 *
 * A move keeps a comment's creation time and its text (converted); its id is new. So, for the comments of one issue:
 *   1. An id map decides, if the comment it names is on the issue.
 *   2. The same instant (ms), and no other comment on either side has it: the same comment, even when its text differs
 *      (it was edited since). Not so when the instant is a whole second and other comments lie within that second: a
 *      site may have dropped milliseconds, and then equal instants say little; there the text has to agree.
 *   3. Several at one instant: the canonical text decides when it is the only one of its kind on both sides; then the
 *      text without the names in mentions, which a move rewrites.
 *   4. No comment at that instant, but one side has the whole second only: equal text, the only one of its kind in that
 *      second on both sides.
 *   5. Everything else stays unresolved, with the candidates for a person to look at.
 * The text alone, at another time, never decides. No new comment is given to two old ones. */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "migrate/idmap.h"

struct translate_comment {
    const char *id;
    bool has_created; /* a comment whose creation time cannot be read is never matched but by the id map */
    int64_t created_ms;
    const json_t *body;       /* wiki markup (a string) or an ADF document */
    const char *text, *loose; /* made from the body when they are needed: start with NULL */
};

enum translate_reason {
    TRANSLATE_BY_ID_MAP,
    TRANSLATE_BY_INSTANT,
    TRANSLATE_BY_TEXT,                         /* same instant and text, among several at that instant */
    TRANSLATE_BY_SECOND,                       /* same second and text */
    TRANSLATE_UNRESOLVED,                      /* from here on: not resolved */
    TRANSLATE_GONE_OLD = TRANSLATE_UNRESOLVED, /* the old comment is not on the old issue (deleted, or not visible) */
    TRANSLATE_NONE_NEW,                        /* no comment of that instant on the new issue */
    TRANSLATE_TIE,                             /* several with the same instant and text */
    TRANSLATE_OTHER_TEXT,   /* several with the same instant, or second, none of them surely this one by its text */
    TRANSLATE_NO_TIME,      /* the old comment's creation time cannot be read */
    TRANSLATE_MAP_MISSING,  /* the id map names a comment that is not on the new issue */
    TRANSLATE_NO_ISSUE_OLD, /* the issue is not on the old site: given by the caller */
    TRANSLATE_NO_ISSUE_NEW, /* the issue is not on the new site: given by the caller */
    TRANSLATE_INCOMPLETE,   /* a site did not hand out all comments of the issue: given by the caller */
    TRANSLATE_REASON_COUNT
};

const char *translate_reason_name(enum translate_reason); /* "tie": stable, for the report */
const char *translate_reason_text(enum translate_reason); /* a sentence for a person */

struct translate_outcome {
    enum translate_reason reason;
    const char *new_id;      /* NULL when unresolved */
    const char **candidates; /* new comments it might be; empty when there are none */
    size_t candidate_count;
};

/* Finds an outcome for each of the `wanted` old ids. `old` and `new_` are all comments of the issue on each site.
 * `map` may be NULL. Ids compare as strings. */
void translate_match(struct arena *, struct translate_comment *old, size_t old_count, struct translate_comment *new_,
                     size_t new_count, const struct idmap *map, const char *const *wanted, size_t wanted_count,
                     struct translate_outcome *outcomes_r);
