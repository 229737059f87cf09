#include "rehearse/demo.h"

#include "base/str.h"
#include "cli/cli.h"

static bool number(const struct cli *c, const char *option, int64_t low, int64_t high, int64_t *r, struct err *e)
{
    const char *text = cli_value(c, option);
    *r = 0;
    if (text && (!str_to_int(text, r) || *r < low || *r > high))
        return cli_wrong(c, e, "--%s \"%s\" is no number from %lld to %lld", option, text, (long long)low,
                         (long long)high);
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    int64_t issues, seed;
    int failed;
    if (!number(c, "issues", 30, 5000, &issues, e) || !number(c, "seed", 1, INT32_MAX, &seed, e))
        return false;
    struct demo_options o = {.keep = cli_value(c, "keep"),
                             .load = cli_value(c, "load"),
                             .issues = (int)issues,
                             .seed = (uint64_t)(seed ? seed : 1),
                             .out = c->out};
    if (!demo_run(&o, &failed, e))
        return false;
    c->has_findings = failed > 0;
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"keep", "DIR", "leave everything there afterwards: the sites' databases, the store, the files", 0, false},
    {"issues", "N", "made-up issues, 30 to 5000; 300 unless given", 0, false},
    {"seed", "N", "another story of the same kind", 0, false},
    {"load", "DIR", "synchronize recorded issues (*.json as Jira answers them) as well", 0, false},
    {"once", NULL, "never wait for a person; it never does", 0, false},
    {0}};

const struct cli_command COMMAND_DEMO = {
    .name = "demo",
    .summary = "tells the whole guide on this machine, and proves that nothing was lost or doubled",
    .text =
        "Three Jira sites are started on loopback ports: two projects are kept in step, people edit on both sides, one "
        "project moves to Cloud, the synchronization is carried over. At the end both sites are read and compared. "
        "Exit code 1 when a check fails. Nothing is left behind unless --keep says so.",
    .options = OPTIONS,
    .run = run,
};
