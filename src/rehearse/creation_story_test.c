/* Creations in the wrong moment, clones, and issues that were there before. */
#include "rehearse/story.h"

/* --- creations in the wrong moment --- */

static void an_issue_that_is_deleted_before_its_partner_was_made(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "POST /rest/api/2/issue";
    s->plug.balk_status = 429;
    person_creates(s, FIRST, "Bug", "The window sticks", NULL);
    assert_false(stage_pass(s, &counts, &e));
    assert_int_equal(e.kind, ERR_RATE);
    err_clear(&e);
    s->plug.balks_at = NULL;
    person_call(s, SIDE_FIRST, PERSON_ADMIN, 204, HTTP_DELETE, "/rest/api/2/issue/SA-2", NULL);
    assert_int_equal(rest(s).failures, 0);
    assert_int_equal(pairs(s), 1);
    stage_close(s);
}

static void an_issue_that_is_deleted_while_its_creation_is_looked_for(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    static const enum fault FAULTS[] = {FAULT_LOST, FAULT_DROPPED, FAULT_TOO_LATE};
    for (size_t i = 0; i < ARRAY_LEN(FAULTS); i++) {
        struct stage *s = open_with(NULL);
        one_issue(s);
        person_creates(s, FIRST, "Bug", "The window sticks", NULL);
        plug_arm(&s->plug, FAULT_KILL, 2); /* after the site has made it */
        if (FAULTS[i] != FAULT_LOST)
            plug_arm(&s->plug, FAULTS[i], 1);
        if (!stage_pass(s, &counts, &e))
            err_clear(&e);
        must(stage_reopen(s, &e), &e);
        person_call(s, SIDE_FIRST, PERSON_ADMIN, 204, HTTP_DELETE, "/rest/api/2/issue/SA-2", NULL);
        rest(s);
        stage_wait(s, 20 * STAGE_MINUTE);
        rest(s);
        assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
        const json_t *all = get(s, SIDE_FIRST, "/rest/api/2/search?jql=project=SA%s", "");
        assert_int_equal(json_at_int(all, "total", -1), 1); /* what was deleted does not come back */
        stage_close(s);
    }
}

static void leave_stories_out(struct arena *a, struct config *c)
{
    (void)a;
    for (int s = 0; s < 2; s++) {
        struct config_connector *half = &c->connector[s];
        for (size_t i = 0; i < half->type_count; i++)
            if (str_eq(half->types[i].name, "Story")) {
                half->types[i] = half->types[half->type_count - 1];
                half->type_count--;
            }
    }
}

static void an_issue_whose_type_takes_no_part_any_more_stops_nobody(void **state)
{
    (void)state;
    struct stage *s = open_with(leave_stories_out);
    one_issue(s);
    s->plug.balks_at = "POST /rest/api/2/issue";
    s->plug.balk_status = 400;
    person_creates(s, FIRST, "Bug", "The window sticks", NULL);
    rest(s);
    assert_int_equal(findings(s, "quarantine"), 1);
    s->plug.balks_at = NULL;
    person_call(s, FIRST, 204, HTTP_PUT, "/rest/api/2/issue/SA-2", "{'fields':{'issuetype':{'name':'Story'}}}");
    person_edits(s, FIRST, "SA-1", "summary", "The door squeaks at night");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.summary"), "The door squeaks at night");
    person_call(s, FIRST, 204, HTTP_PUT, "/rest/api/2/issue/SA-2", "{'fields':{'issuetype':{'name':'Task'}}}");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-2"), "fields.summary"), "The window sticks");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_sub_task_gets_its_partner_when_its_parent_has_one(void **state)
{
    (void)state;
    struct stage *s = open_with(leave_stories_out);
    one_issue(s);
    person_creates(s, FIRST, "Story", "Welcome guests", NULL);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'parent':{'key':'SA-2'},"
                "'summary':'Bake a cake'}}");
    rest(s);
    assert_int_equal(findings(s, "waiting"), 1);
    stage_wait(s, STAGE_HOUR);
    person_call(s, FIRST, 204, HTTP_PUT, "/rest/api/2/issue/SA-2", "{'fields':{'issuetype':{'name':'Task'}}}");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-3"), "fields.parent.key"), "SB-2");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_sub_task_of_a_refused_parent_lets_the_pass_end(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    s->plug.balks_at = "POST /rest/api/2/issue";
    s->plug.balk_status = 400;
    person_creates(s, FIRST, "Task", "Welcome guests", NULL);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Sub-task'},'parent':{'key':'SA-2'},"
                "'summary':'Bake a cake'}}");
    rest(s);
    s->plug.balks_at = NULL;
    person_edits(s, FIRST, "SA-2", "summary", "Welcome all guests");
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-3"), "fields.parent.key"), "SB-2");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_clone_that_carries_our_properties_is_an_issue_of_its_own(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    const char *token =
        arena_strdup(&s->life, json_at_str(get(s, SIDE_SECOND, "/rest/api/2/issue/%s/properties/tandem.token", "SB-1"),
                                           "value.token"));
    const char *origin = arena_strdup(
        &s->life, json_print(&s->life, json_object_get(
                                           get(s, SIDE_SECOND, "/rest/api/2/issue/%s/properties/tandem.origin", "SB-1"),
                                           "value")));
    person_call(s, SECOND, 201, HTTP_POST, "/rest/api/2/issue",
                "{'fields':{'project':{'key':'SB'},'issuetype':{'name':'Bug'},'summary':'CLONE - The door'},"
                "'properties':[{'key':'tandem.token','value':{'token':'%s'}},{'key':'tandem.origin','value':%s}]}",
                token, origin);
    rest(s);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-2"), "fields.summary"), "CLONE - The door");
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

/* --- two that met before Tandem came --- */

static void issues_that_were_there_before_are_joined_without_doubles(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stage *s = open_with(NULL);
    person_creates(s, FIRST, "Bug", "The door squeaks", "Oil it.");
    person_creates(s, SECOND, "Bug", "The door squeaks", "Leave it.");
    person_labels(s, FIRST, "SA-1", "door", true);
    person_comments(s, FIRST, "SA-1", "Since Monday.");
    person_comments(s, SECOND, "SB-1", "Since Monday.");
    person_comments(s, FIRST, "SA-1", "+1");
    person_comments(s, FIRST, "SA-1", "+1");
    person_comments(s, SECOND, "SB-1", "+1");
    person_comments(s, SECOND, "SB-1", "Only here.");
    struct pair pair = {.sync_id = sync_id(s), .state = PAIR_OPEN, .key = {"SA-1", "SB-1"}, .is_dirty = true};
    pair.issue_id[0] = arena_strdup(&s->life, json_at_str(issue(s, SIDE_FIRST, "SA-1"), "id"));
    pair.issue_id[1] = arena_strdup(&s->life, json_at_str(issue(s, SIDE_SECOND, "SB-1"), "id"));
    must(pair_add(s->store, &pair, &e), &e);
    rest(s);
    assert_int_equal(pairs(s), 1);
    assert_int_equal(findings(s, "ask"), 1);
    assert_string_equal(json_at_str(issue(s, SIDE_FIRST, "SA-1"), "fields.description"), "Oil it.");
    assert_string_equal(json_at_str(issue(s, SIDE_SECOND, "SB-1"), "fields.description"), "Leave it.");
    assert_int_equal(json_array_size(json_at(issue(s, SIDE_SECOND, "SB-1"), "fields.labels")), 1);
    for (int side = 0; side < 2; side++) {
        const char *key = side ? "SB-1" : "SA-1";
        assert_int_equal(says(s, (enum side)side, key, "Monday", NULL), 1);
        assert_int_equal(says(s, (enum side)side, key, "+1", NULL), 2);
        assert_int_equal(says(s, (enum side)side, key, "Only here", NULL), 1);
    }
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_issue_that_is_deleted_before_its_partner_was_made),
        cmocka_unit_test(an_issue_that_is_deleted_while_its_creation_is_looked_for),
        cmocka_unit_test(an_issue_whose_type_takes_no_part_any_more_stops_nobody),
        cmocka_unit_test(a_sub_task_gets_its_partner_when_its_parent_has_one),
        cmocka_unit_test(a_sub_task_of_a_refused_parent_lets_the_pass_end),
        cmocka_unit_test(a_clone_that_carries_our_properties_is_an_issue_of_its_own),
        cmocka_unit_test(issues_that_were_there_before_are_joined_without_doubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
