#include "store/sync.h"
#include "base/str.h"
#include "cli/cli.h"
#include "mapping/config.h"
#include "store/pair.h"
#include "sync/engine.h"

/* The field's id in this configuration, given its id or its name of either side. */
static const char *field_id(const struct config *config, const char *given)
{
    for (size_t i = 0; i < config->field_count; i++)
        for (int side = 0; side < 2; side++) {
            const struct config_field_half *half = &config->fields[i].half[side];
            if (str_eq(half->id, given) || str_eq_nocase(half->name, given))
                return config->fields[i].half[SIDE_FIRST].id;
        }
    return NULL;
}

/* "summary,priority" as field ids. */
static bool read_fields(struct cli *c, const struct sync_row *row, const char *const **r, size_t *count_r,
                        struct err *e)
{
    struct config config;
    char **names = NULL;
    *count_r = 0;
    *r = NULL;
    if (!cli_has(c, "fields"))
        return true;
    if (!config_from_json(c->arena, row->config, &config, e))
        return false;
    size_t count = str_split(c->arena, cli_value(c, "fields"), ',', &names);
    const char **ids = arena_array(c->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = str_trim(c->arena, names[i]);
        ids[i] = field_id(&config, name);
        if (!ids[i])
            return cli_wrong(c, e, "%s maps no field \"%s\"", row->key, name);
    }
    *r = ids;
    *count_r = count;
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    const char *const *fields;
    size_t count;
    int64_t pairs;
    enum side from;
    if (!cli_side(c, "from", &from, e) || !cli_open_store(c, STORE_ENGINE, e) ||
        !sync_get(c->store, c->arena, cli_argument(c, 0), &row, e) || !read_fields(c, &row, &fields, &count, e) ||
        !pair_count(c->store, row.id, &pairs, e) || !engine_resync(c->store, row.key, from, fields, count, e))
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:s, s:I}", "key", row.key, "from", side_name(from), "pairs", (json_int_t)pairs));
    else
        cli_say(c, "%lld pairs of %s are to be sent again from the %s side, with their panels%s.", (long long)pairs,
                row.key, side_name(from),
                str_eq(row.state, SYNC_RUNNING) ? "; tandem run does it" : " once it is started and run");
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"from", "SIDE", "first or second: whose values are sent", 0, true},
    {"fields", "LIST", "only these, such as summary,priority; all that are mapped unless given", 0, false},
    {0}};

const struct cli_command COMMAND_SYNC_RESYNC = {
    .name = "sync resync",
    .arguments = "KEY",
    .summary = "sends the present content of all issues again",
    .text = "The sync info panels are written anew with it. Only where the receiver is unchanged since both agreed; "
            "anything else is a conflict like any other. For both "
            "directions give it twice, with tandem run after each.",
    .options = OPTIONS,
    .run = run,
};
