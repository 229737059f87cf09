/* diff.h - three-way comparison of one field of one pair. Pure: no clock, no I/O, no store.
 *
 * The table of docs/sync-model.md: each side is compared with the base it held when both last agreed. */
#pragma once

#include "mapping/mapping.h"

enum diff_verdict {
    DIFF_NOTHING,   /* in step */
    DIFF_SETTLE,    /* both sides say the same; only the bases move */
    DIFF_WRITE,     /* write `value` to `side` */
    DIFF_MERGE,     /* both changed and can be joined: `value` goes to `side`; what remains goes the other way next */
    DIFF_NEED_TIME, /* the policy is the newest change: read the history and ask again */
    DIFF_ASK,       /* a person must decide */
    DIFF_DRIFT,     /* the receiver of a one-way mapping was edited: shown, never sent back */
    DIFF_FAIL,      /* no partner value: the reason is in the error */
};

enum diff_how { DIFF_BY_FIELD, DIFF_BY_STATUS_RULES, DIFF_BY_ISSUE_TYPES };

struct diff_input {
    const struct mapping *mapping;
    enum diff_how how;
    const struct config_field *field; /* NULL unless how is DIFF_BY_FIELD */
    bool sends[2], receives[2];
    bool has_base; /* false: first contact */
    struct value base[2], now[2];
    int64_t changed_ms[2]; /* when each side last changed it, on one clock; 0: not known yet */
    bool times_known;      /* the history was read: 0 now means it tells nothing */
    bool is_decided;       /* where a person is to be asked: this side is right */
    enum side decided;
    int resync_from; /* enum side, or -1: send from there although nothing changed */
};

struct diff_result {
    enum diff_verdict verdict;
    enum side side;     /* where to write; with DIFF_DRIFT the side that drifted */
    struct value value; /* to write there */
    struct value
        own_base; /* with DIFF_MERGE: the base of the written side afterwards (what the other side says, mapped) */
    struct value loser; /* VALUE_NONE when nothing is overwritten that somebody wrote */
    bool has_loser;
};

/* Values live in the arena. On DIFF_FAIL *e holds why; otherwise it is untouched. */
struct diff_result diff_field(const struct diff_input *, struct arena *, struct err *e);
