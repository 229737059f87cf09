#include "migrate/adopt.h"

#include "base/str.h"
#include "migrate/adopt_comments.h"
#include "migrate/adopt_file.h"
#include "store/pair.h"
#include "store/sync.h"
#include "text/text.h"
#include "tracker/rich.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 50 };

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
    struct adopt_file file;
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

/* Equal, or texts that differ in nothing but how the two sites name the people mentioned in them: a person who was
 * asked could not make those equal, and a base is kept per side. */
static bool says_the_same(const struct value *x, const struct value *y)
{
    if (x->kind != VALUE_RICH || y->kind != VALUE_RICH)
        return value_equal(x, y);
    return rich_equal_nameless(x->text, y->text);
}

/* Whether one side's value maps to the other's. No partner for a value is no agreement; a site that does not answer is
 * an error. */
static bool maps(struct adopt *d, const struct config_field *f, bool is_type, enum side from, const struct value v[2],
                 bool *r, struct err *e)
{
    struct err why = ERR_INIT;
    struct value mapped;
    const char *type = NULL;
    bool ok = is_type ? mapping_type(&d->mapping, from, v[from].id, &type, &why)
              : f     ? mapping_value(&d->mapping, &d->page, f, from, &v[from], &mapped, &why)
                      : mapping_status(&d->mapping, from, &v[from], &mapped, &why);
    *r = ok && (is_type ? str_eq(type, v[side_other(from)].id) : says_the_same(&mapped, &v[side_other(from)]));
    if (ok || err_scope(why.kind) == ERR_SCOPE_ITEM)
        return true;
    *e = why;
    return false;
}

static bool agree(struct adopt *d, const struct config_field *f, bool is_type, const struct value v[2], bool *r,
                  struct err *e)
{
    *r = v[0].kind == VALUE_RICH && says_the_same(&v[0], &v[1]);
    if (*r)
        return true;
    return maps(d, f, is_type, SIDE_FIRST, v, r, e) && (*r || maps(d, f, is_type, SIDE_SECOND, v, r, e));
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
static struct value value_at(struct adopt *d, const struct tracker_issue *issue, const char *field, const char *name,
                             const struct value *like, int64_t at_ms)
{
    struct value v = tracker_issue_value(issue, field);
    for (size_t i = issue->history_count; i-- > 0;) {
        const struct tracker_history_item *h = &issue->history[i];
        if (h->created_ms <= at_ms)
            break;
        if (str_eq_nocase(h->field, field) || (name && str_eq_nocase(h->field, name)))
            v = parse_as(&d->page, h, v.kind == VALUE_NONE ? like : &v);
    }
    return v;
}

/* An item on both sides. */
struct item {
    const char *name, *field[2], *field_name[2];
    const struct config_field *map; /* NULL: status, issue type */
    bool is_type;
};

static bool rebuild(struct adopt *d, const struct pair *p, const struct adopt_entry *en,
                    struct tracker_issue *const issue[2], const struct item *item, struct err *e)
{
    struct value now[2], then[2], *v = now;
    bool agreed;
    for (int s = 0; s < 2; s++)
        now[s] = tracker_issue_value(issue[s], item->field[s]);
    if (!agree(d, item->map, item->is_type, now, &agreed, e))
        return false;
    if (agreed) {
        d->r->bases_equal++;
    } else {
        for (int s = 0; s < 2; s++)
            then[s] = value_at(d, issue[s], item->field[s], item->field_name[s], &now[side_other((enum side)s)],
                               adopt_in_step(&en->half[s]));
        if (adopt_in_step(&en->half[0]) && adopt_in_step(&en->half[1]) &&
            !agree(d, item->map, item->is_type, then, &agreed, e))
            return false;
        if (!agreed) {
            d->r->bases_unknown++;
            say(d, "%s and %s: what both had agreed on in %s is not known (now \"%s\" and \"%s\"); it will be asked",
                p->key[0], p->key[1], item->name, value_show_beside(&d->page, &now[0], &now[1]),
                value_show_beside(&d->page, &now[1], &now[0]));
            return true;
        }
        d->r->bases_rebuilt++;
        v = then;
    }
    return base_set(d->store, p->id, item->name, value_to_json(&d->page, &v[0]), value_to_json(&d->page, &v[1]), e);
}

static bool rebuild_all(struct adopt *d, const struct pair *p, const struct adopt_entry *en,
                        struct tracker_issue *const issue[2], struct err *e)
{
    static const struct item TYPE = {"issuetype", {"issuetype", "issuetype"}, {"Issue Type", "Issue Type"}, NULL, true};
    static const struct item STATUS = {"status", {"status", "status"}, {NULL, NULL}, NULL, false};
    if (!rebuild(d, p, en, issue, &TYPE, e) || !rebuild(d, p, en, issue, &STATUS, e))
        return false;
    for (size_t i = 0; i < d->config.field_count; i++) {
        const struct config_field *f = &d->config.fields[i];
        struct item item = {
            f->half[0].id, {f->half[0].id, f->half[1].id}, {f->half[0].name, f->half[1].name}, f, false};
        if (!rebuild(d, p, en, issue, &item, e))
            return false;
    }
    return true;
}

/* --- comments --- */

static enum adopt_named named(const struct adopt_half *h, const char *id)
{
    if (!h->has_comments)
        return ADOPT_UNTOLD;
    for (size_t i = 0; i < h->comment_count; i++)
        if (str_eq(h->comments[i], id))
            return ADOPT_NAMED;
    return ADOPT_NOT_NAMED;
}

static struct adopt_comment *describe(struct adopt *d, enum side s, const struct tracker_issue *issue,
                                      const struct adopt_half *h)
{
    struct adopt_comment *list = arena_array(&d->page, struct adopt_comment, issue->comment_count);
    for (size_t i = 0; i < issue->comment_count; i++) {
        const struct tracker_comment *c = &issue->comments[i];
        const char *body = c->body ? c->body : "", *words = mapping_comment_strip(&d->mapping, &d->page, s, body);
        list[i] =
            (struct adopt_comment){.says = rich_nameless(&d->page, words),
                                   .plain = str_trim(&d->page, text_to_plain(&d->page, rich_doc(&d->page, words))),
                                   .is_copy = words != body,
                                   .named = named(h, c->id),
                                   .created_ms = c->created_ms};
    }
    return list;
}

/* A comment that the file names was synchronized, whatever became of its partner. Where the file does not tell, it was
 * if it is older than the moment when both were in step. Neither is sent again; others are new, and travel. */
static bool keep_alone(struct adopt *d, const struct pair *p, const struct adopt_entry *en, enum side s,
                       const struct tracker_comment *c, enum adopt_named named_, struct err *e)
{
    bool is_old = c->created_ms <= adopt_last_in_step(en);
    if (named_ == ADOPT_NOT_NAMED || (named_ == ADOPT_UNTOLD && !is_old))
        return true;
    struct comment_row row = {.pair_id = p->id, .origin = s, .state = "known"};
    row.comment_id[s] = c->id;
    row.base[s] = c->body;
    d->r->comments_alone++;
    say(d, "comment %s of %s %s, and its partner on %s is not found; it is not created again and not followed", c->id,
        p->key[s], named_ == ADOPT_NAMED ? "was synchronized" : "may have been synchronized", p->key[side_other(s)]);
    return comment_add(d->store, &row, e);
}

static bool pair_comments(struct adopt *d, const struct pair *p, const struct adopt_entry *en,
                          struct tracker_issue *const issue[2], struct err *e)
{
    struct adopt_comment *list[2];
    for (int s = 0; s < 2; s++)
        list[s] = describe(d, (enum side)s, issue[s], &en->half[s]);
    adopt_match(list[0], issue[0]->comment_count, list[1], issue[1]->comment_count);
    for (size_t i = 0; i < issue[0]->comment_count; i++) {
        if (list[0][i].partner == ADOPT_ALONE)
            continue;
        const struct tracker_comment *x = &issue[0]->comments[i], *y = &issue[1]->comments[list[0][i].partner];
        struct comment_row row = {.pair_id = p->id,
                                  .origin = list[0][i].origin,
                                  .comment_id = {x->id, y->id},
                                  .base = {x->body, y->body},
                                  .state = "open"};
        d->r->comments_paired++;
        if (!comment_add(d->store, &row, e))
            return false;
    }
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < issue[s]->comment_count; i++)
            if (list[s][i].partner == ADOPT_ALONE &&
                !keep_alone(d, p, en, (enum side)s, &issue[s]->comments[i], list[s][i].named, e))
                return false;
    return true;
}

/* --- pairs --- */

static struct pair as_pair(struct adopt *d, const struct adopt_entry *en)
{
    struct pair p = {.sync_id = d->row.id, .generation = 1, .state = PAIR_OPEN, .panel_due = true, .is_dirty = true};
    for (int s = 0; s < 2; s++) {
        const struct adopt_half *h = &en->half[s];
        p.key[s] = en->key[s];
        p.seen_ms[s] = h->seen_ms;
        p.sent_ms[s] = h->sent_ms;
        p.received_ms[s] = h->received_ms;
        if (h->first_sync_ms && (!p.first_sync_ms || h->first_sync_ms < p.first_sync_ms))
            p.first_sync_ms = h->first_sync_ms;
        if (h->is_ignored)
            p.state = PAIR_IGNORED;
    }
    p.panel_due = p.is_dirty = str_eq(p.state, PAIR_OPEN);
    return p;
}

static bool adopt_one(struct adopt *d, const struct adopt_entry *en, struct tracker_issue *const issue[2],
                      struct err *e)
{
    struct pair p = as_pair(d, en);
    for (int s = 0; s < 2; s++) {
        p.issue_id[s] = issue[s]->id;
        p.key[s] = issue[s]->key;
    }
    d->r->pairs++;
    if (str_eq(p.state, PAIR_IGNORED))
        say(d, "%s and %s: the file says that changes are ignored; the pair is ignored", p.key[0], p.key[1]);
    return pair_add(d->store, &p, e) && rebuild_all(d, &p, en, issue, e) && pair_comments(d, &p, en, issue, e);
}

/* The one that is there stays known, so that no partner is created again for it. */
static bool keep_half(struct adopt *d, const struct adopt_entry *en, const char *const id[2], struct err *e)
{
    struct pair p = as_pair(d, en);
    enum side gone = id[SIDE_FIRST] ? SIDE_SECOND : SIDE_FIRST;
    d->r->missing++;
    if (!id[0] && !id[1]) {
        say(d, "%s and %s: neither is there, or visible", en->key[0], en->key[1]);
        return true;
    }
    say(d,
        "%s is not there or not visible; its partner %s stays as it is, and no issue is created again for it. When it "
        "is "
        "visible again, import the file once more",
        en->key[gone], en->key[side_other(gone)]);
    p.issue_id[side_other(gone)] = id[side_other(gone)];
    p.state = PAIR_GONE;
    p.is_dirty = p.panel_due = false;
    return pair_add(d->store, &p, e);
}

struct batch {
    const char *ids[2][BATCH];
    const struct adopt_entry *who[BATCH];
    struct tracker_issue **issues[2];
    size_t count;
};

/* What is known of this pair already. A half that was missing when an earlier file was read may be there now. */
static bool look_for_known(struct adopt *d, const char *const id[2], bool removes_halves, bool *is_known_r,
                           struct err *e)
{
    *is_known_r = false;
    for (int s = 0; s < 2; s++) {
        struct pair there;
        bool found = false;
        if (id[s] && !pair_find(d->store, &d->page, d->row.id, (enum side)s, id[s], &there, &found, e))
            return false;
        if (!found)
            continue;
        bool is_half = str_eq(there.state, PAIR_GONE) && (!there.issue_id[0] || !there.issue_id[1]);
        if (is_half && id[0] && id[1]) {
            if (removes_halves && !pair_remove(d->store, there.id, e))
                return false;
            continue;
        }
        *is_known_r = true;
    }
    return true;
}

static bool sort_batch(struct adopt *d, const struct adopt_entry *entries, size_t count, struct batch *b, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        const char *id[2] = {id_of(d, SIDE_FIRST, entries[i].key[0]), id_of(d, SIDE_SECOND, entries[i].key[1])};
        bool is_known;
        if (!look_for_known(d, id, false, &is_known, e))
            return false;
        d->r->known_already += is_known;
        if (is_known)
            continue;
        if (!id[0] || !id[1]) {
            if (!keep_half(d, &entries[i], id, e))
                return false;
            continue;
        }
        b->ids[0][b->count] = id[0];
        b->ids[1][b->count] = id[1];
        b->who[b->count++] = &entries[i];
    }
    return true;
}

static bool write_batch(struct adopt *d, const struct batch *b, struct err *e)
{
    for (size_t i = 0; i < b->count; i++) {
        struct tracker_issue *issue[2] = {b->issues[0][i], b->issues[1][i]};
        const char *id[2] = {issue[0] ? issue[0]->id : NULL, issue[1] ? issue[1]->id : NULL};
        bool ignored;
        if (!look_for_known(d, id, true, &ignored, e) ||
            !(id[0] && id[1] ? adopt_one(d, b->who[i], issue, e) : keep_half(d, b->who[i], id, e)))
            return false;
    }
    return true;
}

static bool adopt_batch(struct adopt *d, const struct adopt_entry *entries, size_t count, struct err *e)
{
    struct batch b = {.count = 0};
    if (!store_begin(d->store, e))
        return false;
    if (!sort_batch(d, entries, count, &b, e))
        return store_abandon(d->store);
    if (!store_commit(d->store, e))
        return false;
    for (int s = 0; s < 2; s++)
        if (!read_issues(d, (enum side)s, b.ids[s], b.count, &b.issues[s], e))
            return false;
    if (!store_begin(d->store, e))
        return false;
    return write_batch(d, &b, e) ? store_commit(d->store, e) : store_abandon(d->store);
}

static bool find_user(void *context, enum side s, const char *who, struct arena *a, struct value *r, struct err *e)
{
    struct adopt *d = context;
    struct value *found;
    size_t count;
    if (!d->trackers[s]->ops->users_find(d->trackers[s], a, who, &found, &count, e))
        return false;
    *r = count == 1 ? found[0] : (struct value){.kind = VALUE_NONE};
    return true;
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
    d->mapping =
        (struct mapping){.config = &d->config, .projects = {&d->project[0], &d->project[1]}, .users = {find_user, d}};
    return true;
}

bool adopt_pairs(struct store *store, const char *sync_key, struct tracker *const trackers[2], const char *path,
                 struct arena *a, struct adopt_report *r, struct err *e)
{
    struct adopt d = {.store = store, .trackers = {trackers[0], trackers[1]}, .a = a, .r = r};
    *r = (struct adopt_report){0};
    bool ok = prepare(&d, sync_key, e) && adopt_file_read(&d.file, a, path, &d.config, &r->lines, &r->line_count, e) &&
              read_keys(&d, SIDE_FIRST, e) && read_keys(&d, SIDE_SECOND, e);
    for (size_t i = 0; ok && i < d.file.count; i += BATCH) {
        arena_clear(&d.page);
        ok = adopt_batch(&d, d.file.list + i, d.file.count - i < BATCH ? d.file.count - i : BATCH, e);
    }
    r->records = d.file.records;
    arena_release(&d.page);
    return ok;
}
