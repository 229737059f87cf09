/* How a request comes in: MHD gives its raw target (on_target), its head (on_request, first call), its body in pieces
 * (next calls), and asks for the answer (last call). All of it happens in one thread per connection, so everything
 * about the request in hand lives in the connection's own struct and arena; only the list of connections is shared,
 * with the watchdog. The watchdog is needed because MHD's timeout counts from the last byte: one byte in time keeps a
 * connection for ever. */
#include "http/server.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    THREADS = 4,
    CONNECTIONS = 128,
    TIMEOUT_S = 30,
    PATIENCE = 10, /* times the timeout: for a body to come, for an answer to go */
    HEAD_BYTES = 64 * 1024,
    STOP_MS = 5000,
};
static const size_t MAX_BODY = (size_t)64 << 20;

struct connection {
    struct connection *next, **at; /* in server->connections; with the deadline under server->lock */
    int64_t deadline;
    int fd;
    /* the request in hand, touched by its own thread only */
    struct arena memory;
    struct buf body;
    struct http_request request;
    size_t received;
    bool is_running;
};

struct http_server {
    struct MHD_Daemon *daemon;
    http_handler handler;
    void *context;
    size_t max_body;
    int64_t timeout_ms;
    int port;
    pthread_mutex_t handler_lock; /* never taken together with lock */
    pthread_mutex_t lock;         /* guards what follows */
    pthread_cond_t changed;
    struct connection *connections;
    int running; /* requests between their head and their answer's end */
    bool is_stopping, is_stopped;
    pthread_t watchdog;
};

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits on `changed` with the lock held, at most until that moment. */
static void wait_until(struct http_server *s, int64_t moment_ms)
{
    struct timespec t = {.tv_sec = moment_ms / 1000, .tv_nsec = moment_ms % 1000 * 1000000};
    pthread_cond_timedwait(&s->changed, &s->lock, &t);
}

/* --- connections and their deadlines --- */

static void set_deadline(struct http_server *s, struct connection *c, int64_t in_ms)
{
    pthread_mutex_lock(&s->lock);
    c->deadline = monotonic_ms() + in_ms;
    pthread_mutex_unlock(&s->lock);
}

static void set_running(struct http_server *s, struct connection *c, bool is_running)
{
    if (c->is_running == is_running)
        return;
    c->is_running = is_running;
    pthread_mutex_lock(&s->lock);
    s->running += is_running ? 1 : -1;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void request_clear(struct connection *c)
{
    arena_clear(&c->memory);
    buf_release(&c->body);
    c->request = (struct http_request){0};
    c->received = 0;
}

static void *connection_new(struct http_server *s, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->fd = fd;
    c->body = (struct buf)BUF_INIT(s->max_body);
    pthread_mutex_lock(&s->lock);
    c->deadline = monotonic_ms() + s->timeout_ms;
    c->next = s->connections;
    c->at = &s->connections;
    if (c->next)
        c->next->at = &c->next;
    s->connections = c;
    pthread_mutex_unlock(&s->lock);
    return c;
}

static void connection_free(struct http_server *s, struct connection *c)
{
    set_running(s, c, false);
    pthread_mutex_lock(&s->lock);
    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
    pthread_mutex_unlock(&s->lock);
    request_clear(c);
    free(c);
}

/* MHD closes the socket only after it has told us so; until then its number is this connection's. */
static void on_connection(void *context, struct MHD_Connection *mhd, void **own,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *own = connection_new(s, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    else if (*own)
        connection_free(s, *own);
}

static void *watch(void *context)
{
    struct http_server *s = context;
    int64_t tick = s->timeout_ms / 4 < 1000 ? s->timeout_ms / 4 : 1000;
    pthread_mutex_lock(&s->lock);
    while (!s->is_stopped) {
        int64_t now = monotonic_ms();
        for (struct connection *c = s->connections; c; c = c->next)
            if (c->deadline <= now)
                shutdown(c->fd, SHUT_RDWR);
        wait_until(s, now + tick);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* --- requests --- */

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* "http://host/path" is a target too, and the same one as "/path" (RFC 9112, 3.2.2). */
static const char *without_origin(const char *target)
{
    if (!str_starts(target, "http://") && !str_starts(target, "https://"))
        return target;
    const char *path = strpbrk(strchr(target, ':') + 3, "/?");
    return path && *path == '/' ? path : "/";
}

static void *on_target(void *context, const char *uri, struct MHD_Connection *mhd)
{
    (void)context;
    struct connection *c = connection_of(mhd);
    request_clear(c);
    c->request.target = arena_strdup(&c->memory, without_origin(uri));
    return NULL;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    struct connection *c = context;
    struct http_header header = {arena_strdup(&c->memory, name), arena_strdup(&c->memory, value ? value : "")};
    struct http_header *list = (struct http_header *)c->request.headers; /* our own memory, const for the handler */
    *arena_push(&c->memory, list, c->request.header_count) = header;
    c->request.headers = list;
    return MHD_YES;
}

/* Gives what there is of a body and then cuts the connection. */
static ssize_t read_cut(void *context, uint64_t at, char *out, size_t room)
{
    const struct http_response *r = context;
    if (at >= r->body_length)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = r->body_length - (size_t)at < room ? r->body_length - (size_t)at : room;
    memcpy(out, r->body + at, n);
    return (ssize_t)n;
}

static struct MHD_Response *response_of(struct connection *c, const struct http_response *r)
{
    /* the body lives in the connection's arena until on_completed, after which MHD looks at it no more */
    if (r->told_length <= r->body_length)
        return MHD_create_response_from_buffer(r->body_length, (void *)(uintptr_t)r->body, MHD_RESPMEM_PERSISTENT);
    struct http_response *kept = arena_new(&c->memory, struct http_response);
    *kept = *r;
    return MHD_create_response_from_callback(r->told_length, 4096, read_cut, kept, NULL);
}

static enum MHD_Result send_response(struct http_server *s, struct MHD_Connection *mhd, const struct http_response *r)
{
    struct MHD_Response *m = response_of(connection_of(mhd), r);
    if (!m)
        return MHD_NO;
    for (size_t i = 0; i < r->header_count; i++)
        if (MHD_add_response_header(m, r->headers[i].name, r->headers[i].value) != MHD_YES)
            log_line(LOG_WARN, "http server: the header %s cannot be sent and is left out", r->headers[i].name);
    pthread_mutex_lock(&s->lock);
    bool is_stopping = s->is_stopping;
    pthread_mutex_unlock(&s->lock);
    if (is_stopping)
        MHD_add_response_header(m, MHD_HTTP_HEADER_CONNECTION, "close");
    set_deadline(s, connection_of(mhd), PATIENCE * s->timeout_ms);
    enum MHD_Result result = MHD_queue_response(mhd, (unsigned int)r->status, m);
    MHD_destroy_response(m);
    return result;
}

static enum MHD_Result send_page(struct http_server *s, struct MHD_Connection *mhd, int status, const char *title)
{
    struct arena *a = &connection_of(mhd)->memory;
    struct http_response r = {.status = status};
    r.body = arena_printf(a,
                          "<!doctype html><html lang=\"en\"><head><title>HTTP Status %d – %s</title></head>"
                          "<body><h1>HTTP Status %d – %s</h1></body></html>",
                          status, title, status, title);
    r.body_length = strlen(r.body);
    http_response_add_header(a, &r, "Content-Type", "text/html;charset=utf-8");
    return send_response(s, mhd, &r);
}

static size_t count_headers(const struct http_request *request, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        count += str_eq_nocase(request->headers[i].name, name);
    return count;
}

static enum MHD_Result on_head(struct http_server *s, struct connection *c, struct MHD_Connection *mhd,
                               const char *method)
{
    set_running(s, c, true);
    set_deadline(s, c, PATIENCE * s->timeout_ms);
    c->request.method = http_method_parse(method);
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, on_header, c);
    size_t lengths = count_headers(&c->request, "Content-Length");
    if (lengths + count_headers(&c->request, "Transfer-Encoding") > 1)
        return send_page(s, mhd, 400, "Bad Request");
    int64_t length;
    if (lengths && str_to_int(http_request_header(&c->request, "Content-Length"), &length) && length > 0 &&
        (uint64_t)length / 2 > s->max_body)
        return send_page(s, mhd, 413, "Payload Too Large");
    return MHD_YES;
}

static enum MHD_Result on_body(struct http_server *s, struct connection *c, const char *bytes, size_t *length)
{
    c->received += *length;
    buf_add(&c->body, bytes, *length);
    *length = 0;
    return c->received / 2 > s->max_body ? MHD_NO : MHD_YES; /* MHD can answer only after the last byte */
}

static enum MHD_Result on_complete_request(struct http_server *s, struct connection *c, struct MHD_Connection *mhd)
{
    if (c->body.overflow)
        return send_page(s, mhd, 413, "Payload Too Large");
    c->request.body_length = c->body.len;
    c->request.body = c->body.len ? buf_str(&c->body) : NULL;
    struct http_response response;
    set_deadline(s, c, INT32_MAX); /* the handler may take its time; that is not the client's slowness */
    pthread_mutex_lock(&s->handler_lock);
    http_handle(s->handler, s->context, &c->request, &c->memory, &response);
    pthread_mutex_unlock(&s->handler_lock);
    if (response.status == HTTP_NO_REPLY)
        return MHD_NO; /* closes the connection */
    return send_response(s, mhd, &response);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *length, void **own)
{
    (void)url, (void)version, (void)own;
    struct http_server *s = context;
    struct connection *c = connection_of(mhd);
    if (!c->is_running)
        return on_head(s, c, mhd, method);
    return *length ? on_body(s, c, bytes, length) : on_complete_request(s, c, mhd);
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode code)
{
    (void)own, (void)code;
    struct http_server *s = context;
    struct connection *c = connection_of(mhd);
    set_deadline(s, c, s->timeout_ms);
    request_clear(c);
    set_running(s, c, false);
}

static void on_log(void *context, const char *format, va_list args)
{
    (void)context;
    struct buf line = BUF_INIT(500);
    buf_vaddf(&line, format, args);
    while (line.len && line.data[line.len - 1] == '\n')
        buf_truncate(&line, line.len - 1);
    log_line(LOG_DEBUG, "http server: %s", buf_str(&line));
    buf_release(&line);
}

/* --- start and stop --- */

static bool parse_listen(const char *listen, struct sockaddr_storage *address, socklen_t *length_r, struct err *e)
{
    const char *colon = listen ? strrchr(listen, ':') : NULL;
    int64_t port;
    char host[64];
    if (!colon || !str_to_int(colon + 1, &port) || port < 0 || port > 65535 ||
        snprintf(host, sizeof host, "%.*s", (int)(colon - listen), listen) >= (int)sizeof host)
        return err_set(e, ERR_INPUT, "%s is not an address to listen on; give one as 127.0.0.1:8080 or [::1]:8080",
                       listen ? listen : "(none)");
    struct sockaddr_in *v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
    memset(address, 0, sizeof *address);
    size_t n = strlen(host);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = 0;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *length_r = sizeof *v6;
        if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1)
            return true;
    } else {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *length_r = sizeof *v4;
        if (inet_pton(AF_INET, str_eq(host, "localhost") ? "127.0.0.1" : host, &v4->sin_addr) == 1)
            return true;
    }
    return err_set(e, ERR_INPUT,
                   "%s is not an address to listen on: the host must be a numeric address or localhost; "
                   "give one as 127.0.0.1:8080 or [::1]:8080",
                   listen);
}

/* A socket of our own rather than MHD's, which does not say why it failed. */
static int open_socket(const char *listen_on, int *port_r, struct err *e)
{
    struct sockaddr_storage address;
    socklen_t length;
    if (!parse_listen(listen_on, &address, &length, e))
        return -1;
    int on = 1, fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        err_set(e, ERR_IO, "%s: no socket: %s", listen_on, strerror(errno));
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, SOMAXCONN) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        err_set(e, ERR_IO, "%s cannot be listened on: %s; choose another port, or stop what uses this one", listen_on,
                strerror(errno));
        close(fd);
        return -1;
    }
    *port_r = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                  : ((struct sockaddr_in *)&address)->sin_port);
    return fd;
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd, const struct http_server_settings *settings)
{
    int connections = settings->max_connections > 0 ? settings->max_connections : CONNECTIONS;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_log, NULL},
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, connections, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, connections < THREADS ? connections : THREADS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(s->timeout_ms / 1000), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
                            s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static struct http_server *server_new(const struct http_server_settings *settings, int port)
{
    struct http_server *s = calloc(1, sizeof *s);
    pthread_condattr_t monotonic;
    if (!s || pthread_condattr_init(&monotonic) != 0)
        abort();
    s->handler = settings->handler;
    s->context = settings->context;
    s->max_body = settings->max_body ? settings->max_body : MAX_BODY;
    s->timeout_ms = (int64_t)(settings->timeout_s > 0 ? settings->timeout_s : TIMEOUT_S) * 1000;
    s->port = port;
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->handler_lock, NULL);
    return s;
}

static void server_free(struct http_server *s)
{
    pthread_mutex_destroy(&s->handler_lock);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    free(s);
}

struct http_server *http_server_start(const struct http_server_settings *settings, struct err *e)
{
    int port = 0, fd = open_socket(settings->listen, &port, e);
    if (fd < 0)
        return NULL;
    struct http_server *s = server_new(settings, port);
    if (pthread_create(&s->watchdog, NULL, watch, s) != 0)
        abort();
    s->daemon = start_daemon(s, fd, settings);
    if (s->daemon)
        return s; /* else MHD has the socket and may have closed it; closing it again could hit somebody else's */
    err_set(e, ERR_IO, "the HTTP server on %s cannot start its threads: %s", settings->listen, strerror(errno));
    http_server_stop(s);
    return NULL;
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}

void http_server_stop(struct http_server *s)
{
    if (!s)
        return;
    int fd = s->daemon ? MHD_quiesce_daemon(s->daemon) : -1;
    int64_t until = monotonic_ms() + STOP_MS;
    pthread_mutex_lock(&s->lock);
    s->is_stopping = true;
    while (s->running > 0 && monotonic_ms() < until)
        wait_until(s, until);
    pthread_mutex_unlock(&s->lock);
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
    pthread_mutex_lock(&s->lock);
    s->is_stopped = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->watchdog, NULL);
    server_free(s);
}
