#include "jira/resource.h"

#include "base/str.h"

#include <string.h>

enum { KEY_MAX = 255, VALUE_MAX = 32768 };

static char *target_of(struct arena *a, const char *owner, const char *key)
{
    return arena_printf(a, "/rest/api/2/%s/properties/%s", owner, str_percent_encode(a, key));
}

bool jira_property_get(struct jira_site *site, struct arena *a, const char *owner, const char *key, const json_t **r,
                       struct err *e)
{
    const json_t *json;
    if (!jira_find(site, a, target_of(a, owner, key), &json, e))
        return false;
    *r = json_object_get(json, "value");
    /* A 404 is that of the property or that of its owner; the list of properties tells which. */
    return json || jira_get(site, a, arena_printf(a, "/rest/api/2/%s/properties", owner), &json, e);
}

bool jira_property_set(struct jira_site *site, struct arena *a, const char *owner, const char *issue, const char *key,
                       const json_t *value, struct err *e)
{
    const json_t *reply;
    size_t length = strlen(json_print(a, value));
    if (strlen(key) > KEY_MAX || length > VALUE_MAX)
        return err_set(e, ERR_LIMIT,
                       "%s: the property %.60s of %s is too large for Jira (%zu bytes; it takes %d, and keys of %d)",
                       site->label, key, owner, length, VALUE_MAX, KEY_MAX);
    return jira_write(site, a, issue, HTTP_PUT, target_of(a, owner, key), value, &reply, e);
}

bool jira_property_delete(struct jira_site *site, struct arena *a, const char *owner, const char *issue,
                          const char *key, struct err *e)
{
    const json_t *reply;
    struct err failure = ERR_INIT;
    if (jira_write(site, a, issue, HTTP_DELETE, target_of(a, owner, key), NULL, &reply, &failure) ||
        failure.kind == ERR_GONE)
        return true;
    if (e)
        *e = failure;
    return false;
}
