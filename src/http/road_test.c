/* One handler, both roads: what a client sees in process and over a socket must be the same. This is the claim every
 * rehearsal stands on. */
#include "base/str.h"
#include "http/client.h"
#include "http/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A small site: its answers have what is awkward on a wire. */
static void site(void *context, const struct http_request *request, struct arena *a, struct http_response *r)
{
    (void)context;
    struct http_target t;
    http_target_parse(a, request->target, &t);
    const char *what = t.segment_count ? t.segments[t.segment_count - 1] : "";
    json_t *seen = json_keep(a, json_object());
    json_object_set_new(seen, "method", json_string(http_method_name(request->method)));
    json_object_set_new(seen, "what", json_string(what));
    json_object_set_new(seen, "q", json_string(http_param(&t, "q")));
    json_object_set_new(seen, "type", json_string(http_request_header(request, "Content-Type")));
    json_object_set_new(seen, "accept", json_string(http_request_header(request, "Accept")));
    json_object_set_new(seen, "auth", json_string(http_request_header(request, "Authorization")));
    json_object_set_new(seen, "empty", json_string(http_request_header(request, "X-Empty")));
    json_object_set_new(seen, "body", json_stringn(request->body ? request->body : "", request->body_length));
    r->body = json_print(a, seen);
    r->body_length = strlen(r->body);
    r->status = 200;
    http_response_add_header(a, r, "Content-Type", "application/json");
    http_response_add_header(a, r, "X-Line", "a\r\nb");
    http_response_add_header(a, r, "Set-Cookie", "a=1");
    http_response_add_header(a, r, "Set-Cookie", "b=2");
    if (str_eq(what, "gone"))
        r->status = 404;
    if (str_eq(what, "rate")) {
        r->status = 429;
        http_response_add_header(a, r, "Retry-After", "3");
    }
    if (str_eq(what, "none"))
        r->status = 204;
    if (str_eq(what, "binary")) {
        r->body = "a\0b\xff";
        r->body_length = 4;
    }
    if (str_eq(what, "broken"))
        r->body_length -= 3;
    if (str_eq(what, "silent"))
        r->status = HTTP_NO_REPLY;
    if (str_eq(what, "cut")) {
        r->told_length = r->body_length;
        r->body_length /= 2;
    }
    if (str_eq(what, "moved")) {
        r->status = 302;
        http_response_add_header(a, r, "Location", "https://elsewhere.example/");
    }
}

struct seen {
    bool ok;
    struct http_reply reply;
    struct err e;
};

static void ask(struct transport *t, const struct http_call *call, struct arena *a, struct seen *r)
{
    static struct clock_virtual clock;
    clock_virtual_init(&clock, 0, 0);
    struct http_client *client = http_client_new(&(struct http_client_settings){
        .transport = t, .clock = &clock.clock, .site_name = "site sa", .authorization = "Bearer abc", .retries = 1});
    r->e = (struct err)ERR_INIT;
    r->ok = http_client_call(client, call, a, &r->reply, &r->e);
    http_client_free(client);
}

/* Headers without those that only a server on a wire writes. */
static const char *shown_headers(const struct http_reply *reply, struct arena *a)
{
    const char *all = "";
    for (size_t i = 0; i < reply->header_count; i++) {
        const struct http_header *h = &reply->headers[i];
        if (!str_eq_nocase(h->name, "Date") && !str_eq_nocase(h->name, "Content-Length") &&
            !str_eq_nocase(h->name, "Connection"))
            all = arena_printf(a, "%s%s: %s\n", all, h->name, h->value);
    }
    return all;
}

static void both_roads_show_the_same(void **state)
{
    (void)state;
    static const struct http_header empty = {"X-Empty", ""};
    static const struct http_call calls[] = {
        {.method = HTTP_GET, .target = "/rest/a%2Fb?q=1+2%2B3"},
        {.method = HTTP_GET, .target = "/rest/../x//", .headers = &empty, .header_count = 1},
        {.method = HTTP_POST,
         .target = "/rest/x",
         .body = "{\"a\":1}",
         .body_length = 7,
         .content_type = "application/json"},
        {.method = HTTP_POST, .target = "/rest/x"},
        {.method = HTTP_PUT, .target = "/rest/x", .body = "ü", .body_length = 2, .content_type = "text/plain"},
        {.method = HTTP_DELETE, .target = "/rest/x"},
        {.method = HTTP_PATCH, .target = "/rest/x", .body = "{}", .body_length = 2},
        {.method = HTTP_OPTIONS, .target = "/rest/x"},
        {.method = HTTP_HEAD, .target = "/rest/x"},
        {.method = HTTP_DELETE, .target = "/rest/none"},
        {.method = HTTP_GET, .target = "/rest/gone"},
        {.method = HTTP_POST, .target = "/rest/rate"},
        {.method = HTTP_GET, .target = "/rest/rate"},
        {.method = HTTP_GET, .target = "/rest/binary", .any_type = true},
        {.method = HTTP_POST, .target = "/rest/broken"},
        {.method = HTTP_GET, .target = "/rest/broken"},
        {.method = HTTP_GET, .target = "/rest/silent"},
        {.method = HTTP_POST, .target = "/rest/silent"},
        {.method = HTTP_GET, .target = "/rest/cut"},
        {.method = HTTP_POST, .target = "/rest/cut"},
        {.method = HTTP_GET, .target = "/rest/moved"},
        {.method = HTTP_GET, .target = "/rest/a b"},
        {.method = HTTP_GET, .target = ""},
    };
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    struct http_server *server =
        http_server_start(&(struct http_server_settings){.listen = "127.0.0.1:0", .handler = site}, &e);
    assert_non_null(server);
    const char *url = arena_printf(&a, "http://127.0.0.1:%d", http_server_port(server));
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        struct seen here, there;
        ask(transport_local_new(site, NULL), &calls[i], &a, &here);
        ask(transport_curl_new(&(struct transport_settings){.base_url = url}, &e), &calls[i], &a, &there);
        print_message("%s %s: %d %s\n", http_method_name(calls[i].method), calls[i].target, here.reply.status,
                      here.e.text);
        assert_int_equal(here.ok, there.ok);
        if (!strstr(calls[i].target, "silent") &&
            !strstr(calls[i].target, "cut")) /* there the wire's own words follow */
            assert_string_equal(here.e.text, there.e.text);
        assert_int_equal(here.e.kind, there.e.kind);
        assert_int_equal(here.e.retry_after_ms, there.e.retry_after_ms);
        assert_int_equal(here.reply.status, there.reply.status);
        assert_int_equal(here.reply.body_length, there.reply.body_length);
        if (here.reply.body)
            assert_memory_equal(here.reply.body, there.reply.body, here.reply.body_length + 1);
        assert_true(json_equal(here.reply.json, there.reply.json) || (!here.reply.json && !there.reply.json));
        assert_string_equal(shown_headers(&here.reply, &a), shown_headers(&there.reply, &a));
    }
    http_server_stop(server);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_roads_show_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
