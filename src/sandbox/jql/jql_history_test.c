#include "sandbox/jql/test_search.h"

/* SA-1: To Do until 10:00 Berlin, then In Progress by ada, Done by kim at 12:00; made at 08:00. */
static struct site *past(void)
{
    struct site *s = dc();
    int64_t ada = person(s, "ada", NULL), kim = person(s, "kim", NULL), doing = 0;
    int64_t made = TEST_NOW - 4 * 60 * 1000 - 5 * 1000 - 123 - 9 * HOUR;
    MUST(s, status_ensure(s->sb, "In Progress", 4, &doing, &s->e));
    int64_t one = site_int(s, "SELECT id FROM issue WHERE number = 1"),
            two = site_int(s, "SELECT id FROM issue WHERE number = 2");
    const char *todo = arena_printf(&s->a, "%lld", (long long)s->todo),
               *done = arena_printf(&s->a, "%lld", (long long)s->done),
               *going = arena_printf(&s->a, "%lld", (long long)doing);
    char *key = NULL;
    MUST(s, bulk_user_value(s->sb, &s->a, ada, &key, &s->e));
    struct bulk_item steps[] = {{"status", "jira", "status", todo, "To Do", going, "In Progress"},
                                {"status", "jira", "status", going, "In Progress", done, "Done"},
                                {"assignee", "jira", "assignee", NULL, NULL, key, "Ada"},
                                {"status", "jira", "status", "77", "Waiting", todo, "To Do"}};
    MUST(s, bulk_history_add(s->sb, one, ada, made + 2 * HOUR, &steps[0], 1, &s->e));
    MUST(s, bulk_history_add(s->sb, one, kim, made + 4 * HOUR, &steps[1], 1, &s->e));
    MUST(s, bulk_history_add(s->sb, two, ada, made + 3 * HOUR, &steps[2], 2, &s->e));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET status = ?1 WHERE number = 1", "i", s->done));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET assignee = ?1 WHERE number = 2", "i", ada));
    return s;
}

static void was_finds_what_a_field_holds_or_once_held(void **state)
{
    (void)state;
    struct site *s = past();
    finds(s, "status was 'In Progress'", "SA-1");
    finds(s, "status WAS Done", "SA-1");
    finds(s, "status was 'To Do' AND key < SA-4 ORDER BY key", "SA-1 SA-2 SA-3");
    finds(s, "status WAS IN ('In Progress', Done)", "SA-1");
    finds(s, "status WAS NOT 'To Do'", "");
    finds(s, "status was not in ('In Progress') AND key < SA-4 ORDER BY key", "SA-2 SA-3");
    finds(s, "NOT status was not 'In Progress'", "SA-1");
    finds(s, "assignee was ada", "SA-2");
    finds(s, "assignee was EMPTY AND key < SA-4 ORDER BY key", "SA-1 SA-2 SA-3");
    finds(s, "assignee was not ada AND key < SA-4 ORDER BY key", "SA-1 SA-3");
    finds(s, "status was Waiting", "SA-2");
    site_close(s);
}

static void was_is_narrowed_by_time_and_by_person(void **state)
{
    (void)state;
    struct site *s = past();
    finds(s, "status was 'In Progress' BEFORE '2026-11-22 10:00'", "");
    finds(s, "status was 'In Progress' BEFORE '2026-11-22 10:01'", "SA-1");
    finds(s, "status was 'In Progress' AFTER '2026-11-22 11:59'", "SA-1");
    finds(s, "status was 'In Progress' AFTER '2026-11-22 12:00'", "");
    finds(s, "status was 'In Progress' DURING ('2026-11-22 10:30', '2026-11-22 11:00')", "SA-1");
    finds(s, "status was 'In Progress' DURING ('2026-11-22 08:30', '2026-11-22 09:00')", "");
    finds(s, "status was 'In Progress' ON 2026-11-22", "SA-1");
    finds(s, "status was 'In Progress' ON 2026-11-21", "");
    finds(s, "status was 'To Do' BEFORE '2026-11-22 09:30'", "SA-1");
    finds(s, "status was 'In Progress' BY ada", "SA-1");
    finds(s, "status was 'In Progress' BY kim", "");
    finds(s, "status was Done BY (ada, kim) AFTER startOfDay()", "SA-1");
    finds(s, "status was 'To Do' BY currentUser() AND key <= SA-2 ORDER BY key", "SA-1");
    site_close(s);
}

static void changed_finds_the_changes_themselves(void **state)
{
    (void)state;
    struct site *s = past();
    finds(s, "status CHANGED ORDER BY key", "SA-1 SA-2");
    finds(s, "status changed FROM 'To Do' TO 'In Progress'", "SA-1");
    finds(s, "status changed FROM Done", "");
    finds(s, "status changed TO Done AFTER '2026-11-22 11:59' BEFORE '2026-11-22 12:01' BY kim", "SA-1");
    finds(s, "status changed TO Done BY ada", "");
    finds(s, "status changed DURING ('2026-11-22 11:00', '2026-11-22 11:00') ORDER BY key", "SA-2");
    finds(s, "assignee changed FROM EMPTY TO ada", "SA-2");
    finds(s, "NOT status changed AND key < SA-5 ORDER BY key", "SA-3 SA-4");
    finds(s, "assignee changed ON -0d", "SA-2");
    finds(s, "priority changed", "");
    site_close(s);
}

static void fix_versions_have_a_past_each(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "INSERT INTO version (id, project, name, position) SELECT 501, id, 'v1', 1 FROM project");
    set(s, "INSERT INTO version (id, project, name, position) SELECT 502, id, 'v2', 2 FROM project");
    int64_t one = site_int(s, "SELECT id FROM issue WHERE number = 1");
    struct bulk_item items[] = {{"Fix Version", "jira", "fixVersions", NULL, NULL, "501", "v1"},
                                {"Fix Version", "jira", "fixVersions", "501", "v1", NULL, NULL},
                                {"Fix Version", "jira", "fixVersions", NULL, NULL, "502", "v2"}};
    MUST(s, bulk_history_add(s->sb, one, s->admin, TEST_NOW - 5 * HOUR, &items[0], 1, &s->e));
    MUST(s, bulk_history_add(s->sb, one, s->admin, TEST_NOW - 3 * HOUR, &items[1], 2, &s->e));
    set(s, "INSERT INTO issue_version (issue, kind, version) SELECT id, 'fix', 502 FROM issue WHERE number = 1");
    finds(s, "fixVersion was v1", "SA-1");
    finds(s, "fixVersion was v1 AFTER -2h", "");
    finds(s, "fixVersion was v2 AFTER -2h", "SA-1");
    finds(s, "fixVersion changed FROM v1", "SA-1");
    site_close(s);
}

static void what_has_no_history_is_refused(void **state)
{
    (void)state;
    struct site *s = past();
    refuses(s, "summary was x", "History searches do not support the 'summary' field.");
    refuses(s, "labels changed", "History searches do not support the 'labels' field.");
    refuses(s, "status was Nowhere", "The value 'Nowhere' does not exist for the field 'status'.");
    refuses(s, "assignee was currentUser()",
            "A value provided by the function 'currentUser' is invalid for the field 'assignee'.");
    refuses(s, "status was Done FROM 'To Do'", "The predicate 'from' is only allowed with the operator 'changed'.");
    refuses(s, "status changed DURING now()", "The predicate 'during' needs a list of two dates for field 'status'.");
    refuses(s, "status was (Done)", "Operator 'was' does not support the list value '(\"Done\")' for field 'status'.");
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(was_finds_what_a_field_holds_or_once_held),
        cmocka_unit_test(was_is_narrowed_by_time_and_by_person),
        cmocka_unit_test(changed_finds_the_changes_themselves),
        cmocka_unit_test(fix_versions_have_a_past_each),
        cmocka_unit_test(what_has_no_history_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
