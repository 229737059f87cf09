/* What a person decides about a conflict or a question, and that nothing is lost by it either. */
#include "rehearse/story.h"

static struct finding only(struct stage *s, const char *kind)
{
    struct err e = ERR_INIT;
    struct finding *list, r = {0};
    size_t count;
    must(finding_list(s->store, &s->life, sync_id(s), 0, &list, &count, &e), &e);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i].kind, kind)) {
            assert_int_equal(r.id, 0);
            r = list[i];
        }
    assert_true(r.id > 0);
    return r;
}

static void decide(struct stage *s, const char *kind, const char *member, json_t *value)
{
    struct err e = ERR_INIT;
    struct finding f = only(s, kind);
    must(finding_decide(s->store, &f, member, value, &e), &e);
}

static void both_say(struct stage *s, const char *summary)
{
    for (int side = 0; side < 2; side++)
        assert_string_equal(json_at_str(issue(s, (enum side)side, side ? "SB-1" : "SA-1"), "fields.summary"), summary);
}

/* Paula's summary loses against Quinn's. */
static void collide(struct stage *s)
{
    one_issue(s);
    person_edits(s, FIRST, "SA-1", "summary", "At night");
    stage_wait(s, STAGE_MINUTE);
    person_edits(s, SECOND, "SB-1", "summary", "By day");
    rest(s);
    both_say(s, "By day");
    assert_string_equal(json_at_str(only(s, "conflict").detail, "loser.text"), "At night");
}

static void a_losing_value_is_written_back_and_travels(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    collide(s);
    decide(s, "conflict", "restore", json_true());
    rest(s);
    both_say(s, "At night");
    assert_string_equal(json_at_str(only(s, "conflict").detail, "loser.text"), "By day");
    decide(s, "conflict", "restore", json_true()); /* and back again */
    rest(s);
    both_say(s, "By day");
    assert_string_equal(json_at_str(only(s, "conflict").detail, "loser.text"), "At night");
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    stage_close(s);
}

static void what_was_written_since_is_kept_when_a_loser_comes_back(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    collide(s);
    person_edits(s, SECOND, "SB-1", "summary", "At noon");
    rest(s);
    decide(s, "conflict", "restore", json_true());
    rest(s);
    both_say(s, "At night");
    assert_string_equal(json_at_str(only(s, "conflict").detail, "loser.text"), "At noon");
    stage_close(s);
}

static void a_loser_that_stands_there_again_only_closes(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    collide(s);
    person_edits(s, SECOND, "SB-1", "summary", "At night");
    rest(s);
    decide(s, "conflict", "restore", json_true());
    assert_int_equal(rest(s).writes, 0);
    both_say(s, "At night");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void writing_back_may_be_killed_at_any_moment(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage_moment start;
    struct stage *s = open_with(NULL);
    collide(s);
    decide(s, "conflict", "restore", json_true());
    must(stage_keep(s, &start, &e), &e);
    for (int step = 1;; step++) {
        must(stage_restore(s, &start, &e) && stage_engine(s, &e), &e);
        plug_arm(&s->plug, FAULT_KILL, step);
        if (stage_pass(s, &counts, &e))
            break;
        assert_int_equal(e.kind, ERR_KILLED);
        err_clear(&e);
        must(stage_reopen(s, &e), &e);
        rest(s);
        both_say(s, "At night");
        assert_string_equal(json_at_str(only(s, "conflict").detail, "loser.text"), "By day");
    }
    stage_moment_free(&start);
    stage_close(s);
}

static void a_refused_restoration_is_set_aside_and_not_tried_for_ever(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    collide(s);
    s->plug.balks_at = "PUT /rest/api/2/issue/";
    s->plug.balk_status = 400;
    decide(s, "conflict", "restore", json_true());
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    s->plug.balks_at = NULL;
    both_say(s, "By day");
    stage_close(s);
}

/* --- questions --- */

static void ask_always(struct arena *a, struct config *c)
{
    (void)a;
    for (size_t i = 0; i < c->field_count; i++)
        c->fields[i].conflict = CONFIG_ASK;
}

static void a_question_is_answered_by_either_side(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        struct stage *s = open_with(ask_always);
        one_issue(s);
        person_edits(s, FIRST, "SA-1", "summary", "At night");
        person_edits(s, SECOND, "SB-1", "summary", "By day");
        rest(s);
        decide(s, "ask", "take", json_string(side_name((enum side)side)));
        rest(s);
        both_say(s, side ? "By day" : "At night");
        assert_int_equal(findings(s, "ask"), 0);
        assert_string_equal(json_at_str(only(s, "conflict").detail, "loser.text"), side ? "At night" : "By day");
        stage_close(s);
    }
}

static void an_answer_is_not_for_what_is_written_after_it(void **state)
{
    (void)state;
    struct stage *s = open_with(ask_always);
    one_issue(s);
    person_edits(s, FIRST, "SA-1", "summary", "At night");
    person_edits(s, SECOND, "SB-1", "summary", "By day");
    rest(s);
    decide(s, "ask", "take", json_string("first"));
    stage_wait(s, STAGE_MINUTE);
    person_edits(s, SECOND, "SB-1", "summary", "At noon");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "At noon");
    assert_null(json_at_str(only(s, "ask").detail, "take"));
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_losing_value_is_written_back_and_travels),
        cmocka_unit_test(what_was_written_since_is_kept_when_a_loser_comes_back),
        cmocka_unit_test(a_loser_that_stands_there_again_only_closes),
        cmocka_unit_test(writing_back_may_be_killed_at_any_moment),
        cmocka_unit_test(a_refused_restoration_is_set_aside_and_not_tried_for_ever),
        cmocka_unit_test(a_question_is_answered_by_either_side),
        cmocka_unit_test(an_answer_is_not_for_what_is_written_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
