#include "http/client.h"

#include "base/str.h"
#include "http/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRIES = 4, BACKOFF_MS = 2000, BACKOFF_MAX_MS = 30000 };

struct http_client {
    struct transport *transport;
    struct clock *clock;
    struct rng rng;
    char *site_name, *authorization;
    int retries;
    struct budget *budget, *own_budget;
    void (*waiting)(void *context, int64_t ms, const char *why);
    void *context;
    struct http_counts counts;
};

static char *copy(const char *s)
{
    char *c = s ? strdup(s) : NULL;
    if (s && !c)
        abort();
    return c;
}

struct http_client *http_client_new(const struct http_client_settings *settings)
{
    struct http_client *client = calloc(1, sizeof *client);
    if (!client)
        abort();
    client->transport = settings->transport;
    client->clock = settings->clock;
    rng_seed(&client->rng, settings->seed);
    client->site_name = copy(settings->site_name ? settings->site_name : "the site");
    client->authorization = copy(settings->authorization);
    client->retries = settings->retries < 0 ? 0 : settings->retries ? settings->retries : RETRIES;
    client->waiting = settings->waiting;
    client->context = settings->context;
    client->own_budget = settings->budget ? NULL : budget_new();
    client->budget = settings->budget ? settings->budget : client->own_budget;
    return client;
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    transport_free(client->transport);
    if (client->authorization)
        explicit_bzero(client->authorization, strlen(client->authorization));
    free(client->authorization);
    free(client->site_name);
    budget_free(client->own_budget);
    free(client);
}

struct http_counts http_client_counts(const struct http_client *client)
{
    return client->counts;
}

struct budget *http_client_budget(struct http_client *client)
{
    return client->budget;
}

static struct http_request make_request(const struct http_client *client, const struct http_call *call, struct arena *a)
{
    struct http_header *headers = arena_array(a, struct http_header, call->header_count + 4);
    size_t count = 0;
    for (size_t i = 0; i < call->header_count; i++)
        headers[count++] = call->headers[i];
    struct http_request request = {.method = call->method,
                                   .target = call->target,
                                   .body = call->body,
                                   .body_length = call->body ? call->body_length : 0,
                                   .is_read = call->is_read,
                                   .headers = headers};
    const char *type = call->content_type;
    if (call->json) {
        request.body = json_print(a, call->json);
        request.body_length = strlen(request.body);
        type = "application/json";
    }
    struct http_header own[] = {{"Accept", call->any_type ? "*/*" : "application/json"},
                                {"User-Agent", "Tandem/" TANDEM_VERSION},
                                {"Content-Type", type},
                                {"Authorization", client->authorization}};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (own[i].value && !http_header_get(headers, count, own[i].name))
            headers[count++] = own[i];
    request.header_count = count;
    return request;
}

/* What a transport's error means for a request of this kind; *again_r as answer_read. */
static bool fail_transport(const struct http_client *client, const struct http_call *call, bool is_write, bool *again_r,
                           struct err *e)
{
    if (e->kind == ERR_KILLED)
        return false;
    if (is_write && e->kind == ERR_LIMIT)
        e->kind = ERR_UNCERTAIN;
    if (!is_write && e->kind == ERR_UNCERTAIN)
        e->kind = ERR_UNAVAILABLE;
    *again_r = !is_write && e->kind == ERR_UNAVAILABLE;
    return err_wrap(e, "%s: %s %.160s", client->site_name, http_method_name(call->method), call->target);
}

static bool try_once(struct http_client *client, const struct http_call *call, const struct http_request *request,
                     struct arena *a, struct http_reply *reply_r, bool *again_r, struct err *e)
{
    bool is_write = !call->is_read && !http_method_is_safe(call->method);
    struct http_response response;
    *again_r = false;
    client->counts.requests++;
    client->counts.writes += is_write;
    if (!transport_perform(client->transport, request, a, &response, e))
        return fail_transport(client, call, is_write, again_r, e);
    client->counts.bytes_received += (int64_t)response.body_length;
    client->counts.rate_limited += response.status == 429;
    budget_hear(client->budget, call->method, call->target, &response,
                answer_wait_ms(&response, clock_now(client->clock)), clock_now(client->clock));
    struct answer_question question = {.site_name = client->site_name,
                                       .authorization = client->authorization,
                                       .target = call->target,
                                       .method = call->method,
                                       .is_write = is_write,
                                       .any_type = call->any_type,
                                       .now_ms = clock_now(client->clock)};
    if (answer_read(&question, &response, a, reply_r, again_r, e))
        return true;
    *again_r = *again_r && !is_write;
    return false;
}

/* 2, 4, 8, 16 s, each times 0.7 to 1.3, so that clients that failed together do not come back together. */
static int64_t backoff_ms(struct http_client *client, int tries)
{
    int64_t base = tries < 5 ? (int64_t)BACKOFF_MS << (tries - 1) : BACKOFF_MAX_MS;
    int64_t wait = base * (700 + (int64_t)rng_below(&client->rng, 601)) / 1000;
    return wait > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : wait;
}

static void wait_for(struct http_client *client, int64_t ms, const char *why)
{
    if (ms <= 0)
        return;
    if (client->waiting)
        client->waiting(client->context, ms, why);
    client->counts.waited_ms += ms;
    clock_sleep(client->clock, ms);
}

/* Waits until the site's budget lets this request leave; false when that is too long to sit and wait. */
static bool wait_for_budget(struct http_client *client, const struct http_call *call, struct err *e)
{
    char words[300];
    const char *why;
    int64_t wait;
    while ((wait = budget_wait_ms(client->budget, call->method, call->target, clock_now(client->clock), &why)) > 0) {
        if (wait > HTTP_PATIENCE_MS) {
            err_set(e, ERR_RATE, "%s: %s %.160s was not sent: %s; %lld s from now it goes on", client->site_name,
                    http_method_name(call->method), call->target, why, (long long)(wait + 999) / 1000);
            e->retry_after_ms = wait;
            return false;
        }
        snprintf(words, sizeof words, "%s: %s", client->site_name, why);
        wait_for(client, wait, words);
    }
    budget_spend(client->budget, call->method, call->target, clock_now(client->clock));
    return true;
}

static bool may_try_again(struct http_client *client, int tries, struct err *failure)
{
    if (tries > client->retries || failure->retry_after_ms > HTTP_PATIENCE_MS)
        return false;
    if (budget_take_retry(client->budget, clock_now(client->clock)))
        return true;
    err_wrap(failure, "this site has been asked again so often of late that it is left alone for a while");
    return false;
}

bool http_client_call(struct http_client *client, const struct http_call *call, struct arena *a,
                      struct http_reply *reply_r, struct err *e)
{
    *reply_r = (struct http_reply){0};
    struct http_request request = make_request(client, call, a);
    for (int tries = 1;; tries++) {
        struct err failure = ERR_INIT;
        bool again = false;
        if (wait_for_budget(client, call, &failure) && try_once(client, call, &request, a, reply_r, &again, &failure))
            return true;
        if (!again || !may_try_again(client, tries, &failure)) {
            if (tries > 1)
                err_wrap(&failure, "%d tries", tries);
            if (e)
                *e = failure;
            return false;
        }
        int64_t wait = backoff_ms(client, tries);
        client->counts.retries++;
        wait_for(client, wait < failure.retry_after_ms ? failure.retry_after_ms : wait, failure.text);
    }
}
