/* http.h - one request, one response, and what answers them. The words every other file here speaks.
 *
 * A handler is anything that turns a request into a response: the sandbox, and later Tandem's own interface. The same
 * handler serves a real socket (server.h) and an in-process caller (transport.h), so what the rehearsal proves is the
 * code that runs against the network. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_HEAD, HTTP_OPTIONS, HTTP_PATCH, HTTP_OTHER };

const char *http_method_name(enum http_method);
/* Exactly as on the wire: "get" is HTTP_OTHER, as methods have case. */
enum http_method http_method_parse(const char *);
/* GET, HEAD, OPTIONS: asking twice changes nothing (RFC 9110, 9.2.1). */
bool http_method_is_safe(enum http_method);

struct http_header {
    const char *name, *value;
};

struct http_request {
    enum http_method method;
    const char *target; /* path and query as on the wire: "/rest/api/2/search?jql=…" */
    const struct http_header *headers;
    size_t header_count;
    const char *body; /* zero-terminated one past the end; NULL when body_length is 0 */
    size_t body_length;
    bool is_read; /* a POST that changes nothing, as Jira's searches are; safe methods need not say it */
};

struct http_response {
    int status;
    struct http_header *headers;
    size_t header_count;
    const char *body; /* zero-terminated one past the end */
    size_t body_length;
    size_t told_length; /* more than body_length: the head tells this length, and the connection is cut after body */
};

/* A status that a handler sets for a reply that never comes: the connection is cut (the server), or the caller hears
 * ERR_UNCERTAIN (the transport in this process). For rehearsing lost replies. */
#define HTTP_NO_REPLY 0

/* Answers; the response's memory lives in the arena. Must always set a status. The response comes zeroed. */
typedef void (*http_handler)(void *context, const struct http_request *, struct arena *, struct http_response *);

/* Runs a handler and makes its response fit for a wire, the same for a socket and in process: 500 when no status was
 * set, no body with 204 and 304, no headers that only the framing may write (Content-Length, Transfer-Encoding,
 * Connection). */
void http_handle(http_handler, void *context, const struct http_request *, struct arena *, struct http_response *);

/* The value of a header, names compared without case; NULL when absent. */
const char *http_header_get(const struct http_header *, size_t count, const char *name);
const char *http_request_header(const struct http_request *, const char *name);
const char *http_response_header(const struct http_response *, const char *name);
/* Copies name and value; a line break in the value becomes a blank, so no value can forge a header. */
void http_response_add_header(struct arena *, struct http_response *, const char *name, const char *value);

/* A target cut in its parts, percent-decoded. A broken escape stays as it is; %00 ends its part.
 * Segments: the slashes at both ends make none, but "issue//comment" has an empty one in its middle, so that a missing
 * key never finds another resource. */
struct http_target {
    char *path;      /* "/rest/api/2/issue/SA-1", decoded */
    char **segments; /* "rest", "api", "2", "issue", "SA-1"; decoded one by one, so an encoded slash stays inside */
    size_t segment_count;
    struct http_header *params; /* name, value; in order; a name may repeat; + is a blank; no "=": the value is "" */
    size_t param_count;
};

void http_target_parse(struct arena *, const char *target, struct http_target *r);
/* The first value of a parameter; NULL when absent. */
const char *http_param(const struct http_target *, const char *name);
