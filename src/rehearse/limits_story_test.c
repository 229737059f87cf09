/* One-way mappings, walks that people cross, fuses, clocks. */
#include "rehearse/story.h"

/* --- one-way mappings --- */

static void description_flows_to_first(struct arena *a, struct config *c)
{
    (void)a;
    for (size_t i = 0; i < c->field_count; i++)
        if (str_eq(c->fields[i].half[0].id, "description")) {
            c->fields[i].half[SIDE_FIRST].sends = false;
            c->fields[i].half[SIDE_SECOND].receives = false;
        }
    c->connector[SIDE_FIRST].sends_status = false;
    c->connector[SIDE_SECOND].receives_status = false;
}

static void what_is_not_sent_at_birth_is_not_wiped_by_the_way_back(void **state)
{
    (void)state;
    struct stage *s = open_with(description_flows_to_first);
    one_issue(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.description"), "Oil it.");
    assert_int_equal(findings(s, NULL), 0);
    person_edits(s, SECOND, "SB-1", "description", "Oil it well.");
    person_moves(s, SECOND, "SB-1", "In Progress");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.description"), "Oil it well.");
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.status.name"), "In Progress");
    person_edits(s, FIRST, "SA-1", "description", "Leave it.");
    rest(s);
    assert_int_equal(findings(s, "drift"), 1);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.description"), "Oil it well.");
    person_edits(s, FIRST, "SA-1", "description", "Oil it well.");
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* --- walks --- */

static void back_to_the_start(void *context, int64_t number)
{
    struct stage *s = context;
    (void)number;
    s->plug.after_write = NULL; /* after the first step */
    person_moves(s, SECOND, "SB-1", "To Do");
}

static void a_person_who_moves_the_issue_during_a_walk_ends_it(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_moves(s, FIRST, "SA-1", "In Progress");
    person_moves(s, FIRST, "SA-1", "In Review");
    person_moves(s, FIRST, "SA-1", "Done");
    stage_wait(s, STAGE_MINUTE);
    s->plug.after_write = back_to_the_start;
    s->plug.context = s;
    struct stage_run run = rest(s);
    assert_in_range(run.counts.moved[0] + run.counts.moved[1], 1, 8);
    const char *first = arena_strdup(&s->life, json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.status.name"));
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), first);
    stage_close(s);
}

/* --- fuses --- */

static void after_a_fuse_one_can_go_on(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    for (int i = 0; i < 8; i++)
        person_creates(s, FIRST, "Bug", "The door squeaks", NULL);
    rest(s);
    for (int i = 1; i <= 6; i++)
        person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_DELETE,
                    arena_printf(&s->life, "/rest/api/2/issue/SB-%d", i), NULL);
    sweep(s);
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_FUSE);
    err_clear(&e);
    assert_false(stage_pass(s, &counts, &e)); /* until somebody has looked */
    assert_int_equal(e.kind, ERR_STATE);
    err_clear(&e);
    must(sync_set_state(s->store, sync_id(s), SYNC_RUNNING, NULL, &e), &e);
    rest(s);
    assert_int_equal(findings(s, "gone"), 6);
    sweep(s);
    rest(s); /* what is known to be gone blows no fuse */
    stage_close(s);
}

static void more_deletions_than_the_fuse_allows_go_on_once_a_person_agrees(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    for (int i = 0; i < 30; i++)
        person_comments(s, FIRST, "SA-1", "Again.");
    rest(s);
    for (int i = 0; i < 30; i++)
        person_deletes_comment(s, FIRST, "SA-1", "Again.");
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_FUSE);
    err_clear(&e);
    must(sync_set_state(s->store, sync_id(s), SYNC_RUNNING, NULL, &e), &e);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Again.", NULL), 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    stage_close(s);
}

/* --- clocks --- */

static void the_newest_change_wins_whatever_the_clocks_show(void **state)
{
    (void)state;
    static const int64_t SKEW[] = {3 * STAGE_HOUR, -3 * STAGE_HOUR, 7 * STAGE_MINUTE, -7 * STAGE_MINUTE};
    for (size_t i = 0; i < ARRAY_LEN(SKEW); i++) {
        struct stage *s =
            open_stage(&(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_CLOUD}, .skew_ms = SKEW[i]});
        one_issue(s);
        person_edits(s, SECOND, "SB-1", "summary", "Earlier");
        stage_wait(s, STAGE_MINUTE);
        person_edits(s, FIRST, "SA-1", "summary", "Later");
        rest(s);
        assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "Later");
        stage_wait(s, STAGE_MINUTE);
        person_edits(s, FIRST, "SA-1", "summary", "Earlier again");
        stage_wait(s, STAGE_MINUTE);
        person_edits(s, SECOND, "SB-1", "summary", "Latest");
        rest(s);
        assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.summary"), "Latest");
        stage_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_sent_at_birth_is_not_wiped_by_the_way_back),
        cmocka_unit_test(a_person_who_moves_the_issue_during_a_walk_ends_it),
        cmocka_unit_test(after_a_fuse_one_can_go_on),
        cmocka_unit_test(more_deletions_than_the_fuse_allows_go_on_once_a_person_agrees),
        cmocka_unit_test(the_newest_change_wins_whatever_the_clocks_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
