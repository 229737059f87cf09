#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Why blocks and not one malloc each: a pass makes thousands of short strings and drops them together. An arena that
 * has grown large goes on in huge pages, where the system has them: most of the time that it takes to fill fresh memory
 * goes into its pages. */

enum { BLOCK_BYTES = 16 * 1024, HUGE_BYTES = 2 * 1024 * 1024, LARGE_FROM = 512 * 1024, ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    void *mapping; /* what munmap gets, with mapped bytes; NULL for memory of malloc's */
    size_t mapped;
    _Alignas(16) unsigned char bytes[];
};

struct arena_deferred {
    struct arena_deferred *next;
    void (*fn)(void *);
    void *ptr;
};

static NORETURN void out_of_memory(void)
{
    fputs("tandem: out of memory\n", stderr);
    abort();
}

void arena_init(struct arena *a)
{
    *a = (struct arena)ARENA_INIT;
}

static void block_free(struct arena_block *b)
{
    if (b->mapping)
        munmap(b->mapping, b->mapped);
    else
        free(b);
}

void arena_clear(struct arena *a)
{
    for (struct arena_deferred *d = a->deferred; d; d = d->next)
        d->fn(d->ptr);
    for (struct arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        block_free(b);
    }
    arena_init(a);
}

void arena_recycle(struct arena *a)
{
    struct arena_block *b = a->head;
    if (!b || b->next || a->deferred || b->size > BLOCK_BYTES) {
        arena_clear(a);
        return;
    }
    memset(b->bytes, 0, b->used);
    b->used = a->used = 0;
}

void arena_release(struct arena *a)
{
    arena_clear(a);
}

/* A huge page for small things; NULL where there is none to be had. */
static struct arena_block *huge_new(void)
{
    size_t mapped = 2 * (size_t)HUGE_BYTES; /* one page of it is aligned; nothing is spent on what is not touched */
    char *mapping = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    struct arena_block *b = (void *)(((uintptr_t)mapping + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
    (void)madvise(b, HUGE_BYTES, MADV_HUGEPAGE);
    b->mapping = mapping;
    b->mapped = mapped;
    b->size = HUGE_BYTES - sizeof *b;
    return b;
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        out_of_memory();
    struct arena_block *b = size == BLOCK_BYTES && a->used >= LARGE_FROM ? huge_new() : NULL;
    if (!b && (b = calloc(1, sizeof *b + size)))
        b->size = size;
    if (!b)
        out_of_memory();
    b->next = a->head;
    a->head = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size = size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    struct arena_block *b = a->head;
    if (!b || b->size - b->used < size)
        b = block_new(a, size > BLOCK_BYTES / 4 ? size : BLOCK_BYTES);
    void *p = b->bytes + b->used;
    b->used += size;
    a->used += size;
    if (b->used == b->size && b->next && b->next->size - b->next->used >= 512) {
        /* a large block was put in front of one with room: keep filling the other */
        struct arena_block *roomy = b->next;
        b->next = roomy->next;
        roomy->next = b;
        a->head = roomy;
    }
    return p;
}

void *arena_alloc_array(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size)
        out_of_memory();
    return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    memcpy(copy, s, length);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    char small[256]; /* most texts are short, and formatting twice costs twice */
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, args);
    if (length < 0)
        abort();
    char *s = arena_alloc(a, (size_t)length + 1);
    if ((size_t)length < sizeof small)
        memcpy(s, small, (size_t)length);
    else
        vsnprintf(s, (size_t)length + 1, format, again);
    va_end(again);
    return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *ptr)
{
    struct arena_deferred *d = arena_new(a, struct arena_deferred);
    *d = (struct arena_deferred){a->deferred, fn, ptr};
    a->deferred = d;
}

void *arena_push_(struct arena *a, void *list, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 8 && (count & (count - 1)) == 0);
    if (!full)
        return list;
    size_t room = count < 8 ? 8 : count * 2;
    void *grown = arena_alloc_array(a, room, size);
    if (count)
        memcpy(grown, list, count * size);
    return grown;
}
