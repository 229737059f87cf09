/* history_life.h - what people did in a random history, as they would remember it, and the judgement at its end. Shared
 * by history.c (draws and plays deeds) and history_life.c (remembers and judges). */
#pragma once

#include "rehearse/person.h"

enum life_field { LIFE_SUMMARY, LIFE_DESCRIPTION, LIFE_PRIORITY, LIFE_STATUS, LIFE_FIELD_COUNT };

/* Something that a person wrote, known by a text of its own. */
struct life_mark {
    const char *text;
    enum side side;      /* where it was written first */
    bool is_overwritten; /* by a person who saw it */
};

struct life_issue {
    const char *key[2]; /* NULL: not known there (yet) */
    struct life_mark *marks[LIFE_FIELD_COUNT];
    size_t mark_count[LIFE_FIELD_COUNT];
    /* What both sides said when they last said the same: who writes that again takes a change back, and a change that
     * was taken back is none. NULL: never. */
    const char *agreed[LIFE_FIELD_COUNT];
    bool was_added[8], was_removed[8]; /* labels */
};

struct life_note {
    const char *text;
    size_t issue;
    enum side origin;
    enum person author;
    bool is_deleted;
};

struct life {
    struct stage *stage;
    struct arena *a; /* as long as the life */
    struct life_issue *issues;
    size_t issue_count;
    struct life_note *notes;
    size_t note_count;
    int64_t writes, allowed; /* mutating calls made, and how many are in proportion */
};

extern const char *const life_labels[8];

/* What the site shows of a field now ("" when empty); of labels: words. */
const char *life_see(struct life *, enum side, const char *key, const char *field);
/* A person who saw `seen` wrote something else over it: what of the issue's marks stands in it is overwritten. */
void life_overwrite(struct life_issue *, enum life_field, const char *seen);
void life_write(struct life *, struct life_issue *, enum life_field, enum side, const char *text);
/* After a pass: learns the partners' keys from the store, and, when nothing was left waiting, what both sides agree on.
 */
void life_look_around(struct life *, bool is_settled);
/* NULL when all is well, else what is not. */
char *life_judge(struct life *);
