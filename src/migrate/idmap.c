#include "migrate/idmap.h"

#include "base/json.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_BYTES = 1 << 20 };

void idmap_release(struct idmap *m)
{
    free(m->pairs);
    *m = (struct idmap)IDMAP_INIT;
}

static bool is_comment(const char *type)
{
    for (const char *p = type; *p; p++)
        if (*p == ':' || *p == '/' || *p == '.')
            type = p + 1;
    static const char *const names[] = {"comment", "comments", "issueComment", "issue_comment", "issue-comment"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(type, names[i]))
            return true;
    return false;
}

static bool add_line(struct idmap *m, struct arena *a, const char *line, size_t length, const char *where,
                     struct err *e)
{
    const json_t *entry = json_parse(a, line, length, true, where, e);
    if (!entry) {
        e->kind = ERR_INPUT;
        return false;
    }
    const char *type = json_at_str(entry, "entityType");
    if (!type)
        return err_set(e, ERR_INPUT,
                       "%s: no entityType; each line must be {\"entityType\", \"sourceId\", \"targetId\"}", where);
    if (!is_comment(type))
        return true;
    const char *ids[2] = {json_at_id(a, entry, "sourceId"), json_at_id(a, entry, "targetId")};
    struct idmap_pair pair;
    if (!ids[0] || !ids[1] || !str_to_int(ids[0], &pair.old_id) || !str_to_int(ids[1], &pair.new_id))
        return err_set(e, ERR_INPUT, "%s: sourceId and targetId of a comment must be ids (digits)", where);
    if (m->count == m->room) {
        m->room = m->room ? m->room * 2 : 1024;
        m->pairs = realloc(m->pairs, m->room * sizeof *m->pairs);
        if (!m->pairs)
            abort();
    }
    m->pairs[m->count++] = pair;
    return true;
}

static int by_old(const void *x, const void *y)
{
    const struct idmap_pair *a = x, *b = y;
    if (a->old_id != b->old_id)
        return a->old_id < b->old_id ? -1 : 1;
    return (a->new_id > b->new_id) - (a->new_id < b->new_id);
}

static int by_new(const void *x, const void *y)
{
    const struct idmap_pair *a = x, *b = y;
    if (a->new_id != b->new_id)
        return a->new_id < b->new_id ? -1 : 1;
    return (a->old_id > b->old_id) - (a->old_id < b->old_id);
}

/* A line that only repeats another one is harmless; everything else that meets twice is a contradiction. */
static bool check(struct idmap *m, const char *path, struct err *e)
{
    if (!m->count)
        return true;
    qsort(m->pairs, m->count, sizeof *m->pairs, by_new);
    for (size_t i = 1; i < m->count; i++)
        if (m->pairs[i].new_id == m->pairs[i - 1].new_id && m->pairs[i].old_id != m->pairs[i - 1].old_id)
            return err_set(e, ERR_INPUT, "%s: comments %lld and %lld both became %lld; which is right cannot be known",
                           path, (long long)m->pairs[i - 1].old_id, (long long)m->pairs[i].old_id,
                           (long long)m->pairs[i].new_id);
    qsort(m->pairs, m->count, sizeof *m->pairs, by_old);
    for (size_t i = 1; i < m->count; i++)
        if (m->pairs[i].old_id == m->pairs[i - 1].old_id && m->pairs[i].new_id != m->pairs[i - 1].new_id)
            return err_set(e, ERR_INPUT, "%s: comment %lld became both %lld and %lld; which is right cannot be known",
                           path, (long long)m->pairs[i].old_id, (long long)m->pairs[i - 1].new_id,
                           (long long)m->pairs[i].new_id);
    return true;
}

static bool read_lines(struct idmap *m, FILE *f, const char *path, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *line = NULL, where[512];
    size_t room = 0;
    ssize_t length;
    bool ok = true;
    for (long long number = 1; ok && (length = getline(&line, &room, f)) >= 0; number++) {
        snprintf(where, sizeof where, "%.400s: line %lld", path, number);
        if (length > LINE_MAX_BYTES)
            ok = err_set(e, ERR_INPUT, "%s: longer than %d bytes; this is no id map", where, LINE_MAX_BYTES);
        else if (strspn(line, " \t\r\n") < (size_t)length)
            ok = add_line(m, &a, line, (size_t)length, where, e);
        arena_clear(&a);
    }
    if (ok && ferror(f))
        ok = err_set(e, ERR_IO, "%s: reading failed: %s", path, strerror(errno));
    free(line);
    arena_release(&a);
    return ok;
}

bool idmap_read(struct idmap *m, const char *path, struct err *e)
{
    *m = (struct idmap)IDMAP_INIT;
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_set(e, ERR_INPUT, "%s: %s; give the path of an id map", path, strerror(errno));
    bool ok = fstat(fileno(f), &st) == 0 && !S_ISDIR(st.st_mode)
                  ? read_lines(m, f, path, e)
                  : err_set(e, ERR_INPUT, "%s: is a directory; give the path of an id map", path);
    fclose(f);
    ok = ok && check(m, path, e);
    if (!ok)
        idmap_release(m);
    return ok;
}

bool idmap_comment(const struct idmap *m, const char *old_id, int64_t *new_id_r)
{
    int64_t wanted;
    if (!m->count || !str_to_int(old_id, &wanted))
        return false;
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->pairs[middle].old_id < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == m->count || m->pairs[low].old_id != wanted)
        return false;
    *new_id_r = m->pairs[low].new_id;
    return true;
}
