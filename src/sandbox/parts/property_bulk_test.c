/* Properties of everything that has them, and of many issues at once. */
#include "base/clock.h"
#include "sandbox/test_client.h"

static void ada_comes(struct test_site *s)
{
    test_json(s, HTTP_POST, 201, "/sandbox/users",
              "{\"name\":\"ada\",\"key\":\"ada-key\",\"emailAddress\":\"ada@example.com\",\"accountId\":\"712020:ada\","
              "\"password\":\"pw\"}");
}

static void as_ada(struct test_site *s, bool is_ada)
{
    s->user = is_ada ? s->is_cloud ? "ada@example.com" : "ada" : s->is_cloud ? "admin@example.com" : "admin";
    s->password = is_ada ? "pw" : "admin";
}

/* Puts, lists, reads and deletes one property; `query` stands behind each address. */
static void check_life(struct test_site *s, const char *entity, const char *query)
{
    char *one = arena_printf(&s->arena, "/rest/api/2/%s/properties/my%%20key%s", entity, query);
    char *all = arena_printf(&s->arena, "/rest/api/2/%s/properties%s", entity, query);
    test_get(s, 404, "%s", one);
    test_json(s, HTTP_PUT, 201, one, "{\"a\":[1,null]}");
    test_json(s, HTTP_PUT, 200, one, "\"text\"");
    assert_string_equal(json_at_str(test_get(s, 200, "%s", one), "value"), "text");
    assert_string_equal(json_at_str(test_get(s, 200, "%s", one), "key"), "my key");
    json_t *keys = test_get(s, 200, "%s", all);
    const json_t *key = json_array_get(json_object_get(keys, "keys"), 0);
    assert_string_equal(json_at_str(key, "key"), "my key");
    const char *self = json_at_str(key, "self");
    assert_string_equal(json_at_str(test_get(s, 200, "%s", self + strlen(TEST_URL)), "value"), "text");
    test_json(s, HTTP_DELETE, 204, one, NULL);
    test_json(s, HTTP_DELETE, 404, one, NULL);
}

static void everything_that_has_properties_keeps_them(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_issue(&s, "SA", "Task", "one");
        json_t *c = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"x\"}");
        json_t *w = test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/worklog", "{\"timeSpent\":\"1h\"}");
        json_t *types = test_get(&s, 200, "/rest/api/2/issuetype");
        check_life(&s, "issue/SA-1", "");
        check_life(&s, arena_printf(&s.arena, "comment/%s", json_at_str(c, "id")), "");
        check_life(&s, "project/SA", "");
        check_life(&s, arena_printf(&s.arena, "issuetype/%s", json_at_str(json_array_get(types, 0), "id")), "");
        check_life(&s, "user", "");
        check_life(&s, "user", s.is_cloud ? "?accountId=712020:ada" : "?username=ada");
        char *worklog = arena_printf(&s.arena, "issue/SA-1/worklog/%s", json_at_str(w, "id"));
        if (s.is_cloud)
            check_life(&s, worklog, "");
        else
            test_get(&s, 404, "/rest/api/2/%s/properties", worklog);
        test_get(&s, 404,
                 s.is_cloud ? "/rest/api/2/user/properties?accountId=x" : "/rest/api/2/user/properties?userKey=x");
        test_get(&s, 404, "/rest/api/2/issuetype/1/properties");
    }
}

static void others_properties_are_for_admins(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        json_t *types = test_get(&s, 200, "/rest/api/2/issuetype");
        const char *type = json_at_str(json_array_get(types, 0), "id");
        json_t *me = test_get(&s, 200, "/rest/api/2/myself");
        char *admin = s.is_cloud ? arena_printf(&s.arena, "?accountId=%s", json_at_str(me, "accountId"))
                                 : arena_strdup(&s.arena, "?username=admin");
        as_ada(&s, true);
        check_life(&s, "user", "");
        test_get(&s, 403, "/rest/api/2/user/properties%s", admin);
        test_json(&s, HTTP_PUT, 403, arena_printf(&s.arena, "/rest/api/2/issuetype/%s/properties/a", type), "1");
        test_get(&s, 200, "/rest/api/2/issuetype/%s/properties", type);
    }
}

static json_t *finished(struct test_site *s, const char *target, enum http_method method, const char *body)
{
    json_t *task = test_json(s, method, 303, target, body);
    assert_string_equal(json_at_str(task, "status"), "RUNNING");
    const char *location = http_response_header(&s->response, "Location");
    assert_true(str_starts(location, TEST_URL "/rest/api/3/task/"));
    char *address = arena_strdup(&s->arena, location + strlen(TEST_URL));
    s->clock.now += 1000;
    task = test_get(s, 200, "%s", address);
    assert_string_equal(json_at_str(task, "status"), "COMPLETE");
    assert_int_equal(json_at_int(task, "progress", 0), 100);
    return task;
}

static int64_t how_many(struct test_site *s, char **ids, size_t count, const char *key)
{
    int64_t found = 0;
    for (size_t i = 0; i < count; i++) {
        test_call(s, HTTP_GET, arena_printf(&s->arena, "/rest/api/3/issue/%s/properties/%s", ids[i], key), NULL);
        found += s->response.status == 200;
    }
    return found;
}

static void cloud_sets_and_deletes_properties_of_many_issues(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *ids[3];
    for (size_t i = 0; i < 3; i++)
        ids[i] = test_issue(&s, "SA", "Task", "x");
    finished(&s, "/rest/api/3/issue/properties", HTTP_POST,
             test_body(&s, "{'entitiesIds':[%s,%s,77],'properties':{'a':1,'b':{'x':2}}}", ids[0], ids[1]));
    assert_int_equal(how_many(&s, ids, 3, "a"), 2);
    assert_int_equal(how_many(&s, ids, 3, "b"), 2);

    json_t *task = finished(&s, "/rest/api/3/issue/properties/multi", HTTP_POST,
                            test_body(&s,
                                      "{'issues':[{'issueID':%s,'properties':{'c':1}},{'issueID':77,'properties':"
                                      "{'c':1}}]}",
                                      ids[2]));
    assert_int_equal(how_many(&s, ids, 3, "c"), 1);
    assert_int_equal(json_object_size(json_object_get(json_object_get(task, "result"), "failedEntities")), 1);

    finished(&s, "/rest/api/3/issue/properties/d", HTTP_PUT, "{\"value\":5}");
    assert_int_equal(how_many(&s, ids, 3, "d"), 3);
    finished(&s, "/rest/api/3/issue/properties/e", HTTP_PUT,
             test_body(&s, "{'value':5,'filter':{'entityIds':[%s],'hasProperty':false}}", ids[1]));
    assert_int_equal(how_many(&s, ids, 3, "e"), 1);
    finished(&s, "/rest/api/3/issue/properties/e", HTTP_PUT, "{\"value\":6,\"filter\":{\"currentValue\":4}}");
    assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/3/issue/%s/properties/e", ids[1]), "value", 0), 5);
    finished(&s, "/rest/api/3/issue/properties/d", HTTP_DELETE,
             test_body(&s, "{'entityIds':[%s],'currentValue':5}", ids[0]));
    assert_int_equal(how_many(&s, ids, 3, "d"), 2);
    finished(&s, "/rest/api/3/issue/properties/d", HTTP_DELETE, NULL);
    assert_int_equal(how_many(&s, ids, 3, "d"), 0);
    test_site_close(&s);
}

static void what_is_too_much_or_makes_no_sense_is_refused(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *id = test_issue(&s, "SA", "Task", "x");
    static const char *const WRONG[][2] = {
        {"/rest/api/3/issue/properties", "{}"},
        {"/rest/api/3/issue/properties", "{'entitiesIds':[],'properties':{'a':1}}"},
        {"/rest/api/3/issue/properties", "{'entitiesIds':[1],'properties':{}}"},
        {"/rest/api/3/issue/properties",
         "{'entitiesIds':[1],'properties':{'1':1,'2':1,'3':1,'4':1,'5':1,'6':1,'7':1,'8':1,'9':1,'10':1,'11':1}}"},
        {"/rest/api/3/issue/properties/multi", "{'issues':{}}"},
        {"/rest/api/3/issue/properties/multi", "{'issues':[{'issueID':1}]}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(WRONG); i++)
        test_json(&s, HTTP_POST, 400, WRONG[i][0], test_body(&s, "%s", WRONG[i][1]));
    test_json(&s, HTTP_PUT, 400, "/rest/api/3/issue/properties/a", "{}");
    test_json(&s, HTTP_PUT, 400, "/rest/api/3/issue/properties/a",
              test_body(&s, "{'value':1,'filter':{'currentValue':1,'hasProperty':false}}"));
    test_json(&s, HTTP_PUT, 400, "/rest/api/3/issue/properties/a", test_body(&s, "{'expression':'issue.key'}"));
    test_json(&s, HTTP_DELETE, 400, "/rest/api/3/issue/properties/a", "[");
    test_get(&s, 404, "/rest/api/3/task/1");
    test_get(&s, 404, "/rest/api/3/issue/%s/properties/a", id);
    test_site_close(&s);
}

static void a_task_is_shown_to_who_asked_for_it(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    ada_comes(&s);
    test_project(&s, "SA");
    char *id = test_issue(&s, "SA", "Task", "x");
    json_t *task = test_json(&s, HTTP_POST, 303, "/rest/api/3/issue/properties",
                             test_body(&s, "{'entitiesIds':[%s],'properties':{'a':1}}", id));
    as_ada(&s, true);
    test_get(&s, 403, "/rest/api/3/task/%s", json_at_str(task, "id"));
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_has_properties_keeps_them),
        cmocka_unit_test(others_properties_are_for_admins),
        cmocka_unit_test(cloud_sets_and_deletes_properties_of_many_issues),
        cmocka_unit_test(what_is_too_much_or_makes_no_sense_is_refused),
        cmocka_unit_test(a_task_is_shown_to_who_asked_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
