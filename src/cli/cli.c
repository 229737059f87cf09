#include "cli/cli.h"

#include "base/str.h"
#include "cli/sites.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_LONG = 1000, HELP_PROGRAM = 1, LETTERS_MAX = 2 * (CLI_OPTIONS_MAX + 8) };

enum cli_exit cli_exit_of(enum err_kind kind)
{
    switch (kind) {
    case ERR_INPUT:
    case ERR_STATE:
    case ERR_PARSE:
    case ERR_LIMIT:
        return CLI_USAGE;
    case ERR_LOCKED:
        return CLI_LOCKED;
    case ERR_FUSE:
    case ERR_MAPPING:
    case ERR_HIDDEN:
        return CLI_FINDINGS;
    case ERR_REFUSED:
    case ERR_UNCERTAIN:
    case ERR_GONE:
    case ERR_FORBIDDEN:
    case ERR_CONFLICT:
    case ERR_AUTH:
    case ERR_RATE:
    case ERR_UNAVAILABLE:
    case ERR_PROTOCOL:
        return CLI_SITE;
    default:
        return CLI_INTERNAL;
    }
}

const struct cli_option CLI_COMMON[] = {
    {"store", "PATH", "the store; else $TANDEM_STORE, else ~/.local/share/tandem/tandem.db", 0, false},
    {"json", NULL, "one JSON document instead of text", 0, false},
    {"help", NULL, "this text", 'h', false},
    {0}};

/* --- reading the line --- */

struct line {
    struct cli *cli;
    bool wants_help, wants_version;
};

bool cli_wrong(const struct cli *c, struct err *e, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *name = c->command ? c->command->name : "";
    return err_set(e, ERR_INPUT, "%s; see: tandem%s%s --help", text, *name ? " " : "", name);
}

static size_t option_count(const struct cli_option *options)
{
    size_t n = 0;
    while (options && options[n].name)
        n++;
    return n;
}

static bool take_common(struct line *line, const char *name)
{
    if (str_eq(name, "store"))
        line->cli->store_path = optarg;
    else if (str_eq(name, "json"))
        line->cli->is_json = true;
    else if (str_eq(name, "help"))
        line->wants_help = true;
    else if (str_eq(name, "version"))
        line->wants_version = true;
    else
        return false;
    return true;
}

/* Says what getopt did not like, in words of ours. */
static bool refuse(const struct cli *c, int code, char **argv, struct err *e)
{
    const char *given = argv[optind - 1];
    if (optopt && optopt < FIRST_LONG && !str_starts(given, "--"))
        return code == ':' ? cli_wrong(c, e, "-%c needs a value", optopt)
                           : cli_wrong(c, e, "there is no option -%c", optopt);
    char *name = arena_strndup(c->arena, given, strcspn(given, "="));
    if (code == ':')
        return cli_wrong(c, e, "%s needs a value", name);
    return optopt ? cli_wrong(c, e, "%s takes no value", name) : cli_wrong(c, e, "there is no option %s", name);
}

/* The options of `own` (NULL: none) and the common ones in getopt's form. */
struct known {
    struct option longs[CLI_OPTIONS_MAX + 8];
    char letters[LETTERS_MAX + 4];
};

static void add_known(struct known *k, size_t *n, const struct cli_option *options, int first)
{
    size_t letters = strlen(k->letters);
    for (size_t i = 0; options && options[i].name; i++) {
        int has = options[i].argument ? required_argument : no_argument;
        k->longs[(*n)++] = (struct option){options[i].name, has, NULL, first + (int)i};
        if (options[i].letter) {
            k->letters[letters++] = options[i].letter;
            if (has)
                k->letters[letters++] = ':';
        }
    }
    k->letters[letters] = 0;
}

static int index_of_letter(const struct cli_option *options, int letter)
{
    for (int i = 0; options && options[i].name; i++)
        if (options[i].letter == letter)
            return i;
    return -1;
}

static bool take_own(struct cli *c, int index, struct err *e)
{
    const struct cli_option *option = &c->command->options[index];
    if (c->values[index])
        return cli_wrong(c, e, "--%s is given twice", option->name);
    c->values[index] = option->argument ? optarg : "";
    return true;
}

/* Reads options up to the first other word (no command yet) or among the words (with one). */
static bool read_options(struct line *line, int argc, char **argv, struct err *e)
{
    static const struct cli_option VERSION[] = {{"version", NULL, "", 0, false}, {0}};
    enum { COMMON = FIRST_LONG + CLI_OPTIONS_MAX, PROGRAM = COMMON + 8 };
    struct cli *c = line->cli;
    const struct cli_option *own = c->command ? c->command->options : NULL;
    struct known k = {.letters = ""};
    size_t n = 0;
    memcpy(k.letters, c->command ? ":" : "+:", c->command ? 2 : 3);
    add_known(&k, &n, own, FIRST_LONG);
    add_known(&k, &n, CLI_COMMON, COMMON);
    if (!c->command)
        add_known(&k, &n, VERSION, PROGRAM);
    optind = 0;
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, k.letters, k.longs, NULL)) != -1;) {
        if (code == '?' || code == ':')
            return refuse(c, code, argv, e);
        int index = code < FIRST_LONG ? index_of_letter(own, code) : code - FIRST_LONG;
        const char *common = code >= PROGRAM ? "version" : code >= COMMON ? CLI_COMMON[code - COMMON].name : "help";
        if (index >= 0 && index < CLI_OPTIONS_MAX) {
            if (!take_own(c, index, e))
                return false;
        } else if (!take_common(line, common)) {
            return err_set(e, ERR_INPUT, "option %d is in no table", code);
        }
    }
    return true;
}

/* How many words of the line name this command; 0: it is another one. */
static int words_matched(const struct cli_command *command, int argc, char **argv)
{
    const char *rest = command->name;
    int words = 0;
    while (*rest && words < argc) {
        size_t n = strcspn(rest, " ");
        if (strlen(argv[words]) != n || strncmp(argv[words], rest, n) != 0)
            return 0;
        rest += n + (rest[n] == ' ');
        words++;
    }
    return *rest ? 0 : words;
}

static bool is_group(const char *word)
{
    for (size_t i = 0; CLI_COMMANDS[i]; i++)
        if (str_starts(CLI_COMMANDS[i]->name, word) && CLI_COMMANDS[i]->name[strlen(word)] == ' ')
            return true;
    return false;
}

/* "there is no command …", with those of the group when the first word is one. */
static bool unknown_command(struct cli *c, int argc, char **argv, struct err *e)
{
    if (!is_group(argv[0]))
        return err_set(e, ERR_INPUT, "there is no command \"%s\"; see: tandem --help", argv[0]);
    const char *names = "";
    for (size_t i = 0; CLI_COMMANDS[i]; i++)
        if (str_starts(CLI_COMMANDS[i]->name, argv[0]) && CLI_COMMANDS[i]->name[strlen(argv[0])] == ' ')
            names = arena_printf(c->arena, "%s%s%s", names, *names ? ", " : "",
                                 CLI_COMMANDS[i]->name + strlen(argv[0]) + 1);
    if (argc > 1 && argv[1][0] != '-')
        return err_set(e, ERR_INPUT, "there is no command \"%s %s\"; with %s go: %s", argv[0], argv[1], argv[0], names);
    return err_set(e, ERR_INPUT, "\"%s\" needs a second word: %s", argv[0], names);
}

/* Finds the command with the longest name that the line starts with. */
static int find_command(struct cli *c, int argc, char **argv)
{
    int best = 0;
    for (size_t i = 0; CLI_COMMANDS[i]; i++) {
        int words = words_matched(CLI_COMMANDS[i], argc, argv);
        if (words > best) {
            best = words;
            c->command = CLI_COMMANDS[i];
        }
    }
    return best;
}

static bool check_counts(const struct cli *c, struct err *e)
{
    size_t least = 0, most = 0;
    const char *missing = NULL;
    for (const char *at = c->command->arguments; at && *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (*at != '[') {
            if (least == c->argument_count)
                missing = arena_strndup(c->arena, at, n);
            least++;
        }
        char *word = arena_strndup(c->arena, at, n);
        most = strstr(word, "…") ? (size_t)-1 : most == (size_t)-1 ? most : most + 1;
        at += n;
    }
    if (c->argument_count < least)
        return cli_wrong(c, e, "%s is missing", missing ? missing : "an argument");
    if (c->argument_count > most)
        return cli_wrong(c, e, "\"%s\" is one word too many", c->arguments[most]);
    for (size_t i = 0; i < option_count(c->command->options); i++)
        if (c->command->options[i].is_required && !c->values[i])
            return cli_wrong(c, e, "--%s is missing", c->command->options[i].name);
    return true;
}

static void choose_store(struct cli *c)
{
    const char *from_environment = getenv("TANDEM_STORE"), *home = getenv("HOME");
    if (c->store_path)
        return;
    if (!str_is_empty(from_environment))
        c->store_path = from_environment;
    else
        c->store_path = arena_printf(c->arena, "%s/.local/share/tandem/tandem.db", str_is_empty(home) ? "." : home);
}

/* --- running --- */

/* A command of its own makes help of it: "tandem help site add" is "tandem site add --help". */
static bool help(struct cli *c, int argc, char **argv, struct err *e)
{
    if (!argc) {
        cli_help_program(c->out);
        return true;
    }
    if (find_command(c, argc, argv)) {
        cli_help_command(c->out, c->command);
        return true;
    }
    if (!is_group(argv[0]) || argc > 1)
        return unknown_command(c, argc, argv, e);
    cli_help_group(c->out, argv[0]);
    return true;
}

static bool dispatch(struct line *line, int argc, char **argv, struct err *e)
{
    struct cli *c = line->cli;
    if (!read_options(line, argc, argv, e))
        return false;
    argc -= optind;
    argv += optind;
    if (line->wants_version) {
        cli_say(c, "tandem " TANDEM_VERSION);
        return true;
    }
    if (line->wants_help || (argc && str_eq(argv[0], "help")))
        return help(c, line->wants_help ? argc : argc - 1, line->wants_help ? argv : argv + 1, e);
    if (!argc) {
        cli_help_program(c->err);
        return err_set(e, ERR_INPUT, "no command was given");
    }
    int words = find_command(c, argc, argv);
    bool asks_for_help = argc > 1 && (str_eq(argv[1], "--help") || str_eq(argv[1], "-h"));
    if (!words)
        return is_group(argv[0]) && asks_for_help ? help(c, 1, argv, e) : unknown_command(c, argc, argv, e);
    if (!read_options(line, argc - words + 1, argv + words - 1, e)) /* the command's last word stands as argv[0] */
        return false;
    if (line->wants_help)
        return help(c, words, argv, e);
    c->arguments = argv + words - 1 + optind;
    c->argument_count = (size_t)(argc - words + 1 - optind);
    return check_counts(c, e) && c->command->run(c, e);
}

/* What a person can but wait for; of the rest the text says what to do. */
static bool passes_by(enum err_kind kind)
{
    return kind == ERR_RATE || kind == ERR_UNAVAILABLE;
}

int cli_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct cli c = {.arena = &a, .clock = clock_system(), .out = out, .err = err};
    struct line line = {.cli = &c};
    bool ok = dispatch(&line, argc, argv, &e);
    sites_forget_budgets(&c);
    store_close(c.store);
    if (fflush(out) != 0 && ok)
        ok = err_set(&e, ERR_IO, "the output could not be written: %s", strerror(errno));
    if (!ok)
        fprintf(err, "tandem: %s%s\n", e.text, passes_by(e.kind) ? "; give the same command again later" : "");
    arena_release(&a);
    return ok ? c.has_findings ? CLI_FINDINGS : CLI_DONE : (int)cli_exit_of(e.kind);
}

/* --- for the commands --- */

const char *cli_value(const struct cli *c, const char *option)
{
    const struct cli_option *options = c->command->options;
    for (size_t i = 0; options && options[i].name; i++)
        if (str_eq(options[i].name, option))
            return c->values[i];
    abort(); /* a command asks for an option that it does not have */
}

bool cli_has(const struct cli *c, const char *option)
{
    return cli_value(c, option) != NULL;
}

const char *cli_argument(const struct cli *c, size_t index)
{
    return index < c->argument_count ? c->arguments[index] : NULL;
}

bool cli_duration(const struct cli *c, const char *option, int64_t *ms_r, struct err *e)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } UNITS[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"", 1000}};
    const char *text = cli_value(c, option);
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < ARRAY_LEN(UNITS); i++)
        if (digits && digits < 10 && str_eq(text + digits, UNITS[i].unit)) {
            int64_t count;
            if (!str_to_int(arena_strndup(c->arena, text, digits), &count))
                break;
            *ms_r = count * UNITS[i].ms;
            return true;
        }
    return cli_wrong(c, e, "--%s \"%s\" is no duration such as 5s, 500ms, 2m", option, text);
}

bool cli_side(const struct cli *c, const char *option, enum side *r, struct err *e)
{
    const char *text = cli_value(c, option);
    for (int side = SIDE_FIRST; side <= SIDE_SECOND; side++)
        if (str_eq(text, side_name((enum side)side))) {
            *r = (enum side)side;
            return true;
        }
    return cli_wrong(c, e, "--%s is first or second, not \"%s\"", option, text);
}

/* mkdir -p of the folder that a file stands in; only the owner may look into what is made. */
static bool make_folder_of(struct arena *a, const char *path, struct err *e)
{
    char *folder = arena_strdup(a, path);
    for (char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return err_set(e, ERR_IO, "the folder %s cannot be made: %s", folder, strerror(errno));
        *slash = '/';
    }
    return true;
}

bool cli_open_store(struct cli *c, enum store_mode mode, struct err *e)
{
    choose_store(c);
    if (mode == STORE_ENGINE && !make_folder_of(c->arena, c->store_path, e))
        return false;
    c->store = store_open(c->store_path, mode,
                          arena_printf(c->arena, "tandem %s, process %ld", c->command->name, (long)getpid()), e);
    return c->store;
}
