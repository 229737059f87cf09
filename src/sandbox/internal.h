/* internal.h - what the files of the sandbox share: the site, a request on its way, and the calls between files.
 *
 * A handler is `bool handle(struct ctx *c)`. The router has opened a transaction, parsed the target, and found the
 * caller before it is called. True: the reply is set (reply_*), the transaction is committed. False: rolled back; the
 * reply is what refuse*() set, or 500 when c->err was set by the database. So a handler reads as a chain of
 * `if (!…) return false;`.
 *
 * JSON: every json_t here lives in the request's arena (made by new_object, new_array, or kept); parents take their own
 * reference (put, add), so nothing leaks however a handler ends.
 *
 * All state is in the database; nothing may be cached across requests that a restored snapshot could contradict. */
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/str.h"
#include "http/http.h"
#include "sandbox/dialect.h"
#include "sandbox/sandbox.h"
#include "sql/sql.h"

#include <stdint.h>
#include <stdio.h>

extern const char sandbox_schema[], sandbox_schema_planning[], sandbox_schema_access[], sandbox_schema_webhook[],
    sandbox_schema_search[], sandbox_schema_auth[];

struct sandbox {
    struct sql_db *db;
    const struct dialect *d;
    struct clock *clock;
    char *base_url; /* without a slash at the end */
    char *zone;
    bool ignore_properties;
    FILE *trace;          /* NULL: none (trace.h) */
    uint64_t requests;    /* for request ids in headers only */
    struct state *states; /* snapshots of a site in memory (state.c) */
    const char *vanished; /* key of a project the present request does not see (faults.c sets it around the request) */
    struct {
        bool is_known;
        int64_t quarter;
        int minutes;
    } offset[64]; /* the zone's offset by quarter of an hour: a pure function, so safe to remember */
};

struct ctx {
    struct sandbox *sb;
    struct sql_db *db;
    const struct dialect *d;
    struct arena *a;
    const struct http_request *request;
    struct http_response *response;
    struct http_target target;
    char *args[4];        /* what the {} of the route matched, decoded */
    int api;              /* 2 or 3: the form of rich text and of self */
    const char *api_name; /* "2", "3" or "latest", for self */
    int64_t caller;       /* account.id; 0: anonymous */
    bool is_admin;
    bool is_app; /* the caller is an app, with a bearer token (Cloud) */
    int64_t now;
    json_t *body; /* parsed when the request has a JSON body; NULL otherwise */
    struct err err;
    bool is_replied;
    const char *login_reason;    /* X-Seraph-LoginReason; NULL: no credentials were sent */
    struct issue_times *times;   /* of the issue shown last (time_tracking.c) */
    int64_t text_issue;          /* the issue whose files wiki markup names (rich_text.c); 0: none yet */
    struct memo *memo[32];       /* what this request has shown already, by noun and id */
    const struct access *access; /* what the caller sees, once it was asked for (access.c) */
};

/* ---- routes (router.c) ---- */

/* Answers one request; sandbox_handle (faults.c) stands before it and makes go wrong what is scripted. */
void sandbox_answer(struct sandbox *, const struct http_request *, struct arena *, struct http_response *);

enum route_flags {
    ROUTE_ANONYMOUS = 1, /* answers without a caller (dead credentials count as none); otherwise 401 */
    ROUTE_READ = 2,      /* a POST that writes nothing */
    ROUTE_ADMIN = 4,     /* 403 for others */
    ROUTE_ANY_BODY = 8,  /* the body need not be an object (properties) */
    ROUTE_NO_BODY = 16,  /* PUT or POST without a body is fine */
    ROUTE_RAW_BODY = 32, /* the handler reads the body itself: it is no JSON */
    ROUTE_ALONE = 64,    /* outside of a transaction: it takes or brings back the whole database */
};

/* `path` is relative to /rest/api/{2|3|latest}/ or, starting with a slash, absolute; {} matches one segment.
 * A file ends with its table, closed by an entry without path, and router.c lists the tables. */
struct route {
    enum http_method method;
    const char *path;
    bool (*handle)(struct ctx *);
    unsigned dialects; /* ON_… */
    unsigned flags;
};

/* ---- replies (reply.c) ---- */

bool reply_json(struct ctx *, int status, json_t *); /* true */
bool reply_empty(struct ctx *, int status);          /* true */
/* {"errorMessages":[text],"errors":{}}. All refuse* return false. */
bool refuse(struct ctx *, int status, const char *format, ...) PRINTF_LIKE(3, 4);
/* {"errorMessages":[],"errors":{field:text}}, 400 */
bool refuse_field(struct ctx *, const char *field, const char *format, ...) PRINTF_LIKE(3, 4);
/* Several at once: collect, then refuse_problems when there are any. */
struct problems {
    json_t *messages, *fields; /* NULL until the first */
    int count;
};
void problem(struct ctx *, struct problems *, const char *field, const char *format, ...)
    PRINTF_LIKE(4, 5); /* field NULL: a message */
bool refuse_problems(struct ctx *, int status, const struct problems *);
json_t *problems_json(struct ctx *, const struct problems *);
/* {"message":text,"status-code":status}: what the layer below Jira's own says (401, 404 and 405 of routes, 500) */
bool refuse_plain(struct ctx *, int status, const char *format, ...) PRINTF_LIKE(3, 4);
void reply_bytes(struct ctx *, int status, const char *type,
                 const char *body); /* a body that is not JSON; in the arena */
bool reply_binary(struct ctx *, int status, const char *type, const char *body, size_t length); /* true */
bool refuse_not_found(struct ctx *); /* the dialect's text for an issue that is not there, or not for this caller */

/* ---- JSON (reply.c) ---- */

json_t *new_object(struct ctx *);
json_t *new_array(struct ctx *);
void put(json_t *object, const char *key, json_t *value);         /* NULL puts null; takes a reference of its own */
void put_str(json_t *object, const char *key, const char *value); /* NULL puts null; bytes that are no UTF-8 become ? */
void put_int(json_t *object, const char *key, int64_t value);
void put_id(json_t *object, const char *key, int64_t value); /* a string of digits */
void put_bool(json_t *object, const char *key, bool value);
void put_time(struct ctx *, json_t *object, const char *key, int64_t epoch_ms); /* in the server's zone */
void put_self(struct ctx *, json_t *object, const char *format, ...)
    PRINTF_LIKE(3, 4); /* "issue/10001" → base/rest/api/N/issue/10001 */
void add(json_t *array, json_t *value);
void add_str(json_t *array, const char *value);
/* JSON text out of the database; NULL for NULL. */
json_t *json_stored(struct ctx *, const char *text);
char *time_text(struct ctx *, int64_t epoch_ms);
int zone_minutes(struct sandbox *, int64_t epoch_ms); /* the server's zone */

/* The object that a DELETE carries; NULL when it carries nothing. 400 for anything else. */
bool body_of_delete(struct ctx *, const json_t **r) MUST_CHECK;

/* ---- parameters (reply.c) ---- */

const char *param(struct ctx *, const char *name);  /* first value, NULL when absent */
bool param_expands(struct ctx *, const char *what); /* `expand` names it */
bool param_bool(struct ctx *, const char *name, bool otherwise);
/* All values of a parameter, repeated or with commas; blanks trimmed. */
size_t param_list(struct ctx *, const char *name, char ***r);
size_t list_add(struct ctx *, const char *text, char ***list, size_t count); /* "a, b" onto a list; the new count */
struct page {
    int64_t start, max;
};
/* startAt and maxResults; max is cut to cap. 400 for what is no number. */
bool page_read(struct ctx *, int64_t default_max, int64_t cap, struct page *) MUST_CHECK;
/* PageBean: self?, maxResults, startAt, total, isLast, values */
json_t *page_json(struct ctx *, const struct page *, int64_t total, json_t *values);

/* ---- the database under a request ---- */

#define db_run(c, ...)         sql_run((c)->db, &(c)->err, __VA_ARGS__)
#define db_query(c, rows, ...) sql_query((c)->db, (rows), &(c)->err, __VA_ARGS__)
#define db_done(c, rows)       sql_done((rows), &(c)->err)
#define db_int(c, r, ...)      sql_get_int((c)->db, (r), 0, &(c)->err, __VA_ARGS__)
#define db_str(c, r, ...)      sql_get_str((c)->db, (c)->a, (r), &(c)->err, __VA_ARGS__)

/* A per-site setting out of table `setting`; `otherwise` when it is not there. */
bool setting_int(struct sql_db *, const char *name, int64_t otherwise, int64_t *r, struct err *e) MUST_CHECK;

/* ---- who may see what (permission.c) ---- */

/* An SQL condition on a column that holds project.id: the projects that the caller may see; for issues, rights and
 * restrictions see access.h. The text is the same for every request of one caller, so that statements stay prepared. */
const char *visible_projects(struct ctx *, const char *column);
bool project_is_visible(struct ctx *, int64_t project, bool *r) MUST_CHECK;
/* "SA-1" in any case, also a former key, or "10001". id_r 0: not there, or not for this caller. */
bool issue_find(struct ctx *, const char *id_or_key, int64_t *id_r) MUST_CHECK;
/* The same with a 404 reply. */
bool issue_need(struct ctx *, const char *id_or_key, int64_t *id_r) MUST_CHECK;
bool project_find(struct ctx *, const char *id_or_key, int64_t *id_r) MUST_CHECK; /* 0: none or unseen */
bool project_need(struct ctx *, const char *id_or_key, int64_t *id_r) MUST_CHECK;

/* ---- what is shown of an issue (issue_json.c) ---- */

enum issue_expand {
    EXPAND_NAMES = 1,
    EXPAND_SCHEMA = 2,
    EXPAND_RENDERED = 4,
    EXPAND_TRANSITIONS = 8,
    EXPAND_OPERATIONS = 16,
    EXPAND_EDITMETA = 32,
    EXPAND_CHANGELOG = 64,
    EXPAND_TRANSITION_FIELDS = 128,
    EXPAND_VERSIONED = 256, /* versionedRepresentations in place of fields */
};

struct issue_view {
    bool is_id_only;           /* nothing but the id (Cloud search that asks for no field) */
    bool has_fields;           /* false: no `fields` member at all (Cloud search by default, or only "key" asked for) */
    bool is_all, is_navigable; /* *all, *navigable */
    bool all_custom;           /* any of the two above */
    char **with, **without;
    size_t with_count, without_count;
    unsigned expand;
    char **properties;
    size_t property_count;
    bool in_search; /* shapes that differ in search results (expand text, changelog cap) */
};

/* From query parameters fields, expand, properties; `fallback` is "*all", "*navigable" or "" (none). */
bool issue_view_from_query(struct ctx *, const char *fallback, struct issue_view *) MUST_CHECK;
/* From a POST body: `fields` and `properties` arrays or NULL, `expand` an array or a string or NULL. */
bool issue_view_from_body(struct ctx *, const char *fallback, const json_t *fields, const json_t *expand,
                          const json_t *properties, struct issue_view *) MUST_CHECK;
bool issue_view_shows(const struct issue_view *, const char *field, bool is_custom);
/* NULL when the database failed (c->err). The issue must exist and be visible. */
json_t *issue_json(struct ctx *, int64_t issue, const struct issue_view *);
/* For the top of a search result: {"summary":"Summary"…}, {"summary":{"type":"string"…}…} of what the view shows. */
json_t *issue_names_json(struct ctx *, const struct issue_view *);
json_t *issue_schema_json(struct ctx *, const struct issue_view *);
/* {id,key,self,fields{summary,status,priority,issuetype}} */
json_t *issue_stub_json(struct ctx *, int64_t issue);
char *issue_key(struct ctx *, int64_t issue); /* "SA-1"; NULL when the database failed */

/* What was made for this request once need not be made again: users, statuses, types (memo.c). NULL when it was not. */
enum memo_noun {
    MEMO_USER,
    MEMO_STATUS,
    MEMO_PRIORITY,
    MEMO_RESOLUTION,
    MEMO_TYPE,
    MEMO_PROJECT,
    MEMO_LINK_TYPE,
    MEMO_VERSION,
    MEMO_COMPONENT
};
json_t *memo_get(struct ctx *, enum memo_noun, int64_t id);
json_t *memo_put(struct ctx *, enum memo_noun, int64_t id, json_t *); /* returns what it was given */

/* ---- the small nouns; NULL only when the database failed; JSON null for id 0 or a row that is gone ---- */

json_t *user_json(struct ctx *, int64_t account);
json_t *user_lead_json(struct ctx *, int64_t account); /* as a project or component shows its lead */
json_t *status_json(struct ctx *, int64_t status);
json_t *status_category_json(struct ctx *, int64_t category);
json_t *priority_json(struct ctx *, int64_t priority);
json_t *resolution_json(struct ctx *, int64_t resolution);
json_t *issue_type_json(struct ctx *, int64_t issue_type);
json_t *project_json(struct ctx *, int64_t project);             /* as inside an issue */
json_t *project_issue_types_json(struct ctx *, int64_t project); /* the array of a project's types */
json_t *link_type_json(struct ctx *, int64_t link_type);
json_t *field_option_json(struct ctx *, int64_t option);
json_t *comment_json(struct ctx *, int64_t comment, bool rendered, bool properties);
json_t *changelog_json(struct ctx *, int64_t issue, bool in_search); /* {startAt,maxResults,total,histories} */
/* One history with its items; the shape of `created` differs in bulkfetch on Cloud. */
json_t *history_json(struct ctx *, int64_t history);

/* ---- rich text (rich_text.c) ---- */

/* Stored form to what this API version shows: wiki string (v2) or ADF (v3); null for none. */
json_t *rich_text_show(struct ctx *, const char *stored);
/* What a client sent to the stored form. 400 on field `field` for the wrong type or for too long a text. */
bool rich_text_read(struct ctx *, const json_t *sent, const char *field, struct problems *, char **stored_r) MUST_CHECK;
char *rich_text_wiki(struct ctx *, const char *stored); /* as the changelog shows it; NULL for NULL */
char *rich_text_plain(struct ctx *, const char *stored);
char *rich_text_html(struct ctx *, const char *stored);

/* ---- making things outside of a request (site.c): used by open, demo data, load, move, and the admin calls ---- */

struct account_new {
    const char *name, *user_key;                 /* dc; user_key NULL: "JIRAUSER<id>" */
    const char *account_id;                      /* cloud; NULL: made from the seed */
    const char *email, *display_name, *password; /* password NULL: cannot log in */
    const char *time_zone;                       /* NULL: the site's */
    bool is_admin, is_inactive, hides_email;
};
bool account_create(struct sandbox *, const struct account_new *, int64_t *id_r, struct err *e) MUST_CHECK;
/* A uuid that the seed, the kind of thing and its id decide. */
bool site_uuid(struct sandbox *, struct arena *, const char *what, int64_t id, char **r, struct err *e) MUST_CHECK;
bool group_create(struct sandbox *, const char *name, int64_t *id_r, struct err *e) MUST_CHECK;
/* A project with the template's issue types, workflow and screens. lead 0: the first admin. */
bool project_create(struct sandbox *, const char *key, const char *name, int64_t lead, int64_t *id_r,
                    struct err *e) MUST_CHECK;
/* A custom field of one of the kinds, put on the create and edit screens of every project there is. */
bool field_create(struct sandbox *, const char *name, const char *kind, int64_t *number_r, struct err *e) MUST_CHECK;
bool field_option_create(struct sandbox *, int64_t field, const char *value, int64_t *id_r, struct err *e) MUST_CHECK;
/* Found by name without case, else made. */
bool status_ensure(struct sandbox *, const char *name, int category, int64_t *id_r, struct err *e) MUST_CHECK;
bool issue_type_ensure(struct sandbox *, const char *name, bool is_subtask, int64_t *id_r, struct err *e) MUST_CHECK;
bool priority_ensure(struct sandbox *, const char *name, int64_t *id_r, struct err *e) MUST_CHECK;
bool resolution_ensure(struct sandbox *, const char *name, int64_t *id_r, struct err *e) MUST_CHECK;
bool link_type_ensure(struct sandbox *, const char *name, const char *inward, const char *outward, int64_t *id_r,
                      struct err *e) MUST_CHECK;
/* The type joins the project with the template's workflow and screens, when it has not. */
bool project_add_issue_type(struct sandbox *, int64_t project, int64_t issue_type, struct err *e) MUST_CHECK;
