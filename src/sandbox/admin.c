/* admin.c - /sandbox/…: what a rehearsal needs and Jira does not offer. Admins only. */
#include "sandbox/issue/issue.h"
#include "sandbox/rights/access.h"

static bool groups_join(struct ctx *c, int64_t account, const json_t *groups)
{
    size_t i;
    const json_t *name;
    json_array_foreach (groups, i, name) {
        int64_t group = 0;
        const char *text = json_string_value(name);
        if (!text)
            return refuse(c, 400, "groups: a group is a string.");
        if (!db_int(c, &group, "SELECT id FROM user_group WHERE name = ?1", "s", text) ||
            (!group && !group_create(c->sb, text, &group, &c->err)) ||
            !db_run(c, "INSERT OR IGNORE INTO user_group_member (group_id, account) VALUES (?1, ?2)", "ii", group,
                    account))
            return false;
    }
    return !groups || access_admins_refresh(c->sb, &c->err);
}

static json_t *user_make(struct ctx *c, const json_t *sent)
{
    int64_t id = 0, taken = 0;
    struct account_new n = {.name = json_at_str(sent, "name"),
                            .user_key = json_at_str(sent, "key"),
                            .account_id = json_at_str(sent, "accountId"),
                            .email = json_at_str(sent, "emailAddress"),
                            .display_name = json_at_str(sent, "displayName"),
                            .password = json_at_str(sent, "password"),
                            .time_zone = json_at_str(sent, "timeZone"),
                            .is_admin = json_at_bool(sent, "admin", false),
                            .is_inactive = !json_at_bool(sent, "active", true),
                            .hides_email = !json_at_bool(sent, "emailVisible", true)};
    const char *type = json_at_str(sent, "accountType");
    if (!n.email)
        n.email = json_at_str(sent, "email");
    if (!n.name && !c->d->is_cloud)
        n.name = n.email ? n.email : n.display_name;
    if (!n.name && !n.email && !n.display_name) {
        refuse(c, 400, "A user needs a name, an emailAddress or a displayName.");
        return NULL;
    }
    if (!db_int(c, &taken, "SELECT id FROM account WHERE name = ?1 OR account_id = ?2 OR user_key = ?3", "sss", n.name,
                n.account_id, n.user_key))
        return NULL;
    if (taken) {
        refuse(c, 400, "A user of that name, key or accountId is there already.");
        return NULL;
    }
    if (!account_create(c->sb, &n, &id, &c->err) || !groups_join(c, id, json_object_get(sent, "groups")) ||
        (type && !db_run(c, "UPDATE account SET account_type = ?2 WHERE id = ?1", "is", id, type)))
        return NULL;
    return user_json(c, id);
}

/* POST /sandbox/users {name?, emailAddress?, displayName?, accountId?, key?, password?, emailVisible?, active?,
 * admin?, timeZone?, groups?, accountType?}, or an array of such. */
static bool users_post(struct ctx *c)
{
    size_t i;
    const json_t *sent;
    if (!json_is_array(c->body)) {
        json_t *o = user_make(c, c->body);
        return o && reply_json(c, 201, o);
    }
    json_t *list = new_array(c);
    json_array_foreach (c->body, i, sent) {
        json_t *o = user_make(c, sent);
        if (!o)
            return false;
        add(list, o);
    }
    return reply_json(c, 201, list);
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
    const char *leader = json_at_str(c->body, "lead");
    int64_t id = 0, lead = 0;
    size_t i;
    bool is_new = false;
    if (str_is_empty(key))
        return refuse(c, 400, "A project needs a key.");
    if (leader && !db_int(c, &lead, "SELECT id FROM account WHERE name = ?1 OR account_id = ?1", "s", leader))
        return false;
    if (leader && !lead)
        return refuse(c, 400, "lead: there is no user '%s'.", leader);
    if (!project_find(c, key, &id))
        return false;
    if (!id) {
        is_new = true;
        if (!project_create(c->sb, key, name ? name : key, lead, &id, &c->err)) {
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
        "index_lag_ms",
        "rate_burst",
        "rate_fill",
        "rate_interval_s",
        "rate_limits",
        "rate_max",
        "rate_quota",
        "remote_link_moves_updated",
        "search_page_max",
        "search_window",
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
    {HTTP_POST, "/sandbox/users", users_post, ON_ALL, ROUTE_ADMIN | ROUTE_ANY_BODY},
    {HTTP_POST, "/sandbox/project", project_post, ON_ALL, ROUTE_ADMIN},
    {HTTP_POST, "/sandbox/settings", settings_post, ON_ALL, ROUTE_ADMIN},
    {0},
};
