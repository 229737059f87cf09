#include "http/transport.h"

#include <stdlib.h>
#include <string.h>

/* Why everything is copied: a handler that kept a pointer into a request, or a caller that kept one into the handler's
 * memory, would work here and fail on a network. With a scratch arena per call the sanitizer sees both. */

struct transport_local {
    struct transport transport;
    http_handler handler;
    void *context;
};

static struct http_header *copy_headers(struct arena *a, const struct http_header *headers, size_t count)
{
    struct http_header *copy = arena_array(a, struct http_header, count);
    for (size_t i = 0; i < count; i++)
        copy[i] = (struct http_header){arena_strdup(a, headers[i].name), arena_strdup(a, headers[i].value)};
    return copy;
}

static bool local_perform(struct transport *t, const struct http_request *request, struct arena *a,
                          struct http_response *response, struct err *e)
{
    struct transport_local *local = (struct transport_local *)t;
    struct arena scratch = ARENA_INIT;
    struct http_request received = {
        .method = request->method,
        .target = arena_strdup(&scratch, request->target),
        .headers = copy_headers(&scratch, request->headers, request->header_count),
        .header_count = request->header_count,
        .body = request->body_length ? arena_strndup(&scratch, request->body, request->body_length) : NULL,
        .body_length = request->body_length,
    };
    struct http_response sent;
    http_handle(local->handler, local->context, &received, &scratch, &sent);
    if (sent.status == HTTP_NO_REPLY) {
        arena_release(&scratch);
        return err_set(e, ERR_UNCERTAIN, "the connection was cut before the reply came");
    }
    if (sent.told_length > sent.body_length && request->method != HTTP_HEAD) {
        arena_release(&scratch);
        return err_set(e, ERR_UNCERTAIN, "the connection was cut in the middle of the reply");
    }
    size_t length = request->method == HTTP_HEAD ? 0 : sent.body_length;
    *response = (struct http_response){
        .status = sent.status,
        .headers = copy_headers(a, sent.headers, sent.header_count),
        .header_count = sent.header_count,
        .body = arena_strndup(a, length ? sent.body : "", length),
        .body_length = length,
    };
    arena_release(&scratch);
    return true;
}

static void local_free(struct transport *t)
{
    free(t);
}

struct transport *transport_local_new(http_handler handler, void *context)
{
    static const struct transport_ops ops = {local_perform, local_free};
    struct transport_local *t = malloc(sizeof *t);
    if (!t)
        abort();
    *t = (struct transport_local){{&ops}, handler, context};
    return &t->transport;
}
