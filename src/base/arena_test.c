#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static void memory_is_zeroed_and_apart_however_large_the_arena_grows(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    for (int round = 0; round < 2; round++) {
        unsigned char **list = NULL;
        size_t count = 0;
        while (a.used < 8u << 20) {
            size_t size = 1 + count * 7 % 5000;
            unsigned char *p = arena_alloc(&a, size);
            assert_true(is_zero(p, size) && (uintptr_t)p % 16 == 0);
            memset(p, (int)(count % 255) + 1, size);
            *arena_push(&a, list, count) = p;
        }
        for (size_t i = 0; i < count; i++) {
            size_t size = 1 + i * 7 % 5000;
            assert_int_equal(list[i][0], i % 255 + 1);
            assert_int_equal(list[i][size - 1], i % 255 + 1);
        }
        arena_clear(&a);
        assert_int_equal(a.used, 0);
    }
    arena_release(&a);
}

static void count_call(void *calls)
{
    ++*(int *)calls;
}

static void a_recycled_arena_is_as_good_as_new(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    int calls = 0;
    for (size_t size = 1; size < 100 * 1000; size = size * 3 + 1) {
        unsigned char *p = arena_alloc(&a, size);
        assert_true(is_zero(p, size));
        memset(p, 0xff, size);
        arena_recycle(&a);
        assert_int_equal(a.used, 0);
    }
    arena_defer(&a, count_call, &calls);
    arena_recycle(&a);
    assert_int_equal(calls, 1);
    arena_release(&a);
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_apart_however_large_the_arena_grows),
        cmocka_unit_test(a_recycled_arena_is_as_good_as_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
