#include "jira/site.h"

#include "base/str.h"
#include "base/time_iso.h"
#include "jira/identity.h"
#include "jira/rest.h"

#include <stdlib.h>
#include <string.h>

static const struct jira_caps caps_table[] = {
    [JIRA_DATACENTER] = {.name = "datacenter",
                         .read_batch = 200,
                         .search_batch = 500,
                         .poll_overlap_ms = 2 * 60 * 1000},
    [JIRA_CLOUD] = {.name = "cloud",
                    .has_token_search = true,
                    .has_bulkfetch = true,
                    .has_changelog_pages = true,
                    .has_search_properties = true,
                    .has_account_ids = true,
                    .needs_permission_list = true,
                    .has_v3 = true,
                    .is_paced = true,
                    .read_batch = 100,
                    .search_batch = 500,
                    .poll_overlap_ms = 5 * 60 * 1000,
                    .rates = {.get = 100, .post = 100, .put = 50, .delete = 50}},
};

/* --- opening and closing --- */

/* "Basic …" or "Bearer …", to be wiped after use. */
static char *authorization(struct arena *a, const struct jira_settings *s)
{
    if (s->auth == JIRA_BEARER)
        return arena_printf(a, "Bearer %s", s->secret);
    char *plain = arena_printf(a, "%s:%s", s->user, s->secret), *coded = str_base64(a, plain, strlen(plain));
    char *header = arena_printf(a, "Basic %s", coded);
    explicit_bzero(plain, strlen(plain));
    explicit_bzero(coded, strlen(coded));
    return header;
}

static bool check_settings(const struct jira_settings *s, struct err *e)
{
    const char *name = str_is_empty(s->name) ? "without a name" : s->name;
    if (str_is_empty(s->base_url))
        return err_set(e, ERR_INPUT, "site %s: no address; give its base URL, as https://jira.example.com", name);
    if (str_is_empty(s->secret))
        return err_set(e, ERR_INPUT, "site %s: no secret; give a password, an API token or a personal access token",
                       name);
    if (s->auth == JIRA_BASIC && str_is_empty(s->user))
        return err_set(e, ERR_INPUT,
                       "site %s: no user; on Cloud this is the e-mail address of the account, on Server and Data "
                       "Center the user name (or use a bearer token)",
                       name);
    return true;
}

static struct transport *make_transport(const struct jira_settings *s, struct err *e)
{
    if (s->transport)
        return s->transport;
    struct transport *t =
        transport_curl_new(&(struct transport_settings){.base_url = str_is_empty(s->api_url) ? s->base_url : s->api_url,
                                                        .proxy = s->proxy,
                                                        .ca_file = s->ca_file,
                                                        .client_cert = s->client_cert,
                                                        .allow_http = s->allow_http},
                           e);
    if (!t)
        err_wrap(e, "site %s", s->name);
    return t;
}

struct jira_site *jira_site_open(const struct jira_settings *s, struct err *e)
{
    struct transport *transport = check_settings(s, e) ? make_transport(s, e) : NULL;
    if (!transport) {
        transport_free(s->transport);
        return NULL;
    }
    struct jira_site *site = calloc(1, sizeof *site);
    if (!site)
        abort();
    site->clock = s->clock ? s->clock : clock_system();
    site->name = arena_strdup(&site->a, str_is_empty(s->name) ? s->base_url : s->name);
    char *base = arena_strdup(&site->a, s->base_url);
    while (str_ends(base, "/"))
        base[strlen(base) - 1] = 0;
    site->base_url = base;
    site->label = arena_printf(&site->a, "site %s (%s)", site->name, base);
    struct arena a = ARENA_INIT;
    char *header = authorization(&a, s);
    site->http = http_client_new(&(struct http_client_settings){.transport = transport,
                                                                .clock = site->clock,
                                                                .seed = s->seed,
                                                                .site_name = site->label,
                                                                .authorization = header,
                                                                .retries = s->retries,
                                                                .budget = s->budget,
                                                                .waiting = s->waiting,
                                                                .context = s->context});
    explicit_bzero(header, strlen(header));
    arena_release(&a);
    return site;
}

void jira_site_close(struct jira_site *site)
{
    if (!site)
        return;
    http_client_free(site->http);
    pace_release(&site->pace);
    arena_release(&site->fields_arena);
    arena_release(&site->a);
    free(site);
}

/* --- what it is --- */

static enum jira_createmeta createmeta_of(const struct jira_facts *facts)
{
    const int *v = facts->version_numbers;
    if (facts->deployment == JIRA_CLOUD)
        return JIRA_CREATEMETA_FIELDS;
    return v[0] > 8 || (v[0] == 8 && v[1] >= 4) ? JIRA_CREATEMETA_VALUES : JIRA_CREATEMETA_EXPAND;
}

/* serverTime is of a moment between question and answer; half of the way is the best guess. */
static void learn_skew(struct jira_site *site, const json_t *info, int64_t asked, int64_t answered)
{
    int64_t theirs;
    const char *text = json_at_str(info, "serverTime");
    site->facts.skew_ms = text && time_iso_parse(text, &theirs) ? theirs - (asked + answered) / 2 : 0;
}

static bool learn_server(struct jira_site *site, const json_t *info, struct err *e)
{
    struct jira_facts *facts = &site->facts;
    const char *version = json_at_str(info, "version"), *kind = json_at_str(info, "deploymentType");
    if (!version)
        return jira_odd(site, e,
                        "this does not look like Jira: /rest/api/2/serverInfo names no version; check the base URL, "
                        "with the context path if there is one, as https://example.com/jira");
    enum jira_deployment deployment = str_eq_nocase(kind, "Cloud") ? JIRA_CLOUD : JIRA_DATACENTER;
    if (site->is_known && deployment != facts->deployment)
        return jira_odd(site, e, "it was %s and is now %s; was the address given to another site? Start again",
                        facts->caps->name, caps_table[deployment].name);
    facts->deployment = deployment;
    facts->caps = &caps_table[deployment];
    jira_site_remember(site, &facts->version, version);
    for (size_t i = 0; i < ARRAY_LEN(facts->version_numbers); i++)
        facts->version_numbers[i] = (int)json_integer_value(json_array_get(json_object_get(info, "versionNumbers"), i));
    facts->createmeta = createmeta_of(facts);
    budget_set_rates(http_client_budget(site->http), &facts->caps->rates);
    if (!site->is_known)
        facts->has_adf = facts->caps->has_v3;
    return true;
}

static bool ask_server(struct jira_site *site, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct http_reply reply;
    int64_t waited = http_client_counts(site->http).waited_ms, asked = clock_now(site->clock);
    bool ok = http_client_call(site->http, &(struct http_call){.method = HTTP_GET, .target = "/rest/api/2/serverInfo"},
                               &a, &reply, e);
    int64_t answered = clock_now(site->clock);
    asked += http_client_counts(site->http).waited_ms - waited;
    ok = ok && learn_server(site, reply.json, e);
    if (ok)
        learn_skew(site, reply.json, asked, answered);
    if (!ok && reply.status == 404 && e) {
        e->kind = ERR_PROTOCOL;
        err_wrap(e, "no Jira answers at %s; check the base URL and its context path", site->base_url);
    }
    arena_release(&a);
    return ok;
}

bool jira_site_check(struct jira_site *site, struct err *e)
{
    if (!ask_server(site, e) || !jira_identity_ask(site, e))
        return false;
    site->is_known = true;
    return true;
}

bool jira_site_facts(struct jira_site *site, const struct jira_facts **r, struct err *e)
{
    if (!site->is_known && !jira_site_check(site, e))
        return false;
    *r = &site->facts;
    return true;
}

const char *jira_site_name(const struct jira_site *site)
{
    return site->name;
}

const char *jira_site_base_url(const struct jira_site *site)
{
    return site->base_url;
}

struct http_counts jira_site_counts(const struct jira_site *site)
{
    return http_client_counts(site->http);
}
