/* multipart_fuzz.c - any body as multipart/form-data, cut into pieces at places the input chooses: no crash, and what
 * comes out does not depend on the cuts. The input's first byte chooses the size of the pieces. */
#include "base/str.h"
#include "sandbox/parts/multipart.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool note_begin(void *context, const struct multipart_part *part, struct err *e)
{
    (void)e;
    buf_addf(context, "[%s|%s|%s]", part->name ? part->name : "-", part->filename ? part->filename : "-",
             part->type ? part->type : "-");
    if (part->filename && !str_is_utf8(part->filename, strlen(part->filename)))
        abort();
    return true;
}

static bool note_data(void *context, const char *bytes, size_t length, struct err *e)
{
    (void)e;
    if (!length)
        abort();
    buf_add(context, bytes, length);
    return true;
}

static bool note_end(void *context, struct err *e)
{
    (void)e;
    buf_adds(context, "[end]");
    return true;
}

static void read_all(const char *bytes, size_t size, size_t piece, struct buf *out)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct multipart m;
    struct multipart_handler handler = {out, note_begin, note_data, note_end};
    if (!multipart_open(&m, &a, "multipart/form-data; charset=utf-8; boundary=\"xx\"", &handler, &e))
        abort();
    bool ok = true;
    for (size_t at = 0; ok && at < size; at += piece)
        ok = multipart_feed(&m, bytes + at, piece < size - at ? piece : size - at, &e);
    ok = ok && multipart_close(&m, &e);
    buf_adds(out, ok ? "ok" : e.text);
    multipart_release(&m);
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct buf whole = BUF_INIT(1 << 24), cut = BUF_INIT(1 << 24);
    read_all((const char *)data + 1, size - 1, size, &whole);
    read_all((const char *)data + 1, size - 1, 1 + data[0] % 64, &cut);
    if (whole.len != cut.len || memcmp(buf_str(&whole), buf_str(&cut), whole.len) != 0)
        abort();
    buf_release(&whole);
    buf_release(&cut);
    return 0;
}
