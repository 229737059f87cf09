/* sweep.h - plays a scenario once undisturbed, then again with a kill after each step, with each fault at each write,
 * and with a second kill while it recovers; and compares every end with the undisturbed one.
 *
 * A case has a name by which it can be repeated: "first-sync:kill@17", "edit:lost@3", "status:kill@4:kill@2" (the
 * second fault counts from the new start). Nothing is drawn: with a share below 100 the cases are chosen by the seed.
 * Errors: ERR_STATE when the scenario itself cannot be played; cases that fail are the report's. */
#pragma once

#include "rehearse/scenario.h"

struct sweep_settings {
    uint64_t seed;
    int share;        /* of a hundred; 0 means 100 */
    bool only_kills;  /* no other faults */
    bool resends;     /* the wires make libcurl's mistake */
    int stop_after;   /* failures; 0: never */
    const char *only; /* the name of one case; NULL: all */
    /* Gets each case that fails, with what differed, and each that is known to fail. NULL: they only count. */
    void (*say)(void *context, const char *text);
    void *context;
    bool is_verbose;  /* says each case before it is played, and the undisturbed end */
    int64_t budget;   /* cases at most, of all scenarios together; 0: no limit */
    int64_t until_ms; /* no new case after this time of the machine's clock; 0: no limit */
};

struct sweep_report {
    int64_t scenarios, steps, writes; /* of the undisturbed runs */
    int64_t cases, by_fault[FAULT_COUNT], double_kills;
    int64_t failures, known;
    char *first, *first_text; /* the name of the first case that failed; what differed */
    struct arena arena;
};

/* False only when the scenario cannot be played at all. */
bool sweep_run(const struct scenario *, const struct sweep_settings *, struct sweep_report *, struct err *e) MUST_CHECK;
void sweep_report_release(struct sweep_report *);
