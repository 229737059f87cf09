/* property.c - entity properties: JSON that programs keep with issues, comments, worklogs, projects, types and people.
 *
 * They move no `updated`, leave no history, and nobody sees them: the natural place for a mark of one's own. */
#include "sandbox/parts/worklog.h"
#include "sandbox/rights/right.h"
#include "sandbox/webhook/webhook.h"

#include <string.h>

enum { KEY_LIMIT = 255, VALUE_LIMIT = 32768 };

bool entity_property_put(struct ctx *c, const char *entity, int64_t id, const char *key, const json_t *value,
                         bool *created_r)
{
    int64_t there = 0;
    if (str_is_empty(key))
        return refuse(c, 400, "A property key must not be empty.");
    if (str_utf8_length(key) > KEY_LIMIT)
        return refuse(c, 400, "The property key must not be longer than %d characters.", KEY_LIMIT);
    char *text = json_print(c->a, value);
    if (str_utf8_length(text) > VALUE_LIMIT)
        return refuse(c, 400, "The property value cannot be longer than %d characters.", VALUE_LIMIT);
    if (!db_int(c, &there, "SELECT 1 FROM property WHERE entity = ?1 AND entity_id = ?2 AND key = ?3", "sis", entity,
                id, key))
        return false;
    *created_r = !there;
    return db_run(c, "INSERT OR REPLACE INTO property (entity, entity_id, key, value) VALUES (?1, ?2, ?3, ?4)", "siss",
                  entity, id, key, text);
}

bool entity_properties_delete(struct ctx *c, const char *entity, int64_t id)
{
    return db_run(c, "DELETE FROM property WHERE entity = ?1 AND entity_id = ?2", "si", entity, id);
}

bool issue_properties_write(struct ctx *c, int64_t issue, const json_t *list)
{
    size_t i;
    const json_t *item;
    bool created;
    if (list && !json_is_null(list) && !json_is_array(list))
        return refuse(c, 400, "'properties' must be an array of objects with key and value.");
    json_array_foreach (list, i, item) {
        const char *key = json_at_str(item, "key");
        if (str_is_empty(key) || !json_object_get(item, "value"))
            return refuse(c, 400, "A property must have a key and a value.");
        if (!entity_property_put(c, "issue", issue, key, json_object_get(item, "value"), &created))
            return false;
    }
    return true;
}

bool entity_properties_write(struct ctx *c, const char *entity, int64_t id, const json_t *list)
{
    size_t i;
    const json_t *item;
    bool created;
    json_array_foreach (list, i, item) {
        const char *key = json_at_str(item, "key");
        if (str_is_empty(key))
            return refuse(c, 400, "A property key must not be empty.");
        if (!entity_property_put(c, entity, id, key, json_object_get(item, "value"), &created))
            return false;
    }
    return true;
}

bool entity_properties_show(struct ctx *c, json_t *o, const char *entity, int64_t id)
{
    json_t *list = new_array(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT key, value FROM property WHERE entity = ?1 AND entity_id = ?2 ORDER BY key", "si",
                  entity, id))
        return false;
    while (sql_next(&rows)) {
        json_t *p = new_object(c);
        put_str(p, "key", sql_peek(&rows, 0));
        put(p, "value", json_stored(c, sql_peek(&rows, 1)));
        add(list, p);
    }
    put(o, "properties", list);
    return db_done(c, &rows);
}

json_t *properties_json(struct ctx *c, const char *entity, int64_t id, char **keys, size_t count)
{
    json_t *o = new_object(c);
    struct sql_rows rows;
    if (!db_query(c, &rows, "SELECT key, value FROM property WHERE entity = ?1 AND entity_id = ?2 ORDER BY key", "si",
                  entity, id))
        return NULL;
    while (sql_next(&rows)) {
        bool wanted = false;
        for (size_t i = 0; i < count; i++)
            wanted |= str_eq(keys[i], sql_peek(&rows, 0)) || str_eq(keys[i], "*all");
        if (wanted)
            put(o, sql_peek(&rows, 0), json_stored(c, sql_peek(&rows, 1)));
    }
    return db_done(c, &rows) ? o : NULL;
}

/* ---- the resources: one set of handlers, told apart by what finds the entity ---- */

struct entity {
    const char *name; /* of the table's rows */
    bool (*find)(struct ctx *, bool write, int64_t *id_r);
    int key; /* which argument of the route is the key: 0 of a user, 1, 2 of a worklog */
};

static bool find_issue(struct ctx *c, bool write, int64_t *id_r)
{
    bool may = true;
    if (!issue_need(c, c->args[0], id_r) || (write && !permission_has(c, "EDIT_ISSUES", 0, *id_r, &may)))
        return false;
    return may || refuse(c, 403, "You do not have permission to edit this issue.");
}

static bool find_comment(struct ctx *c, bool write, int64_t *id_r)
{
    int64_t issue = 0, author = 0;
    bool may = true;
    if (!comment_find(c, c->args[0], id_r) ||
        !db_int(c, &issue, "SELECT issue FROM comment WHERE id = ?1", "i", *id_r) ||
        !db_int(c, &author, "SELECT author FROM comment WHERE id = ?1", "i", *id_r) ||
        (write && !right_on_own(c, issue, "EDIT", "COMMENTS", author, &may)))
        return false;
    return may || refuse(c, 403, "You do not have the permission to edit the comment with id: %s", c->args[0]);
}

static bool find_worklog(struct ctx *c, bool write, int64_t *id_r)
{
    struct worklog w = {0};
    int64_t issue = 0, id = 0;
    bool may = true;
    if (!issue_need(c, c->args[0], &issue) || (str_to_int(c->args[1], &id) && !worklog_find(c, id, &w)))
        return false;
    if (!w.id || w.issue != issue)
        return refuse(c, 404, "Cannot find worklog with id: '%s'.", c->args[1]);
    *id_r = w.id;
    if (write && !right_on_own(c, issue, "EDIT", "WORKLOGS", w.author, &may))
        return false;
    return may || refuse(c, 403, "You do not have permission to edit the worklog with id: %s.", c->args[1]);
}

static bool find_project(struct ctx *c, bool write, int64_t *id_r)
{
    bool may = true;
    if (!project_need(c, c->args[0], id_r) || (write && !permission_has(c, "ADMINISTER_PROJECTS", *id_r, 0, &may)))
        return false;
    return may || c->is_admin || refuse(c, 403, "You do not have permission to administer this project.");
}

static bool find_type(struct ctx *c, bool write, int64_t *id_r)
{
    int64_t id = 0;
    if (str_to_int(c->args[0], &id) && !db_int(c, id_r, "SELECT id FROM issue_type WHERE id = ?1", "i", id))
        return false;
    if (!*id_r)
        return refuse(c, 404, "The issue type with id '%s' does not exist", c->args[0]);
    return !write || c->is_admin ||
           refuse(c, 403, "You do not have administration permission to perform this operation.");
}

/* Oneself without a parameter; others for admins. */
static bool find_user(struct ctx *c, bool write, int64_t *id_r)
{
    (void)write;
    const char *account = param(c, "accountId"), *key = param(c, "userKey"), *name = param(c, "username");
    *id_r = c->caller;
    if (c->d->is_cloud ? account && !db_int(c, id_r, "SELECT id FROM account WHERE account_id = ?1", "s", account)
        : key          ? !db_int(c, id_r, "SELECT id FROM account WHERE user_key = ?1", "s", key)
                       : name && !db_int(c, id_r, "SELECT id FROM account WHERE name = ?1", "s", name))
        return false;
    if (*id_r != c->caller && !c->is_admin)
        return refuse(c, 403, "You do not have permission to see or change the properties of this user.");
    return *id_r || refuse(c, 404, "Specified user does not exist or you do not have required permissions");
}

static const struct entity ISSUE = {"issue", find_issue, 1}, COMMENT = {"comment", find_comment, 1},
                           WORKLOG = {"worklog", find_worklog, 2}, PROJECT = {"project", find_project, 1},
                           TYPE = {"issuetype", find_type, 1}, USER = {"user", find_user, 0};

static char *address_of(struct ctx *c, const struct entity *e, const char *key)
{
    key = str_percent_encode(c->a, key);
    switch (e->key) {
    case 0: {
        const char *query = strchr(c->request->target, '?');
        return arena_printf(c->a, "user/properties/%s%s", key, query ? query : "");
    }
    case 1:
        return arena_printf(c->a, "%s/%s/properties/%s", e->name, str_percent_encode(c->a, c->args[0]), key);
    default:
        return arena_printf(c->a, "issue/%s/worklog/%s/properties/%s", str_percent_encode(c->a, c->args[0]), c->args[1],
                            key);
    }
}

static bool keys_get(struct ctx *c, const struct entity *e)
{
    int64_t id = 0;
    struct sql_rows rows;
    if (!e->find(c, false, &id) ||
        !db_query(c, &rows, "SELECT key FROM property WHERE entity = ?1 AND entity_id = ?2 ORDER BY key", "si", e->name,
                  id))
        return false;
    json_t *o = new_object(c), *list = new_array(c);
    while (sql_next(&rows)) {
        json_t *p = new_object(c);
        put_self(c, p, "%s", address_of(c, e, sql_peek(&rows, 0)));
        put_str(p, "key", sql_peek(&rows, 0));
        add(list, p);
    }
    put(o, "keys", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

static bool missing(struct ctx *c, const char *key)
{
    return refuse(c, 404, "The property with key '%s' does not exist.", key);
}

static bool value_get(struct ctx *c, const struct entity *e)
{
    int64_t id = 0;
    char *value = NULL;
    const char *key = c->args[e->key];
    if (!e->find(c, false, &id) ||
        !db_str(c, &value, "SELECT value FROM property WHERE entity = ?1 AND entity_id = ?2 AND key = ?3", "sis",
                e->name, id, key))
        return false;
    if (!value)
        return missing(c, key);
    json_t *o = new_object(c);
    put_str(o, "key", key);
    put(o, "value", json_stored(c, value));
    return reply_json(c, 200, o);
}

/* Apps hear of the properties of issues. */
static bool tell(struct ctx *c, const struct entity *e, const char *event, int64_t id)
{
    return !str_eq(e->name, "issue") || webhook_property(c, event, id, c->args[1], c->body);
}

static bool value_put(struct ctx *c, const struct entity *e)
{
    int64_t id = 0;
    bool created = false;
    return e->find(c, true, &id) && entity_property_put(c, e->name, id, c->args[e->key], c->body, &created) &&
           tell(c, e, "issue_property_set", id) && reply_empty(c, created ? 201 : 200);
}

static bool value_delete(struct ctx *c, const struct entity *e)
{
    int64_t id = 0;
    const char *key = c->args[e->key];
    if (!e->find(c, true, &id) ||
        !db_run(c, "DELETE FROM property WHERE entity = ?1 AND entity_id = ?2 AND key = ?3", "sis", e->name, id, key))
        return false;
    return sql_changes(c->db) ? tell(c, e, "issue_property_deleted", id) && reply_empty(c, 204) : missing(c, key);
}

#define HANDLERS(noun, entity)                                                                                         \
    static bool noun##_keys(struct ctx *c)                                                                             \
    {                                                                                                                  \
        return keys_get(c, &entity);                                                                                   \
    }                                                                                                                  \
    static bool noun##_get(struct ctx *c)                                                                              \
    {                                                                                                                  \
        return value_get(c, &entity);                                                                                  \
    }                                                                                                                  \
    static bool noun##_put(struct ctx *c)                                                                              \
    {                                                                                                                  \
        return value_put(c, &entity);                                                                                  \
    }                                                                                                                  \
    static bool noun##_delete(struct ctx *c)                                                                           \
    {                                                                                                                  \
        return value_delete(c, &entity);                                                                               \
    }

HANDLERS(issue, ISSUE)
HANDLERS(comment, COMMENT)
HANDLERS(worklog, WORKLOG)
HANDLERS(project, PROJECT)
HANDLERS(issuetype, TYPE)
HANDLERS(user, USER)

#define ROUTES(noun, path, dialects)                                                                                   \
    {HTTP_GET, path "properties", noun##_keys, dialects, ROUTE_ANONYMOUS},                                             \
        {HTTP_GET, path "properties/{}", noun##_get, dialects, ROUTE_ANONYMOUS},                                       \
        {HTTP_PUT, path "properties/{}", noun##_put, dialects, ROUTE_ANY_BODY},                                        \
    {                                                                                                                  \
        HTTP_DELETE, path "properties/{}", noun##_delete, dialects, 0                                                  \
    }

const struct route property_routes[] = {
    ROUTES(issue, "issue/{}/", ON_ALL),
    ROUTES(comment, "comment/{}/", ON_ALL),
    ROUTES(worklog, "issue/{}/worklog/{}/", ON_CLOUD),
    ROUTES(project, "project/{}/", ON_ALL),
    ROUTES(issuetype, "issuetype/{}/", ON_ALL),
    ROUTES(user, "user/", ON_ALL),
    {0},
};
