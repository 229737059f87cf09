/* test_rows.h - a site in memory and requests to it, for the tests of this folder. */
#pragma once

#include "base/buf.h"
#include "sandbox/transfer/bulk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEST_NOW 1795363445123 /* 2026-11-22T16:04:05.123Z */

struct site {
    struct clock_virtual clock;
    struct sandbox *sb;
    struct arena a;
    struct err e;
    const char *user; /* "admin:admin" */
    int64_t project, type, done, todo, admin;
};

#define MUST(site, call)                                                                                               \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s: %s", #call, (site)->e.text);                                                                 \
    } while (0)

static inline struct site *site_open(enum sandbox_dialect dialect, uint64_t seed)
{
    struct site *s = calloc(1, sizeof *s);
    assert_non_null(s);
    clock_virtual_init(&s->clock, TEST_NOW, 0);
    struct sandbox_settings settings = {.dialect = dialect,
                                        .data = ":memory:",
                                        .base_url = dialect == SANDBOX_CLOUD ? "http://cloud.test" : "http://dc.test",
                                        .clock = &s->clock.clock,
                                        .seed = seed,
                                        .trace = getenv("TANDEM_TRACE")};
    s->sb = sandbox_open(&settings, &s->e);
    if (!s->sb)
        fail_msg("open: %s", s->e.text);
    s->user = dialect == SANDBOX_CLOUD ? "admin@example.com:admin" : "admin:admin";
    MUST(s, sql_get_int(s->sb->db, &s->admin, 0, &s->e, "SELECT min(id) FROM account", ""));
    return s;
}

static inline void site_close(struct site *s)
{
    sandbox_close(s->sb);
    arena_release(&s->a);
    free(s);
}

static inline int64_t site_int(struct site *s, const char *sql)
{
    int64_t n = 0;
    MUST(s, sql_get_int(s->sb->db, &n, 0, &s->e, sql, ""));
    return n;
}

/* A project SA with known statuses and a type. */
static inline void site_project(struct site *s, const char *key)
{
    MUST(s, project_create(s->sb, key, key, 0, &s->project, &s->e));
    MUST(s, issue_type_ensure(s->sb, "Task", false, &s->type, &s->e));
    MUST(s, status_ensure(s->sb, "To Do", 2, &s->todo, &s->e));
    MUST(s, status_ensure(s->sb, "Done", 3, &s->done, &s->e));
}

static inline int64_t site_issue(struct site *s, const char *summary, int64_t created)
{
    struct bulk_issue i = {.project = s->project,
                           .type = s->type,
                           .status = s->todo,
                           .reporter = s->admin,
                           .creator = s->admin,
                           .created = created,
                           .updated = created,
                           .summary = summary};
    int64_t id = 0;
    MUST(s, bulk_issue_add(s->sb, &i, &id, &s->e));
    return id;
}

struct answer {
    int status;
    const json_t *json;
    const char *body;
    struct http_response response;
};

static inline struct answer ask(struct site *s, enum http_method method, const char *target, const char *body)
{
    struct http_header headers[] = {
        {"Content-Type", "application/json"},
        {"Authorization",
         s->user ? arena_printf(&s->a, "Basic %s", str_base64(&s->a, s->user, strlen(s->user))) : "none"},
    };
    struct http_request r = {.method = method,
                             .target = target,
                             .headers = headers,
                             .header_count = s->user ? 2 : 1,
                             .body = body,
                             .body_length = body ? strlen(body) : 0};
    struct answer answer = {0};
    struct err ignored = ERR_INIT;
    sandbox_handle(s->sb, &r, &s->a, &answer.response);
    answer.status = answer.response.status;
    answer.body = answer.response.body ? answer.response.body : "";
    if (answer.response.body_length)
        answer.json = json_parse(&s->a, answer.body, answer.response.body_length, true, "reply", &ignored);
    return answer;
}

/* The members of a list joined by blanks: "SA-1 SA-2". */
static inline char *joined(struct site *s, const json_t *list, const char *member)
{
    char *text = arena_strdup(&s->a, "");
    size_t i;
    json_t *v;
    json_array_foreach (list, i, v) {
        const char *part = member ? json_at_str(v, member) : json_string_value(v);
        text = arena_printf(&s->a, "%s%s%s", text, i ? " " : "", part ? part : "?");
    }
    return text;
}
