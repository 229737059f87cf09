/* notes.c - what the verification tells of texts that are in step and still not the same to the letter: one side's form
 * cannot say all that the other's says. It is kept there (docs/sync-model.md), so this is information and no failure.
 */
#include "sync/verify.h"

#include "base/str.h"
#include "tracker/rich.h"

enum { NOTES_MAX = 10000 }; /* of a project full of them the count is told, and these */

void note_add(struct check *c, const struct work *w, enum side s, const char *item, const char *what)
{
    const char *key = arena_strdup(c->a, w->pair.key[s]), *where = arena_strdup(c->a, item);
    if (c->r->note_count < NOTES_MAX)
        *arena_push(c->a, c->r->notes, c->r->note_count) =
            (struct engine_note){.side = s, .key = key, .item = where, .what = arena_strdup(c->a, what)};
}

/* Each thing once, however often the text has it. */
static const char *in_words(struct arena *a, const struct text_loss *losses, size_t count)
{
    const char *words = "";
    for (size_t i = 0; i < count; i++)
        if (!strstr(words, losses[i].what))
            words = arena_printf(a, "%s%s%s", words, *words ? "; " : "", losses[i].what);
    return words;
}

void note_losses(struct check *c, const struct work *w, const char *item, const char *const text[2])
{
    for (int s = 0; s < 2; s++) {
        struct text_loss *losses;
        if (!rich_is_adf(text[s]) || rich_is_adf(text[!s]) || str_is_empty(text[!s]))
            continue;
        size_t count = text_loss(&c->page, rich_doc(&c->page, text[s]), &losses);
        if (!count)
            continue;
        c->r->lossy_texts++;
        note_add(c, w, (enum side)s, item, in_words(&c->page, losses, count));
    }
}

json_t *engine_notes_to_json(const struct engine_verify *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->note_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "side", side_name(v->notes[i].side), "key",
                                              v->notes[i].key, "item", v->notes[i].item, "what", v->notes[i].what));
    return list;
}
