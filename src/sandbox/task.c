#include "sandbox/task.h"

enum { TASK_MS = 500 };

struct task {
    int64_t id, caller, created;
    char *description, *result;
};

static bool task_json(struct ctx *c, const struct task *t, json_t **r)
{
    int64_t lasts = 0;
    if (!setting_int(c->db, "task_ms", TASK_MS, &lasts, &c->err))
        return false;
    bool is_done = c->now - t->created >= lasts;
    json_t *o = new_object(c);
    put_self(c, o, "task/%lld", (long long)t->id);
    put_id(o, "id", t->id);
    put_str(o, "description", t->description);
    put_str(o, "status", is_done ? "COMPLETE" : "RUNNING");
    if (is_done && t->result)
        put(o, "result", json_stored(c, t->result));
    put_int(o, "submittedBy", t->caller);
    put_int(o, "progress", is_done ? 100 : 0);
    put_int(o, "elapsedRuntime", is_done ? lasts : c->now - t->created);
    put_int(o, "submitted", t->created);
    put_int(o, "started", t->created);
    if (is_done)
        put_int(o, "finished", t->created + lasts);
    put_int(o, "lastUpdate", is_done ? t->created + lasts : c->now);
    *r = o;
    return true;
}

bool task_reply(struct ctx *c, const char *description, json_t *result)
{
    struct task t = {.caller = c->caller,
                     .created = c->now,
                     .description = arena_strdup(c->a, description),
                     .result = result ? json_print(c->a, result) : NULL};
    json_t *o = NULL;
    if (!db_run(c, "INSERT INTO task (description, result, caller, created) VALUES (?1, ?2, ?3, ?4)", "ssii",
                t.description, t.result, t.caller, t.created))
        return false;
    t.id = sql_last_id(c->db);
    if (!task_json(c, &t, &o))
        return false;
    http_response_add_header(c->a, c->response, "Location", json_at_str(o, "self"));
    return reply_json(c, 303, o);
}

static bool task_get(struct ctx *c)
{
    struct sql_rows rows;
    struct task t = {0};
    json_t *o = NULL;
    if (!db_query(c, &rows, "SELECT id, caller, created, description, result FROM task WHERE CAST(id AS TEXT) = ?1",
                  "s", c->args[0]))
        return false;
    if (sql_next(&rows))
        t = (struct task){.id = sql_int(&rows, 0),
                          .caller = sql_int(&rows, 1),
                          .created = sql_int(&rows, 2),
                          .description = sql_str(&rows, 3, c->a),
                          .result = sql_str(&rows, 4, c->a)};
    if (!db_done(c, &rows))
        return false;
    if (!t.id)
        return refuse(c, 404, "The task with id %s does not exist.", c->args[0]);
    if (t.caller != c->caller && !c->is_admin)
        return refuse(c, 403, "You do not have permission to see the task with id %s.", c->args[0]);
    return task_json(c, &t, &o) && reply_json(c, 200, o);
}

const struct route task_routes[] = {
    {HTTP_GET, "task/{}", task_get, ON_CLOUD, 0},
    {0},
};
