#include "jira/resource.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* Finding what we made when no reply told us. A search alone cannot be trusted: on Cloud its index lags, on Data Center
 * each node has its own. Keys can: they are given in order, and an issue can be read by its key the moment it is there.
 */

enum { BLOCK = 100, BLOCKS = 100, CREATED_MAX = 10000, MISSES = 10, PROBES = 300 };

static const char *const token_property[] = {TRACKER_TOKEN_PROPERTY};

struct finding {
    struct jira_site *site;
    struct arena *a;
    const struct jira_facts *facts;
    const char *project_key;
    int64_t since_ms;
    struct tracker_read read;
    struct tracker_issue *found;
    size_t count;
};

static bool is_ours(const struct finding *f, const struct tracker_issue *issue)
{
    int64_t earliest = f->since_ms + (f->facts->skew_ms < 0 ? f->facts->skew_ms : 0);
    return str_eq(issue->creator_id, f->facts->account_id) && issue->created_ms >= earliest;
}

/* The number in "SA-17"; 0 when there is none. */
static int64_t number_of(const char *key)
{
    int64_t number;
    const char *dash = key ? strrchr(key, '-') : NULL;
    return dash && str_to_int(dash + 1, &number) && number > 0 ? number : 0;
}

/* The highest number that the search knows, of issues that `condition` describes. */
static bool highest(struct finding *f, const char *condition, int64_t *r, struct err *e)
{
    struct tracker_seen *seen;
    size_t count;
    const char *jql =
        arena_printf(f->a, "%s%s ORDER BY key DESC", jira_jql_equals(f->a, "project", f->project_key), condition);
    if (!jira_search_ids(f->site, f->a, jql, 1, &seen, &count, e))
        return false;
    *r = count ? number_of(seen[0].key) : 0;
    return true;
}

static bool fail_gap(const struct finding *f, int looked, struct err *e)
{
    return err_set(
        e, ERR_LIMIT,
        "%s: more than %d keys of %s would have to be tried to find an issue of ours; look for it by hand (made "
        "by %s), then retry",
        f->site->label, looked, f->project_key, f->facts->account_id);
}

/* --- by search, then by the keys that the search does not know: Server and Data Center --- */

/* Reads one; *is_there_r may be NULL. */
static bool probe(struct finding *f, const char *id_or_key, bool *is_there_r, struct err *e)
{
    struct tracker_issue *issue;
    if (!jira_issue_read(f->site, f->a, &f->read, id_or_key, &issue, e))
        return false;
    if (is_there_r)
        *is_there_r = issue != NULL;
    bool is_new = issue && is_ours(f, issue);
    for (size_t i = 0; is_new && i < f->count; i++)
        is_new = !str_eq(f->found[i].id, issue->id);
    if (is_new)
        *arena_push(f->a, f->found, f->count) = *issue;
    return true;
}

static bool search_since(struct finding *f, const char *condition, const char *minute, struct tracker_seen **r,
                         size_t *count_r, struct err *e)
{
    const char *jql = arena_printf(f->a, "%s%s AND created >= \"%s\" ORDER BY created ASC, key ASC",
                                   jira_jql_equals(f->a, "project", f->project_key), condition, minute);
    if (!jira_search_ids(f->site, f->a, jql, CREATED_MAX, r, count_r, e))
        return false;
    return *count_r < CREATED_MAX || fail_gap(f, CREATED_MAX, e);
}

static bool is_known(const struct tracker_seen *seen, size_t count, int64_t number)
{
    for (size_t i = 0; i < count; i++)
        if (number_of(seen[i].key) == number)
            return true;
    return false;
}

/* The keys given since then that this node's index does not show, and the next ones after them. */
static bool probe_keys(struct finding *f, const char *minute, struct err *e)
{
    struct tracker_seen *seen;
    size_t count;
    int64_t below, top;
    if (!highest(f, arena_printf(f->a, " AND created < \"%s\"", minute), &below, e) ||
        !search_since(f, "", minute, &seen, &count, e))
        return false;
    top = below;
    for (size_t i = 0; i < count; i++)
        top = number_of(seen[i].key) > top ? number_of(seen[i].key) : top;
    int misses = 0, probes = 0;
    for (int64_t n = below + 1; misses < MISSES; n++) {
        bool is_there;
        if (is_known(seen, count, n))
            continue;
        if (++probes > PROBES)
            return fail_gap(f, PROBES, e);
        if (!probe(f, arena_printf(f->a, "%s-%lld", f->project_key, (long long)n), &is_there, e))
            return false;
        misses = is_there || n <= top ? 0 : misses + 1;
    }
    return true;
}

static bool find_by_search(struct finding *f, struct err *e)
{
    char minute[TIME_ISO_BYTES];
    struct tracker_seen *seen;
    size_t count;
    if (!jira_jql_since(f->site, f->since_ms, 0, minute, e) ||
        !search_since(f, " AND creator = currentUser()", minute, &seen, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!probe(f, seen[i].id, NULL, e))
            return false;
    return probe_keys(f, minute, e);
}

/* --- by key: Cloud --- */

static bool read_block(struct finding *f, int64_t first, bool *is_empty_r, struct err *e)
{
    const char *keys[BLOCK];
    struct tracker_issue *issues = NULL;
    size_t count = 0;
    for (int i = 0; i < BLOCK; i++)
        keys[i] = arena_printf(f->a, "%s-%lld", f->project_key, (long long)first + i);
    if (!jira_issues_bulkfetch(f->site, f->a, &f->read, keys, BLOCK, &issues, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_ours(f, &issues[i]))
            *arena_push(f->a, f->found, f->count) = issues[i];
    *is_empty_r = count == 0;
    return true;
}

static bool find_by_key(struct finding *f, const char *known_key, struct err *e)
{
    char minute[TIME_ISO_BYTES];
    int64_t top, below = number_of(known_key);
    if (!highest(f, "", &top, e))
        return false;
    if (!below) { /* nothing known: from the last issue that was there before */
        if (!jira_jql_since(f->site, f->since_ms, 0, minute, e) ||
            !highest(f, arena_printf(f->a, " AND created < \"%s\"", minute), &below, e))
            return false;
    }
    for (int64_t block = 0, first = below + 1; block < BLOCKS; block++, first += BLOCK) {
        bool is_empty;
        if (!read_block(f, first, &is_empty, e))
            return false;
        if (is_empty && first > top)
            return true;
    }
    return fail_gap(f, BLOCK * BLOCKS, e);
}

static int compare_ids(const void *x, const void *y)
{
    return jira_id_compare(((const struct tracker_issue *)x)->id, ((const struct tracker_issue *)y)->id);
}

bool jira_created_since(struct jira_site *site, struct arena *a, const char *project_key, int64_t since_ms,
                        const char *known_key, const char *const *fields, size_t field_count, struct tracker_issue **r,
                        size_t *count_r, struct err *e)
{
    struct finding f = {.site = site, .a = a, .project_key = project_key, .since_ms = since_ms};
    f.read = (struct tracker_read){
        .fields = fields, .field_count = field_count, .properties = token_property, .property_count = 1};
    if (!jira_site_facts(site, &f.facts, e) ||
        !(f.facts->caps->has_bulkfetch ? find_by_key(&f, known_key, e) : find_by_search(&f, e)))
        return false;
    if (f.count)
        qsort(f.found, f.count, sizeof *f.found, compare_ids);
    *r = f.found;
    *count_r = f.count;
    return true;
}
