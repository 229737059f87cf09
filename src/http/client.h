/* client.h - a polite client of one site: credentials, retries, and what each status means.
 *
 * Retries: only safe requests (GET, HEAD, and POSTs marked `is_read`, as Jira's searches are) are retried here, at most
 * 4 times, with base 2 s doubled each time, jitter 0.7 to 1.3, capped at 30 s, and never sooner than Retry-After says
 * (clamped to 10 minutes: Data Center can send 2^63-1). A write goes out once; its fate is the journal's business.
 * A 429 to a write is known not to have been done: it is ERR_RATE, and the caller plans it again.
 * Retries are paid from the site's budget (budget.h), which also says when any request, a write too, may leave: a call
 * waits for that, unless it would be longer than HTTP_PATIENCE_MS: then nothing is sent and it is ERR_RATE at once,
 * with the time to wait, so that nobody sits before a program that says nothing. Sleeping goes through the clock, so a
 * virtual clock waits in no time. `waiting` hears of each wait before it begins.
 *
 * Statuses become errors with the site's own words in the text: 400 ERR_REFUSED · 401 ERR_AUTH · 403 ERR_FORBIDDEN ·
 * 404, 410 ERR_GONE · 409 ERR_CONFLICT · 413 ERR_LIMIT · 429 ERR_RATE · 5xx ERR_UNAVAILABLE for safe requests and
 * ERR_UNCERTAIN for writes (a 500 can come after the commit) · HTML or no JSON where JSON was due ERR_PROTOCOL.
 * Other 4xx are ERR_REFUSED, but 405 and 406 ERR_PROTOCOL. e->http_status holds the status; e->retry_after_ms what the
 * site asks for (Retry-After, else X-RateLimit-Reset).
 * An answer given to nobody (X-AUSERNAME: anonymous, X-Seraph-LoginReason: AUTHENTICATED_FAILED or
 * AUTHENTICATION_DENIED), though credentials were sent, is ERR_AUTH even with status 200 or 404; a 2xx to a write that
 * was done as nobody is ERR_UNCERTAIN. A CAPTCHA the site asks for is named in the text.
 *
 * Writes are judged strictly, for a wrong "it was not done" makes a twin: a 5xx of any kind, a 302 or 303, a 2xx whose
 * body is HTML or broken JSON, an answer larger than the limit are ERR_UNCERTAIN.
 * Reads: a broken JSON body is asked for again like a 5xx, then ERR_PROTOCOL; an HTML page is ERR_PROTOCOL at once,
 * with its title; 501 and 505 are not asked again. Redirects are the transport's business (transport.h); one that comes
 * up to here is ERR_PROTOCOL and says where it wanted to lead. Transport errors pass, but ERR_UNCERTAIN for a read is
 * ERR_UNAVAILABLE once the tries are used up.
 *
 * Threads: one client, one thread at a time. */
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "base/rng.h"
#include "http/budget.h"
#include "http/transport.h"

enum { HTTP_PATIENCE_MS = 2 * 60 * 1000 };

struct http_client;

struct http_client_settings {
    struct transport *transport; /* owned by the client from here on */
    struct clock *clock;         /* borrowed */
    uint64_t seed;               /* of the jitter */
    const char *site_name;       /* used in error texts: "site sa (https://…)" */
    const char *authorization; /* the whole header value, "Basic …" or "Bearer …"; NULL: none. Copied, wiped at free */
    int retries;               /* 4 when 0; -1: none */
    struct budget *budget;     /* borrowed: shared by all clients of the site; NULL: one of its own */
    /* A person may want to know why nothing happens: called before each wait. May be NULL. */
    void (*waiting)(void *context, int64_t ms, const char *why);
    void *context;
};

struct http_counts {
    int64_t requests, writes, retries, rate_limited, bytes_received, waited_ms;
};

/* Sends Accept, User-Agent ("Tandem/VERSION") and Authorization by itself; a header of the call takes
 * the place of the client's own of that name. */
struct http_client *http_client_new(const struct http_client_settings *);
void http_client_free(struct http_client *);

struct http_call {
    enum http_method method;
    const char *target; /* appended to the base URL */
    const json_t *json; /* the body, NULL: none */
    const char *body;   /* a body that is not JSON, with its type */
    size_t body_length;
    const char *content_type;
    const struct http_header *headers; /* more headers */
    size_t header_count;
    bool is_read;  /* a POST that changes nothing: may be retried */
    bool any_type; /* the answer need not be JSON */
};

struct http_reply {
    int status;
    const json_t *json; /* NULL for an empty body; lives in the arena */
    const char *body;
    size_t body_length;
    const struct http_header *headers;
    size_t header_count;
};

/* Sends and reads. True for 2xx. On an error *reply_r still holds what came last, when anything came (status 0 when
 * nothing did): its json has the site's errors by field. Error texts read "site: METHOD target answered 400: words";
 * the credentials are cut out of them. */
bool http_client_call(struct http_client *, const struct http_call *, struct arena *, struct http_reply *reply_r,
                      struct err *e) MUST_CHECK;

struct http_counts http_client_counts(const struct http_client *);
/* The budget that its calls are paid from. */
struct budget *http_client_budget(struct http_client *);
