/* arena.h - memory for one unit of work, freed in one stroke.
 *
 * The ownership law of the whole program: a function that takes an arena returns memory that lives as long as that
 * arena; one that does not, keeps nothing.
 *
 * Threads: an arena belongs to one thread. Out of memory aborts; there is no error to handle.
 * Life:    struct arena a = ARENA_INIT; ... arena_release(&a);   arena_clear() empties it for reuse. */
#pragma once

#include "base/attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena_deferred;

struct arena {
    struct arena_block *head;        /* newest first */
    struct arena_deferred *deferred; /* run newest first */
    size_t used;                     /* bytes handed out since init or clear */
};

#define ARENA_INIT                                                                                                     \
    {                                                                                                                  \
        0                                                                                                              \
    }

void arena_init(struct arena *);
/* Frees everything; deferred functions run first, newest first. The arena is empty and usable afterwards. */
void arena_clear(struct arena *);
void arena_release(struct arena *);
/* As arena_clear, but keeps a block for what comes next: for scratch memory in a loop. */
void arena_recycle(struct arena *);

/* Returns zeroed memory of `size` bytes, aligned for any type. Never NULL; a size of 0 gives a unique address. */
void *arena_alloc(struct arena *, size_t size);
#define arena_new(a, type)           ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, length) ((type *)arena_alloc_array((a), (length), sizeof(type)))
/* Aborts when count * size overflows. */
void *arena_alloc_array(struct arena *, size_t count, size_t size);

/* A copy with a terminating zero. arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *, const char *);
char *arena_strndup(struct arena *, const char *, size_t length);
char *arena_printf(struct arena *, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *, const char *format, va_list);

/* Runs fn(ptr) when the arena is cleared or released: ties a foreign object's life to the arena. */
void arena_defer(struct arena *, void (*fn)(void *), void *ptr);

/* Grows an array that lives in an arena, by doubling: returns the place for the new last element, zeroed.
 *   struct pair **list = NULL; size_t count = 0;  *arena_push(a, list, count) = pair;  */
#define arena_push(a, list, count) ((list) = arena_push_((a), (list), (count), sizeof *(list)), &(list)[(count)++])
void *arena_push_(struct arena *, void *list, size_t count, size_t size);
