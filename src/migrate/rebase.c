/* rebase.c - see rebase.h. The order of one batch: read the new issues, compare each base of the moved side with the
 * value now, find the comments' new ids, write pairs, bases and comments in one commit. */
#include "migrate/rebase.h"

#include "base/str.h"
#include "migrate/translate_match.h"
#include "store/pair.h"
#include "store/sync.h"
#include "sync/engine.h"
#include "text/nameless.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 50, FEW = 5, PERCENT = 2 };

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
static const char *new_issue_id(const struct rebase *b, const struct pair *p)
{
    struct known_issue key = {p->key[b->o->moved], NULL};
    const struct known_issue *found =
        b->issue_count ? bsearch(&key, b->issues, b->issue_count, sizeof key, by_key) : NULL;
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

/* The old base in the words of the new site: options and people by name, everything else as it is. */
static struct value translate_value(const struct rebase *b, const char *item, struct value old)
{
    if (old.kind == VALUE_OPTION) {
        const char *id = option_id(b, item, old.text);
        old.id = id ? id : arena_printf(b->a, "gone:%s", old.text ? old.text : "");
    }
    return old;
}

static bool same_person(const struct value *x, const struct value *y)
{
    return (x->mail && y->mail && str_eq_nocase(x->mail, y->mail)) || value_name_equal(x->text, y->text);
}

static bool says_the_same(struct arena *a, const struct value *old, const struct value *now)
{
    if (old->kind == VALUE_RICH && now->kind == VALUE_RICH)
        return str_eq(text_nameless(a, old->text), text_nameless(a, now->text));
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

/* Whether the new site's history shows that somebody edited the field after the old synchronization stood still. */
static bool was_edited(struct rebase *b, struct moved_issue *m, const char *field, bool *r, struct err *e)
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
        *r = *r || (h->created_ms >= b->stopped_site_ms && str_eq_nocase(h->field, field));
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

/* The field ids of an item of the old synchronization on the new site, and its item name there. */
static const char *new_item(const struct rebase *b, const char *item, const char **field_r)
{
    for (size_t i = 0; i < b->o->old_config->field_count; i++)
        if (str_eq(b->o->old_config->fields[i].half[SIDE_FIRST].id, item)) {
            *field_r = b->o->new_config->fields[i].half[b->o->moved].id;
            return b->o->new_config->fields[i].half[SIDE_FIRST].id;
        }
    *field_r = item; /* status, issue type */
    return item;
}

static bool rebase_item(struct rebase *b, const struct pair *p, const struct base_row *row, struct moved_issue *m,
                        struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    const char *field, *item = new_item(b, row->item, &field);
    struct value old = {.kind = VALUE_NONE}, now = tracker_issue_value(m->now, field);
    if (row->value[moved] && !value_from_json(&b->page, row->value[moved], &old, e))
        return false;
    struct value translated = translate_value(b, row->item, old);
    bool same = says_the_same(&b->page, &old, &now), edited = false;
    if (!same) {
        if (!was_edited(b, m, field, &edited, e))
            return false;
        count_difference(b, item, p->key[moved], &old, &now, edited);
    }
    bool agreed = same || is_accepted(b, item);
    b->r->bases_agreed += agreed;
    b->r->bases_kept += !agreed;
    const json_t *base[2];
    base[moved] = value_to_json(&b->page, agreed ? &now : &translated);
    base[other] = row->value[other];
    return base_set(b->o->store, p->id, item, base[SIDE_FIRST], base[SIDE_SECOND], e);
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
        (*r)[i] = (struct translate_comment){.id = c->id,
                                             .has_created = c->created_ms != 0,
                                             .created_ms = c->created_ms,
                                             .body = json_keep(a, json_string(c->body ? c->body : ""))};
    }
    return count;
}

/* New ids for the comments of one issue, in the order of `rows`; NULL where nothing is sure. */
static const char **match_comments(struct rebase *b, const struct comment_row *rows, size_t count,
                                   const struct tracker_issue *before, const struct tracker_issue *now)
{
    const char **wanted = arena_array(&b->page, const char *, count);
    struct translate_outcome *outcomes = arena_array(&b->page, struct translate_outcome, count);
    struct translate_comment *old, *new_;
    size_t old_count = as_match_list(&b->page, before, &old), new_count = as_match_list(&b->page, now, &new_);
    for (size_t i = 0; i < count; i++)
        wanted[i] = rows[i].comment_id[b->o->moved] ? rows[i].comment_id[b->o->moved] : "";
    translate_match(&b->page, old, old_count, new_, new_count, b->o->ids, wanted, count, outcomes);
    const char **found = arena_array(&b->page, const char *, count);
    for (size_t i = 0; i < count; i++)
        found[i] = outcomes[i].new_id;
    return found;
}

static bool keep_comment(struct rebase *b, const struct pair *p, struct comment_row row, const char *id,
                         const struct tracker_issue *now, struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    const struct tracker_comment *comment = find_comment(now, id);
    row.pair_id = p->id;
    b->r->comments++;
    if (id && comment) {
        row.comment_id[moved] = id;
        struct value was = value_rich(row.base[moved]), is = value_rich(comment->body);
        bool same = says_the_same(&b->page, &was, &is);
        bool edited = b->o->stopped_ms && comment->updated_ms >= b->stopped_site_ms;
        if (!same)
            count_difference(b, "comments", p->key[moved], &was, &is, edited);
        if (same || is_accepted(b, "comments"))
            row.base[moved] = comment->body; /* else the old base stays: an edit, which travels */
        return comment_add(b->o->store, &row, e);
    }
    if (row.comment_id[moved] && str_eq(row.state, "open")) {
        b->r->comments_unknown++;
        say(b, "comment %s of %s: its new id is not sure; it is not created again and not followed",
            row.comment_id[moved], p->key[moved]);
    }
    row.comment_id[moved] = NULL;
    row.state = str_eq(row.state, "deleted") ? row.state : "known";
    return row.comment_id[other] ? comment_add(b->o->store, &row, e) : true;
}

/* --- one pair --- */

static bool rebase_pair(struct rebase *b, const struct pair *old, struct moved_issue *m, struct err *e)
{
    const struct tracker_issue *now = m->now;
    struct base_row *bases;
    struct comment_row *comments;
    size_t base_count, comment_count;
    struct pair p = *old;
    p.sync_id = b->new_row.id;
    p.issue_id[b->o->moved] = now->id;
    p.key[b->o->moved] = now->key;
    p.link[0] = p.link[1] = NULL; /* panels carry the new synchronization's key and are written anew */
    p.panel_due = true;
    p.is_dirty = true;
    p.resync = NULL;
    p.seen_ms[b->o->moved] = now->updated_ms;
    if (!base_list(b->o->store, &b->page, old->id, &bases, &base_count, e) ||
        !comment_list(b->o->store, &b->page, old->id, &comments, &comment_count, e) || !pair_add(b->o->store, &p, e))
        return false;
    for (size_t i = 0; i < base_count; i++)
        if (!rebase_item(b, &p, &bases[i], m, e))
            return false;
    const char **ids = match_comments(b, comments, comment_count, m->before, now);
    for (size_t i = 0; i < comment_count; i++)
        if (!keep_comment(b, &p, comments[i], ids[i], now, e))
            return false;
    b->r->pairs++;
    return true;
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

static bool rebase_batch(struct rebase *b, const struct pair *pairs, size_t count, struct err *e)
{
    const char **old_ids = NULL, **new_ids = NULL;
    const struct pair **who = NULL;
    size_t n = 0, olds = 0, whos = 0;
    for (size_t i = 0; i < count; i++) {
        if (!pairs[i].issue_id[0] || !pairs[i].issue_id[1] || str_eq(pairs[i].state, PAIR_ENDED))
            continue;
        const char *id = new_issue_id(b, &pairs[i]);
        if (!id) {
            b->r->missing++;
            say(b, "%s (partner %s) is not in the new project", pairs[i].key[b->o->moved],
                pairs[i].key[side_other(b->o->moved)]);
            continue;
        }
        *arena_push(&b->page, new_ids, n) = id;
        *arena_push(&b->page, old_ids, olds) = pairs[i].issue_id[b->o->moved];
        *arena_push(&b->page, who, whos) = &pairs[i];
    }
    struct tracker_issue **now, **before;
    if (!read_issues(b, b->o->now, new_ids, n, true, &now, e) ||
        !read_issues(b, b->o->before, old_ids, n, false, &before, e) || !store_begin(b->o->store, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct moved_issue m = {before[i], now[i], NULL};
        if (now[i] && !rebase_pair(b, who[i], &m, e))
            return store_abandon(b->o->store);
        if (!now[i]) {
            b->r->missing++;
            say(b, "%s (partner %s) is not visible in the new project", who[i]->key[b->o->moved],
                who[i]->key[side_other(b->o->moved)]);
        }
    }
    return store_commit(b->o->store, e);
}

/* --- the whole --- */

static void want_fields(struct rebase *b)
{
    *arena_push(b->a, b->fields, b->field_count) = "status";
    *arena_push(b->a, b->fields, b->field_count) = "issuetype";
    for (size_t i = 0; i < b->o->new_config->field_count; i++)
        *arena_push(b->a, b->fields, b->field_count) = b->o->new_config->fields[i].half[b->o->moved].id;
}

static bool judge(struct rebase *b, struct err *e)
{
    for (size_t i = 0; i < b->r->item_count; i++) {
        const struct rebase_item *item = &b->r->items[i];
        if (item->unexplained < FEW || item->unexplained * 100 <= b->r->pairs * PERCENT || is_accepted(b, item->item))
            continue;
        return err_set(
            e, ERR_STATE,
            "%s differs in %lld of %lld issues from what both sides had agreed on, and no history shows that "
            "somebody edited it (%s). That is a rule of the conversion. Look at some; if the new values are "
            "right, go on with --accept %s",
            item->item, (long long)item->unexplained, (long long)b->r->pairs, item->example, item->item);
    }
    return true;
}

static bool set_watermarks(struct rebase *b, int64_t started_ms, struct err *e)
{
    enum side moved = b->o->moved, other = side_other(moved);
    return sync_set_watermark(b->o->store, b->new_row.id, moved, started_ms, e) &&
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
    r->started_ms = clock_now(o->clock) + info.skew_ms;
    b.stopped_site_ms = o->stopped_ms + info.skew_ms;
    bool ok = sync_get(o->store, a, o->old_key, &b.old_row, e) && sync_get(o->store, a, o->new_key, &b.new_row, e) &&
              read_keys(&b, e) && pair_list(o->store, a, b.old_row.id, &pairs, &count, e);
    for (size_t i = 0; ok && i < count; i += BATCH) {
        ok = rebase_batch(&b, pairs + i, count - i < BATCH ? count - i : BATCH, e);
        arena_clear(&b.page);
    }
    ok = ok && judge(&b, e) && set_watermarks(&b, r->started_ms, e);
    arena_release(&b.page);
    return ok;
}
