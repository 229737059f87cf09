/* status.c - walks an issue to a status over the shortest path of transitions.
 *
 * REST does not tell a workflow to an ordinary account, only what leaves the status an issue stands in. So the workflow
 * is learnt by looking: at this issue first, then at other issues of the type in the statuses along the way, and in a
 * project that has none yet, by walking: a transition that is tried leads somewhere that can be looked at. */
#include "sync/internal.h"

#include "base/str.h"
#include "sync/workflow.h"

static bool learn(struct engine *en, struct arena *a, enum side side, const char *type, const char *from,
                  const struct tracker_transition *list, size_t count, struct err *e)
{
    const char **to = NULL;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!list[i].has_required_fields && !str_eq(list[i].to_id, from))
            *arena_push(a, to, n) = list[i].to_id;
    if (!n) /* nothing leaves it: remember that we looked */
        *arena_push(a, to, n) = from;
    return store_begin(en->store, e) &&
           (edge_learn(en->store, en->row.id, side, type, from, to, n, clock_now(en->clock), e)
                ? store_commit(en->store, e)
                : store_abandon(en->store));
}

static bool contains(const char *const *list, size_t count, const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], wanted))
            return true;
    return false;
}

/* What one issue does not let us see says nothing about the site. */
static bool is_about_one_issue(const struct err *why)
{
    enum err_scope scope = err_scope(why->kind);
    return scope == ERR_SCOPE_ITEM || scope == ERR_SCOPE_PAIR;
}

/* Learns what leaves a status from some issue that stands in it. One that was deleted a moment ago, or that we may not
 * see, teaches nothing, and the search goes on without. */
static bool look_at_another(struct engine *en, struct arena *a, enum side side, const char *type, const char *status,
                            struct err *e)
{
    struct tracker *t = engine_tracker(en, side);
    struct tracker_transition *list;
    struct err why = ERR_INIT;
    const char *sample = NULL;
    size_t n;
    if (t->ops->sample(t, a, type, status, &sample, &why) &&
        (!sample || t->ops->transitions(t, a, sample, &list, &n, &why)))
        return !sample || learn(en, a, side, type, status, list, n, e);
    if (is_about_one_issue(&why))
        return true;
    *e = why;
    return false;
}

/* The next status on a path to `to`. Looks at other issues in the statuses along the way until a path is known; where
 * there is none to look at, *next_r leads to the nearest such status and *is_blind_r says so. */
static bool explore(struct engine *en, struct arena *a, enum side side, const char *type, const char *from,
                    const char *to, const char **next_r, bool *is_blind_r, struct err *e)
{
    const char **looked = NULL, **frontier;
    size_t looked_count = 0, count, frontier_count;
    struct edge *edges;
    *is_blind_r = false;
    for (;;) {
        if (!edge_list(en->store, a, en->row.id, side, type, &edges, &count, e))
            return false;
        if ((*next_r = workflow_next(a, edges, count, from, to, NULL)))
            return true;
        const char *unseen = NULL;
        frontier_count = workflow_frontier(a, edges, count, from, &frontier);
        for (size_t i = 0; i < frontier_count && !unseen; i++)
            if (!contains(looked, looked_count, frontier[i]))
                unseen = frontier[i];
        if (!unseen)
            break;
        *arena_push(a, looked, looked_count) = unseen;
        if (!look_at_another(en, a, side, type, unseen, e))
            return false;
    }
    *is_blind_r = frontier_count > 0;
    if (frontier_count)
        *next_r = workflow_next(a, edges, count, from, frontier[0], NULL);
    return true;
}

static const struct tracker_transition *to_status(const struct tracker_transition *list, size_t count, const char *to)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i].to_id, to) && !list[i].has_required_fields)
            return &list[i];
    return NULL;
}

/* The status is set aside with the reason; everything else of the pair flows on. */
static bool set_aside(struct engine *en, struct arena *a, struct work *w, const struct plan_status *s,
                      enum err_kind kind, const char *text, struct err *e)
{
    struct plan scratch = {0};
    struct plan_input in = {.sync_id = en->row.id, .now_ms = clock_now(en->clock)};
    struct value now[2];
    now[s->side] = s->was;
    now[side_other(s->side)] = s->other;
    plan_finding(&in, a, w, &scratch, ITEM_STATUS, "quarantine", (int)s->side, err_kind_name(kind), text, now);
    en->counts->findings++;
    return store_begin(en->store, e) &&
           (finding_open(en->store, &scratch.findings[0], e) ? store_commit(en->store, e) : store_abandon(en->store));
}

static bool no_way(struct engine *en, struct arena *a, struct work *w, const struct plan_status *s, struct err *e)
{
    const char *text = arena_printf(a,
                                    "%s cannot be brought from \"%s\" to \"%s\": no transition that the sync user may "
                                    "walk leads there. Add one, or change the workflow rule",
                                    w->pair.key[s->side], value_show(a, &s->was), value_show(a, &s->to));
    return set_aside(en, a, w, s, ERR_REFUSED, text, e);
}

bool status_walk(struct engine *en, struct arena *a, struct work *w, const struct plan_status *s, struct err *e)
{
    struct tracker *t = engine_tracker(en, s->side);
    struct value type = tracker_issue_value(w->issue[s->side], ITEM_TYPE);
    struct tracker_transition *list;
    size_t count;
    const char *next = NULL;
    bool is_blind = false;
    struct err why = ERR_INIT;
    if (!t->ops->transitions(t, a, w->pair.issue_id[s->side], &list, &count, &why)) {
        if (is_about_one_issue(&why))
            return set_aside(en, a, w, s, why.kind, arena_strdup(a, why.text), e);
        *e = why;
        return false;
    }
    const struct tracker_transition *step = to_status(list, count, s->to.id);
    if (!step) {
        if (!learn(en, a, s->side, type.id, s->was.id, list, count, e) ||
            !explore(en, a, s->side, type.id, s->was.id, s->to.id, &next, &is_blind, e))
            return false;
        if (is_blind && en->is_exploring[s->side]) {
            w->walks_later = true;
            return true;
        }
        en->is_exploring[s->side] = en->is_exploring[s->side] || is_blind;
        step = next ? to_status(list, count, next) : NULL;
    }
    if (!step)
        return no_way(en, a, w, s, e);
    json_t *body = json_pack("{ss ss ss* sO sO sO}", "transition", step->id, "stepId", step->to_id, "stepName",
                             step->to_name, "to", value_to_json(a, &s->to), "was", value_to_json(a, &s->was), "other",
                             value_to_json(a, &s->other));
    if (s->has_loser)
        json_object_set(body, "loser", value_to_json(a, &s->loser));
    journal_due(a, w, s->side, OP_TRANSITION, ITEM_STATUS, body);
    return true;
}
