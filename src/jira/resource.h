/* resource.h - Jira's resources, one file each, as the tracker of a project needs them.
 *
 * Everything speaks REST v2 on both deployments, but what holds rich text speaks v3 where the site takes ADF
 * (rest.h: jira_text_api); texts come and go in either form (tracker/rich.h). Issues are named by id; what goes into a
 * path is percent-encoded here. The contracts are tracker.h's; what is said here is what it does not say. */
#pragma once

#include "base/time_iso.h"
#include "jira/parse.h"
#include "jira/rest.h"

/* --- issue.c --- */

/* tracker_ops.read. In bulk where the site can; an issue that a search did not bring is asked for by its id before it
 * counts as absent. An issue that moved to another project comes with its new project and key. */
bool jira_issues_read(struct jira_site *, struct arena *, const struct tracker_read *, struct tracker_issue **r,
                      struct err *e) MUST_CHECK;
/* One issue by its own resource; *r NULL when it is not there. */
bool jira_issue_read(struct jira_site *, struct arena *, const struct tracker_read *, const char *id,
                     struct tracker_issue **r, struct err *e) MUST_CHECK;
/* Up to 100 ids or keys at once, those that are there, in no order. Only where has_bulkfetch. */
bool jira_issues_bulkfetch(struct jira_site *, struct arena *, const struct tracker_read *, const char *const *ids,
                           size_t count, struct tracker_issue **r, size_t *count_r, struct err *e) MUST_CHECK;
/* `project` is an id. ERR_UNCERTAIN also when the site says it made one and not which. */
bool jira_issue_create(struct jira_site *, struct arena *, const char *project, const struct tracker_issue_field *,
                       size_t count, const struct tracker_property *, size_t property_count, const char **id_r,
                       const char **key_r, struct err *e) MUST_CHECK;
/* With *quietly no mails go to watchers, which takes a right; when the site refuses that, the edit goes out without the
 * wish (the refusal means that nothing was done), and *quietly becomes false. */
bool jira_issue_update(struct jira_site *, struct arena *, const char *id, const struct tracker_issue_field *,
                       size_t count, bool *quietly, struct err *e) MUST_CHECK;

/* --- created.c --- */

/* tracker_ops.created_since; an issue that was moved to another project since counts. ERR_LIMIT when there is more new
 * ground to search than anyone should. */
bool jira_created_since(struct jira_site *, struct arena *, const char *project_key, int64_t since_ms,
                        const char *known_key, const char *const *fields, size_t field_count, struct tracker_issue **r,
                        size_t *count_r, struct err *e) MUST_CHECK;

/* --- search.c --- */

/* "project = \"SA\"", the text quoted for JQL. */
char *jira_jql_equals(struct arena *, const char *field, const char *value);
/* The minute a search must start with to miss nothing since then: earlier by `back_ms`, in the acting user's zone, and
 * by the slower of the two clocks, so that it holds whichever of them `since_ms` was read from. */
bool jira_jql_since(struct jira_site *, int64_t since_ms, int64_t back_ms, char out[TIME_ISO_BYTES],
                    struct err *e) MUST_CHECK;
/* tracker_ops.poll. */
bool jira_poll(struct jira_site *, struct arena *, const char *project_key, int64_t since_ms, const char *filter,
               const char **cursor, struct tracker_seen **r, size_t *count_r, struct err *e) MUST_CHECK;
/* All ids that the search gives, at most `limit`. */
bool jira_search_ids(struct jira_site *, struct arena *, const char *jql, size_t limit, struct tracker_seen **r,
                     size_t *count_r, struct err *e) MUST_CHECK;

/* --- changelog.c --- */

/* The whole history of an issue. Where the site has no resource for it, what expand=changelog gives. */
bool jira_history_read(struct jira_site *, struct arena *, const char *issue, struct tracker_history_item **r,
                       size_t *count_r, struct err *e) MUST_CHECK;

/* --- comment.c --- */

/* All comments of an issue with their token properties, ascending by id. */
bool jira_comments_read(struct jira_site *, struct arena *, const char *issue, struct tracker_comment **r,
                        size_t *count_r, struct err *e) MUST_CHECK;
bool jira_comment_read(struct jira_site *, struct arena *, const char *issue, const char *id, struct tracker_comment *r,
                       struct err *e) MUST_CHECK;
bool jira_comment_add(struct jira_site *, struct arena *, const char *issue, const char *body, const char *token,
                      const struct tracker_visibility *, struct tracker_comment *r, struct err *e) MUST_CHECK;
bool jira_comment_edit(struct jira_site *, struct arena *, const char *issue, const char *id, const char *body,
                       const struct tracker_visibility *, struct tracker_comment *r, struct err *e) MUST_CHECK;
bool jira_comment_delete(struct jira_site *, struct arena *, const char *issue, const char *id,
                         struct err *e) MUST_CHECK;

/* --- transition.c --- */

bool jira_transitions_read(struct jira_site *, struct arena *, const char *issue, struct tracker_transition **r,
                           size_t *count_r, struct err *e) MUST_CHECK;
bool jira_transition_do(struct jira_site *, struct arena *, const char *issue, const char *transition,
                        struct err *e) MUST_CHECK;

/* --- property.c: of issues and projects --- */

/* "issue/10001" or "project/SA". A missing property is NULL; a missing owner ERR_GONE. */
bool jira_property_get(struct jira_site *, struct arena *, const char *owner, const char *key, const json_t **r,
                       struct err *e) MUST_CHECK;
/* ERR_LIMIT for what Jira would not take. `issue` is for the pace, NULL for a project. */
bool jira_property_set(struct jira_site *, struct arena *, const char *owner, const char *issue, const char *key,
                       const json_t *, struct err *e) MUST_CHECK;
bool jira_property_delete(struct jira_site *, struct arena *, const char *owner, const char *issue, const char *key,
                          struct err *e) MUST_CHECK;

/* --- remotelink.c --- */

bool jira_remote_link_set(struct jira_site *, struct arena *, const char *issue, const struct tracker_remote_link *,
                          struct err *e) MUST_CHECK;
bool jira_remote_link_delete(struct jira_site *, struct arena *, const char *issue, const char *global_id,
                             struct err *e) MUST_CHECK;

/* --- project.c --- */

/* Asks for everything anew. */
bool jira_project_read(struct jira_site *, struct arena *, const char *key_or_id, struct tracker_project *r,
                       struct err *e) MUST_CHECK;
/* Id and key alone: what a key is called now. */
bool jira_project_find(struct jira_site *, struct arena *, const char *key_or_id, const char **id_r, const char **key_r,
                       struct err *e) MUST_CHECK;
/* May the account edit without mails to watchers? That takes a right to administer. */
bool jira_project_is_quiet_allowed(struct jira_site *, const char *project_key, bool *r, struct err *e) MUST_CHECK;
/* The definitions of all fields, asked once per site; jira_project_read asks anew. They live until then. */
bool jira_fields(struct jira_site *, const struct tracker_field **r, size_t *count_r, struct err *e) MUST_CHECK;
/* The same, but asked only when one of `ids` needs its definition; otherwise none. */
bool jira_fields_for(struct jira_site *, const char *const *ids, size_t count, const struct tracker_field **r,
                     size_t *count_r, struct err *e) MUST_CHECK;

/* --- user.c --- */

bool jira_users_find(struct jira_site *, struct arena *, const char *who, struct value **r, size_t *count_r,
                     struct err *e) MUST_CHECK;
