/* sandbox_courier.h - delivers the webhooks of a sandbox that is being served, in a thread of its own.
 *
 * The sandbox itself is one thread at a time: the courier and the server's handler take turns through `lock`. Sending
 * happens outside of it, so a listener that is slow, or that asks the sandbox back, holds up nobody.
 * Order: courier_start after sandbox_open → serve courier_handle → courier_stop before sandbox_close. */
#pragma once

#include "http/http.h"
#include "sandbox/sandbox.h"

#include <pthread.h>

struct courier {
    struct sandbox *sandbox;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* something was asked of the sandbox, or the end has come */
    pthread_t thread;
    bool is_ending;
};

/* ERR_IO when the machine gives no thread. */
bool courier_start(struct courier *, struct sandbox *, struct err *e) MUST_CHECK;
/* What is under way is finished (20 s at most); what is due stays in the sandbox's database. */
void courier_stop(struct courier *);
/* An http_handler: the sandbox's own, with the courier as context. */
void courier_handle(void *courier, const struct http_request *, struct arena *, struct http_response *);
