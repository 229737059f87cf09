/* Migrations in which something is not as it should be, and those of other shapes than Server to Cloud: what stops,
 * what is listed, what --force does. */
#include "migrate/flow_scene.h"

#include "store/finding.h"

enum { ISSUES = 8 };

static void run(struct scene *s, const struct migrate_options *o, struct migrate_report *r)
{
    if (!migrate_run(o, &s->a, r, &s->e)) {
        scene_print_lines(r);
        fail_msg("%s: %s\n%s", err_kind_name(s->e.kind), s->e.text, s->said);
    }
}

/* The flow stops in this step, and says this. */
static void stops(struct scene *s, const struct migrate_options *o, struct migrate_report *r, const char *step,
                  const char *says)
{
    struct err e = ERR_INIT;
    if (migrate_run(o, &s->a, r, &e))
        fail_msg("it went through:\n%s", s->said);
    if (e.kind != ERR_STATE || !str_starts(e.text, arena_printf(&s->a, "step %s: ", step)) || !strstr(e.text, says)) {
        scene_print_lines(r);
        fail_msg("%s: %s", err_kind_name(e.kind), e.text);
    }
}

static void has_line(const struct migrate_report *r, const char *piece)
{
    if (scene_has_line(r, piece))
        return;
    scene_print_lines(r);
    fail_msg("no line says: %s", piece);
}

/* SA with SB in step, and SA moved to the Cloud without anybody doing anything meanwhile. */
struct world {
    struct scene *s;
    struct scene_moment before, stopped, moved;
    const char *id_map;
};

static int build(void **state)
{
    static const enum sandbox_dialect DIALECT[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};
    struct world *w = calloc(1, sizeof *w);
    struct scene *s = w->s = scene_new(DIALECT, ISSUES, true);
    struct migrate_report r;
    s->clock.now += 3600 * 1000; /* the watermark goes on, and most issues lie behind it */
    scene_comment(s, SA, "SA-3", "Said in SA");
    scene_comment(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-3"), "Said in SB");
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    scene_keep(s, &w->before);
    struct migrate_options o = scene_migration(s, SIDE_FIRST, NULL);
    stops(s, &o, &r, "move", "stands still and is exported");
    s->clock.now += 3600 * 1000;
    scene_keep(s, &w->stopped);
    w->id_map = scene_move(s, SA, "SA");
    scene_keep(s, &w->moved);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    scene_moment_free(&w->before);
    scene_moment_free(&w->stopped);
    scene_moment_free(&w->moved);
    scene_free(w->s);
    free(w);
    return 0;
}

static struct migrate_options to_ca(struct world *w)
{
    struct migrate_options o = scene_migration(w->s, SIDE_FIRST, "ca");
    o.id_map = w->id_map;
    o.finish = true;
    return o;
}

/* --- findings --- */

static void an_open_finding_stops_it_unless_forced(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct sync_row row;
    struct migrate_report r;
    scene_restore(s, &w->before);
    OK(s, sync_get(s->store, &s->a, "INT-1", &row, &s->e));
    OK(s, finding_open(
              s->store,
              &(struct finding){.sync_id = row.id, .side = -1, .item = "x", .kind = "quarantine", .text = "It hurts"},
              &s->e));
    struct migrate_options o = scene_migration(s, SIDE_FIRST, NULL);
    stops(s, &o, &r, "check", "1 open findings");
    has_line(&r, "open finding: It hurts");
    OK(s, sync_get(s->store, &s->a, "INT-1", &row, &s->e));
    assert_string_equal(row.state, SYNC_RUNNING);
    o.force = true;
    stops(s, &o, &r, "move", "stands still");
}

static void a_value_that_lost_a_conflict_can_still_be_restored_afterwards(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct sync_row row;
    struct finding *list;
    size_t count;
    struct migrate_report r;
    scene_restore(s, &w->before);
    scene_edit(s, SA, "SA-1", "summary", json_string("Loses"));
    s->clock.now += 1000;
    scene_edit(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-1"), "summary", json_string("Wins"));
    assert_int_equal(scene_settle(s, "INT-1", SA, "SA", SB, "SB").conflicts, 1);
    const char *map = scene_move(s, SA, "SA");
    struct migrate_options o = to_ca(w);
    o.id_map = map;
    run(s, &o, &r);
    OK(s, sync_get(s->store, &s->a, "INT-2", &row, &s->e));
    OK(s, finding_list(s->store, &s->a, row.id, 0, &list, &count, &s->e));
    size_t lost = 0; /* beside it stands that the sync user may keep no counter in these projects */
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i].kind, "conflict")) {
            lost++;
            assert_string_equal(json_at_str(list[i].detail, "loser.text"), "Loses");
        }
    assert_int_equal(lost, 1);
}

/* --- too late --- */

static void what_the_old_project_says_too_late_is_listed_and_stops_it(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    scene_edit(s, SA, "SA-2", "summary", json_string("Too late"));
    scene_comment(s, SA, "SA-4", "Said too late");
    const char *late = scene_make(s, SA, "SA", "Made too late");
    scene_comment_edit(s, SA, "SA-3", "Said in SA", "Said otherwise");
    struct migrate_options o = to_ca(w);
    stops(s, &o, &r, "poll", "4 changes were made in the old project too late");
    has_line(&r, "SA-2: Summary was set to \"Too late\" in the old project");
    has_line(&r, "SA-4: comment ");
    has_line(&r, "(\"Said too late\") was written");
    has_line(&r, "(\"Said otherwise\") was edited");
    has_line(&r, arena_printf(&s->a, "%s was made in the old project", late));
    assert_int_equal(r.line_count, 5); /* and how people are mapped */
    stops(s, &o, &r, "poll", "too late");
    o.force = true;
    run(s, &o, &r);
    assert_true(r.is_finished);
}

/* Between the stop and the move's snapshot people may work on: the move carries it, and it arrives. */
static void what_the_move_has_carried_is_not_late(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->stopped);
    scene_edit(s, SA, "SA-2", "summary", json_string("In time"));
    scene_walk(s, SA, "SA-5");
    scene_comment(s, SA, "SA-4", "Said in time, with [~ada.lindqvist]");
    scene_make(s, SA, "SA", "Made in time");
    struct migrate_options o = to_ca(w);
    o.id_map = scene_move(s, SA, "SA");
    run(s, &o, &r);
    assert_true(r.is_finished);
    assert_true(r.is_verified);
    struct looks ca = scene_look(s, CA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &ca, &sb);
    assert_int_equal(sb.count, ISSUES + 1);
    assert_non_null(strstr(scene_text_of(&sb, scene_partner(s, "INT-2", SIDE_FIRST, "SA-2")), "In time"));
}

/* Whose panels an issue carries. */
static const char *panels(struct scene *s, enum scene_site at, const char *key)
{
    const json_t *list = scene_do(s, at, 200, HTTP_GET, arena_printf(&s->a, "%s/properties", scene_issue_path(s, key)),
                                  NULL),
                 *one;
    char *found = arena_strdup(&s->a, "");
    size_t i;
    json_array_foreach (json_object_get(list, "keys"), i, one)
        if (str_starts(json_at_str(one, "key"), "tandem.INT-"))
            found = arena_printf(&s->a, "%s%s ", found, json_at_str(one, "key"));
    return found;
}

static void an_old_site_that_is_gone_needs_the_id_map_and_force(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    s->is_away[SA] = true;
    struct migrate_options o = to_ca(w);
    o.id_map = NULL;
    stops(s, &o, &r, "rebase", "--id-map");
    o.id_map = w->id_map;
    stops(s, &o, &r, "poll", "go on with --force");
    o.force = true;
    run(s, &o, &r);
    assert_true(r.is_finished && r.is_verified);
    has_line(&r, "the sync info panels of INT-1 stay on SA: ");
    assert_string_equal(panels(s, SB, "SB-1"), "tandem.INT-2 ");
    struct looks ca = scene_look(s, CA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &ca, &sb);
}

/* --- no sure partner --- */

static void an_issue_that_did_not_arrive_is_listed_and_not_made_again(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    const char *partner = scene_partner(s, "INT-1", SIDE_FIRST, "SA-7");
    scene_ask(s, CA, "admin", 204, HTTP_DELETE, "/rest/api/2/issue/SA-7?deleteSubtasks=true", NULL);
    scene_edit(s, SB, partner, "summary", json_string("Its partner is gone"));
    struct looks before = scene_look(s, CA, "SA");
    struct migrate_options o = to_ca(w);
    stops(s, &o, &r, "finish", "the verification lists differences");
    has_line(&r, arena_printf(&s->a, "SA-7 is not in the new project; its partner %s stays as it is", partner));
    has_line(&r, arena_printf(&s->a, "SA-7, the partner of %s, is not there", partner));
    scene_edit(s, SB, partner, "summary", json_string("Its partner is still gone"));
    scene_settle(s, "INT-2", CA, "SA", SB, "SB");
    struct looks now = scene_look(s, CA, "SA");
    assert_string_equal(scene_changed(s, &before, &now), "");
}

/* No poll would bring it again: it was seen long ago, and its partner could not be made so far. */
static void an_issue_that_waited_for_a_partner_gets_it_after_the_move(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    const char *partner = scene_partner(s, "INT-1", SIDE_FIRST, "SA-4");
    scene_ask(s, SB, "admin", 204, HTTP_DELETE, arena_printf(&s->a, "/rest/api/2/issue/%s", partner), NULL);
    OK(s, sql_run(s->db, &s->e,
                  "UPDATE inbox SET done = 0, key = 'SA-4' WHERE side = 0 AND issue_id = "
                  "(SELECT id0 FROM pair WHERE key0 = 'SA-4')",
                  ""));
    OK(s, sql_run(s->db, &s->e, "DELETE FROM pair WHERE key0 = 'SA-4'", ""));
    struct migrate_options o = to_ca(w);
    run(s, &o, &r);
    assert_true(r.is_verified);
    assert_int_equal(r.resynced.created[SIDE_SECOND], 1);
    struct looks ca = scene_look(s, CA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &ca, &sb);
}

static void a_move_that_is_not_complete_stops_it(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    for (int i = 1; i <= 6; i++)
        scene_ask(s, CA, "admin", 204, HTTP_DELETE,
                  arena_printf(&s->a, "/rest/api/2/issue/SA-%d?deleteSubtasks=true", ISSUES - i + 1), NULL);
    struct migrate_options o = to_ca(w);
    stops(s, &o, &r, "rebase", "Is the move complete");
    const char *accepted[] = {"missing"};
    o.accepted = accepted;
    o.accepted_count = 1;
    stops(s, &o, &r, "finish", "the verification lists differences");
}

/* Two comments of one second with one text: which is which nobody can say. */
static void comments_that_cannot_be_told_are_listed_and_not_doubled(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->before);
    s->clock.step = 0; /* both in the same millisecond */
    scene_comment(s, SA, "SA-6", "+1");
    scene_comment(s, SA, "SA-6", "+1");
    s->clock.step = 7;
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    struct looks before = scene_look(s, SB, "SB");
    struct migrate_options o = scene_migration(s, SIDE_FIRST, NULL);
    stops(s, &o, &r, "move", "stands still");
    scene_move(s, SA, "SA");
    o = to_ca(w);
    o.id_map = NULL;
    run(s, &o, &r);
    has_line(&r, "of SA-6 has no sure partner on the new site");
    has_line(&r, "of SA-6 on the new site may be the one without a sure partner");
    struct looks sb = scene_look(s, SB, "SB"), ca = scene_look(s, CA, "SA");
    assert_string_equal(scene_changed(s, &before, &sb), "");
    assert_same_story(s, &ca, &sb);
}

/* The assistant's report proves that a comment arrived; then its absence is a deletion, and travels. */
static void a_comment_deleted_meanwhile_is_deleted_where_the_id_map_proves_it(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    for (int with_map = 0; with_map < 2; with_map++) {
        struct migrate_report r;
        scene_restore(s, &w->moved);
        scene_ask(s, CA, "admin", 204, HTTP_DELETE, scene_comment_path(s, CA, "SA-3", "Said in SA"), NULL);
        struct migrate_options o = to_ca(w);
        if (!with_map)
            o.id_map = NULL;
        run(s, &o, &r);
        if (!with_map)
            has_line(&r, "of SA-3 has no sure partner on the new site");
        const char *partner = scene_partner(s, "INT-2", SIDE_FIRST, "SA-3");
        assert_int_equal(scene_comment_path(s, SB, partner, "Said in SA") == NULL, with_map);
        assert_non_null(scene_comment_path(s, SB, partner, "Said in SB"));
        assert_null(scene_comment_path(s, CA, "SA-3", "Said in SA"));
    }
}

/* --- a rule of conversion --- */

static void a_field_that_the_move_has_changed_everywhere_stops_it_until_accepted(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->stopped);
    struct migrate_options o = to_ca(w);
    o.id_map = scene_move(s, SA, "SA");
    /* as if the conversion had changed every summary: what both had agreed on was another text, and no history tells
     * why */
    OK(s,
       sql_run(s->db, &s->e,
               "UPDATE base SET value0 = '{\"kind\":\"string\",\"text\":\"As it was before\"}' WHERE item = 'summary'",
               ""));
    struct looks before = scene_look(s, SB, "SB");
    stops(s, &o, &r, "rebase", "--accept summary");
    const char *accepted[] = {"summary"};
    o.accepted = accepted;
    o.accepted_count = 1;
    run(s, &o, &r);
    assert_true(r.is_verified);
    struct looks now = scene_look(s, SB, "SB");
    assert_string_equal(scene_changed(s, &before, &now), "");
}

/* --- people --- */

static const struct config_field *people_of(struct scene *s, const char *sync_key)
{
    struct sync_row row;
    struct config *c = arena_new(&s->a, struct config);
    OK(s, sync_get(s->store, &s->a, sync_key, &row, &s->e));
    OK(s, config_from_json(&s->a, row.config, c, &s->e));
    return &c->fields[c->field_count - 1];
}

static void people_are_mapped_by_mail_where_every_one_is_found(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    struct migrate_options o = to_ca(w);
    run(s, &o, &r);
    has_line(&r, "people in use are found by e-mail; mapped by email");
    assert_int_equal(people_of(s, "INT-2")->kind, CONFIG_USER_MAIL);
    const char *partner = scene_partner(s, "INT-2", SIDE_FIRST, "SA-1");
    s->clock.now += 60 * 1000;
    scene_edit(s, SB, partner, "assignee", json_pack("{ss}", "name", "hugo.moreau"));
    scene_settle(s, "INT-2", CA, "SA", SB, "SB");
    struct looks ca = scene_look(s, CA, "SA");
    assert_non_null(strstr(scene_text_of(&ca, "SA-1"), "Hugo Moreau"));
}

static void with_olga(struct world *w, bool is_known)
{
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->before);
    /* the same user name on both servers, but another address at the partner's */
    scene_account(s, SA, "olga", "Olga Petrov");
    scene_ask(
        s, SB, "admin", 201, HTTP_POST, "/sandbox/users",
        "{\"name\":\"olga\",\"emailAddress\":\"olga@partner.example\",\"displayName\":\"Olga Petrov\",\"password\":"
        "\"olga\"}");
    scene_edit(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-1"), "assignee", json_pack("{ss}", "name", "olga"));
    scene_edit(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-2"), "assignee",
               json_pack("{ss}", "name", "ada.lindqvist"));
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    struct migrate_options o = to_ca(w);
    o.new_site = o.new_project = NULL;
    stops(s, &o, &r, "move", "stands still");
    o = to_ca(w);
    o.id_map = scene_move(s, SA, "SA");
    if (!is_known) /* and the address that the old site showed is nobody's on the new one */
        OK(s, sql_run(s->db, &s->e, "UPDATE base SET value0 = replace(value0, 'olga@example', 'other@example')", ""));
    if (is_known) {
        run(s, &o, &r);
        has_line(&r, "since 1 have another address at the partner's and 0 are not found");
    } else {
        stops(s, &o, &r, "finish", "the verification lists differences");
        has_line(&r, "Assignee: Olga Petrov (olga@partner.example) is not found on the new site. Give them");
        has_line(&r, "SA-1 and SB-1 differ in assignee");
        o.force = true;
        run(s, &o, &r);
    }
    assert_true(r.is_finished);
    const struct config_field *f = people_of(s, "INT-2");
    assert_int_equal(f->kind, CONFIG_USER_CORRELATION);
    assert_true(f->half[0].option_count > 0);
    assert_int_equal(f->half[0].option_count, f->half[1].option_count);
    s->clock.now += 60 * 1000;
    scene_edit(s, SB, scene_partner(s, "INT-2", SIDE_FIRST, "SA-3"), "assignee",
               json_pack("{ss}", "name", "ada.lindqvist"));
    scene_edit(s, SB, scene_partner(s, "INT-2", SIDE_FIRST, "SA-4"), "assignee", json_pack("{ss}", "name", "olga"));
    scene_settle(s, "INT-2", CA, "SA", SB, "SB");
    struct looks ca = scene_look(s, CA, "SA");
    assert_non_null(strstr(scene_text_of(&ca, "SA-3"), "Ada Lindqvist"));
    assert_non_null(strstr(scene_text_of(&ca, "SA-1"), "Olga Petrov")); /* stays as it is */
    assert_int_equal(strstr(scene_text_of(&ca, "SA-4"), "Olga Petrov") != NULL, is_known);
}

static void people_with_another_address_at_the_partners_make_a_list(void **state)
{
    with_olga(*state, true);
}

static void people_who_are_not_found_are_listed_and_wait(void **state)
{
    with_olga(*state, false);
}

/* --- other shapes --- */

static void move_and_compare(struct scene *s, enum side moved)
{
    enum scene_site from = moved == SIDE_FIRST ? SA : SB, stays = moved == SIDE_FIRST ? SB : SA;
    const char *mine = moved == SIDE_FIRST ? "SA" : "SB", *theirs = moved == SIDE_FIRST ? "SB" : "SA";
    struct migrate_report r;
    scene_comment(s, from, arena_printf(&s->a, "%s-3", mine), "Said where it moves");
    scene_comment(s, stays, arena_printf(&s->a, "%s-3", theirs), "Said where it stays");
    struct migrate_options o = scene_migration(s, moved, NULL);
    stops(s, &o, &r, "move", arena_printf(&s->a, "--moved %s", side_name(moved)));
    s->clock.now += 600 * 1000;
    scene_edit(s, stays, arena_printf(&s->a, "%s-1", theirs), "summary", json_string("Edited where it stays"));
    scene_walk(s, stays, arena_printf(&s->a, "%s-2", theirs));
    struct looks before = scene_look(s, stays, theirs);
    const char *map = scene_move(s, from, mine);
    const char *there = scene_partner(s, "INT-1", side_other(moved), arena_printf(&s->a, "%s-4", theirs));
    scene_edit(s, CA, there, "description", json_string("* Edited\n* where it moved"));
    scene_comment(s, CA, there, "Said after the move");
    o = scene_migration(s, moved, "ca");
    o.id_map = map;
    o.finish = true;
    run(s, &o, &r);
    assert_true(r.is_verified && r.is_finished);
    struct looks ca = scene_look(s, CA, mine), now = scene_look(s, stays, theirs);
    assert_same_story(s, &ca, &now);
    assert_string_equal(scene_changed(s, &before, &now), arena_printf(&s->a, "%s-4 ", theirs));
    scene_comment(s, CA, there, "Said afterwards");
    scene_comment(s, stays, arena_printf(&s->a, "%s-2", theirs), "Said afterwards, too");
    bool first = moved == SIDE_FIRST;
    scene_settle(s, "INT-2", first ? CA : SA, "SA", first ? SB : CA, "SB");
    ca = scene_look(s, CA, mine);
    now = scene_look(s, stays, theirs);
    assert_same_story(s, &ca, &now);
}

static void the_partners_side_moves(void **state)
{
    static const enum sandbox_dialect DIALECT[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};
    (void)state;
    struct scene *s = scene_new(DIALECT, ISSUES, true);
    move_and_compare(s, SIDE_SECOND);
    scene_free(s);
}

static void a_project_moves_between_sites_of_one_kind(void **state)
{
    static const enum sandbox_dialect DIALECT[][3] = {{SANDBOX_DC8, SANDBOX_DC10, SANDBOX_DC8},
                                                      {SANDBOX_CLOUD, SANDBOX_CLOUD, SANDBOX_CLOUD}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(DIALECT); i++) {
        struct scene *s = scene_new(DIALECT[i], ISSUES, false);
        move_and_compare(s, SIDE_FIRST);
        scene_free(s);
    }
}

/* One after the other: first SA, then SB. */
static void both_sides_move(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct migrate_report r;
    scene_restore(s, &w->moved);
    struct migrate_options o = to_ca(w);
    run(s, &o, &r);
    s->clock.now += 60 * 1000;
    o = scene_migration(s, SIDE_SECOND, NULL);
    o.sync_key = "INT-2";
    stops(s, &o, &r, "move", "stands still");
    const char *map = scene_move(s, SB, "SB");
    o = scene_migration(s, SIDE_SECOND, "ca");
    o.sync_key = "INT-2";
    o.id_map = map;
    o.finish = true;
    run(s, &o, &r);
    assert_string_equal(r.new_key, "INT-3");
    assert_true(r.is_verified && r.is_finished);
    struct looks first = scene_look(s, CA, "SA"), second = scene_look(s, CA, "SB");
    assert_same_story(s, &first, &second);
    assert_int_equal(first.count, ISSUES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_finding_stops_it_unless_forced),
        cmocka_unit_test(a_value_that_lost_a_conflict_can_still_be_restored_afterwards),
        cmocka_unit_test(what_the_old_project_says_too_late_is_listed_and_stops_it),
        cmocka_unit_test(what_the_move_has_carried_is_not_late),
        cmocka_unit_test(an_old_site_that_is_gone_needs_the_id_map_and_force),
        cmocka_unit_test(an_issue_that_did_not_arrive_is_listed_and_not_made_again),
        cmocka_unit_test(an_issue_that_waited_for_a_partner_gets_it_after_the_move),
        cmocka_unit_test(a_move_that_is_not_complete_stops_it),
        cmocka_unit_test(comments_that_cannot_be_told_are_listed_and_not_doubled),
        cmocka_unit_test(a_comment_deleted_meanwhile_is_deleted_where_the_id_map_proves_it),
        cmocka_unit_test(a_field_that_the_move_has_changed_everywhere_stops_it_until_accepted),
        cmocka_unit_test(people_are_mapped_by_mail_where_every_one_is_found),
        cmocka_unit_test(people_with_another_address_at_the_partners_make_a_list),
        cmocka_unit_test(people_who_are_not_found_are_listed_and_wait),
        cmocka_unit_test(the_partners_side_moves),
        cmocka_unit_test(a_project_moves_between_sites_of_one_kind),
        cmocka_unit_test(both_sides_move),
    };
    return cmocka_run_group_tests(tests, build, tear_down);
}
