#include "cli/sites.h"

#include "base/str.h"
#include "cli/stop.h"
#include "jira/tracker_jira.h"

struct vault *sites_vault(struct cli *c, struct err *e)
{
    return vault_open(arena_printf(c->arena, "%s.key", c->store_path), e);
}

static bool open_secret(struct sites *s, const struct site_row *row, struct secret *r, struct err *e)
{
    if (!row->secret)
        return err_set(e, ERR_INPUT, "site %s has no credentials; give them with: tandem site add %s", row->name,
                       row->name);
    if (!s->vault)
        s->vault = sites_vault(s->cli, e);
    return s->vault &&
           (vault_unseal(s->vault, row->secret, row->name, r, e) ||
            err_wrap(e, "the credentials of site %s cannot be opened with %s.key", row->name, s->cli->store_path));
}

struct site_budget {
    const char *name;
    struct budget *budget;
};

static struct budget *budget_of(struct cli *c, const char *name)
{
    for (size_t i = 0; i < c->budget_count; i++)
        if (str_eq(c->budgets[i].name, name))
            return c->budgets[i].budget;
    struct site_budget *made = arena_push(c->arena, c->budgets, c->budget_count);
    *made = (struct site_budget){arena_strdup(c->arena, name), budget_new()};
    return made->budget;
}

void sites_forget_budgets(struct cli *c)
{
    for (size_t i = 0; i < c->budget_count; i++)
        budget_free(c->budgets[i].budget);
    c->budget_count = 0;
}

static void tell_of_waiting(void *context, int64_t ms, const char *why)
{
    enum { TOLD_FROM_MS = 1000 };
    struct cli *c = context;
    if (ms < TOLD_FROM_MS)
        return;
    fprintf(c->err, "tandem: waiting %lld s: %s\n", (long long)(ms + 500) / 1000, why);
    fflush(c->err);
}

struct jira_site *sites_of_row(struct cli *c, const struct site_row *row, const struct secret *secret, int retries,
                               struct err *e)
{
    const json_t *o = row->settings;
    return jira_site_open(
        &(struct jira_settings){
            .name = row->name,
            .base_url = row->base_url,
            .api_url = json_at_str(o, "apiUrl"),
            .user = json_at_str(o, "user"),
            .secret = secret_str(secret),
            .auth = str_eq(json_at_str(o, "auth"), "bearer") ? JIRA_BEARER : JIRA_BASIC,
            .proxy = json_at_str(o, "proxy"),
            .ca_file = json_at_str(o, "caFile"),
            .client_cert = json_at_str(o, "clientCert"),
            .allow_http = json_at_bool(o, "allowHttp", false),
            .clock = c->clock,
            .retries = retries,
            .budget = budget_of(c, row->name),
            .waiting = tell_of_waiting,
            .context = c,
        },
        e);
}

bool sites_open(struct sites *s, const char *name, struct jira_site **r, struct err *e)
{
    struct site_row row;
    struct secret secret = SECRET_INIT;
    for (size_t i = 0; i < s->site_count; i++)
        if (str_eq(jira_site_name(s->sites[i]), name)) {
            *r = s->sites[i];
            return true;
        }
    if (!site_get(s->cli->store, s->cli->arena, name, &row, e) || !open_secret(s, &row, &secret, e))
        return false;
    *r = sites_of_row(s->cli, &row, &secret, s->retries, e);
    secret_release(&secret);
    if (*r)
        *arena_push(s->cli->arena, s->sites, s->site_count) = *r;
    return *r;
}

bool sites_tracker(struct sites *s, const char *site, const char *project, struct tracker **r, struct err *e)
{
    struct jira_site *opened;
    if (!sites_open(s, site, &opened, e))
        return false;
    *r = tracker_jira_new(opened, project);
    *arena_push(s->cli->arena, s->trackers, s->tracker_count) = *r;
    return true;
}

bool sites_of_config(struct sites *s, const struct config *config, struct tracker *r[2], struct err *e)
{
    for (int side = 0; side < 2; side++) {
        const struct config_connector *half = &config->connector[side];
        const char *project = half->project_id ? half->project_id : half->project_key;
        if (str_is_empty(half->site))
            return err_set(e, ERR_INPUT, "the configuration of %s names no site for its %s side", config->key,
                           side_name((enum side)side));
        if (!sites_tracker(s, half->site, project, &r[side], e))
            return false;
    }
    return true;
}

static bool is_stopping(void *context)
{
    (void)context;
    return stop_is_asked();
}

struct engine *sites_engine(struct sites *s, const struct sync_row *row, void (*progress)(void *, int64_t, int64_t),
                            void *context, struct err *e)
{
    struct config config;
    struct engine_settings settings = {.store = s->cli->store,
                                       .sync_key = row->key,
                                       .clock = s->cli->clock,
                                       .progress = progress,
                                       .is_stopping = is_stopping,
                                       .context = context};
    if (!config_from_json(s->cli->arena, row->config, &config, e) || !sites_of_config(s, &config, settings.trackers, e))
        return NULL;
    return engine_open(&settings, e);
}

void sites_close(struct sites *s)
{
    for (size_t i = 0; i < s->tracker_count; i++)
        tracker_free(s->trackers[i]);
    for (size_t i = 0; i < s->site_count; i++)
        jira_site_close(s->sites[i]);
    vault_close(s->vault);
    *s = (struct sites){.cli = s->cli};
}

bool sites_projects(struct cli *c, struct tracker *const trackers[2], const struct tracker_project *r[2], struct err *e)
{
    for (int side = 0; side < 2; side++) {
        struct tracker_project *project = arena_new(c->arena, struct tracker_project);
        if (!trackers[side]->ops->project(trackers[side], c->arena, project, e))
            return false;
        r[side] = project;
    }
    return true;
}

bool sites_describe(struct cli *c, struct tracker *const trackers[2], const struct tracker_project *const projects[2],
                    struct config *config, struct err *e)
{
    for (int side = 0; side < 2; side++) {
        struct tracker_info info;
        struct config_connector *half = &config->connector[side];
        if (!trackers[side]->ops->describe(trackers[side], c->arena, &info, e))
            return false;
        half->base_url = info.site_url;
        half->deployment = info.deployment;
        half->project_id = projects[side]->id;
        half->project_key = projects[side]->key;
    }
    return true;
}

bool sites_parse(struct cli *c, const char *option, const char **site_r, const char **project_r, struct err *e)
{
    const char *text = cli_value(c, option), *colon = strchr(text, ':');
    if (!colon || colon == text || !colon[1])
        return cli_wrong(c, e, "--%s \"%s\" is not SITE:PROJECT, such as sa:SA", option, text);
    *site_r = arena_strndup(c->arena, text, (size_t)(colon - text));
    *project_r = colon + 1;
    return true;
}
