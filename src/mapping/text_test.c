/* What a text names, as the other side names it. */
#include "mapping/fixture.h"
#include "mapping/mapping.h"
#include "tracker/rich.h"

struct world {
    struct arena arena;
    struct config config;
    struct mapping mapping;
    int asked;
    bool is_away;
};

static bool find_user(void *context, enum side side, const char *who, struct arena *a, struct value *r, struct err *e)
{
    struct world *w = context;
    (void)a;
    w->asked++;
    *r = (struct value){0};
    if (w->is_away)
        return err_set(e, ERR_UNAVAILABLE, "the site is away");
    if (str_eq(who, "two@example.com"))
        return err_set(e, ERR_MAPPING, "two accounts");
    if (side == SIDE_FIRST && (str_eq(who, "ann") || str_eq(who, "ann@example.com")))
        *r = (struct value){
            .kind = VALUE_USER, .id = "ann", .login = "ann", .text = "Ann Archer", .mail = "ann@example.com"};
    if (side == SIDE_FIRST && str_eq(who, "two"))
        *r = (struct value){
            .kind = VALUE_USER, .id = "two", .login = "two", .text = "Two Timer", .mail = "two@example.com"};
    if (side == SIDE_SECOND && (str_eq(who, "712020:ann") || str_eq(who, "ann@example.com")))
        *r = (struct value){.kind = VALUE_USER, .id = "712020:ann", .text = "Ann A.", .mail = "ann@example.com"};
    return true;
}

static bool find_pair(void *context, enum side from, const char *key, struct arena *a, const char **r, struct err *e)
{
    (void)context;
    (void)a;
    (void)e;
    *r = str_eq(key, from == SIDE_FIRST ? "SA-7" : "SB-70") ? (from == SIDE_FIRST ? "SB-70" : "SA-7") : NULL;
    return true;
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->config = fixture_config(&w->arena);
    w->config.connector[SIDE_SECOND].deployment = "cloud";
    w->config.connector[SIDE_FIRST].deployment = "datacenter";
    w->config.connector[SIDE_FIRST].renames_issues = w->config.connector[SIDE_SECOND].renames_issues = true;
    w->mapping = (struct mapping){.config = &w->config,
                                  .users = {find_user, w},
                                  .pairs = {find_pair, w},
                                  .site_url = {"https://a.example.com/jira", "https://b.atlassian.net"}};
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_release(&w->arena);
    free(w);
    return 0;
}

static const char *crossed(struct world *w, enum side from, const char *text)
{
    struct err e = ERR_INIT;
    const char *r;
    if (!mapping_text(&w->mapping, &w->arena, from, text, &r, &e))
        fail_msg("%s", e.text);
    return r;
}

static const char *neutral(struct world *w, enum side side, const char *text)
{
    struct err e = ERR_INIT;
    const char *r;
    if (!mapping_text_neutral(&w->mapping, &w->arena, side, text, &r, &e))
        fail_msg("%s", e.text);
    return r;
}

static void a_mention_is_found_by_address(void **state)
{
    struct world *w = *state;
    assert_string_equal(crossed(w, SIDE_FIRST, "Ask [~ann]."), "Ask [~accountid:712020:ann].");
    assert_string_equal(crossed(w, SIDE_SECOND, "Ask [~accountid:712020:ann]."), "Ask [~ann].");
}

static void nobody_and_several_are_plain_names(void **state)
{
    struct world *w = *state;
    assert_string_equal(crossed(w, SIDE_FIRST, "Ask [~zoe]."), "Ask @zoe.");
    assert_string_equal(crossed(w, SIDE_FIRST, "Ask [~two]."), "Ask @Two Timer.");
}

static void a_list_of_people_is_asked_first_and_costs_nothing(void **state)
{
    struct world *w = *state;
    struct tracker_option first[] = {{"JIRAUSER1", "bob"}}, second[] = {{"712020:bob", "Bob B."}};
    struct config_field *fields = arena_array(&w->arena, struct config_field, w->config.field_count + 1);
    memcpy(fields, w->config.fields, w->config.field_count * sizeof *fields);
    fields[w->config.field_count++] =
        (struct config_field){.kind = CONFIG_USER_CORRELATION,
                              .half = {{.options = first, .option_count = 1}, {.options = second, .option_count = 1}}};
    w->config.fields = fields;
    assert_string_equal(crossed(w, SIDE_FIRST, "Ask [~bob]."), "Ask [~accountid:712020:bob].");
    assert_string_equal(crossed(w, SIDE_SECOND, "Ask [~accountid:712020:bob]."), "Ask [~bob].");
    assert_int_equal(w->asked, 0);
}

static void a_site_that_is_away_is_an_error_and_no_plain_name(void **state)
{
    struct world *w = *state;
    struct err e = ERR_INIT;
    const char *r;
    w->is_away = true;
    assert_false(mapping_text(&w->mapping, &w->arena, SIDE_FIRST, "Ask [~ann].", &r, &e));
    assert_int_equal(e.kind, ERR_UNAVAILABLE);
    assert_string_equal(crossed(w, SIDE_FIRST, "Nobody is named."), "Nobody is named.");
}

static void keys_are_whole_words(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"SA-7, (SA-7) and SA-7.", "SB-70, (SB-70) and SB-70."},
        {"SA-70 SA-07 SA-8", "SA-70 SA-07 SA-8"},
        {"XSA-7 NASA-7 SA-7b SA-7_ sa-7", "XSA-7 NASA-7 SA-7b SA-7_ sa-7"},
        {"{{SA-7}} {noformat}SA-7{noformat}", "{{SA-7}} {noformat}SA-7{noformat}"},
        {"https://a.example.com/jira/browse/SA-7", "https://b.atlassian.net/browse/SB-70"},
        {"[it|https://a.example.com/jira/browse/SA-7?focusedCommentId=5]", "[it|https://b.atlassian.net/browse/SB-70]"},
        {"https://c.example.com/browse/SA-7", "https://c.example.com/browse/SA-7"},
        {"https://a.example.com/jira/browse/SA-8", "https://a.example.com/jira/browse/SA-8"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(crossed(w, SIDE_FIRST, rows[i].text), rows[i].expected);
    w->config.connector[SIDE_SECOND].renames_issues = false;
    assert_string_equal(crossed(w, SIDE_FIRST, "SA-7"), "SA-7");
    assert_string_equal(crossed(w, SIDE_SECOND, "SB-70"), "SA-7"); /* each side says it of what arrives there */
}

static void both_sides_are_neutrally_the_same(void **state)
{
    struct world *w = *state;
    const char *first = neutral(w, SIDE_FIRST, "[~ann] does SA-7, [~zoe] SA-8");
    assert_string_equal(first, "@Ann Archer does SA-7, @zoe SA-8");
    assert_string_equal(neutral(w, SIDE_SECOND, "[~accountid:712020:ann] does SB-70, @zoe SA-8"), first);
    assert_string_equal(neutral(w, SIDE_SECOND, "@Ann Archer does SA-7, @zoe SA-8"), first);
}

static void a_change_is_carried_into_the_receivers_own_form(void **state)
{
    struct world *w = *state;
    struct err e = ERR_INIT;
    const char *r, *base[2] = {"* one\n\nAsk [~ann].\n\nlast", "*  one\n\n\n\nAsk @Ann.\n\nlast"};
    const char *now[2] = {"* one\n\nAsk [~ann].\n\nlast word", base[1]};
    assert_true(mapping_text_carry(&w->mapping, &w->arena, SIDE_SECOND, base, now, &r, &e));
    assert_string_equal(r, "*  one\n\n\n\nAsk @Ann.\n\nlast word");
    now[1] = "*  one\n\n\n\nAsk @Ann.\n\nlast straw";
    assert_true(mapping_text_carry(&w->mapping, &w->arena, SIDE_SECOND, base, now, &r, &e));
    assert_null(r); /* both changed the same paragraph */
    now[1] = base[1];
    base[1] = rich_in_form(&w->arena, base[1], true); /* kept when the site still spoke in documents */
    assert_true(mapping_text_carry(&w->mapping, &w->arena, SIDE_SECOND, base, now, &r, &e));
    assert_string_equal(r, "*  one\n\n\n\nAsk @Ann.\n\nlast word");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_mention_is_found_by_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_and_several_are_plain_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_of_people_is_asked_first_and_costs_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_site_that_is_away_is_an_error_and_no_plain_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_are_whole_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_sides_are_neutrally_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_is_carried_into_the_receivers_own_form, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
