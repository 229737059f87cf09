/* config.h - the configuration of one synchronization: two connectors, and how values cross between them.
 *
 * It travels as one JSON document with `firstConnector` and `secondConnector` and no secrets. Each half is complete in
 * itself and nothing outside the halves says "first" or "second", so exchanging the two names (tandem swap) gives the
 * valid configuration of the mirrored synchronization. What belongs together in both halves stands at the same position
 * of the two lists (fields, issueTypes, and the options of a correlation), as in Backbone's correlation mappings.
 *
 * Ids are re-resolved by name and type when a side moves (config_resolve); names are what people see and write. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/side.h"
#include "tracker/tracker.h"

enum config_kind {
    CONFIG_PASSTHROUGH, /* the same kind of field on both sides; options are matched by name */
    CONFIG_CORRELATION, /* options matched by position in the two lists, else the default, else ERR_MAPPING */
    CONFIG_USER_NAME,   /* users by user name; cannot work towards cloud, which the check says */
    CONFIG_USER_MAIL,   /* users by e-mail address */
    /* users by position in the two lists, else the default, else ERR_MAPPING: `id` is the account id, or on Server and
     * Data Center the user key; `name` is the user name there, and a name for people on cloud */
    CONFIG_USER_CORRELATION,
};

enum config_policy { CONFIG_NEWEST, CONFIG_FIRST_WINS, CONFIG_SECOND_WINS, CONFIG_ASK };

/* One half of a field mapping. */
struct config_field_half {
    const char *id, *name, *type; /* "customfield_10010", "Severity", "option"; names decide when ids do not resolve */
    bool sends, receives;
    struct tracker_option *options; /* of a correlation, in order */
    size_t option_count;
    struct tracker_option fallback; /* the default on this side when a partner's value has no match; both NULL: none */
    const json_t *rest;             /* the half as it was read, for members that this version does not know */
};

struct config_field {
    enum config_kind kind;
    enum config_policy conflict;      /* both changed differently; JSON "newest", "own", "partner", "ask" per half */
    enum config_policy first_contact; /* both filled at pairing, no base; CONFIG_ASK by default */
    bool fills_empty;                 /* at first contact an empty side takes the other's value; default true */
    struct config_field_half half[2];
};

struct config_status_rule {
    struct tracker_option partner, own; /* the partner's status, and the status that an incoming change leads to here */
};

struct config_connector {
    const char *key;        /* CON-1-SA */
    const char *site;       /* the name under which `tandem site` knows it; "" when not known here */
    const char *base_url;   /* "" when not known here */
    const char *deployment; /* "datacenter", "cloud"; NULL: as the base URL tells */
    const char *project_id /* may be NULL in a document that a person wrote */, *project_key;
    const char *filter;           /* JQL: which issues take part; NULL: all of the issue types below */
    struct tracker_option *types; /* matched by position with the other side's */
    size_t type_count;
    bool creates; /* issues of this side are created on the partner's side (it sends new issues) */
    struct config_status_rule *statuses; /* incoming: partner's status → own; empty: by equal name */
    size_t status_count;
    bool sends_status, receives_status;
    bool sends_comments, receives_comments;
    bool copies_flow_back; /* an edit of this side's copy of the partner's comment returns to its origin; default no */
    const char *comment_template; /* the author line of copies on this side, "{author}", "{time}", "{key}" */
    bool renames_issues; /* keys and addresses of paired issues in texts that arrive here become their partners' */
    const char
        *comment_visibility_role; /* restricted comments of the partner arrive under this role; NULL: quarantine */
    const json_t *rest;
};

struct config {
    const char *key, *name; /* INT-1, "SA with SB" */
    int poll_interval_ms;   /* 5000 */
    struct config_connector connector[2];
    struct config_field *fields;
    size_t field_count;
    const json_t *rest;
};

#define CONFIG_COMMENT_TEMPLATE "_{author} wrote on {time}:_"

/* Reads a document; README.md tells its form. ERR_INPUT with the JSON pointer of what is wrong, also where the halves
 * contradict each other. Unknown members of every object are kept aside (see `rest`) and written back by
 * config_to_json, so that a newer version's file survives. The document must live as long as the arena. */
bool config_from_json(struct arena *, const json_t *, struct config *r, struct err *e) MUST_CHECK;
json_t *config_to_json(struct arena *, const struct config *);

/* Gives the synchronization and its connectors their keys: "INT-7" makes CON-7-SA and CON-7-SB. */
void config_set_key(struct arena *, struct config *, const char *key);
/* What the site is known, or seems, to be. */
bool config_is_cloud(const struct config_connector *);

/* The configuration a person would start from: issue types, priorities and statuses matched by name, summary,
 * description, labels, priority as passthrough (correlation where the names of options differ), status, comments. */
/* Keys are those of INT-1 until config_set_key; site, base_url and deployment are the caller's to fill. */
void config_suggest(struct arena *, const struct tracker_project *const projects[2], struct config *r);

/* What is wrong or doubtful, all of it at once. */
struct config_finding {
    bool is_error; /* else a warning */
    enum side side;
    const char *tab;  /* "issue types", "fields", "workflow", "comments", "users", "connection" */
    const char *what; /* "Priority 'Blocker' of SB has no partner on CA" */
    const char *fix;  /* "map it to one of: Highest, High, …" */
};
/* Checks every part against both live projects: types, fields and their types, options, statuses reachable by rule,
 * permissions, required fields that nothing fills. Returns the count; *r lives in the arena. */
size_t config_check(struct arena *, const struct config *, const struct tracker_project *const projects[2],
                    struct config_finding **r);

/* Gives one side's ids anew by name and type on another project (the moved one). A field "X (migrated)" is preferred to
 * nothing, and "X" of the same type to "X (migrated)". What does not resolve is a finding; the old id stays. Options of
 * lists that the project does not tell lose their id, which may be another option's now, and go by name. The side's
 * site, base_url and deployment are the caller's to change. */
size_t config_resolve(struct arena *, struct config *, enum side moved, const struct tracker_project *now,
                      struct config_finding **r);
