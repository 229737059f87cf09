#include "cli/cli.h"
#include "migrate/export.h"
#include "store/sync.h"

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    const char *key = cli_argument(c, 0), *path = cli_argument(c, 1);
    if (!cli_open_store(c, STORE_READ, e))
        return false;
    if (!path) {
        if (!sync_get(c->store, c->arena, key, &row, e))
            return false;
        fputs(json_print_pretty(c->arena, row.config), c->out);
        return true;
    }
    if (!export_config(c->store, key, path, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s}", "key", key, "file", path));
    else
        cli_say(c, "The configuration of %s is in %s", key, path);
    return true;
}

const struct cli_command COMMAND_SYNC_EXPORT = {
    .name = "sync export",
    .arguments = "KEY [FILE]",
    .summary = "writes the configuration of a synchronization, without secrets",
    .text = "One JSON document with firstConnector and secondConnector. Without FILE it goes to the standard output.",
    .run = run,
};
