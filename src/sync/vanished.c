/* vanished.c - issues and comments that were there and do not show any more.
 *
 * Jira hides what a caller may not see, and answers dead credentials with empty lists; so deletion needs proof, and
 * what vanishes in numbers stops the synchronization and asks. */
#include "sync/pass.h"

#include "base/str.h"
#include "sync/mutant.h"

#define DELETION "deletion"

enum { FUSE_MISSING = 5, FUSE_DELETIONS = 25 };

static bool has_finding(const struct work *w, const char *item, const char *kind)
{
    for (size_t i = 0; i < w->finding_count; i++)
        if (str_eq(w->findings[i].item, item) && str_eq(w->findings[i].kind, kind))
            return true;
    return false;
}

static bool open_standing(struct engine *en, struct work *w, int side, const char *item, const char *kind,
                          const char *text, struct err *e)
{
    if (has_finding(w, item, kind))
        return true;
    return store_begin(en->store, e) &&
           (engine_open_finding(en, w, side, item, kind, NULL, text, NULL, e) ? store_commit(en->store, e)
                                                                              : store_abandon(en->store));
}

bool vanished_is_missing(const struct engine *en, const struct work *w, enum side s)
{
    return w->pair.issue_id[s] && (!w->issue[s] || !str_eq(w->issue[s]->project_id, en->project[s].id));
}

bool vanished_came_back(struct batch *b, struct work *w, struct err *e)
{
    struct engine *en = b->en;
    if (!has_finding(w, ITEM_ISSUE, "gone"))
        return true;
    return store_begin(en->store, e) &&
           (finding_resolve(en->store, en->row.id, w->pair.id, ITEM_ISSUE, "gone", clock_now(en->clock), e)
                ? store_commit(en->store, e)
                : store_abandon(en->store)) &&
           batch_load(b, w, e);
}

bool vanished_check_fuse(const struct batch *b, struct err *e)
{
    for (int s = 0; s < 2 && !b->en->is_pardoned; s++) {
        size_t missing = 0, active = 0;
        for (size_t i = 0; i < b->count; i++) {
            const struct work *w = b->works[i];
            bool is_known = has_finding(w, ITEM_ISSUE, "gone");
            active += w->is_active && !is_known;
            missing += w->is_active && !is_known && vanished_is_missing(b->en, w, (enum side)s);
        }
        if (missing >= FUSE_MISSING && missing * 5 > active)
            return err_set(e, ERR_FUSE,
                           "%zu of %zu issues of %s that were looked at are not there or not visible any more. Nothing "
                           "was changed. Look whether they were deleted or the sync user lost its rights, then start "
                           "the synchronization again",
                           missing, active, b->en->project[s].key);
    }
    return true;
}

bool vanished_note(struct batch *b, struct work *w, enum side s, struct err *e)
{
    const char *text = w->issue[s]
                           ? arena_printf(b->a, "%s is now %s in another project and takes no part any more",
                                          w->pair.key[s], w->issue[s]->key)
                           : arena_printf(b->a,
                                          "%s is not there or not visible any more; its partner %s stays as it is. "
                                          "Create a new partner issue, or ignore the pair from now on",
                                          w->pair.key[s], w->pair.key[side_other(s)]);
    w->is_active = false;
    return open_standing(b->en, w, (int)s, ITEM_ISSUE, "gone", text, e);
}

enum proof { PROOF_DELETED, PROOF_THERE, PROOF_NONE };

/* Jira notes the deletion of a comment in the history, by its text, and some by its id. Since texts repeat, only what
 * was noted after both sides were last in step speaks of this one. */
static bool is_deletion_noted(struct batch *b, struct work *w, const struct comment_row *row, enum side s, bool *r,
                              struct err *e)
{
    struct tracker *t = engine_tracker(b->en, s);
    struct tracker_issue *issue = NULL;
    struct tracker_read read = {.ids = &w->pair.issue_id[s], .id_count = 1, .want = TRACKER_HISTORY};
    struct value was = value_rich(row->base[s]);
    *r = false;
    if (!t->ops->read(t, b->a, &read, &issue, e))
        return false;
    for (size_t i = 0; issue && i < issue->history_count; i++) {
        const struct tracker_history_item *h = &issue->history[i];
        if (!item_history_matches(h, "comment", NULL) || h->to || h->to_text)
            continue;
        struct value text = value_rich(h->from_text ? h->from_text : h->from);
        bool names_text = !h->from_text || !h->from;
        *r = *r || str_eq(h->from, row->comment_id[s]) ||
             (names_text && h->created_ms >= w->pair.seen_ms[s] && !value_is_empty(&was) && value_equal(&text, &was));
    }
    return true;
}

/* Deletion needs proof: the item answers 404, its issue was just read, the account is the one we know, and the history
 * notes it. Visible neighbours prove nothing: a single comment can be restricted to a role that we do not have. */
static bool prove(struct batch *b, struct work *w, const struct comment_row *row, enum side s, enum proof *r,
                  struct err *e)
{
    struct tracker *t = engine_tracker(b->en, s);
    struct tracker_comment c;
    struct tracker_info info;
    struct err why = ERR_INIT;
    *r = PROOF_NONE;
    if (MUTANT(MUTANT_DELETE_WITHOUT_PROOF)) {
        *r = PROOF_DELETED;
        return true;
    }
    if (t->ops->comment_get(t, b->a, w->pair.issue_id[s], row->comment_id[s], &c, &why)) {
        *r = PROOF_THERE;
        return true;
    }
    if (why.kind != ERR_GONE && err_scope(why.kind) < ERR_SCOPE_SITE)
        return true;
    if (why.kind != ERR_GONE) {
        *e = why;
        return false;
    }
    bool noted;
    if (!t->ops->describe(t, b->a, &info, e) || !is_deletion_noted(b, w, row, s, &noted, e))
        return false;
    if (str_eq(info.account_id, b->en->info[s].account_id) && noted)
        *r = PROOF_DELETED;
    return true;
}

static bool vanished_copy(struct batch *b, struct work *w, struct comment_row *row, enum side s, const char *item,
                          struct err *e)
{
    struct engine *en = b->en;
    const char *text = arena_printf(b->a, "the copy of comment %s of %s was deleted in %s; it is not made again",
                                    row->comment_id[side_other(s)], w->pair.key[side_other(s)], w->pair.key[s]);
    row->state = "kept";
    if (!store_begin(en->store, e))
        return false;
    if (!comment_update(en->store, row, e) || !engine_open_finding(en, w, (int)s, item, "lost", NULL, text, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e);
}

static bool vanished_origin(struct batch *b, struct work *w, struct comment_row *row, bool copy_is_there,
                            const char *item, struct err *e)
{
    struct engine *en = b->en;
    enum side to = side_other(row->origin);
    if (!copy_is_there) {
        row->state = "deleted";
        return store_begin(en->store, e) &&
               (comment_update(en->store, row, e) ? store_commit(en->store, e) : store_abandon(en->store));
    }
    if (++en->deletions > FUSE_DELETIONS && !en->is_pardoned)
        return err_set(e, ERR_FUSE,
                       "more than %d comments were deleted on %s since the last pass; nothing of that was carried over "
                       "after the first %d. Look, then start the synchronization again to go on",
                       FUSE_DELETIONS, en->project[row->origin].key, FUSE_DELETIONS);
    json_t *body = json_pack("{sI ss ss* ss}", "row", (json_int_t)row->id, "commentId", row->comment_id[to], "was",
                             row->base[to], "mark", DELETION);
    journal_due(b->a, w, to, OP_COMMENT_DELETE, item, body);
    return true;
}

static bool shows(const struct work *w, enum side s, const char *comment_id)
{
    for (size_t i = 0; i < w->issue[s]->comment_count; i++)
        if (str_eq(w->issue[s]->comments[i].id, comment_id))
            return true;
    return false;
}

bool vanished_comment(struct batch *b, struct work *w, struct comment_row *row, struct err *e)
{
    enum side from = row->origin, to = side_other(from);
    bool origin_there = shows(w, from, row->comment_id[from]), copy_there = shows(w, to, row->comment_id[to]);
    enum side gone = origin_there ? to : from;
    const char *item = item_of_comment(b->a, from, row->comment_id[from]);
    enum proof proof;
    struct value refused[2];
    refused[from] = value_rich(NULL);
    refused[to] = value_string(DELETION);
    if (!plan_is_resync(w, "comments") && plan_is_quarantined(b->a, w, item, refused))
        return true;
    if (!prove(b, w, row, gone, &proof, e))
        return false;
    if (proof == PROOF_THERE) { /* the list came short; look again next time */
        w->is_waiting = true;
        return true;
    }
    if (proof == PROOF_NONE)
        return open_standing(b->en, w, (int)gone, item, "unseen",
                             arena_printf(b->a,
                                          "comment %s of %s does not show any more, but nothing proves that it was "
                                          "deleted; its partner stays",
                                          row->comment_id[gone], w->pair.key[gone]),
                             e);
    return gone == to ? vanished_copy(b, w, row, to, item, e) : vanished_origin(b, w, row, copy_there, item, e);
}
