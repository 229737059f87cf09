/* mapping.h - carries a value from one side to the other, as the configuration says. Pure: no I/O but the user look-up,
 * which is passed in.
 *
 * Errors: ERR_MAPPING (item scope) when there is no partner for a value and no default; the text names the value, the
 * side and what to add to the configuration. */
#pragma once

#include "mapping/config.h"

/* Finds the account for a person; NULL function: user mappings by name or mail fail with ERR_MAPPING. */
struct mapping_users {
    bool (*find)(void *context, enum side side, const char *who, struct arena *, struct value *r, struct err *e);
    void *context;
};

struct mapping {
    const struct config *config;
    const struct tracker_project *projects[2];
    struct mapping_users users;
};

/* The value that `from`'s value becomes on the other side. */
bool mapping_value(const struct mapping *, struct arena *, const struct config_field *, enum side from,
                   const struct value *, struct value *r, struct err *e) MUST_CHECK;
/* The issue type id on the other side; ERR_MAPPING when this type does not take part. */
bool mapping_type(const struct mapping *, enum side from, const char *type_id, const char **r,
                  struct err *e) MUST_CHECK;
/* The status option on the other side that this status leads to; ERR_MAPPING when there is no rule. */
bool mapping_status(const struct mapping *, enum side from, const struct value *status, struct value *r,
                    struct err *e) MUST_CHECK;

/* The body of the copy on side `to` of a comment: the author line (rendered from the connector's template) and the
 * body. mapping_comment_strip takes the author line off again; a body without one is returned as it is. The line
 * carries an unmistakable shape so that nothing a person writes is mistaken for it. */
char *mapping_comment_copy(const struct mapping *, struct arena *, enum side to, const struct tracker_comment *origin,
                           const char *origin_key);
const char *mapping_comment_strip(const struct mapping *, struct arena *, enum side side, const char *body);
