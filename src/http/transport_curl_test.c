/* The curl transport against a raw loopback socket that counts what comes over the wire. */
#include "base/str.h"
#include "http/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

/* --- a server that does what a test tells it --- */

enum { WIRE_MAX = 32, WIRE_REQUEST = 8192 };

struct wire;
/* Answers request number `n` (from 0). False: the connection is closed now. */
typedef bool (*wire_answer)(struct wire *, int fd, int n);

struct wire {
    int listen_fd, port, stop[2];
    pthread_t thread;
    wire_answer answer;
    int connections, count;
    char requests[WIRE_MAX][WIRE_REQUEST]; /* read them after wire_stop, or when an answer has come */
};

static bool wire_send(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static const char *const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\nok";

/* Reads one request, head and body; false when the client has closed. */
static bool wire_read(int fd, char *text)
{
    size_t have = 0, need = SIZE_MAX;
    while (have < need && have < WIRE_REQUEST - 1) {
        ssize_t n = recv(fd, text + have, WIRE_REQUEST - 1 - have, 0);
        if (n <= 0)
            return false;
        text[have += (size_t)n] = 0;
        char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length: ");
        if (end)
            need = (size_t)(end + 4 - text) + (length ? strtoul(length + 18, NULL, 10) : 0);
    }
    return true;
}

static void *wire_run(void *context)
{
    struct wire *w = context;
    struct pollfd fds[WIRE_MAX] = {{w->stop[0], POLLIN, 0}, {w->listen_fd, POLLIN, 0}};
    nfds_t count = 2;
    while (poll(fds, count, -1) > 0 && !fds[0].revents) {
        for (nfds_t i = 2; i < count; i++) {
            if (!fds[i].revents)
                continue;
            int n = w->count;
            bool keep = n < WIRE_MAX && wire_read(fds[i].fd, w->requests[n]);
            if (keep) {
                w->count++;
                keep = w->answer(w, fds[i].fd, n);
            }
            if (!keep) {
                close(fds[i].fd);
                fds[i--] = fds[--count];
            }
        }
        if (fds[1].revents && count < WIRE_MAX) {
            fds[count++] = (struct pollfd){accept(w->listen_fd, NULL, NULL), POLLIN, 0};
            w->connections++;
        }
        for (nfds_t i = 0; i < count; i++)
            fds[i].revents = 0;
    }
    while (count > 2)
        close(fds[--count].fd);
    return NULL;
}

static void wire_start(struct wire *w, wire_answer answer)
{
    memset(w, 0, sizeof *w);
    w->answer = answer;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    w->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(w->listen_fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(w->listen_fd, 16), 0);
    assert_int_equal(getsockname(w->listen_fd, (struct sockaddr *)&address, &length), 0);
    w->port = ntohs(address.sin_port);
    assert_int_equal(pipe(w->stop), 0);
    assert_int_equal(pthread_create(&w->thread, NULL, wire_run, w), 0);
}

static void wire_stop(struct wire *w)
{
    assert_int_equal(write(w->stop[1], "x", 1), 1);
    pthread_join(w->thread, NULL);
    close(w->stop[0]);
    close(w->stop[1]);
    close(w->listen_fd);
}

static int wire_count(const struct wire *w, const char *method)
{
    int count = 0;
    for (int i = 0; i < w->count; i++)
        count += str_starts(w->requests[i], method);
    return count;
}

/* --- a client --- */

struct road {
    struct transport *t;
    struct arena a;
    struct err e;
    struct http_response r;
};

static void road_init_with(struct road *road, int port, struct transport_settings settings)
{
    *road = (struct road){0};
    if (!settings.base_url)
        settings.base_url = arena_printf(&road->a, "http://127.0.0.1:%d/jira/", port);
    if (!settings.timeout_ms)
        settings.timeout_ms = 5000;
    road->t = transport_curl_new(&settings, &road->e);
    if (!road->t)
        fail_msg("%s", road->e.text);
}

static void road_init(struct road *road, int port)
{
    road_init_with(road, port, (struct transport_settings){0});
}

static void road_release(struct road *road)
{
    transport_free(road->t);
    arena_release(&road->a);
}

static bool ask(struct road *road, enum http_method method, const char *target, const char *body)
{
    struct http_header headers[] = {{"Authorization", "Bearer abc"}, {"X-Empty", ""}};
    struct http_request request = {.method = method,
                                   .target = target,
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = body,
                                   .body_length = body ? strlen(body) : 0};
    err_clear(&road->e);
    return transport_perform(road->t, &request, &road->a, &road->r, &road->e);
}

static void assert_kind(const struct road *road, enum err_kind kind)
{
    if (road->e.kind != kind)
        fail_msg("%s: %s", err_kind_name(road->e.kind), road->e.text);
}

/* --- what goes over the wire --- */

static bool answer_ok(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    return wire_send(fd, OK);
}

static void a_request_arrives_as_it_was_given(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_ok);
    road_init(&road, w.port);
    assert_true(ask(&road, HTTP_PUT, "/rest/../a%2Fb?x=1+2", "{\"a\":1}"));
    assert_int_equal(road.r.status, 200);
    assert_string_equal(road.r.body, "ok");
    assert_string_equal(http_response_header(&road.r, "x-twice"), "1");
    assert_int_equal(road.r.header_count, 3);
    assert_true(ask(&road, HTTP_POST, "/empty", NULL));
    road_release(&road);
    wire_stop(&w);
    assert_true(str_starts(w.requests[0], "PUT /jira/rest/../a%2Fb?x=1+2 HTTP/1.1\r\n"));
    assert_non_null(strstr(w.requests[0], "\r\nAuthorization: Bearer abc\r\n"));
    assert_non_null(strstr(w.requests[0], "\r\nX-Empty:"));
    assert_non_null(strstr(w.requests[0], "\r\n\r\n{\"a\":1}"));
    assert_non_null(strstr(w.requests[0], "\r\nAccept-Encoding: gzip\r\n"));
    assert_null(strcasestr(w.requests[0], "urlencoded"));
    assert_null(strcasestr(w.requests[0], "Expect"));
    assert_non_null(strstr(w.requests[1], "\r\nContent-Length: 0\r\n"));
}

static bool answer_get_then_close(struct wire *w, int fd, int n)
{
    return str_starts(w->requests[n], "GET") && wire_send(fd, OK);
}

static void a_write_whose_connection_dies_is_on_the_wire_exactly_once(void **state)
{
    (void)state;
    static const enum http_method writes[] = {HTTP_POST, HTTP_PUT, HTTP_DELETE};
    for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
        struct wire w;
        struct road road;
        wire_start(&w, answer_get_then_close);
        road_init(&road, w.port);
        assert_true(ask(&road, HTTP_GET, "/warm", NULL)); /* a pooled connection now stands */
        assert_false(ask(&road, writes[i], "/issue", writes[i] == HTTP_DELETE ? NULL : "{}"));
        assert_kind(&road, ERR_UNCERTAIN);
        assert_true(ask(&road, HTTP_GET, "/after", NULL));
        road_release(&road);
        wire_stop(&w);
        assert_int_equal(wire_count(&w, http_method_name(writes[i])), 1);
        assert_int_equal(w.count, 3);
    }
}

static bool answer_all_but_the_second(struct wire *w, int fd, int n)
{
    (void)w;
    return n != 1 && wire_send(fd, OK);
}

/* The reason for the test above: libcurl does send again. Where that is harmless it may. */
static void a_read_whose_pooled_connection_dies_is_sent_again(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_all_but_the_second);
    road_init(&road, w.port);
    assert_true(ask(&road, HTTP_GET, "/one", NULL));
    assert_true(ask(&road, HTTP_GET, "/two", NULL));
    road_release(&road);
    wire_stop(&w);
    assert_int_equal(wire_count(&w, "GET /jira/two"), 2);
    assert_int_equal(w.connections, 2);
}

static void reads_share_a_connection_and_writes_do_not(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_ok);
    road_init(&road, w.port);
    struct http_request search = {
        .method = HTTP_POST, .target = "/search", .body = "{}", .body_length = 2, .is_read = true};
    for (int i = 0; i < 3; i++) {
        assert_true(ask(&road, HTTP_GET, "/one", NULL));
        assert_true(transport_perform(road.t, &search, &road.a, &road.r, &road.e));
    }
    assert_int_equal(w.connections, 1);
    for (int i = 0; i < 3; i++)
        assert_true(ask(&road, HTTP_POST, "/two", "{}"));
    road_release(&road);
    wire_stop(&w);
    assert_int_equal(w.connections, 4);
}

static bool answer_expectation_failed(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    return wire_send(fd, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
}

static void a_refused_expectation_does_not_send_again(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_expectation_failed);
    road_init(&road, w.port);
    assert_true(ask(&road, HTTP_POST, "/two", "{}"));
    assert_int_equal(road.r.status, 417);
    road_release(&road);
    wire_stop(&w);
    assert_int_equal(w.count, 1);
}

/* --- what fails, and how certain it is --- */

static void a_refused_connection_is_certain(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_ok);
    wire_stop(&w); /* nobody listens on that port now */
    road_init(&road, w.port);
    assert_false(ask(&road, HTTP_POST, "/issue", "{}"));
    assert_kind(&road, ERR_UNAVAILABLE);
    assert_non_null(strstr(road.e.text, "nothing was sent"));
    road_release(&road);
}

static bool answer_never(struct wire *w, int fd, int n)
{
    (void)w, (void)fd, (void)n;
    return true;
}

static bool answer_reset_in_body(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    wire_send(fd, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":");
    struct linger hard = {1, 0}; /* close sends a reset */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    return false;
}

static bool answer_truncated(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    wire_send(fd, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":");
    return false;
}

static bool answer_truncated_chunks(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    wire_send(fd, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{\"id\":\r\n");
    return false;
}

static bool answer_head_only(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    wire_send(fd, "HTTP/1.1 201 Created\r\nContent-Le");
    return false;
}

static bool answer_continue_only(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    wire_send(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    return false;
}

static bool answer_noise(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    wire_send(fd, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
    return false;
}

static void after_the_request_left_every_failure_is_uncertain(void **state)
{
    (void)state;
    static const wire_answer answers[] = {
        answer_never,     answer_reset_in_body, answer_truncated, answer_truncated_chunks,
        answer_head_only, answer_continue_only, answer_noise};
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct wire w;
        struct road road;
        wire_start(&w, answers[i]);
        road_init_with(&road, w.port, (struct transport_settings){.timeout_ms = 300});
        if (ask(&road, HTTP_POST, "/issue", "{}"))
            fail_msg("answer %zu was taken for a success: %d \"%s\"", i, road.r.status, road.r.body);
        assert_kind(&road, ERR_UNCERTAIN);
        road_release(&road);
        wire_stop(&w);
        assert_int_equal(w.count, 1);
    }
}

static bool answer_large(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    return wire_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
}

static bool answer_gzip(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    /* 1,000 blanks in 29 bytes */
    static const unsigned char packed[] = {0x1f, 0x8b, 0x8,  0x0,  0x0,  0x0,  0x0,  0x0, 0x2,  0x3,
                                           0x53, 0x50, 0x18, 0x5,  0xa3, 0x60, 0x14, 0xc, 0x77, 0x0,
                                           0x0,  0x82, 0xe3, 0x93, 0xcd, 0xe8, 0x3,  0x0, 0x0};
    wire_send(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n");
    return send(fd, packed, sizeof packed, MSG_NOSIGNAL) == sizeof packed;
}

static void an_answer_above_the_limit_is_refused(void **state)
{
    (void)state;
    static const struct {
        wire_answer answer;
        size_t length;
    } cases[] = {{answer_large, 10}, {answer_gzip, 1000}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct wire w;
        struct road road;
        wire_start(&w, cases[i].answer);
        road_init_with(&road, w.port, (struct transport_settings){.max_response = cases[i].length});
        if (!ask(&road, HTTP_GET, "/x", NULL))
            fail_msg("%s", road.e.text);
        assert_int_equal(road.r.body_length, cases[i].length);
        road_release(&road);
        road_init_with(&road, w.port, (struct transport_settings){.max_response = cases[i].length - 1});
        assert_false(ask(&road, HTTP_GET, "/x", NULL));
        assert_kind(&road, ERR_LIMIT);
        road_release(&road);
        wire_stop(&w);
    }
}

/* --- redirects --- */

static bool answer_redirects(struct wire *w, int fd, int n)
{
    const char *text = w->requests[n];
    char line[256];
    if (strstr(text, " /jira/here "))
        return wire_send(fd, "HTTP/1.1 302 Found\r\nLocation: /jira/there\r\nContent-Length: 0\r\n\r\n");
    if (strstr(text, " /jira/loop "))
        return wire_send(fd, "HTTP/1.1 301 Moved\r\nLocation: loop\r\nContent-Length: 0\r\n\r\n");
    if (strstr(text, " /jira/away ")) { /* another host that leads to the same socket */
        snprintf(line, sizeof line,
                 "HTTP/1.1 302 Found\r\nLocation: http://localhost:%d/jira/there\r\nContent-Length: 0\r\n\r\n",
                 w->port);
        return wire_send(fd, line);
    }
    return wire_send(fd, OK);
}

static void only_reads_follow_a_redirect_and_only_on_the_same_host(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_redirects);
    road_init(&road, w.port);
    assert_true(ask(&road, HTTP_GET, "/here", NULL));
    assert_int_equal(road.r.status, 200);
    assert_int_equal(w.count, 2);
    assert_true(ask(&road, HTTP_POST, "/here", "{}"));
    assert_int_equal(road.r.status, 302);
    assert_true(ask(&road, HTTP_GET, "/away", NULL));
    assert_int_equal(road.r.status, 302);
    assert_int_equal(w.count, 4);
    assert_true(ask(&road, HTTP_GET, "/loop", NULL));
    assert_int_equal(road.r.status, 301);
    road_release(&road);
    wire_stop(&w);
    assert_int_equal(wire_count(&w, "GET /jira/loop"), 6);
}

/* --- settings --- */

static void a_base_url_that_cannot_be_used_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *url, *words;
    } bad[] = {
        {"http://jira.example.com", "plain http"},
        {"http://10.0.0.1", "plain http"},
        {"http://127.0.0.1.example.com", "plain http"},
        {"https://user:s3cr3t@jira.example.com", "user name or a password"},
        {"ftp://user:s3cr3t@jira.example.com", "user name or a password"},
        {"https://user:s3cr3t@jira example.com", "cannot be read"},
        {"jira.example.com", "cannot be read"},
        {"file:///etc/passwd", "neither https:// nor http://"},
        {"https://jira.example.com/?a=b", "query"},
        {"", "no base URL"},
        {NULL, "no base URL"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        assert_null(transport_curl_new(&(struct transport_settings){.base_url = bad[i].url}, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        if (!strstr(e.text, bad[i].words) || strstr(e.text, "s3cr3t"))
            fail_msg("%s", e.text);
    }
    static const char *const good[] = {"http://127.0.0.1:1", "http://[::1]:8080/jira", "http://localhost",
                                       "https://x.example"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct err e = ERR_INIT;
        struct transport *t = transport_curl_new(&(struct transport_settings){.base_url = good[i]}, &e);
        assert_non_null(t);
        transport_free(t);
    }
    struct err e = ERR_INIT;
    struct transport *t =
        transport_curl_new(&(struct transport_settings){.base_url = "http://jira.example.com", .allow_http = true}, &e);
    assert_non_null(t);
    transport_free(t);
    assert_null(transport_curl_new(
        &(struct transport_settings){.base_url = "https://x.example", .ca_file = "/nonexistent.pem"}, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "/nonexistent.pem"));
}

static void a_proxy_comes_from_the_settings_and_never_from_the_environment(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_ok);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    road_init(&road, w.port);
    if (!ask(&road, HTTP_GET, "/direct", NULL))
        fail_msg("%s", road.e.text);
    road_release(&road);
    setenv("no_proxy", "*", 1);
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", w.port);
    road_init_with(&road, 0,
                   (struct transport_settings){.base_url = "http://jira.invalid", .allow_http = true, .proxy = proxy});
    if (!ask(&road, HTTP_GET, "/by-proxy", NULL))
        fail_msg("%s", road.e.text);
    road_release(&road);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("no_proxy");
    wire_stop(&w);
    assert_true(str_starts(w.requests[0], "GET /jira/direct "));
    assert_true(str_starts(w.requests[1], "GET http://jira.invalid/by-proxy "));
}

static bool answer_proxy_denied(struct wire *w, int fd, int n)
{
    (void)w, (void)n;
    return wire_send(fd, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
}

static void a_tunnel_that_the_proxy_denies_is_certain(void **state)
{
    (void)state;
    struct wire w;
    struct road road;
    wire_start(&w, answer_proxy_denied);
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", w.port);
    road_init_with(&road, 0, (struct transport_settings){.base_url = "https://jira.invalid", .proxy = proxy});
    assert_false(ask(&road, HTTP_POST, "/issue", "{}"));
    assert_kind(&road, ERR_UNAVAILABLE);
    road_release(&road);
    wire_stop(&w);
    assert_int_equal(wire_count(&w, "CONNECT jira.invalid:443"), 1);
    assert_null(strstr(w.requests[0], "Bearer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_arrives_as_it_was_given),
        cmocka_unit_test(a_write_whose_connection_dies_is_on_the_wire_exactly_once),
        cmocka_unit_test(a_read_whose_pooled_connection_dies_is_sent_again),
        cmocka_unit_test(reads_share_a_connection_and_writes_do_not),
        cmocka_unit_test(a_refused_expectation_does_not_send_again),
        cmocka_unit_test(a_refused_connection_is_certain),
        cmocka_unit_test(after_the_request_left_every_failure_is_uncertain),
        cmocka_unit_test(an_answer_above_the_limit_is_refused),
        cmocka_unit_test(only_reads_follow_a_redirect_and_only_on_the_same_host),
        cmocka_unit_test(a_base_url_that_cannot_be_used_says_why),
        cmocka_unit_test(a_proxy_comes_from_the_settings_and_never_from_the_environment),
        cmocka_unit_test(a_tunnel_that_the_proxy_denies_is_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
