/* admin.c - /sandbox/…: what a rehearsal needs and Jira does not offer. Admins only. */
#include "sandbox/access.h"
#include "sandbox/issue.h"

/* POST /sandbox/users {name?, emailAddress?, displayName?, accountId?, key?, password?, emailVisible?, active?,
 * admin?, timeZone?} */
static bool users_post(struct ctx *c)
{
    int64_t id = 0, taken = 0;
    struct account_new n = {.name = json_at_str(c->body, "name"),
                            .user_key = json_at_str(c->body, "key"),
                            .account_id = json_at_str(c->body, "accountId"),
                            .email = json_at_str(c->body, "emailAddress"),
                            .display_name = json_at_str(c->body, "displayName"),
                            .password = json_at_str(c->body, "password"),
                            .time_zone = json_at_str(c->body, "timeZone"),
                            .is_admin = json_at_bool(c->body, "admin", false),
                            .is_inactive = !json_at_bool(c->body, "active", true),
                            .hides_email = !json_at_bool(c->body, "emailVisible", true)};
    if (!n.email)
        n.email = json_at_str(c->body, "email");
    if (!n.name && !c->d->is_cloud)
        n.name = n.email ? n.email : n.display_name;
    if (!n.name && !n.email && !n.display_name)
        return refuse(c, 400, "A user needs a name, an emailAddress or a displayName.");
    if (!db_int(c, &taken, "SELECT id FROM account WHERE name = ?1 OR account_id = ?2 OR user_key = ?3", "sss", n.name,
                n.account_id, n.user_key))
        return false;
    if (taken)
        return refuse(c, 400, "A user of that name, key or accountId is there already.");
    if (!account_create(c->sb, &n, &id, &c->err))
        return false;
    json_t *o = user_json(c, id);
    return o && reply_json(c, 201, o);
}

/* Members by user name or accountId. */
static bool member_add(struct ctx *c, int64_t project, const json_t *who)
{
    int64_t account = 0;
    const char *name = json_string_value(who);
    if (!db_int(c, &account, "SELECT id FROM account WHERE name = ?1 OR account_id = ?1", "s", name))
        return false;
    if (!account)
        return refuse(c, 400, "members: there is no user '%s'.", name ? name : "");
    return access_member_add(c->sb, project, account, &c->err);
}

/* POST /sandbox/project {key, name, members?, lead?}; with members, others do not see the project. For a project that
 * is there the members are set anew. */
static bool project_post(struct ctx *c)
{
    const char *key = json_at_str(c->body, "key"), *name = json_at_str(c->body, "name");
    const json_t *members = json_object_get(c->body, "members"), *member;
    int64_t id = 0;
    size_t i;
    bool is_new = false;
    if (str_is_empty(key))
        return refuse(c, 400, "A project needs a key.");
    if (!project_find(c, key, &id))
        return false;
    if (!id) {
        is_new = true;
        if (!project_create(c->sb, key, name ? name : key, 0, &id, &c->err)) {
            if (c->err.kind != ERR_INPUT)
                return false;
            char *text = arena_strdup(c->a, c->err.text);
            err_clear(&c->err);
            return refuse(c, 400, "%s", text);
        }
    }
    if (members && !access_restrict(c->sb, id, json_is_array(members), &c->err))
        return false;
    json_array_foreach (members, i, member)
        if (!member_add(c, id, member))
            return false;
    json_t *o = project_json(c, id);
    return o && reply_json(c, is_new ? 201 : 200, o);
}

/* POST /sandbox/settings {"comment_moves_updated": 0}: numbers by name, as table setting has them. */
static bool settings_post(struct ctx *c)
{
    /* clang-format off */
    static const char *const KNOWN[] = {
        "attachment_limit",
        "attachments_enabled",
        "autowatch",
        "bulkfetch_omits_missing",
        "captcha_after",
        "comment_moves_updated",
        "refuses_adf",
        "remote_link_moves_updated",
        "task_ms",
        "time_tracking",
        "voting",
        "webhook_retry_ms",
    };
    /* clang-format on */
    const char *name;
    json_t *value;
    json_object_foreach (c->body, name, value) {
        size_t i = 0;
        while (i < ARRAY_LEN(KNOWN) && !str_eq(KNOWN[i], name))
            i++;
        if (i == ARRAY_LEN(KNOWN) || !(json_is_integer(value) || json_is_boolean(value)))
            return refuse(c, 400, "There is no setting '%s', or its value is no number.", name);
        int64_t number = json_is_integer(value) ? json_integer_value(value) : json_is_true(value);
        if (!db_run(c, "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", "si", name, number))
            return false;
    }
    return reply_empty(c, 204);
}

const struct route admin_routes[] = {
    {HTTP_POST, "/sandbox/users", users_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/project", project_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/settings", settings_post, ON_ALL, ROUTE_ADMIN},
    {0},
};
