#include "mapping/fixture.h"

static const json_t *parse(struct arena *a, const char *text)
{
    struct err e = ERR_INIT;
    const json_t *json = json_parse(a, text, strlen(text), true, "a test", &e);
    if (!json)
        fail_msg("%s", e.text);
    return json;
}

/* The example with a piece of its text replaced, which must be there. */
static const json_t *changed(struct arena *a, const char *from, const char *to)
{
    char *text = json_print(a, fixture_document(a));
    char *other = str_replace(a, text, from, to);
    assert_string_not_equal(text, other);
    return parse(a, other);
}

static void the_example_is_read(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct config c = fixture_config(&a);
    const struct config_connector *first = &c.connector[SIDE_FIRST], *second = &c.connector[SIDE_SECOND];
    assert_string_equal(c.key, "INT-1");
    assert_int_equal(c.poll_interval_ms, 5000);
    assert_string_equal(first->key, "CON-1-SA");
    assert_string_equal(first->filter, "labels not in (internal)");
    assert_null(second->filter);
    assert_string_equal(second->project_id, "10200");
    assert_int_equal(second->type_count, 3);
    assert_string_equal(second->types[1].name, "Story");
    assert_false(config_is_cloud(first));
    assert_true(config_is_cloud(second));
    assert_true(second->copies_flow_back);
    assert_false(first->copies_flow_back);
    assert_string_equal(first->comment_visibility_role, "Developers");
    assert_null(second->comment_visibility_role);
    assert_int_equal(first->status_count, 3);
    assert_string_equal(first->statuses[2].own.name, "Closed");
    assert_int_equal(c.field_count, 5);
    assert_int_equal(c.fields[1].conflict, CONFIG_FIRST_WINS);
    assert_int_equal(c.fields[1].first_contact, CONFIG_FIRST_WINS);
    assert_true(c.fields[2].half[SIDE_FIRST].sends);
    assert_false(c.fields[2].half[SIDE_FIRST].receives);
    assert_int_equal(c.fields[3].kind, CONFIG_CORRELATION);
    assert_string_equal(c.fields[3].half[SIDE_FIRST].fallback.name, "Major");
    assert_null(c.fields[3].half[SIDE_SECOND].fallback.name);
    assert_int_equal(c.fields[4].kind, CONFIG_USER_MAIL);
    assert_false(c.fields[4].fills_empty);
    arena_release(&a);
}

static void what_is_written_is_what_was_read(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct config c = fixture_config(&a);
    assert_string_equal(json_print_canonical(&a, config_to_json(&a, &c)),
                        json_print_canonical(&a, fixture_document(&a)));
    arena_release(&a);
}

/* Puts a member that no version knows into every object of a document. */
static size_t mark_every_object(json_t *json, size_t n)
{
    size_t i;
    const char *name;
    json_t *value;
    if (json_is_array(json))
        json_array_foreach (json, i, value)
            n = mark_every_object(value, n);
    if (!json_is_object(json))
        return n;
    json_object_foreach (json, name, value)
        n = mark_every_object(value, n);
    json_object_set_new(json, "xFuture", json_pack("{si}", "number", (int)n));
    return n + 1;
}

static void unknown_members_survive_at_every_level(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct config c;
    json_t *marked = json_keep(&a, json_deep_copy(fixture_document(&a)));
    assert_true(mark_every_object(marked, 0) > 50);
    assert_true(config_from_json(&a, marked, &c, &e));
    assert_string_equal(json_print_canonical(&a, config_to_json(&a, &c)), json_print_canonical(&a, marked));
    arena_release(&a);
}

static void unknown_members_follow_an_element_that_moved(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct config c;
    json_t *marked = json_keep(&a, json_deep_copy(fixture_document(&a)));
    mark_every_object(marked, 0);
    assert_true(config_from_json(&a, marked, &c, &e));
    struct config_connector *first = &c.connector[SIDE_FIRST];
    struct tracker_option last = first->types[2];
    first->types++; /* one is taken out in front */
    first->type_count--;
    last.id = "77"; /* and one has another id now */
    first->types[1] = last;
    const json_t *types = json_at(config_to_json(&a, &c), "firstConnector.issueTypes");
    const json_t *before = json_at(marked, "firstConnector.issueTypes");
    assert_int_equal(json_array_size(types), 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(json_equal(json_object_get(json_array_get(types, i), "xFuture"),
                               json_object_get(json_array_get(before, i + 1), "xFuture")));
    arena_release(&a);
}

static void a_short_document_is_enough(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct config c;
    assert_true(
        config_from_json(&a,
                         parse(&a, "{\"key\":\"INT-7\","
                                   "\"firstConnector\":{\"project\":{\"key\":\"SA\"},\"filter\":null,"
                                   "\"issueTypes\":[{\"id\":10001}],\"fields\":[{\"field\":{\"id\":\"summary\"}}]},"
                                   "\"secondConnector\":{\"project\":{\"key\":\"SB\",\"id\":10200},"
                                   "\"fields\":[{\"field\":{\"name\":\"Summary\"},\"conflict\":\"own\"}]}}"),
                         &c, &e));
    assert_string_equal(c.name, "SA with SB");
    assert_string_equal(c.connector[0].key, "CON-7-SA");
    assert_string_equal(c.connector[1].key, "CON-7-SB");
    assert_string_equal(c.connector[0].site, "");
    assert_null(c.connector[0].project_id);
    assert_string_equal(c.connector[1].project_id, "10200");
    assert_string_equal(c.connector[0].types[0].id, "10001");
    assert_string_equal(c.connector[0].comment_template, CONFIG_COMMENT_TEMPLATE);
    assert_int_equal(c.poll_interval_ms, 5000);
    assert_int_equal(c.fields[0].kind, CONFIG_PASSTHROUGH);
    assert_int_equal(c.fields[0].conflict, CONFIG_SECOND_WINS);
    assert_int_equal(c.fields[0].first_contact, CONFIG_ASK);
    assert_true(c.fields[0].fills_empty);
    assert_true(c.fields[0].half[0].sends && c.fields[0].half[0].receives);
    config_set_key(&a, &c, "INT-12");
    assert_string_equal(c.connector[1].key, "CON-12-SB");
    arena_release(&a);
}

static void a_mistake_is_named_by_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *pointer;
    } mistakes[] = {
        {"\"key\":\"INT-1\"", "\"key\":1", "/key"},
        {"\"key\":\"INT-1\",", "", "/key"},
        {"\"pollIntervalMs\":5000", "\"pollIntervalMs\":50", "/pollIntervalMs"},
        {"\"pollIntervalMs\":5000", "\"pollIntervalMs\":\"5 s\"", "/pollIntervalMs"},
        {"\"secondConnector\":{", "\"third\":{", "/secondConnector"},
        {"\"project\":{\"id\":\"10200\",\"key\":\"SB\"}", "\"project\":[]", "/secondConnector/project"},
        {"\"key\":\"SB\"", "\"key\":\"\"", "/secondConnector/project/key"},
        {"\"deployment\":\"cloud\"", "\"deployment\":\"moon\"", "/secondConnector/deployment"},
        {"{\"id\":\"10012\",\"name\":\"Story\"}", "\"Story\"", "/secondConnector/issueTypes/1"},
        {"{\"id\":\"10012\",\"name\":\"Story\"}", "{}", "/secondConnector/issueTypes/1"},
        {"\"id\":\"10012\"", "\"id\":1.5", "/secondConnector/issueTypes/1/id"},
        {"\"mapping\":\"userByMail\"", "\"mapping\":\"magic\"", "/firstConnector/fields/4/mapping"},
        {"\"fillsEmpty\":false", "\"fillsEmpty\":0", "/firstConnector/fields/4/fillsEmpty"},
        {"{\"id\":\"customfield_10300\",\"name\":\"Tester\",\"type\":\"user\"}", "{\"type\":\"user\"}",
         "/secondConnector/fields/4/field"},
        {"{\"id\":\"21\",\"name\":\"Medium\"}", "{\"id\":\"21\",\"name\":3}",
         "/secondConnector/fields/3/options/1/name"},
        {"\"own\":{\"id\":\"6\",\"name\":\"Closed\"}", "\"own\":null", "/firstConnector/workflow/rules/2"},
        {"\"rules\":[{\"partner\":{\"id\":\"1\"", "\"rules\":[7,{\"partner\":{\"id\":\"1\"",
         "/secondConnector/workflow/rules/0"},
        {"\"copiesFlowBack\":true", "\"copiesFlowBack\":\"yes\"", "/secondConnector/comments/copiesFlowBack"},
        {"wrote on", "wrote\\non", "/firstConnector/comments/template"},
    };
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct config c = {.key = "untouched"};
        if (config_from_json(&a, changed(&a, mistakes[i].from, mistakes[i].to), &c, &e))
            fail_msg("%s was taken", mistakes[i].to);
        assert_int_equal(e.kind, ERR_INPUT);
        if (!strstr(e.text, arena_printf(&a, " at %s: ", mistakes[i].pointer)))
            fail_msg("%s is not in: %s", mistakes[i].pointer, e.text);
        assert_string_equal(c.key, "untouched");
        arena_release(&a);
    }
}

static void halves_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *pointer;
    } mistakes[] = {
        {"\"conflict\":\"partner\"", "\"conflict\":\"own\"", "/secondConnector/fields/1/conflict"},
        {"\"firstContact\":\"partner\"", "\"firstContact\":\"newest\"", "/secondConnector/fields/1/firstContact"},
        {"\"customfield_10300\",\"name\":\"Tester\",\"type\":\"user\"},\"mapping\":\"userByMail\"",
         "\"customfield_10300\",\"name\":\"Tester\",\"type\":\"user\"},\"mapping\":\"userByName\"",
         "/secondConnector/fields/4/mapping"},
        {"{\"field\":{\"id\":\"customfield_10300\"",
         "{\"field\":{\"id\":\"x\"}},{\"field\":{\"id\":\"customfield_10300\"", "/secondConnector/fields"},
    };
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct config c;
        assert_false(config_from_json(&a, changed(&a, mistakes[i].from, mistakes[i].to), &c, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, mistakes[i].pointer));
        arena_release(&a);
    }
}

static void a_suggestion_matches_what_has_one_name(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct tracker_project p[2] = {fixture_project(&a, SIDE_FIRST), fixture_project(&a, SIDE_SECOND)};
    const struct tracker_project *const projects[2] = {&p[0], &p[1]};
    struct config c;
    config_suggest(&a, projects, &c);
    assert_string_equal(c.key, "INT-1");
    assert_string_equal(c.connector[1].key, "CON-1-SB");
    assert_int_equal(c.connector[0].type_count, 2); /* Task and Story are not one */
    assert_int_equal(c.connector[1].type_count, 2);
    assert_string_equal(c.connector[1].types[0].id, "10011");
    assert_string_equal(c.connector[0].types[1].name, "Sub-task");
    assert_string_equal(c.connector[1].types[1].name, "Subtask");
    assert_int_equal(c.field_count, 4);
    assert_string_equal(c.fields[3].half[0].id, "priority");
    assert_int_equal(c.fields[3].kind, CONFIG_CORRELATION);
    assert_int_equal(c.fields[3].half[0].option_count, 3);
    assert_string_equal(c.fields[3].half[1].options[1].name, "Medium");
    assert_int_equal(c.connector[0].status_count, 3);
    assert_string_equal(c.connector[0].statuses[0].partner.name, "To Do");
    assert_string_equal(c.connector[0].statuses[0].own.name, "Open");
    assert_string_equal(c.connector[1].statuses[2].partner.name, "Closed");
    assert_string_equal(c.connector[1].statuses[2].own.name, "Done");
    struct config_finding *findings;
    assert_int_equal(config_check(&a, &c, projects, &findings), 0);
    arena_release(&a);
}

static void a_sub_task_is_never_matched_with_a_standard_type(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct tracker_project p[2] = {fixture_project(&a, SIDE_FIRST), fixture_project(&a, SIDE_SECOND)};
    const struct tracker_project *const projects[2] = {&p[0], &p[1]};
    p[1].types[0].is_subtask = true;
    struct config c;
    config_suggest(&a, projects, &c);
    assert_int_equal(c.connector[0].type_count, 1);
    assert_string_equal(c.connector[0].types[0].name, "Sub-task");
    arena_release(&a);
}

static void priorities_with_the_same_names_pass_through(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct tracker_project p[2] = {fixture_project(&a, SIDE_FIRST), fixture_project(&a, SIDE_SECOND)};
    const struct tracker_project *const projects[2] = {&p[0], &p[1]};
    p[1].priorities = copy_options(&a, OPTIONS({"9", "trivial"}, {"8", "Major"}, {"7", "BLOCKER"}), 3);
    struct config c;
    config_suggest(&a, projects, &c);
    assert_int_equal(c.fields[3].kind, CONFIG_PASSTHROUGH);
    assert_int_equal(c.fields[3].half[0].option_count, 0);
    arena_release(&a);
}

static void five_priorities_and_three_go_together_in_order(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct tracker_project p[2] = {fixture_project(&a, SIDE_FIRST), fixture_project(&a, SIDE_SECOND)};
    const struct tracker_project *const projects[2] = {&p[0], &p[1]};
    p[0].priorities = copy_options(
        &a, OPTIONS({"1", "Blocker"}, {"2", "Critical"}, {"3", "Major"}, {"4", "Minor"}, {"5", "Trivial"}), 5);
    p[0].priority_count = 5;
    p[1].priorities = copy_options(&a, OPTIONS({"21", "High"}, {"22", "Medium"}, {"23", "Low"}), 3);
    struct config c;
    config_suggest(&a, projects, &c);
    const struct config_field_half *half = c.fields[3].half;
    int last = 0;
    for (size_t i = 0; i < 5; i++) { /* each once at least, and never a higher one below a lower one */
        size_t at = 0;
        while (at < half[0].option_count && !str_eq(half[0].options[at].id, p[0].priorities[i].id))
            at++;
        assert_true(at < half[0].option_count);
        int to = half[1].options[at].id[1] - '0';
        assert_true(to >= last);
        last = to;
    }
    struct config_finding *findings;
    size_t count = config_check(&a, &c, projects, &findings);
    assert_null(finding_of(findings, count, "Priority"));
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_read),
        cmocka_unit_test(what_is_written_is_what_was_read),
        cmocka_unit_test(unknown_members_survive_at_every_level),
        cmocka_unit_test(unknown_members_follow_an_element_that_moved),
        cmocka_unit_test(a_short_document_is_enough),
        cmocka_unit_test(a_mistake_is_named_by_its_place),
        cmocka_unit_test(halves_that_contradict_each_other_are_refused),
        cmocka_unit_test(a_suggestion_matches_what_has_one_name),
        cmocka_unit_test(a_sub_task_is_never_matched_with_a_standard_type),
        cmocka_unit_test(priorities_with_the_same_names_pass_through),
        cmocka_unit_test(five_priorities_and_three_go_together_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
