/* site.h - the sites a person has told us of. The secret is stored as the vault sealed it. */
#pragma once

#include "base/json.h"
#include "store/store.h"

struct site_row {
    const char *name, *base_url;
    const json_t *settings; /* user, auth, apiUrl, proxy, caFile, clientCert, allowHttp */
    const char *secret;     /* sealed; NULL: none */
};

/* Adds or replaces. */
bool site_put(struct store *, const struct site_row *, struct err *e) MUST_CHECK;
/* ERR_INPUT when there is none of that name; the text lists those there are. */
bool site_get(struct store *, struct arena *, const char *name, struct site_row *r, struct err *e) MUST_CHECK;
bool site_list(struct store *, struct arena *, struct site_row **r, size_t *count_r, struct err *e) MUST_CHECK;
/* ERR_STATE while a synchronization uses it. */
bool site_remove(struct store *, const char *name, struct err *e) MUST_CHECK;
