#include "jira/resource.h"

#include "base/str.h"

enum { PAGE = 100 };

/* A history only grows, at its end, so pages by startAt do not shift. */
static bool read_pages(struct jira_site *site, struct arena *a, const char *issue, struct tracker_history_item **r,
                       size_t *count_r, struct err *e)
{
    for (int64_t start = 0;;) {
        const json_t *page;
        if (!jira_get(site, a,
                      arena_printf(a, "/rest/api/2/issue/%s/changelog?startAt=%lld&maxResults=%d",
                                   str_percent_encode(a, issue), (long long)start, PAGE),
                      &page, e))
            return false;
        const json_t *values = json_object_get(page, "values");
        if (!json_is_array(values))
            return jira_odd(site, e, "the history of issue %s came without the list \"values\"", issue);
        if (!jira_histories_parse(a, values, r, count_r, e))
            return err_wrap(e, "%s, issue %s", site->label, issue);
        start += (int64_t)json_array_size(values);
        if (json_array_size(values) == 0 || start >= json_at_int(page, "total", 0))
            return true;
    }
}

static bool read_expanded(struct jira_site *site, struct arena *a, const char *issue, struct tracker_history_item **r,
                          size_t *count_r, struct err *e)
{
    const json_t *json;
    const char *target =
        arena_printf(a, "/rest/api/2/issue/%s?fields=updated&expand=changelog", str_percent_encode(a, issue));
    return jira_get(site, a, target, &json, e) &&
           (jira_histories_parse(a, json_at(json, "changelog.histories"), r, count_r, e) ||
            err_wrap(e, "%s, issue %s", site->label, issue));
}

bool jira_history_read(struct jira_site *site, struct arena *a, const char *issue, struct tracker_history_item **r,
                       size_t *count_r, struct err *e)
{
    const struct jira_facts *facts;
    *r = NULL;
    *count_r = 0;
    if (!jira_site_facts(site, &facts, e))
        return false;
    if (!(facts->caps->has_changelog_pages ? read_pages(site, a, issue, r, count_r, e)
                                           : read_expanded(site, a, issue, r, count_r, e)))
        return false;
    jira_history_sort(a, *r, *count_r);
    return true;
}
