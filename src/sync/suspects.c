/* suspects.c - comments that no row knows and that may be our own: a creation that was given up for lost can still be
 * done by a slow server. Their token tells. */
#include "sync/pass.h"

#include "base/str.h"

static bool open_comment_twin(struct batch *b, struct work *w, enum side s, const struct tracker_comment *c,
                              const char *origin, struct err *e)
{
    struct engine *en = b->en;
    struct comment_row row = {.pair_id = w->pair.id, .origin = s, .state = "known"};
    row.comment_id[s] = c->id;
    row.base[s] = c->body;
    const char *text =
        arena_printf(b->a,
                     "comment %s of %s is a second copy of a comment%s%s of %s: a creation that was given "
                     "up for lost was done after all. Delete one of the two",
                     c->id, w->pair.key[s], origin ? " " : "", origin ? origin : "", w->pair.key[side_other(s)]);
    if (!store_begin(en->store, e))
        return false;
    if (!comment_add(en->store, &row, e) ||
        !engine_open_finding(en, w, (int)s, item_of_comment(b->a, s, c->id), "twin", NULL, text, NULL, e))
        return store_abandon(en->store);
    return store_commit(en->store, e) && batch_load(b, w, e);
}

/* Where a site drops properties: it carries an author line of ours and says what a copy of ours says. */
static bool is_copy_without_token(const struct batch *b, const struct work *w, enum side s,
                                  const struct tracker_comment *c)
{
    struct value is = value_rich(c->body);
    if (!str_eq(c->author_id, b->en->info[s].account_id) ||
        mapping_comment_strip(&b->en->mapping, b->a, s, c->body) == c->body)
        return false;
    for (size_t i = 0; i < w->comment_count; i++) {
        struct value copy = value_rich(w->comments[i].base[s]);
        if (w->comments[i].origin != s && w->comments[i].comment_id[s] && value_equal(&is, &copy))
            return true;
    }
    return false;
}

/* A comment by the acting user that no row knows may be a copy whose reply was lost long ago. */
static bool judge_suspect(struct batch *b, struct work *w, enum side s, const struct tracker_comment *c, struct err *e)
{
    struct engine *en = b->en;
    struct tracker *t = engine_tracker(en, s);
    struct tracker_comment full;
    struct err why = ERR_INIT;
    struct op op;
    bool found = false;
    if (!t->ops->comment_get(t, b->a, w->pair.issue_id[s], c->id, &full, &why)) {
        if (err_scope(why.kind) < ERR_SCOPE_SITE && why.kind != ERR_UNCERTAIN)
            return true; /* gone, or not for us */
        *e = why;
        return false;
    }
    if (!full.token)
        return is_copy_without_token(b, w, s, c) ? open_comment_twin(b, w, s, c, NULL, e) : true;
    if (!op_find_token(en->store, b->a, full.token, &op, &found, e))
        return false;
    if (!found || op.pair_id != w->pair.id || op.kind != OP_COMMENT_ADD ||
        (op.state != OP_SETTLED && op.state != OP_RETIRED && op.state != OP_FAILED))
        return true;
    enum side from = side_other(s);
    const char *origin = json_at_str(op.body, "originId");
    bool has_copy = false;
    for (size_t i = 0; i < w->comment_count; i++)
        has_copy = has_copy || str_eq(w->comments[i].comment_id[from], origin);
    if (!has_copy)
        return store_begin(en->store, e) &&
               (settle_comment_add(en, b->a, w, &op, c->id, c->body, e) ? store_commit(en->store, e)
                                                                        : store_abandon(en->store)) &&
               batch_load(b, w, e);
    return open_comment_twin(b, w, s, c, origin, e);
}

static bool is_known_comment(const struct work *w, enum side s, const char *id)
{
    for (size_t i = 0; i < w->comment_count; i++)
        if (str_eq(w->comments[i].comment_id[s], id))
            return true;
    return false;
}

bool suspects_judge(struct batch *b, struct work *w, struct err *e)
{
    for (int s = 0; s < 2; s++) {
        if (work_has_op(w, OP_COMMENT_ADD, OP_UNCERTAIN) || work_has_op(w, OP_COMMENT_ADD, OP_REPLIED))
            continue;
        for (size_t i = 0; i < w->issue[s]->comment_count; i++) {
            const struct tracker_comment *c = &w->issue[s]->comments[i];
            bool carries_line = mapping_comment_strip(&b->en->mapping, b->a, (enum side)s, c->body) != c->body;
            bool suspect = str_eq(c->author_id, b->en->info[s].account_id) || carries_line;
            if (suspect && !is_known_comment(w, (enum side)s, c->id) && !judge_suspect(b, w, (enum side)s, c, e))
                return false;
        }
    }
    return true;
}
