/* Votes and watchers. */
#include "base/clock.h"
#include "sandbox/test_client.h"

static void ada_comes(struct test_site *s)
{
    test_json(
        s, HTTP_POST, 201, "/sandbox/users",
        "{\"name\":\"ada\",\"emailAddress\":\"ada@example.com\",\"accountId\":\"712020:ada\",\"password\":\"pw\"}");
}

static void as_ada(struct test_site *s, bool is_ada)
{
    s->user = is_ada ? s->is_cloud ? "ada@example.com" : "ada" : s->is_cloud ? "admin@example.com" : "admin";
    s->password = is_ada ? "pw" : "admin";
}

#define VOTES    "/rest/api/2/issue/SA-1/votes"
#define WATCHERS "/rest/api/2/issue/SA-1/watchers"

static void everybody_votes_once_and_leaves_no_trace(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_issue(&s, "SA", "Task", "one");
        json_t *before = test_get(&s, 200, "/rest/api/2/issue/SA-1?expand=changelog");
        as_ada(&s, true);
        test_json(&s, HTTP_POST, 204, VOTES, NULL);
        test_json(&s, HTTP_POST, 204, VOTES, NULL);
        json_t *votes = test_get(&s, 200, VOTES);
        assert_string_equal(json_at_str(votes, "self"), TEST_URL VOTES);
        assert_int_equal(json_at_int(votes, "votes", 0), 1);
        assert_true(json_at_bool(votes, "hasVoted", false));
        assert_string_equal(json_at_str(json_array_get(json_object_get(votes, "voters"), 0), "emailAddress"),
                            "ada@example.com");
        as_ada(&s, false);
        json_t *after = test_get(&s, 200, "/rest/api/2/issue/SA-1?expand=changelog");
        assert_int_equal(json_at_int(after, "fields.votes.votes", 0), 1);
        assert_false(json_at_bool(after, "fields.votes.hasVoted", true));
        assert_string_equal(json_at_str(after, "fields.updated"), json_at_str(before, "fields.updated"));
        assert_true(json_equal(json_object_get(after, "changelog"), json_object_get(before, "changelog")));
        as_ada(&s, true);
        test_json(&s, HTTP_DELETE, 204, VOTES, NULL);
        assert_int_equal(json_at_int(test_get(&s, 200, VOTES), "votes", 9), 0);
    }
}

static void a_reporter_votes_on_cloud_alone(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        test_issue(&s, "SA", "Task", "one");
        test_json(&s, HTTP_POST, s.is_cloud ? 204 : 404, VOTES, NULL);
        assert_int_equal(json_at_int(test_get(&s, 200, VOTES), "votes", 9), s.is_cloud);
        test_json(&s, HTTP_POST, 404, "/rest/api/2/issue/SA-2/votes", NULL);
        test_json(&s, HTTP_POST, 204, "/sandbox/settings", "{\"voting\":0}");
        test_get(&s, 404, VOTES);
    }
}

static void who_creates_or_comments_watches_unless_the_site_has_that_off(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_issue(&s, "SA", "Task", "one");
        assert_int_equal(json_at_int(test_get(&s, 200, WATCHERS), "watchCount", 0), 1);
        as_ada(&s, true);
        test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/SA-1/comment", "{\"body\":\"hello\"}");
        json_t *w = test_get(&s, 200, WATCHERS);
        assert_int_equal(json_at_int(w, "watchCount", 0), 2);
        assert_int_equal(json_at_count(w, "watchers"), 2);
        assert_true(json_at_bool(w, "isWatching", false));
        as_ada(&s, false);
        test_json(&s, HTTP_POST, 204, "/sandbox/settings", "{\"autowatch\":0}");
        test_issue(&s, "SA", "Task", "two");
        assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/2/issue/SA-2/watchers"), "watchCount", 9), 0);
    }
}

static void the_list_of_watchers_changes_by_a_bare_string(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_issue(&s, "SA", "Task", "one");
        const char *ada = s.is_cloud ? "712020:ada" : "ada";
        char *name = arena_printf(&s.arena, "\"%s\"", ada);
        char *away = arena_printf(&s.arena, WATCHERS "?%s=%s", s.is_cloud ? "accountId" : "username", ada);
        test_json(&s, HTTP_POST, 204, WATCHERS, name);
        test_json(&s, HTTP_POST, 204, WATCHERS, name);
        assert_int_equal(json_at_int(test_get(&s, 200, WATCHERS), "watchCount", 0), 2);
        test_json(&s, HTTP_DELETE, 204, away, NULL);
        test_json(&s, HTTP_DELETE, 204, away, NULL);
        assert_int_equal(json_at_int(test_get(&s, 200, WATCHERS), "watchCount", 0), 1);
        test_json(&s, HTTP_DELETE, 400, WATCHERS, NULL);
        test_json(&s, HTTP_POST, 404, WATCHERS, "\"nobody\"");
        test_json(&s, HTTP_POST, 400, WATCHERS, "{\"name\":\"ada\"}");
        s.content_type = "text/plain";
        test_json(&s, HTTP_POST, 415, WATCHERS, "ada");
        s.content_type = "application/json";

        as_ada(&s, true); /* herself, but nobody else */
        test_json(&s, HTTP_POST, 204, WATCHERS, NULL);
        test_json(&s, HTTP_DELETE, 204, away, NULL);
        as_ada(&s, false);
        json_t *admin = test_get(&s, 200, "/rest/api/2/myself");
        const char *other = json_at_str(admin, s.is_cloud ? "accountId" : "name");
        as_ada(&s, true);
        test_json(&s, HTTP_POST, s.is_cloud ? 403 : 401, WATCHERS, arena_printf(&s.arena, "\"%s\"", other));
    }
}

static void who_cannot_see_an_issue_does_not_watch_it(void **state)
{
    (void)state;
    EACH_DIALECT(s)
    {
        ada_comes(&s);
        test_json(&s, HTTP_POST, 201, "/sandbox/project", "{\"key\":\"SEC\",\"name\":\"Secret\",\"members\":[]}");
        test_issue(&s, "SEC", "Task", "one");
        json_t *r = test_json(&s, HTTP_POST, 400, "/rest/api/2/issue/SEC-1/watchers",
                              s.is_cloud ? "\"712020:ada\"" : "\"ada\"");
        assert_non_null(strstr(test_error(r, NULL), "does not have permission to view this issue"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_votes_once_and_leaves_no_trace),
        cmocka_unit_test(a_reporter_votes_on_cloud_alone),
        cmocka_unit_test(who_creates_or_comments_watches_unless_the_site_has_that_off),
        cmocka_unit_test(the_list_of_watchers_changes_by_a_bare_string),
        cmocka_unit_test(who_cannot_see_an_issue_does_not_watch_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
