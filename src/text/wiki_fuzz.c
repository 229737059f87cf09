/* wiki_fuzz.c - any bytes as wiki markup. The first byte says how to take the rest: 0xfe as choices of pieces. */
#include "text/property.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    const char *markup = size ? (const char *)data : "";
    if (size && data[0] == 0xfe) {
        struct property_bytes bytes = {data + 1, data + size};
        markup = property_markup(&a, &bytes);
        size = strlen(markup);
    }
    property_wiki(markup, size);
    arena_release(&a);
    return 0;
}
