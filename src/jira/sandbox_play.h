/* sandbox_play.h - for the tests of this folder: a tracker whose site is the sandbox, in any dialect, on a virtual
 * clock. */
#pragma once

#include "base/str.h"
#include "jira/tracker_jira.h"
#include "sandbox/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define UNUSED __attribute__((unused))

enum { ISSUES = 60 };

struct site {
    struct sandbox *sandbox;
    struct clock_virtual clock;
    struct jira_site *site;
    struct tracker *t;
    struct tracker_project project;
    struct arena a;
    struct err e;
    bool is_cloud;
};

#define ok(s, call)                                                                                                    \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s", (s).e.text);                                                                                \
    } while (0)
#define refused(s, expected, call)                                                                                     \
    do {                                                                                                               \
        assert_false(call);                                                                                            \
        if ((s).e.kind != (expected))                                                                                  \
            fail_msg("%s: %s", err_kind_name((s).e.kind), (s).e.text);                                                 \
    } while (0)

static UNUSED void open_site(struct site *s, enum sandbox_dialect dialect)
{
    *s = (struct site){.is_cloud = dialect == SANDBOX_CLOUD};
    clock_virtual_init(&s->clock, 1767225600000, 7);
    s->sandbox = sandbox_open(&(struct sandbox_settings){.dialect = dialect,
                                                         .data = ":memory:",
                                                         .base_url = "http://127.0.0.1:1",
                                                         .clock = &s->clock.clock,
                                                         .seed = 5},
                              &s->e);
    ok(*s, s->sandbox);
    ok(*s, sandbox_demo_data(s->sandbox, "SA", ISSUES, 5, &s->e));
    s->site = jira_site_open(&(struct jira_settings){.name = "sa",
                                                     .base_url = "http://127.0.0.1:1",
                                                     .user = s->is_cloud ? "admin@example.com" : "admin",
                                                     .secret = "admin",
                                                     .transport = transport_local_new(sandbox_handle, s->sandbox),
                                                     .clock = &s->clock.clock},
                             &s->e);
    ok(*s, s->site);
    s->t = tracker_jira_new(s->site, "SA");
    ok(*s, s->t->ops->project(s->t, &s->a, &s->project, &s->e));
}

static UNUSED void close_site(struct site *s)
{
    tracker_free(s->t);
    jira_site_close(s->site);
    sandbox_close(s->sandbox);
    arena_release(&s->a);
}

static UNUSED size_t poll_all(struct site *s, int64_t since, struct tracker_seen **all)
{
    const char *cursor = NULL;
    size_t total = 0;
    *all = NULL;
    do {
        struct tracker_seen *seen;
        size_t count;
        ok(*s, s->t->ops->poll(s->t, &s->a, since, NULL, &cursor, &seen, &count, &s->e));
        for (size_t i = 0; i < count; i++)
            *arena_push(&s->a, *all, total) = seen[i];
    } while (cursor);
    return total;
}

static UNUSED struct tracker_issue *read_one(struct site *s, const char *id, unsigned want)
{
    static const char *const fields[] = {"summary", "description", "labels", "priority", "status", "issuetype"};
    static const char *const properties[] = {TRACKER_TOKEN_PROPERTY, "tandem.test"};
    struct tracker_issue *r;
    struct tracker_read read = {.ids = &id,
                                .id_count = 1,
                                .fields = fields,
                                .field_count = ARRAY_LEN(fields),
                                .want = want,
                                .properties = properties,
                                .property_count = 2};
    ok(*s, s->t->ops->read(s->t, &s->a, &read, &r, &s->e));
    return r;
}

static UNUSED const char *create(struct site *s, const char *summary, const char *token, const char **key_r)
{
    const struct tracker_issue_type *type = tracker_project_type(&s->project, "Task");
    assert_non_null(type);
    struct value labels[] = {value_string("two"), value_string("one")};
    struct tracker_issue_field fields[] = {
        {"summary", value_string(summary)},
        {"description", value_rich("h1. Title\n\n*bold* and [a link|https://example.com]")},
        {"issuetype", value_option(type->id, type->name)},
        {"priority", value_option(s->project.priorities[0].id, s->project.priorities[0].name)},
        {"labels", {.kind = VALUE_SET, .items = labels, .count = 2}},
    };
    struct tracker_property property = {TRACKER_TOKEN_PROPERTY, json_keep(&s->a, json_pack("{s:s}", "token", token))};
    const char *id;
    ok(*s, s->t->ops->create(s->t, &s->a, fields, ARRAY_LEN(fields), &property, 1, &id, key_r, &s->e));
    return id;
}
