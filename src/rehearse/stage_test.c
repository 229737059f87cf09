/* The stage itself: it opens, two projects come in step on it, and it goes back to a moment. */
#include "rehearse/person.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void must(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s", e->text);
}

static struct stage *open_pair(enum sandbox_dialect first, enum sandbox_dialect second)
{
    struct err e = ERR_INIT;
    struct stage *s = stage_open(&(struct stage_settings){.dialect = {first, second}}, &e);
    must(s, &e);
    return s;
}

static void crosses(enum sandbox_dialect first, enum sandbox_dialect second)
{
    struct err e = ERR_INIT;
    struct stage_run run;
    struct stage *s = open_pair(first, second);
    const char *key = person_creates(s, SIDE_FIRST, PERSON_PAULA, "Bug", "The door squeaks", "Oil *it*.");
    person_comments(s, SIDE_FIRST, PERSON_QUINN, key, "Loudly.");
    person_creates(s, SIDE_SECOND, PERSON_QUINN, "Task", "Buy oil", NULL);
    must(stage_trouble(s, &e) && stage_rest(s, &run, &e), &e);
    assert_int_equal(run.counts.created[0], 1);
    assert_int_equal(run.counts.created[1], 1);
    assert_int_equal(run.counts.comments_added[1], 1);
    assert_int_equal(run.counts.findings, 0);
    const char *partner = person_partner(s, SIDE_FIRST, key);
    must(stage_trouble(s, &e), &e);
    const json_t *issue = person_call(s, SIDE_SECOND, PERSON_QUINN, 200, HTTP_GET,
                                      arena_printf(&s->deeds, "/rest/api/2/issue/%s", partner), NULL);
    must(stage_trouble(s, &e), &e);
    assert_string_equal(json_at_str(issue, "fields.summary"), "The door squeaks");
    assert_string_equal(json_at_str(issue, "fields.issuetype.name"), "Bug");
    stage_close(s);
}

static void two_servers_come_in_step(void **state)
{
    (void)state;
    crosses(SANDBOX_DC8, SANDBOX_DC10);
}

static void a_server_and_a_cloud_come_in_step(void **state)
{
    (void)state;
    crosses(SANDBOX_DC10, SANDBOX_CLOUD);
}

static void a_moment_comes_back_as_it_was(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage_run run, again;
    struct stage_moment moment;
    struct stage *s = open_pair(SANDBOX_DC8, SANDBOX_DC8);
    person_creates(s, SIDE_FIRST, PERSON_PAULA, "Bug", "The door squeaks", NULL);
    must(stage_trouble(s, &e) && stage_keep(s, &moment, &e) && stage_restore(s, &moment, &e) && stage_rest(s, &run, &e),
         &e);
    int64_t steps = s->plug.steps, end = s->clock.now;
    must(stage_restore(s, &moment, &e) && stage_rest(s, &again, &e), &e);
    assert_memory_equal(&run, &again, sizeof run);
    assert_int_equal(s->plug.steps, steps);
    assert_int_equal(s->clock.now, end);
    stage_moment_free(&moment);
    stage_close(s);
}

static void after_the_plug_nothing_is_done(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage_run run;
    struct stage *s = open_pair(SANDBOX_DC8, SANDBOX_DC8);
    person_creates(s, SIDE_FIRST, PERSON_PAULA, "Bug", "The door squeaks", NULL);
    must(stage_trouble(s, &e) && stage_engine(s, &e), &e);
    plug_arm(&s->plug, FAULT_KILL, 3);
    assert_false(stage_rest(s, &run, &e));
    assert_int_equal(e.kind, ERR_KILLED);
    assert_int_equal(s->plug.steps, 3);
    assert_false(s->plug.went_on);
    err_clear(&e);
    must(stage_reopen(s, &e) && stage_rest(s, &run, &e), &e);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_servers_come_in_step),
        cmocka_unit_test(a_server_and_a_cloud_come_in_step),
        cmocka_unit_test(a_moment_comes_back_as_it_was),
        cmocka_unit_test(after_the_plug_nothing_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
