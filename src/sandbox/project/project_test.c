/* project_test.c - a project's life: made, read, found, renamed, archived, deleted; on every dialect. */
#include "sandbox/people/test_people.h"

#define PROJECT "/rest/api/2/project"

static const char *me(struct test_site *s)
{
    json_t *o = test_get(s, 200, "/rest/api/2/myself");
    return json_at_str(o, s->is_cloud ? "accountId" : "name");
}

/* `more` begins with a comma or is empty. */
static json_t *made(struct test_site *s, int status, const char *key, const char *name, const char *more)
{
    return test_json(s, HTTP_POST, status, PROJECT,
                     test_body(s, "{'key':'%s','name':'%s','%s':'%s'%s}", key, name,
                               s->is_cloud ? "leadAccountId" : "lead", me(s), more));
}

static void a_project_is_made_from_a_template(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *o = made(&s, 201, "NEW", "New one",
                         ",'projectTypeKey':'software','projectTemplateKey':"
                         "'com.pyxis.greenhopper.jira:basic-software-development-template','assigneeType':"
                         "'PROJECT_LEAD','description':'d','url':'https://example.com','notificationScheme':10000");
        assert_true(json_is_integer(json_object_get(o, "id")));
        assert_string_equal(json_at_str(o, "key"), "NEW");
        assert_string_equal(json_at_str(o, "self"),
                            arena_printf(&s.arena, TEST_URL PROJECT "/%lld", (long long)json_at_int(o, "id", 0)));
        o = test_get(&s, 200, PROJECT "/new");
        assert_string_equal(json_at_str(o, "name"), "New one");
        assert_string_equal(json_at_str(o, "description"), "d");
        assert_string_equal(json_at_str(o, "url"), "https://example.com");
        assert_string_equal(json_at_str(o, "assigneeType"), "PROJECT_LEAD");
        assert_string_equal(json_at_str(o, "projectTypeKey"), "software");
        assert_int_equal(json_at_count(o, "issueTypes"), 5);
        test_issue(&s, "NEW", "Epic", "one");
        o = test_get(&s, 200, "/rest/api/2/issue/NEW-1");
        assert_string_equal(json_at_str(o, "fields.assignee.displayName"), "Administrator");
        made(&s, 201, "BIZ", "Business",
             ",'projectTemplateKey':'com.atlassian.jira-core-project-templates:jira-core-simplified-procurement'");
        o = test_get(&s, 200, PROJECT "/BIZ");
        assert_string_equal(json_at_str(o, "projectTypeKey"), "business");
        assert_int_equal(json_at_count(o, "issueTypes"), 2);
    }
}

static void all_that_is_wrong_with_a_new_project_is_said_at_once(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *e = made(&s, 400, "SA", "Project SA", ",'projectTypeKey':'garden'");
        assert_string_equal(test_error(e, "projectKey"), "Project 'Project SA' uses this project key.");
        assert_string_equal(test_error(e, "projectName"), "A project with that name already exists.");
        assert_true(str_starts(test_error(e, "projectTypeKey"), "An invalid project type was specified."));
        e = made(&s, 400, "LONGERTHANTEN", "x", "");
        assert_string_equal(test_error(e, "projectKey"), "The project key must not exceed 10 characters in length.");
        assert_non_null(json_at(e, "errors.projectName"));
        e = made(&s, 400, "low", "Low", "");
        assert_true(str_starts(test_error(e, "projectKey"), "Project keys must start with an uppercase letter"));
        e = test_json(&s, HTTP_POST, 400, PROJECT, test_body(&s, "{'key':'OK','name':'Fine'}"));
        assert_string_equal(test_error(e, "projectLead"), "You must specify a valid project lead.");
        e = made(&s, 400, "OK", "Fine",
                 ",'projectTypeKey':'business','projectTemplateKey':'com.pyxis.greenhopper.jira:gh-simplified-basic'");
        assert_non_null(json_at(e, "errors.projectTemplateKey"));
        test_person(&s, "kim");
        test_as(&s, "kim");
        made(&s, 403, "OK", "Fine", "");
    }
}

static void a_former_key_goes_on_to_resolve(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "one");
        json_t *o = test_json(&s, HTTP_PUT, 200, PROJECT "/SA", "{\"key\":\"SX\",\"name\":\"Renamed\"}");
        assert_string_equal(json_at_str(o, "key"), "SX");
        assert_string_equal(json_at_str(test_get(&s, 200, PROJECT "/SA"), "key"), "SX");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SA-1"), "key"), "SX-1");
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SX-1"), "id"), id);
        o = test_get(&s, 200, PROJECT "/SX?expand=projectKeys");
        assert_int_equal(json_at_count(o, "projectKeys"), 2);
        const char *search = s.is_cloud ? "/rest/api/2/search/jql?jql=key%20%3D%20SA-1%20and%20project%20%3D%20SA"
                                        : "/rest/api/2/search?jql=key%20%3D%20SA-1%20and%20project%20%3D%20SA";
        assert_int_equal(json_at_count(test_get(&s, 200, "%s", search), "issues"), 1);
        json_t *e = made(&s, 400, "SA", "Other", ""); /* nobody else gets it */
        assert_string_equal(test_error(e, "projectKey"), "Project 'Renamed' uses this project key.");
        o = test_json(&s, HTTP_PUT, 200, PROJECT "/SX",
                      "{\"key\":\"SA\"}"); /* but the project itself may have it back */
        assert_string_equal(json_at_str(test_get(&s, 200, "/rest/api/2/issue/SX-1"), "key"), "SA-1");
    }
}

static void a_project_is_changed_by_those_who_administer_it(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_person(&s, "kim");
        test_as(&s, "kim");
        test_json(&s, HTTP_PUT, 403, PROJECT "/SA", "{\"name\":\"Mine\"}");
        test_as(&s, NULL);
        test_json(&s, HTTP_POST, 200, PROJECT "/SA/role/10002", "{\"user\":[\"kim\"]}");
        test_as(&s, "kim");
        json_t *o = test_json(
            &s, HTTP_PUT, 200, PROJECT "/SA",
            test_body(&s, "{'name':'Mine','%s':'kim','description':'of kim'}", s.is_cloud ? "leadAccountId" : "lead"));
        assert_string_equal(json_at_str(o, "lead.displayName"), "kim");
        assert_string_equal(json_at_str(o, "name"), "Mine");
        test_json(&s, HTTP_PUT, 403, PROJECT "/SA", "{\"key\":\"KIM\"}");
        test_json(&s, HTTP_DELETE, 403, PROJECT "/SA", NULL);
        json_t *e = test_json(&s, HTTP_PUT, 400, PROJECT "/SA", "{\"assigneeType\":\"ME\"}");
        assert_non_null(json_at(e, "errors.assigneeType"));
        assert_string_equal(json_at_str(test_get(&s, 200, PROJECT "/SA"), "description"), "of kim");
    }
}

static void an_archived_project_is_read_and_not_written(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        enum http_method method = s.is_cloud ? HTTP_POST : HTTP_PUT;
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, method, 204, PROJECT "/SA/archive", NULL);
        test_json(&s, method, s.is_cloud ? 400 : 403, PROJECT "/SA/archive", NULL);
        assert_true(json_at_bool(test_get(&s, 200, PROJECT "/SA"), "archived", false));
        test_get(&s, 200, "/rest/api/2/issue/SA-1");
        test_json(&s, HTTP_PUT, 400, "/rest/api/2/issue/SA-1", "{\"fields\":{\"summary\":\"x\"}}");
        test_json(&s, HTTP_DELETE, 403, "/rest/api/2/issue/SA-1", NULL);
        test_json(&s, HTTP_POST, 400, "/rest/api/2/issue",
                  test_body(&s, "{'fields':{'project':{'key':'SA'},'issuetype':{'name':'Task'},'summary':'x'}}"));
        test_json(&s, HTTP_PUT, 403, PROJECT "/SA", "{\"name\":\"x\"}");
        test_json(&s, HTTP_DELETE, 400, PROJECT "/SA", NULL);
        assert_int_equal(json_array_size(test_get(&s, 200, PROJECT)), 0);
        if (s.is_cloud)
            assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search?status=archived"), "total", 0), 1);
        else
            assert_int_equal(json_array_size(test_get(&s, 200, PROJECT "?includeArchived=true")), 1);
        const char *search =
            s.is_cloud ? "/rest/api/2/search/jql?jql=summary%20~%20one" : "/rest/api/2/search?jql=summary%20~%20one";
        assert_int_equal(json_at_count(test_get(&s, 200, "%s", search), "issues"), 0);
        test_json(&s, method, s.is_cloud ? 200 : 202, PROJECT "/SA/restore", NULL);
        test_json(&s, HTTP_PUT, 204, "/rest/api/2/issue/SA-1", "{\"fields\":{\"summary\":\"x\"}}");
    }
}

static void a_deleted_project_is_gone_with_its_issues(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_DELETE, 204, s.is_cloud ? PROJECT "/SA?enableUndo=false" : PROJECT "/SA", NULL);
        test_get(&s, 404, PROJECT "/SA");
        test_get(&s, 404, "/rest/api/2/issue/SA-1");
        test_json(&s, HTTP_DELETE, 404, PROJECT "/SA", NULL);
        made(&s, 201, "SA", "Project SA", "");
        test_get(&s, 404, "/rest/api/2/issue/SA-1");
    }
}

static void on_cloud_a_project_can_be_taken_out_of_the_trash(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    test_issue(&s, "SA", "Task", "one");
    test_json(&s, HTTP_DELETE, 204, PROJECT "/SA", NULL);
    test_get(&s, 404, PROJECT "/SA");
    test_get(&s, 404, "/rest/api/2/issue/SA-1");
    assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search"), "total", -1), 0);
    made(&s, 400, "SA", "Another", "");
    json_t *o = test_get(&s, 200, PROJECT "/search?status=deleted");
    assert_true(json_at_bool(json_array_get(json_object_get(o, "values"), 0), "deleted", false));
    test_json(&s, HTTP_POST, 200, PROJECT "/SA/restore", NULL);
    test_get(&s, 200, "/rest/api/2/issue/SA-1");
    test_json(&s, HTTP_POST, 303, PROJECT "/SA/delete", NULL);
    test_get(&s, 404, PROJECT "/SA");
    assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search?status=deleted"), "total", -1), 0);
    test_site_close(&s);
}

static void cloud_finds_projects_page_by_page(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    for (char letter = 'A'; letter <= 'E'; letter++)
        made(&s, 201, arena_printf(&s.arena, "P%c", letter), arena_printf(&s.arena, "Number %d", 'Z' - letter),
             letter == 'A' ? ",'projectTypeKey':'business'" : "");
    json_t *o = test_get(&s, 200, PROJECT "/search?maxResults=2&orderBy=-key");
    assert_string_equal(json_at_str(json_array_get(json_object_get(o, "values"), 0), "key"), "PE");
    assert_int_equal(json_at_int(o, "total", 0), 5);
    assert_false(json_at_bool(o, "isLast", true));
    assert_true(str_ends(json_at_str(o, "nextPage"), "startAt=2&maxResults=2"));
    o = test_get(&s, 200, PROJECT "/search?orderBy=name&keys=PA&keys=PB,PC");
    assert_int_equal(json_at_int(o, "total", 0), 3);
    assert_null(json_object_get(o, "nextPage"));
    assert_string_equal(json_at_str(json_array_get(json_object_get(o, "values"), 0), "key"), "PC");
    assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search?typeKey=business"), "total", 0), 1);
    assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search?query=number"), "total", 0), 5);
    test_get(&s, 400, PROJECT "/search?orderBy=colour");
    test_get(&s, 400, PROJECT "/search?status=lost");
    test_person(&s, "kim");
    test_as(&s, "kim");
    assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search?action=edit"), "total", -1), 0);
    assert_int_equal(json_at_int(test_get(&s, 200, PROJECT "/search?action=create"), "total", -1), 5);
    test_site_close(&s);
}

static void categories_sort_projects(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *o = test_json(&s, HTTP_POST, 201, "/rest/api/2/projectCategory",
                              test_body(&s, "{'name':'FIRST','description':'d'}"));
        const char *id = json_at_str(o, "id");
        test_json(&s, HTTP_POST, 409, "/rest/api/2/projectCategory", test_body(&s, "{'name':'first'}"));
        test_json(&s, HTTP_POST, 400, "/rest/api/2/projectCategory", "{}");
        assert_null(json_object_get(test_get(&s, 200, PROJECT "/SA"), "projectCategory"));
        o = test_json(&s, HTTP_PUT, 200, PROJECT "/SA", test_body(&s, "{'categoryId':%s}", id));
        assert_string_equal(json_at_str(o, "projectCategory.name"), "FIRST");
        test_issue(&s, "SA", "Task", "one");
        o = test_get(&s, 200, "/rest/api/2/issue/SA-1");
        assert_string_equal(json_at_str(o, "fields.project.projectCategory.id"), id);
        o = test_json(&s, HTTP_PUT, 200, arena_printf(&s.arena, "/rest/api/2/projectCategory/%s", id),
                      test_body(&s, "{'name':'SECOND'}"));
        assert_string_equal(json_at_str(o, "description"), "d");
        assert_int_equal(json_array_size(test_get(&s, 200, "/rest/api/2/projectCategory")), 1);
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/projectCategory/%s", id), NULL);
        test_get(&s, 404, "/rest/api/2/projectCategory/%s", id);
        assert_null(json_object_get(test_get(&s, 200, PROJECT "/SA"), "projectCategory"));
    }
}

static void keys_and_names_can_be_tried_beforehand(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        json_t *o = test_get(&s, 200, "/rest/api/2/projectvalidate/key?key=SA");
        assert_string_equal(test_error(o, "projectKey"), "Project 'Project SA' uses this project key.");
        o = test_get(&s, 200, "/rest/api/2/projectvalidate/key?key=FREE");
        assert_int_equal(json_object_size(json_object_get(o, "errors")), 0);
        if (!s.is_cloud)
            continue;
        o = test_get(&s, 200, "/rest/api/3/projectvalidate/validProjectKey?key=SA");
        assert_string_equal(json_string_value(o), "SA1");
        o = test_get(&s, 200, "/rest/api/3/projectvalidate/validProjectName?name=Project%%20SA");
        assert_string_equal(json_string_value(o), "Project SA 2");
    }
}

static void types_and_pictures_are_listed(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        assert_int_equal(json_array_size(test_get(&s, 200, PROJECT "/type")), 3);
        assert_string_equal(json_at_str(test_get(&s, 200, PROJECT "/type/software"), "formattedKey"), "Software");
        test_get(&s, 404, PROJECT "/type/garden");
        json_t *o = test_get(&s, 200, PROJECT "/SA/avatars");
        const char *id = json_at_str(json_array_get(json_object_get(o, "system"), 1), "id");
        test_json(&s, HTTP_PUT, 204, PROJECT "/SA/avatar", test_body(&s, "{'id':'%s'}", id));
        const char *url = json_string_value(
            json_object_get(json_object_get(test_get(&s, 200, PROJECT "/SA"), "avatarUrls"), "48x48"));
        assert_true(str_ends(url, id));
        test_call(&s, HTTP_GET, url + strlen(TEST_URL), NULL);
        assert_int_equal(s.response.status, 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_project_is_made_from_a_template),
        cmocka_unit_test(all_that_is_wrong_with_a_new_project_is_said_at_once),
        cmocka_unit_test(a_former_key_goes_on_to_resolve),
        cmocka_unit_test(a_project_is_changed_by_those_who_administer_it),
        cmocka_unit_test(an_archived_project_is_read_and_not_written),
        cmocka_unit_test(a_deleted_project_is_gone_with_its_issues),
        cmocka_unit_test(on_cloud_a_project_can_be_taken_out_of_the_trash),
        cmocka_unit_test(cloud_finds_projects_page_by_page),
        cmocka_unit_test(categories_sort_projects),
        cmocka_unit_test(keys_and_names_can_be_tried_beforehand),
        cmocka_unit_test(types_and_pictures_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
