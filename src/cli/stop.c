#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

enum { SLICE_MS = 100 };

static volatile sig_atomic_t is_asked;

static void ask(int number)
{
    (void)number;
    is_asked = 1;
}

void stop_listen(void)
{
    struct sigaction action = {.sa_handler = ask, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_is_asked(void)
{
    return is_asked;
}

void stop_sleep(struct clock *clock, int64_t ms)
{
    for (int64_t end = clock_now(clock) + ms, now; !is_asked && (now = clock_now(clock)) < end;)
        clock_sleep(clock, end - now < SLICE_MS ? end - now : SLICE_MS);
}

void stop_wait(void)
{
    while (!is_asked)
        clock_sleep(clock_system(), SLICE_MS);
}
