#include "jira/resource.h"

#include "base/str.h"
#include "jira/zone.h"

/* Two ways to page. With a token the site keeps the place: loop on the token alone, for pages may come short or empty.
 * With startAt an edit between two pages moves the edited issue to the end and shifts the rest, so that one would be
 * missed: each page begins with the last issue of the page before, the anchor, and if that one is not there, the window
 * starts again from the anchor's minute. What was read up to there stays read. */

enum { RESTARTS = 20, EMPTY_PAGES = 1000 };
enum { WINDOW = 5000 }; /* deeper pages cost more and more, and some sites end at 10,000 */

/* Where the next page is; travels as the opaque cursor. */
struct place {
    const char *minute; /* the window's beginning, NULL: no beginning */
    const char *token;
    int64_t start;
    const char *anchor;
    int64_t anchor_updated_ms;
    int64_t restarts; /* without getting on */
};

struct page {
    struct tracker_seen *rows;
    size_t count;
    const char *token; /* NULL: the last page */
    int64_t total;
};

/* --- JQL --- */

char *jira_jql_equals(struct arena *a, const char *field, const char *value)
{
    return arena_printf(a, "%s = \"%s\"", field, str_replace(a, str_replace(a, value, "\\", "\\\\"), "\"", "\\\""));
}

bool jira_jql_since(struct jira_site *site, int64_t since_ms, int64_t back_ms, char out[TIME_ISO_BYTES], struct err *e)
{
    const struct jira_facts *facts;
    if (!jira_site_facts(site, &facts, e))
        return false;
    int64_t theirs = facts->skew_ms < 0 ? since_ms + facts->skew_ms : since_ms;
    return jira_zone_minute(facts->zone, theirs - back_ms, out, e) ||
           err_wrap(e, "%s, account %s", site->label, facts->account_id);
}

static const char *poll_jql(struct arena *a, const char *project_key, const char *minute, const char *filter)
{
    const char *jql = jira_jql_equals(a, "project", project_key);
    if (minute)
        jql = arena_printf(a, "%s AND updated >= \"%s\"", jql, minute);
    if (!str_is_empty(filter))
        jql = arena_printf(a, "%s AND (%s)", jql, filter);
    return arena_printf(a, "%s ORDER BY updated ASC, key ASC", jql);
}

/* --- one page --- */

static bool parse_rows(struct jira_site *site, struct arena *a, const json_t *issues, struct page *page, struct err *e)
{
    size_t i;
    json_t *json;
    json_array_foreach (issues, i, json) {
        struct tracker_seen *row = arena_push(a, page->rows, page->count);
        row->id = json_at_id(a, json, "id");
        row->key = json_at_str(json, "key");
        if (!row->id || !row->key)
            return jira_odd(site, e, "a search answered with an issue without id or key");
        if (!jira_time_parse(json_at(json, "fields.updated"), "when an issue last moved", &row->updated_ms, e) ||
            !row->updated_ms)
            return jira_odd(site, e, "a search does not say when issue %s last moved", row->key);
    }
    return true;
}

static bool read_page(struct jira_site *site, struct arena *a, const char *jql, const struct place *at, size_t max,
                      struct page *page, struct err *e)
{
    const struct jira_facts *facts;
    const json_t *answer;
    if (!jira_site_facts(site, &facts, e))
        return false;
    bool by_token = facts->caps->has_token_search;
    json_t *body =
        json_keep(a, json_pack("{s:s, s:i, s:[s]}", "jql", jql, "maxResults", (int)max, "fields", "updated"));
    if (!by_token)
        json_object_set_new(body, "startAt", json_integer(at->start));
    else if (at->token)
        json_object_set_new(body, "nextPageToken", json_string(at->token));
    if (!jira_ask_list(site, a, by_token ? "/rest/api/2/search/jql" : "/rest/api/2/search", body, "issues", &answer, e))
        return false;
    *page = (struct page){
        .token = by_token && !json_at_bool(answer, "isLast", false) ? json_at_str(answer, "nextPageToken") : NULL,
        .total = json_at_int(answer, "total", 0)};
    return parse_rows(site, a, json_object_get(answer, "issues"), page, e);
}

/* --- the cursor --- */

static const char *place_print(struct arena *a, const struct place *p)
{
    return json_print(a,
                      json_keep(a, json_pack("{s:s?, s:s?, s:I, s:s?, s:I, s:I}", "minute", p->minute, "token",
                                             p->token, "start", (json_int_t)p->start, "anchor", p->anchor, "updated",
                                             (json_int_t)p->anchor_updated_ms, "restarts", (json_int_t)p->restarts)));
}

static bool place_parse(struct arena *a, const char *cursor, struct place *r, struct err *e)
{
    json_t *json = json_parse(a, cursor, strlen(cursor), false, "the cursor of a poll", e);
    if (!json)
        return false;
    *r = (struct place){.minute = json_at_str(json, "minute"),
                        .token = json_at_str(json, "token"),
                        .start = json_at_int(json, "start", 0),
                        .anchor = json_at_str(json, "anchor"),
                        .anchor_updated_ms = json_at_int(json, "updated", 0),
                        .restarts = json_at_int(json, "restarts", 0)};
    return true;
}

/* --- polling --- */

struct poll {
    struct jira_site *site;
    struct arena *a;
    const struct jira_facts *facts;
    const char *project_key, *filter;
    struct place at;
};

static bool start_again(struct poll *p, struct err *e)
{
    char minute[TIME_ISO_BYTES];
    if (!jira_zone_minute(p->facts->zone, p->at.anchor_updated_ms, minute, e))
        return false;
    int64_t restarts = str_eq(minute, p->at.minute) ? p->at.restarts + 1 : 0;
    if (restarts > RESTARTS)
        return err_set(e, ERR_UNAVAILABLE,
                       "%s: the issues of %s that moved at %s keep moving faster than they can be listed; wait until "
                       "the bulk change there has ended",
                       p->site->label, p->project_key, minute);
    p->at = (struct place){.minute = arena_strdup(p->a, minute), .restarts = restarts};
    return true;
}

/* The rest is a window of its own, from the anchor's minute; but a minute that fills a window is paged on. */
static bool next_window(struct poll *p, struct err *e)
{
    char minute[TIME_ISO_BYTES];
    if (!jira_zone_minute(p->facts->zone, p->at.anchor_updated_ms, minute, e))
        return false;
    if (!str_eq(minute, p->at.minute))
        p->at = (struct place){.minute = arena_strdup(p->a, minute)};
    return true;
}

/* A page by startAt; *shifted_r when its anchor is gone. */
static bool offset_page(struct poll *p, struct page *page, bool *shifted_r, bool *more_r, struct err *e)
{
    const char *jql = poll_jql(p->a, p->project_key, p->at.minute, p->filter);
    if (!read_page(p->site, p->a, jql, &p->at, (size_t)p->facts->caps->search_batch, page, e))
        return false;
    int64_t end = p->at.start + (int64_t)page->count;
    *shifted_r = false;
    if (p->at.anchor) {
        *shifted_r = !page->count || !str_eq(page->rows[0].id, p->at.anchor) ||
                     page->rows[0].updated_ms != p->at.anchor_updated_ms;
        if (*shifted_r)
            return true;
        page->rows++;
        page->count--;
        *shifted_r = !page->count && end < page->total; /* there is more, and it was not given */
    }
    *more_r = page->count && end < page->total;
    if (*shifted_r || !*more_r)
        return true;
    const struct tracker_seen *last = &page->rows[page->count - 1];
    p->at.start = end - 1;
    p->at.anchor = last->id;
    p->at.anchor_updated_ms = last->updated_ms;
    return end < WINDOW || next_window(p, e);
}

static bool poll_by_offset(struct poll *p, struct page *page, bool *more_r, struct err *e)
{
    for (bool shifted = true; shifted;)
        if (!offset_page(p, page, &shifted, more_r, e) || (shifted && !start_again(p, e)))
            return false;
    return true;
}

static bool poll_by_token(struct poll *p, struct page *page, bool *more_r, struct err *e)
{
    const char *jql = poll_jql(p->a, p->project_key, p->at.minute, p->filter);
    for (int pages = 0; pages < EMPTY_PAGES; pages++) {
        if (!read_page(p->site, p->a, jql, &p->at, (size_t)p->facts->caps->search_batch, page, e))
            return false;
        *more_r = page->token != NULL;
        if (*more_r && str_eq(page->token, p->at.token))
            return jira_odd(p->site, e, "a search gave the same page token twice and would never end");
        p->at.token = page->token;
        if (page->count || !*more_r)
            return true;
    }
    return jira_odd(p->site, e, "a search answered with %d empty pages in a row", EMPTY_PAGES);
}

bool jira_poll(struct jira_site *site, struct arena *a, const char *project_key, int64_t since_ms, const char *filter,
               const char **cursor, struct tracker_seen **r, size_t *count_r, struct err *e)
{
    struct poll p = {.site = site, .a = a, .project_key = project_key, .filter = filter};
    char minute[TIME_ISO_BYTES];
    if (!jira_site_facts(site, &p.facts, e))
        return false;
    if (*cursor && !place_parse(a, *cursor, &p.at, e))
        return false;
    if (!*cursor && since_ms > 0) {
        if (!jira_jql_since(site, since_ms, p.facts->caps->poll_overlap_ms, minute, e))
            return false;
        p.at.minute = arena_strdup(a, minute);
    }
    struct page page = {0};
    bool more;
    if (!(p.facts->caps->has_token_search ? poll_by_token(&p, &page, &more, e) : poll_by_offset(&p, &page, &more, e)))
        return false;
    *cursor = more ? place_print(a, &p.at) : NULL;
    *r = page.rows;
    *count_r = page.count;
    return true;
}

/* --- small searches --- */

/* False without an error when an edit shifted the pages. */
static bool collect(struct jira_site *site, struct arena *a, const char *jql, size_t limit, size_t batch,
                    struct tracker_seen **r, size_t *count_r, bool *failed_r, struct err *e)
{
    struct place at = {0};
    *r = NULL;
    *count_r = 0;
    *failed_r = false;
    for (size_t overlap = 0;; overlap = at.token ? 0 : 1) {
        struct page page;
        size_t max = limit - *count_r + overlap < batch ? limit - *count_r + overlap : batch;
        if (!read_page(site, a, jql, &at, max, &page, e))
            return *failed_r = true, false;
        if (overlap && (!page.count || !str_eq(page.rows[0].id, (*r)[*count_r - 1].id)))
            return false;
        for (size_t i = overlap; i < page.count && *count_r < limit; i++)
            *arena_push(a, *r, *count_r) = page.rows[i];
        at.token = page.token;
        bool more = page.token || at.start + (int64_t)page.count < page.total;
        if (!more || *count_r >= limit || (!page.token && page.count <= overlap))
            return true;
        at.start += (int64_t)page.count - 1;
    }
}

bool jira_search_ids(struct jira_site *site, struct arena *a, const char *jql, size_t limit, struct tracker_seen **r,
                     size_t *count_r, struct err *e)
{
    const struct jira_facts *facts;
    bool failed;
    if (!jira_site_facts(site, &facts, e))
        return false;
    for (int tries = 0; tries < RESTARTS; tries++)
        if (collect(site, a, jql, limit, (size_t)facts->caps->search_batch, r, count_r, &failed, e))
            return true;
        else if (failed)
            return false;
    return err_set(e, ERR_UNAVAILABLE, "%s: the result of a search keeps changing while it is read; try again later",
                   site->label);
}
