/* access.c - the one condition of who holds a permission, asked for one issue, for a search, and for people. */
#include "sandbox/rights/access.h"

#include "base/buf.h"

struct access {
    int64_t caller;                /* whose it is: a filter may be judged as somebody else sees it */
    const char *projects;          /* over project.id, with % for the column */
    const char *issues, *searched; /* over an issue row, with % for its alias */
};

/* ---- the condition ---- */

char *access_holds(struct ctx *c, const char *who, const char *issue)
{
    const char *IN_GROUP = "SELECT um.group_id FROM user_group_member um WHERE um.account = ";
    char *reporter = arena_strdup(c->a, "1"), *assignee = reporter, *user = reporter, *group = reporter;
    if (issue) {
        reporter = arena_printf(c->a, "%s.reporter = %s", issue, who);
        assignee = arena_printf(c->a, "%s.assignee = %s", issue, who);
        user = arena_printf(c->a,
                            "EXISTS (SELECT 1 FROM custom_value v WHERE v.issue = %s.id AND v.field = g.ref AND v.ref ="
                            " %s)",
                            issue, who);
        group = arena_printf(c->a,
                             "EXISTS (SELECT 1 FROM custom_value v JOIN user_group ug ON ug.name = v.text WHERE"
                             " v.issue = %s.id AND v.field = g.ref AND ug.id IN (%s%s))",
                             issue, IN_GROUP, who);
    }
    return arena_printf(c->a,
                        "(g.holder = 'anyone' OR %s > 0 AND CASE g.holder"
                        " WHEN 'applicationRole' THEN EXISTS (SELECT 1 FROM application_role_group ar WHERE"
                        " (g.parameter IS NULL OR g.parameter = '' OR ar.role = g.parameter) AND ar.group_id IN (%s%s))"
                        " WHEN 'group' THEN g.ref IN (%s%s)"
                        " WHEN 'projectRole' THEN EXISTS (SELECT 1 FROM role_actor ra WHERE ra.project = p.id AND"
                        " ra.role = g.ref AND (ra.account = %s OR ra.group_id IN (%s%s)))"
                        " WHEN 'user' THEN g.ref = %s WHEN 'projectLead' THEN p.lead = %s"
                        " WHEN 'reporter' THEN %s WHEN 'assignee' THEN %s"
                        " WHEN 'userCustomField' THEN %s WHEN 'groupCustomField' THEN %s ELSE 0 END)",
                        who, IN_GROUP, who, IN_GROUP, who, who, IN_GROUP, who, who, who, reporter, assignee, user,
                        group);
}

/* What may still be done where nothing is written any more. */
static bool is_reading(const char *key)
{
    static const char *const READING[] = {"BROWSE_PROJECTS",          "ADMINISTER_PROJECTS", "BROWSE_ARCHIVE",
                                          "VIEW_VOTERS_AND_WATCHERS", "VIEW_DEV_TOOLS",      "VIEW_READONLY_WORKFLOW",
                                          "RESTORE_ISSUES",           "UNARCHIVE_ISSUES",    "VIEW_AGGREGATED_DATA"};
    for (size_t i = 0; i < ARRAY_LEN(READING); i++)
        if (str_eq(READING[i], key))
            return true;
    return false;
}

bool is_archived(struct ctx *c, int64_t project, int64_t issue, bool *r)
{
    int64_t archived = 0;
    bool ok = issue ? db_int(c, &archived,
                             "SELECT i.archived IS NOT NULL OR p.archived FROM issue i JOIN project p ON p.id ="
                             " i.project WHERE i.id = ?1",
                             "i", issue)
                    : db_int(c, &archived, "SELECT archived FROM project WHERE id = ?1", "i", project);
    *r = archived;
    return ok;
}

/* Issues with a level are seen by its members alone; over the issue row `issue`, for `who` (SQL). */
static char *level_holds(struct ctx *c, const char *who, const char *issue)
{
    return arena_printf(c->a,
                        "(%s.security IS NULL OR EXISTS (SELECT 1 FROM security_member g JOIN project p ON p.id ="
                        " %s.project WHERE g.level = %s.security AND %s))",
                        issue, issue, issue, access_holds(c, who, issue));
}

/* What the permission asks of the issue beside its grants: to be browsed it must not be hidden. */
static const char *issue_holds(struct ctx *c, const char *key, const char *who)
{
    const char *level = str_eq(key, "BROWSE_PROJECTS") ? level_holds(c, who, "i") : "1";
    return arena_printf(c->a, "%s AND %s", access_holds(c, who, "i"), level);
}

bool permission_has_for(struct ctx *c, int64_t account, const char *key, int64_t project, int64_t issue, bool *r)
{
    int64_t held = 0;
    bool archived = false;
    *r = false;
    if (!is_reading(key) && !is_archived(c, project, issue, &archived))
        return false;
    if (archived)
        return true;
    if (issue && !db_int(c, &project, "SELECT project FROM issue WHERE id = ?1", "i", issue))
        return false;
    const char *from = "SELECT 1 FROM project p JOIN permission_grant g ON g.scheme = p.permission_scheme AND"
                       " g.permission = ?1";
    bool ok = issue ? db_int(c, &held,
                             arena_printf(c->a, "%s JOIN issue i ON i.id = ?4 WHERE p.id = ?2 AND %s LIMIT 1", from,
                                          issue_holds(c, key, "?3")),
                             "siii", key, project, account, issue)
                    : db_int(c, &held,
                             arena_printf(c->a, "%s WHERE p.id = ?2 AND %s LIMIT 1", from, access_holds(c, "?3", NULL)),
                             "sii", key, project, account);
    *r = held;
    return ok;
}

bool permission_has(struct ctx *c, const char *key, int64_t project, int64_t issue, bool *r)
{
    return permission_has_for(c, c->caller, key, project, issue, r);
}

bool permission_global(struct ctx *c, const char *key, bool *r)
{
    int64_t held = 0;
    if (!db_int(
            c, &held,
            "SELECT 1 FROM global_grant g JOIN user_group_member um ON um.group_id = g.group_id WHERE g.permission ="
            " ?1 AND um.account = ?2 LIMIT 1",
            "si", key, c->caller))
        return false;
    *r = held || c->is_admin;
    return true;
}

char *access_holders(struct ctx *c, const char *key, int64_t project, int64_t issue)
{
    const char *on_issue = issue ? arena_printf(c->a, " JOIN issue i ON i.id = %lld", (long long)issue) : "";
    return arena_printf(c->a,
                        "EXISTS (SELECT 1 FROM project p JOIN permission_grant g ON g.scheme = p.permission_scheme AND"
                        " g.permission = '%s'%s WHERE p.id = %lld AND %s)",
                        key, on_issue, (long long)project,
                        issue ? issue_holds(c, key, "account.id") : access_holds(c, "account.id", NULL));
}

/* ---- what the caller sees, found out once a request ---- */

static void list_id(struct buf *list, int64_t id)
{
    buf_addf(list, "%s%lld", list->len ? "," : "", (long long)id);
}

/* Projects by how they are seen: whole, or issue by issue. */
struct seen {
    struct buf whole, live; /* live: whole and not archived */
    char *parts;            /* conditions for those seen in part */
    char *any;              /* ids of those seen in part */
    bool all, all_live;
};

static bool read_whole(struct ctx *c, struct seen *s)
{
    struct sql_rows rows;
    const char *vanished = c->sb->vanished;
    char *sql = arena_printf(
        c->a,
        "SELECT p.id, p.archived, p.deleted IS NULL AND (?2 IS NULL OR p.key <> ?2) AND EXISTS (SELECT 1 FROM"
        " permission_grant g WHERE g.scheme = p.permission_scheme AND g.permission ="
        " 'BROWSE_PROJECTS' AND g.holder NOT IN ('reporter', 'assignee', 'userCustomField',"
        " 'groupCustomField') AND %s) FROM project p",
        access_holds(c, "?1", NULL));
    if (!db_query(c, &rows, sql, "is", c->caller, vanished))
        return false;
    s->all = s->all_live = true;
    while (sql_next(&rows)) {
        bool is_whole = sql_int(&rows, 2), is_live = is_whole && !sql_int(&rows, 1);
        s->all &= is_whole;
        s->all_live &= is_live;
        if (is_whole)
            list_id(&s->whole, sql_int(&rows, 0));
        if (is_live)
            list_id(&s->live, sql_int(&rows, 0));
    }
    return db_done(c, &rows);
}

/* Grants of Browse that look at the issue: for each, the condition and its project. */
static bool read_parts(struct ctx *c, struct seen *s)
{
    struct sql_rows rows;
    s->parts = s->any = arena_strdup(c->a, "");
    if (!db_query(c, &rows,
                  "SELECT DISTINCT p.id, g.holder, g.ref FROM project p JOIN permission_grant g ON g.scheme ="
                  " p.permission_scheme AND g.permission = 'BROWSE_PROJECTS' WHERE g.holder IN ('reporter', 'assignee',"
                  " 'userCustomField', 'groupCustomField') AND ?1 > 0 AND p.deleted IS NULL AND (?2 IS NULL OR"
                  " p.key <> ?2) ORDER BY p.id",
                  "is", c->caller, c->sb->vanished))
        return false;
    while (sql_next(&rows)) {
        const char *holder = sql_peek(&rows, 1);
        long long project = sql_int(&rows, 0), ref = sql_int(&rows, 2), me = c->caller;
        char *held =
            str_eq(holder, "userCustomField")
                ? arena_printf(c->a,
                               "EXISTS (SELECT 1 FROM custom_value v WHERE v.issue = %%.id AND v.field = %lld AND"
                               " v.ref = %lld)",
                               ref, me)
            : str_eq(holder, "groupCustomField")
                ? arena_printf(c->a,
                               "EXISTS (SELECT 1 FROM custom_value v JOIN user_group ug ON ug.name = v.text JOIN"
                               " user_group_member um ON um.group_id = ug.id WHERE v.issue = %%.id AND v.field = %lld"
                               " AND um.account = %lld)",
                               ref, me)
                : arena_printf(c->a, "%%.%s = %lld", holder, me);
        s->parts = arena_printf(c->a, "%s OR %%.project = %lld AND %s", s->parts, project, held);
        s->any = arena_printf(c->a, "%s,%lld", s->any, project);
    }
    return db_done(c, &rows);
}

/* NULL when no issue of the site has a level. */
static char *security_condition(struct ctx *c)
{
    int64_t used = 0;
    if (!db_int(c, &used, "SELECT 1 FROM issue WHERE security IS NOT NULL LIMIT 1", "") || !used)
        return NULL;
    return level_holds(c, arena_printf(c->a, "%lld", (long long)c->caller), "%");
}

static char *issues_condition(struct ctx *c, const struct seen *s, bool live, const char *security)
{
    const struct buf *whole = live ? &s->live : &s->whole;
    bool all = live ? s->all_live : s->all;
    /* + keeps the planner on the index that the query itself asks for */
    char *text =
        all ? arena_strdup(c->a, "1") : arena_printf(c->a, "(+%%.project IN (%s)%s)", buf_str(whole), s->parts);
    return security ? arena_printf(c->a, "%s AND %s", text, security) : text;
}

static bool read_access(struct ctx *c, struct seen *s, struct access *a)
{
    int64_t archived = 0;
    if (!read_whole(c, s) || !read_parts(c, s))
        return false;
    const char *security = security_condition(c);
    if (c->err.kind != ERR_NONE || !db_int(c, &archived, "SELECT 1 FROM issue WHERE archived IS NOT NULL LIMIT 1", ""))
        return false;
    a->projects = s->all ? "1" : arena_printf(c->a, "%% IN (%s%s)", s->whole.len ? buf_str(&s->whole) : "0", s->any);
    a->issues = issues_condition(c, s, false, security);
    a->searched = issues_condition(c, s, true, security);
    if (archived)
        a->searched = arena_printf(c->a, "%s AND %%.archived IS NULL", a->searched);
    return true;
}

static const struct access *access_of(struct ctx *c)
{
    enum { MAX_LIST = 1 << 20 };
    static const struct access NOTHING = {.caller = -1, .projects = "0", .issues = "0", .searched = "0"};
    if (c->access && c->access->caller == c->caller)
        return c->access;
    struct access *a = arena_new(c->a, struct access);
    struct seen s = {.whole = BUF_INIT(MAX_LIST), .live = BUF_INIT(MAX_LIST)};
    a->caller = c->caller;
    bool ok = read_access(c, &s, a);
    buf_release(&s.whole);
    buf_release(&s.live);
    return c->access = ok ? a : &NOTHING;
}

static const char *with_name(struct ctx *c, const char *condition, const char *name)
{
    return str_replace(c->a, condition, "%", name);
}

const char *visible_projects(struct ctx *c, const char *column)
{
    return with_name(c, access_of(c)->projects, column);
}

const char *visible_issues(struct ctx *c, const char *alias)
{
    return with_name(c, access_of(c)->issues, alias);
}

const char *searchable_issues(struct ctx *c, const char *alias)
{
    return with_name(c, access_of(c)->searched, alias);
}

/* ---- roles and groups ---- */

#define IN_ROLE                                                                                                        \
    "EXISTS (SELECT 1 FROM role_actor ra JOIN project_role pr ON pr.id = ra.role WHERE pr.name = %s AND"               \
    " ra.project = %s AND (ra.account = %s OR ra.group_id IN (SELECT um.group_id FROM user_group_member um WHERE"      \
    " um.account = %s)))"

bool role_has(struct ctx *c, int64_t project, const char *role, bool *r)
{
    int64_t held = 0;
    bool ok = db_int(c, &held, arena_printf(c->a, "SELECT " IN_ROLE, "?1", "?2", "?3", "?3"), "sii", role, project,
                     c->caller);
    *r = held && c->caller;
    return ok;
}

bool group_has(struct ctx *c, const char *group, bool *r)
{
    int64_t held = 0;
    bool ok = db_int(c, &held,
                     "SELECT 1 FROM user_group g JOIN user_group_member um ON um.group_id = g.id WHERE g.name = ?1 AND"
                     " um.account = ?2",
                     "si", group, c->caller);
    *r = held;
    return ok;
}

const char *visible_restrictions(struct ctx *c, const char *alias, const char *project)
{
    char *me = arena_printf(c->a, "%lld", (long long)c->caller);
    char *value = arena_printf(c->a, "%s.visibility_value", alias);
    char *in_role = arena_printf(c->a, IN_ROLE, value, project, me, me);
    return arena_printf(c->a,
                        "(%s.visibility_type IS NULL OR %s > 0 AND CASE %s.visibility_type WHEN 'role' THEN %s ELSE"
                        " EXISTS (SELECT 1 FROM user_group ug JOIN user_group_member um ON um.group_id = ug.id WHERE"
                        " ug.name = %s AND um.account = %s) END)",
                        alias, me, alias, in_role, value, me);
}
