#include "migrate/adopt_file.h"

#include "base/json.h"
#include "base/str.h"
#include "migrate/pairfile.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct arena *a, page;
    struct adopt_file *r;
    const struct config *config;
    char ***lines;
    size_t *line_count;
};

static void say(struct reader *d, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct reader *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *arena_push(d->a, *d->lines, *d->line_count) = arena_vprintf(d->a, format, args);
    va_end(args);
}

static const char *name_of(const struct reader *d)
{
    return d->config->key ? d->config->key : "the synchronization";
}

static int by_keys(const void *x, const void *y)
{
    const struct adopt_entry *a = x, *b = y;
    int first = strcmp(a->key[0], b->key[0]);
    return first ? first : strcmp(a->key[1], b->key[1]);
}

static int by_second_key(const void *x, const void *y)
{
    const struct adopt_entry *a = x, *b = y;
    int second = strcmp(a->key[1], b->key[1]);
    return second ? second : strcmp(a->key[0], b->key[0]);
}

static struct adopt_half read_half(struct reader *d, const json_t *json, const struct pairfile_record *rec)
{
    struct adopt_half h = {.has_record = true,
                           .has_comments = rec->comments_at.end > rec->comments_at.start,
                           .is_ignored = json_at_bool(json, "incomingChangesIgnored", false),
                           .seen_ms = json_at_int(json, "lastChangeSeen", 0),
                           .sent_ms = json_at_int(json, "lastOutgoingChange", 0),
                           .received_ms = json_at_int(json, "lastIncomingChange", 0),
                           .first_sync_ms = json_at_int(json, "firstSyncDate", 0)};
    for (size_t i = 0; i < rec->comment_count; i++)
        if (rec->comments[i].id)
            *arena_push(d->a, h.comments, h.comment_count) = arena_strdup(d->a, rec->comments[i].id);
    return h;
}

static bool add_record(struct reader *d, const struct pairfile *file, const struct pairfile_record *rec, struct err *e)
{
    struct adopt_entry one = {0};
    enum side s = rec->side;
    d->r->records++;
    if (!rec->remote_key)
        return true; /* its partner never answered: there is no pair */
    size_t length = (size_t)(rec->whole.end - rec->whole.start);
    const json_t *json = json_parse(&d->page, pairfile_bytes(file, rec->whole.start), length, false, "a record", e);
    if (!json)
        return false;
    one.key[s] = arena_strdup(d->a, rec->local_key);
    one.key[side_other(s)] = arena_strdup(d->a, rec->remote_key);
    one.half[s] = read_half(d, json, rec);
    *arena_push(d->a, d->r->list, d->r->count) = one;
    return true;
}

int64_t adopt_in_step(const struct adopt_half *h)
{
    return h->seen_ms > h->received_ms ? h->seen_ms : h->received_ms;
}

int64_t adopt_last_in_step(const struct adopt_entry *en)
{
    int64_t first = adopt_in_step(&en->half[0]), second = adopt_in_step(&en->half[1]);
    return first > second ? first : second;
}

static bool is_pair(const struct adopt_entry *x, const struct adopt_entry *y)
{
    return str_eq(x->key[0], y->key[0]) && str_eq(x->key[1], y->key[1]);
}

/* Joins the two records of a pair; they are neighbours once sorted. */
static void join_entries(struct reader *d)
{
    size_t kept = 0;
    if (d->r->count)
        qsort(d->r->list, d->r->count, sizeof *d->r->list, by_keys);
    for (size_t i = 0; i < d->r->count; i++) {
        struct adopt_entry *last = kept ? &d->r->list[kept - 1] : NULL, *one = &d->r->list[i];
        if (!last || !is_pair(last, one)) {
            d->r->list[kept++] = *one;
            continue;
        }
        for (int s = 0; s < 2; s++) {
            if (!one->half[s].has_record)
                continue;
            if (last->half[s].has_record)
                say(d, "%s and %s stand in the file twice; the later record counts", one->key[0], one->key[1]);
            if (!last->half[s].has_record || adopt_in_step(&one->half[s]) >= adopt_in_step(&last->half[s]))
                last->half[s] = one->half[s];
        }
    }
    d->r->count = kept;
}

/* An issue can have one partner. Where the file names two, an older generation has been left in it: the pair that was
 * in step last counts. */
static void drop_rivals(struct reader *d, enum side s)
{
    size_t kept = 0;
    if (d->r->count)
        qsort(d->r->list, d->r->count, sizeof *d->r->list, s == SIDE_FIRST ? by_keys : by_second_key);
    for (size_t i = 0; i < d->r->count; i++) {
        struct adopt_entry *last = kept ? &d->r->list[kept - 1] : NULL, *one = &d->r->list[i];
        if (!last || !str_eq(last->key[s], one->key[s])) {
            d->r->list[kept++] = *one;
            continue;
        }
        bool is_later = adopt_last_in_step(one) > adopt_last_in_step(last);
        enum side other = side_other(s);
        say(d, "%s has two partners in the file, %s and %s; %s was in step last and is taken", one->key[s],
            last->key[other], one->key[other], (is_later ? one : last)->key[other]);
        if (is_later)
            *last = *one;
    }
    d->r->count = kept;
}

static bool is_of(struct reader *d, const char *issue_key, int connector)
{
    return str_eq(pairfile_project_of(&d->page, issue_key), d->config->connector[connector].project_key);
}

static bool check_order(struct reader *d, const char *path, struct err *e)
{
    size_t right = 0, swapped = 0;
    const char *const own[2] = {d->config->connector[0].project_key, d->config->connector[1].project_key};
    for (size_t i = 0; i < d->r->count; i++) {
        right += is_of(d, d->r->list[i].key[0], 0) && is_of(d, d->r->list[i].key[1], 1);
        swapped += is_of(d, d->r->list[i].key[0], 1) && is_of(d, d->r->list[i].key[1], 0);
    }
    if (right || !d->r->count)
        return true;
    if (swapped)
        return err_set(
            e, ERR_INPUT,
            "%s has issues of %s in its first connector and of %s in its second, and %s has them the other way "
            "round. Exchange them with: tandem swap %s --first %s",
            path, own[1], own[0], name_of(d), path, own[0]);
    return err_set(e, ERR_INPUT,
                   "%s has pairs such as %s with %s, and %s is between %s and %s: it is not the file of this "
                   "synchronization",
                   path, d->r->list[0].key[0], d->r->list[0].key[1], name_of(d), own[0], own[1]);
}

static bool read_records(struct reader *d, const char *path, struct err *e)
{
    struct pairfile file;
    struct pairfile_event event = {0};
    if (!pairfile_open(&file, path, 0, e))
        return false;
    bool ok = true;
    while (ok && event.kind != PAIRFILE_END) {
        arena_clear(&d->page);
        ok = pairfile_next(&file, &d->page, &event, e) &&
             (event.kind != PAIRFILE_RECORD || add_record(d, &file, &event.record, e));
    }
    pairfile_close(&file);
    if (!ok)
        return false;
    join_entries(d);
    drop_rivals(d, SIDE_SECOND);
    drop_rivals(d, SIDE_FIRST);
    return check_order(d, path, e);
}

bool adopt_file_read(struct adopt_file *r, struct arena *a, const char *path, const struct config *config,
                     char ***lines, size_t *line_count, struct err *e)
{
    struct reader d = {.a = a, .r = r, .config = config, .lines = lines, .line_count = line_count};
    *r = (struct adopt_file){0};
    bool ok = read_records(&d, path, e);
    arena_release(&d.page);
    return ok;
}
