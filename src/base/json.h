/* json.h - short ways around jansson, and json_t that lives in an arena.
 *
 * Ownership: what is made here with an arena is freed with it; what a json_* reader returns is borrowed from its
 * document. Paths are member names joined by dots ("fields.status.id"); names with dots in them need json_object_get. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <jansson.h>

/* Parses a whole document of any kind. ERR_PARSE with line, column and byte offset; `what` names it in the text.
 * With `strict` the same key twice in one object is an error. The result lives in the arena. */
json_t *json_parse(struct arena *, const char *bytes, size_t length, bool strict, const char *what, struct err *e)
    MUST_CHECK;
/* Ties a reference that the caller owns to the arena; returns it. NULL stays NULL. */
json_t *json_keep(struct arena *, json_t *);
/* Compact, keys in insertion order. The canonical form sorts keys. Both live in the arena; NULL prints as "null". */
char *json_print(struct arena *, const json_t *);
char *json_print_canonical(struct arena *, const json_t *);
/* Indented by two, for files that people read; ends with a newline. */
char *json_print_pretty(struct arena *, const json_t *);

const json_t *json_at(const json_t *, const char *path);
const char *json_at_str(const json_t *, const char *path); /* NULL when absent or not a string */
/* A string, or a number printed as one (Jira's ids come in both); NULL otherwise. */
const char *json_at_id(struct arena *, const json_t *, const char *path);
int64_t json_at_int(const json_t *, const char *path, int64_t otherwise);
bool json_at_bool(const json_t *, const char *path, bool otherwise);
size_t json_at_count(const json_t *, const char *path); /* elements of an array; 0 when it is none */
