/* The first byte says where the reader's seams fall; the rest is the file. What jansson accepts the scanner accepts,
 * with the same values; what the pair file reader accepts is JSON, and its ranges hold what they say. */
#include "migrate/pairfile.h"
#include "migrate/pairfile_agree.h"

#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* Every range that the reader hands out must hold what it says. */
static void check_record(const struct pairfile_record *r, const char *bytes)
{
    must(bytes[r->whole.start] == '{' && bytes[r->whole.end - 1] == '}', "a record's range");
    must(bytes[r->local_key_at.start] == '"' && bytes[r->local_key_at.end - 1] == '"', "localIssueKey's range");
    for (size_t i = 0; i < r->comment_count; i++) {
        const struct pairfile_comment *c = &r->comments[i];
        must(bytes[c->whole.start] == '{' && bytes[c->whole.end - 1] == '}', "a comment's range");
        must(!c->id || (c->at.start > c->whole.start && c->at.end < c->whole.end), "localId's range");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 1 << 20)
        return 0;
    const char *bytes = (const char *)data + 1;
    size_t window = data[0] ? data[0] : 1;
    struct buf why = BUF_INIT(4096);
    must(agree(bytes, size - 1, window, &why), buf_str(&why));
    buf_release(&why);
    int fd = memfd_create("pairs", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    must(fd >= 0 && write(fd, bytes, size - 1) == (ssize_t)size - 1, "writing to memory");
    struct pairfile file;
    struct pairfile_event ev;
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    must(pairfile_open(&file, path, window, &e), e.text);
    bool ok;
    while ((ok = pairfile_next(&file, &a, &ev, &e)) && ev.kind != PAIRFILE_END)
        if (ev.kind == PAIRFILE_RECORD)
            check_record(&ev.record, bytes);
    must(!ok || scan_all(bytes, size - 1, 0, &e), "a pair file that is not JSON");
    must(ok || strstr(e.text, "pointer \""), "an error without a place");
    pairfile_close(&file);
    arena_release(&a);
    close(fd);
    return 0;
}
