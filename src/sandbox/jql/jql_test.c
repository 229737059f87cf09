#include "sandbox/jql/test_search.h"
#include "sandbox/rights/access.h"

static void keys_are_found_in_any_case_by_id_and_sort_as_numbers(void **state)
{
    (void)state;
    struct site *s = dc();
    finds(s, "project = sa AND key in (sa-2, SA-10, SA-1) ORDER BY key", "SA-1 SA-2 SA-10");
    finds(s, "key in (SA-9, SA-10, SA-1) ORDER BY key DESC", "SA-10 SA-9 SA-1");
    finds(s, arena_printf(&s->a, "id = %lld", (long long)site_int(s, "SELECT id FROM issue WHERE number = 3")), "SA-3");
    finds(s, "key > SA-8 ORDER BY key", "SA-9 SA-10");
    finds(s, "project = SA AND key <= SA-2 ORDER BY key ASC", "SA-1 SA-2");
    finds(s, "key not in (SA-1,SA-2,SA-3,SA-4,SA-5,SA-6,SA-7,SA-8)", "SA-10 SA-9");
    site_close(s);
}

static void a_former_key_finds_the_issue_that_moved(void **state)
{
    (void)state;
    struct site *s = dc();
    int64_t old = s->project;
    site_project(s, "SB");
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO issue_former_key (project, number, issue) SELECT ?1, 99, id FROM issue "
                    "WHERE number = 4",
                    "i", old));
    finds(s, "key = sa-99", "SA-4");
    site_close(s);
}

static void empty_fields_are_dropped_by_every_negation(void **state)
{
    (void)state;
    struct site *s = dc();
    int64_t ada = person(s, "ada", NULL);
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET assignee = ?1 WHERE number IN (1, 2)", "i", ada));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET assignee = ?1 WHERE number = 3", "i", s->admin));
    set(s, "INSERT INTO issue_label (issue, label) SELECT id, 'red' FROM issue WHERE number IN (1, 3)");
    set(s, "INSERT INTO issue_label (issue, label) SELECT id, 'blue' FROM issue WHERE number = 2");
    finds(s, "assignee = ada ORDER BY key", "SA-1 SA-2");
    finds(s, "assignee != ada", "SA-3");
    finds(s, "NOT assignee = ada", "SA-3");
    finds(s, "not (assignee in (ada))", "SA-3");
    finds(s, "assignee not in (ada, currentUser())", "");
    finds(s, "assignee = currentUser()", "SA-3");
    finds(s, "NOT (assignee = ada OR key >= SA-3)", "");
    finds(s, "NOT (assignee = ada AND key = SA-1) AND key <= SA-3 ORDER BY key", "SA-2 SA-3");
    finds(s, "assignee is EMPTY AND key < SA-6 ORDER BY key", "SA-4 SA-5");
    finds(s, "assignee in (EMPTY, ada) AND key < SA-5 ORDER BY key", "SA-1 SA-2 SA-4");
    finds(s, "assignee is not null ORDER BY key", "SA-1 SA-2 SA-3");
    finds(s, "labels = RED ORDER BY key", "SA-1 SA-3");
    finds(s, "labels != red", "SA-2");
    finds(s, "labels not in (red, blue)", "");
    finds(s, "labels is empty AND key < SA-5", "SA-4");
    site_close(s);
}

static void names_are_found_without_case_and_by_id(void **state)
{
    (void)state;
    struct site *s = dc();
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET status = ?1 WHERE number = 5", "i", s->done));
    set(s, "UPDATE issue SET priority = (SELECT id FROM priority WHERE name = 'High') WHERE number = 6");
    set(s, "UPDATE issue SET priority = (SELECT id FROM priority WHERE name = 'Low') WHERE number = 7");
    set(s, "UPDATE issue SET resolution = (SELECT min(id) FROM resolution) WHERE number = 5");
    set(s, "UPDATE issue SET parent = (SELECT id FROM issue WHERE number = 1), issue_type = (SELECT id FROM issue_type"
           " WHERE is_subtask) WHERE number = 8");
    set(s, "UPDATE issue SET parent = (SELECT id FROM issue WHERE number = 1) WHERE number = 9"); /* an epic */
    finds(s, "status = done", "SA-5");
    finds(s, arena_printf(&s->a, "status = %lld", (long long)s->done), "SA-5");
    finds(s, "statusCategory = Done", "SA-5");
    finds(s, "status != \"To Do\"", "SA-5");
    finds(s, "priority > Medium", "SA-6");
    finds(s, "priority is not empty ORDER BY priority DESC", "SA-6 SA-7");
    finds(s, "resolution is not EMPTY", "SA-5");
    finds(s, "resolution = Unresolved AND key in (SA-4, SA-5)", "SA-4");
    finds(s, "issuetype = task AND key = SA-1", "SA-1");
    finds(s, "parent = SA-1", "SA-8");
    finds(s, "creator = admin AND reporter = currentUser() AND key = SA-2", "SA-2");
    site_close(s);
}

static void dates_are_read_in_the_zone_of_the_caller(void **state)
{
    (void)state;
    struct site *s = dc();
    /* The administrator lives in Berlin, an hour east: SA-9 was made at 15:00 UTC, his 16:00. */
    finds(s, "created >= \"2026-11-22 16:00\" ORDER BY key", "SA-9 SA-10");
    finds(s, "created < '2026/11/22 08:01'", "SA-1");
    finds(s, "created >= 2026-11-23", "");
    finds(s, arena_printf(&s->a, "created >= %lld", (long long)(TEST_NOW - HOUR)), "SA-10");
    finds(s, "created >= -2h ORDER BY key", "SA-9 SA-10");
    finds(s, "created >= '-1h 10m' ORDER BY key", "SA-9 SA-10");
    finds(s, "created > startOfDay() AND created < now() AND key < SA-3 ORDER BY key", "SA-1 SA-2");
    finds(s, "created < startOfDay()", "");
    finds(s, "created < endOfDay(-1)", "");
    person(s, "kim", "America/New_York");
    s->user = "kim:kim"; /* 15:00 UTC is 10:00 there */
    finds(s, "created >= \"2026-11-22 10:00\" ORDER BY key", "SA-9 SA-10");
    finds(s, "created < startOfDay()", "");
    site_close(s);
}

static void stored_times_count_by_whole_seconds(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "UPDATE issue SET created = created + 500 WHERE number = 9"); /* 15:00:00.500 UTC */
    finds(s, "created >= \"2026-11-22 16:00\" AND key = SA-9", "SA-9");
    finds(s, "created > \"2026-11-22 16:00\" AND key = SA-9", "");
    finds(s, "created <= \"2026-11-22 16:00\" AND key = SA-9", "SA-9");
    finds(s, "created = \"2026-11-22 16:00\"", "SA-9");
    finds(s, "created in ('2026-11-22 16:00', '2026-11-22 15:00') ORDER BY key", "SA-8 SA-9");
    finds(s, "created not in ('2026-11-22 16:00', '2026-11-22 15:00') AND key > SA-7", "SA-10");
    finds(s, "resolved in (EMPTY, '2026-11-22 16:00') AND key > SA-9", "SA-10");
    finds(s, "created < \"2026-11-22 16:00\" AND key = SA-9", "");
    site_close(s);
}

static void custom_fields_are_found_by_name_and_by_number(void **state)
{
    (void)state;
    struct site *s = dc();
    int64_t points = 0, kind = 0, option = 0;
    MUST(s, field_create(s->sb, "Weight", "number", &points, &s->e));
    MUST(s, field_create(s->sb, "Kind of thing", "select", &kind, &s->e));
    MUST(s, field_option_create(s->sb, kind, "Round", &option, &s->e));
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO custom_value (issue, field, num) SELECT id, ?1, number FROM issue WHERE "
                    "number < 5",
                    "i", points));
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO custom_value (issue, field, ref) SELECT id, ?1, ?2 FROM issue WHERE number "
                    "= 2",
                    "ii", kind, option));
    finds(s, "weight >= 3 ORDER BY weight DESC", "SA-4 SA-3");
    finds(s, arena_printf(&s->a, "cf[%lld] = 1", (long long)points), "SA-1");
    finds(s, "Weight is not empty AND Weight != 1 ORDER BY key", "SA-2 SA-3 SA-4");
    finds(s, "'kind of thing' = round", "SA-2");
    finds(s, "'kind of thing' is empty AND key < SA-4 ORDER BY key", "SA-1 SA-3");
    site_close(s);
}

static void every_mistake_is_told_at_once_in_the_words_of_jira(void **state)
{
    (void)state;
    struct site *s = dc();
    refuses(s, "key = DELETED-1", "An issue with key 'DELETED-1' does not exist for field 'key'.");
    refuses(s, "key = '0.0'", "The issue key '0.0' for field 'key' is invalid.");
    refuses(s, "x = 1", "Field 'x' does not exist or you do not have permission to view it.");
    refuses(s, "project = X", "The value 'X' does not exist for the field 'project'.");
    refuses(s, "order by bogus", "Not able to sort using field 'bogus'.");
    refuses(s, "text = x", "The operator '=' is not supported by the 'text' field.");
    refuses(s, "assignee = f()", "Unable to find JQL function 'f()'.");
    refuses(s, "updated > now(1)", "Function 'now' expected '0' arguments but received '1'.");
    refuses(s, "text ~ ''", "The field 'text' does not support searching for an empty string.");
    refuses(s, "assignee = nobody", "The value 'nobody' does not exist for the field 'assignee'.");
    refuses(
        s, "project in (X, Y) and z = 1 and key = 'SA-77' order by bogus",
        "The value 'X' does not exist for the field 'project'. The value 'Y' does not exist for the field 'project'. "
        "Field 'z' does not exist or you do not have permission to view it. "
        "An issue with key 'SA-77' does not exist for field 'key'. Not able to sort using field 'bogus'.");
    refuses(s, "project = SA AND", "Error in the JQL Query: Expecting a field name at the end of the query.");
    refuses(
        s, "updated > yesterday",
        "Date value 'yesterday' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd "
        "HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.");
    s->user = NULL;
    refuses(s, "assignee = currentUser()",
            "A value provided by the function 'currentUser' is invalid for the field 'assignee'.");
    site_close(s);
}

static void what_the_caller_may_not_see_is_not_found_nor_counted(void **state)
{
    (void)state;
    struct site *s = dc();
    person(s, "kim", NULL);
    MUST(s, access_restrict(s->sb, s->project, true, &s->e));
    site_project(s, "SB");
    site_issue(s, "open", TEST_NOW);
    s->user = "kim:kim";
    finds(s, "order by key", "SB-1");
    refuses(s, "project = SA", "The value 'SA' does not exist for the field 'project'.");
    refuses(s, "key = SA-1", "An issue with key 'SA-1' does not exist for field 'key'.");
    s->user = NULL;
    finds(s, "", "");
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_in_any_case_by_id_and_sort_as_numbers),
        cmocka_unit_test(a_former_key_finds_the_issue_that_moved),
        cmocka_unit_test(empty_fields_are_dropped_by_every_negation),
        cmocka_unit_test(names_are_found_without_case_and_by_id),
        cmocka_unit_test(dates_are_read_in_the_zone_of_the_caller),
        cmocka_unit_test(stored_times_count_by_whole_seconds),
        cmocka_unit_test(custom_fields_are_found_by_name_and_by_number),
        cmocka_unit_test(every_mistake_is_told_at_once_in_the_words_of_jira),
        cmocka_unit_test(what_the_caller_may_not_see_is_not_found_nor_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
