/* What goes wrong between a site and us, played by the sandbox in all three dialects: replies that are lost,
 * credentials that die, an index that lags. */
#include "jira/sandbox_play.h"

static const enum sandbox_dialect all_dialects[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};

/* Where an issue is made: with its text, which is ADF on Cloud. */
static const char *text_path(enum sandbox_dialect d)
{
    return d == SANDBOX_CLOUD ? "/rest/api/3/issue" : "/rest/api/2/issue";
}

static void fault(struct site *s, struct sandbox_fault f)
{
    ok(*s, sandbox_fault_add(s->sandbox, &f, &s->e));
}

static void wrong_credentials_are_no_empty_site(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all_dialects); i++) {
        struct site s;
        const char *cursor = NULL;
        struct tracker_seen *seen;
        size_t count;
        open_site(&s, all_dialects[i]);
        struct jira_site *wrong =
            jira_site_open(&(struct jira_settings){.name = "wrong",
                                                   .base_url = "http://127.0.0.1:1",
                                                   .user = "admin",
                                                   .secret = "guessed",
                                                   .transport = transport_local_new(sandbox_handle, s.sandbox),
                                                   .clock = &s.clock.clock},
                           &s.e);
        assert_non_null(wrong);
        struct tracker *t = tracker_jira_new(wrong, "SA");
        refused(s, ERR_AUTH, t->ops->poll(t, &s.a, 0, NULL, &cursor, &seen, &count, &s.e));
        assert_null(strstr(s.e.text, "guessed"));
        tracker_free(t);
        jira_site_close(wrong);
        close_site(&s);
    }
}

/* The reply of a creation is lost, and on top the search does not know the issue yet. */
static void a_creation_without_a_reply_is_found_by_its_token(void **state)
{
    (void)state;
    static const enum sandbox_fault_kind lost[] = {SANDBOX_FAULT_DROP_AFTER, SANDBOX_FAULT_500_AFTER,
                                                   SANDBOX_FAULT_TRUNCATE};
    for (size_t d = 0; d < ARRAY_LEN(all_dialects); d++)
        for (size_t l = 0; l < ARRAY_LEN(lost); l++) {
            struct site s;
            open_site(&s, all_dialects[d]);
            static const char *const fields[] = {"summary"};
            const struct tracker_issue_type *type = tracker_project_type(&s.project, "Task");
            struct tracker_issue_field given[] = {{"summary", value_string("Lost")},
                                                  {"issuetype", value_option(type->id, NULL)}};
            struct tracker_property token = {TRACKER_TOKEN_PROPERTY,
                                             json_keep(&s.a, json_pack("{s:s}", "token", "lost"))};
            const char *id, *key;
            int64_t before = clock_now(&s.clock.clock);
            fault(&s, (struct sandbox_fault){.kind = lost[l], .method = "POST", .path = text_path(all_dialects[d])});
            refused(s, ERR_UNCERTAIN, s.t->ops->create(s.t, &s.a, given, 2, &token, 1, &id, &key, &s.e));
            fault(&s, (struct sandbox_fault){.kind = SANDBOX_FAULT_INDEX_LAG, .ms = 600000});
            struct tracker_issue *found;
            size_t count;
            ok(s, s.t->ops->created_since(s.t, &s.a, before, NULL, fields, 1, &found, &count, &s.e));
            assert_int_equal(count, 1);
            assert_string_equal(json_at_str(json_object_get(found[0].properties, TRACKER_TOKEN_PROPERTY), "token"),
                                "lost");
            close_site(&s);
        }
}

static void a_comment_without_a_reply_is_found_by_its_token(void **state)
{
    (void)state;
    for (size_t d = 0; d < ARRAY_LEN(all_dialects); d++) {
        struct site s;
        open_site(&s, all_dialects[d]);
        const char *key, *id = create(&s, "x", "t", &key);
        struct tracker_comment made;
        fault(&s, (struct sandbox_fault){.kind = SANDBOX_FAULT_DROP_AFTER, .method = "POST"});
        refused(s, ERR_UNCERTAIN, s.t->ops->comment_add(s.t, &s.a, id, "body", "c-1", NULL, &made, &s.e));
        struct tracker_issue *issue = read_one(&s, id, TRACKER_COMMENT_TOKENS);
        assert_int_equal(issue->comment_count, 1);
        assert_string_equal(issue->comments[0].token, "c-1");
        close_site(&s);
    }
}

/* A write leaves once, whatever comes back. */
static void no_write_is_sent_twice(void **state)
{
    (void)state;
    static const struct {
        enum sandbox_fault_kind kind;
        enum err_kind error;
    } rows[] = {{SANDBOX_FAULT_DROP_BEFORE, ERR_UNCERTAIN}, {SANDBOX_FAULT_500_BEFORE, ERR_UNCERTAIN},
                {SANDBOX_FAULT_503, ERR_UNCERTAIN},         {SANDBOX_FAULT_RATE, ERR_RATE},
                {SANDBOX_FAULT_HTML, ERR_UNCERTAIN},        {SANDBOX_FAULT_ANONYMOUS, ERR_AUTH}};
    for (size_t d = 0; d < ARRAY_LEN(all_dialects); d++) {
        struct site s;
        open_site(&s, all_dialects[d]);
        const char *key, *id = create(&s, "x", "t", &key);
        struct tracker_comment made;
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            int64_t writes = jira_site_counts(s.site).writes;
            fault(&s, (struct sandbox_fault){.kind = rows[i].kind, .method = "POST"});
            refused(s, rows[i].error, s.t->ops->comment_add(s.t, &s.a, id, "body", NULL, NULL, &made, &s.e));
            assert_int_equal(jira_site_counts(s.site).writes, writes + 1);
            ok(s, sandbox_faults_clear(s.sandbox, &s.e));
        }
        assert_int_equal(read_one(&s, id, TRACKER_COMMENTS)->comment_count, 0);
        close_site(&s);
    }
}

/* Reads are patient. */
static void a_read_survives_what_passes(void **state)
{
    (void)state;
    static const enum sandbox_fault_kind kinds[] = {SANDBOX_FAULT_DROP_BEFORE, SANDBOX_FAULT_500_AFTER,
                                                    SANDBOX_FAULT_503, SANDBOX_FAULT_RATE, SANDBOX_FAULT_TRUNCATE};
    for (size_t d = 0; d < ARRAY_LEN(all_dialects); d++) {
        struct site s;
        open_site(&s, all_dialects[d]);
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
            struct tracker_seen *seen;
            fault(&s, (struct sandbox_fault){.kind = kinds[i], .count = 2, .retry_after_s = 3});
            assert_int_equal(poll_all(&s, 0, &seen), ISSUES);
        }
        close_site(&s);
    }
}

/* Credentials that die under us: no poll is empty, no issue is gone. */
static void dead_credentials_never_look_like_deletion(void **state)
{
    (void)state;
    for (size_t d = 0; d < ARRAY_LEN(all_dialects); d++) {
        struct site s;
        const char *cursor = NULL, *id;
        struct tracker_seen *seen;
        size_t count;
        open_site(&s, all_dialects[d]);
        poll_all(&s, 0, &seen);
        id = seen[0].id;
        fault(&s, (struct sandbox_fault){.kind = SANDBOX_FAULT_ANONYMOUS, .count = -1});
        refused(s, ERR_AUTH, s.t->ops->poll(s.t, &s.a, 0, NULL, &cursor, &seen, &count, &s.e));
        struct tracker_issue *r;
        refused(s, ERR_AUTH, s.t->ops->read(s.t, &s.a, &(struct tracker_read){.ids = &id, .id_count = 1}, &r, &s.e));
        struct tracker_comment c;
        refused(s, ERR_AUTH, s.t->ops->comment_get(s.t, &s.a, id, "1", &c, &s.e));
        const json_t *property;
        refused(s, ERR_AUTH, s.t->ops->property_get(s.t, &s.a, id, "x", &property, &s.e));
        refused(s, ERR_AUTH, s.t->ops->property_delete(s.t, &s.a, id, "x", &s.e));
        refused(s, ERR_AUTH, s.t->ops->remote_link_delete(s.t, &s.a, id, "x", &s.e));
        close_site(&s);
    }
}

/* The index does not know the newest issues; who asks by id finds them. */
static void an_index_that_lags_hides_no_issue_from_a_reading(void **state)
{
    (void)state;
    for (size_t d = 0; d < ARRAY_LEN(all_dialects); d++) {
        struct site s;
        const char *key, *ids[2];
        struct tracker_issue *r[2];
        open_site(&s, all_dialects[d]);
        fault(&s, (struct sandbox_fault){.kind = SANDBOX_FAULT_INDEX_LAG, .ms = 600000});
        ids[0] = create(&s, "one", "1", &key);
        ids[1] = create(&s, "two", "2", &key);
        ok(s, s.t->ops->read(s.t, &s.a, &(struct tracker_read){.ids = ids, .id_count = 2}, r, &s.e));
        assert_non_null(r[0]);
        assert_string_equal(r[1]->id, ids[1]);
        close_site(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_credentials_are_no_empty_site),
        cmocka_unit_test(a_creation_without_a_reply_is_found_by_its_token),
        cmocka_unit_test(a_comment_without_a_reply_is_found_by_its_token),
        cmocka_unit_test(no_write_is_sent_twice),
        cmocka_unit_test(a_read_survives_what_passes),
        cmocka_unit_test(dead_credentials_never_look_like_deletion),
        cmocka_unit_test(an_index_that_lags_hides_no_issue_from_a_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
