#include "base/str.h"
#include "cli/cli.h"
#include "store/finding.h"
#include "store/pair.h"
#include "store/sync.h"
#include "tracker/rich.h"

/* "SA-1 = SB-1"; the synchronization as a whole has none. */
static bool pair_keys(struct cli *c, int64_t pair_id, const char **r, struct err *e)
{
    struct pair pair;
    struct err why = ERR_INIT;
    *r = NULL;
    if (!pair_id)
        return true;
    if (!pair_get(c->store, c->arena, pair_id, &pair, &why))
        return why.kind == ERR_GONE || err_set(e, why.kind, "%s", why.text);
    *r = arena_printf(c->arena, "%s = %s", pair.key[0] ? pair.key[0] : "(none)", pair.key[1] ? pair.key[1] : "(none)");
    return true;
}

static bool of_sync(struct cli *c, const struct sync_row *sync, struct cli_table *t, json_t *list, struct err *e)
{
    struct finding *all;
    size_t count;
    const char *kind = cli_value(c, "kind");
    if (!finding_list(c->store, c->arena, sync->id, 0, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &all[i];
        const char *pair;
        if (kind && !str_eq(kind, f->kind))
            continue;
        if (!pair_keys(c, f->pair_id, &pair, e))
            return false;
        const char *side = f->side < 0 ? NULL : side_name((enum side)f->side);
        json_array_append_new(list,
                              json_pack("{s:I, s:s, s:s*, s:s*, s:s, s:s, s:s*, s:s, s:O*, s:I}", "id",
                                        (json_int_t)f->id, "sync", sync->key, "pair", pair, "side", side, "item",
                                        f->item, "kind", f->kind, "error", f->error, "text", f->text, "detail",
                                        rich_readable(c->arena, f->detail), "createdMs", (json_int_t)f->created_ms));
        cli_row(t, cli_number(c, f->id), sync->key, cli_time(c, f->created_ms), f->kind, pair, side, f->item, f->text);
    }
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row *rows;
    size_t count;
    const char *key = cli_argument(c, 0);
    if (!cli_open_store(c, STORE_READ, e))
        return false;
    if (key) {
        rows = arena_new(c->arena, struct sync_row);
        count = 1;
        if (!sync_get(c->store, c->arena, key, rows, e))
            return false;
    } else if (!sync_list(c->store, c->arena, &rows, &count, e)) {
        return false;
    }
    json_t *list = json_keep(c->arena, json_array());
    struct cli_table t = cli_table(c, "ID", "SYNC", "SINCE", "KIND", "PAIR", "SIDE", "ITEM", "WHAT", NULL);
    for (size_t i = 0; i < count; i++)
        if (!of_sync(c, &rows[i], &t, list, e))
            return false;
    c->has_findings = t.rows > 0;
    if (c->is_json)
        cli_json(c, json_incref(list));
    else if (!t.rows)
        cli_say(c, "Nothing waits for a person.");
    else
        cli_table_print(&t);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"kind", "KIND", "only these: quarantine, conflict, ask, drift, twin, unseen, gone, lost, cut", 0, false}, {0}};

const struct cli_command COMMAND_FINDINGS = {
    .name = "findings",
    .arguments = "[KEY]",
    .summary = "lists what waits for a person; exit code 1 when anything does",
    .text =
        "A quarantined item is set aside with its reason while everything else flows on. A conflict was decided by the "
        "configured policy, and the losing value is kept in it (see --json). `tandem findings retry` tries again what "
        "was "
        "mended; `tandem findings resolve` answers a question, `tandem findings restore` brings a losing value back, "
        "`tandem findings close` closes what was looked at.",
    .options = OPTIONS,
    .run = run,
};
