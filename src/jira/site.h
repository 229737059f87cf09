/* site.h - one Jira instance seen through one account: how to reach it, what it is, and what it can do.
 *
 * Opening does not touch the network. The first call that needs to know what the site is asks serverInfo and /myself;
 * jira_site_check asks them anew. Jira answers dead credentials with 200 and empty lists, so whatever speaks of an
 * absence (a 404, an empty list) is believed only when the answer was plainly given to our account, or /myself says so
 * in the same moment.
 *
 * Order:   jira_site_open → trackers of its projects (tracker_jira.h), or jira_get and jira_ask → jira_site_close.
 * Errors:  as in http/client.h. Every text starts with the site's name and address.
 * Threads: one site, one thread at a time. */
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "http/client.h"

enum jira_auth { JIRA_BASIC, JIRA_BEARER };

/* Strings are copied; NULL or 0 means the default. */
struct jira_settings {
    const char *name;     /* what a person calls it: "sa" */
    const char *base_url; /* what people see: "https://jira.example.com/jira" */
    const char *api_url;  /* where the API answers when that is elsewhere: "https://api.atlassian.com/ex/jira/…" */
    const char *user, *secret;
    enum jira_auth auth; /* basic needs the user; bearer does not */
    const char *proxy, *ca_file, *client_cert;
    bool allow_http;
    struct transport
        *transport;        /* used instead of a network; owned by the site from here on, also when opening fails */
    struct clock *clock;   /* borrowed; NULL: the machine's */
    uint64_t seed;         /* of the jitter between retries */
    int retries;           /* of a read that failed; 4 when 0, -1: none */
    struct budget *budget; /* borrowed: shared by all who speak with this site as this account; NULL: one of its own */
    void (*waiting)(void *context, int64_t ms, const char *why); /* as in http/client.h; may be NULL */
    void *context;
};

enum jira_deployment { JIRA_DATACENTER, JIRA_CLOUD };

/* What differs between deployments, as data: a caller asks the table, never "is this Cloud". */
struct jira_caps {
    const char *name;           /* "datacenter", "cloud" */
    bool has_token_search;      /* search/jql with nextPageToken; otherwise search with startAt and total */
    bool has_bulkfetch;         /* issue/bulkfetch, which also gives properties */
    bool has_changelog_pages;   /* issue/{id}/changelog; otherwise expand=changelog is complete */
    bool has_search_properties; /* search shows issue properties */
    bool has_account_ids;       /* people are accountId; otherwise name */
    bool needs_permission_list; /* mypermissions wants to be told which */
    bool has_v3;                /* REST v3, which speaks ADF */
    bool is_paced;              /* writes to one issue are limited: 20 in 2 s, 100 in 30 s */
    int read_batch;             /* issues in one bulk read */
    int search_batch;           /* rows to ask for in one page of a search */
    int64_t poll_overlap_ms;    /* how far behind a search may lag */
    struct budget_rates rates;  /* requests a second for an endpoint and method, as published; 0: nothing is */
};

/* createmeta, by version: where it lists the fields of a new issue. */
enum jira_createmeta { JIRA_CREATEMETA_EXPAND, JIRA_CREATEMETA_VALUES, JIRA_CREATEMETA_FIELDS };

struct jira_facts {
    enum jira_deployment deployment;
    const struct jira_caps *caps;
    enum jira_createmeta createmeta;
    const char *version; /* "9.12.4"; "1001.0.0-SNAPSHOT" */
    int version_numbers[3];
    const char *account_id; /* the acting user: accountId, on Server and Data Center the user name */
    const char *account_name;
    const char *account_key; /* what never changes: accountId, or the user key */
    const char *zone;        /* of that user's profile: JQL reads dates in it. NULL when the site does not say */
    int64_t skew_ms;         /* site's clock minus ours */
    bool has_adf;            /* rich text goes as ADF over v3; otherwise as wiki markup over v2 */
    const char *text_reason; /* why a site that could have ADF goes by markup; NULL otherwise */
};

struct jira_site;

/* ERR_INPUT for settings that cannot be used: no address, no credentials, a file that is not there. */
struct jira_site *jira_site_open(const struct jira_settings *, struct err *e) MUST_CHECK;
void jira_site_close(struct jira_site *); /* NULL is allowed */

/* Asks what the site is and who we are, now. ERR_AUTH when we are nobody; ERR_PROTOCOL when it is no Jira. */
bool jira_site_check(struct jira_site *, struct err *e) MUST_CHECK;
/* The facts as last heard; asked for at the first call. They stay where they are; jira_site_check may change them. */
bool jira_site_facts(struct jira_site *, const struct jira_facts **r, struct err *e) MUST_CHECK;

/* For those who need more than a tracker gives. `target` is below the base URL: "/rest/api/2/field". jira_ask is a POST
 * that changes nothing. An answer without JSON is ERR_PROTOCOL. */
bool jira_get(struct jira_site *, struct arena *, const char *target, const json_t **r, struct err *e) MUST_CHECK;
bool jira_ask(struct jira_site *, struct arena *, const char *target, const json_t *body, const json_t **r,
              struct err *e) MUST_CHECK;

const char *jira_site_name(const struct jira_site *);     /* "sa" */
const char *jira_site_base_url(const struct jira_site *); /* without a slash at the end */
struct http_counts jira_site_counts(const struct jira_site *);
