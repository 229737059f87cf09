#include "base/str.h"
#include "cli/cli.h"
#include "cli/lines.h"
#include "cli/sites.h"
#include "migrate/adopt.h"

static json_t *to_json(const char *path, const struct adopt_report *r)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "file", path, "records",
                     (json_int_t)r->records, "pairs", (json_int_t)r->pairs, "knownAlready",
                     (json_int_t)r->known_already, "missing", (json_int_t)r->missing, "basesEqual",
                     (json_int_t)r->bases_equal, "basesRebuilt", (json_int_t)r->bases_rebuilt, "basesUnknown",
                     (json_int_t)r->bases_unknown, "commentsPaired", (json_int_t)r->comments_paired, "commentsAlone",
                     (json_int_t)r->comments_alone, "lines", lines_to_json(r->lines, r->line_count));
}

static void print(struct cli *c, const char *path, const struct adopt_report *r)
{
    cli_say(c, "%s: %lld records, %lld pairs taken over, %lld known already, %lld issues not there", path,
            (long long)r->records, (long long)r->pairs, (long long)r->known_already, (long long)r->missing);
    cli_say(c, "  bases: %lld equal now, %lld rebuilt from histories, %lld unknown and asked about",
            (long long)r->bases_equal, (long long)r->bases_rebuilt, (long long)r->bases_unknown);
    cli_say(c, "  comments: %lld with their partner, %lld alone", (long long)r->comments_paired,
            (long long)r->comments_alone);
    lines_print(c, r->lines, r->line_count);
}

static bool import_all(struct cli *c, const struct sync_row *row, struct tracker *const trackers[2], json_t *list,
                       struct err *e)
{
    for (size_t i = 1; i < c->argument_count; i++) {
        struct adopt_report report = {0};
        const char *path = cli_argument(c, i);
        if (!adopt_pairs(c->store, row->key, trackers, path, c->arena, &report, e))
            return false;
        c->has_findings |= report.missing > 0 || report.bases_unknown > 0;
        json_array_append_new(list, to_json(path, &report));
        if (!c->is_json)
            print(c, path, &report);
    }
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    struct config config;
    struct tracker *trackers[2];
    struct sites sites = {.cli = c};
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &row, e))
        return false;
    if (str_eq(row.state, SYNC_RUNNING))
        return err_set(e, ERR_STATE, "%s is running; stop it first with: tandem sync stop %s", row.key, row.key);
    json_t *list = json_keep(c->arena, json_array());
    bool ok = config_from_json(c->arena, row.config, &config, e) && sites_of_config(&sites, &config, trackers, e) &&
              import_all(c, &row, trackers, list, e);
    sites_close(&sites);
    if (ok && c->is_json)
        cli_json(c, json_incref(list));
    return ok;
}

const struct cli_command COMMAND_PAIRS_IMPORT = {
    .name = "pairs import",
    .arguments = "KEY FILE…",
    .summary = "takes over the pairs of Backbone's or Tandem's pair files",
    .text = "The synchronization must be stopped. Nothing is written to a site. What both sides had agreed on is "
            "rebuilt from their values and histories; "
            "what stays "
            "unknown is asked about and never overwritten. A pair that is known already is left as it is, so an import "
            "can be "
            "repeated. The file's first connector must be the first side; tandem swap mends that.",
    .run = run,
};
