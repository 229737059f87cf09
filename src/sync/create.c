/* create.c - an issue that has no partner yet.
 *
 * Every unpaired issue is read with two properties before a partner is made for it: our token (is it the partner that
 * we made ourselves, and whose reply was lost?) and its origin path (has it come from where we would send it?). The
 * acting user is never the guard: people use that account too, and it can be replaced. */
#include "sync/internal.h"

#include "base/str.h"

#include <stdlib.h>

static bool names_project(const json_t *origin, const struct engine *en, enum side s)
{
    size_t i;
    const json_t *stop;
    json_array_foreach (json_object_get(origin, "path"), i, stop)
        if (str_eq(json_at_str(stop, "site"), en->info[s].site_url) &&
            str_eq(json_at_str(stop, "project"), en->project[s].id))
            return true;
    return false;
}

/* The path that the new partner carries: where this issue came from, and this issue itself. */
static json_t *origin_path(const struct engine *en, struct arena *a, enum side from, const struct tracker_issue *issue)
{
    const json_t *known = json_object_get(json_object_get(issue->properties, PANEL_ORIGIN_PROPERTY), "path");
    json_t *path = known ? json_deep_copy(known) : json_array();
    json_array_append_new(path, json_pack("{ss ss ss}", "site", en->info[from].site_url, "project",
                                          en->project[from].id, "issue", issue->id));
    return json_keep(a, json_pack("{so}", "path", path));
}

static bool has_open_creation(struct engine *en, struct arena *a, enum side on, bool *r, struct err *e)
{
    struct op *ops;
    size_t count;
    if (!op_list_open(en->store, a, en->row.id, 0, &ops, &count, e))
        return false;
    *r = false;
    for (size_t i = 0; i < count; i++)
        *r = *r || (ops[i].kind == OP_CREATE && ops[i].side == on);
    return true;
}

static bool open_twin(struct engine *en, struct arena *a, enum side side, const struct tracker_issue *issue,
                      const struct pair *pair, struct err *e)
{
    const char *item = arena_printf(a, "issue:%s:%s", side_name(side), issue->id);
    const char *text =
        str_eq(pair->state, PAIR_ENDED)
            ? arena_printf(a,
                           "%s was made for an issue that is not there any more: a creation that was given up for lost "
                           "was done after all. Delete it",
                           issue->key)
            : arena_printf(a,
                           "%s was made twice: a creation that was given up for lost was done after all. Its partner "
                           "has another copy already; move what is new in %s there and delete it",
                           issue->key, issue->key);
    struct work w = {.pair = *pair};
    return store_begin(en->store, e) &&
           (engine_open_finding(en, &w, (int)side, item, "twin", NULL, text, NULL, e) ? store_commit(en->store, e)
                                                                                      : store_abandon(en->store));
}

/* A late creation whose pair is still without a partner: it is the one that was missing. */
static bool adopt_late(struct engine *en, struct pair *pair, enum side side, const struct tracker_issue *issue,
                       struct err *e)
{
    pair->issue_id[side] = issue->id;
    pair->key[side] = issue->key;
    pair->state = PAIR_OPEN;
    pair->is_dirty = pair->panel_due = true;
    if (!store_begin(en->store, e))
        return false;
    return pair_update(en->store, pair, e) && inbox_wake_waiting(en->store, en->row.id, e) ? store_commit(en->store, e)
                                                                                           : store_abandon(en->store);
}

bool create_end(struct engine *en, struct work *w, struct err *e)
{
    int64_t now = clock_now(en->clock);
    w->pair.state = PAIR_ENDED;
    if (!store_begin(en->store, e))
        return false;
    bool ok = pair_update(en->store, &w->pair, e);
    for (size_t i = 0; ok && i < w->finding_count; i++)
        ok = finding_resolve(en->store, en->row.id, w->pair.id, w->findings[i].item, w->findings[i].kind, now, e);
    return ok ? store_commit(en->store, e) : store_abandon(en->store);
}

enum token_says { TOKEN_NOTHING, TOKEN_OURS, TOKEN_WAIT, TOKEN_CLONED };

static bool judge_token(struct engine *en, struct arena *a, enum side side, const struct tracker_issue *issue,
                        enum token_says *r, struct err *e)
{
    const char *token = json_at_str(json_object_get(issue->properties, TRACKER_TOKEN_PROPERTY), "token");
    bool found = false, by_us = str_eq(issue->creator_id, en->info[side].account_id), open = false;
    struct op op;
    struct pair pair;
    *r = TOKEN_NOTHING;
    if (!token) /* perhaps ours on a site that drops properties: not before the uncertain ones are resolved */
        return !by_us || (has_open_creation(en, a, side, &open, e) && (*r = open ? TOKEN_WAIT : TOKEN_NOTHING, true));
    if (!op_find_token(en->store, a, token, &op, &found, e))
        return false;
    if (!found || op.sync_id != en->row.id) /* another synchronization's */
        return true;
    if (!by_us) { /* a person cloned the issue that we made, with its properties */
        bool is_other = op.state == OP_SETTLED && !str_eq(json_at_str(op.reply, "id"), issue->id);
        *r = is_other ? TOKEN_CLONED : TOKEN_NOTHING;
        return true;
    }
    if (op.state != OP_SETTLED && op.state != OP_RETIRED && op.state != OP_FAILED) {
        *r = TOKEN_WAIT;
        return true;
    }
    *r = TOKEN_OURS;
    if (!pair_get(en->store, a, op.pair_id, &pair, e))
        return false;
    if (!pair.issue_id[side] && str_eq(pair.state, PAIR_CREATING))
        return adopt_late(en, &pair, side, issue, e);
    return open_twin(en, a, side, issue, &pair, e);
}

bool create_consider(struct engine *en, struct arena *a, const struct inbox_row *row, const struct tracker_issue *issue,
                     struct work **w_r, bool *waits_r, struct err *e)
{
    enum side from = row->side, to = side_other(from);
    struct err unmapped = ERR_INIT;
    struct value type = tracker_issue_value(issue, ITEM_TYPE);
    const char *partner_type;
    *w_r = NULL;
    *waits_r = false;
    if (!str_eq(issue->project_id, en->project[from].id) || !en->config.connector[from].creates ||
        !mapping_type(&en->mapping, from, type.id, &partner_type, &unmapped))
        return true; /* takes no part */
    enum token_says says;
    if (!judge_token(en, a, from, issue, &says, e))
        return false;
    *waits_r = says == TOKEN_WAIT;
    if (says == TOKEN_OURS || says == TOKEN_WAIT)
        return true;
    if (says == TOKEN_NOTHING && names_project(json_object_get(issue->properties, PANEL_ORIGIN_PROPERTY), en, to))
        return true; /* it came from there */
    struct work *w = arena_new(a, struct work);
    w->is_new = true;
    w->pair = (struct pair){.sync_id = en->row.id, .generation = 1, .state = PAIR_CREATING};
    w->pair.issue_id[from] = issue->id;
    w->pair.key[from] = issue->key;
    w->issue[from] = arena_new(a, struct tracker_issue);
    *w->issue[from] = *issue;
    if (!store_begin(en->store, e))
        return false;
    if (!pair_add(en->store, &w->pair, e))
        return store_abandon(en->store);
    *w_r = w;
    return store_commit(en->store, e);
}

/* The fields of the new issue; one that cannot be mapped is left out and set aside, the rest is made. */
static bool map_fields(struct engine *en, struct arena *a, struct work *w, enum side from, json_t *fields,
                       struct err *e)
{
    enum side to = side_other(from);
    struct mapping mapping = en->mapping;
    mapping.issue[from] = w->issue[from];
    for (size_t i = 0; i < en->config.field_count; i++) {
        const struct config_field *f = &en->config.fields[i];
        struct value now = tracker_issue_value(w->issue[from], f->half[from].id), mapped, none = {.kind = VALUE_NONE};
        struct err why = ERR_INIT;
        if (!f->half[from].sends || !f->half[to].receives || value_is_empty(&now))
            continue;
        struct value both[2];
        both[from] = now;
        both[to] = none;
        if (plan_is_quarantined(a, w, item_of_field(f), both))
            continue;
        if (mapping_value(&mapping, a, f, from, &now, &mapped, &why)) {
            if (mapped.kind == VALUE_RICH)
                cut_to_fit(&en->mapping, a, to, mapped.text, &mapped.text);
            json_array_append(fields,
                              journal_entry(a, item_of_field(f), f->half[to].id, &mapped, &none, &now, NULL, NULL));
            continue;
        }
        if (err_scope(why.kind) != ERR_SCOPE_ITEM)
            return err_set(e, why.kind, "%s", why.text);
        if (!engine_open_finding(en, w, (int)to, item_of_field(f), "quarantine", &why, why.text, NULL, e))
            return false;
    }
    return true;
}

/* Whether the partner that is to be made was refused, or waits for something itself. */
static bool creation_is_stuck(struct engine *en, struct arena *a, const struct pair *pair, bool *r, struct err *e)
{
    struct finding *list;
    size_t count;
    *r = !str_eq(pair->state, PAIR_CREATING);
    if (!finding_list(en->store, a, en->row.id, pair->id, &list, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        *r = *r || str_eq(list[i].item, ITEM_ISSUE);
    return true;
}

/* A sub-task is made under its parent's partner. While that is still to be made the sub-task waits; a parent that takes
 * no part is a finding. */
static bool map_parent(struct engine *en, struct arena *a, struct work *w, enum side from, json_t *fields,
                       bool *waits_r, struct err *e)
{
    enum side to = side_other(from);
    const struct tracker_issue *issue = w->issue[from];
    struct value type = tracker_issue_value(issue, ITEM_TYPE), none = {.kind = VALUE_NONE};
    const struct tracker_issue_type *known = tracker_project_type(&en->project[from], type.id);
    struct pair parent;
    bool found = false;
    if (!known || !known->is_subtask || !issue->parent_id)
        return true;
    if (!pair_find(en->store, a, en->row.id, from, issue->parent_id, &parent, &found, e))
        return false;
    if (found && parent.issue_id[to] && str_eq(parent.state, PAIR_OPEN)) {
        struct value own = value_option(issue->parent_id, NULL), partner = value_option(parent.issue_id[to], NULL);
        json_array_append(fields, journal_entry(a, "parent", "parent", &partner, &none, &own, NULL, NULL));
        return true;
    }
    *waits_r = true;
    bool is_stuck = !found && !w->is_new;
    if (found && !creation_is_stuck(en, a, &parent, &is_stuck, e))
        return false;
    if (!is_stuck) {
        w->is_waiting = true;
        return true;
    }
    const char *text = arena_printf(a,
                                    "%s is a sub-task whose parent takes no part in the synchronization, or could not "
                                    "be made; it gets a partner as soon as the parent has one",
                                    w->pair.key[from]);
    return engine_open_finding(en, w, (int)from, ITEM_ISSUE, "waiting", NULL, text, NULL, e);
}

/* Where a search for a creation of this pass would start. It costs a look at every known key, so only who creates asks.
 */
static bool known_key(struct engine *en, enum side to, struct err *e)
{
    if (en->has_known_key[to])
        return true;
    en->has_known_key[to] = true;
    return inbox_highest_key(en->store, en->pass_life, en->row.id, to, &en->known_key[to], e);
}

bool create_plan(struct engine *en, struct arena *a, struct work *w, struct err *e)
{
    enum side from = w->pair.issue_id[SIDE_FIRST] ? SIDE_FIRST : SIDE_SECOND, to = side_other(from);
    struct value type = tracker_issue_value(w->issue[from], ITEM_TYPE), none = {.kind = VALUE_NONE};
    const char *partner_type;
    struct err unmapped = ERR_INIT;
    if (!mapping_type(&en->mapping, from, type.id, &partner_type, &unmapped))
        return create_end(en, w, e); /* its type was changed since, and takes no part */
    struct value mapped_type = value_option(partner_type, NULL);
    json_t *fields = json_keep(a, json_array());
    bool waits = false;
    json_array_append(fields, journal_entry(a, ITEM_TYPE, ITEM_TYPE, &mapped_type, &none, &type, NULL, NULL));
    if (!map_parent(en, a, w, from, fields, &waits, e) || waits || !map_fields(en, a, w, from, fields, e))
        return waits;
    struct value both[2];
    both[from] = journal_creation_mark(a, fields);
    both[to] = none;
    bool is_retry = plan_is_resync(w, ITEM_ISSUE);
    w->pair.resync = NULL; /* asked for once */
    if (!is_retry &&
        plan_is_quarantined(a, w, ITEM_ISSUE, both)) /* was refused as a whole, and nothing changed since */
        return true;
    if (!known_key(en, to, e))
        return false;
    json_t *origin = origin_path(en, a, from, w->issue[from]);
    journal_due(a, w, to, OP_CREATE, ITEM_ISSUE,
                json_pack("{sO sO ss* ss*}", "fields", fields, "origin", origin, "knownKey", en->known_key[to],
                          "originKey", w->pair.key[from]));
    return true;
}
