#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Why blocks and not one malloc each: a pass makes thousands of short strings and drops them together. */

enum { BLOCK_BYTES = 16 * 1024, ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
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

void arena_clear(struct arena *a)
{
    for (struct arena_deferred *d = a->deferred; d; d = d->next)
        d->fn(d->ptr);
    for (struct arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    arena_init(a);
}

void arena_release(struct arena *a)
{
    arena_clear(a);
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        out_of_memory();
    struct arena_block *b = calloc(1, sizeof *b + size);
    if (!b)
        out_of_memory();
    b->size = size;
    b->next = a->head;
    a->head = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size = (size + ALIGN) & ~(size_t)(ALIGN - 1); /* one byte more than asked, so that size 0 is unique */
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
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        abort();
    char *s = arena_alloc(a, (size_t)length + 1);
    vsnprintf(s, (size_t)length + 1, format, args);
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
