/* issue_link.c - links between issues of this site.
 *
 * "inwardIssue <outward> outwardIssue": A inward, B outward, type Blocks says that A blocks B. A's own list shows B as
 * its outwardIssue, B's list shows A as its inwardIssue. */
#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"
#include "sandbox/webhook/webhook.h"

/* The links of an issue whose other end the caller may see. */
json_t *issue_links_json(struct ctx *c, int64_t issue)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    const char *seen = visible_issues(c, "i");
    const char *sql = str_eq(seen, "1")
                          ? "SELECT l.id, l.type, l.inward, l.outward FROM issue_link l WHERE l.inward = ?1"
                            " OR l.outward = ?1 ORDER BY l.id"
                          : arena_printf(c->a,
                                         "SELECT l.id, l.type, l.inward, l.outward FROM issue_link l JOIN"
                                         " issue i ON i.id = l.inward + l.outward - ?1 WHERE (l.inward ="
                                         " ?1 OR l.outward = ?1) AND %s ORDER BY l.id",
                                         seen);
    if (!db_query(c, &rows, sql, "i", issue))
        return NULL;
    while (sql_next(&rows)) {
        bool is_inward = sql_int(&rows, 2) == issue;
        json_t *o = new_object(c);
        put_id(o, "id", sql_int(&rows, 0));
        put_self(c, o, "issueLink/%lld", (long long)sql_int(&rows, 0));
        put(o, "type", link_type_json(c, sql_int(&rows, 1)));
        put(o, is_inward ? "outwardIssue" : "inwardIssue", issue_stub_json(c, sql_int(&rows, is_inward ? 3 : 2)));
        add(list, o);
    }
    return db_done(c, &rows) ? list : NULL;
}

static bool trace_one(struct ctx *c, int64_t issue, int64_t other, const char *verb, bool is_new)
{
    char *key = issue_key(c, other), *text = arena_printf(c->a, "This issue %s %s", verb, key ? key : "");
    struct history_item item = {.field = "Link",
                                .type = "jira",
                                .from = is_new ? NULL : key,
                                .from_string = is_new ? NULL : text,
                                .to = is_new ? key : NULL,
                                .to_string = is_new ? text : NULL};
    return key && history_add(c, issue, &item, 1) &&
           db_run(c, "UPDATE issue SET updated = ?2 WHERE id = ?1", "ii", issue, c->now);
}

static bool trace(struct ctx *c, int64_t type, int64_t inward, int64_t outward, bool is_new)
{
    char *in = NULL, *out = NULL;
    return db_str(c, &in, "SELECT inward FROM link_type WHERE id = ?1", "i", type) &&
           db_str(c, &out, "SELECT outward FROM link_type WHERE id = ?1", "i", type) &&
           trace_one(c, inward, outward, out, is_new) && trace_one(c, outward, inward, in, is_new);
}

static bool link_add(struct ctx *c, int64_t type, int64_t inward, int64_t outward)
{
    return db_run(c, "INSERT INTO issue_link (type, inward, outward) VALUES (?1, ?2, ?3)", "iii", type, inward,
                  outward) &&
           webhook_noun(c, WEBHOOK_LINK, "issuelink_created", sql_last_id(c->db)) &&
           trace(c, type, inward, outward, true);
}

/* On Cloud an issue holds so many and no more. */
static bool room_left(struct ctx *c, int64_t issue)
{
    enum { PER_ISSUE = 2000 };
    int64_t there = 0;
    if (!c->d->is_cloud)
        return true;
    if (!db_int(c, &there, "SELECT count(*) FROM issue_link WHERE inward = ?1 OR outward = ?1", "i", issue))
        return false;
    return there < PER_ISSUE || refuse(c, 413, "The issue has reached the limit of %d links.", PER_ISSUE);
}

static bool type_of(struct ctx *c, const json_t *sent, int64_t *r)
{
    const char *id = json_at_id(c->a, sent, "type.id"), *name = json_at_str(sent, "type.name");
    *r = 0;
    if (id)
        return db_int(c, r, "SELECT id FROM link_type WHERE CAST(id AS TEXT) = ?1", "s", id);
    return !name || db_int(c, r, "SELECT id FROM link_type WHERE name = ?1", "s", name);
}

static const char *end_of(struct ctx *c, const json_t *sent, const char *end)
{
    const json_t *o = json_object_get(sent, end);
    const char *key = json_at_str(o, "key");
    return key ? key : json_at_id(c->a, o, "id");
}

bool issue_link_add(struct ctx *c, int64_t issue, const json_t *sent, struct problems *p)
{
    int64_t type = 0, other = 0;
    const char *outward = end_of(c, sent, "outwardIssue"), *inward = end_of(c, sent, "inwardIssue");
    if (!type_of(c, sent, &type))
        return false;
    if ((outward || inward) && !issue_find(c, outward ? outward : inward, &other))
        return false;
    if (!type)
        problem(c, p, "issuelinks", "No issue link type with name '%s' found.",
                json_at_str(sent, "type.name") ? json_at_str(sent, "type.name") : "");
    else if (!other)
        problem(c, p, "issuelinks", "%s", c->d->issue_missing);
    else if (other == issue)
        problem(c, p, "issuelinks", "You cannot link an issue to itself.");
    else
        return outward ? link_add(c, type, issue, other) : link_add(c, type, other, issue);
    return true;
}

static bool may_link(struct ctx *c, int64_t issue)
{
    bool may = false;
    if (!permission_has(c, "LINK_ISSUES", 0, issue, &may))
        return false;
    return may ||
           refuse(c, c->d->link_forbidden_status, "No Link Issue Permission for issue '%s'", issue_key(c, issue));
}

static bool link_post(struct ctx *c)
{
    int64_t type = 0, inward = 0, outward = 0, comment = 0;
    const char *in = end_of(c, c->body, "inwardIssue"), *out = end_of(c, c->body, "outwardIssue");
    if (!type_of(c, c->body, &type))
        return false;
    if (!type)
        return refuse(c, 404, "No issue link type with name '%s' found.",
                      json_at_str(c->body, "type.name") ? json_at_str(c->body, "type.name") : "");
    if (!in || !out)
        return refuse(c, 400, "Both inwardIssue and outwardIssue must be given.");
    if (!issue_need(c, in, &inward) || !issue_need(c, out, &outward))
        return false;
    if (inward == outward)
        return refuse(c, 400, "You cannot link an issue to itself.");
    if (!may_link(c, inward) || !room_left(c, inward) || !room_left(c, outward) || !link_add(c, type, inward, outward))
        return false;
    const json_t *said = json_object_get(c->body, "comment");
    struct problems p = {0};
    if (json_is_object(said) && !comment_make(c, inward, said, &p, &comment))
        return false;
    return p.count ? refuse_problems(c, 400, &p) : reply_empty(c, 201);
}

/* The link of the route with both ends visible, or 404. */
static bool link_need(struct ctx *c, int64_t *id_r, int64_t *type_r, int64_t *inward_r, int64_t *outward_r)
{
    struct sql_rows rows;
    char *sql =
        arena_printf(c->a,
                     "SELECT l.id, l.type, l.inward, l.outward FROM issue_link l JOIN issue i ON i.id = l.inward"
                     " JOIN issue o ON o.id = l.outward WHERE CAST(?1 AS INTEGER) = l.id AND %s AND %s",
                     visible_issues(c, "i"), visible_issues(c, "o"));
    int64_t number;
    *id_r = 0;
    if (!str_to_int(c->args[0], &number))
        return refuse(c, 404, "No issue link with id '%s' exists.", c->args[0]);
    if (!db_query(c, &rows, sql, "s", c->args[0]))
        return false;
    if (sql_next(&rows)) {
        *id_r = sql_int(&rows, 0);
        *type_r = sql_int(&rows, 1);
        *inward_r = sql_int(&rows, 2);
        *outward_r = sql_int(&rows, 3);
    }
    if (!db_done(c, &rows))
        return false;
    return *id_r || refuse(c, 404, "No issue link with id '%s' exists.", c->args[0]);
}

static bool link_get(struct ctx *c)
{
    int64_t id, type, inward, outward;
    if (!link_need(c, &id, &type, &inward, &outward))
        return false;
    json_t *o = new_object(c);
    put_id(o, "id", id);
    put_self(c, o, "issueLink/%lld", (long long)id);
    put(o, "type", link_type_json(c, type));
    put(o, "inwardIssue", issue_stub_json(c, inward));
    put(o, "outwardIssue", issue_stub_json(c, outward));
    return reply_json(c, 200, o);
}

static bool link_delete(struct ctx *c)
{
    int64_t id, type, inward, outward;
    return link_need(c, &id, &type, &inward, &outward) && may_link(c, inward) &&
           webhook_noun(c, WEBHOOK_LINK, "issuelink_deleted", id) &&
           db_run(c, "DELETE FROM issue_link WHERE id = ?1", "i", id) && trace(c, type, inward, outward, false) &&
           reply_empty(c, 204);
}

const struct route issue_link_routes[] = {
    {HTTP_POST, "issueLink", link_post, ON_ALL, 0},
    {HTTP_GET, "issueLink/{}", link_get, ON_ALL, 0},
    {HTTP_DELETE, "issueLink/{}", link_delete, ON_ALL, 0},
    {0},
};
