/* A client against a scripted transport and a clock that jumps: what each answer means, what is asked again, and how
 * long it waits. Nothing here opens a socket. */
#include "http/client.h"

#include "base/str.h"
#include "http/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t START = 1767225600000; /* 2026-01-01T00:00:00Z */

struct step {
    enum err_kind error; /* the transport fails */
    int status;
    const char *body;
    const char *headers[6]; /* name, value, name, value … */
};

/* A transport that answers with the steps in turn; the last is repeated. */
struct script {
    struct transport transport;
    const struct step *steps;
    size_t step_count, asked;
    struct http_request last;
};

static bool script_perform(struct transport *t, const struct http_request *request, struct arena *a,
                           struct http_response *response, struct err *e)
{
    struct script *s = (struct script *)t;
    const struct step *step = &s->steps[s->asked < s->step_count ? s->asked : s->step_count - 1];
    s->asked++;
    s->last = *request;
    if (step->error)
        return err_set(e, step->error, "the cable was cut");
    *response = (struct http_response){.status = step->status, .body = step->body ? step->body : ""};
    response->body_length = strlen(response->body);
    for (size_t i = 0; i + 1 < ARRAY_LEN(step->headers) && step->headers[i]; i += 2)
        http_response_add_header(a, response, step->headers[i], step->headers[i + 1]);
    return true;
}

static void script_free(struct transport *t)
{
    (void)t;
}

struct fixture {
    struct script script;
    struct clock_virtual clock;
    struct http_client *client;
    struct arena a;
    struct err e;
    struct http_reply reply;
};

static void fixture_init(struct fixture *f, const struct step *steps, size_t count, const char *authorization)
{
    static const struct transport_ops ops = {script_perform, script_free};
    *f = (struct fixture){.script = {.transport = {&ops}, .steps = steps, .step_count = count}};
    clock_virtual_init(&f->clock, START, 0);
    f->client = http_client_new(&(struct http_client_settings){.transport = &f->script.transport,
                                                               .clock = &f->clock.clock,
                                                               .seed = 7,
                                                               .site_name = "site sa",
                                                               .authorization = authorization});
}

static void fixture_release(struct fixture *f)
{
    http_client_free(f->client);
    arena_release(&f->a);
}

#define PLAY(f, authorization, ...)                                                                                    \
    static const struct step steps_[] = {__VA_ARGS__};                                                                 \
    struct fixture f;                                                                                                  \
    fixture_init(&f, steps_, ARRAY_LEN(steps_), authorization)

static const struct http_call READ = {.method = HTTP_GET, .target = "/rest/api/2/myself"};
static const struct http_call WRITE = {
    .method = HTTP_POST, .target = "/rest/api/2/issue", .body = "{}", .body_length = 2};

static bool play(struct fixture *f, const struct http_call *call)
{
    return http_client_call(f->client, call, &f->a, &f->reply, &f->e);
}

static int64_t waited(const struct fixture *f)
{
    return f->clock.now - START;
}

static void assert_failed(struct fixture *f, const struct http_call *call, enum err_kind kind, const char *words)
{
    assert_false(play(f, call));
    if (f->e.kind != kind || !strstr(f->e.text, words))
        fail_msg("%s: \"%s\", but %s with \"%s\" was due", err_kind_name(f->e.kind), f->e.text, err_kind_name(kind),
                 words);
}

static void a_call_carries_what_a_polite_client_says(void **state)
{
    (void)state;
    PLAY(f, "Bearer abc", {.status = 201, .body = "{\"id\":\"1\"}"});
    json_t *body = json_keep(&f.a, json_pack("{s:s}", "summary", "Grüße"));
    struct http_header more[] = {{"accept", "application/xml"}};
    struct http_call call = {.method = HTTP_POST, .target = "/x", .json = body, .headers = more, .header_count = 1};
    assert_true(play(&f, &call));
    assert_int_equal(f.e.kind, ERR_NONE);
    assert_int_equal(f.reply.status, 201);
    assert_string_equal(json_at_str(f.reply.json, "id"), "1");
    assert_string_equal(f.script.last.body, "{\"summary\":\"Grüße\"}");
    assert_string_equal(http_request_header(&f.script.last, "Content-Type"), "application/json");
    assert_string_equal(http_request_header(&f.script.last, "Authorization"), "Bearer abc");
    assert_string_equal(http_request_header(&f.script.last, "Accept"), "application/xml");
    assert_string_equal(http_request_header(&f.script.last, "User-Agent"), "Tandem/" TANDEM_VERSION);
    assert_int_equal(f.script.last.header_count, 4);
    struct http_counts counts = http_client_counts(f.client);
    assert_int_equal(counts.requests, 1);
    assert_int_equal(counts.writes, 1);
    assert_int_equal(counts.bytes_received, 10);
    fixture_release(&f);
}

static void an_empty_answer_is_no_json_and_no_error(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 204}, {.status = 200, .body = " \r\n"});
    assert_true(play(&f, &WRITE));
    assert_null(f.reply.json);
    assert_true(play(&f, &READ));
    assert_null(f.reply.json);
    assert_null(http_request_header(&f.script.last, "Authorization"));
    fixture_release(&f);
}

static void a_read_is_asked_again_with_growing_pauses(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 503}, {.status = 500}, {.error = ERR_UNAVAILABLE}, {.error = ERR_UNCERTAIN},
         {.status = 200, .body = "{}"});
    assert_true(play(&f, &READ));
    assert_int_equal(f.script.asked, 5);
    assert_in_range(waited(&f), 21000, 39000); /* 2 + 4 + 8 + 16 s, times 0.7 to 1.3 */
    struct http_counts counts = http_client_counts(f.client);
    assert_int_equal(counts.retries, 4);
    assert_int_equal(counts.waited_ms, waited(&f));
    assert_int_equal(counts.writes, 0);
    fixture_release(&f);
}

static void a_read_gives_up_after_four_more_tries(void **state)
{
    (void)state;
    PLAY(f, NULL, {.error = ERR_UNCERTAIN});
    assert_failed(&f, &READ, ERR_UNAVAILABLE, "5 tries: site sa: GET /rest/api/2/myself: the cable was cut");
    assert_int_equal(f.script.asked, 5);
    assert_int_equal(f.reply.status, 0);
    fixture_release(&f);
}

static void a_search_by_post_counts_as_a_read(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 502}, {.status = 200, .body = "[]"});
    struct http_call call = {.method = HTTP_POST, .target = "/search", .body = "{}", .body_length = 2, .is_read = true};
    assert_true(play(&f, &call));
    assert_true(f.script.last.is_read);
    assert_int_equal(http_client_counts(f.client).writes, 0);
    fixture_release(&f);
}

static void without_retries_nothing_is_asked_again(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 503, .headers = {"Retry-After", "7"}});
    struct http_client *once = http_client_new(
        &(struct http_client_settings){.transport = &f.script.transport, .clock = &f.clock.clock, .retries = -1});
    assert_false(http_client_call(once, &READ, &f.a, &f.reply, &f.e));
    assert_int_equal(f.e.kind, ERR_UNAVAILABLE);
    assert_int_equal(f.e.retry_after_ms, 7000);
    assert_int_equal(f.script.asked, 1);
    assert_int_equal(waited(&f), 0);
    http_client_free(once);
    fixture_release(&f);
}

static void a_write_goes_out_once_whatever_comes_back(void **state)
{
    (void)state;
    static const struct {
        struct step step;
        enum err_kind kind;
    } cases[] = {
        {{.error = ERR_UNCERTAIN}, ERR_UNCERTAIN},
        {{.error = ERR_UNAVAILABLE}, ERR_UNAVAILABLE},
        {{.error = ERR_LIMIT}, ERR_UNCERTAIN}, /* the reply was too large: the thing was done */
        {{.error = ERR_KILLED}, ERR_KILLED},
        {{.status = 500}, ERR_UNCERTAIN},
        {{.status = 502}, ERR_UNCERTAIN},
        {{.status = 503, .headers = {"Retry-After", "5"}}, ERR_UNCERTAIN},
        {{.status = 501}, ERR_UNCERTAIN},
        {{.status = 408}, ERR_UNCERTAIN},
        {{.status = 429, .headers = {"Retry-After", "5"}}, ERR_RATE},
        {{.status = 400}, ERR_REFUSED},
        {{.status = 415}, ERR_REFUSED},
        {{.status = 409}, ERR_CONFLICT},
        {{.status = 413}, ERR_LIMIT},
        {{.status = 301, .headers = {"Location", "https://elsewhere.example/"}}, ERR_PROTOCOL},
        {{.status = 303, .headers = {"Location", "/task/1"}}, ERR_UNCERTAIN},
        {{.status = 201, .body = "{\"id\":\"100"}, ERR_UNCERTAIN},
        {{.status = 200, .body = "<html><title>Log in</title>"}, ERR_UNCERTAIN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        fixture_init(&f, &cases[i].step, 1, NULL);
        assert_false(play(&f, &WRITE));
        if (f.e.kind != cases[i].kind)
            fail_msg("case %zu: %s: %s", i, err_kind_name(f.e.kind), f.e.text);
        assert_int_equal(f.script.asked, 1);
        assert_int_equal(f.e.http_status, cases[i].step.status);
        assert_int_equal(waited(&f), 0);
        fixture_release(&f);
    }
}

static void statuses_to_a_read_have_kinds(void **state)
{
    (void)state;
    static const struct {
        int status, asked;
        enum err_kind kind;
    } cases[] = {{400, 1, ERR_REFUSED}, {401, 1, ERR_AUTH},        {403, 1, ERR_FORBIDDEN},   {404, 1, ERR_GONE},
                 {410, 1, ERR_GONE},    {405, 1, ERR_PROTOCOL},    {409, 1, ERR_CONFLICT},    {413, 1, ERR_LIMIT},
                 {429, 5, ERR_RATE},    {500, 5, ERR_UNAVAILABLE}, {599, 5, ERR_UNAVAILABLE}, {501, 1, ERR_UNAVAILABLE},
                 {304, 1, ERR_PROTOCOL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct step step = {.status = cases[i].status};
        struct fixture f;
        fixture_init(&f, &step, 1, NULL);
        assert_false(play(&f, &READ));
        if (f.e.kind != cases[i].kind)
            fail_msg("%d: %s: %s", cases[i].status, err_kind_name(f.e.kind), f.e.text);
        assert_int_equal(f.script.asked, cases[i].asked);
        assert_int_equal(f.e.http_status, cases[i].status);
        fixture_release(&f);
    }
}

static void the_words_of_the_site_are_in_the_error(void **state)
{
    (void)state;
    static const struct {
        const char *body, *words;
    } cases[] = {
        {"{\"errorMessages\":[\"One.\",\"Two.\"],\"errors\":{\"summary\":\"Too long.\"}}",
         "400: One.; Two.; summary: Too long."},
        {"{\"message\":\"null for uri: x\",\"status-code\":404}", "400: null for uri: x"},
        {"{\"errors\":[{\"message\":\"a\\nb\"}]}", "400: a b"},
        {"[{\"message\":\"gateway\"}]", "400: gateway"},
        {"\"only a string\"", "400: only a string"},
        {"{\"errorMessages\":[],\"errors\":{}}", "400: no reason given"},
        {"XSRF check failed", "400: XSRF check failed"},
        {"<html><head>\n<TITLE lang=\"en\">\n Oops &amp; more\n</title></head><body>secret page</body>",
         "400: a page titled \"Oops &amp; more\""},
        {"<?xml version=\"1.0\"?><status><status-code>404</status-code><message>HTTP 404</message></status>",
         "400: a page titled \"HTTP 404\""},
        {"<html><titles>no</titles>", "400: a page without a title"},
        {"{broken", "400: {broken"},
        {"bad \xff bytes", "400: bad ? bytes"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct step step = {.status = 400, .body = cases[i].body};
        struct fixture f;
        fixture_init(&f, &step, 1, NULL);
        assert_failed(&f, &WRITE, ERR_REFUSED, cases[i].words);
        assert_null(strstr(f.e.text, "secret page"));
        fixture_release(&f);
    }
}

static void long_words_are_cut_between_characters(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    char *many = arena_alloc(&a, 4001);
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(many + i, "ü", 2);
    struct step steps[] = {
        {.status = 400, .body = arena_printf(&a, "{\"errorMessages\":[\"%s\",\"x%s\",\"%s\"]}", many, many, many)},
        {.status = 400, .body = many},
        {.status = 400, .body = arena_printf(&a, "<title>%s", many)}};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct fixture f;
        fixture_init(&f, &steps[i], 1, NULL);
        assert_false(play(&f, &WRITE));
        assert_true(str_is_utf8(f.e.text, strlen(f.e.text)));
        assert_true(strlen(f.e.text) < 900);
        fixture_release(&f);
    }
    arena_release(&a);
}

static void credentials_never_stand_in_an_error(void **state)
{
    (void)state;
    PLAY(f, "Bearer s3cr3t-token",
         {.status = 400, .body = "{\"errorMessages\":[\"bad header Bearer s3cr3t-token, s3cr3t-token!\"]}"},
         {.status = 307, .headers = {"Location", "https://x.example/s3cr3t-token/"}});
    assert_failed(&f, &WRITE, ERR_REFUSED, "bad header Bearer ***, ***!");
    assert_null(strstr(f.e.text, "s3cr3t"));
    assert_failed(&f, &WRITE, ERR_PROTOCOL, "https://x.example/***/");
    fixture_release(&f);
}

static void an_answer_to_nobody_is_an_auth_error(void **state)
{
    (void)state;
    static const struct step nobody[] = {
        {.status = 200, .body = "{\"values\":[]}", .headers = {"X-AUSERNAME", "anonymous"}},
        {.status = 200, .body = "{\"values\":[]}", .headers = {"X-Seraph-LoginReason", "AUTHENTICATED_FAILED"}},
        {.status = 404, .body = "{}", .headers = {"x-seraph-loginreason", "AUTHENTICATION_DENIED"}},
        {.status = 401, .body = "<html><title>Unauthorized (401)</title>"},
    };
    for (size_t i = 0; i < ARRAY_LEN(nobody); i++) {
        struct fixture f;
        fixture_init(&f, &nobody[i], 1, "Basic eDp5");
        assert_failed(&f, &READ, ERR_AUTH, "check the user name and the token");
        assert_int_equal(f.script.asked, 1);
        assert_int_equal(f.e.http_status, nobody[i].status);
        fixture_release(&f);
    }
    /* without credentials an anonymous answer is what was asked for */
    struct fixture f;
    fixture_init(&f, nobody, 1, NULL);
    assert_true(play(&f, &READ));
    fixture_release(&f);
    /* and a write that was done as nobody was done */
    fixture_init(&f, nobody, 1, "Basic eDp5");
    assert_failed(&f, &WRITE, ERR_UNCERTAIN, "anonymous");
    fixture_release(&f);
}

static void a_captcha_is_named(void **state)
{
    (void)state;
    PLAY(f, "Basic eDp5",
         {.status = 403,
          .body = "<html><title>Forbidden (403)</title>",
          .headers = {"X-Authentication-Denied-Reason",
                      "CAPTCHA_CHALLENGE; login-url=https://jira.example.com/login.jsp"}});
    assert_failed(&f, &READ, ERR_AUTH, "CAPTCHA");
    fixture_release(&f);
}

static void a_page_where_json_was_due_is_named_by_its_title(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 200, .body = "<!DOCTYPE html><title>Log in - Jira</title><p>secret page"});
    assert_failed(&f, &READ, ERR_PROTOCOL, "a page titled \"Log in - Jira\"");
    assert_null(strstr(f.e.text, "secret page"));
    assert_int_equal(f.script.asked, 1);
    struct http_call any = {.method = HTTP_GET, .target = "/secure/attachment/1", .any_type = true};
    assert_true(play(&f, &any));
    assert_null(f.reply.json);
    assert_string_equal(http_request_header(&f.script.last, "Accept"), "*/*");
    fixture_release(&f);
}

static void a_truncated_answer_to_a_read_is_asked_again(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 200, .body = "{\"issues\":["}, {.status = 200, .body = "{\"issues\":[]}"},
         {.status = 200, .body = "{\"issues\":["});
    assert_true(play(&f, &READ));
    assert_int_equal(f.script.asked, 2);
    assert_failed(&f, &READ, ERR_PROTOCOL, "not valid JSON");
    assert_int_equal(f.script.asked, 7);
    fixture_release(&f);
}

static void a_redirect_says_where_it_wanted_to_lead(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 302, .headers = {"Location", "https://sso.example/login?token=s3cr3t"}});
    assert_failed(&f, &READ, ERR_PROTOCOL, "https://sso.example/login");
    assert_null(strstr(f.e.text, "s3cr3t"));
    fixture_release(&f);
}

static void it_waits_no_shorter_than_the_site_asks(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 429, .headers = {"Retry-After", "90"}}, {.status = 200});
    assert_true(play(&f, &READ));
    assert_int_equal(waited(&f), 90000);
    assert_int_equal(http_client_counts(f.client).rate_limited, 1);
    fixture_release(&f);
}

static void every_way_of_asking_to_wait_is_read_and_clamped(void **state)
{
    (void)state;
    static const struct {
        const char *headers[4];
        int64_t wait;
    } cases[] = {
        {{"Retry-After", "0"}, 0},
        {{"Retry-After", "9223372036854775807"}, ANSWER_WAIT_MAX_MS},
        {{"Retry-After", "99999999999999999999999"}, ANSWER_WAIT_MAX_MS},
        {{"Retry-After", "601"}, ANSWER_WAIT_MAX_MS},
        {{"Retry-After", "-5"}, 0},
        {{"Retry-After", "soon"}, 0},
        {{"Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT"}, 30000},
        {{"Retry-After", "Thu, 01 Jan 2026 05:00:30 GMT", "Date", "Thu, 01 Jan 2026 05:00:10 GMT"}, 20000},
        {{"Retry-After", "Wed, 31 Dec 2025 00:00:30 GMT"}, 0},
        {{"Retry-After", "Thu, 99 Foo 2026 00:00:30 GMT"}, 0},
        {{"X-RateLimit-Reset", "2026-01-01T00:00:45Z"}, 45000},
        {{"X-RateLimit-Reset", "2026-01-01T00:01Z"}, 60000},
        {{"X-RateLimit-Reset", "2026-01-01T01:00:00Z"}, ANSWER_WAIT_MAX_MS},
        {{"X-RateLimit-Reset", "1767225615"}, 15000},
        {{"X-RateLimit-Reset", "9223372036854775807"}, ANSWER_WAIT_MAX_MS},
        {{"X-RateLimit-Reset", "15"}, 15000},
        {{"X-RateLimit-Reset", "tomorrow"}, 0},
        {{"X-RateLimit-Reset", "-66666666666666666"}, 0},
        {{"X-RateLimit-Reset", "15", "Retry-After", "3"}, 3000},
        {{NULL}, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a = ARENA_INIT;
        struct http_response r = {.status = 429};
        for (size_t k = 0; k < 4 && cases[i].headers[k]; k += 2)
            http_response_add_header(&a, &r, cases[i].headers[k], cases[i].headers[k + 1]);
        int64_t wait = answer_wait_ms(&r, START);
        if (wait != cases[i].wait)
            fail_msg("case %zu: %lld", i, (long long)wait);
        arena_release(&a);
    }
}

static void told(void *context, int64_t ms, const char *why)
{
    int64_t *sum = context;
    assert_true(*why);
    *sum += ms;
}

static void a_wait_that_nobody_would_sit_through_is_an_error_at_once(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 429, .headers = {"Retry-After", "600"}}, {.status = 200});
    assert_failed(&f, &READ, ERR_RATE, "429");
    assert_int_equal(f.e.retry_after_ms, 600000);
    assert_int_equal(waited(&f), 0);
    err_clear(&f.e);
    assert_failed(&f, &WRITE, ERR_RATE, "was not sent"); /* nor does anything else go before its time */
    assert_int_equal(f.e.retry_after_ms, 600000);
    assert_int_equal(f.script.asked, 1);
    clock_sleep(&f.clock.clock, 600000);
    assert_true(play(&f, &WRITE));
    fixture_release(&f);
}

static void a_site_in_trouble_is_not_asked_five_times_for_ever(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 503});
    int64_t asked[12] = {0}, before = 0, sum = 0;
    http_client_free(f.client);
    f.client = http_client_new(&(struct http_client_settings){.transport = &f.script.transport,
                                                              .clock = &f.clock.clock,
                                                              .site_name = "site sa",
                                                              .waiting = told,
                                                              .context = &sum});
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        assert_false(play(&f, &READ));
        err_clear(&f.e);
        asked[i] = (int64_t)f.script.asked - before;
        before = (int64_t)f.script.asked;
    }
    assert_int_equal(asked[0], 5);
    assert_in_range(asked[11], 1, 2); /* what half a minute brings back, and no more */
    assert_in_range(http_client_counts(f.client).retries, BUDGET_RETRIES, BUDGET_RETRIES + 8);
    assert_int_equal(sum, waited(&f));
    fixture_release(&f);
}

static void clients_of_one_site_share_its_budget(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {.status = 200, .headers = {"X-RateLimit-Limit", "2", "X-RateLimit-FillRate", "1"}}};
    struct budget *budget = budget_new();
    budget_set_rates(budget, &(struct budget_rates){1, 1, 1, 1});
    struct fixture f[2];
    for (int i = 0; i < 2; i++) {
        fixture_init(&f[i], steps, 1, NULL);
        http_client_free(f[i].client);
        f[i].client = http_client_new(&(struct http_client_settings){
            .transport = &f[i].script.transport, .clock = &f[0].clock.clock, .site_name = "site sa", .budget = budget});
        assert_ptr_equal(http_client_budget(f[i].client), budget);
        assert_true(play(&f[i], &READ));
    }
    assert_int_equal(waited(&f[0]), 1000); /* one a second: the second client waits for the first one's */
    fixture_release(&f[0]);
    fixture_release(&f[1]);
    budget_free(budget);
}

static void a_plug_pulled_passes_as_it_is(void **state)
{
    (void)state;
    PLAY(f, NULL, {.error = ERR_KILLED});
    assert_failed(&f, &READ, ERR_KILLED, "the cable was cut");
    assert_int_equal(f.script.asked, 1);
    assert_int_equal(waited(&f), 0);
    fixture_release(&f);
}

static void the_same_seed_waits_the_same(void **state)
{
    (void)state;
    PLAY(f, NULL, {.status = 500});
    struct fixture g;
    fixture_init(&g, steps_, 1, NULL);
    assert_false(play(&f, &READ));
    assert_false(play(&g, &READ));
    assert_int_equal(waited(&f), waited(&g));
    assert_int_not_equal(waited(&f), 30000); /* and with jitter */
    fixture_release(&f);
    fixture_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_carries_what_a_polite_client_says),
        cmocka_unit_test(an_empty_answer_is_no_json_and_no_error),
        cmocka_unit_test(a_read_is_asked_again_with_growing_pauses),
        cmocka_unit_test(a_read_gives_up_after_four_more_tries),
        cmocka_unit_test(a_search_by_post_counts_as_a_read),
        cmocka_unit_test(without_retries_nothing_is_asked_again),
        cmocka_unit_test(a_write_goes_out_once_whatever_comes_back),
        cmocka_unit_test(statuses_to_a_read_have_kinds),
        cmocka_unit_test(the_words_of_the_site_are_in_the_error),
        cmocka_unit_test(long_words_are_cut_between_characters),
        cmocka_unit_test(credentials_never_stand_in_an_error),
        cmocka_unit_test(an_answer_to_nobody_is_an_auth_error),
        cmocka_unit_test(a_captcha_is_named),
        cmocka_unit_test(a_page_where_json_was_due_is_named_by_its_title),
        cmocka_unit_test(a_truncated_answer_to_a_read_is_asked_again),
        cmocka_unit_test(a_redirect_says_where_it_wanted_to_lead),
        cmocka_unit_test(it_waits_no_shorter_than_the_site_asks),
        cmocka_unit_test(every_way_of_asking_to_wait_is_read_and_clamped),
        cmocka_unit_test(a_wait_that_nobody_would_sit_through_is_an_error_at_once),
        cmocka_unit_test(a_site_in_trouble_is_not_asked_five_times_for_ever),
        cmocka_unit_test(clients_of_one_site_share_its_budget),
        cmocka_unit_test(a_plug_pulled_passes_as_it_is),
        cmocka_unit_test(the_same_seed_waits_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
