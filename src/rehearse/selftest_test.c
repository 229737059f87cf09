#include "rehearse/selftest.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct heard {
    int lines;
    char last[2000];
};

static void hear(void *context, const char *text)
{
    struct heard *h = context;
    h->lines++;
    snprintf(h->last, sizeof h->last, "%s", text);
}

static struct selftest_report must_run(const struct selftest_options *o)
{
    struct selftest_report r;
    struct err e = ERR_INIT;
    if (!selftest_run(o, &r, &e))
        fail_msg("%s", e.text);
    return r;
}

static void one_case_can_be_played_by_its_name(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct selftest_report r =
        must_run(&(struct selftest_options){.only = "edit:kill@3:kill@2", .say = hear, .context = &heard});
    assert_int_equal(r.cases, 1);
    assert_int_equal(r.double_kills, 1);
    assert_int_equal(r.failures, 0);
    assert_int_equal(r.histories, 0);
    assert_int_equal(heard.lines, 1);
}

static void one_history_can_be_played_by_its_seed(void **state)
{
    (void)state;
    struct selftest_report r = must_run(&(struct selftest_options){.only = "history:17"});
    assert_int_equal(r.histories, 1);
    assert_int_equal(r.cases, 0);
}

static void what_is_known_to_fail_is_said_each_time_and_does_not_count(void **state)
{
    (void)state;
    struct heard heard = {0};
    struct selftest_options o = {.only = "no-properties:twice@1", .say = hear, .context = &heard};
    struct selftest_report r = must_run(&o);
    assert_int_equal(r.known, 1);
    assert_int_equal(r.failures, 0);
    assert_int_equal(heard.lines, 2);
}

static void a_name_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"nothing", "edit:kill", "edit:burn@1", "edit:kill@x", "history:x", "edit:"};
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        struct selftest_report r;
        struct err e = ERR_INIT;
        assert_false(selftest_run(&(struct selftest_options){.only = NAMES[i]}, &r, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, NAMES[i]));
    }
}

static void the_same_seed_plays_the_same_cases(void **state)
{
    (void)state;
    struct selftest_options o = {.seed = 5, .share = 10, .only = "comment-edited"};
    struct selftest_report r = must_run(&o), again = must_run(&o);
    assert_int_not_equal(r.cases, 0);
    r.took_ms = again.took_ms = 0;
    assert_memory_equal(&r, &again, sizeof r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_case_can_be_played_by_its_name),
        cmocka_unit_test(one_history_can_be_played_by_its_seed),
        cmocka_unit_test(what_is_known_to_fail_is_said_each_time_and_does_not_count),
        cmocka_unit_test(a_name_that_is_none_is_refused),
        cmocka_unit_test(the_same_seed_plays_the_same_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
