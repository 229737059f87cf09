#include "rehearse/selftest.h"

#include "base/str.h"
#include "cli/cli.h"

static bool number(const struct cli *c, const char *option, int64_t low, int64_t high, int64_t *r, struct err *e)
{
    const char *text = cli_value(c, option);
    if (text && (!str_to_int(text, r) || *r < low || *r > high))
        return cli_wrong(c, e, "--%s \"%s\" is no number from %lld to %lld", option, text, (long long)low,
                         (long long)high);
    return true;
}

static bool read_options(const struct cli *c, struct selftest_options *o, struct err *e)
{
    int64_t share = 0, seed = 1, histories = 0, ms = 0;
    if (!number(c, "share", 1, 100, &share, e) || !number(c, "seed", 1, INT64_MAX, &seed, e) ||
        !number(c, "histories", 0, 1000000, &histories, e) || (cli_has(c, "time") && !cli_duration(c, "time", &ms, e)))
        return false;
    o->share = (int)share;
    o->seed = (uint64_t)seed;
    o->histories = cli_has(c, "histories") && !histories ? -1 : histories;
    o->seconds = (ms + 999) / 1000;
    o->is_short = cli_has(c, "short");
    o->is_verbose = cli_has(c, "verbose");
    o->only = cli_argument(c, 0);
    return true;
}

static void say(void *context, const char *text)
{
    struct cli *c = context;
    FILE *f = c->is_json ? c->err : c->out; /* with --json the standard output is the document alone */
    fprintf(f, "%s\n", text);
    fflush(f);
}

static bool run(struct cli *c, struct err *e)
{
    struct selftest_options o = {.say = say, .context = c};
    struct selftest_report r = {0};
    if (!read_options(c, &o, e) || !selftest_run(&o, &r, e))
        return false;
    c->has_findings = r.failures > 0;
    if (c->is_json)
        cli_json(c, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "scenarios",
                              (json_int_t)r.scenarios, "steps", (json_int_t)r.steps, "cases", (json_int_t)r.cases,
                              "kills", (json_int_t)r.kills, "doubleKills", (json_int_t)r.double_kills, "faults",
                              (json_int_t)r.faults, "histories", (json_int_t)r.histories, "known", (json_int_t)r.known,
                              "failures", (json_int_t)r.failures, "tookMs", (json_int_t)r.took_ms, "isCutShort",
                              r.is_cut));
    else
        cli_say(c,
                "%lld scenarios of %lld steps in %lld cases: %lld kills, %lld of them twice, %lld faults; %lld "
                "histories; %lld failed, in %lld s%s",
                (long long)r.scenarios, (long long)r.steps, (long long)r.cases, (long long)r.kills,
                (long long)r.double_kills, (long long)r.faults, (long long)r.histories, (long long)r.failures,
                (long long)(r.took_ms / 1000), r.is_cut ? "; the time was over before everything was played" : "");
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"short", NULL, "only the stories that every build proves whole", 0, false},
    {"share", "PERCENT", "a share of the cases, chosen by the seed; all unless given", 0, false},
    {"seed", "N", "another choice, and other histories; 1 unless given", 0, false},
    {"histories", "N", "so many random edit histories; 0 for none", 0, false},
    {"time", "DURATION", "begin no new case after so long (90s, 10m)", 0, false},
    {"verbose", NULL, "name each case before it is played", 0, false},
    {0}};

const struct cli_command COMMAND_SELFTEST = {
    .name = "selftest",
    .arguments = "[CASE]",
    .summary = "kills and faults at every step of a synchronization, in memory, from this very program",
    .text = "Plays stories undisturbed, then again with a kill after each step and a fault at each request, and "
            "compares; then "
            "random edits on both sides, which must converge. No site and no file is touched. A CASE that failed is "
            "named so "
            "that it can be played alone. Exit code 1 when one fails.",
    .options = OPTIONS,
    .run = run,
};
