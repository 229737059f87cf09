#include "base/json.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void same_as_jansson(struct arena *a, const json_t *value)
{
    char *expected = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(expected);
    assert_string_equal(json_print(a, value), expected);
    free(expected);
}

/* Some text with every kind of character that needs care. */
static json_t *random_string(struct rng *rng)
{
    static const char *const PARTS[] = {"a",    "\"",   "\\", "/",  "\n", "\t", "\r", "\b", "\f",  "\x01",
                                        "\x1f", "\x7f", "é",  "漢", "😀",  "",   " ",  "\v", "x y", "</script>"};
    char text[200] = "";
    size_t used = 0;
    for (uint64_t n = rng_below(rng, 12); n > 0; n--) {
        const char *part = PARTS[rng_below(rng, ARRAY_LEN(PARTS))];
        memcpy(text + used, part, strlen(part) + 1);
        used += strlen(part);
    }
    return json_string(text);
}

static json_t *random_value(struct rng *rng, int depth)
{
    json_t *value;
    switch (rng_below(rng, depth ? 9 : 7)) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(rng_below(rng, 2));
    case 2:
        return json_integer((json_int_t)rng_next(rng));
    case 3:
        return json_real((double)(int64_t)rng_next(rng) / 7.0);
    case 4:
        return json_real((double)rng_below(rng, 100));
    case 5:
    case 6:
        return random_string(rng);
    case 7:
        value = json_array();
        for (uint64_t n = rng_below(rng, 5); n > 0; n--)
            json_array_append_new(value, random_value(rng, depth - 1));
        return value;
    default:
        value = json_object();
        for (uint64_t n = rng_below(rng, 5); n > 0; n--) {
            json_t *key = random_string(rng);
            json_object_set_new(value, json_string_value(key), random_value(rng, depth - 1));
            json_decref(key);
        }
        return value;
    }
}

static void text_is_printed_as_jansson_prints_it(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 42);
    for (int i = 0; i < 3000; i++) {
        struct arena a = ARENA_INIT;
        json_t *value = json_keep(&a, random_value(&rng, 5));
        same_as_jansson(&a, value);
        struct err e = ERR_INIT;
        char *text = json_print(&a, value);
        assert_true(json_equal(json_parse(&a, text, strlen(text), false, "text", &e), value));
        arena_release(&a);
    }
}

static void nothing_prints_as_null(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    assert_string_equal(json_print(&a, NULL), "null");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_printed_as_jansson_prints_it),
        cmocka_unit_test(nothing_prints_as_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
