#include "base/str.h"
#include "cli/cli.h"
#include "store/finding.h"
#include "store/inbox.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

struct counts {
    int64_t pairs, waiting;
    size_t findings;
};

static bool count(struct cli *c, const struct sync_row *row, struct counts *r, struct err *e)
{
    struct finding *findings;
    int64_t inbox, ops;
    if (!pair_count(c->store, row->id, &r->pairs, e) || !inbox_count(c->store, row->id, &inbox, e) ||
        !op_count_open(c->store, row->id, &ops, e) ||
        !finding_list(c->store, c->arena, row->id, 0, &findings, &r->findings, e))
        return false;
    r->waiting = inbox + ops;
    return true;
}

/* "sa:SA" */
static const char *connector(struct cli *c, const json_t *config, const char *name)
{
    const json_t *half = json_object_get(config, name);
    const char *site = json_at_str(half, "site"), *project = json_at_str(half, "project.key");
    return arena_printf(c->arena, "%s:%s", str_is_empty(site) ? "?" : site, project ? project : "?");
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row *rows;
    size_t n;
    if (!cli_open_store(c, STORE_READ, e) || !sync_list(c->store, c->arena, &rows, &n, e))
        return false;
    json_t *list = json_keep(c->arena, json_array());
    struct cli_table t = cli_table(c, "KEY", "FIRST", "SECOND", "STATE", "PAIRS", "WAITING", "FINDINGS", "NAME", NULL);
    t.is_right[4] = t.is_right[5] = t.is_right[6] = true;
    for (size_t i = 0; i < n; i++) {
        struct counts counts;
        if (!count(c, &rows[i], &counts, e))
            return false;
        const char *first = connector(c, rows[i].config, "firstConnector"),
                   *second = connector(c, rows[i].config, "secondConnector");
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:I, s:I, s:I}", "key", rows[i].key, "name",
                                        rows[i].name, "first", first, "second", second, "state", rows[i].state,
                                        "reason", rows[i].reason, "pairs", (json_int_t)counts.pairs, "waiting",
                                        (json_int_t)counts.waiting, "findings", (json_int_t)counts.findings));
        cli_row(&t, rows[i].key, first, second, rows[i].state, cli_number(c, counts.pairs),
                cli_number(c, counts.waiting), cli_number(c, (int64_t)counts.findings), rows[i].name);
    }
    if (c->is_json)
        cli_json(c, json_incref(list));
    else if (!n)
        cli_say(c, "No synchronizations yet. Make one with: tandem sync create");
    else
        cli_table_print(&t);
    for (size_t i = 0; !c->is_json && i < n; i++)
        if (rows[i].reason)
            cli_say(c, "\n%s %s: %s", rows[i].key, rows[i].state, rows[i].reason);
    return true;
}

const struct cli_command COMMAND_SYNC_LIST = {
    .name = "sync list",
    .summary = "lists the synchronizations with what they hold and what waits",
    .run = run,
};
