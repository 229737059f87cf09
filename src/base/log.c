#include "base/log.h"

#include "base/clock.h"
#include "base/time_iso.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static _Atomic int level = LOG_WARN;

void log_level_set(enum log_level l)
{
    level = (int)l;
}

enum log_level log_level_get(void)
{
    return (enum log_level)level;
}

void log_line(enum log_level l, const char *format, ...)
{
    static const char *const NAMES[] = {"error", "warn ", "info ", "debug"};
    if ((int)l > level)
        return;
    char line[2048], when[TIME_ISO_BYTES];
    time_iso_utc(clock_now(clock_system()), when);
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "%s %s %s\n", when, NAMES[l], line); /* one call: lines of threads do not mix */
}
