#include "sync/workflow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* open → progress → review → done, review → progress, done → open; blocked leads nowhere */
static const struct edge EDGES[] = {
    {"open", "progress", 0}, {"progress", "review", 0}, {"progress", "blocked", 0},
    {"review", "done", 0},   {"review", "progress", 0}, {"done", "open", 0},
};

static void the_first_step_of_the_shortest_path_is_found(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    int length = 0;
    assert_string_equal(workflow_next(&a, EDGES, ARRAY_LEN(EDGES), "open", "done", &length), "progress");
    assert_int_equal(length, 3);
    assert_string_equal(workflow_next(&a, EDGES, ARRAY_LEN(EDGES), "review", "done", &length), "done");
    assert_int_equal(length, 1);
    arena_release(&a);
}

static void where_no_path_leads_there_is_none(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    assert_null(workflow_next(&a, EDGES, ARRAY_LEN(EDGES), "blocked", "done", NULL));
    assert_null(workflow_next(&a, NULL, 0, "open", "done", NULL));
    arena_release(&a);
}

static void among_equal_paths_the_smaller_id_goes_first(void **state)
{
    (void)state;
    static const struct edge TWO[] = {{"1", "3", 0}, {"1", "2", 0}, {"2", "4", 0}, {"3", "4", 0}};
    struct arena a = ARENA_INIT;
    assert_string_equal(workflow_next(&a, TWO, ARRAY_LEN(TWO), "1", "4", NULL), "2");
    arena_release(&a);
}

static void the_frontier_is_what_was_not_looked_at_yet(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    const char **frontier;
    assert_int_equal(workflow_frontier(&a, EDGES, ARRAY_LEN(EDGES), "open", &frontier), 1);
    assert_string_equal(frontier[0], "blocked");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_step_of_the_shortest_path_is_found),
        cmocka_unit_test(where_no_path_leads_there_is_none),
        cmocka_unit_test(among_equal_paths_the_smaller_id_goes_first),
        cmocka_unit_test(the_frontier_is_what_was_not_looked_at_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
