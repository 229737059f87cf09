/* Reading issues whole, and finding again what was made. */
#include "jira/play.h"

#define HEAD(id) "\"id\":\"" id "\",\"key\":\"SA-" id "\""
#define FIELDS                                                                                                         \
    "\"project\":{\"id\":\"10000\",\"key\":\"SA\"},\"created\":\"2026-01-01T01:00:00.000+0100\","                      \
    "\"updated\":\"2026-01-01T01:00:01.000+0100\",\"creator\":{\"name\":\"sync\",\"displayName\":\"S\"},"              \
    "\"reporter\":null"
#define ISSUE(id, more) "{" HEAD(id) ",\"fields\":{" FIELDS more "}}"
#define GONE            "{\"errorMessages\":[\"Issue does not exist or you do not have permission to see it.\"]}"

static const char *const summary[] = {"summary"};

static void many_are_read_by_one_search_and_the_missing_by_name(void **state)
{
    (void)state;
    PLAY(p, false,
         {"POST /rest/api/2/search",
          "id in (1,2,3) ORDER BY key ASC\",\"startAt\":0,\"maxResults\":3,\"validateQuery\":false", 200,
          "{\"total\":1,\"issues\":[" ISSUE("2", ",\"summary\":\"two\"") "],\"warningMessages\":[\"…\"]}"},
         {"GET /rest/api/2/issue/1?fields=project,created,updated,creator,reporter,parent,summary", NULL, 404, GONE},
         {"GET /rest/api/2/issue/3?fields=", NULL, 200, /* the search lagged, and it has moved */
          "{\"id\":\"3\",\"key\":\"TWO-9\",\"fields\":{\"project\":{\"id\":\"10001\",\"key\":\"TWO\"},"
          "\"summary\":\"three\",\"created\":\"2026-01-01T00:00:00.000+0000\",\"updated\":\"2026-01-01T00:00:00.000+"
          "0000\"}}"});
    const char *const ids[] = {"1", "2", "3"};
    struct tracker_read read = {.ids = ids, .id_count = 3, .fields = summary, .field_count = 1};
    struct tracker_issue *r[3];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    assert_null(r[0]);
    assert_string_equal(r[1]->key, "SA-2");
    assert_string_equal(tracker_issue_value(r[1], "summary").text, "two");
    assert_string_equal(r[1]->creator_id, "sync");
    assert_null(r[1]->reporter_id);
    assert_true(r[1]->updated_ms == PLAY_START + 1000);
    assert_null(r[1]->properties);
    assert_string_equal(r[2]->project_id, "10001");
    assert_string_equal(r[2]->key, "TWO-9");
    play_end(&p);
}

static void a_search_that_gives_less_than_asked_is_asked_on(void **state)
{
    (void)state;
    PLAY(p, false,
         {"POST /rest/api/2/search", "\"startAt\":0", 200,
          "{\"total\":2,\"maxResults\":1,\"issues\":[" ISSUE("1", "") "]}"},
         {"POST /rest/api/2/search", "\"startAt\":1", 200,
          "{\"total\":2,\"maxResults\":1,\"issues\":[" ISSUE("2", "") "]}"});
    const char *const ids[] = {"1", "2"};
    struct tracker_issue *r[2];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &(struct tracker_read){.ids = ids, .id_count = 2}, r, &p.e));
    assert_string_equal(r[0]->id, "1");
    assert_string_equal(r[1]->id, "2");
    play_end(&p);
}

static void cloud_reads_by_bulkfetch_with_properties(void **state)
{
    (void)state;
    PLAY(p, true,
         {"POST /rest/api/3/issue/bulkfetch", "\"properties\":[\"tandem.token\"]", 200,
          "{\"issues\":[{" HEAD("2") ",\"fields\":{" FIELDS "},\"properties\":{\"tandem.token\":{\"token\":\"t\"}}},"
                                     "{" HEAD("1") ",\"fields\":{" FIELDS "}}],\"issueErrors\":[]}"});
    const char *const ids[] = {"1", "2"}, *const keys[] = {TRACKER_TOKEN_PROPERTY};
    struct tracker_read read = {.ids = ids, .id_count = 2, .properties = keys, .property_count = 1};
    struct tracker_issue *r[2];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    assert_int_equal(json_object_size(r[0]->properties), 0);
    assert_string_equal(json_at_str(json_object_get(r[1]->properties, TRACKER_TOKEN_PROPERTY), "token"), "t");
    play_end(&p);
}

static void data_center_reads_properties_one_by_one(void **state)
{
    (void)state;
    PLAY(
        p, false,
        {"GET /rest/api/2/issue/1?fields=project,created,updated,creator,reporter,parent&properties=tandem.token,b%2Fc",
         NULL, 200, "{" HEAD("1") ",\"fields\":{" FIELDS "},\"properties\":{\"b/c\":1}}"},
        {"GET /rest/api/2/issue/2?", NULL, 404, GONE});
    const char *const ids[] = {"1", "2"}, *const keys[] = {TRACKER_TOKEN_PROPERTY, "b/c"};
    struct tracker_read read = {.ids = ids, .id_count = 2, .properties = keys, .property_count = 2};
    struct tracker_issue *r[2];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    assert_int_equal(json_object_size(r[0]->properties), 1);
    assert_null(r[1]);
    play_end(&p);
}

#define COMMENT(id, body)                                                                                              \
    "{\"id\":\"" id "\",\"body\":\"" body "\",\"author\":{\"name\":\"ann\",\"displayName\":\"Ann\"},"                  \
    "\"created\":\"2026-01-01T01:00:00.000+0100\",\"updated\":\"2026-01-01T01:00:00.000+0100\"}"

static void comments_that_are_whole_cost_nothing_and_cut_ones_are_fetched(void **state)
{
    (void)state;
    PLAY(p, false,
         {"POST /rest/api/2/search", "\"comment\"]", 200,
          "{\"total\":3,\"issues\":[" ISSUE(
              "1",
              ",\"comment\":{\"comments\":[" COMMENT("10", "ten") "," COMMENT(
                  "9",
                  "nine") "],\"total\":2}") "," ISSUE("2",
                                                      ",\"comment\":{\"comments\":[" COMMENT(
                                                          "1",
                                                          "x") "],\"total\":3}") "," ISSUE("3",
                                                                                           ",\"comment\":{\"comments\":"
                                                                                           "[],\"total\":0}") "]}"},
         {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
          "{\"total\":3,\"comments\":[" COMMENT("1", "a") "," COMMENT("2", "b") "]}"},
         {"GET /rest/api/2/issue/2/comment?startAt=1&", NULL, 200,
          "{\"total\":3,\"comments\":[" COMMENT("2", "b") "," COMMENT("3", "c") "]}"});
    const char *const ids[] = {"1", "2", "3"};
    struct tracker_read read = {.ids = ids, .id_count = 3, .want = TRACKER_COMMENTS};
    struct tracker_issue *r[3];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    assert_int_equal(r[0]->comment_count, 2);
    assert_string_equal(r[0]->comments[0].id, "9"); /* ascending, as numbers */
    assert_string_equal(r[0]->comments[0].author_id, "ann");
    assert_int_equal(r[1]->comment_count, 3);
    assert_string_equal(r[1]->comments[2].body, "c");
    assert_int_equal(r[2]->comment_count, 0);
    play_end(&p);
}

/* 1 is deleted while the pages are read: 3 moves to where 2 was. */
static void a_deletion_between_two_pages_of_comments_loses_none(void **state)
{
    (void)state;
    PLAY(p, false,
         {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
          "{\"total\":4,\"comments\":[" COMMENT("1", "a") "," COMMENT("2", "b") "]}"},
         {"GET /rest/api/2/issue/2/comment?startAt=1&", NULL, 200,
          "{\"total\":3,\"comments\":[" COMMENT("3", "c") "," COMMENT("4", "d") "]}"},
         {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
          "{\"total\":3,\"comments\":[" COMMENT("2", "b") "," COMMENT("3", "c") "," COMMENT("4", "d") "]}"});
    struct tracker_comment *c;
    size_t count;
    assert_ok(p, jira_comments_read(p.site, &p.a, "2", &c, &count, &p.e));
    assert_int_equal(count, 3);
    assert_string_equal(c[0].id, "2");
    play_end(&p);
}

/* One was deleted and another made between the pages: the anchor holds, the count does not. */
static void a_list_that_does_not_add_up_is_read_again(void **state)
{
    (void)state;
    PLAY(
        p, false,
        {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
         "{\"total\":3,\"comments\":[" COMMENT("1", "a") "," COMMENT("2", "b") "]}"},
        {"GET /rest/api/2/issue/2/comment?startAt=1&", NULL, 200, "{\"total\":3,\"comments\":[" COMMENT("2", "b") "]}"},
        {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
         "{\"total\":3,\"comments\":[" COMMENT("1", "a") "," COMMENT("2", "b") "," COMMENT("3", "c") "]}"});
    struct tracker_comment *c;
    size_t count;
    assert_ok(p, jira_comments_read(p.site, &p.a, "2", &c, &count, &p.e));
    assert_int_equal(count, 3);
    play_end(&p);
}

static void a_comment_that_is_counted_and_never_shown_does_not_block_its_issue(void **state)
{
    (void)state;
    static const struct step same = {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
                                     "{\"total\":2,\"comments\":[" COMMENT("1", "a") "]}"},
                             rest = {"GET /rest/api/2/issue/2/comment?startAt=0&", NULL, 200,
                                     "{\"total\":2,\"comments\":[" COMMENT("1", "a") "]}"};
    PLAY(p, false, same, rest, same, rest, same, rest);
    struct tracker_comment *c;
    size_t count;
    assert_ok(p, jira_comments_read(p.site, &p.a, "2", &c, &count, &p.e));
    assert_int_equal(count, 1);
    play_end(&p);
}

static void tokens_come_from_the_comments_own_resource(void **state)
{
    (void)state;
    PLAY(
        p, true,
        {"GET /rest/api/3/issue/1?fields=project,created,updated,creator,reporter,parent", NULL, 200, ISSUE("1", "")},
        {"GET /rest/api/3/issue/1/comment?startAt=0&maxResults=1000&expand=properties", NULL, 200,
         "{\"total\":1,\"comments\":[{\"id\":\"5\",\"body\":null,\"jsdPublic\":false,\"visibility\":{\"type\":\"role\","
         "\"value\":\"Developers\"},\"properties\":[{\"key\":\"x\",\"value\":1},{\"key\":\"tandem.token\",\"value\":"
         "{\"token\":\"abc\"}}]}]}"});
    const char *const ids[] = {"1"};
    struct tracker_read read = {.ids = ids, .id_count = 1, .want = TRACKER_COMMENTS | TRACKER_COMMENT_TOKENS};
    struct tracker_issue *r[1];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    assert_int_equal(r[0]->comment_count, 1);
    assert_string_equal(r[0]->comments[0].token, "abc");
    assert_string_equal(r[0]->comments[0].body, "");
    assert_string_equal(r[0]->comments[0].visibility_value, "Developers");
    assert_true(r[0]->comments[0].is_internal);
    assert_null(r[0]->comments[0].author_id);
    play_end(&p);
}

#define HISTORY(id, field, from, to)                                                                                   \
    "{\"id\":\"" id "\",\"author\":{\"accountId\":\"712020:me\"},\"created\":\"2026-01-01T01:00:00.000+0100\","        \
    "\"items\":[{\"field\":\"" field "\",\"from\":null,\"fromString\":\"" from "\",\"to\":null,\"toString\":\"" to     \
    "\"}]}"

static void history_ascends_and_is_paged_where_the_expanded_one_is_cut(void **state)
{
    (void)state;
    PLAY(p, true,
         {"POST /rest/api/3/issue/bulkfetch", "\"expand\":[\"changelog\"]", 200,
          "{\"issues\":[{" HEAD(
              "1") ",\"fields\":{" FIELDS
                   "},\"changelog\":{\"total\":2,\"histories\":[" HISTORY("10", "summary", "b", "c") "," HISTORY(
                       "9", "summary", "a", "b") "]}},"
                                                 "{" HEAD("2") ",\"fields\":{" FIELDS
                                                               "},\"changelog\":{\"total\":3,\"histories\":[" HISTORY(
                                                                   "7", "Fix Version", "", "1") "]}}]}"},
         {"GET /rest/api/2/issue/2/changelog?startAt=0", NULL, 200,
          "{\"total\":3,\"values\":[" HISTORY("5", "summary", "", "") "," HISTORY("6", "summary", "", "") "]}"},
         {"GET /rest/api/2/issue/2/changelog?startAt=2", NULL, 200,
          "{\"total\":3,\"values\":[" HISTORY("7", "Fix Version", "", "1") "]}"});
    const char *const ids[] = {"1", "2"};
    struct tracker_issue *r[2];
    struct tracker_read read = {.ids = ids, .id_count = 2, .want = TRACKER_HISTORY};
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    assert_int_equal(r[0]->history_count, 2);
    assert_string_equal(r[0]->history[0].from_text, "a");
    assert_string_equal(r[0]->history[1].id, "10");
    assert_null(r[0]->history[1].from);
    assert_string_equal(r[0]->history[1].author_id, "712020:me");
    assert_int_equal(r[1]->history_count, 3);
    assert_string_equal(r[1]->history[2].field, "fix version");
    play_end(&p);
}

static void an_answer_that_is_too_large_is_asked_for_in_halves(void **state)
{
    (void)state;
    PLAY(p, false, {"POST /rest/api/2/search", "id in (1,2,3)", 413, "{\"errorMessages\":[\"too large\"]}"},
         {"POST /rest/api/2/search", "id in (1)", 200, "{\"total\":1,\"issues\":[" ISSUE("1", "") "]}"},
         {"POST /rest/api/2/search", "id in (2,3)", 200,
          "{\"total\":2,\"issues\":[" ISSUE("2", "") "," ISSUE("3", "") "]}"});
    const char *const ids[] = {"1", "2", "3"};
    struct tracker_issue *r[3];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &(struct tracker_read){.ids = ids, .id_count = 3}, r, &p.e));
    assert_string_equal(r[2]->id, "3");
    play_end(&p);
}

static void an_id_that_is_no_number_never_reaches_a_search(void **state)
{
    (void)state;
    struct play p;
    play_init(&p, false, NULL, 0);
    const char *const ids[] = {"1", "2) OR (id > 0"};
    struct tracker_issue *r[2];
    assert_fails(p, ERR_INPUT,
                 p.tracker->ops->read(p.tracker, &p.a, &(struct tracker_read){.ids = ids, .id_count = 2}, r, &p.e));
    play_end(&p);
}

static void fields_become_values_of_their_kind(void **state)
{
    (void)state;
    PLAY(p, false,
         {"GET /rest/api/2/field", NULL, 200,
          "[{\"id\":\"customfield_1\",\"name\":\"Notes\",\"schema\":{\"type\":\"string\",\"custom\":\"a:textarea\"}},"
          "{\"id\":\"customfield_2\",\"name\":\"Due\",\"schema\":{\"type\":\"date\"}}]"},
         {"GET /rest/api/2/issue/1?", NULL, 200,
          ISSUE("1", ",\"description\":\"*x*\",\"labels\":[\"b\",\"a\"],\"priority\":{\"id\":\"3\",\"name\":\"High\"},"
                     "\"assignee\":{\"name\":\"ann\",\"key\":\"JIRAUSER1\",\"displayName\":\"Ann\",\"active\":true,"
                     "\"emailAddress\":\"ann@example.com\"},\"duedate\":\"2026-02-01\",\"components\":[],"
                     "\"customfield_1\":\"_y_\",\"customfield_2\":\"2026-02-02\",\"customfield_3\":0.1,"
                     "\"customfield_4\":{\"id\":\"7\",\"value\":\"A\",\"child\":{\"id\":\"8\",\"value\":\"B\"}},"
                     "\"timetracking\":{},\"parent\":{\"id\":\"77\",\"key\":\"SA-77\"}")});
    static const char *const names[] = {"description",   "labels",        "priority",      "assignee",
                                        "duedate",       "components",    "customfield_1", "customfield_2",
                                        "customfield_3", "customfield_4", "timetracking",  "resolution"};
    const char *const ids[] = {"1"};
    struct tracker_read read = {.ids = ids, .id_count = 1, .fields = names, .field_count = ARRAY_LEN(names)};
    struct tracker_issue *r[1];
    assert_ok(p, p.tracker->ops->read(p.tracker, &p.a, &read, r, &p.e));
    struct value v[ARRAY_LEN(names)];
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        v[i] = tracker_issue_value(r[0], names[i]);
    static const enum value_kind kinds[] = {VALUE_RICH, VALUE_SET,  VALUE_OPTION, VALUE_USER,   VALUE_DATE, VALUE_NONE,
                                            VALUE_RICH, VALUE_DATE, VALUE_NUMBER, VALUE_OPTION, VALUE_NONE, VALUE_NONE};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_int_equal(v[i].kind, kinds[i]);
    assert_int_equal(v[1].count, 2);
    assert_string_equal(v[2].id, "3");
    assert_string_equal(v[3].id, "ann");
    assert_string_equal(v[3].login, "ann");
    assert_string_equal(v[3].mail, "ann@example.com");
    assert_string_equal(v[8].text, "0.1");
    assert_string_equal(v[9].id, "7/8");
    assert_string_equal(v[9].text, "A / B");
    assert_string_equal(r[0]->parent_id, "77");
    play_end(&p);
}

/* --- made, and found again --- */

#define SEEN(id) "{" HEAD(id) ",\"fields\":{\"updated\":\"2026-01-01T01:00:00.000+0100\"}}"
#define MISSED   "GET /rest/api/2/issue/SA-"

/* Another node's index does not know SA-7 and SA-10 yet: the keys that the search leaves out are tried, and ten more.
 */
static void data_center_finds_what_it_made_by_search_and_by_the_keys_it_lacks(void **state)
{
    (void)state;
    static struct step steps[18] = {
        PLAY_PROJECT,
        {"POST /rest/api/2/search",
         "project = \\\"SA\\\" AND creator = currentUser() AND created >= \\\"2026-01-01 00:00\\\" ORDER BY created",
         200, "{\"total\":2,\"issues\":[" SEEN("8") "," SEEN("9") "]}"},
        {"GET /rest/api/2/issue/8?", "properties=tandem.token", 404, GONE},
        {"GET /rest/api/2/issue/9?", "properties=tandem.token", 200,
         "{" HEAD("9") ",\"fields\":{" FIELDS "},\"properties\":{\"tandem.token\":{\"token\":\"t9\"}}}"},
        {"POST /rest/api/2/search", "AND created < \\\"2026-01-01 00:00\\\" ORDER BY key DESC", 200,
         "{\"total\":1,\"issues\":[" SEEN("6") "]}"},
        {"POST /rest/api/2/search", "project = \\\"SA\\\" AND created >= \\\"2026-01-01 00:00\\\"", 200,
         "{\"total\":2,\"issues\":[" SEEN("8") "," SEEN("9") "]}"},
        {MISSED "7?", NULL, 404, GONE},
        {MISSED "10?", NULL, 200,
         "{" HEAD("10") ",\"fields\":{" FIELDS "},\"properties\":{\"tandem.token\":{\"token\":\"t10\"}}}"}};
    struct play p;
    play_init(&p, false, steps, ARRAY_LEN(steps));
    for (size_t i = 8; i < ARRAY_LEN(steps); i++)
        steps[i] = (struct step){.ask = arena_printf(&p.a, MISSED "%zu?", i + 3), .status = 404, .answer = GONE};
    struct tracker_issue *r;
    size_t count;
    assert_ok(p, p.tracker->ops->created_since(p.tracker, &p.a, PLAY_START, "SA-7", summary, 1, &r, &count, &p.e));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(json_at_str(json_object_get(r[i].properties, TRACKER_TOKEN_PROPERTY), "token"),
                            i ? "t10" : "t9");
    play_end(&p);
}

#define MINE "\"creator\":{\"accountId\":\"712020:me\"},\"created\":\"2026-01-01T01:00:05.000+0100\""
#define OLD  "\"creator\":{\"accountId\":\"712020:me\"},\"created\":\"2025-01-01T01:00:05.000+0100\""
#define ELSE "\"creator\":{\"accountId\":\"712020:ann\"},\"created\":\"2026-01-01T01:00:05.000+0100\""

/* The search knows SA-150; the block to 107 and the next one are looked through, and one more, for it may lag. */
static void cloud_finds_what_it_made_by_key(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {"POST /rest/api/2/search/jql", "project = \\\"SA\\\" ORDER BY key DESC", 200,
          "{\"issues\":[{\"id\":\"5\",\"key\":\"SA-150\",\"fields\":{\"updated\":\"2026-01-01T01:00:00.000+0100\"}}]}"},
         {"POST /rest/api/3/issue/bulkfetch", "[\"SA-8\",\"SA-9\",", 200, "{\"issues\":[]}"},
         {"POST /rest/api/3/issue/bulkfetch", "\"SA-207\"]", 200,
          "{\"issues\":[{\"id\":\"12\",\"key\":\"SA-152\",\"fields\":{" MINE "}},{\"id\":\"11\",\"key\":\"SA-151\","
          "\"fields\":{" MINE "}},{\"id\":\"1\",\"key\":\"SA-120\",\"fields\":{" OLD "}},"
          "{\"id\":\"2\",\"key\":\"SA-121\",\"fields\":{" ELSE "}}]}"},
         {"POST /rest/api/3/issue/bulkfetch", "[\"SA-208\",", 200, "{\"issues\":[]}"});
    struct tracker_issue *r;
    size_t count;
    assert_ok(p, p.tracker->ops->created_since(p.tracker, &p.a, PLAY_START, "SA-7", summary, 1, &r, &count, &p.e));
    assert_int_equal(count, 2);
    assert_string_equal(r[0].key, "SA-151");
    assert_string_equal(r[1].key, "SA-152");
    play_end(&p);
}

static void without_a_known_key_the_search_begins_after_the_last_old_issue(void **state)
{
    (void)state;
    PLAY(p, true, PLAY_PROJECT,
         {"POST /rest/api/2/search/jql", "project = \\\"SA\\\" ORDER BY key DESC", 200, "{\"issues\":[]}"},
         {"POST /rest/api/2/search/jql", "AND created < \\\"2026-01-01 00:00\\\" ORDER BY key DESC", 200,
          "{\"issues\":[{\"id\":\"5\",\"key\":\"SA-40\",\"fields\":{\"updated\":\"2026-01-01T01:00:00.000+0100\"}}]}"},
         {"POST /rest/api/3/issue/bulkfetch", "[\"SA-41\",", 200, "{\"issues\":[]}"});
    struct tracker_issue *r;
    size_t count;
    assert_ok(p, p.tracker->ops->created_since(p.tracker, &p.a, PLAY_START, NULL, summary, 1, &r, &count, &p.e));
    assert_int_equal(count, 0);
    play_end(&p);
}

static void a_gap_too_wide_is_left_to_a_person(void **state)
{
    (void)state;
    static struct step steps[200] = {PLAY_PROJECT,
                                     {"POST /rest/api/2/search/jql", NULL, 200,
                                      "{\"issues\":[{\"id\":\"5\",\"key\":\"SA-900000\",\"fields\":{\"updated\":\"2026-"
                                      "01-01T01:00:00.000+0100\"}}]}"}};
    for (size_t i = 2; i < ARRAY_LEN(steps); i++)
        steps[i] = (struct step){"POST /rest/api/3/issue/bulkfetch", NULL, 200, "{\"issues\":[]}"};
    struct play p;
    play_init(&p, true, steps, ARRAY_LEN(steps));
    struct tracker_issue *r;
    size_t count;
    assert_fails(p, ERR_LIMIT,
                 p.tracker->ops->created_since(p.tracker, &p.a, PLAY_START, "SA-7", summary, 1, &r, &count, &p.e));
    p.count = p.at;
    play_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_read_by_one_search_and_the_missing_by_name),
        cmocka_unit_test(a_search_that_gives_less_than_asked_is_asked_on),
        cmocka_unit_test(cloud_reads_by_bulkfetch_with_properties),
        cmocka_unit_test(data_center_reads_properties_one_by_one),
        cmocka_unit_test(comments_that_are_whole_cost_nothing_and_cut_ones_are_fetched),
        cmocka_unit_test(a_deletion_between_two_pages_of_comments_loses_none),
        cmocka_unit_test(a_list_that_does_not_add_up_is_read_again),
        cmocka_unit_test(a_comment_that_is_counted_and_never_shown_does_not_block_its_issue),
        cmocka_unit_test(tokens_come_from_the_comments_own_resource),
        cmocka_unit_test(history_ascends_and_is_paged_where_the_expanded_one_is_cut),
        cmocka_unit_test(an_answer_that_is_too_large_is_asked_for_in_halves),
        cmocka_unit_test(an_id_that_is_no_number_never_reaches_a_search),
        cmocka_unit_test(fields_become_values_of_their_kind),
        cmocka_unit_test(data_center_finds_what_it_made_by_search_and_by_the_keys_it_lacks),
        cmocka_unit_test(cloud_finds_what_it_made_by_key),
        cmocka_unit_test(without_a_known_key_the_search_begins_after_the_last_old_issue),
        cmocka_unit_test(a_gap_too_wide_is_left_to_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
