/* attachment_expand.c - what is inside an attachment that is a ZIP archive, for people and for programs. */
#include "sandbox/parts/attachment.h"
#include "sandbox/parts/media_type.h"
#include "sandbox/parts/zip.h"

#include <string.h>

enum { SHOWN = 100, SEGMENTS = 8 };

struct archive {
    struct attachment file;
    struct zip_entry *list;
    size_t count;
};

static bool is_other_archive(const char *type)
{
    static const char *const OTHERS[] = {"application/gzip", "application/x-gzip", "application/x-tar",
                                         "application/x-7z-compressed", "application/x-rar-compressed"};
    for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++)
        if (str_eq(OTHERS[i], type))
            return true;
    return false;
}

/* What is no archive, or a damaged one, has no entries. */
static bool archive_need(struct ctx *c, struct archive *r)
{
    char *bytes;
    size_t length;
    *r = (struct archive){0};
    if (!attachment_need(c, c->args[0], &r->file))
        return false;
    if (is_other_archive(r->file.type))
        return refuse(c, 409, "The archive format of '%s' is not supported.", r->file.filename);
    if (!attachment_content(c, r->file.id, &bytes, &length))
        return false;
    if (!zip_list(c->a, bytes, length, &r->list, &r->count))
        r->count = 0;
    return true;
}

char *attachment_human_size(struct ctx *c, int64_t size)
{
    if (size >= 1 << 20)
        return arena_printf(c->a, "%.2f MB", (double)size / (1 << 20));
    return size >= 1024 ? arena_printf(c->a, "%lld kB", (long long)size / 1024)
                        : arena_printf(c->a, "%.1f k", (double)size / 1024);
}

/* A long path keeps its beginning and its end. */
static char *label_of(struct ctx *c, const char *path)
{
    char **parts, *label = arena_strdup(c->a, "");
    size_t count = str_split(c->a, path, '/', &parts);
    for (size_t i = 0; i < count; i++) {
        if (count > SEGMENTS && i == 4) {
            label = arena_printf(c->a, "%s/...", label);
            i = count - 4;
            continue;
        }
        label = arena_printf(c->a, "%s%s%s", label, i ? "/" : "", parts[i]);
    }
    return label;
}

static bool expand_human(struct ctx *c)
{
    struct archive z;
    if (!archive_need(c, &z))
        return false;
    json_t *o = new_object(c), *list = new_array(c);
    for (size_t i = 0; i < z.count && i < SHOWN; i++) {
        json_t *one = new_object(c);
        put_str(one, "path", z.list[i].name);
        put_int(one, "index", (int64_t)i);
        put_str(one, "size", attachment_human_size(c, z.list[i].size));
        put_str(one, "mediaType", media_type_of(c->a, NULL, z.list[i].name, "", 0));
        put_str(one, "label", label_of(c, z.list[i].name));
        add(list, one);
    }
    put_int(o, "id", z.file.id);
    put_str(o, "name", z.file.filename);
    put(o, "entries", list);
    put_int(o, "totalEntryCount", (int64_t)z.count);
    put_str(o, "mediaType", z.file.type);
    return reply_json(c, 200, o);
}

static bool expand_raw(struct ctx *c)
{
    struct archive z;
    if (!archive_need(c, &z))
        return false;
    json_t *o = new_object(c), *list = new_array(c);
    for (size_t i = 0; i < z.count && i < SHOWN; i++) {
        json_t *one = new_object(c);
        put_int(one, "entryIndex", (int64_t)i);
        put_str(one, "name", z.list[i].name);
        if (!c->d->is_cloud)
            put_str(one, "abbreviatedName", label_of(c, z.list[i].name));
        put_int(one, "size", z.list[i].size);
        put_str(one, "mediaType", media_type_of(c->a, NULL, z.list[i].name, "", 0));
        add(list, one);
    }
    put(o, "entries", list);
    put_int(o, "totalEntryCount", (int64_t)z.count);
    return reply_json(c, 200, o);
}

const struct route attachment_expand_routes[] = {
    {HTTP_GET, "attachment/{}/expand/human", expand_human, ON_ALL, ROUTE_ANONYMOUS},
    {HTTP_GET, "attachment/{}/expand/raw", expand_raw, ON_ALL, ROUTE_ANONYMOUS},
    {0},
};
