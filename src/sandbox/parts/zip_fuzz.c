/* zip_fuzz.c - any bytes as a ZIP archive: no crash, no read outside of them, names that are text. */
#include "base/str.h"
#include "sandbox/parts/zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct zip_entry *list;
    size_t count;
    if (zip_list(&a, data, size, &list, &count))
        for (size_t i = 0; i < count; i++)
            if (!str_is_utf8(list[i].name, strlen(list[i].name)) || list[i].size < 0)
                abort();
    arena_release(&a);
    return 0;
}
