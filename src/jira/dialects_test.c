/* The whole interface of a tracker against the sandbox, in all three dialects: what the engine relies on, on the road
 * that it really takes. Every write is seen again by another reading. */
#include "base/str.h"
#include "jira/tracker_jira.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#ifdef TANDEM_TEST_SANDBOX /* the build defines it where the tests of this folder are linked with the sandbox */

#include "sandbox/sandbox.h"

enum { ISSUES = 60 };

struct site {
    struct sandbox *sandbox;
    struct clock_virtual clock;
    struct jira_site *site;
    struct tracker *t;
    struct tracker_project project;
    struct arena a;
    struct err e;
    bool is_cloud;
};

#define ok(s, call)                                                                                                    \
    do {                                                                                                               \
        if (!(call))                                                                                                   \
            fail_msg("%s", (s).e.text);                                                                                \
    } while (0)
#define refused(s, expected, call)                                                                                     \
    do {                                                                                                               \
        assert_false(call);                                                                                            \
        if ((s).e.kind != (expected))                                                                                  \
            fail_msg("%s: %s", err_kind_name((s).e.kind), (s).e.text);                                                 \
    } while (0)

static void open_site(struct site *s, enum sandbox_dialect dialect)
{
    *s = (struct site){.is_cloud = dialect == SANDBOX_CLOUD};
    clock_virtual_init(&s->clock, 1767225600000, 7);
    s->sandbox = sandbox_open(&(struct sandbox_settings){.dialect = dialect,
                                                         .data = ":memory:",
                                                         .base_url = "http://127.0.0.1:1",
                                                         .clock = &s->clock.clock,
                                                         .seed = 5},
                              &s->e);
    ok(*s, s->sandbox);
    ok(*s, sandbox_demo_data(s->sandbox, "SA", ISSUES, 5, &s->e));
    s->site = jira_site_open(&(struct jira_settings){.name = "sa",
                                                     .base_url = "http://127.0.0.1:1",
                                                     .user = s->is_cloud ? "admin@example.com" : "admin",
                                                     .secret = "admin",
                                                     .transport = transport_local_new(sandbox_handle, s->sandbox),
                                                     .clock = &s->clock.clock},
                             &s->e);
    ok(*s, s->site);
    s->t = tracker_jira_new(s->site, "SA");
    ok(*s, s->t->ops->project(s->t, &s->a, &s->project, &s->e));
}

static void close_site(struct site *s)
{
    tracker_free(s->t);
    jira_site_close(s->site);
    sandbox_close(s->sandbox);
    arena_release(&s->a);
}

static size_t poll_all(struct site *s, int64_t since, struct tracker_seen **all)
{
    const char *cursor = NULL;
    size_t total = 0;
    *all = NULL;
    do {
        struct tracker_seen *seen;
        size_t count;
        ok(*s, s->t->ops->poll(s->t, &s->a, since, NULL, &cursor, &seen, &count, &s->e));
        for (size_t i = 0; i < count; i++)
            *arena_push(&s->a, *all, total) = seen[i];
    } while (cursor);
    return total;
}

static struct tracker_issue *read_one(struct site *s, const char *id, unsigned want)
{
    static const char *const fields[] = {"summary", "description", "labels", "priority", "status", "issuetype"};
    static const char *const properties[] = {TRACKER_TOKEN_PROPERTY, "tandem.test"};
    struct tracker_issue *r;
    struct tracker_read read = {.ids = &id,
                                .id_count = 1,
                                .fields = fields,
                                .field_count = ARRAY_LEN(fields),
                                .want = want,
                                .properties = properties,
                                .property_count = 2};
    ok(*s, s->t->ops->read(s->t, &s->a, &read, &r, &s->e));
    return r;
}

static const char *create(struct site *s, const char *summary, const char *token, const char **key_r)
{
    const struct tracker_issue_type *type = tracker_project_type(&s->project, "Task");
    assert_non_null(type);
    struct value labels[] = {value_string("two"), value_string("one")};
    struct tracker_issue_field fields[] = {
        {"summary", value_string(summary)},
        {"description", value_rich("h1. Title\n\n*bold* and [a link|https://example.com]")},
        {"issuetype", value_option(type->id, type->name)},
        {"priority", value_option(s->project.priorities[0].id, s->project.priorities[0].name)},
        {"labels", {.kind = VALUE_SET, .items = labels, .count = 2}},
    };
    struct tracker_property property = {TRACKER_TOKEN_PROPERTY, json_keep(&s->a, json_pack("{s:s}", "token", token))};
    const char *id;
    ok(*s, s->t->ops->create(s->t, &s->a, fields, ARRAY_LEN(fields), &property, 1, &id, key_r, &s->e));
    return id;
}

/* --- one story per dialect --- */

static void tell_of_project(struct site *s)
{
    struct tracker_info info;
    ok(*s, s->t->ops->describe(s->t, &s->a, &info, &s->e));
    assert_string_equal(info.deployment, s->is_cloud ? "cloud" : "datacenter");
    assert_true(info.skew_ms > -1000 && info.skew_ms < 1000);
    const struct tracker_project *p = &s->project;
    assert_string_equal(p->key, "SA");
    assert_true(p->type_count >= 2 && p->priority_count >= 3 && p->field_count >= 5);
    assert_true(p->can_browse && p->can_create && p->can_edit && p->can_comment && p->can_transition);
    const struct tracker_issue_type *task = tracker_project_type(p, "Task");
    assert_non_null(task);
    assert_true(task->status_count >= 2);
    bool summary = false;
    for (size_t i = 0; i < task->required_count; i++)
        summary = summary || str_eq(task->required[i], "summary");
    assert_true(summary);
}

static void tell_of_reading(struct site *s)
{
    struct tracker_seen *seen;
    size_t count = poll_all(s, 0, &seen), comments = 0, history = 0;
    assert_int_equal(count, ISSUES);
    const char **ids = arena_array(&s->a, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = seen[i].id;
        assert_true(!i || seen[i].updated_ms >= seen[i - 1].updated_ms);
    }
    ids[count] = "999999";
    static const char *const fields[] = {"summary", "status"};
    struct tracker_read read = {.ids = ids,
                                .id_count = count + 1,
                                .fields = fields,
                                .field_count = 2,
                                .want = TRACKER_COMMENTS | TRACKER_HISTORY};
    struct tracker_issue **r = arena_array(&s->a, struct tracker_issue *, count + 1);
    ok(*s, s->t->ops->read(s->t, &s->a, &read, r, &s->e));
    for (size_t i = 0; i < count; i++) {
        assert_non_null(r[i]);
        assert_string_equal(r[i]->id, ids[i]);
        assert_string_equal(r[i]->project_key, "SA");
        assert_true(r[i]->updated_ms == seen[i].updated_ms && r[i]->created_ms <= r[i]->updated_ms);
        assert_int_equal(tracker_issue_value(r[i], "summary").kind, VALUE_STRING);
        assert_non_null(tracker_issue_value(r[i], "status").id);
        for (size_t c = 1; c < r[i]->comment_count; c++)
            assert_true(strtoll(r[i]->comments[c - 1].id, NULL, 10) < strtoll(r[i]->comments[c].id, NULL, 10));
        for (size_t h = 1; h < r[i]->history_count; h++)
            assert_true(strtoll(r[i]->history[h - 1].id, NULL, 10) <= strtoll(r[i]->history[h].id, NULL, 10));
        comments += r[i]->comment_count;
        history += r[i]->history_count;
    }
    assert_null(r[count]);
    assert_true(comments > 0);
    (void)history;
}

static void tell_of_an_issue(struct site *s)
{
    const char *key, *id;
    int64_t before = clock_now(&s->clock.clock);
    id = create(s, "Made by \"us\"", "tok-1", &key);
    assert_true(str_starts(key, "SA-"));
    struct tracker_issue *issue = read_one(s, id, TRACKER_HISTORY);
    assert_string_equal(issue->key, key);
    assert_string_equal(tracker_issue_value(issue, "summary").text, "Made by \"us\"");
    assert_non_null(strstr(tracker_issue_value(issue, "description").text, "*bold*"));
    assert_int_equal(tracker_issue_value(issue, "labels").count, 2);
    assert_string_equal(tracker_issue_value(issue, "priority").id, s->project.priorities[0].id);
    assert_string_equal(json_at_str(json_object_get(issue->properties, TRACKER_TOKEN_PROPERTY), "token"), "tok-1");
    /* found again by its token, with and without a key to begin from */
    static const char *const fields[] = {"summary"};
    const char *const known[] = {"SA-60", NULL};
    for (size_t i = 0; i < 2; i++) {
        struct tracker_issue *found;
        size_t count, hits = 0;
        ok(*s, s->t->ops->created_since(s->t, &s->a, before, known[i], fields, 1, &found, &count, &s->e));
        for (size_t j = 0; j < count; j++)
            hits += str_eq(json_at_str(json_object_get(found[j].properties, TRACKER_TOKEN_PROPERTY), "token"), "tok-1");
        assert_int_equal(hits, 1);
    }
    /* an edit shows with its history, a clearing empties */
    struct tracker_issue_field edit[] = {{"summary", value_string("Edited")}, {"description", {0}}, {"labels", {0}}};
    ok(*s, s->t->ops->update(s->t, &s->a, id, edit, 3, &s->e));
    issue = read_one(s, id, TRACKER_HISTORY);
    assert_string_equal(tracker_issue_value(issue, "summary").text, "Edited");
    assert_int_equal(tracker_issue_value(issue, "description").kind, VALUE_NONE);
    assert_int_equal(tracker_issue_value(issue, "labels").kind, VALUE_NONE);
    bool seen = false;
    for (size_t i = 0; i < issue->history_count; i++)
        seen = seen || (str_eq(issue->history[i].field, "summary") && str_eq(issue->history[i].to_text, "Edited"));
    assert_true(seen);
    struct tracker_issue_field wrong = {"priority", value_option("424242", NULL)};
    refused(*s, ERR_REFUSED, s->t->ops->update(s->t, &s->a, id, &wrong, 1, &s->e));
    refused(*s, ERR_GONE, s->t->ops->update(s->t, &s->a, "999999", edit, 1, &s->e));
}

static void tell_of_a_workflow(struct site *s)
{
    const char *key, *id = create(s, "To be moved", "tok-2", &key), *sample;
    struct tracker_transition *list;
    size_t count, at = 0;
    struct value status = tracker_issue_value(read_one(s, id, 0), "status");
    const struct tracker_issue_type *type = tracker_project_type(&s->project, "Task");
    ok(*s, s->t->ops->sample(s->t, &s->a, type->id, status.id, &sample, &s->e));
    assert_non_null(sample);
    ok(*s, s->t->ops->transitions(s->t, &s->a, id, &list, &count, &s->e));
    assert_true(count > 0);
    while (at < count && (str_eq(list[at].to_id, status.id) || list[at].has_required_fields))
        at++;
    assert_true(at < count);
    ok(*s, s->t->ops->transition(s->t, &s->a, id, list[at].id, &s->e));
    assert_string_equal(tracker_issue_value(read_one(s, id, 0), "status").id, list[at].to_id);
    refused(*s, ERR_REFUSED, s->t->ops->transition(s->t, &s->a, id, "9999", &s->e));
}

static void tell_of_comments(struct site *s)
{
    const char *key, *id = create(s, "To be talked about", "tok-3", &key);
    struct tracker_comment made, again;
    struct tracker_visibility role = {"role", "Administrators"};
    ok(*s, s->t->ops->comment_add(s->t, &s->a, id, "first *word*", "tok-c", NULL, &made, &s->e));
    ok(*s, s->t->ops->comment_get(s->t, &s->a, id, made.id, &again, &s->e));
    assert_string_equal(again.body, "first *word*");
    assert_string_equal(again.token, "tok-c");
    struct tracker_comment hidden;
    ok(*s, s->t->ops->comment_add(s->t, &s->a, id, "for some", NULL, &role, &hidden, &s->e));
    ok(*s, s->t->ops->comment_edit(s->t, &s->a, id, hidden.id, "for some still", &role, &again, &s->e));
    assert_string_equal(again.body, "for some still");
    assert_string_equal(again.visibility_value, "Administrators");
    struct tracker_issue *issue = read_one(s, id, TRACKER_COMMENTS | TRACKER_COMMENT_TOKENS);
    assert_int_equal(issue->comment_count, 2);
    assert_string_equal(issue->comments[0].token, "tok-c");
    assert_null(issue->comments[1].token);
    assert_string_equal(issue->comments[1].visibility_type, "role");
    issue = read_one(s, id, TRACKER_COMMENTS);
    assert_int_equal(issue->comment_count, 2);
    assert_string_equal(issue->comments[0].author_id, issue->creator_id);
    ok(*s, s->t->ops->comment_delete(s->t, &s->a, id, made.id, &s->e));
    refused(*s, ERR_GONE, s->t->ops->comment_get(s->t, &s->a, id, made.id, &again, &s->e));
    refused(*s, ERR_GONE, s->t->ops->comment_delete(s->t, &s->a, id, made.id, &s->e));
}

/* More comments than any page holds, and faster than Cloud takes them: the pace waits, nothing is refused. */
static void tell_of_many_comments(struct site *s)
{
    enum { MANY = 130 };
    const char *key, *id = create(s, "Much talked about", "tok-4", &key);
    struct tracker_comment made;
    int64_t start = clock_now(&s->clock.clock);
    for (int i = 0; i < MANY; i++)
        ok(*s, s->t->ops->comment_add(s->t, &s->a, id, arena_printf(&s->a, "%d", i), NULL, NULL, &made, &s->e));
    if (s->is_cloud)
        assert_true(clock_now(&s->clock.clock) - start >= 30000);
    struct tracker_issue *issue = read_one(s, id, TRACKER_COMMENTS);
    assert_int_equal(issue->comment_count, MANY);
    for (int i = 0; i < MANY; i++)
        assert_string_equal(issue->comments[i].body, arena_printf(&s->a, "%d", i));
}

static void tell_of_long_histories(struct site *s)
{
    enum { EDITS = 130 };
    const char *key, *id = create(s, "Much edited", "tok-5", &key);
    for (int i = 0; i < EDITS; i++) {
        struct tracker_issue_field edit = {"summary", value_string(arena_printf(&s->a, "edit %d", i))};
        ok(*s, s->t->ops->update(s->t, &s->a, id, &edit, 1, &s->e));
    }
    struct tracker_issue *issue = read_one(s, id, TRACKER_HISTORY);
    size_t seen = 0;
    for (size_t i = 0; i < issue->history_count; i++)
        seen += str_eq(issue->history[i].to_text, arena_printf(&s->a, "edit %zu", seen));
    assert_int_equal(seen, EDITS);
}

static void tell_of_properties(struct site *s)
{
    const char *key, *id = create(s, "To be marked", "tok-6", &key);
    const json_t *r, *value = json_keep(&s->a, json_pack("{s:i, s:[s]}", "n", 7, "list", "ü"));
    ok(*s, s->t->ops->property_get(s->t, &s->a, id, "tandem.test", &r, &s->e));
    assert_null(r);
    ok(*s, s->t->ops->property_set(s->t, &s->a, id, "tandem.test", value, &s->e));
    ok(*s, s->t->ops->property_set(s->t, &s->a, id, "tandem.test", value, &s->e));
    ok(*s, s->t->ops->property_get(s->t, &s->a, id, "tandem.test", &r, &s->e));
    assert_true(json_equal((json_t *)r, (json_t *)value));
    assert_true(json_equal(json_object_get(read_one(s, id, 0)->properties, "tandem.test"), (json_t *)value));
    ok(*s, s->t->ops->property_delete(s->t, &s->a, id, "tandem.test", &s->e));
    ok(*s, s->t->ops->property_delete(s->t, &s->a, id, "tandem.test", &s->e));
    ok(*s, s->t->ops->property_get(s->t, &s->a, id, "tandem.test", &r, &s->e));
    assert_null(r);
    refused(*s, ERR_GONE, s->t->ops->property_get(s->t, &s->a, "999999", "tandem.test", &r, &s->e));
    ok(*s, s->t->ops->project_property_get(s->t, &s->a, "tandem.counter", &r, &s->e));
    assert_null(r);
    ok(*s, s->t->ops->project_property_set(s->t, &s->a, "tandem.counter", value, &s->e));
    ok(*s, s->t->ops->project_property_get(s->t, &s->a, "tandem.counter", &r, &s->e));
    assert_int_equal(json_at_int(r, "n", 0), 7);
}

static void tell_of_remote_links(struct site *s)
{
    const char *key, *id = create(s, "To be linked", "tok-7", &key);
    struct tracker_remote_link link = {"tandem=INT-1&issue=5", "https://example.com/browse/SB-5", "SB-5", "in step",
                                       "synchronized with"};
    const char *target = arena_printf(&s->a, "/rest/api/2/issue/%s/remotelink", id);
    const json_t *list;
    ok(*s, s->t->ops->remote_link_set(s->t, &s->a, id, &link, &s->e));
    link.title = "SB-6";
    ok(*s, s->t->ops->remote_link_set(s->t, &s->a, id, &link, &s->e));
    ok(*s, jira_get(s->site, &s->a, target, &list, &s->e));
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_at_str(json_array_get(list, 0), "object.title"), "SB-6");
    ok(*s, s->t->ops->remote_link_delete(s->t, &s->a, id, link.global_id, &s->e));
    ok(*s, s->t->ops->remote_link_delete(s->t, &s->a, id, link.global_id, &s->e));
    ok(*s, jira_get(s->site, &s->a, target, &list, &s->e));
    assert_int_equal(json_array_size(list), 0);
}

static void tell_of_people(struct site *s)
{
    struct value *found;
    size_t count;
    struct tracker_info info;
    ok(*s, s->t->ops->describe(s->t, &s->a, &info, &s->e));
    const char *const who[] = {"admin@example.com", info.account_id};
    for (size_t i = 0; i < 2; i++) {
        ok(*s, s->t->ops->users_find(s->t, &s->a, who[i], &found, &count, &s->e));
        assert_int_equal(count, 1);
        assert_string_equal(found[0].id, info.account_id);
    }
    ok(*s, s->t->ops->users_find(s->t, &s->a, "nobody@example.com", &found, &count, &s->e));
    assert_int_equal(count, 0);
    ok(*s, s->t->ops->users_find(s->t, &s->a, "admi", &found, &count, &s->e));
    assert_int_equal(count, 0);
}

/* What changed since a moment is in the poll from that moment, whatever lags. */
static void tell_of_polling(struct site *s)
{
    const char *key, *id = create(s, "To be polled", "tok-8", &key);
    struct tracker_seen *seen;
    clock_sleep(&s->clock.clock, 60000); /* let the index come after */
    size_t count = poll_all(s, clock_now(&s->clock.clock), &seen), hits = 0;
    for (size_t i = 0; i < count; i++)
        hits += str_eq(seen[i].id, id);
    assert_int_equal(hits, 1);
    clock_sleep(&s->clock.clock, 3600000);
    assert_int_equal(poll_all(s, clock_now(&s->clock.clock), &seen), 0);
}

static void tell_all(enum sandbox_dialect dialect)
{
    struct site s;
    open_site(&s, dialect);
    tell_of_project(&s);
    tell_of_reading(&s);
    tell_of_an_issue(&s);
    tell_of_a_workflow(&s);
    tell_of_comments(&s);
    tell_of_many_comments(&s);
    tell_of_long_histories(&s);
    tell_of_properties(&s);
    tell_of_remote_links(&s);
    tell_of_people(&s);
    tell_of_polling(&s);
    close_site(&s);
}

static void server_8_bears_out_the_interface(void **state)
{
    (void)state;
    tell_all(SANDBOX_DC8);
}

static void data_center_10_bears_out_the_interface(void **state)
{
    (void)state;
    tell_all(SANDBOX_DC10);
}

static void cloud_bears_out_the_interface(void **state)
{
    (void)state;
    tell_all(SANDBOX_CLOUD);
}

static void wrong_credentials_are_no_empty_site(void **state)
{
    (void)state;
    static const enum sandbox_dialect dialects[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        struct site s;
        const char *cursor = NULL;
        struct tracker_seen *seen;
        size_t count;
        open_site(&s, dialects[i]);
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

/* --- when things go wrong --- */

static const enum sandbox_dialect all_dialects[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};

static void fault(struct site *s, struct sandbox_fault f)
{
    ok(*s, sandbox_fault_add(s->sandbox, &f, &s->e));
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
            fault(&s, (struct sandbox_fault){.kind = lost[l], .method = "POST", .path = "/rest/api/2/issue"});
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
        cmocka_unit_test(server_8_bears_out_the_interface),
        cmocka_unit_test(data_center_10_bears_out_the_interface),
        cmocka_unit_test(cloud_bears_out_the_interface),
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

#else

int main(void)
{
    puts("skipped: built without the sandbox");
    return 77;
}

#endif
