/* help.c - what the commands say of themselves, from the table. No line is longer than WIDTH. */
#include "cli/cli.h"

#include "base/str.h"

#include <string.h>

enum { WIDTH = 99, NAME_COLUMN = 20, OPTION_COLUMN = 28 };

/* The length of a UTF-8 text as it shows, one column a character. */
static size_t columns(const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

/* Prints words, broken before WIDTH; following lines are indented. `at` is the column we stand in. */
static void wrap(FILE *f, const char *text, size_t at, size_t indent)
{
    bool is_first = true;
    while (*text) {
        size_t n = strcspn(text, " \n");
        size_t width = columns(text, n);
        if (!is_first && at + 1 + width > WIDTH) {
            fprintf(f, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!is_first) {
            fputc(' ', f);
            at++;
        }
        fprintf(f, "%.*s", (int)n, text);
        at += width;
        is_first = false;
        text += n;
        if (*text == '\n') { /* a line of its own; two make a paragraph */
            size_t lines = strspn(text, "\n");
            fputs(lines > 1 ? "\n\n" : "\n", f);
            fprintf(f, "%*s", (int)indent, "");
            text += lines;
            at = indent;
            is_first = true;
            size_t blanks = strspn(text, " "); /* an example keeps its indent */
            fprintf(f, "%*s", (int)blanks, "");
            text += blanks;
            at += blanks;
        } else if (*text) {
            text += strspn(text, " ");
        }
    }
    fputc('\n', f);
}

static void entry(FILE *f, const char *name, const char *text, size_t column)
{
    size_t width = columns(name, strlen(name)) + 2;
    fprintf(f, "  %s", name);
    if (width + 2 > column) {
        fprintf(f, "\n%*s", (int)column, "");
        width = column;
    }
    fprintf(f, "%*s", (int)(column - width), "");
    wrap(f, text, column, column);
}

static void options(FILE *f, const struct cli_option *list)
{
    for (; list && list->name; list++) {
        char name[80], text[600];
        char letter[8] = "";
        if (list->letter)
            snprintf(letter, sizeof letter, "-%c, ", list->letter);
        snprintf(name, sizeof name, "%s--%s%s%s", letter, list->name, list->argument ? " " : "",
                 list->argument ? list->argument : "");
        snprintf(text, sizeof text, "%s%s", list->help, list->is_required ? " (required)" : "");
        entry(f, name, text, OPTION_COLUMN);
    }
}

void cli_help_command(FILE *f, const struct cli_command *c)
{
    char usage[600];
    size_t n = (size_t)snprintf(usage, sizeof usage, "tandem %s%s%s", c->name, str_is_empty(c->arguments) ? "" : " ",
                                c->arguments ? c->arguments : "");
    for (const struct cli_option *o = c->options; o && o->name && n < sizeof usage; o++)
        if (o->is_required)
            n += (size_t)snprintf(usage + n, sizeof usage - n, " --%s %s", o->name, o->argument);
    if (c->options && n < sizeof usage)
        snprintf(usage + n, sizeof usage - n, " [options]");
    wrap(f, usage, 0, 4);
    fputc('\n', f);
    wrap(f, c->summary, 0, 0);
    if (c->text) {
        fputc('\n', f);
        wrap(f, c->text, 0, 0);
    }
    if (c->options)
        fputs("\noptions:\n", f);
    options(f, c->options);
    fputs("\nfor every command:\n", f);
    options(f, CLI_COMMON);
}

void cli_help_group(FILE *f, const char *group)
{
    fprintf(f, "tandem %s …\n\n", group);
    for (size_t i = 0; CLI_COMMANDS[i]; i++)
        if (str_starts(CLI_COMMANDS[i]->name, group) && CLI_COMMANDS[i]->name[strlen(group)] == ' ')
            entry(f, CLI_COMMANDS[i]->name, CLI_COMMANDS[i]->summary, NAME_COLUMN);
    fprintf(f, "\nEach has a --help of its own.\n");
}

void cli_help_program(FILE *f)
{
    fputs("tandem - keeps two Jira projects in step, and carries the link over when one of them moves\n\n"
          "tandem [--store PATH] [--json] COMMAND …\n\n",
          f);
    for (size_t i = 0; CLI_COMMANDS[i]; i++)
        entry(f, CLI_COMMANDS[i]->name, CLI_COMMANDS[i]->summary, NAME_COLUMN);
    fputs("\nfor every command:\n", f);
    options(f, CLI_COMMON);
    entry(f, "--version", "the version of this program", OPTION_COLUMN);
    fputs("\nexit codes:\n", f);
    entry(f, "0", "done", 6);
    entry(f, "1", "done, and something waits for a person; or a check failed", 6);
    entry(f, "2", "wrong use, or a file or value that is not what it should be; nothing was changed", 6);
    entry(f, "3", "a site could not be reached or refused us; run the same again later, it goes on where it stood", 6);
    entry(f, "4", "another engine holds the store; it is named", 6);
    entry(f, "5", "the store or the disk failed, or the mistake is ours", 6);
}
