/* access_new.c - what a new site knows of rights, and what a new project starts with.
 *
 * Everybody who may use the site may do what a project's people do every day; what changes others' words and the
 * project itself is the Administrators role's. A restricted project is the same with roles in place of everybody. */
#include "sandbox/rights/access.h"

#define DEFAULT_SCHEME "Default Permission Scheme"

struct site_groups {
    int64_t users, admins;
};

static bool group_ensure(struct sandbox *sb, const char *name, int64_t *id_r, struct err *e)
{
    return sql_get_int(sb->db, id_r, 0, e, "SELECT id FROM user_group WHERE name = ?1", "s", name) &&
           (*id_r || group_create(sb, name, id_r, e));
}

static bool roles_create(struct sandbox *sb, const struct site_groups *g, struct err *e)
{
    static const struct {
        int64_t id;
        const char *name, *description;
        bool is_for_admins;
    } ROLES[] = {
        {ROLE_USERS, "Users", "A project role that represents users in a project", false},
        {ROLE_DEVELOPERS, "Developers", "A project role that represents developers in a project", false},
        {ROLE_ADMINISTRATORS, "Administrators", "A project role that represents administrators in a project", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(ROLES); i++)
        if (!sql_run(sb->db, e, "INSERT INTO project_role (id, name, description) VALUES (?1, ?2, ?3)", "iss",
                     ROLES[i].id, ROLES[i].name, ROLES[i].description) ||
            !sql_run(sb->db, e, "INSERT INTO role_actor (project, role, group_id) VALUES (0, ?1, ?2)", "ii",
                     ROLES[i].id, ROLES[i].is_for_admins ? g->admins : g->users))
            return false;
    return true;
}

static bool grant(struct sandbox *sb, int64_t scheme, const char *key, const char *holder, int64_t ref, struct err *e)
{
    return sql_run(sb->db, e, "INSERT INTO permission_grant (scheme, permission, holder, ref) VALUES (?1, ?2, ?3, ?4)",
                   "issi", scheme, key, holder, ref);
}

static bool scheme_create(struct sandbox *sb, const char *name, const char *description, bool members_only,
                          struct err *e)
{
    if (!sql_run(sb->db, e, "INSERT INTO permission_scheme (name, description) VALUES (?1, ?2)", "ss", name,
                 description))
        return false;
    int64_t scheme = sql_last_id(sb->db);
    for (size_t i = 0; i < permission_key_count; i++) {
        const struct permission_key *k = &permission_keys[i];
        bool all = k->by == BY_EVERYBODY;
        if (k->is_global || !(k->dialects & sb->d->mask))
            continue;
        /* what holds for everybody comes first, as the first that holds ends the question */
        if ((all && !members_only && !grant(sb, scheme, k->key, "applicationRole", 0, e)) ||
            !grant(sb, scheme, k->key, "projectRole", ROLE_ADMINISTRATORS, e) ||
            (all && members_only && !grant(sb, scheme, k->key, "projectRole", ROLE_USERS, e)) ||
            (all && members_only && !grant(sb, scheme, k->key, "projectRole", ROLE_DEVELOPERS, e)))
            return false;
    }
    return true;
}

static bool global_create(struct sandbox *sb, const struct site_groups *g, struct err *e)
{
    for (size_t i = 0; i < permission_key_count; i++) {
        const struct permission_key *k = &permission_keys[i];
        if (k->is_global && k->dialects & sb->d->mask &&
            !sql_run(sb->db, e, "INSERT INTO global_grant (permission, group_id) VALUES (?1, ?2)", "si", k->key,
                     k->by == BY_EVERYBODY ? g->users : g->admins))
            return false;
    }
    return true;
}

/* Where the ids begin, as in site.c. */
static bool counters_create(struct sandbox *sb, struct rng *rng, struct err *e)
{
    static const char *const TABLES[] = {"role_actor",     "permission_scheme", "permission_grant", "security_scheme",
                                         "security_level", "security_member",   "project_category"};
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
        if (!sql_run(sb->db, e, "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", "si", TABLES[i],
                     9999 + 40 * (int64_t)rng_below(rng, 500)))
            return false;
    return true;
}

bool access_create(struct sandbox *sb, struct rng *rng, struct err *e)
{
    struct site_groups g;
    if (!counters_create(sb, rng, e) ||
        !group_ensure(sb, sb->d->is_cloud ? "jira-users" : "jira-software-users", &g.users, e) ||
        !group_ensure(sb, sb->d->is_cloud ? "site-admins" : "jira-administrators", &g.admins, e))
        return false;
    return sql_run(sb->db, e,
                   "INSERT INTO application_role (key, name, seats) VALUES ('jira-software', 'Jira Software', 100)",
                   "") &&
           sql_run(sb->db, e,
                   "INSERT INTO application_role_group (role, group_id, is_default) VALUES ('jira-software', ?1, 1),"
                   " ('jira-software', ?2, 0)",
                   "ii", g.users, g.admins) &&
           roles_create(sb, &g, e) && global_create(sb, &g, e) &&
           scheme_create(sb, DEFAULT_SCHEME,
                         "This is the default Permission Scheme. Any new projects that are created will be assigned"
                         " this scheme.",
                         false, e) &&
           scheme_create(sb, ACCESS_MEMBERS_ONLY, "Only people who are given a role see the project.", true, e);
}

static bool scheme_set(struct sandbox *sb, int64_t project, const char *scheme, struct err *e)
{
    return sql_run(sb->db, e,
                   "UPDATE project SET permission_scheme = (SELECT id FROM permission_scheme WHERE name = ?2)"
                   " WHERE id = ?1",
                   "is", project, scheme);
}

/* Those who are in the roles by themselves, as in every new project. */
static bool actors_default(struct sandbox *sb, int64_t project, struct err *e)
{
    return sql_run(sb->db, e,
                   "INSERT OR IGNORE INTO role_actor (project, role, account, group_id)"
                   " SELECT ?1, role, account, group_id FROM role_actor WHERE project = 0 ORDER BY id",
                   "i", project);
}

bool access_project_new(struct sandbox *sb, int64_t project, int64_t lead, struct err *e)
{
    return scheme_set(sb, project, DEFAULT_SCHEME, e) && actors_default(sb, project, e) &&
           (!lead || sql_run(sb->db, e, "INSERT OR IGNORE INTO role_actor (project, role, account) VALUES (?1, ?2, ?3)",
                             "iii", project, (int64_t)ROLE_ADMINISTRATORS, lead));
}

bool access_restrict(struct sandbox *sb, int64_t project, bool members_only, struct err *e)
{
    if (!scheme_set(sb, project, members_only ? ACCESS_MEMBERS_ONLY : DEFAULT_SCHEME, e) ||
        !sql_run(sb->db, e, "DELETE FROM role_actor WHERE project = ?1 AND role IN (?2, ?3)", "iii", project,
                 (int64_t)ROLE_USERS, (int64_t)ROLE_DEVELOPERS))
        return false;
    return members_only || actors_default(sb, project, e);
}

bool access_member_add(struct sandbox *sb, int64_t project, int64_t account, struct err *e)
{
    return sql_run(sb->db, e,
                   "INSERT OR IGNORE INTO role_actor (project, role, account) VALUES (?1, ?3, ?2), (?1, ?4, ?2)",
                   "iiii", project, account, (int64_t)ROLE_USERS, (int64_t)ROLE_DEVELOPERS);
}

bool access_admins_refresh(struct sandbox *sb, struct err *e)
{
    return sql_run(sb->db, e,
                   "UPDATE account SET is_admin = EXISTS (SELECT 1 FROM user_group_member m JOIN global_grant g ON"
                   " g.group_id = m.group_id WHERE m.account = account.id AND g.permission = 'ADMINISTER')",
                   "");
}
