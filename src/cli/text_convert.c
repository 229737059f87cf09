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
    const char *name = path ? path : "the standard input";
    const char *from = cli_value(c, "from");
    if (str_eq(from, "wiki")) {
        *r = text_from_wiki(c->arena, buf_str(bytes), bytes->len);
        return true;
    }
    if (!str_eq(from, "adf"))
        return cli_wrong(c, e, "--from is wiki or adf, not \"%s\"", from);
    return text_from_adf_bytes(c->arena, buf_str(bytes), bytes->len, name, r, e);
}

static const char *counted(struct cli *c, size_t count)
{
    return count == 1 ? "1 loss" : arena_printf(c->arena, "%zu losses", count);
}

/* What the text loses on the way, instead of the text. */
static bool check(struct cli *c, const struct text_doc *doc, struct err *e)
{
    const char *from = cli_value(c, "from"), *to = cli_value(c, "to");
    struct text_loss *losses = NULL;
    size_t count = 0;
    if (!str_eq(to, "adf") && !str_eq(to, "wiki"))
        return cli_wrong(c, e, "--check is about wiki and adf; %s keeps the words alone", to);
    if (!str_eq(from, to))
        count = str_eq(to, "wiki") ? text_loss(c->arena, doc, &losses) : text_loss_to_adf(c->arena, doc, &losses);
    struct cli_table t = cli_table(c, "BLOCK", "KIND", "WHAT", "AT", NULL);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct text_loss *l = &losses[i];
        cli_row(&t, l->block ? cli_number(c, (int64_t)l->block) : NULL, l->kind, l->what,
                *l->excerpt ? l->excerpt : NULL);
        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s, s:s}", "block", (json_int_t)l->block, "kind",
                                              l->kind, "what", l->what, "path", l->path, "at", l->excerpt));
    }
    c->has_findings = count > 0;
    if (c->is_json) {
        cli_json(c, json_pack("{s:s, s:s, s:b, s:o}", "from", from, "to", to, "survives", count == 0, "losses", list));
        return true;
    }
    json_decref(list);
    if (count)
        cli_table_print(&t);
    cli_say(c, "%s",
            count ? arena_printf(c->arena, "%s on the way to %s.", counted(c, count), to)
                  : "Nothing is lost: the way back gives the same text.");
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
    bool ok = read_input(path, &bytes, e) && read_doc(c, path, &bytes, &doc, e) &&
              (cli_has(c, "check") ? check(c, doc, e) : print(c, doc, e));
    buf_release(&bytes);
    return ok;
}

static const struct cli_option OPTIONS[] = {
    {"from", "FORM", "wiki (Server and Data Center) or adf (Cloud)", 0, true},
    {"to", "FORM", "wiki, adf, plain, or canonical: what Tandem compares", 0, true},
    {"check", NULL, "says what is lost on the way, block by block, instead of the text", 0, false},
    {0}};

const struct cli_command COMMAND_TEXT_CONVERT = {
    .name = "text convert",
    .arguments = "[FILE]",
    .summary = "converts a rich text between wiki markup, ADF and plain text",
    .text = "Reads the standard input without FILE. With --check the exit code is 0 when the way back gives the same "
            "text, and 1 when something is lost.",
    .options = OPTIONS,
    .run = run,
};
