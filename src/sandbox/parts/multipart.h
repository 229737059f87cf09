/* multipart.h - multipart/form-data (RFC 7578) read piece by piece.
 *
 * Bytes go in as they come; headers, content and end of each part come out as calls. What is cut where makes no
 * difference to what comes out, but for how the content is split into calls. At most a boundary's length of content and
 * one part's headers are held back.
 *
 * File names: filename*=UTF-8''… (RFC 5987) goes before filename="…"; \" and \\ are unescaped, %22 %0D %0A (as browsers
 * write them) too; bytes that are no UTF-8 are taken for Latin-1.
 *
 * Errors: ERR_PARSE for what is no multipart body, ERR_LIMIT for too many parts or too long headers; and what a call
 * returned. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct multipart_part {
    const char *name;     /* of the field; NULL: not told */
    const char *filename; /* NULL: no file; as sent, with any path in it */
    const char *type;     /* the Content-Type; NULL: not told */
};

struct multipart_handler {
    void *context;
    /* Each may return false with *e set to stop the reading. The part lives as long as the arena. */
    bool (*begin)(void *context, const struct multipart_part *, struct err *e);
    bool (*data)(void *context, const char *bytes, size_t length, struct err *e);
    bool (*end)(void *context, struct err *e);
};

struct multipart {
    struct arena *a;
    const struct multipart_handler *handler;
    char *delimiter; /* CR LF - - boundary */
    size_t delimiter_length;
    int state;
    int parts;
    struct buf held; /* what is not understood yet */
};

/* `content_type` is the request's header; ERR_PARSE when it is no multipart/form-data or has no boundary.
 * The handler is borrowed. */
bool multipart_open(struct multipart *, struct arena *, const char *content_type, const struct multipart_handler *,
                    struct err *e) MUST_CHECK;
bool multipart_feed(struct multipart *, const char *bytes, size_t length, struct err *e) MUST_CHECK;
/* Ends it; ERR_PARSE when the closing boundary has not been seen. */
bool multipart_close(struct multipart *, struct err *e) MUST_CHECK;
/* Frees what is held; needed after each multipart_open that succeeded. */
void multipart_release(struct multipart *);

/* The value of a parameter of a header ("form-data; name=\"file\""), unquoted; NULL when absent. */
char *multipart_parameter(struct arena *, const char *header, const char *name);
