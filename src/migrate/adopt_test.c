/* Pair files become synchronizations: Tandem's own, as it exports them, and such as another program writes. Nothing
 * that was synchronized before is created again, and what is not known is asked. */
#include "migrate/flow_scene.h"

#include "migrate/adopt.h"
#include "migrate/export.h"
#include "migrate/pairfile.h"
#include "store/finding.h"

enum { ISSUES = 8 };
static const enum sandbox_dialect SERVERS[] = {SANDBOX_DC8, SANDBOX_DC10, SANDBOX_CLOUD};

struct world {
    struct scene *s;
    struct scene_moment exported;
    struct looks sa, sb;
    const char *file;
    const char *partner[ISSUES + 1]; /* of SA-1, SA-2 … */
};

/* INT-1 exported and gone; INT-2 between the same projects knows no pair yet. */
static int build(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct scene *s = w->s = scene_new(SERVERS, ISSUES, true);
    struct sync_row row;
    struct config c;
    int64_t pairs, id;
    scene_comment(s, SA, "SA-3", "Said in SA");
    scene_comment(s, SB, scene_partner(s, "INT-1", SIDE_FIRST, "SA-3"), "Said in SB");
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    scene_settle(s, "INT-1", SA, "SA", SB, "SB");
    s->clock.now += 60 * 1000;
    OK(s, export_pairs(s->store, &s->a, "INT-1", s->folder, &s->clock.clock, &w->file, &pairs, &s->e));
    assert_int_equal(pairs, ISSUES);
    for (int i = 1; i <= ISSUES; i++)
        w->partner[i] = scene_partner(s, "INT-1", SIDE_FIRST, arena_printf(&s->a, "SA-%d", i));
    OK(s, sync_get(s->store, &s->a, "INT-1", &row, &s->e));
    OK(s, config_from_json(&s->a, row.config, &c, &s->e));
    config_set_key(&s->a, &c, "INT-2");
    OK(s, sync_add(s->store, "INT-2", c.name, config_to_json(&s->a, &c), clock_now(&s->clock.clock), &id, &s->e));
    OK(s, sync_remove(s->store, row.id, &s->e));
    s->clock.now += 60 * 1000;
    w->sa = scene_look(s, SA, "SA");
    w->sb = scene_look(s, SB, "SB");
    scene_keep(s, &w->exported);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    scene_moment_free(&w->exported);
    scene_free(w->s);
    free(w);
    return 0;
}

static bool adopt(struct scene *s, const char *path, struct adopt_report *r)
{
    struct tracker *t[2] = {scene_open(s, SA, "SA"), scene_open(s, SB, "SB")};
    bool ok = adopt_pairs(s->store, "INT-2", t, path, &s->a, r, &s->e);
    tracker_free(t[0]);
    tracker_free(t[1]);
    return ok;
}

static void start(struct scene *s)
{
    struct sync_row row;
    OK(s, sync_get(s->store, &s->a, "INT-2", &row, &s->e));
    OK(s, sync_set_state(s->store, row.id, SYNC_RUNNING, NULL, &s->e));
    scene_settle(s, "INT-2", SA, "SA", SB, "SB");
    scene_settle(s, "INT-2", SA, "SA", SB, "SB");
}

static void print_lines(const struct adopt_report *r)
{
    for (size_t i = 0; i < r->line_count; i++)
        print_message("    %s\n", r->lines[i]);
}

static void has_line(const struct adopt_report *r, const char *piece)
{
    for (size_t i = 0; i < r->line_count; i++)
        if (strstr(r->lines[i], piece))
            return;
    print_lines(r);
    fail_msg("no line says: %s", piece);
}

static char *put(struct scene *s, const char *name, const char *text)
{
    char *path = arena_printf(&s->a, "%s/%s", s->folder, name);
    OK(s, file_atomic_write(path, text, strlen(text), &s->e));
    return path;
}

static char *slurp(struct scene *s, const char *path)
{
    struct buf b = BUF_INIT(16 << 20);
    OK(s, file_read(path, &b, &s->e));
    char *text = arena_strndup(&s->a, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

/* --- our own --- */

static void an_exported_file_is_read_by_the_strict_reader(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct pairfile file;
    struct pairfile_event event = {0};
    int64_t records[2] = {0, 0}, comments = 0;
    OK(s, pairfile_open(&file, w->file, 0, &s->e));
    while (event.kind != PAIRFILE_END) {
        OK(s, pairfile_next(&file, &s->a, &event, &s->e));
        if (event.kind != PAIRFILE_RECORD)
            continue;
        records[event.record.side]++;
        comments += (int64_t)event.record.comment_count;
        assert_string_equal(event.record.connector_key, event.record.side ? "CON-1-SB" : "CON-1-SA");
        assert_non_null(event.record.remote_key);
    }
    pairfile_close(&file);
    assert_int_equal(records[0], ISSUES);
    assert_int_equal(records[1], ISSUES);
    assert_true(comments > 4 && comments % 2 == 0);
    assert_non_null(strstr(w->file, "/20261120"));
    assert_true(str_ends(w->file, "_sync_info_pairs.json"));
}

static void our_own_export_comes_back_whole(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    OK(s, adopt(s, w->file, &r));
    assert_int_equal(r.records, 2 * ISSUES);
    assert_int_equal(r.pairs, ISSUES);
    assert_int_equal(r.missing + r.bases_unknown + r.bases_rebuilt + r.comments_alone, 0);
    assert_true(r.bases_equal > 5 * ISSUES && r.comments_paired > 2);
    assert_int_equal(r.line_count, 0);
    struct adopt_report again;
    OK(s, adopt(s, w->file, &again));
    assert_int_equal(again.pairs, 0);
    assert_int_equal(again.known_already, ISSUES);
    start(s);
    struct looks sa = scene_look(s, SA, "SA"), sb = scene_look(s, SB, "SB");
    assert_string_equal(scene_changed(s, &w->sa, &sa), "");
    assert_string_equal(scene_changed(s, &w->sb, &sb), "");
    scene_comment_edit(s, SA, "SA-3", "Said in SA", "Said otherwise in SA");
    scene_settle(s, "INT-2", SA, "SA", SB, "SB");
    assert_non_null(scene_comment_path(s, SB, scene_partner(s, "INT-2", SIDE_FIRST, "SA-3"), "Said otherwise in SA"));
}

static void what_was_edited_since_is_known_from_the_histories_and_travels(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    scene_edit(s, SA, "SA-1", "summary", json_string("Edited in SA since"));
    scene_edit(s, SB, w->partner[2], "labels", json_pack("[s]", "since"));
    scene_edit(s, SB, w->partner[4], "description", json_string("Another text"));
    scene_walk(s, SB, w->partner[5]);
    scene_edit(s, SA, "SA-6", "priority",
               json_pack("{ss}", "name", strstr(scene_text_of(&w->sa, "SA-6"), "|Lowest|") ? "Highest" : "Lowest"));
    scene_edit(s, SA, "SA-7", "summary", json_string("Loses"));
    s->clock.now += 60 * 1000;
    scene_edit(s, SB, w->partner[7], "summary", json_string("Wins"));
    scene_comment(s, SB, w->partner[8], "Said since");
    OK(s, adopt(s, w->file, &r));
    assert_int_equal(r.bases_unknown, 0);
    assert_int_equal(r.bases_rebuilt, 6);
    start(s);
    struct looks sa = scene_look(s, SA, "SA"), sb = scene_look(s, SB, "SB");
    assert_same_story(s, &sa, &sb);
    assert_string_equal(scene_changed(s, &w->sa, &sa), "SA-1 SA-2 SA-4 SA-5 SA-6 SA-7 SA-8 ");
    assert_non_null(strstr(scene_text_of(&sa, "SA-7"), "Wins"));
}

static void what_is_not_known_is_asked_and_not_written(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    struct sync_row row;
    struct finding *list;
    size_t count, asked = 0, others = 0;
    scene_restore(s, &w->exported);
    scene_edit(s, SA, "SA-1", "summary", json_string("Edited in SA since"));
    char *text = slurp(s, w->file);
    for (int i = 0; i < 2; i++)
        text = str_replace(&s->a, text, i ? "\"lastIncomingChange\"" : "\"lastChangeSeen\"", i ? "\"x\"" : "\"y\"");
    OK(s, adopt(s, put(s, "untold.json", text), &r));
    assert_int_equal(r.bases_unknown, 1);
    has_line(&r, "SA-1 and SB-1: what both had agreed on in summary is not known (now \"Edited in SA since\" and ");
    start(s);
    struct looks sb = scene_look(s, SB, "SB");
    assert_string_equal(scene_changed(s, &w->sb, &sb), "");
    OK(s, sync_get(s->store, &s->a, "INT-2", &row, &s->e));
    OK(s, finding_list(s->store, &s->a, row.id, 0, &list, &count, &s->e));
    for (size_t i = 0; i < count; i++) {
        bool is_it = str_eq(list[i].kind, "ask") && str_eq(list[i].item, "summary");
        asked += is_it;
        others += !is_it && !str_starts(list[i].item, "fingerprint:"); /* the account may not administer the project */
    }
    assert_int_equal(asked, 1);
    assert_int_equal(others, 0);
}

/* --- files that do not fit --- */

static void connectors_the_other_way_round_are_refused(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    char *text = str_replace(&s->a, slurp(s, w->file), "firstConnector", "thirdConnector");
    text = str_replace(&s->a, text, "secondConnector", "firstConnector");
    text = str_replace(&s->a, text, "thirdConnector", "secondConnector");
    assert_false(adopt(s, put(s, "swapped.json", text), &r));
    assert_int_equal(s->e.kind, ERR_INPUT);
    if (!strstr(s->e.text, "swapped.json has issues of SB in its first connector and of SA in its second") ||
        !strstr(s->e.text, "tandem swap ") || !strstr(s->e.text, "--first SA"))
        fail_msg("%s", s->e.text);
    assert_int_equal(r.pairs, 0);
    assert_false(adopt(s, TANDEM_SOURCE_DIR "/test/migrate/published-example.json", &r));
    assert_int_equal(s->e.kind, ERR_INPUT);
    if (!strstr(s->e.text, "SAM2-1 with SP2-1") || !strstr(s->e.text, "it is not the file of this"))
        fail_msg("%s", s->e.text);
}

static const char *record(struct scene *s, const char *connector, const char *own, const char *partner, int64_t seen,
                          const char *comments)
{
    return arena_printf(&s->a,
                        "{\"id\":1,\"connectorKey\":\"%s\",\"localIssueKey\":\"%s\",\"remoteIssueKey\":\"%s\","
                        "\"firstSyncDate\":1795100000000,\"lastChangeSeen\":%lld%s}",
                        connector, own, partner, (long long)seen, comments);
}

static void oddities_are_listed_and_nothing_is_paired_twice(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    const char *text =
        arena_printf(&s->a, "{\"firstConnector\":[%s,%s,%s,%s,%s]}", record(s, "CON-9-SA", "SA-1", "SB-1", 5000, ""),
                     record(s, "CON-9-SA", "SA-1", "SB-1", 6000, ""), record(s, "CON-9-SA", "SA-2", "SB-8", 1000, ""),
                     record(s, "CON-9-SA", "SA-2", "SB-2", 9000, ""), record(s, "CON-9-SA", "SA-3", "SB-99", 9000, ""));
    const char *path = put(s, "odd.json", text);
    OK(s, adopt(s, path, &r));
    has_line(&r, "SA-1 and SB-1 stand in the file twice");
    has_line(&r, "SA-2 has two partners in the file, SB-2 and SB-8; SB-2 was in step last and is taken");
    has_line(&r, "SB-99 is not there or not visible; its partner SA-3 stays as it is");
    assert_int_equal(r.pairs, 2);
    assert_int_equal(r.missing, 1);
    assert_string_equal(scene_partner(s, "INT-2", SIDE_FIRST, "SA-2"), "SB-2");
    OK(s, adopt(s, path, &r));
    assert_int_equal(r.known_already, 3);
    text = arena_printf(&s->a, "{\"firstConnector\":[%s]}", record(s, "CON-9-SA", "SA-3", "SB-3", 9000, ""));
    OK(s, adopt(s, put(s, "mended.json", text), &r));
    assert_int_equal(r.pairs, 1); /* the half that was kept has become a whole pair */
}

static void an_issue_without_its_partner_is_not_created_again(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    scene_ask(s, SB, "admin", 204, HTTP_DELETE,
              arena_printf(&s->a, "/rest/api/2/issue/%s?deleteSubtasks=true", w->partner[8]), NULL);
    OK(s, adopt(s, w->file, &r));
    assert_true(r.missing >= 1);
    start(s);
    struct looks before = scene_look(s, SB, "SB");
    scene_edit(s, SA, "SA-8", "summary", json_string("Alone"));
    scene_settle(s, "INT-2", SA, "SA", SB, "SB");
    struct looks now = scene_look(s, SB, "SB");
    assert_string_equal(scene_changed(s, &before, &now), "");
}

/* --- another program's --- */

static const char *comment_id(struct scene *s, enum scene_site at, const char *key, const char *piece)
{
    const char *path = scene_comment_path(s, at, key, piece);
    return path ? strrchr(path, '/') + 1 : "0";
}

/* As another program leaves two projects: copies carry its own line, and only the file knows what was synchronized. */
static void comments_of_another_program_are_never_created_again(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    scene_make(s, SA, "SA", "Twin");
    scene_make(s, SB, "SB", "Twin");
    const struct looks sa_now = scene_look(s, SA, "SA"), sb_now = scene_look(s, SB, "SB");
    const char *a = sa_now.list[sa_now.count - 1].key, *b = sb_now.list[sb_now.count - 1].key;
    scene_comment(s, SA, a, "The first thing that was said, in *bold* words");
    scene_comment(s, SB, b, "Mia Winter (SA) said:\n\nThe first thing that was said, in *bold* words");
    scene_comment(s, SA, a, "Equal words on both sides");
    scene_comment(s, SB, b, "Equal words on both sides");
    scene_comment(s, SA, a, "short");
    scene_comment(s, SB, b, "<converted beyond recognition>");
    scene_comment(s, SA, a, "Its copy was deleted at the partner's long ago");
    scene_comment(s, SA, a, "New, and not known to the file");
    s->clock.now += 60 * 1000;
    char *named[2];
    static const char *const PIECES[2][4] = {{"The first thing", "Equal words", "short", "Its copy was"},
                                             {"Mia Winter", "Equal words", "beyond", "nothing"}};
    for (int k = 0; k < 2; k++) {
        named[k] = arena_strdup(&s->a, "");
        for (int i = 0; i < (k ? 3 : 4); i++)
            named[k] = arena_printf(&s->a, "%s%s{\"localId\":\"%s\"}", named[k], i ? "," : "",
                                    comment_id(s, k ? SB : SA, k ? b : a, PIECES[k][i]));
        named[k] = arena_printf(&s->a, ",\"comments\":[%s]", named[k]);
    }
    int64_t seen = clock_now(&s->clock.clock);
    const char *text =
        arena_printf(&s->a, "{\"firstConnector\":[%s],\"secondConnector\":[%s]}",
                     record(s, "CON-9-SA", a, b, seen, named[0]), record(s, "CON-9-SB", b, a, seen, named[1]));
    struct looks before = scene_look(s, SB, "SB"), old = scene_look(s, SA, "SA");
    OK(s, adopt(s, w->file, &r));
    OK(s, adopt(s, put(s, "backbone.json", text), &r));
    assert_int_equal(r.pairs, 1);
    assert_int_equal(r.comments_paired, 2); /* "short" cannot be told once one copy is missing */
    assert_int_equal(r.comments_alone, 3);
    has_line(&r, "was synchronized, and its partner on ");
    start(s);
    struct looks now = scene_look(s, SB, "SB"), sa = scene_look(s, SA, "SA");
    assert_string_equal(scene_changed(s, &old, &sa), "");
    assert_string_equal(scene_changed(s, &before, &now), arena_printf(&s->a, "%s ", b));
    assert_non_null(scene_comment_path(s, SB, b, "New, and not known to the file"));
    assert_null(scene_comment_path(s, SB, b, "short"));
    assert_null(scene_comment_path(s, SB, b, "Its copy was deleted"));
}

/* A file exchange exports one connector; what the other side's comments are nobody says. */
static void where_the_file_does_not_tell_older_comments_are_not_sent(void **state)
{
    struct world *w = *state;
    struct scene *s = w->s;
    struct adopt_report r;
    scene_restore(s, &w->exported);
    scene_comment(s, SB, w->partner[3], "Said in SB long before");
    s->clock.now += 60 * 1000;
    const char *text = arena_printf(&s->a, "{\"firstConnector\":[%s]}",
                                    record(s, "CON-9-SA", "SA-3", w->partner[3], clock_now(&s->clock.clock), ""));
    OK(s, adopt(s, put(s, "half.json", text), &r));
    assert_int_equal(r.comments_alone, 1);
    has_line(&r, "may have been synchronized");
    s->clock.now += 60 * 1000;
    scene_comment(s, SB, w->partner[3], "Said in SB since");
    OK(s, adopt(s, w->file, &r));
    start(s);
    assert_null(scene_comment_path(s, SA, "SA-3", "Said in SB long before"));
    assert_non_null(scene_comment_path(s, SA, "SA-3", "Said in SB since"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exported_file_is_read_by_the_strict_reader),
        cmocka_unit_test(our_own_export_comes_back_whole),
        cmocka_unit_test(what_was_edited_since_is_known_from_the_histories_and_travels),
        cmocka_unit_test(what_is_not_known_is_asked_and_not_written),
        cmocka_unit_test(connectors_the_other_way_round_are_refused),
        cmocka_unit_test(oddities_are_listed_and_nothing_is_paired_twice),
        cmocka_unit_test(an_issue_without_its_partner_is_not_created_again),
        cmocka_unit_test(comments_of_another_program_are_never_created_again),
        cmocka_unit_test(where_the_file_does_not_tell_older_comments_are_not_sent),
    };
    return cmocka_run_group_tests(tests, build, tear_down);
}
