/* zip.c - the table of contents stands at the end of a ZIP archive, and a record behind it says where it begins. */
#include "sandbox/parts/zip.h"

#include "base/str.h"

#include <string.h>

enum { END_BYTES = 22, ENTRY_BYTES = 46, COMMENT_LIMIT = 65535 };
static const unsigned char END[] = {'P', 'K', 5, 6}, ENTRY[] = {'P', 'K', 1, 2};

static size_t two(const unsigned char *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8;
}

static size_t four(const unsigned char *p)
{
    return two(p) | two(p + 2) << 16;
}

/* NULL: there is none. */
static const unsigned char *find_end(const unsigned char *bytes, size_t length)
{
    if (length < END_BYTES)
        return NULL;
    size_t last = length - END_BYTES, first = last > COMMENT_LIMIT ? last - COMMENT_LIMIT : 0;
    for (size_t at = last + 1; at-- > first;)
        if (memcmp(bytes + at, END, sizeof END) == 0)
            return bytes + at;
    return NULL;
}

/* Old archives name their files in a code page; what is no UTF-8 is shown with question marks. */
static char *name_of(struct arena *a, const unsigned char *bytes, size_t length)
{
    char *name = arena_strndup(a, (const char *)bytes, length);
    bool is_utf8 = str_is_utf8(name, length);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || (!is_utf8 && (unsigned char)name[i] >= 0x80))
            name[i] = '?';
    return name;
}

bool zip_list(struct arena *a, const void *data, size_t length, struct zip_entry **list_r, size_t *count_r)
{
    const unsigned char *bytes = data, *end = find_end(bytes, length);
    *list_r = NULL;
    *count_r = 0;
    if (!end)
        return false;
    size_t entries = two(end + 10), at = four(end + 16), stop = (size_t)(end - bytes);
    for (size_t i = 0; i < entries; i++) {
        if (at > stop || stop - at < ENTRY_BYTES || memcmp(bytes + at, ENTRY, sizeof ENTRY) != 0)
            return false;
        const unsigned char *p = bytes + at;
        size_t name = two(p + 28), rest = two(p + 30) + two(p + 32);
        if (stop - at - ENTRY_BYTES < name + rest)
            return false;
        bool is_folder = name && p[ENTRY_BYTES + name - 1] == '/';
        if (name && !is_folder)
            *arena_push(a, *list_r, *count_r) =
                (struct zip_entry){name_of(a, p + ENTRY_BYTES, name), (int64_t)four(p + 24)};
        at += ENTRY_BYTES + name + rest;
    }
    return true;
}
