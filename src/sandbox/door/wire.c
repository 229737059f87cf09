/* wire.c - what the server below Jira refuses before Jira hears of it, with a page of HTML as Tomcat sends it.
 *
 * Tomcat reads 8 KB of request line and headers, no encoded slash or zero in a path, and no character in a path that
 * an URI must encode; Jira's own set-up admits [ ] and |. Cloud's gateway differs in the text alone. */
#include "sandbox/door/wire.h"

#include <string.h>

enum { MAX_HEAD = 8192, MAX_HEAD_CLOUD = 16384, LINE_EXTRA = 12, HEADER_EXTRA = 4 };

static bool refuse_page(struct ctx *c, const char *message)
{
    reply_bytes(
        c, 400, "text/html;charset=utf-8",
        arena_printf(c->a,
                     "<!doctype html><html lang=\"en\"><head><title>HTTP Status 400 – Bad Request</title></head>"
                     "<body><h1>HTTP Status 400 – Bad Request</h1><hr class=\"line\" /><p><b>Type</b> Exception "
                     "Report</p><p><b>Message</b> %s</p><p><b>Description</b> The server cannot or will not "
                     "process the request due to something that is perceived to be a client error (e.g., "
                     "malformed request syntax, invalid request message framing, or deceptive request "
                     "routing).</p></body></html>",
                     message));
    return false;
}

/* As it stood on the wire: "GET target HTTP/1.1", "Name: value". */
static size_t head_length(const struct http_request *r)
{
    size_t length = strlen(r->target) + strlen(http_method_name(r->method)) + LINE_EXTRA;
    for (size_t i = 0; i < r->header_count; i++)
        length += strlen(r->headers[i].name) + strlen(r->headers[i].value) + HEADER_EXTRA;
    return length;
}

static bool is_strange(const char *path, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char b = (unsigned char)path[i];
        if (b < 0x20 || b >= 0x7F || strchr("\"<>\\^`{}", b))
            return true;
    }
    return false;
}

/* %00, %2F and %5C: each has let somebody past a check once. */
static bool has_encoded_trick(const char *path, size_t length)
{
    for (size_t i = 0; i + 2 < length; i++) {
        if (path[i] != '%')
            continue;
        char code[3] = {path[i + 1], path[i + 2], 0};
        if (str_eq(code, "00") || str_eq_nocase(code, "2f") || str_eq_nocase(code, "5c"))
            return true;
    }
    return false;
}

bool wire_check(struct ctx *c)
{
    const char *target = c->request->target;
    size_t path = strcspn(target, "?");
    if (head_length(c->request) > (c->d->is_cloud ? MAX_HEAD_CLOUD : MAX_HEAD))
        return refuse_page(c, "Request header is too large");
    if (is_strange(target, path))
        return refuse_page(c, "Invalid character found in the request target. The valid characters are defined in RFC "
                              "7230 and RFC 3986");
    if (has_encoded_trick(target, path))
        return refuse_page(c, "Invalid URI: noSlash");
    return true;
}
