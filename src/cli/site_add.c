#include "base/str.h"
#include "cli/cli.h"
#include "cli/secrets.h"
#include "cli/sites.h"
#include "store/site.h"

static json_t *settings(struct cli *c)
{
    static const char *const NAMES[][2] = {{"user", "user"},      {"api-url", "apiUrl"},         {"proxy", "proxy"},
                                           {"ca-file", "caFile"}, {"client-cert", "clientCert"}, {"auth", "auth"}};
    json_t *r = json_object();
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
        if (cli_has(c, NAMES[i][0]))
            json_object_set_new(r, NAMES[i][1], json_string(cli_value(c, NAMES[i][0])));
    if (cli_has(c, "allow-http"))
        json_object_set_new(r, "allowHttp", json_true());
    return json_keep(c->arena, r);
}

static bool check_options(struct cli *c, struct err *e)
{
    const char *auth = cli_value(c, "auth"), *url = cli_value(c, "url");
    if (auth && !str_eq(auth, "basic") && !str_eq(auth, "bearer"))
        return cli_wrong(c, e, "--auth is basic or bearer, not \"%s\"", auth);
    if (!str_eq(auth, "bearer") && !cli_has(c, "user"))
        return cli_wrong(c, e, "--user is missing (only --auth bearer goes without)");
    if (!str_starts(url, "https://") && !str_starts(url, "http://"))
        return cli_wrong(c, e, "--url \"%s\" is no address; it begins with https://", url);
    return true;
}

/* What cannot be used is refused now and not at the first pass: an address, plain http, a file that is not there. */
static bool check_row(struct cli *c, const struct site_row *row, const struct secret *secret, struct err *e)
{
    struct jira_site *site = sites_of_row(c, row, secret, -1, e);
    jira_site_close(site);
    return site;
}

/* `before_r`: the address that this name stood for until now; NULL when it is new. */
static bool add(struct cli *c, const struct secret *secret, const char **before_r, struct err *e)
{
    struct site_row row = {.name = cli_argument(c, 0), .settings = settings(c)}, *all;
    size_t count;
    char *url = arena_strdup(c->arena, cli_value(c, "url"));
    while (str_ends(url, "/"))
        url[strlen(url) - 1] = 0;
    row.base_url = url;
    if (!check_row(c, &row, secret, e) || !cli_open_store(c, STORE_ENGINE, e) ||
        !site_list(c->store, c->arena, &all, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(all[i].name, row.name))
            *before_r = all[i].base_url;
    struct vault *vault = sites_vault(c, e);
    if (!vault)
        return false;
    row.secret = vault_seal(vault, c->arena, secret, row.name);
    vault_close(vault);
    return site_put(c->store, &row, e);
}

static void report(struct cli *c, const char *before)
{
    const char *name = cli_argument(c, 0), *how = "stored", *url = cli_value(c, "url");
    if (c->is_json) {
        cli_json(c, json_pack("{s:s, s:s, s:s*}", "site", name, "baseUrl", url, "baseUrlBefore", before));
        return;
    }
    if (before)
        how = arena_printf(c->arena, "known already (%s), and now replaced", before);
    cli_say(c, "Site %s is %s, its credentials sealed. See whether it answers with: tandem site check %s", name, how,
            name);
}

static bool run(struct cli *c, struct err *e)
{
    struct secret secret = SECRET_INIT;
    const char *name = cli_argument(c, 0), *before = NULL;
    if (strpbrk(name, ": /"))
        return cli_wrong(c, e, "a site's name holds no blank, colon or slash");
    bool ok = check_options(c, e) && secrets_from_options(c, "", &secret, e) &&
              (!secret_is_empty(&secret) ||
               secrets_ask(c, arena_printf(c->arena, "password or API token for %s", cli_value(c, "url")),
                           "--secret-file FILE or --secret-env NAME", &secret, e)) &&
              add(c, &secret, &before, e);
    secret_release(&secret);
    if (ok)
        report(c, before);
    return ok;
}

static const struct cli_option OPTIONS[] = {
    {"url", "URL", "its base address, as people see it: https://jira.example.com/jira", 0, true},
    {"user", "NAME", "the account Tandem acts as; on Cloud its e-mail address", 0, false},
    {"auth", "KIND", "basic (password or API token; the default) or bearer (personal access token)", 0, false},
    {"secret-file", "FILE", "reads the password or token from a file", 0, false},
    {"secret-env", "NAME", "reads it from an environment variable", 0, false},
    {"api-url", "URL", "where the API answers when that is elsewhere", 0, false},
    {"proxy", "URL", "the proxy to go through", 0, false},
    {"ca-file", "FILE", "own certificate authorities, PEM", 0, false},
    {"client-cert", "FILE", "client certificate and key, PEM", 0, false},
    {"allow-http", NULL, "speak plain http with it; on this machine's own addresses that needs no leave", 0, false},
    {0}};

const struct cli_command COMMAND_SITE_ADD = {
    .name = "site add",
    .arguments = "NAME",
    .summary = "adds a site, or replaces what is known of it",
    .text = "The password or token comes from a file or the environment, or is asked for; it never stands on the "
            "command line. "
            "It is sealed with the key file beside the store.\n\n"
            "  tandem site add sa --url https://jira.example.com --user sync --secret-file sa.secret\n"
            "  tandem site add ca --url https://ca.atlassian.net --user sync@example.com --secret-env CA_TOKEN",
    .options = OPTIONS,
    .run = run,
};
