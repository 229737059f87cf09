#include "migrate/translate_site.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time_iso.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_OF_COMMENTS = 100, ROUNDS_MAX = 10000 };

/* A chunk of issues on its way. */
struct reading {
    struct translate_site *site;
    struct arena *a;
    struct translate_issue *issues;
    size_t count;
    struct pairfile_index index; /* upper-case key → place in issues (the first that asks for it) */
    bool *is_missing;            /* the site said so by name */
    const json_t **strangers;    /* issues that answered to no key as asked */
    size_t stranger_count;
};

/* --- opening --- */

static char *authorization(struct arena *a, const struct translate_login *login)
{
    if (str_is_empty(login->password))
        return NULL;
    if (str_is_empty(login->user))
        return arena_printf(a, "Bearer %s", login->password);
    char *pair = arena_printf(a, "%s:%s", login->user, login->password);
    char *value = arena_printf(a, "Basic %s", str_base64(a, pair, strlen(pair)));
    explicit_bzero(pair, strlen(pair));
    return value;
}

static struct http_client *client_of(const char *name, const struct translate_login *login, struct clock *clock,
                                     struct arena *a, struct err *e)
{
    struct transport *transport = login->transport;
    if (!transport) {
        char *url = str_trim(a, login->base_url ? login->base_url : "");
        for (size_t n = strlen(url); n && url[n - 1] == '/';)
            url[--n] = 0;
        struct transport_settings settings = login->connection;
        settings.base_url = url;
        transport = transport_curl_new(&settings, e);
        if (!transport) {
            err_wrap(e, "%s", name);
            return NULL;
        }
    }
    char *secret = authorization(a, login);
    struct http_client_settings settings = {.transport = transport,
                                            .clock = clock,
                                            .seed = (uint64_t)clock_now(clock),
                                            .site_name = name,
                                            .authorization = secret};
    struct http_client *client = http_client_new(&settings);
    if (secret)
        explicit_bzero(secret, strlen(secret));
    return client;
}

static bool ask_for_account(struct translate_site *s, struct arena *a, struct err *e)
{
    struct http_reply reply;
    struct err failure = ERR_INIT;
    struct http_call call = {.method = HTTP_GET, .target = "/rest/api/2/myself"};
    s->version = 2;
    bool ok = http_client_call(s->client, &call, a, &reply, &failure);
    if (!ok && failure.http_status == 404) {
        s->version = 3; /* Cloud has both; then texts come as ADF */
        call.target = "/rest/api/3/myself";
        ok = http_client_call(s->client, &call, a, &reply, NULL);
        if (!ok)
            return err_set(e, ERR_PROTOCOL,
                           "%s: there is no Jira at this URL (GET /rest/api/2/myself answered 404). Give the base URL "
                           "with its path, as in https://example.com/jira",
                           s->name);
    }
    if (!ok) {
        *e = failure;
        return false;
    }
    if (json_at_str(reply.json, "accountId"))
        s->kind = TRANSLATE_CLOUD;
    else if (json_at_str(reply.json, "name") || json_at_str(reply.json, "key"))
        s->kind = TRANSLATE_DATACENTER;
    else
        return err_set(e, ERR_PROTOCOL, "%s: GET %s answered without accountId, name or key: is this Jira?", s->name,
                       call.target);
    return true;
}

bool translate_site_open(struct translate_site *s, const char *name, const struct translate_login *login,
                         struct clock *clock, struct err *e)
{
    *s = (struct translate_site){.name = name};
    struct arena a = ARENA_INIT;
    s->client = client_of(name, login, clock, &a, e);
    bool ok = s->client && ask_for_account(s, &a, e);
    arena_release(&a);
    if (!ok)
        translate_site_close(s);
    return ok;
}

void translate_site_close(struct translate_site *s)
{
    if (s->client)
        http_client_free(s->client);
    s->client = NULL;
    arena_release(&s->arena);
}

int64_t translate_site_requests(const struct translate_site *s)
{
    return http_client_counts(s->client).requests;
}

/* --- reading what came --- */

static bool read_created(const json_t *comment, int64_t *ms_r)
{
    const json_t *created = json_object_get(comment, "created");
    if (json_is_integer(created))
        *ms_r = json_integer_value(created);
    else if (!json_is_string(created))
        return false;
    return json_is_integer(created) || time_iso_parse(json_string_value(created), ms_r);
}

/* Adds the comments of a list that are not there yet. */
static void add_comments(struct arena *a, struct translate_issue *issue, const json_t *list)
{
    size_t i, known = issue->comment_count;
    const json_t *value;
    json_array_foreach (list, i, value) {
        const char *id = json_at_id(a, value, "id");
        bool is_known = !id;
        for (size_t k = 0; k < known && !is_known; k++)
            is_known = str_eq(issue->comments[k].id, id);
        if (is_known)
            continue;
        struct translate_comment *c = arena_push(a, issue->comments, issue->comment_count);
        c->id = id;
        c->body = json_object_get(value, "body");
        c->has_created = read_created(value, &c->created_ms);
    }
}

static void read_embedded(struct arena *a, struct translate_issue *issue, const json_t *comment)
{
    const json_t *list = json_is_array(comment) ? comment : json_object_get(comment, "comments");
    issue->total = json_at_int(comment, "total", -1);
    add_comments(a, issue, list);
    int64_t page = json_at_int(comment, "maxResults", INT64_MAX); /* without total and page size nothing was cut */
    if (!json_is_array(list))
        issue->is_complete = false;
    else if (issue->total >= 0)
        issue->is_complete = (int64_t)issue->comment_count >= issue->total;
    else
        issue->is_complete = json_is_array(comment) || (int64_t)json_array_size(list) < page;
}

static void take_answer(struct reading *r, struct translate_issue *issue, const json_t *answer)
{
    issue->is_found = true;
    issue->key = json_at_str(answer, "key");
    read_embedded(r->a, issue, json_at(answer, "fields.comment"));
}

static struct translate_issue *asked_by(struct reading *r, const char *key)
{
    uint32_t at;
    return key && pairfile_index_find(&r->index, key, NULL, &at) ? &r->issues[at] : NULL;
}

static void absorb(struct reading *r, const json_t *answer)
{
    const char *key = json_at_str(answer, "key");
    struct translate_issue *issue = asked_by(r, key);
    if (!key || (issue && issue->is_found))
        return;
    if (issue) {
        take_answer(r, issue, answer);
        return;
    }
    for (size_t i = 0; i < r->stranger_count; i++)
        if (str_eq(json_at_str(r->strangers[i], "key"), key))
            return;
    *arena_push(r->a, r->strangers, r->stranger_count) = answer;
}

/* Marks every asked key that a text of the site names. Returns how many are new. */
static size_t mark_named(struct reading *r, const char *text)
{
    size_t count = 0;
    for (const char *p = text ? text : ""; *p;) {
        size_t length = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
        struct translate_issue *issue = length ? asked_by(r, arena_strndup(r->a, p, length)) : NULL;
        if (issue && !issue->is_found && !r->is_missing[issue - r->issues]) {
            r->is_missing[issue - r->issues] = true;
            count++;
        }
        p += length ? length : 1;
    }
    return count;
}

static size_t mark_missing(struct reading *r, const json_t *reply)
{
    static const char *const lists[] = {"errorMessages", "warningMessages", "issueErrors"};
    size_t count = 0, i;
    const json_t *value;
    const char *field;
    for (size_t l = 0; l < ARRAY_LEN(lists); l++)
        json_array_foreach (json_object_get(reply, lists[l]), i, value)
            count += mark_named(r, json_is_object(value) ? json_at_id(r->a, value, "id") : json_string_value(value));
    json_t *errors = json_object_get(reply, "errors");
    json_object_foreach (errors, field, value)
        count += mark_named(r, json_string_value(value));
    return count;
}

/* --- one issue --- */

/* `resource` is what follows /rest/api/N/. */
static bool call_json(struct reading *r, enum http_method method, const char *resource, const json_t *body,
                      struct http_reply *reply_r, struct err *e)
{
    char *target = arena_printf(r->a, "/rest/api/%d/%s", r->site->version, resource);
    struct http_call call = {.method = method, .target = target, .json = body, .is_read = true};
    return http_client_call(r->site->client, &call, r->a, reply_r, e);
}

/* Asks for one key alone: whatever key comes back, it is this issue. */
static bool read_single(struct reading *r, struct translate_issue *issue, struct err *e)
{
    struct http_reply reply;
    struct err failure = ERR_INIT;
    char *target = arena_printf(r->a, "issue/%s?fields=comment", str_percent_encode(r->a, issue->asked));
    if (call_json(r, HTTP_GET, target, NULL, &reply, &failure)) {
        if (!json_at_str(reply.json, "key"))
            return err_set(e, ERR_PROTOCOL, "%s: GET %s answered without a key", r->site->name, target);
        take_answer(r, issue, reply.json);
        return true;
    }
    if (failure.kind == ERR_GONE || failure.kind == ERR_FORBIDDEN || failure.http_status == 400) {
        r->is_missing[issue - r->issues] = true;
        return true;
    }
    *e = failure;
    return false;
}

/* Pages through GET issue/{key}/comment from `start`; false in *is_whole_r when what came is not all there is. */
static bool read_pages(struct reading *r, struct translate_issue *issue, int64_t start, bool *is_whole_r, struct err *e)
{
    *is_whole_r = false;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct http_reply reply;
        struct err failure = ERR_INIT;
        char *target = arena_printf(r->a, "issue/%s/comment?startAt=%lld&maxResults=%d",
                                    str_percent_encode(r->a, issue->key), (long long)start, PAGE_OF_COMMENTS);
        if (!call_json(r, HTTP_GET, target, NULL, &reply, &failure)) {
            if (failure.kind == ERR_GONE || failure.kind == ERR_FORBIDDEN)
                return true;
            *e = failure;
            return false;
        }
        const json_t *list = json_is_array(reply.json) ? reply.json : json_object_get(reply.json, "comments");
        int64_t size = (int64_t)json_array_size(list);
        add_comments(r->a, issue, list);
        start += size;
        issue->total = json_at_int(reply.json, "total", -1);
        bool is_last = issue->total >= 0 ? start >= issue->total : size < PAGE_OF_COMMENTS;
        if (is_last || size == 0) {
            *is_whole_r = is_last && (int64_t)issue->comment_count >= (issue->total >= 0 ? issue->total : 0);
            return true;
        }
    }
    return true;
}

static bool complete_comments(struct reading *r, struct translate_issue *issue, struct err *e)
{
    /* The embedded list is the beginning of the whole one: go on behind it. Should the sum not come out, because the
     * site orders or counts otherwise, read all of it again; what is known by then is not added twice. */
    bool is_whole;
    int64_t behind = (int64_t)issue->comment_count;
    if (!read_pages(r, issue, behind, &is_whole, e))
        return false;
    if (!is_whole && behind > 0 && !read_pages(r, issue, 0, &is_whole, e))
        return false;
    issue->is_complete = is_whole;
    return true;
}

/* --- many issues --- */

struct chunk {
    struct translate_issue **issues;
    size_t count;
};

static bool is_plain_key(const char *key)
{
    size_t letters = strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    size_t digits = key[letters] == '-' ? strspn(key + letters + 1, "0123456789") : 0;
    return letters && isalpha((unsigned char)key[0]) && digits && !key[letters + 1 + digits];
}

static char *key_query(struct arena *a, const struct chunk *c)
{
    struct buf b = BUF_INIT(16 << 20);
    buf_adds(&b, "key in (");
    for (size_t i = 0; i < c->count; i++) {
        const char *key = c->issues[i]->asked;
        buf_adds(&b, i ? "," : "");
        if (is_plain_key(key)) {
            buf_adds(&b, key);
            continue;
        }
        buf_addc(&b, '"'); /* a key from a file never becomes part of the query's own words */
        for (const char *p = key; *p; p++)
            buf_addf(&b, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
        buf_addc(&b, '"');
    }
    buf_addc(&b, ')');
    char *text = arena_strndup(a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void absorb_all(struct reading *r, const json_t *reply)
{
    size_t i;
    const json_t *value;
    mark_missing(r, reply);
    json_array_foreach (json_object_get(reply, "issues"), i, value)
        absorb(r, value);
}

static bool by_search(struct reading *r, const struct chunk *c, struct http_reply *reply, struct err *e)
{
    const char *jql = key_query(r->a, c);
    int64_t start = 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        json_t *body = json_keep(r->a, json_pack("{s:s,s:b,s:[s],s:I,s:i}", "jql", jql, "validateQuery", 0, "fields",
                                                 "comment", "startAt", (json_int_t)start, "maxResults", 1000));
        if (!call_json(r, HTTP_POST, "search", body, reply, e))
            return false;
        absorb_all(r, reply->json);
        int64_t size = (int64_t)json_at_count(reply->json, "issues");
        int64_t total = json_at_int(reply->json, "total", (int64_t)c->count);
        start += size;
        if (size == 0 || start >= total)
            break;
    }
    return true;
}

static bool by_bulkfetch(struct reading *r, const struct chunk *c, struct http_reply *reply, struct err *e)
{
    json_t *keys = json_array();
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(keys, json_string(c->issues[i]->asked));
    json_t *body = json_keep(r->a, json_pack("{s:o,s:[s]}", "issueIdsOrKeys", keys, "fields", "comment"));
    if (!call_json(r, HTTP_POST, "issue/bulkfetch", body, reply, e))
        return false;
    absorb_all(r, reply->json);
    return true;
}

static bool by_search_jql(struct reading *r, const struct chunk *c, struct http_reply *reply, struct err *e)
{
    const char *jql = key_query(r->a, c), *token = NULL;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        json_t *body = json_keep(r->a, json_pack("{s:s,s:[s],s:i,s:s*}", "jql", jql, "fields", "comment", "maxResults",
                                                 (int)c->count, "nextPageToken", token));
        if (!call_json(r, HTTP_POST, "search/jql", body, reply, e))
            return false;
        absorb_all(r, reply->json);
        const char *next = json_at_str(reply->json, "nextPageToken");
        if (str_is_empty(next) || str_eq(next, token) || json_at_bool(reply->json, "isLast", false))
            break;
        token = next;
    }
    return true;
}

struct way {
    bool (*read)(struct reading *, const struct chunk *, struct http_reply *, struct err *);
    size_t size; /* keys in a request */
};

static const struct way ways[2][3] = {
    [TRANSLATE_DATACENTER] = {{by_search, 1000}, {by_bulkfetch, 100}, {by_search_jql, 500}},
    [TRANSLATE_CLOUD] = {{by_bulkfetch, 100}, {by_search_jql, 500}, {by_search, 1000}},
};

static bool is_unknown_here(const struct err *e)
{
    int s = e->http_status;
    return s == 404 || s == 405 || s == 410 || s == 501;
}

/* Those of the chunk that were neither answered nor named as missing. */
static struct chunk open_ones(struct reading *r, const struct chunk *c)
{
    struct chunk left = {arena_array(r->a, struct translate_issue *, c->count + 1), 0};
    for (size_t i = 0; i < c->count; i++)
        if (!c->issues[i]->is_found && !r->is_missing[c->issues[i] - r->issues])
            left.issues[left.count++] = c->issues[i];
    return left;
}

static bool read_chunk(struct reading *r, struct chunk c, struct err *e);

static bool read_parts(struct reading *r, struct chunk c, size_t size, struct err *e)
{
    while (c.count) {
        struct chunk part = {c.issues, c.count < size ? c.count : size};
        if (!read_chunk(r, part, e))
            return false;
        c.issues += part.count;
        c.count -= part.count;
    }
    return true;
}

static bool read_halves(struct reading *r, struct chunk c, struct err *e)
{
    return read_parts(r, c, (c.count + 1) / 2, e);
}

/* A search that pages over a changing index can lose a row, and a site may answer a mixed query with nothing: what is
 * still open is asked once more. */
static bool read_again(struct reading *r, const struct chunk *c, const struct way *way, const struct http_reply *reply,
                       struct err *e)
{
    struct chunk left = open_ones(r, c);
    if (!left.count || r->stranger_count || way->read == by_bulkfetch)
        return true;
    if (way->read == by_search_jql && left.count == c->count && c->count > 1)
        return read_halves(r, left, e);
    bool was_paged = json_at_int(reply->json, "startAt", 0) > 0;
    struct http_reply again;
    return !was_paged || way->read(r, &left, &again, e);
}

static bool read_chunk(struct reading *r, struct chunk c, struct err *e)
{
    while (c.count) {
        const struct way *way = &ways[r->site->kind][r->site->way];
        struct http_reply reply;
        struct err failure = ERR_INIT;
        if (c.count > way->size)
            return read_parts(r, c, way->size, e);
        if (way->read(r, &c, &reply, &failure)) {
            r->site->has_worked = true;
            return read_again(r, &c, way, &reply, e);
        }
        if (is_unknown_here(&failure) && !r->site->has_worked && r->site->way + 1 < (int)ARRAY_LEN(ways[0])) {
            r->site->way++;
            continue;
        }
        bool is_named = failure.http_status == 400 && mark_missing(r, reply.json) > 0;
        if (is_named) {
            c = open_ones(r, &c);
            continue;
        }
        if (c.count == 1 && failure.http_status == 400)
            return read_single(r, c.issues[0], e);
        if (c.count > 1 && (failure.http_status == 400 || failure.http_status == 413 || failure.kind == ERR_LIMIT))
            return read_halves(r, c, e);
        *e = failure;
        return false;
    }
    return true;
}

/* --- moved issues --- */

static char *project_of(struct arena *a, const char *key)
{
    const char *dash = strrchr(key, '-');
    return arena_strndup(a, key, dash ? (size_t)(dash - key) : strlen(key));
}

/* What a project key leads to now; NULL when to itself, or when the site does not say. Asked once per project. */
static bool renamed_to(struct reading *r, const char *project, const char **to_r, struct err *e)
{
    struct translate_site *s = r->site;
    for (size_t i = 0; i < s->rename_count; i++)
        if (str_eq_nocase(s->renames[i].from, project)) {
            *to_r = s->renames[i].to;
            return true;
        }
    struct http_reply reply;
    struct err failure = ERR_INIT;
    char *target = arena_printf(r->a, "project/%s", str_percent_encode(r->a, project));
    const char *to = NULL;
    if (call_json(r, HTTP_GET, target, NULL, &reply, &failure))
        to = json_at_str(reply.json, "key");
    else if (err_scope(failure.kind) == ERR_SCOPE_SITE && failure.kind != ERR_PROTOCOL) {
        *e = failure;
        return false;
    }
    struct translate_rename *rename = arena_push(&s->arena, s->renames, s->rename_count);
    rename->from = arena_strdup(&s->arena, project);
    rename->to = to && !str_eq_nocase(to, project) ? arena_strdup(&s->arena, to) : NULL;
    *to_r = rename->to;
    return true;
}

static const json_t *take_stranger(struct reading *r, const char *key)
{
    for (size_t i = 0; i < r->stranger_count; i++)
        if (str_eq_nocase(json_at_str(r->strangers[i], "key"), key)) {
            const json_t *found = r->strangers[i];
            r->strangers[i] = r->strangers[--r->stranger_count];
            return found;
        }
    return NULL;
}

/* Issues came that nobody asked for by that key: moved ones. A renamed project explains many at once; the others are
 * asked for one by one, until none is left over. */
static bool settle_strangers(struct reading *r, const struct chunk *all, struct err *e)
{
    struct chunk left = open_ones(r, all);
    for (size_t i = 0; i < left.count && r->stranger_count; i++) {
        struct translate_issue *issue = left.issues[i];
        char *project = project_of(r->a, issue->asked);
        const char *to = NULL;
        if (left.count > 2 && !renamed_to(r, project, &to, e))
            return false;
        const json_t *answer =
            to ? take_stranger(r, arena_printf(r->a, "%s%s", to, issue->asked + strlen(project))) : NULL;
        if (answer)
            take_answer(r, issue, answer);
    }
    left = open_ones(r, all);
    for (size_t i = 0; i < left.count && r->stranger_count; i++) {
        if (!read_single(r, left.issues[i], e))
            return false;
        if (left.issues[i]->key)
            take_stranger(r, left.issues[i]->key);
    }
    r->stranger_count = 0;
    return true;
}

/* --- all of it --- */

static bool read_unique(struct reading *r, const struct chunk *all, struct err *e)
{
    for (size_t done = 0; done < all->count;) {
        size_t size = ways[r->site->kind][r->site->way].size;
        struct chunk c = {all->issues + done, all->count - done < size ? all->count - done : size};
        if (!read_chunk(r, c, e))
            return false;
        if (r->stranger_count && !settle_strangers(r, &c, e))
            return false;
        done += c.count;
    }
    for (size_t i = 0; i < all->count; i++) {
        struct translate_issue *issue = all->issues[i];
        if (issue->is_found && issue->wants_comments && !issue->is_complete && !complete_comments(r, issue, e))
            return false;
    }
    return true;
}

bool translate_site_read(struct translate_site *s, struct arena *a, struct translate_issue *issues, size_t count,
                         struct err *e)
{
    struct reading r = {.site = s, .a = a, .issues = issues, .count = count};
    struct chunk all = {arena_array(a, struct translate_issue *, count + 1), 0};
    r.is_missing = arena_array(a, bool, count + 1);
    uint32_t *first = arena_array(a, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!pairfile_index_meet(&r.index, issues[i].asked, NULL, (uint32_t)i, &first[i]))
            all.issues[all.count++] = &issues[i];
        issues[first[i]].wants_comments |= issues[i].wants_comments;
    }
    bool ok = read_unique(&r, &all, e);
    for (size_t i = 0; ok && i < count; i++)
        if (first[i] != i) {
            const char *asked = issues[i].asked;
            issues[i] = issues[first[i]];
            issues[i].asked = asked;
        }
    pairfile_index_release(&r.index);
    return ok;
}
