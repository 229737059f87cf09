/* parse.h - issues, comments and histories out of Jira's JSON. Pure, and tolerant: null, missing, [] and {} all mean
 * empty. Strings are borrowed from the document, which must live as long as the arena. */
#pragma once

#include "tracker/tracker.h"

struct jira_issue_form {
    const char *const *fields; /* which to take */
    size_t field_count;
    const struct tracker_field *definitions; /* of custom fields */
    size_t definition_count;
    unsigned want; /* enum tracker_want */
    bool has_properties;
};

/* ERR_PROTOCOL when it has no id, or a time that is none. */
bool jira_issue_parse(struct arena *, const struct jira_issue_form *, const json_t *, struct tracker_issue *r,
                      struct err *e) MUST_CHECK;
bool jira_comment_parse(struct arena *, const json_t *, struct tracker_comment *r, struct err *e) MUST_CHECK;
/* Appends a list of comments. */
bool jira_comments_parse(struct arena *, const json_t *array, struct tracker_comment **r, size_t *count_r,
                         struct err *e) MUST_CHECK;
/* Appends the items of a list of histories, flat. */
bool jira_histories_parse(struct arena *, const json_t *array, struct tracker_history_item **r, size_t *count_r,
                          struct err *e) MUST_CHECK;
void jira_comments_sort(struct tracker_comment *, size_t count); /* ascending by id */
void jira_history_sort(struct arena *, struct tracker_history_item *, size_t count);

/* A page object {comments: [...], total} or a changelog {histories: [...], total} that does not hold everything. A page
 * that is missing altogether is one of them. */
bool jira_page_is_short(const json_t *page, const char *member);

/* "2026-11-22T16:04:05.123+0100" or epoch milliseconds; 0 for null. ERR_PROTOCOL for anything else. */
bool jira_time_parse(const json_t *, const char *what, int64_t *ms_r, struct err *e) MUST_CHECK;
/* Ids are digits: 9 comes before 10. */
int jira_id_compare(const char *, const char *);
