/* buf.h - a growing byte buffer that states its maximum.
 *
 * Invariants: data[len] is always zero, so buf_str() is a C string whenever the content holds no zero byte. What would
 * grow past `max` is cut there and `overflow` is set: a limit is an error the caller reports, not an abort.
 * Life: struct buf b = BUF_INIT(max); ... buf_release(&b); */
#pragma once

#include "base/attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len, room, max;
    bool overflow;
};

#define BUF_INIT(max_bytes) {NULL, 0, 0, (max_bytes), false}

void buf_release(struct buf *);
void buf_clear(struct buf *); /* keeps the memory; clears overflow */
/* Never NULL; valid until the next change. */
const char *buf_str(const struct buf *);

void buf_add(struct buf *, const void *bytes, size_t length);
void buf_adds(struct buf *, const char *string);
void buf_addc(struct buf *, char);
void buf_addf(struct buf *, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vaddf(struct buf *, const char *format, va_list);
/* Cuts to `length`, which must not be more than len. */
void buf_truncate(struct buf *, size_t length);
/* Takes away the first `length` bytes. */
void buf_consume(struct buf *, size_t length);
