#include "migrate/split.h"

#include "base/json.h"
#include "migrate/pairfile_support.h"

static bool split(struct scratch *s, const char *in, int64_t size, bool has_force, struct split_report *report)
{
    struct split_options options = {.in_path = in, .into = s->folder, .size = size, .has_force = has_force};
    s->e.kind = ERR_NONE;
    return migrate_split(&options, report, &s->e);
}

static json_t *chunk(struct scratch *s, int number)
{
    char *text = scratch_read(s, scratch_path(s, arena_printf(&s->arena, "chunkedMappingFile-%d.json", number)));
    json_t *value = json_parse(&s->arena, text, strlen(text), true, "chunk", &s->e);
    if (!value)
        fail_msg("chunk %d: %s\n%s", number, s->e.text, text);
    return value;
}

static const char *key_at(const json_t *chunk, const char *connector, size_t i)
{
    return json_at_str(json_array_get(json_object_get(chunk, connector), i), "localIssueKey");
}

/* `pairs` pairs; the second connector's records run backwards, so that file order does not help. */
static char *write_pairs(struct scratch *s, int pairs)
{
    struct buf b = BUF_INIT(16 << 20);
    buf_adds(&b, "{ \"exported\": {\"by\": [1.0e0]},\n  \"firstConnector\": [");
    for (int i = 0; i < pairs; i++)
        buf_addf(&b, "%s\n    {\"localIssueKey\": \"SA-%d\", \"remoteIssueKey\": \"SB-%d\", \"x\": %d.0}", i ? "," : "",
                 i, i, i);
    buf_adds(&b, "\n  ],\n  \"between\": null,\n  \"secondConnector\": [");
    for (int i = pairs - 1; i >= 0; i--)
        buf_addf(&b, "%s {\"localIssueKey\": \"SB-%d\", \"remoteIssueKey\": \"SA-%d\"}", i < pairs - 1 ? " ," : "", i,
                 i);
    buf_adds(&b, "  ], \"after\": \"\\u0041\"\n}\n");
    char *path = scratch_write(s, "pairs.json", b.data, b.len);
    buf_release(&b);
    return path;
}

static void the_published_example_is_one_chunk_with_the_same_bytes(void **state)
{
    struct scratch *s = *state;
    struct split_report report;
    assert_true(split(s, TANDEM_SOURCE_DIR "/test/migrate/published-example.json", 0, false, &report));
    assert_int_equal(report.chunks, 1);
    assert_int_equal(report.pairs, 1);
    assert_string_equal(scratch_read(s, scratch_path(s, "chunkedMappingFile-1.json")), published_example(s));
    assert_string_equal(report.first_path, scratch_path(s, "chunkedMappingFile-1.json"));
    assert_string_equal(report.last_path, report.first_path);
}

static void both_records_of_a_pair_stay_together(void **state)
{
    struct scratch *s = *state;
    struct split_report report;
    assert_true(split(s, write_pairs(s, 25), 10, false, &report));
    assert_int_equal(report.chunks, 3);
    assert_int_equal(report.pairs, 25);
    assert_int_equal(report.half, 0);
    int next = 0;
    for (int number = 1; number <= 3; number++) {
        json_t *c = chunk(s, number);
        size_t count = number < 3 ? 10 : 5;
        assert_int_equal(json_at_count(c, "firstConnector"), count);
        assert_int_equal(json_at_count(c, "secondConnector"), count);
        assert_true(json_is_null(json_object_get(c, "between")));
        assert_string_equal(json_at_str(c, "after"), "A");
        for (size_t i = 0; i < count; i++, next++) {
            assert_string_equal(key_at(c, "firstConnector", i), arena_printf(&s->arena, "SA-%d", next));
            assert_string_equal(key_at(c, "secondConnector", count - 1 - i), arena_printf(&s->arena, "SB-%d", next));
        }
    }
    char *text = scratch_read(s, scratch_path(s, "chunkedMappingFile-2.json"));
    assert_true(str_starts(
        text, "{ \"exported\": {\"by\": [1.0e0]},\n  \"firstConnector\": [\n    {\"localIssueKey\": \"SA-10\""));
    assert_true(str_ends(text, "  ], \"after\": \"\\u0041\"\n}\n"));
}

static void records_without_partner_and_repeated_ones_are_counted(void **state)
{
    struct scratch *s = *state;
    struct split_report report;
    char *in = scratch_put(
        s, "pairs.json",
        "{\"secondConnector\":[{\"localIssueKey\":\"B-1\",\"remoteIssueKey\":\"A-1\"},"
        "{\"localIssueKey\":\"B-2\",\"remoteIssueKey\":\"A-2\"},{\"localIssueKey\":\"B-3\"},"
        "{\"localIssueKey\":\"B-1\",\"remoteIssueKey\":\"A-1\"}],"
        "\"firstConnector\":[{\"localIssueKey\":\"A-9\"},{\"localIssueKey\":\"A-2\",\"remoteIssueKey\":\"B-2\"}]}");
    assert_true(split(s, in, 1, false, &report));
    assert_int_equal(report.pairs, 4);
    assert_int_equal(report.chunks, 4);
    assert_int_equal(report.repeated, 1);
    assert_int_equal(report.half, 3);
    assert_int_equal(json_at_count(chunk(s, 1), "secondConnector"), 2);
    assert_string_equal(key_at(chunk(s, 2), "firstConnector", 0), "A-2");
    assert_string_equal(key_at(chunk(s, 4), "firstConnector", 0), "A-9");
    assert_int_equal(json_at_count(chunk(s, 4), "secondConnector"), 0);
}

static void a_file_without_pairs_is_one_chunk(void **state)
{
    struct scratch *s = *state;
    struct split_report report;
    assert_true(split(s, scratch_put(s, "pairs.json", "{\"firstConnector\":[ ]}"), 0, false, &report));
    assert_int_equal(report.chunks, 1);
    assert_string_equal(scratch_read(s, report.first_path), "{\"firstConnector\":[ ]}");
}

static void chunks_of_an_earlier_run_are_refused_by_name(void **state)
{
    struct scratch *s = *state;
    struct split_report report;
    char *in = write_pairs(s, 25), *other = scratch_put(s, "chunkedMappingFile-x.json", "mine");
    assert_true(split(s, in, 5, false, &report));
    assert_int_equal(report.chunks, 5);
    assert_false(split(s, in, 20, false, &report));
    assert_int_equal(s->e.kind, ERR_STATE);
    assert_says(&s->e, "chunkedMappingFile-1.json");
    assert_says(&s->e, "--force");
    assert_int_equal(json_at_count(chunk(s, 5), "firstConnector"), 5); /* still the old ones */
    assert_true(split(s, in, 20, true, &report));
    assert_int_equal(report.chunks, 2);
    assert_int_equal(report.removed, 3);
    assert_int_equal(scratch_count(s, false), 4); /* two chunks, the input, and what only looks like a chunk */
    assert_string_equal(scratch_read(s, other), "mine");
}

static void bad_input_writes_nothing(void **state)
{
    struct scratch *s = *state;
    struct split_report report;
    const char *text = published_example(s);
    size_t length = strlen(str_trim(&s->arena, text));
    for (size_t cut = 0; cut < length; cut += 7) {
        assert_false(split(s, scratch_write(s, "pairs.json", text, cut), 1, false, &report));
        assert_int_equal(s->e.kind, ERR_INPUT);
        assert_int_equal(scratch_count(s, false), 1);
    }
    assert_false(split(s, scratch_put(s, "pairs.json", text), -1, false, &report));
    assert_says(&s->e, "--size 1 or more");
    struct split_options nowhere = {.in_path = scratch_path(s, "pairs.json"), .into = scratch_path(s, "missing")};
    assert_false(migrate_split(&nowhere, &report, &s->e));
    assert_says(&s->e, "give a folder that exists");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_published_example_is_one_chunk_with_the_same_bytes),
        scratch_test(both_records_of_a_pair_stay_together),
        scratch_test(records_without_partner_and_repeated_ones_are_counted),
        scratch_test(a_file_without_pairs_is_one_chunk),
        scratch_test(chunks_of_an_earlier_run_are_refused_by_name),
        scratch_test(bad_input_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
