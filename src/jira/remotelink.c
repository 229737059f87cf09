#include "jira/resource.h"

#include "base/str.h"

#include <string.h>

enum { GLOBAL_ID_MAX = 255 };

static char *target_of(struct arena *a, const char *issue)
{
    return arena_printf(a, "/rest/api/2/issue/%s/remotelink", str_percent_encode(a, issue));
}

/* With a global id a POST makes the link or replaces it whole. */
bool jira_remote_link_set(struct jira_site *site, struct arena *a, const char *issue,
                          const struct tracker_remote_link *link, struct err *e)
{
    const json_t *reply;
    if (strlen(link->global_id) > GLOBAL_ID_MAX)
        return err_set(e, ERR_LIMIT, "%s: the global id %.60s… is longer than the %d that Jira takes", site->label,
                       link->global_id, GLOBAL_ID_MAX);
    json_t *object = json_pack("{s:s, s:s}", "url", link->url, "title", link->title);
    if (link->summary)
        json_object_set_new(object, "summary", json_string(link->summary));
    json_t *body = json_keep(a, json_pack("{s:s, s:{s:s, s:s}, s:o}", "globalId", link->global_id, "application",
                                          "type", "tandem", "name", "Tandem", "object", object));
    if (link->relationship)
        json_object_set_new(body, "relationship", json_string(link->relationship));
    return jira_write(site, a, issue, HTTP_POST, target_of(a, issue), body, &reply, e);
}

bool jira_remote_link_delete(struct jira_site *site, struct arena *a, const char *issue, const char *global_id,
                             struct err *e)
{
    const json_t *reply;
    struct err failure = ERR_INIT;
    const char *target = arena_printf(a, "%s?globalId=%s", target_of(a, issue), str_percent_encode(a, global_id));
    if (jira_write(site, a, issue, HTTP_DELETE, target, NULL, &reply, &failure) || failure.kind == ERR_GONE)
        return true;
    if (e)
        *e = failure;
    return false;
}
