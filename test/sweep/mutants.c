/* mutants.c - proves that the sweep proves something: with each of the deliberate mistakes of sync/mutant.h the engine
 * must fail it. Built with an engine of its own, which has the mistakes in it. `mutants [NAME]`. */
#include "sync/mutant.h"

#include "base/log.h"
#include "base/str.h"
#include "rehearse/sweep.h"

enum mutant mutant_active;

enum { CASES = 600 }; /* a mutant has to be caught within so many */

/* Which stories to try, most telling first. */
static const struct {
    const char *name;
    const char *stories[4];
} MUTANTS[MUTANT_COUNT] = {
    [MUTANT_NONE] = {"none", {0}},
    [MUTANT_NO_TOKEN] = {"no-token", {"comment-added", "first-sync"}},
    [MUTANT_BASE_ON_SENT] = {"base-on-sent", {"edit", "conflict"}},
    [MUTANT_BASE_READ_LATE] = {"base-read-late", {"edited-meanwhile"}},
    [MUTANT_WATERMARK_EARLY] = {"watermark-early", {"edit", "comment-added"}},
    [MUTANT_RESEND] = {"resend", {"comment-added", "first-sync"}},
    [MUTANT_DELETE_WITHOUT_PROOF] = {"delete-without-proof", {"sight-lost"}},
};

static bool play(enum mutant m, const char *story, const char *only, struct sweep_report *report, struct err *e)
{
    struct sweep_settings set = {
        .seed = 1, .stop_after = 1, .budget = CASES, .resends = m == MUTANT_RESEND, .only = only};
    mutant_active = m;
    bool ok = sweep_run(scenario_find(story), &set, report, e);
    mutant_active = MUTANT_NONE;
    return ok;
}

/* The same without the mistake must be right: else it would catch any mutant. */
static bool control(const char *story, const char *only, struct err *e)
{
    struct sweep_report report = {0};
    bool ok = play(MUTANT_NONE, story, only ? only : story, &report, e);
    if (ok && report.failures)
        ok = err_set(e, ERR_STATE, "%s: %s", report.first, report.first_text);
    sweep_report_release(&report);
    return ok;
}

/* What caught it, in one line; NULL when nothing did. *e when the story fails without the mistake too. */
static char *catch_it(enum mutant m, struct arena *a, int64_t *cases_r, struct err *e)
{
    struct sweep_report report = {0};
    char *caught = NULL;
    for (size_t i = 0; !caught && !e->kind && MUTANTS[m].stories[i]; i++) {
        const char *story = MUTANTS[m].stories[i];
        struct err why = ERR_INIT;
        if (!play(m, story, NULL, &report, &why))
            caught = arena_strdup(a, why.text);
        else if (report.failures)
            caught = arena_printf(a, "%s:%.*s", report.first, (int)strcspn(report.first_text, "\n"), report.first_text);
        if (caught && !control(story, report.first, e))
            caught = NULL;
    }
    *cases_r = report.cases;
    sweep_report_release(&report);
    return caught;
}

static bool hunt(enum mutant m)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    int64_t cases = 0;
    char *caught = catch_it(m, &a, &cases, &e);
    if (caught)
        printf("%-22s caught after %lld cases by %s\n", MUTANTS[m].name, (long long)cases, caught);
    else if (e.kind)
        printf("%-22s proves nothing, for without the mistake it fails too: %s\n", MUTANTS[m].name, e.text);
    else
        printf("%-22s SURVIVED %lld cases\n", MUTANTS[m].name, (long long)cases);
    fflush(stdout);
    arena_release(&a);
    return caught;
}

int main(int argc, char **argv)
{
    bool ok = true, known = argc < 2;
    log_level_set(LOG_ERROR);
    for (int m = MUTANT_NONE + 1; m < MUTANT_COUNT; m++) {
        bool chosen = argc < 2 || str_eq(argv[1], MUTANTS[m].name);
        known = known || chosen;
        if (chosen)
            ok = hunt((enum mutant)m) && ok;
    }
    return !known ? 2 : ok ? 0 : 1;
}
