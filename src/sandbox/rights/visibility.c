#include "sandbox/rights/visibility.h"

#include "sandbox/rights/access.h"

static bool in_role(struct ctx *c, int64_t issue, const char *role, bool *r)
{
    int64_t project = 0;
    return db_int(c, &project, "SELECT project FROM issue WHERE id = ?1", "i", issue) && role_has(c, project, role, r);
}

bool visibility_shared(struct ctx *c, int64_t issue, const char *type, const char *value, bool *r)
{
    *r = true;
    if (!type)
        return true;
    return str_eq(type, "group") ? group_has(c, value, r) : in_role(c, issue, value, r);
}

/* On Cloud a group goes by its id too. */
static bool named(struct ctx *c, const json_t *v, const char *type, const char **value_r)
{
    const char *value = json_at_str(v, "value"), *id = json_at_str(v, "identifier");
    char *name = NULL;
    *value_r = value ? value : id;
    if (!id || !str_eq(type, "group"))
        return true;
    if (!db_str(c, &name, "SELECT name FROM user_group WHERE uuid = ?1", "s", id))
        return false;
    if (name)
        *value_r = name;
    return true;
}

bool visibility_read(struct ctx *c, int64_t issue, const json_t *sent, struct problems *p, const char **type_r,
                     const char **value_r)
{
    const json_t *v = json_object_get(sent, "visibility");
    *type_r = *value_r = NULL;
    if (!v || json_is_null(v) || (json_is_object(v) && !json_object_size(v)))
        return true;
    const char *type = json_at_str(v, "type"), *value;
    bool member = false;
    if (!named(c, v, type, &value))
        return false;
    if (!value || (!str_eq(type, "role") && !str_eq(type, "group"))) {
        problem(c, p, "commentLevel", "The visibility must have a type ('role' or 'group') and a value.");
        return true;
    }
    if (!visibility_shared(c, issue, type, value, &member))
        return false;
    if (!member)
        problem(c, p, "commentLevel",
                str_eq(type, "group") ? "You are currently not a member of the group: %s."
                                      : "You are currently not a member of the project role: %s.",
                value);
    *type_r = type;
    *value_r = value;
    return true;
}

bool visibility_put(struct ctx *c, json_t *o, const char *type, const char *value)
{
    char *id = NULL;
    if (!type)
        return true;
    json_t *v = new_object(c);
    put_str(v, "type", type);
    put_str(v, "value", value);
    if (c->d->is_cloud) {
        if (str_eq(type, "group") && !db_str(c, &id, "SELECT uuid FROM user_group WHERE name = ?1", "s", value))
            return false;
        put_str(v, "identifier", id ? id : value);
    }
    put(o, "visibility", v);
    return true;
}
