#include "base/str.h"
#include "cli/cli.h"
#include "store/sync.h"

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    const char *key = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, key, &row, e))
        return false;
    if (str_eq(row.state, SYNC_RETIRED))
        return err_set(e, ERR_STATE, "%s was replaced by a migration; it and its successor never both run", key);
    if (str_eq(row.state, SYNC_FUSED) && !cli_has(c, "force"))
        return err_set(e, ERR_STATE, "%s stopped itself: %s. When that is in order, start it with --force", key,
                       row.reason ? row.reason : "no reason is stored");
    if (!sync_set_state(c->store, row.id, SYNC_RUNNING, NULL, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s, s:s}", "key", key, "state", SYNC_RUNNING, "before", row.state));
    else if (str_eq(row.state, SYNC_RUNNING))
        cli_say(c, "%s was started already. Let it work with: tandem run", key);
    else
        cli_say(c, "%s is started. Let it work with: tandem run", key);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"force", NULL, "also one that stopped itself, once its reason is in order", 0, false}, {0}};

const struct cli_command COMMAND_SYNC_START = {
    .name = "sync start",
    .arguments = "KEY",
    .summary = "starts a synchronization",
    .text = "tandem run works every synchronization that is started.",
    .options = OPTIONS,
    .run = run,
};
