/* What a site is found to be, and when an absence is believed. */
#include "http/server.h"
#include "jira/play.h"

static void a_server_is_known_by_its_facts(void **state)
{
    (void)state;
    struct play p;
    play_init(&p, false, NULL, 0);
    p.zone = "Asia/Kolkata";
    struct tracker_info info;
    assert_ok(p, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    assert_string_equal(info.deployment, "datacenter");
    assert_string_equal(info.version, "9.12.4");
    assert_string_equal(info.account_id, "sync");
    assert_string_equal(info.account_name, "Sync User");
    assert_string_equal(info.zone, "Asia/Kolkata");
    assert_string_equal(info.site_url, "https://jira.example.com");
    assert_int_equal(info.poll_overlap_ms, 120000);
    assert_int_equal(p.tracker->ops->requests(p.tracker), 2);
    assert_string_equal(p.tracker->ops->browse_url(p.tracker, &p.a, "SA-1"), "https://jira.example.com/browse/SA-1");
    play_end(&p);
}

static void createmeta_follows_the_version(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        bool is_cloud;
        enum jira_createmeta form;
    } rows[] = {{"8.3.9", false, JIRA_CREATEMETA_EXPAND},
                {"8.4.0", false, JIRA_CREATEMETA_VALUES},
                {"10.3.1", false, JIRA_CREATEMETA_VALUES},
                {"1001.0.0", true, JIRA_CREATEMETA_FIELDS}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct play p;
        const struct jira_facts *facts;
        play_init(&p, rows[i].is_cloud, NULL, 0);
        p.version = rows[i].version;
        assert_ok(p, jira_site_facts(p.site, &facts, &p.e));
        assert_int_equal(facts->createmeta, rows[i].form);
        assert_int_equal(facts->deployment, rows[i].is_cloud ? JIRA_CLOUD : JIRA_DATACENTER);
        play_end(&p);
    }
}

static void the_skew_is_measured_from_half_of_the_way(void **state)
{
    (void)state;
    struct play p;
    struct tracker_info info;
    play_init(&p, true, NULL, 0);
    p.server_ahead_ms = 90000;
    p.delay_ms = 800; /* passes before the site looks at its clock; so half of it is the error */
    assert_ok(p, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    assert_int_equal(info.skew_ms, 90400);
    assert_int_equal(info.poll_overlap_ms, 300000);
    play_end(&p);
}

static void a_zone_nobody_knows_is_said_at_once(void **state)
{
    (void)state;
    struct play p;
    struct tracker_info info;
    play_init(&p, false, NULL, 0);
    p.zone = "Mars/Olympus";
    assert_fails(p, ERR_PROTOCOL, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    assert_non_null(strstr(p.e.text, "Mars/Olympus"));
    assert_non_null(strstr(p.e.text, "profile to UTC"));
    assert_non_null(strstr(p.e.text, "site sa (https://jira.example.com)"));
    play_end(&p);
}

static void what_is_no_jira_is_named(void **state)
{
    (void)state;
    struct play p;
    struct tracker_info info;
    play_init(&p, false, NULL, 0);
    p.me = "<html><title>Log in</title></html>";
    assert_fails(p, ERR_PROTOCOL, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    assert_non_null(strstr(p.e.text, "Log in"));
    p.me = "{}"; /* nobody, with 200 */
    assert_fails(p, ERR_AUTH, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    p.me = "{\"message\":\"Client must be authenticated\"}";
    p.me_status = 401;
    assert_fails(p, ERR_AUTH, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    p.me_status = 404;
    assert_fails(p, ERR_AUTH, p.tracker->ops->describe(p.tracker, &p.a, &info, &p.e));
    play_end(&p);
}

static void settings_that_cannot_be_used_are_input_errors(void **state)
{
    (void)state;
    static const struct jira_settings bad[] = {
        {.name = "x", .user = "u", .secret = "s"},
        {.name = "x", .base_url = "https://x", .user = "u"},
        {.name = "x", .base_url = "https://x", .secret = "s"},
        {.name = "x", .base_url = "gopher://x", .user = "u", .secret = "s"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        assert_null(jira_site_open(&bad[i], &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, "site x"));
    }
}

/* Cloud behind api.atlassian.com: people look at one address, the API answers at another. */
static void the_api_may_answer_at_an_address_of_its_own(void **state)
{
    (void)state;
    struct play p;
    struct tracker_info info;
    play_init(&p, true, NULL, 0);
    struct http_server *server = http_server_start(
        &(struct http_server_settings){.listen = "127.0.0.1:0", .handler = play_handle, .context = &p}, &p.e);
    assert_non_null(server);
    struct jira_site *site = jira_site_open(
        &(struct jira_settings){.name = "ca",
                                .base_url = "https://ca.invalid",
                                .api_url = arena_printf(&p.a, "http://127.0.0.1:%d", http_server_port(server)),
                                .secret = "a token",
                                .auth = JIRA_BEARER},
        &p.e);
    assert_ok(p, site);
    struct tracker *t = tracker_jira_new(site, "CA");
    assert_ok(p, t->ops->describe(t, &p.a, &info, &p.e));
    assert_string_equal(info.site_url, "https://ca.invalid");
    assert_string_equal(t->ops->browse_url(t, &p.a, "CA-1"), "https://ca.invalid/browse/CA-1");
    tracker_free(t);
    jira_site_close(site);
    http_server_stop(server);
    play_end(&p);
}

static void a_404_given_to_us_is_believed_without_asking(void **state)
{
    (void)state;
    PLAY(p, false,
         {"GET /rest/api/2/issue/10001/comment/5", NULL, 404, "{\"errorMessages\":[\"Can not find a comment\"]}"});
    struct tracker_comment c;
    assert_fails(p, ERR_GONE, p.tracker->ops->comment_get(p.tracker, &p.a, "10001", "5", &c, &p.e));
    assert_int_equal(p.asked_me, 1); /* at the start */
    play_end(&p);
}

static void a_404_given_to_who_knows_whom_is_asked_about(void **state)
{
    (void)state;
    PLAY(p, true, {"GET /rest/api/3/issue/1/comment/5", NULL, 404, "{\"errorMessages\":[\"No\"]}", .is_nobody = true},
         {"GET /rest/api/3/issue/1/comment/5", NULL, 404, "{\"errorMessages\":[\"No\"]}", .is_nobody = true});
    struct tracker_comment c;
    assert_fails(p, ERR_GONE, p.tracker->ops->comment_get(p.tracker, &p.a, "1", "5", &c, &p.e));
    assert_int_equal(p.asked_me, 2);
    p.me = "{\"accountId\":\"712020:another\"}"; /* the token was exchanged under us */
    assert_fails(p, ERR_AUTH, p.tracker->ops->comment_get(p.tracker, &p.a, "1", "5", &c, &p.e));
    play_end(&p);
}

static void a_404_page_of_a_gateway_says_nothing_about_an_issue(void **state)
{
    (void)state;
    PLAY(p, false,
         {"GET /rest/api/2/issue/1/comment/5", NULL, 404, "<html><title>Not Found</title></html>", .is_nobody = true});
    struct tracker_comment c;
    assert_fails(p, ERR_PROTOCOL, p.tracker->ops->comment_get(p.tracker, &p.a, "1", "5", &c, &p.e));
    assert_non_null(strstr(p.e.text, "Nothing is taken for deleted"));
    play_end(&p);
}

static void an_empty_list_for_nobody_is_no_empty_project(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {"POST /rest/api/2/search/jql", NULL, 200, "{\"issues\":[],\"isLast\":true}", .is_nobody = true});
    const char *cursor = NULL;
    struct tracker_seen *seen;
    size_t count;
    assert_ok(p, jira_site_check(p.site, &p.e));
    p.me = "{\"message\":\"no\"}";
    p.me_status = 401;
    assert_fails(p, ERR_AUTH, p.tracker->ops->poll(p.tracker, &p.a, PLAY_START, NULL, &cursor, &seen, &count, &p.e));
    play_end(&p);
}

static void dead_credentials_with_200_are_an_error(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {"POST /rest/api/2/search/jql", NULL, 200, "{\"issues\":[],\"isLast\":true}", .is_nobody = true,
          .header = "X-Seraph-LoginReason: AUTHENTICATED_FAILED"});
    const char *cursor = NULL;
    struct tracker_seen *seen;
    size_t count;
    assert_fails(p, ERR_AUTH, p.tracker->ops->poll(p.tracker, &p.a, PLAY_START, NULL, &cursor, &seen, &count, &p.e));
    play_end(&p);
}

static void a_missing_project_says_what_to_check(void **state)
{
    (void)state;
    PLAY(p, false,
         {"GET /rest/api/2/project/SA", NULL, 404,
          "{\"errorMessages\":[\"No project could be found with key 'SA'.\"]}"});
    struct tracker_project project;
    assert_fails(p, ERR_GONE, p.tracker->ops->project(p.tracker, &p.a, &project, &p.e));
    assert_non_null(strstr(p.e.text, "a role in the project"));
    assert_non_null(strstr(p.e.text, "No project could be found"));
    play_end(&p);
}

static void a_project_is_read_with_all_it_offers(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {"GET /rest/api/2/project/10000/statuses", NULL, 200,
          "[{\"id\":\"3\",\"name\":\"Task\",\"subtask\":false,\"statuses\":[{\"id\":\"1\",\"name\":\"To Do\"},"
          "{\"id\":\"2\",\"name\":\"Done\"}]},{\"id\":5,\"name\":\"Sub-task\",\"subtask\":true,\"statuses\":null}]"},
         {"GET /rest/api/2/priority", NULL, 200, "[{\"id\":\"1\",\"name\":\"High\"}]"},
         {"GET /rest/api/2/field", NULL, 200,
          "[{\"id\":\"summary\",\"name\":\"Summary\",\"schema\":{\"type\":\"string\",\"system\":\"summary\"}},"
          "{\"id\":\"customfield_10010\",\"name\":\"Notes\",\"schema\":{\"type\":\"string\",\"custom\":\"x:textarea\"}}"
          "]"},
         {"GET /rest/api/2/mypermissions?projectKey=SA&permissions=BROWSE_PROJECTS,", NULL, 200,
          "{\"permissions\":{\"BROWSE_PROJECTS\":{\"havePermission\":true},\"CREATE_ISSUES\":{\"havePermission\":true},"
          "\"EDIT_ISSUES\":{\"havePermission\":false}}}"},
         {"GET /rest/api/2/issue/createmeta/10000/issuetypes/3", NULL, 200,
          "{\"total\":2,\"fields\":[{\"fieldId\":\"summary\",\"required\":true,\"hasDefaultValue\":false},"
          "{\"fieldId\":\"priority\",\"required\":true,\"hasDefaultValue\":true}]}"},
         {"GET /rest/api/2/issue/createmeta/10000/issuetypes/5", NULL, 200, "{\"total\":0,\"fields\":[]}"});
    struct tracker_project project;
    assert_ok(p, p.tracker->ops->project(p.tracker, &p.a, &project, &p.e));
    assert_string_equal(project.key, "SA");
    assert_int_equal(project.type_count, 2);
    assert_string_equal(project.types[0].statuses[1].name, "Done");
    assert_int_equal(project.types[0].required_count, 1);
    assert_string_equal(project.types[0].required[0], "summary");
    assert_string_equal(project.types[1].id, "5");
    assert_true(project.types[1].is_subtask);
    assert_int_equal(project.types[1].status_count, 0);
    assert_int_equal(project.priority_count, 1);
    assert_string_equal(project.fields[1].custom, "x:textarea");
    assert_true(project.can_browse && project.can_create);
    assert_false(project.can_edit || project.can_comment || project.can_transition);
    play_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_known_by_its_facts),
        cmocka_unit_test(createmeta_follows_the_version),
        cmocka_unit_test(the_skew_is_measured_from_half_of_the_way),
        cmocka_unit_test(a_zone_nobody_knows_is_said_at_once),
        cmocka_unit_test(what_is_no_jira_is_named),
        cmocka_unit_test(settings_that_cannot_be_used_are_input_errors),
        cmocka_unit_test(the_api_may_answer_at_an_address_of_its_own),
        cmocka_unit_test(a_404_given_to_us_is_believed_without_asking),
        cmocka_unit_test(a_404_given_to_who_knows_whom_is_asked_about),
        cmocka_unit_test(a_404_page_of_a_gateway_says_nothing_about_an_issue),
        cmocka_unit_test(an_empty_list_for_nobody_is_no_empty_project),
        cmocka_unit_test(dead_credentials_with_200_are_an_error),
        cmocka_unit_test(a_missing_project_says_what_to_check),
        cmocka_unit_test(a_project_is_read_with_all_it_offers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
