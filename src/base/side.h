/* side.h - the two sides of a synchronization. Per-side things are arrays of two, indexed by this. */
#pragma once

enum side { SIDE_FIRST, SIDE_SECOND };

static inline enum side side_other(enum side s)
{
    return s == SIDE_FIRST ? SIDE_SECOND : SIDE_FIRST;
}

static inline const char *side_name(enum side s)
{
    return s == SIDE_FIRST ? "first" : "second";
}
