#include "base/file_atomic.h"
#include "sandbox/test_rows.h"

#include <sys/stat.h>

/* Recorded payloads lie outside the repository; without them these tests are skipped. */
static const char *recorded(struct site *s, const char *folder)
{
    const char *root = getenv("TANDEM_SHARED");
    char *path = arena_printf(&s->a, "%s/data/payloads/jirametrics/spec/%s",
                              root ? root : TANDEM_SOURCE_DIR "/../shared", folder);
    return access(path, R_OK) == 0 ? path : NULL;
}

static int load(struct site *s, const char *folder)
{
    int count = sandbox_load(s->sb, folder, &s->e);
    if (count < 0)
        fail_msg("%s", s->e.text);
    return count;
}

static void recorded_cloud_issues_load_into_every_dialect(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct site *s = site_open(d, 1);
        const char *folder = recorded(s, "complete_sample/sample_issues");
        if (!folder) {
            site_close(s);
            skip();
        }
        assert_int_equal(load(s, folder), 6);
        assert_int_equal(
            site_int(s, "SELECT count(*) FROM issue i JOIN project p ON p.id = i.project WHERE p.key = 'SP'"), 6);
        /* SP-1: made 2021-06-18T18:41:29.398Z, in Review, four changes, a flag whose name the changelog tells. */
        assert_int_equal(site_int(s, "SELECT created FROM issue WHERE number = 1"), 1624041689398);
        struct answer a = ask(s, HTTP_GET, "/rest/api/2/issue/SP-1?expand=changelog", NULL);
        assert_int_equal(a.status, 200);
        assert_string_equal(json_at_str(a.json, "fields.status.name"), "Review");
        assert_string_equal(json_at_str(a.json, "fields.issuetype.name"), "Story");
        assert_string_equal(json_at_str(a.json, "fields.creator.displayName"), "User 18");
        assert_int_equal(json_at_int(a.json, "changelog.total", 0), 4);
        a = ask(s, HTTP_GET, "/rest/api/2/issue/SP-1/transitions", NULL);
        assert_non_null(strstr(joined(s, json_object_get(a.json, "transitions"), "to.name"), "Done"));
        assert_int_equal(
            site_int(s, "SELECT count(*) FROM history h WHERE h.id > (SELECT min(o.id) FROM history o WHERE o.issue "
                        "= h.issue AND o.created > h.created)"),
            0);
        site_close(s);
    }
}

static void links_between_recorded_issues_are_made_once(void **state)
{
    (void)state;
    struct site *s = site_open(SANDBOX_CLOUD, 1);
    const char *folder = recorded(s, "testdata");
    if (!folder) {
        site_close(s);
        skip();
    }
    assert_int_equal(load(s, folder), 6);
    assert_int_equal(site_int(s, "SELECT count(*) FROM issue_link"), 2);
    struct answer a = ask(s, HTTP_GET, "/rest/api/3/issue/SP-15?fields=issuelinks,comment", NULL);
    assert_int_equal(json_at_count(a.json, "fields.issuelinks"), 2);
    site_close(s);
}

/* ---- what the recordings have not ---- */

static char *folder_with(struct site *s, const char *json)
{
    char *folder = arena_strdup(&s->a, "/tmp/tandem-load-XXXXXX");
    assert_non_null(mkdtemp(folder));
    MUST(s, file_atomic_write(arena_printf(&s->a, "%s/issues.json", folder), json, strlen(json), &s->e));
    return folder;
}

static void folder_remove(struct site *s, const char *folder)
{
    unlink(arena_printf(&s->a, "%s/issues.json", folder));
    rmdir(folder);
}

static const char answer_of_a_search[] =
    "{\"names\":{\"customfield_10001\":\"Team\",\"customfield_10002\":\"Size\"},\"issues\":["
    "{\"id\":\"1\",\"key\":\"X-3\",\"fields\":{\"summary\":\"Child\",\"issuetype\":{\"name\":\"Sub-task\",\"subtask\":"
    "true},"
    "\"project\":{\"name\":\"Ex\"},\"status\":{\"name\":\"Open\",\"statusCategory\":{\"key\":\"new\"}},"
    "\"created\":\"2024-01-02T03:04:05.678+0100\",\"updated\":\"2024-01-03T03:04:05.000+0100\",\"labels\":[\"a\",\"b\"]"
    ","
    "\"parent\":{\"key\":\"X-7\"},\"customfield_10001\":{\"self\":\"u\",\"value\":\"Red\",\"id\":\"5\"},\"customfield_"
    "10002\":3.5,"
    "\"customfield_10003\":\"odd\",\"creator\":{\"accountId\":\"abc:1\",\"emailAddress\":\"zoe@example.com\","
    "\"displayName\":\"Zoe\"},\"description\":{\"version\":1,\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\","
    "\"content\":["
    "{\"type\":\"text\",\"text\":\"bold\",\"marks\":[{\"type\":\"strong\"}]}]}]},"
    "\"comment\":{\"comments\":[{\"body\":\"h1. "
    "Wiki\",\"created\":\"2024-01-02T05:00:00.000+0000\",\"author\":{\"name\":\"kim\","
    "\"key\":\"kim\",\"emailAddress\":\"kim@example.com\",\"displayName\":\"Kim\"},\"visibility\":{\"type\":\"role\","
    "\"value\":"
    "\"Administrators\"}}]}}},"
    "{\"id\":\"2\",\"key\":\"X-7\",\"fields\":{\"summary\":\"Parent\",\"issuetype\":{\"name\":\"Task\"},\"project\":{"
    "\"name\":\"Ex\"},"
    "\"status\":{\"name\":\"Closed\"},\"created\":\"2024-01-01T00:00:00.000+0000\"}}]}";

static void texts_fields_parents_and_people_become_this_sites(void **state)
{
    (void)state;
    struct site *s = site_open(SANDBOX_DC10, 1);
    char *folder = folder_with(s, answer_of_a_search);
    assert_int_equal(load(s, folder), 2);
    folder_remove(s, folder);
    struct answer a = ask(s, HTTP_GET, "/rest/api/2/issue/X-3?expand=names", NULL);
    assert_string_equal(json_at_str(a.json, "fields.description"), "*bold*");
    assert_string_equal(json_at_str(a.json, "fields.parent.key"), "X-7");
    assert_string_equal(json_at_str(a.json, "fields.creator.name"), "zoe");
    assert_int_equal(site_int(s, "SELECT created FROM issue WHERE number = 3"), 1704161045678);
    assert_string_equal(joined(s, json_at(a.json, "fields.labels"), NULL), "a b");
    assert_int_equal(
        site_int(s, "SELECT count(*) FROM custom_value v JOIN field f ON f.number = v.field JOIN field_option o ON "
                    "o.id = v.ref WHERE f.name = 'Team' AND f.kind = 'select' AND o.value = 'Red'"),
        1);
    assert_int_equal(
        site_int(s, "SELECT num * 10 FROM custom_value v JOIN field f ON f.number = v.field WHERE f.name = 'Size'"),
        35);
    assert_int_equal(site_int(s,
                              "SELECT count(*) FROM custom_value v JOIN field f ON f.number = v.field WHERE f.name = "
                              "'customfield_10003' AND v.text = 'odd'"),
                     1);
    assert_int_equal(site_int(s, "SELECT next_number FROM project WHERE key = 'X'"), 8);
    assert_int_equal(site_int(s, "SELECT category FROM status WHERE name = 'Closed'"), 3);
    assert_int_equal(site_int(s, "SELECT count(*) FROM comment WHERE visibility_type = 'role'"), 1);
    site_close(s);
}

static void a_broken_recording_changes_nothing_and_is_named(void **state)
{
    (void)state;
    static const char *const broken[] = {"{\"key\":\"X-1\",\"fields\":{\"summary\":", "{\"key\":\"X\",\"fields\":{}}",
                                         "{\"key\":\"X-1\",\"fields\":{\"summary\":\"no date\"}}"};
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct site *s = site_open(SANDBOX_DC10, 1);
        struct err e = ERR_INIT;
        char *folder = folder_with(s, broken[i]);
        assert_int_equal(sandbox_load(s->sb, folder, &e), -1);
        assert_non_null(strstr(e.text, "issues.json"));
        assert_int_equal(site_int(s, "SELECT count(*) FROM project"), 0);
        folder_remove(s, folder);
        site_close(s);
    }
    struct site *s = site_open(SANDBOX_DC10, 1);
    struct err e = ERR_INIT;
    assert_int_equal(sandbox_load(s->sb, "/nowhere/at/all", &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    site_close(s);
}

static void recorded_work_is_loaded_with_its_times(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct site *s = site_open(d, 1);
        char *folder = folder_with(
            s,
            "{\"issues\":[{\"key\":\"SP-1\",\"fields\":{\"project\":{\"key\":\"SP\",\"name\":\"SP\"},\"summary\":\"x\","
            "\"issuetype\":{\"name\":\"Task\"},\"status\":{\"name\":\"To Do\"},"
            "\"created\":\"2026-01-01T00:00:00.000+0000\",\"timespent\":180,\"timeestimate\":0,"
            "\"timetracking\":{\"originalEstimateSeconds\":3600},\"worklog\":{\"worklogs\":[{"
            "\"author\":{\"displayName\":\"Ada\",\"name\":\"ada\",\"emailAddress\":\"ada@example.com\"},"
            "\"comment\":\"*did*\",\"created\":\"2026-01-02T00:00:00.000+0000\","
            "\"started\":\"2026-01-01T09:00:00.000+0000\",\"timeSpentSeconds\":180}]}}}]}");
        assert_int_equal(load(s, folder), 1);
        struct answer a = ask(s, HTTP_GET, "/rest/api/2/issue/SP-1", NULL);
        assert_string_equal(json_at_str(a.json, "fields.timetracking.originalEstimate"), "1h");
        assert_string_equal(json_at_str(a.json, "fields.timetracking.remainingEstimate"), "0m");
        assert_int_equal(json_at_int(a.json, "fields.timespent", 0), 180);
        const json_t *w = json_array_get(json_at(a.json, "fields.worklog.worklogs"), 0);
        assert_string_equal(json_at_str(w, "comment"), "*did*");
        assert_string_equal(json_at_str(w, "author.displayName"), "Ada");
        assert_string_equal(json_at_str(w, "started"), "2026-01-01T10:00:00.000+0100");
        folder_remove(s, folder);
        site_close(s);
    }
}

static void recorded_plans_go_to_the_sites_own_fields(void **state)
{
    (void)state;
    for (enum sandbox_dialect d = SANDBOX_DC8; d <= SANDBOX_CLOUD; d++) {
        struct site *s = site_open(d, 1);
        char *folder = folder_with(
            s,
            "{\"names\":{\"customfield_1\":\"Sprint\",\"customfield_2\":\"Epic Link\",\"customfield_3\":\"Rank\"},"
            "\"issues\":[{\"key\":\"SP-1\",\"fields\":{\"project\":{\"key\":\"SP\",\"name\":\"SP\"},\"summary\":\"x\","
            "\"issuetype\":{\"name\":\"Epic\"},\"status\":{\"name\":\"To Do\"},"
            "\"created\":\"2026-01-01T00:00:00.000+0000\"}},{\"key\":\"SP-2\",\"fields\":{\"project\":{\"key\":"
            "\"SP\",\"name\":\"SP\"},\"summary\":\"y\",\"issuetype\":{\"name\":\"Story\"},\"status\":{\"name\":"
            "\"To Do\"},\"created\":\"2026-01-01T00:00:00.000+0000\",\"fixVersions\":[{\"name\":\"1.0\"}],"
            "\"customfield_1\":[{\"id\":3,\"name\":\"Sprint 3\",\"state\":\"active\",\"boardId\":2,\"startDate\":"
            "\"2022-04-15T00:55:17.688Z\"}],\"customfield_2\":\"SP-1\",\"customfield_3\":\"0|i0001r:\"}}]}");
        assert_int_equal(load(s, folder), 2);
        assert_int_equal(site_int(s, "SELECT count(*) FROM field WHERE name IN ('Sprint', 'Epic Link', 'Rank')"), 3);
        assert_int_equal(site_int(s, "SELECT count(*) FROM sprint WHERE name = 'Sprint 3' AND state = 'active'"), 1);
        assert_int_equal(site_int(s,
                                  "SELECT count(*) FROM custom_value v JOIN field f ON f.number = v.field JOIN sprint"
                                  " p ON p.id = v.ref WHERE f.kind = 'sprint'"),
                         1);
        assert_int_equal(site_int(s, "SELECT p.number FROM issue i JOIN issue p ON p.id = i.parent"), 1);
        struct answer a = ask(s, HTTP_GET, "/rest/api/2/issue/SP-2", NULL);
        assert_string_equal(joined(s, json_at(a.json, "fields.fixVersions"), "name"), "1.0");
        a = ask(s, HTTP_PUT, "/rest/agile/1.0/issue/rank", "{\"issues\":[\"SP-2\"],\"rankBeforeIssue\":\"SP-1\"}");
        assert_int_equal(a.status, 204);
        folder_remove(s, folder);
        site_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_cloud_issues_load_into_every_dialect),
        cmocka_unit_test(links_between_recorded_issues_are_made_once),
        cmocka_unit_test(texts_fields_parents_and_people_become_this_sites),
        cmocka_unit_test(a_broken_recording_changes_nothing_and_is_named),
        cmocka_unit_test(recorded_work_is_loaded_with_its_times),
        cmocka_unit_test(recorded_plans_go_to_the_sites_own_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
