/* remote_link.c - links of an issue to things elsewhere; a globalId makes creation an upsert. */
#include "sandbox/rights/right.h"

enum { GLOBAL_ID_LIMIT = 255, PER_ISSUE = 2000 };

/* Columns id, issue key, global_id, application, relationship, object. */
static json_t *from_row(struct ctx *c, struct sql_rows *rows, int64_t issue)
{
    json_t *o = new_object(c), *application = json_stored(c, sql_peek(rows, 2));
    json_t *object = json_stored(c, sql_peek(rows, 4));
    put_int(o, "id", sql_int(rows, 0));
    put_self(c, o, "issue/%lld/remotelink/%lld", (long long)issue, (long long)sql_int(rows, 0));
    if (!sql_is_null(rows, 1))
        put_str(o, "globalId", sql_peek(rows, 1));
    put(o, "application", application ? application : new_object(c));
    if (!sql_is_null(rows, 3))
        put_str(o, "relationship", sql_peek(rows, 3));
    put(o, "object", object);
    return o;
}

#define SELECT "SELECT id, global_id, application, relationship, object FROM remote_link "

static bool reply_one(struct ctx *c, struct sql_rows *rows, int64_t issue, const char *asked)
{
    json_t *o = sql_next(rows) ? from_row(c, rows, issue) : NULL;
    if (!db_done(c, rows))
        return false;
    return o ? reply_json(c, 200, o) : refuse(c, 404, "The remote link with id '%s' does not exist.", asked);
}

static bool link_list(struct ctx *c)
{
    int64_t issue = 0;
    const char *global = param(c, "globalId");
    struct sql_rows rows;
    if (!issue_need(c, c->args[0], &issue))
        return false;
    if (global)
        return db_query(c, &rows, SELECT "WHERE issue = ?1 AND global_id = ?2", "is", issue, global) &&
               reply_one(c, &rows, issue, global);
    json_t *list = new_array(c);
    if (!db_query(c, &rows, SELECT "WHERE issue = ?1 ORDER BY id", "i", issue))
        return false;
    while (sql_next(&rows))
        add(list, from_row(c, &rows, issue));
    return db_done(c, &rows) && reply_json(c, 200, list);
}

static bool link_get(struct ctx *c)
{
    int64_t issue = 0;
    struct sql_rows rows;
    return issue_need(c, c->args[0], &issue) &&
           db_query(c, &rows, SELECT "WHERE issue = ?1 AND CAST(id AS TEXT) = ?2", "is", issue, c->args[1]) &&
           reply_one(c, &rows, issue, c->args[1]);
}

/* ---- writing ---- */

struct written {
    const char *global_id, *relationship;
    char *application, *object;
    const char *title;
};

static void put_given(struct ctx *c, json_t *to, const json_t *from, const char *key)
{
    const json_t *value = json_object_get(from, key);
    if (value && !json_is_null(value))
        json_object_set(to, key, (json_t *)value);
    (void)c;
}

/* The object as Jira shows it: an icon and a status are always there, if only empty. */
static json_t *object_of(struct ctx *c, const json_t *sent)
{
    json_t *o = new_object(c), *icon = new_object(c), *status = new_object(c), *status_icon = new_object(c);
    const json_t *given = json_object_get(sent, "status");
    static const char *const ICON[] = {"url16x16", "title", "link"};
    put_given(c, o, sent, "url");
    put_given(c, o, sent, "title");
    put_given(c, o, sent, "summary");
    for (size_t i = 0; i < ARRAY_LEN(ICON); i++) {
        put_given(c, icon, json_object_get(sent, "icon"), ICON[i]);
        put_given(c, status_icon, json_object_get(given, "icon"), ICON[i]);
    }
    put(o, "icon", icon);
    put_given(c, status, given, "resolved");
    put(status, "icon", status_icon);
    put(o, "status", status);
    return o;
}

static bool read_link(struct ctx *c, struct written *w)
{
    const json_t *object = json_object_get(c->body, "object"), *application = json_object_get(c->body, "application");
    struct problems p = {0};
    *w = (struct written){.global_id = json_at_str(c->body, "globalId"),
                          .relationship = json_at_str(c->body, "relationship"),
                          .title = json_at_str(object, "title")};
    if (!json_is_object(object))
        problem(c, &p, "object", "'object' is required.");
    else if (str_is_empty(json_at_str(object, "url")))
        problem(c, &p, "url", "'url' is required.");
    if (json_is_object(object) && str_is_empty(w->title))
        problem(c, &p, "title", "'title' is required.");
    if (w->global_id && str_utf8_length(w->global_id) > GLOBAL_ID_LIMIT)
        problem(c, &p, "globalId", "globalId must be less than %d characters.", GLOBAL_ID_LIMIT + 1);
    if (p.count)
        return refuse_problems(c, 400, &p);
    if (str_is_empty(w->global_id))
        w->global_id = NULL;
    if (json_is_object(application) && json_object_size(application))
        w->application = json_print(c->a, application);
    w->object = json_print(c->a, object_of(c, object));
    return true;
}

static bool leave_trace(struct ctx *c, int64_t issue, int64_t link, const char *title, bool is_new)
{
    char *id = arena_printf(c->a, "%lld", (long long)link);
    char *text = arena_printf(c->a, "This issue links to \"%s (Web Link)\"", title ? title : "");
    struct history_item item = {.field = "RemoteIssueLink",
                                .type = "jira",
                                .from = is_new ? NULL : id,
                                .from_string = is_new ? NULL : text,
                                .to = is_new ? id : NULL,
                                .to_string = is_new ? text : NULL};
    int64_t moves = 0;
    if (!setting_int(c->db, "remote_link_moves_updated", 1, &moves, &c->err))
        return false;
    return !moves || (history_add(c, issue, &item, 1) &&
                      db_run(c, "UPDATE issue SET updated = ?2 WHERE id = ?1", "ii", issue, c->now));
}

static bool update(struct ctx *c, int64_t id, const struct written *w)
{
    return db_run(
        c, "UPDATE remote_link SET global_id = ?2, application = ?3, relationship = ?4, object = ?5 WHERE id = ?1",
        "issss", id, w->global_id, w->application, w->relationship, w->object);
}

static bool may_link(struct ctx *c, int64_t issue)
{
    return right_need(c, issue, "LINK_ISSUES", 403, "You do not have permission to link issues.");
}

/* On Cloud an issue holds so many and no more. */
static bool room_left(struct ctx *c, int64_t issue)
{
    int64_t there = 0;
    if (!c->d->is_cloud)
        return true;
    if (!db_int(c, &there, "SELECT count(*) FROM remote_link WHERE issue = ?1", "i", issue))
        return false;
    return there < PER_ISSUE || refuse(c, 413, "The issue has reached the limit of %d remote links.", PER_ISSUE);
}

static bool link_post(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    struct written w;
    if (!issue_need(c, c->args[0], &issue) || !may_link(c, issue) || !read_link(c, &w))
        return false;
    if (w.global_id &&
        !db_int(c, &id, "SELECT id FROM remote_link WHERE issue = ?1 AND global_id = ?2", "is", issue, w.global_id))
        return false;
    bool is_new = !id;
    if (is_new) {
        if (!room_left(c, issue) ||
            !db_run(c,
                    "INSERT INTO remote_link (issue, global_id, application, relationship, object) VALUES (?1, ?2, ?3,"
                    " ?4, ?5)",
                    "issss", issue, w.global_id, w.application, w.relationship, w.object))
            return false;
        id = sql_last_id(c->db);
        if (!leave_trace(c, issue, id, w.title, true))
            return false;
    } else if (!update(c, id, &w)) {
        return false;
    }
    json_t *o = new_object(c);
    put_int(o, "id", id);
    put_self(c, o, "issue/%s/remotelink/%lld", c->args[0], (long long)id);
    return reply_json(c, is_new ? 201 : 200, o);
}

/* The link of the route, on the issue of the route. */
static bool link_need(struct ctx *c, int64_t *issue_r, int64_t *id_r)
{
    if (!issue_need(c, c->args[0], issue_r) ||
        !db_int(c, id_r, "SELECT id FROM remote_link WHERE issue = ?1 AND CAST(id AS TEXT) = ?2", "is", *issue_r,
                c->args[1]))
        return false;
    return *id_r || refuse(c, 404, "The remote link with id '%s' does not exist.", c->args[1]);
}

static bool link_put(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    struct written w;
    return link_need(c, &issue, &id) && may_link(c, issue) && read_link(c, &w) && update(c, id, &w) &&
           reply_empty(c, 204);
}

static bool remove_one(struct ctx *c, int64_t issue, int64_t id)
{
    char *object = NULL;
    if (!db_str(c, &object, "SELECT object FROM remote_link WHERE id = ?1", "i", id))
        return false;
    const char *title = json_at_str(json_stored(c, object), "title");
    return db_run(c, "DELETE FROM remote_link WHERE id = ?1", "i", id) && leave_trace(c, issue, id, title, false) &&
           reply_empty(c, 204);
}

/* Cloud answers a DELETE without a Content-Type with 415. */
static bool has_type(struct ctx *c)
{
    return !c->d->is_cloud || http_request_header(c->request, "Content-Type") ||
           refuse_plain(c, 415, "HTTP 415 Unsupported Media Type");
}

static bool link_delete(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    return has_type(c) && link_need(c, &issue, &id) && may_link(c, issue) && remove_one(c, issue, id);
}

static bool link_delete_global(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    const char *global = param(c, "globalId");
    if (!has_type(c) || !issue_need(c, c->args[0], &issue) || !may_link(c, issue))
        return false;
    if (str_is_empty(global))
        return refuse(c, 400, "The query parameter 'globalId' is required.");
    if (!db_int(c, &id, "SELECT id FROM remote_link WHERE issue = ?1 AND global_id = ?2", "is", issue, global))
        return false;
    return id ? remove_one(c, issue, id)
              : refuse(c, 404, "The remote link with global id '%s' does not exist.", global);
}

/* No application is linked to a site of rehearsal; clients ask before they link issues of one site to another's. */
static bool applications(struct ctx *c)
{
    json_t *o = new_object(c);
    put(o, "list", new_array(c));
    return reply_json(c, 200, o);
}

const struct route remote_link_routes[] = {
    {HTTP_GET, "issue/{}/remotelink", link_list, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/remotelink", link_post, ON_ALL, 0},
    {HTTP_DELETE, "issue/{}/remotelink", link_delete_global, ON_ALL, 0},
    {HTTP_GET, "issue/{}/remotelink/{}", link_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_PUT, "issue/{}/remotelink/{}", link_put, ON_ALL, 0},
    {HTTP_DELETE, "issue/{}/remotelink/{}", link_delete, ON_ALL, 0},
    {HTTP_GET, "/rest/applinks/latest/listApplicationlinks", applications, ON_DC, ROUTE_ADMIN},
    {0},
};
