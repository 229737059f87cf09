/* test_client.h - a site for a test, and short ways to ask it: every request goes through sandbox_handle. */
#pragma once

#include "base/json.h"
#include "base/str.h"
#include "sandbox/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEST_URL "http://jira.example.com"

struct test_site {
    struct sandbox *sandbox;
    struct clock_virtual clock;
    struct arena arena;
    bool is_cloud;
    const char *user, *password, *bearer; /* user NULL: nobody */
    const char *content_type;
    struct http_header more[3];    /* sent with every request */
    struct http_response response; /* of the last call */
};

static inline void test_site_open_seeded(struct test_site *s, enum sandbox_dialect d, uint64_t seed)
{
    struct err e = ERR_INIT;
    *s = (struct test_site){.is_cloud = d == SANDBOX_CLOUD,
                            .user = d == SANDBOX_CLOUD ? "admin@example.com" : "admin",
                            .password = "admin",
                            .content_type = "application/json"};
    clock_virtual_init(&s->clock, 1795366800000, 10); /* 2026-11-22, winter in Berlin */
    struct sandbox_settings settings = {.dialect = d,
                                        .data = ":memory:",
                                        .base_url = TEST_URL,
                                        .clock = &s->clock.clock,
                                        .seed = seed,
                                        .trace = getenv("TANDEM_TRACE")};
    s->sandbox = sandbox_open(&settings, &e);
    if (!s->sandbox)
        fail_msg("%s", e.text);
}

static inline void test_site_open(struct test_site *s, enum sandbox_dialect d)
{
    test_site_open_seeded(s, d, 7);
}

static inline void test_site_close(struct test_site *s)
{
    sandbox_close(s->sandbox);
    arena_release(&s->arena);
}

/* Body NULL: none. */
static inline void test_call(struct test_site *s, enum http_method method, const char *target, const char *body)
{
    struct http_header headers[6] = {{"Accept", "application/json"}};
    struct http_request r = {
        .method = method, .target = target, .headers = headers, .body = body, .body_length = body ? strlen(body) : 0};
    r.header_count = 1;
    for (size_t i = 0; i < ARRAY_LEN(s->more); i++)
        if (s->more[i].name)
            headers[r.header_count++] = s->more[i];
    if (s->bearer) {
        headers[r.header_count++] =
            (struct http_header){"Authorization", arena_printf(&s->arena, "Bearer %s", s->bearer)};
    } else if (s->user) {
        char *plain = arena_printf(&s->arena, "%s:%s", s->user, s->password);
        headers[r.header_count++] = (struct http_header){
            "Authorization", arena_printf(&s->arena, "Basic %s", str_base64(&s->arena, plain, strlen(plain)))};
    }
    if (body)
        headers[r.header_count++] = (struct http_header){"Content-Type", s->content_type};
    sandbox_handle(s->sandbox, &r, &s->arena, &s->response);
}

/* The reply's JSON; fails the test unless the status is the expected one. NULL for an empty body. */
static inline json_t *test_json(struct test_site *s, enum http_method method, int status, const char *target,
                                const char *body)
{
    test_call(s, method, target, body);
    if (s->response.status != status)
        fail_msg("%s %s: %d instead of %d: %s", http_method_name(method), target, s->response.status, status,
                 s->response.body ? s->response.body : "");
    if (!s->response.body_length)
        return NULL;
    struct err e = ERR_INIT;
    json_t *value = json_parse(&s->arena, s->response.body, s->response.body_length, true, target, &e);
    if (!value)
        fail_msg("%s: %s", target, e.text);
    return value;
}

static inline json_t *PRINTF_LIKE(3, 4) test_get(struct test_site *s, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *target = arena_vprintf(&s->arena, format, args);
    va_end(args);
    return test_json(s, HTTP_GET, status, target, NULL);
}

/* JSON with ' for ", so that it reads well in a test. */
static inline char *PRINTF_LIKE(2, 3) test_body(struct test_site *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(&s->arena, format, args);
    va_end(args);
    return str_replace(&s->arena, text, "'", "\"");
}

static inline void test_project(struct test_site *s, const char *key)
{
    test_json(s, HTTP_POST, 201, "/sandbox/project", test_body(s, "{'key':'%s','name':'Project %s'}", key, key));
}

/* The new issue's id. */
static inline char *test_issue(struct test_site *s, const char *project, const char *type, const char *summary)
{
    json_t *o = test_json(s, HTTP_POST, 201, "/rest/api/2/issue",
                          test_body(s, "{'fields':{'project':{'key':'%s'},'issuetype':{'name':'%s'},'summary':'%s'}}",
                                    project, type, summary));
    return arena_strdup(&s->arena, json_at_str(o, "id"));
}

/* The text of errors.<field>, or the first of errorMessages when field is NULL; "" when there is none. */
static inline const char *test_error(const json_t *reply, const char *field)
{
    const char *text = field ? json_string_value(json_object_get(json_object_get(reply, "errors"), field))
                             : json_string_value(json_array_get(json_object_get(reply, "errorMessages"), 0));
    return text ? text : "";
}

/* A block for each dialect, with a site `s` that has the project SA. */
#define EACH_DIALECT(s)                                                                                                \
    struct test_site s;                                                                                                \
    for (enum sandbox_dialect d_ = SANDBOX_DC8; d_ <= SANDBOX_CLOUD; test_site_close(&s), d_++)                        \
        for (int once_ = (test_site_open(&s, d_), test_project(&s, "SA"), 1); once_; once_ = 0)
