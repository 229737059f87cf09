/* property_bulk.c - properties of many issues in one request, on Cloud: answered by a task.
 *
 * Issues that the caller does not see or may not edit are passed over: they are not eligible. */
#include "sandbox/rights/right.h"
#include "sandbox/task.h"
#include "sandbox/webhook/webhook.h"

enum { PROPERTIES = 10, ISSUES = 10000, ISSUES_OF_MULTI = 100 };

/* id_r 0: not eligible. */
static bool eligible(struct ctx *c, const json_t *asked, int64_t *id_r)
{
    bool may = false;
    *id_r = 0;
    if (!json_is_integer(asked))
        return true;
    if (!issue_find(c, arena_printf(c->a, "%lld", (long long)json_integer_value(asked)), id_r))
        return false;
    if (*id_r && !permission_has(c, "EDIT_ISSUES", 0, *id_r, &may))
        return false;
    if (!may)
        *id_r = 0;
    return true;
}

static bool put_all(struct ctx *c, int64_t issue, const json_t *properties)
{
    const char *key;
    json_t *value;
    bool created;
    json_object_foreach ((json_t *)properties, key, value)
        if (!entity_property_put(c, "issue", issue, key, value, &created) ||
            !webhook_property(c, "issue_property_set", issue, key, value))
            return false;
    return true;
}

static bool properties_ok(struct ctx *c, const json_t *properties)
{
    size_t count = json_object_size(properties);
    return (count && count <= PROPERTIES) ||
           refuse(c, 400, "Between 1 and %d properties must be given for an issue.", PROPERTIES);
}

/* {entitiesIds, properties}: the same properties on every issue. */
static bool same_post(struct ctx *c)
{
    const json_t *ids = json_object_get(c->body, "entitiesIds"), *id;
    const json_t *properties = json_object_get(c->body, "properties");
    size_t i;
    if (!json_is_array(ids) || !json_array_size(ids) || json_array_size(ids) > ISSUES)
        return refuse(c, 400, "Between 1 and %d ids of issues must be given in 'entitiesIds'.", ISSUES);
    if (!properties_ok(c, properties))
        return false;
    json_array_foreach (ids, i, id) {
        int64_t issue;
        if (!eligible(c, id, &issue) || (issue && !put_all(c, issue, properties)))
            return false;
    }
    return task_reply(c, "Bulk set issue properties", NULL);
}

/* {issues: [{issueID, properties}]}: what fails takes nothing of the others with it. */
static bool multi_post(struct ctx *c)
{
    const json_t *issues = json_object_get(c->body, "issues"), *one;
    size_t i;
    if (!json_is_array(issues) || !json_array_size(issues) || json_array_size(issues) > ISSUES_OF_MULTI)
        return refuse(c, 400, "Between 1 and %d issues must be given.", ISSUES_OF_MULTI);
    json_t *failed = new_object(c), *result = new_object(c);
    json_array_foreach (issues, i, one) {
        int64_t issue;
        if (!properties_ok(c, json_object_get(one, "properties")) ||
            !eligible(c, json_object_get(one, "issueID"), &issue))
            return false;
        if (issue && !put_all(c, issue, json_object_get(one, "properties")))
            return false;
        if (!issue)
            put_str(failed, json_at_id(c->a, one, "issueID") ? json_at_id(c->a, one, "issueID") : "?",
                    c->d->issue_missing);
    }
    put(result, "failedEntities", failed);
    return task_reply(c, "Bulk set issue properties", result);
}

struct filter {
    const json_t *ids, *value;
    int has; /* 1: the property must be there, -1: must not, 0: either */
};

static bool filter_read(struct ctx *c, const json_t *sent, struct filter *f)
{
    const json_t *has = json_object_get(sent, "hasProperty");
    *f = (struct filter){json_object_get(sent, "entityIds"), json_object_get(sent, "currentValue"),
                         !json_is_boolean(has) ? 0
                         : json_is_true(has)   ? 1
                                               : -1};
    if (f->ids && (!json_is_array(f->ids) || json_array_size(f->ids) > ISSUES))
        return refuse(c, 400, "'entityIds' must be an array of at most %d ids of issues.", ISSUES);
    return !(f->value && f->has < 0) ||
           refuse(c, 400, "'currentValue' cannot be given when 'hasProperty' is false: nothing would match.");
}

/* The issues of the filter, or all of the site, that are eligible and fit it. */
static bool filter_issues(struct ctx *c, const struct filter *f, const char *key, int64_t **list_r, size_t *count_r)
{
    int64_t *asked = NULL;
    size_t count = 0, i;
    const json_t *id;
    struct sql_rows rows;
    *list_r = NULL;
    *count_r = 0;
    json_array_foreach (f->ids, i, id)
        *arena_push(c->a, asked, count) = json_integer_value(id);
    if (!f->ids) {
        const char *sql = arena_printf(c->a, "SELECT i.id FROM issue i WHERE %s ORDER BY i.id", visible_issues(c, "i"));
        if (!db_query(c, &rows, sql, ""))
            return false;
        while (sql_next(&rows))
            *arena_push(c->a, asked, count) = sql_int(&rows, 0);
        if (!db_done(c, &rows))
            return false;
    }
    for (i = 0; i < count; i++) {
        char *stored = NULL;
        int64_t issue;
        if (!eligible(c, json_keep(c->a, json_integer(asked[i])), &issue) ||
            !db_str(c, &stored, "SELECT value FROM property WHERE entity = 'issue' AND entity_id = ?1 AND key = ?2",
                    "is", asked[i], key))
            return false;
        bool fits = (!f->has || (f->has > 0) == (stored != NULL)) &&
                    (!f->value || (stored && json_equal(json_stored(c, stored), f->value)));
        if (issue && fits)
            *arena_push(c->a, *list_r, *count_r) = issue;
    }
    return true;
}

static bool filtered_put(struct ctx *c)
{
    const json_t *value = json_object_get(c->body, "value"), *sent = json_object_get(c->body, "filter");
    struct filter f;
    int64_t *issues;
    size_t count;
    bool created;
    if (json_object_get(c->body, "expression"))
        return refuse(c, 400, "Jira expressions are not supported here: give a 'value'.");
    if (!value)
        return refuse(c, 400, "A 'value' must be given.");
    if (!filter_read(c, sent, &f) || !filter_issues(c, &f, c->args[0], &issues, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!entity_property_put(c, "issue", issues[i], c->args[0], value, &created) ||
            !webhook_property(c, "issue_property_set", issues[i], c->args[0], value))
            return false;
    return task_reply(c, "Bulk set issue property", NULL);
}

/* A DELETE with a body. */
static bool filtered_delete(struct ctx *c)
{
    struct filter f;
    int64_t *issues;
    size_t count;
    const json_t *sent;
    if (!body_of_delete(c, &sent))
        return false;
    if (!filter_read(c, sent, &f) || !filter_issues(c, &f, c->args[0], &issues, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!db_run(c, "DELETE FROM property WHERE entity = 'issue' AND entity_id = ?1 AND key = ?2", "is", issues[i],
                    c->args[0]) ||
            (sql_changes(c->db) && !webhook_property(c, "issue_property_deleted", issues[i], c->args[0], NULL)))
            return false;
    return task_reply(c, "Bulk delete issue property", NULL);
}

const struct route property_bulk_routes[] = {
    {HTTP_POST, "issue/properties", same_post, ON_CLOUD, 0},
    {HTTP_POST, "issue/properties/multi", multi_post, ON_CLOUD, 0},
    {HTTP_PUT, "issue/properties/{}", filtered_put, ON_CLOUD, 0},
    {HTTP_DELETE, "issue/properties/{}", filtered_delete, ON_CLOUD, 0},
    {0},
};
