/* rich_text.c - text between the form a site stores and the form an API version speaks.
 *
 * Data Center stores wiki markup and speaks it. Cloud stores ADF; version 3 speaks it, version 2 speaks wiki markup,
 * converted both ways. A file that a text shows goes by its name in markup and by its media uuid in ADF: of several
 * files of one name the newest is meant; a name that no file of the issue has stays as it is. */
#include "sandbox/internal.h"
#include "sandbox/text/rich_html.h"

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

/* ---- files in texts, on Cloud ---- */

static const json_t *file_called(struct ctx *c, const json_t *attrs, const char *id)
{
    json_t *o = json_keep(c->a, json_deep_copy(attrs));
    put_str(o, "id", id);
    return o;
}

/* From a uuid to a file's name; what is no file of this site stays. */
static const json_t *file_name(void *context, const json_t *attrs)
{
    struct ctx *c = context;
    char *name = NULL;
    if (!str_eq(json_at_str(attrs, "type"), "file") ||
        !db_str(c, &name, "SELECT filename FROM attachment WHERE media = ?1", "s", json_at_str(attrs, "id")))
        return NULL;
    return name ? file_called(c, attrs, name) : NULL;
}

/* From a name to the uuid of the issue's newest file of that name. */
static const json_t *file_media(void *context, const json_t *attrs)
{
    struct ctx *c = context;
    char *media = NULL;
    if (!str_eq(json_at_str(attrs, "type"), "file") ||
        !db_str(c, &media, "SELECT media FROM attachment WHERE issue = ?1 AND filename = ?2 ORDER BY id DESC LIMIT 1",
                "is", c->text_issue, json_at_str(attrs, "id")))
        return NULL;
    return media ? file_called(c, attrs, media) : NULL;
}

static const struct text_doc *with_names(struct ctx *c, const char *stored)
{
    const struct text_doc *doc = stored_doc(c, stored);
    struct text_rewrite names = {.ctx = c, .media = file_name};
    return strstr(stored, "\"media") ? text_rewrite(c->a, doc, &names) : doc;
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
    return c->d->is_cloud ? text_to_wiki(c->a, with_names(c, stored)) : arena_strdup(c->a, stored);
}

char *rich_text_plain(struct ctx *c, const char *stored)
{
    return stored ? text_to_plain(c->a, stored_doc(c, stored)) : NULL;
}

char *rich_text_html(struct ctx *c, const char *stored)
{
    return stored ? rich_html(c->a, stored_doc(c, stored)) : NULL;
}

static bool too_long(struct ctx *c, const char *field, struct problems *p)
{
    problem(c, p, field, "The entered text is too long. It exceeds the allowed limit of 32,767 characters.");
    return true;
}

static bool read_adf(struct ctx *c, const json_t *sent, const char *field, struct problems *p, char **stored_r)
{
    int64_t refuses = 0;
    if (!setting_int(c->db, "refuses_adf", 0, &refuses, &c->err))
        return false;
    if (refuses) {
        problem(c, p, field, "Operation value must be a string");
        return true;
    }
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
    const struct text_doc *doc = text_from_wiki(c->a, text, strlen(text));
    struct text_rewrite media = {.ctx = c, .media = file_media};
    if (c->text_issue)
        doc = text_rewrite(c->a, doc, &media);
    if (c->err.kind != ERR_NONE)
        return false;
    if (!text_is_empty(doc))
        *stored_r = json_print(c->a, text_to_adf(c->a, doc));
    return true;
}
