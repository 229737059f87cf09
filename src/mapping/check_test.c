/* config_check and config_resolve: each test breaks one thing in a world that is in order, and wants it named. */
#include "mapping/fixture.h"

struct world {
    struct arena arena;
    struct config config;
    struct tracker_project project[2];
    const struct tracker_project *projects[2];
    struct config_finding *findings;
    size_t count;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->config = fixture_config(&w->arena);
    for (enum side s = SIDE_FIRST; s <= SIDE_SECOND; s++) {
        w->project[s] = fixture_project(&w->arena, s);
        w->projects[s] = &w->project[s];
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

static const struct config_finding *check(struct world *w, const char *part)
{
    w->count = config_check(&w->arena, &w->config, w->projects, &w->findings);
    return finding_of(w->findings, w->count, part);
}

static const struct config_finding *resolve(struct world *w, enum side side, const char *part)
{
    w->count = config_resolve(&w->arena, &w->config, side, &w->project[side], &w->findings);
    return finding_of(w->findings, w->count, part);
}

/* Found, on this side and tab, and the only thing found. */
static void assert_finding(struct world *w, const char *part, bool is_error, enum side side, const char *tab)
{
    const struct config_finding *f = check(w, part);
    if (!f)
        fail_msg("'%s' was not found; the first of %zu findings: %s", part, w->count,
                 w->count ? w->findings[0].what : "");
    assert_int_equal(f->is_error, is_error);
    assert_int_equal(f->side, side);
    assert_string_equal(f->tab, tab);
    assert_false(str_is_empty(f->fix));
    for (size_t i = 0; i < w->count; i++)
        if (w->count != 1)
            fail_msg("%zu findings, one of them: %s", w->count, w->findings[i].what);
}

static void what_is_in_order_has_no_finding(void **state)
{
    struct world *w = *state;
    check(w, "");
    for (size_t i = 0; i < w->count; i++)
        fail_msg("%s", w->findings[i].what);
}

static void a_missing_permission_is_an_error(void **state)
{
    struct world *w = *state;
    w->project[1].can_transition = false;
    assert_finding(w, "lacks the permission Transition Issues in SB", true, SIDE_SECOND, "connection");
    w->config.connector[1].receives_status = false;
    assert_null(check(w, "Transition Issues"));
}

static void another_project_of_the_same_key_is_an_error(void **state)
{
    struct world *w = *state;
    w->project[0].id = "999";
    assert_finding(w, "it is another project", true, SIDE_FIRST, "connection");
}

static void users_by_name_cannot_go_to_cloud(void **state)
{
    struct world *w = *state;
    w->config.fields[4].kind = CONFIG_USER_NAME;
    assert_finding(w, "maps users by user name towards SB", true, SIDE_SECOND, "users");
    w->config.fields[4].half[1].fallback = (struct tracker_option){"5b10", "Desk"};
    assert_finding(w, "maps users by user name towards SB", false, SIDE_SECOND, "users");
}

static void a_listed_person_needs_an_account_id_on_cloud(void **state)
{
    struct world *w = *state;
    struct config_field *f = &w->config.fields[4];
    f->kind = CONFIG_USER_CORRELATION;
    f->half[0].options = copy_options(&w->arena, OPTIONS({NULL, "anna"}), 1);
    f->half[1].options = copy_options(&w->arena, OPTIONS({NULL, "Anna"}), 1);
    f->half[0].option_count = f->half[1].option_count = 1;
    assert_finding(w, "'Tester' lists 'Anna' on SB without an account id", true, SIDE_SECOND, "users");
    f->half[1].options[0].id = "5b10";
    assert_null(check(w, ""));
}

static void users_cannot_pass_as_they_are(void **state)
{
    struct world *w = *state;
    w->config.fields[4].kind = CONFIG_PASSTHROUGH;
    assert_non_null(check(w, "'Tester' of SA holds users"));
    assert_non_null(check(w, "'Tester' of SB holds users"));
    w->config.fields[4].kind = CONFIG_USER_MAIL;
    w->config.fields[0].kind = CONFIG_USER_MAIL;
    assert_non_null(check(w, "'Summary' of SA holds no users"));
}

static void two_fields_of_one_name_are_a_warning(void **state)
{
    struct world *w = *state;
    fixture_add_field(&w->arena, &w->project[1],
                      (struct tracker_field){.id = "customfield_10301", .name = "tester", .type = "user"});
    assert_finding(w, "two fields named 'Tester'", false, SIDE_SECOND, "fields");
}

static void a_migrated_twin_is_a_warning(void **state)
{
    struct world *w = *state;
    fixture_add_field(&w->arena, &w->project[1],
                      (struct tracker_field){.id = "customfield_10301", .name = "Tester (migrated)", .type = "user"});
    assert_finding(w, "a field 'Tester (migrated)' beside 'Tester'", false, SIDE_SECOND, "fields");
}

static void a_field_that_is_not_there_is_an_error(void **state)
{
    struct world *w = *state;
    w->config.fields[4].half[1].id = "customfield_1";
    assert_finding(w, "Field 'Tester' (customfield_1) does not exist", true, SIDE_SECOND, "fields");
}

static void fields_of_different_types_cannot_pass(void **state)
{
    struct world *w = *state;
    w->project[1].fields[1].type = "number";
    assert_finding(w, "'Description' is a field of type string", true, SIDE_FIRST, "fields");
    w->project[1].fields[1].type = "string";
    w->project[0].fields[1].custom = "x:textfield";
    w->project[1].fields[1].custom = "x:textarea";
    assert_finding(w, "different kinds of field", false, SIDE_FIRST, "fields");
}

static void lists_of_different_length_are_a_warning(void **state)
{
    struct world *w = *state;
    w->config.fields[3].half[1].option_count = 2;
    w->config.fields[3].half[1].fallback = w->config.fields[3].half[1].options[1];
    assert_finding(w, "'Priority' lists 2 values on SB and 3 on SA: 'Trivial' has no partner", false, SIDE_SECOND,
                   "fields");
}

static void a_priority_without_a_partner_is_an_error_unless_there_is_a_default(void **state)
{
    struct world *w = *state;
    w->project[0].priorities =
        copy_options(&w->arena, OPTIONS({"1", "Blocker"}, {"3", "Major"}, {"5", "Trivial"}, {"6", "Odd"}), 4);
    w->project[0].priority_count = 4;
    assert_finding(w, "Priority 'Odd' of SA has no partner on SB", true, SIDE_SECOND, "fields");
    assert_string_equal(w->findings[0].fix, "map it to one of: Highest, Medium, Lowest");
    w->config.fields[3].half[1].fallback = (struct tracker_option){"21", "Medium"};
    assert_null(check(w, "Odd"));
    w->config.fields[3].half[0].options[0].id = "99";
    w->config.fields[3].half[0].options[0].name = "Gone";
    assert_non_null(check(w, "Priority 'Gone' does not exist in SA"));
}

static void two_senders_into_one_field_are_an_error(void **state)
{
    struct world *w = *state;
    w->config.fields[1].half[1].id = "summary";
    assert_finding(w, "'Description' of SB receives from two fields", true, SIDE_SECOND, "fields");
}

static void a_required_field_that_nothing_fills_is_an_error(void **state)
{
    struct world *w = *state;
    const char *required[] = {"project", "issuetype", "summary", "labels", "customfield_10300"};
    w->project[1].types[0].required = required;
    w->project[1].types[0].required_count = ARRAY_LEN(required);
    assert_null(check(w, "required"));
    w->config.fields[4].half[1].receives = false;
    assert_non_null(check(w, "'Tester' is required to create a Bug in SB, and nothing fills it"));
    w->config.connector[0].creates = false; /* then nobody creates there */
    assert_null(check(w, "required"));
}

static void issue_types_are_checked(void **state)
{
    struct world *w = *state;
    w->project[1].types[1].is_subtask = true;
    assert_finding(w, "only one of them is a sub-task", true, SIDE_FIRST, "issue types");
    w->project[1].types[1].is_subtask = false;
    w->config.connector[1].types[1] = (struct tracker_option){"9", "Epic"};
    assert_finding(w, "Issue type 'Epic' does not exist in SB", true, SIDE_SECOND, "issue types");
    assert_string_equal(w->findings[0].fix, "add it to the project, or choose one of: Bug, Story, Subtask");
    w->config.connector[1].types[1] = (struct tracker_option){"9", "story"};
    assert_finding(w, "has the id 10012 now, and 9 in the configuration", false, SIDE_SECOND, "issue types");
    w->config.connector[1].types[1].id = NULL;
    assert_null(check(w, ""));
    w->config.connector[1].type_count = 2;
    assert_finding(w, "'Sub-task' of SA has no partner", true, SIDE_SECOND, "issue types");
}

static void a_rule_to_a_status_that_is_not_there_is_an_error(void **state)
{
    struct world *w = *state;
    w->config.connector[0].statuses[0].own = (struct tracker_option){"77", "Triage"};
    const struct config_finding *f = check(w, "A rule leads to status 'Triage', which no issue type of SA has");
    assert_non_null(f);
    assert_true(f->is_error);
    assert_string_equal(f->fix, "choose one of: Open, In Progress, Closed");
    w->config.connector[0].receives_status = false;
    assert_null(check(w, ""));
}

static void a_status_that_leads_nowhere_is_an_error(void **state)
{
    struct world *w = *state;
    w->config.connector[1].status_count = 2;
    assert_finding(w, "Status 'Closed' of SA leads nowhere on SB", true, SIDE_SECOND, "workflow");
    w->project[1].types[0].statuses[2].name = "closed"; /* an equal name needs no rule; the types share their list */
    w->config.connector[0].statuses[2].partner.name = "closed";
    assert_null(check(w, ""));
}

static void a_status_that_one_type_lacks_is_a_warning(void **state)
{
    struct world *w = *state;
    w->project[1].types[0].statuses = copy_options(&w->arena, w->project[1].types[0].statuses, 2);
    w->project[1].types[0].status_count = 2;
    assert_finding(w, "Status 'Closed' of SA leads to 'Done', which 'Bug' of SB does not have", false, SIDE_SECOND,
                   "workflow");
}

static void a_template_that_hides_the_author_is_a_warning(void **state)
{
    struct world *w = *state;
    w->config.connector[0].comment_template = "a copy";
    assert_finding(w, "do not say who wrote them", false, SIDE_FIRST, "comments");
    w->config.connector[0].comment_template = "{author}:";
    assert_finding(w, "could be taken for words of a person", false, SIDE_FIRST, "comments");
}

static void a_template_that_cannot_be_recognised_again_is_an_error(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {"{author} {time}\\\\and more", "{color:red} {color}", "bq. {author}, {time}"};
    static const char *const good[] = {"{author}, {time}:", "h3. {author} at {time}", "*{key}* {author}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        w->config.connector[0].comment_template = bad[i];
        const struct config_finding *f = check(w, "cannot be recognised once");
        if (!f)
            fail_msg("'%s' was taken", bad[i]);
        assert_true(f->is_error);
        assert_int_equal(f->side, SIDE_FIRST);
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        w->config.connector[0].comment_template = good[i];
        if (check(w, "cannot be recognised once"))
            fail_msg("'%s' was refused", good[i]);
    }
}

/* The second side as it would be after a move: other ids, the same names. */
static void move(struct world *w)
{
    struct tracker_project *p = &w->project[1];
    p->id = "777";
    p->key = "CB";
    for (size_t i = 0; i < p->type_count; i++)
        p->types[i].id = arena_printf(&w->arena, "5%zu", i);
    for (size_t i = 0; i < p->types[0].status_count; i++)
        p->types[0].statuses[i].id = arena_printf(&w->arena, "6%zu", i);
    /* the new site gave the old ids to other priorities */
    p->priorities = copy_options(&w->arena, OPTIONS({"22", "Highest"}, {"20", "Medium"}, {"21", "Lowest"}), 3);
    p->fields[4].id = "customfield_20000";
}

static void a_moved_side_gets_its_new_ids_by_name(void **state)
{
    struct world *w = *state;
    move(w);
    assert_null(resolve(w, SIDE_SECOND, ""));
    const struct config_connector *c = &w->config.connector[1];
    assert_string_equal(c->project_id, "777");
    assert_string_equal(c->project_key, "CB");
    assert_string_equal(c->types[1].id, "51");
    assert_string_equal(c->statuses[2].own.id, "62");
    assert_string_equal(w->config.connector[0].statuses[2].partner.id, "62");
    assert_string_equal(w->config.fields[3].half[1].options[0].id, "22");
    assert_string_equal(w->config.fields[3].half[1].options[1].id, "20");
    assert_string_equal(w->config.fields[4].half[1].id, "customfield_20000");
    assert_string_equal(w->config.fields[0].half[1].id, "summary");
    assert_string_equal(w->config.connector[0].project_id, "10000");
    assert_null(check(w, ""));
}

static void a_field_of_the_old_id_and_another_name_is_not_it(void **state)
{
    struct world *w = *state;
    move(w);
    fixture_add_field(&w->arena, &w->project[1],
                      (struct tracker_field){.id = "customfield_10300", .name = "Reviewer", .type = "user"});
    assert_null(resolve(w, SIDE_SECOND, ""));
    assert_string_equal(w->config.fields[4].half[1].id, "customfield_20000");
}

static void the_migrated_field_is_better_than_nothing_and_worse_than_the_true_one(void **state)
{
    struct world *w = *state;
    move(w);
    struct tracker_field migrated = {.id = "customfield_9", .name = "Tester (migrated)", .type = "user"};
    fixture_add_field(&w->arena, &w->project[1], migrated);
    assert_null(resolve(w, SIDE_SECOND, ""));
    assert_string_equal(w->config.fields[4].half[1].id, "customfield_20000");

    w->project[1].fields[4].type = "string"; /* the true one is of another type */
    w->config.fields[4].half[1].name = "Tester";
    assert_null(resolve(w, SIDE_SECOND, ""));
    assert_string_equal(w->config.fields[4].half[1].id, "customfield_9");
    assert_string_equal(w->config.fields[4].half[1].name, "Tester (migrated)");
}

static void what_does_not_resolve_is_named_and_keeps_its_id(void **state)
{
    struct world *w = *state;
    move(w);
    w->project[1].field_count = 4;
    w->project[1].types[1].name = "Feature";
    w->project[1].types[0].statuses[0].name = "Inbox";
    w->project[1].priorities[2].name = "Nice to have";
    assert_non_null(resolve(w, SIDE_SECOND, "Field 'Tester' (user) does not exist on CB"));
    assert_non_null(finding_of(w->findings, w->count, "Issue type 'Story' does not exist on CB"));
    assert_non_null(finding_of(w->findings, w->count, "Status 'To Do' does not exist on CB"));
    assert_non_null(finding_of(w->findings, w->count, "Priority 'Lowest' does not exist on CB"));
    assert_int_equal(w->count, 4);
    assert_string_equal(w->config.fields[4].half[1].id, "customfield_10300");
    assert_string_equal(w->config.connector[1].types[1].id, "10012");
    assert_string_equal(w->config.connector[1].statuses[0].own.id, "10100");
}

static void option_ids_of_a_list_that_is_not_known_are_dropped(void **state)
{
    struct world *w = *state;
    move(w);
    w->config.fields[0].kind = CONFIG_CORRELATION;
    w->config.fields[0].half[1].options = copy_options(&w->arena, OPTIONS({"100", "Red"}, {"101", NULL}), 2);
    w->config.fields[0].half[1].option_count = 2;
    assert_non_null(resolve(w, SIDE_SECOND, "Summary '101' does not exist on CB"));
    assert_null(w->config.fields[0].half[1].options[0].id);
    assert_string_equal(w->config.fields[0].half[1].options[0].name, "Red");
    assert_string_equal(w->config.fields[0].half[1].options[1].id, "101");
}

static void listed_accounts_have_to_be_looked_up_anew(void **state)
{
    struct world *w = *state;
    move(w);
    w->config.fields[4].kind = CONFIG_USER_CORRELATION;
    w->config.fields[4].half[1].options = copy_options(&w->arena, OPTIONS({"JIRAUSER1", "Anna"}), 1);
    w->config.fields[4].half[1].option_count = 1;
    const struct config_finding *f = resolve(w, SIDE_SECOND, "accounts listed for Tester");
    assert_non_null(f);
    assert_true(f->is_error);
    assert_string_equal(w->config.fields[4].half[1].options[0].id, "JIRAUSER1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_in_order_has_no_finding),
        TEST(a_missing_permission_is_an_error),
        TEST(another_project_of_the_same_key_is_an_error),
        TEST(users_by_name_cannot_go_to_cloud),
        TEST(a_listed_person_needs_an_account_id_on_cloud),
        TEST(users_cannot_pass_as_they_are),
        TEST(two_fields_of_one_name_are_a_warning),
        TEST(a_migrated_twin_is_a_warning),
        TEST(a_field_that_is_not_there_is_an_error),
        TEST(fields_of_different_types_cannot_pass),
        TEST(lists_of_different_length_are_a_warning),
        TEST(a_priority_without_a_partner_is_an_error_unless_there_is_a_default),
        TEST(two_senders_into_one_field_are_an_error),
        TEST(a_required_field_that_nothing_fills_is_an_error),
        TEST(issue_types_are_checked),
        TEST(a_rule_to_a_status_that_is_not_there_is_an_error),
        TEST(a_status_that_leads_nowhere_is_an_error),
        TEST(a_status_that_one_type_lacks_is_a_warning),
        TEST(a_template_that_hides_the_author_is_a_warning),
        TEST(a_template_that_cannot_be_recognised_again_is_an_error),
        TEST(a_moved_side_gets_its_new_ids_by_name),
        TEST(a_field_of_the_old_id_and_another_name_is_not_it),
        TEST(the_migrated_field_is_better_than_nothing_and_worse_than_the_true_one),
        TEST(what_does_not_resolve_is_named_and_keeps_its_id),
        TEST(option_ids_of_a_list_that_is_not_known_are_dropped),
        TEST(listed_accounts_have_to_be_looked_up_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
