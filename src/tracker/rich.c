#include "tracker/rich.h"

#include "base/err.h"
#include "base/str.h"

#include <string.h>

#define MARK '\x1e'

bool rich_is_adf(const char *text)
{
    return text && text[0] == MARK;
}

const char *rich_of_markup(const char *markup)
{
    const char *s = markup ? markup : "";
    while (*s == MARK)
        s++;
    return s;
}

static const char *print(struct arena *a, const json_t *doc)
{
    if (!json_is_object(doc) || json_array_size(json_object_get(doc, "content")) == 0)
        return "";
    return arena_printf(a, "%c%s", MARK, json_print(a, doc));
}

const char *rich_of_adf(struct arena *a, const json_t *doc)
{
    return print(a, doc);
}

const char *rich_of_doc(struct arena *a, const struct text_doc *doc, bool as_adf)
{
    return as_adf ? print(a, text_to_adf(a, doc)) : rich_of_markup(text_to_wiki(a, doc));
}

/* NULL when it is not ours after all: then it is markup. */
static const json_t *parse(struct arena *a, const char *text)
{
    struct err ignored = ERR_INIT; /* we wrote it; a damaged store shows as a text that changed */
    return rich_is_adf(text) ? json_parse(a, text + 1, strlen(text + 1), false, "a text", &ignored) : NULL;
}

struct text_doc *rich_doc(struct arena *a, const char *text)
{
    const json_t *json = parse(a, text);
    const char *markup = rich_of_markup(text);
    return json ? text_from_adf(a, json) : text_from_wiki(a, markup, strlen(markup));
}

const char *rich_in_form(struct arena *a, const char *text, bool as_adf)
{
    if (str_is_empty(text) || rich_is_adf(text) == as_adf)
        return text ? text : "";
    return rich_of_doc(a, rich_doc(a, text), as_adf);
}

const char *rich_markup(struct arena *a, const char *text)
{
    return rich_in_form(a, text, false);
}

const json_t *rich_adf(struct arena *a, const char *text)
{
    const json_t *json = parse(a, text);
    return json ? json : text_to_adf(a, rich_doc(a, text));
}

char *rich_canonical(struct arena *a, const char *text)
{
    return text_canonical(a, rich_doc(a, text));
}

const json_t *rich_readable(struct arena *a, const json_t *json)
{
    const char *name, *text = json_at_str(json, "text");
    json_t *member;
    if (!json_is_object(json))
        return json;
    json_t *copy = json_keep(a, json_copy((json_t *)json));
    json_object_foreach ((json_t *)json, name, member)
        json_object_set(copy, name, (json_t *)rich_readable(a, member));
    if (rich_is_adf(text)) {
        json_object_set_new(copy, "text", json_string(rich_markup(a, text)));
        json_object_set(copy, "adf", (json_t *)rich_adf(a, text));
    }
    return copy;
}

/* The document that a site which only knows markup would hold of it. */
static const struct text_doc *nearest_doc(struct arena *a, const char *text)
{
    const char *markup = rich_markup(a, text);
    return text_from_wiki(a, markup, strlen(markup));
}

static bool equal_in_form(struct arena *a, const char *x, const char *y)
{
    return str_eq(rich_canonical(a, x), rich_canonical(a, y));
}

bool rich_equal(const char *x, const char *y)
{
    struct arena a = ARENA_INIT;
    bool same = equal_in_form(&a, x, y);
    if (!same && rich_is_adf(x) != rich_is_adf(y))
        same = text_equal(nearest_doc(&a, x), nearest_doc(&a, y));
    arena_release(&a);
    return same;
}

static const char *nobody(void *ctx, const char *id, const char **name_r)
{
    (void)ctx;
    (void)id;
    *name_r = "";
    return NULL;
}

static char *nameless(struct arena *a, const struct text_doc *doc)
{
    const struct text_rewrite ask = {.mention = nobody};
    return text_canonical(a, text_rewrite(a, doc, &ask));
}

char *rich_nameless(struct arena *a, const char *text)
{
    return nameless(a, nearest_doc(a, text));
}

bool rich_equal_nameless(const char *x, const char *y)
{
    struct arena a = ARENA_INIT;
    bool same = rich_is_adf(x) && rich_is_adf(y) ? str_eq(nameless(&a, rich_doc(&a, x)), nameless(&a, rich_doc(&a, y)))
                                                 : str_eq(rich_nameless(&a, x), rich_nameless(&a, y));
    arena_release(&a);
    return same;
}
