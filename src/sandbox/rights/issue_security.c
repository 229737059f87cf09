/* issue_security.c - the level that an issue has: read, set, and given to sub-tasks. */
#include "sandbox/rights/access.h"
#include "sandbox/rights/security.h"

json_t *security_level_json(struct ctx *c, int64_t level)
{
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT name, description FROM security_level WHERE id = ?1", "i", level))
        return NULL;
    json_t *o = json_keep(c->a, json_null());
    if (sql_next(&rows)) {
        o = new_object(c);
        put_self(c, o, "securitylevel/%lld", (long long)level);
        put_id(o, "id", level);
        put_str(o, "description", sql_peek(&rows, 1) ? sql_peek(&rows, 1) : "");
        put_str(o, "name", sql_peek(&rows, 0));
    }
    return db_done(c, &rows) ? o : NULL;
}

/* Levels of the project's scheme with the caller among their members; ?1 is the project. */
static char *levels_sql(struct ctx *c)
{
    return arena_printf(c->a,
                        "SELECT l.id FROM project p JOIN security_level l ON l.scheme = p.security_scheme WHERE p.id ="
                        " ?1 AND EXISTS (SELECT 1 FROM security_member g WHERE g.level = l.id AND %s)",
                        access_holds(c, arena_printf(c->a, "%lld", (long long)c->caller), NULL));
}

json_t *security_levels_json(struct ctx *c, int64_t project)
{
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!db_query(c, &rows, arena_printf(c->a, "%s ORDER BY l.name, l.id", levels_sql(c)), "i", project))
        return NULL;
    while (sql_next(&rows))
        add(list, security_level_json(c, sql_int(&rows, 0)));
    return db_done(c, &rows) ? list : NULL;
}

bool security_set(struct ctx *c, struct issue_change *ch, const json_t *value)
{
    const char *id = json_at_id(c->a, value, "id"), *name = json_at_str(value, "name");
    int64_t level = 0;
    if (json_is_null(value)) {
        ch->after.security = 0;
        return true;
    }
    if ((id || name) &&
        !db_int(c, &level,
                arena_printf(c->a, "%s AND (CAST(l.id AS TEXT) = ?2 OR ?2 IS NULL AND l.name = ?3)", levels_sql(c)),
                "iss", ch->after.project, id, name))
        return false;
    if (!level)
        problem(c, &ch->problems, "security", "Security level with %s '%s' is not valid for this issue.",
                id ? "id" : "name",
                id     ? id
                : name ? name
                       : "");
    ch->after.security = level;
    return true;
}

bool security_default(struct ctx *c, struct issue_row *r)
{
    return db_int(c, &r->security,
                  "SELECT s.default_level FROM project p JOIN security_scheme s ON s.id = p.security_scheme WHERE"
                  " p.id = ?1",
                  "i", r->project);
}

bool security_follow(struct ctx *c, int64_t issue)
{
    return db_run(c,
                  "UPDATE issue SET security = (SELECT p.security FROM issue p WHERE p.id = issue.parent) WHERE"
                  " (parent = ?1 OR id = ?1) AND parent IS NOT NULL AND issue_type IN (SELECT id FROM issue_type WHERE"
                  " is_subtask = 1)",
                  "i", issue);
}

bool security_scheme_set(struct sandbox *sb, int64_t project, int64_t scheme, struct err *e)
{
    if (!sql_run(sb->db, e, "UPDATE project SET security_scheme = NULLIF(?2, 0) WHERE id = ?1", "ii", project, scheme))
        return false;
    if (!scheme)
        return sql_run(sb->db, e, "DELETE FROM screen WHERE project = ?1 AND field = 'security'", "i", project) &&
               sql_run(sb->db, e, "UPDATE issue SET security = NULL WHERE project = ?1 AND security IS NOT NULL", "i",
                       project);
    return sql_run(sb->db, e,
                   "INSERT OR IGNORE INTO screen (project, issue_type, operation, field, position, required)"
                   " SELECT ?1, p.issue_type, o.column1, 'security', 500, 0 FROM project_issue_type p JOIN"
                   " (VALUES ('create'), ('edit')) o WHERE p.project = ?1",
                   "i", project) &&
           sql_run(sb->db, e,
                   "UPDATE issue SET security = NULL WHERE project = ?1 AND security IS NOT NULL AND security NOT IN"
                   " (SELECT id FROM security_level WHERE scheme = ?2)",
                   "ii", project, scheme);
}
