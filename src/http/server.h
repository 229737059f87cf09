/* server.h - a handler behind a socket: libmicrohttpd with limits on connections, header and body size, and time.
 *
 * Plain HTTP: on loopback, or behind a reverse proxy. What the parser below refuses gets an HTML page, as Tomcat sends.
 * Duplicated headers arrive as they were sent; HEAD gets the head that GET would have; a body may come in chunks. A
 * request whose length is told twice is answered 400, for a proxy before us may have read it otherwise.
 *
 * Time: the head of a request must be there within timeout_s of the connection's start or of the last answer, the body
 * within ten times that, the answer be read within ten times that: a client that drips bytes cannot hold a place.
 * Threads: requests are handed to the handler one at a time (a mutex), so a handler need not lock. */
#pragma once

#include "base/err.h"
#include "http/http.h"

struct http_server;

struct http_server_settings {
    const char *listen; /* "127.0.0.1:8080", "[::1]:0"; port 0 picks a free one */
    http_handler handler;
    void *context;
    size_t max_body;     /* 64 MiB when 0; more is answered 413, after reading up to twice as much of it away */
    int max_connections; /* 128 when 0 */
    int timeout_s;       /* an idle or slow connection is closed; 30 when 0 */
};

/* Starts serving in threads of its own. ERR_INPUT for an address that cannot be read, ERR_IO when it cannot be bound.
 */
struct http_server *http_server_start(const struct http_server_settings *, struct err *e) MUST_CHECK;
int http_server_port(const struct http_server *);
/* Stops accepting, lets running requests end (5 s at most), frees. NULL is allowed. */
void http_server_stop(struct http_server *);
