/* plan_comments.c - comments as a set of items with identity: which to copy, which copies to edit, which have vanished.
 *
 * A comment's identity is (side of origin, id there); its copy on the other side has an id too. The author line that a
 * copy carries is taken off before anything is compared. Adds come in the order in which people wrote. */
#include "sync/internal.h"

#include "base/str.h"

struct scene {
    const struct plan_input *in;
    struct arena *a;
    struct work *w;
    struct plan *plan;
};

static const struct tracker_comment *find(const struct tracker_issue *issue, const char *id)
{
    for (size_t i = 0; i < issue->comment_count; i++)
        if (str_eq(issue->comments[i].id, id))
            return &issue->comments[i];
    return NULL;
}

static const struct comment_row *row_of(const struct scene *s, enum side side, const char *id)
{
    for (size_t i = 0; i < s->w->comment_count; i++)
        if (str_eq(s->w->comments[i].comment_id[side], id))
            return &s->w->comments[i];
    for (size_t i = 0; i < s->plan->new_row_count; i++)
        if (str_eq(s->plan->new_rows[i].comment_id[side], id))
            return &s->plan->new_rows[i];
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    struct value va = value_rich(a), vb = value_rich(b);
    return value_equal(&va, &vb);
}

static const char *stripped(const struct scene *s, enum side side, const char *body)
{
    return mapping_comment_strip(s->in->mapping, s->a, side, body);
}

/* What was asked of a site or the store on the way could not be had: the comment waits for the next pass. */
static bool is_told(struct scene *s, bool ok)
{
    s->w->is_waiting = s->w->is_waiting || !ok;
    return ok;
}

/* The origin's text as it stands on the copy's side: block by block in the copy's own form, where there is a copy. What
 * somebody changed in the copy gives way. */
static bool text_for_copy(struct scene *s, const struct comment_row *row, const struct tracker_comment *origin,
                          const struct tracker_comment *copy, bool copy_was_edited, enum side from, const char **r)
{
    struct err ignored = ERR_INIT;
    enum side to = side_other(from);
    if (!copy || !row->base[from] || !row->base[to])
        return is_told(s, mapping_text(s->in->mapping, s->a, from, origin->body, r, &ignored));
    const char *base[2], *now[2];
    base[from] = row->base[from];
    base[to] = stripped(s, to, row->base[to]);
    now[from] = origin->body;
    now[to] = copy_was_edited ? base[to] : stripped(s, to, copy->body);
    if (!is_told(s, mapping_text_carry(s->in->mapping, s->a, to, base, now, r, &ignored)))
        return false;
    return *r || is_told(s, mapping_text(s->in->mapping, s->a, from, origin->body, r, &ignored));
}

static bool flows(const struct scene *s, enum side from)
{
    const struct config_connector *c = s->in->mapping->config->connector;
    return c[from].sends_comments && c[side_other(from)].receives_comments;
}

/* A creation that is still uncertain may be any comment on that side that we do not know. */
static bool has_open_add(const struct work *w, enum side on)
{
    for (size_t i = 0; i < w->op_count; i++)
        if (w->ops[i].kind == OP_COMMENT_ADD && w->ops[i].side == on)
            return true;
    return false;
}

/* Whom a comment is restricted to; NULL: it is open to all. */
static const char *restriction(const struct scene *s, const struct tracker_comment *c)
{
    if (c->visibility_type)
        return arena_printf(s->a, "%s %s", c->visibility_type, c->visibility_value);
    return c->is_internal ? "internal" : NULL;
}

static bool is_open(const struct tracker_comment *c)
{
    return !c->visibility_type && !c->is_internal;
}

/* Under which restriction the copy may be posted; false when nowhere, with the reason. */
static bool copy_visibility(const struct scene *s, enum side to, const struct tracker_comment *c, bool has_copy,
                            struct tracker_visibility *r, const char **why_r)
{
    const char *role = s->in->mapping->config->connector[to].comment_visibility_role;
    *r = (struct tracker_visibility){NULL, NULL};
    if (is_open(c))
        return true;
    if (role) {
        *r = (struct tracker_visibility){"role", role};
        return true;
    }
    *why_r = arena_printf(s->a,
                          "comment %s of %s is %s%s; the other side has no partner for that, so %s. Name a role in the "
                          "comments tab, or open the comment",
                          c->id, s->w->pair.key[side_other(to)], c->is_internal ? "internal" : "restricted to ",
                          c->is_internal ? "" : c->visibility_value,
                          has_copy ? "its copy there, which everybody may read, gets no more changes"
                                   : "it is not posted openly");
    return false;
}

/* What a quarantine of a comment was opened for: its text and its restriction. As in apply.c, by the op's "mark". */
static void state_of(const struct scene *s, enum side side, const struct tracker_comment *c, struct value now[2])
{
    const char *mark = restriction(s, c);
    now[side] = value_rich(c->body);
    now[side_other(side)] = mark ? value_string(mark) : (struct value){.kind = VALUE_NONE};
}

static bool is_set_aside(struct scene *s, const char *item, enum side side, const struct tracker_comment *c)
{
    struct value now[2];
    state_of(s, side, c, now);
    return !plan_is_resync(s->w, "comments") && plan_is_quarantined(s->a, s->w, item, now);
}

static void quarantine(struct scene *s, const char *item, enum side side, const char *text,
                       const struct tracker_comment *c)
{
    struct value now[2];
    state_of(s, side, c, now);
    if (!plan_is_quarantined(s->a, s->w, item, now))
        plan_finding(s->in, s->a, s->w, s->plan, item, "quarantine", (int)side, err_kind_name(ERR_HIDDEN), text, now);
}

static json_t *known_ids(const struct tracker_issue *issue)
{
    json_t *known = json_array();
    for (size_t i = 0; i < issue->comment_count; i++)
        json_array_append_new(known, json_string(issue->comments[i].id));
    return known;
}

static void add_copy(struct scene *s, enum side from, const struct tracker_comment *c)
{
    enum side to = side_other(from);
    const char *item = item_of_comment(s->a, from, c->id), *why = NULL;
    struct tracker_visibility visibility;
    if (plan_is_blocked(s->w, item) || is_set_aside(s, item, from, c))
        return;
    if (!copy_visibility(s, to, c, false, &visibility, &why)) {
        quarantine(s, item, from, why, c);
        return;
    }
    const char *text;
    if (!text_for_copy(s, NULL, c, NULL, false, from, &text))
        return;
    const char *body = mapping_comment_copy(s->in->mapping, s->a, to, c, s->w->pair.key[from], text);
    cut_to_fit(s->in->mapping, s->a, to, body, &body);
    json_t *json = json_pack("{si ss ss ss so ss* ss* ss*}", "origin", (int)from, "originId", c->id, "originBody",
                             c->body, "body", body, "known", known_ids(s->w->issue[to]), "mark", restriction(s, c),
                             "visibilityType", visibility.type, "visibilityValue", visibility.value);
    journal_due(s->a, s->w, to, OP_COMMENT_ADD, item, json);
}

/* At first contact comments that say the same on both sides are one comment: partners by text, then by order. */
static void adopt(struct scene *s)
{
    const struct tracker_issue *first = s->w->issue[SIDE_FIRST], *second = s->w->issue[SIDE_SECOND];
    struct err ignored = ERR_INIT;
    for (size_t i = 0; i < first->comment_count; i++) {
        const struct tracker_comment *x = &first->comments[i];
        const char *here = stripped(s, SIDE_FIRST, x->body), *there = here;
        if (second->comment_count &&
            !is_told(s, mapping_text(s->in->mapping, s->a, SIDE_FIRST, here, &there, &ignored)))
            continue;
        for (size_t k = 0; k < second->comment_count; k++) {
            const struct tracker_comment *y = &second->comments[k];
            const char *says = stripped(s, SIDE_SECOND, y->body);
            if (row_of(s, SIDE_FIRST, x->id) || row_of(s, SIDE_SECOND, y->id) ||
                !(same_text(there, says) || same_text(here, says)))
                continue;
            bool second_is_copy = !same_text(stripped(s, SIDE_SECOND, y->body), y->body);
            bool first_is_copy = !same_text(stripped(s, SIDE_FIRST, x->body), x->body);
            enum side origin = second_is_copy                   ? SIDE_FIRST
                               : first_is_copy                  ? SIDE_SECOND
                               : x->created_ms <= y->created_ms ? SIDE_FIRST
                                                                : SIDE_SECOND;
            *arena_push(s->a, s->plan->new_rows, s->plan->new_row_count) =
                (struct comment_row){.pair_id = s->w->pair.id,
                                     .origin = origin,
                                     .comment_id = {x->id, y->id},
                                     .base = {x->body, y->body},
                                     .state = "open"};
            break;
        }
    }
}

/* --- after the store was put back --- */

/* What a copy says below its author line; NULL when it has none. */
static const char *below_line(const struct scene *s, enum side side, const struct tracker_comment *c)
{
    const char *text = stripped(s, side, c->body);
    return same_text(text, c->body) ? NULL : text;
}

/* Whether `copy` bears the author line that a copy of `origin` gets. */
static bool bears_line_of(const struct scene *s, enum side from, const struct tracker_comment *origin,
                          const struct tracker_comment *copy, const char *says)
{
    enum side to = side_other(from);
    const char *body = mapping_comment_copy(s->in->mapping, s->a, to, origin, s->w->pair.key[from], says);
    return same_text(body, copy->body);
}

static bool says_the_same(struct scene *s, enum side from, const struct tracker_comment *origin, const char *says)
{
    struct err ignored = ERR_INIT;
    const char *there = origin->body;
    return same_text(origin->body, says) ||
           (is_told(s, mapping_text(s->in->mapping, s->a, from, origin->body, &there, &ignored)) &&
            same_text(there, says));
}

/* The original of a copy that no row knows: by author and minute, and by the text too where `exactly`. */
static const struct tracker_comment *origin_of(struct scene *s, enum side from, const struct tracker_comment *copy,
                                               const char *says, bool exactly)
{
    const struct tracker_issue *issue = s->w->issue[from];
    for (size_t i = 0; i < issue->comment_count; i++) {
        const struct tracker_comment *x = &issue->comments[i];
        if (!row_of(s, from, x->id) && bears_line_of(s, from, x, copy, says) &&
            (!exactly || says_the_same(s, from, x, says)))
            return x;
    }
    return NULL;
}

/* Copies that this store does not remember find their originals, so that none is made twice. One whose original was
 * edited since is brought up to date like any other; one whose original is not there is left alone. */
static void rejoin_copies(struct scene *s, enum side from)
{
    enum side to = side_other(from);
    const struct tracker_issue *issue = s->w->issue[to];
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < issue->comment_count; i++) {
            const struct tracker_comment *copy = &issue->comments[i], *x = NULL;
            const char *says = row_of(s, to, copy->id) ? NULL : below_line(s, to, copy);
            struct comment_row row = {.pair_id = s->w->pair.id, .origin = from, .state = "open"};
            bool is_last = round == 2;
            if (!says || (!is_last && !(x = origin_of(s, from, copy, says, round == 0))) ||
                (is_last && !str_eq(copy->author_id, s->in->info[to].account_id)))
                continue;
            row.comment_id[to] = copy->id;
            row.base[to] = copy->body;
            if (x) {
                row.comment_id[from] = x->id;
                row.base[from] = round == 0 ? x->body : says;
                s->plan->wants_more = s->plan->wants_more || round == 1;
            } else {
                row.origin = to;
                row.state = "known";
            }
            *arena_push(s->a, s->plan->new_rows, s->plan->new_row_count) = row;
        }
}

/* `visibility` is what the copy gets from now on; empty: it keeps what it has. */
static void edit_copy(struct scene *s, const struct comment_row *row, const struct tracker_comment *origin,
                      const struct tracker_comment *copy, const struct tracker_visibility *visibility, const char *item)
{
    enum side from = row->origin, to = side_other(from);
    bool is_ours_late = late_is_comment(s->w, to, copy);
    bool copy_was_edited = !same_text(copy->body, row->base[to]) && !is_ours_late;
    const char *text;
    if (!text_for_copy(s, row, origin, copy, copy_was_edited || is_ours_late, from, &text))
        return;
    const char *body = mapping_comment_copy(s->in->mapping, s->a, to, origin, s->w->pair.key[from], text);
    cut_to_fit(s->in->mapping, s->a, to, body, &body);
    if (!visibility->type && same_text(body, copy->body)) {
        struct comment_row *kept = arena_push(s->a, s->plan->changed_rows, s->plan->changed_row_count);
        *kept = *row; /* it says what the origin says, as far as its side can */
        kept->base[from] = origin->body;
        kept->base[to] = copy->body;
        return;
    }
    json_t *json =
        json_pack("{sI ss ss ss ss ss* ss* ss* ss*}", "row", (json_int_t)row->id, "commentId", copy->id, "body", body,
                  "was", copy->body, "originBody", origin->body, "loser", copy_was_edited ? copy->body : NULL, "mark",
                  restriction(s, origin), "visibilityType", visibility->type, "visibilityValue", visibility->value);
    journal_due(s->a, s->w, to, OP_COMMENT_EDIT, item, json);
}

/* The copy was edited where it should only be read. */
static void edit_came_back(struct scene *s, const struct comment_row *row, const struct tracker_comment *origin,
                           const struct tracker_comment *copy, const char *item)
{
    enum side from = row->origin, to = side_other(from);
    bool is_shown_to_all = is_open(origin) && !is_open(copy); /* what was written for a few stays with them */
    if (is_set_aside(s, item, to, copy))
        return;
    if (s->in->mapping->config->connector[to].copies_flow_back && flows(s, to) && !is_shown_to_all) {
        struct err ignored = ERR_INIT;
        const char *base[2], *now[2], *text;
        base[from] = row->base[from] ? row->base[from] : origin->body;
        base[to] = stripped(s, to, row->base[to] ? row->base[to] : "");
        now[from] = base[from]; /* the origin is as it was, or this would be no way back */
        now[to] = stripped(s, to, copy->body);
        if (!is_told(s, mapping_text_carry(s->in->mapping, s->a, from, base, now, &text, &ignored)))
            return;
        json_t *json =
            json_pack("{sI ss ss ss ss ss*}", "row", (json_int_t)row->id, "commentId", origin->id, "body",
                      text ? text : "", "was", origin->body, "originBody", copy->body, "mark", restriction(s, copy));
        journal_due(s->a, s->w, from, OP_COMMENT_EDIT, item, json);
        return;
    }
    struct value bodies[2];
    bodies[from] = value_rich(origin->body);
    bodies[to] = value_rich(copy->body);
    for (size_t i = 0; i < s->w->finding_count; i++)
        if (str_eq(s->w->findings[i].kind, "drift") && str_eq(s->w->findings[i].item, item))
            return;
    plan_finding(s->in, s->a, s->w, s->plan, item, "drift", (int)to, NULL,
                 arena_printf(s->a, "the copy (comment %s of %s) was edited; the original stays as it is", copy->id,
                              s->w->pair.key[to]),
                 bodies);
}

static void compare(struct scene *s, const struct comment_row *row)
{
    enum side from = row->origin, to = side_other(from);
    const char *item = item_of_comment(s->a, from, row->comment_id[from]);
    bool is_live = str_eq(row->state, "open") || str_eq(row->state, "restricted");
    if (!is_live || !row->comment_id[from] || !row->comment_id[to] || plan_is_blocked(s->w, item))
        return;
    const struct tracker_comment *origin = find(s->w->issue[from], row->comment_id[from]);
    const struct tracker_comment *copy = find(s->w->issue[to], row->comment_id[to]);
    if (!origin || !copy) {
        *arena_push(s->a, s->plan->vanished, s->plan->vanished_count) = *row;
        return;
    }
    if (is_set_aside(s, item, from, origin))
        return;
    struct tracker_visibility visibility = {NULL, NULL};
    const char *why;
    bool is_exposed = !is_open(origin) && is_open(copy);
    if (is_exposed && !copy_visibility(s, to, origin, true, &visibility, &why))
        quarantine(s, item, from, why, origin);
    else if ((is_exposed || !same_text(origin->body, row->base[from])) && flows(s, from))
        edit_copy(s, row, origin, copy, &visibility, item);
    else if (!same_text(copy->body, row->base[to]) && late_is_comment(s->w, to, copy))
        edit_copy(s, row, origin, copy, &visibility, item); /* an older copy of ours came after a newer one */
    else if (!same_text(copy->body, row->base[to]))
        edit_came_back(s, row, origin, copy, item);
    else
        plan_resolve(s->a, s->w, s->plan, item);
}

void plan_comments(const struct plan_input *in, struct arena *a, struct work *w, struct plan *plan)
{
    struct scene s = {in, a, w, plan};
    if (w->pair.rejoins) {
        rejoin_copies(&s, SIDE_FIRST);
        rejoin_copies(&s, SIDE_SECOND);
    }
    if ((!w->comment_count && !w->base_count) || w->pair.rejoins)
        adopt(&s);
    for (size_t i = 0; i < w->comment_count; i++)
        compare(&s, &w->comments[i]);
    for (int from = 0; from < 2; from++) {
        /* a copy of ours that is not proven yet must not be taken for somebody's new comment, nor be overtaken */
        if (!flows(&s, (enum side)from) || has_open_add(w, SIDE_FIRST) || has_open_add(w, SIDE_SECOND))
            continue;
        const struct tracker_issue *issue = w->issue[from];
        for (size_t i = 0; i < issue->comment_count; i++)
            if (!row_of(&s, (enum side)from, issue->comments[i].id))
                add_copy(&s, (enum side)from, &issue->comments[i]);
    }
}
