/* sync_show.c - a configuration in words. */
#include "base/str.h"
#include "cli/cli.h"
#include "mapping/config.h"
#include "store/counter.h"
#include "store/finding.h"
#include "store/inbox.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"

static const char *const KINDS[] = {"passthrough", "correlation", "users by name", "users by e-mail",
                                    "user correlation"};
static const char *const POLICIES[] = {"newest", "first wins", "second wins", "ask"};

/* Between the two sides: what flows where. */
static const char *arrow(bool to_second, bool to_first)
{
    return to_second && to_first ? "<->" : to_second ? "-->" : to_first ? "<--" : "off";
}

static const char *option(const struct tracker_option *o)
{
    return o->name ? o->name : o->id ? o->id : "?";
}

/* What two options are called when that is not the same. */
static bool is_renamed(const struct tracker_option *one, const struct tracker_option *other)
{
    return !str_eq_nocase(option(one), option(other));
}

static void show_connector(struct cli *c, const struct config *config, enum side side)
{
    const struct config_connector *half = &config->connector[side];
    cli_say(c, "%-12s %s on %s  %s%s%s", side_name(side), half->project_key,
            str_is_empty(half->site) ? "?" : half->site, half->base_url ? half->base_url : "",
            half->deployment ? ", " : "", half->deployment ? half->deployment : "");
    if (half->filter)
        cli_say(c, "%-12s only issues with: %s", "", half->filter);
}

static void show_types(struct cli *c, const struct config *config)
{
    const struct config_connector *first = &config->connector[0], *second = &config->connector[1];
    struct cli_table t = cli_table(c, "ISSUE TYPES", "", "", NULL);
    for (size_t i = 0; i < first->type_count && i < second->type_count; i++)
        cli_row(&t, arena_printf(c->arena, "  %s", option(&first->types[i])), arrow(first->creates, second->creates),
                option(&second->types[i]));
    cli_say(c, "%s", "");
    cli_table_print(&t);
}

static void show_fields(struct cli *c, const struct config *config)
{
    struct cli_table t = cli_table(c, "FIELDS", "", "", "MAPPING", "CONFLICT", "FIRST CONTACT", NULL);
    for (size_t i = 0; i < config->field_count; i++) {
        const struct config_field *f = &config->fields[i];
        const struct config_field_half *first = &f->half[0], *second = &f->half[1];
        cli_row(&t, arena_printf(c->arena, "  %s", first->name ? first->name : first->id),
                arrow(first->sends && second->receives, second->sends && first->receives),
                second->name ? second->name : second->id, KINDS[f->kind], POLICIES[f->conflict],
                POLICIES[f->first_contact]);
    }
    cli_say(c, "%s", "");
    cli_table_print(&t);
    for (size_t i = 0; i < config->field_count; i++) {
        const struct config_field *f = &config->fields[i];
        for (size_t n = 0; n < f->half[0].option_count && n < f->half[1].option_count; n++)
            if (is_renamed(&f->half[0].options[n], &f->half[1].options[n]))
                cli_say(c, "    %s: %s = %s", f->half[0].name, option(&f->half[0].options[n]),
                        option(&f->half[1].options[n]));
    }
}

static void show_statuses(struct cli *c, const struct config *config)
{
    const struct config_connector *first = &config->connector[0], *second = &config->connector[1];
    cli_say(c, "\nSTATUS        %s  by equal name, else as listed here",
            arrow(first->sends_status && second->receives_status, second->sends_status && first->receives_status));
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < config->connector[side].status_count; i++) {
            const struct config_status_rule *rule = &config->connector[side].statuses[i];
            if (is_renamed(&rule->partner, &rule->own))
                cli_say(c, "  %s leads to %s on the %s side", option(&rule->partner), option(&rule->own),
                        side_name((enum side)side));
        }
}

static void show_comments(struct cli *c, const struct config *config)
{
    const struct config_connector *first = &config->connector[0], *second = &config->connector[1];
    cli_say(
        c, "COMMENTS      %s  headed by their author",
        arrow(first->sends_comments && second->receives_comments, second->sends_comments && first->receives_comments));
    for (int side = 0; side < 2; side++) {
        const struct config_connector *half = &config->connector[side];
        if (half->comment_template && !str_eq(half->comment_template, CONFIG_COMMENT_TEMPLATE))
            cli_say(c, "  on the %s side with \"%s\"", side_name((enum side)side), half->comment_template);
        if (half->copies_flow_back)
            cli_say(c, "  edits of copies on the %s side flow back", side_name((enum side)side));
    }
}

static bool show_state(struct cli *c, const struct sync_row *row, struct err *e)
{
    int64_t pairs, waiting, ops;
    struct finding *findings;
    size_t count;
    if (!pair_count(c->store, row->id, &pairs, e) || !inbox_count(c->store, row->id, &waiting, e) ||
        !op_count_open(c->store, row->id, &ops, e) ||
        !finding_list(c->store, c->arena, row->id, 0, &findings, &count, e))
        return false;
    cli_say(c, "%s \"%s\", %s%s%s", row->key, row->name, row->state, row->reason ? ": " : "",
            row->reason ? row->reason : "");
    cli_say(c, "%lld pairs, %lld issues and %lld writes waiting, %zu findings, made %s\n", (long long)pairs,
            (long long)waiting, (long long)ops, count, cli_time(c, row->created_ms));
    return true;
}

/* What both projects are known to show, for who wonders whether a site or this store was put back. */
static bool show_counters(struct cli *c, const struct sync_row *row, struct err *e)
{
    for (int side = 0; side < 2; side++) {
        struct counter n;
        if (!counter_get(c->store, c->arena, row->id, (enum side)side, &n, e))
            return false;
        if (n.is_refused)
            cli_say(c, "%s       may not be written on the %s side", side ? "       " : "COUNTER",
                    side_name((enum side)side));
        else if (n.value)
            cli_say(c, "%s       %lld on the %s side, since %s", side ? "       " : "COUNTER", (long long)n.value,
                    side_name((enum side)side), cli_time(c, n.raised_ms));
    }
    return true;
}

static bool counters_json(struct cli *c, const struct sync_row *row, json_t **r, struct err *e)
{
    *r = json_keep(c->arena, json_object());
    for (int side = 0; side < 2; side++) {
        struct counter n;
        if (!counter_get(c->store, c->arena, row->id, (enum side)side, &n, e))
            return false;
        json_object_set_new(*r, side_name((enum side)side),
                            json_pack("{s:I, s:I, s:b}", "count", (json_int_t)n.value, "raisedMs",
                                      (json_int_t)n.raised_ms, "isRefused", (int)n.is_refused));
    }
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    struct config config;
    json_t *counters;
    if (!cli_open_store(c, STORE_READ, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &row, e))
        return false;
    if (c->is_json) {
        if (!counters_json(c, &row, &counters, e))
            return false;
        cli_json(c, json_pack("{s:s, s:s, s:s, s:s*, s:I, s:O, s:O}", "key", row.key, "name", row.name, "state",
                              row.state, "reason", row.reason, "createdMs", (json_int_t)row.created_ms, "counter",
                              counters, "config", row.config));
        return true;
    }
    if (!config_from_json(c->arena, row.config, &config, e) || !show_state(c, &row, e))
        return false;
    show_connector(c, &config, SIDE_FIRST);
    show_connector(c, &config, SIDE_SECOND);
    show_types(c, &config);
    show_fields(c, &config);
    show_statuses(c, &config);
    show_comments(c, &config);
    return show_counters(c, &row, e);
}

const struct cli_command COMMAND_SYNC_SHOW = {
    .name = "sync show",
    .arguments = "KEY",
    .summary = "says in words what a synchronization does, and how it stands",
    .text = "Arrows point from the side that sends to the side that receives, the first side on the left of them. "
            "--json gives "
            "the configuration itself.",
    .run = run,
};
