/* server_info.c - what the site says about itself, to anybody who asks. */
#include "sandbox/internal.h"

static json_t *health_checks(struct ctx *c)
{
    static const char *const CHECKS[][2] = {{"Attachments", "The directory of attachments is there and writable."},
                                            {"Indexing", "The search index answers."}};
    json_t *list = new_array(c);
    for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++) {
        json_t *o = new_object(c);
        put_str(o, "name", CHECKS[i][0]);
        put_str(o, "description", CHECKS[i][1]);
        put_bool(o, "passed", true);
        add(list, o);
    }
    return list;
}

static bool server_info(struct ctx *c)
{
    const struct dialect *d = c->d;
    json_t *o = new_object(c), *numbers = new_array(c);
    put_str(o, "baseUrl", c->sb->base_url);
    if (d->is_cloud) {
        put_str(o, "displayUrl", c->sb->base_url);
        put_str(o, "displayUrlServicedeskHelpCenter", c->sb->base_url);
        put_str(o, "displayUrlConfluence", c->sb->base_url);
    }
    put_str(o, "version", d->version);
    for (size_t i = 0; i < ARRAY_LEN(d->version_numbers); i++)
        json_array_append_new(numbers, json_integer(d->version_numbers[i]));
    put(o, "versionNumbers", numbers);
    put_str(o, "deploymentType", d->deployment_type);
    int64_t build = 0;
    if (str_to_int(d->build_number, &build))
        put_int(o, "buildNumber", build);
    put_str(o, "buildDate", d->build_date);
    if (!d->is_cloud)
        put_int(o, "databaseBuildNumber", build);
    put_time(c, o, "serverTime", c->now);
    put_str(o, "scmInfo", "0000000000000000000000000000000000000000");
    char *title = NULL;
    if (!db_str(c, &title, "SELECT value FROM setting WHERE name = 'title'", ""))
        return false;
    put_str(o, "serverTitle", title);
    if (d->is_cloud) {
        json_t *locale = new_object(c);
        put_str(locale, "locale", "en_US");
        put_str(o, "serverTimeZone", c->sb->zone);
        put(o, "defaultLocale", locale);
    }
    if (param_bool(c, "doHealthCheck", false))
        put(o, "healthChecks", health_checks(c));
    return reply_json(c, 200, o);
}

/* What load balancers ask. */
static bool status(struct ctx *c)
{
    json_t *o = new_object(c);
    put_str(o, "state", "RUNNING");
    return reply_json(c, 200, o);
}

static bool tenant_info(struct ctx *c)
{
    char *seed = NULL;
    if (!db_str(c, &seed, "SELECT value FROM setting WHERE name = 'seed'", ""))
        return false;
    char *text = arena_printf(c->a, "cloud/%s", seed), *h = str_sha256(c->a, text, strlen(text));
    json_t *o = new_object(c);
    put_str(o, "cloudId", arena_printf(c->a, "%.8s-%.4s-4%.3s-8%.3s-%.12s", h, h + 8, h + 12, h + 15, h + 18));
    return reply_json(c, 200, o);
}

const struct route server_info_routes[] = {
    {HTTP_GET, "serverInfo", server_info, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "/status", status, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_GET, "/_edge/tenant_info", tenant_info, ON_CLOUD, ROUTE_ANONYMOUS},
    {0},
};
