/* What the verification says of both sides. */
#include "rehearse/story.h"

/* --- the verification --- */

static void the_verification_names_every_difference(void **state)
{
    (void)state;
    size_t open;
    struct stage *s = open_with(name_a_role);
    one_issue(s);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue/SA-1/comment",
                "{'body':'Only for us.','visibility':{'type':'role','value':'Developers'}}");
    person_creates(s, FIRST, "Task", "Paint the fence", NULL);
    person_creates(s, FIRST, "Task", "Order paint", NULL);
    rest(s);
    struct engine_verify r = verify(s);
    assert_int_equal(r.equal, 3);
    assert_int_equal(r.line_count, 0);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Only", &open), 1);
    assert_int_equal(open, 0);

    person_call(s, SECOND, 204, HTTP_PUT, "/rest/api/2/issue/SB-2", "{'fields':{'issuetype':{'name':'Bug'}}}");
    r = verify(s);
    assert_int_equal(r.equal, 2);
    assert_true(tells(&r, "issuetype"));
    person_call(s, SECOND, 204, HTTP_PUT, "/rest/api/2/issue/SB-2", "{'fields':{'issuetype':{'name':'Task'}}}");

    restrict_to(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Only", "Only for us, or not.", "Developers");
    r = verify(s);
    assert_int_equal(r.equal, 2);
    assert_true(tells(&r, "differ"));
    person_deletes_comment(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Only");
    r = verify(s);
    assert_int_equal(r.equal, 2);
    assert_true(tells(&r, "the second is not there"));

    person_edits(s, SECOND, "SB-3", "summary", "Order more paint");
    person_moves(s, SECOND, "SB-3", "In Progress");
    person_comments(s, SECOND, "SB-3", "How much?");
    r = verify(s);
    assert_int_equal(r.equal, 1);
    assert_true(tells(&r, "summary") && tells(&r, "status") && tells(&r, "has no partner"));

    person_call(s, SIDE_SECOND, PERSON_ADMIN, 204, HTTP_DELETE, "/rest/api/2/issue/SB-2", NULL);
    person_creates(s, SECOND, "Task", "One more", NULL);
    r = verify(s);
    assert_int_equal(r.equal, 0);
    assert_int_equal(r.missing[SIDE_SECOND], 1);
    assert_int_equal(r.missing[SIDE_FIRST], 1);
    assert_true(tells(&r, "SB-2, the partner of SA-2, is not there") && tells(&r, "SB-4 has no partner"));
    stage_close(s);
}

static void the_verification_names_what_people_deleted_and_what_came_twice(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct engine_counts counts;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_comments(s, FIRST, "SA-1", "Every morning.");
    plug_arm(&s->plug, FAULT_TWICE, 1);
    must(stage_pass(s, &counts, &e), &e);
    plug_arm(&s->plug, FAULT_NONE, 0);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "morning", NULL), 2);
    struct engine_verify r = verify(s);
    assert_int_equal(r.equal, 0);
    assert_int_equal(r.doubled[SIDE_SECOND], 1);
    assert_true(tells(&r, "twin"));
    person_deletes_comment(s, SIDE_SECOND, PERSON_ADMIN, "SB-1", "Monday");
    rest(s);
    r = verify(s);
    assert_true(tells(&r, "lost"));
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verification_names_every_difference),
        cmocka_unit_test(the_verification_names_what_people_deleted_and_what_came_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
