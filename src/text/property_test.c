#include "text/property.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A run of random documents; a failed property aborts and prints the text. TANDEM_SEED moves the start. */
static uint64_t first_seed(void)
{
    const char *seed = getenv("TANDEM_SEED");
    return seed ? strtoull(seed, NULL, 10) : 1;
}

enum { RUNS = 2000, BYTES_MAX = 60 };

static size_t random_bytes(uint64_t seed, unsigned char bytes[BYTES_MAX])
{
    struct rng rng;
    rng_seed(&rng, seed);
    size_t n = 1 + rng_below(&rng, BYTES_MAX - 1);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)rng_next(&rng);
    return n;
}

static void every_markup_comes_back(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed(), end = seed + RUNS; seed < end; seed++) {
        struct arena a = ARENA_INIT;
        unsigned char bytes[BYTES_MAX];
        struct property_bytes b = {bytes, bytes + random_bytes(seed, bytes)};
        const char *markup = property_markup(&a, &b);
        property_wiki(markup, strlen(markup));
        arena_release(&a);
    }
}

static void every_document_comes_back_or_is_flagged(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed(), end = seed + RUNS; seed < end; seed++) {
        struct arena a = ARENA_INIT;
        unsigned char bytes[BYTES_MAX];
        struct property_bytes b = {bytes, bytes + random_bytes(seed, bytes)};
        property_adf(json_keep(&a, property_document(&b)));
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_markup_comes_back),
        cmocka_unit_test(every_document_comes_back_or_is_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
