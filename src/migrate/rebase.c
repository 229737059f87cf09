/* rebase.c - see rebase.h. The order of one batch: read the new issues, compare each base of the moved side with the
 * value now, find the comments' new ids, write pairs, bases and comments in one commit. */
#include "migrate/rebase.h"

#include "base/str.h"
#include "migrate/translate_match.h"
#include "store/finding.h"
#include "store/inbox.h"
#include "store/pair.h"
#include "store/sync.h"
#include "sync/engine.h"
#include "tracker/rich.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 50, FEW = 5, PERCENT = 2, WAITING_MAX = 100000 };

struct known_issue {
    const char *key, *id;
};

struct rebase {
    const struct rebase_options *o;
    struct rebase_report *r;
    struct arena *a; /* of the result */
    struct arena page;
    struct sync_row old_row, new_row;
    struct known_issue *issues; /* of the new project, by key */
    size_t issue_count;
    const char **fields; /* to read on the new site */
    size_t field_count;
    int64_t stopped_site_ms; /* o->stopped_ms on the new site's clock */
};

/* One moved issue: as it was on the old site, as it is on the new one. */
struct moved_issue {
    const struct tracker_issue *before; /* comments only; NULL when the old site does not answer */
    const struct tracker_issue *now;
    const struct tracker_issue *history; /* the new one with its history: read when a difference has to be explained */
};

static void say(struct rebase *b, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct rebase *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *arena_push(b->a, b->r->lines, b->r->line_count) = arena_vprintf(b->a, format, args);
    va_end(args);
}

static int by_key(const void *x, const void *y)
{
    return strcmp(((const struct known_issue *)x)->key, ((const struct known_issue *)y)->key);
}

/* Keys and ids of everything in the new project: pages of a plain poll from the beginning. */
static bool read_keys(struct rebase *b, struct err *e)
{
    struct tracker *t = b->o->now;
    const char *cursor = NULL;
    do {
        struct tracker_seen *seen;
        size_t count;
        if (!t->ops->poll(t, b->a, 0, NULL, &cursor, &seen, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            *arena_push(b->a, b->issues, b->issue_count) = (struct known_issue){seen[i].key, seen[i].id};
    } while (cursor);
    if (b->issue_count)
        qsort(b->issues, b->issue_count, sizeof *b->issues, by_key);
    return true;
}

/* The new id of an issue, by its key, which a migration keeps. */
static const char *new_issue_id(const struct rebase *b, const char *old_key)
{
    struct known_issue key = {old_key, NULL};
    const struct known_issue *found =
        old_key && b->issue_count ? bsearch(&key, b->issues, b->issue_count, sizeof key, by_key) : NULL;
    return found ? found->id : NULL;
}

/* --- one value --- */

static const char *option_id(const struct rebase *b, const char *item, const char *name)
{
    const struct tracker_project *p = b->o->project_now;
    if (str_eq(item, "priority")) {
        for (size_t i = 0; i < p->priority_count; i++)
            if (value_name_equal(p->priorities[i].name, name))
                return p->priorities[i].id;
        return NULL;
    }
    for (size_t i = 0; i < p->type_count; i++) {
        const struct tracker_issue_type *type = &p->types[i];
        if (str_eq(item, "issuetype") && value_name_equal(type->name, name))
            return type->id;
        for (size_t k = 0; str_eq(item, "status") && k < type->status_count; k++)
            if (value_name_equal(type->statuses[k].name, name))
                return type->statuses[k].id;
    }
    return NULL;
}

/* The old base in the words of the new site: options by name, everything else as it is. An option that the new site
 * does not have keeps an id that nothing there has. */
static struct value translate_value(struct rebase *b, const char *item, struct value old)
{
    if (old.kind == VALUE_OPTION) {
        const char *id = option_id(b, item, old.text);
        old.id = id ? id : arena_printf(&b->page, "gone:%s", old.text ? old.text : "");
    }
    if (old.kind != VALUE_SET)
        return old;
    struct value *items = arena_array(&b->page, struct value, old.count);
    for (size_t i = 0; i < old.count; i++)
        items[i] = translate_value(b, item, old.items[i]);
    old.items = items;
    return old;
}

static bool same_person(const struct value *x, const struct value *y)
{
    return (x->mail && y->mail && str_eq_nocase(x->mail, y->mail)) || value_name_equal(x->text, y->text);
}

static bool says_the_same(struct arena *a, const struct value *old, const struct value *now);

/* Every element of the one set has its like in the other. */
static bool is_within(struct arena *a, const struct value *some, const struct value *all)
{
    for (size_t i = 0; i < some->count; i++) {
        bool found = false;
        for (size_t k = 0; k < all->count && !found; k++)
            found = says_the_same(a, &some->items[i], &all->items[k]);
        if (!found)
            return false;
    }
    return true;
}

static bool says_the_same(struct arena *a, const struct value *old, const struct value *now)
{
    if (old->kind == VALUE_SET && now->kind == VALUE_SET)
        return is_within(a, old, now) && is_within(a, now, old);
    if (old->kind == VALUE_RICH && now->kind == VALUE_RICH)
        return rich_equal_nameless(old->text, now->text);
    if (old->kind == now->kind && (old->kind == VALUE_OPTION || old->kind == VALUE_USER) && old->text && now->text)
        return old->kind == VALUE_OPTION ? value_name_equal(old->text, now->text) : same_person(old, now);
    return value_equal(old, now);
}

static void count_difference(struct rebase *b, const char *item, const char *key, const struct value *was,
                             const struct value *now, bool is_explained)
{
    struct rebase_item *found = NULL;
    for (size_t i = 0; i < b->r->item_count; i++)
        if (str_eq(b->r->items[i].item, item))
            found = &b->r->items[i];
    if (!found) {
        found = arena_push(b->a, b->r->items, b->r->item_count);
        found->item = arena_strdup(b->a, item);
        found->example = arena_printf(b->a, "%s: \"%s\" was \"%s\"", key, value_show(b->a, now), value_show(b->a, was));
    }
    found->differing++;
    found->unexplained += !is_explained;
}

/* What an item of the old synchronization is called in the new one, and its field on the moved side. */
struct new_item {
    const char *item, *field, *name;
};

/* Whether the new site's history shows that somebody edited the field after the old synchronization stood still. */
static bool was_edited(struct rebase *b, struct moved_issue *m, const struct new_item *item, bool *r, struct err *e)
{
    struct tracker_issue **found;
    *r = false;
    if (!b->o->stopped_ms)
        return true;
    if (!m->history) {
        found = arena_array(&b->page, struct tracker_issue *, 1);
        struct tracker_read read = {.ids = &m->now->id, .id_count = 1, .want = TRACKER_HISTORY};
        if (!b->o->now->ops->read(b->o->now, &b->page, &read, found, e))
            return false;
        m->history = found[0] ? found[0] : m->now;
    }
    for (size_t i = 0; i < m->history->history_count; i++) {
        const struct tracker_history_item *h = &m->history->history[i];
        bool is_it = str_eq_nocase(h->field, item->field) || (item->name && str_eq_nocase(h->field, item->name));
        *r = *r || (is_it && h->created_ms >= b->stopped_site_ms);
    }
    return true;
}

static bool is_accepted(const struct rebase *b, const char *item)
{
    for (size_t i = 0; i < b->o->accepted_count; i++)
        if (str_eq_nocase(b->o->accepted[i], item))
            return true;
    return false;
}

/* False for an item that the configuration does not name any more. */
static bool find_item(const struct rebase *b, const char *old_item, struct new_item *r)
{
    for (size_t i = 0; i < b->o->old_config->field_count; i++)
        if (str_eq(b->o->old_config->fields[i].half[SIDE_FIRST].id, old_item)) {
            const struct config_field *f = &b->o->new_config->fields[i];
            *r = (struct new_item){f->half[SIDE_FIRST].id, f->half[b->o->moved].id, f->half[b->o->moved].name};
            return true;
        }
    *r = (struct new_item){old_item, old_item, str_eq(old_item, "issuetype") ? "Issue Type" : NULL};
    return str_eq(old_item, "status") || str_eq(old_item, "issuetype");
}

static bool rebase_item(struct rebase *b, const struct pair *p, const struct base_row *row, struct moved_issue *m,
                        struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    struct new_item item;
    if (!find_item(b, row->item, &item))
        return base_set(b->o->store, p->id, row->item, row->value[SIDE_FIRST], row->value[SIDE_SECOND], e);
    struct value old = {.kind = VALUE_NONE}, now = tracker_issue_value(m->now, item.field);
    if (row->value[moved] && !value_from_json(&b->page, row->value[moved], &old, e))
        return err_wrap(e, "the base of %s of %s", row->item, p->key[moved]);
    struct value translated = translate_value(b, row->item, old);
    bool same = says_the_same(&b->page, &old, &now), edited = false;
    if (!same) {
        if (!was_edited(b, m, &item, &edited, e))
            return false;
        count_difference(b, item.item, p->key[moved], &old, &now, edited);
    }
    bool agreed = same || is_accepted(b, item.item);
    b->r->bases_agreed += agreed;
    b->r->bases_kept += !agreed;
    const json_t *base[2];
    base[moved] = value_to_json(&b->page, agreed ? &now : &translated);
    base[other] = row->value[other];
    return base_set(b->o->store, p->id, item.item, base[SIDE_FIRST], base[SIDE_SECOND], e);
}

/* --- comments --- */

static const struct tracker_comment *find_comment(const struct tracker_issue *issue, const char *id)
{
    for (size_t i = 0; issue && i < issue->comment_count; i++)
        if (str_eq(issue->comments[i].id, id))
            return &issue->comments[i];
    return NULL;
}

static size_t as_match_list(struct arena *a, const struct tracker_issue *issue, struct translate_comment **r)
{
    size_t count = issue ? issue->comment_count : 0;
    *r = arena_array(a, struct translate_comment, count);
    for (size_t i = 0; i < count; i++) {
        const struct tracker_comment *c = &issue->comments[i];
        (*r)[i] = (struct translate_comment){
            .id = c->id,
            .has_created = c->created_ms != 0,
            .created_ms = c->created_ms,
            .body = rich_is_adf(c->body) ? rich_adf(a, c->body) : json_keep(a, json_string(c->body ? c->body : ""))};
    }
    return count;
}

/* What became of the comments of one issue, in the order of `rows`. */
static struct translate_outcome *match_comments(struct rebase *b, const struct comment_row *rows, size_t count,
                                                const struct moved_issue *m)
{
    const char **wanted = arena_array(&b->page, const char *, count);
    struct translate_outcome *outcomes = arena_array(&b->page, struct translate_outcome, count);
    struct translate_comment *old, *new_;
    size_t old_count = as_match_list(&b->page, m->before, &old), new_count = as_match_list(&b->page, m->now, &new_);
    for (size_t i = 0; i < count; i++)
        wanted[i] = rows[i].comment_id[b->o->moved] ? rows[i].comment_id[b->o->moved] : "";
    translate_match(&b->page, old, old_count, new_, new_count, b->o->ids, wanted, count, outcomes);
    return outcomes;
}

/* The comment is known by its new id. The old base stays where the text differs: an edit, which travels. */
static bool keep_found(struct rebase *b, const struct pair *p, struct comment_row row,
                       const struct tracker_comment *now, struct err *e)
{
    enum side moved = b->o->moved;
    struct value was = value_rich(row.base[moved]), is = value_rich(now->body);
    bool same = says_the_same(&b->page, &was, &is);
    row.comment_id[moved] = now->id;
    if (!same)
        count_difference(b, "comments", p->key[moved], &was, &is,
                         b->o->stopped_ms && now->updated_ms >= b->stopped_site_ms);
    if (same || is_accepted(b, "comments"))
        row.base[moved] = now->body;
    return comment_add(b->o->store, &row, e);
}

/* Nobody can tell which one it is now. It stays known on the other side, where it must not be copied from, and is not
 * followed any more. *is_open_r: one of the issue's other comments may be it. */
static bool keep_unsure(struct rebase *b, const struct pair *p, struct comment_row row, enum translate_reason why,
                        bool *is_open_r, struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    bool is_deleted = str_eq(row.state, "deleted");
    if (!is_deleted) {
        b->r->comments_unknown++;
        *is_open_r = true;
        say(b, "comment %s of %s has no sure partner on the new site: %s. It is not created again and not followed",
            row.comment_id[moved], p->key[moved], translate_reason_text(why));
        row.state = "known";
    }
    row.comment_id[moved] = NULL;
    return row.comment_id[other] ? comment_add(b->o->store, &row, e) : true;
}

static bool keep_comment(struct rebase *b, const struct pair *p, struct comment_row row,
                         const struct translate_outcome *outcome, const struct tracker_issue *now, bool *is_open_r,
                         struct err *e)
{
    enum side moved = b->o->moved;
    const struct tracker_comment *comment = outcome->new_id ? find_comment(now, outcome->new_id) : NULL;
    int64_t mapped;
    row.pair_id = p->id;
    b->r->comments++;
    if (!row.comment_id[moved]) /* was not there before the move either */
        return comment_add(b->o->store, &row, e);
    if (comment)
        return keep_found(b, p, row, comment, e);
    /* The map proves that it arrived: it was deleted since, and the engine makes sure of that before it carries it on.
     */
    if (outcome->reason == TRANSLATE_MAP_MISSING && idmap_comment(b->o->ids, row.comment_id[moved], &mapped)) {
        row.comment_id[moved] = arena_printf(&b->page, "%lld", (long long)mapped);
        return comment_add(b->o->store, &row, e);
    }
    return keep_unsure(b, p, row, outcome->reason, is_open_r, e);
}

/* Where some comment could not be told, what is on the new issue since before the stop and belongs to no pair may be
 * it: copying it to the other side could double it there. */
static bool hold_strangers(struct rebase *b, const struct pair *p, const struct comment_row *rows, size_t count,
                           const struct translate_outcome *outcomes, const struct tracker_issue *now, struct err *e)
{
    enum side moved = b->o->moved;
    for (size_t i = 0; i < now->comment_count; i++) {
        const struct tracker_comment *c = &now->comments[i];
        bool is_taken = b->o->stopped_ms && c->created_ms >= b->stopped_site_ms;
        for (size_t k = 0; k < count; k++)
            is_taken = is_taken || (rows[k].comment_id[moved] && str_eq(outcomes[k].new_id, c->id));
        if (is_taken)
            continue;
        struct comment_row row = {.pair_id = p->id, .origin = moved, .state = "known"};
        row.comment_id[moved] = c->id;
        row.base[moved] = c->body;
        say(b, "comment %s of %s on the new site may be the one without a sure partner; it is not copied to %s", c->id,
            p->key[moved], p->key[side_other(moved)]);
        if (!comment_add(b->o->store, &row, e))
            return false;
    }
    return true;
}

static bool rebase_comments(struct rebase *b, const struct pair *old, const struct pair *p, const struct moved_issue *m,
                            struct err *e)
{
    struct comment_row *rows;
    size_t count;
    bool is_open = false;
    if (!comment_list(b->o->store, &b->page, old->id, &rows, &count, e))
        return false;
    struct translate_outcome *outcomes = match_comments(b, rows, count, m);
    for (size_t i = 0; i < count; i++)
        if (!keep_comment(b, p, rows[i], &outcomes[i], m->now, &is_open, e))
            return false;
    return !is_open || hold_strangers(b, p, rows, count, outcomes, m->now, e);
}

/* --- one pair --- */

/* A conflict holds an overwritten value that a person may want back: it outlives the old synchronization. Whatever else
 * is open shows again by itself. */
static bool keep_conflicts(struct rebase *b, const struct pair *old, const struct pair *p, struct err *e)
{
    struct finding *list;
    size_t count;
    if (!finding_list(b->o->store, &b->page, b->old_row.id, old->id, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct finding f = list[i];
        struct new_item item;
        if (!str_eq(f.kind, "conflict"))
            continue;
        f.sync_id = b->new_row.id;
        f.pair_id = p->id;
        f.item = find_item(b, f.item, &item) ? item.item : f.item;
        if (!finding_open(b->o->store, &f, e))
            return false;
    }
    return true;
}

static struct pair as_new_pair(const struct rebase *b, const struct pair *old)
{
    struct pair p = *old;
    p.sync_id = b->new_row.id;
    p.link[0] = p.link[1] = NULL; /* panels carry the new synchronization's key and are written anew */
    p.is_dirty = p.panel_due = str_eq(p.state, PAIR_OPEN);
    p.resync = NULL;
    return p;
}

static bool rebase_pair(struct rebase *b, const struct pair *old, struct moved_issue *m, struct err *e)
{
    const struct tracker_issue *now = m->now;
    struct base_row *bases;
    size_t base_count;
    struct pair p = as_new_pair(b, old);
    p.issue_id[b->o->moved] = now->id;
    p.key[b->o->moved] = now->key;
    p.seen_ms[b->o->moved] = now->updated_ms;
    if (!base_list(b->o->store, &b->page, old->id, &bases, &base_count, e) || !pair_add(b->o->store, &p, e))
        return false;
    for (size_t i = 0; i < base_count; i++)
        if (!rebase_item(b, &p, &bases[i], m, e))
            return false;
    b->r->pairs++;
    return rebase_comments(b, old, &p, m, e) && keep_conflicts(b, old, &p, e);
}

/* The partner stays known, so that it is not taken for a new issue and sent over once more. */
static bool keep_missing(struct rebase *b, const struct pair *old, const char *why, struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    struct pair p = as_new_pair(b, old);
    p.issue_id[moved] = NULL;
    p.state = PAIR_GONE;
    p.is_dirty = p.panel_due = false;
    b->r->missing++;
    say(b, "%s %s; its partner %s stays as it is, and no issue is created again for it", old->key[moved], why,
        old->key[other]);
    return pair_add(b->o->store, &p, e);
}

static bool read_issues(struct rebase *b, struct tracker *t, const char *const *ids, size_t count, bool with_fields,
                        struct tracker_issue ***r, struct err *e)
{
    *r = arena_array(&b->page, struct tracker_issue *, count);
    struct tracker_read read = {.ids = ids,
                                .id_count = count,
                                .fields = with_fields ? b->fields : NULL,
                                .field_count = with_fields ? b->field_count : 0,
                                .want = TRACKER_COMMENTS};
    return !t || !count || t->ops->read(t, &b->page, &read, *r, e);
}

struct batch {
    const struct pair **there, **missing; /* with and without an issue in the new project */
    size_t there_count, missing_count;
    const char **old_ids, **new_ids; /* of those that are there */
    struct tracker_issue **before, **now;
};

static void sort_batch(struct rebase *b, const struct pair *pairs, size_t count, struct batch *r)
{
    size_t olds = 0, news = 0;
    for (size_t i = 0; i < count; i++) {
        const char *id = new_issue_id(b, pairs[i].key[b->o->moved]);
        if (!pairs[i].issue_id[0] || !pairs[i].issue_id[1] || str_eq(pairs[i].state, PAIR_ENDED))
            continue;
        if (!id) {
            *arena_push(&b->page, r->missing, r->missing_count) = &pairs[i];
            continue;
        }
        *arena_push(&b->page, r->there, r->there_count) = &pairs[i];
        *arena_push(&b->page, r->old_ids, olds) = pairs[i].issue_id[b->o->moved];
        *arena_push(&b->page, r->new_ids, news) = id;
    }
}

static bool write_batch(struct rebase *b, const struct batch *batch, struct err *e)
{
    for (size_t i = 0; i < batch->missing_count; i++)
        if (!keep_missing(b, batch->missing[i], "is not in the new project", e))
            return false;
    for (size_t i = 0; i < batch->there_count; i++) {
        struct moved_issue m = {batch->before[i], batch->now[i], NULL};
        if (!(m.now ? rebase_pair(b, batch->there[i], &m, e)
                    : keep_missing(b, batch->there[i], "is listed by the new project but cannot be read", e)))
            return false;
    }
    return true;
}

static bool rebase_batch(struct rebase *b, const struct pair *pairs, size_t count, struct err *e)
{
    struct batch batch = {0};
    sort_batch(b, pairs, count, &batch);
    if (!read_issues(b, b->o->now, batch.new_ids, batch.there_count, true, &batch.now, e) ||
        !read_issues(b, b->o->before, batch.old_ids, batch.there_count, false, &batch.before, e) ||
        !store_begin(b->o->store, e))
        return false;
    return write_batch(b, &batch, e) ? store_commit(b->o->store, e) : store_abandon(b->o->store);
}

/* --- what waited --- */

/* A pair that had lost one issue already. */
static bool keep_half(struct rebase *b, const struct pair *old, struct err *e)
{
    enum side moved = b->o->moved;
    struct pair p = as_new_pair(b, old);
    if (p.issue_id[0] && p.issue_id[1])
        return true; /* rebased with the others */
    if (p.issue_id[moved] && !(p.issue_id[moved] = new_issue_id(b, p.key[moved])))
        return true; /* now both are gone */
    return pair_add(b->o->store, &p, e);
}

static bool wake(struct rebase *b, enum side s, const char *old_id, const char *key, int64_t updated_ms, struct err *e)
{
    const char *id = s == b->o->moved ? new_issue_id(b, key) : old_id;
    struct inbox_row row = {.side = s, .issue_id = id, .key = key, .updated_ms = updated_ms};
    return !id || inbox_wake(b->o->store, b->new_row.id, &row, e);
}

/* Issues that waited for a partner wait in the new synchronization: what no poll would bring again must not be lost. */
static bool keep_waiting(struct rebase *b, const struct pair *pairs, size_t count, struct err *e)
{
    struct inbox_row *rows;
    size_t row_count;
    if (!inbox_list(b->o->store, b->a, b->old_row.id, NULL, WAITING_MAX, &rows, &row_count, e) ||
        !store_begin(b->o->store, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < row_count; i++)
        ok = wake(b, rows[i].side, rows[i].issue_id, rows[i].key, rows[i].updated_ms, e);
    for (size_t i = 0; ok && i < count; i++) {
        enum side s = pairs[i].issue_id[SIDE_FIRST] ? SIDE_FIRST : SIDE_SECOND;
        if (str_eq(pairs[i].state, PAIR_CREATING) && !pairs[i].issue_id[side_other(s)])
            ok = wake(b, s, pairs[i].issue_id[s], pairs[i].key[s], pairs[i].seen_ms[s], e);
        else if (str_eq(pairs[i].state, PAIR_GONE) || str_eq(pairs[i].state, PAIR_IGNORED))
            ok = keep_half(b, &pairs[i], e);
    }
    return ok ? store_commit(b->o->store, e) : store_abandon(b->o->store);
}

/* --- the whole --- */

static void want_fields(struct rebase *b)
{
    *arena_push(b->a, b->fields, b->field_count) = "status";
    *arena_push(b->a, b->fields, b->field_count) = "issuetype";
    for (size_t i = 0; i < b->o->new_config->field_count; i++)
        *arena_push(b->a, b->fields, b->field_count) = b->o->new_config->fields[i].half[b->o->moved].id;
}

/* A few issues may have been deleted on the way. Many mean that the move is not complete, or that we do not see it all.
 */
static bool judge_missing(struct rebase *b, struct err *e)
{
    int64_t all = b->r->pairs + b->r->missing;
    if (b->r->missing < FEW || b->r->missing * 100 <= all * PERCENT || is_accepted(b, "missing"))
        return true;
    return err_set(
        e, ERR_STATE,
        "%lld of %lld issues are not in %s on the new site, or not visible there. Is the move complete, and may "
        "the sync user see every issue (also those with a security level)? If these issues were left behind on "
        "purpose, go on with --accept missing",
        (long long)b->r->missing, (long long)all, b->o->project_now->key);
}

static bool judge(struct rebase *b, struct err *e)
{
    for (size_t i = 0; i < b->r->item_count; i++) {
        const struct rebase_item *item = &b->r->items[i];
        bool is_comments = str_eq(item->item, "comments");
        int64_t all = is_comments ? b->r->comments : b->r->pairs;
        if (item->unexplained < FEW || item->unexplained * 100 <= all * PERCENT || is_accepted(b, item->item))
            continue;
        return err_set(
            e, ERR_STATE,
            "%s differ%s from what both sides had agreed on in %lld of %lld %s, and nothing shows that somebody edited "
            "them (%s). That is a rule of the conversion%s. Look at some; if the new values are right, go on with "
            "--accept %s",
            item->item, is_comments ? "" : "s", (long long)item->unexplained, (long long)all,
            is_comments ? "comments" : "issues", item->example,
            is_comments && b->o->ids ? ", or the id map is that of another move" : "", item->item);
    }
    return true;
}

/* Every pair is due and will be read, whatever the watermark. What has no pair yet, an issue made on the new site since
 * the move, is found only by polling from what the old synchronization had seen last: a move keeps the dates of issues.
 */
static bool set_watermarks(struct rebase *b, struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    int64_t seen = b->old_row.watermark_ms[moved];
    if (b->stopped_site_ms < seen) /* the old site's clock was ahead */
        seen = b->stopped_site_ms;
    return sync_set_watermark(b->o->store, b->new_row.id, moved, seen, e) &&
           sync_set_watermark(b->o->store, b->new_row.id, other, b->old_row.watermark_ms[other], e);
}

bool rebase_run(const struct rebase_options *o, struct arena *a, struct rebase_report *r, struct err *e)
{
    struct rebase b = {.o = o, .r = r, .a = a};
    struct tracker_info info;
    struct pair *pairs;
    size_t count;
    *r = (struct rebase_report){0};
    want_fields(&b);
    if (!o->now->ops->describe(o->now, a, &info, e))
        return false;
    b.stopped_site_ms = o->stopped_ms + info.skew_ms;
    bool ok = sync_get(o->store, a, o->old_key, &b.old_row, e) && sync_get(o->store, a, o->new_key, &b.new_row, e) &&
              read_keys(&b, e) && pair_list(o->store, a, b.old_row.id, &pairs, &count, e);
    for (size_t i = 0; ok && i < count; i += BATCH) {
        ok = rebase_batch(&b, pairs + i, count - i < BATCH ? count - i : BATCH, e);
        arena_clear(&b.page);
    }
    ok = ok && keep_waiting(&b, pairs, count, e) && judge_missing(&b, e) && judge(&b, e) && set_watermarks(&b, e);
    arena_release(&b.page);
    return ok;
}
