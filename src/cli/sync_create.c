#include "base/str.h"
#include "cli/check.h"
#include "cli/cli.h"
#include "cli/sites.h"

static bool open_both(struct cli *c, struct sites *sites, struct config *config, struct tracker *trackers[2],
                      struct err *e)
{
    static const char *const OPTION[2] = {"first", "second"};
    for (int side = 0; side < 2; side++) {
        struct config_connector *half = &config->connector[side];
        if (!sites_parse(c, OPTION[side], &half->site, &half->project_key, e) ||
            !sites_tracker(sites, half->site, half->project_key, &trackers[side], e))
            return false;
    }
    return true;
}

static bool suggest(struct cli *c, struct sites *sites, struct config *r, struct config_finding **findings_r,
                    size_t *count_r, struct err *e)
{
    struct tracker *trackers[2];
    const struct tracker_project *projects[2];
    struct config named = {0};
    const char *key;
    if (!open_both(c, sites, &named, trackers, e))
        return false;
    if (!sites_projects(c, trackers, projects, e)) {
        if (e->kind == ERR_GONE) /* a key that was misspelt, more often than not: to try again later does not help */
            e->kind = ERR_INPUT;
        return false;
    }
    if (!sync_next_key(c->store, c->arena, &key, e))
        return false;
    config_suggest(c->arena, projects, r);
    for (int side = 0; side < 2; side++)
        r->connector[side].site = named.connector[side].site;
    if (!sites_describe(c, trackers, projects, r, e))
        return false;
    if (str_eq(r->connector[0].base_url, r->connector[1].base_url) && str_eq(projects[0]->id, projects[1]->id))
        return err_set(e, ERR_INPUT, "both sides are the same project %s; a synchronization is between two",
                       projects[0]->key);
    config_set_key(c->arena, r, key);
    if (cli_has(c, "name"))
        r->name = cli_value(c, "name");
    *count_r = config_check(c->arena, r, projects, findings_r);
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct config config;
    struct config_finding *findings;
    size_t count;
    int64_t id;
    struct sites sites = {.cli = c};
    if (!cli_open_store(c, STORE_ENGINE, e))
        return false;
    bool ok = suggest(c, &sites, &config, &findings, &count, e);
    sites_close(&sites);
    if (!ok)
        return false;
    if (!sync_add(c->store, config.key, config.name, config_to_json(c->arena, &config), clock_now(c->clock), &id, e))
        return false;
    if (c->is_json) {
        cli_json(c, json_pack("{s:s, s:s, s:s, s:o}", "key", config.key, "name", config.name, "state", SYNC_STOPPED,
                              "findings", check_to_json(c, findings, count)));
        return true;
    }
    cli_say(c, "%s \"%s\" is made, and stopped. See it with: tandem sync show %s", config.key, config.name, config.key);
    check_print(c, findings, count, NULL);
    if (!c->has_findings)
        cli_say(c, "Start it with: tandem sync start %s", config.key);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"first", "SITE:PROJECT", "the first side, such as sa:SA", 0, true},
    {"second", "SITE:PROJECT", "the second side", 0, true},
    {"name", "TEXT", "what people call it; else made from the projects", 0, false},
    {0}};

const struct cli_command COMMAND_SYNC_CREATE = {
    .name = "sync create",
    .summary = "makes a synchronization between two projects",
    .text =
        "It comes with a configuration to start from. Issue types, priorities and statuses are matched by name; "
        "summary, description, labels, priority, status and "
        "comments go both ways. What does not fit is listed with a proposed mend, and it starts stopped. To change it: "
        "tandem sync export, edit, tandem sync import --replace.",
    .options = OPTIONS,
    .run = run,
};
