#include "rehearse/history.h"

#include "base/rng.h"
#include "base/str.h"
#include "rehearse/history_life.h"

#include <stdlib.h>
#include <string.h>

enum deed_kind {
    DEED_CREATE,
    DEED_SUMMARY,
    DEED_DESCRIPTION,
    DEED_PRIORITY,
    DEED_LABEL,
    DEED_MOVE,
    DEED_COMMENT,
    DEED_COMMENT_EDIT,
    DEED_COMMENT_DELETE,
    DEED_PASS,
    DEED_WAIT,
    DEED_KIND_COUNT
};

struct deed {
    enum deed_kind kind;
    enum side side;
    enum person who;
    int number;         /* makes its texts its own */
    uint64_t pick, how; /* which issue or comment, which value */
    enum fault fault;   /* of a pass */
    int64_t at, wait_ms;
};

static const char *const NAMES[DEED_KIND_COUNT] = {"creates",         "summary", "description", "priority",
                                                   "label",           "moves",   "comments",    "edits comment",
                                                   "deletes comment", "pass",    "wait"};

/* How often each is drawn, of a hundred. */
static const int WEIGHTS[DEED_KIND_COUNT] = {10, 10, 10, 6, 10, 8, 12, 5, 4, 17, 8};

enum { DEEDS = 40, SETTLE_MS = 15 * 60 * 1000, WRITES_FOR_A_DEED = 9, WRITES_AT_LEAST = 20, TRIES = 250 };

/* --- drawing --- */

static enum deed_kind draw_kind(struct rng *rng)
{
    int n = (int)rng_below(rng, 100), kind = 0;
    while (n >= WEIGHTS[kind])
        n -= WEIGHTS[kind++];
    return (enum deed_kind)kind;
}

static struct deed draw(struct rng *rng, int number, bool has_faults)
{
    static const enum fault FAULTS[] = {FAULT_KILL,    FAULT_KILL,       FAULT_KILL,       FAULT_KILL,      FAULT_LOST,
                                        FAULT_DROPPED, FAULT_REFUSED,    FAULT_500_BEFORE, FAULT_500_AFTER, FAULT_429,
                                        FAULT_DOWN,    FAULT_LOGGED_OUT, FAULT_LATE};
    static const int64_t WAITS[] = {1000, 20 * 1000, 70 * 1000, 4 * 60 * 1000, 20 * 60 * 1000};
    struct deed d = {.kind = number ? draw_kind(rng) : DEED_CREATE,
                     .side = (enum side)rng_below(rng, 2),
                     .who = rng_below(rng, 5) ? PERSON_PAULA : PERSON_SYNC_USER,
                     .number = number,
                     .pick = rng_next(rng),
                     .how = rng_next(rng),
                     .at = 1 + (int64_t)rng_below(rng, 12),
                     .wait_ms = WAITS[rng_below(rng, ARRAY_LEN(WAITS))]};
    bool strikes = rng_below(rng, 2);
    enum fault fault = FAULTS[rng_below(rng, ARRAY_LEN(FAULTS))];
    if (has_faults && strikes && d.kind == DEED_PASS)
        d.fault = fault;
    return d;
}

/* --- doing --- */

static struct life_issue *some_issue(struct life *l, const struct deed *d)
{
    size_t there = 0, n;
    for (size_t i = 0; i < l->issue_count; i++)
        there += l->issues[i].key[d->side] != NULL;
    if (!there)
        return NULL;
    n = d->pick % there;
    for (size_t i = 0; i < l->issue_count; i++)
        if (l->issues[i].key[d->side] && !n--)
            return &l->issues[i];
    return NULL;
}

static struct life_note *some_note(struct life *l, const struct deed *d)
{
    size_t there = 0, n;
    for (size_t i = 0; i < l->note_count; i++)
        there += !l->notes[i].is_deleted && l->notes[i].origin == d->side;
    if (!there)
        return NULL;
    n = d->pick % there;
    for (size_t i = 0; i < l->note_count; i++)
        if (!l->notes[i].is_deleted && l->notes[i].origin == d->side && !n--)
            return &l->notes[i];
    return NULL;
}

static void create(struct life *l, const struct deed *d)
{
    static const char *const TYPES[] = {"Bug", "Task", "Story"};
    const char *summary = arena_printf(l->a, "Issue %d.", d->number);
    const char *text = d->how % 3 ? arena_printf(l->a, "Begun %d.", d->number) : NULL;
    struct life_issue issue = {.key = {NULL, NULL}};
    issue.key[d->side] = person_creates(l->stage, d->side, d->who, TYPES[d->how % 3], summary, text);
    life_write(l, &issue, LIFE_SUMMARY, d->side, summary);
    if (text)
        life_write(l, &issue, LIFE_DESCRIPTION, d->side, text);
    *arena_push(l->a, l->issues, l->issue_count) = issue;
}

static void edit_summary(struct life *l, const struct deed *d, struct life_issue *issue)
{
    const char *text = arena_printf(l->a, "Told anew %d.", d->number);
    life_overwrite(issue, LIFE_SUMMARY, life_see(l, d->side, issue->key[d->side], "summary"));
    person_edits(l->stage, d->side, d->who, issue->key[d->side], "summary", text);
    life_write(l, issue, LIFE_SUMMARY, d->side, text);
}

/* Writes it anew, changes its first block, or adds one at its end. */
static void edit_description(struct life *l, const struct deed *d, struct life_issue *issue)
{
    const char *seen = life_see(l, d->side, issue->key[d->side], "description");
    const char *rest = strstr(seen, "\n\n"), *mark = arena_printf(l->a, "Block %d.", d->number), *text;
    int how = *seen ? (int)(d->how % 3) : 0;
    if (!rest) /* on a server lines end as they were sent; on some with a carriage return */
        rest = strstr(seen, "\r\n\r\n");
    if (how == 0) {
        const char *second = arena_printf(l->a, "And %d.", d->number);
        life_overwrite(issue, LIFE_DESCRIPTION, seen);
        life_write(l, issue, LIFE_DESCRIPTION, d->side, second);
        text = arena_printf(l->a, "%s\n\n%s", mark, second);
    } else if (how == 1) {
        life_overwrite(issue, LIFE_DESCRIPTION, rest ? arena_strndup(l->a, seen, (size_t)(rest - seen)) : seen);
        text = arena_printf(l->a, "%s%s", mark, rest ? rest : "");
    } else {
        text = arena_printf(l->a, "%s\n\n%s", seen, mark);
    }
    person_edits(l->stage, d->side, d->who, issue->key[d->side], "description", text);
    life_write(l, issue, LIFE_DESCRIPTION, d->side, mark);
}

static void edit_priority(struct life *l, const struct deed *d, struct life_issue *issue)
{
    static const char *const VALUES[] = {"Highest", "High", "Medium", "Low", "Lowest"};
    const char *seen = life_see(l, d->side, issue->key[d->side], "priority"),
               *value = VALUES[d->how % ARRAY_LEN(VALUES)];
    if (str_eq(seen, value))
        return;
    for (size_t i = 0; i < issue->mark_count[LIFE_PRIORITY]; i++) /* "High" stands in "Highest" */
        if (str_eq(issue->marks[LIFE_PRIORITY][i].text, seen))
            issue->marks[LIFE_PRIORITY][i].is_overwritten = true;
    person_edits(l->stage, d->side, d->who, issue->key[d->side], "priority", value);
    life_write(l, issue, LIFE_PRIORITY, d->side, value);
}

static void edit_label(struct life *l, const struct deed *d, struct life_issue *issue)
{
    size_t n = d->how % ARRAY_LEN(life_labels);
    const char *seen = life_see(l, d->side, issue->key[d->side], "labels");
    bool has = strstr(seen, arena_printf(l->a, "%s ", life_labels[n]));
    person_labels(l->stage, d->side, d->who, issue->key[d->side], life_labels[n], !has);
    issue->was_added[n] = issue->was_added[n] || !has;
    issue->was_removed[n] = issue->was_removed[n] || has;
}

static void move(struct life *l, const struct deed *d, struct life_issue *issue)
{
    const char *key = issue->key[d->side], *seen = life_see(l, d->side, key, "status");
    const json_t *list = json_object_get(person_call(l->stage, d->side, d->who, 200, HTTP_GET,
                                                     arena_printf(l->a, "/rest/api/2/issue/%s/transitions", key), NULL),
                                         "transitions");
    size_t count = json_array_size(list);
    if (!count)
        return;
    const char *to = arena_strdup(l->a, json_at_str(json_array_get(list, d->how % count), "to.name"));
    if (str_eq(to, seen))
        return;
    life_overwrite(issue, LIFE_STATUS, seen);
    person_moves(l->stage, d->side, d->who, key, to);
    life_write(l, issue, LIFE_STATUS, d->side, to);
}

static void add_note(struct life *l, const struct deed *d, struct life_issue *issue)
{
    const char *text = arena_printf(l->a, "Note %d.", d->number);
    person_comments(l->stage, d->side, d->who, issue->key[d->side],
                    d->how % 3 ? text : arena_printf(l->a, "*Look:* %s\n\n* one\n* two", text));
    *arena_push(l->a, l->notes, l->note_count) =
        (struct life_note){text, (size_t)(issue - l->issues), d->side, d->who, false};
}

static void edit_note(struct life *l, const struct deed *d)
{
    struct life_note *note = some_note(l, d);
    if (!note)
        return;
    const char *text = arena_printf(l->a, "Noted again %d.", d->number);
    person_edits_comment(l->stage, d->side, note->author, l->issues[note->issue].key[d->side], note->text, text);
    note->text = text;
}

static void delete_note(struct life *l, const struct deed *d)
{
    struct life_note *note = some_note(l, d);
    if (!note)
        return;
    person_deletes_comment(l->stage, d->side, note->author, l->issues[note->issue].key[d->side], note->text);
    note->is_deleted = true;
}

/* One pass, with what goes wrong in it. False only for what must never happen. */
static bool pass(struct life *l, const struct deed *d, struct err *e)
{
    struct engine_counts counts;
    struct err why = ERR_INIT;
    struct plug *p = &l->stage->plug;
    bool ok = stage_engine(l->stage, e);
    if (!ok)
        return false;
    plug_arm(p, d->fault, d->at);
    ok = stage_pass(l->stage, &counts, &why);
    l->writes += p->writes;
    if (p->went_on)
        return err_set(e, ERR_STATE, "something was committed after the plug was pulled");
    if (!ok && why.kind == ERR_KILLED && !stage_reopen(l->stage, e))
        return false;
    if (!ok && why.kind != ERR_KILLED && why.kind != ERR_UNCERTAIN && err_scope(why.kind) != ERR_SCOPE_SITE) {
        *e = why;
        return false;
    }
    plug_arm(p, FAULT_NONE, 0);
    life_look_around(l, ok && !counts.waiting);
    return true;
}

static bool perform(struct life *l, const struct deed *d, struct err *e)
{
    struct life_issue *issue = some_issue(l, d);
    static void (*const ON_ISSUE[DEED_KIND_COUNT])(struct life *, const struct deed *,
                                                   struct life_issue *) = {[DEED_SUMMARY] = edit_summary,
                                                                           [DEED_DESCRIPTION] = edit_description,
                                                                           [DEED_PRIORITY] = edit_priority,
                                                                           [DEED_LABEL] = edit_label,
                                                                           [DEED_MOVE] = move,
                                                                           [DEED_COMMENT] = add_note};
    if (d->kind == DEED_CREATE)
        create(l, d);
    else if (d->kind == DEED_COMMENT_EDIT)
        edit_note(l, d);
    else if (d->kind == DEED_COMMENT_DELETE)
        delete_note(l, d);
    else if (d->kind == DEED_WAIT)
        stage_wait(l->stage, d->wait_ms);
    else if (d->kind == DEED_PASS)
        return pass(l, d, e);
    else if (issue)
        ON_ISSUE[d->kind](l, d, issue);
    l->allowed += d->kind == DEED_WAIT ? 0 : WRITES_FOR_A_DEED;
    return stage_trouble(l->stage, e);
}

/* --- playing --- */

struct history {
    const struct history_settings *set;
    struct stage *stage;
    struct stage_moment start;
    struct deed *deeds;
    size_t count;
};

/* Plays the deeds that are kept; *failure_r: what was wrong at the end, into `a`. */
static bool play(struct history *h, const bool *kept, struct arena *a, char **failure_r, struct err *e)
{
    struct life l = {.stage = h->stage, .a = a, .allowed = WRITES_AT_LEAST};
    struct stage_run run;
    struct err why = ERR_INIT;
    *failure_r = NULL;
    h->stage->trouble.kind = ERR_NONE;
    if (!stage_restore(h->stage, &h->start, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < h->count; i++) {
        if (!kept[i])
            continue;
        if (h->deeds[i].fault)
            l.allowed += WRITES_FOR_A_DEED;
        ok = perform(&l, &h->deeds[i], &why);
        stage_wait(h->stage, 1000);
    }
    plug_arm(&h->stage->plug, FAULT_NONE, 0);
    stage_wait(h->stage, SETTLE_MS);
    ok = ok && stage_rest(h->stage, &run, &why);
    l.writes += h->stage->plug.writes;
    *failure_r = ok ? life_judge(&l) : arena_printf(a, "  %s", why.text);
    return true;
}

static char *describe(struct arena *a, const struct deed *d)
{
    static const char *const WHO[] = {"admin", "the sync user's account", "paula", "quinn"};
    if (d->kind == DEED_WAIT)
        return arena_printf(a, "%3d wait %lld s", d->number, (long long)d->wait_ms / 1000);
    if (d->kind == DEED_PASS)
        return d->fault ? arena_printf(a, "%3d pass, %s@%lld", d->number, fault_name(d->fault), (long long)d->at)
                        : arena_printf(a, "%3d pass", d->number);
    return arena_printf(a, "%3d %s, %s side, %s (%llu, %llu)", d->number, NAMES[d->kind], side_name(d->side),
                        WHO[d->who], (unsigned long long)(d->pick % 1000), (unsigned long long)(d->how % 120));
}

/* Leaves out ever smaller pieces as long as it still fails. */
static bool shrink(struct history *h, bool *kept, struct err *e)
{
    int tries = 0;
    for (size_t piece = h->count / 2; piece && tries < TRIES; piece /= 2)
        for (size_t from = 0; from < h->count && tries < TRIES; from += piece) {
            struct arena a = ARENA_INIT;
            bool *fewer = arena_array(&a, bool, h->count), any = false;
            char *failure = NULL;
            memcpy(fewer, kept, h->count * sizeof *fewer);
            for (size_t i = from; i < from + piece && i < h->count; i++) {
                any = any || fewer[i];
                fewer[i] = false;
            }
            bool ok = !any || (++tries, play(h, fewer, &a, &failure, e));
            if (failure)
                memcpy(kept, fewer, h->count * sizeof *kept);
            arena_release(&a);
            if (!ok)
                return false;
        }
    return true;
}

static bool explain(struct history *h, bool *kept, struct arena *a, char **failure_r, struct err *e)
{
    char *text;
    if (!shrink(h, kept, e) || !play(h, kept, a, failure_r, e))
        return false;
    text = arena_printf(a, "%s\n  after:", *failure_r ? *failure_r : "  (it does not fail a second time)");
    for (size_t i = 0; i < h->count; i++)
        if (kept[i])
            text = arena_printf(a, "%s\n    %s", text, describe(a, &h->deeds[i]));
    *failure_r = text;
    return true;
}

static bool run(struct history *h, struct arena *a, char **failure_r, struct err *e)
{
    bool *kept = arena_array(a, bool, h->count);
    memset(kept, true, h->count * sizeof *kept);
    if (!stage_keep(h->stage, &h->start, e) || !play(h, kept, a, failure_r, e))
        return false;
    return !*failure_r || explain(h, kept, a, failure_r, e);
}

bool history_run(const struct history_settings *set, struct arena *a, char **failure_r, struct err *e)
{
    static const enum sandbox_dialect DIALECTS[][2] = {{SANDBOX_DC8, SANDBOX_DC10},
                                                       {SANDBOX_DC10, SANDBOX_CLOUD},
                                                       {SANDBOX_CLOUD, SANDBOX_DC8},
                                                       {SANDBOX_CLOUD, SANDBOX_CLOUD}};
    struct history h = {.set = set, .count = set->deeds ? (size_t)set->deeds : DEEDS};
    struct rng rng;
    rng_seed(&rng, set->seed);
    size_t pair = rng_below(&rng, ARRAY_LEN(DIALECTS));
    struct stage_settings world = {.dialect = {DIALECTS[pair][0], DIALECTS[pair][1]},
                                   .seed = set->seed + 1,
                                   .skew_ms = (int64_t)rng_below(&rng, 120000) - 60000};
    h.deeds = arena_array(a, struct deed, h.count);
    for (size_t i = 0; i < h.count; i++) {
        h.deeds[i] = draw(&rng, (int)i, set->has_faults);
        if (set->is_verbose && set->say)
            set->say(set->context, describe(a, &h.deeds[i]));
    }
    *failure_r = NULL;
    h.stage = stage_open(&world, e);
    bool ok = h.stage && run(&h, a, failure_r, e);
    stage_moment_free(&h.start);
    stage_close(h.stage);
    return ok;
}
