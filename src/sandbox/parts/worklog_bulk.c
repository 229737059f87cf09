/* worklog_bulk.c - many worklogs of one issue deleted, or moved to another, on Cloud: all of them or none. */
#include "sandbox/parts/worklog.h"
#include "sandbox/rights/right.h"

enum { AT_ONCE = 5000 };

/* Those of `sent.ids`, which must all be on the issue. */
static bool read_worklogs(struct ctx *c, int64_t issue, const json_t *sent, struct worklog **list_r, size_t *count_r)
{
    const json_t *ids = json_object_get(sent, "ids"), *id;
    size_t i;
    *list_r = NULL;
    *count_r = 0;
    if (!json_array_size(ids) || json_array_size(ids) > AT_ONCE)
        return refuse(c, 400, "Between 1 and %d worklog ids must be given in 'ids'.", AT_ONCE);
    json_array_foreach (ids, i, id) {
        struct worklog w;
        if (!worklog_find(c, json_integer_value(id), &w))
            return false;
        if (!w.id || w.issue != issue)
            return refuse(c, 404, "Cannot find worklog with id: '%lld'.", (long long)json_integer_value(id));
        size_t at = 0;
        while (at < *count_r && (*list_r)[at].id != w.id)
            at++;
        if (at == *count_r) /* the same id twice is one worklog */
            *arena_push(c->a, *list_r, *count_r) = w;
    }
    return true;
}

static bool how_of(struct ctx *c, const char **how_r)
{
    *how_r = param(c, "adjustEstimate");
    return str_is_empty(*how_r) || str_eq_nocase(*how_r, "auto") || str_eq_nocase(*how_r, "leave") ||
           refuse(c, 400, "'%s' is not a way to adjust the estimate of many worklogs: leave or auto.", *how_r);
}

static bool bulk_delete(struct ctx *c)
{
    int64_t issue = 0;
    struct worklog *list;
    size_t count;
    const json_t *sent;
    const char *how;
    struct problems p = {0};
    if (!issue_need(c, c->args[0], &issue) || !time_tracking_need(c) || !how_of(c, &how) || !body_of_delete(c, &sent) ||
        !read_worklogs(c, issue, sent, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!worklog_may(c, &list[i], "DELETE") || !worklog_remove(c, &list[i], how, &p))
            return false;
    return p.count ? refuse_problems(c, 400, &p) : reply_empty(c, 204);
}

/* What `seconds` more (or less) work does to an issue's sums; no history tells of it. */
static bool shift(struct ctx *c, int64_t issue, int64_t seconds, bool is_auto)
{
    struct issue_time before, after;
    struct history_items unused = {0};
    if (!issue_time_read(c, issue, &before))
        return false;
    after = before;
    after.spent = (before.spent > 0 ? before.spent : 0) + seconds;
    if (after.spent < 0)
        after.spent = 0;
    if (is_auto) {
        after.remaining = (before.remaining > 0 ? before.remaining : 0) - seconds;
        if (after.remaining < 0)
            after.remaining = 0;
    }
    return issue_time_save(c, issue, &before, &after, &unused);
}

static bool bulk_move(struct ctx *c)
{
    int64_t from = 0, to = 0, seconds = 0;
    struct worklog *list;
    size_t count;
    const char *how, *target = json_at_id(c->a, c->body, "issueIdOrKey");
    if (!issue_need(c, c->args[0], &from) || !time_tracking_need(c) || !how_of(c, &how) ||
        !issue_need(c, target ? target : "", &to) || !read_worklogs(c, from, c->body, &list, &count) ||
        !right_need(c, to, "WORK_ON_ISSUES", 400,
                    "You do not have the permission to associate a worklog to this issue."))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_eq(list[i].visibility_type, "role"))
            return refuse(c, 400, "Worklog %lld is restricted to a project role and cannot be moved.",
                          (long long)list[i].id);
        if (!worklog_may(c, &list[i], "DELETE") ||
            !db_run(c, "UPDATE worklog SET issue = ?2, updated = ?3 WHERE id = ?1", "iii", list[i].id, to, c->now))
            return false;
        seconds += list[i].seconds;
    }
    bool is_auto = !str_eq_nocase(how, "leave");
    return shift(c, from, -seconds, is_auto) && shift(c, to, seconds, is_auto) && reply_empty(c, 204);
}

const struct route worklog_bulk_routes[] = {
    {HTTP_DELETE, "issue/{}/worklog", bulk_delete, ON_CLOUD, 0},
    {HTTP_POST, "issue/{}/worklog/move", bulk_move, ON_CLOUD, 0},
    {0},
};
