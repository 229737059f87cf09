/* request_fuzz.c - any request to a small site of each family: no crash, no failure of our own (500), and an answer
 * that is JSON where it says so. The input's first line is "METHOD target", the rest is the body. */
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "sandbox/sandbox.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct site {
    struct sandbox *sandbox;
    void *bytes; /* as it was at the start */
    size_t length;
    const char *user;
};

static void open_site(struct site *s, enum sandbox_dialect dialect, struct clock *clock, const char *user)
{
    struct err e = ERR_INIT;
    struct sandbox_settings settings = {.dialect = dialect, .data = ":memory:", .base_url = "http://x", .clock = clock};
    s->sandbox = sandbox_open(&settings, &e);
    s->user = user;
    if (!s->sandbox || !sandbox_demo_data(s->sandbox, "SA", 6, 1, &e) ||
        !sandbox_snapshot(s->sandbox, &s->bytes, &s->length, &e)) {
        log_line(LOG_ERROR, "%s", e.text);
        abort();
    }
}

static void check(struct arena *a, const struct http_response *response)
{
    struct err e = ERR_INIT;
    const char *type = http_response_header(response, "Content-Type");
    if (response->status < 200 || response->status >= 500)
        abort();
    if (type && str_starts(type, "application/json") && response->body_length &&
        !json_parse(a, response->body, response->body_length, true, "reply", &e))
        abort();
}

static void ask(struct site *s, const char *line, const char *body, size_t length)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct http_response response;
    const char *target = strchr(line, ' ');
    struct http_header headers[] = {
        {"Content-Type", "application/json"},
        {"Authorization", arena_printf(&a, "Basic %s", str_base64(&a, s->user, strlen(s->user)))},
    };
    struct http_request request = {.target = target ? target + 1 : "/",
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = length ? body : NULL,
                                   .body_length = length};
    request.method = http_method_parse(arena_strndup(&a, line, strcspn(line, " ")));
    if (!str_starts(request.target, "/sandbox/faults")) { /* they answer 500 because they were asked to */
        sandbox_handle(s->sandbox, &request, &a, &response);
        check(&a, &response);
    }
    if (request.method != HTTP_GET && !sandbox_restore(s->sandbox, s->bytes, s->length, &e))
        abort();
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct clock_virtual clock;
    static struct site dc, cloud;
    if (!dc.sandbox) {
        clock_virtual_init(&clock, 1795363445123, 0);
        open_site(&dc, SANDBOX_DC8, &clock.clock, "admin:admin");
        open_site(&cloud, SANDBOX_CLOUD, &clock.clock, "admin@example.com:admin");
    }
    struct arena a = ARENA_INIT;
    const char *text = arena_strndup(&a, (const char *)data, size);
    size_t n = strcspn(text, "\n"), skip = n + (n < size);
    const char *line = arena_strndup(&a, text, n);
    ask(&dc, line, text + skip, size - skip);
    ask(&cloud, line, text + skip, size - skip);
    arena_release(&a);
    return 0;
}
