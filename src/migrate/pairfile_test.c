#include "migrate/pairfile.h"

#include "migrate/pairfile_index.h"
#include "migrate/pairfile_support.h"

static struct pairfile_record *read_all(struct scratch *s, const char *path, size_t window, size_t *count_r)
{
    struct pairfile file;
    struct pairfile_event ev;
    struct pairfile_record *records = NULL;
    *count_r = 0;
    if (!pairfile_open(&file, path, window, &s->e))
        return NULL;
    bool ok;
    while ((ok = pairfile_next(&file, &s->arena, &ev, &s->e)) && ev.kind != PAIRFILE_END)
        if (ev.kind == PAIRFILE_RECORD)
            *arena_push(&s->arena, records, *count_r) = ev.record;
    pairfile_close(&file);
    return ok ? records ? records : arena_alloc(&s->arena, 1) : NULL;
}

static void refuses(struct scratch *s, const char *text, const char *why)
{
    size_t count;
    char *path = scratch_put(s, "wrong.json", text);
    s->e.kind = ERR_NONE;
    assert_null(read_all(s, path, 0, &count));
    assert_int_equal(s->e.kind, ERR_INPUT);
    assert_says(&s->e, why);
    assert_says(&s->e, path);
}

static void the_published_example_is_read(void **state)
{
    struct scratch *s = *state;
    size_t count;
    const char *text = published_example(s);
    for (size_t window = 0; window < 70; window += 3) { /* wherever the reader's seams fall */
        struct pairfile_record *r =
            read_all(s, TANDEM_SOURCE_DIR "/test/migrate/published-example.json", window, &count);
        assert_non_null(r);
        assert_int_equal(count, 1);
        assert_int_equal(r->side, SIDE_FIRST);
        assert_string_equal(r->connector_key, "CON-4-SAM2");
        assert_string_equal(r->local_key, "SAM2-1");
        assert_string_equal(r->remote_key, "SP2-1");
        assert_int_equal(r->comment_count, 1);
        assert_string_equal(r->comments[0].id, "10019");
        assert_false(r->comments[0].is_number);
        assert_memory_equal(text + r->comments[0].at.start, "\"10019\"", 7);
        assert_memory_equal(text + r->comments[0].whole.start, "{ \"localId\": \"10019\" }", 22);
        assert_memory_equal(text + r->local_key_at.start, "\"SAM2-1\"", 8);
        assert_memory_equal(text + r->whole.end - 2, " }", 2);
    }
}

static void a_file_cut_off_at_any_byte_is_refused_with_the_place(void **state)
{
    struct scratch *s = *state;
    const char *text = published_example(s);
    size_t length = strlen(str_trim(&s->arena, text)), count;
    for (size_t cut = 0; cut < length; cut++) {
        char *path = scratch_write(s, "cut.json", text, cut);
        s->e.kind = ERR_NONE;
        assert_null(read_all(s, path, 1 + cut % 50, &count));
        assert_int_equal(s->e.kind, ERR_INPUT);
        assert_says(&s->e, arena_printf(&s->arena, "%s: byte %zu, pointer \"", path, cut));
        assert_says(&s->e, cut ? "cut off" : "empty");
    }
}

static void odd_but_lawful_files_are_read(void **state)
{
    struct scratch *s = *state;
    size_t count;
    struct pairfile_record *r = read_all(
        s,
        scratch_put(
            s, "odd.json",
            "\xef\xbb\xbf{\"secondConnector\":[{\"comments\":null,\"remoteIssueKey\":null,\"localIssueKey\":\"SB-1\","
            "\"new\":{\"deep\":[1e999,123456789012345678901234567890,{\"comments\":7}]}},"
            "{\"localIssueKey\":\"S\\u0042-2\",\"comments\":[{\"localId\":10020},{\"localId\":\"1\\u0030021\",\"x\":{}}"
            ","
            "{\"other\":1},{}]}],\"exportedBy\":\"somebody\",\"firstConnector\":[]}"),
        0, &count);
    assert_non_null(r);
    assert_int_equal(count, 2);
    assert_int_equal(r[0].side, SIDE_SECOND);
    assert_null(r[0].remote_key);
    assert_int_equal(r[0].comment_count, 0);
    assert_string_equal(r[1].local_key, "SB-2");
    assert_int_equal(r[1].index, 1);
    assert_int_equal(r[1].comment_count, 4);
    assert_string_equal(r[1].comments[0].id, "10020");
    assert_true(r[1].comments[0].is_number);
    assert_string_equal(r[1].comments[1].id, "10021");
    assert_null(r[1].comments[2].id);
    assert_null(r[1].comments[3].id);
    assert_non_null(read_all(s, scratch_put(s, "half.json", "{\"firstConnector\":[]}\n"), 0, &count));
}

static void a_wrong_shape_is_named_with_its_pointer(void **state)
{
    struct scratch *s = *state;
    refuses(s, "[]", "pointer \"\": wrong shape: a pair file is one JSON object");
    refuses(s, "{\"pairs\":[]}", "neither firstConnector nor secondConnector");
    refuses(s, "{\"firstConnector\":{}}", "pointer \"/firstConnector\": wrong shape: a connector must be an array");
    refuses(s, "{\"firstConnector\":[5]}", "pointer \"/firstConnector/0\": wrong shape: each record");
    refuses(s, "{\"firstConnector\":[{}]}", "without localIssueKey");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":5}]}",
            "byte 36, pointer \"/firstConnector/0/localIssueKey\": wrong shape: localIssueKey must be a string");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"\"}]}", "localIssueKey must be a string that is not empty");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"A\\u0000\"}]}", "localIssueKey must be a string");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"A-1\",\"remoteIssueKey\":[]}]}", "remoteIssueKey must be");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"A-1\",\"comments\":{}}]}", "comments must be an array");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"A-1\",\"comments\":[1]}]}",
            "pointer \"/firstConnector/0/comments/0\": wrong shape: each comment must be an object");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"A-1\",\"comments\":[{\"localId\":true}]}]}",
            "pointer \"/firstConnector/0/comments/0/localId\": wrong shape: localId");
    refuses(s, "{\"firstConnector\":[{\"localIssueKey\":\"A-1\",\"localIssueKey\":\"A-1\"}]}", "the same key twice");
    refuses(s, "{\"firstConnector\":[],\"x\":[{\"a\":1,\"a\":2}]}", "pointer \"/x/0/a\": the same key twice");
    refuses(s, "{\"firstConnector\":[]} x", "expected the end of the file");
    refuses(s, "", "byte 0, pointer \"\": the file is empty");
}

static void what_is_no_file_is_refused(void **state)
{
    struct scratch *s = *state;
    size_t count;
    assert_null(read_all(s, s->folder, 0, &count));
    assert_int_equal(s->e.kind, ERR_INPUT);
    assert_says(&s->e, "byte 0, pointer \"\": this is a directory");
    assert_null(read_all(s, scratch_path(s, "missing.json"), 0, &count));
    assert_int_equal(s->e.kind, ERR_INPUT);
    assert_null(read_all(s, "/dev/null", 0, &count));
    assert_says(&s->e, "not a regular file");
}

static void edits_replace_their_bytes_and_no_others(void **state)
{
    struct scratch *s = *state;
    const char *text = published_example(s);
    size_t count;
    struct pairfile_record *r = read_all(s, TANDEM_SOURCE_DIR "/test/migrate/published-example.json", 0, &count);
    struct pairfile file;
    struct pairfile_copy copy;
    struct file_atomic out;
    char *path = scratch_path(s, "out.json");
    assert_true(pairfile_open(&file, TANDEM_SOURCE_DIR "/test/migrate/published-example.json", 0, &s->e));
    assert_true(file_atomic_open(&out, path, &s->e));
    pairfile_copy_start(&copy, &file, out.stream);
    assert_true(pairfile_copy_replace(&copy, r->comments[0].at, "\"777\"", 5, &s->e));
    assert_false(pairfile_copy_replace(&copy, r->local_key_at, "\"X\"", 3, &s->e)); /* backwards */
    assert_int_equal(s->e.kind, ERR_STATE);
    assert_true(pairfile_copy_rest(&copy, &s->e));
    assert_true(file_atomic_commit(&out, &s->e));
    pairfile_close(&file);
    assert_string_equal(scratch_read(s, path), str_replace(&s->arena, text, "\"10019\"", "\"777\""));
}

static void a_file_that_changes_meanwhile_is_noticed(void **state)
{
    struct scratch *s = *state;
    char *path = scratch_put(s, "live.json", "{\"firstConnector\":[]}");
    struct pairfile file;
    assert_true(pairfile_open(&file, path, 0, &s->e));
    assert_true(pairfile_check_unchanged(&file, &s->e));
    FILE *f = fopen(path, "a");
    fputs(" ", f);
    fclose(f);
    assert_false(pairfile_check_unchanged(&file, &s->e));
    assert_says(&s->e, "was changed while it was read");
    pairfile_close(&file);
}

static void the_index_finds_pairs_again_without_regard_to_case(void **state)
{
    struct scratch *s = *state;
    struct pairfile_index x = PAIRFILE_INDEX_INIT;
    uint32_t value = 0;
    assert_false(pairfile_index_find(&x, "SA-1", "SB-1", &value));
    for (uint32_t i = 0; i < 5000; i++)
        assert_false(pairfile_index_meet(&x, arena_printf(&s->arena, "SA-%u", i), arena_printf(&s->arena, "SB-%u", i),
                                         i, &value));
    for (uint32_t i = 0; i < 5000; i++) {
        assert_true(pairfile_index_meet(&x, arena_printf(&s->arena, "sa-%u", i), arena_printf(&s->arena, "Sb-%u", i), 9,
                                        &value));
        assert_int_equal(value, i);
    }
    assert_false(pairfile_index_find(&x, "SA-1S", "B-1", &value)); /* the border between the keys counts */
    assert_false(pairfile_index_find(&x, "SA-1", NULL, &value));
    pairfile_index_release(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(the_published_example_is_read),
        scratch_test(a_file_cut_off_at_any_byte_is_refused_with_the_place),
        scratch_test(odd_but_lawful_files_are_read),
        scratch_test(a_wrong_shape_is_named_with_its_pointer),
        scratch_test(what_is_no_file_is_refused),
        scratch_test(edits_replace_their_bytes_and_no_others),
        scratch_test(a_file_that_changes_meanwhile_is_noticed),
        scratch_test(the_index_finds_pairs_again_without_regard_to_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
