/* adf_json.h - a JSON text as a flat list of its values, for the reader of ADF.
 *
 * Why not a tree of jansson's: ADF is much punctuation around little text, and a tree costs ten allocations for each
 * node of it, more than all the rest of a conversion. Here a value is one entry; containers are followed by what they
 * hold. Time and memory are linear, nesting costs nothing. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

struct adf_value {
    char kind;        /* the first byte: { [ " t f n, and 0 for every number */
    uint32_t next;    /* index of the value after this one and all it holds */
    uint32_t at, end; /* where it stands in the bytes */
    uint32_t length;
    const char *text; /* a string's characters, ended by a zero byte; NULL for all others */
};

struct adf_json {
    const char *bytes; /* a copy */
    struct adf_value *values;
    uint32_t count;
};

/* False when it is not JSON, or nested deeper than jansson reads, or larger than 1 GiB. Zero characters (\u0000) are
 * read as U+FFFD. The object's members are a string each, followed by its value. Everything lives in the arena. */
bool adf_json_read(struct arena *, const char *bytes, size_t length, struct adf_json *json_r) MUST_CHECK;
