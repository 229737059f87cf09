/* Any template (the first line), any author (the second), any body: what is stripped is a tail of the body, and with
 * the default template a copy always gives its origin back. */
#include "base/str.h"
#include "mapping/mapping.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cuts off the first line. */
static char *line(char **rest)
{
    char *start = *rest, *end = strchr(start, '\n');
    if (end)
        *end = 0;
    *rest = end ? end + 1 : start + strlen(start);
    return start;
}

static const char *strip(const struct mapping *m, struct arena *a, const char *body)
{
    const char *rest = mapping_comment_strip(m, a, SIDE_FIRST, body);
    if (rest < body || rest > body + strlen(body))
        abort();
    return rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    char *rest = arena_strndup(&a, (const char *)data, size);
    const char *template = line(&rest), *author = line(&rest), *body = rest;
    struct config c = {.connector = {{.comment_template = strlen(template) > 500 ? "" : template}}};
    const struct mapping m = {.config = &c};
    struct tracker_comment comment = {.author_name = author, .body = body};
    strip(&m, &a, body);
    strip(&m, &a, mapping_comment_copy(&m, &a, SIDE_FIRST, &comment, "SA-1"));
    c.connector[0].comment_template = CONFIG_COMMENT_TEMPLATE;
    if (str_is_utf8(author, strlen(author)) &&
        !str_eq(strip(&m, &a, mapping_comment_copy(&m, &a, SIDE_FIRST, &comment, "SA-1")), body))
        abort();
    arena_release(&a);
    return 0;
}
