/* webhook.h - telling other systems what happened: who listens, what is told, how it gets there.
 *
 * A handler that has changed something raises its event inside the request's transaction: a change that is rolled back
 * tells nobody. Raising writes rows of webhook_delivery with their bodies as they are then; sending is done later and
 * outside (sandbox.h: sandbox_webhook_next and _sent). While nobody listens, raising costs one look at an empty table.
 *
 * Bodies are in the form of REST v2 on every site: rich text is wiki markup, also on Cloud. The filter of an issue is
 * judged after the change, as its owner sees it; of a deleted issue before. */
#pragma once

#include "sandbox/internal.h"

/* jira:issue_created, jira:issue_updated, jira:issue_deleted. `type` is the issue_event_type_name, NULL: told from the
 * history. history 0: no changelog; comment 0: none. All return false only when the database failed. */
bool webhook_issue(struct ctx *, const char *event, const char *type, int64_t issue, int64_t history,
                   int64_t comment) MUST_CHECK;
/* comment_created, _updated, _deleted (before it is). Data Center tells the issue's listeners too. */
bool webhook_comment(struct ctx *, const char *event, int64_t issue, int64_t comment) MUST_CHECK;
/* An issue was changed by an edit, an assignment or a transition: its newest history is told. */
bool webhook_issue_updated(struct ctx *, int64_t issue) MUST_CHECK;
/* An issue is about to be deleted; on Cloud its comments, attachments and links are told of too, as consequences. */
bool webhook_issue_deleted(struct ctx *, int64_t issue) MUST_CHECK;
/* worklog_*, attachment_*, issuelink_*, jira:version_*: by the id of the noun, before it is deleted. */
enum webhook_noun { WEBHOOK_WORKLOG, WEBHOOK_ATTACHMENT, WEBHOOK_LINK, WEBHOOK_VERSION };
bool webhook_noun(struct ctx *, enum webhook_noun, const char *event, int64_t id) MUST_CHECK;
/* issue_property_set, issue_property_deleted: apps alone hear of them. value NULL: deleted. */
bool webhook_property(struct ctx *, const char *event, int64_t issue, const char *key, const json_t *value) MUST_CHECK;
/* Any other event that is of no issue, such as project_created: `member` names the value in the body. */
bool webhook_other(struct ctx *, const char *event, const char *member, json_t *value) MUST_CHECK;

/* The caller of a bearer token that belongs to an app. */
bool app_read_bearer(struct ctx *, const char *token) MUST_CHECK;

/* ---- shared by the files of webhooks ---- */

/* Does the issue match the JQL, as `owner` sees it? A text that cannot be read matches nothing. */
bool webhook_matches(struct ctx *, const char *jql, int64_t owner, int64_t issue, bool *r) MUST_CHECK;
/* 400 unless the text is JQL of which this caller may use everything. */
bool webhook_check_jql(struct ctx *, const char *jql) MUST_CHECK;
/* Are all of them names of events? The first that is none in *wrong_r. */
bool webhook_events_known(const json_t *events, bool is_dynamic, const char **wrong_r);
/* {id, items}: what a new issue was given, as Cloud tells it; no history shows it. NULL: the database failed. */
json_t *webhook_created_changelog(struct ctx *, const json_t *fields);
/* "sha256=<hex>", the HMAC of the body (WebSub). */
char *webhook_signature(struct arena *, const char *secret, const char *body);
/* A JWT (HS256) that an app can check with its client secret. */
char *webhook_jwt(struct arena *, const char *client, const char *secret, int64_t now_ms);
