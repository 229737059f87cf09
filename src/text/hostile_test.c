/* hostile_test.c - no text takes longer than its length: four times as much may take four times as long, not sixteen.
 *
 * Measured in processor time, each the better of two, from a size on where there is something to measure; what looks
 * too slow is measured again before it counts, since others may be busy on the same machine. TANDEM_TIMES=1 prints. */
#include "text/doc.h"
#include "text/hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

enum { SIZE_MIN = 1 << 12, SIZE_MAX_ = 1 << 20, TRIES = 4 };
static const double ENOUGH = 0.004, RATIO_MAX = 9;

typedef void work_fn(const char *bytes, size_t length);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(work_fn *work, const struct buf *text)
{
    double best = 1e9;
    for (int i = 0; i < 2; i++) {
        double start = now();
        work(buf_str(text), text->len);
        double took = now() - start;
        best = took < best ? took : best;
    }
    return best;
}

static void all_that_is_done_with_markup(const char *bytes, size_t length)
{
    struct arena a = ARENA_INIT;
    struct text_doc *doc = text_from_wiki(&a, bytes, length);
    struct text_loss *losses;
    size_t adf_length;
    text_to_adf_bytes(&a, doc, &adf_length);
    text_to_wiki(&a, text_without_native(&a, doc));
    text_canonical(&a, doc);
    text_to_plain(&a, doc);
    text_loss_to_adf(&a, doc, &losses);
    arena_release(&a);
}

static void all_that_is_done_with_adf(const char *bytes, size_t length)
{
    struct arena a = ARENA_INIT;
    struct text_doc *doc;
    struct err e = ERR_INIT;
    size_t adf_length;
    if (text_from_adf_bytes(&a, bytes, length, "the text", &doc, &e)) {
        text_to_adf_bytes(&a, doc, &adf_length);
        text_to_wiki(&a, doc);
        text_canonical(&a, doc);
        text_to_plain(&a, doc);
    }
    arena_release(&a);
}

typedef void make_fn(struct buf *out, size_t which, size_t bytes);

static void make_wiki(struct buf *out, size_t which, size_t bytes)
{
    hostile_wiki(out, HOSTILE_WIKI[which], bytes);
}

static void make_adf(struct buf *out, size_t which, size_t bytes)
{
    hostile_adf(out, &HOSTILE_ADF[which], bytes);
}

static double ratio_of(make_fn *make, work_fn *work, size_t which, struct buf *text)
{
    double once = 0;
    size_t size = SIZE_MIN / 2;
    while (once < ENOUGH && size < SIZE_MAX_ / 4) {
        size *= 2;
        make(text, which, size);
        once = seconds_of(work, text);
    }
    if (once < ENOUGH)
        return 0; /* so fast that there is nothing to compare */
    make(text, which, size * 4);
    double more = seconds_of(work, text);
    if (getenv("TANDEM_TIMES"))
        fprintf(stderr, "%-24.24s %7zu bytes %6.1f ms, four times as many %5.1f times as long\n", buf_str(text), size,
                once * 1e3, more / once);
    return more / once;
}

static void expect_linear(make_fn *make, work_fn *work, size_t count)
{
    struct buf text = BUF_INIT(16u << 20);
    for (size_t i = 0; i < count; i++) {
        double ratio = ratio_of(make, work, i, &text);
        for (int again = 1; again < TRIES && ratio > RATIO_MAX; again++)
            ratio = ratio_of(make, work, i, &text);
        if (ratio > RATIO_MAX) {
            make(&text, i, 40);
            fail_msg("four times as much of \"%s…\" takes %.1f times as long", buf_str(&text), ratio);
        }
    }
    buf_release(&text);
}

static void markup_takes_linear_time(void **state)
{
    (void)state;
    expect_linear(make_wiki, all_that_is_done_with_markup, ARRAY_LEN(HOSTILE_WIKI));
}

static void adf_takes_linear_time(void **state)
{
    (void)state;
    expect_linear(make_adf, all_that_is_done_with_adf, ARRAY_LEN(HOSTILE_ADF));
}

/* What the test is worth: it must see a program that is not linear. */
static void goes_through_it_for_each_byte(const char *bytes, size_t length)
{
    volatile size_t found = 0;
    for (size_t i = 0; i < length; i++)
        for (size_t k = i; k < length && k < i + 40000; k++)
            found += bytes[k] == bytes[i];
    assert_true(found >= length);
}

static void a_quadratic_program_would_be_seen(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(16u << 20);
    double ratio = ratio_of(make_wiki, goes_through_it_for_each_byte, 0, &text);
    assert_true(ratio > RATIO_MAX);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_takes_linear_time),
        cmocka_unit_test(adf_takes_linear_time),
        cmocka_unit_test(a_quadratic_program_would_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
