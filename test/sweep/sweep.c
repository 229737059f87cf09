/* sweep.c - plays scenarios with every kill and fault: `sweep [SHARE [CASE-OR-SCENARIO…]]`; a share of 100 is
 * everything. */
#include "rehearse/sweep.h"
#include "base/log.h"
#include "base/str.h"

static bool is_named(const char *scenario, const char *name)
{
    size_t n = strlen(scenario);
    return strncmp(scenario, name, n) == 0 && (!name[n] || name[n] == ':');
}

static void say(void *context, const char *text)
{
    (void)context;
    puts(text);
    fflush(stdout);
}

static bool run(const struct scenario *s, const struct sweep_settings *set, struct sweep_report *report)
{
    struct err e = ERR_INIT;
    int64_t cases = report->cases, failures = report->failures, steps = report->steps, writes = report->writes;
    bool ok = sweep_run(s, set, report, &e);
    printf("%-20s %4lld steps %4lld writes %6lld cases %5lld failed%s%s\n", s->name, (long long)(report->steps - steps),
           (long long)(report->writes - writes), (long long)(report->cases - cases),
           (long long)(report->failures - failures), ok ? "" : "  NOT PLAYED: ", ok ? "" : e.text);
    fflush(stdout);
    return ok;
}

int main(int argc, char **argv)
{
    struct sweep_report report = {0};
    struct sweep_settings set = {.seed = 1, .say = say};
    int64_t share = 100;
    bool ok = true;
    log_level_set(LOG_ERROR);
    if (argc > 1 && !str_to_int(argv[1], &share))
        return 2;
    set.share = (int)share;
    for (const struct scenario *s = scenarios; s->name; s++) {
        bool chosen = argc < 3;
        for (int i = 2; i < argc; i++)
            if (is_named(s->name, argv[i])) {
                chosen = true;
                set.only = strchr(argv[i], ':') ? argv[i] : NULL;
            }
        if (chosen)
            ok = run(s, &set, &report) && ok;
    }
    printf("%lld scenarios, %lld steps, %lld cases (%lld killed twice), %lld failed\n", (long long)report.scenarios,
           (long long)report.steps, (long long)report.cases, (long long)report.double_kills,
           (long long)report.failures);
    ok = ok && !report.failures;
    sweep_report_release(&report);
    return ok ? 0 : 1;
}
