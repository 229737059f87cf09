/* trace.c - a line for each answer, before a fault cuts or replaces it. */
#include "sandbox/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MAX_BODY = 1 << 20 };

bool trace_open(struct sandbox *sb, const char *path, struct err *e)
{
    sb->trace = fopen(path, "ae");
    return sb->trace || err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
}

void trace_close(struct sandbox *sb)
{
    if (sb->trace)
        fclose(sb->trace);
    sb->trace = NULL;
}

static void put_member(FILE *out, struct arena *a, const char *name, const char *value)
{
    json_t *text = json_string(value); /* NULL when it is no UTF-8, as in a hostile target */
    fprintf(out, ",\"%s\":%s", name, text ? json_print(a, text) : "null");
    json_decref(text);
}

void trace_webhook(struct sandbox *sb, const char *event, const char *body)
{
    if (sb->trace)
        fprintf(sb->trace, "{\"dialect\":\"%s\",\"webhook\":\"%s\",\"body\":%s}\n", sb->d->name, event, body);
}

void trace_write(struct sandbox *sb, const struct http_request *request, const struct http_response *r, struct arena *a)
{
    const char *type = http_response_header(r, "Content-Type");
    if (!sb->trace)
        return;
    fprintf(sb->trace, "{\"dialect\":\"%s\",\"status\":%d", sb->d->name, r->status);
    put_member(sb->trace, a, "method", http_method_name(request->method));
    put_member(sb->trace, a, "base", sb->base_url);
    put_member(sb->trace, a, "target", request->target);
    put_member(sb->trace, a, "type", type ? type : "");
    if (type && str_starts(type, "application/json") && r->body_length && r->body_length <= MAX_BODY) {
        fputs(",\"body\":", sb->trace);
        fwrite(r->body, 1, r->body_length, sb->trace); /* the sandbox's own JSON has no line breaks */
    }
    fputs("}\n", sb->trace);
    fflush(sb->trace); /* whoever is killed has told what came before */
}
