/* Keys of before: of issues that moved, and of projects that were renamed. */
#include "sandbox/test_rows.h"

static void a_moved_issue_answers_to_its_former_key_with_the_new_one(void **state)
{
    (void)state;
    struct site *s = site_open(SANDBOX_DC10, 4);
    site_project(s, "OLD");
    int64_t from = s->project, id = site_issue(s, "traveller", TEST_NOW);
    site_project(s, "NEW");
    MUST(s, sql_run(s->sb->db, &s->e, "INSERT INTO issue_former_key (project, number, issue) VALUES (?1, 1, ?2)", "ii",
                    from, id));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET project = ?1, number = 7 WHERE id = ?2", "ii", s->project, id));
    struct answer a = ask(s, HTTP_GET, "/rest/api/2/issue/old-1", NULL);
    assert_int_equal(a.status, 200);
    assert_string_equal(json_at_str(a.json, "key"), "NEW-7");
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/OLD-7", NULL).status, 404);
    site_close(s);
}

static void a_renamed_project_answers_to_its_former_key(void **state)
{
    (void)state;
    struct site *s = site_open(SANDBOX_CLOUD, 4);
    site_project(s, "OLD");
    site_issue(s, "resident", TEST_NOW);
    MUST(s, sql_run(s->sb->db, &s->e, "INSERT INTO project_key (key, project) VALUES ('OLD', ?1)", "i", s->project));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE project SET key = 'NEW' WHERE id = ?1", "i", s->project));
    struct answer a = ask(s, HTTP_GET, "/rest/api/3/issue/OLD-1", NULL);
    assert_string_equal(json_at_str(a.json, "key"), "NEW-1");
    a = ask(s, HTTP_GET, "/rest/api/3/project/OLD?expand=projectKeys", NULL);
    assert_string_equal(json_at_str(a.json, "key"), "NEW");
    assert_string_equal(joined(s, json_object_get(a.json, "projectKeys"), NULL), "NEW OLD");
    a = ask(s, HTTP_POST, "/rest/api/3/project", "{\"key\":\"OLD\",\"name\":\"another\"}");
    assert_int_equal(a.status, 400);
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_issue_answers_to_its_former_key_with_the_new_one),
        cmocka_unit_test(a_renamed_project_answers_to_its_former_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
