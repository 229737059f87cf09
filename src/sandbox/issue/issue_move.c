/* issue_move.c - an issue into another project: what Jira's own pages do, Cloud's bulk move, and /sandbox for the rest.
 *
 * The id stays for ever; the key is the new project's next number. */
#include "sandbox/issue/issue_move.h"

#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"
#include "sandbox/webhook/webhook.h"

struct moving {
    struct issue_row before, after;
    struct history_item *items;
    size_t count;
};

static void item(struct ctx *c, struct moving *m, const char *field, const char *field_id, int64_t from,
                 const char *from_string, int64_t to, const char *to_string)
{
    *arena_push(c->a, m->items, m->count) =
        (struct history_item){.field = field,
                              .type = "jira",
                              .field_id = field_id,
                              .from = from ? arena_printf(c->a, "%lld", (long long)from) : NULL,
                              .from_string = from_string,
                              .to = to ? arena_printf(c->a, "%lld", (long long)to) : NULL,
                              .to_string = to_string};
}

static bool name_of(struct ctx *c, const char *table, int64_t id, char **r)
{
    *r = NULL;
    return !id || db_str(c, r, arena_printf(c->a, "SELECT name FROM %s WHERE id = ?1", table), "i", id);
}

static bool item_named(struct ctx *c, struct moving *m, const char *field, const char *table, int64_t from, int64_t to)
{
    char *from_name, *to_name;
    if (from == to)
        return true;
    if (!name_of(c, table, from, &from_name) || !name_of(c, table, to, &to_name))
        return false;
    item(c, m, field, field, from, from_name, to, to_name);
    return true;
}

/* ---- where to ---- */

static bool type_there(struct ctx *c, int64_t project, int64_t type, bool *r)
{
    int64_t there = 0;
    bool ok = db_int(c, &there, "SELECT 1 FROM project_issue_type WHERE project = ?1 AND issue_type = ?2", "ii",
                     project, type);
    *r = there;
    return ok;
}

static bool status_there(struct ctx *c, const struct issue_row *r, int64_t status, bool *there_r)
{
    int64_t there = 0;
    bool ok = db_int(c, &there,
                     "SELECT 1 FROM project_issue_type p JOIN workflow_transition t ON t.workflow = p.workflow WHERE"
                     " p.project = ?1 AND p.issue_type = ?2 AND t.to_status = ?3 LIMIT 1",
                     "iii", r->project, r->type, status);
    *there_r = there;
    return ok;
}

/* The status that `statuses` gives in place of the old one; 0: none. */
static int64_t status_given(struct ctx *c, const json_t *statuses, int64_t old)
{
    const char *target;
    json_t *sources;
    int64_t id = 0;
    json_object_foreach ((json_t *)statuses, target, sources) {
        size_t i;
        const json_t *source;
        json_array_foreach (sources, i, source)
            if (str_eq(json_string_value(source), arena_printf(c->a, "%lld", (long long)old)) &&
                str_to_int(target, &id))
                return id;
    }
    return 0;
}

static bool status_find(struct ctx *c, struct moving *m, const json_t *statuses)
{
    bool there = false;
    int64_t given = status_given(c, statuses, m->before.status);
    if (given && (!status_there(c, &m->after, given, &there)))
        return false;
    if (given && there) {
        m->after.status = given;
        return true;
    }
    if (!status_there(c, &m->after, m->before.status, &there))
        return false;
    return there || db_int(c, &m->after.status,
                           "SELECT t.to_status FROM project_issue_type p JOIN workflow_transition t ON t.workflow ="
                           " p.workflow WHERE p.project = ?1 AND p.issue_type = ?2 AND t.is_initial = 1",
                           "ii", m->after.project, m->after.type);
}

static bool subtask_type(struct ctx *c, int64_t type, bool *r)
{
    int64_t is_subtask = 0;
    bool ok = db_int(c, &is_subtask, "SELECT is_subtask FROM issue_type WHERE id = ?1", "i", type);
    *r = is_subtask;
    return ok;
}

/* Why the issue cannot go there; NULL: it can. A sub-task goes with its parent alone. */
static bool hindrance(struct ctx *c, struct moving *m, const struct issue_target *t, bool with_parent, const char **why)
{
    bool may = false, create = false, there = false, was_subtask = false, is_subtask = false;
    *why = NULL;
    if (!permission_has(c, "MOVE_ISSUES", 0, m->before.id, &may) ||
        !permission_has(c, "CREATE_ISSUES", t->project, 0, &create) ||
        !type_there(c, t->project, m->after.type, &there) || !subtask_type(c, m->before.type, &was_subtask) ||
        !subtask_type(c, m->after.type, &is_subtask))
        return false;
    if (!may)
        *why = "You do not have permission to move this issue.";
    else if (!create)
        *why = "You do not have permission to create issues in the target project.";
    else if (!there)
        *why = "The issue type does not exist in the target project.";
    else if (was_subtask != is_subtask)
        *why = "A sub-task cannot become another kind of issue by a move, nor the other way round.";
    else if (was_subtask && !with_parent && m->before.project != t->project)
        *why = "A sub-task moves with its parent.";
    return true;
}

/* ---- what stays behind ---- */

static bool leave_sets(struct ctx *c, struct moving *m)
{
    static const struct {
        const char *field, *field_id, *sql;
    } SETS[] = {
        {"Component", "components",
         "SELECT x.id, x.name FROM issue_component i JOIN component x ON x.id = i.component WHERE i.issue = ?1"},
        {"Fix Version", "fixVersions",
         "SELECT x.id, x.name FROM issue_version i JOIN version x ON x.id = i.version WHERE i.issue = ?1 AND"
         " i.kind = 'fix'"},
        {"Version", "versions",
         "SELECT x.id, x.name FROM issue_version i JOIN version x ON x.id = i.version WHERE i.issue = ?1 AND"
         " i.kind <> 'fix'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(SETS); i++) {
        struct sql_rows rows;
        if (!db_query(c, &rows, SETS[i].sql, "i", m->before.id))
            return false;
        while (sql_next(&rows))
            item(c, m, SETS[i].field, SETS[i].field_id, sql_int(&rows, 0), sql_str(&rows, 1, c->a), 0, NULL);
        if (!db_done(c, &rows))
            return false;
    }
    return db_run(c, "DELETE FROM issue_component WHERE issue = ?1", "i", m->before.id) &&
           db_run(c, "DELETE FROM issue_version WHERE issue = ?1", "i", m->before.id);
}

/* ---- going ---- */

static bool new_key(struct ctx *c, struct moving *m)
{
    char *from_name, *to_name, *key = NULL;
    struct issue_row *a = &m->after;
    if (!db_int(c, &a->number, "SELECT next_number FROM project WHERE id = ?1", "i", a->project) ||
        !db_run(c, "UPDATE project SET next_number = next_number + 1 WHERE id = ?1", "i", a->project) ||
        !db_run(c, "INSERT OR REPLACE INTO issue_former_key (project, number, issue) VALUES (?1, ?2, ?3)", "iii",
                m->before.project, m->before.number, a->id) ||
        !name_of(c, "project", m->before.project, &from_name) || !name_of(c, "project", a->project, &to_name) ||
        !db_str(c, &key, "SELECT key FROM project WHERE id = ?1", "i", a->project) || !leave_sets(c, m))
        return false;
    item(c, m, "project", "project", m->before.project, from_name, a->project, to_name);
    item(c, m, "Key", NULL, 0, arena_printf(c->a, "%s-%lld", m->before.project_key, (long long)m->before.number), 0,
         arena_printf(c->a, "%s-%lld", key, (long long)a->number));
    return security_default(c, a);
}

static bool go(struct ctx *c, struct moving *m)
{
    struct issue_row *a = &m->after;
    int64_t history = 0;
    if ((a->project != m->before.project && !new_key(c, m)) ||
        !item_named(c, m, "issuetype", "issue_type", m->before.type, a->type) ||
        !item_named(c, m, "status", "status", m->before.status, a->status) ||
        !item_named(c, m, "security", "security_level", m->before.security, a->security))
        return false;
    if (a->status != m->before.status)
        a->status_changed = c->now;
    return db_run(c,
                  "UPDATE issue SET project = ?2, number = ?3, issue_type = ?4, status = ?5, status_changed = ?6,"
                  " security = NULLIF(?7, 0), updated = ?8 WHERE id = ?1",
                  "iiiiiiii", a->id, a->project, a->number, a->type, a->status, a->status_changed, a->security,
                  c->now) &&
           history_add(c, a->id, m->items, m->count) &&
           db_int(c, &history, "SELECT max(id) FROM history WHERE issue = ?1", "i", a->id) &&
           webhook_issue(c, "jira:issue_updated", "issue_moved", a->id, history, 0);
}

static bool move_one(struct ctx *c, int64_t issue, const struct issue_target *t, bool with_parent, const char **why);

static bool subtasks_move(struct ctx *c, int64_t issue, const struct issue_target *t, const char **why)
{
    struct issue_target same = {.project = t->project, .statuses = t->statuses};
    struct sql_rows rows;
    int64_t *ids = NULL;
    size_t count = 0;
    if (!db_query(c, &rows,
                  "SELECT i.id FROM issue i JOIN issue_type t ON t.id = i.issue_type WHERE i.parent = ?1 AND"
                  " t.is_subtask = 1 AND i.project <> ?2 ORDER BY i.id",
                  "ii", issue, t->project))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, ids, count) = sql_int(&rows, 0);
    if (!db_done(c, &rows))
        return false;
    for (size_t i = 0; i < count && !*why; i++)
        if (!move_one(c, ids[i], &same, true, why))
            return false;
    return true;
}

static bool move_one(struct ctx *c, int64_t issue, const struct issue_target *t, bool with_parent, const char **why)
{
    struct moving m = {.items = NULL};
    if (!issue_row_read(c, issue, &m.before))
        return false;
    m.after = m.before;
    m.after.project = t->project;
    if (t->type)
        m.after.type = t->type;
    if (!hindrance(c, &m, t, with_parent, why))
        return false;
    if (*why || (m.after.project == m.before.project && m.after.type == m.before.type))
        return true;
    return status_find(c, &m, t->statuses) && go(c, &m) && subtasks_move(c, issue, t, why);
}

bool issue_move(struct ctx *c, int64_t issue, const struct issue_target *t, const char **why_r)
{
    *why_r = NULL;
    if (!db_run(c, "SAVEPOINT issue_move", "") || !move_one(c, issue, t, false, why_r))
        return false;
    return (!*why_r || db_run(c, "ROLLBACK TO issue_move", "")) && db_run(c, "RELEASE issue_move", "");
}

/* ---- POST /sandbox/issues/move {issues: ["SA-1"], project, issuetype?} → [{id, key}] ---- */

static bool sandbox_move_post(struct ctx *c)
{
    struct issue_target t = {0};
    const char *project = json_at_id(c->a, c->body, "project"), *type = json_at_id(c->a, c->body, "issuetype");
    const json_t *list = json_object_get(c->body, "issues"), *one;
    json_t *moved = new_array(c);
    size_t i;
    if (!project || !json_is_array(list))
        return refuse(c, 400, "A list of issues and a project are needed.");
    if (!project_need(c, project, &t.project) ||
        (type && !db_int(c, &t.type, "SELECT id FROM issue_type WHERE name = ?1 OR CAST(id AS TEXT) = ?1", "s", type)))
        return false;
    if (type && !t.type)
        return refuse(c, 400, "There is no issue type '%s'.", type);
    json_array_foreach (list, i, one) {
        int64_t issue = 0;
        const char *why = NULL, *key = json_string_value(one);
        if (!issue_need(c, key ? key : "", &issue) || !issue_move(c, issue, &t, &why))
            return false;
        if (why)
            return refuse(c, 400, "%s: %s", key, why);
        json_t *o = new_object(c);
        put_id(o, "id", issue);
        put_str(o, "key", issue_key(c, issue));
        add(moved, o);
    }
    return reply_json(c, 200, moved);
}

const struct route issue_move_routes[] = {
    {HTTP_POST, "/sandbox/issues/move", sandbox_move_post, ON_ALL, 0},
    {0},
};
