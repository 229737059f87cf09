/* internal.h - what the files of the engine share. Nobody outside src/sync includes it. */
#pragma once

#include "store/edge.h"
#include "store/finding.h"
#include "store/inbox.h"
#include "store/op.h"
#include "store/pair.h"
#include "store/sync.h"
#include "sync/engine.h"

/* Whom a site knows by an id, a name or an address. */
struct person {
    enum side side;
    const char *who;
    struct value *accounts;
    size_t count;
};

struct engine {
    struct engine_settings set;
    struct store *store;
    struct clock *clock;
    struct rng rng;
    struct arena life; /* configuration, projects, accounts: as long as the engine */
    struct config config;
    struct tracker_project project[2];
    struct tracker_info info[2];
    struct mapping mapping;
    struct sync_row row;
    const char **read_fields[2]; /* field ids to read on each side */
    size_t read_field_count[2];
    struct engine_counts *counts; /* of the running pass */
    bool has_distrusted;          /* ops left `sent` by an earlier program are uncertain since */
    int64_t deletions;            /* planned in this pass: for the fuse */
    bool is_exploring[2];         /* in this round an issue of that side walks where nothing is known */
    int64_t skew_looked_ms;       /* when the clocks of both sites were last compared with ours */
    int64_t fingerprint_ms;       /* when the counters of both projects were last looked at by this engine */
    bool is_pardoned;             /* a fuse blew, and a person looked and said: go on */
    struct arena *pass_life;      /* as long as the running pass */
    struct arena people_life;     /* as long as a pass, or a verification */
    struct person *people;        /* asked for already; the values live in it as well */
    size_t people_count;
    int64_t polled_ms;   /* when both sides were polled last */
    struct paced *paced; /* pairs put off in this pass until their issue may be written to again */
    size_t paced_count;
    char *known_key[2];    /* the highest key of each side before its first creation of this pass; NULL: none */
    bool has_known_key[2]; /* it was looked up in this pass */
};

struct paced {
    int64_t pair_id, until_ms;
};

/* One pair on the bench: what the store knows of it, what both sites say now, what is under way. */
struct work {
    struct pair pair;
    struct tracker_issue *issue[2]; /* NULL: not there or not visible */
    struct base_row *bases;
    size_t base_count;
    struct comment_row *comments;
    size_t comment_count;
    struct op *ops; /* open ones */
    size_t op_count;
    struct op *retired; /* changes that were given up and that a slow server may still do */
    size_t retired_count;
    struct finding *findings; /* open ones */
    size_t finding_count;
    bool is_active;     /* goes on in the next round */
    bool is_waiting;    /* something has to be waited for: stays in the inbox */
    bool one_by_one;    /* a write of several fields was refused: find out which one it was */
    bool wants_history; /* the last diff asked who changed what when */
    bool is_new;        /* its pair was made in this pass */
    bool walks_later;   /* another issue explores the workflow in this round; this one waits for what it finds */
    bool is_put_off;    /* its issue takes no more writes for now */
    struct op *due;     /* to be sent in this round, in order */
    size_t due_count;
};

static inline struct tracker *engine_tracker(const struct engine *en, enum side s)
{
    return en->set.trackers[s];
}

/* The site's clock read as ours. */
static inline int64_t engine_our_time(const struct engine *en, enum side s, int64_t site_ms)
{
    return site_ms - en->info[s].skew_ms;
}

void engine_forget_people(struct engine *);

/* --- item.c: names of items, and values out of histories --- */

#define ITEM_ISSUE  "issue"
#define ITEM_STATUS "status"
#define ITEM_TYPE   "issuetype"

/* The item's name of a field mapping: the first side's field id. */
const char *item_of_field(const struct config_field *);
const char *item_of_comment(struct arena *, enum side origin, const char *comment_id);
/* Whether a history entry speaks of this field. */
bool item_history_matches(const struct tracker_history_item *, const char *field_id, const char *field_name);
/* What the entry says the field became (`after`) or was, read like `like`, a value of the same field. */
struct value item_history_value(struct arena *, const struct tracker_history_item *, const struct value *like,
                                bool after);
/* When the field last changed, by the site's clock; 0 when the history does not tell. */
int64_t item_changed_ms(const struct tracker_issue *, const char *field_id, const char *field_name);

/* --- journal.c: the bodies of ops --- */

/* One field of an update. `other` is the other side's value that it agrees with; `own_base` NULL but for merges. */
json_t *journal_entry(struct arena *, const char *item, const char *field_id, const struct value *intended,
                      const struct value *was, const struct value *other, const struct value *own_base,
                      const struct value *loser);
struct journal_entry {
    const char *item, *field_id;
    struct value intended, was, other, own_base, loser;
    bool has_own_base, has_loser;
    int64_t finding; /* the conflict whose loser this write restores; 0: none */
};
/* The detail of a conflict: which value lost against which. */
const json_t *journal_conflict(struct arena *, const char *item, enum side, const struct value *loser,
                               const struct value *winner);
bool journal_entry_read(struct arena *, const json_t *, struct journal_entry *r, struct err *e) MUST_CHECK;
struct value journal_value(struct arena *, const json_t *body, const char *name);
struct op *journal_due(struct arena *, struct work *, enum side, enum op_kind, const char *item, json_t *body);

/* Stands for all that a creation sends: a refused one is not tried again until something in it changes. */
struct value journal_creation_mark(struct arena *, const json_t *fields);

/* --- plan.c (pure): what to do for one pair --- */

struct plan_settle {
    const char *item;
    struct value base[2];
};

/* A status to be walked to: the shell finds the transition. */
struct plan_status {
    bool is_due;
    enum side side;
    struct value to, was, other, loser;
    bool has_loser;
};

struct plan {
    struct plan_settle *settles;
    size_t settle_count;
    struct finding *findings; /* to open */
    size_t finding_count;
    int64_t *closed; /* ids of findings that a person decided and that are done */
    size_t closed_count;
    const char **resolved; /* items in step again whose findings close */
    size_t resolved_count;
    struct plan_status status;
    struct comment_row *vanished; /* rows whose origin is not in the list any more: proof is needed */
    size_t vanished_count;
    struct comment_row *changed_rows; /* rows to be written as they are here */
    size_t changed_row_count;
    struct comment_row *new_rows; /* comments of both sides found equal at first contact */
    size_t new_row_count;
    bool need_times;
    bool wants_more; /* a merge was settled without a write: what is left travels the other way in the next round */
};

struct plan_input {
    const struct mapping *mapping;
    const struct tracker_info *info; /* array of two */
    int64_t now_ms, sync_id;
    bool times_known;
    int64_t skew_ms[2];
};

/* Fills w->due with ops (not yet journalled) and *r with the rest. Pure: reads only its arguments. */
void plan_pair(const struct plan_input *, struct arena *, struct work *, struct plan *r);
/* plan_comments.c: the part of it that is about comments. `suspects` are taken out before (apply.c looks at their
 * tokens). */
void plan_comments(const struct plan_input *, struct arena *, struct work *, struct plan *);
bool plan_is_blocked(const struct work *, const char *item);
/* Whether a resync that is due names this item (all do when it names none): what was set aside is then tried again. */
bool plan_is_resync(const struct work *, const char *item);
/* The item is in step again: what is open about it closes. */
void plan_resolve(struct arena *, const struct work *, struct plan *, const char *item);
/* True while a standing quarantine was opened for exactly these values. */
bool plan_is_quarantined(struct arena *, const struct work *, const char *item, const struct value now[2]);
void plan_finding(const struct plan_input *, struct arena *, struct work *, struct plan *, const char *item,
                  const char *kind, int side, const char *error, const char *text, const struct value now[2]);

/* --- late.c: writes that were given up and came after all --- */

/* LATE_ASK: the history is needed to tell. */
enum late_says { LATE_NO, LATE_ASK, LATE_YES };

/* Whether what the field says now was written by an op that had been given up; *before_r is what it went over. */
enum late_says late_look(const struct plan_input *, struct arena *, const struct work *, enum side,
                         const char *field_id, const struct value *now, struct value *before_r);
/* An op of this field was proven by this entry of the history: that is no late one. In the open transaction. */
bool late_claim(struct store *, struct work *, enum side, const char *field_id, const char *history_id,
                struct err *e) MUST_CHECK;
/* Comments have no history; the body alone, with its author line, tells. */
bool late_is_comment(const struct work *, enum side, const struct tracker_comment *);

/* --- create.c: an issue that has no partner yet --- */

/* Looks at a waiting issue: makes a pair in state "creating", or decides that it takes no part (*waits_r: not yet). */
bool create_consider(struct engine *, struct arena *, const struct inbox_row *, const struct tracker_issue *,
                     struct work **w_r, bool *waits_r, struct err *e) MUST_CHECK;
/* Plans the creation of the missing partner. */
bool create_plan(struct engine *, struct arena *, struct work *, struct err *e) MUST_CHECK;

/* Gives up a pair that never got its partner. Its row stays, and with it the tokens of creations that may still come.
 */
bool create_end(struct engine *, struct work *, struct err *e) MUST_CHECK;

/* --- apply.c: sends what is due --- */

/* Journals the due ops of all works in one commit, then sends them one by one. */
bool apply_all(struct engine *, struct arena *, struct work *const *, size_t count, struct err *e) MUST_CHECK;
/* The site takes no more writes to the issue on that side for now: the pair is worked again in this pass, later. */
void apply_put_off(struct engine *, struct work *, int64_t wait_ms);
/* Sets aside what the op was to write; `entry` is the field of an update, else NULL. In the open transaction. */
bool apply_quarantine(struct engine *, struct arena *, struct work *, const struct op *, const json_t *entry,
                      const struct err *why, struct err *e) MUST_CHECK;

/* --- settle.c, recover.c: from reply or uncertainty to proof --- */

/* Settles what was replied, given the fresh read in w->issue. */
bool settle_pair(struct engine *, struct arena *, struct work *, struct err *e) MUST_CHECK;
bool settle_update(struct engine *, struct arena *, struct work *, struct op *, struct err *e) MUST_CHECK;
bool settle_transition(struct engine *, struct arena *, struct work *, struct op *, struct err *e) MUST_CHECK;
bool settle_comment_add(struct engine *, struct arena *, struct work *, struct op *, const char *id, const char *body,
                        struct err *e) MUST_CHECK;
bool settle_comment_edit(struct engine *, struct arena *, struct work *, struct op *, const char *body,
                         struct err *e) MUST_CHECK;
bool settle_comment_delete(struct engine *, struct arena *, struct work *, struct op *, struct err *e) MUST_CHECK;
/* Sets a state and writes the op. */
bool settle_op(struct engine *, struct op *, enum op_state, const char *error, struct err *e) MUST_CHECK;
/* The only way out of `uncertain`. */
bool recover_pair(struct engine *, struct arena *, struct work *, struct err *e) MUST_CHECK;
/* A creation whose pair still lacks a partner; sets the pair's missing id when it is found. */
bool recover_creation(struct engine *, struct arena *, struct work *, struct err *e) MUST_CHECK;

/* --- cut.c --- */

/* The text, or as much of its beginning as side `to` takes, with a note; true when it was cut. */
bool cut_to_fit(const struct mapping *, struct arena *, enum side to, const char *text, const char **r);
/* Opens the finding of a text that was cut, or closes it, by what was written to side `s`. In the open transaction. */
bool cut_tell(struct engine *, struct arena *, struct work *, enum side s, const char *item, const char *text,
              struct err *e) MUST_CHECK;

/* --- poll.c, fingerprint.c, rejoin.c, panel.c, status.c --- */

bool poll_both(struct engine *, struct err *e) MUST_CHECK;
/* Both projects from the beginning. */
bool poll_everything(struct engine *, struct err *e) MUST_CHECK;
/* Where the store may be older than what the sites hold of ours: finds the pairs that were made since, before anything
 * is made again. Does nothing in a synchronization that is not marked. */
bool rejoin(struct engine *, struct err *e) MUST_CHECK;
/* Looks whether both projects show the counter that the store remembers, and raises it when it is due. ERR_FUSE, with a
 * finding, when a site or the store was put back, or somebody else counts. */
bool fingerprint_check(struct engine *, struct err *e) MUST_CHECK;
/* The counter of a synchronization that ends: whoever begins anew there finds nothing to wonder at. */
bool fingerprint_end(const struct sync_row *, struct tracker *, struct err *e) MUST_CHECK;
bool panel_write_due(struct engine *, struct err *e) MUST_CHECK;
#define PANEL_ORIGIN_PROPERTY "tandem.origin"
char *panel_property_key(struct arena *, const char *sync_key);
/* Finds the next transition of the walk that the plan asks for, and makes it due. Where no path is known the issue
 * itself explores: it steps towards the nearest status that nobody has looked at, one issue of a side at a time. */
bool status_walk(struct engine *, struct arena *, struct work *, const struct plan_status *, struct err *e) MUST_CHECK;

/* What is left to do: issues in the inbox, pairs that are marked, ops that are open. */
bool engine_count_waiting(struct engine *, int64_t *r, struct err *e) MUST_CHECK;
bool engine_open_finding(struct engine *, struct work *, int side, const char *item, const char *kind,
                         const struct err *why, const char *text, const json_t *detail, struct err *e) MUST_CHECK;
