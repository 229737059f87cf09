#include "cli/cli.h"
#include "migrate/export.h"

static bool run(struct cli *c, struct err *e)
{
    const char *key = cli_argument(c, 0), *folder = cli_value(c, "into"), *path;
    int64_t pairs;
    if (!cli_open_store(c, STORE_READ, e) ||
        !export_pairs(c->store, c->arena, key, folder ? folder : ".", c->clock, &path, &pairs, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s, s:I}", "key", key, "file", path, "pairs", (json_int_t)pairs));
    else
        cli_say(c, "%lld pairs of %s.\nsaving json to %s", (long long)pairs, key, path);
    return true;
}

static const struct cli_option OPTIONS[] = {{"into", "FOLDER", "where to; else the working directory", 0, false}, {0}};

const struct cli_command COMMAND_PAIRS_EXPORT = {
    .name = "pairs export",
    .arguments = "KEY",
    .summary = "writes the pairs of a synchronization as a pair file",
    .text = "The file is <yyyymmddhhmmss>_sync_info_pairs.json and has the form that tandem swap, translate, split and "
            "pairs import read. A pair whose partner is "
            "still being "
            "made is not in it.",
    .options = OPTIONS,
    .run = run,
};
