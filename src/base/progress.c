#include "base/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { QUIET_MS = 1000, TERMINAL_MS = 100, PLAIN_MS = 10000, BAR_CELLS = 30 };

void progress_start(struct progress *p, const char *what, int64_t total)
{
    *p = (struct progress){.clock = clock_system(), .what = what, .total = total, .is_terminal = isatty(2) == 1};
    p->started_ms = p->shown_ms = clock_now(p->clock);
}

static void show(const struct progress *p)
{
    if (!p->is_terminal) {
        fprintf(stderr, "%s: %lld", p->what, (long long)p->done);
        if (p->total)
            fprintf(stderr, " of %lld", (long long)p->total);
        fputs("\n", stderr);
        return;
    }
    char bar[BAR_CELLS + 1];
    int64_t filled = p->total ? p->done * BAR_CELLS / p->total : 0;
    for (int i = 0; i < BAR_CELLS; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_CELLS] = 0;
    fprintf(stderr, "\r\033[K%s [%s] %lld", p->what, bar, (long long)p->done);
    if (p->total)
        fprintf(stderr, "/%lld", (long long)p->total);
}

void progress_add(struct progress *p, int64_t more)
{
    p->done += more;
    int64_t now = clock_now(p->clock);
    if (now - p->started_ms < QUIET_MS || now - p->shown_ms < (p->is_terminal ? TERMINAL_MS : PLAIN_MS))
        return;
    p->shown_ms = now;
    p->is_shown = true;
    show(p);
}

void progress_end(struct progress *p)
{
    if (!p->is_shown)
        return;
    if (p->is_terminal)
        fputs("\r\033[K", stderr);
    else
        show(p);
}
