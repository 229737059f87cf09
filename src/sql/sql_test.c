#include "sql/sql.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sql_db *memory(struct err *e)
{
    struct sql_db *db = sql_open(":memory:", 0, e);
    assert_non_null(db);
    assert_true(sql_script(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, x BLOB);", e));
    return db;
}

static void values_come_back_as_bound(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    struct sql_db *db = memory(&e);
    assert_true(sql_run(db, &e, "INSERT INTO t (name, x) VALUES (?1, ?2)", "sb", "O'Neill; --", "a\0b", (size_t)3));
    assert_true(sql_run(db, &e, "INSERT INTO t (name, x) VALUES (?1, ?2)", "sn", (const char *)NULL));
    struct sql_rows rows;
    assert_true(sql_query(db, &rows, &e, "SELECT name, x FROM t WHERE id >= ?1 ORDER BY id", "i", (int64_t)1));
    assert_true(sql_next(&rows));
    assert_string_equal(sql_str(&rows, 0, &a), "O'Neill; --");
    size_t length;
    assert_memory_equal(sql_blob(&rows, 1, &length), "a\0b", 3);
    assert_int_equal(length, 3);
    assert_true(sql_next(&rows));
    assert_null(sql_str(&rows, 0, &a));
    assert_false(sql_next(&rows));
    assert_true(sql_done(&rows, &e));
    sql_close(db);
    arena_release(&a);
}

static void the_same_query_nests(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sql_db *db = memory(&e);
    assert_true(sql_script(db, "INSERT INTO t (id) VALUES (1),(2),(3);", &e));
    int seen = 0;
    struct sql_rows outer, inner;
    assert_true(sql_query(db, &outer, &e, "SELECT id FROM t", ""));
    while (sql_next(&outer)) {
        assert_true(sql_query(db, &inner, &e, "SELECT id FROM t", ""));
        while (sql_next(&inner))
            seen++;
        assert_true(sql_done(&inner, &e));
    }
    assert_true(sql_done(&outer, &e));
    assert_int_equal(seen, 9);
    sql_close(db);
}

static void a_snapshot_brings_back_what_was(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sql_db *db = memory(&e);
    int64_t count;
    void *bytes;
    size_t length;
    assert_true(sql_script(db, "INSERT INTO t (id) VALUES (1);", &e));
    assert_true(sql_snapshot(db, &bytes, &length, &e));
    assert_true(sql_script(db, "INSERT INTO t (id) VALUES (2);", &e));
    assert_true(sql_restore(db, bytes, length, &e));
    assert_true(sql_get_int(db, &count, -1, &e, "SELECT count(*) FROM t", ""));
    assert_int_equal(count, 1);
    assert_true(sql_run(db, &e, "INSERT INTO t (name) VALUES (?1)", "s", "after"));
    free(bytes);
    sql_close(db);
}

static void a_wrong_statement_says_where(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sql_db *db = memory(&e);
    assert_false(sql_run(db, &e, "SELECT nothing FROM nowhere", ""));
    assert_int_equal(e.kind, ERR_STORE);
    assert_non_null(strstr(e.text, "nowhere"));
    sql_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_as_bound),
        cmocka_unit_test(the_same_query_nests),
        cmocka_unit_test(a_snapshot_brings_back_what_was),
        cmocka_unit_test(a_wrong_statement_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
