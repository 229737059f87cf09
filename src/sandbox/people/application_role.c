/* application_role.c - the roles that let people use an application, by the groups that have them. */
#include "sandbox/people/user.h"

static bool put_groups(struct ctx *c, json_t *o, const char *role)
{
    json_t *names = new_array(c), *defaults = new_array(c), *details = new_array(c), *default_details = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT g.name, g.uuid, a.is_default FROM application_role_group a JOIN user_group g ON g.id ="
                  " a.group_id WHERE a.role = ?1 ORDER BY g.name",
                  "s", role))
        return false;
    while (sql_next(&rows)) {
        json_t *group = group_name_json(c, sql_peek(&rows, 0), sql_peek(&rows, 1));
        add_str(names, sql_peek(&rows, 0));
        add(details, group);
        if (!sql_int(&rows, 2))
            continue;
        add_str(defaults, sql_peek(&rows, 0));
        add(default_details, group);
    }
    put(o, "groups", names);
    put(o, "defaultGroups", defaults);
    if (c->d->is_cloud) {
        put(o, "groupDetails", details);
        put(o, "defaultGroupsDetails", default_details);
    }
    return db_done(c, &rows);
}

static json_t *role_json(struct ctx *c, const char *key, const char *name, int64_t seats)
{
    int64_t users = 0;
    json_t *o = new_object(c);
    if (!db_int(
            c, &users,
            "SELECT count(DISTINCT m.account) FROM application_role_group g JOIN user_group_member m ON m.group_id ="
            " g.group_id JOIN account a ON a.id = m.account WHERE g.role = ?1 AND a.active = 1",
            "s", key))
        return NULL;
    put_str(o, "key", key);
    put_str(o, "name", name);
    if (!put_groups(c, o, key))
        return NULL;
    put_bool(o, "selectedByDefault", true);
    put_bool(o, "defined", true);
    put_int(o, "numberOfSeats", seats);
    put_int(o, "remainingSeats", seats > users ? seats - users : 0);
    put_int(o, "userCount", users);
    put_str(o, "userCountDescription", arena_printf(c->a, "%lld user%s", (long long)users, users == 1 ? "" : "s"));
    put_bool(o, "hasUnlimitedSeats", false);
    put_bool(o, "platform", false);
    return o;
}

/* account 0: all of them. */
json_t *application_roles_json(struct ctx *c, int64_t account)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows,
                  "SELECT key, name, seats FROM application_role r WHERE ?1 = 0 OR EXISTS (SELECT 1 FROM"
                  " application_role_group g JOIN user_group_member m ON m.group_id = g.group_id WHERE g.role = r.key"
                  " AND m.account = ?1) ORDER BY key",
                  "i", account))
        return NULL;
    while (sql_next(&rows))
        add(list, role_json(c, sql_peek(&rows, 0), sql_peek(&rows, 1), sql_int(&rows, 2)));
    return db_done(c, &rows) ? list : NULL;
}

static bool roles_get(struct ctx *c)
{
    json_t *list = application_roles_json(c, 0);
    return list && reply_json(c, 200, list);
}

static bool role_get(struct ctx *c)
{
    json_t *list = application_roles_json(c, 0), *role;
    size_t i;
    json_array_foreach (list, i, role)
        if (str_eq(json_at_str(role, "key"), c->args[0]))
            return reply_json(c, 200, role);
    return list && refuse(c, 404, "The application with key '%s' does not exist.", c->args[0]);
}

const struct route application_role_routes[] = {
    {HTTP_GET, "applicationrole", roles_get, ON_ALL, ROUTE_ADMIN},
    {HTTP_GET, "applicationrole/{}", role_get, ON_ALL, ROUTE_ADMIN},
    {0},
};
