/* pairfile_scan.h - strict JSON as a stream of tokens with their byte offsets, in constant memory.
 *
 * Why a scanner of our own: a pair file can be gigabytes, and what Tandem does not change must come out byte for byte,
 * key order, white space, escapes and number spelling included. So nothing is ever re-printed: the scanner says where
 * each token lies, and pairfile_edit.h copies the bytes around the edits.
 *
 * What is JSON here: RFC 8259, UTF-8 without overlong forms or surrogates, surrogate escapes only in pairs, the same
 * key twice in one object refused (also when one of them is spelled with escapes), nesting at most SCAN_DEPTH_MAX.
 * A UTF-8 byte order mark before the document is accepted, as Windows editors leave one; has_bom says so. Numbers may
 * have any size: nobody computes with them.
 *
 * Memory: one window, which grows only while `pin` holds bytes in it (at most pin_max, else ERR_LIMIT), and the names
 * of the objects that are open (at most 64 MiB, else ERR_LIMIT). Threads: one.
 *
 * Every error text reads: FILE: byte N, pointer "/a/0/b": what is wrong. ERR_INPUT for what is not JSON, ERR_LIMIT
 * for what is larger than Tandem holds, ERR_IO when reading failed. After an error the scanner stays failed.
 *
 * Order: scan_init, scan_next until SCAN_END or false, scan_release. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "migrate/pairfile_names.h"

#include <stdint.h>
#include <sys/types.h>

enum { SCAN_DEPTH_MAX = 128, SCAN_WINDOW = 256 * 1024 };

enum scan_kind {
    SCAN_END, /* the document is complete and nothing but white space follows */
    SCAN_OBJECT,
    SCAN_OBJECT_END,
    SCAN_ARRAY,
    SCAN_ARRAY_END,
    SCAN_KEY, /* its value follows; scan_key() has the decoded name */
    SCAN_STRING,
    SCAN_NUMBER,
    SCAN_TRUE,
    SCAN_FALSE,
    SCAN_NULL,
};

struct scan_token {
    enum scan_kind kind;
    int64_t start, end; /* offsets in the file; quotes are part of strings and keys */
    int depth;          /* of the object or array it stands in; 0 for the document itself */
};

/* Where bytes come from: like read(2), 0 at the end, -1 with errno on failure. */
struct scan_input {
    ssize_t (*read)(void *context, char *bytes, size_t room);
    void *context;
};

struct scan_frame {
    bool is_object;
    unsigned char state;
    int64_t index; /* of the element, in an array */
    struct name_scope scope;
};

struct scan {
    struct scan_input input;
    const char *name; /* borrowed; the file's name in texts */
    char *data;
    size_t len, room, pos, window;
    int64_t base; /* file offset of data[0] */
    int64_t pin;  /* bytes from this offset on stay in the window; -1: none */
    size_t pin_max;
    bool at_eof, has_bom, has_failed;
    struct err failure;
    int depth;
    struct scan_frame frames[SCAN_DEPTH_MAX + 1];
    struct names names;
};

/* `window` is SCAN_WINDOW unless a test wants the seams elsewhere (0: the default); name and input are borrowed. */
void scan_init(struct scan *, struct scan_input, const char *name, size_t pin_max, size_t window);
void scan_release(struct scan *);

bool scan_next(struct scan *, struct scan_token *, struct err *e) MUST_CHECK;
/* After the SCAN_OBJECT, SCAN_ARRAY or SCAN_KEY token: reads to the end of that value and says where it ends. */
bool scan_skip(struct scan *, const struct scan_token *, int64_t *end_r, struct err *e) MUST_CHECK;

/* The decoded name of the last SCAN_KEY of the innermost object; may hold zero bytes. Valid until the next scan_next.
 */
const char *scan_key(const struct scan *, size_t *length_r);
bool scan_key_is(const struct scan *, const char *name);

/* From now on bytes from `offset` on, the start of the SCAN_OBJECT or SCAN_ARRAY token just read, stay available;
 * scan_unpin lets them go. */
void scan_pin(struct scan *, int64_t offset);
void scan_unpin(struct scan *);
/* Bytes of the file from `start`, which must be pinned. Valid until the next scan_next. */
const char *scan_bytes(const struct scan *, int64_t start);
/* A string token's decoded text, with its length when length_r is given; the token must be pinned. */
char *scan_text(const struct scan *, const struct scan_token *, struct arena *, size_t *length_r);

/* Decodes the inside of a string that the scanner has passed; the result is never longer. Returns its length. */
size_t scan_decode(const char *from, size_t length, char *out);

/* Where the scanner stands as a JSON pointer (RFC 6901); long names are cut with an ellipsis. */
void scan_pointer(const struct scan *, struct buf *);
/* Fails with file, byte and pointer before the text: for readers of a higher shape ("localIssueKey is not a string").
 */
bool scan_fail(struct scan *, struct err *e, enum err_kind, int64_t offset, const char *format, ...) PRINTF_LIKE(5, 6);
/* The same for a value that is not what it must be: ERR_INPUT "wrong shape: …" at the token just read. */
bool scan_wrong_shape(struct scan *, struct err *e, const struct scan_token *, const char *what);
