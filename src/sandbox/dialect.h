/* dialect.h - what differs between Jira Server 8, Data Center 10 and Cloud, as data.
 *
 * A handler asks the table (c->d->…), never "which dialect is this", so that a new profile is a new row. */
#pragma once

#include "sandbox/sandbox.h"

#include <stdbool.h>

enum { ON_DC8 = 1, ON_DC10 = 2, ON_CLOUD = 4, ON_DC = ON_DC8 | ON_DC10, ON_ALL = 7 };

struct dialect {
    enum sandbox_dialect id;
    unsigned mask;    /* whose routes and fields it has: ON_DC8 …; Data Center 11 has those of 10 */
    const char *name; /* "dc8" */
    bool is_cloud;    /* accounts by accountId, ADF stored, page beans: the family, where one flag says it all */

    const char *version, *build_number, *build_date;
    int version_numbers[3];
    const char *deployment_type; /* "Server" also on Data Center */
    int newest_api, latest_api;  /* what /rest/api/N goes up to; what "latest" means */

    bool has_old_createmeta, has_new_createmeta, has_old_search;
    bool has_basic, has_session, has_pat;   /* Basic; /rest/auth/1/session; personal access tokens */
    bool errors_are_xml;                    /* unknown routes are answered in XML to who does not ask for JSON */
    bool drops_status_writes;               /* PUT with a status is ignored (Cloud) or refused */
    int comment_page;                       /* default page of GET comment */
    int comment_cap, comment_cap_in_search; /* comments inside an issue */
    bool search_shows_nulls;                /* issues of a search say "renderedFields": null */
    bool history_has_field_id;              /* items carry fieldId */
    int changelog_cap; /* histories in expand=changelog, newest first; 0: all of them, oldest first */
    int changelog_cap_in_search;
    int search_page_cap;
    int bulk_create_cap; /* 0: none */
    int user_search_cap;
    bool may_vote_for_own;              /* the reporter votes too */
    bool accepts_nocheck;               /* X-Atlassian-Token: nocheck, as old clients send it */
    int attachment_files_cap;           /* files in one upload; 0: none */
    int attachment_large_status;        /* a file above the limit */
    const char *attachment_large;       /* one %lld: the limit */
    bool has_apps;                      /* OAuth and Connect apps, with bearer tokens and webhooks of their own */
    bool has_new_webhook_admin;         /* /rest/jira-webhook/1.0/webhooks and its shape */
    bool webhook_created_has_changelog; /* a new issue is told with what it was given */
    bool webhook_comment_has_issue;     /* the body of comment_* names the issue */
    bool webhook_comment_updates_issue; /* a comment is told to the listeners of jira:issue_updated too */
    int webhook_retries;                /* how often a delivery that failed is tried again */

    const char *route_missing;      /* 404 of the layer below Jira's own; may hold one %s: the URL */
    const char *issue_missing;      /* 404 */
    const char *transition_invalid; /* one %s: the id */
    const char *json_broken;        /* NULL: the parser's own words, as Data Center shows them */
    const char *project_required, *project_invalid, *type_required, *type_invalid;
    const char *project_expand;   /* what a project says of its expansions */
    bool shows_archived;          /* every project says whether it is archived */
    int anonymous_issue_status;   /* an issue asked for by nobody: "log in" (401) or "not there" (404) */
    int notify_refused_status;    /* notifyUsers=false by somebody who may not */
    int version_forbidden_status; /* a version written by somebody who may not */
    int comment_forbidden_status; /* another's comment edited without the right */
    int assign_forbidden_status, link_forbidden_status, watch_forbidden_status;
};

const struct dialect *dialect_of(enum sandbox_dialect);
