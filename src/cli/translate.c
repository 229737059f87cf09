#include "migrate/translate.h"

#include "base/str.h"
#include "cli/cli.h"
#include "cli/secrets.h"

#include <stdint.h>
#include <string.h>

/* A password that stood on the command line is taken out of it, where others can read it while we run. */
static void take_from_line(const char *given, struct secret *r)
{
    secret_init_from_string(r, given);
    memset((char *)(uintptr_t)given, '*', strlen(given)); /* argv is ours to change */
}

/* --p1, --p1-file or --p1-env; asked for otherwise. */
static bool read_password(struct cli *c, const char *number, const char *url, struct secret *r, struct err *e)
{
    const char *option = arena_printf(c->arena, "p%s", number);
    const char *given = cli_value(c, option), *file = cli_value(c, arena_printf(c->arena, "%s-file", option)),
               *variable = cli_value(c, arena_printf(c->arena, "%s-env", option));
    if ((given != NULL) + (file != NULL) + (variable != NULL) > 1)
        return cli_wrong(c, e, "give one of --%s-file, --%s-env and --%s", option, option, option);
    if (given)
        take_from_line(given, r);
    else if (file)
        return secret_init_from_file(r, file, e);
    else if (variable)
        return secret_init_from_env(r, variable, e);
    else
        return secrets_ask(c, arena_printf(c->arena, "password or API token for %s", url),
                           arena_printf(c->arena, "--%s-file FILE or --%s-env NAME", option, option), r, e);
    return true;
}

static bool read_login(struct cli *c, const char *number, struct translate_login *r, struct secret *password,
                       struct err *e)
{
    r->base_url = cli_value(c, arena_printf(c->arena, "bu%s", number));
    r->user = cli_value(c, arena_printf(c->arena, "u%s", number));
    if (!read_password(c, number, r->base_url, password, e))
        return false;
    r->password = secret_str(password);
    return true;
}

static void print_json(struct cli *c, const struct translate_report *r)
{
    cli_json(c, json_pack("{s:I, s:I, s:I, s:I, s:I, s:[I,I], s:I, s:I, s:I, s:[I,I], s:s, s:s}", "pairs",
                          (json_int_t)r->pairs, "otherRecords", (json_int_t)r->other_records, "comments",
                          (json_int_t)r->comments, "translated", (json_int_t)r->translated, "removed",
                          (json_int_t)r->removed, "issuesMissing", (json_int_t)r->issues_missing[0],
                          (json_int_t)r->issues_missing[1], "moved", (json_int_t)r->moved, "repeated",
                          (json_int_t)r->repeated, "withoutPartner", (json_int_t)r->no_partner, "requests",
                          (json_int_t)r->requests[0], (json_int_t)r->requests[1], "report", r->report_path, "output",
                          r->output_path));
}

static bool run(struct cli *c, struct err *e)
{
    struct secret passwords[2] = {SECRET_INIT, SECRET_INIT};
    struct translate_report report = {0};
    struct translate_options o = {.in_path = cli_value(c, "file"),
                                  .is_reversed = cli_has(c, "reversed"),
                                  .id_map = cli_value(c, "id-map"),
                                  .has_force = cli_has(c, "force"),
                                  .shows_progress = true,
                                  .findings = c->err,
                                  .clock = c->clock};
    bool ok = read_login(c, "1", &o.logins[0], &passwords[0], e) &&
              read_login(c, "2", &o.logins[1], &passwords[1], e) && translate_run(&o, &report, e);
    secret_release(&passwords[0]);
    secret_release(&passwords[1]);
    if (!ok)
        return false;
    c->has_findings = translate_has_findings(&report);
    if (c->is_json)
        print_json(c, &report);
    else
        translate_print(&report, c->out);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"file", "FILE", "the pair file", 'f', true},
    {"bu1", "URL", "base address of the site the project leaves", 0, true},
    {"u1", "USER", "the account there; without it the password is a personal access token", 0, false},
    {"p1-file", "FILE", "its password, read from a file", 0, false},
    {"p1-env", "NAME", "its password, read from an environment variable", 0, false},
    {"p1", "PASSWORD", "its password; others can read a command line, so better one of the two above", 0, false},
    {"bu2", "URL", "base address of the site it has moved to", 0, true},
    {"u2", "USER", "the account there; on Cloud its e-mail address", 0, false},
    {"p2-file", "FILE", "its API token or password, read from a file", 0, false},
    {"p2-env", "NAME", "its API token or password, read from an environment variable", 0, false},
    {"p2", "TOKEN", "its API token or password; better one of the two above", 0, false},
    {"reversed", NULL, "the second connector's project has moved, not the first one's", 'r', false},
    {"id-map", "FILE", "the move's id-mapping report: JSON lines with entityType, sourceId, targetId", 0, false},
    {"force", NULL, "go on although the issues seem to be the other connector's", 0, false},
    {0}};

const struct cli_command COMMAND_TRANSLATE = {
    .name = "translate",
    .summary = "gives the comments of a pair file their ids on the site the project has moved to",
    .text =
        "Takes the flags of the published script and writes FILE-converted.json, named in the last line; "
        "FILE-report.json "
        "lists what could not be told. Reads in batches, some ten requests per thousand pairs. A comment whose partner "
        "is not certain is taken out and listed, never guessed: exit code 1 then.\n\n"
        "  tandem translate -f pairs.json --bu1 https://jira.example.com --u1 sync --p1-file p1\n"
        "                   --bu2 https://ca.atlassian.net --u2 sync@example.com --p2-env CA_TOKEN",
    .options = OPTIONS,
    .run = run,
};
