/* What real sites sent, recorded: every issue, comment, history and list parses, and says what it says. The recordings
 * lie outside the repository; without them these tests are skipped. */
#include "base/file_atomic.h"
#include "jira/field.h"
#include "jira/play.h"

#include <dirent.h>

static const char *root(struct arena *a)
{
    const char *shared = getenv("TANDEM_SHARED");
    const char *path = arena_printf(a, "%s/data/payloads", shared ? shared : TANDEM_SOURCE_DIR "/../shared");
    return access(path, R_OK) == 0 ? path : NULL;
}

static const json_t *load(struct arena *a, const char *path)
{
    struct buf text = BUF_INIT(8 * 1024 * 1024);
    struct err e = ERR_INIT;
    if (!file_read(path, &text, &e))
        fail_msg("%s", e.text);
    json_t *json = json_parse(a, buf_str(&text), text.len, false, path, &e);
    if (!json)
        fail_msg("%s", e.text);
    buf_release(&text);
    return json;
}

static const char *load_text(struct arena *a, const char *name)
{
    return json_print(a, load(a, arena_printf(a, "%s/%s", root(a), name)));
}

/* All names of a folder that end with .json. */
static size_t list(struct arena *a, const char *folder, const char ***r)
{
    size_t count = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    *r = NULL;
    for (struct dirent *entry; (entry = readdir(d));)
        if (str_ends(entry->d_name, ".json"))
            *arena_push(a, *r, count) = arena_printf(a, "%s/%s", folder, entry->d_name);
    closedir(d);
    return count;
}

/* Reads the issue with every field it has. */
static struct tracker_issue parse_issue(struct arena *a, const json_t *json, unsigned want)
{
    const char **names = NULL, *name;
    size_t count = 0;
    json_t *value;
    struct err e = ERR_INIT;
    struct tracker_issue issue;
    json_object_foreach (json_object_get(json, "fields"), name, value)
        *arena_push(a, names, count) = name;
    struct jira_issue_form form = {.fields = names, .field_count = count, .want = want};
    if (!jira_issue_parse(a, &form, json, &issue, &e))
        fail_msg("%s", e.text);
    return issue;
}

/* What was there is there: a value that is neither empty nor structure has become one that is not empty. */
static void check_fields(struct arena *a, const json_t *json, const struct tracker_issue *issue)
{
    for (size_t i = 0; i < issue->field_count; i++) {
        const json_t *sent = json_object_get(json_object_get(json, "fields"), issue->fields[i].id);
        const struct value *v = &issue->fields[i].value;
        bool is_filled = json_string_length(sent) || json_is_number(sent) || json_at_id(a, sent, "id");
        if (json_is_array(sent) && json_array_size(sent)) {
            const json_t *first = json_array_get(sent, 0);
            is_filled = json_is_string(first) || json_at_id(a, first, "id");
        }
        if (is_filled && v->kind == VALUE_NONE)
            fail_msg("%s: field %s was lost", issue->key, issue->fields[i].id);
        if (json_is_null(sent))
            assert_int_equal(v->kind, VALUE_NONE);
        const struct value again =
            jira_value_read(a, jira_field_form(issue->fields[i].id, NULL),
                            jira_value_write(a, jira_field_form(issue->fields[i].id, NULL), true, v));
        if (v->kind == VALUE_STRING || v->kind == VALUE_RICH || v->kind == VALUE_NUMBER)
            assert_string_equal(v->text, again.text);
    }
}

static void every_webhook_parses(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char **paths;
    size_t issues = 0, comments = 0, changes = 0, count;
    count = list(&a, arena_printf(&a, "%s/mattermost-plugin-jira/server/testdata", root(&a)), &paths);
    for (size_t i = 0; i < count; i++) {
        struct err e = ERR_INIT;
        const json_t *hook = load(&a, paths[i]), *json = json_object_get(hook, "issue");
        if (json) {
            struct tracker_issue issue = parse_issue(&a, json, TRACKER_COMMENTS);
            assert_non_null(issue.key);
            check_fields(&a, json, &issue);
            assert_int_equal(issue.comment_count, json_at_count(json, "fields.comment.comments"));
            comments += issue.comment_count;
            issues++;
        }
        struct tracker_comment comment;
        if ((json = json_object_get(hook, "comment"))) {
            if (!jira_comment_parse(&a, json, &comment, &e))
                fail_msg("%s: %s", paths[i], e.text);
            assert_string_equal(comment.body, json_at_str(json, "body"));
            assert_non_null(comment.author_id);
            assert_true(comment.created_ms > 1500000000000 && comment.updated_ms >= comment.created_ms);
            comments++;
        }
        if ((json = json_object_get(hook, "changelog"))) {
            struct tracker_history_item *items = NULL;
            size_t item_count = 0;
            if (!jira_histories_parse(&a, json_keep(&a, json_pack("[O]", json)), &items, &item_count, &e))
                fail_msg("%s: %s", paths[i], e.text);
            assert_int_equal(item_count, json_at_count(json, "items"));
            for (size_t j = 0; j < item_count; j++)
                assert_true(*items[j].field);
            changes += item_count;
        }
    }
    assert_true(count >= 50 && issues >= 45 && comments >= 10 && changes >= 30);
    arena_release(&a);
}

static void every_recorded_issue_parses_with_its_history(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    static const char *const folders[] = {"spec/testdata", "spec/complete_sample/sample_issues"};
    size_t issues = 0, items = 0;
    for (size_t f = 0; f < ARRAY_LEN(folders); f++) {
        const char **paths;
        size_t count = list(&a, arena_printf(&a, "%s/jirametrics/%s", root(&a), folders[f]), &paths);
        for (size_t i = 0; i < count; i++) {
            const json_t *json = load(&a, paths[i]);
            size_t sent = 0, h;
            json_t *history;
            if (!strstr(paths[i], "/SP-"))
                continue;
            struct tracker_issue issue = parse_issue(&a, json, TRACKER_HISTORY);
            assert_true(str_starts(issue.key, "SP-"));
            assert_true(issue.created_ms > 1600000000000 && issue.updated_ms >= issue.created_ms);
            assert_non_null(tracker_issue_value(&issue, "status").id);
            assert_non_null(tracker_issue_value(&issue, "issuetype").text);
            check_fields(&a, json, &issue);
            json_array_foreach (json_at(json, "changelog.histories"), h, history)
                sent += json_at_count(history, "items");
            assert_int_equal(issue.history_count, sent);
            for (size_t j = 1; j < issue.history_count; j++)
                assert_true(jira_id_compare(issue.history[j - 1].id, issue.history[j].id) <= 0);
            issues++;
            items += sent;
        }
    }
    assert_true(issues >= 12 && items >= 30);
    arena_release(&a);
}

/* A Server's own lists, asked for as the tracker asks. */
static void the_lists_of_a_server_make_a_project(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const json_t *meta = load(
        &a, arena_printf(
                &a, "%s/mattermost-plugin-jira/webapp/src/testdata/server-get-create-issue-metadata-for-project.json",
                root(&a)));
    const struct step steps[] = {
        {"GET /rest/api/2/project/SA", NULL, 200, load_text(&a, "go-jira/testing/mock-data/project.json")},
        {"GET /rest/api/2/project/", "/statuses", 200,
         json_print(&a, json_object_get(meta, "issue_types_with_statuses"))},
        {"GET /rest/api/2/priority", NULL, 200, load_text(&a, "go-jira/testing/mock-data/all_priorities.json")},
        {"GET /rest/api/2/field", NULL, 200, load_text(&a, "go-jira/testing/mock-data/all_fields.json")},
        {"GET /rest/api/2/mypermissions", NULL, 200, "{\"permissions\":{\"CREATE_ISSUES\":{\"havePermission\":true}}}"},
        {"GET /rest/api/2/issue/createmeta?", NULL, 200, json_print(&a, meta)}};
    struct play p;
    play_init(&p, false, steps, ARRAY_LEN(steps));
    p.version = "8.3.0"; /* the recording is in the form of before 8.4 */
    struct tracker_project project;
    assert_ok(p, p.tracker->ops->project(p.tracker, &p.a, &project, &p.e));
    assert_string_equal(project.key,
                        json_at_str(json_parse(&a, steps[0].answer, strlen(steps[0].answer), false, "", &p.e), "key"));
    assert_int_equal(project.type_count, json_at_count(meta, "issue_types_with_statuses"));
    assert_int_equal(project.priority_count, 5);
    assert_int_equal(
        project.field_count,
        json_array_size(load(&a, arena_printf(&a, "%s/go-jira/testing/mock-data/all_fields.json", root(&a)))));
    assert_int_equal(project.field_count, 2);
    for (size_t i = 0; i < project.type_count; i++)
        assert_true(project.types[i].status_count > 0);
    size_t required = 0;
    for (size_t i = 0; i < project.type_count; i++)
        for (size_t j = 0; j < project.types[i].required_count; j++)
            required += str_eq(project.types[i].required[j], "summary");
    assert_true(required > 0);
    play_end(&p);
    arena_release(&a);
}

static void recorded_transitions_are_read(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char *text = load_text(&a, "go-jira/testing/mock-data/transitions.json");
    PLAY(p, false, {"GET /rest/api/2/issue/5/transitions", NULL, 200, text});
    struct tracker_transition *t;
    size_t count;
    assert_ok(p, p.tracker->ops->transitions(p.tracker, &p.a, "5", &t, &count, &p.e));
    assert_true(count >= 2);
    for (size_t i = 0; i < count; i++)
        assert_true(*t[i].name && *t[i].to_id && *t[i].to_name);
    play_end(&p);
    arena_release(&a);
}

int main(void)
{
    struct arena a = ARENA_INIT;
    bool is_there = root(&a) != NULL;
    arena_release(&a);
    if (!is_there) {
        puts("skipped: no recorded payloads; TANDEM_SHARED names the folder that holds data/payloads");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_webhook_parses),
        cmocka_unit_test(every_recorded_issue_parses_with_its_history),
        cmocka_unit_test(the_lists_of_a_server_make_a_project),
        cmocka_unit_test(recorded_transitions_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
