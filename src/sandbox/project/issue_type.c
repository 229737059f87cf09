/* issue_type.c - issue types, of the site and of a project. */
#include "sandbox/internal.h"

/* Columns id, name, description, is_subtask, level. */
static json_t *from_row(struct ctx *c, struct sql_rows *rows)
{
    bool is_subtask = sql_int(rows, 3);
    int avatar = is_subtask ? 10316 : str_eq_nocase(sql_peek(rows, 1), "Bug") ? 10303 : 10318;
    json_t *o = new_object(c);
    put_self(c, o, "issuetype/%lld", (long long)sql_int(rows, 0));
    put_id(o, "id", sql_int(rows, 0));
    put_str(o, "description", sql_peek(rows, 2));
    put_str(o, "iconUrl",
            arena_printf(c->a, "%s/secure/viewavatar?size=%s&avatarId=%d&avatarType=issuetype", c->sb->base_url,
                         c->d->is_cloud ? "medium" : "xsmall", avatar));
    put_str(o, "name", sql_peek(rows, 1));
    put_bool(o, "subtask", is_subtask);
    put_int(o, "avatarId", avatar);
    if (c->d->is_cloud)
        put_int(o, "hierarchyLevel", sql_int(rows, 4));
    return o;
}

#define COLUMNS "t.id, t.name, t.description, t.is_subtask, t.level"

json_t *issue_type_json(struct ctx *c, int64_t issue_type)
{
    json_t *known = memo_get(c, MEMO_TYPE, issue_type);
    if (known)
        return known;
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT " COLUMNS " FROM issue_type t WHERE id = ?1", "i", issue_type))
        return NULL;
    json_t *o = sql_next(&rows) ? from_row(c, &rows) : json_keep(c->a, json_null());
    return db_done(c, &rows) ? memo_put(c, MEMO_TYPE, issue_type, o) : NULL;
}

json_t *project_issue_types_json(struct ctx *c, int64_t project)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT " COLUMNS " FROM project_issue_type p JOIN issue_type t ON t.id = p.issue_type"
                  " WHERE p.project = ?1 ORDER BY p.position, t.id",
                  "i", project))
        return NULL;
    while (sql_next(&rows))
        add(list, from_row(c, &rows));
    return db_done(c, &rows) ? list : NULL;
}

static bool issue_type_list(struct ctx *c)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT " COLUMNS " FROM issue_type t ORDER BY position, id", ""))
        return false;
    while (sql_next(&rows))
        add(list, from_row(c, &rows));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool issue_type_get(struct ctx *c)
{
    int64_t id = 0;
    if (!db_int(c, &id, "SELECT id FROM issue_type WHERE CAST(id AS TEXT) = ?1", "s", c->args[0]))
        return false;
    if (!id)
        return refuse(c, 404, "The issue type with id '%s' does not exist", c->args[0]);
    json_t *o = issue_type_json(c, id);
    return o && reply_json(c, 200, o);
}

static bool issue_type_of_project(struct ctx *c)
{
    int64_t project = 0;
    const char *asked = param(c, "projectId");
    if (str_is_empty(asked))
        return refuse(c, 400, "The query parameter 'projectId' is required.");
    if (!project_need(c, asked, &project))
        return false;
    json_t *list = project_issue_types_json(c, project);
    return list && reply_json(c, 200, list);
}

const struct route issue_type_routes[] = {
    {HTTP_GET, "issuetype", issue_type_list, ON_ALL, 0},
    {HTTP_GET, "issuetype/project", issue_type_of_project, ON_CLOUD, 0},
    {HTTP_GET, "issuetype/{}", issue_type_get, ON_ALL, 0},
    {0},
};
