/* field.h - the value of a field, from the wire and back to it.
 *
 * Pure. Reading is tolerant: null, missing, "", [] and {} all mean empty; what a value is shows mostly in its shape,
 * and the field's definition tells only what the shape cannot: rich text from plain, a date from a text, a set from a
 * value. A cascading choice is one option with the ids joined, "10100/10101". */
#pragma once

#include "tracker/tracker.h"

struct jira_field_form {
    bool is_rich, is_date, is_set;
    bool is_custom; /* an option without an id is named by "value", not by "name" */
    bool takes_adf; /* rich text is written as ADF; otherwise as wiki markup. Reading takes what comes */
};

/* `definition` may be NULL for system fields. */
struct jira_field_form jira_field_form(const char *id, const struct tracker_field *definition);
/* Only its definition tells what a custom field is. */
bool jira_field_is_custom(const char *id);
const struct tracker_field *jira_field_find(const struct tracker_field *, size_t count, const char *id);

struct value jira_value_read(struct arena *, struct jira_field_form, const json_t *);
/* `by_account_id`: people are {"accountId"}, otherwise {"name"}. Empty becomes null or []. */
json_t *jira_value_write(struct arena *, struct jira_field_form, bool by_account_id, const struct value *);

/* accountId, else name, else key; NULL for nobody. On Server and Data Center the name and not the key, for that is what
 * JQL, correlation lists and writing speak; a rename therefore shows as a change. */
const char *jira_user_id(const json_t *user);
struct value jira_user_read(const json_t *user);
