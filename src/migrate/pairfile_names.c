#include "migrate/pairfile_names.h"

#include "migrate/pairfile_scan.h"

#include <stdlib.h>
#include <string.h>

enum { UNINDEXED = 24, BYTES_MAX = 64 << 20, COUNT_MAX = 4 << 20, KEPT_SLOTS = 4096 };

static void *grown(void *old, size_t bytes)
{
    void *more = realloc(old, bytes);
    if (!more)
        abort();
    return more;
}

void names_init(struct names *n)
{
    *n = (struct names){.bytes = BUF_INIT(BYTES_MAX)};
}

void names_release(struct names *n)
{
    free(n->list);
    buf_release(&n->bytes);
    *n = (struct names){.bytes = BUF_INIT(BYTES_MAX)};
}

void names_open(const struct names *n, struct name_scope *scope)
{
    scope->first = n->count;
    scope->first_byte = (uint32_t)n->bytes.len;
    scope->is_indexed = false;
}

void names_close(struct names *n, struct name_scope *scope)
{
    n->count = scope->first;
    buf_truncate(&n->bytes, scope->first_byte);
    if (scope->slot_count > KEPT_SLOTS) /* one giant object must not make every later one pay for clearing its table */
        names_forget(scope);
}

void names_forget(struct name_scope *scope)
{
    free(scope->slots);
    scope->slots = NULL;
    scope->slot_count = 0;
}

const char *names_text(const struct names *n, uint32_t name, size_t *length_r)
{
    *length_r = n->list[name].length;
    return buf_str(&n->bytes) + n->list[name].at;
}

static uint64_t hash_bytes(const char *bytes, size_t length)
{
    uint64_t h = 0xcbf29ce484222325u ^ length;
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    for (; length; bytes++, length--)
        h = (h ^ (unsigned char)*bytes) * 0x100000001b3u;
    return h ^ h >> 32;
}

static bool is_same(const struct names *n, const struct name *x, const struct name *y)
{
    return x->hash == y->hash && x->length == y->length &&
           memcmp(buf_str(&n->bytes) + x->at, buf_str(&n->bytes) + y->at, x->length) == 0;
}

static void build_index(const struct names *n, struct name_scope *scope, uint32_t count)
{
    uint32_t wanted = 64;
    while (wanted < count * 4)
        wanted *= 2;
    if (scope->slot_count < wanted) {
        scope->slots = grown(scope->slots, wanted * sizeof *scope->slots);
        scope->slot_count = wanted;
    }
    memset(scope->slots, 0, scope->slot_count * sizeof *scope->slots);
    uint32_t mask = scope->slot_count - 1;
    for (uint32_t i = scope->first; i < scope->first + count; i++) {
        uint32_t at = (uint32_t)n->list[i].hash & mask;
        while (scope->slots[at])
            at = (at + 1) & mask;
        scope->slots[at] = i + 1;
    }
    scope->is_indexed = true;
}

/* Is the last name in this object already? */
static bool is_known(const struct names *n, struct name_scope *scope)
{
    uint32_t last = n->count - 1, count = last - scope->first;
    if (count < UNINDEXED) {
        for (uint32_t i = scope->first; i < last; i++)
            if (is_same(n, &n->list[i], &n->list[last]))
                return true;
        return false;
    }
    if (!scope->is_indexed || count * 2 > scope->slot_count)
        build_index(n, scope, count);
    uint32_t mask = scope->slot_count - 1, at = (uint32_t)n->list[last].hash & mask;
    for (; scope->slots[at]; at = (at + 1) & mask)
        if (is_same(n, &n->list[scope->slots[at] - 1], &n->list[last]))
            return true;
    scope->slots[at] = last + 1;
    return false;
}

enum names_result names_add(struct names *n, struct name_scope *scope, const char *raw, size_t length, bool has_escape)
{
    size_t at = n->bytes.len;
    if (n->count == n->room) {
        n->room = n->room ? n->room * 2 : 64;
        n->list = grown(n->list, n->room * sizeof *n->list);
    }
    buf_add(&n->bytes, raw, length);
    if (n->bytes.overflow || n->count >= COUNT_MAX)
        return NAMES_TOO_MANY;
    if (has_escape) {
        length = scan_decode(raw, length, n->bytes.data + at);
        buf_truncate(&n->bytes, at + length);
    }
    n->list[n->count++] = (struct name){hash_bytes(buf_str(&n->bytes) + at, length), (uint32_t)at, (uint32_t)length};
    return is_known(n, scope) ? NAMES_KNOWN : NAMES_NEW;
}
