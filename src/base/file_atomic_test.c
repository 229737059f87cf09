#include "base/file_atomic.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    struct arena a;
    char folder[32];
};

static char *in(struct place *p, const char *name)
{
    return arena_printf(&p->a, "%s/%s", p->folder, name);
}

static int set_up(void **state)
{
    static struct place p;
    p = (struct place){.folder = "/tmp/tandem-atomic-XXXXXX"};
    *state = &p;
    return mkdtemp(p.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const NAMES[] = {"file", "link", "pipe", "folder"};
    struct place *p = *state;
    for (size_t i = 0; i < 4; i++)
        if (unlink(in(p, NAMES[i])) != 0)
            rmdir(in(p, NAMES[i]));
    int left = rmdir(p->folder); /* fails when a temporary file was left behind */
    arena_release(&p->a);
    return left;
}

static void holds(struct place *p, const char *name, const char *text)
{
    struct buf b = BUF_INIT(100);
    struct err e = ERR_INIT;
    if (!file_read(in(p, name), &b, &e))
        fail_msg("%s", e.text);
    assert_string_equal(buf_str(&b), text);
    buf_release(&b);
}

static void a_file_is_replaced_whole(void **state)
{
    struct place *p = *state;
    struct err e = ERR_INIT;
    assert_true(file_atomic_write(in(p, "file"), "old", 3, &e));
    assert_true(file_atomic_write(in(p, "file"), "new", 3, &e));
    holds(p, "file", "new");
}

static void a_link_stays_and_what_it_names_is_replaced(void **state)
{
    struct place *p = *state;
    struct err e = ERR_INIT;
    struct stat st;
    assert_true(file_atomic_write(in(p, "file"), "old", 3, &e));
    assert_int_equal(symlink("file", in(p, "link")), 0);
    assert_true(file_atomic_write(in(p, "link"), "new", 3, &e));
    holds(p, "file", "new");
    assert_int_equal(lstat(in(p, "link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

/* A rename over /dev/full or /dev/stdout would put a file where the machine expects its device. */
static void what_is_no_ordinary_file_is_left_alone(void **state)
{
    static const char *const NAMES[] = {"pipe", "folder"};
    struct place *p = *state;
    struct stat st;
    assert_int_equal(mkfifo(in(p, "pipe"), 0600), 0);
    assert_int_equal(mkdir(in(p, "folder"), 0700), 0);
    for (int i = 0; i < 2; i++) {
        struct err e = ERR_INIT;
        assert_false(file_atomic_write(in(p, NAMES[i]), "new", 3, &e));
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, NAMES[i]));
        assert_int_equal(stat(in(p, NAMES[i]), &st), 0);
        assert_false(S_ISREG(st.st_mode));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_replaced_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_stays_and_what_it_names_is_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_ordinary_file_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
