#include "migrate/adopt.h"

#include "base/str.h"
#include "migrate/pairfile.h"
#include "store/pair.h"
#include "store/sync.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 50 };

/* What the file says of one pair, from both sides' records. */
struct entry {
    const char *key[2];
    int64_t in_step_ms[2]; /* when that side was last in step; 0: the file does not say */
    const char **comments[2];
    size_t comment_count[2];
};

struct known_issue {
    const char *key, *id;
};

struct adopt {
    struct store *store;
    struct tracker *trackers[2];
    struct arena *a, page;
    struct adopt_report *r;
    struct sync_row row;
    struct config config;
    struct tracker_project project[2];
    struct mapping mapping;
    struct entry *entries;
    size_t entry_count;
    struct known_issue *issues[2];
    size_t issue_count[2];
    const char **fields[2];
    size_t field_count[2];
};

static void say(struct adopt *d, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct adopt *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *arena_push(d->a, d->r->lines, d->r->line_count) = arena_vprintf(d->a, format, args);
    va_end(args);
}

/* --- the file --- */

static int by_first_key(const void *x, const void *y)
{
    return strcmp(((const struct entry *)x)->key[0], ((const struct entry *)y)->key[0]);
}

static int64_t latest(const json_t *record)
{
    int64_t seen = json_at_int(record, "lastChangeSeen", 0), arrived = json_at_int(record, "lastIncomingChange", 0);
    return seen > arrived ? seen : arrived;
}

static bool add_record(struct adopt *d, const struct pairfile *file, const struct pairfile_record *rec, struct err *e)
{
    struct entry one = {0};
    enum side s = rec->side;
    if (!rec->remote_key)
        return true; /* its partner never answered: there is no pair */
    size_t length = (size_t)(rec->whole.end - rec->whole.start);
    const json_t *json = json_parse(&d->page, pairfile_bytes(file, rec->whole.start), length, false, "a record", e);
    if (!json)
        return false;
    one.key[s] = arena_strdup(d->a, rec->local_key);
    one.key[side_other(s)] = arena_strdup(d->a, rec->remote_key);
    one.in_step_ms[s] = latest(json);
    for (size_t i = 0; i < rec->comment_count; i++)
        if (rec->comments[i].id)
            *arena_push(d->a, one.comments[s], one.comment_count[s]) = arena_strdup(d->a, rec->comments[i].id);
    *arena_push(d->a, d->entries, d->entry_count) = one;
    d->r->records++;
    return true;
}

/* Joins the two records of a pair; they are neighbours once sorted by the first side's key. */
static void join_entries(struct adopt *d)
{
    size_t kept = 0;
    if (d->entry_count)
        qsort(d->entries, d->entry_count, sizeof *d->entries, by_first_key);
    for (size_t i = 0; i < d->entry_count; i++) {
        struct entry *last = kept ? &d->entries[kept - 1] : NULL, *one = &d->entries[i];
        if (!last || !str_eq(last->key[0], one->key[0]) || !str_eq(last->key[1], one->key[1])) {
            d->entries[kept++] = *one;
            continue;
        }
        for (int s = 0; s < 2; s++)
            if (one->in_step_ms[s] || one->comment_count[s]) {
                last->in_step_ms[s] = one->in_step_ms[s];
                last->comments[s] = one->comments[s];
                last->comment_count[s] = one->comment_count[s];
            }
    }
    d->entry_count = kept;
}

static bool check_order(struct adopt *d, const char *path, struct err *e)
{
    if (!d->entry_count)
        return true;
    char *first = pairfile_project_of(&d->page, d->entries[0].key[0]);
    if (str_eq(first, d->config.connector[0].project_key) || !str_eq(first, d->config.connector[1].project_key))
        return true;
    return err_set(e, ERR_INPUT,
                   "%s has %s as its first connector, and %s as its second is what %s needs; exchange them "
                   "with: tandem swap -f FILE --first %s",
                   path, first, first, d->row.key, d->config.connector[0].project_key);
}

static bool read_file(struct adopt *d, const char *path, struct err *e)
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
    return check_order(d, path, e);
}

/* --- the sites --- */

static int by_key(const void *x, const void *y)
{
    return strcmp(((const struct known_issue *)x)->key, ((const struct known_issue *)y)->key);
}

static bool read_keys(struct adopt *d, enum side s, struct err *e)
{
    struct tracker *t = d->trackers[s];
    const char *cursor = NULL;
    do {
        struct tracker_seen *seen;
        size_t count;
        if (!t->ops->poll(t, d->a, 0, NULL, &cursor, &seen, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            *arena_push(d->a, d->issues[s], d->issue_count[s]) = (struct known_issue){seen[i].key, seen[i].id};
    } while (cursor);
    if (d->issue_count[s])
        qsort(d->issues[s], d->issue_count[s], sizeof **d->issues, by_key);
    return true;
}

static const char *id_of(const struct adopt *d, enum side s, const char *key)
{
    struct known_issue wanted = {key, NULL};
    const struct known_issue *found =
        d->issue_count[s] ? bsearch(&wanted, d->issues[s], d->issue_count[s], sizeof wanted, by_key) : NULL;
    return found ? found->id : NULL;
}

static bool read_issues(struct adopt *d, enum side s, const char *const *ids, size_t count, struct tracker_issue ***r,
                        struct err *e)
{
    *r = arena_array(&d->page, struct tracker_issue *, count);
    struct tracker_read read = {.ids = ids,
                                .id_count = count,
                                .fields = d->fields[s],
                                .field_count = d->field_count[s],
                                .want = TRACKER_COMMENTS | TRACKER_HISTORY};
    return !count || d->trackers[s]->ops->read(d->trackers[s], &d->page, &read, *r, e);
}

/* --- bases --- */

static bool maps(struct adopt *d, const struct config_field *f, bool is_type, enum side from, const struct value v[2])
{
    struct err ignored = ERR_INIT;
    struct value mapped;
    const char *type;
    if (is_type)
        return mapping_type(&d->mapping, from, v[from].id, &type, &ignored) && str_eq(type, v[side_other(from)].id);
    bool ok = f ? mapping_value(&d->mapping, &d->page, f, from, &v[from], &mapped, &ignored)
                : mapping_status(&d->mapping, from, &v[from], &mapped, &ignored);
    return ok && value_equal(&mapped, &v[side_other(from)]);
}

static bool agree(struct adopt *d, const struct config_field *f, bool is_type, const struct value v[2])
{
    return maps(d, f, is_type, SIDE_FIRST, v) || maps(d, f, is_type, SIDE_SECOND, v);
}

static struct value parse_as(struct arena *a, const struct tracker_history_item *h, const struct value *like)
{
    if (like->kind == VALUE_OPTION || like->kind == VALUE_USER)
        return (struct value){.kind = h->from ? like->kind : VALUE_NONE, .id = h->from, .text = h->from_text};
    if (like->kind == VALUE_RICH)
        return value_rich(h->from_text);
    if (like->kind != VALUE_SET || !h->from_text)
        return value_string(h->from_text);
    char **words;
    struct value *items = NULL;
    size_t n = str_split(a, h->from_text, ' ', &words), count = 0;
    for (size_t i = 0; i < n; i++)
        if (*words[i])
            *arena_push(a, items, count) = value_string(words[i]);
    return (struct value){.kind = count ? VALUE_SET : VALUE_NONE, .items = items, .count = count};
}

/* What the field held at a moment: from now backwards along the history. */
static struct value value_at(struct adopt *d, const struct tracker_issue *issue, const char *field, int64_t at_ms)
{
    struct value v = tracker_issue_value(issue, field), like = v;
    for (size_t i = issue->history_count; i-- > 0;) {
        const struct tracker_history_item *h = &issue->history[i];
        if (h->created_ms <= at_ms)
            break;
        if (str_eq_nocase(h->field, field))
            v = parse_as(&d->page, h, &like);
    }
    return v;
}

static bool rebuild(struct adopt *d, const struct pair *p, const struct entry *en, struct tracker_issue *const issue[2],
                    const char *item, const char *const field[2], const struct config_field *f, struct err *e)
{
    struct value v[2];
    bool is_type = str_eq(item, "issuetype");
    for (int s = 0; s < 2; s++)
        v[s] = tracker_issue_value(issue[s], field[s]);
    if (agree(d, f, is_type, v)) {
        d->r->bases_equal++;
    } else {
        for (int s = 0; s < 2; s++)
            v[s] = value_at(d, issue[s], field[s], en->in_step_ms[s]);
        if (!en->in_step_ms[0] || !en->in_step_ms[1] || !agree(d, f, is_type, v)) {
            d->r->bases_unknown++;
            say(d, "%s and %s: what both had agreed on in %s is not known; it will be asked", p->key[0], p->key[1],
                item);
            return true;
        }
        d->r->bases_rebuilt++;
    }
    return base_set(d->store, p->id, item, value_to_json(&d->page, &v[0]), value_to_json(&d->page, &v[1]), e);
}

static bool rebuild_all(struct adopt *d, const struct pair *p, const struct entry *en,
                        struct tracker_issue *const issue[2], struct err *e)
{
    static const char *const OWN[] = {"issuetype", "status"};
    for (size_t i = 0; i < ARRAY_LEN(OWN); i++) {
        const char *const field[2] = {OWN[i], OWN[i]};
        if (!rebuild(d, p, en, issue, OWN[i], field, NULL, e))
            return false;
    }
    for (size_t i = 0; i < d->config.field_count; i++) {
        const struct config_field *f = &d->config.fields[i];
        const char *const field[2] = {f->half[0].id, f->half[1].id};
        if (!rebuild(d, p, en, issue, f->half[0].id, field, f, e))
            return false;
    }
    return true;
}

/* --- comments --- */

static bool is_named(const struct entry *en, enum side s, const char *id)
{
    for (size_t i = 0; i < en->comment_count[s]; i++)
        if (str_eq(en->comments[s][i], id))
            return true;
    return false;
}

static bool same_words(struct adopt *d, const struct tracker_comment *x, const struct tracker_comment *y)
{
    struct value a = value_rich(mapping_comment_strip(&d->mapping, &d->page, SIDE_FIRST, x->body));
    struct value b = value_rich(mapping_comment_strip(&d->mapping, &d->page, SIDE_SECOND, y->body));
    return value_equal(&a, &b);
}

/* Partners by text; among equal texts by nearest time; so that order breaks what remains. */
static size_t best_partner(struct adopt *d, const struct tracker_comment *x, const struct tracker_issue *second,
                           const bool *taken)
{
    size_t best = second->comment_count;
    int64_t nearest = INT64_MAX;
    for (size_t k = 0; k < second->comment_count; k++) {
        const struct tracker_comment *y = &second->comments[k];
        int64_t apart = x->created_ms > y->created_ms ? x->created_ms - y->created_ms : y->created_ms - x->created_ms;
        if (taken[k] || apart >= nearest || !same_words(d, x, y))
            continue;
        nearest = apart;
        best = k;
    }
    return best;
}

static bool keep_alone(struct adopt *d, const struct pair *p, const struct entry *en, enum side s,
                       const struct tracker_comment *c, struct err *e)
{
    if (!is_named(en, s, c->id))
        return true; /* a new comment: it travels */
    struct comment_row row = {.pair_id = p->id, .origin = s, .state = "known"};
    row.comment_id[s] = c->id;
    row.base[s] = c->body;
    d->r->comments_alone++;
    say(d, "comment %s of %s: its partner is not found; it is not created again", c->id, p->key[s]);
    return comment_add(d->store, &row, e);
}

static bool pair_comments(struct adopt *d, const struct pair *p, const struct entry *en,
                          struct tracker_issue *const issue[2], struct err *e)
{
    bool *taken = arena_array(&d->page, bool, issue[1]->comment_count);
    for (size_t i = 0; i < issue[0]->comment_count; i++) {
        const struct tracker_comment *x = &issue[0]->comments[i];
        size_t k = best_partner(d, x, issue[1], taken);
        if (k == issue[1]->comment_count) {
            if (!keep_alone(d, p, en, SIDE_FIRST, x, e))
                return false;
            continue;
        }
        const struct tracker_comment *y = &issue[1]->comments[k];
        taken[k] = true;
        struct comment_row row = {.pair_id = p->id,
                                  .origin = x->created_ms <= y->created_ms ? SIDE_FIRST : SIDE_SECOND,
                                  .comment_id = {x->id, y->id},
                                  .base = {x->body, y->body},
                                  .state = "open"};
        d->r->comments_paired++;
        if (!comment_add(d->store, &row, e))
            return false;
    }
    for (size_t k = 0; k < issue[1]->comment_count; k++)
        if (!taken[k] && !keep_alone(d, p, en, SIDE_SECOND, &issue[1]->comments[k], e))
            return false;
    return true;
}

/* --- pairs --- */

static bool adopt_one(struct adopt *d, const struct entry *en, struct tracker_issue *const issue[2], struct err *e)
{
    struct pair p = {.sync_id = d->row.id, .generation = 1, .state = PAIR_OPEN, .panel_due = true, .is_dirty = true};
    for (int s = 0; s < 2; s++) {
        p.issue_id[s] = issue[s]->id;
        p.key[s] = issue[s]->key;
        p.seen_ms[s] = en->in_step_ms[s];
    }
    d->r->pairs++;
    return pair_add(d->store, &p, e) && rebuild_all(d, &p, en, issue, e) && pair_comments(d, &p, en, issue, e);
}

static bool adopt_batch(struct adopt *d, const struct entry *entries, size_t count, struct err *e)
{
    const char *ids[2][BATCH];
    const struct entry *who[BATCH];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct pair there;
        bool found;
        const char *id[2] = {id_of(d, SIDE_FIRST, entries[i].key[0]), id_of(d, SIDE_SECOND, entries[i].key[1])};
        if (!id[0] || !id[1]) {
            d->r->missing++;
            say(d, "%s and %s: %s is not there or not visible", entries[i].key[0], entries[i].key[1],
                entries[i].key[id[0] ? 1 : 0]);
            continue;
        }
        if (!pair_find(d->store, &d->page, d->row.id, SIDE_FIRST, id[0], &there, &found, e))
            return false;
        d->r->known_already += found;
        if (found)
            continue;
        ids[0][n] = id[0];
        ids[1][n] = id[1];
        who[n++] = &entries[i];
    }
    struct tracker_issue **first, **second;
    if (!read_issues(d, SIDE_FIRST, ids[0], n, &first, e) || !read_issues(d, SIDE_SECOND, ids[1], n, &second, e) ||
        !store_begin(d->store, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct tracker_issue *issue[2] = {first[i], second[i]};
        if (issue[0] && issue[1] && !adopt_one(d, who[i], issue, e))
            return store_abandon(d->store);
    }
    return store_commit(d->store, e);
}

static bool prepare(struct adopt *d, const char *sync_key, struct err *e)
{
    if (!sync_get(d->store, d->a, sync_key, &d->row, e) || !config_from_json(d->a, d->row.config, &d->config, e))
        return false;
    for (int s = 0; s < 2; s++) {
        if (!d->trackers[s]->ops->project(d->trackers[s], d->a, &d->project[s], e))
            return false;
        *arena_push(d->a, d->fields[s], d->field_count[s]) = "issuetype";
        *arena_push(d->a, d->fields[s], d->field_count[s]) = "status";
        for (size_t i = 0; i < d->config.field_count; i++)
            *arena_push(d->a, d->fields[s], d->field_count[s]) = d->config.fields[i].half[s].id;
    }
    d->mapping = (struct mapping){.config = &d->config, .projects = {&d->project[0], &d->project[1]}};
    return true;
}

bool adopt_pairs(struct store *store, const char *sync_key, struct tracker *const trackers[2], const char *path,
                 struct arena *a, struct adopt_report *r, struct err *e)
{
    struct adopt d = {.store = store, .trackers = {trackers[0], trackers[1]}, .a = a, .r = r};
    *r = (struct adopt_report){0};
    bool ok = prepare(&d, sync_key, e) && read_file(&d, path, e) && read_keys(&d, SIDE_FIRST, e) &&
              read_keys(&d, SIDE_SECOND, e);
    for (size_t i = 0; ok && i < d.entry_count; i += BATCH) {
        arena_clear(&d.page);
        ok = adopt_batch(&d, d.entries + i, d.entry_count - i < BATCH ? d.entry_count - i : BATCH, e);
    }
    arena_release(&d.page);
    return ok;
}
