/* webhook_created.c - the changelog that Cloud puts beside a new issue: from nothing to what it was given. */
#include "sandbox/webhook/webhook.h"

static json_t *item(struct ctx *c, json_t *items, const char *name, const char *id, const char *to, const char *text)
{
    json_t *o = new_object(c);
    put_str(o, "field", name);
    put_str(o, "fieldtype", "jira");
    put_str(o, "fieldId", id);
    put(o, "from", NULL);
    put(o, "fromString", NULL);
    put_str(o, "to", to);
    put_str(o, "toString", text);
    add(items, o);
    return o;
}

/* A field whose value is a thing with an id and a name; nothing when it is empty. */
static void thing(struct ctx *c, json_t *items, const char *name, const char *id, const json_t *value)
{
    if (json_is_object(value))
        item(c, items, name, id, json_at_str(value, "id"), json_at_str(value, "name"));
}

static void person(struct ctx *c, json_t *items, const char *id, const json_t *value)
{
    const char *account = json_at_str(value, "accountId");
    if (!account)
        return;
    json_t *o = item(c, items, id, id, account, json_at_str(value, "displayName"));
    put(o, "tmpFromAccountId", NULL);
    put_str(o, "tmpToAccountId", account);
}

json_t *webhook_created_changelog(struct ctx *c, const json_t *fields)
{
    json_t *o = new_object(c), *items = new_array(c), *version;
    const char *text = json_at_str(fields, "description");
    int64_t id = 0;
    size_t i;
    person(c, items, "assignee", json_object_get(fields, "assignee"));
    item(c, items, "description", "description", NULL, text ? text : "");
    json_array_foreach (json_object_get(fields, "fixVersions"), i, version)
        thing(c, items, "Fix Version", "fixVersions", version);
    thing(c, items, "priority", "priority", json_object_get(fields, "priority"));
    person(c, items, "reporter", json_object_get(fields, "reporter"));
    thing(c, items, "Status", "status", json_object_get(fields, "status"));
    item(c, items, "summary", "summary", NULL, json_at_str(fields, "summary"));
    /* It has an id of its own, and no history gets that one. */
    if (!db_run(c, "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'history'", "") ||
        !db_int(c, &id, "SELECT seq FROM sqlite_sequence WHERE name = 'history'", ""))
        return NULL;
    put_id(o, "id", id);
    put(o, "items", items);
    return o;
}
