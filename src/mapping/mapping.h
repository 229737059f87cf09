/* mapping.h - carries a value from one side to the other, as the configuration says. Pure: no I/O but the user look-up,
 * which is passed in.
 *
 * Errors: ERR_MAPPING (item scope) when there is no partner for a value and no default; the text names the value, the
 * side and what to add to the configuration. */
#pragma once

#include "mapping/config.h"

/* Finds the one account for a person, by e-mail address or user name. True with a VALUE_USER, or with VALUE_NONE when
 * there is none; false with ERR_MAPPING when there are several (the text says so), or with what the site says. NULL
 * function: user mappings by name or mail fail with ERR_MAPPING. */
struct mapping_users {
    bool (*find)(void *context, enum side side, const char *who, struct arena *, struct value *r, struct err *e);
    void *context;
};

/* All of it is borrowed. Projects may be NULL: then ids of the configuration stand as they are. */
struct mapping {
    const struct config *config;
    const struct tracker_project *projects[2];
    struct mapping_users users;
};

/* The value that `from`'s value becomes on the other side; empty stays empty. The direction (sends, receives) is the
 * caller's business. An option of a list that the project does not tell comes back with its name and no id: compare
 * with value_equal, and write it by name. */
bool mapping_value(const struct mapping *, struct arena *, const struct config_field *, enum side from,
                   const struct value *, struct value *r, struct err *e) MUST_CHECK;
/* The issue type id on the other side; ERR_MAPPING when this type does not take part. Borrowed from the configuration
 * or the project, as is the status below. */
bool mapping_type(const struct mapping *, enum side from, const char *type_id, const char **r,
                  struct err *e) MUST_CHECK;
/* The status option on the other side that this status leads to: by rule, else by equal name; ERR_MAPPING when neither.
 */
bool mapping_status(const struct mapping *, enum side from, const struct value *status, struct value *r,
                    struct err *e) MUST_CHECK;

/* The body of the copy on side `to` of a comment: the author line (rendered from the connector's template) and the
 * body. The line tells what never changes, the author and the minute of creation (UTC), so that a copy is written anew
 * only when its body was. */
char *mapping_comment_copy(const struct mapping *, struct arena *, enum side to, const struct tracker_comment *origin,
                           const char *origin_key);
/* Takes the author line off the body of a copy; a body without one is returned as it is. Only for comments known to be
 * our copies. The line is known by its text, for a site may write its markup anew; stripping gives the body's bytes
 * back where the site kept them. */
const char *mapping_comment_strip(const struct mapping *, struct arena *, enum side side, const char *body);
