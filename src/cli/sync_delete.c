#include "base/str.h"
#include "cli/cli.h"
#include "cli/sites.h"
#include "store/pair.h"

static bool clear_panels(struct cli *c, const struct sync_row *row, int64_t *issues_r, struct err *e)
{
    struct sites sites = {.cli = c};
    struct engine *engine = sites_engine(&sites, row, NULL, NULL, e);
    bool ok = engine && engine_clear_panels(engine, issues_r, e);
    engine_close(engine);
    sites_close(&sites);
    return ok || err_wrap(e,
                          "the sync info panels of %s were not all taken away, so it is kept; come again, or delete it "
                          "with --keep-panels",
                          row->key);
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    int64_t pairs, panels = 0;
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &row, e) ||
        !pair_count(c->store, row.id, &pairs, e))
        return false;
    if (str_eq(row.state, SYNC_RUNNING))
        return err_set(e, ERR_STATE, "%s is running; stop it first with: tandem sync stop %s", row.key, row.key);
    if (!cli_has(c, "keep-panels") && !clear_panels(c, &row, &panels, e))
        return false;
    if (!sync_remove(c->store, row.id, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:I, s:I}", "deleted", row.key, "pairs", (json_int_t)pairs, "panels",
                              (json_int_t)panels));
    else
        cli_say(c,
                "%s is deleted with what it knew of %lld pairs; %lld sync info panels were taken away. No issue was "
                "changed otherwise.",
                row.key, (long long)pairs, (long long)panels);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"keep-panels", NULL, "leave the sync info panels on the issues, for instance of a site that is gone", 0, false},
    {0}};

const struct cli_command COMMAND_SYNC_DELETE = {
    .name = "sync delete",
    .arguments = "KEY",
    .summary = "deletes a stopped synchronization and its sync info panels",
    .text = "The issues stay on both sides. Its key is not given again.",
    .options = OPTIONS,
    .run = run,
};
