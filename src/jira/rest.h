/* rest.h - how the files of this folder speak with a site. Nobody else includes it.
 *
 * A 404 reaches a caller as ERR_GONE only when it is believed (site.h): otherwise the error says why not. */
#pragma once

#include "jira/pace.h"
#include "jira/site.h"
#include "tracker/tracker.h"

struct jira_site {
    struct arena a; /* as long as the site */
    struct http_client *http;
    struct clock *clock;
    const char *name, *label, *base_url;
    struct jira_facts facts;
    bool is_known;
    struct pace pace;
    struct arena fields_arena;
    struct tracker_field *fields; /* as GET field gave them last; NULL: never asked */
    size_t field_count;
};

/* What jira_get does, but a believed 404 is a success with *r NULL. */
bool jira_find(struct jira_site *, struct arena *, const char *target, const json_t **r, struct err *e) MUST_CHECK;

/* One write, sent once. `issue` (its id, NULL for what is no issue) is for the pace. *r may come back NULL: an empty
 * answer is fine. `body` may be NULL. */
bool jira_write(struct jira_site *, struct arena *, const char *issue, enum http_method, const char *target,
                const json_t *body, const json_t **r, struct err *e) MUST_CHECK;

/* tracker_ops.write_room. */
size_t jira_write_room(struct jira_site *, const char *issue, int64_t *wait_ms_r);

/* --- text_form.c: ADF over v3, or wiki markup over v2 --- */

/* "/rest/api/3" or "/rest/api/2", for whatever holds rich text. Only once the facts of the site are known. */
const char *jira_text_api(const struct jira_site *);
/* From now on the site goes by markup; `reason` completes "site … goes by wiki markup: ". */
void jira_text_use_markup(struct jira_site *, const char *reason);
/* After a write of rich text was refused: when the refusal says that the site wants the other form, that is remembered
 * and true returned. Nothing was done then, so the write may go once more, made anew. */
bool jira_text_learn(struct jira_site *, const struct err *refusal);

/* Like jira_ask, for lists: when the list under `member` is empty, that is believed only if we are still who we were.
 * ERR_PROTOCOL when there is no such list. */
bool jira_ask_list(struct jira_site *, struct arena *, const char *target, const json_t *body, const char *member,
                   const json_t **r, struct err *e) MUST_CHECK;

/* ERR_PROTOCOL in the words of this site: it said something that Jira does not say. */
bool jira_odd(const struct jira_site *, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);
