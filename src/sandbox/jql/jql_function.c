/* jql_function.c - the functions that give lists: people, issues, types, projects. Those that give a time are in
 * jql_date.c.
 *
 * What a function names is a subselect, not a list of ids, so that its length costs nothing. */
#include "sandbox/jql/jql_field.h"
#include "sandbox/rights/access.h"

enum { MAX_ARGUMENTS = 100 };

#define ISSUES  (1u << KIND_ISSUE | 1u << KIND_PARENT)
#define MOMENTS (1u << KIND_TIME | 1u << KIND_DAY)
#define OPTIONS (1u << KIND_OPTION)

#define TYPE_ISSUE   "com.atlassian.jira.issue.Issue"
#define TYPE_USER    "com.atlassian.jira.user.ApplicationUser"
#define TYPE_DATE    "java.util.Date"
#define TYPE_TYPE    "com.atlassian.jira.issue.issuetype.IssueType"
#define TYPE_PROJECT "com.atlassian.jira.project.Project"
#define TYPE_SPRINT  "com.atlassian.greenhopper.service.sprint.Sprint"
#define TYPE_OPTION  "com.atlassian.jira.issue.customfields.option.Option"

static const char *argument(const struct jql_call *k, size_t i)
{
    return i < k->v->count ? k->v->items[i].text : NULL;
}

static void add_select(const struct jql_call *k, const char *sql)
{
    jql_set_add_select(k->b, k->set, sql);
}

/* A text as an SQL literal: the select stands where no parameter can. */
static const char *quoted(const struct jql_call *k, const char *text)
{
    return arena_printf(k->b->c->a, "'%s'", str_replace(k->b->c->a, text, "'", "''"));
}

static bool current_user(const struct jql_call *k)
{
    if (k->b->c->caller)
        jql_set_add_int(k->b, k->set, k->b->c->caller);
    else
        jql_error(k->b, "A value provided by the function '%s' is invalid for the field '%s'.", k->v->text,
                  k->n->field);
    return true;
}

static bool members_of(const struct jql_call *k)
{
    int64_t group = 0;
    if (!db_int(k->b->c, &group, "SELECT id FROM user_group WHERE name = ?1 OR uuid = ?1", "s", argument(k, 0)))
        return false;
    if (group)
        add_select(k, arena_printf(k->b->c->a, "SELECT account FROM user_group_member WHERE group_id = %lld",
                                   (long long)group));
    else
        jql_error(k->b, "Function '%s' can not generate a list of usernames for group '%s'; the group does not exist.",
                  k->v->text, argument(k, 0));
    return true;
}

/* An issue that an argument names; reported when it is not there. */
static bool find_issue(const struct jql_call *k, const char *key, int64_t *id_r)
{
    if (!issue_find(k->b->c, key, id_r))
        return false;
    if (!*id_r)
        jql_error(k->b, "Issue '%s' could not be found in function '%s'.", key, k->v->text);
    return true;
}

/* linkedIssues(key[, description …]): a description is that of one direction of a link type. */
static bool linked_issues(const struct jql_call *k)
{
    struct ctx *c = k->b->c;
    int64_t id = 0;
    if (!find_issue(k, argument(k, 0), &id))
        return false;
    const char *inward = "", *outward = "";
    for (size_t i = 1; i < k->v->count; i++) {
        int64_t found = 0;
        const char *name = argument(k, i), *is = quoted(k, name);
        if (!db_int(c, &found,
                    "SELECT 1 FROM link_type WHERE inward = ?1 COLLATE NOCASE OR outward = ?1 COLLATE NOCASE", "s",
                    name))
            return false;
        if (!found)
            jql_error(k->b, "Issue link type '%s' could not be found in function '%s'.", name, k->v->text);
        /* the issue of the argument "blocks" those that it is the inward side of */
        inward = arena_printf(c->a, "%s%st.outward = %s COLLATE NOCASE", inward, *inward ? " OR " : "", is);
        outward = arena_printf(c->a, "%s%st.inward = %s COLLATE NOCASE", outward, *outward ? " OR " : "", is);
    }
    add_select(
        k,
        arena_printf(
            c->a, "SELECT l.outward FROM issue_link l JOIN link_type t ON t.id = l.type WHERE l.inward = %lld AND (%s)",
            (long long)id, *inward ? inward : "1"));
    add_select(
        k,
        arena_printf(
            c->a, "SELECT l.inward FROM issue_link l JOIN link_type t ON t.id = l.type WHERE l.outward = %lld AND (%s)",
            (long long)id, *outward ? outward : "1"));
    return true;
}

static bool remote_linked(const struct jql_call *k)
{
    for (size_t i = 0; i < k->v->count; i++)
        add_select(k, arena_printf(k->b->c->a, "SELECT issue FROM remote_link WHERE global_id = %s",
                                   quoted(k, argument(k, i))));
    return true;
}

/* updatedBy(user[, from[, to]]): issues that this person made, changed or commented in that time. */
static bool updated_by(const struct jql_call *k)
{
    struct ctx *c = k->b->c;
    int64_t who = 0, from = 0, to = INT64_MAX;
    bool ok = true;
    if (!jql_user_find(k->b, argument(k, 0), &who))
        return false;
    if (!who)
        jql_error(k->b, "The user '%s' could not be found in function '%s'.", argument(k, 0), k->v->text);
    if (k->v->count > 1 && !jql_value_time(k->b, k->n, &k->v->items[1], &ok, &from))
        return false;
    if (ok && k->v->count > 2 && !jql_value_time(k->b, k->n, &k->v->items[2], &ok, &to))
        return false;
    static const char *const sources[] = {
        "SELECT id FROM issue WHERE creator = %lld AND created BETWEEN %lld AND %lld",
        "SELECT issue FROM history WHERE author = %lld AND created BETWEEN %lld AND %lld",
        "SELECT issue FROM comment WHERE author = %lld AND created BETWEEN %lld AND %lld",
        "SELECT issue FROM comment WHERE update_author = %lld AND updated BETWEEN %lld AND %lld"};
    for (size_t i = 0; ok && who && i < ARRAY_LEN(sources); i++) {
        char *sql = str_replace(c->a, sources[i], "author = %lld", arena_printf(c->a, "author = %lld", (long long)who));
        sql = str_replace(c->a, sql, "creator = %lld", arena_printf(c->a, "creator = %lld", (long long)who));
        sql = str_replace(c->a, sql, "BETWEEN %lld AND %lld",
                          arena_printf(c->a, "BETWEEN %lld AND %lld", (long long)from, (long long)to));
        add_select(k, sql);
    }
    return true;
}

static bool of_caller(const struct jql_call *k, const char *sql)
{
    if (k->b->c->caller)
        add_select(k, arena_printf(k->b->c->a, "%s%lld", sql, (long long)k->b->c->caller));
    return true;
}

static bool projects_led(const struct jql_call *k)
{
    int64_t who = k->b->c->caller;
    if (k->v->count && !jql_user_find(k->b, argument(k, 0), &who))
        return false;
    if (who)
        add_select(k, arena_printf(k->b->c->a, "SELECT id FROM project WHERE lead = %lld", (long long)who));
    else
        jql_error(k->b, "The user '%s' could not be found in function '%s'.", k->v->count ? argument(k, 0) : "",
                  k->v->text);
    return true;
}

/* cascadeOption(parent[, child]): without a child the parent with all of its children. "none" asks for no child. */
static bool cascade_option(const struct jql_call *k)
{
    struct ctx *c = k->b->c;
    const char *parent = quoted(k, argument(k, 0)), *child = argument(k, 1);
    const char *is_parent = arena_printf(
        c->a, "SELECT id FROM field_option WHERE field = %s AND value = %s COLLATE NOCASE", k->f->table, parent);
    if (!child || str_eq_nocase(child, "none"))
        add_select(k, is_parent);
    else
        add_select(k, arena_printf(c->a, "SELECT id FROM field_option WHERE field = %s AND value = %s COLLATE NOCASE",
                                   k->f->table, quoted(k, child)));
    return true;
}

/* projectsWhereUserHasPermission("Edit Issues"): by the permission's name. */
static bool projects_permitted(const struct jql_call *k)
{
    struct ctx *c = k->b->c;
    const struct permission_key *p = NULL;
    for (size_t i = 0; i < permission_key_count && !p; i++)
        if (!permission_keys[i].is_global && str_eq_nocase(permission_keys[i].name, argument(k, 0)))
            p = &permission_keys[i];
    if (!p) {
        jql_error(
            k->b,
            "Function '%s' can not generate a list of projects for permission '%s'; the permission does not exist.",
            k->v->text, argument(k, 0));
        return true;
    }
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT id FROM project", ""))
        return false;
    bool ok = true, has = false;
    while (ok && sql_next(&rows)) {
        ok = permission_has(c, p->key, sql_int(&rows, 0), 0, &has);
        if (ok && has)
            jql_set_add_int(k->b, k->set, sql_int(&rows, 0));
    }
    return db_done(c, &rows) && ok;
}

static bool projects_with_role(const struct jql_call *k)
{
    struct ctx *c = k->b->c;
    int64_t role = 0;
    struct sql_rows rows;
    if (!db_int(c, &role, "SELECT id FROM project_role WHERE name = ?1", "s", argument(k, 0)))
        return false;
    if (!role) {
        jql_error(k->b, "Function '%s' can not generate a list of projects for role '%s'; the role does not exist.",
                  k->v->text, argument(k, 0));
        return true;
    }
    if (!db_query(c, &rows, "SELECT id FROM project", ""))
        return false;
    bool ok = true, has = false;
    while (ok && sql_next(&rows)) {
        ok = role_has(c, sql_int(&rows, 0), argument(k, 0), &has);
        if (ok && has)
            jql_set_add_int(k->b, k->set, sql_int(&rows, 0));
    }
    return db_done(c, &rows) && ok;
}

static bool issue_history(const struct jql_call *k)
{
    return of_caller(k, "SELECT issue FROM viewed WHERE account = ");
}

static bool watched_issues(const struct jql_call *k)
{
    return of_caller(k, "SELECT issue FROM watcher WHERE account = ");
}

static bool standard_types(const struct jql_call *k)
{
    add_select(k, "SELECT id FROM issue_type WHERE NOT is_subtask");
    return true;
}

static bool subtask_types(const struct jql_call *k)
{
    add_select(k, "SELECT id FROM issue_type WHERE is_subtask");
    return true;
}

/* releasedVersions([project …]): of all projects that the caller sees when none is named. */
static bool add_versions(const struct jql_call *k, const char *condition, const char *rest)
{
    struct ctx *c = k->b->c;
    const char *projects = visible_projects(c, "project");
    for (size_t i = 0; i < k->v->count; i++) {
        int64_t id = 0;
        if (!project_find(c, argument(k, i), &id) ||
            (!id &&
             !db_int(c, &id,
                     arena_printf(c->a, "SELECT id FROM project WHERE name = ?1 AND %s", visible_projects(c, "id")),
                     "s", argument(k, i))))
            return false;
        if (!id)
            jql_error(k->b, "Could not resolve the project '%s' provided to function '%s'.", argument(k, i),
                      k->v->text);
        projects = arena_printf(c->a, "%s%s%lld", i ? projects : "project IN (", i ? "," : "", (long long)id);
    }
    add_select(k, arena_printf(c->a, "SELECT id FROM (SELECT id FROM version WHERE %s%s AND %s %s)", projects,
                               k->v->count ? ")" : "", condition, rest));
    return true;
}

static bool released_versions(const struct jql_call *k)
{
    return add_versions(k, "released AND NOT archived", "");
}

static bool unreleased_versions(const struct jql_call *k)
{
    return add_versions(k, "NOT released AND NOT archived", "");
}

static bool latest_released(const struct jql_call *k)
{
    return add_versions(k, "released AND NOT archived", "ORDER BY position DESC LIMIT 1");
}

static bool earliest_unreleased(const struct jql_call *k)
{
    return add_versions(k, "NOT released AND NOT archived", "ORDER BY position LIMIT 1");
}

static bool open_sprints(const struct jql_call *k)
{
    add_select(k, "SELECT id FROM sprint WHERE state = 'active'");
    return true;
}

static bool closed_sprints(const struct jql_call *k)
{
    add_select(k, "SELECT id FROM sprint WHERE state = 'closed'");
    return true;
}

static bool future_sprints(const struct jql_call *k)
{
    add_select(k, "SELECT id FROM sprint WHERE state = 'future'");
    return true;
}

static bool components_led(const struct jql_call *k)
{
    int64_t who = k->b->c->caller;
    if (k->v->count && !jql_user_find(k->b, argument(k, 0), &who))
        return false;
    if (who)
        add_select(k, arena_printf(k->b->c->a, "SELECT id FROM component WHERE lead = %lld", (long long)who));
    else
        jql_error(k->b, "The user '%s' could not be found in function '%s'.", k->v->count ? argument(k, 0) : "",
                  k->v->text);
    return true;
}

static bool voted_issues(const struct jql_call *k)
{
    return of_caller(k, "SELECT issue FROM vote WHERE account = ");
}

/* ---- the table ---- */

#define VERSIONS       (1u << KIND_VERSION)
#define TYPE_VERSION   "com.atlassian.jira.project.version.Version"
#define TYPE_COMPONENT "com.atlassian.jira.bc.project.component.ProjectComponent"

const struct jql_function jql_functions[] = {
    {"cascadeOption", 1, 2, OPTIONS, true, TYPE_OPTION, cascade_option},
    {"closedSprints", 0, 0, 1u << KIND_SPRINT, true, TYPE_SPRINT, closed_sprints},
    {"componentsLeadByUser", 0, 1, 1u << KIND_COMPONENT, true, TYPE_COMPONENT, components_led},
    {"currentLogin", 0, 0, MOMENTS, false, TYPE_DATE, NULL},
    {"currentUser", 0, 0, 1u << KIND_USER, false, TYPE_USER, current_user},
    {"earliestUnreleasedVersion", 1, 1, VERSIONS, false, TYPE_VERSION, earliest_unreleased},
    {"endOfDay", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"endOfMonth", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"endOfWeek", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"endOfYear", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"futureSprints", 0, 0, 1u << KIND_SPRINT, true, TYPE_SPRINT, future_sprints},
    {"issueHistory", 0, 0, ISSUES, true, TYPE_ISSUE, issue_history},
    {"issuesWithRemoteLinksByGlobalId", 1, MAX_ARGUMENTS, ISSUES, true, TYPE_ISSUE, remote_linked},
    {"lastLogin", 0, 0, MOMENTS, false, TYPE_DATE, NULL},
    {"latestReleasedVersion", 1, 1, VERSIONS, false, TYPE_VERSION, latest_released},
    {"linkedIssues", 1, MAX_ARGUMENTS, ISSUES, true, TYPE_ISSUE, linked_issues},
    {"membersOf", 1, 1, 1u << KIND_USER, true, TYPE_USER, members_of},
    {"now", 0, 0, MOMENTS, false, TYPE_DATE, NULL},
    {"openSprints", 0, 0, 1u << KIND_SPRINT, true, TYPE_SPRINT, open_sprints},
    {"projectsLeadByUser", 0, 1, 1u << KIND_PROJECT, true, TYPE_PROJECT, projects_led},
    {"projectsWhereUserHasPermission", 1, 1, 1u << KIND_PROJECT, true, TYPE_PROJECT, projects_permitted},
    {"projectsWhereUserHasRole", 1, 1, 1u << KIND_PROJECT, true, TYPE_PROJECT, projects_with_role},
    {"releasedVersions", 0, MAX_ARGUMENTS, VERSIONS, true, TYPE_VERSION, released_versions},
    {"standardIssueTypes", 0, 0, 1u << KIND_TYPE, true, TYPE_TYPE, standard_types},
    {"startOfDay", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"startOfMonth", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"startOfWeek", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"startOfYear", 0, 1, MOMENTS, false, TYPE_DATE, NULL},
    {"subtaskIssueTypes", 0, 0, 1u << KIND_TYPE, true, TYPE_TYPE, subtask_types},
    {"unreleasedVersions", 0, MAX_ARGUMENTS, VERSIONS, true, TYPE_VERSION, unreleased_versions},
    {"updatedBy", 1, 3, ISSUES, true, TYPE_ISSUE, updated_by},
    {"votedIssues", 0, 0, ISSUES, true, TYPE_ISSUE, voted_issues},
    {"watchedIssues", 0, 0, ISSUES, true, TYPE_ISSUE, watched_issues},
};
const size_t jql_function_count = ARRAY_LEN(jql_functions);

static void report_count(const struct jql_call *k, const struct jql_function *f)
{
    if (f->min == f->max)
        jql_error(k->b, "Function '%s' expected '%d' arguments but received '%zu'.", k->v->text, f->min, k->v->count);
    else
        jql_error(k->b, "Function '%s' expected between '%d' and '%d' arguments but received '%zu'.", k->v->text,
                  f->min, f->max, k->v->count);
}

bool jql_function_resolve(struct jql_builder *b, const struct jql_node *n, const struct jql_field *f,
                          const struct jql_value *v, struct jql_set *set)
{
    struct jql_call k = {b, n, f, v, set};
    const struct jql_function *found = NULL;
    for (size_t i = 0; i < jql_function_count && !found; i++)
        if (str_eq_nocase(jql_functions[i].name, v->text))
            found = &jql_functions[i];
    bool wants_list = n->op == JQL_IN || n->op == JQL_NOT_IN || n->op == JQL_WAS_IN || n->op == JQL_WAS_NOT_IN;
    if (!found) {
        jql_error(b, "Unable to find JQL function '%s()'.", v->text);
    } else if ((int)v->count < found->min || (int)v->count > found->max) {
        report_count(&k, found);
    } else if (!(found->kinds & 1u << f->kind)) {
        jql_error(b, "A value provided by the function '%s' is invalid for the field '%s'.", v->text, n->field);
    } else if (found->is_list && !wants_list) {
        jql_error(b, "Operator '%s' does not support the list value '%s' for field '%s'.", jql_op_name(n->op),
                  jql_print_value(b->c->a, v), n->field);
    } else {
        return !found->give || found->give(&k);
    }
    return true;
}
