/* adopt_comments.h - which comments of two paired issues are one comment and its copy, when nobody wrote down which.
 * Pure.
 *
 * Partners are found by what they say, then by what a copy adds to it (another program's line about the author), then
 * by time and order among those that a pair file names. Whether the file names a comment must agree on both sides where
 * it is known: a comment that was synchronized is never the partner of one that was not. What finds no partner stays
 * alone. */
#pragma once

#include "base/arena.h"
#include "base/side.h"

#include <stdint.h>

/* Of a comment as far as a pair file tells. */
enum adopt_named { ADOPT_NOT_NAMED, ADOPT_NAMED, ADOPT_UNTOLD /* the file lists no comments of this side */ };

struct adopt_comment {
    const char *says;  /* canonical, without our own author line and without names in mentions */
    const char *plain; /* the same as plain text */
    bool is_copy;      /* carries our author line */
    enum adopt_named named;
    int64_t created_ms;
    size_t partner;   /* result: the position in the other list, or ADOPT_ALONE */
    enum side origin; /* result, with a partner */
};
#define ADOPT_ALONE SIZE_MAX

/* Both lists in the order of ids. Fills partner and origin in both. */
void adopt_match(struct adopt_comment *first, size_t first_count, struct adopt_comment *second, size_t second_count);
