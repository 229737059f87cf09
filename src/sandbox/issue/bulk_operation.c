/* bulk_operation.c - Cloud: many issues moved or deleted by one request that answers with a task, and the task's state.
 *
 * As with task.h the work is done at once and told later. What cannot be done to one issue is told of that issue. */
#include "sandbox/issue/issue_move.h"
#include "sandbox/project/project.h"

enum { BULK_CAP = 1000, BULK_MS = 500 };

struct outcome {
    json_t *processed, *failed; /* [10001], {"10002": ["why"]} */
    int64_t invalid, total;
};

static bool refuse_bulk(struct ctx *c, int status, const char *text)
{
    json_t *o = new_object(c), *list = new_array(c), *error = new_object(c);
    put_str(error, "message", text);
    add(list, error);
    put(o, "errors", list);
    reply_json(c, status, o);
    return false;
}

static bool may_change_many(struct ctx *c)
{
    bool may = false;
    if (!permission_global(c, "BULK_CHANGE", &may))
        return false;
    return may || refuse_bulk(c, 403, "You do not have the global permission to make bulk changes.");
}

static void told(struct ctx *c, struct outcome *o, int64_t issue, const char *why)
{
    if (!why) {
        add(o->processed, json_keep(c->a, json_integer(issue)));
        return;
    }
    json_t *list = new_array(c);
    add_str(list, why);
    put(o->failed, arena_printf(c->a, "%lld", (long long)issue), list);
}

/* Every issue of a list that the caller sees; the others are counted as invalid. */
static bool each(struct ctx *c, const json_t *list, struct outcome *o,
                 bool (*act)(struct ctx *, int64_t issue, const void *with, const char **why), const void *with)
{
    size_t i;
    const json_t *item;
    json_array_foreach (list, i, item) {
        int64_t issue = 0;
        const char *why = NULL, *asked = json_string_value(item);
        o->total++;
        if (asked && !issue_find(c, asked, &issue))
            return false;
        if (!issue) {
            o->invalid++;
            continue;
        }
        if (!act(c, issue, with, &why))
            return false;
        told(c, o, issue, why);
    }
    return true;
}

static bool reply_task(struct ctx *c, const struct outcome *o)
{
    json_t *result = new_object(c), *reply = new_object(c);
    put(result, "processed", o->processed);
    put(result, "failed", o->failed);
    put_int(result, "invalid", o->invalid);
    put_int(result, "total", o->total);
    if (!db_run(c, "INSERT INTO task (description, result, caller, created) VALUES ('Bulk operation', ?1, ?2, ?3)",
                "sii", json_print(c->a, result), c->caller, c->now))
        return false;
    put_id(reply, "taskId", sql_last_id(c->db));
    return reply_json(c, 201, reply);
}

/* ---- moving ---- */

static bool move_act(struct ctx *c, int64_t issue, const void *with, const char **why)
{
    return issue_move(c, issue, with, why);
}

/* "PROJECT,issueTypeId[,parent]" */
static bool target_read(struct ctx *c, const char *text, struct issue_target *t)
{
    char **parts;
    size_t count = str_split(c->a, text, ',', &parts);
    *t = (struct issue_target){0};
    if (count < 2)
        return refuse_bulk(c, 400,
                           "A target is a project, an issue type id and perhaps a parent, with commas between.");
    if (!project_find(c, str_trim(c->a, parts[0]), &t->project) ||
        !db_int(c, &t->type, "SELECT id FROM issue_type WHERE CAST(id AS TEXT) = ?1", "s", str_trim(c->a, parts[1])))
        return false;
    return (t->project && t->type) || refuse_bulk(c, 400, "The target project or issue type does not exist.");
}

static bool bulk_move(struct ctx *c)
{
    const json_t *mapping = json_object_get(c->body, "targetToSourcesMapping");
    struct outcome o = {new_array(c), new_object(c), 0, 0};
    const char *target;
    json_t *sources;
    if (!may_change_many(c))
        return false;
    if (!json_object_size(mapping))
        return refuse_bulk(c, 400, "targetToSourcesMapping must not be empty.");
    json_object_foreach ((json_t *)mapping, target, sources) {
        struct issue_target t;
        const json_t *list = json_object_get(sources, "issueIdsOrKeys");
        if (!json_array_size(list) || json_array_size(list) > BULK_CAP)
            return refuse_bulk(c, 400, "Between 1 and 1000 issues can be moved at once.");
        if (!target_read(c, target, &t))
            return false;
        t.statuses = json_object_get(json_array_get(json_object_get(sources, "targetStatus"), 0), "statuses");
        if (!each(c, list, &o, move_act, &t))
            return false;
    }
    return reply_task(c, &o);
}

/* ---- deleting ---- */

static bool delete_act(struct ctx *c, int64_t issue, const void *with, const char **why)
{
    (void)with;
    int64_t child = 0;
    bool may = false;
    const char *next = "SELECT i.id FROM issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.parent = ?1 AND"
                       " t.is_subtask = 1 LIMIT 1";
    if (!permission_has(c, "DELETE_ISSUES", 0, issue, &may) || !db_int(c, &child, next, "i", issue))
        return false;
    if (!may) {
        *why = "You do not have permission to delete issues in this project.";
        return true;
    }
    while (child)
        if (!issue_remove(c, child) || !db_int(c, &child, next, "i", issue))
            return false;
    return issue_remove(c, issue);
}

static bool bulk_delete(struct ctx *c)
{
    const json_t *list = json_object_get(c->body, "selectedIssueIdsOrKeys");
    struct outcome o = {new_array(c), new_object(c), 0, 0};
    if (!may_change_many(c))
        return false;
    if (!json_array_size(list) || json_array_size(list) > BULK_CAP)
        return refuse_bulk(c, 400, "Between 1 and 1000 issues can be deleted at once.");
    return each(c, list, &o, delete_act, NULL) && reply_task(c, &o);
}

/* ---- the task ---- */

static bool queue_get(struct ctx *c)
{
    struct sql_rows rows;
    int64_t lasts = 0;
    if (!setting_int(c->db, "task_ms", BULK_MS, &lasts, &c->err) ||
        !db_query(c, &rows,
                  "SELECT id, result, caller, created FROM task WHERE CAST(id AS TEXT) = ?1 AND description ="
                  " 'Bulk operation'",
                  "s", c->args[0]))
        return false;
    json_t *o = NULL, *user = new_object(c);
    if (sql_next(&rows)) {
        int64_t created = sql_int(&rows, 3), end = created + lasts;
        bool is_done = c->now >= end;
        const json_t *result = json_stored(c, sql_peek(&rows, 1));
        json_t *by = user_json(c, sql_int(&rows, 2));
        o = new_object(c);
        put_id(o, "taskId", sql_int(&rows, 0));
        put_str(o, "status", is_done ? "COMPLETE" : "RUNNING");
        put_str(user, "accountId", by ? json_at_str(by, "accountId") : NULL);
        put(o, "submittedBy", user);
        put_time(c, o, "created", created);
        put_time(c, o, "started", created);
        put_time(c, o, "updated", is_done ? end : c->now);
        put_int(o, "progressPercent", is_done ? 100 : 0);
        if (is_done) {
            put_int(o, "totalIssueCount", json_at_int(result, "total", 0));
            put(o, "processedAccessibleIssues", json_object_get(result, "processed"));
            put(o, "failedAccessibleIssues", json_object_get(result, "failed"));
            put_int(o, "invalidOrInaccessibleIssueCount", json_at_int(result, "invalid", 0));
        }
    }
    if (!db_done(c, &rows))
        return false;
    return o ? reply_json(c, 200, o) : refuse_bulk(c, 400, "There is no bulk operation of that id.");
}

const struct route bulk_operation_routes[] = {
    {HTTP_POST, "bulk/issues/move", bulk_move, ON_CLOUD, 0},
    {HTTP_POST, "bulk/issues/delete", bulk_delete, ON_CLOUD, 0},
    {HTTP_GET, "bulk/queue/{}", queue_get, ON_CLOUD, 0},
    {0},
};
