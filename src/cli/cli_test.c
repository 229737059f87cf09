/* The command line as a person types it, as far as no site is needed. */
#include "cli/cli.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char folder[] = "/tmp/tandem-cli-XXXXXX";
static char *out, *err;

static int set_up(void **state)
{
    (void)state;
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"t.db",          "t.db-wal",      "t.db-shm",  "t.db.lock",
                                        "t.db.key",      "secret",        "deep/t.db", "deep/t.db.lock",
                                        "deep/t.db-wal", "deep/t.db-shm", "deep"};
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        char path[80];
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        if (unlink(path) != 0)
            rmdir(path);
    }
    free(out);
    free(err);
    out = err = NULL;
    return rmdir(folder);
}

/* Runs one line, cut at blanks; $ stands for the folder. Returns the exit code; what was printed is in out and err. */
static int tandem(const char *line)
{
    struct arena a = ARENA_INIT;
    char **words;
    size_t out_size, err_size;
    size_t count = str_split(&a, str_replace(&a, line, "$", folder), ' ', &words);
    char **argv = arena_array(&a, char *, count + 2);
    argv[0] = arena_strdup(&a, "tandem");
    memcpy(argv + 1, words, count * sizeof *words);
    free(out);
    free(err);
    FILE *o = open_memstream(&out, &out_size), *r = open_memstream(&err, &err_size);
    int code = cli_main(*line ? (int)count + 1 : 1, argv, o, r);
    fclose(o);
    fclose(r);
    arena_release(&a);
    return code;
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void refused(const char *line, const char *why)
{
    assert_int_equal(tandem(line), CLI_USAGE);
    assert_string_equal(out, "");
    holds(err, "tandem: ");
    holds(err, why);
}

static void wrong_use_says_what_is_wrong_and_where_help_is(void **state)
{
    (void)state;
    refused("sitte list", "there is no command \"sitte\"; see: tandem --help");
    refused("site", "\"site\" needs a second word: add, list, check, remove");
    refused("site lst", "there is no command \"site lst\"; with site go: add");
    refused("site add", "NAME is missing; see: tandem site add --help");
    refused("site add sa", "--url is missing");
    refused("site add sa --url", "--url needs a value");
    refused("site add sa --urrl x", "there is no option --urrl");
    refused("site add sa --url a --url b", "--url is given twice");
    refused("site list more", "\"more\" is one word too many");
    refused("site list --json=yes", "--json takes no value");
    refused("split -q", "there is no option -q");
    refused("split -f", "-f needs a value");
    refused("--nonsense", "there is no option --nonsense");
    refused("run --every soon --store $/t.db", "\"soon\" is no duration");
    refused("sync resync INT-1 --from left --store $/t.db", "--from is first or second, not \"left\"");
    refused("sync create --first sa --second sb:SB --store $/t.db", "\"sa\" is not SITE:PROJECT");
    refused("text convert --from html --to adf /dev/null", "--from is wiki or adf");
}

static void no_command_prints_the_help_and_exits_2(void **state)
{
    (void)state;
    assert_int_equal(tandem(""), CLI_USAGE);
    holds(err, "no command was given");
    holds(err, "exit codes:");
}

static void help_and_version_are_answered(void **state)
{
    (void)state;
    assert_int_equal(tandem("--version"), CLI_DONE);
    holds(out, "tandem " TANDEM_VERSION);
    assert_int_equal(tandem("--help"), CLI_DONE);
    holds(out, "site add");
    assert_int_equal(tandem("help sync start"), CLI_DONE);
    holds(out, "tandem sync start KEY [options]");
    assert_int_equal(tandem("sync --help"), CLI_DONE);
    holds(out, "sync create");
    assert_int_equal(tandem("sync start --help"), CLI_DONE);
    holds(out, "--force");
}

static void every_command_has_a_help_that_fits_the_screen(void **state)
{
    (void)state;
    for (size_t i = 0; CLI_COMMANDS[i]; i++) {
        char line[100];
        snprintf(line, sizeof line, "%s --help", CLI_COMMANDS[i]->name);
        assert_int_equal(tandem(line), CLI_DONE);
        holds(out, CLI_COMMANDS[i]->summary[0] ? CLI_COMMANDS[i]->name : "a summary");
        struct arena a = ARENA_INIT;
        char **lines;
        size_t count = str_split(&a, out, '\n', &lines);
        for (size_t n = 0; n < count; n++)
            if (str_utf8_length(lines[n]) > 100 || str_ends(lines[n], " "))
                fail_msg("%s: this line is too long or ends in a blank: \"%s\"", line, lines[n]);
        arena_release(&a);
    }
}

static void write_secret(const char *text)
{
    char path[80];
    snprintf(path, sizeof path, "%s/secret", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void a_site_is_kept_without_a_readable_secret(void **state)
{
    (void)state;
    write_secret("open sesame\n");
    assert_int_equal(
        tandem("--store $/deep/t.db site add sa --url https://sa.example.com/ --user admin --secret-file $/secret"),
        CLI_DONE);
    assert_null(strstr(out, "sesame"));
    assert_int_equal(tandem("site list --store $/deep/t.db"), CLI_DONE);
    holds(out, "https://sa.example.com  admin  sealed");
    assert_int_equal(tandem("site list --json --store $/deep/t.db"), CLI_DONE);
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    json_t *list = json_parse(&a, out, strlen(out), true, "output", &e);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_at_str(json_array_get(list, 0), "settings.user"), "admin");
    assert_true(json_at_bool(json_array_get(list, 0), "hasSecret", false));
    char path[80];
    snprintf(path, sizeof path, "%s/deep/t.db", folder);
    FILE *f = fopen(path, "r");
    char bytes[200000];
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(n > 1000);
    assert_null(memmem(bytes, n, "sesame", 6));
    assert_int_equal(tandem("site remove sa --store $/deep/t.db"), CLI_DONE);
    assert_int_equal(tandem("site list --store $/deep/t.db"), CLI_DONE);
    holds(out, "No sites yet");
    snprintf(path, sizeof path, "%s/deep/t.db.key", folder);
    unlink(path);
    arena_release(&a);
}

static void a_missing_secret_or_account_is_named(void **state)
{
    (void)state;
    refused("site add sa --url https://x --store $/t.db", "--user is missing");
    refused("site add sa --url x.example.com --user a --store $/t.db", "begins with https://");
    refused("site add s:a --url https://x --user a --store $/t.db", "no blank, colon or slash");
    refused("site add sa --url https://x --user a --secret-env TANDEM_NOT_SET --store $/t.db", "TANDEM_NOT_SET");
    refused("site add sa --url https://x --user a --secret-file $/none --store $/t.db", "none");
    refused("site add sa --url https://x --user a --secret-file $/s --secret-env X --store $/t.db",
            "exclude each other");
}

static void what_is_not_there_is_bad_input(void **state)
{
    (void)state;
    refused("sync list --store $/t.db", "there is no store at");
    refused("sync start INT-1 --store $/t.db", "there is no synchronization INT-1");
    refused("site remove sa --store $/t.db", "there is no site \"sa\"");
    refused("swap $/none.json --first SA", "none.json");
    refused("split $/none.json", "none.json");
    refused("sync import $/none.json --store $/t.db", "none.json");
}

static void a_second_engine_is_exit_code_4_and_names_the_first(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char path[80];
    snprintf(path, sizeof path, "%s/t.db", folder);
    struct store *s = store_open(path, STORE_ENGINE, "tandem run, process 4711", &e);
    assert_non_null(s);
    assert_int_equal(tandem("run --store $/t.db"), CLI_LOCKED);
    holds(err, "tandem run, process 4711");
    assert_int_equal(tandem("sync list --store $/t.db"), CLI_DONE);
    store_close(s);
    assert_int_equal(tandem("run --store $/t.db"), CLI_DONE);
    holds(out, "No synchronization is started; they are listed by: tandem sync list");
}

static void output_that_cannot_be_written_is_not_success(void **state)
{
    (void)state;
    char name[] = "tandem", option[] = "--help", *argv[] = {name, option, NULL};
    FILE *full = fopen("/dev/full", "w");
    size_t size;
    free(err);
    FILE *r = open_memstream(&err, &size);
    assert_int_equal(cli_main(2, argv, full, r), CLI_INTERNAL);
    fclose(r);
    fclose(full);
    holds(err, "could not be written");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(wrong_use_says_what_is_wrong_and_where_help_is),
        IN_FOLDER(no_command_prints_the_help_and_exits_2),
        IN_FOLDER(help_and_version_are_answered),
        IN_FOLDER(every_command_has_a_help_that_fits_the_screen),
        IN_FOLDER(a_site_is_kept_without_a_readable_secret),
        IN_FOLDER(a_missing_secret_or_account_is_named),
        IN_FOLDER(what_is_not_there_is_bad_input),
        IN_FOLDER(a_second_engine_is_exit_code_4_and_names_the_first),
        IN_FOLDER(output_that_cannot_be_written_is_not_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
