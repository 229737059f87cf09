/* media_type.h - what kind of file a file is. */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

/* What was told of it when that says something, else what the name's ending says, else what the first bytes say, else
 * application/octet-stream. `told` may be NULL. In lower case, without parameters. */
const char *media_type_of(struct arena *, const char *told, const char *filename, const void *bytes, size_t length);
/* Of those that Jira makes thumbnails of. */
bool media_type_is_image(const char *);
