#include "base/str.h"
#include "sandbox/jql/jql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void check_tree(const char *text, const char *expected)
{
    struct arena a = ARENA_INIT;
    const char *error = NULL;
    struct jql_query *q = jql_parse(&a, text, strlen(text), &error);
    if (!q)
        fail_msg("%s: %s", text, error);
    char *printed = jql_print(&a, q);
    assert_string_equal(printed, expected);
    struct jql_query *again = jql_parse(&a, printed, strlen(printed), &error);
    assert_non_null(again);
    assert_string_equal(jql_print(&a, again), expected);
    arena_release(&a);
}

static void check_error(const char *text, const char *expected)
{
    struct arena a = ARENA_INIT;
    const char *error = NULL;
    assert_null(jql_parse(&a, text, strlen(text), &error));
    assert_string_equal(error, expected);
    arena_release(&a);
}

static void not_binds_tighter_than_and_and_that_tighter_than_or(void **state)
{
    (void)state;
    check_tree("a = 1 or b = 2 and not c = 3", "(\"a\" = 1 OR (\"b\" = 2 AND NOT \"c\" = 3))");
    check_tree("(a = 1 || b = 2) && ! c = 3", "((\"a\" = 1 OR \"b\" = 2) AND NOT \"c\" = 3)");
    check_tree("not (a=1 and b=2)", "NOT (\"a\" = 1 AND \"b\" = 2)");
    check_tree("((a=1))", "\"a\" = 1");
    check_tree("a=1 and b=2 and c=3", "(\"a\" = 1 AND \"b\" = 2 AND \"c\" = 3)");
}

static void every_operator_and_kind_of_value_is_read(void **state)
{
    (void)state;
    check_tree("key not in (SA-1, \"SA-2\", 10001)", "\"key\" not in (\"SA-1\", \"SA-2\", 10001)");
    check_tree("resolution is not empty AND parent IS NULL", "(\"resolution\" is not EMPTY AND \"parent\" is EMPTY)");
    check_tree("summary !~ 'a b' AND text ~ x", "(\"summary\" !~ \"a b\" AND \"text\" ~ \"x\")");
    check_tree("updated>=-5m AND created<=startOfDay(\"-1d\")",
               "(\"updated\" >= \"-5m\" AND \"created\" <= \"startOfDay\"(\"-1d\"))");
    check_tree("assignee = currentUser() AND updated != now( )",
               "(\"assignee\" = \"currentUser\"() AND \"updated\" != \"now\"())");
    check_tree("cf[10010] > 5 AND \"Story Points\" < -3", "(cf[10010] > 5 AND \"Story Points\" < -3)");
    check_tree("id in (1, (2, 3))", "\"id\" in (1, (2, 3))");
}

static void quotes_and_escapes_are_undone(void **state)
{
    (void)state;
    check_tree("summary ~ 'it\\'s \\u00e4'", "\"summary\" ~ \"it's \xc3\xa4\"");
    check_tree("summary ~ \"\\\"x\\\\\"", "\"summary\" ~ \"\\\"x\\\\\"");
    check_tree("project = a\\ b", "\"project\" = \"a b\"");
    check_tree("project = 'as'", "\"project\" = \"as\"");
}

static void order_by_takes_several_fields(void **state)
{
    (void)state;
    check_tree("order by updated, key desc, \"x y\" ASC", "ORDER BY \"updated\", \"key\" DESC, \"x y\" ASC");
    check_tree("a = 1 ORDER BY b", "\"a\" = 1 ORDER BY \"b\"");
    check_tree("", "");
}

static void mistakes_are_told_in_the_words_of_jira(void **state)
{
    (void)state;
    check_error(
        "a is b and status closed",
        "Error in the JQL Query: Expecting operator but got 'closed'. The valid operators are '=', '!=', '<', '>', "
        "'<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 19)");
    check_error("a in (b, c", "Error in the JQL Query: Expecting ')' before the end of the query.");
    check_error("a = b at 5",
                "Error in the JQL Query: 'at' is a reserved JQL word. You must surround it in quotation marks "
                "to use it in a query. (line 1, character 7)");
    check_error("a = b c", "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'c'. (line 1, character 7)");
    check_error("project = L AND", "Error in the JQL Query: Expecting a field name at the end of the query.");
    check_error("project =",
                "Error in the JQL Query: Expecting either a value, list or function before the end of the query.");
    check_error(
        "project = LAUNCH AND status = = Done",
        "Error in the JQL Query: Expecting either a value, list or function but got '='. You must surround '=' in "
        "quotation marks to use it as a value. (line 1, character 31)");
    check_error(
        "reporter=a/user/with/slash",
        "Error in the JQL Query: The character '/' is a reserved JQL character. You must enclose it in a string or "
        "use the escape '\\u002f' instead. (line 1, character 11)");
    check_error("a =\n 'abc",
                "Error in the JQL Query: The quoted string 'abc' has not been completed. (line 2, character 2)");
    check_error("a = '\\x'",
                "Error in the JQL Query: '\\x' is an illegal JQL escape sequence. The valid escape sequences are "
                "\\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line 1, character 6)");
    check_error("= 5",
                "Error in the JQL Query: Expecting a field name but got '='. You must surround '=' in quotation marks "
                "to use it as a field name. (line 1, character 1)");
    check_error("project = DO",
                "Error in the JQL Query: 'DO' is a reserved JQL word. You must surround it in quotation "
                "marks to use it in a query. (line 1, character 11)");
}

static char *repeat(const char *s, size_t times)
{
    size_t n = strlen(s);
    char *r = malloc(n * times + 1);
    assert_non_null(r);
    for (size_t i = 0; i < times; i++)
        memcpy(r + i * n, s, n);
    r[n * times] = 0;
    return r;
}

static void hostile_text_is_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        size_t times;
    } hostile[] = {{"(", 10000},        {"not ", 10000}, {"a in ((((", 10000},
                   {"a=1 or ", 100000}, {"x", 1000000},  {"a = (1,", 30000}};
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        struct arena a = ARENA_INIT;
        const char *error = NULL;
        char *text = repeat(hostile[i].part, hostile[i].times);
        clock_t start = clock();
        assert_null(jql_parse(&a, text, strlen(text), &error));
        assert_true(str_starts(error, "Error in the JQL Query: "));
        assert_true(clock() - start < CLOCKS_PER_SEC / 2);
        free(text);
        arena_release(&a);
    }
}

static void a_thousand_keys_are_no_matter(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    char *list = repeat("VERYLONGKEY-100000,", 1000);
    list[strlen(list) - 1] = 0;
    const char *error = NULL, *text = arena_printf(&a, "key in (%s)", list);
    struct jql_query *q = jql_parse(&a, text, strlen(text), &error);
    assert_non_null(q);
    assert_int_equal(q->where->value.count, 1000);
    free(list);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_binds_tighter_than_and_and_that_tighter_than_or),
        cmocka_unit_test(every_operator_and_kind_of_value_is_read),
        cmocka_unit_test(quotes_and_escapes_are_undone),
        cmocka_unit_test(order_by_takes_several_fields),
        cmocka_unit_test(mistakes_are_told_in_the_words_of_jira),
        cmocka_unit_test(hostile_text_is_refused_at_once),
        cmocka_unit_test(a_thousand_keys_are_no_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
