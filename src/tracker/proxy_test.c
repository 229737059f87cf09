#include "tracker/proxy.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A tracker that counts what reaches it and knows one issue. */
struct small {
    struct tracker tracker;
    int reads, writes, freed;
    bool *was_freed;
};

static bool small_project(struct tracker *t, struct arena *a, struct tracker_project *r, struct err *e)
{
    (void)e;
    ((struct small *)t)->reads++;
    *r = (struct tracker_project){.id = "1", .key = "SA"};
    *arena_push(a, r->fields, r->field_count) =
        (struct tracker_field){.id = "customfield_10010", .name = "Severity", .type = "option"};
    return true;
}

static bool small_read(struct tracker *t, struct arena *a, const struct tracker_read *what, struct tracker_issue **r,
                       struct err *e)
{
    (void)e;
    ((struct small *)t)->reads++;
    for (size_t i = 0; i < what->id_count; i++) {
        r[i] = arena_new(a, struct tracker_issue);
        r[i]->id = what->ids[i];
        r[i]->key = "SA-7";
    }
    return true;
}

static bool small_update(struct tracker *t, struct arena *a, const char *issue_id,
                         const struct tracker_issue_field *fields, size_t count, struct err *e)
{
    (void)a;
    (void)fields;
    ((struct small *)t)->writes++;
    return count || err_set(e, ERR_REFUSED, "nothing to write to %s", issue_id);
}

static void small_free(struct tracker *t)
{
    *((struct small *)t)->was_freed = true;
}

static const struct tracker_ops SMALL_OPS = {
    .project = small_project, .read = small_read, .update = small_update, .free = small_free};

static bool was_freed;

static struct small small_tracker(void)
{
    was_freed = false;
    return (struct small){.tracker = {&SMALL_OPS}, .was_freed = &was_freed};
}

static bool update(struct tracker *t, struct arena *a, size_t count, struct err *e)
{
    struct tracker_issue_field fields[] = {{"summary", value_string("Printer burns")},
                                           {"customfield_10010", value_option("3", "High")}};
    return t->ops->update(t, a, "10007", fields, count, e);
}

static void calls_go_through_and_are_counted(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct small small = small_tracker();
    struct tracker *t = proxy_new(&small.tracker, NULL);
    struct tracker_project project;
    assert_true(t->ops->project(t, &a, &project, &e));
    assert_string_equal(project.key, "SA");
    assert_true(update(t, &a, 2, &e));
    assert_false(update(t, &a, 0, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    const struct proxy_counts *counts = proxy_counts(t);
    assert_int_equal(counts->reads, 1);
    assert_int_equal(counts->writes, 2);
    assert_int_equal(counts->failed, 1);
    assert_int_equal(counts->by_op[PROXY_PROJECT], 1);
    assert_int_equal(counts->by_op[PROXY_UPDATE], 2);
    assert_int_equal(counts->held_back, 0);
    proxy_counts_clear(t);
    assert_int_equal(counts->writes, 0);
    tracker_free(t);
    assert_true(was_freed);
    arena_release(&a);
}

static void a_dry_run_lets_no_write_through_and_says_what_it_would_do(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct small small = small_tracker();
    struct tracker *t =
        proxy_new(&small.tracker, &(struct proxy_options){.name = "SA", .dry_run = true, .keeps_inner = true});
    struct tracker_project project;
    const char *const ids[] = {"10007"};
    struct tracker_issue *issues[1];
    assert_true(t->ops->project(t, &a, &project, &e));
    assert_true(t->ops->read(t, &a, &(struct tracker_read){.ids = ids, .id_count = 1}, issues, &e));
    assert_false(update(t, &a, 2, &e));
    assert_int_equal(e.kind, ERR_STATE);
    assert_true(proxy_is_dry_run(&e));
    const char *id = "untouched", *key;
    struct tracker_issue_field fields[] = {{"summary", value_string("New")}};
    assert_false(t->ops->create(t, &a, fields, 1, NULL, 0, &id, &key, &e));
    assert_string_equal(id, "untouched");
    assert_int_equal(small.writes, 0);
    const char *const *lines;
    assert_int_equal(proxy_planned(t, &lines), 2);
    assert_string_equal(lines[0], "SA-7: set summary to \"Printer burns\", Severity to \"High\"");
    assert_string_equal(lines[1], "SA: create an issue, with summary to \"New\"");
    assert_int_equal(proxy_counts(t)->held_back, 2);
    assert_int_equal(proxy_counts(t)->writes, 0);
    tracker_free(t);
    assert_false(was_freed);
    arena_release(&a);
}

static void an_ordinary_state_error_is_no_dry_run(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    err_set(&e, ERR_STATE, "stopped");
    assert_false(proxy_is_dry_run(&e));
    err_set(&e, ERR_REFUSED, "dry run");
    assert_false(proxy_is_dry_run(&e));
}

/* Fails at a chosen step, and remembers what it was told. */
struct fault {
    const char *at, *last;
    bool last_was_write;
};

static bool strike(void *context, const char *op, bool is_write, struct err *e)
{
    struct fault *fault = context;
    fault->last = op;
    fault->last_was_write = is_write;
    return !str_eq(op, fault->at) || err_set(e, ERR_KILLED, "the plug was pulled at %s", op);
}

static void a_fault_before_leaves_the_site_alone_and_one_after_does_not(void **state)
{
    (void)state;
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct small small = small_tracker();
    struct fault fault = {.at = "update"};
    struct tracker *t =
        proxy_new(&small.tracker, &(struct proxy_options){.keeps_inner = true, .before = strike, .context = &fault});
    assert_false(update(t, &a, 2, &e));
    assert_int_equal(e.kind, ERR_KILLED);
    assert_int_equal(small.writes, 0);
    assert_int_equal(proxy_counts(t)->writes, 0);
    assert_true(fault.last_was_write);

    err_clear(&e);
    proxy_hooks_set(t, NULL, strike, &fault);
    assert_false(update(t, &a, 2, &e));
    assert_int_equal(e.kind, ERR_KILLED);
    assert_int_equal(small.writes, 1);

    fault.last = NULL; /* a call that failed by itself has no step after it */
    assert_false(update(t, &a, 0, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_null(fault.last);
    struct tracker_project project;
    assert_true(t->ops->project(t, &a, &project, &e));
    assert_false(fault.last_was_write);
    assert_string_equal(fault.last, "project");
    tracker_free(t);
    arena_release(&a);
}

static void every_operation_has_a_name(void **state)
{
    (void)state;
    for (int op = 0; op < PROXY_OP_COUNT; op++)
        assert_non_null(proxy_op_name((enum proxy_op)op));
    assert_string_equal(proxy_op_name(PROXY_COMMENT_ADD), "comment_add");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_go_through_and_are_counted),
        cmocka_unit_test(a_dry_run_lets_no_write_through_and_says_what_it_would_do),
        cmocka_unit_test(an_ordinary_state_error_is_no_dry_run),
        cmocka_unit_test(a_fault_before_leaves_the_site_alone_and_one_after_does_not),
        cmocka_unit_test(every_operation_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
