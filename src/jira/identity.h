/* identity.h - are we still who we were? Nobody outside this folder includes it. */
#pragma once

#include "jira/rest.h"

/* Asks /myself. ERR_AUTH when we are nobody, or somebody else than before. */
bool jira_identity_ask(struct jira_site *, struct err *e) MUST_CHECK;

/* True when this reply was plainly given to our account: the site names it in a header. Otherwise asks /myself. */
bool jira_identity_believe(struct jira_site *, const struct http_reply *, struct err *e) MUST_CHECK;

/* Keeps a fact for as long as the site lives; costs memory only when it changes. */
void jira_site_remember(struct jira_site *, const char **slot, const char *value);
