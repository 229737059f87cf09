#include "base/str.h"
#include "cli/cli.h"
#include "store/op.h"
#include "store/sync.h"

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    int64_t open;
    const char *key = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, key, &row, e) ||
        !op_count_open(c->store, row.id, &open, e))
        return false;
    if (str_eq(row.state, SYNC_RETIRED))
        return err_set(e, ERR_STATE, "%s was replaced by a migration and does not run", key);
    if (!sync_set_state(c->store, row.id, SYNC_STOPPED, NULL, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s, s:s, s:I}", "key", key, "state", SYNC_STOPPED, "before", row.state,
                              "openWrites", (json_int_t)open));
    else
        cli_say(c, "%s is stopped.%s", key,
                open ? " Some writes are not proven yet; they are kept and resolved when it is started again." : "");
    return true;
}

const struct cli_command COMMAND_SYNC_STOP = {
    .name = "sync stop",
    .arguments = "KEY",
    .summary = "stops a synchronization; all it knows stays",
    .run = run,
};
