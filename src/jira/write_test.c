/* What goes over the wire when something is written, and what its answers mean. */
#include "jira/play.h"

#define MAY_NOT                                                                                                        \
    "{\"permissions\":{\"ADMINISTER\":{\"havePermission\":false},\"ADMINISTER_PROJECTS\":{\"havePermission\":false}}}"
#define MAY                                                                                                            \
    "{\"permissions\":{\"ADMINISTER\":{\"havePermission\":false},\"ADMINISTER_PROJECTS\":{\"havePermission\":true}}}"
#define LOUD                                                                                                           \
    "{\"errorMessages\":[\"To discard the user notification either admin or project admin permissions are "            \
    "required.\"]}"

static void a_creation_says_fields_project_and_token(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT,
         {"POST /rest/api/2/issue",
          "{\"fields\":{\"summary\":\"S\",\"issuetype\":{\"id\":\"3\"},\"labels\":[\"a\"],\"assignee\":{\"name\":"
          "\"ann\"},"
          "\"priority\":{\"name\":\"High\"},\"description\":null,\"components\":[],\"project\":{\"id\":\"10000\"}},"
          "\"properties\":[{\"key\":\"tandem.token\",\"value\":{\"token\":\"t\"}}]}",
          201, "{\"id\":\"10007\",\"key\":\"SA-7\"}"},
         {"POST /rest/api/2/issue", NULL, 201, "{}"},
         {"POST /rest/api/2/issue", NULL, 400,
          "{\"errorMessages\":[],\"errors\":{\"summary\":\"You must specify a summary of the issue.\"}}"});
    struct value label = value_string("a");
    struct tracker_issue_field fields[] = {
        {"summary", value_string("S")},
        {"issuetype", value_option("3", "Task")},
        {"labels", {.kind = VALUE_SET, .items = &label, .count = 1}},
        {"assignee", {.kind = VALUE_USER, .id = "JIRAUSER1", .login = "ann"}},
        {"priority", value_option(NULL, "High")},
        {"description", {0}},
        {"components", {0}},
    };
    struct tracker_property token = {TRACKER_TOKEN_PROPERTY, json_keep(&p.a, json_pack("{s:s}", "token", "t"))};
    const char *id, *key;
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->create(p.tracker, &p.a, fields, ARRAY_LEN(fields), &token, 1, &id, &key, &p.e));
    assert_string_equal(id, "10007");
    assert_string_equal(key, "SA-7");
    assert_fails(p, ERR_UNCERTAIN, ops->create(p.tracker, &p.a, fields, 1, &token, 1, &id, &key, &p.e));
    assert_fails(p, ERR_REFUSED, ops->create(p.tracker, &p.a, fields, 1, &token, 1, &id, &key, &p.e));
    assert_non_null(strstr(p.e.text, "You must specify a summary"));
    play_end(&p);
}

static void custom_fields_are_written_by_their_definition(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT, {"GET /rest/api/2/mypermissions", NULL, 200, MAY_NOT},
         {"GET /rest/api/2/field", NULL, 200,
          "[{\"id\":\"customfield_1\",\"name\":\"Many\",\"schema\":{\"type\":\"array\",\"items\":\"option\"}},"
          "{\"id\":\"customfield_2\",\"name\":\"Who\",\"schema\":{\"type\":\"user\"}}]"},
         {"PUT /rest/api/3/issue/5",
          "{\"fields\":{\"customfield_1\":[],\"customfield_2\":{\"accountId\":\"712020:ann\"},\"customfield_3\":2.5,"
          "\"customfield_4\":{\"id\":\"7\",\"child\":{\"id\":\"8\"}},\"customfield_5\":{\"value\":\"Red\"}}}",
          204, NULL});
    struct tracker_issue_field fields[] = {
        {"customfield_1", {0}},
        {"customfield_2", {.kind = VALUE_USER, .id = "712020:ann", .text = "Ann"}},
        {"customfield_3", {.kind = VALUE_NUMBER, .text = "2.50"}},
        {"customfield_4", value_option("7/8", "A / B")},
        {"customfield_5", value_option(NULL, "Red")},
    };
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "5", fields, ARRAY_LEN(fields), &p.e));
    play_end(&p);
}

static const struct tracker_issue_field one_field[] = {{"summary", {.kind = VALUE_STRING, .text = "S"}}};

static void who_may_edits_quietly_and_the_right_is_asked_for_once(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT, {"GET /rest/api/2/mypermissions?projectKey=SA", NULL, 200, MAY},
         {"PUT /rest/api/2/issue/5?notifyUsers=false", NULL, 204, NULL},
         {"PUT /rest/api/2/issue/6?notifyUsers=false", NULL, 204, NULL});
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "5", one_field, 1, &p.e));
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "6", one_field, 1, &p.e));
    play_end(&p);
}

static void who_may_not_edits_with_mails(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT, {"GET /rest/api/2/mypermissions?projectKey=SA", NULL, 200, MAY_NOT},
         {"PUT /rest/api/2/issue/5$", "\"summary\"", 204, NULL});
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "5", one_field, 1, &p.e));
    play_end(&p);
}

/* The right was taken away since: refused for that alone, so nothing was done, and it goes out without the wish. */
static void a_refusal_of_quiet_is_not_a_refusal_of_the_edit(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT, {"GET /rest/api/2/mypermissions?projectKey=SA", NULL, 200, MAY},
         {"PUT /rest/api/2/issue/5?notifyUsers=false", NULL, 400, LOUD}, {"PUT /rest/api/2/issue/5$", NULL, 204, NULL},
         {"PUT /rest/api/2/issue/6$", NULL, 400, "{\"errors\":{\"summary\":\"too long\"}}"});
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "5", one_field, 1, &p.e));
    assert_fails(p, ERR_REFUSED, p.tracker->ops->update(p.tracker, &p.a, "6", one_field, 1, &p.e));
    play_end(&p);
}

static void a_403_may_mean_the_wish_or_the_edit(void **state)
{
    (void)state;
    PLAY(p, false, PLAY_PROJECT, {"GET /rest/api/2/mypermissions?projectKey=SA", NULL, 200, MAY},
         {"PUT /rest/api/2/issue/5?notifyUsers=false", NULL, 403, "{}"}, {"PUT /rest/api/2/issue/5$", NULL, 403, "{}"},
         {"PUT /rest/api/2/issue/6?notifyUsers=false", NULL, 403, "{}"}, {"PUT /rest/api/2/issue/6$", NULL, 204, NULL},
         {"PUT /rest/api/2/issue/7$", NULL, 204, NULL});
    assert_fails(p, ERR_FORBIDDEN, p.tracker->ops->update(p.tracker, &p.a, "5", one_field, 1, &p.e));
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "6", one_field, 1, &p.e));
    assert_ok(p, p.tracker->ops->update(p.tracker, &p.a, "7", one_field, 1, &p.e));
    play_end(&p);
}

static void answers_to_a_write_have_their_kinds(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum err_kind kind;
    } rows[] = {{400, "{}", ERR_REFUSED},
                {403, "{}", ERR_FORBIDDEN},
                {404, "{\"errorMessages\":[\"x\"]}", ERR_GONE},
                {409, "{}", ERR_CONFLICT},
                {413, "{}", ERR_LIMIT},
                {429, "{}", ERR_RATE},
                {500, "{}", ERR_UNCERTAIN},
                {502, "<html>", ERR_UNCERTAIN},
                {404, "<html>", ERR_PROTOCOL},
                {201, "{\"id\":", ERR_UNCERTAIN},
                {201, "{\"body\":\"no id\"}", ERR_UNCERTAIN}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        PLAY(p, true, {"POST /rest/api/3/issue/5/comment", NULL, rows[i].status, rows[i].body});
        struct tracker_comment c;
        assert_fails(p, rows[i].kind, p.tracker->ops->comment_add(p.tracker, &p.a, "5", "x", NULL, NULL, &c, &p.e));
        assert_int_equal(jira_site_counts(p.site).writes, 1);
        play_end(&p);
    }
}

static void a_comment_carries_its_token_and_an_edit_its_visibility(void **state)
{
    (void)state;
    static const struct tracker_visibility role = {"role", "Developers"};
    PLAY(p, false,
         {"POST /rest/api/2/issue/5/comment",
          "{\"body\":\"x\",\"properties\":[{\"key\":\"tandem.token\",\"value\":{\"token\":\"t\"}}]}", 201,
          "{\"id\":\"9\",\"body\":\"x\",\"created\":\"2026-01-01T01:00:00.000+0100\"}"},
         {"PUT /rest/api/2/issue/5/comment/9",
          "{\"body\":\"y\",\"visibility\":{\"type\":\"role\",\"value\":\"Developers\"}}", 200,
          "{\"id\":\"9\",\"body\":\"y\",\"visibility\":{\"type\":\"role\",\"value\":\"Developers\"}}"},
         {"DELETE /rest/api/2/issue/5/comment/9", NULL, 204, NULL});
    struct tracker_comment c;
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->comment_add(p.tracker, &p.a, "5", "x", "t", NULL, &c, &p.e));
    assert_null(c.token); /* the site did not show it, so we do not know that it kept it */
    assert_true(c.created_ms == PLAY_START);
    assert_ok(p, ops->comment_edit(p.tracker, &p.a, "5", "9", "y", &role, &c, &p.e));
    assert_string_equal(c.visibility_value, "Developers");
    assert_ok(p, ops->comment_delete(p.tracker, &p.a, "5", "9", &p.e));
    play_end(&p);
}

static void transitions_tell_what_they_ask_for(void **state)
{
    (void)state;
    PLAY(p, true,
         {"GET /rest/api/2/issue/5/transitions?expand=transitions.fields", NULL, 200,
          "{\"transitions\":["
          "{\"id\":\"11\",\"name\":\"Start\",\"to\":{\"id\":\"3\",\"name\":\"In Progress\"},\"fields\":{}},"
          "{\"id\":21,\"name\":\"Close\",\"to\":{\"id\":\"4\",\"name\":\"Done\"},\"fields\":{\"resolution\":{"
          "\"required\":true}}},"
          "{\"id\":\"31\",\"name\":\"Park\",\"to\":{\"id\":\"5\",\"name\":\"Parked\"},\"fields\":{\"resolution\":"
          "{\"required\":true,\"hasDefaultValue\":true},\"x\":{\"required\":false}}},"
          "{\"id\":\"41\",\"name\":\"Not now\",\"to\":{\"id\":\"6\",\"name\":\"X\"},\"isAvailable\":false}]}"},
         {"POST /rest/api/2/issue/5/transitions", "{\"transition\":{\"id\":\"11\"}}", 204, NULL},
         {"POST /rest/api/2/issue/5/transitions", NULL, 409, "{\"errorMessages\":[\"busy\"]}"});
    struct tracker_transition *t;
    size_t count;
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->transitions(p.tracker, &p.a, "5", &t, &count, &p.e));
    assert_int_equal(count, 3);
    assert_false(t[0].has_required_fields);
    assert_string_equal(t[1].id, "21");
    assert_true(t[1].has_required_fields);
    assert_false(t[2].has_required_fields);
    assert_ok(p, ops->transition(p.tracker, &p.a, "5", "11", &p.e));
    assert_fails(p, ERR_CONFLICT, ops->transition(p.tracker, &p.a, "5", "11", &p.e));
    play_end(&p);
}

static void a_missing_property_is_not_a_missing_issue(void **state)
{
    (void)state;
#define NONE "{\"errorMessages\":[\"The property with key 'a b' does not exist.\"]}"
    PLAY(p, false, {"GET /rest/api/2/issue/5/properties/a%20b", NULL, 404, NONE},
         {"GET /rest/api/2/issue/5/properties", NULL, 200, "{\"keys\":[]}"},
         {"GET /rest/api/2/issue/5/properties/a%20b", NULL, 404, NONE},
         {"GET /rest/api/2/issue/5/properties", NULL, 404, NONE},
         {"GET /rest/api/2/issue/5/properties/a%20b", NULL, 200, "{\"key\":\"a b\",\"value\":null}"},
         {"DELETE /rest/api/2/issue/5/properties/a%20b", NULL, 404, NONE},
         {"DELETE /rest/api/2/issue/5/properties/a%20b", NULL, 403, "{}"});
    const json_t *r;
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->property_get(p.tracker, &p.a, "5", "a b", &r, &p.e));
    assert_null(r);
    assert_fails(p, ERR_GONE, ops->property_get(p.tracker, &p.a, "5", "a b", &r, &p.e));
    assert_ok(p, ops->property_get(p.tracker, &p.a, "5", "a b", &r, &p.e));
    assert_true(json_is_null(r));
    assert_ok(p, ops->property_delete(p.tracker, &p.a, "5", "a b", &p.e));
    assert_fails(p, ERR_FORBIDDEN, ops->property_delete(p.tracker, &p.a, "5", "a b", &p.e));
    play_end(&p);
}

static void a_property_too_large_is_stopped_here(void **state)
{
    (void)state;
    struct play p;
    play_init(&p, false, NULL, 0);
    char *big = arena_alloc(&p.a, 32768);
    memset(big, 'x', 32767);
    const json_t *value = json_keep(&p.a, json_string(big)); /* with its quotes 32,769 bytes */
    assert_fails(p, ERR_LIMIT, p.tracker->ops->property_set(p.tracker, &p.a, "5", "k", value, &p.e));
    assert_int_equal(jira_site_counts(p.site).writes, 0);
    play_end(&p);
}

static void a_remote_link_is_set_whole_and_deleted_by_its_global_id(void **state)
{
    (void)state;
    PLAY(p, true,
         {"POST /rest/api/2/issue/5/remotelink",
          "{\"globalId\":\"tandem=INT-1&x\",\"application\":{\"type\":\"tandem\",\"name\":\"Tandem\"},\"object\":"
          "{\"url\":\"https://e/SB-1\",\"title\":\"SB-1\",\"summary\":\"ok\"},\"relationship\":\"synchronized with\"}",
          201, "{\"id\":1}"},
         {"DELETE /rest/api/2/issue/5/remotelink?globalId=tandem%3DINT-1%26x", NULL, 204, NULL},
         {"DELETE /rest/api/2/issue/5/remotelink?globalId=tandem%3DINT-1%26x", NULL, 404,
          "{\"errorMessages\":[\"No\"]}"});
    struct tracker_remote_link link = {"tandem=INT-1&x", "https://e/SB-1", "SB-1", "ok", "synchronized with"};
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->remote_link_set(p.tracker, &p.a, "5", &link, &p.e));
    assert_ok(p, ops->remote_link_delete(p.tracker, &p.a, "5", link.global_id, &p.e));
    assert_ok(p, ops->remote_link_delete(p.tracker, &p.a, "5", link.global_id, &p.e));
    play_end(&p);
}

static void writes_to_one_issue_of_cloud_keep_their_pace(void **state)
{
    (void)state;
    static struct step steps[44];
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        steps[i] = (struct step){.ask = "DELETE", .status = 204};
    for (int is_cloud = 0; is_cloud < 2; is_cloud++) {
        struct play p;
        play_init(&p, is_cloud, steps, ARRAY_LEN(steps));
        for (int i = 0; i < 22; i++) {
            assert_ok(p, p.tracker->ops->comment_delete(p.tracker, &p.a, "5", "1", &p.e));
            assert_ok(p, p.tracker->ops->comment_delete(p.tracker, &p.a, i ? "7" : "8", "1", &p.e));
        }
        assert_int_equal(p.clock.now - PLAY_START, is_cloud ? 2000 : 0); /* the 21st to 5 waits; 7 then need not */
        play_end(&p);
    }
}

/* The 429 of one issue closes that issue; the room of others and of other sites is as it was. */
static void an_issue_that_is_written_too_fast_is_left_alone_and_no_other(void **state)
{
    (void)state;
    PLAY(p, true,
         {"DELETE /rest/api/3/issue/5/comment/1", NULL, 429, "{}",
          .header = "RateLimit-Reason: jira-per-issue-on-write"},
         {"DELETE /rest/api/3/issue/6/comment/1", NULL, 204, NULL},
         {"DELETE /rest/api/3/issue/5/comment/1", NULL, 204, NULL});
    const struct tracker_ops *ops = p.tracker->ops;
    int64_t wait;
    assert_fails(p, ERR_RATE, ops->comment_delete(p.tracker, &p.a, "5", "1", &p.e));
    assert_int_equal(ops->write_room(p.tracker, "5", &wait), 0);
    assert_int_equal(wait, PACE_SHORT_MS);
    assert_int_equal(ops->write_room(p.tracker, "6", &wait), PACE_SHORT);
    assert_ok(p, ops->comment_delete(p.tracker, &p.a, "6", "1", &p.e));
    assert_int_equal(p.clock.now - PLAY_START, 0);
    assert_int_equal(ops->write_room(p.tracker, "6", &wait), PACE_SHORT - 1);
    assert_ok(p, ops->comment_delete(p.tracker, &p.a, "5", "1", &p.e)); /* who does not ask for room waits */
    assert_int_equal(p.clock.now - PLAY_START, PACE_SHORT_MS);
    play_end(&p);
}

static void a_data_center_has_room_for_everything(void **state)
{
    (void)state;
    PLAY(p, false, {"DELETE /rest/api/2/issue/6/comment/1", NULL, 204, NULL});
    int64_t wait;
    assert_ok(p, p.tracker->ops->comment_delete(p.tracker, &p.a, "6", "1", &p.e));
    assert_true(p.tracker->ops->write_room(p.tracker, "6", &wait) == SIZE_MAX);
    play_end(&p);
}

/* --- people --- */

#define ANN(more)                                                                                                      \
    "{\"accountId\":\"712020:ann\",\"accountType\":\"atlassian\",\"displayName\":\"Ann\",\"active\":true" more "}"

static void people_are_found_exactly_or_not_at_all(void **state)
{
    (void)state;
    PLAY(
        p, true,
        {"GET /rest/api/2/user/search?query=ann%40example.com&startAt=0", NULL, 200,
         "[" ANN(
             ",\"emailAddress\":\"Ann@Example.com\"") ","
                                                      "{\"accountId\":\"1\",\"displayName\":\"ann@example.com.au\","
                                                      "\"active\":true,\"emailAddress\":\"ann@example.com.au\"},"
                                                      "{\"accountId\":\"2\",\"displayName\":\"hidden\",\"active\":true}"
                                                      ","
                                                      "{\"accountId\":\"3\",\"displayName\":\"gone\",\"active\":false,"
                                                      "\"emailAddress\":\"ann@example.com\"},"
                                                      "{\"accountId\":\"4\",\"accountType\":\"app\",\"displayName\":"
                                                      "\"bot\",\"active\":true,\"emailAddress\":\"ann@example.com\"}]"},
        {"GET /rest/api/2/user?accountId=712020%3Aann", NULL, 200, ANN("")},
        {"GET /rest/api/2/user?accountId=712020%3Anobody", NULL, 404, "{\"errorMessages\":[\"no such user\"]}"});
    struct value *v;
    size_t count;
    const struct tracker_ops *ops = p.tracker->ops;
    assert_ok(p, ops->users_find(p.tracker, &p.a, "ann@example.com", &v, &count, &p.e));
    assert_int_equal(count, 1);
    assert_string_equal(v[0].id, "712020:ann");
    assert_string_equal(v[0].mail, "Ann@Example.com");
    assert_null(v[0].login);
    assert_ok(p, ops->users_find(p.tracker, &p.a, "712020:ann", &v, &count, &p.e));
    assert_int_equal(count, 1);
    assert_ok(p, ops->users_find(p.tracker, &p.a, "712020:nobody", &v, &count, &p.e));
    assert_int_equal(count, 0);
    assert_ok(p, ops->users_find(p.tracker, &p.a, "", &v, &count, &p.e));
    assert_int_equal(count, 0);
    play_end(&p);
}

static void two_people_of_one_address_are_two(void **state)
{
    (void)state;
    PLAY(
        p, false,
        {"GET /rest/api/2/user/search?username=a%40b.c", NULL, 200,
         "[{\"name\":\"ann\",\"key\":\"JIRAUSER1\",\"displayName\":\"Ann\",\"active\":true,\"emailAddress\":\"a@b.c\"},"
         "{\"name\":\"abe\",\"key\":\"JIRAUSER2\",\"displayName\":\"Abe\",\"active\":true,\"emailAddress\":\"a@b.c\"}"
         "]"},
        {"GET /rest/api/2/user?username=JIRAUSER2", NULL, 404, "{\"errorMessages\":[\"no such user\"]}"},
        {"GET /rest/api/2/user?key=JIRAUSER2", NULL, 200,
         "{\"name\":\"abe\",\"key\":\"JIRAUSER2\",\"displayName\":\"Abe\",\"active\":true}"});
    struct value *v;
    size_t count;
    assert_ok(p, p.tracker->ops->users_find(p.tracker, &p.a, "a@b.c", &v, &count, &p.e));
    assert_int_equal(count, 2);
    assert_ok(p, p.tracker->ops->users_find(p.tracker, &p.a, "JIRAUSER2", &v, &count, &p.e));
    assert_int_equal(count, 1);
    assert_string_equal(v[0].login, "abe");
    play_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_creation_says_fields_project_and_token),
        cmocka_unit_test(custom_fields_are_written_by_their_definition),
        cmocka_unit_test(who_may_edits_quietly_and_the_right_is_asked_for_once),
        cmocka_unit_test(who_may_not_edits_with_mails),
        cmocka_unit_test(a_refusal_of_quiet_is_not_a_refusal_of_the_edit),
        cmocka_unit_test(a_403_may_mean_the_wish_or_the_edit),
        cmocka_unit_test(answers_to_a_write_have_their_kinds),
        cmocka_unit_test(a_comment_carries_its_token_and_an_edit_its_visibility),
        cmocka_unit_test(transitions_tell_what_they_ask_for),
        cmocka_unit_test(a_missing_property_is_not_a_missing_issue),
        cmocka_unit_test(a_property_too_large_is_stopped_here),
        cmocka_unit_test(a_remote_link_is_set_whole_and_deleted_by_its_global_id),
        cmocka_unit_test(writes_to_one_issue_of_cloud_keep_their_pace),
        cmocka_unit_test(an_issue_that_is_written_too_fast_is_left_alone_and_no_other),
        cmocka_unit_test(a_data_center_has_room_for_everything),
        cmocka_unit_test(people_are_found_exactly_or_not_at_all),
        cmocka_unit_test(two_people_of_one_address_are_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
