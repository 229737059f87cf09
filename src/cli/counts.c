#include "cli/counts.h"

static json_t *both(const int64_t n[2])
{
    return json_pack("{s:I, s:I}", "first", (json_int_t)n[0], "second", (json_int_t)n[1]);
}

json_t *counts_to_json(const struct engine_counts *n)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "seen", (json_int_t)n->seen,
                     "created", both(n->created), "updated", both(n->updated), "moved", both(n->moved), "commentsAdded",
                     both(n->comments_added), "commentsEdited", both(n->comments_edited), "commentsDeleted",
                     both(n->comments_deleted), "settledWithoutWriting", (json_int_t)n->settled_without_writing,
                     "conflicts", (json_int_t)n->conflicts, "merged", (json_int_t)n->merged, "findings",
                     (json_int_t)n->findings, "recovered", (json_int_t)n->recovered, "waiting", (json_int_t)n->waiting);
}

static const char *add(struct cli *c, const char *so_far, const char *text)
{
    return *so_far ? arena_printf(c->arena, "%s, %s", so_far, text) : text;
}

/* "issues made 3/0": on the first side, on the second. */
static const char *add_both(struct cli *c, const char *so_far, const char *what, const int64_t n[2])
{
    if (!n[0] && !n[1])
        return so_far;
    return add(c, so_far, arena_printf(c->arena, "%s %lld/%lld", what, (long long)n[0], (long long)n[1]));
}

static const char *add_one(struct cli *c, const char *so_far, const char *what, int64_t n)
{
    return n ? add(c, so_far, arena_printf(c->arena, "%s %lld", what, (long long)n)) : so_far;
}

const char *counts_in_words(struct cli *c, const struct engine_counts *n)
{
    const char *r = "";
    r = add_one(c, r, "seen", n->seen);
    r = add_both(c, r, "created", n->created);
    r = add_both(c, r, "updated", n->updated);
    r = add_both(c, r, "moved", n->moved);
    r = add_both(c, r, "comments added", n->comments_added);
    r = add_both(c, r, "edited", n->comments_edited);
    r = add_both(c, r, "deleted", n->comments_deleted);
    r = add_one(c, r, "conflicts", n->conflicts);
    r = add_one(c, r, "merged", n->merged);
    r = add_one(c, r, "recovered", n->recovered);
    r = add_one(c, r, "findings", n->findings);
    r = add_one(c, r, "still waiting", n->waiting);
    return r;
}
