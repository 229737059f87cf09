#include "migrate/swap.h"

#include "base/str.h"
#include "cli/cli.h"

static bool run(struct cli *c, struct err *e)
{
    struct swap_report report;
    const char *path = cli_argument(c, 0), *to = cli_value(c, "output");
    if (!to)
        to = arena_printf(c->arena, "%s-swapped.json", path);
    if (!migrate_swap(path, to, cli_value(c, "first"), &report, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s, s:s, s:[I,I], s:s}", "file", path, "output", to, "kind",
                              report.is_config ? "configuration" : "pairs", "records", (json_int_t)report.records[0],
                              (json_int_t)report.records[1], "decidedBy", report.decided_by));
    else if (report.is_config)
        cli_say(c, "A configuration; %s.\nsaving json to %s", report.decided_by, to);
    else
        cli_say(c, "A pair file, %lld records first and %lld second; %s.\nsaving json to %s",
                (long long)report.records[1], (long long)report.records[0], report.decided_by, to);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"first", "PROJECT", "the key of the project that must be first afterwards", 0, true},
    {"output", "FILE", "where to; else FILE-swapped.json", 'o', false},
    {0}};

const struct cli_command COMMAND_SWAP = {
    .name = "swap",
    .arguments = "FILE",
    .summary = "exchanges firstConnector and secondConnector in a configuration or pair file",
    .text =
        "Everything else keeps its bytes. A file that is already in the order asked for is refused, for a second swap "
        "would undo the first.",
    .options = OPTIONS,
    .run = run,
};
