#include "migrate/late.h"

#include "base/str.h"
#include "base/time_iso.h"
#include "store/pair.h"
#include "tracker/rich.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 50, SAME_INSTANT_MS = 1000 };

/* One issue of the old project that moved after the stop. */
struct hit {
    const char *id, *key;
    int64_t since_ms; /* when it was last in step, on the old site's clock */
    bool has_partner;
};

struct known_issue {
    const char *key, *id;
};

struct late {
    const struct late_options *o;
    struct arena *a, page; /* of the result; of one batch */
    char ***lines;
    size_t *line_count;
    int64_t changes;
    struct hit *hits;
    size_t hit_count;
    struct known_issue *issues; /* of the new project, by key */
    size_t issue_count;
};

static void say(struct late *l, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct late *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *arena_push(l->a, *l->lines, *l->line_count) = arena_vprintf(l->a, format, args);
    va_end(args);
    l->changes++;
}

static const char *when(struct late *l, int64_t ms)
{
    char text[TIME_ISO_BYTES];
    time_iso_utc(ms, text);
    return arena_strdup(&l->page, text);
}

/* --- what moved --- */

static bool add_hit(struct late *l, const struct tracker_seen *seen, struct err *e)
{
    struct pair p;
    bool found;
    enum side moved = l->o->moved;
    if (!pair_find(l->o->store, &l->page, l->o->old_row->id, moved, seen->id, &p, &found, e))
        return false;
    int64_t since = found ? p.seen_ms[moved] : l->o->old_row->watermark_ms[moved];
    if (seen->updated_ms > since)
        *arena_push(l->a, l->hits, l->hit_count) =
            (struct hit){arena_strdup(l->a, seen->id), arena_strdup(l->a, seen->key), since, found};
    return true;
}

static bool find_hits(struct late *l, struct err *e)
{
    const struct late_options *o = l->o;
    const char *cursor = NULL, *filter = o->old_config->connector[o->moved].filter;
    do {
        struct tracker_seen *seen;
        size_t count;
        if (!o->before->ops->poll(o->before, l->a, o->old_row->watermark_ms[o->moved], filter, &cursor, &seen, &count,
                                  e))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!add_hit(l, &seen[i], e))
                return false;
        arena_clear(&l->page);
    } while (cursor);
    return true;
}

static int by_key(const void *x, const void *y)
{
    return strcmp(((const struct known_issue *)x)->key, ((const struct known_issue *)y)->key);
}

static bool read_keys(struct late *l, struct err *e)
{
    struct tracker *t = l->o->now;
    const char *cursor = NULL;
    do {
        struct tracker_seen *seen;
        size_t count;
        if (!t->ops->poll(t, l->a, 0, NULL, &cursor, &seen, &count, e))
            return false;
        for (size_t i = 0; i < count; i++)
            *arena_push(l->a, l->issues, l->issue_count) = (struct known_issue){seen[i].key, seen[i].id};
    } while (cursor);
    if (l->issue_count)
        qsort(l->issues, l->issue_count, sizeof *l->issues, by_key);
    return true;
}

static const char *new_id(const struct late *l, const char *key)
{
    struct known_issue wanted = {key, NULL};
    const struct known_issue *found =
        l->issue_count ? bsearch(&wanted, l->issues, l->issue_count, sizeof wanted, by_key) : NULL;
    return found ? found->id : NULL;
}

/* --- what was changed --- */

static bool is_near(int64_t x, int64_t y)
{
    return x - y < SAME_INSTANT_MS && y - x < SAME_INSTANT_MS;
}

static bool names(const struct tracker_history_item *h, const char *id, const char *name)
{
    return str_eq_nocase(h->field, id) || (name && str_eq_nocase(h->field, name));
}

static bool was_carried(const struct tracker_issue *now, const struct tracker_history_item *late, const char *id,
                        const char *name)
{
    for (size_t i = 0; now && i < now->history_count; i++)
        if (is_near(now->history[i].created_ms, late->created_ms) && names(&now->history[i], id, name))
            return true;
    return false;
}

static void look_at_field(struct late *l, const struct hit *hit, const struct tracker_issue *before,
                          const struct tracker_issue *now, const char *const id[2], const char *const name[2])
{
    for (size_t i = 0; i < before->history_count; i++) {
        const struct tracker_history_item *h = &before->history[i];
        if (h->created_ms <= hit->since_ms || !names(h, id[0], name[0]) || was_carried(now, h, id[1], name[1]))
            continue;
        struct value said = value_string(h->to_text ? h->to_text : h->to);
        say(l, "%s: %s was set to \"%s\" in the old project on %s, too late for the move; repeat it on the new site",
            hit->key, name[0] ? name[0] : id[0], value_show(&l->page, &said), when(l, h->created_ms));
    }
}

static void look_at_fields(struct late *l, const struct hit *hit, const struct tracker_issue *before,
                           const struct tracker_issue *now)
{
    static const char *const STATUS[2] = {"status", "status"}, *const TYPE[2] = {"issuetype", "issuetype"},
                             *const TYPE_NAME[2] = {"Issue Type", "Issue Type"};
    look_at_field(l, hit, before, now, STATUS, STATUS);
    look_at_field(l, hit, before, now, TYPE, TYPE_NAME);
    for (size_t i = 0; i < l->o->old_config->field_count; i++) {
        const struct config_field_half *was = &l->o->old_config->fields[i].half[l->o->moved];
        const struct config_field_half *is = &l->o->new_config->fields[i].half[l->o->moved];
        const char *const id[2] = {was->id, is->id}, *const name[2] = {was->name, is->name};
        look_at_field(l, hit, before, now, id, name);
    }
}

static bool comment_was_carried(const struct tracker_issue *now, const struct tracker_comment *late)
{
    for (size_t i = 0; now && i < now->comment_count; i++) {
        const struct tracker_comment *c = &now->comments[i];
        bool is_it = is_near(c->created_ms, late->created_ms);
        if (is_it && (rich_equal_nameless(late->body, c->body) || c->updated_ms > late->updated_ms))
            return true;
    }
    return false;
}

static void look_at_comments(struct late *l, const struct hit *hit, const struct tracker_issue *before,
                             const struct tracker_issue *now)
{
    for (size_t i = 0; i < before->comment_count; i++) {
        const struct tracker_comment *c = &before->comments[i];
        bool is_new = c->created_ms > hit->since_ms;
        if ((!is_new && c->updated_ms <= hit->since_ms) || comment_was_carried(now, c))
            continue;
        struct value said = value_rich(c->body);
        say(l,
            "%s: comment %s (\"%s\") was %s in the old project on %s, too late for the move; repeat it on the new site",
            hit->key, c->id, value_show(&l->page, &said), is_new ? "written" : "edited",
            when(l, is_new ? c->created_ms : c->updated_ms));
    }
}

static bool takes_part(const struct late *l, const struct tracker_issue *issue)
{
    const struct config_connector *c = &l->o->old_config->connector[l->o->moved];
    struct value type = tracker_issue_value(issue, "issuetype");
    for (size_t i = 0; i < c->type_count; i++)
        if (str_eq(c->types[i].id, type.id))
            return true;
    return false;
}

static void look_at_issue(struct late *l, const struct hit *hit, const struct tracker_issue *before,
                          const struct tracker_issue *now)
{
    if (!before || (!hit->has_partner && !takes_part(l, before)))
        return;
    if (!now && before->created_ms > hit->since_ms) {
        say(l, "%s was made in the old project on %s, too late for the move; make it again on the new site", hit->key,
            when(l, before->created_ms));
        return;
    }
    look_at_fields(l, hit, before, now);
    look_at_comments(l, hit, before, now);
}

/* --- the whole --- */

static const char **fields_of(struct late *l, const struct config *config, size_t *count)
{
    const char **list = NULL;
    *count = 0;
    *arena_push(&l->page, list, *count) = "status";
    *arena_push(&l->page, list, *count) = "issuetype";
    for (size_t i = 0; i < config->field_count; i++)
        *arena_push(&l->page, list, *count) = config->fields[i].half[l->o->moved].id;
    return list;
}

static bool read_issues(struct late *l, struct tracker *t, const struct config *config, const char *const *ids,
                        size_t count, struct tracker_issue **r, struct err *e)
{
    struct tracker_read read = {.ids = ids, .id_count = count, .want = TRACKER_COMMENTS | TRACKER_HISTORY};
    read.fields = fields_of(l, config, &read.field_count);
    return !count || t->ops->read(t, &l->page, &read, r, e);
}

static bool look_at_batch(struct late *l, const struct hit *hits, size_t count, struct err *e)
{
    const char *old_ids[BATCH], *new_ids[BATCH];
    struct tracker_issue *before[BATCH] = {0}, *found[BATCH] = {0};
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const char *id = new_id(l, hits[i].key);
        old_ids[i] = hits[i].id;
        if (id)
            new_ids[n++] = id;
    }
    if (!read_issues(l, l->o->before, l->o->old_config, old_ids, count, before, e) ||
        !read_issues(l, l->o->now, l->o->new_config, new_ids, n, found, e))
        return false;
    for (size_t i = 0, at = 0; i < count; i++)
        look_at_issue(l, &hits[i], before[i], new_id(l, hits[i].key) ? found[at++] : NULL);
    return true;
}

bool late_list(const struct late_options *o, struct arena *a, char ***lines, size_t *line_count, int64_t *changes_r,
               struct err *e)
{
    struct late l = {.o = o, .a = a, .lines = lines, .line_count = line_count};
    bool ok = find_hits(&l, e) && (!l.hit_count || read_keys(&l, e));
    for (size_t i = 0; ok && i < l.hit_count; i += BATCH) {
        ok = look_at_batch(&l, l.hits + i, l.hit_count - i < BATCH ? l.hit_count - i : BATCH, e);
        arena_clear(&l.page);
    }
    arena_release(&l.page);
    *changes_r = l.changes;
    return ok;
}
