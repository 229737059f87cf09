#include "migrate/pairfile_scan.h"

#include "base/json.h"
#include "base/rng.h"
#include "base/str.h"
#include "migrate/pairfile_agree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct err failure_of(const char *text, size_t length)
{
    struct err e = ERR_INIT;
    assert_false(scan_all(text, length, 0, &e));
    return e;
}

static void fails_with(const char *text, const char *part)
{
    struct err e = failure_of(text, strlen(text));
    if (e.kind != ERR_INPUT || !strstr(e.text, part))
        fail_msg("%s gives: %s (%s), wanted: %s", text, e.text, err_kind_name(e.kind), part);
}

static void what_is_wrong_is_named_with_byte_and_pointer(void **state)
{
    (void)state;
    fails_with("", "test.json: byte 0, pointer \"\": the file is empty");
    fails_with("  \n", "byte 3, pointer \"\": the file is empty but for white space");
    fails_with("{\"a\":{\"b\":[1,{\"c\":tru}]}}", "byte 21, pointer \"/a/b/1/c\": not JSON: expected a value");
    fails_with("{\"a\":NaN}", "byte 5, pointer \"/a\": not JSON: expected a value, found 'N'");
    fails_with("{\"a\":[1,2,]}", "byte 10, pointer \"/a/2\": not JSON: expected a value, found ']'");
    fails_with("{\"a\":1,}", "byte 7, pointer \"\": not JSON: expected a key in quotes, found '}'");
    fails_with("{\"a\" 1}", "byte 5, pointer \"/a\": not JSON: expected ':' after a key, found '1'");
    fails_with("{\"a\":01}", "byte 6, pointer \"/a\": not JSON: expected ',' or '}', found '1'");
    fails_with("{\"a\":1.}", "byte 7, pointer \"/a\": not JSON: expected a digit, found '}'");
    fails_with("{\"a\":\"x\ty\"}", "byte 7, pointer \"/a\": not JSON: control character 0x09 in a string");
    fails_with("{\"a\":\"\\x\"}", "byte 6, pointer \"/a\": not JSON: a backslash before something that is no escape");
    fails_with("{\"a\":\"\\u12g4\"}", "\\u needs four hexadecimal digits");
    fails_with("{\"a\":\"\\ud800x\"}", "byte 6, pointer \"/a\": not Unicode: \\ud800 is one half of a pair");
    fails_with("{\"a\":\"\xc0\xaf\"}", "byte 6, pointer \"/a\": not UTF-8: byte 0xc0");
    fails_with("{\"a\":\"\xed\xa0\x80\"}", "not UTF-8: byte 0xed");
    fails_with("{} {}", "byte 3, pointer \"\": not JSON: expected the end of the file after the document, found '{'");
    fails_with("{\"x/y~z\":?}", "pointer \"/x~1y~0z\"");
    fails_with("{\"a\":[{},{\"b\":\"c", "byte 16, pointer \"/a/1/b\": the file ends inside a string");
    struct err e = failure_of("\xff\xfe{\0}\0", 6);
    assert_non_null(strstr(e.text, "UTF-16"));
}

static void the_same_key_twice_is_refused_however_it_is_spelled(void **state)
{
    (void)state;
    fails_with("{\"a\":1,\"b\":2,\"a\":3}", "byte 13, pointer \"/a\": the same key twice");
    fails_with("{\"a\":1,\"\\u0061\":3}", "byte 7, pointer \"/a\": the same key twice");
    fails_with("{\"p\":[{\"x\":{},\"\":1,\"\":2}]}", "pointer \"/p/0/\": the same key twice");
    struct err e = ERR_INIT;
    const char *fine = "{\"a\":{\"a\":{\"a\":1}},\"A\":[{\"a\":1},{\"a\":2}],\"a \":0}";
    assert_true(scan_all(fine, strlen(fine), 0, &e));
    struct buf many = BUF_INIT(1 << 20);
    for (int repeat = 0; repeat < 2; repeat++) { /* with more names than are compared one by one */
        buf_clear(&many);
        buf_adds(&many, "{\"x\":{\"in\":1}");
        for (int i = 0; i < 3000; i++)
            buf_addf(&many, ",\"name%d\":{\"x\":%d}", i, i);
        buf_adds(&many, repeat ? ",\"name1234\":1}" : "}");
        assert_int_equal(scan_all(buf_str(&many), many.len, 0, &e), !repeat);
    }
    assert_non_null(strstr(e.text, "pointer \"/name1234\": the same key twice"));
    buf_release(&many);
}

static void nesting_has_a_limit_that_is_said(void **state)
{
    (void)state;
    struct buf deep = BUF_INIT(1 << 20);
    for (int over = 0; over < 2; over++) {
        buf_clear(&deep);
        for (int i = 0; i < SCAN_DEPTH_MAX + over; i++)
            buf_addc(&deep, '[');
        for (int i = 0; i < SCAN_DEPTH_MAX + over; i++)
            buf_addc(&deep, ']');
        struct err e = ERR_INIT;
        assert_int_equal(scan_all(buf_str(&deep), deep.len, 0, &e), !over);
        if (over)
            assert_non_null(strstr(e.text, "nested more than 128 levels deep"));
    }
    buf_release(&deep);
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_true(scan_all("\xef\xbb\xbf{}", 5, 0, &e));
    assert_false(scan_all("\xef\xbb\xbf", 3, 0, &e));
    assert_non_null(strstr(e.text, "empty"));
}

static void a_pinned_value_larger_than_the_limit_is_an_error(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT(1 << 20);
    buf_adds(&text, "[\"");
    for (int i = 0; i < 5000; i++)
        buf_adds(&text, "0123456789");
    buf_adds(&text, "\"]");
    struct agree_input in = {buf_str(&text), text.len, 0};
    struct scan s;
    struct scan_token t;
    scan_init(&s, agree_source(&in), "test.json", 20000, 1024);
    assert_true(scan_next(&s, &t, &e));
    assert_true(scan_next(&s, &t, &e)); /* not pinned: any size flows through */
    assert_true(scan_next(&s, &t, &e));
    assert_true(s.room < 4096);
    scan_release(&s);
    in.at = 0;
    scan_init(&s, agree_source(&in), "test.json", 20000, 1024);
    assert_true(scan_next(&s, &t, &e));
    scan_pin(&s, t.start);
    assert_false(scan_next(&s, &t, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_non_null(strstr(e.text, "larger than 20000 bytes"));
    assert_false(scan_next(&s, &t, &e)); /* a failed scanner stays failed, with the first reason */
    assert_int_equal(e.kind, ERR_LIMIT);
    scan_release(&s);
    buf_release(&text);
}

static ssize_t fails_to_read(void *context, char *bytes, size_t room)
{
    (void)context, (void)bytes, (void)room;
    errno = EIO;
    return -1;
}

static void a_disk_that_fails_is_not_called_bad_json(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct scan s;
    struct scan_token t;
    scan_init(&s, (struct scan_input){fails_to_read, NULL}, "test.json", 100, 0);
    assert_false(scan_next(&s, &t, &e));
    assert_int_equal(e.kind, ERR_IO);
    scan_release(&s);
}

/* --- the property: what jansson says of a text, the scanner says too --- */

static const char *const pieces[] = {
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"a\"",
    "\"b\"",
    "\"\\u0061\"",
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e3",
    "-0.0E-2",
    "12345678901",
    " ",
    "\n",
    "\"\\n\"",
    "\"\\/\"",
    "\"é\"",
    "\"😀\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\u00e9\"",
    "nul",
    "01",
    "1.",
    "-",
    "\"",
    "\\",
    "\xc3",
    "\xf5\x80\x80\x80",
    "\t",
    "\"\x01\"",
    "\xed\xa0\x80",
    "\"\xe2\x82\xac\"",
    "//",
    "'a'",
    "\"\"",
    "NaN",
    "\"\\u0000\"",
};

static void add_value(struct rng *rng, struct buf *b, int depth)
{
    static const char *const scalars[] = {"1",      "-2.5e1", "true", "null", "\"x\"", "\"\\u00e9\\n\"",
                                          "\"€😀\"", "\"\"",   "0"};
    uint64_t kind = rng_below(rng, depth > 5 ? 1 : 4);
    if (kind < 2) {
        buf_adds(b, scalars[rng_below(rng, ARRAY_LEN(scalars))]);
        return;
    }
    buf_adds(b, kind == 2 ? "{" : "[");
    for (uint64_t i = 0, n = rng_below(rng, 5); i < n; i++) {
        if (i)
            buf_adds(b, ", ");
        if (kind == 2) /* now and then a repeated name */
            buf_addf(b, rng_below(rng, 9) ? "\"%c%d\": " : "\"\\u%04x%d\" :", 'a' + (int)rng_below(rng, 9), (int)i / 2);
        add_value(rng, b, depth + 1);
    }
    buf_adds(b, kind == 2 ? "\n}" : " ]");
}

static void damage(struct rng *rng, struct buf *b)
{
    for (uint64_t n = rng_below(rng, 3); n && b->len; n--) {
        size_t at = rng_below(rng, b->len);
        uint64_t how = rng_below(rng, 3);
        if (how == 0)
            buf_truncate(b, at);
        else
            b->data[at] = how == 1 ? (char)rng_next(rng) : "{}[]:,\"\\ 01eE+-.tfn"[rng_below(rng, 20)];
    }
}

static void the_scanner_and_jansson_agree_on_any_text(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 20261122);
    struct buf b = BUF_INIT(1 << 20);
    int accepted = 0, refused = 0;
    for (int round = 0; round < 8000; round++) {
        buf_clear(&b);
        if (round % 2) {
            add_value(&rng, &b, 0);
            damage(&rng, &b);
        } else {
            for (uint64_t i = 0, n = rng_below(&rng, 12); i < n; i++)
                buf_adds(&b, pieces[rng_below(&rng, ARRAY_LEN(pieces))]);
        }
        struct buf why = BUF_INIT(4096);
        if (!agree(buf_str(&b), b.len, 1 + rng_below(&rng, 40), &why))
            fail_msg("round %d: %s\n%s", round, buf_str(&why), buf_str(&b));
        buf_release(&why);
        struct err e = ERR_INIT;
        *(scan_all(buf_str(&b), b.len, 0, &e) ? &accepted : &refused) += 1;
    }
    assert_true(accepted > 800 && refused > 800); /* both halves of the property were exercised */
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_named_with_byte_and_pointer),
        cmocka_unit_test(the_same_key_twice_is_refused_however_it_is_spelled),
        cmocka_unit_test(nesting_has_a_limit_that_is_said),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(a_pinned_value_larger_than_the_limit_is_an_error),
        cmocka_unit_test(a_disk_that_fails_is_not_called_bad_json),
        cmocka_unit_test(the_scanner_and_jansson_agree_on_any_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
