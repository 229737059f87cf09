#include "sandbox/jql/test_search.h"

static void link_issues(struct site *s, int inward, int outward)
{
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO issue_link (type, inward, outward) SELECT (SELECT id FROM link_type WHERE name = "
                    "'Blocks'), a.id, b.id FROM issue a, issue b WHERE a.number = ?1 AND b.number = ?2",
                    "ii", (int64_t)inward, (int64_t)outward));
}

static void linked_issues_are_found_by_direction(void **state)
{
    (void)state;
    struct site *s = dc();
    link_issues(s, 1, 2);
    link_issues(s, 3, 1);
    finds(s, "issue in linkedIssues(SA-1) ORDER BY key", "SA-2 SA-3");
    finds(s, "issue in linkedIssues('SA-1', 'blocks')", "SA-2");
    finds(s, "issue in linkedIssues(SA-1, 'is blocked by')", "SA-3");
    finds(s, "issue in linkedIssues(SA-1, blocks, 'is blocked by') ORDER BY key", "SA-2 SA-3");
    finds(s, "issueLinkType = Blocks ORDER BY key", "SA-1 SA-2 SA-3");
    finds(s, "issueLinkType = 'is blocked by' ORDER BY key", "SA-1 SA-2");
    finds(s, "issueLinkType is empty AND key < SA-5", "SA-4");
    refuses(s, "issue in linkedIssues(SA-99)", "Issue 'SA-99' could not be found in function 'linkedIssues'.");
    refuses(s, "issue in linkedIssues(SA-1, likes)",
            "Issue link type 'likes' could not be found in function 'linkedIssues'.");
    site_close(s);
}

static void remote_links_are_found_by_their_global_id(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "INSERT INTO remote_link (issue, global_id, object) SELECT id, 'system=x&id=' || number, '{}' FROM issue "
           "WHERE number < 4");
    finds(s, "issue in issuesWithRemoteLinksByGlobalId('system=x&id=1', \"system=x&id=3\", nothing) ORDER BY key",
          "SA-1 SA-3");
    refuses(s, "issue in issuesWithRemoteLinksByGlobalId()",
            "Function 'issuesWithRemoteLinksByGlobalId' expected between '1' and '100' arguments but received '0'.");
    site_close(s);
}

static void people_are_found_by_group(void **state)
{
    (void)state;
    struct site *s = dc();
    int64_t ada = person(s, "ada", NULL), group = 0;
    MUST(s, group_create(s->sb, "crew", &group, &s->e));
    MUST(s, sql_run(s->sb->db, &s->e, "INSERT INTO user_group_member VALUES (?1, ?2)", "ii", group, ada));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET assignee = ?1 WHERE number = 1", "i", ada));
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE issue SET assignee = ?1 WHERE number = 2", "i", s->admin));
    finds(s, "assignee in membersOf(crew)", "SA-1");
    finds(s, "assignee not in membersOf('crew')", "SA-2");
    finds(s, "assignee in (membersOf(crew), currentUser()) ORDER BY key", "SA-1 SA-2");
    refuses(s, "assignee in membersOf(nobody)",
            "Function 'membersOf' can not generate a list of usernames for group 'nobody'; the group does not exist.");
    refuses(s, "assignee = membersOf(crew)",
            "Operator '=' does not support the list value 'membersOf(\"crew\")' for field 'assignee'.");
    refuses(s, "project in membersOf(crew)",
            "A value provided by the function 'membersOf' is invalid for the field 'project'.");
    site_close(s);
}

static void what_somebody_touched_is_found(void **state)
{
    (void)state;
    struct site *s = dc();
    int64_t ada = person(s, "ada", NULL);
    struct bulk_item item = {"summary", "jira", "summary", NULL, "a", NULL, "b"};
    int64_t two = site_int(s, "SELECT id FROM issue WHERE number = 2");
    MUST(s, bulk_history_add(s->sb, two, ada, TEST_NOW - 2 * HOUR, &item, 1, &s->e));
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO comment (issue, author, body, created, updated) SELECT id, ?1, 'x', ?2, ?2 FROM issue "
                    "WHERE number = 3",
                    "ii", ada, (int64_t)TEST_NOW - 10 * HOUR));
    finds(s, "issue in updatedBy(ada) ORDER BY key", "SA-2 SA-3");
    finds(s, "issue in updatedBy(ada, '-3h')", "SA-2");
    finds(s, "issue in updatedBy(ada, '-11h', '-9h')", "SA-3");
    refuses(s, "issue in updatedBy(nobody)", "The user 'nobody' could not be found in function 'updatedBy'.");
    site_close(s);
}

static void what_the_caller_watches_votes_for_and_saw_is_found(void **state)
{
    (void)state;
    struct site *s = dc();
    MUST(s, sql_run(s->sb->db, &s->e, "INSERT INTO watcher SELECT id, ?1 FROM issue WHERE number = 4", "i", s->admin));
    MUST(s, sql_run(s->sb->db, &s->e, "INSERT INTO vote SELECT id, ?1 FROM issue WHERE number = 5", "i", s->admin));
    finds(s, "issue in watchedIssues()", "SA-4");
    finds(s, "watcher = currentUser()", "SA-4");
    finds(s, "watchers > 0", "SA-4");
    finds(s, "issue in votedIssues()", "SA-5");
    finds(s, "voter = currentUser() AND votes = 1", "SA-5");
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-6?updateHistory=true", NULL).status, 200);
    s->clock.now += 1000;
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-7?updateHistory=true", NULL).status, 200);
    assert_int_equal(ask(s, HTTP_GET, "/rest/api/2/issue/SA-8", NULL).status, 200);
    finds(s, "issue in issueHistory() ORDER BY lastViewed DESC", "SA-7 SA-6");
    finds(s, "lastViewed >= -1m ORDER BY key", "SA-6 SA-7");
    site_close(s);
}

static void versions_and_components_are_found_by_name_state_and_order(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "INSERT INTO version (id, project, name, position, released) SELECT 501, id, 'v1', 1, 1 FROM project");
    set(s, "INSERT INTO version (id, project, name, position, released) SELECT 502, id, 'v2', 2, 1 FROM project");
    set(s, "INSERT INTO version (id, project, name, position) SELECT 503, id, 'v10', 3 FROM project");
    set(s, "INSERT INTO issue_version SELECT id, 'fix', 500 + number FROM issue WHERE number < 4");
    set(s, "INSERT INTO issue_version SELECT id, 'affects', 501 FROM issue WHERE number = 9");
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO component (id, project, name, lead) SELECT 601, id, 'Pump', ?1 FROM project", "i",
                    s->admin));
    set(s, "INSERT INTO issue_component SELECT id, 601 FROM issue WHERE number = 7");
    finds(s, "fixVersion = V2", "SA-2");
    finds(s, "fixVersion in (v1, v10) ORDER BY key", "SA-1 SA-3");
    finds(s, "fixVersion > v1 ORDER BY key", "SA-2 SA-3");
    finds(s, "fixVersion <= v2 ORDER BY fixVersion DESC", "SA-2 SA-1");
    finds(s, "fixVersion in releasedVersions(SA) ORDER BY key", "SA-1 SA-2");
    finds(s, "fixVersion in unreleasedVersions()", "SA-3");
    finds(s, "fixVersion = latestReleasedVersion(SA)", "SA-2");
    finds(s, "fixVersion = earliestUnreleasedVersion(sa)", "SA-3");
    finds(s, "affectedVersion = v1", "SA-9");
    finds(s, "fixVersion != v1 ORDER BY key", "SA-2 SA-3");
    finds(s, "component = pump", "SA-7");
    finds(s, "component in componentsLeadByUser()", "SA-7");
    refuses(s, "fixVersion = v3", "The value 'v3' does not exist for the field 'fixVersion'.");
    refuses(s, "fixVersion in releasedVersions(X)",
            "Could not resolve the project 'X' provided to function 'releasedVersions'.");
    site_close(s);
}

static void time_work_and_files_are_found(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "INSERT INTO issue_time SELECT id, 7200, 3600, 3600 * number FROM issue WHERE number < 4");
    MUST(s, sql_run(s->sb->db, &s->e,
                    "INSERT INTO worklog (issue, author, comment, created, updated, started, seconds) SELECT id, ?1, "
                    "'dug a hole', 1, 1, ?2, 60 FROM issue WHERE number IN (2, 3)",
                    "ii", s->admin, (int64_t)TEST_NOW - 48 * HOUR));
    set(s, "INSERT INTO attachment (issue, filename, type, size, created, media) SELECT id, 'x', 'x', 1, 1, 'x' FROM "
           "issue WHERE number = 4");
    finds(s, "timeSpent >= 2h ORDER BY key", "SA-2 SA-3");
    finds(s, "timeSpent = '1h 60m'", "SA-2");
    finds(s, "originalEstimate = 120 ORDER BY timeSpent DESC", "SA-3 SA-2 SA-1");
    finds(s, "workRatio > 100", "SA-3");
    finds(s, "worklogAuthor = admin ORDER BY key", "SA-2 SA-3");
    finds(s, "worklogDate < startOfDay() ORDER BY key", "SA-2 SA-3");
    finds(s, "worklogDate > startOfDay()", "");
    finds(s, "worklogComment ~ hole ORDER BY key", "SA-2 SA-3");
    finds(s, "attachments is not empty", "SA-4");
    finds(s, "attachments is empty AND key < SA-3 ORDER BY key", "SA-1 SA-2");
    refuses(s, "timeSpent > soon",
            "The value 'soon' for field 'timeSpent' is invalid. Valid formats include: '4w 2d', '3h', '90m'.");
    site_close(s);
}

static void types_projects_and_dates_come_from_functions(void **state)
{
    (void)state;
    struct site *s = dc();
    set(s, "UPDATE issue SET issue_type = (SELECT id FROM issue_type WHERE is_subtask LIMIT 1) WHERE number = 10");
    MUST(s, sql_run(s->sb->db, &s->e, "UPDATE project SET lead = ?1", "i", s->admin));
    finds(s, "issuetype in subtaskIssueTypes()", "SA-10");
    finds(s, "type in standardIssueTypes() AND key > SA-8", "SA-9");
    finds(s, "project in projectsLeadByUser() AND key < SA-2", "SA-1");
    finds(s, "project in projectsLeadByUser(admin) AND key < SA-2", "SA-1");
    finds(s, "created <= currentLogin() AND key < SA-2", "SA-1");
    finds(s, "created >= startOfWeek(-1w) AND created < endOfMonth('+1M') AND created > startOfYear(-1) AND key = SA-1",
          "SA-1");
    refuses(s, "created > startOfDay(x)",
            "Duration for function 'startOfDay' should have the format (+/-)n(yMwdhm), e.g -1M for 1 month earlier.");
    refuses(s, "assignee = now()", "A value provided by the function 'now' is invalid for the field 'assignee'.");
    refuses(s, "created > membersOf(x)",
            "A value provided by the function 'membersOf' is invalid for the field 'created'.");
    site_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linked_issues_are_found_by_direction),
        cmocka_unit_test(remote_links_are_found_by_their_global_id),
        cmocka_unit_test(people_are_found_by_group),
        cmocka_unit_test(what_somebody_touched_is_found),
        cmocka_unit_test(what_the_caller_watches_votes_for_and_saw_is_found),
        cmocka_unit_test(versions_and_components_are_found_by_name_state_and_order),
        cmocka_unit_test(time_work_and_files_are_found),
        cmocka_unit_test(types_projects_and_dates_come_from_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
