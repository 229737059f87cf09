/* histories.c - random histories: `histories COUNT [FIRST-SEED]`, or `histories 1 SEED` for one that failed. */
#include "base/log.h"
#include "base/str.h"
#include "rehearse/history.h"

int main(int argc, char **argv)
{
    int64_t count = 100, first = 1, failures = 0;
    log_level_set(LOG_ERROR);
    if ((argc > 1 && !str_to_int(argv[1], &count)) || (argc > 2 && !str_to_int(argv[2], &first)))
        return 2;
    for (int64_t seed = first; seed < first + count; seed++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        char *failure = NULL;
        bool ok = history_run(&(struct history_settings){.seed = (uint64_t)seed, .has_faults = true}, &a, &failure, &e);
        if (!ok || failure)
            printf("FAILED history %lld\n%s\n", (long long)seed, failure ? failure : e.text);
        fflush(stdout);
        failures += !ok || failure;
        arena_release(&a);
    }
    printf("%lld histories, %lld failed\n", (long long)count, (long long)failures);
    return failures ? 1 : 0;
}
