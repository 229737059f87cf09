#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void every_character_is_written_as_utf8(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        const char *bytes;
    } cases[] = {{'a', "a"},
                 {0x7f, "\x7f"},
                 {0x80, "\xc2\x80"},
                 {0x7ff, "\xdf\xbf"},
                 {0x800, "\xe0\xa0\x80"},
                 {0xffff, "\xef\xbf\xbf"},
                 {0x10000, "\xf0\x90\x80\x80"},
                 {0x10ffff, "\xf4\x8f\xbf\xbf"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[5] = "";
        assert_int_equal(str_put_utf8(out, cases[i].code), strlen(cases[i].bytes));
        assert_string_equal(out, cases[i].bytes);
        assert_true(str_is_utf8(out, strlen(out)));
    }
}

static void a_wrong_byte_is_found_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t length = 1; length <= 20; length++)
        for (size_t at = 0; at < length; at++) {
            char text[20];
            memset(text, 'x', sizeof text);
            assert_true(str_is_utf8(text, length));
            text[at] = (char)0xc3; /* half a character */
            assert_false(str_is_utf8(text, length));
            if (at + 1 < length) {
                text[at + 1] = (char)0xa4;
                assert_true(str_is_utf8(text, length));
            }
        }
    assert_false(str_is_utf8("12345678\xed\xa0\x80", 11)); /* a surrogate */
    assert_false(str_is_utf8("1234567\xc0\xaf", 9));       /* longer than it need be */
}

/* RFC 4231, test case 2. */
static void hmac_is_the_published_one(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    unsigned char out[STR_HMAC_BYTES];
    str_hmac_sha256("Jefe", "what do ya want for nothing?", out);
    assert_string_equal(str_hex(&a, out, sizeof out),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_is_the_published_one),
        cmocka_unit_test(every_character_is_written_as_utf8),
        cmocka_unit_test(a_wrong_byte_is_found_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
