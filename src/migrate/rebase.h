/* rebase.h - carries the bases of a synchronization over to the moved project, so that nothing edited meanwhile is
 * lost.
 *
 * A pair file holds no base: moving by it alone would declare every edit made during the move as agreed. Within Tandem
 * the bases move store to store. For the moved side, where the value now says what the old base said (options by name,
 * text by canonical document, mentions aside), the value now becomes the base; where it does not, the old base stays,
 * so the difference counts as an edit and travels. An edit shows in the new site's history, later than the stop. When
 * more than 2 % of the issues differ in one item without such a trace, that is a rule of conversion and not people's
 * edits: the rebase stops and shows it, and the person accepts that item by name or mends the move.
 *
 * Comments get their new ids from the assistant's id map, else by creation time and text, never by guess
 * (translate_match.h). One that cannot be told is listed and not followed, and nothing on its issue that might be it is
 * copied: no comment is created again. An issue that is not in the new project is listed, and its partner stays known,
 * so that it is not created again either; when more than 2 % are missing the rebase stops, for then the move is not
 * complete. What waited for a partner goes on waiting; overwritten values of conflicts stay restorable.
 *
 * Reads the sites, writes only the store: repeating it from the start is harmless. */
#pragma once

#include "mapping/config.h"
#include "migrate/idmap.h"
#include "store/store.h"

struct rebase_options {
    struct store *store;
    const char *old_key, *new_key; /* the synchronization that was, and the one that was made for the moved project */
    enum side moved;
    const struct config *old_config, *new_config; /* fields at the same positions */
    struct tracker *before, *now;                 /* the old project (NULL: not reachable any more) and the new one */
    const struct tracker_project *project_now;
    const struct idmap *ids;     /* NULL: none */
    const char *const *accepted; /* items whose difference is a rule of conversion: the value now is agreed */
    size_t accepted_count;
    int64_t stopped_ms; /* when the old synchronization stood still; 0: not known, then no difference is an edit */
    struct clock *clock;
};

struct rebase_item {
    const char *item;
    int64_t differing;   /* issues; those whose history shows an edit included */
    int64_t unexplained; /* those without such a trace */
    const char *example; /* "SA-7: \"…\" was \"…\"" */
};

struct rebase_report {
    int64_t pairs, missing, bases_agreed, bases_kept, comments, comments_unknown;
    struct rebase_item *items; /* what differs, by item */
    size_t item_count;
    char **lines; /* for people: missing issues, comments without a partner */
    size_t line_count;
};

/* Fills the new synchronization (which must be empty) with pairs, bases and comments. ERR_STATE when one item differs,
 * or issues are missing, in more than 2 % and that is not accepted (by item, or as "missing"); nothing is left
 * half-done that a repetition would not replace. */
bool rebase_run(const struct rebase_options *, struct arena *, struct rebase_report *r, struct err *e) MUST_CHECK;
