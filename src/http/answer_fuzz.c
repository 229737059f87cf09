/* Any bytes as an answer: three bytes choose method, status and header, the rest up to a line end is the header's
 * value, what follows the body. Whatever a site or a proxy sends, the error is one line of UTF-8 without the
 * credentials, and a write that may have been done is never called undone. */
#include "base/str.h"
#include "http/answer.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

static bool is_one_line(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ')
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 201, 204, 301, 302, 400, 401, 403, 404, 409, 413, 429, 500, 503};
    static const char *const names[] = {
        "Content-Type", "Retry-After", "X-RateLimit-Reset",    "Date",
        "Location",     "X-AUSERNAME", "X-Seraph-LoginReason", "X-Authentication-Denied-Reason"};
    if (size < 3)
        return 0;
    struct arena a = ARENA_INIT;
    const char *rest = arena_strndup(&a, (const char *)data + 3, size - 3);
    size_t line = strcspn(rest, "\n"), used = rest[line] ? line + 1 : line;
    struct http_response response = {
        .status = statuses[data[1] % ARRAY_LEN(statuses)], .body = rest + used, .body_length = size - 3 - used};
    http_response_add_header(&a, &response, names[data[2] % ARRAY_LEN(names)], arena_strndup(&a, rest, line));
    struct answer_question q = {.site_name = "site sa",
                                .authorization = "Bearer s3cr3t",
                                .target = "/rest/api/2/issue",
                                .method = data[0] & 1 ? HTTP_POST : HTTP_GET,
                                .is_write = data[0] & 1,
                                .any_type = data[0] & 2,
                                .now_ms = 1767225600000};
    struct http_reply reply;
    struct err e = ERR_INIT;
    bool again, ok = answer_read(&q, &response, &a, &reply, &again, &e);
    int64_t wait = answer_wait_ms(&response, q.now_ms);
    must(wait >= 0 && wait <= ANSWER_WAIT_MAX_MS && reply.status == response.status);
    must(ok == (e.kind == ERR_NONE) && (ok ? response.status < 300 && !again : e.http_status == response.status));
    must(is_one_line(e.text) && str_is_utf8(e.text, strlen(e.text)) && !strstr(e.text, "s3cr3t"));
    if (q.is_write && (response.status < 300 || response.status >= 500))
        must(ok || e.kind == ERR_UNCERTAIN);
    arena_release(&a);
    return 0;
}
