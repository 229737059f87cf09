/* Writes whose reply never came, and that a slow server does when somebody has edited in between. */
#include "rehearse/story.h"

/* One pass whose first write is struck. */
static void pass_struck(struct stage *s, enum fault fault)
{
    struct err e = ERR_INIT;
    struct engine_counts counts;
    plug_arm(&s->plug, fault, 1);
    must(stage_pass(s, &counts, &e), &e);
    assert_true(s->plug.has_struck);
    plug_arm(&s->plug, FAULT_NONE, 0);
}

static const char *summary(struct stage *s, enum side side, const char *key)
{
    return arena_strdup(&s->life, json_at_str(issue(s, side, key), "fields.summary"));
}

/* The value that the only conflict keeps. */
static const char *loser(struct stage *s)
{
    struct err e = ERR_INIT;
    struct finding *list;
    size_t count;
    const char *text = NULL;
    must(finding_list(s->store, &s->life, sync_id(s), 0, &list, &count, &e), &e);
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i].kind, "conflict")) {
            assert_null(text);
            text = json_at_str(list[i].detail, "loser.text");
        }
    return text;
}

static void an_edit_that_may_still_come_is_not_sent_again_at_once(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    pass_struck(s, FAULT_DROPPED);
    stage_wait(s, 5000);
    plug_arm(&s->plug, FAULT_NONE, 0);
    must(stage_pass(s, &counts, &e), &e);
    assert_int_equal(s->plug.writes, 0);
    assert_true(counts.waiting > 0);
    person_edits(s, FIRST, "SA-1", "labels", "door"); /* everything else flows on */
    must(stage_pass(s, &counts, &e), &e);
    assert_int_equal(json_array_size(json_at(issue(s, SIDE_SECOND, "SB-1"), "fields.labels")), 1);
    assert_string_equal(summary(s, SIDE_SECOND, "SB-1"), "The door squeaks");
    stage_wait(s, STAGE_MINUTE);
    rest(s);
    assert_string_equal(summary(s, SIDE_SECOND, "SB-1"), "The door squeaks at night");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void what_a_late_edit_goes_over_is_kept(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    pass_struck(s, FAULT_LATE);
    person_edits(s, SECOND, "SB-1", "summary", "The door is quiet");
    stage_wait(s, 30 * 1000);
    rest(s);
    assert_string_equal(summary(s, SIDE_SECOND, "SB-1"), summary(s, SIDE_FIRST, "SA-1"));
    assert_string_equal(loser(s), "The door is quiet");
    stage_close(s);
}

/* Our own copy, given up and done ten minutes later, is nobody's edit: what it went over is put back. */
static void what_a_much_too_late_edit_goes_over_is_put_back(void **state)
{
    (void)state;
    static const enum sandbox_dialect SECONDS[] = {SANDBOX_DC10, SANDBOX_CLOUD};
    for (size_t i = 0; i < ARRAY_LEN(SECONDS); i++) {
        struct stage *s = open_stage(&(struct stage_settings){.dialect = {SANDBOX_DC8, SECONDS[i]}});
        one_issue(s);
        person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
        person_edits(s, FIRST, "SA-1", "description", "Oil it at night.");
        person_edits(s, FIRST, "SA-1", "priority", "High");
        pass_struck(s, FAULT_TOO_LATE);
        stage_wait(s, 2 * STAGE_MINUTE);
        person_edits(s, SECOND, "SB-1", "summary", "The door is quiet");
        person_edits(s, SECOND, "SB-1", "description", "Leave it.");
        stage_wait(s, STAGE_MINUTE);
        rest(s);
        for (int side = 0; side < 2; side++) {
            const json_t *now = issue(s, (enum side)side, side ? "SB-1" : "SA-1");
            assert_string_equal(json_at_str(now, "fields.summary"), "The door is quiet");
            assert_string_equal(json_at_str(now, "fields.description"), "Leave it.");
            assert_string_equal(json_at_str(now, "fields.priority.name"), "High");
        }
        assert_int_equal(findings(s, "conflict"), 4); /* what lost when both had edited, and the late copies of two */
        sweep(s);
        assert_int_equal(rest(s).writes, 0);
        stage_close(s);
    }
}

static void a_much_too_late_edit_of_a_copy_is_taken_back(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_edits_comment(s, FIRST, "SA-1", "Monday", "Since Tuesday.");
    pass_struck(s, FAULT_TOO_LATE);
    stage_wait(s, 2 * STAGE_MINUTE);
    person_edits_comment(s, FIRST, "SA-1", "Tuesday", "Since Wednesday.");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Wednesday", NULL), 1);
    assert_int_equal(says(s, SIDE_FIRST, "SA-1", "Wednesday", NULL), 1);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* A few passes, within less time than a much too late write takes. */
static void passes(struct stage *s, int count)
{
    struct err e = ERR_INIT;
    struct engine_counts counts;
    for (int i = 0; i < count; i++) {
        must(stage_trouble(s, &e) && stage_pass(s, &counts, &e), &e);
        stage_wait(s, 10 * 1000);
    }
}

static void a_much_too_late_step_is_told(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_moves(s, FIRST, "SA-1", "In Progress");
    pass_struck(s, FAULT_TOO_LATE);
    stage_wait(s, 2 * STAGE_MINUTE);
    passes(s, 4);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), "In Progress");
    person_moves(s, SECOND, "SB-1", "To Do");
    passes(s, 4);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.status.name"), "To Do");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.status.name"), "In Progress");
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), "In Progress");
    assert_string_equal(loser(s), "To Do");
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_that_may_still_come_is_not_sent_again_at_once),
        cmocka_unit_test(what_a_late_edit_goes_over_is_kept),
        cmocka_unit_test(what_a_much_too_late_edit_goes_over_is_put_back),
        cmocka_unit_test(a_much_too_late_edit_of_a_copy_is_taken_back),
        cmocka_unit_test(a_much_too_late_step_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
