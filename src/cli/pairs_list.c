#include "base/str.h"
#include "cli/cli.h"
#include "store/pair.h"
#include "store/sync.h"

static const char *state(struct cli *c, const struct pair *p)
{
    if (!str_eq(p->state, PAIR_OPEN))
        return p->state;
    if (p->resync)
        return "resync due";
    return p->is_dirty ? "waiting" : arena_printf(c->arena, "%s", p->state);
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row sync;
    struct pair *pairs;
    size_t count;
    if (!cli_open_store(c, STORE_READ, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &sync, e) ||
        !pair_list(c->store, c->arena, sync.id, &pairs, &count, e))
        return false;
    json_t *list = json_keep(c->arena, json_array());
    struct cli_table t = cli_table(c, "FIRST", "SECOND", "STATE", "LAST TO SECOND", "LAST TO FIRST", NULL);
    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        json_array_append_new(
            list, json_pack("{s:I, s:s*, s:s*, s:s*, s:s*, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "id", (json_int_t)p->id,
                            "firstKey", p->key[0], "secondKey", p->key[1], "firstId", p->issue_id[0], "secondId",
                            p->issue_id[1], "state", p->state, "generation", (json_int_t)p->generation, "firstSyncMs",
                            (json_int_t)p->first_sync_ms, "firstSentMs", (json_int_t)p->sent_ms[0], "secondSentMs",
                            (json_int_t)p->sent_ms[1], "firstReceivedMs", (json_int_t)p->received_ms[0],
                            "secondReceivedMs", (json_int_t)p->received_ms[1]));
        cli_row(&t, p->key[0], p->key[1], state(c, p), cli_time(c, p->received_ms[SIDE_SECOND]),
                cli_time(c, p->received_ms[SIDE_FIRST]));
    }
    if (c->is_json)
        cli_json(c, json_incref(list));
    else if (!count)
        cli_say(c, "%s has no pairs yet.", sync.key);
    else
        cli_table_print(&t);
    return true;
}

const struct cli_command COMMAND_PAIRS_LIST = {
    .name = "pairs list",
    .arguments = "KEY",
    .summary = "lists the pairs of a synchronization",
    .run = run,
};
