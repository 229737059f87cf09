/* journal.c - the bodies of ops: what a write intends, what it was decided upon, and what it overwrites.
 *
 * fields      [{"item","field","intended","was","other","ownBase"?,"loser"?,"finding"?}] (update)
 * type, fields, originKey, knownKey                                                     (create)
 * to, step, was, other, loser?                                                          (transition)
 * origin, originId, originBody, body, known[], mark?, visibilityType?, visibilityValue? (comment add)
 * row, commentId, body, was, originBody, loser?, mark?, visibilityType?, …Value?        (comment edit)
 * row, commentId, was, mark                                                             (comment delete)
 *
 * The mark tells, beside the text, for what state of things a refused comment is set aside: plan_comments.c. */
#include "sync/internal.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

json_t *journal_entry(struct arena *a, const char *item, const char *field_id, const struct value *intended,
                      const struct value *was, const struct value *other, const struct value *own_base,
                      const struct value *loser)
{
    json_t *entry =
        json_pack("{ss ss sO sO sO}", "item", item, "field", field_id, "intended", value_to_json(a, intended), "was",
                  value_to_json(a, was), "other", value_to_json(a, other));
    if (!entry)
        abort();
    if (own_base)
        json_object_set(entry, "ownBase", value_to_json(a, own_base));
    if (loser)
        json_object_set(entry, "loser", value_to_json(a, loser));
    return json_keep(a, entry);
}

const json_t *journal_conflict(struct arena *a, const char *item, enum side side, const struct value *loser,
                               const struct value *winner)
{
    return json_keep(a, json_pack("{ss si sO sO}", "item", item, "side", (int)side, "loser", value_to_json(a, loser),
                                  "winner", value_to_json(a, winner)));
}

struct value journal_value(struct arena *a, const json_t *body, const char *name)
{
    struct value v = {.kind = VALUE_NONE};
    struct err ignored = ERR_INIT; /* what we wrote ourselves; a damaged store shows in the first field, below */
    const json_t *member = json_object_get(body, name);
    if (!member || !value_from_json(a, member, &v, &ignored))
        v = (struct value){.kind = VALUE_NONE};
    return v;
}

bool journal_entry_read(struct arena *a, const json_t *json, struct journal_entry *r, struct err *e)
{
    *r = (struct journal_entry){.item = json_at_str(json, "item"), .field_id = json_at_str(json, "field")};
    if (!r->item || !r->field_id)
        return err_set(e, ERR_PARSE, "an entry of the journal is damaged: it names no field");
    r->intended = journal_value(a, json, "intended");
    r->was = journal_value(a, json, "was");
    r->other = journal_value(a, json, "other");
    r->has_own_base = json_object_get(json, "ownBase") != NULL;
    r->own_base = journal_value(a, json, "ownBase");
    r->has_loser = json_object_get(json, "loser") != NULL;
    r->loser = journal_value(a, json, "loser");
    r->finding = json_at_int(json, "finding", 0);
    return true;
}

struct op *journal_due(struct arena *a, struct work *w, enum side side, enum op_kind kind, const char *item,
                       json_t *body)
{
    struct op *op = &*arena_push(a, w->due, w->due_count);
    *op = (struct op){.sync_id = w->pair.sync_id,
                      .pair_id = w->pair.id,
                      .side = side,
                      .kind = kind,
                      .state = OP_PLANNED,
                      .item = item,
                      .body = json_keep(a, body)};
    return op;
}

struct value journal_creation_mark(struct arena *a, const json_t *fields)
{
    const char *text = json_print_canonical(a, fields);
    return value_string(str_sha256(a, text, strlen(text)));
}
