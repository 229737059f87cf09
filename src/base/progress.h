/* progress.h - how far a long piece of work is: a bar on a terminal, plain lines elsewhere, nothing for what is quick.
 *
 * Shows nothing in the first second. On a terminal one line is redrawn at most ten times a second; elsewhere a plain
 * line comes every ten seconds. Threads: one. */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    struct clock *clock;
    const char *what; /* "reading issues"; must outlive the progress */
    int64_t total;    /* 0: not known */
    int64_t done, started_ms, shown_ms;
    bool is_terminal, is_shown;
};

void progress_start(struct progress *, const char *what, int64_t total);
void progress_add(struct progress *, int64_t more);
/* Clears the bar, or closes with a plain line when any was shown. */
void progress_end(struct progress *);
