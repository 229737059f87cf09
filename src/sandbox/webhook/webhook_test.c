/* Who is told what, in which form, and how often it is tried. Nothing is sent here: the test asks what is due. */
#include "sandbox/test_client.h"

#define HOOK "http://127.0.0.1:9999/hook"

struct told {
    char *event;
    json_t *body;
    struct sandbox_delivery delivery;
};

static const char *header(const struct sandbox_delivery *d, const char *name)
{
    return http_header_get(d->headers, d->header_count, name);
}

/* The next delivery, answered with this status; fails when there is none. */
static struct told next(struct test_site *s, int status)
{
    struct err e = ERR_INIT;
    struct told t = {0};
    bool found;
    if (!sandbox_webhook_next(s->sandbox, &s->arena, &t.delivery, &found, &e))
        fail_msg("%s", e.text);
    if (!found)
        fail_msg("nothing is due");
    if (t.delivery.body) {
        t.body = json_parse(&s->arena, t.delivery.body, strlen(t.delivery.body), true, "webhook", &e);
        assert_non_null(t.body);
        t.event = arena_strdup(&s->arena, json_at_str(t.body, "webhookEvent"));
    }
    if (!sandbox_webhook_sent(s->sandbox, t.delivery.id, status, &e))
        fail_msg("%s", e.text);
    return t;
}

static void nothing_is_due(struct test_site *s)
{
    struct err e = ERR_INIT;
    struct sandbox_delivery d;
    bool found;
    if (!sandbox_webhook_next(s->sandbox, &s->arena, &d, &found, &e))
        fail_msg("%s", e.text);
    if (found)
        fail_msg("due: %s", d.body ? d.body : d.url);
}

static struct told told(struct test_site *s, const char *event)
{
    struct told t = next(s, 200);
    assert_string_equal(t.event, event);
    return t;
}

static const char *hooks_path(const struct test_site *s, enum sandbox_dialect d)
{
    (void)s;
    return d == SANDBOX_DC10 ? "/rest/jira-webhook/1.0/webhooks" : "/rest/webhooks/1.0/webhook";
}

static void open_with_hook(struct test_site *s, enum sandbox_dialect d, const char *jql, const char *events)
{
    test_site_open(s, d);
    test_project(s, "SA");
    test_json(s, HTTP_POST, 201, hooks_path(s, d),
              test_body(s,
                        "{'name': 'Partner', 'url': '%s', 'secret': 'hush', 'events': [%s],"
                        " 'filters': {'issue-related-events-section': '%s'}}",
                        HOOK, events, jql));
}

static const char *create(struct test_site *s, const char *summary)
{
    json_t *made = test_json(s, HTTP_POST, 201, "/rest/api/2/issue",
                             test_body(s,
                                       "{'fields': {'project': {'key': 'SA'}, 'issuetype': {'name': 'Task'},"
                                       " 'summary': '%s'}}",
                                       summary));
    return arena_strdup(&s->arena, json_at_str(made, "key"));
}

#define ISSUE_EVENTS   "'jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted'"
#define COMMENT_EVENTS "'comment_created', 'comment_updated', 'comment_deleted'"

static const enum sandbox_dialect ALL[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};

static void the_life_of_an_issue_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ALL); i++) {
        struct test_site s;
        open_with_hook(&s, ALL[i], "", ISSUE_EVENTS);
        const char *key = create(&s, "Leak");
        struct told t = told(&s, "jira:issue_created");
        assert_string_equal(json_at_str(t.body, "issue.key"), key);
        assert_string_equal(json_at_str(t.body, "issue.fields.summary"), "Leak");
        assert_string_equal(json_at_str(t.body, "issue_event_type_name"), "issue_created");
        const json_t *given = json_at(t.body, "changelog.items");
        assert_int_equal(json_is_array(given), s.is_cloud); /* what a new issue was given is told by Cloud alone */
        if (s.is_cloud) {
            assert_string_equal(json_at_str(json_array_get(given, json_array_size(given) - 1), "field"), "summary");
            assert_string_equal(json_at_str(json_array_get(given, 0), "field"), "description");
            assert_int_not_equal(strtoll(json_at_str(t.body, "changelog.id"), NULL, 10), 0);
        }
        assert_true(json_is_integer(json_object_get(t.body, "timestamp")));
        assert_non_null(json_object_get(t.body, "user"));
        char *target = arena_printf(&s.arena, "/rest/api/%d/issue/%s", s.is_cloud ? 3 : 2, key);
        test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"A leak\", \"labels\": [\"wet\"]}}");
        t = told(&s, "jira:issue_updated");
        assert_string_equal(json_at_str(t.body, "issue_event_type_name"), "issue_updated");
        assert_int_equal(json_at_count(t.body, "changelog.items"), 2);
        assert_non_null(json_at_str(t.body, "changelog.id"));
        assert_non_null(strstr(json_at_str(t.body, "issue.self"), "/rest/api/2/issue/")); /* v2 whatever was called */
        test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"A leak\"}}");
        nothing_is_due(&s); /* no change, no event */
        test_json(&s, HTTP_DELETE, 204, target, NULL);
        t = told(&s, "jira:issue_deleted");
        assert_string_equal(json_at_str(t.body, "issue.key"), key);
        nothing_is_due(&s);
        test_site_close(&s);
    }
}

static void texts_are_markup_also_on_cloud(void **state)
{
    (void)state;
    struct test_site s;
    open_with_hook(&s, SANDBOX_CLOUD, "", ISSUE_EVENTS);
    const char *key = create(&s, "Leak");
    told(&s, "jira:issue_created");
    test_json(&s, HTTP_PUT, 204, arena_printf(&s.arena, "/rest/api/3/issue/%s", key),
              test_body(&s, "{'fields': {'description': {'type': 'doc', 'version': 1, 'content': [{'type': 'paragraph',"
                            " 'content': [{'type': 'text', 'text': 'wet', 'marks': [{'type': 'strong'}]}]}]}}}"));
    struct told t = told(&s, "jira:issue_updated");
    assert_string_equal(json_at_str(t.body, "issue.fields.description"), "*wet*");
    test_site_close(&s);
}

static void comments_are_told_as_each_site_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ALL); i++) {
        struct test_site s;
        open_with_hook(&s, ALL[i], "", ISSUE_EVENTS ", " COMMENT_EVENTS);
        const char *key = create(&s, "Leak");
        told(&s, "jira:issue_created");
        char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s/comment", key);
        const char *id = json_at_str(test_json(&s, HTTP_POST, 201, target, "{\"body\": \"Drip\"}"), "id");
        struct told t = told(&s, "comment_created");
        assert_string_equal(json_at_str(t.body, "comment.id"), id);
        assert_string_equal(json_at_str(t.body, "comment.body"), "Drip");
        assert_true((json_object_get(t.body, "issue") != NULL) == (ALL[i] != SANDBOX_DC8));
        if (!s.is_cloud) {
            t = told(&s, "jira:issue_updated");
            assert_string_equal(json_at_str(t.body, "issue_event_type_name"), "issue_commented");
            assert_string_equal(json_at_str(t.body, "comment.id"), id);
        }
        nothing_is_due(&s);
        test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "%s/%s", target, id), NULL);
        t = told(&s, "comment_deleted");
        assert_string_equal(json_at_str(t.body, "comment.body"), "Drip");
        test_site_close(&s);
    }
}

static void a_filter_is_judged_after_the_change(void **state)
{
    (void)state;
    struct test_site s;
    open_with_hook(&s, SANDBOX_DC10, "project = SA AND summary ~ loud", ISSUE_EVENTS);
    const char *key = create(&s, "Something quiet");
    nothing_is_due(&s);
    char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", key);
    test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"Something loud\"}}");
    told(&s, "jira:issue_updated");
    test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"Something quiet again\"}}");
    nothing_is_due(&s); /* it left the filter */
    test_json(&s, HTTP_POST, 400, "/rest/jira-webhook/1.0/webhooks",
              test_body(&s,
                        "{'name': 'x', 'url': '%s', 'events': [], 'filters': {'issue-related-events-section':"
                        " 'nonsense ='}}",
                        HOOK));
    test_site_close(&s);
}

static void other_nouns_are_told(void **state)
{
    (void)state;
    struct test_site s;
    open_with_hook(&s, SANDBOX_CLOUD, "",
                   "'worklog_created', 'issuelink_created', 'issuelink_deleted', 'jira:version_created',"
                   " 'jira:version_released', 'jira:issue_deleted'");
    const char *a = create(&s, "One"), *b = create(&s, "Two");
    test_json(&s, HTTP_POST, 201, arena_printf(&s.arena, "/rest/api/2/issue/%s/worklog", a),
              "{\"timeSpentSeconds\": 600}");
    assert_non_null(json_at_str(told(&s, "worklog_created").body, "worklog.issueId"));
    test_json(&s, HTTP_POST, 201, "/rest/api/2/issueLink",
              test_body(&s, "{'type': {'name': 'Blocks'}, 'inwardIssue': {'key': '%s'}, 'outwardIssue': {'key': '%s'}}",
                        a, b));
    struct told t = told(&s, "issuelink_created");
    assert_true(json_at_int(t.body, "issueLink.sourceIssueId", 0) > 0);
    assert_string_equal(json_at_str(t.body, "issueLink.issueLinkType.name"), "Blocks");
    json_t *v = test_json(&s, HTTP_POST, 201, "/rest/api/2/version", test_body(&s, "{'name': '1.0', 'project': 'SA'}"));
    assert_string_equal(json_at_str(told(&s, "jira:version_created").body, "version.name"), "1.0");
    test_json(&s, HTTP_PUT, 200, arena_printf(&s.arena, "/rest/api/2/version/%s", json_at_str(v, "id")),
              "{\"released\": true}");
    told(&s, "jira:version_released");
    test_json(&s, HTTP_DELETE, 204, arena_printf(&s.arena, "/rest/api/2/issue/%s", a), NULL);
    told(&s, "jira:issue_deleted");
    t = told(&s, "issuelink_deleted"); /* a consequence */
    assert_string_equal(header(&t.delivery, "X-Atlassian-Webhook-Flow"), "Secondary");
    nothing_is_due(&s);
    test_site_close(&s);
}

static void a_body_is_signed_and_addressed(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_DC10);
    test_project(&s, "SA");
    json_t *made =
        test_json(&s, HTTP_POST, 201, "/rest/jira-webhook/1.0/webhooks",
                  test_body(&s, "{'name': 'n', 'url': '" HOOK "/${issue.key}', 'events': ['jira:issue_created'],"
                                " 'configuration': {'SECRET': 'hush'}}"));
    const char *key = create(&s, "Leak");
    struct told t = told(&s, "jira:issue_created");
    unsigned char digest[STR_HMAC_BYTES];
    str_hmac_sha256("hush", t.delivery.body, digest);
    assert_string_equal(header(&t.delivery, "X-Hub-Signature"),
                        arena_printf(&s.arena, "sha256=%s", str_hex(&s.arena, digest, sizeof digest)));
    assert_string_equal(t.delivery.url, arena_printf(&s.arena, HOOK "/%s?user_id=admin&user_key=JIRAUSER%s", key,
                                                     strstr(t.delivery.url, "JIRAUSER") + 8));
    assert_null(strstr(json_print(&s.arena, made), "hush")); /* never shown again */
    char *target =
        arena_printf(&s.arena, "/rest/jira-webhook/1.0/webhooks/%lld", (long long)json_at_int(made, "id", 0));
    assert_int_equal(json_at_int(test_get(&s, 200, "%s/statistics", target), "successes", -1), 1);
    assert_string_equal(json_at_str(test_get(&s, 200, "%s/latest", target), "result.outcome"), "SUCCESS");
    test_json(&s, HTTP_PUT, 200, target, "{\"active\": false}");
    create(&s, "Another");
    nothing_is_due(&s);
    test_json(&s, HTTP_DELETE, 204, target, NULL);
    test_json(&s, HTTP_GET, 404, target, NULL);
    test_get(&s, 404, "/rest/webhooks/1.0/webhook");
    test_site_close(&s);
}

static void cloud_tries_again_five_times_and_data_center_never(void **state)
{
    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(ALL); i++) {
        struct test_site s;
        open_with_hook(&s, ALL[i], "", ISSUE_EVENTS);
        create(&s, "Leak");
        struct told first = next(&s, 503);
        int tries = 1;
        for (; s.is_cloud && tries < 6; tries++) {
            nothing_is_due(&s);
            s.clock.now += 6 * 60 * 1000;
            struct told again = next(&s, tries % 2 ? 0 : 429);
            assert_string_equal(header(&again.delivery, "X-Atlassian-Webhook-Identifier"),
                                header(&first.delivery, "X-Atlassian-Webhook-Identifier"));
            assert_string_equal(header(&again.delivery, "X-Atlassian-Webhook-Retry"),
                                arena_printf(&s.arena, "%d", tries));
        }
        s.clock.now += 60 * 60 * 1000;
        nothing_is_due(&s);
        create(&s, "Another");
        struct told refused = next(&s, 400); /* that will not get better */
        assert_string_not_equal(header(&refused.delivery, "X-Atlassian-Webhook-Identifier"),
                                header(&first.delivery, "X-Atlassian-Webhook-Identifier"));
        s.clock.now += 60 * 60 * 1000;
        nothing_is_due(&s);
        test_site_close(&s);
    }
}

static void webhooks_go_wrong_on_demand(void **state)
{
    (void)state;
    struct test_site s;
    open_with_hook(&s, SANDBOX_CLOUD, "", ISSUE_EVENTS ", " COMMENT_EVENTS);
    test_json(&s, HTTP_POST, 204, "/sandbox/faults",
              test_body(&s, "[{'kind': 'webhook-lost', 'path': 'jira:issue_created', 'skip': 1},"
                            " {'kind': 'webhook-doubled', 'path': 'comment_created'},"
                            " {'kind': 'webhook-late', 'path': 'comment_created', 'ms': 7200000}]"));
    const char *key = create(&s, "One");
    told(&s, "jira:issue_created");
    create(&s, "Two");
    nothing_is_due(&s); /* lost */
    char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s/comment", key);
    test_json(&s, HTTP_POST, 201, target, "{\"body\": \"Drip\"}");
    struct told a = told(&s, "comment_created"), b = told(&s, "comment_created"); /* doubled */
    assert_string_equal(header(&a.delivery, "X-Atlassian-Webhook-Identifier"),
                        header(&b.delivery, "X-Atlassian-Webhook-Identifier"));
    test_json(&s, HTTP_POST, 201, target, "{\"body\": \"Drop\"}");
    nothing_is_due(&s);
    s.clock.now += 7200000; /* late by two hours */
    assert_string_equal(json_at_str(told(&s, "comment_created").body, "comment.body"), "Drop");
    test_json(&s, HTTP_POST, 204, "/sandbox/faults", test_body(&s, "{'kind': 'webhook-reordered'}"));
    test_json(&s, HTTP_POST, 201, target, "{\"body\": \"First\"}");
    nothing_is_due(&s);
    test_json(&s, HTTP_POST, 201, target, "{\"body\": \"Second\"}");
    assert_string_equal(json_at_str(told(&s, "comment_created").body, "comment.body"), "Second");
    assert_string_equal(json_at_str(told(&s, "comment_created").body, "comment.body"), "First");
    nothing_is_due(&s);
    test_site_close(&s);
}

static void what_is_rolled_back_is_not_told(void **state)
{
    (void)state;
    struct test_site s;
    open_with_hook(&s, SANDBOX_CLOUD, "", ISSUE_EVENTS);
    test_json(&s, HTTP_POST, 201, "/rest/api/2/issue/bulk",
              test_body(&s, "{'issueUpdates': [{'fields': {'project': {'key': 'SA'}, 'issuetype': {'name': 'Task'},"
                            " 'summary': 'Good'}}, {'fields': {'project': {'key': 'SA'}, 'issuetype': {'name': 'Task'},"
                            " 'summary': 'Bad', 'nonsense': 1}}]}"));
    assert_string_equal(json_at_str(told(&s, "jira:issue_created").body, "issue.fields.summary"), "Good");
    nothing_is_due(&s);
    test_site_close(&s);
}

static int64_t registered(const json_t *reply, size_t at)
{
    return json_at_int(json_array_get(json_object_get(reply, "webhookRegistrationResult"), at), "createdWebhookId", 0);
}

static void apps_register_for_themselves(void **state)
{
    (void)state;
    struct test_site s;
    test_site_open(&s, SANDBOX_CLOUD);
    test_project(&s, "SA");
    char *body =
        test_body(&s,
                  "{'url': '%s', 'webhooks': ["
                  "{'events': ['jira:issue_created', 'jira:issue_updated'], 'jqlFilter': 'project = SA'},"
                  "{'events': ['jira:issue_updated'], 'jqlFilter': 'project = SA', 'fieldIdsFilter': ['summary']},"
                  "{'events': ['issue_property_set'], 'jqlFilter': 'project = SA', 'issuePropertyKeysFilter':"
                  " ['mine']},"
                  "{'events': ['jira:issue_created'], 'jqlFilter': 'summary ~ x'},"
                  "{'events': ['nonsense'], 'jqlFilter': ''}]}",
                  HOOK);
    test_json(&s, HTTP_POST, 403, "/rest/api/3/webhook", body); /* a person may not */
    json_t *app = test_json(&s, HTTP_POST, 201, "/sandbox/apps", "{\"displayName\": \"Partner's app\"}");
    s.bearer = arena_strdup(&s.arena, json_at_str(app, "token"));
    json_t *r = test_json(&s, HTTP_POST, 200, "/rest/api/3/webhook", body);
    int64_t first = registered(r, 0), second = registered(r, 1);
    assert_true(first && second && registered(r, 2) && !registered(r, 3) && !registered(r, 4));
    test_json(&s, HTTP_POST, 400, "/rest/api/3/webhook",
              "{\"url\": \"http://127.0.0.1:1/other\", \"webhooks\": [{\"events\": [\"jira:issue_created\"],"
              " \"jqlFilter\": \"project = SA\"}]}"); /* one address an app */
    assert_int_equal(json_at_int(test_get(&s, 200, "/rest/api/3/webhook"), "total", 0), 3);
    const char *key = create(&s, "One");
    struct told t = told(&s, "jira:issue_created");
    assert_int_equal(json_at_count(t.body, "matchedWebhookIds"), 1);
    assert_true(str_starts(header(&t.delivery, "Authorization"), "Bearer eyJ"));
    char *target = arena_printf(&s.arena, "/rest/api/3/issue/%s", key);
    test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"Two\"}}");
    t = told(&s, "jira:issue_updated"); /* told once, for both that match */
    assert_int_equal(json_at_count(t.body, "matchedWebhookIds"), 2);
    test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"labels\": [\"x\"]}}");
    assert_int_equal(json_at_count(told(&s, "jira:issue_updated").body, "matchedWebhookIds"), 1);
    test_json(&s, HTTP_PUT, 201, arena_printf(&s.arena, "%s/properties/other", target), "{\"a\": 1}");
    nothing_is_due(&s);
    test_json(&s, HTTP_PUT, 201, arena_printf(&s.arena, "%s/properties/mine", target), "{\"a\": 1}");
    assert_string_equal(json_at_str(told(&s, "issue_property_set").body, "property.key"), "mine");

    test_json(&s, HTTP_DELETE, 202, "/rest/api/3/webhook",
              arena_printf(&s.arena, "{\"webhookIds\": [%lld]}", (long long)first));
    s.clock.now += 29LL * 24 * 3600 * 1000;
    test_json(&s, HTTP_PUT, 200, "/rest/api/3/webhook/refresh",
              arena_printf(&s.arena, "{\"webhookIds\": [%lld]}", (long long)second));
    s.clock.now += 29LL * 24 * 3600 * 1000;
    test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"Three\"}}");
    next(&s, 400); /* the refreshed one lives, and is given up */
    assert_int_equal(json_at_count(test_get(&s, 200, "/rest/api/3/webhook/failed"), "values"), 1);
    s.clock.now += 2LL * 24 * 3600 * 1000;
    test_json(&s, HTTP_PUT, 204, target, "{\"fields\": {\"summary\": \"Four\"}}");
    nothing_is_due(&s); /* thirty days are over */
    test_site_close(&s);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "{'url': 'http://x.example', 'events': []}",
        "{'name': 'x', 'url': 'ftp://x.example', 'events': []}",
        "{'name': 'x', 'url': 'http://', 'events': []}",
        "{'name': 'x', 'url': 'http://x.example/a b', 'events': []}",
        "{'name': 'x', 'url': 'http://x.example', 'events': ['nonsense']}",
        "{'name': 'x', 'url': 'http://x.example', 'events': 'jira:issue_created'}",
        "{'name': 'x', 'url': 'http://x.example', 'events': [1]}",
        "[]",
    };
    struct test_site s;
    test_site_open(&s, SANDBOX_DC8);
    for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
        test_json(&s, HTTP_POST, 400, "/rest/webhooks/1.0/webhook", test_body(&s, "%s", BAD[i]));
    assert_int_equal(json_array_size(test_get(&s, 200, "/rest/webhooks/1.0/webhook")), 0);
    json_t *made =
        test_json(&s, HTTP_POST, 201, "/rest/webhooks/1.0/webhook",
                  test_body(&s, "{'name': 'x', 'url': 'http://x.example', 'events': ['jira:issue_created']}"));
    assert_true(str_ends(json_at_str(made, "self"), "/rest/webhooks/1.0/webhook/1"));
    assert_true(json_at_bool(made, "enabled", false));
    test_site_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_life_of_an_issue_is_told),
        cmocka_unit_test(texts_are_markup_also_on_cloud),
        cmocka_unit_test(comments_are_told_as_each_site_does),
        cmocka_unit_test(a_filter_is_judged_after_the_change),
        cmocka_unit_test(other_nouns_are_told),
        cmocka_unit_test(a_body_is_signed_and_addressed),
        cmocka_unit_test(cloud_tries_again_five_times_and_data_center_never),
        cmocka_unit_test(webhooks_go_wrong_on_demand),
        cmocka_unit_test(what_is_rolled_back_is_not_told),
        cmocka_unit_test(apps_register_for_themselves),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
