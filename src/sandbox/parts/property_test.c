/* Entity properties of issues and projects. */
#include "sandbox/test_client.h"

static void a_property_is_made_once_and_replaced_after(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *one = arena_printf(&s.arena, "/rest/api/2/issue/%s/properties/com.example.sync", id);
        test_get(&s, 404, "%s", one);
        test_json(&s, HTTP_PUT, 201, one, test_body(&s, "{'pair':[1,null,'ä']}"));
        test_json(&s, HTTP_PUT, 200, one, test_body(&s, "{'pair':[2]}"));
        json_t *o = test_get(&s, 200, "%s", one);
        assert_string_equal(json_at_str(o, "key"), "com.example.sync");
        assert_int_equal(json_at_count(o, "value.pair"), 1);
        o = test_get(&s, 200, "/rest/api/2/issue/SA-1/properties");
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "keys"), 0), "key"), "com.example.sync");
        test_json(&s, HTTP_DELETE, 204, one, NULL);
        test_json(&s, HTTP_DELETE, 404, one, NULL);
    }
}

static void a_property_leaves_the_issue_as_it_was(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        json_t *before = test_get(&s, 200, "/rest/api/2/issue/%s?expand=changelog", id);
        test_json(&s, HTTP_PUT, 201, arena_printf(&s.arena, "/rest/api/2/issue/%s/properties/p", id), "1");
        json_t *after = test_get(&s, 200, "/rest/api/2/issue/%s?expand=changelog", id);
        assert_true(json_equal(before, after));
    }
}

static void a_value_has_a_limit_and_must_be_json(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *one = arena_printf(&s.arena, "/rest/api/2/issue/%s/properties/p", id);
        char *text = arena_alloc(&s.arena, 32770);
        memset(text, 'x', 32769);
        text[0] = text[32767] = '"';
        text[32768] = 0;
        test_json(&s, HTTP_PUT, 201, one, text);
        text[32767] = 'x';
        text[32768] = '"';
        test_json(&s, HTTP_PUT, 400, one, text);
        test_json(&s, HTTP_PUT, 400, one, "{broken");
        test_call(&s, HTTP_PUT, one, NULL);
        assert_int_equal(s.response.status, 400);
        memset(text, 'k', 256);
        text[256] = 0;
        test_json(&s, HTTP_PUT, 400, arena_printf(&s.arena, "/rest/api/2/issue/%s/properties/%s", id, text), "1");
    }
}

static void a_deleted_issue_takes_its_properties_along(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "x");
        char *one = arena_printf(&s.arena, "/rest/api/2/issue/%s/properties/p", id);
        test_json(&s, HTTP_PUT, 201, one, "1");
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/issue/%s", id), NULL);
        test_get(&s, 404, "%s", one);
        test_json(&s, HTTP_PUT, 404, one, "1");
    }
}

static void a_projects_properties_are_written_by_those_who_run_it(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_PUT, 201, "/rest/api/2/project/SA/properties/p", test_body(&s, "{'a':1}"));
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/project/sa/properties/p"), "value.a", 0), 1);
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{%s'emailAddress':'mia@example.com','displayName':'Mia','password':'m'}",
                            s.is_cloud ? "" : "'name':'mia',"));
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "m";
        test_get(&s, 200, "/rest/api/2/project/SA/properties/p");
        test_json(&s, HTTP_PUT, 403, "/rest/api/2/project/SA/properties/p", "1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_property_is_made_once_and_replaced_after),
        cmocka_unit_test(a_property_leaves_the_issue_as_it_was),
        cmocka_unit_test(a_value_has_a_limit_and_must_be_json),
        cmocka_unit_test(a_deleted_issue_takes_its_properties_along),
        cmocka_unit_test(a_projects_properties_are_written_by_those_who_run_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
