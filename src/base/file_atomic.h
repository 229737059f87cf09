/* file_atomic.h - whole files in, whole files out: write, fsync, rename, fsync the folder.
 *
 * A reader sees the old file or the new one, never a part; after a crash a "*.tmp-*" file may remain and is harmless.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdio.h>

/* Reads a whole file, at most out->max bytes. ERR_INPUT when it is missing, a directory or too large; ERR_IO otherwise.
 */
bool file_read(const char *path, struct buf *out, struct err *e) MUST_CHECK;

struct file_atomic {
    FILE *stream;                     /* write here */
    char path[4096], temporary[4200]; /* realpath fills PATH_MAX */
};

/* Opens a temporary file beside `path`. Must be followed by commit or abandon. ERR_IO; ERR_INPUT when
 * `path` is a directory, a device or a pipe. */
bool file_atomic_open(struct file_atomic *, const char *path, struct err *e) MUST_CHECK;
/* Makes the file appear under its name, durable. On failure (ERR_IO) the old file stands and the temporary is gone. */
bool file_atomic_commit(struct file_atomic *, struct err *e) MUST_CHECK;
/* Removes the temporary; harmless after commit. */
void file_atomic_abandon(struct file_atomic *);

/* open, write, commit in one. */
bool file_atomic_write(const char *path, const void *bytes, size_t length, struct err *e) MUST_CHECK;
