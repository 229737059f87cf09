/* version_end.c - versions deleted, merged into others, and counted before. */
#include "sandbox/planning/version.h"
#include "sandbox/webhook/webhook.h"

/* ---- deletion ---- */

/* Another version of the same project; 0 when none was named. */
static bool successor(struct ctx *c, const struct version *v, const char *asked, int64_t *r)
{
    struct version to;
    *r = 0;
    if (str_is_empty(asked))
        return true;
    if (!version_need(c, asked, &to))
        return false;
    if (to.project != v->project || to.id == v->id)
        return refuse(c, 400, "The version with id '%s' cannot take over the issues of '%s'.", asked, v->name);
    *r = to.id;
    return true;
}

/* In the values of one custom field, or of all (0): another version, or none, in place of this one. */
static bool custom_replace(struct ctx *c, const struct version *v, int64_t field, int64_t to)
{
    return (!to || db_run(c,
                          "UPDATE OR IGNORE custom_value SET ref = ?3 WHERE ref = ?1 AND field IN (SELECT number FROM"
                          " field WHERE kind IN ('version', 'multiversion') AND (?2 = 0 OR number = ?2))",
                          "iii", v->id, field, to)) &&
           db_run(c,
                  "DELETE FROM custom_value WHERE ref = ?1 AND field IN (SELECT number FROM field WHERE kind IN"
                  " ('version', 'multiversion') AND (?2 = 0 OR number = ?2))",
                  "ii", v->id, field);
}

static bool version_remove(struct ctx *c, const struct version *v, int64_t fix, int64_t affected)
{
    return webhook_noun(c, WEBHOOK_VERSION, "jira:version_deleted", v->id) &&
           issue_set_replace(c, SET_FIX_VERSIONS, v->id, fix) && issue_set_replace(c, SET_VERSIONS, v->id, affected) &&
           custom_replace(c, v, 0, 0) && db_run(c, "DELETE FROM version WHERE id = ?1", "i", v->id) &&
           reply_empty(c, 204);
}

static bool version_delete(struct ctx *c)
{
    struct version v;
    int64_t fix, affected;
    return version_need(c, c->args[0], &v) && project_admin_need(c, v.project, c->d->version_forbidden_status) &&
           successor(c, &v, param(c, "moveFixIssuesTo"), &fix) &&
           successor(c, &v, param(c, "moveAffectedIssuesTo"), &affected) && version_remove(c, &v, fix, affected);
}

/* customFieldReplacementList: [{customFieldId, moveTo}] */
static bool custom_swap(struct ctx *c, const struct version *v)
{
    size_t i;
    const json_t *item;
    json_array_foreach (json_object_get(c->body, "customFieldReplacementList"), i, item) {
        int64_t to = 0, field = json_at_int(item, "customFieldId", 0);
        if (!successor(c, v, json_at_id(c->a, item, "moveTo"), &to) || !custom_replace(c, v, field, to))
            return false;
    }
    return true;
}

static bool version_swap(struct ctx *c)
{
    struct version v;
    int64_t fix, affected;
    return version_need(c, c->args[0], &v) && project_admin_need(c, v.project, c->d->version_forbidden_status) &&
           successor(c, &v, json_at_id(c->a, c->body, "moveFixIssuesTo"), &fix) &&
           successor(c, &v, json_at_id(c->a, c->body, "moveAffectedIssuesTo"), &affected) && custom_swap(c, &v) &&
           version_remove(c, &v, fix, affected);
}

static bool version_merge(struct ctx *c)
{
    struct version v;
    int64_t to;
    return version_need(c, c->args[0], &v) && project_admin_need(c, v.project, c->d->version_forbidden_status) &&
           successor(c, &v, c->args[1], &to) && version_remove(c, &v, to, to);
}

/* ---- counts ---- */

static bool put_count(struct ctx *c, json_t *o, const char *member, const char *sql, int64_t id)
{
    int64_t n = 0;
    if (!db_int(c, &n, sql, "i", id))
        return false;
    put_int(o, member, n);
    return true;
}

/* Which custom fields hold the version, and in how many issues. */
static bool put_custom_usage(struct ctx *c, json_t *o, int64_t version)
{
    struct sql_rows rows;
    json_t *list = new_array(c);
    if (!put_count(c, o, "issueCountWithCustomFieldsShowingVersion",
                   "SELECT count(DISTINCT v.issue) FROM custom_value v JOIN field f ON f.number = v.field WHERE f.kind"
                   " IN ('version', 'multiversion') AND v.ref = ?1",
                   version) ||
        !db_query(
            c, &rows,
            "SELECT f.name, f.number, count(*) FROM custom_value v JOIN field f ON f.number = v.field WHERE f.kind"
            " IN ('version', 'multiversion') AND v.ref = ?1 GROUP BY f.number ORDER BY f.name",
            "i", version))
        return false;
    while (sql_next(&rows)) {
        json_t *usage = new_object(c);
        put_str(usage, "fieldName", sql_peek(&rows, 0));
        put_int(usage, "customFieldId", sql_int(&rows, 1));
        put_int(usage, "issueCountWithVersionInCustomField", sql_int(&rows, 2));
        add(list, usage);
    }
    put(o, c->d->is_cloud ? "customFieldUsage" : "customFieldNames", list);
    return db_done(c, &rows);
}

static bool related_get(struct ctx *c)
{
    struct version v;
    json_t *o = new_object(c);
    if (!version_need(c, c->args[0], &v))
        return false;
    put_self(c, o, "version/%lld", (long long)v.id);
    if (!put_count(c, o, "issuesFixedCount", "SELECT count(*) FROM issue_version WHERE version = ?1 AND kind = 'fix'",
                   v.id) ||
        !put_count(c, o, "issuesAffectedCount",
                   "SELECT count(*) FROM issue_version WHERE version = ?1 AND kind = 'affects'", v.id))
        return false;
    return put_custom_usage(c, o, v.id) && reply_json(c, 200, o);
}

static bool unresolved_get(struct ctx *c)
{
    struct version v;
    json_t *o = new_object(c);
    if (!version_need(c, c->args[0], &v))
        return false;
    put_self(c, o, "version/%lld", (long long)v.id);
    if (!put_count(c, o, "issuesUnresolvedCount",
                   "SELECT count(*) FROM issue_version v JOIN issue i ON i.id = v.issue WHERE v.version = ?1 AND"
                   " v.kind = 'fix' AND i.resolution IS NULL",
                   v.id))
        return false;
    if (c->d->is_cloud &&
        !put_count(c, o, "issuesCount", "SELECT count(*) FROM issue_version WHERE version = ?1 AND kind = 'fix'", v.id))
        return false;
    return reply_json(c, 200, o);
}

const struct route version_end_routes[] = {
    {HTTP_DELETE, "version/{}", version_delete, ON_ALL, 0},
    {HTTP_PUT, "version/{}/mergeto/{}", version_merge, ON_ALL, ROUTE_NO_BODY},
    {HTTP_POST, "version/{}/removeAndSwap", version_swap, ON_ALL, 0},
    {HTTP_GET, "version/{}/relatedIssueCounts", related_get, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "version/{}/unresolvedIssueCount", unresolved_get, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
