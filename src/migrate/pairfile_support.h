/* pairfile_support.h - what the tests of this folder share: a scratch folder, files in and out of it. Test code only.
 */
#pragma once

#include "base/file_atomic.h"
#include "base/str.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scratch {
    char folder[64];
    struct arena arena;
    struct err e;
};

static inline int scratch_setup(void **state)
{
    struct scratch *s = calloc(1, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "/tmp/tandem-migrate-XXXXXX");
    *state = s;
    return mkdtemp(s->folder) ? 0 : -1;
}

/* How many files are in the scratch folder; with `remove` they are taken away. */
static inline int scratch_count(struct scratch *s, bool remove)
{
    int count = 0;
    DIR *dir = opendir(s->folder);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (remove)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    return count;
}

static inline int scratch_teardown(void **state)
{
    struct scratch *s = *state;
    scratch_count(s, true);
    rmdir(s->folder);
    arena_release(&s->arena);
    free(s);
    return 0;
}

static inline char *scratch_path(struct scratch *s, const char *name)
{
    return arena_printf(&s->arena, "%s/%s", s->folder, name);
}

static inline char *scratch_write(struct scratch *s, const char *name, const char *bytes, size_t length)
{
    char *path = scratch_path(s, name);
    FILE *f = fopen(path, "wb"); /* not file_atomic: thousands of inputs need no fsync */
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, length, f), length);
    assert_int_equal(fclose(f), 0);
    return path;
}

static inline char *scratch_put(struct scratch *s, const char *name, const char *text)
{
    return scratch_write(s, name, text, strlen(text));
}

static inline char *scratch_read(struct scratch *s, const char *path)
{
    struct buf b = BUF_INIT(16 << 20);
    if (!file_read(path, &b, &s->e))
        fail_msg("%s", s->e.text);
    char *text = arena_strndup(&s->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static inline char *published_example(struct scratch *s)
{
    return scratch_read(s, TANDEM_SOURCE_DIR "/test/migrate/published-example.json");
}

static inline void assert_says(const struct err *e, const char *part)
{
    if (!strstr(e->text, part))
        fail_msg("said: %s\nwanted: %s", e->text, part);
}

#define scratch_test(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
