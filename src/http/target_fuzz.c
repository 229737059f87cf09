/* Any bytes as a target: what comes out, written again and read again, must be the same. */
#include "base/buf.h"
#include "base/str.h"
#include "http/http.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *print(struct arena *a, const struct http_target *t)
{
    struct buf out = BUF_INIT(SIZE_MAX / 4);
    buf_addc(&out, '/');
    for (size_t i = 0; i < t->segment_count; i++)
        buf_addf(&out, "%s/", str_percent_encode(a, t->segments[i]));
    for (size_t i = 0; i < t->param_count; i++)
        buf_addf(&out, "%c%s=%s", i ? '&' : '?', str_percent_encode(a, t->params[i].name),
                 str_percent_encode(a, t->params[i].value));
    const char *copy = arena_strndup(a, buf_str(&out), out.len);
    buf_release(&out);
    return copy;
}

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct http_target first, second;
    http_target_parse(&a, arena_strndup(&a, (const char *)data, size), &first);
    must(strlen(first.path) <= size);
    http_target_parse(&a, print(&a, &first), &second);
    must(first.segment_count == second.segment_count && first.param_count == second.param_count);
    for (size_t i = 0; i < first.segment_count; i++)
        must(str_eq(first.segments[i], second.segments[i]));
    for (size_t i = 0; i < first.param_count; i++) {
        must(str_eq(first.params[i].name, second.params[i].name));
        must(str_eq(first.params[i].value, second.params[i].value));
        must(http_param(&first, first.params[i].name) != NULL);
    }
    arena_release(&a);
    return 0;
}
