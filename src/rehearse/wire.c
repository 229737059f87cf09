#include "rehearse/wire.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATE_MS = 20 * 1000, TOO_LATE_MS = 10 * 60 * 1000, AWAY_MS = 2 * 60 * 1000 };

struct wire {
    struct transport transport;
    struct transport *inner;
    struct plug *plug;
    int side;
};

struct plug_late {
    struct plug_late *next;
    int side;
    int64_t due_ms;
    struct arena arena;
    struct http_request request;
};

static const char *const NAMES[FAULT_COUNT] = {[FAULT_NONE] = "none",
                                               [FAULT_KILL] = "kill",
                                               [FAULT_LOST] = "lost",
                                               [FAULT_DROPPED] = "dropped",
                                               [FAULT_REFUSED] = "refused",
                                               [FAULT_TWICE] = "twice",
                                               [FAULT_LATE] = "late",
                                               [FAULT_TOO_LATE] = "too-late",
                                               [FAULT_429] = "429",
                                               [FAULT_500_BEFORE] = "500-before",
                                               [FAULT_500_AFTER] = "500-after",
                                               [FAULT_DOWN] = "down",
                                               [FAULT_LOGGED_OUT] = "logged-out"};

const char *fault_name(enum fault f)
{
    return NAMES[f];
}

bool fault_parse(const char *name, enum fault *r)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        if (str_eq(NAMES[f], name)) {
            *r = (enum fault)f;
            return true;
        }
    return false;
}

/* --- the plug --- */

void plug_init(struct plug *p, struct clock *clock)
{
    *p = (struct plug){.clock = clock};
}

void plug_arm(struct plug *p, enum fault fault, int64_t at)
{
    p->fault = fault;
    p->at = at;
    p->steps = p->commits = p->writes = p->done = p->reads = 0;
    p->is_dead = p->went_on = p->has_struck = false;
    p->struck[0] = 0;
    p->away_until_ms[0] = p->away_until_ms[1] = 0;
}

void plug_reset(struct plug *p)
{
    while (p->late) {
        struct plug_late *l = p->late;
        p->late = l->next;
        arena_release(&l->arena);
        free(l);
    }
    plug_arm(p, FAULT_NONE, 0);
}

bool plug_has_late(const struct plug *p)
{
    return p->late;
}

static bool pulls(struct plug *p, const char *what)
{
    p->steps++;
    if (p->fault != FAULT_KILL || p->steps != p->at)
        return false;
    p->is_dead = p->has_struck = true;
    snprintf(p->struck, sizeof p->struck, "%s", what);
    return true;
}

bool plug_commit(void *plug)
{
    struct plug *p = plug;
    if (p->is_dead) {
        p->went_on = true;
        return false;
    }
    p->commits++;
    return !pulls(p, "a commit of the store");
}

/* --- the wire --- */

static bool is_write(const struct http_request *r)
{
    return !http_method_is_safe(r->method) && !r->is_read;
}

static bool lost(struct err *e, const char *why)
{
    return err_set(e, ERR_UNCERTAIN, "the connection broke before a reply came (%s)", why);
}

static void reply_with(struct arena *a, struct http_response *r, int status, const char *body)
{
    *r = (struct http_response){.status = status, .body = body, .body_length = strlen(body)};
    http_response_add_header(a, r, "Content-Type", "application/json;charset=UTF-8");
}

static void hold(struct wire *w, const struct http_request *request, int64_t after_ms)
{
    struct plug_late *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    struct http_header *headers = arena_array(&l->arena, struct http_header, request->header_count);
    for (size_t i = 0; i < request->header_count; i++)
        headers[i] = (struct http_header){arena_strdup(&l->arena, request->headers[i].name),
                                          arena_strdup(&l->arena, request->headers[i].value)};
    l->request = *request;
    l->request.target = arena_strdup(&l->arena, request->target);
    l->request.headers = headers;
    l->request.body = request->body_length ? arena_strndup(&l->arena, request->body, request->body_length) : NULL;
    l->side = w->side;
    l->due_ms = clock_now(w->plug->clock) + after_ms;
    l->next = w->plug->late;
    w->plug->late = l;
}

/* What the slow server of this side has got round to by now. */
static void serve_late(struct wire *w)
{
    int64_t now = clock_now(w->plug->clock);
    for (struct plug_late **p = &w->plug->late; *p;) {
        struct plug_late *l = *p;
        if (l->side != w->side || l->due_ms > now) {
            p = &l->next;
            continue;
        }
        *p = l->next;
        struct http_response ignored = {0};
        struct err nobody_cares = ERR_INIT; /* the caller hung up long ago */
        if (!transport_perform(w->inner, &l->request, &l->arena, &ignored, &nobody_cares))
            err_clear(&nobody_cares);
        arena_release(&l->arena);
        free(l);
    }
}

static bool is_away(struct wire *w)
{
    return w->plug->away_until_ms[w->side] > clock_now(w->plug->clock);
}

static bool away(struct wire *w, struct arena *a, struct http_response *r, struct err *e)
{
    if (w->plug->fault == FAULT_DOWN)
        return err_set(e, ERR_UNAVAILABLE, "connection refused");
    reply_with(a, r, 401, "{\"errorMessages\":[\"You are not authenticated.\"],\"errors\":{}}");
    return true;
}

static bool serve(struct wire *w, const struct http_request *request, struct arena *a, struct http_response *r,
                  struct err *e)
{
    struct plug *p = w->plug;
    if (!transport_perform(w->inner, request, a, r, e))
        return false;
    if (r->status < 200 || r->status > 299)
        return true;
    p->done++;
    if (p->after_write)
        p->after_write(p->context, p->writes);
    return !pulls(p, p->struck) || err_set(e, ERR_KILLED, "the plug was pulled");
}

static bool strike(struct wire *w, const struct http_request *request, struct arena *a, struct http_response *r,
                   struct err *e)
{
    struct plug *p = w->plug;
    p->has_struck = true;
    switch (p->fault) {
    case FAULT_LOST:
        if (!serve(w, request, a, r, e))
            return false;
        return p->resends ? serve(w, request, a, r, e) : lost(e, "after it was done");
    case FAULT_DROPPED:
        return lost(e, "on the way there");
    case FAULT_REFUSED:
        return err_set(e, ERR_UNAVAILABLE, "connection refused");
    case FAULT_TWICE:
        return serve(w, request, a, r, e) && serve(w, request, a, r, e);
    case FAULT_LATE:
        hold(w, request, LATE_MS);
        return lost(e, "the server is slow");
    case FAULT_TOO_LATE:
        hold(w, request, TOO_LATE_MS);
        return lost(e, "the server is very slow");
    case FAULT_429:
        reply_with(a, r, 429, "{\"errorMessages\":[\"Rate limit exceeded.\"],\"errors\":{}}");
        http_response_add_header(a, r, "Retry-After", "7");
        return true;
    case FAULT_500_AFTER:
        if (!serve(w, request, a, r, e))
            return false;
        reply_with(a, r, 500, "{\"errorMessages\":[\"Internal server error\"],\"errors\":{}}");
        return true;
    case FAULT_500_BEFORE:
        reply_with(a, r, 500, "{\"errorMessages\":[\"Internal server error\"],\"errors\":{}}");
        return true;
    case FAULT_DOWN:
        p->away_until_ms[w->side] = clock_now(p->clock) + AWAY_MS;
        return lost(e, "and the site went away");
    case FAULT_LOGGED_OUT:
        p->away_until_ms[w->side] = clock_now(p->clock) + AWAY_MS;
        return away(w, a, r, e);
    case FAULT_NONE:
    case FAULT_KILL:
    case FAULT_COUNT:
        break;
    }
    return err_set(e, ERR_STATE, "no such fault");
}

static bool balks(const struct plug *p, const struct http_request *request, struct arena *a, struct http_response *r)
{
    char what[200];
    snprintf(what, sizeof what, "%s %.150s", http_method_name(request->method), request->target);
    if (!p->balks_at || strncmp(what, p->balks_at, strlen(p->balks_at)) != 0)
        return false;
    if (p->balk_status == 204)
        *r = (struct http_response){.status = 204};
    else
        reply_with(a, r, p->balk_status, "{\"errorMessages\":[\"You may not do this.\"],\"errors\":{}}");
    return true;
}

static bool wire_perform(struct transport *t, const struct http_request *request, struct arena *a,
                         struct http_response *r, struct err *e)
{
    struct wire *w = (struct wire *)t;
    struct plug *p = w->plug;
    if (p->is_dead)
        return err_set(e, ERR_KILLED, "the plug was pulled");
    serve_late(w);
    if (is_away(w))
        return away(w, a, r, e);
    if (!is_write(request)) {
        p->reads++;
        return balks(p, request, a, r) || transport_perform(w->inner, request, a, r, e);
    }
    p->writes++;
    bool strikes = p->fault > FAULT_KILL && p->writes == p->at;
    if (strikes || !p->has_struck)
        snprintf(p->struck, sizeof p->struck, "%s %.100s of the %s site", http_method_name(request->method),
                 request->target, w->side ? "second" : "first");
    if (balks(p, request, a, r))
        return true;
    return strikes ? strike(w, request, a, r, e) : serve(w, request, a, r, e);
}

static void wire_free(struct transport *t)
{
    transport_free(((struct wire *)t)->inner);
    free(t);
}

struct transport *wire_new(struct transport *inner, struct plug *plug, int side)
{
    static const struct transport_ops ops = {wire_perform, wire_free};
    struct wire *w = malloc(sizeof *w);
    if (!w)
        abort();
    *w = (struct wire){{&ops}, inner, plug, side};
    return &w->transport;
}
