/* The whole interface of a tracker against the sandbox, in all three dialects: what the engine relies on, on the road
 * that it really takes. Every write is seen again by another reading. */
#include "jira/sandbox_play.h"
#include "tracker/rich.h"

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
    assert_non_null(strstr(rich_markup(&s->a, tracker_issue_value(issue, "description").text), "*bold*"));
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
    assert_string_equal(rich_markup(&s->a, again.body), "first *word*");
    assert_string_equal(again.token, "tok-c");
    struct tracker_comment hidden;
    ok(*s, s->t->ops->comment_add(s->t, &s->a, id, "for some", NULL, &role, &hidden, &s->e));
    ok(*s, s->t->ops->comment_edit(s->t, &s->a, id, hidden.id, "for some still", &role, &again, &s->e));
    assert_string_equal(rich_markup(&s->a, again.body), "for some still");
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
        assert_string_equal(rich_markup(&s->a, issue->comments[i].body), arena_printf(&s->a, "%d", i));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_8_bears_out_the_interface),
        cmocka_unit_test(data_center_10_bears_out_the_interface),
        cmocka_unit_test(cloud_bears_out_the_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
