/* comment.c - comments: what is said, by whom, and who may read it.
 *
 * Author and times are never settable: a request that brings them is served as if it had not. A comment whose
 * visibility the caller does not share is not there: not in a list, not in its total. */
#include "sandbox/rights/right.h"
#include "sandbox/rights/visibility.h"
#include "sandbox/webhook/webhook.h"

#include <stdlib.h>
#include <string.h>

/* ---- showing ---- */

/* Service desks mark what is not for customers by a property. */
static bool put_public(struct ctx *c, json_t *o, int64_t comment)
{
    char *mark = NULL;
    if (!db_str(c, &mark,
                "SELECT value FROM property WHERE entity = 'comment' AND entity_id = ?1 AND key = 'sd.public.comment'",
                "i", comment))
        return false;
    put_bool(o, "jsdPublic", !json_at_bool(json_stored(c, mark), "internal", false));
    return true;
}

json_t *comment_json(struct ctx *c, int64_t comment, bool rendered, bool properties)
{
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT issue, author, update_author, body, created, updated, visibility_type, visibility_value FROM"
                  " comment WHERE id = ?1",
                  "i", comment))
        return NULL;
    json_t *o = new_object(c);
    bool ok = true;
    if (sql_next(&rows)) {
        put_self(c, o, "issue/%lld/comment/%lld", (long long)sql_int(&rows, 0), (long long)comment);
        put_id(o, "id", comment);
        if (!sql_is_null(&rows, 1))
            put(o, "author", user_json(c, sql_int(&rows, 1)));
        put(o, "body", rich_text_show(c, sql_peek(&rows, 3)));
        if (rendered)
            put_str(o, "renderedBody", rich_text_html(c, sql_peek(&rows, 3)));
        if (!sql_is_null(&rows, 2))
            put(o, "updateAuthor", user_json(c, sql_int(&rows, 2)));
        put_time(c, o, "created", sql_int(&rows, 4));
        put_time(c, o, "updated", sql_int(&rows, 5));
        ok = visibility_put(c, o, sql_peek(&rows, 6), sql_peek(&rows, 7));
        if (c->d->is_cloud)
            ok = ok && put_public(c, o, comment);
    }
    if (!db_done(c, &rows) || !ok || (properties && !entity_properties_show(c, o, "comment", comment)))
        return NULL;
    return c->err.kind == ERR_NONE ? o : NULL;
}

/* The ids that the caller may see, oldest first. */
static bool visible_comments(struct ctx *c, int64_t issue, int64_t **ids_r, size_t *count_r)
{
    struct sql_rows rows;
    *ids_r = NULL;
    *count_r = 0;
    if (!db_query(c, &rows, "SELECT id, visibility_type, visibility_value FROM comment WHERE issue = ?1 ORDER BY id",
                  "i", issue))
        return false;
    bool ok = true;
    while (ok && sql_next(&rows)) {
        bool seen = true;
        ok = visibility_shared(c, issue, sql_peek(&rows, 1), sql_peek(&rows, 2), &seen);
        if (ok && seen)
            *arena_push(c->a, *ids_r, *count_r) = sql_int(&rows, 0);
    }
    return db_done(c, &rows) && ok;
}

json_t *comment_page_json(struct ctx *c, int64_t issue, int64_t cap, bool rendered)
{
    int64_t *ids;
    size_t count;
    if (!visible_comments(c, issue, &ids, &count))
        return NULL;
    json_t *o = new_object(c), *list = new_array(c);
    for (size_t i = 0; i < count && (int64_t)i < cap; i++)
        add(list, comment_json(c, ids[i], rendered, false));
    put(o, "comments", list);
    if (c->d->is_cloud)
        put_self(c, o, "issue/%lld/comment", (long long)issue);
    put_int(o, "maxResults", (int64_t)json_array_size(list));
    put_int(o, "total", (int64_t)count);
    put_int(o, "startAt", 0);
    return o;
}

struct shown {
    bool rendered, properties;
};

static struct shown shown_of(struct ctx *c)
{
    return (struct shown){param_expands(c, "renderedBody"), param_expands(c, "properties")};
}

static bool comment_list(struct ctx *c)
{
    int64_t issue = 0, *ids;
    size_t count;
    struct page page;
    const char *order = param(c, "orderBy");
    struct shown s = shown_of(c);
    if (!issue_need(c, c->args[0], &issue))
        return false;
    bool is_down = order && order[0] == '-';
    if (!str_is_empty(order) && !str_eq(order + strspn(order, "-+ "), "created"))
        return refuse(c, 400, "Invalid order by field: %s", order);
    if (!page_read(c, c->d->comment_page, c->d->is_cloud ? 5000 : c->d->comment_page, &page) ||
        !visible_comments(c, issue, &ids, &count))
        return false;
    json_t *o = new_object(c), *list = new_array(c);
    for (int64_t i = page.start; i < (int64_t)count && i < page.start + page.max; i++)
        add(list, comment_json(c, ids[is_down ? (int64_t)count - 1 - i : i], s.rendered, s.properties));
    put_int(o, "startAt", page.start);
    put_int(o, "maxResults", page.max);
    put_int(o, "total", (int64_t)count);
    put(o, "comments", list);
    return reply_json(c, 200, o);
}

/* The comment of the route that the caller may see, or 404. */
static bool comment_need(struct ctx *c, int64_t issue, const char *asked, int64_t *id_r)
{
    struct sql_rows rows;
    int64_t id = 0;
    bool seen = false, ok = true;
    *id_r = 0;
    if (!str_to_int(asked, &id))
        return refuse(c, 404, "Can not find a comment for the id: %s.", asked);
    if (!db_query(c, &rows, "SELECT issue, visibility_type, visibility_value FROM comment WHERE id = ?1", "i", id))
        return false;
    if (sql_next(&rows) && sql_int(&rows, 0) == issue)
        ok = visibility_shared(c, issue, sql_peek(&rows, 1), sql_peek(&rows, 2), &seen);
    if (!db_done(c, &rows) || !ok)
        return false;
    if (!seen)
        return refuse(c, 404, "Can not find a comment for the id: %s.", asked);
    *id_r = id;
    return true;
}

bool comment_find(struct ctx *c, const char *asked, int64_t *id_r)
{
    int64_t id = 0, issue = 0, found = 0;
    *id_r = 0;
    if (!str_to_int(asked, &id) || !db_int(c, &issue, "SELECT issue FROM comment WHERE id = ?1", "i", id))
        return c->err.kind == ERR_NONE && refuse(c, 404, "Can not find a comment for the id: %s.", asked);
    if (issue && !issue_find(c, arena_printf(c->a, "%lld", (long long)issue), &found))
        return false;
    if (!found)
        return refuse(c, 404, "Can not find a comment for the id: %s.", asked);
    return comment_need(c, issue, asked, id_r);
}

static bool reply_comment(struct ctx *c, int status, int64_t id)
{
    struct shown s = shown_of(c);
    json_t *o = comment_json(c, id, s.rendered, s.properties);
    return o && reply_json(c, status, o);
}

static bool comment_get(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    return issue_need(c, c->args[0], &issue) && comment_need(c, issue, c->args[1], &id) && reply_comment(c, 200, id);
}

/* ---- writing ---- */

struct written {
    char *body;
    const char *visibility_type, *visibility_value;
};

static bool read_comment(struct ctx *c, int64_t issue, const json_t *sent, struct problems *p, struct written *w)
{
    *w = (struct written){0};
    c->text_issue = issue;
    if (!rich_text_read(c, json_object_get(sent, "body"), "comment", p, &w->body))
        return false;
    if (!w->body && !p->count)
        problem(c, p, "comment", "Comment body can not be empty!");
    return visibility_read(c, issue, sent, p, &w->visibility_type, &w->visibility_value);
}

static bool touch(struct ctx *c, int64_t issue)
{
    return db_run(c, "UPDATE issue SET updated = ?2 WHERE id = ?1", "ii", issue, c->now);
}

bool comment_moves_updated(struct ctx *c, int64_t issue)
{
    int64_t moves = 0;
    return setting_int(c->db, "comment_moves_updated", 1, &moves, &c->err) && (!moves || touch(c, issue));
}

/* On Cloud an issue holds so many and no more. */
static bool room_left(struct ctx *c, int64_t issue)
{
    enum { PER_ISSUE = 5000 };
    int64_t there = 0;
    if (!c->d->is_cloud)
        return true;
    if (!db_int(c, &there, "SELECT count(*) FROM comment WHERE issue = ?1", "i", issue))
        return false;
    return there < PER_ISSUE || refuse(c, 413, "The issue has reached the limit of %d comments.", PER_ISSUE);
}

bool comment_make(struct ctx *c, int64_t issue, const json_t *sent, struct problems *p, int64_t *id_r)
{
    struct written w;
    if (!read_comment(c, issue, sent, p, &w))
        return false;
    if (p->count)
        return true;
    if (!room_left(c, issue) ||
        !db_run(c,
                "INSERT INTO comment (issue, author, update_author, body, created, updated, visibility_type,"
                " visibility_value) VALUES (?1, ?2, ?2, ?3, ?4, ?4, ?5, ?6)",
                "iisiss", issue, c->caller, w.body, c->now, w.visibility_type, w.visibility_value))
        return false;
    *id_r = sql_last_id(c->db);
    const json_t *properties = c->sb->ignore_properties ? NULL : json_object_get(sent, "properties");
    return entity_properties_write(c, "comment", *id_r, properties) && touch(c, issue) && watcher_auto(c, issue) &&
           webhook_comment(c, "comment_created", issue, *id_r);
}

static bool comment_post(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    struct problems p = {0};
    if (!issue_need(c, c->args[0], &issue) ||
        !right_need(c, issue, "ADD_COMMENTS", c->d->comment_forbidden_status,
                    "You do not have the permission to comment on this issue.") ||
        !comment_make(c, issue, c->body, &p, &id))
        return false;
    return p.count ? refuse_problems(c, 400, &p) : reply_comment(c, 201, id);
}

static bool may_change(struct ctx *c, int64_t issue, int64_t comment, const char *verb)
{
    int64_t author = 0;
    bool may = false;
    if (!db_int(c, &author, "SELECT author FROM comment WHERE id = ?1", "i", comment) ||
        !right_on_own(c, issue, verb, "COMMENTS", author, &may))
        return false;
    return may ||
           refuse(c, c->d->comment_forbidden_status, "You do not have the permission to %s the comment with id: %lld",
                  str_lower(c->a, verb), (long long)comment);
}

static bool write_over(struct ctx *c, int64_t issue, int64_t id, const struct written *w, const json_t *properties)
{
    return db_run(c,
                  "UPDATE comment SET body = ?2, updated = ?3, update_author = ?4, visibility_type = ?5,"
                  " visibility_value = ?6 WHERE id = ?1",
                  "isiiss", id, w->body, c->now, c->caller, w->visibility_type, w->visibility_value) &&
           entity_properties_write(c, "comment", id, properties) && comment_moves_updated(c, issue) &&
           webhook_comment(c, "comment_updated", issue, id);
}

static bool remove_one(struct ctx *c, int64_t issue, int64_t id)
{
    char *body = NULL;
    if (!db_str(c, &body, "SELECT body FROM comment WHERE id = ?1", "i", id))
        return false;
    struct history_item item = {.field = "Comment",
                                .type = "jira",
                                .from = arena_printf(c->a, "%lld", (long long)id),
                                .from_string = rich_text_wiki(c, body)};
    return webhook_comment(c, "comment_deleted", issue, id) &&
           db_run(c, "DELETE FROM comment WHERE id = ?1", "i", id) && entity_properties_delete(c, "comment", id) &&
           history_add(c, issue, &item, 1) && comment_moves_updated(c, issue);
}

static bool comment_put(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    struct problems p = {0};
    struct written w;
    if (!issue_need(c, c->args[0], &issue) || !comment_need(c, issue, c->args[1], &id) || !notify_allowed(c) ||
        !may_change(c, issue, id, "EDIT") || !read_comment(c, issue, c->body, &p, &w))
        return false;
    if (p.count)
        return refuse_problems(c, 400, &p);
    return write_over(c, issue, id, &w, json_object_get(c->body, "properties")) && reply_comment(c, 200, id);
}

static bool comment_delete(struct ctx *c)
{
    int64_t issue = 0, id = 0;
    return issue_need(c, c->args[0], &issue) && comment_need(c, issue, c->args[1], &id) &&
           may_change(c, issue, id, "DELETE") && remove_one(c, issue, id) && reply_empty(c, 204);
}

bool comment_change(struct ctx *c, int64_t issue, const char *verb, const json_t *sent, struct problems *p)
{
    const char *asked = json_at_id(c->a, sent, "id");
    int64_t id = 0;
    struct written w;
    bool is_edit = str_eq(verb, "edit");
    if (!asked) {
        problem(c, p, "comment", "Comment id is required.");
        return true;
    }
    if (!comment_need(c, issue, asked, &id) || !may_change(c, issue, id, is_edit ? "EDIT" : "DELETE"))
        return false;
    if (!is_edit)
        return remove_one(c, issue, id);
    if (!read_comment(c, issue, sent, p, &w))
        return false;
    return p->count || write_over(c, issue, id, &w, json_object_get(sent, "properties"));
}

/* Cloud: many by id, of whatever issue. */
static bool comment_by_ids(struct ctx *c)
{
    const json_t *ids = json_object_get(c->body, "ids"), *item;
    struct shown s = shown_of(c);
    size_t i;
    enum { CAP = 1000 };
    if (!json_is_array(ids) || json_array_size(ids) > CAP)
        return refuse(c, 400, "ids must be an array of at most %d comment ids.", CAP);
    json_t *values = new_array(c);
    json_array_foreach (ids, i, item) {
        struct sql_rows rows;
        bool seen = false, ok = true;
        char *sql =
            arena_printf(c->a,
                         "SELECT c.visibility_type, c.visibility_value, c.issue FROM comment c JOIN issue i ON i.id ="
                         " c.issue WHERE c.id = ?1 AND %s",
                         visible_projects(c, "i.project"));
        if (!db_query(c, &rows, sql, "i", (int64_t)json_integer_value(item)))
            return false;
        if (sql_next(&rows))
            ok = visibility_shared(c, sql_int(&rows, 2), sql_peek(&rows, 0), sql_peek(&rows, 1), &seen);
        if (!db_done(c, &rows) || !ok)
            return false;
        if (seen)
            add(values, comment_json(c, json_integer_value(item), s.rendered, s.properties));
    }
    struct page page = {0, CAP};
    return reply_json(c, 200, page_json(c, &page, (int64_t)json_array_size(values), values));
}

const struct route comment_routes[] = {
    {HTTP_GET, "issue/{}/comment", comment_list, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_POST, "issue/{}/comment", comment_post, ON_ALL, 0},
    {HTTP_GET, "issue/{}/comment/{}", comment_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_PUT, "issue/{}/comment/{}", comment_put, ON_ALL, 0},
    {HTTP_DELETE, "issue/{}/comment/{}", comment_delete, ON_ALL, 0},
    {HTTP_POST, "comment/list", comment_by_ids, ON_CLOUD, ROUTE_READ},
    {0},
};
