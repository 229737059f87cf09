/* Comments, and the properties on them. */
#include "sandbox/test_client.h"

/* "/rest/api/2/issue/ID/comment" of a new issue. */
static char *comments_of(struct test_site *s)
{
    return arena_printf(&s->arena, "/rest/api/2/issue/%s/comment", test_issue(s, "SA", "Task", "x"));
}

static char *say(struct test_site *s, const char *comments, const char *body)
{
    json_t *o = test_json(s, HTTP_POST, 201, comments, test_body(s, "{'body':'%s'}", body));
    return arena_strdup(&s->arena, json_at_str(o, "id"));
}

static const char *updated(struct test_site *s, const char *comments)
{
    char *issue = arena_strndup(&s->arena, comments, strlen(comments) - strlen("/comment"));
    return json_at_str(test_get(s, 200, "%s?fields=updated", issue), "fields.updated");
}

static void a_comment_says_who_and_when_and_moves_the_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s);
        const char *before = updated(&s, comments);
        json_t *o = test_json(&s, HTTP_POST, 201, comments,
                              test_body(&s, "{'body':'hello','author':{'name':'x'},'created':'2001-01-01'}"));
        assert_string_equal(json_at_str(o, "body"), "hello");
        assert_string_equal(json_at_str(o, "author.displayName"), "Administrator");
        assert_string_equal(json_at_str(o, "created"), json_at_str(o, "updated"));
        assert_true(str_starts(json_at_str(o, "created"), "2026-"));
        assert_int_equal(json_object_get(o, "jsdPublic") != NULL, s.is_cloud);
        assert_null(json_object_get(o, "visibility"));
        assert_true(str_ends(json_at_str(o, "self"), arena_printf(&s.arena, "/comment/%s", json_at_str(o, "id"))));
        assert_string_equal(updated(&s, comments), json_at_str(o, "created"));
        assert_string_not_equal(updated(&s, comments), before);
        char *issue = arena_strndup(&s.arena, comments, strlen(comments) - strlen("/comment"));
        o = test_get(&s, 200, "%s?expand=changelog", issue);
        assert_int_equal(json_at_int(o, "changelog.total", -1), 0);
        assert_int_equal(json_at_int(o, "fields.comment.total", 0), 1);
        assert_int_equal(json_at(o, "fields.comment.self") != NULL, s.is_cloud);
    }
}

static void comments_come_in_pages_and_both_orders(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s);
        for (int i = 0; i < 5; i++)
            say(&s, comments, arena_printf(&s.arena, "c%d", i));
        json_t *o = test_get(&s, 200, "%s?startAt=1&maxResults=2", comments);
        assert_int_equal(json_at_int(o, "total", 0), 5);
        assert_int_equal(json_at_count(o, "comments"), 2);
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "comments"), 0), "body"), "c1");
        o = test_get(&s, 200, "%s?orderBy=-created&maxResults=1", comments);
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "comments"), 0), "body"), "c4");
        o = test_get(&s, 200, "%s?orderBy=%%2Bcreated&maxResults=1", comments);
        assert_string_equal(json_at_str(json_array_get(json_object_get(o, "comments"), 0), "body"), "c0");
        o = test_get(&s, 200, "%s", comments);
        assert_int_equal(json_at_int(o, "maxResults", 0), s.is_cloud ? 100 : 1048576);
    }
}

static void an_edit_replaces_and_a_deletion_is_final(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s), *id = say(&s, comments, "first");
        char *one = arena_printf(&s.arena, "%s/%s", comments, id);
        const char *before = updated(&s, comments);
        json_t *o = test_json(&s, HTTP_PUT, 200, one, test_body(&s, "{'body':'second'}"));
        assert_string_equal(json_at_str(o, "body"), "second");
        assert_string_not_equal(json_at_str(o, "created"), json_at_str(o, "updated"));
        assert_string_not_equal(updated(&s, comments), before);
        before = updated(&s, comments);
        test_json(&s, HTTP_DELETE, 204, one, NULL);
        json_t *e = test_get(&s, 404, "%s", one);
        assert_non_null(strstr(test_error(e, NULL), "Can not find a comment"));
        test_json(&s, HTTP_DELETE, 404, one, NULL);
        assert_string_not_equal(updated(&s, comments), before);
        assert_string_not_equal(say(&s, comments, "third"), id);
    }
}

static void a_site_may_leave_updated_alone_on_edits(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_json(&s, HTTP_POST, 204, "/sandbox/settings", test_body(&s, "{'comment_moves_updated':0}"));
        char *comments = comments_of(&s), *id = say(&s, comments, "first");
        const char *before = updated(&s, comments);
        test_json(&s, HTTP_PUT, 200, arena_printf(&s.arena, "%s/%s", comments, id), test_body(&s, "{'body':'b'}"));
        assert_string_equal(updated(&s, comments), before);
    }
}

static void an_empty_comment_is_refused(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s);
        static const char *const EMPTY[] = {"{}", "{'body':''}", "{'body':null}"};
        for (size_t i = 0; i < ARRAY_LEN(EMPTY); i++) {
            json_t *e = test_json(&s, HTTP_POST, 400, comments, test_body(&s, "%s", EMPTY[i]));
            assert_string_equal(test_error(e, "comment"), "Comment body can not be empty!");
        }
        test_json(&s, HTTP_POST, 400, comments, test_body(&s, "{'body':7}"));
        assert_int_equal(json_at_int(test_get(&s, 200, "%s", comments), "total", -1), 0);
    }
}

static void a_restricted_comment_is_not_there_for_others(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s);
        say(&s, comments, "for all");
        json_t *o =
            test_json(&s, HTTP_POST, 201, comments,
                      test_body(&s, "{'body':'for few','visibility':{'type':'role','value':'Administrators'}}"));
        char *secret = arena_printf(&s.arena, "%s/%s", comments, json_at_str(o, "id"));
        assert_string_equal(json_at_str(o, "visibility.value"), "Administrators");
        json_t *e = test_json(&s, HTTP_POST, 400, comments,
                              test_body(&s, "{'body':'x','visibility':{'type':'group','value':'strangers'}}"));
        assert_non_null(strstr(test_error(e, "commentLevel"), "not a member"));
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{%s'emailAddress':'mia@example.com','displayName':'Mia','password':'m'}",
                            s.is_cloud ? "" : "'name':'mia',"));
        assert_int_equal(json_at_int(test_get(&s, 200, "%s", comments), "total", 0), 2);
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "m";
        assert_int_equal(json_at_int(test_get(&s, 200, "%s", comments), "total", 0), 1);
        test_get(&s, 404, "%s", secret);
        test_json(&s, HTTP_DELETE, 404, secret, NULL);
    }
}

static void anothers_comment_is_not_mine_to_change(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s), *id = say(&s, comments, "mine");
        char *one = arena_printf(&s.arena, "%s/%s", comments, id);
        test_json(&s, HTTP_POST, 201, "/sandbox/users",
                  test_body(&s, "{%s'emailAddress':'mia@example.com','displayName':'Mia','password':'m'}",
                            s.is_cloud ? "" : "'name':'mia',"));
        s.user = s.is_cloud ? "mia@example.com" : "mia";
        s.password = "m";
        test_json(&s, HTTP_DELETE, s.is_cloud ? 400 : 403, one, NULL);
        test_json(&s, HTTP_PUT, s.is_cloud ? 400 : 403, one, test_body(&s, "{'body':'b'}"));
        assert_string_equal(json_at_str(test_get(&s, 200, "%s", one), "body"), "mine");
    }
}

static void a_comment_carries_properties(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s);
        json_t *o = test_json(&s, HTTP_POST, 201, comments,
                              test_body(&s, "{'body':'x','properties':[{'key':'mark','value':{'n':1}}]}"));
        const char *id = arena_strdup(&s.arena, json_at_str(o, "id"));
        assert_null(json_object_get(o, "properties"));
        o = test_get(&s, 200, "%s?expand=properties", comments);
        json_t *comment = json_array_get(json_object_get(o, "comments"), 0);
        json_t *property = json_array_get(json_object_get(comment, "properties"), 0);
        assert_string_equal(json_at_str(property, "key"), "mark");
        assert_int_equal(json_at_int(property, "value.n", 0), 1);
        o = test_get(&s, 200, "/rest/api/2/comment/%s/properties/mark", id);
        assert_int_equal(json_at_int(o, "value.n", 0), 1);
        char *other = arena_printf(&s.arena, "/rest/api/2/comment/%s/properties/other", id);
        test_json(&s, HTTP_PUT, 201, other, "\"text\"");
        test_json(&s, HTTP_PUT, 200, other, "[1]");
        assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/2/comment/%s/properties", id), "keys"), 2);
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "%s/%s", comments, id), NULL);
        test_get(&s, 404, "%s", other);
    }
}

static void comments_change_with_an_edit_of_the_issue(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        char *comments = comments_of(&s), *a = say(&s, comments, "a"), *b = say(&s, comments, "b");
        char *issue = arena_strndup(&s.arena, comments, strlen(comments) - strlen("/comment"));
        test_json(&s, HTTP_PUT, 204, issue,
                  test_body(&s,
                            "{'update':{'comment':[{'edit':{'id':'%s','body':'A'}},{'remove':{'id':'%s'}},"
                            "{'add':{'body':'c'}}]}}",
                            a, b));
        json_t *list = json_object_get(test_get(&s, 200, "%s", comments), "comments");
        assert_int_equal(json_array_size(list), 2);
        assert_string_equal(json_at_str(json_array_get(list, 0), "body"), "A");
        assert_string_equal(json_at_str(json_array_get(list, 1), "body"), "c");
        test_json(&s, HTTP_PUT, 404, issue,
                  test_body(&s, "{'update':{'comment':[{'add':{'body':'d'}},{'remove':{'id':'1'}}]}}"));
        assert_int_equal(json_at_int(test_get(&s, 200, "%s", comments), "total", 0), 2);
    }
}

static void cloud_lists_comments_of_any_issue_by_id(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *a = say(&s, comments_of(&s), "a"), *b = say(&s, comments_of(&s), "b");
    json_t *o = test_json(&s, HTTP_POST, 200, "/rest/api/3/comment/list", test_body(&s, "{'ids':[%s,1,%s]}", b, a));
    assert_int_equal(json_at_count(o, "values"), 2);
    assert_string_equal(json_at_str(json_array_get(json_object_get(o, "values"), 0), "id"), b);
    test_site_close(&s);
}

static void old_data_centers_may_drop_properties_of_a_creation(void **state)
{
    (void)state;
    struct clock_virtual clock;
    struct err e = ERR_INIT;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC8);
    sandbox_close(s.sandbox);
    clock_virtual_init(&clock, 1795366800000, 10);
    struct sandbox_settings settings = {.dialect = SANDBOX_DC8,
                                        .data = ":memory:",
                                        .base_url = TEST_URL,
                                        .clock = &clock.clock,
                                        .ignore_properties = true};
    s.sandbox = sandbox_open(&settings, &e);
    assert_non_null(s.sandbox);
    test_project(&s, "SA");
    char *comments = comments_of(&s);
    json_t *o =
        test_json(&s, HTTP_POST, 201, comments, test_body(&s, "{'body':'x','properties':[{'key':'mark','value':1}]}"));
    test_get(&s, 404, "/rest/api/2/comment/%s/properties/mark", json_at_str(o, "id"));
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_says_who_and_when_and_moves_the_issue),
        cmocka_unit_test(comments_come_in_pages_and_both_orders),
        cmocka_unit_test(an_edit_replaces_and_a_deletion_is_final),
        cmocka_unit_test(a_site_may_leave_updated_alone_on_edits),
        cmocka_unit_test(an_empty_comment_is_refused),
        cmocka_unit_test(a_restricted_comment_is_not_there_for_others),
        cmocka_unit_test(anothers_comment_is_not_mine_to_change),
        cmocka_unit_test(a_comment_carries_properties),
        cmocka_unit_test(comments_change_with_an_edit_of_the_issue),
        cmocka_unit_test(cloud_lists_comments_of_any_issue_by_id),
        cmocka_unit_test(old_data_centers_may_drop_properties_of_a_creation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
