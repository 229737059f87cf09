/* store_backup.c - store backup, restore, rebuild: what is there when the store is lost. */
#include "base/str.h"
#include "cli/cli.h"
#include "store/sync.h"

static bool backup(struct cli *c, struct err *e)
{
    const char *file = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_READ, e) || !store_backup(c->store, file, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s}", "store", c->store_path, "backup", file));
    else
        cli_say(c, "%s is a copy of the store. The key of the sites' credentials is not in it: %s.key", file,
                c->store_path);
    return true;
}

static bool restore(struct cli *c, struct err *e)
{
    const char *file = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_ENGINE, e) ||
        !store_restore(c->store, file, arena_printf(c->arena, "%s.restoring", c->store_path), e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s}", "store", c->store_path, "backup", file));
    else
        cli_say(c,
                "The store is as it was in %s. What was made on the sites since is found again by the next run, "
                "before anything is made.",
                file);
    return true;
}

static bool rebuild(struct cli *c, struct err *e)
{
    struct sync_row row;
    const char *key = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, key, &row, e) ||
        !sync_set_rejoins(c->store, row.id, true, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:b}", "key", key, "rejoins", 1));
    else
        cli_say(c,
                "The next run of %s looks on both sides for the pairs that it does not know, before anything is made.",
                key);
    return true;
}

const struct cli_command COMMAND_STORE_BACKUP = {
    .name = "store backup",
    .arguments = "FILE",
    .summary = "copies the store, while it is at work",
    .text =
        "FILE must not be there yet. It holds everything but the key that seals the credentials of the sites, which "
        "lies beside the store; keep that apart from the backups.",
    .run = backup,
};

const struct cli_command COMMAND_STORE_RESTORE = {
    .name = "store restore",
    .arguments = "FILE",
    .summary = "puts the store back to a backup",
    .text =
        "Whatever the store holds now is replaced. Issues and comments that Tandem made after the backup are on the "
        "sites and not in it: before anything is made, the next run looks for them on both sides. What both sides "
        "have agreed on since is agreed again; where they differ, both count as changed.",
    .run = restore,
};

const struct cli_command COMMAND_STORE_REBUILD = {
    .name = "store rebuild",
    .arguments = "KEY",
    .summary = "finds the pairs of a lost store again, on the sites",
    .text =
        "For a synchronization that was made anew between the two projects of a lost one, or imported from its "
        "exported configuration: every issue that Tandem made names its partner, and so does every sync info panel. "
        "The next run joins them again before anything is made. What both sides last agreed on is lost, so where "
        "they differ the first-contact policy decides.",
    .run = rebuild,
};
