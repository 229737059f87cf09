/* Any bytes: what is taken as a configuration is written in a form that is read as the same configuration. */
#include "base/str.h"
#include "mapping/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct config c, again;
    const json_t *json = json_parse(&a, (const char *)data, size, true, "input", &e);
    if (json && config_from_json(&a, json, &c, &e)) {
        const json_t *written = config_to_json(&a, &c);
        if (!config_from_json(&a, written, &again, &e))
            abort();
        if (!json_equal(written, config_to_json(&a, &again)))
            abort();
    } else if (!e.text[0]) {
        abort(); /* a refusal says why */
    }
    arena_release(&a);
    return 0;
}
