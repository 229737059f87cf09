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

/* The key that an issue's partner has on the other side; NULL when there is none. `key` is of side `from`. False with
 * what the store says. NULL function: texts keep the keys they have. */
struct mapping_pairs {
    bool (*find)(void *context, enum side from, const char *key, struct arena *, const char **r, struct err *e);
    void *context;
};

/* All of it is borrowed. Projects may be NULL: then ids of the configuration stand as they are. */
struct mapping {
    const struct config *config;
    const struct tracker_project *projects[2];
    struct mapping_users users;
    struct mapping_pairs pairs;
    const struct tracker_issue *issue[2]; /* whose texts are mapped: their files; NULL: not there, or not asked about */
    const char *site_url[2];              /* without a slash at the end; NULL: addresses in texts stay */
};

/* The value that `from`'s value becomes on the other side; empty stays empty. The direction (sends, receives) is the
 * caller's business. An option of a list that the project does not tell comes back with its name and no id: compare
 * with value_equal, and write it by name. */
bool mapping_value(const struct mapping *, struct arena *, const struct config_field *, enum side from,
                   const struct value *, struct value *r, struct err *e) MUST_CHECK;
/* A text of side `from` in the other side's words, still in the form of its own (tracker/rich.h; whoever writes it gives
 * it the form that the site takes). Mentions become the partner's, or plain @Name for people without an account there.
 * Where the receiving connector renames issues, keys and addresses of paired issues become their partners'; what has no
 * partner stays as it is. With `issue`, an image or file becomes the partner issue's file of that name, the youngest
 * where there are several; where there is none, a link to it on its own site. False with what a site or the store says.
 * mapping_value does the same with a text. */
bool mapping_text(const struct mapping *, struct arena *, enum side from, const char *text, const char **r,
                  struct err *e) MUST_CHECK;
/* For comparing what both sides hold: people and paired issues by the names that they have on the first side, mentions
 * as plain text. So a mention and its partner's are the same, and also the plain @Name, or the old key, that stands
 * there because they had no partner when the text crossed. */
bool mapping_text_neutral(const struct mapping *, struct arena *, enum side, const char *text, const char **r,
                          struct err *e) MUST_CHECK;
/* What side `to` should hold when the other side's changes since its base come to it: every block that was not changed
 * there keeps `to`'s own form, with all that the other side cannot express (text_carry). Texts are in their own sides'
 * forms, none is NULL. Both bases NULL: a first meeting. *r is NULL when both changed the same block, each in another
 * way; with base[to] given as now[to] as well, the other side wins. */
bool mapping_text_carry(const struct mapping *, struct arena *, enum side to, const char *const base[2],
                        const char *const now[2], const char **r, struct err *e) MUST_CHECK;
/* The issue type id on the other side; ERR_MAPPING when this type does not take part. Borrowed from the configuration
 * or the project, as is the status below. */
bool mapping_type(const struct mapping *, enum side from, const char *type_id, const char **r,
                  struct err *e) MUST_CHECK;
/* The status option on the other side that this status leads to: by rule, else by equal name; ERR_MAPPING when neither.
 */
bool mapping_status(const struct mapping *, enum side from, const struct value *status, struct value *r,
                    struct err *e) MUST_CHECK;

/* The body of the copy on side `to` of a comment: the author line (rendered from the connector's template) above
 * `body`, which is the origin's text in the words of that side (mapping_text, mapping_text_carry). The line tells what
 * never changes, the author and the minute of creation (UTC), so that a copy is written anew only when its body was. */
const char *mapping_comment_copy(const struct mapping *, struct arena *, enum side to,
                                 const struct tracker_comment *origin, const char *origin_key, const char *body);
/* Takes the author line off the body of a copy; a body without one is returned as it is. Only for comments known to be
 * our copies. The line is known by its text, for a site may write its markup anew; stripping gives the body's bytes
 * back where the site kept them. */
const char *mapping_comment_strip(const struct mapping *, struct arena *, enum side side, const char *body);
