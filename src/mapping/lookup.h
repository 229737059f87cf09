/* lookup.h - small questions that the files of this folder share: which option, field or status is meant. Not for
 * others.
 *
 * Ids are asked first and names decide when ids do not resolve; names are compared as people compare them
 * (value_name_equal). What is returned is borrowed from what was passed in. */
#pragma once

#include "mapping/config.h"

enum { CONFIG_POLICY_COUNT = 4, CONFIG_KIND_COUNT = 5, LOOKUP_NONE = -1 };

extern const char *const CONFIG_CONNECTOR_NAMES[2];
extern const char
    *const CONFIG_POLICY_NAMES[CONFIG_POLICY_COUNT];           /* as a half writes them: newest, own, partner, ask */
extern const char *const CONFIG_KIND_NAMES[CONFIG_KIND_COUNT]; /* indexed by enum config_kind */

/* Fills in the keys and the name that a document left out. */
void config_default_names(struct arena *, struct config *);

/* The position of the option with this id, else with this name exactly, else with an equal name; LOOKUP_NONE.
 * Either may be NULL. */
long option_find(const struct tracker_option *, size_t count, const char *id, const char *name);

const struct tracker_field *field_by_id(const struct tracker_project *, const char *id);
/* The options that the project description knows for a field: priorities; NULL for other fields. */
const struct tracker_option *field_options(const struct tracker_project *, const char *field_id, size_t *count_r);

/* All statuses of the types that take part in this half, each once; of every type when `c` is NULL. */
size_t statuses_of(struct arena *, const struct config_connector *c, const struct tracker_project *,
                   struct tracker_option **r);
/* The project's type that this option of a connector means; NULL. */
const struct tracker_issue_type *type_of(const struct tracker_project *, const struct tracker_option *);
/* The status on `to` that the partner's status leads to: by rule, else by equal name. False: nowhere. */
bool status_for(const struct config *, enum side to, const struct tracker_project *,
                const struct tracker_option *partner, struct tracker_option *r);
