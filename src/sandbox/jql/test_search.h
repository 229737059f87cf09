/* test_search.h - a site with ten issues, and short ways to say what a query finds there. */
#pragma once

#include "sandbox/jql/jql_plan.h"
#include "sandbox/test_rows.h"

#define HOUR ((int64_t)3600 * 1000)

static inline struct answer search(struct site *s, const char *jql)
{
    json_t *body = json_keep(&s->a, json_pack("{s:s,s:[s],s:i}", "jql", jql, "fields", "summary", "maxResults", 1000));
    return ask(s, HTTP_POST, "/rest/api/2/search", json_print(&s->a, body));
}

static inline void finds(struct site *s, const char *jql, const char *keys)
{
    struct answer a = search(s, jql);
    if (a.status != 200)
        fail_msg("%s: %d %s", jql, a.status, a.body);
    char *found = joined(s, json_object_get(a.json, "issues"), "key");
    if (!str_eq(found, keys))
        fail_msg("%s: found \"%s\", not \"%s\"", jql, found, keys);
    assert_int_equal(json_at_int(a.json, "total", -1), json_at_count(a.json, "issues"));
}

static inline void refuses(struct site *s, const char *jql, const char *messages)
{
    struct answer a = search(s, jql);
    assert_int_equal(a.status, 400);
    char *text = joined(s, json_object_get(a.json, "errorMessages"), NULL);
    assert_string_equal(text, messages);
}

/* Ten issues SA-1 … SA-10, an hour apart, the last at 16:00 UTC: SA-n at 06:00 + n hours. */
static inline struct site *dc(void)
{
    struct site *s = site_open(SANDBOX_DC10, 1);
    site_project(s, "SA");
    int64_t base = TEST_NOW - 4 * 60 * 1000 - 5 * 1000 - 123 - 10 * HOUR;
    for (int i = 1; i <= 10; i++)
        site_issue(s, arena_printf(&s->a, "Issue number %d", i), base + i * HOUR);
    return s;
}

static inline int64_t person(struct site *s, const char *name, const char *zone)
{
    int64_t id = 0;
    struct account_new n = {.name = name,
                            .email = arena_printf(&s->a, "%s@example.com", name),
                            .display_name = name,
                            .password = name,
                            .time_zone = zone};
    MUST(s, account_create(s->sb, &n, &id, &s->e));
    return id;
}

static inline void set(struct site *s, const char *sql)
{
    MUST(s, sql_run(s->sb->db, &s->e, sql, ""));
}
