/* webhook_event.c - from something that happened to the rows of who is to be told. */
#include "sandbox/door/faults.h"
#include "sandbox/issue/issue.h"
#include "sandbox/jql/jql_plan.h"
#include "sandbox/parts/attachment.h"
#include "sandbox/parts/worklog.h"
#include "sandbox/planning/planning.h"
#include "sandbox/trace.h"
#include "sandbox/webhook/webhook.h"

static const char *const EVENTS[] = {"jira:issue_created",
                                     "jira:issue_updated",
                                     "jira:issue_deleted",
                                     "comment_created",
                                     "comment_updated",
                                     "comment_deleted",
                                     "worklog_created",
                                     "worklog_updated",
                                     "worklog_deleted",
                                     "jira:worklog_updated",
                                     "issuelink_created",
                                     "issuelink_deleted",
                                     "attachment_created",
                                     "attachment_deleted",
                                     "jira:version_created",
                                     "jira:version_updated",
                                     "jira:version_deleted",
                                     "jira:version_moved",
                                     "jira:version_released",
                                     "jira:version_unreleased",
                                     "project_created",
                                     "project_updated",
                                     "project_deleted",
                                     "project_soft_deleted",
                                     "project_restored_deleted",
                                     "project_archived",
                                     "project_restored_archived",
                                     "user_created",
                                     "user_updated",
                                     "user_deleted",
                                     "sprint_created",
                                     "sprint_updated",
                                     "sprint_deleted",
                                     "sprint_started",
                                     "sprint_closed",
                                     "board_created",
                                     "board_updated",
                                     "board_deleted",
                                     "board_configuration_changed",
                                     "option_voting_changed",
                                     "option_watching_changed",
                                     "option_unassigned_issues_changed",
                                     "option_subtasks_changed",
                                     "option_attachments_changed",
                                     "option_issuelinks_changed",
                                     "option_timetracking_changed",
                                     "filter_created",
                                     "filter_updated",
                                     "filter_deleted"};

/* What an app may register for (Cloud). */
static const char *const DYNAMIC[] = {
    "jira:issue_created", "jira:issue_updated",    "jira:issue_deleted",      "comment_created",
    "comment_updated",    "comment_deleted",       "issue_property_set",      "issue_property_deleted",
    "sprint_created",     "sprint_updated",        "sprint_closed",           "sprint_deleted",
    "sprint_started",     "jira:version_released", "jira:version_unreleased", "jira:version_created",
    "jira:version_moved", "jira:version_updated",  "jira:version_merged",     "jira:version_deleted"};

bool webhook_events_known(const json_t *events, bool is_dynamic, const char **wrong_r)
{
    const char *const *list = is_dynamic ? DYNAMIC : EVENTS;
    size_t count = is_dynamic ? ARRAY_LEN(DYNAMIC) : ARRAY_LEN(EVENTS), i;
    const json_t *event;
    json_array_foreach (events, i, event) {
        bool is_known = false;
        *wrong_r = json_string_value(event);
        for (size_t k = 0; k < count; k++)
            is_known |= str_eq(*wrong_r, list[k]);
        if (!is_known)
            return false;
    }
    return true;
}

/* ---- the filter ---- */

static bool plan_filter(struct ctx *c, const char *jql, struct jql_plan *plan, const char **error_r)
{
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), error_r);
    if (!q)
        return true;
    if (!jql_plan_make(c, q, plan))
        return false;
    if (plan->error_count)
        *error_r = plan->errors[0];
    return true;
}

bool webhook_check_jql(struct ctx *c, const char *jql)
{
    struct jql_plan plan;
    const char *error = NULL;
    if (str_is_empty(jql))
        return true;
    if (!plan_filter(c, jql, &plan, &error))
        return false;
    return !error || refuse(c, 400, "%s", error);
}

bool webhook_matches(struct ctx *c, const char *jql, int64_t owner, int64_t issue, bool *r)
{
    struct jql_plan plan;
    const char *error = NULL;
    int64_t caller = c->caller, count = 0, is_admin = 0;
    bool was_admin = c->is_admin;
    *r = str_is_empty(jql);
    if (*r)
        return true;
    const char *one = arena_printf(c->a, "(%s) AND id = %lld", jql, (long long)issue);
    if (!db_int(c, &is_admin, "SELECT is_admin FROM account WHERE id = ?1", "i", owner))
        return false;
    c->caller = owner;
    c->is_admin = is_admin;
    bool ok = plan_filter(c, one, &plan, &error) && (error || jql_count(c, &plan, &count));
    c->caller = caller;
    c->is_admin = was_admin;
    *r = !error && count;
    return ok;
}

/* ---- raising ---- */

struct listener {
    int64_t id, owner, app;
    char *url, *events, *jql, *fields, *properties;
    bool excludes_body;
};

struct event {
    const char *name, *flow;
    int64_t issue;
    json_t *body;
    const json_t *items; /* of the changelog; NULL: none */
    const char *property;
};

static bool is_anybody_listening(struct ctx *c, bool *r)
{
    int64_t any = 0;
    bool ok = db_int(c, &any, "SELECT 1 FROM webhook WHERE active = 1 LIMIT 1", "");
    *r = any;
    return ok;
}

static bool listeners(struct ctx *c, struct listener **r, size_t *count_r)
{
    struct sql_rows rows;
    *r = NULL;
    *count_r = 0;
    if (!db_query(c, &rows,
                  "SELECT id, owner, app, url, events, jql, fields, properties, exclude_body FROM webhook"
                  " WHERE active = 1 AND (expires IS NULL OR expires > ?1) ORDER BY id",
                  "i", c->now))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, *r, *count_r) = (struct listener){.id = sql_int(&rows, 0),
                                                            .owner = sql_int(&rows, 1),
                                                            .app = sql_int(&rows, 2),
                                                            .url = sql_str(&rows, 3, c->a),
                                                            .events = sql_str(&rows, 4, c->a),
                                                            .jql = sql_str(&rows, 5, c->a),
                                                            .fields = sql_str(&rows, 6, c->a),
                                                            .properties = sql_str(&rows, 7, c->a),
                                                            .excludes_body = sql_int(&rows, 8)};
    return db_done(c, &rows);
}

static bool holds(const json_t *list, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach (list, i, item)
        if (str_eq(json_string_value(item), name))
            return true;
    return false;
}

/* fieldIdsFilter: an update counts only when one of these fields changed; issuePropertyKeysFilter likewise. */
static bool passes_filters(struct ctx *c, const struct listener *l, const struct event *event)
{
    json_t *fields = json_stored(c, l->fields), *properties = json_stored(c, l->properties);
    size_t i;
    const json_t *item;
    if (event->property && json_array_size(properties) && !holds(properties, event->property))
        return false;
    if (!str_eq(event->name, "jira:issue_updated") || !json_array_size(fields))
        return true;
    json_array_foreach (event->items, i, item)
        if (holds(fields, json_at_str(item, "fieldId")) || holds(fields, json_at_str(item, "field")))
            return true;
    return false;
}

static bool is_wanted(struct ctx *c, const struct listener *l, const struct event *event, bool *r)
{
    *r = holds(json_stored(c, l->events), event->name) && passes_filters(c, l, event);
    return !*r || !event->issue || webhook_matches(c, l->jql, l->owner, event->issue, r);
}

/* ${issue.key} and its kind, percent-encoded; Data Center says who acted in the query. */
static char *address(struct ctx *c, const struct listener *l, const struct event *event)
{
    static const char *const NAMES[][2] = {{"${issue.key}", "issue.key"},
                                           {"${issue.id}", "issue.id"},
                                           {"${project.key}", "issue.fields.project.key"},
                                           {"${project.id}", "issue.fields.project.id"},
                                           {"${comment.id}", "comment.id"},
                                           {"${worklog.id}", "worklog.id"},
                                           {"${version.id}", "version.id"},
                                           {"${attachment.id}", "attachment.id"}};
    char *url = l->url;
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        const char *value = json_at_str(event->body, NAMES[i][1]);
        if (strstr(url, NAMES[i][0]))
            url = str_replace(c->a, url, NAMES[i][0], value ? str_percent_encode(c->a, value) : "");
    }
    const char *name = json_at_str(event->body, "user.name"), *key = json_at_str(event->body, "user.key");
    if (c->d->is_cloud || !name)
        return url;
    return arena_printf(c->a, "%s%cuser_id=%s&user_key=%s", url, strchr(url, '?') ? '&' : '?',
                        str_percent_encode(c->a, name), str_percent_encode(c->a, key ? key : name));
}

/* One row; what a fault wants is done to it here, so that it can be repeated. */
static bool enqueue(struct ctx *c, int64_t webhook, const struct event *event, const char *url, const char *body)
{
    int64_t number = 0, late = 0;
    char *identifier = NULL;
    const char *fault = NULL, *state;
    if (!db_int(c, &number, "SELECT coalesce(max(id), 0) + 1 FROM webhook_delivery", "") ||
        !site_uuid(c->sb, c->a, "webhook", number, &identifier, &c->err) ||
        !faults_webhook(c, event->name, &fault, &late))
        return false;
    state = str_eq(fault, "webhook-lost") ? "lost" : str_eq(fault, "webhook-reordered") ? "held" : "due";
    for (int copies = str_eq(fault, "webhook-doubled") ? 2 : 1; copies; copies--)
        if (!db_run(c,
                    "INSERT INTO webhook_delivery (webhook, identifier, event, flow, url, body, created, due, state)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                    "isssssiis", webhook, identifier, event->name, event->flow, url, body, c->now, c->now + late,
                    state))
            return false;
    return true;
}

/* What an app hears carries the ids of those of its webhooks that matched: one delivery for all of one address. */
static bool tell(struct ctx *c, const struct listener *list, size_t count, size_t at, const struct event *event)
{
    const struct listener *l = &list[at];
    json_t *body = event->body;
    if (l->app) {
        json_t *matched = new_array(c);
        for (size_t i = 0; i < count; i++) {
            bool wanted = false;
            if (list[i].app != l->app || !str_eq(list[i].url, l->url))
                continue;
            if (!is_wanted(c, &list[i], event, &wanted))
                return false;
            if (wanted && i < at)
                return true; /* told with that one */
            if (wanted)
                add(matched, json_keep(c->a, json_integer(list[i].id)));
        }
        body = json_keep(c->a, json_copy(event->body));
        put(body, "matchedWebhookIds", matched);
    }
    const char *text = l->excludes_body ? NULL : json_print(c->a, body);
    if (text)
        trace_webhook(c->sb, event->name, text);
    return enqueue(c, l->id, event, address(c, l, event), text);
}

static bool raise_event(struct ctx *c, const struct event *event)
{
    struct listener *list;
    size_t count;
    if (!listeners(c, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool wanted = false;
        if (!is_wanted(c, &list[i], event, &wanted) || (wanted && !tell(c, list, count, i, event)))
            return false;
    }
    return true;
}

/* ---- bodies: REST v2 whatever was called ---- */

struct form {
    int api;
    const char *api_name;
    struct memo *memo[ARRAY_LEN(((struct ctx *)0)->memo)];
};

static void form_begin(struct ctx *c, struct form *f)
{
    f->api = c->api;
    f->api_name = c->api_name;
    memcpy(f->memo, c->memo, sizeof f->memo);
    memset(c->memo, 0, sizeof c->memo);
    c->api = 2;
    c->api_name = "2";
}

static bool form_end(struct ctx *c, const struct form *f, bool ok)
{
    c->api = f->api;
    c->api_name = f->api_name;
    memcpy(c->memo, f->memo, sizeof f->memo);
    return ok && c->err.kind == ERR_NONE;
}

static json_t *body_of(struct ctx *c, const char *event)
{
    json_t *o = new_object(c);
    put_int(o, "timestamp", c->now);
    put_str(o, "webhookEvent", event);
    return o;
}

static json_t *whole_issue(struct ctx *c, int64_t issue)
{
    struct issue_view view = {.has_fields = true, .is_all = true, .is_navigable = true, .all_custom = true};
    json_t *o = issue_json(c, issue, &view);
    if (o)
        json_object_del(o, "expand");
    return o;
}

static json_t *short_issue(struct ctx *c, int64_t issue)
{
    static const char FIELDS[] = "summary,issuetype,project,assignee,priority,status";
    struct issue_view view = {.has_fields = true};
    view.with_count = list_add(c, FIELDS, &view.with, 0);
    json_t *o = issue_json(c, issue, &view);
    if (o)
        json_object_del(o, "expand");
    return o;
}

static bool changed(const json_t *items, const char *field)
{
    size_t i;
    const json_t *item;
    json_array_foreach (items, i, item)
        if (str_eq(json_at_str(item, "field"), field))
            return true;
    return false;
}

/* issue_event_type_name, as Jira's own workflow and edits fire it. */
static const char *type_of(const json_t *items)
{
    size_t i;
    const json_t *item;
    json_array_foreach (items, i, item)
        if (str_eq(json_at_str(item, "field"), "resolution"))
            return json_at_str(item, "to") ? "issue_resolved" : "issue_reopened";
    if (changed(items, "status"))
        return "issue_generic";
    if (changed(items, "Key"))
        return "issue_moved";
    return json_array_size(items) == 1 && changed(items, "assignee") ? "issue_assigned" : "issue_updated";
}

static bool issue_body(struct ctx *c, struct event *event, const char *type, int64_t history, int64_t comment)
{
    json_t *o = event->body = body_of(c, event->name), *issue = whole_issue(c, event->issue);
    json_t *log = history ? history_json(c, history) : NULL;
    if (!issue || (history && !log))
        return false;
    if (str_eq(event->name, "jira:issue_created") && c->d->webhook_created_has_changelog &&
        !(log = webhook_created_changelog(c, json_object_get(issue, "fields"))))
        return false;
    event->items = json_object_get(log, "items");
    if (!str_eq(event->name, "jira:issue_deleted") || !c->d->is_cloud)
        put_str(o, "issue_event_type_name", type ? type : type_of(event->items));
    put(o, "user", user_json(c, c->caller));
    put(o, "issue", issue);
    if (log) {
        json_t *changelog = new_object(c);
        put(changelog, "id", json_object_get(log, "id"));
        put(changelog, "items", json_object_get(log, "items"));
        put(o, "changelog", changelog);
    }
    if (comment)
        put(o, "comment", comment_json(c, comment, false, false));
    return c->err.kind == ERR_NONE;
}

bool webhook_issue(struct ctx *c, const char *name, const char *type, int64_t issue, int64_t history, int64_t comment)
{
    struct event event = {.name = name, .flow = "Primary", .issue = issue};
    struct form form;
    bool is_heard;
    if (!is_anybody_listening(c, &is_heard) || !is_heard)
        return c->err.kind == ERR_NONE;
    form_begin(c, &form);
    bool ok = issue_body(c, &event, type, history, comment) && raise_event(c, &event);
    return form_end(c, &form, ok);
}

/* What Data Center also tells the listeners of the issue. */
static const char *issue_type_of_comment(const char *name)
{
    return str_eq(name, "comment_created")   ? "issue_commented"
           : str_eq(name, "comment_updated") ? "issue_comment_edited"
                                             : "issue_comment_deleted";
}

bool webhook_comment(struct ctx *c, const char *name, int64_t issue, int64_t comment)
{
    struct event event = {.name = name, .flow = "Primary", .issue = issue};
    struct form form;
    bool is_heard;
    if (!is_anybody_listening(c, &is_heard) || !is_heard)
        return c->err.kind == ERR_NONE;
    form_begin(c, &form);
    event.body = body_of(c, name);
    json_t *shown = comment_json(c, comment, false, false), *owner = short_issue(c, issue);
    bool ok = shown && owner;
    if (ok) {
        put(event.body, "comment", shown);
        if (c->d->webhook_comment_has_issue)
            put(event.body, "issue", owner);
        ok = raise_event(c, &event);
    }
    ok = form_end(c, &form, ok);
    return ok && (!c->d->webhook_comment_updates_issue ||
                  webhook_issue(c, "jira:issue_updated", issue_type_of_comment(name), issue, 0, comment));
}

bool webhook_issue_updated(struct ctx *c, int64_t issue)
{
    int64_t history = 0;
    bool is_heard;
    if (!is_anybody_listening(c, &is_heard) || !is_heard)
        return c->err.kind == ERR_NONE;
    return db_int(c, &history, "SELECT max(id) FROM history WHERE issue = ?1", "i", issue) &&
           webhook_issue(c, "jira:issue_updated", NULL, issue, history, 0);
}

/* ---- other nouns ---- */

static json_t *link_json(struct ctx *c, int64_t id)
{
    struct sql_rows rows;
    json_t *o = new_object(c), *type = new_object(c);
    if (!db_query(c, &rows,
                  "SELECT l.inward, l.outward, t.id, t.name, t.outward, t.inward FROM issue_link l JOIN link_type t"
                  " ON t.id = l.type WHERE l.id = ?1",
                  "i", id))
        return NULL;
    if (sql_next(&rows)) {
        put_int(o, "id", id);
        put_int(o, "sourceIssueId", sql_int(&rows, 0));
        put_int(o, "destinationIssueId", sql_int(&rows, 1));
        put_int(type, "id", sql_int(&rows, 2));
        put_str(type, "name", sql_str(&rows, 3, c->a));
        put_str(type, "outwardName", sql_str(&rows, 4, c->a));
        put_str(type, "inwardName", sql_str(&rows, 5, c->a));
        put_bool(type, "isSubTaskLinkType", false);
        put_bool(type, "isSystemLinkType", false);
        put(o, "issueLinkType", type);
        put_bool(o, "systemLink", false);
    }
    return db_done(c, &rows) ? o : NULL;
}

static json_t *noun_json(struct ctx *c, enum webhook_noun noun, int64_t id)
{
    struct worklog w;
    struct attachment f;
    switch (noun) {
    case WEBHOOK_WORKLOG:
        return worklog_find(c, id, &w) ? worklog_json(c, &w, false) : NULL;
    case WEBHOOK_ATTACHMENT:
        return attachment_find(c, arena_printf(c->a, "%lld", (long long)id), &f) ? attachment_json(c, &f) : NULL;
    case WEBHOOK_LINK:
        return link_json(c, id);
    case WEBHOOK_VERSION:
        return version_full_json(c, id);
    }
    return NULL;
}

static bool raise_noun(struct ctx *c, enum webhook_noun noun, const char *name, const char *flow, int64_t id)
{
    static const char *const MEMBERS[] = {[WEBHOOK_WORKLOG] = "worklog",
                                          [WEBHOOK_ATTACHMENT] = "attachment",
                                          [WEBHOOK_LINK] = "issueLink",
                                          [WEBHOOK_VERSION] = "version"};
    struct event event = {.name = name, .flow = flow};
    struct form form;
    bool is_heard;
    if (!is_anybody_listening(c, &is_heard) || !is_heard)
        return c->err.kind == ERR_NONE;
    form_begin(c, &form);
    event.body = body_of(c, name);
    json_t *value = noun_json(c, noun, id);
    if (value)
        put(event.body, MEMBERS[noun], value);
    return form_end(c, &form, value && raise_event(c, &event));
}

bool webhook_noun(struct ctx *c, enum webhook_noun noun, const char *name, int64_t id)
{
    return raise_noun(c, noun, name, "Primary", id);
}

bool webhook_property(struct ctx *c, const char *name, int64_t issue, const char *key, const json_t *value)
{
    struct event event = {.name = name, .flow = "Primary", .issue = issue, .property = key};
    struct form form;
    bool is_heard;
    if (!is_anybody_listening(c, &is_heard) || !is_heard)
        return c->err.kind == ERR_NONE;
    form_begin(c, &form);
    event.body = body_of(c, name);
    json_t *property = new_object(c), *owner = short_issue(c, issue);
    put_str(property, "key", key);
    if (value)
        put(property, "value", json_keep(c->a, json_deep_copy(value)));
    put(event.body, "property", property);
    if (owner)
        put(event.body, "issue", owner);
    return form_end(c, &form, owner && raise_event(c, &event));
}

bool webhook_other(struct ctx *c, const char *name, const char *member, json_t *value)
{
    struct event event = {.name = name, .flow = "Primary", .body = body_of(c, name)};
    if (!value)
        return false;
    put(event.body, member, value);
    return raise_event(c, &event);
}

static bool consequences(struct ctx *c, int64_t issue, const char *sql, enum webhook_noun noun, const char *name)
{
    struct sql_rows rows;
    int64_t *ids = NULL;
    size_t count = 0;
    if (!db_query(c, &rows, sql, "i", issue))
        return false;
    while (sql_next(&rows))
        *arena_push(c->a, ids, count) = sql_int(&rows, 0);
    bool ok = db_done(c, &rows);
    for (size_t i = 0; ok && i < count; i++)
        ok = raise_noun(c, noun, name, "Secondary", ids[i]);
    return ok;
}

bool webhook_issue_deleted(struct ctx *c, int64_t issue)
{
    return webhook_issue(c, "jira:issue_deleted", "issue_deleted", issue, 0, 0) &&
           (!c->d->is_cloud ||
            (consequences(c, issue, "SELECT id FROM attachment WHERE issue = ?1 ORDER BY id", WEBHOOK_ATTACHMENT,
                          "attachment_deleted") &&
             consequences(c, issue, "SELECT id FROM issue_link WHERE inward = ?1 OR outward = ?1 ORDER BY id",
                          WEBHOOK_LINK, "issuelink_deleted")));
}
