#include "sync/diff.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* One field, the same on both sides, passed through. */
struct fixture {
    struct arena a;
    struct config config;
    struct config_field field;
    struct tracker_project projects[2];
    struct mapping mapping;
    struct diff_input in;
    struct err e;
};

static void fixture_init(struct fixture *f, const char *id)
{
    *f = (struct fixture){.field = {.kind = CONFIG_PASSTHROUGH, .fills_empty = true, .first_contact = CONFIG_ASK}};
    for (int s = 0; s < 2; s++) {
        f->field.half[s] =
            (struct config_field_half){.id = id, .name = id, .type = "string", .sends = true, .receives = true};
        f->in.sends[s] = f->in.receives[s] = true;
    }
    f->config.fields = &f->field;
    f->config.field_count = 1;
    f->mapping = (struct mapping){.config = &f->config, .projects = {&f->projects[0], &f->projects[1]}};
    f->in.mapping = &f->mapping;
    f->in.field = &f->field;
    f->in.has_base = true;
    f->in.resync_from = -1;
}

static struct value set_of(struct arena *a, const char *words)
{
    char **parts;
    struct value *items = NULL;
    size_t count = 0, n = str_split(a, words, ' ', &parts);
    for (size_t i = 0; i < n; i++)
        if (*parts[i])
            *arena_push(a, items, count) = value_string(parts[i]);
    return (struct value){.kind = count ? VALUE_SET : VALUE_NONE, .items = items, .count = count};
}

static void texts(struct fixture *f, const char *base, const char *first, const char *second)
{
    f->in.base[0] = f->in.base[1] = value_string(base);
    f->in.now[0] = value_string(first);
    f->in.now[1] = value_string(second);
}

static struct diff_result run(struct fixture *f)
{
    err_clear(&f->e);
    return diff_field(&f->in, &f->a, &f->e);
}

static void nothing_changed_means_nothing_even_if_the_sides_differ(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    texts(&f, "x", "one", "two");
    f.in.base[0] = value_string("one");
    f.in.base[1] = value_string("two");
    assert_int_equal(run(&f).verdict, DIFF_NOTHING);
    arena_release(&f.a);
}

static void one_change_travels_either_way(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    texts(&f, "old", "new", "old");
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_SECOND);
    assert_string_equal(r.value.text, "new");
    assert_false(r.has_loser);
    texts(&f, "old", "old", "new");
    r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_FIRST);
    arena_release(&f.a);
}

static void equal_changes_settle_without_a_write(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    texts(&f, "old", "new", "new");
    assert_int_equal(run(&f).verdict, DIFF_SETTLE);
    arena_release(&f.a);
}

static void the_newest_of_two_changes_wins_and_the_loser_is_kept(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    texts(&f, "old", "mine", "yours");
    assert_int_equal(run(&f).verdict, DIFF_NEED_TIME);
    f.in.times_known = true;
    f.in.changed_ms[0] = 100;
    f.in.changed_ms[1] = 200;
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_FIRST);
    assert_string_equal(r.value.text, "yours");
    assert_true(r.has_loser);
    assert_string_equal(r.loser.text, "mine");
    arena_release(&f.a);
}

static void a_conflict_can_wait_for_a_person(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    f.field.conflict = CONFIG_ASK;
    texts(&f, "old", "mine", "yours");
    assert_int_equal(run(&f).verdict, DIFF_ASK);
    f.field.conflict = CONFIG_SECOND_WINS;
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_FIRST);
    arena_release(&f.a);
}

static void sets_merge_by_element(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "labels");
    f.in.base[0] = f.in.base[1] = set_of(&f.a, "a b c");
    f.in.now[0] = set_of(&f.a, "a b c mine");
    f.in.now[1] = set_of(&f.a, "a c yours");
    struct diff_result r = run(&f);
    struct value want = set_of(&f.a, "a c mine yours");
    assert_int_equal(r.verdict, DIFF_MERGE);
    assert_int_equal(r.side, SIDE_FIRST);
    assert_true(value_equal(&r.value, &want));
    assert_true(value_equal(&r.own_base, &f.in.now[1])); /* so that "mine" shows as the first side's change next */
    arena_release(&f.a);
}

static void texts_merge_by_blocks(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "description");
    f.in.base[0] = f.in.base[1] = value_rich("one\n\ntwo\n\nthree");
    f.in.now[0] = value_rich("ONE\n\ntwo\n\nthree");
    f.in.now[1] = value_rich("one\n\ntwo\n\nTHREE");
    struct diff_result r = run(&f);
    struct value want = value_rich("ONE\n\ntwo\n\nTHREE");
    assert_int_equal(r.verdict, DIFF_MERGE);
    assert_true(value_equal(&r.value, &want));
    arena_release(&f.a);
}

static void a_receivers_edit_of_a_one_way_mapping_drifts(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    f.in.sends[SIDE_SECOND] = false;
    texts(&f, "old", "old", "edited there");
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_DRIFT);
    assert_int_equal(r.side, SIDE_SECOND);
    texts(&f, "old", "new", "edited there");
    r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_SECOND);
    assert_string_equal(r.loser.text, "edited there");
    arena_release(&f.a);
}

static void first_contact_settles_fills_or_asks(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    f.in.has_base = false;
    texts(&f, NULL, "same", "same");
    assert_int_equal(run(&f).verdict, DIFF_SETTLE);
    texts(&f, NULL, "filled", NULL);
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_SECOND);
    texts(&f, NULL, "mine", "yours");
    assert_int_equal(run(&f).verdict, DIFF_ASK);
    f.field.first_contact = CONFIG_FIRST_WINS;
    assert_int_equal(run(&f).verdict, DIFF_WRITE);
    arena_release(&f.a);
}

static void first_contact_of_a_one_way_mapping_asks_before_it_goes_over_anything(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    f.in.has_base = false;
    f.in.sends[SIDE_SECOND] = f.in.receives[SIDE_FIRST] = false;
    texts(&f, NULL, "mine", "yours");
    assert_int_equal(run(&f).verdict, DIFF_ASK);
    texts(&f, NULL, "mine", NULL);
    assert_int_equal(run(&f).verdict, DIFF_WRITE);
    texts(&f, NULL, "mine", "yours");
    f.in.is_decided = true;
    f.in.decided = SIDE_FIRST;
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_int_equal(r.side, SIDE_SECOND);
    assert_string_equal(r.loser.text, "yours");
    f.in.decided = SIDE_SECOND;
    assert_int_equal(run(&f).verdict, DIFF_SETTLE);
    f.in.is_decided = false;
    f.field.first_contact = CONFIG_FIRST_WINS;
    assert_int_equal(run(&f).verdict, DIFF_WRITE);
    arena_release(&f.a);
}

static void a_resync_sends_what_did_not_change(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "summary");
    f.in.resync_from = SIDE_FIRST;
    texts(&f, "x", "right", "wrong");
    f.in.base[0] = value_string("right");
    f.in.base[1] = value_string("wrong");
    struct diff_result r = run(&f);
    assert_int_equal(r.verdict, DIFF_WRITE);
    assert_string_equal(r.value.text, "right");
    arena_release(&f.a);
}

static void a_value_without_partner_fails_with_its_name(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "priority");
    struct tracker_option there[] = {{"1", "High"}};
    f.field.half[0].type = f.field.half[1].type = "priority";
    f.projects[1].priorities = there;
    f.projects[1].priority_count = 1;
    f.in.base[0] = value_option("7", "High");
    f.in.base[1] = value_option("1", "High");
    f.in.now[0] = value_option("8", "Blocker");
    f.in.now[1] = value_option("1", "High");
    assert_int_equal(run(&f).verdict, DIFF_FAIL);
    assert_int_equal(f.e.kind, ERR_MAPPING);
    assert_non_null(strstr(f.e.text, "Blocker"));
    arena_release(&f.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_means_nothing_even_if_the_sides_differ),
        cmocka_unit_test(one_change_travels_either_way),
        cmocka_unit_test(equal_changes_settle_without_a_write),
        cmocka_unit_test(the_newest_of_two_changes_wins_and_the_loser_is_kept),
        cmocka_unit_test(a_conflict_can_wait_for_a_person),
        cmocka_unit_test(sets_merge_by_element),
        cmocka_unit_test(texts_merge_by_blocks),
        cmocka_unit_test(a_receivers_edit_of_a_one_way_mapping_drifts),
        cmocka_unit_test(first_contact_settles_fills_or_asks),
        cmocka_unit_test(first_contact_of_a_one_way_mapping_asks_before_it_goes_over_anything),
        cmocka_unit_test(a_resync_sends_what_did_not_change),
        cmocka_unit_test(a_value_without_partner_fails_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
