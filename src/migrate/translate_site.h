/* translate_site.h - reads the comments of many issues of one site in few requests, whatever kind of Jira it is.
 *
 * Data Center: POST search, a thousand keys at once. Cloud: POST issue/bulkfetch, a hundred at once. Where a site does
 * not know its own kind's way (404, 405, 410, 501), the next one is taken: bulkfetch, search/jql, search.
 * Read leniently, because sites differ: ids as numbers, issues in any order, short pages, warnings or a 400 for keys
 * that do not exist (they are taken out and the rest is asked again), comments as a page, a bare list, or not at all.
 * A comment list that came incomplete is completed with GET issue/{key}/comment, but only for issues that ask for it.
 * A key that a site answers with another key (a moved issue, a renamed project) is never told by its place in the
 * answer: the site is asked about the old key alone, or whether the whole project was renamed.
 *
 * Threads: one. */
#pragma once

#include "http/client.h"
#include "migrate/pairfile_index.h"
#include "migrate/translate_match.h"

enum translate_kind { TRANSLATE_DATACENTER, TRANSLATE_CLOUD };

struct translate_issue {
    const char *asked; /* the key as the caller wrote it */
    bool wants_comments;
    bool is_found;
    const char *key; /* as the site writes it now; NULL when not found */
    struct translate_comment *comments;
    size_t comment_count;
    bool is_complete; /* all comments are here; only worked for when wants_comments */
    int64_t total;    /* as the site said; -1: it did not */
};

struct translate_rename {
    char *from, *to; /* project keys; to is NULL when the project is not renamed */
};

struct translate_site {
    const char *name; /* "site 1 (https://…)"; borrowed */
    struct http_client *client;
    enum translate_kind kind;
    int version; /* of the REST interface: 2, or 3 where a site knows no other */
    int way;     /* index in the order of ways for this kind */
    bool has_worked;
    struct arena arena; /* what is remembered from batch to batch */
    struct translate_rename *renames;
    size_t rename_count;
};

struct translate_login {
    const char *base_url;
    const char *user;                     /* empty or NULL: the password is a bearer token (personal access token) */
    const char *password;                 /* password, or API token on Cloud */
    struct transport_settings connection; /* proxy, CA, allow_http …; its base_url is not looked at */
    struct transport *transport; /* NULL: one over curl to base_url; otherwise owned by the site from here on */
};

/* Opens and asks for the account (GET myself), which tells the kind of the site and finds dead credentials.
 * ERR_INPUT for a URL that cannot be used, ERR_AUTH, ERR_UNAVAILABLE, ERR_PROTOCOL with the site's name and what to do.
 * On failure nothing is left to close. */
bool translate_site_open(struct translate_site *, const char *name, const struct translate_login *, struct clock *,
                         struct err *e) MUST_CHECK;
void translate_site_close(struct translate_site *);
int64_t translate_site_requests(const struct translate_site *);

/* Fills in what the site knows of these issues. The same key may stand there twice. Everything lives in the arena. */
bool translate_site_read(struct translate_site *, struct arena *, struct translate_issue *, size_t count,
                         struct err *e) MUST_CHECK;
