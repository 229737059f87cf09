#include "base/progress.h"
#include "cli/cli.h"
#include "cli/sites.h"

static void show_progress(void *context, int64_t done, int64_t waiting)
{
    struct progress *p = context;
    p->total = done + waiting;
    progress_add(p, done - p->done);
}

static bool is_equal(const struct engine_verify *v)
{
    return !v->different && !v->missing[0] && !v->missing[1] && !v->comments_unpaired[0] && !v->comments_unpaired[1] &&
           !v->doubled[0] && !v->doubled[1];
}

static void print(struct cli *c, const char *key, const struct engine_verify *v)
{
    struct cli_table t = cli_table(c, "", "FIRST", "SECOND", NULL);
    t.is_right[1] = t.is_right[2] = true;
    cli_row(&t, "without a partner", cli_number(c, v->missing[0]), cli_number(c, v->missing[1]));
    cli_row(&t, "doubled", cli_number(c, v->doubled[0]), cli_number(c, v->doubled[1]));
    cli_row(&t, "comments", cli_number(c, v->comments[0]), cli_number(c, v->comments[1]));
    cli_row(&t, "comments without a partner", cli_number(c, v->comments_unpaired[0]),
            cli_number(c, v->comments_unpaired[1]));
    cli_say(c, "%s: %lld pairs, %lld equal, %lld different; %lld comments have their partner", key, (long long)v->pairs,
            (long long)v->equal, (long long)v->different, (long long)v->comments_paired);
    cli_table_print(&t);
    for (size_t i = 0; i < v->line_count; i++)
        cli_say(c, "  %s", v->lines[i]);
    if (v->note_count)
        cli_say(
            c,
            "%lld texts say more than the other side's form can hold. They are in step, and what it cannot hold stays "
            "where it is:",
            (long long)v->note_count);
    for (size_t i = 0; i < v->note_count; i++)
        cli_say(c, "  %s, %s: %s", v->notes[i].key, v->notes[i].item, v->notes[i].what);
    cli_say(c, "%s", is_equal(v) ? "Both sides are equal." : "Both sides are not equal.");
}

static void print_json(struct cli *c, const char *key, const struct engine_verify *v)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < v->line_count; i++)
        json_array_append_new(lines, json_string(v->lines[i]));
    cli_json(c, json_pack("{s:s, s:b, s:I, s:I, s:I, s:[I,I], s:[I,I], s:[I,I], s:I, s:[I,I], s:o, s:I, s:o}", "key",
                          key, "isEqual", is_equal(v), "pairs", (json_int_t)v->pairs, "equal", (json_int_t)v->equal,
                          "different", (json_int_t)v->different, "missing", (json_int_t)v->missing[0],
                          (json_int_t)v->missing[1], "doubled", (json_int_t)v->doubled[0], (json_int_t)v->doubled[1],
                          "comments", (json_int_t)v->comments[0], (json_int_t)v->comments[1], "commentsPaired",
                          (json_int_t)v->comments_paired, "commentsUnpaired", (json_int_t)v->comments_unpaired[0],
                          (json_int_t)v->comments_unpaired[1], "lines", lines, "lossyTexts", (json_int_t)v->lossy_texts,
                          "notes", engine_notes_to_json(v)));
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_row row;
    struct engine_verify v = {0};
    struct progress progress;
    struct sites sites = {.cli = c};
    if (!cli_open_store(c, STORE_READ, e) || !sync_get(c->store, c->arena, cli_argument(c, 0), &row, e))
        return false;
    progress_start(&progress, "comparing", 0);
    struct engine *engine = sites_engine(&sites, &row, show_progress, &progress, e);
    bool ok = engine && engine_verify(engine, c->arena, &v, e);
    engine_close(engine);
    sites_close(&sites);
    progress_end(&progress);
    if (!ok)
        return false;
    c->has_findings = !is_equal(&v);
    if (c->is_json)
        print_json(c, row.key, &v);
    else
        print(c, row.key, &v);
    return true;
}

const struct cli_command COMMAND_VERIFY = {
    .name = "verify",
    .arguments = "KEY",
    .summary = "reads everything on both sides and proves it equal, but for what it lists",
    .text =
        "Writes nothing and works beside a running engine. Exit code 1 when something differs, is missing or doubled.",
    .run = run,
};
