/* findings_close.c - findings retry, findings close: what a person does about them. */
#include "base/str.h"
#include "cli/cli.h"
#include "store/finding.h"
#include "store/sync.h"

static bool finding_id(const struct cli *c, size_t index, int64_t *r, struct err *e)
{
    const char *text = cli_argument(c, index);
    return (str_to_int(text, r) && *r > 0) ||
           cli_wrong(c, e, "\"%s\" is no number of a finding; `tandem findings` lists them", text);
}

typedef bool (*act)(struct store *, int64_t sync_id, int64_t id, int64_t now_ms, int64_t *count_r, struct err *e);

/* Each of the findings that are named, in one transaction. */
static bool each(struct cli *c, const struct sync_row *sync, act what, int64_t *count_r, struct err *e)
{
    *count_r = 0;
    for (size_t i = 1; i < c->argument_count; i++) {
        int64_t id, n;
        if (!finding_id(c, i, &id, e) || !what(c->store, sync->id, id, clock_now(c->clock), &n, e))
            return false;
        if (!n)
            return err_set(e, ERR_INPUT, "%s has no open finding %lld of that kind; nothing was changed", sync->key,
                           (long long)id);
        *count_r += n;
    }
    return true;
}

static bool act_on(struct cli *c, act what, int64_t *count_r, struct err *e)
{
    struct sync_row sync;
    if (!cli_open_store(c, STORE_ENGINE, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &sync, e) ||
        !store_begin(c->store, e))
        return false;
    bool ok = c->argument_count > 1 ? each(c, &sync, what, count_r, e)
                                    : what(c->store, sync.id, 0, clock_now(c->clock), count_r, e);
    return ok ? store_commit(c->store, e) : store_abandon(c->store);
}

static void answer(struct cli *c, const char *done, int64_t count, const char *next)
{
    if (c->is_json)
        cli_json(c, json_pack("{s:I}", done, (json_int_t)count));
    else
        cli_say(c, "%lld findings %s.%s", (long long)count, done, count ? next : "");
}

static bool retry(struct cli *c, struct err *e)
{
    int64_t count;
    if (!act_on(c, finding_retry, &count, e))
        return false;
    answer(c, "retried", count, " The next `tandem run` tries them; what still fails is listed again.");
    return true;
}

static bool close_them(struct cli *c, struct err *e)
{
    int64_t count;
    if (!act_on(c, finding_close, &count, e))
        return false;
    answer(c, "closed", count, "");
    return true;
}

const struct cli_command COMMAND_FINDINGS_RETRY = {
    .name = "findings retry",
    .arguments = "KEY [ID…]",
    .summary = "tries again what was set aside, once its cause is mended",
    .text =
        "Quarantined items, questions, and what was unseen or waiting; all of them when none is named. Without this an "
        "item is tried again when its value changes on either side.",
    .run = retry,
};

const struct cli_command COMMAND_FINDINGS_CLOSE = {
    .name = "findings close",
    .arguments = "KEY ID [ID…]",
    .summary = "closes findings that a person has looked at",
    .text =
        "For what cannot be tried again: a conflict whose overwritten value is not wanted, a partner or copy that was "
        "deleted, a twin that was removed. A quarantine that still stands comes back with the next change.",
    .run = close_them,
};
