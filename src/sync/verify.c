/* verify.c - proves both sides equal except a listed few. It reads the sites, not the store's idea of them, and writes
 * nothing. */
#include "sync/verify.h"

#include "base/str.h"
#include "tracker/rich.h"

static void say(struct check *c, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct check *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *arena_push(c->a, c->r->lines, c->r->line_count) = arena_vprintf(c->a, format, args);
    va_end(args);
}

static const char *known_finding(const struct finding *list, size_t count, const char *item)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i].item, item) && !str_eq(list[i].kind, "conflict"))
            return list[i].kind;
    return NULL;
}

/* The text of one side as both can be compared; where a site cannot be asked who somebody is, as it stands. */
static const char *neutral(struct check *c, enum side s, const char *text)
{
    struct err ignored = ERR_INIT;
    const char *r;
    return mapping_text_neutral(&c->mapping, &c->page, s, text, &r, &ignored) ? r : text;
}

static bool becomes(struct check *c, enum side from, const char *text, const char *there)
{
    struct err ignored = ERR_INIT;
    const char *r;
    return mapping_text(&c->mapping, &c->page, from, text, &r, &ignored) && rich_equal(r, there);
}

/* Of the first and the second side: they differ in nothing but how the two name people, issues and files. */
static bool same_texts(struct check *c, const char *first, const char *second)
{
    return rich_equal(first, second) || becomes(c, SIDE_FIRST, first, second) ||
           becomes(c, SIDE_SECOND, second, first) || rich_equal_nameless(first, second) ||
           rich_equal(neutral(c, SIDE_FIRST, first), neutral(c, SIDE_SECOND, second));
}

static bool maps(struct check *c, const struct config_field *f, enum side from, const struct value now[2])
{
    struct err ignored = ERR_INIT;
    struct value mapped;
    if (now[0].kind == VALUE_RICH && now[1].kind == VALUE_RICH && same_texts(c, now[0].text, now[1].text))
        return true;
    bool ok = f ? mapping_value(&c->mapping, &c->page, f, from, &now[from], &mapped, &ignored)
                : mapping_status(&c->mapping, from, &now[from], &mapped, &ignored);
    return ok && value_equal(&mapped, &now[side_other(from)]);
}

static bool field_differs(struct check *c, const struct work *w, const struct config_field *f, bool sends_first,
                          bool sends_second)
{
    const char *item = f ? item_of_field(f) : ITEM_STATUS;
    struct value now[2];
    for (int s = 0; s < 2; s++)
        now[s] = tracker_issue_value(w->issue[s], f ? f->half[s].id : ITEM_STATUS);
    const char *const text[2] = {now[0].text, now[1].text};
    if (now[0].kind == VALUE_RICH && now[1].kind == VALUE_RICH)
        note_losses(c, w, item, text);
    if ((!sends_first && !sends_second) || (sends_first && maps(c, f, SIDE_FIRST, now)) ||
        (sends_second && maps(c, f, SIDE_SECOND, now)))
        return false;
    const char *kind = known_finding(w->findings, w->finding_count, item);
    if (str_eq(kind, "cut")) {
        note_add(c, w, sends_first ? SIDE_SECOND : SIDE_FIRST, item,
                 "too long for this site: its beginning and a note");
        return false;
    }
    say(c, "%s and %s differ in %s: \"%s\" and \"%s\"%s%s%s", w->pair.key[0], w->pair.key[1], item,
        value_show_beside(&c->page, &now[0], &now[1]), value_show_beside(&c->page, &now[1], &now[0]),
        kind ? " (known: " : "", kind ? kind : "", kind ? ")" : "");
    return true;
}

static bool fields_differ(struct check *c, const struct work *w)
{
    const struct config *config = &c->en->config;
    const struct config_connector *side = config->connector;
    bool differ = false;
    for (size_t i = 0; i < config->field_count; i++) {
        const struct config_field *f = &config->fields[i];
        differ |=
            field_differs(c, w, f, f->half[0].sends && f->half[1].receives, f->half[1].sends && f->half[0].receives);
    }
    return differ | field_differs(c, w, NULL, side[0].sends_status && side[1].receives_status,
                                  side[1].sends_status && side[0].receives_status);
}

/* Types are compared where issues of a side are created on the other. */
static bool types_differ(struct check *c, const struct work *w)
{
    const struct config_connector *side = c->en->config.connector;
    struct value now[2];
    for (int s = 0; s < 2; s++)
        now[s] = tracker_issue_value(w->issue[s], ITEM_TYPE);
    bool any = false;
    for (int s = 0; s < 2; s++) {
        struct err ignored = ERR_INIT;
        const char *mapped;
        if (!side[s].creates)
            continue;
        any = true;
        if (mapping_type(&c->mapping, (enum side)s, now[s].id, &mapped, &ignored) &&
            str_eq(mapped, now[side_other((enum side)s)].id))
            return false;
    }
    if (!any)
        return false;
    const char *kind = known_finding(w->findings, w->finding_count, ITEM_TYPE);
    say(c, "%s and %s differ in issuetype: \"%s\" and \"%s\"%s%s%s", w->pair.key[0], w->pair.key[1],
        value_show(&c->page, &now[0]), value_show(&c->page, &now[1]), kind ? " (known: " : "", kind ? kind : "",
        kind ? ")" : "");
    return true;
}

static const struct tracker_comment *find(const struct tracker_issue *issue, const char *id)
{
    for (size_t i = 0; i < issue->comment_count; i++)
        if (str_eq(issue->comments[i].id, id))
            return &issue->comments[i];
    return NULL;
}

/* What a comment says beneath its author line; `is_copy`: it has one of ours. */
static const char *words_of(struct check *c, enum side s, const struct tracker_comment *comment, bool is_copy)
{
    return is_copy ? mapping_comment_strip(&c->mapping, &c->page, s, comment->body) : comment->body;
}

/* An original may begin with an author line of its own: after a rollback, what came from the project that was given up
 * goes back as it stands on the partner. But an adopted pair may not say rightly which of the two is the copy. */
static bool same_words(struct check *c, enum side origin, const struct tracker_comment *const comment[2])
{
    bool is_same = false;
    for (int both = 0; both < 2 && !is_same; both++) {
        const char *first = words_of(c, SIDE_FIRST, comment[0], both || origin != SIDE_FIRST);
        const char *second = words_of(c, SIDE_SECOND, comment[1], both || origin != SIDE_SECOND);
        is_same = same_texts(c, first, second);
    }
    return is_same;
}

static const struct comment_row *row_of(const struct work *w, enum side s, const char *id)
{
    for (size_t i = 0; i < w->comment_count; i++)
        if (str_eq(w->comments[i].comment_id[s], id))
            return &w->comments[i];
    return NULL;
}

/* Of a pair of comments that are kept in step. */
static bool is_live(const struct comment_row *row)
{
    return row && row->comment_id[0] && row->comment_id[1] &&
           (str_eq(row->state, "open") || str_eq(row->state, "restricted"));
}

/* An unpaired comment that says what a paired one on the same issue says is a double. */
static bool is_double(const struct work *w, enum side s, const struct tracker_comment *comment)
{
    struct value body = value_rich(comment->body);
    for (size_t i = 0; i < w->issue[s]->comment_count; i++) {
        const struct tracker_comment *other = &w->issue[s]->comments[i];
        struct value says = value_rich(other->body);
        if (other != comment && is_live(row_of(w, s, other->id)) && value_equal(&body, &says))
            return true;
    }
    return false;
}

static bool is_shown_to_all(const struct tracker_comment *comment)
{
    return !comment->visibility_type && !comment->is_internal;
}

/* A comment and its copy. */
static bool row_differs(struct check *c, const struct work *w, const struct comment_row *row)
{
    const struct tracker_comment *both[2] = {find(w->issue[0], row->comment_id[0]),
                                             find(w->issue[1], row->comment_id[1])};
    const char *item = item_of_comment(&c->page, row->origin, row->comment_id[row->origin]);
    const char *kind = known_finding(w->findings, w->finding_count, item), *what = NULL;
    if (!both[0] || !both[1])
        what = !both[0] ? "the first is not there" : "the second is not there";
    else if (!same_words(c, row->origin, both))
        what = "differ";
    else if (!is_shown_to_all(both[row->origin]) && is_shown_to_all(both[side_other(row->origin)]))
        what = "the original is restricted and its copy is open to all";
    if (what && str_eq(what, "differ") && str_eq(kind, "cut")) {
        note_add(c, w, side_other(row->origin),
                 arena_printf(&c->page, "comment %s", row->comment_id[side_other(row->origin)]),
                 "too long for this site: its beginning and a note");
        what = NULL;
    }
    if (both[0] && both[1]) {
        const char *const text[2] = {both[0]->body, both[1]->body};
        enum side rich = rich_is_adf(text[0]) ? SIDE_FIRST : SIDE_SECOND;
        note_losses(c, w, arena_printf(&c->page, "comment %s", row->comment_id[rich]), text);
    }
    c->r->comments_paired += !what;
    if (what)
        say(c, "comment %s of %s and %s of %s: %s%s%s%s", row->comment_id[0], w->pair.key[0], row->comment_id[1],
            w->pair.key[1], what, kind ? " (known: " : "", kind ? kind : "", kind ? ")" : "");
    return what;
}

/* A comment without a live partner; true unless that is how a person, or a pair file, left it. */
static bool alone_differs(struct check *c, const struct work *w, enum side s, const struct tracker_comment *comment)
{
    const struct comment_row *row = row_of(w, s, comment->id);
    enum side origin = row ? row->origin : s;
    const char *item = item_of_comment(&c->page, origin, row ? row->comment_id[origin] : comment->id);
    const char *kind = known_finding(w->findings, w->finding_count, item);
    bool doubled = is_double(w, s, comment);
    if (!kind && row)
        kind = row->state; /* the finding was closed by a person, or never needed one */
    c->r->comments_unpaired[s]++;
    c->r->doubled[s] += doubled;
    say(c, "comment %s of %s has no partner%s%s%s%s", comment->id, w->pair.key[s],
        doubled ? " and says what another one says: a double" : "", kind ? " (known: " : "", kind ? kind : "",
        kind ? ")" : "");
    return doubled || !row || !(str_eq(row->state, "known") || str_eq(row->state, "kept"));
}

static bool comments_differ(struct check *c, const struct work *w)
{
    bool differ = false;
    for (size_t i = 0; i < w->comment_count; i++)
        if (is_live(&w->comments[i]))
            differ |= row_differs(c, w, &w->comments[i]);
    for (int s = 0; s < 2; s++) {
        c->r->comments[s] += (int64_t)w->issue[s]->comment_count;
        for (size_t i = 0; i < w->issue[s]->comment_count; i++) {
            const struct tracker_comment *comment = &w->issue[s]->comments[i];
            if (!is_live(row_of(w, (enum side)s, comment->id)))
                differ |= alone_differs(c, w, (enum side)s, comment);
        }
    }
    return differ;
}

static bool check_pair(struct check *c, struct work *w, struct err *e)
{
    struct store *store = c->en->store;
    if (!comment_list(store, &c->page, w->pair.id, &w->comments, &w->comment_count, e) ||
        !finding_list(store, &c->page, c->en->row.id, w->pair.id, &w->findings, &w->finding_count, e))
        return false;
    c->r->pairs++;
    bool missing = false;
    for (int s = 0; s < 2; s++)
        if (!w->issue[s] || !str_eq(w->issue[s]->project_id, c->en->project[s].id)) {
            c->r->missing[s]++;
            missing = true;
            say(c,
                w->issue[s] ? "%s, the partner of %s, is in another project"
                            : "%s, the partner of %s, is not there or not visible",
                w->pair.key[s] ? w->pair.key[s] : "nothing", w->pair.key[side_other((enum side)s)]);
        }
    if (missing)
        return true;
    c->mapping = c->en->mapping;
    c->mapping.issue[0] = w->issue[0];
    c->mapping.issue[1] = w->issue[1];
    bool differ = fields_differ(c, w);
    differ |= types_differ(c, w);
    differ |= comments_differ(c, w);
    c->r->equal += !differ;
    c->r->different += differ;
    return true;
}

static bool read_side(struct check *c, enum side s, struct work *works, size_t count, struct err *e)
{
    struct tracker *t = engine_tracker(c->en, s);
    const char **ids = arena_array(&c->page, const char *, count);
    struct tracker_issue **found = arena_array(&c->page, struct tracker_issue *, count);
    size_t *where = arena_array(&c->page, size_t, count), n = 0;
    for (size_t i = 0; i < count; i++)
        if (works[i].pair.issue_id[s]) {
            where[n] = i;
            ids[n++] = works[i].pair.issue_id[s];
        }
    struct tracker_read read = {.ids = ids,
                                .id_count = n,
                                .fields = c->en->read_fields[s],
                                .field_count = c->en->read_field_count[s],
                                .want = TRACKER_COMMENTS};
    if (n && !t->ops->read(t, &c->page, &read, found, e))
        return false;
    for (size_t i = 0; i < n; i++)
        works[where[i]].issue[s] = found[i];
    return true;
}

static bool check_batch(struct check *c, const struct pair *pairs, size_t count, struct err *e)
{
    struct work *works = arena_array(&c->page, struct work, count);
    for (size_t i = 0; i < count; i++)
        works[i].pair = pairs[i];
    if (!read_side(c, SIDE_FIRST, works, count, e) || !read_side(c, SIDE_SECOND, works, count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!check_pair(c, &works[i], e))
            return false;
    return true;
}

/* Issues that take part and have no partner. */
static bool check_unpaired(struct check *c, enum side s, struct err *e)
{
    struct tracker *t = engine_tracker(c->en, s);
    const char *cursor = NULL;
    if (!c->en->config.connector[s].creates)
        return true;
    do {
        struct tracker_seen *seen;
        size_t count;
        if (!t->ops->poll(t, &c->page, 0, c->en->config.connector[s].filter, &cursor, &seen, &count, e))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct pair pair;
            bool found;
            if (!pair_find(c->en->store, &c->page, c->en->row.id, s, seen[i].id, &pair, &found, e))
                return false;
            if (found)
                continue;
            c->r->missing[side_other(s)]++;
            say(c, "%s has no partner", seen[i].key);
        }
    } while (cursor);
    return true;
}

bool engine_verify(struct engine *en, struct arena *a, struct engine_verify *r, struct err *e)
{
    struct check c = {.en = en, .a = a, .r = r};
    struct arena list = ARENA_INIT;
    struct pair *pairs;
    size_t count;
    *r = (struct engine_verify){0};
    engine_forget_people(en);
    bool ok = pair_list(en->store, &list, en->row.id, &pairs, &count, e);
    for (size_t i = 0; ok && i < count; i += en->set.batch) {
        ok = check_batch(&c, pairs + i, count - i < en->set.batch ? count - i : en->set.batch, e);
        arena_clear(&c.page);
    }
    ok = ok && check_unpaired(&c, SIDE_FIRST, e);
    arena_clear(&c.page);
    ok = ok && check_unpaired(&c, SIDE_SECOND, e);
    arena_release(&c.page);
    arena_release(&list);
    return ok;
}
