/* rich_text.c - text between the form a site stores and the form an API version speaks.
 *
 * Data Center stores wiki markup and speaks it. Cloud stores ADF; version 3 speaks it, version 2 speaks wiki markup,
 * converted both ways. */
#include "sandbox/internal.h"

#include "text/text.h"

#include <string.h>

enum { TEXT_LIMIT = 32767 };

static bool is_adf_spoken(struct ctx *c)
{
    return c->d->is_cloud && c->api == 3;
}

static struct text_doc *stored_doc(struct ctx *c, const char *stored)
{
    return c->d->is_cloud ? text_from_adf(c->a, json_stored(c, stored))
                          : text_from_wiki(c->a, stored ? stored : "", stored ? strlen(stored) : 0);
}

json_t *rich_text_show(struct ctx *c, const char *stored)
{
    if (!stored)
        return json_keep(c->a, json_null());
    if (is_adf_spoken(c))
        return json_stored(c, stored);
    return json_keep(c->a, json_string(rich_text_wiki(c, stored)));
}

char *rich_text_wiki(struct ctx *c, const char *stored)
{
    if (!stored)
        return NULL;
    return c->d->is_cloud ? text_to_wiki(c->a, stored_doc(c, stored)) : arena_strdup(c->a, stored);
}

char *rich_text_plain(struct ctx *c, const char *stored)
{
    return stored ? text_to_plain(c->a, stored_doc(c, stored)) : NULL;
}

char *rich_text_html(struct ctx *c, const char *stored)
{
    if (!stored)
        return NULL;
    char *text = rich_text_plain(c, stored);
    text = str_replace(c->a, text, "&", "&amp;");
    text = str_replace(c->a, text, "<", "&lt;");
    text = str_replace(c->a, text, ">", "&gt;");
    text = str_replace(c->a, text, "\n\n", "</p>\n<p>");
    text = str_replace(c->a, text, "\n", "<br/>\n");
    return arena_printf(c->a, "<p>%s</p>", text);
}

static bool too_long(struct ctx *c, const char *field, struct problems *p)
{
    problem(c, p, field, "The entered text is too long. It exceeds the allowed limit of 32,767 characters.");
    return true;
}

static bool read_adf(struct ctx *c, const json_t *sent, const char *field, struct problems *p, char **stored_r)
{
    if (!json_is_object(sent) || !str_eq(json_at_str(sent, "type"), "doc") ||
        !json_is_array(json_object_get(sent, "content"))) {
        problem(c, p, field, "Operation value must be an Atlassian Document (see the Atlassian Document Format)");
        return true;
    }
    struct text_doc *doc = text_from_adf(c->a, sent);
    if (text_is_empty(doc))
        return true;
    char *stored = json_print(c->a, sent);
    if (strlen(stored) > TEXT_LIMIT && str_utf8_length(text_to_plain(c->a, doc)) > TEXT_LIMIT)
        return too_long(c, field, p);
    *stored_r = stored;
    return true;
}

bool rich_text_read(struct ctx *c, const json_t *sent, const char *field, struct problems *p, char **stored_r)
{
    *stored_r = NULL;
    if (!sent || json_is_null(sent))
        return true;
    if (is_adf_spoken(c))
        return read_adf(c, sent, field, p, stored_r);
    if (!json_is_string(sent)) {
        problem(c, p, field, "Operation value must be a string");
        return true;
    }
    const char *text = json_string_value(sent);
    if (!*text)
        return true;
    if (str_utf8_length(text) > TEXT_LIMIT)
        return too_long(c, field, p);
    if (!c->d->is_cloud) {
        *stored_r = arena_strdup(c->a, text);
        return true;
    }
    struct text_doc *doc = text_from_wiki(c->a, text, strlen(text));
    if (!text_is_empty(doc))
        *stored_r = json_print(c->a, text_to_adf(c->a, doc));
    return true;
}
