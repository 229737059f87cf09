/* What only Cloud has: ADF on version 3, the changelog as a resource, bulk fetching it. */
#include "sandbox/test_client.h"

static char *adf(struct test_site *s, const char *text)
{
    return arena_printf(
        &s->arena,
        "{'type':'doc','version':1,'content':[{'type':'paragraph','content':[{'type':'text','text':'%s',"
        "'marks':[{'type':'strong'}]}]}]}",
        text);
}

static void text_is_adf_on_3_and_markup_on_2(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *id = test_issue(&s, "SA", "Task", "x");
    char *v2 = arena_printf(&s.arena, "/rest/api/2/issue/%s", id),
         *v3 = arena_printf(&s.arena, "/rest/api/3/issue/%s", id);
    test_json(&s, HTTP_PUT, 204, v2, test_body(&s, "{'fields':{'description':'h2. Plan\\n\\n*bold* text'}}"));
    json_t *o = test_get(&s, 200, "%s", v3);
    assert_string_equal(json_at_str(o, "fields.description.type"), "doc");
    assert_string_equal(json_at_str(json_array_get(json_at(o, "fields.description.content"), 0), "type"), "heading");
    o = test_get(&s, 200, "%s", v2);
    assert_non_null(strstr(json_at_str(o, "fields.description"), "*bold*"));

    test_json(&s, HTTP_PUT, 204, v3, test_body(&s, "{'fields':{'description':%s}}", adf(&s, "strong")));
    assert_string_equal(json_at_str(test_get(&s, 200, "%s", v2), "fields.description"), "*strong*");
    test_json(&s, HTTP_PUT, 204, v3,
              test_body(&s, "{'fields':{'description':{'type':'doc','version':1,'content':[]}}}"));
    assert_true(json_is_null(json_at(test_get(&s, 200, "%s", v3), "fields.description")));
    test_site_close(&s);
}

static void each_version_refuses_the_others_text(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *id = test_issue(&s, "SA", "Task", "x");
    json_t *e = test_json(&s, HTTP_PUT, 400, arena_printf(&s.arena, "/rest/api/3/issue/%s", id),
                          test_body(&s, "{'fields':{'description':'markup'}}"));
    assert_string_equal(test_error(e, "description"),
                        "Operation value must be an Atlassian Document (see the Atlassian Document Format)");
    e = test_json(&s, HTTP_PUT, 400, arena_printf(&s.arena, "/rest/api/2/issue/%s", id),
                  test_body(&s, "{'fields':{'description':%s}}", adf(&s, "x")));
    assert_string_equal(test_error(e, "description"), "Operation value must be a string");
    char *comments = arena_printf(&s.arena, "/rest/api/3/issue/%s/comment", id);
    test_json(&s, HTTP_POST, 400, comments, test_body(&s, "{'body':'markup'}"));
    json_t *o = test_json(&s, HTTP_POST, 201, comments, test_body(&s, "{'body':%s}", adf(&s, "said")));
    assert_string_equal(json_at_str(o, "body.type"), "doc");
    o = test_get(&s, 200, "/rest/api/2/issue/%s/comment/%s", id, json_at_str(o, "id"));
    assert_string_equal(json_at_str(o, "body"), "*said*");
    test_site_close(&s);
}

static char *edited(struct test_site *s, int times)
{
    char *id = test_issue(s, "SA", "Task", "x");
    for (int i = 0; i < times; i++)
        test_json(s, HTTP_PUT, 204, arena_printf(&s->arena, "/rest/api/3/issue/%s", id),
                  i % 2 ? test_body(s, "{'fields':{'labels':['l%d']}}", i)
                        : test_body(s, "{'fields':{'summary':'s%d'}}", i));
    return id;
}

static void the_changelog_is_newest_first_inside_and_oldest_first_as_a_resource(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *id = edited(&s, 105);
    json_t *o = test_get(&s, 200, "/rest/api/3/issue/%s?expand=changelog&fields=summary", id);
    assert_int_equal(json_at_int(o, "changelog.total", 0), 105);
    assert_int_equal(json_at_count(o, "changelog.histories"), 100);
    json_t *newest = json_array_get(json_at(o, "changelog.histories"), 0);
    o = test_get(&s, 200, "/rest/api/3/issue/%s/changelog", id);
    assert_int_equal(json_at_count(o, "values"), 100);
    assert_true(json_is_false(json_object_get(o, "isLast")));
    o = test_get(&s, 200, "/rest/api/3/issue/%s/changelog?startAt=100", id);
    assert_int_equal(json_at_count(o, "values"), 5);
    assert_true(json_is_true(json_object_get(o, "isLast")));
    json_t *last = json_array_get(json_object_get(o, "values"), 4);
    assert_true(json_equal(newest, last));
    o = test_json(&s, HTTP_POST, 200, arena_printf(&s.arena, "/rest/api/3/issue/%s/changelog/list", id),
                  test_body(&s, "{'changelogIds':[%s]}", json_at_str(last, "id")));
    assert_int_equal(json_at_count(o, "histories"), 1);
    test_site_close(&s);
}

static void changelogs_of_many_issues_come_in_pages(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    edited(&s, 7);
    edited(&s, 4);
    char *token = arena_strdup(&s.arena, "");
    int seen = 0, pages = 0;
    do {
        json_t *o = test_json(&s, HTTP_POST, 200, "/rest/api/3/changelog/bulkfetch",
                              test_body(&s, "{'issueIdsOrKeys':['SA-2','SA-1','SA-9'],'maxResults':3%s}", token));
        json_t *list = json_object_get(o, "issueChangeLogs"), *entry;
        size_t i;
        json_array_foreach (list, i, entry)
            seen += (int)json_at_count(entry, "changeHistories");
        const char *next = json_at_str(o, "nextPageToken");
        token = next ? arena_printf(&s.arena, ",'nextPageToken':'%s'", next) : NULL;
        pages++;
    } while (token && pages < 20);
    assert_int_equal(seen, 11);
    assert_int_equal(pages, 4);
    json_t *o = test_json(&s, HTTP_POST, 200, "/rest/api/3/changelog/bulkfetch",
                          test_body(&s, "{'issueIdsOrKeys':['SA-1'],'fieldIds':['labels']}"));
    assert_int_equal(json_at_count(json_array_get(json_object_get(o, "issueChangeLogs"), 0), "changeHistories"), 3);
    test_site_close(&s);
}

static void a_data_center_has_none_of_it(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    char *id = test_issue(&s, "SA", "Task", "x");
    test_get(&s, 404, "/rest/api/2/issue/%s/changelog", id);
    test_json(&s, HTTP_POST, 404, "/rest/api/2/changelog/bulkfetch", "{}");
    test_get(&s, 404, "/rest/api/2/project/search");
    test_get(&s, 404, "/rest/api/3/issue/%s", id);
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_adf_on_3_and_markup_on_2),
        cmocka_unit_test(each_version_refuses_the_others_text),
        cmocka_unit_test(the_changelog_is_newest_first_inside_and_oldest_first_as_a_resource),
        cmocka_unit_test(changelogs_of_many_issues_come_in_pages),
        cmocka_unit_test(a_data_center_has_none_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
