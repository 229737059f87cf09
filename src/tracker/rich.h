/* rich.h - a rich text as a site holds it: wiki markup on Server and Data Center, a document in ADF on Cloud.
 *
 * Both travel as one string, which says by itself which form it has, so that a text can be a value, a comment's body, a
 * base in the store and an entry of the journal without anybody losing what the site can express. Wiki markup stands
 * as it is. A document is its JSON behind U+001E, the mark that a JSON text sequence (RFC 7464) puts before a record;
 * a site's markup never begins with it, for rich_of_markup takes it off.
 *
 * Pure; results live in the arena. NULL is the empty text everywhere. */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "text/text.h"

bool rich_is_adf(const char *);

/* From the wire: markup, or a doc node (null and a document without content become ""). */
const char *rich_of_markup(const char *markup); /* borrowed */
const char *rich_of_adf(struct arena *, const json_t *);
/* In the wanted form; a document read from wiki markup and unchanged gives its bytes back as markup. */
const char *rich_of_doc(struct arena *, const struct text_doc *, bool as_adf);

struct text_doc *rich_doc(struct arena *, const char *);
/* The same text in the wanted form; one that has it already is returned as it is. */
const char *rich_in_form(struct arena *, const char *, bool as_adf);
/* For the wire, and for people: markup never begins with the mark. */
const char *rich_markup(struct arena *, const char *);
const json_t *rich_adf(struct arena *, const char *);

/* A value as the store keeps it, or an object of such, for people: a text that is a document has its "text" in markup,
 * and the document beside it as "adf". Whatever else there is stays. NULL stays NULL. */
const json_t *rich_readable(struct arena *, const json_t *);

/* Equal for two texts of one form exactly when they say the same. */
char *rich_canonical(struct arena *, const char *);
/* Two texts say the same. Where one is markup and the other a document, what markup can say is compared: the document
 * is taken in its nearest form. So a copy that lost what its side cannot express still counts as the same. */
bool rich_equal(const char *, const char *);
/* The same with the people in them left aside: a move from Server to Cloud makes account ids of the user names in
 * mentions, and everything else in a text stays. */
bool rich_equal_nameless(const char *, const char *);
/* What rich_equal_nameless compares of a text in markup; of a document, of its nearest form. To sort and look up. */
char *rich_nameless(struct arena *, const char *);
