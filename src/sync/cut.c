/* cut.c - texts that are too long for the site they go to: Jira holds 32,767 characters, and markup may need more of
 * them on one side than on the other. Their beginning goes, block by block, with a note; a finding stands as long as
 * they do.
 *
 * The note itself tells that a text was cut, so that no step between plan and proof has to remember. */
#include "sync/internal.h"

#include "base/str.h"
#include "tracker/rich.h"

#include <string.h>

enum { TEXT_MAX = 32767 };

#define NOTE "(This text is too long for this site and ends here. The whole of it is in the partner issue.)"

/* A document is counted by its text alone; in markup it may be longer, and must not be cut for that. */
static bool fits_as_document(struct arena *a, const char *text)
{
    return str_utf8_length(text_to_plain(a, rich_doc(a, text))) <= TEXT_MAX;
}

bool cut_to_fit(const struct mapping *m, struct arena *a, enum side to, const char *text, const char **r)
{
    bool was_cut = false;
    *r = text;
    if (!text || strlen(text) <= TEXT_MAX / 4) /* no form of it can be longer by so much */
        return false;
    if (config_is_cloud(&m->config->connector[to]) && fits_as_document(a, text))
        return false;
    const struct text_doc *cut = text_cut(a, rich_doc(a, text), TEXT_MAX, NOTE, &was_cut);
    if (was_cut)
        *r = rich_of_doc(a, cut, rich_is_adf(text));
    return was_cut;
}

bool cut_tell(struct engine *en, struct arena *a, struct work *w, enum side s, const char *item, const char *text,
              struct err *e)
{
    if (!text || !strstr(text, NOTE))
        return finding_resolve(en->store, en->row.id, w->pair.id, item, "cut", clock_now(en->clock), e);
    const char *why =
        arena_printf(a,
                     "%s of %s is longer than the %d characters that Jira takes: %s has its beginning, up "
                     "to a whole paragraph, and a note. Shorten it, and the rest follows",
                     item, w->pair.key[side_other(s)], TEXT_MAX, w->pair.key[s]);
    return engine_open_finding(en, w, (int)s, item, "cut", NULL, why, NULL, e);
}
