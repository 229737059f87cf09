#include "jira/resource.h"

#include "base/str.h"
#include "tracker/rich.h"

enum { PAGE = 1000, RESTARTS = 10, RECOUNTS = 3 };

static char *target_of(const struct jira_site *site, struct arena *a, const char *issue, const char *id)
{
    char *list = arena_printf(a, "%s/issue/%s/comment", jira_text_api(site), str_percent_encode(a, issue));
    return id ? arena_printf(a, "%s/%s", list, str_percent_encode(a, id)) : list;
}

/* Reads from the beginning; a deletion between two pages shifts them, so each begins with the last comment of the page
 * before. *shifted_r: it did not. *missing_r: how many fewer there were than the site counts. */
static bool read_pages(struct jira_site *site, struct arena *a, const char *issue, struct tracker_comment **r,
                       size_t *count_r, bool *shifted_r, int64_t *missing_r, struct err *e)
{
    *r = NULL;
    *count_r = 0;
    *shifted_r = false;
    *missing_r = 0;
    for (int64_t start = 0;;) {
        const json_t *json;
        struct tracker_comment *page = NULL;
        size_t count = 0, overlap = *count_r > 0;
        const char *target = arena_printf(a, "%s?startAt=%lld&maxResults=%d&expand=properties",
                                          target_of(site, a, issue, NULL), (long long)start, PAGE);
        if (!jira_get(site, a, target, &json, e))
            return false;
        if (!json_is_array(json_object_get(json, "comments")))
            return jira_odd(site, e, "the comments of issue %s came without the list \"comments\"", issue);
        if (!jira_comments_parse(a, json_object_get(json, "comments"), &page, &count, e))
            return err_wrap(e, "%s, issue %s", site->label, issue);
        int64_t total = json_at_int(json, "total", (int64_t)count);
        *shifted_r = overlap && (!count || !str_eq(page[0].id, (*r)[*count_r - 1].id));
        if (*shifted_r)
            return true;
        for (size_t i = overlap; i < count; i++)
            *arena_push(a, *r, *count_r) = page[i];
        if (start + (int64_t)count >= total || count <= overlap) {
            *missing_r = total - (int64_t)*count_r;
            return true;
        }
        start += (int64_t)count - 1;
    }
}

bool jira_comments_read(struct jira_site *site, struct arena *a, const char *issue, struct tracker_comment **r,
                        size_t *count_r, struct err *e)
{
    const struct jira_facts *facts;
    if (!jira_site_facts(site, &facts, e)) /* they name the version that is asked */
        return false;
    for (int tries = 1; tries <= RESTARTS; tries++) {
        bool shifted;
        int64_t missing;
        if (!read_pages(site, a, issue, r, count_r, &shifted, &missing, e))
            return false;
        jira_comments_sort(*r, *count_r);
        /* What the site counts and does not show even when asked again is not for us to see. */
        if (!shifted && (!missing || tries >= RECOUNTS))
            return true;
    }
    return err_set(e, ERR_CONFLICT, "%s: the comments of issue %s keep changing while they are read; try again later",
                   site->label, issue);
}

bool jira_comment_read(struct jira_site *site, struct arena *a, const char *issue, const char *id,
                       struct tracker_comment *r, struct err *e)
{
    const struct jira_facts *facts;
    const json_t *json;
    return jira_site_facts(site, &facts, e) &&
           jira_get(site, a, arena_printf(a, "%s?expand=properties", target_of(site, a, issue, id)), &json, e) &&
           jira_comment_parse(a, json, r, e);
}

/* An edit without the visibility would open a restricted comment to all. */
static json_t *body_json(const struct jira_site *site, struct arena *a, const char *body,
                         const struct tracker_visibility *v)
{
    json_t *json = json_keep(a, json_object());
    if (site->facts.has_adf)
        json_object_set(json, "body", (json_t *)rich_adf(a, body));
    else
        json_object_set_new(json, "body", json_string(rich_markup(a, body)));
    if (v && v->type && v->value)
        json_object_set_new(json, "visibility", json_pack("{s:s, s:s}", "type", v->type, "value", v->value));
    return json;
}

/* The reply to a write is all we will ever know of what was written: without it, it is not known. */
static bool take_reply(struct jira_site *site, struct arena *a, const json_t *json, const char *issue,
                       struct tracker_comment *r, struct err *e)
{
    struct err failure = ERR_INIT;
    if (jira_comment_parse(a, json, r, &failure))
        return true;
    return err_set(e, ERR_UNCERTAIN, "%s: a comment on issue %s was accepted, but the answer does not show it (%.200s)",
                   site->label, issue, failure.text);
}

struct saying {
    const char *issue, *id; /* NULL: a new comment */
    const char *body, *token;
    const struct tracker_visibility *visibility;
};

static bool send(struct jira_site *site, struct arena *a, const struct saying *s, const json_t **reply, struct err *e)
{
    const struct jira_facts *facts;
    if (!jira_site_facts(site, &facts, e)) /* they decide the form */
        return false;
    json_t *json = body_json(site, a, s->body, s->visibility);
    if (s->token)
        json_object_set_new(json, "properties",
                            json_pack("[{s:s, s:{s:s}}]", "key", TRACKER_TOKEN_PROPERTY, "value", "token", s->token));
    return jira_write(site, a, s->issue, s->id ? HTTP_PUT : HTTP_POST, target_of(site, a, s->issue, s->id), json, reply,
                      e);
}

static bool say(struct jira_site *site, struct arena *a, const struct saying *s, struct tracker_comment *r,
                struct err *e)
{
    const json_t *reply;
    struct err failure = ERR_INIT;
    bool ok = send(site, a, s, &reply, &failure);
    if (!ok && jira_text_learn(site, &failure)) {
        err_clear(&failure);
        ok = send(site, a, s, &reply, &failure);
    }
    if (!ok && e)
        *e = failure;
    return ok && take_reply(site, a, reply, s->issue, r, e);
}

bool jira_comment_add(struct jira_site *site, struct arena *a, const char *issue, const char *body, const char *token,
                      const struct tracker_visibility *visibility, struct tracker_comment *r, struct err *e)
{
    return say(site, a, &(struct saying){.issue = issue, .body = body, .token = token, .visibility = visibility}, r, e);
}

bool jira_comment_edit(struct jira_site *site, struct arena *a, const char *issue, const char *id, const char *body,
                       const struct tracker_visibility *visibility, struct tracker_comment *r, struct err *e)
{
    return say(site, a, &(struct saying){.issue = issue, .id = id, .body = body, .visibility = visibility}, r, e);
}

bool jira_comment_delete(struct jira_site *site, struct arena *a, const char *issue, const char *id, struct err *e)
{
    const struct jira_facts *facts;
    const json_t *reply;
    return jira_site_facts(site, &facts, e) &&
           jira_write(site, a, issue, HTTP_DELETE, target_of(site, a, issue, id), NULL, &reply, e);
}
