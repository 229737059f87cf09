#include "http/http.h"

#include "base/str.h"
#include "http/transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void methods_have_names_and_case(void **state)
{
    (void)state;
    for (enum http_method m = HTTP_GET; m < HTTP_OTHER; m++)
        assert_int_equal(http_method_parse(http_method_name(m)), m);
    assert_int_equal(http_method_parse("get"), HTTP_OTHER);
    assert_int_equal(http_method_parse("PROPFIND"), HTTP_OTHER);
    assert_true(http_method_is_safe(HTTP_HEAD));
    assert_false(http_method_is_safe(HTTP_PUT));
    assert_false(http_method_is_safe(HTTP_OTHER));
}

static void a_target_is_cut_in_its_parts(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct http_target t;
    http_target_parse(&a, "/rest/api/2/issue/SA-1?fields=summary&fields=a%2Cb&jql=a+%3D+1%2B2&flag&=x&&", &t);
    assert_string_equal(t.path, "/rest/api/2/issue/SA-1");
    assert_int_equal(t.segment_count, 5);
    assert_string_equal(t.segments[4], "SA-1");
    assert_int_equal(t.param_count, 5);
    assert_string_equal(http_param(&t, "fields"), "summary");
    assert_string_equal(t.params[1].value, "a,b");
    assert_string_equal(http_param(&t, "jql"), "a = 1+2");
    assert_string_equal(http_param(&t, "flag"), "");
    assert_string_equal(http_param(&t, ""), "x");
    assert_null(http_param(&t, "absent"));
    arena_release(&a);
}

static void an_encoded_slash_stays_inside_its_segment(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct http_target t;
    http_target_parse(&a, "/issue/SA-1/properties/a%2Fb+c%3Fd", &t);
    assert_int_equal(t.segment_count, 4);
    assert_string_equal(t.segments[3], "a/b+c?d");
    assert_int_equal(t.param_count, 0);
    arena_release(&a);
}

static void a_broken_escape_stays_as_it_is(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct http_target t;
    http_target_parse(&a, "/a%2/b%zz%?q=100%&r=%4", &t);
    assert_string_equal(t.segments[0], "a%2");
    assert_string_equal(t.segments[1], "b%zz%");
    assert_string_equal(http_param(&t, "q"), "100%");
    assert_string_equal(http_param(&t, "r"), "%4");
    arena_release(&a);
}

static void a_missing_key_makes_an_empty_segment(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct http_target t;
    http_target_parse(&a, "/issue//comment/", &t);
    assert_int_equal(t.segment_count, 3);
    assert_string_equal(t.segments[1], "");
    http_target_parse(&a, "/", &t);
    assert_int_equal(t.segment_count, 0);
    http_target_parse(&a, "", &t);
    assert_int_equal(t.segment_count, 0);
    http_target_parse(&a, "/x#y?z=1", &t);
    assert_string_equal(t.path, "/x");
    assert_int_equal(t.param_count, 0);
    arena_release(&a);
}

static void a_header_cannot_be_forged_by_a_value(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct http_header own[] = {{"X-One", "1"}};
    struct http_response r = {.headers = own, .header_count = 1};
    http_response_add_header(&a, &r, "Location", "/a\r\nSet-Cookie: b");
    assert_int_equal(r.header_count, 2);
    assert_string_equal(http_response_header(&r, "location"), "/a  Set-Cookie: b");
    assert_string_equal(http_response_header(&r, "x-one"), "1");
    arena_release(&a);
}

struct seen {
    const char *body; /* kept on purpose: the test looks whether it is another copy */
    int calls;
};

static void echo(void *context, const struct http_request *request, struct arena *a, struct http_response *r)
{
    struct seen *seen = context;
    seen->calls++;
    seen->body = request->body;
    if (str_eq(request->target, "/silent"))
        return;
    r->status = str_eq(request->target, "/none") ? 204 : 200;
    r->body = arena_printf(a, "%s %s %s", http_method_name(request->method), request->target,
                           request->body ? request->body : "-");
    r->body_length = strlen(r->body);
    http_response_add_header(a, r, "Content-Length", "1");
    http_response_add_header(a, r, "X-Twice", "1");
    http_response_add_header(a, r, "X-Twice", "2");
}

static void in_process_only_what_a_wire_would_carry_arrives(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct seen seen = {0};
    struct transport *t = transport_local_new(echo, &seen);
    struct http_response r;
    char body[] = "body and more";
    struct http_request request = {.method = HTTP_POST, .target = "/a?b=c", .body = body, .body_length = 4};
    assert_true(transport_perform(t, &request, &a, &r, &e));
    assert_string_equal(r.body, "POST /a?b=c body");
    assert_ptr_not_equal(seen.body, body);
    assert_int_equal(r.header_count, 2);
    assert_string_equal(r.headers[1].value, "2");

    request = (struct http_request){.method = HTTP_HEAD, .target = "/a"};
    assert_true(transport_perform(t, &request, &a, &r, &e));
    assert_int_equal(r.body_length, 0);
    assert_string_equal(r.body, "");
    request = (struct http_request){.method = HTTP_GET, .target = "/none"};
    assert_true(transport_perform(t, &request, &a, &r, &e));
    assert_int_equal(r.status, 204);
    assert_int_equal(r.body_length, 0);
    request.target = "/silent";
    assert_true(transport_perform(t, &request, &a, &r, &e));
    assert_int_equal(r.status, 500);
    transport_free(t);
    arena_release(&a);
}

static void what_no_wire_carries_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct seen seen = {0};
    struct transport *t = transport_local_new(echo, &seen);
    struct http_response r;
    static const char *const bad[] = {"", "rest", "/a b", "/a\nb", "/a#b", "/\xc3\xa4"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        struct http_request request = {.method = HTTP_GET, .target = bad[i]};
        assert_false(transport_perform(t, &request, &a, &r, &e));
        assert_int_equal(e.kind, ERR_REFUSED);
    }
    struct http_header forged = {"X-A", "1\r\nX-B: 2"};
    struct http_request request = {.method = HTTP_GET, .target = "/", .headers = &forged, .header_count = 1};
    struct err e = ERR_INIT;
    assert_false(transport_perform(t, &request, &a, &r, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_null(strstr(e.text, "X-B"));
    assert_int_equal(seen.calls, 0);
    transport_free(t);
    transport_free(NULL);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_have_names_and_case),
        cmocka_unit_test(a_target_is_cut_in_its_parts),
        cmocka_unit_test(an_encoded_slash_stays_inside_its_segment),
        cmocka_unit_test(a_broken_escape_stays_as_it_is),
        cmocka_unit_test(a_missing_key_makes_an_empty_segment),
        cmocka_unit_test(a_header_cannot_be_forged_by_a_value),
        cmocka_unit_test(in_process_only_what_a_wire_would_carry_arrives),
        cmocka_unit_test(what_no_wire_carries_is_refused_before_it_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
