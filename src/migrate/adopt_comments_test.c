#include "migrate/adopt_comments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE ((int64_t)60 * 1000)

/* A comment that says this, made at that minute. */
static struct adopt_comment said(const char *text, int64_t minute, enum adopt_named named)
{
    return (struct adopt_comment){.says = text, .plain = text, .named = named, .created_ms = minute * MINUTE};
}

static void equal_words_find_the_nearest_and_nobody_takes_anothers_partner(void **state)
{
    (void)state;
    struct adopt_comment x[] = {said("+1", 10, ADOPT_NAMED), said("+1", 30, ADOPT_NAMED)};
    struct adopt_comment y[] = {said("+1", 31, ADOPT_NAMED), said("+1", 11, ADOPT_NAMED)};
    adopt_match(x, 2, y, 2);
    assert_int_equal(x[0].partner, 1);
    assert_int_equal(x[1].partner, 0);
    assert_int_equal(y[0].partner, 1);
}

static void what_was_synchronized_is_no_partner_of_what_was_not(void **state)
{
    (void)state;
    struct adopt_comment x[] = {said("Same words here", 10, ADOPT_NAMED)};
    struct adopt_comment y[] = {said("Same words here", 10, ADOPT_NOT_NAMED), said("Same words here", 50, ADOPT_NAMED)};
    adopt_match(x, 1, y, 2);
    assert_int_equal(x[0].partner, 1);
    assert_int_equal(y[0].partner, ADOPT_ALONE);
    y[1].named = ADOPT_NOT_NAMED;
    adopt_match(x, 1, y, 2);
    assert_int_equal(x[0].partner, ADOPT_ALONE);
    x[0].named = ADOPT_UNTOLD;
    adopt_match(x, 1, y, 2);
    assert_int_equal(x[0].partner, 0);
}

static void a_copy_is_told_by_what_was_put_before_it(void **state)
{
    (void)state;
    struct adopt_comment x[] = {said("Ada said:\n\nIt is broken again", 5, ADOPT_NAMED), said("ok", 6, ADOPT_NAMED)};
    struct adopt_comment y[] = {said("It is broken again", 6, ADOPT_NAMED), said("Ada said: ok", 900, ADOPT_NAMED)};
    adopt_match(x, 2, y, 2);
    assert_int_equal(x[0].partner, 0);
    assert_int_equal(x[0].origin, SIDE_SECOND);  /* whatever the clocks say */
    assert_int_equal(x[1].partner, ADOPT_ALONE); /* two letters are found anywhere */
}

static void what_is_left_is_told_by_order_all_of_it_or_none(void **state)
{
    (void)state;
    struct adopt_comment x[] = {said("a", 10, ADOPT_NAMED), said("n", 11, ADOPT_NOT_NAMED), said("b", 40, ADOPT_NAMED)};
    struct adopt_comment y[] = {said("A", 12, ADOPT_NAMED), said("B", 42, ADOPT_NAMED)};
    adopt_match(x, 3, y, 2);
    assert_int_equal(x[0].partner, 0);
    assert_int_equal(x[1].partner, ADOPT_ALONE);
    assert_int_equal(x[2].partner, 1);
    assert_int_equal(x[2].origin, SIDE_FIRST);
    y[1].created_ms += 120 * MINUTE; /* a copy is not made two hours later */
    adopt_match(x, 3, y, 2);
    assert_int_equal(x[0].partner, ADOPT_ALONE);
    adopt_match(x, 3, y, 1);
    assert_int_equal(x[0].partner, ADOPT_ALONE);
    adopt_match(NULL, 0, y, 1);
    assert_int_equal(y[0].partner, ADOPT_ALONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_words_find_the_nearest_and_nobody_takes_anothers_partner),
        cmocka_unit_test(what_was_synchronized_is_no_partner_of_what_was_not),
        cmocka_unit_test(a_copy_is_told_by_what_was_put_before_it),
        cmocka_unit_test(what_is_left_is_told_by_order_all_of_it_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
