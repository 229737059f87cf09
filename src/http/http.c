#include "http/http.h"

#include "base/str.h"

#include <string.h>

static const char *const METHODS[] = {
    [HTTP_GET] = "GET",   [HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",     [HTTP_DELETE] = "DELETE",
    [HTTP_HEAD] = "HEAD", [HTTP_OPTIONS] = "OPTIONS", [HTTP_PATCH] = "PATCH",
};

const char *http_method_name(enum http_method method)
{
    return method < HTTP_OTHER ? METHODS[method] : "OTHER";
}

enum http_method http_method_parse(const char *name)
{
    enum http_method method = HTTP_GET;
    while (method < HTTP_OTHER && !str_eq(METHODS[method], name))
        method++;
    return method;
}

bool http_method_is_safe(enum http_method method)
{
    return method == HTTP_GET || method == HTTP_HEAD || method == HTTP_OPTIONS;
}

const char *http_header_get(const struct http_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(headers[i].name, name))
            return headers[i].value;
    return NULL;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return http_header_get(request->headers, request->header_count, name);
}

const char *http_response_header(const struct http_response *response, const char *name)
{
    return http_header_get(response->headers, response->header_count, name);
}

/* Copies the list each time: a handler may have set `headers` to an array of its own, with no room behind it. */
void http_response_add_header(struct arena *a, struct http_response *response, const char *name, const char *value)
{
    struct http_header *grown = arena_array(a, struct http_header, response->header_count + 1);
    if (response->header_count)
        memcpy(grown, response->headers, response->header_count * sizeof *grown);
    char *copy = arena_strdup(a, value);
    for (char *c = copy; *c; c++)
        if (*c == '\r' || *c == '\n')
            *c = ' ';
    grown[response->header_count++] = (struct http_header){arena_strdup(a, name), copy};
    response->headers = grown;
}

static bool is_framing(const char *name)
{
    return str_eq_nocase(name, "Content-Length") || str_eq_nocase(name, "Transfer-Encoding") ||
           str_eq_nocase(name, "Connection");
}

void http_handle(http_handler handler, void *context, const struct http_request *request, struct arena *a,
                 struct http_response *response)
{
    *response = (struct http_response){.status = -1};
    handler(context, request, a, response);
    if (response->status == HTTP_NO_REPLY) {
        *response = (struct http_response){.status = HTTP_NO_REPLY};
        return;
    }
    if (response->status < 200 || response->status > 599)
        *response = (struct http_response){.status = 500};
    if (!response->body || response->status == 204 || response->status == 304)
        response->body_length = 0;
    if (response->body_length == 0) {
        response->body = NULL;
        response->told_length = 0;
    }
    struct http_response sent = *response;
    sent.headers = NULL;
    sent.header_count = 0;
    for (size_t i = 0; i < response->header_count; i++)
        if (!is_framing(response->headers[i].name))
            http_response_add_header(a, &sent, response->headers[i].name, response->headers[i].value);
    *response = sent;
}

static void parse_path(struct arena *a, const char *path, struct http_target *r)
{
    r->path = str_percent_decode(a, path, false);
    if (*path == '/')
        path++;
    if (!*path)
        return;
    r->segment_count = str_split(a, path, '/', &r->segments);
    if (!*r->segments[r->segment_count - 1])
        r->segment_count--;
    for (size_t i = 0; i < r->segment_count; i++)
        r->segments[i] = str_percent_decode(a, r->segments[i], false);
}

static void parse_query(struct arena *a, const char *query, struct http_target *r)
{
    char **parts;
    size_t count = str_split(a, query, '&', &parts);
    for (size_t i = 0; i < count; i++) {
        if (!*parts[i])
            continue;
        char *value = strchr(parts[i], '=');
        if (value)
            *value++ = 0;
        struct http_header param = {str_percent_decode(a, parts[i], true),
                                    str_percent_decode(a, value ? value : "", true)};
        *arena_push(a, r->params, r->param_count) = param;
    }
}

void http_target_parse(struct arena *a, const char *target, struct http_target *r)
{
    *r = (struct http_target){0};
    size_t path_length = strcspn(target, "?#");
    parse_path(a, arena_strndup(a, target, path_length), r);
    if (target[path_length] == '?') {
        const char *query = target + path_length + 1;
        parse_query(a, arena_strndup(a, query, strcspn(query, "#")), r);
    }
}

const char *http_param(const struct http_target *target, const char *name)
{
    for (size_t i = 0; i < target->param_count; i++)
        if (str_eq(target->params[i].name, name))
            return target->params[i].value;
    return NULL;
}
