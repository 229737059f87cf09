/* jql_fuzz.c - any bytes: no crash, and what parses prints as a text that parses to the same tree. */
#include "sandbox/jql/jql.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    const char *error = NULL;
    struct jql_query *q = jql_parse(&a, (const char *)data, size, &error);
    if (!q && !error)
        abort();
    if (q) {
        char *printed = jql_print(&a, q);
        struct jql_query *again = jql_parse(&a, printed, strlen(printed), &error);
        if (!again || strcmp(jql_print(&a, again), printed) != 0)
            abort();
        char *plain = jql_print_plain(&a, q);
        again = jql_parse(&a, plain, strlen(plain), &error);
        if (!again || strcmp(jql_print(&a, again), printed) != 0)
            abort();
    }
    arena_release(&a);
    return 0;
}
