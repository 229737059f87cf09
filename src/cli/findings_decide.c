/* findings_decide.c - findings resolve, findings restore: a person answers, and the next run does it. */
#include "base/str.h"
#include "cli/cli.h"
#include "store/finding.h"
#include "store/sync.h"
#include "tracker/value.h"

static bool find(struct cli *c, const char *kind, struct finding *r, struct err *e)
{
    struct sync_row sync;
    int64_t id;
    bool found;
    const char *text = cli_argument(c, 1);
    if (!str_to_int(text, &id) || id < 1)
        return cli_wrong(c, e, "\"%s\" is no number of a finding; `tandem findings` lists them", text);
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &sync, e) ||
        !finding_get(c->store, c->arena, sync.id, id, r, &found, e))
        return false;
    if (!found)
        return err_set(e, ERR_INPUT, "%s has no open finding %lld; nothing was changed", sync.key, (long long)id);
    return str_eq(r->kind, kind) ||
           err_set(e, ERR_INPUT, "finding %lld is of kind \"%s\", and this is for \"%s\"; nothing was changed",
                   (long long)id, r->kind, kind);
}

static void answer(struct cli *c, const struct finding *f, const char *what)
{
    if (c->is_json)
        cli_json(c, json_pack("{s:I, s:s}", "id", (json_int_t)f->id, "decided", what));
    else
        cli_say(c, "The next `tandem run` writes %s. What it goes over is kept as a conflict.", what);
}

static bool resolve(struct cli *c, struct err *e)
{
    struct finding f;
    enum side side;
    if (!cli_side(c, "take", &side, e) || !find(c, "ask", &f, e) ||
        !finding_decide(c->store, &f, "take", json_string(side_name(side)), e))
        return false;
    answer(c, &f, arena_printf(c->arena, "what the %s side says", side_name(side)));
    return true;
}

/* Fields alone are written back; a comment and a status are told in full, for a person to act on. */
static bool restore(struct cli *c, struct err *e)
{
    struct finding f;
    struct value loser;
    const json_t *detail;
    if (!find(c, "conflict", &f, e))
        return false;
    if (str_eq(f.item, "status") || str_starts(f.item, "comment:"))
        return err_set(e, ERR_INPUT, "finding %lld is about %s, which is brought back by hand: %s. Nothing was changed",
                       (long long)f.id, str_eq(f.item, "status") ? "a status" : "a comment",
                       str_eq(f.item, "status") ? "move the issue" : "its text stands in `tandem --json findings`");
    detail = json_object_get(f.detail, "loser");
    if (!value_from_json(c->arena, detail, &loser, e) || !finding_decide(c->store, &f, "restore", json_true(), e))
        return false;
    answer(c, &f, arena_printf(c->arena, "\"%s\" back", value_show(c->arena, &loser)));
    return true;
}

static const struct cli_option TAKE[] = {{"take", "SIDE", "first or second: this side is right", 0, true}, {0}};

const struct cli_command COMMAND_FINDINGS_RESOLVE = {
    .name = "findings resolve",
    .arguments = "KEY ID",
    .summary = "answers a question (ask): which side is right",
    .text = "The answer holds for the two values that were asked about. When somebody edits before the next run, it is "
            "asked anew.",
    .options = TAKE,
    .run = resolve,
};

const struct cli_command COMMAND_FINDINGS_RESTORE = {
    .name = "findings restore",
    .arguments = "KEY ID",
    .summary = "writes the losing value of a conflict back",
    .text = "It is written where it was overwritten, and travels to the other side like an edit. What stands there now "
            "is kept as a conflict in its turn.",
    .run = restore,
};
