/* load_planning.c - recorded versions, components, sprints and epics. */
#include "sandbox/planning/planning.h"
#include "sandbox/transfer/load.h"

bool load_planning(struct loader *l, int64_t project, int64_t issue, const json_t *fields)
{
    static const struct {
        const char *field;
        bool (*make)(struct sandbox *, int64_t, const char *, int64_t *, struct err *);
        const char *insert;
    } SETS[] = {
        {"fixVersions", version_ensure,
         "INSERT OR IGNORE INTO issue_version (issue, kind, version) VALUES (?1, 'fix', ?2)"},
        {"versions", version_ensure,
         "INSERT OR IGNORE INTO issue_version (issue, kind, version) VALUES (?1, 'affects', ?2)"},
        {"components", component_ensure, "INSERT OR IGNORE INTO issue_component (issue, component) VALUES (?1, ?2)"},
    };
    for (size_t s = 0; s < ARRAY_LEN(SETS); s++) {
        size_t i;
        json_t *v;
        json_array_foreach (json_object_get(fields, SETS[s].field), i, v) {
            int64_t id = 0;
            const char *name = json_at_str(v, "name");
            if (name && (!SETS[s].make(l->sb, project, name, &id, l->e) ||
                         !sql_run(l->sb->db, l->e, SETS[s].insert, "ii", issue, id)))
                return false;
        }
    }
    return true;
}

/* A sprint as Cloud tells it, found by its board and name or made. */
static bool load_sprint(struct loader *l, int64_t issue, int64_t field, int64_t position, const json_t *v)
{
    const char *name = json_at_str(v, "name"), *state = json_at_str(v, "state");
    int64_t project = 0, board = 0, sprint = 0;
    if (!name || !state)
        return true;
    const char *place = arena_printf(l->a, "Board %lld", (long long)json_at_int(v, "boardId", 0));
    if (!sql_get_int(l->sb->db, &project, 0, l->e, "SELECT project FROM issue WHERE id = ?1", "i", issue) ||
        !sql_get_int(l->sb->db, &board, 0, l->e, "SELECT id FROM board WHERE project = ?1 AND name = ?2", "is", project,
                     place))
        return false;
    if (!board) {
        if (!sql_run(l->sb->db, l->e, "INSERT INTO board (name, type, project) VALUES (?1, 'scrum', ?2)", "si", place,
                     project))
            return false;
        board = sql_last_id(l->sb->db);
    }
    if (!sql_get_int(l->sb->db, &sprint, 0, l->e, "SELECT id FROM sprint WHERE board = ?1 AND name = ?2", "is", board,
                     name))
        return false;
    if (!sprint) {
        int64_t started = load_time_of(v, "startDate", 0);
        if (!sql_run(l->sb->db, l->e,
                     "INSERT INTO sprint (board, name, goal, state, started, ends, activated, completed, created,"
                     " position) VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), nullif(?6, 0), nullif(?5, 0), nullif(?7, 0),"
                     " ?5, (SELECT count(*) + 1 FROM sprint))",
                     "isssiii", board, name, json_at_str(v, "goal"), state, started, load_time_of(v, "endDate", 0),
                     load_time_of(v, "completeDate", 0)))
            return false;
        sprint = sql_last_id(l->sb->db);
    }
    return sql_run(l->sb->db, l->e, "INSERT INTO custom_value (issue, field, position, ref) VALUES (?1, ?2, ?3, ?4)",
                   "iiii", issue, field, position, sprint);
}

bool load_planned(struct loader *l, int64_t issue, const char *name, const json_t *v, bool *is_planned_r)
{
    const char *text = json_string_value(v);
    size_t i;
    json_t *one;
    int64_t field = 0;
    *is_planned_r = true;
    if (text && str_eq(name, "Epic Link")) {
        *arena_push(l->a, l->pending, l->pending_count) = (struct pending){issue, text, NULL, false};
        return true;
    }
    if (text && str_starts(text, "0|") && str_ends(text, ":"))
        return true;
    *is_planned_r = json_is_array(v) && json_object_get(json_array_get(v, 0), "boardId");
    if (!*is_planned_r)
        return true;
    if (!sql_get_int(l->sb->db, &field, 0, l->e, "SELECT min(number) FROM field WHERE kind = 'sprint'", ""))
        return false;
    json_array_foreach (v, i, one)
        if (field && !load_sprint(l, issue, field, (int64_t)i, one))
            return false;
    return true;
}
