/* pairfile_names.h - the names of the members of all objects that are open, to find one that comes twice.
 *
 * A stack: an object's names lie on top of those of the objects around it, and go when it closes. They are compared as
 * decoded, so that "a" and "\u0061" are the same. A few are compared one by one, more through a hash table. */
#pragma once

#include "base/buf.h"

#include <stdint.h>

struct name {
    uint64_t hash;
    uint32_t at, length; /* in bytes, decoded */
};

struct names {
    struct name *list;
    uint32_t count, room;
    struct buf bytes;
};

/* One open object. Start it zeroed; it may be used for one object after another. */
struct name_scope {
    bool is_indexed;
    uint32_t first, first_byte; /* where its names begin */
    uint32_t *slots, slot_count;
};

enum names_result { NAMES_NEW, NAMES_KNOWN, NAMES_TOO_MANY }; /* more than 64 MiB or 4 million at once */

void names_init(struct names *);
void names_release(struct names *);
void names_open(const struct names *, struct name_scope *);
void names_close(struct names *, struct name_scope *);
/* Frees what a scope holds. */
void names_forget(struct name_scope *);
/* Adds a name as it stands between its quotes. */
enum names_result names_add(struct names *, struct name_scope *, const char *raw, size_t length, bool has_escape);
const char *names_text(const struct names *, uint32_t name, size_t *length_r);
