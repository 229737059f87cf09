/* adopt_file.h - a pair file as the pairs it names: both sides' records joined, each issue with one partner.
 *
 * Memory: all of it, for a synchronization is about to know every pair; some hundred bytes each. */
#pragma once

#include "mapping/config.h"

/* What the file says of one side of a pair; times are 0 where it does not say. */
struct adopt_half {
    bool has_record, has_comments, is_ignored;
    int64_t seen_ms, sent_ms, received_ms, first_sync_ms;
    const char **comments;
    size_t comment_count;
};

struct adopt_entry {
    const char *key[2];
    struct adopt_half half[2];
};

struct adopt_file {
    struct adopt_entry *list; /* by the first side's key */
    size_t count;
    int64_t records;
};

/* When that side, or either, was last in step, as far as the file says: epoch milliseconds, else 0. */
int64_t adopt_in_step(const struct adopt_half *);
int64_t adopt_last_in_step(const struct adopt_entry *);

/* Reads it for the synchronization of this configuration; oddities become lines. ERR_INPUT when the connectors are the
 * other way round or the file is another synchronization's; else as pairfile.h says. */
bool adopt_file_read(struct adopt_file *r, struct arena *, const char *path, const struct config *, char ***lines,
                     size_t *line_count, struct err *e) MUST_CHECK;
