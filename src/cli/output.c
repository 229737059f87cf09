/* output.c - tables for people, one document for scripts. */
#include "cli/cli.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/time_iso.h"

#include <stdarg.h>
#include <string.h>

void cli_say(struct cli *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(c->out, format, args);
    va_end(args);
    fputc('\n', c->out);
}

void cli_json(struct cli *c, json_t *document)
{
    fputs(json_print_pretty(c->arena, json_keep(c->arena, document)), c->out);
}

struct cli_table cli_table(struct cli *c, const char *head, ...)
{
    struct cli_table t = {.cli = c};
    va_list args;
    va_start(args, head);
    for (const char *name = head; name && t.columns < CLI_COLUMNS_MAX; name = va_arg(args, const char *)) {
        *arena_push(c->arena, t.cells, t.cell_count) = name;
        t.columns++;
    }
    va_end(args);
    return t;
}

void cli_row(struct cli_table *t, ...)
{
    va_list args;
    va_start(args, t);
    for (size_t i = 0; i < t->columns; i++) {
        const char *cell = va_arg(args, const char *);
        *arena_push(t->cli->arena, t->cells, t->cell_count) = str_is_empty(cell) ? "-" : cell;
    }
    va_end(args);
    t->rows++;
}

void cli_table_print(struct cli_table *t)
{
    size_t width[CLI_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < t->cell_count; i++) {
        size_t n = str_utf8_length(t->cells[i]);
        if (n > width[i % t->columns])
            width[i % t->columns] = n;
    }
    struct buf line = BUF_INIT((size_t)1 << 20);
    for (size_t i = 0; i < t->cell_count; i++) {
        size_t column = i % t->columns;
        int blanks = (int)(width[column] - str_utf8_length(t->cells[i]));
        if (t->is_right[column])
            buf_addf(&line, "%*s%s  ", blanks, "", t->cells[i]);
        else
            buf_addf(&line, "%s%*s  ", t->cells[i], blanks, "");
        if (column + 1 == t->columns) {
            while (line.len && line.data[line.len - 1] == ' ')
                buf_truncate(&line, line.len - 1);
            fprintf(t->cli->out, "%s\n", buf_str(&line));
            buf_clear(&line);
        }
    }
    buf_release(&line);
}

const char *cli_number(struct cli *c, int64_t number)
{
    return arena_printf(c->arena, "%lld", (long long)number);
}

const char *cli_time(struct cli *c, int64_t epoch_ms)
{
    char text[TIME_ISO_BYTES];
    if (!epoch_ms)
        return "-";
    time_iso_utc(epoch_ms, text);
    char *r = arena_strndup(c->arena, text, strcspn(text, "."));
    r[strcspn(r, "T")] = ' ';
    return r;
}
