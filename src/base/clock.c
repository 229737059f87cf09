#include "base/clock.h"

#include <errno.h>
#include <time.h>

static int64_t system_now(struct clock *c)
{
    (void)c;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void system_sleep(struct clock *c, int64_t duration)
{
    (void)c;
    if (duration <= 0)
        return;
    struct timespec t = {.tv_sec = duration / 1000, .tv_nsec = duration % 1000 * 1000000};
    nanosleep(&t, NULL); /* a signal may cut it short: the caller looks at why it was waiting */
}

struct clock *clock_system(void)
{
    static struct clock c = {system_now, system_sleep};
    return &c;
}

static int64_t virtual_now(struct clock *c)
{
    struct clock_virtual *v = (struct clock_virtual *)c;
    v->now += v->step;
    return v->now;
}

static void virtual_sleep(struct clock *c, int64_t duration)
{
    struct clock_virtual *v = (struct clock_virtual *)c;
    if (duration > 0)
        v->now += duration;
}

void clock_virtual_init(struct clock_virtual *v, int64_t start_ms, int64_t step_ms)
{
    *v = (struct clock_virtual){{virtual_now, virtual_sleep}, start_ms, step_ms};
}

int64_t clock_now(struct clock *c)
{
    return c->now_ms(c);
}

void clock_sleep(struct clock *c, int64_t duration_ms)
{
    c->sleep_ms(c, duration_ms);
}
