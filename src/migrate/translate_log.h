/* translate_log.h - what a translation found, as a JSON file written while it goes on, and as lines for a person.
 *
 * {"input": …, "connector": …, "findings": [{"kind", "issue", "comment", "reason", "text", "candidates"}, …],
 *  "totals": {…}}; kinds: comment, issue, moved (an issue with a new key), repeated (a pair twice), no-partner. */
#pragma once

#include "base/file_atomic.h"
#include "base/side.h"
#include "migrate/translate.h"

struct translate_log {
    struct file_atomic file;
    FILE *lines; /* NULL: none */
    int64_t count;
};

bool translate_log_open(struct translate_log *, const char *path, const char *input, enum side connector, FILE *lines,
                        struct err *e) MUST_CHECK;
/* A comment that was taken out. */
void translate_log_comment(struct translate_log *, const char *issue, const char *comment,
                           const struct translate_outcome *);
/* An issue that a site (0: old, 1: new) does not have. */
void translate_log_missing(struct translate_log *, const char *issue, int site);
void translate_log_moved(struct translate_log *, const char *old_key, const char *new_key);
/* Oddities: the same pair twice, a record without partner. */
void translate_log_oddity(struct translate_log *, const char *kind, const char *issue, const char *partner,
                          const char *connector);
/* Writes the totals and makes the file appear. */
bool translate_log_commit(struct translate_log *, const struct translate_report *, struct err *e) MUST_CHECK;
void translate_log_abandon(struct translate_log *);
