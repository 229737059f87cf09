/* person.h - what people do on a site: through REST, under their own account, without Tandem knowing.
 *
 * Issues and comments are named as people name them: by key, and comments by a piece of their text. Trouble is kept in
 * the stage (stage.h). Strings that are returned live until the next deed; texts are JSON-quoted by the call. */
#pragma once

#include "rehearse/stage.h"

enum person { PERSON_ADMIN, PERSON_SYNC_USER, PERSON_PAULA, PERSON_QUINN };

/* Any request; trouble when the status is another. `body` is JSON with ' for ", NULL: none. The reply's JSON, or NULL.
 */
const json_t *person_call(struct stage *, enum side, enum person, int status, enum http_method, const char *target,
                          const char *body, ...) PRINTF_LIKE(7, 8);

/* Makes an issue, returns its key (valid as long as the stage). Description NULL: none. */
const char *person_creates(struct stage *, enum side, enum person, const char *type, const char *summary,
                           const char *description);
/* Sets a field: "summary", "description"; "priority" by name; "labels" as words separated by blanks. */
void person_edits(struct stage *, enum side, enum person, const char *key, const char *field, const char *value);
/* Adds or takes away one label. */
void person_labels(struct stage *, enum side, enum person, const char *key, const char *label, bool add);
/* A file of text. */
void person_attaches(struct stage *, enum side, enum person, const char *key, const char *name, const char *content);
void person_comments(struct stage *, enum side, enum person, const char *key, const char *text);
/* The first comment that contains `piece` says `text` from now on. */
void person_edits_comment(struct stage *, enum side, enum person, const char *key, const char *piece, const char *text);
void person_deletes_comment(struct stage *, enum side, enum person, const char *key, const char *piece);
/* One transition, to the status of that name. */
void person_moves(struct stage *, enum side, enum person, const char *key, const char *status);
/* The first comment that contains `piece` is restricted to a role that the sync user does not have. */
void person_hides_comment(struct stage *, enum side, enum person, const char *key, const char *piece);

/* The key of the partner on the other side, as the store knows it; NULL (and trouble) when there is none. */
const char *person_partner(struct stage *, enum side, const char *key);
