#include "sandbox/rights/right.h"

bool right_need(struct ctx *c, int64_t issue, const char *permission, int status, const char *text)
{
    bool has = false;
    return permission_has(c, permission, 0, issue, &has) && (has || refuse(c, status, "%s", text));
}

bool right_on_own(struct ctx *c, int64_t issue, const char *verb, const char *what, int64_t author, bool *r)
{
    *r = false;
    if (author && author == c->caller && !permission_has(c, arena_printf(c->a, "%s_OWN_%s", verb, what), 0, issue, r))
        return false;
    return *r || permission_has(c, arena_printf(c->a, "%s_ALL_%s", verb, what), 0, issue, r);
}
