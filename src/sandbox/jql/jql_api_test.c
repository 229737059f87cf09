#include "sandbox/jql/test_search.h"

static struct site *cloud(void)
{
    struct site *s = site_open(SANDBOX_CLOUD, 2);
    site_project(s, "CA");
    for (int i = 1; i <= 3; i++)
        site_issue(s, arena_printf(&s->a, "Issue %d", i), TEST_NOW - i * HOUR);
    return s;
}

/* The body in single quotes, for reading. */
static struct answer post(struct site *s, const char *target, const char *body)
{
    return ask(s, HTTP_POST, target, str_replace(&s->a, body, "'", "\""));
}

static const json_t *first(const struct answer *a, const char *list)
{
    return json_array_get(json_object_get(a->json, list), 0);
}

static void a_query_is_shown_as_a_tree(void **state)
{
    (void)state;
    struct site *s = cloud();
    struct answer a = post(s, "/rest/api/3/jql/parse?validation=none",
                           "{'queries':['summary ~ test AND (labels in (urgent, \\'a b\\') OR NOT assignee = "
                           "currentUser()) AND status CHANGED AFTER startOfMonth(-1M) ORDER BY updated DESC, key']}");
    assert_int_equal(a.status, 200);
    char *text = json_print(&s->a, json_object_get(first(&a, "queries"), "structure"));
    assert_string_equal(text,
                        "{\"where\":{\"clauses\":[{\"field\":{\"name\":\"summary\",\"encodedName\":\"summary\"},"
                        "\"operator\":\"~\",\"operand\":{\"value\":\"test\",\"encodedValue\":\"test\"}},"
                        "{\"clauses\":[{\"field\":{\"name\":\"labels\",\"encodedName\":\"labels\"},\"operator\":\"in\","
                        "\"operand\":{\"values\":[{\"value\":\"urgent\",\"encodedValue\":\"urgent\"},{\"value\":\"a "
                        "b\",\"encodedValue\":\"\\\"a b\\\"\"}],\"encodedOperand\":\"(urgent, \\\"a b\\\")\"}},"
                        "{\"clauses\":[{\"field\":{\"name\":\"assignee\",\"encodedName\":\"assignee\"},\"operator\":\"="
                        "\",\"operand\":{\"function\":\"currentUser\",\"arguments\":[],\"encodedOperand\":"
                        "\"currentUser()\"}}],\"operator\":\"not\"}],\"operator\":\"or\"},"
                        "{\"field\":{\"name\":\"status\",\"encodedName\":\"status\"},\"operator\":\"changed\","
                        "\"predicates\":[{\"operator\":\"after\",\"operand\":{\"function\":\"startOfMonth\","
                        "\"arguments\":[\"-1M\"],\"encodedOperand\":\"startOfMonth(-1M)\"}}]}],\"operator\":\"and\"},"
                        "\"orderBy\":{\"fields\":[{\"field\":{\"name\":\"updated\",\"encodedName\":\"updated\"},"
                        "\"direction\":\"desc\"},{\"field\":{\"name\":\"key\",\"encodedName\":\"key\"}}]}}");
    a = post(s, "/rest/api/3/jql/parse?validation=none",
             "{'queries':['issue.property[\\'spaces here\\'].value in (\\'x y\\', z)']}");
    const json_t *field =
        json_object_get(json_object_get(json_object_get(first(&a, "queries"), "structure"), "where"), "field");
    assert_string_equal(json_at_str(field, "encodedName"), "issue.property[\"spaces here\"].value");
    assert_string_equal(json_at_str(json_array_get(json_object_get(field, "property"), 0), "path"), "value");
    site_close(s);
}

static void mistakes_are_errors_or_warnings_as_asked(void **state)
{
    (void)state;
    struct site *s = cloud();
    const char *body = "{'queries':['universe = 42 AND summary = test','nonsense here','key = CA-1']}";
    struct answer a = post(s, "/rest/api/3/jql/parse?validation=strict", body);
    const json_t *list = json_object_get(a.json, "queries"), *one = json_array_get(list, 0);
    assert_null(json_object_get(one, "structure"));
    assert_string_equal(joined(s, json_object_get(one, "errors"), NULL),
                        "Field 'universe' does not exist or you do not have permission to view it. "
                        "The operator '=' is not supported by the 'summary' field.");
    assert_int_equal(json_at_count(json_array_get(list, 1), "errors"), 1);
    assert_null(json_object_get(json_array_get(list, 2), "errors"));
    a = post(s, "/rest/api/3/jql/parse?validation=warn", body);
    one = first(&a, "queries");
    assert_non_null(json_object_get(one, "structure"));
    assert_int_equal(json_at_count(one, "warnings"), 2);
    assert_int_equal(post(s, "/rest/api/3/jql/parse?validation=maybe", body).status, 400);
    assert_int_equal(post(s, "/rest/api/3/jql/parse", "{'queries':[]}").status, 400);
    assert_int_equal(post(s, "/rest/api/3/jql/parse", "{'queries':[1]}").status, 400);
    site_close(s);
}

static void queries_are_matched_against_issues(void **state)
{
    (void)state;
    struct site *s = cloud();
    int64_t one = site_int(s, "SELECT id FROM issue WHERE number = 1"), two = one + 1;
    struct answer a = ask(s, HTTP_POST, "/rest/api/3/jql/match",
                          arena_printf(&s->a,
                                       "{\"issueIds\":[%lld,%lld,1],\"jqls\":[\"project = CA\",\"key = CA-2 OR key = "
                                       "CA-3\",\"broken =\",\"x = 1\"]}",
                                       (long long)one, (long long)two));
    assert_int_equal(a.status, 200);
    const json_t *list = json_object_get(a.json, "matches");
    assert_int_equal(json_at_count(json_array_get(list, 0), "matchedIssues"), 2);
    assert_int_equal(json_at_count(json_array_get(list, 1), "matchedIssues"), 1);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(json_array_get(list, 1), "matchedIssues"), 0)),
                     two);
    assert_int_equal(json_at_count(json_array_get(list, 2), "errors"), 1);
    assert_int_equal(json_at_count(json_array_get(list, 3), "errors"), 1);
    assert_int_equal(post(s, "/rest/api/3/jql/match", "{'issueIds':['x'],'jqls':['key = CA-1']}").status, 400);
    site_close(s);
}

static void a_project_that_the_reader_does_not_see_is_named_by_its_id(void **state)
{
    (void)state;
    struct site *s = cloud();
    struct answer a = post(s, "/rest/api/3/jql/sanitize",
                           "{'queries':[{'query':'project = CA and summary ~ x'},{'query':'bad query'}]}");
    assert_int_equal(a.status, 200);
    const json_t *list = json_object_get(a.json, "queries");
    assert_string_equal(json_at_str(json_array_get(list, 0), "sanitizedQuery"),
                        arena_printf(&s->a, "project = %lld AND summary ~ x", (long long)s->project));
    assert_int_equal(json_at_count(json_object_get(json_array_get(list, 1), "errors"), "errorMessages"), 1);
    char *admin = NULL;
    MUST(s,
         sql_get_str(s->sb->db, &s->a, &admin, &s->e, "SELECT account_id FROM account WHERE id = ?1", "i", s->admin));
    a = ask(s, HTTP_POST, "/rest/api/3/jql/sanitize",
            arena_printf(&s->a, "{\"queries\":[{\"query\":\"project = CA\",\"accountId\":\"%s\"}]}", admin));
    assert_string_equal(json_at_str(first(&a, "queries"), "sanitizedQuery"), "project = CA");
    site_close(s);
}

static void names_of_people_are_cleaned_out_of_queries(void **state)
{
    (void)state;
    struct site *s = cloud();
    set(s,
        "INSERT INTO account (account_id, name, user_key, display_name) VALUES ('5b10:x', 'mia', 'JIRAUSER1', 'Mia')");
    struct answer a = post(s, "/rest/api/3/jql/pdcleaner",
                           "{'queryStrings':['type = Bug AND assignee in (mia) order by key','reporter = "
                           "nobody','status was Done BY mia']}");
    assert_int_equal(a.status, 200);
    assert_string_equal(joined(s, json_object_get(a.json, "queryStrings"), NULL),
                        "type = Bug AND assignee in (5b10:x) ORDER BY key status was Done by 5b10:x");
    assert_string_equal(json_at_str(first(&a, "queriesWithUnknownUsers"), "convertedQuery"), "reporter = unknown");
    site_close(s);
}

static const json_t *reference(const struct answer *a, const char *list, const char *value)
{
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(a->json, list), i, v)
        if (str_eq(json_at_str(v, "value"), value))
            return v;
    return NULL;
}

static void what_can_be_written_is_listed(void **state)
{
    (void)state;
    static const enum sandbox_dialect dialects[] = {SANDBOX_DC8, SANDBOX_CLOUD};
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        struct site *s = site_open(dialects[i], 1);
        int64_t number = 0;
        MUST(s, field_create(s->sb, "My Points", "number", &number, &s->e));
        struct answer a = ask(s, HTTP_GET, "/rest/api/2/jql/autocompletedata", NULL);
        assert_int_equal(a.status, 200);
        const json_t *status = reference(&a, "visibleFieldNames", "status");
        assert_string_equal(joined(s, json_object_get(status, "operators"), NULL),
                            "= != is is not in not in was was in was not was not in changed");
        assert_string_equal(json_at_str(status, "auto"), "true");
        const json_t *points = reference(&a, "visibleFieldNames", "\"My Points\"");
        assert_string_equal(json_at_str(points, "cfid"), arena_printf(&s->a, "cf[%lld]", (long long)number));
        assert_non_null(reference(&a, "visibleFunctionNames", "currentUser()"));
        assert_string_equal(json_at_str(reference(&a, "visibleFunctionNames", "membersOf(\"\")"), "isList"), "true");
        assert_true(json_at_count(a.json, "jqlReservedWords") > 150);
        assert_true((reference(&a, "visibleFieldNames", "parentEpic") != NULL) == s->sb->d->is_cloud);
        site_close(s);
    }
}

static void values_are_suggested_by_their_beginning(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "INSERT INTO issue_label SELECT id, 'red<' FROM issue WHERE number = 1");
    set(s, "INSERT INTO issue_label SELECT id, 'round' FROM issue WHERE number = 2");
    struct answer a =
        ask(s, HTTP_GET, "/rest/api/2/jql/autocompletedata/suggestions?fieldName=labels&fieldValue=RE", NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(json_at_count(a.json, "results"), 1);
    assert_string_equal(json_at_str(first(&a, "results"), "displayName"), "<b>re</b>d&lt;");
    assert_string_equal(json_at_str(first(&a, "results"), "value"), "\"red<\"");
    a = ask(s, HTTP_GET, "/rest/api/2/jql/autocompletedata/suggestions?fieldName=status", NULL);
    assert_non_null(reference(&a, "results", "\"In Progress\""));
    a = ask(s, HTTP_GET,
            "/rest/api/2/jql/autocompletedata/suggestions?fieldName=status&predicateName=by&predicateValue=adm", NULL);
    assert_string_equal(json_at_str(first(&a, "results"), "value"), "admin");
    a = ask(s, HTTP_GET, "/rest/api/2/jql/autocompletedata/suggestions?fieldName=summary&fieldValue=x", NULL);
    assert_int_equal(json_at_count(a.json, "results"), 0);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/jql/autocompletedata/suggestions", NULL).status, 400);
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_shown_as_a_tree),
        cmocka_unit_test(mistakes_are_errors_or_warnings_as_asked),
        cmocka_unit_test(queries_are_matched_against_issues),
        cmocka_unit_test(a_project_that_the_reader_does_not_see_is_named_by_its_id),
        cmocka_unit_test(names_of_people_are_cleaned_out_of_queries),
        cmocka_unit_test(what_can_be_written_is_listed),
        cmocka_unit_test(values_are_suggested_by_their_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
