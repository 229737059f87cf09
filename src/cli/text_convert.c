#include "base/file_atomic.h"
#include "base/str.h"
#include "cli/cli.h"
#include "text/text.h"

enum { TEXT_MAX = 64 << 20 };

static bool read_input(const char *path, struct buf *r, struct err *e)
{
    char bytes[65536];
    if (path && !str_eq(path, "-"))
        return file_read(path, r, e);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, stdin)) > 0;)
        buf_add(r, bytes, n);
    if (r->overflow)
        return err_set(e, ERR_LIMIT, "the standard input is larger than %d MiB", TEXT_MAX >> 20);
    return !ferror(stdin) || err_set(e, ERR_IO, "the standard input cannot be read");
}

static bool read_doc(struct cli *c, const char *path, const struct buf *bytes, struct text_doc **r, struct err *e)
{
    const char *from = cli_value(c, "from");
    if (str_eq(from, "wiki")) {
        *r = text_from_wiki(c->arena, buf_str(bytes), bytes->len);
        return true;
    }
    if (!str_eq(from, "adf"))
        return cli_wrong(c, e, "--from is wiki or adf, not \"%s\"", from);
    json_t *adf = json_parse(c->arena, buf_str(bytes), bytes->len, true, path ? path : "the standard input", e);
    if (!adf)
        return false;
    *r = text_from_adf(c->arena, adf);
    return true;
}

static bool print(struct cli *c, const struct text_doc *doc, struct err *e)
{
    const char *to = cli_value(c, "to");
    if (str_eq(to, "adf"))
        cli_json(c, json_incref(text_to_adf(c->arena, doc)));
    else if (str_eq(to, "wiki"))
        cli_say(c, "%s", text_to_wiki(c->arena, doc));
    else if (str_eq(to, "plain"))
        cli_say(c, "%s", text_to_plain(c->arena, doc));
    else if (str_eq(to, "canonical"))
        cli_say(c, "%s", text_canonical(c->arena, doc));
    else
        return cli_wrong(c, e, "--to is wiki, adf, plain or canonical, not \"%s\"", to);
    return true;
}

static bool run(struct cli *c, struct err *e)
{
    const char *path = cli_argument(c, 0);
    struct buf bytes = BUF_INIT(TEXT_MAX);
    struct text_doc *doc;
    bool ok = read_input(path, &bytes, e) && read_doc(c, path, &bytes, &doc, e) && print(c, doc, e);
    buf_release(&bytes);
    return ok;
}

static const struct cli_option OPTIONS[] = {
    {"from", "FORM", "wiki (Server and Data Center) or adf (Cloud)", 0, true},
    {"to", "FORM", "wiki, adf, plain, or canonical: what Tandem compares", 0, true},
    {0}};

const struct cli_command COMMAND_TEXT_CONVERT = {
    .name = "text convert",
    .arguments = "[FILE]",
    .summary = "converts a rich text between wiki markup, ADF and plain text",
    .text = "Reads the standard input without FILE.",
    .options = OPTIONS,
    .run = run,
};
