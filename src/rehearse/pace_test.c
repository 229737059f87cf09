/* How a pass spends its requests: the limit on writes to one issue slows that issue and no other, and a long piece of
 * work lets people's edits go first. */
#include "rehearse/person.h"

#include "base/str.h"
#include "base/time_iso.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIRST  SIDE_FIRST, PERSON_PAULA
#define SECOND SIDE_SECOND, PERSON_QUINN

static void must(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s", e->text);
}

static struct stage *open_stage(void)
{
    struct err e = ERR_INIT;
    struct stage *s = stage_open(&(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_CLOUD}}, &e);
    must(s, &e);
    must(stage_engine(s, &e), &e);
    return s;
}

static struct engine_counts pass(struct stage *s)
{
    struct err e = ERR_INIT;
    struct engine_counts counts;
    must(stage_trouble(s, &e), &e);
    must(stage_pass(s, &counts, &e), &e);
    return counts;
}

static const json_t *look(struct stage *s, enum side side, const char *target)
{
    struct err e = ERR_INIT;
    arena_clear(&s->deeds);
    const json_t *r = person_call(s, side, PERSON_ADMIN, 200, HTTP_GET, target, NULL);
    must(stage_trouble(s, &e), &e);
    return r;
}

static const char *summary(struct stage *s, enum side side, const char *key)
{
    return json_at_str(look(s, side, arena_printf(&s->life, "/rest/api/2/issue/%s", key)), "fields.summary");
}

static size_t comment_count(struct stage *s, enum side side, const char *key)
{
    const json_t *r = look(s, side, arena_printf(&s->life, "/rest/api/2/issue/%s/comment?maxResults=1", key));
    return (size_t)json_at_int(r, "total", -1);
}

/* When the partner of an issue got the edit, by the site's clock. */
static int64_t updated(struct stage *s, enum side side, const char *key)
{
    int64_t at;
    const json_t *r = look(s, side, arena_printf(&s->life, "/rest/api/2/issue/%s", key));
    assert_true(time_iso_parse(json_at_str(r, "fields.updated"), &at));
    return at;
}

/* Cloud takes a hundred writes to an issue in thirty seconds. The other issue, later in the backlog, does not wait. */
static void an_issue_with_many_comments_holds_up_no_other(void **state)
{
    (void)state;
    enum { MANY = 250 };
    struct stage *s = open_stage();
    const char *busy = person_creates(s, FIRST, "Bug", "Much talked about", NULL);
    for (int i = 0; i < MANY; i++)
        person_comments(s, FIRST, busy, arena_printf(&s->life, "Remark %d", i));
    const char *quiet = person_creates(s, FIRST, "Bug", "Hardly talked about", NULL);
    person_comments(s, FIRST, quiet, "One remark");
    int64_t start = clock_now(&s->clock.clock);
    struct engine_counts counts = pass(s);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(counts.comments_added[1], MANY + 1);
    assert_int_equal(jira_site_counts(s->site[1]).rate_limited, 0);
    assert_in_range(clock_now(&s->clock.clock) - start, 60000, 120000);
    const char *partner = person_partner(s, SIDE_FIRST, busy);
    assert_int_equal(comment_count(s, SIDE_SECOND, partner), MANY);
    partner = person_partner(s, SIDE_FIRST, quiet);
    assert_int_equal(comment_count(s, SIDE_SECOND, partner), 1);
    const json_t *list = look(s, SIDE_SECOND, arena_printf(&s->life, "/rest/api/2/issue/%s/comment", partner));
    int64_t last = -1, arrived;
    assert_true(time_iso_parse(json_at_str(json_array_get(json_object_get(list, "comments"), 0), "created"), &arrived));
    assert_in_range(arrived - start, 0, 15000);
    list = look(
        s, SIDE_SECOND,
        arena_printf(&s->life, "/rest/api/2/issue/%s/comment?maxResults=300", person_partner(s, SIDE_FIRST, busy)));
    size_t i;
    const json_t *c;
    json_array_foreach (json_object_get(list, "comments"), i, c) { /* in the order in which people wrote */
        const char *body = strstr(json_at_str(c, "body"), "Remark ");
        int64_t number;
        assert_non_null(body);
        assert_true(str_to_int(body + 7, &number));
        assert_int_equal(number, last + 1);
        last = number;
    }
    stage_close(s);
}

/* Somebody else writes to the issue as well, so the site refuses before our own count is full. */
static void a_refusal_for_one_issue_is_not_taken_for_the_sites(void **state)
{
    (void)state;
    struct stage *s = open_stage();
    const char *a = person_creates(s, FIRST, "Bug", "First", NULL),
               *b = person_creates(s, FIRST, "Bug", "Second", NULL);
    pass(s);
    const char *other[2] = {person_partner(s, SIDE_FIRST, a), person_partner(s, SIDE_FIRST, b)};
    const char *id = json_at_str(look(s, SIDE_SECOND, arena_printf(&s->life, "/rest/api/2/issue/%s", other[0])), "id");
    id = arena_strdup(&s->life, id);
    person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_POST, "/sandbox/faults",
                "{'kind': '429', 'method': 'PUT', 'path': '/rest/api/3/issue/%s', 'reason': 'jira-per-issue-on-write',"
                " 'retryAfter': 20, 'count': 1}",
                id);
    person_edits(s, FIRST, a, "summary", "First, edited");
    person_edits(s, FIRST, b, "summary", "Second, edited");
    int64_t start = clock_now(&s->clock.clock);
    struct engine_counts counts = pass(s);
    assert_int_equal(counts.waiting, 0);
    assert_int_equal(jira_site_counts(s->site[1]).rate_limited, 1);
    assert_string_equal(summary(s, SIDE_SECOND, other[0]), "First, edited");
    assert_string_equal(summary(s, SIDE_SECOND, other[1]), "Second, edited");
    assert_in_range(updated(s, SIDE_SECOND, other[1]) - start, 0, 10000);
    assert_in_range(updated(s, SIDE_SECOND, other[0]) - start, 20000, 40000);
    stage_close(s);
}

struct busy_person {
    struct stage *stage;
    const char *key;
    int64_t at, edited_ms;
};

static void edit_in_mid_pass(void *context, int64_t number)
{
    struct busy_person *p = context;
    if (number != p->at)
        return;
    person_edits(p->stage, FIRST, p->key, "summary", "Edited while much else was to do");
    p->edited_ms = clock_now(&p->stage->clock.clock);
}

/* A hundred and fifty new issues, each with a comment, at some seconds each: an edit in their midst is not the last to
 * arrive. */
static void an_edit_does_not_wait_for_the_backlog(void **state)
{
    (void)state;
    enum { BACKLOG = 150, SECONDS_EACH = 1 };
    struct stage *s = open_stage();
    struct busy_person p = {.stage = s, .key = person_creates(s, FIRST, "Bug", "Long known", NULL), .at = 60};
    pass(s);
    for (int i = 0; i < BACKLOG; i++)
        person_creates(s, FIRST, "Bug", arena_printf(&s->life, "New %d", i), NULL);
    s->clock.step = 50; /* each look at the clock costs: the backlog takes some minutes */
    plug_arm(&s->plug, FAULT_NONE, 0);
    s->plug.after_write = edit_in_mid_pass;
    s->plug.context = &p;
    struct engine_counts counts = pass(s);
    s->clock.step = 1;
    assert_true(p.edited_ms > 0);
    assert_int_equal(counts.created[1], BACKLOG);
    const char *partner = person_partner(s, SIDE_FIRST, p.key);
    assert_string_equal(summary(s, SIDE_SECOND, partner), "Edited while much else was to do");
    int64_t arrived = updated(s, SIDE_SECOND, partner), end = clock_now(&s->clock.clock);
    assert_true(end - p.edited_ms > 90000);
    assert_in_range(arrived - p.edited_ms, 0, 75000);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issue_with_many_comments_holds_up_no_other),
        cmocka_unit_test(a_refusal_for_one_issue_is_not_taken_for_the_sites),
        cmocka_unit_test(an_edit_does_not_wait_for_the_backlog),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
