/* clock.h - time as something passed in, so that everything can be simulated from a seed. */
#pragma once

#include <stdint.h>

struct clock {
    int64_t (*now_ms)(struct clock *);               /* epoch milliseconds, UTC */
    void (*sleep_ms)(struct clock *, int64_t duration); /* the virtual clock jumps instead */
};

/* The machine's clock. Shared by all threads; never freed. */
struct clock *clock_system(void);

/* A clock that stands still until somebody sleeps or moves it. Threads: one. */
struct clock_virtual {
    struct clock clock;
    int64_t now;
    int64_t step; /* each look at the clock moves it on by this, so that no two events share a millisecond; may be 0 */
};
void clock_virtual_init(struct clock_virtual *, int64_t start_ms, int64_t step_ms);

int64_t clock_now(struct clock *);
void clock_sleep(struct clock *, int64_t duration_ms);
