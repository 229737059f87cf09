/* A whole migration, on three sites in this process: what people did meanwhile arrives, nothing else changes, and
 * whatever interrupts it, the same command goes on to the same end. */
#include "migrate/flow_scene.h"

#include "store/finding.h"

enum { ISSUES = 20 };
static const enum sandbox_dialect SERVER_TO_CLOUD[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};

/* Comments of both sides from before the stop, for people to edit meanwhile. */
static void talk(struct scene *s)
{
    scene_comment(s, SA, "SA-12", "Written in SA, *edited* later");
    scene_comment(s, SA, "SA-13", "Written in SA, and it stays");
    scene_comment(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-4"), "Written in SB, edited later");
    scene_comment(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-5"), "Written in SB, deleted later");
    scene_edit(s, SA, "SA-2", "summary", json_string("Edited in SA while all was well"));
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
}

static const char *of_sb(struct scene *s, const char *key)
{
    const char *partner = scene_partner(s, "INT-1", SIDE_FIRST, key);
    assert_non_null(partner);
    return partner;
}

static void edits_on_sb(struct scene *s)
{
    scene_edit(s, SB, of_sb(s, "SA-1"), "summary", json_string("Edited in SB meanwhile"));
    scene_edit(s, SB, of_sb(s, "SA-3"), "labels", json_pack("[ss]", "meanwhile", "sb"));
    scene_comment(s, SB, of_sb(s, "SA-3"), "A comment in SB meanwhile");
    scene_comment_edit(s, SB, of_sb(s, "SA-4"), "Written in SB, edited", "Edited in SB meanwhile");
    scene_comment_delete(s, SB, of_sb(s, "SA-5"), "Written in SB, deleted");
    scene_walk(s, SB, of_sb(s, "SA-6"));
    scene_make(s, SB, "SB", "Made in SB meanwhile");
    scene_edit(s, SB, of_sb(s, "SA-15"), "summary", json_string("Edited on both sides, here first"));
}

static void edits_on_ca(struct scene *s)
{
    scene_edit(s, CA, "SA-8", "description", json_string("h2. Written in CA\n\n* one\n* two *bold* {{code}}"));
    scene_edit(s, CA, "SA-9", "summary", json_string("Edited in CA meanwhile"));
    scene_comment(s, CA, "SA-9", "A comment in CA meanwhile, with _emphasis_");
    scene_walk(s, CA, "SA-10");
    scene_edit(s, CA, "SA-11", "priority", json_pack("{ss}", "name", "Lowest"));
    scene_comment_edit(s, CA, "SA-12", "Written in SA, ", "Edited in CA meanwhile");
    scene_make(s, CA, "SA", "Made in CA meanwhile");
    scene_edit(s, CA, "SA-15", "summary", json_string("Edited on both sides, here last"));
}

/* SA with SB as they are before a migration; and the moment when SA has moved, and people have worked on. */
struct world {
    struct scene *s;
    struct scene_moment before, moved;
    struct looks sa, sb; /* before the stop */
    const char *id_map;
};

static void run(struct scene *s, const struct migrate_options *o, struct migrate_report *r)
{
    if (!migrate_run(o, &s->a, r, &s->e)) {
        scene_print_lines(r);
        fail_msg("%s: %s\n%s", err_kind_name(s->e.kind), s->e.text, s->said);
    }
}

static void stops_for_the_move(struct scene *s, enum side moved)
{
    struct migrate_report r;
    struct err e = ERR_INIT;
    struct migrate_options o = scene_migration(s, moved, NULL);
    assert_false(migrate_run(&o, &s->a, &r, &e));
    if (e.kind != ERR_STATE || !strstr(e.text, "Now make") || !strstr(e.text, "--to SITE:PROJECT"))
        fail_msg("%s: %s", err_kind_name(e.kind), e.text);
    assert_non_null(r.config_file);
    assert_non_null(r.pairs_file);
    assert_int_equal(access(r.config_file, R_OK), 0);
    assert_int_equal(access(r.pairs_file, R_OK), 0);
}

static int build(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct scene *s = w->s = scene_new(SERVER_TO_CLOUD, ISSUES, true);
    talk(s);
    w->sa = scene_look(s, SA, "SA");
    w->sb = scene_look(s, SB, "SB");
    assert_same_story(s, &w->sa, &w->sb);
    scene_keep(s, &w->before);
    stops_for_the_move(s, SIDE_FIRST);
    s->clock.now += 600 * 1000;
    edits_on_sb(s);
    w->id_map = scene_move(s, SA, "SA");
    edits_on_ca(s);
    s->clock.now += 7200 * 1000; /* what was made on the new site lies longer ago than a poll looks back */
    scene_keep(s, &w->moved);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    scene_moment_free(&w->before);
    scene_moment_free(&w->moved);
    scene_free(w->s);
    free(w);
    return 0;
}

static struct migrate_report to_the_end(struct world *w, const char *id_map)
{
    struct migrate_report r;
    struct migrate_options o = scene_migration(w->s, SIDE_FIRST, "ca");
    o.id_map = id_map;
    o.finish = true;
    run(w->s, &o, &r);
    return r;
}

/* Both sides hold the same, and what is not among the edits is as it was. */
static void assert_migrated(struct world *w)
{
    struct scene *s = w->s;
    struct looks ca = scene_look(s, CA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &ca, &sb);
    assert_string_equal(scene_changed(s, &w->sa, &ca),
                        "SA-1 SA-3 SA-4 SA-5 SA-6 SA-8 SA-9 SA-10 SA-11 SA-12 SA-15 SA-21 SA-22 ");
    assert_int_equal(sb.count, ISSUES + 2);
    assert_non_null(strstr(scene_text_of(&ca, "SA-15"), "here last"));
}

static void edits_made_meanwhile_arrive_and_nothing_else_changes(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    scene_restore(s, &w->moved);
    struct migrate_report r = to_the_end(w, w->id_map);
    assert_true(r.is_verified && r.is_finished);
    assert_string_equal(r.new_key, "INT-2");
    assert_int_equal(r.resynced.conflicts, 1);
    assert_int_equal(r.resynced.created[0] + r.resynced.created[1], 2);
    assert_migrated(w);
}

static void without_an_id_map_the_result_is_the_same(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    scene_restore(s, &w->moved);
    struct migrate_report r = to_the_end(w, NULL);
    assert_true(r.is_verified && r.is_finished);
    assert_migrated(w);
}

/* --- interrupted --- */

static bool is_gone(struct scene *s, const char *sync_key)
{
    struct sync_row row;
    struct err e = ERR_INIT;
    return !sync_get(s->store, &s->a, sync_key, &row, &e) && e.kind == ERR_INPUT;
}

/* How many commits a migration makes that nobody interrupts. */
static int64_t count_commits(struct world *w)
{
    scene_restore(w->s, &w->moved);
    to_the_end(w, w->id_map);
    return w->s->kill.seen;
}

static void a_kill_after_any_commit_leads_to_the_same_end(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    int64_t commits = count_commits(w), tried = 0;
    assert_true(commits > 30);
    for (int64_t at = 0; at < commits; at += at < 12 || at > commits - 6 ? 1 : 3, tried++) {
        struct arena mark = s->a; /* what a round leaves behind is freed with it */
        struct migrate_report r;
        struct err e = ERR_INIT;
        s->a = (struct arena)ARENA_INIT;
        scene_restore(s, &w->moved);
        struct migrate_options o = scene_migration(s, SIDE_FIRST, "ca");
        o.id_map = w->id_map;
        o.finish = true;
        s->kill.left = at;
        assert_false(migrate_run(&o, &s->a, &r, &e));
        if (e.kind != ERR_KILLED)
            fail_msg("after commit %lld: %s: %s", (long long)at, err_kind_name(e.kind), e.text);
        scene_reopen(s);
        s->clock.now += 120 * 1000; /* past the grace of what is uncertain */
        r = to_the_end(w, w->id_map);
        if (!r.is_finished || !is_gone(s, "INT-1"))
            fail_msg("after commit %lld it does not finish:\n%s", (long long)at, s->said);
        assert_migrated(w);
        arena_release(&s->a);
        s->a = mark;
    }
    print_message("%lld of %lld commits\n", (long long)tried, (long long)commits);
}

static void called_again_at_every_step_it_goes_on(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    stops_for_the_move(s, SIDE_FIRST); /* once more: still nothing is lost */
    struct migrate_options o = scene_migration(s, SIDE_FIRST, "ca");
    run(s, &o, &r);
    assert_true(r.is_verified && !r.is_finished);
    assert_false(is_gone(s, "INT-1"));
    o.new_site = o.new_project = NULL; /* the place is known */
    run(s, &o, &r);
    assert_true(r.is_verified && !r.is_finished);
    o.finish = true;
    run(s, &o, &r);
    assert_true(r.is_finished);
    s->said[0] = 0;
    run(s, &o, &r);
    assert_true(r.is_finished && strstr(s->said, "nothing is left to do"));
    assert_string_equal(r.new_key, "INT-2");
    assert_migrated(w);
    scene_restore(s, &w->moved);
    o = scene_migration(s, SIDE_FIRST, "ca");
    run(s, &o, &r);
    o.new_site = "sb";
    o.new_project = "SB";
    assert_false(migrate_run(&o, &s->a, &r, &s->e));
    assert_non_null(strstr(s->e.text, "goes to ca:SA, not to sb:SB"));
}

static void a_dry_run_changes_nothing(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    const struct scene_moment *moments[] = {&w->before, &w->moved};
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        struct scene_moment now;
        scene_restore(s, moments[i]);
        struct migrate_options o = scene_migration(s, SIDE_FIRST, "ca");
        o.dry_run = o.finish = true;
        run(s, &o, &r);
        assert_non_null(strstr(s->said, "0 open findings now, 20 pairs"));
        assert_non_null(strstr(s->said, "\nfinish "));
        assert_int_equal(s->kill.seen, 0);
        scene_keep(s, &now);
        for (int k = 0; k <= SCENE_SITES; k++) {
            assert_int_equal(now.length[k], moments[i]->length[k]);
            assert_memory_equal(now.bytes[k], moments[i]->bytes[k], now.length[k]);
        }
        scene_moment_free(&now);
    }
}

/* --- the way back --- */

static struct migrate_report roll_back(struct scene *s)
{
    struct migrate_report r;
    struct migrate_options o = scene_migration(s, SIDE_FIRST, NULL);
    OK(s, migrate_rollback(&o, &s->a, &r, &s->e));
    return r;
}

static const char *state_of(struct scene *s, const char *sync_key)
{
    struct sync_row row;
    OK(s, sync_get(s->store, &s->a, sync_key, &row, &s->e));
    return row.state;
}

static void rolled_back_before_the_start_the_old_one_runs_again(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct err none = ERR_INIT;
    struct migrate_report r;
    scene_restore(s, &w->before);
    struct migrate_options o = scene_migration(s, SIDE_FIRST, NULL);
    assert_false(migrate_rollback(&o, &s->a, &r, &none));
    assert_non_null(strstr(none.text, "no migration of INT-1 is under way"));
    stops_for_the_move(s, SIDE_FIRST);
    assert_string_equal(state_of(s, "INT-1"), SYNC_STOPPED);
    edits_on_sb(s);
    roll_back(s);
    assert_string_equal(state_of(s, "INT-1"), SYNC_RUNNING);
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    struct looks sa = scene_look(s, SA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &sa, &sb);
    assert_string_equal(scene_changed(s, &w->sa, &sa), "SA-1 SA-3 SA-4 SA-5 SA-6 SA-15 SA-21 ");
}

static void rolled_back_after_the_start_what_reached_the_partner_flows_on(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    struct migrate_options o = scene_migration(s, SIDE_FIRST, "ca");
    run(s, &o, &r);
    s->clock.now += 60 * 1000;
    scene_edit(s, CA, "SA-14", "summary", json_string("Edited in CA, too late for SB"));
    const char *lonely = scene_make(s, CA, "SA", "Made in CA, too late for SB");
    r = roll_back(s);
    assert_true(scene_has_line(&r, arena_printf(&s->a, "left behind: %s", lonely)));
    assert_true(scene_has_line(&r, "left behind: SA-14"));
    assert_true(scene_has_line(&r, " of SA-12 was edited on the new site"));
    assert_string_equal(state_of(s, "INT-1"), SYNC_RUNNING);
    assert_string_equal(state_of(s, "INT-2"), SYNC_RETIRED);
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    scene_comment_edit(s, SA, "SA-12", "Written in SA, ", "Edited in CA meanwhile"); /* as the line asks */
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    struct looks sa = scene_look(s, SA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &sa, &sb);
    assert_string_equal(scene_changed(s, &w->sa, &sa),
                        "SA-1 SA-3 SA-4 SA-5 SA-6 SA-8 SA-9 SA-10 SA-11 SA-12 SA-15 SA-21 SA-22 ");
    stops_for_the_move(s, SIDE_FIRST); /* and it can be tried again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_made_meanwhile_arrive_and_nothing_else_changes),
        cmocka_unit_test(without_an_id_map_the_result_is_the_same),
        cmocka_unit_test(called_again_at_every_step_it_goes_on),
        cmocka_unit_test(a_dry_run_changes_nothing),
        cmocka_unit_test(rolled_back_before_the_start_the_old_one_runs_again),
        cmocka_unit_test(rolled_back_after_the_start_what_reached_the_partner_flows_on),
        cmocka_unit_test(a_kill_after_any_commit_leads_to_the_same_end),
    };
    return cmocka_run_group_tests(tests, build, tear_down);
}
