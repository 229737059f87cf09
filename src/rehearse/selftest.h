/* selftest.h - the crash sweep and random histories from the program itself: does this build, on this machine, keep its
 * promises? Everything happens in memory; no site and no file is touched.
 *
 * With the same seed and share the same cases are played. Known mistakes (sweep.h) are said each time and do not fail
 * it. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct selftest_options {
    uint64_t seed;     /* 1 when 0 */
    int share;         /* of a hundred cases; 0: all of them */
    int64_t seconds;   /* no new case after so many; 0: no limit */
    bool is_short;     /* only the stories that every build proves whole */
    int64_t histories; /* random histories; 0: 100 times share; -1: none */
    const char *only;  /* a story ("edit"), one case ("edit:kill@7") or one history ("history:17"); NULL: everything */
    bool is_verbose;   /* says each case before it is played */
    /* Lines for people: one for each story, and what failed. NULL: none. */
    void (*say)(void *context, const char *text);
    void *context;
};

struct selftest_report {
    int64_t scenarios, steps, cases, kills, double_kills, faults, histories, known, failures;
    int64_t took_ms;
    bool is_cut; /* the time was over before everything was played */
};

/* True also when cases failed: look at failures. False when something could not be played at all: ERR_INPUT for an
 * `only` that names nothing, ERR_STATE for a story that fails undisturbed. */
bool selftest_run(const struct selftest_options *, struct selftest_report *r, struct err *e) MUST_CHECK;
