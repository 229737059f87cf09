#include "rehearse/sweep.h"

#include "base/str.h"
#include "rehearse/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is struck, in order: a case. */
struct blow {
    enum fault fault;
    int64_t at;
};

struct sweep {
    const struct scenario *scenario;
    const struct sweep_settings *set;
    struct sweep_report *report;
    struct stage *stage;
    struct stage_moment start;
    struct picture expected;
    int64_t steps, writes; /* of the undisturbed run */
    bool met;              /* the person has acted meanwhile */
    char struck[160];      /* by the kills of this case */
};

enum { DEEPER_EVERY = 3, DAY_MINUTES = 25 * 60 };

static void say(const struct sweep *sw, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(const struct sweep *sw, const char *format, ...)
{
    struct arena a = ARENA_INIT;
    va_list args;
    va_start(args, format);
    if (sw->set->say)
        sw->set->say(sw->set->context, arena_vprintf(&a, format, args));
    va_end(args);
    arena_release(&a);
}

/* --- names of cases --- */

static char *name_of(struct arena *a, const struct sweep *sw, const struct blow *blows, size_t count)
{
    char *name = arena_strdup(a, sw->scenario->name);
    for (size_t i = 0; i < count; i++)
        name = arena_printf(a, "%s:%s@%lld", name, fault_name(blows[i].fault), (long long)blows[i].at);
    return name;
}

static bool parse_blow(struct arena *a, const char *text, struct blow *r)
{
    char **parts;
    return str_split(a, text, '@', &parts) == 2 && fault_parse(parts[0], &r->fault) && str_to_int(parts[1], &r->at);
}

/* FNV-1a: the same cases are chosen from the same seed on every machine. */
static uint64_t digest(uint64_t seed, const char *text)
{
    uint64_t h = 14695981039346656037u ^ seed;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ^ h >> 29;
}

/* --- playing --- */

static void meanwhile(void *context, int64_t number)
{
    struct sweep *sw = context;
    const char *after = sw->scenario->meanwhile_after;
    (void)number;
    if (sw->met || !str_starts(sw->stage->plug.struck, after))
        return;
    sw->met = true;
    sw->scenario->meanwhile(sw->stage);
}

static void arm(struct sweep *sw, enum fault fault, int64_t at)
{
    struct plug *p = &sw->stage->plug;
    plug_arm(p, fault, at);
    p->resends = sw->set->resends;
    p->after_write = sw->scenario->meanwhile ? meanwhile : NULL;
    p->context = sw;
}

/* One run from the start; the blows fall one after another, each kill followed by a new start. */
static bool play(struct sweep *sw, const struct blow *blows, size_t count, struct stage_run *run, struct err *e)
{
    sw->met = false;
    sw->struck[0] = 0;
    if (!stage_restore(sw->stage, &sw->start, e))
        return false;
    for (size_t i = 0;; i++) {
        arm(sw, i < count ? blows[i].fault : FAULT_NONE, i < count ? blows[i].at : 0);
        struct err why = ERR_INIT;
        bool ok = stage_engine(sw->stage, &why) && stage_rest(sw->stage, run, &why);
        if (sw->stage->plug.went_on)
            return err_set(e, ERR_STATE, "something was committed after the plug was pulled");
        if (ok && i < count && blows[i].fault != FAULT_KILL && i + 1 < count)
            return err_set(e, ERR_STATE, "%s does not end a run; nothing can follow it", fault_name(blows[i].fault));
        if (ok)
            return true;
        if (why.kind != ERR_KILLED || !sw->stage->plug.is_dead) {
            *e = why;
            return false;
        }
        snprintf(sw->struck, sizeof sw->struck, "%s", sw->stage->plug.struck);
        if (!stage_reopen(sw->stage, e)) /* reads only: no plug needs to be armed for it */
            return false;
    }
}

/* After a day, with a full sweep of both projects: nothing but reads. */
static bool stays_at_rest(struct sweep *sw, struct err *e)
{
    struct engine_counts counts;
    struct plug *p = &sw->stage->plug;
    stage_wait(sw->stage, DAY_MINUTES * STAGE_MINUTE);
    arm(sw, FAULT_NONE, 0);
    if (!stage_pass(sw->stage, &counts, e))
        return false;
    return !p->writes ||
           err_set(e, ERR_STATE, "a later run wrote %lld times though nothing had changed; the last was %s",
                   (long long)p->writes, p->struck);
}

static const struct scenario_other *other_end(const struct sweep *sw, const struct blow *b)
{
    for (const struct scenario_other *o = sw->scenario->others; o && o->reason; o++)
        if (o->fault == b->fault && b->at >= o->from && b->at <= o->to)
            return o;
    return NULL;
}

/* NULL when it is right; else what differs. */
static const char *judge(struct sweep *sw, struct arena *a, const struct blow *last, const struct picture *is)
{
    const struct scenario_other *other = other_end(sw, last);
    if (is->twins && last->fault != FAULT_TWICE && last->fault != FAULT_TOO_LATE)
        return arena_printf(a, "  %zu twins, though no site did anything twice", is->twins);
    if (!other || other->is_known_bug)
        return picture_difference(a, &sw->expected, is);
    for (size_t i = 0; other->expect[i]; i++)
        if (!picture_has(is, other->expect[i]))
            return arena_printf(a, "  missing: %s (%s)", other->expect[i], other->reason);
    return is->count && str_starts(is->lines[is->count - 1], "trouble") ? is->lines[is->count - 1] : NULL;
}

static bool compare(struct sweep *sw, struct arena *a, const struct blow *last, const char **difference_r,
                    struct err *e)
{
    struct picture is;
    bool ok =
        stays_at_rest(sw, e) && stage_trouble(sw->stage, e) && picture_take(sw->stage, sw->scenario->meanwhile, &is, e);
    if (!ok)
        return false;
    *difference_r = arena_strdup(a, judge(sw, a, last, &is));
    picture_release(&is);
    return true;
}

/* --- the undisturbed run --- */

static bool prepare(struct sweep *sw, struct err *e)
{
    struct stage_run run;
    struct stage *s = sw->stage;
    sw->scenario->prepare(s);
    if (!stage_trouble(s, e) || (!sw->scenario->starts_apart && !stage_rest(s, &run, e)))
        return false;
    stage_wait(s, STAGE_HOUR);
    sw->scenario->act(s);
    stage_wait(s, 10 * STAGE_MINUTE);
    return stage_trouble(s, e) && stage_keep(s, &sw->start, e);
}

static size_t length_of(const char *const *lines)
{
    size_t n = 0;
    while (lines && lines[n])
        n++;
    return n;
}

static void show(const struct sweep *sw)
{
    for (size_t i = 0; i < sw->expected.count; i++)
        say(sw, "  %s", sw->expected.lines[i]);
}

static bool is_as_told(struct sweep *sw, struct err *e)
{
    const struct scenario *sc = sw->scenario;
    size_t findings = 0;
    for (size_t i = 0; i < length_of(sc->expect); i++)
        if (!picture_has(&sw->expected, sc->expect[i]))
            return err_set(e, ERR_STATE, "%s, undisturbed: missing: %s", sc->name, sc->expect[i]);
    for (size_t i = 0; i < length_of(sc->findings); i++)
        if (!picture_has(&sw->expected, sc->findings[i]))
            return err_set(e, ERR_STATE, "%s, undisturbed: missing: %s", sc->name, sc->findings[i]);
    for (size_t i = 0; i < sw->expected.count; i++) {
        if (str_starts(sw->expected.lines[i], "trouble"))
            return err_set(e, ERR_STATE, "%s, undisturbed: %s", sc->name, sw->expected.lines[i]);
        findings += str_starts(sw->expected.lines[i], "finding");
        if (findings > length_of(sc->findings))
            return err_set(e, ERR_STATE, "%s, undisturbed: not told: %s", sc->name, sw->expected.lines[i]);
    }
    return true;
}

static bool verifies(struct sweep *sw, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct engine_verify v = {0};
    bool ok = engine_verify(sw->stage->engine, &a, &v, e);
    bool same = v.pairs == v.equal && !v.different && !v.missing[0] && !v.missing[1] && !v.doubled[0] &&
                !v.doubled[1] && !v.comments_unpaired[0] && !v.comments_unpaired[1];
    if (ok && !same && !sw->scenario->sides_differ)
        ok = err_set(e, ERR_STATE, "%s, undisturbed: the verification says: %s", sw->scenario->name,
                     v.line_count ? v.lines[0] : "the numbers differ");
    arena_release(&a);
    return ok;
}

static bool play_undisturbed(struct sweep *sw, struct err *e)
{
    struct stage_run run;
    if (!play(sw, NULL, 0, &run, e))
        return false;
    sw->steps = sw->stage->plug.steps;
    sw->writes = sw->stage->plug.writes;
    sw->report->steps += sw->steps;
    sw->report->writes += sw->writes;
    return verifies(sw, e) && stays_at_rest(sw, e) && stage_trouble(sw->stage, e) &&
           picture_take(sw->stage, sw->scenario->meanwhile, &sw->expected, e);
}

/* --- a case --- */

static void fail(struct sweep *sw, const struct blow *last, const char *name, const char *struck, const char *text)
{
    struct sweep_report *r = sw->report;
    const struct scenario_other *other = other_end(sw, last);
    if (other && other->is_known_bug) {
        r->known++;
        say(sw, "KNOWN  %s: %s", name, other->reason);
        return;
    }
    r->failures++;
    say(sw, "FAILED %s (struck: %s)\n%s", name, struck, text);
    if (!r->first) {
        r->first = arena_strdup(&r->arena, name);
        r->first_text = arena_strdup(&r->arena, text);
    }
}

/* What was known to fail and does not any more should leave the list. */
static void praise(struct sweep *sw, const struct blow *last, const char *name)
{
    const struct scenario_other *other = other_end(sw, last);
    if (other && other->is_known_bug)
        say(sw, "MENDED %s: it was known to fail (%s); take it off the list", name, other->reason);
}

static bool is_enough(const struct sweep *sw)
{
    const struct sweep_settings *set = sw->set;
    return (set->stop_after && sw->report->failures >= set->stop_after) ||
           (set->budget && sw->report->cases >= set->budget) ||
           (set->until_ms && clock_now(clock_system()) > set->until_ms);
}

/* Plays one case if it is chosen; *steps_r: how many steps the last start took (to go deeper), 0 when it was not
 * played. */
static void try(struct sweep *sw, const struct blow *blows, size_t count, int64_t *steps_r)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct stage_run run;
    const char *difference = NULL;
    char *name = name_of(&a, sw, blows, count);
    int share = sw->set->share ? sw->set->share : 100;
    *steps_r = 0;
    if (!is_enough(sw) && (int)(digest(sw->set->seed, name) % 100) < share) {
        sw->report->cases++;
        sw->report->by_fault[blows[count - 1].fault] += count == 1;
        sw->report->double_kills += count > 1;
        if (sw->set->is_verbose)
            say(sw, "%s", name);
        bool ok = play(sw, blows, count, &run, &e);
        const char *struck = arena_strdup(&a, sw->struck[0] ? sw->struck : sw->stage->plug.struck);
        *steps_r = sw->stage->plug.steps;
        if (!ok || !compare(sw, &a, &blows[count - 1], &difference, &e))
            fail(sw, &blows[count - 1], name, struck, e.text);
        else if (difference)
            fail(sw, &blows[count - 1], name, struck, difference);
        else
            praise(sw, &blows[count - 1], name);
    }
    sw->stage->trouble.kind = ERR_NONE;
    arena_release(&a);
}

static bool try_named(struct sweep *sw, struct err *e)
{
    struct arena a = ARENA_INIT;
    char **parts;
    struct blow blows[8] = {{FAULT_NONE, 0}};
    int64_t steps;
    size_t count = str_split(&a, sw->set->only, ':', &parts);
    bool ok = count <= ARRAY_LEN(blows);
    for (size_t i = 1; ok && i < count; i++)
        ok = parse_blow(&a, parts[i], &blows[i - 1]);
    if (ok && count > 1)
        try(sw, blows, count - 1, &steps);
    arena_release(&a);
    return ok || err_set(e, ERR_INPUT, "\"%s\" names no case; one reads like first-sync:kill@17", sw->set->only);
}

static void try_all(struct sweep *sw)
{
    int64_t steps, ignored;
    for (int64_t at = 1; at <= sw->steps; at++) {
        struct blow blows[2] = {{FAULT_KILL, at}, {FAULT_KILL, 0}};
        try(sw, blows, 1, &steps);
        /* and again while it recovers: a moving sample of the second run's steps */
        for (int64_t second = 1 + at % DEEPER_EVERY; !sw->set->only_kills && second <= steps; second += DEEPER_EVERY) {
            blows[1].at = second;
            try(sw, blows, 2, &ignored);
        }
    }
    for (int f = FAULT_KILL + 1; !sw->set->only_kills && f < FAULT_COUNT; f++)
        for (int64_t at = 1; at <= sw->writes; at++)
            try(sw, &(struct blow){(enum fault)f, at}, 1, &ignored);
}

bool sweep_run(const struct scenario *scenario, const struct sweep_settings *set, struct sweep_report *report,
               struct err *e)
{
    struct stage_settings world = scenario->stage;
    struct sweep sw = {.scenario = scenario, .set = set, .report = report};
    world.seed = set->seed + 1;
    sw.stage = stage_open(&world, e);
    bool ok = sw.stage && prepare(&sw, e) && play_undisturbed(&sw, e);
    if (ok) {
        ok = is_as_told(&sw, e);
        if (!ok || set->is_verbose)
            show(&sw);
    }
    report->scenarios++;
    if (ok && set->only)
        ok = try_named(&sw, e);
    else if (ok)
        try_all(&sw);
    picture_release(&sw.expected);
    stage_moment_free(&sw.start);
    stage_close(sw.stage);
    return ok || err_wrap(e, "%s", scenario->name);
}

void sweep_report_release(struct sweep_report *r)
{
    arena_release(&r->arena);
}
