/* value.h - the value of one field of an issue, as one site holds it.
 *
 * A value belongs to a side: its ids are that site's ids, its markup that site's markup. It crosses to the other side
 * only through a mapping. Two values of one side are the same exactly when their canonical forms are equal: rich text
 * by its canonical document, options by id, sets by their sorted elements. Bytes are never compared: line ends, blanks
 * at both ends of a text, the spelling of a number, the order of a set and an element twice in it are not a difference.
 *
 * Texts are UTF-8, as everything is that came out of JSON. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum value_kind {
    VALUE_NONE,   /* empty: null, "" or [] */
    VALUE_STRING, /* text without markup; `text` */
    VALUE_RICH,   /* a text with markup, in the form its site holds it: see rich.h; `text` */
    VALUE_OPTION, /* one of a site's list (status, priority, issue type, select); `id`, `text` is the name */
    VALUE_USER,   /* `id` is the account id or user key, `text` the display name, `mail` and `login` when visible */
    VALUE_NUMBER, /* `text`, as JSON spells it */
    VALUE_DATE,   /* `text`, YYYY-MM-DD */
    VALUE_SET,    /* `items`, unordered */
};

struct value {
    enum value_kind kind;
    const char *text, *id, *mail;
    struct value *items;
    size_t count;
    const char *login; /* user name; Server and Data Center only */
};

/* "" and an empty set become VALUE_NONE. Strings are borrowed. */
struct value value_string(const char *text);
struct value value_rich(const char *text);
struct value value_option(const char *id, const char *name);

/* See above; "" for VALUE_NONE and for whatever says nothing (blanks, an empty document, a set of nothing). Values of
 * different kinds differ. Labels in a set keep their case. */
char *value_canonical(struct arena *, const struct value *);
/* The canonical forms are equal; or an option that came out of a mapping has a name and no id, and the names are equal
 * (of a user: a user name and no id). A text in wiki markup and a document are compared by what markup can say
 * (rich_equal), since a mapping gives the nearest form.
 * Compare with this, not with canonical forms, whenever one of the two may have been mapped. */
bool value_equal(const struct value *, const struct value *);
/* The canonical form is "". */
bool value_is_empty(const struct value *);
/* Two names that a person would take for the same: case (of any script), blanks at both ends and the way accents are
 * composed do not count. NULL equals only NULL. */
bool value_name_equal(const char *, const char *);

/* Lossless, for the store: {"kind":"option","id":"3","text":"High"}, {"kind":"set","items":[…]}; null for VALUE_NONE.
 * Bytes that are not UTF-8 become U+FFFD. */
json_t *value_to_json(struct arena *, const struct value *);
/* ERR_PARSE when it is not what value_to_json writes. Unknown members are ignored. */
bool value_from_json(struct arena *, const json_t *, struct value *r, struct err *e) MUST_CHECK;
/* For people: "High", "a, b", the first 60 characters of a text, "(empty)". */
char *value_show(struct arena *, const struct value *);
/* The same of a text that stands beside another one: from shortly before the place where they part, so that two long
 * texts do not look alike. */
char *value_show_beside(struct arena *, const struct value *, const struct value *other);
