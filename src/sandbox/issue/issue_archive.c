/* issue_archive.c - the archive of issues: read by their keys, found by no search, written by nobody.
 *
 * Sub-tasks go with their parents, and alone they do not go. */
#include "sandbox/issue/issue.h"
#include "sandbox/jql/jql_plan.h"
#include "sandbox/rights/access.h"
#include "sandbox/task.h"

#include <string.h>

#define WITH_SUBTASKS "(id = ?1 OR parent = ?1 AND issue_type IN (SELECT id FROM issue_type WHERE is_subtask = 1))"

/* The issue with its sub-tasks, in or out; *count_r grows by how many changed. */
static bool archive_set(struct ctx *c, int64_t issue, bool is_in, int64_t *count_r)
{
    bool ok =
        is_in ? db_run(c, "UPDATE issue SET archived = ?2, archived_by = ?3 WHERE archived IS NULL AND " WITH_SUBTASKS,
                       "iii", issue, c->now, c->caller)
              : db_run(c,
                       "UPDATE issue SET archived = NULL, archived_by = NULL WHERE archived IS NOT NULL"
                       " AND " WITH_SUBTASKS,
                       "i", issue);
    *count_r += ok ? sql_changes(c->db) : 0;
    return ok;
}

static bool state_of(struct ctx *c, int64_t issue, bool *archived_r, bool *subtask_r)
{
    struct sql_rows rows;
    *archived_r = *subtask_r = false;
    if (!db_query(c, &rows,
                  "SELECT i.archived IS NOT NULL, t.is_subtask FROM issue i JOIN issue_type t ON t.id = i.issue_type"
                  " WHERE i.id = ?1",
                  "i", issue))
        return false;
    if (sql_next(&rows)) {
        *archived_r = sql_int(&rows, 0);
        *subtask_r = sql_int(&rows, 1);
    }
    return db_done(c, &rows);
}

/* ---- Data Center: one by one ---- */

static bool one(struct ctx *c, bool is_in)
{
    int64_t issue = 0, count = 0;
    bool may = false, archived = false, is_subtask = false, in_archive = false;
    if (!issue_need(c, c->args[0], &issue) || !notify_allowed(c) ||
        !permission_has(c, is_in ? "ARCHIVE_ISSUES" : "RESTORE_ISSUES", 0, issue, &may) ||
        !state_of(c, issue, &archived, &is_subtask) || !is_archived(c, 0, issue, &in_archive))
        return false;
    if (is_in ? in_archive : !archived)
        return refuse(c, 403, is_in ? "Issue is already archived." : "Issue is not archived.");
    if (!may)
        return refuse(c, 403,
                      is_in ? "You do not have permission to archive issues in this project."
                            : "You do not have permission to restore issues in this project.");
    if (is_subtask)
        return refuse(c, 403, "Sub-tasks go to the archive and come back with their parents.");
    return archive_set(c, issue, is_in, &count) && reply_empty(c, 204);
}

static bool archive_put(struct ctx *c)
{
    return one(c, true);
}

static bool restore_put(struct ctx *c)
{
    return one(c, false);
}

/* ---- Cloud: many, by administrators ---- */

enum trouble { NOT_FOUND, IS_SUBTASK, IN_ARCHIVED_PROJECT, TROUBLES };

static const struct {
    const char *name, *message;
} TROUBLE[TROUBLES] = {
    [NOT_FOUND] = {"issuesNotFound", "Issue not found."},
    [IS_SUBTASK] = {"issueIsSubtask", "Issue is subtask."},
    [IN_ARCHIVED_PROJECT] = {"issuesInArchivedProjects", "Issue exists in archived project."},
};

struct tally {
    int64_t updated;
    json_t *keys[TROUBLES];
};

static bool try_one(struct ctx *c, const char *key, bool is_in, struct tally *t)
{
    int64_t issue = 0, project_archived = 0;
    bool archived = false, is_subtask = false;
    if (!issue_find(c, key, &issue))
        return false;
    if (issue &&
        (!state_of(c, issue, &archived, &is_subtask) ||
         !db_int(c, &project_archived,
                 "SELECT p.archived FROM issue i JOIN project p ON p.id = i.project WHERE i.id = ?1", "i", issue)))
        return false;
    if (issue && !is_subtask && !project_archived)
        return archive_set(c, issue, is_in, &t->updated);
    add_str(t->keys[!issue ? NOT_FOUND : is_subtask ? IS_SUBTASK : IN_ARCHIVED_PROJECT], key);
    return true;
}

static json_t *tally_json(struct ctx *c, const struct tally *t)
{
    json_t *o = new_object(c), *errors = new_object(c);
    for (size_t i = 0; i < TROUBLES; i++) {
        json_t *e = new_object(c);
        if (!json_array_size(t->keys[i]))
            continue;
        put_int(e, "count", (int64_t)json_array_size(t->keys[i]));
        put(e, "issueIdsOrKeys", t->keys[i]);
        put_str(e, "message", TROUBLE[i].message);
        put(errors, TROUBLE[i].name, e);
    }
    put_int(o, "numberOfIssuesUpdated", t->updated);
    put(o, "errors", errors);
    return o;
}

static bool may_archive(struct ctx *c)
{
    return c->is_admin || refuse(c, 403, "Only admins can archive or unarchive issues. Access denied.");
}

static bool many(struct ctx *c, bool is_in)
{
    enum { CAP = 1000 };
    const json_t *list = json_object_get(c->body, "issueIdsOrKeys"), *item;
    struct tally t = {0};
    size_t i, failed = 0;
    if (!may_archive(c))
        return false;
    if (json_array_size(list) > CAP)
        return refuse(c, 412, "The number of issues exceeds the limit of %d.", CAP);
    for (i = 0; i < TROUBLES; i++)
        t.keys[i] = new_array(c);
    json_array_foreach (list, i, item)
        if (!try_one(c, json_string_value(item) ? json_string_value(item) : "", is_in, &t))
            return false;
    for (i = 0; i < TROUBLES; i++)
        failed += json_array_size(t.keys[i]);
    if (failed == json_array_size(list))
        return refuse(c, 400, "No valid issue to archive or unarchive. Bad request.");
    return reply_json(c, 200, tally_json(c, &t));
}

static bool archive_many(struct ctx *c)
{
    return many(c, true);
}

static bool unarchive_many(struct ctx *c)
{
    return many(c, false);
}

/* {jql}: the address of a task comes back as a bare string. */
static bool archive_query(struct ctx *c)
{
    const char *jql = json_at_str(c->body, "jql"), *error = NULL;
    struct jql_plan plan = {0};
    struct jql_page page = {.max = 100000};
    struct jql_found found = {0};
    int64_t count = 0;
    if (!may_archive(c))
        return false;
    struct jql_query *q = jql ? jql_parse(c->a, jql, strlen(jql), &error) : NULL;
    if (!q)
        return refuse(c, 400, "%s", error ? error : "The jql is missing.");
    if (!jql_plan_make(c, q, &plan))
        return false;
    if (plan.error_count)
        return refuse(c, 400, "%s", plan.errors[0]);
    if (!jql_run(c, &plan, &page, &found))
        return false;
    for (size_t i = 0; i < found.count; i++) {
        bool archived, is_subtask;
        if (!state_of(c, found.ids[i], &archived, &is_subtask) ||
            (!is_subtask && !archive_set(c, found.ids[i], true, &count)))
            return false;
    }
    if (!db_run(c, "INSERT INTO task (description, caller, created) VALUES ('Archive issues', ?1, ?2)", "ii", c->caller,
                c->now))
        return false;
    char *url =
        arena_printf(c->a, "%s/rest/api/%s/task/%lld", c->sb->base_url, c->api_name, (long long)sql_last_id(c->db));
    return reply_json(c, 202, json_keep(c->a, json_string(url)));
}

const struct route issue_archive_routes[] = {
    {HTTP_PUT, "issue/{}/archive", archive_put, ON_DC, ROUTE_NO_BODY},
    {HTTP_PUT, "issue/{}/restore", restore_put, ON_DC, ROUTE_NO_BODY},
    {HTTP_PUT, "issue/archive", archive_many, ON_CLOUD, 0},
    {HTTP_PUT, "issue/unarchive", unarchive_many, ON_CLOUD, 0},
    {HTTP_POST, "issue/archive", archive_query, ON_CLOUD, 0},
    {0},
};
