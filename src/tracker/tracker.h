/* tracker.h - what the engine asks of a tracker: one project of one site, seen through one account.
 *
 * The engine knows this interface and never Jira. src/jira implements it; proxy.h wraps any implementation to count,
 * log and dry-run. Ids are the site's own, as strings of digits; keys are attributes that can change.
 *
 * Memory: results live in the arena passed in.
 * Writes: an implementation sends each write at most once. A write that may have been done although no reply came is
 *         ERR_UNCERTAIN; only sync/recover.c may turn that into something else.
 * Errors: as in err.h and http/client.h; ERR_GONE also for what the account may not see. ERR_AUTH and the other
 * site-scope kinds say nothing about the data. ERR_KILLED passes through untouched. Threads: one at a time. */
#pragma once

#include "tracker/value.h"

#include <stdint.h>

struct tracker;

/* The site and the account, asked anew at each call: the check that credentials live. */
struct tracker_info {
    const char *site_url, *deployment /* "datacenter" or "cloud" */, *version;
    const char *account_id, *account_name; /* the acting user */
    const char *zone;                      /* the acting user's */
    int64_t skew_ms;                       /* site's clock minus ours */
    int64_t poll_overlap_ms;               /* how far behind the watermark a poll must look: the search's lag */
};

struct tracker_option {
    const char *id, *name;
};

struct tracker_issue_type {
    const char *id, *name;
    bool is_subtask;
    struct tracker_option *statuses;
    size_t status_count;
    const char **required; /* ids of fields that a creation must fill: required, without a default of their own */
    size_t required_count;
};

struct tracker_field {
    const char *id, *name; /* "summary"; "customfield_10010" */
    const char *type;      /* schema type: "string", "option", "array", "user" … */
    const char *items;     /* element type of an array */
    const char *custom;    /* custom field type key; NULL for system fields */
};

/* What a project offers. */
struct tracker_project {
    const char *id, *key, *name;
    struct tracker_issue_type *types;
    size_t type_count;
    struct tracker_option *priorities;
    size_t priority_count;
    struct tracker_field *fields;
    size_t field_count;
    bool can_browse, can_create, can_edit, can_comment, can_transition, can_delete_own_comments;
};

/* An issue id with when it last moved: what a poll returns. */
struct tracker_seen {
    const char *id, *key;
    int64_t updated_ms;
};

struct tracker_comment {
    const char *id;
    const char *author_id, *author_name;
    const char *body; /* rich.h: wiki markup, or a document where the site has documents */
    int64_t created_ms, updated_ms;
    const char *visibility_type, *visibility_value; /* "role" or "group"; NULL when open to all */
    bool is_internal;                               /* JSM: jsdPublic false */
    const char *token; /* of our token property; NULL when there is none, or not asked for */
};

struct tracker_attachment {
    const char *id, *name;
    const char *url; /* of its content; asks for a login */
    int64_t size;
};

struct tracker_history_item {
    const char *id; /* of the history; ascending */
    const char *author_id;
    int64_t created_ms;
    const char *field;                           /* field id where the site tells, else the name in lower case */
    const char *from, *from_text, *to, *to_text; /* NULL where the site says null */
};

struct tracker_issue_field {
    const char *id;
    struct value value;
};

struct tracker_issue {
    const char *id, *key, *project_id, *project_key;
    const char *creator_id, *reporter_id;
    int64_t created_ms, updated_ms;
    const char *parent_id;
    struct tracker_issue_field *fields; /* those asked for */
    size_t field_count;
    struct tracker_comment *comments; /* all of them, ascending by id; with TRACKER_COMMENTS or _TOKENS */
    size_t comment_count;
    struct tracker_attachment *attachments; /* in the order of ids; with the comments */
    size_t attachment_count;
    struct tracker_history_item *history; /* ascending; only with TRACKER_HISTORY */
    size_t history_count;
    const json_t *properties; /* object key → value; only those asked for; NULL when not asked */
};

enum tracker_want {
    TRACKER_COMMENTS = 1,
    TRACKER_HISTORY = 2,
    TRACKER_COMMENT_TOKENS = 4, /* comments with their `token`, which only recovery needs: a request more per issue */
};

struct tracker_read {
    const char *const *ids;
    size_t id_count;
    const char *const *fields; /* field ids */
    size_t field_count;
    unsigned want;
    const char *const *properties; /* issue property keys */
    size_t property_count;
};

struct tracker_transition {
    const char *id, *name, *to_id, *to_name;
    bool has_required_fields; /* a screen that asks for something we would not give */
};

/* A creation carries a token, so that it can be found again when its reply is lost. */
struct tracker_property {
    const char *key;
    const json_t *value;
};

struct tracker_remote_link {
    const char *global_id, *url, *title, *summary, *relationship;
};

/* A restriction of visibility; both NULL: open. */
struct tracker_visibility {
    const char *type, *value;
};

/* The key of the property that holds a creation's token: {"token": "…"}. */
#define TRACKER_TOKEN_PROPERTY "tandem.token"

struct tracker_ops {
    bool (*describe)(struct tracker *, struct arena *, struct tracker_info *r, struct err *e);
    bool (*project)(struct tracker *, struct arena *, struct tracker_project *r, struct err *e);

    /* One page of the issues that moved at or after since_ms (in minutes, as the site can), oldest first, plus
     * `filter` (JQL, NULL none). *cursor is NULL for the first page and NULL again after the last. Pages overlap by an
     * anchor; a window that shifted under the reader is started again inside. */
    bool (*poll)(struct tracker *, struct arena *, int64_t since_ms, const char *filter, const char **cursor,
                 struct tracker_seen **r, size_t *count_r, struct err *e);
    /* Reads many issues. r[i] belongs to ids[i] and is NULL when it is not there or not visible. */
    bool (*read)(struct tracker *, struct arena *, const struct tracker_read *, struct tracker_issue **r,
                 struct err *e);
    /* The id of some issue of that type in that status, NULL when there is none: to learn what leaves that status. */
    bool (*sample)(struct tracker *, struct arena *, const char *type_id, const char *status_id, const char **id_r,
                   struct err *e);
    bool (*transitions)(struct tracker *, struct arena *, const char *issue_id, struct tracker_transition **r,
                        size_t *count_r, struct err *e);
    /* Every issue of the project that the acting user created at or after since_ms, with the token property in
     * `properties`, by ways that do not trust a lagging search. `known_key` is the highest key known before. */
    bool (*created_since)(struct tracker *, struct arena *, int64_t since_ms, const char *known_key,
                          const char *const *fields, size_t field_count, struct tracker_issue **r, size_t *count_r,
                          struct err *e);
    /* One comment; ERR_GONE when it is not there, while the issue is: the caller makes sure of that. */
    bool (*comment_get)(struct tracker *, struct arena *, const char *issue_id, const char *comment_id,
                        struct tracker_comment *r, struct err *e);

    /* Active people whose e-mail address, user name or account id is exactly `who`, as far as the account may see them.
     * None is a success with count 0. */
    bool (*users_find)(struct tracker *, struct arena *, const char *who, struct value **r, size_t *count_r,
                       struct err *e);

    bool (*create)(struct tracker *, struct arena *, const struct tracker_issue_field *, size_t count,
                   const struct tracker_property *, size_t property_count, const char **id_r, const char **key_r,
                   struct err *e);
    bool (*update)(struct tracker *, struct arena *, const char *issue_id, const struct tracker_issue_field *,
                   size_t count, struct err *e);
    bool (*transition)(struct tracker *, struct arena *, const char *issue_id, const char *transition_id,
                       struct err *e);
    /* r is the reply: the comment as the site holds it now. `token` may be NULL. */
    bool (*comment_add)(struct tracker *, struct arena *, const char *issue_id, const char *body, const char *token,
                        const struct tracker_visibility *, struct tracker_comment *r, struct err *e);
    bool (*comment_edit)(struct tracker *, struct arena *, const char *issue_id, const char *comment_id,
                         const char *body, const struct tracker_visibility *, struct tracker_comment *r, struct err *e);
    bool (*comment_delete)(struct tracker *, struct arena *, const char *issue_id, const char *comment_id,
                           struct err *e);

    /* Idempotent: may be repeated freely. A deletion of what is not there succeeds. */
    bool (*property_get)(struct tracker *, struct arena *, const char *issue_id, const char *key, const json_t **r,
                         struct err *e); /* NULL when there is none */
    bool (*property_set)(struct tracker *, struct arena *, const char *issue_id, const char *key, const json_t *,
                         struct err *e);
    bool (*property_delete)(struct tracker *, struct arena *, const char *issue_id, const char *key, struct err *e);
    bool (*project_property_get)(struct tracker *, struct arena *, const char *key, const json_t **r, struct err *e);
    bool (*project_property_set)(struct tracker *, struct arena *, const char *key, const json_t *, struct err *e);
    bool (*remote_link_set)(struct tracker *, struct arena *, const char *issue_id, const struct tracker_remote_link *,
                            struct err *e);
    bool (*remote_link_delete)(struct tracker *, struct arena *, const char *issue_id, const char *global_id,
                               struct err *e);

    /* How many writes this issue takes at once now; SIZE_MAX when no limit is known. With 0, *wait_ms_r is the time
     * until it takes one again. Nothing is asked of the site; a write beyond the room waits inside for its turn. */
    size_t (*write_room)(struct tracker *, const char *issue_id, int64_t *wait_ms_r);
    /* "https://…/browse/SA-1" */
    const char *(*browse_url)(struct tracker *, struct arena *, const char *key);
    int64_t (*requests)(const struct tracker *); /* sent so far */
    void (*free)(struct tracker *);
};

/* First member of every implementation. */
struct tracker {
    const struct tracker_ops *ops;
};

/* The value of a field in an issue that was read; VALUE_NONE when it was not there. */
struct value tracker_issue_value(const struct tracker_issue *, const char *field_id);
const struct tracker_issue_type *tracker_project_type(const struct tracker_project *, const char *id_or_name);
void tracker_free(struct tracker *); /* NULL is allowed */
