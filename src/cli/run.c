/* run.c - tandem run: a pass of everything that is started, once or over and over. */
#include "base/progress.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/counts.h"
#include "cli/sites.h"
#include "cli/stop.h"
#include "store/op.h"

enum { BACK_OFF_MS = 5 * 1000, BACK_OFF_MAX_MS = 5 * 60 * 1000 };

/* One synchronization at work. Its engine stays open from pass to pass, and is opened anew after a failure. */
struct worker {
    const char *key;
    struct sites sites;
    struct engine *engine;
    int64_t not_before_ms, back_off_ms;
    struct progress progress;
};

struct round {
    struct cli *cli;
    struct worker *workers;
    size_t count;
    json_t *report;
    bool is_single;
    struct err first; /* of a single round: the first error, for the exit code */
};

static void show_progress(void *context, int64_t done, int64_t waiting)
{
    struct worker *w = context;
    w->progress.total = done + waiting;
    progress_add(&w->progress, done - w->progress.done);
}

static bool open_engine(struct cli *c, struct worker *w, struct err *e)
{
    struct sync_row row;
    if (w->engine)
        return true;
    if (!sync_get(c->store, c->arena, w->key, &row, e))
        return false;
    w->engine = sites_engine(&w->sites, &row, show_progress, w, e);
    return w->engine;
}

static void close_engine(struct worker *w)
{
    engine_close(w->engine);
    w->engine = NULL;
    sites_close(&w->sites);
}

/* Waits as the site asks, else longer after each failure. */
static void back_off(struct worker *w, const struct err *e, int64_t now_ms)
{
    w->back_off_ms = w->back_off_ms ? w->back_off_ms * 2 : BACK_OFF_MS;
    if (w->back_off_ms > BACK_OFF_MAX_MS)
        w->back_off_ms = BACK_OFF_MAX_MS;
    w->not_before_ms = now_ms + (e->retry_after_ms > w->back_off_ms ? e->retry_after_ms : w->back_off_ms);
}

static void note_pass(struct round *round, const struct worker *w, const struct engine_counts *counts,
                      const struct err *e)
{
    struct cli *c = round->cli;
    c->has_findings |= counts->findings > 0;
    if (round->report) {
        json_t *entry = counts_to_json(counts);
        json_object_set_new(entry, "key", json_string(w->key));
        if (e->kind)
            json_object_set_new(entry, "error",
                                json_pack("{s:s, s:s}", "kind", err_kind_name(e->kind), "text", e->text));
        json_array_append_new(round->report, entry);
    } else {
        const char *words = counts_in_words(c, counts);
        cli_say(c, "%s  %s%s", w->key,
                *words    ? words
                : e->kind ? ""
                          : "nothing to do",
                !e->kind ? ""
                : *words ? "; not finished"
                         : "not finished");
    }
    fflush(c->out);
}

/* False only when nothing can go on: the store, the disk, a kill. */
static bool pass(struct round *round, struct worker *w, struct err *e)
{
    struct cli *c = round->cli;
    struct engine_counts counts = {0};
    struct err why = ERR_INIT;
    progress_start(&w->progress, w->key, 0);
    bool ok = open_engine(c, w, &why) && engine_pass(w->engine, &counts, &why);
    progress_end(&w->progress);
    note_pass(round, w, &counts, &why);
    if (ok) {
        w->back_off_ms = 0;
        return true;
    }
    close_engine(w);
    if (err_scope(why.kind) == ERR_SCOPE_PROCESS && why.kind != ERR_INPUT && why.kind != ERR_STATE)
        return err_set(e, why.kind, "%s: %s", w->key, why.text);
    err_wrap(&why, "%s", w->key);
    if (round->is_single && round->first.kind == ERR_NONE)
        round->first = why; /* told at the end */
    else
        fprintf(c->err, "tandem: %s\n", why.text);
    back_off(w, &why, clock_now(c->clock));
    return true;
}

static bool is_running(struct cli *c, const char *key, bool *r, struct err *e)
{
    struct sync_row row;
    if (!sync_get(c->store, c->arena, key, &row, e))
        return false;
    *r = str_eq(row.state, SYNC_RUNNING);
    return true;
}

static bool one_round(struct round *round, struct err *e)
{
    for (size_t i = 0; i < round->count && !stop_is_asked(); i++) {
        struct worker *w = &round->workers[i];
        bool running;
        if (!is_running(round->cli, w->key, &running, e))
            return false;
        if (running && clock_now(round->cli->clock) >= w->not_before_ms && !pass(round, w, e))
            return false;
    }
    return true;
}

/* The synchronizations that are started; one named on the line must be. */
static bool choose(struct cli *c, struct round *round, struct err *e)
{
    struct sync_row *rows, one;
    size_t count;
    const char *key = cli_argument(c, 0);
    if (key && !sync_get(c->store, c->arena, key, &one, e))
        return false;
    if (key && !str_eq(one.state, SYNC_RUNNING))
        return err_set(e, ERR_STATE, "%s is %s; start it with: tandem sync start %s", key, one.state, key);
    if (!sync_list(c->store, c->arena, &rows, &count, e))
        return false;
    round->workers = arena_array(c->arena, struct worker, count);
    for (size_t i = 0; i < count; i++)
        if (key ? str_eq(rows[i].key, key) : str_eq(rows[i].state, SYNC_RUNNING))
            round->workers[round->count++] = (struct worker){.key = rows[i].key, .sites = {.cli = c}};
    return true;
}

/* Who only looks at the last line of a nightly run must not take a synchronization that stopped itself for a quiet one.
 * With --json it is told on the other stream, for the document lists passes. */
static bool tell_stopped(struct cli *c, struct err *e)
{
    struct sync_row *rows;
    size_t count;
    if (!sync_list(c->store, c->arena, &rows, &count, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i].state, SYNC_FUSED)) {
            fprintf(c->is_json ? c->err : c->out, "%s has stopped itself: %s (tandem sync start %s --force)\n",
                    rows[i].key, rows[i].reason ? rows[i].reason : "no reason is stored", rows[i].key);
            c->has_findings = true;
        }
    return true;
}

static bool work(struct cli *c, struct round *round, struct err *e)
{
    int64_t every = -1;
    if (cli_has(c, "every") && !cli_duration(c, "every", &every, e))
        return false;
    round->is_single = every < 0;
    if (every >= 0 && c->is_json)
        return cli_wrong(c, e, "--json goes with a single pass, not with --every");
    if (!cli_open_store(c, STORE_ENGINE, e) || !op_distrust_sent(c->store, e) || !choose(c, round, e))
        return false;
    if (!cli_argument(c, 0) && !tell_stopped(c, e))
        return false;
    if (!round->count && !c->is_json)
        cli_say(c, "No synchronization is started; they are listed by: tandem sync list");
    do {
        if (!one_round(round, e))
            return false;
        if (every < 0)
            return round->first.kind == ERR_NONE || err_set(e, round->first.kind, "%s", round->first.text);
        stop_sleep(c->clock, every);
    } while (!stop_is_asked());
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct round round = {.cli = c, .report = c->is_json ? json_keep(c->arena, json_array()) : NULL};
    stop_listen();
    bool ok = work(c, &round, e);
    for (size_t i = 0; i < round.count; i++)
        close_engine(&round.workers[i]);
    if (round.report && (ok || round.count))
        cli_json(c, json_incref(round.report));
    return ok;
}

static const struct cli_option OPTIONS[] = {
    {"every", "DURATION", "goes on, with so long a pause between passes, until it is stopped (5s, 2m)", 0, false}, {0}};

const struct cli_command COMMAND_RUN = {
    .name = "run",
    .arguments = "[KEY]",
    .summary = "works the started synchronizations: one pass of everything, then ends",
    .text =
        "Figures with a slash are of the first and of the second side. A site that does not answer holds up only what "
        "needs it; what was under way is carried on by the next run. SIGINT or SIGTERM end it after the present pass.",
    .options = OPTIONS,
    .run = run,
};
