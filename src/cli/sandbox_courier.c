#include "cli/sandbox_courier.h"

#include "base/log.h"
#include "base/str.h"
#include "http/transport.h"

#include <string.h>
#include <time.h>

enum { NAP_MS = 200, CONNECT_MS = 5000, ANSWER_MS = 20000 };

/* "https://host:port" and the rest: a transport belongs to one base URL. */
static const char *split_url(struct arena *a, const char *url, const char **target_r)
{
    const char *host = strstr(url, "://");
    const char *path = host ? host + 3 + strcspn(host + 3, "/?#") : url + strlen(url);
    *target_r = *path == '/' ? path : arena_printf(a, "/%s", path);
    return arena_strndup(a, url, (size_t)(path - url));
}

/* The status of the answer; 0 when none came. */
static int send(struct arena *a, const struct sandbox_delivery *d)
{
    struct err e = ERR_INIT;
    const char *target, *origin = split_url(a, d->url, &target);
    struct transport *t = transport_curl_new(
        &(struct transport_settings){
            .base_url = origin, .allow_http = true, .connect_timeout_ms = CONNECT_MS, .timeout_ms = ANSWER_MS},
        &e);
    struct http_request request = {.method = HTTP_POST,
                                   .target = target,
                                   .headers = d->headers,
                                   .header_count = d->header_count,
                                   .body = d->body,
                                   .body_length = d->body ? strlen(d->body) : 0};
    struct http_response response = {0};
    bool ok = t && transport_perform(t, &request, a, &response, &e);
    if (!ok)
        log_line(LOG_INFO, "webhook to %s: %s", d->url, e.text);
    transport_free(t);
    return ok ? response.status : 0;
}

static void nap(struct courier *c)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += NAP_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&c->wake, &c->lock, &until);
}

static void *deliver(void *context)
{
    struct courier *c = context;
    pthread_mutex_lock(&c->lock);
    while (!c->is_ending) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct sandbox_delivery d;
        bool found = false;
        if (!sandbox_webhook_next(c->sandbox, &a, &d, &found, &e))
            log_line(LOG_ERROR, "webhooks: %s", e.text);
        if (found) {
            pthread_mutex_unlock(&c->lock);
            int status = send(&a, &d);
            pthread_mutex_lock(&c->lock);
            if (!sandbox_webhook_sent(c->sandbox, d.id, status, &e))
                log_line(LOG_ERROR, "webhooks: %s", e.text);
        } else {
            nap(c);
        }
        arena_release(&a);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

bool courier_start(struct courier *c, struct sandbox *sandbox, struct err *e)
{
    *c = (struct courier){.sandbox = sandbox};
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    int code = pthread_create(&c->thread, NULL, deliver, c);
    return !code || err_set(e, ERR_IO, "no thread for the delivery of webhooks can be started: %s", strerror(code));
}

void courier_stop(struct courier *c)
{
    pthread_mutex_lock(&c->lock);
    c->is_ending = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
}

void courier_handle(void *context, const struct http_request *request, struct arena *a, struct http_response *response)
{
    struct courier *c = context;
    pthread_mutex_lock(&c->lock);
    sandbox_handle(c->sandbox, request, a, response);
    if (request->method != HTTP_GET)
        pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
}
