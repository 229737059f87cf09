/* memo.c - what one request has shown already.
 *
 * A page of a hundred issues names the same dozen people and statuses again and again; each is read and built once.
 * It lives as long as the request, so nothing stale survives it. */
#include "sandbox/internal.h"

struct memo {
    struct memo *next;
    enum memo_noun noun;
    int64_t id;
    json_t *value;
};

static struct memo **slot(struct ctx *c, enum memo_noun noun, int64_t id)
{
    return &c->memo[((uint64_t)id * 7 + noun) % ARRAY_LEN(c->memo)];
}

json_t *memo_get(struct ctx *c, enum memo_noun noun, int64_t id)
{
    for (struct memo *m = *slot(c, noun, id); m; m = m->next)
        if (m->noun == noun && m->id == id)
            return m->value;
    return NULL;
}

json_t *memo_put(struct ctx *c, enum memo_noun noun, int64_t id, json_t *value)
{
    if (!value)
        return NULL;
    struct memo *m = arena_new(c->a, struct memo), **head = slot(c, noun, id);
    *m = (struct memo){*head, noun, id, value};
    *head = m;
    return value;
}
