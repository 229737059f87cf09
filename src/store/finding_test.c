#include "store/finding.h"

#include "store/pair.h"
#include "store/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    struct arena a;
    struct sql_db *db;
    struct store *store;
    int64_t sync_id;
    struct pair pair;
    struct err e;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){0};
    f->db = sql_open(":memory:", 0, &f->e);
    f->store = store_over(f->db, &f->e);
    assert_non_null(f->store);
    assert_true(sync_add(f->store, "INT-1", "a", json_keep(&f->a, json_object()), 1, &f->sync_id, &f->e));
    f->pair = (struct pair){.sync_id = f->sync_id, .generation = 1, .state = PAIR_OPEN, .issue_id = {"1", "2"}};
    assert_true(pair_add(f->store, &f->pair, &f->e));
}

static void fixture_release(struct fixture *f)
{
    store_close(f->store);
    sql_close(f->db);
    arena_release(&f->a);
}

static void open_one(struct fixture *f, const char *kind, const char *item)
{
    struct finding one = {
        .sync_id = f->sync_id, .pair_id = f->pair.id, .side = 0, .item = item, .kind = kind, .text = "why"};
    assert_true(finding_open(f->store, &one, &f->e));
}

static size_t open_count(struct fixture *f, int64_t *first_id)
{
    struct finding *list;
    size_t count;
    assert_true(finding_list(f->store, &f->a, f->sync_id, 0, &list, &count, &f->e));
    if (count && first_id)
        *first_id = list[0].id;
    return count;
}

static void a_retry_closes_what_can_be_tried_and_wakes_its_pair(void **state)
{
    (void)state;
    struct fixture f;
    struct pair now;
    int64_t closed;
    fixture_init(&f);
    open_one(&f, "quarantine", "priority");
    open_one(&f, "conflict", "summary");
    assert_true(finding_retry(f.store, f.sync_id, 0, 5, &closed, &f.e));
    assert_int_equal(closed, 1);
    assert_int_equal(open_count(&f, NULL), 1); /* the conflict holds a value: it stays until a person closes it */
    assert_true(pair_get(f.store, &f.a, f.pair.id, &now, &f.e));
    assert_true(now.is_dirty);
    fixture_release(&f);
}

static void what_was_looked_at_is_closed_once(void **state)
{
    (void)state;
    struct fixture f;
    int64_t id = 0, closed;
    fixture_init(&f);
    open_one(&f, "twin", "issue");
    assert_int_equal(open_count(&f, &id), 1);
    assert_true(finding_close(f.store, f.sync_id, id, 5, &closed, &f.e));
    assert_int_equal(closed, 1);
    assert_int_equal(open_count(&f, NULL), 0);
    assert_true(finding_close(f.store, f.sync_id, id, 6, &closed, &f.e));
    assert_int_equal(closed, 0);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_retry_closes_what_can_be_tried_and_wakes_its_pair),
        cmocka_unit_test(what_was_looked_at_is_closed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
