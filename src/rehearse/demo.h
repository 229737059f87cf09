/* demo.h - the whole guide, told in numbered steps on real loopback servers: two Jira Servers kept in step, one project
 * moved to Jira Cloud, the synchronization carried over, and a proof that nothing was lost or doubled.
 *
 * Unattended; leaves nothing behind unless asked to keep its folder. The proof does not trust the engine: people's texts are
 * written down as they are made, and at the end both sites are read and each text must stand there exactly once. */
#pragma once

#include "base/err.h"

#include <stdio.h>

struct demo_options {
    const char *keep;   /* folder for everything it makes, kept afterwards; NULL: a temporary one, removed */
    const char *load;   /* folder of recorded issues (*.json) that join the made-up ones; NULL: none */
    int issues;         /* 300 when 0 */
    uint64_t seed;      /* 1 when 0 */
    FILE *out;
};

/* True when every check held; *failed_r counts those that did not. False with *e when the story could not be told. */
bool demo_run(const struct demo_options *, int *failed_r, struct err *e) MUST_CHECK;
