/* play.h - for the tests of this folder: a site that follows a script. Each step says what must be asked next and what
 * the answer is; serverInfo and /myself are answered at any time. What deviates is kept and ends the test. */
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include "jira/resource.h"
#include "jira/tracker_jira.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* a step says what matters and no more */

#define UNUSED __attribute__((unused))

static const int64_t PLAY_START UNUSED = 1767225600000; /* 2026-01-01T00:00:00Z */

struct step {
    const char *ask;  /* how the request line begins: "GET /rest/api/2/issue/10001"; with a $ at the end, all of it */
    const char *with; /* what the body, or the target, must hold; NULL: anything */
    int status;
    const char *answer;
    bool is_nobody;     /* without the header that names the caller */
    const char *header; /* "Name: value" in the answer */
};

struct play {
    const struct step *steps;
    size_t count, at;
    bool is_cloud, lacks_v3;
    const char *version, *zone;
    const char *me; /* what /myself answers; NULL: the usual */
    int me_status;
    int64_t server_ahead_ms, delay_ms; /* the site's clock; how long an answer takes */
    int asked_me;
    struct buf wrong;
    struct clock_virtual clock;
    struct jira_site *site;
    struct tracker *tracker;
    struct arena a;
    struct err e;
};

static void play_answer(struct play *p, struct arena *a, struct http_response *r, int status, const char *body,
                        bool is_nobody)
{
    r->status = status;
    r->body = arena_strdup(a, body ? body : "");
    r->body_length = strlen(r->body);
    if (!is_nobody)
        http_response_add_header(a, r, p->is_cloud ? "X-AAccountId" : "X-AUSERNAME",
                                 p->is_cloud ? "712020:me" : "sync");
    http_response_add_header(a, r, "Content-Type", r->body[0] == '<' ? "text/html" : "application/json");
}

static void play_server_info(struct play *p, struct arena *a, struct http_response *r)
{
    char now[TIME_ISO_BYTES];
    int v[3] = {0};
    sscanf(p->version, "%d.%d.%d", &v[0], &v[1], &v[2]);
    time_iso_jira(clock_now(&p->clock.clock) + p->server_ahead_ms, 60, now);
    play_answer(p, a, r, 200,
                arena_printf(a,
                             "{\"baseUrl\":\"https://x\",\"version\":\"%s\",\"versionNumbers\":[%d,%d,%d],"
                             "\"deploymentType\":\"%s\",\"serverTime\":\"%s\"}",
                             p->version, v[0], v[1], v[2], p->is_cloud ? "Cloud" : "Server", now),
                true);
}

static void play_myself(struct play *p, struct arena *a, struct http_response *r)
{
    p->asked_me++;
    const char *who = p->is_cloud ? "\"accountId\":\"712020:me\"" : "\"name\":\"sync\",\"key\":\"JIRAUSER10100\"";
    const char *usual = arena_printf(a, "{%s,\"displayName\":\"Sync User\",\"timeZone\":\"%s\"}", who, p->zone);
    play_answer(p, a, r, p->me_status ? p->me_status : 200, p->me ? p->me : usual, true);
}

static void play_handle(void *context, const struct http_request *q, struct arena *a, struct http_response *r)
{
    struct play *p = context;
    p->clock.now += p->delay_ms;
    if (str_starts(q->target, "/rest/api/2/serverInfo"))
        return play_server_info(p, a, r);
    bool has_v3 = p->is_cloud && !p->lacks_v3;
    if (str_eq(q->target, "/rest/api/2/myself") || (has_v3 && str_eq(q->target, "/rest/api/3/myself")))
        return play_myself(p, a, r);
    if (p->lacks_v3 && str_starts(q->target, "/rest/api/3/"))
        return play_answer(p, a, r, 404, "{\"message\":\"HTTP 404 Not Found\",\"status-code\":404}", false);
    p->clock.now += p->delay_ms;
    const char *line = arena_printf(a, "%s %s", http_method_name(q->method), q->target);
    const struct step *step = p->at < p->count ? &p->steps[p->at++] : NULL;
    if (!step || !(str_starts(line, step->ask) || str_eq(arena_printf(a, "%s$", line), step->ask))) {
        buf_addf(&p->wrong, "asked %s, due was %s\n", line, step ? step->ask : "nothing");
        return play_answer(p, a, r, 418, "{\"message\":\"not in the script\"}", false);
    }
    if (step->with && !strstr(line, step->with) && !(q->body && strstr(q->body, step->with)))
        buf_addf(&p->wrong, "%s %s does not hold %s\n", line, q->body ? q->body : "", step->with);
    play_answer(p, a, r, step->status, step->answer, step->is_nobody);
    const char *colon = step->header ? strchr(step->header, ':') : NULL;
    if (colon)
        http_response_add_header(a, r, arena_strndup(a, step->header, (size_t)(colon - step->header)), colon + 2);
}

static UNUSED void play_init(struct play *p, bool is_cloud, const struct step *steps, size_t count)
{
    *p = (struct play){.steps = steps,
                       .count = count,
                       .is_cloud = is_cloud,
                       .version = is_cloud ? "1001.0.0" : "9.12.4",
                       .zone = "Etc/UTC",
                       .wrong = BUF_INIT(4096)};
    clock_virtual_init(&p->clock, PLAY_START, 0);
    p->site = jira_site_open(&(struct jira_settings){.name = "sa",
                                                     .base_url = "https://jira.example.com/",
                                                     .user = "sync",
                                                     .secret = "hush-hush",
                                                     .transport = transport_local_new(play_handle, p),
                                                     .clock = &p->clock.clock,
                                                     .seed = 7},
                             &p->e);
    assert_non_null(p->site);
    p->tracker = tracker_jira_new(p->site, "SA");
}

/* The script was followed to its end. */
static UNUSED void play_end(struct play *p)
{
    assert_string_equal(buf_str(&p->wrong), "");
    assert_int_equal(p->at, p->count);
    assert_null(strstr(p->e.text, "hush"));
    buf_release(&p->wrong);
    tracker_free(p->tracker);
    jira_site_close(p->site);
    arena_release(&p->a);
}

#define PLAY(p, is_cloud, ...)                                                                                         \
    const struct step steps_[] = {__VA_ARGS__};                                                                        \
    struct play p;                                                                                                     \
    play_init(&p, is_cloud, steps_, ARRAY_LEN(steps_))
#define PLAY_PROJECT                                                                                                   \
    {                                                                                                                  \
        "GET /rest/api/2/project/SA", NULL, 200, "{\"id\":\"10000\",\"key\":\"SA\",\"name\":\"A\"}"                    \
    }
#define assert_ok(p, call)                                                                                             \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s", (p).e.text);                                                                                \
    } while (0)
#define assert_fails(p, expected, call)                                                                                \
    do {                                                                                                               \
        assert_false(call);                                                                                            \
        if ((p).e.kind != (expected))                                                                                  \
            fail_msg("%s: %s", err_kind_name((p).e.kind), (p).e.text);                                                 \
    } while (0)
