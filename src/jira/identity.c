#include "jira/identity.h"

#include "base/str.h"

void jira_site_remember(struct jira_site *site, const char **slot, const char *value)
{
    if (!str_eq(*slot, value))
        *slot = arena_strdup(&site->a, value);
}

static bool learn(struct jira_site *site, const json_t *me, struct err *e)
{
    struct jira_facts *facts = &site->facts;
    bool by_account = facts->caps->has_account_ids;
    const char *id = json_at_str(me, by_account ? "accountId" : "name");
    const char *key = by_account ? id : json_at_str(me, "key");
    if (str_is_empty(id))
        return err_set(e, ERR_AUTH, "%s: /myself does not say who we are; check the user and the secret of this site",
                       site->label);
    if (!key)
        key = id;
    if (facts->account_key && !str_eq(facts->account_key, key))
        return err_set(e, ERR_AUTH,
                       "%s: the credentials were those of %s and are now those of %s; if that is meant, "
                       "start again",
                       site->label, facts->account_id, id);
    const char *name = json_at_str(me, "displayName");
    jira_site_remember(site, &facts->account_id, id);
    jira_site_remember(site, &facts->account_key, key);
    jira_site_remember(site, &facts->account_name, name ? name : id);
    jira_site_remember(site, &facts->zone, json_at_str(me, "timeZone"));
    return true;
}

static bool ask_myself(struct jira_site *site, struct arena *a, struct http_reply *reply, struct err *e)
{
    const char *target = arena_printf(a, "%s/myself", jira_text_api(site));
    return http_client_call(site->http, &(struct http_call){.method = HTTP_GET, .target = target}, a, reply, e);
}

/* The question that must be asked anyway tells whether there is a v3 at all: where it is not, v2 knows us. */
static bool find_myself(struct jira_site *site, struct arena *a, struct http_reply *reply, struct err *e)
{
    if (ask_myself(site, a, reply, e))
        return true;
    if (site->is_known || !site->facts.has_adf || e->kind != ERR_GONE)
        return false;
    err_clear(e);
    site->facts.has_adf = false;
    bool ok = ask_myself(site, a, reply, e);
    site->facts.has_adf = !ok;
    if (ok)
        jira_text_use_markup(site, "it has no /rest/api/3");
    return ok;
}

bool jira_identity_ask(struct jira_site *site, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct http_reply reply;
    struct err failure = ERR_INIT;
    bool ok = find_myself(site, &a, &reply, &failure);
    if (ok)
        ok = learn(site, reply.json, &failure);
    else if (failure.kind == ERR_GONE) /* nobody, on some versions; never a statement about an issue */
        failure.kind = ERR_AUTH;
    if (!ok && e)
        *e = failure;
    arena_release(&a);
    return ok;
}

/* Server and Data Center name the caller in X-AUSERNAME, percent-encoded; Cloud in X-AAccountId. */
static bool is_named(const struct jira_site *site, const struct http_reply *reply)
{
    struct arena a = ARENA_INIT;
    const char *header = site->facts.caps->has_account_ids ? "X-AAccountId" : "X-AUSERNAME";
    const char *value = http_header_get(reply->headers, reply->header_count, header);
    bool yes = value && str_eq_nocase(str_percent_decode(&a, value, false), site->facts.account_id);
    arena_release(&a);
    return yes;
}

bool jira_identity_believe(struct jira_site *site, const struct http_reply *reply, struct err *e)
{
    return is_named(site, reply) || jira_identity_ask(site, e);
}
