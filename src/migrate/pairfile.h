/* pairfile.h - reads a pair file record by record, in constant memory, and says where everything lies.
 *
 * A pair file is one JSON object whose members firstConnector and secondConnector are arrays with one record per pair,
 * seen from that side (docs/migration.md). Either may be absent, as in a file exchange, but not both. Other members,
 * and other keys in a record, are none of our business: they are passed over and keep their bytes.
 *
 * Required of a record: localIssueKey, a string that is not empty. remoteIssueKey may be missing or null (an issue
 * whose partner never answered). comments may be missing or null, else an array of objects whose localId is a string or
 * a number; a comment without localId is passed over (id NULL). Anything else of the wrong type is ERR_INPUT.
 *
 * Memory: the record that is being read (at most PAIRFILE_RECORD_MAX, else ERR_LIMIT), nothing of the file besides.
 * Errors: ERR_INPUT (not JSON, cut off, wrong shape, missing, empty, a directory), ERR_LIMIT, ERR_IO, each with the
 *         file, byte offset and JSON pointer in the text. A file that changes while it is read is ERR_INPUT.
 * Threads: one.  Order: open, next until PAIRFILE_END or false, close (also after a failure). */
#pragma once

#include "base/side.h"
#include "migrate/pairfile_scan.h"

#include <sys/stat.h>

#define PAIRFILE_RECORD_MAX ((size_t)64 << 20)

struct pairfile_range {
    int64_t start, end; /* bytes [start, end) of the file */
};

struct pairfile_comment {
    struct pairfile_range whole; /* the element of the array */
    struct pairfile_range at;    /* the value of localId, with its quotes */
    const char *id;              /* decoded; a number as it is spelled; NULL when there is none */
    bool is_number;
};

struct pairfile_record {
    enum side side;
    int64_t index;               /* in its array, from 0 */
    struct pairfile_range whole; /* the record, braces included */
    const char *connector_key;   /* "CON-4-SAM2"; NULL when missing */
    const char *local_key;
    const char *remote_key; /* NULL when missing or null */
    struct pairfile_range local_key_at, remote_key_at;
    struct pairfile_comment *comments;
    size_t comment_count;
    struct pairfile_range comments_at; /* the whole array; empty when there is none */
};

enum pairfile_kind {
    PAIRFILE_MEMBER,        /* a top-level member that is no connector: key and value */
    PAIRFILE_CONNECTOR,     /* a connector's array begins: side, key; value.start is its bracket */
    PAIRFILE_RECORD,        /* record */
    PAIRFILE_CONNECTOR_END, /* side; value is the whole array */
    PAIRFILE_END            /* the document is complete */
};

struct pairfile_event {
    enum pairfile_kind kind;
    enum side side;
    struct pairfile_range key, value;
    struct pairfile_record record; /* its memory lives in the arena given to pairfile_next */
};

struct pairfile {
    int fd;
    char *path;
    size_t window;
    struct stat at_open;
    struct scan scan;
    enum { PAIRFILE_BEFORE, PAIRFILE_IN_FILE, PAIRFILE_IN_ARRAY, PAIRFILE_AFTER } where;
    enum side side;
    int64_t index;
    struct pairfile_range array; /* of the connector that is being read */
    bool has_connector[2];
};

/* Opens a regular file. `window` 0, unless a test wants the reader's seams elsewhere. */
bool pairfile_open(struct pairfile *, const char *path, size_t window, struct err *e) MUST_CHECK;
void pairfile_close(struct pairfile *);
/* Begins again at the first byte. */
bool pairfile_rewind(struct pairfile *, struct err *e) MUST_CHECK;
bool pairfile_next(struct pairfile *, struct arena *, struct pairfile_event *, struct err *e) MUST_CHECK;
/* Between records, for a caller that keeps none of them: empties the arena now and then, which is cheaper than each
 * time. */
void pairfile_rest_arena(struct arena *);
/* Bytes of the record of the last event. Valid until the next pairfile_next. */
const char *pairfile_bytes(const struct pairfile *, int64_t start);
/* ERR_INPUT when the file is no longer the one that was opened (size or time changed). */
bool pairfile_check_unchanged(const struct pairfile *, struct err *e) MUST_CHECK;

/* The part of an issue key before its last dash: "SAM2" of "SAM2-1". The whole key when there is no dash. */
char *pairfile_project_of(struct arena *, const char *issue_key);
const char *pairfile_connector_name(enum side); /* "firstConnector" */

/* --- copying -------------------------------------------------------------------------------------------------------
 * What is not edited comes out byte for byte:
 *   struct pairfile_copy c; pairfile_copy_start(&c, &file, stream);
 *   pairfile_copy_replace(&c, range, bytes, length) in ascending order;  pairfile_copy_rest(&c)
 * ERR_IO when reading or writing fails. */
struct pairfile_copy {
    const struct pairfile *file;
    FILE *to;
    int64_t at; /* everything before this offset has been dealt with */
};
void pairfile_copy_start(struct pairfile_copy *, const struct pairfile *, FILE *to);
/* Copies up to the range and writes `bytes` in its place. */
bool pairfile_copy_replace(struct pairfile_copy *, struct pairfile_range, const char *bytes, size_t length,
                           struct err *e) MUST_CHECK;
bool pairfile_copy_rest(struct pairfile_copy *, struct err *e) MUST_CHECK;
/* Copies one range of the file, wherever it lies. */
bool pairfile_copy_range(const struct pairfile *, struct pairfile_range, FILE *to, struct err *e) MUST_CHECK;
