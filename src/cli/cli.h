/* cli.h - the command line: a table of commands, and what each of them is given.
 *
 * A command is one file and one line in commands.c. It says its name, arguments and options as data; the help text, the
 * parsing and the refusal of wrong use follow from that. Its function writes results to cli->out, as a table for people
 * or as one JSON document with --json, and reports failure as everything else does, with an error.
 *
 * Exit codes are the contract with scripts; `tandem --help` and docs/cli.md list them. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

#include <stdio.h>

enum cli_exit {
    CLI_DONE = 0,
    CLI_FINDINGS = 1, /* done, and something waits for a person; or a check failed */
    CLI_USAGE = 2,    /* wrong use, or a file or value that is not what it should be */
    CLI_SITE = 3,     /* a site could not be reached, or refused us; run the same again later */
    CLI_LOCKED = 4,   /* another engine holds the store */
    CLI_INTERNAL = 5, /* the store, the disk, or a mistake of ours */
};

/* The exit code that an error leads to. */
enum cli_exit cli_exit_of(enum err_kind);

struct cli_option {
    const char *name;     /* "secret-file", given as --secret-file */
    const char *argument; /* "FILE"; NULL: a switch */
    const char *help;
    char letter;      /* also given as -f; 0: no letter */
    bool is_required; /* refused without it */
};

enum { CLI_OPTIONS_MAX = 24 };

struct cli;

struct cli_command {
    const char *name;                 /* "site add" */
    const char *arguments;            /* "NAME [FILE…]": brackets mean it may be missing, … any number of them */
    const char *summary;              /* one line */
    const char *text;                 /* paragraphs for its help; NULL: none */
    const struct cli_option *options; /* ends with a NULL name; NULL: none */
    bool (*run)(struct cli *, struct err *e);
};

struct cli {
    const struct cli_command *command;
    struct arena *arena; /* as long as the command */
    struct clock *clock;
    FILE *out, *err;
    bool is_json, has_findings; /* a command sets the latter for exit code 1 */
    const char *store_path;
    struct store *store; /* closed after the command */
    char **arguments;
    size_t argument_count;
    const char *values[CLI_OPTIONS_MAX]; /* of command->options, "" for a switch that was given */
    struct site_budget *budgets;         /* sites.h: one per site, shared by all who speak with it in this process */
    size_t budget_count;
};

/* The whole program; returns the exit code. Not for several threads: getopt is one per process. */
int cli_main(int argc, char **argv, FILE *out, FILE *err);

/* --- what was asked --- */

const char *cli_value(const struct cli *, const char *option); /* NULL: not given */
bool cli_has(const struct cli *, const char *option);
const char *cli_argument(const struct cli *, size_t index); /* NULL: not given */
/* ERR_INPUT for wrong use, with the way to the help. Returns false. */
bool cli_wrong(const struct cli *, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);
/* "500ms", "5s", "2m", "1h", a bare number is seconds. */
bool cli_duration(const struct cli *, const char *option, int64_t *ms_r, struct err *e) MUST_CHECK;
/* --side first or --side second, under any option's name. */
bool cli_side(const struct cli *, const char *option, enum side *r, struct err *e) MUST_CHECK;

/* The store of this command line. STORE_ENGINE makes its folder when that is missing. */
bool cli_open_store(struct cli *, enum store_mode, struct err *e) MUST_CHECK;

/* --- what is answered --- */

void cli_say(struct cli *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Prints the one document of --json; takes the reference. */
void cli_json(struct cli *, json_t *);

/* A table: columns as wide as they need to be, the last one ragged.
 *   struct cli_table t = cli_table(c, "NAME", "STATE", NULL);  cli_row(&t, name, state);  cli_table_print(&t); */
enum { CLI_COLUMNS_MAX = 8 };
struct cli_table {
    struct cli *cli;
    size_t columns, rows;
    const char **cells; /* the head first */
    size_t cell_count;
    bool is_right[CLI_COLUMNS_MAX]; /* aligned right: figures */
};
struct cli_table cli_table(struct cli *, const char *head, ...);
void cli_row(struct cli_table *, ...); /* as many strings as there are columns; NULL prints as "-" */
void cli_table_print(struct cli_table *);
const char *cli_number(struct cli *, int64_t);
/* "2026-11-22 16:04:05" UTC; "-" for 0. */
const char *cli_time(struct cli *, int64_t epoch_ms);

/* Ends with exit code 2's help or with the program's. */
void cli_help_program(FILE *);
void cli_help_group(FILE *, const char *group); /* "site" */
void cli_help_command(FILE *, const struct cli_command *);

/* --- the table (commands.c) --- */

extern const struct cli_command *const CLI_COMMANDS[]; /* ends with NULL */
extern const struct cli_option CLI_COMMON[];           /* --store, --json, --help */
