#include "sandbox/sandbox.h"

#include "base/str.h"
#include "cli/cli.h"
#include "cli/sandbox_courier.h"
#include "cli/stop.h"
#include "http/server.h"

static const struct {
    const char *user, *secret, *called; /* secret NULL: the token that the site has made */
} ACCOUNTS[] = {
    [SANDBOX_DC8] = {"admin", "admin", "password"},
    [SANDBOX_DC10] = {"admin", "admin", "password"},
    [SANDBOX_DC11] = {"admin", NULL, "personal access token"},
    [SANDBOX_CLOUD] = {"admin@example.com", "admin", "API token"},
};

/* "SA:300": a project with so many issues. */
static bool demo_data(struct cli *c, struct sandbox *sandbox, struct err *e)
{
    const char *text = cli_value(c, "demo-data"), *colon = text ? strchr(text, ':') : NULL;
    int64_t issues;
    if (!text)
        return true;
    if (!colon || colon == text || !str_to_int(colon + 1, &issues) || issues < 0 || issues > 1000000)
        return cli_wrong(c, e, "--demo-data \"%s\" is not KEY:ISSUES, such as SA:300", text);
    return sandbox_demo_data(sandbox, arena_strndup(c->arena, text, (size_t)(colon - text)), (int)issues, 1, e);
}

static bool load(struct cli *c, struct sandbox *sandbox, struct err *e)
{
    const char *folder = cli_value(c, "load");
    if (!folder)
        return true;
    int count = sandbox_load(sandbox, folder, e);
    if (count < 0)
        return false;
    fprintf(c->err, "%d recorded issues loaded from %s\n", count, folder);
    return true;
}

static bool say_ready(struct cli *c, struct sandbox *sandbox, const char *url, enum sandbox_dialect dialect,
                      struct err *e)
{
    const char *user = ACCOUNTS[dialect].user, *secret = ACCOUNTS[dialect].secret;
    char *token = NULL;
    if (!sandbox_first_token(sandbox, c->arena, &token, e))
        return false;
    secret = secret ? secret : token;
    if (c->is_json)
        fprintf(c->out, "%s\n",
                json_print(c->arena,
                           json_keep(c->arena, json_pack("{s:s, s:s, s:s, s:s}", "url", url, "dialect",
                                                         cli_value(c, "dialect"), "user", user, "secret", secret))));
    else
        cli_say(c, "%s  %s  account %s, %s %s", url, cli_value(c, "dialect"), user, ACCOUNTS[dialect].called, secret);
    fflush(c->out); /* whoever started us waits for this line */
    return true;
}

/* The port is known only once the server listens, and the site must know its own address before: so a first server
 * finds a free port when none was named. */
static bool choose_address(struct cli *c, const char **listen, struct err *e)
{
    if (!str_ends(*listen, ":0"))
        return true;
    struct http_server *probe =
        http_server_start(&(struct http_server_settings){.listen = *listen, .handler = sandbox_handle}, e);
    if (!probe)
        return false;
    *listen = arena_printf(c->arena, "%.*s:%d", (int)(strlen(*listen) - 2), *listen, http_server_port(probe));
    http_server_stop(probe);
    return true;
}

static bool serve(struct cli *c, struct sandbox *sandbox, const char *listen, const char *url,
                  enum sandbox_dialect dialect, struct err *e)
{
    struct courier courier;
    if (!courier_start(&courier, sandbox, e))
        return false;
    struct http_server *server = http_server_start(
        &(struct http_server_settings){.listen = listen, .handler = courier_handle, .context = &courier}, e);
    bool ok = server && say_ready(c, sandbox, url, dialect, e);
    if (ok)
        stop_wait();
    http_server_stop(server);
    courier_stop(&courier);
    return ok;
}

static bool run(struct cli *c, struct err *e)
{
    enum sandbox_dialect dialect;
    const char *listen = cli_value(c, "listen");
    if (!sandbox_dialect_parse(cli_value(c, "dialect"), &dialect))
        return cli_wrong(c, e, "--dialect is dc8, dc10, dc11 or cloud, not \"%s\"", cli_value(c, "dialect"));
    stop_listen();
    listen = listen ? listen : "127.0.0.1:0";
    if (!choose_address(c, &listen, e))
        return false;
    const char *url = cli_value(c, "base-url");
    url = url ? url : arena_printf(c->arena, "http://%s", listen);
    struct sandbox *sandbox = sandbox_open(&(struct sandbox_settings){.dialect = dialect,
                                                                      .data = cli_value(c, "data"),
                                                                      .base_url = url,
                                                                      .clock = c->clock,
                                                                      .seed = 1,
                                                                      .rate_limits = cli_has(c, "rate-limits"),
                                                                      .trace = cli_value(c, "trace")},
                                           e);
    bool ok = sandbox && demo_data(c, sandbox, e) && load(c, sandbox, e) && serve(c, sandbox, listen, url, dialect, e);
    sandbox_close(sandbox);
    return ok;
}

static const struct cli_option OPTIONS[] = {
    {"dialect", "NAME", "dc8, dc10 and dc11 (Data Center 8, 10, 11; also Server), or cloud", 0, true},
    {"listen", "ADDRESS", "where it listens; 127.0.0.1:0, a free port, unless given", 0, false},
    {"data", "FILE", "its database, made when missing; \":memory:\" keeps nothing", 0, true},
    {"base-url", "URL", "the address it believes to have; else http://ADDRESS", 0, false},
    {"demo-data", "KEY:ISSUES", "makes a project with so many made-up issues", 0, false},
    {"rate-limits", NULL, "limits requests as real sites do, with their headers", 0, false},
    {"trace", "FILE", "appends a line of JSON for each answer: what a client asked, and what it was told", 0, false},
    {"load", "FOLDER", "takes in recorded issues (*.json)", 0, false},
    {0}};

const struct cli_command COMMAND_SANDBOX = {
    .name = "sandbox",
    .summary = "serves a Jira-compatible site to rehearse with, until it is stopped",
    .text = "Prints one line with its address and account when it is ready. The account is admin with password admin; "
            "on cloud "
            "admin@example.com with admin as API token, on dc11 a personal access token that the line shows. Meant for "
            "this machine alone: it speaks plain HTTP.",
    .options = OPTIONS,
    .run = run,
};
