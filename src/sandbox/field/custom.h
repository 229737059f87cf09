/* custom.h - values of custom fields, and the sprints that one of them holds. */
#pragma once

#include "sandbox/planning/planning.h"

/* Several values of one kind, each of which can be added and removed. */
bool custom_is_list(const struct field *);
/* A value as JSON gives it; `of` says which options, versions … there are. What is wrong becomes a problem. */
bool read_custom(struct ctx *, struct problems *, const struct field *, const struct issue_row *of, const json_t *,
                 struct custom_value **r, size_t *count_r) MUST_CHECK;
json_t *custom_json(struct ctx *, const struct field *, const struct custom_value *, size_t count);
/* What the changelog says of a value: ids (NULL: none) and text. */
bool custom_history(struct ctx *, const struct field *, const struct custom_value *, size_t count, char **id_r,
                    char **text_r) MUST_CHECK;
/* A user as the changelog names them (issue_save.c). */
bool history_user(struct ctx *, int64_t account, char **id_r, char **name_r) MUST_CHECK;

/* ---- sprints (sprint.c) ---- */

/* As an issue shows it: an object on Cloud, a text "com.atlassian.greenhopper…[id=1,…]" on Data Center. */
json_t *sprint_value_json(struct ctx *, int64_t sprint);
json_t *group_json(struct ctx *, int64_t group); /* {name, self…} */
/* An issue stays in the closed sprints it was in, and is in one open sprint at most: `after` becomes that. */
bool sprint_merge(struct ctx *, struct custom_change *) MUST_CHECK;
/* The issue stands behind all others. */
bool rank_last(struct ctx *, int64_t issue) MUST_CHECK;
/* The number of the site's first field of a kind; 0: none. */
bool field_of_kind(struct ctx *, const char *kind, int64_t *number_r) MUST_CHECK;
