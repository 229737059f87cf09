#include "rehearse/selftest.h"

#include "base/clock.h"
#include "base/str.h"
#include "rehearse/history.h"
#include "rehearse/sweep.h"

#include <string.h>

struct selftest {
    const struct selftest_options *options;
    struct selftest_report *report;
    int64_t began_ms;
};

static void say(const struct selftest *t, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(const struct selftest *t, const char *format, ...)
{
    struct arena a = ARENA_INIT;
    va_list args;
    va_start(args, format);
    if (t->options->say)
        t->options->say(t->options->context, arena_vprintf(&a, format, args));
    va_end(args);
    arena_release(&a);
}

static bool is_over(const struct selftest *t)
{
    return t->options->seconds && clock_now(clock_system()) > t->began_ms + t->options->seconds * 1000;
}

static uint64_t seed_of(const struct selftest *t)
{
    return t->options->seed ? t->options->seed : 1;
}

/* "edit" and "edit:kill@7" name the story "edit". */
static bool is_chosen(const struct selftest *t, const struct scenario *s)
{
    const char *only = t->options->only;
    size_t n = strlen(s->name);
    if (!only)
        return !t->options->is_short || s->is_first_of_all;
    return strncmp(only, s->name, n) == 0 && (!only[n] || only[n] == ':');
}

static bool sweep_one(struct selftest *t, const struct scenario *s, struct err *e)
{
    const struct selftest_options *o = t->options;
    struct selftest_report *r = t->report;
    struct sweep_report sum = {0};
    struct sweep_settings set = {.seed = seed_of(t),
                                 .share = o->share,
                                 .only = o->only && strchr(o->only, ':') ? o->only : NULL,
                                 .until_ms = o->seconds ? t->began_ms + o->seconds * 1000 : 0,
                                 .say = o->say,
                                 .context = o->context,
                                 .is_verbose = o->is_verbose};
    bool ok = sweep_run(s, &set, &sum, e);
    r->scenarios++;
    r->steps += sum.steps;
    r->cases += sum.cases;
    r->kills += sum.by_fault[FAULT_KILL];
    r->double_kills += sum.double_kills;
    for (int f = FAULT_KILL + 1; f < FAULT_COUNT; f++)
        r->faults += sum.by_fault[f];
    r->known += sum.known;
    r->failures += sum.failures;
    if (ok)
        say(t, "%-20s %3lld steps %5lld cases %3lld failed", s->name, (long long)sum.steps, (long long)sum.cases,
            (long long)sum.failures);
    sweep_report_release(&sum);
    return ok;
}

static bool history_one(struct selftest *t, uint64_t seed, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *failure = NULL;
    struct history_settings set = {.seed = seed,
                                   .has_faults = true,
                                   .is_verbose = t->options->is_verbose,
                                   .say = t->options->say,
                                   .context = t->options->context};
    bool ok = history_run(&set, &a, &failure, e);
    t->report->histories++;
    if (ok && failure) {
        t->report->failures++;
        say(t, "FAILED history:%llu\n%s", (unsigned long long)seed, failure);
    }
    arena_release(&a);
    return ok || err_wrap(e, "history:%llu", (unsigned long long)seed);
}

static bool all_histories(struct selftest *t, struct err *e)
{
    const struct selftest_options *o = t->options;
    int64_t count = o->histories < 0 ? 0 : o->histories ? o->histories : o->share ? o->share : 100, i = 0;
    int64_t failures = t->report->failures;
    for (; i < count && !is_over(t); i++)
        if (!history_one(t, seed_of(t) * 1000 + (uint64_t)i, e))
            return false;
    if (i)
        say(t, "random histories     %lld played %3lld failed", (long long)i,
            (long long)(t->report->failures - failures));
    return true;
}

static bool play(struct selftest *t, struct err *e)
{
    const char *only = t->options->only;
    int64_t seed;
    if (str_starts(only ? only : "", "history:"))
        return str_to_int(only + strlen("history:"), &seed)
                   ? history_one(t, (uint64_t)seed, e)
                   : err_set(e, ERR_INPUT, "\"%s\" names no history; one reads like history:17", only);
    for (const struct scenario *s = scenarios; s->name; s++)
        if (is_chosen(t, s) && !is_over(t) && !sweep_one(t, s, e))
            return false;
    if (only && !t->report->scenarios)
        return err_set(e, ERR_INPUT, "\"%s\" names no story, no case and no history", only);
    return only || all_histories(t, e);
}

bool selftest_run(const struct selftest_options *options, struct selftest_report *r, struct err *e)
{
    struct selftest t = {options, r, clock_now(clock_system())};
    *r = (struct selftest_report){0};
    bool ok = play(&t, e);
    r->is_cut = is_over(&t);
    r->took_ms = clock_now(clock_system()) - t.began_ms;
    return ok;
}
