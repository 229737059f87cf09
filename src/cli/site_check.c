#include "base/str.h"
#include "cli/cli.h"
#include "cli/sites.h"
#include "store/site.h"

/* One site: what it is and who we are there, or why we do not know. The first error is kept for the exit code. */
static const char *text_form(struct cli *c, const struct jira_facts *facts)
{
    const char *why = facts->text_reason;
    return facts->has_adf ? "ADF" : why ? arena_printf(c->arena, "wiki markup (%s)", why) : "wiki markup";
}

static void check(struct cli *c, struct sites *sites, const char *name, struct cli_table *t, json_t *list,
                  struct err *first)
{
    struct err e = ERR_INIT;
    struct jira_site *site;
    const struct jira_facts *facts;
    if (sites_open(sites, name, &site, &e) && jira_site_check(site, &e) && jira_site_facts(site, &facts, &e)) {
        json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:s, s:s*, s:s*, s:I, s:s, s:s*}", "name", name,
                                              "ok", 1, "deployment", facts->caps->name, "version", facts->version,
                                              "account", facts->account_id, "accountName", facts->account_name, "zone",
                                              facts->zone, "skewMs", (json_int_t)facts->skew_ms, "richText",
                                              facts->has_adf ? "adf" : "wiki", "richTextReason", facts->text_reason));
        cli_row(t, name, "ok", arena_printf(c->arena, "%s %s", facts->caps->name, facts->version),
                facts->account_name ? facts->account_name : facts->account_id, facts->zone,
                arena_printf(c->arena, "%lld ms", (long long)facts->skew_ms), text_form(c, facts));
        return;
    }
    json_array_append_new(
        list, json_pack("{s:s, s:b, s:s, s:s}", "name", name, "ok", 0, "error", err_kind_name(e.kind), "text", e.text));
    cli_row(t, name, err_kind_name(e.kind), NULL, NULL, NULL, NULL, NULL);
    if (first->kind == ERR_NONE)
        *first = e;
    else
        fprintf(c->err, "tandem: %s\n", e.text);
}

static bool run(struct cli *c, struct err *e)
{
    struct site_row *rows;
    size_t count;
    const char *name = cli_argument(c, 0);
    struct err first = ERR_INIT;
    struct sites sites = {.cli = c, .retries = 1}; /* a person waits for it */
    if (!cli_open_store(c, STORE_READ, e) || !site_list(c->store, c->arena, &rows, &count, e))
        return false;
    json_t *list = json_keep(c->arena, json_array());
    struct cli_table t = cli_table(c, "NAME", "STATE", "JIRA", "ACCOUNT", "ZONE", "CLOCK AHEAD", "RICH TEXT", NULL);
    if (name)
        check(c, &sites, name, &t, list, &first);
    for (size_t i = 0; !name && i < count; i++)
        check(c, &sites, rows[i].name, &t, list, &first);
    if (c->is_json)
        cli_json(c, json_incref(list));
    else if (t.rows)
        cli_table_print(&t);
    else
        cli_say(c, "No sites yet. Add one with: tandem site add");
    sites_close(&sites); /* only now: what was printed belongs to them */
    return first.kind == ERR_NONE || err_set(e, first.kind, "%s", first.text);
}

const struct cli_command COMMAND_SITE_CHECK = {
    .name = "site check",
    .arguments = "[NAME]",
    .summary = "asks a site, or all of them, what it is and who we are there",
    .text = "Exit code 3 when one could not be reached, or takes us for nobody.",
    .run = run,
};
