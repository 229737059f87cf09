#include "http/transport.h"

#include <string.h>

/* What would be cut, folded or read as two lines on its way is refused here, before any transport sees it: in process
 * it would have worked, and over the network it would not. */

static bool target_fits(const char *target)
{
    if (!target || *target != '/')
        return false;
    for (const unsigned char *c = (const unsigned char *)target; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '#')
            return false;
    return true;
}

static bool header_fits(const struct http_header *h)
{
    return h->name && *h->name && h->value && !strpbrk(h->name, " \t\r\n:;") && !strpbrk(h->value, "\r\n");
}

bool transport_perform(struct transport *t, const struct http_request *request, struct arena *a,
                       struct http_response *response, struct err *e)
{
    *response = (struct http_response){0};
    if (request->method >= HTTP_OTHER)
        return err_set(e, ERR_REFUSED, "a request with a method of no name cannot be sent; nothing was sent");
    if (!target_fits(request->target))
        return err_set(e, ERR_REFUSED,
                       "%.200s cannot be put in a request line: it must begin with a slash and have blanks and other "
                       "special characters percent-encoded; nothing was sent",
                       request->target ? request->target : "(none)");
    for (size_t i = 0; i < request->header_count; i++)
        if (!header_fits(&request->headers[i]))
            return err_set(e, ERR_REFUSED,
                           "the header %.80s has no name or no value, or a line break in it; nothing was sent",
                           request->headers[i].name ? request->headers[i].name : "(none)");
    return t->ops->perform(t, request, a, response, e);
}

void transport_free(struct transport *t)
{
    if (t)
        t->ops->free(t);
}
