/* translate_fake.h - a Jira small enough to bend: for the tests of translate only. It shares nothing with the sandbox,
 * so that a misunderstanding of ours is not on both sides. */
#pragma once

#include "base/json.h"
#include "base/str.h"
#include "base/time_iso.h"
#include "http/http.h"
#include "migrate/pairfile_support.h"

#include <ctype.h>

struct fake_comment {
    int64_t id, created_ms;
    const char *body;
};

struct fake_issue {
    const char *key, *old_key; /* old_key: what it was called before it was moved; NULL */
    int64_t id;
    struct fake_comment *comments;
    size_t count;
};

struct fake {
    struct arena *a;
    bool is_cloud;
    struct fake_issue *issues;
    size_t count;
    const char *renamed_from, *renamed_to; /* a project */
    /* how it behaves */
    size_t embedded_max;     /* comments inside an issue; 0: all */
    size_t comment_page_max; /* 0: as asked */
    size_t search_max;       /* 0: as asked */
    enum { FAKE_WARNS, FAKE_REFUSES, FAKE_IS_SILENT } about_missing;
    bool numeric_ids, bare_lists, reversed, drops_ms, lacks_bulkfetch, lacks_search_jql, lacks_search, omits_comments,
        only_v3, omits_totals;
    bool wrong_order; /* embedded comments are the newest, not the first */
    size_t keys_max;  /* more keys in one request: 400 that names none */
    int status;       /* answer everything but myself with this */
    int myself_status;
    const char *page; /* answer everything but myself with this HTML */
    /* what it has seen */
    int requests, myself, bulk, singles, comment_pages, projects;
    char last_query[200];
    char last_authorization[200];
};

static inline struct fake_issue *fake_add(struct fake *f, const char *key)
{
    struct fake_issue *issue = arena_push(f->a, f->issues, f->count);
    issue->key = arena_strdup(f->a, key);
    issue->id = 70000 + (int64_t)f->count;
    return issue;
}

static inline void fake_comment(struct fake *f, const char *key, int64_t id, int64_t created_ms, const char *body)
{
    for (size_t i = 0; i < f->count; i++)
        if (str_eq(f->issues[i].key, key))
            *arena_push(f->a, f->issues[i].comments, f->issues[i].count) =
                (struct fake_comment){id, created_ms, arena_strdup(f->a, body)};
}

static inline struct fake_issue *fake_find(struct fake *f, const char *key)
{
    for (size_t i = 0; i < f->count; i++) {
        struct fake_issue *issue = &f->issues[i];
        if (str_eq_nocase(issue->key, key) || (issue->old_key && str_eq_nocase(issue->old_key, key)))
            return issue;
        size_t n = f->renamed_from ? strlen(f->renamed_from) : 0;
        if (n && str_starts(key, f->renamed_from) && key[n] == '-' && str_starts(issue->key, f->renamed_to) &&
            str_eq(issue->key + strlen(f->renamed_to), key + n))
            return issue;
    }
    return NULL;
}

static inline json_t *fake_comment_json(const struct fake *f, const struct fake_comment *c)
{
    char created[TIME_ISO_BYTES];
    time_iso_jira(f->drops_ms ? c->created_ms - c->created_ms % 1000 : c->created_ms, f->is_cloud ? -300 : 120,
                  created);
    json_t *id = f->numeric_ids ? json_integer(c->id) : json_string(arena_printf(f->a, "%lld", (long long)c->id));
    return json_pack("{s:o,s:s,s:s,s:{s:s}}", "id", id, "created", created, "body", c->body, "author", "displayName",
                     "Anna");
}

static inline json_t *fake_comments_json(const struct fake *f, const struct fake_issue *issue, size_t start, size_t max)
{
    json_t *list = json_array();
    for (size_t i = start; i < issue->count && i - start < max; i++)
        json_array_append_new(list, fake_comment_json(f, &issue->comments[i]));
    if (f->bare_lists)
        return list;
    if (f->omits_totals)
        return json_pack("{s:o}", "comments", list);
    return json_pack("{s:i,s:i,s:i,s:o}", "startAt", (int)start, "maxResults", (int)max, "total", (int)issue->count,
                     "comments", list);
}

static inline json_t *fake_issue_json(const struct fake *f, const struct fake_issue *issue)
{
    json_t *id =
        f->numeric_ids ? json_integer(issue->id) : json_string(arena_printf(f->a, "%lld", (long long)issue->id));
    json_t *json = json_pack("{s:o,s:s,s:{}}", "id", id, "key", issue->key, "fields");
    size_t max = f->embedded_max ? f->embedded_max : 1000000;
    if (f->wrong_order) {
        json_t *page = fake_comments_json(f, issue, issue->count > max ? issue->count - max : 0, max);
        json_object_set_new(page, "startAt", json_integer(0));
        json_object_set_new(json_object_get(json, "fields"), "comment", page);
    } else if (!f->omits_comments) {
        json_object_set_new(json_object_get(json, "fields"), "comment", fake_comments_json(f, issue, 0, max));
    }
    return json;
}

static inline void fake_answer(struct fake *f, struct http_response *response, int status, json_t *body)
{
    response->status = status;
    response->body = json_print(f->a, json_keep(f->a, body));
    response->body_length = strlen(response->body);
    http_response_add_header(f->a, response, "Content-Type", "application/json");
}

static inline void fake_error(struct fake *f, struct http_response *response, int status, const char *text)
{
    fake_answer(f, response, status, json_pack("{s:[s],s:{}}", "errorMessages", text, "errors"));
}

/* Everything that looks like an issue key in a query. */
static inline json_t *fake_keys_in(struct fake *f, const char *jql)
{
    json_t *keys = json_array();
    for (const char *p = strchr(jql, '('); p && *p;) {
        size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
        if (n)
            json_array_append_new(keys, json_string(arena_strndup(f->a, p, n)));
        p += n ? n : 1;
    }
    return json_keep(f->a, keys);
}

static inline void fake_many(struct fake *f, const json_t *body, bool is_bulk, struct http_response *response)
{
    const char *jql = json_at_str(body, "jql");
    json_t *keys = is_bulk ? json_object_get(body, "issueIdsOrKeys") : fake_keys_in(f, jql);
    snprintf(f->last_query, sizeof f->last_query, "%s", jql ? jql : "");
    f->bulk++;
    if (is_bulk && json_array_size(keys) > 100) {
        fake_error(f, response, 400, "Too many issues.");
        return;
    }
    if (f->keys_max && json_array_size(keys) > f->keys_max) {
        fake_error(f, response, 400, "The query is too long.");
        return;
    }
    json_t *issues = json_array(), *errors = json_array(), *words = json_array();
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const char *key = json_string_value(json_array_get(keys, i));
        struct fake_issue *issue = fake_find(f, key);
        if (issue) {
            json_array_insert_new(issues, f->reversed ? 0 : json_array_size(issues), fake_issue_json(f, issue));
            continue;
        }
        json_array_append_new(
            words, json_string(arena_printf(f->a, "An issue with key '%s' does not exist for field 'key'.", key)));
        json_array_append_new(errors, json_pack("{s:s,s:s}", "id", key, "errorMessage", "Issue does not exist."));
    }
    if (json_array_size(words) && f->about_missing == FAKE_REFUSES) {
        fake_answer(f, response, 400, json_pack("{s:o,s:{}}", "errorMessages", words, "errors"));
        json_decref(issues);
        json_decref(errors);
        return;
    }
    if (f->about_missing == FAKE_IS_SILENT) {
        json_array_clear(words);
        json_array_clear(errors);
    }
    json_t *answer = json_object();
    size_t total = json_array_size(issues), start = (size_t)json_at_int(body, "startAt", 0);
    const char *token = json_at_str(body, "nextPageToken");
    if (token)
        start = (size_t)strtoll(token, NULL, 10);
    size_t max = is_bulk ? 1000 : (size_t)json_at_int(body, "maxResults", 50);
    if (!is_bulk && f->search_max && max > f->search_max)
        max = f->search_max;
    json_t *page = json_array();
    for (size_t i = start; i < total && i - start < max; i++)
        json_array_append(page, json_array_get(issues, i));
    json_decref(issues);
    json_object_set_new(answer, "issues", page);
    if (is_bulk) {
        json_object_set_new(answer, "issueErrors", errors);
        json_decref(words);
    } else if (f->is_cloud) {
        json_decref(words);
        json_decref(errors);
        if (start + max < total)
            json_object_set_new(answer, "nextPageToken", json_string(arena_printf(f->a, "%zu", start + max)));
    } else {
        json_decref(errors);
        json_object_set_new(answer, "warningMessages", words);
        json_object_set_new(answer, "total", json_integer((json_int_t)total));
        json_object_set_new(answer, "startAt", json_integer((json_int_t)start));
    }
    fake_answer(f, response, 200, answer);
}

static inline void fake_one(struct fake *f, const struct http_target *t, struct http_response *response)
{
    struct fake_issue *issue = fake_find(f, t->segments[4]);
    if (t->segment_count == 5)
        f->singles++;
    else
        f->comment_pages++;
    if (!issue) {
        fake_error(f, response, 404, "Issue does not exist or you do not have permission to see it.");
    } else if (t->segment_count == 5) {
        fake_answer(f, response, 200, fake_issue_json(f, issue));
    } else {
        const char *start = http_param(t, "startAt"), *max = http_param(t, "maxResults");
        size_t wanted = max ? (size_t)strtoll(max, NULL, 10) : 50;
        if (f->comment_page_max && wanted > f->comment_page_max)
            wanted = f->comment_page_max;
        fake_answer(f, response, 200,
                    fake_comments_json(f, issue, start ? (size_t)strtoll(start, NULL, 10) : 0, wanted));
    }
}

static inline void fake_handle(void *context, const struct http_request *request, struct arena *a,
                               struct http_response *response)
{
    struct fake *f = context;
    struct http_target t;
    struct err e = ERR_INIT;
    const char *authorization = http_request_header(request, "Authorization");
    f->requests++;
    snprintf(f->last_authorization, sizeof f->last_authorization, "%s", authorization ? authorization : "");
    http_target_parse(a, request->target, &t);
    const json_t *body = request->body ? json_parse(a, request->body, request->body_length, true, "body", &e) : NULL;
    const char *path = t.path;
    if (f->only_v3) /* the same under another number; under 2 there is nothing */
        path = str_starts(path, "/rest/api/3/") ? str_replace(a, path, "/rest/api/3/", "/rest/api/2/") : "/nowhere";
    if (str_eq(path, "/rest/api/2/myself")) {
        f->myself++;
        if (f->myself_status)
            fake_error(f, response, f->myself_status, "no");
        else
            fake_answer(f, response, 200,
                        f->is_cloud ? json_pack("{s:s,s:s}", "accountId", "5b10", "displayName", "Mover")
                                    : json_pack("{s:s,s:s}", "key", "JIRAUSER1", "name", "mover"));
    } else if (f->page) {
        response->status = 200;
        response->body = f->page;
        response->body_length = strlen(f->page);
        http_response_add_header(a, response, "Content-Type", "text/html");
    } else if (f->status) {
        fake_error(f, response, f->status, "told to");
    } else if (str_eq(path, "/rest/api/2/search") && request->method == HTTP_POST && !f->is_cloud && !f->lacks_search) {
        fake_many(f, body, false, response);
    } else if (str_eq(path, "/rest/api/2/search/jql") && request->method == HTTP_POST && f->is_cloud &&
               !f->lacks_search_jql) {
        fake_many(f, body, false, response);
    } else if (str_eq(path, "/rest/api/2/issue/bulkfetch") && request->method == HTTP_POST && f->is_cloud &&
               !f->lacks_bulkfetch) {
        fake_many(f, body, true, response);
    } else if (str_starts(path, "/rest/api/2/issue/") && request->method == HTTP_GET && t.segment_count <= 6) {
        fake_one(f, &t, response);
    } else if (str_starts(path, "/rest/api/2/project/") && t.segment_count == 5) {
        f->projects++;
        bool is_renamed = f->renamed_from && str_eq(t.segments[4], f->renamed_from);
        fake_answer(f, response, 200, json_pack("{s:s}", "key", is_renamed ? f->renamed_to : t.segments[4]));
    } else {
        fake_error(f, response, 404, "null for uri");
    }
}
