/* field_context.c - where a custom field applies (projects and issue types), and the options it has there. */
#include "sandbox/field/field.h"

char *field_applies(struct arena *a, const char *project, const char *issue_type)
{
    return arena_printf(
        a,
        "(f.is_limited = 0 OR EXISTS (SELECT 1 FROM field_context x WHERE x.field = f.number AND (x.all_projects OR"
        " EXISTS (SELECT 1 FROM field_context_project xp WHERE xp.context = x.id AND xp.project = %s)) AND (x.all_types"
        " OR EXISTS (SELECT 1 FROM field_context_type xt WHERE xt.context = x.id AND xt.issue_type = %s))))",
        project, issue_type);
}

bool field_context_of(struct ctx *c, int64_t field, int64_t project, int64_t issue_type, int64_t *r)
{
    return db_int(c, r,
                  "SELECT x.id FROM field_context x WHERE x.field = ?1 AND (x.all_projects OR EXISTS (SELECT 1 FROM"
                  " field_context_project p WHERE p.context = x.id AND p.project = ?2)) AND (x.all_types OR EXISTS"
                  " (SELECT 1 FROM field_context_type t WHERE t.context = x.id AND t.issue_type = ?3))"
                  " ORDER BY x.all_projects, x.id LIMIT 1",
                  "iii", field, project, issue_type);
}

bool field_context_default(struct sandbox *sb, int64_t field, int64_t *r, struct err *e)
{
    return sql_get_int(sb->db, r, 0, e, "SELECT min(id) FROM field_context WHERE field = ?1", "i", field);
}
