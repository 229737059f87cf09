/* The server over real loopback sockets: with the curl transport where a well-behaved client will do, with raw bytes
 * where it will not. */
#include "http/server.h"

#include "base/buf.h"
#include "base/str.h"
#include "http/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

struct seen {
    int calls, inside, most_inside; /* not atomic on purpose: the server promises one at a time */
    _Atomic bool is_slow;           /* a slow request is in the handler */
};

/* Answers with what it was asked, so that a test sees what arrived. */
static void echo(void *context, const struct http_request *request, struct arena *a, struct http_response *r)
{
    struct seen *seen = context;
    seen->calls++;
    seen->inside++;
    if (seen->inside > seen->most_inside)
        seen->most_inside = seen->inside;
    if (str_eq(request->target, "/slow")) {
        seen->is_slow = true;
        usleep(300000);
    }
    if (str_eq(request->target, "/pause"))
        usleep(2000);
    struct buf out = BUF_INIT(1 << 20);
    buf_addf(&out, "%s %s\n", http_method_name(request->method), request->target);
    for (size_t i = 0; i < request->header_count; i++)
        if (str_starts(request->headers[i].name, "X-"))
            buf_addf(&out, "%s: %s\n", request->headers[i].name, request->headers[i].value);
    buf_addf(&out, "%zu bytes\n", request->body_length);
    if (request->body_length < 100)
        buf_add(&out, request->body ? request->body : "", request->body_length);
    r->status = str_eq(request->target, "/created") ? 201 : str_eq(request->target, "/none") ? 204 : 200;
    r->body = arena_strndup(a, buf_str(&out), out.len);
    r->body_length = out.len;
    http_response_add_header(a, r, "X-Twice", "1");
    http_response_add_header(a, r, "X-Twice", "2");
    buf_release(&out);
    seen->inside--;
}

static struct http_server *start(struct seen *seen, struct http_server_settings settings)
{
    struct err e = ERR_INIT;
    memset(seen, 0, sizeof *seen);
    settings.handler = echo;
    settings.context = seen;
    if (!settings.listen)
        settings.listen = "127.0.0.1:0";
    struct http_server *s = http_server_start(&settings, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static struct transport *client(const struct http_server *s, struct arena *a)
{
    struct err e = ERR_INIT;
    struct transport_settings settings = {.base_url = arena_printf(a, "http://127.0.0.1:%d", http_server_port(s)),
                                          .timeout_ms = 10000};
    struct transport *t = transport_curl_new(&settings, &e);
    assert_non_null(t);
    return t;
}

static void ask(struct transport *t, struct arena *a, enum http_method method, const char *target, const char *body,
                size_t length, struct http_response *r)
{
    struct err e = ERR_INIT;
    struct http_header headers[] = {{"X-A", "1"}, {"X-B", "ü"}, {"X-A", "2"}};
    struct http_request request = {method, target, headers, 3, body, length, false};
    if (!transport_perform(t, &request, a, r, &e))
        fail_msg("%s", e.text);
}

static int dial(const struct http_server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)http_server_port(s))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* Everything until the server closes. */
static const char *listen_to_end(int fd, char *text, size_t room)
{
    size_t have = 0;
    for (ssize_t n; have < room - 1 && (n = recv(fd, text + have, room - 1 - have, 0)) > 0;)
        have += (size_t)n;
    text[have] = 0;
    close(fd);
    return text;
}

static const char *exchange(const struct http_server *s, const char *request, char *text, size_t room)
{
    int fd = dial(s);
    assert_true(say(fd, request));
    return listen_to_end(fd, text, room);
}

static void a_request_reaches_the_handler_as_it_was_sent(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct seen seen;
    struct http_response r;
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    struct transport *t = client(s, &a);
    ask(t, &a, HTTP_PUT, "/a%2Fb/../c?x=1+2&y=%zz&&x", "hello", 5, &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "PUT /a%2Fb/../c?x=1+2&y=%zz&&x\nX-A: 1\nX-B: ü\nX-A: 2\n5 bytes\nhello");
    assert_int_equal(http_header_get(r.headers, r.header_count, "X-Twice")[0], '1');
    size_t twice = 0;
    for (size_t i = 0; i < r.header_count; i++)
        twice += str_eq(r.headers[i].name, "X-Twice");
    assert_int_equal(twice, 2);
    ask(t, &a, HTTP_DELETE, "/none", NULL, 0, &r);
    assert_int_equal(r.status, 204);
    assert_int_equal(r.body_length, 0);
    ask(t, &a, HTTP_POST, "/created", NULL, 0, &r);
    assert_int_equal(r.status, 201);
    transport_free(t);
    http_server_stop(s);
    arena_release(&a);
}

static void head_gets_the_head_that_get_would_have(void **state)
{
    (void)state;
    struct seen seen;
    char text[2000];
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    exchange(s, "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", text, sizeof text);
    assert_true(str_starts(text, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(text, "Content-Length: 16\r\n")); /* "HEAD /x\n0 bytes\n" */
    assert_true(str_ends(text, "\r\n\r\n"));
    http_server_stop(s);
}

static void a_body_may_come_in_chunks(void **state)
{
    (void)state;
    struct seen seen;
    char text[2000];
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    exchange(s,
             "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
             text, sizeof text);
    assert_non_null(strstr(text, "\r\n\r\nPOST /x\n5 bytes\nabcde"));
    http_server_stop(s);
}

static void an_absolute_target_is_the_same_as_its_path(void **state)
{
    (void)state;
    struct seen seen;
    char text[2000];
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    exchange(s, "GET http://jira.example.com/x?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "\r\n\r\nGET /x?y\n"));
    exchange(s, "GET http://jira.example.com HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "\r\n\r\nGET /\n"));
    http_server_stop(s);
}

static void a_body_above_the_limit_is_413_and_never_handled(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct seen seen;
    struct http_response r;
    struct http_server *s = start(&seen, (struct http_server_settings){.max_body = 100000});
    struct transport *t = client(s, &a);
    char *body = arena_alloc(&a, 200000);
    memset(body, 'x', 200000);
    ask(t, &a, HTTP_POST, "/x", body, 100000, &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(seen.calls, 1);
    ask(t, &a, HTTP_POST, "/x", body, 100001, &r);
    assert_int_equal(r.status, 413);
    assert_non_null(strstr(r.body, "<title>HTTP Status 413"));
    ask(t, &a, HTTP_POST, "/x", body, 200000, &r);
    assert_int_equal(r.status, 413);
    /* what is hopelessly large is answered before it has come */
    char text[2000];
    exchange(s, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n", text, sizeof text);
    assert_true(str_starts(text, "HTTP/1.1 413 "));
    /* and a stream of chunks without an end is cut */
    int fd = dial(s);
    assert_true(say(fd, "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    body[200000 - 1] = 0;
    const char *chunk = arena_printf(&a, "4000\r\n%.*s\r\n", 0x4000, body);
    int chunks = 0;
    while (chunks < 1000 && say(fd, chunk))
        chunks++;
    assert_in_range(chunks, 1, 999);
    close(fd);
    assert_int_equal(seen.calls, 1);
    transport_free(t);
    http_server_stop(s);
    arena_release(&a);
}

static void what_is_no_request_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n", /* no Host */
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabcd",
    };
    struct seen seen;
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char text[2000];
        exchange(s, bad[i], text, sizeof text);
        if (!str_starts(text, "HTTP/1.1 400 ") || !strstr(text, "<html"))
            fail_msg("case %zu: %s", i, text);
    }
    assert_int_equal(seen.calls, 0);
    http_server_stop(s);
}

static void headers_without_end_are_431(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct seen seen;
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    char *filler = arena_alloc(&a, 70001), text[2000];
    memset(filler, 'x', 70000);
    exchange(s, arena_printf(&a, "GET /x HTTP/1.1\r\nHost: a\r\nX-Long: %s\r\n\r\n", filler), text, sizeof text);
    assert_true(str_starts(text, "HTTP/1.1 431 "));
    assert_int_equal(seen.calls, 0);
    http_server_stop(s);
    arena_release(&a);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void a_client_that_drips_its_head_is_cut_off(void **state)
{
    (void)state;
    struct seen seen;
    struct http_server *s = start(&seen, (struct http_server_settings){.timeout_s = 1});
    int fd = dial(s);
    int64_t from = now_ms();
    assert_true(say(fd, "GET /x HTTP/1.1\r\n"));
    while (now_ms() - from < 8000 && say(fd, "X") && recv(fd, (char[1]){0}, 1, MSG_DONTWAIT) != 0)
        usleep(100000); /* never idle for a second */
    assert_in_range(now_ms() - from, 500, 4000);
    close(fd);
    /* a silent one too */
    char text[100];
    from = now_ms();
    fd = dial(s);
    listen_to_end(fd, text, sizeof text);
    assert_in_range(now_ms() - from, 500, 4000);
    assert_int_equal(seen.calls, 0);
    http_server_stop(s);
}

struct crowd {
    struct http_server *server;
    pthread_t thread;
    int answered;
};

static void *one_of_the_crowd(void *context)
{
    struct crowd *c = context;
    struct arena a = ARENA_INIT;
    struct http_response r;
    struct transport *t = client(c->server, &a);
    for (int i = 0; i < 20; i++) {
        ask(t, &a, i % 2 ? HTTP_POST : HTTP_GET, "/pause", NULL, 0, &r);
        c->answered += r.status == 200;
    }
    transport_free(t);
    arena_release(&a);
    return NULL;
}

static void the_handler_serves_one_at_a_time(void **state)
{
    (void)state;
    struct seen seen;
    struct crowd crowd[8];
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
        crowd[i] = (struct crowd){.server = s};
        assert_int_equal(pthread_create(&crowd[i].thread, NULL, one_of_the_crowd, &crowd[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(crowd); i++) {
        pthread_join(crowd[i].thread, NULL);
        assert_int_equal(crowd[i].answered, 20);
    }
    http_server_stop(s);
    assert_int_equal(seen.calls, 160);
    assert_int_equal(seen.most_inside, 1);
}

static void *ask_slowly(void *context)
{
    struct crowd *c = context;
    struct arena a = ARENA_INIT;
    struct http_response r;
    struct transport *t = client(c->server, &a);
    ask(t, &a, HTTP_GET, "/slow", NULL, 0, &r);
    c->answered = r.status == 200;
    transport_free(t);
    arena_release(&a);
    return NULL;
}

static void a_stop_lets_the_running_request_end(void **state)
{
    (void)state;
    struct seen seen;
    struct http_server *s = start(&seen, (struct http_server_settings){0});
    struct crowd one = {.server = s};
    assert_int_equal(pthread_create(&one.thread, NULL, ask_slowly, &one), 0);
    for (int i = 0; i < 10000 && !seen.is_slow; i++)
        usleep(1000);
    int64_t from = now_ms();
    http_server_stop(s);
    assert_in_range(now_ms() - from, 50, 3000);
    pthread_join(one.thread, NULL);
    assert_int_equal(one.answered, 1);
    assert_int_equal(seen.calls, 1);
}

static void more_connections_than_the_limit_wait(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct seen seen;
    struct http_response r;
    struct http_server *s = start(&seen, (struct http_server_settings){.max_connections = 1, .timeout_s = 1});
    int fd = dial(s); /* takes the only place, and loses it after a second */
    struct transport *t = client(s, &a);
    ask(t, &a, HTTP_GET, "/x", NULL, 0, &r);
    assert_int_equal(r.status, 200);
    close(fd);
    transport_free(t);
    http_server_stop(s);
    arena_release(&a);
}

static void an_address_that_cannot_be_used_says_why(void **state)
{
    (void)state;
    struct seen seen;
    static const char *const bad[] = {NULL,
                                      "",
                                      "8080",
                                      ":8080",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      "127.0.0.1:70000",
                                      "jira.example.com:80",
                                      "[::1:80",
                                      "::1:80"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        assert_null(
            http_server_start(&(struct http_server_settings){.listen = bad[i], .handler = echo, .context = &seen}, &e));
        if (e.kind != ERR_INPUT)
            fail_msg("%s: %s", bad[i], e.text);
    }
    struct http_server *s = start(&seen, (struct http_server_settings){.listen = "localhost:0"});
    char taken[64];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", http_server_port(s));
    struct err e = ERR_INIT;
    assert_null(
        http_server_start(&(struct http_server_settings){.listen = taken, .handler = echo, .context = &seen}, &e));
    assert_int_equal(e.kind, ERR_IO);
    assert_non_null(strstr(e.text, "in use"));
    http_server_stop(s);
    http_server_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_reaches_the_handler_as_it_was_sent),
        cmocka_unit_test(head_gets_the_head_that_get_would_have),
        cmocka_unit_test(a_body_may_come_in_chunks),
        cmocka_unit_test(an_absolute_target_is_the_same_as_its_path),
        cmocka_unit_test(a_body_above_the_limit_is_413_and_never_handled),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(headers_without_end_are_431),
        cmocka_unit_test(a_client_that_drips_its_head_is_cut_off),
        cmocka_unit_test(the_handler_serves_one_at_a_time),
        cmocka_unit_test(a_stop_lets_the_running_request_end),
        cmocka_unit_test(more_connections_than_the_limit_wait),
        cmocka_unit_test(an_address_that_cannot_be_used_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
