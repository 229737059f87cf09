#include "migrate/swap.h"

#include "migrate/config_file.h"
#include "migrate/pairfile_support.h"

#define EXAMPLE TANDEM_SOURCE_DIR "/test/migrate/published-example.json"

/* Swaps `text` and returns what came out; NULL when refused (s->e says why, nothing was written). */
static char *swapped(struct scratch *s, const char *text, const char *first)
{
    struct swap_report report;
    char *in = scratch_put(s, "in.json", text), *out = scratch_path(s, "out.json");
    unlink(out);
    s->e.kind = ERR_NONE;
    if (migrate_swap(in, out, first, &report, &s->e))
        return scratch_read(s, out);
    assert_int_equal(access(out, F_OK), -1);
    assert_int_equal(scratch_count(s, false), 1);
    return NULL;
}

static char *exchanged(struct scratch *s, const char *text)
{
    char *t = str_replace(&s->arena, text, "\"firstConnector\"", "\"?\"");
    t = str_replace(&s->arena, t, "\"secondConnector\"", "\"firstConnector\"");
    return str_replace(&s->arena, t, "\"?\"", "\"secondConnector\"");
}

static void the_published_example_changes_in_two_names_only(void **state)
{
    struct scratch *s = *state;
    const char *text = published_example(s);
    char *once = swapped(s, text, "SP2");
    assert_string_equal(once, exchanged(s, text));
    assert_null(swapped(s, once, "SP2")); /* a second swap would undo the first */
    assert_int_equal(s->e.kind, ERR_STATE);
    assert_says(&s->e, "SP2 is first already");
    assert_string_equal(swapped(s, once, "sam2"), text); /* back, when it is asked for; keys have no case */
}

static void a_file_may_be_swapped_in_place(void **state)
{
    struct scratch *s = *state;
    struct swap_report report;
    char *path = scratch_put(s, "in.json", published_example(s));
    assert_true(migrate_swap(path, path, "SP2", &report, &s->e));
    assert_string_equal(scratch_read(s, path), exchanged(s, published_example(s)));
    assert_int_equal(report.records[SIDE_FIRST], 1);
    assert_true(report.has_connector[SIDE_SECOND]);
}

static void the_order_is_refused_when_it_cannot_be_decided(void **state)
{
    struct scratch *s = *state;
    const char *both = "{\"firstConnector\":[{\"localIssueKey\":\"SA-1\",\"remoteIssueKey\":\"SA-1\"}],"
                       "\"secondConnector\":[{\"localIssueKey\":\"SA-1\",\"remoteIssueKey\":\"SA-1\"}]}";
    assert_null(swapped(s, both, "SA"));
    assert_int_equal(s->e.kind, ERR_INPUT);
    assert_says(&s->e, "SA is on both sides (first: 2, second: 2)");
    assert_null(swapped(s, both, "SB"));
    assert_says(&s->e, "SB is on neither side (first: SA, second: SA)");
    assert_null(swapped(s, "{\"firstConnector\":[],\"secondConnector\":[]}", "SA"));
    assert_says(&s->e, "nothing to tell by");
    assert_null(swapped(s, both, ""));
    assert_says(&s->e, "--first KEY");
}

static void connector_keys_decide_where_issue_keys_do_not(void **state)
{
    struct scratch *s = *state;
    const char *text = "{\"firstConnector\":[{\"connectorKey\":\"CON-4-SA\",\"localIssueKey\":\"X-1\"}],"
                       "\"secondConnector\":[{\"connectorKey\":\"CON-5-SB\",\"localIssueKey\":\"X-1\"}]}";
    assert_string_equal(swapped(s, text, "SB"), exchanged(s, text));
    assert_null(swapped(s, text, "SA"));
    assert_int_equal(s->e.kind, ERR_STATE);
}

static void a_file_exchange_file_has_one_name_to_change(void **state)
{
    struct scratch *s = *state;
    const char *text =
        "{ \"v\" : 1e2, \"firstConnector\":[ {\"localIssueKey\":\"SA-1\",\"remoteIssueKey\":\"SB-9\"} ] }\r\n";
    assert_string_equal(swapped(s, text, "SB"), exchanged(s, text));
    assert_null(swapped(s, text, "SA"));
    assert_int_equal(s->e.kind, ERR_STATE);
}

static void a_name_spelled_with_escapes_is_the_name(void **state)
{
    struct scratch *s = *state;
    const char *text = "\xef\xbb\xbf{\"first\\u0043onnector\":[{\"localIssueKey\":\"SA-1\"}],"
                       "\"x\":\"firstConnector\",\"secondConnector\":[{\"localIssueKey\":\"SB-1\"}]}";
    assert_string_equal(swapped(s, text, "SB"),
                        "\xef\xbb\xbf{\"secondConnector\":[{\"localIssueKey\":\"SA-1\"}],"
                        "\"x\":\"firstConnector\",\"firstConnector\":[{\"localIssueKey\":\"SB-1\"}]}");
}

static void a_config_is_swapped_by_its_projects(void **state)
{
    struct scratch *s = *state;
    const char *text =
        "{\"name\":\"SA with SB\",\n \"firstConnector\": {\"key\":\"CON-1-SA\",\"projectKey\":\"SA\",\"n\":1.50},\n"
        " \"secondConnector\": {\"key\":\"CON-2-SB\",\"project\":{\"key\":\"SB\"}, \"firstConnector\":{}}}\n";
    char *once = swapped(s, text, "SB");
    assert_string_equal(once,
                        "{\"name\":\"SA with SB\",\n \"secondConnector\": {\"key\":\"CON-1-SA\",\"projectKey\":\"SA\","
                        "\"n\":1.50},\n \"firstConnector\": {\"key\":\"CON-2-SB\",\"project\":{\"key\":\"SB\"}, "
                        "\"firstConnector\":{}}}\n");
    assert_null(swapped(s, once, "SB"));
    assert_int_equal(s->e.kind, ERR_STATE);
    assert_null(swapped(s, "{\"firstConnector\":{\"a\":[1,]}}", "SB"));
    assert_says(&s->e, "byte 26, pointer \"/firstConnector/a/1\"");
    assert_null(swapped(s, "{\"firstConnector\":{},\"secondConnector\":[]}", "SB"));
    assert_says(&s->e, "this looks like a pair file");
}

static void a_config_that_carries_a_secret_is_pointed_out(void **state)
{
    struct scratch *s = *state;
    struct config_file config;
    char *path =
        scratch_put(s, "config.json", "{\"firstConnector\":{\"site\":{\"apiToken\":\"x\",\"password\":\"\"}}}");
    assert_true(config_file_read(path, &s->arena, &config, &s->e));
    assert_string_equal(config.suspect, "/firstConnector/site/apiToken");
    path =
        scratch_put(s, "config.json", "{\"firstConnector\":{\"password\":\"\",\"token\":{}, \"key\":\"CON-7-A-B\"}}");
    assert_true(config_file_read(path, &s->arena, &config, &s->e));
    assert_null(config.suspect);
    assert_string_equal(config.connectors[SIDE_FIRST].connector_project, "A-B");
    assert_false(config.connectors[SIDE_SECOND].is_there);
}

static void a_damaged_file_leaves_nothing_behind(void **state)
{
    struct scratch *s = *state;
    const char *text = published_example(s);
    size_t length = strlen(str_trim(&s->arena, text));
    for (size_t cut = 0; cut < length; cut++) {
        assert_null(swapped(s, arena_strndup(&s->arena, text, cut), "SP2"));
        assert_int_equal(s->e.kind, ERR_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_published_example_changes_in_two_names_only),
        scratch_test(a_file_may_be_swapped_in_place),
        scratch_test(the_order_is_refused_when_it_cannot_be_decided),
        scratch_test(connector_keys_decide_where_issue_keys_do_not),
        scratch_test(a_file_exchange_file_has_one_name_to_change),
        scratch_test(a_name_spelled_with_escapes_is_the_name),
        scratch_test(a_config_is_swapped_by_its_projects),
        scratch_test(a_config_that_carries_a_secret_is_pointed_out),
        scratch_test(a_damaged_file_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
