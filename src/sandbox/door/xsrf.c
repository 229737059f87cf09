/* xsrf.c - what a page of another site could make somebody's browser send is refused.
 *
 * Forms need a header that no form can set; and whoever looks like a browser must come from this site's own pages, or
 * set that header. Programs are not asked: no other site sends their requests. */
#include "sandbox/door/auth.h"

#include <string.h>

bool xsrf_token_sent(struct ctx *c)
{
    const char *token = http_request_header(c->request, "X-Atlassian-Token");
    return str_eq(token, "no-check") || (str_eq(token, "nocheck") && c->d->accepts_nocheck);
}

bool xsrf_refuse(struct ctx *c)
{
    reply_bytes(c, 403, "text/plain;charset=UTF-8", "XSRF check failed");
    return false;
}

/* "https://host:port" of a URL; what follows is cut. */
static char *origin_of(struct ctx *c, const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    if (!host)
        return NULL;
    size_t n = (size_t)(host + 3 - url) + strcspn(host + 3, "/?#");
    return str_lower(c->a, arena_strndup(c->a, url, n));
}

static bool is_own(struct ctx *c, const char *header)
{
    const char *host = http_request_header(c->request, "Host");
    char *origin = origin_of(c, http_request_header(c->request, header));
    if (!origin)
        return false;
    return str_eq(origin, origin_of(c, c->sb->base_url)) ||
           (host && str_eq(strstr(origin, "://") + 3, str_lower(c->a, host)));
}

bool xsrf_browser_check(struct ctx *c)
{
    const char *agent = http_request_header(c->request, "User-Agent");
    if (http_method_is_safe(c->request->method) || !agent || !strstr(agent, "Mozilla") || xsrf_token_sent(c))
        return true;
    return is_own(c, "Origin") || is_own(c, "Referer") || xsrf_refuse(c);
}
