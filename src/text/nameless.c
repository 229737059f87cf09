#include "text/nameless.h"

#include "text/text.h"

#include <string.h>

char *text_nameless(struct arena *a, const char *markup)
{
    const char *from = markup ? markup : "";
    char *out = arena_alloc(a, strlen(from) + 1), *to = out;
    for (const char *mention; (mention = strstr(from, "[~")); from = mention + strcspn(mention, "]\n")) {
        memcpy(to, from, (size_t)(mention - from) + 2);
        to += mention - from + 2;
    }
    memcpy(to, from, strlen(from));
    return text_canonical(a, text_from_wiki(a, out, strlen(out)));
}
