#include "cli/cli.h"
#include "store/site.h"

static bool run(struct cli *c, struct err *e)
{
    const char *name = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_ENGINE, e) || !site_remove(c->store, name, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s}", "removed", name));
    else
        cli_say(c, "Site %s is removed, with its credentials.", name);
    return true;
}

const struct cli_command COMMAND_SITE_REMOVE = {
    .name = "site remove",
    .arguments = "NAME",
    .summary = "forgets a site and its credentials",
    .text = "A site that a synchronization uses stays; delete the synchronization first.",
    .run = run,
};
