#include "mapping/mapping.h"

#include "base/rng.h"
#include "mapping/fixture.h"

struct world {
    struct arena arena;
    struct config config;
    struct tracker_project project[2];
    struct mapping mapping;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->config = fixture_config(&w->arena);
    w->mapping.config = &w->config;
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
        w->project[s] = fixture_project(&w->arena, s);
        w->mapping.projects[s] = &w->project[s];
    }
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

enum { SUMMARY, DESCRIPTION, LABELS, PRIORITY, TESTER };

static struct value mapped(struct world *w, int field, enum side from, struct value v)
{
    struct err e = ERR_INIT;
    struct value r;
    if (!mapping_value(&w->mapping, &w->arena, &w->config.fields[field], from, &v, &r, &e))
        fail_msg("%s", e.text);
    return r;
}

static void assert_refused(struct world *w, int field, enum side from, struct value v, const char *part)
{
    struct err e = ERR_INIT;
    struct value r = value_string("untouched");
    assert_false(mapping_value(&w->mapping, &w->arena, &w->config.fields[field], from, &v, &r, &e));
    assert_int_equal(e.kind, ERR_MAPPING);
    if (!strstr(e.text, part))
        fail_msg("'%s' is not in: %s", part, e.text);
    assert_string_equal(r.text, "untouched");
}

static struct value set_of(struct value *items, size_t count)
{
    return (struct value){.kind = VALUE_SET, .items = items, .count = count};
}

static void texts_pass_as_they_are(void **state)
{
    struct world *w = *state;
    assert_string_equal(mapped(w, SUMMARY, SIDE_FIRST, value_string("Printer burns")).text, "Printer burns");
    struct value rich = mapped(w, DESCRIPTION, SIDE_SECOND, value_rich("*hot*"));
    assert_int_equal(rich.kind, VALUE_RICH);
    assert_string_equal(rich.text, "*hot*");
    struct value labels[] = {value_string("Fire"), value_string("fire")};
    assert_int_equal(mapped(w, LABELS, SIDE_FIRST, set_of(labels, 2)).count, 2); /* labels know case */
    for (int field = SUMMARY; field <= TESTER; field++)
        assert_int_equal(mapped(w, field, SIDE_FIRST, (struct value){0}).kind, VALUE_NONE);
}

static void options_pass_by_name_and_take_the_id_of_the_other_side(void **state)
{
    struct world *w = *state;
    w->config.fields[PRIORITY].kind = CONFIG_PASSTHROUGH;
    w->config.fields[PRIORITY].half[0].fallback = (struct tracker_option){NULL, NULL};
    w->project[1].priorities[1].name = "MAJOR";
    struct value r = mapped(w, PRIORITY, SIDE_FIRST, value_option("3", "Major"));
    assert_string_equal(r.id, "21");
    assert_string_equal(r.text, "MAJOR");
    assert_refused(w, PRIORITY, SIDE_FIRST, value_option("1", "Blocker"),
                   "Priority 'Blocker' of SA has no partner on SB");
    w->config.fields[PRIORITY].half[1].fallback = (struct tracker_option){NULL, "lowest"};
    assert_string_equal(mapped(w, PRIORITY, SIDE_FIRST, value_option("1", "Blocker")).id, "22");
    /* a list that the project does not tell: by name alone, and the site decides */
    r = mapped(w, SUMMARY, SIDE_FIRST, value_option("100", "Red"));
    assert_null(r.id);
    assert_string_equal(r.text, "Red");
    struct value there = value_option("777", "red");
    assert_true(value_equal(&r, &there));
}

static void a_correlation_goes_by_position(void **state)
{
    struct world *w = *state;
    struct value r = mapped(w, PRIORITY, SIDE_FIRST, value_option("3", "Major"));
    assert_int_equal(r.kind, VALUE_OPTION);
    assert_string_equal(r.id, "21");
    assert_string_equal(r.text, "Medium");
    assert_string_equal(mapped(w, PRIORITY, SIDE_FIRST, value_option("99", "trivial")).id, "22");   /* by name */
    assert_string_equal(mapped(w, PRIORITY, SIDE_SECOND, value_option("23", "Odd")).text, "Major"); /* the default */
    assert_refused(w, PRIORITY, SIDE_FIRST, value_option("9", "Odd"),
                   "Priority 'Odd' of SA has no partner on SB; add both to the correlation");
    assert_refused(w, PRIORITY, SIDE_FIRST, value_rich("x"), "map this field by passthrough");
    w->config.fields[PRIORITY].half[1].option_count = 2;
    assert_refused(w, PRIORITY, SIDE_FIRST, value_option("5", "Trivial"), "no partner");
}

static void a_correlation_of_texts_gives_texts(void **state)
{
    struct world *w = *state;
    struct config_field *f = &w->config.fields[LABELS];
    f->kind = CONFIG_CORRELATION;
    f->half[0].options = OPTIONS({NULL, "rot"}, {NULL, "blau"}, {NULL, "blau-grau"});
    f->half[1].options = OPTIONS({NULL, "red"}, {NULL, "blue"}, {NULL, "blue"});
    f->half[0].option_count = f->half[1].option_count = 3;
    struct value labels[] = {value_string("rot"), value_string("blau"), value_string("blau-grau")};
    struct value r = mapped(w, LABELS, SIDE_FIRST, set_of(labels, 3));
    assert_int_equal(r.count, 2); /* two that lead to one are one */
    assert_string_equal(r.items[0].text, "red");
    assert_int_equal(r.items[0].kind, VALUE_STRING);
    labels[1] = value_string("rosa");
    assert_refused(w, LABELS, SIDE_FIRST, set_of(labels, 3), "Labels 'rosa' of SA");
}

/* People, by what names them. */
static bool find(void *context, enum side side, const char *who, struct arena *a, struct value *r, struct err *e)
{
    int *asked = context;
    ++*asked;
    assert_int_equal(side, SIDE_SECOND);
    if (str_eq(who, "down@example.org"))
        return err_set(e, ERR_UNAVAILABLE, "no reply");
    if (str_eq(who, "two@example.org"))
        return err_set(e, ERR_MAPPING, "two accounts have the address two@example.org");
    *r = str_eq(who, "anna@example.org") || str_eq(who, "anna")
             ? (struct value){.kind = VALUE_USER, .id = "5b10", .text = arena_strdup(a, "Anna")}
             : (struct value){0};
    return true;
}

static struct value user(const char *id, const char *login, const char *mail)
{
    return (struct value){.kind = VALUE_USER, .id = id, .text = "Anna Example", .login = login, .mail = mail};
}

static void users_are_found_by_what_the_mapping_says(void **state)
{
    struct world *w = *state;
    int asked = 0;
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER1", "anna", "anna@example.org"), "cannot be looked up here");
    w->mapping.users.find = find;
    w->mapping.users.context = &asked;
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER1", "x", "anna@example.org")).id, "5b10");
    assert_int_equal(asked, 1);
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER1", "anna", NULL), "may not see their e-mail address");
    assert_int_equal(asked, 1);
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER2", "bob", "bob@example.org"),
                   "give 'bob@example.org' an account");
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER2", "two", "two@example.org"), "two accounts have the address");
    assert_refused(w, TESTER, SIDE_FIRST, value_string("Anna"), "is not a user");
    w->config.fields[TESTER].half[1].fallback = (struct tracker_option){"5b99", "Desk"};
    struct value r = mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER2", "bob", "bob@example.org"));
    assert_int_equal(r.kind, VALUE_USER);
    assert_string_equal(r.id, "5b99");
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER2", "bob", NULL)).id, "5b99");

    w->config.fields[TESTER].kind = CONFIG_USER_NAME;
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER1", "anna", NULL)).id, "5b10");
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("anna", NULL, NULL)).id, "5b10");
}

static void a_site_that_does_not_answer_is_not_a_missing_person(void **state)
{
    struct world *w = *state;
    int asked = 0;
    struct err e = ERR_INIT;
    w->mapping.users = (struct mapping_users){find, &asked};
    w->config.fields[TESTER].half[1].fallback = (struct tracker_option){"5b99", "Desk"};
    struct value v = user("JIRAUSER1", "down", "down@example.org"), r;
    assert_false(mapping_value(&w->mapping, &w->arena, &w->config.fields[TESTER], SIDE_FIRST, &v, &r, &e));
    assert_int_equal(e.kind, ERR_UNAVAILABLE);
}

static void users_are_correlated_by_account_or_name(void **state)
{
    struct world *w = *state;
    struct config_field *f = &w->config.fields[TESTER];
    f->kind = CONFIG_USER_CORRELATION;
    f->half[0].options = OPTIONS({"JIRAUSER1", "anna"}, {NULL, "bob@example.org"});
    f->half[1].options = OPTIONS({"5b10", "Anna"}, {"5b11", "Bob"});
    f->half[0].option_count = f->half[1].option_count = 2;
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER1", NULL, NULL)).id, "5b10");
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER7", "anna", NULL)).id, "5b10");
    assert_string_equal(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER8", "bob", "bob@example.org")).id, "5b11");
    struct value anna = mapped(w, TESTER, SIDE_SECOND, user("5b10", NULL, NULL));
    assert_string_equal(anna.id, "JIRAUSER1");
    assert_string_equal(anna.login, "anna"); /* what a server is written with */
    assert_null(mapped(w, TESTER, SIDE_FIRST, user("JIRAUSER1", NULL, NULL)).login);
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER9", "carl", NULL), "has no partner");
    f->half[1].options[0].id = NULL;
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER1", NULL, NULL), "without their account id");
    f->kind = CONFIG_PASSTHROUGH;
    assert_refused(w, TESTER, SIDE_FIRST, user("JIRAUSER1", "anna", NULL), "accounts differ from site to site");
}

static void types_go_by_position(void **state)
{
    struct world *w = *state;
    struct err e = ERR_INIT;
    const char *id;
    assert_true(mapping_type(&w->mapping, SIDE_FIRST, "10002", &id, &e));
    assert_string_equal(id, "10012");
    assert_true(mapping_type(&w->mapping, SIDE_SECOND, "10013", &id, &e));
    assert_string_equal(id, "10003");
    w->config.connector[0].types[0].id = "old"; /* the name decides where an id does not resolve */
    w->config.connector[1].types[0].id = "old";
    assert_true(mapping_type(&w->mapping, SIDE_FIRST, "10001", &id, &e));
    assert_string_equal(id, "10011");
    assert_false(mapping_type(&w->mapping, SIDE_FIRST, "555", &id, &e));
    assert_int_equal(e.kind, ERR_MAPPING);
    w->config.connector[1].types[1] = (struct tracker_option){NULL, "Epic"};
    assert_false(mapping_type(&w->mapping, SIDE_FIRST, "10002", &id, &e));
    assert_non_null(strstr(e.text, "'Epic' does not exist on SB"));
}

static void statuses_go_by_rule_and_else_by_name(void **state)
{
    struct world *w = *state;
    struct err e = ERR_INIT;
    struct value open = value_option("1", "Open"), renamed = value_option("77", "open"), odd = value_option("8", "Odd"),
                 r;
    assert_true(mapping_status(&w->mapping, SIDE_FIRST, &open, &r, &e));
    assert_string_equal(r.id, "10100");
    assert_true(mapping_status(&w->mapping, SIDE_FIRST, &renamed, &r, &e));
    assert_string_equal(r.text, "To Do");
    assert_false(mapping_status(&w->mapping, SIDE_FIRST, &odd, &r, &e));
    assert_int_equal(e.kind, ERR_MAPPING);
    assert_non_null(strstr(e.text, "add a workflow rule for it to connector CON-1-SB"));
    w->config.connector[1].status_count = 0;
    struct value progress = value_option("3", "IN PROGRESS");
    assert_true(mapping_status(&w->mapping, SIDE_FIRST, &progress, &r, &e));
    assert_string_equal(r.id, "10101");
}

/* Properties, over seeded draws. */

static struct tracker_option *any_options(struct rng *rng, struct arena *a, size_t count, const char *prefix,
                                          bool has_ids)
{
    struct tracker_option *list = arena_array(a, struct tracker_option, count);
    for (size_t i = 0; i < count; i++)
        list[i] =
            (struct tracker_option){has_ids || rng_below(rng, 3) ? arena_printf(a, "%s%zu", prefix, 100 + i) : NULL,
                                    arena_printf(a, "%s name %zu", prefix, i)};
    for (size_t i = count; i > 1; i--) { /* in any order */
        size_t j = rng_below(rng, i);
        struct tracker_option swap = list[j];
        list[j] = list[i - 1];
        list[i - 1] = swap;
    }
    return list;
}

static void there_and_back_by_bijective_lists_is_the_same(void **state)
{
    struct world *w = *state;
    struct rng rng;
    rng_seed(&rng, 11);
    for (int round = 0; round < 300; round++) {
        struct config_field f = {.kind = rng_below(&rng, 2) ? CONFIG_CORRELATION : CONFIG_USER_CORRELATION};
        size_t count = 1 + rng_below(&rng, 12);
        for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
            f.half[s] = (struct config_field_half){.id = "customfield_1", .name = "Colour", .option_count = count};
            f.half[s].options =
                any_options(&rng, &w->arena, count, s ? "second" : "first", f.kind == CONFIG_USER_CORRELATION);
        }
        enum side from = (enum side)rng_below(&rng, 2);
        struct value items[3], set = set_of(items, 1 + rng_below(&rng, 3)), there, back;
        for (size_t i = 0; i < set.count; i++) {
            const struct tracker_option *o = &f.half[from].options[rng_below(&rng, count)];
            items[i] = (struct value){
                .kind = f.kind == CONFIG_CORRELATION ? VALUE_OPTION : VALUE_USER, .id = o->id, .text = o->name};
        }
        struct err e = ERR_INIT;
        assert_true(mapping_value(&w->mapping, &w->arena, &f, from, &set, &there, &e));
        assert_true(mapping_value(&w->mapping, &w->arena, &f, side_other(from), &there, &back, &e));
        assert_true(value_equal(&set, &back));
    }
}

static bool same_outcome(struct world *w, const struct value *x, bool x_done, const struct value *y, bool y_done)
{
    return x_done == y_done && (!x_done || str_eq(json_print_canonical(&w->arena, value_to_json(&w->arena, x)),
                                                  json_print_canonical(&w->arena, value_to_json(&w->arena, y))));
}

/* The same document with the two names exchanged, seen through projects that are exchanged as well. */
static struct mapping mirrored(struct world *w, struct config *c)
{
    struct err e = ERR_INIT;
    json_t *document = json_keep(&w->arena, json_deep_copy(fixture_document(&w->arena)));
    json_t *first = json_incref(json_object_get(document, "firstConnector"));
    json_object_set(document, "firstConnector", json_object_get(document, "secondConnector"));
    json_object_set_new(document, "secondConnector", first);
    if (!config_from_json(&w->arena, document, c, &e))
        fail_msg("%s", e.text);
    return (struct mapping){.config = c, .projects = {&w->project[1], &w->project[0]}};
}

static void exchanging_the_connectors_mirrors_every_mapping(void **state)
{
    struct world *w = *state;
    struct config swapped;
    struct mapping mirror = mirrored(w, &swapped);
    struct value labels[] = {value_string("a"), value_string("b")};
    const struct value values[] = {{0},
                                   value_string("x"),
                                   value_rich("*x*"),
                                   set_of(labels, 2),
                                   value_option("1", "Blocker"),
                                   value_option("3", "Major"),
                                   value_option("20", "Highest"),
                                   value_option("22", "Lowest"),
                                   value_option("55", "Odd"),
                                   value_option(NULL, "medium"),
                                   user("1", "anna", NULL)};
    size_t done = 0;
    for (enum side from = SIDE_FIRST; from <= SIDE_SECOND; from++) {
        enum side other = side_other(from);
        for (size_t f = 0; f < w->config.field_count; f++)
            for (size_t i = 0; i < ARRAY_LEN(values); i++) {
                struct value x = {0}, y = {0};
                struct err ex = ERR_INIT, ey = ERR_INIT;
                bool x_done = mapping_value(&w->mapping, &w->arena, &w->config.fields[f], from, &values[i], &x, &ex);
                bool y_done = mapping_value(&mirror, &w->arena, &swapped.fields[f], other, &values[i], &y, &ey);
                assert_true(same_outcome(w, &x, x_done, &y, y_done));
                assert_string_equal(ex.text, ey.text);
                done += x_done;
            }
        for (size_t t = 0; t < 3; t++) {
            struct err e = ERR_INIT;
            const char *x, *y;
            assert_true(mapping_type(&w->mapping, from, w->project[from].types[t].id, &x, &e));
            assert_true(mapping_type(&mirror, other, w->project[from].types[t].id, &y, &e));
            assert_string_equal(x, y);
            const struct tracker_option *status = &w->project[from].types[0].statuses[t];
            struct value s = value_option(status->id, status->name), sx, sy;
            assert_true(mapping_status(&w->mapping, from, &s, &sx, &e));
            assert_true(mapping_status(&mirror, other, &s, &sy, &e));
            assert_true(same_outcome(w, &sx, true, &sy, true));
        }
    }
    assert_true(done > 50);
    for (size_t f = 0; f < w->config.field_count; f++) {
        static const enum config_policy other[] = {[CONFIG_NEWEST] = CONFIG_NEWEST,
                                                   [CONFIG_FIRST_WINS] = CONFIG_SECOND_WINS,
                                                   [CONFIG_SECOND_WINS] = CONFIG_FIRST_WINS,
                                                   [CONFIG_ASK] = CONFIG_ASK};
        assert_int_equal(swapped.fields[f].conflict, other[w->config.fields[f].conflict]);
        assert_int_equal(swapped.fields[f].first_contact, other[w->config.fields[f].first_contact]);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(texts_pass_as_they_are),
        TEST(options_pass_by_name_and_take_the_id_of_the_other_side),
        TEST(a_correlation_goes_by_position),
        TEST(a_correlation_of_texts_gives_texts),
        TEST(users_are_found_by_what_the_mapping_says),
        TEST(a_site_that_does_not_answer_is_not_a_missing_person),
        TEST(users_are_correlated_by_account_or_name),
        TEST(types_go_by_position),
        TEST(statuses_go_by_rule_and_else_by_name),
        TEST(there_and_back_by_bijective_lists_is_the_same),
        TEST(exchanging_the_connectors_mirrors_every_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
