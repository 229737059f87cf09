#include "store/store.h"

#include "store/counter.h"
#include "store/inbox.h"
#include "store/schema.h"
#include "store/site.h"
#include "store/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/tandem-store-XXXXXX";
static char path[64];

static int new_folder(void **state)
{
    (void)state;
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/tandem.db", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, NAMES[i]);
        unlink(name);
    }
    return rmdir(folder);
}

static struct store *engine(const char *holder)
{
    struct err e = ERR_INIT;
    struct store *s = store_open(path, STORE_ENGINE, holder, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static void put(struct store *s, const char *name)
{
    struct err e = ERR_INIT;
    assert_true(site_put(s, &(struct site_row){.name = name, .base_url = "http://127.0.0.1:1"}, &e));
}

static size_t sites(struct store *s)
{
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    struct site_row *all;
    size_t count;
    assert_true(site_list(s, &a, &all, &count, &e));
    arena_release(&a);
    return count;
}

static void a_second_engine_is_refused_by_name_of_the_first(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store *first = engine("tandem run, process 4711");
    assert_null(store_open(path, STORE_ENGINE, "tandem sync start, process 4712", &e));
    assert_int_equal(e.kind, ERR_LOCKED);
    assert_non_null(strstr(e.text, "tandem run, process 4711"));
    store_close(first);
    store_close(engine("tandem sync start, process 4712"));
}

static void a_reader_works_beside_an_engine(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store *writer = engine("w");
    put(writer, "sa");
    struct store *reader = store_open(path, STORE_READ, NULL, &e);
    assert_non_null(reader);
    assert_int_equal(sites(reader), 1);
    put(writer, "sb");
    assert_int_equal(sites(reader), 2);
    assert_false(site_put(reader, &(struct site_row){.name = "sc", .base_url = "http://x"}, &e));
    assert_int_equal(e.kind, ERR_STORE);
    store_close(reader);
    store_close(writer);
}

static void only_the_owner_may_read_the_files(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"", "-wal", "-shm", ".lock"};
    mode_t old = umask(0);
    struct store *s = engine("w");
    put(s, "sa");
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        char name[80];
        struct stat st;
        snprintf(name, sizeof name, "%s%s", path, NAMES[i]);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    umask(old);
    store_close(s);
}

static void what_was_committed_outlives_a_killed_engine(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    pid_t child = fork();
    if (child == 0) {
        struct store *s = engine("child");
        put(s, "kept");
        if (store_begin(s, &e))
            put(s, "torn");
        _exit(0); /* no close, no commit */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct store *reader = store_open(path, STORE_READ, NULL, &e);
    assert_non_null(reader);
    assert_int_equal(sites(reader), 1);
    store_close(reader);
    struct store *next = engine("next");
    assert_int_equal(sites(next), 1);
    store_close(next);
}

static void write_file(const char *bytes, size_t length)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, length, f), length);
    assert_int_equal(fclose(f), 0);
}

static void refused(enum store_mode mode, const char *word)
{
    struct err e = ERR_INIT;
    assert_null(store_open(path, mode, "x", &e));
    assert_int_equal(e.kind, ERR_INPUT);
    if (!strstr(e.text, word) || !strstr(e.text, path))
        fail_msg("\"%s\" names neither the path nor: %s", e.text, word);
}

static void a_file_that_is_no_database_is_refused_and_left_alone(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text);
    write_file(text, sizeof text);
    refused(STORE_ENGINE, "not a Tandem store");
    refused(STORE_READ, "not a Tandem store");
    FILE *f = fopen(path, "r");
    char back[sizeof text];
    assert_int_equal(fread(back, 1, sizeof back, f), sizeof back);
    fclose(f);
    assert_memory_equal(back, text, sizeof text);
}

static void a_foreign_database_is_refused_and_left_alone(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    char *mode = NULL;
    struct sql_db *db = sql_open(path, 0, &e);
    assert_true(sql_script(db, "PRAGMA journal_mode=DELETE; CREATE TABLE meta (a TEXT);", &e));
    sql_close(db);
    refused(STORE_ENGINE, "not a Tandem store");
    refused(STORE_READ, "not a Tandem store");
    db = sql_open(path, SQL_READ_ONLY, &e);
    assert_true(sql_get_str(db, &a, &mode, &e, "PRAGMA journal_mode", ""));
    assert_string_equal(mode, "delete");
    sql_close(db);
    arena_release(&a);
}

static void a_newer_store_is_refused(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store *s = engine("w");
    assert_true(sql_script(store_db(s, &e), "UPDATE meta SET value = '99' WHERE key = 'schema';", &e));
    store_close(s);
    refused(STORE_ENGINE, "schema 99");
    refused(STORE_READ, "schema 99");
}

static void a_reader_needs_a_store_and_makes_none(void **state)
{
    (void)state;
    struct stat st;
    refused(STORE_READ, "there is no store");
    assert_int_not_equal(stat(path, &st), 0);
    write_file("", 0);
    refused(STORE_READ, "nothing is stored here yet");
    store_close(engine("an empty file becomes a store"));
}

static void a_folder_is_no_store(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    refused(STORE_ENGINE, "a store is a file");
    refused(STORE_READ, "a store is a file");
    assert_int_equal(rmdir(path), 0);
}

struct plug {
    int commits, limit;
};

static bool count_commit(void *context)
{
    struct plug *plug = context;
    return ++plug->commits < plug->limit;
}

static struct store *over(struct sql_db **db_r)
{
    struct err e = ERR_INIT;
    *db_r = sql_open(":memory:", 0, &e);
    assert_non_null(*db_r);
    struct store *s = store_over(*db_r, &e);
    assert_non_null(s);
    return s;
}

static void each_single_change_is_a_commit_and_a_transaction_is_one(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sql_db *db;
    struct store *s = over(&db);
    struct plug plug = {0, 100};
    store_on_commit(s, count_commit, &plug);
    put(s, "one");
    put(s, "two");
    assert_int_equal(plug.commits, 2);
    assert_true(store_begin(s, &e));
    put(s, "three");
    put(s, "four");
    assert_int_equal(plug.commits, 2);
    assert_true(store_commit(s, &e));
    assert_int_equal(plug.commits, 3);
    assert_int_equal(sites(s), 4);
    assert_true(store_begin(s, &e));
    put(s, "five");
    assert_false(store_abandon(s));
    assert_int_equal(sites(s), 4);
    assert_false(site_remove(s, "nobody", &e));
    assert_int_equal(plug.commits, 3);
    assert_false(sql_in_transaction(db));
    store_close(s);
    sql_close(db);
}

static void after_the_plug_was_pulled_nothing_answers_and_all_is_kept(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    struct sql_db *db;
    struct store *s = over(&db);
    struct plug plug = {0, 2};
    store_on_commit(s, count_commit, &plug);
    put(s, "one");
    assert_false(site_put(s, &(struct site_row){.name = "two", .base_url = "http://x"}, &e));
    assert_int_equal(e.kind, ERR_KILLED);
    struct site_row *all;
    struct inbox_row *rows;
    size_t count;
    const char *key;
    err_clear(&e);
    assert_false(site_list(s, &a, &all, &count, &e));
    assert_int_equal(e.kind, ERR_KILLED);
    assert_false(inbox_list(s, &a, 1, NULL, 10, &rows, &count, &e));
    assert_false(sync_next_key(s, &a, &key, &e));
    assert_false(store_begin(s, &e));
    store_close(s);
    s = store_over(db, &e);
    assert_int_equal(sites(s), 2);
    store_close(s);
    sql_close(db);
    arena_release(&a);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, new_folder, remove_folder)

/* A store of the first version, with a synchronization in it. */
static void older_store_opens(enum store_mode mode)
{
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    struct counter counter = {0};
    enum schema_state schema;
    struct sql_db *db = sql_open(path, 0, &e);
    assert_true(db && schema_raise(db, 1, &e));
    assert_true(
        sql_script(db, "INSERT INTO sync (id, key, name, config, created_ms) VALUES (7, 'INT-1', 'a', '{}', 5)", &e));
    assert_true(schema_check(db, &schema, &e));
    assert_int_equal(schema, SCHEMA_OLDER);
    sql_close(db);
    struct store *s = store_open(path, mode, "the test", &e);
    if (!s)
        fail_msg("%s", e.text);
    assert_true(schema_check(store_db(s, &e), &schema, &e));
    assert_int_equal(schema, SCHEMA_CURRENT);
    assert_true(counter_get(s, &a, 7, SIDE_FIRST, &counter, &e));
    assert_int_equal(counter.value, 0);
    store_close(s);
    arena_release(&a);
}

static void an_older_store_is_brought_up_to_date_by_whoever_reads_it(void **state)
{
    (void)state;
    older_store_opens(STORE_READ);
}

static void an_older_store_is_brought_up_to_date_by_whoever_writes_it(void **state)
{
    (void)state;
    older_store_opens(STORE_ENGINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(a_second_engine_is_refused_by_name_of_the_first),
        ON_DISK(a_reader_works_beside_an_engine),
        ON_DISK(only_the_owner_may_read_the_files),
        ON_DISK(what_was_committed_outlives_a_killed_engine),
        ON_DISK(a_file_that_is_no_database_is_refused_and_left_alone),
        ON_DISK(a_foreign_database_is_refused_and_left_alone),
        ON_DISK(a_newer_store_is_refused),
        ON_DISK(a_reader_needs_a_store_and_makes_none),
        ON_DISK(a_folder_is_no_store),
        ON_DISK(an_older_store_is_brought_up_to_date_by_whoever_reads_it),
        ON_DISK(an_older_store_is_brought_up_to_date_by_whoever_writes_it),
        cmocka_unit_test(each_single_change_is_a_commit_and_a_transaction_is_one),
        cmocka_unit_test(after_the_plug_was_pulled_nothing_answers_and_all_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
