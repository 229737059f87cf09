#include "cli/cli.h"
#include "store/site.h"

static bool run(struct cli *c, struct err *e)
{
    struct site_row *sites;
    size_t count;
    if (!cli_open_store(c, STORE_READ, e) || !site_list(c->store, c->arena, &sites, &count, e))
        return false;
    json_t *list = json_array();
    struct cli_table t = cli_table(c, "NAME", "ADDRESS", "USER", "SECRET", NULL);
    for (size_t i = 0; i < count; i++) {
        const char *user = json_at_str(sites[i].settings, "user");
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:O, s:b}", "name", sites[i].name, "baseUrl", sites[i].base_url,
                                        "settings", sites[i].settings, "hasSecret", sites[i].secret != NULL));
        cli_row(&t, sites[i].name, sites[i].base_url, user, sites[i].secret ? "sealed" : NULL);
    }
    json_keep(c->arena, list);
    if (c->is_json)
        cli_json(c, json_incref(list));
    else if (!count)
        cli_say(c, "No sites yet. Add one with: tandem site add");
    else
        cli_table_print(&t);
    return true;
}

const struct cli_command COMMAND_SITE_LIST = {
    .name = "site list",
    .summary = "lists the sites, their addresses and accounts",
    .run = run,
};
