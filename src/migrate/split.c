/* Two readings: the first numbers the pairs and remembers where each record lies and to which chunk it belongs; the
 * second copies byte ranges. A chunk is the file with the other chunks' records left out: all bytes outside the records
 * come along, and between two records stands what stood before the later one. One chunk with everything is the file. */
#include "migrate/split.h"

#include "base/file_atomic.h"
#include "base/str.h"
#include "migrate/pairfile.h"
#include "migrate/pairfile_index.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPLIT_SIZE = 1000 };

struct place {
    uint64_t start;
    uint32_t length; /* a record is at most PAIRFILE_RECORD_MAX */
    uint32_t pair;
};

struct list {
    struct place *places;
    int64_t count, room;
};

struct plan {
    const struct split_options *options;
    struct list lists[2]; /* of the connectors in the order they stand in the file */
    enum side sides[2];
    int connector_count;
    struct list by_chunk[2]; /* the same places, sorted by chunk, else in file order */
    struct pairfile_index index;
    unsigned char *seen; /* per pair: bit 1 << side */
    int64_t seen_room;
    struct split_report report;
};

static void *grown(void *old, size_t bytes)
{
    void *more = realloc(old, bytes);
    if (!more)
        abort();
    return more;
}

static bool note_record(struct plan *p, struct list *list, const struct pairfile_record *r, struct err *e)
{
    if (p->report.pairs >= UINT32_MAX - 1)
        return err_set(e, ERR_LIMIT, "%s: more than %lld pairs", p->options->in_path, (long long)p->report.pairs);
    uint32_t pair = (uint32_t)p->report.pairs;
    const char *keys[2];
    keys[r->side] = r->local_key;
    keys[side_other(r->side)] = r->remote_key;
    bool is_known = pairfile_index_meet(&p->index, keys[0] ? keys[0] : "", keys[1], pair, &pair);
    p->report.pairs += !is_known;
    if (pair >= p->seen_room) {
        p->seen_room = p->seen_room ? p->seen_room * 2 : 1024;
        p->seen = grown(p->seen, (size_t)p->seen_room);
    }
    if (!is_known)
        p->seen[pair] = 0;
    p->report.repeated += p->seen[pair] >> r->side & 1;
    p->seen[pair] |= (unsigned char)(1 << r->side);
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 1024;
        list->places = grown(list->places, (size_t)list->room * sizeof *list->places);
    }
    list->places[list->count++] =
        (struct place){(uint64_t)r->whole.start, (uint32_t)(r->whole.end - r->whole.start), pair};
    p->report.records[r->side]++;
    return true;
}

static bool read_plan(struct plan *p, struct pairfile *file, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct pairfile_event event;
    bool ok;
    while ((ok = pairfile_next(file, &a, &event, e)) && event.kind != PAIRFILE_END) {
        if (event.kind == PAIRFILE_CONNECTOR)
            p->sides[p->connector_count++] = event.side;
        else if (event.kind == PAIRFILE_RECORD)
            ok = note_record(p, &p->lists[p->connector_count - 1], &event.record, e);
        pairfile_rest_arena(&a);
        if (!ok)
            break;
    }
    arena_release(&a);
    for (int64_t i = 0; i < p->report.pairs && p->connector_count == 2; i++)
        p->report.half += p->seen[i] != 3;
    int64_t size = p->options->size ? p->options->size : SPLIT_SIZE;
    p->report.chunks = p->report.pairs ? (p->report.pairs + size - 1) / size : 1;
    return ok;
}

/* Counting sort, stable: within a chunk the file's order stays. */
static void sort_by_chunk(struct plan *p, int which)
{
    int64_t size = p->options->size ? p->options->size : SPLIT_SIZE;
    const struct list *from = &p->lists[which];
    struct list *to = &p->by_chunk[which];
    int64_t *next = calloc((size_t)p->report.chunks + 1, sizeof *next);
    if (!next)
        abort();
    to->places = grown(NULL, (size_t)(from->count + 1) * sizeof *to->places);
    to->count = from->count;
    for (int64_t i = 0; i < from->count; i++)
        next[from->places[i].pair / size + 1]++;
    for (int64_t i = 0; i < p->report.chunks; i++)
        next[i + 1] += next[i];
    for (int64_t i = 0; i < from->count; i++)
        to->places[next[from->places[i].pair / size]++] = from->places[i];
    free(next);
}

/* --- chunk files of an earlier run --- */

static bool chunk_number(const char *name, int64_t *number_r)
{
    static const char head[] = "chunkedMappingFile-", tail[] = ".json";
    if (!str_starts(name, head) || !str_ends(name, tail) || strlen(name) < sizeof head - 1 + sizeof tail)
        return false;
    char digits[20];
    size_t length = strlen(name) - (sizeof head - 1) - (sizeof tail - 1);
    if (length >= sizeof digits)
        return false;
    memcpy(digits, name + sizeof head - 1, length);
    digits[length] = 0;
    return str_to_int(digits, number_r) && *number_r >= 0;
}

static const char *folder(const struct plan *p)
{
    return str_is_empty(p->options->into) ? "." : p->options->into;
}

static bool chunk_path(const struct plan *p, int64_t number, char path[4096], struct err *e)
{
    int n = str_is_empty(p->options->into)
                ? snprintf(path, 4096, "chunkedMappingFile-%lld.json", (long long)number)
                : snprintf(path, 4096, "%s/chunkedMappingFile-%lld.json", p->options->into, (long long)number);
    return n < 4096 ? true : err_set(e, ERR_INPUT, "%.100s…: the path is too long", p->options->into);
}

static bool refuse_earlier(const struct plan *p, struct err *e)
{
    DIR *dir = opendir(folder(p));
    if (!dir)
        return err_set(e, ERR_INPUT, "%s: %s; give a folder that exists", folder(p), strerror(errno));
    struct buf names = BUF_INIT(300);
    int64_t number, count = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (chunk_number(entry->d_name, &number) && count++ < 5)
            buf_addf(&names, "%s%s", names.len ? ", " : "", entry->d_name);
    closedir(dir);
    bool ok = count == 0 || p->options->has_force;
    if (!ok)
        err_set(
            e, ERR_STATE,
            "%s: chunk files of an earlier run are there (%s%s); uploading a mix of old and new would pair the wrong "
            "issues. Move them away, choose another folder, or replace them with --force",
            folder(p), buf_str(&names), count > 5 ? ", …" : "");
    buf_release(&names);
    return ok;
}

static bool remove_left_over(struct plan *p, struct err *e)
{
    DIR *dir = opendir(folder(p));
    if (!dir)
        return err_set(e, ERR_IO, "%s: %s", folder(p), strerror(errno));
    bool ok = true;
    int64_t number;
    for (struct dirent *entry; ok && (entry = readdir(dir));) {
        if (!chunk_number(entry->d_name, &number) || (number >= 1 && number <= p->report.chunks))
            continue;
        ok = unlinkat(dirfd(dir), entry->d_name, 0) == 0;
        p->report.removed += ok;
        if (!ok)
            err_set(e, ERR_IO, "%s/%s: is left over from an earlier run and cannot be removed: %s; do not upload it",
                    folder(p), entry->d_name, strerror(errno));
    }
    closedir(dir);
    return ok;
}

/* --- writing --- */

static bool copy(const struct pairfile *file, int64_t start, int64_t end, FILE *to, struct err *e)
{
    return pairfile_copy_range(file, (struct pairfile_range){start, end}, to, e);
}

/* The end of the record that stands before this one in its array; -1 for the array's first. */
static int64_t end_before(const struct list *list, const struct place *place)
{
    int64_t low = 0, high = list->count - 1;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (list->places[middle].start < place->start)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? (int64_t)(list->places[low - 1].start + list->places[low - 1].length) : -1;
}

static bool write_chunk(const struct plan *p, const struct pairfile *file, int64_t chunk, int64_t next[2], FILE *to,
                        struct err *e)
{
    int64_t size = p->options->size ? p->options->size : SPLIT_SIZE, done = 0;
    for (int which = 0; which < p->connector_count; which++) {
        const struct list *all = &p->lists[which], *sorted = &p->by_chunk[which];
        if (!all->count)
            continue;
        if (!copy(file, done, (int64_t)all->places[0].start, to, e))
            return false;
        bool is_first = true;
        for (; next[which] < sorted->count && sorted->places[next[which]].pair / size == chunk; next[which]++) {
            const struct place *place = &sorted->places[next[which]];
            if (!is_first && !copy(file, end_before(all, place), (int64_t)place->start, to, e))
                return false;
            if (!copy(file, (int64_t)place->start, (int64_t)(place->start + place->length), to, e))
                return false;
            is_first = false;
        }
        const struct place *last = &all->places[all->count - 1];
        done = (int64_t)(last->start + last->length);
    }
    return copy(file, done, file->at_open.st_size, to, e);
}

static bool write_chunks(struct plan *p, const struct pairfile *file, int64_t *written_r, struct err *e)
{
    int64_t next[2] = {0, 0};
    for (int64_t chunk = 0; chunk < p->report.chunks; chunk++) {
        struct file_atomic out;
        if (!chunk_path(p, chunk + 1, p->report.last_path, e) || !file_atomic_open(&out, p->report.last_path, e))
            return false;
        bool ok = write_chunk(p, file, chunk, next, out.stream, e) &&
                  (chunk + 1 < p->report.chunks || pairfile_check_unchanged(file, e));
        if (!ok)
            file_atomic_abandon(&out);
        if (!ok || !file_atomic_commit(&out, e))
            return false;
        *written_r = chunk + 1;
    }
    return chunk_path(p, 1, p->report.first_path, e);
}

static bool run(struct plan *p, struct pairfile *file, struct err *e)
{
    int64_t written = 0;
    if (!refuse_earlier(p, e) || !read_plan(p, file, e))
        return false;
    for (int which = 0; which < p->connector_count; which++)
        sort_by_chunk(p, which);
    if (write_chunks(p, file, &written, e))
        return p->options->has_force ? remove_left_over(p, e) : true;
    char path[4096];
    for (; written > 0; written--)
        if (chunk_path(p, written, path, NULL))
            unlink(path);
    return false;
}

bool migrate_split(const struct split_options *options, struct split_report *report_r, struct err *e)
{
    struct plan plan = {.options = options};
    struct pairfile file;
    if (options->size < 0 || options->size > INT32_MAX)
        return err_set(e, ERR_INPUT, "a chunk of %lld pairs is not possible; give --size 1 or more",
                       (long long)options->size);
    if (!pairfile_open(&file, options->in_path, 0, e))
        return false;
    bool ok = run(&plan, &file, e);
    if (ok)
        *report_r = plan.report;
    pairfile_close(&file);
    for (int i = 0; i < 2; i++) {
        free(plan.lists[i].places);
        free(plan.by_chunk[i].places);
    }
    free(plan.seen);
    pairfile_index_release(&plan.index);
    return ok;
}
