/* apply.c - sends what was planned, after the journal holds it.
 *
 * All ops of a round become `sent` in one commit, so that the disk is asked once and no byte leaves before it answered.
 * An op that certainly was not done (no connection, 401, 429, 409) leaves no trace but `failed`: the next diff plans it
 * again. An op that may have been done stays `uncertain` and only recover.c touches it. */
#include "sync/internal.h"

#include "base/log.h"
#include "base/str.h"
#include "sync/mutant.h"

#include <string.h>

enum { RATE_TRIES = 4, RATE_PAUSE_MS = 5000, RATE_PATIENCE_MS = 2 * 60 * 1000, REPLIES_IN_A_COMMIT = 16 };

static struct tracker_visibility visibility_of(const json_t *body)
{
    return (struct tracker_visibility){json_at_str(body, "visibilityType"), json_at_str(body, "visibilityValue")};
}

static size_t fields_of(struct arena *a, const json_t *body, struct tracker_issue_field **r)
{
    struct tracker_issue_field *fields = NULL;
    size_t count = 0, i;
    const json_t *entry;
    json_array_foreach (json_object_get(body, "fields"), i, entry)
        *arena_push(a, fields, count) =
            (struct tracker_issue_field){json_at_str(entry, "field"), journal_value(a, entry, "intended")};
    *r = fields;
    return count;
}

static const json_t *comment_reply(struct arena *a, const struct tracker_comment *c)
{
    return json_keep(a, json_pack("{ss ss}", "id", c->id, "body", c->body ? c->body : ""));
}

static bool send_create(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct tracker *t = engine_tracker(en, op->side);
    struct tracker_issue_field *fields;
    size_t count = fields_of(a, op->body, &fields);
    struct tracker_property properties[] = {
        {TRACKER_TOKEN_PROPERTY, json_keep(a, json_pack("{ss}", "token", op->token))},
        {PANEL_ORIGIN_PROPERTY, json_object_get(op->body, "origin")},
    };
    const char *id, *key;
    size_t property_count = MUTANT(MUTANT_NO_TOKEN) ? 0 : ARRAY_LEN(properties);
    (void)w;
    if (!t->ops->create(t, a, fields, count, properties, property_count, &id, &key, e))
        return false;
    op->reply = json_keep(a, json_pack("{ss ss}", "id", id, "key", key));
    return true;
}

static bool send_comment(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct tracker *t = engine_tracker(en, op->side);
    const char *issue = w->pair.issue_id[op->side], *body = json_at_str(op->body, "body");
    const char *comment = json_at_str(op->body, "commentId");
    struct tracker_visibility visibility = visibility_of(op->body);
    struct tracker_comment c = {0};
    if (op->kind == OP_COMMENT_DELETE)
        return t->ops->comment_delete(t, a, issue, comment, e);
    if (op->kind == OP_COMMENT_ADD) {
        const char *token = MUTANT(MUTANT_NO_TOKEN) ? NULL : op->token;
        if (!t->ops->comment_add(t, a, issue, body, token, &visibility, &c, e))
            return false;
    } else {
        for (size_t i = 0; i < w->issue[op->side]->comment_count; i++) { /* a PUT must name the restriction again */
            const struct tracker_comment *now = &w->issue[op->side]->comments[i];
            if (str_eq(now->id, comment) && !visibility.type)
                visibility = (struct tracker_visibility){now->visibility_type, now->visibility_value};
        }
        if (!t->ops->comment_edit(t, a, issue, comment, body, &visibility, &c, e))
            return false;
    }
    op->reply = comment_reply(a, &c);
    return true;
}

static bool send_once(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct tracker *t = engine_tracker(en, op->side);
    struct tracker_issue_field *fields;
    size_t count;
    switch (op->kind) {
    case OP_CREATE:
        return send_create(en, a, w, op, e);
    case OP_UPDATE:
        count = fields_of(a, op->body, &fields);
        return t->ops->update(t, a, w->pair.issue_id[op->side], fields, count, e);
    case OP_TRANSITION:
        return t->ops->transition(t, a, w->pair.issue_id[op->side], json_at_str(op->body, "transition"), e);
    case OP_COMMENT_ADD:
    case OP_COMMENT_EDIT:
    case OP_COMMENT_DELETE:
        return send_comment(en, a, w, op, e);
    case OP_KIND_COUNT:
        break;
    }
    return err_set(e, ERR_STATE, "an op of an unknown kind");
}

/* The time until the op's issue takes a write again; 0 when it takes one now. */
static int64_t room_wait(struct engine *en, const struct work *w, enum side side, size_t *room_r)
{
    struct tracker *t = engine_tracker(en, side);
    const char *issue = w->pair.issue_id[side];
    int64_t wait = 0;
    *room_r = issue ? t->ops->write_room(t, issue, &wait) : SIZE_MAX;
    return *room_r ? 0 : wait;
}

void apply_put_off(struct engine *en, struct work *w, int64_t wait)
{
    struct paced paced = {w->pair.id, clock_now(en->clock) + wait};
    w->is_put_off = w->is_waiting = true;
    w->is_active = false;
    for (size_t i = 0; i < en->paced_count; i++)
        if (en->paced[i].pair_id == paced.pair_id) {
            en->paced[i] = paced;
            return;
        }
    *arena_push(en->pass_life, en->paced, en->paced_count) = paced;
}

/* No more is journalled than the issue takes at once: what is left is planned anew when it takes more. */
static void trim_to_room(struct engine *en, struct work *w)
{
    size_t room[2], kept = 0;
    int64_t wait[2];
    if (!w->due_count)
        return;
    for (int s = 0; s < 2; s++)
        wait[s] = room_wait(en, w, (enum side)s, &room[s]);
    for (size_t i = 0; i < w->due_count; i++) {
        enum side side = w->due[i].side;
        if (!room[side])
            continue;
        room[side] -= room[side] != SIZE_MAX;
        w->due[kept++] = w->due[i];
    }
    w->due_count = kept;
    if (!kept)
        apply_put_off(en, w, wait[0] > wait[1] ? wait[0] : wait[1]);
}

/* A 429 says that nothing was done, so the same op may go again, after the pause the site asks for; but not when it was
 * for this issue alone, or when the pause is one to come back after. */
static bool send(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    size_t room;
    for (int attempt = 1;; attempt++) {
        if (send_once(en, a, w, op, e))
            return true;
        if (e->kind != ERR_RATE || attempt >= RATE_TRIES || e->retry_after_ms > RATE_PATIENCE_MS ||
            room_wait(en, w, op->side, &room))
            return false;
        clock_sleep(en->clock, e->retry_after_ms ? e->retry_after_ms : RATE_PAUSE_MS * attempt);
        err_clear(e);
    }
}

static bool commit_op(struct engine *en, struct op *op, struct err *e)
{
    if (!store_begin(en->store, e))
        return false;
    return op_update(en->store, op, e) ? store_commit(en->store, e) : store_abandon(en->store);
}

static void values_of(struct arena *a, const struct op *op, const json_t *entry, struct value now[2])
{
    enum side to = op->side, from = side_other(to);
    if (op->kind == OP_UPDATE || op->kind == OP_TRANSITION) {
        now[to] = journal_value(a, entry ? entry : op->body, "was");
        now[from] = journal_value(a, entry ? entry : op->body, "other");
        return;
    }
    const char *mark = json_at_str(op->body, "mark");
    now[to] = mark ? value_string(mark) : (struct value){.kind = VALUE_NONE};
    now[from] = op->kind == OP_CREATE ? journal_creation_mark(a, json_object_get(op->body, "fields"))
                                      : value_rich(json_at_str(op->body, "originBody"));
}

bool apply_quarantine(struct engine *en, struct arena *a, struct work *w, const struct op *op, const json_t *entry,
                      const struct err *why, struct err *e)
{
    struct value now[2];
    struct plan scratch = {0};
    struct plan_input in = {.sync_id = en->row.id, .now_ms = clock_now(en->clock)};
    const char *item = entry ? json_at_str(entry, "item") : op->item;
    values_of(a, op, entry, now);
    plan_finding(&in, a, w, &scratch, item, "quarantine", (int)op->side, err_kind_name(why->kind), why->text, now);
    en->counts->findings++;
    return finding_open(en->store, &scratch.findings[0], e);
}

/* The site refused for good: set the item aside with its reason. A refused write of several fields is taken apart. */
static bool refuse(struct engine *en, struct arena *a, struct work *w, struct op *op, const struct err *why,
                   struct err *e)
{
    const json_t *fields = json_object_get(op->body, "fields"), *entry;
    op->state = OP_FAILED;
    op->error = why->text;
    if (!store_begin(en->store, e))
        return false;
    if (!op_update(en->store, op, e))
        return store_abandon(en->store);
    size_t i;
    if (op->kind == OP_UPDATE && json_array_size(fields) > 1)
        w->one_by_one = true;
    else if (op->kind == OP_UPDATE)
        json_array_foreach (fields, i, entry) {
            if (!apply_quarantine(en, a, w, op, entry, why, e))
                return store_abandon(en->store);
        }
    else if (!apply_quarantine(en, a, w, op, NULL, why, e))
        return store_abandon(en->store);
    return store_commit(en->store, e);
}

enum outcome { DONE, SITE_DOWN, FATAL };

static void count(struct engine *en, const struct op *op)
{
    int64_t *const by_kind[OP_KIND_COUNT] = {
        [OP_CREATE] = en->counts->created,
        [OP_UPDATE] = en->counts->updated,
        [OP_TRANSITION] = en->counts->moved,
        [OP_COMMENT_ADD] = en->counts->comments_added,
        [OP_COMMENT_EDIT] = en->counts->comments_edited,
        [OP_COMMENT_DELETE] = en->counts->comments_deleted,
    };
    by_kind[op->kind][op->side]++;
}

static enum outcome send_and_note(struct engine *en, struct arena *a, struct work *w, struct op *op, struct err *e)
{
    struct err why = ERR_INIT;
    if (send(en, a, w, op, &why)) {
        op->state = OP_REPLIED;
        count(en, op);
        return commit_op(en, op, e) ? DONE : FATAL;
    }
    enum err_scope scope = err_scope(why.kind);
    if (scope == ERR_SCOPE_PROCESS) {
        *e = why;
        return FATAL;
    }
    if (why.kind == ERR_UNCERTAIN || why.kind == ERR_PROTOCOL) {
        log_line(LOG_INFO, "%s: the reply to a write was lost; it will be looked for", w->pair.key[op->side]);
        op->state = OP_UNCERTAIN;
        w->is_waiting = true;
        return commit_op(en, op, e) ? DONE : FATAL;
    }
    size_t room;
    int64_t wait = why.kind == ERR_RATE ? room_wait(en, w, op->side, &room) : 0;
    if (wait) { /* this issue was written to too fast; nothing else is meant */
        op->state = OP_FAILED;
        op->error = why.text;
        apply_put_off(en, w, wait);
        return commit_op(en, op, e) ? DONE : FATAL;
    }
    if (scope == ERR_SCOPE_SITE || why.kind == ERR_CONFLICT) {
        op->state = OP_FAILED;
        op->error = why.text;
        w->is_waiting = true;
        if (!commit_op(en, op, e))
            return FATAL;
        if (scope != ERR_SCOPE_SITE)
            return DONE;
        *e = why;
        return SITE_DOWN;
    }
    /* What was served twice is refused the second time: a step that is taken, a comment that is gone. So look first. */
    if (op->kind == OP_TRANSITION || (op->kind == OP_COMMENT_DELETE && why.kind == ERR_GONE)) {
        op->state = OP_UNCERTAIN;
        op->error = arena_strdup(a, why.text);
        return commit_op(en, op, e) ? DONE : FATAL;
    }
    return refuse(en, a, w, op, &why, e) ? DONE : FATAL;
}

#ifdef TANDEM_MUTANTS
/* The mistake on purpose: bases move as soon as the write leaves. */
static bool move_bases_early(struct engine *en, struct arena *a, struct work *w, const struct op *op, struct err *e)
{
    size_t i;
    const json_t *json;
    json_array_foreach (op->kind == OP_UPDATE ? json_object_get(op->body, "fields") : NULL, i, json) {
        struct journal_entry entry;
        if (!journal_entry_read(a, json, &entry, e))
            return false;
        const json_t *base[2];
        base[op->side] = value_to_json(a, &entry.intended);
        base[side_other(op->side)] = value_to_json(a, &entry.other);
        if (!base_set(en->store, w->pair.id, entry.item, base[0], base[1], e))
            return false;
    }
    return true;
}
#endif

static bool journal_all(struct engine *en, struct arena *a, struct work *const *works, size_t works_count,
                        struct err *e)
{
    int64_t now = clock_now(en->clock);
    if (!store_begin(en->store, e))
        return false;
    for (size_t i = 0; i < works_count; i++)
        for (size_t k = 0; k < works[i]->due_count; k++) {
            struct op *op = &works[i]->due[k];
            op->state = OP_SENT;
            op->sent_ms = now;
            if (op->kind == OP_CREATE || op->kind == OP_COMMENT_ADD)
                op->token = rng_token(&en->rng, a);
            if (!op_add(en->store, op, e))
                return store_abandon(en->store);
#ifdef TANDEM_MUTANTS
            if (MUTANT(MUTANT_BASE_ON_SENT) && !move_bases_early(en, a, works[i], op, e))
                return store_abandon(en->store);
#endif
        }
    return store_commit(en->store, e);
}

/* What was journalled but never left, because the site went away in mid-round: known not to be done. */
static bool take_back(struct engine *en, struct work *const *works, size_t works_count, enum side side,
                      const struct err *why, struct err *e)
{
    if (!store_begin(en->store, e))
        return false;
    for (size_t i = 0; i < works_count; i++)
        for (size_t k = 0; k < works[i]->due_count; k++) {
            struct op *op = &works[i]->due[k];
            if (op->state != OP_SENT || op->side != side)
                continue;
            op->state = OP_FAILED;
            op->error = why->text;
            works[i]->is_waiting = true;
            if (!op_update(en->store, op, e))
                return store_abandon(en->store);
        }
    return store_commit(en->store, e);
}

/* Comments keep the order in which people wrote: none is sent past one that may still arrive, or has to go again. */
static bool would_overtake(const struct work *w, size_t k)
{
    const struct op *op = &w->due[k];
    for (size_t i = 0; i < k && op->kind == OP_COMMENT_ADD; i++)
        if (w->due[i].kind == OP_COMMENT_ADD && w->due[i].side == op->side && w->is_waiting &&
            w->due[i].state != OP_REPLIED)
            return true;
    return false;
}

static bool hold_back(struct engine *en, struct op *op, const char *why, struct err *e)
{
    op->state = OP_FAILED;
    op->error = why;
    return commit_op(en, op, e);
}

struct sending {
    struct work *const *works;
    size_t count;
    bool is_down[2];
    struct err down; /* why a site went away */
    int unsaved;     /* replies that are not durable yet */
};

static bool send_one(struct engine *en, struct arena *a, struct sending *s, struct work *w, size_t k, struct err *e)
{
    struct op *op = &w->due[k];
    if (s->is_down[op->side])
        return true;
    if (w->is_put_off)
        return hold_back(en, op, "not sent: the issue takes no more writes for now", e);
    if (would_overtake(w, k))
        return hold_back(en, op, "not sent: an earlier comment is not there yet", e);
    struct err why = ERR_INIT;
    enum outcome outcome = send_and_note(en, a, w, op, &why);
    if (outcome == FATAL) {
        *e = why;
        return false;
    }
    if (outcome == SITE_DOWN) {
        s->is_down[op->side] = true;
        s->down = why;
        return take_back(en, s->works, s->count, op->side, &why, e);
    }
    if (++s->unsaved < REPLIES_IN_A_COMMIT)
        return true;
    s->unsaved = 0;
    return store_group_end(en->store, true, e) && store_group_begin(en->store, e);
}

/* A reply that is lost with the program is looked for by recover.c like any other, so replies need not be durable one
 * by one: they share commits. */
static bool send_all(struct engine *en, struct arena *a, struct sending *s, struct err *e)
{
    if (!store_group_begin(en->store, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < s->count; i++)
        for (size_t k = 0; ok && k < s->works[i]->due_count; k++)
            ok = send_one(en, a, s, s->works[i], k, e);
    return store_group_end(en->store, ok, e);
}

bool apply_all(struct engine *en, struct arena *a, struct work *const *works, size_t works_count, struct err *e)
{
    struct sending s = {.works = works, .count = works_count};
    size_t due = 0;
    for (size_t i = 0; i < works_count; i++) {
        trim_to_room(en, works[i]);
        due += works[i]->due_count;
    }
    if (!due)
        return true;
    if (!journal_all(en, a, works, works_count, e) || !send_all(en, a, &s, e))
        return false;
    if (!s.is_down[0] && !s.is_down[1])
        return true;
    *e = s.down;
    return false;
}
