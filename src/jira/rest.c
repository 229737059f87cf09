#include "jira/rest.h"

#include "base/str.h"
#include "jira/identity.h"

bool jira_odd(const struct jira_site *site, struct err *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct arena a = ARENA_INIT;
    err_set(e, ERR_PROTOCOL, "%s: %s", site->label, arena_vprintf(&a, format, args));
    arena_release(&a);
    va_end(args);
    return false;
}

/* A 404 that says "not there" was given by Jira, to us. Anything else is an error of the site, and says nothing about
 * the data: a gateway's page while Jira restarts, an answer to nobody. */
static bool believe_gone(struct jira_site *site, const struct http_call *call, const struct http_reply *reply,
                         struct err *e)
{
    if (reply->body_length && !reply->json)
        return jira_odd(site, e,
                        "%s %.160s answered %d with something that is not Jira's; is the site starting, or "
                        "a gateway before it in trouble? Nothing is taken for deleted",
                        http_method_name(call->method), call->target, reply->status);
    return jira_identity_believe(site, reply, e);
}

static bool perform(struct jira_site *site, struct arena *a, const struct http_call *call, struct http_reply *reply,
                    struct err *e)
{
    const struct jira_facts *facts;
    struct err failure = ERR_INIT;
    if (!jira_site_facts(site, &facts, e))
        return false;
    if (http_client_call(site->http, call, a, reply, &failure))
        return true;
    struct err doubt = ERR_INIT;
    if (failure.kind == ERR_GONE && !believe_gone(site, call, reply, &doubt))
        failure = doubt;
    if (e)
        *e = failure;
    return false;
}

static bool read_json(struct jira_site *site, struct arena *a, const struct http_call *call, struct http_reply *reply,
                      struct err *e)
{
    if (!perform(site, a, call, reply, e))
        return false;
    if (!reply->json)
        return jira_odd(site, e, "%s %.160s answered %d without a body", http_method_name(call->method), call->target,
                        reply->status);
    return true;
}

bool jira_get(struct jira_site *site, struct arena *a, const char *target, const json_t **r, struct err *e)
{
    struct http_reply reply;
    if (!read_json(site, a, &(struct http_call){.method = HTTP_GET, .target = target}, &reply, e))
        return false;
    *r = reply.json;
    return true;
}

bool jira_find(struct jira_site *site, struct arena *a, const char *target, const json_t **r, struct err *e)
{
    struct err failure = ERR_INIT;
    *r = NULL;
    if (jira_get(site, a, target, r, &failure) || failure.kind == ERR_GONE)
        return true;
    if (e)
        *e = failure;
    return false;
}

bool jira_ask(struct jira_site *site, struct arena *a, const char *target, const json_t *body, const json_t **r,
              struct err *e)
{
    struct http_reply reply;
    struct http_call call = {.method = HTTP_POST, .target = target, .json = body, .is_read = true};
    if (!read_json(site, a, &call, &reply, e))
        return false;
    *r = reply.json;
    return true;
}

bool jira_ask_list(struct jira_site *site, struct arena *a, const char *target, const json_t *body, const char *member,
                   const json_t **r, struct err *e)
{
    struct http_reply reply;
    struct http_call call = {.method = HTTP_POST, .target = target, .json = body, .is_read = true};
    if (!read_json(site, a, &call, &reply, e))
        return false;
    const json_t *list = json_object_get(reply.json, member);
    if (!json_is_array(list))
        return jira_odd(site, e, "POST %.160s answered without the list \"%s\"; is this Jira's own address?", target,
                        member);
    if (json_array_size(list) == 0 && !jira_identity_believe(site, &reply, e))
        return false;
    *r = reply.json;
    return true;
}

/* Those who asked jira_write_room before never wait here. */
static void keep_pace(struct jira_site *site, const struct jira_facts *facts, const char *issue)
{
    int64_t wait = pace_wait_ms(&site->pace, issue, clock_now(site->clock));
    if (wait > 0)
        clock_sleep(site->clock, wait);
    if (facts->caps->is_paced)
        pace_note(&site->pace, issue, clock_now(site->clock));
}

size_t jira_write_room(struct jira_site *site, const char *issue, int64_t *wait_ms_r)
{
    int64_t now = clock_now(site->clock);
    size_t room = pace_room(&site->pace, issue, now);
    bool is_paced = site->is_known && site->facts.caps->is_paced;
    *wait_ms_r = room ? 0 : pace_wait_ms(&site->pace, issue, now);
    return room && !is_paced ? SIZE_MAX : room;
}

bool jira_write(struct jira_site *site, struct arena *a, const char *issue, enum http_method method, const char *target,
                const json_t *body, const json_t **r, struct err *e)
{
    const struct jira_facts *facts;
    if (!jira_site_facts(site, &facts, e))
        return false;
    if (issue)
        keep_pace(site, facts, issue);
    /* Cloud refuses a DELETE of a remote link without a content type (415). */
    struct http_call call = {.method = method, .target = target, .json = body, .content_type = "application/json"};
    struct http_reply reply;
    struct err failure = ERR_INIT;
    if (perform(site, a, &call, &reply, &failure)) {
        *r = reply.json;
        return true;
    }
    int64_t now = clock_now(site->clock);
    if (issue && budget_is_per_issue(reply.status, reply.headers, reply.header_count))
        pace_close(&site->pace, issue, now + (failure.retry_after_ms ? failure.retry_after_ms : PACE_SHORT_MS), now);
    if (e)
        *e = failure;
    return false;
}
