/* transport.h - the thin road between a client and a site: one request out, one complete response back, or an error.
 *
 * The law that everything above relies on: A TRANSPORT NEVER SENDS A REQUEST TWICE. libcurl resends by itself when a
 * pooled connection dies before the reply; the curl transport prevents that for every request that is not safe, and a
 * test on a raw socket counts what goes over the wire.
 *
 * Errors of transport_perform:
 *   ERR_UNAVAILABLE  certain that the other side did not act: name not found, connection refused, TLS refused, …
 *   ERR_UNCERTAIN    bytes may have left, no complete reply came: reset, timeout, truncated body
 *   ERR_LIMIT        the reply is larger than the limit
 *   ERR_REFUSED      the request cannot be put on a wire (a blank or a line break in the target, a line break in a
 *                    header): nothing was sent; the caller forgot to percent-encode
 *   ERR_KILLED       the rehearsal pulled the plug
 * Any HTTP status is a success here; http/client.h gives statuses their meaning.
 *
 * Redirects: the curl transport follows them for safe methods only, at most 5, and only to the same scheme, host and
 * port as the base URL; any other 3xx comes back as it is.
 * Threads: one transport, one thread at a time. */
#pragma once

#include "base/err.h"
#include "http/http.h"

struct transport;

struct transport_ops {
    bool (*perform)(struct transport *, const struct http_request *, struct arena *, struct http_response *,
                    struct err *e);
    void (*free)(struct transport *);
};

/* First member of every implementation. */
struct transport {
    const struct transport_ops *ops;
};

bool transport_perform(struct transport *, const struct http_request *, struct arena *, struct http_response *,
                       struct err *e) MUST_CHECK;
void transport_free(struct transport *); /* NULL is allowed */

/* Everything a site may need to be reached; strings are copied. NULL or 0 means the default. */
struct transport_settings {
    const char *base_url;    /* "https://jira.example.com/jira"; targets are appended to it */
    const char *proxy;       /* "http://proxy:3128"; NULL: none, the environment is not looked at */
    const char *ca_file;     /* PEM; NULL: the system's */
    const char *client_cert; /* PEM with certificate and key */
    bool allow_http;         /* plain http is refused unless set, or the host is a loopback address */
    int connect_timeout_ms;  /* 10,000 */
    int timeout_ms;          /* 120,000 for the whole request */
    size_t max_response;     /* 64 MiB */
};

/* A transport over libcurl: HTTP/1.1, TLS 1.2 or later, gzip accepted, no environment proxies.
 * Errors: ERR_INPUT for a URL or a file that cannot be used (and why). */
struct transport *transport_curl_new(const struct transport_settings *, struct err *e) MUST_CHECK;

/* A transport that calls a handler in this process, request and response copied as if over a wire: the handler cannot
 * keep what it was given, the caller sees only what would have been sent (no body to HEAD). The context is borrowed. */
struct transport *transport_local_new(http_handler, void *context);
