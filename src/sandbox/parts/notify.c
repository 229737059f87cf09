/* notify.c - POST issue/{}/notify: a mail to people about an issue. No mail leaves; who it would go to is checked as if
 * one did. */
#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"

struct recipients {
    int64_t *list;
    size_t count;
};

static void add_one(struct ctx *c, struct recipients *r, int64_t account)
{
    if (account && account != c->caller) /* nobody is told of what they do themselves */
        *arena_push(c->a, r->list, r->count) = account;
}

static bool add_query(struct ctx *c, struct recipients *r, const char *sql, int64_t issue)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, sql, "i", issue))
        return false;
    while (sql_next(&rows))
        add_one(c, r, sql_int(&rows, 0));
    return db_done(c, &rows);
}

static bool add_users(struct ctx *c, struct recipients *r, const json_t *to)
{
    size_t i;
    const json_t *user;
    json_array_foreach (json_object_get(to, "users"), i, user) {
        const char *name = json_at_str(user, c->d->is_cloud ? "accountId" : "name");
        int64_t account = 0;
        const char *sql =
            c->d->is_cloud ? "SELECT id FROM account WHERE account_id = ?1" : "SELECT id FROM account WHERE name = ?1";
        if (name && !db_int(c, &account, sql, "s", name))
            return false;
        if (!account)
            return refuse_field(c, "users", "The user \"%s\" does not exist.", name ? name : "");
        add_one(c, r, account);
    }
    return true;
}

static bool add_groups(struct ctx *c, struct recipients *r, const json_t *to)
{
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(to, "groups"), i, group) {
        const char *name = json_at_str(group, "name");
        int64_t id = 0;
        if (name && !db_int(c, &id, "SELECT id FROM user_group WHERE name = ?1", "s", name))
            return false;
        if (!id)
            return refuse_field(c, "groups", "The group \"%s\" does not exist.", name ? name : "");
        if (!add_query(c, r, "SELECT account FROM user_group_member WHERE group_id = ?1", id))
            return false;
    }
    return true;
}

static bool notify_post(struct ctx *c)
{
    int64_t issue = 0;
    struct recipients r = {0};
    const json_t *to = json_object_get(c->body, "to");
    if (!issue_need(c, c->args[0], &issue))
        return false;
    static const struct {
        const char *member, *sql;
    } ROLES[] = {
        {"reporter", "SELECT reporter FROM issue WHERE id = ?1"},
        {"assignee", "SELECT assignee FROM issue WHERE id = ?1"},
        {"watchers", "SELECT account FROM watcher WHERE issue = ?1"},
        {"voters", "SELECT account FROM vote WHERE issue = ?1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(ROLES); i++)
        if (json_at_bool(to, ROLES[i].member, false) && !add_query(c, &r, ROLES[i].sql, issue))
            return false;
    if (!add_users(c, &r, to) || !add_groups(c, &r, to))
        return false;
    return r.count ? reply_empty(c, 204) : refuse(c, 400, "No recipients were defined for notification.");
}

const struct route notify_routes[] = {
    {HTTP_POST, "issue/{}/notify", notify_post, ON_ALL, 0},
    {0},
};
