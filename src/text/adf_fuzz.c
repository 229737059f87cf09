/* adf_fuzz.c - any JSON as ADF; bytes that are no JSON are choices that make a document. */
#include "text/property.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct property_bytes bytes = {data, data + size};
    struct err e = ERR_INIT;
    json_t *value = json_parse(&a, (const char *)data, size, false, "input", &e);
    property_adf(value ? value : json_keep(&a, property_document(&bytes)));
    arena_release(&a);
    return 0;
}
