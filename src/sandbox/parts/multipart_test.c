/* Forms as clients send them, and as nobody should. */
#include "sandbox/parts/multipart.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct form {
    struct buf out;
    struct err e;
    bool ok;
};

static bool on_begin(void *context, const struct multipart_part *p, struct err *e)
{
    (void)e;
    buf_addf(context, "<%s|%s|%s>", p->name ? p->name : "-", p->filename ? p->filename : "-", p->type ? p->type : "-");
    return true;
}

static bool on_data(void *context, const char *bytes, size_t length, struct err *e)
{
    (void)e;
    buf_add(context, bytes, length);
    return true;
}

static bool on_end(void *context, struct err *e)
{
    (void)e;
    buf_adds(context, "</>");
    return true;
}

static struct form read_bytes(const char *body, size_t length, const char *type)
{
    struct form f = {.out = BUF_INIT(1 << 24), .e = ERR_INIT};
    struct arena a = ARENA_INIT;
    struct multipart m;
    struct multipart_handler handler = {&f.out, on_begin, on_data, on_end};
    f.ok = multipart_open(&m, &a, type, &handler, &f.e);
    if (f.ok) {
        f.ok = multipart_feed(&m, body, length, &f.e) && multipart_close(&m, &f.e);
        multipart_release(&m);
    }
    arena_release(&a);
    return f;
}

static void check(const char *body, const char *expected)
{
    struct form f = read_bytes(body, strlen(body), "multipart/form-data; boundary=xx");
    if (!f.ok)
        fail_msg("%s", f.e.text);
    assert_string_equal(buf_str(&f.out), expected);
    buf_release(&f.out);
}

static void check_refused(const char *body, const char *type, const char *why)
{
    struct form f = read_bytes(body, strlen(body), type);
    assert_false(f.ok);
    if (!strstr(f.e.text, why))
        fail_msg("\"%s\" does not say \"%s\"", f.e.text, why);
    buf_release(&f.out);
}

static void files_and_fields_come_out_in_order(void **state)
{
    (void)state;
    check("--xx\r\nContent-Disposition: form-data; name=\"comment\"\r\n\r\nhello\r\n"
          "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
          "Content-Type: text/plain\r\n\r\none\r\ntwo\r\n\r\n--xx--\r\nepilogue",
          "<comment|-|->hello</><file|a.txt|text/plain>one\r\ntwo\r\n</>");
    check("--xx--\r\n", "");
}

static void what_looks_like_a_boundary_is_content(void **state)
{
    (void)state;
    check("preamble\r\n--xx\r\n\r\n--xx is not at the start\r\n--x\r\n--\r\n\r\n--xx--",
          "<-|-|->--xx is not at the start\r\n--x\r\n--\r\n</>");
}

static void a_file_name_survives_quotes_and_every_alphabet(void **state)
{
    (void)state;
    static const struct {
        const char *disposition, *filename;
    } CASES[] = {
        {"filename=\"two words.txt\"", "two words.txt"},
        {"filename=plain.txt", "plain.txt"},
        {"filename=\"a\\\"b.txt\"", "a\"b.txt"},
        {"filename=\"a%22b.txt\"", "a\"b.txt"},
        {"filename=\"se;mi=colon.txt\"", "se;mi=colon.txt"},
        {"filename=\"C:\\dir\\new.txt\"", "C:\\dir\\new.txt"},
        {"filename=\"Überblick €.pdf\"", "Überblick €.pdf"},
        {"filename=\"\xdc"
         "ber.pdf\"",
         "Über.pdf"},
        {"filename=\"x\"; filename*=UTF-8''%e2%82%ac%20rates.txt", "€ rates.txt"},
        {"filename*=utf-8'en'%C3%84.txt; filename=\"other\"", "Ä.txt"},
        {"filename*=ISO-8859-1''%c4.txt", "Ä.txt"},
        {"filename=\"kept.txt\"; filename*=koi8-r''%c4.txt", "kept.txt"},
        {"filename=\"\"", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char body[400], expected[200];
        snprintf(body, sizeof body, "--xx\r\nContent-Disposition: form-data; name=\"file\"; %s\r\n\r\n.\r\n--xx--",
                 CASES[i].disposition);
        snprintf(expected, sizeof expected, "<file|%s|->.</>", CASES[i].filename);
        check(body, expected);
    }
}

static void zero_bytes_and_every_other_pass_through(void **state)
{
    (void)state;
    char body[600] = "--xx\r\n\r\n";
    size_t n = strlen(body), start = n;
    for (int i = 0; i < 256; i++)
        body[n++] = (char)i;
    memcpy(body + n, "\r\n--xx--", 8);
    struct form f = read_bytes(body, n + 8, "Multipart/Form-Data; boundary=\"xx\"");
    assert_true(f.ok);
    assert_int_equal(f.out.len, strlen("<-|-|->") + 256 + strlen("</>"));
    assert_memory_equal(buf_str(&f.out) + strlen("<-|-|->"), body + start, 256);
    buf_release(&f.out);
}

static void what_is_no_form_is_refused_with_its_reason(void **state)
{
    (void)state;
    const char *type = "multipart/form-data; boundary=xx";
    check_refused("{}", "application/json", "application/json");
    check_refused("", NULL, "null");
    check_refused("", "multipart/form-data", "no multipart boundary");
    check_refused("", type, "ended unexpectedly");
    check_refused("--yy\r\n\r\nother boundary\r\n--yy--", type, "ended unexpectedly");
    check_refused("--xx\r\n\r\nno end", type, "ended unexpectedly");
    check_refused("--xx\r\nContent-Disposition: form-data", type, "ended unexpectedly");
    check_refused("--xxyy\r\n\r\n", type, "Unexpected characters");
}

static void a_flood_of_parts_or_headers_ends(void **state)
{
    (void)state;
    struct buf body = BUF_INIT(1 << 20);
    for (int i = 0; i < 1100; i++)
        buf_adds(&body, "--xx\r\n\r\n\r\n");
    check_refused(buf_str(&body), "multipart/form-data; boundary=xx", "more than 1000 parts");
    buf_clear(&body);
    buf_adds(&body, "--xx\r\n");
    for (int i = 0; i < 2000; i++)
        buf_adds(&body, "X: yyyyyyyyyyyy\r\n");
    check_refused(buf_str(&body), "multipart/form-data; boundary=xx", "Header section");
    buf_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_fields_come_out_in_order),
        cmocka_unit_test(what_looks_like_a_boundary_is_content),
        cmocka_unit_test(a_file_name_survives_quotes_and_every_alphabet),
        cmocka_unit_test(zero_bytes_and_every_other_pass_through),
        cmocka_unit_test(what_is_no_form_is_refused_with_its_reason),
        cmocka_unit_test(a_flood_of_parts_or_headers_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
