#include "base/file_atomic.h"
#include "base/str.h"
#include "cli/check.h"
#include "cli/cli.h"
#include "cli/sites.h"
#include "store/pair.h"

enum { FILE_MAX = 64 << 20 };

struct import {
    struct config config;
    struct config_finding *findings; /* what did not resolve, then what the check says */
    size_t count;
};

static bool read_file(struct cli *c, const char *path, struct config *r, struct err *e)
{
    struct buf bytes = BUF_INIT(FILE_MAX);
    bool ok = file_read(path, &bytes, e);
    json_t *document = ok ? json_parse(c->arena, buf_str(&bytes), bytes.len, true, path, e) : NULL;
    buf_release(&bytes);
    return document && (config_from_json(c->arena, document, r, e) || err_wrap(e, "%s", path));
}

/* --first and --second say where a side is now; otherwise the file does. */
static bool place(struct cli *c, struct config *config, struct err *e)
{
    static const char *const OPTION[2] = {"first", "second"};
    for (int side = 0; side < 2; side++) {
        struct config_connector *half = &config->connector[side];
        if (cli_has(c, OPTION[side])) {
            if (!sites_parse(c, OPTION[side], &half->site, &half->project_key, e))
                return false;
            half->project_id = NULL;
        } else if (str_is_empty(half->site)) {
            return cli_wrong(c, e, "the file names no site for its %s side; say it with --%s SITE:PROJECT",
                             OPTION[side], OPTION[side]);
        } else {
            half->project_id = NULL; /* ids of another site's day; the key finds the project */
        }
    }
    return true;
}

static void add_findings(struct cli *c, struct import *in, const struct config_finding *more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *arena_push(c->arena, in->findings, in->count) = more[i];
}

static bool resolve(struct cli *c, struct import *in, struct err *e)
{
    struct sites sites = {.cli = c};
    struct tracker *trackers[2];
    const struct tracker_project *projects[2];
    struct config_finding *more;
    bool ok = sites_of_config(&sites, &in->config, trackers, e) && sites_projects(c, trackers, projects, e) &&
              sites_describe(c, trackers, projects, &in->config, e);
    for (int side = 0; ok && side < 2; side++)
        add_findings(c, in, more, config_resolve(c->arena, &in->config, (enum side)side, projects[side], &more));
    if (ok)
        add_findings(c, in, more, config_check(c->arena, &in->config, projects, &more));
    sites_close(&sites);
    return ok;
}

/* A new synchronization, or the one that --replace names in a new form. */
static bool save(struct cli *c, struct config *config, struct err *e)
{
    struct sync_row row;
    const char *key = cli_value(c, "replace");
    int64_t id;
    if (key) {
        if (!sync_get(c->store, c->arena, key, &row, e))
            return false;
        if (str_eq(row.state, SYNC_RUNNING))
            return err_set(e, ERR_STATE, "%s is running; stop it first with: tandem sync stop %s", key, key);
    } else if (!sync_next_key(c->store, c->arena, &key, e)) {
        return false;
    }
    config_set_key(c->arena, config, key);
    if (cli_has(c, "name"))
        config->name = cli_value(c, "name");
    json_t *document = config_to_json(c->arena, config);
    return cli_has(c, "replace") ? sync_set_config(c->store, row.id, config->name, document, e)
                                 : sync_add(c->store, key, config->name, document, clock_now(c->clock), &id, e);
}

static bool run(struct cli *c, struct err *e)
{
    struct import in = {0};
    if (!read_file(c, cli_argument(c, 0), &in.config, e) || !place(c, &in.config, e) ||
        !cli_open_store(c, STORE_ENGINE, e) || !resolve(c, &in, e) || !save(c, &in.config, e))
        return false;
    if (c->is_json) {
        cli_json(c, json_pack("{s:s, s:s, s:o}", "key", in.config.key, "name", in.config.name, "findings",
                              check_to_json(c, in.findings, in.count)));
        return true;
    }
    cli_say(c, "%s \"%s\" %s, and is stopped. See it with: tandem sync show %s", in.config.key, in.config.name,
            cli_has(c, "replace") ? "has this configuration now" : "is made with this configuration", in.config.key);
    check_print(c, in.findings, in.count, NULL);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"first", "SITE:PROJECT", "where the first side is now; else as the file says", 0, false},
    {"second", "SITE:PROJECT", "where the second side is now; else as the file says", 0, false},
    {"replace", "KEY", "gives this configuration to a stopped synchronization instead of making a new one", 0, false},
    {"name", "TEXT", "what people call it; else as the file says", 0, false},
    {0}};

const struct cli_command COMMAND_SYNC_IMPORT = {
    .name = "sync import",
    .arguments = "FILE",
    .summary = "makes a synchronization from an exported configuration",
    .text = "Ids are found anew by name and type in both projects, and everything is checked; what does not fit is "
            "listed with a "
            "proposed mend.",
    .options = OPTIONS,
    .run = run,
};
