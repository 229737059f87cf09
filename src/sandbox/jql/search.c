/* search.c - search in each dialect's form, bulk fetch, and the approximate count.
 *
 * Data Center pages by offset and knows a total. Cloud pages by a token that holds what the query was and the values of
 * the last row, so a change between two pages neither shifts nor repeats the rows that did not change. */
#include "base/buf.h"
#include "sandbox/jql/jql_plan.h"

enum {
    DEFAULT_PAGE = 50,
    CLOUD_KEY_PAGE = 5000, /* when nothing but ids and keys is asked for */
    CLOUD_FEW_PAGE = 1000, /* up to FEW_FIELDS small ones */
    CLOUD_SOME_PAGE = 500,
    CLOUD_PAGE = 100,
    FEW_FIELDS = 3,
    SOME_FIELDS = 10,
    CLOUD_SORTS = 7,
    MAX_PROPERTIES = 5,
    MAX_RECONCILED = 50,
    MAX_BULK = 100,
    TOKEN_DAYS = 7,
};

#define GONE                                                                                                           \
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "          \
    "guideline is "                                                                                                    \
    "available at https://developer.atlassian.com/changelog/#CHANGE-2046"

/* ---- what both dialects ask ---- */

/* On Cloud, words without any operator are a search for these words, when they are no query ("this is not jql"). */
static struct jql_query *bare_words(struct ctx *c, const char *jql)
{
    const char *trimmed = str_trim(c->a, jql);
    if (!c->d->is_cloud || !*trimmed || strpbrk(trimmed, "=<>~!&|()[]\"',\\{}*/%+^$#@?;`"))
        return NULL;
    struct jql_query *q = arena_new(c->a, struct jql_query);
    q->where = arena_new(c->a, struct jql_node);
    *q->where = (struct jql_node){
        .kind = JQL_CLAUSE, .field = "text", .op = JQL_LIKE, .value = {JQL_VALUE_STRING, trimmed, NULL, 0}};
    return q;
}

/* Parses and plans; 400 with everything that is wrong. With `warnings_r` mistakes of meaning are returned instead. */
static bool plan_query(struct ctx *c, const char *jql, struct jql_plan *plan, json_t **warnings_r)
{
    const char *error = NULL;
    struct jql_query *q = jql_parse(c->a, jql, strlen(jql), &error), *words = bare_words(c, jql);
    if (!q)
        q = words;
    if (!q)
        return refuse(c, 400, "%s", error);
    if (c->d->is_cloud && q->sort_count > CLOUD_SORTS)
        return refuse(c, 400, "The ORDER BY clause can contain a maximum of %d fields.", CLOUD_SORTS);
    if (!jql_plan_make(c, q, plan) || (plan->error_count && words && !jql_plan_make(c, words, plan)))
        return false;
    struct problems problems = {0};
    json_t *warnings = NULL;
    for (size_t i = 0; i < plan->error_count; i++) {
        if (!warnings_r) {
            problem(c, &problems, NULL, "%s", plan->errors[i]);
            continue;
        }
        if (!warnings)
            warnings = new_array(c);
        add_str(warnings, plan->errors[i]);
    }
    if (problems.count)
        return refuse_problems(c, 400, &problems);
    if (warnings_r)
        *warnings_r = warnings;
    return true;
}

/* The member of the body, 400 when it is there with another type than a string; NULL when absent or null. */
static bool body_string(struct ctx *c, const char *name, const char **r)
{
    const json_t *v = json_object_get(c->body, name);
    *r = json_string_value(v);
    return !v || json_is_null(v) || *r || refuse(c, 400, "The value of '%s' must be a string.", name);
}

static bool body_int(struct ctx *c, const char *name, int64_t otherwise, int64_t *r)
{
    const json_t *v = json_object_get(c->body, name);
    *r = json_is_integer(v) ? json_integer_value(v) : otherwise;
    return !v || json_is_null(v) || json_is_integer(v) || refuse(c, 400, "The value of '%s' must be a number.", name);
}

static bool issues_json(struct ctx *c, const int64_t *ids, size_t count, const struct issue_view *view, json_t **r)
{
    *r = new_array(c);
    for (size_t i = 0; i < count; i++) {
        json_t *issue = issue_json(c, ids[i], view);
        if (!issue)
            return false;
        add(*r, issue);
    }
    return true;
}

static bool add_names_and_schema(struct ctx *c, json_t *reply, const struct issue_view *view)
{
    json_t *names = view->expand & EXPAND_NAMES ? issue_names_json(c, view) : NULL;
    json_t *schema = view->expand & EXPAND_SCHEMA ? issue_schema_json(c, view) : NULL;
    if ((view->expand & EXPAND_NAMES && !names) || (view->expand & EXPAND_SCHEMA && !schema))
        return false;
    if (names)
        put(reply, "names", names);
    if (schema)
        put(reply, "schema", schema);
    return true;
}

/* ---- Data Center ---- */

static char *with_commas(struct ctx *c, int64_t n)
{
    char *text = arena_printf(c->a, "%lld", (long long)n);
    for (size_t at = strlen(text); at > 3;) {
        at -= 3;
        text = arena_printf(c->a, "%.*s,%s", (int)at, text, text + at);
    }
    return text;
}

enum validation { VALIDATE_STRICT, VALIDATE_WARN, VALIDATE_NOT };

struct old_search {
    const char *jql;
    int64_t start, max;
    enum validation validation;
    struct issue_view view;
};

/* strict (and true) refuses, warn (and false) warns, none says nothing. */
static enum validation validation_of(const char *asked)
{
    if (asked && str_eq_nocase(asked, "none"))
        return VALIDATE_NOT;
    return asked && (str_eq_nocase(asked, "false") || str_eq_nocase(asked, "warn")) ? VALIDATE_WARN : VALIDATE_STRICT;
}

/* A search platform that answers no deeper than so far (the setting search_window, as with OpenSearch). */
static bool check_window(struct ctx *c, const struct old_search *s, int64_t *window_r)
{
    if (!setting_int(c->db, "search_window", 0, window_r, &c->err))
        return false;
    int64_t wanted = s->start + s->max;
    return !*window_r || wanted <= *window_r ||
           refuse(c, 500,
                  "Search limit exceeded. We couldn't complete your search because it requests %s results which "
                  "exceeded the search platform limit of %s.",
                  with_commas(c, wanted), with_commas(c, *window_r));
}

static bool answer_old_search(struct ctx *c, struct old_search *s)
{
    struct jql_plan plan;
    struct jql_found found;
    int64_t total, window = 0;
    json_t *warnings = NULL, *issues;
    if (!plan_query(c, s->jql ? s->jql : "", &plan, s->validation == VALIDATE_STRICT ? NULL : &warnings))
        return false;
    if (s->max < 0 || s->max > c->d->search_page_cap)
        s->max = c->d->search_page_cap;
    if (s->start < 0)
        return refuse(c, 400, "The value of 'startAt' must not be negative.");
    if (!check_window(c, s, &window))
        return false;
    struct jql_page page = {.offset = s->start, .max = s->max};
    s->view.in_search = true;
    if (!jql_run(c, &plan, &page, &found) || !issues_json(c, found.ids, found.count, &s->view, &issues))
        return false;
    total = s->start + (int64_t)found.count; /* a last page with issues on it tells the total by itself */
    if ((found.has_more || !found.count) && !jql_count(c, &plan, &total))
        return false;
    json_t *reply = new_object(c);
    put_str(reply, "expand", "schema,names");
    put_int(reply, "startAt", s->start);
    put_int(reply, "maxResults", s->max);
    put_int(reply, "total", total);
    put(reply, "issues", issues);
    if (warnings && s->validation == VALIDATE_WARN)
        put(reply, "warningMessages", warnings);
    if (window)
        put_int(reply, "maxResultWindow", window);
    return add_names_and_schema(c, reply, &s->view) && reply_json(c, 200, reply);
}

static bool search_get(struct ctx *c)
{
    struct old_search s = {.jql = param(c, "jql"), .validation = validation_of(param(c, "validateQuery"))};
    struct page page;
    if (!page_read(c, DEFAULT_PAGE, c->d->search_page_cap, &page) || !issue_view_from_query(c, "*navigable", &s.view))
        return false;
    s.start = page.start;
    s.max = page.max;
    return answer_old_search(c, &s);
}

static bool search_post(struct ctx *c)
{
    const json_t *validation = json_object_get(c->body, "validateQuery");
    struct old_search s = {.validation = json_is_false(validation) ? VALIDATE_WARN
                                                                   : validation_of(json_string_value(validation))};
    if (!body_string(c, "jql", &s.jql) || !body_int(c, "startAt", 0, &s.start) ||
        !body_int(c, "maxResults", DEFAULT_PAGE, &s.max) ||
        !issue_view_from_body(c, "*navigable", json_object_get(c->body, "fields"), json_object_get(c->body, "expand"),
                              json_object_get(c->body, "properties"), &s.view))
        return false;
    return answer_old_search(c, &s);
}

static bool search_gone(struct ctx *c)
{
    return refuse(c, 410, "%s", GONE);
}

/* ---- Cloud ---- */

struct new_search {
    const char *jql, *token;
    int64_t max;
    int64_t reconciled[MAX_RECONCILED];
    size_t reconciled_count, property_count;
    bool is_ids_only, is_keys_only; /* nothing but `id`; nothing but `id` and `key` */
    bool is_heavy;                  /* lists, texts, or "all" of them */
    size_t field_count;             /* besides `id` and `key` */
    struct issue_view view;
};

static char *digest(struct ctx *c, const char *jql)
{
    const char *text = arena_printf(c->a, "%lld %s", (long long)c->caller, jql);
    char *hex = str_sha256(c->a, text, strlen(text));
    hex[24] = 0;
    return hex;
}

static const char *make_token(struct ctx *c, const char *jql, json_t *last)
{
    json_t *token = new_object(c);
    put_str(token, "q", digest(c, jql));
    put_int(token, "t", c->now);
    put(token, "l", last);
    const char *text = json_print(c->a, token);
    return str_base64(c->a, text, strlen(text));
}

static bool read_token(struct ctx *c, const struct new_search *s, json_t **after_r)
{
    size_t length = 0;
    struct err e = ERR_INIT;
    const char *text = str_unbase64(c->a, s->token, &length);
    json_t *token = text ? json_parse(c->a, text, length, true, "nextPageToken", &e) : NULL;
    *after_r = json_object_get(token, "l");
    const char *query = json_at_str(token, "q");
    if (!json_is_array(*after_r) || !query || !str_eq(query, digest(c, s->jql)))
        return refuse(c, 400, "The provided nextPageToken is invalid or belongs to another query.");
    if (c->now - json_at_int(token, "t", 0) > (int64_t)TOKEN_DAYS * 24 * 3600 * 1000)
        return refuse(c, 400, "The provided nextPageToken has expired.");
    return true;
}

/* How many issues one page holds: fewer the more is asked of each. The setting search_page_max makes it fewer still. */
static bool page_cap(struct ctx *c, const struct new_search *s, int64_t *r)
{
    int64_t set = 0;
    bool is_plain = !s->property_count && !s->view.expand && !s->is_heavy;
    *r = is_plain && s->is_keys_only                 ? CLOUD_KEY_PAGE
         : is_plain && s->field_count <= FEW_FIELDS  ? CLOUD_FEW_PAGE
         : is_plain && s->field_count <= SOME_FIELDS ? CLOUD_SOME_PAGE
                                                     : CLOUD_PAGE;
    if (!setting_int(c->db, "search_page_max", 0, &set, &c->err))
        return false;
    *r = set > 0 && set < *r ? set : *r;
    return true;
}

static bool answer_new_search(struct ctx *c, struct new_search *s)
{
    struct jql_plan plan;
    struct jql_found found;
    json_t *after = NULL, *issues;
    if (!plan_query(c, s->jql ? s->jql : "", &plan, NULL))
        return false;
    if (!plan.is_bounded)
        return refuse(c, 400,
                      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.");
    if (s->token && !read_token(c, s, &after))
        return false;
    if (s->property_count > MAX_PROPERTIES)
        return refuse(c, 400, "A maximum of %d properties can be requested.", MAX_PROPERTIES);
    int64_t cap = 0;
    if (!page_cap(c, s, &cap))
        return false;
    struct jql_page page = {.max = s->max <= 0    ? DEFAULT_PAGE
                                   : s->max < cap ? s->max
                                                  : cap,
                            .after = after,
                            .reconciled = s->reconciled,
                            .reconciled_count = s->reconciled_count};
    s->view.in_search = true;
    if (!jql_run(c, &plan, &page, &found))
        return false;
    if (s->is_ids_only && !s->property_count && !s->view.expand) {
        issues = new_array(c);
        for (size_t i = 0; i < found.count; i++) {
            json_t *issue = new_object(c);
            put_id(issue, "id", found.ids[i]);
            add(issues, issue);
        }
    } else if (!issues_json(c, found.ids, found.count, &s->view, &issues)) {
        return false;
    }
    json_t *reply = new_object(c);
    put(reply, "issues", issues);
    if (found.has_more)
        put_str(reply, "nextPageToken", make_token(c, s->jql, found.last));
    put_bool(reply, "isLast", !found.has_more);
    return add_names_and_schema(c, reply, &s->view) && reply_json(c, 200, reply);
}

static bool is_heavy(const char *field)
{
    static const char *const heavy[] = {"description", "environment", "comment",  "worklog",
                                        "attachment",  "issuelinks",  "subtasks", "watches"};
    for (size_t i = 0; i < ARRAY_LEN(heavy); i++)
        if (str_eq(heavy[i], field))
            return true;
    return false;
}

/* What only ids and keys cost less: up to 5000 of them come in a page. */
static void note_fields(struct new_search *s, char **fields, size_t count)
{
    s->is_ids_only = s->is_keys_only = true;
    for (size_t i = 0; i < count; i++) {
        bool is_id = str_eq(fields[i], "id") || !*fields[i];
        s->is_ids_only = s->is_ids_only && is_id;
        bool is_light = is_id || str_eq(fields[i], "key");
        s->is_keys_only = s->is_keys_only && is_light;
        s->field_count += !is_light;
        s->is_heavy = s->is_heavy || *fields[i] == '*' || *fields[i] == '-' || is_heavy(fields[i]);
    }
}

static bool note_reconciled(struct ctx *c, struct new_search *s, bool is_number, int64_t id)
{
    if (!is_number)
        return refuse(c, 400, "The value of 'reconcileIssues' must be a list of issue IDs.");
    if (s->reconciled_count == MAX_RECONCILED)
        return refuse(c, 400, "A maximum of %d issues can be reconciled.", MAX_RECONCILED);
    s->reconciled[s->reconciled_count++] = id;
    return true;
}

static bool search_jql_get(struct ctx *c)
{
    struct new_search s = {.jql = param(c, "jql"), .token = param(c, "nextPageToken")};
    struct page page;
    char **list;
    if (!page_read(c, DEFAULT_PAGE, CLOUD_KEY_PAGE, &page) || !issue_view_from_query(c, "", &s.view))
        return false;
    s.max = page.max;
    size_t field_count = param_list(c, "fields", &list);
    note_fields(&s, list, field_count);
    s.property_count = param_list(c, "properties", &list);
    size_t count = param_list(c, "reconcileIssues", &list);
    for (size_t i = 0; i < count; i++) {
        int64_t id = 0;
        bool is_number = str_to_int(list[i], &id);
        if (!note_reconciled(c, &s, is_number, id))
            return false;
    }
    return answer_new_search(c, &s);
}

/* Strings of an array; other elements are left out. */
static size_t strings_of(struct ctx *c, const json_t *array, char ***r)
{
    size_t i, count = 0;
    json_t *v;
    *r = NULL;
    json_array_foreach (array, i, v) {
        if (json_is_string(v))
            *arena_push(c->a, *r, count) = arena_strdup(c->a, json_string_value(v));
    }
    return count;
}

static bool search_jql_post(struct ctx *c)
{
    struct new_search s = {0};
    char **list;
    const json_t *expand = json_object_get(c->body, "expand"), *fields = json_object_get(c->body, "fields");
    if (expand && !json_is_null(expand) && !json_is_string(expand))
        return refuse(c, 400, "Invalid request payload. Refer to the REST API documentation and try again.");
    if (!body_string(c, "jql", &s.jql) || !body_string(c, "nextPageToken", &s.token) ||
        !body_int(c, "maxResults", DEFAULT_PAGE, &s.max) ||
        !issue_view_from_body(c, "", fields, expand, json_object_get(c->body, "properties"), &s.view))
        return false;
    size_t count = strings_of(c, fields, &list);
    note_fields(&s, list, count);
    s.property_count = json_array_size(json_object_get(c->body, "properties"));
    size_t i;
    json_t *v;
    json_array_foreach (json_object_get(c->body, "reconcileIssues"), i, v) {
        if (!note_reconciled(c, &s, json_is_integer(v), json_integer_value(v)))
            return false;
    }
    return answer_new_search(c, &s);
}

static bool approximate_count(struct ctx *c)
{
    struct jql_plan plan;
    const char *jql;
    int64_t count;
    if (!body_string(c, "jql", &jql) || !plan_query(c, jql ? jql : "", &plan, NULL))
        return false;
    if (!plan.is_bounded)
        return refuse(c, 400,
                      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.");
    if (!jql_count(c, &plan, &count))
        return false;
    json_t *reply = new_object(c);
    put_int(reply, "count", count);
    return reply_json(c, 200, reply);
}

/* ---- bulk fetch ---- */

static int compare_ids(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

/* Ids in ascending order, each once; errors for what is not there or not for this caller. Sites were seen to list
 * those, the API document says that they are in neither list: a setting decides. */
static bool find_all(struct ctx *c, const json_t *wanted, int64_t *ids, size_t *count_r, json_t *errors)
{
    size_t i, count = 0, unique = 0;
    int64_t omits = 0;
    json_t *v;
    if (!setting_int(c->db, "bulkfetch_omits_missing", 0, &omits, &c->err))
        return false;
    json_array_foreach (wanted, i, v) {
        const char *name = json_string_value(v);
        if (json_is_integer(v))
            name = arena_printf(c->a, "%lld", (long long)json_integer_value(v));
        if (!name)
            return refuse(c, 400, "Invalid request payload. Refer to the REST API documentation and try again.");
        if (!issue_find(c, name, &ids[count]))
            return false;
        if (ids[count]) {
            count++;
            continue;
        }
        if (omits)
            continue;
        json_t *error = new_object(c);
        put_str(error, "id", name);
        put_str(error, "errorMessage", c->d->issue_missing);
        add(errors, error);
    }
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t k = 0; k < count; k++)
        if (!unique || ids[unique - 1] != ids[k])
            ids[unique++] = ids[k];
    *count_r = unique;
    return true;
}

static bool bulkfetch(struct ctx *c)
{
    int64_t ids[MAX_BULK] = {0};
    size_t count = 0;
    const json_t *wanted = json_object_get(c->body, "issueIdsOrKeys");
    json_t *errors = new_array(c), *issues, *reply = new_object(c);
    struct issue_view view = {0};
    if (!json_is_array(wanted) || !json_array_size(wanted))
        return refuse(c, 400, "The issueIdsOrKeys list must not be empty.");
    if (json_array_size(wanted) > MAX_BULK)
        return refuse(c, 400, "A maximum of %d issues can be fetched at a time.", MAX_BULK);
    if (json_array_size(json_object_get(c->body, "properties")) > MAX_PROPERTIES)
        return refuse(c, 400, "A maximum of %d properties can be requested.", MAX_PROPERTIES);
    if (!find_all(c, wanted, ids, &count, errors) ||
        !issue_view_from_body(c, "*navigable", json_object_get(c->body, "fields"), json_object_get(c->body, "expand"),
                              json_object_get(c->body, "properties"), &view))
        return false;
    view.in_search = true;
    if (!issues_json(c, ids, count, &view, &issues))
        return false;
    put(reply, "issues", issues);
    put(reply, "issueErrors", errors);
    return add_names_and_schema(c, reply, &view) && reply_json(c, 200, reply);
}

const struct route search_routes[] = {
    {HTTP_GET, "search", search_get, ON_DC, ROUTE_ANONYMOUS},
    {HTTP_POST, "search", search_post, ON_DC, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_GET, "search", search_gone, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_POST, "search", search_gone, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_GET, "search/jql", search_jql_get, ON_CLOUD, ROUTE_ANONYMOUS},
    {HTTP_POST, "search/jql", search_jql_post, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_POST, "search/approximate-count", approximate_count, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {HTTP_POST, "issue/bulkfetch", bulkfetch, ON_CLOUD, ROUTE_ANONYMOUS | ROUTE_READ},
    {0},
};
