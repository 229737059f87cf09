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

static void a_clock_that_is_set_right_meanwhile_is_noticed(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s =
        open_stage(&(struct stage_settings){.dialect = {SANDBOX_DC8, SANDBOX_DC10}, .skew_ms = STAGE_HOUR});
    one_issue(s);
    s->site_clock[SIDE_SECOND].ahead_ms = 0; /* the engine is the same, and remembers an hour */
    stage_wait(s, 2 * STAGE_HOUR);
    person_edits(s, FIRST, "SA-1", "summary", "Earlier");
    stage_wait(s, STAGE_MINUTE);
    person_edits(s, SECOND, "SB-1", "summary", "Later");
    rest(s);
    must(stage_trouble(s, &e), &e);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.summary"), "Later");
    stage_close(s);
}

/* The workflow is learnt from another issue, and that one is not ours to see. */
static void an_issue_that_teaches_nothing_holds_nobody_up(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_creates(s, FIRST, "Bug", "The window sticks", NULL);
    person_moves(s, FIRST, "SA-2", "In Progress");
    rest(s);
    const char *id = arena_strdup(&s->life, json_at_str(issue(s, SIDE_SECOND, "SB-2"), "id"));
    s->plug.balks_at = arena_printf(&s->life, "GET /rest/api/2/issue/%s/transitions", id);
    s->plug.balk_status = 404;
    person_moves(s, FIRST, "SA-1", "In Progress");
    person_moves(s, FIRST, "SA-1", "In Review");
    person_edits(s, FIRST, "SA-2", "summary", "The window sticks again");
    assert_int_equal(rest(s).failures, 0);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-2"), "fields.summary"), "The window sticks again");
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.status.name"), "In Review");
    stage_close(s);
}

static bool refuse_search(struct tracker *t, struct arena *a, int64_t since_ms, const char *known_key,
                          const char *const *fields, size_t field_count, struct tracker_issue **r, size_t *count_r,
                          struct err *e)
{
    (void)t, (void)a, (void)since_ms, (void)known_key, (void)fields, (void)field_count, (void)r, (void)count_r;
    return err_set(e, ERR_REFUSED, "the field creator cannot be searched by this user");
}

/* A creation whose reply is lost, on a site that refuses to be searched for it: it waits, and is made once. */
static void a_site_that_refuses_the_search_for_a_creation_holds_up_only_that(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_creates(s, FIRST, "Bug", "The window sticks", NULL);
    const struct tracker_ops *whole = s->tracker[SIDE_SECOND]->ops;
    struct tracker_ops ops = *whole;
    ops.created_since = refuse_search;
    s->tracker[SIDE_SECOND]->ops = &ops;
    plug_arm(&s->plug, FAULT_LOST, 1);
    must(stage_pass(s, &counts, &e), &e);
    plug_arm(&s->plug, FAULT_NONE, 0);
    stage_wait(s, 2 * STAGE_MINUTE);
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks again");
    must(stage_pass(s, &counts, &e), &e);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks again");
    assert_int_equal(findings(s, "waiting"), 1);
    s->tracker[SIDE_SECOND]->ops = whole;
    rest(s);
    assert_int_equal(pairs(s), 2);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-2"), "fields.summary"), "The window sticks");
    person_call(s, SIDE_SECOND, PERSON_ADMIN, 404, HTTP_GET, "/rest/api/2/issue/SB-3", NULL);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_sent_at_birth_is_not_wiped_by_the_way_back),
        cmocka_unit_test(a_person_who_moves_the_issue_during_a_walk_ends_it),
        cmocka_unit_test(after_a_fuse_one_can_go_on),
        cmocka_unit_test(more_deletions_than_the_fuse_allows_go_on_once_a_person_agrees),
        cmocka_unit_test(the_newest_change_wins_whatever_the_clocks_show),
        cmocka_unit_test(a_clock_that_is_set_right_meanwhile_is_noticed),
        cmocka_unit_test(an_issue_that_teaches_nothing_holds_nobody_up),
        cmocka_unit_test(a_site_that_refuses_the_search_for_a_creation_holds_up_only_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
