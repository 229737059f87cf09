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
                        "SA-1 SA-3 SA-4 SA-5 SA-6 SA-8 SA-9 SA-10 SA-11 SA-12 SA-21 SA-22 ");
    assert_int_equal(sb.count, ISSUES + 2);
}

static void edits_made_meanwhile_arrive_and_nothing_else_changes(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    scene_restore(s, &w->moved);
    struct migrate_report r = to_the_end(w, w->id_map);
    print_message("%s", s->said);
    scene_print_lines(&r);
    assert_true(r.is_verified && r.is_finished);
    assert_string_equal(r.new_key, "INT-2");
    assert_migrated(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_made_meanwhile_arrive_and_nothing_else_changes),
    };
    return cmocka_run_group_tests(tests, build, tear_down);
}
