#include "base/str.h"
#include "cli/cli.h"
#include "cli/counts.h"
#include "cli/lines.h"
#include "cli/sites.h"
#include "jira/tracker_jira.h"
#include "migrate/flow.h"

static bool open_tracker(void *context, const char *site, const char *project, struct tracker **r, struct err *e)
{
    struct jira_site *opened;
    if (!sites_open(context, site, &opened, e))
        return false;
    *r = tracker_jira_new(opened, project); /* the flow frees it */
    return true;
}

static void say_step(void *context, const char *step, const char *text)
{
    struct cli *c = context;
    FILE *f = c->is_json ? c->err : c->out; /* with --json the standard output is the document alone */
    fprintf(f, "%-8s %s\n", step, text);
    fflush(f);
}

static bool read_options(struct cli *c, struct migrate_options *o, struct err *e)
{
    char **accepted = NULL;
    o->sync_key = cli_argument(c, 0);
    if (!cli_side(c, "moved", &o->moved, e) ||
        (cli_has(c, "to") && !sites_parse(c, "to", &o->new_site, &o->new_project, e)))
        return false;
    o->folder = cli_has(c, "into") ? cli_value(c, "into") : ".";
    o->id_map = cli_value(c, "id-map");
    if (cli_has(c, "accept"))
        o->accepted_count = str_split(c->arena, cli_value(c, "accept"), ',', &accepted);
    o->accepted = (const char *const *)accepted;
    o->force = cli_has(c, "force");
    o->finish = cli_has(c, "finish");
    o->dry_run = cli_has(c, "dry-run");
    if (cli_has(c, "rollback") && (o->finish || o->dry_run))
        return cli_wrong(c, e, "--rollback goes with neither --finish nor --dry-run");
    return true;
}

static void print(struct cli *c, const struct migrate_report *r)
{
    const struct engine_verify *v = &r->verified;
    if (c->is_json) {
        cli_json(c, json_pack("{s:s*, s:s*, s:s*, s:b, s:b, s:o, s:{s:I, s:I, s:I, s:I, s:o}, s:o}", "newKey",
                              r->new_key, "configFile", r->config_file, "pairsFile", r->pairs_file, "isVerified",
                              r->is_verified, "isFinished", r->is_finished, "resynced", counts_to_json(&r->resynced),
                              "verified", "pairs", (json_int_t)v->pairs, "equal", (json_int_t)v->equal, "different",
                              (json_int_t)v->different, "lossyTexts", (json_int_t)v->lossy_texts, "notes",
                              engine_notes_to_json(v), "lines", lines_to_json(r->lines, r->line_count)));
        return;
    }
    lines_print(c, r->lines, r->line_count); /* those of the verification are among them */
    if (v->pairs > 0)
        cli_say(c, "%lld pairs, %lld equal, %lld different.", (long long)v->pairs, (long long)v->equal,
                (long long)v->different);
    if (r->is_verified && !r->is_finished)
        cli_say(c,
                "The old synchronization is kept. When all is well: the same command with --finish; to go back: with "
                "--rollback.");
    else if (v->pairs > 0 && !r->is_finished)
        cli_say(
            c,
            "Not all is equal yet. Let what is under way arrive (tandem run %s, after a minute once more), see what "
            "waits for you (tandem findings %s), then give the same command again; to go back: with --rollback.",
            r->new_key, r->new_key);
}

#define WAITS "step move: "

static bool waits_for_move(const struct migrate_options *o, const struct err *e)
{
    return !o->new_site && e->kind == ERR_STATE && str_starts(e->text, WAITS);
}

static bool run(struct cli *c, struct err *e)
{
    struct migrate_report report = {0};
    struct sites sites = {.cli = c};
    struct migrate_options o = {
        .clock = c->clock, .say = say_step, .context = c, .sites = {.open = open_tracker, .context = &sites}};
    if (!read_options(c, &o, e) || !cli_open_store(c, o.dry_run ? STORE_READ : STORE_ENGINE, e))
        return false;
    o.store = c->store;
    bool ok =
        cli_has(c, "rollback") ? migrate_rollback(&o, c->arena, &report, e) : migrate_run(&o, c->arena, &report, e);
    sites_close(&sites);
    if (ok || report.line_count)
        print(c, &report);
    if (!ok && waits_for_move(&o, e)) { /* as it should be: the next step is a person's */
        say_step(c, "move", e->text + strlen(WAITS));
        err_clear(e);
        c->has_findings = true;
        return true;
    }
    c->has_findings = ok && report.new_key && !report.is_verified && !cli_has(c, "rollback") && !o.dry_run;
    return ok;
}

static const struct cli_option OPTIONS[] = {
    {"moved", "SIDE", "first or second: the side that moves", 0, true},
    {"to", "SITE:PROJECT", "where it has moved to; without it the steps before the move are done", 0, false},
    {"id-map", "FILE", "the move's id-mapping report: JSON lines with entityType, sourceId, targetId", 0, false},
    {"into", "FOLDER", "where the exported files go; else the working directory", 0, false},
    {"accept", "FIELDS", "fields whose values the move itself has changed, after they were shown", 0, false},
    {"force", NULL, "go on although findings are open", 0, false},
    {"dry-run", NULL, "list the steps and what is known of each; change nothing", 0, false},
    {"finish", NULL, "and delete the old synchronization with its panels, once all is proven", 0, false},
    {"rollback", NULL, "go back to the old synchronization, which must not be deleted yet", 0, false},
    {0}};

const struct cli_command COMMAND_MIGRATE = {
    .name = "migrate",
    .arguments = "KEY",
    .summary = "carries a synchronization over when one of its projects moves",
    .text = "Give it once before the move and once after; each step is durable, and the same command goes on where it "
            "stood.\n\n"
            "  tandem migrate INT-1 --moved first --dry-run\n"
            "  tandem migrate INT-1 --moved first\n"
            "  … it is stopped and exported; now the project moves, with Atlassian's assistant …\n"
            "  tandem migrate INT-1 --moved first --to ca:SA\n"
            "  tandem migrate INT-1 --moved first --to ca:SA --finish",
    .options = OPTIONS,
    .run = run,
};
