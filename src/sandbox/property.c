/* property.c - entity properties: JSON that programs keep with issues, comments and projects.
 *
 * They move no `updated`, leave no history, and nobody sees them: the natural place for a mark of one's own. */
#include "sandbox/access.h"
#include "sandbox/issue.h"
#include "sandbox/webhook.h"

#include <string.h>

enum { KEY_LIMIT = 255, VALUE_LIMIT = 32768 };

bool entity_property_put(struct ctx *c, const char *entity, int64_t id, const char *key, const json_t *value,
                         bool *created_r)
{
    int64_t there = 0;
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
    const char *name;
    bool (*find)(struct ctx *, bool write, int64_t *id_r);
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
    (void)write;
    return comment_find(c, c->args[0], id_r);
}

static bool find_project(struct ctx *c, bool write, int64_t *id_r)
{
    bool may = true;
    if (!project_need(c, c->args[0], id_r) || (write && !permission_has(c, "ADMINISTER_PROJECTS", *id_r, 0, &may)))
        return false;
    return may || c->is_admin || refuse(c, 403, "You do not have permission to administer this project.");
}

static const struct entity ISSUE = {"issue", find_issue}, COMMENT = {"comment", find_comment},
                           PROJECT = {"project", find_project};

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
        put_self(c, p, "%s/%lld/properties/%s", e->name, (long long)id, str_percent_encode(c->a, sql_peek(&rows, 0)));
        put_str(p, "key", sql_peek(&rows, 0));
        add(list, p);
    }
    put(o, "keys", list);
    return db_done(c, &rows) && reply_json(c, 200, o);
}

static bool missing(struct ctx *c)
{
    return refuse(c, 404, "The property with key '%s' does not exist.", c->args[1]);
}

static bool value_get(struct ctx *c, const struct entity *e)
{
    int64_t id = 0;
    char *value = NULL;
    if (!e->find(c, false, &id) ||
        !db_str(c, &value, "SELECT value FROM property WHERE entity = ?1 AND entity_id = ?2 AND key = ?3", "sis",
                e->name, id, c->args[1]))
        return false;
    if (!value)
        return missing(c);
    json_t *o = new_object(c);
    put_str(o, "key", c->args[1]);
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
    return e->find(c, true, &id) && entity_property_put(c, e->name, id, c->args[1], c->body, &created) &&
           tell(c, e, "issue_property_set", id) && reply_empty(c, created ? 201 : 200);
}

static bool value_delete(struct ctx *c, const struct entity *e)
{
    int64_t id = 0;
    if (!e->find(c, true, &id) || !db_run(c, "DELETE FROM property WHERE entity = ?1 AND entity_id = ?2 AND key = ?3",
                                          "sis", e->name, id, c->args[1]))
        return false;
    return sql_changes(c->db) ? tell(c, e, "issue_property_deleted", id) && reply_empty(c, 204) : missing(c);
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
HANDLERS(project, PROJECT)

#define ROUTES(noun)                                                                                                   \
    {HTTP_GET, #noun "/{}/properties", noun##_keys, ON_ALL, ROUTE_ANONYMOUS},                                          \
        {HTTP_GET, #noun "/{}/properties/{}", noun##_get, ON_ALL, ROUTE_ANONYMOUS},                                    \
        {HTTP_PUT, #noun "/{}/properties/{}", noun##_put, ON_ALL, ROUTE_ANY_BODY},                                     \
    {                                                                                                                  \
        HTTP_DELETE, #noun "/{}/properties/{}", noun##_delete, ON_ALL, 0                                               \
    }

const struct route property_routes[] = {
    ROUTES(issue),
    ROUTES(comment),
    ROUTES(project),
    {0},
};
