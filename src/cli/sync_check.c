#include "cli/check.h"
#include "cli/cli.h"
#include "cli/sites.h"

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    struct config config;
    struct tracker *trackers[2];
    const struct tracker_project *projects[2];
    struct sites sites = {.cli = c};
    if (!cli_open_store(c, STORE_READ, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &row, e) ||
        !config_from_json(c->arena, row.config, &config, e))
        return false;
    bool ok = sites_of_config(&sites, &config, trackers, e) && sites_projects(c, trackers, projects, e);
    sites_close(&sites);
    if (!ok)
        return false;
    struct config_finding *findings;
    size_t count = config_check(c->arena, &config, projects, &findings);
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:o}", "key", row.key, "findings", check_to_json(c, findings, count)));
    else
        check_print(c, findings, count,
                    arena_printf(c->arena, "%s fits both projects; nothing is wrong or doubtful.", row.key));
    return true;
}

const struct cli_command COMMAND_SYNC_CHECK = {
    .name = "sync check",
    .arguments = "KEY",
    .summary = "checks a configuration against both live projects",
    .text = "All findings come at once, each with a proposed mend. Exit code 1 when one of them is an error; warnings "
            "alone leave 0.",
    .run = run,
};
