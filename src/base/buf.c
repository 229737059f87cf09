#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_release(struct buf *b)
{
    free(b->data);
    size_t max = b->max;
    *b = (struct buf)BUF_INIT(max);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->overflow = false;
    if (b->data)
        b->data[0] = 0;
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

/* Makes room for `more` bytes and the zero; returns how many of them fit under the maximum. */
static size_t reserve(struct buf *b, size_t more)
{
    size_t left = b->max - b->len;
    if (more > left) {
        b->overflow = true;
        more = left;
    }
    if (b->len + more + 1 > b->room) {
        size_t room = b->room ? b->room : 64;
        while (room < b->len + more + 1)
            room *= 2;
        char *data = realloc(b->data, room);
        if (!data) {
            fputs("tandem: out of memory\n", stderr);
            abort();
        }
        b->data = data;
        b->room = room;
    }
    return more;
}

void buf_add(struct buf *b, const void *bytes, size_t length)
{
    length = reserve(b, length);
    if (length)
        memcpy(b->data + b->len, bytes, length);
    b->len += length;
    b->data[b->len] = 0;
}

void buf_adds(struct buf *b, const char *string)
{
    buf_add(b, string, strlen(string));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *format, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, args);
    if (length < 0)
        abort();
    if ((size_t)length < sizeof small) {
        buf_add(b, small, (size_t)length);
    } else {
        char *large = malloc((size_t)length + 1);
        if (!large)
            abort();
        vsnprintf(large, (size_t)length + 1, format, again);
        buf_add(b, large, (size_t)length);
        free(large);
    }
    va_end(again);
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vaddf(b, format, args);
    va_end(args);
}

void buf_truncate(struct buf *b, size_t length)
{
    if (length >= b->len)
        return;
    b->len = length;
    b->data[length] = 0;
}

void buf_consume(struct buf *b, size_t length)
{
    if (length >= b->len) {
        buf_truncate(b, 0);
        return;
    }
    memmove(b->data, b->data + length, b->len - length + 1);
    b->len -= length;
}
