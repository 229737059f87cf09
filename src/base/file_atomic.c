#include "base/file_atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read(const char *path, struct buf *out, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_set(e, ERR_INPUT, "%s: %s; give the path of a file that exists", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(e, ERR_INPUT, "%s: is a directory; give the path of a file", path);
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_set(e, ERR_INPUT, "%s: %s", path, strerror(errno));
    char chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0 && !out->overflow;)
        buf_add(out, chunk, n);
    bool failed = ferror(f);
    fclose(f);
    if (failed)
        return err_set(e, ERR_IO, "%s: reading failed: %s", path, strerror(errno));
    if (out->overflow)
        return err_set(e, ERR_INPUT, "%s: is larger than the limit of %zu bytes", path, out->max);
    return true;
}

/* Where the file will stand: a symbolic link stays, and what it names is replaced. A device or a pipe must not become a
 * file, as a rename over /dev/stdout would make it. */
static bool find_place(struct file_atomic *f, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return snprintf(f->path, sizeof f->path, "%s", path) < (int)sizeof f->path ||
               err_set(e, ERR_IO, "%.100s…: the path is too long", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_INPUT, "%s: is %s, and no file can stand in its place; give another path", path,
                       S_ISDIR(st.st_mode) ? "a directory" : "a device or a pipe");
    return realpath(path, f->path) || err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
}

bool file_atomic_open(struct file_atomic *f, const char *path, struct err *e)
{
    *f = (struct file_atomic){0};
    if (!find_place(f, path, e))
        return false;
    snprintf(f->temporary, sizeof f->temporary, "%s.tmp-%ld", f->path, (long)getpid());
    f->stream = fopen(f->temporary, "wb");
    if (!f->stream)
        return err_set(e, ERR_IO, "%s: cannot be written: %s", f->path, strerror(errno));
    return true;
}

static void sync_folder(const char *path)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd); /* some file systems refuse it for folders; the rename is still atomic */
    close(fd);
}

bool file_atomic_commit(struct file_atomic *f, struct err *e)
{
    bool ok = fflush(f->stream) == 0 && !ferror(f->stream) && fsync(fileno(f->stream)) == 0;
    int reason = errno;
    ok = fclose(f->stream) == 0 && ok;
    f->stream = NULL;
    if (ok && rename(f->temporary, f->path) != 0) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        unlink(f->temporary);
        return err_set(e, ERR_IO, "%s: writing failed: %s; nothing was changed", f->path, strerror(reason));
    }
    sync_folder(f->path);
    return true;
}

void file_atomic_abandon(struct file_atomic *f)
{
    if (!f->stream)
        return;
    fclose(f->stream);
    f->stream = NULL;
    unlink(f->temporary);
}

bool file_atomic_write(const char *path, const void *bytes, size_t length, struct err *e)
{
    struct file_atomic f;
    if (!file_atomic_open(&f, path, e))
        return false;
    fwrite(bytes, 1, length, f.stream); /* a short write shows in ferror at commit */
    return file_atomic_commit(&f, e);
}
