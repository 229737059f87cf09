#include "base/str.h"
#include "cli/cli.h"
#include "cli/secrets.h"
#include "http/client.h"
#include "sandbox/sandbox.h"

/* Each dialect has its own name for the administrator; serverInfo is open to all and says which it is. */
static bool usual_user(struct cli *c, const char *url, const char **r, struct err *e)
{
    struct http_reply reply;
    struct transport *t = transport_curl_new(&(struct transport_settings){.base_url = url, .allow_http = true}, e);
    if (!t)
        return false;
    struct http_client *client =
        http_client_new(&(struct http_client_settings){.transport = t, .clock = c->clock, .site_name = url});
    bool ok = http_client_call(client, &(struct http_call){.target = "/rest/api/2/serverInfo"}, c->arena, &reply, e);
    if (ok)
        *r = str_eq(json_at_str(reply.json, "deploymentType"), "Cloud") ? "admin@example.com" : "admin";
    http_client_free(client);
    return ok;
}

/* A client for --from or --to, with --from-user, --from-secret-file … */
static struct http_client *connect_to(struct cli *c, const char *which, struct err *e)
{
    const char *url = cli_value(c, which), *prefix = arena_printf(c->arena, "%s-", which);
    const char *user = cli_value(c, arena_printf(c->arena, "%suser", prefix));
    struct secret password = SECRET_INIT, header = SECRET_INIT;
    struct transport *t = NULL;
    if ((user || usual_user(c, url, &user, e)) && secrets_from_options(c, prefix, &password, e))
        t = transport_curl_new(&(struct transport_settings){.base_url = url, .allow_http = true}, e);
    struct http_client *client = NULL;
    if (t) {
        if (secret_is_empty(&password))
            secret_init_from_string(&password, "admin");
        secret_init_basic(&header, user, &password);
        client = http_client_new(&(struct http_client_settings){
            .transport = t, .clock = c->clock, .site_name = url, .authorization = secret_str(&header)});
    }
    secret_release(&password);
    secret_release(&header);
    return client;
}

static bool run(struct cli *c, struct err *e)
{
    struct sandbox_moved moved = {0};
    struct sandbox_move move = {.project = cli_value(c, "project"),
                                .keep_properties = cli_has(c, "keep-properties"),
                                .keep_remote_links = cli_has(c, "keep-remote-links"),
                                .id_map = cli_value(c, "id-map")};
    struct http_client *from = connect_to(c, "from", e), *to = from ? connect_to(c, "to", e) : NULL;
    bool ok = to && sandbox_move_http(from, to, &move, &moved, e);
    http_client_free(from);
    http_client_free(to);
    if (!ok)
        return false;
    if (c->is_json)
        cli_json(c, json_pack("{s:s, s:I, s:I, s:I, s:I, s:s*}", "project", move.project, "issues",
                              (json_int_t)moved.issues, "comments", (json_int_t)moved.comments, "users",
                              (json_int_t)moved.users, "fields", (json_int_t)moved.fields, "idMap", move.id_map));
    else
        cli_say(c, "%s moved: %lld issues, %lld comments, %lld users, %lld custom fields%s%s", move.project,
                (long long)moved.issues, (long long)moved.comments, (long long)moved.users, (long long)moved.fields,
                move.id_map ? "; the id map is in " : "", move.id_map ? move.id_map : "");
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"from", "URL", "the sandbox the project leaves", 0, true},
    {"to", "URL", "the sandbox it arrives at", 0, true},
    {"project", "KEY", "the project", 0, true},
    {"id-map", "FILE", "writes which id became which: JSON lines with entityType, sourceId, targetId", 0, false},
    {"keep-properties", NULL, "entity properties come along; Atlassian's assistant leaves them behind", 0, false},
    {"keep-remote-links", NULL, "remote links come along; Atlassian's assistant leaves them behind", 0, false},
    {"from-user", "NAME", "an administrator there; else the sandbox's own", 0, false},
    {"from-secret-file", "FILE", "the password; else the sandbox's own", 0, false},
    {"from-secret-env", "NAME", "the environment variable that holds it", 0, false},
    {"to-user", "NAME", "an administrator there; else the sandbox's own", 0, false},
    {"to-secret-file", "FILE", "the password or API token; else the sandbox's own", 0, false},
    {"to-secret-env", "NAME", "the environment variable that holds it", 0, false},
    {0}};

const struct cli_command COMMAND_SANDBOX_MOVE = {
    .name = "sandbox move",
    .summary = "moves a project between two running sandboxes",
    .text = "Does what Atlassian's Cloud Migration Assistant does: keys, dates and authors stay; every numeric id "
            "changes; users become account ids; some custom fields "
            "arrive as "
            "\"X (migrated)\"; wiki markup becomes Cloud's rich text.",
    .options = OPTIONS,
    .run = run,
};
