/* zip.h - what is in a ZIP archive, by its own table of contents; nothing is unpacked. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip_entry {
    char *name; /* with its path, UTF-8 */
    int64_t size;
};

/* The files of the archive, directories left out. False when the bytes are no ZIP archive, or a damaged one. */
bool zip_list(struct arena *, const void *bytes, size_t length, struct zip_entry **list_r, size_t *count_r) MUST_CHECK;
