#include "jira/tracker_jira.h"

#include "base/str.h"
#include "jira/resource.h"

#include <stdlib.h>

struct tracker_jira {
    struct tracker tracker;
    struct arena a; /* as long as the tracker */
    struct jira_site *site;
    const char *asked; /* the project as it was named to us */
    const char *id, *key;
    bool is_quiet_known, is_quiet;
};

static struct tracker_jira *self(struct tracker *t)
{
    return (struct tracker_jira *)t;
}

static bool learn_project(struct tracker_jira *t, const char *id, const char *key)
{
    if (!str_eq(t->id, id))
        t->id = arena_strdup(&t->a, id);
    if (!str_eq(t->key, key))
        t->key = arena_strdup(&t->a, key);
    return true;
}

static bool need_project(struct tracker_jira *t, struct err *e)
{
    const char *id, *key;
    if (t->key)
        return true;
    struct arena a = ARENA_INIT;
    bool ok = jira_project_find(t->site, &a, t->asked, &id, &key, e) && learn_project(t, id, key);
    arena_release(&a);
    return ok;
}

/* --- what there is --- */

static bool op_describe(struct tracker *t, struct arena *a, struct tracker_info *r, struct err *e)
{
    struct jira_site *site = self(t)->site;
    if (!jira_site_check(site, e))
        return false;
    const struct jira_facts *f = &site->facts;
    *r = (struct tracker_info){.site_url = arena_strdup(a, site->base_url),
                               .deployment = f->caps->name,
                               .version = arena_strdup(a, f->version),
                               .account_id = arena_strdup(a, f->account_id),
                               .account_name = arena_strdup(a, f->account_name),
                               .zone = arena_strdup(a, f->zone),
                               .skew_ms = f->skew_ms,
                               .poll_overlap_ms = f->caps->poll_overlap_ms};
    char minute[TIME_ISO_BYTES]; /* says at once when the zone is not known */
    return jira_jql_since(site, clock_now(site->clock), 0, minute, e);
}

static bool op_project(struct tracker *t, struct arena *a, struct tracker_project *r, struct err *e)
{
    struct tracker_jira *j = self(t);
    const char *name = j->id ? j->id : j->asked; /* a key can change */
    return jira_project_read(j->site, a, name, r, e) && learn_project(j, r->id, r->key);
}

/* A search for a project that the account may no longer see is refused as wrong (400); then that is what to say. */
static bool explain_refusal(struct tracker_jira *j, struct arena *a, const char *filter, struct err *e)
{
    const char *id, *key;
    struct err why = ERR_INIT;
    if (jira_project_find(j->site, a, j->id, &id, &key, &why) && learn_project(j, id, key))
        return err_wrap(e, "the search for changes in %s%s%s was refused", key, filter ? ", with the filter " : "",
                        filter ? filter : "");
    if (e)
        *e = why;
    return false;
}

static bool op_poll(struct tracker *t, struct arena *a, int64_t since_ms, const char *filter, const char **cursor,
                    struct tracker_seen **r, size_t *count_r, struct err *e)
{
    struct tracker_jira *j = self(t);
    struct err failure = ERR_INIT;
    if (!need_project(j, e))
        return false;
    if (jira_poll(j->site, a, j->key, since_ms, filter, cursor, r, count_r, &failure))
        return true;
    if (failure.kind == ERR_REFUSED)
        explain_refusal(j, a, filter, &failure);
    if (e)
        *e = failure;
    return false;
}

static bool op_read(struct tracker *t, struct arena *a, const struct tracker_read *read, struct tracker_issue **r,
                    struct err *e)
{
    return jira_issues_read(self(t)->site, a, read, r, e);
}

static bool op_sample(struct tracker *t, struct arena *a, const char *type_id, const char *status_id, const char **id_r,
                      struct err *e)
{
    struct tracker_jira *j = self(t);
    struct tracker_seen *seen;
    size_t count;
    if (!need_project(j, e))
        return false;
    const char *jql = arena_printf(a, "%s AND issuetype = %s AND status = %s ORDER BY key DESC",
                                   jira_jql_equals(a, "project", j->key), type_id, status_id);
    if (!jira_search_ids(j->site, a, jql, 1, &seen, &count, e))
        return false;
    *id_r = count ? seen[0].id : NULL;
    return true;
}

static bool op_transitions(struct tracker *t, struct arena *a, const char *issue, struct tracker_transition **r,
                           size_t *count_r, struct err *e)
{
    return jira_transitions_read(self(t)->site, a, issue, r, count_r, e);
}

static bool op_created_since(struct tracker *t, struct arena *a, int64_t since_ms, const char *known_key,
                             const char *const *fields, size_t field_count, struct tracker_issue **r, size_t *count_r,
                             struct err *e)
{
    struct tracker_jira *j = self(t);
    return need_project(j, e) &&
           jira_created_since(j->site, a, j->key, since_ms, known_key, fields, field_count, r, count_r, e);
}

static bool op_comment_get(struct tracker *t, struct arena *a, const char *issue, const char *id,
                           struct tracker_comment *r, struct err *e)
{
    return jira_comment_read(self(t)->site, a, issue, id, r, e);
}

static bool op_users_find(struct tracker *t, struct arena *a, const char *who, struct value **r, size_t *count_r,
                          struct err *e)
{
    return jira_users_find(self(t)->site, a, who, r, count_r, e);
}

/* --- writing --- */

static bool op_create(struct tracker *t, struct arena *a, const struct tracker_issue_field *fields, size_t count,
                      const struct tracker_property *properties, size_t property_count, const char **id_r,
                      const char **key_r, struct err *e)
{
    struct tracker_jira *j = self(t);
    return need_project(j, e) &&
           jira_issue_create(j->site, a, j->id, fields, count, properties, property_count, id_r, key_r, e);
}

static bool op_update(struct tracker *t, struct arena *a, const char *issue, const struct tracker_issue_field *fields,
                      size_t count, struct err *e)
{
    struct tracker_jira *j = self(t);
    if (!need_project(j, e))
        return false;
    if (!j->is_quiet_known && !jira_project_is_quiet_allowed(j->site, j->key, &j->is_quiet, e))
        return false;
    j->is_quiet_known = true;
    return jira_issue_update(j->site, a, issue, fields, count, &j->is_quiet, e);
}

static bool op_transition(struct tracker *t, struct arena *a, const char *issue, const char *transition, struct err *e)
{
    return jira_transition_do(self(t)->site, a, issue, transition, e);
}

static bool op_comment_add(struct tracker *t, struct arena *a, const char *issue, const char *body, const char *token,
                           const struct tracker_visibility *visibility, struct tracker_comment *r, struct err *e)
{
    return jira_comment_add(self(t)->site, a, issue, body, token, visibility, r, e);
}

static bool op_comment_edit(struct tracker *t, struct arena *a, const char *issue, const char *id, const char *body,
                            const struct tracker_visibility *visibility, struct tracker_comment *r, struct err *e)
{
    return jira_comment_edit(self(t)->site, a, issue, id, body, visibility, r, e);
}

static bool op_comment_delete(struct tracker *t, struct arena *a, const char *issue, const char *id, struct err *e)
{
    return jira_comment_delete(self(t)->site, a, issue, id, e);
}

/* --- properties and remote links --- */

static const char *owner_issue(struct arena *a, const char *issue)
{
    return arena_printf(a, "issue/%s", str_percent_encode(a, issue));
}

static bool op_property_get(struct tracker *t, struct arena *a, const char *issue, const char *key, const json_t **r,
                            struct err *e)
{
    return jira_property_get(self(t)->site, a, owner_issue(a, issue), key, r, e);
}

static bool op_property_set(struct tracker *t, struct arena *a, const char *issue, const char *key, const json_t *value,
                            struct err *e)
{
    return jira_property_set(self(t)->site, a, owner_issue(a, issue), issue, key, value, e);
}

static bool op_property_delete(struct tracker *t, struct arena *a, const char *issue, const char *key, struct err *e)
{
    return jira_property_delete(self(t)->site, a, owner_issue(a, issue), issue, key, e);
}

static bool op_project_property_get(struct tracker *t, struct arena *a, const char *key, const json_t **r,
                                    struct err *e)
{
    struct tracker_jira *j = self(t);
    return need_project(j, e) && jira_property_get(j->site, a, arena_printf(a, "project/%s", j->id), key, r, e);
}

static bool op_project_property_set(struct tracker *t, struct arena *a, const char *key, const json_t *value,
                                    struct err *e)
{
    struct tracker_jira *j = self(t);
    return need_project(j, e) &&
           jira_property_set(j->site, a, arena_printf(a, "project/%s", j->id), NULL, key, value, e);
}

static bool op_remote_link_set(struct tracker *t, struct arena *a, const char *issue,
                               const struct tracker_remote_link *link, struct err *e)
{
    return jira_remote_link_set(self(t)->site, a, issue, link, e);
}

static bool op_remote_link_delete(struct tracker *t, struct arena *a, const char *issue, const char *global_id,
                                  struct err *e)
{
    return jira_remote_link_delete(self(t)->site, a, issue, global_id, e);
}

/* --- the rest --- */

static size_t op_write_room(struct tracker *t, const char *issue, int64_t *wait_ms_r)
{
    return jira_write_room(self(t)->site, issue, wait_ms_r);
}

static const char *op_browse_url(struct tracker *t, struct arena *a, const char *key)
{
    return arena_printf(a, "%s/browse/%s", jira_site_base_url(self(t)->site), key);
}

static int64_t op_requests(const struct tracker *t)
{
    return jira_site_counts(((const struct tracker_jira *)t)->site).requests;
}

static void op_free(struct tracker *t)
{
    arena_release(&self(t)->a);
    free(t);
}

static const struct tracker_ops ops = {
    .describe = op_describe,
    .project = op_project,
    .poll = op_poll,
    .read = op_read,
    .sample = op_sample,
    .transitions = op_transitions,
    .created_since = op_created_since,
    .comment_get = op_comment_get,
    .users_find = op_users_find,
    .create = op_create,
    .update = op_update,
    .transition = op_transition,
    .comment_add = op_comment_add,
    .comment_edit = op_comment_edit,
    .comment_delete = op_comment_delete,
    .property_get = op_property_get,
    .property_set = op_property_set,
    .property_delete = op_property_delete,
    .project_property_get = op_project_property_get,
    .project_property_set = op_project_property_set,
    .remote_link_set = op_remote_link_set,
    .remote_link_delete = op_remote_link_delete,
    .write_room = op_write_room,
    .browse_url = op_browse_url,
    .requests = op_requests,
    .free = op_free,
};

struct tracker *tracker_jira_new(struct jira_site *site, const char *project)
{
    struct tracker_jira *t = calloc(1, sizeof *t);
    if (!t)
        abort();
    t->tracker.ops = &ops;
    t->site = site;
    t->asked = arena_strdup(&t->a, project);
    return &t->tracker;
}
