/* A site that says no, or says yes and does nothing. */
#include "rehearse/story.h"

/* --- refusals --- */

static void a_refused_deletion_of_a_copy_is_tried_once(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "DELETE /rest/api/2/issue/";
    s->plug.balk_status = 403;
    person_deletes_comment(s, FIRST, "SA-1", "Monday");
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    assert_int_equal(findings(s, "quarantine"), 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    stage_close(s);
}

static void let_copies_flow_back(struct arena *a, struct config *c)
{
    (void)a;
    c->connector[0].copies_flow_back = c->connector[1].copies_flow_back = true;
}

static void a_refused_edit_of_an_original_is_tried_once(void **state)
{
    (void)state;
    struct stage *s = open_with(let_copies_flow_back);
    one_issue(s);
    person_edits_comment(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Monday", "Since Tuesday."); /* not Tandem's to edit */
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    assert_int_equal(findings(s, "quarantine"), 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    stage_close(s);
}

static void an_edit_that_a_site_accepts_and_drops_is_tried_once(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "PUT /rest/api/2/issue/";
    s->plug.balk_status = 204;
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    struct stage_run run = rest(s);
    assert_in_range(run.writes, 1, 8);
    assert_int_equal(findings(s, "quarantine"), 1);
    s->plug.balks_at = NULL;
    sweep(s);
    assert_int_equal(rest(s).writes, 0); /* nothing changed, so it stays set aside */
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks by day");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks by day");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_step_that_a_site_accepts_and_does_not_take_is_tried_once(void **state)
{
    (void)state;
    static const int STATUS[] = {204, 400, 403};
    for (size_t i = 0; i < ARRAY_LEN(STATUS); i++) {
        struct stage *s = open_with(NULL);
        one_issue(s);
        s->plug.balks_at = "POST /rest/api/2/issue/";
        s->plug.balk_status = STATUS[i];
        person_moves(s, FIRST, "SA-1", "In Progress");
        struct stage_run run = rest(s);
        assert_in_range(run.writes, 1, 8);
        s->plug.balks_at = NULL;
        person_moves(s, FIRST, "SA-1", "In Review");
        rest(s);
        assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), "In Review");
        assert_int_equal(findings(s, NULL), 0);
        stage_close(s);
    }
}

static void a_refused_field_is_sent_again_by_a_resync(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "PUT /rest/api/2/issue/";
    s->plug.balk_status = 400;
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    person_comments(s, FIRST, "SA-1", "Meanwhile.");
    rest(s);
    assert_int_equal(findings(s, "quarantine"), 2); /* the field, and the panel that could not be written either */
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Meanwhile", NULL), 1);
    s->plug.balks_at = NULL;
    must(engine_resync(s->store, STAGE_SYNC, SIDE_FIRST, NULL, 0, &e), &e);
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks at night");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_deletion_of_a_copy_is_tried_once),
        cmocka_unit_test(a_refused_edit_of_an_original_is_tried_once),
        cmocka_unit_test(an_edit_that_a_site_accepts_and_drops_is_tried_once),
        cmocka_unit_test(a_step_that_a_site_accepts_and_does_not_take_is_tried_once),
        cmocka_unit_test(a_refused_field_is_sent_again_by_a_resync),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
