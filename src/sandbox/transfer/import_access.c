/* import_access.c - who may see what of a project that arrives: the people in its roles, its security levels, and the
 * issues' own. Groups are taken by name where this site has one of that name; a level without a member that this site
 * knows hides its issues from everybody, as it would after a move of the real kind. */
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"
#include "sandbox/transfer/import.h"

static bool id_named(struct importer *m, const char *table, const char *name, int64_t *r)
{
    *r = 0;
    return !name || sql_get_int(m->sb->db, r, 0, m->e, arena_printf(m->a, "SELECT id FROM %s WHERE name = ?1", table),
                                "s", name);
}

static bool actor_add(struct importer *m, const json_t *v)
{
    int64_t role, group, account = import_account(m, v, "account");
    if (!id_named(m, "project_role", json_at_str(v, "role"), &role) ||
        !id_named(m, "user_group", json_at_str(v, "group"), &group))
        return false;
    return !role || (!account && !group) ||
           sql_run(m->sb->db, m->e,
                   "INSERT OR IGNORE INTO role_actor (project, role, account, group_id) VALUES (?1, ?2, ?3, ?4)",
                   "iiii", m->project, role, account, group);
}

static bool member_add(struct importer *m, int64_t level, const json_t *v)
{
    const char *holder = json_at_str(v, "holder"), *group_name = json_at_str(v, "group");
    int64_t role, group, account = import_account(m, v, "account");
    if (!holder || !id_named(m, "project_role", json_at_str(v, "role"), &role) ||
        !id_named(m, "user_group", group_name, &group))
        return holder ? false : err_set(m->e, ERR_INPUT, "import: a member of a security level has no holder");
    return sql_run(m->sb->db, m->e,
                   "INSERT INTO security_member (level, holder, ref, parameter) VALUES (?1, ?2, ?3, ?4)", "isis", level,
                   holder, account + role + group, json_at_str(v, "parameter"));
}

static bool level_add(struct importer *m, int64_t scheme, const json_t *v)
{
    size_t i;
    const json_t *member;
    if (!sql_run(m->sb->db, m->e, "INSERT INTO security_level (scheme, name, description) VALUES (?1, ?2, ?3)", "iss",
                 scheme, json_at_str(v, "name") ? json_at_str(v, "name") : "", json_at_str(v, "description")))
        return false;
    int64_t level = sql_last_id(m->sb->db);
    json_array_foreach (json_object_get(v, "members"), i, member)
        if (!member_add(m, level, member))
            return false;
    return import_known_put(m, "level", json_at_int(v, "id", 0), level) &&
           (!json_at_int(v, "isDefault", 0) ||
            sql_run(m->sb->db, m->e, "UPDATE security_scheme SET default_level = ?2 WHERE id = ?1", "ii", scheme,
                    level));
}

/* A scheme of the project's own, on the first page. */
static bool scheme_add(struct importer *m, const json_t *levels)
{
    size_t i;
    const json_t *level;
    if (!json_array_size(levels))
        return true;
    if (!sql_run(m->sb->db, m->e, "INSERT INTO security_scheme (name) VALUES (?1 || ' Security Scheme')", "s", m->key))
        return false;
    int64_t scheme = sql_last_id(m->sb->db);
    json_array_foreach (levels, i, level)
        if (!level_add(m, scheme, level))
            return false;
    return security_scheme_set(m->sb, m->project, scheme, m->e);
}

bool import_access(struct importer *m, const json_t *project)
{
    size_t i;
    const json_t *v, *levels = json_object_get(project, "securityLevels");
    json_array_foreach (json_object_get(project, "roleActors"), i, v)
        if (m->is_first && !actor_add(m, v))
            return false;
    if (m->is_first && !scheme_add(m, levels))
        return false;
    json_array_foreach (levels, i, v) {
        int64_t source = json_at_int(v, "id", 0), target = 0;
        if (!import_known(m, "level", source, &target))
            return false;
        import_remember(m, &m->levels, source, target);
    }
    return true;
}

bool import_issue_access(struct importer *m, int64_t issue, const json_t *v)
{
    int64_t level = import_target(&m->levels, json_at_int(v, "security", 0)), archived = json_at_int(v, "archived", 0);
    return (!level && !archived) ||
           sql_run(m->sb->db, m->e,
                   "UPDATE issue SET security = NULLIF(?2, 0), archived = NULLIF(?3, 0), archived_by = NULLIF(?4, 0)"
                   " WHERE id = ?1",
                   "iiii", issue, level, archived, import_account(m, v, "archivedBy"));
}
