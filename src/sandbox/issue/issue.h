/* issue.h - an issue's row, and a change to it on its way from JSON to the database.
 *
 * Create, edit, assign and transition are one engine: issue_change_open reads what is there, issue_change_field applies
 * one field after another to `after` and collects what is wrong, issue_change_save writes the difference as one history
 * and one new `updated`. No difference, no trace. */
#pragma once

#include "sandbox/field/field.h"

#include "base/buf.h"

struct issue_row {
    int64_t id, project, number, type, status, priority, resolution, resolved, assignee, reporter, creator, parent;
    int64_t created, updated, status_changed; /* 0 in any of these: none */
    int64_t security, archived, archived_by;
    char *summary, *description, *environment, *due;
    char *project_key;
};

/* False when the database failed; id 0 in *r when there is no such issue. */
bool issue_row_read(struct ctx *, int64_t id, struct issue_row *r) MUST_CHECK;

struct custom_value {
    char *text;
    double num;
    bool has_num;
    int64_t ref;
};

struct custom_change {
    struct field field;
    struct custom_value *before, *after;
    size_t before_count, after_count;
};

/* The fields that are sets of a project's nouns (issue_set.c, planning.h). */
enum issue_set { SET_FIX_VERSIONS, SET_VERSIONS, SET_COMPONENTS, ISSUE_SETS };

struct ref_set {
    int64_t *before, *after;
    size_t before_count, after_count;
    bool is_open; /* what was there has been read */
};

struct issue_time;

struct issue_change {
    struct issue_row before, after;
    struct ref_set sets[ISSUE_SETS];
    bool is_new, assigns_automatically; /* the latter: the assignee was given as "-1" */
    const char *operation; /* the screen: create, edit, resolve, assign (the assignee alone); "": no screen */
    char **labels_before, **labels;
    size_t labels_before_count, labels_count;
    bool has_labels; /* read, so that they are compared */
    struct custom_change *custom;
    size_t custom_count;
    struct issue_time *time_before, *time; /* NULL: no estimate is touched (worklog.h) */
    json_t *comments, *links, *worklogs;   /* [{verb: value}], to be done after the row; NULL: none */
    const json_t *metadata;                /* historyMetadata of the body; NULL: none */
    struct problems problems;
    char **named; /* fields that `fields` or `update` named */
    size_t named_count;
};

/* For an issue that is there. */
bool issue_change_open(struct ctx *, int64_t issue, const char *operation, struct issue_change *) MUST_CHECK;
/* Applies the members `fields` and `update` of a body; what is wrong is collected in problems.
 * False only when the database failed. */
bool issue_change_body(struct ctx *, struct issue_change *, const json_t *body) MUST_CHECK;
/* One field; `verb` is set, add, remove or edit. */
bool issue_change_field(struct ctx *, struct issue_change *, const char *field, const char *verb,
                        const json_t *value) MUST_CHECK;
/* The same without asking the screen: what a workflow does by itself. */
bool issue_change_apply(struct ctx *, struct issue_change *, const char *field, const char *verb,
                        const json_t *value) MUST_CHECK;
/* Whether the field has a value after the change. */
bool issue_change_has(struct ctx *, struct issue_change *, const struct field *, bool *r) MUST_CHECK;
/* What the change's screen requires and does not have becomes problems; of an edit only what it names. */
bool screen_required(struct ctx *, struct issue_change *) MUST_CHECK;
/* The row, labels, custom values, links and comments; a history when the issue was there before.
 * *changed_r tells whether anything differed. */
bool issue_change_save(struct ctx *, struct issue_change *, bool *changed_r) MUST_CHECK;
/* Puts `status` into after, and the resolution with it: set on entering Done, cleared on leaving. */
bool issue_change_status(struct ctx *, struct issue_change *, int64_t status) MUST_CHECK;
/* notifyUsers=false by somebody who may not is refused. */
bool notify_allowed(struct ctx *) MUST_CHECK;
/* properties: [{key, value}] */
bool issue_properties_write(struct ctx *, int64_t issue, const json_t *properties) MUST_CHECK;

/* ---- one field's value, from JSON (field_value.c). Each returns false only when the database failed; a wrong value
 * becomes a problem of `field`. ---- */

bool read_user(struct ctx *, struct problems *, const char *field, const json_t *, int64_t *r) MUST_CHECK;
bool read_named(struct ctx *, struct problems *, const char *field, const char *table, const json_t *,
                int64_t *r) MUST_CHECK; /* {"id"} or {"name"} of priority, resolution, issue_type, status, link_type */
bool read_labels(struct ctx *, struct problems *, const char *field, const json_t *, char ***r,
                 size_t *count_r) MUST_CHECK;
bool is_date(const char *);

/* ---- history (changelog.c) ---- */

struct history_item {
    const char *field, *type, *field_id; /* type: jira or custom; field_id NULL: none */
    const char *from, *from_string, *to, *to_string;
};
struct history_items {
    struct history_item *list;
    size_t count;
};
bool history_add(struct ctx *, int64_t issue, const struct history_item *, size_t count) MUST_CHECK;

/* ---- parts that other resources make ---- */

/* Adds a comment from {body, visibility, properties}; what is wrong becomes a problem. */
bool comment_make(struct ctx *, int64_t issue, const json_t *, struct problems *, int64_t *id_r) MUST_CHECK;
/* `edit` or `remove` of a comment by {id, body…}, as an update of its issue asks. */
bool comment_change(struct ctx *, int64_t issue, const char *verb, const json_t *, struct problems *) MUST_CHECK;
/* Comments of an issue as {comments,maxResults,total,startAt}; NULL when the database failed. */
json_t *comment_page_json(struct ctx *, int64_t issue, int64_t cap, bool rendered);
/* The comment of that id wherever it is, when the caller may see it; else a 404. */
bool comment_find(struct ctx *, const char *asked, int64_t *id_r) MUST_CHECK;
bool comment_moves_updated(struct ctx *, int64_t issue) MUST_CHECK;
/* Adds a link from {type, inwardIssue|outwardIssue} with the other side being `issue`. */
bool issue_link_add(struct ctx *, int64_t issue, const json_t *, struct problems *) MUST_CHECK;
/* renderedFields of what `fields` shows; NULL when the database failed (issue_rendered.c). */
json_t *issue_rendered_json(struct ctx *, const struct issue_row *, json_t *fields);
json_t *subtasks_json(struct ctx *, int64_t issue); /* the array inside an issue */
/* Adds what links the issues of {sourceIssues: [{key}…]} have. */
bool issue_links_copy(struct ctx *, int64_t issue, const json_t *, struct problems *) MUST_CHECK;
json_t *issue_links_json(struct ctx *, int64_t issue); /* the array inside an issue */
json_t *transitions_json(struct ctx *, const struct issue_row *, const char *only, bool with_fields);
bool watcher_add(struct ctx *, int64_t issue, int64_t account) MUST_CHECK;
/* The caller watches what they make or comment, unless the site has that off. */
bool watcher_auto(struct ctx *, int64_t issue) MUST_CHECK;
json_t *votes_json(struct ctx *, int64_t issue, const char *key);
json_t *watches_json(struct ctx *, int64_t issue, const char *key);
json_t *properties_json(struct ctx *, const char *entity, int64_t id, char **keys, size_t count); /* {key: value} */
bool entity_property_put(struct ctx *, const char *entity, int64_t id, const char *key, const json_t *value,
                         bool *created_r) MUST_CHECK;
/* [{key, value}] of a comment or a worklog, from what was sent and onto what is shown. */
bool entity_properties_write(struct ctx *, const char *entity, int64_t id, const json_t *list) MUST_CHECK;
bool entity_properties_show(struct ctx *, json_t *o, const char *entity, int64_t id) MUST_CHECK;
bool entity_properties_delete(struct ctx *, const char *entity, int64_t id) MUST_CHECK;
