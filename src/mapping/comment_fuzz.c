/* Any template (the first line), any author (the second), any body: what is stripped is a tail of the body, and with
 * the default template a copy always gives its origin back. */
#include "base/str.h"
#include "mapping/mapping.h"
#include "tracker/rich.h"

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
    if (!rich_is_adf(body) && (rest < body || rest > body + strlen(body)))
        abort();
    return rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    char *rest = arena_strndup(&a, (const char *)data, size);
    const char *template = line(&rest), *author = line(&rest), *body = rich_of_markup(rest);
    struct config c = {.connector = {{.comment_template = strlen(template) > 500 ? "" : template}}};
    const struct mapping m = {.config = &c};
    struct tracker_comment comment = {.author_name = author, .body = body};
    strip(&m, &a, rest); /* what is no document although it seems one is some text */
    strip(&m, &a, rich_in_form(&a, body, true));
    strip(&m, &a, mapping_comment_copy(&m, &a, SIDE_FIRST, &comment, "SA-1", body));
    c.connector[0].comment_template = CONFIG_COMMENT_TEMPLATE;
    if (str_is_utf8(author, strlen(author)) &&
        !str_eq(strip(&m, &a, mapping_comment_copy(&m, &a, SIDE_FIRST, &comment, "SA-1", body)), body))
        abort();
    arena_release(&a);
    return 0;
}
