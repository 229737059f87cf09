#include "base/str.h"
#include "cli/cli.h"
#include "store/sync.h"

static bool is_same_project(const json_t *config, const char *half, const json_t *other, const char *other_half)
{
    const json_t *a = json_object_get(config, half), *b = json_object_get(other, other_half);
    return str_eq(json_at_str(a, "site"), json_at_str(b, "site")) &&
           str_eq(json_at_str(a, "project.key"), json_at_str(b, "project.key"));
}

/* Two that run between the same two projects would make each new issue twice. */
static bool check_no_twin(struct cli *c, const struct sync_row *row, struct err *e)
{
    static const char *const HALF[2] = {"firstConnector", "secondConnector"};
    struct sync_row *all;
    size_t count;
    if (!sync_list(c->store, c->arena, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        for (int turned = 0; turned < 2; turned++)
            if (all[i].id != row->id && str_eq(all[i].state, SYNC_RUNNING) &&
                is_same_project(row->config, HALF[0], all[i].config, HALF[turned]) &&
                is_same_project(row->config, HALF[1], all[i].config, HALF[!turned]))
                return err_set(e, ERR_STATE,
                               "%s runs between the same two projects, and both together would make each "
                               "issue twice; stop it first with: tandem sync stop %s",
                               all[i].key, all[i].key);
    return true;
}

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
    if (!check_no_twin(c, &row, e))
        return false;
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
