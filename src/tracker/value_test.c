#include "tracker/tracker.h"

#include "base/rng.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct value number(const char *text)
{
    return (struct value){.kind = VALUE_NUMBER, .text = text};
}

static struct value set_of(struct value *items, size_t count)
{
    return (struct value){.kind = VALUE_SET, .items = items, .count = count};
}

static void assert_same(struct value x, struct value y)
{
    struct arena a = ARENA_INIT;
    assert_true(value_equal(&x, &y));
    assert_true(value_equal(&y, &x));
    assert_string_equal(value_canonical(&a, &x), value_canonical(&a, &y));
    arena_release(&a);
}

static void assert_different(struct value x, struct value y)
{
    assert_false(value_equal(&x, &y));
    assert_false(value_equal(&y, &x));
}

static void spelling_is_no_difference(void **state)
{
    (void)state;
    assert_same(value_string("a\r\nb "), value_string("a\nb"));
    assert_same(number("3"), number("3.0"));
    assert_same(number("0"), number("-0.0"));
    assert_same(number("10"), number("1E1"));
    assert_same(value_rich("hello\n\nworld"), value_rich("hello\n\nworld\n"));
    assert_different(value_string("a"), value_string("A"));
    assert_different(number("0.1"), number("0.10000000001"));
    assert_different(value_rich("hello"), value_rich("world"));
}

static void options_are_known_by_id_and_without_one_by_name(void **state)
{
    (void)state;
    assert_same(value_option("3", "High"), value_option("3", "Hoch"));
    assert_different(value_option("3", "High"), value_option("4", "High"));
    struct value bare = value_option(NULL, "high"), whole = value_option("3", "High");
    assert_true(value_equal(&bare, &whole));
    assert_true(value_equal(&whole, &bare));
    struct value bare_set[] = {bare}, whole_set[] = {whole}, other_set[] = {value_option("4", "Low")};
    struct value x = set_of(bare_set, 1), y = set_of(whole_set, 1), z = set_of(other_set, 1);
    assert_true(value_equal(&x, &y));
    assert_different(x, z);
}

static void a_person_without_account_is_known_by_user_name(void **state)
{
    (void)state;
    struct value bare = {.kind = VALUE_USER, .text = "anna", .login = "anna"};
    struct value anna = {.kind = VALUE_USER, .id = "JIRAUSER1", .text = "Anna Example", .login = "Anna"};
    struct value twin = {.kind = VALUE_USER, .id = "JIRAUSER2", .text = "Anna Example", .login = "anna"};
    assert_true(value_equal(&bare, &anna));
    assert_false(value_equal(&anna, &twin));
    struct value people = set_of(&bare, 1), there = set_of(&anna, 1);
    assert_true(value_equal(&people, &there));
    bare.login = NULL;
    assert_false(value_equal(&bare, &anna));
}

static void a_set_knows_neither_order_nor_repetition(void **state)
{
    (void)state;
    struct value ab[] = {value_string("a"), value_string("b")};
    struct value bab[] = {value_string("b"), value_string("a"), value_string("b")};
    struct value other[] = {value_string("a"), value_string("B")};
    assert_same(set_of(ab, 2), set_of(bab, 3));
    assert_different(set_of(ab, 2), set_of(other, 2));
    /* the elements' own text cannot make two sets look alike */
    struct value joined[] = {value_string("a2:sb")};
    assert_different(set_of(ab, 2), set_of(joined, 1));
}

static void what_says_nothing_is_empty(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct value blank[] = {value_string(" ")};
    struct value nothing[] = {{0},
                              value_string(""),
                              value_string("  "),
                              value_rich(""),
                              value_rich("\n\n"),
                              value_option("", NULL),
                              set_of(NULL, 0),
                              set_of(blank, 1)};
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        assert_true(value_is_empty(&nothing[i]));
        assert_string_equal(value_canonical(&a, &nothing[i]), "");
    }
    assert_int_equal(value_string("").kind, VALUE_NONE);
    assert_int_equal(value_option(NULL, "").kind, VALUE_NONE);
    struct value zero = number("0");
    assert_false(value_is_empty(&zero));
    arena_release(&a);
}

static void names_are_compared_as_people_do(void **state)
{
    (void)state;
    assert_true(value_name_equal("In Progress", " in progress"));
    assert_true(value_name_equal("PRÜFUNG", "prüfung"));
    assert_true(value_name_equal("Pru\xCC\x88"
                                 "fung",
                                 "Pr\xC3\xBC"
                                 "fung"));
    assert_true(value_name_equal("STRASSE", "straße"));
    assert_false(value_name_equal("Open", "Opened"));
    assert_false(value_name_equal("Open", NULL));
    assert_false(value_name_equal("\xFF", "\xFE"));
}

/* Any value, from a seed. */
static struct value any_value(struct rng *rng, struct arena *a, int depth)
{
    struct value v = {.kind = (enum value_kind)rng_below(rng, depth ? VALUE_SET : VALUE_SET + 1)};
    char *text = arena_printf(a, "t%d-é\"\\", (int)rng_below(rng, 5));
    switch (v.kind) {
    case VALUE_NONE:
        break;
    case VALUE_OPTION:
    case VALUE_USER:
        v.id = rng_below(rng, 4) ? arena_printf(a, "%d", (int)rng_below(rng, 5)) : NULL;
        v.mail = v.kind == VALUE_USER && rng_below(rng, 2) ? "anna@example.org" : NULL;
        v.login = v.kind == VALUE_USER && rng_below(rng, 2) ? "anna" : NULL;
        v.text = rng_below(rng, 4) ? text : NULL;
        break;
    case VALUE_NUMBER:
        v.text = arena_printf(a, "%d.%d", (int)rng_below(rng, 5), (int)rng_below(rng, 5));
        break;
    case VALUE_STRING:
    case VALUE_RICH:
    case VALUE_DATE:
        v.text = text;
        break;
    case VALUE_SET:
        v.count = rng_below(rng, 4);
        v.items = v.count ? arena_array(a, struct value, v.count) : NULL;
        for (size_t i = 0; i < v.count; i++)
            v.items[i] = any_value(rng, a, depth + 1);
    }
    return v;
}

static void json_gives_back_what_it_took(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 2000; round++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct value v = any_value(&rng, &a, 0), back;
        char *text = json_print(&a, value_to_json(&a, &v));
        const json_t *again = json_parse(&a, text, strlen(text), true, "a value", &e);
        assert_true(value_from_json(&a, again, &back, &e));
        assert_true(value_equal(&v, &back));
        assert_string_equal(json_print(&a, value_to_json(&a, &back)), text);
        arena_release(&a);
    }
}

static void damaged_json_is_refused(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "1",
        "\"x\"",
        "[]",
        "{}",
        "{\"kind\":\"none\"}",
        "{\"kind\":\"colour\",\"text\":\"x\"}",
        "{\"kind\":\"string\",\"text\":3}",
        "{\"kind\":\"set\"}",
        "{\"kind\":\"set\",\"items\":{}}",
        "{\"kind\":\"string\",\"text\":\"x\",\"items\":[]}",
        "{\"kind\":\"set\",\"items\":[{\"kind\":\"option\",\"id\":3}]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct value v = value_string("untouched");
        const json_t *json = json_parse(&a, damaged[i], strlen(damaged[i]), true, "a value", &e);
        assert_non_null(json);
        assert_false(value_from_json(&a, json, &v, &e));
        assert_int_equal(e.kind, ERR_PARSE);
        assert_string_equal(v.text, "untouched");
        arena_release(&a);
    }
}

static void bytes_that_are_no_text_are_not_lost_in_silence(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct value v = value_string("a\xFF"
                                  "b");
    assert_string_equal(json_at_str(value_to_json(&a, &v), "text"), "a\xEF\xBF\xBD"
                                                                    "b");
    arena_release(&a);
}

static void people_read_a_short_form(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct value labels[] = {value_string("a"), value_string("b")};
    struct value set = set_of(labels, 2), none = {0}, option = value_option("3", "High"),
                 bare = value_option("3", NULL);
    struct value lines = value_string("one\ntwo");
    assert_string_equal(value_show(&a, &set), "a, b");
    assert_string_equal(value_show(&a, &none), "(empty)");
    assert_string_equal(value_show(&a, &option), "High");
    assert_string_equal(value_show(&a, &bare), "3");
    assert_string_equal(value_show(&a, &lines), "one two");
    struct value rich = value_rich("_hello_");
    assert_string_equal(value_show(&a, &rich), "hello");
    const char *sixty = "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää";
    struct value exact = value_string(sixty), longer = value_string(arena_printf(&a, "%sx", sixty));
    assert_string_equal(value_show(&a, &exact), sixty);
    assert_string_equal(value_show(&a, &longer), arena_printf(&a, "%s…", sixty));
    arena_release(&a);
}

static void two_long_texts_show_where_they_part(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char *long_text = "äöü the same words over and over, äöü the same words over and over, äöü the end is ";
    struct value x = value_string(arena_printf(&a, "%sone", long_text)),
                 y = value_rich(arena_printf(&a, "%s_two_", long_text)),
                 z = value_rich(arena_printf(&a, "%sthree", long_text)), none = {0}, brief = value_string("brief");
    assert_string_equal(value_show_beside(&a, &y, &z), "…er, äöü the end is two");
    assert_string_equal(value_show_beside(&a, &z, &y), "…er, äöü the end is three");
    assert_string_equal(value_show_beside(&a, &x, &z), value_show(&a, &x));
    assert_string_equal(value_show_beside(&a, &x, &none), value_show(&a, &x));
    assert_string_equal(value_show_beside(&a, &none, &x), "(empty)");
    assert_string_equal(value_show_beside(&a, &brief, &x), "brief");
    arena_release(&a);
}

static void a_type_is_found_by_id_then_by_name(void **state)
{
    (void)state;
    struct tracker_issue_type types[] = {
        {.id = "1", .name = "bug"}, {.id = "2", .name = "Bug"}, {.id = "3", .name = "2"}};
    struct tracker_project p = {.types = types, .type_count = 3};
    assert_ptr_equal(tracker_project_type(&p, "2"), &types[1]);
    assert_ptr_equal(tracker_project_type(&p, "Bug"), &types[1]);
    assert_ptr_equal(tracker_project_type(&p, "BUG"), &types[0]);
    assert_null(tracker_project_type(&p, "Story"));
    assert_null(tracker_project_type(&p, NULL));
    struct tracker_issue_field fields[] = {{"summary", value_string("x")}};
    struct tracker_issue issue = {.fields = fields, .field_count = 1};
    assert_string_equal(tracker_issue_value(&issue, "summary").text, "x");
    assert_int_equal(tracker_issue_value(&issue, "labels").kind, VALUE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spelling_is_no_difference),
        cmocka_unit_test(options_are_known_by_id_and_without_one_by_name),
        cmocka_unit_test(a_person_without_account_is_known_by_user_name),
        cmocka_unit_test(a_set_knows_neither_order_nor_repetition),
        cmocka_unit_test(what_says_nothing_is_empty),
        cmocka_unit_test(names_are_compared_as_people_do),
        cmocka_unit_test(json_gives_back_what_it_took),
        cmocka_unit_test(damaged_json_is_refused),
        cmocka_unit_test(bytes_that_are_no_text_are_not_lost_in_silence),
        cmocka_unit_test(people_read_a_short_form),
        cmocka_unit_test(two_long_texts_show_where_they_part),
        cmocka_unit_test(a_type_is_found_by_id_then_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
