/* text.c - what a text names on its own site, named as the other site knows it: people, and issues that have partners.
 *
 * A text is renamed in its own form first, so that blocks which name nothing keep their bytes, and what a side cannot
 * express is still there when the blocks of both sides are put beside each other (mapping_text_carry). */
#include "mapping/mapping.h"

#include "base/buf.h"
#include "base/str.h"
#include "mapping/lookup.h"
#include "tracker/rich.h"

#include <ctype.h>
#include <string.h>

struct renaming {
    const struct mapping *mapping;
    struct arena *arena;
    enum side from;
    struct err why; /* a site or the store did not answer: nothing that was renamed counts */
};

/* --- people --- */

static struct value account(const struct mapping *m, enum side side, const struct tracker_option *o)
{
    bool is_cloud = config_is_cloud(&m->config->connector[side]);
    return (struct value){.kind = VALUE_USER, .id = o->id, .text = o->name, .login = is_cloud ? NULL : o->name};
}

/* By the lists that say of people's fields who is who. */
static bool correlated(const struct mapping *m, enum side from, const struct value *who, struct value *r)
{
    for (size_t i = 0; i < m->config->field_count; i++) {
        const struct config_field *f = &m->config->fields[i];
        const struct config_field_half *here = &f->half[from], *there = &f->half[side_other(from)];
        if (f->kind != CONFIG_USER_CORRELATION)
            continue;
        long at = option_find(here->options, here->option_count, who->id, who->login ? who->login : who->id);
        if (at == LOOKUP_NONE || (size_t)at >= there->option_count)
            continue;
        *r = account(m, side_other(from), &there->options[at]);
        return true;
    }
    return false;
}

static bool maps_by_name(const struct mapping *m)
{
    for (size_t i = 0; i < m->config->field_count; i++)
        if (m->config->fields[i].kind == CONFIG_USER_NAME)
            return true;
    return false;
}

/* True with VALUE_NONE for nobody, and for more than one. */
static bool find(struct renaming *x, enum side side, const char *who, struct value *r)
{
    struct err why = ERR_INIT;
    *r = (struct value){0};
    if (str_is_empty(who) || !x->mapping->users.find)
        return true;
    if (x->mapping->users.find(x->mapping->users.context, side, who, x->arena, r, &why))
        return true;
    *r = (struct value){0};
    if (why.kind == ERR_MAPPING)
        return true;
    x->why = why;
    return false;
}

/* Lists first, since they cost nothing; then the address, then the name where the configuration goes by names. */
static bool partner_of(struct renaming *x, const struct value *who, struct value *r)
{
    enum side to = side_other(x->from);
    *r = (struct value){0};
    if (correlated(x->mapping, x->from, who, r))
        return true;
    if (!find(x, to, who->mail, r) || r->kind == VALUE_USER || !maps_by_name(x->mapping))
        return x->why.kind == ERR_NONE;
    return find(x, to, who->login, r);
}

/* How a mention names them there: by user name on Server and Data Center, by account id on Cloud. */
static const char *mention_id(const struct renaming *x, const struct value *there)
{
    bool is_cloud = config_is_cloud(&x->mapping->config->connector[side_other(x->from)]);
    return is_cloud || str_is_empty(there->login) ? there->id : there->login;
}

static const char *rename_mention(void *context, const char *id, const char **name_r)
{
    struct renaming *x = context;
    struct value here = {.kind = VALUE_USER, .id = id}, seen = {0}, there;
    const char *account_id = str_starts(id, "accountid:") ? id + strlen("accountid:") : id;
    if (x->why.kind)
        return NULL;
    here.id = account_id;
    if (!correlated(x->mapping, x->from, &here, &there)) {
        if (!find(x, x->from, account_id, &seen) || !partner_of(x, seen.kind == VALUE_USER ? &seen : &here, &there))
            return NULL;
    }
    *name_r = there.kind == VALUE_USER && there.text ? there.text : seen.text;
    return there.kind == VALUE_USER ? mention_id(x, &there) : NULL;
}

/* The name by which the first side knows them. */
static const char *neutral_mention(void *context, const char *id, const char **name_r)
{
    struct renaming *x = context;
    const char *account_id = str_starts(id, "accountid:") ? id + strlen("accountid:") : id;
    struct value here = {.kind = VALUE_USER, .id = account_id}, seen = {0}, there = {0};
    if (x->why.kind || !find(x, x->from, account_id, &seen))
        return NULL;
    if (x->from == SIDE_SECOND && !partner_of(x, seen.kind == VALUE_USER ? &seen : &here, &there))
        return NULL;
    *name_r = there.kind == VALUE_USER && there.text ? there.text : seen.text;
    return NULL;
}

/* --- issues --- */

static bool names_issues(const struct renaming *x)
{
    return x->mapping->pairs.find && x->mapping->config->connector[side_other(x->from)].renames_issues;
}

/* The partner's key; NULL when there is none (yet), and then the text stays as it is. */
static const char *partner_key(struct renaming *x, const char *key)
{
    const char *there = NULL;
    struct err why = ERR_INIT;
    if (x->why.kind)
        return NULL;
    if (x->mapping->pairs.find(x->mapping->pairs.context, x->from, key, x->arena, &there, &why))
        return there;
    x->why = why;
    return NULL;
}

static bool is_part_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* How many bytes at `s` are a key of our project, "SA-17"; 0: none. What follows may be anything but more of a word. */
static size_t key_length(const char *project, const char *s, size_t length)
{
    size_t n = strlen(project), end;
    if (length < n + 2 || memcmp(s, project, n) != 0 || s[n] != '-' || s[n + 1] == '0')
        return 0;
    for (end = n + 1; end < length && isdigit((unsigned char)s[end]); end++)
        ;
    return end == n + 1 || (end < length && is_part_of_word(s[end])) ? 0 : end;
}

static const char *rename_words(void *context, const char *text, size_t length)
{
    struct renaming *x = context;
    const char *project = x->mapping->config->connector[x->from].project_key;
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    bool any = false;
    for (size_t i = 0; i < length;) {
        bool starts = i == 0 || (!is_part_of_word(text[i - 1]) && !strchr("-/.@", text[i - 1]));
        size_t n = starts ? key_length(project, text + i, length - i) : 0;
        const char *there = n ? partner_key(x, arena_strndup(x->arena, text + i, n)) : NULL;
        if (there)
            buf_adds(&out, there);
        else
            buf_add(&out, text + i, n ? n : 1);
        any = any || there;
        i += n ? n : 1;
    }
    const char *renamed = any ? arena_strdup(x->arena, buf_str(&out)) : NULL;
    buf_release(&out);
    return renamed;
}

/* "https://jira.example.com/browse/SA-17?focusedCommentId=…": the rest of an address speaks of the old site, and goes.
 */
static const char *rename_link(void *context, const char *href)
{
    struct renaming *x = context;
    const char *here = x->mapping->site_url[x->from], *there = x->mapping->site_url[side_other(x->from)];
    const char *project = x->mapping->config->connector[x->from].project_key;
    if (str_is_empty(here) || str_is_empty(there) || !str_starts(href, here))
        return NULL;
    const char *path = href + strlen(here);
    if (!str_starts(path, "/browse/"))
        return NULL;
    const char *key = path + strlen("/browse/");
    size_t n = key_length(project, key, strlen(key));
    const char *partner = n ? partner_key(x, arena_strndup(x->arena, key, n)) : NULL;
    return partner ? arena_printf(x->arena, "%s/browse/%s", there, partner) : NULL;
}

/* --- files --- */

/* Of several that have the name Jira shows the youngest. */
static const struct tracker_attachment *file_named(const struct tracker_issue *issue, const char *name)
{
    for (size_t i = issue && name ? issue->attachment_count : 0; i-- > 0;)
        if (str_eq(issue->attachments[i].name, name))
            return &issue->attachments[i];
    return NULL;
}

static const struct tracker_attachment *file_at(const struct tracker_issue *issue, const char *url)
{
    for (size_t i = issue && url ? issue->attachment_count : 0; i-- > 0;)
        if (str_eq(issue->attachments[i].url, url))
            return &issue->attachments[i];
    return NULL;
}

/* What a node shows: by its address, else by name. In markup the id is the name; in a document it is one that no
 * resource tells, and the name is what the editor left as `alt`. False: a picture from anywhere, which stays. */
static bool file_shown(const struct renaming *x, const json_t *attrs, const char **name_r,
                       const struct tracker_attachment **here_r)
{
    const struct tracker_issue *issue = x->mapping->issue[x->from];
    const char *alt = json_at_str(attrs, "alt"), *id = json_at_str(attrs, "id");
    *here_r = NULL;
    if (str_eq(json_at_str(attrs, "type"), "external")) {
        *here_r = file_at(issue, json_at_str(attrs, "url"));
        *name_r = *here_r ? (*here_r)->name : NULL;
        return *here_r != NULL;
    }
    *here_r = file_named(issue, id);
    if (!*here_r)
        *here_r = file_named(issue, alt);
    bool is_cloud = config_is_cloud(&x->mapping->config->connector[x->from]);
    *name_r = *here_r ? (*here_r)->name : !is_cloud ? id : alt;
    return true;
}

/* A file of the partner: by name, or on Cloud by its address, for the id that a document wants is told to nobody. */
static const json_t *rename_media(void *context, const json_t *attrs)
{
    struct renaming *x = context;
    const struct tracker_attachment *here;
    const char *name;
    enum side to = side_other(x->from);
    if (!file_shown(x, attrs, &name, &here))
        return NULL;
    const struct tracker_attachment *there = file_named(x->mapping->issue[to], name);
    bool by_name = !config_is_cloud(&x->mapping->config->connector[x->from]) &&
                   !config_is_cloud(&x->mapping->config->connector[to]);
    if (!there || by_name) /* by name on both: as it stands, with its size and all */
        return NULL;
    json_t *r = config_is_cloud(&x->mapping->config->connector[to]) && there->url
                    ? json_pack("{s:s, s:s, s:s}", "type", "external", "url", there->url, "alt", name)
                    : json_pack("{s:s, s:s, s:s}", "type", "file", "id", name, "collection", "");
    static const char *const KEPT[] = {"width", "height"};
    for (size_t i = 0; i < ARRAY_LEN(KEPT); i++)
        if (json_object_get(attrs, KEPT[i]))
            json_object_set(r, KEPT[i], json_object_get(attrs, KEPT[i]));
    return json_keep(x->arena, r);
}

static const char *link_to_file(const struct renaming *x, const char *name, const struct tracker_attachment *here,
                                const char **href_r)
{
    const struct tracker_issue *issue = x->mapping->issue[x->from];
    const char *site = x->mapping->site_url[x->from];
    *href_r = here ? here->url : site ? arena_printf(x->arena, "%s/browse/%s", site, issue->key) : NULL;
    return arena_printf(x->arena, "%s (file in %s)", name ? name : "a file", issue->key);
}

static const char *media_as_text(void *context, const json_t *attrs, const char **href_r)
{
    struct renaming *x = context;
    const struct tracker_attachment *here;
    const char *name;
    if (!file_shown(x, attrs, &name, &here) || file_named(x->mapping->issue[side_other(x->from)], name))
        return NULL;
    return link_to_file(x, name, here, href_r);
}

static const char *neutral_media(void *context, const json_t *attrs, const char **href_r)
{
    struct renaming *x = context;
    const struct tracker_attachment *here;
    const char *name;
    return file_shown(x, attrs, &name, &here) ? link_to_file(x, name, here, href_r) : NULL;
}

/* --- whole texts --- */

bool mapping_text(const struct mapping *m, struct arena *a, enum side from, const char *text, const char **r,
                  struct err *e)
{
    struct renaming x = {.mapping = m, .arena = a, .from = from};
    struct text_rewrite ask = {.ctx = &x, .mention = rename_mention};
    if (names_issues(&x)) {
        ask.link = rename_link;
        ask.words = rename_words;
    }
    if (m->issue[from]) {
        ask.media = rename_media;
        ask.media_text = media_as_text;
    }
    const struct text_doc *doc = rich_doc(a, text), *there = text_rewrite(a, doc, &ask);
    if (x.why.kind) {
        if (e)
            *e = x.why;
        return false;
    }
    *r = there == doc ? (text ? text : "") : rich_of_doc(a, there, rich_is_adf(text));
    return true;
}

bool mapping_text_neutral(const struct mapping *m, struct arena *a, enum side side, const char *text, const char **r,
                          struct err *e)
{
    struct renaming people = {.mapping = m, .arena = a, .from = side}, issues = people;
    issues.from = SIDE_SECOND;
    struct text_rewrite ask = {.ctx = &people, .mention = neutral_mention};
    if (m->issue[side])
        ask.media_text = neutral_media;
    const struct text_rewrite ask_issues = {.ctx = &issues, .link = rename_link, .words = rename_words};
    const struct text_doc *doc = rich_doc(a, text), *there = text_rewrite(a, doc, &ask);
    bool with_issues = m->config->connector[0].renames_issues || m->config->connector[1].renames_issues;
    if (with_issues && m->pairs.find)
        there = text_rewrite(a, there, &ask_issues);
    const struct err *why = people.why.kind ? &people.why : issues.why.kind ? &issues.why : NULL;
    if (why && e)
        *e = *why;
    if (!why)
        *r = there == doc ? (text ? text : "") : rich_of_doc(a, there, rich_is_adf(text));
    return !why;
}

bool mapping_text_carry(const struct mapping *m, struct arena *a, enum side to, const char *const base[2],
                        const char *const now[2], const char **r, struct err *e)
{
    enum side from = side_other(to);
    const char *was[2] = {base[0], base[1]}, *is;
    bool has_base = base[0] && base[1];
    /* a site may have come to speak in another form since */
    for (int s = 0; has_base && s < 2; s++)
        was[s] = rich_in_form(a, base[s], rich_is_adf(str_is_empty(now[s]) ? base[s] : now[s]));
    if ((has_base && !mapping_text(m, a, from, was[from], &was[from], e)) ||
        !mapping_text(m, a, from, now[from], &is, e))
        return false;
    const struct text_doc *bases[2] = {NULL, NULL}, *both[2];
    struct text_doc *carried;
    both[to] = rich_doc(a, now[to]);
    both[from] = rich_doc(a, is);
    if (has_base) {
        bases[to] = rich_doc(a, was[to]);
        bases[from] = rich_doc(a, was[from]);
    }
    *r = text_carry(a, bases, both, to, &carried) ? rich_of_doc(a, carried, rich_is_adf(now[to])) : NULL;
    return true;
}
