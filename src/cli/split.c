#include "migrate/split.h"

#include "base/str.h"
#include "cli/cli.h"

static bool size_of(const struct cli *c, int64_t *r, struct err *e)
{
    const char *text = cli_value(c, "size");
    *r = 0;
    if (text && (!str_to_int(text, r) || *r < 1))
        return cli_wrong(c, e, "--size \"%s\" is no number of pairs", text);
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    struct split_report r;
    struct split_options o = {
        .in_path = cli_value(c, "file"), .into = cli_value(c, "into"), .has_force = cli_has(c, "force")};
    if (cli_argument(c, 0) && o.in_path)
        return cli_wrong(c, e, "the file is given twice");
    if (cli_argument(c, 0))
        o.in_path = cli_argument(c, 0);
    if (!o.in_path)
        return cli_wrong(c, e, "FILE is missing");
    if (!size_of(c, &o.size, e) || !migrate_split(&o, &r, e))
        return false;
    if (c->is_json) {
        cli_json(c, json_pack("{s:s, s:I, s:I, s:[I,I], s:I, s:I, s:s, s:s}", "file", o.in_path, "chunks",
                              (json_int_t)r.chunks, "pairs", (json_int_t)r.pairs, "records", (json_int_t)r.records[0],
                              (json_int_t)r.records[1], "repeated", (json_int_t)r.repeated, "half", (json_int_t)r.half,
                              "first", r.first_path, "last", r.last_path));
        return true;
    }
    cli_say(c, "%lld pairs in %lld files, %s to %s", (long long)r.pairs, (long long)r.chunks, r.first_path,
            r.last_path);
    if (r.repeated)
        cli_say(c, "%lld records repeat a pair of the same connector; they went to the same file.",
                (long long)r.repeated);
    if (r.half)
        cli_say(c, "%lld pairs have a record in one connector only.", (long long)r.half);
    if (r.removed)
        cli_say(c, "%lld files left over from an earlier run were removed.", (long long)r.removed);
    return true;
}

static const struct cli_option OPTIONS[] = {
    {"file", "FILE", "the pair file, as the published script takes it", 'f', false},
    {"size", "PAIRS", "pairs in a file; 1000 unless given", 0, false},
    {"into", "FOLDER", "where to; else the working directory", 0, false},
    {"force", NULL, "replace the chunk files of an earlier run", 0, false},
    {0}};

const struct cli_command COMMAND_SPLIT = {
    .name = "split",
    .arguments = "[FILE]",
    .summary = "cuts a pair file into chunkedMappingFile-1.json, -2 … for upload",
    .text = "Each chunk is a valid pair file; both records of a pair are in the same one, and every record keeps its "
            "bytes.",
    .options = OPTIONS,
    .run = run,
};
