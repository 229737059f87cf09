/* Restricted comments: what was written for a few stays with a few. */
#include "rehearse/story.h"

/* --- restricted comments --- */

static void a_comment_that_is_restricted_later_shows_no_new_text_openly(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    restrict_to(s, FIRST, "SA-1", "Monday", "The secret is 42.", "Developers");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "42", NULL), 0);
    assert_int_equal(findings(s, "quarantine"), 1);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    restrict_to(s, FIRST, "SA-1", "42", "Now for all: 43.", NULL);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "43", NULL), 1);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_comment_that_is_restricted_without_another_word_is_told(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    restrict_to(s, FIRST, "SA-1", "Monday", "Since Monday.", "Developers");
    rest(s);
    assert_int_equal(findings(s, "quarantine"), 1);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", NULL), 1);
    restrict_to(s, FIRST, "SA-1", "Monday", "Since Monday.", NULL);
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_copy_is_restricted_with_its_original(void **state)
{
    (void)state;
    size_t open;
    struct stage *s = open_with(name_a_role);
    one_issue(s);
    restrict_to(s, FIRST, "SA-1", "Monday", "Since Monday.", "Developers");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Monday", &open), 1);
    assert_int_equal(open, 0);
    restrict_to(s, FIRST, "SA-1", "Monday", "The secret is 42.", "Developers");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "42", &open), 1);
    assert_int_equal(open, 0);
    sweep(s);
    assert_int_equal(rest(s).writes, 0);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void a_comment_born_restricted_travels_once_it_is_opened(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_call(s, FIRST, 201, HTTP_POST, "/rest/api/2/issue/SA-1/comment",
                "{'body':'Only for us.','visibility':{'type':'role','value':'Developers'}}");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Only", NULL), 0);
    assert_int_equal(findings(s, "quarantine"), 1);
    restrict_to(s, FIRST, "SA-1", "Only", "Only for us.", NULL);
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "Only", NULL), 1);
    assert_int_equal(findings(s, NULL), 0);
    stage_close(s);
}

static void one_hidden_comment_of_two_is_not_a_deleted_one(void **state)
{
    (void)state;
    struct stage *s = open_with(NULL);
    one_issue(s);
    person_comments(s, FIRST, "SA-1", "Every morning.");
    rest(s);
    person_hides_comment(s, SIDE_FIRST, PERSON_ADMIN, "SA-1", "morning");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "morning", NULL), 1);
    assert_int_equal(findings(s, "unseen"), 1);
    restrict_to(s, SIDE_FIRST, PERSON_ADMIN, "SA-1", "morning", "Every morning.", NULL);
    rest(s);
    assert_int_equal(findings(s, NULL), 0);
    person_deletes_comment(s, FIRST, "SA-1", "morning");
    rest(s);
    assert_int_equal(says(s, SIDE_SECOND, "SB-1", "morning", NULL), 0);
    stage_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_that_is_restricted_later_shows_no_new_text_openly),
        cmocka_unit_test(a_comment_that_is_restricted_without_another_word_is_told),
        cmocka_unit_test(a_copy_is_restricted_with_its_original),
        cmocka_unit_test(a_comment_born_restricted_travels_once_it_is_opened),
        cmocka_unit_test(one_hidden_comment_of_two_is_not_a_deleted_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
